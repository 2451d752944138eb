"""Energy: the embedded power and gas trunk lines of 沪苏浙皖."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.lines import embedded_lines, embedded_nodes, embedded_points
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["energy_lines", "energy_nodes", "energy_points"]


def energy_lines() -> gpd.GeoDataFrame:
    """Return the embedded lines, contract ``layers.schema.LINES``, EPSG:4326, all months."""
    return embedded_lines(Mode.ENERGY)


def energy_nodes() -> pd.DataFrame:
    """Return the embedded stations and bends, contract ``layers.schema.NODES``."""
    return embedded_nodes(Mode.ENERGY)


def energy_points() -> gpd.GeoDataFrame:
    """Return terminals, plants, converters and substations as points: feature_id, name, kind, voltage_kv, capacity_mw, …."""
    return embedded_points("energy_points.csv", {"point_id": "feature_id"})
