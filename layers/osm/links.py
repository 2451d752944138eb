"""
Roads to a network: cut at junctions, joined where they share a node and nowhere else, timed.

Topology comes from node ids alone: a bridge and what it crosses share none, so they do not meet, whatever the map looks like.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from geo.geodesy import GEOD
from layers.osm.opl import key_hashes, relevant_tags, tags_of
from layers.osm.road_network import RoadNetwork
from layers.osm.roads import CLASSES, Road, RoadAssumptions, car_passes, road_keys, road_of
from layers.osm.schema import ATTRIBUTION
from layers.routing.compiled import kernel
from layers.routing.graph import LONGEST_MS, MS_PER_MIN, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.osm.reading import Objects

__all__ = ["road_network", "segment_lengths_m"]

SHORT_M = 10_000.0
"""Up to here the formula for short lines is within 1e-6 of the geodesic (1 cm); longer segments (ferries) are computed in full."""
NO_ROAD = Road(-1, 0.0, 0.0)


def road_network(objects: Objects, assumptions: RoadAssumptions | None = None) -> RoadNetwork:
    """
    Make the road network of what was read.

    Parameters
    ----------
    objects : Objects
        Its ``findings`` are told what was left out.
    assumptions : RoadAssumptions, optional

    Returns
    -------
    RoadNetwork
        Nodes by OpenStreetMap id, links by way. A network of nothing where there are no roads.
    """
    assumptions = assumptions or RoadAssumptions()
    pieces = objects.pieces
    roads, code = _readings(objects, assumptions)
    of_piece = code[pieces.row]
    usable = np.array([road.road_class >= 0 for road in roads])[of_piece]
    chosen = np.flatnonzero(usable)
    blocked = _blocked(objects, chosen)
    lon, lat = np.ascontiguousarray(objects.lon_lat[:, 0]), np.ascontiguousarray(objects.lon_lat[:, 1])
    along = segment_lengths_m(lon[pieces.node], lat[pieces.node])
    piece, tail, head, metres, copies = _split(chosen, pieces.first, pieces.node, along, blocked, len(lon))
    forward, backward = _minutes(roads, of_piece, pieces.folded, pieces.row, piece, metres)
    return _assembled(objects, roads, of_piece, piece, tail, head, metres, copies, forward, backward, assumptions)


def _readings(objects: Objects, assumptions: RoadAssumptions) -> tuple[list[Road], NDArray[np.int32]]:
    """Return the different readings of roads, and which is each way's; count what is left out."""
    numbers: dict[bytes, int] = {}
    roads: list[Road] = []
    code = np.empty(len(objects.ways.ids), dtype=np.int32)
    for row, raw in enumerate(relevant_tags(objects.ways, key_hashes(road_keys()))):
        number = numbers.get(raw)
        if number is None:
            number = numbers[raw] = len(roads)
            roads.append(road_of(tags_of(raw), assumptions) or NO_ROAD)
        code[row] = number
    ways = objects.pieces.row[objects.pieces.number == 1]
    rows_of: dict[str, list[int]] = {}
    for number, road in enumerate(roads):
        for word in road.codes:
            rows_of.setdefault(word, []).append(number)
    for word, listed in rows_of.items():
        rows = ways[np.isin(code[ways], listed)]
        objects.findings.add(word, (f"way/{i}" for i in objects.ways.ids[rows[:5]]), count=len(rows))
    return roads or [NO_ROAD], code


