"""
Coordinate systems of Chinese practice: WGS 84 inside; CGCS2000, its zones and Albers outside; GCJ-02 only on request.

WGS 84 (EPSG:4326) and CGCS2000 (EPSG:4490) differ by centimetres and are taken as equal, as PROJ does. Coordinates are
in the order longitude, latitude or easting, northing throughout, whatever the authority's axis order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from geo.coordinate_systems import (
    ALBERS_CHINA,
    GEOGRAPHIC,
    albers_crs,
    cgcs2000_zone,
    metric_crs,
    parse_crs,
    zone_of,
)
from geo.datum import bd09_to_gcj02, bd09_to_wgs84, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geo.datum_change import Datum, from_datum, shifted_crs, shifted_datum, to_datum, unpublished_datum
from geo.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "ALBERS_CHINA",
    "GEOGRAPHIC",
    "Datum",
    "OutputCrs",
    "albers_crs",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "by_zone",
    "cgcs2000_zone",
    "from_datum",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "metric_crs",
    "output_crs",
    "parse_crs",
    "shifted_datum",
    "to_output",
    "unpublished_datum",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]


@dataclass(frozen=True)
class OutputCrs:
    """
    A coordinate system to hand data over in.

    Parameters
    ----------
    crs : pyproj.CRS
    mark : str
        What stands in file names, ``""`` for WGS 84 and CGCS2000 geographic.
    datum : {"wgs84", "gcj02", "bd09"}
        ``wgs84`` stands for CGCS2000 too; the other two are shifted and marked in every name.
    word : str
        The word that asked for it.
    """

    crs: CRS
    mark: str = ""
    datum: Datum = "wgs84"
    word: str = GEOGRAPHIC

    @property
    def shifted(self) -> bool:
        """Whether coordinates are obfuscated."""
        return self.datum != "wgs84"


def output_crs(word: str, bounds: tuple[float, float, float, float]) -> OutputCrs:
    """
    Choose the coordinate system that a word asks for, for data in given bounds.

    Parameters
    ----------
    word : str
        ``EPSG:n`` or ``n``; ``wgs84``; ``cgcs2000`` (geographic); ``cgcs2000-3deg`` and ``cgcs2000-3deg-zone-number``
        (the zone follows from the data); ``albers`` (national) and ``albers-region`` (from the data, whole degrees);
        ``gcj02`` and ``bd09``.
    bounds : tuple of float
        (west, south, east, north), degrees, WGS 84.

    Returns
    -------
    OutputCrs

    Raises
    ------
    CrsError
        If the word is unknown or the data do not fit the system; the message says what would.

    Examples
    --------
    >>> output_crs("cgcs2000-3deg", (116.7, 30.9, 117.9, 32.5)).mark
    'cgcs2000_3deg_cm117e'
    """
    west, south, east, north = bounds
    text = word.strip().lower().replace("_", "-").replace("–", "-")
    if text in {"", "wgs84", "4326", "epsg:4326"}:
        return OutputCrs(CRS.from_epsg(4326), word=GEOGRAPHIC)
    if text in {"cgcs2000", "4490", "epsg:4490"}:
        return OutputCrs(CRS.from_epsg(4490), word="EPSG:4490")
    if text in {"cgcs2000-3deg", "cgcs2000-3deg-zone-number"}:
        numbered = text.endswith("zone-number")
        crs = cgcs2000_zone(west, east, with_zone_number=numbered)
        zone = zone_of((west + east) / 2.0)
        return OutputCrs(crs, f"cgcs2000_3deg_{f'zone{zone}' if numbered else f'cm{3 * zone}e'}", word=text)
    if text == "albers":
        return OutputCrs(ALBERS_CHINA, "albers", word=text)
    if text == "albers-region":
        sixth = (north - south) / 6.0
        first, second = np.floor(south + sixth), np.ceil(north - sixth)
        return OutputCrs(albers_crs(float(round((west + east) / 2)), first, second), "albers_region", word=text)
    if text in {"gcj02", "gcj-02", "bd09", "bd-09"}:
        datum: Datum = "gcj02" if text.startswith("gcj") else "bd09"
        return OutputCrs(shifted_crs(f"{datum[:-2].upper()}-{datum[-2:]}"), datum, datum, datum)
    crs = parse_crs(f"EPSG:{text}" if text.isdigit() else word)
    code = crs.to_epsg()
    unpublished = unpublished_datum(crs, bounds)
    if unpublished:
        message = (
            f"no way from WGS 84 to {unpublished} is published, and coordinates would be off by some 100 m; hand over in"
            " CGCS2000 (EPSG:4490, --crs cgcs2000-3deg) and have it transformed by who holds the parameters"
        )
        raise CrsError(message)
    area = crs.area_of_use
    if area is not None and not (
        area.west - 3 <= west and east <= area.east + 3 and area.south - 3 <= south and north <= area.north + 3
    ):
        message = (
            f"{crs.name} is for {area.west:g}-{area.east:g}° E, {area.south:g}-{area.north:g}° N; the data span"
            f" {west:.2f}-{east:.2f}° E, {south:.2f}-{north:.2f}° N"
        )
        raise CrsError(message)
    mark = f"epsg{code}" if code else re.sub(r"\W+", "_", crs.name.lower()).strip("_")
    return OutputCrs(crs, mark, word=f"EPSG:{code}" if code else crs.name)


def by_zone(table: gpd.GeoDataFrame, *, with_zone_number: bool = False) -> dict[OutputCrs, gpd.GeoDataFrame]:
    """
    Split features by three-degree zone: each goes whole to the zone that holds the middle of its bounds.

    Parameters
    ----------
    table : GeoDataFrame, EPSG:4326, n rows, none without geometry
    with_zone_number : bool

    Returns
    -------
    dict
        System to rows, from west to east; together all rows, each once. Features are not cut at the zone's edge, so that
        ids stay unique; far from its central meridian a zone stretches lengths (0.1 % at 2.8° and 30° N).

    Raises
    ------
    CrsError
        If a feature's middle is outside 73.5-136.5° E.
    """
    bounds = table.geometry.bounds
    middle = (bounds["minx"].to_numpy() + bounds["maxx"].to_numpy()) / 2.0
    zones = np.floor(middle / 3.0 + 0.5).astype(int)
    out = {}
    for zone in sorted(set(zones.tolist())):
        word = "cgcs2000-3deg-zone-number" if with_zone_number else "cgcs2000-3deg"
        out[output_crs(word, (3.0 * zone, 0.0, 3.0 * zone, 0.0))] = table[zones == zone]
    return out


def to_output(table: gpd.GeoDataFrame, target: OutputCrs) -> gpd.GeoDataFrame:
    """
    Transform a table to an output system.

    Parameters
    ----------
    table : GeoDataFrame, EPSG:4326
    target : OutputCrs

    Returns
    -------
    GeoDataFrame
        In ``target.crs``; coordinates are longitude, latitude or easting, northing. Heights are kept.

    Raises
    ------
    CrsError
        If ``table`` is not in EPSG:4326, or a coordinate has no place in the system.
    """
    if table.crs is None or not table.crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        message = f"the table is in {table.crs}, expected {GEOGRAPHIC}"
        raise CrsError(message)
    if target.shifted:
        return to_datum(table, target.datum, target.crs)
    result = table.to_crs(target.crs)
    if not np.isfinite(shapely.get_coordinates(result.geometry.to_numpy())).all():
        message = f"some coordinates have no place in {target.crs.name}; use EPSG:4490 or --crs albers"
        raise CrsError(message)
    return result
