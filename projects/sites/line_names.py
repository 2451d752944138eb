"""Names of lines: what is left of one without words for its type, its section and the works on it."""

from __future__ import annotations

import re

__all__ = ["WORK_WORDS", "line_core"]

_TYPE_WORDS = re.compile(
    r"(高速公路|城际铁路|高速铁路|市域\(郊\)铁路|市域铁路|客运专线|铁路|高铁|城际|客专|高速|公路|航道|运河|线)+$"
)
WORK_WORDS = re.compile(
    r"(项目|工程|建设|电气化|扩容改造|扩能改造|升级改造|增容改造|改扩建|扩建|扩容|扩能|增容|改造|改建|整治|疏浚|提升|双线)+$"
)
"""Words at the end of a name for what is done, not for what it is done to."""

_SECTION_WORDS = re.compile(r"(?:[(（][^()（）]*[)）]|(铁路|高铁|城际|客专|高速|公路|线|航道)[^线路速铁]{1,10}段)$")


def line_core(name: str) -> str:
    """
    Return what identifies a line in its name: without work, section and type words.

    Examples
    --------
    >>> line_core("商合杭铁路"), line_core("合裕线扩能改造"), line_core("合新高铁安徽段"), line_core("沪苏湖铁路")
    ('商合杭', '合裕', '合新', '沪苏湖')
    """
    core = name
    while True:
        shorter = WORK_WORDS.sub("", core)
        shorter = _SECTION_WORDS.sub(lambda match: match[1] or "", shorter) or shorter
        shorter = _TYPE_WORDS.sub("", shorter) or shorter
        if shorter == core:
            return core
        core = shorter
