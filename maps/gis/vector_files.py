"""Files for the web and for analysis: GeoJSON (RFC 7946), FlatGeobuf and GeoParquet."""

from __future__ import annotations

import json
import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.atomic_output import write_bytes
from geo.errors import MissingExtraError
from maps.gis.field_names import full_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.crs import OutputCrs
    from maps.gis.field_names import NameStyle
    from maps.gis.handover import Layer

__all__ = ["write_flatgeobufs", "write_geojson", "write_geoparquet"]

DECIMALS = 7
"""Decimals of a degree in GeoJSON, 1 cm: RFC 7946, section 11.2, asks for no more than the data have."""


def write_geojson(layers: Sequence[Layer], path: Path, *, target: OutputCrs, style: NameStyle = "ascii") -> int:
    """
    Write all layers as one FeatureCollection after RFC 7946: ids, outer rings anticlockwise, bounding box, no ``crs``.

    Parameters
    ----------
    layers : sequence of Layer
        Already in ``target``, which is geographic.
    path : Path
    target : OutputCrs
        A shifted datum is said in the foreign member ``datum``.
    style : {"ascii", "zh"}
        Names of the properties. Missing values are ``null``; what is not drawn has the geometry ``null``.

    Returns
    -------
    int
        How many values are infinite, for which JSON has no word: they are ``null`` too.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    features: list[dict[str, Any]] = []
    infinite = 0
    for layer in layers:
        infinite += int(np.isinf(layer.attributes().select_dtypes("float").to_numpy(float, na_value=np.nan)).sum())
        names = full_names(layer.schema, style)
        key = layer.schema.key[0] if len(layer.schema.key) == 1 else ""
        for row, shape in layer.rows():
            feature: dict[str, Any] = {"type": "Feature"}
            if key:
                feature["id"] = str(row[key])
            feature["geometry"] = (
                None if shape is None else _rounded(shapely.geometry.mapping(shapely.orient_polygons(shape)))
            )
            feature["properties"] = {names[k]: _json_value(v) for k, v in row.items() if k in names}
            features.append(feature)
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if target.shifted:
        collection["datum"] = f"{target.crs.name}; not WGS 84"
    bounds = [layer.table.total_bounds for layer in layers if layer.drawn]
    if bounds:
        stacked = np.array(bounds)
        box = [*stacked[:, :2].min(axis=0), *stacked[:, 2:].max(axis=0)]
        collection["bbox"] = [round(float(v), DECIMALS) for v in box]
    head = json.dumps(collection, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for f in features)
    write_bytes(path, f'{head}, "features": [\n{lines}\n]}}\n'.encode(errors="replace"))
    return infinite


def write_flatgeobufs(layers: Sequence[Layer], folder: Path, *, style: NameStyle = "ascii") -> list[Path]:
    """
    Write each drawn layer as a FlatGeobuf with its coordinate system and a packed index, which reorders its rows.

    Returns
    -------
    list of Path
        Layers that are not drawn have no place in the format; they are the caller's to hand over as tables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for layer in layers:
        if layer.drawn:
            path = folder / f"{layer.name}.fgb"
            pyogrio.write_dataframe(_renamed(layer, style), path, driver="FlatGeobuf", layer=layer.name)
            paths.append(path)
    return paths


def write_geoparquet(layers: Sequence[Layer], path: Path, *, style: NameStyle = "ascii") -> None:
    """
    Write all layers as one GeoParquet file (version 1.0, WKB, with the coordinate system as PROJJSON).

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        message = "GeoParquet needs pyarrow: pip install 'tongtu[parquet]'"
        raise MissingExtraError(message)
    tables = [_renamed(layer, style) for layer in layers]
    drawn = [table for table in tables if isinstance(table, gpd.GeoDataFrame)]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not drawn:
        pd.concat(tables, ignore_index=True).to_parquet(path, index=False)
        return
    crs = drawn[0].crs
    whole = [
        table
        if isinstance(table, gpd.GeoDataFrame)
        else gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table), index=table.index), crs=crs)
        for table in tables
    ]
    gpd.GeoDataFrame(pd.concat(whole, ignore_index=True), geometry="geometry", crs=crs).to_parquet(
        path, index=False, schema_version="1.0.0"
    )


def _renamed(layer: Layer, style: NameStyle) -> gpd.GeoDataFrame | pd.DataFrame:
    table = layer.table.rename(columns=full_names(layer.schema, style))
    for name in table.columns:
        if name != "geometry" and table[name].dtype == object:
            table[name] = table[name].map(lambda v: v if isinstance(v, (bytes, dict, list)) else _text(v))
    return table


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value)


def _rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": geometry["type"], "coordinates": _round(geometry["coordinates"])}


def _round(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_round(part) for part in value]
    return round(float(value), DECIMALS)


def _json_value(value: Any) -> Any:
    """Return a value that JSON has: missing and infinite numbers are null, numpy's numbers Python's, dates ISO 8601."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (np.generic,)):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (bool, int)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
