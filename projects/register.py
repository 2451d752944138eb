"""The register: mentions of all documents merged into one row per project, linked across documents, with stage history."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.display import ShowsTables
from layers.schema import STAGE_ORDER, Mode, Work
from projects.extraction import Mention, extract_mentions
from projects.keys import CORRIDORS, LINES, is_territorial, keys_of, normalise, project_key
from projects.relations import branches, related_lines, settled_places
from projects.schema import MENTIONS, PROJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from projects.documents import Document

__all__ = ["Register", "project_key", "read_plans", "stage_history"]


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
    keys = keys_of(mentions)
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
        and (not p["section"] or is_territorial(normalise(str(p["section"]))))
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
        "flags": "|".join(sorted(_flags(ordered, dates))),
    }


def _flags(ordered: Sequence[Mention], dates: dict[str, str]) -> set[str]:
    """Flags of all mentions; ``halted`` only where no later document takes the project up again."""
    flags = {f for m in ordered for f in m.flags}
    halted = max((dates.get(m.document, "") for m in ordered if "halted" in m.flags), default="")
    if any(dates.get(m.document, "") > halted and "halted" not in m.flags for m in ordered):
        flags.discard("halted")
    return flags
