"""
Times on the arcs of a hierarchy: a new scenario is new times on the same arcs.

Each arc gets the fastest time both ways over the link it stands for and every lower triangle, bottom-up. Subtrees go side by
side; above them most triangles are those of a few supernodes, ranks in a row with the same upper neighbours, whose arcs lie
side by side too, so that they are relaxed by the vector. Whole numbers and minima only: the threads cannot change the result.

References
----------
Dibbelt, Strasser, Wagner (2016), Customizable Contraction Hierarchies, ACM JEA 21, section 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from layers.routing.compiled import kernel, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.hierarchy import Hierarchy

__all__ = ["ArcTimes", "Arcs", "Metric", "customise", "open_arcs"]

SHARED_WORK = 1_000_000
"""Triangles of a supernode from which on its rows are shared among the threads: a hand-over costs some microseconds."""


class ArcTimes(NamedTuple):
    """Milliseconds on each arc of a hierarchy, upward and downward; ``LONGEST_MS`` where there is no way."""

    up_ms: NDArray[np.int32]
    down_ms: NDArray[np.int32]


class Arcs(NamedTuple):
    """Arcs by their lower ends: where each rank's begin, upper ends ascending, times (``LONGEST_MS`` changes nothing)."""

    first: NDArray[np.int64]
    head: NDArray[np.int32]
    time_ms: NDArray[np.int32]


class Metric(NamedTuple):
    """The arcs to search, upward and downward."""

    up: Arcs
    down: Arcs


def open_arcs(hierarchy: Hierarchy, times: ArcTimes) -> Metric:
    """
    Take all arcs as they stand, without a copy.

    Parameters
    ----------
    hierarchy : Hierarchy
    times : ArcTimes

    Returns
    -------
    Metric
    """
    first, head = hierarchy.up_first, hierarchy.up_head
    return Metric(Arcs(first, head, times.up_ms), Arcs(first, head, times.down_ms))


def customise(hierarchy: Hierarchy, time_ms: NDArray[np.int32]) -> ArcTimes:
    """
    Compute the times on the arcs.

    Parameters
    ----------
    hierarchy : Hierarchy
    time_ms : ndarray of int32, shape (m,)
        Time of each link of the graph; ``LONGEST_MS`` closes a link.

    Returns
    -------
    ArcTimes
    """
    h = hierarchy
    up, down = _link_times(len(h.up_head), h.arc_of_link, h.link_goes_up, time_ms)
    sizes = h.subtrees[:, 1] - h.subtrees[:, 0]
    runs = h.subtrees[np.argsort(-sizes, kind="stable")]
    _relax_subtrees(threads(), runs, h.up_first, h.up_head, h.down_first, h.down_tail, h.down_arc, up, down)
    top = np.flatnonzero(h.on_top)
    _relax_from_subtrees(
        threads(), top, h.on_top, h.up_first, h.up_head, h.down_first, h.down_tail, h.down_arc, up, down
    )
    _relax_top(threads(), h.supernodes, h.up_first, h.up_head, up, down)
    return ArcTimes(up, down)


