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

from geo.errors import SchemaError
from maps.gis.handover import is_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["CODE_PAGES", "Loss", "dbf_bytes"]

FIELD_BYTES = 254
"""Longest text of a dBASE field, in bytes."""

MAX_FIELDS, MAX_RECORD_BYTES = 255, 65535
"""What a dBASE header can say."""

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

_EXACT_WHOLE = 2**53
"""A column with nulls becomes floating point in pandas: beyond this, whole numbers are no longer told apart there."""


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
    """A field and its cells, shape (n,), bytes of the field's width each."""

    kind: bytes
    decimals: int
    cells: NDArray[np.bytes_]

    @property
    def width(self) -> int:
        return self.cells.dtype.itemsize


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

    Raises
    ------
    SchemaError
        If there are more than 255 fields, or a row needs more than 65,535 bytes.
    """
    losses: list[Loss] = []
    fields = {names[column]: _field(table[column], names[column], encoding, losses) for column in names}
    if not fields:  # a dBASE file without a field is refused by every reader
        fields = {"FID": _whole([str(i) for i in range(len(table))], np.arange(len(table)))}
    head = b"".join(
        name.encode(encoding).ljust(11, b"\0") + f.kind + bytes(4) + bytes([f.width, f.decimals]) + bytes(14)
        for name, f in fields.items()
    )
    width = 1 + sum(f.width for f in fields.values())
    if len(fields) > MAX_FIELDS or width > MAX_RECORD_BYTES:
        message = (
            f"a shapefile holds {MAX_FIELDS} fields of {MAX_RECORD_BYTES} bytes together; the table has {len(fields)} of"
            f" {width}; use a GeoPackage"
        )
        raise SchemaError(message)
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
    records = np.full((len(table), width), ord(" "), dtype=np.uint8)  # the first byte of each: not deleted
    position = 1
    for field in fields.values():
        cells = np.ascontiguousarray(field.cells).view(np.uint8).reshape(len(table), field.width)
        records[:, position : position + field.width] = cells
        position += field.width
    return start + head + b"\r" + records.tobytes() + b"\x1a", losses


def _field(values: pd.Series, name: str, encoding: str, losses: list[Loss]) -> _Field:
    if pd.api.types.is_bool_dtype(values) and values.dtype != object:
        letters = [b"?" if _missing(v) else b"T" if v else b"F" for v in values]
        return _Field(b"L", 0, np.array(letters, dtype="S1"))
    if pd.api.types.is_integer_dtype(values):
        return _integers(values, name, losses)
    if pd.api.types.is_float_dtype(values):
        return _floats(values, name, losses)
    if is_date(values):
        days = [b" " * 8 if _missing(v) else _date(v).encode() for v in values]
        return _Field(b"D", 0, np.array(days, dtype="S8"))
    return _texts(values, name, encoding, losses)


def _integers(values: pd.Series, name: str, losses: list[Loss]) -> _Field:
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    texts = ["" if _missing(value) else str(int(value)) for value in distinct]
    _report(codes, {i: (t, "digits") for i, t in enumerate(texts) if t and abs(int(t)) > _EXACT_WHOLE}, name, losses)
    return _whole(texts, codes)


def _whole(texts: list[str], codes: NDArray[np.int64]) -> _Field:
    """Return whole numbers: 9 wide where they fit (a 32-bit integer to readers), else 18, else as wide as they are."""
    longest = max((len(t) for t in texts), default=0)
    width = 9 if longest <= 9 else max(_EXACT_DIGITS, longest)
    return _Field(b"N", 0, _cells([t.rjust(width).encode() for t in texts], codes, width))


def _floats(values: pd.Series, name: str, losses: list[Loss]) -> _Field:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    # The bits tell 0.0 from -0.0, which are equal as numbers.
    codes, bits = pd.factorize(numbers.view(np.int64))
    distinct = bits.view(np.float64).tolist()
    texts = ["" if not math.isfinite(v) else repr(v).removesuffix(".0") for v in distinct]
    _report(codes, {i: (repr(v), "not_finite") for i, v in enumerate(distinct) if math.isinf(v)}, name, losses)
    return _Field(b"N", 15, _cells([t.rjust(24).encode() for t in texts], codes, 24))


def _texts(values: pd.Series, name: str, encoding: str, losses: list[Loss]) -> _Field:
    if pd.api.types.infer_dtype(values, skipna=True) != "string":  # 1, 1.0 and True are one value to a hash table
        values = values.map(_text)
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    cells: list[bytes] = []
    lost: dict[int, tuple[str, str]] = {}
    for number, value in enumerate(distinct):
        text = _text(value)
        cell, reason = _text_cell(text, encoding)
        if reason:
            lost[number] = text, reason
        cells.append(cell)
    _report(codes, lost, name, losses)
    width = max((len(cell) for cell in cells), default=0) or 1
    return _Field(b"C", 0, _cells([cell.ljust(width) for cell in cells], codes, width))


def _text_cell(text: str, encoding: str) -> tuple[bytes, str]:
    """Return what a text field holds of a text, and why that is not the whole, or ``""``."""
    reason, shown = "", text
    if text != text.strip(" ") or "\0" in text:
        reason, shown = "blanks", text.replace("\0", " ").strip(" ")
    if encoding == "gb18030" and not shown.isascii() and _MOVED_IN_GB18030.search(shown):
        reason, shown = "character", _MOVED_IN_GB18030.sub(_GETA, shown)
    raw = shown.encode(encoding, errors="replace")
    if len(raw) > FIELD_BYTES:
        return raw[:FIELD_BYTES].decode(encoding, errors="ignore").strip(" ").encode(encoding), "cut"
    return raw, reason


def _cells(distinct: list[bytes], codes: NDArray[np.int64], width: int) -> NDArray[np.bytes_]:
    """Return the cell of each row from the distinct ones; most columns of a register repeat a few words."""
    cells: NDArray[np.bytes_] = np.array(distinct, dtype=f"S{width}")[codes]
    return cells


def _report(codes: NDArray[np.int64], lost: Mapping[int, tuple[str, str]], name: str, losses: list[Loss]) -> None:
    """Add a loss for every row that holds one of the distinct values that are lost."""
    if lost:
        for row in np.flatnonzero(np.isin(codes, list(lost))).tolist():
            text, reason = lost[int(codes[row])]
            losses.append(Loss(row + 1, name, text, reason))


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
