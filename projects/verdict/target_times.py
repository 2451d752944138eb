"""Travel times that targets bound: between centre cities, within a commuting circle, between two places."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import PlaceNotFoundError
from geo.gazetteer import default_gazetteer
from layers.indicators import scenario_network
from layers.travel_time import travel_time_matrix, travel_time_table
from projects.verdict.reference_targets import reference_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from layers.network import Network

__all__ = ["TIME_INDICATORS", "TargetTimes", "pairs_of"]

TIME_INDICATORS = {"rail_travel_time": "rail", "centre_city_travel_time": "rail", "commuting_circle_time": "any"}
"""Indicators of times and the mode that is measured: a commuting circle may be reached by road as well."""

REGION = ("上海市", "江苏省", "浙江省", "安徽省")


def pairs_of(indicator: str, area: str) -> tuple[tuple[str, str], ...]:
    """
    Return the pairs of places whose slowest time an indicator of an area is.

    Parameters
    ----------
    indicator : key of ``TIME_INDICATORS``
    area : str
        A pair (合肥-上海), an area (长三角), a 都市圈 or a city.

    Returns
    -------
    tuple of (from, to)
        Empty where the area is unknown.

    Examples
    --------
    >>> pairs_of("commuting_circle_time", "苏锡常都市圈")
    (('苏州', '无锡'), ('苏州', '常州'))
    """
    if indicator == "rail_travel_time":
        ends = [part.strip() for part in re.split(r"\s*[-—–~～至]\s*", area) if part.strip()]
        return ((ends[0], ends[1]),) if len(ends) == 2 else ()
    places = reference_places(indicator, area)
    if not places:
        return ()
    whole = indicator == "centre_city_travel_time" and area.removesuffix("市") != places[0]
    return tuple(itertools.combinations(places, 2)) if whole else tuple((places[0], other) for other in places[1:])


@dataclass
class TargetTimes:
    """
    Times of pairs, each scenario's network built once and only when asked for.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    wanted : list of (indicator, area)
        What will be asked.
    """

    features: gpd.GeoDataFrame | None
    wanted: list[tuple[str, str]]
    _tables: dict[tuple[str, str, str, str], pd.DataFrame] = field(default_factory=dict)
    _networks: dict[tuple[str, str], Network] = field(default_factory=dict)

    def slowest(
        self, indicator: str, area: str, *, month: str, scenario: str = "today", depart_from: str = "centre"
    ) -> tuple[float, str]:
        """
        Return the slowest time of an indicator of an area.

        Parameters
        ----------
        indicator, area : str
        month, scenario, depart_from : str
            As in :func:`layers.indicators.travel_times`.

        Returns
        -------
        minutes : float
            NaN where the area is unknown or a pair has no way.
        note : str
            The slowest pair, or why there is no number.
        """
        pairs = pairs_of(indicator, area)
        if not pairs:
            return float("nan"), f"不知道{area}指哪些城市 the cities of {area} are unknown"
        mode = TIME_INDICATORS[indicator]
        found = []
        table = self._table(mode, month, scenario, depart_from)
        for pair in pairs:
            row = table.get(pair, (float("nan"), "地名未找到 place not found"))
            if not np.isfinite(row[0]):
                return float("nan"), f"{pair[0]}-{pair[1]}: {row[1] or '没有通路 no way'}"
            found.append((row[0], pair))
        minutes, pair = max(found)
        return minutes, f"{pair[0]}-{pair[1]}"

    def _table(
        self, mode: str, month: str, scenario: str, depart_from: str
    ) -> dict[tuple[str, str], tuple[float, str]]:
        key = (mode, month, scenario, depart_from)
        if key not in self._tables:
            names = [
                name
                for indicator, area in self.wanted
                if TIME_INDICATORS[indicator] == mode
                for pair in pairs_of(indicator, area)
                for name in pair
            ]
            places = _places(names)
            network = self._network(month, scenario)
            matrix = travel_time_matrix(network, places, places, mode=mode, depart_from=depart_from)
            self._tables[key] = travel_time_table(matrix, mode=mode, as_of=month, scenario=scenario)
        table = self._tables[key]
        return {
            (str(a), str(b)): (float(minutes), str(note))
            for a, b, minutes, note in zip(
                table["from"], table["to"], table["travel_time_min"], table["note"], strict=True
            )
        }

    def _network(self, month: str, scenario: str) -> Network:
        if (month, scenario) not in self._networks:
            self._networks[month, scenario] = scenario_network(self.features, month=month, scenario=scenario)
        return self._networks[month, scenario]


def _places(names: Iterable[str]) -> pd.DataFrame:
    """Return name, lon, lat of the places that the gazetteer knows, each once."""
    rows = []
    for name in dict.fromkeys(names):
        try:
            place = default_gazetteer().resolve(name, region=REGION, kinds={"division"})
        except PlaceNotFoundError:
            continue
        rows.append({"name": name, "lon": place.lon, "lat": place.lat})
    return pd.DataFrame(rows, columns=["name", "lon", "lat"])
