"""
Coordinate systems of Chinese practice: WGS 84 inside; CGCS2000, its zones and Albers outside; GCJ-02 only on request.

WGS 84 (EPSG:4326) and CGCS2000 (EPSG:4490) differ by centimetres and are taken as equal, as PROJ does. Coordinates are
in the order longitude, latitude or easting, northing throughout, whatever the authority's axis order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError

from geo.datum import bd09_to_gcj02, bd09_to_wgs84, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Shift = Callable[[ArrayLike, ArrayLike], tuple[NDArray[np.float64], NDArray[np.float64]]]

__all__ = [
    "ALBERS_CHINA",
    "GEOGRAPHIC",
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
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

GEOGRAPHIC = "EPSG:4326"
"""The system of every table inside tongtu."""

CHINA_BOUNDS = (72.0, 0.8, 138.0, 56.0)
"""(west, south, east, north), degrees: where GCJ-02 is defined to shift."""

Datum = Literal["wgs84", "gcj02", "bd09"]

_DEGREE = 'ANGLEUNIT["degree",0.0174532925199433]'
_METRE = 'LENGTHUNIT["metre",1]'


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


def _shifted_crs(name: str) -> CRS:
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
    return _zone_crs(_zone_of((west + east) / 2.0), with_zone_number=with_zone_number)


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
        zone = _zone_of((west + east) / 2.0)
        return OutputCrs(crs, f"cgcs2000_3deg_{f'zone{zone}' if numbered else f'cm{3 * zone}e'}", word=text)
    if text == "albers":
        return OutputCrs(ALBERS_CHINA, "albers", word=text)
    if text == "albers-region":
        sixth = (north - south) / 6.0
        first, second = np.floor(south + sixth), np.ceil(north - sixth)
        return OutputCrs(albers_crs(float(round((west + east) / 2)), first, second), "albers_region", word=text)
    if text in {"gcj02", "gcj-02", "bd09", "bd-09"}:
        datum: Datum = "gcj02" if text.startswith("gcj") else "bd09"
        return OutputCrs(_shifted_crs(f"{datum[:-2].upper()}-{datum[-2:]}"), datum, datum, datum)
    crs = parse_crs(f"EPSG:{text}" if text.isdigit() else word)
    code = crs.to_epsg()
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
        shift = wgs84_to_gcj02 if target.datum == "gcj02" else wgs84_to_bd09
        return table.set_geometry(_moved(table.geometry.to_numpy(), shift), crs=None).set_crs(
            target.crs, allow_override=True
        )
    result = table.to_crs(target.crs)
    if not np.isfinite(shapely.get_coordinates(result.geometry.to_numpy())).all():
        message = f"some coordinates have no place in {target.crs.name}; use EPSG:4490 or --crs albers"
        raise CrsError(message)
    return result


def shifted_datum(crs: CRS) -> Datum | None:
    """
    Return the shifted datum that a coordinate system names, as those written by tongtu do; None for any other.

    PROJ knows no way between such a system and WGS 84 and would take one for the other in silence.
    """
    found = re.search(r"\b(GCJ|BD)[-_ ]?(02|09)", f"{crs.name} {crs.datum.name if crs.datum else ''}".replace("_", " "))
    return None if found is None else "gcj02" if found.group(1) == "GCJ" else "bd09"


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


def _zone_of(lon: float) -> int:
    """Return the number of the three-degree zone of a longitude; its central meridian is three times that."""
    zone = int(np.floor(lon / 3.0 + 0.5))
    if not 25 <= zone <= 45:
        message = f"CGCS2000 three-degree zones cover 73.5-136.5° E; the data lie at {lon:.2f}°"
        raise CrsError(message)
    return zone


def _zone_crs(zone: int, *, with_zone_number: bool) -> CRS:
    return CRS.from_epsg((4513 if with_zone_number else 4534) + zone - 25)
