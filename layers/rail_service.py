"""
How passenger trains run: the running time of a section, what a stop costs, and where the fastest train stops.

Physics first, few parameters. The time of a train between two stations is the sum over its sections of

``T(L, v, x, y) = min over u ≤ v of  60·L/(u·s) + (x + y)·h(u)``  and of the dwell at the stops between,

where ``L`` is the length, ``v`` the permitted speed of the month, ``s`` the share of it that the timetable keeps (recovery
time), ``h(u)`` half of what one stop costs against running through, and ``x``, ``y`` how far the train stops at either end:
1 where the traveller gets on or off, otherwise the share of trains that stop there. A short section is not run at full
speed: the minimum over ``u`` is the driver's choice. The share depends on the rank of the station and on the trains a day
of the line alone, not on the trip, so that a short trip meets no stop and a long one few, each section has one cost, and
the laws hold: a new line or a faster one never slows a trip, and times are the same both ways.

Two stopping patterns: the ``fastest`` train of the day, which is what published times and this calibration are about, and
the ``typical`` one (:meth:`RailAssumptions.typical`), which stops as the average train does.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.boundaries import boundaries
from layers.lines import read_csv
from layers.scenario import parse_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    T = TypeVar("T", bound=pd.DataFrame)

__all__ = ["NO_STATION", "RailAssumptions", "section_speeds", "station_names", "station_ranks", "timetabled"]

SIDES = "东西南北"

HUBS = ("上海", "上海南", "上海虹桥", "南京", "南京南", "杭州", "杭州东", "合肥", "合肥南")
"""Main stations of the municipality and the provincial capitals."""

NO_STATION, COUNTY, CITY, HUB = 0, 1, 2, 3
"""Ranks of a node: no stop; of a county or a suburb; main or named station of a prefecture-level city; hub."""


@dataclass(frozen=True)
class RailAssumptions:
    """
    How trains run.

    Fitted ones were chosen on a coarse grid over the published and press times of ``benchmarks/rail_times.py`` (2011–2025),
    which also prints the error on lines left out of the fit; the others come from the source named.
    """

    speed_share: float = 0.92  # of the permitted speed, kept between stops; fitted
    acceleration_m_s2: float = 0.3  # mean from standstill: 300 km/h after some 4.6 min; memory
    braking_m_s2: float = 0.5  # mean in service; memory
    dwell_time_min: float = 2.0  # 绍兴北—温岭 trial run, 2 min a stop, hzxcw.hangzhou.com.cn 2021-11-27
    reversal_time_min: float = 12.0  # driver changes ends at a station, instead of running on; memory
    county_train_pairs: float = 10.0  # a day that a station of a county or suburb is worth a stop; fitted
    city_train_pairs: float = 60.0  # the same, of a prefecture-level city; fitted
    hub_stops: float = 0.9  # share of trains that stop at a hub they pass; memory
    hub_approach_min: float = 0.0  # on either side of a hub: slow approaches through yards, shared tracks; fitted
    tier_train_pairs: tuple[float, ...] = (40.0, 100.0)  # a train keeps the habits of the quietest line of its run
    default_train_pairs: float = 30.0  # a day on a high-speed line of which no number is known; memory
    conventional_stops: tuple[float, float, float] = (
        0.2,
        0.9,
        1.0,
    )  # share of hauled trains: county, city, hub; memory, see benchmarks
    least_through_speed_km_h: float = 160.0  # electrified conventional lines on which high-speed trains run on
    conventional_speed_km_h: float = 140.0  # hauled trains, between 25G (120) and 25T coaches (160); memory
    conventional_running_share: float = 0.85  # more of the speed lost, among freight trains; memory, see benchmarks
    single_track_share: float = 0.8  # of the speed, where trains wait for each other on a single track; memory
    default_speed_km_h: float = 120.0  # where a line has no speed
    transfer_time_min: float = 30.0  # from train to train in one station
    transfer_reach_km: float = 25.0  # between two stations of a town, as the crow flies, over local roads
    boarding_time_min: float = 30.0  # security check, way to the platform, waiting
    alighting_time_min: float = 10.0  # from the platform to the street

    def typical(self) -> RailAssumptions:
        """
        Return the same trains with the stops of the average train of the day instead of the fastest.

        Every train counts alike, whatever its line: a county's station is served by some 25 pairs a day and a city's by
        some 80, where so many run (source memory, not calibrated: no timetable is published as data).
        """
        return dataclasses.replace(
            self, county_train_pairs=25.0, city_train_pairs=80.0, hub_stops=1.0, tier_train_pairs=()
        )

    def half_stop_min(self, speed_km_h: ArrayLike) -> NDArray[np.float64]:
        """Return half of what a stop costs against running through at a speed, without dwell, in minutes."""
        speed = np.asarray(speed_km_h, dtype=float)
        return speed / 3.6 / 4.0 * (1.0 / self.acceleration_m_s2 + 1.0 / self.braking_m_s2) / 60.0

    def section_time_min(self, length_km: ArrayLike, speed_km_h: ArrayLike, stops: ArrayLike) -> NDArray[np.float64]:
        """
        Return the least time over a section, without dwell.

        Parameters
        ----------
        length_km, speed_km_h : array-like of float, broadcast together
            Speed is the permitted one.
        stops : array-like of float
            Sum over both ends of how far the train stops there, 0 to 2.

        Returns
        -------
        ndarray of float64, minutes
            Falls, or stays, with rising speed and with falling length and stops.

        Examples
        --------
        60 km at 200 km/h without a stop, all of the speed kept:

        >>> RailAssumptions(speed_share=1.0).section_time_min(60.0, 200.0, 0.0).item()
        18.0
        """
        km, speed, stop = (np.asarray(a, dtype=float) for a in (length_km, speed_km_h, stops))
        per_km_h = self.half_stop_min(1.0) * stop
        with np.errstate(divide="ignore", over="ignore"):
            best = np.sqrt(60.0 * km / self.speed_share / per_km_h)
        chosen = np.minimum(speed, np.maximum(best, 1.0))
        return np.asarray(60.0 * km / (chosen * self.speed_share) + per_km_h * chosen, dtype=float)

    def stop_share(self, rank: ArrayLike, train_pairs: ArrayLike, *, high_speed: bool = True) -> NDArray[np.float64]:
        """
        Return the share of trains that stop at the stations they pass.

        A station of a rank is worth so many trains a day; where more run, the others pass: the busier the line, the fewer
        stops has its fastest train.

        Parameters
        ----------
        rank : array-like of int
            0 to 3, see :func:`station_ranks`.
        train_pairs : array-like of float
            Pairs of trains a day on the line; NaN counts as ``default_train_pairs``.
        high_speed : bool
            False for conventional trains, whose number is not asked.

        Examples
        --------
        >>> RailAssumptions(county_train_pairs=8.0).stop_share(1, [4.0, 80.0]).tolist()
        [1.0, 0.1]
        """
        ranks = np.asarray(rank, dtype=int)
        if not high_speed:
            return np.asarray(np.array([0.0, *self.conventional_stops])[ranks] * np.ones_like(train_pairs, dtype=float))
        pairs = np.asarray(train_pairs, dtype=float)
        pairs = np.where(pairs > 0, pairs, self.default_train_pairs)
        worth = np.array([0.0, self.county_train_pairs, self.city_train_pairs, 0.0])[ranks]
        return np.asarray(np.where(ranks == HUB, self.hub_stops, np.minimum(1.0, worth / pairs)), dtype=float)

    def conventional_limit_km_h(self, speed_km_h: float, tracks: float) -> float:
        """Return the speed that hauled trains keep on a line: their own limit, less on a single track."""
        limit = min(speed_km_h, self.conventional_speed_km_h) * self.conventional_running_share
        return limit * (self.single_track_share if tracks == 1 else 1.0)


def timetabled(lines: T, month: str) -> T:
    """
    Return lines as they were run in a month: the speed permitted then, not the design speed, and how many trains ran.

    Parameters
    ----------
    lines : DataFrame with feature_id and speed_km_h
    month : str
        ``YYYY-MM``.

    Returns
    -------
    DataFrame of the same class
        With columns train_pairs (NaN where not known; 0 where only hauled trains ran) and section_limits
        (``from>to:km/h`` joined by ``|``: slow stretches, see :func:`section_speeds`). Lines without a row in
        ``layers/data/rail_speed_limits.csv`` keep their speed. Both tables have line, months from and before which a row
        holds, number, source and grade; a limit may hold between two nodes only.
    """
    limits = _in_force("rail_speed_limits.csv", month)
    whole = limits["from_node"] == ""
    speed = dict(zip(limits["line_id"][whole], limits["speed_km_h"][whole].astype(float), strict=True))
    slow = limits[~whole].assign(text=limits["from_node"] + ">" + limits["to_node"] + ":" + limits["speed_km_h"])
    sections = slow.groupby("line_id")["text"].agg("|".join).to_dict()
    running = _in_force("rail_train_pairs.csv", month)
    pairs = dict(zip(running["line_id"], running["train_pairs"].astype(float), strict=True))
    return lines.assign(
        speed_km_h=lines["feature_id"].map(speed).astype(float).fillna(lines["speed_km_h"]),
        train_pairs=lines["feature_id"].map(pairs).astype(float),
        section_limits=[sections.get(line, "") for line in lines["feature_id"]],
    )


def section_speeds(names: Sequence[str], speed_km_h: float, limits: str) -> list[float]:
    """
    Return the permitted speed between each node of a line and the next.

    Parameters
    ----------
    names : sequence of str, length n
        Nodes of the line, in order.
    speed_km_h : float
        Of the line as a whole.
    limits : str
        As in ``section_limits`` of :func:`timetabled`; a stretch whose ends the line does not name is left out.

    Returns
    -------
    list of float, length n - 1

    Examples
    --------
    >>> section_speeds(["杭州东", "杭州南", "绍兴北"], 300.0, "杭州东>杭州南:160")
    [160.0, 300.0]
    """
    speeds = [speed_km_h] * (len(names) - 1)
    for item in limits.split("|") if limits else []:
        ends, _, number = item.rpartition(":")
        here, _, there = ends.partition(">")
        if here in names and there in names:
            first, last = sorted((names.index(here), names.index(there)))
            speeds[first:last] = [min(old, float(number)) for old in speeds[first:last]]
    return speeds


def _in_force(name: str, month: str) -> pd.DataFrame:
    table, now = read_csv(name), parse_month(month)
    holds = [
        (not start or parse_month(start) <= now) and (not end or now < parse_month(end))
        for start, end in zip(table["from_month"], table["until_month"], strict=True)
    ]
    return table[holds]


def station_names(city: str) -> re.Pattern[str]:
    """
    Return the pattern of the names that a city's own railway stations bear: 合肥, 合肥南, 上海虹桥, 苏州园区.

    Parameters
    ----------
    city : str
        Name of a city, with or without 市 or 县.
    """
    short = re.sub(r"(市|县|区)$", "", city) if len(city) > 2 else city
    return re.compile(rf"^{re.escape(short)}([{SIDES}]|虹桥|园区|新区|新城|北城)?$")


def station_ranks(names: Iterable[str], is_station: Iterable[bool]) -> NDArray[np.int64]:
    """
    Return how high stations rank, by name: it decides which trains stop.

    Parameters
    ----------
    names : iterable of str, length n
    is_station : iterable of bool, length n

    Returns
    -------
    ndarray of int, shape (n,)
        0 no station; 1 of a county or suburb; 2 bears the name of a prefecture-level city (and a side); 3 one of ``HUBS``.

    Examples
    --------
    >>> station_ranks(["上海虹桥", "蚌埠南", "苏州园区", "全椒", "黄渡线路所"], [True, True, True, True, False]).tolist()
    [3, 2, 1, 1, 0]
    """
    pattern = _city_stations()
    rank = {True: CITY, False: COUNTY}
    return np.array(
        [
            NO_STATION if not station else HUB if name in HUBS else rank[pattern.match(name) is not None]
            for name, station in zip(names, is_station, strict=True)
        ],
        dtype=np.int64,
    )


@functools.cache
def _city_stations() -> re.Pattern[str]:
    cities = "|".join(re.escape(str(name)) for name in boundaries("prefecture")["short_name"])
    return re.compile(rf"^({cities})[{SIDES}]?$")
