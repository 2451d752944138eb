"""Cost distance: equal to scikit-image and to scipy's Dijkstra on the grid as a graph, and the laws of least costs."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo.errors import SchemaError
from layers.surface import NO_SOURCE, Links, cost_distance, cost_distances

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))
VALUES = st.one_of(
    st.sampled_from([0.5, 1.0, np.inf, np.nan, -1.0]), st.floats(0.015625, 100.0), st.sampled_from([1e-6, 1e6])
)
GRIDS = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=VALUES))
SIDES = st.tuples(st.sampled_from([1.0, 25.0, 0.5]), st.sampled_from([1.0, 30.0, 0.75]))


def _sources(draw: st.DrawFn, friction: NDArray[np.float64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    height, width = friction.shape
    count = draw(st.integers(1, most))
    row = draw(st.lists(st.integers(0, height - 1), min_size=count, max_size=count))
    column = draw(st.lists(st.integers(0, width - 1), min_size=count, max_size=count))
    return np.array(row), np.array(column)


@st.composite
def jobs(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], tuple[float, float]]:
    """A raster with barriers, some sources, and the sides of a cell."""
    friction = draw(GRIDS)
    return (friction, *_sources(draw, friction, 4), draw(SIDES))


def graph_costs(
    friction: NDArray[np.float64],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    cell: tuple[float, float],
    links: Links | None = None,
) -> NDArray[np.float64]:
    """Return the costs from each source by scipy, over the grid written out as a graph: shape (s, h, w)."""
    height, width = friction.shape
    number = np.arange(friction.size).reshape(friction.shape)
    usable = np.isfinite(friction) & (friction >= 0.0)
    tail, head, cost = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = (slice(0, height - down), slice(max(0, -right), width - max(0, right)))
        b = (slice(down, height), slice(max(0, right), width + min(0, right)))
        both = usable[a] & usable[b]
        step = (friction[a] + friction[b]) / 2.0 * np.hypot(down * cell[0], right * cell[1])
        tail += [number[a][both], number[b][both]]
        head += [number[b][both], number[a][both]]
        cost += [step[both], step[both]]
    nodes = friction.size
    if links is not None:
        tail, head, cost = [*tail, links.tail], [*head, links.head], [*cost, links.cost]
        nodes += links.node_count
    # scipy adds parallel arcs up: keep the cheapest of each pair.
    t, h, c = np.concatenate(tail), np.concatenate(head), np.concatenate(cost)
    order = np.lexsort((c, h, t))
    t, h, c = t[order], h[order], c[order]
    first = np.append(True, (t[1:] != t[:-1]) | (h[1:] != h[:-1])) if len(t) else np.zeros(0, bool)
    graph = coo_array((c[first], (t[first], h[first])), shape=(nodes, nodes)).tocsr()
    found = dijkstra(graph, indices=row * width + column)[:, : friction.size]
    return np.where(np.isinf(found), np.nan, found).reshape(-1, height, width)


@settings(max_examples=80)
@given(jobs())
def test_equals_scipy_on_the_grid_as_a_graph(job: tuple) -> None:
    friction, row, column, cell = job
    expected = graph_costs(friction, row, column, cell)
    single = cost_distances(friction, row, column, cell=cell)
    np.testing.assert_allclose(single, expected, rtol=1e-6, equal_nan=True)
    cost, nearest = cost_distance(friction, row, column, cell=cell, allocate=True)
    least = np.where(np.isnan(expected), np.inf, expected).min(axis=0)
    np.testing.assert_allclose(np.where(np.isnan(cost), np.inf, cost), least, rtol=1e-12)
    reached = np.isfinite(least)
    assert (nearest[~reached] == NO_SOURCE).all()
    own = np.take_along_axis(expected, np.where(reached, nearest, 0)[None], axis=0)[0]
    np.testing.assert_allclose(own[reached], least[reached], rtol=1e-12)


@settings(max_examples=80)
@given(jobs(), st.booleans())
def test_equals_scikit_image(job: tuple, zeros: bool) -> None:
    graph = pytest.importorskip("skimage.graph", reason="a peer: pip install scikit-image")
    friction, row, column, cell = job
    if zeros:
        friction = np.where(friction == 0.5, 0.0, friction)
    passable = np.isfinite(friction[row, column]) & (friction[row, column] >= 0.0)
    row, column = row[passable], column[passable]  # scikit-image does not tell a start on a barrier from others
    if not len(row):
        return
    theirs = np.where(np.isfinite(friction), friction, -1.0)
    search = graph.MCP_Geometric(theirs, fully_connected=True, sampling=cell)
    expected, _ = search.find_costs(list(zip(row.tolist(), column.tolist(), strict=True)))
    cost, _ = cost_distance(friction, row, column, cell=cell)
    np.testing.assert_allclose(np.where(np.isnan(cost), np.inf, cost), expected, rtol=1e-12, atol=1e-300)


def test_equals_scipy_on_a_larger_raster_with_links() -> None:
    rng = np.random.default_rng(4)
    friction = rng.uniform(0.05, 2.0, (70, 90))
    friction[rng.random(friction.shape) < 0.3] = np.inf
    friction[30, :] = np.inf  # only links lead over
    ends = rng.choice(np.flatnonzero(np.isfinite(friction.ravel())), 40)
    nodes = friction.size + np.arange(20)
    links = Links(
        np.concatenate([ends[:20], nodes, nodes[:-1]]),
        np.concatenate([nodes, ends[20:], nodes[1:]]),
        np.concatenate([np.full(20, 3.0), np.full(20, 1.5), np.full(19, 700.0)]),
        node_count=20,
    )
    row, column = np.unravel_index(ends[:5], friction.shape)
    for chosen in (links, links.reversed()):
        expected = graph_costs(friction, row, column, (20.0, 20.0), chosen)
        found = cost_distances(friction, row, column, cell=(20.0, 20.0), links=chosen)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        assert np.isfinite(found[:, 31:]).any()
        assert np.isfinite(found[:, :30]).any()


@pytest.mark.parametrize("buckets", [4, 64])
def test_what_the_ring_of_buckets_does_not_reach_waits(buckets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frictions over twelve orders of magnitude, as where 10⁹ stands for a barrier, links, and late starts; by scipy."""
    monkeypatch.setattr(sys.modules["layers.surface.cost_distance"], "MOST_BUCKETS", buckets)
    rng = np.random.default_rng(8)
    friction = rng.choice([1e-3, 0.5, 1.0, 3.0, 1e9], (25, 30), p=[0.05, 0.4, 0.3, 0.15, 0.1])
    links = Links(np.array([3, 700]), np.array([700, 40]), np.array([1e7, 0.0]))
    row, column = np.array([3, 20]), np.array([4, 29])
    expected = graph_costs(friction, row, column, (1.0, 1.0), links)
    np.testing.assert_allclose(cost_distances(friction, row, column, links=links), expected, rtol=1e-6)
    start = np.array([0.0, 5e8])
    cost, nearest = cost_distance(friction, row, column, links=links, start=start, allocate=True)
    late = expected + start[:, None, None]
    np.testing.assert_allclose(cost, late.min(axis=0), rtol=1e-12)
    assert np.array_equal(nearest, late.argmin(axis=0))
    some, _ = cost_distance(friction, row, column, links=links, start=start, limit=1e6)
    assert np.array_equal(np.isfinite(some), late.min(axis=0) <= 1e6)


