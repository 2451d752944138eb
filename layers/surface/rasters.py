"""Rasters that a user brings: any coordinate system and cell, checked, repaired where that is safe, and laid onto the grid."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geo.errors import SchemaError
from layers.surface.raster_checks import Kind, cell_height_m, check_system, check_values, look_at, windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.surface.grid import Grid
    from layers.surface.raster_checks import Found

__all__ = ["Kind", "UserRaster", "read_raster"]

WINDOW_CELLS = 4_000_000
"""Cells that are held at a time, whatever the size of a raster."""


@dataclass(frozen=True)
class UserRaster:
    """
    A raster on the grid.

    Attributes
    ----------
    values : ndarray of float32 (population: float64), shape of the grid
        NaN where there are no data.
    findings : tuple of str
        What was found, repaired and resampled, Chinese then English.
    total_before, total_after : float
        Sum of the cells whose centre lies in the grid, and of the result: population must survive resampling.
    """

    values: NDArray[np.floating]
    findings: tuple[str, ...]
    total_before: float
    total_after: float


def read_raster(path: Path, grid: Grid, kind: Kind, *, window_cells: int = WINDOW_CELLS) -> UserRaster:
    """
    Read a raster and lay it onto a grid.

    Parameters
    ----------
    path : Path
        Any file that GDAL reads; its first band counts.
    grid : Grid
    kind : {"population", "friction", "elevation"}
        Persons a cell (resampled by sum: none is lost), seconds per metre (mean; missing: a barrier, reported), metres (mean
        of what a cell covers, or bilinear where the raster is coarser).
    window_cells : int
        How much is held at a time.

    Returns
    -------
    UserRaster

    Raises
    ------
    SchemaError
        If the file is no raster, has no data in the grid, or holds values that cannot be of this kind.
    CrsError
        If it has no coordinate system, or a shifted one.
    """
    with _opened(path) as source, tempfile.TemporaryDirectory() as folder:
        check_system(source, path)
        findings = (
            []
            if source.count == 1
            else [f"有 {source.count} 个波段, 只用第一个; only the first of its {source.count} bands is used"]
        )
        found = look_at(source, grid, kind, window_cells)
        check_values(found, path)
        findings += found.findings
        nodata = source.nodata
        cleaned = source
        if found.unsafe(nodata):
            cleaned = _cleaned(source, found, Path(folder) / "cleaned.tif", window_cells)
            nodata = float("nan")
        try:
            values, how = _laid(cleaned, grid, kind, nodata, window_cells)
        finally:
            if cleaned is not source:
                cleaned.close()
    findings.append(how)
    known = np.isfinite(values)
    after = float(values[known].sum(dtype=np.float64))
    if not known.any():
        message = f"{path}: no data within the grid"
        raise SchemaError(message)
    if kind == "population":
        findings.append(
            f"人口: 重采样前 {found.total:,.0f}, 后 {after:,.0f}; persons before resampling {found.total:,.0f}, after {after:,.0f}"
        )
    return UserRaster(values, tuple(findings), found.total, after)


@contextmanager
def _opened(path: Path) -> Iterator[rasterio.DatasetReader]:
    if not Path(path).is_file():
        message = f"no such file: {path}"
        raise SchemaError(message)
    try:
        with rasterio.open(path) as source:
            yield source
    except (RasterioIOError, RasterioError) as error:
        message = f"{path}: no raster that can be read ({error})"
        raise SchemaError(message) from error


def _cleaned(source: rasterio.DatasetReader, found: Found, path: Path, window_cells: int) -> rasterio.DatasetReader:
    """Write a copy with NaN where there are no data; it goes with its folder."""
    profile = {
        "driver": "GTiff", "dtype": "float64", "count": 1, "nodata": float("nan"), "crs": source.crs,
        "transform": source.transform, "width": source.width, "height": source.height,
        "tiled": True, "compress": "deflate", "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as copy:
        for window in windows(source, window_cells):
            values = source.read(1, window=window).astype(np.float64)
            if source.nodata is not None:
                values[values == source.nodata] = np.nan
            if found.undeclared:
                values[values == found.least] = np.nan
            copy.write(values, 1, window=window)
    return rasterio.open(path)


def _laid(
    source: rasterio.DatasetReader, grid: Grid, kind: Kind, nodata: float | None, window_cells: int
) -> tuple[NDArray[np.floating], str]:
    """Return the raster on the grid and how it came there."""
    theirs = CRS.from_wkt(source.crs.to_wkt())
    step, side = source.transform, grid.cell_m
    out = np.full(grid.shape, np.nan, dtype=np.float64 if kind == "population" else np.float32)
    column, row = (grid.west - step.c) / side, (step.f - grid.north) / side
    aligned = (
        theirs.equals(grid.crs, ignore_axis_order=True)
        and np.allclose([step.a, -step.e, step.b, step.d], [side, side, 0.0, 0.0], atol=1e-6 * side)
        and abs(column - round(column)) < 1e-3
        and abs(row - round(row)) < 1e-3
    )
    coarser = cell_height_m(source, grid) > side
    way = {
        "population": Resampling.sum,
        "friction": Resampling.average,
        "elevation": Resampling.bilinear if coarser else Resampling.average,
    }[kind]
    with WarpedVRT(
        source,
        crs=grid.crs.to_wkt(),
        transform=grid.transform,
        width=grid.width,
        height=grid.height,
        resampling=Resampling.nearest if aligned else way,
        src_nodata=nodata,
        nodata=float("nan"),
        dtype="float64",
    ) as warped:
        high = max(1, window_cells // grid.width)
        for top in range(0, grid.height, high):
            window = Window(0, top, grid.width, min(high, grid.height - top))
            out[top : top + int(window.height)] = warped.read(1, window=window)
    if aligned:
        return out, "与网格一致, 未重采样; cells fit the grid, not resampled"
    cell = f"{abs(step.a):g}×{abs(step.e):g} {'°' if theirs.is_geographic else 'm'}"
    return out, (
        f"由 {theirs.name} {cell} 重采样 ({way.name}) 至 {side:g} m; resampled ({way.name}) from {theirs.name}, {cell}, to {side:g} m"
    )
