"""Lists of projects: members, what they share behind 等 or in the last member, brackets, and names that lean on others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geo.gazetteer import default_gazetteer
from projects.grammar.lexicon import Head, default_lexicon
from projects.grammar.names import ETC, PHASE, Member, parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.numerals import complete_numerals
from projects.grammar.routes import is_abbreviation, places_in
from projects.grammar.tails import strip_tail
from projects.status import LABELS

__all__ = ["Group", "read_list"]

MAX_MEMBERS = 400
"""Members of one list that are read; a text of 100,000 、 is no list of projects."""
MAX_MEMBER = 70
"""Characters of one member."""

BRANCHING = frozenset({"gas_pipeline", "oil_gas", "transmission_line", "uhv_line", "line_part"})
"""Kinds of lines that are listed with one link to a city at the end of the list."""

CONJUNCTIONS = ("以及", "及其", "暨", "和", "及", "与")


@dataclass
class Group:
    """
    Members that share one form: a list up to 等…, or up to the end.

    Parameters
    ----------
    members : list of Member
        With shared head, section and works given to those that lack them.
    tails : list of str
        Words of stage and form behind the group.
    works : list of str
        Words of work that govern the whole group (behind 等).
    label : str
        Stage word of the form: 拟建, 在建.
    shared : Head or None
    rejected : str
        Why the group is no list of projects; empty where it may be one.
    open : bool
        Whether 等 leaves it open.
    """

    members: list[Member] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    label: str = ""
    shared: Head | None = None
    rejected: str = ""
    open: bool = False


def _split(text: str, separators: str) -> list[tuple[int, int]]:
    """Spans between separators that stand outside brackets and quotes."""
    spans, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(text):
        if c in "(〔[":
            depth += 1
        elif c in ")〕]":
            depth = max(0, depth - 1)
        elif c == "“":
            quoted = True
        elif c == "”":
            quoted = False
        elif c in separators and depth == 0 and not (quoted and text[i - 1 : i] != "”"):
            if i > start:
                spans.append((start, i))
            start = i + 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _join_via(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep 甲经乙、丙至丁铁路 together: the places passed are no members."""
    out: list[tuple[int, int]] = []
    for a, b in spans:
        if (
            out
            and re.fullmatch(r"[\u4e00-\u9fff]{2,5}经[\u4e00-\u9fff]{2,5}", text[out[-1][0] : out[-1][1]])
            and "至" in text[a:b]
        ):
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def _conjunctions(text: str) -> list[tuple[int, int]]:
    """Spans between 和, 及, 以及, 与 where both sides can be members."""
    covered = [(a, b) for a, b, _ in places_in(text)]
    depth = 0
    i, start = 0, 0
    spans: list[tuple[int, int]] = []
    while i < len(text):
        depth += (text[i] == "(") - (text[i] == ")")
        word = next((w for w in CONJUNCTIONS if text.startswith(w, i)), "")
        if word == "与" and re.match(r"与[^、]{2,12}(?:间|连通|联通|衔接)", text[i:]):
            word = ""  # 甲线与乙线间联络线, 甲运河与乙航道连通工程
        if word and depth <= 0 and i > start and not any(a < i < b or (a <= i < b and b - a > 1) for a, b in covered):
            left, right = text[start:i], text[i + len(word) :]
            if _is_complete(left, right) and (_may_follow(right) or _closed(left)):
                spans.append((start, i))
                start = i + len(word)
                i = start
                continue
        i += 1
    spans.append((start, len(text)))
    return spans


def _is_complete(left: str, right: str) -> bool:
    if re.search(r"[A-Z]\d+$", left) and re.match(r"[A-Z]\d+", right):
        return True
    if ETC.search(left) and len(left) > 2:
        return True
    if re.search(r"[—\-至]", left) and re.search(r"[—\-至]", right):
        return True
    if re.search(r"[—\-至]", left):
        follower = parse_member(re.split(r"[、和及与]", right, maxsplit=1)[0], 0)
        if follower.head is not None and (is_named(follower) or follower.head.kind == "metro"):
            return True  # 甲至乙及丙轨道交通
    member = parse_member(left, 0)
    if member.head is not None:
        return member.head.mode != "none" or len(proper_parts(member.stem)) > 0
    if is_abbreviation(left) and (is_abbreviation(right[: len(left)]) or re.search(r"(?:高速|铁路|高铁|城际)", right)):
        return True
    if member.section or member.phase or member.works:
        return True
    places = places_in(left)
    after = places_in(right)
    if (
        places
        and places[0][0] == 0
        and len(left) <= 6
        and after
        and after[0][0] == 0
        and not re.search(r"[的为]", left)
    ):
        return True
    return bool(places) and places[-1][1] == len(left) and places[0][0] == 0 and not re.search(r"[的为]", left)


