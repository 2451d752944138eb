"""
One line per target: what was promised, where we stand, by which definition, what is missing, and which projects close it.

:func:`projects.assessment.assess` compares each measured value with its bound; this module measures what a target's reader
asks for beyond today and the whole plan: the month of the plan, the projects by stage, other usual definitions, published
figures, and the shortest list of projects that closes the gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import VocabularyError
from geo.units import convert
from layers.scenario import DATA_MONTH, parse_month
from layers.schema import INDICATORS
from projects.area_lengths import area_lengths, density_of
from projects.assessment import DEFAULT_ERROR_SHARE, MEASUREMENT_ERROR_SHARE, NOT_MEASURED, area_key, assess
from projects.assessment import verdict as compare
from projects.closing import added_by_projects, composition, shortest_list
from projects.indicators import indicators as known_indicators
from projects.reference_targets import official_lengths
from projects.schema import CLOSING, SENSITIVITY, TARGETS, VERDICTS, Verdict
from projects.sensitivity import length_definitions, time_definitions
from projects.target_times import TIME_INDICATORS, TargetTimes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo.schema import Schema
    from projects.area_lengths import AreaLengths

__all__ = ["STAGES", "Verdicts", "judge", "target_verdicts"]

STAGES: dict[str, str] = {
    "under_construction": "STATUS>=under_construction",
    "starting": "STATUS>=starting",
    "preparatory": "STATUS>=preparatory",
    "proposed": "STATUS>=proposed",
    "unspecified": "plan",
}
"""Stages from the furthest on, and the scenario that builds them; ``plan`` also builds what has no stage."""

_COLUMNS = {
    "under_construction": "value_under_construction",
    "starting": "value_starting",
    "preparatory": "value_preparatory",
}


@dataclass(frozen=True)
class Verdicts:
    """
    What is said of targets.

    Attributes
    ----------
    verdicts : DataFrame, contract ``projects.schema.VERDICTS``, one row per target
    closing : DataFrame, contract ``projects.schema.CLOSING``
    sensitivity : DataFrame, contract ``projects.schema.SENSITIVITY``
    """

    verdicts: pd.DataFrame
    closing: pd.DataFrame
    sensitivity: pd.DataFrame


def judge(
    comparator: str, bound: float, values: Mapping[str, float], *, error_share: float, less_is_better: bool = False
) -> tuple[Verdict, str, bool]:
    """
    Say in one word how a target stands.

    Parameters
    ----------
    comparator : {">=", "<=", "~", "="}
    bound : float
    values : mapping of ``today`` and the keys of ``STAGES`` to float, in the target's unit
        NaN where not measured.
    error_share : float
        Error of the measurement as a share of the bound.
    less_is_better : bool

    Returns
    -------
    verdict : Verdict
        ``borderline`` where today's value is closer to the bound than the error; ``met_with_projects`` where the first of
        the stages that meets it is given.
    stage : str
        From which stage on projects are needed, "" where none are or none suffice. For a borderline target: from which stage
        on it is met by more than the error.
    borderline : bool
        Whether the value that decides is closer to the bound than the error.

    Examples
    --------
    >>> judge(">=", 700.0, {"today": 575.0, "under_construction": 690.0, "starting": 760.0}, error_share=0.05)
    (<Verdict.MET_WITH_PROJECTS: 'met_with_projects'>, 'starting', False)
    """

    def met(name: str) -> bool:
        value = values.get(name, math.nan)
        return math.isfinite(value) and compare(comparator, bound, value, less_is_better=less_is_better)[0]

    def near(name: str) -> bool:
        value = values.get(name, math.nan)
        return math.isfinite(value) and error_share > 0.0 and abs(value - bound) <= error_share * abs(bound)

    if not math.isfinite(values.get("today", math.nan)):
        return Verdict.NOT_MEASURED, "", False
    if near("today"):
        return Verdict.BORDERLINE, next((stage for stage in STAGES if met(stage) and not near(stage)), ""), True
    if met("today"):
        return Verdict.MET, "", False
    stage = next((stage for stage in STAGES if met(stage)), "")
    if stage:
        return Verdict.MET_WITH_PROJECTS, stage, near(stage)
    return Verdict.NOT_MET, "", near("unspecified")


def target_verdicts(
    targets: pd.DataFrame,
    features: gpd.GeoDataFrame | None,
    indicators: pd.DataFrame,
    *,
    month: str = DATA_MONTH,
    dates: Mapping[str, str] | None = None,
    lang: str = "zh",
) -> Verdicts:
    """
    Assess each target in one line, with the projects that close its gap and what other definitions give.

    Parameters
    ----------
    targets : DataFrame, contract ``projects.schema.TARGETS``, n rows
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects as drawn.
    indicators : DataFrame, contract ``layers.schema.INDICATORS``
        For what this function does not measure itself (airports): of ``month``, scenarios ``today`` and ``plan``.
    month : str
        ``YYYY-MM`` of today's network.
    dates : mapping of document to date of issue, optional
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; a year counts as its December.
    lang : {"zh", "en"}
        Language of the notes.

    Returns
    -------
    Verdicts
        Every target stays; one that cannot be measured has the reason in ``note``.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    VocabularyError
        If a month or the language is unknown.
    """
    if lang not in ("zh", "en"):
        message = f"language {lang!r} is unknown; accepted: zh, en"
        raise VocabularyError(message)
    targets = TARGETS.coerce(targets)
    months = {document: _month(date, month) for document, date in (dates or {}).items()}
    measured_by = {indicator.key: indicator.measured_by for indicator in known_indicators()}
    wanted = [
        (str(area), measured_by.get(str(indicator), ""), str(document))
        for area, indicator, document in zip(targets["area"], targets["indicator"], targets["document"], strict=True)
    ]
    lengths = area_lengths([area for area, by, _ in wanted if _is_length(by)], features, month=month)
    times = TargetTimes(features, [(by, area) for area, by, _ in wanted if by in TIME_INDICATORS])
    official = official_lengths()
    works: list[_Target] = []
    for target, (area, by, document) in zip(targets.to_dict("records"), wanted, strict=True):
        # A document's own month may not lie after today's network.
        work = _Target({str(k): v for k, v in target.items()}, by, month, months.get(document, ""), lang)
        if area in lengths and _is_length(by):
            work.measure_lengths(lengths[area], official)
        elif by in TIME_INDICATORS:
            work.measure_times(times, area)
        works.append(work)
    compared = _compared(targets, works, indicators)
    rows = [work.row(compared) for work in works]
    closing = [row for work in works for row in work.closing]
    sensitivity = [row for work in works for row in work.sensitivity]
    table = VERDICTS.coerce(pd.DataFrame(rows, columns=VERDICTS.names)).sort_values(
        list(VERDICTS.key), ignore_index=True
    )
    return Verdicts(
        VERDICTS.validate(table),
        _table(closing, CLOSING),
        _table(sensitivity, SENSITIVITY),
    )


Compared = dict[tuple[object, ...], dict[str, Any]]
"""Rows of an assessment by the target's key and scenario."""

