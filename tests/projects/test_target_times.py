"""Targets on travel times: which journeys are meant, which projects bring them under a limit, and the whole line."""

from __future__ import annotations

import itertools
import math

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from layers.accessibility.circles import metropolitan_areas
from layers.indicators import travel_times
from layers.schema import FEATURES, INDICATORS
from projects.schema import CLOSING, TARGETS
from projects.verdict.journeys import Journey, journeys, scopes
from projects.verdict.target_times import TargetTimes
from projects.verdict.time_closing import closing_projects, fewest, solid_first
from projects.verdict.verdicts import target_verdicts

# -- which journeys ------------------------------------------------------------------------------------------------------


def test_journeys() -> None:
    assert len(journeys("centre_city_travel_time", "长三角")) == 10  # five cities: 5 * 4 / 2
    assert journeys("centre_city_travel_time", "合肥")[0] == Journey("合肥", ("上海",))
    assert len(journeys("centre_city_travel_time", "合肥")) == 4
    assert len(journeys("centre_city_travel_time", "芜湖市")) == 5  # it is no centre itself
    assert journeys("rail_travel_time", "合肥-上海") == (Journey("合肥", ("上海",)),)
    assert journeys("rail_travel_time", "合肥") == ()
    assert journeys("commuting_circle_time", "某某都市圈") == ()


def test_a_circle_is_taken_as_it_was_drawn_at_the_time() -> None:
    """合肥都市圈: eight cities in 2019, one city and seven counties as approved in 2024."""
    table = metropolitan_areas(["合肥"]).set_index("scope_year")
    found = {year: scopes("commuting_circle_time", "合肥都市圈", year)[0] for year in (2020, 2025, 0)}
    assert {year: scope.year for year, scope in found.items()} == {2020: 2019, 2025: 2024, 0: 2019}
    members = str(table.loc["2019", "member_codes"]).split("|")
    assert len(found[2020].journeys) == len(members) - 1  # all but 合肥 itself
    assert {destination for j in found[2020].journeys for destination in j.destinations} == {"合肥"}
    assert len(scopes("commuting_circle_time", "合肥都市圈", 2020)) == len(table)
    assert found[2020].words("zh") == "广义范围 2019"


def test_of_several_cores_the_nearest_counts() -> None:
    pairs = {(j.origin, j.destinations) for j in journeys("commuting_circle_time", "苏锡常都市圈")}
    assert {frozenset((a, *b)) for a, b in pairs} == {
        frozenset(pair) for pair in itertools.combinations(["苏州", "无锡", "常州"], 2)
    }


def test_the_slowest_journey_is_the_slowest() -> None:
    wanted = [("centre_city_travel_time", "长三角", 0), ("rail_travel_time", "合肥-上海", 0)]
    times = TargetTimes(None, wanted)
    centres, pair = (scopes(indicator, area)[0] for indicator, area, _ in wanted)
    all_of_them = times.measure("centre_city_travel_time", centres, month="2025-12")
    one = times.measure("rail_travel_time", pair, month="2025-12").minutes
    train = times.measure("rail_travel_time", pair, month="2025-12", depart_from="station").minutes
    assert all_of_them.minutes == max(all_of_them.times.values())
    assert len(all_of_them.times) == 10
    assert all_of_them.minutes >= one > train > 90.0  # the fastest train of 2025 takes about two hours
    assert all_of_them.within(all_of_them.minutes) == 10
    assert all_of_them.within(all_of_them.minutes - 1.0) == 9
    assert all_of_them.within(0.0) == 0
    unknown = times.measure("commuting_circle_time", None, month="2025-12")
    assert math.isnan(unknown.minutes)
    assert "不知道" in unknown.reason


