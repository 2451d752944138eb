"""
Of which datum a stranger's coordinates may be, from their offset to known places: offered, never applied.

GCJ-02 and BD-09 move every place of a region the same way, by some 500 and 1,200 m; the errors of a hand or of a table move
each its own way. Many places together tell the one from the other where a single one cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.datum import wgs84_to_bd09, wgs84_to_gcj02

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.crs import Datum

__all__ = ["DatumGuess", "guess_from_places", "shift_of_line", "shift_share"]

KM_PER_DEGREE: Final = 111.195
"""A degree of a great circle on the sphere of 6,371 km."""

LEAST_PLACES: Final = 5
FAR_KM: Final = 4.0
"""A place of the same name farther off is another place."""

CLOSE_KM: Final = 0.25
"""An offset below this is none: half of the smaller shift."""

SURE: Final = 5.0
"""Standard errors by which the other datums must be excluded."""

_SHIFTS: Final = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


@dataclass(frozen=True)
class DatumGuess:
    """
    What offsets to known places say.

    Parameters
    ----------
    datum : {"wgs84", "gcj02", "bd09", ""}
        Empty where they do not tell.
    count : int
        Places compared.
    east_km, north_km : float
        Median offset of the coordinates to the places; NaN where there are none.
    """

    datum: Datum | str
    count: int
    east_km: float = float("nan")
    north_km: float = float("nan")

    @property
    def shifted(self) -> bool:
        """Whether they look shifted."""
        return self.datum in _SHIFTS

    def text(self, lang: str = "zh") -> str:
        """Return what to say of it, empty where there is nothing to say."""
        if not self.shifted:
            return ""
        name = f"{self.datum[:-2].upper()}-{self.datum[-2:]}"
        measured = self.east_km == self.east_km
        east, north = (round(km * 1000) if measured else 0 for km in (self.east_km, self.north_km))
        if lang == "zh":
            offset = f"偏东 {east} m、偏北 {north} m，" if measured else ""
            return f"与 {self.count} 个已知地点相比，坐标{offset}似为 {name}；未作纠偏，如属实请加 --input-datum {self.datum}"
        offset = f" lie {east} m east and {north} m north," if measured else " are off"
        return (
            f"against {self.count} known places the coordinates{offset} as {name} would be; nothing was shifted; if that is"
            f" what they are, say --input-datum {self.datum}"
        )


def guess_from_places(lon: ArrayLike, lat: ArrayLike, known_lon: ArrayLike, known_lat: ArrayLike) -> DatumGuess:
    """
    Guess the datum of coordinates of places whose true position is known.

    Parameters
    ----------
    lon, lat : array-like of float, shape (n,), degrees
        As a file has them.
    known_lon, known_lat : array-like of float, shape (n,), degrees, WGS 84

    Returns
    -------
    DatumGuess
        A datum is named if, on at least five places within 4 km, the median offset less that datum's shift is below 250 m and
        within three standard errors of none, while every other datum leaves more than 250 m and five standard errors. The
        median and its error (1.2533 · 1.4826 · MAD / √n) do not mind a few wrong matches.
    """
    given = np.column_stack([np.asarray(lon, dtype=float).ravel(), np.asarray(lat, dtype=float).ravel()])
    known = np.column_stack([np.asarray(known_lon, dtype=float).ravel(), np.asarray(known_lat, dtype=float).ravel()])
    scale = _km_per_degree(known)
    offset = (given - known) * scale
    near = np.hypot(offset[:, 0], offset[:, 1]) <= FAR_KM
    known, offset, scale = known[near], offset[near], scale[near]
    count = len(known)
    if not count:
        return DatumGuess("", 0)
    east, north = (float(v) for v in np.median(offset, axis=0))
    if count < LEAST_PLACES:
        return DatumGuess("", count, east, north)
    left: dict[str, tuple[float, float]] = {}
    for name in ("wgs84", *_SHIFTS):
        rest = offset - _shift_km(name, known, scale)
        middle = np.median(rest, axis=0)
        spread = np.maximum(1.2533 * 1.4826 * np.median(np.abs(rest - middle), axis=0) / np.sqrt(count), 0.01)
        left[name] = float(np.hypot(*middle)), float(np.hypot(*(middle / spread)))
    best = min(left, key=lambda name: left[name][0])
    km, errors = left[best]
    fits = km < CLOSE_KM and (errors < 3.0 or km < CLOSE_KM / 2.5)
    alone = all(one[0] > CLOSE_KM and one[1] > SURE for name, one in left.items() if name != best)
    return DatumGuess(best if fits and alone else "", count, east, north)


def shift_share(
    line: BaseGeometry, known: NDArray[np.float64], *, datum: str = "gcj02", reach_km: float = 1.5
) -> tuple[float, int]:
    """
    Tell whether a line is shifted from known points on it as a datum shifts.

    Each known point within reach has an offset to the line's nearest point; regressed on the part of the datum's shift in
    its direction, the slope is 0 for a line in WGS 84 and 1 for one in that datum. The line counts as shifted if the slope
    is 0.6-1.4 and more than three standard errors from 0, on at least four points.

    Parameters
    ----------
    line : LineString or MultiLineString, EPSG:4326
    known : ndarray of float64, shape (n, 2)
        lon, lat, WGS 84.
    datum : {"gcj02", "bd09"}
    reach_km : float

    Returns
    -------
    (slope, count)
        Count 0 where the line does not look shifted.
    """
    if not len(known):
        return 0.0, 0
    margin = reach_km / KM_PER_DEGREE * 1.3
    west, south, east, north = line.bounds
    box = (known >= [west - margin, south - margin]) & (known <= [east + margin, north + margin])
    near = np.unique(known[box.all(axis=1)], axis=0)
    if len(near) < 4:
        return 0.0, 0
    feet = shapely.get_coordinates(shapely.shortest_line(shapely.points(near), line)).reshape(-1, 2, 2)[:, 1]
    scale = _km_per_degree(near)
    offset = (feet - near) * scale
    km = np.hypot(offset[:, 0], offset[:, 1])
    close = (km <= reach_km) & (km > 0.0)
    if close.sum() < 4:
        return 0.0, 0
    shift = _shift_km(datum, near, scale)[close]
    d = km[close]
    s = np.sum(shift * offset[close], axis=1) / d
    slope = float(np.sum(d * s) / np.sum(s * s))
    error = float(np.sqrt(np.sum((d - slope * s) ** 2) / (len(d) - 1) / np.sum(s * s)))
    return (slope, len(d)) if 0.6 <= slope <= 1.4 and slope > 3.0 * error else (slope, 0)


def shift_of_line(line: BaseGeometry, *known: NDArray[np.float64]) -> tuple[str, float, int]:
    """
    Tell by which datum a line looks shifted from known points on it.

    Parameters
    ----------
    line : LineString or MultiLineString, EPSG:4326
    *known : ndarray of float64, shape (n, 2)
        lon, lat, WGS 84; sets of points each by itself, for a road says nothing of the stations that it passes.

    Returns
    -------
    (datum, slope, count)
        See :func:`shift_share`; of the two datums that whose slope is nearer to 1, on the set that has more points.
        ``("", 0.0, 0)`` where the line does not look shifted.
    """
    found: list[tuple[str, float, int]] = []
    for points in known:
        shares = [(datum, *shift_share(line, points, datum=datum)) for datum in _SHIFTS]
        fitting = [one for one in shares if one[2]]
        if fitting:
            found.append(min(fitting, key=lambda one: abs(one[1] - 1.0)))
    return max(found, key=lambda one: one[2], default=("", 0.0, 0))


def _km_per_degree(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([KM_PER_DEGREE * np.cos(np.radians(points[:, 1])), np.full(len(points), KM_PER_DEGREE)])


def _shift_km(datum: str, points: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    if datum == "wgs84":
        return np.zeros_like(points)
    moved = np.column_stack(_SHIFTS[datum](points[:, 0], points[:, 1]))
    km: NDArray[np.float64] = (moved - points) * scale
    return km
