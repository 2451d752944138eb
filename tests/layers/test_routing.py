"""The engine against scipy, on graphs with everything that roads have and more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.errors import SchemaError
from layers.routing import engine as engine_module
from layers.routing.engine import Engine
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph
from layers.routing.hierarchy import build_hierarchy
from layers.routing.new_links import saved_ms

SECOND = 1 / 60


@pytest.fixture(autouse=True)
def _no_graph_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SMALL", -1)
    monkeypatch.setattr(engine_module, "FEW_SOURCES", -1)


def textbook_minutes(graph: Graph) -> np.ndarray:
    found = np.full((graph.node_count, graph.node_count), np.inf)
    # The textbook relaxation, independent of the graph's own matrix: parallel links, loops and zeros as they come.
    np.fill_diagonal(found, 0.0)
    for a, b, ms in zip(graph.tail, graph.head, graph.time_ms, strict=True):
        found[a, b] = min(found[a, b], float(ms))
    for k in range(graph.node_count):
        found = np.minimum(found, found[:, k : k + 1] + found[k : k + 1, :])
    return np.where(np.isfinite(found), found / MS_PER_MIN, np.nan)


@st.composite
def graphs(draw: Any) -> Graph:
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    time = st.one_of(st.just(0.0), st.floats(0.0, 100.0), st.floats(2_000.0, 3_000.0))
    links = draw(st.lists(st.tuples(node, node, time), max_size=40))
    return Graph.of(n, [a for a, _, _ in links], [b for _, b, _ in links], [t for _, _, t in links])


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_equal_to_the_textbook_on_any_directed_graph(graph: Graph) -> None:
    everything = np.arange(graph.node_count)
    expected = textbook_minutes(graph)
    for pruned in (True, False):
        ours = Engine(graph, pruned=pruned).matrix(everything, everything)
        assert np.array_equal(np.isnan(ours), np.isnan(expected))
        assert np.allclose(ours, expected, atol=0.01 * SECOND, rtol=0, equal_nan=True)


def grid_graph(side: int, seed: int) -> tuple[Graph, np.ndarray]:
    """A square lattice, one in ten streets one-way, times at random."""
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


@pytest.mark.parametrize(("with_places", "pruned"), [(True, True), (False, True), (True, False)])
def test_equal_to_scipy_on_a_town(with_places: bool, pruned: bool) -> None:
    graph, xy = grid_graph(60, 3)
    engine = Engine(graph, xy if with_places else None, pruned=pruned)
    rng = np.random.default_rng(1)
    sources, targets = rng.integers(0, graph.node_count, 40), rng.integers(0, graph.node_count, 70)
    theirs = dijkstra(graph.matrix, indices=sources)[:, targets] / MS_PER_MIN
    assert np.allclose(engine.matrix(sources, targets), theirs, atol=0.01 * SECOND, rtol=0)
    # A town of 3,600 nodes has ranks above the subtrees and supernodes among them, or those were not tested.
    spans = engine.hierarchy.supernodes
    assert (spans[:, 1] - spans[:, 0]).max() > 3
    # Each way of choosing gives the same.
    engine_module.SMALL = 10**9
    assert np.allclose(Engine(graph).matrix(sources, targets), theirs, atol=0.01 * SECOND, rtol=0)
    engine_module.SMALL, engine_module.FEW_SOURCES = -1, 10
    assert np.allclose(Engine(graph).matrix(sources[:4], targets), theirs[:4], atol=0.01 * SECOND, rtol=0)


def test_a_scenario_is_new_times_on_the_same_links() -> None:
    graph, _ = grid_graph(30, 5)
    engine = Engine(graph)
    topology = engine.hierarchy
    rng = np.random.default_rng(2)
    minutes = graph.time_ms / MS_PER_MIN * rng.uniform(0.5, 2.0, len(graph.time_ms))
    minutes[rng.random(len(minutes)) < 0.5] = np.inf
    scenario = engine.with_times(minutes)
    assert scenario.hierarchy is topology
    still = np.isfinite(minutes)
    reduced = Graph.of(graph.node_count, graph.tail[still], graph.head[still], minutes[still])
    sources = np.arange(0, 900, 37)
    theirs = dijkstra(reduced.matrix, indices=sources)[:, sources] / MS_PER_MIN
    theirs[np.isinf(theirs)] = np.nan
    assert np.isnan(theirs).any()
    assert np.allclose(scenario.matrix(sources, sources), theirs, atol=0.01 * SECOND, rtol=0, equal_nan=True)


def test_people_within_an_hour() -> None:
    graph, xy = grid_graph(50, 7)
    people = np.random.default_rng(4).uniform(0, 100, graph.node_count)
    sources = [0, 17, 2_499]
    within = dijkstra(graph.matrix, indices=sources) <= 15 * MS_PER_MIN
    assert 10 < within.sum() < graph.node_count
    assert Engine(graph, xy).sum_within(sources, 15.0, people) == pytest.approx(within @ people)


def test_one_new_link_alone_is_a_new_search_without_the_search() -> None:
    graph, _ = grid_graph(20, 9)
    engine = Engine(graph)
    rng = np.random.default_rng(6)
    sources, targets = rng.integers(0, 400, 15), rng.integers(0, 400, 12)
    ends = rng.choice(400, (5, 2), replace=False)
    weights = rng.uniform(0, 10, (15, 12))
    before = engine.matrix(sources, targets) * MS_PER_MIN
    to_ends = engine.matrix(sources, ends.ravel()) * MS_PER_MIN
    from_ends = engine.matrix(ends.ravel(), targets) * MS_PER_MIN
    time = np.full(5, 90_000.0)
    saved = saved_ms(*(a.astype(np.float32) for a in (before, to_ends, from_ends, time)), weights)
    for k, (u, v) in enumerate(ends):
        wider = Graph.of(400, [*graph.tail, u, v], [*graph.head, v, u], [*graph.time_ms / MS_PER_MIN, 1.5, 1.5])
        after = Engine(wider).matrix(sources, targets) * MS_PER_MIN
        assert saved[k] == pytest.approx(((before - after) * weights).sum(), abs=1.0)
    assert saved.max() > 0


def test_breaches_are_told() -> None:
    with pytest.raises(SchemaError, match="head in rows \\[1\\] is not among the nodes 0 … 2; time_min must be from 0"):
        Graph.of(3, [0, 1], [1, 3], [1.0, -1.0])
    with pytest.raises(SchemaError, match="17,896 minutes"):
        Graph.of(2, [0], [1], [(LONGEST_MS + 1) / MS_PER_MIN])
    with pytest.raises(SchemaError, match="2 tails, 1 heads"):
        Graph.of(2, [0, 1], [1], [1.0])
    engine = Engine(Graph.of(2, [0], [1], [1.0]))
    with pytest.raises(SchemaError, match=r"targets: \[2\]"):
        engine.matrix([0], [2])
    with pytest.raises(SchemaError, match="limit"):
        engine.sum_within([0], -1.0, [1.0, 1.0])


def test_a_rank_above_its_links_is_above_its_lower_neighbours() -> None:
    hierarchy = build_hierarchy(grid_graph(12, 1)[0])
    for v in range(len(hierarchy.parent)):
        heads = hierarchy.up_head[hierarchy.up_first[v] : hierarchy.up_first[v + 1]]
        assert (np.diff(heads) > 0).all()
        assert (heads > v).all()
        assert hierarchy.parent[v] == (heads[0] if len(heads) else -1)
        for i, a in enumerate(heads):  # the upper neighbours of a node are neighbours of each other
            above = set(hierarchy.up_head[hierarchy.up_first[a] : hierarchy.up_first[a + 1]])
            assert set(heads[i + 1 :]) <= above
