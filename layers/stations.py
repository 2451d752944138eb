"""Which railway stations a city or county calls its own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.boundaries import boundaries, unit_at
from geo.gazetteer import default_gazetteer
from geo.geodesy import distance_km
from layers.rail_service import station_names

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["county_seats", "own_stations"]

URBAN_KM = 15.0
"""A station in a city's districts counts without bearing its name up to here from the centre: 仙林 is 南京's, 金山北 at the
border to 浙江 is not what a traveller to 上海 means."""


def own_stations(stations: pd.DataFrame, places: pd.DataFrame) -> list[list[Hashable]]:
    """
    Return the stations of places: those that lie in a city's districts, or in a county.

    A prefecture-level city has the stations in its districts that bear its name (see
    :func:`layers.rail_service.station_names`) or lie within ``URBAN_KM`` of its centre; a station of one of its counties is
    the county's, even if it bears the city's name (安庆西 lies in 怀宁县). Where the city has none in its districts, those of
    its name count wherever they lie. A county (县, 县级市, 区) has those within its borders, and those of its name. A place
    that is neither has those of its name.

    Parameters
    ----------
    stations : DataFrame with name, lon, lat; any index
    places : DataFrame with name, lon, lat

    Returns
    -------
    list of lists of labels of ``stations``, one per place, in its order
    """
    if stations.empty:
        return [[] for _ in range(len(places))]
    at = unit_at(stations["lon"], stations["lat"], level="county")
    prefectures, counties = boundaries("prefecture"), boundaries("county")
    districts = counties[counties["name"].str.endswith("区")].groupby("parent_code")["code"].apply(set).to_dict()
    where = unit_at(places["lon"], places["lat"], level="county")
    out = []
    for (name, lon, lat), county in zip(places[["name", "lon", "lat"]].itertuples(index=False), where, strict=True):
        pattern = station_names(str(name))
        named = np.array([bool(pattern.match(str(station))) for station in stations["name"]])
        city = prefectures[(prefectures["name"] == name) | (prefectures["short_name"] == name)]
        unit = counties[(counties["code"] == county) & ((counties["name"] == name) | (counties["short_name"] == name))]
        if len(city):
            inside = np.isin(at, list(districts.get(city["code"].iloc[0], set())))
            near = [
                distance_km(float(lon), float(lat), float(x), float(y)) <= URBAN_KM
                for x, y in stations[["lon", "lat"]].itertuples(index=False)
            ]
            own = inside & (named | np.array(near))
            own = own if own.any() else named
        elif len(unit):
            own = (at == county) | (named & np.isin(at, [county, ""]))
        else:
            own = named
        out.append(list(stations.index[own]))
    return out


def county_seats() -> pd.DataFrame:
    """Return the seats of the counties, districts and county-level cities of 沪苏浙皖: name, lon, lat; by code."""
    return _seats().copy()


@functools.cache
def _seats() -> pd.DataFrame:
    gazetteer = default_gazetteer()
    places = [gazetteer.get(str(code)) for code in boundaries("county")["code"]]
    return pd.DataFrame(
        {"name": [p.name for p in places], "lon": [p.lon for p in places], "lat": [p.lat for p in places]}
    )
