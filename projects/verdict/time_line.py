"""The line of a target on a travel time: by month and stage, with the projects that bring it under its limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.units import convert
from projects.verdict.journeys import DEPARTURES, scopes
from projects.verdict.judgement import STAGES
from projects.verdict.solidity import times_closing_note
from projects.verdict.target_line import OWN_PLAN, TargetLine
from projects.verdict.target_times import ALONE
from projects.verdict.time_closing import TimeClosing, closing_projects, solid_first

if TYPE_CHECKING:
    import geopandas as gpd

    from projects.verdict.target_times import Measured, TargetTimes

__all__ = ["TimeLine", "year_of"]

_ENDS = {
    "rail_travel_time": (("station_to_station", "station", "站到站, 仅列车时间", "station to station, train alone"),),
    "centre_city_travel_time": (
        ("door_to_door", "centre", "市中心至市中心, 门到门", "centre to centre, door to door"),
    ),
}
"""Other ends of the journey: key of the definition, departure, and words in both languages."""

LEAST_GAIN_MIN = 0.5
"""Below this the projects change nothing that a plan would state."""


def year_of(plan_month: str, target_year: object) -> int:
    """
    Return the year by which an area's extent is chosen: the plan's, else the target's, else 0.

    Examples
    --------
    >>> year_of("2020-04", 2025), year_of("", 2025), year_of("", None)
    (2020, 2025, 0)
    """
    if plan_month:
        return int(plan_month[:4])
    return int(str(target_year)) if target_year is not None and not pd.isna(target_year) else 0  # type: ignore[call-overload]


class TimeLine(TargetLine):
    """
    A target on a travel time.

    Parameters
    ----------
    target, measured_by, month, plan_month, lang
        As for :class:`TargetLine`.
    times : TargetTimes
    """

    def __init__(
        self, target: dict[str, Any], measured_by: str, month: str, plan_month: str, lang: str, *, times: TargetTimes
    ) -> None:
        super().__init__(target, measured_by, month, plan_month, lang)
        self.times = times
        self.scopes = scopes(measured_by, str(target["area"]), year_of(plan_month, target["year"]))
        self.scope = self.scopes[0] if self.scopes else None
        self._measure()

    def _minutes(self, *, month: str = "", scenario: str = "today", depart_from: str = "") -> Measured:
        return self.times.measure(
            self.by,
            self.scope,
            month=month or self.month,
            scenario=scenario,
            depart_from=depart_from or DEPARTURES.get(self.by, "centre"),
        )

    def _how(self, slowest: str) -> str:
        """Say between which ends the time is measured."""
        if DEPARTURES.get(self.by) == "station":
            return (
                f"最慢的一对 {slowest}; 站到站, 仅列车时间, 模型值"
                if self.zh
                else f"slowest pair {slowest}; station to station, train alone, modelled"
            )
        return (
            f"最慢的一对 {slowest}; 政府驻地至政府驻地, 门到门, 模型值"
            if self.zh
            else f"slowest pair {slowest}; seat to seat of government, door to door, modelled"
        )

    def _measure(self) -> None:
        self.today, self.plan = self._minutes(), self._minutes(scenario="plan")
        today, plan = self.today.minutes, self.plan.minutes
        if not math.isfinite(today):
            self.add("today", self.month, today, "min", self.today.reason)
            self.add("plan", self.month, plan, "min", self.plan.reason)
            return
        how = self._how(self.today.slowest)
        self.add("today", self.month, today, "min", how)
        gains = math.isfinite(plan) and plan < today - LEAST_GAIN_MIN
        for scenario in STAGES.values():
            if scenario == STAGES["proposed"]:
                continue  # each stage is a network of its own, and this one differs from the plan in hardly anything
            at_stage = self._minutes(scenario=scenario).minutes if gains and scenario != "plan" else plan
            self.add(
                scenario, self.month, at_stage, "min", f"{how} ({self.plan.slowest})" if scenario == "plan" else how
            )
        if self.plan_month:
            then = self._minutes(month=self.plan_month)
            self.add(f"plan_date {self.plan_month}", self.plan_month, then.minutes, "min", then.slowest or then.reason)
        if not gains:
            return
        if pd.notna(self.target["year"]):
            year = int(self.target["year"])
            by_then = self._minutes(scenario=f"YEAR<={year}").minutes
            self.add(f"by {year}", self.month, by_then, "min", how)
        own = self._own_projects()
        if own:
            minutes = self._minutes(scenario=f"{ALONE}{'|'.join(own)}").minutes
            self.add(f"{OWN_PLAN} {self.target['document']}", self.month, minutes, "min", how)

    def _own_projects(self) -> list[str]:
        """Return the projects that the target's own document names."""
        features = self.times.features
        if features is None:
            return []
        mine = [str(self.target["document"]) in str(names).split("|") for names in features["documents"]]
        return sorted(features.loc[mine, "feature_id"].astype(str))

    def details(self, now: dict[str, Any], staged: dict[str, float]) -> dict[str, object]:  # noqa: ARG002
        """Return minutes too many, the projects that save them, and what other definitions give."""
        unit = str(self.target["unit"])
        missing = round(convert(float(now["gap"]), unit, "min"), 6)
        limit = convert(float(self.target["value"]), unit, "min")
        self._say_how_many(limit)
        self._vary()
        found = self._closing(limit) if missing > 0.0 else TimeClosing(pd.DataFrame(), closes=False, tried=0)
        note = times_closing_note(found, missing, self.plan.minutes, limit, self.lang)
        names = found.projects["name"].astype(str).tolist() if found.closes else []
        return {"missing": missing, "missing_unit": "min", "closing_projects": "|".join(names), "closing_note": note}

    def _say_how_many(self, limit: float) -> None:
        """Say how many of the journeys keep the limit: the slowest alone makes a poor picture."""
        count = len(self.today.times)
        if count < 2:
            return
        kept, planned = self.today.within(limit), self.plan.within(limit)
        self.notes.append(
            f"{count} 对中现状 {kept} 对在 {limit:g} 分钟以内, 计入全部项目 {planned} 对"
            if self.zh
            else f"of {count} pairs {kept} within {limit:g} min today, {planned} with all projects"
        )
        if self.scope is not None and self.scope.source:
            extent = self.scope.words(self.lang)
            self.notes.append(
                f"范围({extent})据 {self.scope.source}" if self.zh else f"extent ({extent}) by {self.scope.source}"
            )

    def _vary(self) -> None:
        """Measure between other ends of the journey, and with other extents of the area."""
        variants = []
        for name, depart_from, zh, en in _ENDS.get(self.by, ()):
            today = self._minutes(depart_from=depart_from)
            plan = self._minutes(scenario="plan", depart_from=depart_from)
            note = f"{zh}; 最慢的一对 {today.slowest}" if self.zh else f"{en}; slowest pair {today.slowest}"
            variants.append((name, today.minutes, plan.minutes, note if today.slowest else today.reason))
        for scope in self.scopes[1:]:
            both = [
                self.times.measure(self.by, scope, month=self.month, scenario=scenario)
                for scenario in ("today", "plan")
            ]
            extent = scope.words(self.lang)
            note = (
                f"范围 {extent}, {len(scope.journeys)} 对; 最慢的一对 {both[0].slowest}; 据 {scope.source}"
                if self.zh
                else f"extent {extent}, {len(scope.journeys)} pairs; slowest {both[0].slowest}; by {scope.source}"
            )
            variants.append((f"extent {scope.name} {scope.year or ''}".strip(), both[0].minutes, both[1].minutes, note))
        self.vary(variants)

    def _closing(self, limit: float) -> TimeClosing:
        features = self.times.features
        if features is None or self.scope is None:
            return TimeClosing(pd.DataFrame(columns=["name", "status", "drawn_by"]), closes=False, tried=0)
        found = closing_projects(
            self._candidates(features, limit),
            limit,
            self.today.minutes,
            lambda ids: self._minutes(scenario=f"{ALONE}{'|'.join(ids)}").minutes,
        )
        before = self.today.minutes
        for order, project in enumerate(found.projects.to_dict("records"), 1):
            saved, before = before - float(project["minutes"]), float(project["minutes"])
            head = {**self.key(), **{str(name): value for name, value in project.items() if name != "minutes"}}
            rest = {
                "order": order,
                "saved_min": saved,
                "needed_min": self.today.minutes - limit,
                "closes": found.closes,
            }
            self.closing.append(head | rest)
        return found

    def _candidates(self, features: gpd.GeoDataFrame, limit: float) -> pd.DataFrame:
        slow = [journey for journey, minutes in self.today.times.items() if minutes > limit]
        return solid_first(features, self.times.projects_on_the_way(self.by, slow, month=self.month))
