"""The command that ranks projects by what each changes of the travel times."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
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
    progress_bar,
    read_csv,
    write_manifest,
)
from maps.travel_commands import Projects, ScenarioOrFile, planned_features

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rank"]


def rank(
    scenario: ScenarioOrFile = "plan",
    project: Projects = None,
    level: Annotated[str, typer.Option("--level", help="地区 places: county | prefecture (city)")] = "county",
    mode: Annotated[str, typer.Option("--mode", help="rail | road | any")] = "any",
    as_of: AsOf = "2025-12",
    within: Annotated[
        float | None,
        typer.Option(
            "--within", help="只计现状不超过此时长的出行 only trips up to so many minutes.", show_default=False
        ),
    ] = None,
    masses: Annotated[
        Path | None,
        typer.Option("--masses", help="自有人口表 CSV: name 或 code, population.", show_default=False),
    ] = None,
    cost: Annotated[
        Path | None,
        typer.Option("--cost", help="投资表 CSV: project_id 或 name, cost_100m_yuan (亿元).", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="文件夹 folder: ranking.csv, together.csv, interactions.csv, before_after.csv, differences.gpkg.",
            show_default=False,
        ),
    ] = None,
    features: Features = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """项目排序: 单独、合计、末位的节约, 进圈地区, 相互作用。 Rank projects by what each brings, alone and together."""
    from geo.boundaries import boundaries
    from geo.io import output_folder, write_features, write_table
    from layers.accessibility import area_places, metropolitan_areas, read_masses
    from layers.ranking import (
        BEFORE_AFTER,
        INTERACTIONS,
        RANKING,
        TOGETHER,
        before_after,
        difference_areas,
        rank_projects,
    )
    from layers.scenario import parse_month

    chosen_level = level_of(level)
    if chosen_level == "province":
        message = "a ranking is between counties or cities; accepted: county, prefecture (city)"
        raise VocabularyError(message)
    planned, chosen = planned_features(scenario, features, project)
    if planned is None:
        message = "--scenario today builds nothing that could be ranked; give plan, STATUS>=…, YEAR<=… or a file"
        raise VocabularyError(message)
    places = area_places(chosen_level)
    if masses is not None:
        places = _with_population(places, read_masses(existing(masses)), masses)
    with progress_bar("排序 rank") as progress:
        ranked = rank_projects(
            planned,
            places,
            cores=_cores(metropolitan_areas()),
            month=parse_month(as_of),
            scenario=chosen,
            mode=mode,
            cost=None if cost is None else _cost(existing(cost)),
            within_min=float("inf") if within is None else within,
            lang=lang.value,
            progress=progress,
        )
    table = ranked.projects.assign(scenario=scenario)
    if out is None:
        emit(_shown(table) if form is Format.TABLE else table, form)
        if form is Format.TABLE:
            emit(ranked.together, form)
        return
    pairs = before_after(ranked.before, ranked.after, mode=mode, as_of=parse_month(as_of), scenario=scenario)
    units = boundaries(chosen_level).drop(columns="name").merge(places[["code", "name"]], on="code")
    known = places.set_index("name")["population"]
    areas = difference_areas(ranked.before, ranked.after, units, population=known)
    with output_folder(out) as folder:
        for name, result, schema in (
            ("ranking", table, RANKING),
            ("together", ranked.together, TOGETHER),
            ("interactions", ranked.interactions, INTERACTIONS),
            ("before_after", pairs, BEFORE_AFTER),
        ):
            write_table(result, folder / f"{name}.csv", schema)
        write_features({"differences": areas}, folder / "differences.gpkg")
        write_manifest(folder, [path for path in (features, masses, cost) if path is not None])
    typer.echo(f"{out}: {int(table['rank'].notna().sum())} 个项目已测算 projects measured, {len(table)} 个在列 listed")


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return a ranking in the few columns that a terminal holds."""
    columns = {
        "rank": "rank",
        "name": "name",
        "drawn_by": "drawn_by",
        "length_km": "km",
        "stations_met": "stops",
        "saved_10k_person_min": "saved",
        "saved_low_10k_person_min": "low",
        "saved_high_10k_person_min": "high",
        "saved_last_10k_person_min": "last",
        "interaction_10k_person_min": "interaction",
        "mean_saved_min": "mean_min",
        "pairs_under_60": "<=60",
        "pairs_under_90": "<=90",
        "circle_places": "circle",
        "note": "note",
    }
    shown = table[list(columns)].rename(columns=columns)
    return shown.astype(object).where(shown.notna(), None)


def _with_population(places: pd.DataFrame, given: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return places with the population of a user's table, by code, else by short or full name."""
    from geo.errors import SchemaError

    if "population" not in given:
        message = f"{path}: columns are {', '.join(given.columns)}; expected name or code, and population"
        raise SchemaError(message)
    key = "code" if "code" in given else "name"
    if given[key].duplicated().any():
        twice = ", ".join(given.loc[given[key].duplicated(), key].head(5))
        message = f"{path}: {key} repeats: {twice}"
        raise SchemaError(message)
    people = given.set_index(key)["population"]
    found = places[key].map(people)
    found = found if key == "code" else found.fillna(places["full_name"].map(people))
    if found.isna().all():
        message = f"{path}: none of its {key}s ({', '.join(given[key].astype(str).head(3))} …) is one of the places"
        raise SchemaError(message)
    return places.assign(population=found)


def _cost(path: Path) -> pd.Series:
    """Return costs by project id or name."""
    import pandas as pd

    from geo.errors import SchemaError

    table = read_csv(path)
    key = next((name for name in ("project_id", "name") if name in table), "")
    if not key or "cost_100m_yuan" not in table:
        message = f"{path}: columns are {', '.join(table.columns)}; expected project_id or name, and cost_100m_yuan"
        raise SchemaError(message)
    values = pd.to_numeric(table["cost_100m_yuan"], errors="coerce")
    wrong = (values.isna() & table["cost_100m_yuan"].notna()) | (values <= 0)
    if wrong.any() or table[key].duplicated().any():
        lines = ", ".join(str(i + 2) for i in table.index[wrong | table[key].duplicated()][:10])
        message = f"{path}: line {lines}: a cost above 0 in 亿元, each project once"
        raise SchemaError(message)
    return values.set_axis(table[key].astype(str))


def _cores(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the cores of the metropolitan areas, each area once."""
    import pandas as pd

    from layers.accessibility.places import core_places

    points = core_places().set_index("code")
    rows = [
        {"circle": area.name, "lon": points.loc[code, "lon"], "lat": points.loc[code, "lat"]}
        for area in areas.drop_duplicates("name").itertuples(index=False)
        for code in str(area.core_codes).split("|")
    ]
    return pd.DataFrame(rows)
