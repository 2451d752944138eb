"""A member of a list: where its name ends, its head noun, section, phase, work and what is said behind it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, replace

from geo.gazetteer import default_gazetteer
from projects.lexicon import Head, default_lexicon
from projects.routes import is_abbreviation, places_in

__all__ = ["Member", "is_named", "parse_member", "proper_parts", "strip_tail"]

DASH = "-—–－―~～"
TO = rf"(?:[{DASH}]{{1,2}}|至|到)"
CODE = re.compile(r"(?:[GSXY]\d{1,4}(?!\d)|(?:国道|省道|县道)[GSX]?\d{2,4})(?:线)?")
LINE_NUMBER = re.compile(r"(?:[A-Z]\d{0,2}|\d{1,2}号|\d{3}|[一二三四五六七八九十]+号|机场|机场快)线")
QUANTITY = re.compile(
    r"(?:约|共|共计|总长)?\d+(?:\.\d+)?(?:余|多)?(?:公里|千米|米|亿元|万元|万千瓦|万吨|座|个|项|条)(?:以上|左右)?$"
)
PHASED = re.compile(r"(?:进入|转入|处于)[^,。;、]{0,14}阶段$")
POWER = re.compile(r"([\u4e00-\u9fff]{1,3})电([入送进])([\u4e00-\u9fff]{1,2})")
PHASE = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}[、]?)+期")
SECTION_SUFFIX = re.compile(r"(?:[东南西北中]{1,2}延(?:伸)?线?|[东南西北中]{1,2}段|延伸段|延长段|复线|枢纽)$")
UNIT_NUMBER = re.compile(r"\d+(?:[—\-~至、]\d+)?号?(?=机组|泊位|线)")
TIME = re.compile(
    r"(?:(?:力争|确保|争取|计划|预计|将)?(?:于|在|到)?(?:20\d\d年?(?:底前|底|末|年底前|年底|年内|年前|内|前|上半年|下半年)?|年底前|年底|年内|年前|今年|明年|近期|到年|[“\"]?十[一二三四五六]五[”\"]?(?:期间|末|时期)?|上半年|下半年|\d{1,2}月份?底?前?))(?:基本|全部|实现|内)?"
)
ADVERBS_BEFORE_TAIL = (
    "早日", "尽快", "尽早", "全线", "全面", "正式", "年内", "如期", "顺利", "按期", "提前", "加快", "基本", "主体", "全部", "力争",
    "实现", "同步", "积极", "有序", "稳步", "扎实", "及早", "加速", "大力", "抓紧", "陆续", "相继", "已", "将", "即将", "全容量",
    "新", "成功", "分段", "先后", "均", "可", "合理", "试", "全力", "轨道", "主线", "集中", "快速",
)  # fmt: skip
NOT_OPEN = re.compile(r"等(?=级|高对接|候|于|额|值|同|级别|距)")
ETC = re.compile(r"(?<![中高同平初优均对相不低])等(?!级|高对接|候|于|额|值|同|距)")
NUMERAL = re.compile(r"(?:[一二三四五六七八九十]+|\d+|[A-Z]\d+)$")


@dataclass
class Member:
    """
    One member of a list as it is printed.

    Parameters
    ----------
    start, end : int
        Span in the clause's text.
    text : str
        The member's own words, tails included.
    core : str
        Name without works and tails, brackets included.
    stem : str
        What stands before the head, brackets left out.
    head : Head or None
    head_text : str
        The head as printed.
    section : str
        What stands behind the head: 安徽段, 北段, 复线.
    works, tails : list of str
        Words of work, and words of stage or form, as printed from left to right.
    phase : str
    code : str
        G329, 国道237.
    brackets : list of (text, start)
        Contents of brackets at the end of the name.
    trace : list of str
        How it was read.
    """

    start: int
    end: int
    text: str
    core: str = ""
    core_start: int = 0
    stem: str = ""
    head: Head | None = None
    head_text: str = ""
    section: str = ""
    works: list[str] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    phase: str = ""
    code: str = ""
    brackets: list[tuple[str, int]] = field(default_factory=list)
    prefix: str = ""
    suffix: str = ""
    trace: list[str] = field(default_factory=list)

    def copy(self) -> Member:
        """Return a copy whose lists are its own."""
        return replace(
            self, works=list(self.works), tails=list(self.tails), brackets=list(self.brackets), trace=list(self.trace)
        )


def strip_tail(text: str, *, works: bool = True) -> tuple[str, list[str], list[str]]:
    """
    Take words of stage, form and work from the end of a text.

    Parameters
    ----------
    text : str
    works : bool
        Whether words of work may be taken.

    Returns
    -------
    tuple of (rest, tails, works)
        Words in the order of the text.

    Examples
    --------
    >>> strip_tail("甲乙铁路电气化改造等拟建项目前期工作")
    ('甲乙铁路电气化改造等拟建', ['项目', '前期工作'], [])
    """
    lexicon = default_lexicon()
    tails: list[str] = []
    done: list[str] = []
    while text:
        head = lexicon.head_words.before(text, len(text))
        if (
            (head and lexicon.heads[head].mode != "none")
            and len(head) >= 3
            and not tails
            and head.endswith(("工程", "项目"))
        ):
            break
        word = lexicon.tails.before(text, len(text))
        work = lexicon.works.before(text, len(text)) if works else ""
        if (
            (m := re.search(r"(?:争取)?(?:纳入|列入|进入)[^,。;]{0,14}?(?:规划|计划|盘子|项目库|清单)$", text))
            or (m := PHASED.search(text))
            or ((m := QUANTITY.search(text)) and m.start() > 4 and not re.search(r"[至—\-]$", text[: m.start()]))
            or (m := re.search(r"为[^,。;、]{0,10}项目$", text))
            or (m := re.search(r"(?:取得|实现)[^,。;]{0,8}?(?:进展|突破|成效)$", text))
            or (
                m := re.search(
                    r"(?:投资)?(?:完成|累计完成|已完成)(?:投资|工程概算|总投资|年度投资)[^,。;]{0,16}$", text
                )
            )
        ):
            word, work = m[0], ""
        if work and lexicon.works[work] == "":
            work = ""
        if head and lexicon.heads[head].mode != "none" and len(head) > max(len(word), len(work)):
            break
        if len(work) > len(word):
            done.insert(0, work)
            text = text[: -len(work)]
        elif word and len(word) < len(text):
            tails.insert(0, word)
            text = text[: -len(word)]
        else:
            break
        text = _strip_adverbs(text) if tails and (not done or tails) else text
        text = text.removesuffix("的").removesuffix("及") if len(text) > 2 else text
    return text, tails, done


def _strip_adverbs(text: str) -> str:
    changed = True
    while changed:
        changed = False
        for adverb in ADVERBS_BEFORE_TAIL:
            if text.endswith(adverb) and len(text) > len(adverb) + 1:
                if adverb == "新" and not text.endswith(("港新", "场新", "路新", "速新")):
                    continue
                if (
                    adverb in {"可", "均", "试", "已", "将"}
                    and default_lexicon().head_words.before(text, len(text) - 1) == ""
                ):
                    continue
                text, changed = text[: -len(adverb)], True
        for m in re.finditer(rf"{TIME.pattern}$", text):
            if m.start() > 1:
                text, changed = text[: m.start()], True
    return text


def _bracketless(text: str) -> str:
    return re.sub(r"\([^()]*\)", "", text)


def _inner_head(text: str) -> tuple[int, int, Head] | None:
    """Find the last head inside a text that decides a mode, longest at its place."""
    lexicon = default_lexicon()
    for end in range(len(text), 1, -1):
        word = lexicon.head_words.before(text, end)
        if len(word) >= 2 and lexicon.heads[word].mode not in {"none", ""}:
            return end - len(word), end, lexicon.heads[word]
        if m := re.search(rf"{LINE_NUMBER.pattern}$", text[:end]):
            return m.start(), end, lexicon.heads["地铁"]
    return None


def parse_member(text: str, start: int) -> Member:
    """
    Parse one member of a list.

    Parameters
    ----------
    text : str
        The member's words, simplified, without separators.
    start : int
        Where it begins in the clause.

    Returns
    -------
    Member
    """
    lexicon = default_lexicon()
    member = Member(start, start + len(text), text)
    # The thing is named behind the last 的 (总投资…亿元的甲工程) unless that is a mere form (…的前期工作).
    rest, member.tails, member.works = strip_tail(text)
    depth = _bracketless(rest)
    if "的" in depth:
        at = rest.rfind("的") + 1
        if rest.find("(", 0, at) == -1 or ")" in rest[:at]:
            member.core_start, rest = at, rest[at:]
    while rest.startswith(("“", "”", '"', "'")) and rest.count("“") != rest.count("”"):
        rest, member.core_start = rest[1:], member.core_start + 1
    # Brackets at the end: components, a section, or a second name.
    while rest.endswith(")"):
        opening = _opening(rest)
        if opening < 1:
            break
        inside = rest[opening + 1 : -1]
        member.brackets.insert(0, (inside, start + member.core_start + opening + 1))
        outer = rest[:opening]
        rest, tails, works = strip_tail(outer)
        member.tails, member.works = tails + member.tails, works + member.works
        if outer == rest and not re.search(r"段$|[、]", inside):
            rest = outer
    member.core = rest
    bare = _bracketless(rest)
    # Phase: 二期, 第一期.
    if m := re.search(rf"{PHASE.pattern}$", bare):
        member.phase, bare = m[0], bare[: m.start()]
        bare2, _, _ = strip_tail(bare) if len(bare) > 2 else (bare, [], [])
        bare = bare2 or bare
    word = lexicon.head_words.before(bare, len(bare))
    if m := CODE.match(bare):
        member.code = m[0]
        if re.match(r"S\d{1,2}线$", m[0]):
            member.code = ""
    number = re.search(rf"{LINE_NUMBER.pattern}$", bare)
    power = POWER.search(bare)
    if word and lexicon.heads[word].mode == "none":
        # 高铁经济带: what ends like this is no project.
        member.head, member.head_text, member.stem = lexicon.heads[word], word, bare[: -len(word)]
        return member
    if power and (
        bare.endswith(power[0]) or bare[power.end() :].endswith("段") or bare[power.end() :] in {"工程", "通道", "”"}
    ):
        member.head, member.head_text = lexicon.heads["输电通道"], power[0]
        member.stem, member.section = bare[: power.end()], bare[power.end() :].strip("”工程通道")
        return member
    if number and not (word and len(word) > len(number[0])):
        inner = _inner_head(bare[: number.start()])
        if inner is None or inner[2].mode == "rail" or inner[2].mode == "airport":
            head = lexicon.heads["地铁"] if number[0][0].isdigit() or "号" in number[0] else lexicon.heads["市域铁路"]
            member.head, member.head_text, member.stem = head, number[0], bare[: number.start()]
            return member
    if word:
        head = lexicon.heads[word]
        stem = bare[: -len(word)]
        if "weak" in head.flags or head.mode == "":
            inner = _inner_head(stem)
            if word == "线" and not (inner and inner[2].kind in {"metro", "intercity_rail", "suburban_rail"}):
                member.stem = bare
                return member
            if member.code and inner is None:
                member.head, member.head_text, member.stem, member.section = (
                    _code_head(member.code),
                    member.code,
                    "",
                    bare[len(member.code) :],
                )
                return member
            if inner:
                member.head, member.head_text = inner[2], stem[inner[0] : inner[1]]
                member.stem, member.section = stem[: inner[0]], stem[inner[1] :] + word
                return member
        elif head.mode == "other" and (inner := _inner_head(stem)) and inner[2].mode == "other":
            pass
        member.head, member.head_text, member.stem = head, word, stem
        if (
            word in {"过江通道", "跨江通道", "过海通道"}
            and (inner := _inner_head(strip_tail(stem)[0] + "工程" if stem.endswith("工程") else stem))
            and inner[2].mode == "energy"
        ):  # an energy line's crossing is the line's
            member.head = inner[2]
        if "hub" in head.flags and (inner := _inner_head(stem)) and "facility" in inner[2].flags:
            # 甲机场区域枢纽机场(功能): the airport, not its role.
            member.head, member.head_text, member.stem = inner[2], stem[inner[0] : inner[1]], stem[: inner[0]]
            at = member.core.find(stem[: inner[1]])
            member.core = member.core[: inner[1]] if at == 0 else member.core
        if member.code and word in {"快速通道", "通道", "公路", "快速路", "段", "大道", "路"}:
            member.head = _code_head(member.code)
        return member
    if member.code:
        member.head, member.head_text, member.stem = _code_head(member.code), member.code, ""
        member.section = bare[len(member.code) :]
        return member
    inner = _inner_head(bare)
    if inner and _is_section(bare[inner[1] :], inner[2]):
        member.head, member.head_text = inner[2], bare[inner[0] : inner[1]]
        member.stem, member.section = bare[: inner[0]], bare[inner[1] :]
        return member
    member.stem = bare
    if (
        bare.endswith("段")
        and (found := places_in(bare[:-1]))
        and found[-1][1] == len(bare) - 1
        and not re.search(TO, bare)
    ):
        member.section, member.stem = bare[found[-1][0] :], bare[: found[-1][0]]
    return member


def _opening(text: str) -> int:
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        depth += (text[i] == ")") - (text[i] == "(")
        if depth == 0:
            return i
    return -1


def _code_head(code: str) -> Head:
    heads = default_lexicon().heads
    digits = re.sub(r"\D", "", code)
    if code.startswith(("国道", "G")):
        # G1–G99 and G0101–G9999 are expressways, G101–G7xx national roads (GB/T 917).
        return heads["国道"] if code.startswith("国道") or len(digits) == 3 else heads["高速公路"]
    if code.startswith(("省道", "S")):
        return heads["省道"] if code.startswith("省道") or len(digits) == 3 else heads["高速公路"]
    return heads["公路"]


def _is_section(rest: str, head: Head) -> bool:
    """Whether what stands behind a head names a part of it: 武平至梅州段, 北段, 柳州枢纽, 漳诏."""
    if not rest or len(rest) > 18 or rest.endswith("阶段"):
        return False
    if rest.endswith("段") or SECTION_SUFFIX.search(rest):
        return True
    if re.search(TO, rest) and re.fullmatch(rf"[\u4e00-\u9fff()]{{2,8}}{TO}[\u4e00-\u9fff()]{{2,8}}", rest):
        return True
    if default_lexicon().generics.at(rest, 0) == rest or rest.startswith(
        ("网", "化", "快", "站", "沿", "客", "货", "运", "枢纽经济")
    ):
        return False
    return "line" in head.flags and (is_abbreviation(rest) and len(rest) <= 4)


@functools.lru_cache(maxsize=4096)
def _is_unit(name: str) -> bool:
    """Whether characters that are generic one by one make the name of a unit (江北)."""
    return (
        bool(name)
        and name not in {"江海", "港口", "海港", "城区", "新区"}
        and any(p.kind == "division" for p in default_gazetteer().lookup(name))
    )


@functools.lru_cache(maxsize=16384)
def _proper(text: str) -> tuple[str, ...]:
    return tuple(_proper_parts(text))


def proper_parts(text: str) -> list[str]:
    """
    Names in a text: what is left when generic words and numbers are taken out, gazetteer names kept whole.

    Examples
    --------
    >>> proper_parts("国家级重点合肥"), proper_parts("高等级内河")
    (['合肥'], [])
    """
    return list(_proper(text))


def _proper_parts(text: str) -> list[str]:
    lexicon = default_lexicon()
    text = re.sub(r"[“”\"'《》]", "", text)
    known = {a: b for a, b, _ in places_in(text)}
    parts: list[str] = []
    run = ""

    def close() -> None:
        nonlocal run
        singles = [c for c in run if c in lexicon.generics]
        if (len(run) >= 2 and (len(singles) < len(run) or _is_unit(run))) or re.fullmatch(
            r"[东西南北]江|海河|洋浦|小江", run
        ):
            parts.append(run)
        run = ""

    i = 0
    while i < len(text):
        word = lexicon.generics.at(text, i)
        if i in known and known[i] - i >= len(word):
            name = text[i : known[i]]
            if lexicon.generics.words.get(name) in {"macro"}:
                close()
            else:
                close()
                parts.append(name)
            i = known[i]
            continue
        if len(word) >= 2:
            # 中山, 大通: a run that a generic word would cut is kept whole where the run goes on with unknown characters.
            close()
            i += len(word)
            continue
        c = text[i]
        if "\u4e00" <= c <= "\u9fff" or c in "?€" or c > "\ue000":
            run += c
        elif c.isalpha() and c.isascii():
            run += ""
        else:
            close()
        i += 1
    close()
    return parts


def is_named(member: Member) -> bool:
    """
    Whether a member with a head names one thing, not a kind of things.

    A line needs two ends, a code, a section or a name that is no mere place (合肥境内高速公路 is no line); a facility any
    name; a network an area below the province (皖江地区城际铁路网).
    """
    head = member.head
    stem = _bracketless(member.stem)
    brackets = re.findall(r"\(([^()]*)\)", member.core)
    if head is None or head.mode == "none":
        return False
    if "proper" in head.flags or member.code or POWER.search(member.core):
        return True
    if re.search(r"打造|推进|加快|建成|完成|开工|力争|启动|实施|将|全面提升|●|〓", stem):
        return False
    if re.search(r"(?:成为|面向|承接|作为|以及|不得|禁止|等的|及其)", member.core):
        return False
    if re.match(r"^\d+[个座条项处家]|^[一二三四五六七八九十两几]+[个座条项处]|^一批|^若干", stem):
        return False
    if head.word == "通道" and re.fullmatch(r"第[二三四五六][东西南北]?", stem):
        return True
    if head.word.endswith("网") and not places_in(stem) and "area" in head.flags:
        return False
    parts = proper_parts(stem)
    inside = [p for b in brackets for p in proper_parts(b)] + proper_parts(member.section)
    if "placed" in head.flags and not (
        places_in(stem)
        or _is_unit(stem)
        or is_abbreviation(stem[-3:])
        or is_abbreviation(stem)
        or re.search(r"[A-Z\d]", stem)
    ):
        return False
    if "facility" in head.flags or "hub" in head.flags:
        return bool(parts or [p for b in brackets for p in proper_parts(b)])
    if "weak" in head.flags:
        return bool(parts) and (is_abbreviation(stem) or bool(re.search(TO, stem)) or len("".join(parts)) >= 2)
    # lines and areas
    if "“" in stem or (member.section and inside and not member.section.startswith("网")):
        return bool(parts) or bool(inside)
    if re.search(rf"[\u4e00-\u9fff]{TO}[\u4e00-\u9fff]", stem) and parts:
        return True
    if stem in default_lexicon().generics and default_lexicon().generics[stem] == "line":
        return True
    if member.head_text and LINE_NUMBER.fullmatch(member.head_text):
        return bool(parts) or is_abbreviation(stem) or stem.endswith(("地铁", "轨道交通"))
    if head.mode == "rail" and re.fullmatch(r"[东南西北]{1,2}环?线", member.section):
        return True
    if is_abbreviation(stem) and stem not in default_lexicon().generics:
        places = places_in(stem)
        return not (len(places) == 1 and places[0][1] - places[0][0] == len(stem)) or bool(member.section)
    if not parts:
        return False
    known = {stem[a:b] for a, b, _ in places_in(stem)}
    if any(p not in known for p in parts) or len(parts) >= 2:
        return True
    if re.search(r"绕|环|二通道|第[二三]|复线|机场|新区|至", stem):
        return True
    return "area" in head.flags and bool(re.search(r"都市圈|地区|城市群", stem))
