"""
Clauses: which verbs govern, where the list begins, and whether a predicate stands behind it.

A clause is *verbs, list, words behind it* (加快推进 甲、乙等项目 前期工作) or *list, predicate* (甲、乙 开工建设).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import DASH, LINE_NUMBER, Member, parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.routes import is_abbreviation, places_in, units_in
from projects.grammar.sentences import begins_name, is_line_name
from projects.grammar.subjects import SubjectReader
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, tail_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.grammar.groups import Group
    from projects.grammar.subjects import Context

__all__ = ["CLOSING", "ClauseReader"]

METRO = re.compile(r"地铁|轨道交通|轻轨|捷运|市域铁路")
ANNOUNCED = re.compile(r"(?:分别|具体|主要)?(?:为|是|有|包括)|例?如(?!期|何)")
"""Opens a list of what the clause before has counted (推进3条地铁建设,具体为…)."""
MADE_INTO = re.compile(
    r"将(?![由在于与])[^,。;:、年]{1,16}(?:港|机场|枢纽|港区|[市县区])(?:联合)?(?:建成|建设成|打造成|发展成)为?[^,。;:]*(?:港|枢纽|中心|基地|门户|城市|口岸)$"
)
"""将甲港建成乙中转枢纽港: a role that a place is to have, nothing that is built."""
ROUTE_ONLY = re.compile(rf"(?:[\u4e00-\u9fff]{{2}}线)?[\u4e00-\u9fff]{{2,6}}(?:[{DASH}]{{1,2}}[\u4e00-\u9fff]{{2,6}})+")
"""Places joined by dashes and no more: a member of the list before the comma (建成甲铁路,乙-丙,丁-戊铁路)."""
RIVERS = frozenset({"长江", "黄河", "珠江", "淮河"})
"""Rivers that name no place of their own (长江三角洲)."""
CLOSING = {"starting", "complete", "building", "preparatory", "proposed", "halted"}


class ClauseReader(SubjectReader):
    """Reads the clauses of one passage."""

    def _joined(self, clauses: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Join clauses that go on with a list by commas (加快甲段,乙铁路,丙至丁等铁路前期工作)."""
        table = default_lexicon().verbs
        held: tuple[int, int] | None = None
        for c, d in clauses:
            if held is not None and d - c <= 120 and d - held[0] <= 600 and self._goes_on(c, d):
                held = (held[0], d)
                continue
            if held is not None:
                yield held
                held = None
            start = c
            here = places_in(self.text[c : min(c + 8, d)])
            if here and here[0][0] == 0:
                start = c + here[0][1]  # 某省规划建成…
            word = table.at(self.text, start, d)
            while word and table[word] in {"future", "adverb"} and table.at(self.text, start + len(word), d):
                start += len(word)
                word = table.at(self.text, start, d)
            told = {tail_class(t) for t in strip_tail(self.text[max(c, d - 60) : d])[1]} & (CLOSING | {"build"})
            if word and not told and table[word] in {
                "push", "fast", "start", "plan", "complete", "build", "do", "adverb",
            }:  # fmt: skip
                held = (c, d)
            else:
                yield c, d
        if held is not None:
            yield held

    def _goes_on(self, c: int, d: int) -> bool:
        text = re.sub(r"^(?:并|同时|还|也)(?=[\u4e00-\u9fff])", "", self.text[c:d])
        if default_lexicon().verbs.at(text, 0) or TIME.match(text) or ANNOUNCED.match(text):
            return False
        groups = read_list(text, c)
        members = [m for g in groups for m in g.members]
        tails = [t for g in groups for t in g.tails] + [t for m in members for t in m.tails]
        if any(tail_class(t) in {"starting", "complete", "building"} for t in tails) or any(g.rejected for g in groups):
            return False
        if any(re.match("获|取得|通过|国家|已|完成|开展|选址", t) and tail_class(t) == "preparatory" for t in tails):
            return False  # a predicate of its own
        fit = [
            (m.head is not None and m.head.mode != "none" and self._named(m, g))
            or (m.head is None and is_line_name(m.stem) and (g.open or ROUTE_ONLY.fullmatch(m.stem) is not None))
            for g in groups
            for m in g.members
        ]
        return bool(members) and _mostly(fit)

    def _inner_verbs(
        self, obj: str, start: int, governor: Governor, context: Context
    ) -> Iterator[tuple[int, int, Governor]]:
        """Cut a list where a verb begins anew behind 、 (建成甲、加快建设乙)."""
        verbs = default_lexicon().verbs
        cuts = [0]
        ends = {tail_class(t) for t in strip_tail(obj[-60:])[1]} & {"preparatory", "proposed"}
        for m in re.finditer(r"[、和及]", obj):
            word = verbs.at(obj, m.end())
            if ends and verbs.words.get(word) == "build" and {verbs.words.get(v) for v in governor.verbs} <= {"push", "build"}:
                continue  # 推进新建甲、迁建乙等前期工作: the end governs all
            if not word or verbs[word] not in {"fast", "plan", "start", "complete", "push", "build"}:
                continue
            if verbs[word] in {"build", "complete", "plan"} and (len(word) < 4 and m[0] != "、"):
                continue
            follow = obj[m.end() + len(word) :]
            if not follow or re.match(r"[、和及等的]|项目|工程|改造", follow) or (len(word) == 2 and m[0] != "、"):
                continue
            rest = parse_member(re.split(r"[、和及,]", follow, maxsplit=1)[0][:60], 0)
            if rest.head is not None or proper_parts(rest.stem):
                cuts.append(m.end())
        if len(cuts) == 1 or set(governor.roles) == {"do"}:  # 做好甲、乙前期工作: the end governs all
            yield start, start + len(obj), governor
            return
        cuts.append(len(obj))
        for i, (c, d) in enumerate(itertools.pairwise(cuts)):
            stop = d - 1 if i < len(cuts) - 2 else d
            if i == 0:
                yield start + c, start + stop, governor
            else:
                inner, at, reason = self._verbs(start + c, start + stop, context)
                if set(inner.roles) <= {"build"} and governor.verbs:  # 开工建设甲、新建乙: 新建 settles nothing
                    inner = replace(governor, verbs=(*governor.verbs, *inner.verbs))
                if not reason:
                    yield at, start + stop, inner

    def _verbs(self, a: int, b: int, context: Context) -> tuple[Governor, int, str]:
        """Read verbs and adverbs at the start of a clause; the third value says why the clause names no project."""
        table = default_lexicon().verbs
        text = self.text
        verbs: list[str] = []
        roles: list[str] = []
        i, weak = a, False
        while i < b:
            m = TIME.match(text, i, b)
            if m and m.end() > i:
                if re.search(r"年内|年底|底前|前$|今年|明年|将|力争|确保|预计|计划", m[0]) and not context.past:
                    roles.append("future")
                i = m.end()
                if text.startswith(("前", "底", ",", "、"), i) and i + 1 < b:
                    i += 1
                continue
            if verbs and text[i] == "了":
                i += 1  # 启动了甲工程
            if verbs and text[i] == "并" and table.at(text, i + 1, b):
                i += 1  # 开工并建成
            if verbs and text[i] == "或" and (other := table.at(text, i + 1, b)):
                i += 1 + len(other)  # 兴建或扩建: one of the two
                continue
            word = table.at(text, i, b)
            if not word or (i + len(word) == b and verbs):
                break
            if begins_name(text, i, b, word):
                break
            role = table[word]
            if word == "将" and MADE_INTO.match(text, i, b):
                return Governor(), b, "“将…建成…”:所成的是功能"
            if role == "adverb":
                weak = weak or word == "重点"
                if word in {"已", "已经"}:
                    roles.append("done")
                if word in {"将", "还将", "即将", "下一步"}:
                    roles.append("future")
            elif word == "对" and verbs and self._done_to(i + 1, b):
                pass  # 加快对甲江、乙江的整治
            elif role == "preposition":
                after = self._next_verb(i + len(word), b)
                if after < 0:
                    return Governor(), b, f"“{word}”之后没有动词"
                i, verbs, roles = after, [], []
                continue
            elif role == "none":
                return Governor(), b, f"“{word}”不指建设"
            else:
                verbs.append(word)
                roles.append("push" if role == "push_weak" else role)
                weak = weak or role == "push_weak"
            i += len(word)
        if "push" in roles and "build" in roles:
            roles.append("fast")
        governor = Governor(tuple(verbs), tuple(roles), weak=weak, label=context.label, past=context.past)
        return governor, i, ""

    def _done_to(self, a: int, b: int) -> bool:
        """Whether 的 and a mere word of work stand at the end."""
        of = self.text.rfind("的", a, b)
        rest, _, works = strip_tail("某" + self.text[of + 1 : b])
        return of > a and rest == "某" and bool(works)

    def _next_verb(self, a: int, b: int) -> int:
        """Find the main verb behind a prepositional phrase; -1 where there is none."""
        table = default_lexicon().verbs
        for i in range(a + 1, b - 2):
            word = table.at(self.text, i, b)
            if (
                word
                and self.text.count("“", a, i) == self.text.count("”", a, i)
                and len(word) >= 2
                and table[word] in {"fast", "push", "build", "plan", "start"}
                and i + len(word) < b
            ):
                rest = self.text[i + len(word) : b]
                if not re.match(r"[、和及等的]|项目|工程|目标|骨干|主体|重点|为", rest):
                    return i
        return -1

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
        complete = _mostly(fit)
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


def _mostly(fit: list[bool]) -> bool:
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
