"""What one new link brings, against a new graph that has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from layers.routing.engine import Engine
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph
from layers.routing.new_links import savings_of_links
from tests.layers.routing.graphs import graphs, grid_graph, textbook_ms


def test_one_new_link_alone_is_a_new_search_without_the_search() -> None:
    graph, _ = grid_graph(20, 9)
    engine = Engine(graph)
    rng = np.random.default_rng(6)
    sources, targets = rng.integers(0, 400, 15), rng.integers(0, 400, 12)
    ends = rng.choice(400, (5, 2), replace=False)
    weights = rng.uniform(0, 10, (15, 12))
    before = engine.matrix(sources, targets)
    savings = savings_of_links(engine, sources, targets, ends, np.full(5, 1.5), weights)
    for k, (u, v) in enumerate(ends):
        wider = Graph.of(400, [*graph.tail, u, v], [*graph.head, v, u], [*graph.time_ms / MS_PER_MIN, 1.5, 1.5])
        after = Engine(wider).matrix(sources, targets)
        assert savings.saved_min[k] == pytest.approx(((before - after) * weights).sum())
    assert savings.saved_min.max() > 0
    assert not savings.opened.any()


@pytest.mark.usefixtures("one_thread")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs(), st.integers(0, 11), st.integers(0, 11), st.floats(0, 3_000))
def test_any_link_in_any_graph(graph: Graph, u: int, v: int, minutes: float) -> None:
    n = graph.node_count
    u, v = u % n, v % n
    before = textbook_ms(graph)
    linked = Graph.of(n, [*graph.tail, u, v], [*graph.head, v, u], [*graph.time_ms / MS_PER_MIN, minutes, minutes])
    after = textbook_ms(linked)
    if after[np.isfinite(after)].max() >= LONGEST_MS:
        return
    weights = np.arange(1.0, n * n + 1).reshape(n, n)
    savings = savings_of_links(Engine(graph), np.arange(n), np.arange(n), [[u, v]], [minutes], weights)
    had = np.isfinite(before)
    assert savings.saved_min[0] * MS_PER_MIN == pytest.approx(
        ((before[had] - after[had]) * weights[had]).sum(), rel=1e-9, abs=1e-6
    )
    assert savings.opened[0] == weights[~had & np.isfinite(after)].sum()


def test_breaches_are_told() -> None:
    engine = Engine(Graph.of(2, [0], [1], [1.0]))
    with pytest.raises(SchemaError, match=r"wrong in rows \[0\]"):
        savings_of_links(engine, [0], [1], [[0, 1]], [-1.0], [[1.0]])
    with pytest.raises(SchemaError, match="1 not finite"):
        savings_of_links(engine, [0], [1], [[0, 1]], [1.0], [[np.nan]])
    with pytest.raises(SchemaError, match=r"\(2,\) times"):
        savings_of_links(engine, [0], [1], [[0, 1]], [1.0, 1.0], [[1.0]])
