"""Which lines are there: months, stages, and projects that become lines."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from geo.errors import VocabularyError
from geo.geodesy import length_km
from layers.scenario import as_of, built_lines, parse_month, projects_in
from layers.schema import FEATURES

NODES = pd.DataFrame(
    {
        "mode": "rail",
        "name": ["甲", "乙", "远"],
        "kind": ["station", "station", "station"],
        "lon": [117.0, 117.5, 117.5],
        "lat": [31.0, 31.01, 31.5],
    }
)


def _project(**more: object) -> gpd.GeoDataFrame:
    row = {
        "feature_id": "p1",
        "origin": "project",
        "name": "甲丙高铁",
        "mode": "rail",
        "kind": "high_speed_rail",
        "work": "new",
        "status": "under_construction",
        "drawn_by": "straight",
        "geometry": LineString([(117.0, 31.0), (118.0, 31.0)]),
        **more,
    }
    return gpd.GeoDataFrame(FEATURES.coerce(gpd.GeoDataFrame([row], crs="EPSG:4326")), crs="EPSG:4326")


def test_as_of_follows_opening_and_closing() -> None:
    lines = pd.DataFrame(
        {
            "name": ["old", "opened", "year only", "closed", "always"],
            "opening_month": ["1912", "2020-06", "2020", "1990", ""],
            "closing_month": ["", "", "", "2013-05", ""],
        }
    )
    assert list(as_of(lines, "2020-06")["name"]) == ["old", "opened", "always"]
    assert list(as_of(lines, "2020-12")["name"]) == ["old", "opened", "year only", "always"]
    assert list(as_of(lines, "2013-04")["name"]) == ["old", "closed", "always"]
    assert list(as_of(lines, "2013-05")["name"]) == ["old", "always"]


@pytest.mark.parametrize("text", ["", "2020-13", "20-06", "June 2020", "2020-00"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(VocabularyError, match="YYYY-MM"):
        parse_month(text)


def test_scenarios_choose_by_stage() -> None:
    stages = ["proposed", "preparatory", "starting", "under_construction", "operating", "unspecified"]
    table = pd.DataFrame({"status": stages})
    assert projects_in(table, "today").empty
    assert list(projects_in(table, "plan")["status"]) == [s for s in stages if s != "operating"]
    assert list(projects_in(table, "STATUS>=starting")["status"]) == ["starting", "under_construction"]
    with pytest.raises(VocabularyError, match="under_construction"):
        projects_in(table, "STATUS>=soon")
    with pytest.raises(VocabularyError, match="no scenario"):
        projects_in(table, "tomorrow")


def test_a_project_serves_the_stations_on_its_way_and_gets_an_end() -> None:
    lines, nodes = built_lines(_project(), NODES)
    # 甲 is its start, 乙 lies 1.1 km off, 远 55 km off; the eastern end is new.
    assert lines["nodes"].iloc[0] == "甲|乙|p1.0.b"
    assert nodes.iloc[-1]["name"] == "p1.0.b"
    assert nodes.iloc[-1]["kind"] == "station"
    straight = length_km(LineString([(117.0, 31.0), (118.0, 31.0)]))
    assert lines["route_length_km"].iloc[0] == pytest.approx(1.1 * straight)
    assert lines["speed_km_h"].iloc[0] == 350.0


def test_a_line_through_nodes_is_not_stretched() -> None:
    lines, _ = built_lines(_project(drawn_by="nodes"), NODES)
    assert lines["route_length_km"].iloc[0] == pytest.approx(lines["length_km"].iloc[0])


@pytest.mark.parametrize(
    "change",
    [
        {"work": "upgrade"},
        {"drawn_by": "network"},
        {"drawn_by": "point", "geometry": Point(117, 31)},
        {"kind": "national_road", "mode": "highway"},
        {"mode": "waterway", "kind": "inland_waterway"},
    ],
)
def test_what_adds_no_link(change: dict[str, object]) -> None:
    lines, nodes = built_lines(_project(**change), NODES)
    assert lines.empty
    assert len(nodes) == len(NODES)
