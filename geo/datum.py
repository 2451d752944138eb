"""
The shifted datums of Chinese web maps: GCJ-02 (高德, 腾讯) and BD-09 (百度), to and from WGS 84.

Neither is a surveying datum: the shift of some 500 m is an obfuscation laid down by formula. Both are used only where a
user asks for them, and what is written in them says so in its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["bd09_to_gcj02", "bd09_to_wgs84", "gcj02_to_bd09", "gcj02_to_wgs84", "wgs84_to_bd09", "wgs84_to_gcj02"]

# Krasovsky 1940, on which the published GCJ-02 formula works.
_A = 6378245.0
_EE = 0.00669342162296594323

# BD-09 turns and stretches GCJ-02 by a wave of 3000/180 cycles per degree, and adds a constant (published formula).
_X_PI = np.pi * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006


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


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Shift GCJ-02 coordinates to BD-09, the coordinates of 百度 (bd09ll).

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees, GCJ-02

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), degrees, BD-09

    References
    ----------
    The formula published in 2013 (coolypf, blog.csdn.net/coolypf/article/details/8569813) and used by all open
    converters; test points in the READMEs of ``coordtransform`` and ``geoChina``.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09([116.404], [39.915])
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (116.410369, 39.921337)
    """
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Shift BD-09 coordinates back to GCJ-02, by fixed-point iteration on :func:`gcj02_to_bd09`.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees, BD-09

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), degrees, GCJ-02
        Round trip below a millimetre; the one-step inverse that converters publish is off by up to about 0.5 m.
    """
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    guess_x, guess_y = x - _BD_LON, y - _BD_LAT
    for _ in range(12):
        there_x, there_y = gcj02_to_bd09(guess_x, guess_y)
        guess_x, guess_y = guess_x + (x - there_x), guess_y + (y - there_y)
    return guess_x, guess_y


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift WGS 84 coordinates (degrees, shape (n,)) to BD-09, through GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift BD-09 coordinates (degrees, shape (n,)) back to WGS 84, through GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
