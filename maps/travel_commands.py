"""The command on travel times between places, and the scenarios that it shares with the ranking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.terminal import (
    AsOf,
    Features,
    Format,
    FormatOption,
    emit,
    existing,
    features_of,
    places_of,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.rail_service import RailAssumptions

__all__ = ["Projects", "ScenarioOrFile", "planned_features", "travel_time"]

ScenarioOrFile = Annotated[
    str,
    typer.Option(
        "--scenario",
        help="today | plan | STATUS>=under_construction … | YEAR<=2030 |"
        " 自有项目 a file of projects (features.gpkg, .geojson … or projects.csv), all of it built",
    ),
]
Projects = Annotated[
    list[str] | None,
    typer.Option(
        "--project",
        help="只建这些项目, 可多次 build only these, by name or id; may be repeated.",
        show_default=False,
    ),
]
PATTERNS = ("fastest", "typical")


def travel_time(
    origin: Annotated[
        list[str],
        typer.Option("--from", help="出发地, 可多次 origin, may be repeated; or a CSV with name (and lon, lat)."),
    ],
    destination: Annotated[
        list[str], typer.Option("--to", help="目的地, 可多次 destination, may be repeated; or a CSV.")
    ],
    mode: Annotated[str, typer.Option("--mode", help="rail | road | any")] = "any",
    as_of: AsOf = "2025-12",
    scenario: ScenarioOrFile = "today",
    project: Projects = None,
    depart_from: Annotated[
        str, typer.Option("--depart-from", help="centre: 门到门 door to door | station: 最快列车 fastest train alone")
    ] = "centre",
    pattern: Annotated[
        str, typer.Option("--pattern", help="fastest: 当日最快列车的停站 | typical: 一般列车的停站 stops of the train")
    ] = "fastest",
    legs: Annotated[
        bool,
        typer.Option("--legs", help="逐段列出: 到站、各线、换乘、离站 show the chain of legs instead of the matrix."),
    ] = False,
    features: Features = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """两地间旅行时间。 Travel times between places."""
    from layers.indicators import travel_legs, travel_times
    from layers.scenario import parse_month

    rail = _pattern(pattern)
    planned, chosen = planned_features(scenario, features, project)
    measured = travel_legs if legs else travel_times
    table = measured(
        planned,
        places_of(origin),
        places_of(destination),
        mode=mode,
        month=parse_month(as_of),
        scenario=chosen,
        depart_from=depart_from,
        rail=rail,
    )
    emit(table.assign(scenario=scenario), form)
    if planned is not None:
        _tell_left_out(planned, chosen)


def _tell_left_out(planned: gpd.GeoDataFrame, scenario: str) -> None:
    """Say on standard error how many projects of a scenario are not in the times, for they cannot be travelled."""
    from layers.features import network_nodes
    from layers.scenario import built_lines, projects_in
    from layers.schema import Mode

    meant = projects_in(planned, scenario)
    meant = meant[meant["mode"].isin([Mode.RAIL.value, Mode.HIGHWAY.value])]
    lines, _ = built_lines(meant, network_nodes())
    missing = len(meant) - lines["feature_id"].str.rsplit(".", n=1).str[0].nunique()
    if missing:
        typer.echo(
            f"{scenario}: {missing}/{len(meant)} 个铁路公路项目未计入 (改扩建、沿既有线、仅为点或面) railways and roads"
            " are not in these times (upgrades, on existing lines, points or areas); see tongtu rank",
            err=True,
        )


def planned_features(
    scenario: str, features: Path | None, names: list[str] | None
) -> tuple[gpd.GeoDataFrame | None, str]:
    """
    Return the projects that a scenario is about, and the scenario as the functions take it.

    Parameters
    ----------
    scenario : str
        A word of :func:`layers.scenario.projects_in`, or the name of a file of projects.
    features : Path, optional
        File of ``--features``; without it the built-in projects.
    names : list of str, optional
        Names or ids of ``--project``.

    Raises
    ------
    VocabularyError
        If the file is absent or holds nothing to build, or a project is not among them.
    """
    from layers.scenario import projects_in

    suffix = Path(scenario).suffix.lower()
    from_file = suffix in FEATURE_FILES or suffix == ".csv"
    if from_file and features is not None:
        message = f"--scenario {scenario} and --features {features}: give one file of projects"
        raise VocabularyError(message)
    if scenario == "today":
        if names:
            message = "--project needs a scenario that builds it: add --scenario plan"
            raise VocabularyError(message)
        return None, "today"
    path = Path(scenario) if from_file else features
    table = _sited(Path(scenario)) if suffix == ".csv" else features_of(path)
    chosen = "plan" if from_file else scenario
    table = table[table["origin"] == "project"]
    if names:
        table = _named(table, names)
    if projects_in(table, chosen).empty and (from_file or names):
        message = f"{scenario}: no project in it that is still to be built (origin project, status before operating)"
        raise VocabularyError(message)
    return table, chosen


FEATURE_FILES = frozenset({".gpkg", ".geojson", ".json", ".fgb", ".shp", ".parquet"})
"""Endings of a scenario's name that mean a file of features."""


def _sited(path: Path) -> gpd.GeoDataFrame:
    """Return the features of a register, drawn as ``tongtu site`` draws them."""
    from geo.io import read_table
    from projects.schema import PROJECTS
    from projects.siting import site_projects

    return site_projects(read_table(existing(path), PROJECTS))


def _named(table: gpd.GeoDataFrame, names: list[str]) -> gpd.GeoDataFrame:
    known = set(table["name"]) | set(table["feature_id"])
    unknown = [name for name in names if name not in known]
    if unknown:
        near = [name for name in table["name"] if any(word in name or name in word for word in unknown)]
        hint = f"; there are {', '.join(dict.fromkeys(near[:8]))}" if near else ""
        message = f"no project {', '.join(unknown)}{hint}"
        raise VocabularyError(message)
    return table[table["name"].isin(names) | table["feature_id"].isin(names)]


def _pattern(word: str) -> RailAssumptions:
    from layers.rail_service import RailAssumptions

    if word not in PATTERNS:
        message = f"{word!r} is no stopping pattern; accepted: {', '.join(PATTERNS)}"
        raise VocabularyError(message)
    return RailAssumptions() if word == "fastest" else RailAssumptions().typical()
