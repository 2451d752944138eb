"""A directed graph with times on its links, in the form that the searches use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse

from geo.errors import SchemaError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["LONGEST_MS", "MS_PER_MIN", "Graph", "limit_ms"]

MS_PER_MIN = 60_000.0
LONGEST_MS = 2**30 - 1
"""Times from here on are unreachable inside (some 298 h): two of them still add up in 32 bits."""
LIMIT_SLACK_MS = 1e-6
"""A limit of whole milliseconds stays one, whatever the last bit of its minutes."""


@dataclass(frozen=True)
class Graph:
    """
    A directed graph with non-negative times.

    Parameters
    ----------
    node_count : int
    tail, head : ndarray of int32, shape (m,)
        Ends of each link, 0 … ``node_count`` - 1. Parallel links and loops may stand; the fastest counts.
    time_ms : ndarray of int32, shape (m,)
        Whole milliseconds, below ``LONGEST_MS``, which closes a link.

    See Also
    --------
    Graph.of : from any arrays, with times in minutes, checked.
    """

    node_count: int
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    time_ms: NDArray[np.int32]

    @classmethod
    def of(cls, node_count: int, tail: ArrayLike, head: ArrayLike, time_min: ArrayLike) -> Graph:
        """
        Make a graph from links with times in minutes.

        Parameters
        ----------
        node_count : int
        tail, head : array of int, shape (m,)
        time_min : array of float, shape (m,)
            Rounded to whole milliseconds.

        Returns
        -------
        Graph

        Raises
        ------
        SchemaError
            If the arrays differ in length, a node is not in the graph, or a time is negative, not finite or beyond 298 h.
            The message lists every breach with the first rows.

        Examples
        --------
        >>> Graph.of(2, [0], [1], [1.5]).time_ms.tolist()
        [90000]
        """
        ends = [np.asarray(a) for a in (tail, head)]
        minutes = np.atleast_1d(np.asarray(time_min, dtype=np.float64))
        breaches = []
        if not len(ends[0]) == len(ends[1]) == len(minutes):
            breaches.append(
                f"{len(ends[0])} tails, {len(ends[1])} heads and {len(minutes)} times: expected as many of each"
            )
        for name, nodes in zip(("tail", "head"), ends, strict=True):
            wrong = np.flatnonzero((nodes < 0) | (nodes >= node_count))
            if len(wrong):
                breaches.append(f"{name} in rows {wrong[:5].tolist()} is not among the nodes 0 … {node_count - 1}")
        time_ms, breach = _milliseconds(minutes)
        if breach:
            breaches.append(breach)
        if breaches:
            message = "links of a graph: " + "; ".join(breaches)
            raise SchemaError(message)
        return cls(int(node_count), ends[0].astype(np.int32), ends[1].astype(np.int32), time_ms)

    def with_times(self, time_min: ArrayLike) -> Graph:
        """
        Return the same links with other times.

        Parameters
        ----------
        time_min : array of float, shape (m,)
            Infinite closes a link: its time is ``LONGEST_MS``.

        Returns
        -------
        Graph

        Raises
        ------
        SchemaError
            If a time is negative, not a number, or finite but beyond 298 h; or their number is another.
        """
        minutes = np.asarray(time_min, dtype=np.float64)
        closed = np.isposinf(minutes)
        time_ms, wrong = _milliseconds(np.where(closed, 0.0, minutes))
        if minutes.shape != self.time_ms.shape:
            wrong = f"{minutes.shape} times for {len(self.time_ms)} links"
        if wrong:
            message = f"new times of links: {wrong}"
            raise SchemaError(message)
        time_ms[closed] = LONGEST_MS
        return Graph(self.node_count, self.tail, self.head, time_ms)

    def nodes(self, nodes: ArrayLike, what: str) -> NDArray[np.int64]:
        """
        Return nodes as an array, checked.

        Parameters
        ----------
        nodes : array of int, shape (k,)
        what : str
            What they are, for the message.

        Returns
        -------
        ndarray of int64, shape (k,)

        Raises
        ------
        SchemaError
            If one is not in the graph.
        """
        found = np.asarray(nodes)
        if found.size == 0:
            return np.empty(0, dtype=np.int64)
        wrong = ~((found >= 0) & (found < self.node_count) & (found == np.floor(found)))
        if wrong.any():
            message = f"{what}: {found[wrong][:5].tolist()} are not among the nodes 0 … {self.node_count - 1}"
            raise SchemaError(message)
        return found.astype(np.int64)

    @cached_property
    def matrix(self) -> scipy.sparse.csr_array:
        """Return the open links as a sparse matrix of milliseconds: explicit zeros are links; of parallel ones the fastest."""
        real = (self.tail != self.head) & (self.time_ms < LONGEST_MS)
        tail, head, time = self.tail[real], self.head[real], self.time_ms[real]
        order = np.lexsort((time, head, tail))
        tail, head, time = tail[order], head[order], time[order]
        first = np.ones(len(tail), dtype=bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        shape = (self.node_count, self.node_count)
        links = (time[first].astype(np.float64), (tail[first], head[first]))
        return scipy.sparse.csr_array(scipy.sparse.coo_array(links, shape=shape))

    @cached_property
    def topology_key(self) -> str:
        """Return a name for the links without their times: the same links in the same order have the same name."""
        digest = hashlib.sha256(np.int64(self.node_count).tobytes())
        digest.update(np.ascontiguousarray(self.tail, dtype=np.int32).tobytes())
        digest.update(np.ascontiguousarray(self.head, dtype=np.int32).tobytes())
        return digest.hexdigest()[:32]


def _milliseconds(minutes: NDArray[np.float64]) -> tuple[NDArray[np.int32], str]:
    """Return minutes in whole milliseconds, and what is wrong with them."""
    whole = np.rint(minutes * MS_PER_MIN)
    fine = (whole >= 0.0) & (whole < LONGEST_MS)
    if fine.all():
        return whole.astype(np.int32), ""
    rows = np.flatnonzero(~fine)
    first = ", ".join(f"{minutes[i]} in row {i}" for i in rows[:5])
    wrong = f"time_min must be from 0 to {LONGEST_MS / MS_PER_MIN:,.0f} minutes: {first}"
    return np.zeros(len(minutes), dtype=np.int32), wrong


def limit_ms(limit_min: float) -> int:
    """
    Return a limit of time in whole milliseconds.

    Parameters
    ----------
    limit_min : float

    Returns
    -------
    int

    Raises
    ------
    SchemaError
        If it is negative, not a number or beyond 298 h.
    """
    limit = np.floor(limit_min * MS_PER_MIN + LIMIT_SLACK_MS)
    if not 0.0 <= limit < LONGEST_MS:
        message = f"expected a limit from 0 to {LONGEST_MS / MS_PER_MIN:,.0f} minutes; got {limit_min}"
        raise SchemaError(message)
    return int(limit)
