"""The command ``tongtu surface``: travel-time surfaces, their isochrones, and statistics by area."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo.errors import SchemaError, VocabularyError
from maps.terminal import (
    AsOf,
    Features,
    Format,
    FormatOption,
    Lang,
    LangOption,
    emit,
    existing,
    level_of,
    places_of,
    progress_bar,
    write_manifest,
)
from maps.travel_commands import planned_features

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.network import Network
    from layers.osm.road_network import RoadNetwork
    from layers.surface import Friction, Grid, Links, SurfaceAssumptions, UserRaster
    from maps.surface_files import SurfaceRun

__all__ = ["surface"]

GROUNDS = ("local_roads", "walking")


def surface(
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            "--places",
            help="目的地, 可多次 place or station, may be repeated; or a CSV with name (and lon, lat).",
            show_default=False,
        ),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--from", help="出发地, 代替 --to 时 instead of --to: times from the places.", show_default=False),
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option("--area", help="地区名, 可多次 area, may be repeated. 缺省 default: 长三角", show_default=False),
    ] = None,
    areas: Annotated[
        Path | None,
        typer.Option(
            "--areas",
            metavar="FILE",
            help="自有分区 your own areas with name (and code), for extent and statistics.",
            show_default=False,
        ),
    ] = None,
    level: Annotated[
        str, typer.Option("--level", help="统计单元 units of the statistics: province | city | county")
    ] = "county",
    cell: Annotated[float, typer.Option("--cell", help="单元边长 side of a cell, m.")] = 500.0,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            help="投影 projected system: EPSG:n, cgcs2000-3deg, albers. 缺省 default: made for the area",
            show_default=False,
        ),
    ] = None,
    margin: Annotated[
        float, typer.Option("--margin", help="四周外扩 ground round the area that ways may use, km.")
    ] = 30.0,
    mode: Annotated[str, typer.Option("--mode", help="内置路网 of the built-in network: road | rail | any")] = "road",
    as_of: AsOf = "2025-12",
    scenario: Annotated[
        str, typer.Option("--scenario", help="today | plan | STATUS>=under_construction … | features.gpkg")
    ] = "today",
    features: Features = None,
    network: Annotated[
        Path | None,
        typer.Option(
            "--network",
            metavar="FILE.npz",
            help="路网, 见 import-osm road network instead of the built-in one.",
            show_default=False,
        ),
    ] = None,
    lines: Annotated[
        Path | None,
        typer.Option(
            "--lines",
            metavar="FILE",
            help="自有道路 your own roads (speed_km_h) instead of the built-in network.",
            show_default=False,
        ),
    ] = None,
    ground: Annotated[
        str | None,
        typer.Option(
            "--ground",
            help="无路处 off the roads: local_roads | walking. 缺省 default: walking with --network",
            show_default=False,
        ),
    ] = None,
    water: Annotated[
        Path | None,
        typer.Option(
            "--water",
            metavar="FILE",
            help="自有水域 water to keep off, polygons or lines. 缺省 default: 海与大湖 sea and large lakes",
            show_default=False,
        ),
    ] = None,
    dem: Annotated[
        Path | None, typer.Option("--dem", metavar="FILE.tif", help="高程 elevation, m.", show_default=False)
    ] = None,
    friction: Annotated[
        Path | None,
        typer.Option(
            "--friction",
            metavar="FILE.tif",
            help="自有摩擦 your own ground, s/m; no data: a barrier.",
            show_default=False,
        ),
    ] = None,
    population: Annotated[
        Path | None,
        typer.Option(
            "--population", metavar="FILE.tif", help="人口栅格 persons a cell, any system.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            "--limits",
            help="时限, 分钟 minutes, may be repeated or joined by commas. 缺省 default: 30,60,90",
            show_default=False,
        ),
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="每个地点一幅 a surface for each place too.")] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            metavar="tcp://HOST:PORT",
            help="Dask 调度器, 用于 for --each: scheduler of a cluster.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="输出文件夹 folder to write.")] = Path("surface"),
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """时间面: 每个单元至最近地点的时间, GeoTIFF、等时圈、分区统计与人口。 Travel-time surfaces, with statistics by area."""
    from geo.io import output_folder
    from maps.surface_files import write_each, write_run

    if bool(to) == bool(origin):
        message = "give places by --to or by --from, one of the two"
        raise VocabularyError(message)
    if dask is not None and not each:
        message = "--dask spreads the surfaces of --each over a cluster; the surface of the nearest place is one search"
        raise VocabularyError(message)
    limits = _limits(limit)
    chosen = _Choice(mode, as_of, scenario, features, network, lines, ground)
    inputs = [path for path in (areas, network, lines, water, dem, friction, population, features) if path is not None]
    for path in inputs:
        existing(path)
    places = places_of(to or origin or [])
    extent, units = _areas(area, areas, level)
    run = _run(
        chosen,
        places,
        "to" if to else "from",
        extent,
        units,
        cell,
        crs,
        margin,
        water,
        dem,
        friction,
        population,
        limits,
    )
    with output_folder(out) as folder:
        zones, rings = write_run(run, folder, lang.value)
        if each:
            with progress_bar("各地点 places") as progress:
                write_each(run, folder, dask=dask, progress=progress)
        write_manifest(folder, inputs)
    _show(run, zones, rings, form, lang)
    if form is Format.TABLE:
        typer.echo(f"{out}: time.tif, nearest.tif, friction.tif, isochrones.gpkg, zones.csv, report.json")


class _Choice:
    """What the ground is crossed on: the built-in network, a road network, or a user's lines."""

    def __init__(
        self,
        mode: str,
        as_of: str,
        scenario: str,
        features: Path | None,
        network: Path | None,
        lines: Path | None,
        ground: str | None,
    ) -> None:
        if network is not None and lines is not None:
            message = "--network and --lines: give one, roads are drawn from either"
            raise VocabularyError(message)
        own = network is not None or lines is not None
        if own and (mode != "road" or scenario != "today"):
            message = "--mode and --scenario are of the built-in network; leave them out with --network or --lines"
            raise VocabularyError(message)
        if ground is not None and ground not in GROUNDS:
            message = f"--ground {ground!r}; accepted: {', '.join(GROUNDS)}"
            raise VocabularyError(message)
        self.mode, self.as_of, self.scenario, self.features = mode, as_of, scenario, features
        self.network, self.lines, self.own = network, lines, own
        self.ground = ground or ("walking" if network is not None else "local_roads")


