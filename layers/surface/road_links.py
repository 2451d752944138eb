"""
Networks laid over a grid: entered and left where that is possible, and nowhere between.

A traveller passes under an expressway, and a train passes a village, without a way on. So expressways hang on the ground by the
cells of their interchanges, toll included, and trains by the cells of their stations, boarding included; between them run the
links of the network with the times that the network has. The same graph answers :func:`layers.travel_time.travel_time_matrix`,
so that a surface and the matrix differ in the way to and from the network only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.access import STRATA, check_mode, ways
from layers.surface.links import Links
from layers.travel_graph import leaving_nodes, minutes_km, travel_graph

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from layers.network import Network
    from layers.osm.road_network import RoadNetwork
    from layers.surface.friction import Friction
    from layers.surface.grid import Grid

__all__ = ["CONTROLLED", "network_links", "open_cells", "road_network_links"]

NEAR_CELLS = 3
"""A place on a barrier (a ferry pier, an interchange on a bank) stands for the nearest open cell this near."""
CONTROLLED = frozenset({"motorway", "motorway_link", "ferry"})
"""Classes of roads that one enters where they meet others, and nowhere between."""
SECONDS_PER_MIN = 60.0


def open_cells(
    friction: Friction, lon: ArrayLike, lat: ArrayLike, *, near: int = NEAR_CELLS
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Tell in which cells places lie; of those on a barrier, the nearest open cell.

    Parameters
    ----------
    friction : Friction
    lon, lat : array of float, shape (k,), degrees, EPSG:4326
    near : int
        How many cells away a place on a barrier is looked for.

    Returns
    -------
    row, column : ndarray of int64, shape (k,)
        -1 outside the grid, or where everything near is a barrier.
    """
    grid, open_ = friction.grid, np.isfinite(friction.seconds_per_metre)
    row, column = grid.cells_of(lon, lat)
    for i in np.flatnonzero((row >= 0) & ~open_[np.maximum(row, 0), np.maximum(column, 0)]):
        top, left = max(row[i] - near, 0), max(column[i] - near, 0)
        found = np.argwhere(open_[top : row[i] + near + 1, left : column[i] + near + 1]) + np.array([top, left])
        if not len(found):
            row[i] = column[i] = -1
            continue
        apart = np.hypot(found[:, 0] - row[i], found[:, 1] - column[i])
        row[i], column[i] = found[int(np.argmin(apart))]  # of equally near ones the first by row
    return row, column


def network_links(network: Network, friction: Friction, *, mode: str = "road") -> tuple[Links, tuple[str, ...]]:
    """
    Return a network of expressways, trains and flights as links between the cells of a grid.

    Parameters
    ----------
    network : Network
    friction : Friction
    mode : {"road", "rail", "any"}
        Expressways; trains; both, and flights. The way between them is over the ground.

    Returns
    -------
    Links
        Seconds; from cells to the network, along it, and to cells. Nodes outside the grid are passed through.
    findings : tuple of str
        What could not be joined to the grid, Chinese then English.

    Raises
    ------
    VocabularyError
        If the mode is another.
    """
    check_mode(mode, "centre")
    graph, cells = travel_graph(network, mode), friction.grid.cells
    nodes = network.nodes[network.nodes["access"] & network.nodes["stratum"].isin(STRATA[mode])]
    at = nodes.index.to_numpy(dtype=np.int64)
    minutes, _ = minutes_km(graph.weight)
    parts = [(graph.start + cells, graph.stop + cells, minutes * SECONDS_PER_MIN)]
    row, column = open_cells(friction, nodes["lon"], nodes["lat"])
    cell = np.where(row >= 0, row * friction.grid.width + column, -1)
    # Onto the network at the node itself: a way of no length, which costs what entering costs; and off it likewise.
    here = pd.DataFrame(
        {"name": nodes["node"].astype(str).to_numpy(), "lon": nodes["lon"].to_numpy(), "lat": nodes["lat"].to_numpy()}
    )
    for leaving in (False, True):
        joined = (
            ways(network, here, mode, "centre", leaving=leaving)
            if len(at)
            else pd.DataFrame(columns=["point", "node", "weight"])
        )
        point, node = joined["point"].to_numpy(dtype=np.int64), joined["node"].to_numpy(dtype=np.int64)
        gate = leaving_nodes(network, at) if leaving and mode != "road" else at
        own = (gate[point] == node) & (cell[point] >= 0)
        minutes, _ = minutes_km(joined["weight"].to_numpy(dtype=float)[own])
        ends = cell[point[own]], node[own] + cells
        parts.append((*(ends[::-1] if leaving else ends), minutes * SECONDS_PER_MIN))
    tail, head, seconds = (np.concatenate([part[k] for part in parts]) for k in range(3))
    links = Links(tail, head, seconds, graph.size)
    west, south, east, north = friction.grid.bounds
    x, y = friction.grid.projected(nodes["lon"], nodes["lat"])
    inside = (x >= west) & (x < east) & (y > south) & (y <= north)
    shut = nodes["name"].to_numpy()[inside & (cell < 0)]
    if not len(shut):
        return links, ()
    listed = "、".join(str(v) for v in shut[:5])
    return links, (
        f"{len(shut)} 个出入口四周为障碍, 未接入; {len(shut)} ways on lie amid barriers and are left out: {listed}",
    )


