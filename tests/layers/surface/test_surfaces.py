"""Surfaces of places: networks entered where that is possible, agreement with the network's own times, and clusters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.boundaries import boundaries
from geo.errors import PlaceNotFoundError, SchemaError, VocabularyError
from layers.indicators import scenario_network
from layers.network import Network
from layers.osm.road_network import RoadNetwork
from layers.osm.roads import CLASSES
from layers.routing.graph import Graph
from layers.surface import (
    Grid,
    SurfaceAssumptions,
    SurfaceModel,
    friction_of,
    grid_of,
    network_agreement,
    network_links,
    open_cells,
    place_surfaces,
    road_network_agreement,
    road_network_links,
    travel_time_surface,
)

HEFEI = pd.DataFrame({"name": ["合肥南站", "庐江"], "lon": [117.283, 117.287], "lat": [31.802, 31.256]})


@pytest.fixture(scope="module")
def network() -> Network:
    return scenario_network(None)


@pytest.fixture(scope="module")
def region() -> Grid:
    return grid_of(boundaries("prefecture", within="合肥市"), cell_m=1000.0, margin_km=30.0)


@pytest.fixture(scope="module")
def model(network: Network, region: Grid) -> SurfaceModel:
    ground = friction_of(region)
    return SurfaceModel(ground, network_links(network, ground)[0])


def _probes() -> pd.DataFrame:
    units = boundaries("county", within="安徽")
    points = units.geometry.representative_point()
    return pd.DataFrame({"name": units["code"], "lon": points.x, "lat": points.y})


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_surfaces_agree_with_the_networks_times_within_the_bound(network: Network, region: Grid, mode: str) -> None:
    """By the matrix engine, a second method: never beyond the bound, and within two minutes in the median."""
    ground = friction_of(region)
    surface = travel_time_surface(SurfaceModel(ground, network_links(network, ground, mode=mode)[0]), HEFEI.iloc[:1])
    speed = SurfaceAssumptions().ground_speed_km_h
    found = network_agreement(
        surface.minutes, region, network, HEFEI.iloc[:1], _probes(), mode=mode, ground_speed_km_h=speed
    )
    summary = found.summary
    assert summary["count"] >= 20
    assert summary["beyond_bound"] == 0.0
    assert summary["median_absolute_min"] < 2.0
    assert abs(summary["median_share"]) < 0.03


def test_more_network_never_slows_a_cell(network: Network, region: Grid) -> None:
    """Expressways and trains together are no slower than either, and somewhere quicker than expressways alone."""
    ground = friction_of(region)
    road, rail, both = (
        travel_time_surface(SurfaceModel(ground, network_links(network, ground, mode=mode)[0]), HEFEI).minutes
        for mode in ("road", "rail", "any")
    )
    assert (both <= road + 1e-3).all()
    assert (both <= rail + 1e-3).all()
    assert (both < road - 1.0).any()
    on_foot = travel_time_surface(SurfaceModel(ground), HEFEI).minutes
    assert (road <= on_foot).all()


def test_expressways_are_entered_at_interchanges_only(network: Network, region: Grid) -> None:
    """The nearest cell to a bend of an expressway gains nothing from it: it takes the ground to an interchange."""
    ground = friction_of(region)
    links, _ = network_links(network, ground)
    touched = np.unique(links.tail[links.tail < region.cells])
    road = network.nodes[network.nodes["stratum"] == "road"]
    row, column = region.cells_of(road.loc[road["access"], "lon"], road.loc[road["access"], "lat"])
    allowed = np.unique((row * region.width + column)[row >= 0])
    assert np.array_equal(touched, allowed)
    closed = road[~road["access"]]
    row, column = region.cells_of(closed["lon"], closed["lat"])
    shut = np.setdiff1d((row * region.width + column)[row >= 0], allowed)
    assert len(shut) > 0
    assert not np.isin(shut, touched).any()


def test_toll_and_boarding_are_paid(network: Network, region: Grid) -> None:
    """From the cell of an interchange onto the road and off it at another: twice the toll and the drive, no less."""
    ground = friction_of(region)
    links, _ = network_links(network, ground)
    entering = links.cost[links.tail < region.cells]
    leaving = links.cost[links.head < region.cells]
    assert np.allclose(entering, network.road.toll_time_min * 60.0)
    assert np.allclose(leaving, network.road.toll_time_min * 60.0)
    rail, _ = network_links(network, ground, mode="rail")
    assert np.allclose(rail.cost[rail.tail < region.cells], network.rail.boarding_time_min * 60.0)


def test_to_and_from_differ_on_one_way_roads(grid: Grid) -> None:
    """A one-way street of 60 s eastwards over ground of 3 km/h; by hand, back on foot."""
    roads = _roads(grid, [(0, 1)], [(5, 20), (45, 20)], ["residential"], [60.0])
    ground = friction_of(grid, assumptions=SurfaceAssumptions(ground="walking"))
    model = SurfaceModel(ground, road_network_links(roads, ground)[0])
    ends = pd.DataFrame({"name": ["e"], "lon": roads.lon_lat[1:, 0], "lat": roads.lon_lat[1:, 1]})
    to, away = (travel_time_surface(model, ends, direction=way).minutes for way in ("to", "from"))
    assert to[20, 5] == pytest.approx(1.0)
    assert to[20, 25] == pytest.approx(0.5, abs=1e-5), "there is a way on in each cell along the road"
    assert away[20, 5] == pytest.approx(40 * 500 / 3000 * 60, rel=1e-5)


def test_motorways_are_entered_where_other_roads_meet_them(grid: Grid) -> None:
    """A motorway with a ramp at one end only: its other end and its middle are reached on foot alone."""
    roads = _roads(
        grid, [(0, 1), (1, 0), (1, 2), (2, 1)], [(5, 20), (45, 20), (45, 22)],
        ["motorway", "motorway", "residential", "residential"], [60.0, 60.0, 30.0, 30.0],
    )  # fmt: skip
    ground = friction_of(grid, assumptions=SurfaceAssumptions(ground="walking"))
    model = SurfaceModel(ground, road_network_links(roads, ground)[0])
    away = travel_time_surface(
        model, pd.DataFrame({"name": ["r"], "lon": [roads.lon_lat[2, 0]], "lat": [roads.lon_lat[2, 1]]})
    )
    assert away.minutes[20, 45] == pytest.approx(0.5)
    walk = 60 * 0.5 / 3.0
    assert away.minutes[20, 44] == pytest.approx(0.5 + walk, rel=1e-5)
    assert away.minutes[20, 5] == pytest.approx(0.5 + 40 * walk, rel=1e-5)


def _roads(
    grid: Grid, ends: list[tuple[int, int]], cells: list[tuple[int, int]], classes: list[str], seconds: list[float]
) -> RoadNetwork:
    """A road network whose nodes lie at the centres of cells (column, row)."""
    column, row = np.array(cells, dtype=float).T
    lon, lat = grid.geographic(grid.west + (column + 0.5) * grid.cell_m, grid.north - (row + 0.5) * grid.cell_m)
    tail, head = np.array(ends).T
    graph = Graph.of(len(cells), tail, head, np.array(seconds) / 60.0)
    return RoadNetwork(
        graph=graph,
        lon_lat=np.column_stack([lon, lat]),
        way_id=np.arange(len(ends), dtype=np.int64),
        length_m=np.full(len(ends), 1000.0),
        component=np.zeros(len(cells), dtype=np.int32),
        node_id=np.arange(len(cells), dtype=np.int64),
        road_class=np.array([CLASSES.index(name) for name in classes], dtype=np.int8),
        class_names=CLASSES,
    )


def test_a_road_network_of_the_shared_extract_agrees_within_the_bound(shared: Path) -> None:
    """The core of 上海 by the engine: no time beyond half a cell's walk at either end."""
    from layers.osm.importing import import_roads

    roads = import_roads(shared / "data" / "osm-shanghai-core" / "shanghai.osm")
    box = gpd.GeoDataFrame(geometry=[shapely.box(*roads.lon_lat.min(axis=0), *roads.lon_lat.max(axis=0))], crs=4326)
    grid = grid_of(box, cell_m=25.0)
    ground = friction_of(grid, assumptions=SurfaceAssumptions(ground="walking"))
    node = np.flatnonzero(roads.component == 0)[7]
    place = pd.DataFrame({"name": ["甲"], "lon": roads.lon_lat[[node], 0], "lat": roads.lon_lat[[node], 1]})
    surface = travel_time_surface(SurfaceModel(ground, road_network_links(roads, ground)[0]), place)
    found = road_network_agreement(surface.minutes, grid, roads, place, ground_speed_km_h=3.0)
    assert found.summary["count"] >= 300
    assert found.summary["beyond_bound"] == 0.0
    assert found.summary["median_absolute_min"] < 0.5


