"""
The reading of one passage into mentions: clauses, the lists in them, and what each member is.

See :mod:`projects.grammar.clause_grammar` for clauses, :mod:`projects.grammar.lists` for lists, :mod:`projects.grammar.names` for members.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.clause_grammar import CLOSING, TOPICS, Context
from projects.grammar.facts import kind_of, work_of
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import Group, read_list
from projects.grammar.mentions import Mention
from projects.grammar.names import Member, parse_member
from projects.grammar.naming import is_named
from projects.grammar.places import places_of
from projects.grammar.quoting import QuotingReader
from projects.grammar.sentences import clauses, sentences, stage_label
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, stage_of, tail_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.documents import Document, Passage

__all__ = ["PassageReader"]

MAX_CLAUSE = 3000
"""Characters of a clause that are read: no sentence is longer, whatever a broken file holds."""

LEAD = re.compile(r"\(([^()]{2,160}?)(?:按职责分工负责|牵头负责|分别负责|牵头|负责)(?:,[^()]{0,160})?\)[。]?$")
DEFINITION = re.compile(r"“[^”]{1,10}”(?:是)?指")
"""“两横”指甲航道、乙航道: a word explained, no project."""
APPOSITION = re.compile(r"——([^—,。;]{2,24}(?:高速|公路|铁路|高铁|城际|机场|大桥|航道|电站))——")
MID_VERB = re.compile(
    r"(?:建设|打造|构建|承接|成为|创建)(?!和|及|与|、|等|项目|工程|进度|步伐|任务|方案|工作|运|改造|用|企业|水平|布局|经验|管|资|投|标|模|时|条|单|规|品|成|$|前|的|期)"
)


class PassageReader(QuotingReader):
    """Reads one passage; keeps the text without white space, and where each character stands in the document."""

    def __init__(
        self, document: Document, passage: Passage, past: bool, damage: Sequence[tuple[int, int, str, str]] = ()
    ) -> None:
        self.document = document
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
        for a, b in sentences(self.text):
            context.carried, context.sentence_mode, context.pending, context.announced = None, None, None, None
            context.enumerated = False
            if context.label_passes:  # 高速公路续建…: for its sentence only
                context.label_member, context.label_passes = None, False
            context.high_speed = bool(re.search(r"高铁|高速铁路|客运专线", self.text[a:b]))
            first = len(self.mentions)
            for c, d in self._joined(clauses(self.text, self._label(a, b, context), b)):
                self._clause(c, min(d, c + MAX_CLAUSE), context)
            self._flush(context, ())
            if len(self.mentions) == first and b - a <= 14:
                context.label = stage_label(self.text[a:b]) or context.label
                told = [mode for mode, pattern in TOPICS if pattern.search(self.text[a:b])]
                if len(told) == 1 and b - a <= 6:  # 公路建设。
                    context.topic = told[0]
        return self.mentions

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
        if m := re.match(r"(?:并|同时|还|也)(?=[\u4e00-\u9fff])", text[a:b]):
            follow = a + m.end()
            if default_lexicon().verbs.at(text, follow, b) or TIME.match(text, follow, b):
                a = follow
        if m := re.match(r"除(?:了|去)?", text[a:b]):  # 除了建设甲线外,还建设乙线
            a += m.end()
            b -= next((len(w) for w in ("以外", "之外", "外") if text[a:b].endswith(w)), 0)
        if DEFINITION.match(text, a, b):
            context.carried = None
            return
        a = self._subject(a, b, context)
        governor, start, stop = self._verbs(a, b, context)
        if stop and (of := text.rfind("的", a, b)) > 0 and self._closing_behind(of + 1, b):
            a = of + 1  # 连接…的甲铁路开工: what stands before 的 only describes
            governor, start, stop = self._verbs(a, b, context)
        if stop:
            self.notes.append(f"{text[a:b][:30]}:{stop}")
            context.carried = None
            return
        obj = text[start:b]
        if not obj.strip("、以及和与并"):
            return
        skipped = re.match(r"^(?:以及|并|及|和|与|同时|其中|包括)+", obj)
        if skipped and not governor.verbs:
            start, obj = start + skipped.end(), obj[skipped.end() :]
        if governor.verbs:  # 推进3条地铁建设: the lines may follow
            context.announced = replace(governor, tails=tuple(strip_tail(obj)[1]))
        mid = MID_VERB.search(obj) if set(governor.roles) & {"support", "push"} else None
        if mid and default_lexicon().tails.at(obj, mid.start()) == obj[mid.start() :]:
            mid = None
        if mid and mid.start() >= 2:
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
                if self._closes(c, d, groups, context):
                    continue
                groups, ok = self._predicate(c, d, groups, context)
                if ok == "list" and context.carried is None:
                    self._flush(context, ())
                    context.pending = (groups, inner)
                    continue
                if not ok:
                    self._flush(context, ())
                    continue
                closing = [t for g in groups for t in g.tails if tail_class(t) in CLOSING]
                self._flush(context, tuple(closing))
            else:
                self._flush(context, ())
            self._groups(groups, inner, context)

    def _closing_behind(self, a: int, b: int) -> bool:
        """Whether a named project with its predicate stands from ``a`` to ``b``."""
        member = parse_member(self.text[a:b][:200], a)
        return any(tail_class(t) in CLOSING for t in member.tails) and is_named(member)

    def _closes(self, a: int, b: int, groups: list[Group], context: Context) -> bool:
        """Whether a clause is only the predicate of the list before it (甲、乙4个项目,按计划于3月底开工建设)."""
        if context.pending is None:
            return False
        rest, tails, _ = strip_tail("甲乙" + self.text[a:b])
        rest = re.sub(r"按计划|计划|预计|于|将|已", "", TIME.sub("", rest.removeprefix("甲乙")))
        closing = [t for t in tails if tail_class(t) in CLOSING]
        if not closing or len(rest) > 4 or any(m.head is not None and is_named(m) for g in groups for m in g.members):
            return False
        self._flush(context, tuple(closing))
        return True

    def _flush(self, context: Context, tails: tuple[str, ...]) -> None:
        """Take a list that waited for its predicate, with the predicate or as a bare list."""
        if context.pending is None:
            return
        groups, governor = context.pending
        context.pending = None
        for group in groups[-1:]:
            group.tails += list(tails)
        self._groups(groups, governor, context)

    def _groups(self, groups: list[Group], governor: Governor, context: Context) -> None:
        """Turn groups into mentions; predicates inside the list (甲建设、乙通水) govern the members before them."""
        if not groups:
            return
        if not governor.verbs and context.carried is not None:
            governor = replace(context.carried, tails=())
        elif not governor.verbs and context.enumerated and context.announced is not None:
            governor = context.announced
            for group in groups:
                group.tails += [t for t in governor.tails if t not in group.tails]
        said = False
        clause_tails = [t for g in groups[-1:] for t in g.tails]
        if groups[-1].members:
            last = groups[-1].members[-1]
            if not groups[-1].open:
                clause_tails = clause_tails or list(last.tails)
        for index, group in enumerate(groups):
            own = list(group.tails) + ([] if index == len(groups) - 1 else clause_tails)
            if group.rejected:
                self.notes.append(f"{''.join(m.text for m in group.members)[:30]}:{group.rejected}")
                continue
            if self._contaminated(group):
                continue
            tails_of = _member_tails(group, own, bool(governor.verbs))
            for member, tails in zip(group.members, tails_of, strict=True):
                bound = replace(
                    governor,
                    tails=tuple(tails),
                    works=tuple(group.works or member.works),
                    stage_works=tuple(w for m in group.members[-1:] for w in m.works),
                    label=group.label or governor.label,
                )
                said = self._member(member, group, bound, context) or said
        if said:
            context.carried = replace(governor, tails=tuple(clause_tails))
        elif not governor.verbs:
            context.carried = None

    def _member(self, member: Member, group: Group, governor: Governor, context: Context) -> bool:
        if (
            "raise" in governor.roles
            and not any(tail_class(t) == "function" for t in governor.tails)
            and not governor.works
        ):
            return False
        if (
            "do" in governor.roles
            and not any(
                tail_class(t) in {"preparatory", "proposed", "building", "starting", "complete", "build"}
                for t in governor.tails
            )
            and not governor.works
        ):
            return False
        if "draft" in governor.roles and "建设方案" not in governor.tails:
            return False
        flags: list[str] = []
        self._resolve_head(member, group, context, flags)
        if member.head is None or member.head.mode == "none":
            return False
        if not self._named(member) and not member.prefix and not self._lean(member, context):
            self.notes.append(f"{member.text[:24]}:没有专名")
            return False
        mode = member.head.mode or (context.sentence_mode or context.topic or "")
        if not mode:
            return False
        mode = str(Mode(mode).value)
        name = self._name(member)
        if len(name) > 60 or len(name) < 3:
            return False
        work = work_of(member, governor)
        status, rule = stage_of(governor)
        kind = kind_of(member, name, mode, work, high_speed=context.high_speed)
        reading, places = places_of(member, name, mode, self.document.region)
        if reading is not None and reading.alternatives:
            flags += ["ambiguous_place", "places:" + "/".join(("-".join(places), *reading.alternatives))]
        flags += self._damage(member)
        start, end = self._span(member)
        if member.head.mode not in {"other", ""}:
            context.last, context.last_name = member, name
            context.sentence_mode = Mode(mode)
        alias = member.core if member.suffix or member.prefix else ""
        words = "".join(governor.verbs) + ("…" if governor.tails and governor.verbs else "") + "".join(governor.tails)
        trace = (
            f"动词 {'、'.join(governor.verbs) or '无'}({'、'.join(governor.roles)})",
            f"其后 {'、'.join(governor.tails) or '无'}",
            *member.trace,
            f"中心词 {member.head_text or member.head.word} → {mode}/{kind}",
            f"阶段 {status.value}:{rule}",
        )
        year = self._year(member)
        self.mentions.append(
            Mention(
                document=self.document.document,
                clause=self.passage.clause,
                start=start,
                end=end,
                quotation=self.document.text[start:end],
                name=name,
                aliases=tuple(dict.fromkeys(x for x in (alias,) if x and x != name and len(x) > 1)),
                mode=mode,
                kind=kind,
                work=work,
                status=status.value,
                status_text=words,
                places=places,
                section=member.section,
                lead=self.lead,
                opening_year=year,
                flags=tuple(dict.fromkeys(flags)),
                trace=trace,
                stem=member.prefix + member.stem,
                phase=member.phase,
            )
        )
        for inside, at in member.brackets:
            self._components(inside, at, governor, context)
        return True

    def _components(self, inside: str, at: int, governor: Governor, context: Context) -> None:
        """Read what brackets hold: 合裕线扩能改造(巢湖一线船闸改建、裕溪河一线船闸改建)."""
        if not re.search(r"改建|扩建|建设|工程|项目|改造", inside) and "、" not in inside:
            return
        for group in read_list(inside, at):
            for component in group.members:
                if component.head is not None and component.head.mode != "none" and is_named(component):
                    self._member(component, group, replace(governor, works=tuple(component.works)), context)


def _member_tails(group: Group, own: list[str], governed: bool) -> list[list[str]]:
    """Words behind each member: its own, else (without verb) those of the next member that has some, and the group's."""
    out: list[list[str]] = []
    carried: list[str] = []
    for index in range(len(group.members) - 1, -1, -1):
        member = group.members[index]
        stages = [t for t in member.tails if tail_class(t) not in {"project", "open", "future"}]
        if stages and not group.open:
            carried = list(member.tails)
        tails = carried if (carried and not governed) else list(member.tails)
        extra = own if not (carried and not governed) else []
        out.insert(0, [*tails, *[t for t in extra if t not in tails]])
    return out
