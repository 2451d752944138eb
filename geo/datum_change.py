"""
From one datum to another: the shifted ones of Chinese web maps, and those to which no way is published.

WGS 84 and CGCS2000 differ by centimetres and are taken as equal, as PROJ does. GCJ-02 and BD-09 are computed
(:mod:`geo.datum`). For Beijing 1954 and Xian 1980 the parameters are not public; PROJ leaves their coordinates as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from geo.coordinate_systems import GEOGRAPHIC
from geo.datum import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Shift = Callable[[ArrayLike, ArrayLike], tuple[NDArray[np.float64], NDArray[np.float64]]]

__all__ = ["Datum", "from_datum", "shifted_crs", "shifted_datum", "to_datum", "unpublished_datum"]

Datum = Literal["wgs84", "gcj02", "bd09"]

WGS84_RADIUS_M = 6_378_137.0
"""Semi-major axis of WGS 84 and of GRS 80, which CGCS2000 and its like use."""


def shifted_datum(crs: CRS) -> Datum | None:
    """
    Return the shifted datum that a coordinate system names, as those written by tongtu do; None for any other.

    PROJ knows no way between such a system and WGS 84 and would take one for the other in silence.
    """
    found = re.search(r"\b(GCJ|BD)[-_ ]?(02|09)", f"{crs.name} {crs.datum.name if crs.datum else ''}".replace("_", " "))
    return None if found is None else "gcj02" if found.group(1) == "GCJ" else "bd09"


def unpublished_datum(crs: CRS, bounds: tuple[float, float, float, float]) -> str:
    """
    Name the datum of a coordinate system from which no published way leads to WGS 84; ``""`` where one does.

    Coordinates of such a system, taken as they are, may be off by some 100 m. Systems on the ellipsoids of WGS 84 and GRS 80
    are taken as WGS 84.

    Parameters
    ----------
    crs : pyproj.CRS
    bounds : tuple of float
        (west, south, east, north) of the data, degrees: some ways are for a part of the country only.

    Examples
    --------
    >>> unpublished_datum(CRS.from_epsg(4610), (116, 31, 118, 33)), unpublished_datum(CRS.from_epsg(4549), (119, 31, 120, 32))
    ('Xian 1980', '')
    """
    base = crs.geodetic_crs
    if base is None or base.ellipsoid is None or shifted_datum(crs):
        return ""
    if abs(base.ellipsoid.semi_major_metre - WGS84_RADIUS_M) < 1.0:
        return ""
    west, south, east, north = (float(v) for v in np.clip(bounds, (-180, -90, -180, -90), (180, 90, 180, 90)))
    area = AreaOfInterest(west, south, east, north)
    ways = TransformerGroup(base, GEOGRAPHIC, always_xy=True, area_of_interest=area).transformers  # type: ignore[arg-type]
    if ways and "Ballpark" not in ways[0].description:
        return ""
    return str(base.datum.name) if base.datum else str(base.name)


def from_datum(table: gpd.GeoDataFrame, datum: Datum) -> gpd.GeoDataFrame:
    """
    Bring a table whose coordinates are of a stated datum to EPSG:4326.

    Parameters
    ----------
    table : GeoDataFrame with a CRS
    datum : {"wgs84", "gcj02", "bd09"}
        ``wgs84`` goes by the CRS alone; the other two take the coordinates, which must be degrees, as shifted.

    Returns
    -------
    GeoDataFrame, EPSG:4326

    Raises
    ------
    CrsError
        If the table has no CRS, or shifted coordinates are projected.
    """
    if table.crs is None:
        message = "no coordinate system; write one (for example .prj) first"
        raise CrsError(message)
    if datum == "wgs84":
        return table.to_crs(GEOGRAPHIC)
    if table.crs.is_projected:
        message = f"{datum} coordinates are degrees; the table is in {table.crs.name}"
        raise CrsError(message)
    back = gcj02_to_wgs84 if datum == "gcj02" else bd09_to_wgs84
    return table.set_geometry(_moved(table.geometry.to_numpy(), back), crs=None).set_crs(
        GEOGRAPHIC, allow_override=True
    )


def shifted_crs(name: str) -> CRS:
    """
    Return a geographic system of its own for a shifted datum.

    It has no EPSG code and is tied to no other datum, so that no reader moves it or takes it for WGS 84 in silence.
    """
    return CRS.from_wkt(
        f'GEOGCRS["{name} (shifted, not for surveying)",DATUM["{name} (shifted)",'
        'ELLIPSOID["Krassowsky 1940",6378245,298.3,LENGTHUNIT["metre",1]]],'
        'PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],CS[ellipsoidal,2],'
        'AXIS["geodetic longitude (Lon)",east,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],'
        'AXIS["geodetic latitude (Lat)",north,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]'
    )


def to_datum(table: gpd.GeoDataFrame, datum: Datum, crs: CRS) -> gpd.GeoDataFrame:
    """Return a table in EPSG:4326 with its coordinates shifted to a datum, under that datum's own system."""
    shift = wgs84_to_gcj02 if datum == "gcj02" else wgs84_to_bd09
    return table.set_geometry(_moved(table.geometry.to_numpy(), shift), crs=None).set_crs(crs, allow_override=True)


def _moved(geometry: NDArray[np.object_], shift: Shift) -> NDArray[np.object_]:
    """Return geometries with longitude and latitude shifted, and heights as they were."""

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        out = xy.copy()
        out[:, 0], out[:, 1] = shift(xy[:, 0], xy[:, 1])
        return out

    new = geometry.copy()
    flat = ~shapely.has_z(geometry)
    new[flat] = shapely.transform(geometry[flat], moved)
    new[~flat] = shapely.transform(geometry[~flat], moved, include_z=True)
    return new
