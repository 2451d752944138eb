"""A member of a list: where its name ends, its head noun, section, phase, work and what is said behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from projects.grammar.head_nouns import (
    DESCRIBED_AS,
    LINE_NUMBER,
    TO,
    code_head,
    head_word,
    inner_head,
    is_section,
    name_start,
    runs,
    trunk,
)
from projects.grammar.lexicon import Head, default_lexicon
from projects.grammar.routes import places_in
from projects.grammar.tails import strip_tail

__all__ = ["Member", "parse_member"]

CODE = re.compile(r"(?:[GSXY]\d{1,4}(?!\d)|(?:国道|省道|县道)[GSX]?\d{2,4}|\d{2,3}(?:国道|省道|县道))(?:线)?")
POWER = re.compile(
    r"([\u4e00-\u9fff]{1,3})(?:电([入送进])|江(入)(?=[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇陕甘青宁新]))([\u4e00-\u9fff]{1,2})"
)
"""云电送桂, 雅江入湘: power from a province or a river."""
PHASE = re.compile(r"(?:第?[一二三四五六七八九十]{1,3}期?[、和及至]?)*第?[一二三四五六七八九十]{1,3}期")
ETC = re.compile(
    r"(?<![中高同平初优均对相不低])等(?!级|高对接|候|于|额|值|同|距)"
    r"|(?<=平)等(?=\d|高|铁|公路|机场|国道|项目|重点|重大|一批|在建|拟建|[条座个项])"  # 泰安至东平等, not 平等互利
    r"|(?<=[\u4e00-\u9fff)])(?:\d{1,3}|[两三四五六七八九十])(?=[条座个项](?!月|泊位|小时)[\u4e00-\u9fff])"
)
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


def bracketless(text: str) -> str:
    return re.sub(r"\([^()]*\)", "", text)


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
    depth = bracketless(rest)
    if "的" in depth:
        at = rest.rfind("的") + 1
        if rest.find("(", 0, at) == -1 or ")" in rest[:at]:
            member.core_start, rest = at, rest[at:]
    while rest.startswith(("“", "”", '"', "'")) and rest.count("“") != rest.count("”"):
        rest, member.core_start = rest[1:], member.core_start + 1
    # “甲电乙送”重点工程——丙水电站: what stands before the dashes tells what it is.
    if (m := DESCRIBED_AS.match(rest)) and len(rest) - m.end() >= 3:
        member.core_start, rest = member.core_start + m.end(), rest[m.end() :]
    elif (at := name_start(rest)) > 0:
        member.core_start, rest = member.core_start + at, rest[at:]
    # Brackets at the end: components, a section, or a second name.
    while rest.endswith(")"):
        opening = _opening(rest)
        if opening < 1:
            break
        inside = rest[opening + 1 : -1]
        member.brackets.insert(0, (inside, start + member.core_start + opening + 1))
        outer = rest[:opening]
        rest, tails, works = strip_tail(outer)
        bare_work, _, told = strip_tail("某" + inside)
        if bare_work == "某" and told:  # (扩能改造)
            works = works + told
        member.tails, member.works = tails + member.tails, works + member.works
        if outer == rest and not re.search(r"段$|[、]", inside):
            rest = outer
    member.core = rest
    bare = bracketless(rest)
    # Phase: 二期, 第一期.
    if m := re.search(rf"{PHASE.pattern}$", bare):
        member.phase, bare = m[0], bare[: m.start()]
        bare2, _, done = strip_tail(bare) if len(bare) > 2 else (bare, [], [])
        bare = bare2 or bare
        member.works = done + member.works  # 扩建四期, 拓宽工程二期
    word = head_word(bare)
    if m := CODE.match(bare):
        member.code = m[0]
        if re.match(r"S\d{1,2}线$", m[0]):
            member.code = ""
    number = None if member.code else re.search(rf"{LINE_NUMBER.pattern}$", bare)
    power = POWER.search(bare)
    if member.code and word in {"大通道", "快捷通道", "线", "路"}:
        word = ""  # G334文旅大通道
    if word == "综合枢纽" and re.match(r"[\u4e00-\u9fff]{1,2}[江河水][\u4e00-\u9fff]", bare[: -len(word)]):
        # 甲江乙综合枢纽: a dam
        member.head, member.head_text, member.stem = lexicon.heads["航电枢纽"], word, bare[: -len(word)]
        return member
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
        inner = inner_head(bare[: number.start()])
        if inner is None or inner[2].mode == "rail" or inner[2].mode == "airport":
            head = lexicon.heads["地铁"] if number[0][0].isdigit() or "号" in number[0] else lexicon.heads["市域铁路"]
            member.head, member.head_text, member.stem = head, number[0], bare[: number.start()]
            return member
    if word:
        head = lexicon.heads[word]
        stem = bare[: -len(word)]
        if "weak" in head.flags or head.mode == "":
            inner = inner_head(stem)
            if word == "线" and not (
                inner
                and (inner[2].kind in {"metro", "intercity_rail", "suburban_rail"} or stem[inner[1] :] in {"新", "老"})
            ):
                member.stem = bare
                return member
            if member.code and inner is None:
                member.head, member.head_text, member.stem, member.section = (
                    code_head(member.code),
                    member.code,
                    "",
                    bare[len(member.code) :],
                )
                return member
            inner = trunk(stem, inner)
            if inner and runs(inner[2]):
                member.head, member.head_text = inner[2], stem[inner[0] : inner[1]]
                member.stem, member.section = stem[: inner[0]], stem[inner[1] :] + word
                return member
        elif head.mode == "other" and (inner := inner_head(stem)) and inner[2].mode == "other":
            pass
        member.head, member.head_text, member.stem = head, word, stem
        if (
            word in {"过江通道", "跨江通道", "过海通道"}
            and (inner := inner_head(strip_tail(stem)[0] + "工程" if stem.endswith("工程") else stem))
            and inner[2].mode == "energy"
        ):  # an energy line's crossing is the line's
            member.head = inner[2]
        if "hub" in head.flags and (inner := inner_head(stem)) and "facility" in inner[2].flags:
            # 甲机场区域枢纽机场(功能): the airport, not its role.
            member.head, member.head_text, member.stem = inner[2], stem[inner[0] : inner[1]], stem[: inner[0]]
            at = member.core.find(stem[: inner[1]])
            member.core = member.core[: inner[1]] if at == 0 else member.core
        if member.code and word in {"快速通道", "通道", "公路", "快速路", "段", "大道", "路"}:
            member.head = code_head(member.code)
        return member
    if m := re.fullmatch(r"([\u4e00-\u9fff]{2,6}?)(大道|路)([东南西北中])", bare):  # 工业大道南
        member.head, member.head_text, member.stem, member.section = lexicon.heads[m[2]], m[2], m[1], m[3]
        return member
    inner = inner_head(bare)
    if member.code:
        if (
            inner
            and inner[0] >= len(member.code)
            and "line" in inner[2].flags
            and not is_section(bare[inner[1] :], inner[2])
        ):
            member.stem = bare  # G3甲乙高速穿境而过
            return member
        member.head, member.head_text, member.stem = code_head(member.code), member.code, ""
        member.section = bare[len(member.code) :]
        return member
    if member.phase and (m := re.fullmatch(r"([\u4e00-\u9fff]{2,6}?)(港|机场)([\u4e00-\u9fff]{1,8})", bare)):
        # 甲港乙丙湖二期: a part of the port
        member.head, member.head_text = lexicon.heads[m[2]], m[2]
        member.stem, member.section = m[1], m[3]
        return member
    inner = trunk(bare.removesuffix("段"), inner, stretch=True) if bare.endswith("段") else inner
    if inner and is_section(bare[inner[1] :], inner[2]):
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
