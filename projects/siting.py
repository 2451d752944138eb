"""
A geometry for every project, by the best rung of a ladder, graded by how precise it is; nothing is dropped.

``user`` a planner's own line → ``network`` the existing line or facility of that name, or the existing way between the
ends of an upgrade, cut to the section → ``nodes`` through three or more named places → ``straight`` between two ends →
``point`` one place → ``area`` only a region is known → ``none`` with the reason.
"""

from __future__ import annotations

import itertools
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString
from shapely.ops import nearest_points, substring

from geo.errors import PlanningError, SchemaError
from geo.geodesy import area_km2, distance_km, geodesic_line, length_km
from layers.schema import FEATURES, Method, Mode, Work
from projects.ground import Existing, Ground, default_ground
from projects.schema import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["SitingAssumptions", "site_projects"]

log = logging.getLogger(__name__)

POINT_KINDS = frozenset(
    "station lock port port_berth shipping_hub civil_airport cargo_airport general_airport emergency_air_base lng_terminal "
    "pumped_storage power_plant substation converter_station river_crossing integrated_energy uhv_hub wind_farm "
    "solar_plant nuclear_plant gas_storage".split()
)
"""Kinds that are a place, not a line."""

UNSITED_MODES = frozenset({Mode.OTHER.value})
"""Modes that tongtu registers but does not draw as lines: a point or an area is enough."""


BESIDE = re.compile(r"复线|二通道|第二|联络线|支线|连接线|延伸|延长|[东西南北]延")
"""Words that say a project is beside or beyond the line of the name, not on it."""


@dataclass(frozen=True)
class SitingAssumptions:
    """What is assumed when a geometry is made. Kilometres unless the name says otherwise."""

    stray_share: float = 0.12  # how far a line strays from the straight join of its ends, share of their distance
    name_reach_km: float = 45.0  # a line of the same name that passes farther from a named place is another line
    section_reach_km: float = 30.0  # a named end of a section may be this far from the line that it cuts
    access_reach_km: float = 35.0  # an upgrade's end may be this far from the network
    most_detour: float = 1.6  # an existing way longer than this many times the straight join is not the one meant
    candidates: int = 4  # readings of an ambiguous name that are tried


@dataclass(frozen=True)
class Drawing:
    """A geometry and how it came about."""

    geometry: BaseGeometry | None
    method: Method
    accuracy_km: float
    note: str


@dataclass(frozen=True)
class Site:
    """One project on its way up the ladder."""

    project_id: str
    name: str
    names: tuple[str, ...]
    mode: str
    kind: str
    work: str
    places: tuple[str, ...]
    section: str
    region: tuple[str, ...]
    ground: Ground
    assumptions: SitingAssumptions

    @property
    def is_line(self) -> bool:
        """Whether the kind is a line rather than a place."""
        return self.kind not in POINT_KINDS


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
        A planner's own geometries with a column ``project_id`` (or ``feature_id``), any known CRS.
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
    own = _user_geometries(user_lines)
    context = _known_regions(regions, ground)
    rows: list[dict[str, object]] = []
    geometries: list[BaseGeometry | None] = []
    records = projects.sort_values("project_id", ignore_index=True).to_dict("records")
    for done, record in enumerate(records, 1):
        site = _site(record, context, ground, assumptions)
        drawing = _climb(site, own)
        rows.append(_feature(record, drawing))
        geometries.append(drawing.geometry)
        if progress is not None:
            progress(done, len(records))
    table = pd.DataFrame(rows, columns=FEATURES.names) if rows else FEATURES.empty()
    features = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=FEATURES.crs), crs=FEATURES.crs)
    return FEATURES.validate(FEATURES.coerce(features)[[*FEATURES.names, "geometry"]])


def _site(
    record: Mapping[Hashable, object], region: tuple[str, ...], ground: Ground, assumptions: SitingAssumptions
) -> Site:
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
    )


