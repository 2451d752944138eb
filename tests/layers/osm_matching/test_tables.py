"""The table for review, what a planner decides in it, and the features that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from geo.errors import SchemaError
from geo.geodesy import length_km
from geo.io import read_table, write_features, write_table
from layers.features import attributions_of
from layers.osm.schema import ATTRIBUTION
from layers.osm_matching import OSM_MATCHES, Candidates
from layers.osm_matching.files import read_osm_lines
from layers.osm_matching.schema import REASONS
from layers.osm_matching.tables import match_lines, read_choices, redrawn
from layers.project_lines import built_lines
from layers.schema import FEATURES
from tests.layers.osm_matching.sample import FAST, course, table, tracks, wanted, ways

A, B = (117.0, 31.8), (118.2, 31.8)
LINE = course(A, B)
OSM = table(ways(tracks(LINE), "沪汉高速铁路", tags=FAST))
TWO = table(
    ways(tracks(LINE), "沪汉高速铁路", tags=FAST), ways(tracks(LINE + np.array([0.0, 0.03])), "沪汉高速铁路", tags=FAST)
)
SIXTY = table(ways(tracks(LINE[:36]), "沪汉高速铁路", tags=FAST))
NODES = pd.DataFrame(columns=["mode", "name", "kind", "lon", "lat"])


def _features(**facts: Any) -> gpd.GeoDataFrame:
    row = {
        "feature_id": "p1",
        "origin": "project",
        "name": "沪汉高铁",
        "mode": "rail",
        "kind": "high_speed_rail",
        "work": "new",
        "status": "under_construction",
        "drawn_by": "nodes",
        "accuracy_km": 5.0,
        "source": "plan",
        **facts,
    }
    frame = gpd.GeoDataFrame(pd.DataFrame([row]), geometry=[LineString([A, B])], crs=FEATURES.crs)
    return FEATURES.coerce(frame)[[*FEATURES.names, "geometry"]]


def _matched(osm: gpd.GeoDataFrame, choices: pd.DataFrame | None = None, **facts: Any) -> gpd.GeoDataFrame:
    return match_lines([wanted([A, B], "沪汉高铁", **facts)], Candidates(osm), choices=choices)


def _chosen(tmp_path: Path, text: str) -> pd.DataFrame:
    path = tmp_path / "choices.csv"
    path.write_text(text, encoding="utf-8")
    return read_choices(path)


def test_a_replaced_line_says_what_it_is_and_whose() -> None:
    before = _features()
    after = redrawn(before, _matched(OSM)).iloc[0]
    assert after["drawn_by"] == "osm"
    assert after["accuracy_km"] == 0.1
    assert after["length_km"] == pytest.approx(length_km(LineString(LINE)), rel=1e-3)
    assert after["source"] == f"plan; {ATTRIBUTION}"
    assert "沪汉高速铁路" in after["siting_note"]
    assert before.iloc[0]["drawn_by"] == "nodes"  # what came in is left alone
    assert "OpenStreetMap: 沪汉" in redrawn(before, _matched(OSM), lang="en").iloc[0]["siting_note"]


def test_what_is_only_planned_is_not_drawn_as_exact() -> None:
    accuracy = {}
    for status, lifecycle in (
        ("operating", "in_use"),
        ("under_construction", "construction"),
        ("proposed", "proposed"),
    ):
        osm = table(ways(tracks(LINE), "沪汉高速铁路", tags=FAST, status=status, lifecycle=lifecycle))
        accuracy[status] = redrawn(_features(), _matched(osm)).iloc[0]["accuracy_km"]
    assert accuracy == {"operating": 0.1, "under_construction": 0.5, "proposed": 3.0}


def test_attribution_goes_with_lines_of_openstreetmap_and_with_no_others() -> None:
    before = _features()
    assert ATTRIBUTION not in attributions_of(before)
    assert attributions_of(redrawn(before, _matched(OSM)))[-1] == ATTRIBUTION


def test_a_part_or_two_of_the_name_leave_the_drawing_and_say_so() -> None:
    for osm, told in ((SIXTY, "只覆盖"), (TWO, "两条")):
        after = redrawn(_features(), _matched(osm)).iloc[0]
        assert after["drawn_by"] == "nodes"
        assert after["accuracy_km"] == 5.0
        assert after.geometry.equals(LineString([A, B]))
        assert told in after["siting_note"]
        assert ATTRIBUTION not in after["source"]


def test_a_line_that_the_network_has_adds_none_when_it_is_redrawn() -> None:
    """``osm`` is a new line for the network, but not where it stands for an existing one that was drawn on."""
    new = redrawn(_features(), _matched(OSM))
    assert len(built_lines(new, NODES)[0]) == 1
    old = redrawn(_features(drawn_by="network"), _matched(OSM, drawn_by="network", in_network=True))
    assert old.iloc[0]["drawn_by"] == "osm"
    assert len(built_lines(old, NODES)[0]) == 0


def test_the_table_is_written_and_read_again(tmp_path: Path) -> None:
    matches = _matched(OSM)
    write_table(matches, tmp_path / "osm_matches.csv", OSM_MATCHES)
    plain = OSM_MATCHES.__class__("osm_matches", OSM_MATCHES.columns, OSM_MATCHES.key)
    again = read_table(tmp_path / "osm_matches.csv", plain)
    pd.testing.assert_frame_equal(again, pd.DataFrame(matches[OSM_MATCHES.names]), check_dtype=False)
    assert read_choices(tmp_path / "osm_matches.csv").empty
    row = again.iloc[0]
    assert (row["decision"], row["matched_by"], row["ways"]) == ("replaced", "name", 4)


def test_a_planner_refuses_a_match(tmp_path: Path) -> None:
    choices = _chosen(tmp_path, "编号,人工裁定,裁定说明\np1,不采用,老线\n")
    matches = _matched(OSM, choices)
    row = matches.iloc[0]
    assert (row["decision"], row["reasons"], row["choice_note"]) == ("refused", "by_user", "老线")
    assert redrawn(_features(), matches).iloc[0]["drawn_by"] == "nodes"


def test_a_planner_uses_what_was_left_open(tmp_path: Path) -> None:
    choices = _chosen(tmp_path, "feature_id,choice\np1,use\n")
    for osm in (TWO, SIXTY):
        assert _matched(osm).iloc[0]["decision"] != "replaced"
        row = _matched(osm, choices).iloc[0]
        assert row["decision"] == "replaced"
        assert row["reasons"].startswith("by_user|")


def test_a_hole_that_a_planner_accepts_is_not_drawn_as_exact(tmp_path: Path) -> None:
    dense = course(A, B, count=1200)
    hole = 100 * length_km(LineString(dense)) / 1199
    holed = table(ways([LineString(dense[:500]), LineString(dense[599:])], "沪汉高速铁路", tags=FAST))
    matches = _matched(holed, _chosen(tmp_path, "feature_id,choice\np1,use\n"))
    after = redrawn(_features(), matches).iloc[0]
    assert after["drawn_by"] == "osm"
    assert after["accuracy_km"] == pytest.approx(0.13 * hole, rel=0.02)  # as of a straight piece of that length
    assert "以直线相连" in after["siting_note"]


def test_a_planner_names_the_ways(tmp_path: Path) -> None:
    second = TWO["osm_id"][TWO.geometry.map(lambda line: line.centroid.y > 31.83)]
    ids = "|".join(second.iloc[:4])
    row = _matched(TWO, _chosen(tmp_path, f"feature_id,choice,chosen_ways\np1,use,{ids}\n")).iloc[0]
    assert (row["decision"], row["reasons"]) == ("replaced", "by_user")
    assert row.geometry.centroid.y > 31.83
    lost = _matched(TWO, _chosen(tmp_path, "feature_id,choice,chosen_ways\np1,use,way/99999\n")).iloc[0]
    assert (lost["decision"], lost["reasons"]) == ("refused", "user_ways_lost")


def test_choices_that_cannot_be_read_are_listed(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"row 2: 'maybe' is no choice; .* row 3: chosen_ways"):
        _chosen(tmp_path, "feature_id,choice,chosen_ways\np1,maybe,\np2,,way/1\n")
    with pytest.raises(SchemaError, match="repeats"):
        _chosen(tmp_path, "feature_id,choice\np1,use\np1,refuse\n")
    with pytest.raises(SchemaError, match="no such file"):
        read_choices(tmp_path / "none.csv")


def test_lines_come_from_a_folder_or_a_file(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"osm_id": ["node/1"]}, geometry=gpd.points_from_xy([117], [32]), crs=4326)
    gone = OSM.assign(lifecycle="abandoned", status="unspecified", osm_id=OSM["osm_id"] + "9")
    layers = {"osm_points": points, "osm_lines": OSM, "osm_former_lines": gone}
    write_features(layers, tmp_path / "osm.gpkg")
    for path in (tmp_path, tmp_path / "osm.gpkg"):
        pd.testing.assert_frame_equal(read_osm_lines(path).drop(columns="geometry"), OSM.drop(columns="geometry"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SchemaError, match="import-osm"):
        read_osm_lines(empty)
    write_features({"osm_points": points}, empty / "points.gpkg")
    with pytest.raises(SchemaError, match="no layer"):
        read_osm_lines(empty)


def test_lines_come_from_an_openstreetmap_file_itself(tmp_path: Path) -> None:
    nodes = "".join(
        f'<node id="{i}" lon="{x}" lat="{y}" version="1"/>' for i, (x, y) in enumerate([A, (117.6, 31.9), B], 1)
    )
    refs = "".join(f'<nd ref="{i}"/>' for i in (1, 2, 3))
    tags = {"railway": "construction", "construction": "rail", "highspeed": "yes", "alt_name": "沪汉高速铁路"}
    said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    text = f'<osm version="0.6">{nodes}<way id="7" version="1">{refs}{said}</way></osm>'
    (tmp_path / "map.osm").write_text(text, encoding="utf-8")
    lines = read_osm_lines(tmp_path / "map.osm")
    assert lines[["osm_id", "status"]].to_numpy().tolist() == [["way/7", "under_construction"]]
    assert _matched(lines, accuracy_km=12.0).iloc[0]["decision"] == "replaced"


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in REASONS.values())
