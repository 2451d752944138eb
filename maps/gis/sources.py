"""What can be handed over: the folder of an atlas, a GeoPackage or another vector file, or a single table."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import GEOGRAPHIC, from_datum, parse_crs, shifted_datum
from geo.errors import SchemaError, VocabularyError
from geo.io import read_table
from geo.spreadsheet_text import unguarded
from geo.vector_files import SUFFIXES, Finding, VectorFile, read_vector_file
from geo.vector_files.positions import doubts
from layers.schema import AREAS, FEATURES, INDICATORS, LINES, NODES, TRAVEL_TIMES
from maps.gis.datum_hint import guessed_datum
from maps.gis.handover import Layer, contract_layers, geometry_layers, inferred_schema
from projects.schema import ASSESSMENT, DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.crs import Datum
    from geo.datum_guess import DatumGuess
    from geo.schema import Schema
    from geo.vector_files import ReadingLimits

__all__ = ["Source", "read_source", "source_of"]

DATUMS: Final = ("wgs84", "gcj02", "bd09")

POSITIONS: Final = (
    ("lon", "lat"),
    ("lng", "lat"),
    ("longitude", "latitude"),
    ("经度", "纬度"),
    ("Longitude", "Latitude"),
)
"""Pairs of columns that make a table one of points."""

CONTRACTS: Final[tuple[Schema, ...]] = (
    FEATURES,
    PROJECTS,
    MENTIONS,
    ASSESSMENT,
    TARGETS,
    INDICATORS,
    TRAVEL_TIMES,
    DAMAGE,
    LINES,
    AREAS,
    NODES,
)
"""Contracts that a single table is compared with."""

TABLES: Final = (PROJECTS, MENTIONS, TARGETS, ASSESSMENT, INDICATORS, TRAVEL_TIMES)
"""Tables of an atlas beside its features, in the order of a workbook's sheets."""

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d+)?([eE][-+]?\d+)?")
"""A number as a table writes it; a code such as 0341 is none, and stays text."""


@dataclass(frozen=True)
class Source:
    """
    What was read, in EPSG:4326.

    Parameters
    ----------
    name : str
        Stem of the output's name.
    layers : list of Layer
        By mode and geometry type where the contract is ``FEATURES``.
    tables : list of Layer
        Tables without geometry that belong to it, for a workbook.
    findings : tuple of Finding
        What was repaired or is doubtful in the file.
    guess : DatumGuess or None
        Of which datum the coordinates look to be, where nobody states it.
    modified : date or None
        When the file was last changed (UTC); None for tables in memory and in a database.
    """

    name: str
    layers: list[Layer]
    tables: list[Layer] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    guess: DatumGuess | None = None
    modified: dt.date | None = None


def read_source(
    path: Path,
    *,
    datum: str = "",
    crs: str = "",
    encoding: str = "",
    axes: str = "xy",
    limits: ReadingLimits | None = None,
) -> Source:
    """
    Read what a user points at.

    Parameters
    ----------
    path : Path
        The folder of an atlas (with ``features.gpkg``); a CSV or a workbook; or any file, zip or folder that
        :func:`geo.vector_files.read_vector_file` reads.
    datum : {"", "wgs84", "gcj02", "bd09"}
        Of the coordinates. Empty: a file whose coordinate system names a shifted datum is taken at its word, all else is
        WGS 84, and a guess is offered in ``Source.guess``; nothing is shifted by it.
    crs : str
        Coordinate system, where the file states none or a wrong one.
    encoding : str
        Of the texts of a shapefile; empty to go by what is stated and by the bytes.
    axes : {"xy", "yx"}
        ``yx`` for latitude or northing first.
    limits : ReadingLimits, optional

    Returns
    -------
    Source

    Raises
    ------
    SchemaError
        If there is no such file, it cannot be read, or it breaks the contract that its columns are of.
    CrsError
        If a layer has geometries and no coordinate system, or coordinates that cannot be right.
    VocabularyError
        If an option is unknown.
    """
    if datum not in {"", *DATUMS}:
        message = f"unknown datum {datum!r}; accepted: {', '.join(DATUMS)}"
        raise VocabularyError(message)
    if path.is_dir() and (path / "features.gpkg").is_file():
        tables = [
            Layer(schema.name, read_table(path / f"{schema.name}.csv", schema), schema, "none")
            for schema in TABLES
            if (path / f"{schema.name}.csv").is_file()
        ]
        return Source(
            "features", _layers_of(read_vector_file(path / "features.gpkg"))[0], tables, modified=_modified(path)
        )
    if path.is_dir() and not any(p.suffix.lower() in SUFFIXES for p in path.iterdir()):
        message = f"no such file: {path / 'features.gpkg'}, nor another file of features in {path}"
        raise SchemaError(message)
    if path.suffix.lower() == ".csv" and path.is_file():
        return _table_source(path, datum, crs, axes)
    read = read_vector_file(path, datum=datum, crs=crs, encoding=encoding, axes=axes, limits=limits).refuse_unusable()
    layers, found = _layers_of(read, datum=datum, crs=crs, axes=axes)
    guess = None if read.datum_stated else guessed_datum(layer.table for layer in layers)
    return Source(path.stem, layers, findings=(*read.findings, *found), guess=guess, modified=_modified(path))


