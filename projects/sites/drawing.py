"""What the rungs of the siting ladder share: the project on its way up, the assumptions, and the drawing that comes out."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import shapely

from geo.geodesy import distance_km, geodesic_line, length_km
from layers.schema import Method, Mode
from layers.siting_notes import SitingNote, note
from projects.sites.corridor import KM_PER_DEGREE, CorridorAssumptions, corridor_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.ground import Ground

__all__ = [
    "BESIDE",
    "POINT_KINDS",
    "Drawing",
    "Leg",
    "Reasons",
    "Site",
    "SitingAssumptions",
    "joined_names",
    "leg",
    "ring_side",
]

Reasons: TypeAlias = tuple[SitingNote, ...]
"""Why a rung draws nothing; empty where it is not meant for the project."""


POINT_KINDS = frozenset(
    "station lock port port_berth shipping_hub civil_airport cargo_airport general_airport emergency_air_base lng_terminal "
    "pumped_storage power_plant substation converter_station river_crossing integrated_energy uhv_hub wind_farm "
    "solar_plant nuclear_plant gas_storage".split()
)
"""Kinds that are a place, not a line."""

BESIDE = re.compile(r"复线|[二三]通道|第二(?!过江)|联络线|支线|连接线|延伸|延长|[东西南北]延")
"""Words that say a project is beside or beyond the line of the name, not on it."""

_POINT_NAME = re.compile(
    r"(机场|车站|[东西南北]站|枢纽|船闸|港|港区|泊位|码头|接收站|电站|电厂|核电.*|机组|风电.*|光伏.*|大桥|隧道|[一二三四]期)(工程|项目|扩能改造)?$"
)
"""Names of places, where the register of another tool or a planner's list gives no kind."""

_RING = re.compile(r"外绕城|绕城|外环|([东西南北])绕")


@dataclass(frozen=True)
class SitingAssumptions:
    """
    What is assumed when a geometry is made. Kilometres unless the name says otherwise.

    The shares and errors of straight and corridor drawings are 90th percentiles of ``benchmarks/siting_accuracy.py``, which
    draws existing lines as if they were unknown, and of ``benchmarks/siting_calibration.py``, which compares such drawings with
    true alignments: high-speed railways, expressways and gas pipelines.
    """

    stray_share: float = 0.13  # how far a line strays from the straight join of its ends, share of their distance
    energy_stray_share: float = 0.18  # the same for pipelines and, for want of a truth of theirs, power lines
    rail_stray_share: float = 0.18  # the same for railways of less than corridor_from_km
    corridor_from_km: float = 60.0  # shorter railways are drawn straight: there the corridor is no better
    corridor_error_km: float = 16.0  # of railways drawn by corridor
    corridor_error_share: float = 0.17  # and at most this share of the distance of their ends
    corridor_long_share: float = 0.12  # and at least this share of it: siting_calibration, 110-300 km
    name_reach_km: float = 45.0  # a line of the same name that passes farther from a named place is another line
    passing_reach_km: float = 20.0  # an existing line that passes both places of a railway this near is that railway
    passing_all_reach_km: float = 30.0  # the same for three places and more
    whole_reach_km: float = 20.0  # an upgrade's line that stays farther from an end is only a part of what is upgraded
    course_reach_km: float = 15.0  # ends this near to a recorded course are on it, and cut it
    section_reach_km: float = 30.0  # a named end of a section may be this far from the line that it cuts
    access_reach_km: float = 35.0  # an upgrade's end may be this far from the network
    crossing_reach_km: float = 12.0  # a road that crosses the Yangtze this near to a recorded crossing uses it
    most_approach: float = 1.35  # a way over other lines to a railway's terminal town, times the straight join
    most_gap_km: float = 90.0  # pieces farther apart than this are left apart where no existing way joins them
    most_detour: float = 1.6  # an existing way longer than this many times the straight join is not the one meant
    candidates: int = 4  # readings of an ambiguous name that are tried
    far_fetched_km: float = (
        600.0  # an expanded 简称 outside the plan's region and its neighbours, this far from the rest
    )
    along_river_km: float = 30.0  # a line of which only its river is known runs within this of it
    beside_km: float = 6.0  # how far a second line runs from the first
    beside_error_km: float = 20.0  # of a second line: assumed, not measured
    extension_km: float = 25.0  # drawn of an extension whose length the plan does not state
    ring_radius_km: float = 15.0  # of a city's first ring road: 合肥, 杭州, 宁波 14-17 km
    outer_ring_radius_km: float = 30.0  # of an outer one: 上海绕城 32, 杭州都市圈环线 38, 南京绕城 23
    ring_error_share: float = 0.4  # of the radius, 90th percentile over the same rings
    new_since: str = "2018"  # what opened before is not what a plan calls new: the first of the plans is of 2019
    most_outside_share: float = 1.0 / 3.0  # of a line may lie outside the region that its places span


