"""
Pieces of way chained to the route between two ends.

A line of OpenStreetMap is hundreds of ways: both tracks or carriageways, crossovers, bridges under another name, now and then
a hole. The shortest path over them from end to end is one track of the line, once, and its length that of the route.
Leaving the line's own ways costs more than following them, jumping a hole more still, so that neither is done but where
there is nothing else; how much of either was done is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geo.geodesy import GEOD, distance_km
from layers.osm_matching.measures import unit_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Chaining", "Route"]

OTHER_COST = 2.5
"""Price of a kilometre on ways that do not bear the line's name or number, over one that does."""
GAP_COST = 4.0
"""Price of a kilometre where there is no way at all."""
ENDS_COST = 4.5
"""Price of a kilometre between a wanted end and where the route begins."""
GAP_NEIGHBOURS = 8
SIDE_KM = 0.5
"""A loose end this near to another way may end on it: a line that begins at another's junction."""
OTHER_TRACK_KM = 0.2
"""Ways this near are the other track or carriageway, which the route may begin on as well."""
STEP_KM = 0.5
"""Long straight pieces get a vertex this often, so that a route can begin and end on them."""


@dataclass(frozen=True)
class Route:
    """
    A route from one end to the other.

    Parameters
    ----------
    coords : ndarray of float64, shape (n, 2)
        lon, lat in order.
    rows : ndarray of int64
        Rows of the ways that it uses, in order of first use.
    own_km, other_km : float
        Length on ways with the wanted name or number, and on others.
    longest_other_km : float
        The longest stretch on others.
    gaps_km : tuple of float
        Holes that were jumped, longest first.
    gap_at : tuple of (lon, lat)
        Where they are.
    ends_km : (float, float)
        Distance of the wanted ends from the route's.
    """

    coords: NDArray[np.float64]
    rows: NDArray[np.int64]
    own_km: float
    other_km: float
    longest_other_km: float
    gaps_km: tuple[float, ...]
    gap_at: tuple[tuple[float, float], ...]
    ends_km: tuple[float, float]

    @property
    def length_km(self) -> float:
        """Length of the route, holes included."""
        return self.own_km + self.other_km + sum(self.gaps_km)


