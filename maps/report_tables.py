"""Tables of the report that come from measured values: targets with verdicts, times, densities, sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from maps.labels import indicator_label, scenario_label, unit_label
from maps.payload import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

__all__ = [
    "grade_rows",
    "indicator_tables",
    "number",
    "target_rows",
    "target_sentences",
    "travel_gains",
    "travel_matrices",
]

_BOUNDS = {">=": "at_least", "<=": "at_most", "~": "about", "=": "equal"}
_MARKS = {"met": "✓", "later": "↗", "missed": "✕", "borderline": "≈", "unknown": "?"}
_BANDS_MIN = (30, 60, 90, 120, 180)
"""Upper ends of the shades of the time matrix, minutes."""


def number(value: float, digits: int | None = None) -> str:
    """
    Format a number with thousands separators and no useless decimals.

    Examples
    --------
    >>> number(1234.5), number(700.0), number(5.654), number(0.0512)
    ('1,234.5', '700', '5.65', '0.051')
    """
    if digits is None:
        digits = 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _key(row: Mapping[Any, Any]) -> tuple[str, Any, str, str]:
    return str(row["document"]), plain(row["start"]), str(row["indicator"]), str(row["area"])


def target_rows(
    targets: pd.DataFrame,
    assessment: pd.DataFrame,
    lang: str,
    words: Mapping[str, str],
    titles: Mapping[str, str] | None = None,
) -> tuple[list[dict[str, Any]], list[str]]:
    """
    Return one row per target with its measured values and verdicts, and the notes that they refer to.

    Parameters
    ----------
    targets : DataFrame, contract ``projects.schema.TARGETS``
        Targets on infrastructure are listed; others only where they were measured.
    assessment : DataFrame, contract ``projects.schema.ASSESSMENT``
        Scenarios other than ``today`` and ``plan`` are left to the CSV.
    lang : {"zh", "en"}
    words : mapping
        Phrases of the report.
    titles : mapping of document to its title, optional
        A document without one is named by its key.

    Returns
    -------
    rows : list of dict
        In the order of the targets: measured ones first. ``notes`` counts from 1.
    notes : list of str
        Definitions and doubts, each once.
    """
    compared: dict[tuple[str, Any, str, str], dict[str, Mapping[Any, Any]]] = {}
    for row in assessment.to_dict("records"):
        compared.setdefault(_key(row), {})[str(row["scenario"])] = row
    rows = []
    for row in targets.to_dict("records"):
        found = compared.get(_key(row), {})
        today, plan = _verdict(found.get("today"), row, words), _verdict(found.get("plan"), row, words)
        if not plain(row["infrastructure"]) and today["verdict"] == plan["verdict"] == "unknown":
            continue
        own = [str(plain(found[s]["note"])) for s in ("today", "plan") if s in found and plain(found[s]["note"])]
        chinese = str(plain(row["indicator_zh"]) or "")
        rows.append(
            {
                "key": _key(row),
                "area": plain(row["area"]),
                "indicator": chinese if lang != "en" and chinese else indicator_label(str(row["indicator"]), lang),
                "anchor": re.sub(r"[^\w-]+", "-", str(row["indicator"])),
                "value": plain(row["value"]),
                "comparator": str(row["comparator"]),
                "bound": _bound(row, words),
                "unit": "" if row["unit"] == "year" else unit_label(str(row["unit"]), lang),
                "year": plain(row["year"]) or words["year_unknown"],
                "document": (titles or {}).get(str(row["document"]), plain(row["document"])),
                "clause": plain(row["clause"]),
                "quotation": plain(row["quotation"]),
                "today": today,
                "plan": plan,
                "own": own,
            }
        )
    rows.sort(key=lambda r: r["today"]["verdict"] == "unknown" and r["plan"]["verdict"] == "unknown")
    notes = list(dict.fromkeys(note for row in rows for note in row["own"]))
    for entry in rows:
        entry["notes"] = list(dict.fromkeys(notes.index(note) + 1 for note in entry.pop("own")))
    return rows, notes


def _bound(row: Mapping[Any, Any], words: Mapping[str, str]) -> str:
    """Return a bound in words; a year is no quantity: "by 2025", not "at most 2,025 year"."""
    if row["unit"] == "year":
        return words["by_year"].replace("{0}", str(plain(row["value"])))
    return words[_BOUNDS[str(row["comparator"])]] + number(float(row["value"]))


def _verdict(row: Mapping[Any, Any] | None, target: Mapping[Any, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Return a measured value with what it says of the target; nothing is inferred where nothing was measured."""
    measured = plain(row["measured_value"]) if row is not None else None
    if row is None or measured is None:
        return {"value": words["empty"], "raw": "", "verdict": "unknown", "text": words["not_measured"]}
    met = plain(row["met"])
    shown = {"value": number(float(measured)), "raw": measured}
    if met is None:
        return shown | {"verdict": "unknown", "text": words["empty"]}
    gap = plain(row["gap"])
    phrase = words["met"] if met else words["exceeded" if str(target["comparator"]) == "<=" else "not_met"]
    text = phrase.replace("{0}", number(abs(float(gap))) if gap is not None else "?")
    if plain(row.get("borderline")):
        return shown | {"verdict": "borderline", "text": text + words["borderline"]}
    return shown | {"verdict": "met" if met else "missed", "text": text}


