"""The line of one target: what is measured for it, what is missing, which projects close it, what else gives another answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.units import convert
from projects.assessment import DEFAULT_ERROR_SHARE, MEASUREMENT_ERROR_SHARE, NOT_MEASURED, area_key
from projects.assessment import verdict as compare
from projects.schema import Verdict
from projects.verdict.area_lengths import density_of
from projects.verdict.closing import added_by_projects, composition, shortest_list
from projects.verdict.judgement import STAGES, judge
from projects.verdict.sensitivity import length_definitions, time_definitions
from projects.verdict.target_times import TIME_INDICATORS

if TYPE_CHECKING:
    from projects.verdict.area_lengths import AreaLengths
    from projects.verdict.target_times import TargetTimes

__all__ = ["KEY", "Compared", "TargetLine"]

Compared = dict[tuple[object, ...], dict[str, Any]]
"""Rows of an assessment by the target's key and scenario."""

KEY = ("document", "start", "indicator", "area")
"""What identifies a target."""

_COLUMNS = {
    "under_construction": "value_under_construction",
    "starting": "value_starting",
    "preparatory": "value_preparatory",
}


_STAGE_ZH = {
    "under_construction": "在建",
    "starting": "开工",
    "preparatory": "前期",
    "proposed": "规划",
    "unspecified": "阶段未明",
}