# -- which projects suffice ----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 60))
def test_no_shorter_choice_suffices(savings: list[int], needed: int) -> None:
    """The second method: all choices, by size."""
    ids = [f"p{i}" for i in range(len(savings))]
    saved = dict(zip(ids, savings, strict=True))

    def suffices(chosen: tuple[str, ...]) -> bool:
        return sum(saved[one] for one in chosen) >= needed

    if not suffices(tuple(ids)):
        return
    chosen = fewest(ids, suffices, 1000)
    assert suffices(chosen)
    shorter = (c for size in range(1, len(chosen)) for c in itertools.combinations(ids, size))
    assert not any(suffices(c) for c in shorter)
    assert chosen == next(c for c in itertools.combinations(ids, len(chosen)) if suffices(c))


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(1, 60))
def test_a_thinned_choice_needs_each_of_its_projects(savings: list[int], needed: int) -> None:
    ids = [f"p{i}" for i in range(len(savings))]
    saved = dict(zip(ids, savings, strict=True))

    def suffices(chosen: tuple[str, ...]) -> bool:
        return sum(saved[one] for one in chosen) >= needed

    if not suffices(tuple(ids)):
        return
    chosen = fewest(ids, suffices, 0)
    assert suffices(chosen)
    if len(chosen) > 1:
        assert not any(suffices(tuple(c for c in chosen if c != left)) for left in chosen)


def candidates(*ids: str) -> pd.DataFrame:
    columns = ["project_id", "name", "status", "drawn_by", "accuracy_km", "documents"]
    return pd.DataFrame([(i, i, "starting", "nodes", 5.0, "") for i in ids], columns=columns)


def test_closing_by_hand() -> None:
    # a saves 10 alone, b 20, both together 25 (they share a part): 30 min over a limit of 100 need 5 more than both.
    minutes = {("a",): 120.0, ("b",): 110.0, ("a", "b"): 105.0}
    got = closing_projects(candidates("a", "b"), 100.0, 130.0, lambda chosen: minutes[chosen])
    assert not got.closes
    assert got.projects["project_id"].tolist() == ["a", "b"]
    assert got.projects["minutes"].tolist() == [120.0, 105.0]
    enough = closing_projects(candidates("a", "b"), 110.0, 130.0, lambda chosen: minutes[chosen])
    assert enough.closes
    assert enough.projects["project_id"].tolist() == ["b"]
    nothing = closing_projects(candidates("a"), 100.0, 130.0, lambda _: 130.0)
    assert nothing.projects.empty
    assert closing_projects(candidates(), 100.0, 130.0, lambda _: 0.0).tried == 0


# -- the whole line ------------------------------------------------------------------------------------------------------


