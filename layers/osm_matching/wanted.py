"""What is looked for in OpenStreetMap, what makes a route the drawn line, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.osm_matching.names import LineName
    from layers.osm_matching.schema import Decision

__all__ = ["Match", "MatchAssumptions", "Wanted"]


@dataclass(frozen=True)
class MatchAssumptions:
    """What makes a route of OpenStreetMap the drawn line. Kilometres unless the name says otherwise."""

    gap_km: float = 0.5  # a hole up to this is joined straight, and reported
    most_gaps_share: float = 0.02  # of the route may be such holes
    seek_gap_km: float = 20.0  # holes up to this are jumped to see how much of a line is there; they make it partial
    most_other_share: float = (
        0.15  # of the route may run on ways without the name or number (bridges, shared stretches)
    )
    most_other_km: float = 12.0  # and this much of it in one stretch
    band_accuracy: float = 1.5  # a route may leave the drawing by this many times its accuracy ...
    band_km: float = 3.0  # ... and this
    most_off_course: float = 0.1  # of the route may lie farther off
    median_km: float = 1.5  # half of it may lie farther than the drawing's accuracy by this: drawings err, too
    precise_km: float = 6.0  # drawings of this accuracy and better also bound ends and length tightly
    least_reach_km: float = 2.0  # an end may be this far from the route at least,
    most_reach_km: float = 15.0  # and this far at most,
    reach_share: float = 0.15  # and this share of the drawn length
    precise_length: tuple[float, float] = (0.93, 1.2)  # length over that of a precise drawing
    rough_length: tuple[float, float] = (0.75, 1.5)  # and of a rough one
    published_length: tuple[float, float] = (0.9, 1.1)  # and over a published length
    beside_km: float = 0.3  # ways this near to a route are its other track or carriageway
    apart_km: float = 0.6  # a second route is another where it lies farther off than this ...
    apart_share: float = 0.3  # ... for this share of its length
    least_score: float = 0.6
    least_lead: float = 0.08  # score by which the better of two routes must lead
    least_coverage: float = 0.98  # below this a route is partial, and the drawing stays
    new_since: int = 2018  # what opened before is not what a plan calls new; as projects.sites.drawing
    built_km: float = 0.1  # accuracy of a mapped line in use: what separates its tracks from the middle
    building_km: float = 0.5  # of one under construction: traced from a scar in a picture; assumed
    planned_km: float = 3.0  # of one that is only planned: sketched from a plan's figure; assumed
    stray_share: float = (
        0.13  # of a hole that is joined straight: how far the line may stray there; as projects.sites.drawing
    )
    stage_share: float = 0.1  # a route of which this much is at an early stage has its accuracy
    rough_factor: float = 0.9  # of the score where OpenStreetMap is in operation and the plan only prepares


@dataclass(frozen=True)
class Wanted:
    """
    A drawn line that is looked for.

    Parameters
    ----------
    feature_id, origin, name, mode, kind, work, status : str
        As contract ``layers.schema.FEATURES``.
    geometry : LineString or MultiLineString, EPSG:4326
    accuracy_km : float
    drawn_by : Method
    names : tuple of LineName
        Its own, aliases, and those of the existing lines that it is drawn on.
    refs : frozenset of str
    ends : tuple of str
        Names of its places in order.
    marks : tuple of frozenset of str
        Characters that stand for each place in a 简称; empty for the first of each name.
    places : tuple of Polygon or MultiPolygon, EPSG:4326
        Areas on its way, which the route has to touch.
    route_length_km : float
    in_network : bool
        Whether it is a line that exists, or drawn on one.
    """

    feature_id: str
    origin: str
    name: str
    mode: str
    kind: str
    work: str
    status: str
    geometry: BaseGeometry
    accuracy_km: float
    drawn_by: str
    names: tuple[LineName, ...] = ()
    refs: frozenset[str] = frozenset()
    ends: tuple[str, ...] = ()
    marks: tuple[frozenset[str], ...] = ()
    places: tuple[BaseGeometry, ...] = ()
    route_length_km: float = float("nan")
    in_network: bool = False


@dataclass(frozen=True)
class Match:
    """
    What was found for a drawn line.

    Parameters
    ----------
    decision : Decision
    reasons : tuple of str
        Codes of ``layers.osm_matching.schema.REASONS``.
    geometry : LineString, MultiLineString or None
        The route, also where it is not taken.
    score : float
        NaN where there is no route.
    evidence : dict
        Columns of ``OSM_MATCHES``.
    rows : tuple of int
        Rows of the ways used.
    """

    decision: Decision
    reasons: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    score: float = float("nan")
    evidence: dict[str, object] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
