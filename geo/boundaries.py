"""
Boundaries of 上海, 江苏, 浙江, 安徽: counties, and cities and provinces dissolved from them, so that nothing disagrees.

The county layer (``geo/data/boundaries.topojson``) keeps each border once, as an arc; ``build_boundaries.py`` says how it was
made. Along the coast a polygon ends some hundred metres off the shore; official areas there count other things (see the
notes of ``areas.csv``), so both areas are given and densities should use the official one.
"""

from __future__ import annotations

import csv
import functools
import json
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import PlaceNotFoundError, VocabularyError
from geo.gazetteer import default_gazetteer
from geo.geodesy import area_km2, distance_km
from geo.population import population_2020

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Level", "basemap", "boundaries", "unit_at"]

logger = logging.getLogger(__name__)

Level = Literal["province", "prefecture", "county"]

DATA = Path(__file__).resolve().parent / "data"
CRS = "EPSG:4326"
BASEMAP_BOX = (112.5, 26.2, 124.5, 36.8)
"""(west, south, east, north), degrees: what the base map covers."""

COLUMNS = [
    "code",
    "name",
    "short_name",
    "parent_code",
    "official_area_km2",
    "polygon_area_km2",
    "population_2020",
    "geometry",
]


def boundaries(level: Level, *, within: str | None = None) -> gpd.GeoDataFrame:
    """
    Return the units of a level.

    Parameters
    ----------
    level : {"province", "prefecture", "county"}
        上海 is a province and, with the same code, a prefecture: 4 provinces, 41 cities, 305 counties.
    within : str, optional
        Code or name of a unit or area (安徽, 340100, 皖江地区): only its units, or the unit itself.

    Returns
    -------
    GeoDataFrame, n rows, EPSG:4326, by code
        code, name, short_name, parent_code : str
        official_area_km2 : float64, published area; NaN where none is known (counties, but for the districts of 上海)
        polygon_area_km2 : float64, geodesic area of the polygon
        population_2020 : float64, persons, census of 1 November 2020, see :func:`geo.population.population_2020`
        geometry : Polygon or MultiPolygon, a coverage: neighbours share their border exactly

    Raises
    ------
    VocabularyError
        If the level is unknown.
    PlaceNotFoundError
        If ``within`` names nothing, or nothing in the four provinces.

    Examples
    --------
    >>> cities = boundaries("prefecture", within="安徽")
    >>> len(cities), cities["name"].iloc[0]
    (16, '合肥市')
    """
    frame = _level(level)
    if within is None:
        return frame.copy()
    codes = _codes(within)
    stems = tuple(code.removesuffix("00").removesuffix("00") for code in codes)
    inside = frame["code"].str.startswith(stems) | frame["code"].isin(codes)
    if not inside.any():
        message = f"{within!r} has no {level} in 上海, 江苏, 浙江, 安徽, whose boundaries tongtu knows"
        raise PlaceNotFoundError(message)
    return frame[inside].reset_index(drop=True)


def unit_at(
    lon: ArrayLike, lat: ArrayLike, *, level: Level = "county", max_distance_km: float = 10.0
) -> NDArray[np.object_]:
    """
    Tell in which unit points lie.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees, WGS 84
    level : {"province", "prefecture", "county"}
    max_distance_km : float
        A point outside all polygons (a port off the coast) belongs to the nearest one within this distance.

    Returns
    -------
    ndarray of str, shape (n,)
        Codes; "" for a point farther away or with a missing coordinate.
    """
    frame = _level(level)
    codes, shapes = frame["code"].to_numpy(), frame.geometry.to_numpy()
    xs = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    ys = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    out: NDArray[np.object_] = np.empty(len(xs), dtype=np.object_)
    out[:] = ""
    index = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))
    points = np.asarray(shapely.points(xs[index], ys[index]), dtype=np.object_)
    tree = _tree(level)
    hit, unit = tree.query(points, predicate="intersects")
    order = np.lexsort((-unit, hit))  # on a border the first unit by code is written last and wins
    out[index[hit[order]]] = codes[unit[order]]
    for number, point in zip(index, points, strict=True):
        if out[number] == "":
            nearest = int(tree.nearest(point))
            ends = shapely.get_coordinates(shapely.shortest_line(point, shapes[nearest]))
            if distance_km(*ends[0], *ends[-1]) <= max_distance_km:
                out[number] = codes[nearest]
    return out


def basemap() -> dict[str, gpd.GeoDataFrame]:
    """
    Return what an offline map draws beneath its layers.

    Returns
    -------
    dict of GeoDataFrame, EPSG:4326, columns name and geometry
        ``neighbours`` : provinces around the four, cut at :data:`BASEMAP_BOX`
        ``provinces``, ``prefectures`` : of the four
        ``sea`` : the box less all provinces
        ``lakes``, ``rivers`` : from ``waters.geojson``; empty where no licensed source has them
    """
    return {name: frame.copy() for name, frame in _basemap().items()}


