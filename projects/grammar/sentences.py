"""Sentences and clauses of a passage, labels before lists, and names that only a line can have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.head_nouns import TO
from projects.grammar.lexicon import default_lexicon
from projects.grammar.naming import is_unit, proper_parts
from projects.grammar.routes import is_abbreviation, places_in, units_in
from projects.grammar.tails import TIME
from projects.status import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["begins_name", "clauses", "is_line_name", "is_line_number", "sentences", "stage_label"]


LONGEST_ABBREVIATION = 6
"""Characters: a line named after more cities than six is none (中海油精细化工 reads as seven)."""


def is_line_name(stem: str) -> bool:
    """Whether a name can be a line's: 简称, places joined, or 沿 a river."""
    if any(a == 0 and b == len(stem) for a, b, _ in units_in(stem)):
        return False  # a mere place
    if is_abbreviation(stem) and len(stem) <= LONGEST_ABBREVIATION and stem not in default_lexicon().generics:
        return True
    if re.search(rf"[\u4e00-\u9fff)]{TO}[\u4e00-\u9fff]", stem) and proper_parts(stem) and len(stem) <= 24:
        return True
    if re.fullmatch(r"[东西南北中]?沿(?:江|海|淮|黄|河|边|湖)", stem):
        return True
    return bool(re.fullmatch(r"[\u4e00-\u9fff\ufffd\ue000-\uf8ff]{3,10}", stem)) and bool(re.search(r"[\ufffd]", stem))


def is_line_number(stem: str) -> bool:
    """Return whether a name is 简称 with 线 (合裕线), whose mode the context tells."""
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,4}线", stem)) and is_abbreviation(stem[:-1])


def begins_name(text: str, i: int, b: int, word: str) -> bool:
    """Whether what looks like a verb or preposition begins a place or line name (同江, 向莆铁路, 新建镇)."""
    if len(word) >= 2 or word in {"将", "要", "已", "也", "均"}:
        return False
    if text[i + 2 : i + 3] in {"至", "—", "-"} and is_unit(text[i : i + 2]):
        return True  # 同江至三亚
    if re.match(r"向[\u4e00-\u9fff]{1,3}—", text[i:b]):
        return True  # 向家坝—上海
    found = places_in(text[i : i + 6])
    behind = places_in(text[i + len(word) : i + len(word) + 6])
    if behind and behind[0][0] == 0 and not (found and found[0][0] == 0):
        return False  # 将衡阳、郴州机场…
    if re.match(r"[\u4e00-\u9fff]{2,4}(?:铁路|高速|高铁|城际|、|等)", text[i:b]) and is_abbreviation(text[i : i + 2]):
        return True
    return bool(found) and found[0][0] == 0 and found[0][1] > 1


STAGE_WORDS = "|".join(sorted(LABELS, key=len, reverse=True))
AHEAD_OF = "(?:重点|计划|预计|力争|确保|争取|年内|今年|拟)*?"
LABELLED = re.compile(
    rf"{AHEAD_OF}({STAGE_WORDS})(?:{STAGE_WORDS})?(?:建设|推进|类|的)?(?:重点|重大)?"
    r"(?:交通|铁路|公路|水运|能源|机场|基础设施)?(?:项目|工程)|"
    rf"{AHEAD_OF}({STAGE_WORDS})(?:{STAGE_WORDS})?类?$"
)


def stage_label(text: str) -> str:
    """
    Return the stage word of a heading or label; empty where it has none.

    Examples
    --------
    >>> stage_label("二、续建项目"), stage_label("国家高速公路·“十四五”开工"), stage_label("研究储备"), stage_label("铁路")
    ('续建', '开工', '研究', '')
    """
    text = re.sub(r"^[(（]?[\d一二三四五六七八九十]+[)）、.．]+", "", text.rpartition("·")[2])
    if (m := TIME.match(text)) and m.end() < len(text):
        text = text[m.end() :]
    m = LABELLED.match(text)
    return (m[1] or m[2]) if m else ""


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences; bullets end one too."""
    start = 0
    for m in re.finditer(r"[。!?;●◆■▲★※◎◇△▶►•]+", text):
        if m.start() > start:
            yield start, m.start()
        start = m.end()
    if start < len(text):
        yield start, len(text)


def _opens_clause(text: str, a: int, b: int) -> bool:
    """Whether a verb, 为 or a route stands behind a colon (硕果累累:建成甲铁路, 二横:甲铁路:乙—丙)."""
    word = default_lexicon().verbs.at(text, a, b)
    return (
        len(word) >= 2
        or re.compile(r"为|[\u4e00-\u9fff]{2,6}—[\u4e00-\u9fff]{2,6}(?:—|,|$)").match(text, a, b) is not None
    )


def clauses(text: str, a: int, b: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of clauses: commas outside brackets cut, except before 以及, 和, where the list goes on."""
    depth, start = 0, a
    for i in range(a, b):
        c = text[i]
        if c == "(":
            depth += 1
        elif c == ")":
            depth = max(0, depth - 1)
        elif c == ":" and depth == 0 and i > start and _opens_clause(text, i + 1, b):
            yield start, i
            start = i + 1
        elif c == "," and depth == 0:
            if re.match(r"(?:以及|及|和)(?!其|时|早)", text[i + 1 : i + 4]):
                continue  # the list goes on
            if i > start:
                yield start, i
            start = i + 1
    if start < b:
        yield start, b
