"""
The network that people travel on: nodes and timed links made from lines, and the ways from a place onto it.

Three strata, kept apart because a traveller changes between them at a price: ``high_speed`` (trains of high-speed and
intercity lines, which also run on over fast electrified conventional ones), ``conventional`` (other passenger trains) and
``road`` (expressways). Places hang on them by timed
access links, never by a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.geodesy import GEOD, distance_km
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["AccessAssumptions", "Network", "RailAssumptions", "RoadAssumptions", "build_network"]

EARTH_RADIUS_KM = 6371.0
"""Mean radius; only to turn a reach into a chord when looking for neighbours."""

HIGH_SPEED, CONVENTIONAL, ROAD, PLACE = "high_speed", "conventional", "road", "place"


@dataclass(frozen=True)
class RailAssumptions:
    """
    How trains run. Assumptions of the model, set once against 24 published times (``benchmarks/rail_times.py``).

    Running time of a link is its length over ``speed_share`` of the permitted speed; a stop costs its dwell and what
    braking and starting lose against running through, ``v/2·(1/a + 1/b)``; the fastest train of a pair stops every
    ``stop_spacing_km``.
    """

    speed_share: float = 0.9  # of the permitted speed, held between stops
    acceleration_m_s2: float = 0.35  # mean from standstill to speed
    braking_m_s2: float = 0.5  # mean in service
    dwell_time_min: float = 2.0  # per intermediate stop
    stop_spacing_km: float = 60.0  # between stops of the fastest trains
    least_through_speed_km_h: float = 160.0  # electrified conventional lines on which high-speed trains run on
    transfer_time_min: float = 30.0  # between high-speed and conventional trains at one station
    transfer_reach_km: float = 25.0  # between two stations of a town, as the crow flies, over local roads
    default_speed_km_h: float = 120.0  # where a line has no speed
    boarding_time_min: float = 30.0  # security check, way to the platform, waiting
    alighting_time_min: float = 10.0  # from the platform to the street

    def stop_loss_min(self, speed_km_h: float) -> float:
        """Return what one stop costs against running through at ``speed_km_h``, without dwell, in minutes."""
        return speed_km_h / 3.6 / 2.0 * (1.0 / self.acceleration_m_s2 + 1.0 / self.braking_m_s2) / 60.0

    def running_time_min(self, length_km: float, speed_km_h: float) -> float:
        """Return the time over a stretch inside a longer run, intermediate stops included pro rata, in minutes."""
        speed = speed_km_h if speed_km_h > 0 else self.default_speed_km_h
        stops = length_km / self.stop_spacing_km
        return 60.0 * length_km / (speed * self.speed_share) + stops * (self.dwell_time_min + self.stop_loss_min(speed))


@dataclass(frozen=True)
class RoadAssumptions:
    """How cars run on expressways: assumptions of the model, not measurements."""

    speed_share: float = 0.85  # of the speed limit, over a long trip with rests left out
    default_speed_km_h: float = 100.0  # where a section has no limit in the table
    toll_time_min: float = 3.0  # onto or off the expressway


@dataclass(frozen=True)
class AccessAssumptions:
    """How a place reaches the network over local roads: assumptions of the model, not measurements."""

    detour: float = 1.3  # road length over distance as the crow flies
    speed_km_h: float = 40.0  # on local roads, town streets included
    reach_km: float = 80.0  # as the crow flies; farther stations and interchanges are not considered
    nearest: int = 8  # candidates per stratum

    def access_time_min(self, distance_km: float) -> float:
        """Return minutes over local roads for a distance as the crow flies."""
        return 60.0 * distance_km * self.detour / self.speed_km_h


@dataclass(frozen=True)
class Network:
    """
    Nodes and directed, timed links.

    Attributes
    ----------
    nodes : DataFrame, shape (n,)
        node (``stratum:name``), name, stratum, lon, lat, access (whether a traveller may enter or leave here).
    links : DataFrame, shape (m,)
        from_node, to_node (positions in ``nodes``), time_min, length_km, feature_id, stratum.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    rail: RailAssumptions = field(default_factory=RailAssumptions)
    road: RoadAssumptions = field(default_factory=RoadAssumptions)
    access: AccessAssumptions = field(default_factory=AccessAssumptions)

    def with_links(self, nodes: pd.DataFrame, links: pd.DataFrame) -> Network:
        """Return a network with nodes and links added at the end."""
        return Network(
            pd.concat([self.nodes, nodes], ignore_index=True),
            pd.concat([self.links, links], ignore_index=True),
            self.rail,
            self.road,
            self.access,
        )

    def access_links(self, lon: NDArray[np.float64], lat: NDArray[np.float64], stratum: str) -> pd.DataFrame:
        """
        Time the ways from points to the nearest nodes of a stratum where one may enter it.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (k,), degrees
        stratum : str

        Returns
        -------
        DataFrame
            point (0..k-1), node (position in ``nodes``), distance_km, time_min; without boarding or toll time.
        """
        at = np.flatnonzero((self.nodes["stratum"] == stratum) & self.nodes["access"])
        columns = ["point", "node", "distance_km", "time_min"]
        if not len(at) or not len(lon):
            return pd.DataFrame({c: [] for c in columns})
        to_lon, to_lat = self.nodes["lon"].to_numpy()[at], self.nodes["lat"].to_numpy()[at]
        k = min(self.access.nearest, len(at))
        _, nearest = cKDTree(_unit_vectors(to_lon, to_lat)).query(_unit_vectors(lon, lat), k=k)
        nearest = np.asarray(nearest).reshape(len(lon), k)
        point = np.repeat(np.arange(len(lon)), k)
        target = nearest.ravel()
        _, _, metres = GEOD.inv(lon[point], lat[point], to_lon[target], to_lat[target])
        km = np.asarray(metres) / 1000.0
        near = km <= self.access.reach_km
        return pd.DataFrame(
            {
                "point": point[near],
                "node": at[target[near]],
                "distance_km": km[near],
                "time_min": self.access.access_time_min(1.0) * km[near],
            }
        )


