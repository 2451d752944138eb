"""Geometries as a file holds them, made ones that can be computed with; each repair and each loss is a finding."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.vector_files.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["geometries"]

NO_DATA: Final = -1e38
"""Coordinates below this say "no data" in a shapefile (ESRI's Shapefile Technical Description, page 2)."""

LEAST_POINTS: Final = {"LineString": 2, "LinearRing": 4}


def geometries(wkb: Sequence[bytes | None], layer: str) -> tuple[NDArray[np.object_], list[Finding]]:
    """
    Read geometries and repair what can be repaired without guessing.

    Parameters
    ----------
    wkb : sequence of bytes or None, n
    layer : str
        For the findings.

    Returns
    -------
    geometry : ndarray of object, shape (n,)
        None where there is none or where nothing of it is left.
    findings : list of Finding
        Open rings closed; vertices without a position left out; heights that only some vertices have, dropped; geometries
        that cannot be read; collections.
    """
    found: list[Finding] = []
    given = np.array([raw is not None for raw in wkb], dtype=bool)
    raw = np.empty(len(wkb), dtype=object)
    raw[:] = list(wkb)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # not-a-number coordinates, which are looked for below
        shapes = shapely.from_wkb(raw, on_invalid="ignore")
        broken = given & shapely.is_missing(shapes)
        if broken.any():
            shapes[broken] = shapely.from_wkb(raw[broken], on_invalid="fix")
            closed = broken & ~shapely.is_missing(shapes)
            _note(found, "ring_closed", layer, closed)
    lost = given & shapely.is_missing(shapes)
    finite = _finite(shapes)
    if not finite.all():
        for row in np.flatnonzero(~finite):
            shapes[row] = _without_bad_vertices(shapes[row])
        gone = ~finite & shapely.is_missing(shapes)
        lost |= gone
        _note(found, "vertices_dropped", layer, ~finite & ~gone)
    _note(found, "geometry_lost", layer, lost)
    shapes, flattened = _whole_heights(shapes)
    _note(found, "heights_dropped", layer, flattened)
    _note(
        found, "geometry_collection", layer, shapely.get_type_id(shapes) == int(shapely.GeometryType.GEOMETRYCOLLECTION)
    )
    return shapes, found


def _note(found: list[Finding], code: str, layer: str, where: NDArray[np.bool_]) -> None:
    if where.any():
        found.append(Finding(code, layer, tuple((np.flatnonzero(where) + 1).tolist())))


def _finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    points, index = shapely.get_coordinates(shapes, return_index=True)
    good = (np.isfinite(points) & (points > NO_DATA)).all(axis=1)
    out = np.ones(len(shapes), dtype=bool)
    out[index[~good]] = False
    return out


def _without_bad_vertices(shape: Any) -> Any:
    """Return a geometry without the vertices that have no position; None where nothing is left."""
    kind = shape.geom_type
    if kind == "Polygon":
        shell = _ring(shape.exterior)
        holes = [ring for ring in (_ring(r) for r in shape.interiors) if ring is not None]
        return None if shell is None else shapely.Polygon(shell, holes)
    if kind in {"Point", "LineString", "LinearRing"}:
        points = _good_points(shape)
        if kind == "Point":
            return shapely.Point(points[0]) if len(points) else None
        return shapely.LineString(points) if len(points) >= LEAST_POINTS[kind] else None
    parts = [part for part in (_without_bad_vertices(part) for part in shape.geoms) if part is not None]
    if not parts:
        return None
    return type(shape)(parts)


def _ring(ring: Any) -> NDArray[np.float64] | None:
    points = _good_points(ring)
    if len(points) and not np.array_equal(points[0], points[-1]):  # the vertex that closed it was the bad one
        points = np.vstack([points, points[:1]])
    return points if len(points) >= LEAST_POINTS["LinearRing"] else None


def _good_points(shape: Any) -> NDArray[np.float64]:
    points = shapely.get_coordinates(shape, include_z=bool(shape.has_z))
    good: NDArray[np.float64] = points[(np.isfinite(points[:, :2]) & (points[:, :2] > NO_DATA)).all(axis=1)]
    return good


def _whole_heights(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Make those two-dimensional in which some vertex has no height: no format writes such."""
    tall = shapely.has_z(shapes)
    partial = np.zeros(len(shapes), dtype=bool)
    if tall.any():
        points, index = shapely.get_coordinates(shapes[tall], include_z=True, return_index=True)
        bad = ~np.isfinite(points[:, 2]) | (points[:, 2] < NO_DATA)
        partial[np.flatnonzero(tall)[np.unique(index[bad])]] = True
        shapes = shapes.copy()
        shapes[partial] = shapely.force_2d(shapes[partial])
    return shapes, partial
