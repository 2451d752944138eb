"""Between which places a travel-time target is meant: centre cities, the members of a metropolitan area, or two places."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from geo.errors import PlaceNotFoundError, VocabularyError
from geo.gazetteer import default_gazetteer
from layers.accessibility.circles import metropolitan_areas
from projects.verdict.reference_targets import reference_places

__all__ = ["DEPARTURES", "REGION", "TIME_INDICATORS", "Journey", "Scope", "journeys", "scopes"]

TIME_INDICATORS = {"rail_travel_time": "rail", "centre_city_travel_time": "rail", "commuting_circle_time": "any"}
"""Indicators of times and the mode that is measured: a commuting circle may be reached by road as well."""

DEPARTURES = {"centre_city_travel_time": "station"}
"""
Indicators measured from station to station, not door to door: the plan of 2020 says that 上海, 南京 and 杭州 were within an hour and a
half of each other (copy at chinatod.com.cn/html/2020/csfgs_0402/12.html), which their trains were and their doors were not.
"""

REGION = ("上海市", "江苏省", "浙江省", "安徽省")


@dataclass(frozen=True)
class Journey:
    """
    A journey whose time counts.

    Parameters
    ----------
    origin : str
    destinations : tuple of str
        The quickest of them counts: a member of 苏锡常都市圈 goes to the nearest of three cores.
    """

    origin: str
    destinations: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """
    What a target's area is taken to be.

    Parameters
    ----------
    name : str
        How the scope is called (approved, wide), "" where there is only one.
    year : int
        Of the plan that sets it; 0 where unknown.
    journeys : tuple of Journey
    places : dict of name to (lon, lat)
        Of the places whose name alone would not do; the gazetteer resolves the others.
    source : str
        With its grade.
    """

    name: str
    year: int
    journeys: tuple[Journey, ...]
    places: tuple[tuple[str, float, float], ...] = ()
    source: str = ""

    def words(self, lang: str) -> str:
        """
        Return what the scope is called.

        Examples
        --------
        >>> Scope("approved", 2021, ()).words("zh"), Scope("6 cities", 2018, ()).words("zh"), Scope("wide", 0, ()).words("en")
        ('批准范围 2021', '6市 2018', 'wide')
        """
        name = self.name
        if lang == "zh":
            for word, chinese in _SCOPE_WORDS.items():
                name = re.sub(rf"\s*\b{word}\b", chinese, name)
        return f"{name} {self.year or ''}".strip()


_SCOPE_WORDS = {"approved": "批准范围", "wide": "广义范围", "cities": "市", "draft": "草案"}


def journeys(indicator: str, area: str, year: int = 0) -> tuple[Journey, ...]:
    """
    Return the journeys whose slowest time an indicator of an area is.

    Parameters
    ----------
    indicator : key of ``TIME_INDICATORS``
    area : str
        A pair (合肥-上海), an area (长三角), a 都市圈 or a city.
    year : int
        Year of the plan: a metropolitan area is taken as it was drawn then.

    Returns
    -------
    tuple of Journey
        Empty where the area is unknown.

    Examples
    --------
    >>> [(j.origin, j.destinations) for j in journeys("commuting_circle_time", "苏锡常都市圈")]
    [('常州', ('无锡',)), ('苏州', ('无锡',)), ('苏州', ('常州',))]
    >>> [(j.origin, j.destinations) for j in journeys("rail_travel_time", "合肥-上海")]
    [('合肥', ('上海',))]
    """
    found = scopes(indicator, area, year)
    return found[0].journeys if found else ()


def scopes(indicator: str, area: str, year: int = 0) -> tuple[Scope, ...]:
    """
    Return what an area may be taken to be, the one that fits the year best first.

    Parameters
    ----------
    indicator, area, year
        As for :func:`journeys`.

    Returns
    -------
    tuple of Scope
        The latest scope that is not younger than the year, else the earliest; then the others, youngest first.
    """
    if indicator == "commuting_circle_time":
        found = _circles(area)
        fitting = [scope for scope in found if 0 < scope.year <= year] if year else []
        first = max(fitting, key=_age) if fitting else min(found, key=_age, default=None)
        rest = sorted((scope for scope in found if scope is not first), key=_age, reverse=True)
        return (first, *rest) if first is not None else ()
    if indicator == "rail_travel_time":
        ends = [part.strip() for part in re.split(r"\s*[-—–~～至]\s*", area) if part.strip()]
        return (Scope("", 0, (Journey(ends[0], (ends[1],)),)),) if len(ends) == 2 else ()
    places = reference_places(indicator, area)
    if not places:
        return ()
    whole = area.removesuffix("市") != places[0]
    pairs = itertools.combinations(places, 2) if whole else ((places[0], other) for other in places[1:])
    return (Scope("", 0, tuple(Journey(a, (b,)) for a, b in pairs)),)


def _age(scope: Scope) -> tuple[int, bool]:
    """Sort key: the year (unknown counts as very old), and of one year the approved scope first."""
    return scope.year, scope.name != "approved"


@cache
def _circles(area: str) -> tuple[Scope, ...]:
    """Return the scopes of a 都市圈, or of that around a city."""
    try:
        table = metropolitan_areas([area.removesuffix("市")])
    except VocabularyError:
        return ()
    gazetteer = default_gazetteer()
    out = []
    for row in table.to_dict("records"):
        cores = str(row["core_codes"]).split("|")
        members = [code for code in str(row["member_codes"]).split("|") if code not in cores]
        try:
            found = {code: gazetteer.get(code) for code in (*cores, *members)}
        except (PlaceNotFoundError, KeyError):
            continue
        names = _unique({code: place.name for code, place in found.items()})
        pairs = [Journey(names[b], (names[a],)) for a, b in itertools.combinations(cores, 2)]
        pairs += [Journey(names[code], tuple(names[core] for core in cores)) for code in members]
        year = str(row["scope_year"])
        out.append(
            Scope(
                name=str(row["scope"]),
                year=int(year) if year.isdigit() else 0,
                journeys=tuple(pairs),
                places=tuple((names[code], float(place.lon), float(place.lat)) for code, place in found.items()),
                source=f"{row['source']} [{row['grade']}]",
            )
        )
    return tuple(out)


def _unique(names: dict[str, str]) -> dict[str, str]:
    """Put the code behind a name that two places have."""
    values = list(names.values())
    return {code: name if values.count(name) == 1 else f"{name}({code})" for code, name in names.items()}