@dataclass(frozen=True)
class Drawing:
    """A geometry and how it came about; ``opened`` is the month in which the existing line that it follows opened."""

    geometry: BaseGeometry | None
    method: Method
    accuracy_km: float
    notes: tuple[SitingNote, ...]
    opened: str = ""


@dataclass(frozen=True)
class Site:
    """
    One project on its way up the ladder.

    Parameters
    ----------
    project_id, name, mode, kind, work, section : str
    names : tuple of str
        The name and its aliases.
    places : tuple of str
        Names in order, as the register or, with ``places_from_name``, the project's own name has them.
    region : tuple of str
        Units that are the context of names.
    ground : Ground
    assumptions : SitingAssumptions
    flags : frozenset of str
        Doubts of the register.
    home : tuple of str
        Units of the plans that name it; where it is if nothing else is said.
    places_from_name : bool
    """

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
    flags: frozenset[str] = field(default_factory=frozenset)
    home: tuple[str, ...] = ()
    places_from_name: bool = False

    @property
    def is_line(self) -> bool:
        """Whether the kind, or where a register has none the name, is a line rather than a place."""
        if self.kind:
            return self.kind not in POINT_KINDS
        return self.mode != Mode.AIRPORT.value and not _POINT_NAME.search(self.name)


@dataclass(frozen=True)
class Leg:
    """A piece between two places: its line, how far it may be off, and whether it was led along the ground."""

    line: LineString
    accuracy_km: float
    led: bool
    notes: tuple[SitingNote, ...] = ()


def leg(site: Site, a: tuple[float, float], b: tuple[float, float]) -> Leg:
    """
    Draw a new line between two points by what was measured best for its mode.

    A railway of 60 km or more follows the corridor of towns and existing lines. A road is straight, but goes around lakes
    and over the Yangtze at a recorded crossing. All else is straight.

    Parameters
    ----------
    site : Site
    a, b : (lon, lat), degrees

    Returns
    -------
    Leg
    """
    given = site.assumptions
    km = distance_km(*a, *b)
    if site.mode == Mode.RAIL.value:
        if km < given.corridor_from_km:
            return Leg(geodesic_line([a, b]), km * given.rail_stray_share, led=False)
        error = min(max(given.corridor_error_km, km * given.corridor_long_share), km * given.corridor_error_share)
        return Leg(corridor_line(a, b, site.ground.terrain(site.mode)), error, led=True)
    error = km * (given.energy_stray_share if site.mode == Mode.ENERGY.value else given.stray_share)
    if site.mode != Mode.HIGHWAY.value:
        return Leg(geodesic_line([a, b]), error, led=False)
    over = _over_river(site, a, b)
    points = [a, *over, b]
    around = CorridorAssumptions(rail_gain=0.0, road_gain=0.0, town_gain=0.0, crossing_price_km=0.0, width_share=0.25)
    parts, led = [], False
    for start, end in itertools.pairwise(points):
        line = geodesic_line([start, end])
        if site.ground.lakes is not None and _wet_km(line, site.ground.lakes) > 1.0:
            line, led = corridor_line(start, end, site.ground.terrain(site.mode), assumptions=around), True
        parts.append(line)
    whole = shapely.LineString(list(dict.fromkeys(point for part in parts for point in part.coords)))
    told = (*([note("around_lake")] if led else []), *([note("over_crossing")] if over else []))
    return Leg(whole, error, led, told)


def _over_river(site: Site, a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the recorded crossing that a straight road over the Yangtze uses, in a list; empty without one."""
    river = site.ground.river
    if river is None:
        return []
    meets = shapely.get_coordinates(geodesic_line([a, b]).intersection(river))
    if len(meets) % 2 == 0:  # no change of bank
        return []
    at = meets[len(meets) // 2]
    found = site.ground.crossing_near((float(at[0]), float(at[1])), site.mode, site.assumptions.crossing_reach_km)
    if found is None:
        return []
    point = shapely.get_coordinates(found.geometry)[0]
    return [(float(point[0]), float(point[1]))]


def _wet_km(line: BaseGeometry, lakes: BaseGeometry) -> float:
    wet = line.intersection(lakes)
    return length_km(wet) if not wet.is_empty and wet.length > 0.001 / KM_PER_DEGREE else 0.0


def joined_names(chain: Sequence[Place]) -> str:
    """Return the names of places, joined by a dash."""
    return "—".join(place.name for place in chain)


def ring_side(site: Site) -> str | None:
    """Return the side of a bypass (西绕), "" for a whole ring, None for what is no ring."""
    match = _RING.search(site.name)
    if match is None:
        return "" if site.kind == "ring_road" else None
    return match[1] or ""
