"""
Isochrones: the area within limits of travel time from a place, as polygons from the costs of the travel-time matrix.

In the model a traveller leaves the network at a station, interchange or airport and goes on by local road, as long as the
distance as the crow flies makes it. The points within a limit are then a union of discs, one round each such exit (and one
round the place itself), each as large as the time left there allows: exactly, without a grid and without interpolation. A disc
round the place alone would be the crow's isochrone; these follow the lines.

The polygons lie inside the discs, so that no point of a ring is farther than its limit by the model. Local roads cross rivers
in the model as if there were a bridge everywhere (their detour is a mean); the sea and the large lakes are cut out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from geo.boundaries import basemap
from geo.errors import SchemaError, VocabularyError
from geo.geodesy import GEOD, area_km2
from geo.schema import Column, Schema
from layers.access import STRATA, check_mode, reasons_of, ways
from layers.accessibility.evidence import evidence_of
from layers.network import points_within
from layers.travel_graph import leaving_nodes, minutes_km, sparse_matrix, travel_graph, with_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.network import Network

__all__ = ["ISOCHRONES", "isochrones"]

ISOCHRONES = Schema(
    "isochrones",
    key=("origin", "direction", "limit_min", "mode", "as_of", "scenario"),
    geometry=frozenset({"Polygon", "MultiPolygon"}),
    columns=(
        Column("origin", "string", "place or station, or several joined by 、", zh="地点", nullable=False),
        Column("direction", "string", "to: towards the place; from, or missing: away from it", zh="方向"),
        Column("limit_min", "float64", "limit of travel time", zh="时限min", unit="min", nullable=False),
        Column("mode", "string", "rail, road or any", zh="方式", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network", zh="时点"),
        Column("scenario", "string", "today, plan, or a condition on stages", zh="情景"),
        Column("area_km2", "float64", "geodesic area, WGS 84, sea and lakes left out", zh="面积km2", unit="km²"),
        Column("note", "string", "why the ring is empty", zh="备注"),
        Column("definition", "string", "how the ring was made", zh="口径", shp="definition", nullable=False),
        Column(
            "grade_d_share", "float64", "share of route length known by memory (grade D)", zh="D级占比", shp="d_share"
        ),
        Column("straight_share", "float64", "share of route length drawn straight", zh="直线占比", shp="str_share"),
    ),
)

SLACK_MIN = 0.001
"""Kept from each limit: times are rounded to a millisecond per link."""
SLACK_KM = 0.001
"""Kept from the reach of local roads."""
GRID_DEG = 1e-7
"""Coordinates of rings: a centimetre."""

DEFINITIONS = {
    "zh": "由 {origin} 出发 {limit:g} 分钟内可到达的范围: 经路网至车站、互通、机场, 再按地方道路 (直线×{detour:g}, {speed:g} km/h) "
    "前行; 方式 {mode}; 已除去海面与大湖; 各圈含内圈. {basis}",
    "en": "area within {limit:g} min of {origin}: over the network to stations, interchanges and airports, on by local road"
    " (as the crow flies × {detour:g} at {speed:g} km/h); mode {mode}; sea and large lakes cut out; each ring holds the inner"
    " ones. {basis}",
}


def isochrones(
    network: Network,
    places: pd.DataFrame,
    *,
    limits_min: Sequence[float] = (30.0, 60.0, 90.0),
    mode: str = "any",
    together: bool = False,
    cut_water: bool = True,
    segments: int = 64,
    features: gpd.GeoDataFrame | None = None,
    as_of: str = "",
    scenario: str = "",
    lang: str = "zh",
) -> gpd.GeoDataFrame:
    """
    Return the areas within limits of travel time from places.

    Parameters
    ----------
    network : Network
    places : DataFrame with name, lon, lat (degrees, WGS 84), n rows
        Cities, stations, any point; a trip starts there with the way to the train, boarding included.
    limits_min : sequence of float
        Minutes, above 0.
    mode : {"any", "rail", "road"}
        With ``rail`` there is no local road past the stations: the surroundings of the place itself are not within, and a
        ring may have a hole there.
    together : bool
        One set of rings for all places: what lies within the limit of the nearest of them.
    cut_water : bool
        Cut out the sea and the large lakes of :func:`geo.boundaries.basemap`.
    segments : int
        Corners of a disc, at least 8. The polygon of 64 covers 99.8 % of its disc.
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        Projects that the network's scenario may have built: to tell how much of it is drawn straight.
    as_of, scenario, lang : str
        Written into the rows; ``lang`` ("zh" or "en") is that of the definition.

    Returns
    -------
    GeoDataFrame, contract ``ISOCHRONES``, EPSG:4326
        A row per place and limit, places in their order, limits rising; ``area_km2`` is 0 and the geometry empty where
        nothing is within, with the reason in ``note``. Rings hold the smaller ones (to the grid of a
        centimetre). Valid, holes kept.

    Raises
    ------
    VocabularyError
        If the mode is unknown, a limit is not positive, or there are too few segments.
    SchemaError
        If a place has no coordinates.

    Notes
    -----
    Travel times of the model are the same both ways, so the rings also hold those who reach the place within the limit.
    """
    check_mode(mode, "centre")
    limits = sorted({float(v) for v in limits_min})
    if not limits or not all(0 < v < np.inf for v in limits) or segments < 8:
        message = f"limits {list(limits_min)} min, {segments} segments: give limits above 0 and at least 8 segments"
        raise VocabularyError(message)
    points = places[["name", "lon", "lat"]].reset_index(drop=True)
    if not np.isfinite(points[["lon", "lat"]].to_numpy(dtype=float)).all():
        message = "isochrones: a place has no coordinates; expected name, lon, lat in degrees, WGS 84"
        raise SchemaError(message)
    exits = _exits(network, points, mode)
    if together:
        sets = [("、".join(points["name"].astype(str)), np.arange(len(points)))]
    else:
        sets = [(str(name), np.array([i])) for i, name in enumerate(points["name"])]
    evidence, language = evidence_of(network, features), "en" if lang == "en" else "zh"
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry] = []
    for origin, own in sets:
        lon, lat, minutes = _sources(exits, points, own, limits[-1], mode)
        inner: BaseGeometry = shapely.MultiPolygon()
        for limit in limits:
            inner = _ring(network, lon, lat, minutes, limit, segments, inner, cut_water=cut_water)
            rows.append(
                {
                    "origin": origin,
                    "direction": "from",
                    "limit_min": limit,
                    "mode": mode,
                    "as_of": as_of,
                    "scenario": scenario,
                    "area_km2": 0.0 if inner.is_empty else area_km2(inner),
                    "note": _why_empty(network, points.iloc[own], mode) if inner.is_empty else "",
                    "definition": DEFINITIONS[language].format(
                        origin=origin,
                        limit=limit,
                        detour=network.access.detour,
                        speed=network.access.speed_km_h,
                        mode=mode,
                        basis=evidence.sentence(language),
                    ),
                    "grade_d_share": evidence.grade_d_share,
                    "straight_share": evidence.straight_share,
                }
            )
            shapes.append(inner)
    table = gpd.GeoDataFrame(ISOCHRONES.coerce(pd.DataFrame(rows)), geometry=shapes, crs=ISOCHRONES.crs)
    return ISOCHRONES.validate(table)


@dataclass(frozen=True)
class _Exits:
    """Spots where a traveller may leave the network, shape (k,), and when each place's travellers do, shape (places, k)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    minutes: NDArray[np.float64]


