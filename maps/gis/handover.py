"""What is handed over: named layers of one geometry type, each with the contract that explains its fields."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon

from geo.schema import Column, Schema
from layers.schema import FEATURES, Mode

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

__all__ = ["Layer", "contract_layers", "feature_layers", "geometry_layers", "inferred_schema", "is_date"]

SHAPES = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
"""Geometry type, single or multi, to the end of a layer's name."""

KINDS = (*SHAPES.values(), "none")


@dataclass(frozen=True)
class Layer:
    """
    One layer of a bundle.

    Parameters
    ----------
    name : str
        Also the file name where a format has a file per layer.
    table : GeoDataFrame (with ``geometry`` and a CRS), or DataFrame where nothing is drawn
    schema : Schema
        Names, meanings and units of the columns.
    kind : {"point", "line", "polygon", "none"}
    """

    name: str
    table: gpd.GeoDataFrame | pd.DataFrame
    schema: Schema
    kind: str

    @property
    def drawn(self) -> bool:
        """Whether the layer has geometries."""
        return self.kind != "none"

    def attributes(self) -> pd.DataFrame:
        """Return the table without its geometry."""
        return pd.DataFrame(self.table.drop(columns="geometry", errors="ignore"))

    def rows(self) -> list[tuple[dict[str, Any], Any]]:
        """Return each row as a dictionary of its attributes, with its geometry (None where nothing is drawn)."""
        records = self.attributes().to_dict("records")
        shapes = self.table["geometry"].to_numpy() if self.drawn else [None] * len(records)
        return [({str(k): v for k, v in record.items()}, s) for record, s in zip(records, shapes, strict=True)]

    def with_table(self, table: gpd.GeoDataFrame, name: str | None = None) -> Layer:
        """Return the layer with other rows, and another name where one is given."""
        return replace(self, table=table, name=name or self.name)


def feature_layers(features: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """
    Split features into layers of one mode and one geometry type.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326

    Returns
    -------
    dict
        Layer name (``rail_line``, ``airport_point``, ``energy_polygon``, ``rail_none`` …) to GeoDataFrame, contract
        ``FEATURES``, sorted by feature_id. Lines are MultiLineString and areas MultiPolygon throughout a layer, so that
        every format takes them. Rows that are not drawn are in ``*_none``; no row is lost.
    """
    kind = features.geometry.map(_shape)
    layers: dict[str, gpd.GeoDataFrame] = {}
    for mode in Mode:
        for shape in KINDS:
            part = features[(features["mode"].astype(str) == mode.value) & (kind == shape)]
            if part.empty:
                continue
            part = part.sort_values("feature_id", ignore_index=True)
            layers[f"{mode.value}_{shape}"] = _of_one_type(part, shape)[[*FEATURES.names, "geometry"]]
    return layers


def geometry_layers(name: str, table: gpd.GeoDataFrame, schema: Schema) -> list[Layer]:
    """
    Split a table into layers of one geometry type, named ``<name>_point`` … where there are several.

    Parameters
    ----------
    name : str
    table : GeoDataFrame, n rows
    schema : Schema

    Returns
    -------
    list of Layer
        In the order point, line, polygon, none; rows in their order. The parts of a geometry collection are of several
        types: its row stands in ``none``, as shapefiles and most readers take no collection.
    """
    kind = table.geometry.map(_shape)
    found = [shape for shape in KINDS if (kind == shape).any()]
    layers = [
        _layer(name if len(found) == 1 else f"{name}_{shape}", _of_one_type(table[kind == shape], shape), schema, shape)
        for shape in found
    ]
    return [part for layer in layers for part in _by_dimension(layer)]


def contract_layers(features: gpd.GeoDataFrame) -> list[Layer]:
    """Return :func:`feature_layers` as a list of :class:`Layer`."""
    layers = [_layer(name, table, FEATURES, name.rsplit("_", 1)[1]) for name, table in feature_layers(features).items()]
    return [part for layer in layers for part in _by_dimension(layer)]


def inferred_schema(name: str, table: pd.DataFrame) -> Schema:
    """
    Declare a table that has no contract: types from its columns, ASCII export names made unique.

    Parameters
    ----------
    name : str
    table : DataFrame or GeoDataFrame

    Returns
    -------
    Schema
        Without key. Meanings are empty, as nobody has stated them.
    """
    taken: set[str] = set()
    columns = []
    for number, label in enumerate((c for c in table.columns if c != "geometry"), start=1):
        text = str(label)
        short = re.sub(r"[^0-9A-Za-z_]+", "_", text)[:10].strip("_") if text.isascii() else ""
        short = short or f"field_{number:03d}"
        while short.lower() in taken:
            short = f"{short[:6]}_{number:03d}"
        taken.add(short.lower())
        columns.append(
            Column(text, _dtype(table[label]), "", zh="" if text.isascii() else text, shp=short)  # no stated meaning
        )
    return Schema(name, columns=tuple(columns))


def is_date(values: pd.Series) -> bool:
    """Whether a column holds dates without a time of day."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.tz is None and bool((values.dropna() == values.dropna().dt.normalize()).all())
    if values.dtype != object:
        return False
    known = values[values.notna()]
    if not len(known) or isinstance(known.iloc[0], str):
        return False
    return all(isinstance(v, dt.date) and not isinstance(v, dt.datetime) for v in known)


def _dtype(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "boolean"
    if pd.api.types.is_integer_dtype(values):
        return "Int64"
    if pd.api.types.is_float_dtype(values):
        return "float64"
    return "string"


def _layer(name: str, table: gpd.GeoDataFrame, schema: Schema, shape: str) -> Layer:
    return Layer(name, table if shape != "none" else pd.DataFrame(table.drop(columns="geometry")), schema, shape)


def _by_dimension(layer: Layer) -> list[Layer]:
    """
    Split a layer in which only some geometries have heights, the latter into ``<name>_z``.

    Formats take one or the other: FlatGeobuf refuses a mixture, a shapefile would give all others the height 0.
    """
    if not layer.drawn:
        return [layer]
    tall = shapely.has_z(layer.table.geometry.to_numpy())
    if not tall.any() or tall.all():
        return [layer]
    return [layer.with_table(layer.table[~tall]), layer.with_table(layer.table[tall], f"{layer.name}_z")]


def _of_one_type(part: gpd.GeoDataFrame, shape: str) -> gpd.GeoDataFrame:
    if shape == "none":
        return part.set_geometry([None] * len(part), crs=part.crs)
    if shape == "point" and set(part.geom_type) == {"Point"}:
        return part
    return part.set_geometry(part.geometry.map(_multi))


def _shape(geometry: BaseGeometry | None) -> str:
    if geometry is None or geometry.is_empty:
        return "none"
    return SHAPES.get(geometry.geom_type.removeprefix("Multi"), "none")


def _multi(geometry: BaseGeometry) -> BaseGeometry:
    if isinstance(geometry, Point):
        return MultiPoint([geometry])
    if isinstance(geometry, LineString):
        return MultiLineString([geometry])
    if isinstance(geometry, Polygon):
        return MultiPolygon([geometry])
    return geometry
