"""Isochrones from a surface: polygons between the cells within a limit and those beyond."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import contourpy
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import VocabularyError
from geo.geodesy import area_km2
from layers.isochrones import GRID_DEG, ISOCHRONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.surface.grid import Grid

__all__ = ["surface_isochrones"]


def surface_isochrones(
    minutes: NDArray[np.float32],
    grid: Grid,
    *,
    origin: str,
    mode: str,
    definition: str,
    limits_min: Sequence[float] = (30.0, 60.0, 90.0),
    as_of: str = "",
    scenario: str = "",
    grade_d_share: float = float("nan"),
    straight_share: float = float("nan"),
) -> gpd.GeoDataFrame:
    """
    Draw the area within limits of time.

    Parameters
    ----------
    minutes : ndarray of float, shape of the grid
        NaN: not reached.
    grid : Grid
    origin, mode, definition, as_of, scenario : str
    limits_min : sequence of float
        Minutes, above 0.
    grade_d_share, straight_share : float
        Written into the rows.

    Returns
    -------
    GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``, EPSG:4326
        A row per limit, rising; rings hold the smaller ones. Lines run where the time between two cell centres, taken as
        linear, is the limit, and half way to a cell that is not reached.

    Raises
    ------
    VocabularyError
        If a limit is not positive.
    """
    limits = sorted({float(v) for v in limits_min})
    if not limits or not all(0.0 < v < np.inf for v in limits):
        message = f"limits {list(limits_min)} min: give limits above 0"
        raise VocabularyError(message)
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry] = []
    inner: BaseGeometry = shapely.MultiPolygon()
    for limit in limits:
        inner = _whole(shapely.union_all([_ring(minutes, grid, limit), inner], grid_size=GRID_DEG))
        shapes.append(inner)
        rows.append(
            {
                "origin": origin,
                "limit_min": limit,
                "mode": mode,
                "as_of": as_of,
                "scenario": scenario,
                "area_km2": 0.0 if inner.is_empty else area_km2(inner),
                "note": "nothing is within the limit" if inner.is_empty else "",
                "definition": definition,
                "grade_d_share": grade_d_share,
                "straight_share": straight_share,
            }
        )
    table = gpd.GeoDataFrame(ISOCHRONES.coerce(pd.DataFrame(rows)), geometry=shapes, crs=ISOCHRONES.crs)
    return ISOCHRONES.validate(table)


def _ring(minutes: NDArray[np.float32], grid: Grid, limit: float) -> BaseGeometry:
    """Return the area within one limit."""
    times = np.pad(minutes.astype(np.float64), 1, constant_values=np.nan)
    within = times <= limit
    if not within.any():
        return shapely.MultiPolygon()
    contours = contourpy.contour_generator(
        z=_mirrored(times, within, limit), name="serial", fill_type=contourpy.FillType.OuterOffset
    )
    found: Any = contours.filled(-1.0, limit)  # by its type: corners of each polygon, and where its rings begin
    points, offsets = found
    polygons = []
    for corners, ends in zip(points, offsets, strict=True):
        # Column and row of the padded grid count from the centre of its first cell.
        x = grid.west + (corners[:, 0] - 0.5) * grid.cell_m
        y = grid.north - (corners[:, 1] - 0.5) * grid.cell_m
        lon_lat = np.column_stack(grid.geographic(x, y))
        rings = [lon_lat[a:b] for a, b in itertools.pairwise(ends)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    drawn = shapely.set_precision(shapely.make_valid(np.array(polygons, dtype=object)), GRID_DEG)
    return shapely.union_all(drawn, grid_size=GRID_DEG)


def _mirrored(times: NDArray[np.float64], within: NDArray[np.bool_], limit: float) -> NDArray[np.float64]:
    """Return times where those of cells that are not reached make the line run half way to them."""
    out = times.copy()
    unknown = ~np.isfinite(times)
    total, count = np.zeros(times.shape), np.zeros(times.shape)
    padded, own = np.pad(np.where(within, times, 0.0), 1), np.pad(within, 1)
    height, width = times.shape
    for down in range(3):
        for right in range(3):
            total += padded[down : down + height, right : right + width]
            count += own[down : down + height, right : right + width]
    mean = np.divide(total, count, out=np.zeros(times.shape), where=count > 0)
    # Never the limit itself, or a cell that is not reached would count as within.
    out[unknown] = np.maximum(2.0 * limit - mean[unknown], limit * (1.0 + 1e-9))
    return out


def _whole(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
