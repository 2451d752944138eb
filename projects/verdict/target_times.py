"""Travel times that targets bound, in any scenario or with any choice of projects; each network is built once, when asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import PlaceNotFoundError
from geo.gazetteer import default_gazetteer
from layers.indicators import network_of_lines, scenario_lines, scenario_network
from layers.ranking.project_graph import project_graph
from layers.travel_time import travel_time_legs, travel_time_matrix, travel_time_table
from projects.verdict.journeys import REGION, TIME_INDICATORS, Journey, Scope, scopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from layers.network import Network
    from layers.ranking.project_graph import ProjectGraph

__all__ = ["ALONE", "TIME_INDICATORS", "Measured", "TargetTimes"]

ALONE = "PROJECTS="
"""Before the ids, |-joined, of the projects of a scenario that builds these alone."""


@dataclass(frozen=True)
class Measured:
    """
    The time of a target.

    Parameters
    ----------
    minutes : float
        Of the slowest journey; NaN where one has no way, or the area is unknown.
    slowest : str
        That journey, 合肥-上海; "" without a number.
    reason : str
        Why there is no number, Chinese first; "" where there is one.
    times : dict of Journey to minutes
    """

    minutes: float
    slowest: str
    reason: str
    times: dict[Journey, float]

    def within(self, limit_min: float) -> int:
        """Return how many journeys take no longer than a limit."""
        return sum(minutes <= limit_min * (1.0 + 1e-9) for minutes in self.times.values())


@dataclass
class TargetTimes:
    """
    Times of journeys.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    wanted : list of (indicator, area, year)
        What will be asked: all their places go into one matrix per network.
    """

    features: gpd.GeoDataFrame | None
    wanted: list[tuple[str, str, int]]
    _times: dict[tuple[str, str, str, str], dict[tuple[str, str], tuple[float, str]]] = field(default_factory=dict)
    _networks: dict[tuple[str, str], Network] = field(default_factory=dict)
    _graphs: dict[tuple[str, str], ProjectGraph] = field(default_factory=dict)
    _lines: dict[str, tuple[gpd.GeoDataFrame, pd.DataFrame, pd.Series]] = field(default_factory=dict)

    def measure(
        self, indicator: str, scope: Scope | None, *, month: str, scenario: str = "today", depart_from: str = "centre"
    ) -> Measured:
        """
        Return the slowest time of the journeys of a scope.

        Parameters
        ----------
        indicator : key of ``TIME_INDICATORS``
        scope : Scope, or None
            None: the area is unknown.
        month, scenario, depart_from : str
            As in :func:`layers.indicators.travel_times`; ``PROJECTS=a|b`` builds these projects alone.

        Returns
        -------
        Measured
        """
        if scope is None or not scope.journeys:
            return Measured(float("nan"), "", "不知道该区域指哪些城市 the cities of the area are unknown", {})
        table = self._table(TIME_INDICATORS[indicator], month, scenario, depart_from)
        times: dict[Journey, float] = {}
        for journey in scope.journeys:
            rows = {
                to: table.get((journey.origin, to), (float("nan"), "地名未找到 place not found"))
                for to in journey.destinations
            }
            reached = [minutes for minutes, _ in rows.values() if np.isfinite(minutes)]
            if not reached:
                to, (_, note) = next(iter(rows.items()))
                return Measured(float("nan"), "", f"{journey.origin}-{to}: {note or '没有通路 no way'}", {})
            times[journey] = min(reached)
        slowest = max(times, key=lambda journey: times[journey])
        near = min(slowest.destinations, key=lambda to: _or_infinite(table.get((slowest.origin, to))))
        return Measured(times[slowest], f"{slowest.origin}-{near}", "", times)

    def projects_on_the_way(self, indicator: str, slow: Iterable[Journey], *, month: str) -> list[str]:
        """
        Return the projects that the quickest ways of journeys use when all projects are built, sorted.

        Parameters
        ----------
        indicator : str
        slow : iterable of Journey
        month : str
        """
        pairs = [(journey.origin, to) for journey in slow for to in journey.destinations]
        if not pairs or self.features is None:
            return []
        mode, places = TIME_INDICATORS[indicator], self._places(TIME_INDICATORS[indicator]).set_index("name")
        network = self._network(month, "plan")
        found: set[str] = set()
        for origin in dict.fromkeys(a for a, _ in pairs):
            there = [b for a, b in pairs if a == origin and b in places.index]
            if origin in places.index and there:
                ends = [places.loc[names].reset_index() for names in ([origin], there)]
                legs = travel_time_legs(network, *ends, mode=mode)
                found |= {part for line in legs["line"].astype(str) for part in line.split("|") if part}
        ids = set(self.features.loc[self.features["origin"] == "project", "feature_id"].astype(str))
        return sorted({_project_of(line) for line in found} & ids)

    def _table(
        self, mode: str, month: str, scenario: str, depart_from: str
    ) -> dict[tuple[str, str], tuple[float, str]]:
        key = (mode, month, scenario, depart_from)
        if key not in self._times:
            places = self._places(mode)
            if scenario.startswith(ALONE) and depart_from == "centre":
                self._times[key] = self._with_projects(mode, month, scenario.removeprefix(ALONE).split("|"), places)
                return self._times[key]
            matrix = travel_time_matrix(
                self._network(month, scenario), places, places, mode=mode, depart_from=depart_from
            )
            table = travel_time_table(matrix, mode=mode, as_of=month, scenario=scenario)
            columns = (table[name] for name in ("from", "to", "travel_time_min", "note"))
            self._times[key] = {
                (str(a), str(b)): (float(minutes), str(note)) for a, b, minutes, note in zip(*columns, strict=True)
            }
        return self._times[key]

    def _with_projects(
        self, mode: str, month: str, chosen: Iterable[str], places: pd.DataFrame
    ) -> dict[tuple[str, str], tuple[float, str]]:
        """Return the times with some projects alone: of one graph that knows what each arc needs, not of a network each."""
        if (mode, month) not in self._graphs:
            lines, nodes, project = self._planned(month)
            owners = {str(k): str(v) for k, v in zip(lines["feature_id"], project, strict=True) if v}
            network = network_of_lines(lines, nodes, month=month)
            self._graphs[mode, month] = project_graph(network, owners, places, places, mode=mode)
        graph = self._graphs[mode, month]
        times = graph.times_of(name for name in chosen if name in graph.projects)
        names = places["name"].astype(str).tolist()
        return {
            (a, b): (round(float(times[i, j]), 1), "")
            if np.isfinite(times[i, j])
            else (float("nan"), "没有通路 no way")
            for i, a in enumerate(names)
            for j, b in enumerate(names)
        }

    def _places(self, mode: str) -> pd.DataFrame:
        """Return name, lon, lat of the places of all that is wanted by a mode; those that nobody knows are left out."""
        rows: dict[str, dict[str, object]] = {}
        for indicator, area, year in self.wanted:
            if TIME_INDICATORS[indicator] != mode:
                continue
            for scope in scopes(indicator, area, year):
                known = {name: (lon, lat) for name, lon, lat in scope.places}
                for name in (n for j in scope.journeys for n in (j.origin, *j.destinations)):
                    where = known.get(name) or _resolved(name)
                    if where is not None:
                        rows.setdefault(name, {"name": name, "lon": where[0], "lat": where[1]})
        return pd.DataFrame(list(rows.values()), columns=["name", "lon", "lat"])

    def _network(self, month: str, scenario: str) -> Network:
        if scenario.startswith(ALONE):
            chosen = set(scenario.removeprefix(ALONE).split("|"))
            lines, nodes, project = self._planned(month)
            return network_of_lines(lines[project.isin(chosen) | (project == "")], nodes, month=month)
        if (month, scenario) not in self._networks:
            self._networks[month, scenario] = scenario_network(self.features, month=month, scenario=scenario)
        return self._networks[month, scenario]

    def _planned(self, month: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.Series]:
        """Return the lines of all projects and of what is there, their nodes, and the project of each line, "" for what is there."""
        if month not in self._lines:
            lines, nodes = scenario_lines(self.features, month=month, scenario="plan")
            there, _ = scenario_lines(None, month=month)
            known = lines["feature_id"].isin(there["feature_id"])
            self._lines[month] = lines, nodes, lines["feature_id"].map(_project_of).where(~known, "")
        return self._lines[month]


def _or_infinite(found: tuple[float, str] | None) -> float:
    return found[0] if found is not None and np.isfinite(found[0]) else np.inf


def _project_of(feature_id: object) -> str:
    """Return the project of a line: ``built_lines`` numbers its parts (.0)."""
    return re.sub(r"\.\d+$", "", str(feature_id))


def _resolved(name: str) -> tuple[float, float] | None:
    try:
        place = default_gazetteer().resolve(name, region=REGION, kinds={"division"})
    except PlaceNotFoundError:
        return None
    return float(place.lon), float(place.lat)
