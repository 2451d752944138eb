"""The commands ``tongtu accessibility`` and ``tongtu isochrone``."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.accessibility_tables import (
    VECTOR_FILES,
    circles_shown,
    labelled,
    readable,
    rounded,
    write_areas,
    write_places,
)
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
)
from maps.travel_commands import Projects, planned_features

if TYPE_CHECKING:
    import pandas as pd

    from geo.boundaries import Level
    from layers.accessibility import Setting

__all__ = ["accessibility", "isochrone"]

MEASURE_HELP = (
    "weighted-time 加权平均时间 | daily 日可达 | potential 潜力 | opportunities 累积机会 | nearest-station |"
    " nearest-high-speed-station | nearest-airport | nearest-port | nearest-core 最近设施 | centres 中心城市 | catchment 2SFCA |"
    " circles 一小时通勤圈"
)
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        help="today | plan | STATUS>=under_construction … | YEAR<=2030 | features.gpkg; 可多次 may be repeated."
        " 缺省 default: today",
        show_default=False,
    ),
]
ModeOption = Annotated[str, typer.Option("--mode", help="rail | road | any")]


def accessibility(
    measure: Annotated[str, typer.Option("--measure", help=MEASURE_HELP)] = "weighted-time",
    level: Annotated[str, typer.Option("--level", help="prefecture (city) | county")] = "prefecture",
    within: Annotated[
        list[str] | None,
        typer.Option("--within", help="只列某省、市的地区 list only the places of an area.", show_default=False),
    ] = None,
    limit: Annotated[
        float | None, typer.Option("--limit", help="时限, 分钟 limit in minutes.", show_default=False)
    ] = None,
    mode: ModeOption = "any",
    depart_from: Annotated[
        str, typer.Option("--depart-from", help="centre: 门到门 door to door | station: 最快列车 fastest train alone")
    ] = "centre",
    as_of: AsOf = "2025-12",
    scenario: Scenarios = None,
    project: Projects = None,
    impedance: Annotated[
        str | None,
        typer.Option(
            "--impedance",
            help="power:1 | exponential:0.02 | gaussian:60 | loglogistic:60:2 | linear:120 | steps:30=1:60=0.5 …",
            show_default=False,
        ),
    ] = None,
    variant: Annotated[str, typer.Option("--variant", help="2SFCA | E2SFCA | 3SFCA | M2SFCA (catchment)")] = "2SFCA",
    supply: Annotated[
        Path | None,
        typer.Option("--supply", help="设施表 CSV: name, lon, lat, supply (catchment).", show_default=False),
    ] = None,
    masses: Annotated[
        Path | None,
        typer.Option("--masses", help="自有人口或GDP表 CSV: name 或 code, population, gdp …", show_default=False),
    ] = None,
    mass: Annotated[str, typer.Option("--mass", help="用哪一列 column of --masses that counts.")] = "population",
    matrix: Annotated[
        Path | None,
        typer.Option(
            "--matrix",
            help="自有时间矩阵 CSV of minutes: from, to, travel_time_min; or wide; or a folder of tongtu matrix."
            " Replaces the network.",
            show_default=False,
        ),
    ] = None,
    circle: Annotated[
        list[str] | None,
        typer.Option("--circle", help="只列某都市圈的区县 counties of one metropolitan area.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=".csv, 或带边界 or with borders .gpkg .geojson.", show_default=False),
    ] = None,
    equity: Annotated[
        bool, typer.Option("--equity", help="基尼、泰尔 (省间、省内)、Palma instead of the places.")
    ] = False,
    features: Features = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """可达性: 加权时间、潜力、最近设施、一小时通勤圈、公平性。 Accessibility of cities or counties, with definitions."""
    import pandas as pd

    from layers.accessibility import accessibility_table, circle_table, equity_table, parse_impedance

    if matrix is not None and (scenario or project):
        message = "--matrix takes the place of the network: --scenario says nothing of it; leave one out"
        raise VocabularyError(message)
    if measure == "circles" and equity:
        message = "--equity tells the spread of a measure of places; circles are none"
        raise VocabularyError(message)
    chosen: Level = "county" if measure == "circles" else level_of(level)
    parts = []
    for word in scenario or ["today"]:
        setting = _setting(word, chosen, mode, depart_from, as_of, features, project, matrix, masses, mass)
        if measure == "circles":
            parts.append(circle_table(setting, circle, limit_min=60.0 if limit is None else limit, lang=lang.value))
            continue
        table = accessibility_table(
            setting,
            measure,
            limit_min=limit,
            impedance=None if impedance is None else parse_impedance(impedance),
            supply=None if supply is None else _supply(supply),
            variant=variant.upper(),
            lang=lang.value,
        )
        table = _only(table, within, chosen)
        parts.append(equity_table(setting, table, lang=lang.value) if equity else table)
    result = rounded(pd.concat(parts, ignore_index=True))
    if out is not None:
        write_places(result, out, chosen)
        typer.echo(f"{out}: {len(result)} 行 rows")
        return
    if form is not Format.TABLE:
        emit(result, form)
        return
    shown = circles_shown(result, circle) if measure == "circles" else readable(result)
    emit(labelled(shown, lang), form)
    for text in dict.fromkeys(result["definition"]):
        typer.echo(text)


def isochrone(
    origin: Annotated[
        list[str],
        typer.Option(
            "--from", help="起点, 可多次 place or station, may be repeated; or a CSV with name (and lon, lat)."
        ),
    ],
    limit: Annotated[
        list[float] | None,
        typer.Option(
            "--limit", help="时限, 分钟, 可多次 minutes, may be repeated. 缺省 default: 30 60 90", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=".gpkg 或 .geojson to write.", show_default=False),
    ] = None,
    mode: ModeOption = "any",
    as_of: AsOf = "2025-12",
    scenario: Scenarios = None,
    project: Projects = None,
    together: Annotated[
        bool, typer.Option("--together", help="各起点合为一组圈 one set of rings for all places.")
    ] = False,
    features: Features = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """等时圈: 若干时限内可到达的范围, 多边形。 Isochrones from places or stations, as polygons."""
    import geopandas as gpd
    import pandas as pd

    from layers.indicators import scenario_network
    from layers.isochrones import ISOCHRONES, isochrones
    from layers.scenario import parse_month

    if out is not None and out.suffix.lower() not in VECTOR_FILES:
        message = f"--out {out}: give a file .gpkg or .geojson"
        raise VocabularyError(message)
    places, month = places_of(origin), parse_month(as_of)
    parts = []
    for word in scenario or ["today"]:
        planned, built = planned_features(word, features, project)
        parts.append(
            isochrones(
                scenario_network(planned, month=month, scenario=built),
                places,
                limits_min=limit or [30.0, 60.0, 90.0],
                mode=mode,
                together=together,
                features=planned,
                as_of=month,
                scenario=word,
                lang=lang.value,
            )
        )
    rings = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=ISOCHRONES.crs)
    if out is not None:
        write_areas(rings, out, ISOCHRONES)
    table = pd.DataFrame(rings.drop(columns="geometry")).assign(
        area_km2=rings["area_km2"].round(1),
        grade_d_share=rings["grade_d_share"].round(3),
        straight_share=rings["straight_share"].round(3),
    )
    if form is not Format.TABLE:
        emit(table, form)
        return
    below = ["definition", "grade_d_share", "straight_share", *([] if table["note"].any() else ["note"])]
    emit(labelled(table.drop(columns=below), lang), form)
    for text in table.drop_duplicates("scenario", keep="last")["definition"]:
        typer.echo(text)
    if out is not None:
        typer.echo(str(out))


def _setting(
    word: str,
    level: str,
    mode: str,
    depart_from: str,
    as_of: str,
    features: Path | None,
    project: list[str] | None,
    matrix: Path | None,
    masses: Path | None,
    mass: str,
) -> Setting:
    """Return the setting of a scenario, or of a user's matrix."""
    from layers.accessibility import Setting, area_places, read_times
    from layers.indicators import scenario_network
    from layers.matrices import read_matrix
    from layers.scenario import parse_month

    places, month = area_places(level), parse_month(as_of)
    network, planned, times, built = None, None, None, ""
    if matrix is None:
        planned, built = planned_features(word, features, project)
        network = scenario_network(planned, month=month, scenario=built)
    else:
        times = read_matrix(matrix) if matrix.is_dir() else read_times(existing(matrix))
        places = _known(places, [*times.index, *times.columns])
    held = None if masses is None else _held(masses, mass, places)
    if masses is None and mass != "population":
        message = f"--mass {mass}: without --masses FILE.csv only the population is known"
        raise VocabularyError(message)
    return Setting(
        network,
        places,
        matrix.name if matrix is not None else word,
        mode=mode,
        depart_from=depart_from,
        month=month,
        matrix=times,
        features=planned,
        masses=held,
        mass_word=mass,
        builds=built,
    )


