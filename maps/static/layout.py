"""Where things lie on a printed map: frames, legend and foot, in millimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.boundaries import BASEMAP_BOX
from geo.errors import VocabularyError
from maps.static.furniture import foot_lines, legend_height_mm
from maps.static.sheet import PT_PER_MM, Box, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from maps.static.furniture import Entry
    from maps.static.selection import Panel

__all__ = ["Layout", "Window", "sheet_layout"]

Window = tuple[float, float, float, float]
"""West, south, east, north in metres of the map's projection."""


@dataclass(frozen=True)
class Layout:
    """
    Where things lie on a sheet.

    Attributes
    ----------
    frames : tuple of (Box, Window)
        Each map's frame, and what it shows.
    legend : Box
    columns : int
        Of the legend.
    foot : tuple of str
        Lines at the foot.
    """

    frames: tuple[tuple[Box, Window], ...]
    legend: Box
    columns: int
    foot: tuple[str, ...]


def sheet_layout(
    sheet: Sheet,
    entries: Sequence[Entry],
    panels: Sequence[Panel],
    foot: Sequence[str],
    extent: tuple[float, float, float, float],
    crs: CRS,
    *,
    subtitle: bool,
) -> Layout:
    """
    Put things on a sheet: the legend beside the map on a lying one, below it on a standing one.

    Parameters
    ----------
    sheet : Sheet
    entries : sequence of Entry
        Of the legend.
    panels : sequence of Panel
    foot : sequence of str
        Texts at the foot of the sheet, not yet wrapped.
    extent : tuple of float
        West, south, east, north, degrees.
    crs : pyproj.CRS
    subtitle : bool
        Whether there is one.

    Returns
    -------
    Layout

    Raises
    ------
    VocabularyError
        If the sheet is too small.
    """
    unit = sheet.scale
    margin = 8 * unit
    width = sheet.width_mm - 2 * margin
    lines = foot_lines(sheet, width, foot)
    foot_height = len(lines) * sheet.text_pt * 0.86 / PT_PER_MM * 1.4
    text_mm = sheet.text_pt / PT_PER_MM
    top = sheet.height_mm - margin - text_mm * (5.0 if subtitle else 3.2)
    bottom = margin + foot_height + 2.5 * unit
    side = 0.0
    if sheet.width_mm >= 1.1 * sheet.height_mm:
        side = min(max(48 * unit, 0.14 * sheet.width_mm), 0.3 * sheet.width_mm)
        room = Box(margin, bottom, width - side - 4 * unit, top - bottom)
        legend, columns = Box(room.right + 4 * unit, bottom, side, top - bottom), 1
    else:
        columns = max(int(width // (44 * unit)), 1)
        height = legend_height_mm(entries, sheet, columns)
        legend = Box(margin, bottom, width, height)
        room = Box(margin, bottom + height + 3 * unit, width, top - bottom - height - 3 * unit)
    if room.height < 25 or room.width < 25:
        message = (
            f"a sheet of {sheet.width_mm:g} × {sheet.height_mm:g} mm leaves no room for the map; give a larger one"
        )
        raise VocabularyError(message)
    frames = [_fitted(f, extent, crs) for f in _grid(room, len(panels), extent, crs, sheet, panels[0].title != "")]
    if len(frames) == 1 and columns == 1:
        legend = Box(frames[0][0].right + 4 * unit, bottom, side, top - bottom)
    return Layout(tuple(frames), legend, columns, tuple(lines))


def _grid(
    room: Box, count: int, extent: tuple[float, float, float, float], crs: CRS, sheet: Sheet, titled: bool
) -> list[Box]:
    """Cut a room into frames, in the number of columns that leaves each the largest scale."""
    west, south, east, north = _projected(extent, crs)
    gap, head = 4 * sheet.scale, sheet.text_pt / PT_PER_MM * 1.9 if titled else 0.0

    def scale(columns: int) -> float:
        rows = math.ceil(count / columns)
        wide = (room.width - gap * (columns - 1)) / columns
        high = (room.height - gap * (rows - 1)) / rows - head
        return min(wide / (east - west), high / (north - south)) if high > 0 else 0.0

    columns = max(range(1, count + 1), key=lambda n: (scale(n), -n))
    rows = math.ceil(count / columns)
    wide = (room.width - gap * (columns - 1)) / columns
    high = (room.height - gap * (rows - 1)) / rows
    if high - head < 20 or wide < 20:
        message = (
            f"{count} maps on a sheet of {sheet.width_mm:g} × {sheet.height_mm:g} mm get no room; give a larger one"
        )
        raise VocabularyError(message)
    return [
        Box(
            room.left + (wide + gap) * (number % columns),
            room.top - high * (number // columns + 1) - gap * (number // columns),
            wide,
            high - head,
        )
        for number in range(count)
    ]


def _projected(extent: tuple[float, float, float, float], crs: CRS) -> tuple[float, float, float, float]:
    """Return the bounds of an extent in metres; its sides bend, so they are followed."""
    box = shapely.segmentize(shapely.box(*extent), 0.25)
    bounds = gpd.GeoSeries([box], crs="EPSG:4326").to_crs(crs).total_bounds
    return (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))


def _fitted(frame: Box, extent: tuple[float, float, float, float], crs: CRS) -> tuple[Box, Window]:
    """
    Return a frame and what it shows: the extent in its middle, widened to the frame's shape as far as the base map goes.

    Beyond the base map nothing is known of land and sea; there the frame ends.
    """
    west, south, east, north = _projected(extent, crs)
    metres_per_mm = max((east - west) / frame.width, (north - south) / frame.height)
    x, y = (west + east) / 2, (south + north) / 2
    half_x, half_y = metres_per_mm * frame.width / 2, metres_per_mm * frame.height / 2
    window = (x - half_x, y - half_y, x + half_x, y + half_y)
    limits = _ground_limits(crs)
    if limits[0] <= west and limits[1] <= south and limits[2] >= east and limits[3] >= north:
        window = (
            *(max(a, b) for a, b in zip(window[:2], limits[:2], strict=True)),
            *(min(a, b) for a, b in zip(window[2:], limits[2:], strict=True)),
        )  # type: ignore[assignment]
    wide, high = (window[2] - window[0]) / metres_per_mm, (window[3] - window[1]) / metres_per_mm
    return Box(frame.left, frame.top - high, wide, high), window


def _ground_limits(crs: CRS) -> Window:
    """Return the largest upright rectangle, in metres, that the base map fills."""
    west, south, east, north = BASEMAP_BOX
    steps = np.linspace(0.0, 1.0, 50)

    def side(x0: float, y0: float, x1: float, y1: float) -> gpd.GeoSeries:
        points = gpd.points_from_xy(x0 + (x1 - x0) * steps, y0 + (y1 - y0) * steps)
        return gpd.GeoSeries(points, crs="EPSG:4326").to_crs(crs)

    return (
        float(side(west, south, west, north).x.max()),
        float(side(west, south, east, south).y.max()),
        float(side(east, south, east, north).x.min()),
        float(side(west, north, east, north).y.min()),
    )
