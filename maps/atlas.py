"""
A whole plan, end to end: read → register → site → measure → assess → map, report, exports.

Each step is a function over tables that other code can call; :func:`make_atlas` runs them all and puts the results into
one folder that appears whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo import __version__
from geo.boundaries import basemap, boundaries
from geo.display import ShowsTables
from geo.io import MANIFEST, output_folder, sha256_of, write_bytes, write_table
from layers.accessibility import ACCESSIBILITY, area_places
from layers.area_units import area_units
from layers.features import attributions_of, network_features
from layers.indicators import Measures, measure
from layers.osm_matching.files import osm_files
from layers.ranking import RANKING, rank_projects
from layers.scenario import DATA_MONTH, projects_in
from layers.schema import FEATURES, INDICATORS, TRAVEL_TIMES
from maps.export import write_geopackage, write_shapefiles
from maps.osm_matches import matches_sentence, redrawn_from_files, write_matches
from maps.report import write_report
from maps.report_accessibility import measured_accessibility
from maps.web import write_web_map
from projects.assessment import assess
from projects.consistency import inconsistencies
from projects.corrections import read_corrections
from projects.reading import Reading, keep_in_place, read_files, write_reading
from projects.schema import ASSESSMENT, CLOSING, CONSISTENCY, SENSITIVITY, VERDICTS
from projects.siting import site_projects
from projects.verdict.reference_targets import reference_dates, reference_targets
from projects.verdict.verdicts import Verdicts, target_verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from maps.tiles import Tiles

__all__ = ["Atlas", "combined_features", "make_atlas", "write_atlas_map", "write_verdicts"]

log = logging.getLogger(__name__)

STAGES = ("read", "site", "measure", "assess", "map", "report", "export")
"""Steps of the main job, in order, as a progress display names them."""

TITLE = {"zh": "区域基础设施规划图集", "en": "Atlas of regional infrastructure plans"}

Progress = "Callable[[str, int, int], None]"


@dataclass(frozen=True)
class Atlas(ShowsTables):
    """
    All tables of an atlas, as written into its folder.

    Attributes
    ----------
    reading : Reading
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Projects and the existing network.
    measures : Measures
    assessment : DataFrame, contract ``projects.schema.ASSESSMENT``
    verdicts : Verdicts
        One line per target, those of ``projects.verdict.reference_targets`` among them where a plan is of 沪苏浙皖.
    consistency : DataFrame, contract ``projects.schema.CONSISTENCY``
    folder : Path
    notes : list of str
        What the reader should know: plans without projects, texts that were cut.
    """

    reading: Reading
    features: gpd.GeoDataFrame
    measures: Measures
    assessment: pd.DataFrame
    verdicts: Verdicts
    consistency: pd.DataFrame
    folder: Path
    notes: list[str] = field(default_factory=list)


def make_atlas(
    paths: Sequence[Path],
    out: Path,
    *,
    lang: str = "zh",
    month: str = DATA_MONTH,
    dates: Mapping[str, str] | None = None,
    user_lines: gpd.GeoDataFrame | None = None,
    map_approval: str = "",
    tiles: Tiles | None = None,
    corrections: Path | None = None,
    osm: Path | None = None,
    osm_choices: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Atlas:
    """
    Make an atlas of plans: the main job of tongtu.

    Parameters
    ----------
    paths : sequence of Path
        Plan files; empty for the built-in register.
    out : Path
        Folder to write; an earlier atlas there is replaced only when the new one is whole.
    lang : {"zh", "en"}
    month : str
        ``YYYY-MM`` of the existing network.
    dates : mapping of file name to issue date, optional
    user_lines : GeoDataFrame, optional
        A planner's own geometries; see :func:`projects.siting.site_projects`.
    map_approval : str
        审图号, printed on the map.
    tiles : Tiles, optional
        Online tiles below the map's layers; see :func:`maps.tiles.tiles_of`.
    corrections : Path, optional
        A planner's corrections of the register (contract ``projects.corrections.CORRECTIONS``), applied before siting; a
        file that lies in ``out`` is carried over to the new atlas.
    osm : Path, optional
        OpenStreetMap: what ``tongtu import-osm`` wrote, or a file of it. Its lines take the place of drawn ones where they
        match by name, number and place; ``osm_matches.csv`` and ``osm_matches.gpkg`` in the folder say which and why.
    osm_choices : Path, optional
        ``osm_matches.csv`` with a planner's decisions; see :func:`layers.osm_matching.tables.read_choices`.
    progress : callable(stage, done, total), optional
        Stages are those of ``STAGES``.

    Returns
    -------
    Atlas

    Raises
    ------
    DocumentError
        If a plan cannot be read.
    OutputError
        If the folder cannot be written, or holds other people's files.
    """

    def step(stage: str) -> Callable[[int, int], None]:
        return lambda done, total: progress(stage, done, total) if progress is not None else None

    with output_folder(out) as folder:
        given = None if corrections is None else read_corrections(corrections)
        reading = read_files(paths, dates=dates, corrections=given, progress=step("read"))
        notes = [
            f"{row['document']}: 未提及任何具体项目 names no project"
            for row in reading.documents
            if paths and not row["mentions"]
        ]
        projects = site_projects(
            reading.register.projects,
            regions=_regions(reading),
            user_lines=user_lines,
            lang=lang,
            progress=step("site"),
        )
        network = network_features(month)
        found = redrawn_from_files(
            combined_features(projects, network),
            osm,
            osm_choices,
            projects=reading.register.projects,
            regions=_regions(reading),
            lang=lang,
        )
        if found is not None:
            projects, network = (found.features[found.features["origin"] == name] for name in ("project", "network"))
            projects, network = projects.reset_index(drop=True), network.reset_index(drop=True)
            write_matches(found.matches, folder / "osm_matches.csv")
            notes.append(f"{matches_sentence(found.matches, lang)} (osm_matches.csv)")
        features = combined_features(projects, network)
        measures = measure(projects, month=month, lang=lang, progress=step("measure"))
        assessment = assess(reading.targets, measures.indicators, lang=lang)
        verdicts = _verdicts(reading, projects, measures, month, lang)
        consistency = inconsistencies(
            reading.register.projects,
            reading.register.mentions,
            _all_targets(reading),
            reading.documents,
            features=projects,
            lang=lang,
        )
        accessibility, ranking = _gains(projects, month, lang)
        step("assess")(1, 1)
        title = _title(reading, lang)
        atlas = Atlas(reading, features, measures, assessment, verdicts, consistency, out, notes)
        write_reading(reading, folder)
        write_table(measures.indicators, folder / "indicators.csv", INDICATORS)
        write_table(measures.travel_times, folder / "travel_times.csv", TRAVEL_TIMES)
        write_table(assessment, folder / "assessment.csv", ASSESSMENT)
        write_verdicts(verdicts, folder)
        write_table(consistency, folder / "consistency.csv", CONSISTENCY)
        if accessibility is not None and ranking is not None:
            write_table(accessibility, folder / "accessibility.csv", ACCESSIBILITY)
            write_table(ranking, folder / "ranking.csv", RANKING)
        write_atlas_map(atlas, folder / "map.html", title=title, lang=lang, map_approval=map_approval, tiles=tiles)
        step("map")(1, 1)
        write_report(
            folder / "report.html",
            projects=reading.register.projects,
            mentions=reading.register.mentions,
            targets=reading.targets,
            assessment=assessment,
            indicators=measures.indicators,
            travel_times=measures.travel_times,
            features=features,
            documents=reading.documents,
            verdicts=verdicts,
            consistency=consistency,
            accessibility=accessibility,
            ranking=ranking,
            sources=attributions_of(features),
            lang=lang,
            title=title,
        )
        step("report")(1, 1)
        write_geopackage(features, folder / "features.gpkg", styles=True)
        step("export")(1, 2)
        cut = write_shapefiles(features, folder / "shapefile")
        if cut:
            notes.append(f"shapefile: {cut} 段长文字见 long_texts.csv long texts stand whole there")
        step("export")(2, 2)
        options = {"lang": lang, "as_of": month, "map_approval": map_approval}
        if corrections is not None:
            options |= {"corrections": str(corrections), "corrections_sha256": sha256_of(corrections)}
            keep_in_place(corrections, out, folder)
        if osm is not None:
            options |= {"osm": str(osm), "osm_sha256": " ".join(sha256_of(file) for file in osm_files(osm))}
        if osm_choices is not None:
            options |= {"osm_choices": str(osm_choices), "osm_choices_sha256": sha256_of(osm_choices)}
            keep_in_place(osm_choices, out, folder)
        _write_manifest(atlas, folder, options)
    return atlas


def _regions(reading: Reading) -> dict[str, str]:
    return {str(row["document"]): str(row["region"]) for row in reading.documents if row.get("region")}


def write_verdicts(verdicts: Verdicts, folder: Path) -> None:
    """
    Write ``verdicts.csv``, ``closing.csv`` and ``sensitivity.csv`` into a folder that exists.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    write_table(verdicts.verdicts, folder / "verdicts.csv", VERDICTS)
    write_table(verdicts.closing, folder / "closing.csv", CLOSING)
    write_table(verdicts.sensitivity, folder / "sensitivity.csv", SENSITIVITY)


