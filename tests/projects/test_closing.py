"""Closing lists: the fewest projects, the most solid of the fewest; lengths by hand; stages as parts of the plan."""

from __future__ import annotations

import itertools

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from geo.geodesy import length_km
from layers.indicators import densities
from layers.schema import FEATURES
from projects.verdict.area_lengths import area_lengths, area_units, density_of
from projects.verdict.closing import added_by_projects, composition, shortest_list
from projects.verdict.sensitivity import length_definitions

MONTH = "2025-12"


def table(*lengths: float) -> pd.DataFrame:
    return pd.DataFrame({"project_id": [f"p{i}" for i in range(len(lengths))], "length_km": lengths})


# -- the shortest list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "chosen"),
    [
        (0.0, []),  # nothing is needed
        (25.0, ["p0"]),  # one does it, and the most solid that does is the first
        (35.0, ["p1"]),  # one does it, but not the first
        (80.0, ["p0", "p1"]),  # 30 + 50: two do it, and the first two are the most solid
        (85.0, ["p0", "p2"]),  # 30 + 50 falls short, 30 + 60 does it
        (105.0, ["p1", "p2"]),
        (140.0, ["p0", "p1", "p2"]),
        (141.0, []),  # all together do not suffice
    ],
)
def test_shortest_list_by_hand(missing: float, chosen: list[str]) -> None:
    assert shortest_list(table(30.0, 50.0, 60.0), missing)["project_id"].tolist() == chosen


@given(st.lists(st.integers(1, 100), min_size=1, max_size=7), st.integers(1, 400))
def test_no_shorter_and_no_more_solid_list_exists(lengths: list[int], missing: int) -> None:
    """Against all subsets: the size is the least, and of that size it comes first in the order of solidity."""
    found = tuple(int(i[1:]) for i in shortest_list(table(*map(float, lengths)), float(missing))["project_id"])
    for size in range(1, len(lengths) + 1):
        good = [c for c in itertools.combinations(range(len(lengths)), size) if sum(lengths[i] for i in c) >= missing]
        if good:
            assert found == min(good)
            return
    assert found == ()


@given(st.lists(st.floats(0.1, 500.0), min_size=1, max_size=12), st.floats(0.0, 1.0))
def test_a_list_closes_its_gap_and_needs_each_project(lengths: list[float], share: float) -> None:
    added, missing = table(*lengths), share * sum(lengths)
    chosen = shortest_list(added, missing)["length_km"]
    if missing > 0.0 and len(chosen):
        assert chosen.sum() >= missing * (1 - 1e-9)
        assert chosen.sum() - chosen.min() < missing * (1 + 1e-9)  # without its shortest it does not suffice


def test_composition_by_hand() -> None:
    added = pd.DataFrame(
        {
            "status": ["under_construction", "starting", "proposed", "unspecified"],
            "drawn_by": ["nodes", "straight", "corridor", "straight"],
            "length_km": [40.0, 30.0, 20.0, 10.0],
        }
    )
    got = composition(added)
    assert got == pytest.approx({"added_km": 100.0, "straight_share": 0.4, "corridor_share": 0.2, "early_share": 0.6})
    nothing = composition(added.iloc[:0])
    assert nothing["added_km"] == 0.0
    assert pd.isna(nothing["straight_share"])


# -- lengths in areas ------------------------------------------------------------------------------------------------


