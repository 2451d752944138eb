"""
One line per target: what was promised, where we stand, by which definition, what is missing, and which projects close it.

:func:`projects.assessment.assess` compares each measured value with its bound; this module measures what a target's reader
asks for beyond today and the whole plan: the month of the plan, the projects by stage, other usual definitions, published
figures, and the shortest list of projects that closes the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import VocabularyError
from layers.scenario import DATA_MONTH, parse_month
from layers.schema import INDICATORS
from projects.assessment import assess
from projects.indicators import indicators as known_indicators
from projects.schema import CLOSING, SENSITIVITY, TARGETS, VERDICTS
from projects.verdict.area_lengths import area_lengths, density_of
from projects.verdict.judgement import STAGES, judge
from projects.verdict.reference_targets import official_lengths
from projects.verdict.target_line import KEY, Compared, TargetLine
from projects.verdict.target_times import TIME_INDICATORS, TargetTimes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geo.schema import Schema

__all__ = ["STAGES", "Verdicts", "judge", "target_verdicts"]


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
    works: list[TargetLine] = []
    for target, (area, by, document) in zip(targets.to_dict("records"), wanted, strict=True):
        # A document's own month may not lie after today's network.
        work = TargetLine({str(k): v for k, v in target.items()}, by, month, months.get(document, ""), lang)
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


def _compared(targets: pd.DataFrame, works: list[TargetLine], indicators: pd.DataFrame) -> Compared:
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
        (*(row[name] for name in KEY), row["scenario"]): {str(k): v for k, v in row.items()}
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
