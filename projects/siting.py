"""
A geometry for every project, by the best rung of a ladder, graded by how precise it is; nothing is dropped.

``user`` a planner's own line → ``osm`` a true alignment (reserved) → ``network`` the existing line or facility of that
name, or the existing way between the ends of an upgrade, cut to the section → ``nodes`` through three or more named places
→ ``corridor`` between two ends along the ground, beside an existing line, or around a city → ``straight`` between two ends
→ ``point`` one place → ``area`` only a region is known → ``none`` with the reason.

A line that leaves the region which its places span by more than a third of its length falls to the next rung, and the
note says so.
"""

from __future__ import annotations

import itertools
import logging
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import nearest_points

from geo.errors import PlanningError
from geo.geodesy import area_km2, distance_km, geodesic_line, length_km
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import FEATURES, Method, Mode, Work
from projects.alignment import beside, beyond, ring
from projects.chains import Chain, place_chain
from projects.courses import course_named, course_points
from projects.drawing import BESIDE, POINT_KINDS, Drawing, Site, SitingAssumptions, joined_names, leg
from projects.ground import Existing, Ground, default_ground
from projects.own_lines import OwnLine, own_lines
from projects.schema import PROJECTS
from projects.sections import between, cut_to_section, section_ends, section_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["POINT_KINDS", "SitingAssumptions", "drawn_counts", "outside_share", "site_of", "site_projects"]

log = logging.getLogger(__name__)

UNSITED_MODES = frozenset({Mode.OTHER.value})
"""Modes that tongtu registers but does not draw as lines: a point or an area is enough."""

_RING = re.compile(r"外绕城|绕城|外环|([东西南北])绕")
_SECOND = re.compile(r"复线|[二三]通道|第二(?!过江)")
_EXTENSION = re.compile(r"([东西南北])延|延伸|延长")
_PHASE = re.compile(r"[二三四五]期|后期")


def site_projects(
    projects: pd.DataFrame,
    *,
    regions: Sequence[str] | None = None,
    user_lines: gpd.GeoDataFrame | None = None,
    ground: Ground | None = None,
    assumptions: SitingAssumptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> gpd.GeoDataFrame:
    """
    Give every project a geometry, and say how it was made.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``, n rows
    regions : sequence of str, optional
        Names or codes of the regions the plans are about, as context for place names; by default 沪苏浙皖.
    user_lines : GeoDataFrame, optional
        A planner's own geometries with a column ``project_id`` (or ``feature_id``), any known CRS; see
        :func:`projects.own_lines.own_lines` for what is checked.
    ground : Ground, optional
        Gazetteer, existing network and boundaries; by default the embedded ones.
    assumptions : SitingAssumptions, optional
    progress : callable(done, total), optional

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326, n rows, sorted by feature_id
        ``drawn_by`` and ``accuracy_km`` grade each geometry; ``siting_note`` says what was used, or why nothing is drawn.

    Raises
    ------
    SchemaError
        If ``projects`` breaks its contract, or ``user_lines`` has no id column.
    CrsError
        If ``user_lines`` has no CRS.
    """
    PROJECTS.validate(projects)
    ground = ground or default_ground()
    assumptions = assumptions or SitingAssumptions()
    own = own_lines(user_lines, ground.known_points) if user_lines is not None else {}
    strangers = sorted(set(own) - set(projects["project_id"]))
    if strangers:
        log.warning("user geometries of unknown projects, not used: %s", ", ".join(strangers[:10]))
    context = _known_regions(regions, ground)
    rows: list[dict[str, object]] = []
    geometries: list[BaseGeometry | None] = []
    records = projects.sort_values("project_id", ignore_index=True).to_dict("records")
    for done, record in enumerate(records, 1):
        site = site_of(record, context, ground, assumptions)
        drawing = _climb(site, own.get(site.project_id))
        rows.append(_feature(record, drawing))
        geometries.append(drawing.geometry)
        if progress is not None:
            progress(done, len(records))
    table = pd.DataFrame(rows, columns=FEATURES.names) if rows else FEATURES.empty()
    features = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=FEATURES.crs), crs=FEATURES.crs)
    return FEATURES.validate(FEATURES.coerce(features)[[*FEATURES.names, "geometry"]])


