"""
How often a line of OpenStreetMap takes the place of the right drawn line, and of a wrong one.

Three trials. The embedded network as if it were mapped (:mod:`benchmarks._mirrored_network`): each line should find itself. The
same with names and numbers dealt out at random: whatever is replaced then by another line's ways is wrong. And, where
``shared`` lies beside the repository, the alignments of five high-speed railways and the motorway bridges of 安徽, from
OpenStreetMap and like sources, which are not shipped.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from benchmarks._mirrored_network import FAST, IN_USE, MOTORWAY, dealt, mirrored, taken_from
from benchmarks._results import Figure, options, record
from geo.geodesy import lengths_km
from layers.features import network_features
from layers.osm.schema import OSM_LINES
from layers.osm_matching import Candidates
from layers.osm_matching.network import existing_lines, wanted_of_network
from layers.osm_matching.tables import match_lines

if TYPE_CHECKING:
    from layers.osm_matching import Wanted

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parents[2] / "shared"))

OUR_LINES = {"京沪高速线": "京沪高铁", "徐兰高速线": "徐兰高铁", "杭深线": "杭深铁路", "沪昆高速线": "沪昆高铁"}
"""Names of the alignments, and of the embedded lines on them; 沪蓉线 bears no name of ours."""


def wrong_names(matches: gpd.GeoDataFrame, made_from: dict[str, str]) -> list[str]:
    """Return the lines that were replaced by ways made from another line."""
    found = matches[matches["decision"] == "replaced"]
    return [row.name for row in found.itertuples() if taken_from(row.osm_ids, made_from).index[0] != row.feature_id]


def true_railways() -> gpd.GeoDataFrame:
    """Return the alignments of shared/data as ways of 60 vertices, contract ``OSM_LINES``."""
    pieces: list[shapely.LineString] = []
    names: list[str] = []
    for path in sorted((SHARED / "data" / "rail-hsr-kml").glob("*.kml")):
        points = shapely.get_coordinates(shapely.force_2d(gpd.read_file(path, on_invalid="ignore").geometry.iloc[0]))
        pieces += [shapely.LineString(points[i : i + 61]) for i in range(0, len(points) - 1, 60)]
        names += [path.stem.split("(")[0]] * (len(pieces) - len(names))
    rows = pd.DataFrame({"name": names, "mode": "rail", "kind": "high_speed_rail", "tags": json.dumps(FAST)})
    return _table(rows, pieces)


def true_bridges() -> gpd.GeoDataFrame:
    """Return the motorway bridges of shared/data, contract ``OSM_LINES``."""
    read = gpd.read_file(SHARED / "data" / "expressway-anhui-osm-2024" / "motorway_bridges_anhui.gpkg")
    rows = read[["name", "ref"]].fillna("").assign(mode="highway", kind="expressway", tags=json.dumps(MOTORWAY))
    return _table(rows, list(read.geometry))


def _table(rows: pd.DataFrame, lines: list[shapely.LineString]) -> gpd.GeoDataFrame:
    rows = rows.assign(**IN_USE, osm_id=[f"way/{n:05d}" for n in range(1, len(rows) + 1)], length_km=lengths_km(lines))
    return gpd.GeoDataFrame(OSM_LINES.coerce(rows)[OSM_LINES.names], geometry=lines, crs=OSM_LINES.crs)


def on_true_lines(looked_for: list[Wanted]) -> list[Figure]:
    """Match today's network with the true alignments and bridges."""
    rail = match_lines([one for one in looked_for if one.mode == "rail"], Candidates(true_railways()))
    found = rail[rail["decision"] == "replaced"].set_index("feature_id")
    line_of = existing_lines().set_index("feature_id")["line"]
    right = [i for i, name in found["osm_name"].items() if OUR_LINES.get(name) == line_of[i]]
    there = int(line_of.isin(OUR_LINES.values()).sum())
    bridges = match_lines([one for one in looked_for if one.mode == "highway"], Candidates(true_bridges()))
    return [
        Figure("true railways: lines that find theirs", len(right) / there, "share", at_least=0.9),
        Figure("true railways: lines that find another's", len(found) - len(right), "", at_most=0),
        Figure("true railways: median distance from the drawing", float(found["median_off_km"].median()), "km"),
        Figure("bridges alone: roads taken for whole", int((bridges["decision"] == "replaced").sum()), "", at_most=0),
    ]


def main() -> None:
    """Run the trials and record the shares."""
    asked = options("osm_matching", "every eighth line, one deal of names")
    step = 8 if asked.smoke else 1
    every = [one for one in wanted_of_network(network_features()) if one.mode in {"rail", "highway"}]
    looked_for = every[::step]
    osm, made_from = mirrored()
    start = time.perf_counter()
    own = match_lines(looked_for, Candidates(osm))
    seconds = time.perf_counter() - start
    figures = [
        Figure("mapped network: lines that find themselves", float((own["decision"] == "replaced").mean()), "share", at_least=0.85),
        Figure("mapped network: lines that find another", len(wrong_names(own, made_from)), "", at_most=0),
        Figure("mapped network: time per line", seconds / len(looked_for), "s"),
    ]  # fmt: skip
    deals = 1 if asked.smoke else 5
    wrong, tried = 0, 0
    for seed in range(1, deals + 1):
        matches = match_lines(looked_for, Candidates(dealt(osm, made_from, seed)))
        wrong, tried = wrong + len(wrong_names(matches, made_from)), tried + len(matches)
    figures.append(Figure("names dealt at random: wrong lines taken", wrong / tried, "share", at_most=0.005))
    if (SHARED / "data").is_dir():
        figures += on_true_lines(every)
    record("osm_matching", figures, packages=("numpy", "scipy", "shapely"), full=not asked.smoke)


if __name__ == "__main__":
    main()
