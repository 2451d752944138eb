"""
Arcs of a hierarchy that no shortest way needs, taken out: fewer to sweep when many trips are asked for.

Perfect customisation: from the top down each arc gets the true time between its ends; where that is less than the arc's own,
another way is faster and the arc can go.

References
----------
Dibbelt, Strasser, Wagner (2016), Customizable Contraction Hierarchies, ACM JEA 21, section 7.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from layers.routing.compiled import kernel, parallel_kernel, threads
from layers.routing.graph import LONGEST_MS
from layers.routing.metric import Arcs, Metric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.hierarchy import Hierarchy
    from layers.routing.metric import ArcTimes

__all__ = ["prune"]


def prune(hierarchy: Hierarchy, times: ArcTimes) -> Metric:
    """
    Leave only the arcs that shortest ways need.

    Parameters
    ----------
    hierarchy : Hierarchy
    times : ArcTimes
        Left unchanged.

    Returns
    -------
    Metric
        The same times between any two nodes as over all arcs.
    """
    h = hierarchy
    true_up, true_down = times.up_ms.copy(), times.down_ms.copy()
    _true_on_top(h.supernodes, h.up_first, h.up_head, times.up_ms, times.down_ms, true_up, true_down)
    sizes = h.subtrees[:, 1] - h.subtrees[:, 0]
    runs = h.subtrees[np.argsort(-sizes, kind="stable")]
    _true_in_subtrees(threads(), runs, h.up_first, h.up_head, times.up_ms, times.down_ms, true_up, true_down)
    up = Arcs(*_needed(h.up_first, h.up_head, times.up_ms, true_up))
    return Metric(up, Arcs(*_needed(h.up_first, h.up_head, times.down_ms, true_down)))


@kernel
def _needed(
    first: NDArray[np.int64], head: NDArray[np.int32], time_ms: NDArray[np.int32], true_ms: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return the arcs whose own time is the true one between their ends."""
    count = 0
    for e in range(len(head)):
        count += time_ms[e] < LONGEST_MS and time_ms[e] <= true_ms[e]
    out_first = np.empty(len(first), dtype=np.int64)
    out_head = np.empty(count, dtype=np.int32)
    out_time = np.empty(count, dtype=np.int32)
    used = 0
    for v in range(len(first) - 1):
        out_first[v] = used
        for e in range(first[v], first[v + 1]):
            if time_ms[e] < LONGEST_MS and time_ms[e] <= true_ms[e]:
                out_head[used] = head[e]
                out_time[used] = time_ms[e]
                used += 1
    out_first[-1] = used
    return out_first, out_head, out_time


@kernel
def _relax_row(
    i: int,
    up: NDArray[np.int32],
    down: NDArray[np.int32],
    row_up: NDArray[np.int32],
    row_down: NDArray[np.int32],
    true_up: NDArray[np.int32],
    true_down: NDArray[np.int32],
) -> None:
    """Relax the true times of a rank's arcs by ways over its ``i``-th upper neighbour, whose own row is given, and back."""
    there, back = up[i], down[i]
    best_there, best_back = true_up[i], true_down[i]
    for k in range(len(row_up)):
        j = i + 1 + k
        true_up[j] = min(true_up[j], np.int32(there + row_up[k]))
        true_down[j] = min(true_down[j], np.int32(row_down[k] + back))
        best_there = min(best_there, np.int32(up[j] + row_down[k]))
        best_back = min(best_back, np.int32(row_up[k] + down[j]))
    true_up[i], true_down[i] = best_there, best_back


@kernel
def _true_on_top(
    supernodes: NDArray[np.int64],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
    true_up: NDArray[np.int32],
    true_down: NDArray[np.int32],
) -> None:
    """Find the true times of the arcs above the subtrees, from the top; the rows above a supernode are laid out once."""
    for s in range(len(supernodes) - 1, -1, -1):
        begin, end = supernodes[s, 0], supernodes[s, 1]
        first = up_first[end - 1]
        above = up_first[end] - first
        rows_up = np.empty((above, above), dtype=np.int32)
        rows_down = np.empty((above, above), dtype=np.int32)
        for i in range(above):
            at = up_first[up_head[first + i]]
            for k in range(above - i - 1):
                b = up_head[first + i + 1 + k]
                while up_head[at] != b:
                    at += 1
                rows_up[i, k] = true_up[at]
                rows_down[i, k] = true_down[at]
        for v in range(end - 1, begin - 1, -1):
            a, z = up_first[v], up_first[v + 1]
            inside = end - 1 - v
            for i in range(z - a):
                if i < inside:
                    b, c = up_first[v + 1 + i], up_first[v + 2 + i]
                    _relax_row(i, up[a:z], down[a:z], true_up[b:c], true_down[b:c], true_up[a:z], true_down[a:z])
                else:
                    r = i - inside
                    _relax_row(
                        i,
                        up[a:z],
                        down[a:z],
                        rows_up[r, : above - r - 1],
                        rows_down[r, : above - r - 1],
                        true_up[a:z],
                        true_down[a:z],
                    )


@parallel_kernel
def _true_in_subtrees(
    thread_count: int,
    runs: NDArray[np.int64],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
    up: NDArray[np.int32],
    down: NDArray[np.int32],
    true_up: NDArray[np.int32],
    true_down: NDArray[np.int32],
) -> None:
    """Find the true times of the arcs within and above subtrees, side by side: what lies above them is known."""
    for t in numba.prange(thread_count):
        for r in range(t, len(runs), thread_count):
            for v in range(runs[r, 1] - 1, runs[r, 0] - 1, -1):
                for i in range(up_first[v], up_first[v + 1]):
                    at = up_first[up_head[i]]
                    for j in range(i + 1, up_first[v + 1]):
                        while up_head[at] != up_head[j]:
                            at += 1
                        true_up[j] = min(true_up[j], np.int32(up[i] + true_up[at]))
                        true_down[j] = min(true_down[j], np.int32(true_down[at] + down[i]))
                        true_up[i] = min(true_up[i], np.int32(up[j] + true_down[at]))
                        true_down[i] = min(true_down[i], np.int32(true_up[at] + down[j]))