def _verdicts(reading: Reading, projects: gpd.GeoDataFrame, measures: Measures, month: str, lang: str) -> Verdicts:
    """Assess the plans' targets and, where a plan is of 沪苏浙皖, those of the national plans for it."""
    dates = reference_dates() | {str(row["document"]): str(row.get("date") or "") for row in reading.documents}
    return target_verdicts(_all_targets(reading), projects, measures.indicators, month=month, dates=dates, lang=lang)


def _gains(projects: gpd.GeoDataFrame, month: str, lang: str) -> tuple[pd.DataFrame, pd.DataFrame] | tuple[None, None]:
    """Measure what the projects change of the 41 cities' accessibility, all together and one by one; None without any to build."""
    if projects_in(projects, "plan").empty:
        return None, None
    ranked = rank_projects(projects, area_places("prefecture"), month=month, scenario="plan", lang=lang)
    table = RANKING.coerce(ranked.projects.assign(scenario="plan"))
    return measured_accessibility(projects, month=month, lang=lang), table


def _all_targets(reading: Reading) -> pd.DataFrame:
    """Return the plans' targets and, where a plan is of 沪苏浙皖, those of the national plans for it."""
    if any(area_units(region) is not None for region in reading.regions):
        return pd.concat([reading.targets, reference_targets()], ignore_index=True)
    return reading.targets