def _blocked(objects: Objects, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which nodes stop cars; count those on roads."""
    blocked = np.zeros(len(objects.node_id), dtype=np.bool_)
    stops = [position for position, tags in objects.node_tags.items() if not car_passes(tags)]
    blocked[stops] = True
    if stops:
        pieces = objects.pieces
        on_roads = np.zeros(len(objects.node_id), dtype=np.bool_)
        for p in chosen.tolist():
            on_roads[pieces.nodes(p)] = True
        found = objects.node_id[np.flatnonzero(blocked & on_roads)]
        objects.findings.add("barrier", (f"node/{i}" for i in found[:5]), count=len(found))
    return blocked


def segment_lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return how far each point is from the one before.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, EPSG:4326.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres on WGS 84; 0 for the first. Up to 10 km by the radii of curvature at the middle latitude (within 1e-6 of the
        geodesic up to 70° of latitude), beyond by the geodesic itself.

    References
    ----------
    Rapp (1991), Geometric Geodesy, part I, The Ohio State University: radii of curvature of the meridian and the prime
    vertical.
    """
    out = _short_lengths(lon, lat)
    far = np.flatnonzero(out > SHORT_M)
    if len(far):
        out[far] = GEOD.inv(lon[far - 1], lat[far - 1], lon[far], lat[far])[2]
    return out


@kernel
def _short_lengths(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    a = 6_378_137.0
    e2 = 0.0066943799901413165
    out = np.zeros(len(lon))
    for i in range(1, len(lon)):
        middle = math.radians((lat[i] + lat[i - 1]) / 2.0)
        across = lon[i] - lon[i - 1]
        if across > 180.0:
            across -= 360.0
        elif across < -180.0:
            across += 360.0
        s = math.sin(middle)
        w = 1.0 - e2 * s * s
        n = a / math.sqrt(w)
        m = n * (1.0 - e2) / w
        x = n * math.cos(middle) * math.radians(across)
        y = m * math.radians(lat[i] - lat[i - 1])
        out[i] = math.sqrt(x * x + y * y)
    return out


@kernel
def _split(
    chosen: NDArray[np.int64],
    first: NDArray[np.int64],
    node: NDArray[np.int32],
    along: NDArray[np.float64],
    blocked: NDArray[np.bool_],
    node_count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Cut pieces where roads meet or end and at barriers, of which each road gets an end of its own."""
    uses = np.zeros(node_count, dtype=np.int32)
    most = 0
    for p in chosen:
        most += first[p + 1] - first[p]
        uses[node[first[p]]] += 1
        uses[node[first[p + 1] - 1]] += 1
        for i in range(first[p], first[p + 1]):
            uses[node[i]] += 1
        for i in range(first[p] + 1, first[p + 1] - 1):
            if node[i - 1] == node[i + 1]:
                uses[node[i]] += 1  # the end of a spur, where the way turns back
    piece = np.empty(most, dtype=np.int64)
    tail = np.empty(most, dtype=np.int64)
    head = np.empty(most, dtype=np.int64)
    metres = np.empty(most)
    copies = np.empty(2 * most, dtype=np.int64)
    links = 0
    copied = 0
    for p in chosen:
        start = int(node[first[p]])
        if blocked[start]:
            copies[copied] = start
            start = node_count + copied
            copied += 1
        length = 0.0
        for i in range(first[p] + 1, first[p + 1]):
            length += along[i]
            here = int(node[i])
            if uses[here] < 2 and not blocked[here]:
                continue
            end = here
            if blocked[here]:
                copies[copied] = here
                end = node_count + copied
                copied += 1
            piece[links] = p
            tail[links] = start
            head[links] = end
            metres[links] = length
            links += 1
            length = 0.0
            start = here
            if blocked[here] and i + 1 < first[p + 1]:
                copies[copied] = here
                start = node_count + copied
                copied += 1
    return piece[:links], tail[:links], head[:links], metres[:links], copies[:copied]


def _minutes(
    roads: list[Road],
    of_piece: NDArray[np.int32],
    folded: NDArray[np.bool_],
    row: NDArray[np.int64],
    piece: NDArray[np.int64],
    metres: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return minutes along each link and against it, NaN where that is not allowed."""
    out = []
    fields = np.array([[r.forward_km_h, r.backward_km_h, r.duration_min] for r in roads])
    speeds = fields[of_piece]
    both = np.nanmax(speeds[:, :2], axis=1, initial=0.0)
    speeds[folded, 0], speeds[folded, 1] = both[folded], both[folded]
    whole = np.bincount(row[piece], weights=metres, minlength=int(row.max(initial=-1)) + 1)
    duration = speeds[piece, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole[row[piece]] > 0.0, metres / whole[row[piece]], 0.0)
        for k in (0, 1):
            speed = speeds[piece, k]
            minutes = np.where(np.isnan(duration), metres / 1000.0 / speed * 60.0, duration * share)
            minutes[~(speed > 0.0)] = np.nan
            out.append(np.minimum(minutes, (LONGEST_MS - 1) / MS_PER_MIN))
    return out[0], out[1]


def _assembled(
    objects: Objects,
    roads: list[Road],
    of_piece: NDArray[np.int32],
    piece: NDArray[np.int64],
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    metres: NDArray[np.float64],
    copies: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
    assumptions: RoadAssumptions,
) -> RoadNetwork:
    """Number the nodes, put the links of both directions in order, and find the parts of the network."""
    source = np.concatenate([np.arange(len(objects.node_id)), copies])
    used = np.zeros(len(source), dtype=bool)
    used[tail], used[head] = True, True
    kept = np.flatnonzero(used)
    kept = kept[np.argsort(source[kept], kind="stable")]
    number = np.full(len(source), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    tail, head = number[tail], number[head]
    link = np.arange(len(piece))
    there, back = ~np.isnan(forward), ~np.isnan(backward)
    order = np.argsort(np.concatenate([2 * link[there], 2 * link[back] + 1]), kind="stable")
    chosen = np.concatenate([link[there], link[back]])[order]
    tails = np.concatenate([tail[there], head[back]])[order]
    heads = np.concatenate([head[there], tail[back]])[order]
    minutes = np.concatenate([forward[there], backward[back]])[order]
    graph = Graph.of(len(kept), tails, heads, minutes)
    component, parts = _components(graph)
    if len(parts) > 1:
        objects.findings.add("weak_component", (f"{share:,} nodes" for share in parts[:5].tolist()), count=len(parts))
    classes = np.array([road.road_class for road in roads])[of_piece]
    return RoadNetwork(
        graph,
        objects.lon_lat[source[kept]],
        objects.ways.ids[objects.pieces.row[piece[chosen]]],
        metres[chosen],
        component,
        objects.node_id[source[kept]],
        classes[piece[chosen]].astype(np.int8),
        CLASSES,
        {
            "attribution": ATTRIBUTION,
            "data_date": objects.data_date,
            "running_share": f"{assumptions.running_share:g}",
        },
    )


def _components(graph: Graph) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the strongly connected component of each node, the largest 0, and the sizes of the parts that no road joins."""
    ones = (np.ones(len(graph.tail), dtype=np.int8), (graph.tail, graph.head))
    matrix = scipy.sparse.coo_array(ones, shape=(graph.node_count, graph.node_count)).tocsr()
    if not graph.node_count:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    _, strong = connected_components(matrix, directed=True, connection="strong")
    _, weak = connected_components(matrix, directed=True, connection="weak")
    size = np.bincount(strong)
    first = np.full(len(size), graph.node_count, dtype=np.int64)
    np.minimum.at(first, strong, np.arange(graph.node_count))
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[strong], np.sort(np.bincount(weak))[::-1]
