"""
Mentions of projects in a plan: a grammar of the planners' language over vocabularies in ``projects/data``.

A clause is *verbs, list, words behind it* (加快推进 甲、乙等项目 前期工作) or *list, predicate* (甲、乙 开工建设). A list is cut
into members; each is read from its end, because Chinese names end in what they are: words of stage and work, section, head
noun, name. What stands behind 等, or in the last member, is shared. A member is a project where it is named and its head is
one of a mode.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from layers.schema import Mode, Work
from projects.documents import Document, Passage, parse_document
from projects.lexicon import default_lexicon
from projects.lists import Group, lean_on, read_list
from projects.names import DASH, LINE_NUMBER, TIME, TO, Member, is_named, parse_member, proper_parts, strip_tail
from projects.routes import Reading, is_abbreviation, places_in, province_of, read_abbreviation, units_in
from projects.status import LABELS, Governor, past_passages, stage_of, tail_class

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Mention", "explain", "extract_mentions"]

MAX_CLAUSE = 3000
"""Characters of a clause that are read: no sentence is longer, whatever a broken file holds."""

TOPICS = (
    (Mode.RAIL, re.compile(r"铁路|轨道|高铁|城际|地铁")),
    (Mode.HIGHWAY, re.compile(r"公路|高速(?!铁|增|发)|国省道|过江通道|路网|道路")),
    (Mode.WATERWAY, re.compile(r"港口|港航|航道|水运|航运|港区|内河")),
    (Mode.AIRPORT, re.compile(r"机场|航空|民航|空港")),
    (Mode.ENERGY, re.compile(r"油气|天然气|电力|电网|能源|煤|特高压|LNG|管网")),
)
LEAD = re.compile(r"\(([^()]{2,160}?)(?:按职责分工负责|牵头负责|分别负责|牵头|负责)(?:,[^()]{0,160})?\)[。]?$")
YEAR_AHEAD = re.compile(
    r"(20\d\d)年(?:底前|底|末|年底|上半年|下半年|前|内|\d{1,2}月)?(?:前|底)?[^,。]{0,20}?(?:建成|通车|投运|开通|投入|竣工|完工|建成通车|运营)"
)
LOST_YEAR = re.compile(r"(?<![\d\u4e00-\u9fff])到?年(?:底前?|前)?(?=[,建开完])")
CLOSING = {"starting", "complete", "building", "preparatory", "proposed"}
MID_VERB = re.compile(
    r"(?:建设|打造|构建|承接|成为|创建)(?!和|及|与|、|等|项目|工程|进度|步伐|任务|方案|工作|运|改造|用|企业|水平|布局|经验|管|资|投|标|模|时|条|单|规|品|成|$|前|的|期)"
)


@dataclass(frozen=True)
class Mention:
    """
    One place where a document names a project.

    Parameters
    ----------
    document, clause : str
    start, end : int
        Span of the project's own words in ``Document.text``.
    quotation : str
        The document's own words there.
    name : str
        Full name, with what it shares (合宁 in 合宁、合安高速 is 合宁高速); simplified.
    aliases : tuple of str
        The name as printed, a repaired name.
    mode, kind, work, status : str
        Words of :mod:`layers.schema`.
    status_text : str
        Words that the stage follows from.
    places : tuple of str
        In order, 简称 expanded.
    section : str
    lead : str
    opening_year : int or None
    flags : tuple of str
        ambiguous_place, damaged, digits_lost, mode_from_context, year_lost.
    trace : tuple of str
        How it was read, for ``explain``.
    line : tuple
        What identifies it, for :mod:`projects.register`.
    """

    document: str
    clause: str
    start: int
    end: int
    quotation: str
    name: str
    aliases: tuple[str, ...]
    mode: str
    kind: str
    work: str
    status: str
    status_text: str
    places: tuple[str, ...]
    section: str
    lead: str
    opening_year: int | None
    flags: tuple[str, ...]
    trace: tuple[str, ...] = ()
    stem: str = ""
    phase: str = ""


@dataclass
class _Context:
    """What a clause may lean on: the passage's topic, and what the sentence said before."""

    region: str
    topic: Mode | None
    past: bool
    label: str = ""
    label_member: Member | None = None
    enumerated: bool = False
    pending: tuple[list[Group], Governor] | None = None
    carried: Governor | None = None
    last: Member | None = None
    last_name: str = ""
    sentence_mode: Mode | None = None
    high_speed: bool = False
    trace: list[str] = field(default_factory=list)


