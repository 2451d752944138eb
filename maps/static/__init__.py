"""Maps on paper: PNG, SVG and PDF of a given size, in the colours and line styles of the web map."""

from maps.static.selection import Panel, chosen_features, panels_by
from maps.static.sheet import Sheet
from maps.static.static_map import static_map, write_static_map
from maps.static.theme import Theme, area_theme, reach_theme

__all__ = [
    "Panel",
    "Sheet",
    "Theme",
    "area_theme",
    "chosen_features",
    "panels_by",
    "reach_theme",
    "static_map",
    "write_static_map",
]
