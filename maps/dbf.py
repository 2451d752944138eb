"""
The attribute table of a shapefile (dBASE III), written field by field so that what it cannot hold is known and kept.

GDAL's own writer cuts texts inside a Chinese character and prints numbers with fifteen decimals, so that 1e-20 becomes 0
and 1e300 is refused. Here a number is the shortest text that reads back as the same double (never over 24 characters),
a text ends between characters, and every value that the field does not carry whole is reported for the companion.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from maps.handover import is_date

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODE_PAGES", "Loss", "dbf_bytes"]

FIELD_BYTES = 254
"""Longest text of a dBASE field, in bytes."""

HEADER_DATE = bytes([100, 1, 1])
"""2000-01-01 as the date of writing, fixed so that the same content gives the same bytes."""

CODE_PAGES: Final[dict[str, tuple[str, int]]] = {"utf-8": ("UTF-8", 0x00), "gb18030": ("GB18030", 0x4D)}
"""
Encoding to what stands in the .cpg and in the language byte of the header. 0x4D is code page 936 (GBK), of which GB18030 is
a superset: what a program that knows no .cpg falls back to.
"""

_MOVED_IN_GB18030 = re.compile("[\u1e3f\u9fb4-\u9fbb\ue000-\uf8ff\ufe10-\ufe19]")
"""Characters that the editions of GB18030 (2000, 2005, 2022) encode differently: Python and GDAL read other ones back."""

_GETA = "〓"
"""Stands for such a character in the field; the whole text is in the companion."""

_EXACT_DIGITS = 18
"""GDAL reads whole numbers of more digits as floating point."""


@dataclass(frozen=True)
class Loss:
    """
    A value that a field does not carry whole.

    Parameters
    ----------
    record : int
        Number of the row in the file, from 1.
    field : str
        Name in the file.
    text : str
        The whole value.
    reason : {"cut", "blanks", "character", "digits", "not_finite"}
        Longer than 254 bytes; blanks at an end, which readers strip; a character without a stable code; more digits than
        read back; infinite.
    """

    record: int
    field: str
    text: str
    reason: str


@dataclass(frozen=True)
class _Field:
    kind: bytes
    width: int
    decimals: int
    cells: list[bytes]


def dbf_bytes(table: pd.DataFrame, names: Mapping[str, str], encoding: str) -> tuple[bytes, list[Loss]]:
    """
    Return a dBASE file of a table.

    Parameters
    ----------
    table : DataFrame, n rows
        Yes/no becomes logical, whole numbers and floats numeric, dates without a time date fields, all else text.
    names : mapping of column to field name, at most ten bytes each
        Columns to write, in order.
    encoding : {"utf-8", "gb18030"}

    Returns
    -------
    content : bytes
    losses : list of Loss
        Every value that does not read back as it was, with the whole of it. Empty text and no text are one, as in a CSV;
        a missing number or date is blank, which readers tell from 0.
    """
    losses: list[Loss] = []
    fields = {names[column]: _field(table[column], names[column], encoding, losses) for column in names}
    if not fields:  # a dBASE file without a field is refused by every reader
        fields = {"FID": _whole([_number_text(i) for i in range(len(table))])}
    head = b"".join(
        name.encode(encoding).ljust(11, b"\0") + f.kind + bytes(4) + bytes([f.width, f.decimals]) + bytes(14)
        for name, f in fields.items()
    )
    width = 1 + sum(f.width for f in fields.values())
    start = (
        b"\x03"
        + HEADER_DATE
        + len(table).to_bytes(4, "little")
        + (32 + len(head) + 1).to_bytes(2, "little")
        + width.to_bytes(2, "little")
        + bytes(17)
        + bytes([CODE_PAGES[encoding][1]])
        + bytes(2)
    )
    records = b"".join(b" " + b"".join(row) for row in zip(*(f.cells for f in fields.values()), strict=True))
    return start + head + b"\r" + records + b"\x1a", losses


def _field(values: pd.Series, name: str, encoding: str, losses: list[Loss]) -> _Field:
    if pd.api.types.is_bool_dtype(values) and values.dtype != object:
        return _Field(b"L", 1, 0, [b"?" if _missing(v) else b"T" if v else b"F" for v in values])
    if pd.api.types.is_integer_dtype(values):
        return _integers(values, name, losses)
    if pd.api.types.is_float_dtype(values):
        return _floats(values, name, losses)
    if is_date(values):
        return _Field(b"D", 8, 0, [b" " * 8 if _missing(v) else _date(v).encode() for v in values])
    return _texts(values, name, encoding, losses)


def _integers(values: pd.Series, name: str, losses: list[Loss]) -> _Field:
    texts = []
    for record, value in enumerate(values, start=1):
        text = "" if _missing(value) else str(int(value))
        if len(text.lstrip("-")) > _EXACT_DIGITS:
            losses.append(Loss(record, name, text, "digits"))
        texts.append(text)
    return _whole(texts)


def _whole(texts: list[str]) -> _Field:
    """Return whole numbers: 9 wide where they fit (a 32-bit integer to readers), else 18, else as wide as they are."""
    longest = max((len(t) for t in texts), default=0)
    width = 9 if longest <= 9 else max(_EXACT_DIGITS, longest)
    return _Field(b"N", width, 0, [t.rjust(width).encode() for t in texts])


def _floats(values: pd.Series, name: str, losses: list[Loss]) -> _Field:
    cells = []
    for record, value in enumerate(values.to_numpy(dtype=float, na_value=np.nan).tolist(), start=1):
        text = ""
        if math.isinf(value):
            losses.append(Loss(record, name, repr(value), "not_finite"))
        elif not math.isnan(value):
            text = _number_text(value)
        cells.append(text.rjust(24).encode())
    return _Field(b"N", 24, 15, cells)


def _number_text(value: float) -> str:
    return repr(value).removesuffix(".0")


def _texts(values: pd.Series, name: str, encoding: str, losses: list[Loss]) -> _Field:
    cells: list[bytes] = []
    for record, value in enumerate(values, start=1):
        text = _text(value)
        reason = ""
        shown = text
        if text != text.strip(" ") or "\0" in text:
            reason, shown = "blanks", text.replace("\0", " ").strip(" ")
        if encoding == "gb18030" and _MOVED_IN_GB18030.search(shown):
            reason, shown = "character", _MOVED_IN_GB18030.sub(_GETA, shown)
        raw = shown.encode(encoding, errors="replace")
        if len(raw) > FIELD_BYTES:
            reason, raw = "cut", raw[:FIELD_BYTES].decode(encoding, errors="ignore").strip(" ").encode(encoding)
        if reason:
            losses.append(Loss(record, name, text, reason))
        cells.append(raw)
    width = max((len(cell) for cell in cells), default=0) or 1
    return _Field(b"C", width, 0, [cell.ljust(width) for cell in cells])


def _text(value: Any) -> str:
    if _missing(value):
        return ""
    if isinstance(value, (pd.Timestamp, dt.datetime)):
        return value.isoformat()
    return str(value)


def _date(value: Any) -> str:
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or bool(value != value)
