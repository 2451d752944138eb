"""Lines made from what is known of others: beside an existing line, around a city, beyond an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.geodesy import GEOD, geodesic_line
from projects.sites.corridor import KM_PER_DEGREE, sampled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["BEARINGS", "beside", "beyond", "ring"]

BEARINGS = {"北": 0.0, "东": 90.0, "南": 180.0, "西": 270.0}
"""Degrees clockwise from north."""


def beside(
    line: BaseGeometry,
    offset_km: float,
    *,
    lakes: BaseGeometry | None,
    others: NDArray[np.float64],
    river: LineString | None = None,
) -> BaseGeometry | None:
    """
    Return a line that runs beside another, on the side that is drier and farther from other lines.

    Parameters
    ----------
    line : LineString or MultiLineString, EPSG:4326
    offset_km : float
    lakes : Polygon or MultiPolygon, or None
    others : ndarray of float64, shape (n, 2)
        lon, lat of points along existing lines.
    river : LineString, optional
        The side that crosses it as often as the first line comes before all else: 宁芜 stays on its bank.

    Returns
    -------
    LineString, MultiLineString or None
        Without the bends that fold up at this distance; None where the line is too crooked to have a second one at this distance (less than half of it would remain).
    """
    merged = shapely.line_merge(line) if line.geom_type == "MultiLineString" else line
    scale = np.asarray([KM_PER_DEGREE * np.cos(np.radians(merged.centroid.y)), KM_PER_DEGREE])
    parts = [shapely.LineString(shapely.get_coordinates(part) * scale) for part in shapely.get_parts(merged)]
    plain = [shapely.simplify(part, offset_km / 4.0) for part in parts if part.length > offset_km]
    tree = cKDTree(others * scale) if len(others) else None
    first = _crossings(merged, river)
    best: tuple[int, float, float, BaseGeometry] | None = None
    for side in (offset_km, -offset_km):
        runs = [run for part in plain if (run := _moved(part, side)) is not None]
        if sum(run.length for run in runs) < sum(part.length for part in plain) / 2.0 or not runs:
            continue
        lines = [shapely.LineString(shapely.get_coordinates(run) / scale) for run in runs]
        degrees = lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
        wet = float(degrees.intersection(lakes).length) if lakes is not None else 0.0
        room = float(np.mean(tree.query(sampled([degrees]) * scale)[0])) if tree is not None else 0.0
        more = abs(_crossings(degrees, river) - first)
        if best is None or (-more, -wet, room) > best[:3]:
            best = (-more, -wet, room, degrees)
    return best[3] if best is not None else None


def _crossings(line: BaseGeometry, river: LineString | None) -> int:
    return 0 if river is None else len(shapely.get_coordinates(line.intersection(river)))


def _moved(plain: LineString, offset_km: float) -> LineString | None:
    """Return the longest run of a line moved sideways, in the direction of the line."""
    moved = shapely.offset_curve(plain, offset_km, join_style="mitre", mitre_limit=2.0)
    runs = [part for part in shapely.get_parts(moved) if part.geom_type == "LineString" and not part.is_empty]
    return max(runs, key=lambda part: float(part.length), default=None)


def ring(centre: Place, radius_km: float, *, lakes: BaseGeometry | None = None, side: str = "") -> LineString | None:
    """
    Return a ring around a place's centre, led along the shore of lakes, or the half of it on one side.

    Parameters
    ----------
    centre : Place
    radius_km : float
    lakes : Polygon or MultiPolygon, optional
    side : {"", "东", "西", "南", "北"}
        Only the half on this side, for a bypass (西绕).

    Returns
    -------
    LineString or None
        Closed for a whole ring; None where the lakes leave nothing.
    """
    start, stop = (BEARINGS[side] - 90.0, BEARINGS[side] + 90.0) if side else (0.0, 360.0)
    bearings = np.linspace(start, stop, 37 if side else 73)
    count = len(bearings)
    lon, lat, _ = GEOD.fwd(
        np.full(count, centre.lon), np.full(count, centre.lat), bearings, np.full(count, radius_km * 1000.0)
    )
    points = [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    if not side:
        points[-1] = points[0]
    line = shapely.LineString(points)
    if lakes is None or not line.intersects(lakes):
        return line
    inside = shapely.Polygon(points).difference(lakes)
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "Polygon"]
    if not parts:
        return None
    shore = shapely.LineString(max(parts, key=lambda part: float(part.area)).exterior.coords)
    if not side:
        return shore
    ends = (points[0], points[-1])
    closing = shapely.LineString(ends).buffer(1e-6)
    rest = shapely.line_merge(shore.difference(closing))
    return max(shapely.get_parts(rest), key=lambda part: float(part.length), default=None)


def beyond(line: BaseGeometry, side: str, length_km: float, place: Place | None = None) -> LineString:
    """
    Return a straight continuation of a line from one of its ends.

    Parameters
    ----------
    line : LineString or MultiLineString, EPSG:4326
    side : {"东", "西", "南", "北"} or ""
        Where it goes on; "" for the line's own direction at the end.
    length_km : float
    place : Place, optional
        The end nearest to it is continued; otherwise the one farthest to that side, or the last.

    Returns
    -------
    LineString
    """
    ends: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for part in shapely.get_parts(shapely.line_merge(line) if line.geom_type == "MultiLineString" else line):
        coords = shapely.get_coordinates(part)
        ends += [(coords[1], coords[0]), (coords[-2], coords[-1])]
    if side:
        x, y = np.sin(np.radians(BEARINGS[side])), np.cos(np.radians(BEARINGS[side]))
        before, end = max(ends, key=lambda pair: float(pair[1] @ np.asarray([x, y])))
    elif place is not None:
        at = np.asarray([place.lon, place.lat])
        before, end = min(ends, key=lambda pair: float(np.hypot(*(pair[1] - at))))
    else:
        before, end = ends[-1]
    own = float(GEOD.inv(*before, *end)[0])
    bearing = BEARINGS[side] if side else own
    lon, lat, _ = GEOD.fwd(float(end[0]), float(end[1]), bearing, length_km * 1000.0)
    return geodesic_line([(float(end[0]), float(end[1])), (float(lon), float(lat))])
