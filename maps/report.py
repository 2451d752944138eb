"""
The report of a plan: one page for a decision maker, then every project, target, time and doubt with its source.

One offline HTML file under the same policy as the map. This module turns tables into what the template shows; the
template (``templates/report.html.j2``) escapes every word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from layers.schema import STAGE_ORDER, Method, Mode, Status
from layers.siting_notes import in_language
from maps import style
from maps.labels import flag_label, kind_label
from maps.page import POLICY_MARK, asset, page_template, page_words, seal, write_page
from maps.payload import plain
from maps.report_tables import (
    grade_rows,
    indicator_tables,
    number,
    target_rows,
    target_sentences,
    travel_gains,
    travel_matrices,
)
from maps.report_verdicts import consistency_tables, forecast_caveats, verdict_rows
from projects.consistency import inconsistencies
from projects.verdict.reference_targets import reference_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from projects.verdict.verdicts import Verdicts

__all__ = ["report", "write_report"]

_CHART_WIDTH = 480.0
_CHART_LEFT = 100.0
_STAGE_OPACITY = {stage: 1.0 - 0.15 * rank for rank, stage in enumerate(style.STAGES)}


def write_report(path: str | Path, **tables: Any) -> Path:
    """
    Write the report of a plan as one HTML file.

    Parameters
    ----------
    path : path
    **tables
        As for ``report``.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the file cannot be written; and what ``report`` raises.
    """
    return write_page(path, report(**tables))


def report(
    *,
    projects: pd.DataFrame,
    mentions: pd.DataFrame,
    targets: pd.DataFrame,
    assessment: pd.DataFrame,
    indicators: pd.DataFrame,
    travel_times: pd.DataFrame,
    features: gpd.GeoDataFrame,
    documents: Sequence[Mapping[str, Any]],
    verdicts: Verdicts | None = None,
    consistency: pd.DataFrame | None = None,
    lang: str = "zh",
    title: str = "",
) -> str:
    """
    Make the report of a plan.

    Parameters
    ----------
    projects, mentions, targets, assessment : DataFrame, contracts of ``projects.schema``
    indicators, travel_times : DataFrame, contracts of ``layers.schema``
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Projects (how each is drawn) and the existing network (what it rests on).
    documents : sequence of mapping
        ``document``, ``title``, ``date``, ``region``, ``sha256``.
    verdicts : Verdicts, optional
        Targets one by one, of :func:`projects.verdict.verdicts.target_verdicts`.
    consistency : DataFrame, contract ``projects.schema.CONSISTENCY``, optional
        How the plans disagree; found here where it is not given.
    lang : {"zh", "en"}
    title : str

    Returns
    -------
    str
        A page that needs nothing from outside. The same input gives the same text.

    Raises
    ------
    ValueError
        If the language is unknown.
    """
    words = page_words("report_words.json", lang)
    features = in_language(features, lang)
    listed = _documents(documents)
    entries = _projects(projects, mentions, features, {d["document"]: d["title"] for d in listed}, lang, words)
    titles = reference_titles() | {str(d["document"]): str(d["title"]) for d in listed}
    rows, notes = target_rows(targets, assessment, lang, words, titles)
    caveats = forecast_caveats(verdicts.verdicts, words) if verdicts is not None else {}
    sentences = target_sentences(rows, words, caveats)
    if consistency is None:
        consistency = inconsistencies(projects, mentions, targets, documents, features=features, lang=lang)
    gains = travel_gains(travel_times)
    tables = indicator_tables(indicators, lang)
    defined = {table["anchor"] for table in tables}
    undefined = {row["anchor"]: row for row in rows if row["anchor"] not in defined}
    context = {
        "w": words,
        "lang": lang,
        "mark": POLICY_MARK,
        "css": asset("report.css"),
        "script": asset("report.js"),
        "title": str(plain(title)) or words["register"],
        "documents": listed,
        "n_projects": len(entries),
        "tiles": _tiles(entries, rows, len(mentions), len(listed), words),
        "sentences": sentences,
        "unmeasured": _phrase(words["unmeasured"], len(rows) - len(sentences)) if len(rows) > len(sentences) else "",
        "stage_chart": _stage_chart(entries, lang, words),
        "method_chart": _method_chart(entries, lang, words),
        "contents": [
            (key, words[key.replace("-", "_")])
            for key in (
                "targets",
                "verdict-table",
                "register",
                "travel",
                "indicators",
                "consistency",
                "doubts",
                "not-drawn",
                "method",
            )
        ],
        "targets": rows,
        "notes": notes,
        "modes": _by_mode(entries, lang, words),
        "matrices": travel_matrices(travel_times, lang, words),
        "gains": gains,
        "indicator_tables": tables,
        "verdict_rows": verdict_rows(verdicts, lang, words, titles) if verdicts is not None else [],
        "inconsistent": consistency_tables(consistency, entries, lang, words, titles),
        "doubtful": [e for e in entries if e["flags"]],
        "undrawn": [e for e in entries if not e["drawn"]],
        "methods": [(word.text(lang), meaning.text(lang)) for word, meaning in style.DRAWN_BY.values()],
        "other_definitions": [
            (row["indicator"], key, notes[row["notes"][0] - 1] if row["notes"] else words["not_measured"])
            for key, row in undefined.items()
        ],
        **grade_rows(features, words),
    }
    return seal(page_template("report.html.j2", own=("css", "script", "mark")).render(context))


def _phrase(text: str, *values: object) -> str:
    for position, value in enumerate(values):
        text = text.replace("{" + str(position) + "}", str(value))
    return text


def _documents(documents: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "document": str(plain(d.get("document")) or ""),
            "title": str(plain(d.get("title")) or plain(d.get("document")) or ""),
            "date": str(plain(d.get("date")) or ""),
            "sha256": str(plain(d.get("sha256")) or ""),
        }
        for d in documents
    ]


def _projects(
    projects: pd.DataFrame,
    mentions: pd.DataFrame,
    features: gpd.GeoDataFrame,
    titles: Mapping[str, str],
    lang: str,
    words: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return one entry per project with its drawing and its mentions, by mode, then stage (furthest first), then name."""
    sited = features[features["origin"] == "project"]
    empty = (sited.geometry.isna() | sited.geometry.is_empty).to_numpy()
    drawings = {
        str(row["feature_id"]): row | {"drawn": not missing}
        for row, missing in zip(sited.drop(columns=sited.geometry.name).to_dict("records"), empty, strict=True)
    }
    rank = {name: position for position, name in enumerate(titles)}
    by_project: dict[str, list[dict[Any, Any]]] = {}
    for row in mentions.to_dict("records"):
        by_project.setdefault(str(row["project_id"]), []).append(row)
    entries = []
    for row in projects.to_dict("records"):
        key = str(row["project_id"])
        said = sorted(
            by_project.get(key, []),
            key=lambda m: (rank.get(str(m["document"]), len(rank)), str(m["document"]), plain(m["start"]) or 0),
        )
        entries.append(_entry(row, drawings.get(key), said, titles, lang, words))
    modes = list(Mode)
    return sorted(entries, key=lambda e: (modes.index(e["mode"]), -e["rank"], e["name"], e["anchor"]))