def _closed(left: str) -> bool:
    """Whether what stands before 和 is a whole project (甲工程和6个应急储备中心)."""
    member = parse_member(left, 0)
    return (
        member.head is not None
        and member.head.mode != "none"
        and bool(member.tails or member.phase)
        and is_named(member)
    )


def _may_follow(right: str) -> bool:
    if len(right) < 2:
        return False
    first = re.split(r"[、和及与]", right, maxsplit=1)[0]
    member = parse_member(first, 0)
    if member.head is not None or member.phase or member.code:
        return True
    if ETC.search(first):
        return True
    return bool(proper_parts(first)) or is_abbreviation(first)


def read_list(text: str, start: int) -> list[Group]:
    """
    Read the object (or subject) of a clause as groups of members.

    Parameters
    ----------
    text : str
        The words between the verb and the end of the clause, simplified.
    start : int
        Where they begin in the passage.

    Returns
    -------
    list of Group
        In order; tails of the clause on the last group.
    """
    rest, tails, works = strip_tail(text)
    # Without 等 the work stays with the last member, who hands it on to members without a head of their own.
    groups: list[Group] = [Group()]
    pieces: list[tuple[int, int]] = []
    for a, b in _join_via(rest, _split(rest, "、,")[:MAX_MEMBERS]):
        if b - a > MAX_MEMBER and "(" not in rest[a:b]:
            pieces.append((a, b))
            continue
        pieces += [(a + x, a + y) for x, y in _conjunctions(rest[a:b])]
    for index, (a, b) in enumerate(pieces):
        piece = rest[a:b]
        last = index == len(pieces) - 1
        etc = _etc(piece)
        group = groups[-1]
        at = a
        joint = re.match(r"(?:以及|和|及|与)(?=.{2})", piece) if index else None
        if joint and not any(x < joint.end() < y for x, y, _ in places_in(piece)):
            piece, at = piece[joint.end() :], a + joint.end()
            etc = _etc(piece)
        own_text = piece[: etc.start()] if etc else piece
        if own_text:
            if own_text.startswith("其") and len(own_text) > 2:
                own_text, at = own_text[1:], at + 1
            member = parse_member(own_text[:200], start + at)
            if last and not etc:
                member.tails += tails
                member.works += works
            group.members.append(member)
        if etc:
            group.open = True
            if own_text and group.members:  # 甲、乙机场建设等: what stands before 等 governs the list
                group.tails += [t for t in group.members[-1].tails if t not in group.tails]
            number = "" if etc[0] == "等" else etc[0]
            form = number + piece[etc.end() :].removesuffix("等")
            _apply_form(group, form, tails if last else [], works if last else [])
            if not last:
                groups.append(Group())
    if not groups[-1].members:
        groups.pop()
    for index, group in enumerate(groups):
        complete_numerals(group.members)
        if group.shared is None:
            _share_last(group)
        if index == len(groups) - 1:
            group.tails += [t for t in tails if t not in group.tails]
    return groups


def _etc(piece: str) -> re.Match[str] | None:
    """Find the 等 that closes a list: outside brackets, the first one (…等重点区域甲系统等)."""
    for m in ETC.finditer(piece):
        if piece.count("(", 0, m.start()) == piece.count(")", 0, m.start()):
            return m
    return None


def _apply_form(group: Group, form: str, tails: list[str], works: list[str]) -> None:
    """Apply what stands behind 等: 等(拟建)高速公路江苏段改扩建项目, 等23条在建高速, 2条高速公路."""
    counted = re.match(r"(\d{1,3}|[一二两三四五六七八九十]{1,2})?[条座个项处](?![\u4e00-\u9fff]?泊位)", form)
    count = 0
    if counted:
        number = counted[1] or ""
        count = int(number) if number.isdigit() else "零一二三四五六七八九十".find(number.replace("两", "二") or "无")
        form = form[counted.end() :]
    places_only = (
        form.startswith("地") and len(form) > 3
    )  # 甲、乙等地风电场: whatever the members end in, they are places
    form = form[1:] if places_only else form
    shared = parse_member(form, 0) if form else Member(0, 0, "")
    group.tails += shared.tails + tails
    group.works += shared.works + works
    stem = re.sub(r"“[^”]*”", "", shared.stem)  # a slogan
    for word in sorted(LABELS, key=len, reverse=True):
        if stem.startswith(word) and not (
            shared.head is None and stem[len(word) :] and proper_parts(stem[len(word) :])
        ):
            group.label, stem = word, stem[len(word) :]
            break
    if shared.head is not None and shared.head.mode == "none":
        if count == len(group.members) and all(m.head is not None and m.head.mode != "none" for m in group.members):
            return  # 甲线、乙段2条智慧高速示范项目: as many as were said
        strong = {"build", "preparatory", "starting", "proposed"}
        lexicon = default_lexicon()
        if proper_parts(shared.stem) or not any(lexicon.tails.words.get(t) in strong for t in group.tails):
            group.rejected = f"等后是“{form}”"
        return
    if proper_parts(stem) and not (shared.head and re.fullmatch(r"[\u4e00-\u9fff]{2,3}", "".join(proper_parts(stem)))):
        group.rejected = f"等后有读不懂的“{stem}”"
        return
    if shared.head is None:
        if stem and re.search(r"与|以|为|的|向|从|中|合作|对接|开展", stem):
            group.rejected = f"等后是“{form}”"
        return
    group.shared = shared.head
    head_text = shared.head_text
    if shared.head.word in {"进港铁路", "疏港铁路"}:
        head_text = shared.head.word
    for member in group.members:
        if (
            member.head is None
            or places_only
            or member.head.mode == "none"  # 甲开发区等铁路专用线
            or (member.head.mode == "waterway" and shared.head.mode == "rail")
            or ("weak" in member.head.flags and "weak" not in shared.head.flags and shared.head.mode)
        ):
            _give(member, shared.head, head_text, shared.section)


