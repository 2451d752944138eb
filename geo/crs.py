"""
Coordinate systems of Chinese practice: WGS 84 inside, CGCS2000 and its zones outside, GCJ-02 only on request.

WGS 84 (EPSG:4326) and CGCS2000 (EPSG:4490) differ by centimetres and are taken as equal, as PROJ does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.errors import CrsError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["GEOGRAPHIC", "cgcs2000_zone", "gcj02_to_wgs84", "metric_crs", "parse_crs", "wgs84_to_gcj02"]

GEOGRAPHIC = "EPSG:4326"
"""The system of every table inside tongtu."""

ALBERS_CHINA = CRS.from_proj4("+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +datum=WGS84 +units=m +no_defs")
"""Equal-area conic of Chinese national maps (standard parallels 25° N and 47° N, central meridian 105° E)."""

CHINA_BOUNDS = (72.0, 0.8, 138.0, 56.0)
"""(west, south, east, north), degrees: where GCJ-02 is defined to shift."""

# Krasovsky 1940, on which the published GCJ-02 formula works.
_A = 6378245.0
_EE = 0.00669342162296594323


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
            " export by zone, or use CGCS2000 geographic (EPSG:4490) or the regional Albers"
        )
        raise CrsError(message)
    zone = round((west + east) / 2.0 / 3.0)
    return CRS.from_epsg((4513 if with_zone_number else 4534) + zone - 25)


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


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Shift WGS 84 coordinates to GCJ-02, the datum of Chinese web maps (高德, 腾讯).

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees, WGS 84

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), degrees, GCJ-02
        Unchanged outside 72.004-137.8347° E, 0.8293-55.8271° N.

    References
    ----------
    The formula published in 2010-2013 and used by all open converters (for example the packages ``eviltransform`` and
    ``coord-convert``): offsets as a sum of sines on the Krasovsky 1940 ellipsoid.
    """
    lon_, lat_ = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    inside = (lon_ >= 72.004) & (lon_ <= 137.8347) & (lat_ >= 0.8293) & (lat_ <= 55.8271)
    x, y = lon_ - 105.0, lat_ - 35.0
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat_)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    d_lat = d_lat * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = d_lon * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    return np.where(inside, lon_ + d_lon, lon_), np.where(inside, lat_ + d_lat, lat_)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Shift GCJ-02 coordinates back to WGS 84, by fixed-point iteration on :func:`wgs84_to_gcj02`.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees, GCJ-02

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), degrees, WGS 84
        Round trip below a millimetre.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02([117.2849], [31.8003]))
    >>> bool(abs(lon[0] - 117.2849) < 1e-9 and abs(lat[0] - 31.8003) < 1e-9)
    True
    """
    lon_, lat_ = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    guess_lon, guess_lat = lon_.copy(), lat_.copy()
    for _ in range(12):
        there_lon, there_lat = wgs84_to_gcj02(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + (lon_ - there_lon), guess_lat + (lat_ - there_lat)
    return guess_lon, guess_lat
