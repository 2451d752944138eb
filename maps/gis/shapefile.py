"""Shapefiles that lose nothing: names that survive, texts cut between characters, and a companion for the rest."""

from __future__ import annotations

import csv
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.atomic_output import write_bytes
from geo.errors import SchemaError
from layers.schema import FEATURES
from maps.gis.dbf import CODE_PAGES, dbf_bytes
from maps.gis.field_names import dbase_names
from maps.gis.handover import contract_layers
from maps.gis.metadata import data_dictionary
from maps.gis.qgis_style import layer_qml
from maps.gis.sld import layer_sld
from maps.gis.tables import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo.schema import Schema
    from maps.gis.field_names import NameStyle
    from maps.gis.handover import Layer

__all__ = ["ShapefileReport", "write_layers_as_shapefiles", "write_shapefiles"]

log = logging.getLogger(__name__)

MAX_BYTES = 2**31 - 2**24
"""Largest .shp or .dbf: both count bytes (or 16-bit words) in 31 bits; a margin is left for headers."""

LONG_TEXTS = "long_texts.csv"
NOT_DRAWN = "not_drawn.csv"


@dataclass
class ShapefileReport:
    """
    What became of the values.

    Attributes
    ----------
    rows : dict of file name to number of rows
    losses : Counter of reason
        How many values stand whole in ``long_texts.csv`` only; see :class:`maps.gis.dbf.Loss`.
    companion : list of (layer, record, id, field, text)
    """

    rows: dict[str, int] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)
    companion: list[tuple[str, int, str, str, str]] = field(default_factory=list)


def write_shapefiles(features: gpd.GeoDataFrame, folder: Path, *, schema: Schema = FEATURES) -> int:
    """
    Write features as shapefiles, one per mode and geometry type, UTF-8.

    Field names are the contract's export names (at most ten ASCII characters); ``fields.csv`` and a QGIS style beside
    each file give the Chinese names. A value that its field does not carry whole, as a text longer than 254 bytes, stands
    whole in ``long_texts.csv`` (layer, record, id, field, text). Rows without geometry are in ``not_drawn.csv``.

    Parameters
    ----------
    features : GeoDataFrame, contract ``schema``, EPSG:4326
    folder : Path

    Returns
    -------
    int
        How many values stand whole only in ``long_texts.csv``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    layers = contract_layers(features)
    if not layers:  # no feature at all: the dictionary still says what would be there
        folder.mkdir(parents=True, exist_ok=True)
        _write_dictionary(folder, [schema], {schema.name: dbase_names(schema, "ascii", "utf-8")})
    report = write_layers_as_shapefiles(layers, folder)
    return sum(report.losses.values())


def write_layers_as_shapefiles(
    layers: Sequence[Layer],
    folder: Path,
    *,
    encoding: str = "utf-8",
    style: NameStyle = "ascii",
    lang: str = "zh",
    max_bytes: int = MAX_BYTES,
) -> ShapefileReport:
    """
    Write layers as shapefiles into a folder, one file per layer.

    Parameters
    ----------
    layers : sequence of Layer
        Each of one geometry type and with a CRS. Layers that are not drawn go into ``not_drawn.csv``.
    folder : Path
    encoding : {"utf-8", "gb18030"}
        Of texts and field names; written into the .cpg.
    style : {"ascii", "zh"}
        Field names: the contract's ASCII ones, or short Chinese ones; ``fields.csv`` has both with the full names.
    lang : {"zh", "en"}
        Of the legend in the .qml.
    max_bytes : int
        A layer whose .shp or .dbf would be larger is split into ``<layer>_part1`` …

    Returns
    -------
    ShapefileReport

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = ShapefileReport()
    names = {layer.schema.name: dbase_names(layer.schema, style, encoding) for layer in layers}
    undrawn: dict[str, pd.DataFrame] = {}
    for layer in layers:
        if not layer.drawn:
            undrawn[layer.name] = layer.attributes()
            continue
        fields = names[layer.schema.name]
        parts = _parts(layer, max_bytes)
        for number, part in enumerate(parts, start=1):
            name = layer.name if len(parts) == 1 else f"{layer.name}_part{number}"
            _write_one(layer.with_table(part, name), folder / name, fields, encoding, report)
            write_bytes(folder / f"{name}.qml", layer_qml(layer, fields, lang=lang))
            if layer.schema.name == FEATURES.name:
                write_bytes(folder / f"{name}.sld", layer_sld(layer, fields, lang=lang))
    if undrawn:
        rest = pd.concat(undrawn.values(), ignore_index=True)
        report.rows[NOT_DRAWN] = len(rest)
        write_bytes(
            folder / NOT_DRAWN,
            csv_bytes([list(rest.columns), *rest.astype(object).fillna("").to_numpy().tolist()], quoting=csv.QUOTE_ALL),
        )
    if layers:
        _write_dictionary(folder, {layer.schema.name: layer.schema for layer in layers}.values(), names)
    write_bytes(
        folder / LONG_TEXTS,
        csv_bytes([["layer", "record", "feat_id", "field", "text"], *report.companion], quoting=csv.QUOTE_ALL),
    )
    if report.companion:
        log.info("%d values do not fit their field; they stand whole in %s", len(report.companion), LONG_TEXTS)
    return report


