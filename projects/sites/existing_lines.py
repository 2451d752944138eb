"""Rungs that rest on what exists or is recorded: the line of that name, a section of it, the way between, a course, a crossing."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import nearest_points

from geo.geodesy import distance_km, geodesic_line, length_km
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import Method, Mode, Work
from projects.sites.courses import course_named, course_points
from projects.sites.drawing import BESIDE, Drawing, Site, joined_names, leg, ring_side
from projects.sites.sections import between, cut_to_section, section_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.chains import Chain
    from projects.sites.ground import Existing

__all__ = [
    "by_course",
    "by_crossing",
    "by_existing_line",
    "by_existing_way",
    "by_section",
    "existing_way",
    "near",
    "trimmed",
]

_PHASE = re.compile(r"[二三四五]期|后期")


def by_crossing(site: Site, chain: Chain) -> Drawing | str:
    """Place a line project that is only the crossing of the Yangtze where its line crosses it."""
    if not site.name.endswith("过江通道") or site.ground.river is None:
        return ""
    found = site.ground.line_named(site.names, site.mode)
    if found is None and len(chain.places) > 1:
        found = site.ground.line_joining(chain.places, site.mode)
    if found is None:
        return ""
    meets = shapely.get_coordinates(found.geometry.intersection(site.ground.river))
    if not len(meets):
        return ""
    # Of several crossings of a zigzag between coarse nodes the last one downstream is the one at the end of the line.
    point = shapely.Point(meets[np.argmax(meets[:, 0])])
    note = f"{found.name} 过长江处 where it crosses the Yangtze{chain.tail}"
    return Drawing(point, Method.NETWORK, found.accuracy_km, note)


def by_section(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing section of a 简称 (无岳段, 合枞段) between the two places that it joins."""
    section = re.sub(r"^[东西南北]延", "", section_of(site))
    if not 3 <= len(section) <= 4 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ""
    if site.ground.lookup(section.removesuffix("段"), region=site.region):
        return ""  # 合肥段, 巢湖段: a unit, not a pair
    found = site.ground.section_named(section, site.mode)
    if found is None or not any(near(found.geometry, p, site.assumptions.name_reach_km) for p in chain.places):
        return ""
    opened = f", {found.opened} 开通" if found.opened else ""
    text = f"沿用已有区段 existing section {section} of {found.name}{opened}{chain.tail}"
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)


def by_course(site: Site, chain: Chain) -> Drawing | str:
    """Draw through the towns of a recorded course."""
    course = course_named(site.names, site.mode)
    if course is None:
        return ""
    if course.nodes[0].startswith("="):
        found = site.ground.line_named([course.nodes[0][1:]], site.mode)
        if found is None:
            return f"{course.nodes[0][1:]} 不在路网 not in the network"
        geometry, note = cut_to_section(site, found.geometry, chain.places)
        text = f"即已有线路 is the existing line {found.name}{note}{chain.tail}"
        return Drawing(geometry, Method.NETWORK, found.accuracy_km, text)
    line = geodesic_line(course_points(course, site.ground))
    geometry, note = cut_to_section(site, line, chain.places)
    nodes = "—".join(node.partition("@")[0] for node in course.nodes)
    text = f"经由所载乡镇 through the towns of its recorded course {nodes}{note} ({course.grade}: {course.source})"
    return Drawing(geometry, Method.NODES, course.accuracy_km, text)


