"""Facts of a name: new or upgrade, kind within the mode, places in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.schema import Work
from projects.lexicon import default_lexicon
from projects.names import DASH, TO
from projects.routes import Reading, is_abbreviation, places_in, province_of, read_abbreviation, units_in

if TYPE_CHECKING:
    from projects.names import Member
    from projects.status import Governor

__all__ = ["kind_of", "places_of", "work_of"]

CODE_PREFIX = re.compile(r"^(?:[GS]\d+|国道\d+|省道\d+|±?\d+千伏)")


def work_of(member: Member, governor: Governor) -> str:
    """
    New or upgrade, a word of :class:`layers.schema.Work`.

    Words of work behind the name or the list decide, then those inside the name, then the verb (改扩建甲路). A phase
    alone, 新建 and 迁建 are new.
    """
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


def places_of(member: Member, name: str, mode: str, region: str) -> tuple[Reading | None, tuple[str, ...]]:
    """Places of a name: of its section where that names two, else of the line, else the places it spells out."""
    bracket = next((inside for inside, _ in member.brackets if re.search(TO, inside)), "").removesuffix("段")
    section = re.sub(r"\([^()]*\)", "", member.section.removesuffix("段"))
    stem = CODE_PREFIX.sub("", re.sub(r"\([^()]*\)", "", member.prefix + member.stem)).strip("“”")
    line = member.head is not None and (
        "line" in member.head.flags or mode == "energy" or "通道" in member.head.word or member.head.kind == "metro"
    )
    if re.fullmatch(r"[东西南北中]?沿(?:江|海|淮|黄|河|边|湖)", stem):
        return None, tuple(dict.fromkeys(p for _, _, p in units_in(section)))
    if section.endswith("枢纽") and (within := units_in(section)):
        return None, (within[-1][2],)
    # 漳诏, 东延无岳, 合六南通道: the section's own ends
    bare = re.sub(r"[东西南北]?(?:快速)?通道$", "", re.sub(r"^[东西南北]{1,2}延(?:线)?", "", section))
    own = not re.search(r"联络线|连接线|支线|复线|[东西南北]延|^先行", bare) and 2 <= len(bare) <= 4
    if own and is_abbreviation(bare) and not units_in(bare):
        reading = read_abbreviation(bare, region, mode)
        if reading.places:
            return reading, reading.places
    strict = member.head is not None and "line" in member.head.flags  # 芜宣 is a line here, an airport elsewhere
    whole = units_in(stem) if strict else places_in(stem, region)
    if line and len(stem) <= 7 and is_abbreviation(stem) and not whole and not places_in(section, region):
        reading = read_abbreviation(stem, region, mode)
        if reading.places:
            return reading, reading.places
    for part in (bracket, section, stem):
        ends = [x for x in re.split(rf"[{DASH}]{{1,2}}|至|到", part.removesuffix("段")) if x]
        if len(ends) >= 2 and all(re.search(r"[\u4e00-\u9fff]{2}", x) for x in ends):
            return None, tuple(_end_place(x, region, first=i == 0) for i, x in enumerate(ends))
    if power := re.match(r"“?([\u4e00-\u9fff])电[入送进]([\u4e00-\u9fff])", member.core):
        return None, tuple(province_of(c) for c in power.groups())
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
