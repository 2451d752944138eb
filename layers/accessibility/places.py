"""Places that accessibility is measured from and to: cities, counties, stations, airports, ports, core cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.boundaries import boundaries
from geo.errors import VocabularyError
from geo.gazetteer import default_gazetteer
from layers.accessibility.circles import metropolitan_areas
from layers.airport import passenger_airports
from layers.network import CONVENTIONAL, HIGH_SPEED
from layers.scenario import DATA_MONTH, as_of
from layers.waterway import ports

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.network import Network

__all__ = ["FACILITIES", "area_places", "core_places", "county_places", "facility_places"]

FACILITIES = ("station", "high_speed_station", "airport", "port", "core")
"""Kinds of :func:`facility_places`."""


def area_places(level: str) -> pd.DataFrame:
    """
    Return the cities or counties of 沪苏浙皖 at their seats of government.

    Parameters
    ----------
    level : {"prefecture", "county"}

    Returns
    -------
    DataFrame, by code
        name (unique: 鼓楼区 of two cities are 南京鼓楼 and 徐州鼓楼), full_name, code, city_code, province_code, lon, lat,
        area_km2 (official, else of the polygon), population (census of 2020, NaN where unknown).

    Raises
    ------
    VocabularyError
        If the level is another.
    """
    if level not in {"prefecture", "county"}:
        message = f"{level!r} is no level of places; accepted: prefecture, county"
        raise VocabularyError(message)
    units = boundaries("county" if level == "county" else "prefecture")
    gazetteer = default_gazetteer()
    cities = {str(c): str(n) for c, n in boundaries("prefecture")[["code", "short_name"]].itertuples(index=False)}
    rows = []
    for unit in units.itertuples(index=False):
        code = str(unit.code)
        place = gazetteer.get(code)
        city = "310000" if code.startswith("31") else code[:4] + "00"
        rows.append(
            {
                "name": place.name,
                "full_name": place.full_name,
                "code": code,
                "city_code": city,
                "province_code": code[:2] + "0000",
                "lon": place.lon,
                "lat": place.lat,
                "area_km2": unit.official_area_km2 if unit.official_area_km2 > 0 else unit.polygon_area_km2,
                "population": unit.population_2020,
            }
        )
    table = pd.DataFrame(rows)
    twice = table["name"].duplicated(keep=False)
    table["name"] = table["name"].where(~twice, table["city_code"].map(cities) + table["name"])
    return table


def county_places() -> pd.DataFrame:
    """Return the counties, districts and county-level cities: :func:`area_places` of ``"county"``."""
    return area_places("county")


def core_places() -> pd.DataFrame:
    """Return the core cities of the metropolitan areas (:func:`metropolitan_areas`): name, code, lon, lat; by code."""
    codes = sorted({code for listed in metropolitan_areas()["core_codes"] for code in str(listed).split("|")})
    gazetteer = default_gazetteer()
    found = [gazetteer.get(code) for code in codes]
    return pd.DataFrame(
        {
            "name": [p.name for p in found],
            "code": codes,
            "lon": [p.lon for p in found],
            "lat": [p.lat for p in found],
        }
    )


def facility_places(
    kind: str,
    *,
    network: Network | None = None,
    month: str = DATA_MONTH,
    projects: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """
    Return the facilities of a kind as places to travel to.

    Parameters
    ----------
    kind : {"station", "high_speed_station", "airport", "port", "core"}
        ``high_speed_station``: where high-speed or intercity lines stop.
    network : Network, optional
        Stations are those of this network, planned ones of its scenario included; it is needed for them alone.
    month : str
        ``YYYY-MM``: airports with scheduled flights in it; ports opened by then (of many the month is not known: they count).
    projects : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        What the scenario builds: its new airports are airports too.

    Returns
    -------
    DataFrame with name (unique; 合肥站, not 合肥, which is the city), lon, lat; sorted by name

    Raises
    ------
    VocabularyError
        If the kind is another, or stations are asked for without a network.
    """
    if kind not in FACILITIES:
        message = f"{kind!r} is no kind of facility; accepted: {', '.join(FACILITIES)}"
        raise VocabularyError(message)
    if kind == "core":
        return core_places()[["name", "lon", "lat"]].sort_values("name", ignore_index=True)
    if kind in {"station", "high_speed_station"}:
        if network is None:
            message = f"facilities of kind {kind} are those of a network; give one"
            raise VocabularyError(message)
        strata = [HIGH_SPEED] if kind == "high_speed_station" else [HIGH_SPEED, CONVENTIONAL]
        table = network.nodes[network.nodes["access"] & network.nodes["stratum"].isin(strata)]
        table = table[["name", "lon", "lat"]].assign(name=table["name"].str.replace(r"(?<!站)$", "站", regex=True))
    elif kind == "airport":
        table = passenger_airports(month, projects)[["name", "lon", "lat"]]
    else:
        sites = as_of(ports().assign(closing_month=""), month)
        sites = sites[sites["kind"].isin(["port", "port_area"]) & (sites["status"] == "operating")]
        table = pd.DataFrame({"name": sites["name"], "lon": sites.geometry.x, "lat": sites.geometry.y})
    return table.drop_duplicates("name").sort_values("name", ignore_index=True)
