"""What lies beneath: sea, land, lakes and administrative borders, none of them drawn by us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from geo.boundaries import basemap
from maps.static.selection import clipped
from maps.style import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from matplotlib.axes import Axes
    from pyproj import CRS

    from maps.static.sheet import Sheet
    from maps.static.theme import Theme

__all__ = ["draw_ground", "draw_theme", "outline"]

_THEME_ORDER = 1.5
"""Above the provinces, below sea, lakes, rivers and borders."""

_ORDER = ("neighbours", "provinces", "sea", "lakes", "prefectures", "provinces")


def draw_ground(axis: Axes, sheet: Sheet, extent: tuple[float, float, float, float], crs: CRS) -> None:
    """
    Draw the base map.

    Parameters
    ----------
    axis : Axes in metres of ``crs``
    sheet : Sheet
    extent : tuple of float
        West, south, east, north in degrees.
    crs : pyproj.CRS

    Notes
    -----
    The outlines are those of :func:`geo.boundaries.basemap`; no national border is drawn. What the map lacks to be a public one is a
    matter of its 审图号.
    """
    layers = basemap()
    fills = {
        "neighbours": PALETTE["land"],
        "provinces": PALETTE["home"],
        "sea": PALETTE["sea"],
        "lakes": PALETTE["water"],
    }
    axis.set_facecolor(PALETTE["land"])
    for order, (role, colour) in enumerate(fills.items()):
        _fill(axis, clipped(layers[role], extent, crs), colour, order)
    unit = sheet.scale
    _borders(axis, clipped(layers["prefectures"], extent, crs), PALETTE["border_city"], 0.45 * unit, 4)
    _borders(axis, clipped(layers["neighbours"], extent, crs), PALETTE["border"], 0.35 * unit, 5)
    _borders(axis, clipped(layers["provinces"], extent, crs), PALETTE["border"], 0.8 * unit, 6)
    if len(layers["rivers"]):
        rivers = clipped(layers["rivers"], extent, crs)
        axis.add_collection(
            LineCollection(_parts(rivers.geometry), colors=PALETTE["river"], linewidths=unit, zorder=3.5)
        )


def draw_theme(axis: Axes, theme: Theme, extent: tuple[float, float, float, float], crs: CRS) -> None:
    """
    Paint the polygons of a theme.

    Parameters
    ----------
    axis : Axes in metres of ``crs``
    theme : Theme
    extent : tuple of float
        West, south, east, north in degrees.
    crs : pyproj.CRS
    """
    table = clipped(theme.shapes.assign(colour=list(theme.colours)), extent, crs)
    for place, (shape, colour) in enumerate(zip(table.geometry, table["colour"], strict=True)):
        parts = [outline(part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        order = _THEME_ORDER + place / (2.0 * max(len(table), 1))
        axis.add_collection(PathCollection(parts, facecolors=colour, edgecolors=colour, linewidths=0.1, zorder=order))


def outline(polygon: shapely.Polygon) -> Path:
    """Return a polygon with its holes as a path."""
    rings = [np.asarray(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in rings]
    return Path(np.concatenate(rings), np.concatenate(codes))


def _fill(axis: Axes, table: gpd.GeoDataFrame, colour: str, order: int) -> None:
    polygons = [part for part in shapely.get_parts(table.geometry.to_numpy()) if part.geom_type == "Polygon"]
    if polygons:
        axis.add_collection(
            PathCollection(
                [outline(p) for p in polygons], facecolors=colour, edgecolors=colour, linewidths=0.1, zorder=order
            )
        )


def _borders(axis: Axes, table: gpd.GeoDataFrame, colour: str, width: float, order: int) -> None:
    lines = _parts(table.geometry.boundary)
    axis.add_collection(LineCollection(lines, colors=colour, linewidths=width, zorder=order, capstyle="round"))


def _parts(shapes: Iterable[shapely.Geometry]) -> list[np.ndarray]:
    """Return the lines of geometries as arrays of coordinates."""
    parts = shapely.get_parts(np.asarray(list(shapes), dtype=object))
    return [np.asarray(part.coords) for part in parts if part.geom_type in {"LineString", "LinearRing"}]
