"""
Shortest times in a graph whose arcs exist only with their projects: from scratch, with some projects more, with one less.

All three are Dijkstra's search. With more projects only what gets better is searched again, from the arcs that are new; with
one project less only what hung on it, from the arcs that are left (Ramalingam and Reps 1996). Labels are whole numbers kept
in float64 (see :mod:`layers.travel_graph`), origins are independent, so that the result has the same bytes whatever the
number of threads.

References
----------
Ramalingam, G. and T. Reps (1996). An incremental algorithm for a generalization of the shortest-path problem. Journal of
Algorithms 21, 267–305.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from layers.routing.compiled import kernel, parallel_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["all_labels", "labels_with", "labels_without"]


@kernel
def _push(keys: Floats, nodes: Ints, filled: int, key: float, node: int) -> int:
    at = filled
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        nodes[at] = nodes[parent]
        at = parent
    keys[at] = key
    nodes[at] = node
    return filled + 1


@kernel
def _drop(keys: Floats, nodes: Ints, filled: int) -> int:
    """Take the first off the heap; the caller has read it."""
    filled -= 1
    key = keys[filled]
    node = nodes[filled]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= filled:
            break
        if child + 1 < filled and keys[child + 1] < keys[child]:
            child += 1
        if key <= keys[child]:
            break
        keys[at] = keys[child]
        nodes[at] = nodes[child]
        at = child
    keys[at] = key
    nodes[at] = node
    return filled


@kernel
def _is_built(arc: int, first: Ints, second: Ints, built: Flags) -> bool:
    """Tell whether the projects that an arc needs are there; the last entry of ``built``, at -1, is what exists."""
    return bool(built[first[arc]] and built[second[arc]])


@kernel
def _spread(
    label: Floats,
    by: Ints,
    order: Ints,
    keys: Floats,
    nodes: Ints,
    filled: int,
    ends: Longs,
    stop: Ints,
    weight: Floats,
    first: Ints,
    second: Ints,
    built: Flags,
) -> int:
    """Search on until nothing gets better; return how many nodes were settled, in ``order`` if it is that long."""
    settled = 0
    while filled > 0:
        key = keys[0]
        node = nodes[0]
        filled = _drop(keys, nodes, filled)
        if key > label[node]:
            continue
        if settled < len(order):
            order[settled] = node
        settled += 1
        for arc in range(ends[node], ends[node + 1]):
            if not _is_built(arc, first, second, built):
                continue
            there = stop[arc]
            value = key + weight[arc]
            if value < label[there]:
                label[there] = value
                by[there] = arc
                # From a place where trips end nothing goes on: most arcs lead to such, and need no turn in the heap.
                if ends[there] < ends[there + 1]:
                    filled = _push(keys, nodes, filled, value, there)
    return settled


@parallel_kernel
def all_labels(
    sources: Ints,
    size: int,
    ends: Longs,
    stop: Ints,
    weight: Floats,
    first: Ints,
    second: Ints,
    built: Flags,
    thread_count: int,
) -> tuple[Floats, Ints, Ints]:
    """
    Return the labels of all nodes from each source, the arc by which each was reached (-1: none), and the order of settling.

    ``order`` has the nodes with a way on, and is -1 beyond those that were reached. Shapes (k, size).
    """
    count = len(sources)
    label = np.full((count, size), np.inf)
    by = np.full((count, size), -1, dtype=np.int32)
    order = np.full((count, size), -1, dtype=np.int32)
    for t in numba.prange(thread_count):
        keys = np.empty(len(stop) + 1)
        nodes = np.empty(len(stop) + 1, dtype=np.int32)
        for i in range(t, count, thread_count):
            label[i, sources[i]] = 0.0
            filled = _push(keys, nodes, 0, 0.0, sources[i])
            _spread(label[i], by[i], order[i], keys, nodes, filled, ends, stop, weight, first, second, built)
    return label, by, order


@parallel_kernel
def labels_with(
    label: Floats,
    seeds: Ints,
    targets: Ints,
    start: Ints,
    ends: Longs,
    stop: Ints,
    weight: Floats,
    first: Ints,
    second: Ints,
    built: Flags,
    thread_count: int,
) -> Floats:
    """
    Return the labels of the targets when more is built: ``label`` is without, ``seeds`` are the arcs that are new.

    Shape (k, m).
    """
    count, size = label.shape
    out = np.empty((count, len(targets)))
    none = np.empty(0, dtype=np.int32)
    for t in numba.prange(thread_count):
        keys = np.empty(len(stop) + len(seeds) + 1)
        nodes = np.empty(len(stop) + len(seeds) + 1, dtype=np.int32)
        by = np.empty(size, dtype=np.int32)
        mine = np.empty(size)
        for i in range(t, count, thread_count):
            mine[:] = label[i]
            filled = 0
            for arc in seeds:
                value = mine[start[arc]] + weight[arc]
                there = stop[arc]
                if value < mine[there]:
                    mine[there] = value
                    if ends[there] < ends[there + 1]:
                        filled = _push(keys, nodes, filled, value, there)
            _spread(mine, by, none, keys, nodes, filled, ends, stop, weight, first, second, built)
            for j in range(len(targets)):
                out[i, j] = mine[targets[j]]
    return out


@parallel_kernel
def labels_without(
    label: Floats,
    by: Ints,
    order: Ints,
    targets: Ints,
    start: Ints,
    ends: Longs,
    stop: Ints,
    weight: Floats,
    first: Ints,
    second: Ints,
    into_ends: Longs,
    into: Ints,
    built: Flags,
    thread_count: int,
) -> Floats:
    """
    Return the labels of the targets when less is built: ``label``, ``by`` and ``order`` are with all of it.

    ``into`` are the arcs that end at each node, ``into_ends`` where those of a node begin and end. Shape (k, m).
    """
    count, size = label.shape
    out = np.empty((count, len(targets)))
    none = np.empty(0, dtype=np.int32)
    for t in numba.prange(thread_count):
        keys = np.empty(len(stop) + size + 1)
        nodes = np.empty(len(stop) + size + 1, dtype=np.int32)
        spare = np.empty(size, dtype=np.int32)
        mine = np.empty(size)
        hung = np.zeros(size, dtype=np.bool_)
        for i in range(t, count, thread_count):
            mine[:] = label[i]
            hung[:] = False
            reached = 0
            while reached < size and order[i, reached] >= 0:
                reached += 1
            lost = 0
            # The places where trips end come after all that have a way on: nothing hangs on them.
            for k in range(reached + len(targets)):
                node = order[i, k] if k < reached else targets[k - reached]
                arc = by[i, node]
                if arc >= 0 and (hung[start[arc]] or not _is_built(arc, first, second, built)):
                    hung[node] = True
                    mine[node] = np.inf
                    lost += 1
            if lost:
                filled = 0
                for k in range(reached + len(targets)):
                    node = order[i, k] if k < reached else targets[k - reached]
                    if not hung[node]:
                        continue
                    for j in range(into_ends[node], into_ends[node + 1]):
                        arc = into[j]
                        if not hung[start[arc]] and _is_built(arc, first, second, built):
                            value = mine[start[arc]] + weight[arc]
                            if value < mine[node]:
                                mine[node] = value
                    if k < reached and mine[node] < np.inf:
                        filled = _push(keys, nodes, filled, mine[node], node)
                _spread(mine, spare, none, keys, nodes, filled, ends, stop, weight, first, second, built)
            for j in range(len(targets)):
                out[i, j] = mine[targets[j]]
    return out