def road_network_links(roads: RoadNetwork, friction: Friction) -> tuple[Links, tuple[str, ...]]:
    """
    Return a road network as links between the cells of a grid: its junctions, and points along its roads, hang on their cells.

    Parameters
    ----------
    roads : RoadNetwork
    friction : Friction
        Of the ground off the roads: roads that are drawn into it too would lose their one-way directions and their bridges.

    Returns
    -------
    Links
        Seconds. Between a road and the centre of its cell one goes over the ground; there is a way on at least once a cell,
        but none along :data:`CONTROLLED` roads between the junctions where others meet them. Roads are taken as straight
        between junctions, with the times of their true course.
    findings : tuple of str
        What could not be joined to the grid, Chinese then English.
    """
    grid, graph = friction.grid, roads.graph
    x, y = grid.projected(roads.lon_lat[:, 0], roads.lon_lat[:, 1])
    free = ~_controlled(roads)
    may = np.zeros(roads.node_count, dtype=bool)
    may[graph.tail[free]] = may[graph.head[free]] = True
    chain = _subdivided(grid, x, y, roads, free)
    x, y = np.concatenate([x, chain.x]), np.concatenate([y, chain.y])
    may = np.concatenate([may, np.ones(len(chain.x), dtype=bool)])
    west, south, east, north = grid.bounds
    inside = np.flatnonzero(may & (x >= west) & (x < east) & (y > south) & (y <= north))
    column = np.minimum(np.floor((x[inside] - grid.west) / grid.cell_m).astype(np.int64), grid.width - 1)
    row = np.minimum(np.floor((grid.north - y[inside]) / grid.cell_m).astype(np.int64), grid.height - 1)
    pace = friction.seconds_per_metre[row, column].astype(np.float64)
    open_ = np.isfinite(pace)
    node, row, column, pace = inside[open_], row[open_], column[open_], pace[open_]
    centre_x, centre_y = grid.west + (column + 0.5) * grid.cell_m, grid.north - (row + 0.5) * grid.cell_m
    cost = np.hypot(x[node] - centre_x, y[node] - centre_y) * pace
    cell = row * grid.width + column
    links = Links(
        np.concatenate([chain.tail + grid.cells, cell, node + grid.cells]),
        np.concatenate([chain.head + grid.cells, node + grid.cells, cell]),
        np.concatenate([chain.seconds, cost, cost]),
        node_count=len(x),
    )
    shut = int((~open_).sum())
    told = f"{shut:,} 处道路位于障碍上, 该处不可进出; {shut:,} points of roads lie on barriers: no way on or off there"
    return links, (told,) if shut else ()


@dataclass(frozen=True)
class _Chain:
    """Links of a network cut into pieces, and the places of the nodes between, numbered after the network's own."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    seconds: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def _subdivided(
    grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64], roads: RoadNetwork, free: NDArray[np.bool_]
) -> _Chain:
    """Cut the roads that may be entered anywhere into pieces no longer than a cell."""
    tail, head = roads.graph.tail.astype(np.int64), roads.graph.head.astype(np.int64)
    metres = np.hypot(x[head] - x[tail], y[head] - y[tail])
    west, south, east, north = grid.bounds
    beside = (np.maximum(x[tail], x[head]) < west) | (np.minimum(x[tail], x[head]) > east)
    beside |= (np.maximum(y[tail], y[head]) < south) | (np.minimum(y[tail], y[head]) > north)
    cut = free & ~beside & np.isfinite(metres)
    pieces = np.where(cut, np.maximum(np.ceil(np.where(cut, metres, 0.0) / grid.cell_m), 1.0), 1.0).astype(np.int64)
    link = np.repeat(np.arange(len(tail)), pieces)
    first = np.cumsum(pieces) - pieces
    number = np.arange(len(link)) - first[link]  # of the piece in its link
    between = np.cumsum(pieces - 1) - (pieces - 1) + roads.node_count  # the first node between the ends of each link
    begin = np.where(number == 0, tail[link], between[link] + number - 1)
    end = np.where(number == pieces[link] - 1, head[link], between[link] + number)
    inner = number > 0
    share = number[inner] / pieces[link[inner]]
    a, b = tail[link[inner]], head[link[inner]]
    return _Chain(
        begin,
        end,
        (roads.graph.time_ms / 1000.0 / pieces)[link],
        x[a] + share * (x[b] - x[a]),
        y[a] + share * (y[b] - y[a]),
    )


def _controlled(roads: RoadNetwork) -> NDArray[np.bool_]:
    """Tell which links have controlled access."""
    classes = [i for i, name in enumerate(roads.class_names) if name in CONTROLLED]
    return np.isin(roads.road_class, classes)
