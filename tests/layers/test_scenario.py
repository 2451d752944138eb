"""Which lines are there: months, stages, and projects that become lines."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from geo.errors import VocabularyError
from geo.geodesy import length_km
from layers.scenario import ProjectAssumptions, as_of, built_lines, counted_once, parse_month, projects_in
from layers.schema import FEATURES, LINES
from layers.siting_notes import encoded, note

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


def test_no_scenario_builds_what_a_plan_has_put_off() -> None:
    codes = [encoded([note("halted"), note("no_place")]), encoded([note("no_place")]), ""]
    table = pd.DataFrame(
        {"status": ["under_construction"] * 3, "opening_year": [2024, 2025, 2026], "siting_codes": codes}
    )
    for scenario in ("plan", "STATUS>=proposed", "YEAR<=2030"):
        assert list(projects_in(table, scenario).index) == [1, 2]


def test_a_project_serves_the_stations_on_its_way_and_gets_an_end() -> None:
    lines, nodes = built_lines(_project(), NODES)
    # 甲 is its start, 乙 lies 1.1 km off, 远 55 km off; the eastern end is new.
    assert lines["nodes"].iloc[0] == "甲|乙|p1.0.b"
    assert nodes.iloc[-1]["name"] == "p1.0.b"
    assert nodes.iloc[-1]["kind"] == "station"
    straight = length_km(LineString([(117.0, 31.0), (118.0, 31.0)]))
    assert lines["route_length_km"].iloc[0] == pytest.approx(1.1 * straight)
    assert lines["speed_km_h"].iloc[0] == 350.0


def test_scenarios_choose_by_opening_year() -> None:
    table = pd.DataFrame({"status": ["proposed", "operating", "starting"], "opening_year": [2030, 2024, pd.NA]})
    # One in operation is there already; one without a year is in no year's scenario.
    assert list(projects_in(table, "YEAR<=2030").index) == [0]
    assert projects_in(table, "YEAR<=2029").empty


def test_a_rough_drawing_ends_at_the_station_within_its_accuracy() -> None:
    # The western end lies 9.5 km from 甲; drawn to 10 km it ends there, drawn to 3 km at a new station.
    west = LineString([(116.9, 31.0), (118.0, 31.0)])
    ends = [built_lines(_project(geometry=west, accuracy_km=km), NODES)[0]["nodes"].iloc[0] for km in (10.0, 3.0)]
    assert ends == ["甲|乙|p1.0.b", "p1.0.a|甲|乙|p1.0.b"]


def test_towns_on_the_way_get_a_stop_where_none_is_near() -> None:
    towns = pd.DataFrame(
        {"name": ["东镇", "乙镇", "北镇"], "lon": [117.75, 117.55, 117.8], "lat": [31.03, 31.02, 31.2]}
    )
    lines, nodes = built_lines(_project(), NODES, towns=towns)
    # 东镇 lies 3 km off and 24 km from 乙; 乙镇 has 乙 some 5 km away; 北镇 lies 22 km off.
    assert lines["nodes"].iloc[0] == "甲|乙|东镇@p1.0|p1.0.b"
    stop = nodes.set_index("name").loc["东镇@p1.0"]
    assert (stop["mode"], stop["kind"]) == ("rail", "station")
    assert (stop["lon"], stop["lat"]) == pytest.approx((117.75, 31.0), abs=1e-6)


def test_a_speed_of_its_own_is_used() -> None:
    lines, _ = built_lines(_project(speed_km_h=250.0), NODES)
    assert (lines["speed_km_h"].iloc[0], lines["note"].iloc[0]) == (250.0, "")


def test_the_spread_of_what_is_assumed() -> None:
    slow, fast = ProjectAssumptions().spread()
    assert slow.speed_km_h["high_speed_rail"] == 250.0 < fast.speed_km_h["high_speed_rail"]
    assert fast.route_per_straight == 1.0 < ProjectAssumptions().route_per_straight < slow.route_per_straight


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


def _lines(**coords: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    rows = [
        {
            "feature_id": name,
            "name": name,
            "mode": "rail",
            "kind": "high_speed_rail",
            "status": "proposed" if name.startswith("late") else "under_construction",
            "drawn_by": "straight",
            "accuracy_km": 5.0,
            "route_length_km": 2.0 * length_km(LineString(points)),
            "length_km": length_km(LineString(points)),
            "geometry": LineString(points),
        }
        for name, points in coords.items()
    ]
    table = LINES.coerce(gpd.GeoDataFrame(rows, crs="EPSG:4326"))
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


EMPTY = gpd.GeoDataFrame(LINES.empty(), geometry=gpd.GeoSeries([], crs="EPSG:4326"), crs="EPSG:4326")


def test_the_same_corridor_counts_once_and_the_further_stage_stays() -> None:
    new = _lines(late=[(117, 31), (118, 31)], sure=[(117, 31.005), (118, 31.005)], other=[(117, 32), (118, 32)])
    counted = counted_once(new, EMPTY)
    assert sorted(counted["name"]) == ["other", "sure"]
    # Half a kilometre apart along 95 km: one railway. What stays keeps its length, drawn and published.
    assert counted.set_index("name").loc["sure", "length_km"] == pytest.approx(length_km(new.geometry.iloc[1]))
    assert (counted["route_length_km"] / counted["length_km"]).tolist() == pytest.approx([2.0, 2.0])


def test_only_the_part_beyond_the_finished_line_is_new() -> None:
    built = _lines(built=[(117, 31), (117.5, 31)])
    new = _lines(whole=[(117, 31), (117.5, 31), (118, 31)])
    counted = counted_once(new, built)
    # From 117.5° E, and 3 km beyond the end of what is built.
    assert counted["length_km"].sum() == pytest.approx(length_km(LineString([(117.5, 31), (118, 31)])) - 3.0, abs=0.1)
    # The same beside a conventional railway is new track.
    old = built.assign(kind="conventional_rail")
    assert counted_once(new, old)["length_km"].sum() == pytest.approx(new["length_km"].sum())
    # A new railway 5 km beside an old one does count.
    beside = _lines(beside=[(117, 31.05), (117.5, 31.05)])
    assert counted_once(beside, built)["length_km"].sum() == pytest.approx(beside["length_km"].sum())


def test_counting_once_never_adds() -> None:
    new = _lines(a=[(117, 31), (118, 31.4)], b=[(117, 31.4), (118, 31)], late_c=[(117, 31), (118, 31.38)])
    counted = counted_once(new, EMPTY)
    assert counted["length_km"].sum() <= new["length_km"].sum()
    assert counted["length_km"].sum() >= new["length_km"].iloc[:2].sum() - 20
    assert counted_once(EMPTY, new).empty


def test_a_crossing_takes_nothing_away() -> None:
    built = _lines(built=[(117.5, 30.5), (117.5, 31.5)])
    new = _lines(new=[(117, 31), (118, 31)])
    counted = counted_once(new, built)
    assert counted["length_km"].sum() == pytest.approx(new["length_km"].sum(), rel=1e-9)
    assert len(counted) == 1
