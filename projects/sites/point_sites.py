"""Rungs that end in a point or an area: recorded facilities, crossings of the Yangtze, the one place that is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

from geo.geodesy import area_km2, distance_km, geodesic_line
from layers.schema import Method, Mode, Work
from layers.siting_notes import note
from projects.sites.drawing import Drawing, Reasons, Site, joined_names
from projects.sites.networks import Existing
from projects.sites.sections import section_unit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.chains import Chain

__all__ = ["by_facility", "by_point_or_area", "by_river", "home_places", "radius_km"]

_DEPTH = {"province": 1, "prefecture": 2, "county": 3}

_RIVERS = {"江": "长江", "淮": "淮河"}
_ALONG = re.compile(r"[东西南北]?沿([江淮])")

UNSITED_MODES = frozenset({Mode.OTHER.value})
"""Modes that tongtu registers but does not draw as lines: a point or an area is enough."""


def by_facility(site: Site, chain: Chain) -> Drawing | Reasons:
    """Use the existing or recorded facility of that name, or the one that its place has: station, airport, crossing."""
    if site.kind == "river_crossing":
        return _river_crossing(site, chain)
    found = None
    new_airport = "新机场" in site.name and "迁建" not in site.name
    ground = site.ground
    several = [] if new_airport else _of_each_city(site, chain)
    if len(several) > 1:
        told = note("facilities", names="、".join(one.name for one in several))
        points = shapely.union_all([one.geometry for one in several])
        return Drawing(points, Method.NETWORK, max(one.accuracy_km for one in several), (told, *chain.tail))
    if not new_airport:
        found = ground.facility_named(site.names, site.mode, site.kind)
    if found is None and site.kind == "station":
        found = _station(site)
    if found is None and site.kind in {"cargo_airport", "civil_airport"} and not new_airport:
        spelled = [found[0] for _, _, found in ground.gazetteer.scan(site.name, region=site.region)]
        home = [] if chain.places else home_places(site)
        airports = (ground.civil_airport_of(place) for place in (*chain.places[::-1], *spelled, *home))
        found = next((airport for airport in airports if airport is not None), None)
    if found is None:
        return (note("new_airport"),) if new_airport else ()
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, (note("facility", name=found.name), *chain.tail))


def _station(site: Site) -> Existing | None:
    """Return the station of one of the names: as the gazetteer has it, for what is read goes before what is remembered."""
    for name in site.names:
        known = site.ground.gazetteer.lookup(name, region=site.region, kinds={"station"})
        if known:
            at = known[0]
            return Existing(at.name, shapely.Point(at.lon, at.lat), at.accuracy_km, kind="station")
        if (found := site.ground.station_named(name)) is not None:
            return found
    return None


def _of_each_city(site: Site, chain: Chain) -> list[Existing]:
    """Return the port of each city that a hub of several names: 芜湖马鞍山江海联运枢纽."""
    cities = [place for place in chain.places if place.kind == "division" and place.level in {"prefecture", "county"}]
    if site.mode != Mode.WATERWAY.value or len(cities) < 2 or site.is_line:
        return []
    if not all(place.name in site.name for place in cities):
        return []
    ports = (site.ground.facility_named([f"{place.name}港"], site.mode, "port") for place in cities)
    return [port for port in ports if port is not None]


def home_places(site: Site) -> list[Place]:
    """Return the units of the plans that name a project, the smaller ones where several do."""
    found = [places[0] for name in site.home if (places := site.ground.lookup(name))]
    smallest = max((_DEPTH.get(place.level, 0) for place in found), default=0)
    return [place for place in dict.fromkeys(found) if _DEPTH.get(place.level, 0) == smallest]


def by_river(site: Site, chain: Chain) -> Drawing | Reasons:
    """Give a line of which only the river is known (沿淮铁路, 沿江高铁) the land along it, in the plan's own provinces."""
    match = _ALONG.match(site.name)
    if match is None or not site.is_line or len(chain.places) > 1:
        return ()
    river = site.ground.line_named([_RIVERS[match[1]]], Mode.WATERWAY.value)
    if river is None:
        return ()
    given = site.assumptions
    south, north = river.geometry.bounds[1], river.geometry.bounds[3]
    narrow = float(np.cos(np.radians((south + north) / 2.0)))
    flat = shapely.affinity.scale(river.geometry, xfact=narrow, origin=(0, 0))
    strip = shapely.affinity.scale(flat.buffer(given.along_river_km / 111.2), xfact=1.0 / narrow, origin=(0, 0))
    told = note("along_river", river=river.name)
    return Drawing(strip, Method.AREA, given.along_river_km, (told, *chain.tail))