_KEY = ("document", "start", "indicator", "area")


def _compared(targets: pd.DataFrame, works: list[_Target], indicators: pd.DataFrame) -> Compared:
    """Compare all that was measured with its bounds, in one assessment."""
    own = pd.DataFrame([row for work in works for row in work.measured], columns=INDICATORS.names)
    own = own.drop_duplicates(list(INDICATORS.key))
    base = indicators[
        indicators["scenario"].isin(["today", "plan"])
        & indicators["indicator"].isin({work.by for work in works})
        & ~indicators["indicator"].isin(set(own["indicator"]))
    ]
    both = pd.concat([part for part in (base, own) if len(part)] or [own], ignore_index=True)
    scenarios = dict.fromkeys(["today", *STAGES.values(), *(str(s) for s in own["scenario"])])
    table = assess(targets, both, scenarios=list(scenarios))
    return {
        (*(row[name] for name in _KEY), row["scenario"]): {str(k): v for k, v in row.items()}
        for row in table.to_dict("records")
    }


def _table(rows: list[dict[str, object]], schema: Schema) -> pd.DataFrame:
    table = schema.coerce(pd.DataFrame(rows, columns=schema.names))
    return schema.validate(table.sort_values(list(schema.key), ignore_index=True))


def _month(date: str, latest: str) -> str:
    return min(parse_month(date), latest) if date.strip() else ""


def _is_length(measured_by: str) -> bool:
    try:
        density_of(measured_by)
    except KeyError:
        return False
    return True


class _Target:
    """One target on its way to its line: what is measured is kept as indicators, and compared by ``assess``."""

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
        key = tuple(self.target[name] for name in _KEY)
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
        stages = ", ".join(f"{stage} {km[stage]:.0f} km" for stage in (*STAGES,) if stage in km.index)
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
