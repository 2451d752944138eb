"""Lists of projects: where members are cut, by 、 and 和, and where 等 closes a group."""

from __future__ import annotations

import re

from projects.grammar.groups import Group, apply_form, share_last, share_line
from projects.grammar.lexicon import default_lexicon
from projects.grammar.names import ETC, parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.numerals import complete_numerals
from projects.grammar.routes import is_abbreviation, places_in
from projects.grammar.tails import strip_tail

__all__ = ["read_list"]

MAX_MEMBERS = 400
"""Members of one list that are read; a text of 100,000 、 is no list of projects."""
MAX_MEMBER = 70
"""Characters of one member."""

UNITS = re.compile(r"(?:、\d{1,2}[#号]?)+(?:机组|泊位|(?<=号)(?=、|,|$))")
"""Units of a power station or berths of a port, numbered one by one."""

CONJUNCTIONS = ("以及", "及其", "暨", "和", "及", "与")


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
            if text[i + 1 : i + 2] == "“" and depth == 0:  # “甲电入湘”“乙电入湘”
                spans.append((start, i + 1))
                start = i + 1
        elif c in separators and depth == 0 and not (quoted and text[i - 1 : i] != "”"):
            if i > start:
                spans.append((start, i))
            start = i + 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _join(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep together what 、 does not cut: places passed (甲经乙、丙至丁铁路), units built as one (5、6号机组)."""
    out: list[tuple[int, int]] = []
    for a, b in spans:
        before = text[out[-1][0] : out[-1][1]] if out else ""
        passed = (
            re.fullmatch(r"[\u4e00-\u9fff]{2,5}经[\u4e00-\u9fff]{2,5}", before)
            and "至" in text[a:b]
            and not re.search("经.{2,}至.{2,}", before)
        )
        units = re.search(r"(?<!\d)\d{1,2}[#号]?$", before) and re.match(r"\d{1,2}[#号]?(?:[、机]|泊位|$)", text[a:b])
        if passed or (units and out[-1][1] == a - 1 and UNITS.match(text, out[-1][1])):
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def _conjunctions(text: str) -> list[tuple[int, int]]:
    """Spans between 和, 及, 以及, 与 where both sides can be members."""
    generics = default_lexicon().generics
    covered = [(a, b) for a, b, _ in places_in(text) if len(generics.at(text, a + 1)) < 2]  # 和县乡道路: 县乡, not 和县
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
    if (ETC.search(left) and len(left) > 2) or re.match(r"(?:轨道交通|地铁)[\d一二三四五六七八九十]", right):
        return True
    if re.search(r"[—\-至]", left) and re.search(r"[—\-至]", right):
        return True
    land = re.fullmatch(r"[\u4e00-\u9fff]{1,3}([河江湖山岭峡口坪沟湾岛])", left)
    if land and re.match(rf"[\u4e00-\u9fff]{{1,3}}{land[1]}[\u4e00-\u9fff]", right):
        return True  # 江坪河和淋溪河水电站
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
    work = default_lexicon().works.at(right, 0)
    if work and default_lexicon().works[work] == "upgrade" and re.match(r"[(、,]|工程|项目|$", right[len(work) :]):
        return False  # 定远镇至忠和改扩建: 忠和 is a place
    first = re.split(r"[、和及与]", right, maxsplit=1)[0]
    if re.match(r"(?:轨道交通|地铁)[\d一二三四五六七八九十]", right):
        return True
    if re.match(r"[\u4e00-\u9fff]{2,4}(?:铁路|高铁|高速|城际)", first) and is_abbreviation(first[:2]):
        return True
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
    for a, b in _join(rest, _split(rest, "、,")[:MAX_MEMBERS]):
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
        # 、和 is no Chinese: behind 、 the character begins a name (、和燕路).
        joint = re.match(r"(?:以及|和|及|与)(?=.{2})" if rest[a - 1] != "、" else "以及", piece) if index else None
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
            apply_form(group, form, tails if last else [], works if last else [])
            if not last:
                groups.append(Group())
    if not groups[-1].members:
        groups.pop()
    for index, group in enumerate(groups):
        complete_numerals(group.members)
        share_line(group.members)
        if group.shared is None or any(m.head is None for m in group.members):
            share_last(group)
        if index == len(groups) - 1:
            group.tails += [t for t in tails if t not in group.tails]
    return groups


def _etc(piece: str) -> re.Match[str] | None:
    """Find the 等 that closes a list: outside brackets, the first one (…等重点区域甲系统等)."""
    for m in ETC.finditer(piece):
        if piece.count("(", 0, m.start()) == piece.count(")", 0, m.start()):
            return m
    return None
