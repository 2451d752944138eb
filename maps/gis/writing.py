"""The data files of a hand-over in one folder, whatever the format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from maps.gis.cad import write_dxf
from maps.gis.geopackage import write_layers_as_geopackage
from maps.gis.handover import Layer
from maps.gis.kml import write_kml
from maps.gis.options import Form
from maps.gis.shapefile import write_layers_as_shapefiles
from maps.gis.tables import joined, write_csv_tables
from maps.gis.vector_files import write_flatgeobufs, write_geojson, write_geoparquet
from maps.gis.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.crs import OutputCrs
    from maps.gis.options import Options
    from maps.gis.sources import Source

__all__ = ["write_data"]

CUT_AT_NUL: Final = frozenset({Form.GPKG, Form.FGB, Form.GEOJSON})
"""Formats in which GDAL, writing or reading, ends a text at the character NUL."""


def write_data(
    source: Source,
    placed: Mapping[OutputCrs, list[Layer]],
    folder: Path,
    form: Form,
    options: Options,
    *,
    record: bytes = b"",
) -> dict[str, int]:
    """
    Write layers into a folder.

    Parameters
    ----------
    source : Source
    placed : mapping of OutputCrs to list of Layer
        As :func:`maps.gis.placement.placed` returns them.
    folder : Path
    form : Form
    options : Options
        Settled.
    record : bytes
        ISO 19115 as XML, which a GeoPackage carries within.

    Returns
    -------
    dict of str to int
        Values by the reason for which the format does not carry them whole.
    """
    layers = [layer for part in placed.values() for layer in part]
    nul = 0
    if form in CUT_AT_NUL:
        layers, nul = _without_nul(layers)
    target = next(iter(placed))
    stem = f"{source.name}_{target.mark}" if target.shifted else source.name
    path = folder / f"{stem}.{form.value}"
    style, lang = options.style, options.lang
    if form is Form.SHP:
        shapes = write_layers_as_shapefiles(layers, folder, encoding=options.encoding, style=style, lang=lang)
        return dict(sorted(shapes.losses.items()))
    if form is Form.FGB:
        write_flatgeobufs(layers, folder, style=style)
        write_csv_tables([x for x in layers if not x.drawn], folder / "not_drawn.csv", options.encoding, style)
        return _counted(control=nul)
    if form is Form.GPKG:
        write_layers_as_geopackage(layers, path, style=style, lang=lang, record=record)
        return _counted(control=nul)
    if form is Form.GEOJSON:
        return _counted(control=nul, infinite=write_geojson(layers, path, target=target, style=style))
    if form is Form.PARQUET:
        write_geoparquet(layers, path, style=style)
    elif form is Form.KML:
        return _counted(control=write_kml(layers, path, title=source.name, lang=lang))
    elif form is Form.CSV:
        geometries = sum(len(layer.table) for layer in layers if layer.drawn)
        return _counted(geometry=geometries, character=write_csv_tables(layers, path, options.encoding, style))
    elif form is Form.XLSX:
        return _counted(text=write_workbook(_sheets(source), path, lang=lang))
    else:
        return _counted(character=_write_drawings(source, placed, path, lang))
    return {}


def _counted(**losses: int) -> dict[str, int]:
    return {reason: count for reason, count in losses.items() if count}


def _without_nul(layers: list[Layer]) -> tuple[list[Layer], int]:
    """Put a replacement character for NUL, at which GDAL would end the text; return how many texts hold one."""
    out, count = [], 0
    for layer in layers:
        table = layer.table
        for column in (c.name for c in layer.schema.columns if c.is_text):
            cells = table[column].tolist()
            marked = [isinstance(v, str) and "\0" in v for v in cells]
            if any(marked):
                count += sum(marked)
                whole = [v.replace("\0", "\ufffd") if isinstance(v, str) else v for v in cells]
                table = table.assign(**{column: pd.Series(whole, index=table.index, dtype=object)})
        out.append(replace(layer, table=table))
    return out, count


def _write_drawings(source: Source, placed: Mapping[OutputCrs, list[Layer]], path: Path, lang: str) -> int:
    """Write a drawing per coordinate system; return how many characters they could not hold."""
    lossy = 0
    for one, part in placed.items():
        several = len(placed) > 1 or one.shifted
        name = f"{source.name}_{one.mark}.dxf" if several else path.name
        lossy += write_dxf(part, path.with_name(name), lang=lang)
    return lossy


def _sheets(source: Source) -> list[Layer]:
    """Return the register's tables and all features as one sheet, with the projects first."""
    features = joined(source.layers)
    name = "features" if source.tables else source.name
    whole = [Layer(name, table, schema, "none") for table, schema in features]
    order = [table for table in source.tables if table.name == "projects"]
    return order + whole + [table for table in source.tables if table.name != "projects"]
