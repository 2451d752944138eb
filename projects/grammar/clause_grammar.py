"""
Clauses: who acts, which verbs govern, where the list begins, and whether a predicate stands behind it.

A clause is *verbs, list, words behind it* (加快推进 甲、乙等项目 前期工作) or *list, predicate* (甲、乙 开工建设).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import Group, read_list
from projects.grammar.names import LINE_NUMBER, Member, parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.routes import places_in, units_in
from projects.grammar.sentences import begins_name, is_line_name, stage_label
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, tail_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.documents import Passage

__all__ = ["CLOSING", "TOPICS", "ClauseReader", "Context"]

TOPICS = (
    (Mode.RAIL, re.compile(r"铁路|轨道|高铁|城际|地铁")),
    (Mode.HIGHWAY, re.compile(r"公路|高速(?!铁|增|发)|国省道|过江通道|路网|道路")),
    (Mode.WATERWAY, re.compile(r"港口|港航|航道|水运|航运|港区|内河")),
    (Mode.AIRPORT, re.compile(r"机场|航空|民航|空港")),
    (Mode.ENERGY, re.compile(r"油气|天然气|电力|电网|能源|煤|特高压|LNG|管网")),
)
METRO = re.compile(r"地铁|轨道交通|轻轨|捷运|市域铁路")
ANNOUNCED = re.compile(r"(?:分别|具体|主要)?(?:为|是|有|包括)|例?如(?!期|何)")
"""Opens a list of what the clause before has counted (推进3条地铁建设,具体为…)."""
CLOSING = {"starting", "complete", "building", "preparatory", "proposed"}


@dataclass
class Context:
    """What a clause may lean on: the passage's topic, and what the sentence said before."""

    region: str
    topic: Mode | None
    past: bool
    label: str = ""
    label_member: Member | None = None
    label_passes: bool = False
    enumerated: bool = False
    pending: tuple[list[Group], Governor] | None = None
    carried: Governor | None = None
    announced: Governor | None = None
    last: Member | None = None
    last_name: str = ""
    sentence_mode: Mode | None = None
    high_speed: bool = False
    trace: list[str] = field(default_factory=list)


