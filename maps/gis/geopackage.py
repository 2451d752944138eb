"""GeoPackages that explain themselves: field names and words in Chinese or English, and the map's own styles for QGIS."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.atomic_output import staging_folder
from geo.io import EPOCH, write_features
from layers.schema import FEATURES
from maps.gis.field_names import full_names
from maps.gis.handover import contract_layers
from maps.gis.qgis_style import layer_qml
from maps.gis.sld import layer_sld
from maps.words import word_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from maps.gis.field_names import NameStyle
    from maps.gis.handover import Layer

__all__ = ["LAYER_STYLES", "write_geopackage", "write_layers_as_geopackage"]

LAYER_STYLES = "layer_styles"
"""Table that QGIS reads default styles from; to GDAL it is one more layer, which readers must skip."""

_SCHEMA_EXTENSION = "http://www.geopackage.org/spec120/#extension_schema"

_TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,"
        " definition TEXT NOT NULL, scope TEXT NOT NULL,"
        " CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,"
        " title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,"
        " CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    ),
    (
        "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL,"
        " constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC,"
        " max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    ),
)

_METADATA_EXTENSION = "http://www.geopackage.org/spec120/#extension_metadata"

_METADATA_TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL"
        " DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL"
        " DEFAULT '')"
    ),
    (
        "CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT,"
        " row_id_value INTEGER, timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER"
        " NOT NULL, md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),"
        " CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))"
    ),
)

_STYLES_TABLE = (
    f"CREATE TABLE {LAYER_STYLES} (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),"
    " f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,"
    " styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"
)


def write_geopackage(features: gpd.GeoDataFrame, path: Path, *, styles: bool = False) -> None:
    """
    Write features as a GeoPackage with one layer per mode and geometry type; see :func:`maps.gis.handover.feature_layers`.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
    path : Path
    styles : bool
        Whether to add ``layer_styles``, which QGIS draws by and a reader of all layers must skip.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_layers_as_geopackage(contract_layers(features), path, styles=styles)


def write_layers_as_geopackage(
    layers: Sequence[Layer],
    path: Path,
    *,
    style: NameStyle = "ascii",
    lang: str = "zh",
    styles: bool = True,
    record: bytes = b"",
) -> None:
    """
    Write layers as one GeoPackage with spatial indexes, the meaning of each field, and default styles.

    Parameters
    ----------
    layers : sequence of Layer
    path : Path
        Written beside and moved into place.
    style : {"ascii", "zh"}
        Field names.
    lang : {"zh", "en"}
        Of aliases (``gpkg_data_columns``), of the words for vocabularies (``gpkg_data_column_constraints``) and legends.
    styles : bool
        Whether to add ``layer_styles``, which QGIS draws by.
    record : bytes
        ISO 19115 as XML, for ``gpkg_metadata``; empty for none.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    layers = [replace(layer, name=_allowed(layer.name)) for layer in layers]
    names = {layer.name: full_names(layer.schema, style) for layer in layers}
    tables = {layer.name: layer.table.rename(columns=names[layer.name]) for layer in layers}
    with staging_folder(path) as folder:
        temporary = folder / path.name
        write_features(tables, temporary)
        if layers:
            with closing(sqlite3.connect(temporary)) as database, database:
                _explain(database, layers, names, lang)
                if styles and any(layer.drawn for layer in layers):
                    _add_styles(database, layers, names, lang)
                if record:
                    _add_record(database, record)
            temporary.replace(path)


def _allowed(name: str) -> str:
    """Return a layer's name, with something before it where the format or SQLite keep its beginning for themselves."""
    return f"t_{name}" if name.lower().startswith(("gpkg", "sqlite_", "rtree_", LAYER_STYLES)) else name


def _explain(
    database: sqlite3.Connection, layers: Sequence[Layer], names: Mapping[str, Mapping[str, str]], lang: str
) -> None:
    for statement in _TABLES:
        database.execute(statement)
    database.executemany(
        "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope)"
        " VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [(table, _SCHEMA_EXTENSION) for table in ("gpkg_data_columns", "gpkg_data_column_constraints")],
    )
    words: dict[str, list[tuple[str, str]]] = {}
    for layer in layers:
        for column in layer.schema.columns:
            constraint = None
            if not isinstance(column.dtype, str):
                constraint = f"{layer.schema.name}_{column.name}".lower()
                words[constraint] = [(w.value, word_of(column.name, w.value, lang)) for w in column.dtype]
            alias = (column.zh if lang == "zh" else "") or column.name
            meaning = column.meaning + (f" [{column.unit}]" if column.unit else "")
            database.execute(
                "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
                (layer.name, names[layer.name][column.name], alias, alias, meaning, constraint),
            )
    database.executemany(
        "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
        [(name, value, text) for name, pairs in words.items() for value, text in pairs],
    )


def _add_styles(
    database: sqlite3.Connection, layers: Sequence[Layer], names: Mapping[str, Mapping[str, str]], lang: str
) -> None:
    geometry_column = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    database.execute(_STYLES_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES (?, 'attributes', ?, '', ?, NULL)",
        (LAYER_STYLES, LAYER_STYLES, EPOCH),
    )
    for layer in layers:
        if layer.drawn:
            qml = layer_qml(layer, names[layer.name], lang=lang).decode()
            sld = layer_sld(layer, names[layer.name], lang=lang).decode() if layer.schema.name == FEATURES.name else ""
            database.execute(
                f"INSERT INTO {LAYER_STYLES} (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
                " VALUES ('', '', ?, ?, ?, ?, ?, 1, 'tongtu', '', NULL, ?)",
                (layer.name, geometry_column[layer.name], layer.name, qml, sld, EPOCH),
            )


def _add_record(database: sqlite3.Connection, record: bytes) -> None:
    for statement in _METADATA_TABLES:
        database.execute(statement)
    database.executemany(
        "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope)"
        " VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [(table, _METADATA_EXTENSION) for table in ("gpkg_metadata", "gpkg_metadata_reference")],
    )
    database.execute(
        "INSERT INTO gpkg_metadata (id, md_scope, md_standard_uri, mime_type, metadata) VALUES (1, 'dataset', ?, ?, ?)",
        ("http://www.isotc211.org/2005/gmd", "text/xml", record.decode()),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) VALUES ('geopackage', ?, 1)",
        (EPOCH,),
    )