@functools.cache
def _basemap() -> dict[str, gpd.GeoDataFrame]:
    neighbours = _read_topology("neighbours.topojson")
    provinces = _level("province")
    land = shapely.union_all([*neighbours.geometry, *shapely.buffer(provinces.geometry.to_numpy(), 0.004)])
    sea = shapely.difference(shapely.box(*BASEMAP_BOX), land)
    # Slivers between the simplified borders of neighbours and of the four provinces are no sea.
    parts = [part for part in shapely.get_parts(sea) if part.area > 0.05]
    lakes, rivers = _waters()
    return {
        "neighbours": neighbours[["name", "geometry"]],
        "provinces": provinces[["name", "geometry"]],
        "prefectures": _level("prefecture")[["name", "geometry"]],
        "sea": gpd.GeoDataFrame({"name": ["海"]}, geometry=[shapely.union_all(parts)], crs=CRS),
        "lakes": lakes,
        "rivers": rivers,
    }


def _waters() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    path = DATA / "waters.geojson"
    if path.exists():
        frame = gpd.GeoDataFrame.from_features(json.loads(path.read_text(encoding="utf-8")), crs=CRS)
    else:
        frame = gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS)
    frame = frame[["name", "geometry"]]
    is_area = frame.geom_type.isin(["Polygon", "MultiPolygon"])
    return frame[is_area].reset_index(drop=True), frame[~is_area].reset_index(drop=True)


@functools.cache
def _level(level: str) -> gpd.GeoDataFrame:
    if level not in {"province", "prefecture", "county"}:
        message = f"{level!r} is no level; accepted: province, prefecture, county"
        raise VocabularyError(message)
    counties = _read_topology("boundaries.topojson")
    if level == "county":
        frame = counties[["code", "geometry"]]
    else:
        stem = counties["code"].str[: 2 if level == "province" else 4]
        codes = stem.where(~stem.str.startswith("31"), "31").str.ljust(6, "0")  # 上海 is both
        frame = gpd.GeoDataFrame(
            [
                {"code": code, "geometry": shapely.coverage_union_all(part.geometry.to_numpy())}
                for code, part in counties.groupby(codes.to_numpy())
            ],
            crs=CRS,
        )
    gazetteer = default_gazetteer()
    units = [gazetteer.get(code) for code in frame["code"]]
    published = _published_areas()
    people = population_2020(cast("Level", level)).set_index("adcode")["population"]
    frame = frame.assign(
        name=[unit.full_name for unit in units],
        short_name=[unit.name for unit in units],
        parent_code=[unit.parent for unit in units],
        official_area_km2=[published.get(code, math.nan) for code in frame["code"]],
        polygon_area_km2=[area_km2(shape) for shape in frame.geometry],
        population_2020=people.reindex(frame["code"]).to_numpy(dtype=float),
    )
    return gpd.GeoDataFrame(frame[COLUMNS].sort_values("code").reset_index(drop=True), geometry="geometry", crs=CRS)


@functools.cache
def _tree(level: str) -> shapely.STRtree:
    return shapely.STRtree(_level(level).geometry.to_numpy())


def _codes(within: str) -> tuple[str, ...]:
    gazetteer = default_gazetteer()
    place = next((p for p in gazetteer if p.place_id == within), None) if within.isdigit() else None
    place = place or gazetteer.resolve(within, kinds={"division", "area"})
    return place.members or (place.code,)


def _published_areas() -> dict[str, float]:
    with (DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: float(row["official_area_km2"] or "nan") for row in csv.DictReader(file)}


@functools.cache
def _read_topology(name: str) -> gpd.GeoDataFrame:
    """Decode a TopoJSON coverage of polygons: integer arcs, each border once."""
    topology = json.loads((DATA / name).read_text(encoding="utf-8"))
    scale = np.asarray(topology["transform"]["scale"])
    shift = np.asarray(topology["transform"]["translate"])
    arcs = [np.cumsum(np.asarray(arc), axis=0) * scale + shift for arc in topology["arcs"]]

    def ring(indices: list[int]) -> NDArray[np.float64]:
        parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.vstack([parts[0], *(part[1:] for part in parts[1:])])

    def polygon(rings: list[list[int]]) -> shapely.Polygon:
        return shapely.Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]])

    rows: list[dict[str, Any]] = []
    for each in topology["objects"]["units"]["geometries"]:
        if each["type"] == "Polygon":
            shape: shapely.Geometry = polygon(each["arcs"])
        else:
            shape = shapely.MultiPolygon([polygon(rings) for rings in each["arcs"]])
        rows.append({**each["properties"], "geometry": shape})
    logger.debug("%s: %d units from %d arcs", name, len(rows), len(arcs))
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)
