"""Times by hand on a small network, and the laws that any network keeps."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import VocabularyError
from geo.geodesy import distance_km
from layers.lines import lines_from_tables
from layers.network import AccessAssumptions, Network, RailAssumptions, RoadAssumptions, build_network
from layers.schema import LINES, Mode
from layers.travel_time import shortest_times, station_names, travel_time_matrix, travel_time_table

STATIONS = pd.DataFrame(
    {
        "mode": "rail",
        "name": ["甲城南", "乙城", "丙城东", "弯"],
        "kind": ["station", "station", "station", "bend"],
        "lon": [117.0, 118.0, 119.0, 118.5],
        "lat": [31.0, 31.0, 31.0, 31.1],
    }
)
PLACES = pd.DataFrame({"name": ["甲城", "丙城"], "lon": [117.0, 119.0], "lat": [31.1, 31.0]})


def _rail(
    nodes: str = "甲城南|乙城|弯|丙城东", speed: float = 300.0, km: float = 210.0, kind: str = "high_speed_rail"
) -> gpd.GeoDataFrame:
    row = {"line_id": "a", "name": "甲丙高铁", "nodes": nodes, "kind": kind, "speed_km_h": speed, "route_length_km": km}
    return lines_from_tables(pd.DataFrame([row]), STATIONS, Mode.RAIL)


def test_rail_by_hand() -> None:
    rail = RailAssumptions(
        speed_share=1.0,
        acceleration_m_s2=0.5,
        braking_m_s2=0.5,
        dwell_time_min=2.0,
        stop_spacing_km=105.0,
        boarding_time_min=30.0,
        alighting_time_min=10.0,
    )
    access = AccessAssumptions(detour=1.3, speed_km_h=39.0)
    network = build_network(_rail(), STATIONS, rail=rail, access=access)
    matrix = travel_time_matrix(network, PLACES, PLACES, mode="rail")
    # 210 km at 300 km/h: 42 min. Two stops: 2·2 min dwell, and 2·v/2·(1/a + 1/b) = 2·(83.33/2·4) s = 5.5556 min.
    # Access: 0.1° of latitude is 11.088 km at 31° N, ·1.3 at 39 km/h = 22.18 min; boarding 30, alighting 10.
    access_min = distance_km(117.0, 31.1, 117.0, 31.0) * 1.3 / 39.0 * 60.0
    assert access_min == pytest.approx(22.18, abs=0.01)
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(42.0 + 4.0 + 5.5556 + access_min + 40.0, abs=0.001)
    assert matrix.length_km.loc["甲城", "丙城"] == pytest.approx(
        210.0 + distance_km(117.0, 31.1, 117.0, 31.0) * 1.3, abs=0.001
    )
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(matrix.time_min.loc["丙城", "甲城"])
    assert matrix.time_min.loc["甲城", "甲城"] == 0.0


def test_station_to_station_is_the_train_alone() -> None:
    rail = RailAssumptions(speed_share=1.0, stop_spacing_km=1e9, acceleration_m_s2=0.5, braking_m_s2=0.5)
    matrix = travel_time_matrix(
        build_network(_rail(), STATIONS, rail=rail), PLACES, PLACES, mode="rail", depart_from="station"
    )
    # Running through at 300 km/h, plus starting once and stopping once: v/2·(1/a + 1/b) in all, 2.7778 min.
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(42.0 + 83.3333 / 2 * 4 / 60, abs=0.001)
    assert matrix.length_km.loc["甲城", "丙城"] == pytest.approx(210.0)


def test_changing_trains_costs_time_and_bends_are_no_stations() -> None:
    lines = gpd.GeoDataFrame(
        pd.concat(
            [
                _rail("甲城南|乙城", km=100.0),
                _rail("乙城|弯|丙城东", km=110.0, kind="conventional_rail", speed=120.0).assign(feature_id="b"),
            ]
        )
    )
    network = build_network(lines, STATIONS)
    assert not network.nodes.set_index("name").loc["弯", "access"].any()
    matrix = travel_time_matrix(network, PLACES, PLACES, mode="rail", depart_from="station")
    rail = network.rail
    expected = (
        rail.running_time_min(100, 300)
        + rail.transfer_time_min
        + rail.running_time_min(110, 120)
        + (rail.stop_loss_min(300) + rail.stop_loss_min(120)) / 2
    )
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(expected)


def test_road_by_hand() -> None:
    nodes = STATIONS.assign(mode="highway", kind="interchange")
    lines = lines_from_tables(
        pd.DataFrame(
            [
                {
                    "line_id": "G1",
                    "name": "甲丙高速",
                    "nodes": "甲城南|丙城东",
                    "kind": "expressway",
                    "speed_km_h": 120,
                    "route_length_km": 204,
                }
            ]
        ),
        nodes,
        Mode.HIGHWAY,
    )
    network = build_network(lines, nodes, road=RoadAssumptions(speed_share=0.85, toll_time_min=3.0))
    matrix = travel_time_matrix(network, PLACES, PLACES, mode="road")
    # 204 km at 102 km/h: 2 h; on and off 3 min each; 11.088 km as the crow flies of town streets.
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(
        120 + 6 + distance_km(117, 31.1, 117, 31) * 1.3 / 40 * 60, abs=0.001
    )


def test_no_way_is_nan_with_the_reason() -> None:
    far = pd.concat([PLACES, pd.DataFrame({"name": ["远岛"], "lon": [125.0], "lat": [25.0]})], ignore_index=True)
    matrix = travel_time_matrix(build_network(_rail(), STATIONS), far, far, mode="rail")
    assert np.isnan(matrix.time_min.loc["甲城", "远岛"])
    assert matrix.note.loc["甲城", "远岛"] == "no station for 远岛"
    split = build_network(_rail("甲城南|乙城", km=100.0), STATIONS)
    lonely = pd.DataFrame({"name": ["丁城"], "lon": [119.0], "lat": [31.0]})
    table = travel_time_table(
        travel_time_matrix(split, PLACES, lonely, mode="rail"), mode="rail", as_of="2025-12", scenario="today"
    )
    assert table["travel_time_min"].isna().all()
    assert (table["note"] != "").all()


def test_unknown_words_are_refused() -> None:
    network = build_network(_rail(), STATIONS)
    with pytest.raises(VocabularyError, match="rail, road, any"):
        travel_time_matrix(network, PLACES, PLACES, mode="ship")
    with pytest.raises(VocabularyError, match="station with mode rail"):
        travel_time_matrix(network, PLACES, PLACES, mode="road", depart_from="station")


@pytest.mark.parametrize(
    ("city", "yes", "no"),
    [
        ("合肥市", ["合肥", "合肥南", "合肥北城"], ["合肥南站区", "肥东", "新合肥"]),
        ("上海", ["上海虹桥", "上海南", "上海"], ["上海动物园"]),
        ("苏州", ["苏州北", "苏州园区"], ["宿州"]),
        ("和县", ["和县"], ["和"]),
    ],
)
def test_station_names(city: str, yes: list[str], no: list[str]) -> None:
    pattern = station_names(city)
    assert all(pattern.match(name) for name in yes)
    assert not any(pattern.match(name) for name in no)


LINK = st.tuples(st.integers(0, 11), st.integers(0, 11), st.floats(0, 100), st.floats(0, 50))


@settings(max_examples=60, deadline=None)
@given(st.lists(LINK, min_size=1, max_size=40), LINK)
def test_times_keep_the_triangle_and_a_new_link_never_slows(
    rows: list[tuple[int, int, float, float]], extra: tuple[int, int, float, float]
) -> None:
    def table(links: list[tuple[int, int, float, float]]) -> pd.DataFrame:
        return pd.DataFrame(links, columns=["from_node", "to_node", "time_min", "length_km"])

    before, _ = shortest_times(table(rows), 12, range(12))
    after, _ = shortest_times(table([*rows, extra]), 12, range(12))
    assert (after <= before + 1e-9).all()
    through = (before[:, :, None] + before[None, :, :]).min(axis=1)
    assert (before <= through + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(LINK, min_size=1, max_size=40))
def test_times_and_lengths_agree_with_networkx(rows: list[tuple[int, int, float, float]]) -> None:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(12))
    for a, b, minutes, km in sorted(rows, key=lambda r: (-r[2], -r[3])):
        graph.add_edge(a, b, weight=max(minutes, 1e-6), km=km)
    time, length = shortest_times(
        pd.DataFrame(rows, columns=["from_node", "to_node", "time_min", "length_km"]), 12, [0]
    )
    expected = nx.single_source_dijkstra_path_length(graph, 0)
    for node in range(12):
        if node in expected:
            assert time[0, node] == pytest.approx(expected[node], abs=1e-9)
            lengths = {
                sum(graph.edges[e]["km"] for e in itertools.pairwise(p))
                for p in nx.all_shortest_paths(graph, 0, node, weight="weight")
            }
            assert any(length[0, node] == pytest.approx(km, abs=1e-9) for km in lengths)
        else:
            assert np.isinf(time[0, node])
            assert np.isinf(length[0, node])


def test_cross_town_transfers_are_timed() -> None:
    stations = pd.concat(
        [
            STATIONS,
            pd.DataFrame({"mode": "rail", "name": ["乙城西"], "kind": ["station"], "lon": [117.9], "lat": [31.0]}),
        ],
        ignore_index=True,
    )
    west = lines_from_tables(
        pd.DataFrame(
            [{"line_id": "w", "name": "w", "nodes": "甲城南|乙城西", "kind": "high_speed_rail", "speed_km_h": 300}]
        ),
        stations,
        Mode.RAIL,
    )
    east = lines_from_tables(
        pd.DataFrame(
            [{"line_id": "e", "name": "e", "nodes": "乙城|丙城东", "kind": "high_speed_rail", "speed_km_h": 300}]
        ),
        stations,
        Mode.RAIL,
    )
    network: Network = build_network(gpd.GeoDataFrame(pd.concat([west, east]), crs=LINES.crs), stations)
    change = network.links[(network.links["feature_id"] == "transfer")]
    km = distance_km(117.9, 31.0, 118.0, 31.0)
    assert sorted(set(change["time_min"].round(6))) == [round(10 + km * 1.3 / 40 * 60 + 30, 6)]