def _climb(site: Site, own: dict[str, BaseGeometry]) -> Drawing:
    """Try the rungs, best first; the reasons of those that failed become the note of what is left."""
    if site.project_id in own:
        return Drawing(own[site.project_id], Method.USER, 0.0, "用户提供的几何 user's own geometry")
    rungs = (_by_existing_line, _by_existing_way, _by_places) if site.is_line else (_by_facility,)
    reasons: list[str] = []
    for rung in (*rungs, _by_point_or_area):
        try:
            drawing = rung(site)
        except PlanningError as error:
            drawing = str(error)
        if isinstance(drawing, Drawing):
            return drawing
        if drawing:
            reasons.append(drawing)
    return Drawing(
        None, Method.NONE, float("nan"), "; ".join(dict.fromkeys(reasons)) or "文中未写地点 the plan names no place"
    )


def _by_existing_line(site: Site) -> Drawing | str:
    """Use the existing line of that name, or between the same ends, cut to the section."""
    if BESIDE.search(site.name):
        return ""
    chain, _ = _chain(site)
    found = site.ground.line_named(site.names, site.mode)
    gaps: list[Place] = []
    if found is not None:
        gaps = [place for place in chain if not _near(found.geometry, place, site.assumptions.name_reach_km)]
        if gaps and len(gaps) == len(chain):
            found = None
    if found is None and len(chain) > 1:
        found, gaps = site.ground.line_joining(chain, site.mode), []
    if found is None:
        return ""
    if gaps:
        return _extended(site, found, gaps)
    geometry, note = _cut(site, found.geometry)
    opened = f", {found.opened} 开通" if found.opened else ""
    return Drawing(
        geometry, Method.NETWORK, found.accuracy_km, f"沿用已有线路 existing line {found.name}{opened}{note}"
    )


def _extended(site: Site, found: Existing, gaps: Sequence[Place]) -> Drawing | str:
    """Use the part of a line that is there, and join the places that it does not reach yet."""
    parts = list(shapely.get_parts(found.geometry))
    whole = found.geometry
    accuracy = found.accuracy_km
    for place in gaps:
        ends = [point for part in parts for point in (part.coords[0], part.coords[-1])]
        end = min(ends, key=lambda point: (distance_km(point[0], point[1], place.lon, place.lat), point))
        gap_km = distance_km(end[0], end[1], place.lon, place.lat)
        if gap_km > length_km(found.geometry):
            return ""
        parts.append(geodesic_line([(end[0], end[1]), (place.lon, place.lat)]))
        whole = shapely.line_merge(shapely.MultiLineString(parts))
        accuracy = max(accuracy, gap_km * site.assumptions.stray_share)
    geometry, note = _cut(site, whole)
    text = f"已有部分 the part of {found.name} that is there, 直连至 and straight to {_joined(gaps)}{note}"
    return Drawing(geometry, Method.NODES, round(accuracy, 1), text)


def _near(geometry: BaseGeometry, place: Place, reach_km: float) -> bool:
    """Whether a line comes near a place, or the place is so large that nearness says nothing."""
    if place.level == "province" or place.accuracy_km > reach_km:
        return True
    on = nearest_points(geometry, shapely.Point(place.lon, place.lat))[0]
    return distance_km(place.lon, place.lat, on.x, on.y) <= reach_km


def _by_existing_way(site: Site) -> Drawing | str:
    """Follow the existing network between the places of an upgrade."""
    if (
        site.work != Work.UPGRADE.value
        or len(site.places) < 2
        or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}
    ):
        return ""
    chain, _ = _chain(site)
    if len(chain) < 2:
        return ""
    parts = []
    for a, b in itertools.pairwise(chain):
        way = site.ground.way_between(
            site.mode, (a.lon, a.lat), (b.lon, b.lat), reach_km=site.assumptions.access_reach_km
        )
        straight = distance_km(a.lon, a.lat, b.lon, b.lat)
        if way is None or length_km(way) > site.assumptions.most_detour * straight:
            return ""
        parts.append(way)
    geometry, note = _cut(site, shapely.line_merge(shapely.MultiLineString(parts)) if len(parts) > 1 else parts[0])
    return Drawing(geometry, Method.NETWORK, 3.0, f"沿已有路网 along the existing network {_joined(chain)}{note}")


