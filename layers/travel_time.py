"""Travel times between places: matrices over the network, by rail, by road or by the best chain of all modes."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.boundaries import unit_at
from geo.errors import VocabularyError
from layers.network import AIR, CONVENTIONAL, HIGH_SPEED, PARKING, ROAD, TRANSFER, Network, points_within
from layers.rail_service import station_names
from layers.schema import TRAVEL_TIMES
from layers.stations import own_stations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "Matrix",
    "TravelGraph",
    "shortest_times",
    "station_names",
    "station_times",
    "travel_graph",
    "travel_time_legs",
    "travel_time_matrix",
    "travel_time_table",
]

MODES = ("rail", "road", "any")
DEPARTURES = ("centre", "station")
GROUND = "ground"
"""Any mode but flights: only to tell which times rest on one."""
STRATA = {
    "rail": (HIGH_SPEED, CONVENTIONAL),
    "road": (ROAD,),
    "any": (HIGH_SPEED, CONVENTIONAL, ROAD, AIR),
    GROUND: (HIGH_SPEED, CONVENTIONAL, ROAD),
}
OWN_LINKS = {
    "rail": (TRANSFER,),
    "road": (ROAD,),
    "any": (TRANSFER, ROAD, PARKING, AIR),
    GROUND: (TRANSFER, ROAD, PARKING),
}
"""Links of the network that a mode uses as they stand; trains come from the graph of trains."""

MS_PER_MIN = 60_000.0
METRES = 2.0**23
"""Weights are whole milliseconds times this, plus whole metres: sums stay exact in a float64 (up to 298 h and 8,388 km),
the shorter of two equally quick ways wins, and one search gives time and length, whatever the order of the rows."""

FLIGHT_NOTE = "with a flight, assumed where airports are far enough from each other; no timetable"
LOCAL_ROAD = "local road"


@dataclass(frozen=True)
class Matrix:
    """
    Travel times between places.

    Attributes
    ----------
    time_min, length_km : DataFrame, shape (origins, destinations), index and columns are place names
        NaN where there is no way; ``note`` says why.
    note : DataFrame of str, same shape
    """

    time_min: pd.DataFrame
    length_km: pd.DataFrame
    note: pd.DataFrame


@dataclass(frozen=True)
class TravelGraph:
    """
    The graph of a mode: what :func:`travel_time_matrix` searches.

    Attributes
    ----------
    size : int
        Number of nodes; the first are those of the network.
    start, stop : ndarray of int64, shape (m,)
        Sorted by both, each pair once.
    weight : ndarray of float64, shape (m,)
        Time and length in one number, see ``METRES``.
    label : ndarray of int64, shape (m,)
        Position among the links of the network, or of the sections of its trains after them.
    """

    size: int
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    weight: NDArray[np.float64]
    label: NDArray[np.int64]


def shortest_times(
    links: pd.DataFrame, size: int, sources: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the least time, and the length along the way, from each source to all nodes.

    Parameters
    ----------
    links : DataFrame with from_node, to_node (int), time_min, length_km (float, not negative)
    size : int
        Number of nodes.
    sources : sequence of int, length k

    Returns
    -------
    time_min, length_km : ndarray of float64, shape (k, size)
        To a millisecond and a metre per link; ``inf`` where unreachable.

    Notes
    -----
    Dijkstra of ``scipy.sparse.csgraph``; of parallel links the quickest counts, of equally quick ways the shortest.
    """
    graph = _graph(
        size,
        links["from_node"].to_numpy(dtype=np.int64),
        links["to_node"].to_numpy(dtype=np.int64),
        _weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
        np.arange(len(links), dtype=np.int64),
    )
    return _minutes_km(dijkstra(_matrix(graph), indices=list(sources)))


