"""
The page on which a planner checks a reading: the plans' text with what was read marked in place, doubtful readings first.

One offline HTML file under the same policy as the map and the report. Colour is the mode and the underline the stage, both
from ``maps.style``, so that they mean what they mean on the map. What the planner changes is downloaded as a file for
``tongtu read --corrections``; see ``projects.corrections``.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from layers.schema import Mode, Status, Work
from maps import style
from maps.labels import flag_label, indicator_label, kind_label, unit_label
from maps.page import POLICY_MARK, asset, page_template, page_words, seal, write_page
from maps.payload import plain
from maps.review_text import AROUND, FULL_TEXT, MOST_FINDINGS, document_part, stage_words
from projects.corrections import CORRECTIONS, FLAG
from projects.schema import PROJECTS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from projects.reading import Reading

__all__ = ["AROUND", "FULL_TEXT", "MOST_FINDINGS", "review", "write_review"]

LINKS = ("related:", "part_of:")
"""Flags that tie projects together; nothing is doubtful about them."""
DOUBT_ORDER = (
    "damaged", "halted", "digits_lost", "scrambled", "year_lost", "ambiguous_place", "unknown_place", "mode_from_context", "unspecified",
)  # fmt: skip
"""Doubts by what they cost if they are wrong; others come before the last."""
OWN_WORDS = {"mode_from_context", "no_place", "unspecified", "year_lost"}
COMPARATORS = {">=": "≥", "<=": "≤", "~": "≈", "=": "="}
DAMAGE_KINDS = {"broken_characters": "字符损坏", "digits_lost": "数字缺失", "scrambled": "文字错乱"}
CONSEQUENCES = {
    "characters unknown; a name or a number here may be incomplete": "原字不明，此处的名称或数字可能不全",
    "the year is unknown": "年份不明",
    "the voltage is unknown": "电压等级不明",
    "the capacity is unknown": "容量不明",
    "the tonnage is unknown": "吨级不明",
    "the value is unknown": "数值不明",
    "text is missing or out of place: names here may be cut or doubled": "文字缺失或错位，此处的名称可能被截断或重复",
}
"""Damage and its consequences in Chinese; others are shown as ``projects.damage`` words them."""


def write_review(path: str | Path, reading: Reading, *, lang: str = "zh", title: str = "") -> Path:
    """
    Write the review page of a reading.

    Parameters
    ----------
    path : path
    reading, lang, title
        As for :func:`review`.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the file cannot be written.
    ValueError
        If the language is unknown.
    """
    return write_page(path, review(reading, lang=lang, title=title))


def review(reading: Reading, *, lang: str = "zh", title: str = "") -> str:
    """
    Make the review page of a reading.

    Parameters
    ----------
    reading : Reading
        As :func:`projects.reading.read_files` gives it, with its texts. The page starts with the corrections that were
        given, so that its download replaces their file.
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
    words = page_words("review_words.json", lang)
    position = {document.document: n for n, document in enumerate(reading.texts)}
    projects, order = _projects(reading, lang, words)
    targets = [_target(row, position, lang, words) for row in _records(reading.targets)]
    damage = [_damage(row, position, lang) for row in _records(reading.damage)]
    findings = _findings(reading, position, order)
    given = [] if reading.corrections is None else [_given(row) for row in _records(reading.corrections)]
    documents = [
        document_part(n, d, findings, projects, reading.documents[n], words) for n, d in enumerate(reading.texts)
    ]
    data = {
        "w": words,
        "documents": [document.document for document in reading.texts],
        "projects": projects,
        "targets": targets,
        "damage": damage,
        "findings": [{k: v for k, v in f.items() if k not in {"start", "end", "spans"}} for f in findings],
        "labels": {
            "status": {s.value: style.status_label(s.value, lang) for s in Status},
            "mode": {m.value: style.mode_label(m.value, lang) for m in Mode},
            "work": {v.value: style.work_label(v.value, lang) for v in Work},
        },
        "columns": CORRECTIONS.names,
        "column_labels": {c.name: c.zh if lang == "zh" else c.name for c in PROJECTS.columns},
        "corrections": given,
    }
    data["digest"] = hashlib.sha256(_json(data).encode()).hexdigest()[:16]
    context = {
        "w": words,
        "lang": lang,
        "mark": POLICY_MARK,
        "css": asset("review.css") + _look(),
        "script": asset("review.js"),
        "data": _json(data),
        "title": str(plain(title)) or _title(reading, words),
        "documents": documents,
        "counts": {"m": len(projects), "t": len(targets), "d": len(damage)},
        "modes": [{"id": m.value, "label": style.mode_label(m.value, lang)} for m in style.MODES],
        "stages": [{"id": s.value, "label": style.status_label(s.value, lang)} for s in style.STAGES],
    }
    return seal(page_template("review.html.j2").render(context))


