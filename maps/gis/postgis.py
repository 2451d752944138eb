"""
PostGIS: the tables of a hand-over in a schema of a database, with keys, indexes, comments and coordinate system, and back.

One transaction: the old tables or the new ones are there whole.
"""

from __future__ import annotations

import json
import logging
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo import __version__
from geo.crs import output_crs, to_output
from geo.errors import CrsError, SchemaError
from layers.schema import FEATURES
from maps.gis.database import CATALOGUE, handed_over, transaction
from maps.gis.handover import Layer, inferred_schema, is_date
from maps.gis.metadata import holds_our_data, licences
from maps.gis.sources import CONTRACTS as KNOWN
from maps.gis.sources import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg

    from geo.schema import Column, Schema

__all__ = ["DEFAULT_SCHEMA", "read_postgis", "write_postgis"]

log = logging.getLogger(__name__)

DEFAULT_SCHEMA = "tongtu"
LICENCES = "tongtu_licences"

CONTRACTS: Final = {schema.name: schema for schema in KNOWN}

TYPES: Final = {"Int64": "bigint", "float64": "double precision", "boolean": "boolean"}
"""Database type of a column's type; all else is text."""

DTYPES: Final = {
    16: "boolean", 20: "Int64", 701: "float64", 1082: "datetime64[us]", 1114: "datetime64[us]", 1184: "datetime64[us, UTC]",
}  # fmt: skip
"""The same the other way round, by PostgreSQL's number of the type (pg_type.dat): a column may be NULL throughout."""

GEOMETRY: Final = {"point": "Geometry", "line": "MultiLineString", "polygon": "MultiPolygon"}
"""Geometry type of a layer's kind: a layer of points may hold single and multiple ones."""


def write_postgis(
    source: Source, address: str, *, schema: str = DEFAULT_SCHEMA, crs: str = "", lang: str = "zh"
) -> dict[str, int]:
    """
    Write layers and tables into a schema of a PostGIS database, in place of what an earlier hand-over wrote there.

    Parameters
    ----------
    source : Source
    address : str
        ``postgresql://user:password@host:port/database``.
    schema : str
        Made if missing. Tables of other origin in it are left alone; one that has a name we need is an error.
    crs : str
        See :func:`geo.crs.output_crs`; it must have an EPSG code. Empty for WGS 84.
    lang : {"zh", "en"}
        Of the comments on tables and columns.

    Returns
    -------
    dict of str to int
        Rows by table.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    CrsError
        If the system has no EPSG code, and so no SRID.
    OutputError
        If the database cannot be reached, has no PostGIS, or refuses; nothing of it is changed then.
    """
    layers = _placed(source, crs)
    with transaction(address) as connection:
        cursor = connection.cursor()
        _begin(cursor, schema)
        for place, layer in enumerate(layers):
            _write_layer(cursor, schema, layer, place, lang)
        _write_licences(cursor, schema, licences() if holds_our_data(layers) else [])
    return {layer.name: len(layer.table) for layer in layers}


def read_postgis(address: str, *, schema: str = DEFAULT_SCHEMA) -> Source:
    """
    Read back what :func:`write_postgis` wrote.

    Parameters
    ----------
    address : str
    schema : str

    Returns
    -------
    Source
        In EPSG:4326.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    SchemaError
        If the schema holds no hand-over of tongtu, or a table breaks its contract.
    OutputError
        If the database cannot be reached.
    """
    with transaction(address) as connection:
        cursor = connection.cursor()
        names = handed_over(cursor, schema)
        if not names:
            message = f"schema {schema!r} holds no tables of tongtu; write them with: tongtu export ATLAS --to ADDRESS"
            raise SchemaError(message)
        layers = [_read_layer(cursor, schema, *row) for row in names]
    features = [
        layer for layer in layers if layer.drawn or layer.schema.name not in CONTRACTS or layer.schema is FEATURES
    ]
    return Source(schema, features, [layer for layer in layers if layer not in features])


def _placed(source: Source, crs: str) -> list[Layer]:
    """Return all layers and tables, drawn ones in the system that was asked for."""
    drawn = [layer for layer in source.layers if layer.drawn]
    if not drawn:
        return [*source.layers, *source.tables]
    bounds = pd.DataFrame([layer.table.total_bounds for layer in drawn])
    box = (float(bounds[0].min()), float(bounds[1].min()), float(bounds[2].max()), float(bounds[3].max()))
    target = output_crs(crs or "wgs84", box)
    if target.crs.to_epsg() is None or target.shifted:
        message = f"a database needs a coordinate system with an EPSG code; {target.crs.name} has none"
        raise CrsError(message)
    return [
        *(x.with_table(to_output(x.table, target)) if x.drawn else x for x in source.layers),
        *source.tables,
    ]


def _begin(cursor: psycopg.Cursor, schema: str) -> None:
    """Make schema and catalogue, and drop what an earlier hand-over wrote."""
    from psycopg import sql

    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if cursor.fetchone() is None:
        cursor.execute("CREATE EXTENSION postgis")
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    for name, *_ in handed_over(cursor, schema):
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, name)))
    for name in (CATALOGUE, LICENCES):
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))
    cursor.execute(
        sql.SQL(
            "CREATE TABLE {} (name text PRIMARY KEY, contract text NOT NULL, kind text NOT NULL, place integer NOT NULL,"
            " columns text NOT NULL, version text NOT NULL)"
        ).format(sql.Identifier(schema, CATALOGUE))
    )


