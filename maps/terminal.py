"""What the commands share: options, places and files as a user gives them, and tables on standard output."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from geo.boundaries import Level

__all__ = [
    "AsOf",
    "DaskOption",
    "Dates",
    "Features",
    "Format",
    "FormatOption",
    "Lang",
    "LangOption",
    "Scenario",
    "dates_of",
    "emit",
    "existing",
    "features_of",
    "level_of",
    "places_of",
    "progress_bar",
    "read_csv",
    "write_manifest",
]


class Lang(StrEnum):
    """Languages of the outputs."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """Forms of a table on standard output."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


LangOption = Annotated[Lang, typer.Option("--lang", help="输出语言 language of the outputs.")]
AsOf = Annotated[str, typer.Option("--as-of", help="现状路网时点 month of the existing network, YYYY-MM.")]
Dates = Annotated[
    list[str] | None,
    typer.Option("--date", metavar="FILE=YYYY-MM", help="文件发布日期 issue date of a plan.", show_default=False),
]
Features = Annotated[
    Path | None,
    typer.Option(
        "--features", help="项目几何 features.gpkg of an atlas; without it the built-in projects.", show_default=False
    ),
]
Scenario = Annotated[str, typer.Option("--scenario", help="today | plan | STATUS>=under_construction …")]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 form of the result.")]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="tcp://HOST:PORT",
        help="在 Dask 集群上计算, 结果逐字节相同 compute on the workers of a Dask scheduler; the same bytes.",
        show_default=False,
    ),
]


def level_of(word: str) -> Level:
    """Parse an administrative level; a city is a prefecture."""
    levels: dict[str, Level] = {
        "province": "province",
        "prefecture": "prefecture",
        "city": "prefecture",
        "county": "county",
    }
    if word not in levels:
        message = f"{word!r} is no level; accepted: province, prefecture (city), county"
        raise VocabularyError(message)
    return levels[word]


def dates_of(pairs: list[str] | None) -> dict[str, str]:
    """Return the dates that a user gives, by file name; VocabularyError where a pair is none."""
    dates = {}
    for pair in pairs or []:
        name, sign, date = pair.rpartition("=")
        if not sign or not name:
            message = f"--date {pair!r}: give FILE=YYYY-MM"
            raise VocabularyError(message)
        dates[Path(name).name] = date
    return dates


def existing(path: Path) -> Path:
    """Return a path that is a file; VocabularyError where there is none."""
    if not path.is_file():
        message = f"no such file: {path}"
        raise VocabularyError(message)
    return path


def features_of(path: Path | None) -> gpd.GeoDataFrame:
    """Return the features of a file, or the built-in projects with a geometry each."""
    from geo.io import read_features
    from layers.schema import FEATURES
    from projects.builtin import builtin_register
    from projects.siting import site_projects

    if path is not None:
        return read_features(existing(path), FEATURES)
    return site_projects(builtin_register().projects)


def places_of(words: list[str]) -> pd.DataFrame:
    """Return places and railway stations (合肥南站) by name, or from a CSV with name and, where the gazetteer does not know them, lon and lat."""
    import pandas as pd

    from geo.errors import PlaceNotFoundError, SchemaError
    from geo.gazetteer import default_gazetteer

    def named(word: str) -> dict[str, object]:
        try:
            place = default_gazetteer().resolve(word, region=["上海市", "江苏省", "浙江省", "安徽省"])
        except PlaceNotFoundError:
            station = _station(word)
            if station is None:
                raise
            return station
        return {"name": place.name, "lon": place.lon, "lat": place.lat}

    rows: list[dict[str, object]] = []
    for word in words:
        if not word.lower().endswith(".csv"):
            rows.append(named(word))
            continue
        table = read_csv(Path(word))
        if "name" not in table or ("lon" in table) != ("lat" in table):
            message = f"{word}: columns are {', '.join(table.columns)}; expected name, or name, lon, lat (WGS 84)"
            raise SchemaError(message)
        if table["name"].isna().any():
            listed = ", ".join(str(i + 2) for i in table.index[table["name"].isna()][:10])
            message = f"{word}: no name in line {listed}"
            raise SchemaError(message)
        if "lon" not in table:
            rows += [named(str(name)) for name in table["name"]]
            continue
        points = table[["lon", "lat"]].apply(pd.to_numeric, errors="coerce")
        bad = ~(points["lon"].between(-180, 180) & points["lat"].between(-90, 90))
        if bad.any():
            listed = ", ".join(str(i + 2) for i in table.index[bad][:10])
            message = f"{word}: no coordinates in degrees in line {listed}; expected name, lon, lat (WGS 84)"
            raise SchemaError(message)
        rows += [
            {"name": str(n), "lon": float(x), "lat": float(y)}
            for n, x, y in zip(table["name"], points["lon"], points["lat"], strict=True)
        ]
    places = pd.DataFrame(rows, columns=["name", "lon", "lat"]).drop_duplicates(ignore_index=True)
    twice = places.loc[places["name"].duplicated(), "name"]
    if places.empty or len(twice):
        message = (
            f"{', '.join(words)}: two places are named {', '.join(dict.fromkeys(twice))}; give each a name of its own"
            if len(twice)
            else f"{', '.join(words)}: no place in it"
        )
        raise SchemaError(message)
    return places


def _station(word: str) -> dict[str, object] | None:
    """Return the railway station of a word that ends so (合肥南站), None where there is none."""
    from layers.rail import rail_nodes

    stem = word.strip().removesuffix("站").removesuffix("火车")
    nodes = rail_nodes()
    found = nodes[(nodes["kind"] == "station") & (nodes["name"] == stem)]
    if not word.strip().endswith("站") or found.empty:
        return None
    return {"name": f"{stem}站", "lon": float(found["lon"].iloc[0]), "lat": float(found["lat"].iloc[0])}


def read_csv(path: Path) -> pd.DataFrame:
    """Read a user's CSV: UTF-8, or GB18030 as Excel writes it in China."""
    import pandas as pd

    from geo.errors import SchemaError

    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(existing(path), encoding=encoding, skipinitialspace=True)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            message = f"{path}: no table ({error})"
            raise SchemaError(message) from error
    message = f"{path}: neither UTF-8 nor GB18030"
    raise SchemaError(message)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal; be quiet in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=console) as bars:
        task = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def write_manifest(folder: Path, inputs: list[Path]) -> None:
    """Write what a folder was made from and what it holds, so that a later run may replace it."""
    from geo import __version__
    from geo.io import MANIFEST, sha256_of, write_bytes

    content = {
        "tongtu": __version__,
        "inputs": [{"path": str(path), "sha256": sha256_of(path)} for path in inputs],
        "files": {file.name: sha256_of(file) for file in sorted(folder.iterdir()) if file.is_file()},
    }
    write_bytes(folder / MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def emit(table: pd.DataFrame, form: Format) -> None:
    """Write a table to standard output."""
    from geo.io import table_records
    from geo.spreadsheet_text import csv_text

    if form is Format.CSV:
        typer.echo(csv_text(table), nl=False)
        return
    if form is Format.JSON:
        typer.echo(json.dumps(table_records(table), ensure_ascii=False, indent=1))
        return
    shown = Table()
    for name in table.columns:
        shown.add_column(str(name), overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(
            *(
                "" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else str(value)
                for value in row
            )
        )
    Console(width=None if sys.stdout.isatty() else 160).print(shown)
