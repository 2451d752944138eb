"""The existing lines as siting asks for them: by name, by ends, past places, and the ways and stations between."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.geodesy import GEOD, distance_km
from layers.rail import HIGH_SPEED_KINDS
from layers.scenario import OVERLAP_KM
from layers.schema import Mode
from layers.travel_time import station_names
from projects.sites.corridor import KM_PER_DEGREE
from projects.sites.line_names import line_core
from projects.sites.rail_stations import Existing, RailStations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from layers.network import Network

__all__ = ["Existing", "ExistingLines", "distances_km"]


class ExistingLines(RailStations):
    """
    Existing lines and networks of all modes, with the look-ups that siting asks.

    Parameters
    ----------
    lines : mapping of mode to GeoDataFrame, contract ``layers.schema.LINES``
    network : mapping of mode to Network
        For rail and highway: where upgrades run and which stations a city has.
    """

    def __init__(self, lines: dict[str, gpd.GeoDataFrame], network: dict[str, Network]) -> None:
        self.lines = lines
        super().__init__(network)
        self._core = {mode: self._cores(table) for mode, table in lines.items()}
        self._dense: dict[tuple[str, bool], NDArray[np.float64]] = {}

    def line_named(self, names: Iterable[str], mode: str) -> Existing | None:
        """
        Return the existing line, all its sections joined, whose name or number is one of the names.

        Channels are also found inside a longer name (兆西河 in 合肥兆西河通江一级航道): the longest counts.
        """
        cores = self._core.get(mode, {})
        names = list(names)
        for name in names:
            core = line_core(name)
            if len(core) > 1 and core in cores:
                return self._existing(mode, self._of_one_line(mode, cores[core], name))
        if mode == Mode.WATERWAY.value:
            inside = [core for core in cores if any(core in name for name in names)]
            if inside:
                return self._existing(mode, cores[max(inside, key=lambda core: (len(core), core))])
        return None

    def section_named(self, section: str, mode: str) -> Existing | None:
        """Return the existing sections whose name holds that of a section of two characters and more (无岳段)."""
        table = self.lines.get(mode)
        if table is None or len(section.removesuffix("段")) < 2:
            return None
        rows = [i for i, name in enumerate(table["name"]) if section in name]
        return self._existing(mode, rows) if rows else None

    def line_joining(self, places: Sequence[Place], mode: str) -> Existing | None:
        """
        Return the existing line that runs between the first and the last of the places, None where there is none.

        A railway or expressway joins them if its two ends bear their names (合肥南 … 新沂南); a power or gas line if its
        name has both (白鹤滩—江苏).
        """
        first, last = places[0].name, places[-1].name
        if first == last:
            return None
        if mode == Mode.ENERGY.value:
            table = self.lines[mode]
            rows = [i for i, name in enumerate(table["line"]) if first in name and last in name]
            return self._existing(mode, rows) if rows else None
        a, b = station_names(first), station_names(last)
        for rows, ends in self._ends.get(mode, ()):
            if any(a.match(x) and b.match(y) for x, y in (ends, ends[::-1])):
                return self._existing(mode, rows)
        return None

    def line_passing(
        self, places: Sequence[Place], mode: str, kinds: Collection[str], reach_km: float
    ) -> Existing | None:
        """
        Return the existing line of some kinds that passes all places, the nearest of several.

        Parameters
        ----------
        places : sequence of Place
        mode : str
        kinds : collection of str
        reach_km : float
            How far the line may pass from each place.
        """
        table = self.lines[mode].reset_index(drop=True)
        best: tuple[float, list[int]] | None = None
        points = [shapely.Point(place.lon, place.lat) for place in places]
        for _, group in table[table["kind"].isin(kinds)].groupby("line", sort=True):
            whole = shapely.union_all(group.geometry.to_numpy())
            # Degrees are shorter than 111.2 km everywhere, so that this first sieve lets all candidates through.
            if max(shapely.distance(whole, points)) * 111.2 > 1.3 * reach_km:
                continue
            worst = max(_gap_km(whole, point) for point in points)
            if worst <= reach_km and (best is None or worst < best[0]):
                best = (worst, list(group.index))
        return self._existing(mode, best[1]) if best is not None else None

    def energy_line_between(self, a: Place, b: Place, reach_km: float) -> Existing | None:
        """Return the existing power or gas line whose two ends lie at two places, None where there is none."""
        table = self.lines[Mode.ENERGY.value].reset_index(drop=True)
        for line, group in table.groupby("line", sort=True):
            merged = shapely.line_merge(shapely.union_all(group.geometry.to_numpy()))
            if merged.geom_type != "LineString" or not line:
                continue
            ends = (merged.coords[0], merged.coords[-1])
            for first, last in (ends, ends[::-1]):
                if max(_end_km(a, first), _end_km(b, last)) <= reach_km:
                    return self._existing(Mode.ENERGY.value, list(group.index))
        return None

    def share_beside(self, line: BaseGeometry, mode: str, kind: str) -> float:
        """
        Return the share of a line that runs within 3 km of existing lines of its class and so adds no length.

        Classes and strip are those of :func:`layers.scenario.counted_once`: high-speed rail, other rail, roads.
        """
        if mode not in {Mode.RAIL.value, Mode.HIGHWAY.value} or mode not in self.lines:
            return 0.0
        dense = self._class_points(mode, fast=mode == Mode.RAIL.value and kind in HIGH_SPEED_KINDS)
        west, south, east, north = line.bounds
        box = (dense >= [west - 0.05, south - 0.05]) & (dense <= [east + 0.05, north + 0.05])
        near = dense[box.all(axis=1)]
        if not len(near):
            return 0.0
        scale = np.asarray([np.cos(np.radians(line.centroid.y)), 1.0]) * KM_PER_DEGREE
        # Points evenly along the line, so that a stretch with many vertices weighs no more than one with few.
        parts = [part for part in shapely.get_parts(line) if part.length > 0.0]
        counts = [max(2, int(part.length * KM_PER_DEGREE / 2.0)) for part in parts]
        points = np.vstack(
            [
                shapely.get_coordinates(part.interpolate((np.arange(n) + 0.5) / n, normalized=True))
                for part, n in zip(parts, counts, strict=True)
            ]
        )
        km = cKDTree(near * scale).query(points * scale, distance_upper_bound=2.0 * OVERLAP_KM)[0]
        return float(np.mean(km <= OVERLAP_KM))

    def _class_points(self, mode: str, *, fast: bool) -> NDArray[np.float64]:
        """Return points 1 km apart along the lines in use of a class, shape (n, 2)."""
        if (mode, fast) not in self._dense:
            table = self.lines[mode]
            rows = table[table["closing_month"].fillna("") == ""]
            if mode == Mode.RAIL.value:
                rows = rows[rows["kind"].isin(HIGH_SPEED_KINDS) == fast]
            dense = shapely.segmentize(rows.geometry.to_numpy(), 1.0 / KM_PER_DEGREE)
            self._dense[mode, fast] = np.asarray(shapely.get_coordinates(dense), dtype=np.float64)
        return self._dense[mode, fast]

    def way_between(
        self, mode: str, start: tuple[float, float], end: tuple[float, float], *, reach_km: float
    ) -> shapely.LineString | None:
        """
        Return the shortest way along the existing network of a mode, None where the network does not join the points.

        Parameters
        ----------
        mode : {"rail", "highway"}
        start, end : (lon, lat), degrees
        reach_km : float
            How far the network may lie from each end.
        """
        network = self.network.get(mode)
        if network is None:
            return None
        lon, lat = network.nodes["lon"].to_numpy(dtype=float), network.nodes["lat"].to_numpy(dtype=float)
        a, b = (distances_km(point, lon, lat) for point in (start, end))
        near_a, near_b = np.flatnonzero(a <= reach_km), np.flatnonzero(b <= reach_km)
        if not len(near_a) or not len(near_b):
            return None
        size = len(lon)
        links = network.links[network.links["stratum"] != "transfer"]
        # Leaving the road for the end point costs double, so that the way ends where the road comes nearest.
        rows = np.concatenate([links["from_node"], np.full(len(near_a), size), near_b])
        cols = np.concatenate([links["to_node"], near_a, np.full(len(near_b), size + 1)])
        cost = np.concatenate([links["length_km"], 2.0 * a[near_a] + 1e-6, 2.0 * b[near_b] + 1e-6])
        least = pd.DataFrame({"r": rows, "c": cols, "w": cost}).groupby(["r", "c"], as_index=False)["w"].min()
        graph = csr_array((least["w"], (least["r"], least["c"])), shape=(size + 2, size + 2))
        time, before = dijkstra(graph, indices=size, return_predecessors=True)
        if not np.isfinite(time[size + 1]):
            return None
        path = [size + 1]
        while path[-1] != size:
            path.append(int(before[path[-1]]))
        inner = path[-2:0:-1]
        return shapely.LineString([(lon[i], lat[i]) for i in inner]) if len(inner) > 1 else None

    def _of_one_line(self, mode: str, rows: list[int], name: str) -> list[int]:
        """Keep the rows of one parent line: 京沪高铁 and 京沪线 share a core, not a track."""
        table = self.lines[mode].iloc[rows]
        if mode == Mode.RAIL.value:
            fast = table["kind"].isin(HIGH_SPEED_KINDS).to_numpy()
            wanted = fast if re.search(r"高铁|高速铁路|客专|客运专线|城际|轨道交通|市域", name) else ~fast
            if wanted.any():
                rows = [row for row, keep in zip(rows, wanted, strict=True) if keep]
        parents = list(self.lines[mode]["line"].iloc[rows])
        most = max(dict.fromkeys(parents), key=parents.count)
        return [row for row, parent in zip(rows, parents, strict=True) if parent == most]

    def _existing(self, mode: str, rows: list[int]) -> Existing:
        table = self.lines[mode].iloc[rows]
        opened = sorted(month for month in table["opening_month"] if month)
        return Existing(
            name=str(table["line"].iloc[0] or table["name"].iloc[0]),
            geometry=_joined(list(table.geometry)),
            accuracy_km=round(float(table["accuracy_km"].max()), 1),
            opened=opened[-1] if opened else "",
            kind=str(table["kind"].mode().iloc[0]),
        )

    @cached_property
    def _ends(self) -> dict[str, list[tuple[list[int], tuple[str, str]]]]:
        """Rows and the two end nodes of every parent line of rail and highway."""
        out: dict[str, list[tuple[list[int], tuple[str, str]]]] = {}
        for mode in (Mode.RAIL.value, Mode.HIGHWAY.value):
            table = self.lines.get(mode)
            if table is None:
                continue
            for _, group in table.reset_index(drop=True).groupby("line", sort=True):
                count: dict[str, int] = {}
                for nodes in group["nodes"]:
                    names = str(nodes).split("|")
                    for end in (names[0], names[-1]):
                        count[end] = count.get(end, 0) + 1
                free = [name for name, times in count.items() if times == 1]
                if len(free) == 2:
                    out.setdefault(mode, []).append((list(group.index), (free[0], free[1])))
        return out

    @staticmethod
    def _cores(table: gpd.GeoDataFrame) -> dict[str, list[int]]:
        cores: dict[str, list[int]] = {}
        for i, row in enumerate(table[["line", "name", "code"]].itertuples(index=False)):
            labels = {line_core(str(label)) for label in (row.line, row.name)} | {
                code for code in str(row.code).split("|") if code
            }
            for label in labels:
                if len(label) > 1:
                    cores.setdefault(label, []).append(i)
        return cores


def _joined(lines: list[BaseGeometry]) -> BaseGeometry:
    return lines[0] if len(lines) == 1 else shapely.line_merge(shapely.union_all(lines))


def _gap_km(geometry: BaseGeometry, point: shapely.Point) -> float:
    on = shapely.get_coordinates(shapely.shortest_line(geometry, point))[0]
    return distance_km(float(on[0]), float(on[1]), point.x, point.y)


def _end_km(place: Place, end: Sequence[float]) -> float:
    return distance_km(place.lon, place.lat, float(end[0]), float(end[1]))


def distances_km(point: tuple[float, float], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geodesic distances of points (lon, lat in degrees, shape (n,)) from one point, in kilometres."""
    _, _, metres = GEOD.inv(np.full(len(lon), point[0]), np.full(len(lat), point[1]), lon, lat)
    return np.asarray(metres, dtype=float) / 1000.0