class Chaining:
    """
    Ways as a graph of their vertices.

    Parameters
    ----------
    lines : ndarray of LineString, EPSG:4326
    own : sequence of bool
        Whether a way bears the wanted name or number.
    gap_km : float
        Holes up to this are jumped at all.
    """

    def __init__(self, lines: NDArray[np.object_], own: Sequence[bool], gap_km: float) -> None:
        dense = shapely.segmentize(lines, STEP_KM / 111.2)
        points, line_of = shapely.get_coordinates(dense, return_index=True)
        grid, node = np.unique(np.round(points * 1e7).astype(np.int64), axis=0, return_inverse=True)
        self.xy = np.asarray(grid, dtype=np.float64) / 1e7
        node = node.reshape(-1)
        same = line_of[1:] == line_of[:-1]
        a, b, row = node[:-1][same], node[1:][same], line_of[1:][same]
        keep = a != b
        a, b, row = a[keep], b[keep], np.asarray(row[keep], dtype=np.int64)
        km = self._km(a, b)
        is_own = np.asarray(own, dtype=bool)[row]
        self.own_node = np.zeros(len(self.xy), dtype=bool)
        self.own_node[a[is_own]] = True
        self.own_node[b[is_own]] = True
        self._own_degree = np.bincount(np.concatenate([a[is_own], b[is_own]]), minlength=len(self.xy))
        self._xyz = unit_km(self.xy)
        count = len(self.xy)
        _, self.part = connected_components(csr_array((np.ones(len(a)), (a, b)), shape=(count, count)), directed=False)
        gap_a, gap_b = self._holes(a, b, gap_km)
        gap_len = self._km(gap_a, gap_b)
        self._a = np.concatenate([a, gap_a])
        self._b = np.concatenate([b, gap_b])
        self._km_of = np.concatenate([km, gap_len])
        self._row = np.concatenate([row, np.full(len(gap_a), -1, dtype=np.int64)])
        self._own = np.concatenate([is_own, np.zeros(len(gap_a), dtype=bool)])
        factor = np.where(self._own, 1.0, np.where(self._row < 0, GAP_COST, OTHER_COST))
        cost = self._km_of * factor + 1e-9
        # Of parallel edges between two vertices the cheapest is kept; the graph has each once, either way round.
        low, high = np.minimum(self._a, self._b), np.maximum(self._a, self._b)
        order = np.lexsort((cost, high, low))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
        self._edge = order[first]
        self._key = low[self._edge] * np.int64(count + 2) + high[self._edge]
        self._cost = cost

    def _km(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(a):
            return np.empty(0)
        _, _, metres = GEOD.inv(self.xy[a, 0], self.xy[a, 1], self.xy[b, 0], self.xy[b, 1])
        return np.asarray(metres, dtype=np.float64) / 1000.0

    def _holes(
        self, a: NDArray[np.int64], b: NDArray[np.int64], gap_km: float
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pair loose ends with loose ends of other parts up to ``gap_km`` away, and with the nearest way beside them."""
        degree = np.bincount(np.concatenate([a, b]), minlength=len(self.xy))
        loose = np.flatnonzero(degree == 1)
        pairs = []
        for others, many, reach in (
            (loose, GAP_NEIGHBOURS, gap_km),
            (np.arange(len(self.xy)), 64, min(gap_km, SIDE_KM)),
        ):
            if len(others) < 2 or not len(loose) or reach <= 0.0:
                continue
            count = min(many + 1, len(others))
            far, other = cKDTree(self._xyz[others]).query(self._xyz[loose], k=count, distance_upper_bound=reach)
            hit = np.isfinite(far.reshape(-1))
            first, second = np.repeat(loose, count)[hit], others[other.reshape(-1)[hit]]
            pairs.append((first, second))
        if not pairs:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        first = np.concatenate([one for one, _ in pairs])
        second = np.concatenate([two for _, two in pairs])
        apart = self.part[first] != self.part[second]
        return first[apart], second[apart]

    def route(
        self, start: tuple[float, float], end: tuple[float, float], *, tail_km: float = 0.0, reach_km: float = np.inf
    ) -> Route | None:
        """
        Return the cheapest route between two wanted ends.

        Parameters
        ----------
        start, end : (lon, lat), degrees
            The route begins and ends on the line's own ways, where they come nearest.
        tail_km : float
            A line that ends within this beyond the nearest point, and no farther than ``reach_km`` from the wanted end, is
            followed to its end.
        reach_km : float

        Returns
        -------
        Route or None
            None where no own way is there, or nothing joins the ends.
        """
        if not self.own_node.any():
            return None
        near_a, near_b = self._nearest(start), self._nearest(end)
        first = self._search(near_a)
        found = self._best(first, near_b)
        if found is None:
            return None
        last = self._to_the_end(first, found, end, tail_km, reach_km)
        back = self._search({last: 0.0})
        # The start is looked for again from the end that was found: both ends are then on one route.
        origin = self._best(back, near_a)
        if origin is None:
            return None
        origin = self._to_the_end(back, origin, start, tail_km, reach_km)
        path = _walk(back[1], origin, last)
        found_route = self._described(path, start, end) if len(path) > 1 else None
        return found_route if found_route is not None and len(found_route.rows) else None

    def _nearest(self, point: tuple[float, float]) -> dict[int, float]:
        """Return the nearest own vertex of every connected part, and those of the other track there, with their distance."""
        own = np.flatnonzero(self.own_node)
        chord = np.linalg.norm(self._xyz[own] - unit_km(np.asarray([point])), axis=1)
        order = np.lexsort((own, chord, self.part[own]))
        parts = self.part[own][order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = parts[1:] != parts[:-1]
        feet = order[first]
        beside = cKDTree(self._xyz[own]).query_ball_point(self._xyz[own[feet]], OTHER_TRACK_KM)
        near = {i for found in beside for i in found} | set(feet.tolist())
        return {int(own[i]): float(chord[i]) for i in sorted(near)}

    def _search(self, sources: dict[int, float]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return cost and predecessor from sources that each cost something to reach (km times ``ENDS_COST``)."""
        count = len(self.xy)
        names = np.fromiter(sources, dtype=np.int64)
        price = np.fromiter(sources.values(), dtype=np.float64) * ENDS_COST + 1e-9
        a = np.concatenate([self._a[self._edge], np.full(len(names), count)])
        b = np.concatenate([self._b[self._edge], names])
        graph = csr_array((np.concatenate([self._cost[self._edge], price]), (a, b)), shape=(count + 1, count + 1))
        cost, before = dijkstra(graph, directed=False, indices=count, return_predecessors=True)
        return np.asarray(cost)[:count], np.asarray(before)[:count]

    @staticmethod
    def _best(search: tuple[NDArray[np.float64], NDArray[np.int32]], ends: dict[int, float]) -> int | None:
        total = {node: float(search[0][node]) + ENDS_COST * km for node, km in ends.items()}
        best = min(total, key=lambda node: (total[node], node))
        return best if np.isfinite(total[best]) else None

    def _to_the_end(
        self,
        search: tuple[NDArray[np.float64], NDArray[np.int32]],
        foot: int,
        wanted: tuple[float, float],
        tail_km: float,
        reach_km: float,
    ) -> int:
        """Return the loose end just beyond the foot on the same line, else the foot."""
        cost, before = search
        if tail_km <= 0.0:
            return foot
        past = self.own_node & (cost > cost[foot] + tail_km) & (cost <= cost[foot] + tail_km + 2.0 * STEP_KM)
        if any(self._passes(before, node, foot) for node in np.flatnonzero(past).tolist()):
            return foot  # the line goes on: what ends nearer is a siding
        loose = self.own_node & (self._own_degree == 1) & (cost > cost[foot]) & (cost <= cost[foot] + tail_km)
        beyond = [
            (float(cost[node]), node)
            for node in np.flatnonzero(loose).tolist()
            if self._off_km(node, wanted) <= reach_km and self._passes(before, node, foot)
        ]
        return max(beyond)[1] if beyond else foot

    def _off_km(self, node: int, point: tuple[float, float]) -> float:
        lon, lat = self.xy[node].tolist()
        return distance_km(lon, lat, *point)

    def _passes(self, before: NDArray[np.int32], node: int, foot: int) -> bool:
        """Whether the way to a node passes a foot, on its own or on the other track."""
        at = int(before[node])
        while 0 <= at < len(self.xy):
            if at == foot or float(np.linalg.norm(self._xyz[at] - self._xyz[foot])) < 0.1:
                return True
            at = int(before[at])
        return False

    def _described(self, path: list[int], start: tuple[float, float], end: tuple[float, float]) -> Route:
        nodes = np.asarray(path, dtype=np.int64)
        low, high = np.minimum(nodes[:-1], nodes[1:]), np.maximum(nodes[:-1], nodes[1:])
        edge = self._edge[np.searchsorted(self._key, low * np.int64(len(self.xy) + 2) + high)]
        km, row, own = self._km_of[edge], self._row[edge], self._own[edge]
        hole = row < 0
        other = ~own & ~hole
        order = np.argsort(-km[hole], kind="stable")
        middle = (self.xy[nodes[:-1][hole]] + self.xy[nodes[1:][hole]])[order] / 2.0
        used = row[~hole]
        _, first = np.unique(used, return_index=True)
        return Route(
            coords=self.xy[nodes],
            rows=used[np.sort(first)],
            own_km=float(km[own].sum()),
            other_km=float(km[other].sum()),
            longest_other_km=_longest_run(km, other),
            gaps_km=tuple(float(x) for x in km[hole][order]),
            gap_at=tuple((float(x), float(y)) for x, y in middle),
            ends_km=(self._off_km(path[0], start), self._off_km(path[-1], end)),
        )


def _walk(before: NDArray[np.int32], node: int, last: int) -> list[int]:
    """Return the nodes from a node back to the source of a search."""
    path = [node]
    while path[-1] != last:
        path.append(int(before[path[-1]]))
    return path


def _longest_run(km: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """Return the largest sum of consecutive values where ``inside`` holds."""
    longest = run = 0.0
    for value, here in zip(km.tolist(), inside.tolist(), strict=True):
        run = run + value if here else 0.0
        longest = max(longest, run)
    return longest