def by_point_or_area(site: Site, chain: Chain) -> Drawing | Reasons:
    """Fall back to the one place, or the region, that the plan names, or to the region that the plan is for."""
    unit = section_unit(site) if site.is_line and len(chain.places) > 1 else None
    if not chain.places:
        return _plan_region(site, chain)
    place, tail = unit or chain.places[0], chain.tail
    if place.members and len(chain.places) == 1 and _home_within(site, place):
        return _plan_region(site, chain)  # 长三角 in a city's plan says whom it serves, not where it is
    polygon = site.ground.area_of(place)
    only = bool(place.members) or place.level == "province"
    drawn_as_line = site.is_line and site.mode not in UNSITED_MODES
    if only or (drawn_as_line and place.kind == "division"):
        candidates = [] if drawn_as_line or polygon is None else _new_facilities(site, polygon)
        if candidates:
            told = note("candidates", names="、".join(one.name for one in candidates))
            points = shapely.union_all([one.geometry for one in candidates])
            return Drawing(points, Method.POINT, radius_km(site, place), (told, *tail))
        told = note("only_region" if drawn_as_line else "site_unknown", place=place.full_name)
        # Of a unit whose polygon is not embedded the seat stands for the region; the accuracy says how large that is.
        shape = shapely.Point(place.lon, place.lat) if polygon is None else polygon
        return Drawing(shape, Method.AREA, radius_km(site, place), (told, *tail))
    point = shapely.Point(place.lon, place.lat)
    return Drawing(point, Method.POINT, radius_km(site, place), (note("at_place", place=place.full_name), *tail))


def _new_facilities(site: Site, area: BaseGeometry) -> list[Existing]:
    """Return the recorded sites that the new ones of a region (江苏沿海新建LNG接收站) can be, if there are any."""
    if site.work != Work.NEW.value or "新建" not in site.name:
        return []
    since = site.assumptions.new_since
    return site.ground.new_facilities_in(area, site.kind, site.mode, since=since)


def _home_within(site: Site, area: Place) -> bool:
    """Whether every unit whose plan names the project is a part of an area of several provinces, and smaller than it."""
    home = home_places(site)
    wide = len({code[:2] for code in area.members}) > 1
    return wide and bool(home) and all(any(place.code[:2] == code[:2] for code in area.members) for place in home)


def _plan_region(site: Site, chain: Chain) -> Drawing | Reasons:
    """Let the region of the plans that name a project stand for it, where nothing else is known."""
    home = home_places(site)
    if not home:
        return chain.tail
    polygons = [polygon for place in home if (polygon := site.ground.area_of(place)) is not None]
    shape = shapely.union_all(polygons) if polygons else shapely.Point(home[0].lon, home[0].lat)
    radius = float(np.sqrt(area_km2(shape) / np.pi)) if polygons else radius_km(site, home[0])
    serves = tuple(note("serves", place=place.full_name) for place in chain.places)
    why = (*serves, *chain.tail) or (note("no_place"),)
    told = note("plan_region", place="、".join(place.full_name for place in home))
    return Drawing(shape, Method.AREA, radius, (*why, told))


def _river_crossing(site: Site, chain: Chain) -> Drawing | Reasons:
    """Place a crossing: the recorded one, else where the join of its banks meets the Yangtze, else the nearest bank."""
    found = site.ground.facility_named(site.names, site.mode, site.kind)
    if found is None and site.name.endswith("过江通道"):
        found = site.ground.crossing_called(site.name.removesuffix("过江通道"), site.mode)
    if found is not None:
        told = note("crossing", name=found.name)
        return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, (told, *chain.tail))
    river = site.ground.river
    if not chain.places or river is None:
        return ()
    first, last = chain.places[0], chain.places[-1]
    if first is not last:
        meets = shapely.get_coordinates(
            geodesic_line([(first.lon, first.lat), (last.lon, last.lat)]).intersection(river)
        )
        if len(meets):
            point = shapely.Point(meets[len(meets) // 2])
            accuracy = max(3.0, distance_km(first.lon, first.lat, last.lon, last.lat) * site.assumptions.stray_share)
            told = note("crossing_between", places=joined_names([first, last]))
            return Drawing(point, Method.POINT, accuracy, (told, *chain.tail))
    if first.kind == "bridge":
        return ()
    near = site.ground.crossing_near((first.lon, first.lat), site.mode, site.assumptions.crossing_reach_km)
    if near is not None:
        told = note("crossing_near", place=first.name, name=near.name)
        return Drawing(near.geometry, Method.NETWORK, near.accuracy_km + 2.0, (told, *chain.tail))
    return ()


def radius_km(site: Site, place: Place) -> float:
    """
    Return how far from a place's point the place still is.

    Of a unit the radius of the circle that is as large as its polygon; of a unit without one what its neighbours' seats
    leave it; of other places what the gazetteer says.
    """
    polygon = site.ground.area_of(place)
    if polygon is not None:
        return float(np.sqrt(area_km2(polygon) / np.pi))
    return site.ground.usual_radius_km(place) if place.kind == "division" else place.accuracy_km
