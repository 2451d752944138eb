"""Whether coordinates can be what a file says of them: axes in order, zone number or none, degrees or metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo.coordinate_systems import CHINA_BOUNDS
from geo.vector_files.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["doubts", "turned"]

MARGIN_DEGREES: Final = 6.0
"""How far outside its area of use a projected system is still taken to be meant: two three-degree zones."""


def turned(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries with first and second coordinate exchanged; heights stay."""
    out = shapes.copy()
    tall = shapely.has_z(shapes)
    out[~tall] = shapely.transform(shapes[~tall], lambda xy: xy[:, ::-1])
    out[tall] = shapely.transform(shapes[tall], lambda xyz: xyz[:, [1, 0, 2]], include_z=True)
    return out


def doubts(shapes: NDArray[np.object_], crs: CRS, layer: str) -> list[Finding]:
    """
    Say which geometries cannot lie where their coordinates put them; nothing is moved.

    Parameters
    ----------
    shapes : ndarray of geometry, shape (n,)
        In ``crs``, first coordinate east.
    crs : pyproj.CRS
    layer : str

    Returns
    -------
    list of Finding
        ``not_degrees``: a geographic system, but numbers beyond 180 or 90 either way round. ``axes_swapped``: outside China
        as they are, inside with the axes exchanged. ``zone_number``: eastings such as 39,500,000 in a system without zone
        number. ``outside_system``: elsewhere outside what the system is for. Data abroad are nothing to doubt.
    """
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not known.any():
        return []
    boxes = shapely.bounds(shapes)
    middle = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, (boxes[:, 1] + boxes[:, 3]) / 2.0])
    if crs.is_geographic:
        return _in_degrees(boxes, known, layer)
    if not crs.is_projected:
        return []
    return _in_metres(middle, known, crs, layer)


def _in_degrees(boxes: NDArray[np.float64], known: NDArray[np.bool_], layer: str) -> list[Finding]:
    west, south, east, north = boxes.T
    inside = _in_china(west, south, east, north)
    swapped = known & ~inside & _in_china(south, west, north, east)
    beyond = (
        known
        & ~swapped
        & ((np.abs(boxes[:, [0, 2]]).max(axis=1) > 360.0) | (np.abs(boxes[:, [1, 3]]).max(axis=1) > 90.0))
    )
    return _findings(layer, {"axes_swapped": (swapped, ""), "not_degrees": (beyond, "")})


def _in_china(
    west: NDArray[np.float64], south: NDArray[np.float64], east: NDArray[np.float64], north: NDArray[np.float64]
) -> NDArray[np.bool_]:
    box = CHINA_BOUNDS
    inside: NDArray[np.bool_] = (west >= box[0]) & (south >= box[1]) & (east <= box[2]) & (north <= box[3])
    return inside


def _in_metres(middle: NDArray[np.float64], known: NDArray[np.bool_], crs: CRS, layer: str) -> list[Finding]:
    fits = _fits(middle, crs)
    outside = known & ~fits
    if not outside.any():
        return []
    swapped = outside & _fits(middle[:, ::-1], crs)
    zone = np.floor(middle[:, 0] / 1e6)
    numbered = (
        outside & ~swapped & (zone >= 13) & (zone <= 45) & _fits(middle - np.column_stack([zone * 1e6, 0 * zone]), crs)
    )
    rest = outside & ~swapped & ~numbered
    number = f"{int(zone[numbered][0])}" if numbered.any() else ""
    return _findings(
        layer, {"axes_swapped": (swapped, ""), "zone_number": (numbered, number), "outside_system": (rest, crs.name)}
    )


def _fits(points: NDArray[np.float64], crs: CRS) -> NDArray[np.bool_]:
    """Whether points of a projected system lie near where it is for: its area of use, else anywhere on the Earth."""
    area = crs.area_of_use
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(points[:, 0], points[:, 1])
    # A transverse Mercator turns far eastings round the pole and back: only what comes back to itself counts.
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    with np.errstate(invalid="ignore"):
        same = np.hypot(x - points[:, 0], y - points[:, 1]) < 10.0
        if area is None:
            west, south, east, north = CHINA_BOUNDS
        else:
            west, south, east, north = area.west, area.south, area.east, area.north
        near = (lon >= west - MARGIN_DEGREES) & (lon <= east + MARGIN_DEGREES)
        near &= (lat >= south - MARGIN_DEGREES) & (lat <= north + MARGIN_DEGREES)
    good: NDArray[np.bool_] = same & near
    return good


def _findings(layer: str, found: dict[str, tuple[NDArray[np.bool_], str]]) -> list[Finding]:
    return [
        Finding(code, layer, tuple((np.flatnonzero(where) + 1).tolist()), detail)
        for code, (where, detail) in found.items()
        if where.any()
    ]
