"""Matches as a table for review, a planner's choices from one, and features redrawn by what was decided."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.errors import SchemaError
from geo.geodesy import length_km
from geo.io import read_table
from layers.osm.schema import ATTRIBUTION
from layers.osm_matching.decision import chosen_route, match_line
from layers.osm_matching.schema import OSM_CHOICES, OSM_MATCHES, Choice, Decision, reason_text
from layers.schema import FEATURES, Method
from layers.siting_notes import SitingNote, decoded, encoded, note, notes_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from layers.osm_matching.candidates import Candidates
    from layers.osm_matching.wanted import Match, MatchAssumptions, Wanted

__all__ = ["match_lines", "read_choices", "redrawn"]

CHOICES = {
    "采用": Choice.USE.value,
    "使用": Choice.USE.value,
    "不采用": Choice.REFUSE.value,
    "不用": Choice.REFUSE.value,
}


def read_choices(path: Path) -> pd.DataFrame:
    """
    Read what a planner decided: ``osm_matches.csv`` with the column ``choice`` (人工裁定) filled in, or a table of its own.

    Parameters
    ----------
    path : Path
        CSV as a spreadsheet saves it. 采用 and 不采用 stand for use and refuse.

    Returns
    -------
    DataFrame, contract ``OSM_CHOICES``, rows with a choice only

    Raises
    ------
    SchemaError
        If the file is missing or no such table, an id repeats, or a choice is none of the words; every breach is listed.
    """
    if not path.is_file():
        message = f"{path}: no such file of choices"
        raise SchemaError(message)
    table = read_table(path, OSM_CHOICES)
    said = table["choice"].astype(str).str.strip()
    table["choice"] = [CHOICES.get(word, word.lower()) for word in said]
    unknown = [
        f"row {row}: {word!r} is no choice; accepted: use 采用, refuse 不采用"
        for row, word in enumerate(table["choice"], 2)
        if word and word not in set(Choice)
    ]
    lost = [
        f"row {row}: chosen_ways goes with choice use"
        for row, (word, ways) in enumerate(zip(table["choice"], table["chosen_ways"], strict=True), 2)
        if ways and word != Choice.USE
    ]
    if unknown or lost:
        message = f"{path}: " + "; ".join([*unknown, *lost])
        raise SchemaError(message)
    return table.loc[table["choice"] != "", OSM_CHOICES.names].reset_index(drop=True)


def match_lines(
    wanted: Sequence[Wanted],
    candidates: Candidates,
    *,
    choices: pd.DataFrame | None = None,
    assumptions: MatchAssumptions | None = None,
    lang: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> gpd.GeoDataFrame:
    """
    Look for drawn lines in OpenStreetMap, one by one.

    Parameters
    ----------
    wanted : sequence of Wanted, n
    candidates : Candidates
    choices : DataFrame, contract ``OSM_CHOICES``, optional
        What a planner decided before; it goes before what is found here.
    assumptions : MatchAssumptions, optional
    lang : {"zh", "en"}
        Language of ``reason``.
    progress : callable(done, total), optional

    Returns
    -------
    GeoDataFrame, contract ``OSM_MATCHES``, EPSG:4326, n rows, sorted by feature_id
        The geometry is the route that was found, also where it is not used; empty where none was.
    """
    decided: dict[str, dict[Hashable, Any]] = {}
    if choices is not None:
        decided = {str(row["feature_id"]): row for row in choices.to_dict("records")}
    rows: list[dict[str, object]] = []
    shapes: list[BaseGeometry | None] = []
    for done, line in enumerate(sorted(wanted, key=lambda one: one.feature_id), 1):
        choice = decided.get(line.feature_id, {})
        match = _decided(line, candidates, choice, assumptions)
        rows.append(
            {
                "feature_id": line.feature_id,
                "origin": line.origin,
                "name": line.name,
                "mode": line.mode,
                "drawn_by": line.drawn_by,
                "accuracy_km": line.accuracy_km,
                **match.evidence,
                "decision": match.decision,
                "reasons": "|".join(match.reasons),
                "reason": reason_text("|".join(match.reasons), lang),
                "score": match.score,
                **{name: choice.get(name, "") for name in ("choice", "chosen_ways", "choice_note")},
            }
        )
        shapes.append(match.geometry)
        if progress is not None:
            progress(done, len(wanted))
    table = pd.DataFrame(rows) if rows else OSM_MATCHES.empty()
    matches = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=OSM_MATCHES.crs), crs=OSM_MATCHES.crs)
    return OSM_MATCHES.validate(OSM_MATCHES.coerce(matches)[[*OSM_MATCHES.names, "geometry"]])


def _decided(
    line: Wanted, candidates: Candidates, choice: dict[Hashable, Any], assumptions: MatchAssumptions | None
) -> Match:
    """Return a match as a planner decided, else as found."""
    ways = re.findall(r"way/\d+", str(choice.get("chosen_ways", "")))
    if ways:
        return chosen_route(line, candidates, ways)
    found = match_line(line, candidates, assumptions=assumptions)
    if choice.get("choice") == Choice.REFUSE:
        return replace(found, decision=Decision.REFUSED, reasons=("by_user",))
    if choice.get("choice") == Choice.USE and found.decision not in {Decision.REPLACED, Decision.ABSENT}:
        joined = found.geometry is not None and found.score == found.score
        if joined:
            return replace(found, decision=Decision.REPLACED, reasons=("by_user", *found.reasons))
    return found


def redrawn(features: gpd.GeoDataFrame, matches: gpd.GeoDataFrame, *, lang: str = "zh") -> gpd.GeoDataFrame:
    """
    Return features with the lines of OpenStreetMap in place of drawn ones where they were matched.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Unchanged.
    matches : GeoDataFrame, contract ``OSM_MATCHES``
        Of these features; rows of others are passed over.
    lang : {"zh", "en"}
        Language of ``siting_note``.

    Returns
    -------
    GeoDataFrame, contract ``FEATURES``, same rows and order
        Replaced ones have ``drawn_by`` osm, the accuracy of what is mapped at its stage, its length, and the attribution in ``source``; a
        line of which OpenStreetMap has a part, or two of the name, stays as drawn and its note says so.
    """
    by_id = {str(row["feature_id"]): row for row in matches.to_dict("records")}
    out = features.copy()
    geometry = list(out.geometry)
    for position, (feature_id, drawn_by, codes, source) in enumerate(
        zip(out["feature_id"], out["drawn_by"], out["siting_codes"], out["source"], strict=True)
    ):
        match = by_id.get(str(feature_id))
        if match is None or match["decision"] in {Decision.REFUSED, Decision.ABSENT}:
            continue
        row = out.index[position]
        told = _told(match, str(drawn_by))
        notes = (*told, *decoded(str(codes)))
        if match["decision"] == Decision.REPLACED:
            geometry[position] = match["geometry"]
            out.loc[row, "drawn_by"] = Method.OSM.value
            out.loc[row, "accuracy_km"] = match["osm_accuracy_km"]
            out.loc[row, "length_km"] = round(length_km(match["geometry"]), 3)
            out.loc[row, "source"] = "; ".join(part for part in (str(source), ATTRIBUTION) if part)
        else:
            notes = (*decoded(str(codes)), *told)
        out.loc[row, "siting_codes"] = encoded(notes)
        out.loc[row, "siting_note"] = notes_text(notes, lang)
    out = out.set_geometry(gpd.GeoSeries(geometry, index=out.index, crs=FEATURES.crs))
    return FEATURES.validate(FEATURES.coerce(out)[[*FEATURES.names, "geometry"]])


def _told(match: dict[str, object], drawn_by: str) -> tuple[SitingNote, ...]:
    if match["decision"] == Decision.PARTIAL:
        return (note("osm_partial", share=f"{float(str(match['coverage_share'])):.0%}"),)
    if match["decision"] == Decision.AMBIGUOUS:
        return (note("osm_second"),)
    called = str(match["osm_name"] or match["osm_ref"]).split("|")[0]
    told = [note("osm_alignment", line=called, ways=match["ways"])]
    if drawn_by == Method.NETWORK.value:
        told.append(note("osm_in_network"))
    if float(str(match["gaps_km"])) > 0.0:
        told.append(note("osm_bridged", km=f"{float(str(match['gaps_km'])):.2f}"))
    return tuple(told)
