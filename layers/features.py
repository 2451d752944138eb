"""The existing network as features: lines and facilities of all five modes in one table, as of a month."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo.io import attributions
from layers.airport import airports
from layers.energy import energy_lines, energy_points
from layers.highway import crossings, highway_lines, highway_nodes
from layers.osm.schema import ATTRIBUTION
from layers.rail import rail_lines, rail_nodes
from layers.scenario import DATA_MONTH, as_of
from layers.schema import FEATURES, Method, Mode, Status
from layers.siting_notes import SitingNote, encoded, note
from layers.waterway import ports, waterway_lines

__all__ = ["attributions_of", "network_features", "network_nodes"]

POINT_ACCURACY_KM = 2.0
"""Taken for a recorded facility whose row gives no accuracy: the bound of the cross-check of stations and ports."""


def network_features(month: str = DATA_MONTH) -> gpd.GeoDataFrame:
    """
    Return what exists in a month: rail, expressway, waterway and energy lines, ports, airports, terminals, crossings.

    Parameters
    ----------
    month : str
        ``YYYY-MM``.

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326, sorted by feature_id
        ``origin`` is ``network``.
    """
    lines = [as_of(table, month) for table in (rail_lines(), highway_lines(), waterway_lines(), energy_lines())]
    bridges = crossings()
    points = [
        _built(ports()).assign(mode=Mode.WATERWAY.value),
        _built(energy_points()).assign(mode=Mode.ENERGY.value),
        bridges[bridges["opening_month"] != ""].assign(mode=Mode.HIGHWAY.value),
    ]
    parts = [_from_lines(table) for table in lines]
    parts += [_from_points(as_of(table.assign(closing_month=""), month)) for table in points]
    parts.append(_from_points(airports(as_of=month)))
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=FEATURES.crs)
    table = FEATURES.coerce(table.sort_values("feature_id", ignore_index=True))
    return FEATURES.validate(table[[*FEATURES.names, "geometry"]])


def attributions_of(features: pd.DataFrame) -> list[str]:
    """
    Return the attributions of what features rest on: the embedded data, and OpenStreetMap where a line is drawn from it.

    Parameters
    ----------
    features : DataFrame with drawn_by

    Returns
    -------
    list of str
        Each once; maps, reports and hand-overs show them.
    """
    osm = bool((features["drawn_by"].astype(str) == Method.OSM.value).any()) if "drawn_by" in features else False
    if not osm:
        return attributions()
    # Points of the gazetteer rest on OpenStreetMap as well: it is named once.
    return [*(one for one in attributions() if not one.startswith("© OpenStreetMap")), ATTRIBUTION]


def network_nodes() -> pd.DataFrame:
    """Return the nodes of the networks that people travel on: mode, name, kind, lon, lat, source, grade, note."""
    rail = rail_nodes().assign(mode=Mode.RAIL.value)
    road = highway_nodes().assign(mode=Mode.HIGHWAY.value)
    return pd.concat([rail, road], ignore_index=True)


def _from_lines(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return lines.assign(
        origin="network",
        siting_note=lines["nodes"].map(lambda nodes: _via(nodes).text()),
        siting_codes=lines["nodes"].map(lambda nodes: encoded([_via(nodes)])),
        opening_year=_years(lines["opening_month"]),
    )


def _from_points(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    accuracy = points["accuracy_km"] if "accuracy_km" in points else pd.Series(POINT_ACCURACY_KM, index=points.index)
    return points.assign(
        origin="network",
        status=Status.OPERATING.value,
        drawn_by=Method.POINT.value,
        accuracy_km=pd.to_numeric(accuracy, errors="coerce").fillna(POINT_ACCURACY_KM),
        siting_note=points.get("note", ""),
        opening_year=_years(points["opening_month"]),
        length_km=float("nan"),
    )


def _built(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out sites that are only known from plans: they help to site projects, but do not exist."""
    return points[points["status"] != "planned"]


def _years(months: pd.Series) -> pd.Series:
    return pd.to_numeric(months.astype(str).str[:4], errors="coerce").astype("Int64")


def _via(nodes: str) -> SitingNote:
    names = str(nodes).split("|")
    return note("via", first=names[0], last=names[-1], count=len(names))
