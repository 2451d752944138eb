"""Expressways: the embedded network of 沪苏浙皖 by section, with interchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.lines import embedded_lines, embedded_nodes, embedded_points
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["crossings", "highway_lines", "highway_nodes"]


def highway_lines() -> gpd.GeoDataFrame:
    """Return the embedded expressway sections, contract ``layers.schema.LINES``, EPSG:4326, all months."""
    return embedded_lines(Mode.HIGHWAY)


def highway_nodes() -> pd.DataFrame:
    """Return the embedded interchanges, border points and bends, contract ``layers.schema.NODES``."""
    return embedded_nodes(Mode.HIGHWAY)


def crossings() -> gpd.GeoDataFrame:
    """Return the Yangtze crossings as points: feature_id, name, kind, opening_month (empty while planned), source, grade."""
    table = embedded_points("crossings.csv", {})
    table["feature_id"] = "crossing-" + table["name"]
    return table
