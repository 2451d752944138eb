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

import csv
import re
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["csv_text", "guarded", "guarded_table", "unguarded"]

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


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it stands in a CSV: its texts and the names of its columns guarded."""
    out = table.copy()
    for label in out.columns:
        if not pd.api.types.is_numeric_dtype(out[label]):
            out[label] = [guarded(value) if isinstance(value, str) else value for value in out[label]]
    names: dict[Hashable, Hashable] = {c: guarded(c) if isinstance(c, str) else c for c in out.columns}
    return out.rename(columns=names)


def csv_text(table: pd.DataFrame) -> str:
    """
    Return a table as CSV: header, LF, texts guarded, without its index.

    All cells are quoted where one holds a carriage return, which readers, and spreadsheets, would take for the end of a row.
    """
    out = guarded_table(table)
    texts = (out[label] for label in out.columns if not pd.api.types.is_numeric_dtype(out[label]))
    broken = any(isinstance(value, str) and "\r" in value for values in texts for value in values)
    return out.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL)
