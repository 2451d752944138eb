"""
The opening of a clause: its passage's topic, the label before a list, who acts.

在建项目:, 高速公路: and 湖南省已… are no part of the list, but tell what the list is.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.lexicon import default_lexicon
from projects.grammar.names import Member, parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.routes import places_in
from projects.grammar.sentences import stage_label
from projects.grammar.tails import TIME

if TYPE_CHECKING:
    from projects.documents import Passage
    from projects.grammar.groups import Group
    from projects.status import Governor

__all__ = ["FIELD", "TOPICS", "Context", "SubjectReader"]

TOPICS = (
    (Mode.RAIL, re.compile(r"铁路|轨道|高铁|城际|地铁")),
    (Mode.HIGHWAY, re.compile(r"公路|高速(?!铁|增|发)|国省道|过江通道|路网|道路")),
    (Mode.WATERWAY, re.compile(r"港口|港航|航道|水运|航运|港区|内河")),
    (Mode.AIRPORT, re.compile(r"机场|航空|民航|空港")),
    (Mode.ENERGY, re.compile(r"油气|天然气|电力|电网|能源|煤|特高压|LNG|管网")),
)


AHEAD = re.compile(r"未来|今后|接下来")
"""Before who acts: 未来甲市将实施…."""
BRANCH = re.compile(
    r"(?:能源|民航|水运|电力|油气|煤炭|电源|电网|核电|内河|沿海港口|港口|公路|铁路|轨道交通|管道)(?:方面)?"
)
"""A branch before what is done in it: 能源续建三峡, 民航建设甲机场."""
ACTING = {"fast", "start", "build", "complete", "plan", "push"}
FIELD = re.compile(
    r"(?:建设(?:性质|内容|规模|地点|地址|单位|工期|年限)|项目(?:业主|单位|地点)|业主|责任单位|总?投资|工期|主要(?:建设)?内容)[:为]?"
)
"""Opens what a form tells of a project, not its stage."""
ROUTE_NUMBER = re.compile(r"[“]?第?[一二三四五六七八九十]+[支纵横射环联廊]线?[”]?")
"""二横: numbers a route of a network."""
FIELD_LAST = re.compile(r"(?:总投资|总里程|全长|里程|工期|建设规模|建设内容|开工时间|建成时间)$")
LONGEST_LABEL = 34
"""Characters within which a colon ends a label."""
AUTHORITY = re.compile(
    r"(?:经)?(?:(?:国家|中国|[\u4e00-\u9fff]{2,8}?[省市区州县]|[省市])?(?:发展改革委|发改委|发展和改革委员会|能源局|交通运输[部厅局]|民航局|水利[部厅]|自然资源[部厅]"
    r"|生态环境[部厅])|国务院|国铁集团|国家电网|南方电网|国家管网集团)(?:公司)?(?:日前|近日|昨日|今日|已|正式)*"
)
"""Who approves or builds, before a verb."""


@dataclass
class Context:
    """What a clause may lean on: the passage's topic, and what the sentence said before."""

    region: str
    topic: Mode | None
    past: bool
    label: str = ""
    label_member: Member | None = None
    label_passes: bool = False
    label_here: bool = False
    enumerated: bool = False
    pending: tuple[list[Group], Governor] | None = None
    described: bool = False
    only_called: bool = False
    closing: tuple[str, ...] = ()
    carried: Governor | None = None
    announced: Governor | None = None
    last: Member | None = None
    last_name: str = ""
    sentence_mode: Mode | None = None
    sentence_topic: Mode | None = None
    high_speed: bool = False
    trace: list[str] = field(default_factory=list)


