"""
Searches that stop at a limit, on the plain graph: what lies within an hour, and how many people.

A Dijkstra search with a heap of four children and entries left to go stale; a thread a source, each with its own arrays that
are reset where they were touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from layers.routing.compiled import kernel, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS
from layers.routing.locality import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.graph import Graph

__all__ = ["searched_ms", "sum_within"]


def sum_within(
    graph: Graph, sources: NDArray[np.integer[Any]], limit_ms: int, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Sum weights of the nodes within a limit of each source.

    Parameters
    ----------
    graph : Graph
    sources : ndarray of int64, shape (s,)
    limit_ms : int
        A node at just the limit counts.
    weights : ndarray of float64, shape (n,)
        Such as population.

    Returns
    -------
    ndarray of float64, shape (s,)
        The sum is taken in the order of the nodes' times, the same with any number of threads.
    """
    out = np.zeros(len(sources))
    first, head, time = rows(graph.node_count, graph.tail, graph.head, graph.time_ms)
    _sum_within(threads(), first, head, time, sources.astype(np.int64), int(limit_ms), weights.astype(np.float64), out)
    return out


def searched_ms(
    graph: Graph, sources: NDArray[np.integer[Any]], targets: NDArray[np.integer[Any]]
) -> NDArray[np.int32]:
    """
    Compute the times from a few sources by searching the whole graph.

    Parameters
    ----------
    graph : Graph
    sources, targets : ndarray of int, shapes (s,) and (t,)

    Returns
    -------
    ndarray of int32, shape (s, t)
        Milliseconds; ``LONGEST_MS`` where there is no way.
    """
    first, head, time = rows(graph.node_count, graph.tail, graph.head, graph.time_ms)
    out = np.empty((len(sources), len(targets)), dtype=np.int32)
    for row, source in enumerate(sources):
        best = np.full(graph.node_count, LONGEST_MS, dtype=np.int32)
        nodes = np.empty(graph.node_count, dtype=np.int32)
        heap_time, heap_node = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32)
        _search(first, head, time, int(source), LONGEST_MS - 1, best, nodes, heap_time, heap_node)
        out[row] = best[targets]
    return out


@kernel
def _search(
    first: NDArray[np.int64],
    head: NDArray[np.int32],
    time: NDArray[np.int32],
    source: int,
    limit: int,
    best: NDArray[np.int32],
    nodes: NDArray[np.int32],
    heap_time: NDArray[np.int32],
    heap_node: NDArray[np.int32],
) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    """Settle nodes up to a limit into ``nodes``, by time; return how many, and the heap, which may have grown."""
    settled = 0
    heap_time[0], heap_node[0] = 0, source
    size = 1
    best[source] = 0
    while size > 0:
        now, v = heap_time[0], heap_node[0]
        size -= 1
        if size > 0:
            moved_time, moved_node = heap_time[size], heap_node[size]
            hole = 0
            while True:
                child = 4 * hole + 1
                if child >= size:
                    break
                least = child
                for c in range(child + 1, min(child + 4, size)):
                    if heap_time[c] < heap_time[least]:
                        least = c
                if heap_time[least] >= moved_time:
                    break
                heap_time[hole], heap_node[hole] = heap_time[least], heap_node[least]
                hole = least
            heap_time[hole], heap_node[hole] = moved_time, moved_node
        if now > best[v]:  # stale: a faster entry came first
            continue
        nodes[settled] = v
        settled += 1
        for e in range(first[v], first[v + 1]):
            later = now + time[e]
            u = head[e]
            if later <= limit and later < best[u]:
                best[u] = later
                if size == len(heap_time):
                    wider_time = np.empty(2 * size, dtype=np.int32)
                    wider_node = np.empty(2 * size, dtype=np.int32)
                    wider_time[:size] = heap_time
                    wider_node[:size] = heap_node
                    heap_time, heap_node = wider_time, wider_node
                hole = size
                size += 1
                while hole > 0:
                    above = (hole - 1) // 4
                    if heap_time[above] <= later:
                        break
                    heap_time[hole], heap_node[hole] = heap_time[above], heap_node[above]
                    hole = above
                heap_time[hole], heap_node[hole] = later, u
    return settled, heap_time, heap_node


@parallel_kernel
def _sum_within(
    thread_count: int,
    first: NDArray[np.int64],
    head: NDArray[np.int32],
    time: NDArray[np.int32],
    sources: NDArray[np.int64],
    limit: int,
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    for t in numba.prange(thread_count):
        best = np.full(len(first), LONGEST_MS, dtype=np.int32)
        nodes = np.empty(len(first), dtype=np.int32)
        heap_time = np.empty(1024, dtype=np.int32)
        heap_node = np.empty(1024, dtype=np.int32)
        for s in range(t, len(sources), thread_count):
            count, heap_time, heap_node = _search(
                first, head, time, sources[s], limit, best, nodes, heap_time, heap_node
            )
            total = 0.0
            for i in range(count):
                total += weights[nodes[i]]
                best[nodes[i]] = LONGEST_MS
            out[s] = total