def _exits(network: Network, places: pd.DataFrame, mode: str) -> _Exits:
    """Search the network from the places: when one stands at the gate of each exit, parking, tolls and halls done with."""
    nodes = network.nodes[network.nodes["access"] & network.nodes["stratum"].isin(STRATA[mode])]
    at = nodes.index.to_numpy(dtype=np.int64)
    lon, lat = nodes["lon"].to_numpy(dtype=float), nodes["lat"].to_numpy(dtype=float)
    enter = ways(network, places, mode, "centre", leaving=False)
    if not len(at) or enter.empty:
        return _Exits(lon, lat, np.full((len(places), len(at)), np.inf))
    graph = travel_graph(network, mode)
    full = with_places(graph, enter, len(places))
    found = dijkstra(sparse_matrix(full), indices=graph.size + np.arange(len(places)))
    # Out at the exit itself: a way of no length, which costs what leaving costs.
    here = pd.DataFrame({"name": nodes["node"].astype(str).to_numpy(), "lon": lon, "lat": lat})
    out = ways(network, here, mode, "centre", leaving=True)
    gate = at if mode == "road" else leaving_nodes(network, at)
    own = out[out["node"].to_numpy(dtype=np.int64) == gate[out["point"].to_numpy(dtype=np.int64)]]
    cost = np.full(len(at), np.inf)
    cost[own["point"].to_numpy(dtype=np.int64)] = own["weight"].to_numpy(dtype=float)
    minutes, _ = minutes_km(found[:, gate] + cost)
    return _Exits(lon, lat, minutes)


