"""
One graph for all projects: every arc knows which of them it needs.

The network of all projects is built once. An arc of a line needs the project that builds the line; a turn from one line to
another needs both; a way onto a station that no line serves today needs one of those that would. The graph of any subset of
projects is this graph without the arcs whose projects are missing, so that 150 projects are 150 small changes to one search
and not 150 networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.access import straight_weights, ways
from layers.network import AIR, PARKING, ROAD, TRANSFER
from layers.ranking.searches import all_labels, labels_with, labels_without
from layers.routing.compiled import threads
from layers.travel_graph import OWN_LINKS, leaving_nodes, link_weights, minutes_km

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.network import Network

__all__ = ["EXISTING", "ProjectGraph", "project_graph"]

EXISTING = -1
"""The condition of an arc that is there without any project."""


@dataclass(frozen=True)
class ProjectGraph:
    """
    Places, the network of all projects between them, and what each arc needs.

    Attributes
    ----------
    projects : tuple of str, length p
        Ids; a condition is a position in it.
    origins, targets : ndarray of int32, shapes (k,), (m,)
        Nodes of the places that trips start from, and end at.
    own : ndarray of bool, shape (k, m)
        Pairs of a place with itself.
    size : int
        Number of nodes.
    start, stop : ndarray of int32, shape (a,)
        Ends of the arcs, sorted by start.
    weight : ndarray of float64, shape (a,)
        Time and length, see :mod:`layers.travel_graph`.
    first, second : ndarray of int32, shape (a,)
        The projects that an arc needs, ``EXISTING`` for none.
    """

    projects: tuple[str, ...]
    origins: NDArray[np.int32]
    targets: NDArray[np.int32]
    own: NDArray[np.bool_]
    size: int
    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    weight: NDArray[np.float64]
    first: NDArray[np.int32]
    second: NDArray[np.int32]

    def times_of(self, built: Iterable[str]) -> NDArray[np.float64]:
        """
        Return the travel times with some projects, searched from scratch.

        Parameters
        ----------
        built : iterable of str
            Ids of the projects that are there; none is today.

        Returns
        -------
        ndarray of float64, minutes, shape (k, m)
            ``inf`` where there is no way; 0 from a place to itself.
        """
        label, _, _ = self._labels(self._built(built))
        return self._minutes(label[:, self.targets])

    def times_with(self, more: Iterable[str]) -> NDArray[np.float64]:
        """Return the same as :meth:`times_of`, by what the projects change of today."""
        built = self._built(more)
        seeds = np.flatnonzero(self._is_built(built) & ~self._is_built(self._built(()))).astype(np.int32)
        return self._minutes(
            labels_with(self._today, seeds, self.targets, self.start, *self._arcs, built, self._threads)
        )

    def times_without(self, project: str) -> NDArray[np.float64]:
        """Return the same as :meth:`times_of` for all projects but one, by what it changes of all."""
        built = self._built(name for name in self.projects if name != project)
        label, by, order = self._all
        arcs = self._arcs
        return self._minutes(
            labels_without(
                label, by, order, self.targets, self.start, *arcs, self._into_ends, self._into, built, self._threads
            )
        )

    @cached_property
    def today(self) -> NDArray[np.float64]:
        """Travel times without any project, as of :meth:`times_of`."""
        return self._minutes(self._today[:, self.targets])

    @cached_property
    def together(self) -> NDArray[np.float64]:
        """Travel times with all projects, as of :meth:`times_of`."""
        return self._minutes(self._all[0][:, self.targets])

    @cached_property
    def _today(self) -> NDArray[np.float64]:
        return self._labels(self._built(()))[0]

    @cached_property
    def _all(self) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
        return self._labels(self._built(self.projects))

    def _labels(self, built: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
        return all_labels(self.origins, self.size, *self._arcs, built, self._threads)

    @property
    def _threads(self) -> int:
        return max(1, min(threads(), len(self.origins)))

    @cached_property
    def _arcs(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
        ends = np.searchsorted(self.start, np.arange(self.size + 1)).astype(np.int64)
        return ends, self.stop, self.weight, self.first, self.second

    @cached_property
    def _into(self) -> NDArray[np.int32]:
        return np.argsort(self.stop, kind="stable").astype(np.int32)

    @cached_property
    def _into_ends(self) -> NDArray[np.int64]:
        return np.searchsorted(self.stop[self._into], np.arange(self.size + 1)).astype(np.int64)

    def _built(self, projects: Iterable[str]) -> NDArray[np.bool_]:
        """Return which conditions hold; the last, which an index of -1 finds, always does."""
        at = {name: i for i, name in enumerate(self.projects)}
        built = np.zeros(len(self.projects) + 1, dtype=np.bool_)
        built[[at[name] for name in projects]] = True
        built[EXISTING] = True
        return built

    def _is_built(self, built: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(built[self.first] & built[self.second])

    def _minutes(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        minutes, _ = minutes_km(weight)
        return np.where(self.own, 0.0, minutes)


def project_graph(
    network: Network,
    owners: dict[str, str],
    places: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    mode: str = "any",
) -> ProjectGraph:
    """
    Make the graph of all projects between places.

    Parameters
    ----------
    network : Network
        Of what exists and all projects.
    owners : dict
        Project id by the id of each line that a project builds; other lines exist.
    places, targets : DataFrame with name, lon, lat
        Where trips start, and end. A place of both tables is one that agrees in name and point.
    mode : {"any", "rail", "road"}

    Returns
    -------
    ProjectGraph
    """
    projects = tuple(sorted(set(owners.values())))
    number = {name: i for i, name in enumerate(projects)}
    links = network.links
    owner = np.array([number.get(owners.get(line, ""), EXISTING) for line in links["feature_id"]], dtype=np.int32)
    choices = _choices(network, owner)
    tables = [_own_arcs(network, mode, owner, choices)]
    if mode != "road":
        lines = network.trains.sections["feature_id"]
        sections = np.array([number.get(owners.get(line, ""), EXISTING) for line in lines], dtype=np.int32)
        tables.append(_train_arcs(network, sections, choices))
    size = len(network.nodes) if mode == "road" else network.trains.size
    tables += _place_arcs(network, places, targets, mode, choices, size)
    arcs = pd.concat(tables, ignore_index=True).sort_values(
        ["start", "stop", "weight", "first", "second"], kind="stable", ignore_index=True
    )
    arcs = arcs.drop_duplicates(["start", "stop", "first", "second"], ignore_index=True)
    key = ["name", "lon", "lat"]
    here, there = (list(table[key].itertuples(index=False, name=None)) for table in (places, targets))
    return ProjectGraph(
        projects,
        (size + np.arange(len(places))).astype(np.int32),
        (size + len(places) + np.arange(len(targets))).astype(np.int32),
        np.array([[a == b for b in there] for a in here], dtype=np.bool_).reshape(len(here), len(there)),
        size + len(places) + len(targets),
        arcs["start"].to_numpy(dtype=np.int32),
        arcs["stop"].to_numpy(dtype=np.int32),
        arcs["weight"].to_numpy(dtype=float),
        arcs["first"].to_numpy(dtype=np.int32),
        arcs["second"].to_numpy(dtype=np.int32),
    )


def _choices(network: Network, owner: NDArray[np.int32]) -> list[tuple[int, ...]]:
    """Return, for each node of the network, the projects any one of which brings it about; ``EXISTING`` if it is there."""
    rows = network.links[["from_node", "to_node", "stratum"]].assign(owner=owner)
    rows = rows[~rows["stratum"].isin([TRANSFER, PARKING, AIR])]
    found: dict[int, set[int]] = {}
    for a, b, _, by in rows.itertuples(index=False, name=None):
        found.setdefault(a, set()).add(by)
        found.setdefault(b, set()).add(by)
    out = []
    for node in range(len(network.nodes)):
        by = found.get(node, {EXISTING})
        out.append((EXISTING,) if EXISTING in by else tuple(sorted(by)))
    return out


def _expanded(table: pd.DataFrame, choices: list[tuple[int, ...]]) -> pd.DataFrame:
    """Give arcs between nodes ``node_a`` and ``node_b`` (-1: none) a row for each pair of projects that brings them about."""
    only = np.array([one[0] if len(one) == 1 else -2 for one in [*choices, (EXISTING,)]], dtype=np.int32)
    a, b = table["node_a"].to_numpy(dtype=np.int64), table["node_b"].to_numpy(dtype=np.int64)
    first, second = only[a], only[b]
    plain = (first != -2) & (second != -2)
    columns = ["start", "stop", "weight"]
    parts = [table.loc[plain, columns].assign(first=first[plain], second=second[plain])]
    every = [*choices, (EXISTING,)]
    rows = [
        (row.start, row.stop, row.weight, one, two)
        for row in table[~plain].itertuples(index=False)
        for one in every[row.node_a]
        for two in every[row.node_b]
    ]
    if rows:
        parts.append(pd.DataFrame(rows, columns=[*columns, "first", "second"]))
    joined: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return joined


def _own_arcs(network: Network, mode: str, owner: NDArray[np.int32], choices: list[tuple[int, ...]]) -> pd.DataFrame:
    """Links of the network that a mode uses as they stand: roads need their project, the rest both ends."""
    own = network.links["stratum"].isin(OWN_LINKS[mode]).to_numpy()
    links = network.links[own]
    a, b = links["from_node"].to_numpy(dtype=np.int64), links["to_node"].to_numpy(dtype=np.int64)
    table = pd.DataFrame(
        {
            "start": a if mode == "road" else leaving_nodes(network, a),
            "stop": b,
            "weight": link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
            "node_a": a,
            "node_b": b,
        }
    )
    road = (links["stratum"] == ROAD).to_numpy()
    roads = table.loc[road, ["start", "stop", "weight"]].assign(first=owner[own][road], second=np.int32(EXISTING))
    return pd.concat([roads, _expanded(table[~road], choices)], ignore_index=True)


def _train_arcs(network: Network, sections: NDArray[np.int32], choices: list[tuple[int, ...]]) -> pd.DataFrame:
    """Rides need the project of their section and of the one that the train came by; changes of train their station."""
    trains = network.trains
    links = trains.links
    start = links["from_node"].to_numpy(dtype=np.int64)
    section = links["section"].to_numpy(dtype=np.int64)
    arrivals = trains.arrivals
    station_of = np.full(trains.size, -1, dtype=np.int64)
    station_of[arrivals[arrivals >= 0]] = np.flatnonzero(arrivals >= 0)
    first_state = len(network.nodes) + int((arrivals >= 0).sum())
    table = pd.DataFrame(
        {
            "start": start,
            "stop": links["to_node"].to_numpy(dtype=np.int64),
            "weight": link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
        }
    )
    change = section < 0
    rides, before = ~change, start[~change] - first_state
    came_by = np.where(before >= 0, sections[before % max(len(sections), 1)] if len(sections) else EXISTING, EXISTING)
    ridden = table[rides].assign(first=sections[section[rides]], second=came_by.astype(np.int32))
    changed = table[change].assign(node_a=station_of[start[change]], node_b=-1)
    return pd.concat([ridden, _expanded(changed, choices)], ignore_index=True)


def _place_arcs(
    network: Network,
    places: pd.DataFrame,
    targets: pd.DataFrame,
    mode: str,
    choices: list[tuple[int, ...]],
    size: int,
) -> list[pd.DataFrame]:
    """Ways between places and the network, and over local roads alone."""
    node_of = np.arange(size, dtype=np.int64)
    if mode != "road":
        arrivals = network.trains.arrivals
        node_of[arrivals[arrivals >= 0]] = np.flatnonzero(arrivals >= 0)
    enter = ways(network, places, mode, "centre", leaving=False)
    leave = ways(network, targets, mode, "centre", leaving=True)
    entering = pd.DataFrame(
        {
            "start": enter["point"].to_numpy(dtype=np.int64) + size,
            "stop": enter["node"].to_numpy(dtype=np.int64),
            "weight": enter["weight"].to_numpy(dtype=float),
            "node_a": node_of[enter["node"].to_numpy(dtype=np.int64)],
            "node_b": -1,
        }
    )
    leaving = pd.DataFrame(
        {
            "start": leave["node"].to_numpy(dtype=np.int64),
            "stop": leave["point"].to_numpy(dtype=np.int64) + size + len(places),
            "weight": leave["weight"].to_numpy(dtype=float),
            "node_a": node_of[leave["node"].to_numpy(dtype=np.int64)],
            "node_b": -1,
        }
    )
    straight = straight_weights(network, places, targets, mode)
    near = np.argwhere(np.isfinite(straight))
    local = pd.DataFrame(
        {
            "start": near[:, 0] + size,
            "stop": near[:, 1] + size + len(places),
            "weight": straight[near[:, 0], near[:, 1]],
            "first": np.int32(EXISTING),
            "second": np.int32(EXISTING),
        }
    )
    return [_expanded(entering, choices), _expanded(leaving, choices), local]
