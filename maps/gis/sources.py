"""What can be handed over: the folder of an atlas, a GeoPackage or another vector file, or a single table."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.crs import from_datum, shifted_datum
from geo.errors import CrsError, SchemaError, VocabularyError
from geo.io import read_table
from layers.schema import AREAS, FEATURES, INDICATORS, LINES, NODES, TRAVEL_TIMES
from maps.gis.geopackage import LAYER_STYLES
from maps.gis.handover import Layer, contract_layers, geometry_layers, inferred_schema
from projects.schema import ASSESSMENT, DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    from pathlib import Path

    from geo.crs import Datum
    from geo.schema import Schema

__all__ = ["Source", "read_source"]

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
    """

    name: str
    layers: list[Layer]
    tables: list[Layer] = field(default_factory=list)


def read_source(path: Path, *, datum: str = "wgs84") -> Source:
    """
    Read what a user points at.

    Parameters
    ----------
    path : Path
        A folder with ``features.gpkg``; a CSV in UTF-8 or GB18030; or any vector file that GDAL reads.
    datum : {"wgs84", "gcj02", "bd09"}
        Of the coordinates of a vector file or CSV. A file whose coordinate system names a shifted datum is taken at its
        word; nothing is guessed.

    Returns
    -------
    Source

    Raises
    ------
    SchemaError
        If there is no such file, it cannot be read, or it breaks the contract that its columns are of.
    CrsError
        If a layer has geometries and no coordinate system.
    """
    if datum not in {"wgs84", "gcj02", "bd09"}:
        message = f"unknown datum {datum!r}; accepted: wgs84, gcj02, bd09"
        raise VocabularyError(message)
    if path.is_dir():
        features = path / "features.gpkg"
        if not features.is_file():
            message = f"no such file: {features}"
            raise SchemaError(message)
        tables = [
            Layer(schema.name, read_table(path / f"{schema.name}.csv", schema), schema, "none")
            for schema in TABLES
            if (path / f"{schema.name}.csv").is_file()
        ]
        return Source("features", _vector_layers(features), tables)
    if not path.is_file():
        message = f"no such file: {path}"
        raise SchemaError(message)
    if path.suffix.lower() == ".csv":
        return _table_source(path, datum)
    return Source(path.stem, _vector_layers(path, datum))


def _vector_layers(path: Path, datum: str = "wgs84") -> list[Layer]:
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0] if name != LAYER_STYLES]
        tables = [pyogrio.read_dataframe(path, layer=name) for name in names]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        message = f"{path}: not a file of features ({error})"
        raise SchemaError(message) from error
    if path.suffix.lower() == ".shp":
        tables = [_restored(path, table) for table in tables]
    known: list[gpd.GeoDataFrame] = []
    others: list[Layer] = []
    for name, table in zip(names, tables, strict=True):
        if not isinstance(table, gpd.GeoDataFrame):
            drawn = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table)), crs=FEATURES.crs)
        elif table.crs is None:
            message = f"{path}, layer {name!r}: no coordinate system; write one (for example .prj) first"
            raise CrsError(message)
        else:
            drawn = table.rename_geometry("geometry") if table.geometry.name != "geometry" else table
            drawn = from_datum(drawn, shifted_datum(table.crs) or cast("Datum", datum))
        if _holds(FEATURES, set(drawn.columns)):
            known.append(FEATURES.coerce(drawn))
        else:
            others += geometry_layers(name, drawn, inferred_schema(name, drawn))
    if known:
        joined = gpd.GeoDataFrame(pd.concat(known, ignore_index=True), geometry="geometry", crs=FEATURES.crs)
        return contract_layers(joined) + others
    return others


def _restored(path: Path, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Undo what a shapefile of tongtu's could not hold: full names from ``fields.csv``, whole values from ``long_texts.csv``.

    Both are looked for beside the file, and left alone where their fields are not the file's.
    """
    fields, companion = path.with_name("fields.csv"), path.with_name("long_texts.csv")
    if not (fields.is_file() and companion.is_file()):
        return table
    dictionary, whole = _plain_table(fields), _plain_table(companion)
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
    mine = whole[whole["layer"] == path.stem]
    for label, lost in mine.groupby("field"):
        values = out[label].astype(object)
        numeric = pd.api.types.is_numeric_dtype(out[label])
        for record, text in zip(lost["record"], lost["text"], strict=True):
            whole_number = numeric and text.lstrip("-").isdigit()
            values.iloc[int(record) - 1] = int(text) if whole_number else float(text) if numeric else text
        out[label] = values
    return out.rename(columns=names)


def _table_source(path: Path, datum: str) -> Source:
    header = set(_plain_table(path).columns)
    schema = next((s for s in CONTRACTS if _holds(s, header)), None)
    table = read_table(path, schema) if schema is not None else _typed(_plain_table(path))
    schema = schema or inferred_schema(path.stem, table)
    if {"lon", "lat"} <= set(table.columns):
        lon, lat = (pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat"))
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=table.index)
        drawn = gpd.GeoDataFrame(table, geometry=points.where(lon.notna() & lat.notna(), None), crs=FEATURES.crs)
        return Source(path.stem, geometry_layers(path.stem, from_datum(drawn, cast("Datum", datum)), schema))
    return Source(path.stem, [Layer(path.stem, table, schema, "none")])


def _holds(schema: Schema, columns: set[str]) -> bool:
    """Whether a table's columns are those of a contract: all that may not be empty, by English or Chinese name."""
    return all(c.name in columns or (c.zh and c.zh in columns) for c in schema.columns if not c.nullable)


def _plain_table(path: Path) -> pd.DataFrame:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"{path}: no table ({error})"
        raise SchemaError(message) from error


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
