"""What stands in a user's raster: looked through window by window, told, and refused where it cannot be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pyproj import CRS, Transformer
from rasterio.windows import Window

from geo.crs import shifted_datum
from geo.errors import CrsError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import rasterio
    from numpy.typing import NDArray

    from layers.surface.grid import Grid

__all__ = ["Found", "Kind", "cell_height_m", "check_system", "check_values", "look_at", "windows"]

Kind = Literal["population", "friction", "elevation"]

QUICKEST_S_PER_M = 3.6 / 150.0
"""A friction whose middle cell is quicker than 150 km/h is in other units: the surfaces of the Malaria Atlas Project are in minutes per metre."""
HIGHEST_M, LOWEST_M = 9000.0, -500.0


def check_system(source: rasterio.DatasetReader, path: Path) -> None:
    """
    Refuse a raster that has no place on the ground.

    Raises
    ------
    CrsError
        If it has no coordinate system, a shifted one, or no georeference.
    SchemaError
        If it holds complex numbers.
    """
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
class Found:
    """
    What stands in the cells of a raster.

    Attributes
    ----------
    kind : {"population", "friction", "elevation"}
    valid, zero : int
        Cells in the grid, by their centres.
    nan, negative : int
        Cells in the grid and a rim round it.
    least, lowest_but_least : float
        The lowest value, and the next of the negative ones.
    most, middle, total : float
        Of the cells in the grid; the total without negative ones, the middle one of a sample.
    """

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


def windows(source: rasterio.DatasetReader, cells: int) -> Iterator[Window]:
    """Yield strips of a raster, whole blocks high where they fit."""
    high = max(1, cells // source.width)
    block = source.block_shapes[0][0]
    high = high // block * block if high >= block else high
    for row in range(0, source.height, high):
        across = source.width if high > 1 else min(source.width, cells)
        for column in range(0, source.width, across):
            yield Window(column, row, min(across, source.width - column), min(high, source.height - row))


def _within(source: rasterio.DatasetReader, window: Window, grid: Grid, rim_m: float) -> NDArray[np.bool_]:
    """Tell which cells of a window have their centre in the grid, or not farther from it than a rim."""
    a, b, c, d, e, f = tuple(source.transform)[:6]
    column, row = np.meshgrid(
        window.col_off + np.arange(int(window.width)) + 0.5, window.row_off + np.arange(int(window.height)) + 0.5
    )
    x, y = a * column + b * row + c, d * column + e * row + f
    there = Transformer.from_crs(CRS.from_wkt(source.crs.to_wkt()), grid.crs, always_xy=True)
    east, north = (np.asarray(v) for v in there.transform(x, y))
    west, south, right, top = grid.bounds
    inside: NDArray[np.bool_] = (east >= west - rim_m) & (east < right + rim_m)
    inside &= (north > south - rim_m) & (north <= top + rim_m)
    return inside


def _near(source: rasterio.DatasetReader, window: Window, grid: Grid) -> bool:
    """Tell whether a window may reach into the grid: cheaply, by its bounds."""
    back = Transformer.from_crs(grid.crs, CRS.from_wkt(source.crs.to_wkt()), always_xy=True)
    west, south, east, north = back.transform_bounds(*grid.bounds, densify_pts=51)
    left, bottom, right, top = source.window_bounds(window)
    left, right, bottom, top = min(left, right), max(left, right), min(bottom, top), max(bottom, top)
    return bool(left <= east and west <= right and bottom <= north and south <= top)


def look_at(source: rasterio.DatasetReader, grid: Grid, kind: Kind, window_cells: int) -> Found:
    """
    Look through the cells of a raster in and round a grid.

    Parameters
    ----------
    source : rasterio.DatasetReader
    grid : Grid
    kind : {"population", "friction", "elevation"}
    window_cells : int
        How many are held at a time.

    Returns
    -------
    Found
        Marks for no data are looked for in a rim too, from which resampling would bring them in.
    """
    valid = nan = negative = zero = 0
    least, second, most, total = np.inf, np.inf, -np.inf, 0.0
    rim_m = 2.0 * (grid.cell_m + cell_height_m(source, grid))
    samples = []
    for window in windows(source, window_cells):
        if not _near(source, window, grid):
            continue
        values = source.read(1, window=window).astype(np.float64)
        known = np.ones(values.shape, dtype=bool)
        if source.nodata is not None and not np.isnan(source.nodata):
            known = values != source.nodata
        around = values[known & _within(source, window, grid, rim_m)]
        if source.nodata is None or not np.isnan(source.nodata):
            nan += int(np.isnan(around).sum())
        below = around[around < 0.0]
        negative += len(below)
        if len(below):
            marks = np.unique(np.append(below, [least, second]))
            least, second = float(marks[0]), float(marks[1])
        here = values[known & _within(source, window, grid, 0.0) & ~np.isnan(values)]
        if not len(here):
            continue
        valid += len(here)
        zero += int((here == 0.0).sum())
        most = max(most, float(here.max()))
        if float(here.min()) < least:
            least = float(here.min())
        total += float(here[here >= 0.0].sum())
        samples.append(here[:: max(1, len(here) // 10_000)])
    middle = float(np.median(np.concatenate(samples))) if samples else np.nan
    return Found(kind, valid, nan, negative, least, second, most, middle, total, zero)


def cell_height_m(source: rasterio.DatasetReader, grid: Grid) -> float:
    """Return about how many metres a cell of a raster is high, in the middle of a grid."""
    west, south, east, north = grid.bounds
    back = Transformer.from_crs(grid.crs, CRS.from_wkt(source.crs.to_wkt()), always_xy=True)
    x, y = (west + east) / 2.0, (south + north) / 2.0
    ends = [back.transform(x, y - grid.cell_m / 2.0), back.transform(x, y + grid.cell_m / 2.0)]
    apart = float(np.hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]))
    return float(abs(source.transform.e)) * grid.cell_m / apart


def check_values(found: Found, path: Path) -> None:
    """
    Refuse values that cannot be of their kind.

    Raises
    ------
    SchemaError
        If there are none, or they are infinite, negative, of nothing, or in other units.
    """
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
    if found.most < 0.0:
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
