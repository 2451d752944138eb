"""The line of a target on a number of airports: by month and stage, with the projects that would add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.airport import airports, new_airports
from layers.density import DENSITIES
from layers.scenario import projects_in
from projects.verdict.judgement import STAGES
from projects.verdict.solidity import counts_closing_note
from projects.verdict.target_line import OWN_PLAN, TargetLine
from projects.verdict.time_closing import solid_first

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["INDICATOR", "AirportLine"]

INDICATOR = "airport"
_SPEC = next(spec for spec in DENSITIES if spec.indicator == INDICATOR)


class AirportLine(TargetLine):
    """
    A target on the number of transport airports in an area.

    Parameters
    ----------
    target, measured_by, month, plan_month, lang
        As for :class:`TargetLine`.
    units : GeoDataFrame
        The units that make up the area (:func:`layers.area_units.area_units`).
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects.
    """

    def __init__(
        self,
        target: dict[str, Any],
        measured_by: str,
        month: str,
        plan_month: str,
        lang: str,
        *,
        units: gpd.GeoDataFrame,
        features: gpd.GeoDataFrame | None,
    ) -> None:
        super().__init__(target, measured_by, month, plan_month, lang)
        self.shape, self.features = shapely.union_all(units.geometry.to_numpy()), features
        words = _SPEC.zh if self.zh else _SPEC.en
        there = self._within(airports(as_of=month))
        self.added = self._within(self._new("plan"))
        self.add("today", month, float(len(there)), _SPEC.unit, words)
        if plan_month:
            then = self._within(airports(as_of=plan_month))
            self.add(f"plan_date {plan_month}", plan_month, float(len(then)), _SPEC.unit, words)
        for scenario in STAGES.values():
            total = len(there) + len(self._within(self._new(scenario)))
            self.add(scenario, month, float(total), _SPEC.unit, words)
        if pd.notna(target["year"]):
            year = int(target["year"])
            by_then = len(there) + len(self._within(self._new(f"YEAR<={year}")))
            self.add(f"by {year}", month, float(by_then), _SPEC.unit, words)
        if features is not None:
            mine = [str(target["document"]) in str(names).split("|") for names in self.added["documents"]]
            if any(mine):
                total = len(there) + int(np.sum(mine))
                self.add(f"{OWN_PLAN} {target['document']}", month, float(total), _SPEC.unit, words)

    def _new(self, scenario: str) -> gpd.GeoDataFrame:
        existing = airports(as_of=self.month)
        if self.features is None or self.features.empty:
            return existing.iloc[:0]
        return new_airports(projects_in(self.features[self.features["origin"] == "project"], scenario), existing)

    def _within(self, fields: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        counted = fields[fields["kind"].isin(_SPEC.kinds)]
        return counted[shapely.intersects(self.shape, np.asarray(counted.geometry, dtype=object))]

    def details(self, now: dict[str, Any], staged: dict[str, float]) -> dict[str, object]:  # noqa: ARG002
        """Return which projects would add an airport, the most solid ones that suffice first."""
        missing = int(np.ceil(float(now["gap"]) - 1e-9)) if now["gap"] > 0.0 else 0
        listed = solid_first(self.added, list(self.added["feature_id"].astype(str)))
        closes = 0 < missing <= len(listed)
        chosen = listed.head(missing) if closes else listed.iloc[:0]
        for order, project in enumerate(chosen.to_dict("records"), 1):
            head = {**self.key(), **{str(name): value for name, value in project.items()}}
            self.closing.append(head | {"order": order, "closes": True})
        return {
            "closing_projects": "|".join(chosen["name"].astype(str)),
            "closing_note": counts_closing_note(chosen, missing, len(listed), self.lang),
        }
