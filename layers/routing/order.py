"""
The order in which a hierarchy eliminates the nodes of a graph.

Nodes of low degree go first, in rounds of nodes that are no neighbours of each other; the core that is left is ordered by
nested dissection (METIS). It depends on the links alone, not on their times.

References
----------
Dibbelt, Strasser, Wagner (2016), Customizable Contraction Hierarchies, ACM JEA 21. George (1973), Nested dissection of a
regular finite element mesh, SIAM J. Numer. Anal. 10. Karypis, Kumar (1998), METIS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pymetis

from layers.routing.compiled import kernel, longer, sort_run

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["elimination_order", "neighbours"]

GREEDY_DEGREE = 3
"""Up to three neighbours, elimination adds no more links than it takes away."""


def neighbours(
    node_count: int, tail: NDArray[np.int32], head: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """
    Return each node's neighbours, either way along a link, once each and ascending.

    Parameters
    ----------
    node_count : int
    tail, head : ndarray of int32, shape (m,)

    Returns
    -------
    first : ndarray of int64, shape (n + 1,)
        Where each node's neighbours begin.
    neighbour : ndarray of int32
    """
    return _neighbours(node_count, tail, head)


@kernel
def _neighbours(
    node_count: int, tail: NDArray[np.int32], head: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    count = np.zeros(node_count + 1, dtype=np.int64)
    for e in range(len(tail)):
        if tail[e] != head[e]:
            count[tail[e] + 1] += 1
            count[head[e] + 1] += 1
    start = np.cumsum(count)
    listed = np.empty(start[node_count], dtype=np.int32)
    fill = start.copy()
    for e in range(len(tail)):
        a, b = tail[e], head[e]
        if a != b:
            listed[fill[a]] = b
            fill[a] += 1
            listed[fill[b]] = a
            fill[b] += 1
    first = np.zeros(node_count + 1, dtype=np.int64)
    out = 0
    for v in range(node_count):
        sort_run(listed, start[v], start[v + 1])
        begin = out
        for i in range(start[v], start[v + 1]):
            if out == begin or listed[i] != listed[out - 1]:
                listed[out] = listed[i]
                out += 1
        first[v + 1] = out
    return first, listed[:out].copy()


def elimination_order(first: NDArray[np.int64], neighbour: NDArray[np.int32]) -> NDArray[np.int32]:
    """
    Order the nodes of an undirected graph for elimination.

    Parameters
    ----------
    first : ndarray of int64, shape (n + 1,)
    neighbour : ndarray of int32
        As from :func:`neighbours`.

    Returns
    -------
    ndarray of int32, shape (n,)
        The nodes, first eliminated first.
    """
    early, core, core_first, core_neighbour = _greedy(first, neighbour, GREEDY_DEGREE)
    if len(core) == 0:
        return early
    late, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(core_first, core_neighbour))
    return np.concatenate([early, core[np.asarray(late, dtype=np.int64)]])


@kernel
def _greedy(
    first: NDArray[np.int64], neighbour: NDArray[np.int32], most: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Eliminate nodes of degree up to ``most``; return them in order, and the core that is left as a graph."""
    n = len(first) - 1
    begin = np.empty(n, dtype=np.int64)
    degree = np.empty(n, dtype=np.int32)
    room = np.empty(n, dtype=np.int32)
    pool = np.empty(len(neighbour) + 2 * n + 1024, dtype=np.int32)
    used = 0
    for v in range(n):
        degree[v] = first[v + 1] - first[v]
        room[v] = degree[v] + 2
        begin[v] = used
        for i in range(degree[v]):
            pool[used + i] = neighbour[first[v] + i]
        used += room[v]
    gone = np.zeros(n, dtype=np.bool_)
    order = np.empty(n, dtype=np.int32)
    done = 0
    touched = np.full(n, -1, dtype=np.int32)
    queued = np.full(n, -1, dtype=np.int32)
    turn = 0
    for limit in range(1, most + 1):
        waiting = np.flatnonzero(degree <= limit).astype(np.int32)
        while len(waiting) > 0:
            turn += 1
            later = np.empty(4 * len(waiting), dtype=np.int32)
            count = 0
            for w in waiting:
                if gone[w] or degree[w] > limit:
                    continue
                if touched[w] == turn:  # a neighbour went in this round: chains halve instead of going end to end
                    if queued[w] != turn:
                        queued[w] = turn
                        later[count] = w
                        count += 1
                    continue
                gone[w] = True
                order[done] = w
                done += 1
                mine = pool[begin[w] : begin[w] + degree[w]].copy()
                for a in mine:
                    touched[a] = turn
                    for i in range(begin[a], begin[a] + degree[a]):
                        if pool[i] == w:
                            pool[i] = pool[begin[a] + degree[a] - 1]
                            break
                    degree[a] -= 1
                for a in mine:
                    for b in mine:
                        if a == b:
                            continue
                        known = False
                        for i in range(begin[a], begin[a] + degree[a]):
                            if pool[i] == b:
                                known = True
                                break
                        if known:
                            continue
                        if degree[a] == room[a]:
                            if used + 2 * room[a] > len(pool):
                                pool = longer(pool, used, used + 2 * room[a])
                            for i in range(degree[a]):
                                pool[used + i] = pool[begin[a] + i]
                            begin[a] = used
                            room[a] *= 2
                            used += room[a]
                        pool[begin[a] + degree[a]] = b
                        degree[a] += 1
                for a in mine:
                    if degree[a] <= limit and queued[a] != turn:
                        queued[a] = turn
                        later[count] = a
                        count += 1
            waiting = later[:count].copy()
    core = np.flatnonzero(~gone).astype(np.int32)
    place = np.full(n, -1, dtype=np.int32)
    for i in range(len(core)):
        place[core[i]] = i
    core_first = np.zeros(len(core) + 1, dtype=np.int32)
    total = 0
    for i in range(len(core)):
        total += degree[core[i]]
        core_first[i + 1] = total
    core_neighbour = np.empty(total, dtype=np.int32)
    at = 0
    for w in core:
        for i in range(begin[w], begin[w] + degree[w]):
            core_neighbour[at] = place[pool[i]]
            at += 1
    return order[:done].copy(), core, core_first, core_neighbour
