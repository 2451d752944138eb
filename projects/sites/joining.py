"""An existing line in pieces made whole: over the network that joins them, or with new pieces where nothing does."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import shapely

from geo.geodesy import distance_km, length_km
from layers.schema import Mode, Work
from layers.siting_notes import note
from projects.sites.drawing import leg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from projects.sites.drawing import Reasons, Site

__all__ = ["free_ends", "joined", "without_spurs"]

TOUCHING_DEG = 1e-4
"""Pieces this near are one: about 10 m."""


def joined(site: Site, geometry: BaseGeometry) -> tuple[BaseGeometry, float, Reasons]:
    """
    Join the pieces of a railway or expressway, the nearest two first.

    A gap is closed by the way over the existing network where there is one without a detour (沪陕高速 and 沪蓉高速 share a road
    between 合肥 and 南京), else, for a line that is still being built, by a new piece (连宿高速 between 沭阳 and 灌云).

    Parameters
    ----------
    site : Site
    geometry : LineString or MultiLineString, EPSG:4326

    Returns
    -------
    (geometry, accuracy_km, notes)
        Unchanged, 0 and without notes where nothing is to be joined or can be; the accuracy is that of the new pieces.
    """
    pieces = _pieces(geometry)
    if len(pieces) < 2 or site.mode not in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        return geometry, 0.0, ()
    given = site.assumptions
    accuracy, new_km, ways = 0.0, 0.0, 0
    while len(pieces) > 1:
        gap, i, j, start, end = min(
            (distance_km(*a, *b), i, j, a, b)
            for (i, one), (j, other) in itertools.combinations(enumerate(pieces), 2)
            for a in free_ends(one)
            for b in free_ends(other)
        )
        link: BaseGeometry | None = site.ground.way_between(site.mode, start, end, reach_km=3.0) if gap > 1.0 else None
        if link is not None and length_km(link) <= given.most_detour * gap:
            ways += 1
        elif gap <= 1.0 or (site.work == Work.NEW.value and gap <= given.most_gap_km):
            piece = leg(site, start, end)
            link = piece.line
            accuracy, new_km = max(accuracy, piece.accuracy_km), new_km + length_km(piece.line)
        else:
            break
        both = shapely.line_merge(shapely.union_all([pieces[i], link, pieces[j]]))
        pieces = [piece for k, piece in enumerate(pieces) if k not in {i, j}] + [both]
    notes = [*([note("gaps_way")] if ways else []), *([note("gaps_new", km=round(new_km))] if new_km >= 1.0 else [])]
    whole = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
    return whole, accuracy if new_km >= 1.0 else 0.0, tuple(notes)


def _pieces(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the connected pieces of lines, each with all its branches."""
    parts = list(shapely.get_parts(geometry))
    if len(parts) < 2:
        return parts
    group = list(range(len(parts)))
    for i, j in itertools.combinations(range(len(parts)), 2):
        if group[i] != group[j] and parts[i].distance(parts[j]) <= TOUCHING_DEG:
            old, new = group[j], group[i]
            group = [new if name == old else name for name in group]
    return [
        shapely.line_merge(
            shapely.MultiLineString([part for part, own in zip(parts, group, strict=True) if own == name])
        )
        for name in dict.fromkeys(group)
    ]


def free_ends(geometry: BaseGeometry) -> list[tuple[float, float]]:
    """Return lon, lat of the ends of a line's parts."""
    merged = shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    return [(float(x), float(y)) for part in shapely.get_parts(merged) for x, y in (part.coords[0], part.coords[-1])]


def without_spurs(points: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """
    Return a way without the stretches that it goes out and back again, as it does to the middle of a town.

    Examples
    --------
    >>> without_spurs([(0, 0), (1, 0), (1, 1), (1, 0), (2, 0)])
    [(0, 0), (1, 0), (2, 0)]
    """
    out: list[tuple[float, ...]] = []
    for point in points:
        if len(out) > 1 and out[-2] == point:
            out.pop()
        elif not out or out[-1] != point:
            out.append(point)
    return out
