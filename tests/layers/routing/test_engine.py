"""The engine against scipy and the textbook, on graphs with everything that roads have and more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.sparse.csgraph import dijkstra

from geo.errors import SchemaError
from layers.routing import bounded, many_to_many, metric, pruning
from layers.routing import engine as engine_module
from layers.routing import hierarchy as hierarchy_module
from layers.routing.engine import Engine
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph
from layers.routing.hierarchy import build_hierarchy
from layers.routing.lanes import LANES
from tests.layers.routing.graphs import LONGEST_LINK_MIN, graphs, grid_graph, textbook_ms

WAYS_OF_CHOOSING = {"hierarchy": (-1, -1), "own search": (-1, 10**9), "scipy": (10**9, -1)}
"""``SMALL`` and ``FEW_SOURCES`` that make the engine choose."""


def choose(name: str) -> None:
    engine_module.SMALL, engine_module.FEW_SOURCES = WAYS_OF_CHOOSING[name]


@pytest.mark.usefixtures("one_thread")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_equal_to_the_textbook_on_any_directed_graph(graph: Graph) -> None:
    # More sources than lanes, so that there are several batches, the last not full.
    sources, targets = np.arange(LANES + 5) % graph.node_count, np.arange(graph.node_count)[::-1]
    expected = np.minimum(textbook_ms(graph), LONGEST_MS)[np.ix_(sources, targets)]
    for pruned in (True, False):
        assert np.array_equal(Engine(graph, pruned=pruned).matrix_ms(sources, targets), expected)
    for name in ("own search", "scipy"):
        choose(name)
        assert np.array_equal(Engine(graph).matrix_ms(sources, targets), expected)
    choose("hierarchy")


@pytest.mark.usefixtures("one_thread")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs(longest_min=LONGEST_LINK_MIN))
def test_a_trip_beyond_the_limit_is_refused_and_not_taken_for_no_way(graph: Graph) -> None:
    expected = textbook_ms(graph)
    too_long = np.isfinite(expected) & (expected >= LONGEST_MS)
    everything = np.arange(graph.node_count)
    for name in WAYS_OF_CHOOSING:
        choose(name)
        engine = Engine(graph)
        if too_long.any():
            with pytest.raises(SchemaError, match=f"^{too_long.sum()} trips take 17,896 minutes"):
                engine.matrix(everything, everything)
        for source in np.flatnonzero(~too_long.any(axis=1)):
            found = engine.matrix([source], everything)[0]
            assert np.array_equal(np.isnan(found), np.isinf(expected[source]))
            there = ~np.isnan(found)
            assert np.array_equal(np.rint(found[there] * MS_PER_MIN), expected[source][there])
    choose("hierarchy")


@pytest.mark.parametrize(("with_places", "pruned"), [(True, True), (False, True), (True, False)])
def test_equal_to_scipy_on_a_town(with_places: bool, pruned: bool) -> None:
    graph, xy = grid_graph(60, 3)
    engine = Engine(graph, xy if with_places else None, pruned=pruned)
    rng = np.random.default_rng(1)
    sources, targets = rng.integers(0, graph.node_count, 2 * LANES + 7), rng.integers(0, graph.node_count, 70)
    theirs = dijkstra(graph.matrix, indices=sources)[:, targets]
    assert np.array_equal(engine.matrix_ms(sources, targets), theirs)
    # The same targets again, and others, after the selection has been kept.
    assert np.array_equal(engine.matrix_ms(sources[:3], targets), theirs[:3])
    assert np.array_equal(engine.matrix_ms(sources, targets[:9]), theirs[:, :9])
    # A town of 3,600 nodes has ranks above the subtrees and supernodes among them, or those were not tested.
    assert engine.hierarchy is not None
    spans = engine.hierarchy.supernodes
    assert (spans[:, 1] - spans[:, 0]).max() > 3
    for name in ("own search", "scipy"):
        choose(name)
        assert np.array_equal(Engine(graph, xy).matrix_ms(sources, targets), theirs)


def test_long_trips_of_many_links_are_as_exact_as_short_ones() -> None:
    # A street of 40,000 links of an odd number of milliseconds: 290 h, where single precision counts in steps of 64 ms
    # and a sum of many roundings could be anywhere. Built by hand: time from i to j is a difference of running sums.
    rng = np.random.default_rng(8)
    ms = rng.integers(25_000, 27_200, 40_000) | 1
    at = np.concatenate([[0], np.cumsum(ms)])
    assert 2**29 < at[-1] < LONGEST_MS
    graph = Graph.of(len(at), np.arange(len(ms)), np.arange(1, len(at)), ms / MS_PER_MIN)
    sources, targets = np.sort(rng.integers(0, len(at), 40)), np.sort(rng.integers(0, len(at), 50))
    expected = np.subtract.outer(at[targets], at[sources]).T
    for name in WAYS_OF_CHOOSING:
        choose(name)
        engine = Engine(graph)
        found = engine.matrix_ms(sources, targets)
        assert np.array_equal(found, np.where(expected >= 0, expected, LONGEST_MS))
        minutes = engine.matrix(sources, targets)
        assert np.nanmax(np.abs(minutes * 60 - np.where(expected >= 0, expected / 1000, np.nan))) < 1e-6


def test_a_limit_of_a_trip_is_not_that_of_a_link() -> None:
    # Forty links of 8 h each, and a way out that cannot be come back by: 320 h along all of them, 296 h along 37.
    minutes = [*[480.0] * 40, 1.0]
    graph = Graph.of(42, [*range(40), 41], [*range(1, 41), 0], minutes)
    for name in WAYS_OF_CHOOSING:
        choose(name)
        engine = Engine(graph)
        assert engine.matrix([0], [37])[0, 0] == 37 * 480.0
        with pytest.raises(SchemaError, match="the first from node 0 to 38"):
            engine.matrix([0], [37, 38, 40])
        assert np.isnan(engine.matrix([40, 0], [41])).all()
        with pytest.raises(SchemaError, match="298 h"):
            engine.with_times(np.array(minutes) * 1.01).matrix([0], [37])
        closed = np.array(minutes)
        closed[20] = np.inf
        assert np.isnan(engine.with_times(closed).matrix([0], [40])).all()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_number_of_threads_changes_no_byte(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, xy = grid_graph(60, 4)
    rng = np.random.default_rng(3)
    sources, targets = rng.integers(0, 3600, 150), rng.integers(0, 3600, 90)
    people = rng.uniform(0, 1e6, 3600)

    def answers() -> tuple[bytes, bytes, bytes]:
        engine = Engine(graph, xy)
        found = engine.matrix(sources, targets).tobytes()
        people_within = engine.sum_within(sources, 20.0, people).tobytes()
        return found, people_within, engine.with_times(graph.time_ms / 30_000).matrix(sources, targets).tobytes()

    expected = answers()
    for module in (bounded, many_to_many, metric, pruning):
        monkeypatch.setattr(module, "threads", lambda: count)
    assert answers() == expected


def test_an_engine_serves_several_threads_of_python() -> None:
    graph, xy = grid_graph(40, 6)
    engine = Engine(graph, xy)
    asked = [np.random.default_rng(k).integers(0, 1600, (2, 50)) for k in range(8)]
    expected = [dijkstra(graph.matrix, indices=sources)[:, targets] for sources, targets in asked]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            for found, right in zip(pool.map(lambda ends: engine.matrix_ms(*ends), asked), expected, strict=True):
                assert np.array_equal(found, right)


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
    theirs = dijkstra(reduced.matrix, indices=sources)[:, sources]
    assert np.isinf(theirs).any()
    assert np.array_equal(scenario.matrix_ms(sources, sources), np.minimum(theirs, LONGEST_MS))
    # The engine it came from has not changed, nor what it keeps of the last targets.
    assert np.array_equal(engine.matrix_ms(sources, sources), dijkstra(graph.matrix, indices=sources)[:, sources])


def test_people_within_an_hour() -> None:
    graph, xy = grid_graph(50, 7)
    people = np.random.default_rng(4).uniform(0, 100, graph.node_count)
    sources = [0, 17, 2_499]
    found = dijkstra(graph.matrix, indices=sources)
    within = found <= 15 * MS_PER_MIN
    assert 10 < within.sum() < graph.node_count
    assert Engine(graph, xy).sum_within(sources, 15.0, people) == pytest.approx(within @ people)
    # A node at just the limit counts, one a millisecond beyond does not.
    last = float(found[0][found[0] < 20 * MS_PER_MIN].max())
    for limit_ms, nodes in ((last, found[0] <= last), (last - 1, found[0] < last)):
        count = Engine(graph, xy).sum_within([0], limit_ms / MS_PER_MIN, np.ones(graph.node_count))
        assert count == nodes.sum()


@pytest.mark.usefixtures("one_thread")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs())
def test_people_within_any_limit_on_any_graph(graph: Graph) -> None:
    people = 2.0 ** np.arange(graph.node_count)  # a sum tells which nodes it is of
    expected = textbook_ms(graph)
    for limit_ms in {0.0, 60_000.0, *expected[np.isfinite(expected)]}:
        if limit_ms < LONGEST_MS:
            found = Engine(graph).sum_within(np.arange(graph.node_count), limit_ms / MS_PER_MIN, people)
            assert np.array_equal(found, (expected <= limit_ms) @ people)
            nodes, minutes = Engine(graph).reached(0, limit_ms / MS_PER_MIN)
            assert sorted(nodes) == np.flatnonzero(expected[0] <= limit_ms).tolist()
            assert np.array_equal(np.rint(minutes * MS_PER_MIN), expected[0, nodes])
            assert (np.diff(minutes) >= 0).all()


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
    with pytest.raises(SchemaError, match=r"sources: \[0.5\]"):
        engine.matrix([0.5], [1])
    with pytest.raises(SchemaError, match="not finite"):
        engine.sum_within([0], 1.0, [1.0, np.inf])
    with pytest.raises(SchemaError, match=r"new times of links: time_min must be .* nan in row 0"):
        engine.with_times([np.nan])
    with pytest.raises(SchemaError, match=r"\(2,\) times for 1 links"):
        engine.with_times([1.0, 2.0])
    with pytest.raises(SchemaError, match="limit"):
        engine.sum_within([0], -1.0, [1.0, 1.0])


def test_links_that_are_nothing_like_roads_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each place with five others at random: whatever is cut in two, half the links are cut.
    rng = np.random.default_rng(12)
    graph = Graph.of(1500, np.repeat(np.arange(1500), 5), rng.integers(0, 1500, 7500), rng.uniform(1, 9, 7500))
    sources, targets = rng.integers(0, 1500, 40), rng.integers(0, 1500, 30)
    theirs = np.minimum(dijkstra(graph.matrix, indices=sources)[:, targets], LONGEST_MS)
    engine = Engine(graph)
    assert np.array_equal(engine.matrix_ms(sources, targets), theirs)
    assert engine.hierarchy is not None
    assert len(engine.hierarchy.up_head) > 64 * 1500  # small enough to have one all the same
    monkeypatch.setattr(hierarchy_module, "FEW_ARCS", 0)
    searched = Engine(graph)
    assert np.array_equal(searched.matrix_ms(sources, targets), theirs)
    assert searched.hierarchy is None
    slower = searched.with_times(graph.time_ms * 2 / MS_PER_MIN)
    assert np.array_equal(slower.matrix_ms(sources, targets), np.where(theirs < LONGEST_MS, 2 * theirs, LONGEST_MS))


def test_a_rank_above_its_links_is_above_its_lower_neighbours() -> None:
    hierarchy = build_hierarchy(grid_graph(12, 1)[0])
    assert hierarchy is not None
    for v in range(len(hierarchy.parent)):
        heads = hierarchy.up_head[hierarchy.up_first[v] : hierarchy.up_first[v + 1]]
        assert (np.diff(heads) > 0).all()
        assert (heads > v).all()
        assert hierarchy.parent[v] == (heads[0] if len(heads) else -1)
        for i, a in enumerate(heads):  # the upper neighbours of a node are neighbours of each other
            above = set(hierarchy.up_head[hierarchy.up_first[a] : hierarchy.up_first[a + 1]])
            assert set(heads[i + 1 :]) <= above