def combined_features(projects: gpd.GeoDataFrame, network: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return projects and the existing network as one table, contract ``layers.schema.FEATURES``, by feature_id."""
    both = pd.concat([projects, network], ignore_index=True).sort_values("feature_id", ignore_index=True)
    table = FEATURES.coerce(gpd.GeoDataFrame(both, geometry="geometry", crs=FEATURES.crs))
    return FEATURES.validate(table)


def write_atlas_map(
    atlas: Atlas, path: Path, *, title: str, lang: str, map_approval: str = "", tiles: Tiles | None = None
) -> None:
    """Write the map of an atlas; see :func:`maps.web.write_web_map`."""
    write_web_map(
        path,
        atlas.features,
        projects=atlas.reading.register.projects,
        mentions=atlas.reading.register.mentions,
        areas=boundaries("prefecture"),
        counties=boundaries("county"),
        indicators=atlas.measures.indicators,
        verdicts=atlas.verdicts.verdicts,
        basemap=basemap(),
        title=title,
        lang=lang,
        documents={str(row["document"]): str(row.get("title") or row["document"]) for row in atlas.reading.documents},
        sources=attributions_of(atlas.features),
        map_approval=map_approval,
        tiles=tiles,
    )


def _write_manifest(atlas: Atlas, folder: Path, options: dict[str, str]) -> None:
    drawn = atlas.features[atlas.features["origin"] == "project"]["drawn_by"].astype(str).value_counts()
    manifest = {
        "tongtu": __version__,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "versions": _versions("geopandas", "shapely", "pyproj", "pyogrio", "pandas", "numpy", "scipy", "folium"),
        "options": options,
        "inputs": [
            {key: row.get(key, "") for key in ("document", "title", "date", "sha256")}
            for row in atlas.reading.documents
        ],
        "counts": {
            "projects": len(atlas.reading.register.projects),
            "mentions": len(atlas.reading.register.mentions),
            "targets": len(atlas.reading.targets),
            "damage": len(atlas.reading.damage),
            "features": len(atlas.features),
            "drawn_by": {str(k): int(v) for k, v in drawn.sort_index().items()},
        },
        "files": {
            file.relative_to(folder).as_posix(): sha256_of(file) for file in sorted(folder.rglob("*")) if file.is_file()
        },
    }
    write_bytes(folder / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())


def _versions(*names: str) -> dict[str, str]:
    out = {}
    for name in names:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = ""
    return out


def _title(reading: Reading, lang: str) -> str:
    regions = [region.removesuffix("省").removesuffix("市") for region in reading.regions]
    if not regions or len(regions) > 6:
        return TITLE[lang]
    return f"{'、'.join(regions)} · {TITLE[lang]}" if lang == "zh" else f"{TITLE[lang]}: {', '.join(regions)}"
