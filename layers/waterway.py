"""Waterways: the embedded channels of 沪苏浙皖 with their class, ports and locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.lines import embedded_lines, embedded_nodes, embedded_points
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["ports", "waterway_lines", "waterway_nodes"]


def waterway_lines() -> gpd.GeoDataFrame:
    """Return the embedded channels, contract ``layers.schema.LINES``, EPSG:4326, all months."""
    return embedded_lines(Mode.WATERWAY)


def waterway_nodes() -> pd.DataFrame:
    """Return the embedded ports, locks and bends, contract ``layers.schema.NODES``."""
    return embedded_nodes(Mode.WATERWAY)


def ports() -> gpd.GeoDataFrame:
    """Return ports, port areas and locks as points: feature_id, name, kind, waterway, opening_month, source, grade, note."""
    return embedded_points("ports.csv", {"port_id": "feature_id"})
