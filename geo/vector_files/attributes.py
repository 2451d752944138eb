"""Fields as GDAL gives them, as columns: names made unique, texts decoded, dates and whole numbers with their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.vector_files.findings import Finding
from geo.vector_files.text_encoding import best_encoding, decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["LATIN", "attribute_table"]

LATIN: Final = "ISO-8859-1"
"""Bytes of a dBASE table are read as this, which maps each byte to a character and back, and decoded afterwards."""

EXACT_WHOLE: Final = 2.0**53


def attribute_table(
    layer: str,
    fields: Sequence[str],
    types: Sequence[str],
    columns: Sequence[NDArray[Any]],
    rows: int,
    *,
    stated: str | None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Return the attributes of a layer.

    Parameters
    ----------
    layer : str
    fields, types, columns : sequences of equal length
        Names, GDAL types (``OFTString`` …, and ``OFTBoolean`` for its subtype of whole numbers) and values.
    rows : int
    stated : str or None
        Stated encoding of a dBASE table read as ``LATIN`` (``""``: none stated); None where texts are texts already.

    Returns
    -------
    table : DataFrame, ``rows`` rows
    findings : list of Finding
    """
    found: list[Finding] = []
    values = list(columns)
    names = list(fields)
    if stated is not None:
        names, values, said = _in_their_encoding(layer, names, types, values, stated)
        found += said
    unique = _unique(names)
    renamed = [f"{old} → {new}" for old, new in zip(names, unique, strict=True) if old != new]
    if renamed:
        found.append(Finding("field_renamed", layer, detail=", ".join(renamed)))
    out: dict[str, Any] = {}
    for name, kind, cells in zip(unique, types, values, strict=True):
        out[name], code = _typed(cells, kind)
        if code:
            found.append(Finding(code, layer, detail=name))
    return pd.DataFrame(out, index=pd.RangeIndex(rows)), found


def _in_their_encoding(
    layer: str, names: list[str], types: Sequence[str], values: list[NDArray[Any]], stated: str
) -> tuple[list[str], list[NDArray[Any]], list[Finding]]:
    raw_names = [_bytes(name) for name in names]
    raw = {i: [_bytes(v) for v in values[i]] for i, kind in enumerate(types) if kind == "OFTString"}
    chosen = best_encoding([*raw_names, *(cell for cells in raw.values() for cell in cells)], stated)
    found = []
    if chosen and chosen != stated:
        found.append(Finding("encoding_overruled" if stated else "encoding_guessed", layer, detail=chosen))
    codec = chosen or "ascii"
    names = [decoded(name, codec) for name in raw_names]
    values = list(values)
    for i, cells in raw.items():
        empty = [v is None for v in values[i]]
        texts = [None if none else decoded(cell, codec) for none, cell in zip(empty, cells, strict=True)]
        damaged = tuple(row for row, text in enumerate(texts, start=1) if text and "\ufffd" in text)
        if damaged:
            found.append(Finding("text_damaged", layer, damaged, names[i]))
        values[i] = np.array(texts, dtype=object)
    return names, values, found


def _bytes(text: str | None) -> bytes:
    return b"" if text is None else text.encode("latin-1", errors="replace")


def _unique(names: Sequence[str]) -> list[str]:
    """Number names that repeat whatever their case, or that would be taken for the geometry."""
    taken = {"geometry"}
    out = []
    for name in names:
        base = new = name or "field"
        number = 1
        while new.casefold() in taken:
            number += 1
            new = f"{base}_{number}"
        taken.add(new.casefold())
        out.append(new)
    return out


def _typed(cells: NDArray[Any], kind: str) -> tuple[Any, str]:
    """Return a column with its type, and a finding's code where something of it could not be kept."""
    if kind in {"OFTInteger", "OFTInteger64"} and cells.dtype.kind == "f":  # whole numbers, some missing
        big = bool((np.abs(cells[np.isfinite(cells)]) >= EXACT_WHOLE).any())
        return pd.array(np.where(np.isnan(cells), np.nan, cells), dtype="Float64").astype(
            "Int64"
        ), "digits" if big else ""
    if kind == "OFTBoolean":
        return pd.array([None if v is None or v != v else bool(v) for v in cells.tolist()], dtype="boolean"), ""
    if kind in {"OFTDate", "OFTDateTime"}:
        known = pd.Series(cells, dtype=object)
        filled = known.notna() & (known.astype(str) != "")
        if filled.any() and known[filled].astype(str).str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True).any():
            return known, ""  # with time zones: as written
        dates = pd.to_datetime(known.where(filled).astype(object), errors="coerce", format="ISO8601")
        if dates[filled].isna().any():
            return known, "dates_as_text"
        return dates, ""
    if cells.dtype == object and len(cells) and any(isinstance(v, (list, np.ndarray)) for v in cells):
        return np.array(
            [
                None if v is None else ", ".join(str(x) for x in v) if isinstance(v, (list, np.ndarray)) else v
                for v in cells
            ],
            dtype=object,
        ), ""
    return cells, ""
