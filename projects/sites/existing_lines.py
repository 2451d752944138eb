"""Rungs that rest on what exists or is recorded: the line of that name, a section of it, the way between, a course, a crossing."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely
from shapely.ops import nearest_points, substring

from geo.geodesy import distance_km, length_km
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import Method, Mode, Work
from layers.siting_notes import note
from projects.sites.drawing import BESIDE, Drawing, Reasons, Site, joined_names, leg, ring_side
from projects.sites.joining import free_ends, joined, without_spurs
from projects.sites.sections import between, cut_to_section, is_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.chains import Chain
    from projects.sites.ground import Existing

__all__ = [
    "by_existing_line",
    "by_existing_way",
    "existing_way",
    "is_other_kind",
    "near",
    "span_km",
    "trimmed",
]

_PHASE = re.compile(r"[二三四五]期|后期")

WAY_KM = 3.5
"""How far a way along the existing network may be off; as ``layers.lines.NODE_ACCURACY_KM`` of expressways."""

_FAST = re.compile(r"高铁|高速铁路|客专|客运专线|城际|轨道交通|市域|市郊|地铁|快线|[SRF]\d+号?线")
"""Words of railways that never run on an old line's tracks."""


def by_existing_line(site: Site, chain: Chain) -> Drawing | Reasons:
    """Use the existing line of that name, or between the same ends, or past the same places, cut to the section."""
    if BESIDE.search(site.name) or (ring_side(site) is not None and "联络" in site.name):
        return ()
    places = list(chain.places)
    given = site.assumptions
    found = site.ground.line_named(site.names, site.mode)
    gaps: list[Place] = []
    if found is None:
        found = _of_initials(site, places)
    if found is not None:
        gaps = [place for place in places if not near(found.geometry, place, given.name_reach_km)]
        if gaps and len(gaps) == len(places):
            found = None
    named = found is not None
    if found is None and len(places) > 1:
        found, gaps = site.ground.line_joining(places, site.mode), []
        if found is None and site.mode == Mode.ENERGY.value:
            found = site.ground.energy_line_between(places[0], places[-1], 12.0)
        if found is None and site.kind == "high_speed_rail" and not _PHASE.search(site.name):
            reach = given.passing_reach_km if len(places) == 2 else given.passing_all_reach_km
            found = site.ground.line_passing(places, site.mode, HIGH_SPEED_KINDS, reach)
    if found is None:
        return ()
    if is_other_kind(site, found):
        return (note("other_kind", line=found.name),)
    if not named and site.work == Work.NEW.value and "" < found.opened < given.new_since:
        return ()  # what runs between its ends since 2010 is not what a plan of 2019 begins
    geometry, blur_km, mended = joined(site, found.geometry)
    found = replace(found, geometry=geometry)
    ends = [*places[:1], *places[-1:]]
    whole = all(near(found.geometry, place, given.whole_reach_km) for place in ends)
    if site.work == Work.UPGRADE.value and not whole and existing_way(site, chain) is not None:
        return ()  # 合六叶: the section of that name is only a part of the way between the ends
    doubtful = [place for place in gaps if _misread(site, place)]
    gaps = [place for place in gaps if place not in doubtful]
    if gaps and site.mode not in {Mode.WATERWAY.value, Mode.ENERGY.value}:
        return _extended(site, found, gaps, chain, blur_km, mended)
    geometry, shortened = trimmed(site, found, [place for place in places if place not in doubtful])
    cut: Reasons = ()
    if not (shortened and is_side(site)):  # 北段 of a line between whose ends the register has put the side's own
        geometry, cut = cut_to_section(site, geometry, places)
    if any(told.code == "section_not_cut" for told in cut) and len(places) > 1 and site.work == Work.UPGRADE.value:
        return (note("existing_line", line=found.name), *cut)
    geometry, reached = _reached(site, geometry, ends) if not cut else (geometry, [])
    code = "shares_line" if site.work == Work.NEW.value and found.opened else "existing_line"
    unused = (note("places_unused", places=joined_names([*doubtful, *gaps])),) if doubtful or gaps else ()
    on = (note("way_on", places=joined_names(reached)),) if reached else ()
    told = note(code, line=found.name, opened=found.opened)
    notes = (told, *mended, *on, *shortened, *cut, *unused, *chain.tail)
    # A line with a new piece in it is drawn through its known parts, and is not open as a whole.
    if blur_km:
        told = note("existing_line", line=found.name)
        return Drawing(geometry, Method.NODES, max(blur_km, found.accuracy_km), (told, *notes[1:]))
    return Drawing(geometry, Method.NETWORK, found.accuracy_km, notes, found.opened)