def outside_share(geometry: BaseGeometry, places: Sequence[Place], ground: Ground) -> float:
    """
    Return the share of a line's length outside the region that its places span.

    The region is the convex hull of the places (of a unit its polygon, of others the point), widened by a sixth of its
    longest diagonal and at least 25 km.

    Parameters
    ----------
    geometry : LineString or MultiLineString, EPSG:4326
    places : sequence of Place
    ground : Ground

    Returns
    -------
    float
        0 where there are no places.
    """
    total = length_km(geometry)
    if not places or total <= 0.0:
        return 0.0
    shapes = []
    for place in places:
        polygon = ground.area_of(place)
        point = shapely.Point(place.lon, place.lat)
        shapes.append(point if polygon is None else shapely.union(point, shapely.envelope(polygon)))
    hull = shapely.convex_hull(shapely.union_all(shapes))
    west, south, east, north = hull.bounds
    margin = max(float(np.hypot(east - west, north - south)) / 6.0, 25.0 / 95.0)
    outside = geometry.difference(hull.buffer(margin))
    return 0.0 if outside.is_empty else length_km(outside) / total


def site_of(
    record: Mapping[Hashable, object], region: tuple[str, ...], ground: Ground, assumptions: SitingAssumptions
) -> Site:
    """Return a row of ``PROJECTS`` as what the rungs of the ladder work on."""
    text = {str(key): value for key, value in record.items() if isinstance(value, str)}
    names = [text["name"], *text.get("aliases", "").split("|")]
    places = [place.strip() for place in re.split(r"[-—–]", text.get("places", ""))]
    return Site(
        project_id=text["project_id"],
        name=text["name"],
        names=tuple(dict.fromkeys(name for name in names if name)),
        mode=text["mode"],
        kind=text.get("kind", ""),
        work=text["work"],
        places=tuple(place for place in places if place),
        section=text.get("section", ""),
        region=region,
        ground=ground,
        assumptions=assumptions,
        flags=frozenset(text.get("flags", "").split("|")),
    )


def _climb(site: Site, own: OwnLine | None) -> Drawing:
    """Try the rungs, best first; the reasons of those that failed become the note of what is left."""
    reasons: list[str] = []
    if own is not None and own.geometry is not None:
        note = "".join(f"; {note}" for note in own.notes)
        return Drawing(own.geometry, Method.USER, 0.0, f"用户提供的几何 user's own geometry{note}")
    if own is not None:
        reasons += own.notes
    chain = place_chain(site)
    rungs: tuple[Callable[[Site, Chain], Drawing | str], ...] = (_by_facility,)
    if site.is_line:
        rungs = (_by_crossing, _by_section, _by_course, _by_existing_line, _by_existing_way)
        rungs = (*rungs, _by_ring, _by_second, _by_extension, _by_branch, _by_places)
    for rung in (*rungs, _by_point_or_area):
        try:
            drawing = rung(site, chain)
        except PlanningError as error:
            drawing = str(error)
        if isinstance(drawing, Drawing):
            left = _leaves(site, drawing, chain)
            if not left:
                told = "".join(f"; {reason}" for reason in dict.fromkeys(reasons))
                return Drawing(drawing.geometry, drawing.method, round(drawing.accuracy_km, 1), drawing.note + told)
            drawing = left
        if drawing:
            reasons.append(drawing)
    reason = "; ".join(dict.fromkeys(reasons)) or "文中未写地点 the plan names no place"
    return Drawing(None, Method.NONE, float("nan"), reason)


