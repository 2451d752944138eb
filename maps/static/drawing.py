"""Features on a printed map, in the looks of ``maps.style``: band, casing, line, core, and symbols for points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.path import Path

from layers.schema import Mode, Status
from maps import style
from maps.static.selection import clipped

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from pyproj import CRS

    from maps.static.sheet import Sheet
    from maps.style import LineLook

__all__ = ["LINE_PT_PER_PX", "SYMBOLS", "draw_features", "line_layers", "point_layers"]

LINE_PT_PER_PX: Final = 0.5
"""Widths of the style are pixels of a screen of 96 dpi; on paper, seen from nearer, two thirds of that are as strong."""

_PLANE = [
    (0, 1.35), (0.22, 0.95), (0.24, 0.35), (1.3, -0.3), (1.3, -0.58), (0.24, -0.28), (0.19, -0.85), (0.55, -1.12), (0.55, -1.32), (0, -1.16),
]  # fmt: skip
_BOLT = [(0.3, 1.35), (-0.8, -0.2), (-0.1, -0.2), (-0.3, -1.35), (0.8, 0.3), (0.1, 0.3)]


def _closed(points: list[tuple[float, float]]) -> Path:
    return Path([*points, points[0]], closed=True)


SYMBOLS: Final[dict[str, str | Path]] = {
    "square": "s",
    "diamond": "D",
    "triangle": "^",
    "plane": _closed([*_PLANE, *[(-x, y) for x, y in reversed(_PLANE[1:-1])]]),
    "bolt": _closed(_BOLT),
    "circle": "o",
}
"""Symbols of the modes, the same as on the web map."""


def draw_features(
    axis: Axes, sheet: Sheet, features: gpd.GeoDataFrame, extent: tuple[float, float, float, float], crs: CRS
) -> None:
    """
    Draw the network, then the projects: the least certain below, those furthest on above, points on top.

    Parameters
    ----------
    axis : Axes in metres of ``crs``
    sheet : Sheet
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
        Those without geometry are left out. A project that is only known by its area stands as a symbol within it.
    extent : tuple of float
    crs : pyproj.CRS
    """
    drawn = features[features.geometry.notna() & ~features.geometry.is_empty]
    table = clipped(drawn, extent, crs)
    ranks = {status.value: rank for rank, status in enumerate(reversed(list(style.STAGES)))}
    keys = ["origin", "mode", "status", "work", "drawn_by"]
    groups = sorted(
        table.groupby(keys, observed=True, sort=True, dropna=False),
        key=lambda one: (one[0][0] == "project", ranks[str(one[0][2])], one[0]),
    )
    for order, (key, rows) in enumerate(groups):
        origin, mode, status, work, drawn_by = map(str, key)
        look = style.line_look(mode, status, work=work, drawn_by=drawn_by, origin=origin)
        lines = _lines(rows)
        if lines:
            base = 20.0 + order * 0.1 + (40.0 if origin == "project" else 0.0)
            for artist in line_layers(lines, look, sheet):
                axis.add_collection(artist)
                artist.set_zorder(base + artist.get_zorder() / 100)
        spots = _spots(rows)
        if len(spots) and origin == "project":
            for shape in point_layers(
                spots, mode, status, sheet, rough=drawn_by in {m.value for m in style.PROVISIONAL}
            ):
                axis.add_artist(shape)
                shape.set_zorder(120.0 + order * 0.1 + shape.get_zorder() / 100)
        elif len(spots):
            size = 1.6 * sheet.scale
            axis.plot(*spots.T, "o", color=look.colour, markersize=size, markeredgewidth=0, zorder=19)


def line_layers(lines: list[NDArray[np.float64]], look: LineLook, sheet: Sheet) -> list[LineCollection]:
    """
    Return what draws lines of one look, bottom to top.

    Parameters
    ----------
    lines : list of ndarray, shape (n, 2)
    look : LineLook
    sheet : Sheet

    Returns
    -------
    list of LineCollection
    """
    unit = LINE_PT_PER_PX * sheet.scale
    width = look.width_px * unit
    # matplotlib counts dashes in widths of the line.
    dashes: Any = (0, [part / look.width_px for part in look.dash_px]) if look.dash_px else "solid"
    layers: list[tuple[str, float, Any, float]] = []
    if look.band_px:
        layers.append((look.colour, look.band_px * unit, "solid", 0.2))
    if look.casing_px:
        layers.append(("#ffffff", look.casing_px * unit, "solid", 0.85))
    layers.append((look.colour, width, dashes, look.opacity))
    if look.core_px:
        layers.append(("#ffffff", look.core_px * unit, "solid", 1.0))
    return [
        LineCollection(
            lines,
            colors=colour,
            linewidths=thick,
            linestyles=[dash],
            alpha=alpha,
            capstyle="butt",
            joinstyle="round",
            zorder=position,
        )
        for position, (colour, thick, dash, alpha) in enumerate(layers)
    ]


def point_layers(
    spots: NDArray[np.float64], mode: str, status: str, sheet: Sheet, *, rough: bool = False
) -> list[Artist]:
    """
    Return what draws points: a pale disc, and the mode's symbol as full as the stage is far on.

    Parameters
    ----------
    spots : ndarray, shape (n, 2)
    mode, status : str
    sheet : Sheet
    rough : bool
        The place is known only roughly.

    Returns
    -------
    list of Artist
    """
    from matplotlib.lines import Line2D

    look, stage = style.MODES[Mode(mode)], style.STAGES[Status(status)]
    colour = style.tint(look.colour, stage.tint_share)
    marker, size = SYMBOLS[look.symbol], 4.4 * sheet.scale
    size *= 1.35 if isinstance(marker, Path) else 1.0
    disc = Line2D(
        *spots.T, marker="o", linestyle="", markersize=9.5 * sheet.scale, markerfacecolor=colour if rough else "#ffffff",
        markeredgewidth=0, alpha=0.22 if rough else 0.8, zorder=0,
    )  # fmt: skip
    symbol = Line2D(
        *spots.T, marker=marker, linestyle="", markersize=size, markerfacecolor=style.tint(colour, 1.0 - stage.fill_share),
        markeredgecolor=colour, markeredgewidth=0.7 * sheet.scale, zorder=1,
    )  # fmt: skip
    return [disc, symbol]


def _lines(rows: gpd.GeoDataFrame) -> list[NDArray[np.float64]]:
    parts = shapely.get_parts(rows.geometry.to_numpy())
    return [np.asarray(part.coords) for part in parts if part.geom_type == "LineString"]


def _spots(rows: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return a spot for each point, and one within each area."""
    shapes = rows.geometry[rows.geom_type.isin(["Point", "MultiPoint", "Polygon", "MultiPolygon"])]
    return shapely.get_coordinates(shapes.representative_point().to_numpy())
