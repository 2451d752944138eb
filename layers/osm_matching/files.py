"""Lines of OpenStreetMap from what ``tongtu import-osm`` wrote, or from an OpenStreetMap file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.errors import SchemaError
from layers.osm.schema import OSM_LINES, Lifecycle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["osm_files", "read_osm_lines"]

RAW = (".osm", ".osm.pbf", ".pbf", ".osm.bz2", ".osm.gz", ".o5m", ".opl", ".json")
TABLES = (".gpkg", ".fgb", ".geojson")
NEEDED = frozenset({"osm_id", "mode", "kind", "status", "lifecycle", "oneway"})
"""Columns by which a layer is known to be one of lines of OpenStreetMap."""

FORMER = frozenset(one.value for one in Lifecycle if one.is_former)
"""What ``import-osm`` writes into a layer of its own."""


def osm_files(path: Path) -> list[Path]:
    """
    Return the files that hold lines of OpenStreetMap: a file itself, or those in a folder, by name.

    Raises
    ------
    SchemaError
        If there is no such file, or none of a kind that can hold them.
    """
    if path.is_file():
        return [path]
    found = sorted(file for file in path.glob("*") if file.name.lower().endswith(TABLES)) if path.is_dir() else []
    if not found:
        message = (
            f"{path}: no lines of OpenStreetMap here; give what tongtu import-osm wrote (a folder or a .gpkg), or an"
            " OpenStreetMap file (.osm.pbf, .osm, .osm.bz2)"
        )
        raise SchemaError(message)
    return found


def read_osm_lines(path: Path) -> gpd.GeoDataFrame:
    """
    Read lines of OpenStreetMap.

    Parameters
    ----------
    path : Path
        A folder or GeoPackage of ``tongtu import-osm``, or ``.osm.pbf``, ``.osm``, ``.osm.bz2``.

    Returns
    -------
    GeoDataFrame, contract ``layers.osm.schema.OSM_LINES``, EPSG:4326, sorted by osm_id and mode

    Raises
    ------
    SchemaError
        If nothing there holds such lines, or a table breaks the contract.
    """
    if path.is_file() and path.name.lower().endswith(RAW):
        from layers.osm.importing import import_osm

        return import_osm(path).lines
    tables = [table for file in osm_files(path) for table in _tables(file)]
    if not tables:
        message = f"{path}: no layer with the columns {', '.join(sorted(NEEDED))}; make one with tongtu import-osm"
        raise SchemaError(message)
    crs = {str(table.crs) for table in tables}
    joined = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=tables[0].crs)
    if len(crs) > 1 or joined.crs is None or joined.crs.to_string() != OSM_LINES.crs:
        message = f"{path}: lines of OpenStreetMap are in {', '.join(sorted(crs))}; expected {OSM_LINES.crs}"
        raise SchemaError(message)
    lines = OSM_LINES.coerce(joined)[[*OSM_LINES.names, "geometry"]]
    lines = lines.drop_duplicates(list(OSM_LINES.key)).sort_values(list(OSM_LINES.key), ignore_index=True)
    return gpd.GeoDataFrame(OSM_LINES.validate(lines), geometry="geometry", crs=OSM_LINES.crs)


def _tables(file: Path) -> list[gpd.GeoDataFrame]:
    """Return the layers of a file that are lines of OpenStreetMap, those out of use left out."""
    import pyogrio

    out = []
    for name, geometry in pyogrio.list_layers(file):
        if "Line" not in str(geometry):
            continue
        if set(pyogrio.read_info(file, layer=name)["fields"]) >= NEEDED:
            table = pyogrio.read_dataframe(file, layer=name)
            out.append(table[~table["lifecycle"].isin(FORMER)])
    return out