def source_of(table: pd.DataFrame, name: str = "features") -> Source:
    """
    Return a table in memory as a source.

    Parameters
    ----------
    table : GeoDataFrame with a CRS, or DataFrame
    name : str
        Stem of the output's name.

    Raises
    ------
    CrsError
        If it has geometries and no coordinate system.
    SchemaError
        If its columns are those of a contract that it breaks.
    """
    if isinstance(table, gpd.GeoDataFrame):
        drawn = table if table.geometry.name == "geometry" else table.rename_geometry("geometry")
        table = from_datum(drawn.reset_index(drop=True), shifted_datum(drawn.crs) or "wgs84" if drawn.crs else "wgs84")
    return Source(name, _layers_of(VectorFile(Path(name), {name: table}))[0])


def _layers_of(
    read: VectorFile, *, datum: str = "", crs: str = "", axes: str = "xy"
) -> tuple[list[Layer], list[Finding]]:
    known: list[gpd.GeoDataFrame] = []
    others: list[Layer] = []
    found: list[Finding] = []
    for name, content in read.layers.items():
        table = _restored(content, name, read.beside.get(name, {}))
        contract = next((s for s in CONTRACTS if _holds(s, set(table.columns))), None)
        if not isinstance(table, gpd.GeoDataFrame):
            if contract is not FEATURES:
                layers, said = _from_table(name, table, contract, datum=datum, crs=crs, axes=axes)
                others += layers
                found += said
                continue
            table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table)), crs=FEATURES.crs)
        if contract is FEATURES:
            known.append(FEATURES.coerce(table))
        else:
            others += geometry_layers(name, table, inferred_schema(name, table))
    if known:
        joined = gpd.GeoDataFrame(pd.concat(known, ignore_index=True), geometry="geometry", crs=FEATURES.crs)
        return contract_layers(joined) + others, found
    return others, found


def _restored(table: pd.DataFrame, layer: str, beside: Mapping[str, bytes]) -> pd.DataFrame:
    """
    Undo what a shapefile of tongtu's could not hold: full names from ``fields.csv``, whole values from ``long_texts.csv``.

    Both are left alone where their fields are not the file's.
    """
    if set(beside) != {"fields.csv", "long_texts.csv"}:
        return table
    (dictionary, _), (whole, _) = (_plain_table(name, beside[name]) for name in ("fields.csv", "long_texts.csv"))
    if not ({"field", "name", "table"} <= set(dictionary) and {"layer", "record", "field", "text"} <= set(whole)):
        return table
    columns = set(table.columns) - {"geometry"}
    for _, rows in dictionary.groupby("table", sort=False):
        names = dict(zip(rows["field"], rows["name"], strict=True))
        if set(names) == columns:
            break
    else:
        return table
    out = table.copy()
    mine = whole[whole["layer"] == layer]
    for label, lost in mine.groupby("field"):
        if label not in columns or not lost["record"].str.fullmatch(r"[1-9]\d*").all():
            continue
        values = out[label].astype(object)
        numeric = pd.api.types.is_numeric_dtype(out[label])
        for record, text in zip(lost["record"], lost["text"], strict=True):
            if int(record) > len(values):
                continue
            whole_number = numeric and text.lstrip("-").isdigit()
            values.iloc[int(record) - 1] = int(text) if whole_number else _float(text) if numeric else text
        out[label] = values
    return out.rename(columns=names)


def _modified(path: Path) -> dt.date:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _table_source(path: Path, datum: str, crs: str, axes: str) -> Source:
    table, found = _plain_table(path.name, path.read_bytes())
    schema = next((s for s in CONTRACTS if _holds(s, set(table.columns))), None)
    typed = read_table(path, schema) if schema is not None else _typed(table)
    layers, said = _from_table(path.stem, typed, schema, datum=datum, crs=crs, axes=axes)
    guess = None if datum else guessed_datum(layer.table for layer in layers)
    return Source(path.stem, layers, findings=(*found, *said), guess=guess, modified=_modified(path))


def _from_table(
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


def _holds(schema: Schema, columns: set[str]) -> bool:
    """Whether a table's columns are those of a contract: all that may not be empty, by English or Chinese name."""
    return all(c.name in columns or (c.zh and c.zh in columns) for c in schema.columns if not c.nullable)


def _plain_table(name: str, raw: bytes) -> tuple[pd.DataFrame, list[Finding]]:
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
    for label in table.columns:
        table[label] = [unguarded(text) for text in table[label]]
    return table, found


def _typed(table: pd.DataFrame) -> pd.DataFrame:
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