def travel_graph(network: Network, mode: str) -> TravelGraph:
    """
    Return the graph of a mode; it is made once per network and mode.

    Parameters
    ----------
    network : Network
    mode : {"rail", "road", "any"}

    Returns
    -------
    TravelGraph
    """
    if mode not in network.graphs:
        own = network.links["stratum"].isin(OWN_LINKS[mode]).to_numpy()
        links = network.links[own]
        start, stop = links["from_node"].to_numpy(dtype=np.int64), links["to_node"].to_numpy(dtype=np.int64)
        weight = _weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float))
        label, size = np.flatnonzero(own), len(network.nodes)
        if mode != "road":
            trains = network.trains
            size = trains.size
            start = _leaving(network, start)
            start = np.concatenate([start, trains.links["from_node"].to_numpy(dtype=np.int64)])
            stop = np.concatenate([stop, trains.links["to_node"].to_numpy(dtype=np.int64)])
            rides = _weights(
                trains.links["time_min"].to_numpy(dtype=float), trains.links["length_km"].to_numpy(dtype=float)
            )
            weight = np.concatenate([weight, rides])
            section = trains.links["section"].to_numpy(dtype=np.int64)
            label = np.concatenate([label, np.where(section < 0, -1, section + len(network.links))])
        network.graphs[mode] = _graph(size, start, stop, weight, label)
    graph: TravelGraph = network.graphs[mode]
    return graph