def _sources(
    exits: _Exits, places: pd.DataFrame, own: NDArray[np.int64], longest_min: float, mode: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres of discs and the minutes that are gone there, quickest first: exits, and places but by rail."""
    lon, lat, minutes = exits.lon, exits.lat, exits.minutes[own].min(axis=0)
    if mode != "rail":
        lon = np.concatenate([places["lon"].to_numpy(dtype=float)[own], lon])
        lat = np.concatenate([places["lat"].to_numpy(dtype=float)[own], lat])
        minutes = np.concatenate([np.zeros(len(own)), minutes])
    near = minutes < longest_min
    lon, lat, minutes = lon[near], lat[near], minutes[near]
    order = np.lexsort((lat, lon, minutes))
    return lon[order], lat[order], minutes[order]


def _why_empty(network: Network, places: pd.DataFrame, mode: str) -> str:
    """Say why nothing is within a limit."""
    reached = set(ways(network, places, mode, "centre", leaving=False)["point"])
    why = [reason for reason in reasons_of(network, places, reached, mode, "centre") if reason]
    return "; ".join(dict.fromkeys(why)) if len(why) == len(places) else "nothing is within the limit"


def _ring(
    network: Network,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    minutes: NDArray[np.float64],
    limit_min: float,
    segments: int,
    inner: BaseGeometry,
    *,
    cut_water: bool,
) -> BaseGeometry:
    """Return the union of the discs of a limit and of the ring inside it."""
    left = (limit_min - SLACK_MIN - minutes) / network.access.access_time_min(1.0)
    radius_km = np.minimum(left, network.access.reach_km) - SLACK_KM
    there = radius_km > 0
    there[there] = ~_covered(lon[there], lat[there], radius_km[there])
    if not there.any():
        return inner
    discs = _discs(lon[there], lat[there], radius_km[there], segments)
    area = shapely.union_all(discs, grid_size=GRID_DEG)
    if cut_water:
        area = shapely.difference(area, _water(), grid_size=GRID_DEG)
    area = shapely.union_all([area, inner], grid_size=GRID_DEG)
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and not part.is_empty]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _covered(lon: NDArray[np.float64], lat: NDArray[np.float64], radius_km: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which discs lie inside another one that comes before them or is larger: they add nothing."""
    covered = np.zeros(len(lon), dtype=bool)
    if not len(lon):
        return covered
    pairs = points_within(lon, lat, lon, lat, reach_km=float(radius_km.max()))
    outer, disc = pairs["point"].to_numpy(dtype=np.int64), pairs["node"].to_numpy(dtype=np.int64)
    inside = pairs["distance_km"].to_numpy(dtype=float) + radius_km[disc] <= radius_km[outer]
    earlier = (radius_km[outer] > radius_km[disc]) | (outer < disc)
    covered[disc[inside & earlier]] = True
    return covered


def _discs(
    lon: NDArray[np.float64], lat: NDArray[np.float64], radius_km: NDArray[np.float64], segments: int
) -> NDArray[np.object_]:
    """Return polygons whose corners lie at a geodesic distance: their sides run inside the discs."""
    bearing = np.linspace(0.0, 360.0, segments, endpoint=False)
    x, y, _ = GEOD.fwd(
        np.repeat(lon, segments),
        np.repeat(lat, segments),
        np.tile(bearing, len(lon)),
        np.repeat(radius_km * 1000.0, segments),
    )
    corners = np.column_stack([x, y]).reshape(len(lon), segments, 2)
    rings = np.concatenate([corners, corners[:, :1]], axis=1)
    # On the grid from the start: a union of one part does not bring it there.
    return np.asarray(shapely.set_precision(shapely.polygons(rings), GRID_DEG), dtype=object)


@cache
def _water() -> BaseGeometry:
    ground = basemap()
    water = np.array([*ground["sea"].geometry, *ground["lakes"].geometry], dtype=object)
    return shapely.union_all(shapely.set_precision(shapely.make_valid(water), GRID_DEG), grid_size=GRID_DEG)
