"""
Travel times on a graph of any size, through one interface.

The engine chooses: up to ``SMALL`` nodes and not many sources, plain Dijkstra searches by scipy; for a few sources on a larger
graph, searches of its own; otherwise a contraction hierarchy that is built once over the links and given new times for each
scenario. All of them count in whole milliseconds and find the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.errors import SchemaError
from layers.routing.bounded import reached_ms, searched_ms, sum_within
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph, limit_ms
from layers.routing.hierarchy import Hierarchy, build_hierarchy
from layers.routing.locality import Rows, numbers_by_place, rows
from layers.routing.many_to_many import Selection, select_targets, times_ms
from layers.routing.metric import Metric, customise, open_arcs
from layers.routing.pruning import prune

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["SMALL", "Engine"]

SMALL = 50_000
"""Nodes up to which plain searches may do."""
MANY_CELLS = 10_000_000
"""Nodes times sources from which on a hierarchy is worth its building, and the loading of its code, for a small graph too."""
FEW_SOURCES = 8
"""Sources up to which no hierarchy is built for a large graph, if there is none yet."""
BLOCK_CELLS = 2**23
"""Nodes times sources that scipy is given at once: 64 MB."""


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
    kept : bool
        Whether the order of a large graph's nodes, which takes most of the time of building a hierarchy, is kept on disk
        for the next run, in :func:`layers.routing.kept_orders.cache_folder`.

    Examples
    --------
    >>> engine = Engine(Graph.of(3, [0, 1], [1, 2], [10.0, 5.0]))
    >>> engine.matrix([0, 2], [0, 2]).tolist()
    [[0.0, 15.0], [nan, 0.0]]
    """

    graph: Graph
    xy: NDArray[np.float64] | None = None
    pruned: bool = True
    kept: bool = True
    _selected: dict[bytes, Selection] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _number(self) -> NDArray[np.int32]:
        """Number of each node by its place."""
        return numbers_by_place(self.graph, self.xy)

    @cached_property
    def _node(self) -> NDArray[np.int64]:
        """Node of each number by place."""
        return np.argsort(self._number)

    @cached_property
    def _local(self) -> Graph:
        """The graph with its nodes numbered by place."""
        graph = self.graph
        return Graph(graph.node_count, self._number[graph.tail], self._number[graph.head], graph.time_ms)

    @cached_property
    def hierarchy(self) -> Hierarchy | None:
        """
        The hierarchy over the links, built when first asked for; scenarios made by :meth:`with_times` share it.

        None where the links are nothing like roads: plain searches do all then.
        """
        return build_hierarchy(self._local, kept=self.kept)

    @cached_property
    def metric(self) -> Metric | None:
        """The hierarchy's arcs with their times; None without a hierarchy."""
        if self.hierarchy is None:
            return None
        times = customise(self.hierarchy, self.graph.time_ms)
        return prune(self.hierarchy, times) if self.pruned else open_arcs(self.hierarchy, times)

    @cached_property
    def _rows(self) -> Rows:
        """The links by their tails, nodes by place."""
        return rows(self._local)

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
        return self._scenario(self.graph.with_times(time_min))

    def _scenario(self, graph: Graph) -> Engine:
        scenario = Engine(graph, self.xy, pruned=False, kept=self.kept)
        shared = ["_number", "hierarchy", "_parts"]
        if np.array_equal(graph.time_ms >= LONGEST_MS, self.graph.time_ms >= LONGEST_MS):
            shared.append("_without_time")
        scenario.__dict__.update({k: v for k, v in self.__dict__.items() if k in shared})
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
            Minutes, exact to the millisecond that links are rounded to; NaN where there is no way. The same with any
            number of threads.

        Raises
        ------
        SchemaError
            If a node is not in the graph, or a trip takes 298 h or more.
        """
        found = self.matrix_ms(sources, targets)
        minutes: NDArray[np.float64] = found / MS_PER_MIN
        minutes[found >= LONGEST_MS] = np.nan
        return minutes

    def matrix_ms(self, sources: ArrayLike, targets: ArrayLike) -> NDArray[np.int32]:
        """
        Compute the same as :meth:`matrix` in whole milliseconds.

        Parameters
        ----------
        sources, targets : array of int, shapes (s,) and (t,)

        Returns
        -------
        ndarray of int32, shape (s, t)
            ``layers.routing.graph.LONGEST_MS`` where there is no way.

        Raises
        ------
        SchemaError
            As :meth:`matrix`.
        """
        start, end = self.graph.nodes(sources, "sources"), self.graph.nodes(targets, "targets")
        found = self._found_ms(start, end)
        too_long = self._too_long(start, end, found)
        if len(too_long):
            a, b = too_long[0]
            message = (
                f"{len(too_long)} trips take {LONGEST_MS / MS_PER_MIN:,.0f} minutes (298 h) or more, the first from node "
                f"{start[a]} to {end[b]}: times are counted in milliseconds of 30 bits; are they in minutes?"
            )
            raise SchemaError(message)
        return found

    def _found_ms(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return times in milliseconds, ``LONGEST_MS`` where there is no way or none that short."""
        if not len(start) or not len(end):
            return np.empty((len(start), len(end)), dtype=np.int32)
        ready = "hierarchy" in self.__dict__
        once, where = np.unique(start, return_inverse=True)
        n = self.graph.node_count
        if not ready and n <= SMALL and n * len(once) <= MANY_CELLS:
            return self._scipy_ms(once, end)[where]
        if (not ready and len(once) <= FEW_SOURCES) or self.hierarchy is None or self.metric is None:
            return searched_ms(self._rows, self._number[once], self._number[end])[where]
        selection = self._selection(self.hierarchy, self.metric, end)
        return times_ms(self.hierarchy, self.metric, selection, self._number[start])

    def _scipy_ms(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int32]:
        out = np.empty((len(start), len(end)), dtype=np.int32)
        block = max(1, BLOCK_CELLS // self.graph.node_count)
        for begin in range(0, len(start), block):
            found = dijkstra(self.graph.matrix, indices=start[begin : begin + block])[:, end]
            out[begin : begin + block] = np.minimum(found, LONGEST_MS)
        return out

    def _selection(self, hierarchy: Hierarchy, metric: Metric, end: NDArray[np.int64]) -> Selection:
        """Lay out what lies above targets, or take it from the last time: a large matrix is asked for in blocks of sources."""
        key = end.tobytes()
        selection = self._selected.get(key)
        if selection is None:
            selection = select_targets(hierarchy, metric, self._number[end])
            self._selected.clear()
            self._selected[key] = selection
        return selection

    def _too_long(
        self, start: NDArray[np.int64], end: NDArray[np.int64], found: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return the pairs, shape (k, 2), that have a way but none below ``LONGEST_MS``: not to be taken for no way."""
        time = self.graph.time_ms
        lost: NDArray[np.int64] = np.argwhere(found >= LONGEST_MS)
        if not len(lost) or int(time[time < LONGEST_MS].max(initial=0)) * (self.graph.node_count - 1) < LONGEST_MS:
            return lost[:0]  # all have a way, or no way is that long
        lost = lost[self._parts[start[lost[:, 0]]] == self._parts[end[lost[:, 1]]]]
        if len(lost):
            some, others = np.unique(start[lost[:, 0]]), np.unique(end[lost[:, 1]])
            reached = self._without_time._found_ms(some, others) < LONGEST_MS
            lost = lost[reached[np.searchsorted(some, start[lost[:, 0]]), np.searchsorted(others, end[lost[:, 1]])]]
        return lost

    @cached_property
    def _parts(self) -> NDArray[np.int32]:
        """Part of each node: between two parts there is no link at all, closed ones included."""
        graph = self.graph
        shape = (graph.node_count, graph.node_count)
        links = coo_array((np.ones(len(graph.tail)), (graph.tail, graph.head)), shape=shape)
        parts: NDArray[np.int32] = connected_components(links, directed=True, connection="weak")[1]
        return parts

    @cached_property
    def _without_time(self) -> Engine:
        """The same links open and closed, without time: what can be reached at all."""
        return self._scenario(self.graph.with_times(np.where(self.graph.time_ms < LONGEST_MS, 0.0, np.inf)))

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
        start, limit = self.graph.nodes(sources, "sources"), limit_ms(limit_min)
        value = np.asarray(weights, dtype=np.float64)
        if value.shape != (self.graph.node_count,) or not np.isfinite(value).all():
            message = (
                f"expected {self.graph.node_count} finite weights; got {value.shape} weights, "
                f"{int((~np.isfinite(value)).sum())} not finite"
            )
            raise SchemaError(message)
        by_place = np.empty_like(value)
        by_place[self._number] = value
        return sum_within(self._rows, self._number[start], limit, by_place)

    def reached(self, source: int, limit_min: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """
        Find the nodes within a limit of one source, such as for an isochrone on streets.

        Parameters
        ----------
        source : int
        limit_min : float
            A node at just the limit counts.

        Returns
        -------
        nodes : ndarray of int64, shape (k,)
            By time.
        time_min : ndarray of float64, shape (k,)

        Raises
        ------
        SchemaError
            If the node is not in the graph, or the limit is negative or beyond 298 h.

        Examples
        --------
        >>> engine = Engine(Graph.of(3, [0, 1], [1, 2], [10.0, 5.0]))
        >>> [part.tolist() for part in engine.reached(0, 12.0)]
        [[0, 1], [0.0, 10.0]]
        """
        (start,) = self._number[self.graph.nodes([source], "source")]
        nodes, time_ms = reached_ms(self._rows, int(start), limit_ms(limit_min))
        return self._node[nodes], time_ms / MS_PER_MIN
