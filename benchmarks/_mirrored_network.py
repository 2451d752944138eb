"""The embedded network as if it were mapped: both tracks beside the drawing, cut, named as mappers do, some pieces unnamed."""

from __future__ import annotations

import itertools
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString

from geo.geodesy import lengths_km
from layers.osm.schema import OSM_LINES
from layers.osm_matching.network import existing_lines

RAIL = {"railway": "rail"}
FAST = {"railway": "rail", "highspeed": "yes"}
MOTORWAY = {"highway": "motorway"}
IN_USE: dict[str, Any] = {
    "status": "operating",
    "lifecycle": "in_use",
    "oneway": "both",
    "bridge": False,
    "tunnel": False,
    "layer": 0,
    "speed_km_h": float("nan"),
}
FULL = {"高铁": "高速铁路", "高速": "高速公路"}


def mirrored() -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """
    Return lines of OpenStreetMap for the embedded railways and expressways, and from which line each way was made.

    Between its nodes a line swings out by a few hundred metres, its tracks run 25 m apart, each is cut into pieces of about
    30 km, and one piece in twenty has no name.
    """
    random = np.random.default_rng(7)
    lines = existing_lines()
    pieces: list[LineString] = []
    rows: list[dict[str, str]] = []
    for row in lines[lines["mode"].isin(["rail", "highway"])].itertuples(index=False):
        middle = _swung(row.geometry, random)
        step = np.asarray(np.gradient(middle, axis=0))
        across = np.column_stack([-step[:, 1], step[:, 0]]) / np.maximum(np.hypot(*step.T), 1e-12)[:, None]
        full = next((str(row.line)[: -len(k)] + v for k, v in FULL.items() if str(row.line).endswith(k)), str(row.line))
        fast = row.kind in {"high_speed_rail", "intercity_rail"}
        tags = MOTORWAY if row.mode == "highway" else FAST if fast else RAIL
        facts = {"mode": str(row.mode), "kind": str(row.kind), "tags": json.dumps(tags), "made_from": row.feature_id}
        for side in (1.0, -1.0):
            track = middle + across * side * 0.00012
            track[[0, -1]] = middle[[0, -1]]
            name = full + ("上行线" if side > 0.0 and row.mode == "rail" else "")
            for a, b in itertools.pairwise([0, *range(30, len(track) - 10, 30), len(track) - 1]):
                pieces.append(LineString(track[a : b + 1]))
                blank = random.random() < 0.05
                rows.append({**facts, "ref": str(row.code).replace("|", ";"), "name": "" if blank else name})
    osm = pd.DataFrame(rows).assign(**IN_USE, length_km=lengths_km(pieces))
    osm["osm_id"] = [f"way/{number:05d}" for number in range(1, len(osm) + 1)]
    mapped = gpd.GeoDataFrame(OSM_LINES.coerce(osm)[OSM_LINES.names], geometry=pieces, crs=OSM_LINES.crs)
    return OSM_LINES.validate(mapped), dict(zip(osm["osm_id"], osm["made_from"], strict=True))


def dealt(osm: gpd.GeoDataFrame, made_from: dict[str, str], seed: int) -> gpd.GeoDataFrame:
    """Return the same ways with the names and numbers of their lines dealt out anew among the lines of a mode."""
    maker = osm["osm_id"].map(made_from)
    labels = osm.groupby(maker).agg(name=("name", "max"), ref=("ref", "first"), mode=("mode", "first"))
    new = labels.groupby("mode")[["name", "ref"]].transform(lambda kept: kept.sample(frac=1, random_state=seed).values)
    return osm.assign(name=maker.map(new["name"]), ref=maker.map(new["ref"]))


def _swung(line: LineString, random: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return a line whose straight pieces swing out to one side, up to a tenth of their length: it stays on its nodes."""
    nodes = shapely.get_coordinates(line)
    out = [nodes[:1]]
    for a, b in itertools.pairwise(nodes):
        count = max(2, int(np.hypot(*(b - a)) / 0.01))
        share = np.linspace(0.0, 1.0, count + 1)[1:]
        across = np.array([a[1] - b[1], b[0] - a[0]])
        swing = 0.04 * random.choice([-1.0, 1.0]) * np.sin(np.pi * share)
        out.append(a + share[:, None] * (b - a) + swing[:, None] * across)
    return np.vstack(out)


def taken_from(osm_ids: str, made_from: dict[str, str]) -> pd.Series:
    """Return the share of a match's ways that were made from each line, the largest first."""
    return pd.Series([made_from[one] for one in osm_ids.split("|")]).value_counts(normalize=True)
