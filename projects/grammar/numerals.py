"""Members of a list that are a mere number or phase: 四、五、六期, F2和F3线, 1号线一期和二期."""

from __future__ import annotations

import re

from projects.grammar.head_nouns import LINE_NUMBER
from projects.grammar.names import NUMERAL, PHASE, Member, parse_member
from projects.grammar.naming import proper_parts

__all__ = ["complete_numerals"]


def complete_numerals(members: list[Member]) -> None:
    """Complete members that are a mere number: 治理四、五、六期项目, F2和F3线, 1号线、2号线."""
    for index in range(len(members) - 2, -1, -1):
        member, after = members[index], members[index + 1]
        if member.head is None and NUMERAL.search(member.core) and not member.phase:
            m = re.match(r"(?:[一二三四五六七八九十]+|\d+|[A-Z]\d+)(.*)$", after.core + after.suffix)
            number = NUMERAL.search(member.core)
            if (
                m
                and number
                and m[1]
                and (m[1].startswith(("期", "线", "号")) or PHASE.match(after.core) or LINE_NUMBER.match(after.core))
            ):
                tail = m[1]
                whole = parse_member(member.core + tail, member.start)
                member.head, member.head_text, member.phase = whole.head, whole.head_text, whole.phase
                member.stem = whole.stem
                member.suffix = tail
                member.works = member.works or list(after.works)
    for index in range(1, len(members)):
        member, before = members[index], members[index - 1]
        ordinal = re.search(r"第[二三四五](?:[东西南北])?$", before.stem)
        if ordinal and re.fullmatch(r"第[二三四五](?:[东西南北])?", member.stem) and ordinal.start():
            member.prefix = before.prefix + before.stem[: ordinal.start()]  # 甲第二、第三过江通道
            continue
        bare = re.match(
            r"(?:[一二三四五六七八九十]+期|[一二三四五六七八九十]+$|\d+$|[A-Z]?\d+号?线|[一二三四五六七八九十]+号线|[A-Z]\d+线)",
            member.core,
        )
        if bare and not proper_parts(member.stem):
            numbered = r"(?:第?[一二三四五六七八九十]+期?|[A-Z]\d+线?|\d+(?:号?线)?|[一二三四五六七八九十]+号线)[\u4e00-\u9fff]{0,6}$"
            if PHASE.fullmatch(bare[0]) and re.search(rf"{PHASE.pattern}$", before.core):
                numbered = rf"{PHASE.pattern}$"
            elif bare[0].endswith("线"):
                numbered = rf"{LINE_NUMBER.pattern}.*$|{numbered}"
            base = re.sub(numbered, "", before.prefix + before.core)
            if base and base != before.core:
                member.prefix = base
                if NUMERAL.fullmatch(member.core) and not member.suffix:
                    member.suffix = "期"
                if member.head is None:
                    member.head, member.head_text = before.head, before.head_text
                member.trace.append(f"承前“{base}”")