def _write_one(layer: Layer, stem: Path, fields: Mapping[str, str], encoding: str, report: ShapefileReport) -> None:
    geometry = layer.table[["geometry"]].reset_index(drop=True)
    pyogrio.write_dataframe(geometry, stem.with_name(f"{stem.name}.shp"), driver="ESRI Shapefile", encoding="UTF-8")
    table = layer.attributes().reset_index(drop=True)
    content, losses = dbf_bytes(table, fields, encoding)
    write_bytes(stem.with_name(f"{stem.name}.dbf"), content)
    write_bytes(stem.with_name(f"{stem.name}.cpg"), CODE_PAGES[encoding][0].encode())
    key = layer.schema.key[0] if len(layer.schema.key) == 1 else ""
    for loss in losses:
        identity = str(table[key].iloc[loss.record - 1]) if key else str(loss.record)
        report.companion.append((layer.name, loss.record, identity, loss.field, loss.text))
        report.losses[loss.reason] += 1
    report.rows[f"{layer.name}.shp"] = len(table)


def _parts(layer: Layer, max_bytes: int) -> list[gpd.GeoDataFrame]:
    """
    Split a layer so that neither its .shp nor its .dbf outgrows the format; one part in nearly every case.

    Raises
    ------
    SchemaError
        If one feature alone does.
    """
    table: gpd.GeoDataFrame = layer.table
    points = shapely.get_num_coordinates(table.geometry.to_numpy())
    rings = np.maximum(shapely.get_num_geometries(table.geometry.to_numpy()), 1)
    tall = shapely.has_z(table.geometry.to_numpy())
    shape_bytes = 52 + 4 * rings + np.where(tall, 24 * points + 16, 16 * points)
    record_bytes = 1 + sum(254 if c.is_text else 24 for c in layer.schema.columns)
    if max(int(shape_bytes.sum()), record_bytes * len(table)) <= max_bytes:
        return [table]
    each = np.maximum(shape_bytes, record_bytes)
    largest = int(each.max()) + 100
    if largest >= max_bytes:
        message = (
            f"{layer.name}: a feature of {largest} bytes does not fit a shapefile of {max_bytes}; use a GeoPackage"
        )
        raise SchemaError(message)
    part = np.cumsum(each) // (max_bytes - largest)
    return [table[part == number] for number in sorted(set(part.tolist()))]


def _write_dictionary(folder: Path, schemas: Iterable[Schema], names: Mapping[str, Mapping[str, str]]) -> None:
    table = data_dictionary(list(schemas), names)
    write_bytes(folder / "fields.csv", csv_bytes([list(table.columns), *table.to_numpy().tolist()]))
