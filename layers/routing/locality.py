"""
Numbering of nodes by place, so that neighbours in the graph are neighbours in memory.

Random numbers cost a search on a million nodes three times its time.

References
----------
Morton (1966), A computer oriented geodetic data base, IBM: the curve that interleaves the digits of the coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.graph import Graph

__all__ = ["numbers_by_place", "rows"]


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
        first, head, _ = rows(graph.node_count, graph.tail, graph.head, graph.time_ms)
        order = _breadth_first(first, head)
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


@kernel
def rows(
    node_count: int, tail: NDArray[np.int32], head: NDArray[np.int32], time_ms: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return the links by their tails: where each node's links begin, heads, times; parallel links and loops stay."""
    first = np.zeros(node_count + 1, dtype=np.int64)
    for e in range(len(tail)):
        first[tail[e] + 1] += 1
    first = np.cumsum(first)
    fill = first.copy()
    heads = np.empty(len(tail), dtype=np.int32)
    times = np.empty(len(tail), dtype=np.int32)
    for e in range(len(tail)):
        at = fill[tail[e]]
        fill[tail[e]] += 1
        heads[at] = head[e]
        times[at] = time_ms[e]
    return first, heads, times


@kernel
def _breadth_first(first: NDArray[np.int64], head: NDArray[np.int32]) -> NDArray[np.int32]:
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
                if not seen[head[e]]:
                    seen[head[e]] = True
                    order[count] = head[e]
                    count += 1
    return order
