"""
Numbering of nodes by place, so that neighbours in the graph are neighbours in memory.

Random numbers cost a search on a million nodes three times its time.

References
----------
Morton (1966), A computer oriented geodetic data base, IBM: the curve that interleaves the digits of the coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from layers.routing.compiled import kernel
from layers.routing.graph import LONGEST_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.graph import Graph

__all__ = ["Rows", "numbers_by_place", "rows"]


def numbers_by_place(graph: Graph, xy: NDArray[np.float64] | None) -> NDArray[np.int32]:
    """
    Number the nodes along a curve through their places, or in the order of a breadth-first search.

    Parameters
    ----------
    graph : Graph
    xy : ndarray of float64, shape (n, 2), optional
        Places of the nodes in any unit.

    Returns
    -------
    ndarray of int32, shape (n,)
        New number of each node.
    """
    number = np.empty(graph.node_count, dtype=np.int32)
    order: NDArray[np.integer[Any]]
    if xy is None:
        order = _breadth_first(*_rows(graph.node_count, graph.tail, graph.head, graph.time_ms))
    else:
        low = xy.min(axis=0)
        scale = 65_535.0 / max(float((xy.max(axis=0) - low).max()), 1e-300)
        grid = ((xy - low) * scale).astype(np.uint64)
        order = np.argsort(_spread(grid[:, 0]) | (_spread(grid[:, 1]) << np.uint64(1)), kind="stable")
    number[order] = np.arange(graph.node_count, dtype=np.int32)
    return number


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit between the bits of 16-bit numbers."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


class Rows(NamedTuple):
    """The links by their tails: where each node's begin, and head and milliseconds side by side; all of them stay."""

    first: NDArray[np.int64]
    link: NDArray[np.int32]
    """Shape (m, 2)."""
    mean_ms: float
    """Mean time of the links that are not closed; 0 without any."""


def rows(graph: Graph) -> Rows:
    """
    Return the links by their tails.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    Rows
    """
    time = graph.time_ms[graph.time_ms < LONGEST_MS]
    mean_ms = float(time.mean()) if len(time) else 0.0
    return Rows(*_rows(graph.node_count, graph.tail, graph.head, graph.time_ms), mean_ms)


@kernel
def _rows(
    node_count: int, tail: NDArray[np.int32], head: NDArray[np.int32], time_ms: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    first = np.zeros(node_count + 1, dtype=np.int64)
    for e in range(len(tail)):
        first[tail[e] + 1] += 1
    first = np.cumsum(first)
    fill = first.copy()
    link = np.empty((len(tail), 2), dtype=np.int32)
    for e in range(len(tail)):
        at = fill[tail[e]]
        fill[tail[e]] += 1
        link[at, 0] = head[e]
        link[at, 1] = time_ms[e]
    return first, link


@kernel
def _breadth_first(first: NDArray[np.int64], link: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the nodes as a breadth-first search finds them, part by part."""
    n = len(first) - 1
    seen = np.zeros(n, dtype=np.bool_)
    order = np.empty(n, dtype=np.int32)
    count = 0
    done = 0
    for v in range(n):
        if not seen[v]:
            seen[v] = True
            order[count] = v
            count += 1
        while done < count:
            u = order[done]
            done += 1
            for e in range(first[u], first[u + 1]):
                if not seen[link[e, 0]]:
                    seen[link[e, 0]] = True
                    order[count] = link[e, 0]
                    count += 1
    return order
