"""Lengths, areas and points along lines on the WGS 84 ellipsoid."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import LineString, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["GEOD", "area_km2", "distance_km", "geodesic_line", "length_km", "lengths_km"]

GEOD = Geod(ellps="WGS84")


def length_km(geometry: BaseGeometry | None) -> float:
    """
    Return the geodesic length of a geometry in EPSG:4326.

    Parameters
    ----------
    geometry : shapely geometry, degrees, lon/lat, or None

    Returns
    -------
    float
        Kilometres; 0.0 for points, polygons' perimeters are counted, NaN for None or an empty geometry.

    Examples
    --------
    One degree along the equator is a 360th of 2π·6378.137 km:

    >>> round(length_km(LineString([(0, 0), (1, 0)])), 3)
    111.319
    """
    if geometry is None or geometry.is_empty:
        return float("nan")
    return float(GEOD.geometry_length(geometry)) / 1000.0


def lengths_km(geometries: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.float64]:
    """
    Return the geodesic length of each line.

    Parameters
    ----------
    geometries : array of shapely lines or multilines, shape (n,), EPSG:4326

    Returns
    -------
    ndarray of float64, shape (n,)
        Kilometres; 0.0 for an empty geometry or a point.
    """
    lines = np.asarray(geometries, dtype=object)
    coords, index = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    _, part_of = shapely.get_parts(lines, return_index=True)
    out = np.zeros(len(lines))
    if len(coords) > 1:
        same = index[1:] == index[:-1]
        a, b = coords[:-1][same], coords[1:][same]
        _, _, dist = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
        np.add.at(out, part_of[index[1:][same]], np.asarray(dist) / 1000.0)
    return out


def area_km2(geometry: BaseGeometry | None) -> float:
    """
    Return the geodesic area of a polygon in EPSG:4326.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon, any ring order, or None

    Returns
    -------
    float
        Square kilometres, never negative; NaN for None or an empty geometry.

    Examples
    --------
    A one-degree cell at the equator (Karney 2013; published value 12,308.8 km²):

    >>> round(area_km2(shapely.box(0, 0, 1, 1)), 1)
    12308.8
    """
    if geometry is None or geometry.is_empty:
        return float("nan")
    total = 0.0
    for part in shapely.get_parts(geometry):
        total += abs(GEOD.geometry_area_perimeter(shapely.geometry.polygon.orient(part))[0])
    return total / 1e6


def distance_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """
    Return the geodesic distance between two points given in degrees, in kilometres.

    Examples
    --------
    >>> round(distance_km(117.28, 31.86, 121.47, 31.23))  # 合肥 to 上海, as the crow flies
    404
    """
    return float(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]) / 1000.0


def geodesic_line(points: Sequence[tuple[float, float]], *, step_km: float = 25.0) -> LineString:
    """
    Join points by geodesics, with a vertex at least every ``step_km``, so that a map draws them where they run.

    Parameters
    ----------
    points : sequence of (lon, lat), at least two, degrees
    step_km : float

    Returns
    -------
    LineString, EPSG:4326, passing through all points
    """
    coords: list[tuple[float, float]] = [points[0]]
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(points):
        between = int(distance_km(lon_a, lat_a, lon_b, lat_b) // step_km)
        if between:
            coords += [(float(x), float(y)) for x, y in GEOD.npts(lon_a, lat_a, lon_b, lat_b, between)]
        coords.append((lon_b, lat_b))
    if len(set(coords)) == 1:
        coords = [coords[0], (coords[0][0] + 1e-9, coords[0][1])]
    return LineString(coords)


def point_along(line: LineString, share: float) -> Point:
    """Return the point at a share (0-1) of the planar length of a line."""
    return shapely.line_interpolate_point(line, share, normalized=True)
