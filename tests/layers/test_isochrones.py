"""Isochrones: no point inside a ring is farther than its limit, by the engine's own answer to that point."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError, VocabularyError
from geo.geodesy import GEOD, area_km2, distance_km
from geo.io import read_features, write_features
from layers.indicators import city_places, scenario_network
from layers.isochrones import ISOCHRONES, isochrones
from layers.network import AccessAssumptions, AirAssumptions, Network, build_network
from layers.travel_time import travel_time_matrix

NAMES = ["合肥南", "蚌埠南", "全椒", "肥东", "定远", "巢湖东"]
NODES = pd.DataFrame(
    {
        "name": NAMES,
        "kind": "station",
        "lon": [117.3, 117.5, 118.3, 117.6, 117.9, 117.9],
        "lat": [31.8, 32.9, 32.1, 31.9, 32.5, 31.7],
    }
)
FIELDS = pd.DataFrame({"name": ["甲机场", "乙机场"], "lon": [117.2, 118.3], "lat": [31.7, 32.9]})
LINE = st.tuples(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True),
    st.sampled_from(["high_speed_rail", "conventional_rail", "expressway"]),
    st.sampled_from([80.0, 120.0, 250.0, 350.0]),
)
LineOf = tuple[list[str], str, float]
POINT = st.tuples(st.floats(117.0, 118.5), st.floats(31.5, 33.0))


def _network(
    lines: list[LineOf], *, access: AccessAssumptions | None = None, nodes: pd.DataFrame | None = None
) -> Network:
    if nodes is None:
        nodes = pd.concat([NODES.assign(mode=mode) for mode in ("rail", "highway")], ignore_index=True)
    rows = [
        (f"l{i}", "highway" if kind == "expressway" else "rail", kind, "|".join(way), speed, 60.0)
        for i, (way, kind, speed) in enumerate(lines)
    ]
    columns = ["feature_id", "mode", "kind", "nodes", "speed_km_h", "train_pairs"]
    table = pd.DataFrame(rows, columns=columns).assign(electrified=True, tracks=2, route_length_km=np.nan)
    return build_network(
        gpd.GeoDataFrame(table), nodes, airports=FIELDS, air=AirAssumptions(least_km=50.0), access=access
    )


def _places(points: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["lon", "lat"]).assign(name=[f"甲{i}" for i in range(len(points))])


def _sampled(shape: shapely.Geometry, count: int, seed: int) -> pd.DataFrame:
    """Points of a polygon: at random, and its corners, which are the farthest."""
    random = np.random.default_rng(seed)
    west, south, east, north = shape.bounds
    xy = random.uniform((west, south), (east, north), (count * 4, 2))
    xy = xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])][:count]
    corners = shapely.get_coordinates(shape)
    xy = np.concatenate([xy, corners[random.integers(0, len(corners), count)]])
    return pd.DataFrame({"name": [f"p{i}" for i in range(len(xy))], "lon": xy[:, 0], "lat": xy[:, 1]})


def _check_rings(network: Network, places: pd.DataFrame, rings: gpd.GeoDataFrame, mode: str, *, count: int) -> int:
    """No point inside is farther than the limit, by the engine; the larger ring holds the smaller."""
    checked = 0
    for i, place in enumerate(places["name"]):
        inner: shapely.Geometry = shapely.MultiPolygon()
        for ring in rings[rings["origin"] == place].itertuples():
            assert ring.geometry.is_valid
            # To a decimetre: both lie on a grid.
            assert inner.is_empty or shapely.covers(shapely.buffer(ring.geometry, 1e-6), inner)
            inner = ring.geometry
            if inner.is_empty:
                assert ring.area_km2 == 0.0
                assert ring.note
                continue
            assert ring.area_km2 == pytest.approx(area_km2(inner))
            points = _sampled(inner, count, i)
            times = travel_time_matrix(network, places.iloc[[i]], points, mode=mode).time_min.to_numpy()
            assert np.isfinite(times).all()
            assert times.max() <= ring.limit_min
            checked += times.size
    return checked


@settings(max_examples=40, deadline=None)
@given(
    st.lists(LINE, min_size=0, max_size=5),
    POINT,
    st.lists(st.floats(5.0, 240.0), min_size=1, max_size=3, unique=True),
    st.sampled_from(["any", "rail", "road"]),
    st.booleans(),
)
def test_no_point_inside_a_ring_is_farther_than_its_limit(
    lines: list[LineOf], point: tuple[float, float], limits: list[float], mode: str, cut_water: bool
) -> None:
    network, places = _network(lines), _places([point])
    rings = isochrones(network, places, limits_min=limits, mode=mode, cut_water=cut_water)
    assert list(rings["limit_min"]) == sorted(limits)
    _check_rings(network, places, rings, mode, count=40)


@settings(max_examples=25, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=5), POINT, st.floats(20.0, 200.0), st.sampled_from(["any", "rail", "road"]))
def test_what_is_clearly_within_the_limit_lies_in_the_ring(
    lines: list[LineOf], point: tuple[float, float], limit: float, mode: str
) -> None:
    network, places = _network(lines), _places([point])
    ring = isochrones(network, places, limits_min=[limit], mode=mode, cut_water=False).geometry.iloc[0]
    xy = np.random.default_rng(1).uniform((116.0, 31.0), (119.5, 33.5), (400, 2))
    points = pd.DataFrame({"name": [f"p{i}" for i in range(len(xy))], "lon": xy[:, 0], "lat": xy[:, 1]})
    times = travel_time_matrix(network, places, points, mode=mode).time_min.to_numpy()[0]
    # A polygon of 64 corners keeps within 0.12 % of the radius of its disc, of at most 138 min of local roads.
    clear = times < limit - 0.2
    # At the reach of local roads the polygon falls short of the disc, by less than 0.1 km.
    km = _distances_km(network, point, xy)
    edge = ((km > 79.8) & (km <= 80.0)).any(axis=1)
    inside = shapely.contains_xy(ring, xy[:, 0], xy[:, 1])
    assert inside[clear & ~edge].all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(LINE, min_size=1, max_size=5),
    LINE,
    POINT,
    st.floats(20.0, 200.0),
    st.sampled_from(["any", "rail", "road"]),
)
def test_one_more_line_takes_nothing_from_a_ring(
    lines: list[LineOf], more: LineOf, point: tuple[float, float], limit: float, mode: str
) -> None:
    before, after = (
        isochrones(_network(each), _places([point]), limits_min=[limit], mode=mode, cut_water=False).geometry.iloc[0]
        for each in (lines, [*lines, more])
    )
    # A disc inside another one is left out, and the polygon of the other falls short of it by 0.12 % of its radius.
    lost = shapely.difference(before, after)
    assert lost.is_empty or area_km2(lost) <= 0.002 * area_km2(before)


def _distances_km(network: Network, start: tuple[float, float], points: np.ndarray) -> np.ndarray:
    """Return the distance of each point (rows) to the start and to each node of the network (columns)."""
    nodes = network.nodes.loc[network.nodes["access"], ["lon", "lat"]].to_numpy(dtype=float)
    spots = np.concatenate([[start], nodes])
    from_lon, to_lon = np.meshgrid(points[:, 0], spots[:, 0], indexing="ij")
    from_lat, to_lat = np.meshgrid(points[:, 1], spots[:, 1], indexing="ij")
    return np.asarray(GEOD.inv(from_lon, from_lat, to_lon, to_lat)[2]) / 1000.0


def test_without_a_network_a_ring_is_a_disc_of_local_roads() -> None:
    access = AccessAssumptions(detour=1.5, speed_km_h=45.0)
    network = _network([], access=access)
    network = Network(network.nodes.iloc[:0], network.links.iloc[:0], access=access)
    rings = isochrones(network, _places([(117.0, 32.0)]), limits_min=[30.0, 400.0], mode="road", cut_water=False)
    # 30 min at 45 km/h and a detour of 1.5: 15 km as the crow flies; then the reach of local roads, 80 km.
    assert rings["area_km2"].iloc[0] == pytest.approx(np.pi * 15.0**2, rel=0.003)
    assert rings["area_km2"].iloc[1] == pytest.approx(np.pi * 80.0**2, rel=0.003)
    corner = shapely.get_coordinates(rings.geometry.iloc[0])[0]
    assert distance_km(117.0, 32.0, *corner) == pytest.approx(15.0, abs=0.01)
    rail = isochrones(network, _places([(117.0, 32.0)]), mode="rail")
    assert rail.geometry.is_empty.all()
    assert (rail["note"] != "").all()


def test_a_ring_by_rail_leaves_the_start_out_and_keeps_the_hole() -> None:
    network = _network(
        [(["合肥南", "蚌埠南"], "high_speed_rail", 350.0), (["合肥南", "全椒"], "high_speed_rail", 350.0)]
    )
    start = _places([(117.3, 31.8)])
    ring = isochrones(network, start, limits_min=[75.0], mode="rail", cut_water=False).geometry.iloc[0]
    # 30 min of boarding, 10 of alighting and the train are gone before anybody is anywhere by rail.
    assert not ring.contains(shapely.Point(117.35, 31.85))
    assert ring.contains(shapely.Point(117.5, 32.9))

    # Twelve stations on a circle of 30 km, a place in the middle: 52 min to a station, 30 min of boarding, the train, 10 min
    # of alighting. What is left makes discs that touch along the circle and leave the middle out.
    bearings = np.arange(12) * 30.0
    lon, lat, _ = GEOD.fwd(np.full(12, 117.75), np.full(12, 32.2), bearings, np.full(12, 30_000.0))
    names = [f"站{i}" for i in range(12)]
    circle = pd.DataFrame({"name": names, "kind": "station", "lon": lon, "lat": lat, "mode": "rail"})
    lines = [([names[i], names[(i + 1) % 12]], "high_speed_rail", 350.0) for i in range(12)]
    around, middle = _network(lines, nodes=circle), _places([(117.75, 32.2)])
    rings = isochrones(around, middle, limits_min=[140.0, 145.0], mode="rail", cut_water=False)
    holes = [sum(len(part.interiors) for part in shapely.get_parts(shape)) for shape in rings.geometry]
    assert max(holes) > 0
    assert not rings.geometry.iloc[0].contains(shapely.Point(117.75, 32.2))
    _check_rings(around, middle, rings, "rail", count=200)


def test_rings_together_are_those_of_the_nearest() -> None:
    network = _network([(["合肥南", "蚌埠南"], "expressway", 120.0), (["合肥南", "全椒"], "high_speed_rail", 300.0)])
    places = _places([(117.25, 31.85), (118.2, 32.1)])
    apart = isochrones(network, places, limits_min=[30.0, 80.0])
    joined = isochrones(network, places, limits_min=[30.0, 80.0], together=True)
    assert list(joined["origin"].unique()) == ["甲0、甲1"]
    for limit, shape in zip(joined["limit_min"], joined.geometry, strict=True):
        both = shapely.union_all(apart.loc[apart["limit_min"] == limit, "geometry"].to_numpy())
        assert shapely.symmetric_difference(both, shape).area < 1e-6


def test_the_rings_of_a_real_city(tmp_path: Path) -> None:
    network = scenario_network(None)
    places = city_places().set_index("name").loc[["合肥", "宁波"]].reset_index()
    rings = isochrones(network, places, limits_min=[90.0, 45.0, 150.0], as_of="2025-12", scenario="today")
    assert rings.crs == "EPSG:4326"
    assert list(rings["limit_min"]) == [45.0, 90.0, 150.0] * 2
    assert _check_rings(network, places, rings, "any", count=150) == 6 * 300
    # Along the lines it goes farther than the crow's 45 min of local roads, and no ring lies in the sea off 宁波.
    assert rings["area_km2"].iloc[0] > np.pi * (45.0 * 45.0 / 60.0 / 1.3) ** 2
    assert not rings.geometry.iloc[5].contains(shapely.Point(122.9, 29.3))
    path = tmp_path / "rings.gpkg"
    write_features({"isochrones": rings}, path)
    back = read_features(path, ISOCHRONES)
    assert len(back) == 6
    merged = rings.sort_values(list(ISOCHRONES.key), ignore_index=True)
    assert [a.equals(b) for a, b in zip(back.geometry, merged.geometry, strict=True)] == [True] * 6
    again = isochrones(network, places, limits_min=[45.0, 90.0, 150.0], as_of="2025-12", scenario="today")
    assert shapely.to_wkb(again.geometry.to_numpy()).tolist() == shapely.to_wkb(rings.geometry.to_numpy()).tolist()


def test_what_cannot_be_asked_is_refused() -> None:
    network, here = _network([]), _places([(117.0, 32.0)])
    with pytest.raises(VocabularyError, match="limits above 0"):
        isochrones(network, here, limits_min=[0.0])
    with pytest.raises(VocabularyError, match="limits above 0"):
        isochrones(network, here, limits_min=[])
    with pytest.raises(VocabularyError, match="no mode of travel"):
        isochrones(network, here, mode="ship")
    with pytest.raises(SchemaError, match="no coordinates"):
        isochrones(network, here.assign(lon=np.nan))
