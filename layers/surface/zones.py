"""Statistics of a surface by area: times, area and population within limits, window by window whatever the size of the raster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import rasterio
import shapely
from pyproj import CRS, Transformer
from rasterio import Affine
from rasterio.features import rasterize
from rasterio.windows import Window

from geo.crs import GEOGRAPHIC
from geo.errors import CrsError, SchemaError, VocabularyError
from geo.geodesy import area_km2
from geo.schema import Column, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.surface.grid import Grid

    Reader = Callable[[slice, slice], NDArray[np.float64]]

__all__ = ["COVERED_SHARE", "SURFACE_ZONES", "zonal_statistics"]

COVERED_SHARE = 0.995
"""An area counts as wholly in the grid when this share of it is: cells on its border are counted by parts."""

SURFACE_ZONES = Schema(
    "surface_zones",
    key=("code", "limit_min"),
    columns=(
        Column("code", "string", "code of the area", zh="区划代码", nullable=False),
        Column("name", "string", "name of the area", zh="名称", nullable=False),
        Column("limit_min", "float64", "limit of travel time", zh="时限min", unit="min", nullable=False),
        Column("area_km2", "float64", "of the area, as far as the grid covers it", zh="面积km2", unit="km²"),
        Column("covered_share", "float64", "share of the area that the grid covers", zh="网格覆盖占比"),
        Column("reached_share", "float64", "share of the covered area that is reached at all", zh="可达占比"),
        Column("area_within_km2", "float64", "reached within the limit", zh="时限内面积km2", unit="km²"),
        Column("area_within_share", "float64", "share of the covered area", zh="时限内面积占比"),
        Column("least_min", "float64", "shortest time in the area", zh="最短min", unit="min"),
        Column("mean_min", "float64", "mean over the reached area", zh="面积平均min", unit="min"),
        Column("most_min", "float64", "longest time in the reached area", zh="最长min", unit="min"),
        Column("population", "float64", "of the population raster; NaN without one", zh="人口", unit="persons"),
        Column("population_within", "float64", "within the limit", zh="时限内人口", unit="persons"),
        Column("population_within_share", "float64", "share of the population", zh="时限内人口占比"),
        Column("population_mean_min", "float64", "mean over the population reached", zh="人口平均min", unit="min"),
        Column("note", "string", "what is missing", zh="备注"),
    ),
)


def zonal_statistics(
    minutes: NDArray[np.float32] | Path,
    grid: Grid,
    areas: gpd.GeoDataFrame,
    *,
    limits_min: Sequence[float] = (30.0, 60.0, 90.0),
    population: NDArray[np.floating] | Path | None = None,
    subcells: int = 4,
    window_cells: int = 250_000,
) -> pd.DataFrame:
    """
    Measure a surface by area.

    Parameters
    ----------
    minutes : ndarray, shape of the grid, or Path of a GeoTIFF on the grid
        NaN: not reached.
    grid : Grid
    areas : GeoDataFrame with code, name, EPSG:4326
        They may overlap; each is measured by itself.
    limits_min : sequence of float
        Minutes, above 0.
    population : ndarray, shape of the grid, or Path of a GeoTIFF on the grid, optional
        Persons in each cell, spread evenly over it; NaN: none.
    subcells : int
        A cell belongs to an area by the share of its ``subcells²`` parts whose centre the area holds; 1 for the rule that the
        centre of the cell decides.
    window_cells : int
        Cells held at a time.

    Returns
    -------
    DataFrame, contract ``SURFACE_ZONES``, a row per area and limit
        Areas are true ones (the projection's scale is taken out). NaN where nothing is reached or known.

    Raises
    ------
    SchemaError, CrsError, VocabularyError
        If a raster does not lie on the grid, the areas have no code and name, or a number is none.
    """
    limits = sorted({float(v) for v in limits_min})
    if not limits or not all(0.0 < v < np.inf for v in limits) or subcells < 1 or window_cells < 1:
        message = (
            f"limits {list(limits_min)} min, {subcells} parts of a cell: give limits above 0 and at least one part"
        )
        raise VocabularyError(message)
    missing = {"code", "name"} - set(areas.columns)
    if missing or areas["code"].duplicated().any():
        message = "areas need the columns code, without repetition, and name"
        raise SchemaError(message)
    if areas.crs is None:
        message = "the areas have no coordinate system"
        raise CrsError(message)
    degrees = areas.to_crs(GEOGRAPHIC)
    there = Transformer.from_crs(GEOGRAPHIC, grid.crs, always_xy=True)
    rows: list[dict[str, object]] = []
    with _reader(minutes, grid) as times, _reader(population, grid) as people:
        for code, name, shape in zip(degrees["code"], degrees["name"], degrees.geometry, strict=True):
            moved = shapely.transform(shape, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
            sums = _Sums.of(limits)
            for window in _windows(grid, moved, max(1, window_cells // subcells**2)):
                _add(sums, grid, moved, window, subcells, times, people)
            rows += sums.rows(str(code), str(name), area_km2(shape), known=population is not None)
    table = SURFACE_ZONES.coerce(pd.DataFrame(rows, columns=SURFACE_ZONES.names))
    return SURFACE_ZONES.validate(table)


@dataclass
class _Sums:
    """What adds up over the windows of an area."""

    limits: list[float]
    area: float
    reached: float
    time: float
    least: float
    most: float
    persons: float
    persons_reached: float
    persons_time: float
    area_within: NDArray[np.float64]
    persons_within: NDArray[np.float64]

    @classmethod
    def of(cls, limits: list[float]) -> _Sums:
        none = np.zeros(len(limits))
        return cls(limits, 0.0, 0.0, 0.0, np.inf, -np.inf, 0.0, 0.0, 0.0, none, none.copy())

    def rows(self, code: str, name: str, whole_km2: float, *, known: bool) -> list[dict[str, object]]:
        covered = min(self.area / whole_km2, 1.0) if whole_km2 > 0.0 else np.nan
        notes = []
        if not covered >= COVERED_SHARE:
            notes.append(
                f"网格只覆盖 {covered:.1%}; the grid covers {covered:.1%}"
                if self.area
                else "在网格之外; outside the grid"
            )
        if self.area and self.reached < COVERED_SHARE * self.area:
            lost = 1.0 - self.reached / self.area
            notes.append(f"{lost:.1%} 不可达 (水域等); {lost:.1%} not reached (water)")
        common = {
            "code": code,
            "name": name,
            "area_km2": self.area,
            "covered_share": covered,
            "reached_share": self.reached / self.area if self.area else np.nan,
            "least_min": self.least if self.reached else np.nan,
            "mean_min": self.time / self.reached if self.reached else np.nan,
            "most_min": self.most if self.reached else np.nan,
            "population": self.persons if known else np.nan,
            "population_mean_min": self.persons_time / self.persons_reached if self.persons_reached else np.nan,
            "note": "; ".join(notes),
        }
        out: list[dict[str, object]] = []
        for limit, area, persons in zip(self.limits, self.area_within, self.persons_within, strict=True):
            own = {
                "limit_min": limit,
                "area_within_km2": area,
                "area_within_share": area / self.area if self.area else np.nan,
                "population_within": persons if known else np.nan,
                "population_within_share": persons / self.persons if known and self.persons else np.nan,
            }
            out.append(common | own)
        return out


def _add(
    sums: _Sums,
    grid: Grid,
    shape: BaseGeometry,
    window: tuple[slice, slice],
    subcells: int,
    times: Reader | None,
    people: Reader | None,
) -> None:
    """Add the part of an area in a window."""
    high, wide = window[0].stop - window[0].start, window[1].stop - window[1].start
    side = grid.cell_m / subcells
    west, north = grid.west + window[1].start * grid.cell_m, grid.north - window[0].start * grid.cell_m
    fine = Affine(side, 0.0, west, 0.0, -side, north)
    parts = rasterize([(shape, 1)], (high * subcells, wide * subcells), transform=fine, dtype="uint8")
    share = parts.reshape(high, subcells, wide, subcells).sum(axis=(1, 3), dtype=np.int64) / subcells**2
    inside = share > 0.0
    if not inside.any() or times is None:
        return
    area = (share * grid.cell_areas_km2(*window))[inside]
    minutes = times(*window)[inside]
    reached = np.isfinite(minutes)
    sums.area += float(area.sum())
    sums.reached += float(area[reached].sum())
    sums.time += float((area[reached] * minutes[reached]).sum())
    if reached.any():
        sums.least = min(sums.least, float(minutes[reached].min()))
        sums.most = max(sums.most, float(minutes[reached].max()))
    persons = (
        np.nan_to_num(people(*window)[inside], nan=0.0) * share[inside] if people is not None else np.zeros(len(area))
    )
    sums.persons += float(persons.sum())
    sums.persons_reached += float(persons[reached].sum())
    sums.persons_time += float((persons[reached] * minutes[reached]).sum())
    for k, limit in enumerate(sums.limits):
        within = reached & (minutes <= limit)
        sums.area_within[k] += float(area[within].sum())
        sums.persons_within[k] += float(persons[within].sum())


def _windows(grid: Grid, shape: BaseGeometry, cells: int) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns of the grid that a shape's bounds touch, in windows of at most so many cells."""
    if shape.is_empty:
        return
    west, south, east, north = shape.bounds
    left = max(0, int(np.floor((west - grid.west) / grid.cell_m)))
    right = min(grid.width, int(np.ceil((east - grid.west) / grid.cell_m)))
    top = max(0, int(np.floor((grid.north - north) / grid.cell_m)))
    bottom = min(grid.height, int(np.ceil((grid.north - south) / grid.cell_m)))
    if right <= left or bottom <= top:
        return
    wide = min(right - left, max(1, cells))
    high = max(1, cells // wide)
    for row in range(top, bottom, high):
        for column in range(left, right, wide):
            yield slice(row, min(row + high, bottom)), slice(column, min(column + wide, right))


@contextmanager
def _reader(raster: NDArray[np.floating] | Path | None, grid: Grid) -> Iterator[Reader | None]:
    """Yield a function that returns a window of a raster on the grid, as float64 with NaN."""
    if raster is None:
        yield None
        return
    if not isinstance(raster, Path):
        if raster.shape != grid.shape:
            message = f"a raster of {raster.shape} cells does not lie on the grid of {grid.shape}"
            raise SchemaError(message)
        yield lambda rows, columns: np.asarray(raster[rows, columns], dtype=np.float64)
        return
    with rasterio.open(raster) as file:
        fits = (file.height, file.width) == grid.shape and np.allclose(file.transform, grid.transform, atol=1e-6)
        if file.crs is None or not CRS.from_wkt(file.crs.to_wkt()).equals(grid.crs, ignore_axis_order=True) or not fits:
            message = f"{raster} does not lie on the grid; bring it there with layers.surface.read_raster"
            raise CrsError(message)

        def read(rows: slice, columns: slice) -> NDArray[np.float64]:
            window = Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
            values = file.read(1, window=window, masked=True)
            return np.ma.filled(values.astype(np.float64), np.nan)

        yield read
