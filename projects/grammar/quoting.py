"""What the text says of a member where it stands: its name and span in the original, damage there, its year of opening."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.head_nouns import TO
from projects.grammar.leaning import ContextReader
from projects.grammar.lexicon import default_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.documents import Document
    from projects.grammar.names import Member

__all__ = ["QuotingReader"]

YEAR_AHEAD = re.compile(
    r"(20\d\d)年(?:底前|底|末|年底|上半年|下半年|前|内|\d{1,2}月)?(?:前|底)?[^,。]{0,20}?(?:建成|通车|投运|开通|投入|竣工|完工|建成通车|运营)"
)

OWN_SUBJECT = re.compile(r"(?:(?<!全)线|[路段桥港站闸场道])|高铁|高速|城际|枢纽|工程|项目|机组|泊位|通道")
"""A thing that a clause names before its verb: what is said is said of it."""


class QuotingReader(ContextReader):
    """Knows where each character of its text stands in the document."""

    document: Document
    index: list[int]
    raw: str
    damage: Sequence[tuple[int, int, str, str]]

    def _name(self, member: Member) -> str:
        core = member.core
        if member.brackets:
            inside, at = member.brackets[-1]
            closing = at + len(inside) + 1 - member.start
            if _belongs(inside):
                core = member.text[member.core_start : closing]
        works = default_lexicon().works
        work = works.at(member.section, 0)
        if work and works[work] and len(work) < len(member.section):  # 甲高速改扩建乙段
            core = re.sub(rf"{re.escape(member.head_text + work)}(?:工程|项目)?", member.head_text, core)
        name = member.prefix + core + member.suffix
        if member.prefix and member.prefix.endswith(member.head_text) and core.startswith(member.head_text):
            name = member.prefix + core[len(member.head_text) :]
        name = name.strip("、,等的")
        if "\ufffd" in name:
            name = self.raw[member.start + member.core_start :][: len(core)] + member.suffix
        if name.count("“") != name.count("”") or (name[:1] == "“" and name[-1:] == "”"):
            name = name.strip("“”")
        return name

    def _span(self, member: Member) -> tuple[int, int]:
        a = member.start + member.core_start
        b = min(a + max(len(member.core), 1), len(self.index))
        if member.brackets:
            inside, at = member.brackets[-1]
            if _belongs(inside) and inside.endswith("段"):
                b = min(at + len(inside) + 1, len(self.index))
        return self.index[a], self.index[b - 1] + 1

    def _damage(self, member: Member) -> list[str]:
        flags = []
        text = member.core
        if re.search(r"[\ufffd\ue000-\uf8ff]", text):
            flags.append("damaged")
        if re.search(r"(?<![\d])千伏|(?<!\d)万吨级|(?<![\d一二三四五六七八九十第])号线", text) and not re.search(
            r"\d千伏|\d万吨级", text
        ):
            flags.append("digits_lost")
        first, last = self._span(member)
        a, b = self._around(member, "。;")
        low, high = self.index[a], self.index[b - 1] + 1
        for start, end, kind, consequence in self.damage:
            if start < last and end > first:
                flags.append("digits_lost" if kind == "digits_lost" else "damaged")
            elif kind == "digits_lost" and "year" in consequence and low <= start < high:
                flags += ["digits_lost", "year_lost"]  # the year that the sentence states is gone
        return flags

    def _year(self, member: Member) -> int | None:
        """Year of opening that the sentence states for this clause or, ahead, for the list before."""
        _a, b = self._around(member, "。;")
        start, stop = self._around(member, ",。;")
        clause = self.text[start:stop]
        if m := YEAR_AHEAD.search(clause):
            years = set(re.findall(r"(?<!\d)20\d\d(?=年)", clause))
            if len(years) == 1:
                return int(m[1])
            # 甲线2024年、乙线2025年建成: each its own, where the member's words up to the next one state it.
            own = re.match(r"[^、,]{0,6}?(20\d\d)年", self.text[member.end : stop])
            return int(own[1]) if own else None
        if re.search(r"(?:年内|年底前|今年)[^,]{0,40}(?:建成|通车|投运|开通|投产|竣工)", clause) and self.document.date:
            return int(self.document.date[:4])
        parts = self.text[member.end : b].split(",")
        if (
            len(parts) > 1
            and re.match(r"^(?:并)?(?:确保|力争|争取|预计|计划)?(?:于)?20\d\d年", parts[1])
            and (m := YEAR_AHEAD.search(parts[1]))
        ):
            rest = parts[1][m.end() :]
            between = parts[1][m.end(1) : m.end()]
            # 甲、乙铁路,确保2019年底前甲铁路北段通车: the year is that section's alone.
            if len(parts[1]) <= 24 and len(rest) <= 8 and not OWN_SUBJECT.search(between):
                return int(m[1])
        return None


def _belongs(inside: str) -> bool:
    """Whether what brackets hold is part of the name: a stretch or the ends, no second name (即…), parts (含…) or stage."""
    if re.match(r"即|又[名称]|简称|原|含|包括|均", inside):
        return False
    return inside.endswith("段") or (re.search(TO, inside) is not None and "、" not in inside)
