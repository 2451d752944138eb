"""The rail and expressway network of a scenario: what exists in a month, and what its projects add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.airport import passenger_airports
from layers.features import network_nodes
from layers.highway import highway_lines
from layers.network import build_network
from layers.rail import rail_lines
from layers.rail_service import timetabled
from layers.scenario import DATA_MONTH, ProjectAssumptions, as_of, built_lines, projects_in
from layers.schema import LINES
from layers.stations import county_seats

if TYPE_CHECKING:
    from layers.network import Network
    from layers.rail_service import RailAssumptions

__all__ = ["network_of_lines", "scenario_lines", "scenario_network"]


def scenario_network(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenario: str = "today",
    rail: RailAssumptions | None = None,
) -> Network:
    """
    Build the rail and expressway network of a scenario.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects; rows whose origin is ``network`` are ignored.
    month : str
        ``YYYY-MM`` of the existing network.
    scenario : str
        As in :func:`layers.scenario.projects_in`.
    rail : RailAssumptions, optional
        How trains run; ``RailAssumptions().typical()`` for the stops of the average train.

    Returns
    -------
    Network
    """
    lines, nodes = scenario_lines(features, month=month, scenario=scenario)
    return network_of_lines(lines, nodes, month=month, rail=rail)


def network_of_lines(
    lines: gpd.GeoDataFrame, nodes: pd.DataFrame, *, month: str = DATA_MONTH, rail: RailAssumptions | None = None
) -> Network:
    """
    Build the network of lines as they are run in a month, with the airports open then.

    Parameters
    ----------
    lines, nodes : as :func:`scenario_lines` returns them
    month : str
    rail : RailAssumptions, optional

    Returns
    -------
    Network
    """
    flown = passenger_airports(month)[["name", "lon", "lat"]]
    return build_network(timetabled(lines, month), nodes, rail=rail, airports=flown)


def scenario_lines(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenario: str = "today",
    assumptions: ProjectAssumptions | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Return the railways and expressways of a scenario, and the nodes that they name.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month, scenario : str
    assumptions : ProjectAssumptions, optional
        What is assumed of lines that a plan only names.

    Returns
    -------
    lines : GeoDataFrame, contract ``layers.schema.LINES``; first what exists
    nodes : DataFrame with mode, name, kind, lon, lat
    """
    existing = gpd.GeoDataFrame(
        pd.concat([as_of(rail_lines(), month), as_of(highway_lines(), month)], ignore_index=True),
        geometry="geometry",
        crs=LINES.crs,
    )
    nodes = network_nodes()
    if features is None or features.empty:
        return existing, nodes
    planned = projects_in(features[features["origin"] == "project"], scenario)
    if planned.empty:
        return existing, nodes
    new, nodes = built_lines(planned, nodes, assumptions=assumptions, towns=county_seats())
    if new.empty:
        return existing, nodes
    joined = gpd.GeoDataFrame(pd.concat([existing, new], ignore_index=True), geometry="geometry", crs=LINES.crs)
    return joined, nodes
