"""Matches with OpenStreetMap written for review: a table to decide in, and the routes themselves to look at in any GIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import VocabularyError
from geo.io import write_features, write_table
from layers.osm_matching.files import read_osm_lines
from layers.osm_matching.schema import OSM_MATCHES, Decision
from layers.osm_matching.tables import read_choices
from maps.words import word_of
from projects.osm_matching import redraw_from_osm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from projects.osm_matching import Redrawn

__all__ = ["matches_sentence", "redrawn_from_files", "write_matches"]


def redrawn_from_files(
    features: gpd.GeoDataFrame,
    osm: Path | None,
    choices: Path | None = None,
    *,
    projects: pd.DataFrame | None = None,
    regions: Sequence[str] | Mapping[str, str] | None = None,
    lang: str = "zh",
) -> Redrawn | None:
    """
    Replace drawn lines by those of an OpenStreetMap file where they match.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    osm : Path or None
        What ``tongtu import-osm`` wrote, or an OpenStreetMap file.
    choices : Path, optional
        ``osm_matches.csv`` with a planner's decisions.
    projects, regions, lang
        As for :func:`projects.osm_matching.redraw_from_osm`.

    Returns
    -------
    Redrawn or None
        None where no file is given.

    Raises
    ------
    VocabularyError
        If there are choices but no lines to choose from.
    SchemaError
        If a file is missing or not what it should be.
    """
    if osm is None:
        if choices is not None:
            message = f"{choices}: choices go with lines of OpenStreetMap; add --osm FOLDER"
            raise VocabularyError(message)
        return None
    decided = None if choices is None else read_choices(choices)
    lines = read_osm_lines(osm)
    return redraw_from_osm(features, lines, projects=projects, regions=regions, choices=decided, lang=lang)


def write_matches(matches: gpd.GeoDataFrame, path: Path) -> list[Path]:
    """
    Write matches as CSV, and beside it the routes that were found as a GeoPackage.

    Parameters
    ----------
    matches : GeoDataFrame, contract ``layers.osm_matching.schema.OSM_MATCHES``
    path : Path
        Of the CSV. Fill in its column ``choice`` (采用 use, 不采用 refuse) and give it back with ``--osm-choices``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    write_table(matches, path, OSM_MATCHES)
    found = matches[~(matches.geometry.isna() | matches.geometry.is_empty)]
    beside = path.with_suffix(".gpkg")
    if found.empty:
        return [path]
    write_features({OSM_MATCHES.name: found}, beside)
    return [path, beside]


def matches_sentence(matches: gpd.GeoDataFrame, lang: str = "zh") -> str:
    """Return what became of the lines that were looked for, in one sentence."""
    counts = matches["decision"].astype(str).value_counts()
    said = [
        f"{word_of('osm_decision', name.value, lang)} {counts[name.value]}" for name in Decision if counts.get(name)
    ]
    return "OpenStreetMap: " + ("，" if lang == "zh" else ", ").join(said)
