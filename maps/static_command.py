"""The options of ``tongtu map`` for a map on paper, and what an atlas gives to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo.errors import VocabularyError
from geo.io import MANIFEST
from maps.terminal import existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from maps.static import Theme
    from maps.static.sheet import Sheet

__all__ = [
    "Area",
    "Dpi",
    "Height",
    "Modes",
    "Multiples",
    "PaperScenario",
    "Static",
    "ThemeOption",
    "Width",
    "document_titles",
    "write_paper_map",
]

Static = Annotated[
    Path | None,
    typer.Option(
        "--static",
        metavar="FILE.png|svg|pdf",
        help="印刷用静态图 a map for paper instead of the web map.",
        show_default=False,
    ),
]
Width = Annotated[
    float | None, typer.Option("--width-mm", help="图幅宽 width of the sheet. 缺省 default: A4", show_default=False)
]
Height = Annotated[float | None, typer.Option("--height-mm", help="图幅高 height of the sheet.", show_default=False)]
Dpi = Annotated[int, typer.Option("--dpi", help="PNG 分辨率 resolution of a PNG.")]
Modes = Annotated[
    list[str] | None,
    typer.Option(
        "--mode",
        help="静态图只画 only, on paper: rail | highway | waterway | airport | energy | other; 可多次",
        show_default=False,
    ),
]
PaperScenario = Annotated[
    str,
    typer.Option(
        "--scenario", help="静态图情景 today | plan | STATUS>=under_construction … | YEAR<=2030", show_default=False
    ),
]
Multiples = Annotated[
    str, typer.Option("--small-multiples", help="分幅 a panel for each mode | stage | scenario", show_default=False)
]
Area = Annotated[
    str, typer.Option("--area", help="静态图范围 what the map on paper shows: 合肥市, 安徽 …", show_default=False)
]
ThemeOption = Annotated[
    str,
    typer.Option(
        "--theme",
        metavar="INDICATOR|isochrone",
        help="静态图底色 areas in the colours of an indicator (rail_density …, 见 indicators.csv), or isochrone with"
        " --isochrones; --scenario 另可 change: 规划带来的变化",
        show_default=False,
    ),
]
_A4 = (210.0, 297.0)
ISOCHRONE = "isochrone"
"""The theme that is no indicator."""


def write_paper_map(
    source: Path,
    out: Path,
    *,
    title: str = "",
    map_approval: str = "",
    lang: str = "zh",
    width_mm: float | None = None,
    height_mm: float | None = None,
    dpi: int = 300,
    modes: Sequence[str] = (),
    projects: Sequence[str] = (),
    scenario: str = "",
    split: str = "",
    area: str = "",
    theme: str = "",
    indicators: pd.DataFrame | None = None,
    isochrones: gpd.GeoDataFrame | None = None,
) -> None:
    """
    Write a map for paper from the folder of an atlas.

    Parameters
    ----------
    source : Path
        Folder of an atlas.
    out : Path
        PNG, SVG or PDF.
    title, map_approval, lang
        As for :func:`maps.static.static_map`; without a title the projects or their mode name the map.
    width_mm, height_mm : float, optional
        A4 without both, standing where the map is taller than wide; of one given, the other in the ratio of A4.
    dpi : int
    modes, projects, scenario
        As for :func:`maps.static.chosen_features`.
    split : {"", "mode", "stage", "scenario"}
        Small multiples.
    area : str
    theme : str
        An indicator, or ``isochrone``. Its map shows what the scenario builds, ``today`` where none is given.
    indicators : DataFrame, contract ``layers.schema.INDICATORS``, optional
    isochrones : GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``, optional

    Raises
    ------
    VocabularyError
        If a word or a size is out of range, or a file is missing.
    OutputError
        If the file cannot be written or no font has the glyphs.
    """
    from geo.io import read_features
    from layers.features import attributions_of
    from layers.schema import FEATURES
    from maps.static import chosen_features, panels_by, write_static_map

    table = read_features(existing(source / "features.gpkg"), FEATURES)
    coloured = _theme(theme, scenario, indicators, isochrones, lang) if theme else None
    if coloured is not None:
        scenario = "plan" if scenario == "change" else scenario or "today"
    features = chosen_features(table, modes=modes, projects=projects, scenario=scenario)
    panels = panels_by(features, split, lang=lang) if split else []
    named = {name for cell in features["documents"].astype(str) for name in cell.split("|") if name}
    titles = document_titles(source)
    write_static_map(
        out,
        features,
        title=title or (coloured.heading if coloured is not None else _title(features, bool(projects), lang)),
        subtitle=_subtitle(features, scenario, lang),
        sheet=_sheet(features, area, width_mm, height_mm, dpi, coloured, several=len(panels) > 1),
        panels=panels,
        area=area,
        theme=coloured,
        documents=[titles[name] for name in titles if name in named] + sorted(named - set(titles)),
        sources=attributions_of(table),
        map_approval=map_approval,
        lang=lang,
    )


def _theme(
    theme: str, scenario: str, indicators: pd.DataFrame | None, isochrones: gpd.GeoDataFrame | None, lang: str
) -> Theme:
    """Return what a map is coloured by; cities, or counties where the indicator names them."""
    from geo.boundaries import boundaries
    from maps.static import area_theme, reach_theme

    if theme == ISOCHRONE:
        if isochrones is None:
            message = "--theme isochrone: give the rings, --isochrones FILE, as tongtu isochrone writes them"
            raise VocabularyError(message)
        several = isochrones["scenario"].nunique() > 1
        return reach_theme(isochrones, scenario=scenario or ("today" if several else ""), lang=lang)
    if indicators is None:
        message = f"--theme {theme}: there is no table of indicators"
        raise VocabularyError(message)
    grounds = {"areas": boundaries("prefecture"), "counties": boundaries("county")}
    return area_theme(grounds, indicators, theme, scenario=scenario or "today", lang=lang)


def document_titles(source: Path) -> dict[str, str]:
    """Return the titles of the plans of an atlas by short name, in their order, as its manifest has them."""
    path = source / MANIFEST
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {str(row["document"]): str(row.get("title") or row["document"]) for row in content.get("inputs", [])}


def _title(features: gpd.GeoDataFrame, chosen: bool, lang: str) -> str:
    """Name a map by its projects where a few were chosen, else by its mode where it is one."""
    from maps.style import mode_label

    planned = features[features["origin"] == "project"]
    if chosen and len(planned) <= 3:
        return ("、" if lang == "zh" else ", ").join(planned["name"].astype(str))
    modes = planned["mode"].astype(str).unique()
    if len(modes) == 1:
        return f"{mode_label(modes[0], lang)}规划图" if lang == "zh" else f"{mode_label(modes[0], lang)} projects"
    return ""


def _subtitle(features: gpd.GeoDataFrame, scenario: str, lang: str) -> str:
    """Say which projects these are, how many, and how many of them are on the map."""
    from maps.page import page_words
    from maps.style import status_label

    words = page_words("static_words.json", lang)
    planned = features[features["origin"] == "project"]
    left, _, right = scenario.partition("=")
    if scenario == "today":
        return words["scenario_today"]
    if left.upper().startswith("STATUS"):
        what = words["scenario_stage"].replace("{0}", status_label(right.strip(), lang))
    elif left.upper().startswith("YEAR"):
        what = words["scenario_year"].replace("{0}", right.strip())
    else:
        what = words["scenario_plan"] if scenario == "plan" else ""
    drawn = int((planned.geometry.notna() & ~planned.geometry.is_empty).sum())
    count = words["drawn"].replace("{0}", str(len(planned))).replace("{1}", str(drawn))
    return " · ".join(part for part in (what, count) if part)


def _sheet(
    features: gpd.GeoDataFrame,
    area: str,
    width: float | None,
    height: float | None,
    dpi: int,
    theme: Theme | None,
    *,
    several: bool,
) -> Sheet:
    from maps.static import Sheet
    from maps.static.selection import extent_of

    if width is None and height is None:
        west, south, east, north = extent_of(features, area, theme.box if theme is not None else None)
        tall = (north - south) > 0.8 * (east - west) and not several
        return Sheet(*(_A4 if tall else _A4[::-1]), dpi)
    ratio = _A4[1] / _A4[0]
    wide = width if width is not None else (height or 0.0) * ratio
    return Sheet(wide, height if height is not None else wide / ratio, dpi)