def extract_mentions(document: Document) -> list[Mention]:
    """
    Find every mention of a project.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of Mention
        In order of the text; ``document.text[m.start:m.end] == m.quotation``.

    Examples
    --------
    >>> plan = parse_document("加快推进合新高铁、巢马城际等项目前期工作,力争早日开工建设。", region="合肥市")
    >>> [(m.name, m.status, "-".join(m.places)) for m in extract_mentions(plan)]
    [('合新高铁', 'preparatory', '合肥-新沂'), ('巢马城际', 'preparatory', '巢湖-马鞍山')]
    """
    return [mention for passage in _walk(document) for mention in passage[1]]


def _walk(document: Document) -> Iterator[tuple[Passage, list[Mention], list[str]]]:
    texts = [(p.headings, document.simplified[p.start : p.end]) for p in document.passages]
    past = past_passages(texts)
    for passage, told in zip(document.passages, past, strict=True):
        reader = _PassageReader(document, passage, told)
        yield passage, reader.read(), reader.notes


class _PassageReader:
    """Reads one passage; keeps the text without white space, and where each character stands in the document."""

    def __init__(self, document: Document, passage: Passage, past: bool) -> None:
        self.document = document
        self.passage = passage
        raw = document.simplified
        self.index = [i for i in range(passage.start, passage.end) if not raw[i].isspace()]
        # An ASCII question mark or a euro sign in Chinese text is what a wrong decoding left.
        self.raw = "".join(raw[i] for i in self.index)
        text = "".join("\ufffd" if document.text[i] in "?€\ufffd" else raw[i] for i in self.index)
        # What stands in 《》 is a document's title: no project, but as long as it was.
        self.text = re.sub(r"《[^《》]{0,200}》", lambda m: "〓" * len(m[0]), text)
        self.past = past
        self.notes: list[str] = []
        self.mentions: list[Mention] = []
        lead = LEAD.search(self.text)
        self.lead = lead[1].rstrip(",") if lead else ""
        if lead:
            self.text = self.text[: lead.start()] + "。" + "〓" * (len(self.text) - lead.start() - 1)
        self.topic = self._topic()

    def _topic(self) -> Mode | None:
        first = re.split(r"[。;:]", self.text, maxsplit=1)[0][:40]
        for part in (first, *reversed(self.passage.headings)):
            found = [mode for mode, pattern in TOPICS if pattern.search(part)]
            if len(found) == 1:
                return found[0]
        return None

    def read(self) -> list[Mention]:
        context = _Context(self.document.region, self.topic, self.past)
        for heading in self.passage.headings[-2:]:
            context.label = _stage_label(heading) or context.label
        for a, b in _sentences(self.text):
            context.carried, context.sentence_mode, context.pending = None, None, None
            context.enumerated = False
            context.high_speed = bool(re.search(r"高铁|高速铁路|客运专线", self.text[a:b]))
            first = len(self.mentions)
            for c, d in self._joined(_clauses(self.text, self._label(a, b, context), b)):
                self._clause(c, min(d, c + MAX_CLAUSE), context)
            self._flush(context, ())
            if len(self.mentions) == first and b - a <= 14:
                context.label = _stage_label(self.text[a:b]) or context.label
        return self.mentions

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
            word = table.at(self.text, c, d)
            if word and table[word] in {"push", "fast", "start", "plan", "complete", "build", "do", "adverb"}:
                held = (c, d)
            else:
                yield c, d
        if held is not None:
            yield held

    def _goes_on(self, c: int, d: int) -> bool:
        text = self.text[c:d]
        if default_lexicon().verbs.at(text, 0) or TIME.match(text):
            return False
        groups = read_list(text, c)
        members = [m for g in groups for m in g.members]
        tails = [t for g in groups for t in g.tails] + [t for m in members for t in m.tails]
        if any(tail_class(t) in {"starting", "complete", "building"} for t in tails) or any(g.rejected for g in groups):
            return False
        return bool(members) and all(
            (m.head is not None and m.head.mode != "none" and is_named(m))
            or (g.open and m.head is None and _is_line_name(m.stem))
            for g in groups
            for m in g.members
        )

    def _label(self, a: int, b: int, context: _Context) -> int:
        """Take a label (续建项目:, 高速公路:) from the start of a sentence."""
        colon = self.text.find(":", a, min(b, a + 18))
        opening = re.compile(r"[(]?(?:\d{1,3}|[一二三四五六七八九十百]{1,4})[)、.．]+|专栏\s?\d+").match(
            self.text, a, b
        )
        if opening:
            a = opening.end()
        if colon > a:
            label = self.text[a:colon]
            stage = _stage_label(label)
            member = parse_member(label, a)
            if stage:
                context.label = stage
            if member.head is not None and member.head.mode not in {"none", "other"} and not proper_parts(member.stem):
                context.label_member = member
                context.topic = Mode(member.head.mode) if member.head.mode else context.topic
            if stage or member.head is not None or not re.search(r"[、]", label):
                return colon + 1
        return a

    def _clause(self, a: int, b: int, context: _Context) -> None:
        text = self.text
        if a >= b:
            return
        if m := re.match(r"^(?:在)?([^、]{2,12}?)(?:项目|建设|工作|领域)?方面$", text[a:b]):
            found = [mode for mode, pattern in TOPICS if pattern.search(m[1])]
            context.topic = found[0] if len(found) == 1 else context.topic
            context.pending = None
            return
        a = self._subject(a, b, context)
        governor, start, stop = self._verbs(a, b, context)
        if stop:
            self.notes.append(f"{text[a:b][:30]}:{stop}")
            context.carried = None
            return
        obj = text[start:b]
        if not obj.strip("、以及和与并"):
            return
        skipped = re.match(r"^(?:以及|并|及|和|与|同时|其中|包括)+", obj)
        if skipped:
            start, obj = start + skipped.end(), obj[skipped.end() :]
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

    def _closes(self, a: int, b: int, groups: list[Group], context: _Context) -> bool:
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

    def _flush(self, context: _Context, tails: tuple[str, ...]) -> None:
        """Take a list that waited for its predicate, with the predicate or as a bare list."""
        if context.pending is None:
            return
        groups, governor = context.pending
        context.pending = None
        for group in groups[-1:]:
            group.tails += list(tails)
        self._groups(groups, governor, context)

    def _subject(self, a: int, b: int, context: _Context) -> int:
        """Pass over who acts (湖南省已建成…), a bare kind (高速公路续建…), and 分别为."""
        text, table = self.text, default_lexicon().verbs
        m = re.match(r"[^,。;]{0,30}?(?:分别为|分别是|主要有|包括:?|主要包括)", text[a:b])
        if m and "、" in text[a + m.end() : b] and "、" not in m[0]:
            context.enumerated = True
            return a + m.end()
        start = a
        while (m := TIME.match(text, start, b)) and m.end() > start:
            start = m.end()
        here = places_in(text[start : min(start + 8, b)])
        if here and here[0][0] == 0:
            behind = start + here[0][1]
            word = table.at(text, behind, b)
            acting = {"fast", "push", "start", "complete", "plan", "build", "future", "carry_out", "do", "prepare"}
            if (len(word) >= 2 and table[word] in acting) or word in {"将", "要", "还将", "正", "已", "计划", "力争"}:
                rest = text[behind + len(word) : b]
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
            acts = re.search(r"(?:[省市县区州]|集团|公司|国家电网|南方电网|政府|部门|我们|中央|国家|各地|各级)$", actor)
            if acts and table.words.get(word, "adverb") != "none":
                return i
            if head == actor or (head and not proper_parts(actor) and default_lexicon().heads[head].mode != "none"):
                if (
                    table.words.get(word) in {"fast", "start", "plan", "build", "complete"}
                    and i + len(word) < b - 2
                    and not re.match(r"[、和等]", text[i + len(word)])
                ):
                    context.label_member = parse_member(actor, a)
                    return i
                return a
            if (
                re.search(r"(?:[省市县区州]|集团|公司|电网|政府|部门|我们|中央|国家|各地|各级)$", actor)
                and table.words.get(word, "adverb") != "none"
            ):
                return i
        return a

    def _inner_verbs(
        self, obj: str, start: int, governor: Governor, context: _Context
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

    def _verbs(self, a: int, b: int, context: _Context) -> tuple[Governor, int, str]:
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
            word = table.at(text, i, b)
            if not word or (i + len(word) == b and verbs):
                break
            if _begins_name(text, i, b, word):
                break
            role = table[word]
            if role == "adverb":
                weak = weak or word == "重点"
                if word in {"已", "已经"}:
                    roles.append("done")
                if word in {"将", "还将", "即将", "下一步"}:
                    roles.append("future")
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

    def _predicate(self, a: int, b: int, groups: list[Group], context: _Context) -> tuple[list[Group], str]:
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
                    if found and any(m.head is not None and is_named(m) for g in found for m in g.members):
                        return found, "predicate"
        members = [m for g in groups for m in g.members]
        if context.enumerated:
            named = sum(m.head is not None and m.head.mode != "none" and is_named(m) for m in members)
            return groups, "list" if members and named * 2 >= len(members) else ""
        complete = bool(members) and all(
            (m.head is not None and m.head.mode != "none" and (is_named(m) or g.open))
            or (context.label_member is not None and m.head is None)
            or (g.open and not g.rejected and m.head is None and context.carried is not None)
            for g in groups
            for m in g.members
        )
        return groups, "list" if complete and not any(g.rejected for g in groups) else ""

    def _groups(self, groups: list[Group], governor: Governor, context: _Context) -> None:
        """Turn groups into mentions; predicates inside the list (甲建设、乙通水) govern the members before them."""
        if not groups:
            return
        if not governor.verbs and context.carried is not None:
            governor = replace(context.carried, tails=())
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

    def _member(self, member: Member, group: Group, governor: Governor, context: _Context) -> bool:
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
        if not is_named(member) and not member.prefix and not self._lean(member, context):
            self.notes.append(f"{member.text[:24]}:没有专名")
            return False
        mode = member.head.mode or (context.sentence_mode or context.topic or "")
        if not mode:
            return False
        mode = str(Mode(mode).value)
        name = self._name(member)
        if len(name) > 60 or len(name) < 3:
            return False
        work = _work(member, governor)
        status, rule = stage_of(governor)
        kind = _kind(member, name, mode, work, context)
        reading, places = _places(member, name, mode, self.document.region)
        if reading is not None and reading.alternatives:
            flags.append("ambiguous_place")
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

    def _components(self, inside: str, at: int, governor: Governor, context: _Context) -> None:
        """Read what brackets hold: 合裕线扩能改造(巢湖一线船闸改建、裕溪河一线船闸改建)."""
        if not re.search(r"改建|扩建|建设|工程|项目|改造", inside) and "、" not in inside:
            return
        for group in read_list(inside, at):
            for component in group.members:
                if component.head is not None and component.head.mode != "none" and is_named(component):
                    self._member(component, group, replace(governor, works=tuple(component.works)), context)

    def _resolve_head(self, member: Member, group: Group, context: _Context, flags: list[str]) -> None:
        """Give a head to a member without one, and a mode to a head without one, from the list, sentence or topic."""
        heads = default_lexicon().heads
        siblings = [
            m.head.mode for m in group.members if m.head is not None and m.head.mode not in {"", "none", "other"}
        ]
        mode = siblings[0] if siblings else (context.sentence_mode or context.topic)
        if member.brackets and (member.head is None or not member.head.mode):
            inner = [
                m.head.mode
                for inside, at in member.brackets
                for g in read_list(inside, at)
                for m in g.members
                if m.head is not None
            ]
            mode = next((x for x in inner if x and x != "none"), mode)
        default = {"rail": "铁路", "highway": "高速公路", "waterway": "航道", "energy": "天然气管道"}
        if member.head is None:
            if (
                context.label_member is not None
                and context.label_member.head is not None
                and _is_line_name(member.stem)
            ):
                member.head, member.head_text = context.label_member.head, context.label_member.head_text
                member.suffix = member.head_text
                return
            line = _line_number(member.stem)
            if member.core.endswith("\ufffd") and mode == Mode.WATERWAY and proper_parts(member.stem.strip("\ufffd")):
                member.head, member.head_text = heads["港"], ""  # the head itself is broken: the topic tells the mode
                flags.append("mode_from_context")
                return
            if mode == Mode.WATERWAY and line:
                member.head, member.head_text = heads["航道"], ""
                return
            if mode is None or str(mode) not in default or not (_is_line_name(member.stem) or line):
                return
            if not (
                siblings or context.sentence_mode or (context.topic and (member.works or group.open or member.section))
            ):
                return
            head = heads[default[str(mode)]]
            if (
                context.last is not None
                and context.last.head is not None
                and context.last.head.mode == str(mode)
                and "line" in context.last.head.flags
                and not siblings
            ):
                head = context.last.head
            member.head, member.head_text = head, head.word
            if not line:
                member.suffix = head.word if not member.section else ""
            member.trace.append(f"方式从上下文:{head.word}")
            flags.append("mode_from_context")
        elif not member.head.mode:
            told = [m for m, pattern in TOPICS if pattern.search(member.core)]
            if len(told) == 1:
                mode = told[0]
            if mode is None and member.head.word == "通道":
                mode = Mode.HIGHWAY  # 甲乙通道 by itself is a road's crossing
            if mode is None:
                member.head = None
                return
            if member.head.word == "枢纽" and mode != Mode.WATERWAY:
                member.head = None
                return
            base = {"rail": "铁路", "highway": "高速公路", "waterway": "航道", "airport": "机场"}.get(str(mode))
            if member.head.word == "枢纽":
                base = "航电枢纽"
            if base is None:
                base = "天然气管道" if re.search(r"气|LNG|油", self.text) and "电" not in member.core else "输电线路"
            if member.head.word == "电网":
                base = "输电线路"
            weak = member.head
            member.head = replace(heads[base], flags=frozenset({"facility"}), word=weak.word)
            member.trace.append(f"“{weak.word}”的方式从上下文:{mode}")

    def _lean(self, member: Member, context: _Context) -> bool:
        """Name a member that has no name after what stands before it."""
        if context.last is not None and context.last.head is not None and member.core_start == 0:
            before = self.text[max(0, member.start - 3) : member.start]
            joined = before.endswith(("及其", "及", "和", "以及"))
            if member.phase and (member.head is None or member.head.mode == context.last.head.mode) and joined:
                lean_on(member, context.last, context.last_name)
                return True
            counted = re.match(r"[\d一二三四五六七八九十两]+[座个条项处]", member.core)
            component = member.head is not None and not member.suffix and not counted and not proper_parts(member.stem)
            part = member.head is not None and (
                member.head.kind in {"gas_pipeline", "civil_airport", "line_part"}
                or "联络线" in member.core
                or "连接线" in member.core
                or "支线" in member.core
            )
            if component and part and before.endswith(("及其", "及")) and not before.endswith("以及"):
                lean_on(member, context.last, context.last_name)
                return True
            if component and before.endswith("和") and member.head_text.endswith(("跑道", "航站楼", "航站区")):
                member.prefix = re.split(r"(?<=机场)", context.last_name)[0]
                member.trace.append(f"承前“{member.prefix}”")
                return True
            if re.fullmatch(r"[东西南北]{1,2}延(?:伸)?(?:线|段)?", member.core) and before.endswith(("、", "和", "及")):
                last = context.last
                member.prefix = last.prefix + last.stem + last.head_text
                member.head, member.head_text = last.head, last.head_text
                return bool(member.prefix)
            if component and member.head_text and LINE_NUMBER.fullmatch(member.head_text):
                before_stem = context.last.prefix + context.last.stem
                if context.last.head.mode == "rail" and before_stem:
                    member.prefix = before_stem
                    return True
        if member.phase and member.head is not None and "facility" in member.head.flags and len(member.head_text) >= 2:
            # 加快机场二期建设: the airport that the passage named last.
            pattern = re.compile(rf"([\u4e00-\u9fff]{{2,10}}?){member.head_text}")
            text = self.text[max(0, member.start - 2000) : member.start]
            best = ""
            for m in pattern.finditer(text):
                stem = re.split(r"[的和与及、]|完成|提升|建设|推进|支持|加快|打造|以", m[1])[-1]
                if proper_parts(stem):
                    best = stem
            for heading in reversed(self.passage.headings):
                if not best and (m2 := pattern.search(heading)) and proper_parts(m2[1]):
                    best = m2[1]
            if not best and context.last_name.endswith(member.head_text):
                best = context.last_name.removesuffix(member.head_text)
            if best:
                member.prefix = best
                member.trace.append(f"承前“{best}{member.head_text}”")
                return True
        return False

    def _name(self, member: Member) -> str:
        core = member.core
        if member.brackets:
            inside, at = member.brackets[-1]
            closing = at + len(inside) + 1 - member.start
            if re.search(r"段$", inside) or (re.search(TO, inside) and "、" not in inside):
                core = member.text[member.core_start : closing]
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
            if re.search(r"段$", inside):
                b = min(at + len(inside) + 1, len(self.index))
        return self.index[a], self.index[b - 1] + 1

    def _around(self, member: Member, stops: str) -> tuple[int, int]:
        """Span of the words around a member up to one of the stops, at most 400 characters each way."""
        low, high = max(0, member.start - 400), min(len(self.text), member.end + 400)
        a = max((self.text.rfind(c, low, member.start) for c in stops), default=-1)
        ends = [e for e in (self.text.find(c, member.end, high) for c in stops) if e >= 0]
        return max(a + 1, low), min(ends, default=high)

    def _damage(self, member: Member) -> list[str]:
        flags = []
        text = member.core
        if re.search(r"[\ufffd\ue000-\uf8ff]", text):
            flags.append("damaged")
        if re.search(r"(?<![\d])千伏|(?<!\d)万吨级|(?<![\d一二三四五六七八九十第])号线", text) and not re.search(
            r"\d千伏|\d万吨级", text
        ):
            flags.append("digits_lost")
        a, b = self._around(member, "。")
        if LOST_YEAR.search(self.text[a:b]):
            flags.append("year_lost")
        return flags

    def _year(self, member: Member) -> int | None:
        """Year of opening that the sentence states for this clause or, ahead, for the list before."""
        _a, b = self._around(member, "。;")
        start, stop = self._around(member, ",。;")
        clause = self.text[start:stop]
        if m := YEAR_AHEAD.search(clause):
            return int(m[1])
        if re.search(r"(?:年内|年底前|今年)[^,]{0,40}(?:建成|通车|投运|开通|投产|竣工)", clause) and self.document.date:
            return int(self.document.date[:4])
        parts = self.text[member.end : b].split(",")
        if (
            len(parts) > 1
            and re.match(r"^(?:并)?(?:确保|力争|争取|预计|计划)?(?:于)?20\d\d年", parts[1])
            and (m := YEAR_AHEAD.search(parts[1]))
        ):
            rest = parts[1][m.end() :]
            if len(parts[1]) <= 24 and len(rest) <= 8:
                return int(m[1])
        return None


def _member_tails(group: Group, own: list[str], governed: bool) -> list[list[str]]:
    """Words behind each member: its own, else (without verb) those of the next member that has some, and the group's."""
    out: list[list[str]] = []
    carried: list[str] = []
    for index in range(len(group.members) - 1, -1, -1):
        member = group.members[index]
        stages = [t for t in member.tails if tail_class(t) not in {"project", "open"}]
        if stages and not group.open:
            carried = list(member.tails)
        tails = carried if (carried and not governed) else list(member.tails)
        extra = own if not (carried and not governed) else []
        out.insert(0, [*tails, *[t for t in extra if t not in tails]])
    return out


def _stage_label(text: str) -> str:
    text = re.sub(r"^[(（]?[\d一二三四五六七八九十]+[)）、.．]?", "", text)
    m = re.match(
        r"^(?:重点)?(续建|在建|加快建设|新开工|拟开工|计划开工|开工|拟建|规划研究|规划|储备|谋划|研究|远期|前期工作|前期|已建成|已建|建成)(?:建设|推进|类|的)?(?:重点|重大)?(?:交通|铁路|公路|水运|能源|机场|基础设施)?(?:项目|工程)",
        text,
    )
    return m[1] if m and m[1] in LABELS else ""


def _begins_name(text: str, i: int, b: int, word: str) -> bool:
    """Whether what looks like a verb or preposition begins a place or line name (同江, 向莆铁路, 新建镇)."""
    if len(word) >= 2:
        return False
    if re.match(r"[\u4e00-\u9fff]{2,4}(?:铁路|高速|高铁|城际)", text[i:b]) and is_abbreviation(text[i : i + 2]):
        return True
    found = places_in(text[i : i + 6])
    return bool(found) and found[0][0] == 0 and found[0][1] > 1


def _is_line_name(stem: str) -> bool:
    """Whether a name can be a line's: 简称, places joined, or 沿 a river."""
    if is_abbreviation(stem) and stem not in default_lexicon().generics:
        return True
    if re.search(rf"[\u4e00-\u9fff)]{TO}[\u4e00-\u9fff]", stem) and proper_parts(stem) and len(stem) <= 24:
        return True
    if re.fullmatch(r"[东西南北中]?沿(?:江|海|淮|黄|河|边|湖)", stem):
        return True
    return bool(re.fullmatch(r"[\u4e00-\u9fff\ufffd\ue000-\uf8ff]{3,10}", stem)) and bool(re.search(r"[\ufffd]", stem))


def _line_number(stem: str) -> bool:
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,4}线", stem)) and is_abbreviation(stem[:-1])


