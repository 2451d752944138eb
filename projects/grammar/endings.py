"""
Endings of a predicate that have words of their own in between: 纳入…规划, 已完成…审查, 由…牵头, 通达某地.

``projects/data/endings.csv`` has them in the order in which they are tried: ``words`` of which one must occur, ``least``, the
first character at which the ending may begin, ``ending`` with … for up to 16 characters without 、 and …… for up to 40 with it,
``(甲|乙)`` for one of two, ``?`` and ``*`` behind what may be missing or repeated, and the class of :mod:`projects.status` that it
tells; empty where its words tell.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from projects.grammar.lexicon import read_vocabulary

__all__ = ["ending_class", "free_ending"]

NAMED = {
    "<数量>": r"(?<![至—\-\d.×])(?:约|共|共计|总长)?(?:\d+[×xX*])?\d+(?:\.\d+)?(?:余|多)?"
    r"(?:公里|千米|米|亿元|万元|万千瓦|万吨|座|个|项|条)(?:以上|左右)?",
    "<条数>": r"(?<=[\u4e00-\u9fff)])[两三四五六七八九十]{1,2}[条座个项处]",
    "<号线之后>": r"(?<=号线)",
    "<建之后>": r"(?<=建)",
    "<地名>": r"[\u4e00-\u9fff]{2,6}",
}
"""Parts of endings that no words make: amounts, and what an ending stands behind."""
LONGEST = 64
"""Characters at the end of a text in which an ending is sought."""


@dataclass(frozen=True)
class _Ending:
    words: tuple[str, ...]
    least: int
    pattern: re.Pattern[str]
    stage: str


def _pattern(ending: str) -> str:
    """Regular expression of an ending as the table writes it."""
    pattern = ending.replace("(", "(?:").replace("……", "[^,。;]{0,40}?").replace("…", "[^,。;、]{0,16}?")
    pattern = re.sub(
        r"(?<![)\]?*])([\u4e00-\u9fff]{2,})\?", r"(?:\1)?", pattern
    )  # 争取?: both characters may be missing
    for name, expression in NAMED.items():
        pattern = pattern.replace(name, expression)
    return pattern + "$"


@functools.cache
def _endings() -> tuple[_Ending, ...]:
    rows = read_vocabulary("endings.csv", "words", "least", "ending", "stage")
    return tuple(
        _Ending(tuple(r["words"].split()), int(r["least"]), re.compile(_pattern(r["ending"])), r["stage"]) for r in rows
    )


@functools.cache
def _words() -> tuple[str, ...]:
    return tuple(sorted({word for ending in _endings() for word in ending.words}))


def free_ending(text: str) -> str | None:
    """
    Words at the end of a text that follow one of the patterns.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> free_ending("甲铁路由省发展改革委牵头正"), free_ending("甲乙铁路")
    ('由省发展改革委牵头正', None)
    """
    low = max(0, len(text) - LONGEST)
    end = text[low:]
    present = {word for word in _words() if word in end}
    if not present:
        return None
    for ending in _endings():
        if not present.isdisjoint(ending.words):
            m = ending.pattern.search(text, low)
            if m and m.start() >= ending.least:
                return m[0]
    return None


@functools.lru_cache(maxsize=4096)
def ending_class(words: str) -> str:
    """
    Class of :mod:`projects.status` that an ending tells by itself; empty where its words decide, or it is none.

    Examples
    --------
    >>> ending_class("被列入新开工项目中"), ending_class("纳入国家规划")
    ('starting', '')
    """
    for ending in _endings():
        if any(word in words for word in ending.words) and ending.pattern.match(words):
            return ending.stage
    return ""
