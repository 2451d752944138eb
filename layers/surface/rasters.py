"""Rasters that a user brings: any coordinate system and cell, checked, repaired where that is safe, and laid onto the grid."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from geo.crs import shifted_datum
from geo.errors import CrsError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.surface.grid import Grid

__all__ = ["Kind", "UserRaster", "read_raster"]

Kind = Literal["population", "friction", "elevation"]

WINDOW_CELLS = 4_000_000
"""Cells that are held at a time, whatever the size of a raster."""
QUICKEST_S_PER_M = 3.6 / 150.0
"""A friction whose middle cell is quicker than 150 km/h is in other units: the surfaces of the Malaria Atlas Project are in minutes per metre."""
HIGHEST_M, LOWEST_M = 9000.0, -500.0


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
        _check_system(source, path)
        findings = [] if source.count == 1 else [f"有 {source.count} 个波段, 只用第一个; only the first of its {source.count} bands is used"]
        found = _looked_at(source, grid, kind, window_cells)
        _check_values(found, path)
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


def _check_system(source: rasterio.DatasetReader, path: Path) -> None:
    if source.crs is None:
        message = f"{path}: no coordinate system; write one into the file (gdal_edit.py -a_srs EPSG:n) first"
        raise CrsError(message)
    shifted = shifted_datum(CRS.from_wkt(source.crs.to_wkt()))
    if shifted is not None:
        message = f"{path}: in {shifted}, which is shifted by hundreds of metres; bring it to WGS 84 or CGCS2000 first"
        raise CrsError(message)
    if source.transform.is_identity:
        message = f"{path}: not georeferenced: its cells have no place on the ground"
        raise CrsError(message)
    if np.issubdtype(np.dtype(source.dtypes[0]), np.complexfloating):
        message = f"{path}: complex numbers; expected a raster of plain ones"
        raise SchemaError(message)


@dataclass(frozen=True)
class _Found:
    """What stands in the cells of a raster whose centres lie in a grid."""

    kind: Kind
    valid: int
    nan: int
    negative: int
    least: float
    lowest_but_least: float
    most: float
    middle: float
    total: float
    zero: int

    @property
    def undeclared(self) -> bool:
        """Whether all negative values are one and the same: a mark for no data that the file does not declare."""
        return self.kind != "elevation" and self.negative > 0 and not (self.lowest_but_least < 0.0)

    def unsafe(self, nodata: float | None) -> bool:
        """Whether values must be taken out before resampling would mix them in."""
        return self.undeclared or (self.nan > 0 and not (nodata is not None and np.isnan(nodata)))

    @property
    def findings(self) -> list[str]:
        """What is to be told, Chinese then English."""
        out = []
        if self.undeclared:
            out.append(
                f"{self.negative:,} 个单元为 {self.least:g}, 作无数据处理; {self.negative:,} cells of {self.least:g} taken as no data"
            )
        if self.nan:
            out.append(f"{self.nan:,} 个单元为 NaN, 作无数据处理; {self.nan:,} cells of NaN taken as no data")
        return out


def _windows(source: rasterio.DatasetReader, cells: int) -> Iterator[Window]:
    """Yield strips of a raster, whole blocks high where they fit."""
    high = max(1, cells // source.width)
    block = source.block_shapes[0][0]
    high = high // block * block if high >= block else high
    for row in range(0, source.height, high):
        across = source.width if high > 1 else min(source.width, cells)
        for column in range(0, source.width, across):
            yield Window(column, row, min(across, source.width - column), min(high, source.height - row))


def _within(source: rasterio.DatasetReader, window: Window, grid: Grid) -> NDArray[np.bool_]:
    """Tell which cells of a window have their centre in the grid."""
    transform = source.window_transform(window)
    column, row = np.meshgrid(np.arange(int(window.width)) + 0.5, np.arange(int(window.height)) + 0.5)
    x, y = transform * (column, row)
    there = Transformer.from_crs(CRS.from_wkt(source.crs.to_wkt()), grid.crs, always_xy=True)
    east, north = (np.asarray(v) for v in there.transform(x, y))
    west, south, right, top = grid.bounds
    inside: NDArray[np.bool_] = (east >= west) & (east < right) & (north > south) & (north <= top)
    return inside


def _near(source: rasterio.DatasetReader, window: Window, grid: Grid) -> bool:
    """Tell whether a window may reach into the grid: cheaply, by its bounds."""
    back = Transformer.from_crs(grid.crs, CRS.from_wkt(source.crs.to_wkt()), always_xy=True)
    west, south, east, north = back.transform_bounds(*grid.bounds, densify_pts=51)
    left, bottom, right, top = source.window_bounds(window)
    left, right, bottom, top = min(left, right), max(left, right), min(bottom, top), max(bottom, top)
    return bool(left <= east and west <= right and bottom <= north and south <= top)


def _looked_at(source: rasterio.DatasetReader, grid: Grid, kind: Kind, window_cells: int) -> _Found:
    valid = nan = negative = zero = 0
    least, second, most, total = np.inf, np.inf, -np.inf, 0.0
    samples = []
    for window in _windows(source, window_cells):
        if not _near(source, window, grid):
            continue
        values = source.read(1, window=window).astype(np.float64)
        inside = _within(source, window, grid)
        if source.nodata is not None and not np.isnan(source.nodata):
            inside &= values != source.nodata
        here = values[inside]
        empty = np.isnan(here)
        nan += int(empty.sum()) if source.nodata is None or not np.isnan(source.nodata) else 0
        here = here[~empty]
        if not len(here):
            continue
        valid += len(here)
        below = here < 0.0
        negative += int(below.sum())
        zero += int((here == 0.0).sum())
        lows = np.unique(np.append(here[below], [least, second]) if below.any() else [here.min(), least, second])
        least, second = float(lows[0]), float(lows[1]) if len(lows) > 1 else np.inf
        most = max(most, float(here.max()))
        total += float(here[~below].sum())
        samples.append(here[:: max(1, len(here) // 10_000)])
    middle = float(np.median(np.concatenate(samples))) if samples else np.nan
    return _Found(kind, valid, nan, negative, least, second, most, middle, total, zero)


def _check_values(found: _Found, path: Path) -> None:
    kind = found.kind
    if not found.valid:
        message = f"{path}: no data within the grid; is it of another place?"
        raise SchemaError(message)
    if not np.isfinite(found.most):
        message = f"{path}: holds infinite values; mark them as no data first"
        raise SchemaError(message)
    if kind == "elevation":
        if found.least < LOWEST_M or found.most > HIGHEST_M:
            message = f"{path}: elevations from {found.least:g} to {found.most:g} m; is no data declared, and are they metres?"
            raise SchemaError(message)
        return
    if found.negative and not found.undeclared:
        message = (
            f"{path}: {found.negative:,} cells below 0, from {found.least:g} on; a {kind} has none: declare no data "
            "(gdal_edit.py -a_nodata) or correct them"
        )
        raise SchemaError(message)
    if found.negative == found.valid:
        message = f"{path}: nothing but {found.least:g} within the grid"
        raise SchemaError(message)
    if kind == "friction":
        if found.zero:
            message = f"{path}: {found.zero:,} cells of 0 s/m, crossed in no time; give seconds per metre above 0, no data for a barrier"
            raise SchemaError(message)
        if found.middle < QUICKEST_S_PER_M:
            message = (
                f"{path}: the middle cell has {found.middle:g}, as seconds per metre {3.6 / found.middle:,.0f} km/h; "
                "expected seconds per metre. Is it in minutes per metre? Multiply it by 60"
            )
            raise SchemaError(message)


def _cleaned(
    source: rasterio.DatasetReader, found: _Found, path: Path, window_cells: int
) -> rasterio.DatasetReader:
    """Write a copy with NaN where there are no data; it goes with its folder."""
    profile = {
        "driver": "GTiff", "dtype": "float64", "count": 1, "nodata": float("nan"), "crs": source.crs,
        "transform": source.transform, "width": source.width, "height": source.height,
        "tiled": True, "compress": "deflate", "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as copy:
        for window in _windows(source, window_cells):
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
    coarser = _cell_m(source, theirs, grid) > side
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


def _cell_m(source: rasterio.DatasetReader, theirs: CRS, grid: Grid) -> float:
    """Return about how many metres of the grid a cell of a raster is high."""
    west, south, east, north = grid.bounds
    back = Transformer.from_crs(grid.crs, theirs, always_xy=True)
    x, y = (west + east) / 2.0, (south + north) / 2.0
    ends = [back.transform(x, y - grid.cell_m / 2.0), back.transform(x, y + grid.cell_m / 2.0)]
    return abs(source.transform.e) * grid.cell_m / float(np.hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]))
