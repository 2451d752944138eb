"""The road network of small maps drawn by hand, and the file that keeps it."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from geo.geodesy import GEOD
from layers.osm.importing import import_osm, import_roads
from layers.osm.links import segment_lengths_m
from layers.osm.road_network import RoadNetwork
from layers.routing.engine import Engine
from tests.layers.osm.towns import STEP_M, Place, Way, east, maps, osm_xml, written

TWO = {"highway": "residential"}
MIN = STEP_M / 1000.0 / 30.0 * 60.0
"""One step of ``east`` at 30 km/h: 2.226 minutes."""


def links(network: RoadNetwork) -> set[tuple[int, int]]:
    return {
        (int(network.node_id[a]), int(network.node_id[b]))
        for a, b in zip(network.graph.tail, network.graph.head, strict=True)
    }


def minutes(network: RoadNetwork, a: int, b: int) -> float:
    nodes = {int(n): i for i, n in enumerate(network.node_id)}
    return float(Engine(network.graph).matrix([nodes[a]], [nodes[b]])[0, 0])


def town(folder: Path, ways: dict[int, Way], count: int = 6, **more: object) -> RoadNetwork:
    return import_roads(written(folder, osm_xml(east(count), ways, **more)))  # type: ignore[arg-type]


def test_cut_at_junctions_and_nowhere_else(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3, 4, 5], TWO), 2: ([3, 6], TWO)})
    assert links(network) == {(1, 3), (3, 1), (3, 5), (5, 3), (3, 6), (6, 3)}
    assert list(network.way_id) == [1, 1, 1, 1, 2, 2]
    assert network.length_m == pytest.approx([2 * STEP_M] * 4 + [3 * STEP_M] * 2, rel=1e-6)
    assert minutes(network, 1, 6) == pytest.approx(5 * MIN, abs=0.001)


def test_a_bridge_does_not_join_what_it_crosses(tmp_path: Path) -> None:
    nodes = {1: (117.0, 31.0), 2: (117.02, 31.0), 3: (117.01, 30.99), 4: (117.01, 31.01)}
    over = {"highway": "motorway", "oneway": "no", "bridge": "yes", "layer": "1"}
    network = import_roads(written(tmp_path, osm_xml(nodes, {1: ([1, 2], TWO), 2: ([3, 4], over)})))
    assert links(network) == {(1, 2), (2, 1), (3, 4), (4, 3)}
    assert sorted(network.component_sizes) == [2, 2]
    assert np.isnan(minutes(network, 1, 4))


def test_a_bridge_joins_where_they_share_a_node(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3], TWO), 2: ([4, 2, 5], {**TWO, "bridge": "yes", "layer": "1"})})
    assert (1, 2) in links(network)
    assert minutes(network, 1, 5) == pytest.approx(4 * MIN, abs=0.001)


def test_one_way_both_ways_round(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2], {**TWO, "oneway": "yes"}), 2: ([3, 4], {**TWO, "oneway": "-1"})})
    assert links(network) == {(1, 2), (4, 3)}


def test_a_roundabout_goes_round(tmp_path: Path) -> None:
    ring = {"highway": "residential", "junction": "roundabout"}
    network = town(tmp_path, {1: ([1, 2, 3, 4, 1], ring), 2: ([5, 2], TWO), 3: ([4, 6], TWO)})
    assert links(network) == {(1, 2), (2, 4), (4, 1), (5, 2), (2, 5), (4, 6), (6, 4)}
    # From 4 back to 2 there is only the way round by 1: 3 steps and 1 step.
    assert minutes(network, 4, 2) == pytest.approx(4 * MIN, abs=0.001)


def test_a_closed_way_alone_is_a_loop(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3, 1], TWO)})
    assert links(network) == {(1, 1)}
    assert network.length_m == pytest.approx([4 * STEP_M] * 2, rel=1e-6)


def test_out_and_back_is_folded(tmp_path: Path) -> None:
    made = import_osm(
        written(tmp_path, osm_xml(east(6), {1: ([1, 2, 3, 2, 1], {"highway": "primary", "oneway": "no"})}))
    )
    assert links(made.network) == {(1, 3), (3, 1)}
    assert made.network.length_m == pytest.approx([2 * STEP_M] * 2, rel=1e-6)
    assert made.lines["length_km"].tolist() == pytest.approx([2 * STEP_M / 1000], rel=1e-6)
    assert made.findings.counts == {"way_out_and_back": 1}


def test_out_and_back_stays_two_way_though_said_one_way(tmp_path: Path) -> None:
    made = import_osm(written(tmp_path, osm_xml(east(3), {1: ([1, 2, 1], {"highway": "primary", "oneway": "yes"})})))
    assert links(made.network) == {(1, 2), (2, 1)}
    assert made.lines["oneway"].tolist() == ["both"]


def test_a_way_that_only_ends_in_a_spur_is_not_folded(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3, 2], TWO)})
    assert links(network) == {(1, 2), (2, 1), (2, 3), (3, 2)}


def test_a_bollard_parts_the_road(tmp_path: Path) -> None:
    text = osm_xml(east(5), {1: ([1, 2, 3, 4, 5], TWO)}, node_tags={3: {"barrier": "bollard"}})
    made = import_osm(written(tmp_path, text))
    assert links(made.network) == {(1, 3), (3, 1), (3, 5), (5, 3)}  # node 3 is two nodes
    assert np.bincount(np.searchsorted([1, 3, 5], made.network.node_id)).tolist() == [1, 2, 1]
    assert np.isnan(minutes(made.network, 1, 5))
    assert made.findings.counts == {"barrier": 1, "weak_component": 2}


def test_a_bollard_at_the_end_of_a_road(tmp_path: Path) -> None:
    text = osm_xml(east(3), {1: ([1, 2], TWO), 2: ([2, 3], TWO)}, node_tags={2: {"barrier": "bollard"}})
    assert np.isnan(minutes(import_roads(written(tmp_path, text)), 1, 3))


def test_closed_and_unbuilt_roads_are_left_out_and_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2], TWO),
        2: ([2, 3], {**TWO, "access": "private"}),
        3: ([3, 4], {"highway": "construction", "construction": "primary"}),
        4: ([4, 5], {"highway": "footway"}),
    }
    made = import_osm(written(tmp_path, osm_xml(east(5), ways)))
    assert links(made.network) == {(1, 2), (2, 1)}
    assert made.findings.counts == {"road_closed": 1, "road_not_in_use": 1, "road_not_for_cars": 1}
    assert made.lines[["kind", "status"]].to_numpy().tolist() == [["primary_road", "under_construction"]]


def test_a_ferry_takes_its_time(tmp_path: Path) -> None:
    ferry = {"route": "ferry", "motor_vehicle": "yes", "duration": "00:30"}
    network = town(tmp_path, {1: ([1, 2], TWO), 2: ([2, 3, 4], ferry), 3: ([4, 5], TWO), 4: ([3, 6], TWO)})
    # Cut at node 3, where a road meets: half of the thirty minutes to there.
    assert minutes(network, 2, 4) == pytest.approx(30.0, abs=0.001)
    assert minutes(network, 2, 3) == pytest.approx(15.0, abs=0.001)


def test_turn_restrictions_are_counted(tmp_path: Path) -> None:
    relation = (
        '<relation id="9"><member type="way" ref="1" role="from"/><member type="node" ref="2" role="via"/>'
        '<member type="way" ref="2" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>'
    )
    text = osm_xml(east(3), {1: ([1, 2], TWO), 2: ([2, 3], TWO)}, relations=relation)
    assert import_osm(written(tmp_path, text)).findings.counts == {"turn_restriction": 1}


def test_speeds_by_direction_and_class(tmp_path: Path) -> None:
    tags = {"highway": "trunk", "maxspeed:forward": "80", "maxspeed:backward": "60"}
    network = town(tmp_path, {1: ([1, 2], tags)})
    km = STEP_M / 1000.0
    assert minutes(network, 1, 2) == pytest.approx(km / 80 * 60, abs=0.001)
    assert minutes(network, 2, 1) == pytest.approx(km / 60 * 60, abs=0.001)
    assert [network.class_names[c] for c in network.road_class] == ["trunk", "trunk"]


def test_components_and_snapping(tmp_path: Path) -> None:
    nodes = {**east(4), 11: (117.0051, 0.001), 12: (117.0051, 0.002)}
    network = import_roads(
        written(tmp_path, osm_xml(nodes, {1: ([1, 2, 3, 4], TWO), 2: ([11, 12], TWO), 3: ([3, 2], TWO)}))
    )
    assert network.component_sizes.tolist() == [4, 2]
    assert network.largest_share == pytest.approx(4 / 6)
    place = [(117.0051, 0.0011)]
    node, metres = network.snap(place)
    assert int(network.node_id[node[0]]) == 2  # 0.0049° east, nearer than node 1 0.0051° west
    assert metres[0] == pytest.approx(GEOD.inv(117.0051, 0.0011, 117.01, 0.0)[2])
    node, metres = network.snap(place, largest_component=False)
    assert int(network.node_id[node[0]]) == 11
    assert metres[0] == pytest.approx(GEOD.inv(117.0051, 0.0011, 117.0051, 0.001)[2])


def test_a_dead_end_one_way_is_a_component_of_its_own(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2], TWO), 2: ([2, 3], {**TWO, "oneway": "yes"})})
    assert network.component_sizes.tolist() == [2, 1]  # from 3 there is no way back
    assert int(network.node_id[network.snap([(117.02, 0.0)])[0][0]]) == 2


@pytest.mark.parametrize("places", [[(117.0, 95.0)], [(np.nan, 1.0)], [1.0, 2.0]])
def test_places_that_are_none(tmp_path: Path, places: object) -> None:
    network = town(tmp_path, {1: ([1, 2], TWO)})
    with pytest.raises(SchemaError, match="snap"):
        network.snap(places)  # type: ignore[arg-type]


def test_saved_and_loaded_is_the_same_and_has_the_same_bytes(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3, 4, 5], TWO), 2: ([3, 6], TWO)})
    network.save(tmp_path / "a.npz")
    network.save(tmp_path / "b.npz")
    again = RoadNetwork.load(tmp_path / "a.npz")
    again.save(tmp_path / "c.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes() == (tmp_path / "c.npz").read_bytes()
    assert again.facts == network.facts
    assert again.facts["attribution"] == "© OpenStreetMap contributors, ODbL 1.0"
    for name in ("lon_lat", "way_id", "length_m", "component", "node_id", "road_class"):
        assert np.array_equal(getattr(again, name), getattr(network, name))


def test_damaged_networks_are_refused(tmp_path: Path) -> None:
    network = town(tmp_path, {1: ([1, 2, 3], TWO)})
    path = tmp_path / "roads.npz"
    network.save(path)
    whole = path.read_bytes()
    for wrong in (b"", whole[:100], whole[: len(whole) // 2], b"PK\x03\x04" + bytes(200), b"text"):
        path.write_bytes(wrong)
        with pytest.raises(SchemaError, match="import-osm"):
            RoadNetwork.load(path)
    np.savez(path, a=np.arange(3))
    with pytest.raises(SchemaError, match="import-osm"):
        RoadNetwork.load(path)
    with np.load(io.BytesIO(whole)) as kept:
        arrays = dict(kept)
    np.savez(path, **{**arrays, "head": arrays["head"] + 100})
    with pytest.raises(SchemaError, match="head names nodes that are not there"):
        RoadNetwork.load(path)
    with pytest.raises(SchemaError, match="no such file"):
        RoadNetwork.load(tmp_path / "none.npz")


def test_no_roads_at_all(tmp_path: Path) -> None:
    made = import_osm(written(tmp_path, osm_xml(east(2), {})))
    assert (made.network.node_count, made.network.link_count) == (0, 0)
    assert len(made.lines) == 0
    made.network.save(tmp_path / "roads.npz")
    assert RoadNetwork.load(tmp_path / "roads.npz").node_count == 0
    with pytest.raises(SchemaError, match="no nodes"):
        made.network.snap([(117.0, 31.0)])


@settings(max_examples=200)
@given(lon=st.floats(-180, 180), lat=st.floats(-70, 70), bearing=st.floats(0, 360), metres=st.floats(0.1, 10_000.0))
def test_lengths_against_the_geodesic(lon: float, lat: float, bearing: float, metres: float) -> None:
    far_lon, far_lat, _ = GEOD.fwd(lon, lat, bearing, metres)
    found = segment_lengths_m(np.array([lon, far_lon]), np.array([lat, far_lat]))
    assert found[1] == pytest.approx(metres, rel=1e-6, abs=1e-5)


def test_long_segments_are_geodesics() -> None:
    found = segment_lengths_m(np.array([121.0, 127.0]), np.array([31.0, 37.0]))
    assert found[1] == pytest.approx(GEOD.inv(121.0, 31.0, 127.0, 37.0)[2])


SPEEDS = {"motorway": 100.0, "primary": 70.0, "residential": 30.0}
"""Of layers/data/osm_roads.csv."""


def plain_times(nodes: dict[int, Place], ways: dict[int, Way]) -> dict[tuple[int, int], float]:
    """Minutes from each node to each, by the textbook on the uncut roads: every pair of neighbours is a link."""
    times = {(i, i): 0.0 for i in nodes}
    for refs, tags in ways.values():
        speed = {"60": 60.0, "30 mph": 48.28032}.get(tags.get("maxspeed", ""), SPEEDS.get(tags["highway"], 0.0))
        oneway = tags.get("oneway", "yes" if tags["highway"] == "motorway" else "no")
        if tags["highway"] not in SPEEDS:
            continue
        for a, b in itertools.pairwise(refs):
            if a == b or a not in nodes or b not in nodes:
                continue
            minutes = GEOD.inv(*nodes[a], *nodes[b])[2] / 1000.0 / speed * 60.0
            if oneway != "-1":
                times[a, b] = min(times.get((a, b), minutes), minutes)
            if oneway != "yes":
                times[b, a] = min(times.get((b, a), minutes), minutes)
    for k, i, j in itertools.product(nodes, nodes, nodes):
        if (i, k) in times and (k, j) in times:
            times[i, j] = min(times.get((i, j), np.inf), times[i, k] + times[k, j])
    return times


@settings(max_examples=15)
@given(drawn=maps())
def test_times_are_those_of_the_uncut_roads(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[int, Place], dict[int, Way]]
) -> None:
    nodes, ways = drawn
    network = import_roads(written(tmp_path_factory.mktemp("maps"), osm_xml(nodes, ways)))
    expected = plain_times(nodes, ways)
    everything = np.arange(network.node_count)
    found = Engine(network.graph).matrix(everything, everything)
    for (i, a), (j, b) in itertools.product(enumerate(network.node_id.tolist()), repeat=2):
        if np.isnan(found[i, j]):
            assert (a, b) not in expected
        else:
            assert found[i, j] == pytest.approx(expected[a, b], rel=1e-5, abs=1e-3)
    strong = {(a, b) for a, b in expected if (b, a) in expected}
    for (i, a), (j, b) in itertools.product(enumerate(network.node_id.tolist()), repeat=2):
        assert (network.component[i] == network.component[j]) == ((a, b) in strong)
