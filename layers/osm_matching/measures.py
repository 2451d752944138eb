"""Distances between a route and a drawing, and points along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["distances_km", "evenly", "points_along", "unit_km"]

EARTH_KM = 6371.0088
"""Mean radius; distances on this sphere are within 0.6 % of those on WGS 84."""

KM_PER_DEGREE = 111.2


def unit_km(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (lon, lat in degrees, shape (n, 2)) on a sphere of the earth's size, shape (n, 3), kilometres."""
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    xyz = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]) * EARTH_KM
    return np.asarray(xyz, dtype=np.float64)


def points_along(geometry: NDArray[np.object_], step_km: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return vertices of lines, no more than a step apart: lon, lat, shape (n, 2), and the row of each, shape (n,)."""
    dense = shapely.segmentize(geometry, step_km / KM_PER_DEGREE)
    points, row = shapely.get_coordinates(dense, return_index=True)
    return np.asarray(points, dtype=np.float64), np.asarray(row, dtype=np.int64)


def evenly(geometry: BaseGeometry, step_km: float) -> NDArray[np.float64]:
    """Return points at equal steps along a line, so that curves weigh no more than straights: lon, lat, shape (n, 2)."""
    out = []
    for part in shapely.get_parts(geometry):
        count = max(2, int(np.ceil(part.length * KM_PER_DEGREE / step_km)) + 1)
        out.append(shapely.get_coordinates(shapely.line_interpolate_point(part, np.linspace(0.0, part.length, count))))
    return np.vstack(out)


def distances_km(points: NDArray[np.float64], line: BaseGeometry, *, most_km: float = np.inf) -> NDArray[np.float64]:
    """
    Return the distance of points from a line.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        lon, lat, degrees.
    line : LineString or MultiLineString, EPSG:4326
    most_km : float
        Farther ones are given as infinite.

    Returns
    -------
    ndarray of float64, shape (n,)
        Kilometres, to vertices 0.2 km apart: up to 0.1 km too long beside the line, exact to 1 % from 1 km on.
    """
    along, _ = points_along(np.asarray([line], dtype=object), 0.2)
    far, _ = cKDTree(unit_km(along)).query(unit_km(points), distance_upper_bound=most_km)
    return np.asarray(far, dtype=np.float64)
