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

__all__ = ["CUT_AT_EDGE", "least_at_edge", "surface_isochrones"]

CUT_AT_EDGE = "达网格边缘, 在此截断; cut at the edge of the grid"


def least_at_edge(minutes: NDArray[np.float32]) -> float:
    """
    Return the least time along the edge of a grid: rings of longer limits are cut there.

    Parameters
    ----------
    minutes : ndarray of float, shape of the grid
        NaN: not reached.

    Returns
    -------
    float
        Minutes, infinite where no cell of the edge is reached.
    """
    edge = np.concatenate([minutes[0], minutes[-1], minutes[:, 0], minutes[:, -1]])
    return float(np.min(edge[~np.isnan(edge)], initial=np.inf))


def surface_isochrones(
    minutes: NDArray[np.float32],
    grid: Grid,
    *,
    origin: str,
    direction: str = "from",
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
    direction : {"from", "to"}
        Whether the times run away from the places or towards them.
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
    at_edge = least_at_edge(minutes)
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry] = []
    inner: BaseGeometry = shapely.MultiPolygon()
    for limit in limits:
        inner = _whole(shapely.union_all([_ring(minutes, grid, limit), inner], grid_size=GRID_DEG))
        shapes.append(inner)
        rows.append(
            {
                "origin": origin,
                "direction": direction,
                "limit_min": limit,
                "mode": mode,
                "as_of": as_of,
                "scenario": scenario,
                "area_km2": 0.0 if inner.is_empty else area_km2(inner),
                "note": "时限内无可达单元; nothing is within the limit"
                if inner.is_empty
                else CUT_AT_EDGE
                if at_edge <= limit
                else "",
                "definition": definition,
                "grade_d_share": grade_d_share,
                "straight_share": straight_share,
            }
        )
    table = gpd.GeoDataFrame(ISOCHRONES.coerce(pd.DataFrame(rows)), geometry=shapes, crs=ISOCHRONES.crs)
    return ISOCHRONES.validate(table)


def _ring(minutes: NDArray[np.float32], grid: Grid, limit: float) -> BaseGeometry:
    """Return the area within one limit."""
    reached = minutes <= limit
    rows, columns = np.flatnonzero(reached.any(axis=1)), np.flatnonzero(reached.any(axis=0))
    if not len(rows):
        return shapely.MultiPolygon()
    # The part of the grid that matters, with a cell round it; beyond the grid nothing is reached.
    top, left = int(rows[0]) - 1, int(columns[0]) - 1
    times = np.full((int(rows[-1]) - top + 2, int(columns[-1]) - left + 2), np.nan)
    inner = minutes[max(top, 0) : top + times.shape[0], max(left, 0) : left + times.shape[1]]
    down, right = max(-top, 0), max(-left, 0)
    times[down : down + inner.shape[0], right : right + inner.shape[1]] = inner
    _mirror(times, limit)
    contours = contourpy.contour_generator(z=times, name="serial", fill_type=contourpy.FillType.OuterOffset)
    found: Any = contours.filled(-1.0, limit)  # by its type: corners of each polygon, and where its rings begin
    points, offsets = found
    polygons = []
    for corners, ends in zip(points, offsets, strict=True):
        x = grid.west + (corners[:, 0] + left + 0.5) * grid.cell_m
        y = grid.north - (corners[:, 1] + top + 0.5) * grid.cell_m
        lon_lat = np.column_stack(grid.geographic(x, y))
        rings = [lon_lat[a:b] for a, b in itertools.pairwise(ends)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    drawn = shapely.set_precision(shapely.make_valid(np.array(polygons, dtype=object)), GRID_DEG)
    return shapely.union_all(drawn, grid_size=GRID_DEG)


def _mirror(times: NDArray[np.float64], limit: float) -> None:
    """Give cells that are not reached a time, in place, that makes the line run half way to them."""
    height, width = times.shape
    unknown = np.argwhere(~np.isfinite(times))
    total, count = np.zeros(len(unknown)), np.zeros(len(unknown))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            row, column = unknown[:, 0] + down, unknown[:, 1] + right
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            beside = np.full(len(unknown), np.inf)
            beside[inside] = times[row[inside], column[inside]]
            own = beside <= limit
            total[own] += beside[own]
            count += own
    mean = np.divide(total, count, out=np.zeros(len(unknown)), where=count > 0)
    # Never the limit itself, or a cell that is not reached would count as within.
    times[unknown[:, 0], unknown[:, 1]] = np.maximum(2.0 * limit - mean, limit * (1.0 + 1e-9))


def _whole(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
