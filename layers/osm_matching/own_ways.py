"""The ways that bear the name or the number of a drawn line, are of its class, and of a stage that can be its."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.osm_matching.candidates import Candidates, RowClass, wanted_class
from layers.osm_matching.measures import distances_km, points_along
from layers.osm_matching.names import LineName, name_agreement
from layers.schema import Mode, Status, Work

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.osm_matching.wanted import MatchAssumptions, Wanted

__all__ = ["OwnWays", "not_beside", "own_ways", "status_fits"]


@dataclass(frozen=True)
class OwnWays:
    """
    Ways that bear the wanted name or number.

    Parameters
    ----------
    quality : dict of row to float
        How well name or number agree, 0-1.
    by : dict of row to str
        ``name``, ``ref`` or ``name+ref``.
    other_class : bool
        Whether ways of that name or number were left out for their class.
    """

    quality: dict[int, float]
    by: dict[int, str]
    other_class: bool


def own_ways(wanted: Wanted, candidates: Candidates, near: NDArray[np.int64]) -> OwnWays:
    """
    Return the ways that bear the name or number of a drawn line, those of another class or an impossible stage left out.

    Parameters
    ----------
    wanted : Wanted
    candidates : Candidates
    near : ndarray of int64
        Rows to look at.
    """
    quality: dict[int, float] = {}
    by: dict[int, str] = {}
    other_class = False
    for row in near.tolist():
        if candidates.row_class(row) == RowClass.RAMP:
            continue  # bears the road's number, and is not on it
        named = max((_agree(wanted, name, candidates.row_class(row)) for name in candidates.names(row)), default=0.0)
        numbered = _number_quality(wanted.refs & candidates.refs(row))
        if not (named or numbered) or not status_fits(wanted, str(candidates.status[row])):
            continue
        fits = _class_fits(wanted, candidates.row_class(row), max(named, numbered))
        if not fits or (named < 0.0 and not numbered):
            other_class = True
            continue
        quality[row] = max(named, numbered) * fits
        by[row] = "name+ref" if named > 0.0 and numbered else "name" if named > 0.0 else "ref"
    return OwnWays(quality, by, other_class)


def _agree(wanted: Wanted, found: LineName, row_class: str) -> float:
    """Return how well a way's name agrees, -1 where it is the name of a line of another class (宁芜城际, 宁芜线)."""
    best = 0.0
    for name in wanted.names:
        agrees = name_agreement(name, found, wanted.ends, wanted.marks)
        if not agrees:
            continue
        families = {name.family, found.family}
        metro = "metro" in families and len(families - {"metro", ""}) > 0
        sure = row_class == RowClass.FAST
        slow = name.family == "fast" and found.family == "plain" and not sure
        old = wanted_class(wanted.mode, wanted.kind) == RowClass.PLAIN and found.family == "fast"
        best = max(best, agrees) if not (metro or slow or old) else (best or -1.0)
    return best


def _number_quality(shared: frozenset[str]) -> float:
    if not shared:
        return 0.0
    return 0.9 if any(ref.startswith("G") for ref in shared) else 0.8


def _class_fits(wanted: Wanted, row_class: str, quality: float) -> float:
    """Return a factor for the class of a way, 0 where it is another than the wanted."""
    asked = wanted_class(wanted.mode, wanted.kind)
    if asked == RowClass.EXPRESSWAY and row_class == RowClass.ROAD:
        return 0.9 if quality == 1.0 else 0.0  # 南京绕城公路 is no motorway, but of that very name
    if wanted.mode == Mode.HIGHWAY.value:
        return 1.0 if row_class == asked else 0.0
    if RowClass.METRO in {asked, row_class}:
        return 1.0 if asked == row_class else 0.9 if wanted.kind == "suburban_rail" else 0.0
    if RowClass.ANY in {asked, row_class}:
        return 0.95 if asked != row_class else 1.0
    return 1.0 if asked == row_class else 0.0


def status_fits(wanted: Wanted, status: str) -> bool:
    """Whether a stage in OpenStreetMap can be that of the line: what exists is in use, and works are on what is built."""
    if wanted.origin == "network" or wanted.status == Status.OPERATING.value:
        return status == Status.OPERATING.value
    if wanted.work == Work.UPGRADE.value or wanted.in_network:
        return status in {Status.OPERATING.value, Status.UNDER_CONSTRUCTION.value}
    return True


def not_beside(candidates: Candidates, own: OwnWays, geometry: BaseGeometry, given: MatchAssumptions) -> OwnWays:
    """Return the own ways that are neither used by a route nor its other track."""
    rows = list(own.quality)
    points, way = points_along(candidates.geometry[rows], 0.5)
    far = np.isfinite(distances_km(points, geometry, most_km=given.beside_km))
    share = np.bincount(way, weights=far, minlength=len(rows)) / np.maximum(np.bincount(way, minlength=len(rows)), 1)
    rest = {row: own.quality[row] for row, near in zip(rows, share, strict=True) if near < 0.5}
    return OwnWays(rest, {row: own.by[row] for row in rest}, own.other_class)
