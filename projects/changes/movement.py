"""How far a drawn project moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import GEOD

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["MOVED_KM", "moved_km"]

MOVED_KM = 0.05
"""Geometries nearer than this are the same: what writing and reading coordinates may do is far less."""


def moved_km(one: BaseGeometry | None, other: BaseGeometry | None) -> float:
    """
    Return how far a geometry lies from another one at most, in kilometres.

    Parameters
    ----------
    one, other : geometry in EPSG:4326, or None

    Returns
    -------
    float
        The Hausdorff distance of the vertices (lines are densified to about 2 km), geodesic on WGS 84: symmetric, and 0
        where both have the same shape. Infinite where one of the two is missing, 0 where both are.

    Examples
    --------
    >>> round(moved_km(shapely.Point(117.0, 31.0), shapely.Point(117.0, 32.0)), 1)  # a degree of latitude at 31.5° N
    110.9
    """
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    return max(_farthest_km(one, other), _farthest_km(other, one))


def _farthest_km(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return how far the farthest vertex of one geometry is from the other."""
    narrow = float(np.cos(np.radians((one.bounds[1] + one.bounds[3]) / 2.0)))
    flat = [shapely.transform(shape, lambda xy: xy * [narrow, 1.0]) for shape in (one, other)]
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(flat[0], 0.02)))
    nearest = shapely.get_coordinates(shapely.shortest_line(points, flat[1]))[1::2]
    here = shapely.get_coordinates(points)
    _, _, metres = GEOD.inv(here[:, 0] / narrow, here[:, 1], nearest[:, 0] / narrow, nearest[:, 1])
    return float(np.max(metres)) / 1000.0
