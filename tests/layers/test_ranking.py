"""Ranking: gains by hand, the graph of all projects against networks built for each, laws, and tables of the difference."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geo.errors import SchemaError
from layers.accessibility import area_places
from layers.indicators import scenario_network
from layers.ranking import (
    DIFFERENCES,
    INTERACTIONS,
    RANKING,
    TOGETHER,
    Circle,
    before_after,
    difference_areas,
    gain,
    project_graph,
    rank_projects,
    trips,
)
from layers.ranking.searches import all_labels
from layers.schema import FEATURES
from layers.travel_time import travel_time_matrix
from tests.layers.test_travel_time import FIELDS, LINE, TOWNS, LineOf, _network

INF = np.inf


def test_everybody_makes_one_trip() -> None:
    table = trips(np.array([100.0, 100.0, 200.0]))
    # 100 people go to places of 100 and 200: a third and two thirds of them.
    assert table[0].tolist() == pytest.approx([0.0, 100 / 3, 200 / 3])
    assert table.sum(axis=1).tolist() == pytest.approx([100.0, 100.0, 200.0])
    assert np.isnan(trips(np.array([100.0, np.nan, 200.0]))).all()


def test_gains_by_hand() -> None:
    # Three places, and a core beyond them that only counts for the circle.
    before = np.array([[0.0, 100.0, INF, 70.0], [100.0, 0.0, 95.0, 61.0], [INF, 95.0, 0.0, 60.0]])
    after = np.array([[0.0, 60.0, 80.0, 59.0], [60.0, 0.0, 95.0, 61.0], [80.0, 95.0, 0.0, 60.0]])
    found = gain(before, after, trips(np.array([100.0, 100.0, 200.0])), circles=(Circle("圈", (3,)),))
    # 40 min saved by the 100/3 people that go from the first to the second, and by as many back; the new pair saves none.
    assert found.person_min == pytest.approx(2 * 100 / 3 * 40)
    # Four ordered pairs had a way before: 0-1 and 1-0 save 40, 1-2 and 2-1 nothing.
    assert found.mean_min == pytest.approx(20.0)
    assert (found.pairs_faster, found.pairs_connected) == (1, 1)
    # 0-1 comes to 60; 0-2 from no way to 80 min.
    assert found.pairs_under == {60.0: 1, 90.0: 2}
    # The first comes in from 70; the second stays out at 61, the third was in.
    assert found.circles == (("圈", (0,)),)
    near = gain(before, after, trips(np.array([100.0, 100.0, 200.0])), within_min=99.0)
    assert near.person_min == 0.0


def _minutes(lines: list[LineOf], mode: str) -> np.ndarray:
    times = travel_time_matrix(_network(lines, airports=FIELDS), TOWNS, TOWNS, mode=mode).time_min.to_numpy()
    return np.nan_to_num(times, nan=INF)


@settings(max_examples=25, deadline=None)
@given(st.lists(LINE, min_size=2, max_size=5), st.integers(0, 3), st.sampled_from(["any", "rail", "road"]))
def test_any_subset_has_the_times_of_its_own_network(lines: list[LineOf], existing: int, mode: str) -> None:
    """The second method: a network built for each subset, searched from scratch."""
    first = min(existing, len(lines) - 1)
    owners = {f"l{i}": f"p{i}" for i in range(first, len(lines))}
    graph = project_graph(_network(lines, airports=FIELDS), owners, TOWNS, TOWNS, mode=mode)
    every = list(range(len(lines)))

    def own(kept: list[int]) -> np.ndarray:
        return _minutes([lines[i] for i in kept], mode)

    np.testing.assert_array_equal(graph.today, own(every[:first]))
    np.testing.assert_array_equal(graph.together, own(every))
    for i in every[first:]:
        alone, without = graph.times_with([f"p{i}"]), graph.times_without(f"p{i}")
        np.testing.assert_array_equal(alone, own([*every[:first], i]))
        np.testing.assert_array_equal(without, own([j for j in every if j != i]))
        np.testing.assert_array_equal(alone, graph.times_of([f"p{i}"]))
        # A project never lengthens a trip, nor does taking one away shorten any.
        assert (alone <= graph.today).all()
        assert (without >= graph.together).all()


@settings(max_examples=10, deadline=None)
@given(st.lists(LINE, min_size=2, max_size=6))
def test_threads_change_no_byte(lines: list[LineOf]) -> None:
    graph = project_graph(_network(lines), {"l0": "p"}, TOWNS, TOWNS)
    built = np.ones(2, dtype=np.bool_)
    ends = np.searchsorted(graph.start, np.arange(graph.size + 1)).astype(np.int64)
    found = [
        all_labels(graph.origins, graph.size, ends, graph.stop, graph.weight, graph.first, graph.second, built, count)
        for count in (1, 2, 4)
    ]
    for other in found[1:]:
        assert all(a.tobytes() == b.tobytes() for a, b in zip(found[0], other, strict=True))


def _project(feature_id: str, **more: object) -> dict[str, object]:
    return {
        "feature_id": feature_id,
        "origin": "project",
        "name": f"项目{feature_id}",
        "mode": "rail",
        "kind": "high_speed_rail",
        "work": "new",
        "status": "proposed",
        "drawn_by": "straight",
        "accuracy_km": 3.0,
        # From 合肥南 straight to 安庆: 合肥—安庆 goes by 桐城 today.
        "geometry": LineString([(117.2848, 31.8005), (117.05, 30.53)]),
        **more,
    }


@pytest.fixture(scope="module")
def ranked() -> dict[str, object]:
    rows = [
        _project("a"),
        _project("b"),
        _project("c", drawn_by="area", geometry=box(117, 31, 117.2, 31.2)),
        _project("d", work="upgrade"),
        _project("e", mode="airport", kind="civil_airport"),
        _project("f", status="operating"),
        _project("g", mode="waterway", kind="inland_waterway"),
        _project("h", drawn_by="nodes", geometry=LineString([(120.16, 30.25), (121.0, 31.0), (121.5, 31.2)])),
    ]
    features = gpd.GeoDataFrame(FEATURES.coerce(gpd.GeoDataFrame(rows, crs="EPSG:4326")), crs="EPSG:4326")
    places = area_places("prefecture")
    cores = pd.DataFrame({"circle": ["安庆圈"], "lon": [117.05], "lat": [30.53]})
    cost = pd.Series({"a": 100.0, "项目h": 50.0})
    return {
        "features": features,
        "places": places,
        "ranking": rank_projects(features, places, cores=cores, cost=cost, mode="rail"),
    }


def test_twice_the_same_project_is_worth_it_once(ranked: dict[str, object]) -> None:
    ranking = ranked["ranking"]
    table = RANKING.validate(ranking.projects).set_index("project_id")  # type: ignore[attr-defined]
    saved = table["saved_10k_person_min"]
    assert saved["a"] > 0
    assert saved["a"] == saved["b"]
    # With its twin there already it adds nothing.
    assert table.loc["a", "saved_last_10k_person_min"] == 0.0
    assert table.loc["a", "interaction_10k_person_min"] == -saved["a"]
    pairs = INTERACTIONS.validate(ranking.interactions).set_index(["project_a", "project_b"])  # type: ignore[attr-defined]
    assert pairs.loc[("a", "b"), "interaction"] == pytest.approx(-saved["a"], abs=0.1)
    both = TOGETHER.validate(ranking.together).set_index("measure").loc["saved_10k_person_min"]  # type: ignore[attr-defined]
    assert both["sum_alone"] == pytest.approx(2 * saved["a"] + saved["h"], abs=0.2)
    assert both["together"] <= both["sum_alone"] - saved["a"] + 0.2


def test_what_cannot_be_measured_says_why(ranked: dict[str, object]) -> None:
    table = ranked["ranking"].projects.set_index("project_id")  # type: ignore[attr-defined]
    # In operation, and what no one travels by, is not in the table at all.
    assert set(table.index) == {"a", "b", "c", "d", "e", "h"}
    for project, word in {"c": "仅绘为面", "d": "改扩建", "e": "机场"}.items():
        assert pd.isna(table.loc[project, "rank"])
        assert pd.isna(table.loc[project, "saved_10k_person_min"])
        assert word in table.loc[project, "note"]
    assert table["rank"].dropna().tolist() == [1, 2, 3]


def test_the_drawing_leaves_a_range(ranked: dict[str, object]) -> None:
    table = ranked["ranking"].projects.set_index("project_id")  # type: ignore[attr-defined]
    assert "直线绘制" in table.loc["a", "uncertainty"]
    low, mid, high = table.loc["a", ["saved_low_10k_person_min", "saved_10k_person_min", "saved_high_10k_person_min"]]
    assert low < mid < high
    # Through nodes the way is known: only the speed is open.
    assert "直线" not in table.loc["h", "uncertainty"]
    assert table.loc["h", "saved_high_10k_person_min"] == table.loc["h", "saved_10k_person_min"]
    assert table.loc["a", "saved_per_cost"] == pytest.approx(table.loc["a", "saved_10k_person_min"] / 100.0, abs=0.006)
    assert table.loc["h", "cost_100m_yuan"] == 50.0
    assert pd.isna(table.loc["b", "saved_per_cost"])


def test_the_ranking_is_that_of_whole_networks(ranked: dict[str, object]) -> None:
    """The mean saved by one project, from two networks built and searched as ``tongtu travel-time`` does."""
    features, places = ranked["features"], ranked["places"]
    alone = features[features["feature_id"] == "h"]  # type: ignore[index]
    times = [
        travel_time_matrix(network, places, places, mode="rail").time_min.to_numpy()
        for network in (scenario_network(None), scenario_network(alone, scenario="plan"))
    ]
    apart = ~np.eye(len(places), dtype=bool)  # type: ignore[arg-type]
    table = ranked["ranking"].projects.set_index("project_id")  # type: ignore[attr-defined]
    assert table.loc["h", "mean_saved_min"] == pytest.approx((times[0] - times[1])[apart].mean(), abs=1e-4)


def test_without_population_the_mean_decides(ranked: dict[str, object]) -> None:
    places = ranked["places"].assign(population=np.nan).head(8)  # type: ignore[attr-defined]
    found = rank_projects(ranked["features"], places, mode="rail", lang="en")  # type: ignore[arg-type]
    measured = found.projects[found.projects["rank"].notna()]
    assert measured["saved_10k_person_min"].isna().all()
    assert measured["mean_saved_min"].is_monotonic_decreasing
    assert measured["note"].str.contains("no population for 8 places").all()


def test_places_need_names_of_their_own() -> None:
    features = gpd.GeoDataFrame(FEATURES.empty(), geometry=[], crs="EPSG:4326")
    with pytest.raises(SchemaError, match="name of its own"):
        rank_projects(features, pd.DataFrame({"name": ["甲", "甲"], "lon": [117, 118], "lat": [31, 31]}))


def test_a_cost_of_no_project_is_refused_and_nothing_to_build_is_a_table(ranked: dict[str, object]) -> None:
    features, places = ranked["features"], ranked["places"].head(4)  # type: ignore[attr-defined]
    with pytest.raises(SchemaError, match="项目z"):
        rank_projects(features, places, cost=pd.Series({"项目z": 1.0}))  # type: ignore[arg-type]
    areas = features[features["drawn_by"] == "area"]  # type: ignore[index]
    found = rank_projects(areas, places)
    assert found.projects["rank"].isna().all()
    assert len(found.projects) == 1
    assert found.interactions.empty
    assert found.together["together"].fillna(0.0).eq(0.0).all()
    pd.testing.assert_frame_equal(found.before, found.after)


def _matrix(values: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(values, index=["甲", "乙", "丙"], columns=["甲", "乙", "丙"])


BEFORE = _matrix([[0, 100, np.nan], [100, 0, 50], [np.nan, 50, 0]])
AFTER = _matrix([[0, 60, 80], [60, 0, 50], [80, 50, 0]])


def test_before_and_after_by_hand() -> None:
    table = before_after(BEFORE, AFTER, mode="rail", as_of="2025-12", scenario="plan").set_index(["from", "to"])
    assert table.loc[("甲", "乙"), ["before_min", "after_min", "saved_min"]].tolist() == [100.0, 60.0, 40.0]
    assert table.loc[("甲", "丙"), "note"] == "newly connected"
    assert np.isnan(table.loc[("甲", "丙"), "saved_min"])
    with pytest.raises(SchemaError, match="different places"):
        before_after(BEFORE, AFTER.iloc[:2], mode="rail", as_of="2025-12", scenario="plan")


def test_the_difference_by_area_by_hand() -> None:
    areas = gpd.GeoDataFrame(
        {"code": ["3", "1", "2"], "name": ["丁", "甲", "乙"]},
        geometry=[box(i, 30, i + 1, 31) for i in range(3)],
        crs="EPSG:4326",
    )
    table = DIFFERENCES.validate(difference_areas(BEFORE, AFTER, areas)).set_index("name")
    assert list(table.index) == ["甲", "乙"]
    # 乙 reaches 甲 in 100, then 60 min, and 丙 in 50: the means are 75 and 55.
    assert table.loc["乙", ["before_min", "after_min", "saved_min"]].tolist() == [75.0, 55.0, 20.0]
    # 甲 has no way to 丙 before: it counts on neither side.
    assert table.loc["甲", ["before_min", "after_min", "places_reached", "places_connected"]].tolist() == [
        100,
        60,
        1,
        1,
    ]
    people = pd.Series({"甲": 300.0, "乙": 1.0, "丙": 100.0})
    weighted = difference_areas(BEFORE, AFTER, areas, population=people).set_index("name")
    assert weighted.loc["乙", "before_min"] == pytest.approx((300 * 100 + 100 * 50) / 400)
    assert set(weighted["weight"]) == {"population"}
    with pytest.raises(SchemaError, match="in the matrix"):
        difference_areas(BEFORE, AFTER, areas[areas["name"] == "丁"])
