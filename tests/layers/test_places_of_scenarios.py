"""Places to travel to: what a scenario adds to them, and places of several kinds that share a name."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.accessibility import Setting, accessibility_table, area_places
from layers.indicators import scenario_network
from layers.schema import FEATURES
from layers.travel_time import travel_time_matrix


def test_a_station_is_not_the_city_of_its_name() -> None:
    """Equal names at other spots are other places: the way takes minutes, as it does under another name."""
    city = pd.DataFrame({"name": ["合肥"], "lon": [117.23], "lat": [31.82]})
    station = pd.DataFrame({"name": ["合肥"], "lon": [117.31], "lat": [31.89]})
    network = scenario_network(None)
    minutes = travel_time_matrix(network, city, pd.concat([city, station]), mode="road").time_min.to_numpy()[0]
    renamed = travel_time_matrix(network, city, station.assign(name="合肥站"), mode="road").time_min.to_numpy()[0]
    assert minutes[0] == 0.0
    assert minutes[1] == renamed[0] > 5.0
    assert np.isfinite(minutes).all()


def _planned_airport(lon: float, lat: float) -> gpd.GeoDataFrame:
    row = {
        "feature_id": "airport-new", "origin": "project", "name": "金寨机场", "mode": "airport", "kind": "civil_airport",
        "work": "new", "status": "proposed", "drawn_by": "point",
    }  # fmt: skip
    table = gpd.GeoDataFrame(pd.DataFrame([row]), geometry=gpd.points_from_xy([lon], [lat]), crs=FEATURES.crs)
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry="geometry", crs=FEATURES.crs)


def test_a_planned_airport_is_near_in_the_plan_and_absent_today() -> None:
    """金寨 lies two hours from any airport; a project's airport at its door is its nearest one where the scenario builds it."""
    places = area_places("county")
    places = places[places["code"].str.startswith("3415")].reset_index(drop=True)
    town = places[places["name"] == "金寨"].iloc[0]
    planned = _planned_airport(float(town["lon"]), float(town["lat"]))
    found = {}
    for word, builds in (("today", ""), ("plan", ""), ("mine.gpkg", "plan")):
        scenario = builds or word
        network = scenario_network(planned, scenario=scenario)
        setting = Setting(network, places, word, mode="road", features=planned, builds=builds)
        found[word] = accessibility_table(setting, "nearest-airport").set_index("place").loc["金寨"]
    assert found["today"]["detail"] != "金寨机场"
    assert found["today"]["value"] > 45.0
    assert found["plan"]["detail"] == found["mine.gpkg"]["detail"] == "金寨机场"
    assert found["plan"]["value"] == found["mine.gpkg"]["value"] < 10.0
