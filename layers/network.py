"""
The network that people travel on: nodes and timed links made from lines, and the ways from a place onto it.

Strata are kept apart because a traveller changes between them at a price: ``high_speed`` (trains of high-speed and
intercity lines, which also run on over fast electrified conventional ones), ``conventional`` (other passenger trains),
``road`` (expressways) and ``air`` (flights between airports). Places hang on them by timed access links, never by a jump.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.geodesy import GEOD, distance_km
from layers.rail import HIGH_SPEED_KINDS
from layers.rail_service import RailAssumptions, section_speeds, station_ranks
from layers.schema import Mode
from layers.train_graph import TrainGraph, train_graph

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "AccessAssumptions",
    "AirAssumptions",
    "Network",
    "RailAssumptions",
    "RoadAssumptions",
    "build_network",
    "points_within",
]

EARTH_RADIUS_KM = 6371.0
"""Mean radius; only to turn a reach into a chord when looking for neighbours."""

HIGH_SPEED, CONVENTIONAL, ROAD, AIR, PLACE = "high_speed", "conventional", "road", "air", "place"
TRANSFER, PARKING = "transfer", "parking"

NodeRow = tuple[str, str, str, float, float, bool, str]
LinkRow = tuple[int, int, float, float, float, float, str, str]
LINK_COLUMNS = ["from_node", "to_node", "time_min", "length_km", "speed_km_h", "train_pairs", "feature_id", "stratum"]


@dataclass(frozen=True)
class RoadAssumptions:
    """
    How cars run on expressways: assumptions of the model, not measurements; drawn from experience, source memory.

    Class and terrain enter by the posted limit of each section (``layers/data/highway_lines*.csv``): 120 km/h in the plain,
    100 in hills, 80 in mountains, tunnels and towns. There is no elevation model among the data: nothing else is done about
    slopes, and local roads run alike everywhere.
    """

    speed_share: float = 0.85  # of a limit of 120 km/h, over a long trip with rests left out
    slow_share_per_km_h: float = 0.00125  # more of it for each km/h that the limit is lower: 0.9 at 80 km/h
    default_speed_km_h: float = 100.0  # where a section has no limit in the table
    toll_time_min: float = 3.0  # onto or off the expressway
    parking_time_min: float = 5.0  # from the car to the hall of a station, or back
    station_reach_km: float = 12.0  # from an interchange to a station or airport, as the crow flies

    def running_speed_km_h(self, limit_km_h: float) -> float:
        """
        Return the speed that cars keep where a limit is posted; it rises with the limit.

        Examples
        --------
        >>> [round(RoadAssumptions().running_speed_km_h(limit), 1) for limit in (120.0, 100.0, 80.0)]
        [102.0, 87.5, 72.0]
        """
        slower = max(0.0, 120.0 - limit_km_h)
        return limit_km_h * min(1.0, self.speed_share + self.slow_share_per_km_h * slower)


@dataclass(frozen=True)
class AirAssumptions:
    """Flights between civil airports: assumptions of the model, not a timetable; source memory."""

    least_km: float = 400.0  # nearer airports have no flights worth the name
    block_time_min: float = 40.0  # taxiing, climb and descent against cruising all the way
    cruise_km_h: float = 780.0  # ground speed
    boarding_time_min: float = 90.0  # check-in, security, waiting
    alighting_time_min: float = 25.0  # from the aircraft to the street, baggage included
    waiting_time_min: float = 60.0  # flights are few: schedule delay


@dataclass(frozen=True)
class AccessAssumptions:
    """How a place reaches the network over local roads: assumptions of the model, not measurements; source memory."""

    detour: float = 1.3  # road length over distance as the crow flies
    speed_km_h: float = 45.0  # on local roads, town streets included
    reach_km: float = 80.0  # as the crow flies; farther stations and interchanges are not considered

    def access_time_min(self, distance_km: float) -> float:
        """Return minutes over local roads for a distance as the crow flies."""
        return 60.0 * distance_km * self.detour / self.speed_km_h


@dataclass(frozen=True)
class Network:
    """
    Nodes and directed, timed links, and the graph of trains made from them.

    Attributes
    ----------
    nodes : DataFrame, shape (n,)
        node (``stratum:name``), name, stratum, lon, lat, access (whether a traveller may enter or leave here), kind (as in
        the tables of nodes), rank (of a station, see :func:`layers.rail_service.station_ranks`).
    links : DataFrame, shape (m,)
        from_node, to_node (positions in ``nodes``), time_min (running through, no stops), length_km, speed_km_h,
        train_pairs, feature_id, stratum. Rail links describe the tracks; trips by train are found in ``trains``.
    graphs : dict
        Filled by :func:`layers.travel_time.travel_graph`.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    rail: RailAssumptions = field(default_factory=RailAssumptions)
    road: RoadAssumptions = field(default_factory=RoadAssumptions)
    access: AccessAssumptions = field(default_factory=AccessAssumptions)
    air: AirAssumptions = field(default_factory=AirAssumptions)
    graphs: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @functools.cached_property
    def trains(self) -> TrainGraph:
        """Graph of the trains; its nodes begin with those of the network."""
        tracks = self.links[self.links["stratum"].isin([HIGH_SPEED, CONVENTIONAL])]
        return train_graph(self.nodes, tracks, self.rail, size=len(self.nodes))

    def access_links(self, lon: NDArray[np.float64], lat: NDArray[np.float64], stratum: str) -> pd.DataFrame:
        """
        Time the ways from points to all nodes of a stratum within reach where one may enter it.

        All of them, not some nearest: a new station must not drive the one used so far from the list.

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
        near = points_within(
            lon,
            lat,
            self.nodes["lon"].to_numpy(dtype=float)[at],
            self.nodes["lat"].to_numpy(dtype=float)[at],
            reach_km=self.access.reach_km,
        )
        return near.assign(
            node=at[near["node"].to_numpy(dtype=np.int64)],
            time_min=self.access.access_time_min(1.0) * near["distance_km"],
        )


def points_within(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    to_lon: NDArray[np.float64],
    to_lat: NDArray[np.float64],
    *,
    reach_km: float,
) -> pd.DataFrame:
    """
    Return the points of a set within reach of each of some points.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (k,), degrees
    to_lon, to_lat : ndarray of float64, shape (n,), degrees
    reach_km : float

    Returns
    -------
    DataFrame
        point (0..k-1), node (0..n-1), distance_km (geodesic); sorted by point and node.
    """
    if not len(to_lon) or not len(lon):
        return pd.DataFrame({"point": np.zeros(0, int), "node": np.zeros(0, int), "distance_km": np.zeros(0)})
    # A little more on the sphere, whose degrees differ from the ellipsoid's by half a per cent; then exactly.
    trees = [cKDTree(_unit_vectors(x, y)) for x, y in ((lon, lat), (to_lon, to_lat))]
    pairs = trees[0].sparse_distance_matrix(trees[1], reach_km / EARTH_RADIUS_KM * 1.01, output_type="ndarray")
    point, target = pairs["i"].astype(np.int64), pairs["j"].astype(np.int64)
    _, _, metres = GEOD.inv(lon[point], lat[point], to_lon[target], to_lat[target])
    km = np.asarray(metres, dtype=float) / 1000.0
    table = pd.DataFrame({"point": point, "node": target, "distance_km": km})
    return table[km <= reach_km].sort_values(["point", "node"], ignore_index=True)


def build_network(
    lines: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    *,
    rail: RailAssumptions | None = None,
    road: RoadAssumptions | None = None,
    access: AccessAssumptions | None = None,
    air: AirAssumptions | None = None,
    airports: pd.DataFrame | None = None,
) -> Network:
    """
    Build the network of railways and expressways.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, EPSG:4326
        Rail and highway rows are used, freight lines are not; filter by ``layers.scenario.as_of`` first, and pass railways
        through :func:`layers.rail_service.timetabled` for the speeds and trains of the month.
    nodes : DataFrame with mode, name, kind, lon, lat
        The nodes that the lines name, by mode.
    rail, road, access, air : assumptions, frozen dataclasses
    airports : DataFrame with name, lon, lat, optional
        Civil airports open in the month; without them nobody flies.

    Returns
    -------
    Network
        Link lengths are geodesic distances stretched to the line's published length where it has one. Links run both
        ways. Order is defined by the rows of ``lines``.
    """
    rail, road = rail or RailAssumptions(), road or RoadAssumptions()
    access, air = access or AccessAssumptions(), air or AirAssumptions()
    known = {
        (m, n): (k, x, y) for m, n, k, x, y in nodes[["mode", "name", "kind", "lon", "lat"]].itertuples(index=False)
    }
    index: dict[str, int] = {}
    node_rows: list[NodeRow] = []
    link_rows: list[LinkRow] = []

    def position(stratum: str, mode: str, name: str) -> int:
        key = f"{stratum}:{name}"
        if key not in index:
            kind, lon, lat = known[(mode, name)]
            index[key] = len(node_rows)
            node_rows.append((key, name, stratum, float(lon), float(lat), _may_enter(stratum, kind), str(kind)))
        return index[key]

    for row in lines.itertuples(index=False):
        speed, tracks = float(row.speed_km_h), float(row.tracks) if not pd.isna(row.tracks) else 2.0
        pairs = float(getattr(row, "train_pairs", np.nan))
        names = str(row.nodes).split("|")
        speeds = section_speeds(names, speed, str(getattr(row, "section_limits", "")))
        electrified = not pd.isna(row.electrified) and bool(row.electrified)
        for stratum in _strata(str(row.mode), str(row.kind), speed, electrified and pairs != 0.0, rail):
            at = [position(stratum, str(row.mode), name) for name in names]
            spacing = _spacings_km([node_rows[i] for i in at])
            drawn, published = float(spacing.sum()), float(row.route_length_km)
            stretch = published / drawn if published > 0 and drawn > 0 else 1.0
            for a, b, straight_km, section in zip(at[:-1], at[1:], spacing, speeds, strict=True):
                km = float(straight_km) * stretch
                limit = _limit_km_h(stratum, section, tracks, rail, road)
                kept = road.running_speed_km_h(limit) if stratum == ROAD else limit * rail.speed_share
                minutes = 60.0 * km / kept
                link_rows += [
                    (a, b, minutes, km, limit, pairs, str(row.feature_id), stratum),
                    (b, a, minutes, km, limit, pairs, str(row.feature_id), stratum),
                ]
    link_rows += _transfers(node_rows, rail, access)
    if airports is not None:
        first = len(node_rows)
        node_rows += [
            (f"{AIR}:{name}", str(name), AIR, float(lon), float(lat), True, "airport")
            for name, lon, lat in airports[["name", "lon", "lat"]].itertuples(index=False)
        ]
        link_rows += _flights(node_rows[first:], first, air)
    link_rows += _park_and_ride(node_rows, rail, road, access, air)
    table = pd.DataFrame(node_rows, columns=["node", "name", "stratum", "lon", "lat", "access", "kind"])
    trains = table["stratum"].isin([HIGH_SPEED, CONVENTIONAL])
    return Network(
        table.assign(rank=station_ranks(table["name"], table["access"] & trains)),
        pd.DataFrame(link_rows, columns=LINK_COLUMNS),
        rail,
        road,
        access,
        air,
    )


def _transfers(nodes: list[NodeRow], rail: RailAssumptions, access: AccessAssumptions) -> list[LinkRow]:
    """Changes of train: within a station between the two strata, and across town between stations."""
    at = [i for i, row in enumerate(nodes) if row[2] in {HIGH_SPEED, CONVENTIONAL} and row[5]]
    if len(at) < 2:
        return []
    lon, lat = np.array([nodes[i][3] for i in at]), np.array([nodes[i][4] for i in at])
    reach = rail.transfer_reach_km / EARTH_RADIUS_KM
    rows: list[LinkRow] = []
    for j, k in sorted(cKDTree(_unit_vectors(lon, lat)).query_pairs(reach)):
        a, b = at[j], at[k]
        if nodes[a][1] == nodes[b][1]:
            minutes, km = rail.transfer_time_min, 0.0
        else:
            straight = distance_km(float(lon[j]), float(lat[j]), float(lon[k]), float(lat[k]))
            minutes = rail.alighting_time_min + access.access_time_min(straight) + rail.boarding_time_min
            km = straight * access.detour
        rows += _both_ways(a, b, minutes, km, TRANSFER)
    return rows


def _flights(airports: list[NodeRow], first: int, air: AirAssumptions) -> list[LinkRow]:
    """Flights between all airports far enough from each other; the wait for one is part of them."""
    rows: list[LinkRow] = []
    for i, a in enumerate(airports):
        for j in range(i + 1, len(airports)):
            km = distance_km(a[3], a[4], airports[j][3], airports[j][4])
            if km >= air.least_km:
                minutes = air.waiting_time_min + air.block_time_min + 60.0 * km / air.cruise_km_h
                rows += _both_ways(first + i, first + j, minutes, km, AIR)
    return rows


def _park_and_ride(
    nodes: list[NodeRow], rail: RailAssumptions, road: RoadAssumptions, access: AccessAssumptions, air: AirAssumptions
) -> list[LinkRow]:
    """Ways between interchanges and the stations and airports near them; they cost the same both ways, on average."""
    exits = [i for i, row in enumerate(nodes) if row[2] == ROAD and row[5]]
    halls = [i for i, row in enumerate(nodes) if row[2] in {HIGH_SPEED, CONVENTIONAL, AIR} and row[5]]
    if not exits or not halls:
        return []
    lon, lat = np.array([row[3] for row in nodes]), np.array([row[4] for row in nodes])
    near = points_within(lon[halls], lat[halls], lon[exits], lat[exits], reach_km=road.station_reach_km)
    rows: list[LinkRow] = []
    for point, node, straight in near.itertuples(index=False):
        hall, gate = halls[int(point)], exits[int(node)]
        enter, leave = (
            (air.boarding_time_min, air.alighting_time_min)
            if nodes[hall][2] == AIR
            else (rail.boarding_time_min, rail.alighting_time_min)
        )
        way = access.access_time_min(float(straight)) + road.toll_time_min + road.parking_time_min
        km = float(straight) * access.detour
        rows += [
            (gate, hall, way + enter, km, np.nan, np.nan, PARKING, PARKING),
            (hall, gate, way + leave, km, np.nan, np.nan, PARKING, PARKING),
        ]
    return rows


def _both_ways(a: int, b: int, minutes: float, km: float, what: str) -> list[LinkRow]:
    return [(a, b, minutes, km, np.nan, np.nan, what, what), (b, a, minutes, km, np.nan, np.nan, what, what)]


def _strata(mode: str, kind: str, speed: float, through: bool, rail: RailAssumptions) -> tuple[str, ...]:
    """Which trains run on a line: high-speed trains also on electrified conventional lines, fast and served by them."""
    if mode == Mode.HIGHWAY:
        return (ROAD,)
    if mode != Mode.RAIL or kind == "freight_rail":
        return ()
    if kind in HIGH_SPEED_KINDS:
        return (HIGH_SPEED,)
    if through and speed >= rail.least_through_speed_km_h:
        return (HIGH_SPEED, CONVENTIONAL)
    return (CONVENTIONAL,)


def _may_enter(stratum: str, kind: str) -> bool:
    # Where expressways only meet each other (junction) one cannot leave them.
    return kind == ("interchange" if stratum == ROAD else "station")


def _limit_km_h(stratum: str, speed: float, tracks: float, rail: RailAssumptions, road: RoadAssumptions) -> float:
    """Return the speed limit that counts for the vehicles of a stratum."""
    if stratum == ROAD:
        return speed if speed > 0 else road.default_speed_km_h
    limit = speed if speed > 0 else rail.default_speed_km_h
    return limit if stratum == HIGH_SPEED else rail.conventional_limit_km_h(limit, tracks)


def _spacings_km(rows: list[NodeRow]) -> NDArray[np.float64]:
    lon, lat = np.array([r[3] for r in rows]), np.array([r[4] for r in rows])
    _, _, metres = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    return np.asarray(metres, dtype=float) / 1000.0


def _unit_vectors(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points on the unit sphere, on which nearness in space is nearness on the ground."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