def _by_places(site: Site) -> Drawing | str:
    """Draw through the named places."""
    if len(site.places) < 2:
        return ""
    chain, missing = _chain(site)
    lost = f"; 未找到 not found: {'、'.join(missing)}" if missing else ""
    if len(chain) < 2:
        return f"地名不足 fewer than two places known{lost}"
    points = [(place.lon, place.lat) for place in chain]
    if len(set(points)) < 2:
        return f"两端同点 both ends at one point{lost}"
    line = geodesic_line(points)
    spacing = max(distance_km(*a, *b) for a, b in itertools.pairwise(points))
    accuracy = max(spacing * site.assumptions.stray_share, *(place.accuracy_km for place in chain))
    method = Method.NODES if len(chain) > 2 else Method.STRAIGHT
    geometry, note = _cut(site, line)
    how = "经由各点 through" if method is Method.NODES else "两端直连 straight between"
    return Drawing(geometry, method, round(accuracy, 1), f"{how} {_joined(chain)}{lost}{note}")


def _by_facility(site: Site) -> Drawing | str:
    """Use the existing or recorded facility of that name: port, lock, airport, terminal, crossing."""
    found = site.ground.facility_named(site.names, site.mode)
    if found is None:
        return ""
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, f"已有设施位置 recorded facility {found.name}")


def _by_point_or_area(site: Site) -> Drawing | str:
    """Fall back to the one place, or the region, that the plan names."""
    chain, missing = _chain(site)
    lost = f"未找到地名 not in the gazetteer: {'、'.join(missing)}" if missing else ""
    if not chain:
        return lost
    place = chain[0]
    polygon = site.ground.area_of(place)
    tail = f"; {lost}" if lost else ""
    if site.is_line and site.mode not in UNSITED_MODES and polygon is not None:
        radius = float(np.sqrt(area_km2(polygon) / np.pi))
        return Drawing(
            polygon,
            Method.AREA,
            round(radius, 1),
            f"走向未知, 仅知区域 route unknown, only the region {place.full_name}{tail}",
        )
    accuracy = place.accuracy_km if polygon is None else float(np.sqrt(area_km2(polygon) / np.pi))
    return Drawing(
        shapely.Point(place.lon, place.lat), Method.POINT, round(accuracy, 1), f"以地点代表 at {place.full_name}{tail}"
    )


def _chain(site: Site) -> tuple[list[Place], list[str]]:
    """
    Resolve the places in order; of several readings the one that makes the shortest line is taken.

    A "place" that is a line (中俄东线, 长江) becomes the point of that line nearest to the next place.
    """
    readings: list[list[Place]] = []
    missing: list[str] = []
    lines: dict[int, Existing] = {}
    for name in site.places:
        found = site.ground.lookup(name, region=site.region)[: site.assumptions.candidates]
        line = _line_meant(site, name, found)
        if line is not None:
            lines[len(readings)] = line
            readings.append([])
        elif found:
            readings.append(
                [site.ground.station_of(place) if site.mode == Mode.RAIL.value else place for place in found]
            )
        else:
            missing.append(name)
    chain = _shortest([reading for reading in readings if reading])
    for at in sorted(lines):
        if chain:
            beside = chain[min(at, len(chain) - 1)] if at < len(chain) else chain[-1]
            chain.insert(at, _foot(lines[at], beside))
    smaller = [place for place in chain if place.level != "province"]
    # 安徽—浙江—合肥: a province says where a line goes, not where it runs; two nearer places are better without it.
    return (smaller if site.is_line and len(smaller) > 1 else chain), missing


def _line_meant(site: Site, name: str, found: Sequence[Place]) -> Existing | None:
    """Return the line that a "place" names: a river for a channel, a trunk line for its branch."""
    if site.mode == Mode.WATERWAY.value or any(place.kind == "river" for place in found):
        return site.ground.line_named([name], Mode.WATERWAY.value)
    return site.ground.line_named([name], site.mode) if name.endswith("线") or not found else None


def _foot(line: Existing, place: Place) -> Place:
    """Return the point of a line that is nearest to a place, as a place."""
    on = nearest_points(line.geometry, shapely.Point(place.lon, place.lat))[0]
    return replace(
        place,
        name=line.name,
        full_name=line.name,
        kind="line",
        level="place",
        lon=on.x,
        lat=on.y,
        accuracy_km=line.accuracy_km,
    )


