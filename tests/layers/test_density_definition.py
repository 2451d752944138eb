"""What a density rests on: errors of the drawing by hand, areas of several units, laws, and airports with their catchments."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from geo.boundaries import boundaries
from geo.errors import PlaceNotFoundError
from layers.airport import airports, new_airports
from layers.airport_catchments import CatchmentAssumptions, airport_catchments
from layers.area_units import areas_named, joined_area
from layers.density import density_records, density_table
from layers.drawing_error import Stretch, drawing_error_km, stretch_of, with_crossings
from layers.indicators import density_lines
from layers.line_length import line_length_by_area
from layers.schema import FEATURES
from tests.layers.test_density import areas_of, lines_of, network

# -- errors of the drawing, by hand ------------------------------------------------------------------------------------


def test_crossings_by_hand() -> None:
    areas = areas_of([box(0, 0, 1, 1)])
    lines = lines_of(
        [
            LineString([(0.2, 0.5), (0.8, 0.5)]),  # inside
            LineString([(0.5, 0.5), (1.5, 0.5)]),  # leaves
            LineString([(-0.5, 0.4), (1.5, 0.4)]),  # passes
            LineString([(0.5, 0.9), (0.6, 1.1), (0.7, 0.9)]),  # goes out and comes back
        ]
    )
    lines["length_km"] = line_length_by_area(lines, areas_of([box(-9, -9, 9, 9)]))["length_km"].to_numpy()
    got = with_crossings(line_length_by_area(lines, areas), lines, areas)
    assert got["crossings"].tolist() == [0, 1, 2, 2]


def test_the_error_by_hand() -> None:
    # Published, crossing once at 3 km; published, passing (two crossings at 4 km); 50 km as drawn, lines 4 % longer ± 2 %.
    pieces = pd.DataFrame(
        {
            "length_km": [10.0, 20.0, 50.0],
            "route_km": [11.0, 21.0, np.nan],
            "accuracy_km": [3.0, 4.0, 9.0],
            "crossings": [1, 2, 0],
        }
    )
    error, short = drawing_error_km(pieces, Stretch(1.04, 0.02, 10))
    assert error == pytest.approx(np.sqrt(3.0**2 + 2 * 4.0**2 + (0.02 * 50.0) ** 2))
    assert short == pytest.approx(2.0)
    assert drawing_error_km(pieces.iloc[:0], Stretch(1.04, 0.02, 10)) == (0.0, 0.0)
    assert drawing_error_km(pieces.iloc[2:], Stretch(float("nan"), float("nan"), 0)) == (0.0, 0.0)


def test_stretch_by_hand() -> None:
    # 11/10 and 33/30 agree: no spread. With 30/30 instead: 41/40 = 1.025, sqrt((10·0.075² + 30·0.025²)/40).
    one = pd.DataFrame({"length_km": [10.0, 30.0], "route_length_km": [11.0, 30.0]})
    got = stretch_of(one)
    assert got.mean == pytest.approx(1.025)
    assert got.spread == pytest.approx(np.sqrt((10 * 0.075**2 + 30 * 0.025**2) / 40), abs=1e-6)
    assert stretch_of(one.assign(route_length_km=np.nan)).lines == 0


@given(st.lists(st.floats(0.5, 2.0), min_size=1, max_size=8), st.floats(0.1, 10.0))
def test_stretch_does_not_depend_on_the_unit(ratios: list[float], factor: float) -> None:
    drawn = np.arange(1.0, len(ratios) + 1.0)
    table = pd.DataFrame({"length_km": drawn, "route_length_km": drawn * ratios})
    one, other = stretch_of(table), stretch_of(table * factor)
    assert other.mean == pytest.approx(one.mean, abs=2e-6)
    assert min(ratios) - 1e-6 <= one.mean <= max(ratios) + 1e-6
    assert 0.0 <= one.spread <= max(ratios) - min(ratios) + 1e-6


def test_the_record_gives_both_lengths_and_its_denominator() -> None:
    shapes = [LineString([(0.1, 0.5), (0.9, 0.5)]), LineString([(0.5, 0.2), (1.5, 0.2)])]
    lines = network(shapes, kind="expressway", mode="highway", route_length_km=[100.0, np.nan], accuracy_km=5.0)
    lines["length_km"] = [89.0, 111.3]
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[10_000.0])
    row = density_records(lines, areas, level="city", as_of="2025-12", scenario="today").set_index("indicator")
    one = row.loc["expressway"]
    assert one["published_km"] == pytest.approx(100.0)
    assert one["unpublished_km"] == pytest.approx(0.5 * 111.319490793, rel=1e-4)  # half a degree near the equator
    assert one["length_km"] == pytest.approx(one["published_km"] + one["unpublished_km"])
    assert one["drawn_km"] == pytest.approx(0.8 * 111.319 + 0.5 * 111.319, rel=1e-3)
    assert one["density"] == pytest.approx(one["length_km"] / 100)
    assert one["density_error"] == pytest.approx(one["error_km"] / 100)
    assert one["error_km"] == pytest.approx(5.0)  # one crossing; a single line with both lengths has no spread
    assert one["short_km"] == pytest.approx(one["unpublished_km"] * (100.0 / 89.0 - 1.0), rel=1e-4)
    assert one["drawn_by"] == "nodes:1.000"
    text = one["definition"]
    assert "绘制误差 ±" in text
    assert "可能少计" in text
    assert "无公布里程者按图上" in text


def test_what_is_planned_is_not_published() -> None:
    """A project's assumed route length stands apart, and its drawing widens the error."""
    shapes = [LineString([(0.1, 0.5), (0.9, 0.5)]), LineString([(0.1, 0.2), (0.9, 0.2)])]
    lines = network(shapes, route_length_km=[100.0, 97.0], accuracy_km=5.0, status=["operating", "proposed"])
    lines["length_km"] = [89.0, 89.0]
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[10_000.0])
    row = density_records(lines, areas, level="city", as_of="2025-12", scenario="plan").set_index("indicator")
    one = row.loc["rail"]
    assert (one["published_km"], one["unpublished_km"], one["projects_km"]) == pytest.approx((100.0, 0.0, 97.0))
    assert one["density"] == pytest.approx(197.0)
    assert "规划项目按图上 97.0 km" in one["definition"]
    today = density_records(lines.iloc[:1], areas, level="city", as_of="2025-12", scenario="today")
    assert "规划项目" not in today.set_index("indicator").loc["rail", "definition"]
    assert one["error_km"] >= today.set_index("indicator").loc["rail", "error_km"]


