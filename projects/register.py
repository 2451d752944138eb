"""The register: mentions of all documents merged into one row per project, linked across documents, with stage history."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.display import ShowsTables
from layers.schema import STAGE_ORDER, Mode, Work
from projects.extraction import Mention, extract_mentions
from projects.relations import abbreviates, branches, related_lines, repaired_name, settled_places
from projects.schema import MENTIONS, PROJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from projects.documents import Document

__all__ = ["Register", "project_key", "read_plans", "stage_history"]

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


@dataclass(frozen=True)
class Register(ShowsTables):
    """
    What plans say, merged.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``
    mentions : DataFrame, contract ``projects.schema.MENTIONS``
    """

    projects: pd.DataFrame
    mentions: pd.DataFrame

    def history(self, project_id: str) -> list[tuple[str, str, str, str]]:
        """
        Return (date, document, clause, status) of every mention of a project, by document date.

        Documents of unknown date (``""``) come last: nothing says where they belong.
        """
        rows = self.mentions[self.mentions["project_id"] == project_id]
        told = zip(
            rows["date"].fillna(""), rows["document"], rows["start"], rows["clause"], rows["status"], strict=True
        )
        ordered = sorted(told, key=lambda row: (row[0] == "", *row[:3]))
        return [(date, document, clause, status) for date, document, _, clause, status in ordered]


def stage_history(said: Iterable[tuple[str, str, str]]) -> str:
    """
    Stages of a project by document date, as the register's column ``history`` has them.

    Parameters
    ----------
    said : iterable of (date, document, status)
        Mentions in the order of the text.

    Examples
    --------
    >>> stage_history([("2021", "anhui", "starting"), ("2020-04", "hefei", "proposed"), ("", "wuhu", "proposed")])
    '2020-04 hefei proposed|2021 anhui starting|? wuhu proposed'
    """
    ordered = sorted(said, key=lambda row: (row[0] == "", row[0], row[1]))
    return "|".join(dict.fromkeys(f"{date or '?'} {document} {status}" for date, document, status in ordered))


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
        if section and not _territorial(section):
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


def _territorial(section: str) -> bool:
    """Whether a section is the part in one unit (安徽段, 马鞍山段): the plan's share of the line, no stretch of its own."""
    from projects.grammar.routes import places_in

    bare = section.removesuffix("段")
    found = places_in(bare)
    return section.endswith("段") and len(found) == 1 and found[0][0] == 0 and found[0][1] == len(bare)


def read_plans(documents: Sequence[Document], *, progress: Callable[[int, int], None] | None = None) -> Register:
    """
    Read plans into one register.

    Parameters
    ----------
    documents : sequence of Document
        Short names must differ.
    progress : callable, optional
        Called with documents done and all.

    Returns
    -------
    Register
        One row per project over all documents; ``project_id`` depends on the project alone.

    Raises
    ------
    ValueError
        If two documents have one short name.
    """
    names = [d.document for d in documents]
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        message = f"documents with one name: {', '.join(twice)}; give each its own (document=…)"
        raise ValueError(message)
    mentions: list[Mention] = []
    dates = {d.document: d.date for d in documents}
    for number, document in enumerate(documents, start=1):
        mentions += extract_mentions(document)
        if progress:
            progress(number, len(documents))
    return _merge(mentions, dates)


