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
from maps.report_accessibility import accessibility_tables, ranking_rows, time_chart
from maps.report_charts import lead_sentences, method_chart, stage_chart, target_chart
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


_MOST_SENTENCES = 8
"""Targets that the first page tells of; the table has them all."""


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
    accessibility: pd.DataFrame | None = None,
    ranking: pd.DataFrame | None = None,
    sources: Sequence[str] = (),
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
    accessibility : DataFrame, contract ``layers.accessibility.ACCESSIBILITY``, optional
        Before and after, of :func:`maps.report_accessibility.measured_accessibility`.
    ranking : DataFrame, contract ``layers.ranking.RANKING``, optional
        What each project saves.
    sources : sequence of str
        Attribution of the data.
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
    entries = _projects(projects, mentions, features, {d["document"]: d for d in listed}, lang, words)
    titles = reference_titles() | {d["document"]: d["short"] for d in listed}
    rows, notes = target_rows(targets, assessment, lang, words, titles)
    caveats = forecast_caveats(verdicts.verdicts, words) if verdicts is not None else {}
    sentences = target_sentences(rows, words, caveats)
    if consistency is None:
        consistency = inconsistencies(projects, mentions, targets, documents, features=features, lang=lang)
    gains = travel_gains(travel_times)
    tables = indicator_tables(indicators, lang)
    defined = {table["anchor"] for table in tables}
    undefined = {row["anchor"]: row for row in rows if row["anchor"] not in defined}
    inconsistent = consistency_tables(consistency, entries, lang, words, titles)
    access = accessibility_tables(accessibility, words) if accessibility is not None else []
    times = next((table for table in access if table["measure"] == "weighted-time"), None)
    ranked = ranking_rows(ranking, lang, words) if ranking is not None else []
    matrices = travel_matrices(travel_times, lang, words)
    measured = [row for row in rows if not _unmeasured(row)]
    sections = (
        "register",
        "targets",
        "verdict-table",
        "access",
        "indicators",
        "consistency",
        "doubts",
        "not-drawn",
        "method",
    )
    context = {
        "w": words,
        "lang": lang,
        "mark": POLICY_MARK,
        "css": asset("report.css"),
        "script": asset("report.js"),
        "title": str(plain(title)) or words["register"],
        "documents": listed,
        "network_month": _network_month(travel_times, indicators, words),
        "n_projects": len(entries),
        "lead": lead_sentences(entries, sentences, len(listed), lang, words),
        "tiles": _tiles(entries, rows, len(mentions), len(listed), times, inconsistent, words),
        "sentences": sentences[:_MOST_SENTENCES],
        "further": _phrase(words["further"], len(sentences) - _MOST_SENTENCES)
        if len(sentences) > _MOST_SENTENCES
        else "",
        "unmeasured": _phrase(words["unmeasured"], len(rows) - len(sentences)) if len(rows) > len(sentences) else "",
        "target_chart": target_chart(measured),
        "stage_chart": stage_chart(entries, lang, words),
        "method_chart": method_chart(entries, lang, words),
        "contents": [(key, words[key.replace("-", "_")]) for key in sections],
        "targets": measured,
        "unmeasured_targets": [row for row in rows if _unmeasured(row)],
        "notes": notes,
        "modes": _by_mode(entries, lang, words),
        "access": access,
        "time_chart": time_chart(times, words) if times is not None else None,
        "ranking": ranked,
        "key_projects": [
            _phrase(words["key_project"], one["name"], one["stage"], one["km"], one["saved"]) for one in ranked[:3]
        ],
        "matrices": matrices,
        "gains": gains,
        "indicator_tables": tables,
        "verdict_rows": [
            one | {"anchor": one["anchor"] if one["anchor"] in defined | set(undefined) else ""}
            for one in (verdict_rows(verdicts, lang, words, titles) if verdicts is not None else [])
        ],
        "inconsistent": inconsistent,
        "doubtful": [e for e in entries if e["flags"]],
        "undrawn": [e for e in entries if not e["drawn"]],
        "methods": [(word.text(lang), meaning.text(lang)) for word, meaning in style.DRAWN_BY.values()],
        "other_definitions": [
            (row["indicator"], key, notes[row["notes"][0] - 1] if row["notes"] else words["not_measured"])
            for key, row in undefined.items()
        ],
        "sources": [str(plain(source)) for source in sources],
        **grade_rows(features, words),
    }
    return seal(page_template("report.html.j2", own=("css", "script", "mark")).render(context))


def _phrase(text: str, *values: object) -> str:
    for position, value in enumerate(values):
        text = text.replace("{" + str(position) + "}", str(value))
    return text


def _unmeasured(row: Mapping[str, Any]) -> bool:
    return bool(row["today"]["verdict"] == "unknown" and row["plan"]["verdict"] == "unknown")


