"""Airports: the table against its source package, against months of opening, and against other data sets' positions."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo.errors import VocabularyError
from geo.geodesy import distance_km
from layers.airport import AIRPORT_COLUMNS, AIRPORT_KINDS, airports
from layers.schema import FEATURES, Mode

RUNWAY_NOT_IN_FILE = {"安庆天柱山机场", "九江庐山机场", "武夷山机场", "六安金安机场"}
"""Runways that the file does not hold (nothing mapped within 60 km, or opened since); others far from a runway fail."""

DATA = Path(__file__).resolve().parents[2] / "layers" / "data"

# Airports with scheduled flights in the four provinces at the end of 2024, by code.
CIVIL_2024 = {
    "SHA", "PVG", "NKG", "WUX", "CZX", "XUZ", "LYG", "NTG", "YNZ", "HIA", "YTY", "HGH", "NGB", "WNZ", "HYN", "YIW", "JUZ",
    "HSN", "HFE", "TXN", "AQG", "FUG", "JUH", "WHA",
}  # fmt: skip
OPENED_2025 = {"LIJ", "BZO", "JNH"}
FOUR_PROVINCES = ("31", "32", "33", "34")


def civil(month: str) -> set[str]:
    table = airports(as_of=month)
    inside = table["city_code"].str[:2].isin(FOUR_PROVINCES) & (table["kind"] == "civil_airport")
    return set(table.loc[inside, "iata"])


def test_contract_and_keys() -> None:
    table = airports()
    FEATURES.validate(table)
    assert set(table["mode"]) == {Mode.AIRPORT.value}
    assert set(table["kind"]) <= set(AIRPORT_KINDS)
    assert list(table["feature_id"]) == sorted(table["feature_id"])
    assert set(AIRPORT_COLUMNS) <= set(table.columns)
    assert set(table["grade"]) <= set("ABCD")
    aliases = [name for row in table["aliases"] for name in row.split("|") if name]
    names = [*table["name"], *aliases]
    assert len(names) == len(set(names)), "a name or alias stands for two airports"


def test_codes_are_unique_among_open_airports() -> None:
    for month in ("2010-01", "2013-06", "2021-11", "2021-12", "2025-12"):
        codes = airports(as_of=month)["iata"]
        codes = codes[codes != ""]
        assert codes.is_unique, (month, codes[codes.duplicated()].tolist())
        assert codes.str.fullmatch("[A-Z]{3}").all()


def test_civil_airports_by_name_and_month() -> None:
    assert civil("2024-12") == CIVIL_2024
    assert civil("2025-12") == CIVIL_2024 | OPENED_2025
    # Opened after 2010-01, from the published openings named in build_airports.py:
    assert civil("2010-01") == CIVIL_2024 - {"HIA", "YTY", "JUH", "WHA"} - {"LYG"} | {""}


@pytest.mark.parametrize(
    ("month", "present", "absent"),
    [
        ("2013-04", "合肥骆岗国际机场", "合肥新桥国际机场"),
        ("2013-05", "合肥新桥国际机场", "合肥骆岗国际机场"),
        ("2021-11", "连云港白塔埠机场", "连云港花果山国际机场"),
        ("2021-12", "连云港花果山国际机场", "连云港白塔埠机场"),
        ("2021-04", "芜湖宣州机场", "蚌埠滕湖机场"),
        ("2025-06", "德清莫干山机场", "丽水机场"),
        ("2025-07", "丽水机场", "亳州机场"),
        ("2025-12", "亳州机场", "蚌埠滕湖机场"),
    ],
)
def test_moves_and_openings(month: str, present: str, absent: str) -> None:
    names = set(airports(as_of=month)["name"])
    assert present in names
    assert absent not in names


def test_not_open_yet_is_listed_without_a_month() -> None:
    table = airports()
    waiting = table[table["opening_month"] == ""]
    assert list(waiting["name"]) == ["蚌埠滕湖机场"]
    assert list(waiting["status"]) == ["under_construction"]


def test_bad_month() -> None:
    with pytest.raises(VocabularyError, match="2025-13"):
        airports(as_of="2025-13")


def test_answer_is_the_callers_own() -> None:
    table = airports()
    table["name"] = "x"
    assert "x" not in set(airports()["name"])


def test_city_code_is_the_prefecture_it_lies_in_or_serves() -> None:
    divisions = pd.read_csv(DATA.parents[1] / "geo" / "data" / "divisions.csv", dtype=str).set_index("code")
    table = airports()
    for row in table.itertuples():
        place = divisions.loc[row.city_code]
        place = place.iloc[-1] if isinstance(place, pd.DataFrame) else place
        # The farthest: 浦东 and 禄口 about 35 km, 武夷山 serves 南平 at 120 km.
        limit = 130.0 if row.iata in {"WUS"} else 60.0
        away = distance_km(row.geometry.x, row.geometry.y, float(place["lon"]), float(place["lat"]))
        assert away < limit, (row.name, row.city_code, round(away))


@pytest.mark.skipif(importlib.util.find_spec("airportsdata") is None, reason="airportsdata is not installed")
def test_table_is_what_the_script_builds() -> None:
    import airportsdata

    spec = importlib.util.spec_from_file_location("build_airports", DATA / "build_airports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stored = (DATA / "airports.csv").read_text(encoding="utf-8")
    if f"airportsdata {airportsdata.__version__} " not in stored:
        pytest.skip(f"airports.csv was built with another version than {airportsdata.__version__}")
    assert module.airports_csv() == stored
    assert len(list(csv.DictReader(io.StringIO(stored)))) == len(module.FACTS)


def nearest(table: gpd.GeoDataFrame, places: list[tuple[float, float]]) -> pd.Series:
    away = [min(distance_km(p.x, p.y, lon, lat) for lon, lat in places) for p in table.geometry]
    return pd.Series(away, index=table.index)


def test_positions_against_runways(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every airport of the box lies within 3 km of the middle of a mapped runway (OpenStreetMap 2025, of another origin)."""
    ways = gpd.read_file(shared / "data" / "osm-omap-2025" / "aeroways_yrd.gpkg")
    runways = ways[ways["aeroway"] == "runway"]
    places = [(g.centroid.x, g.centroid.y) for g in runways.geometry]
    table = airports(as_of="2025-12")
    inside = table.cx[114.5:123.5, 27:35.5]
    away = nearest(inside, places)
    table_text = [f"{n} {d:.2f} km" for n, d in zip(inside["name"], away, strict=True)]
    with capsys.disabled():
        print("\nairports to the nearest runway of OSM 2025:", "; ".join(table_text))
    missing = set(inside.loc[away > 3.0, "name"])
    assert missing == RUNWAY_NOT_IN_FILE
    assert away[away <= 3.0].median() < 1.0


