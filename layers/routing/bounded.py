"""
Searches that stop at a limit, on the plain graph: what lies within an hour, and how many people.

Dijkstra's search with buckets: an entry waits in the bucket of its time, unsorted; only the entries of the bucket at hand stand
in a heap, so that the heap stays a few entries small, and nodes are settled in exactly the order of their times, whatever the
times are. A thread a source, each with its own arrays that are reset where they were touched.

References
----------
Cherkassky, Goldberg, Silverstein (1999), Buckets, heaps, lists, and monotone priority queues, SIAM J. Comput. 28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from layers.routing.compiled import kernel, longer, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS
from layers.routing.heap import rise, sink
from layers.routing.prefetch import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.locality import Rows

__all__ = ["reached_ms", "searched_ms", "sum_within"]

BUCKETS = 2**18
"""At most so many: a megabyte for their beginnings."""
BUCKETS_PER_LINK = 64
"""A bucket spans this part of a mean link's time: few entries each, and few that are empty."""


def sum_within(
    rows: Rows, sources: NDArray[np.integer[Any]], limit_ms: int, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Sum weights of the nodes within a limit of each source.

    Parameters
    ----------
    rows : Rows
        The links by their tails.
    sources : ndarray of int64, shape (s,)
    limit_ms : int
        A node at just the limit counts.
    weights : ndarray of float64, shape (n,)
        Such as population.

    Returns
    -------
    ndarray of float64, shape (s,)
        The sum is taken in the order of the nodes' times, then numbers: the same with any number of threads.
    """
    out = np.zeros(len(sources))
    hands = max(1, min(threads(), len(sources)))
    best = np.full((hands, len(rows.first)), LONGEST_MS, dtype=np.int32)
    shift = _shift(rows, limit_ms)
    _sum_within(hands, rows.first, rows.link, sources.astype(np.int64), int(limit_ms), shift, weights, best, out)
    return out


def searched_ms(rows: Rows, sources: NDArray[np.integer[Any]], targets: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
    """
    Compute the times from a few sources by searching the whole graph.

    Parameters
    ----------
    rows : Rows
        The links by their tails.
    sources, targets : ndarray of int, shapes (s,) and (t,)

    Returns
    -------
    ndarray of int32, shape (s, t)
        Milliseconds; ``LONGEST_MS`` where there is no way.
    """
    out = np.empty((len(sources), len(targets)), dtype=np.int32)
    hands = max(1, min(threads(), len(sources)))
    best = np.empty((hands, len(rows.first)), dtype=np.int32)
    shift = _shift(rows, LONGEST_MS - 1)
    _search_all(hands, rows.first, rows.link, sources.astype(np.int64), targets.astype(np.int64), shift, best, out)
    return out


def reached_ms(rows: Rows, source: int, limit_ms: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    Find the nodes within a limit of one source.

    Parameters
    ----------
    rows : Rows
        The links by their tails.
    source : int
    limit_ms : int
        A node at just the limit counts.

    Returns
    -------
    nodes, time_ms : ndarray of int32, shape (k,)
        By time, then number; the source first.
    """
    best = np.full(len(rows.first), LONGEST_MS, dtype=np.int32)
    shift = _shift(rows, limit_ms)
    nodes = _reached(rows.first, rows.link, int(source), int(limit_ms), shift, best)
    time = best[nodes]
    order = np.lexsort((nodes, time))  # links without time settle a node after one of the same time and a higher number
    return nodes[order], time[order]


def _shift(rows: Rows, limit_ms: int) -> int:
    """Return the power of two that a bucket spans."""
    span = max(rows.mean_ms / BUCKETS_PER_LINK, limit_ms / BUCKETS, 1.0)
    return int(np.ceil(np.log2(span)))


@kernel
def _search(
    first: NDArray[np.int64],
    link: NDArray[np.int32],
    source: int,
    limit: int,
    shift: int,
    best: NDArray[np.int32],
    nodes: NDArray[np.int32],
    last: NDArray[np.int32],
    waiting: NDArray[np.int64],
    before: NDArray[np.int32],
    heap: NDArray[np.int64],
) -> tuple[int, NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """
    Settle nodes up to a limit, by time.

    ``best`` has ``LONGEST_MS`` everywhere and ``last`` -1; ``last`` has again when it returns. An entry is a time in the upper
    half of its bits and a node in the lower. Returns how many were settled, and the arrays that may have grown: ``nodes``, the
    settled; ``waiting`` and ``before``, entries in buckets and the one before each; ``heap``.
    """
    settled = 0
    used = 0
    free = -1
    bucket = 0
    size = 1
    heap[0] = source
    best[source] = 0
    while True:
        if size == 0:
            while bucket < len(last) and last[bucket] < 0:
                bucket += 1
            if bucket == len(last):
                break
            at = last[bucket]
            last[bucket] = -1
            while at >= 0:
                entry = waiting[at]
                if best[entry & 0xFFFFFFFF] == entry >> 32:  # otherwise a faster one came
                    if size == len(heap):
                        heap = longer(heap, size, 0)
                    rise(heap, size, entry)
                    size += 1
                prefetch(link, 2 * first[entry & 0xFFFFFFFF])
                following = before[at]
                before[at] = free
                free = at
                at = following
            continue
        entry = heap[0]
        size -= 1
        sink(heap, size)
        v = entry & 0xFFFFFFFF
        now = entry >> 32
        if best[v] != now:
            continue
        if settled == len(nodes):
            nodes = longer(nodes, settled, 0)
        nodes[settled] = v
        settled += 1
        for e in range(first[v], first[v + 1]):
            u = link[e, 0]
            later = now + link[e, 1]
            if later > limit or later >= best[u]:
                continue
            best[u] = later
            entry = (later << 32) | u
            place = later >> shift
            if place == bucket:
                if size == len(heap):
                    heap = longer(heap, size, 0)
                rise(heap, size, entry)
                size += 1
                continue
            at = free
            if at >= 0:
                free = before[at]
            else:
                if used == len(waiting):
                    waiting, before = longer(waiting, used, 0), longer(before, used, 0)
                at = used
                used += 1
            prefetch(first, u)
            waiting[at] = entry
            before[at] = last[place]
            last[place] = at
    return settled, nodes, waiting, before, heap


@parallel_kernel
def _sum_within(
    thread_count: int,
    first: NDArray[np.int64],
    link: NDArray[np.int32],
    sources: NDArray[np.int64],
    limit: int,
    shift: int,
    weights: NDArray[np.float64],
    best_of: NDArray[np.int32],
    out: NDArray[np.float64],
) -> None:
    for t in numba.prange(thread_count):
        best = best_of[t]
        nodes = np.empty(1024, dtype=np.int32)
        last = np.full((limit >> shift) + 1, -1, dtype=np.int32)
        waiting, before = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int32)
        heap = np.empty(1024, dtype=np.int64)
        for s in range(t, len(sources), thread_count):
            count, nodes, waiting, before, heap = _search(
                first, link, sources[s], limit, shift, best, nodes, last, waiting, before, heap
            )
            total = 0.0
            for i in range(count):
                total += weights[nodes[i]]
                best[nodes[i]] = LONGEST_MS
            out[s] = total


@parallel_kernel
def _search_all(
    thread_count: int,
    first: NDArray[np.int64],
    link: NDArray[np.int32],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    shift: int,
    best_of: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    for t in numba.prange(thread_count):
        best = best_of[t]
        nodes = np.empty(1024, dtype=np.int32)
        last = np.full((LONGEST_MS >> shift) + 1, -1, dtype=np.int32)
        waiting, before = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int32)
        heap = np.empty(1024, dtype=np.int64)
        for s in range(t, len(sources), thread_count):
            best[:] = LONGEST_MS
            _, nodes, waiting, before, heap = _search(
                first, link, sources[s], LONGEST_MS - 1, shift, best, nodes, last, waiting, before, heap
            )
            for i in range(len(targets)):
                out[s, i] = best[targets[i]]


@kernel
def _reached(
    first: NDArray[np.int64],
    link: NDArray[np.int32],
    source: int,
    limit: int,
    shift: int,
    best: NDArray[np.int32],
) -> NDArray[np.int32]:
    last = np.full((limit >> shift) + 1, -1, dtype=np.int32)
    waiting, before = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int32)
    nodes, heap = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int64)
    count, nodes, _, _, _ = _search(first, link, source, limit, shift, best, nodes, last, waiting, before, heap)
    return nodes[:count]
