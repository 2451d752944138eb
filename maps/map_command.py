"""The command ``tongtu map``: the web map of an atlas again, or a map of it for paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.static_command import (
    Area,
    Dpi,
    Height,
    Modes,
    Multiples,
    PaperScenario,
    Static,
    ThemeOption,
    Width,
    write_paper_map,
)
from maps.terminal import Lang, LangOption, existing
from maps.travel_commands import Projects  # noqa: TC001  typer reads the annotations at run time

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from maps.tiles import Tiles

__all__ = ["TilesKeyOption", "TilesOption", "map_", "tiles_option"]

TilesOption = Annotated[
    str,
    typer.Option(
        "--tiles",
        help="在线底图, 需联网 online tiles, which need the web: amap 高德 | tianditu 天地图 | osm",
        show_default=False,
    ),
]
TilesKeyOption = Annotated[
    str, typer.Option("--tiles-key", help="天地图密钥 your own key (tk) for tianditu.", show_default=False)
]


def tiles_option(provider: str, key: str) -> Tiles | None:
    """
    Return the tiles that a user asks for; None where none are.

    Raises
    ------
    VocabularyError
        If the provider is unknown, 天地图 has no key, or there is a key without a provider.
    """
    from maps.tiles import tiles_of

    if not provider:
        if key:
            message = "--tiles-key is for --tiles tianditu; give both or neither"
            raise VocabularyError(message)
        return None
    return tiles_of(provider, key=key)


def map_(
    source: Annotated[
        Path, typer.Argument(metavar="ATLAS", help="图集文件夹 folder of an atlas, with its CSVs and features.gpkg.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML to write.")] = Path("map.html"),
    lang: LangOption = Lang.ZH,
    title: Annotated[str, typer.Option("--title", help="图名 title.")] = "",
    map_approval: Annotated[str, typer.Option("--map-approval", help="审图号 printed on the map.")] = "",
    tiles: TilesOption = "",
    tiles_key: TilesKeyOption = "",
    indicators: Annotated[
        list[Path] | None,
        typer.Option(
            "--indicators",
            help="另加市、县指标表 (indicators.csv 或 tongtu density --format csv), 可多次。"
            " Further tables of indicators or densities by city or county, may be repeated.",
            show_default=False,
        ),
    ] = None,
    isochrones: Annotated[
        Path | None,
        typer.Option("--isochrones", help="等时圈 rings, as tongtu isochrone writes them.", show_default=False),
    ] = None,
    static: Static = None,
    width_mm: Width = None,
    height_mm: Height = None,
    dpi: Dpi = 300,
    mode: Modes = None,
    project: Projects = None,
    scenario: PaperScenario = "",
    small_multiples: Multiples = "",
    area: Area = "",
    theme: ThemeOption = "",
) -> None:
    """由 (可能改过的) 表重画地图; --static 出印刷用图。 Draw the map again from an atlas whose tables may have been corrected."""
    if static is not None:
        write_paper_map(
            source, static, title=title, map_approval=map_approval, lang=lang.value, width_mm=width_mm, height_mm=height_mm,
            dpi=dpi, modes=mode or [], projects=project or [], scenario=scenario, split=small_multiples, area=area,
            theme=theme, indicators=_all_indicators(source, indicators or []) if theme else None,
            isochrones=_rings(isochrones),
        )  # fmt: skip
        typer.echo(f"{static}: {static.stat().st_size / 1e6:.1f} MB")
        return
    given = {
        "--width-mm": width_mm, "--height-mm": height_mm, "--mode": mode, "--project": project, "--scenario": scenario,
        "--small-multiples": small_multiples, "--area": area, "--theme": theme,
    }  # fmt: skip
    idle = [name for name, value in given.items() if value]
    if idle:
        message = f"{', '.join(idle)}: for paper, add --static FILE.png; on the web map its reader chooses"
        raise VocabularyError(message)
    _write_web(source, out, lang, title, map_approval, tiles_option(tiles, tiles_key), indicators or [], isochrones)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


def _write_web(
    source: Path,
    out: Path,
    lang: Lang,
    title: str,
    map_approval: str,
    tiles: Tiles | None,
    further: list[Path],
    isochrones: Path | None,
) -> None:
    from geo.boundaries import basemap, boundaries
    from geo.io import read_features, read_table
    from layers.features import attributions_of
    from layers.schema import FEATURES
    from maps.atlas import TITLE
    from maps.static_command import document_titles
    from maps.web import write_web_map
    from projects.schema import MENTIONS, PROJECTS, VERDICTS

    verdicts = source / "verdicts.csv"
    features = read_features(existing(source / "features.gpkg"), FEATURES)
    write_web_map(
        out,
        features,
        projects=read_table(existing(source / "projects.csv"), PROJECTS),
        mentions=read_table(existing(source / "mentions.csv"), MENTIONS),
        areas=boundaries("prefecture"),
        counties=boundaries("county"),
        indicators=_all_indicators(source, further),
        verdicts=read_table(verdicts, VERDICTS) if verdicts.is_file() else None,
        isochrones=_rings(isochrones),
        basemap=basemap(),
        title=title or TITLE[lang.value],
        lang=lang.value,
        documents=document_titles(source),
        sources=attributions_of(features),
        map_approval=map_approval,
        tiles=tiles,
    )


def _all_indicators(source: Path, further: list[Path]) -> pd.DataFrame:
    """Return the indicators of an atlas and of further tables."""
    import pandas as pd

    from geo.io import read_table
    from layers.schema import INDICATORS

    tables = [read_table(existing(source / "indicators.csv"), INDICATORS)]
    tables += [_indicators(existing(path)) for path in further]
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]


def _rings(path: Path | None) -> gpd.GeoDataFrame | None:
    """Read isochrones, where a file is given."""
    from geo.io import read_features
    from layers.isochrones import ISOCHRONES

    return None if path is None else read_features(existing(path), ISOCHRONES)


def _indicators(path: Path) -> pd.DataFrame:
    """Read indicators, or what ``tongtu density --format csv`` says; a name that two areas share says nothing of either."""
    import pandas as pd

    from layers.schema import INDICATORS

    table = pd.read_csv(path, dtype={"area": "string", "as_of": "string"}, encoding="utf-8-sig", keep_default_na=False)
    if "density" in table and "value" not in table:
        table = table.assign(value=table["density"], indicator=table["indicator"].astype(str) + "_density")
    if "value" in table:
        table = table.assign(value=pd.to_numeric(table["value"], errors="coerce"))
    key = [name for name in INDICATORS.key if name in table]
    table = table.drop_duplicates(key, keep=False).sort_values(key, ignore_index=True)
    return INDICATORS.validate(INDICATORS.coerce(table))
