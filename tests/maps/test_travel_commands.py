"""The commands on travel times: matrix, scenarios by file, year and project, patterns, the ranking, and their messages."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString

from layers.ranking import INTERACTIONS, RANKING, TOGETHER
from layers.schema import FEATURES
from tests.maps.test_cli import run

COLUMNS = ["from", "to", "mode", "as_of", "scenario", "travel_time_min", "length_km", "note"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects of our own, one by 2028 and one by 2035, and tables of places."""
    path = tmp_path_factory.mktemp("travel")
    rows = [
        {
            "feature_id": name,
            "origin": "project",
            "name": name,
            "mode": "rail",
            "kind": "high_speed_rail",
            "work": "new",
            "status": "proposed",
            "opening_year": year,
            "drawn_by": "straight",
            "accuracy_km": 3.0,
            "geometry": LineString(way),
        }
        for name, year, way in (
            ("合安直线", 2028, [(117.2848, 31.8005), (117.05, 30.53)]),
            ("合宿直线", 2035, [(117.2848, 31.8005), (117.1, 33.64)]),
        )
    ]
    table = FEATURES.coerce(gpd.GeoDataFrame(rows, crs="EPSG:4326"))
    gpd.GeoDataFrame(table, crs="EPSG:4326").to_file(path / "own.gpkg", layer="lines", driver="GPKG")
    (path / "places.csv").write_text("name,lon,lat\n甲地,117.3,31.9\n", "utf-8")
    (path / "gbk.csv").write_bytes("name\n肥西县\n宣城\n".encode("gb18030"))
    (path / "twice.csv").write_text("name,lon,lat\n甲,117.3,31.9\n甲,121.4,31.2\n", "utf-8")
    (path / "empty.csv").write_text("name\n", "utf-8")
    (path / "nameless.csv").write_text("name,lon,lat\n,117.3,31.9\n", "utf-8")
    (path / "cost.csv").write_text("name,cost_100m_yuan\n合安直线,100\n", "utf-8")
    (path / "strange.csv").write_text("name,population\nAtlantis,100\n", "utf-8")
    (path / "bad_cost.csv").write_text("name,cost_100m_yuan\n合安直线,-1\n", "utf-8")
    return path


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command line in the folder; return its table, or the message that it ended with."""
    monkeypatch.chdir(folder)

    def asked(words: str) -> pd.DataFrame | str:
        status, out, err = run(*shlex.split(words), capsys=capsys, monkeypatch=monkeypatch)
        if status:
            return err
        return pd.read_csv(io.StringIO(out), keep_default_na=False, dtype={"note": str})

    return asked


def test_names_and_tables_of_places_make_a_matrix(ask) -> None:  # type: ignore[no-untyped-def]
    table = ask("travel-time --from 合肥市 --from places.csv --from 肥西县 --to gbk.csv --mode road --format csv")
    assert list(table.columns) == COLUMNS
    assert list(zip(table["from"], table["to"], strict=True)) == [
        (a, b) for a in ("合肥", "甲地", "肥西") for b in ("肥西", "宣城")
    ]
    assert (table["travel_time_min"].astype(float) >= 0).all()
    assert float(table["travel_time_min"].iloc[4]) == 0.0


def test_files_years_and_names_are_scenarios(ask) -> None:  # type: ignore[no-untyped-def]
    words = "travel-time --from 合肥 --to 安庆 --to 宿州 --mode rail --format csv"
    minutes = {}
    for name, more in {
        "today": "",
        "all": "--scenario own.gpkg",
        "2030": "--features own.gpkg --scenario 'YEAR<=2030'",
        "one": "--scenario own.gpkg --project 合宿直线",
    }.items():
        table = ask(f"{words} {more}")
        minutes[name] = table["travel_time_min"].astype(float).tolist()
    assert minutes["all"][0] < minutes["today"][0]
    assert minutes["all"][1] < minutes["today"][1]
    assert minutes["2030"] == [minutes["all"][0], minutes["today"][1]]
    assert minutes["one"] == [minutes["today"][0], minutes["all"][1]]
    # Both are only drawn straight: each time that rests on one says so.
    table = ask(f"{words} --scenario own.gpkg --project 合宿直线")
    assert table["note"].tolist() == ["", "rests on a project that is only drawn straight between its ends"]


def test_the_typical_train_is_slower_and_a_later_month_says_what_is_known(ask) -> None:  # type: ignore[no-untyped-def]
    words = "travel-time --from 合肥 --to 上海 --mode rail --depart-from station --format csv"
    fastest, typical = ask(words), ask(f"{words} --pattern typical")
    assert float(typical["travel_time_min"].iloc[0]) > float(fastest["travel_time_min"].iloc[0])
    assert "known up to 2025-12" in ask(f"{words} --as-of 2030-06")["note"].iloc[0]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("travel-time --from twice.csv --to 合肥", "two places are named 甲"),
        ("travel-time --from empty.csv --to 合肥", "no place in it"),
        ("travel-time --from nameless.csv --to 合肥", "no name in line 2"),
        ("travel-time --from 合肥 --to 上海 --pattern slow", "fastest, typical"),
        ("travel-time --from 合肥 --to 上海 --scenario own.gpkg --project 合阜直线", "no project 合阜直线"),
        ("travel-time --from 合肥 --to 上海 --project 合安直线", "add --scenario plan"),
        ("travel-time --from 合肥 --to 上海 --scenario own.gpkg --features own.gpkg", "one file of projects"),
        ("travel-time --from 合肥 --to 上海 --scenario 'YEAR<=soon'", "no scenario"),
        ("rank --scenario today", "builds nothing"),
        ("rank --scenario own.gpkg --level province", "county, prefecture"),
        ("rank --scenario own.gpkg --level city --cost bad_cost.csv", "line 2"),
        ("rank --scenario own.gpkg --level city --masses cost.csv", "population"),
        ("rank --scenario own.gpkg --level city --masses strange.csv", "one of the places"),
    ],
)
def test_messages_say_what_to_do(ask, words: str, part: str) -> None:  # type: ignore[no-untyped-def]
    message = ask(words)
    assert isinstance(message, str)
    assert part in message
    assert "Traceback" not in message


def test_a_ranking_as_tables_and_map_data(ask, folder: Path) -> None:  # type: ignore[no-untyped-def]
    words = "rank --scenario own.gpkg --level city --mode rail --cost cost.csv"
    table = ask(f"{words} --format csv")
    assert list(table.columns) == RANKING.names
    assert list(table["rank"].astype(int)) == [1, 2]
    assert set(table["scenario"]) == {"own.gpkg"}
    status = ask(f"{words} --out made")
    assert isinstance(status, pd.DataFrame)
    for name, schema in (("ranking", RANKING), ("together", TOGETHER), ("interactions", INTERACTIONS)):
        found = pd.read_csv(folder / "made" / f"{name}.csv", encoding="utf-8-sig")
        assert list(found.columns) == schema.names
    pairs = pd.read_csv(folder / "made" / "before_after.csv", encoding="utf-8-sig")
    assert len(pairs) == 41 * 41
    assert (pairs["saved_min"].dropna() >= 0).all()
    areas = gpd.read_file(folder / "made" / "differences.gpkg")
    assert len(areas) == 41
    assert (areas["saved_min"] >= 0).all()
    assert areas.crs == "EPSG:4326"
    assert isinstance(ask(f"{words} --out made"), pd.DataFrame)  # made again in place
