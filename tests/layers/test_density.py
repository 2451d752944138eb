"""Density: hand values, published densities from official kilometres, overlay as the second method, and the laws."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, box

from geo.errors import SchemaError, VocabularyError
from geo.geodesy import GEOD, length_km
from layers.density import DENSITIES, density_table, line_density, line_length_by_area
from layers.schema import LINES

DEGREE_KM = 111.319490793  # a degree of the equator: 2π · 6378.137 km / 360


def lines_of(geometries: list[Any], **columns: object) -> gpd.GeoDataFrame:
    table = {"feature_id": [f"l{i:04d}" for i in range(len(geometries))], **columns}
    return gpd.GeoDataFrame(table, geometry=geometries, crs="EPSG:4326")


def areas_of(polygons: list[Any], **columns: object) -> gpd.GeoDataFrame:
    table = {
        "code": [f"{i:06d}" for i in range(len(polygons))],
        "name": [f"区{i}" for i in range(len(polygons))],
        **columns,
    }
    return gpd.GeoDataFrame(table, geometry=polygons, crs="EPSG:4326")


def network(geometries: list[Any], **columns: object) -> gpd.GeoDataFrame:
    defaults: dict[str, object] = {
        "name": "line", "mode": "rail", "kind": "high_speed_rail", "status": "operating", "drawn_by": "nodes", "grade": "D",
    }  # fmt: skip
    table = LINES.coerce(pd.DataFrame(lines_of(geometries).drop(columns="geometry").assign(**(defaults | columns))))
    return gpd.GeoDataFrame(table, geometry=geometries, crs="EPSG:4326")


def by_area(table: pd.DataFrame, column: str = "length_km") -> dict[str, float]:
    return table.groupby("code")[column].sum().to_dict()


# -- hand values -----------------------------------------------------------------------------------------------------


def test_a_line_across_a_border_is_cut_there() -> None:
    # Along the equator: a quarter of a degree in the west, three quarters in the east.
    got = by_area(
        line_length_by_area(
            lines_of([LineString([(0.75, 0), (1.75, 0)])]), areas_of([box(0, -1, 1, 1), box(1, -1, 2, 1)])
        )
    )
    assert got["000000"] == pytest.approx(0.25 * DEGREE_KM, rel=1e-9)
    assert got["000001"] == pytest.approx(0.75 * DEGREE_KM, rel=1e-9)


def test_published_length_is_apportioned_by_drawn_shares() -> None:
    # 200 km published; half of the drawn line in the one area, a quarter in the next, a quarter outside both.
    lines = lines_of([LineString([(0, 0), (4, 0)])], route_length_km=[200.0])
    table = line_length_by_area(lines, areas_of([box(0, -1, 2, 1), box(2, -1, 3, 1)]))
    assert table["route_km"].tolist() == pytest.approx([100.0, 50.0], rel=1e-9)
    assert table["length_km"].tolist() == pytest.approx([2 * DEGREE_KM, DEGREE_KM], rel=1e-9)


def test_without_published_length_the_route_is_unknown() -> None:
    table = line_length_by_area(lines_of([LineString([(0.1, 0), (0.2, 0)])]), areas_of([box(0, -1, 1, 1)]))
    assert table["route_km"].isna().all()


def test_a_line_on_a_shared_border_is_counted_once() -> None:
    # On the meridian 1° E, the border of both areas; the rest of it borders only the first.
    lines = lines_of([LineString([(1, 0.1), (1, 0.9)]), LineString([(1, 1.1), (1, 1.3)])])
    table = line_length_by_area(lines, areas_of([box(0, 0, 1, 2), box(1, 0, 2, 1)]))
    shared, alone = length_km(lines.geometry[0]), length_km(lines.geometry[1])
    got = by_area(table)
    assert got["000000"] == pytest.approx(shared / 2 + alone, rel=1e-9)
    assert got["000001"] == pytest.approx(shared / 2, rel=1e-9)


def test_a_line_that_leaves_the_border_halfway() -> None:
    # One segment on the border until 0.5° N, where the eastern neighbour ends: half of that part, all of the rest.
    lines = lines_of([LineString([(1, 0), (1, 1)])])
    got = by_area(line_length_by_area(lines, areas_of([box(0, -1, 1, 2), box(1, -1, 2, 0.5)])))
    lower = length_km(LineString([(1, 0), (1, 0.5)]))
    assert got["000001"] == pytest.approx(lower / 2, rel=1e-9)
    assert sum(got.values()) == pytest.approx(length_km(lines.geometry[0]), rel=1e-9)


def test_holes_and_parts() -> None:
    ring = box(0, 0, 3, 3).difference(box(1, 1, 2, 2))
    lines = lines_of([MultiLineString([[(0.5, 1.5), (2.5, 1.5)], [(0.2, 0.2), (0.2, 0.4)]])])
    got = by_area(line_length_by_area(lines, areas_of([ring])))["000000"]
    whole = length_km(lines.geometry[0].geoms[0]) / 2 + length_km(lines.geometry[0].geoms[1])
    assert got == pytest.approx(whole, rel=1e-9)


def test_points_and_empty_lines_count_nothing() -> None:
    lines = lines_of([Point(0.5, 0.5), LineString(), LineString([(0.1, 0.1), (0.2, 0.1)])])
    assert line_length_by_area(lines, areas_of([box(0, 0, 1, 1)]))["feature_id"].tolist() == ["l0002"]


def test_a_crossing_segment_is_split_by_the_ellipsoid_not_the_plane() -> None:
    # 25 km towards the north-east at 33° N, cut at its planar middle: the southern half is the longer one.
    a, b = (117.0, 33.0), (117.26, 33.05)
    middle = (a[0] + b[0]) / 2
    got = by_area(
        line_length_by_area(
            lines_of([LineString([a, b])]), areas_of([box(116, 32, middle, 34), box(middle, 32, 119, 34)])
        )
    )
    fine = [shapely.segmentize(LineString(p), 0.0005) for p in ([a, (middle, 33.025)], [(middle, 33.025), b])]
    for code, line in zip(("000000", "000001"), fine, strict=True):
        assert got[code] == pytest.approx(length_km(line), rel=3e-7)
    assert got["000000"] > got["000001"]


# -- published densities from official kilometres (shared/reference, as the publications round them) -------------------


@pytest.mark.parametrize(
    "km, km2, indicator, published, digits",
    [
        (5100.0, 140_100.0, "rail", 364, 0),  # 安徽 2020-06: 364 km/10⁴ km²
        (881.0, 6_300.0, "expressway", 13.98, 2),  # 上海 2024-12: 13.98 km/100 km²
    ],
)
def test_published_densities_come_out(km: float, km2: float, indicator: str, published: float, digits: int) -> None:
    mode, kind = ("rail", "conventional_rail") if indicator == "rail" else ("highway", "expressway")
    lines = network([LineString([(0.1, 0.5), (0.9, 0.5)])], mode=mode, kind=kind, route_length_km=km)
    table = density_table(
        lines, areas_of([box(0, 0, 1, 1)], official_area_km2=[km2]), level="province", as_of="2024-12", scenario="today"
    )
    row = table.set_index("indicator").loc[indicator]
    assert round(row["density"], digits) == published
    assert row["length_km"] == pytest.approx(km)


# -- the table -------------------------------------------------------------------------------------------------------


def sample() -> gpd.GeoDataFrame:
    shapes = [LineString([(0.1, 0.1 * i), (0.9, 0.1 * i)]) for i in range(1, 7)] + [Point(0.5, 0.5), Point(0.6, 0.5)]
    table = network(shapes)
    table["mode"] = ["rail", "rail", "rail", "highway", "waterway", "waterway", "airport", "airport"]
    table["kind"] = [
        "high_speed_rail",
        "conventional_rail",
        "metro",
        "expressway",
        "river",
        "river",
        "civil_airport",
        "general_airport",
    ]
    table["channel_class"] = pd.array([pd.NA] * 4 + [3, 4, pd.NA, pd.NA], dtype="Int64")
    table["route_length_km"] = [100.0, 50.0, 30.0, 80.0, 60.0, 70.0, np.nan, np.nan]
    return table


def test_what_each_indicator_counts() -> None:
    # By hand on 10,000 km²: rail 100 + 50 without metro; class III waterway alone; one transport airport.
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[10_000.0])
    table = density_table(sample(), areas, level="prefecture", as_of="2025-12", scenario="today").set_index("indicator")
    assert table["density"].round(6).to_dict() == {
        "rail": 150.0, "high_speed_rail": 100.0, "expressway": 0.8, "waterway_class3_up": 0.6, "airport": 1.0,
    }  # fmt: skip
    assert table.loc["rail", "unit"] == "km/10000km2"
    assert table.loc["expressway", "unit"] == "km/100km2"
    assert np.isnan(table.loc["airport", "length_km"])


def test_columns_and_order_of_the_table() -> None:
    areas = areas_of([box(1, 0, 2, 1), box(0, 0, 1, 1)], official_area_km2=[1.0, 2.0])
    table = density_table(sample(), areas.iloc[::-1], level="prefecture", as_of="2025-12", scenario="plan")
    assert list(table) == [
        "area", "level", "indicator", "as_of", "scenario", "length_km", "area_km2", "density", "unit", "definition",
    ]  # fmt: skip
    assert table["area"].tolist() == ["区0", "区1"] * len(DENSITIES)


@pytest.mark.parametrize(
    "lang, words",
    [
        ("zh", ["2025-12", "不含地铁", "公布里程", "分母 10000.0 km²", "经站点连线 100%", "D 级"]),
        ("en", ["2025-12", "metro", "published", "denominator 10000.0 km²", "through its nodes 100%", "grade D"]),
    ],
)
def test_the_definition_names_numerator_denominator_drawing_and_grade(lang: str, words: list[str]) -> None:
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[10_000.0])
    table = density_table(sample(), areas, level="prefecture", as_of="2025-12", scenario="today", lang=lang)
    text = table.set_index("indicator").loc["rail", "definition"]
    assert all(word in text for word in words), text


def test_polygon_area_stands_in_for_a_missing_official_one() -> None:
    areas = areas_of([box(0, 0, 1, 1)], official_area_km2=[np.nan], polygon_area_km2=[5_000.0])
    table = density_table(sample(), areas, level="county", as_of="2025-12", scenario="today").set_index("indicator")
    assert table.loc["rail", "density"] == pytest.approx(300.0)
    assert "多边形" in table.loc["rail", "definition"]


def test_outside_gives_zero_and_no_data_gives_nan_with_the_reason() -> None:
    areas = areas_of([box(0, 0, 1, 1), box(5, 5, 6, 6), box(20, 20, 21, 21)], official_area_km2=[1.0, 1.0, 1.0])
    density = line_density(sample(), areas, coverage=box(-1, -1, 10, 10))
    assert density.iloc[1] == 0.0
    assert np.isnan(density.iloc[2])
    table = density_table(
        sample(), areas, level="county", as_of="2025-12", scenario="today", coverage=box(-1, -1, 10, 10)
    )
    missing = table[table["area"] == "区2"]
    assert missing["density"].isna().all()
    assert missing["definition"].str.startswith("本区无数据").all()


def test_airport_on_a_border_is_counted_once() -> None:
    lines = network([Point(1, 0.5)], mode="airport", kind="civil_airport", drawn_by="point")
    areas = areas_of([box(0, 0, 1, 1), box(1, 0, 2, 1)], official_area_km2=[1.0, 1.0])
    table = density_table(lines, areas, level="county", as_of="2025-12", scenario="today")
    assert table.loc[table["indicator"] == "airport", "density"].tolist() == [1.0, 0.0]


def test_breaches_are_told() -> None:
    good, areas = lines_of([LineString([(0, 0), (1, 1)])]), areas_of([box(0, 0, 1, 1)])
    with pytest.raises(SchemaError, match="EPSG:4326"):
        line_length_by_area(good.to_crs(3857), areas)
    with pytest.raises(SchemaError, match="feature_id repeats: l0000"):
        line_length_by_area(pd.concat([good, good]), areas)
    with pytest.raises(VocabularyError, match="route, drawn"):
        line_density(good, areas, length="track")
    with pytest.raises(VocabularyError, match="zh, en"):
        density_table(network([LineString([(0, 0), (1, 1)])]), areas, level="x", as_of="x", scenario="x", lang="de")


# -- laws ------------------------------------------------------------------------------------------------------------

# Random walks of short segments over a grid of cells; the corner (117, 31) is in 安徽.
step = st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
walk = st.tuples(st.floats(117.0, 118.0), st.floats(31.0, 32.0), st.lists(step, min_size=1, max_size=30))


def walked(walks: list[tuple[float, float, list[tuple[float, float]]]]) -> list[LineString]:
    out = []
    for lon, lat, steps in walks:
        points = np.cumsum([(lon, lat), *steps], axis=0)
        if len(np.unique(points, axis=0)) > 1:
            out.append(LineString(points))
    return out


def grid(columns: int, rows: int) -> gpd.GeoDataFrame:
    west, south, east, north = 116.0, 30.0, 119.0, 33.0
    xs, ys = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    return areas_of([box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(columns) for j in range(rows)])


@settings(max_examples=20, deadline=None)
@given(st.lists(walk, min_size=1, max_size=4), st.integers(1, 6), st.integers(1, 6))
def test_additive_over_a_partition(walks: list[Any], columns: int, rows: int) -> None:
    lines = walked(walks)
    if not lines:
        return
    table = lines_of(lines, route_length_km=[10.0] * len(lines))
    whole = line_length_by_area(table, grid(1, 1)).set_index("feature_id")
    parts = line_length_by_area(table, grid(columns, rows)).groupby("feature_id")[["length_km", "route_km"]].sum()
    for name, line in zip(table["feature_id"], lines, strict=True):
        total = length_km(line)
        assert whole.loc[name, "length_km"] == pytest.approx(total, rel=1e-11)
        assert parts.loc[name, "length_km"] == pytest.approx(total, rel=1e-9)
        assert parts.loc[name, "route_km"] == pytest.approx(10.0, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_overlay(seed: int) -> None:
    # The second method: geopandas.overlay of single segments (overlay would dissolve a line that retraces itself) of at
    # most some 500 m, where a straight lon/lat path and a geodesic differ by less than 1e-10.
    rng = np.random.default_rng(seed)
    starts = rng.uniform((116.0, 30.0), (119.0, 33.0), (400, 2))
    ends = starts + rng.uniform(-0.004, 0.004, (400, 2))
    lines = lines_of([LineString(pair) for pair in zip(starts, ends, strict=True)])
    # Skewed cells, small enough that a good part of the segments cross a border.
    cells = grid(20 + seed, 25)
    cells = cells.set_geometry(cells.geometry.affine_transform([1, 0.137, 0.071, 1, -4.2471, -8.3507]))
    ours = line_length_by_area(lines, cells).set_index(["code", "feature_id"])["length_km"]
    pieces = gpd.overlay(lines, cells, how="intersection", keep_geom_type=True)
    theirs = pieces.assign(km=[length_km(p) for p in pieces.geometry]).groupby(["code", "feature_id"])["km"].sum()
    assert (theirs.groupby("feature_id").size() > 1).sum() > 5  # some are cut, or nothing was tested
    both = pd.concat([ours, theirs], axis=1).fillna(0.0)
    assert np.allclose(both["length_km"], both["km"], rtol=1e-9, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.lists(walk, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(walks: list[Any], random: Any) -> None:
    lines = walked(walks)
    if not lines:
        return
    table, cells = lines_of(lines), grid(3, 3)
    order = list(range(len(lines)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        line_length_by_area(table, cells),
        line_length_by_area(table.iloc[order], cells.iloc[::-1]),
        check_exact=False,
        rtol=1e-12,
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(walk, min_size=1, max_size=3), st.floats(0.1, 10.0))
def test_scaling_the_lengths_scales_the_density(walks: list[Any], factor: float) -> None:
    lines = walked(walks)
    if not lines:
        return
    cells = grid(2, 2).assign(official_area_km2=1_000.0)
    once = line_density(lines_of(lines, route_length_km=[7.0] * len(lines)), cells)
    scaled = line_density(lines_of(lines, route_length_km=[7.0 * factor] * len(lines)), cells)
    assert np.allclose(scaled, once * factor, rtol=1e-12)
    halved = line_density(lines_of(lines, route_length_km=[7.0] * len(lines)), cells.assign(official_area_km2=2_000.0))
    assert np.allclose(halved * 2, once, rtol=1e-12)


def test_arguments_are_left_unchanged() -> None:
    lines, areas = sample(), areas_of([box(0, 0, 1, 1)], official_area_km2=[10.0])
    before = lines.copy(), areas.copy()
    density_table(lines, areas, level="x", as_of="2025-12", scenario="today")
    pd.testing.assert_frame_equal(pd.DataFrame(lines), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(pd.DataFrame(areas), pd.DataFrame(before[1]))


def test_many_segments_keep_their_total() -> None:
    # 20,000 segments of a walk around 合肥, 42 cells: the whole is the sum of Geod's segments.
    rng = np.random.default_rng(7)
    points = np.cumsum(rng.normal(0, 0.002, (20_001, 2)), axis=0)
    points = (points - points.mean(axis=0)).clip(-1.4, 1.4) + np.array([117.5, 31.5])
    _, _, metres = GEOD.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    table = line_length_by_area(lines_of([LineString(points)]), grid(6, 7))
    assert table["length_km"].sum() == pytest.approx(np.sum(metres) / 1000.0, rel=1e-10)


coordinate = st.integers(0, 6)
corner = st.tuples(coordinate, coordinate)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(corner, min_size=2, max_size=8), min_size=1, max_size=3), st.lists(corner, min_size=1, max_size=4)
)
def test_vertices_and_edges_on_borders(walks: list[Any], boxes: list[Any]) -> None:
    # Lines and borders on one coarse grid: every vertex on a border, many edges along one, areas that overlap or have a
    # hole. Second method: shapely cuts each segment; a piece on borders is divided by how many areas have it on theirs.
    unit = 1 / 128  # exact in floating point, as in the plane
    lines = [LineString(np.array(w) * unit + (117, 31)) for w in walks if len(set(w)) > 1]
    polygons = [box(117 + x * unit, 31 + y * unit, 117 + (x + 3) * unit, 31 + (y + 2) * unit) for x, y in boxes]
    x, y = polygons[0].centroid.coords[0]
    polygons[0] = polygons[0].difference(box(x - unit, y - unit / 2, x + unit, y + unit / 2))
    if not lines:
        return
    table, areas = lines_of(lines), areas_of(polygons)
    ours = line_length_by_area(table, areas).set_index(["code", "feature_id"])["length_km"]
    expected: dict[tuple[str, str], float] = {}
    for name, line in zip(table["feature_id"], lines, strict=True):
        for ends in itertools.pairwise(line.coords):
            if ends[0] == ends[1]:
                continue
            segment = LineString(ends)
            on = [segment.intersection(p.boundary) for p in polygons]
            for code, polygon, mine in zip(areas["code"], polygons, on, strict=True):
                inner = segment.intersection(polygon).difference(polygon.boundary)
                km = (0.0 if inner.is_empty else length_km(inner)) + sum(
                    length_km(piece) / sum(other.distance(piece.centroid) < 1e-9 for other in on)
                    for piece in shapely.get_parts(mine)
                    for piece in _cut_at_vertices(piece, on)
                )
                expected[code, name] = expected.get((code, name), 0.0) + km
    both = pd.concat([ours, pd.Series(expected, dtype=float)], axis=1).fillna(0.0)
    assert np.allclose(both.iloc[:, 0], both.iloc[:, 1], rtol=1e-7, atol=1e-7)


def _cut_at_vertices(piece: Any, others: list[Any]) -> list[Any]:
    """Cut a piece wherever another begins or ends, so that each part lies on the borders of the same areas."""
    if piece.length == 0.0:
        return []
    marks = shapely.get_coordinates([*others, piece])
    along = sorted({round(piece.project(shapely.Point(m)), 12) for m in marks} | {0.0, piece.length})
    parts = [shapely.ops.substring(piece, a, b) for a, b in itertools.pairwise(along) if b - a > 1e-9]
    return [part for part in parts if part.length > 0.0]
