"""Tables as CSV: one per contract, in UTF-8 with byte-order mark or GB18030, safe for spreadsheets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from geo.io import write_bytes
from maps.gis.field_names import full_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.schema import Schema
    from maps.gis.field_names import NameStyle
    from maps.gis.handover import Layer

__all__ = ["joined", "write_csv_tables"]

_FORMULA = re.compile(r"^'*[=+\-@\t\r](?=.)", re.DOTALL)
"""As in :mod:`geo.io`: text that a spreadsheet would run is written behind an apostrophe, which ``read_table`` removes."""


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


def write_csv_tables(layers: Sequence[Layer], path: Path, encoding: str, style: NameStyle) -> list[Path]:
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
    list of Path
    """
    paths = []
    for number, (table, schema) in enumerate(joined(layers)):
        names = full_names(schema, style)
        out = pd.DataFrame(table[list(names)])
        for name in names:
            if out[name].dtype == "boolean":
                out[name] = out[name].map({True: "yes", False: "no"}).fillna("")
            elif not pd.api.types.is_numeric_dtype(out[name]):
                out[name] = [f"'{v}" if isinstance(v, str) and _FORMULA.match(v) else v for v in out[name]]
        file = path if number == 0 else path.with_name(f"{path.stem}_{schema.name}{path.suffix}")
        text = out.rename(columns=names).to_csv(index=False, lineterminator="\n")
        write_bytes(file, text.encode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace"))
        paths.append(file)
    return paths
