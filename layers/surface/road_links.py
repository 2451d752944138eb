"""
Networks laid over a grid: entered and left where that is possible, and nowhere between.

A traveller passes under an expressway, and a train passes a village, without a way on. So expressways hang on the ground by the
cells of their interchanges, toll included, and trains by the cells of their stations, boarding included; between them run the
links of the network with the times that the network has. The same graph answers :func:`layers.travel_time.travel_time_matrix`,
so that a surface and the matrix differ in the way to and from the network only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import GEOGRAPHIC
from geo.geodesy import GEOD
from layers.access import STRATA, check_mode, ways
from layers.osm.roads import CLASSES
from layers.surface.cost_distance import Links
from layers.travel_graph import leaving_nodes, minutes_km, travel_graph

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from layers.network import Network
    from layers.osm.road_network import RoadNetwork
    from layers.surface.friction import Friction

__all__ = ["CONTROLLED", "network_links", "open_cells", "road_network_lines", "road_network_links"]

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
        found = np.argwhere(open_[top : row[i] + near + 1, left : column[i] + near + 1]) + [top, left]
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
    here = pd.DataFrame({"name": nodes["node"].astype(str).to_numpy(), "lon": nodes["lon"].to_numpy(), "lat": nodes["lat"].to_numpy()})
    for leaving in (False, True):
        joined = ways(network, here, mode, "centre", leaving=leaving) if len(at) else pd.DataFrame(columns=["point", "node", "weight"])
        point, node = joined["point"].to_numpy(dtype=np.int64), joined["node"].to_numpy(dtype=np.int64)
        gate = leaving_nodes(network, at) if leaving and mode != "road" else at
        own = (gate[point] == node) & (cell[point] >= 0)
        minutes, _ = minutes_km(joined["weight"].to_numpy(dtype=float)[own])
        ends = cell[point[own]], node[own] + cells
        parts.append((*(ends[::-1] if leaving else ends), minutes * SECONDS_PER_MIN))
    links = Links(*(np.concatenate([part[k] for part in parts]) for k in range(3)), node_count=graph.size)
    west, south, east, north = friction.grid.bounds
    x, y = friction.grid.projected(nodes["lon"], nodes["lat"])
    inside = (x >= west) & (x < east) & (y > south) & (y <= north)
    shut = nodes["name"].to_numpy()[inside & (cell < 0)]
    if not len(shut):
        return links, ()
    listed = "、".join(str(v) for v in shut[:5])
    return links, (f"{len(shut)} 个出入口四周为障碍, 未接入; {len(shut)} ways on lie amid barriers and are left out: {listed}",)


def road_network_links(roads: RoadNetwork, friction: Friction) -> tuple[Links, tuple[str, ...]]:
    """
    Return a road network as links between the cells of a grid: each junction hangs on its cell.

    Parameters
    ----------
    roads : RoadNetwork
    friction : Friction

    Returns
    -------
    Links
        Seconds. Between a junction and the centre of its cell one goes at the speed of that cell; a junction of
        :data:`CONTROLLED` roads alone is no way on.
    findings : tuple of str
        What could not be joined to the grid, Chinese then English.
    """
    grid, graph = friction.grid, roads.graph
    lon, lat = roads.lon_lat[:, 0], roads.lon_lat[:, 1]
    free = ~_controlled(roads)
    may = np.zeros(roads.node_count, dtype=bool)
    may[graph.tail[free]] = may[graph.head[free]] = True
    row, column = grid.cells_of(lon, lat)
    inside = may & (row >= 0)
    speed = np.full(roads.node_count, np.inf)
    speed[inside] = friction.seconds_per_metre[row[inside], column[inside]]
    node = np.flatnonzero(inside & np.isfinite(speed))
    x, y = grid.projected(lon[node], lat[node])
    centre_x = grid.west + (column[node] + 0.5) * grid.cell_m
    centre_y = grid.north - (row[node] + 0.5) * grid.cell_m
    cost = np.hypot(x - centre_x, y - centre_y) * speed[node]
    cell = row[node] * grid.width + column[node]
    ends = graph.tail.astype(np.int64) + grid.cells, graph.head.astype(np.int64) + grid.cells
    links = Links(
        np.concatenate([ends[0], cell, node + grid.cells]),
        np.concatenate([ends[1], node + grid.cells, cell]),
        np.concatenate([graph.time_ms.astype(np.float64) / 1000.0, cost, cost]),
        node_count=roads.node_count,
    )
    shut = int(inside.sum()) - len(node)
    told = f"{shut:,} 个路口位于障碍上, 未接入; {shut:,} junctions lie on barriers and are left out"
    return links, (told,) if shut else ()


def road_network_lines(roads: RoadNetwork) -> gpd.GeoDataFrame:
    """
    Return the roads of a network that may be entered anywhere, drawn straight between junctions.

    Parameters
    ----------
    roads : RoadNetwork
        Its :data:`CONTROLLED` roads are left out.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        running_km_h: straight distance over time, so that a road crosses its cells in the time that it takes.
    """
    graph = roads.graph
    keep = ~_controlled(roads) & (graph.tail != graph.head) & (graph.time_ms > 0)
    a, b = roads.lon_lat[graph.tail[keep]], roads.lon_lat[graph.head[keep]]
    _, _, metres = GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    km_h = 3600.0 * np.asarray(metres) / graph.time_ms[keep]
    some = km_h > 0.0
    lines = shapely.linestrings(np.stack([a[some], b[some]], axis=1))
    return gpd.GeoDataFrame({"running_km_h": km_h[some]}, geometry=lines, crs=GEOGRAPHIC)


def _controlled(roads: RoadNetwork) -> NDArray[np.bool_]:
    """Tell which links have controlled access."""
    classes = [i for i, name in enumerate(CLASSES) if name in CONTROLLED]
    return np.isin(roads.road_class, classes)