def by_existing_way(site: Site, chain: Chain) -> Drawing | Reasons:
    """Follow the existing network between the places of an upgrade."""
    way = existing_way(site, chain) if site.work == Work.UPGRADE.value else None
    if way is None:
        return ()
    geometry, cut = cut_to_section(site, way, chain.places)
    told = note("existing_way", places=joined_names(chain.places))
    return Drawing(geometry, Method.NETWORK, WAY_KM, (told, *cut, *chain.tail))


def span_km(ends: Sequence[Place]) -> float:
    """Return the distance of the first and the last place."""
    return distance_km(ends[0].lon, ends[0].lat, ends[-1].lon, ends[-1].lat)


def is_other_kind(site: Site, found: Existing) -> bool:
    """Whether a new fast railway, by the words of its name, bears the name of an old line: 宁芜城际, 宁芜铁路."""
    if site.mode != Mode.RAIL.value or site.work != Work.NEW.value or not _FAST.search(site.name):
        return False
    return found.kind not in HIGH_SPEED_KINDS and found.kind != site.kind


def trimmed(site: Site, found: Existing, places: Sequence[Place]) -> tuple[BaseGeometry, Reasons]:
    """Cut an existing line that runs on beyond the project's two ends."""
    ends = [place for place in places if place.level != "province" or place.code[:2] in {"11", "12", "31", "50"}]
    if len(ends) < 2 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return found.geometry, ()
    piece = between(found.geometry, ends[0], ends[-1], site.assumptions.name_reach_km)
    if piece is not None and site.mode == Mode.HIGHWAY.value:  # a railway's end is its station, which is known
        piece = _to_the_end(site, found.geometry, piece, (ends[0], ends[-1]))
    if piece is None or length_km(piece) > 0.85 * length_km(found.geometry):
        return found.geometry, ()
    return piece, (note("trimmed", first=ends[0].name, last=ends[-1].name),)


def _to_the_end(site: Site, whole: BaseGeometry, piece: BaseGeometry, places: tuple[Place, Place]) -> BaseGeometry:
    """Keep the end of a line inside its terminal unit: 连宿 ends at 徐圩, a port of 连云港, not where it passes nearest."""
    merged = shapely.line_merge(whole) if whole.geom_type == "MultiLineString" else whole
    if not (isinstance(merged, shapely.LineString) and isinstance(piece, shapely.LineString)):
        return piece
    at = sorted(merged.project(shapely.Point(point)) for point in (piece.coords[0], piece.coords[-1]))
    for place in places:
        area = site.ground.area_of(place)
        if area is None or place.level == "province":
            continue
        foot = merged.project(shapely.Point(place.lon, place.lat))
        side = 0 if abs(foot - at[0]) <= abs(foot - at[1]) else 1
        if area.intersects(shapely.Point(merged.coords[-side])):
            at[side] = merged.length * side
    return substring(merged, at[0], at[1])