class TargetLine:
    """
    One target on its way to its line.

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
        self.target, self.by, self.month, self.plan_month, self.zh = (
            target,
            measured_by,
            month,
            plan_month,
            lang == "zh",
        )
        self.lang = lang
        self.measured: list[dict[str, object]] = []
        self.closing: list[dict[str, object]] = []
        self.sensitivity: list[dict[str, object]] = []
        self.lengths: AreaLengths | None = None
        self.times: tuple[TargetTimes, str] | None = None
        self.official: dict[str, object] = {}
        self.notes: list[str] = []

    # -- measuring ---------------------------------------------------------------------------------------------------

    def _add(self, scenario: str, as_of: str, value: float, unit: str, definition: str) -> None:
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

    def measure_lengths(self, lengths: AreaLengths, official: pd.DataFrame) -> None:
        """Measure a length or density by month and stage, and find the published figure."""
        self.lengths = lengths
        spec = density_of(self.by)
        density = self.by.endswith("_density")
        unit = spec.unit if density else "km"
        words = spec.zh if self.zh else spec.en
        basis = f"{lengths.area_km2:.1f} km²"

        def value(km: float) -> float:
            return round(km / lengths.area_km2 * spec.per_km2, 4) if density else round(km, 3)

        today = float(lengths.existing(self.by, self.month)["km"].sum())
        self._add("today", self.month, value(today), unit, f"{words}; {today:.1f} km / {basis}" if density else words)
        if self.plan_month:
            km = float(lengths.existing(self.by, self.plan_month)["km"].sum())
            self._add(f"plan_date {self.plan_month}", self.plan_month, value(km), unit, words)
        for stage, scenario in STAGES.items():
            added = lengths.planned(self.by, "" if scenario == "plan" else stage)["km"].sum()
            self._add(scenario, self.month, value(today + float(added)), unit, words)
        if pd.notna(self.target["year"]):
            planned = lengths.planned(self.by)
            by_then = float(planned.loc[planned["opening_year"] <= float(self.target["year"]), "km"].sum())
            self._add(f"by {int(self.target['year'])}", self.month, value(today + by_then), unit, words)
        base = self.by.removesuffix("_density").removesuffix("_length")
        found = official[
            (official["indicator"] == f"{base}_length")
            & (official["area"].map(area_key) == area_key(lengths.name))
            & (official["as_of"] <= self.month)
        ].sort_values("as_of")
        if len(found):
            last = found.iloc[-1]
            then = str(last["as_of"])
            km = float(lengths.existing(self.by, then)["km"].sum())
            self._add("official", then, value(float(last["length_km"])), unit, "")
            self._add("official_date", then, value(km), unit, "")
            note = f"; {last['note']}" if last["note"] else ""
            self.official = {"official_as_of": then, "official_source": f"{last['source']} [{last['grade']}]{note}"}

    def measure_times(self, times: TargetTimes, area: str) -> None:
        """Measure a slowest time by month and stage; the stages only where the projects change anything."""
        self.times = (times, area)
        today, pair = times.slowest(self.by, area, month=self.month)
        plan, plan_pair = times.slowest(self.by, area, month=self.month, scenario="plan")
        if not math.isfinite(today):
            self._add("today", self.month, today, "min", pair)
            self._add("plan", self.month, plan, "min", plan_pair)
            return
        how = (
            f"最慢的一对 {pair}; 城市中心至城市中心, 模型值"
            if self.zh
            else f"slowest pair {pair}; centre to centre, modelled"
        )
        self._add("today", self.month, today, "min", how)
        for scenario in STAGES.values():
            if scenario == STAGES["proposed"]:
                continue  # each stage is a network of its own, and this one differs from the plan in hardly anything
            value = plan
            if scenario != "plan" and math.isfinite(plan) and plan < today - 0.5:
                value, _ = times.slowest(self.by, area, month=self.month, scenario=scenario)
            self._add(scenario, self.month, value, "min", how if scenario != "plan" else f"{how} ({plan_pair})")
        if self.plan_month:
            then, note = times.slowest(self.by, area, month=self.plan_month)
            self._add(f"plan_date {self.plan_month}", self.plan_month, then, "min", note)

    # -- the line ----------------------------------------------------------------------------------------------------

    def row(self, compared: Compared) -> dict[str, object]:
        """Return the row of ``VERDICTS`` from what was compared with the bound."""
        key = tuple(self.target[name] for name in KEY)
        now = compared[*key, "today"]

        def value_in(scenario: str) -> float:
            found = compared.get((*key, scenario))
            return float(found["measured_value"]) if found else math.nan

        values = {name: value_in(name) for name in ("today", *STAGES.values())}
        staged = {"today": values["today"]} | {stage: values[scenario] for stage, scenario in STAGES.items()}
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
            "value_today": values["today"],
            "value_plan": values["plan"],
            "value_target_year": value_in(f"by {self.target['year']}"),
            "gap": float(now["gap"]),
            "error_share": error if word is not Verdict.NOT_MEASURED else math.nan,
            "official_value": value_in("official"),
            "value_at_official_date": value_in("official_date"),
            **{column: staged[name] for name, column in _COLUMNS.items()},
            **self.official,
        }
        if word is Verdict.NOT_MEASURED:
            row["note"] = str(now["note"]).removeprefix(NOT_MEASURED)
            return row
        if self.lengths is not None:
            first = next((s for s in STAGES if self._met(staged[s])), "")
            row |= self._lengths_row(self.lengths, float(now["gap"]), first)
        elif self.times is not None:
            row |= self._times_row(self.times, float(now["gap"]))
        if self.sensitivity:
            met, met_plan = self._met(values["today"]), self._met(values["plan"])
            row["definition_matters"] = any(
                (v["met_today"] is not None and v["met_today"] != met)
                or (v["met_plan"] is not None and v["met_plan"] != met_plan)
                for v in self.sensitivity
            )
        text = str(now["note"]).strip()
        row["note"] = "; ".join([*self.notes, *([text] if text else [])])
        return row

    def _lengths_row(self, lengths: AreaLengths, gap: float, stage: str) -> dict[str, object]:
        spec = density_of(self.by)
        unit = str(self.target["unit"])
        per = lengths.area_km2 / spec.per_km2 if self.by.endswith("_density") else 1.0
        missing = convert(gap, unit, spec.unit if self.by.endswith("_density") else "km") * per
        added = added_by_projects(lengths, self.by)
        what = composition(added)
        if what["added_km"] > 0.0:
            shares = what["straight_share"], what["corridor_share"], what["early_share"]
            self.notes.append(
                "计入全部项目的值不是预测: 新增 {:.0f} km 中直线示意 {:.0%}, 走廊示意 {:.0%}, 尚未在建 {:.0%}".format(
                    what["added_km"], *shares
                )
                if self.zh
                else "the value with all projects is no forecast: of the {:.0f} km added, {:.0%} are drawn straight, {:.0%} "
                "as corridors, and {:.0%} are not yet under construction".format(what["added_km"], *shares)
            )
        at = "" if stage in ("", "unspecified") else stage
        chosen = shortest_list(added_by_projects(lengths, self.by, stage=at) if at else added, missing)
        self._list(chosen, missing)
        self.sensitivity = [
            self._variant(name, today, plan, note)
            for name, today, plan, note in length_definitions(lengths, self.by, self.month, lang=self.lang)
        ]
        return {
            "missing": missing,
            "missing_unit": "km",
            "closing_projects": "|".join(chosen["name"].astype(str)),
            "closing_note": self._solidity(chosen, missing, what["added_km"]),
            **what,
        }

    def _times_row(self, times: tuple[TargetTimes, str], gap: float) -> dict[str, object]:
        self.sensitivity = [
            self._variant(name, today, plan, note)
            for name, today, plan, note in time_definitions(times[0], self.by, times[1], self.month, lang=self.lang)
        ]
        return {
            "missing": convert(gap, str(self.target["unit"]), "min"),
            "missing_unit": "min",
            "closing_note": ""
            if gap == 0.0
            else "时间目标不列补足项目: 各项目的作用不能相加"
            if self.zh
            else "no list of projects for a time: what each of them saves does not add up",
        }

    def _met(self, value: float) -> bool | None:
        """Whether a value in the target's unit meets it; None for NaN."""
        if not math.isfinite(value):
            return None
        bound, less = float(self.target["value"]), self.by in TIME_INDICATORS
        return compare(str(self.target["comparator"]), bound, value, less_is_better=less)[0]

    def _key(self) -> dict[str, object]:
        return {name: self.target[name] for name in ("document", "start", "indicator", "area")}

    def _list(self, chosen: pd.DataFrame, missing: float) -> None:
        total = 0.0
        for order, project in enumerate(chosen.to_dict("records"), 1):
            total += float(project["length_km"])
            self.closing.append(
                {
                    **self._key(),
                    **{str(name): value for name, value in project.items()},
                    "order": order,
                    "cumulative_km": total,
                    "needed_km": missing,
                }
            )

    def _solidity(self, chosen: pd.DataFrame, missing: float, added_km: float) -> str:
        """Say how solid a list is: kilometres by stage, and the shares that are only indicated."""
        if missing <= 0.0:
            return "现状已达到, 无需新增" if self.zh else "met today, nothing needed"
        if chosen.empty:
            return (
                f"尚缺 {missing:.0f} km; 全部已落图项目只新增 {added_km:.0f} km, 不足以补足"
                if self.zh
                else f"{missing:.0f} km missing; all drawn projects add {added_km:.0f} km and do not suffice"
            )
        km = chosen.groupby("status")["length_km"].sum()
        names = _STAGE_ZH if self.zh else {stage: stage.replace("_", " ") for stage in STAGES}
        stages = ", ".join(f"{names[stage]} {km[stage]:.0f} km" for stage in STAGES if stage in km.index)
        what = composition(chosen)
        return (
            f"尚缺 {missing:.0f} km; {len(chosen)} 项共 {what['added_km']:.0f} km ({stages}); "
            f"直线示意 {what['straight_share']:.0%}, 走廊示意 {what['corridor_share']:.0%}"
            if self.zh
            else f"{missing:.0f} km missing; {len(chosen)} projects with {what['added_km']:.0f} km ({stages}); "
            f"{what['straight_share']:.0%} drawn straight, {what['corridor_share']:.0%} as corridors"
        )

    def _variant(self, name: str, today: float, plan: float, note: str) -> dict[str, object]:
        """Return a row of ``SENSITIVITY``; values come in the unit that tongtu measures in."""
        unit, own = str(self.target["unit"]), str(self.measured[0]["unit"])
        values = [v if not math.isfinite(v) or unit == own else convert(v, own, unit) for v in (today, plan)]
        met = [self._met(value) for value in values]
        return {
            **self._key(),
            "definition": name,
            "unit": unit,
            "bound": float(self.target["value"]),
            "value_today": values[0],
            "value_plan": values[1],
            "met_today": met[0],
            "met_plan": met[1],
            "note": note,
        }
