"""Projects ranked by what they bring: alone, together, and as the last of all."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.display import ShowsTables
from geo.errors import SchemaError
from layers.indicators import network_of_lines, scenario_lines
from layers.ranking.gains import Circle, Gain, gain, trips
from layers.ranking.project_graph import ProjectGraph, project_graph
from layers.ranking.schema import INTERACTIONS, RANKING
from layers.ranking.tables import DIGITS, TEN_THOUSAND, ordered, ranking_table, together_table
from layers.scenario import DATA_MONTH, ProjectAssumptions, projects_in
from layers.schema import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.rail_service import RailAssumptions

__all__ = ["Ranking", "rank_projects"]

logger = logging.getLogger(__name__)

TRAVELLED = (Mode.RAIL.value, Mode.HIGHWAY.value, Mode.AIRPORT.value)
"""Modes that people travel by; others are not ranked."""


@dataclass(frozen=True)
class Ranking(ShowsTables):
    """
    What projects bring.

    Attributes
    ----------
    projects : DataFrame, contract ``layers.ranking.schema.RANKING``, by rank; those that cannot be measured at the end
    together : DataFrame, contract ``TOGETHER``
        Sums of the projects alone beside all of them together.
    interactions : DataFrame, contract ``INTERACTIONS``
        The foremost projects, two by two, the strongest interaction first.
    before, after : DataFrame of float64, shape (k, k), index and columns are place names
        Minutes today, and with all projects; NaN without a way.
    """

    projects: pd.DataFrame
    together: pd.DataFrame
    interactions: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame


@dataclass(frozen=True)
class _Task:
    """What all measurements of a ranking share."""

    demand: NDArray[np.float64]
    circles: tuple[Circle, ...]
    within_min: float
    today: NDArray[np.float64]

    def gain(self, after: NDArray[np.float64], before: NDArray[np.float64] | None = None) -> Gain:
        return gain(
            self.today if before is None else before,
            after,
            self.demand,
            circles=self.circles,
            within_min=self.within_min,
        )


def rank_projects(
    features: gpd.GeoDataFrame,
    places: pd.DataFrame,
    *,
    cores: pd.DataFrame | None = None,
    month: str = DATA_MONTH,
    scenario: str = "plan",
    mode: str = "any",
    cost: pd.Series | None = None,
    within_min: float = np.inf,
    circle_min: float = 60.0,
    top: int = 10,
    assumptions: ProjectAssumptions | None = None,
    rail: RailAssumptions | None = None,
    lang: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> Ranking:
    """
    Rank projects by what each changes of the travel times between places.

    Each project is added alone to the network of the month, and taken alone from the network of all; both are exact: the
    times are those that the whole network would give (see :mod:`layers.ranking.project_graph`). Projects meet at stations
    and interchanges that exist; new lines that meet only each other are joined by a change of train there.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
        Rows whose origin is ``network`` are ignored.
    places : DataFrame with name (unique), lon, lat and, where known, population
    cores : DataFrame with circle, lon, lat, optional
        Cores of commuting circles; of several cores of one circle the nearest counts.
    month : str
        ``YYYY-MM`` of the network that the projects meet.
    scenario : str
        Which projects, as in :func:`layers.scenario.projects_in`.
    mode : {"any", "rail", "road"}
    cost : Series of float by project id or name, 10⁸ yuan, optional
    within_min : float
        Only trips that take no longer today count in minutes × people.
    circle_min : float
        Limit of the circles.
    top : int
        How many of the foremost projects are compared two by two.
    assumptions, rail : assumptions, optional
    lang : {"zh", "en"}
        Language of the notes.
    progress : callable(done, total), optional

    Returns
    -------
    Ranking
        Where the population of a place is unknown, minutes × people are NaN (the note says so) and the rank is by
        ``mean_saved_min``.

    Raises
    ------
    SchemaError
        If names of places repeat, or there are fewer than two; if a cost is of none of the projects.
    """
    if places["name"].duplicated().any() or len(places) < 2:
        message = "places to rank by: give two or more, each with a name of its own"
        raise SchemaError(message)
    assumptions = assumptions or ProjectAssumptions()
    planned = projects_in(features[features["origin"] == "project"], scenario)
    planned = planned[planned["mode"].isin(TRAVELLED)].sort_values("feature_id", ignore_index=True)
    if cost is not None:
        unknown = sorted(set(map(str, cost.index)) - set(planned["feature_id"]) - set(planned["name"]))
        if unknown:
            message = f"costs of projects that are not ranked: {', '.join(unknown[:10])}; give their id or name as here"
            raise SchemaError(message)
    population = pd.to_numeric(
        places["population"] if "population" in places else pd.Series(np.nan, index=places.index), errors="coerce"
    )
    targets, circles = _targets(places, cores, circle_min)
    made = {
        name: _graph(planned, places, targets, month, mode, chosen, rail)
        for name, chosen in zip(("mid", "low", "high"), (assumptions, *assumptions.spread()), strict=True)
    }
    graph, lengths, met = made["mid"]
    demand = trips(population.to_numpy(dtype=float))
    task = _Task(demand, circles, within_min, graph.today)
    total, done = 4 * len(graph.projects), itertools.count(1)

    def tick() -> None:
        if progress is not None:
            progress(min(next(done), total), total)

    alone: dict[str, Gain] = {}
    bounds: dict[str, list[float]] = {}
    last: dict[str, Gain] = {}
    for project in graph.projects:
        alone[project] = task.gain(graph.times_with([project]))
        tick()
        values = [alone[project].person_min]
        for other, _, _ in (made["low"], made["high"]):
            values.append(task.gain(other.times_with([project])).person_min if project in other.projects else np.nan)
            tick()
        bounds[project] = values
        last[project] = task.gain(graph.together, graph.times_without(project))
        tick()
    table = ranking_table(planned, places, population, alone, bounds, last, lengths, met, cost, lang)
    table = table.assign(scenario=scenario, as_of=month, travel_mode=mode)
    both = task.gain(graph.together)
    names = list(places["name"])
    return Ranking(
        RANKING.coerce(ordered(table)[RANKING.names].round(DIGITS)),
        together_table(alone, both),
        _interactions(graph, task, alone, dict(zip(planned["feature_id"], planned["name"], strict=True)), top),
        _minutes(graph.today, names),
        _minutes(graph.together, names),
    )


def _graph(
    planned: gpd.GeoDataFrame,
    places: pd.DataFrame,
    targets: pd.DataFrame,
    month: str,
    mode: str,
    assumptions: ProjectAssumptions,
    rail: RailAssumptions | None,
) -> tuple[ProjectGraph, dict[str, float], dict[str, int]]:
    """Return the graph of all projects, the length of what each builds, and how many nodes that exist it meets."""
    existing, known = scenario_lines(None, month=month)
    lines, nodes = scenario_lines(planned, month=month, scenario="plan", assumptions=assumptions)
    new = lines[~lines["feature_id"].isin(existing["feature_id"])]
    owners = {line: line.rsplit(".", 1)[0] for line in new["feature_id"].astype(str)}
    project = new["feature_id"].map(owners)
    km = new["route_length_km"].groupby(project).sum()
    there = set(zip(known["mode"], known["name"], strict=True))
    met: dict[str, set[str]] = {}
    for one, way, names in zip(project, new["mode"], new["nodes"], strict=True):
        met.setdefault(str(one), set()).update(name for name in str(names).split("|") if (way, name) in there)
    network = network_of_lines(lines, nodes, month=month, rail=rail)
    if mode != "any":
        wanted = Mode.RAIL.value if mode == "rail" else Mode.HIGHWAY.value
        modes = dict(zip(new["feature_id"], new["mode"], strict=True))
        owners = {line: project for line, project in owners.items() if modes[line] == wanted}
    return (
        project_graph(network, owners, places, targets, mode=mode),
        {str(k): float(v) for k, v in km.items()},
        {name: len(nodes) for name, nodes in met.items()},
    )


def _targets(
    places: pd.DataFrame, cores: pd.DataFrame | None, circle_min: float
) -> tuple[pd.DataFrame, tuple[Circle, ...]]:
    """Return places to travel to, the cores of the circles after the places themselves."""
    columns = ["name", "lon", "lat"]
    if cores is None or cores.empty:
        return places[columns], ()
    named = cores.assign(name=[f"core:{i}" for i in range(len(cores))])
    numbers = pd.Series(range(len(places), len(places) + len(cores)), index=cores.index)
    circles = tuple(
        Circle(str(name), tuple(int(n) for n in numbers[rows.index]), circle_min)
        for name, rows in cores.groupby("circle", sort=False)
    )
    return pd.concat([places[columns], named[columns]], ignore_index=True), circles


def _interactions(
    graph: ProjectGraph, task: _Task, alone: dict[str, Gain], names: dict[str, str], top: int
) -> pd.DataFrame:
    def worth(one: Gain) -> float:
        return one.mean_min if np.isnan(one.person_min) else one.person_min / TEN_THOUSAND

    first = sorted(alone, key=lambda p: (-worth(alone[p]), p))[:top]
    rows = []
    for a, b in itertools.combinations(sorted(first), 2):
        both, parts = worth(task.gain(graph.times_with([a, b]))), worth(alone[a]) + worth(alone[b])
        rows.append((a, b, names[a], names[b], both, parts, both - parts))
    table = INTERACTIONS.coerce(pd.DataFrame(rows, columns=INTERACTIONS.names).round(DIGITS))
    return table.sort_values(
        ["interaction", "project_a", "project_b"], key=lambda c: -c.abs() if c.name == "interaction" else c
    ).reset_index(drop=True)


def _minutes(times: NDArray[np.float64], names: list[str]) -> pd.DataFrame:
    square = times[:, : len(names)]
    return pd.DataFrame(np.where(np.isfinite(square), square, np.nan), index=names, columns=names)