def target_sentences(
    rows: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
    caveats: Mapping[tuple[str, Any, str, str], str] | None = None,
) -> list[dict[str, str]]:
    """
    Return the measured targets in plain words, one sentence each; ``later``: only the projects reach it.

    Parameters
    ----------
    rows : sequence of mapping
        Of :func:`target_rows`.
    words : mapping
        Phrases of the report.
    caveats : mapping, optional
        What the value with the projects rests on, by document, position, indicator and area.

    Returns
    -------
    list of dict
        text, verdict, mark.
    """
    out = []
    for row in rows:
        known = [(row[key], words[f"value_{key}"]) for key in ("today", "plan") if row[key]["verdict"] != "unknown"]
        if not known:
            continue
        year = words["sentence_year"].replace("{0}", str(row["year"])) if row["year"] != words["year_unknown"] else ""
        values = (row["area"], row["indicator"], row["bound"], "", row["unit"], year)
        text = words["sentence"]
        for position, value in enumerate(values):
            text = text.replace("{" + str(position) + "}", str(value or ""))
        for verdict, name in known:
            part = words["sentence_scenario"].replace("{0}", name).replace("{1}", verdict["value"])
            text += part.replace("{2}", verdict["text"])
        if row["plan"]["verdict"] != "unknown":
            text += (caveats or {}).get(row["key"], "")
        found = [verdict["verdict"] for verdict, _ in known]
        # The mark is of today; the projects count only where today falls clearly short and they clearly suffice.
        whole = "later" if found == ["missed", "met"] else found[0]
        out.append({"text": text, "verdict": whole, "mark": _MARKS[whole]})
    return out


