"""
Keys of projects: which mentions mean one project.

Lines are known by their family, places, section and qualifiers, all else by its name without punctuation, work and form.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from layers.schema import Work
from projects.relations import abbreviates, repaired_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.grammar.mentions import Mention

__all__ = ["CORRIDORS", "LINES", "is_territorial", "keys_of", "normalise", "project_key"]

LINES = {
    "high_speed_rail": "rail_line", "intercity_rail": "rail_line", "conventional_rail": "rail_line", "maglev": "rail_line",
    "suburban_rail": "rail_urban", "metro": "rail_urban", "expressway": "expressway", "expressway_widening": "expressway",
    "ring_road": "ring_road", "national_road": "road", "provincial_road": "road", "road": "road",
    "inland_waterway": "channel",
}  # fmt: skip
"""Families within which two names of the same places are one project."""

CORRIDORS = {"rail_line", "expressway"}
"""Families whose lines are told to be related where one lies on the other."""

AHEAD = {"proposed", "preparatory"}
BUILT = {"under_construction", "operating"}
LONGEST_GAP = 30
"""Characters between two names of one list that are compared."""
MAX_BROKEN = 300
"""Broken names that are compared with all sound ones; a text with more is broken as a whole."""

WORK_ENDINGS = re.compile(
    r"(?:项目|工程|建设|扩容改造|扩能改造|电气化改造|升级改造|增容改造|改扩建|扩建|扩容|扩能|增容|改造|改建|整治|提升)$"
)


def normalise(name: str) -> str:
    """
    Name without punctuation, work and form, for comparison.

    Examples
    --------
    >>> normalise("黄山—千岛湖高速公路建设工程")
    '黄山千岛湖高速'
    """
    text = re.sub(r"[\s\-—–―·“”\"'《》、,()□]|至", "", name)
    for long, short in (("高速公路", "高速"), ("城际铁路", "城际"), ("高速铁路", "高铁")):
        text = text.replace(long, short)
    previous = ""
    while text != previous:
        previous = text
        text = WORK_ENDINGS.sub("", text)
    return text


def project_key(mention: Mention) -> str:
    """
    Key of the project that a mention means; the same whatever documents are read together.

    Lines are known by their family, places (either direction), section and qualifiers; all else by the normalised name.
    """
    family = LINES.get(mention.kind, "")
    name = normalise(mention.name)
    if family == "rail_line" and mention.work == Work.UPGRADE.value:
        family = "rail_existing"
    if family in {*CORRIDORS, "rail_existing"} and not _code(mention.name):
        stem = normalise(mention.stem)
        places = list(mention.places)
        section = normalise(mention.section)
        if section and not is_territorial(section):
            return f"{mention.mode}|{family}|{stem}|{section}|{mention.phase}"
        qualifier = "".join(re.findall(r"第[二三四]|[二三]通道|复线|[东西南北]延|二线", mention.name))
        ordered = places if places[:1] <= places[-1:] else places[::-1]
        if len(places) >= 2:
            return f"{mention.mode}|{family}|{'-'.join(ordered)}|{qualifier}|{mention.phase}"
        if re.fullmatch(r"[东西南北中]?沿[江海淮黄河边湖]", stem):  # 北沿江高铁, 北沿江铁路安徽段
            return f"{mention.mode}|{family}|{stem}|{qualifier}|{mention.phase}"
    if family == "rail_urban":
        name = re.sub(r"^(?:地铁|轨道交通)(?=\d)", "", name)
    if family == "channel":
        name = name.removesuffix("航道")
    return f"{mention.mode}|{family}|{name}"


def _code(name: str) -> bool:
    return bool(re.match(r"[GS]\d|[国省]道\d", name))


def is_territorial(section: str) -> bool:
    """Whether a section is the part in one unit (安徽段, 马鞍山段): the plan's share of the line, no stretch of its own."""
    from projects.grammar.routes import places_in

    bare = section.removesuffix("段")
    found = places_in(bare)
    return section.endswith("段") and len(found) == 1 and found[0][0] == 0 and found[0][1] == len(bare)