def drawn(*rows: tuple[str, str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    data = pd.DataFrame(
        [
            {
                "feature_id": key,
                "origin": "project",
                "name": key,
                "mode": "rail",
                "kind": "high_speed_rail",
                "work": "new",
                "status": status,
                "drawn_by": "nodes",
                "accuracy_km": 5.0,
                "documents": document,
            }
            for key, status, document, _ in rows
        ]
    )
    return gpd.GeoDataFrame(
        FEATURES.coerce(data), geometry=[LineString(points) for *_, points in rows], crs="EPSG:4326"
    )


def target(**changes: object) -> pd.DataFrame:
    row = {
        "document": "made",
        "indicator": "travel_time",
        "indicator_zh": "时间",
        "comparator": "<=",
        "value": 100.0,
        "unit": "min",
        "year": 2030,
        "area": "淮安-南京",
        "infrastructure": True,
        "start": 0,
        "end": 9,
    } | changes
    return TARGETS.coerce(pd.DataFrame([row]))


def test_the_project_that_brings_a_time_under_its_limit() -> None:
    """A straight line 淮安—南京 saves much; a line elsewhere nothing; the list names the first alone."""
    from projects.verdict.target_times import _resolved

    ends = [_resolved(name) for name in ("淮安", "南京")]
    assert all(ends)
    shortcut = drawn(
        ("快线", "preparatory", "made", [ends[0], ends[1]]),
        ("别处", "starting", "other", [(117.0, 29.9), (117.3, 29.9)]),
    )
    places = pd.DataFrame([{"name": n, "lon": e[0], "lat": e[1]} for n, e in zip(("淮安", "南京"), ends, strict=True)])
    both = [
        travel_times(shortcut, places, places, scenario=scenario).set_index(["from", "to"])["travel_time_min"]
        for scenario in ("today", "plan")
    ]
    today, plan = (table["淮安", "南京"] for table in both)
    assert plan < today - 20.0
    limit = (today + plan) / 2
    got = target_verdicts(target(value=limit), shortcut, INDICATORS.empty(), dates={"made": "2020-04"})
    row = got.verdicts.iloc[0]
    assert row["value_today"] == pytest.approx(today, abs=0.01)
    assert row["value_plan"] == pytest.approx(plan, abs=0.01)
    assert row["verdict"] in ("met_with_projects", "borderline")
    assert row["stage"] in ("preparatory", "")
    assert row["missing"] == pytest.approx(today - limit, abs=0.01)
    assert row["missing_unit"] == "min"
    assert row["closing_projects"] == "快线"
    assert "1 项即可达到" in row["closing_note"]
    assert row["value_starting"] == pytest.approx(today, abs=0.01)
    assert row["value_own_plan"] == pytest.approx(plan, abs=0.01)
    closing = CLOSING.validate(got.closing).iloc[0]
    assert closing["saved_min"] == pytest.approx(today - plan, abs=0.01)
    assert closing["closes"]
    too_much = target_verdicts(target(value=plan - 5.0), shortcut, INDICATORS.empty())
    assert too_much.verdicts["verdict"].iloc[0] == "not_met"
    assert too_much.verdicts["closing_projects"].iloc[0] == ""
    assert "仍超 5 分钟" in too_much.verdicts["closing_note"].iloc[0]
    assert not too_much.closing["closes"].iloc[0]
    assert "--date" in too_much.verdicts["note"].iloc[0]


def test_solid_ones_first() -> None:
    rows = drawn(
        ("c", "proposed", "", [(117, 31), (118, 31)]),
        ("b", "under_construction", "", [(117, 31), (118, 31)]),
        ("a", "proposed", "", [(117, 31), (118, 31)]),
    )
    assert solid_first(rows, ["a", "b", "c"])["project_id"].tolist() == ["b", "a", "c"]
    assert solid_first(rows, [])["project_id"].tolist() == []


@settings(max_examples=5, deadline=None)
@given(st.floats(30.0, 400.0))
def test_a_verdict_on_a_time_follows_its_bound(bound: float) -> None:
    row = target_verdicts(target(value=bound), None, INDICATORS.empty()).verdicts.iloc[0]
    today = row["value_today"]
    if row["verdict"] == "met":
        assert today <= bound
    if row["verdict"] == "not_met":
        assert today > bound
        assert row["missing"] == pytest.approx(today - bound, abs=1e-5)
    assert (row["verdict"] == "borderline") == (abs(today - bound) <= row["error_share"] * bound)


def test_one_name_and_two_extents() -> None:
    """合肥都市圈 of a plan of 2020 and of one of 2025: each target has the time of its own circle."""
    row = {"indicator": "commuting_circle_time", "area": "合肥都市圈", "value": 60.0}
    both = pd.concat([target(**row, document="早"), target(**row, document="晚", start=1)])
    got = target_verdicts(both, None, INDICATORS.empty(), dates={"早": "2020-04", "晚": "2025-01"})
    times = got.verdicts.set_index("document")["value_today"]
    wanted = [("commuting_circle_time", "合肥都市圈", year) for year in (2020, 2025)]
    for (indicator, area, year), document in zip(wanted, ("早", "晚"), strict=True):
        scope = scopes(indicator, area, year)[0]
        alone = TargetTimes(None, wanted).measure(indicator, scope, month="2025-12")
        assert times[document] == pytest.approx(alone.minutes, abs=0.01)
    assert times["早"] != times["晚"]