def test_each_place_by_itself_and_the_nearest_of_all_fit_together(model: SurfaceModel) -> None:
    joint = travel_time_surface(model, HEFEI)
    single = dict(place_surfaces(model, HEFEI, at_once=1))
    assert sorted(single) == [0, 1]
    stack = np.stack([single[0], single[1]])
    assert joint.minutes.tobytes() == np.fmin(stack[0], stack[1]).tobytes()
    assert np.array_equal(np.take_along_axis(stack, joint.nearest[None].astype(int), axis=0)[0], joint.minutes)
    together = dict(place_surfaces(model, HEFEI, at_once=2))
    assert all(together[i].tobytes() == single[i].tobytes() for i in range(2))
    limited = travel_time_surface(model, HEFEI, limit_min=30.0)
    assert np.array_equal(limited.minutes, np.where(joint.minutes <= 30.0, joint.minutes, np.nan), equal_nan=True)


def test_a_cluster_gives_the_same_bytes(model: SurfaceModel, cluster: Any) -> None:
    places = pd.concat([HEFEI, HEFEI.assign(lon=HEFEI["lon"] + 0.1, name=["a", "b"])], ignore_index=True)
    here = dict(place_surfaces(model, places, at_once=1))
    seen: list[tuple[int, int]] = []
    there = dict(
        place_surfaces(
            model, places, at_once=1, dask=cluster.scheduler_address, progress=lambda a, b: seen.append((a, b))
        )
    )
    assert {k: v.tobytes() for k, v in here.items()} == {k: v.tobytes() for k, v in there.items()}
    assert seen[-1] == (4, 4)


