"""Hand-over to GIS: one layer per mode and geometry type, as GeoPackage and as shapefiles that lose nothing."""

from __future__ import annotations

import csv
import io
import logging
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pandas as pd
import pyogrio
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon

from geo.io import write_bytes, write_features
from layers.schema import FEATURES, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo.schema import Schema

__all__ = ["feature_layers", "write_geopackage", "write_shapefiles"]

log = logging.getLogger(__name__)

FIELD_BYTES = 254
"""Longest text of a dBASE field, in bytes."""

DBF_DATE = "2000-01-01"
"""Date in the header of every .dbf, fixed so that the same content gives the same bytes."""

SHAPES = {"Point": "point", "LineString": "line", "Polygon": "polygon"}


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
        for shape in (*SHAPES.values(), "none"):
            part = features[(features["mode"].astype(str) == mode.value) & (kind == shape)]
            if part.empty:
                continue
            part = part.sort_values("feature_id", ignore_index=True)
            if shape == "none":
                part = part.set_geometry([None] * len(part), crs=features.crs)
            elif shape != "point":
                part = part.set_geometry(part.geometry.map(_multi))
            layers[f"{mode.value}_{shape}"] = part[[*FEATURES.names, "geometry"]]
    return layers


def write_geopackage(features: gpd.GeoDataFrame, path: Path) -> None:
    """
    Write features as a GeoPackage with one layer per mode and geometry type; see :func:`feature_layers`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    layers = feature_layers(features)
    write_features(
        {
            name: pd.DataFrame(layer.drop(columns="geometry")) if name.endswith("_none") else layer
            for name, layer in layers.items()
        },
        path,
    )


def write_shapefiles(features: gpd.GeoDataFrame, folder: Path, *, schema: Schema = FEATURES) -> int:
    """
    Write features as shapefiles, one per mode and geometry type, UTF-8.

    Field names are the contract's export names (at most ten ASCII characters); ``fields.csv`` and a QGIS style beside
    each file give the Chinese names. A text longer than 254 bytes is cut between characters and stands whole in
    ``long_texts.csv`` (layer, id, field, text). Rows without geometry are in ``not_drawn.csv``.

    Parameters
    ----------
    features : GeoDataFrame, contract ``schema``, EPSG:4326
    folder : Path

    Returns
    -------
    int
        How many texts were cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole: list[tuple[str, str, str, str]] = []
    for name, layer in feature_layers(features).items():
        if name.endswith("_none"):
            table = pd.DataFrame(layer.drop(columns="geometry"))
            write_bytes(
                folder / "not_drawn.csv",
                _csv(
                    [list(schema.names), *table.astype(object).fillna("").to_numpy().tolist()], folder / "not_drawn.csv"
                ),
            )
            continue
        out = layer.copy()
        for column in schema.columns:
            if column.is_text:
                out[column.name] = [
                    _cut(v, name, i, column.shp, whole)
                    for v, i in zip(out[column.name], out["feature_id"], strict=True)
                ]
        out = out.rename(columns={column.name: column.shp for column in schema.columns})
        pyogrio.write_dataframe(
            out,
            folder / f"{name}.shp",
            driver="ESRI Shapefile",
            encoding="UTF-8",
            layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE},
        )
        write_bytes(folder / f"{name}.qml", _aliases_qml(schema))
    dictionary = schema.data_dictionary()[["shp", "zh", "name", "type", "unit", "meaning", "vocabulary"]]
    write_bytes(folder / "fields.csv", _csv([list(dictionary.columns), *dictionary.to_numpy().tolist()]))
    write_bytes(folder / "long_texts.csv", _csv([["layer", "feat_id", "field", "text"], *(list(row) for row in whole)]))
    if whole:
        log.info("%d texts are longer than %d bytes; they stand whole in long_texts.csv", len(whole), FIELD_BYTES)
    return len(whole)


def _shape(geometry: BaseGeometry | None) -> str:
    if geometry is None or geometry.is_empty:
        return "none"
    return SHAPES.get(geometry.geom_type.removeprefix("Multi"), "none")


def _multi(geometry: BaseGeometry) -> BaseGeometry:
    if isinstance(geometry, LineString):
        return MultiLineString([geometry])
    if isinstance(geometry, Polygon):
        return MultiPolygon([geometry])
    return geometry


def _cut(value: object, layer: str, feature_id: str, field: str, whole: list[tuple[str, str, str, str]]) -> str:
    """Cut a text to a dBASE field between characters, and keep the whole one."""
    text = str(value)
    raw = text.encode()
    if len(raw) <= FIELD_BYTES:
        return text
    whole.append((layer, feature_id, field, text))
    return raw[:FIELD_BYTES].decode(errors="ignore")


def _csv(rows: Sequence[Sequence[object]], earlier: Path | None = None) -> bytes:
    """Return rows as CSV with byte-order mark; after the rows of an earlier file where there is one."""
    buffer = io.StringIO()
    before = earlier.read_text("utf-8-sig") if earlier is not None and earlier.exists() else ""
    buffer.write(before)
    csv.writer(buffer, lineterminator="\n").writerows(rows[1:] if before else rows)
    return buffer.getvalue().encode("utf-8-sig")


def _aliases_qml(schema: Schema) -> bytes:
    """Return a QGIS layer style that shows the Chinese field names; QGIS loads it with the file of the same name."""
    aliases = "".join(
        f"    <alias index={quoteattr(str(i))} field={quoteattr(c.shp)} name={quoteattr(c.zh or c.name)}/>\n"
        for i, c in enumerate(schema.columns)
    )
    text = (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22" styleCategories="Fields">\n  <aliases>\n' + aliases + "  </aliases>\n</qgis>\n"
    )
    return text.encode()