def _leaves(site: Site, drawing: Drawing, chain: Chain) -> str:
    """Return the reason why a line is not believed: it leaves the region that its places span."""
    geometry = drawing.geometry
    if geometry is None or "Line" not in geometry.geom_type or len(chain.places) < 2:
        return ""
    share = outside_share(geometry, [*chain.places, *section_ends(site)], site.ground)
    if share <= site.assumptions.most_outside_share:
        return ""
    return f"{drawing.note.split(';')[0]}: 有 {share:.0%} 在所述地点范围之外 of it outside the region of its places, 未用 not used"


def _by_crossing(site: Site, chain: Chain) -> Drawing | str:
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


def _by_section(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing section of a 简称 (无岳段, 合枞段) between the two places that it joins."""
    section = re.sub(r"^[东西南北]延", "", section_of(site))
    if not 3 <= len(section) <= 4 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ""
    if site.ground.lookup(section.removesuffix("段"), region=site.region):
        return ""  # 合肥段, 巢湖段: a unit, not a pair
    found = site.ground.section_named(section, site.mode)
    if found is None or not any(_near(found.geometry, p, site.assumptions.name_reach_km) for p in chain.places):
        return ""
    opened = f", {found.opened} 开通" if found.opened else ""
    text = f"沿用已有区段 existing section {section} of {found.name}{opened}{chain.tail}"
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)


def _by_course(site: Site, chain: Chain) -> Drawing | str:
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


def _by_existing_line(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing line of that name, or between the same ends, or past the same places, cut to the section."""
    if BESIDE.search(site.name) or (_ring_side(site) is not None and "联络" in site.name):
        return ""
    places = list(chain.places)
    given = site.assumptions
    found = site.ground.line_named(site.names, site.mode)
    gaps: list[Place] = []
    if found is not None:
        gaps = [place for place in places if not _near(found.geometry, place, given.name_reach_km)]
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
    whole = all(_near(found.geometry, place, given.whole_reach_km) for place in ends)
    if site.work == Work.UPGRADE.value and not whole and _way(site, chain) is not None:
        return ""  # 合六叶: the section of that name is only a part of the way between the ends
    doubtful = [place for place in gaps if _misread(site, place)]
    gaps = [place for place in gaps if place not in doubtful]
    if gaps and site.mode not in {Mode.WATERWAY.value, Mode.ENERGY.value}:
        return _extended(site, found, gaps, chain)
    geometry, trimmed = _trimmed(site, found, [place for place in places if place not in doubtful])
    geometry, note = cut_to_section(site, geometry, places)
    if "not cut" in note and len(places) > 1 and site.work == Work.UPGRADE.value:
        return f"{found.name}{note}"
    opened = f", {found.opened} 开通" if found.opened else ""
    unused = f"; 未用地点 places not used: {joined_names([*doubtful, *gaps])}" if doubtful or gaps else ""
    text = f"沿用已有线路 existing line {found.name}{opened}{trimmed}{note}{unused}{chain.tail}"
    return Drawing(geometry, Method.NETWORK, found.accuracy_km, text)


def _misread(site: Site, place: Place) -> bool:
    """Whether a place far from the line that bears the project's name is a 简称 read doubtfully."""
    return "ambiguous_place" in site.flags and not any(place.name in name for name in site.names)


def _trimmed(site: Site, found: Existing, places: Sequence[Place]) -> tuple[BaseGeometry, str]:
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


def _near(geometry: BaseGeometry, place: Place, reach_km: float) -> bool:
    """Whether a line comes near a place, or the place is so large that nearness says nothing."""
    if place.level == "province" or place.accuracy_km > reach_km:
        return True
    on = nearest_points(geometry, shapely.Point(place.lon, place.lat))[0]
    return distance_km(place.lon, place.lat, on.x, on.y) <= reach_km


def _way(site: Site, chain: Chain) -> LineString | None:
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


def _by_existing_way(site: Site, chain: Chain) -> Drawing | str:
    """Follow the existing network between the places of an upgrade."""
    way = _way(site, chain) if site.work == Work.UPGRADE.value else None
    if way is None:
        return ""
    geometry, note = cut_to_section(site, way, chain.places)
    text = f"沿已有路网 along the existing network {joined_names(chain.places)}{note}{chain.tail}"
    return Drawing(geometry, Method.NETWORK, 3.0, text)


def _ring_side(site: Site) -> str | None:
    """Return the side of a bypass (西绕), "" for a whole ring, None for what is no ring."""
    match = _RING.search(site.name)
    if match is None:
        return "" if site.kind == "ring_road" else None
    return match[1] or ""


def _by_ring(site: Site, chain: Chain) -> Drawing | str:
    """Draw a ring road or a bypass around its city: a circle of the usual radius, along the shore of lakes."""
    side = _ring_side(site)
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


def _by_second(site: Site, chain: Chain) -> Drawing | str:
    """Draw a second line beside the first, not on it."""
    if not _SECOND.search(site.name) or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return ""
    given = site.assumptions
    first = [_SECOND.sub("", name) for name in site.names]
    first += [name + tail for name in first for tail in ({"rail": "高铁"}.get(site.mode, "高速"),)]
    # The way through all its places says more than a line of the name that misses some of them.
    found = site.ground.line_named(first, site.mode)
    if found is not None and not all(_near(found.geometry, p, given.name_reach_km) for p in chain.places[1:-1]):
        found = None
    if found is not None:
        base, name = _trimmed(site, found, chain.places)[0], found.name
    elif (way := _way(site, chain)) is not None:
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


def _by_extension(site: Site, chain: Chain) -> Drawing | str:
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


def _by_branch(site: Site, chain: Chain) -> Drawing | str:
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
            return Drawing(shapely.Point(end.lon, end.lat), Method.POINT, _radius_km(site, end), text)
        return _spur(site, trunk.geometry, end, trunk.name, trunk.accuracy_km, chain)
    if site.mode == Mode.RAIL.value and "进港" in site.name and len(chain.places) == 1:
        port = chain.places[0]
        rails = site.ground.lines[Mode.RAIL.value]
        near = rails[rails["kind"] == "conventional_rail"]
        return _spur(site, shapely.union_all(near.geometry.to_numpy()), port, "既有铁路", 3.0, chain)
    return ""


def _spur(site: Site, trunk: BaseGeometry, end: Place, name: str, accuracy_km: float, chain: Chain) -> Drawing | str:
    on = nearest_points(trunk, shapely.Point(end.lon, end.lat))[0]
    if distance_km(on.x, on.y, end.lon, end.lat) < 0.5:
        return ""
    piece = leg(site, (on.x, on.y), (end.lon, end.lat))
    text = f"自{name}最近处至{end.name} from the nearest point of {name}{piece.note}{chain.tail}"
    return Drawing(piece.line, Method.STRAIGHT, max(piece.accuracy_km, accuracy_km, end.accuracy_km), text)


def _by_places(site: Site, chain: Chain) -> Drawing | str:
    """Draw through the named places."""
    if len(site.places) < 2:
        return ""
    if len(chain.places) < 2:
        return f"地名不足 fewer than two places known{chain.tail}"
    return _through(site, chain, "")


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
    return _radius_km(site, place) if place.level == "province" and place.code != "310000" else place.accuracy_km


def _radius_km(site: Site, place: Place) -> float:
    polygon = site.ground.area_of(place)
    return place.accuracy_km if polygon is None else float(np.sqrt(area_km2(polygon) / np.pi))


def _by_facility(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing or recorded facility of that name, or the one that its place has: station, airport, crossing."""
    if site.kind == "river_crossing":
        return _river_crossing(site, chain)
    found = None
    new_airport = "新机场" in site.name and "迁建" not in site.name
    if not new_airport:
        found = site.ground.facility_named(site.names, site.mode, site.kind)
    if found is None and site.kind == "station":
        found = next((s for name in site.names if (s := site.ground.station_named(name)) is not None), None)
    if found is None and site.kind in {"cargo_airport", "civil_airport"} and not new_airport:
        spelled = [found[0] for _, _, found in site.ground.gazetteer.scan(site.name, region=site.region)]
        airports = (site.ground.civil_airport_of(place) for place in (*chain.places[::-1], *spelled))
        found = next((airport for airport in airports if airport is not None), None)
    if found is None:
        return "新机场, 非现有机场 a new airport, not the existing one" if new_airport else ""
    text = f"已有设施位置 recorded facility {found.name}{chain.tail}"
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)


def _river_crossing(site: Site, chain: Chain) -> Drawing | str:
    """Place a crossing: the recorded one, else where the join of its banks meets the Yangtze, else the nearest bank."""
    found = site.ground.facility_named(site.names, site.mode, site.kind)
    if found is not None:
        text = f"已有设施位置 recorded crossing {found.name}{chain.tail}"
        return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)
    river = site.ground.river
    if not chain.places or river is None:
        return ""
    first, last = chain.places[0], chain.places[-1]
    if first is not last:
        meets = shapely.get_coordinates(
            geodesic_line([(first.lon, first.lat), (last.lon, last.lat)]).intersection(river)
        )
        if len(meets):
            point = shapely.Point(meets[len(meets) // 2])
            accuracy = max(3.0, distance_km(first.lon, first.lat, last.lon, last.lat) * site.assumptions.stray_share)
            return Drawing(point, Method.POINT, accuracy, f"{joined_names([first, last])}连线过江处 meets the Yangtze")
    if first.kind == "bridge":
        return ""
    near = site.ground.crossing_near((first.lon, first.lat), site.mode, site.assumptions.crossing_reach_km)
    if near is not None:
        text = f"{first.name}附近已知过江点 recorded crossing near it: {near.name}{chain.tail}"
        return Drawing(near.geometry, Method.NETWORK, near.accuracy_km + 2.0, text)
    return ""


def _by_point_or_area(site: Site, chain: Chain) -> Drawing | str:
    """Fall back to the one place, or the region, that the plan names."""
    lost = f"未找到地名 not in the gazetteer: {'、'.join(chain.missing)}" if chain.missing else ""
    if not chain.places:
        return "; ".join([*([lost] if lost else []), *chain.notes])
    place = chain.places[0]
    polygon = site.ground.area_of(place)
    if site.is_line and site.mode not in UNSITED_MODES and polygon is not None:
        text = f"走向未知, 仅知区域 route unknown, only the region {place.full_name}{chain.tail}"
        return Drawing(polygon, Method.AREA, _radius_km(site, place), text)
    point = shapely.Point(place.lon, place.lat)
    return Drawing(point, Method.POINT, _radius_km(site, place), f"以地点代表 at {place.full_name}{chain.tail}")


def _feature(record: Mapping[Hashable, object], drawing: Drawing) -> dict[str, object]:
    is_line = drawing.geometry is not None and "Line" in drawing.geometry.geom_type
    return {
        "feature_id": record["project_id"],
        "origin": "project",
        **{
            key: record[key]
            for key in ("name", "mode", "kind", "work", "status", "opening_year", "documents", "clauses")
        },
        "drawn_by": drawing.method,
        "accuracy_km": drawing.accuracy_km,
        "siting_note": drawing.note,
        "length_km": round(length_km(drawing.geometry), 3) if is_line else float("nan"),
        "route_length_km": float("nan"),
        "opening_month": "",
        "closing_month": "",
        "speed_km_h": float("nan"),
        "source": record["documents"],
        "grade": "",
    }


def _known_regions(regions: Sequence[str] | None, ground: Ground) -> tuple[str, ...]:
    known = [region for region in regions or () if region and ground.lookup(region)]
    return tuple(dict.fromkeys(known)) if known else ("上海市", "江苏省", "浙江省", "安徽省")


def drawn_counts(features: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield how many features were drawn by each method, best first."""
    counts = features["drawn_by"].astype(str).value_counts()
    for method in Method:
        if counts.get(method.value):
            yield method.value, int(counts[method.value])
