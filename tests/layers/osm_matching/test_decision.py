"""Traps of matching: what bears the name and is not the line, and what is the line in a hundred pieces."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, Point

from geo.geodesy import length_km
from layers.osm_matching import Candidates, Decision, Match, Wanted, match_line
from tests.layers.osm_matching.sample import FAST, course, table, tracks, wanted, ways

A, B = (117.0, 31.8), (118.2, 31.8)
LINE = course(A, B)
KM = length_km(LineString(LINE))
STRAIGHT = [A, B]
SUBWAY = {"railway": "subway"}


def _match(line: Wanted, *parts: gpd.GeoDataFrame) -> Match:
    return match_line(line, Candidates(table(*parts)))


def _moved(km: float) -> NDArray[np.float64]:
    return np.asarray(LINE + np.array([0.0, km / 110.9]))


# ---- the line itself ----------------------------------------------------------------------------------------------


def test_both_tracks_in_pieces_are_the_line_once() -> None:
    both = tracks(LINE)
    osm = [ways(both[:4], "沪汉高速铁路上行线", tags=FAST), ways(both[4:], "沪汉高速铁路下行线", tags=FAST)]
    found = _match(wanted(STRAIGHT, "沪汉高铁"), *osm)
    assert found.decision is Decision.REPLACED
    assert found.evidence["length_km"] == pytest.approx(KM, rel=1e-3)  # not twice that
    assert found.evidence["matched_by"] == "name"
    assert found.evidence["coverage_share"] == 1.0
    assert found.geometry is not None
    assert found.geometry.hausdorff_distance(LineString(LINE)) < 0.0002  # one of the two tracks, 10 m from the middle


def test_a_way_may_bear_the_name_in_any_tag_or_only_the_number() -> None:
    road = wanted(STRAIGHT, "沪汉高速", mode="highway", kind="expressway")
    both = tracks(LINE)
    for tag in ("name:zh", "alt_name", "old_name", "official_name"):
        tagged = {"highway": "motorway", tag: "沪汉高速公路"}
        assert _match(road, ways(both, "新名高速公路", mode="highway", tags=tagged)).decision is Decision.REPLACED
    numbered = replace(road, refs=frozenset({"G40"}))
    found = _match(numbered, ways(both, mode="highway", ref="G3;G40"))
    assert found.decision is Decision.REPLACED
    assert found.evidence["matched_by"] == "ref"
    assert found.evidence["osm_ref"] == "G3|G40"
    assert _match(road, ways(both, "新名高速公路", mode="highway")).decision is Decision.ABSENT


def test_a_line_that_goes_on_is_cut_at_the_ends() -> None:
    longer = course((116.0, 31.8), A, B, (119.0, 31.8), count=150)
    found = _match(wanted(STRAIGHT, "沪汉高铁"), ways(tracks(longer, pieces=9), "沪汉高铁", tags=FAST))
    assert found.decision is Decision.REPLACED
    assert found.evidence["length_km"] == pytest.approx(KM, rel=0.02)
    assert length_km(LineString(longer)) > 2.0 * KM


def test_a_line_cut_out_of_two_separate_carriageways_may_begin_on_either() -> None:
    longer = course((116.0, 31.8), A, B, (119.0, 31.8), count=150)
    road = wanted(STRAIGHT, "沪汉高速", mode="highway", kind="expressway")
    found = _match(road, ways(tracks(longer, joined=False), "沪汉高速公路", mode="highway"))
    assert found.decision is Decision.REPLACED
    assert found.evidence["length_km"] == pytest.approx(KM, rel=0.02)


def test_a_ring_is_followed_round() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 121)
    ring = np.column_stack([117.2 + 0.25 * np.cos(angle), 31.8 + 0.21 * np.sin(angle)])
    drawn = ring[::12]
    road = wanted(drawn, "庐州绕城高速", mode="highway", kind="ring_road", accuracy_km=3.0)
    both = [LineString(ring * scale - np.array([117.2, 31.8]) * (scale - 1.0)) for scale in (1.0, 1.001)]
    found = _match(road, ways(both, "庐州绕城高速公路", mode="highway"))
    assert found.decision is Decision.REPLACED
    assert found.evidence["length_km"] == pytest.approx(length_km(both[0]), rel=0.01)


def test_a_bridge_of_another_name_joins_the_line_and_is_told() -> None:
    both = tracks(LINE, pieces=12)
    bridges = [both[5], both[17]]
    rest = [line for line in both if line not in bridges]
    found = _match(
        wanted(STRAIGHT, "沪汉高铁"), ways(rest, "沪汉高铁", tags=FAST), ways(bridges, "汉江大桥", tags=FAST)
    )
    assert found.decision is Decision.REPLACED
    assert found.evidence["other_names_km"] == pytest.approx(length_km(bridges[0]), rel=0.01)


def test_too_much_under_another_name_is_another_line() -> None:
    both = tracks(LINE, pieces=4)
    found = _match(
        wanted(STRAIGHT, "沪汉高铁"),
        ways([both[0], both[3], both[4], both[7]], "沪汉高铁", tags=FAST),
        ways([both[1], both[2], both[5], both[6]], "郑杭高铁", tags=FAST),
    )
    assert found.decision in {Decision.REFUSED, Decision.PARTIAL}


def test_a_road_that_ends_on_another_goes_on_over_the_ramp() -> None:
    middle = len(LINE) // 2
    first, second = LINE[: middle + 1], LINE[middle:]
    apart = second + np.array([0.0, 0.006])
    ramp = LineString([first[-1], apart[3]])
    road = wanted(STRAIGHT, "沪汉高速", mode="highway", kind="expressway")
    parts = [ways([LineString(first), LineString(apart)], "沪汉高速公路", mode="highway")]
    parts.append(ways([ramp], mode="highway", tags={"highway": "motorway_link"}, kind="expressway_ramp"))
    found = _match(road, *parts)
    assert found.decision is Decision.REPLACED
    assert 0.0 < float(str(found.evidence["other_names_km"])) <= length_km(ramp) * 1.01


# ---- what is missing ----------------------------------------------------------------------------------------------


def _with_hole(km: float) -> gpd.GeoDataFrame:
    dense = course(A, B, count=1200)
    half = np.searchsorted(dense[:, 0], 117.6)
    step = round(km / (length_km(LineString(dense)) / (len(dense) - 1)))
    return ways([LineString(dense[:half]), LineString(dense[half + step - 1 :])], "沪汉高铁", tags=FAST)


def test_a_small_hole_is_joined_and_reported() -> None:
    found = _match(wanted(STRAIGHT, "沪汉高铁"), _with_hole(0.3))
    assert found.decision is Decision.REPLACED
    assert found.reasons == ("bridged",)
    assert found.evidence["gaps"] == 1
    assert found.evidence["gaps_km"] == pytest.approx(0.3, abs=0.1)


def test_a_wide_hole_makes_it_partial() -> None:
    found = _match(wanted(STRAIGHT, "沪汉高铁"), _with_hole(8.0))
    assert found.decision is Decision.PARTIAL
    assert "gap" in found.reasons
    assert found.evidence["coverage_share"] == pytest.approx(1.0 - 8.0 / KM, abs=0.01)
    assert str(found.evidence["gap_at"]).startswith("117.")


def test_three_fifths_of_a_line_are_not_the_line() -> None:
    part = LINE[: int(0.6 * len(LINE))]
    found = _match(wanted(STRAIGHT, "沪汉高铁"), ways(tracks(part), "沪汉高铁", tags=FAST))
    assert found.decision is Decision.PARTIAL
    assert "ends_far" in found.reasons
    assert found.evidence["coverage_share"] == pytest.approx(0.6, abs=0.1)


def test_pieces_that_nothing_joins_are_partial() -> None:
    far = [LineString(LINE[:6]), LineString(LINE[-6:])]
    found = _match(wanted(STRAIGHT, "沪汉高铁"), ways(far, "沪汉高铁", tags=FAST))
    assert found.decision is Decision.PARTIAL


# ---- what bears the name and is not the line ----------------------------------------------------------------------


def test_the_same_number_in_another_province_is_not_found() -> None:
    road = wanted(STRAIGHT, "S17", mode="highway", kind="expressway", ref="S17")
    assert (
        _match(road, ways(tracks(LINE + np.array([2.5, 1.0])), mode="highway", ref="S17")).decision is Decision.ABSENT
    )


def test_a_provincial_number_alone_does_not_make_a_rough_drawing_exact() -> None:
    road = wanted(STRAIGHT, "S17", mode="highway", kind="expressway", ref="S17", accuracy_km=15.0)
    found = _match(road, ways(tracks(_moved(8.0)), mode="highway", ref="S17"))
    assert found.decision is Decision.REFUSED
    assert "number_only" in found.reasons
    national = wanted(STRAIGHT, "G17", mode="highway", kind="expressway", ref="G17", accuracy_km=15.0)
    assert _match(national, ways(tracks(LINE), mode="highway", ref="G17")).decision is Decision.REPLACED


def test_road_and_railway_of_one_name_each_find_their_own() -> None:
    rail, road = tracks(LINE), tracks(_moved(3.0))
    osm = [ways(rail, "沪宁城际铁路", tags=FAST), ways(road, "沪宁高速公路", mode="highway")]
    found = _match(wanted(STRAIGHT, "沪宁城际", kind="intercity_rail"), *osm)
    assert found.decision is Decision.REPLACED
    assert found.evidence["osm_name"] == "沪宁城际铁路"
    drawn = wanted(STRAIGHT, "沪宁高速", mode="highway", kind="expressway")
    assert _match(drawn, *osm).evidence["osm_name"] == "沪宁高速公路"


def test_a_metro_of_the_name_is_not_the_railway() -> None:
    found = _match(wanted(STRAIGHT, "宁句城际", kind="intercity_rail"), ways(tracks(LINE), "宁句线", tags=SUBWAY))
    assert found.decision is Decision.REFUSED
    assert found.reasons == ("other_class",)


def test_the_old_line_beside_is_not_the_new_one() -> None:
    old, new = ways(tracks(_moved(2.0)), "京沪铁路"), ways(tracks(LINE), "京沪高速铁路", tags=FAST)
    found = _match(wanted(STRAIGHT, "京沪高铁"), old, new)
    assert (found.decision, found.evidence["osm_name"]) == (Decision.REPLACED, "京沪高速铁路")
    slow = wanted(STRAIGHT, "京沪铁路", kind="conventional_rail", work="upgrade")
    assert _match(slow, old, new).evidence["osm_name"] == "京沪铁路"
    alone = _match(wanted(STRAIGHT, "京沪高铁"), old)
    assert (alone.decision, alone.reasons) == (Decision.REFUSED, ("other_class",))


def test_two_lines_of_the_name_are_left_to_the_planner() -> None:
    osm = [ways(tracks(_moved(km)), "宁芜铁路") for km in (-2.0, 2.0)]
    found = _match(wanted(STRAIGHT, "宁芜铁路", kind="conventional_rail", work="upgrade"), *osm)
    assert found.decision is Decision.AMBIGUOUS
    assert str(found.evidence["second_route"]).startswith("宁芜铁路")


def test_the_other_carriageway_is_no_second_route() -> None:
    wide = tracks(LINE, apart_deg=0.002)  # 200 m, as in the mountains
    assert _match(wanted(STRAIGHT, "沪汉高铁"), ways(wide, "沪汉高铁", tags=FAST)).decision is Decision.REPLACED


def test_a_namesake_elsewhere_within_the_band_is_refused() -> None:
    """A line of that name crosses the band at right angles: found by name, refused by place."""
    across = np.column_stack([np.full(40, 117.6), np.linspace(31.0, 32.6, 40)])
    found = _match(wanted(STRAIGHT, "沪汉高铁"), ways(tracks(across), "沪汉高铁", tags=FAST))
    assert (found.decision, found.reasons) == (Decision.REFUSED, ("unjoined",))


def test_a_line_off_the_drawing_by_more_than_its_accuracy_is_refused() -> None:
    bulge = course(A, B, bend_deg=0.3)
    precise = wanted(STRAIGHT, "沪汉高铁", accuracy_km=5.0)
    found = _match(precise, ways(tracks(bulge), "沪汉高铁", tags=FAST))
    assert found.decision is Decision.REFUSED
    assert "off_course" in found.reasons
    rough = replace(precise, accuracy_km=25.0)
    assert _match(rough, ways(tracks(bulge), "沪汉高铁", tags=FAST)).decision is Decision.REPLACED


def test_a_line_that_misses_a_place_of_the_project_is_refused() -> None:
    by = replace(wanted(STRAIGHT, "沪汉高铁"), places=(Point(117.6, 32.5).buffer(0.2),))
    assert "misses_place" in _match(by, ways(tracks(LINE), "沪汉高铁", tags=FAST)).reasons


def test_a_published_length_goes_before_the_drawn_one() -> None:
    twice = replace(wanted(STRAIGHT, "沪汉高铁"), route_length_km=2.0 * KM)
    found = _match(twice, ways(tracks(LINE), "沪汉高铁", tags=FAST))
    assert (found.decision, found.reasons) == (Decision.REFUSED, ("too_short",))


def test_sidings_loops_and_depots_add_nothing() -> None:
    main = ways(tracks(LINE), "沪汉高铁", tags=FAST)
    loop = np.vstack([LINE[20], LINE[22] + np.array([0.0, 0.002]), LINE[24]])
    yards = ways([LineString(loop)], "沪汉高铁", tags=FAST | {"service": "siding"}, kind="service_track")
    depot = ways([LineString([LINE[30], LINE[30] + np.array([0.01, 0.03])])], "沪汉高铁动车走行线", tags=FAST)
    found = _match(wanted(STRAIGHT, "沪汉高铁"), main, yards, depot)
    assert found.decision is Decision.REPLACED
    assert found.evidence["length_km"] == pytest.approx(KM, rel=1e-3)


# ---- stages -------------------------------------------------------------------------------------------------------

BUILT: dict[str, Any] = {"status": "under_construction", "lifecycle": "construction"}
PLANNED: dict[str, Any] = {"status": "proposed", "lifecycle": "proposed"}


def test_a_planned_project_matches_what_is_planned_or_built() -> None:
    plan = wanted(STRAIGHT, "沪汉高铁", status="proposed")
    for stage in (BUILT, PLANNED):
        found = _match(plan, ways(tracks(LINE), "沪汉高铁", tags=FAST, **stage))
        assert found.decision is Decision.REPLACED
        assert found.evidence["osm_status"] == f"{stage['status']}:1.00"
    running = _match(plan, ways(tracks(LINE), "沪汉高铁", tags=FAST))
    assert running.decision is Decision.REPLACED
    assert "in_plan_operating" in running.reasons
    assert running.score < 1.0


def test_works_on_a_line_are_on_one_that_exists() -> None:
    works = wanted(STRAIGHT, "合安高速", mode="highway", kind="expressway_widening", work="upgrade")
    assert _match(works, ways(tracks(LINE), "合安高速", mode="highway")).decision is Decision.REPLACED
    assert _match(works, ways(tracks(LINE), "合安高速", mode="highway", **PLANNED)).decision is Decision.ABSENT


def test_the_existing_network_is_what_is_in_use() -> None:
    today = wanted(STRAIGHT, "沪汉高铁", origin="network", status="operating", in_network=True)
    assert _match(today, ways(tracks(LINE), "沪汉高铁", tags=FAST, **BUILT)).decision is Decision.ABSENT
    assert _match(today, ways(tracks(LINE), "沪汉高铁", tags=FAST)).decision is Decision.REPLACED


def test_a_new_line_is_not_one_that_opened_before_the_plan() -> None:
    old = ways(tracks(LINE), "沪汉高铁", tags=FAST, opening_year=2010)
    assert _match(wanted(STRAIGHT, "沪汉高铁"), old).reasons == ("opened_before",)
    on_it = replace(wanted(STRAIGHT, "沪汉高铁"), in_network=True)  # siting drew it on that very line
    assert _match(on_it, old).decision is Decision.REPLACED


def test_a_new_national_road_is_not_the_road_in_use_of_its_number() -> None:
    road = wanted(STRAIGHT, "G312巢湖段", mode="highway", kind="national_road")
    trunk = {"highway": "trunk"}
    in_use = ways(tracks(LINE), mode="highway", ref="G312", tags=trunk, kind="trunk_road")
    assert "existing_road" in _match(road, in_use).reasons
    under_way = ways(tracks(LINE), mode="highway", ref="G312", tags=trunk, kind="trunk_road", **BUILT)
    assert _match(road, under_way).decision is Decision.REPLACED


def test_what_is_gone_is_not_there() -> None:
    gone = ways(tracks(LINE), "沪汉高铁", tags=FAST, status="unspecified", lifecycle="abandoned")
    assert _match(wanted(STRAIGHT, "沪汉高铁"), gone).decision is Decision.ABSENT


# ---- laws ---------------------------------------------------------------------------------------------------------


@settings(max_examples=10)
@given(st.data())
def test_how_a_line_is_cut_turned_and_listed_changes_nothing(data: st.DataObject) -> None:
    """Ways come in any number of pieces, in either direction and any order; the route is the same."""
    whole = _match(wanted(STRAIGHT, "沪汉高铁"), ways([LineString(LINE)], "沪汉高铁", tags=FAST))
    cuts = data.draw(st.lists(st.integers(1, len(LINE) - 2), unique=True, max_size=8))
    at = [0, *sorted(cuts), len(LINE) - 1]
    lines = [LineString(LINE[a : b + 1]) for a, b in itertools.pairwise(at)]
    lines = [line.reverse() if data.draw(st.booleans()) else line for line in lines]
    cut = _match(wanted(STRAIGHT, "沪汉高铁"), ways(data.draw(st.permutations(lines)), "沪汉高铁", tags=FAST))
    assert cut.decision is whole.decision is Decision.REPLACED
    assert cut.evidence["length_km"] == pytest.approx(whole.evidence["length_km"], abs=1e-3)
    assert cut.geometry is not None
    assert whole.geometry is not None
    assert cut.geometry.hausdorff_distance(whole.geometry) < 1e-6


@settings(max_examples=10)
@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(-40.0, 40.0))
def test_a_replacement_never_lies_farther_off_than_its_limits(dx: float, dy: float, turn: float) -> None:
    """However a line of the name lies, what replaces a drawing keeps the stated reach of its ends and its band."""
    line = affinity.rotate(affinity.translate(LineString(LINE), dx, dy), turn, origin="centroid")
    found = _match(wanted(STRAIGHT, "沪汉高铁"), ways([line], "沪汉高铁", tags=FAST))
    if found.decision is Decision.REPLACED:
        limits = {name: float(str(value)) for name, value in found.evidence.items() if name.endswith(("_km", "_share"))}
        assert max(limits["end_a_km"], limits["end_b_km"]) <= limits["end_reach_km"]
        assert limits["on_course_share"] >= 0.9
        assert limits["coverage_share"] >= 0.98
