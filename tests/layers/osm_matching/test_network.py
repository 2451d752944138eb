"""Today's network against a mapped one: made up from itself, and real alignments that are not shipped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from benchmarks._mirrored_network import dealt, mirrored, taken_from
from layers.features import network_features
from layers.osm_matching import Candidates, MatchAssumptions
from layers.osm_matching.measures import distances_km, evenly
from layers.osm_matching.network import existing_lines, wanted_of_network
from layers.osm_matching.tables import match_lines
from tests.layers.osm_matching.sample import FAST, MOTORWAY, table, ways

ALIGNMENTS = {"京沪高速线": "京沪高铁", "徐兰高速线": "徐兰高铁", "杭深线": "杭深铁路", "沪昆高速线": "沪昆高铁"}
"""Names of the alignments of shared/data and of our lines on them; 沪蓉线 bears no name of ours (宁蓉铁路)."""


@pytest.fixture(scope="module")
def network() -> gpd.GeoDataFrame:
    return network_features()


def test_of_a_mapped_network_each_line_finds_itself(network: gpd.GeoDataFrame) -> None:
    """Every fourth line: none takes another's ways, and most are found although one piece in twenty is unnamed."""
    osm, made_from = mirrored()
    looked_for = [one for one in wanted_of_network(network) if one.mode in {"rail", "highway"}][::4]
    matches = match_lines(looked_for, Candidates(osm))
    found = matches[matches["decision"] == "replaced"]
    for row in found.itertuples(index=False):
        shares = taken_from(row.osm_ids, made_from)
        assert shares.get(row.feature_id, 0.0) >= 0.6, (row.name, shares)
        assert row.median_off_km < 1.5
    assert len(found) >= 0.85 * len(looked_for)
    ratio = found["length_km"] / found["drawn_length_km"]
    assert ratio.between(0.99, 1.03).all()  # of both tracks once, and longer than the chords by the swing


def test_names_dealt_out_at_random_lead_to_no_wrong_line(network: gpd.GeoDataFrame) -> None:
    """Every line is given the name and number of another: what is replaced all the same got its own by chance."""
    osm, made_from = mirrored()
    looked_for = [one for one in wanted_of_network(network) if one.mode in {"rail", "highway"}][::2]
    matches = match_lines(looked_for, Candidates(dealt(osm, made_from, seed=1)))
    found = matches[matches["decision"] == "replaced"]
    others = [row.name for row in found.itertuples() if taken_from(row.osm_ids, made_from).index[0] != row.feature_id]
    assert len(others) <= 1, others  # a line dealt the name of one that runs within its accuracy from end to end
    assert len(found) < 0.05 * len(looked_for)


@pytest.fixture(scope="module")
def true_railways(shared: Path) -> gpd.GeoDataFrame:
    """The five alignments as ways of 60 vertices."""
    parts = []
    for path in sorted((shared / "data" / "rail-hsr-kml").glob("*.kml")):
        read = gpd.read_file(path, columns=["Name"], on_invalid="ignore")
        points = shapely.get_coordinates(shapely.force_2d(read.geometry.iloc[0]))
        pieces = [shapely.LineString(points[i : i + 61]) for i in range(0, len(points) - 1, 60)]
        parts.append(ways(pieces, path.stem.split("(")[0], tags=FAST))
    return table(*parts)


def test_true_railways_replace_our_lines_of_their_name_and_no_other(
    network: gpd.GeoDataFrame, true_railways: gpd.GeoDataFrame
) -> None:
    looked_for = [one for one in wanted_of_network(network) if one.mode == "rail"]
    matches = match_lines(looked_for, Candidates(true_railways)).set_index("feature_id")
    found = matches[matches["decision"] == "replaced"]
    line_of = existing_lines().set_index("feature_id")["line"]
    lies_on = {name: line for name, line in ALIGNMENTS.items() if (true_railways["name"] == name).any()}
    for feature_id, row in found.iterrows():
        assert line_of[feature_id] == lies_on[row["osm_name"]], row["name"]
    right = set(line_of.index[line_of.isin(lies_on.values())])
    assert set(found.index) == right  # 12 of 12, none wrong
    # A second method: the drawn line lies within 3 km of the alignment that took its place.
    for feature_id in right:
        drawn = next(one.geometry for one in looked_for if one.feature_id == feature_id)
        assert float(distances_km(evenly(drawn, 1.0), found.loc[feature_id].geometry).max()) < 3.0


@pytest.fixture(scope="module")
def true_bridges(shared: Path) -> gpd.GeoDataFrame:
    """Motorway bridges of 安徽 with name and number: an expressway network full of holes."""
    rows: Any = gpd.read_file(shared / "data" / "expressway-anhui-osm-2024" / "motorway_bridges_anhui.gpkg")
    rows = rows.fillna({"name": "", "ref": "", "old_name": ""})
    parts = []
    for (name, ref, old), group in rows.groupby(["name", "ref", "old_name"], sort=True):
        tags = MOTORWAY | ({"old_name": old} if old else {})
        parts.append(ways(list(group.geometry), name, mode="highway", ref=ref, tags=tags, bridge=True))
    return table(*parts)


def test_bridges_alone_are_no_road_but_are_told_to_be_the_roads(
    network: gpd.GeoDataFrame, true_bridges: gpd.GeoDataFrame
) -> None:
    inside = [one for one in wanted_of_network(network) if re.match("hw-.*-ah-", one.feature_id)]
    looked_for = inside[::2]
    candidates = Candidates(true_bridges)
    matches = match_lines(looked_for[::3], candidates)
    assert not (matches["decision"] == "replaced").any()
    # Jumping the holes between bridges gives long parts of the roads: each bears the number and runs where it is drawn.
    loose = MatchAssumptions(gap_km=12.0, most_gaps_share=1.0, seek_gap_km=12.0)
    jumped = match_lines(looked_for, candidates, assumptions=loose)
    routes = jumped[jumped["length_km"] > 20.0]
    assert len(routes) >= 12
    code_of = {one.feature_id: one.refs for one in looked_for}
    numbered = [
        bool(code_of[i] & set(str(ref).split("|")))
        for i, ref in zip(routes["feature_id"], routes["osm_ref"], strict=True)
    ]
    assert all(numbered)
    assert (routes["on_course_share"] >= 0.9).all()
