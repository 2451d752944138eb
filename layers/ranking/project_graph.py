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

from layers.ranking.arcs import EXISTING, choices, own_arcs, place_arcs, train_arcs
from layers.ranking.searches import all_labels, labels_with, labels_without
from layers.routing.compiled import threads
from layers.travel_graph import minutes_km

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.network import Network

__all__ = ["ProjectGraph", "project_graph"]


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
    by_node = choices(network, owner)
    tables = [own_arcs(network, mode, owner, by_node)]
    if mode != "road":
        lines = network.trains.sections["feature_id"]
        sections = np.array([number.get(owners.get(line, ""), EXISTING) for line in lines], dtype=np.int32)
        tables.append(train_arcs(network, sections, by_node))
    size = len(network.nodes) if mode == "road" else network.trains.size
    tables += place_arcs(network, places, targets, mode, by_node, size)
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
