"""
Times from many sources to many targets over a hierarchy.

The targets' ancestors in the elimination tree are all that a shortest way can come down through: the downward arcs among
them are laid out once, then swept from the top for a batch of sources at a time, a lane each.

References
----------
Delling, Goldberg, Werneck (2011), Faster Batched Shortest Paths in Road Networks, ATMOS (RPHAST).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

from layers.routing.compiled import kernel, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.hierarchy import Hierarchy
    from layers.routing.metric import Metric

__all__ = ["Selection", "select_targets", "times_ms"]

LANES = 16
"""Sources swept together: a cache line of 32-bit times."""
LONGEST_SINGLE_MS = 2.0**25
"""Times up to here are swept in single precision."""


class Selection(NamedTuple):
    """The ranks that lie above targets, highest first, and the downward arcs among them."""

    place: NDArray[np.int32]
    """Place of each rank in the selection, -1 outside; shape (n,)."""
    first: NDArray[np.int64]
    above: NDArray[np.int32]
    time_ms: NDArray[np.int32]
    targets: NDArray[np.int32]
    """Place of each target."""


def select_targets(hierarchy: Hierarchy, metric: Metric, targets: NDArray[np.integer[Any]]) -> Selection:
    """
    Lay out what lies above targets.

    Parameters
    ----------
    hierarchy : Hierarchy
    metric : Metric
    targets : ndarray of int64, shape (t,)
        Nodes of the graph.

    Returns
    -------
    Selection
    """
    ranks = hierarchy.rank[targets]
    place, first, above, time = _select(ranks, hierarchy.parent, hierarchy.up_first, hierarchy.up_head, metric.down_ms)
    return Selection(place, first, above, time, place[ranks])


def times_ms(
    hierarchy: Hierarchy, metric: Metric, selection: Selection, sources: NDArray[np.integer[Any]]
) -> NDArray[np.float64]:
    """
    Compute the times from sources to the targets of a selection.

    Parameters
    ----------
    hierarchy : Hierarchy
    metric : Metric
    selection : Selection
        Made with the same hierarchy and metric.
    sources : ndarray of int64, shape (s,)
        Nodes of the graph.

    Returns
    -------
    ndarray of float64, shape (s, t)
        Milliseconds, infinite where there is no way. Swept in single precision, which is exact up to 2²⁴ (4.6 h) and
        within 10 ms up to 2²⁵; where a time is longer, again in double precision, which is exact.
    """
    ranks = hierarchy.rank[sources]
    out = np.empty((len(sources), len(selection.targets)))
    again = np.arange(len(sources))
    precisions: tuple[type[np.floating[Any]], ...] = (np.float32, np.float64)
    for precision in precisions:
        blank: NDArray[np.floating[Any]] = np.empty(0, dtype=precision)
        part = np.empty((len(again), out.shape[1]), dtype=precision)
        h = hierarchy
        _sweep(threads(), ranks[again], h.parent, h.up_first, h.up_head, metric.up_ms, *selection, blank, part)
        out[again] = part
        longest = np.where(np.isfinite(part), part, 0.0).max(axis=1, initial=0.0)
        again = again[longest > LONGEST_SINGLE_MS]
        if not len(again):
            break
    return out


@kernel
def _select(
    targets: NDArray[np.int32],
    parent: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    n = len(parent)
    place = np.full(n, -1, dtype=np.int32)
    count = 0
    arcs = 0
    for t in targets:
        v = t
        while v >= 0 and place[v] == -1:
            place[v] = 0
            count += 1
            arcs += up_first[v + 1] - up_first[v]
            v = parent[v]
    first = np.empty(count + 1, dtype=np.int64)
    above = np.empty(arcs, dtype=np.int32)
    time = np.empty(arcs, dtype=np.int32)
    at = 0
    used = 0
    for v in range(n - 1, -1, -1):
        if place[v] == -1:
            continue
        place[v] = at
        first[at] = used
        at += 1
        for e in range(up_first[v], up_first[v + 1]):
            if down_ms[e] < LONGEST_MS:
                above[used] = place[up_head[e]]
                time[used] = down_ms[e]
                used += 1
    first[count] = used
    return place, first, above[:used].copy(), time[:used].copy()


@kernel
def _climb(
    sources: NDArray[np.int32],
    parent: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    row: NDArray[np.int32],
    place: NDArray[np.int32],
    lanes: NDArray[np.floating[Any]],
) -> None:
    """Find the times from a batch of sources to their ancestors, a lane each, and put those of the selection into lanes."""
    ranks = np.empty(1024, dtype=np.int32)
    count = 0
    for source in sources:
        v = source
        while v >= 0 and row[v] == -1:
            row[v] = 0
            if count == len(ranks):
                wider = np.empty(2 * count, dtype=np.int32)
                wider[:count] = ranks
                ranks = wider
            ranks[count] = v
            count += 1
            v = parent[v]
    ranks = np.sort(ranks[:count])
    for i in range(count):
        row[ranks[i]] = i
    reached = np.full((count, LANES), np.inf, dtype=lanes.dtype)
    for lane in range(len(sources)):
        reached[row[sources[lane]], lane] = 0.0
    now = np.empty(LANES, dtype=lanes.dtype)
    length = np.empty(1, dtype=lanes.dtype)
    for i in range(count):
        v = ranks[i]
        for k in range(LANES):
            now[k] = reached[i, k]
        for e in range(up_first[v], up_first[v + 1]):
            if up_ms[e] == LONGEST_MS:
                continue
            length[0] = up_ms[e]
            u, further = row[up_head[e]], length[0]
            for k in range(LANES):
                reached[u, k] = min(reached[u, k], now[k] + further)
        if place[v] >= 0:
            for k in range(LANES):
                lanes[place[v], k] = now[k]
    for i in range(count):
        row[ranks[i]] = -1


@kernel
def _come_down(
    first: NDArray[np.int64],
    above: NDArray[np.int32],
    time: NDArray[np.floating[Any]],
    lanes: NDArray[np.floating[Any]],
) -> None:
    """Carry the times from the top of a selection down."""
    best = np.empty(LANES, dtype=lanes.dtype)
    for v in range(len(first) - 1):
        for k in range(LANES):
            best[k] = lanes[v, k]
        for e in range(first[v], first[v + 1]):
            u, further = above[e], time[e]
            for k in range(LANES):
                best[k] = min(best[k], lanes[u, k] + further)
        for k in range(LANES):
            lanes[v, k] = best[k]


@parallel_kernel
def _sweep(
    thread_count: int,
    sources: NDArray[np.int32],
    parent: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    place: NDArray[np.int32],
    first: NDArray[np.int64],
    above: NDArray[np.int32],
    time: NDArray[np.int32],
    targets: NDArray[np.int32],
    blank: NDArray[np.floating[Any]],
    out: NDArray[np.floating[Any]],
) -> None:
    order = np.argsort(sources)  # sources near each other share ancestors
    length = time.astype(blank.dtype)
    batches = (len(sources) + LANES - 1) // LANES
    for t in numba.prange(thread_count):
        row = np.full(len(parent), -1, dtype=np.int32)
        lanes = np.empty((len(first) - 1, LANES), dtype=blank.dtype)
        for b in range(t, batches, thread_count):
            batch = order[b * LANES : (b + 1) * LANES]
            lanes[:] = np.inf
            _climb(sources[batch], parent, up_first, up_head, up_ms, row, place, lanes)
            _come_down(first, above, length, lanes)
            for i in range(len(targets)):
                for k in range(len(batch)):
                    out[batch[k], i] = lanes[targets[i], k]
