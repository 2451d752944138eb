"""Railways: the embedded network of 沪苏浙皖 and what kinds of line count as what."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from layers.lines import embedded_lines, embedded_nodes, read_csv
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["HIGH_SPEED_KINDS", "RAIL_KINDS", "rail_lines", "rail_nodes", "separate_yards"]

HIGH_SPEED_KINDS = frozenset({"high_speed_rail", "intercity_rail"})
"""Kinds on which high-speed trains (G, D, C) run."""

RAIL_KINDS = frozenset({"high_speed_rail", "intercity_rail", "conventional_rail", "freight_rail", "suburban_rail"})
"""Kinds that the statistics count as railway in operation (铁路营业里程); metro is not among them."""


def rail_lines() -> gpd.GeoDataFrame:
    """Return the embedded railway sections, contract ``layers.schema.LINES``, EPSG:4326, all months."""
    return embedded_lines(Mode.RAIL)


def rail_nodes() -> pd.DataFrame:
    """Return the embedded stations and junctions, contract ``layers.schema.NODES``."""
    return embedded_nodes(Mode.RAIL)


@cache
def separate_yards() -> frozenset[tuple[str, frozenset[str]]]:
    """
    Return where lines share a station but no track: passengers change there, trains do not go from one to the other.

    Returns
    -------
    frozenset of (station, {line id, line id})
        Table ``layers/data/rail_separate_yards.csv``, with source and grade.
    """
    rows = read_csv("rail_separate_yards.csv")
    return frozenset(
        (str(station), frozenset({str(a), str(b)}))
        for station, a, b in rows[["station", "line_a", "line_b"]].itertuples(index=False)
    )