def _of_initials(site: Site, places: Sequence[Place]) -> Existing | None:
    """Return the line named by the first characters of the places (合新 of 合肥—新沂), if one of its ends is there."""
    if len(places) < 2 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return None
    initials = "".join(place.name[0] for place in places)
    tail = "高铁" if site.kind in HIGH_SPEED_KINDS else "铁路" if site.mode == Mode.RAIL.value else "高速"
    found = site.ground.line_named([initials + tail], site.mode)
    if found is None or is_other_kind(site, found):
        return None
    ends = free_ends(found.geometry)
    gaps = [min(distance_km(p.lon, p.lat, x, y) for x, y in ends) for p in (places[0], places[-1])]
    span = distance_km(places[0].lon, places[0].lat, places[-1].lon, places[-1].lat)
    # One end there and the other not farther than what is missing of a line half built; 宁安 is not 宁国—安吉.
    return found if min(gaps) <= 15.0 and max(gaps) <= span / 2.0 else None


def _reached(site: Site, geometry: BaseGeometry, ends: Sequence[Place]) -> tuple[BaseGeometry, list[Place]]:
    """Lead a railway on to its terminal towns over the lines that its trains use there: 连镇 from 董集 to 连云港."""
    if site.mode != Mode.RAIL.value:
        return geometry, []
    reached = []
    for place in ends:
        if place.level == "province" and place.code != "310000":
            continue
        on = nearest_points(geometry, shapely.Point(place.lon, place.lat))[0]
        gap_km = distance_km(on.x, on.y, place.lon, place.lat)
        end = min(free_ends(geometry), key=lambda point: (distance_km(point[0], point[1], place.lon, place.lat), point))
        at_end = distance_km(end[0], end[1], on.x, on.y) < 2.0
        if not at_end or not 5.0 < gap_km <= site.assumptions.name_reach_km:
            continue
        way = site.ground.way_between(site.mode, end, (place.lon, place.lat), reach_km=3.0)
        if way is not None and length_km(way) <= site.assumptions.most_approach * gap_km:
            geometry = shapely.union_all([geometry, way])
            merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
            geometry = merged
            reached.append(place)
    return geometry, reached


def _extended(
    site: Site, found: Existing, gaps: Sequence[Place], chain: Chain, blur_km: float, mended: Reasons
) -> Drawing | Reasons:
    """Use the part of a line that is there, and join the places that it does not reach yet."""
    parts = list(shapely.get_parts(found.geometry))
    whole = found.geometry
    accuracy = max(found.accuracy_km, blur_km)
    new: list[BaseGeometry] = []
    for place in gaps:
        ends = [point for part in parts for point in (part.coords[0], part.coords[-1])]
        end = min(ends, key=lambda point: (distance_km(point[0], point[1], place.lon, place.lat), point))
        gap_km = distance_km(end[0], end[1], place.lon, place.lat)
        if gap_km > length_km(found.geometry):
            return (note("line_short", line=found.name, place=place.name),)
        way = None
        if site.mode == Mode.RAIL.value:
            way = site.ground.way_between(site.mode, (end[0], end[1]), (place.lon, place.lat), reach_km=3.0)
        if way is not None and length_km(way) <= site.assumptions.most_approach * gap_km:
            parts.append(way)  # 商合杭 goes on to 杭州 over 宁杭
        else:
            piece = leg(site, (end[0], end[1]), (place.lon, place.lat))
            parts.append(piece.line)
            new.append(piece.line)
            accuracy = max(accuracy, piece.accuracy_km)
        whole = shapely.line_merge(shapely.MultiLineString(parts))
    geometry, cut = cut_to_section(site, whole, chain.places)
    told = note("part_there", line=found.name, places=joined_names(gaps))
    notes = (told, *mended, *cut, *chain.tail)
    drawn = shapely.union_all(new) if new else shapely.LineString()
    if geometry.intersection(drawn).length <= 0.02 * geometry.length:
        return Drawing(geometry, Method.NETWORK, found.accuracy_km, notes)  # nothing of what is meant is new
    return Drawing(geometry, Method.NODES, accuracy, notes)


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
    points = without_spurs(points)
    return shapely.LineString(points) if len(points) > 1 else None
