"""The line of one target: what is measured for it, and the row that the measured values and their comparison make."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geo.units import convert
from projects.assessment import DEFAULT_ERROR_SHARE, MEASUREMENT_ERROR_SHARE, NOT_MEASURED
from projects.assessment import verdict as compare
from projects.schema import Verdict
from projects.verdict.journeys import TIME_INDICATORS
from projects.verdict.judgement import STAGES, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KEY", "Compared", "TargetLine", "Variant"]

Compared = dict[tuple[object, ...], dict[str, Any]]
"""Rows of an assessment by the target's key and scenario."""

Variant = tuple[str, float, float, str]
"""Key of another definition, today's value, the value with all projects, and what is done differently."""

KEY = ("document", "start", "indicator", "area")
"""What identifies a target."""

MISTAKES = ("track_km",)
"""Definitions that are shown because they are taken by mistake, not because a density is usually meant so."""

OWN_PLAN = "own_plan"
"""Scenario of the projects that the target's own document names."""

_COLUMNS = {
    "under_construction": "value_under_construction",
    "starting": "value_starting",
    "preparatory": "value_preparatory",
}


class TargetLine:
    """
    One target on its way to its line; this one is not measured here, see its subclasses.

    What is measured is kept as indicators, so that all targets are compared by one call of
    :func:`projects.assessment.assess`; :meth:`row` then makes the line.

    Parameters
    ----------
    target : dict
        A row of ``projects.schema.TARGETS``.
    measured_by : str
        Indicator of ``layers`` that measures it.
    month, plan_month : str
        ``YYYY-MM`` of today's network and of the document; the latter "" where unknown.
    lang : {"zh", "en"}

    Attributes
    ----------
    measured : list of dict
        Rows of ``layers.schema.INDICATORS``.
    closing, sensitivity : list of dict
        Rows of ``projects.schema.CLOSING`` and ``SENSITIVITY``, filled by :meth:`row`.
    """

    def __init__(self, target: dict[str, Any], measured_by: str, month: str, plan_month: str, lang: str) -> None:
        self.target, self.by, self.month, self.plan_month = target, measured_by, month, plan_month
        self.lang, self.zh = lang, lang == "zh"
        self.measured: list[dict[str, object]] = []
        self.closing: list[dict[str, object]] = []
        self.sensitivity: list[dict[str, object]] = []
        self.official: dict[str, object] = {}
        self.notes: list[str] = []

    def add(self, scenario: str, as_of: str, value: float, unit: str, definition: str) -> None:
        """Keep a measured value."""
        self.measured.append(
            {
                "area": self.target["area"],
                "indicator": self.by,
                "scenario": scenario,
                "as_of": as_of,
                "value": value,
                "unit": unit,
                "definition": definition,
            }
        )

    def details(self, now: dict[str, Any], staged: dict[str, float]) -> dict[str, object]:  # noqa: ARG002
        """Return the columns that only this kind of target has, and fill closing, sensitivity and notes."""
        return {}

    def row(self, compared: Compared) -> dict[str, object]:
        """Return the row of ``VERDICTS`` from what was compared with the bound."""
        key = tuple(self.target[name] for name in KEY)
        now = compared[*key, "today"]

        def value_in(scenario: str) -> float:
            found = compared.get((*key, scenario))
            return float(found["measured_value"]) if found else math.nan

        staged = {"today": value_in("today")} | {stage: value_in(scenario) for stage, scenario in STAGES.items()}
        error = MEASUREMENT_ERROR_SHARE.get(self.by, DEFAULT_ERROR_SHARE)
        bound, comparator = float(self.target["value"]), str(self.target["comparator"])
        less = self.by in TIME_INDICATORS
        word, stage, near = judge(comparator, bound, staged, error_share=error, less_is_better=less)
        row: dict[str, object] = {
            **self.target,
            "verdict": word.value,
            "stage": stage,
            "borderline": near if word is not Verdict.NOT_MEASURED else None,
            "plan_date": self.plan_month,
            "value_at_plan_date": value_in(f"plan_date {self.plan_month}"),
            "as_of": self.month,
            "value_today": staged["today"],
            "value_plan": staged["unspecified"],
            "value_own_plan": value_in(f"{OWN_PLAN} {self.target['document']}"),
            "value_target_year": value_in(f"by {self.target['year']}"),
            "gap": round(float(now["gap"]), 6),
            "error_share": error if word is not Verdict.NOT_MEASURED else math.nan,
            "official_value": value_in("official"),
            "value_at_official_date": value_in("official_date"),
            **{column: staged[name] for name, column in _COLUMNS.items()},
            **self.official,
        }
        if word is Verdict.NOT_MEASURED:
            row["note"] = str(now["note"]).removeprefix(NOT_MEASURED[self.lang])
            return row
        row |= self.details(now, staged)
        if self.sensitivity:
            met, met_plan = self.met(staged["today"]), self.met(staged["unspecified"])
            row["definition_matters"] = any(
                (v["met_today"] is not None and v["met_today"] != met)
                or (v["met_plan"] is not None and v["met_plan"] != met_plan)
                for v in self.sensitivity
                if v["definition"] not in MISTAKES
            )
        if not self.plan_month:
            self.notes.append(
                "文件日期不明, 未测算文件时值(可用 --date 给出)"
                if self.zh
                else "date of the document unknown: its value then is not measured (give --date)"
            )
        text = str(now["note"]).strip()
        row["note"] = "; ".join([*self.notes, *([text] if text else [])])
        return row

    def met(self, value: float) -> bool | None:
        """Whether a value in the target's unit meets it; None for NaN."""
        if not math.isfinite(value):
            return None
        bound, less = float(self.target["value"]), self.by in TIME_INDICATORS
        return compare(str(self.target["comparator"]), bound, value, less_is_better=less)[0]

    def key(self) -> dict[str, object]:
        """Return what identifies the target."""
        return {name: self.target[name] for name in KEY}

    def vary(self, variants: Sequence[Variant]) -> None:
        """Keep what other definitions give; values come in the unit that tongtu measures in."""
        unit, own = str(self.target["unit"]), str(self.measured[0]["unit"])
        for name, today, plan, note in variants:
            values = [v if not math.isfinite(v) or unit == own else convert(v, own, unit) for v in (today, plan)]
            met = [self.met(value) for value in values]
            self.sensitivity.append(
                {
                    **self.key(),
                    "definition": name,
                    "unit": unit,
                    "bound": float(self.target["value"]),
                    "value_today": values[0],
                    "value_plan": values[1],
                    "met_today": met[0],
                    "met_plan": met[1],
                    "note": note,
                }
            )
