"""Rungs that draw what is not there yet: rings, second lines, extensions, branches, and lines through places."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import shapely
from shapely.ops import nearest_points

from geo.geodesy import distance_km, length_km
from layers.schema import Method, Mode
from projects.sites.alignment import beside, beyond, ring
from projects.sites.chains import Chain
from projects.sites.drawing import Drawing, Site, joined_names, leg, ring_side
from projects.sites.existing_lines import existing_way, near, trimmed
from projects.sites.point_sites import radius_km
from projects.sites.sections import cut_to_section, section_ends, section_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["by_branch", "by_extension", "by_places", "by_ring", "by_second"]

_SECOND = re.compile(r"复线|[二三]通道|第二(?!过江)")
_EXTENSION = re.compile(r"([东西南北])延|延伸|延长")


def by_ring(site: Site, chain: Chain) -> Drawing | str:
    """Draw a ring road or a bypass around its city: a circle of the usual radius, along the shore of lakes."""
    side = ring_side(site)
    if side is None or not chain.places or "联络" in site.name or site.mode != Mode.HIGHWAY.value:
        return ""
    city = chain.places[0]
    if city.level not in {"province", "prefecture", "county"} or len(chain.places) > 1:
        return ""
    given = site.assumptions
    outer = bool(side) or "外" in site.name
    radius = given.outer_ring_radius_km if outer else given.ring_radius_km
    radius *= 0.5 if city.level == "county" else 1.0
    line = ring(city, radius, lakes=site.ground.lakes, side=side)
    if line is None:
        return "环线无处可画 no room for a ring"
    text = f"绕{city.name}半径约 ring around {city.name} of about {radius:g} km{', ' + side + '侧' if side else ''}{chain.tail}"
    return Drawing(line, Method.CORRIDOR, radius * given.ring_error_share, text)


def by_second(site: Site, chain: Chain) -> Drawing | str:
    """Draw a second line beside the first, not on it."""
    if not _SECOND.search(site.name) or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ""
    given = site.assumptions
    first = [_SECOND.sub("", name) for name in site.names]
    first += [name + tail for name in first for tail in ({"rail": "高铁"}.get(site.mode, "高速"),)]
    # The way through all its places says more than a line of the name that misses some of them.
    found = site.ground.line_named(first, site.mode)
    if found is not None and not all(near(found.geometry, p, given.name_reach_km) for p in chain.places[1:-1]):
        found = None
    if found is not None:
        base, name = trimmed(site, found, chain.places)[0], found.name
    elif (way := existing_way(site, chain)) is not None:
        ends = chain.places[0], chain.places[-1]
        base = shapely.LineString([(ends[0].lon, ends[0].lat), *way.coords, (ends[1].lon, ends[1].lat)])
        name = f"{joined_names(chain.places)}已有通道"
    else:
        return ""
    terrain = site.ground.terrain(site.mode)
    others = terrain.rail if site.mode == Mode.RAIL.value else terrain.roads
    line = beside(base, given.beside_km, lakes=site.ground.lakes, others=others)
    if line is None:
        return f"{name} 旁无法平移 no line beside {name}"
    text = f"与{name}平行, 约 beside the first line, about {given.beside_km:g} km off{chain.tail}"
    return Drawing(line, Method.CORRIDOR, given.beside_error_km, text)


def by_extension(site: Site, chain: Chain) -> Drawing | str:
    """Draw an extension: between the places of its section, or a short way on from the end of the line."""
    match = _EXTENSION.search(section_of(site)) or _EXTENSION.search(site.name)
    if match is None:
        return ""
    ends = section_ends(site)
    if ends:
        return _through(
            site, Chain(tuple(ends), chain.missing, chain.notes), "区段两端 between the ends of the section "
        )
    first = [name[: found.start()] for name in site.names if (found := _EXTENSION.search(name))]
    base = site.ground.line_named([re.sub(r"[(（]$", "", name) for name in first], site.mode)
    if base is None:
        return ""
    given = site.assumptions
    place = chain.places[-1] if chain.places else None
    line = beyond(base.geometry, match[1] or "", given.extension_km, place)
    text = (
        f"自{base.name}端点{match[1] or ''}延 on from the end of {base.name}; 长度未载, 以 "
        f"length not stated, drawn {given.extension_km:g} km{chain.tail}"
    )
    return Drawing(line, Method.STRAIGHT, given.extension_km / 2.0, text)


def by_branch(site: Site, chain: Chain) -> Drawing | str:
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
            return ""
        stem = site.name[: site.name.rfind(end.name)]
        trunk = site.ground.line_named([stem], site.mode)
        if trunk is None:
            # Provinces alone (皖浙, 苏皖) say which network is meant, not where the branch leaves it.
            text = f"干线 {stem} 未知, 以所至城市代表 trunk unknown, only the city it goes to: {end.name}{chain.tail}"
            return Drawing(shapely.Point(end.lon, end.lat), Method.POINT, radius_km(site, end), text)
        return _spur(site, trunk.geometry, end, trunk.name, trunk.accuracy_km, chain)
    if site.mode == Mode.RAIL.value and "进港" in site.name and len(chain.places) == 1:
        port = chain.places[0]
        rails = site.ground.lines[Mode.RAIL.value]
        near = rails[rails["kind"] == "conventional_rail"]
        return _spur(site, shapely.union_all(near.geometry.to_numpy()), port, "既有铁路", 3.0, chain)
    return ""


def by_places(site: Site, chain: Chain) -> Drawing | str:
    """Draw through the named places."""
    if len(site.places) < 2:
        return ""
    if len(chain.places) < 2:
        return f"地名不足 fewer than two places known{chain.tail}"
    return _through(site, chain, "")


def _spur(site: Site, trunk: BaseGeometry, end: Place, name: str, accuracy_km: float, chain: Chain) -> Drawing | str:
    on = nearest_points(trunk, shapely.Point(end.lon, end.lat))[0]
    if distance_km(on.x, on.y, end.lon, end.lat) < 0.5:
        return ""
    piece = leg(site, (on.x, on.y), (end.lon, end.lat))
    text = f"自{name}最近处至{end.name} from the nearest point of {name}{piece.note}{chain.tail}"
    return Drawing(piece.line, Method.STRAIGHT, max(piece.accuracy_km, accuracy_km, end.accuracy_km), text)


def _through(site: Site, chain: Chain, what: str) -> Drawing | str:
    points = [(place.lon, place.lat) for place in chain.places]
    points = [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]
    if len(points) < 2:
        return f"两端同点 both ends at one point{chain.tail}"
    legs = [leg(site, a, b) for a, b in itertools.pairwise(points)]
    line = shapely.LineString(list(dict.fromkeys(point for piece in legs for point in piece.line.coords)))
    accuracy = max(*(piece.accuracy_km for piece in legs), *(_blur_km(site, place) for place in chain.places))
    led = any(piece.led for piece in legs)
    if len(points) > 2:
        method, how = Method.NODES, "经由各点 through"
    elif led:
        method, how = Method.CORRIDOR, "两端之间沿既有走廊 along the corridor between"
    else:
        method, how = Method.STRAIGHT, "两端直连 straight between"
    geometry, note = cut_to_section(site, line, chain.places)
    if note.startswith("; 截取"):
        # What is left inside a unit cannot be farther off than the unit is wide.
        accuracy = min(accuracy, max(length_km(geometry), 10.0))
    notes = "".join(dict.fromkeys(piece.note for piece in legs))
    text = f"{what}{how} {joined_names(chain.places)}{notes}{note}{chain.tail}"
    return Drawing(geometry, method, accuracy, text)


def _blur_km(site: Site, place: Place) -> float:
    """Return how far an end may be off: of a province its radius, of others what the gazetteer says."""
    return radius_km(site, place) if place.level == "province" and place.code != "310000" else place.accuracy_km
