"""A drawing as runs between ends that a route is sought for, and the routes that were found as one geometry."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import substring

from geo.geodesy import distance_km, length_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry import LineString
    from shapely.geometry.base import BaseGeometry

    from layers.osm_matching.chaining import Route
    from layers.osm_matching.wanted import MatchAssumptions, Wanted

__all__ = ["end_of", "legs_of", "reach_km", "routes_geometry"]


def end_of(leg: LineString, at: int) -> tuple[float, float]:
    """Return lon, lat of the first (0) or last (-1) point of a run."""
    x, y = leg.coords[at][:2]
    return x, y


def legs_of(geometry: BaseGeometry) -> list[LineString]:
    """Return the runs of a drawing between its ends; a ring in three, or its ends would be one."""
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString" and part.length > 0.0]
    out: list[LineString] = []
    for part in parts:
        (ax, ay), (bx, by) = part.coords[0][:2], part.coords[-1][:2]
        if distance_km(ax, ay, bx, by) > 0.3 * length_km(part):
            out.append(part)
            continue
        cuts = np.linspace(0.0, part.length, 4)
        out += [
            piece for a, b in itertools.pairwise(cuts.tolist()) for piece in shapely.get_parts(substring(part, a, b))
        ]
    longest = max((length_km(part) for part in out), default=0.0)
    return [part for part in out if length_km(part) > 0.02 * longest]


def reach_km(wanted: Wanted, given: MatchAssumptions) -> float:
    """Return how far from its route an end of a drawing may be: by its accuracy, but no large share of its length."""
    reach = max(wanted.accuracy_km * given.band_accuracy, given.least_reach_km)
    share = max(given.reach_share * length_km(wanted.geometry), given.least_reach_km)
    return min(reach, share, given.most_reach_km)


def routes_geometry(routes: Sequence[Route]) -> BaseGeometry:
    """Return routes as lines, without vertices that move them by less than five metres."""
    lines = [shapely.simplify(shapely.LineString(route.coords), 0.00005) for route in routes]
    return lines[0] if len(lines) == 1 else shapely.line_merge(shapely.MultiLineString(lines))