def _limits(words: list[str] | None) -> list[float]:
    text = ",".join(words or ["30,60,90"]).replace("，", ",").replace("、", ",")
    try:
        limits = sorted({float(part) for part in text.split(",") if part.strip()})
    except ValueError:
        limits = []
    if not limits or not all(0.0 < v < float("inf") for v in limits):
        message = f"--limit {text}: give minutes above 0, for example 30,60,90"
        raise VocabularyError(message)
    return limits


def _areas(names: list[str] | None, file: Path | None, level: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return what the grid covers, and the areas of the statistics."""
    import geopandas as gpd
    import pandas as pd

    from layers.area_units import areas_named

    if file is not None:
        from geo.vector_files import read_vector_file

        if names:
            message = "--area and --areas: give one"
            raise VocabularyError(message)
        table = read_vector_file(file).refuse_unusable().features()
        table = table[table.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
        table = table.rename(columns={old: new for old, new in (("名称", "name"), ("编号", "code"), ("区划代码", "code")) if old in table and new not in table})  # fmt: skip
        if table.empty or "name" not in table:
            message = f"{file}: {len(table)} polygons, columns {', '.join(map(str, table.columns))}; expected polygons with a name"
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


def _run(
    chosen: _Choice,
    places: pd.DataFrame,
    direction: str,
    extent: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    cell: float,
    crs: str | None,
    margin: float,
    water: Path | None,
    dem: Path | None,
    friction: Path | None,
    population: Path | None,
    limits: list[float],
) -> SurfaceRun:
    from layers.surface import (
        SurfaceAssumptions,
        SurfaceModel,
        forecast_bytes,
        friction_of,
        grid_of,
        travel_time_surface,
    )
    from maps.surface_files import SurfaceRun

    assumptions = replace(SurfaceAssumptions(), ground="walking" if chosen.ground == "walking" else "local_roads")
    grid = grid_of(extent, cell_m=cell, crs=crs, margin_km=margin)
    forecast = forecast_bytes(grid.cells)
    findings: list[str] = []
    slopes, base = _raster(dem, grid, "elevation", findings), _raster(friction, grid, "friction", findings)
    people = _raster(population, grid, "population", findings)
    roads, own = _roads(chosen, assumptions, findings)
    ground = friction_of(grid, assumptions=assumptions, roads=roads, water=_water(water), elevation=slopes, base=base)
    findings += ground.findings
    links, built, facts, evidence = _linked(chosen, ground, own)
    findings += facts
    model = SurfaceModel(ground, links)
    found = travel_time_surface(model, places, direction="to" if direction == "to" else "from")
    findings += found.findings
    agreement = _agreement(
        chosen, found.minutes, grid, built, own, places, units, assumptions, direction, base is not None
    )
    return SurfaceRun(
        model, places, found, assumptions, direction, chosen.mode, limits, units, agreement, findings,
        {"cells": grid.cells, "memory_forecast_gb": round(forecast / 1e9, 3)},
        population=None if people is None else people.values,
        as_of="" if chosen.own else chosen.as_of,
        scenario="" if chosen.own else chosen.scenario,
        grade_d_share=evidence[0],
        straight_share=evidence[1],
        extra_attributions=[own.facts["attribution"]] if own is not None and own.facts.get("attribution") else [],
    )  # fmt: skip


def _raster(path: Path | None, grid: Grid, kind: Any, findings: list[str]) -> UserRaster | None:
    """Read a user's raster and note what was found."""
    from layers.surface import read_raster

    if path is None:
        return None
    raster = read_raster(path, grid, kind)
    findings += [f"{path.name}: {text}" for text in raster.findings]
    return raster


def _roads(
    chosen: _Choice, assumptions: SurfaceAssumptions, findings: list[str]
) -> tuple[gpd.GeoDataFrame | None, RoadNetwork | None]:
    """Return the roads to draw on the grid, and the road network where one is given."""
    from layers.surface import road_speeds

    if chosen.network is not None:
        from layers.osm.road_network import RoadNetwork

        own = RoadNetwork.load(chosen.network)
        return None, own
    if chosen.lines is None:
        return None, None
    from geo.vector_files import read_vector_file

    table = read_vector_file(chosen.lines).refuse_unusable().features()
    table = table[table.geom_type.isin(["LineString", "MultiLineString"])]
    table = table.rename(columns={"速度kmh": "speed_km_h"} if "speed_km_h" not in table else {})
    for name, default in (("mode", "highway"), ("speed_km_h", None), ("kind", "")):
        if name not in table:
            table = table.assign(**{name: default})
    roads = road_speeds(table, assumptions)
    if roads.empty:
        message = f"{chosen.lines}: no road among {len(table)} lines; expected lines of mode highway, in operation"
        raise SchemaError(message)
    findings.append(
        f"{chosen.lines.name}: 道路画入网格, 不分单行与立体交叉; roads drawn on the grid: no one-way directions, and crossing roads meet"
    )
    left = len(table) - len(roads)
    if left:
        findings.append(
            f"{chosen.lines.name}: {left} 条非道路或未开通, 未计入; {left} lines are no roads in operation and left out"
        )
    controlled = int(roads["kind"].astype(str).isin(["expressway", "motorway", "motorway_link"]).sum())
    if controlled:
        findings.append(
            f"{chosen.lines.name}: {controlled} 条高速公路按处处可进出处理, 沿线时间偏短; {controlled} expressways are taken as open "
            "anywhere along them, times beside them are too short; a road network (--network) knows the ways on"
        )
    return roads, None


def _water(path: Path | None) -> list[Any]:
    from geo.boundaries import basemap

    if path is None:
        known = basemap()
        return [*known["sea"].geometry, *known["lakes"].geometry]
    from geo.vector_files import read_vector_file

    return list(read_vector_file(path).refuse_unusable().features().geometry.dropna())


def _linked(
    chosen: _Choice, ground: Friction, own: RoadNetwork | None
) -> tuple[Links, Network | None, tuple[str, ...], tuple[float, float]]:
    """Return the links over the ground, the built-in network, what was found, and what the network rests on."""
    from layers.surface import Links, network_links, road_network_links

    unknown = (float("nan"), float("nan"))
    if own is not None:
        links, told = road_network_links(own, ground)
        return links, None, told, unknown
    if chosen.lines is not None:
        return Links(), None, (), unknown
    from layers.accessibility.evidence import evidence_of
    from layers.indicators import scenario_network
    from layers.scenario import parse_month

    planned, word = planned_features(chosen.scenario, chosen.features, None)
    built = scenario_network(planned, month=parse_month(chosen.as_of), scenario=word)
    links, told = network_links(built, ground, mode=chosen.mode)
    evidence = evidence_of(built, planned)
    return links, built, told, (evidence.grade_d_share, evidence.straight_share)


def _agreement(
    chosen: _Choice,
    minutes: Any,
    grid: Grid,
    built: Network | None,
    own: RoadNetwork | None,
    places: pd.DataFrame,
    units: gpd.GeoDataFrame,
    assumptions: SurfaceAssumptions,
    direction: str,
    own_ground: bool,
) -> Any:
    """Compare with the times of the network, where it is known and the ground is ours."""
    import pandas as pd

    from layers.surface import network_agreement, road_network_agreement

    if own is not None and direction == "to" and not own_ground:
        speed = assumptions.ground_speed_km_h
        return road_network_agreement(minutes, grid, own, places, ground_speed_km_h=speed)
    if built is None or own_ground or chosen.ground != "local_roads":
        return None
    inside = units.geometry.representative_point()
    probes = pd.DataFrame(
        {"name": units["name"].astype(str) + " " + units["code"].astype(str), "lon": inside.x, "lat": inside.y}
    )
    return network_agreement(
        minutes, grid, built, places, probes, mode=chosen.mode, ground_speed_km_h=assumptions.ground_speed_km_h
    )


def _show(run: SurfaceRun, zones: pd.DataFrame, rings: gpd.GeoDataFrame, form: Format, lang: Lang) -> None:
    if form is not Format.TABLE:
        emit(zones, form)
        return
    emit(_by_area(zones, lang, people=run.population is not None), form)
    for limit, km2 in zip(rings["limit_min"], rings["area_km2"], strict=True):
        typer.echo(f"{limit:g} min: {km2:,.0f} km²")
    for text in run.findings:
        typer.echo(text, err=True)
    if run.agreement is not None and run.agreement.summary["count"]:
        s = run.agreement.summary
        typer.echo(
            f"与路网时间相比 against the network's times, {s['count']:.0f} 处 places: 中位差 median {s['median_min']:+.1f} min,"
            f" {s['least_min']:+.1f} … {s['most_min']:+.1f} min"
        )


def _by_area(zones: pd.DataFrame, lang: Lang, *, people: bool) -> pd.DataFrame:
    """Return a row for each area: times, and the share of its area, or of its people, within each limit."""
    import pandas as pd

    zh = lang is Lang.ZH
    first = zones.drop_duplicates("code")
    out = {"名称" if zh else "area": first["name"].astype(str).tolist()}
    for name, label in (("least_min", "最短min"), ("mean_min", "平均min"), ("most_min", "最长min")):
        out[label if zh else name] = first[name].round(1).tolist()
    if people:
        out["人口" if zh else "persons"] = first["population"].round(0).tolist()
    column = "population_within_share" if people else "area_within_share"
    what = ("人口" if people else "面积") if zh else ("people" if people else "area")
    for limit, rows in zones.groupby("limit_min", sort=True):
        out[f"≤{limit:g}min {what}"] = ["" if pd.isna(v) else f"{v:.1%}" for v in rows[column]]
    if first["note"].astype(bool).any():
        out["备注" if zh else "note"] = first["note"].astype(str).tolist()
    return pd.DataFrame(out)