# ---- what the page holds ------------------------------------------------------------------------------------------


def _projects(reading: Reading, lang: str, words: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the projects, the most doubtful first, and the place of each id among them."""
    stages: dict[str, list[str]] = {}
    first: dict[str, tuple[int, int]] = {}
    position = {document.document: n for n, document in enumerate(reading.texts)}
    for row in _records(reading.register.mentions):
        stages.setdefault(row["project_id"], []).append(row["status"])
        at = (position.get(row["document"], 0), row["start"] or 0)
        first[row["project_id"]] = min(first.get(row["project_id"], at), at)
    # One document need not be named in front of every clause.
    names = {row["project_id"]: row["name"] for row in _records(reading.register.projects)}
    only = f"{reading.texts[0].document}:" if len(reading.texts) == 1 else "\0"
    entries = []
    for row in _records(reading.register.projects):
        flags = [flag for flag in str(row["flags"]).split("|") if flag]
        checked = FLAG in flags
        links = [flag for flag in flags if flag.startswith(LINKS)]
        doubts = [flag for flag in flags if flag != FLAG and flag not in links]
        if row["status"] == Status.UNSPECIFIED and not checked:
            doubts.append("unspecified")
        if not row["places"] and not checked and "unknown_place" not in doubts:
            doubts.append("no_place")
        doubts.sort(key=_doubt_rank)
        key = (not doubts, _doubt_rank(doubts[0]) if doubts else 0, -len(doubts), first.get(row["project_id"], (0, 0)))
        entry = {
            "id": row["project_id"],
            "name": row["name"],
            "aliases": words["sep"].join(part for part in str(row["aliases"]).split("|") if part),
            "mode": row["mode"],
            "kind": kind_label(row["kind"], lang) if row["kind"] else "",
            "work": row["work"],
            "status": row["status"],
            "stages": sorted({row["status"], *stages.get(row["project_id"], [])}),
            "places": row["places"],
            "opening_year": row["opening_year"],
            "section": row["section"],
            "lead": str(row["lead"]).replace("|", words["sep"]),
            "clauses": words["sep"].join(c for c in (c.removeprefix(only) for c in row["clauses"].split("|")) if c),
            "doubts": [words[doubt] if doubt in OWN_WORDS else flag_label(doubt, lang) for doubt in doubts],
            "links": words["sep"].join(flag_label(link, lang, names) for link in links),
            "history": words["sep"].join(
                _stage(step, lang, words["date_unknown"]) for step in str(row["history"] or "").split("|") if step
            ),
            "settled": words["corrected"] if checked else "",
        }
        entries.append((key, entry))
    entries.sort(key=lambda pair: (pair[0], pair[1]["id"]))
    listed = [entry for _, entry in entries]
    return listed, {entry["id"]: n for n, entry in enumerate(listed)}


def _stage(step: str, lang: str, undated: str) -> str:
    """A step of the stage history with its stage in words: 2020-04 hefei 在建."""
    words, _, stage = step.rpartition(" ")
    if words.startswith("? "):
        words = f"{undated} {words[2:]}"
    return f"{words} {style.status_label(stage, lang)}"


def _given(row: dict[str, Any]) -> dict[str, str]:
    """Return a correction as the page keeps it; why it was not applied is shown and not written out again."""
    return {name: str(row[name] or "") for name in CORRECTIONS.names} | (
        {} if row["applied"] else {"why": row["reason"]}
    )


def _doubt_rank(doubt: str) -> float:
    if doubt == "no_place":
        return len(DOUBT_ORDER)
    return DOUBT_ORDER.index(doubt) if doubt in DOUBT_ORDER else len(DOUBT_ORDER) - 1.5


def _target(row: dict[str, Any], position: dict[str, int], lang: str, words: dict[str, str]) -> dict[str, Any]:
    value = "" if row["value"] is None else f"{row['value']:,.10g}"
    return {
        "d": position.get(row["document"], 0),
        "indicator": row["indicator_zh"]
        if lang == "zh" and row["indicator_zh"]
        else indicator_label(row["indicator"], lang),
        "bound": f"{COMPARATORS.get(row['comparator'], row['comparator'])} {value} {unit_label(row['unit'], lang)}".strip(),
        "year": row["year"],
        "area": row["area"],
        "clause": row["clause"],
        "infrastructure": words["yes"] if row["infrastructure"] else words["no"],
        "quotation": row["quotation"],
    }


def _damage(row: dict[str, Any], position: dict[str, int], lang: str) -> dict[str, Any]:
    kind = str(row["kind"])
    return {
        "d": position.get(row["document"], 0),
        "kind": DAMAGE_KINDS.get(kind, kind) if lang == "zh" else kind.replace("_", " "),
        "consequence": CONSEQUENCES.get(row["consequence"], row["consequence"]) if lang == "zh" else row["consequence"],
        "quotation": row["quotation"],
    }


def _findings(reading: Reading, position: dict[str, int], order: dict[str, int]) -> list[dict[str, Any]]:
    """Return every marked spot: kind, document, entry that it belongs to, span, and for mentions stage and words."""
    dates = {row["document"]: str(row.get("date", "")) for row in reading.documents}
    found = []
    mentions = _records(reading.register.mentions)
    mentions.sort(key=lambda m: (dates.get(m["document"], ""), position.get(m["document"], 0), m["start"] or 0))
    for m in mentions:
        if m["start"] is None or m["document"] not in position or m["project_id"] not in order:
            continue
        document = reading.texts[position[m["document"]]]
        found.append(
            {
                "k": "m",
                "d": position[m["document"]],
                "r": order[m["project_id"]],
                "start": m["start"],
                "end": m["end"],
                "c": m["clause"],
                "s": m["status"],
                "w": m["status_text"],
                "q": m["quotation"],
                "date": dates.get(m["document"], ""),
                "spans": list(stage_words(document, m["start"], m["end"], m["status_text"])),
            }
        )
    for kind, table in (("t", reading.targets), ("d", reading.damage)):
        for ref, row in enumerate(_records(table)):
            if row["start"] is not None and row["document"] in position:
                found.append(
                    {"k": kind, "d": position[row["document"]], "r": ref, "start": row["start"], "end": row["end"]}
                )
    return found


# ---- look and words -----------------------------------------------------------------------------------------------


def _look() -> str:
    """Colours by mode and underlines by stage, as ``maps.style`` draws them on the map."""
    rules = []
    for mode, look in style.MODES.items():
        rules.append(f".m-{mode.value} {{ --c: {look.colour}; --pale: {style.tint(look.colour, 0.84)}; }}")
    for status, stage in style.STAGES.items():
        at, steps = 0.0, []
        for n, length in enumerate(stage.dash_px or (1.0,)):
            colour = (
                "transparent" if n % 2 else f"color-mix(in srgb, var(--c, #62676d) {1 - stage.tint_share:.0%}, white)"
            )
            steps.append(f"{colour} {at:g}px {at + length:g}px")
            at += length
        rules.append(
            f".s-{status.value} {{ background-image: repeating-linear-gradient(90deg, {', '.join(steps)});"
            f" background-size: 100% {stage.width_px * 0.85:.2g}px; }}"
        )
    rules.append(".legend .m:not([class*=m-]) { --pale: transparent; }")
    return "\n".join(rules) + "\n"


def _json(data: Any) -> str:
    """JSON that can stand in a page: no character in it begins a tag, and every one has a UTF-8 form."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = re.sub("[<>&\u2028\u2029]", lambda m: f"\\u{ord(m[0]):04x}", text)
    return re.sub("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): plain(v) for k, v in row.items()} for row in table.to_dict("records")]


def _title(reading: Reading, words: dict[str, str]) -> str:
    regions = [region for region in reading.regions if region]
    return f"{words['sep'].join(regions)} · {words['page']}" if 0 < len(regions) <= 6 else words["page"]
