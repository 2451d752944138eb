"""
The topology of a customizable contraction hierarchy: chordal completion along an elimination order, and its tree.

Nodes are renumbered by rank: in postorder of the elimination tree, so that a subtree is a run of ranks and memory is read
along it. Depends on the links alone; times come with :mod:`layers.routing.metric`.

References
----------
Dibbelt, Strasser, Wagner (2016), Customizable Contraction Hierarchies, ACM JEA 21. Liu (1990), The role of elimination
trees in sparse factorization, SIAM J. Matrix Anal. Appl. 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel, longer, sort_run
from layers.routing.kept_orders import keep_order, kept_order
from layers.routing.order import elimination_order, neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.routing.graph import Graph

__all__ = ["Hierarchy", "build_hierarchy"]

ARCS_PER_NODE, FEW_ARCS = 64, 4_000_000
"""A hierarchy may have so many arcs a node, or so many in all; road networks have 7 a node."""
SUBTREES = 128
"""Subtrees of at most this share of all nodes are customised side by side."""


@dataclass(frozen=True)
class Hierarchy:
    """
    Chordal completion of a graph, by rank.

    Parameters
    ----------
    rank : ndarray of int32, shape (n,)
        Rank of each node of the graph.
    parent : ndarray of int32, shape (n,)
        Parent in the elimination tree, by rank: the lowest upper neighbour; -1 at a root.
    up_first : ndarray of int64, shape (n + 1,)
    up_head : ndarray of int32, shape (a,)
        Upper neighbours of each rank, ascending. An arc is a position in ``up_head``.
    down_first : ndarray of int64, shape (n + 1,)
    down_tail : ndarray of int32, shape (a,)
    down_arc : ndarray of int64, shape (a,)
        The same arcs by their upper end, lower ends ascending.
    arc_of_link : ndarray of int64, shape (m,)
        Arc of each link of the graph; -1 for loops.
    link_goes_up : ndarray of bool, shape (m,)
        Whether the link leads from the lower rank to the upper.
    subtrees : ndarray of int64, shape (k, 2)
        Runs of ranks (first, behind the last) that no arc joins: they can be customised side by side.
    on_top : ndarray of bool, shape (n,)
        Ranks in no subtree.
    supernodes : ndarray of int64, shape (s, 2)
        The ranks on top as runs in which each has the next and the next's upper neighbours for its own.
    """

    rank: NDArray[np.int32]
    parent: NDArray[np.int32]
    up_first: NDArray[np.int64]
    up_head: NDArray[np.int32]
    down_first: NDArray[np.int64]
    down_tail: NDArray[np.int32]
    down_arc: NDArray[np.int64]
    arc_of_link: NDArray[np.int64]
    link_goes_up: NDArray[np.bool_]
    subtrees: NDArray[np.int64]
    on_top: NDArray[np.bool_]
    supernodes: NDArray[np.int64]


def build_hierarchy(graph: Graph, *, kept: bool = False) -> Hierarchy | None:
    """
    Build the hierarchy over the links of a graph.

    Parameters
    ----------
    graph : Graph
    kept : bool
        Whether the elimination order is read from disk where it is kept, and kept there otherwise.

    Returns
    -------
    Hierarchy or None
        None where the links are nothing like roads: cut in two anywhere, too many of them are cut, and the hierarchy would
        have more than ``ARCS_PER_NODE`` arcs a node.
    """
    first, neighbour = neighbours(graph.node_count, graph.tail, graph.head)
    order = kept_order(graph.topology_key, graph.node_count) if kept else None
    if order is None:
        order = elimination_order(first, neighbour)
        if kept:
            keep_order(graph.topology_key, order)
    rank = np.empty(graph.node_count, dtype=np.int32)
    rank[order] = np.arange(graph.node_count, dtype=np.int32)
    tree = _elimination_tree(first, neighbour, order, rank)
    post, size = _postorder(tree)
    rank = post[rank]
    order = np.empty_like(rank)
    order[rank] = np.arange(len(rank), dtype=np.int32)
    most = max(ARCS_PER_NODE * graph.node_count, FEW_ARCS)
    up_first, up_head, parent = _chordal_completion(first, neighbour, order, rank, most)
    if len(up_head) > most:
        return None
    down_first, down_tail, down_arc = _turned(up_first, up_head)
    arc, goes_up = _arcs_of_links(graph.tail, graph.head, rank, up_first, up_head)
    subtrees = _subtrees(size, parent, max(graph.node_count // SUBTREES, 1))
    on_top, supernodes = _supernodes(subtrees, parent, up_first)
    return Hierarchy(
        rank, parent, up_first, up_head, down_first, down_tail, down_arc, arc, goes_up, subtrees, on_top, supernodes
    )


def _supernodes(
    subtrees: NDArray[np.int64], parent: NDArray[np.int32], up_first: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the ranks in no subtree, and their supernodes as runs of ranks."""
    n = len(parent)
    inside = np.zeros(n + 1, dtype=np.int64)
    inside[subtrees[:, 0]] += 1
    inside[subtrees[:, 1]] -= 1
    on_top: NDArray[np.bool_] = np.cumsum(inside[:-1]) == 0
    count = np.diff(up_first)
    goes_on = on_top[:-1] & on_top[1:] & (parent[:-1] == np.arange(1, n)) & (count[:-1] == count[1:] + 1)
    goes_on = np.concatenate([[False], goes_on])
    begin = np.flatnonzero(on_top & ~goes_on)
    end = np.flatnonzero(on_top & ~np.concatenate([goes_on[1:], [False]])) + 1
    return on_top, np.stack([begin, end], axis=1)