def by_existing_line(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing line of that name, or between the same ends, or past the same places, cut to the section."""
    if BESIDE.search(site.name) or (ring_side(site) is not None and "联络" in site.name):
        return ""
    places = list(chain.places)
    given = site.assumptions
    found = site.ground.line_named(site.names, site.mode)
    gaps: list[Place] = []
    if found is not None:
        gaps = [place for place in places if not near(found.geometry, place, given.name_reach_km)]
        if gaps and len(gaps) == len(places):
            found = None
    if found is None and len(places) > 1:
        found, gaps = site.ground.line_joining(places, site.mode), []
        if found is None and site.mode == Mode.ENERGY.value:
            found = site.ground.energy_line_between(places[0], places[-1], 12.0)
        if found is None and site.kind == "high_speed_rail" and not _PHASE.search(site.name):
            reach = given.passing_reach_km if len(places) == 2 else given.passing_all_reach_km
            found = site.ground.line_passing(places, site.mode, HIGH_SPEED_KINDS, reach)
    if found is None:
        return ""
    ends = [*places[:1], *places[-1:]]
    whole = all(near(found.geometry, place, given.whole_reach_km) for place in ends)
    if site.work == Work.UPGRADE.value and not whole and existing_way(site, chain) is not None:
        return ""  # 合六叶: the section of that name is only a part of the way between the ends
    doubtful = [place for place in gaps if _misread(site, place)]
    gaps = [place for place in gaps if place not in doubtful]
    if gaps and site.mode not in {Mode.WATERWAY.value, Mode.ENERGY.value}:
        return _extended(site, found, gaps, chain)
    geometry, shortened = trimmed(site, found, [place for place in places if place not in doubtful])
    geometry, note = cut_to_section(site, geometry, places)
    if "not cut" in note and len(places) > 1 and site.work == Work.UPGRADE.value:
        return f"{found.name}{note}"
    opened = f", {found.opened} 开通" if found.opened else ""
    unused = f"; 未用地点 places not used: {joined_names([*doubtful, *gaps])}" if doubtful or gaps else ""
    text = f"沿用已有线路 existing line {found.name}{opened}{shortened}{note}{unused}{chain.tail}"
    return Drawing(geometry, Method.NETWORK, found.accuracy_km, text, found.opened)


def by_existing_way(site: Site, chain: Chain) -> Drawing | str:
    """Follow the existing network between the places of an upgrade."""
    way = existing_way(site, chain) if site.work == Work.UPGRADE.value else None
    if way is None:
        return ""
    geometry, note = cut_to_section(site, way, chain.places)
    text = f"沿已有路网 along the existing network {joined_names(chain.places)}{note}{chain.tail}"
    return Drawing(geometry, Method.NETWORK, 3.0, text)


def trimmed(site: Site, found: Existing, places: Sequence[Place]) -> tuple[BaseGeometry, str]:
    """Cut an existing line that runs on beyond the project's two ends."""
    ends = [place for place in places if place.level != "province" or place.code[:2] in {"11", "12", "31", "50"}]
    if len(ends) < 2 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return found.geometry, ""
    piece = between(found.geometry, ends[0], ends[-1], site.assumptions.name_reach_km)
    if piece is None or length_km(piece) > 0.85 * length_km(found.geometry):
        return found.geometry, ""
    return piece, f"; 取 from {ends[0].name} 至 to {ends[-1].name}"


def _extended(site: Site, found: Existing, gaps: Sequence[Place], chain: Chain) -> Drawing | str:
    """Use the part of a line that is there, and join the places that it does not reach yet."""
    parts = list(shapely.get_parts(found.geometry))
    whole = found.geometry
    accuracy = found.accuracy_km
    for place in gaps:
        ends = [point for part in parts for point in (part.coords[0], part.coords[-1])]
        end = min(ends, key=lambda point: (distance_km(point[0], point[1], place.lon, place.lat), point))
        gap_km = distance_km(end[0], end[1], place.lon, place.lat)
        if gap_km > length_km(found.geometry):
            return f"{found.name} 未及 does not reach {place.name}"
        piece = leg(site, (end[0], end[1]), (place.lon, place.lat))
        parts.append(piece.line)
        whole = shapely.line_merge(shapely.MultiLineString(parts))
        accuracy = max(accuracy, piece.accuracy_km)
    geometry, note = cut_to_section(site, whole, chain.places)
    text = f"已有部分 the part of {found.name} that is there, 连至 and on to {joined_names(gaps)}{note}{chain.tail}"
    return Drawing(geometry, Method.NODES, accuracy, text)


def _misread(site: Site, place: Place) -> bool:
    """Whether a place far from the line that bears the project's name is a 简称 read doubtfully."""
    return "ambiguous_place" in site.flags and not any(place.name in name for name in site.names)


def near(geometry: BaseGeometry, place: Place, reach_km: float) -> bool:
    """Whether a line comes near a place, or the place is so large that nearness says nothing."""
    if place.level == "province" or place.accuracy_km > reach_km:
        return True
    on = nearest_points(geometry, shapely.Point(place.lon, place.lat))[0]
    return distance_km(place.lon, place.lat, on.x, on.y) <= reach_km


def existing_way(site: Site, chain: Chain) -> LineString | None:
    """Return the existing way through the places of a project, None where there is none or it is a detour."""
    if len(chain.places) < 2 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return None
    points: list[tuple[float, ...]] = []
    for a, b in itertools.pairwise(chain.places):
        way = site.ground.way_between(
            site.mode, (a.lon, a.lat), (b.lon, b.lat), reach_km=site.assumptions.access_reach_km
        )
        straight = distance_km(a.lon, a.lat, b.lon, b.lat)
        if way is None or length_km(way) > site.assumptions.most_detour * straight:
            return None
        points += [point for point in way.coords if not points or point != points[-1]]
    return shapely.LineString(points)