def station_times(
    network: Network, origins: Sequence[int], destinations: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the times of the fastest trains between stations, from departure to arrival, changes of train included.

    Parameters
    ----------
    network : Network
    origins, destinations : sequence of int, lengths n and m
        Positions of stations in ``network.nodes``.

    Returns
    -------
    time_min, length_km : ndarray of float64, shape (n, m)
        ``inf`` where unreachable. A station reaches itself by a round trip, not in 0 minutes.
    """
    graph = travel_graph(network, "rail")
    ends = network.trains.arrivals[np.asarray(destinations, dtype=np.int64)]
    found = dijkstra(_matrix(graph), indices=list(origins))
    return _minutes_km(np.where(ends >= 0, found[:, ends], np.inf))


def travel_time_matrix(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "any",
    depart_from: str = "centre",
) -> Matrix:
    """
    Return door-to-door (or station-to-station) travel times between places.

    Parameters
    ----------
    network : Network
    origins, destinations : DataFrame with name, lon, lat (degrees, WGS 84), shapes (n,) and (m,)
        ``name`` is unique within each.
    mode : {"any", "rail", "road"}
        ``rail`` goes by local road to a station, by train, and by local road from a station; ``road`` by local road and
        expressway; ``any`` is the quickest chain of them and of flights.
    depart_from : {"centre", "station"}
        ``station``: the fastest train between any of the stations that are the two places' own (see
        :func:`layers.stations.own_stations`), without access and boarding; only with ``mode="rail"``.

    Returns
    -------
    Matrix
        0 from a place to itself. NaN with a reason in ``note`` where there is no way; a note also where the time rests on
        a flight that is only assumed. The times of a pair depend on no other place of the tables.

    Raises
    ------
    VocabularyError
        If ``mode`` or ``depart_from`` is unknown, or they do not go together.
    """
    _check(mode, depart_from)
    graph = travel_graph(network, mode)
    enter = _ways(network, origins, mode, depart_from, leaving=False)
    leave = _ways(network, destinations, mode, depart_from, leaving=True)
    straight = _straight(network, origins, destinations, mode)
    weight = np.minimum(_door_to_door(graph, enter, leave, len(origins), len(destinations)), straight)
    names = (list(origins["name"]), list(destinations["name"]))
    same = np.equal.outer(np.array(names[0], dtype=object), np.array(names[1], dtype=object)).astype(bool)
    weight[same] = 0.0
    minutes, km = _minutes_km(weight)
    lost = ~np.isfinite(minutes)
    note = np.full(minutes.shape, "", dtype=object)
    if mode == "any" and (network.links["stratum"] == AIR).any():
        ground = _door_to_door(
            travel_graph(network, GROUND),
            _ways(network, origins, GROUND, depart_from, leaving=False),
            _ways(network, destinations, GROUND, depart_from, leaving=True),
            len(origins),
            len(destinations),
        )
        note[weight < np.minimum(ground, straight)] = FLIGHT_NOTE
    if lost.any():
        reasons = [
            _reasons(network, table, set(ways["point"]), mode, depart_from)
            for table, ways in ((origins, enter), (destinations, leave))
        ]
        for i, j in zip(*np.nonzero(lost), strict=True):
            why = list(dict.fromkeys(reason for reason in (reasons[0][i], reasons[1][j]) if reason))
            note[i, j] = "; ".join(why) if why else "not connected"
    frame = functools.partial(pd.DataFrame, index=names[0], columns=names[1])
    return Matrix(frame(np.where(lost, np.nan, minutes)), frame(np.where(lost, np.nan, km)), frame(note))


def travel_time_legs(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "any",
    depart_from: str = "centre",
) -> pd.DataFrame:
    """
    Return the chain of legs of each pair: access, line by line, transfers, egress.

    Parameters
    ----------
    network, origins, destinations, mode, depart_from
        As for :func:`travel_time_matrix`.

    Returns
    -------
    DataFrame
        from, to, leg (1, 2, …), kind (access, train, road, flight, transfer, egress, local road), line (feature_id), leg_from,
        leg_to, time_min, length_km. A pair's legs sum to its travel time; no rows where there is no way. What a stop between
        two lines costs stands with them in equal parts.
    """
    _check(mode, depart_from)
    graph = travel_graph(network, mode)
    enter = _ways(network, origins, mode, depart_from, leaving=False)
    leave = _ways(network, destinations, mode, depart_from, leaving=True)
    full = _with_places(graph, enter, len(origins))
    sources = graph.size + np.arange(len(origins))
    time, before = dijkstra(_matrix(full), indices=sources, return_predecessors=True)
    straight = _straight(network, origins, destinations, mode)
    rows: list[tuple[object, ...]] = []
    for j, there in enumerate(destinations["name"]):
        mine = leave[leave["point"] == j]
        for i, here in enumerate(origins["name"]):
            if here == there:
                continue
            total = time[i, mine["node"].to_numpy(dtype=np.int64)] + mine["weight"].to_numpy(dtype=float)
            best = int(np.argmin(total)) if len(total) else -1
            least = total[best] if len(total) else np.inf
            if straight[i, j] <= least:
                if np.isfinite(straight[i, j]):
                    minutes, km = _minutes_km(straight[i : i + 1, j])
                    rows.append((here, there, 1, LOCAL_ROAD, "", here, there, float(minutes[0]), float(km[0])))
                continue
            nodes = [int(mine["node"].iloc[best])]
            while nodes[-1] != sources[i]:
                nodes.append(int(before[i, nodes[-1]]))
            steps = _steps(network, full, nodes[::-1], str(here))
            minutes, km = _minutes_km(mine["weight"].to_numpy(dtype=float)[best : best + 1])
            at = steps[-1][3] if steps else ""
            steps.append(("egress", "", at, str(there), float(minutes[0]), float(km[0])))
            rows += [(here, there, n, *leg) for n, leg in enumerate(_merged(steps), 1)]
    columns = ["from", "to", "leg", "kind", "line", "leg_from", "leg_to", "time_min", "length_km"]
    order = {name: i for i, name in enumerate(origins["name"])}
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("from", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def travel_time_table(matrix: Matrix, *, mode: str, as_of: str, scenario: str) -> pd.DataFrame:
    """
    Return a matrix as a long table, contract ``layers.schema.TRAVEL_TIMES``.

    Parameters
    ----------
    matrix : Matrix, shape (n, m)
    mode, as_of, scenario : str
        Written into every row.

    Returns
    -------
    DataFrame, n·m rows, in the order of origins, then destinations; minutes to a tenth, kilometres to a tenth
    """
    rows, columns = matrix.time_min.shape
    table = pd.DataFrame(
        {
            "from": np.repeat(np.array(matrix.time_min.index, dtype=object), columns),
            "to": np.tile(np.array(matrix.time_min.columns, dtype=object), rows),
            "mode": mode,
            "as_of": as_of,
            "scenario": scenario,
            "travel_time_min": matrix.time_min.to_numpy(dtype=float).ravel().round(1),
            "length_km": matrix.length_km.to_numpy(dtype=float).ravel().round(1),
            "note": matrix.note.to_numpy(dtype=object).ravel(),
        }
    )
    return TRAVEL_TIMES.coerce(table[TRAVEL_TIMES.names])


def _check(mode: str, depart_from: str) -> None:
    if mode not in MODES:
        message = f"{mode!r} is no mode of travel; accepted: {', '.join(MODES)}"
        raise VocabularyError(message)
    if depart_from not in DEPARTURES or (depart_from == "station" and mode != "rail"):
        message = f"depart_from={depart_from!r} with mode={mode!r}: accepted are centre, and station with mode rail"
        raise VocabularyError(message)


def _weights(minutes: NDArray[np.float64], km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return time and length as one whole number each; at least a metre, for a sparse matrix has no zeros."""
    return np.maximum(np.rint(minutes * MS_PER_MIN) * METRES + np.rint(km * 1000.0), 1.0)


