"""
The part of a line that a project means, and how it is cut out: between two places, inside an area, up to a border, by side.

安徽段, 合肥段 (inside an area); X—Y段, X至Y段 (between places); X至省界段 (from a place to its province's border); 北段, 东段
(the part on that side); 合纵段, 无岳段 (between the places of a 简称).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.ops import substring

from geo.errors import PlanningError
from geo.geodesy import distance_km
from layers.siting_notes import SitingNote, note
from projects.grammar.routes import is_abbreviation, read_abbreviation
from projects.sites.line_names import WORK_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.drawing import Site

__all__ = ["between", "cut_to_section", "is_side", "section_ends", "section_of", "section_unit"]

_HEADS = re.compile(
    r"^.*(?:铁路|高铁|城际|高速公路|快速通道|通道|高速|公路|航道|管线|管道|干线|输电|特高压|线路|线|[GS]\d+|[国省]道\d+)"
    r"[(（]?([^()（）]{1,14}段)[)）]?$"
)
_SIDES = {"东": (1.0, 0.0), "西": (-1.0, 0.0), "南": (0.0, -1.0), "北": (0.0, 1.0)}
_EXTENSION = re.compile(r"^[东西南北]?延(?:伸|长)?(?:线|段)?|^[东西南北]延")


def section_of(site: Site) -> str:
    """
    Return the section that a project means: its column ``section``, else what the name ends in; "" for a whole line.

    Where the column has lost the beginning of a place (肥段 of …合肥段), the name is believed.
    """
    stated = site.section.strip("()（） ")
    if stated and not stated.endswith("段") and not re.search(r"[—–-]|至", stated):
        stated = ""  # 客货运车道, 盛同路, 复线: no section
    # An alias with a section is another mention: where the name itself has none, the whole line is meant as well.
    for full in site.names if stated else (site.name,):
        name = WORK_WORDS.sub("", full)
        match = _HEADS.match(name)
        if match and (not stated or match[1].endswith(stated)):
            return match[1]
        if name.endswith("段"):
            for length in range(min(len(name) - 1, 7), 1, -1):
                tail = name[-1 - length : -1]
                if site.ground.gazetteer.lookup(tail, kinds={"division"}):
                    if not stated or f"{tail}段".endswith(stated):
                        return f"{tail}段"
                    break
    return stated


def section_ends(site: Site) -> list[Place]:
    """
    Return the places between which a section lies: X—Y段, X至Y段, and the two of a 简称 (合纵段); empty for others.

    Words for an extension before it (东延无岳段) are not part of it.
    """
    words = _EXTENSION.sub("", section_of(site).removesuffix("段"))
    ends = [end for end in re.split(r"[—–-]|至", words) if end]
    if len(ends) < 2 and 2 <= len(words) <= 3 and not site.ground.lookup(words, region=site.region):
        named = [next((place for place in site.places if place[0] == char), "") for char in words]
        # 无岳段 of a project whose places are 无为-岳西: the register has read it already.
        ends = named if all(named) else _expanded(site, words, next((name for name in named if name), ""))
    found = [site.ground.lookup(end, region=site.region) for end in ends]
    return [places[0] for places in (found[0], found[-1])] if len(found) > 1 and found[0] and found[-1] else []


def _expanded(site: Site, words: str, beside: str) -> list[str]:
    """Read a 简称 in the province of a place that is known to be meant, else in the plan's region."""
    try:
        if is_abbreviation(words):
            known = site.ground.lookup(beside, region=site.region) if beside else []
            province = site.ground.lookup_code(known[0].code[:2] + "0000") if known else []
            region = province[0].full_name if province else site.region[0] if site.region else ""
            return list(read_abbreviation(words, region, site.mode).places)
    except PlanningError:
        return []
    return []


def cut_to_section(
    site: Site, geometry: BaseGeometry, chain: Sequence[Place]
) -> tuple[BaseGeometry, tuple[SitingNote, ...]]:
    """
    Cut a line to the section that the project names.

    Parameters
    ----------
    site : Site
    geometry : LineString or MultiLineString, EPSG:4326
    chain : sequence of Place
        The project's places; 北段 of a line through three is the part north of the middle one.

    Returns
    -------
    (geometry, notes)
        The line unchanged, with a note, where the section cannot be cut; unchanged without a note where none is named.
    """
    section = section_of(site)
    words = section.removesuffix("段")
    if not words or _EXTENSION.match(words):
        return geometry, ()
    if len(chain) > 1 and all(place.name[:2] in words for place in chain):
        return geometry, ()  # the section is what the places are: 三河同大过境段 of 三河-同大
    piece: BaseGeometry | None = None
    if words[-1] in _SIDES or words == "中":
        piece = _side(geometry, words[-1], chain) if len(words) == 1 else None
    elif words.endswith("省界"):
        piece = _to_border(site, geometry, re.split(r"[—–-]|至", words))
    if piece is None:
        ends = section_ends(site)
        if ends:
            piece = between(geometry, ends[0], ends[1], site.assumptions.section_reach_km)
            if piece is None and {p.name for p in ends} <= {p.name for p in chain}:
                return geometry, ()  # the line was drawn between these very places
    if piece is None:
        piece = _inside(site, geometry, words)
    if piece is None:
        return geometry, (note("section_not_cut", section=section),)
    return piece, (note("section_cut", section=section),)


