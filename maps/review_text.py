"""
The text of a plan as markup: what was read marked in place, piece by piece, and everything else as it was written.

Each piece carries the numbers of the findings on it (``data-f``) and of the mentions whose stage its words settle
(``data-w``); ``assets/review.js`` does the rest.
"""

from __future__ import annotations

import html
import itertools
import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from projects.documents import Document, Passage

__all__ = ["AROUND", "FULL_TEXT", "MOST_FINDINGS", "document_part", "stage_words"]

FULL_TEXT = 1_000_000
"""Characters of a document up to which its whole text is shown."""
AROUND = 300
"""Characters shown on either side of a finding in a longer document."""
MOST_FINDINGS = 20_000
"""Findings that are marked; a browser is slow with more."""
SENTENCE = "。;\n"
"""Ends of a sentence; a question mark is more often a broken character."""
REACH = 400
"""How far from a mention the words of its stage are looked for."""

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Characters that show nothing, or turn others around: shown by their number, so that the page reads as it was written."""


def document_part(
    n: int,
    document: Document,
    findings: list[dict[str, Any]],
    projects: list[dict[str, Any]],
    row: dict[str, Any],
    words: dict[str, str],
) -> dict[str, Any]:
    """
    What the page's template shows of one document.

    Parameters
    ----------
    n : int
        Its place among the documents.
    document : Document
    findings : list of dict
        ``k`` (m mention, t target, d damage), ``d`` document, ``r`` entry, ``start``, ``end``, for mentions ``s`` stage and
        ``spans`` of its words; of all documents.
    projects : list of dict
        ``mode`` and ``doubts`` of what mentions refer to.
    row : dict
        Its row of ``Reading.documents``.
    words : dict of str

    Returns
    -------
    dict
        document, title, date, region, mentions, notes (what is not shown), body (markup).
    """
    own = [(i, f) for i, f in enumerate(findings) if f["d"] == n]
    notes = []
    if len(own) > MOST_FINDINGS:
        notes.append(words["capped"].format(f"{MOST_FINDINGS:,}"))
        own = sorted(own, key=lambda pair: pair[1]["start"])[:MOST_FINDINGS]
    length = len(document.text)
    windows = [(0, length)]
    if length > FULL_TEXT:
        notes.append(words["excerpt"].format(f"{length:,}", f"{FULL_TEXT:,}", AROUND))
        windows = _windows(document.text, [(f["start"], f["end"]) for _, f in own])
    marks = _marks(own, projects)
    longest = max((m[1] - m[0] for m in marks), default=0)
    parts, last = [], 0
    for start, end in windows:
        if start > last:
            parts.append(f'<p class="cut">{html.escape(words["skipped"].format(f"{start - last:,}"))}</p>')
        parts.append(_marked(document.text, start, end, marks, longest))
        last = end
    if last < length:
        parts.append(f'<p class="cut">{html.escape(words["skipped"].format(f"{length - last:,}"))}</p>')
    return {
        "document": document.document,
        "title": document.title,
        "date": document.date,
        "region": document.region,
        "mentions": row.get("mentions", 0),
        "notes": notes,
        "body": "".join(parts),
    }


def _windows(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join findings with what stands around them, whole lines where these are short."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        a, b = max(0, start - AROUND), min(len(text), end + AROUND)
        a = text.rfind("\n", a, start) + 1 or a
        stop = text.find("\n", end, b)
        b = stop if stop >= 0 else b
        if out and a <= out[-1][1] + AROUND:  # a short gap is shown rather than cut out
            out[-1] = (out[-1][0], max(out[-1][1], b))
        else:
            out.append((a, b))
    return out


def _marks(
    own: Sequence[tuple[int, dict[str, Any]]], projects: list[dict[str, Any]]
) -> list[tuple[int, int, int, str, str]]:
    """Return (start, end, finding, class, kind) of findings and of their stage words, by start."""
    marks = []
    for i, f in own:
        if f["k"] == "m":
            project = projects[f["r"]]
            look = f"f m m-{project['mode']} s-{f['s']}" + (" q" if project["doubts"] else "")
            marks += [(a, b, i, "w", "w") for a, b in f["spans"]]
        else:
            look = f"f {f['k']}"
        marks.append((f["start"], f["end"], i, look, "f"))
    return sorted(marks)


def _marked(text: str, start: int, end: int, marks: Sequence[tuple[int, int, int, str, str]], longest: int) -> str:
    """
    Markup of ``text[start:end]``, a paragraph a line.

    Spans may nest and overlap: the text is cut wherever one begins or ends, and each piece lists all that cover it. A piece
    looks like the shortest finding on it, because the longer ones show beside it.
    """
    # No finding that begins further back than the longest one reaches into this part.
    near = marks[bisect_left(marks, (start - longest,)) : bisect_left(marks, (end,))]
    inside = [m for m in near if m[1] > start and m[0] < m[1]]
    cuts = {start, end} | {min(max(at, start), end) for m in inside for at in m[:2]}
    edges = sorted(
        cuts | {at for m in re.finditer(r"\r\n|\r|\n", text[start:end]) for at in (start + m.start(), start + m.end())}
    )
    out = ["<p>"]
    active: list[tuple[int, int, int, str, str]] = []
    upcoming = 0
    for a, b in itertools.pairwise(edges):
        active = [m for m in active if m[1] > a]
        while upcoming < len(inside) and inside[upcoming][0] <= a:
            active += [inside[upcoming]] if inside[upcoming][1] > a else []
            upcoming += 1
        piece = text[a:b]
        if piece in {"\n", "\r", "\r\n"}:
            out.append("</p>\n<p>")
        elif not active:
            out.append(_shown(piece))
        else:
            out.append(_span(piece, active, last=b))
    return "".join((*out, "</p>\n"))


def _span(piece: str, active: Sequence[tuple[int, int, int, str, str]], *, last: int) -> str:
    found = sorted((m for m in active if m[4] == "f"), key=lambda m: (m[1] - m[0], m[2]))
    words = dict.fromkeys(str(m[2]) for m in active if m[4] == "w")
    classes = [found[0][3]] if found else []
    if found and found[0][1] != last:
        classes = [classes[0].removesuffix(" q")]  # the mark of doubt stands once, at the end
    if words:
        classes.append("w")
    attributes = f' data-f="{" ".join(str(m[2]) for m in found)}"' if found else ""
    attributes += f' data-w="{" ".join(words)}"' if words else ""
    return f'<span class="{" ".join(classes)}"{attributes}>{_shown(piece)}</span>'


def _shown(text: str) -> str:
    return INVISIBLE.sub(lambda m: f'<span class="c" data-c="U+{ord(m[0]):04X}"></span>', html.escape(text))


def stage_words(document: Document, start: int, end: int, status_text: str) -> Iterator[tuple[int, int]]:
    """
    Yield where the words stand that a stage follows from.

    The part before … governs from in front of the list, the rest closes it; a label stands at the head of the clause.
    """
    text = document.simplified
    low = max([start - REACH, *(p.start for p in _passages_at(document, start))])
    ends = [at for mark in SENTENCE if (at := text.find(mark, end, end + REACH)) >= 0]
    high = min(ends, default=min(end + REACH, len(text)))
    parts = [part for part in status_text.split("…") if part]
    for n, part in enumerate(parts):
        behind = n > 0 or (status_text.startswith("…"))
        places = ((end, high), (low, start)) if behind else ((low, start), (end, high))
        for a, b in (*places, (start, end)):
            at = text.find(part, a, b) if a >= end else text.rfind(part, a, b)
            if at >= 0:
                yield at, at + len(part)
                break
        else:
            yield from _pieces(text, part, *((end, high) if behind else (low, start)))


def _passages_at(document: Document, at: int) -> list[Passage]:
    n = bisect_right(document.passages, at, key=lambda passage: passage.start) - 1
    return [document.passages[n]] if n >= 0 else []


def _pieces(text: str, part: str, a: int, b: int) -> Iterator[tuple[int, int]]:
    """Yield the longest pieces of words that were put together (项目 … 建设), in their order."""
    while len(part) >= 2 and a < b:
        for size in range(len(part), 1, -1):
            at = text.find(part[:size], a, b)
            if at >= 0:
                yield at, at + size
                a, part = at + size, part[size:]
                break
        else:
            part = part[1:]