def _minutes_km(weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    finite = np.isfinite(weight)
    whole = np.where(finite, weight, 0.0)
    ms = np.floor(whole / METRES)
    return np.where(finite, ms / MS_PER_MIN, np.inf), np.where(finite, (whole - ms * METRES) / 1000.0, np.inf)


def _graph(
    size: int,
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    weight: NDArray[np.float64],
    label: NDArray[np.int64],
) -> TravelGraph:
    order = np.lexsort((label, weight, stop, start))
    start, stop, weight, label = start[order], stop[order], weight[order], label[order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (stop[1:] != stop[:-1])
    return TravelGraph(size, start[first], stop[first], weight[first], label[first])


def _matrix(graph: TravelGraph) -> csr_array:
    ends = np.searchsorted(graph.start, np.arange(graph.size + 1))
    return csr_array((graph.weight, graph.stop, ends), shape=(graph.size, graph.size))


def _with_places(graph: TravelGraph, enter: pd.DataFrame, count: int) -> TravelGraph:
    """Return the graph with a node for each origin at its end."""
    point = enter["point"].to_numpy(dtype=np.int64) + graph.size
    return _graph(
        graph.size + count,
        np.concatenate([graph.start, point]),
        np.concatenate([graph.stop, enter["node"].to_numpy(dtype=np.int64)]),
        np.concatenate([graph.weight, enter["weight"].to_numpy(dtype=float)]),
        np.concatenate([graph.label, np.full(len(enter), -2, dtype=np.int64)]),
    )


def _door_to_door(
    graph: TravelGraph, enter: pd.DataFrame, leave: pd.DataFrame, origins: int, destinations: int
) -> NDArray[np.float64]:
    """Return weights from origins to destinations: one search per origin, then the best way out for each pair."""
    out = np.full((origins, destinations), np.inf)
    if enter.empty or leave.empty:
        return out
    full = _with_places(graph, enter, origins)
    time = dijkstra(_matrix(full), indices=graph.size + np.arange(origins))
    leave = leave.sort_values(["point", "node"], kind="stable")
    point = leave["point"].to_numpy(dtype=np.int64)
    total = time[:, leave["node"].to_numpy(dtype=np.int64)] + leave["weight"].to_numpy(dtype=float)
    first = np.flatnonzero(np.r_[True, point[1:] != point[:-1]])
    out[:, point[first]] = np.minimum.reduceat(total, first, axis=1)
    return out


def _leaving(network: Network, node: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the graph nodes from which a traveller leaves nodes of the network: of a station, where he got off."""
    arrivals = network.trains.arrivals[node]
    return np.where(arrivals >= 0, arrivals, node)


def _ways(network: Network, places: pd.DataFrame, mode: str, depart_from: str, *, leaving: bool) -> pd.DataFrame:
    """Return the ways between places and the graph: point (row of ``places``), node (of the graph), weight."""
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = []
    if depart_from == "station":
        rail = network.nodes[network.nodes["access"] & network.nodes["stratum"].isin([HIGH_SPEED, CONVENTIONAL])]
        for row, own in enumerate(own_stations(rail, places)):
            at, free = np.array(own, dtype=np.int64), np.zeros(len(own))
            parts.append((np.full(len(own), row, dtype=np.int64), at, free, free))
    else:
        lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
        for stratum in STRATA[mode]:
            way = network.access_links(lon, lat, stratum)
            extra = _entering(network, stratum)[int(leaving)]
            parts.append(
                (
                    way["point"].to_numpy(dtype=np.int64),
                    way["node"].to_numpy(dtype=np.int64),
                    way["time_min"].to_numpy(dtype=float) + extra,
                    way["distance_km"].to_numpy(dtype=float) * network.access.detour,
                )
            )
    point, node = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    minutes, km = np.concatenate([part[2] for part in parts]), np.concatenate([part[3] for part in parts])
    if leaving and mode != "road":
        node = _leaving(network, node)
    return pd.DataFrame({"point": point, "node": node, "weight": _weights(minutes, km)})


def _entering(network: Network, stratum: str) -> tuple[float, float]:
    """Return what it costs to get into a stratum and out of it, at the hall or the gate, in minutes."""
    if stratum == ROAD:
        return network.road.toll_time_min, network.road.toll_time_min
    if stratum == AIR:
        return network.air.boarding_time_min, network.air.alighting_time_min
    return network.rail.boarding_time_min, network.rail.alighting_time_min


def _straight(network: Network, origins: pd.DataFrame, destinations: pd.DataFrame, mode: str) -> NDArray[np.float64]:
    """Return the way over local roads alone, which between neighbours may be the best; not by rail."""
    out = np.full((len(origins), len(destinations)), np.inf)
    if mode == "rail":
        return out
    near = points_within(
        *(table[c].to_numpy(dtype=float) for table in (origins, destinations) for c in ("lon", "lat")),
        reach_km=network.access.reach_km,
    )
    km = near["distance_km"].to_numpy(dtype=float)
    out[near["point"], near["node"]] = _weights(km * network.access.access_time_min(1.0), km * network.access.detour)
    return out


def _reasons(network: Network, places: pd.DataFrame, reached: set[int], mode: str, depart_from: str) -> list[str]:
    """Return why a place has no way onto the network, "" where it has one."""
    outside = unit_at(places["lon"], places["lat"], level="province", max_distance_km=network.access.reach_km) == ""
    what = {"rail": "station", "road": "interchange", "any": "station, interchange or airport"}[mode]
    out = []
    for i, name in enumerate(places["name"]):
        if i in reached:
            out.append("")
        elif outside[i]:
            out.append(f"{name} lies beyond the data (沪苏浙皖)")
        elif depart_from == "station":
            out.append(f"no station for {name}")
        else:
            out.append(f"no {what} for {name} within {network.access.reach_km:g} km")
    return out


Step = tuple[str, str, str, str, float, float]


def _steps(network: Network, graph: TravelGraph, way: list[int], origin: str) -> list[Step]:
    """Return what happens along a way: kind, line, from, to, minutes, km."""
    names = network.nodes["name"].tolist()
    size, links = len(names), network.links
    sections = network.trains.sections if graph.size > size else None
    steps: list[Step] = []
    at = origin
    for a, b in itertools.pairwise(way):
        k = int(np.searchsorted(graph.start, a, side="left"))
        k += int(np.searchsorted(graph.stop[k : np.searchsorted(graph.start, a, side="right")], b))
        minutes, km = (float(v[0]) for v in _minutes_km(graph.weight[k : k + 1]))
        label = int(graph.label[k])
        if label == -2:
            kind, line, there = "access", "", names[b]
        elif label == -1:
            kind, line, there = TRANSFER, "", at
        elif label < len(links):
            kind = {AIR: "flight", ROAD: "road"}.get(str(links["stratum"].iloc[label]), TRANSFER)
            line = "" if kind in {TRANSFER, "flight"} else str(links["feature_id"].iloc[label])
            there = names[b]
        elif sections is not None:
            row = sections.iloc[label - len(links)]
            kind, line, there = "train", str(row["feature_id"]), names[int(row["to_node"])]
        steps.append((kind, line, at, there, minutes, km))
        at = there
    return steps


def _merged(steps: list[Step]) -> list[Step]:
    """Join steps on one line into a leg."""
    legs: list[Step] = []
    for step in steps:
        if legs and step[0] in {"train", "road"} and legs[-1][:2] == step[:2]:
            kind, line, start, _, minutes, km = legs[-1]
            legs[-1] = (kind, line, start, step[3], minutes + step[4], km + step[5])
        else:
            legs.append(step)
    return legs