def travel_matrices(travel_times: pd.DataFrame, lang: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    Return a matrix of minutes per mode, time and scenario.

    Parameters
    ----------
    travel_times : DataFrame, contract ``layers.schema.TRAVEL_TIMES``
    lang : {"zh", "en"}
    words : mapping

    Returns
    -------
    list of dict
        Places in the order in which they first come; an empty cell says why in its note.
    """
    out = []
    for (mode, as_of, scenario), rows in travel_times.groupby(["mode", "as_of", "scenario"], sort=True):
        places = list(dict.fromkeys([*rows["from"].astype(str), *rows["to"].astype(str)]))
        cells = {
            (str(a), str(b)): (plain(minutes), plain(note))
            for a, b, minutes, note in zip(rows["from"], rows["to"], rows["travel_time_min"], rows["note"], strict=True)
        }
        body = []
        for origin in places:
            line = []
            for destination in places:
                minutes, note = cells.get((origin, destination), (None, None))
                band = 0 if minutes is None else 1 + sum(1 for limit in _BANDS_MIN if float(minutes) > limit)
                missing = "" if origin == destination else words["empty"]
                text = number(float(minutes), 0) if minutes is not None and origin != destination else missing
                line.append(
                    {"text": text, "band": f"b{band if text else 0}", "note": note if minutes is None else None}
                )
            body.append({"name": origin, "cells": line})
        mode_word = words.get(f"mode_{mode}", str(mode))
        title = words["travel_title"].replace("{0}", mode_word).replace("{1}", scenario_label(str(scenario), lang))
        shown = {"title": title.replace("{2}", str(as_of)), "columns": places, "rows": body}
        out.append((str(mode), str(as_of), scenario != "today", str(scenario), shown))
    return [matrix for *_, matrix in sorted(out, key=lambda one: one[:4])]


def travel_gains(travel_times: pd.DataFrame, *, most: int = 20, least_min: float = 5.0) -> list[dict[str, str]]:
    """
    Return the pairs of places whose time falls most from today to the plan.

    Parameters
    ----------
    travel_times : DataFrame, contract ``layers.schema.TRAVEL_TIMES``
    most : int
        Rows at most.
    least_min : float
        Gains below this are noise of the model.

    Returns
    -------
    list of dict
        pair, before, after, gain; each pair once, with the larger gain of the two directions.
    """
    wide = travel_times.pivot_table(
        index=["mode", "as_of", "from", "to"],
        columns="scenario",
        values="travel_time_min",
        aggfunc="min",
        observed=True,
    )
    if not {"today", "plan"} <= set(wide.columns):
        return []
    wide = wide.assign(gain=wide["today"] - wide["plan"])
    wide = wide[wide["gain"] >= least_min].sort_index().sort_values("gain", ascending=False, kind="stable")
    out, seen = [], set()
    for index, row in zip(wide.index, wide.to_dict("records"), strict=True):
        pair = frozenset(map(str, index[2:]))
        if pair in seen:
            continue
        seen.add(pair)
        shown = {key: number(float(row[key]), 0) for key in ("today", "plan", "gain")}
        name = f"{index[2]}—{index[3]}"
        out.append({"pair": name, "before": shown["today"], "after": shown["plan"], "gain": shown["gain"]})
        if len(out) == most:
            break
    return out


def indicator_tables(indicators: pd.DataFrame, lang: str) -> list[dict[str, Any]]:
    """
    Return a table per indicator: areas by scenario and time, with the definitions.

    Indicators of pairs of places (travel times) are left out: they have their matrix.
    """
    own = indicators[~indicators["indicator"].astype(str).str.endswith("travel_time")]
    out = []
    for indicator, rows in own.groupby("indicator", sort=True):
        columns = list(dict.fromkeys(zip(rows["scenario"].astype(str), rows["as_of"].astype(str), strict=True)))
        columns.sort(key=lambda c: (c[0] != "today", c))
        cells = {
            (str(r["area"]), str(r["scenario"]), str(r["as_of"])): plain(r["value"]) for r in rows.to_dict("records")
        }
        body = []
        for area in dict.fromkeys(rows["area"].astype(str)):
            values = [cells.get((area, *column)) for column in columns]
            shown = [{"raw": "" if v is None else v, "text": "–" if v is None else number(float(v))} for v in values]
            body.append({"area": area, "cells": shown})
        out.append(
            {
                "anchor": re.sub(r"[^\w-]+", "-", str(indicator)),
                "label": indicator_label(str(indicator), lang),
                "unit": unit_label(str(rows["unit"].iloc[0]), lang),
                "definitions": list(dict.fromkeys(str(d) for d in rows["definition"] if plain(d)))[:4],
                "heads": [f"{scenario_label(s, lang)} {a}" for s, a in columns],
                "rows": body,
            }
        )
    return out


def grade_rows(features: gpd.GeoDataFrame, words: Mapping[str, str]) -> dict[str, Any]:
    """
    Return what the existing network rests on, by grade of source.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    words : mapping

    Returns
    -------
    dict
        ``grades`` (grade, lines, km as drawn) and ``grade_share`` (the sentence on grade D; empty without network).
    """
    network = features[(features["origin"] == "network") & features["length_km"].notna()]
    if not len(network):
        return {"grades": [], "grade_share": ""}
    lengths = network["length_km"].astype(float)
    grades = network["grade"].astype(str)
    total, memory = float(lengths.sum()), float(lengths[grades == "D"].sum())
    rows = [
        {"grade": grade, "count": len(part), "raw_km": round(float(part.sum()), 1), "km": number(float(part.sum()), 0)}
        for grade, part in lengths.groupby(grades, sort=True)
    ]
    share = words["grade_share"].replace("{0}", number(100 * memory / total if total else 0.0, 1))
    return {"grades": rows, "grade_share": share.replace("{1}", number(memory, 0)).replace("{2}", number(total, 0))}
