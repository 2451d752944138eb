"""
Statements: a project as the subject of a sentence, described and at last told of (甲铁路全长72公里,总投资58亿元,2025年建成).

Reports and news tell of a project in this way, where plans list. What describes it (length, ends, cost, speed) is passed over;
the last predicate of the sentence, or of one that goes on with 该项目 or 全线, gives the stage.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.groups import Group
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import Member, parse_member
from projects.grammar.naming import is_named
from projects.grammar.predicates import CLOSING
from projects.grammar.recording import RecordingReader
from projects.grammar.routes import places_in
from projects.grammar.subjects import FIELD
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, tail_class

if TYPE_CHECKING:
    from projects.grammar.subjects import Context

__all__ = ["StatementReader"]

MEASURES = (
    r"(?:(?:项目|工程|线路|正线|主线|路线|全线|航道|建设)?(?:全长|总长|总里程|里程|长度|设计时速|设计速度|时速|概算|总概算|装机|总装机|水深)"
    r"|(?:项目|工程|线路|全线|概算)?总投资|估算投资|起自|起于|始于|起点|[东西南北]起(?!步)|由(?=[\u4e00-\u9fff]{2,8}[经至])|位于|地处|途经|途径)"
)
DESCRIBED = re.compile(rf"(?:项目|工程)?(?:{MEASURES}|(?P<copula>是(?!否|指|以)))")
DESCRIBES = re.compile(
    rf"(?:其中)?(?:{MEASURES}|止于|终于|终至|终点|[东西南北](?:至|接|连)[\u4e00-\u9fff]{{2,}}(?:站|市|县|区|镇|村)$"
    r"|(?:全线)?(?:共)?设[\u4e00-\u9fff、\d]*站|双向[四六八]车道|主线|计划工期|建设工期|工期|采用|沿线|按[^,]{2,20}标准(?:建设|设计|实施)?$|占)"
)
"""A clause that only describes what the sentence speaks of."""
JOINS = re.compile(
    r"(?:[东南西北]?[端起止]?)?(?:对?接|衔接|连接)(?:已建成|已建|在建|拟建|规划|既有|[\u4e00-\u9fff]{2,})"
)
"""接已建成的甲高速: what the project that is told of meets."""
AMOUNTS = re.compile(
    r"[^,。;]*\d+(?:\.\d+)?[余多万]*(?:公里|千米|米|座|处|个|亿元|万元|千瓦|兆瓦|吨|台)(?:以上|左右|泊位|车站|站)?$"
)
"""新建双线164公里, 车站4座: of what the project that is told of consists."""
ROUTE = re.compile(r"[\u4e00-\u9fff]{2,6}(?:—[\u4e00-\u9fff]{2,6})+$")
GOES_ON = re.compile(
    r"(?:该|本|此)?(?:项目|工程|线路|铁路|高铁|高速|高速公路|公路|航道|运河|电站|机场|大桥|隧道|通道)(?:计划|预计|于|目前|现|已|将|自|全长|总|建成|正|在|的?建设工期)"
    r"|(?:全线|目前|现已|预计|计划)|[\u4e00-\u9fff]{2,6}(?:—[\u4e00-\u9fff]{2,6})+,为"
    r"|起点|路线起|途经|建设(?:性质|内容|规模|地点|单位|工期)|总投资|工期|(?:目前|项目|建设|形象)?进展|年度目标|(?:工程)?(?:可行性研究|可研)"
)
"""Opens a sentence that goes on about the project of the sentence before."""
PROGRESS = re.compile(
    r"(?:(?:目前|项目|工作|建设|形象|前期)?(?:进展|进度)(?:情况)?|(?:年度|今年|工作)目标|(?:工程)?(?=可行性研究|可研))[:为]?"
)
"""Opens what a form tells of the stage."""
FILLERS = re.compile(
    r"(?:该|本)?(?:项目|工程|线路)|路基|桥隧|桥梁|车站|站房|隧道|土建|区间|轨道|墩台|[、及和](?=$|路基|桥|车站|站房|隧道|土建|区间|轨道)|按计划|计划|预计|力争|争取|确保|全线|目前|现已|主体|于|将|已|现|正|并"
)


SUBJECT = "甲乙丙丁戊己"
"""Stands for the subject of a clause that is only a predicate."""


class StatementReader(RecordingReader):
    """Reads sentences whose subject is a project."""

    def _describes(self, a: int, b: int, context: Context) -> bool:
        """Whether a clause describes a project: it names one that waits for its predicate, or tells of the one that waits."""
        text = self.text[a:b]
        if context.described and (FIELD.match(text) or JOINS.match(text)):
            return True
        if context.described and AMOUNTS.fullmatch(text) and self._only_built(a, b, context):
            context.only_called = False
            return True
        if (of := text.rfind("的")) > 0 and self._closing_behind(a + of + 1, b):
            return False
        if DESCRIBES.match(text) or (context.described and ROUTE.match(text)):
            return True
        start = m.end() if (m := TIME.match(text)) else 0
        m = DESCRIBED.search(text, start + 3)
        if m is None or default_lexicon().verbs.at(text, start) or re.search(r"[、,:]", text[: m.start()]):
            return False
        subject = text[start : m.start()]
        member = parse_member(subject, a + start)
        if member.head is None or member.head.mode in {"none", "other", ""} or member.tails[1:] or not is_named(member):
            return False
        self._waits(member, context)
        context.only_called = bool(m["copula"])
        return True

    def _only_built(self, a: int, b: int, context: Context) -> bool:
        """Whether no verb of a clause tells a stage (新建…), so that it can say what a project consists of."""
        here = places_in(self.text[a : min(a + 8, b)])
        start = a + here[0][1] if here and here[0][0] == 0 else a
        start += 2 if self.text.startswith("境内", start) else 0
        governor, _, stop = self._verbs(start, b, context)
        return not stop and set(governor.roles) <= {"build"}

    def _waits(self, member: Member, context: Context) -> None:
        """Keep a project that waits for what is told of it."""
        self._flush(context, ())
        context.pending = ([Group(members=[member])], Governor(label=context.label, past=context.past))
        context.described, context.only_called, context.closing = True, False, ()

    def _closes(self, a: int, b: int, context: Context) -> bool:
        """Whether a clause is only the predicate of what waits (甲、乙4个项目,按计划于3月底开工建设)."""
        if context.pending is None:
            return False
        if context.described and (m := PROGRESS.match(self.text, a, b)):
            a = m.end()
        rest, tails, _ = strip_tail(SUBJECT + self.text[a:b])
        rest = FILLERS.sub("", TIME.sub("", rest.removeprefix(SUBJECT)))
        closing = tuple(t for t in tails if tail_class(t) in CLOSING | {"future"})
        if not any(tail_class(t) in CLOSING for t in closing) or len(rest) > 4:
            return False
        member = parse_member(rest, 0) if rest else None
        if member is not None and member.head is not None and is_named(member):
            return False
        if context.described:
            ahead = re.search(r"预计|计划|力争|争取|确保|将|年底前|有望", self.text[a:b])
            context.closing = (ahead[0], *closing) if ahead else closing  # a later predicate may follow
        else:
            self._flush(context, closing)
        return True

    def _flush(self, context: Context, tails: tuple[str, ...]) -> None:
        """Take what waited for its predicate, with the predicate or as a bare list."""
        if context.pending is None:
            return
        groups, governor = context.pending
        tails = tails or context.closing
        called = context.only_called and not tails  # 甲运河是骨干工程: only spoken of
        context.pending, context.closing, context.described, context.only_called = None, (), False, False
        if called:
            return
        for group in groups[-1:]:
            group.tails += list(tails)
        self._groups(groups, governor, context)

    def _goes_on_about(self, a: int, b: int, context: Context) -> bool:
        """Whether a sentence goes on about the described project of the one before."""
        return context.described and GOES_ON.match(self.text, a, b) is not None

    def _closing_behind(self, a: int, b: int) -> bool:
        """Whether a named project with its predicate stands from ``a`` to ``b``."""
        members = [m for g in read_list(self.text[a:b][:300], a) for m in g.members]
        tails = strip_tail(self.text[a:b][-60:])[1]
        return any(tail_class(t) in CLOSING for t in tails) and any(is_named(m) for m in members)

    def _works_on(self, a: int, b: int, context: Context) -> bool:
        """Whether a clause says what is done to what exists (对甲、乙变电站实施增容改造), which is then read."""
        m = re.compile(
            r"(?:同步|抓紧|加快|全面|积极|计划|将)*对([^,。;]{4,80}?)(?:实施|进行|开展)([^,。;的]{2,10})$"
        ).match(self.text[:b], a)
        rest, tails, works = strip_tail("某" + m[2]) if m else ("", [], [])
        if m is None or rest != "某" or not works:
            return False
        groups = read_list(m[1], m.start(1))
        for group in groups:
            group.works = group.works or works
            group.tails += tails
        self._groups(groups, Governor(verbs=("实施",), roles=("carry_out",), past=context.past), context)
        return True
