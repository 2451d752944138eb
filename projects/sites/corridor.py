"""
A new line between two ends, drawn where the ground invites it: by towns and existing ways, around lakes.

Method. The straight join of the ends is cut into layers some kilometres apart, and each layer holds points across it. A
dynamic programme finds the cheapest way through the layers. A kilometre costs 1; less near an existing railway, an
existing expressway or a county town (each a bell curve of the distance to the nearest one); ten times as much in a lake;
and a change of the Yangtze's bank costs more the farther it is from a recorded crossing, and is moved onto one that is
near. The way is then simplified. How
far such a line lies from the real one is measured on existing lines left out (``benchmarks/siting_accuracy.py``), and a
mode for which the method does not beat the straight join there is not drawn by it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.geodesy import distance_km, geodesic_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

__all__ = ["CorridorAssumptions", "Terrain", "corridor_line", "sampled"]

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6,371 km; the plane of one drawing needs no more."""


@dataclass(frozen=True)
class CorridorAssumptions:
    """What a kilometre costs where; dimensionless unless the name says otherwise. Set once on existing lines."""

    rail_gain: float = 0.15  # off the price beside an existing railway
    road_gain: float = 0.2  # off the price beside an existing expressway
    beside_km: float = 3.0  # how far "beside" reaches
    town_gain: float = 0.3  # off the price at a county town
    town_km: float = 12.0  # how far a town draws a line
    lake_price: float = 10.0  # of a kilometre in a lake
    crossing_price_km: float = 0.5  # per kilometre from a change of bank to the nearest recorded crossing
    snap_km: float = 8.0  # a recorded crossing this near to where the way changes banks is the crossing
    width_share: float = 0.15  # how far across the join the search goes, share of its length
    width_km: float = 45.0  # and at most
    layer_km: float = 4.0  # between layers
    simplify_km: float = 1.0  # bends smaller than this are none


@dataclass(frozen=True)
class Terrain:
    """
    What draws a line and what it avoids. Degrees, WGS 84; every array may be empty.

    Parameters
    ----------
    rail, roads, towns, crossings : ndarray of float64, shape (n, 2)
        lon, lat of points along existing railways and expressways, of county towns and of recorded Yangtze crossings.
    lakes : Polygon or MultiPolygon, or None
    river : LineString, or None
        The Yangtze from west to east.
    """

    rail: NDArray[np.float64]
    roads: NDArray[np.float64]
    towns: NDArray[np.float64]
    crossings: NDArray[np.float64]
    lakes: BaseGeometry | None = None
    river: LineString | None = None


def sampled(geometries: Sequence[BaseGeometry], *, spacing_km: float = 2.0) -> NDArray[np.float64]:
    """
    Return points along lines.

    Parameters
    ----------
    geometries : sequence of LineString or MultiLineString, EPSG:4326
    spacing_km : float
        Between points, at most.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        lon, lat.
    """
    if not len(geometries):
        return np.empty((0, 2))
    dense = shapely.segmentize(np.asarray(geometries, dtype=object), spacing_km / KM_PER_DEGREE)
    return np.asarray(shapely.get_coordinates(dense), dtype=np.float64)


def corridor_line(
    start: tuple[float, float],
    end: tuple[float, float],
    terrain: Terrain,
    *,
    assumptions: CorridorAssumptions | None = None,
) -> LineString:
    """
    Draw the cheapest way between two points, see the module's head.

    Parameters
    ----------
    start, end : (lon, lat), degrees
    terrain : Terrain
    assumptions : CorridorAssumptions, optional

    Returns
    -------
    LineString, EPSG:4326
        From ``start`` to ``end``; the geodesic where they are less than four layers apart.
    """
    a = assumptions or CorridorAssumptions()
    length = distance_km(*start, *end)
    layers = round(length / a.layer_km)
    if layers < 4:
        return geodesic_line([start, end])
    plane = _Plane(start, end)
    step = length / layers
    fine = step / 3.0
    half = max(int(min(a.width_share * length, a.width_km) / fine), 3)
    along = np.linspace(0.0, length, layers + 1)
    across = np.arange(-half, half + 1) * fine
    u, v = np.meshgrid(along, across, indexing="ij")
    lon, lat = plane.unproject(u, v)
    price = _price(lon, lat, u, v, plane, terrain, a)
    bank = _bank(lon, lat, terrain.river)
    off_crossing = _distance(u, v, plane, terrain.crossings, 60.0)
    path = _cheapest(price, bank, off_crossing * a.crossing_price_km, step, fine, half)
    points = np.column_stack([along, across[path]])
    anchors = _through_crossings(points, bank[np.arange(len(path)), path], plane, terrain.crossings, a.snap_km)
    runs = [
        shapely.get_coordinates(shapely.simplify(shapely.LineString(points[first : last + 1]), a.simplify_km))
        for first, last in itertools.pairwise([0, *anchors, len(points) - 1])
    ]
    bent = np.vstack([runs[0], *(run[1:] for run in runs[1:])])
    x, y = plane.unproject(bent[:, 0], bent[:, 1])
    inner = [(float(px), float(py)) for px, py in zip(x[1:-1], y[1:-1], strict=True)]
    return geodesic_line([start, *inner, end])


