"""Facts of a name: new or upgrade, kind within the mode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.schema import Work
from projects.grammar.head_nouns import DASH, TO
from projects.grammar.lexicon import default_lexicon
from projects.grammar.routes import is_abbreviation

if TYPE_CHECKING:
    from projects.grammar.names import Member
    from projects.status import Governor

__all__ = ["kind_of", "work_of"]


def work_of(member: Member, governor: Governor) -> str:
    """
    New or upgrade, a word of :class:`layers.schema.Work`.

    Words of work behind the name or the list decide, then those inside the name, then the verb (改扩建甲路). A phase
    alone, 新建 and 迁建 are new.
    """
    works = default_lexicon().works
    if member.head_text == "新机场" and not member.works:
        return Work.NEW.value  # whatever is done to the other airports of the list
    for word in (*governor.works, *member.works):
        if works.words.get(word) == "upgrade":
            return Work.UPGRADE.value
    inside = (
        (works.before(member.section, len(member.section)) or works.at(member.section, 0)) if member.section else ""
    )
    found = [w for w in ("扩容", "扩能", "改扩建", "增容", "电气化", "复航", "改建", "升级改造") if w in member.core]
    if (inside and works[inside] == "upgrade") or found:
        return Work.UPGRADE.value
    if any(
        # 提速甲高速项目 hastens it, 提速 behind a railway's name is a work
        (works.words.get(verb) == "upgrade" and default_lexicon().verbs.words.get(verb) != "push")
        or verb in {"新改建", "新(改)建", "新(改扩)建", "新(扩)建"}
        for verb in governor.verbs
    ):
        return Work.UPGRADE.value
    if set(governor.verbs) & {"畅通", "贯通"} and member.head is not None and member.head.mode == "waterway":
        return Work.UPGRADE.value  # a river that exists is made navigable
    return Work.NEW.value


def kind_of(member: Member, name: str, mode: str, work: str, *, high_speed: bool) -> str:
    """
    Kind within the mode, from the head noun, the name and the work.

    Parameters
    ----------
    member : Member
    name, mode, work : str
    high_speed : bool
        Whether the sentence speaks of 高铁: a new 铁路 in it is one.

    Returns
    -------
    str
        A kind of ``projects/data/heads.csv``, or one that the name decides (expressway_widening, ring_road, uhv_line).
    """
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
            if high_speed or (is_abbreviation(stem) and len(stem) >= 3) or ends >= 3:
                return "high_speed_rail"
        if kind == "metro" and re.search(r"都市圈|地区|城际", text):
            return "intercity_rail"
        if kind == "metro" and re.search(r"[A-Z]\d*线", text):
            return "suburban_rail"
        if kind in {"", "line_part", "corridor"}:
            return "high_speed_rail" if high_speed else "conventional_rail"
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