def _entry(
    row: Mapping[Any, Any],
    drawing: Mapping[Any, Any] | None,
    said: Sequence[Mapping[Any, Any]],
    titles: Mapping[str, str],
    lang: str,
    words: Mapping[str, str],
) -> dict[str, Any]:
    route_km = plain(drawing["route_length_km"]) if drawing else None
    km = route_km if route_km is not None else (plain(drawing["length_km"]) if drawing else None)
    drawn = bool(drawing and drawing["drawn"])
    method = Method(str(drawing["drawn_by"])) if drawing and drawn else Method.NONE
    accuracy = plain(drawing["accuracy_km"]) if drawing and drawn else None
    return {
        "project_id": str(row["project_id"]),
        "anchor": _anchor(str(row["project_id"])),
        "name": plain(row["name"]),
        "aliases": _phrase(words["also"], words["sep"].join(str(plain(row["aliases"])).split("|")))
        if row["aliases"]
        else "",
        "mode": Mode(row["mode"]),
        "kind": kind_label(str(row["kind"]), lang),
        "work": style.work_label(str(row["work"]), lang),
        "status": Status(row["status"]),
        "stage": style.status_label(str(row["status"]), lang),
        "rank": STAGE_ORDER[Status(row["status"])],
        "places": plain(row["places"]),
        "opening": plain(row["opening_year"]),
        "raw_km": "" if km is None else km,
        "km": "" if km is None else number(km),
        "method": style.method_label(method.value, lang),
        "drawn_by": method,
        "drawn": drawn,
        "accuracy": _phrase(words["accuracy"], number(accuracy)) if accuracy else "",
        "siting_note": plain(drawing["siting_note"]) if drawing else "",
        "flags": words["sep"].join(flag_label(f, lang) for f in str(plain(row["flags"]) or "").split("|") if f),
        "mentions": [
            {
                "document": plain(m["document"]),
                "title": titles.get(str(m["document"]), ""),
                "clause": plain(m["clause"]),
                "stage": style.status_label(str(m["status"]), lang),
                "quotation": plain(m["quotation"]),
                # Words that the quotation does not hold: a heading or the verb of a list some way before it.
                "stage_words": "" if str(m["status_text"]) in str(m["quotation"]) else plain(m["status_text"]),
            }
            for m in said
        ],
    }


