"""What a route says of itself beside its course: its names, its stages, and why these speak against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.osm_matching.candidates import RowClass, wanted_class
from layers.schema import Mode, Status, Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.osm_matching.candidates import Candidates
    from layers.osm_matching.own_ways import OwnWays
    from layers.osm_matching.wanted import MatchAssumptions, Wanted

__all__ = ["names_by_length", "only_prepared", "stage_reasons"]


def stage_reasons(
    wanted: Wanted, candidates: Candidates, rows: NDArray[np.int64], own: OwnWays, given: MatchAssumptions
) -> list[str]:
    """Return why a route cannot be the line although it bears its name: its age, its stage, or nothing but a number."""
    km = candidates.length_km[rows]
    total = float(km.sum())
    running = candidates.status[rows] == Status.OPERATING.value
    out = []
    if wanted.origin == "project" and wanted.work == Work.NEW.value and not wanted.in_network:
        in_use = float(km[running].sum()) > 0.5 * total
        years = candidates.opening_year[rows]
        old = running & (years < given.new_since)
        dated_new = running & (years >= given.new_since)
        if float(km[old].sum()) > 0.5 * total:
            out.append("opened_before")
        elif in_use and float(km[dated_new].sum()) <= 0.5 * total:
            by_places = np.asarray([own.by.get(row) == "name" and own.quality[row] < 0.9 for row in rows.tolist()])
            if _is_road(wanted):
                out.append("existing_road")
            elif float(km[by_places].sum()) > 0.5 * total:
                out.append("by_places_only")
    weak = np.asarray([own.by.get(row) == "ref" and own.quality[row] < 0.85 for row in rows.tolist()])
    if wanted.accuracy_km > given.precise_km and float(km[weak].sum()) > 0.5 * total:
        out.append("number_only")
    return out


def _is_road(wanted: Wanted) -> bool:
    return wanted.mode == Mode.HIGHWAY.value and wanted_class(wanted.mode, wanted.kind) == RowClass.ROAD


def only_prepared(wanted: Wanted) -> bool:
    """Whether a plan no more than prepares a line, so that one in operation of that name is doubtful."""
    early = {Status.PROPOSED.value, Status.PREPARATORY.value}
    return wanted.origin == "project" and wanted.status in early and not wanted.in_network


def names_by_length(
    candidates: Candidates, own: OwnWays, rows: NDArray[np.int64], given: MatchAssumptions
) -> dict[str, object]:
    """Return what the ways of a route are called, numbered and at what stage, most of the length first."""
    km = candidates.length_km[rows]
    total = max(float(km.sum()), 1e-9)
    named: dict[str, float] = {}
    numbered: dict[str, float] = {}
    stages: dict[str, float] = {}
    by: dict[str, float] = {}
    quality = 0.0
    for row, length in zip(rows.tolist(), km.tolist(), strict=True):
        _add(named, candidates.text(row, "name"), length)
        for ref in sorted(candidates.refs(row)):
            _add(numbered, ref, length)
        _add(stages, str(candidates.status[row]), length)
        _add(by, own.by.get(row, ""), length)
        quality += own.quality.get(row, 0.0) * length
    own_km = sum(length for how, length in by.items() if how)
    ways = [candidates.text(row, "osm_id") for row in rows.tolist()]
    return {
        "osm_name": "|".join(_ordered(named)[:5]),
        "osm_ref": "|".join(_ordered(numbered)[:5]),
        "osm_status": "|".join(f"{name}:{stages[name] / total:.2f}" for name in _ordered(stages)),
        "stage": _ordered(stages)[0],
        "osm_accuracy_km": _accuracy_km({name: length / total for name, length in stages.items()}, given),
        "matched_by": next((how for how in _ordered(by) if how), ""),
        "name_score": round(quality / max(own_km, 1e-9), 4),
        "ways": len(rows),
        "osm_ids": "|".join(ways[:100]),
    }


def _accuracy_km(shares: dict[str, float], given: MatchAssumptions) -> float:
    """Return how far a route may be off: what is only planned is mapped from a sketch, not from a picture."""
    if shares.get(Status.PROPOSED.value, 0.0) > given.stage_share:
        return given.planned_km
    return given.building_km if shares.get(Status.UNDER_CONSTRUCTION.value, 0.0) > given.stage_share else given.built_km


def _add(sums: dict[str, float], key: str, value: float) -> None:
    sums[key] = sums.get(key, 0.0) + value


def _ordered(sums: dict[str, float]) -> list[str]:
    return sorted((key for key in sums if key), key=lambda key: (-sums[key], key))
