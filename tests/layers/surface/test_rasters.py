"""Users' rasters: no person lost, repairs told, and what cannot be right refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from geo.errors import CrsError, OutputError, SchemaError
from layers.surface import Grid, read_raster, write_geotiff

Write = Callable[..., Path]
DEGREE = 1.0 / 120.0


def test_population_survives_another_system_and_cell(grid: Grid, raster: Write, people: NDArray) -> None:
    """Wholly within the grid: the sums are equal; windows change nothing."""
    inside = people[:25, :30]
    path = raster(inside, 117.12, 31.93, DEGREE)
    read = read_raster(path, grid, "population")
    assert read.total_before == pytest.approx(float(inside.sum(dtype=float)), rel=1e-7)
    assert read.total_after == pytest.approx(read.total_before, rel=1e-6)
    assert any("resampled (sum) from WGS 84" in text for text in read.findings)
    assert any("人口: 重采样前" in text for text in read.findings)
    small = read_raster(path, grid, "population", window_cells=300)
    np.testing.assert_allclose(small.values, read.values, rtol=1e-6, equal_nan=True)
    assert small.total_before == pytest.approx(read.total_before)


def test_population_larger_than_the_grid_is_cut_at_its_edge(grid: Grid, raster: Write, people: NDArray) -> None:
    read = read_raster(raster(people, 116.95, 32.05, DEGREE), grid, "population")
    assert read.total_before < people.sum()
    assert read.total_after == pytest.approx(read.total_before, rel=0.03), "cells on the edge are cut or whole"


def test_a_fitting_raster_is_taken_as_it_is(grid: Grid, raster: Write) -> None:
    values = np.random.default_rng(3).uniform(0, 9, (30, 20)).astype(np.float32)
    path = raster(values, grid.west + 5 * 500.0, grid.north - 7 * 500.0, 500.0, crs=grid.crs.to_wkt())
    read = read_raster(path, grid, "population")
    assert np.array_equal(read.values[7:37, 5:25], values)
    assert np.isnan(read.values[:7]).all()
    assert "not resampled" in read.findings[0]


def test_marks_for_no_data_are_told_and_never_counted(grid: Grid, raster: Write, people: NDArray) -> None:
    """Undeclared -200 (as in GHS-POP) and NaN beside another mark: as if the cells were not there."""
    holes = people[:25, :30].copy()
    holes[3, 4], holes[10, 10:15], holes[20, 20] = -200.0, -200.0, np.nan
    read = read_raster(raster(holes, 117.12, 31.93, DEGREE), grid, "population")
    assert read.total_after == pytest.approx(
        float(np.nansum(np.where(holes < 0, np.nan, holes).astype(float))), rel=1e-6
    )
    assert any("6 cells of -200 taken as no data" in text for text in read.findings)
    assert any("1 cells of NaN taken as no data" in text for text in read.findings)
    declared = holes.copy()
    declared[declared == -200.0] = -1.0
    read_declared = read_raster(raster(declared, 117.12, 31.93, DEGREE, nodata=-1.0), grid, "population")
    np.testing.assert_allclose(read_declared.values, read.values, rtol=1e-5, equal_nan=True)


def test_marks_beside_the_grid_do_not_seep_in(grid: Grid, raster: Write) -> None:
    """-200 in the first row outside, whose cells reach over the edge: as if nothing were there."""
    ones = np.ones((200, 200), dtype=np.float32)
    north = grid.north + 700.0 * 60
    row = np.arange(200)
    ones[(north - (row + 0.5) * 700.0) > grid.north] = -200.0
    read = read_raster(raster(ones, grid.west - 7000.0, north, 700.0, crs=grid.crs.to_wkt()), grid, "population")
    known = read.values[np.isfinite(read.values)]
    assert known.min() > 0.0
    assert any("taken as no data" in text for text in read.findings)


def test_friction_is_averaged_and_gaps_stay_gaps(grid: Grid, raster: Write) -> None:
    """Cells of 250 m, two and two of 1 and 3 s/m: 2 s/m in each of 500 m."""
    fine = np.tile(np.array([[1.0, 3.0], [3.0, 1.0]], dtype=np.float32), grid.shape)
    fine[:40, :40] = -9999.0
    path = raster(fine, grid.west, grid.north, 250.0, crs=grid.crs.to_wkt(), nodata=-9999.0)
    read = read_raster(path, grid, "friction")
    assert np.isnan(read.values[:20, :20]).all()
    np.testing.assert_allclose(read.values[20:, 20:], 2.0)


def test_elevation_may_lie_below_the_sea(grid: Grid, raster: Write) -> None:
    """A plane in degrees: bilinear keeps it, by hand at a cell's centre."""
    lat, lon = np.mgrid[32.1 - 0.02 : 31.5 : -0.04, 117.0 - 0.02 : 117.6 : 0.04]
    plane = (1000.0 * (lat - 31.8) + 500.0 * (lon - 117.2)).astype(np.float32)
    path = raster(plane, lon[0, 0] - 0.02, lat[0, 0] + 0.02, 0.04)
    read = read_raster(path, grid, "elevation")
    row, column = 12, 30
    at_lon, at_lat = grid.geographic(grid.west + (column + 0.5) * 500.0, grid.north - (row + 0.5) * 500.0)
    assert read.values[row, column] == pytest.approx(1000.0 * (at_lat - 31.8) + 500.0 * (at_lon - 117.2), abs=0.5)
    assert np.nanmin(read.values) < 0.0


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("population", np.array([[1.0, -1.0], [-2.0, 3.0]]), "2 cells below 0, from -2"),
        ("population", np.array([[-5.0, -5.0], [-5.0, -5.0]]), "nothing but -5"),
        ("population", np.array([[1.0, np.inf], [1.0, 1.0]]), "infinite"),
        ("population", np.full((2, 2), np.nan), "no data within the grid"),
        ("friction", np.array([[0.0, 1.0], [1.0, 1.0]]), "crossed in no time"),
        ("friction", np.full((2, 2), 0.012), "minutes per metre"),
        ("elevation", np.array([[-32768.0, 10.0], [20.0, 30.0]]), "is no data declared"),
    ],
)
def test_what_cannot_be_right_is_refused(grid: Grid, raster: Write, kind: str, values: NDArray, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        read_raster(raster(values, 117.2, 31.9, 0.05), grid, kind)  # type: ignore[arg-type]


def test_rasters_without_a_place_are_refused(grid: Grid, raster: Write, tmp_path: Path) -> None:
    ones = np.ones((4, 4), dtype=np.float32)
    with pytest.raises(CrsError, match="no coordinate system"):
        read_raster(raster(ones, 117.2, 31.9, 0.05, crs=None), grid, "population")
    with pytest.raises(SchemaError, match="no data within the grid"):
        read_raster(raster(ones, 100.0, 31.9, 0.05), grid, "population")
    with pytest.raises(SchemaError, match="no such file"):
        read_raster(tmp_path / "absent.tif", grid, "population")
    text = tmp_path / "text.tif"
    text.write_text("人口")
    with pytest.raises(SchemaError, match="no raster that can be read"):
        read_raster(text, grid, "population")


def test_geotiffs_are_cloud_optimised_and_the_same_each_time(tmp_path: Path) -> None:
    """By rio-cogeo, another's judgement; 1,100 × 700 cells have overviews."""
    from rio_cogeo.cogeo import cog_validate

    crs = rasterio.crs.CRS.from_epsg(4547)
    from pyproj import CRS

    grid = Grid(CRS.from_epsg(4547), 500_000.0, 3_500_000.0, 100.0, 700, 1100)
    values = np.random.default_rng(1).uniform(0, 90, grid.shape).astype(np.float32)
    values[:300, :200] = np.nan
    tags = {"FORMULA": "分钟", "ATTRIBUTION": "© OpenStreetMap"}
    for name in ("a.tif", "b.tif"):
        write_geotiff(values, grid, tmp_path / name, description="time", unit="min", tags=tags)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    write_geotiff(
        np.nan_to_num(values, nan=-1).astype(np.int32),
        grid,
        tmp_path / "n.tif",
        description="nearest",
        unit="",
        tags={},
    )
    for name in ("a.tif", "n.tif"):
        valid, errors, warnings = cog_validate(tmp_path / name, strict=True)
        assert valid, (errors, warnings)
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs == crs
        assert file.transform == from_origin(500_000.0, 3_500_000.0, 100.0, 100.0)
        assert np.isnan(file.nodata)
        assert file.overviews(1) == [2, 4]
        assert np.array_equal(file.read(1), values, equal_nan=True)
        assert file.tags()["FORMULA"] == "分钟"
        assert (file.units[0], file.descriptions[0]) == ("min", "time")
    with rasterio.open(tmp_path / "a.tif", overview_level=0) as half:
        # What is known of four cells, their mean.
        expected = np.nanmean(values[300:1100].reshape(400, 2, 350, 2), axis=(1, 3))
        np.testing.assert_allclose(half.read(1)[150:], expected, rtol=1e-5)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, grid: Grid) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_geotiff(
            np.zeros(grid.shape, np.float32), grid, tmp_path / "file" / "a.tif", description="", unit="", tags={}
        )