def _network_month(travel_times: pd.DataFrame, indicators: pd.DataFrame, words: Mapping[str, str]) -> str:
    months = {str(m) for table in (travel_times, indicators) for m in table["as_of"].dropna().unique() if str(m)}
    return _phrase(words["network_month"], max(months)) if months else ""


def _documents(documents: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the plans; ``short`` is region and year where that is one plan's alone, else the title."""
    out = [
        {
            "document": str(plain(d.get("document")) or ""),
            "title": str(plain(d.get("title")) or plain(d.get("document")) or ""),
            "date": str(plain(d.get("date")) or ""),
            "region": str(plain(d.get("region")) or ""),
            "sha256": str(plain(d.get("sha256")) or ""),
        }
        for d in documents
    ]
    names = [f"{d['region']} {d['date'][:4]}".strip() if d["region"] else "" for d in out]
    for entry, name in zip(out, names, strict=True):
        entry["short"] = name if name and names.count(name) == 1 else entry["title"]
        entry["anchor"] = _anchor(entry["document"])
    return out


def _projects(
    projects: pd.DataFrame,
    mentions: pd.DataFrame,
    features: gpd.GeoDataFrame,
    titles: Mapping[str, Mapping[str, str]],
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
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    for row in mentions.to_dict("records"):
        by_project.setdefault(str(row["project_id"]), []).append(row)
    entries = []
    for row in projects.to_dict("records"):
        key = str(row["project_id"])
        said = sorted(
            by_project.get(key, []),
            key=lambda m: (rank.get(str(m["document"]), len(rank)), str(m["document"]), plain(m["start"]) or 0),
        )
        entries.append(_entry(row, drawings.get(key), said, titles, lang, words, names))
    modes = list(Mode)
    return sorted(entries, key=lambda e: (modes.index(e["mode"]), -e["rank"], e["name"], e["anchor"]))


def _entry(
    row: Mapping[Any, Any],
    drawing: Mapping[Any, Any] | None,
    said: Sequence[Mapping[Any, Any]],
    titles: Mapping[str, Mapping[str, str]],
    lang: str,
    words: Mapping[str, str],
    names: Mapping[str, str],
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
        "flags": words["sep"].join(flag_label(f, lang, names) for f in str(plain(row["flags"]) or "").split("|") if f),
        "mentions": [
            {
                "document": titles[str(m["document"])]["short"]
                if str(m["document"]) in titles
                else plain(m["document"]),
                "title": titles[str(m["document"])]["title"] if str(m["document"]) in titles else "",
                "link": f"doc-{_anchor(str(m['document']))}" if str(m["document"]) in titles else "",
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
            stages = [
                (label.label.text(lang), sum(1 for e in own if e["status"] is s)) for s, label in style.STAGES.items()
            ]
            count = " · ".join(
                [_phrase(words["count"], len(own)), *(_phrase(words["stage_counts"], *one) for one in stages if one[1])]
            )
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
    times: Mapping[str, Any] | None,
    inconsistent: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
) -> list[dict[str, str]]:
    building = sum(1 for e in entries if e["status"] is Status.UNDER_CONSTRUCTION)
    measured = [r for r in rows if not _unmeasured(r)]
    met_today = sum(1 for r in measured if r["today"]["verdict"] == "met")
    met_plan = sum(1 for r in measured if r["plan"]["verdict"] == "met")
    verdict = _phrase(words["tile_measured"], met_today)
    close = sum(1 for r in measured if r["today"]["verdict"] == "borderline")
    if close:
        verdict += _phrase(words["tile_borderline"], close)
    if any(r["plan"]["verdict"] != "unknown" for r in measured):
        verdict += _phrase(words["tile_measured_plan"], met_plan)
    doubtful = sum(1 for e in entries if e["flags"])
    disagree = sum(len(table["rows"]) for table in inconsistent)
    provisional = sum(1 for e in entries if e["drawn_by"] in style.PROVISIONAL)
    tiles: list[tuple[str, object, str, str]] = [
        ("def-projects", len(entries), "projects", _phrase(words["tile_projects"], building)),
        ("def-measured", len(measured), "measured", verdict if measured else ""),
    ]
    if times is not None and times["mean"]:
        note = _phrase(words["tile_time_note"], times["mean"]["today"], times["gaining"])
        tiles.append(("def-weighted-time", times["mean"]["plan"], "tile_time", note))
    else:
        drawn = sum(1 for e in entries if e["drawn"])
        share = _phrase(words["tile_drawn"], round(100 * drawn / len(entries))) if entries else ""
        tiles.append(("def-drawn", drawn, "drawn", share))
    check = _phrase(words["tile_check_note"], doubtful, disagree, provisional)
    tiles.append(("doubts", doubtful + disagree, "tile_check", check))
    tiles.append(("documents", n_documents, "documents_n", _phrase(words["tile_documents"], n_mentions)))
    return [{"link": link, "value": str(value), "label": words[key], "note": note} for link, value, key, note in tiles]