def projects(*rows: tuple[str, str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Rail projects: id, stage, method, points."""
    data = pd.DataFrame(
        [
            {
                "feature_id": key,
                "origin": "project",
                "name": key,
                "mode": "rail",
                "kind": "intercity_rail",
                "work": "new",
                "status": status,
                "drawn_by": method,
                "accuracy_km": 5.0,
            }
            for key, status, method, _ in rows
        ]
    )
    shapes = [LineString(points) for *_, points in rows]
    return gpd.GeoDataFrame(FEATURES.coerce(data), geometry=shapes, crs="EPSG:4326")


# In the hills of 六安市, far from any high-speed line: what is added there is what was drawn.
ROWS = projects(
    ("a", "under_construction", "nodes", [(116.00, 31.15), (116.00, 31.45)]),
    ("b", "preparatory", "straight", [(116.70, 31.15), (116.70, 31.45)]),
    ("c", "proposed", "corridor", [(116.71, 31.15), (116.71, 31.45)]),  # 1 km beside b: the same corridor
    ("d", "operating", "nodes", [(116.35, 31.15), (116.35, 31.45)]),  # is there already: adds nothing
)


def test_what_projects_add_by_hand() -> None:
    got = area_lengths(["六安市"], ROWS)["六安市"]
    added = added_by_projects(got, "rail_density").set_index("project_id")["length_km"]
    assert list(added.index) == ["a", "b"]  # further stage first; c runs within 2 km of b, which is further on
    assert added["a"] == pytest.approx(length_km(ROWS.geometry.iloc[0]), rel=1e-6)
    # A straight join is taken to be a tenth shorter than a route (layers.scenario.ProjectAssumptions).
    assert added["b"] == pytest.approx(1.1 * length_km(ROWS.geometry.iloc[1]), rel=1e-6)
    assert added_by_projects(got, "rail_density", stage="starting")["project_id"].tolist() == ["a"]


def test_stages_are_parts_of_the_plan_and_equal_the_scenarios() -> None:
    """Filtering the plan's lines by stage gives what building the scenario of that stage gives."""
    got = area_lengths(["安徽省"], ROWS)["安徽省"]
    today = got.existing("rail_length", MONTH)["km"].sum()
    for stage in ("under_construction", "preparatory", "proposed"):
        table = densities(ROWS, scenarios=[f"STATUS>={stage}"], levels=["province"])
        whole = table[(table["area"] == "安徽省") & (table["indicator"] == "rail")]["length_km"].iloc[0]
        assert today + got.planned("rail_length", stage)["km"].sum() == pytest.approx(whole, rel=1e-9)


def test_lengths_add_up_over_a_partition() -> None:
    """长三角 is its four provinces; a province is its cities."""
    names = ["长三角", "上海市", "江苏省", "浙江省", "安徽省"]
    got = area_lengths(names, ROWS)
    for indicator in ("rail_length", "expressway_length", "waterway_class3_up_length"):
        km = [got[name].existing(indicator, MONTH)["km"].sum() for name in names]
        assert km[0] == pytest.approx(sum(km[1:]), rel=1e-9)
        assert km[0] > 1000.0
    assert got["长三角"].area_km2 == pytest.approx(sum(got[name].area_km2 for name in names[1:]))
    assert got["长三角"].lakes_km2 == pytest.approx(sum(got[name].lakes_km2 for name in names[1:]), rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.permutations(["2005-12", "2012-06", "2020-04", "2025-12"]))
def test_a_network_only_grows_here(months: list[str]) -> None:
    got = area_lengths(["江苏省"], None)["江苏省"]
    km = {month: got.existing("expressway_length", month)["km"].sum() for month in months}
    assert [km[m] for m in sorted(km)] == sorted(km.values())


def test_an_unknown_area_is_left_out() -> None:
    assert area_lengths(["北京市", "皖北某地"], None) == {}
    assert area_units("武汉都市圈") is None
    with pytest.raises(KeyError):
        density_of("airport")


# -- other definitions -----------------------------------------------------------------------------------------------


def test_a_smaller_denominator_gives_a_larger_density() -> None:
    got = area_lengths(["合肥市", "上海市"], None)
    rows = {name: (today, note) for name, today, _, note in length_definitions(got["合肥市"], "rail_density", MONTH)}
    km = got["合肥市"].existing("rail_density", MONTH)["km"].sum()
    # 11,445 km² published; 巢湖 has about 770 to 780 km² of water.
    assert 740 < got["合肥市"].lakes_km2 < 800
    assert rows["without_lakes"][0] == pytest.approx(km / (11445 - got["合肥市"].lakes_km2) * 1e4, abs=1e-3)
    assert rows["without_lakes"][0] > km / 11445 * 1e4
    assert pd.isna(rows["with_metro"][0])
    assert "地铁" in rows["with_metro"][1]
    shanghai = {name: today for name, today, *_ in length_definitions(got["上海市"], "expressway_density", MONTH)}
    assert pd.isna(shanghai["without_lakes"])  # its published area is land already
    lengths = {name for name, *_ in length_definitions(got["合肥市"], "expressway_length", MONTH)}
    assert "drawn_length" in lengths
    assert not lengths & {"polygon_area", "without_lakes"}  # a length has no denominator


def test_other_lines_by_hand() -> None:
    """With a published metro of 200 km, without the side lines, and with what drawn lines are short of."""
    got = area_lengths(["合肥市", "长三角"], None)
    rail = got["合肥市"].existing("rail_density", MONTH)
    metro = {"length_km": 200.0, "source": "公报", "grade": "B", "note": "超过", "as_of": "2023-12"}
    rows = {n: v for n, v, *_ in length_definitions(got["合肥市"], "rail_density", MONTH, metro=metro)}
    assert rows["with_metro"] == pytest.approx((rail["km"].sum() + 200.0) / 11445 * 1e4, abs=1e-3)
    side = rail.loc[rail["kind"].isin(["suburban_rail", "freight_rail"]), "km"].sum()
    assert side > 0.0
    assert rows["main_lines"] == pytest.approx((rail["km"].sum() - side) / 11445 * 1e4, abs=1e-3)
    tracks = pd.to_numeric(rail["tracks"]).astype(float)
    assert set(tracks.dropna()) <= {1.0, 2.0, 4.0}
    assert rows["track_km"] == pytest.approx((rail["km"] * tracks.fillna(1.0)).sum() / 11445 * 1e4, abs=1e-3)
    roads = got["长三角"].existing("expressway_length", MONTH)
    rows = {n: v for n, v, *_ in length_definitions(got["长三角"], "expressway_length", MONTH)}
    none = roads.loc[roads["route_km"].isna(), "length_km"].sum()
    if none > 0.0:
        both = got["长三角"].measured_both("expressway_length").dropna()
        ratio = both["route_length_km"].sum() / both["length_km"].sum()
        assert rows["stretched"] == pytest.approx(roads["km"].sum() + none * (ratio - 1.0), rel=1e-5)
    assert rows["with_bridges"] >= roads["km"].sum() - 1e-3
    assert rows["track_km"] == pytest.approx(2 * roads["km"].sum(), rel=1e-6)
