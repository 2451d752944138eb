"""What each plan says of each project, when it was issued, and in which words a comparison speaks of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import VocabularyError
from layers.scenario import parse_month
from layers.schema import STAGE_ORDER, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["Plans", "Said", "plans_of"]

Said = dict[str, dict[str, tuple[str, str]]]
"""project_id → document → (furthest stage it states, clauses |-joined)."""


@dataclass(frozen=True)
class Plans:
    """
    The plans that are compared.

    Parameters
    ----------
    said : Said
    known : dict of document to its facts (document, title, date, region)
    months : dict of document to ``YYYY-MM``, "" where the date is unknown
    lang : {"zh", "en"}
        Language of the notes.
    """

    said: Said
    known: dict[str, Mapping[str, Any]]
    months: dict[str, str]
    lang: str

    def older_first(self, a: str, b: str) -> tuple[str, str]:
        """Order two documents by date, then by name; undated ones by name."""
        first, second = sorted((a, b))
        dates = self.months.get(first, ""), self.months.get(second, "")
        return (second, first) if all(dates) and dates[1] < dates[0] else (first, second)

    def word(self, zh: str, en: str) -> str:
        """Return the words in the language of the notes."""
        return zh if self.lang == "zh" else en

    def between(self, a: str, b: str) -> str:
        """Say what lies between two documents in time."""
        dates = self.months.get(a, ""), self.months.get(b, "")
        if not all(dates):
            return self.word("文件日期不明", "dates unknown")
        return self.word(f"文件甲 {dates[0]}, 文件乙 {dates[1]}", f"plan a {dates[0]}, plan b {dates[1]}")

    def naming(self) -> set[str]:
        """Return the documents that name any project at all."""
        return {document for of in self.said.values() for document in of}


def plans_of(mentions: pd.DataFrame, documents: Sequence[Mapping[str, Any]], lang: str) -> Plans:
    """
    Gather what plans say.

    Parameters
    ----------
    mentions : DataFrame, contract ``projects.schema.MENTIONS``
    documents : sequence of mapping
        document, title, date, region; date and region may be empty.
    lang : {"zh", "en"}

    Returns
    -------
    Plans

    Raises
    ------
    VocabularyError
        If the language is neither.
    """
    if lang not in ("zh", "en"):
        message = f"language {lang!r} is unknown; accepted: zh, en"
        raise VocabularyError(message)
    said: Said = {}
    for row in mentions.to_dict("records"):
        of = said.setdefault(str(row["project_id"]), {})
        stage, clauses = of.get(str(row["document"]), (Status.UNSPECIFIED.value, ""))
        further = max(stage, str(row["status"]), key=lambda s: STAGE_ORDER[s])
        listed = [c for c in clauses.split("|") if c]
        listed += [str(row["clause"])] if row["clause"] and str(row["clause"]) not in listed else []
        of[str(row["document"])] = (further, "|".join(listed))
    known = {str(d["document"]): d for d in documents}
    return Plans(said, known, {name: _month(d) for name, d in known.items()}, lang)


def _month(document: Mapping[str, Any]) -> str:
    """Return the month of a document, "" where it is unknown."""
    text = str(document.get("date") or "").strip()
    if not re.match(r"\d{4}", text):
        return ""
    try:
        return parse_month(text)
    except VocabularyError:
        return ""
