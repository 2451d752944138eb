"""Lengths by area in blocks of lines, here and on a cluster: the same bits as in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import line_length
from layers.density import line_density
from layers.line_length import line_length_by_area


def _areas() -> gpd.GeoDataFrame:
    """Nine squares; their borders run along whole tenths of degrees."""
    squares = [
        shapely.box(117 + x / 10, 31 + y / 10, 117.1 + x / 10, 31.1 + y / 10) for x in range(3) for y in range(3)
    ]
    return gpd.GeoDataFrame({"code": [f"{i:02d}" for i in range(9)]}, geometry=squares, crs=4326)


def _lines(count: int, seed: int) -> gpd.GeoDataFrame:
    """Lines that wander over the squares, every third one on their corners and borders; each begins where the last ended."""
    rng = np.random.default_rng(seed)
    at = np.array([117.15, 31.15])
    ways = []
    for i in range(count):
        steps = rng.normal(0.0, 0.04, (rng.integers(1, 12), 2))
        way = np.vstack([at, at + np.cumsum(steps, axis=0)])
        if i % 3 == 0:
            way = np.vstack([np.round(way, 1), np.round(way[-1:], 1) + np.array([0.1, 0.0])])
        at = np.clip(way[-1], [117.0, 31.0], [117.3, 31.3])
        ways.append(shapely.LineString(way))
    return gpd.GeoDataFrame({"feature_id": [f"{i:04d}" for i in range(count)]}, geometry=ways, crs=4326)


@settings(max_examples=8)
@given(st.integers(1, 30), st.integers(0, 1000), st.integers(1, 120))
def test_any_cut_into_blocks_gives_the_same_bits(count: int, seed: int, size: int) -> None:
    start, end, line = line_length._segments(np.asarray(_lines(count, seed).geometry, dtype=object))
    ground = line_length._Ground(start, end, line, np.asarray(_areas().geometry, dtype=object))
    blocks = line_length._blocks(line, size)
    assert [first for first, _ in blocks] == [0, *(behind for _, behind in blocks[:-1])]
    assert blocks[-1][1] == len(line)
    assert all(np.intersect1d(line[a:b], line[b:]).size == 0 for a, b in blocks), "a line is never cut"
    parts = [line_length._lengths(block, ground) for block in blocks]
    whole = line_length._lengths((0, len(line)), ground)
    cut = pd.DataFrame(np.concatenate([np.c_[p.area, p.line, p.length_km, p.drawn_km] for p in parts]))
    one = pd.DataFrame(np.c_[whole.area, whole.line, whole.length_km, whole.drawn_km])
    assert cut.sort_values([0, 1]).to_numpy().tobytes() == one.sort_values([0, 1]).to_numpy().tobytes()


def test_on_a_cluster_the_bits_are_the_same(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_length, "BLOCK_SEGMENTS", 40)
    lines, areas = _lines(200, 7), _areas()
    done: list[tuple[int, int]] = []
    there = line_length_by_area(lines, areas, dask=cluster.scheduler_address, progress=lambda *pair: done.append(pair))
    assert len(done) == done[-1][1] > 10
    here = line_length_by_area(lines, areas)
    pd.testing.assert_frame_equal(there, here, check_exact=True)
    assert here["length_km"].sum() > 100.0
    official = areas.assign(official_area_km2=100.0, polygon_area_km2=np.nan)
    density = line_density(lines, official, dask=cluster.scheduler_address)
    assert density.tolist() == line_density(lines, official).tolist()
    none = line_length_by_area(lines.iloc[:0], areas, dask=cluster.scheduler_address)
    pd.testing.assert_frame_equal(none, line_length_by_area(lines.iloc[:0], areas))
    assert none.empty


def test_the_command_says_the_same_with_a_cluster(
    cluster: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.maps.test_cli import run

    words = ("density", "--area", "合肥市", "--mode", "rail", "--format", "csv")
    here = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    there = run(*words, "--dask", cluster.scheduler_address, capsys=capsys, monkeypatch=monkeypatch)
    assert here[0] == there[0] == 0, there[2]
    assert here[1] == there[1]
    assert "合肥" in here[1]
