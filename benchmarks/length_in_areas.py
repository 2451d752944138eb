"""
Length of many segments in many areas: us and the peers, in one run.

    python -m benchmarks length_in_areas [--segments 1000000] [--areas 1000] [--smoke]

Areas are Voronoi cells with bent borders that fill a box; lines wander through it, 20 segments each, some across many
areas. Bar: 1,000,000 segments by 1,000 areas under 2 s and 1.5 GB, equal to ``geopandas.overlay`` to 1e-9.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmarks._peers import Measured, measure, measure_here
from benchmarks._results import Figure, agree, options, record
from geo.geodesy import GEOD
from layers.line_length import line_length_by_area

if TYPE_CHECKING:
    from collections.abc import Callable

SEGMENTS_PER_LINE = 20
SEGMENTS, AREAS = 1_000_000, 1_000
BOX = (115.0, 28.0, 122.0, 35.0)


def areas_of(count: int) -> gpd.GeoDataFrame:
    """Return areas that fill the box: Voronoi cells with borders bent at random, shared borders bent alike."""
    rng = np.random.default_rng(7)
    west, south, east, north = BOX
    points = shapely.multipoints(np.c_[rng.uniform(west, east, count), rng.uniform(south, north, count)])
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(*BOX)))
    lines = shapely.get_parts(shapely.line_merge(shapely.node(shapely.union_all(shapely.boundary(cells)))))
    bent = [_bent(np.asarray(line.coords), rng) for line in shapely.get_parts(lines)]
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(shapely.multilinestrings(bent)))))
    return gpd.GeoDataFrame({"code": [f"{i:04d}" for i in range(len(polygons))]}, geometry=polygons, crs=4326)


def _bent(ends: np.ndarray, rng: np.random.Generator) -> shapely.LineString:
    """Return a line through the same vertices with 40 bends in each edge."""
    pieces = []
    for a, b in itertools.pairwise(ends):
        t = np.linspace(0.0, 1.0, 41)[:, None]
        across = np.array([-(b - a)[1], (b - a)[0]])
        sway = np.cumsum(rng.normal(0.0, 0.02, 41))
        sway -= np.linspace(sway[0], sway[-1], 41)
        pieces.append((a + (b - a) * t + across * sway[:, None])[:-1])
    return shapely.LineString(np.vstack([*pieces, ends[-1:]]))


def lines_of(segments: int) -> gpd.GeoDataFrame:
    """Return lines of 20 segments of some 500 m that wander from random points."""
    rng = np.random.default_rng(11)
    count = max(segments // SEGMENTS_PER_LINE, 1)
    west, south, east, north = BOX
    start = np.c_[rng.uniform(west, east, count), rng.uniform(south, north, count)]
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(rng.normal(0, 0.3, (count, SEGMENTS_PER_LINE)), axis=1)
    step = 0.005 * np.stack([np.cos(heading), np.sin(heading)], axis=2)
    xy = np.concatenate([start[:, None, :], start[:, None, :] + np.cumsum(step, axis=1)], axis=1)
    ids = [f"{i:07d}" for i in range(count)]
    return gpd.GeoDataFrame({"feature_id": ids}, geometry=shapely.linestrings(xy), crs=4326)


def tongtu(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> np.ndarray:
    """Return kilometres by area: ours."""
    table = line_length_by_area(lines, areas)
    return table.groupby("code")["length_km"].sum().reindex(areas["code"]).fillna(0.0).to_numpy()


def prepared(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> np.ndarray:
    """Return kilometres by area: shapely with prepared polygons, whole segments counted, the rest clipped."""
    xy = shapely.get_coordinates(lines.geometry.to_numpy()).reshape(len(lines), -1, 2)
    segments = shapely.linestrings(np.stack([xy[:, :-1].reshape(-1, 2), xy[:, 1:].reshape(-1, 2)], axis=1))
    tree = shapely.STRtree(segments)
    km = []
    for polygon in areas.geometry.to_numpy():
        shapely.prepare(polygon)
        near = tree.query(polygon, predicate="intersects")
        whole = shapely.contains_properly(polygon, segments[near])
        cut = shapely.intersection(segments[near[~whole]], polygon)
        km.append((_geodesic_m(segments[near[whole]]) + _geodesic_m(cut)) / 1000.0)
    return np.array(km)


def overlay(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> np.ndarray:
    """Return kilometres by area: ``geopandas.overlay``, the method of the manuals, on single segments."""
    xy = shapely.get_coordinates(lines.geometry.to_numpy()).reshape(len(lines), -1, 2)
    segments = shapely.linestrings(np.stack([xy[:, :-1].reshape(-1, 2), xy[:, 1:].reshape(-1, 2)], axis=1))
    cut = gpd.overlay(gpd.GeoDataFrame(geometry=segments, crs=4326), areas, how="intersection", keep_geom_type=True)
    cut["km"] = (
        [_geodesic_m(np.array([g])) / 1000.0 for g in cut.geometry] if len(cut) < 1000 else _each_m(cut) / 1000.0
    )
    return cut.groupby("code")["km"].sum().reindex(areas["code"]).fillna(0.0).to_numpy()


def _each_m(cut: gpd.GeoDataFrame) -> np.ndarray:
    """Return the geodesic length of each row."""
    parts, row = shapely.get_parts(cut.geometry.to_numpy(), return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    a, b = coordinates[:-1][same], coordinates[1:][same]
    metres = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]
    return np.bincount(row[part[1:][same]], weights=metres, minlength=len(cut))


def _geodesic_m(geometries: np.ndarray) -> float:
    """Return the summed geodesic length."""
    parts = shapely.get_parts(geometries)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    a, b = coordinates[:-1][same], coordinates[1:][same]
    return float(np.sum(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2])) if len(a) else 0.0


CONTESTANTS: dict[str, Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], np.ndarray]] = {
    "tongtu": tongtu,
    "shapely-prepared": prepared,
    "geopandas-overlay": overlay,
}


def main() -> None:
    """Run every contestant in a process of its own and tell seconds, ratios, memory and the largest difference."""
    asked = options(
        "length_in_areas",
        "10,000 segments by 50 areas",
        ("--segments", {"type": int, "default": SEGMENTS}),
        ("--areas", {"type": int, "default": AREAS}),
        ("--only", {"choices": list(CONTESTANTS)}),
    )
    if asked.smoke:
        asked.segments, asked.areas = 10_000, 50
    full = (asked.segments, asked.areas) == (SEGMENTS, AREAS)
    if asked.only:
        lines, areas = lines_of(asked.segments), areas_of(asked.areas)
        job = CONTESTANTS[asked.only]
        measure_here(lambda: job(lines, areas), runs=3 if asked.only == "tongtu" and full else 1)
        return
    size = ["--segments", str(asked.segments), "--areas", str(asked.areas)]
    ours = measure("length_in_areas", "tongtu", size)
    if isinstance(ours, str):
        sys.exit(ours)
    figures = [
        Figure("seconds", ours.seconds, "s", at_most=2.0 if full else None),
        Figure("peak memory", ours.peak_gb, "GB", at_most=1.5 if full else None),
    ]
    apart = {}
    for name in list(CONTESTANTS)[1:]:
        peer = measure("length_in_areas", name, size)
        if not isinstance(peer, Measured):
            sys.exit(f"{name}: {peer}")
        least = np.maximum(np.array(peer.result), 1.0)  # of slivers with under 1 km, per km
        apart[name] = agree(
            "lengths", np.array(ours.result) / least, np.array(peer.result) / least, within=1e-9, who=name
        )
        figures += [
            Figure("seconds", peer.seconds, "s", who=name),
            Figure("of our seconds", peer.seconds / ours.seconds, "x", who=name),
            Figure("peak memory", peer.peak_gb, "GB", who=name),
        ]
    told = ", ".join(f"{name} {share:.0e}" for name, share in apart.items())
    record(
        "length_in_areas",
        figures,
        packages=("geopandas", "shapely", "pyproj", "numba"),
        full=full,
        note=f"{asked.segments:,} segments by {asked.areas:,} areas. Largest relative difference from ours: {told}.",
    )


if __name__ == "__main__":
    main()