class SubjectReader:
    """Reads how clauses of one passage open; ``text`` is without white space, titles in 《》 masked."""

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

    def _label(self, a: int, b: int, context: Context) -> int:
        """Take a label (续建项目:, 高速公路:) from the start of a sentence."""
        context.label_here = False
        colon = self.text.find(":", a, min(b, a + LONGEST_LABEL))
        opening = re.compile(
            r"[(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,4})[)、.．]+|专栏\s?\d+|(?:第[\d一二三四五六七八九十百]+[章节篇编])+"
        ).match(self.text, a, b)
        if opening:
            a = opening.end()
        if colon > a and ROUTE_NUMBER.fullmatch(self.text, a, colon):
            a = colon + 1  # 二横:甲铁路:…
            colon = self.text.find(":", a, min(b, a + LONGEST_LABEL))
        if colon > a:
            label = self.text[a:colon]
            if label == "项目名称":
                return colon + 1
            if FIELD.match(label) and context.described:
                return b
            stage = stage_label(label)
            if (
                (of := FIELD_LAST.search(label))
                and of.start() > 3
                and self._is_item(parse_member(label[: of.start()], a))
            ):
                self._waits(parse_member(label[: of.start()], a), context)
                return b  # 甲铁路项目总投资:298亿元
            told, at, no = self._verbs(a, colon + 1, context)
            if not stage and at == colon and not no and {"push", "fast", "start", "complete", "plan"} & set(told.roles):
                context.enumerated, context.announced = True, told  # 加快推进:甲、乙
                return colon + 1
            member = parse_member(label, a)
            if not stage and self._is_item(member):
                self._waits(member, context)
                verb = default_lexicon().verbs.at(self.text, colon + 1, b)
                context.only_called = len(verb) >= 2 and colon + 1 + len(verb) < b - 3  # 甲港:推进乙港区
                return colon + 1
            if len(label) > 18:
                return a
            if stage or label.endswith("项目"):  # 续建项目:…。重大项目:…
                context.label = stage
            if member.head is not None and member.head.mode not in {"none", "other"} and not proper_parts(member.stem):
                context.label_member, context.label_passes, context.label_here = member, False, True
                context.topic = Mode(member.head.mode) if member.head.mode else context.topic
            kinds = all(not proper_parts(part) for part in label.split("、"))  # 铁路网、公路网:
            if stage or member.head is not None or kinds or not re.search(r"[、]", label):
                return colon + 1
        return a

    def _is_item(self, member: Member) -> bool:
        """Whether a label is a project (莱西至荣成铁路:2020年11月开工), no kind of projects."""
        head = member.head
        return (
            head is not None and head.mode not in {"", "none", "other"} and "、" not in member.text and is_named(member)
        )

    @abstractmethod
    def _waits(self, member: Member, context: Context) -> None:
        """Keep a project that waits for what is told of it."""

    @abstractmethod
    def _verbs(self, a: int, b: int, context: Context) -> tuple[Governor, int, str]:
        """Read verbs and adverbs at the start of a clause."""

    def _acts(self, at: int, b: int) -> bool:
        """Whether a verb that builds stands here, or behind 要, 将 and the like (电力要加快建成甲电厂)."""
        table = default_lexicon().verbs
        while (word := table.at(self.text, at, b)) and table[word] in {"adverb", "future"}:
            at += len(word)
        at += len(word)
        noun = re.match(r"[、和及等的,]|工程|项目|改造", self.text[at:b])  # 电网建设工程
        return bool(word) and table[word] in ACTING and at < b and noun is None

    def _subject(self, a: int, b: int, context: Context) -> int:
        """Pass over who acts (湖南省已建成…), a bare kind (高速公路续建…), and 分别为."""
        text, table = self.text, default_lexicon().verbs
        m = re.match(r"例?如(?!期|何)|[^,。;]{0,30}?(?:分别为|分别是|具体为|具体是|主要有|包括:?|主要包括)", text[a:b])
        if m and "、" in text[a + m.end() : b] and "、" not in m[0]:
            context.enumerated = True
            return a + m.end()
        if (m := BRANCH.match(text, a, b)) and m.end() < b - 2 and self._acts(m.end(), b):
            told = [mode for mode, pattern in TOPICS if pattern.search(m[0])]
            context.sentence_mode = told[0] if len(told) == 1 else context.sentence_mode
            return m.end()
        if (m := AUTHORITY.match(text, a, b)) and table.at(text, m.end(), b):
            return m.end()
        start = a
        while (m := TIME.match(text, start, b)) and m.end() > start:
            start = m.end()
        if m := AHEAD.match(text, start, b):
            start = m.end()
        here = places_in(text[start : min(start + 8, b)])
        if ours := re.match(r"(?:我|全|本|该)(?:省|市|区|县|州|自治区)|中国|我国|全国", text[start:b]):
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
            acts = re.search(
                r"(?:[省市县区州委厅]|集团|公司|国家电网|南方电网|政府|部门|我们|中央|国家|各地|各级|改革局|运输局|交通局|能源局|民航局|运输部|交通部)$",
                actor,
            )
            if acts and table.words.get(word, "adverb") != "none":
                return i
            if actor.endswith(("航道网", "公路网", "铁路网", "高速网", "路网")) and self._acts(i, b):
                told = [mode for mode, pattern in TOPICS if pattern.search(actor)]
                context.sentence_mode = told[0] if len(told) == 1 else context.sentence_mode
                return i  # 甲干线航道网加快建设乙线、丙线
            if head == actor or (head and not proper_parts(actor) and default_lexicon().heads[head].mode != "none"):
                at = i
                while table.words.get(word) in {"adverb", "future"} and table.at(text, at + len(word), b):
                    at += len(word)
                    word = table.at(text, at, b)
                if (
                    table.words.get(word) in {"fast", "start", "plan", "build", "complete"}
                    and at + len(word) < b - 2
                    and not re.match(r"[、和等]|(?:工程|项目)[、等]", text[at + len(word) : b])
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
