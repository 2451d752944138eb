"""What can be handed over: the folder of an atlas, a GeoPackage or another vector file, or a single table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from geo.crs import from_datum, shifted_datum
from geo.errors import SchemaError, VocabularyError
from geo.io import read_table
from geo.vector_files import SUFFIXES, Finding, VectorFile, read_vector_file
from layers.schema import AREAS, FEATURES, INDICATORS, LINES, NODES, TRAVEL_TIMES
from maps.gis.datum_hint import guessed_datum
from maps.gis.handover import Layer, contract_layers, geometry_layers, inferred_schema
from maps.gis.loose_tables import plain_table, points_or_rows, typed
from projects.schema import ASSESSMENT, DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.datum_guess import DatumGuess
    from geo.schema import Schema
    from geo.vector_files import ReadingLimits

__all__ = ["Source", "read_source", "source_of"]

DATUMS: Final = ("wgs84", "gcj02", "bd09")

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
                layers, said = points_or_rows(name, table, contract, datum=datum, crs=crs, axes=axes)
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
    (dictionary, _), (whole, _) = (plain_table(name, beside[name]) for name in ("fields.csv", "long_texts.csv"))
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
    table, found = plain_table(path.name, path.read_bytes())
    schema = next((s for s in CONTRACTS if _holds(s, set(table.columns))), None)
    content = read_table(path, schema) if schema is not None else typed(table)
    layers, said = points_or_rows(path.stem, content, schema, datum=datum, crs=crs, axes=axes)
    guess = None if datum else guessed_datum(layer.table for layer in layers)
    return Source(path.stem, layers, findings=(*found, *said), guess=guess, modified=_modified(path))


def _holds(schema: Schema, columns: set[str]) -> bool:
    """Whether a table's columns are those of a contract: all that may not be empty, by English or Chinese name."""
    return all(c.name in columns or (c.zh and c.zh in columns) for c in schema.columns if not c.nullable)
