"""The command ``tongtu density``: lengths and densities, their definitions, airport catchments, and the reconciliation."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.terminal import (
    AsOf,
    DaskOption,
    Features,
    Format,
    FormatOption,
    Lang,
    LangOption,
    Scenario,
    emit,
    existing,
    features_of,
    level_of,
)
from maps.words import labelled

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.boundaries import Level

__all__ = ["density"]

TABLES = ("densities", "definitions", "catchments", "airports", "reconciliation")
TABLE_HELP = (
    "densities 密度 | definitions 口径逐项 | catchments 机场服务人口, 按地区 | airports 机场服务人口, 按机场 |"
    " reconciliation 与公布里程核对"
)
DIGITS = {"density": 4, "density_error": 4, "official_density": 4, "measured_density": 4}
"""Decimals of a column on output; 3 elsewhere: metres, and tenths of a per cent."""
HIDDEN = {
    "reconciliation": ("limit_share", "drawing_error_km", "official_area_km2", "unit", "source", "note"),
    "definitions": (
        "code",
        "drawn_km",
        "accuracy_km",
        "counted",
        "level",
        "as_of",
        "area_source",
        "area_grade",
        "reason",
    ),
}
"""Columns that a terminal has no room for; CSV and JSON have them all."""


def density(
    area: Annotated[
        list[str] | None,
        typer.Option(
            "--area",
            help="地区名, 可多次 area, may be repeated: 合肥, 安徽省, 长三角, 合肥都市圈 …",
            show_default=False,
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            help="province | city | county: 所列地区内各单元 the units of the areas. 缺省 default: city",
            show_default=False,
        ),
    ] = None,
    mode: Annotated[
        list[str] | None,
        typer.Option(
            "--mode", help="rail | high_speed_rail | expressway | waterway_class3_up | airport", show_default=False
        ),
    ] = None,
    as_of: AsOf = "2025-12",
    scenario: Scenario = "today",
    table: Annotated[str, typer.Option("--table", help=TABLE_HELP)] = "densities",
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="与公布里程核对 same as --table reconciliation.")
    ] = False,
    official: Annotated[
        Path | None,
        typer.Option(
            "--official",
            metavar="FILE.csv",
            help="自有公布里程 published lengths: area, as_of, indicator, length_km.",
            show_default=False,
        ),
    ] = None,
    features: Features = None,
    dask: DaskOption = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """路网里程与密度, 附口径; 机场数与服务人口; 与公布里程核对。 Route length and density by area, with definitions."""
    from layers.scenario import parse_month

    if official is not None and table == "densities":
        reconcile = True
    wanted = "reconciliation" if reconcile else table
    if wanted not in TABLES:
        message = f"{table!r} is no table; accepted: {', '.join(TABLES)}"
        raise VocabularyError(message)
    month = parse_month(as_of)
    chosen = None if level is None else level_of(level)
    planned = None if scenario == "today" or wanted == "reconciliation" else features_of(features)
    if wanted == "reconciliation":
        result = _reconciled(official, area, mode, lang)
    elif wanted in ("catchments", "airports"):
        result = _catchments(wanted, area, chosen, planned, month, scenario, lang)
    else:
        result = _densities(wanted, area, chosen, mode, planned, month, scenario, lang, dask)
    result = result.round({name: DIGITS.get(name, 3) for name in result.select_dtypes("float").columns})
    if form is Format.TABLE:
        result = labelled(result[[name for name in result if name not in HIDDEN.get(wanted, ())]], lang.value)
    emit(result, form)


def _densities(
    wanted: str,
    area: list[str] | None,
    level: Level | None,
    mode: list[str] | None,
    planned: gpd.GeoDataFrame | None,
    month: str,
    scenario: str,
    lang: Lang,
    dask: str | None,
) -> pd.DataFrame:
    """Return densities by area, or their definitions column by column."""
    import pandas as pd

    from layers.area_units import areas_named
    from layers.density import density_records, density_table
    from layers.indicators import density_lines

    _check_modes(mode)
    areas = areas_named(area or [], level)
    lines = density_lines(planned, month=month, scenario=scenario)
    measured = density_table if wanted == "densities" else density_records
    parts = [
        measured(lines, units, level=word, as_of=month, scenario=scenario, lang=lang.value, dask=dask)
        for word, units in areas
    ]
    result = pd.concat(parts, ignore_index=True)
    if wanted == "definitions":
        result = result.drop(columns="definition")
    return result[result["indicator"].isin(mode)] if mode else result


def _check_modes(mode: list[str] | None) -> None:
    from layers.density import DENSITIES

    known = [spec.indicator for spec in DENSITIES]
    unknown = [name for name in mode or [] if name not in known]
    if unknown:
        message = f"unknown --mode {', '.join(unknown)}; accepted: {', '.join(sorted(known))}"
        raise VocabularyError(message)


def _catchments(
    wanted: str,
    area: list[str] | None,
    level: Level | None,
    planned: gpd.GeoDataFrame | None,
    month: str,
    scenario: str,
    lang: Lang,
) -> pd.DataFrame:
    """Return whom the airports serve, by area or by airport."""
    import pandas as pd

    from layers.airport_catchments import airport_catchments
    from layers.area_units import areas_named

    found = airport_catchments(planned, month=month, scenario=scenario)
    areas = areas_named(area or [], level)
    if wanted == "airports":
        within = [str(code) for _, units in areas for code in units["code"]]
        inside = found.fields[found.fields["province_code"] != ""]
        if area:
            stems = tuple(part.removesuffix("00").removesuffix("00") for code in within for part in code.split("+"))
            inside = inside[inside["code"].str.startswith(stems)]
        return inside.drop(columns=["province_code", "city_code", "code"]).reset_index(drop=True)
    return pd.concat([found.by_area(units, level=word, lang=lang.value) for word, units in areas], ignore_index=True)


def _reconciled(official: Path | None, area: list[str] | None, mode: list[str] | None, lang: Lang) -> pd.DataFrame:
    """Return published lengths beside ours: those embedded, or a user's."""
    from projects.verdict.reconciliation import read_official, reconciliation
    from projects.verdict.reference_targets import official_lengths

    _check_modes(mode)
    figures = official_lengths() if official is None else read_official(existing(official))
    result = reconciliation(figures, lang=lang.value)
    if mode:
        result = result[result["indicator"].isin([f"{name}_length" for name in mode])]
    if area:
        names = {name.strip() for name in area}
        short = result["area"].str.replace(r"(省|市|县|区)$", "", regex=True)
        result = result[result["area"].isin(names) | short.isin(names)]
        if result.empty:
            message = f"no published length of {', '.join(sorted(names))}; without --area all are listed"
            raise VocabularyError(message)
    return result.reset_index(drop=True)
