"""The graph of a mode of travel, and the search on it: time and length in one exact number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layers.network import AIR, PARKING, ROAD, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from layers.network import Network

__all__ = [
    "GROUND",
    "TravelGraph",
    "leaving_nodes",
    "link_weights",
    "merged_graph",
    "minutes_km",
    "shortest_times",
    "sparse_matrix",
    "station_times",
    "travel_graph",
    "with_places",
]

GROUND = "ground"
"""Any mode but flights: only to tell which times rest on one."""
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
    graph = merged_graph(
        size,
        links["from_node"].to_numpy(dtype=np.int64),
        links["to_node"].to_numpy(dtype=np.int64),
        link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
        np.arange(len(links), dtype=np.int64),
    )
    return minutes_km(dijkstra(sparse_matrix(graph), indices=list(sources)))


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
        weight = link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float))
        label, size = np.flatnonzero(own), len(network.nodes)
        if mode != "road":
            trains = network.trains
            size = trains.size
            start = leaving_nodes(network, start)
            start = np.concatenate([start, trains.links["from_node"].to_numpy(dtype=np.int64)])
            stop = np.concatenate([stop, trains.links["to_node"].to_numpy(dtype=np.int64)])
            rides = link_weights(
                trains.links["time_min"].to_numpy(dtype=float), trains.links["length_km"].to_numpy(dtype=float)
            )
            weight = np.concatenate([weight, rides])
            section = trains.links["section"].to_numpy(dtype=np.int64)
            label = np.concatenate([label, np.where(section < 0, -1, section + len(network.links))])
        network.graphs[mode] = merged_graph(size, start, stop, weight, label)
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
    found = dijkstra(sparse_matrix(graph), indices=list(origins))
    return minutes_km(np.where(ends >= 0, found[:, ends], np.inf))


def link_weights(minutes: NDArray[np.float64], km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return time and length as one whole number each; at least a metre, for a sparse matrix has no zeros."""
    return np.maximum(np.rint(minutes * MS_PER_MIN) * METRES + np.rint(km * 1000.0), 1.0)


def minutes_km(weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the time in minutes and the length in kilometres of weights; ``inf`` stays."""
    finite = np.isfinite(weight)
    whole = np.where(finite, weight, 0.0)
    ms = np.floor(whole / METRES)
    return np.where(finite, ms / MS_PER_MIN, np.inf), np.where(finite, (whole - ms * METRES) / 1000.0, np.inf)


def merged_graph(
    size: int,
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    weight: NDArray[np.float64],
    label: NDArray[np.int64],
) -> TravelGraph:
    """Return a graph sorted by its ends, of parallel links only the quickest, then shortest."""
    order = np.lexsort((label, weight, stop, start))
    start, stop, weight, label = start[order], stop[order], weight[order], label[order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (stop[1:] != stop[:-1])
    return TravelGraph(size, start[first], stop[first], weight[first], label[first])


def sparse_matrix(graph: TravelGraph) -> csr_array:
    """Return the graph as scipy searches it."""
    ends = np.searchsorted(graph.start, np.arange(graph.size + 1))
    return csr_array((graph.weight, graph.stop, ends), shape=(graph.size, graph.size))


def with_places(graph: TravelGraph, enter: pd.DataFrame, count: int) -> TravelGraph:
    """Return the graph with a node for each origin at its end."""
    point = enter["point"].to_numpy(dtype=np.int64) + graph.size
    return merged_graph(
        graph.size + count,
        np.concatenate([graph.start, point]),
        np.concatenate([graph.stop, enter["node"].to_numpy(dtype=np.int64)]),
        np.concatenate([graph.weight, enter["weight"].to_numpy(dtype=float)]),
        np.concatenate([graph.label, np.full(len(enter), -2, dtype=np.int64)]),
    )


def leaving_nodes(network: Network, node: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the graph nodes from which a traveller leaves nodes of the network: of a station, where he got off."""
    arrivals = network.trains.arrivals[node]
    return np.where(arrivals >= 0, arrivals, node)
