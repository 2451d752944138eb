"""
Quantitative targets of a plan: indicator, bound, value, unit, year and area, each with the words it was read from.

The vocabulary is two tables, ``projects/data/indicators.csv`` (names of indicators, what measures them) and
``projects/data/units.csv``. See :mod:`projects.grammar.target_words` for what makes a quantity a target,
:mod:`projects.grammar.deadlines` for its year and :mod:`projects.grammar.target_subjects` for what it is about.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from projects.grammar.deadlines import DEADLINE, Calendar, Deadlines
from projects.grammar.quantities import WINDOW, Quantity, Segment, segments
from projects.grammar.target_subjects import (
    INFRASTRUCTURE,
    NUMBERING,
    OTHER,
    area_of,
    milestone_of,
    noun_of,
    without_deadline,
    without_place,
)
from projects.grammar.target_words import (
    BOUND_WORDS,
    FUTURE_PARAGRAPH,
    PAST_PARAGRAPH,
    WORKS,
    bound_of,
    carried_bound,
    is_target,
)
from projects.indicators import Indicator, kind_of_unit, match_indicator
from projects.schema import TARGETS, Comparator
from projects.status import past_passages, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.documents import Document, Passage

__all__ = ["extract_targets"]


def extract_targets(document: Document) -> pd.DataFrame:
    """
    Read every quantitative target of a plan.

    Parameters
    ----------
    document : Document

    Returns
    -------
    DataFrame, contract ``projects.schema.TARGETS``, in the order of the text
        ``indicator`` is a key of ``projects/data/indicators.csv``, or ``other:`` and the plan's words. A range
        (10-11%) keeps its lower end. A milestone (2019年底前…通车) is ``<=`` the year, unit ``year``.
        ``year`` is NA where the plan states none or its digits are lost. ``area`` is short (合肥), or as the plan
        names it (环巢湖; 肥东、巢湖、长丰、经开).

    Examples
    --------
    >>> from projects.documents import parse_document
    >>> plan = parse_document("到2025年,铁路网密度达到700公里/万平方公里。", region="合肥市")
    >>> extract_targets(plan)[["indicator", "comparator", "value", "unit", "year", "area"]].values.tolist()
    [['railway_network_density', '>=', 700.0, 'km/10000km2', 2025, '合肥']]
    """
    calendar = Calendar.of(document)
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    texts = [(p.headings, document.simplified[p.start : p.end]) for p in document.passages]
    before: tuple[tuple[str, ...], int | None] = ((), None)
    for passage, past in zip(document.passages, past_passages(texts), strict=True):
        text = document.simplified[passage.start : passage.end]
        deadlines = Deadlines.of(text, calendar)
        goals = passage.headings and "目标" in passage.headings[-1]
        carried = before[1] if before[0] == passage.headings and (goals or re.match(r"[—\-●•·]", text)) else None
        before = (passage.headings, deadlines.last_head(carried))
        told = past and re.search(r"将|力争|确保|计划|(?<!截)[到至]20\d\d年", text) is None
        for row in () if told else _passage_targets(document, passage, calendar, deadlines, carried):
            start, end = int(str(row["start"])), int(str(row["end"]))
            row |= {"document": document.document, "clause": passage.clause, "quotation": document.text[start:end]}
            rows.setdefault((start, end, row["indicator"]), row)
    table = TARGETS.coerce(pd.DataFrame(list(rows.values()), columns=TARGETS.names))
    return TARGETS.validate(table.sort_values(["start", "end", "indicator"], ignore_index=True))


def _passage_targets(
    document: Document, passage: Passage, calendar: Calendar, deadlines: Deadlines, carried: int | None
) -> Iterator[dict[str, object]]:
    text = document.simplified[passage.start : passage.end]
    if PAST_PARAGRAPH.search(text) and not FUTURE_PARAGRAPH.search(text):
        return
    default = carried or calendar.default(passage.end)
    report = False
    for sentence in re.finditer(r"[^。;!?\n]+", text):
        done, report = reports(sentence[0], before=report)
        # A paragraph that opens by looking back goes on so, until a sentence looks ahead.
        report = report and re.search(r"将|要|拟|计划|预计|目标", sentence[0]) is None
        if done:
            continue
        prior: Comparator | None = None
        for clause in re.finditer(r"[^,:]+(?::1[^,:]*)?", sentence[0]):
            at = sentence.start() + clause.start()
            for segment in segments(clause[0]):
                here = at + segment.quantity.start
                year, deadline = deadlines.at(sentence.start(), at, here, default=default)
                if year is not None and calendar.issued is not None and year < calendar.issued:
                    continue  # 「十三五」末达到 in a plan of a later year is a report
                left, right = max(sentence.start(), here - WINDOW), min(sentence.end(), here + WINDOW)
                before, around = text[left : at + segment.quantity.end], text[left:right]
                row = _read_segment(document, segment, clause[0], before, around, deadline=deadline, prior=prior)
                prior = Comparator(str(row["comparator"])) if row else None
                if row:
                    row["year"] = year
                    yield _shifted(row, passage.start + at)
            milestone = milestone_of(document, clause[0], text[max(sentence.start(), at - 60) : at])
            if milestone:
                yield _shifted(milestone, passage.start + at)


def _shifted(row: dict[str, object], by: int) -> dict[str, object]:
    return row | {"start": int(str(row["start"])) + by, "end": int(str(row["end"])) + by}


def _read_segment(
    document: Document,
    segment: Segment,
    clause: str,
    before: str,
    around: str,
    *,
    deadline: bool,
    prior: Comparator | None = None,
) -> dict[str, object] | None:
    bound, width = bound_of(segment)
    if bound is None:
        bound = carried_bound(segment, prior)
    if not is_target(segment, before, around, bound=bound, deadline=deadline):
        return None
    q = segment.quantity
    if not segment.follows and segment.start == 0:
        segment = replace(segment, left=NUMBERING.sub("", segment.left))
    subject = without_deadline(segment.left)
    if segment.subject:
        segment = replace(segment, left=segment.subject, inherited="")
    left, place = without_place(without_deadline(segment.left))
    right = segment.right[width:]
    own_words = DEADLINE.sub("", re.sub(rf"{WORKS}|{BOUND_WORDS}", "", left)).strip("、的 ")
    window = re.sub(
        r"\([^()#]*\)", "", f"{left}#{right}"
    )  # 高铁(含城际)里程: what is in brackets is included, not meant
    known = match_indicator(window, q.unit)
    bare = not own_words and not re.match(r"的?[\u4e00-\u9fff]", right)
    if known is None and segment.follows and (bare or (bound is None and not re.search(WORKS, left))):
        # 新开工棚户区改造9万套、基本建成8万套: the second amount is of the first one's subject.
        window = without_deadline(segment.inherited) + window
        known = match_indicator(window, q.unit)
    if bound is None and q.unit.endswith("yuan") and re.search(r"(?:力争|确保|争取)[^,。;]{0,12}$", segment.left):
        bound = Comparator.AT_LEAST
    timed = q.unit in ("h", "min", "days")
    # A travel time is a bound from above, and the longer end of 1-1.5小时 is what must hold.
    comparator = bound or (Comparator.AT_MOST if timed else Comparator.EQUAL)
    value = q.upper if comparator == Comparator.AT_MOST else q.value
    noun = noun_of(left if own_words else "", right, segment.inherited)
    unit = _unit(q, known)
    end = q.end + width
    # A counted thing is named after the number: its noun is part of the words.
    if (
        q.kind.endswith("count")
        or timed
        or q.kind == "all"
        or right.startswith("的")
        or q.unit.endswith(("persons", "counties"))
    ):
        end = max(end, segment.end)
    start = q.start - len(subject)
    start += len(clause[start:end]) - len(clause[start:end].lstrip(" ("))
    return {
        "indicator": known.key if known else OTHER + noun,
        "indicator_zh": noun,
        "comparator": comparator,
        "value": value,
        "unit": unit,
        "area": place or area_of(document, segment, around),
        "infrastructure": known.infrastructure if known else INFRASTRUCTURE.search(window) is not None,
        "start": start,
        "end": end - (len(clause[start:end]) - len(clause[start:end].rstrip())),
    }


def _unit(q: Quantity, known: Indicator | None) -> str:
    prefix = next((p for p in ("100m ", "10000 ") if q.unit.startswith(p)), "")
    if known is None or known.unit == "":
        return q.unit
    noun = re.sub(r"^(?:10000|100m) ", "", known.unit)
    if q.unit[len(prefix) :] == "count":
        return prefix + noun if kind_of_unit(known.unit) == "count" else q.unit
    if " per " in known.unit and known.unit.startswith(q.unit):
        return known.unit
    return q.unit
