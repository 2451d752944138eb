"""
One line per target: what was promised, where we stand, by which definition, what is missing, and which projects close it.

:func:`projects.assessment.assess` compares each measured value with its bound; this module measures what a target's reader
asks for beyond today and the whole plan: the month of the plan, the projects by stage, other usual definitions, published
figures, and the shortest list of projects that closes the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.display import ShowsTables
from geo.errors import VocabularyError
from layers.area_units import area_units
from layers.scenario import DATA_MONTH, parse_month
from layers.schema import INDICATORS
from projects.assessment import assess
from projects.indicators import indicators as known_indicators
from projects.schema import CLOSING, SENSITIVITY, TARGETS, VERDICTS
from projects.verdict.airport_line import INDICATOR, AirportLine
from projects.verdict.area_lengths import area_lengths, density_of
from projects.verdict.journeys import TIME_INDICATORS
from projects.verdict.judgement import STAGES, judge
from projects.verdict.length_line import LengthLine
from projects.verdict.reference_targets import official_lengths
from projects.verdict.target_line import KEY, Compared, TargetLine
from projects.verdict.target_times import TargetTimes
from projects.verdict.time_line import TimeLine, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo.schema import Schema
    from projects.verdict.area_lengths import AreaLengths

__all__ = ["STAGES", "Verdicts", "judge", "target_verdicts"]


@dataclass(frozen=True)
class Verdicts(ShowsTables):
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
        For what this function does not measure itself: of ``month``, scenarios ``today`` and ``plan``.
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
    rows = [{str(k): v for k, v in row.items()} for row in targets.to_dict("records")]
    by = [measured_by.get(str(row["indicator"]), "") for row in rows]
    maker = _LineMaker(rows, by, features, month, months, lang)
    works = [maker.line(row, measure) for row, measure in zip(rows, by, strict=True)]
    compared = _compared(targets, works, indicators, lang)
    lines = [work.row(compared) for work in works]
    table = VERDICTS.coerce(pd.DataFrame(lines, columns=VERDICTS.names)).sort_values(
        list(VERDICTS.key), ignore_index=True
    )
    return Verdicts(
        VERDICTS.validate(table),
        _table([row for work in works for row in work.closing], CLOSING),
        _table([row for work in works for row in work.sensitivity], SENSITIVITY),
    )


class _LineMaker:
    """Makes the line of each target: all areas are cut once, and each network is built once, for all of them."""

    def __init__(
        self,
        rows: list[dict[str, Any]],
        by: list[str],
        features: gpd.GeoDataFrame | None,
        month: str,
        months: Mapping[str, str],
        lang: str,
    ) -> None:
        self.features, self.month, self.months, self.lang = features, month, months, lang
        both = list(zip(rows, by, strict=True))
        areas = [str(row["area"]) for row, measure in both if _is_length(measure)]
        self.lengths = area_lengths(areas, features, month=month)
        self.own = self._own_lengths([(str(row["document"]), str(row["area"])) for row, m in both if _is_length(m)])
        self.official = official_lengths()
        wanted = [
            (measure, str(row["area"]), year_of(self._plan_month(row), row["year"]))
            for row, measure in both
            if measure in TIME_INDICATORS
        ]
        self.times = TargetTimes(features, wanted)

    def _plan_month(self, row: Mapping[str, Any]) -> str:
        return self.months.get(str(row["document"]), "")

    def _own_lengths(self, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], AreaLengths]:
        """Measure areas with the projects alone that a document names."""
        if self.features is None:
            return {}
        found = {}
        for document in dict.fromkeys(name for name, _ in wanted):
            mine = [document in str(names).split("|") for names in self.features["documents"]]
            if any(mine):
                areas = [area for name, area in wanted if name == document]
                for area, lengths in area_lengths(areas, self.features[mine], month=self.month).items():
                    found[document, area] = lengths
        return found

    def line(self, row: dict[str, Any], measured_by: str) -> TargetLine:
        """Return the line of a target, measured."""
        area, document = str(row["area"]), str(row["document"])
        facts = row, measured_by, self.month, self._plan_month(row), self.lang
        if area in self.lengths and _is_length(measured_by):
            own = self.own.get((document, area))
            return LengthLine(*facts, lengths=self.lengths[area], official=self.official, own=own)
        if measured_by in TIME_INDICATORS:
            return TimeLine(*facts, times=self.times)
        units = area_units(area) if measured_by == INDICATOR else None
        if units is not None:
            return AirportLine(*facts, units=units, features=self.features)
        return TargetLine(*facts)


def _compared(targets: pd.DataFrame, works: list[TargetLine], indicators: pd.DataFrame, lang: str) -> Compared:
    """
    Compare all that was measured with its bounds.

    A target that was measured here is compared by itself: 合肥都市圈 of 2019 and of 2024 have one name and two times.
    """
    others = [not work.measured for work in works]
    base = indicators[indicators["scenario"].isin(["today", "plan"])]
    base = base[base["indicator"].isin({work.by for work, other in zip(works, others, strict=True) if other})]
    parts = [assess(targets[others], base, scenarios=["today", *STAGES.values()], lang=lang)] if any(others) else []
    for i, work in enumerate(works):
        if work.measured:
            own = pd.DataFrame(work.measured, columns=INDICATORS.names).drop_duplicates(list(INDICATORS.key))
            scenarios = dict.fromkeys(["today", *STAGES.values(), *(str(s) for s in own["scenario"])])
            parts.append(assess(targets.iloc[[i]], own, scenarios=list(scenarios), lang=lang))
    return {
        (*(row[name] for name in KEY), row["scenario"]): {str(k): v for k, v in row.items()}
        for part in parts
        for row in part.to_dict("records")
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
