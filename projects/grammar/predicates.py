"""Whether a list without a verb before it says something of projects: a predicate behind it, or members that are all named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.head_nouns import LINE_NUMBER
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.routes import is_abbreviation, units_in
from projects.grammar.sentences import is_line_name
from projects.grammar.subjects import SubjectReader
from projects.status import tail_class

if TYPE_CHECKING:
    from projects.grammar.groups import Group
    from projects.grammar.names import Member
    from projects.grammar.subjects import Context

__all__ = ["CLOSING", "PredicateReader", "mostly"]

METRO = re.compile(r"地铁|轨道交通|轻轨|捷运|市域铁路")
RIVERS = frozenset({"长江", "黄河", "珠江", "淮河"})
"""Rivers that name no place of their own (长江三角洲)."""
CLOSING = {"starting", "complete", "building", "preparatory", "proposed", "halted"}
"""Classes of words that close a sentence on a project: what became of it."""


class PredicateReader(SubjectReader):
    """Tells lists of projects from mere words."""

    def _predicate(self, a: int, b: int, groups: list[Group], context: Context) -> tuple[list[Group], str]:
        """
        Decide whether a clause without verb says something of projects.

        The answer is ``predicate``, ``list`` (a list that goes on, or a bare one), or empty.
        """
        text = self.text[a:b]
        closing = CLOSING
        if any(tail_class(t) in closing for g in groups for t in g.tails):
            return groups, "predicate"
        if any(tail_class(t) in closing for g in groups for m in g.members for t in m.tails):
            return groups, "predicate"
        # A predicate with a complement: 甲桥建成并获奖, 甲港建成运营5个泊位.
        tails = default_lexicon().tails
        for i in range(2, len(text) - 1):
            word = tails.at(text, i)
            if word and tails[word] in {"starting", "complete", "building"}:
                behind = text[i + len(word) :]
                if re.match(r"[并、\d了至到率(]|投|通|运|总|全|累计|超|首", behind):
                    found = read_list(text[: i + len(word)], a)
                    if found and any(m.head is not None and self._named(m) for g in found for m in g.members):
                        return found, "predicate"
        members = [m for g in groups for m in g.members]
        if context.enumerated:
            named = sum(
                (m.head is not None and m.head.mode != "none" and self._named(m))
                or (context.label_member is not None and m.head is None and is_line_name(m.stem))
                for m in members
            )
            if (
                context.announced is not None and members
            ):  # 开工的项目包括:甲铁路、乙医院、丙工厂: each is looked at by itself
                return groups, "list" if named else ""
            return groups, "list" if members and named * 2 >= len(members) else ""
        fit = [
            (m.head is not None and m.head.mode != "none" and (self._named(m, g) or g.open))
            or (context.label_member is not None and m.head is None)
            or (g.open and not g.rejected and m.head is None and context.carried is not None)
            for g in groups
            for m in g.members
        ]
        complete = mostly(fit)
        return groups, "list" if members and complete and not any(g.rejected for g in groups) else ""

    def _named(self, member: Member, group: Group | None = None) -> bool:
        """Whether a member names one thing, by itself, in its list, or as a numbered line of the network spoken of."""
        if is_named(member) or (group is not None and _named_by_list(member, group)):
            return True
        if (
            member.head is not None
            and member.head.kind == "metro"
            and any(
                a == 0 and p not in self.home and member.stem[b:] in {"", "快速", "城市"}
                for a, b, p in units_in(member.stem)
            )
        ):
            return True  # 启动甲、乙地铁建设, in a province's plan
        if member.head is None or member.stem or not LINE_NUMBER.fullmatch(member.head_text):
            return False
        before = self.text[max(0, member.start - 400) : member.end]
        if member.head_text in {"机场线", "机场快线"} and re.search(r"铁路|轨道", before):
            return True  # a city's line to its airport
        return any(METRO.search(part) for part in (before, *self.passage.headings))

    def _contaminated(self, group: Group) -> bool:
        """甲港、乙港合作: the last member goes on behind its head with words that are no name, so the list is no object."""
        if group.open or not group.members:
            return False
        last = group.members[-1]
        if last.head is not None and last.head.mode == "none":
            if any(m.stem.startswith("沿") for m in group.members):
                return True  # 沿京沪高铁、沿江产业带
            lexicon = default_lexicon()
            return not proper_parts(last.stem) and lexicon.head_words.before(last.stem, len(last.stem)) != ""
        if last.head is None and not last.section and not last.phase and not last.works:
            stem = last.stem
            inside = next((w for w in ("港", "机场", "铁路", "高铁", "高速") if w in stem[:-1]), "")
            if inside and len(group.members) > 1:
                self.notes.append(f"{last.text[:30]}:名称之后有读不懂的“{stem}”")
                return True
        return False

    def _around(self, member: Member, stops: str) -> tuple[int, int]:
        """Span of the words around a member up to one of the stops, at most 400 characters each way."""
        low, high = max(0, member.start - 400), min(len(self.text), member.end + 400)
        a = max((self.text.rfind(c, low, member.start) for c in stops), default=-1)
        ends = [e for e in (self.text.find(c, member.end, high) for c in stops) if e >= 0]
        return max(a + 1, low), min(ends, default=high)


def mostly(fit: list[bool]) -> bool:
    """Whether all members of a list are projects, or of a long list all but a few that no rule reads."""
    return all(fit) or (len(fit) >= 4 and (fit[0] or fit[-1]) and sum(fit) * 3 >= len(fit) * 2)


def _named_by_list(member: Member, group: Group) -> bool:
    """
    Whether a name that could be a mere place is one in its list: 常吉、韶山高速 (常-吉, 韶-山), 长江、嘉陵江等航道.

    A county whose name reads as 简称, or a river, where another member of the same head is named.
    """
    head, stem = member.head, member.stem
    if head is None or head.mode == "none":
        return False
    others = [m for m in group.members if m is not member and m.head is not None and m.head.mode == head.mode]
    if (head.kind == "ring_road" and not stem) or (stem == "机场" and head.mode == "highway"):
        return any(is_named(m) for m in others)  # 绕城高速, 机场高速 of the city that the list is of
    if not stem:
        return False
    if stem in RIVERS:
        return head.mode == "waterway" and any(is_named(m) for m in others)
    if "placed" in head.flags and 2 <= len(stem) <= 5 and proper_parts(stem):
        return any(m.head_text == member.head_text and is_named(m) for m in others)  # 池州二期、板集二期等煤电
    if (
        "line" not in head.flags
        or head.kind in {"metro", "suburban_rail"}
        or len(stem) != 2
        or not is_abbreviation(stem)
    ):
        return False
    county = any(p.level == "county" for p in default_gazetteer().lookup(stem))
    return county and any(is_abbreviation(m.stem) and is_named(m) for m in others)
