"""
Times from many sources to many targets over a hierarchy.

The targets' ancestors in the elimination tree are all that a shortest way can come down through: the downward arcs among
them are laid out once, then swept from the top for a batch of sources at a time, a lane each. Whole milliseconds throughout:
exact, and the same whatever the number of threads.

References
----------
Delling, Goldberg, Werneck (2011), Faster Batched Shortest Paths in Road Networks, ATMOS (RPHAST).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

from layers.routing.compiled import kernel, longer, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS
from layers.routing.lanes import LANES, lane_rows, pull, push

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.hierarchy import Hierarchy
    from layers.routing.metric import Metric

__all__ = ["Selection", "select_targets", "times_ms"]


class Selection(NamedTuple):
    """The ranks that lie above targets, highest first, and the downward arcs among them."""

    place: NDArray[np.int32]
    """Place of each rank in the selection, counted from 1; 0 outside; shape (n,)."""
    first: NDArray[np.int64]
    above: NDArray[np.int32]
    time_ms: NDArray[np.int32]
    targets: NDArray[np.int32]
    """Place of each target, counted from 0."""


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
    place = _blank(1, len(hierarchy.parent))[0]
    first, above, time = _select(ranks, hierarchy.parent, *metric.down, place)
    return Selection(place, first, above, time, place[ranks] - np.int32(1))


def times_ms(
    hierarchy: Hierarchy, metric: Metric, selection: Selection, sources: NDArray[np.integer[Any]]
) -> NDArray[np.int32]:
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
    ndarray of int32, shape (s, t)
        Milliseconds, exact; ``LONGEST_MS`` where there is no way, or none shorter than that.
    """
    ranks = hierarchy.rank[sources]
    out = np.empty((len(sources), len(selection.targets)), dtype=np.int32)
    hands = max(1, min(threads(), -(-len(sources) // LANES)))
    count = len(selection.first) - 1
    h = hierarchy
    _sweep(
        hands,
        ranks,
        np.argsort(ranks, kind="stable"),  # sources near each other share ancestors
        h.parent,
        *metric.up,
        selection.place,
        selection.first,
        selection.above,
        selection.time_ms,
        selection.targets,
        _blank(hands, len(h.parent)),
        _blank(hands, count),
        lane_rows(hands, count),
        out,
    )
    return out


def _blank(rows: int, columns: int) -> NDArray[np.int32]:
    """Return zeros that take memory only where they are touched."""
    return np.zeros((rows, columns), dtype=np.int32)


@kernel
def _ancestors(ranks: NDArray[np.int32], parent: NDArray[np.int32], place: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return ranks and all their ancestors, ascending, and mark them in ``place``."""
    found = np.empty(1024, dtype=np.int32)
    count = 0
    for rank in ranks:
        v = rank
        while v >= 0 and place[v] == 0:
            place[v] = 1
            if count == len(found):
                found = longer(found, count, 0)
            found[count] = v
            count += 1
            v = parent[v]
    return np.sort(found[:count])


@kernel
def _select(
    targets: NDArray[np.int32],
    parent: NDArray[np.int32],
    down_first: NDArray[np.int64],
    down_head: NDArray[np.int32],
    down_ms: NDArray[np.int32],
    place: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    ranks = _ancestors(targets, parent, place)[::-1]
    arcs = 0
    for v in ranks:
        arcs += down_first[v + 1] - down_first[v]
    first = np.empty(len(ranks) + 1, dtype=np.int64)
    above = np.empty(arcs, dtype=np.int32)
    time = np.empty(arcs, dtype=np.int32)
    used = 0
    for at in range(len(ranks)):
        v = ranks[at]
        place[v] = at + 1
        first[at] = used
        for e in range(down_first[v], down_first[v + 1]):
            above[used] = place[down_head[e]] - 1
            time[used] = down_ms[e]
            used += 1
    first[len(ranks)] = used
    return first, above, time


@kernel
def _climb(
    sources: NDArray[np.int32],
    parent: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    row: NDArray[np.int32],
    reached: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find the times from a batch of sources to their ancestors, a lane each; return the ancestors and their rows."""
    ranks = _ancestors(sources, parent, row)
    count = len(ranks)
    if count > len(reached):
        reached = np.empty((2 * count, LANES), dtype=np.int32)
    for i in range(count):
        row[ranks[i]] = i
        for k in range(LANES):
            reached[i, k] = LONGEST_MS
    for lane in range(len(sources)):
        reached[row[sources[lane]], lane] = 0
    for i in range(count):
        v = ranks[i]
        for e in range(up_first[v], up_first[v + 1]):
            push(reached, i, row[up_head[e]], up_ms[e])  # closed arcs too: they change nothing, and need no branch
    for v in ranks:
        row[v] = 0
    return ranks, reached


@parallel_kernel
def _sweep(
    thread_count: int,
    sources: NDArray[np.int32],
    order: NDArray[np.int64],
    parent: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    place: NDArray[np.int32],
    first: NDArray[np.int64],
    above: NDArray[np.int32],
    time: NDArray[np.int32],
    targets: NDArray[np.int32],
    rows: NDArray[np.int32],
    batch_of: NDArray[np.int32],
    lanes_of: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    batches = (len(sources) + LANES - 1) // LANES
    for t in numba.prange(thread_count):
        lanes, begun = lanes_of[t], batch_of[t]
        reached = np.empty((1024, LANES), dtype=np.int32)
        for b in range(t, batches, thread_count):
            batch = order[b * LANES : (b + 1) * LANES]
            ranks, reached = _climb(sources[batch], parent, up_first, up_head, up_ms, rows[t], reached)
            for i in range(len(ranks)):
                at = place[ranks[i]] - 1
                if at >= 0:
                    for k in range(LANES):
                        lanes[at, k] = reached[i, k]
                    begun[at] = b + 1
            for v in range(len(first) - 1):
                pull(lanes, v, first[v], first[v + 1], above, time, begun[v] == b + 1)
            for k in range(len(batch)):
                mine = out[batch[k]]
                for i in range(len(targets)):
                    mine[i] = lanes[targets[i], k]
