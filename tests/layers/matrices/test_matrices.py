"""Travel-time matrices by hand and against scipy; blocks, reasons, reading back, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geo.datum import wgs84_to_gcj02
from geo.errors import OutputError, SchemaError
from geo.io import sha256_of
from layers.matrices import (
    PLACES_ON_NETWORK,
    MemoryForecast,
    RemainingTime,
    StreetAccess,
    forecast_memory,
    places_on_network,
    read_matrix,
    read_places,
    read_reasons,
    write_matrix,
)
from layers.matrices.blocks import block_times
from layers.matrices.memory import available_memory_bytes, default_block_size
from layers.osm.road_network import RoadNetwork
from tests.layers.matrices.streets import MINUTES, SIDE, SOUTH, STEP_DEG, WEST, grid_places, grid_streets


@pytest.fixture(scope="module")
def streets() -> RoadNetwork:
    return grid_streets()


def _at(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame([{"id": name, "name": name, "lon": lon, "lat": lat} for name, lon, lat in rows])


@pytest.fixture(scope="module")
def ends(streets: RoadNetwork) -> pd.DataFrame:
    """Two crossings of the grid, a place beside one, an island, the cul-de-sac, and a place far away."""
    return places_on_network(
        streets,
        _at(
            ("crossing", WEST, SOUTH),
            ("other", WEST + 3 * STEP_DEG, SOUTH + 2 * STEP_DEG),
            ("beside", WEST + 3 * STEP_DEG, SOUTH + 2.1 * STEP_DEG),
            ("island", 118.0, SOUTH),
            ("far", 119.0, SOUTH),
        ),
    )


def test_places_reach_the_network_as_assumed(ends: pd.DataFrame) -> None:
    beside = ends.set_index("id").loc["beside"]
    # 0.001° of latitude at 31.5° N is 110.87 m (111.132 − 0.559 cos 2φ km a degree); times 1.3 at 20 km/h: 0.432 min.
    assert beside["distance_km"] == pytest.approx(0.11087, abs=1e-4)
    assert beside["access_min"] == pytest.approx(0.11087 * 1.3 / 20.0 * 60.0, abs=1e-3)
    assert beside["node"] == 2 * SIDE + 3
    far = ends.set_index("id").loc["far"]
    assert pd.isna(far["node"])
    assert np.isnan(far["access_min"])
    assert "超过 5 km" in far["note"]
    assert far["distance_km"] > 90
    island = ends.set_index("id").loc["island"]
    assert island["part_nodes"] == 2
    assert "cut off" in island["note"]


def test_a_fragment_is_mended_and_an_island_is_not_carried_over_the_water(streets: RoadNetwork) -> None:
    # The island lies some 77 km from the grid: where 100 km may be gone, it is taken for a fragment …
    near_island = _at(("pier", 118.0, SOUTH + 0.001), ("trap", WEST - STEP_DEG, SOUTH))
    wide = places_on_network(streets, near_island, access=StreetAccess(farthest_km=100.0)).set_index("id")
    assert wide.loc["pier", "node"] == SIDE - 1, (
        "the south-eastern corner of the grid is the nearest of the main network"
    )
    assert "fragment of 2" in wide.loc["pier", "note"]
    assert wide.loc["trap", "node"] == 0
    assert wide.loc["trap", "distance_km"] == pytest.approx(0.949, abs=0.002)  # 0.01° of longitude at 31.5° N
    # … unless two nodes are enough for an island.
    own = places_on_network(streets, near_island, access=StreetAccess(farthest_km=100.0, fragment_nodes=2)).set_index(
        "id"
    )
    assert own.loc["pier", "node"] == SIDE * SIDE
    assert "cut off from the main network" in own.loc["pier", "note"]
    assert own.loc["trap", "node"] == 0, "one node is a fragment still"


def test_times_and_reasons_by_hand(streets: RoadNetwork, ends: pd.DataFrame, tmp_path: Path) -> None:
    run = write_matrix(streets, ends, ends, tmp_path / "m", limit_min=7.6, block_size=2)
    times, reasons = read_matrix(tmp_path / "m"), read_reasons(tmp_path / "m")
    access = float(ends.set_index("id").loc["beside", "access_min"])
    assert times.loc["crossing", "other"] == pytest.approx(5 * MINUTES)  # three streets east, two north
    assert times.loc["other", "beside"] == pytest.approx(access, abs=1e-6)
    assert times.loc["beside", "beside"] == 0.0, "a place is at itself, not twice the access away"
    assert np.isnan(times.loc["crossing", "beside"])
    assert reasons.loc["crossing", "beside"] == "beyond_limit", "7.5 min and the access are more than 7.6 min"
    assert reasons.loc["crossing", "island"] == "no_way"
    assert reasons.loc["far", "far"] == "origin_far"
    assert reasons.loc["island", "far"] == "destination_far"
    assert reasons.loc["crossing", "other"] == ""
    assert (times.isna() == (reasons != "")).all(axis=None)
    counts = run.manifest.counts or {}
    assert sum(counts.values()) == 25
    assert counts == {"reached": 8, "origin_far": 5, "destination_far": 4, "no_way": 6, "beyond_limit": 2}


def test_one_way_out_of_a_cul_de_sac_is_missing(streets: RoadNetwork, tmp_path: Path) -> None:
    # The only way is into it; the place lies 6 km from the grid, so that it is not put on the grid instead.
    trap = places_on_network(
        streets, _at(("trap", WEST - STEP_DEG, SOUTH), ("grid", WEST, SOUTH)), access=StreetAccess(farthest_km=0.1)
    )
    write_matrix(streets, trap, trap, tmp_path / "m")
    times = read_matrix(tmp_path / "m")
    assert times.loc["grid", "trap"] == pytest.approx(MINUTES)
    assert np.isnan(times.loc["trap", "grid"])


@settings(max_examples=10)
@given(st.integers(1, 25), st.integers(1, 20), st.integers(1, 30), st.integers(0, 5))
def test_any_cut_gives_what_scipy_finds(count: int, other: int, block: int, seed: int) -> None:
    streets = STREETS
    origins = places_on_network(streets, grid_places(count, seed=seed))
    destinations = places_on_network(streets, grid_places(other, seed=seed + 50))
    from layers.matrices.blocks import Ends, MatrixJob

    job = MatrixJob(streets.graph, streets.lon_lat, *Ends.of(origins, destinations), np.inf, "key")
    parts = [block_times((i, min(i + block, count)), job)[0] for i in range(0, count, block)]
    found = dijkstra(streets.graph.matrix, indices=origins["node"].astype(int)) / 60_000.0
    expected = (
        found[:, destinations["node"].astype(int)]
        + origins["access_min"].to_numpy()[:, None]
        + destinations["access_min"].to_numpy()[None, :]
    )
    np.testing.assert_allclose(np.concatenate(parts), expected, atol=1e-4)


STREETS = grid_streets()


def test_on_a_hierarchy_small_blocks_are_as_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine goes another way for few sources; a matrix must not show where it was cut."""
    from layers.matrices import blocks
    from layers.matrices.blocks import Ends, MatrixJob
    from layers.routing import engine

    monkeypatch.setattr(engine, "SMALL", 10)
    monkeypatch.setattr(blocks, "MANY_CELLS", 0)
    places = places_on_network(STREETS, grid_places(9))
    ends = Ends.of(places, places)
    whole, _ = block_times((0, 9), MatrixJob(STREETS.graph, STREETS.lon_lat, *ends, np.inf, "key"))
    for rows in ((0, 1), (1, 3), (3, 9)):
        part, _ = block_times(rows, MatrixJob(STREETS.graph, STREETS.lon_lat, *ends, np.inf, "key"))
        assert part.tobytes() == whole[slice(*rows)].tobytes()


