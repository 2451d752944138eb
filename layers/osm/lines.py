"""Lines of OpenStreetMap in our contract: what exists, is built or planned apart from what is out of use."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import lengths_km
from layers.osm.kinds import Found, deciding_keys, kinds_of
from layers.osm.opl import key_hashes, relevant_tags, tags_of
from layers.osm.schema import OSM_LINES, Lifecycle, Oneway
from layers.osm.tag_values import (
    direction,
    english_name,
    is_set,
    level,
    local_name,
    opening_year,
    reference,
    speeds_km_h,
    voltage_kv,
)

if TYPE_CHECKING:
    from layers.osm.reading import Objects

__all__ = ["Drawn", "Reading", "described", "lines_of", "readings"]


class Drawn(NamedTuple):
    """Lines: those that exist, are built or planned; those out of use; and how many ways of other classes were passed over."""

    lines: gpd.GeoDataFrame
    former: gpd.GeoDataFrame
    passed_over: dict[str, int]


class Reading(NamedTuple):
    """What a way is as a line and as an area, and the tag by which it was picked."""

    lines: list[Found]
    areas: list[Found]
    tag: str


def readings(objects: Objects) -> list[Reading]:
    """Return the reading of each way, by the rows of ``objects.ways``; ways with the same deciding tags are read once."""
    known: dict[bytes, Reading] = {}
    out = []
    for raw in relevant_tags(objects.ways, key_hashes(deciding_keys())):
        found = known.get(raw)
        if found is None:
            tags = tags_of(raw)
            lines = [] if tags.get("area") == "yes" else kinds_of(tags, "line")
            found = known[raw] = Reading(lines, kinds_of(tags, "area"), _class_of(tags))
        out.append(found)
    return out


def lines_of(objects: Objects, found: list[Reading]) -> Drawn:
    """
    Make the lines of what was read.

    Parameters
    ----------
    objects : Objects
    found : list, from ``readings``

    Returns
    -------
    Drawn
        Two tables of contract ``layers.osm.schema.OSM_LINES``, EPSG:4326, sorted by osm_id and mode. Streets below tertiary,
        streams and the like are passed over and counted by class.
    """
    pieces, ways = objects.pieces, objects.ways
    rows: list[dict[str, object]] = []
    used: list[int] = []
    passed: Counter[str] = Counter()
    for p, row in enumerate(pieces.row.tolist()):
        kinds, areas, tag = found[row]
        if not kinds:
            if not areas and pieces.number[p] == 1:
                passed[tag] += 1
            continue
        tags = ways.tags(row)
        suffix = "" if pieces.number[p] == 1 else f"#{pieces.number[p]}"
        for one in kinds:
            rows.append(_line(f"way/{ways.ids[row]}{suffix}", one, tags, folded=bool(pieces.folded[p])))
            used.append(p)
    table = pd.DataFrame(rows, columns=[name for name in OSM_LINES.names if name != "length_km"])
    geometry = _geometries(objects, np.array(used, dtype=np.int64))
    drawn = gpd.GeoDataFrame(table, geometry=geometry, crs=OSM_LINES.crs)
    drawn["length_km"] = lengths_km(geometry)
    former = drawn["lifecycle"].isin([one.value for one in Lifecycle if one.is_former]).to_numpy(dtype=bool)
    return Drawn(_sorted(drawn[~former]), _sorted(drawn[former]), dict(sorted(passed.items())))


def described(osm_id: str, found: Found, tags: dict[str, str]) -> dict[str, object]:
    """Return the columns that lines, points and areas share."""
    return {
        "osm_id": osm_id,
        "mode": found.mode.value,
        "kind": found.kind,
        "status": found.lifecycle.status.value,
        "lifecycle": found.lifecycle.value,
        "name": local_name(tags, found.lifecycle),
        "name_en": english_name(tags),
        "ref": reference(tags, found.lifecycle),
        "operator": tags.get("operator", ""),
        "opening_year": opening_year(tags, found.lifecycle),
        "voltage_kv": voltage_kv(tags),
        "tags": json.dumps(tags, ensure_ascii=False, sort_keys=True),
    }


def _line(osm_id: str, found: Found, tags: dict[str, str], *, folded: bool) -> dict[str, object]:
    speeds = [
        speed
        for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward")
        for speed in speeds_km_h(tags.get(key, ""))
    ]
    oneway = Oneway.BOTH if folded else direction(tags, implied=found.kind == "expressway")
    return {
        **described(osm_id, found, tags),
        "speed_km_h": max(speeds, default=math.nan),
        "oneway": oneway.value,
        "bridge": is_set(tags, "bridge"),
        "tunnel": is_set(tags, "tunnel"),
        "layer": level(tags),
    }


def _geometries(objects: Objects, used: np.ndarray) -> np.ndarray:
    """Return the line of each piece."""
    if not len(used):
        return np.empty(0, dtype=object)
    first = objects.pieces.first
    count = first[used + 1] - first[used]
    index = np.repeat(np.arange(len(used)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    nodes = objects.pieces.node[np.repeat(first[used], count) + offset]
    lines: np.ndarray = shapely.linestrings(objects.lon_lat[nodes], indices=index)
    return lines


def _sorted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = OSM_LINES.coerce(table).sort_values(list(OSM_LINES.key), ignore_index=True)
    kept: gpd.GeoDataFrame = OSM_LINES.validate(table[[*OSM_LINES.names, "geometry"]])
    return kept


def _class_of(tags: dict[str, str]) -> str:
    """Return the tag by which a way that is none of our kinds was picked."""
    for key in ("highway", "railway", "waterway", "aeroway", "power", "man_made", "route", "industrial", "harbour"):
        if key in tags:
            return f"{key}={tags[key]}"
    return "other"
