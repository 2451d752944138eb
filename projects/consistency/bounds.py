"""Targets that contradict each other: another value for the same indicator, area and year, in whatever unit."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import VocabularyError
from geo.units import convert
from layers.area_units import joined_area
from projects.assessment import area_key
from projects.indicators import indicators
from projects.schema import Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projects.consistency.plans import Plans

__all__ = ["contradicting_targets"]

RELATIVE = 1e-9
LENGTH_RELATIVE = 0.005
"""A density times its area comes out as rounded as the density is: half a per cent is the same promise."""


def contradicting_targets(targets: pd.DataFrame, plans: Plans) -> Iterator[dict[str, object]]:
    """
    Compare the targets of different documents; a year that is not stated fits any.

    A density and a length of the same lines are compared as lengths, over the area's published size.

    Yields
    ------
    dict
        Rows of ``projects.schema.CONSISTENCY``; one per indicator, area and pair of documents.
    """
    families = {i.key: i.measured_by.removesuffix("_density").removesuffix("_length") for i in indicators()}
    groups: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in targets.to_dict("records"):
        indicator = str(row["indicator"])
        if not indicator.startswith("other:"):
            family = families.get(indicator) or indicator
            groups.setdefault((family, area_key(row["area"])), []).append(row)
    seen: set[tuple[str, ...]] = set()
    for (_, area), group in sorted(groups.items(), key=lambda item: item[0]):
        for one, other in itertools.combinations(group, 2):
            if one["document"] == other["document"]:
                continue
            if len({int(r["year"]) for r in (one, other) if pd.notna(r["year"])}) > 1:
                continue
            a, b = plans.older_first(str(one["document"]), str(other["document"]))
            first, second = (one, other) if one["document"] == a else (other, one)
            found = _compared(first, second, area, plans)
            key = (str(first["indicator"]), a, b, area)
            if found and key not in seen:
                seen.add(key)
                yield {
                    "kind": Disagreement.TARGET.value,
                    "subject_id": str(first["indicator"]),
                    "subject": str(first["indicator_zh"]),
                    "area": area,
                    "document_a": a,
                    "clauses_a": str(first["clause"]),
                    "said_a": _bound(first),
                    "document_b": b,
                    "clauses_b": str(second["clause"]),
                    "said_b": _bound(second),
                    "note": found,
                }


def _compared(a: Mapping[Any, Any], b: Mapping[Any, Any], area: str, plans: Plans) -> str:
    """Return what differs between two targets, "" where nothing does or they cannot be compared."""
    values, how, tolerance = _in_one_unit(a, b), "", RELATIVE
    if values is None and a["indicator"] != b["indicator"]:
        values, how, tolerance = _as_lengths(a, b, area, plans)
    if values is None or np.isclose(*values, rtol=tolerance):
        return ""
    bounds = {str(a["comparator"]): values[0], str(b["comparator"]): values[1]}
    if {">=", "<="} == set(bounds) and bounds[">="] > bounds["<="]:
        return plans.word("两者不能同时满足", "both cannot hold at once") + how
    words = plans.word("同一指标、区域和年份的目标值不同", "another value for the same indicator, area and year")
    return words + how


def _in_one_unit(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> tuple[float, float] | None:
    a, b = float(one["value"]), float(other["value"])
    if one["unit"] == other["unit"]:
        return (a, b) if one["indicator"] == other["indicator"] else None
    try:
        return a, convert(b, str(other["unit"]), str(one["unit"]))
    except VocabularyError:
        return None


def _as_lengths(
    a: Mapping[Any, Any], b: Mapping[Any, Any], area: str, plans: Plans
) -> tuple[tuple[float, float] | None, str, float]:
    """Return both targets in kilometres, over the area's size where one is a density."""
    units = joined_area(area) if area else None
    if units is None:
        return None, "", RELATIVE
    km2 = float(units["official_area_km2"].iloc[0])
    lengths = []
    for row in (a, b):
        unit, value = str(row["unit"]), float(row["value"])
        try:
            lengths.append(convert(value, unit, "km"))
        except VocabularyError:
            try:
                lengths.append(convert(value, unit, "km/km2") * km2)
            except VocabularyError:
                return None, "", RELATIVE
    how = plans.word(
        f"; 按面积 {km2:.0f} km² 换算为里程: 甲 {lengths[0]:.0f} km, 乙 {lengths[1]:.0f} km",
        f"; over {km2:.0f} km²: a {lengths[0]:.0f} km, b {lengths[1]:.0f} km",
    )
    return (lengths[0], lengths[1]), how, LENGTH_RELATIVE


def _bound(row: Mapping[Any, Any]) -> str:
    year = f" ({int(row['year'])})" if pd.notna(row["year"]) else ""
    return f"{row['comparator']} {float(row['value']):g} {row['unit']}{year}"
