"""Names on a printed map: cities, and projects where they are few; none lies on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from matplotlib import patheffects

from geo.boundaries import boundaries
from layers.indicators import city_places
from layers.schema import Mode
from maps.static.sheet import PT_PER_MM, Box, Sheet, printable, text_width_mm
from maps.style import MODES, PALETTE

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from pyproj import CRS

__all__ = ["MOST_NAMED", "Names"]

MOST_NAMED = 12
"""More projects than that are not named on the map: names would hide what they name."""


class Names:
    """
    Places names on a frame, one after the other, where there is room.

    Parameters
    ----------
    paper : Axes in millimetres of the sheet
    sheet : Sheet
    frame : Box
        Of the map.
    window : tuple of float
        West, south, east, north of the frame in metres of ``crs``.
    crs : pyproj.CRS
    taken : list of Box
        What must stay free: scale bar, north arrow.
    """

    def __init__(
        self,
        paper: Axes,
        sheet: Sheet,
        frame: Box,
        window: tuple[float, float, float, float],
        crs: CRS,
        taken: list[Box],
    ) -> None:
        self.paper, self.sheet, self.frame, self.window, self.crs = paper, sheet, frame, window, crs
        self.taken = list(taken)

    def cities(self) -> int:
        """Name the cities of 沪苏浙皖, the larger first, each with a dot; return how many found room."""
        import geopandas as gpd

        places = city_places()
        people = boundaries("prefecture").set_index("short_name")["population_2020"]
        places = places.assign(people=places["name"].map(people)).sort_values("people", ascending=False, kind="stable")
        points = gpd.points_from_xy(places["lon"], places["lat"], crs="EPSG:4326").to_crs(self.crs)
        size = self.sheet.text_pt * 0.95
        count = 0
        for name, point in zip(places["name"], points, strict=True):
            x, y = self._paper(point.x, point.y)
            if self._put(str(name), x, y, size, PALETTE["text_place"], gap=1.1 * self.sheet.scale):
                self.paper.plot(x, y, "o", markersize=2.0 * self.sheet.scale, color=PALETTE["text_place"], markeredgecolor="#ffffff", markeredgewidth=0.4, zorder=26)  # fmt: skip
                count += 1
        return count

    def projects(self, features: gpd.GeoDataFrame) -> int:
        """Name the projects of a table in metres of the map, each near its middle; return how many found room."""
        size = self.sheet.text_pt * 0.95
        west, south, east, north = self.window
        count = 0
        for row in features.to_dict("records"):
            shape = shapely.clip_by_rect(row["geometry"], west, south, east, north)
            if shape.is_empty:
                continue
            lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
            spots = (
                [max(lines, key=lambda one: one.length).interpolate(share, normalized=True) for share in (0.5, 0.35, 0.65, 0.2, 0.8)]
                if lines
                else [shape.representative_point()]
            )  # fmt: skip
            for spot in spots:
                x, y = self._paper(spot.x, spot.y)
                if self._put(
                    printable(str(row["name"])), x, y, size, MODES[Mode(row["mode"])].colour, gap=1.8 * self.sheet.scale
                ):
                    count += 1
                    break
        return count

    def _paper(self, x: float, y: float) -> tuple[float, float]:
        west, south, east, north = self.window
        return (
            self.frame.left + (x - west) / (east - west) * self.frame.width,
            self.frame.bottom + (y - south) / (north - south) * self.frame.height,
        )

    def _put(self, text: str, x: float, y: float, size: float, colour: str, *, gap: float) -> bool:
        """Write a name right, left, above or below of a spot, where it is free; tell whether it was."""
        high, wide = size / PT_PER_MM * 1.15, text_width_mm(text, size)
        boxes = (
            Box(x + gap, y - high / 2, wide, high),
            Box(x - gap - wide, y - high / 2, wide, high),
            Box(x - wide / 2, y + gap, wide, high),
            Box(x - wide / 2, y - gap - high, wide, high),
        )
        for box in boxes:
            inside = (
                box.left > self.frame.left + 0.5
                and box.right < self.frame.right - 0.5
                and box.bottom > self.frame.bottom + 0.5
                and box.top < self.frame.top - 0.5
            )
            if inside and not any(_touch(box, other) for other in self.taken):
                self.taken += [box, Box(x - 0.6, y - 0.6, 1.2, 1.2)]
                halo = [patheffects.withStroke(linewidth=1.6 * self.sheet.scale, foreground="#ffffff", alpha=0.85)]
                self.sheet.write(self.paper.figure, box.left, box.bottom + high / 2, text, va="center", fontsize=size, color=colour, path_effects=halo, zorder=27)  # fmt: skip
                return True
        return False


def _touch(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.bottom < b.top and b.bottom < a.top