def test_positions_against_other_airport_lists(shared: Path) -> None:
    """Within 3 km by code: OpenFlights 2019 and Natural Earth 10m, less what moved since: 合肥 2013, 连云港 2021, 济宁 2023."""
    moved = {"HFE", "LYG", "JNG"}
    table = airports(as_of="2025-12").set_index("iata")
    flights = pd.read_csv(shared / "data" / "airports" / "openflights_airports_yrd.csv")
    earth = gpd.read_file(shared / "data" / "ne10m" / "ne_10m_airports_yrd.gpkg")
    others = [
        *zip(flights["iata"], flights["lon"], flights["lat"], strict=True),
        *zip(earth["iata_code"], earth.geometry.x, earth.geometry.y, strict=True),
    ]
    compared, far = 0, []
    for code, lon, lat in others:
        if code not in table.index or code in moved:
            continue
        point = table.loc[code].geometry
        compared += 1
        away = distance_km(point.x, point.y, lon, lat)
        if away > 3.0:
            far.append((code, round(away, 1)))
    assert compared >= 28
    assert not far
    # The closed ones are where the old lists still put them.
    old = airports().set_index("feature_id")
    luogang = old.loc["airport-hfe-luogang"].geometry
    row = earth[earth["iata_code"] == "HFE"].iloc[0].geometry
    assert distance_km(luogang.x, luogang.y, row.x, row.y) < 3.0
    baitabu = old.loc["airport-lyg-baitabu"].geometry
    row = flights[flights["iata"] == "LYG"].iloc[0]
    assert distance_km(baitabu.x, baitabu.y, row.lon, row.lat) < 3.0