def keys_of(mentions: Sequence[Mention]) -> list[str]:
    """
    Key of each mention.

    A line and its section are one project over documents, but two where one document names both. A name broken in
    publishing has the key of the sound name that completes it.
    """
    first: dict[tuple[str, ...], str] = {}
    keys = []
    for m in mentions:
        key = project_key(m)
        family = key.split("|")[1]
        stem = normalise(m.stem)
        if family in CORRIDORS and stem:  # 甲乙高速(甲城至乙镇) and 甲乙高速公路 of one document
            again = (m.document, m.mode, family, stem, normalise(m.section), m.phase)
            key = first.setdefault(again, key) if key.split("|")[3:] == first.get(again, key).split("|")[3:] else key
        keys.append(key)
    keys = _distinct(mentions, keys)
    whole = {(m.document, key) for key, m in zip(keys, mentions, strict=True) if not m.section}
    part = {(m.document, key) for key, m in zip(keys, mentions, strict=True) if m.section}
    both = whole & part
    keys = [
        f"{key}|{normalise(m.section)}" if m.section and (m.document, key) in both else key
        for key, m in zip(keys, mentions, strict=True)
    ]
    keys = _abbreviated(mentions, keys)
    sound: dict[str, dict[str, str]] = {}
    for key, m in zip(keys, mentions, strict=True):
        if not m.flags:
            sound.setdefault(m.mode, {})[m.name] = key
    broken = [i for i, m in enumerate(mentions) if "damaged" in m.flags][:MAX_BROKEN]
    for i in broken:
        names = sound.get(mentions[i].mode, {})
        keys[i] = names.get(repaired_name(mentions[i], names), keys[i])
    return keys


def _distinct(mentions: Sequence[Mention], keys: list[str]) -> list[str]:
    """
    Tell lines of the same places apart where a document names them as two: 金台铁路 built, 金台城际铁路 planned.

    Two names of one passage that differ in the type of railway are two lines where one list holds both, or where one is
    built and the other still planned.
    """
    named: dict[tuple[str, str, str], dict[str, list[Mention]]] = {}
    for key, m in zip(keys, mentions, strict=True):
        if key.split("|")[1] == "rail_line" and not m.section and _rail_type(m.name):
            named.setdefault((key, m.document, m.clause), {}).setdefault(_rail_type(m.name), []).append(m)
    apart = {
        key
        for (key, _, _), types in named.items()
        for one, other in itertools.combinations(types.values(), 2)
        if any(_listed_together(a, b) for a in one for b in other)
        or any(
            {m.status for m in one} <= x and {m.status for m in other} <= y for x, y in ((AHEAD, BUILT), (BUILT, AHEAD))
        )
    }
    return [
        f"{key}|{_rail_type(m.name)}" if key in apart and _rail_type(m.name) not in {"", "高铁"} else key
        for key, m in zip(keys, mentions, strict=True)
    ]


def _rail_type(name: str) -> str:
    """Type of railway in a name: 高铁, 城际, or 铁路; empty where it says none (甲乙通道)."""
    if re.search(r"高铁|高速铁路|客运专线|客专", name):
        return "高铁"
    if "城际" in name:
        return "城际"
    return "铁路" if "铁路" in name else ""


def _listed_together(one: Mention, other: Mention) -> bool:
    """Whether two names stand in one list: close by, under the same words."""
    gap = max(one.start, other.start) - min(one.end, other.end)
    return 0 < gap <= LONGEST_GAP and (one.status, one.status_text) == (other.status, other.status_text)


def _abbreviated(mentions: Sequence[Mention], keys: list[str]) -> list[str]:
    """Give a facility named by 简称 (芜宣机场) the key of the one of the same kind that spells both places out (芜湖宣城机场)."""
    spelled: dict[tuple[str, str, str, int], dict[tuple[str, ...], str]] = {}
    for key, m in zip(keys, mentions, strict=True):
        if len(m.places) > 1 and normalise(m.stem) == "".join(m.places):
            spelled.setdefault((m.mode, m.kind, m.phase, len(m.places)), {})[m.places] = key
    if not spelled:
        return keys
    out = []
    for key, m in zip(keys, mentions, strict=True):
        stem = normalise(m.stem)
        alike = {} if m.section else spelled.get((m.mode, m.kind, m.phase, len(stem)), {})
        same = [other for places, other in alike.items() if abbreviates(stem, places)]
        out.append(same[0] if len(same) == 1 else key)
    return out
