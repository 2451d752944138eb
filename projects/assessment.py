"""Targets against what is measured: how far a plan's promise is from today's network and from the planned one."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import VocabularyError
from geo.units import convert, parse_unit
from layers.scenario import parse_month
from layers.schema import INDICATORS
from projects.indicators import indicators as known_indicators
from projects.indicators import kind_of_unit
from projects.schema import ASSESSMENT, TARGETS, Comparator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.indicators import Indicator

__all__ = ["ABOUT_TOLERANCE_SHARE", "area_key", "assess", "verdict"]

ABOUT_TOLERANCE_SHARE = 0.05
"""左右 in a plan rounds to what it can state: 5 % on the wrong side still counts as reached (tongtu's own choice)."""

ROUNDING_SHARE = 1e-9
"""A measured value this close to the bound is on it: 5.65 km/100km2 against 565 km/10000km2."""

MEASUREMENT_ERROR_SHARE: dict[str, float] = {
    "rail_density": 0.06,
    "rail_length": 0.06,
    "high_speed_rail_density": 0.07,
    "high_speed_rail_length": 0.07,
    "expressway_density": 0.04,
    "expressway_length": 0.04,
    "rail_travel_time": 0.15,
    "centre_city_travel_time": 0.10,
    "commuting_circle_time": 0.15,
    "airport": 0.0,
}
"""
How far tongtu's values may be from official ones: the largest difference over the dated figures of provinces and cities in
``tongtu density --reconcile`` and ``benchmarks/reconcile.py``, rounded up (rail 5.0 %, high-speed rail 6.6 %, expressways 3.4 %),
and for trains from station to station the mean error of ``benchmarks/rail_times.py`` against published times (9.3 %), as measured on
2026-11-22. From door to door half as much again is taken: nobody publishes such times. Airports are counted: no error. A verdict
closer to its bound than this is borderline.
"""

DEFAULT_ERROR_SHARE = 0.10
"""Taken where no official figures were at hand to measure the error."""

NOT_MEASURED = {"zh": "未测算: ", "en": "not measured: "}
"""What stands before the reason of a target that cannot be compared."""


def verdict(comparator: str, value: float, measured: float, *, less_is_better: bool = False) -> tuple[bool, float]:
    """
    Compare a measured value with a bound in the same unit.

    Parameters
    ----------
    comparator : {">=", "<=", "~", "="}
    value, measured : float
    less_is_better : bool
        For ``~`` and ``=``: whether the aim lies below (a travel time) rather than above (a length, a coverage).

    Returns
    -------
    met : bool
        ``>=`` and ``<=`` as written. ``=`` is an amount to be provided: more of it also meets it. ``~`` allows
        ``ABOUT_TOLERANCE_SHARE`` of the value on the wrong side.
    gap : float
        What is missing (or too much), in the unit; 0 where met.

    Raises
    ------
    VocabularyError
        If the comparator is none of these.

    Examples
    --------
    >>> verdict(">=", 700.0, 575.5)
    (False, 124.5)
    >>> verdict("~", 90.0, 86.0)
    (True, 0.0)
    """
    if comparator not in set(Comparator):
        message = f"comparator {comparator!r} is unknown; accepted: {', '.join(Comparator)}"
        raise VocabularyError(message)
    at_most = comparator == Comparator.AT_MOST or (comparator != Comparator.AT_LEAST and less_is_better)
    missing = measured - value if at_most else value - measured
    allowed = (ABOUT_TOLERANCE_SHARE if comparator == Comparator.ABOUT else ROUNDING_SHARE) * abs(value)
    met = missing <= allowed
    return met, 0.0 if met else missing


def assess(
    targets: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    scenarios: Sequence[str] = ("today", "plan"),
    as_of: str | None = None,
    lang: str = "zh",
) -> pd.DataFrame:
    """
    Join each target to the measured indicator of its area, and tell the gap and whether it is met.

    Parameters
    ----------
    targets : DataFrame, contract ``projects.schema.TARGETS``, n rows
        Read from plans, or a planner's own.
    indicators : DataFrame, contract ``layers.schema.INDICATORS``
        Areas by full or short name (合肥市, 合肥), or pairs of places (合肥-上海, in either order).
    scenarios : sequence of str
    as_of : str, optional
        ``YYYY-MM``: the latest measurement of that month or before; without it the latest of all.
    lang : {"zh", "en"}
        Language of the notes.

    Returns
    -------
    DataFrame, contract ``projects.schema.ASSESSMENT``, n rows per scenario, sorted by its key
        ``measured_value`` and ``gap`` are in the target's unit; ``note`` is the definition of the measured value. A target
        that cannot be measured stays, with NaN, NA and the reason after 未测算 (not measured) in ``note``.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    VocabularyError
        If the language is neither.
    """
    if lang not in NOT_MEASURED:
        message = f"language {lang!r} is unknown; accepted: {', '.join(NOT_MEASURED)}"
        raise VocabularyError(message)
    targets = TARGETS.coerce(targets)
    measured = INDICATORS.coerce(indicators)
    if as_of is not None:
        limit = parse_month(as_of)
        measured = measured[[parse_month(month) <= limit for month in measured["as_of"]]]
    latest = measured.sort_values("as_of", kind="stable")
    found = {
        (area_key(row["area"]), str(row["indicator"]), str(row["scenario"])): row for row in latest.to_dict("records")
    }
    areas = {area for area, _, _ in found}
    table = {indicator.key: indicator for indicator in known_indicators()}
    rows: list[dict[Any, Any]] = []
    for target in targets.to_dict("records"):
        known = table.get(str(target["indicator"]))
        for scenario in scenarios:
            key = (area_key(target["area"]), known.measured_by if known else "", scenario)
            row = found.get(key)
            reason = _unmeasured(target, known, row, areas, scenario)[0 if lang == "zh" else 1]
            compared: dict[str, object] = {
                "measured_value": math.nan,
                "gap": math.nan,
                "met": None,
                "borderline": None,
                "note": NOT_MEASURED[lang] + reason,
                "as_of": "",
            }
            if row is not None and not reason:
                compared = _compare(target, row, known.measured_by if known else "", lang)
            rows.append({**target, "scenario": scenario, **compared})
    result = ASSESSMENT.coerce(pd.DataFrame(rows, columns=ASSESSMENT.names))
    return ASSESSMENT.validate(result.sort_values(list(ASSESSMENT.key), ignore_index=True))


def _compare(target: Mapping[Any, Any], row: Mapping[Any, Any], measured_by: str, lang: str) -> dict[str, object]:
    unit, bound = str(target["unit"]), float(str(target["value"]))
    value = float(str(row["value"]))
    measured = _in_unit(value, str(row["unit"]), unit)
    met, gap = verdict(str(target["comparator"]), bound, measured, less_is_better=_dimension(unit) == "time")
    error = MEASUREMENT_ERROR_SHARE.get(measured_by, DEFAULT_ERROR_SHARE)
    borderline = error > 0.0 and abs(measured - bound) <= error * abs(bound)
    near = (
        f"临界: 与目标之差在测算误差 ±{error:.0%} 之内; "
        if lang == "zh"
        else f"borderline: within the error of ±{error:.0%}; "
    )
    doubt = near if borderline else ""
    return {
        "measured_value": measured,
        "gap": gap,
        "met": met,
        "borderline": borderline,
        "note": doubt + str(row["definition"]),
        "as_of": str(row["as_of"]),
    }


def _unmeasured(
    target: Mapping[Any, Any],
    known: Indicator | None,
    row: Mapping[Any, Any] | None,
    areas: set[str],
    scenario: str,
) -> tuple[str, str]:
    """Return why a target cannot be compared, in Chinese and English; "" where it can."""
    if target["unit"] == "year":
        return "里程碑: 见所指项目的阶段", "a milestone: see the stage of the project it names"
    if known is None:
        return "指标表(projects/data/indicators.csv)中没有该指标", "the table of indicators does not know it"
    if not known.measured_by:
        if not known.infrastructure:
            return "不属于基础设施", "not about infrastructure"
        return known.note_zh or "没有可用的公开数据", known.note or "no open data that tongtu holds"
    if row is None:
        area = target["area"]
        if area_key(area) not in areas:
            return f"没有{area or '该区域'}的测算结果", f"no measurement for {area or 'this area'}"
        return f"没有{known.zh}的测算结果", f"{known.measured_by} was not measured in scenario {scenario}"
    if not math.isfinite(float(str(row["value"]))):
        return (str(row["definition"]) or "没有数值",) * 2
    unit, measured_unit = str(target["unit"]), str(row["unit"])
    if unit != measured_unit and not _both_counts(unit, measured_unit):
        dimensions = _dimension(unit), _dimension(measured_unit)
        if "" in dimensions or dimensions[0] != dimensions[1]:
            return (
                f"单位不可换算: {unit or '无'} 与 {measured_unit}",
                f"units do not convert: {unit or 'none'}, {measured_unit}",
            )
    return "", ""


def _in_unit(value: float, measured_unit: str, unit: str) -> float:
    """Return a measured value in a target's unit; a count in 个 is one in airports."""
    if unit == measured_unit:
        return value
    if _both_counts(unit, measured_unit):
        return value / float(parse_unit(unit).factor) if _dimension(unit) == "count" else value
    return convert(value, measured_unit, unit)


def _both_counts(unit: str, measured_unit: str) -> bool:
    """Tell whether both units count things: the noun of the indicator (airports), and 个, 座 or that noun."""
    return kind_of_unit(measured_unit) == "count" and (_dimension(unit) == "count" or unit == measured_unit)


def _dimension(unit: str) -> str:
    try:
        return parse_unit(unit).dimension
    except VocabularyError:
        return ""


def area_key(area: object) -> str:
    """Return 合肥 for 合肥市, 上海-合肥 for 合肥-上海; a name of two characters keeps its end (沙市)."""
    parts = [
        re.sub(r"(?<=[\u4e00-\u9fff]{2})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|地区)$", "", part.strip())
        for part in re.split(r"\s*[-—–~～至]\s*", str(area))
    ]
    return "-".join(sorted(parts))
