"""The command ``tongtu surface``: travel-time surfaces, their isochrones, and statistics by area."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.surface_inputs import Land, Ways, areas_of, surface_run
from maps.terminal import (
    AsOf,
    DaskOption,
    Features,
    Format,
    FormatOption,
    Lang,
    LangOption,
    emit,
    existing,
    places_of,
    progress_bar,
    write_manifest,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maps.surface_files import SurfaceRun

__all__ = ["surface"]


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
    dask: DaskOption = None,
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
    ways = Ways(mode, as_of, scenario, features, network, lines, ground).checked()
    land = Land(cell, crs, margin, water, dem, friction, population)
    inputs = [*([areas] if areas is not None else []), *ways.files, *land.files]
    for path in inputs:
        existing(path)
    places = places_of(to or origin or [])
    extent, units = areas_of(area, areas, level)
    run = surface_run(ways, land, places, "to" if to else "from", extent, units, limits)
    with output_folder(out) as folder:
        zones, rings, findings = write_run(run, folder, lang.value)
        if each:
            with progress_bar("各地点 places") as progress:
                write_each(run, folder, dask=dask, progress=progress)
        write_manifest(folder, inputs)
    for text in findings:
        typer.echo(text, err=True)
    _show(run, zones, rings, form, lang)
    if form is Format.TABLE:
        typer.echo(f"{out}: time.tif, nearest.tif, friction.tif, isochrones.gpkg, zones.csv, report.json")


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


def _show(run: SurfaceRun, zones: pd.DataFrame, rings: gpd.GeoDataFrame, form: Format, lang: Lang) -> None:
    if form is not Format.TABLE:
        emit(zones, form)
        return
    emit(_by_area(zones, lang, people=run.population is not None), form)
    for limit, km2 in zip(rings["limit_min"], rings["area_km2"], strict=True):
        typer.echo(f"{limit:g} min: {km2:,.0f} km²")
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