def _merge(mentions: Sequence[Mention], dates: dict[str, str]) -> Register:
    mentions = settled_places(mentions)
    keys = _keys(mentions)
    groups: dict[str, list[Mention]] = {}
    for key, mention in zip(keys, mentions, strict=True):
        groups.setdefault(key, []).append(mention)
    projects = []
    rows = []
    for key, group in groups.items():
        project_id = _project_id(key, group)
        projects.append(_project(project_id, group, dates))
        rows += [
            {
                "project_id": project_id,
                "document": m.document,
                "date": dates.get(m.document, ""),
                "clause": m.clause,
                "start": m.start,
                "end": m.end,
                "name": m.name,
                "quotation": m.quotation,
                "status_text": m.status_text,
                "status": m.status,
            }
            for m in group
        ]
    if not projects:
        return Register(PROJECTS.empty(), MENTIONS.empty())
    lines = {
        str(p["project_id"]): (str(p["kind"]).removesuffix("_widening"), str(p["places"]).split("-"))
        for p in projects
        if LINES.get(str(p["kind"]), "") in CORRIDORS
        and (not p["section"] or _territorial(normalise(str(p["section"]))))
    }
    stems = {
        _project_id(key, group): (group[0].mode, normalise(group[0].stem), group[0].section)
        for key, group in groups.items()
    }
    told = {key: [f"related:{other}" for other in others] for key, others in related_lines(lines).items()}
    for branch, trunk in branches(stems).items():
        told.setdefault(branch, []).append(f"part_of:{trunk}")
    for project in projects:
        flags = [f for f in str(project["flags"]).split("|") if f]
        project["flags"] = "|".join([*flags, *told.get(str(project["project_id"]), [])])
    project_table = PROJECTS.coerce(pd.DataFrame(projects)).sort_values("project_id", ignore_index=True)
    mention_table = (
        MENTIONS.coerce(pd.DataFrame(rows))
        .drop_duplicates(list(MENTIONS.key))
        .sort_values(list(MENTIONS.key), ignore_index=True)
    )
    return Register(PROJECTS.validate(project_table), MENTIONS.validate(mention_table))


def _keys(mentions: Sequence[Mention]) -> list[str]:
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


def _project_id(key: str, group: Sequence[Mention]) -> str:
    return f"{group[0].mode}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _without_section(mention: Mention) -> str:
    """Name of the whole line, where the plans name different sections of it only."""
    return mention.name.removesuffix(mention.section).rstrip("(（") or mention.name


def _project(project_id: str, group: Sequence[Mention], dates: dict[str, str]) -> dict[str, object]:
    ordered = sorted(group, key=lambda m: (dates.get(m.document, ""), m.document, m.start))
    named = sorted(
        ordered,
        key=lambda m: (
            bool(m.section),
            "damaged" in m.flags,
            "mode_from_context" in m.flags,
            bool(m.aliases),
            -len(m.name),
        ),
    )
    # Plans that name the line and plans that name their part of it mean the line; the parts' names are other names.
    sections = {normalise(m.section) for m in ordered}
    section = named[0].section if len(sections) == 1 else ""
    name = named[0].name if section or not named[0].section else _without_section(named[0])
    aliases = [a for m in ordered for a in (m.name, *m.aliases) if a != name]
    status = max((m.status for m in ordered), key=lambda s: STAGE_ORDER[s])
    works = [m.work for m in ordered]
    years = [m.opening_year for m in ordered if m.opening_year is not None]
    places = max((m.places for m in named if bool(m.section) == bool(named[0].section)), key=len)
    points = [m.places for m in named if len(m.places) == 1]
    if ordered[0].mode == Mode.AIRPORT and points:
        places = points[0]  # the airport itself, not the two cities that it is named after
    kinds = [m.kind for m in named]
    return {
        "project_id": project_id,
        "name": name,
        "aliases": "|".join(dict.fromkeys(aliases)),
        "mode": Mode(ordered[0].mode).value,
        "kind": kinds[0],
        "work": Work.UPGRADE.value if Work.UPGRADE.value in works else Work.NEW.value,
        "status": status,
        "opening_year": years[-1] if years else None,
        "places": "-".join(places),
        "section": section,
        "lead": "|".join(dict.fromkeys(m.lead for m in ordered if m.lead)),
        "documents": "|".join(dict.fromkeys(m.document for m in ordered)),
        "clauses": "|".join(dict.fromkeys(f"{m.document}:{m.clause}" for m in ordered)),
        "history": stage_history((dates.get(m.document, ""), m.document, m.status) for m in ordered),
        "flags": "|".join(sorted({f for m in ordered for f in m.flags})),
    }
