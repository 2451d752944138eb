"""The grid of a surface: its projection, the size of its cells, and what it covers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from rasterio import Affine

from geo.crs import GEOGRAPHIC, metric_crs, output_crs
from geo.errors import CrsError, VocabularyError
from layers.matrices.memory import available_memory_bytes

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Grid", "forecast_bytes", "grid_of"]

MOST_STRETCH = 0.02
"""How much a projection may stretch or shrink a length within the grid: times are wrong by as much."""

BYTES_PER_CELL = 64
"""Of one search, and of the files and isochrones made from it; measured 47 and 60 on 2,500 × 2,500 cells."""
BYTES_PER_SEARCH = 24
"""Of each further search at the same time: 16, and its surface."""


@dataclass(frozen=True)
class Grid:
    """
    Square cells of a projected coordinate system; rows run from north to south.

    Parameters
    ----------
    crs : pyproj.CRS
        Projected, in metres.
    west, north : float
        Upper left corner, metres.
    cell_m : float
        Side of a cell.
    width, height : int
        Columns and rows.
    """

    crs: CRS
    west: float
    north: float
    cell_m: float
    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.height * self.width

    @property
    def transform(self) -> Affine:
        """From column and row to easting and northing."""
        return Affine(self.cell_m, 0.0, self.west, 0.0, -self.cell_m, self.north)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north), metres."""
        return (
            self.west,
            self.north - self.height * self.cell_m,
            self.west + self.width * self.cell_m,
            self.north,
        )

    def cells_of(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Tell in which cells places lie.

        Parameters
        ----------
        lon, lat : array of float, shape (k,), degrees, EPSG:4326

        Returns
        -------
        row, column : ndarray of int64, shape (k,)
            -1 for a place outside the grid or without coordinates.
        """
        x, y = self.projected(lon, lat)
        with np.errstate(invalid="ignore"):
            column, row = np.floor((x - self.west) / self.cell_m), np.floor((self.north - y) / self.cell_m)
            inside = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        return np.where(inside, row, -1).astype(np.int64), np.where(inside, column, -1).astype(np.int64)

    def projected(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return eastings and northings of places in degrees; infinite where the projection has none."""
        there = Transformer.from_crs(GEOGRAPHIC, self.crs, always_xy=True)
        x, y = there.transform(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    def geographic(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitudes and latitudes, EPSG:4326, of eastings and northings."""
        back = Transformer.from_crs(self.crs, GEOGRAPHIC, always_xy=True)
        lon, lat = back.transform(np.asarray(x, float), np.asarray(y, float))
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)

    def stretch(self) -> tuple[float, float]:
        """
        Return by what factor the projection shrinks and stretches lengths within the grid, at worst.

        Returns
        -------
        least, most : float
            Tissot's half axes, over 9 × 9 points; 1.0 is true.
        """
        west, south, east, north = self.bounds
        x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
        lon, lat = self.geographic(x.ravel(), y.ravel())
        factors = Proj(self.crs).get_factors(lon, lat)
        least, most = np.asarray(factors.tissot_semiminor), np.asarray(factors.tissot_semimajor)
        return float(np.min(least)), float(np.max(most))

    def cell_areas_km2(self, rows: slice, columns: slice) -> NDArray[np.float64]:
        """
        Return the true area of cells, that of the projection corrected for its scale.

        Returns
        -------
        ndarray of float64, shape of the window
            Square kilometres on WGS 84; the scale is interpolated between 33 × 33 points of the grid.
        """
        row, column = np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop)
        at_row, at_column, scale = self._areal_scale
        along = np.stack([np.interp(column, at_column, line) for line in scale])
        full = np.stack([np.interp(row, at_row, line) for line in along.T], axis=1)
        return (self.cell_m / 1000.0) ** 2 / full

    @cached_property
    def _areal_scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Rows and columns of a lattice over the grid, and by what the projection stretches areas there."""
        row, column = (np.linspace(0.0, count - 1.0, min(33, count)) for count in self.shape)
        x, y = np.meshgrid(self.west + (column + 0.5) * self.cell_m, self.north - (row + 0.5) * self.cell_m)
        lon, lat = self.geographic(x.ravel(), y.ravel())
        return row, column, np.asarray(Proj(self.crs).get_factors(lon, lat).areal_scale).reshape(x.shape)


def grid_of(areas: gpd.GeoDataFrame, *, cell_m: float, crs: str | CRS | None = None, margin_km: float = 0.0) -> Grid:
    """
    Lay a grid over areas.

    Parameters
    ----------
    areas : GeoDataFrame, EPSG:4326
    cell_m : float
        Side of a cell in metres.
    crs : str or pyproj.CRS, optional
        A word of :func:`geo.crs.output_crs` (EPSG:n, cgcs2000-3deg, albers …); by default :func:`geo.crs.metric_crs` of the
        areas, a transverse Mercator on their middle.
    margin_km : float
        Ground round the areas' bounds that ways may use: a grid that ends at the border cuts off those that lead round.

    Returns
    -------
    Grid
        Its corner lies on a multiple of the cell, so that grids of one system and cell fit each other.

    Raises
    ------
    CrsError
        If the system is geographic, not in metres, shifted, or stretches lengths by over 2 % within the grid.
    VocabularyError
        If the cell or the margin is no length, or the areas are empty.
    """
    if not (0.0 < cell_m < math.inf and 0.0 <= margin_km < math.inf):
        message = f"cells of {cell_m} m and a margin of {margin_km} km: give a length above 0 and one not below"
        raise VocabularyError(message)
    if areas.empty or not np.isfinite(areas.total_bounds).all():
        message = "no area to lay a grid over: the areas have no geometry"
        raise VocabularyError(message)
    west, south, east, north = (float(v) for v in areas.total_bounds)
    chosen = _system(crs, (west, south, east, north))
    there = Transformer.from_crs(GEOGRAPHIC, chosen, always_xy=True)
    left, bottom, right, top = there.transform_bounds(west, south, east, north, densify_pts=101)
    if not np.isfinite([left, bottom, right, top]).all():
        message = f"{chosen.name} has no place for {west:.2f}-{east:.2f}° E, {south:.2f}-{north:.2f}° N"
        raise CrsError(message)
    margin = margin_km * 1000.0
    first, last = math.floor((left - margin) / cell_m), math.ceil((right + margin) / cell_m)
    upper, lower = math.ceil((top + margin) / cell_m), math.floor((bottom - margin) / cell_m)
    grid = Grid(chosen, first * cell_m, upper * cell_m, float(cell_m), max(last - first, 1), max(upper - lower, 1))
    least, most = grid.stretch()
    if not (least >= 1.0 - MOST_STRETCH and most <= 1.0 + MOST_STRETCH):
        message = (
            f"{chosen.name} makes lengths {least:.3f} to {most:.3f} times what they are within this area, and so the times; "
            f"at most {MOST_STRETCH:.0%} is accepted: leave --crs out, or give a system made for the area"
        )
        raise CrsError(message)
    return grid


def _system(crs: str | CRS | None, bounds: tuple[float, float, float, float]) -> CRS:
    if crs is None:
        return metric_crs(*bounds)
    found = output_crs(crs, bounds) if isinstance(crs, str) else None
    chosen = found.crs if found is not None else CRS.from_user_input(crs)
    if found is not None and found.shifted:
        message = f"{found.word} is shifted: a grid in it has no true distances; give a projected system in metres"
        raise CrsError(message)
    if not chosen.is_projected:
        message = (
            f"{chosen.name} counts in degrees, whose cells are wider in the south than in the north: a surface needs a projected "
            "system in metres; leave --crs out (a transverse Mercator on the area) or give cgcs2000-3deg, albers, EPSG:n"
        )
        raise CrsError(message)
    units = {axis.unit_name for axis in chosen.axis_info}
    if units != {"metre"}:
        message = f"{chosen.name} counts in {', '.join(sorted(units))}; a surface needs metres"
        raise CrsError(message)
    return chosen


def forecast_bytes(cells: int, *, at_once: int = 1) -> int:
    """
    Return how much memory surfaces take.

    Parameters
    ----------
    cells : int
    at_once : int
        Surfaces searched for at the same time.

    Raises
    ------
    VocabularyError
        If it is more than this machine has free.
    """
    need = cells * (BYTES_PER_CELL + BYTES_PER_SEARCH * (at_once - 1))
    free = available_memory_bytes()
    if free is not None and need > free:
        message = (
            f"{cells:,} cells, {at_once} surface{'s' * (at_once > 1)} at once, need {need / 1e9:.1f} GB; {free / 1e9:.1f} GB are free. "
            "Larger cells (--cell), a smaller area, or fewer at once"
        )
        raise VocabularyError(message)
    return need
