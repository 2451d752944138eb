"""
Files in and out: tables as CSV that Excel opens right, and GeoPackages; whole or not at all (:mod:`geo.atomic_output`).

Everything written here is the same, byte for byte, for the same input: no clocks, no random ids.
"""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.atomic_output import MANIFEST, explained, output_folder, staging_folder, write_bytes
from geo.checksums import sha256_of
from geo.errors import SchemaError
from geo.spreadsheet_text import csv_text, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo.schema import Schema

__all__ = [
    "EPOCH",
    "MANIFEST",
    "attributions",
    "output_folder",
    "read_features",
    "read_table",
    "sha256_of",
    "table_records",
    "write_bytes",
    "write_features",
    "write_table",
]

EPOCH = "2000-01-01T00:00:00.000Z"
"""Stands in for the time of writing inside GeoPackages, so that the same content gives the same bytes."""

GEOPACKAGE_VERSION = "1.2"
"""What the GDAL of every QGIS and ArcGIS in use reads without a warning; 1.4, the writer's own choice, is too new for many."""


def attributions() -> list[str]:
    """Return the attributions of all embedded data, each once, in the order of ``geo/data/registry.csv``."""
    text = files("geo").joinpath("data", "registry.csv").read_text("utf-8")
    rows = [row["attribution"] for row in csv.DictReader(text.splitlines())]
    parts = [part.strip() for row in rows for part in row.split(";")]
    return [part for part in dict.fromkeys(parts) if part and part != "tongtu"]


def write_table(table: pd.DataFrame, path: Path, schema: Schema) -> None:
    """
    Write a table as CSV: UTF-8 with a byte-order mark (Excel then reads Chinese), declared columns in order, LF.

    Text that begins like a formula is written behind an apostrophe. Undeclared columns are left out.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    OutputError
        If the file cannot be written.
    """
    schema.validate(table)
    out = pd.DataFrame(table[schema.names])
    for column in schema.columns:
        if column.is_text:
            out[column.name] = out[column.name].astype(str)
        elif column.dtype == "boolean":
            out[column.name] = out[column.name].map({True: "yes", False: "no"}).fillna("")
    write_bytes(path, csv_text(out).encode("utf-8-sig"))


def read_table(path: Path, schema: Schema) -> pd.DataFrame:
    """
    Read a CSV of a contract, as tongtu or a spreadsheet wrote it.

    UTF-8 with or without byte-order mark, or GB18030 (what a Chinese Excel saves); comma, semicolon or tab; English
    column names or the Chinese ones of the contract.

    Raises
    ------
    SchemaError
        If the file is no table, lacks its key columns, or breaks the contract.
    FileNotFoundError
        If there is no such file.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"{path}: no table of {schema.name} ({error}); expected the columns {', '.join(schema.names)}"
        raise SchemaError(message) from error
    table.columns = [unguarded(label) for label in table.columns]
    known = {label for column in schema.columns for label in (column.name, column.zh)}
    if not known & set(table.columns):
        message = (
            f"{path}: no column of {schema.name}; expected {', '.join(schema.names)}, found {', '.join(table.columns)}"
        )
        raise SchemaError(message)
    for name in table.columns:
        table[name] = [unguarded(v) for v in table[name].astype(str)]
    try:
        return schema.validate(schema.coerce(table))
    except SchemaError as error:
        message = f"{path}: {error}"
        raise SchemaError(message) from error


def write_features(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """
    Write tables as the layers of one GeoPackage, in the order given.

    Parameters
    ----------
    layers : mapping of layer name to GeoDataFrame; a table without geometry becomes an attribute layer
    path : Path
        Written beside and moved into place.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pyogrio

    with staging_folder(path) as folder, explained(path):
        temporary = folder / path.name
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
        try:
            for name, table in layers.items():
                pyogrio.write_dataframe(
                    table,
                    temporary,
                    layer=name,
                    driver="GPKG",
                    dataset_options={"VERSION": GEOPACKAGE_VERSION},
                    layer_options=_own_names(table.columns),
                )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        temporary.replace(path)


def read_features(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """
    Read all layers of a vector file into one table of a contract.

    Parameters
    ----------
    path : Path
        Any file that GDAL reads.

    Returns
    -------
    GeoDataFrame, EPSG:4326, contract ``schema``, sorted by its key

    Raises
    ------
    SchemaError
        If the file cannot be read or a layer does not fit.
    CrsError
        If a layer has no coordinate system, or positions that cannot be right.
    """
    import geopandas as gpd

    from geo.vector_files import read_vector_file

    parts = []
    for table in read_vector_file(path).refuse_unusable().layers.values():
        if not isinstance(table, gpd.GeoDataFrame):
            table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table)), crs=schema.crs)  # noqa: PLW2901
        parts.append(schema.coerce(table))
    joined = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=schema.crs)
    return joined.sort_values(list(schema.key), ignore_index=True)


def _own_names(columns: Iterable[object]) -> dict[str, str]:
    """Return other names for a GeoPackage's own two columns where a table's columns have these, whatever their case."""
    taken = {str(name).casefold() for name in columns}
    out = {}
    for option, usual in (("FID", "fid"), ("GEOMETRY_NAME", "geom")):
        if usual in taken:
            name = f"{usual}_1"
            while name in taken:
                name += "_1"
            out[option] = name
    return out


def table_records(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return rows as dictionaries for JSON: NaN and NA become None."""
    frame = table[list(columns)] if columns is not None else table
    return [
        {str(k): (None if not isinstance(v, (list, dict)) and pd.isna(v) else v) for k, v in row.items()}
        for row in frame.to_dict("records")
    ]