def _shortest(readings: list[list[Place]]) -> list[Place]:
    """Choose a reading of each name so that the line is shortest; an earlier reading is worth 100 km (dynamic programme)."""
    if not readings:
        return []
    worth_km = 100.0
    costs = [rank * worth_km for rank in range(len(readings[0]))]
    back: list[list[int]] = []
    for before, after in itertools.pairwise(readings):
        step = [[costs[i] + distance_km(a.lon, a.lat, b.lon, b.lat) for i, a in enumerate(before)] for b in after]
        back.append([int(np.argmin(row)) for row in step])
        costs = [min(row) + rank * worth_km for rank, row in enumerate(step)]
    at = int(np.argmin(costs))
    chosen = [readings[-1][at]]
    for previous, choice in zip(reversed(readings[:-1]), reversed(back), strict=True):
        at = choice[at]
        chosen.append(previous[at])
    return chosen[::-1]


def _cut(site: Site, geometry: BaseGeometry) -> tuple[BaseGeometry, str]:
    """Cut a line to the section that the project names: between two places, or inside an area."""
    section = re.sub(r"段$", "", site.section.strip("()（） "))
    if not section:
        return geometry, ""
    ends = [end for end in re.split(r"[—–-]|至", section) if end]
    if len(ends) == 2:
        found = [site.ground.lookup(end, region=site.region) for end in ends]
        if all(found):
            piece = _between(geometry, found[0][0], found[1][0], site.assumptions.section_reach_km)
            if piece is not None:
                return piece, f"; 截取 cut to {site.section}"
    for place in site.ground.lookup(section, region=site.region):
        polygon = site.ground.area_of(place)
        if polygon is not None:
            piece = _lines_of(geometry.intersection(polygon))
            if not piece.is_empty:
                return piece, f"; 截取 cut to {site.section}"
    return geometry, f"; 区段未能截取 section not cut: {site.section}"


def _between(geometry: BaseGeometry, a: Place, b: Place, reach_km: float) -> BaseGeometry | None:
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    if not isinstance(merged, LineString):
        return None
    at = [merged.project(shapely.Point(p.lon, p.lat)) for p in (a, b)]
    for place, where in zip((a, b), at, strict=True):
        on = merged.interpolate(where)
        if distance_km(place.lon, place.lat, on.x, on.y) > reach_km:
            return None
    piece = substring(merged, min(at), max(at))
    return piece if piece.geom_type == "LineString" and piece.length > 0 else None


def _lines_of(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]
    return shapely.MultiLineString(parts) if len(parts) > 1 else parts[0] if parts else shapely.LineString()


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


def _user_geometries(lines: gpd.GeoDataFrame | None) -> dict[str, BaseGeometry]:
    if lines is None or lines.empty:
        return {}
    key = next((name for name in ("project_id", "proj_id", "feature_id", "feat_id") if name in lines), None)
    if key is None:
        message = f"the user's lines have no column project_id; found {', '.join(map(str, lines.columns))}"
        raise SchemaError(message)
    if lines.crs is None:
        from geo.errors import CrsError

        message = "the user's lines have no coordinate system; write one into the file (EPSG:4490 for CGCS2000)"
        raise CrsError(message)
    drawn = lines.to_crs(FEATURES.crs)
    drawn = drawn[~(drawn.geometry.isna() | drawn.geometry.is_empty)]
    return dict(zip(drawn[key].astype(str), drawn.geometry, strict=True))


def _known_regions(regions: Sequence[str] | None, ground: Ground) -> tuple[str, ...]:
    known = [region for region in regions or () if region and ground.lookup(region)]
    return (
        tuple(dict.fromkeys([*known, "上海市", "江苏省", "浙江省", "安徽省"]))
        if not known
        else tuple(dict.fromkeys(known))
    )


def _joined(chain: Sequence[Place]) -> str:
    return "—".join(place.name for place in chain)


def drawn_counts(features: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield how many features were drawn by each method, best first."""
    counts = features["drawn_by"].astype(str).value_counts()
    for method in Method:
        if counts.get(method.value):
            yield method.value, int(counts[method.value])
