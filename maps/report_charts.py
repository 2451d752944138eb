"""Figures of the report as numbers for its SVG, and the sentences that lead it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from layers.schema import Method
from maps import style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["lead_sentences", "method_chart", "stage_chart", "target_chart"]

_CHART_WIDTH = 480.0
_CHART_LEFT = 100.0
_STAGE_OPACITY = {stage: 1.0 - 0.15 * rank for rank, stage in enumerate(style.STAGES)}
_TARGET_LEFT, _TARGET_WIDTH = 190.0, 400.0
_MOST_SHARE = 1.75
"""A bar that reaches further than this share of its target is cut there."""
_MOST_TARGETS = 10


def lead_sentences(
    entries: Sequence[Mapping[str, Any]],
    sentences: Sequence[Mapping[str, str]],
    n_documents: int,
    lang: str,
    words: Mapping[str, str],
) -> list[str]:
    """
    Return what the report says first: how many projects at which stages, and how the targets stand.

    Parameters
    ----------
    entries : sequence of mapping
        Projects, with their ``status``.
    sentences : sequence of mapping
        Of :func:`maps.report_tables.target_sentences`: their ``verdict``.
    n_documents : int
    lang : {"zh", "en"}
    words : mapping

    Returns
    -------
    list of str
    """

    def phrase(text: str, *values: object) -> str:
        for position, value in enumerate(values):
            text = text.replace("{" + str(position) + "}", str(value))
        return text

    if not entries:
        return []
    counts = Counter(entry["status"] for entry in entries)
    stages = [
        phrase(
            words["lead_stage"], look.label.text(lang) if lang == "zh" else look.label.text(lang).lower(), counts[stage]
        )
        for stage, look in style.STAGES.items()
        if counts[stage]
    ]
    out = [phrase(words["lead"], n_documents, len(entries), words["sep"].join(stages))]
    if sentences:
        found = Counter(str(sentence["verdict"]) for sentence in sentences)
        names = {
            "met": "t_met",
            "borderline": "t_borderline",
            "later": "t_later",
            "missed": "t_missed",
            "unknown": "t_other",
        }
        parts = [phrase(words[word], found[verdict]) for verdict, word in names.items() if found[verdict]]
        out.append(phrase(words["lead_targets"], len(sentences), words["sep"].join(parts)))
    return out


def target_chart(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Lay out how far targets are reached: a bar of today, a paler one of what the projects add, and a line at the target.

    Parameters
    ----------
    rows : sequence of mapping
        Measured rows of :func:`maps.report_tables.target_rows`.

    Returns
    -------
    dict
        ``bars`` (label, y, today, plan: widths; texts), ``x``: where the bars begin, ``line``: where the target is, ``height``. A share is value over
        bound, or bound over value where the target is an upper bound.
    """
    bars: list[dict[str, Any]] = []
    for row in rows:
        bound = float(row["value"])
        shares = {}
        for key in ("today", "plan"):
            raw = row[key]["raw"]
            if raw != "" and raw is not None and bound > 0 and float(raw) > 0:
                shares[key] = bound / float(raw) if row["comparator"] == "<=" else float(raw) / bound
        if row["comparator"] not in {">=", "<="} or "today" not in shares:
            continue
        today, plan = shares["today"], max(shares.get("plan", 0.0), shares["today"])
        unit = _TARGET_WIDTH / _MOST_SHARE
        bars.append(
            {
                "label": f"{row['area']} {row['indicator']}",
                "y": 6 + 28 * len(bars),
                "today": round(min(today, _MOST_SHARE) * unit, 1),
                "plan": round(min(plan, _MOST_SHARE) * unit, 1),
                "text": _percent(today) + (f" → {_percent(plan)}" if plan > today else ""),
                "verdict": row["today"]["verdict"],
            }
        )
        if len(bars) == _MOST_TARGETS:
            break
    line = round(_TARGET_LEFT + _TARGET_WIDTH / _MOST_SHARE, 1)
    return {"bars": bars, "x": _TARGET_LEFT, "line": line, "height": 12 + 28 * len(bars)}


def _percent(share: float) -> str:
    """Return a share in percent; what falls short of the target never reads 100%."""
    near = abs(share - 1.0) < 0.01 and share != 1.0
    return f"{share:.2%}" if near else f"{share:.0%}"


def stage_chart(entries: Sequence[Mapping[str, Any]], lang: str, words: Mapping[str, str]) -> dict[str, Any]:
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


def method_chart(entries: Sequence[Mapping[str, Any]], lang: str, words: Mapping[str, str]) -> dict[str, Any]:
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