def _work(member: Member, governor: Governor) -> str:
    works = default_lexicon().works
    for word in (*governor.works, *member.works):
        if works.words.get(word) == "upgrade":
            return Work.UPGRADE.value
    inside = works.before(member.section, len(member.section)) if member.section else ""
    found = [w for w in ("扩容", "扩能", "改扩建", "增容", "电气化", "复航", "改建", "升级改造") if w in member.core]
    if (inside and works[inside] == "upgrade") or found:
        return Work.UPGRADE.value
    if any(works.words.get(verb) == "upgrade" or verb == "新改建" for verb in governor.verbs):
        return Work.UPGRADE.value
    if set(governor.verbs) & {"畅通", "贯通"} and member.head is not None and member.head.mode == "waterway":
        return Work.UPGRADE.value  # a river that exists is made navigable
    return Work.NEW.value


def _kind(member: Member, name: str, mode: str, work: str, context: _Context) -> str:
    head = member.head
    kind = head.kind if head is not None else ""
    text = name
    if mode == "highway":
        if re.search(r"绕城|外环|环线", text) and not re.search(r"联络线|连接线|互通", text):
            return "ring_road"
        if kind in {"expressway", "line_part"} or (kind == "" and "高速" in text):
            return "expressway_widening" if work == Work.UPGRADE.value else "expressway"
        if kind == "corridor":
            return "corridor"
        return kind
    if mode == "rail":
        if kind == "conventional_rail" and head is not None and "line" in head.flags and work == Work.NEW.value:
            # A new line of three or more cities, or in a sentence on 高铁, is a high-speed line; the text rules otherwise.
            stem = re.sub(r"\([^()]*\)", "", member.stem)
            ends = len(re.split(rf"[{DASH}]|至", stem))
            if context.high_speed or (is_abbreviation(stem) and len(stem) >= 3) or ends >= 3:
                return "high_speed_rail"
        if kind == "metro" and re.search(r"都市圈|地区|城际", text):
            return "intercity_rail"
        if kind == "metro" and re.search(r"[A-Z]\d*线", text):
            return "suburban_rail"
        if kind in {"", "line_part", "corridor"}:
            return "high_speed_rail" if context.high_speed else "conventional_rail"
        return kind
    if mode == "energy":
        if re.search(r"特高压", text) and kind not in {"uhv_hub", "substation"}:
            return "uhv_line"
        if kind == "lng_terminal" and re.search(rf"[\u4e00-\u9fff]{TO}[\u4e00-\u9fff]", text):
            return "gas_pipeline"  # 甲至乙LNG接收站 is the line between them
        if "核电" in text:
            return "nuclear"
        if kind in {"", "line_part"}:
            return "oil_gas" if "油" in text else "gas_pipeline"
        if "送出" in text or ("送出" in member.core):
            return "transmission_line"
        return kind
    if mode == "waterway" and kind in {"", "line_part", "corridor"}:
        return "inland_waterway"
    if mode == "waterway" and "枢纽" in text and member.works and "复航" in member.works:
        return "lock"
    return kind


