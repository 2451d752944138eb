"""What a travel-time surface is made from: areas, ground, water, rasters and networks as a user names them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.errors import SchemaError, VocabularyError
from maps.terminal import existing, level_of
from maps.travel_commands import planned_features

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.network import Network
    from layers.osm.road_network import RoadNetwork
    from layers.surface import Agreement, Friction, Grid, Links, SurfaceAssumptions, UserRaster
    from layers.surface.raster_checks import Kind
    from layers.surface.surfaces import Direction
    from maps.surface_files import SurfaceRun

__all__ = ["Land", "Ways", "areas_of", "surface_run"]

GROUNDS = ("local_roads", "walking")


@dataclass(frozen=True)
class Ways:
    """What one travels on: the built-in network, a road network, or a user's lines."""

    mode: str
    as_of: str
    scenario: str
    features: Path | None
    network: Path | None
    lines: Path | None
    ground: str | None

    def checked(self) -> Ways:
        """
        Return the choice with its ground.

        Raises
        ------
        VocabularyError
            If two choices exclude each other, or the ground is unknown.
        """
        if self.network is not None and self.lines is not None:
            message = "--network and --lines: give one, roads come from either"
            raise VocabularyError(message)
        if self.own and (self.mode != "road" or self.scenario != "today"):
            message = "--mode and --scenario are of the built-in network; leave them out with --network or --lines"
            raise VocabularyError(message)
        if self.ground is not None and self.ground not in GROUNDS:
            message = f"--ground {self.ground!r}; accepted: {', '.join(GROUNDS)}"
            raise VocabularyError(message)
        network = self.network
        if network is not None and network.is_dir():
            found = sorted(network.glob("*.npz"))
            if len(found) != 1:
                message = f"{network} holds {len(found)} networks (.npz); name one: {', '.join(f.name for f in found)}"
                raise VocabularyError(message)
            network = found[0]
        ground = self.ground or ("walking" if network is not None else "local_roads")
        return replace(self, network=network, ground=ground)

    @property
    def own(self) -> bool:
        """Whether roads are a user's own."""
        return self.network is not None or self.lines is not None

    @property
    def files(self) -> list[Path]:
        """Files that are read."""
        return [path for path in (self.features, self.network, self.lines) if path is not None]


@dataclass(frozen=True)
class Land:
    """The grid, and what lies on it."""

    cell_m: float
    crs: str | None
    margin_km: float
    water: Path | None
    dem: Path | None
    friction: Path | None
    population: Path | None

    @property
    def files(self) -> list[Path]:
        """Files that are read."""
        return [path for path in (self.water, self.dem, self.friction, self.population) if path is not None]


