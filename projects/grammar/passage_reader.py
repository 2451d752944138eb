"""
The reading of one passage into mentions: clauses, the lists in them, and what each member is.

See :mod:`projects.grammar.clause_grammar` for clauses, :mod:`projects.grammar.lists` for lists, :mod:`projects.grammar.names` for members.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from projects.grammar.announcing import REFERS_BACK
from projects.grammar.groups import Group
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import parse_member
from projects.grammar.naming import is_named, is_unit
from projects.grammar.phases import PhaseReader
from projects.grammar.predicates import CLOSING
from projects.grammar.sentences import clauses, sentences, stage_label
from projects.grammar.subjects import TOPICS, Context
from projects.grammar.tables import is_row
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, reports, tail_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.documents import Document, Passage
    from projects.grammar.columns import Row
    from projects.grammar.mentions import Mention

__all__ = ["PassageReader"]


MAX_CLAUSE = 3000
"""Characters of a clause that are read: no sentence is longer, whatever a broken file holds."""

LEAD = re.compile(r"\(([^()]{2,160}?)(?:按职责分工负责|牵头负责|分别负责|牵头|负责)(?:,[^()]{0,160})?\)[。]?$")
DEFINITION = re.compile(r"“[^”]{1,10}”(?:是)?指")
"""“两横”指甲航道、乙航道: a word explained, no project."""
ORDINAL = re.compile(
    r"(?:第?[一二三四五六七八九十]是|首先是?|其次是?|再次是?|最后是?|此外|另外|同时),?(?=[\u4e00-\u9fff]{2})"
)
"""一是…, 二是…: counts, says nothing."""
APPOSITION = re.compile(r"——([^—,。;]{2,24}(?:高速|公路|铁路|高铁|城际|机场|大桥|航道|电站))——")
MID_VERB = re.compile(
    r"(?:建设|打造|构建|承接|成为|创建)(?!和|及|与|、|等|项目|工程|进度|步伐|任务|方案|工作|运|改造|用|企业|水平|布局|经验|管|资|投|标|模|时|条|单|规|品|成|$|前|的|期)"
)


DESCRIBED_BY_ENDS = re.compile(
    r"(?:[从由](?![化江])[^,。;:]{2,40}(?:到|至|通往)[^,。;:]{2,24}|[东西南北]{1,2}[接连达至通](?![州江])[^,。;:]{2,30})的(?=[\u4e00-\u9fff]{3})"
)
"""从甲高速到乙港的(快速通道), 北接甲、南连乙的(铁路通道): the ends that the thing joins, no members."""
DOES_OTHERWISE = re.compile(r"申报|申创|争创|开拓|拓展|加密|引进|承接|参与|设立|开行|申请")
"""What an actor is helped to do that builds nothing."""


class PassageReader(PhaseReader):
    """Reads one passage; keeps the text without white space, and where each character stands in the document."""

    def __init__(
        self,
        document: Document,
        passage: Passage,
        past: bool,
        damage: Sequence[tuple[int, int, str, str]] = (),
        row: Row | None = None,
        opening: Governor | None = None,
    ) -> None:
        self.document = document
        self.row = row
        self.opening = opening
        self.passage = passage
        self.home = document.region
        self.damage = damage
        raw = document.simplified
        # 第二条大通道——甲高速——全线贯通: the name between dashes is the subject, the words before it describe.
        apart = {
            i
            for m in re.finditer(APPOSITION, raw[passage.start : passage.end])
            for i in range(passage.start + m.end(1), passage.start + m.end())
        }
        self.index = [i for i in range(passage.start, passage.end) if not raw[i].isspace() and i not in apart]
        # An ASCII question mark or a euro sign in Chinese text is what a wrong decoding left.
        self.raw = "".join(raw[i] for i in self.index)
        text = "".join("\ufffd" if document.text[i] in "?€\ufffd" else raw[i] for i in self.index)
        text = re.sub(r"\[\d{1,2}\]", lambda m: "。" * len(m[0]), text)  # a note's number
        text = re.sub("[①-⑳]", "、", text)
        text = "".join("。" if c in "-–" and self._is_bullet(k, raw, text) else c for k, c in enumerate(text))
        # What stands in 《》 is a document's title: no project, but as long as it was.
        self.text = re.sub(r"《[^《》]{0,200}》", lambda m: "〓" * len(m[0]), text)
        if apart:
            self.text = re.sub(r"——(?=[^—,。;]{2,24}(?:[高快]速|公路|铁路|高铁|城际|机场|大桥|航道))", ",,", self.text)
        self.past = past
        self.notes: list[str] = []
        self.mentions: list[Mention] = []
        lead = LEAD.search(self.text)
        self.lead = lead[1].rstrip(",") if lead else ""
        if lead:
            self.text = self.text[: lead.start()] + "。" + "〓" * (len(self.text) - lead.start() - 1)
        self.topic = self._topic()

    def read(self) -> list[Mention]:
        """Return the mentions of the passage in order."""
        context = Context(self.document.region, self.topic, self.past)
        for heading in self.passage.headings[-2:]:
            context.label = stage_label(heading) or context.label
        context.label = (self.opening.label if self.opening is not None else "") or context.label
        if self.row is not None:
            self._row(self.row, context)
            return sorted(self.mentions, key=lambda m: m.start)
        if is_row(self.text):
            self._rows(context)
            return self.mentions
        report = False
        for a, b in sentences(self.text):
            if not self._goes_on_about(a, b, context):
                self._flush(context, ())
            self.sentence = a
            context.carried, context.sentence_mode = None, None
            if self.text[a - 1 : a] != ";" or context.announced is None:  # 分别是:甲;乙;丙
                context.announced, context.enumerated = self.opening, self.opening is not None
            done, report = reports(self.text[a:b], before=report and self.text[a - 1 : a] == ";")
            context.past = self.past or done
            if context.label_passes:  # 高速公路续建…: for its sentence only
                context.label_member, context.label_passes = None, False
            topics = [mode for mode, pattern in TOPICS if pattern.search(self.text[a:b])]
            context.sentence_topic = topics[0] if len(topics) == 1 else None
            context.high_speed = bool(re.search(r"高铁|高速铁路|客运专线", self.text[a:b]))
            first = len(self.mentions)
            start = self._label(a, b, context)
            if REFERS_BACK.match(self.text, a, start):  # 这些工程主要是:
                context.enumerated = True
                self._recall(a, start, context)
            elif start > a:
                self._announced_here(a, start, context)
            for c, d in self._joined(clauses(self.text, start, b)):
                self._clause(c, min(d, c + MAX_CLAUSE), context)
            if not context.described:
                self._flush(context, ())
            if len(self.mentions) == first and b - a <= 14:
                context.label = stage_label(self.text[a:b]) or context.label
                topics = [mode for mode, pattern in TOPICS if pattern.search(self.text[a:b])]
                self._facilities(a, b, context)
                if len(topics) == 1 and b - a <= 6:  # 公路建设。
                    context.topic = topics[0]
        self._flush(context, ())
        return sorted(self.mentions, key=lambda m: m.start)

    def _is_bullet(self, at: int, raw: str, text: str) -> bool:
        """Whether a dash between blanks opens an item (… - 2026年将建成甲), not a stretch (甲 - 乙)."""
        i = self.index[at]
        apart = 0 < i < len(raw) - 1 and raw[i - 1].isspace() and raw[i + 1].isspace()
        return apart and (TIME.match(text, at + 1) is not None or len(default_lexicon().verbs.at(text, at + 1)) >= 2)

    def _facilities(self, a: int, b: int, context: Context) -> None:
        """A sentence that only says what facilities the next are (规模化开发海上风电。) gives its head to bare names."""
        m = re.compile(
            r"(?:[\u4e00-\u9fff]{0,6}(?:发展|开发|推进|布局|建设|打造|壮大))?([\u4e00-\u9fff]{2,6}?)(?:建设|发展|布局|开发)?$"
        ).match(self.text, a, b)
        head = default_lexicon().heads.get(m[1]) if m else None
        if m and head is not None and head.mode == "energy" and "facility" in head.flags:
            context.label_member, context.label_passes = parse_member(m[1], m.start(1)), False

    def _clause(self, a: int, b: int, context: Context) -> None:
        text = self.text
        if a >= b:
            return
        if m := re.match(r"^(?:在)?([^、]{2,12}?)(?:项目|建设|工作|领域)?方面$", text[a:b]):
            found = [mode for mode, pattern in TOPICS if pattern.search(m[1])]
            context.topic = found[0] if len(found) == 1 else context.topic
            context.pending = None
            return
        if (m := re.match(r"^(?:在)?([^、,]{2,10}?)方面", text[a:b])) and a + m.end() < b:
            found = [mode for mode, pattern in TOPICS if pattern.search(m[1])]
            context.topic = found[0] if len(found) == 1 else context.topic
            a += m.end()
        if m := ORDINAL.match(text, a, b):
            a = m.end()
        if m := re.compile(r"其中(?!部分|一|(?:主要)?(?:还)?包括$)").match(text, a, b):
            a = m.end()
        if (m := re.compile(r"例?如(?!期|何)(?=[\u4e00-\u9fff]{3})").match(text, a, b)) and not is_unit(
            text[a : a + 2]
        ):
            a = m.end()
        if re.fullmatch(r"(?:其中)?(?:主要)?(?:还)?包括", text[a:b]):
            context.enumerated = True  # 其中包括,甲、乙
            self._recall(a, b, context)
            return
        told = TIME.match(text, a, b)
        if b - a <= 16 and text.find("项目", a, b) > 0 and (label := stage_label(text[told.end() if told else a : b])):
            context.label = label  # 首先今年计划完工项目,…
            return
        if m := re.match(r"(?:并|同时|还|也)(?=[\u4e00-\u9fff])", text[a:b]):
            follow = a + m.end()
            if default_lexicon().verbs.at(text, follow, b) or TIME.match(text, follow, b):
                a = follow
        if m := re.match(r"除(?:了|去)?", text[a:b]):  # 除了建设甲线外,还建设乙线
            a += m.end()
            b -= next((len(w) for w in ("以外", "之外", "外") if text[a:b].endswith(w)), 0)
        if text.startswith("在", a) and text.endswith("的同时", a, b):  # 在建设甲线的同时,还建设乙线
            a, b = a + 1, b - 3
        if DEFINITION.match(text, a, b):
            context.carried = None
            return
        if (
            self._phases(a, b, context)
            or self._closes(a, b, context)
            or self._describes(a, b, context)
            or self._works_on(a, b, context)
        ):
            return
        if self._focus(a, b, context):
            return
        when = TIME.match(text, a, b)
        with_it = re.compile(r",?(?:随着|伴随)").match(text, when.end() if when else a, b)
        if with_it and self._closing_behind(with_it.end(), b):
            a = with_it.end()  # 随着甲机场建成: told as a fact
        opening, a = a, self._subject(a, b, context)
        self._recall(opening, a, context)
        a, told_of = self._told_of(a, b)
        governor, start, stop = self._verbs(a, b, context)
        if told_of is not None and not governor.verbs and not stop:
            governor = replace(told_of, past=context.past)
        if stop and (of := text.rfind("的", a, b)) > 0 and self._closing_behind(of + 1, b):
            a = of + 1  # 连接…的甲铁路开工: what stands before 的 only describes
            governor, start, stop = self._verbs(a, b, context)
        if stop:
            self.notes.append(f"{text[a:b][:30]}:{stop}")
            context.carried = None
            return
        if m := re.compile(r"\d+[项个条座](?:[\d.]+公里)?:").match(text, start, b):
            start = m.end()  # 建成通车7项:甲高速、乙高速
        obj = text[start:b]
        if not obj.strip("、以及和与并"):
            return
        if governor.verbs and (m := DESCRIBED_BY_ENDS.match(obj)):
            start, obj = start + m.end(), obj[m.end() :]
        skipped = re.match(r"^(?:以及|并|及|和|与|同时|其中|包括)+", obj)
        if skipped and not governor.verbs:
            start, obj = start + skipped.end(), obj[skipped.end() :]
        if governor.verbs:  # 推进3条地铁建设: the lines may follow
            context.announced = replace(governor, tails=tuple(strip_tail(obj)[1]))
        other = DOES_OTHERWISE.search(obj) if "support" in governor.roles else None
        if other and default_lexicon().head_words.before(obj, other.start()):
            return  # 支持甲港、乙港申报开放口岸
        mid = MID_VERB.search(obj) if set(governor.roles) & {"support", "push"} else None
        if mid and default_lexicon().tails.at(obj, mid.start()) == obj[mid.start() :]:
            mid = None
        if mid and mid.start() >= 2:
            actors = read_list(obj[: mid.start()], start)
            if mid[0] in {"打造", "成为"} and all(
                x.head is not None and x.head.mode in {"airport", "waterway"} and is_named(x)
                for group in actors
                for x in group.members
            ):  # 推动甲港、乙港打造枢纽港: a role that they are to have
                self._groups(actors, replace(governor, roles=("support",), past=False), context)
                return
            actor = parse_member(obj[: mid.start()], start)
            if (
                actor.head is not None
                and actor.head.mode in {"airport", "waterway"}
                and is_named(actor)
                and mid[0] == "建设"
            ):
                plain = replace(governor, roles=("support",), past=False)
                self._groups([Group(members=[actor])], plain, context)
            self._groups(
                read_list(obj[mid.end() :], start + mid.end()),
                replace(governor, verbs=(mid[0],), roles=("build",)),
                context,
            )
            return
        for c, d, inner in self._inner_verbs(obj, start, governor, context):
            groups = read_list(text[c:d], c)
            if not governor.verbs and inner is governor:
                groups, ok = self._predicate(c, d, groups, context)
                if ok == "list" and context.carried is None:
                    self._flush(context, ())
                    context.pending = (groups, inner)
                    # 甲铁路。乙—丙,为在建铁路: a sentence that only names a line may be gone on with
                    context.described = sum(len(g.members) for g in groups) == 1 and text[b : b + 1] in {"。", ":", ";"}
                    continue
                if not ok:
                    self._flush(context, ())
                    continue
                if ok == "predicate" and "已" in text[c:d]:
                    context.carried = None  # 加快甲,乙已完工: a fact of its own
                closing = [t for g in groups for t in g.tails if tail_class(t) in CLOSING]
                self._flush(context, tuple(closing))
            else:
                self._flush(context, ())
            self._groups(groups, inner, context)
