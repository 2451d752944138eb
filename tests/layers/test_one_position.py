"""A bridge, lock, airport, terminal or station that several tables name lies at one place in all of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.geodesy import distance_km

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    "geo/data/places_curated.csv": {"bridge", "lock", "terminal", "station", "airport"},
    "layers/data/crossings.csv": {"bridge", "tunnel"},
    "layers/data/ports.csv": {"lock"},
    "layers/data/energy_points.csv": {"lng_terminal"},
    "layers/data/energy_nodes.csv": {"terminal"},
    "layers/data/airports.csv": {"civil_airport", "general_airport"},
    "layers/data/rail_nodes.csv": {"station"},
}
CLASS = {"tunnel": "bridge", "lng_terminal": "terminal", "civil_airport": "airport", "general_airport": "airport"}
"""Kinds that are one thing under two words; a station may well be called after an airport or a town."""
UNSTATED_KM = 1.5
"""How far a point without ``accuracy_km`` may be off."""


def positions() -> pd.DataFrame:
    """Return every name and alias of the tables: name, thing, lon, lat, accuracy_km, table."""
    parts = []
    for path, kinds in TABLES.items():
        table = pd.read_csv(ROOT / path)
        table = table[table["kind"].isin(kinds)]
        if "accuracy_km" not in table:
            table = table.assign(accuracy_km=float("nan"))
        if "aliases" not in table:
            table = table.assign(aliases="")
        names = (table["name"] + "|" + table["aliases"].fillna("")).str.split("|")
        rows = table.assign(name=names, table=path, thing=table["kind"].replace(CLASS))
        rows = rows[["name", "thing", "lon", "lat", "accuracy_km", "table"]].explode("name")
        parts.append(rows[rows["name"] != ""])
    return pd.concat(parts, ignore_index=True)


def test_what_two_tables_name_lies_within_their_accuracy() -> None:
    far, compared = [], 0
    for (name, _), group in positions().groupby(["name", "thing"]):
        if group["table"].nunique() < 2:
            continue
        compared += 1
        allowed_km = max(group["accuracy_km"].max(skipna=True), UNSTATED_KM)
        first = group.iloc[0]
        for row in group.iloc[1:].itertuples():
            apart_km = distance_km(first["lon"], first["lat"], row.lon, row.lat)
            if apart_km > allowed_km:
                far.append((name, round(apart_km, 1), first["table"], row.table))
    assert compared >= 40
    assert far == []


def test_the_terminal_of_ganyu_lies_within_3_km_of_the_gas_tracker(shared: Path) -> None:
    """Global Energy Monitor, 2024: ``../shared/data/gas-gem``; a second source, from which nothing was copied."""
    tracker = pd.read_csv(shared / "data" / "gas-gem" / "asia_gas_tracker_2024_lng_plants_fields_yrd.csv")
    theirs = tracker[tracker["project"] == "Ganyu LNG Terminal"].iloc[0]
    ours = positions().query("name == '赣榆LNG接收站'")
    assert len(ours) == 3
    assert all(
        distance_km(lon, lat, theirs["lng"], theirs["lat"]) < 3.0 for lon, lat in ours[["lon", "lat"]].to_numpy()
    )


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_the_bridge_of_hu_su_tong_carries_both_of_its_lines(mode: str) -> None:
    """沪苏通长江公铁大桥 has the railway below the expressway: what is drawn of either comes within 1 km of the bridge."""
    from shapely import Point
    from shapely.ops import nearest_points

    from layers.highway import highway_lines
    from layers.rail import rail_lines

    bridge = positions().query("name == '沪苏通长江公铁大桥'").iloc[0]
    lines = rail_lines() if mode == "rail" else highway_lines()
    name = "沪苏通铁路" if mode == "rail" else "通锡高速"
    at = Point(bridge["lon"], bridge["lat"])
    spots = [nearest_points(line, at)[0] for line in lines.loc[lines["line"] == name, "geometry"]]
    assert min(distance_km(at.x, at.y, spot.x, spot.y) for spot in spots) < 1.0
