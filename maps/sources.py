"""What can be handed over: the folder of an atlas, a GeoPackage or another vector file, or a single table."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.errors import CrsError, SchemaError
from geo.io import read_table
from layers.schema import AREAS, FEATURES, INDICATORS, LINES, NODES, TRAVEL_TIMES
from maps.geopackage import LAYER_STYLES
from maps.handover import Layer, contract_layers, geometry_layers, inferred_schema
from projects.schema import ASSESSMENT, DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    from pathlib import Path

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


def read_source(path: Path) -> Source:
    """
    Read what a user points at.

    Parameters
    ----------
    path : Path
        A folder with ``features.gpkg``; a CSV in UTF-8 or GB18030; or any vector file that GDAL reads.

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
        return _table_source(path)
    return Source(path.stem, _vector_layers(path))


def _vector_layers(path: Path) -> list[Layer]:
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0] if name != LAYER_STYLES]
        tables = [pyogrio.read_dataframe(path, layer=name) for name in names]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        message = f"{path}: not a file of features ({error})"
        raise SchemaError(message) from error
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
            drawn = drawn.to_crs(FEATURES.crs)
        if _holds(FEATURES, set(drawn.columns)):
            known.append(FEATURES.coerce(drawn))
        else:
            others += geometry_layers(name, drawn, inferred_schema(name, drawn))
    if known:
        joined = gpd.GeoDataFrame(pd.concat(known, ignore_index=True), geometry="geometry", crs=FEATURES.crs)
        return contract_layers(joined) + others
    return others


def _table_source(path: Path) -> Source:
    header = set(_plain_table(path).columns)
    schema = next((s for s in CONTRACTS if _holds(s, header)), None)
    table = read_table(path, schema) if schema is not None else _typed(_plain_table(path))
    schema = schema or inferred_schema(path.stem, table)
    if {"lon", "lat"} <= set(table.columns):
        lon, lat = (pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat"))
        points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=table.index)
        drawn = gpd.GeoDataFrame(table, geometry=points.where(lon.notna() & lat.notna(), None), crs=FEATURES.crs)
        return Source(path.stem, geometry_layers(path.stem, drawn, schema))
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