class ClauseReader:
    """Reads the clauses of one passage; ``text`` is without white space, titles in 《》 masked."""

    text: str
    passage: Passage
    home: str
    notes: list[str]

    def _topic(self) -> Mode | None:
        first = re.split(r"[。;:]", self.text, maxsplit=1)[0][:40]
        for part in (first, *reversed(self.passage.headings)):
            found = [mode for mode, pattern in TOPICS if pattern.search(part)]
            if len(found) == 1:
                return found[0]
        return None

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
        text = self.text[c:d]
        if default_lexicon().verbs.at(text, 0) or TIME.match(text) or ANNOUNCED.match(text):
            return False
        groups = read_list(text, c)
        members = [m for g in groups for m in g.members]
        tails = [t for g in groups for t in g.tails] + [t for m in members for t in m.tails]
        if any(tail_class(t) in {"starting", "complete", "building"} for t in tails) or any(g.rejected for g in groups):
            return False
        return bool(members) and all(
            (m.head is not None and m.head.mode != "none" and self._named(m))
            or (g.open and m.head is None and is_line_name(m.stem))
            for g in groups
            for m in g.members
        )

    def _label(self, a: int, b: int, context: Context) -> int:
        """Take a label (续建项目:, 高速公路:) from the start of a sentence."""
        colon = self.text.find(":", a, min(b, a + 18))
        opening = re.compile(r"[(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,4})[)、.．]+|专栏\s?\d+").match(
            self.text, a, b
        )
        if opening:
            a = opening.end()
        if colon > a:
            label = self.text[a:colon]
            stage = stage_label(label)
            member = parse_member(label, a)
            if stage:
                context.label = stage
            if member.head is not None and member.head.mode not in {"none", "other"} and not proper_parts(member.stem):
                context.label_member, context.label_passes = member, False
                context.topic = Mode(member.head.mode) if member.head.mode else context.topic
            kinds = all(not proper_parts(part) for part in label.split("、"))  # 铁路网、公路网:
            if stage or member.head is not None or kinds or not re.search(r"[、]", label):
                return colon + 1
        return a

    def _subject(self, a: int, b: int, context: Context) -> int:
        """Pass over who acts (湖南省已建成…), a bare kind (高速公路续建…), and 分别为."""
        text, table = self.text, default_lexicon().verbs
        m = re.match(r"例?如(?!期|何)|[^,。;]{0,30}?(?:分别为|分别是|具体为|具体是|主要有|包括:?|主要包括)", text[a:b])
        if m and "、" in text[a + m.end() : b] and "、" not in m[0]:
            context.enumerated = True
            return a + m.end()
        start = a
        while (m := TIME.match(text, start, b)) and m.end() > start:
            start = m.end()
        here = places_in(text[start : min(start + 8, b)])
        if ours := re.match(r"(?:我|全|本|该)(?:省|市|区|县|州|自治区)", text[start:b]):
            here = [(0, ours.end(), ours[0])]
        if here and here[0][0] == 0:
            behind = start + here[0][1]
            at, will = behind, False
            while (word := table.at(text, at, b)) and table[word] in {"adverb", "future"}:
                will = will or word in {"将", "要", "还将", "正", "已", "计划", "力争"}
                at += len(word)
            acting = {"fast", "push", "start", "complete", "plan", "build", "future", "carry_out", "do", "prepare"}
            if (len(word) >= 2 and table[word] in acting) or will:
                rest = text[at + len(word) : b]
                if rest and not re.match(r"[、和及等的]|项目|工程|进度|规划", rest):
                    return behind
        if table.at(text, a, b) or TIME.match(text, a, b):
            return a
        for i in range(a + 2, min(a + 14, b - 3)):
            if text[i] in "、和与(等":
                return a
            word = table.at(text, i, b)
            if not word:
                m2 = TIME.match(text, i, b)
                word = m2[0] if m2 and m2.end() > i else ""
                if not word:
                    continue
            actor = text[a:i]
            head = default_lexicon().head_words.before(actor, len(actor))
            if actor.endswith(("飞行区", "航站区", "港区", "作业区", "库区", "站区")):
                return a  # part of a project, nobody who acts
            acts = re.search(r"(?:[省市县区州]|集团|公司|国家电网|南方电网|政府|部门|我们|中央|国家|各地|各级)$", actor)
            if acts and table.words.get(word, "adverb") != "none":
                return i
            if head == actor or (head and not proper_parts(actor) and default_lexicon().heads[head].mode != "none"):
                if (
                    table.words.get(word) in {"fast", "start", "plan", "build", "complete"}
                    and i + len(word) < b - 2
                    and not re.match(r"[、和等]", text[i + len(word)])
                ):
                    context.label_member, context.label_passes = parse_member(actor, a), True
                    return i
                return a
            if (
                re.search(r"(?:[省市县区州]|集团|公司|电网|政府|部门|我们|中央|国家|各地|各级)$", actor)
                and table.words.get(word, "adverb") != "none"
            ):
                return i
        return a

    def _inner_verbs(
        self, obj: str, start: int, governor: Governor, context: Context
    ) -> Iterator[tuple[int, int, Governor]]:
        """Cut a list where a verb begins anew behind 、 (建成甲、加快建设乙)."""
        verbs = default_lexicon().verbs
        cuts = [0]
        for m in re.finditer(r"[、和及]", obj):
            word = verbs.at(obj, m.end())
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
        if len(cuts) == 1:
            yield start, start + len(obj), governor
            return
        cuts.append(len(obj))
        for i, (c, d) in enumerate(itertools.pairwise(cuts)):
            stop = d - 1 if i < len(cuts) - 2 else d
            if i == 0:
                yield start + c, start + stop, governor
            else:
                inner, at, reason = self._verbs(start + c, start + stop, context)
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
            if verbs and text[i] == "并" and table.at(text, i + 1, b):
                i += 1  # 开工并建成
            word = table.at(text, i, b)
            if not word or (i + len(word) == b and verbs):
                break
            if begins_name(text, i, b, word):
                break
            role = table[word]
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
            named = sum(m.head is not None and m.head.mode != "none" and self._named(m) for m in members)
            return groups, "list" if members and named * 2 >= len(members) else ""
        complete = bool(members) and all(
            (m.head is not None and m.head.mode != "none" and (self._named(m) or g.open))
            or (context.label_member is not None and m.head is None)
            or (g.open and not g.rejected and m.head is None and context.carried is not None)
            for g in groups
            for m in g.members
        )
        return groups, "list" if complete and not any(g.rejected for g in groups) else ""

    def _named(self, member: Member) -> bool:
        """Whether a member names one thing, by itself or as a numbered line of the network that the text speaks of."""
        if is_named(member):
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
        return any(METRO.search(part) for part in (before, *self.passage.headings))

    def _contaminated(self, group: Group) -> bool:
        """甲港、乙港合作: the last member goes on behind its head with words that are no name, so the list is no object."""
        if group.open or not group.members:
            return False
        last = group.members[-1]
        if last.head is not None and last.head.mode == "none":
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
