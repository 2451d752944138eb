"""The line of a target on a length or density: by month and stage, with the lines that close its gap, and published figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import VocabularyError
from geo.units import convert, parse_unit
from projects.assessment import area_key
from projects.verdict.area_lengths import density_of
from projects.verdict.closing import added_by_projects, composition, shortest_list
from projects.verdict.judgement import STAGES
from projects.verdict.sensitivity import length_definitions
from projects.verdict.solidity import forecast_note, lengths_closing_note
from projects.verdict.target_line import OWN_PLAN, TargetLine

if TYPE_CHECKING:
    from projects.verdict.area_lengths import AreaLengths

__all__ = ["LengthLine"]


class LengthLine(TargetLine):
    """
    A target on a length or density.

    Parameters
    ----------
    target, measured_by, month, plan_month, lang
        As for :class:`TargetLine`.
    lengths : AreaLengths
        Of the target's area, with all projects.
    own : AreaLengths, optional
        The same with the projects alone that the target's document names.
    official : DataFrame
        Published lengths, see :func:`projects.verdict.reference_targets.official_lengths`.
    """

    def __init__(
        self,
        target: dict[str, Any],
        measured_by: str,
        month: str,
        plan_month: str,
        lang: str,
        *,
        lengths: AreaLengths,
        official: pd.DataFrame,
        own: AreaLengths | None = None,
    ) -> None:
        super().__init__(target, measured_by, month, plan_month, lang)
        self.lengths, self.published = lengths, official
        self.spec, self.density = density_of(measured_by), measured_by.endswith("_density")
        self.per_head = _dimension(str(target["unit"])) == "length/persons"
        self.unit, self.divisor = self._basis()
        self._measure(own)
        self._compare_with_published()

    def _basis(self) -> tuple[str, float]:
        """Return the unit that is measured in, and how much of the area or of its residents one such unit is for."""
        if self.per_head:
            return "km/10000 persons", self.lengths.population / 10_000.0
        if self.density:
            return self.spec.unit, self.lengths.area_km2 / self.spec.per_km2
        return "km", 1.0

    def _value(self, km: float) -> float:
        return round(km / self.divisor, 4 if self.density or self.per_head else 3)

    def _measure(self, own: AreaLengths | None) -> None:
        lengths, month = self.lengths, self.month
        words = self.spec.zh if self.zh else self.spec.en
        today = float(lengths.existing(self.by, month)["km"].sum())
        basis = f"{words}; {today:.1f} km / {lengths.area_km2:.1f} km²" if self.density else words
        if self.per_head:
            people = lengths.population / 10_000.0
            basis = f"{words}; {today:.1f} km / " + (
                f"{people:.1f} 万人(2020年普查)" if self.zh else f"{people:.1f} times 10,000 residents (census of 2020)"
            )
        self.add("today", month, self._value(today), self.unit, basis)
        if self.plan_month:
            km = float(lengths.existing(self.by, self.plan_month)["km"].sum())
            self.add(f"plan_date {self.plan_month}", self.plan_month, self._value(km), self.unit, words)
        for stage, scenario in STAGES.items():
            added = lengths.planned(self.by, "" if scenario == "plan" else stage)["km"].sum()
            self.add(scenario, month, self._value(today + float(added)), self.unit, words)
        if own is not None:
            km = today + float(own.planned(self.by)["km"].sum())
            self.add(f"{OWN_PLAN} {self.target['document']}", month, self._value(km), self.unit, words)
        if pd.notna(self.target["year"]):
            planned = lengths.planned(self.by)
            by_then = float(planned.loc[planned["opening_year"] <= float(self.target["year"]), "km"].sum())
            self.add(f"by {int(self.target['year'])}", month, self._value(today + by_then), self.unit, words)

    def _compare_with_published(self) -> None:
        found = self._published(f"{self.spec.indicator}_length")
        if found is None:
            return
        then = str(found["as_of"])
        km = float(self.lengths.existing(self.by, then)["km"].sum())
        self.add("official", then, self._value(float(found["length_km"])), self.unit, "")
        self.add("official_date", then, self._value(km), self.unit, "")
        note = f"; {found['note']}" if found["note"] else ""
        self.official = {"official_as_of": then, "official_source": f"{found['source']} [{found['grade']}]{note}"}

    def _published(self, indicator: str) -> dict[str, Any] | None:
        """Return the newest published length of the area up to today's month."""
        rows = self.published
        found = rows[
            (rows["indicator"] == indicator)
            & (rows["area"].map(area_key) == area_key(self.lengths.name))
            & (rows["as_of"] <= self.month)
        ].sort_values("as_of")
        return {str(k): v for k, v in found.iloc[-1].to_dict().items()} if len(found) else None

    def details(self, now: dict[str, Any], staged: dict[str, float]) -> dict[str, object]:
        """Return kilometres missing, the list that closes the gap, and what the projects' lengths rest on."""
        missing = round(convert(float(now["gap"]), str(self.target["unit"]), self.unit) * self.divisor, 6)
        added = added_by_projects(self.lengths, self.by)
        what = composition(added)
        if what["added_km"] > 0.0:
            shares = what["straight_share"], what["corridor_share"], what["early_share"]
            self.notes.append(forecast_note(what["added_km"], *shares, self.lang))
        first = next((stage for stage in STAGES if self.met(staged[stage])), "")
        at = "" if first in ("", "unspecified") else first
        chosen = shortest_list(added_by_projects(self.lengths, self.by, stage=at) if at else added, missing)
        total = 0.0
        for order, project in enumerate(chosen.to_dict("records"), 1):
            total += float(project["length_km"])
            head = {**self.key(), **{str(name): value for name, value in project.items()}}
            self.closing.append(head | {"order": order, "cumulative_km": total, "needed_km": missing, "closes": True})
        metro = self._published("metro_length") if self.spec.indicator == "rail" else None
        if not self.per_head:
            self.vary(length_definitions(self.lengths, self.by, self.month, lang=self.lang, metro=metro))
        return {
            "missing": missing,
            "missing_unit": "km",
            "closing_projects": "|".join(chosen["name"].astype(str)),
            "closing_note": lengths_closing_note(chosen, missing, what["added_km"], self.lang),
            **what,
        }


def _dimension(unit: str) -> str:
    try:
        return parse_unit(unit).dimension
    except VocabularyError:
        return ""
