"""Running times by hand, stops, the facts of a month, and the ranks and owners of stations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.lines import read_csv
from layers.rail import rail_lines
from layers.rail_service import RailAssumptions, section_speeds, station_ranks, timetabled
from layers.stations import own_stations

SPEED = st.floats(40, 350)
KM = st.floats(0.1, 400)
STOPS = st.floats(0, 2)


def test_a_section_by_hand() -> None:
    rail = RailAssumptions(speed_share=1.0, acceleration_m_s2=0.5, braking_m_s2=0.5)
    # 100 km at 300 km/h is 20 min; from and to a stand costs v/2·(1/a + 1/b) = 83.33/2·4 s = 2.778 min more.
    assert rail.section_time_min(100.0, 300.0, 2.0) == pytest.approx(20.0 + 2.7778, abs=1e-3)
    assert rail.section_time_min(100.0, 300.0, 1.0) == pytest.approx(20.0 + 1.3889, abs=1e-3)
    # 4 km are too short for 300 km/h: half the way to speed up, half to brake, at 0.5 m/s²: 2·sqrt(4000/0.5) s.
    assert rail.section_time_min(4.0, 300.0, 2.0) == pytest.approx(2 * (4000 / 0.5) ** 0.5 / 60, abs=1e-6)


@given(KM, SPEED, SPEED, STOPS, STOPS)
def test_more_speed_and_fewer_stops_are_never_slower(
    km: float, speed: float, other: float, stops: float, more: float
) -> None:
    rail = RailAssumptions()
    slow, fast = sorted((speed, other))
    few, many = sorted((stops, more))
    assert rail.section_time_min(km, fast, few) <= rail.section_time_min(km, slow, few) + 1e-9
    assert rail.section_time_min(km, slow, few) <= rail.section_time_min(km, slow, many) + 1e-9
    assert rail.section_time_min(km, fast, many) >= 60 * km / (fast * rail.speed_share) - 1e-9


@given(st.integers(0, 3), st.floats(1, 300), st.floats(1, 300))
def test_busier_lines_and_lower_ranks_have_fewer_stops(rank: int, pairs: float, more: float) -> None:
    rail = RailAssumptions()
    few, many = sorted((pairs, more))
    share = rail.stop_share(np.array([rank]), np.array([few]))
    assert 0 <= rail.stop_share(rank, many) <= share[0] <= 1
    if 0 < rank < 3:
        assert rail.stop_share(rank - 1, few) <= share[0]


def test_speeds_and_trains_are_those_of_the_month() -> None:
    lines = rail_lines().set_index("feature_id", drop=False)

    def on(line: str, month: str, column: str = "speed_km_h") -> float:
        return float(timetabled(lines, month).loc[line, column])

    # 京沪: 300 km/h until 复兴号 ran at 350 from 2017-09-21; 合武: 200 until 2018-06; 甬台温 200 against 250 of its design.
    assert [on("rail-jinghu-hsr-2", month) for month in ("2015-12", "2017-08", "2017-09")] == [300, 300, 350]
    assert [on("rail-hewu-1", month) for month in ("2018-06", "2018-07")] == [200, 250]
    assert on("rail-yongtaiwen-1", "2020-12") == 200 < lines.loc["rail-yongtaiwen-1", "speed_km_h"]
    assert on("rail-hebeng-1", "2012-10", "train_pairs") == 15
    assert on("rail-huhang-1", "2020-12", "train_pairs") > 50


@pytest.mark.parametrize(
    ("table", "column"), [("rail_speed_limits.csv", "speed_km_h"), ("rail_train_pairs.csv", "train_pairs")]
)
def test_the_tables_name_lines_sources_and_whole_periods(table: str, column: str) -> None:
    rows = read_csv(table)
    lines = rail_lines().set_index("feature_id")
    assert set(rows["line_id"]) <= set(lines.index)
    assert set(rows["grade"]) <= set("ABCD")
    assert ((rows["grade"] == "D") == (rows["source"] == "memory")).all()
    if column == "speed_km_h":
        part = rows[rows["from_node"] != ""]
        for line, here, there in part[["line_id", "from_node", "to_node"]].itertuples(index=False):
            # A limit that begins at a bend would be lost where the sections of trains are joined.
            nodes = lines.loc[line, "nodes"].split("|")
            assert {here, there} <= set(nodes)
            assert "#" not in here + there
        rows = rows[rows["from_node"] == ""]
        assert (rows[column].astype(float) > 0).all()
    else:
        # No trains at all: only hauled ones run on that line, which a high-speed line cannot be.
        none = rows.loc[rows[column].astype(float) == 0, "line_id"]
        assert set(lines.loc[none, "kind"]) == {"conventional_rail"}
        assert (rows[column].astype(float) >= 0).all()
    for _, periods in rows.sort_values(["line_id", "from_month"]).groupby("line_id"):
        ends, starts = list(periods["until_month"]), list(periods["from_month"])
        assert all(end and end <= start for end, start in zip(ends[:-1], starts[1:], strict=True))
    if column == "speed_km_h":
        design = rows["line_id"].map(lines["speed_km_h"])
        assert (rows[column].astype(float) <= design).all()


def test_trains_of_the_opening_days_are_those_of_the_press() -> None:
    lines = rail_lines().set_index("feature_id", drop=False)
    # 合安: 5 pairs a day from 2020-12-22, up to 13 from the timetable of 2021-01-20 (广州日报 2020-12-22).
    found = [timetabled(lines, month).loc["rail-hean-2", "train_pairs"] for month in ("2020-12", "2021-01")]
    assert found == [5.0, 13.0]
    # 陇海 has hauled trains only: before 徐连 opened, high-speed trains went round by 淮安 (澎湃 2021-02-07).
    assert timetabled(lines, "2020-12").loc["rail-longhai-3", "train_pairs"] == 0.0


def test_a_slow_stretch_holds_between_its_nodes_in_either_order() -> None:
    names = ["甲", "弯", "乙", "丙"]
    assert section_speeds(names, 300.0, "甲>乙:160") == [160.0, 160.0, 300.0]
    assert section_speeds(names, 300.0, "丙>乙:120|甲>弯:350") == [300.0, 300.0, 120.0]
    assert section_speeds(names, 300.0, "") == [300.0] * 3
    assert section_speeds(names, 300.0, "甲>丁:100") == [300.0] * 3


def test_the_typical_train_stops_more_often_than_the_fastest() -> None:
    fast, typical = RailAssumptions(), RailAssumptions().typical()
    for rank in (1, 2, 3):
        for pairs in (5.0, 40.0, 150.0):
            assert typical.stop_share(rank, pairs) >= fast.stop_share(rank, pairs)
    assert typical.stop_share(2, 160.0) == 0.5  # 80 of 160 pairs


def test_ranks() -> None:
    names = ["南京南", "徐州东", "合肥北城", "阳澄湖", "徐州东"]
    assert station_ranks(names, [True, True, True, True, False]).tolist() == [3, 2, 1, 1, 0]


def test_whose_station_it_is() -> None:
    stations = pd.DataFrame(
        [
            ("安庆", 117.0599, 30.5513),
            ("安庆西", 116.855, 30.675),  # in 怀宁县
            ("合肥北城", 117.24, 32.12),  # in 长丰县
            ("合肥南", 117.29, 31.80),
            ("昆山南", 120.955, 31.353),
            ("苏州北", 120.64, 31.42),
            ("仙林", 118.9076, 32.1248),  # 南京, no name of its own
            ("金山北", 121.00, 30.87),  # 上海, at the border
        ],
        columns=["name", "lon", "lat"],
    )
    places = pd.DataFrame(
        [
            ("安庆", 117.06, 30.54),
            ("合肥", 117.227, 31.82),
            ("苏州", 120.585, 31.299),
            ("昆山", 120.98, 31.385),
            ("南京", 118.797, 32.06),
            ("上海", 121.4737, 31.2304),
            ("怀宁", 116.83, 30.73),
        ],
        columns=["name", "lon", "lat"],
    )
    own = [[stations["name"][i] for i in rows] for rows in own_stations(stations, places)]
    assert own == [["安庆"], ["合肥南"], ["苏州北"], ["昆山南"], ["仙林"], [], ["安庆西"]]
