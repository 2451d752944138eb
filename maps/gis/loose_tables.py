"""Single tables of a user: texts in whatever encoding, numbers where all cells are such, points where there are positions."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import GEOGRAPHIC, from_datum, parse_crs
from geo.errors import SchemaError
from geo.spreadsheet_text import unguarded
from geo.vector_files import Finding, VectorFile
from geo.vector_files.positions import doubts
from maps.gis.handover import Layer, geometry_layers, inferred_schema

if TYPE_CHECKING:
    from geo.crs import Datum
    from geo.schema import Schema

__all__ = ["plain_table", "points_or_rows", "typed"]

POSITIONS: Final = (
    ("lon", "lat"),
    ("lng", "lat"),
    ("longitude", "latitude"),
    ("经度", "纬度"),
    ("Longitude", "Latitude"),
)
"""Pairs of columns that make a table one of points."""

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d+)?([eE][-+]?\d+)?")
"""A number as a table writes it; a code such as 0341 is none, and stays text."""


def points_or_rows(
    name: str, table: pd.DataFrame, contract: Schema | None, *, datum: str, crs: str, axes: str
) -> tuple[list[Layer], list[Finding]]:
    """Return a table as a layer: of points, where it has columns of longitude and latitude."""
    if contract is not None:
        table = contract.coerce(table)
    schema = contract or inferred_schema(name, table)
    pair = next((pair for pair in POSITIONS if set(pair) <= set(table.columns)), None)
    if pair is None:
        return [Layer(name, table, schema, "none")], []
    first, second = (pd.to_numeric(table[label], errors="coerce") for label in pair)
    if axes == "yx":
        first, second = second, first
    known = np.isfinite(first.to_numpy(float, na_value=np.nan)) & np.isfinite(second.to_numpy(float, na_value=np.nan))
    written = table[list(pair)].notna().all(axis=1) & (table[list(pair)].astype(str) != "").all(axis=1)
    lost = tuple((np.flatnonzero(~known & written.to_numpy()) + 1).tolist())
    found = [Finding("geometry_lost", name, lost)] if lost else []
    points = gpd.GeoSeries(gpd.points_from_xy(first, second), index=table.index).where(known, None)
    system = parse_crs(crs or GEOGRAPHIC)
    drawn = gpd.GeoDataFrame(table, geometry=points, crs=system)
    doubted = doubts(drawn.geometry.to_numpy(), system, name)
    VectorFile(Path(name), {}, tuple(doubted)).refuse_unusable()
    placed = from_datum(drawn, cast("Datum", datum or "wgs84"))
    return geometry_layers(name, placed, schema), found


def plain_table(name: str, raw: bytes) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a CSV as texts, in whatever encoding its bytes are, and what could not be read of them."""
    found: list[Finding] = []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "utf-16" if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "gb18030"
        text = raw.decode(encoding, errors="replace")
        damaged = text.count("\ufffd")
        if damaged:
            rows = tuple(number for number, line in enumerate(text.splitlines()) if "\ufffd" in line)
            found.append(Finding("text_damaged", name, rows, encoding))
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        table = pd.read_csv(io.StringIO(text.replace("\0", "")), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"{name}: no table ({error})"
        raise SchemaError(message) from error
    table.columns = [unguarded(label) for label in table.columns]
    for label in table.columns:
        table[label] = [unguarded(text) for text in table[label]]
    return table, found


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Make numbers of the columns in which every filled cell is written as one."""
    out = table.copy()
    for name in out.columns:
        cells = out[name].astype(str).str.strip()
        filled = cells[cells != ""]
        if len(filled) and filled.map(lambda v: _NUMBER.fullmatch(v) is not None).all():
            numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
            whole = filled.map(lambda v: v.lstrip("-").isdigit()).all()
            out[name] = numbers.astype("Int64") if whole else numbers.astype("float64")
    return out