def test_threads_order_and_company_leave_the_bytes_as_they_are() -> None:
    rng = np.random.default_rng(5)
    friction = rng.uniform(0.1, 3.0, (60, 50)).astype(np.float32)
    row, column = rng.integers(0, 60, 7), rng.integers(0, 50, 7)
    one = cost_distances(friction, row, column, thread_count=1)
    assert one.tobytes() == cost_distances(friction, row, column, thread_count=3).tobytes()
    joint, nearest = cost_distance(friction, row, column, allocate=True)
    turned, _ = cost_distance(friction, row[::-1], column[::-1])
    assert joint.tobytes() == turned.tobytes()
    assert joint.astype(np.float32).tobytes() == one.min(axis=0).tobytes()
    assert np.array_equal(np.take_along_axis(one, nearest[None].astype(np.int64), axis=0)[0], joint.astype(np.float32))


def test_equally_near_sources_go_to_the_first() -> None:
    _, nearest = cost_distance(np.ones((1, 5)), [0, 0], [4, 0], allocate=True)
    assert nearest.tolist() == [[1, 1, 0, 0, 0]]
    _, nearest = cost_distance(np.ones((3, 5)), [1, 1, 1], [2, 2, 4], allocate=True)
    assert 1 not in nearest


def test_a_limit_cuts_off_and_changes_nothing_else() -> None:
    rng = np.random.default_rng(6)
    friction = rng.uniform(0.1, 3.0, (40, 40))
    full, _ = cost_distance(friction, [20], [20])
    limit = float(np.median(full))
    some, nearest = cost_distance(friction, [20], [20], limit=limit, allocate=True)
    assert np.array_equal(some, np.where(full <= limit, full, np.nan), equal_nan=True)
    assert np.array_equal(nearest == 0, full <= limit)
    assert np.array_equal(cost_distances(friction, [20], [20], limit=limit)[0], some.astype(np.float32), equal_nan=True)