def _places(member: Member, name: str, mode: str, region: str) -> tuple[Reading | None, tuple[str, ...]]:
    """Places of a name: of its section where that names two, else of the line, else the places it spells out."""
    bracket = next((inside for inside, _ in member.brackets if re.search(TO, inside)), "").removesuffix("段")
    section = re.sub(r"\([^()]*\)", "", member.section.removesuffix("段"))
    stem = CODE_PREFIX.sub("", re.sub(r"\([^()]*\)", "", member.prefix + member.stem)).strip("“”")
    line = member.head is not None and (
        "line" in member.head.flags or mode == "energy" or "通道" in member.head.word or member.head.kind == "metro"
    )
    if re.fullmatch(r"[东西南北中]?沿(?:江|海|淮|黄|河|边|湖)", stem):
        return None, tuple(dict.fromkeys(p for _, _, p in units_in(section)))
    if line and len(stem) <= 7 and is_abbreviation(stem) and not units_in(stem) and not places_in(section, region):
        reading = read_abbreviation(stem, region, mode)
        if reading.places:
            return reading, reading.places
    for part in (bracket, section, stem):
        ends = [x for x in re.split(rf"[{DASH}]{{1,2}}|至|到", part.removesuffix("段")) if x]
        if len(ends) >= 2 and all(re.search(r"[\u4e00-\u9fff]{2}", x) for x in ends):
            return None, tuple(_end_place(x, region, first=i == 0) for i, x in enumerate(ends))
    if power := re.match(r"“?([\u4e00-\u9fff])电[入送进]([\u4e00-\u9fff])", member.core):
        return None, tuple(province_of(c) for c in power.groups())
    if re.match(r"[东西南北]延|联络线|连接线|支线", section) is None and section and not places_in(section, region):
        bare = re.sub(r"(?:快速)?通道$", "", section)
        if is_abbreviation(bare) and len(bare) <= 4:
            reading = read_abbreviation(bare, region, mode)
            if reading.places:
                return reading, reading.places
    found = places_in(stem, region)
    spelled = tuple(dict.fromkeys(p for _, _, p in found))
    if line and len(spelled) != 1 and is_abbreviation(stem) and (not found or found[0][1] - found[0][0] < len(stem)):
        reading = read_abbreviation(stem, region, mode)
        if reading.places:
            return reading, reading.places
    if line and (within := places_in(section, region)):
        return None, (within[-1][2],)
    if spelled:
        return None, spelled[:3]
    if line and is_abbreviation(stem):
        reading = read_abbreviation(stem, region, mode)
        return reading, reading.places
    spelled = tuple(dict.fromkeys(p for _, _, p in places_in(name, region)))
    return None, spelled[:3]