def _known(places: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """Return a row for each label of a matrix, with what is known of the place of that name or full name."""
    import pandas as pd

    rows = {str(row["full_name"]): row for row in places.drop_duplicates("full_name", keep=False).to_dict("records")}
    rows |= {str(row["name"]): row for row in places.to_dict("records")}
    names = list(dict.fromkeys(labels))
    table = pd.DataFrame([{**rows.get(name, {}), "name": name} for name in names], columns=places.columns)
    return table.assign(code=table["code"].fillna(""))


def _held(path: Path, column: str, places: pd.DataFrame) -> pd.Series:
    """Return what the places hold after a user's table, by code, name or full name."""
    import pandas as pd

    from layers.accessibility import read_masses

    table = read_masses(existing(path))
    if column not in table:
        numbers = [c for c in table.columns if c not in {"name", "code"}]
        message = f"{path}: no column {column!r} of numbers; found {', '.join(numbers)}; choose one with --mass"
        raise VocabularyError(message)
    by: dict[str, float] = {}
    for key in ("code", "name"):
        if key in table:
            twice = table.loc[table[key].duplicated() & (table[key] != ""), key]
            if len(twice):
                message = f"{path}: {key} {', '.join(twice[:5])} stands more than once"
                raise VocabularyError(message)
            by |= dict(zip(table[key], table[column], strict=True))
    keys = [c for c in ("code", "name", "full_name") if c in places]
    values = [
        next((by[str(row[k])] for k in keys if str(row[k]) in by and str(row[k])), float("nan"))
        for row in places.to_dict("records")
    ]
    return pd.Series(values, index=places["name"], dtype=float)


def _supply(path: Path) -> pd.DataFrame:
    from layers.accessibility import read_masses

    table = read_masses(existing(path))
    if "name" not in table or "supply" not in table:
        message = f"{path}: expected columns name, supply, and lon, lat; found {', '.join(table.columns)}"
        raise VocabularyError(message)
    return table


def _only(table: pd.DataFrame, within: list[str] | None, level: Level) -> pd.DataFrame:
    """Keep the places of some areas."""
    from geo.boundaries import boundaries

    if not within:
        return table
    codes = {code for name in within for code in boundaries(level, within=name)["code"]}
    return table[table["code"].isin(codes)].reset_index(drop=True)