@pytest.fixture(scope="module")
def written(streets: RoadNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matrix") / "times of some places"
    origins, destinations = (places_on_network(streets, grid_places(n, seed=n)) for n in (23, 17))
    write_matrix(streets, origins, destinations, folder, block_size=5)
    return folder


def test_pandas_reads_the_files_as_one_table(written: Path) -> None:
    table = pd.read_parquet(written / "times")
    assert list(table.columns) == ["from", "to", "travel_time_min", "reason"]
    wide = read_matrix(written)
    assert len(table) == wide.size == 23 * 17
    again = table.pivot(index="from", columns="to", values="travel_time_min").loc[wide.index, wide.columns]
    np.testing.assert_array_equal(again.to_numpy(dtype=float), wide.to_numpy())
    assert list(dict.fromkeys(table["from"])) == list(wide.index), "rows stand in the order of the origins"


def test_rows_and_columns_as_asked(written: Path) -> None:
    whole = read_matrix(written)
    rows, columns = list(whole.index[[20, 3, 4]]), list(whole.columns[[16, 0]])
    pd.testing.assert_frame_equal(read_matrix(written, origins=rows, destinations=columns), whole.loc[rows, columns])
    with pytest.raises(SchemaError, match="no place nowhere"):
        read_matrix(written, origins=["nowhere"])


def test_the_manifest_names_every_file(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text("utf-8"))
    files = {str(f.relative_to(written)) for f in written.rglob("*") if f.is_file()} - {"manifest.json"}
    assert {name: sha256_of(written / name) for name in files} == manifest["files"]
    assert manifest["complete"]


def test_a_block_that_was_damaged_is_told_and_made_again(streets: RoadNetwork, written: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "copy"
    shutil.copytree(written, folder)
    sound = (folder / "times" / "00002.parquet").read_bytes()
    (folder / "times" / "00002.parquet").write_bytes(sound[:500])
    (folder / "times" / "00004.parquet").write_bytes((folder / "times" / "00003.parquet").read_bytes())
    with pytest.raises(SchemaError, match=r"2 of 5 blocks are missing or broken, the first 00002.parquet"):
        read_matrix(folder)
    origins, destinations = (places_on_network(streets, grid_places(n, seed=n)) for n in (23, 17))
    run = write_matrix(streets, origins, destinations, folder, resume=True)
    assert (run.kept, run.made) == (3, 2)
    assert (folder / "times" / "00002.parquet").read_bytes() == sound
    assert read_matrix(folder).equals(read_matrix(written))


def test_another_job_does_not_go_on(streets: RoadNetwork, written: Path) -> None:
    origins, destinations = (places_on_network(streets, grid_places(n, seed=n)) for n in (23, 17))
    with pytest.raises(OutputError, match="--resume"):
        write_matrix(streets, origins, destinations, written)
    slower = replace(streets, graph=replace(streets.graph, time_ms=streets.graph.time_ms + 1))
    moved = origins.assign(lon=origins["lon"] + 1e-9)
    for word, job in {
        "network": (slower, origins, destinations, {}),
        "origins": (streets, moved, destinations, {}),
        "destinations": (streets, origins, destinations.iloc[::-1], {}),
        "limit": (streets, origins, destinations, {"limit_min": 30.0}),
        "block size": (streets, origins, destinations, {"block_size": 6}),
        "access": (streets, origins, destinations, {"access": StreetAccess(speed_km_h=5.0)}),
    }.items():
        with pytest.raises(OutputError, match=f"what differs is [^,]*{word}"):
            write_matrix(*job[:3], written, resume=True, **job[3])


def test_other_peoples_folders_are_left_alone(streets: RoadNetwork, ends: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    for resume in (False, True):
        with pytest.raises(OutputError, match="holds other files"):
            write_matrix(streets, ends, ends, tmp_path, resume=resume)
    with pytest.raises(OutputError, match="is a file"):
        write_matrix(streets, ends, ends, tmp_path / "thesis.txt")


def test_memory_is_told_first_and_too_much_is_refused(streets: RoadNetwork, ends: pd.DataFrame, tmp_path: Path) -> None:
    told: list[MemoryForecast] = []
    plan = forecast_memory(1_000_000, 2_500_000, 2300, 2800, 2300)
    limit = plan.network_bytes + plan.row_bytes * 500.5
    with pytest.raises(SchemaError, match="--block-size 496 fits"):  # 500 in steps of 16
        plan.check(limit, "free")
    replace(plan, block_size=496).check(limit, "free")
    with pytest.raises(SchemaError, match="the network alone takes"):
        plan.check(plan.network_bytes * 0.9, "free")
    small = forecast_memory(403, 1523, 5, 5, 5)
    tight = small.network_bytes + small.row_bytes * 2.5
    with pytest.raises(SchemaError, match="--block-size 2 fits"):
        write_matrix(streets, ends, ends, tmp_path / "m", block_size=5, memory_bytes=tight, forecast=told.append)
    assert told
    assert told[0].block_size == 5
    assert not (tmp_path / "m").exists(), "refused before anything is written"
    run = write_matrix(streets, ends, ends, tmp_path / "m", memory_bytes=tight, forecast=told.append)
    assert run.manifest.block_size == 2, "left alone, the block is made to fit"


def test_the_smallest_worker_must_have_room(
    streets: RoadNetwork, ends: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.matrices import writing

    monkeypatch.setattr(writing, "worker_memory_bytes", lambda dask: 1e8)
    with pytest.raises(SchemaError, match=r"there is 0.10 GB on the smallest worker; the network alone takes 0.4"):
        write_matrix(streets, ends, ends, tmp_path / "m", dask="tcp://10.0.0.1:8786")
    assert not (tmp_path / "m").exists()


def test_memory_that_is_free() -> None:
    free = available_memory_bytes()
    assert free is None or 1e7 < free < 1e14
    assert default_block_size(10, 2800) == 10
    assert default_block_size(2300, 2800) == 528  # 1.5 million pairs over 2,800, in steps of 16
    assert default_block_size(10**6, 10**7) == 16
    assert default_block_size(10**6, 1) == 1024


def test_remaining_time_is_of_measured_blocks() -> None:
    clock = iter([100.0, 107.0, 108.0, 109.0, 111.0])
    left = RemainingTime(lambda: next(clock))
    assert left.update(4, 10) is None, "four were there from an earlier run: nothing was measured"
    assert left.update(5, 10) == pytest.approx(7.0 * 5)
    assert left.update(6, 10) == pytest.approx(4.0 * 4)
    assert left.update(7, 10) == pytest.approx(1.0 * 3), "the first, with the preparation of a worker, is left out"
    assert left.update(8, 10) == pytest.approx(4.0 / 3.0 * 2)


def test_places_from_tables_and_vector_files(tmp_path: Path) -> None:
    (tmp_path / "zh.csv").write_bytes("编号,名称,经度,纬度\n001,甲,117.1,31.6\n002,甲,117.2,31.7\n".encode("gb18030"))
    table = read_places(tmp_path / "zh.csv")
    assert table.to_dict("list") == {
        "id": ["001", "002"],
        "name": ["甲", "甲"],
        "lon": [117.1, 117.2],
        "lat": [31.6, 31.7],
    }
    gpd.GeoDataFrame(
        {"code": [340104.0, None], "name": ["蜀山区", "某区"]},
        geometry=gpd.points_from_xy([117.1, 117.2], [31.6, 31.6]).buffer(0.01),
        crs=4326,
    ).to_file(tmp_path / "areas.gpkg")
    drawn = read_places(tmp_path / "areas.gpkg")
    assert drawn["id"].tolist() == ["340104", "某区"]
    assert drawn[["lon", "lat"]].to_numpy() == pytest.approx(np.array([[117.1, 31.6], [117.2, 31.6]]), abs=0.01)


def test_shifted_coordinates_are_brought_back(tmp_path: Path) -> None:
    lon, lat = wgs84_to_gcj02(np.array([117.1]), np.array([31.6]))
    assert abs(lon[0] - 117.1) > 0.003  # some 500 m: on another street
    (tmp_path / "amap.csv").write_text(f"name,lon,lat\n甲,{lon[0]},{lat[0]}\n", "utf-8")
    back = read_places(tmp_path / "amap.csv", datum="gcj02")
    assert back[["lon", "lat"]].to_numpy()[0] == pytest.approx([117.1, 31.6], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,lon,lat\n甲,117.1,31.6\n甲,117.2,31.6\n", "an id that repeats"),
        ("name,lon,lat\n甲,317.1,31.6\n", "no position in degrees: 1 "),
        ("name,lon,lat\n甲,,31.6\n", "lon"),
        ("lon,lat\n117.1,31.6\n", "no id and no name"),
        ("name,lon,lat\n", "no place in it"),
        ("a,b\n1,2\n", "no column of places"),
    ],
)
def test_places_that_cannot_be_used_are_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text(text, "utf-8")
    with pytest.raises(SchemaError, match=message):
        read_places(tmp_path / "places.csv")


def test_what_is_written_keeps_its_contract(written: Path) -> None:
    from geo.io import read_table

    table = read_table(written / "origins.csv", PLACES_ON_NETWORK)
    assert len(table) == 23
    group = pq.read_metadata(written / "times" / "00001.parquet").row_group(0)
    ids = list(table["id"][5:10])
    assert (group.column(0).statistics.min, group.column(0).statistics.max) == (ids[0], ids[-1]), (
        "others may skip files"
    )
    schema = pq.read_schema(written / "times" / "00000.parquet")
    assert str(schema.field("travel_time_min").type) == "float"
