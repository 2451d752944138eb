"""Lines of OpenStreetMap made up for the tests: both tracks, in pieces, as mappers draw them."""

from __future__ import annotations

import itertools
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import LineString

from geo.geodesy import length_km
from layers.osm.schema import OSM_LINES
from layers.osm_matching import Wanted
from layers.osm_matching.names import refs_of
from layers.osm_matching.network import named

RAIL = {"railway": "rail"}
FAST = {"railway": "rail", "highspeed": "yes"}
MOTORWAY = {"highway": "motorway"}
KIND = {"rail": "conventional_rail", "highway": "expressway", "fast": "high_speed_rail"}


def course(*points: tuple[float, float], bend_deg: float = 0.02, count: int = 60) -> NDArray[np.float64]:
    """Return a bent line through points, lon, lat, shape (n, 2): what a mapper draws where a plan draws a straight."""
    along = np.linspace(0.0, len(points) - 1.0, count)
    at = np.arange(len(points), dtype=float)
    x, y = (np.interp(along, at, [p[i] for p in points]) for i in (0, 1))
    return np.column_stack([x, y + bend_deg * np.sin(np.pi * along)])


def tracks(
    points: NDArray[np.float64], *, apart_deg: float = 0.0002, pieces: int = 4, joined: bool = True
) -> list[LineString]:
    """Return both tracks of a line in pieces; they meet at its ends where ``joined``."""
    step = np.gradient(points, axis=0)
    across = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(step[:, 0], step[:, 1])[:, None]
    out = []
    for side in (0.5, -0.5):
        track = points + across * apart_deg * side
        if joined:
            track[[0, -1]] = points[[0, -1]]
        cuts = np.unique(np.linspace(0, len(points) - 1, pieces + 1).astype(int))
        out += [LineString(track[a : b + 1]) for a, b in itertools.pairwise(cuts)]
    return out


def ways(
    lines: list[LineString], name: str = "", *, mode: str = "rail", tags: dict[str, str] | None = None, **facts: Any
) -> gpd.GeoDataFrame:
    """Return ways of one name; ``facts`` are columns of ``OSM_LINES``. Ids are given by :func:`table`."""
    shown = {**({"rail": RAIL, "highway": MOTORWAY}[mode] if tags is None else {}), **(tags or {})}
    row = {
        "mode": mode,
        "kind": "high_speed_rail" if shown.get("highspeed") == "yes" else KIND[mode],
        "status": "operating",
        "lifecycle": "in_use",
        "name": name,
        "ref": "",
        "oneway": "both",
        "bridge": False,
        "tunnel": False,
        "layer": 0,
        "tags": json.dumps(shown, ensure_ascii=False),
        **facts,
    }
    rows = pd.DataFrame([{**row, "length_km": length_km(line)} for line in lines])
    return gpd.GeoDataFrame(rows, geometry=list(lines), crs=OSM_LINES.crs)


def table(*parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ways as one table, contract ``OSM_LINES``."""
    joined = pd.concat(parts, ignore_index=True)
    joined["osm_id"] = [f"way/{number:05d}" for number in range(1, len(joined) + 1)]
    return gpd.GeoDataFrame(
        OSM_LINES.validate(OSM_LINES.coerce(joined)[[*OSM_LINES.names, "geometry"]]), crs=OSM_LINES.crs
    )


def wanted(points: NDArray[np.float64] | list[tuple[float, float]], *names: str, **facts: Any) -> Wanted:
    """Return a project drawn through points, by default a new fast railway under construction, 5 km precise."""
    row: dict[str, Any] = {
        "feature_id": "p1",
        "origin": "project",
        "mode": "rail",
        "kind": "high_speed_rail",
        "work": "new",
        "status": "under_construction",
        "accuracy_km": 5.0,
        "drawn_by": "nodes",
        "ref": "",
        **facts,
    }
    numbers = refs_of(row.pop("ref")).union(*(refs_of(name) for name in names))
    return Wanted(name=names[0], geometry=LineString(points), names=named(names), refs=numbers, **row)