CODE_PREFIX = re.compile(r"^(?:[GS]\d+|国道\d+|省道\d+|±?\d+千伏)")


def _end_place(text: str, region: str, *, first: bool) -> str:
    """Place at one end of a line: the last spelled out in the first part (西江航运干线南宁), the first in later ones."""
    found = places_in(text, region)
    if not found:
        return re.sub(r"\d.*$|(?:[东西南北])?站$", "", text) or text
    _a, b, name = found[-1] if first else found[0]
    rest = text[b:] if first else ""
    if first and rest and not re.search(r"\d", rest) and len(rest) <= 4 and "干线" not in rest:
        return text[b:] if len(text[b:]) >= 2 else name
    return name


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for m in re.finditer(r"[。!?;●◆■▲★※◎◇△▶►•]+", text):
        if m.start() > start:
            yield start, m.start()
        start = m.end()
    if start < len(text):
        yield start, len(text)


def _clauses(text: str, a: int, b: int) -> Iterator[tuple[int, int]]:
    depth, start = 0, a
    for i in range(a, b):
        c = text[i]
        if c == "(":
            depth += 1
        elif c == ")":
            depth = max(0, depth - 1)
        elif c == "," and depth == 0:
            if re.match(r"(?:以及|及|和)(?!其|时|早)", text[i + 1 : i + 4]):
                continue  # the list goes on
            if i > start:
                yield start, i
            start = i + 1
    if start < b:
        yield start, b


def explain(text: str, *, region: str = "") -> str:
    """
    Tell how each project and stage of a text was read.

    Parameters
    ----------
    text : str
        A sentence or more.
    region : str
        Unit that the plan is for, as context of 简称.

    Returns
    -------
    str
        One paragraph per mention, and what was not taken and why. Chinese.
    """
    document = parse_document(text, document="text", **({"region": region} if region else {}))
    lines: list[str] = []
    for passage, mentions, notes in _walk(document):
        for m in mentions:
            lines.append(f"{m.name}  [{m.start}–{m.end} “{m.quotation}”]")
            lines.append(
                f"  方式 {m.mode}/{m.kind}  建设性质 {m.work}  阶段 {m.status}  地点 {'-'.join(m.places) or '—'}"
            )
            lines.extend(f"  {step}" for step in m.trace)
            if m.flags:
                lines.append(f"  存疑 {'、'.join(m.flags)}")
        lines.extend(f"未取 {note}" for note in notes)
        if not mentions and not notes:
            lines.append(f"未取 {document.simplified[passage.start : passage.end][:30]}:没有可读成项目的词")
    return "\n".join(lines)