def _through_crossings(
    points: NDArray[np.float64],
    bank: NDArray[np.bool_],
    plane: _Plane,
    crossings: NDArray[np.float64],
    snap_km: float,
) -> list[int]:
    """Move the point where the way changes banks onto the recorded crossing nearest to it; return the points moved."""
    moved: list[int] = []
    if not len(crossings):
        return moved
    spots = plane.project(crossings)
    for layer in np.flatnonzero(bank[1:] != bank[:-1]):
        middle = (points[layer] + points[layer + 1]) / 2.0
        km = np.hypot(*(spots - middle).T)
        nearest = int(np.argmin(km))
        at = int(
            layer
            if abs(points[layer, 0] - spots[nearest, 0]) < abs(points[layer + 1, 0] - spots[nearest, 0])
            else layer + 1
        )
        if km[nearest] <= snap_km and 0 < at < len(points) - 1 and at not in moved:
            points[at] = spots[nearest]
            moved.append(at)
    return moved


class _Plane:
    """A plane along the join of two points: u runs from the first to the second, v to the left. Kilometres."""

    def __init__(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.origin = np.asarray(start, dtype=np.float64)
        scale = KM_PER_DEGREE * np.cos(np.radians((start[1] + end[1]) / 2.0))
        self.scale = np.asarray([scale, KM_PER_DEGREE])
        axis = (np.asarray(end) - self.origin) * self.scale
        self.length = float(np.hypot(*axis))
        self.axis = axis / self.length
        # The plane's length differs from the geodesic by less than 0.3 %; layers are spread over the geodesic's.
        self.stretch = self.length / distance_km(*start, *end)

    def unproject(self, u: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return lon, lat of plane coordinates."""
        x = (u * self.axis[0] - v * self.axis[1]) * self.stretch / self.scale[0] + self.origin[0]
        y = (u * self.axis[1] + v * self.axis[0]) * self.stretch / self.scale[1] + self.origin[1]
        return x, y

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return plane coordinates of lon, lat, shape (n, 2)."""
        offset = (points - self.origin) * self.scale / self.stretch
        return np.column_stack([offset @ self.axis, offset @ np.asarray([-self.axis[1], self.axis[0]])])


def _distance(
    u: NDArray[np.float64], v: NDArray[np.float64], plane: _Plane, points: NDArray[np.float64], most_km: float
) -> NDArray[np.float64]:
    """Return the distance of grid points to the nearest of some points, at most ``most_km``; inf without points."""
    if not len(points):
        return np.full(u.shape, np.inf)
    at = plane.project(points)
    near = (at[:, 0] > u.min() - most_km) & (at[:, 0] < u.max() + most_km) & (np.abs(at[:, 1]) < v.max() + most_km)
    if not near.any():
        return np.full(u.shape, most_km)
    found, _ = cKDTree(at[near]).query(np.column_stack([u.ravel(), v.ravel()]), distance_upper_bound=most_km)
    return np.minimum(np.asarray(found, dtype=np.float64).reshape(u.shape), most_km)


def _price(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    plane: _Plane,
    terrain: Terrain,
    a: CorridorAssumptions,
) -> NDArray[np.float64]:
    price = np.ones(u.shape)
    for points, gain, reach in (
        (terrain.rail, a.rail_gain, a.beside_km),
        (terrain.roads, a.road_gain, a.beside_km),
        (terrain.towns, a.town_gain, a.town_km),
    ):
        if gain > 0.0:
            price -= gain * np.exp(-((_distance(u, v, plane, points, 4.0 * reach) / reach) ** 2))
    if terrain.lakes is not None:
        box = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
        lakes = [lake for lake in shapely.get_parts(terrain.lakes) if lake.intersects(box)]
        if lakes:
            wet = shapely.union_all(lakes)
            shapely.prepare(wet)
            price = np.where(shapely.contains_xy(wet, lon, lat), a.lake_price, price)
    return price


def _bank(lon: NDArray[np.float64], lat: NDArray[np.float64], river: LineString | None) -> NDArray[np.bool_]:
    """Tell which points lie south of the river, which is taken to run on due west and east of its ends."""
    if river is None:
        return np.zeros(lon.shape, dtype=bool)
    coords = shapely.get_coordinates(river)
    first, last = coords[0], coords[-1]
    south = [(last[0] + 20.0, last[1]), (last[0] + 20.0, 0.0), (first[0] - 20.0, 0.0), (first[0] - 20.0, first[1])]
    land = shapely.Polygon([*coords, *south])
    shapely.prepare(land)
    return np.asarray(shapely.contains_xy(land, lon, lat), dtype=bool)


def _cheapest(
    price: NDArray[np.float64],
    bank: NDArray[np.bool_],
    crossing: NDArray[np.float64],
    step: float,
    fine: float,
    half: int,
) -> NDArray[np.int64]:
    """Return the index across, layer by layer, of the cheapest way from middle to middle."""
    layers, width = price.shape
    cost = np.full(width, np.inf)
    cost[half] = 0.0
    came = np.zeros((layers, width), dtype=np.int64)
    for layer in range(1, layers):
        best, origin = np.full(width, np.inf), np.zeros(width, dtype=np.int64)
        for shift in range(-3, 4):
            here = np.arange(max(0, shift), width + min(0, shift))
            there = here - shift
            km = float(np.hypot(step, shift * fine))
            edge = km * (price[layer, here] + price[layer - 1, there]) / 2.0
            changed = bank[layer, here] != bank[layer - 1, there]
            if changed.any():
                toll = np.minimum(crossing[layer, here], crossing[layer - 1, there])
                edge = edge + np.where(changed & np.isfinite(toll), toll, 0.0)
            total = cost[there] + edge
            better = total < best[here]
            best[here[better]] = total[better]
            origin[here[better]] = there[better]
        cost, came[layer] = best, origin
    path = np.empty(layers, dtype=np.int64)
    path[-1] = half
    for layer in range(layers - 1, 0, -1):
        path[layer - 1] = came[layer, path[layer]]
    return path
