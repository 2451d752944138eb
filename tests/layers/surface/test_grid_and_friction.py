"""The grid has true metres or is refused; friction is by hand in each kind of cell."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import CrsError, SchemaError, VocabularyError
from geo.geodesy import area_km2, distance_km
from layers.highway import highway_lines
from layers.surface import (
    Grid,
    SurfaceAssumptions,
    UserRaster,
    cost_distance,
    forecast_bytes,
    friction_of,
    grid_of,
    road_speeds,
    slope_of,
)


def test_cells_are_as_long_as_they_say(grid: Grid) -> None:
    """By geodesics between cell centres, a second method."""
    west, south, east, north = grid.bounds
    lon, lat = grid.geographic([west, east, west], [north, north, south])
    assert distance_km(lon[0], lat[0], lon[1], lat[1]) * 1000 == pytest.approx(grid.width * 500.0, rel=2e-4)
    assert distance_km(lon[0], lat[0], lon[2], lat[2]) * 1000 == pytest.approx(grid.height * 500.0, rel=2e-4)
    least, most = grid.stretch()
    assert 0.9999 < least <= 1.0 <= most < 1.0001


@pytest.mark.parametrize("crs", [None, "albers", "cgcs2000-3deg"])
def test_areas_of_cells_are_true(box: gpd.GeoDataFrame, crs: str | None) -> None:
    """The sum over the grid against the geodesic area of its outline; 中国 Albers keeps areas but not lengths."""
    grid = grid_of(box, cell_m=500.0, crs=crs)
    west, south, east, north = grid.bounds
    outline = shapely.segmentize(shapely.box(west, south, east, north), 500.0)
    lon, lat = grid.geographic(*shapely.get_coordinates(outline).T)
    true = area_km2(shapely.Polygon(np.column_stack([lon, lat])))
    assert grid.cell_areas_km2(slice(0, grid.height), slice(0, grid.width)).sum() == pytest.approx(true, rel=2e-5)


def test_a_grid_covers_its_area_and_margin_on_whole_cells(box: gpd.GeoDataFrame) -> None:
    small, wide = grid_of(box, cell_m=500.0), grid_of(box, cell_m=500.0, margin_km=10.0)
    assert wide.width == small.width + 40
    assert wide.height == small.height + 40
    assert wide.west % 500.0 == 0.0
    row, column = small.cells_of([117.1001, 117.3999, 116.9, np.nan], [31.9499, 31.7001, 31.8, 31.8])
    assert (row[:2] >= 0).all()
    assert (column[:2] >= 0).all()
    assert row[2:].tolist() == column[2:].tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("EPSG:4326", "counts in degrees"),
        ("cgcs2000", "counts in degrees"),
        ("gcj02", "shifted"),
        ("EPSG:3857", r"1\.17\d to 1\.1[78]\d times"),
        ("EPSG:99999", "unknown coordinate system"),
    ],
)
def test_systems_without_true_metres_are_refused(box: gpd.GeoDataFrame, crs: str, words: str) -> None:
    with pytest.raises(CrsError, match=words):
        grid_of(box, cell_m=500.0, crs=crs)


def test_wrong_grids_are_refused(box: gpd.GeoDataFrame) -> None:
    with pytest.raises(VocabularyError, match="length above 0"):
        grid_of(box, cell_m=0.0)
    with pytest.raises(VocabularyError, match="no geometry"):
        grid_of(box.iloc[:0], cell_m=100.0)
    wide = gpd.GeoDataFrame(geometry=[shapely.box(100, 30, 120, 32)], crs=4326)
    with pytest.raises(CrsError, match="split the area"):
        grid_of(wide, cell_m=1000.0)


def test_memory_is_forecast_and_too_much_refused() -> None:
    assert forecast_bytes(16_000_000) <= 1.2e9
    with pytest.raises(VocabularyError, match="Larger cells"):
        forecast_bytes(10**12)


def _lines(rows: list[tuple[str, list[tuple[float, float]], float]]) -> gpd.GeoDataFrame:
    kinds, ways, speeds = zip(*rows, strict=True)
    geometry = [shapely.LineString(way) for way in ways]
    return gpd.GeoDataFrame({"mode": "highway", "kind": kinds, "speed_km_h": speeds}, geometry=geometry, crs=4326)


def test_the_fastest_road_of_a_cell_counts_and_bridges_lead_over_water(grid: Grid) -> None:
    """A slow and a fast road along one parallel, a lake over their middle: 120 km/h × 0.85 = 102 km/h is 3.6/102 s/m."""
    across = [(117.0, 31.8), (117.5, 31.8)]
    roads = road_speeds(_lines([("expressway", across, 120.0), ("road", across, 60.0)]))
    lake = shapely.box(117.2, 31.75, 117.3, 31.85)
    river = shapely.LineString([(117.35, 31.6), (117.351, 32.0)])
    found = friction_of(grid, roads=roads, water=[lake, river])
    row, column = grid.cells_of([117.15, 117.25, 117.25, 117.3505, 117.15], [31.8, 31.8, 31.83, 31.9, 31.9])
    values = found.seconds_per_metre[row, column]
    ground = 3.6 / SurfaceAssumptions().ground_speed_km_h
    np.testing.assert_allclose(values, [3.6 / 102, 3.6 / 102, np.inf, np.inf, ground], rtol=1e-6)
    assert found.shares["road"] == pytest.approx(np.isclose(found.seconds_per_metre, 3.6 / 102).mean())
    # The river has no gap between diagonal cells: without the bridge nobody comes over.
    dry = friction_of(grid, water=[river]).seconds_per_metre
    cost, _ = cost_distance(dry, row[4:], column[4:], cell=(500.0, 500.0))
    assert np.isnan(cost[grid.cells_of([117.39], [31.9])]).all()
    cost, _ = cost_distance(found.seconds_per_metre, row[4:], column[4:], cell=(500.0, 500.0))
    assert np.isfinite(cost[grid.cells_of([117.39], [31.9])]).all()


def test_water_with_a_speed_is_crossed_at_it(grid: Grid) -> None:
    lake = shapely.box(117.2, 31.75, 117.3, 31.85)
    found = friction_of(grid, water=[lake], assumptions=replace(SurfaceAssumptions(), water_speed_km_h=10.0))
    assert found.seconds_per_metre[grid.cells_of([117.25], [31.8])] == pytest.approx(0.36)


def test_roads_are_those_in_operation_at_the_speed_cars_keep() -> None:
    table = highway_lines()
    roads = road_speeds(table)
    assert (roads["running_km_h"] < roads["speed_km_h"]).all()
    assert road_speeds(table.assign(status="proposed")).empty
    # Without a limit: of an OSM kind that of its class (secondary 50 km/h, 50 × (0.85 + 0.00125 × 70)), of others none.
    way = [(117.0, 31.0), (117.1, 31.1)]
    plain = _lines([("secondary_road", way, np.nan), ("motorway", way, np.nan), ("road", way, 80.0)])
    assert road_speeds(plain)["running_km_h"].round(3).tolist() == [46.875, 87.5, 72.0]
    with pytest.raises(SchemaError, match=r"1 roads have neither speed_km_h nor a kind .*小路"):
        road_speeds(_lines([("小路", way, np.nan)]))
    box = gpd.GeoDataFrame(geometry=[shapely.box(117, 31, 117.1, 31.1)], crs=4326)
    small = grid_of(box, cell_m=1000.0)
    with pytest.raises(SchemaError, match="speed above 0"):
        friction_of(small, roads=roads.assign(running_km_h=0.0))


def test_slope_slows_walkers_by_tobler_and_leaves_roads(grid: Grid) -> None:
    """A ramp of 0.1: Tobler's speeds are 6·e^(-3.5·0.15) up, 6·e^(-3.5·0.05) down, 6·e^(-3.5·0.05) on the flat, by hand."""
    ramp = np.broadcast_to(np.arange(grid.width) * 50.0, grid.shape).astype(np.float32).copy()
    ramp[:, :3] = np.nan
    elevation = UserRaster(ramp, (), 0.0, 0.0)
    roads = road_speeds(_lines([("road", [(117.0, 31.8), (117.5, 31.8)], 80.0)]))
    walking = SurfaceAssumptions(ground="walking")
    found = friction_of(grid, assumptions=walking, elevation=elevation, roads=roads)
    up, down, flat = (6.0 * np.exp(-3.5 * abs(s + 0.05)) for s in (0.1, -0.1, 0.0))
    slower = (1 / up + 1 / down) / 2 * flat
    row, column = grid.cells_of([117.25, 117.25], [31.9, 31.8])
    np.testing.assert_allclose(found.seconds_per_metre[row, column], [1.2 * slower, 3.6 / 72.0], rtol=1e-5)
    assert found.seconds_per_metre[5, 1] == pytest.approx(1.2), "no elevation: flat"
    assert "without elevation taken as flat" in found.findings[0]
    driving = friction_of(grid, elevation=elevation)
    assert len(np.unique(driving.seconds_per_metre)) == 1, "by default slopes do not slow cars (AccessMod)"
    steep = replace(SurfaceAssumptions(), driving_slowdown_per_slope=2.0)
    slowed = friction_of(grid, elevation=elevation, assumptions=steep).seconds_per_metre[row[0], column[0]]
    assert slowed == pytest.approx(1.2 * driving.seconds_per_metre[row[0], column[0]])


def test_slope_of_a_cone_is_the_same_all_round() -> None:
    row, column = np.mgrid[-50:51, -50:51]
    slope = slope_of(0.3 * 100.0 * np.hypot(row, column), 100.0)
    ring = (np.hypot(row, column) > 20) & (np.hypot(row, column) < 45)
    np.testing.assert_allclose(slope[ring], 0.3, rtol=2e-3)


def test_a_users_ground_takes_the_place_of_ours(grid: Grid) -> None:
    values = np.full(grid.shape, 0.5, dtype=np.float32)
    values[:, 10] = np.nan
    found = friction_of(grid, base=UserRaster(values, (), 0.0, 0.0))
    assert np.isinf(found.seconds_per_metre[:, 10]).all()
    assert "barriers" in found.findings[0]
    assert found.shares["barrier"] == pytest.approx(1 / grid.width)


def test_every_assumption_has_unit_source_and_grade() -> None:
    rows = SurfaceAssumptions().rows()
    assert len(rows) >= 5
    assert all(row["unit"] and row["source"] and row["grade"] in {"A", "B", "C", "D"} for row in rows)
