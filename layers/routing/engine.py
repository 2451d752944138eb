"""
Travel times on a graph of any size, through one interface.

The engine chooses: up to ``SMALL`` nodes, or for a few sources, plain Dijkstra searches by scipy; beyond, a contraction
hierarchy that is built once over the links and given new times for each scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo.errors import SchemaError
from layers.routing.bounded import searched_ms, sum_within
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph
from layers.routing.hierarchy import Hierarchy, build_hierarchy
from layers.routing.locality import numbers_by_place
from layers.routing.many_to_many import select_targets, times_ms
from layers.routing.metric import Metric, customise
from layers.routing.pruning import prune

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["SMALL", "Engine"]

SMALL = 50_000
"""Nodes up to which a plain search is as fast as building a hierarchy."""
FEW_SOURCES = 3


@dataclass(frozen=True)
class Engine:
    """
    Travel times on one graph.

    Parameters
    ----------
    graph : Graph
    xy : ndarray of float64, shape (n, 2), optional
        Places of the nodes in any unit; they only make searches faster.
    pruned : bool
        Whether to take out the arcs no shortest way needs: half a second more for a million nodes, and matrices in half
        the time.

    Examples
    --------
    >>> engine = Engine(Graph.of(3, [0, 1], [1, 2], [10.0, 5.0]))
    >>> engine.matrix([0, 2], [0, 2]).tolist()
    [[0.0, 15.0], [nan, 0.0]]
    """

    graph: Graph
    xy: NDArray[np.float64] | None = None
    pruned: bool = True

    @cached_property
    def _number(self) -> NDArray[np.int32]:
        """Number of each node by its place."""
        return numbers_by_place(self.graph, self.xy)

    @cached_property
    def _local(self) -> Graph:
        """The graph with its nodes numbered by place."""
        graph = self.graph
        return Graph(graph.node_count, self._number[graph.tail], self._number[graph.head], graph.time_ms)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The hierarchy over the links, built when first asked for; scenarios made by :meth:`with_times` share it."""
        return build_hierarchy(self._local)

    @cached_property
    def metric(self) -> Metric:
        """The times on the hierarchy's arcs."""
        metric = customise(self.hierarchy, self.graph.time_ms)
        return prune(self.hierarchy, metric) if self.pruned else metric

    def with_times(self, time_min: ArrayLike) -> Engine:
        """
        Return the engine of a scenario: the same links with other times, not pruned, for it is soon asked and soon done with.

        Parameters
        ----------
        time_min : array of float, shape (m,)
            Minutes of each link, in the graph's order; infinite closes a link. A planned link stands in the graph from
            the start, closed.

        Returns
        -------
        Engine

        Raises
        ------
        SchemaError
            If a time is negative, not a number, or finite but beyond 298 h; or their number is another.
        """
        minutes = np.asarray(time_min, dtype=np.float64)
        closed = np.isposinf(minutes)
        checked = Graph.of(self.graph.node_count, self.graph.tail, self.graph.head, np.where(closed, 0.0, minutes))
        checked.time_ms[closed] = LONGEST_MS
        scenario = Engine(checked, self.xy, pruned=False)
        scenario.__dict__.update({k: v for k, v in self.__dict__.items() if k in ("_number", "hierarchy")})
        return scenario

    def matrix(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.float64]:
        """
        Compute the travel times from sources to targets.

        Parameters
        ----------
        sources, targets : array of int, shapes (s,) and (t,)
            Nodes; they may repeat.

        Returns
        -------
        ndarray of float64, shape (s, t)
            Minutes, within 0.01 s; NaN where there is no way. The same with any number of threads.

        Raises
        ------
        SchemaError
            If a node is not in the graph.
        """
        start, end = self._nodes(sources, "sources"), self._nodes(targets, "targets")
        if not len(start) or not len(end):
            return np.empty((len(start), len(end)))
        if self.graph.node_count <= SMALL:
            once, where = np.unique(start, return_inverse=True)
            found: NDArray[np.float64] = dijkstra(self._open, indices=once)[:, end][where]
        elif len(start) <= FEW_SOURCES and "hierarchy" not in self.__dict__:
            found = searched_ms(self._local, self._number[start], self._number[end]).astype(np.float64)
        else:
            selection = select_targets(self.hierarchy, self.metric, self._number[end])
            found = times_ms(self.hierarchy, self.metric, selection, self._number[start])
        found[~(found < LONGEST_MS)] = np.nan
        minutes: NDArray[np.float64] = found / MS_PER_MIN
        return minutes

    def sum_within(self, sources: ArrayLike, limit_min: float, weights: ArrayLike) -> NDArray[np.float64]:
        """
        Sum weights, such as population, of the nodes within a limit of each source.

        Parameters
        ----------
        sources : array of int, shape (s,)
        limit_min : float
        weights : array of float, shape (n,)

        Returns
        -------
        ndarray of float64, shape (s,)

        Raises
        ------
        SchemaError
            If a node is not in the graph, the limit is negative or beyond 298 h, or a weight is missing.
        """
        start = self._nodes(sources, "sources")
        value = np.asarray(weights, dtype=np.float64)
        limit = limit_min * MS_PER_MIN
        if value.shape != (self.graph.node_count,) or not np.isfinite(value).all() or not 0.0 <= limit < LONGEST_MS:
            message = (
                f"expected {self.graph.node_count} finite weights and a limit from 0 to {LONGEST_MS / MS_PER_MIN:,.0f} "
                f"minutes; got {value.shape} weights, {int((~np.isfinite(value)).sum())} not finite, limit {limit_min}"
            )
            raise SchemaError(message)
        by_place = np.empty_like(value)
        by_place[self._number] = value
        return sum_within(self._local, self._number[start], int(np.floor(limit)), by_place)

    @cached_property
    def _open(self) -> object:
        """The links that are not closed, as a matrix for scipy."""
        matrix = self.graph.matrix.copy()
        matrix.data[matrix.data >= LONGEST_MS] = np.inf
        return matrix

    def _nodes(self, nodes: ArrayLike, what: str) -> NDArray[np.int64]:
        found = np.asarray(nodes)
        if found.size == 0:
            return np.empty(0, dtype=np.int64)
        wrong = (found < 0) | (found >= self.graph.node_count) | (found != np.floor(found))
        if wrong.any():
            message = f"{what}: {found[wrong][:5].tolist()} are not among the nodes 0 … {self.graph.node_count - 1}"
            raise SchemaError(message)
        return found.astype(np.int64)
