"""Tracks become trains: directions, reversals, junctions, stops; and the ways onto the network."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.geodesy import distance_km
from layers.lines import lines_from_tables
from layers.network import AirAssumptions, Network, RailAssumptions, RoadAssumptions, build_network, points_within
from layers.schema import Mode
from layers.travel_time import station_times, travel_time_matrix

#                甲 ── 乙 ── 丙        甲, 乙, 丙 on a parallel; 岔 a junction between 甲 and 乙; 丁 south-west of it, so
#              丁 ─ 岔                 that the way from 丁 joins the line towards 乙.
NODES = pd.DataFrame(
    [
        ("甲", "station", 117.0, 31.0),
        ("岔", "junction", 117.5, 31.0),
        ("乙", "station", 118.0, 31.0),
        ("丙", "station", 119.0, 31.0),
        ("丁", "station", 117.0, 30.8),
        ("戊", "station", 117.1, 31.2),
    ],
    columns=["name", "kind", "lon", "lat"],
).assign(mode="rail")

PLAIN = RailAssumptions(
    speed_share=1.0, county_train_pairs=0.0, default_train_pairs=1.0, tier_train_pairs=(), reversal_time_min=12.0
)
"""Trains that stop nowhere on the way."""


def network(*ways: str, rail: RailAssumptions = PLAIN, speed: float = 250.0, kind: str = "high_speed_rail") -> Network:
    rows = [
        {"line_id": f"l{i}", "name": way, "nodes": way, "kind": kind, "speed_km_h": speed} for i, way in enumerate(ways)
    ]
    return build_network(lines_from_tables(pd.DataFrame(rows), NODES, Mode.RAIL), NODES, rail=rail)


def minutes(net: Network, a: str, b: str) -> float:
    at = {name: i for i, name in enumerate(net.nodes["name"])}
    return float(station_times(net, [at[a]], [at[b]])[0][0, 0])


def km(net: Network, *names: str) -> float:
    place = net.nodes.drop_duplicates("name").set_index("name")
    return sum(
        distance_km(*place.loc[a, ["lon", "lat"]], *place.loc[b, ["lon", "lat"]]) for a, b in itertools.pairwise(names)
    )


def test_a_train_runs_through_where_lines_join() -> None:
    net = network("甲|岔|乙", "丁|岔", "乙|丙")
    stop = 2 * float(PLAIN.half_stop_min(250.0))
    assert minutes(net, "甲", "丙") == pytest.approx(60 * km(net, "甲", "岔", "乙", "丙") / 250 + stop, abs=0.001)
    assert minutes(net, "丁", "乙") == pytest.approx(60 * km(net, "丁", "岔", "乙") / 250 + stop, abs=0.001)
    assert minutes(net, "丁", "乙") == pytest.approx(minutes(net, "乙", "丁"), abs=0.001)


def test_no_train_turns_round_at_a_junction() -> None:
    # 甲 and 丁 lie on the same side of the junction: one has to go on to 乙 and change there, or change direction.
    net = network("甲|岔|乙", "丁|岔")
    stop = 2 * float(PLAIN.half_stop_min(250.0))
    there = 60 * km(net, "甲", "岔", "乙") / 250 + stop
    back = 60 * km(net, "乙", "岔", "丁") / 250 + stop
    assert minutes(net, "甲", "丁") == pytest.approx(there + PLAIN.transfer_time_min + back, abs=0.001)


def test_a_reversal_at_a_station_costs_its_time() -> None:
    # 戊 lies west of 乙 like 甲: the train from 甲 leaves 乙 the way it came.
    net = network("甲|岔|乙", "乙|戊")
    stop = 2 * float(PLAIN.half_stop_min(250.0))
    running = 60 * km(net, "甲", "岔", "乙", "戊") / 250
    assert minutes(net, "甲", "戊") == pytest.approx(running + stop + PLAIN.reversal_time_min, abs=0.001)


def test_stops_on_the_way() -> None:
    rail = RailAssumptions(
        speed_share=1.0, county_train_pairs=5.0, default_train_pairs=10.0, tier_train_pairs=(), dwell_time_min=2.0
    )
    net = network("甲|乙|丙", rail=rail)
    # Half of the trains stop in 乙: half a dwell, half a stop; starting and arriving cost one.
    expected = 60 * km(net, "甲", "乙", "丙") / 250 + 1.5 * 2 * float(rail.half_stop_min(250.0)) + 1.0
    assert minutes(net, "甲", "丙") == pytest.approx(expected, abs=0.001)


def test_a_train_keeps_the_habits_of_its_quietest_line() -> None:
    rail = RailAssumptions(speed_share=1.0, county_train_pairs=10.0, tier_train_pairs=(50.0,))
    lines = lines_from_tables(
        pd.DataFrame(
            [
                {"line_id": "busy", "name": "a", "nodes": "甲|岔|乙|丙", "kind": "high_speed_rail", "speed_km_h": 250},
                {"line_id": "quiet", "name": "b", "nodes": "丁|岔", "kind": "high_speed_rail", "speed_km_h": 250},
            ]
        ),
        NODES,
        Mode.RAIL,
    )
    net = build_network(
        lines.assign(train_pairs=lines["feature_id"].map({"busy": 100.0, "quiet": 20.0})), NODES, rail=rail
    )
    stop = 2 * float(rail.half_stop_min(250.0)) + rail.dwell_time_min
    ends = 2 * float(rail.half_stop_min(250.0))
    # 10 of 100 trains stop in 乙, but of those that come from the quiet line 10 of 50.
    assert minutes(net, "甲", "丙") == pytest.approx(
        60 * km(net, "甲", "岔", "乙", "丙") / 250 + ends + 0.1 * stop, abs=0.001
    )
    assert minutes(net, "丁", "丙") == pytest.approx(
        60 * km(net, "丁", "岔", "乙", "丙") / 250 + ends + 0.2 * stop, abs=0.001
    )


def test_hauled_trains_keep_their_own_limit() -> None:
    double, single = (
        build_network(
            lines_from_tables(
                pd.DataFrame(
                    [
                        {
                            "line_id": "x",
                            "name": "x",
                            "nodes": "甲|乙",
                            "kind": "conventional_rail",
                            "speed_km_h": 160,
                            "tracks": tracks,
                        }
                    ]
                ),
                NODES,
                Mode.RAIL,
            ),
            NODES,
        )
        for tracks in (2, 1)
    )
    assert set(double.nodes["stratum"]) == {"conventional"}
    # 160 km/h are permitted, hauled trains run 140, of which 0.85 are kept; on a single track 0.8 of that.
    assert set(double.links["speed_km_h"].round(6)) == {119.0}
    assert set(single.links["speed_km_h"].round(6)) == {95.2}


def test_expressways_are_left_at_interchanges_not_where_they_meet() -> None:
    nodes = NODES.assign(mode="highway", kind=["interchange", *["junction"] * (len(NODES) - 1)])
    names = [str(name) for name in NODES["name"][:2]]
    row = {"line_id": "g", "name": "g", "nodes": "|".join(names), "kind": "expressway", "speed_km_h": 120}
    network = build_network(lines_from_tables(pd.DataFrame([row]), nodes, Mode.HIGHWAY), nodes)
    assert network.nodes.set_index("name")["access"].to_dict() == {names[0]: True, names[1]: False}


def test_cars_keep_more_of_a_low_limit_but_are_never_faster_by_it() -> None:
    road = RoadAssumptions()
    speeds = [road.running_speed_km_h(limit) for limit in (30.0, 60.0, 80.0, 100.0, 120.0, 130.0)]
    assert speeds == sorted(speeds)
    # The values by hand: 0.9 of 80, 0.85 of 120 and of anything above.
    assert [speeds[2], speeds[4], speeds[5]] == pytest.approx([72.0, 102.0, 110.5])


def test_points_within_agrees_with_every_distance() -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(115, 122, 40), rng.uniform(28, 35, 40)
    found = points_within(lon[:15], lat[:15], lon[15:], lat[15:], reach_km=120.0)
    expected = [
        (i, j) for i in range(15) for j in range(25) if distance_km(lon[i], lat[i], lon[15 + j], lat[15 + j]) <= 120.0
    ]
    assert list(zip(found["point"], found["node"], strict=True)) == expected
    assert len(expected) > 10


def test_flying_takes_the_time_of_its_parts() -> None:
    fields = pd.DataFrame(
        {"name": ["东机场", "西机场", "近机场"], "lon": [122.0, 116.0, 117.0], "lat": [31.0, 31.0, 31.0]}
    )
    places = pd.DataFrame({"name": ["东", "西"], "lon": [122.0, 116.0], "lat": [31.0, 31.0]})
    air = AirAssumptions()
    lines = lines_from_tables(
        pd.DataFrame([{"line_id": "x", "name": "x", "nodes": "甲|乙", "kind": "high_speed_rail", "speed_km_h": 250}]),
        NODES,
        Mode.RAIL,
    )
    net = build_network(gpd.GeoDataFrame(lines), NODES, airports=fields, air=air)
    flown = distance_km(122.0, 31.0, 116.0, 31.0)
    expected = (
        air.boarding_time_min
        + air.waiting_time_min
        + air.block_time_min
        + 60 * flown / air.cruise_km_h
        + air.alighting_time_min
    )
    assert travel_time_matrix(net, places, places, mode="any").time_min.loc["东", "西"] == pytest.approx(
        expected, abs=0.001
    )
    assert "flight" in travel_time_matrix(net, places, places, mode="any").note.loc["东", "西"]
    assert travel_time_matrix(net, places, places, mode="rail").time_min.isna().loc["东", "西"]
    # 西机场 and 近机场 are 95 km apart: nobody flies.
    flights = net.links[net.links["stratum"] == "air"]
    assert len(flights) == 4
