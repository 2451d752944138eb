"""
One-hour commuting circles of the metropolitan areas: which counties are in, which are just out, and how many people.

A circle is measured, not drawn: a county is in when the travel time from its seat to the centre of the core city is within the
limit. Whether a plan counts the county as a member is a second column, and the two often differ.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import SchemaError, VocabularyError
from layers.accessibility.nearest import nearest
from layers.accessibility.times import checked_times, masses_of
from layers.lines import read_csv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.travel_time import Matrix

__all__ = ["Standing", "circle_summary", "commuting_circle", "commuting_circles", "metropolitan_areas"]


class Standing(StrEnum):
    """Where a county stands to a circle; ``unreached`` has no way to the core."""

    IN = "in"
    JUST_OUT = "just_out"
    OUT = "out"
    UNREACHED = "unreached"


def metropolitan_areas(names: Sequence[str] | None = None) -> pd.DataFrame:
    """
    Return the metropolitan areas of the delta, with core cities and members as plans have them.

    Parameters
    ----------
    names : sequence of str, optional
        Only these, with or without 都市圈 (合肥, 上海大都市圈).

    Returns
    -------
    DataFrame, one row per area and scope
        name, scope (approved, wide …: 合肥都市圈 of 2019 is larger than that approved in 2024), scope_year, core_codes,
        member_codes (of cities or counties, |-joined), source, grade, note.

    Raises
    ------
    VocabularyError
        If a name is none of them.
    """
    table = _areas().copy()
    if names is None:
        return table
    short = table["name"].str.replace(r"大?都市圈$", "", regex=True)
    unknown = [n for n in names if n not in set(table["name"]) | set(short)]
    if unknown:
        message = f"no metropolitan area {', '.join(unknown)}; known: {', '.join(dict.fromkeys(table['name']))}"
        raise VocabularyError(message)
    return table[table["name"].isin(names) | short.isin(names)].reset_index(drop=True)


def commuting_circle(
    times: Matrix | pd.DataFrame, *, limit_min: float = 60.0, margin_min: float = 15.0
) -> pd.DataFrame:
    """
    Tell which places are within a limit of a core, and which just miss it.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes from places to the core cities of one area
        Of several cores (苏州, 无锡, 常州) the nearest counts.
    limit_min, margin_min : float
        In up to the limit; just out up to the margin beyond it.

    Returns
    -------
    DataFrame, index of the places
        time_min (NaN without a way), core (the nearest), standing (:class:`Standing`).

    Raises
    ------
    SchemaError
        If the matrix breaks its rules.
    VocabularyError
        If the limit is not positive or the margin negative.

    References
    ----------
    国家发展改革委 (2019), 关于培育发展现代化都市圈的指导意见, 发改规划〔2019〕328号: a metropolitan area has the one-hour
    commuting circle as its basic extent.
    """
    if not limit_min > 0 or margin_min < 0:
        message = f"limit {limit_min:g} min, margin {margin_min:g} min: give a limit above 0 and a margin not below it"
        raise VocabularyError(message)
    found = nearest(times)
    time = found["time_min"].to_numpy(dtype=float)
    standing = np.select(
        [np.isnan(time), time <= limit_min, time <= limit_min + margin_min],
        [Standing.UNREACHED.value, Standing.IN.value, Standing.JUST_OUT.value],
        default=Standing.OUT.value,
    )
    return pd.DataFrame({"time_min": time, "core": found["nearest"], "standing": standing}, index=found.index)


def commuting_circles(
    times: Matrix | pd.DataFrame,
    counties: pd.DataFrame,
    cores: pd.DataFrame,
    *,
    areas: pd.DataFrame | None = None,
    limit_min: float = 60.0,
    margin_min: float = 15.0,
) -> pd.DataFrame:
    """
    Measure the circles of all metropolitan areas, county by county.

    Parameters
    ----------
    times : Matrix or DataFrame, minutes from counties to core cities
        Index are ``counties["name"]``, columns hold at least the cores of the areas, as ``cores["name"]``.
    counties : DataFrame with name, code, city_code
        See :func:`layers.accessibility.places.county_places`.
    cores : DataFrame with name, code
        Core cities (:func:`layers.accessibility.places.core_places`).
    areas : DataFrame, optional
        As :func:`metropolitan_areas`, which it is without.
    limit_min, margin_min : float
        See :func:`commuting_circle`.

    Returns
    -------
    DataFrame, sorted by circle, scope, time, name
        circle, scope, code, county, member (boolean: in the area by its plan), core, time_min, standing. Counties that are in
        or just out, and members wherever they are.

    Raises
    ------
    SchemaError
        If a county or a core is not in the matrix.
    """
    frame = checked_times(times)
    areas = metropolitan_areas() if areas is None else areas
    name_of = dict(zip(cores["code"].astype(str), cores["name"].astype(str), strict=True))
    parts = []
    for area in areas.to_dict("records"):
        codes = str(area["core_codes"]).split("|")
        names = [name_of.get(code, code) for code in codes]
        missing = [n for n in names if n not in frame.columns]
        missing += [str(n) for n in counties["name"] if n not in frame.index]
        if missing:
            message = f"{area['name']}: no travel times for {'、'.join(missing[:8])}"
            raise SchemaError(message)
        circle = commuting_circle(
            frame.loc[list(counties["name"].astype(str))][names], limit_min=limit_min, margin_min=margin_min
        )
        members = set(str(area["member_codes"]).split("|"))
        member = (counties["code"].isin(members) | counties["city_code"].isin(members)).to_numpy(dtype=bool)
        rows = circle.reset_index(drop=True).assign(
            circle=area["name"],
            scope=area["scope"],
            code=counties["code"].to_numpy(),
            county=counties["name"].to_numpy(),
            member=member,
        )
        shown = rows["member"] | rows["standing"].isin([Standing.IN.value, Standing.JUST_OUT.value])
        parts.append(rows[shown])
    columns = ["circle", "scope", "code", "county", "member", "core", "time_min", "standing"]
    table = pd.concat(parts, ignore_index=True)[columns]
    return table.sort_values(["circle", "scope", "time_min", "county"], ignore_index=True)


def circle_summary(circles: pd.DataFrame, population: pd.Series | None = None) -> pd.DataFrame:
    """
    Sum a table of circles up: a row per circle and scope.

    Parameters
    ----------
    circles : DataFrame
        As :func:`commuting_circles` returns it.
    population : Series of float, index are county codes, optional
        Persons; without it there are no columns of people.

    Returns
    -------
    DataFrame
        circle, scope, counties_in, members, members_in, members_outside (names), just_out (names with minutes, nearest first);
        with ``population`` also population_in, member_population, member_population_in_share.

    Raises
    ------
    SchemaError
        If the population of a county that is in, or of a member, is missing.
    """
    rows = []
    for (name, scope), part in circles.groupby(["circle", "scope"], sort=True):
        inside, member = part["standing"] == Standing.IN.value, part["member"].astype(bool)
        near = part[part["standing"] == Standing.JUST_OUT.value]
        row: dict[str, object] = {
            "circle": name,
            "scope": scope,
            "counties_in": int(inside.sum()),
            "members": int(member.sum()),
            "members_in": int((inside & member).sum()),
            "members_outside": "、".join(part.loc[member & ~inside, "county"].astype(str)),
            "just_out": "、".join(f"{n} {t:.1f}" for n, t in zip(near["county"], near["time_min"], strict=True)),
        }
        if population is not None:
            counted = part[inside | member]
            people = pd.Series(
                masses_of(population, pd.Index(counted["code"]), what=f"population of the counties of {name}"),
                index=counted.index,
            )
            ours = float(people[member[counted.index]].sum())
            both = float(people[(inside & member)[counted.index]].sum())
            row |= {
                "population_in": float(people[inside[counted.index]].sum()),
                "member_population": ours,
                "member_population_in_share": both / ours if ours else float("nan"),
            }
        rows.append(row)
    return pd.DataFrame(rows)


@cache
def _areas() -> pd.DataFrame:
    return read_csv("metropolitan_areas.csv")
