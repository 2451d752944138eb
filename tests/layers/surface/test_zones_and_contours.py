"""Statistics by area against hand counts and shapely; isochrones against the count of cells."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.errors import CrsError, SchemaError, VocabularyError
from geo.geodesy import area_km2
from layers.isochrones import ISOCHRONES
from layers.surface import (
    SURFACE_ZONES,
    Grid,
    cost_distance,
    grid_of,
    surface_isochrones,
    write_geotiff,
    zonal_statistics,
)


def _quarter(grid: Grid, rows: slice, columns: slice) -> shapely.Geometry:
    """The outline of a block of cells, EPSG:4326, with a vertex at each corner of a cell."""
    x = grid.west + np.array([columns.start, columns.stop]) * grid.cell_m
    y = grid.north - np.array([rows.stop, rows.start]) * grid.cell_m
    outline = shapely.segmentize(shapely.box(x[0], y[0], x[1], y[1]), grid.cell_m)
    lon, lat = grid.geographic(*shapely.get_coordinates(outline).T)
    return shapely.Polygon(np.column_stack([lon, lat]))


@pytest.fixture(scope="module")
def minutes(grid: Grid) -> NDArray[np.float32]:
    cost, _ = cost_distance(np.ones(grid.shape), [10], [10])
    cost[30:34, 5:20] = np.nan
    return cost.astype(np.float32)


@pytest.fixture(scope="module")
def areas(grid: Grid) -> gpd.GeoDataFrame:
    """Two blocks of cells that overlap, one that sticks out of the grid, one elsewhere."""
    shapes = [
        _quarter(grid, slice(0, 20), slice(0, 30)),
        _quarter(grid, slice(10, 40), slice(0, 25)),
        _quarter(grid, slice(-10, 10), slice(0, 10)),
        shapely.box(110, 20, 110.1, 20.1),
    ]
    return gpd.GeoDataFrame({"code": list("abcd"), "name": list("甲乙丙丁")}, geometry=shapes, crs=4326)


def test_blocks_of_cells_are_counted_by_hand(
    grid: Grid, minutes: NDArray[np.float32], areas: gpd.GeoDataFrame, people: NDArray[np.float32]
) -> None:
    persons = np.resize(people, grid.shape)
    table = zonal_statistics(minutes, grid, areas, limits_min=[20.0, 5.0], population=persons)
    assert list(table.columns) == SURFACE_ZONES.names
    assert table[["code", "limit_min"]].to_numpy().tolist() == [[c, limit] for c in "abcd" for limit in (5.0, 20.0)]
    km2 = grid.cell_areas_km2(slice(0, grid.height), slice(0, grid.width))
    rows = table.set_index(["code", "limit_min"])
    for code, block in (("a", (slice(0, 20), slice(0, 30))), ("b", (slice(10, 40), slice(0, 25)))):
        here, area, count = minutes[block].astype(float), km2[block], persons[block].astype(float)
        reached = np.isfinite(here)
        row = rows.loc[(code, 20.0)]
        within = reached & (here <= 20.0)
        expected = {
            "area_km2": area.sum(),
            "covered_share": 1.0,
            "reached_share": area[reached].sum() / area.sum(),
            "area_within_km2": area[within].sum(),
            "area_within_share": area[within].sum() / area.sum(),
            "least_min": here[reached].min(),
            "mean_min": np.average(here[reached], weights=area[reached]),
            "most_min": here[reached].max(),
            "population": count.sum(),
            "population_within": count[within].sum(),
            "population_within_share": count[within].sum() / count.sum(),
            "population_mean_min": np.average(here[reached], weights=count[reached]),
        }
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, rel=1e-6), name
    assert rows.loc[("b", 5.0), "area_km2"] == pytest.approx(area_km2(areas.geometry.iloc[1]), rel=1e-5)
    assert rows.loc[("c", 5.0), "covered_share"] == pytest.approx(0.5, abs=1e-3)
    assert "covers 50.0%" in rows.loc[("c", 5.0), "note"]
    assert rows.loc[("d", 5.0), "note"] == "在网格之外; outside the grid"
    assert np.isnan(rows.loc[("d", 5.0), "mean_min"])
    assert "not reached" in rows.loc[("b", 5.0), "note"]


def test_any_window_and_files_give_the_same(
    grid: Grid, minutes: NDArray[np.float32], areas: gpd.GeoDataFrame, people: NDArray[np.float32], tmp_path: Path
) -> None:
    """From files of any size, seven cells at a time."""
    persons = np.resize(people, grid.shape)
    whole = zonal_statistics(minutes, grid, areas, population=persons)
    for name, values in (("t.tif", minutes), ("p.tif", persons)):
        write_geotiff(values, grid, tmp_path / name, description="", unit="", tags={})
    parts = zonal_statistics(tmp_path / "t.tif", grid, areas, population=tmp_path / "p.tif", window_cells=7 * 16)
    for name in whole.columns:
        if whole[name].dtype == float:
            np.testing.assert_allclose(parts[name], whole[name], rtol=1e-10, err_msg=name)
    other = grid_of(areas.iloc[:1], cell_m=700.0)
    with pytest.raises(CrsError, match="does not lie on the grid"):
        zonal_statistics(tmp_path / "t.tif", other, areas)
    with pytest.raises(SchemaError, match="does not lie on the grid"):
        zonal_statistics(minutes[1:], grid, areas)


def test_cells_on_a_border_count_by_parts(grid: Grid) -> None:
    """A circle of 6 km: by sixteenths of cells its area is within 0.5 %, by centres alone within 2 %; the split adds up."""
    full = np.zeros(grid.shape, np.float32)
    centre = shapely.Point(grid.west + 14_250.0, grid.north - 13_110.0).buffer(6000.0, quad_segs=64)
    lon, lat = grid.geographic(*shapely.get_coordinates(centre).T)
    circle = shapely.Polygon(np.column_stack([lon, lat]))
    cut = shapely.box(117.0, 31.0, 117.2613, 32.5)
    parts = gpd.GeoDataFrame(
        {"code": ["o", "w", "e"], "name": ["o", "w", "e"]},
        geometry=[circle, circle.intersection(cut), circle.difference(cut)],
        crs=4326,
    )
    found = zonal_statistics(full, grid, parts, limits_min=[1.0]).set_index("code")["area_km2"]
    assert found["o"] == pytest.approx(np.pi * 36.0, rel=5e-3)
    assert found["w"] + found["e"] == pytest.approx(found["o"], rel=1e-9)
    coarse = zonal_statistics(full, grid, parts, limits_min=[1.0], subcells=1).set_index("code")["area_km2"]
    assert coarse["o"] == pytest.approx(np.pi * 36.0, rel=2e-2)
    assert coarse["o"] / 0.25 == pytest.approx(round(coarse["o"] / 0.25), abs=1e-2), "whole cells"


def test_wrong_areas_and_limits_are_refused(grid: Grid, minutes: NDArray[np.float32], areas: gpd.GeoDataFrame) -> None:
    with pytest.raises(VocabularyError, match="limits above 0"):
        zonal_statistics(minutes, grid, areas, limits_min=[])
    with pytest.raises(SchemaError, match="code, without repetition"):
        zonal_statistics(minutes, grid, areas.assign(code="a"))
    with pytest.raises(CrsError, match="no coordinate system"):
        zonal_statistics(minutes, grid, areas.set_crs(None, allow_override=True))
    with pytest.raises(VocabularyError, match="limits above 0"):
        surface_isochrones(minutes, grid, origin="", mode="", definition="", limits_min=[-1.0])


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), holes=st.floats(0.0, 0.3), rough=st.booleans())
def test_isochrones_are_valid_nested_and_as_large_as_their_cells(
    grid: Grid, seed: int, holes: float, rough: bool
) -> None:
    rng = np.random.default_rng(seed)
    friction = rng.uniform(0.5, 2.0 if rough else 0.6, grid.shape)
    for _ in range(int(holes * 10)):
        row, column = rng.integers(0, 40, 2)
        friction[row : row + 12, column : column + 9] = np.inf
    row, column = np.argwhere(np.isfinite(friction))[rng.integers(0, 500)]
    minutes = cost_distance(friction, [row], [column])[0].astype(np.float32)
    limits = [float(v) for v in np.nanquantile(minutes, [0.2, 0.5, 0.9])]
    rings = surface_isochrones(
        minutes, grid, origin="甲", mode="road", definition="x", limits_min=limits, as_of="2025-12", scenario="today"
    )
    assert ISOCHRONES.validate(rings) is not None
    assert rings.geometry.is_valid.all()
    km2 = grid.cell_areas_km2(slice(0, grid.height), slice(0, grid.width))
    for ring, limit in zip(rings.itertuples(), limits, strict=True):
        assert ring.area_km2 == pytest.approx(km2[minutes <= np.float32(limit)].sum(), rel=0.04, abs=0.5)
    edge = np.ones(grid.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    assert rings["note"].ne("").tolist() == [bool((minutes[edge] <= np.float32(limit)).any()) for limit in limits]
    for inner, outer in zip(rings.geometry[:-1], rings.geometry[1:], strict=True):
        assert inner.difference(outer.buffer(1e-6)).is_empty
    # Each cell is on its side of the line, by its centre.
    row_, column_ = np.mgrid[0 : grid.height, 0 : grid.width]
    lon, lat = grid.geographic(
        (grid.west + (column_ + 0.5) * grid.cell_m).ravel(), (grid.north - (row_ + 0.5) * grid.cell_m).ravel()
    )
    times = np.where(np.isnan(minutes), np.inf, minutes.astype(float)).ravel()
    inside = shapely.contains_xy(rings.geometry.iloc[1], lon, lat)
    clear = np.abs(times - limits[1]) > 0.01 * limits[1]
    assert np.array_equal(inside[clear], (times <= limits[1])[clear])


def test_a_round_of_walking_is_the_octagon_of_eight_directions(grid: Grid) -> None:
    """All within 12 cells over eight directions: a regular octagon with its corners on the circle, 2·√2·r², by hand."""
    minutes = cost_distance(np.ones(grid.shape), [28], [28])[0].astype(np.float32)
    ring = surface_isochrones(minutes, grid, origin="甲", mode="road", definition="x", limits_min=[12.0])
    assert ring["area_km2"].iloc[0] == pytest.approx(2.0 * np.sqrt(2.0) * 36.0, rel=5e-3)
    nothing = surface_isochrones(
        np.full(grid.shape, np.nan, np.float32), grid, origin="甲", mode="road", definition="x"
    )
    assert nothing.geometry.is_empty.all()
    assert (nothing["area_km2"] == 0.0).all()
    assert nothing["note"].tolist() == ["时限内无可达单元; nothing is within the limit"] * 3
