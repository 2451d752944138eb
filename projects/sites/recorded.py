"""Rungs that rest on what is recorded of a project itself: its course, its section, where its line crosses the Yangtze."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import geodesic_line, length_km
from layers.schema import Method, Mode
from layers.siting_notes import note
from projects.sites.courses import course_named, course_points
from projects.sites.drawing import Drawing, Reasons, Site
from projects.sites.existing_lines import near, span_km
from projects.sites.sections import between, cut_to_section, section_ends, section_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from projects.sites.chains import Chain

__all__ = ["by_course", "by_crossing", "by_section"]


def by_crossing(site: Site, chain: Chain) -> Drawing | Reasons:
    """Place a line project that is only the crossing of the Yangtze where its line crosses it."""
    if not site.name.endswith("过江通道") or site.ground.river is None:
        return ()
    found = site.ground.line_named(site.names, site.mode)
    if found is None and len(chain.places) > 1:
        found = site.ground.line_joining(chain.places, site.mode)
    if found is None:
        return ()
    meets = shapely.get_coordinates(found.geometry.intersection(site.ground.river))
    if not len(meets):
        return ()
    # Of several crossings of a zigzag between coarse nodes the last one downstream is the one at the end of the line.
    point = shapely.Point(meets[np.argmax(meets[:, 0])])
    return Drawing(point, Method.NETWORK, found.accuracy_km, (note("crossing_of", line=found.name), *chain.tail))


def by_section(site: Site, chain: Chain) -> Drawing | Reasons:
    """Use the existing section of a 简称 (无岳段, 合枞段) between the two places that it joins."""
    section = re.sub(r"^[东西南北]延", "", section_of(site))
    if not 3 <= len(section) <= 4 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ()
    if site.ground.lookup(section.removesuffix("段"), region=site.region):
        return ()  # 合肥段, 巢湖段: a unit, not a pair
    found = site.ground.section_named(section, site.mode)
    if found is None or not any(near(found.geometry, p, site.assumptions.name_reach_km) for p in chain.places):
        return ()
    ends = section_ends(site)
    if ends and found.geometry.geom_type != "LineString":
        # What bears the section's name is in pieces: the way between its ends fills the gaps (马堰—范岗 of 无岳段).
        way = site.ground.way_between(
            site.mode, *((p.lon, p.lat) for p in ends[:2]), reach_km=site.assumptions.section_reach_km
        )
        if way is not None and length_km(way) <= site.assumptions.most_detour * span_km(ends):
            found = replace(found, geometry=way)
    told = note("existing_section", section=section, line=found.name, opened=found.opened)
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, (told, *chain.tail), found.opened)


def by_course(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw through the towns of a recorded course."""
    course = course_named(site.names, site.mode)
    if course is None:
        return ()
    if course.nodes[0].startswith("="):
        names = [node.removeprefix("=") for node in course.nodes]
        lines = [(name, site.ground.line_named([name], site.mode)) for name in names]
        if lost := [name for name, found in lines if found is None]:
            return (note("not_in_network", line="、".join(lost)),)
        parts = [found for _, found in lines if found is not None]
        whole = shapely.line_merge(shapely.union_all([part.geometry for part in parts]))
        geometry, cut = cut_to_section(site, whole, chain.places)
        told = note("same_line", line="—".join(part.name for part in parts))
        return Drawing(geometry, Method.NETWORK, max(p.accuracy_km for p in parts), (told, *cut, *chain.tail))
    line: BaseGeometry = geodesic_line(course_points(course, site.ground))
    trim: Reasons = ()
    if len(chain.places) > 1 and not any(place.name in course.name for place in chain.places):
        first, last = chain.places[0], chain.places[-1]
        piece = between(line, first, last, site.assumptions.course_reach_km)
        if piece is not None and length_km(piece) < 0.85 * length_km(line):
            line, trim = piece, (note("trimmed", first=first.name, last=last.name),)
    geometry, cut = cut_to_section(site, line, chain.places)
    nodes = "—".join(node.partition("@")[0] for node in course.nodes)
    told = note("course", places=nodes, grade=course.grade, source=course.source)
    return Drawing(geometry, Method.NODES, course.accuracy_km, (told, *trim, *cut))
