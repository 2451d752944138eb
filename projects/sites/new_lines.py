"""Rungs that draw what is not there yet: rings, second lines, extensions, branches, and lines through places."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely
from shapely.ops import nearest_points

from geo.geodesy import distance_km, length_km
from layers.schema import Method, Mode
from layers.siting_notes import note
from projects.sites.alignment import beside, beyond, ring
from projects.sites.chains import MUNICIPALITIES, Chain
from projects.sites.drawing import Drawing, Reasons, Site, joined_names, leg, ring_side
from projects.sites.existing_lines import existing_way, is_other_kind, near, trimmed
from projects.sites.joining import joined
from projects.sites.point_sites import radius_km
from projects.sites.sections import cut_to_section, section_ends, section_of, section_unit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["by_branch", "by_extension", "by_places", "by_ring", "by_second"]

_SECOND = re.compile(r"复线|[二三]通道|第二(?!过江)")
_EXTENSION = re.compile(r"([东西南北])延|延伸|延长")

MIXED_KM_H = 200.0
"""Railways of up to this speed carry goods as well (TB 10098-2017: 客货共线 up to 200 km/h)."""


def by_ring(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw a ring road or a bypass around its city: a circle of the usual radius, along the shore of lakes."""
    side = ring_side(site)
    if side is None or not chain.places or "联络" in site.name or site.mode != Mode.HIGHWAY.value:
        return ()
    city = chain.places[0]
    if city.level not in {"province", "prefecture", "county"} or len(chain.places) > 1:
        return ()
    given = site.assumptions
    outer = bool(side) or "外" in site.name
    radius = given.outer_ring_radius_km if outer else given.ring_radius_km
    radius *= 0.5 if city.level == "county" else 1.0
    line = ring(city, radius, lakes=site.ground.lakes, side=side)
    if line is None:
        return (note("ring_impossible"),)
    told = note("ring", city=city.name, km=radius, side=side)
    return Drawing(line, Method.CORRIDOR, radius * given.ring_error_share, (told, *chain.tail))


