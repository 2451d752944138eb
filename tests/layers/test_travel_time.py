"""Times by hand on a small network, and the laws that any network keeps."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import VocabularyError
from geo.geodesy import distance_km
from layers.lines import lines_from_tables
from layers.network import AccessAssumptions, AirAssumptions, Network, RailAssumptions, RoadAssumptions, build_network
from layers.schema import LINES, Mode
from layers.travel_time import (
    shortest_times,
    station_names,
    station_times,
    travel_time_legs,
    travel_time_matrix,
    travel_time_table,
)

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


PLAIN = RailAssumptions(
    speed_share=1.0,
    acceleration_m_s2=0.5,
    braking_m_s2=0.5,
    dwell_time_min=2.0,
    county_train_pairs=3.0,
    default_train_pairs=6.0,
    tier_train_pairs=(),
    boarding_time_min=30.0,
    alighting_time_min=10.0,
)


def test_rail_by_hand() -> None:
    access = AccessAssumptions(detour=1.3, speed_km_h=39.0)
    network = build_network(_rail(), STATIONS, rail=PLAIN, access=access)
    matrix = travel_time_matrix(network, PLACES, PLACES, mode="rail")
    # 210 km at 300 km/h: 42 min. From and to a stand v/2·(1/a + 1/b) = 83.33/2·4 s = 2.7778 min. Half of the trains stop
    # in 乙城: half of 2.7778 min, and half of 2 min dwell.
    # Access: 0.1° of latitude is 11.088 km at 31° N, ·1.3 at 39 km/h = 22.18 min; boarding 30, alighting 10.
    access_min = distance_km(117.0, 31.1, 117.0, 31.0) * 1.3 / 39.0 * 60.0
    assert access_min == pytest.approx(22.18, abs=0.01)
    train_min = 42.0 + 1.5 * 2.7778 + 1.0
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(train_min + access_min + 40.0, abs=0.001)
    assert matrix.length_km.loc["甲城", "丙城"] == pytest.approx(
        210.0 + distance_km(117.0, 31.1, 117.0, 31.0) * 1.3, abs=0.003
    )
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(matrix.time_min.loc["丙城", "甲城"])
    assert matrix.time_min.loc["甲城", "甲城"] == 0.0
    # The fastest train alone is the same without access, boarding and alighting.
    train = travel_time_matrix(network, PLACES, PLACES, mode="rail", depart_from="station")
    assert train.time_min.loc["甲城", "丙城"] == pytest.approx(train_min, abs=0.001)
    assert train.length_km.loc["甲城", "丙城"] == pytest.approx(210.0, abs=0.003)


def test_the_legs_of_a_trip_tell_its_whole_time() -> None:
    lines = gpd.GeoDataFrame(
        pd.concat([_rail("甲城南|乙城", km=100.0), _rail("乙城|弯|丙城东", km=110.0).assign(feature_id="b")])
    )
    network = build_network(lines, STATIONS)
    matrix = travel_time_matrix(network, PLACES, PLACES, mode="rail")
    legs = travel_time_legs(network, PLACES, PLACES, mode="rail")
    there = legs[legs["from"] == "甲城"]
    assert list(there["kind"]) == ["access", "train", "train", "egress"]
    assert list(there["line"]) == ["", "a", "b", ""]
    assert list(there["leg_from"]) == ["甲城", "甲城南", "乙城", "丙城东"]
    assert list(there["leg_to"]) == ["甲城南", "乙城", "丙城东", "丙城"]
    assert list(there["length_km"].iloc[1:3]) == [100.0, 110.0]
    for (a, b), rows in legs.groupby(["from", "to"]):
        assert rows["time_min"].sum() == pytest.approx(matrix.time_min.loc[a, b], abs=0.001)
        assert rows["length_km"].sum() == pytest.approx(matrix.length_km.loc[a, b], abs=0.001)


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
    hauled = rail.conventional_limit_km_h(120.0, 2)
    assert hauled == pytest.approx(120.0 * rail.conventional_running_share)
    parts = [float(rail.section_time_min(km, speed, 2.0)) for km, speed in ((100.0, 300.0), (110.0, hauled))]
    assert matrix.time_min.loc["甲城", "丙城"] == pytest.approx(sum(parts) + rail.transfer_time_min, abs=0.001)
    legs = travel_time_legs(network, PLACES, PLACES, mode="rail", depart_from="station")
    assert list(legs.loc[legs["from"] == "甲城", "kind"]) == ["access", "train", "transfer", "train", "egress"]


def test_lines_that_meet_at_a_bend_are_one_leg() -> None:
    lines = gpd.GeoDataFrame(
        pd.concat([_rail("甲城南|乙城|弯", km=160.0), _rail("弯|丙城东", km=60.0).assign(feature_id="b")])
    )
    network = build_network(lines, STATIONS)
    legs = travel_time_legs(network, PLACES, PLACES, mode="rail", depart_from="station")
    there = legs[(legs["from"] == "甲城") & (legs["kind"] == "train")]
    assert list(there["line"]) == ["a|b"]
    assert list(there["leg_to"]) == ["丙城东"]
    assert there["length_km"].sum() == pytest.approx(220.0, abs=0.003)


def test_a_leg_ends_where_one_could_get_off_and_the_line_changes() -> None:
    from layers.travel_legs import _merged

    ways = [("a", "甲", "弯"), ("b", "弯", "乙"), ("b", "乙", "丙"), ("c", "丙", "丁")]
    steps = [("road", line, here, there, 10.0, 15.0) for line, here, there in ways]
    merged = _merged(steps, {"甲", "乙", "丙", "丁"})
    assert [step[:4] for step in merged] == [("road", "a|b", "甲", "丙"), ("road", "c", "丙", "丁")]
    assert [step[4:] for step in merged] == [(30.0, 45.0), (10.0, 15.0)]


def test_what_the_network_does_not_know_yet_is_said() -> None:
    matrix = travel_time_matrix(build_network(_rail(), STATIONS), PLACES, PLACES, mode="rail")
    notes = [
        travel_time_table(matrix, mode="rail", as_of=month, scenario="today")["note"].iloc[1]
        for month in ("2025-12", "2026-01")
    ]
    assert notes[0] == ""
    assert "known up to 2025-12" in notes[1]


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
        120 + 6 + distance_km(117, 31.1, 117, 31) * 1.3 / 45 * 60, abs=0.001
    )


def test_no_way_is_nan_with_the_reason() -> None:
    more = [{"name": "远岛", "lon": 125.0, "lat": 25.0}, {"name": "山村", "lon": 119.5, "lat": 28.5}]
    far = pd.concat([PLACES, pd.DataFrame(more)], ignore_index=True)
    network = build_network(_rail(), STATIONS)
    matrix = travel_time_matrix(network, far, far, mode="rail")
    assert matrix.time_min.loc["甲城", ["远岛", "山村"]].isna().all()
    assert matrix.note.loc["甲城", "远岛"] == "远岛 lies beyond the data (沪苏浙皖)"
    assert matrix.note.loc["山村", "甲城"] == "no station for 山村 within 80 km"
    assert matrix.note.loc["山村", "远岛"] == "no station for 山村 within 80 km; 远岛 lies beyond the data (沪苏浙皖)"
    trains = travel_time_matrix(network, far, far, mode="rail", depart_from="station")
    assert trains.note.loc["甲城", "山村"] == "no station for 山村"
    assert set(travel_time_legs(network, far, far, mode="rail")["to"]) == {"甲城", "丙城"}
    split = build_network(_rail("甲城南|乙城", km=100.0), STATIONS)
    lonely = pd.DataFrame({"name": ["丁城"], "lon": [119.5], "lat": [31.0]})
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
    for a, b, minutes, km in rows:
        # Whole milliseconds and metres, as the search takes them; of parallel links the quickest, then the shortest.
        weight = (round(minutes * 60_000), round(km * 1000))
        if not graph.has_edge(a, b) or weight < (graph.edges[a, b]["ms"], graph.edges[a, b]["m"]):
            graph.add_edge(a, b, ms=weight[0], m=weight[1], both=weight[0] * 10**9 + weight[1])
    time, length = shortest_times(
        pd.DataFrame(rows, columns=["from_node", "to_node", "time_min", "length_km"]), 12, [0]
    )
    expected = nx.single_source_dijkstra_path_length(graph, 0, weight="both")
    for node in range(12):
        if node in expected:
            ms, metres = divmod(expected[node], 10**9)
            assert time[0, node] * 60_000 == pytest.approx(ms, abs=0.5)
            # A link of no time and no length still counts a metre: at most eleven of them.
            assert 0 <= length[0, node] * 1000 - metres <= 11.5
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
    assert sorted(set(change["time_min"].round(6))) == [round(10 + km * 1.3 / 45 * 60 + 30, 6)]


NAMES = ["合肥南", "蚌埠南", "全椒", "肥东", "定远", "巢湖东", "岔一", "岔二"]
GROUND = pd.DataFrame(
    {
        "name": NAMES,
        "kind": ["station"] * 6 + ["junction"] * 2,
        "lon": [117.3, 117.5, 118.3, 117.6, 117.9, 117.9, 117.8, 118.1],
        "lat": [31.8, 32.9, 32.1, 31.9, 32.5, 31.7, 32.0, 31.9],
    }
)
TOWNS = pd.DataFrame(
    {"name": ["甲", "乙", "丙", "丁"], "lon": [117.25, 117.45, 118.2, 118.0], "lat": [31.85, 32.95, 32.05, 31.6]}
)
WAY = st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True)
LINE = st.tuples(
    WAY,
    st.sampled_from(["high_speed_rail", "conventional_rail", "expressway"]),
    st.sampled_from([80.0, 120.0, 160.0, 250.0, 350.0]),
    st.sampled_from([5.0, 30.0, 60.0, 150.0]),
)
LineOf = tuple[list[str], str, float, float]
FIELDS = pd.DataFrame({"name": ["甲机场", "乙机场"], "lon": [117.2, 118.3], "lat": [31.7, 32.9]})
LIGHT = AirAssumptions(least_km=50.0)


WORLDS = 8
"""How many grounds lie side by side, ten degrees apart, in one network: what costs is the number of networks, not their size."""
World = list[LineOf]


def _side_by_side(ground: pd.DataFrame, worlds: int) -> pd.DataFrame:
    """Return the rows of a ground once a world, their names marked with its number."""
    copies = [
        ground.assign(name=ground["name"] + f"@{world}", lon=ground["lon"] - 10.0 * world) for world in range(worlds)
    ]
    return pd.concat(copies, ignore_index=True)


def _worlds(least: int, most: int) -> st.SearchStrategy[list[World]]:
    """Return worlds of some lines each."""
    return st.lists(st.lists(LINE, min_size=least, max_size=most), min_size=WORLDS, max_size=WORLDS)


def _network(lines: list[LineOf], *, airports: pd.DataFrame | None = None) -> Network:
    """Return the network of lines on one ground, with the ids l0, l1 and so on."""
    nodes = pd.concat([GROUND.assign(mode=mode) for mode in ("rail", "highway")], ignore_index=True)
    return _built([(f"l{i}", line) for i, line in enumerate(lines)], nodes, airports)


def _worlds_network(worlds: list[World], *, airports: pd.DataFrame | None = None) -> Network:
    """Return one network of many grounds, each with its lines."""
    ground = _side_by_side(GROUND, len(worlds))
    nodes = pd.concat([ground.assign(mode=mode) for mode in ("rail", "highway")], ignore_index=True)
    named = [
        (f"l{world}-{i}", ([f"{name}@{world}" for name in way], *rest))
        for world, lines in enumerate(worlds)
        for i, (way, *rest) in enumerate(lines)
    ]
    return _built(named, nodes, None if airports is None else _side_by_side(airports, len(worlds)))


def _built(lines: list[tuple[str, Any]], nodes: pd.DataFrame, airports: pd.DataFrame | None) -> Network:
    columns = ["feature_id", "mode", "kind", "nodes", "speed_km_h", "train_pairs"]
    rows = [
        (name, "highway" if kind == "expressway" else "rail", kind, "|".join(way), speed, pairs)
        for name, (way, kind, speed, pairs) in lines
    ]
    table = pd.DataFrame(rows, columns=columns).assign(electrified=True, tracks=2, route_length_km=np.nan)
    return build_network(gpd.GeoDataFrame(table), nodes, airports=airports, air=LIGHT)


def _all_times(network: Network) -> np.ndarray:
    """Every mode's times between the towns, and the trains' between the stations; inf where there is no way."""
    towns = _side_by_side(TOWNS, WORLDS)
    parts = [
        travel_time_matrix(network, towns, towns, mode=mode).time_min.to_numpy() for mode in ("rail", "road", "any")
    ]
    return np.nan_to_num(np.concatenate(parts), nan=np.inf)


def _trains(network: Network) -> pd.DataFrame:
    nodes = network.nodes
    at = np.flatnonzero(nodes["access"] & nodes["stratum"].isin(["high_speed", "conventional"]))
    times, _ = station_times(network, list(at), list(at))
    return pd.DataFrame(times, index=nodes["node"].iloc[at], columns=nodes["node"].iloc[at])


MS = 0.002
"""Times are rounded to a millisecond per link; a hundred links are 0.0017 min."""


def _lines_one_by_one(worlds: list[World]) -> None:
    """Add a line to each world, then the next: nothing anywhere takes longer."""
    before = _worlds_network([lines[:1] for lines in worlds], airports=FIELDS)
    times, trains = _all_times(before), _trains(before)
    for count in range(2, max(map(len, worlds)) + 1):
        after = _worlds_network([lines[:count] for lines in worlds], airports=FIELDS)
        new_times, new_trains = _all_times(after), _trains(after)
        assert (new_times <= times + MS).all()
        assert (new_trains.loc[trains.index, trains.columns].to_numpy() <= trains.to_numpy() + MS).all()
        times, trains = new_times, new_trains


@settings(max_examples=5, deadline=None)
@given(_worlds(2, 7))
def test_adding_a_line_never_lengthens_any_trip(worlds: list[World]) -> None:
    _lines_one_by_one(worlds)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(_worlds(6, 6))
def test_a_thousand_added_lines_never_lengthen_any_trip(worlds: list[World]) -> None:
    """25 examples of 8 worlds of 5 additions."""
    _lines_one_by_one(worlds)


@settings(max_examples=5, deadline=None)
@given(_worlds(1, 5), st.integers(0, 4), st.sampled_from([1.1, 1.5, 3.0]))
def test_more_speed_and_more_trains_are_never_slower(worlds: list[World], which: int, factor: float) -> None:
    before = _all_times(_worlds_network(worlds))
    for quicker, denser in ((factor, 1.0), (1.0, factor)):
        changed = [
            [
                (way, kind, speed * quicker, pairs * denser) if i == which % len(lines) else (way, kind, speed, pairs)
                for i, (way, kind, speed, pairs) in enumerate(lines)
            ]
            for lines in worlds
        ]
        assert (_all_times(_worlds_network(changed)) <= before + MS).all()


@settings(max_examples=8, deadline=None)
@given(_worlds(1, 6))
def test_times_are_the_same_both_ways_and_keep_the_triangle(worlds: list[World]) -> None:
    network = _worlds_network(worlds, airports=FIELDS)
    times = _all_times(network).reshape(3, WORLDS * len(TOWNS), WORLDS * len(TOWNS))
    mirrored = times.transpose(0, 2, 1)
    assert ((times == mirrored) | (np.abs(np.subtract(times, mirrored, where=np.isfinite(times) & np.isfinite(mirrored),
                                                     out=np.zeros_like(times))) <= MS)).all()  # fmt: skip
    assert (np.isfinite(times) == np.isfinite(mirrored)).all()
    trains = _trains(network).to_numpy(copy=True)
    change = network.rail.transfer_time_min
    np.fill_diagonal(trains, -change)  # one who is there already neither rides nor changes
    through = (trains[:, :, None] + trains[None, :, :]).min(axis=1, initial=np.inf) + change
    off = ~np.eye(len(trains), dtype=bool)
    assert (trains[off] <= through[off] + MS).all()


@settings(max_examples=4, deadline=None)
@given(_worlds(1, 6), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_company_of_places_do_not_matter(worlds: list[World], random: random.Random) -> None:
    network = _worlds_network(worlds)
    towns = _side_by_side(TOWNS, WORLDS)
    turned = towns.sample(frac=1.0, random_state=random.randrange(1000))
    mixed = Network(network.nodes, network.links.sample(frac=1.0, random_state=1).reset_index(drop=True), network.rail)
    for mode in ("rail", "road", "any"):
        one = travel_time_matrix(network, towns, towns, mode=mode)
        other = travel_time_matrix(mixed, turned, turned, mode=mode)
        pd.testing.assert_frame_equal(other.time_min.loc[one.time_min.index, one.time_min.columns], one.time_min)
        pd.testing.assert_frame_equal(other.length_km.loc[one.time_min.index, one.time_min.columns], one.length_km)
        alone = travel_time_matrix(network, towns.iloc[:1], towns.iloc[2:3], mode=mode)
        np.testing.assert_array_equal(alone.time_min.to_numpy(), one.time_min.iloc[:1, 2:3].to_numpy())


@settings(max_examples=4, deadline=None)
@given(_worlds(1, 6))
def test_without_railways_any_is_road_and_nowhere_is_neither_zero_nor_huge(worlds: list[World]) -> None:
    towns = _side_by_side(TOWNS, WORLDS)
    network = _worlds_network([[line for line in lines if line[1] == "expressway"] for lines in worlds])
    by_any, by_road = (travel_time_matrix(network, towns, towns, mode=mode).time_min for mode in ("any", "road"))
    pd.testing.assert_frame_equal(by_any, by_road)
    matrix = travel_time_matrix(_worlds_network(worlds), towns, towns, mode="rail")
    apart = ~np.eye(len(towns), dtype=bool)
    values, notes = matrix.time_min.to_numpy()[apart], matrix.note.to_numpy()[apart]
    assert ((np.isnan(values)) == (notes != "")).all()
    assert ((values[~np.isnan(values)] > 0) & (values[~np.isnan(values)] < 24 * 60)).all()


def test_the_model_keeps_to_the_published_times(shared: Path) -> None:
    """The bar of the calibration: 10 % on average, nine of ten within a quarter of an hour; and on times not fitted."""
    from benchmarks.rail_times import CHECK, MEMORY, modelled

    for path in (shared / "reference" / "rail_times_published.csv", CHECK, MEMORY):
        table = modelled(pd.read_csv(path))
        assert table["modelled_min"].notna().all()
        assert table["error_share"].abs().mean() <= 0.10
        assert ((table["modelled_min"] - table["published_min"]).abs() <= 15).mean() >= 0.9
