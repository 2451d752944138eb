"""
Texts in tables that a spreadsheet may open: none is ever run as a formula, and every one is read back as it was.

One rule for every CSV that tongtu writes: a text that begins (perhaps after apostrophes) with ``= + - @``, their full-width
forms, which Chinese and Japanese editions of Excel take for the same, a tabulator, a carriage return or a line feed is
written behind an apostrophe, the spreadsheets' own mark for text; every reader of tongtu takes one such apostrophe away
again. The rule is its own inverse for any text, also for those that begin with apostrophes. What begins otherwise is written
as it is. A workbook has a type for text and needs no mark.

References
----------
OWASP, "CSV Injection": the characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["guarded", "guarded_column", "unguarded"]

_FORMULA = re.compile(r"^'*[=+\-@＝＋－＠\t\r\n](?=.)", re.DOTALL)


def guarded(text: str) -> str:
    """
    Return a text as it stands in a CSV.

    Examples
    --------
    >>> guarded("=1+1"), guarded("'=1+1"), guarded("合肥"), guarded("-")
    ("'=1+1", "''=1+1", '合肥', '-')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """
    Return the text that stands in a cell of a CSV.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'合肥'")
    ('=1+1', "'=1+1", "'合肥'")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def guarded_column(values: pd.Series) -> list[Any]:
    """Return a column as it stands in a CSV: texts guarded, all else as it is."""
    return [guarded(value) if isinstance(value, str) else value for value in values]