def _give(member: Member, head: Head, head_text: str, section: str) -> None:
    if member.head is not None:
        member.stem = member.core
    member.head = head
    member.head_text = head_text
    member.suffix = head_text + (section if not member.section else "")
    if section and not member.section:
        member.section = section
    member.trace.append(f"共用“{head_text}{section}”")


def _share_last(group: Group) -> None:
    """Give a member's head, section and work to the members just before it that have no head of their own."""
    giver: Member | None = None
    for member in reversed(group.members):
        if member.head is not None:
            giver = member if member.head.mode and member.head.mode != "none" else None
            continue
        first = all(m.head is None for m in group.members[: group.members.index(member)])
        if (
            giver is None
            or giver.head is None
            or not _bare(member, facility="facility" in giver.head.flags)
            or ("area" in giver.head.flags and not first)
        ):
            if member.works and giver is None:
                giver = None
            continue
        rest = ""
        places = places_in(giver.stem)
        size = len(member.stem)
        if size >= 2 and default_gazetteer().lookup(giver.stem[:size]) and not proper_parts(giver.stem[size:]):
            rest = giver.stem[size:]  # 江苏、浙江沿海新建…站: 沿海新建 is shared too
        elif places and places[0][0] == 0 and not proper_parts(giver.stem[places[0][1] :]):
            rest = giver.stem[places[0][1] :]
        found = places_in(member.stem)
        bare_place = bool(found) and found[0][:2] == (0, len(member.stem))
        section = giver.section if giver.section.endswith("段") and not group.open else ""
        _give(member, giver.head, (rest if bare_place else "") + giver.head_text, section)
        if not member.works and not group.open:
            member.works = list(giver.works)
    last = group.members[-1] if group.members else None
    for index, branch in enumerate(group.members):
        if branch.head is None or not re.fullmatch(r"[\u4e00-\u9fff]{2,4}联络线", branch.section):
            continue
        for member in reversed(group.members[:index]):  # 苏皖天然气、皖浙油气合肥联络线: each line's link to 合肥
            if member.head is None or member.head.kind not in BRANCHING or member.section or member.works:
                break
            member.section = member.suffix = branch.section
    if last is not None and last.head is None and last.works and not group.open:
        for member in group.members[:-1]:
            if member.head is None and not member.works:
                member.works = list(last.works)


def _bare(member: Member, *, facility: bool = True) -> bool:
    """Whether a member is a mere name: 简称, place, places joined, or a name with a phase."""
    stem = member.stem
    if not stem or member.brackets or member.works or stem.endswith("线"):
        return False
    if is_abbreviation(stem) or places_in(stem) or re.search(r"[—\-至]", stem):
        return True
    return facility and bool(proper_parts(stem)) and len(stem) <= 8


def lean_on(member: Member, before: Member, name: str) -> None:
    """Name a member after the one before it: (甲机场航站楼改扩建和)三期工程, (甲高速及其)联络线, (甲接收站及)外输管道."""
    if member.head is None and member.phase:
        member.prefix = re.sub(rf"(?:T\d航站楼|{PHASE.pattern})$", "", name)
        member.head, member.head_text, member.stem = before.head, before.head_text, before.stem
    else:
        member.prefix = name
    member.trace.append(f"承前“{member.prefix}”")


def is_project_head(member: Member) -> bool:
    """Return whether a member has a head of one of the modes and a name."""
    return member.head is not None and member.head.mode != "none" and is_named(member)
