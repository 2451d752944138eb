"""
Clauses: which verbs govern, where the list begins, and whether a predicate stands behind it.

A clause is *verbs, list, words behind it* (加快推进 甲、乙等项目 前期工作) or *list, predicate* (甲、乙 开工建设).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from projects.grammar.head_nouns import DASH
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import parse_member
from projects.grammar.naming import proper_parts
from projects.grammar.predicates import CLOSING, PredicateReader, mostly
from projects.grammar.routes import places_in
from projects.grammar.sentences import begins_name, is_line_name
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, tail_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.grammar.subjects import Context

__all__ = ["ClauseReader"]

ANNOUNCED = re.compile(r"(?:分别|具体|主要)?(?:为|是|有|包括)|例?如(?!期|何)")
"""Opens a list of what the clause before has counted (推进3条地铁建设,具体为…)."""
MADE_INTO = re.compile(
    r"将(?![由在于与])[^,。;:、年]{1,16}(?:港|机场|枢纽|港区|[市县区])(?:联合)?(?:建成|建设成|打造成|发展成)为?[^,。;:]*(?:港|枢纽|中心|基地|门户|城市|口岸)$"
)
"""将甲港建成乙中转枢纽港: a role that a place is to have, nothing that is built."""
ROUTE_ONLY = re.compile(rf"(?:[\u4e00-\u9fff]{{2}}线)?[\u4e00-\u9fff]{{2,6}}(?:[{DASH}]{{1,2}}[\u4e00-\u9fff]{{2,6}})+")
"""Places joined by dashes and no more: a member of the list before the comma (建成甲铁路,乙-丙,丁-戊铁路)."""


class ClauseReader(PredicateReader):
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
        return bool(members) and mostly(fit)

    def _inner_verbs(
        self, obj: str, start: int, governor: Governor, context: Context
    ) -> Iterator[tuple[int, int, Governor]]:
        """Cut a list where a verb begins anew behind 、 (建成甲、加快建设乙)."""
        verbs = default_lexicon().verbs
        cuts = [0]
        ends = {tail_class(t) for t in strip_tail(obj[-60:])[1]} & {"preparatory", "proposed"}
        for m in re.finditer(r"[、和及]", obj):
            word = verbs.at(obj, m.end())
            if (
                ends
                and verbs.words.get(word) == "build"
                and {verbs.words.get(v) for v in governor.verbs} <= {"push", "build"}
            ):
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