def test_what_is_spent_before_setting_out_counts() -> None:
    """Two sources of which one starts late: each cell takes the better, by hand."""
    cost, nearest = cost_distance(np.ones((1, 6)), [0, 0], [0, 5], start=[0.0, 3.0], allocate=True)
    assert cost.tolist() == [[0.0, 1.0, 2.0, 3.0, 4.0, 3.0]]
    assert nearest.tolist() == [[0, 0, 0, 0, 0, 1]]
    far, _ = cost_distance(np.full((1, 3), 1e-3), [0], [0], start=[1e6])
    np.testing.assert_allclose(far, [[1e6, 1e6 + 1e-3, 1e6 + 2e-3]], rtol=1e-15)


def test_open_ground_is_up_to_eight_per_cent_too_long_and_never_too_short() -> None:
    """The worst direction is 22.5° from the axes: 1 / cos(22.5°) = 1.0824; the mean of all 8·(√2 - 1)/π = 1.0548."""
    cost, _ = cost_distance(np.ones((401, 401)), [200], [200])
    row, column = np.mgrid[-200:201, -200:201]
    straight = np.hypot(row, column)
    disc = (straight > 100) & (straight <= 200)
    ratio = cost[disc] / straight[disc]
    assert ratio.min() >= 1.0 - 1e-12
    assert ratio.max() == pytest.approx(1.0 / np.cos(np.pi / 8.0), abs=1e-4)
    assert ratio.mean() == pytest.approx(8.0 * (np.sqrt(2.0) - 1.0) / np.pi, abs=2e-3)


def test_a_source_on_a_barrier_reaches_itself() -> None:
    cost, _ = cost_distance([[1.0, np.inf, 1.0]], [0], [1])
    assert np.array_equal(cost, [[np.nan, 0.0, np.nan]], equal_nan=True)


def test_joined_links_number_their_nodes_on() -> None:
    one = Links(np.array([0, 6]), np.array([6, 5]), np.array([1.0, 1.0]), node_count=1)
    other = Links(np.array([5, 6]), np.array([6, 3]), np.array([2.0, 2.0]), node_count=1)
    both = one.joined(other, 6)
    cost, _ = cost_distance(np.full((2, 3), np.inf), [0], [0], links=both)
    assert np.array_equal(cost, [[0.0, np.nan, np.nan], [6.0, np.nan, 2.0]], equal_nan=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": [2]}, r"outside the grid of 2 × 2 cells: \(2, 0\)"),
        ({"rows": [0.5]}, "whole numbers"),
        ({"rows": [0, 1]}, "expected one of each"),
        ({"friction": [1.0]}, r"shape \(rows, columns\)"),
        ({"cell": (0.0, 1.0)}, "lengths above 0"),
        ({"start": [np.nan]}, "starting cost"),
        ({"links": Links(np.array([9]), np.array([0]), np.array([1.0]))}, "ends at no cell"),
        ({"links": Links(np.array([1]), np.array([0]), np.array([-1.0]))}, "negative"),
    ],
)
def test_wrong_input_is_refused(change: dict, words: str) -> None:
    given_ = {"friction": np.ones((2, 2)), "rows": [0], "columns": [0]} | change
    with pytest.raises(SchemaError, match=words):
        cost_distance(given_.pop("friction"), given_.pop("rows"), given_.pop("columns"), **given_)
