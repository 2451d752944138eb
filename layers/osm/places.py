"""Stations, airports, substations, plants, ports and service areas of OpenStreetMap, as points and as areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import area_km2
from layers.osm.kinds import Found, kinds_of
from layers.osm.lines import described
from layers.osm.schema import OSM_AREAS, OSM_POINTS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.schema import Schema
    from layers.osm.lines import Reading
    from layers.osm.reading import Objects, Relation

__all__ = ["areas_of", "points_of"]


def points_of(objects: Objects) -> gpd.GeoDataFrame:
    """Return the points, contract ``layers.osm.schema.OSM_POINTS``, sorted; those out of use are counted as left out."""
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry] = []
    for number, lon, lat, tags in objects.points:
        for found in kinds_of(tags, "point"):
            if found.lifecycle.is_former:
                objects.findings.add("former", [f"node/{number}"])
                continue
            rows.append(described(f"node/{number}", found, tags))
            shapes.append(shapely.Point(lon, lat))
    return _table(rows, shapes, OSM_POINTS)


def areas_of(objects: Objects, found: list[Reading]) -> gpd.GeoDataFrame:
    """
    Return the areas, contract ``layers.osm.schema.OSM_AREAS``, sorted.

    Closed ways and multipolygons; borders that do not close are counted as left out, those that cross themselves repaired.
    """
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry] = []
    pieces, ways = objects.pieces, objects.ways

    def add(osm_id: str, kinds: list[Found], tags: dict[str, str], shape: BaseGeometry | None) -> None:
        for one in kinds:
            if one.lifecycle.is_former:
                objects.findings.add("former", [osm_id])
                continue
            if shape is None:
                objects.findings.add("area_open", [osm_id])
                continue
            whole = _valid(shape)
            if whole is not shape:
                objects.findings.add("area_repaired", [osm_id])
            if whole.is_empty:
                objects.findings.add("area_open", [osm_id])
                continue
            rows.append({**described(osm_id, one, tags), "area_km2": area_km2(whole)})
            shapes.append(whole)

    whole_way = np.bincount(pieces.row, minlength=len(ways.ids)) == 1
    for p, row in enumerate(pieces.row.tolist()):
        lines, kinds, _ = found[row]
        if not kinds or pieces.number[p] != 1:
            continue
        nodes = pieces.nodes(p)
        closed = len(nodes) >= 4 and nodes[0] == nodes[-1] and whole_way[row]
        if lines and not closed:
            continue  # a line that could as well have been an area
        add(f"way/{ways.ids[row]}", kinds, ways.tags(row), shapely.Polygon(objects.lon_lat[nodes]) if closed else None)
    border = _borders(objects)
    for relation in objects.relations:
        kinds = kinds_of(relation.tags, "area")
        if kinds:
            add(f"relation/{relation.number}", kinds, relation.tags, _assembled(relation, border))
    return _table(rows, shapes, OSM_AREAS)


def _borders(objects: Objects) -> dict[int, list[BaseGeometry]]:
    """Return the lines of each way that a relation refers to."""
    out: dict[int, list[BaseGeometry]] = {}
    ids = objects.relations and {way for relation in objects.relations for way, _ in relation.ways}
    for p, row in enumerate(objects.members.row.tolist()):
        number = int(objects.member_ids[row])
        if ids and number in ids:
            out.setdefault(number, []).append(shapely.LineString(objects.lon_lat[objects.members.nodes(p)]))
    return out


def _assembled(relation: Relation, border: dict[int, list[BaseGeometry]]) -> BaseGeometry | None:
    """Put the ways of a multipolygon together; None where one is missing or they do not close."""
    lines: list[BaseGeometry] = []
    for number, _ in relation.ways:
        if len(border.get(number, [])) != 1:
            return None
        lines += border[number]
    if not lines:
        return None
    joined = shapely.unary_union(lines)
    _, cuts, dangles, _ = shapely.polygonize_full([joined])
    if not (cuts.is_empty and dangles.is_empty):
        return None
    built = shapely.build_area(joined)
    return built if built.geom_type in {"Polygon", "MultiPolygon"} and not built.is_empty else None


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape that does not cross itself, of polygons alone."""
    if shape.is_valid:
        return shape
    parts = [p for p in shapely.get_parts(shapely.make_valid(shape)) if p.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.unary_union(parts)


def _table(rows: list[dict[str, object]], shapes: list[BaseGeometry], schema: Schema) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=schema.names), geometry=np.array(shapes, dtype=object), crs=schema.crs
    )
    table = schema.coerce(table).sort_values(list(schema.key), ignore_index=True)
    kept: gpd.GeoDataFrame = schema.validate(table[[*schema.names, "geometry"]])
    return kept
