"""
The friction of the ground: seconds per metre in each cell, from roads, water, slope, or a user's own raster.

After Weiss et al. (2018), where each kind of ground is given a speed and each cell an overall one by what lies in it
(https://datacore-gn.unepgrid.ch/geonetwork/srv/search?keyword=Travel). Here the fastest way through a cell counts, and railways
and expressways are not stepped onto from any cell beside them (see :mod:`layers.surface.road_links`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from rasterio.features import rasterize

from geo.crs import GEOGRAPHIC
from geo.errors import SchemaError
from layers.lines import read_csv
from layers.surface.assumptions import SurfaceAssumptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.surface.grid import Grid
    from layers.surface.rasters import UserRaster

__all__ = ["REFERENCE", "Friction", "friction_of", "road_speeds", "slope_of"]

REFERENCE = (
    "Weiss et al. 2018, A global map of travel time to cities to assess inequalities in accessibility in 2015, "
    "doi:10.1038/nature25181"
)
SECONDS_PER_METRE = 3.6
"""Of 1 km/h."""


@dataclass(frozen=True)
class Friction:
    """
    The ground of a grid.

    Attributes
    ----------
    grid : Grid
    seconds_per_metre : ndarray of float32, shape of the grid
        Infinite: a barrier.
    shares : dict of str to float
        Share of the cells that are road, water, barrier (0-1).
    findings : tuple of str
        What was left out or repaired, Chinese then English.
    """

    grid: Grid
    seconds_per_metre: NDArray[np.float32]
    shares: dict[str, float]
    findings: tuple[str, ...]


def friction_of(
    grid: Grid,
    *,
    assumptions: SurfaceAssumptions | None = None,
    roads: gpd.GeoDataFrame | None = None,
    water: Sequence[BaseGeometry] = (),
    elevation: UserRaster | None = None,
    base: UserRaster | None = None,
) -> Friction:
    """
    Build the friction of a grid.

    Parameters
    ----------
    grid : Grid
    assumptions : SurfaceAssumptions, optional
    roads : GeoDataFrame with running_km_h, EPSG:4326, optional
        Roads that one may enter from each cell they touch (see :func:`road_speeds`); the fastest in a cell counts.
    water : sequence of geometries, EPSG:4326
        Polygons (cells whose centre they hold) and lines (cells they touch) of lakes, rivers and the sea; roads lead over.
    elevation : UserRaster, optional
        Of kind ``elevation``: slows the ground, not the roads, whose speeds are those of their terrain.
    base : UserRaster, optional
        Of kind ``friction``: the ground instead of the one speed of the assumptions; missing cells are barriers, and neither
        slope nor water is laid over it.

    Returns
    -------
    Friction

    Raises
    ------
    SchemaError
        If a road has a speed that is none.

    Notes
    -----
    Crossing roads of a grid meet, bridges or not, and a road's way is up to 8.24 % too long on it.
    """
    given = assumptions or SurfaceAssumptions()
    findings: list[str] = []
    ground = np.float32(SECONDS_PER_METRE / given.ground_speed_km_h)
    wet = np.zeros(grid.shape, dtype=bool)
    if base is not None:
        friction = base.values.astype(np.float32)
        missing = ~np.isfinite(friction)
        friction[missing] = np.inf
        if missing.any():
            findings.append(
                f"摩擦栅格有 {int(missing.sum()):,} 个单元无数据, 作障碍; {int(missing.sum()):,} cells without friction are barriers"
            )
    else:
        friction = np.full(grid.shape, ground, dtype=np.float32)
        if elevation is not None:
            slope = slope_of(elevation.values, grid.cell_m)
            unknown = int(np.isnan(slope).sum())
            if unknown:
                findings.append(f"{unknown:,} 个单元无高程, 按平地; {unknown:,} cells without elevation taken as flat")
            friction *= given.slowdown(np.nan_to_num(slope, nan=0.0)).astype(np.float32)
        wet = _burnt_water(grid, water)
        speed = given.water_speed_km_h
        friction[wet] = np.float32(SECONDS_PER_METRE / speed) if speed > 0.0 else np.float32(np.inf)
    on_road = np.full(grid.shape, np.inf, dtype=np.float32)
    if roads is not None and len(roads):
        on_road = _burnt_roads(grid, roads)
    np.minimum(friction, on_road, out=friction)
    shares = {
        "road": float(np.isfinite(on_road).mean()),
        "water": float(wet.mean()),
        "barrier": float((~np.isfinite(friction)).mean()),
    }
    return Friction(grid, friction, shares, tuple(findings))


def road_speeds(lines: gpd.GeoDataFrame, assumptions: SurfaceAssumptions | None = None) -> gpd.GeoDataFrame:
    """
    Return the roads among lines, with the speed that cars keep on them.

    Parameters
    ----------
    lines : GeoDataFrame with mode, status, kind and speed_km_h, contract ``layers.schema.LINES`` or ``OSM_LINES``
        Highways in operation count. ``speed_km_h`` is a limit; where there is none, that of the kind stands: of an expressway
        the assumptions' own, of others that of their class in ``layers/data/osm_roads.csv``.

    Returns
    -------
    GeoDataFrame
        The rows, with running_km_h.

    Raises
    ------
    SchemaError
        If a road has neither a limit nor a kind that has one.
    """
    given = (assumptions or SurfaceAssumptions()).road
    chosen = lines[lines["mode"].astype(str) == "highway"]
    if "status" in chosen:
        chosen = chosen[chosen["status"].fillna("").astype(str).isin(["operating", ""])]
    limit = pd.to_numeric(chosen["speed_km_h"], errors="coerce").astype(float)
    of_kind = _class_limits() | {"expressway": given.default_speed_km_h}
    limit = limit.fillna(chosen["kind"].astype(str).map(of_kind).astype(float))
    unknown = chosen.loc[limit.isna(), "kind"].astype(str)
    if len(unknown):
        message = (
            f"{len(unknown)} roads have neither speed_km_h nor a kind with a speed (kinds: "
            f"{', '.join(sorted(set(unknown))[:5]) or 'none'}); expected a column speed_km_h, km/h, or one of {', '.join(sorted(of_kind))}"
        )
        raise SchemaError(message)
    return chosen.assign(running_km_h=[given.running_speed_km_h(v) for v in limit])


@cache
def _class_limits() -> dict[str, float]:
    """Return the limit of each kind of road, and of each class of OpenStreetMap."""
    kinds, roads = read_csv("osm_kinds.csv"), read_csv("osm_roads.csv")
    by_class = {str(name): float(speed) for name, speed in zip(roads["road_class"], roads["speed_km_h"], strict=True)}
    by_class.pop("ferry", None)
    kinds = kinds[(kinds["key"] == "highway") & (kinds["element"] == "line") & kinds["value"].isin(list(by_class))]
    return by_class | {str(kind): by_class[str(name)] for kind, name in zip(kinds["kind"], kinds["value"], strict=True)}


def slope_of(elevation: ArrayLike, cell_m: float) -> NDArray[np.float64]:
    """
    Return the slope of each cell.

    Parameters
    ----------
    elevation : array of float, shape (h, w), metres
        NaN where unknown.
    cell_m : float

    Returns
    -------
    ndarray of float64, shape (h, w)
        Rise over run in the steepest direction, by Horn's (1981) eight neighbours; NaN where one of them is unknown. At the
        rim the last row goes on.

    Examples
    --------
    A plane that rises by 3 m and 4 m a cell of 100 m:

    >>> row, column = np.mgrid[0:4, 0:4]
    >>> slope_of(3.0 * row + 4.0 * column, 100.0)[1:3, 1:3].round(6).tolist()
    [[0.05, 0.05], [0.05, 0.05]]
    """
    z = np.pad(np.asarray(elevation, dtype=np.float64), 1, mode="edge")
    east = z[:-2, 2:] + 2.0 * z[1:-1, 2:] + z[2:, 2:]
    west = z[:-2, :-2] + 2.0 * z[1:-1, :-2] + z[2:, :-2]
    south = z[2:, :-2] + 2.0 * z[2:, 1:-1] + z[2:, 2:]
    north = z[:-2, :-2] + 2.0 * z[:-2, 1:-1] + z[:-2, 2:]
    return np.asarray(np.hypot(east - west, south - north) / (8.0 * cell_m))


def _projected(grid: Grid, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    there = Transformer.from_crs(GEOGRAPHIC, grid.crs, always_xy=True)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = there.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    return np.asarray(shapely.transform(np.asarray(shapely.force_2d(np.asarray(shapes, dtype=object))), moved))


def _near(grid: Grid, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(shapely.intersects(shapes, shapely.box(*grid.bounds))) & ~shapely.is_empty(shapes)


def _burnt_water(grid: Grid, water: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Return the cells under water: by their centre in polygons, touched by lines (which so have no gap to slip through)."""
    wet = np.zeros(grid.shape, dtype=bool)
    parts = shapely.get_parts(np.asarray(list(water), dtype=object)) if len(water) else np.empty(0, dtype=object)
    if not len(parts):
        return wet
    moved = _projected(grid, parts)
    moved = moved[_near(grid, moved)]
    for touched, kind in ((False, 3), (True, 1)):
        some = moved[shapely.get_type_id(moved) == kind]
        if len(some):
            wet |= rasterize(
                [(shape, 1) for shape in some], grid.shape, transform=grid.transform, all_touched=touched, dtype="uint8"
            ).astype(bool)
    return wet


def _burnt_roads(grid: Grid, roads: gpd.GeoDataFrame) -> NDArray[np.float32]:
    """Return the friction of the fastest road in each cell, infinite where there is none."""
    speed = roads["running_km_h"].to_numpy(dtype=np.float64)
    wrong = np.flatnonzero(~((speed > 0.0) & np.isfinite(speed)))
    if len(wrong):
        message = f"roads: {len(wrong)} without a speed above 0 km/h, the first in row {wrong[0]}"
        raise SchemaError(message)
    shapes = _projected(grid, np.asarray(roads.geometry, dtype=object))
    order = np.argsort(speed, kind="stable")  # the fastest is burnt last and stays
    order = order[_near(grid, shapes[order])]
    out = np.full(grid.shape, np.inf, dtype=np.float32)
    if len(order):
        pairs = [(shapes[i], SECONDS_PER_METRE / speed[i]) for i in order]
        rasterize(pairs, out=out, transform=grid.transform, all_touched=True)
    return out
