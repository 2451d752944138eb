"""
Whether a route of OpenStreetMap is a drawn line: by name or number, by place, by class and stage, and none of them alone.

A wrong line drawn as exact is worse than a rough one that says so. A route replaces a drawing only where it bears the name or
number, is of the class, reaches both ends, stays within the drawing's accuracy, has about its length and no holes; where a
second route does as well, neither is taken. Score = name × ends × course × length × coverage × stage, each 0-1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import length_km
from layers.osm_matching.candidates import RowClass, wanted_class
from layers.osm_matching.chaining import Chaining, Route
from layers.osm_matching.evidence import names_by_length, only_prepared, stage_reasons
from layers.osm_matching.legs import end_of, legs_of, reach_km, routes_geometry
from layers.osm_matching.measures import distances_km, evenly
from layers.osm_matching.own_ways import OwnWays, not_beside, own_ways, status_fits
from layers.osm_matching.schema import Decision
from layers.osm_matching.wanted import Match, MatchAssumptions, Wanted
from layers.schema import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry import LineString

    from layers.osm_matching.candidates import Candidates

__all__ = ["chosen_route", "match_line"]

LEAST_PART = 0.1
"""Ways of the name beside less than this share of a drawing are no part of it: they cross it, or end at it."""

LEAST_PART = 0.1
"""Ways of the name beside less than this share of a drawing are no part of it: they cross it, or end at it."""


def match_line(wanted: Wanted, candidates: Candidates, *, assumptions: MatchAssumptions | None = None) -> Match:
    """
    Look for a drawn line in OpenStreetMap.

    Parameters
    ----------
    wanted : Wanted
    candidates : Candidates
    assumptions : MatchAssumptions, optional

    Returns
    -------
    Match
        ``replaced`` only where every check holds; the route and its evidence in any case.
    """
    given = assumptions or MatchAssumptions()
    band = given.band_accuracy * wanted.accuracy_km + given.band_km
    near = candidates.near(shapely.simplify(wanted.geometry, 0.002), wanted.mode, (band + 1.0) / 85.0)
    own = own_ways(wanted, candidates, near)
    if not own.quality:
        return Match(Decision.REFUSED, ("other_class",)) if own.other_class else Match(Decision.ABSENT, ("absent",))
    best = _routed(wanted, candidates, own, near, band, given)
    if best is None or best.geometry is None:
        return _unjoined(wanted, candidates, own, band, given)
    rest = not_beside(candidates, own, best.geometry, given)
    free = np.setdiff1d(near, np.asarray(list(own.quality), dtype=np.int64))
    second = _routed(wanted, candidates, rest, free, band, given) if rest.quality else None
    if second is None or second.geometry is None or second.decision is not Decision.REPLACED:
        return best
    if best.decision is not Decision.REPLACED:
        return second
    apart = distances_km(evenly(second.geometry, 1.0), best.geometry)
    if float(np.mean(apart > given.apart_km)) <= given.apart_share:
        return best
    better = _better(best, second, wanted, given)
    if better is not None:
        return better
    told = f"{second.evidence['osm_name'] or second.evidence['osm_ref']} ({np.median(apart):.1f} km)"
    return replace(
        best,
        decision=Decision.AMBIGUOUS,
        reasons=("second_route", *best.reasons),
        evidence=best.evidence | {"second_route": told},
    )


def _better(one: Match, other: Match, wanted: Wanted, given: MatchAssumptions) -> Match | None:
    """
    Return the one of two routes that is the line, None where that cannot be told.

    The better name is; of two that agree as well, one that lies within half the drawing's accuracy while the other lies
    beyond it all. That one of them lies nearer to a rough drawing says nothing.
    """
    lead = float(str(one.evidence["name_score"])) - float(str(other.evidence["name_score"]))
    if abs(lead) >= given.least_lead:
        return one if lead > 0.0 else other
    off = [float(str(match.evidence["median_off_km"])) for match in (one, other)]
    if min(off) <= 0.5 * wanted.accuracy_km and max(off) > wanted.accuracy_km:
        return one if off[0] < off[1] else other
    return None


def chosen_route(wanted: Wanted, candidates: Candidates, osm_ids: Sequence[str]) -> Match:
    """
    Chain the ways that a planner chose, whatever they are called.

    Parameters
    ----------
    wanted : Wanted
    candidates : Candidates
    osm_ids : sequence of str
        As ``way/123``.

    Returns
    -------
    Match
        ``replaced``, or ``refused`` where a way is not in the file or they do not join the ends.
    """
    given = MatchAssumptions()
    ids = set(osm_ids)
    rows = np.flatnonzero(np.isin(candidates.lines["osm_id"].to_numpy(dtype=object).astype(str), sorted(ids)))
    own = OwnWays(dict.fromkeys(rows.tolist(), 1.0), dict.fromkeys(rows.tolist(), "name"), other_class=False)
    found = _chained(wanted, candidates, rows, own, legs_of(wanted.geometry), given) if len(rows) == len(ids) else None
    if not found or any(gap > given.gap_km for route, _ in found for gap in route.gaps_km):
        return Match(Decision.REFUSED, ("user_ways_lost",))
    judged = _judged(wanted, candidates, own, found, given.band_km, given)
    return replace(judged, decision=Decision.REPLACED, reasons=("by_user",))


# ---- a route and its checks ---------------------------------------------------------------------------------------


def _routed(
    wanted: Wanted, candidates: Candidates, own: OwnWays, near: NDArray[np.int64], band: float, given: MatchAssumptions
) -> Match | None:
    """Chain the own ways, with other ways of the class where they alone do not join the ends without a hole."""
    rows = np.asarray(sorted(own.quality), dtype=np.int64)
    legs = legs_of(wanted.geometry)
    first = _chained(wanted, candidates, rows, own, legs, given)
    alone = None if first is None else _judged(wanted, candidates, own, first, band, given)
    if alone is not None and alone.decision is Decision.REPLACED:
        return alone
    asked = wanted_class(wanted.mode, wanted.kind)
    others = [
        row
        for row in near.tolist()
        if asked != RowClass.ROAD  # any lane could join the pieces of a national road
        and row not in own.quality
        and candidates.row_class(row) in {asked, RowClass.ANY, RowClass.RAMP}
        and status_fits(wanted, str(candidates.status[row]))
    ]
    every = np.unique(np.concatenate([rows, np.asarray(others, dtype=np.int64)]))
    both = _chained(wanted, candidates, every, own, legs, given) if others else None
    joined = None if both is None else _judged(wanted, candidates, own, both, band, given)
    return min((one for one in (alone, joined) if one is not None), key=_rank, default=None)


def _rank(match: Match) -> tuple[bool, float, float]:
    """Return the key by which the better of two readings comes first: taken, covering more, of the higher score."""
    return match.decision is not Decision.REPLACED, -float(str(match.evidence["coverage_share"])), -match.score


def _chained(
    wanted: Wanted,
    candidates: Candidates,
    rows: NDArray[np.int64],
    own: OwnWays,
    legs: Sequence[LineString],
    given: MatchAssumptions,
) -> list[tuple[Route, NDArray[np.int64]]] | None:
    """Return a route per leg with the rows of its ways; None where one has none."""
    graph = Chaining(candidates.geometry[rows], [row in own.quality for row in rows.tolist()], given.seek_gap_km)
    reach = reach_km(wanted, given)
    tail = reach if len(legs) == 1 and wanted.accuracy_km > 3.0 and not wanted.in_network else 0.0
    out = []
    for leg in legs:
        route = graph.route(end_of(leg, 0), end_of(leg, -1), tail_km=tail, reach_km=given.most_reach_km)
        if route is None:
            return None
        out.append((route, rows[route.rows]))
    return out or None


def _judged(
    wanted: Wanted,
    candidates: Candidates,
    own: OwnWays,
    found: list[tuple[Route, NDArray[np.int64]]],
    band: float,
    given: MatchAssumptions,
) -> Match:
    """Measure a route against the drawing and decide."""
    routes = [route for route, _ in found]
    rows = np.unique(np.concatenate([used for _, used in found]))
    geometry = routes_geometry(routes)
    km = sum(route.length_km for route in routes)
    drawn_km = length_km(wanted.geometry)
    gaps = sorted((gap for route in routes for gap in route.gaps_km), reverse=True)
    wide = [gap for gap in gaps if gap > given.gap_km]
    reach = reach_km(wanted, given)
    ends = [end for route in routes for end in route.ends_km]
    short = sum(max(0.0, end - reach) for end in ends)
    there = km - sum(wide)
    coverage = there / (km + short) if km + short > 0.0 else 0.0
    off = distances_km(evenly(geometry, 1.0), wanted.geometry)
    course = float(np.mean(off <= band))
    other = sum(route.other_km for route in routes)
    names = names_by_length(candidates, own, rows, given)
    ratio = km / drawn_km if drawn_km > 0.0 else np.inf
    low, high = given.precise_length if wanted.accuracy_km <= given.precise_km else given.rough_length
    published = wanted.route_length_km
    evidence = {
        **names,
        "osm_accuracy_km": max(
            float(str(names["osm_accuracy_km"])), round(given.stray_share * max(gaps, default=0.0), 2)
        ),
        "end_a_km": round(ends[0], 2),
        "end_b_km": round(ends[-1], 2),
        "end_reach_km": round(reach, 2),
        "median_off_km": round(float(np.median(off)), 3),
        "most_off_km": round(float(off.max()), 3),
        "band_km": round(band, 2),
        "on_course_share": round(course, 4),
        "length_km": round(km, 3),
        "drawn_length_km": round(drawn_km, 3),
        "route_length_km": published,
        "coverage_share": round(coverage, 4),
        "gaps": len(gaps),
        "gaps_km": round(sum(gaps), 3),
        "longest_gap_km": round(gaps[0], 3) if gaps else 0.0,
        "gap_at": "|".join(f"{x:.4f} {y:.4f}" for route in routes for x, y in route.gap_at[:3]),
        "other_names_km": round(other, 3),
    }
    partial = [*(["gap"] if wide else []), *(["ends_far"] if max(ends) > reach else [])]
    if sum(gaps) > given.most_gaps_share * km and not wide:
        partial.append("gap")
    refused = stage_reasons(wanted, candidates, rows, own, given)
    if course < 1.0 - given.most_off_course or float(np.median(off)) > wanted.accuracy_km + given.median_km:
        refused.append("off_course")
    if not all(geometry.intersects(place) for place in wanted.places):
        refused.append("misses_place")
    longest = max(route.longest_other_km for route in routes)
    if other > given.most_other_share * km or longest > given.most_other_km:
        refused.append("other_names")
    if not partial:
        refused += [*(["too_short"] if ratio < low else []), *(["too_long"] if ratio > high else [])]
        if np.isfinite(published) and not given.published_length[0] <= km / published <= given.published_length[1]:
            refused.append("too_short" if km < published else "too_long")
    elif ratio > high:
        refused.append("too_long")
    prepares = names["stage"] == Status.OPERATING.value and only_prepared(wanted)
    expected = published if np.isfinite(published) else drawn_km
    score = (
        float(str(names["name_score"]))
        * (1.0 - 0.3 * min(1.0, float(np.mean(ends)) / reach))
        * course
        * max(0.0, 1.0 - 0.5 * abs(float(np.log(km / expected))))
        * coverage
        * (given.rough_factor if prepares else 1.0)
        if km > 0.0
        else 0.0
    )
    told = tuple(
        dict.fromkeys([*(["bridged"] if gaps and not wide else []), *(["in_plan_operating"] if prepares else [])])
    )
    if refused:
        decision, reasons = Decision.REFUSED, (*refused, *partial)
    elif partial or coverage < given.least_coverage:
        decision, reasons = Decision.PARTIAL, tuple(partial) or ("ends_far",)
    elif score < given.least_score:
        decision, reasons = Decision.REFUSED, ("low_score",)
    else:
        decision, reasons = Decision.REPLACED, ()
    evidence.pop("stage")
    unique = tuple(dict.fromkeys((*reasons, *told)))
    return Match(decision, unique, geometry, round(score, 4), evidence, tuple(rows.tolist()))


def _unjoined(wanted: Wanted, candidates: Candidates, own: OwnWays, band: float, given: MatchAssumptions) -> Match:
    """Report ways that bear the name but join nothing: how much of the drawing they lie beside."""
    rows = np.asarray(sorted(own.quality), dtype=np.int64)
    pieces = shapely.MultiLineString(list(candidates.geometry[rows]))
    near = distances_km(evenly(wanted.geometry, 1.0), pieces) <= min(band, 3.0)
    names = names_by_length(candidates, own, rows, given)
    for column in ("stage", "osm_accuracy_km"):
        names.pop(column)
    share = float(np.mean(near))
    evidence = {**names, "coverage_share": round(share, 4), "drawn_length_km": round(length_km(wanted.geometry), 3)}
    decision = Decision.PARTIAL if share >= LEAST_PART else Decision.REFUSED
    return Match(decision, ("unjoined",), pieces, float("nan"), evidence, tuple(rows.tolist()))
