"""Tables of the report on assessed targets and on how plans disagree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from layers.schema import Status
from maps import style
from maps.labels import indicator_label, unit_label
from maps.payload import plain
from maps.report_tables import number
from projects.schema import Disagreement, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from projects.verdict.verdicts import Verdicts

__all__ = ["consistency_tables", "forecast_caveats", "verdict_rows"]

_LOOKS = {
    Verdict.MET: "met",
    Verdict.BORDERLINE: "later",
    Verdict.MET_WITH_PROJECTS: "later",
    Verdict.NOT_MET: "missed",
    Verdict.NOT_MEASURED: "unknown",
}
_BOUNDS = {">=": "at_least", "<=": "at_most", "~": "about", "=": "equal"}
_VALUES = (
    "value_at_plan_date",
    "value_today",
    "value_under_construction",
    "value_starting",
    "value_preparatory",
    "value_plan",
    "value_own_plan",
)

Key = tuple[str, Any, str, str]


def _key(row: Mapping[Any, Any]) -> Key:
    return str(row["document"]), plain(row["start"]), str(row["indicator"]), str(row["area"])


def _phrase(text: str, *values: object) -> str:
    for position, value in enumerate(values):
        text = text.replace("{" + str(position) + "}", str(value))
    return text


def forecast_caveats(verdicts: pd.DataFrame, words: Mapping[str, str]) -> dict[Key, str]:
    """
    Return for each target what its sentence must not hide: that it is borderline, and what the value with all projects rests on.

    Parameters
    ----------
    verdicts : DataFrame, contract ``projects.schema.VERDICTS``
    words : mapping
        Phrases of the report.

    Returns
    -------
    dict
        By document, position, indicator and area; only where there is something to say.
    """
    out: dict[Key, str] = {}
    for row in verdicts.to_dict("records"):
        text = ""
        if (plain(row["added_km"]) or 0) > 0:
            text = _phrase(
                words["no_forecast"],
                number(float(row["added_km"]), 0),
                round(100 * float(row["straight_share"])),
                round(100 * float(row["corridor_share"])),
                round(100 * float(row["early_share"])),
            )
        if row["verdict"] == Verdict.BORDERLINE.value:
            text += _phrase(words["today_borderline"], round(100 * float(row["error_share"])))
        if text:
            out[_key(row)] = text
    return out


def verdict_rows(
    verdicts: Verdicts, lang: str, words: Mapping[str, str], titles: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """
    Return one row per target that was measured, with its closing list and the other definitions.

    Parameters
    ----------
    verdicts : Verdicts
    lang : {"zh", "en"}
    words : mapping
        Phrases of the report.
    titles : mapping of document to its title, optional

    Returns
    -------
    list of dict
        In the order of the table.
    """
    closing: dict[Key, list[dict[str, str]]] = {}
    for row in verdicts.closing.to_dict("records"):
        closing.setdefault(_key(row), []).append(
            {
                "anchor": re.sub(r"[^\w-]+", "-", str(row["project_id"])),
                "name": str(row["name"]),
                "stage": style.status_label(str(row["status"]), lang),
                "method": style.method_label(str(row["drawn_by"]), lang),
                "amount": _amount(row, lang),
            }
        )
    variants: dict[Key, list[dict[str, Any]]] = {}
    for row in verdicts.sensitivity.to_dict("records"):
        variants.setdefault(_key(row), []).append(
            {
                "name": words.get(f"definition_{str(row['definition']).split()[0]}", str(row["definition"])),
                "today": _value(row["value_today"], words),
                "plan": _value(row["value_plan"], words),
                "look": "unknown" if plain(row["met_today"]) is None else "met" if row["met_today"] else "missed",
                "look_plan": "unknown" if plain(row["met_plan"]) is None else "met" if row["met_plan"] else "missed",
                "note": str(row["note"]),
            }
        )
    out = []
    for row in verdicts.verdicts.to_dict("records"):
        verdict = Verdict(row["verdict"])
        if verdict is Verdict.NOT_MEASURED:
            continue
        chinese = str(plain(row["indicator_zh"]) or "")
        official = plain(row["official_value"])
        out.append(
            {
                "area": plain(row["area"]),
                "indicator": chinese if lang != "en" and chinese else indicator_label(str(row["indicator"]), lang),
                "anchor": re.sub(r"[^\w-]+", "-", str(row["indicator"])),
                "bound": words[_BOUNDS[str(row["comparator"])]] + number(float(row["value"])),
                "unit": unit_label(str(row["unit"]), lang),
                "year": plain(row["year"]) or words["year_unknown"],
                "document": (titles or {}).get(str(row["document"]), plain(row["document"])),
                "plan_date": plain(row["plan_date"]),
                "values": [_value(row[name], words) for name in _VALUES],
                "verdict": _verdict(row, verdict, lang, words),
                "look": _LOOKS[verdict],
                "missing": f"{number(float(row['missing']), 0)} {unit_label(str(row['missing_unit']), lang)}"
                if _missing(row)
                else words["empty"],
                "closing": closing.get(_key(row), []),
                "closing_note": plain(row["closing_note"]) or "",
                "variants": variants.get(_key(row), []),
                "definition_matters": bool(plain(row["definition_matters"])),
                "official": ""
                if official is None
                else _phrase(
                    words["official_beside"],
                    number(float(official)),
                    row["official_as_of"],
                    _value(row["value_at_official_date"], words),
                    row["official_source"],
                ),
                "note": plain(row["note"]) or "",
            }
        )
    return out


def _amount(row: Mapping[Any, Any], lang: str) -> str:
    """Return what a project adds in the area, or saves."""
    km, minutes = plain(row["length_km"]), plain(row["saved_min"])
    if km is not None:
        return f"{number(float(km), 0)} km"
    return "" if minutes is None else f"−{number(float(minutes), 0)} {unit_label('min', lang)}"


def _missing(row: Mapping[Any, Any]) -> bool:
    return (plain(row["missing"]) or 0) > 0


def _value(value: object, words: Mapping[str, str]) -> str:
    shown = plain(value)
    return words["empty"] if shown is None else number(float(shown))


def _verdict(row: Mapping[Any, Any], verdict: Verdict, lang: str, words: Mapping[str, str]) -> str:
    text = words[f"verdict_{verdict.value}"]
    if verdict is Verdict.MET_WITH_PROJECTS and row["stage"] == Status.UNSPECIFIED.value:
        text = words["verdict_met_with_all"]
    elif verdict is Verdict.MET_WITH_PROJECTS:
        text = _phrase(text, style.status_label(str(row["stage"]), lang))
    if plain(row["borderline"]) and verdict is not Verdict.BORDERLINE:
        text += words["borderline_suffix"]
    return text


def consistency_tables(
    table: pd.DataFrame,
    entries: Sequence[Mapping[str, Any]],
    lang: str,
    words: Mapping[str, str],
    titles: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """
    Return a table per kind of disagreement.

    Parameters
    ----------
    table : DataFrame, contract ``projects.schema.CONSISTENCY``
    entries : sequence of mapping
        Projects of the report: ``project_id``, ``anchor``, ``mentions``.
    lang : {"zh", "en"}
    words : mapping
    titles : mapping of document to its title, optional

    Returns
    -------
    list of dict
        ``kind``, ``title``, ``intro``, ``rows``; kinds without rows are left out. A project at different stages stands once,
        with all that is said of it.
    """
    by_id = {str(entry["project_id"]): entry for entry in entries}
    out = []
    for kind in Disagreement:
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for row in table[table["kind"] == kind.value].to_dict("records"):
            entry = by_id.get(str(row["subject_id"]))
            # Stages: one row per project; the others: one per pair of plans.
            pair = (
                () if kind is Disagreement.STAGE else (str(row["document_a"]), str(row["document_b"]), str(row["area"]))
            )
            shown = rows.setdefault(
                (str(row["subject_id"]), *pair),
                {
                    "name": str(row["subject"]) or str(row["subject_id"]),
                    "anchor": f"project-{entry['anchor']}" if entry else "",
                    "mentions": entry["mentions"] if entry and kind is Disagreement.STAGE else [],
                    "area": str(row["area"]),
                    "said": tuple(_said(row, side, lang, words, titles or {}) for side in ("a", "b")),
                    "notes": [],
                },
            )
            if row["note"] and row["note"] not in shown["notes"]:
                shown["notes"].append(str(row["note"]))
        if rows:
            out.append(
                {
                    "kind": kind.value,
                    "title": _phrase(words[f"consistency_{kind.value}"], len(rows)),
                    "intro": words[f"consistency_{kind.value}_intro"],
                    "rows": list(rows.values()),
                }
            )
    return out


def _said(row: Mapping[Any, Any], side: str, lang: str, words: Mapping[str, str], titles: Mapping[str, str]) -> str:
    said, document = str(row[f"said_{side}"]), str(row[f"document_{side}"])
    bound = re.fullmatch(r"(>=|<=|~|=) (\S+) (.*?)( \(\d{4}\))?", said)
    if said in set(Status):
        said = style.status_label(said, lang)
    elif bound is not None:
        said = f"{words[_BOUNDS[bound[1]]]}{bound[2]} {unit_label(bound[3], lang)}{bound[4] or ''}"
    clauses = str(row[f"clauses_{side}"]).replace("|", words["sep"])
    where = f"{titles.get(document, document)}{' ' + clauses if clauses else ''}"
    return f"{where}: {said or words['silent']}"