def section_unit(site: Site) -> Place | None:
    """Return the unit that the section is named after (河南段), None where it is named otherwise."""
    words = section_of(site).removesuffix("段")
    found = site.ground.gazetteer.lookup(words, region=site.region, kinds={"division"}) if len(words) > 1 else []
    return found[0] if found else None


def is_side(site: Site) -> bool:
    """Whether the section is a side of the line: 北段."""
    return section_of(site).removesuffix("段") in _SIDES


def _inside(site: Site, geometry: BaseGeometry, words: str) -> BaseGeometry | None:
    for place in site.ground.lookup(words, region=site.region):
        polygon = site.ground.area_of(place)
        if polygon is not None:
            piece = lines_of(geometry.intersection(polygon))
            if not piece.is_empty:
                return piece
    return None


def _side(geometry: BaseGeometry, side: str, chain: Sequence[Place]) -> BaseGeometry | None:
    """Return the part of a line on a side of its middle place, or its half by length where there is none."""
    if side not in _SIDES:
        return None
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    inner = chain[1:-1]
    if not isinstance(merged, LineString):
        # A line with branches has no middle by length: what lies on that side of its middle place is meant.
        if not inner:
            return None
        x, y = inner[(len(inner) - 1) // 2].lon, inner[(len(inner) - 1) // 2].lat
        west, south, east, north = merged.bounds
        half = {"东": (x, south, east, north), "西": (west, south, x, north), "南": (west, south, east, y)}
        piece = lines_of(merged.intersection(shapely.box(*half.get(side, (west, y, east, north)))))
        return None if piece.is_empty else piece
    at = merged.length / 2.0
    if inner:
        middle = inner[(len(inner) - 1) // 2]
        at = merged.project(shapely.Point(middle.lon, middle.lat))
        if not merged.length * 0.1 < at < merged.length * 0.9:
            at = merged.length / 2.0
    axis = np.asarray(_SIDES[side])
    first, last = np.asarray(merged.coords[0]), np.asarray(merged.coords[-1])
    piece = substring(merged, 0.0, at) if first @ axis > last @ axis else substring(merged, at, merged.length)
    return piece if piece.length > 0 else None


def _to_border(site: Site, geometry: BaseGeometry, ends: Sequence[str]) -> BaseGeometry | None:
    """Return the part of a line from a place to where it leaves the place's province."""
    for end in ends:
        for place in site.ground.lookup(end, region=site.region) if "省界" not in end else ():
            province = site.ground.lookup_code(place.code[:2] + "0000")
            polygon = site.ground.area_of(province[0]) if province else None
            if polygon is None:
                continue
            inside = lines_of(geometry.intersection(polygon))
            merged = shapely.line_merge(inside) if inside.geom_type == "MultiLineString" else inside
            if not isinstance(merged, LineString) or merged.is_empty:
                continue
            at = merged.project(shapely.Point(place.lon, place.lat))
            gaps = [polygon.boundary.distance(shapely.Point(merged.coords[i])) for i in (0, -1)]
            piece = substring(merged, 0.0, at) if gaps[0] <= gaps[1] else substring(merged, at, merged.length)
            if piece.geom_type == "LineString" and piece.length > 0:
                return piece
    return None


def between(geometry: BaseGeometry, a: Place, b: Place, reach_km: float) -> BaseGeometry | None:
    """
    Return the part of a line between the points nearest to two places.

    Parameters
    ----------
    geometry : LineString or MultiLineString, EPSG:4326
    a, b : Place
    reach_km : float
        How far the line may pass from each.

    Returns
    -------
    LineString or None
        None where no single run of the line passes both.
    """
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    for part in shapely.get_parts(merged):
        at = [part.project(shapely.Point(p.lon, p.lat)) for p in (a, b)]
        on = [part.interpolate(where) for where in at]
        if all(distance_km(p.lon, p.lat, q.x, q.y) <= reach_km for p, q in zip((a, b), on, strict=True)):
            piece = substring(part, min(at), max(at))
            if piece.geom_type == "LineString" and piece.length > 0:
                return piece
    return None


def lines_of(geometry: BaseGeometry) -> BaseGeometry:
    """Return the lines of any geometry: an empty LineString, a LineString or a MultiLineString."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString" and not part.is_empty]
    return shapely.MultiLineString(parts) if len(parts) > 1 else parts[0] if parts else shapely.LineString()
