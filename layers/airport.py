"""Airports of 沪苏浙皖 and the first ring around them, from the embedded table, as of a month."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEOD
from layers.lines import read_csv
from layers.scenario import as_of as open_in
from layers.schema import FEATURES, Method, Mode, Work

__all__ = ["AIRPORT_COLUMNS", "AIRPORT_KINDS", "airports", "new_airports", "passenger_airports"]

log = logging.getLogger(__name__)

AIRPORT_KINDS = ("cargo_airport", "civil_airport", "general_airport")
"""Scheduled passengers, mainly freight, or general aviation only."""

PASSENGER_KIND = "civil_airport"
"""The kind that travellers go to."""

AIRPORT_COLUMNS = ("name_en", "iata", "icao", "city_code", "aliases", "note")
"""Text columns of :func:`airports` beside the contract ``layers.schema.FEATURES``; ``aliases`` are ``|``-joined."""


SAME_AIRPORT_KM = 10.0
"""A planned airport this near to one that is there is its terminal, runway or next phase; two airports lie farther apart."""


def airports(*, as_of: str | None = None) -> gpd.GeoDataFrame:
    """
    Return the airports as points.

    Parameters
    ----------
    as_of : str, optional
        ``YYYY-MM`` (or ``YYYY``, its December): only airports in public use, counting from the month an
        airport opens up to the month before it closes. None: all of them, closed ones and the one
        that is built but not open too.

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.FEATURES`` and ``AIRPORT_COLUMNS``, n rows of points, EPSG:4326
        Sorted by feature_id. ``iata`` and ``icao`` are "" where there is none; ``opening_month`` is "" for an airport
        not open yet; ``accuracy_km`` bounds the position; ``grade`` is that of the weaker of position and opening.

    Raises
    ------
    VocabularyError
        If ``as_of`` is no month.

    References
    ----------
    Positions and codes: package ``airportsdata`` (MIT), its faults corrected in ``layers/data/build_airports.py``.

    Examples
    --------
    In 2013-05 Hefei's traffic moved from 骆岗 to 新桥:

    >>> [name for name in airports(as_of="2012-12")["name"] if "合肥" in name]
    ['合肥骆岗国际机场']
    >>> [name for name in airports(as_of="2013-06")["name"] if "合肥" in name]
    ['合肥新桥国际机场']
    """
    table = read_csv("airports.csv")
    if as_of is not None:
        # A line without opening month is older than any record; an airport without one is not open yet.
        table = open_in(table[table["opening_month"] != ""], as_of)
    table = table.assign(
        feature_id=table["airport_id"],
        origin="network",
        mode=Mode.AIRPORT.value,
        drawn_by=Method.POINT.value,
        siting_note=table["iata"].where(table["iata"] != "", table["name"]),
        opening_year=pd.to_numeric(table["opening_month"].str[:4], errors="coerce").astype("Int64"),
    )
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float))
    features = gpd.GeoDataFrame(table, geometry=points, crs=FEATURES.crs)
    features = FEATURES.coerce(features.sort_values("feature_id", ignore_index=True))
    log.debug("%d airports as of %s", len(features), as_of or "any month")
    return FEATURES.validate(features[[*FEATURES.names, *AIRPORT_COLUMNS, "geometry"]])


def new_airports(projects: gpd.GeoDataFrame, existing: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the projects that add an airport to those that are there.

    Parameters
    ----------
    projects : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
    existing : GeoDataFrame of points, as :func:`airports` returns them

    Returns
    -------
    GeoDataFrame, some rows of ``projects``, sorted by feature_id
        New works whose name ends in 机场 (a terminal, a hub, a phase is none), drawn as points, ``SAME_AIRPORT_KM`` or more
        from every existing airport of a kind of ``AIRPORT_KINDS`` and from those before them.
    """
    named = projects[
        (projects["mode"] == Mode.AIRPORT.value)
        & projects["kind"].isin(AIRPORT_KINDS)
        & (projects["work"] == Work.NEW.value)
        & (projects["drawn_by"] == Method.POINT.value)
        & projects["name"].str.endswith("机场")
    ].sort_values("feature_id")
    known = [(float(x), float(y)) for x, y in zip(existing.geometry.x, existing.geometry.y, strict=True)]
    rows = []
    for i, point in zip(named.index, named.geometry, strict=True):
        there = np.array(known, dtype=float).reshape(-1, 2)
        here = np.full(len(there), point.x), np.full(len(there), point.y)
        _, _, metres = GEOD.inv(*here, there[:, 0], there[:, 1]) if len(there) else ([], [], [np.inf])
        if float(np.min(metres)) >= SAME_AIRPORT_KM * 1000.0:
            rows.append(i)
            known.append((point.x, point.y))
    return named.loc[rows]


def passenger_airports(month: str, projects: gpd.GeoDataFrame | None = None) -> pd.DataFrame:
    """
    Return the airports with scheduled passengers, those that projects add among them.

    Parameters
    ----------
    month : str
        ``YYYY-MM``.
    projects : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        What a scenario builds; see :func:`new_airports`.

    Returns
    -------
    DataFrame with name (unique), status, lon, lat (degrees, WGS 84), sorted by name
    """
    existing = airports(as_of=month)
    parts = [existing] if projects is None else [existing, new_airports(projects, existing)]
    points = [
        pd.DataFrame(
            {
                "name": part["name"],
                "kind": part["kind"],
                "status": part["status"],
                "lon": part.geometry.x,
                "lat": part.geometry.y,
            }
        )
        for part in parts
        if len(part)
    ]
    table = pd.concat(points, ignore_index=True)
    table = table[table["kind"] == PASSENGER_KIND].drop_duplicates("name")
    return table.drop(columns="kind").sort_values("name", ignore_index=True)
