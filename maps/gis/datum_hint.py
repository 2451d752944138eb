"""Whether a user's places, stations or lines look shifted against those that tongtu knows; a message, nothing more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.datum_guess import DatumGuess, guess_from_places, shift_of_line
from geo.gazetteer import default_gazetteer
from layers.airport import airports
from layers.highway import highway_nodes
from layers.rail import rail_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["guessed_datum"]

MOST_ROWS: Final = 5000
ACCURATE_KM: Final = 1.5
ENDINGS: Final = ("火车站", "高铁站", "站", "枢纽", "互通", "收费站")


def guessed_datum(tables: Iterable[gpd.GeoDataFrame | pd.DataFrame]) -> DatumGuess:
    """
    Compare the named points of tables, and their lines, with known stations, interchanges, airports and places.

    Parameters
    ----------
    tables : iterable of GeoDataFrame, EPSG:4326 as read; tables without geometry are passed over

    Returns
    -------
    DatumGuess
        Named points say more than lines, and are believed where there are enough of them.
    """
    drawn = [t for t in tables if isinstance(t, gpd.GeoDataFrame) and len(t)]
    pairs = np.array([pair for table in drawn for pair in _pairs(table)], dtype=float).reshape(-1, 4)
    if len(pairs):
        guess = guess_from_places(*pairs.T)
        if guess.datum:
            return guess
    return _from_lines(drawn)


def _pairs(table: gpd.GeoDataFrame) -> list[tuple[float, float, float, float]]:
    """Return lon, lat as given and lon, lat as known, for the points that have a known name."""
    points = table[table.geometry.geom_type == "Point"].head(MOST_ROWS)
    best: list[tuple[float, float, float, float]] = []
    for column in points.columns:
        cells = points[column]
        if column == "geometry" or pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
            continue
        found = []
        for text, shape in zip(cells, points.geometry, strict=True):
            for lon, lat in _known().get(_plain(text), ()) if isinstance(text, str) else ():
                if abs(lon - shape.x) < 0.05 and abs(lat - shape.y) < 0.05:  # about 5 km: not a namesake
                    found.append((float(shape.x), float(shape.y), lon, lat))
                    break
        best = max(best, found, key=len)
    return best


def _from_lines(tables: list[gpd.GeoDataFrame]) -> DatumGuess:
    lines = [
        shape
        for table in tables
        for shape in table.geometry.head(MOST_ROWS)
        if shape is not None and not shape.is_empty and "Line" in shape.geom_type
    ]
    if not lines:
        return DatumGuess("", 0)
    whole = shapely.multilinestrings([part for line in lines for part in shapely.get_parts(line)])
    datum, _, count = shift_of_line(whole, *_stops())
    return DatumGuess(datum, count)


def _plain(name: str) -> str:
    name = name.strip()
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


@cache
def _stops() -> tuple[NDArray[np.float64], ...]:
    """Lon, lat of stations and of interchanges, each by itself: a road says nothing of the stations that it passes."""
    rail, roads = rail_nodes(), highway_nodes()
    return tuple(
        table.loc[table["kind"] == kind, ["lon", "lat"]].to_numpy(dtype=np.float64)
        for table, kind in ((rail, "station"), (roads, "interchange"))
    )


@cache
def _known() -> Mapping[str, list[tuple[float, float]]]:
    """Name without ending to positions: stations, interchanges, airports, and places known to 1.5 km."""
    out: dict[str, list[tuple[float, float]]] = {}
    flying = airports()
    for table in (
        rail_nodes(),
        highway_nodes(),
        pd.DataFrame({"name": flying["name"], "lon": flying.geometry.x, "lat": flying.geometry.y}),
    ):
        for name, lon, lat in zip(table["name"], table["lon"], table["lat"], strict=True):
            out.setdefault(_plain(str(name)), []).append((float(lon), float(lat)))
    for place in default_gazetteer():
        if place.accuracy_km <= ACCURATE_KM and not place.valid_to:
            out.setdefault(_plain(place.name), []).append((place.lon, place.lat))
    return out