def _anchor(text: str) -> str:
    """Return a text as part of an id: letters (of any script), digits and hyphens."""
    return re.sub(r"[^\w-]+", "-", text)


def _by_mode(entries: Sequence[Mapping[str, Any]], lang: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    out = []
    for mode, look in style.MODES.items():
        own = [e for e in entries if e["mode"] is mode]
        if own:
            count = _phrase(words["count"], len(own))
            out.append(
                {
                    "id": mode.value,
                    "label": look.label.text(lang),
                    "colour": look.colour,
                    "count": count,
                    "projects": own,
                }
            )
    return out


def _tiles(
    entries: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    n_mentions: int,
    n_documents: int,
    words: Mapping[str, str],
) -> list[dict[str, str]]:
    drawn = sum(1 for e in entries if e["drawn"])
    building = sum(1 for e in entries if e["status"] is Status.UNDER_CONSTRUCTION)
    measured = [r for r in rows if r["today"]["verdict"] != "unknown" or r["plan"]["verdict"] != "unknown"]
    met_today = sum(1 for r in measured if r["today"]["verdict"] == "met")
    met_plan = sum(1 for r in measured if r["plan"]["verdict"] == "met")
    verdict = _phrase(words["tile_measured"], met_today)
    close = sum(1 for r in measured if r["today"]["verdict"] == "borderline")
    if close:
        verdict += _phrase(words["tile_borderline"], close)
    if any(r["plan"]["verdict"] != "unknown" for r in measured):
        verdict += _phrase(words["tile_measured_plan"], met_plan)
    share = _phrase(words["tile_drawn"], round(100 * drawn / len(entries))) if entries else ""
    tiles = [
        ("def-projects", len(entries), "projects", _phrase(words["tile_projects"], building)),
        ("def-drawn", drawn, "drawn", share),
        ("def-measured", len(measured), "measured", verdict if measured else ""),
        ("documents", n_documents, "documents_n", _phrase(words["tile_documents"], n_mentions)),
    ]
    return [{"link": link, "value": str(value), "label": words[key], "note": note} for link, value, key, note in tiles]


def _stage_chart(entries: Sequence[Mapping[str, Any]], lang: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Projects by mode (a bar each) and stage (its segments, the furthest first and darkest)."""
    groups = []
    for mode, look in style.MODES.items():
        segments = []
        for status, stage in style.STAGES.items():
            count = sum(1 for e in entries if e["mode"] is mode and e["status"] is status)
            share = 1.0 - _STAGE_OPACITY[status]
            segments.append(
                (count, style.tint(look.colour, share), f"{look.label.text(lang)} · {stage.label.text(lang)}")
            )
        groups.append((look.label.text(lang), segments))
    chart = _bars([g for g in groups if any(count for count, _, _ in g[1])], words["by_mode_stage"])
    return chart | {"key": [stage.label.text(lang) for stage in style.STAGES.values()]}


def _method_chart(entries: Sequence[Mapping[str, Any]], lang: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Projects by how they are drawn, one bar each; provisional ones paler."""
    groups = []
    for method, (word, _) in style.DRAWN_BY.items():
        count = sum(1 for e in entries if e["drawn_by"] is method)
        share = 0.75 if method is Method.NONE else 0.5 if method in style.PROVISIONAL else 0.0
        groups.append((word.text(lang), [(count, style.tint(style.PALETTE["accent"], share), word.text(lang))]))
    return _bars([g for g in groups if g[1][0][0]], words["by_method"])


def _bars(groups: Sequence[tuple[str, list[tuple[int, str, str]]]], label: str) -> dict[str, Any]:
    """Lay out horizontal stacked bars; lengths are in proportion to the counts, the longest fills the width."""
    longest = max((sum(count for count, _, _ in segments) for _, segments in groups), default=1)
    bars = []
    for position, (name, segments) in enumerate(groups):
        x, drawn = _CHART_LEFT, []
        for count, fill, text in segments:
            if count:
                width = round(_CHART_WIDTH * count / longest, 2)
                ink = "#ffffff" if _luminance(fill) < 0.36 else "#23282d"
                segment = {"x": round(x, 2), "width": width, "fill": fill, "ink": ink, "value": count}
                drawn.append(segment | {"title": f"{text} {count}"})
                x += width
        total = sum(count for count, _, _ in segments)
        bars.append({"label": name, "y": 4 + 32 * position, "segments": drawn, "end": round(x, 2), "total": total})
    return {"bars": bars, "height": 8 + 32 * max(len(groups), 1), "label": label}


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
