"""The head noun of a name: which word it is, what stands behind it as a section, and words before the name that only describe."""

from __future__ import annotations

import re

from projects.grammar.lexicon import Head, default_lexicon
from projects.grammar.routes import is_abbreviation, places_in

__all__ = [
    "DASH",
    "DESCRIBED_AS",
    "LINE_NUMBER",
    "POINTS",
    "TO",
    "code_head",
    "head_word",
    "inner_head",
    "is_section",
    "name_start",
    "runs",
    "trunk",
]

POINTS = frozenset(
    {
        "civil_airport",
        "general_airport",
        "cargo_airport",
        "port",
        "port_berth",
        "station",
        "interchange",
        "lng_terminal",
        "substation",
    }
)
"""Kinds of things at one place."""
DESCRIBED_AS = re.compile(r"[^、,。;]{2,30}(?:项目|工程|大?动脉|节点|咽喉|门户|名片|首站)——(?=[\u4e00-\u9fff])")
DASH = "-—–－―~～"
TO = rf"(?:[{DASH}]{{1,2}}|至|到)"
LINE_NUMBER = re.compile(r"(?:[A-Z]\d{0,2}|\d{1,2}号|\d{3}|[一二三四五六七八九十]+号|机场|机场快)线")
SECTION_SUFFIX = re.compile(
    r"(?:[东南西北中]{1,2}延(?:伸)?线?|新线|[东南西北中]{1,2}[段环]|延伸段|延长段|复线|枢纽|[A-Z]区|[\u4e00-\u9fff]{2,4}境)$"
)
LEAST_DESCRIPTION = 6
"""Characters of the shortest words before a name that say what it is."""


def inner_head(text: str) -> tuple[int, int, Head] | None:
    """Find the last head inside a text that decides a mode, longest at its place."""
    lexicon = default_lexicon()
    for end in range(len(text), 1, -1):
        if m := re.search(rf"{LINE_NUMBER.pattern}$", text[:end]):
            return m.start(), end, lexicon.heads["地铁"]
        word = lexicon.head_words.before(text, end)
        if len(word) >= 2 and lexicon.heads[word].mode not in {"none", ""}:
            return end - len(word), end, lexicon.heads[word]
    return None


def name_start(text: str) -> int:
    """Where a name begins behind words that say what it is (新一代自动化集装箱码头甲港乙港区四期); 0 where it is at the start."""
    for at, _, _ in places_in(text):
        left = text[:at]
        word = default_lexicon().head_words.before(left, at)
        if len(left) >= LEAST_DESCRIPTION and word and "facility" in default_lexicon().heads[word].flags:
            known = bool(places_in(left)) or re.search(r"[A-Z\d“(]", left) is not None
            return (
                0
                if known or not left.startswith(("新一代", "全国", "国内", "世界", "全球", "亚洲", "我国", "首"))
                else at
            )
    return 0


def head_word(text: str) -> str:
    """Return the longest head at the end of a text that cuts no place in two (漯河 + 港, no 河港)."""
    words = default_lexicon().head_words
    word = words.before(text, len(text))
    shorter = words.before(text, len(text), len(text) - len(word) + 1) if len(word) > 1 else ""
    at = len(text) - len(word)
    cut = shorter and any(a < at < b <= len(text) - len(shorter) for a, b, _ in places_in(text))
    if cut and not any(b == at for _, b, _ in places_in(text[:at])):  # 淮南 + 市域铁路 is no 淮南市 + 域铁路
        return shorter
    return word


def trunk(text: str, inner: tuple[int, int, Head] | None, *, stretch: bool = False) -> tuple[int, int, Head] | None:
    """
    Return the line before a head that only ends a section of it (甲高速乙镇至丙机场段), else that head.

    A stretch, a name that ends in 段, may also be called after one thing on its way (甲铁路乙水库段).
    """
    before = inner_head(text[: inner[0]]) if inner else None
    if inner and before and "line" in before[2].flags:
        passes = stretch and "line" not in inner[2].flags and inner[1] == len(text)
        if passes or re.fullmatch(rf"[^、]{{2,}}{TO}[^、]{{2,}}", text[before[1] :]):
            return before
    return inner


def code_head(code: str) -> Head:
    """Return the head that a route's number stands for: 国道, 省道, 高速公路 or 公路."""
    heads = default_lexicon().heads
    digits = re.sub(r"\D", "", code)
    if "国道" in code or code.startswith("G"):
        # G1–G99 and G0101–G9999 are expressways, G101–G7xx national roads (GB/T 917).
        return heads["国道"] if "国道" in code or len(digits) == 3 else heads["高速公路"]
    if "省道" in code or code.startswith("S"):
        return heads["省道"] if "省道" in code or len(digits) == 3 else heads["高速公路"]
    return heads["公路"]


def is_section(rest: str, head: Head) -> bool:
    """Whether what stands behind a head names a part of it: 武平至梅州段, 北段, 柳州枢纽, 漳诏."""
    if not rest or len(rest) > (28 if re.search(TO, rest) else 18) or rest.endswith("阶段"):
        return False
    if rest.endswith("段") or SECTION_SUFFIX.search(rest):
        return True
    if re.search(TO, rest) and re.fullmatch(rf"[\u4e00-\u9fff()]{{2,8}}{TO}[\u4e00-\u9fff()]{{2,8}}", rest):
        return True
    if default_lexicon().generics.at(rest, 0) == rest or rest.startswith(
        ("网", "化", "快", "站", "沿", "客", "货", "运", "营", "枢纽经济")
    ):
        return False
    return "line" in head.flags and is_abbreviation(rest) and 2 <= len(rest) <= 4


def runs(head: Head) -> bool:
    """Whether a thing runs from place to place, so that it may have branches and stretches: a line is, an airport is not."""
    return head.kind not in POINTS