@kernel
def _elimination_tree(
    first: NDArray[np.int64], neighbour: NDArray[np.int32], order: NDArray[np.int32], rank: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return the parent of each rank, by Liu's algorithm with path compression."""
    n = len(order)
    parent = np.full(n, -1, dtype=np.int32)
    ancestor = np.full(n, -1, dtype=np.int32)
    for v in range(n):
        node = order[v]
        for i in range(first[node], first[node + 1]):
            u = rank[neighbour[i]]
            if u >= v:
                continue
            while ancestor[u] != -1 and ancestor[u] != v:
                above = ancestor[u]
                ancestor[u] = v
                u = above
            if ancestor[u] == -1:
                ancestor[u] = v
                parent[u] = v
    return parent


@kernel
def _postorder(parent: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the place of each rank in a postorder of the forest, and by place the size of the subtree that ends there."""
    n = len(parent)
    size = np.ones(n, dtype=np.int64)
    for v in range(n):
        if parent[v] >= 0:
            size[parent[v]] += size[v]
    place = np.empty(n, dtype=np.int32)
    behind = np.zeros(n, dtype=np.int64)  # places taken within the parent's subtree so far
    start = np.empty(n, dtype=np.int64)
    taken = 0
    for v in range(n - 1, -1, -1):
        p = parent[v]
        if p < 0:
            start[v] = taken
            taken += size[v]
        else:
            start[v] = start[p] + behind[p]
            behind[p] += size[v]
        place[v] = start[v] + size[v] - 1
    by_place = np.empty(n, dtype=np.int64)
    for v in range(n):
        by_place[place[v]] = size[v]
    return place, by_place


@kernel
def _chordal_completion(
    first: NDArray[np.int64], neighbour: NDArray[np.int32], order: NDArray[np.int32], rank: NDArray[np.int32], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Return the upper neighbours of each rank, ascending, and the parents; it ends early with more than so many arcs."""
    n = len(order)
    up_first = np.zeros(n + 1, dtype=np.int64)
    pool = np.empty(4 * n + len(neighbour) + 1024, dtype=np.int32)
    used = 0
    seen = np.full(n, -1, dtype=np.int32)
    parent = np.full(n, -1, dtype=np.int32)
    child = np.full(n, -1, dtype=np.int32)
    sibling = np.full(n, -1, dtype=np.int32)
    for v in range(n):
        seen[v] = v
        lowest = n
        node = order[v]
        for i in range(first[node], first[node + 1]):
            u = rank[neighbour[i]]
            if u > v and seen[u] != v:
                seen[u] = v
                if used == len(pool):
                    pool = longer(pool, used, 0)
                pool[used] = u
                used += 1
                lowest = min(lowest, u)
        c = child[v]
        while c != -1:
            for i in range(up_first[c], up_first[c + 1]):
                u = pool[i]
                if seen[u] != v:
                    seen[u] = v
                    if used == len(pool):
                        pool = longer(pool, used, 0)
                    pool[used] = u
                    used += 1
                    lowest = min(lowest, u)
            c = sibling[c]
        up_first[v + 1] = used
        if lowest < n:
            parent[v] = lowest
            sibling[v] = child[lowest]
            child[lowest] = v
        sort_run(pool, up_first[v], used)
        if used > most:
            break
    return up_first, pool[:used].copy(), parent


@kernel
def _turned(
    up_first: NDArray[np.int64], up_head: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return the arcs by their upper ends."""
    n = len(up_first) - 1
    first = np.zeros(n + 1, dtype=np.int64)
    for e in range(len(up_head)):
        first[up_head[e] + 1] += 1
    first = np.cumsum(first)
    tail = np.empty(len(up_head), dtype=np.int32)
    arc = np.empty(len(up_head), dtype=np.int64)
    fill = first.copy()
    for v in range(n):
        for e in range(up_first[v], up_first[v + 1]):
            at = fill[up_head[e]]
            fill[up_head[e]] += 1
            tail[at] = v
            arc[at] = e
    return first, tail, arc


@kernel
def _arcs_of_links(
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    rank: NDArray[np.int32],
    up_first: NDArray[np.int64],
    up_head: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the arc of each link, -1 for a loop, and whether the link goes up."""
    arc = np.full(len(tail), -1, dtype=np.int64)
    goes_up = np.zeros(len(tail), dtype=np.bool_)
    for e in range(len(tail)):
        a, b = rank[tail[e]], rank[head[e]]
        if a == b:
            continue
        low, high = min(a, b), max(a, b)
        left, right = up_first[low], up_first[low + 1]
        while left < right:
            middle = (left + right) // 2
            if up_head[middle] < high:
                left = middle + 1
            else:
                right = middle
        arc[e] = left
        goes_up[e] = a == low
    return arc, goes_up


@kernel
def _subtrees(size: NDArray[np.int64], parent: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """Return the largest subtrees of at most so many ranks, as runs of ranks."""
    n = len(size)
    runs = np.empty((n, 2), dtype=np.int64)
    count = 0
    for v in range(n):
        if size[v] <= most and (parent[v] < 0 or size[parent[v]] > most):
            runs[count, 0] = v - size[v] + 1
            runs[count, 1] = v + 1
            count += 1
    return runs[:count].copy()