def by_second(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw a second line beside the first, not on it, and so a new fast railway beside the old one of its name."""
    if site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ()
    old = site.ground.line_named(site.names, site.mode)
    if old is None and len(chain.places) > 1:
        old = site.ground.line_joining(chain.places, site.mode)
    if not _SECOND.search(site.name) and (old is None or not is_other_kind(site, old)):
        return ()
    given = site.assumptions
    first = [_SECOND.sub("", name) for name in site.names]
    first += [name + tail for name in first for tail in ({"rail": "高铁"}.get(site.mode, "高速"),)]
    # The way through all its places says more than a line of the name that misses some of them.
    found = site.ground.line_named(first, site.mode)
    if found is None and not _SECOND.search(site.name):
        found = old
    if found is not None and not all(near(found.geometry, p, given.name_reach_km) for p in chain.places[1:-1]):
        found = None
    if found is not None:
        found = replace(found, geometry=joined(site, found.geometry)[0])
        base, name = trimmed(site, found, chain.places)[0], found.name
    elif (way := existing_way(site, chain)) is not None:
        ends = chain.places[0], chain.places[-1]
        base = shapely.LineString([(ends[0].lon, ends[0].lat), *way.coords, (ends[1].lon, ends[1].lat)])
        name = f"{joined_names(chain.places)}已有通道"
    else:
        return ()
    terrain = site.ground.terrain(site.mode)
    others = terrain.rail if site.mode == Mode.RAIL.value else terrain.roads
    line = beside(base, given.beside_km, lakes=site.ground.lakes, others=others, river=site.ground.river)
    if line is None:
        return (note("beside_impossible", line=name),)
    told = note("beside", line=name, km=given.beside_km)
    beyond_it = [p for p in chain.places if not near(line, p, given.name_reach_km)]
    short = (note("network_ends", places=joined_names(beyond_it)),) if beyond_it else ()
    return Drawing(line, Method.CORRIDOR, given.beside_error_km, (told, *short, *chain.tail))


def by_extension(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw an extension: between the places of its section, or a short way on from the end of the line."""
    match = _EXTENSION.search(section_of(site)) or _EXTENSION.search(site.name)
    if match is None:
        return ()
    ends = section_ends(site)
    if ends:
        return _through(site, Chain(tuple(ends), chain.missing, chain.notes), (note("between_section_ends"),))
    first = [name[: found.start()] for name in site.names if (found := _EXTENSION.search(name))]
    base = site.ground.line_named([re.sub(r"[(（]$", "", name) for name in first], site.mode)
    if base is None:
        return ()
    given = site.assumptions
    place = chain.places[-1] if chain.places else None
    line = beyond(base.geometry, match[1] or "", given.extension_km, place)
    told = note("extension", line=base.name, side=match[1] or "", km=given.extension_km)
    return Drawing(line, Method.STRAIGHT, given.extension_km / 2.0, (told, *chain.tail))


def by_branch(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw a branch from the nearest point of its trunk line, or of the railway for a port's siding, to its city."""
    branch = re.search(r"^(.+?)([一-龥]{2,4})(?:联络线|支线)", site.name)
    if branch is not None and site.mode != Mode.HIGHWAY.value:
        end = next((p for p in site.ground.lookup(branch[2], region=site.region) if p.kind == "division"), None)
        for length in range(len(branch[2]) - 1, 1, -1):
            if end is None:
                end = next(
                    (p for p in site.ground.lookup(branch[2][-length:], region=site.region) if p.kind == "division"),
                    None,
                )
        if end is None:
            return ()
        stem = site.name[: site.name.rfind(end.name)]
        trunk = site.ground.line_named([stem], site.mode)
        if trunk is None:
            # Provinces alone (皖浙, 苏皖) say which network is meant, not where the branch leaves it.
            told = note("branch_unknown", line=stem, place=end.name)
            return Drawing(shapely.Point(end.lon, end.lat), Method.POINT, radius_km(site, end), (told, *chain.tail))
        return _spur(site, trunk.geometry, end, trunk.name, trunk.accuracy_km, chain)
    if site.mode == Mode.RAIL.value and "进港" in site.name and len(chain.places) == 1:
        port = chain.places[0]
        rails = site.ground.lines[Mode.RAIL.value]
        # Goods trains run on old lines and on the mixed ones of up to 200 km/h (青盐, 沪苏通), not on high-speed lines.
        mixed = rails["kind"].isin(["conventional_rail", "freight_rail"]) | (rails["speed_km_h"] <= MIXED_KM_H)
        goods = rails[mixed & (rails["closing_month"].fillna("") == "")]
        lines = goods.groupby("line", sort=True).geometry
        spurs = [(str(line), _foot(site, shapely.union_all(group.to_numpy()), port)) for line, group in lines]
        reachable = [(foot[1], line, foot[0]) for line, foot in spurs if foot is not None]
        if reachable:
            _, line, foot = min(reachable)
            return _spur(site, shapely.Point(foot), port, line, 3.0, chain)
    return ()


def by_places(site: Site, chain: Chain) -> Drawing | Reasons:
    """Draw through the named places."""
    if len(site.places) < 2:
        return ()
    if len(chain.places) < 2:
        return (note("few_places"), *chain.tail)
    return _through(site, chain, ())


def _foot(site: Site, trunk: BaseGeometry, end: Place) -> tuple[tuple[float, float], float] | None:
    """Return the nearest point of a trunk line on the place's own bank of the Yangtze, and its distance."""
    river = site.ground.river
    dry = trunk if river is None else trunk.difference(river)
    best: tuple[tuple[float, float], float] | None = None
    for part in shapely.get_parts(dry):
        on = nearest_points(part, shapely.Point(end.lon, end.lat))[0]
        km = distance_km(on.x, on.y, end.lon, end.lat)
        if best is not None and km >= best[1]:
            continue
        if river is None or not shapely.LineString([(on.x, on.y), (end.lon, end.lat)]).intersects(river):
            best = ((on.x, on.y), km)
    return best


def _spur(
    site: Site, trunk: BaseGeometry, end: Place, name: str, accuracy_km: float, chain: Chain
) -> Drawing | Reasons:
    on = nearest_points(trunk, shapely.Point(end.lon, end.lat))[0]
    if distance_km(on.x, on.y, end.lon, end.lat) < 0.5:
        return ()
    piece = leg(site, (on.x, on.y), (end.lon, end.lat))
    told = note("branch", line=name, place=end.name)
    accuracy = max(piece.accuracy_km, accuracy_km, end.accuracy_km)
    return Drawing(piece.line, Method.STRAIGHT, accuracy, (told, *piece.notes, *chain.tail))


def _through(site: Site, chain: Chain, what: Reasons) -> Drawing | Reasons:
    points = [(place.lon, place.lat) for place in chain.places]
    points = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    if len(points) < 2:
        return (note("one_point"), *chain.tail)
    legs = [leg(site, a, b) for a, b in itertools.pairwise(points)]
    line = shapely.LineString(list(dict.fromkeys(point for piece in legs for point in piece.line.coords)))
    accuracy = max(*(piece.accuracy_km for piece in legs), *(_blur_km(site, place) for place in chain.places))
    led = any(piece.led for piece in legs)
    if len(points) > 2:
        method, how = Method.NODES, "through"
    elif led:
        method, how = Method.CORRIDOR, "corridor"
    else:
        method, how = Method.STRAIGHT, "straight"
    geometry, cut = cut_to_section(site, line, chain.places)
    if any(told.code == "section_not_cut" for told in cut) and section_unit(site) is not None:
        return cut  # 京港澳高速河南段 is not the way from 北京 to 香港
    if any(told.code == "section_cut" for told in cut):
        # What is left inside a unit cannot be farther off than the unit is wide.
        accuracy = min(accuracy, max(length_km(geometry), 10.0))
    ways = [told for piece in legs for told in piece.notes]
    notes = (*what, note(how, places=joined_names(chain.places)), *ways, *cut, *chain.tail)
    return Drawing(geometry, method, accuracy, notes)


def _blur_km(site: Site, place: Place) -> float:
    """Return how far an end may be off: of a province its radius, of others what the gazetteer says."""
    wide = place.level == "province" and place.code[:2] not in MUNICIPALITIES
    return radius_km(site, place) if wide else place.accuracy_km