def _write_layer(cursor: psycopg.Cursor, schema: str, layer: Layer, place: int, lang: str) -> None:
    from psycopg import sql

    table = sql.Identifier(schema, layer.name)
    columns = list(layer.schema.columns)
    srid = layer.table.crs.to_epsg() if layer.drawn else 0
    fields = [
        sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(_type_of(c, layer.table[c.name]))) for c in columns
    ]
    if layer.drawn:
        tall = "Z" if shapely.has_z(layer.table.geometry.to_numpy()).any() else ""
        fields.append(
            sql.SQL("geometry geometry({}, {})").format(sql.SQL(GEOMETRY[layer.kind] + tall), sql.Literal(srid))
        )
    if layer.schema.key:
        key = sql.SQL(", ").join(sql.Identifier(name) for name in layer.schema.key)
        fields.append(sql.SQL("PRIMARY KEY ({})").format(key))
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(fields)))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in _rows(layer, srid):
            copy.write_row(row)
    if layer.drawn:
        cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist (geometry)").format(table))
    for column in columns:
        alias = (column.zh if lang == "zh" else "") or column.name
        comment = f"{alias}: {column.meaning}" + (f" [{column.unit}]" if column.unit else "")
        cursor.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(table, sql.Identifier(column.name), sql.Literal(comment))
        )
    cursor.execute(
        sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(f"tongtu {__version__}: {layer.schema.name}"))
    )
    cursor.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s, %s)").format(sql.Identifier(schema, CATALOGUE)),
        (layer.name, layer.schema.name, layer.kind, place, json.dumps([c.name for c in columns]), __version__),
    )


def _rows(layer: Layer, srid: int) -> Iterator[list[Any]]:
    """Return the rows as the database takes them: None where a value is missing; text without NUL, which it cannot hold."""
    values = []
    for column in layer.schema.columns:
        cells = layer.table[column.name]
        kind = _type_of(column, cells)
        known = cells.notna().tolist()
        make = MAKERS.get(kind, _text)
        values.append([make(v) if k else None for v, k in zip(cells.tolist(), known, strict=True)])
    if layer.drawn:
        shapes = shapely.set_srid(layer.table.geometry.to_numpy(), srid)
        values.append(list(shapely.to_wkb(shapes, hex=True, include_srid=True)))
    for row in zip(*values, strict=True):
        yield list(row)


def _type_of(column: Column, cells: pd.Series) -> str:
    """Return the database's type of a column: a contract's dates are texts, a stranger's are dates."""
    known = TYPES.get(str(column.dtype))
    if known or not column.is_text:
        return known or "text"
    if is_date(cells):
        return "date"
    if pd.api.types.is_datetime64_any_dtype(cells):
        return "timestamp" if cells.dt.tz is None else "timestamptz"
    return "text"


def _date(value: Any) -> str:
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


def _text(value: object) -> str:
    text = str(value.value if isinstance(value, Enum) else value)
    return text.replace("\x00", "�")


def _write_licences(cursor: psycopg.Cursor, schema: str, rows: list[dict[str, str]]) -> None:
    from psycopg import sql

    table = sql.Identifier(schema, LICENCES)
    fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in licences()[0])
    cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(table, fields))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in rows:
            copy.write_row(list(row.values()))


def _read_layer(cursor: psycopg.Cursor, schema: str, name: str, contract: str, kind: str, columns: str) -> Layer:
    from psycopg import sql

    fields: Sequence[str] = json.loads(columns)
    known = CONTRACTS.get(contract)
    picked = [sql.Identifier(field) for field in fields]
    geometry = [sql.SQL("ST_AsBinary(geometry)"), sql.SQL("ST_SRID(geometry)")] if kind != "none" else []
    order: sql.Composable = sql.SQL("")
    if known is not None and known.key:
        order = sql.SQL(" ORDER BY {}").format(
            sql.SQL(", ").join(
                sql.SQL('{} COLLATE "C"').format(sql.Identifier(k)) if _is_text(known, k) else sql.Identifier(k)
                for k in known.key
            )
        )
    cursor.execute(
        sql.SQL("SELECT {} FROM {}{}").format(
            sql.SQL(", ").join([*picked, *geometry]), sql.Identifier(schema, name), order
        )
    )
    rows = cursor.fetchall()
    kinds = {field: DTYPES.get(one.type_code) for field, one in zip(fields, cursor.description or (), strict=False)}
    table = pd.DataFrame([row[: len(fields)] for row in rows], columns=list(fields), dtype=object)
    srid = {row[-1] for row in rows} - {None} if kind != "none" else set()
    if kind != "none":
        shapes = shapely.from_wkb([row[-2] for row in rows])
        drawn = gpd.GeoDataFrame(table, geometry=list(shapes), crs=f"EPSG:{next(iter(srid), 4326)}")
        table = drawn.to_crs("EPSG:4326")
    if known is not None:
        typed = known.coerce(table)
    else:
        typed = table.astype({field: kind for field, kind in kinds.items() if kind})
    return Layer(name, typed, known or inferred_schema(name, typed), kind)


def _is_text(schema: Schema, name: str) -> bool:
    return next(str(c.dtype) not in TYPES for c in schema.columns if c.name == name)


MAKERS: Final[dict[str, Callable[[Any], object]]] = {
    "bigint": int, "double precision": float, "boolean": bool, "date": _date, "timestamp": str, "timestamptz": str,
}  # fmt: skip
"""Database type to what makes a value of it."""
