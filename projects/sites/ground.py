"""What siting stands on: place names, areas, the existing lines and facilities by name, and the ways between places."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.boundaries import basemap, boundaries
from geo.errors import PlaceNotFoundError
from geo.gazetteer import NEIGHBOURS, default_gazetteer
from layers.airport import airports
from layers.energy import energy_lines, energy_points
from layers.highway import crossings, highway_lines, highway_nodes
from layers.network import build_network
from layers.rail import rail_lines, rail_nodes
from layers.schema import Mode
from layers.waterway import ports, waterway_lines
from projects.sites.corridor import Terrain, sampled
from projects.sites.facilities import Facilities
from projects.sites.line_names import line_core
from projects.sites.networks import Existing, ExistingLines, distances_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Gazetteer, Place
    from layers.network import Network

__all__ = ["Existing", "Ground", "default_ground", "line_core"]


class Ground(ExistingLines, Facilities):
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
        ExistingLines.__init__(self, lines, network)
        Facilities.__init__(self, facilities, gazetteer)
        self.lakes = lakes
        self._terrain: dict[str, Terrain] = {}
        self._seats: dict[str, NDArray[np.float64]] = {}
        self._joined_areas: dict[str, BaseGeometry | None] = {}
        self._region_codes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._areas = dict(zip(areas["code"], areas.geometry, strict=True))

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
    def known_points(self) -> tuple[NDArray[np.float64], ...]:
        """Return lon, lat of the stations and of the interchanges, shape (n, 2): what a user's line is compared with."""
        return tuple(network.nodes[["lon", "lat"]].to_numpy(dtype=np.float64) for network in self.network.values())

    def usual_radius_km(self, place: Place) -> float:
        """
        Return the radius of a unit whose polygon is not embedded, from the spacing of the seats around it.

        Seats on a hexagonal lattice of spacing d leave a cell of area 0.866 d² each, a circle of radius 0.525 d; the
        spacing is the mean distance to the three nearest seats of the same level. Provinces: 250 km.
        """
        if place.code[:2] in {"11", "12", "31", "50"} and place.level == "province":
            return 80.0  # 北京, 天津, 重庆's own city: 16,000, 12,000 km² and more
        if place.level not in {"prefecture", "county"}:
            return 250.0 if place.level == "province" else place.accuracy_km
        if place.level not in self._seats:
            seats = [(p.lon, p.lat) for p in self.gazetteer if p.level == place.level and not p.valid_to]
            self._seats[place.level] = np.asarray(seats, dtype=np.float64)
        lon, lat = self._seats[place.level].T
        km = np.sort(distances_km((place.lon, place.lat), lon, lat))
        return round(float(0.525 * km[km > 0.5][:3].mean()), 1)

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

    def area_of(self, place: Place) -> BaseGeometry | None:
        """Return the polygon of an administrative unit or an area of several, None for other places."""
        if place.kind == "division":
            return self._areas.get(place.code)
        if place.members:
            if place.place_id not in self._joined_areas:
                parts = [self._areas[code] for code in place.members if code in self._areas]
                self._joined_areas[place.place_id] = shapely.union_all(parts) if parts else None
            return self._joined_areas[place.place_id]
        return None


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