@kernel
def _link_times(
    arcs: int, arc_of_link: NDArray[np.int64], goes_up: NDArray[np.bool_], time_ms: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    up = np.full(arcs, LONGEST_MS, dtype=np.int32)
    down = np.full(arcs, LONGEST_MS, dtype=np.int32)
    for e in range(len(time_ms)):
        arc = arc_of_link[e]
        if arc < 0:
            continue
        if goes_up[e]:
            up[arc] = min(up[arc], time_ms[e])
        else:
            down[arc] = min(down[arc], time_ms[e])
    return up, down


@kernel
def _relax(
    a: int,
    begin: int,
    end: int,
    place: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    down_tail: NDArray[np.int32],
    down_arc: NDArray[np.int64],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
) -> None:
    """Relax the upward arcs of rank ``a`` by the lower triangles over a part of its lower neighbours."""
    for at in range(up_first[a], up_first[a + 1]):
        place[up_head[at]] = at - up_first[a]
    mine = up_first[a]
    for i in range(begin, end):
        arc = down_arc[i]
        to_a, from_a = up[arc], down[arc]
        if to_a == LONGEST_MS and from_a == LONGEST_MS:
            continue
        for f in range(arc + 1, up_first[down_tail[i] + 1]):
            at = mine + place[up_head[f]]
            there = np.int32(from_a + up[f])
            back = np.int32(down[f] + to_a)
            if there < up[at]:
                up[at] = there
            if back < down[at]:
                down[at] = back


@parallel_kernel
def _relax_subtrees(
    thread_count: int,
    runs: NDArray[np.int64],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    down_first: NDArray[np.int64],
    down_tail: NDArray[np.int32],
    down_arc: NDArray[np.int64],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
) -> None:
    """Relax subtrees side by side: an arc belongs to its lower end, so no two threads write one."""
    for t in numba.prange(thread_count):
        place = np.empty(len(up_first), dtype=np.int32)
        for r in range(t, len(runs), thread_count):
            for a in range(runs[r, 0], runs[r, 1]):
                _relax(a, down_first[a], down_first[a + 1], place, up_first, up_head, down_tail, down_arc, up, down)


@parallel_kernel
def _relax_from_subtrees(
    thread_count: int,
    ranks: NDArray[np.int64],
    on_top: NDArray[np.bool_],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    down_first: NDArray[np.int64],
    down_tail: NDArray[np.int32],
    down_arc: NDArray[np.int64],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
) -> None:
    """Relax the ranks above the subtrees by what comes from within the subtrees."""
    for t in numba.prange(thread_count):
        place = np.empty(len(up_first), dtype=np.int32)
        for k in range(t, len(ranks), thread_count):
            a = ranks[k]
            i, end = down_first[a], down_first[a + 1]
            while i < end:
                while i < end and on_top[down_tail[i]]:
                    i += 1
                j = i
                while j < end and not on_top[down_tail[j]]:
                    j += 1
                _relax(a, i, j, place, up_first, up_head, down_tail, down_arc, up, down)
                i = j


@kernel
def _relax_within(
    begin: int, end: int, up_first: NDArray[np.int64], up: NDArray[np.int32], down: NDArray[np.int32]
) -> None:
    """Relax the arcs of a supernode by triangles whose two lower corners are in it: rows that match, one shorter each."""
    for v in range(begin, end):
        last = up_first[v + 1]
        for a in range(v + 1, end):
            arc = up_first[v] + (a - v - 1)
            to_a, from_a = up[arc], down[arc]
            row = up_first[a]
            for k in range(last - arc - 1):
                up[row + k] = min(up[row + k], np.int32(from_a + up[arc + 1 + k]))
                down[row + k] = min(down[row + k], np.int32(down[arc + 1 + k] + to_a))


@kernel
def _relax_above(
    begin: int,
    end: int,
    i: int,
    best_up: NDArray[np.int32],
    best_down: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
) -> None:
    """Relax the row of the ``i``-th rank above a supernode by triangles whose lowest corner is in the supernode."""
    first = up_first[end - 1]
    width = up_first[end] - first - i - 1
    best_up[:width] = LONGEST_MS
    best_down[:width] = LONGEST_MS
    for v in range(begin, end):
        arc = up_first[v] + (end - 1 - v) + i
        to_a, from_a = up[arc], down[arc]
        for k in range(width):
            best_up[k] = min(best_up[k], np.int32(from_a + up[arc + 1 + k]))
            best_down[k] = min(best_down[k], np.int32(down[arc + 1 + k] + to_a))
    at = up_first[up_head[first + i]]
    for k in range(width):
        b = up_head[first + i + 1 + k]
        while up_head[at] != b:
            at += 1
        up[at] = min(up[at], best_up[k])
        down[at] = min(down[at], best_down[k])


@parallel_kernel
def _relax_top(
    thread_count: int,
    supernodes: NDArray[np.int64],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
) -> None:
    """Relax what lies above the subtrees, supernode by supernode; the rows above one are shared among the threads."""
    widest = 1
    for s in range(len(supernodes)):
        last = supernodes[s, 1] - 1
        widest = max(widest, up_first[last + 1] - up_first[last])
    best_up = np.empty((thread_count, widest), dtype=np.int32)
    best_down = np.empty((thread_count, widest), dtype=np.int32)
    for s in range(len(supernodes)):
        begin, end = supernodes[s, 0], supernodes[s, 1]
        _relax_within(begin, end, up_first, up, down)
        above = up_first[end] - up_first[end - 1]
        if (end - begin) * above * above < SHARED_WORK:
            for i in range(above):
                _relax_above(begin, end, i, best_up[0], best_down[0], up_first, up_head, up, down)
            continue
        for t in numba.prange(thread_count):
            for i in range(t, above, thread_count):
                _relax_above(begin, end, i, best_up[t], best_down[t], up_first, up_head, up, down)