def test_no_area_gives_no_density_and_says_so() -> None:
    lines = network([LineString([(0.1, 0.5), (0.9, 0.5)])])
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[np.nan], polygon_area_km2=[np.nan])
    row = density_table(lines, areas, level="city", as_of="2025-12", scenario="today").set_index("indicator")
    assert np.isnan(row.loc["rail", "density"])
    assert row.loc["rail", "definition"].startswith("本区无面积")
    assert row.loc["airport", "density"] == 0.0


# -- areas of several units, and the laws over them ----------------------------------------------------------------------


def table_of(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    return density_records(density_lines(None), areas, level="x", as_of="2025-12", scenario="today")


def test_a_region_is_the_sum_of_its_units_and_a_city_of_its_counties() -> None:
    for whole, parts in (("长三角", boundaries("province")), ("合肥市", boundaries("county", within="合肥市"))):
        one = joined_area(whole)
        assert one is not None
        total = table_of(one).set_index("indicator")
        each = table_of(parts).groupby("indicator")
        for column in ("length_km", "published_km", "unpublished_km", "drawn_km"):
            sums = each[column].sum().drop("airport")
            assert total[column].drop("airport").to_dict() == pytest.approx(sums.to_dict(), rel=1e-6), column
        assert total.loc["airport", "density"] == each["density"].sum()["airport"]
        assert total.loc["rail", "density"] > 0.0
    # A density is the mean of those of the parts, weighted by their areas.
    provinces = table_of(boundaries("province")).query("indicator == 'rail'")
    weighted = np.average(provinces["density"], weights=provinces["area_km2"])
    assert table_of(joined_area("长三角")).set_index("indicator").loc["rail", "density"] == pytest.approx(weighted)


def test_areas_by_name() -> None:
    assert [(word, len(table)) for word, table in areas_named([])] == [("city", 41)]
    assert [(word, len(table)) for word, table in areas_named(["安徽省"])] == [("province", 1)]
    assert [(word, len(table)) for word, table in areas_named(["安徽省"], "prefecture")] == [("city", 16)]
    assert [(word, len(table)) for word, table in areas_named(["合肥", "合肥市"], "county")] == [("county", 9)]
    joined = joined_area("合肥都市圈")
    assert joined is not None
    assert joined["area_kind"].tolist() == ["sum"]
    assert "淮南市" in joined["area_source"].iloc[0]
    with pytest.raises(PlaceNotFoundError, match="北京市"):
        areas_named(["北京市"])
    with pytest.raises(PlaceNotFoundError):
        areas_named(["不存在"], "county")


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_lines_and_areas_does_not_matter(random: Any) -> None:
    lines, areas = density_lines(None), boundaries("province")
    order = list(range(len(lines)))
    random.shuffle(order)
    one = density_table(lines, areas, level="x", as_of="2025-12", scenario="today")
    other = density_table(lines.iloc[order], areas.iloc[::-1], level="x", as_of="2025-12", scenario="today")
    pd.testing.assert_frame_equal(one.drop(columns="definition"), other.drop(columns="definition"), rtol=1e-9)


# -- airports ------------------------------------------------------------------------------------------------------------


def planned(*rows: tuple[str, str, str, float, float]) -> gpd.GeoDataFrame:
    data = pd.DataFrame(
        [
            {
                "feature_id": f"airport-{i}",
                "origin": "project",
                "name": name,
                "mode": "airport",
                "kind": kind,
                "work": work,
                "status": "proposed",
                "drawn_by": "point",
            }
            for i, (name, kind, work, _, _) in enumerate(rows)
        ]
    )
    points = [Point(lon, lat) for *_, lon, lat in rows]
    return gpd.GeoDataFrame(FEATURES.coerce(data), geometry=points, crs="EPSG:4326")


def test_what_adds_an_airport() -> None:
    there = airports(as_of="2025-12")
    xinqiao = there.loc[there["name"] == "合肥新桥国际机场", "geometry"].iloc[0]
    rows = planned(
        ("南通新机场", "civil_airport", "new", 121.6, 31.95),
        ("南通第三机场", "civil_airport", "new", 121.62, 31.95),  # 2 km from the one before it
        ("合肥新桥机场", "civil_airport", "new", xinqiao.x + 0.03, xinqiao.y),  # is there
        ("国际航空货运集散中心", "cargo_airport", "new", 118.0, 33.0),  # no airport by its name
        ("某地机场", "civil_airport", "upgrade", 118.0, 33.0),
    )
    assert new_airports(rows, there)["name"].tolist() == ["南通新机场"]
    table = density_table(
        density_lines(rows, scenario="plan"), boundaries("province"), level="x", as_of="2025-12", scenario="plan"
    )
    today = table_of(boundaries("province"))
    counts = [t.query("indicator == 'airport'").set_index("area")["density"] for t in (today, table)]
    assert (counts[1] - counts[0]).to_dict() == {"上海市": 0.0, "江苏省": 1.0, "浙江省": 0.0, "安徽省": 0.0}


def test_catchments_are_nested_and_lose_no_one() -> None:
    got = airport_catchments(None)
    provinces = got.by_area(boundaries("province"), level="province")
    # Census of 2020: 235 million in 沪苏浙皖 (24.87, 84.75, 64.57 and 61.03 million).
    assert provinces["population"].sum() == pytest.approx(235.2e6, rel=1e-3)
    assert (provinces["within_60_min_share"] <= provinces["within_90_min_share"]).all()
    assert provinces.iloc[:, 6:9].stack().between(0.0, 1.0).all()
    # Every county goes to one airport, or to none that the roads reach.
    reached = got.counties.loc[got.counties["airport"] != "", "population"].sum()
    assert got.fields["population"].sum() == pytest.approx(reached)
    assert got.fields["counties"].sum() == (got.counties["airport"] != "").sum()
    # 上海 has two, and both of its airports lie within 100 km of every county of it.
    shanghai = provinces.set_index("area").loc["上海市"]
    assert shanghai["airports"] == 2
    assert shanghai["within_100_km_share"] == 1.0
    # The whole is the mean of its parts, weighted by residents.
    joined = joined_area("长三角")
    assert joined is not None
    whole = got.by_area(joined, level="region").iloc[0]
    weighted = np.average(provinces["within_90_min_share"], weights=provinces["population"])
    assert whole["within_90_min_share"] == pytest.approx(weighted)


def test_a_longer_drive_serves_more() -> None:
    short = airport_catchments(None, assumptions=CatchmentAssumptions(drive_min=(30.0,), distance_km=50.0))
    long = airport_catchments(None, assumptions=CatchmentAssumptions(drive_min=(120.0,), distance_km=150.0))
    units = boundaries("province")
    one, other = short.by_area(units, level="province"), long.by_area(units, level="province", lang="en")
    assert (one["within_30_min_share"] <= other["within_120_min_share"]).all()
    assert (one["within_50_km_share"] <= other["within_150_km_share"]).all()
    assert "120 min by road" in other["definition"].iloc[0]


def test_the_nearest_airport_as_the_crow_flies() -> None:
    got = airport_catchments(None).counties.set_index("code")
    # 蜀山区 of 合肥 to 新桥: the second method is the haversine on a sphere of 6371 km.
    fields = airports(as_of="2025-12")
    civil = fields[fields["kind"] == "civil_airport"]
    lon, lat = np.radians(civil.geometry.x), np.radians(civil.geometry.y)
    from layers.accessibility.places import county_places

    seat = county_places().set_index("code").loc["340104"]
    a = np.radians(seat["lon"]), np.radians(seat["lat"])
    haversine = (
        2
        * 6371
        * np.arcsin(np.sqrt(np.sin((lat - a[1]) / 2) ** 2 + np.cos(lat) * np.cos(a[1]) * np.sin((lon - a[0]) / 2) ** 2))
    )
    assert got.loc["340104", "distance_km"] == pytest.approx(float(haversine.min()), rel=5e-3)
    assert shapely.is_valid(civil.geometry).all()