def build_network(
    lines: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    *,
    rail: RailAssumptions | None = None,
    road: RoadAssumptions | None = None,
    access: AccessAssumptions | None = None,
) -> Network:
    """
    Build the network of railways and expressways.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, EPSG:4326
        Rail and highway rows are used, freight lines are not; filter by ``layers.scenario.as_of`` first.
    nodes : DataFrame with mode, name, kind, lon, lat
        The nodes that the lines name, by mode.
    rail, road, access : assumptions, frozen dataclasses

    Returns
    -------
    Network
        Link lengths are geodesic distances stretched to the line's published length where it has one. Links run both
        ways. Order is defined by the rows of ``lines``.
    """
    rail, road, access = rail or RailAssumptions(), road or RoadAssumptions(), access or AccessAssumptions()
    known = {
        (m, n): (k, x, y) for m, n, k, x, y in nodes[["mode", "name", "kind", "lon", "lat"]].itertuples(index=False)
    }
    index: dict[str, int] = {}
    node_rows: list[tuple[str, str, str, float, float, bool]] = []
    link_rows: list[tuple[int, int, float, float, str, str]] = []

    def position(stratum: str, mode: str, name: str) -> int:
        key = f"{stratum}:{name}"
        if key not in index:
            kind, lon, lat = known[(mode, name)]
            index[key] = len(node_rows)
            node_rows.append((key, name, stratum, float(lon), float(lat), _may_enter(stratum, kind)))
        return index[key]

    for row in lines.itertuples(index=False):
        speed = float(row.speed_km_h)
        names = str(row.nodes).split("|")
        for stratum in _strata(
            str(row.mode), str(row.kind), speed, not pd.isna(row.electrified) and bool(row.electrified), rail
        ):
            at = [position(stratum, str(row.mode), name) for name in names]
            spacing = _spacings_km([node_rows[i] for i in at])
            drawn, published = float(spacing.sum()), float(row.route_length_km)
            stretch = published / drawn if published > 0 and drawn > 0 else 1.0
            for a, b, straight_km in zip(at[:-1], at[1:], spacing, strict=True):
                km = float(straight_km) * stretch
                minutes = _link_time_min(stratum, km, speed, rail, road)
                link_rows += [
                    (a, b, minutes, km, str(row.feature_id), stratum),
                    (b, a, minutes, km, str(row.feature_id), stratum),
                ]
    link_rows += _transfers(node_rows, rail, access)
    return Network(
        pd.DataFrame(node_rows, columns=["node", "name", "stratum", "lon", "lat", "access"]),
        pd.DataFrame(link_rows, columns=["from_node", "to_node", "time_min", "length_km", "feature_id", "stratum"]),
        rail,
        road,
        access,
    )


def _transfers(
    nodes: list[tuple[str, str, str, float, float, bool]], rail: RailAssumptions, access: AccessAssumptions
) -> list[tuple[int, int, float, float, str, str]]:
    """Changes of train: within a station between the two strata, and across town between stations."""
    at = [i for i, row in enumerate(nodes) if row[2] != ROAD and row[5]]
    if len(at) < 2:
        return []
    lon, lat = np.array([nodes[i][3] for i in at]), np.array([nodes[i][4] for i in at])
    reach = rail.transfer_reach_km / EARTH_RADIUS_KM
    rows = []
    for j, k in sorted(cKDTree(_unit_vectors(lon, lat)).query_pairs(reach)):
        a, b = at[j], at[k]
        if nodes[a][1] == nodes[b][1]:
            minutes, km = rail.transfer_time_min, 0.0
        else:
            straight = distance_km(float(lon[j]), float(lat[j]), float(lon[k]), float(lat[k]))
            minutes = rail.alighting_time_min + access.access_time_min(straight) + rail.boarding_time_min
            km = straight * access.detour
        rows += [(a, b, minutes, km, "transfer", "transfer"), (b, a, minutes, km, "transfer", "transfer")]
    return rows


def _strata(mode: str, kind: str, speed: float, electrified: bool, rail: RailAssumptions) -> tuple[str, ...]:
    """Which trains run on a line: high-speed trains also on electrified conventional lines that are fast enough."""
    if mode == Mode.HIGHWAY:
        return (ROAD,)
    if mode != Mode.RAIL or kind == "freight_rail":
        return ()
    if kind in HIGH_SPEED_KINDS:
        return (HIGH_SPEED,)
    if electrified and speed >= rail.least_through_speed_km_h:
        return (HIGH_SPEED, CONVENTIONAL)
    return (CONVENTIONAL,)


def _may_enter(stratum: str, kind: str) -> bool:
    return kind == "station" if stratum != ROAD else kind not in {"bend", "border", "bridge_end"}


def _link_time_min(stratum: str, km: float, speed: float, rail: RailAssumptions, road: RoadAssumptions) -> float:
    if stratum == ROAD:
        limit = speed if speed > 0 else road.default_speed_km_h
        return 60.0 * km / (limit * road.speed_share)
    return rail.running_time_min(km, speed)


def _spacings_km(rows: list[tuple[str, str, str, float, float, bool]]) -> NDArray[np.float64]:
    lon, lat = np.array([r[3] for r in rows]), np.array([r[4] for r in rows])
    _, _, metres = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return np.asarray(metres, dtype=float) / 1000.0


def _unit_vectors(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, on which nearness in space is nearness on the ground."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
