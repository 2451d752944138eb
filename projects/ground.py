"""What siting stands on: place names, areas, the existing lines and facilities by name, and the ways between places."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.boundaries import basemap, boundaries
from geo.errors import PlaceNotFoundError
from geo.gazetteer import NEIGHBOURS, default_gazetteer
from geo.geodesy import GEOD, distance_km
from layers.airport import airports
from layers.energy import energy_lines, energy_points
from layers.highway import crossings, highway_lines, highway_nodes
from layers.network import build_network
from layers.rail import HIGH_SPEED_KINDS, rail_lines, rail_nodes
from layers.schema import Mode
from layers.travel_time import station_names
from layers.waterway import ports, waterway_lines
from projects.corridor import Terrain, sampled

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Gazetteer, Place
    from layers.network import Network

__all__ = ["Existing", "Ground", "default_ground", "line_core"]

_TYPE_WORDS = re.compile(
    r"(高速公路|城际铁路|高速铁路|市域\(郊\)铁路|市域铁路|客运专线|铁路|高铁|城际|客专|高速|公路|航道|运河|线)+$"
)
_WORK_WORDS = re.compile(
    r"(项目|工程|建设|电气化|扩容改造|扩能改造|升级改造|增容改造|改扩建|扩建|扩容|扩能|增容|改造|改建|整治|疏浚|提升|双线)+$"
)
_SECTION_WORDS = re.compile(r"(?:[(（][^()（）]*[)）]|(铁路|高铁|城际|客专|高速|公路|线|航道)[^线路速铁]{1,10}段)$")
_FACILITY_TAIL = re.compile(
    r"([一二三四五]+期|后期|新建|迁建|改扩建|扩建|改建|复航|工程|项目|建设|枢纽|通用机场|国际机场|机场|港区|港|船闸|接收站|抽水蓄能电站|电站|"
    r"过江通道|过江隧道|长江公铁大桥|长江公路大桥|长江大桥|长江隧道|大桥)+$"
)


@dataclass(frozen=True)
class Existing:
    """An existing line or facility found by name."""

    name: str
    geometry: BaseGeometry
    accuracy_km: float
    opened: str = ""
    kind: str = ""


class Ground:
    """
    Gazetteer, boundaries and existing networks, with the look-ups that siting asks.

    Parameters
    ----------
    gazetteer : Gazetteer
    lines : mapping of mode to GeoDataFrame, contract ``layers.schema.LINES``
    facilities : mapping of mode to GeoDataFrame of points with name and, where there are any, aliases and accuracy_km
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, all levels
    network : mapping of mode to Network
        For rail and highway: where upgrades run and which stations a city has.
    lakes : Polygon or MultiPolygon, optional
        Waters that a new line goes around.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        lines: dict[str, gpd.GeoDataFrame],
        facilities: dict[str, gpd.GeoDataFrame],
        areas: gpd.GeoDataFrame,
        network: dict[str, Network],
        lakes: BaseGeometry | None = None,
    ) -> None:
        self.gazetteer = gazetteer
        self.lines = lines
        self.facilities = facilities
        self.network = network
        self.lakes = lakes
        self._terrain: dict[str, Terrain] = {}
        self._region_codes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._areas = dict(zip(areas["code"], areas.geometry, strict=True))
        self._core = {mode: self._cores(table) for mode, table in lines.items()}

    def lookup(self, name: str, *, region: Sequence[str] | None = None) -> list[Place]:
        """Return the places of a name, best first; one character counts as a 简称."""
        found = self.gazetteer.lookup(name, region=region, abbreviations=len(name) == 1)
        if not found and len(name) > 2:
            # 合肥吴山, 肥东白龙: a place may stand behind the unit that it lies in.
            for length in range(len(name) - 2, 1, -1):
                if self.gazetteer.lookup(name[:length], region=region, kinds={"division"}):
                    return self.gazetteer.lookup(name[length:], region=[name[:length]])
        return found

    def lookup_code(self, code: str) -> list[Place]:
        """Return the unit of a code in a list, empty where there is none."""
        try:
            return [self.gazetteer.get(code)]
        except PlaceNotFoundError:
            return []

    def region_codes(self, region: Sequence[str]) -> tuple[str, ...]:
        """Return the codes of the units that a context names, areas by their members."""
        key = tuple(region)
        if key not in self._region_codes:
            codes: list[str] = []
            for name in key:
                found = self.lookup(name)
                codes += (found[0].members or (found[0].code,)) if found else ()
            self._region_codes[key] = tuple(dict.fromkeys(code for code in codes if code))
        return self._region_codes[key]

    @cached_property
    def known_points(self) -> NDArray[np.float64]:
        """Return lon, lat of the stations and interchanges, shape (n, 2): what a user's line is compared with."""
        parts = [network.nodes[["lon", "lat"]].to_numpy(dtype=np.float64) for network in self.network.values()]
        return np.vstack(parts) if parts else np.empty((0, 2))

    @cached_property
    def river(self) -> shapely.LineString | None:
        """The Yangtze from west to east, None where it is not among the waterways."""
        table = self.lines.get(Mode.WATERWAY.value)
        rows = table[table["line"] == "长江"] if table is not None else None
        if rows is None or rows.empty:
            return None
        parts = [np.asarray(shapely.get_coordinates(line), dtype=np.float64) for line in rows.geometry]
        parts = [part if part[0, 0] <= part[-1, 0] else part[::-1] for part in parts]
        parts.sort(key=lambda part: float(part[0, 0]))
        return shapely.LineString(np.vstack(parts))

    def terrain(self, mode: str) -> Terrain:
        """Return what draws a new line of a mode and what it avoids: existing lines, county towns, lakes, crossings."""
        if mode not in self._terrain:
            spots = self._crossings(mode)
            towns = [
                (place.lon, place.lat)
                for place in self.gazetteer
                if place.kind == "division" and place.level in {"county", "prefecture"} and not place.valid_to
            ]
            self._terrain[mode] = Terrain(
                rail=self._sampled(Mode.RAIL.value),
                roads=self._sampled(Mode.HIGHWAY.value),
                towns=np.asarray(towns, dtype=np.float64).reshape(-1, 2),
                crossings=np.asarray([(p.x, p.y) for p in spots.geometry], dtype=np.float64).reshape(-1, 2),
                lakes=self.lakes,
                river=self.river,
            )
        return self._terrain[mode]

    def _sampled(self, mode: str) -> NDArray[np.float64]:
        table = self.lines.get(mode)
        if table is None:
            return np.empty((0, 2))
        return sampled(list(table.loc[table["closing_month"].fillna("") == ""].geometry))

    def _crossings(self, mode: str) -> gpd.GeoDataFrame:
        """Recorded Yangtze crossings that a mode can use."""
        table = self.facilities[Mode.HIGHWAY.value]
        return table[table["mode"].isin([{"rail": "rail", "highway": "road"}.get(mode, "none"), "both"])]

    def crossing_near(self, point: tuple[float, float], mode: str, reach_km: float) -> Existing | None:
        """Return the recorded Yangtze crossing of a mode nearest to a point, None where all are beyond reach."""
        table = self._crossings(mode)
        if table.empty:
            return None
        km = _distances_km(point, table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
        at = int(np.argmin(km))
        if km[at] > reach_km:
            return None
        row = table.iloc[at]
        return Existing(str(row["name"]), row.geometry, 2.0, str(row["opening_month"] or ""))

    def point_named(self, name: str, mode: str, region: str) -> tuple[float, float] | None:
        """
        Return the point of a unit, else of an interchange or station of a mode, else of a place inside a region.

        Parameters
        ----------
        name : str
        mode : str
            Its network is looked at first, then the others.
        region : str
            Name of a unit.

        Returns
        -------
        (lon, lat) or None
        """
        codes = tuple(code[:4] for code in self.region_codes([region]))
        near = {code[:2] for code in codes}
        near |= {pair[3:] for pair in NEIGHBOURS if pair[:2] in near}
        # 山南 is a town of 肥西 here, not the city in Tibet.
        units = [u for u in self.gazetteer.lookup(name, region=region, kinds={"division"}) if u.code[:2] in near]
        if units:
            return units[0].lon, units[0].lat
        for network in sorted(self.network, key=lambda key: key != mode):
            nodes = self.network[network].nodes
            rows = nodes[nodes["name"] == name]
            if not rows.empty:
                return float(rows["lon"].iloc[0]), float(rows["lat"].iloc[0])
        places = [p for p in self.gazetteer.lookup(name, region=region) if p.code.startswith(codes)]
        return (places[0].lon, places[0].lat) if places else None

    def section_named(self, section: str, mode: str) -> Existing | None:
        """Return the existing sections whose name holds that of a section of two characters and more (无岳段)."""
        table = self.lines.get(mode)
        if table is None or len(section.removesuffix("段")) < 2:
            return None
        rows = [i for i, name in enumerate(table["name"]) if section in name]
        return self._existing(mode, rows) if rows else None

    def area_of(self, place: Place) -> BaseGeometry | None:
        """Return the polygon of an administrative unit or an area of several, None for other places."""
        if place.kind == "division":
            return self._areas.get(place.code)
        if place.members:
            parts = [self._areas[code] for code in place.members if code in self._areas]
            return shapely.union_all(parts) if parts else None
        return None

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

    def _of_one_line(self, mode: str, rows: list[int], name: str) -> list[int]:
        """Keep the rows of one parent line: 京沪高铁 and 京沪线 share a core, not a track."""
        table = self.lines[mode].iloc[rows]
        if mode == Mode.RAIL.value:
            fast = table["kind"].isin(HIGH_SPEED_KINDS).to_numpy()
            wanted = fast if re.search(r"高铁|高速铁路|客专|客运专线|城际", name) else ~fast
            if wanted.any():
                rows = [row for row, keep in zip(rows, wanted, strict=True) if keep]
        parents = list(self.lines[mode]["line"].iloc[rows])
        most = max(dict.fromkeys(parents), key=parents.count)
        return [row for row, parent in zip(rows, parents, strict=True) if parent == most]

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

    def _existing(self, mode: str, rows: list[int]) -> Existing:
        table = self.lines[mode].iloc[rows]
        opened = sorted(month for month in table["opening_month"] if month)
        return Existing(
            name=str(table["line"].iloc[0] or table["name"].iloc[0]),
            geometry=_joined(list(table.geometry)),
            accuracy_km=round(float(table["accuracy_km"].max()), 1),
            opened=opened[-1] if opened else "",
        )

    def facility_named(self, names: Iterable[str], mode: str, kind: str = "") -> Existing | None:
        """
        Return the recorded facility of a mode that one of the names means; a general airport is no civil one.

        A facility is meant where its name or alias, without type words, is in the project's name: 派河 in 合肥派河港. Where
        what is left is only a town (马鞍山 of 马鞍山港), its type word must be there too.
        """
        best: tuple[int, str, Existing] | None = None
        for label, core, row in self._facility_cores.get(mode, ()):
            if (kind == "general_airport") != (row.kind == "general_airport"):
                continue
            town = bool(self.gazetteer.lookup(core, kinds={"division"}))
            for name in names:
                meant = core in name and (not town or (label.startswith(core) and label[len(core) :] in name))
                if meant and (best is None or (len(core), row.name) > best[:2]):
                    best = (len(core), row.name, row)
        return best[2] if best is not None else None

    def civil_airport_of(self, place: Place) -> Existing | None:
        """Return the recorded civil airport of a place's city, None where it has none or several."""
        table = self.facilities.get(Mode.AIRPORT.value)
        if table is None or place.kind != "division" or "city_code" not in table:
            return None
        city = place.code[:4] + "00" if place.level != "province" else place.code
        rows = table[(table["city_code"] == city) & (table["kind"] == "civil_airport") & (table["closing_month"] == "")]
        if len(rows) != 1:
            return None
        row = rows.iloc[0]
        return Existing(str(row["name"]), row.geometry, float(row["accuracy_km"]), str(row["opening_month"] or ""))

    def station_named(self, name: str) -> Existing | None:
        """Return the existing railway station of a name (南京北站, 新合肥西站, 苏州高铁北站), None where there is none."""
        rail = self.network.get(Mode.RAIL.value)
        wanted = re.sub(r"^新|高铁|火车|站.*$", "", name)
        if rail is None or not wanted:
            return None
        rows = rail.nodes[rail.nodes["name"] == wanted]
        if rows.empty:
            return None
        return Existing(f"{wanted}站", shapely.Point(float(rows["lon"].iloc[0]), float(rows["lat"].iloc[0])), 2.0)

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

    def station_of(self, place: Place) -> Place:
        """
        Return a place moved to the main railway station of its town: a new line will end there.

        The main station bears the town's name (合肥南), lies within 40 km of its centre, and has the most lines,
        high-speed ones first. A place without such a station stays where it is.
        """
        found = self._stations.get(place.name)
        if found is None or place.kind not in {"division", "station"}:
            return place
        lon, lat = found
        metres = GEOD.inv(place.lon, place.lat, lon, lat)[2]
        return replace(place, lon=lon, lat=lat, accuracy_km=5.0) if metres < 40_000 else place

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
        a, b = (_distances_km(point, lon, lat) for point in (start, end))
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

    @cached_property
    def _stations(self) -> dict[str, tuple[float, float]]:
        """Main station of each town by the town's short name."""
        rail = self.network.get(Mode.RAIL.value)
        if rail is None:
            return {}
        trains = rail.links[rail.links["stratum"] != "transfer"]
        lines_at: dict[Hashable, int] = trains.groupby("from_node")["feature_id"].nunique().to_dict()
        best: dict[str, tuple[tuple[int, int, int], tuple[float, float]]] = {}
        for i, node in enumerate(rail.nodes.itertuples(index=False)):
            if not node.access:
                continue
            name = str(node.name)
            for town in {name, *(name[:cut] for cut in (len(name) - 1, len(name) - 2) if cut > 1)}:
                if station_names(town).match(name):
                    rank = (int(str(node.stratum) == "high_speed"), lines_at.get(i, 0), -len(name))
                    if town not in best or rank > best[town][0]:
                        best[town] = (rank, (float(str(node.lon)), float(str(node.lat))))
        return {town: point for town, (_, point) in best.items()}

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

    @cached_property
    def _facility_cores(self) -> dict[str, list[tuple[str, str, Existing]]]:
        out: dict[str, list[tuple[str, str, Existing]]] = {}
        for mode, table in self.facilities.items():
            rows: list[tuple[str, str, Existing]] = []
            for record in table.to_dict("records"):
                labels = [str(record["name"]), *str(record.get("aliases") or "").split("|")]
                accuracy = record.get("accuracy_km")
                found = Existing(
                    name=str(record["name"]),
                    geometry=record["geometry"],
                    accuracy_km=float(accuracy) if accuracy not in (None, "") else 2.0,
                    opened=str(record.get("opening_month") or ""),
                    kind=str(record.get("kind") or ""),
                )
                rows += [
                    (label, core, found) for label in labels if len(core := _FACILITY_TAIL.sub("", label) or label) > 1
                ]
            out[mode] = rows
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


def line_core(name: str) -> str:
    """
    Return what identifies a line in its name: without work, section and type words.

    Examples
    --------
    >>> line_core("商合杭铁路"), line_core("合裕线扩能改造"), line_core("合新高铁安徽段"), line_core("沪苏湖铁路")
    ('商合杭', '合裕', '合新', '沪苏湖')
    """
    core = name
    while True:
        shorter = _WORK_WORDS.sub("", core)
        shorter = _SECTION_WORDS.sub(lambda match: match[1] or "", shorter) or shorter
        shorter = _TYPE_WORDS.sub("", shorter) or shorter
        if shorter == core:
            return core
        core = shorter


@cache
def default_ground() -> Ground:
    """Return the ground of the embedded tables, made once."""
    rail, highway = rail_lines(), highway_lines()
    areas = pd.concat([boundaries(level) for level in ("province", "prefecture", "county")], ignore_index=True)
    road_points = crossings()
    return Ground(
        gazetteer=default_gazetteer(),
        lines={
            Mode.RAIL.value: rail,
            Mode.HIGHWAY.value: highway,
            Mode.WATERWAY.value: waterway_lines(),
            Mode.ENERGY.value: energy_lines(),
        },
        facilities={
            Mode.WATERWAY.value: ports(),
            Mode.ENERGY.value: energy_points(),
            Mode.AIRPORT.value: airports(),
            Mode.HIGHWAY.value: road_points,
            Mode.RAIL.value: road_points[road_points["mode"].isin(["rail", "both"])],
        },
        areas=areas,
        network={
            Mode.RAIL.value: build_network(rail, rail_nodes().assign(mode=Mode.RAIL.value)),
            Mode.HIGHWAY.value: build_network(highway, highway_nodes().assign(mode=Mode.HIGHWAY.value)),
        },
        lakes=shapely.union_all(basemap()["lakes"].geometry.to_numpy()),
    )


def _joined(lines: list[BaseGeometry]) -> BaseGeometry:
    return lines[0] if len(lines) == 1 else shapely.line_merge(shapely.union_all(lines))


def _gap_km(geometry: BaseGeometry, point: shapely.Point) -> float:
    on = shapely.get_coordinates(shapely.shortest_line(geometry, point))[0]
    return distance_km(float(on[0]), float(on[1]), point.x, point.y)


def _end_km(place: Place, end: Sequence[float]) -> float:
    return distance_km(place.lon, place.lat, float(end[0]), float(end[1]))


def _distances_km(
    point: tuple[float, float], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    _, _, metres = GEOD.inv(np.full(len(lon), point[0]), np.full(len(lat), point[1]), lon, lat)
    return np.asarray(metres, dtype=float) / 1000.0
