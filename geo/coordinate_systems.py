"""
Coordinate systems by name: any that PROJ knows, CGCS2000 in three-degree zones, Albers, and one in metres for an area.

References
----------
EPSG:4513-4554, CGCS2000 / 3-degree Gauss-Kruger.
"""

from __future__ import annotations

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.errors import CrsError

__all__ = [
    "ALBERS_CHINA",
    "CHINA_BOUNDS",
    "GEOGRAPHIC",
    "albers_crs",
    "cgcs2000_zone",
    "metric_crs",
    "parse_crs",
    "zone_of",
]

GEOGRAPHIC = "EPSG:4326"
"""The system of every table inside tongtu."""

CHINA_BOUNDS = (72.0, 0.8, 138.0, 56.0)
"""(west, south, east, north), degrees: where GCJ-02 is defined to shift."""

_DEGREE = 'ANGLEUNIT["degree",0.0174532925199433]'
_METRE = 'LENGTHUNIT["metre",1]'


def parse_crs(text: str) -> CRS:
    """
    Parse a coordinate system given by a user.

    Raises
    ------
    CrsError
        If PROJ does not know it.
    """
    try:
        return CRS.from_user_input(text)
    except ProjCrsError as error:
        message = f"unknown coordinate system {text!r}; give an EPSG code such as EPSG:4490 (CGCS2000)"
        raise CrsError(message) from error


def albers_crs(central_meridian: float, south: float, north: float, *, name: str = "") -> CRS:
    """
    Return an Albers equal-area conic on CGCS2000.

    Parameters
    ----------
    central_meridian, south, north : float
        Degrees; the last two are the standard parallels.
    name : str

    Returns
    -------
    pyproj.CRS
        Metres, easting and northing.
    """
    title = name or f"CGCS2000 / Albers {central_meridian:g}E {south:g}N {north:g}N"
    conversion = "".join(
        f'PARAMETER["{label}",{value!r},{unit},ID["EPSG",{code}]],'
        for label, value, unit, code in (
            ("Latitude of false origin", 0.0, _DEGREE, 8821),
            ("Longitude of false origin", float(central_meridian), _DEGREE, 8822),
            ("Latitude of 1st standard parallel", float(south), _DEGREE, 8823),
            ("Latitude of 2nd standard parallel", float(north), _DEGREE, 8824),
            ("Easting at false origin", 0.0, _METRE, 8826),
            ("Northing at false origin", 0.0, _METRE, 8827),
        )
    ).rstrip(",")
    return CRS.from_wkt(
        f'PROJCRS["{title}",BASEGEOGCRS["China Geodetic Coordinate System 2000",DATUM["China 2000",'
        'ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]],ID["EPSG",1043]],PRIMEM["Greenwich",0,'
        f'ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4490]],CONVERSION["{title}",'
        f'METHOD["Albers Equal Area",ID["EPSG",9822]],{conversion}],CS[Cartesian,2],'
        'AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]]]'
    )


ALBERS_CHINA = albers_crs(105.0, 25.0, 47.0, name="CGCS2000 / China Albers")
"""Equal-area conic of Chinese national maps (standard parallels 25° N and 47° N, central meridian 105° E)."""


def cgcs2000_zone(west: float, east: float, *, with_zone_number: bool = False) -> CRS:
    """
    Choose the CGCS2000 three-degree Gauss-Krüger zone of a range of longitudes.

    Parameters
    ----------
    west, east : float
        Degrees.
    with_zone_number : bool
        Whether eastings carry the zone number (EPSG:4513-4533) or not (EPSG:4534-4554).

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CrsError
        If the range is outside 73.5-136.5° E or spans more than one zone and its neighbours (over 4.5°).

    Examples
    --------
    合肥 (117.2° E) lies in zone 39, central meridian 117° E:

    >>> cgcs2000_zone(116.7, 117.9).to_epsg()
    4548
    """
    if not 73.5 <= west <= east <= 136.5:
        message = f"CGCS2000 three-degree zones cover 73.5-136.5° E; the data span {west:.2f}-{east:.2f}°"
        raise CrsError(message)
    if east - west > 4.5:
        message = (
            f"the data span {east - west:.2f}° of longitude, more than a three-degree zone carries;"
            " export by zone (--split-zones), or use CGCS2000 geographic (EPSG:4490) or Albers (--crs albers)"
        )
        raise CrsError(message)
    return _zone_crs(zone_of((west + east) / 2.0), with_zone_number=with_zone_number)


def metric_crs(west: float, south: float, east: float, north: float) -> CRS:
    """
    Choose a projection in metres for buffering and snapping in an area, errors below 0.2 %.

    Parameters
    ----------
    west, south, east, north : float
        Degrees.

    Returns
    -------
    pyproj.CRS
        A transverse Mercator on the area's middle meridian.

    Raises
    ------
    CrsError
        If the area is wider than 8.4° of longitude (scale error above 0.2 % at 30° N) or not on the Earth.
    """
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        message = f"({west}, {south}, {east}, {north}) is no (west, south, east, north) in degrees"
        raise CrsError(message)
    if east - west > 8.4:
        message = f"no metric projection fits {east - west:.1f}° of longitude; split the area"
        raise CrsError(message)
    return CRS.from_proj4(f"+proj=tmerc +lon_0={(west + east) / 2:.6f} +lat_0=0 +k=1 +datum=WGS84 +units=m +no_defs")


def zone_of(lon: float) -> int:
    """Return the number of the three-degree zone of a longitude; its central meridian is three times that."""
    zone = int(np.floor(lon / 3.0 + 0.5))
    if not 25 <= zone <= 45:
        message = f"CGCS2000 three-degree zones cover 73.5-136.5° E; the data lie at {lon:.2f}°"
        raise CrsError(message)
    return zone


def _zone_crs(zone: int, *, with_zone_number: bool) -> CRS:
    return CRS.from_epsg((4513 if with_zone_number else 4534) + zone - 25)