def areas_of(names: list[str] | None, file: Path | None, level: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Return what the grid covers, and the areas of the statistics.

    Raises
    ------
    VocabularyError, PlaceNotFoundError, SchemaError
        If names and a file are given, an area is unknown, or the file holds no polygons with a name.
    """
    import geopandas as gpd
    import pandas as pd

    from layers.area_units import areas_named

    if file is not None:
        from geo.vector_files import read_vector_file

        if names:
            message = "--area and --areas: give one"
            raise VocabularyError(message)
        table = read_vector_file(existing(file)).refuse_unusable().features()
        table = table[table.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
        known = (("名称", "name"), ("编号", "code"), ("区划代码", "code"))
        table = table.rename(columns={old: new for old, new in known if old in table and new not in table})
        if table.empty or "name" not in table:
            columns = ", ".join(map(str, table.columns))
            message = f"{file}: {len(table)} polygons, columns {columns}; expected polygons with a name"
            raise SchemaError(message)
        if "code" not in table:
            table["code"] = [str(i + 1) for i in range(len(table))]
        return table, table[["code", "name", "geometry"]]
    words = names or ["长三角"]
    extent = pd.concat([table for _, table in areas_named(words)], ignore_index=True)
    units = pd.concat([table for _, table in areas_named(words, level_of(level))], ignore_index=True)
    units = units.drop_duplicates("code", ignore_index=True)
    return (
        gpd.GeoDataFrame(extent, geometry="geometry", crs="EPSG:4326"),
        gpd.GeoDataFrame(units, geometry="geometry", crs="EPSG:4326"),
    )


def surface_run(
    ways: Ways,
    land: Land,
    places: pd.DataFrame,
    direction: Direction,
    extent: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    limits_min: list[float],
) -> SurfaceRun:
    """
    Compute the surface of the nearest place, and compare it with the network's times.

    Parameters
    ----------
    ways : Ways
    land : Land
    places : DataFrame with name, lon, lat
    direction : {"to", "from"}
    extent, units : GeoDataFrame
        As :func:`areas_of` returns them.
    limits_min : list of float
    """
    from layers.surface import (
        SurfaceAssumptions,
        SurfaceModel,
        forecast_bytes,
        friction_of,
        grid_of,
        travel_time_surface,
    )
    from maps.surface_files import SurfaceRun

    walking = ways.ground == "walking"
    assumptions = replace(SurfaceAssumptions(), ground="walking" if walking else "local_roads")
    grid = grid_of(extent, cell_m=land.cell_m, crs=land.crs, margin_km=land.margin_km)
    forecast = forecast_bytes(grid.cells)
    findings: list[str] = []
    slopes = _raster(land.dem, grid, "elevation", findings)
    base = _raster(land.friction, grid, "friction", findings)
    people = _raster(land.population, grid, "population", findings)
    roads = None if ways.lines is None else _drawn_roads(ways.lines, assumptions, findings)
    water = _water(land.water)
    ground = friction_of(grid, assumptions=assumptions, roads=roads, water=water, elevation=slopes, base=base)
    findings += ground.findings
    links, built, own, shares = _linked(ways, ground, findings)
    model = SurfaceModel(ground, links)
    found = travel_time_surface(model, places, direction=direction)
    findings += found.findings
    agreement = None
    if base is None:
        agreement = _agreement(ways, found.minutes, grid, built, own, places, units, assumptions, direction)
    return SurfaceRun(
        model,
        places,
        found,
        assumptions,
        direction,
        ways.mode,
        limits_min,
        units,
        agreement,
        findings,
        {"cells": grid.cells, "memory_forecast_gb": round(forecast / 1e9, 3)},
        population=None if people is None else people.values,
        as_of="" if ways.own else ways.as_of,
        scenario="" if ways.own else ways.scenario,
        grade_d_share=shares[0],
        straight_share=shares[1],
        extra_attributions=[own.facts["attribution"]] if own is not None and own.facts.get("attribution") else [],
    )


def _raster(path: Path | None, grid: Grid, kind: Kind, findings: list[str]) -> UserRaster | None:
    """Read a user's raster and note what was found."""
    from layers.surface import read_raster

    if path is None:
        return None
    raster = read_raster(path, grid, kind)
    findings += [f"{path.name}: {text}" for text in raster.findings]
    return raster


def _drawn_roads(path: Path, assumptions: SurfaceAssumptions, findings: list[str]) -> gpd.GeoDataFrame:
    """Return a user's roads, to be drawn on the grid."""
    from geo.vector_files import read_vector_file
    from layers.surface import road_speeds

    table = read_vector_file(path).refuse_unusable().features()
    table = table[table.geom_type.isin(["LineString", "MultiLineString"])]
    table = table.rename(columns={"速度kmh": "speed_km_h"} if "speed_km_h" not in table else {})
    for name, default in (("mode", "highway"), ("speed_km_h", None), ("kind", "")):
        if name not in table:
            table = table.assign(**{name: default})
    roads = road_speeds(table, assumptions)
    if roads.empty:
        message = f"{path}: no road among {len(table)} lines; expected lines of mode highway, in operation"
        raise SchemaError(message)
    findings.append(
        f"{path.name}: 道路画入网格, 不分单行与立体交叉; roads drawn on the grid: no one-way directions, and crossing roads meet"
    )
    left = len(table) - len(roads)
    if left:
        findings.append(
            f"{path.name}: {left} 条非道路或未开通, 未计入; {left} lines are no roads in operation and left out"
        )
    controlled = int(
        roads["kind"].astype(str).isin(["expressway", "expressway_ramp", "motorway", "motorway_link"]).sum()
    )
    if controlled:
        findings.append(
            f"{path.name}: {controlled} 条高速公路按处处可进出处理, 沿线时间偏短; {controlled} expressways are taken as open anywhere"
            " along them, times beside them are too short; a road network (--network) knows the ways on"
        )
    return roads


def _water(path: Path | None) -> list[BaseGeometry]:
    from geo.boundaries import basemap

    if path is None:
        known = basemap()
        return [*known["sea"].geometry, *known["lakes"].geometry]
    from geo.vector_files import read_vector_file

    return list(read_vector_file(path).refuse_unusable().features().geometry.dropna())


def _linked(
    ways: Ways, ground: Friction, findings: list[str]
) -> tuple[Links, Network | None, RoadNetwork | None, tuple[float, float]]:
    """Return the links over the ground, the network that they are of, and what that rests on."""
    from layers.surface import Links, network_links, road_network_links

    unknown = (float("nan"), float("nan"))
    if ways.network is not None:
        from layers.osm.road_network import RoadNetwork

        own = RoadNetwork.load(ways.network)
        links, told = road_network_links(own, ground)
        findings += told
        return links, None, own, unknown
    if ways.lines is not None:
        return Links(), None, None, unknown
    from layers.accessibility.evidence import evidence_of
    from layers.indicators import scenario_network
    from layers.scenario import parse_month

    planned, word = planned_features(ways.scenario, ways.features, None)
    built = scenario_network(planned, month=parse_month(ways.as_of), scenario=word)
    links, told = network_links(built, ground, mode=ways.mode)
    findings += told
    evidence = evidence_of(built, planned)
    return links, built, None, (evidence.grade_d_share, evidence.straight_share)


def _agreement(
    ways: Ways,
    minutes: NDArray[np.float32],
    grid: Grid,
    built: Network | None,
    own: RoadNetwork | None,
    places: pd.DataFrame,
    units: gpd.GeoDataFrame,
    assumptions: SurfaceAssumptions,
    direction: Direction,
) -> Agreement | None:
    """Compare with the times of the network, where it is known and its ground is ours."""
    import pandas as pd

    from layers.surface import network_agreement, road_network_agreement

    speed = assumptions.ground_speed_km_h
    if own is not None and direction == "to":
        return road_network_agreement(minutes, grid, own, places, ground_speed_km_h=speed)
    if built is None or ways.ground != "local_roads":
        return None
    inside = units.geometry.representative_point()
    names = units["name"].astype(str) + " " + units["code"].astype(str)
    probes = pd.DataFrame({"name": names, "lon": inside.x, "lat": inside.y})
    return network_agreement(minutes, grid, built, places, probes, mode=ways.mode, ground_speed_km_h=speed)
