"""Graphs for the tests of the engine, and the textbook's answer to each."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph

LONGEST_LINK_MIN = (LONGEST_MS - 1) / MS_PER_MIN


def textbook_ms(graph: Graph) -> np.ndarray:
    """Floyd and Warshall's relaxation in double precision, independent of the graph's own matrix; infinite for no way."""
    found = np.full((graph.node_count, graph.node_count), np.inf)
    np.fill_diagonal(found, 0.0)
    for a, b, ms in zip(graph.tail, graph.head, graph.time_ms, strict=True):
        found[a, b] = min(found[a, b], float(ms))
    for k in range(graph.node_count):
        found = np.minimum(found, found[:, k : k + 1] + found[k : k + 1, :])
    return found


@st.composite
def graphs(draw: Any, *, longest_min: float = 3_000.0) -> Graph:
    """Directed graphs with loops, parallel links, zeros, nodes without links and parts without a way between them."""
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    time = st.one_of(st.just(0.0), st.floats(0.0, 100.0), st.floats(longest_min / 3, longest_min), st.just(longest_min))
    links = draw(st.lists(st.tuples(node, node, time), max_size=40))
    return Graph.of(n, [a for a, _, _ in links], [b for _, b, _ in links], [t for _, _, t in links])


def grid_graph(side: int, seed: int) -> tuple[Graph, np.ndarray]:
    """Return a square lattice, one in ten streets one-way, times at random, nodes numbered at random; and their places."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()]), np.stack([node[:-1].ravel(), node[1:].ravel()])], axis=1
    )
    back = ends[::-1][:, rng.random(ends.shape[1]) < 0.9]
    links = np.concatenate([ends, back], axis=1)
    xy = np.stack(np.divmod(np.arange(side * side), side), axis=1).astype(float)
    mixed = rng.permutation(side * side)
    place = np.empty_like(xy)
    place[mixed] = xy
    return Graph.of(side * side, mixed[links[0]], mixed[links[1]], rng.uniform(0.01, 3.0, links.shape[1])), place
