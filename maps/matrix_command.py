"""The command ``tongtu matrix``: travel times on a street network between any number of places, in files by block."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import SchemaError, VocabularyError
from maps.terminal import DaskOption, Format, FormatOption, Lang, LangOption, emit, places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from geo.crs import Datum
    from layers.matrices.writing import MatrixRun
    from layers.osm.road_network import RoadNetwork

__all__ = ["matrix"]

DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
PLACES_HELP = "地名, 或含 编号/名称、经度、纬度 的 CSV, 或点面矢量文件, 可多次 names, a CSV with id or name, lon, lat, or a vector file; may be repeated"
COUNTED = {
    "reached": ("有时间", "with a time"),
    "origin_far": ("出发地离路网太远", "origin too far from the network"),
    "destination_far": ("目的地离路网太远", "destination too far from the network"),
    "no_way": ("无路可达", "no way"),
    "beyond_limit": ("超过时限", "beyond the limit"),
}


def matrix(
    network: Annotated[
        Path,
        typer.Argument(metavar="NETWORK", help="tongtu import-osm 写的路网 (.npz, 或其文件夹) or the folder with it."),
    ],
    origin: Annotated[list[str], typer.Option("--from", help=f"出发地: {PLACES_HELP}.")],
    destination: Annotated[
        list[str] | None, typer.Option("--to", help="目的地, 缺省同出发地 default: the origins.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="输出文件夹 folder to write.")] = Path("matrix"),
    limit_min: Annotated[
        float | None, typer.Option("--limit-min", help="时限, 分钟 longer times are left out.", show_default=False)
    ] = None,
    block_size: Annotated[
        int | None, typer.Option("--block-size", help="每块出发地数 origins in a file.", show_default=False)
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="续算: 已有的块不再算 go on where an earlier run stopped.")
    ] = False,
    dask: DaskOption = None,
    memory_gb: Annotated[
        float | None,
        typer.Option(
            "--memory-gb", help="可用内存, 缺省为空闲内存 memory to use; default: what is free.", show_default=False
        ),
    ] = None,
    access_speed: Annotated[
        float,
        typer.Option("--access-speed", help="到最近节点的速度, km/h: 假设 speed to the nearest node: assumption."),
    ] = 20.0,
    farthest_km: Annotated[
        float,
        typer.Option("--farthest-km", help="离路网更远的地点无时间 places farther from the network get no times."),
    ] = 5.0,
    datum: Annotated[str, typer.Option("--datum", help="地点坐标 of the places: wgs84 | gcj02 | bd09.")] = "wgs84",
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """路网上的旅行时间矩阵, 不限大小: 分块写为 Parquet, 可续算。 Travel times on a street network, any number of pairs."""
    from layers.matrices import StreetAccess, places_on_network, write_matrix

    streets = _network(network)
    access = StreetAccess(speed_km_h=access_speed, farthest_km=farthest_km)
    origins = places_on_network(streets, _places(origin, datum), access=access)
    same = not destination or destination == origin
    destinations = origins if same else places_on_network(streets, _places(destination or [], datum), access=access)
    with _progress() as progress:
        try:
            run = write_matrix(
                streets,
                origins,
                destinations,
                out,
                access=access,
                limit_min=limit_min,
                block_size=block_size,
                resume=resume,
                memory_bytes=None if memory_gb is None else memory_gb * 1e9,
                dask=dask,
                forecast=lambda told: typer.echo(told.text(), err=True),
                progress=progress,
            )
        except KeyboardInterrupt:
            typer.echo(
                f"tongtu: 已中断, {out} 中已写的块保留 interrupted, finished blocks are kept: --resume", err=True
            )
            sys.exit(130)
    emit(_summary(run, lang), form)
    for word, places in (("出发地 origins", origins), ("目的地 destinations", destinations)):
        _tell_far(word, places, out)
        if same:
            break
    typer.echo(f"{out / 'times'}/*.parquet", err=True)


def _network(path: Path) -> RoadNetwork:
    """Return the street network of a file, or of the only such file in a folder."""
    from layers.osm.road_network import RoadNetwork

    if path.is_dir():
        found = sorted(path.glob("*.npz"))
        if len(found) != 1:
            message = f"{path} holds {len(found)} networks (.npz); name one: {', '.join(f.name for f in found)}"
            raise VocabularyError(message)
        path = found[0]
    return RoadNetwork.load(path)


def _places(words: list[str], datum: str) -> pd.DataFrame:
    """Return places of files and names under the contract."""
    import pandas as pd

    from geo.vector_files import SUFFIXES
    from layers.matrices import PLACES, read_places

    if datum not in DATUMS:
        message = f"unknown datum {datum!r}; accepted: {', '.join(DATUMS)}"
        raise VocabularyError(message)
    of_coordinates = next(d for d in DATUMS if d == datum)
    tables = []
    for word in words:
        suffix = Path(word).suffix.lower()
        if suffix in {*SUFFIXES, ".zip"} or (suffix in {".csv", ".tsv", ".txt"} and _has_coordinates(Path(word))):
            tables.append(read_places(Path(word), datum=of_coordinates))
        else:
            tables.append(places_of([word]).assign(id=lambda t: t["name"]))
    table = PLACES.coerce(pd.concat(tables, ignore_index=True))
    repeated = table.loc[table["id"].duplicated(), "id"]
    if len(repeated):
        message = f"places named twice: {', '.join(dict.fromkeys(repeated.head(5)))}; give each an id of its own"
        raise SchemaError(message)
    return table


def _has_coordinates(path: Path) -> bool:
    """Tell whether a table has positions; one with names only is looked up in the gazetteer."""
    from maps.terminal import existing

    header = existing(path).read_bytes().split(b"\n", 1)[0]
    return b"lon" in header or any("经度".encode(code) in header for code in ("utf-8", "gb18030"))


def _summary(run: MatrixRun, lang: Lang) -> pd.DataFrame:
    """Return how many pairs have a time, and why the others have none."""
    import pandas as pd

    zh = lang is Lang.ZH
    counts = run.manifest.counts or {}
    rows = [((word[0] if zh else word[1]), counts.get(name, 0)) for name, word in COUNTED.items() if counts.get(name)]
    return pd.DataFrame(rows, columns=["地点对" if zh else "pairs of places", "数" if zh else "number"])


def _tell_far(word: str, places: pd.DataFrame, out: Path) -> None:
    """Say on standard error which places have no times, and how far the others are from their nodes."""
    far = places.loc[places["node"].isna(), "id"]
    near = places.loc[places["node"].notna(), "distance_km"]
    if len(near):
        typer.echo(
            f"{word}: 距最近节点 to the nearest node: 中位数 median {near.median():.2f} km, 最远 at most {near.max():.2f} km",
            err=True,
        )
    if len(far):
        listed = ", ".join(far.head(5)) + (" …" if len(far) > 5 else "")
        typer.echo(f"{word}: {len(far)} 个离路网太远 too far from the network: {listed}; 见 see {out}/*.csv", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar of blocks with the time left, from the blocks measured; be quiet in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from layers.matrices import RemainingTime

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    left = RemainingTime()
    columns = (
        TextColumn("块 blocks"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console) as bars:
        task = bars.add_task("", total=None, left="")

        def show(done: int, total: int) -> None:
            seconds = left.update(done, total)
            text = "" if seconds is None else f"约剩 about {timedelta(seconds=round(seconds))} left"
            bars.update(task, completed=done, total=total, left=text)

        yield show
