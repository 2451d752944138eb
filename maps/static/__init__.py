"""Maps on paper: PNG, SVG and PDF of a given size, in the colours and line styles of the web map."""

from maps.static.selection import Panel, chosen_features, panels_by
from maps.static.sheet import Sheet
from maps.static.static_map import static_map, write_static_map

__all__ = ["Panel", "Sheet", "chosen_features", "panels_by", "static_map", "write_static_map"]