def test_places_on_water_move_to_the_bank_and_others_are_refused(grid: Grid) -> None:
    lake = shapely.box(117.2, 31.75, 117.3, 31.85)
    ground = friction_of(grid, water=[lake])
    model = SurfaceModel(ground)
    near = pd.DataFrame({"name": ["码头"], "lon": [117.206], "lat": [31.8]})
    found = travel_time_surface(model, near)
    assert "moved to the nearest open cell" in found.findings[0]
    row, column = open_cells(ground, near["lon"], near["lat"])
    assert found.minutes[row[0], column[0]] == 0.0
    for lon, lat, words in ((117.25, 31.8, "amid barriers"), (120.0, 30.0, "outside the grid")):
        with pytest.raises(PlaceNotFoundError, match=f"甲 {words}"):
            travel_time_surface(model, pd.DataFrame({"name": ["甲"], "lon": [lon], "lat": [lat]}))
    with pytest.raises(VocabularyError, match="accepted: to, from"):
        travel_time_surface(model, near, direction="up")  # type: ignore[arg-type]
    with pytest.raises(VocabularyError, match="above 0"):
        travel_time_surface(model, near, limit_min=0.0)
    with pytest.raises(SchemaError, match="no place"):
        travel_time_surface(model, near.iloc[:0])


def test_interchanges_amid_water_are_told(network: Network, region: Grid) -> None:
    west, south, east, north = region.bounds
    x, y = (west + east) / 2, (south + north) / 2
    lon, lat = region.geographic([x - 25_000, x + 25_000], [y - 25_000, y + 25_000])
    ground = friction_of(region, water=[shapely.box(lon[0], lat[0], lon[1], lat[1])])
    _, findings = network_links(network, ground)
    assert "lie amid barriers and are left out" in findings[0]
