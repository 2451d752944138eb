"""Tables as CSV: one per contract, in UTF-8 with byte-order mark or GB18030, safe for spreadsheets (geo.spreadsheet_text)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pandas as pd

from geo.atomic_output import write_bytes
from geo.spreadsheet_text import csv_text, guarded
from maps.gis.field_names import full_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geo.schema import Schema
    from maps.gis.field_names import NameStyle
    from maps.gis.handover import Layer

__all__ = ["csv_bytes", "joined", "write_csv_tables"]


def joined(layers: Sequence[Layer]) -> list[tuple[pd.DataFrame, Schema]]:
    """Return the attributes of layers as one table per contract, by its key."""
    schemas: dict[str, Schema] = {}
    parts: dict[str, list[pd.DataFrame]] = {}
    for layer in layers:
        schemas.setdefault(layer.schema.name, layer.schema)
        parts.setdefault(layer.schema.name, []).append(layer.attributes())
    tables = []
    for name, schema in schemas.items():
        table = pd.concat(parts[name], ignore_index=True) if len(parts[name]) > 1 else parts[name][0]
        if schema.key:
            table = table.sort_values(list(schema.key), ignore_index=True)
        tables.append((table, schema))
    return tables


def write_csv_tables(layers: Sequence[Layer], path: Path, encoding: str, style: NameStyle) -> int:
    """
    Write the attributes of layers as CSV, one file per contract.

    Parameters
    ----------
    layers : sequence of Layer
    path : Path
        The first contract's file; further ones have its name and the contract's.
    encoding : {"utf-8", "gb18030"}
        UTF-8 gets a byte-order mark, without which Excel misreads Chinese; GB18030 is what a Chinese Excel expects.
    style : {"ascii", "zh"}
        Column names.

    Returns
    -------
    int
        How many texts hold a broken character (half of a pair), which no encoding writes; ``?`` stands for it.
    """
    damaged = 0
    for number, (table, schema) in enumerate(joined(layers)):
        names = full_names(schema, style)
        out = pd.DataFrame(table[list(names)])
        for name in names:
            if out[name].dtype == "boolean":
                out[name] = out[name].map({True: "yes", False: "no"}).fillna("")
            elif not pd.api.types.is_numeric_dtype(out[name]):
                damaged += sum(isinstance(v, str) and not _encodable(v) for v in out[name])
        file = path if number == 0 else path.with_name(f"{path.stem}_{schema.name}{path.suffix}")
        text = csv_text(out.rename(columns=names))
        write_bytes(file, text.encode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace"))
    return damaged


def csv_bytes(rows: Iterable[Sequence[object]], *, quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    """Return rows as CSV: UTF-8 with byte-order mark, LF. Quote all where texts may hold a lone carriage return."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([guarded(v) if isinstance(v, str) else v for v in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _encodable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)
