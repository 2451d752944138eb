"""The laws of travel times on the embedded network of the delta; on small random networks see test_travel_time."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.boundaries import boundaries
from geo.geodesy import GEOD
from layers.features import network_nodes
from layers.highway import highway_lines
from layers.indicators import city_places, scenario_network
from layers.network import Network, RoadAssumptions, build_network
from layers.rail import rail_lines
from layers.rail_service import timetabled
from layers.scenario import DATA_MONTH, as_of
from layers.schema import FEATURES, LINES
from layers.travel_time import travel_time_matrix
from tests.conftest import ROOT

MODES = ("any", "rail", "road")
MS = 0.005
"""Times are rounded to a millisecond per link: a hundred links of a trip, and as many of the other, are 0.0033 min."""


@functools.cache
def _today() -> Network:
    return scenario_network(None)


@functools.cache
def _times_today(mode: str) -> pd.DataFrame:
    return _times(_today(), mode)


def _times(network: Network, mode: str) -> pd.DataFrame:
    return travel_time_matrix(network, city_places(), city_places(), mode=mode).time_min


def _projects(count: int, random: np.random.Generator, first: int) -> gpd.GeoDataFrame:
    """Railways and expressways between random stations or points, 20 to 250 km long."""
    nodes = network_nodes()
    nodes = nodes[nodes["kind"].isin(["station", "interchange"])].reset_index(drop=True)
    starts = nodes.iloc[random.integers(0, len(nodes), count)]
    x, y, _ = GEOD.fwd(
        starts["lon"].to_numpy(dtype=float),
        starts["lat"].to_numpy(dtype=float),
        random.uniform(0.0, 360.0, count),
        random.uniform(20_000.0, 250_000.0, count),
    )
    lines = [
        shapely.LineString([(a, b), (c, d)]) for a, b, c, d in zip(starts["lon"], starts["lat"], x, y, strict=True)
    ]
    kinds = random.choice(
        ["high_speed_rail", "intercity_rail", "suburban_rail", "conventional_rail", "expressway"], count
    )
    table = pd.DataFrame(
        {
            "feature_id": [f"new-{first + i}" for i in range(count)],
            "origin": "project",
            "name": [f"新线{first + i}" for i in range(count)],
            "mode": np.where(kinds == "expressway", "highway", "rail"),
            "kind": kinds,
            "work": "new",
            "status": random.choice(["proposed", "preparatory", "under_construction"], count),
            "drawn_by": random.choice(["straight", "user", "corridor"], count),
        }
    )
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry=lines, crs=FEATURES.crs)


def _never_longer(features: gpd.GeoDataFrame) -> None:
    built = scenario_network(features, scenario="plan")
    assert len(built.links) > len(_today().links)
    for mode in MODES:
        before, after = _times_today(mode), _times(built, mode)
        longer = (after > before + MS) | (after.isna() & before.notna())
        assert not longer.to_numpy().any(), f"{mode}: {after[longer].stack().head()} {before[longer].stack().head()}"


def test_twenty_random_projects_never_lengthen_a_trip_between_the_cities() -> None:
    random = np.random.default_rng(20261122)
    for batch in range(4):
        _never_longer(_projects(5, random, 5 * batch))


@pytest.mark.slow
def test_a_thousand_random_projects_never_lengthen_a_trip_between_the_cities() -> None:
    """In 40 batches of 25, each compared with today: one by one they would take ten minutes."""
    random = np.random.default_rng(1)
    for batch in range(40):
        _never_longer(_projects(25, random, 25 * batch))


@pytest.mark.parametrize("mode", MODES)
def test_times_are_the_same_both_ways_and_keep_the_triangle(mode: str) -> None:
    times = _times(_today(), mode).to_numpy()
    np.testing.assert_allclose(times, times.T, atol=MS)
    filled = np.where(np.isnan(times), np.inf, times)
    through = (filled[:, :, None] + filled[None, :, :]).min(axis=1)
    assert (filled <= through + MS).all()


def test_more_speed_is_never_slower() -> None:
    lines = as_of(pd.concat([rail_lines(), highway_lines()], ignore_index=True), DATA_MONTH)
    lines = timetabled(gpd.GeoDataFrame(lines, geometry="geometry", crs=LINES.crs), DATA_MONTH)
    plain = build_network(lines, network_nodes())
    random = np.random.default_rng(2)
    some = pd.Series(random.random(len(lines)) < 0.3, index=lines.index)
    quicker = lines.assign(speed_km_h=lines["speed_km_h"].where(~some, lines["speed_km_h"] * 1.25))
    faster = build_network(quicker, network_nodes())
    open_road = build_network(lines, network_nodes(), road=RoadAssumptions(speed_share=0.95))
    for mode in MODES:
        before = _times(plain, mode)
        for better in (faster, open_road):
            after = _times(better, mode)
            assert (after <= before + MS).where(before.notna(), True).to_numpy().all()
    assert (_times(faster, "rail") < _times(plain, "rail") - 1.0).to_numpy().any()


def test_without_railways_and_flights_the_road_is_all_there_is() -> None:
    roads = as_of(highway_lines(), DATA_MONTH)
    network = build_network(roads, network_nodes())
    pd.testing.assert_frame_equal(_times(network, "any"), _times(network, "road"))
    # The railways of today change no time by road.
    np.testing.assert_allclose(_times(_today(), "road"), _times(network, "road"), atol=1e-9)
    nowhere = travel_time_matrix(network, city_places(), city_places(), mode="rail")
    apart = ~np.eye(len(nowhere.time_min), dtype=bool)
    assert np.isnan(nowhere.time_min.to_numpy()[apart]).all()
    assert (nowhere.note.to_numpy()[apart] != "").all()


@pytest.mark.parametrize("mode", MODES)
def test_nowhere_is_neither_zero_nor_a_large_number(mode: str) -> None:
    counties = boundaries("county")
    points = counties.geometry.representative_point()
    far = pd.DataFrame({"name": ["拉萨", "远海"], "lon": [91.1, 126.0], "lat": [29.6, 26.0]})
    places = pd.DataFrame({"name": counties["code"], "lon": points.x, "lat": points.y}).iloc[::6]
    matrix = travel_time_matrix(_today(), pd.concat([places, far], ignore_index=True), places, mode=mode)
    values, notes = matrix.time_min.to_numpy(), matrix.note.to_numpy()
    own = np.equal.outer(matrix.time_min.index.to_numpy(), matrix.time_min.columns.to_numpy())
    assert np.isnan(values[-2:]).all()
    assert (notes[np.isnan(values)] != "").all()
    there = values[~np.isnan(values) & ~own]
    assert there.min() > 0.0
    assert there.max() < 24 * 60
    assert np.isfinite(matrix.length_km.to_numpy()[~np.isnan(values)]).all()


HASHED = """
import hashlib
from layers.indicators import city_places, scenario_network
from layers.travel_time import travel_time_matrix
digest = hashlib.sha256()
network, places = scenario_network(None), city_places()
for mode in ("any", "rail", "road"):
    matrix = travel_time_matrix(network, places, places, mode=mode)
    digest.update(matrix.time_min.to_numpy().tobytes())
    digest.update(matrix.length_km.to_numpy().tobytes())
    digest.update("|".join(matrix.note.to_numpy().ravel()).encode())
print(digest.hexdigest())
"""
THREADS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    digest = hashlib.sha256()
    for mode in MODES:
        matrix = travel_time_matrix(_today(), city_places(), city_places(), mode=mode)
        digest.update(matrix.time_min.to_numpy().tobytes())
        digest.update(matrix.length_km.to_numpy().tobytes())
        digest.update("|".join(matrix.note.to_numpy().ravel()).encode())
    found = {"here": digest.hexdigest()}
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", HASHED],
            cwd=ROOT,
            env={**os.environ, **dict.fromkeys(THREADS, threads)},
            capture_output=True,
            text=True,
            check=True,
        )
        found[threads] = done.stdout.strip()
    assert len(set(found.values())) == 1, found
