"""
What a correction does to a register: the state between the first row and the last.

``projects.corrections`` declares the table and checks it; here its rows are found and applied.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.schema import STAGE_ORDER, Mode, Status, Work
from projects.documents import simplify
from projects.register import Register, stage_history
from projects.schema import MENTIONS, PROJECTS

if TYPE_CHECKING:
    from projects.documents import Document

__all__ = ["FLAG", "PROJECT_ID", "Action", "Outcome", "State", "name_key", "table_rows"]


class Action(StrEnum):
    """What a correction does."""

    SET = "set"
    DROP = "drop"
    ADD = "add"
    MERGE = "merge"


FLAG = "corrected"
"""Flag of every row that a correction touched."""

SETTLES = {
    "places": {"ambiguous_place", "unknown_place"},
    "mode": {"mode_from_context"},
    "opening_year": {"year_lost"},
    "status": {"inferred_stage", "status_conflict"},
}
"""Doubts that are settled once a planner has said what the column should be."""

PROJECT_ID = re.compile(rf"(?:{'|'.join(mode.value for mode in Mode)})-[0-9a-z]{{6,}}")
NOT_FOUND = "登记册中没有此项目 no such project in the register"


def table_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows of a table of text as dictionaries."""
    return [{str(k): str(v) for k, v in row.items()} for row in table.to_dict("records")]


@lru_cache(maxsize=100_000)
def name_key(name: str) -> str:
    """Name as it is compared: simplified, half-width, without spaces, one kind of dash."""
    return re.sub(r"[—–―]", "-", re.sub(r"\s", "", simplify(name)))


@dataclass(frozen=True)
class Outcome:
    """
    What became of a correction.

    Parameters
    ----------
    applied : bool
    found : str
        Project that it was applied to.
    reason : str
        What was done, or why nothing; Chinese and English.
    """

    applied: bool
    found: str
    reason: str


@dataclass
class State:
    """
    A register while it is being corrected.

    Parameters
    ----------
    source : Register
        Left unchanged.
    texts : dict of str to Document
        Documents by short name, for the evidence of new projects.
    projects, mentions
        Rows as they stand.
    """

    source: Register
    texts: dict[str, Document]
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    mentions: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.projects = {row["project_id"]: row for row in _records(self.source.projects)}
        self.mentions = _records(self.source.mentions)

    def snapshot(self) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
        """Return a copy of all rows, to see whether a pass changed any."""
        return {key: dict(row) for key, row in self.projects.items()}, [dict(row) for row in self.mentions]

    def register(self) -> Register:
        """Return the register as it stands, checked against its contracts and sorted."""
        said: dict[str, list[tuple[str, str, str]]] = {}
        for m in self.mentions:
            told = (str(m["date"] or ""), str(m["document"]), str(m["status"]))
            said.setdefault(str(m["project_id"]), []).append(told)
        for project_id, row in self.projects.items():
            if FLAG in _split(row["flags"]):
                row["history"] = stage_history(said.get(project_id, []))
        projects = PROJECTS.coerce(pd.DataFrame(list(self.projects.values()), columns=PROJECTS.names, dtype=object))
        mentions = MENTIONS.coerce(pd.DataFrame(self.mentions, columns=MENTIONS.names, dtype=object))
        return Register(
            PROJECTS.validate(projects.sort_values("project_id", ignore_index=True)),
            MENTIONS.validate(
                mentions.drop_duplicates(list(MENTIONS.key)).sort_values(list(MENTIONS.key), ignore_index=True)
            ),
        )

    def apply(self, given: dict[str, str], table: pd.DataFrame) -> Outcome:
        """Apply one row; ``table`` has all rows, since several may make one new project."""
        if given["action"] == Action.ADD:
            return self._add(given, table)
        found, reason = self._find(given)
        if not found:
            return Outcome(applied=False, found="", reason=reason)
        if given["action"] == Action.DROP:
            return self._drop(found, given["document"])
        if given["action"] == Action.MERGE:
            return self._merge(found, given["value"])
        return self._set(found, given["column"], given["value"])

    def _find(self, given: dict[str, str]) -> tuple[str, str]:
        """Return the id of the project that a row means, and why there is none."""
        project_id, document = given["project_id"], given["document"]
        pool = [row for row in self.projects.values() if not document or document in str(row["documents"]).split("|")]
        where = f" in {document}" if document else ""
        if project_id:
            if any(row["project_id"] == project_id for row in pool):
                return project_id, ""
            if given["action"] != Action.SET or not given["name"]:
                return "", f"{NOT_FOUND}: {project_id}{where}"
        return self._by_name(given["name"], pool, where, aliases=given["action"] != Action.DROP)

    def _by_name(self, name: str, pool: list[dict[str, Any]], where: str, *, aliases: bool) -> tuple[str, str]:
        key = name_key(name)
        found = [row["project_id"] for row in pool if name_key(row["name"]) == key]
        other = [row for row in pool if key in {name_key(alias) for alias in _split(row["aliases"])}]
        if not found and aliases:
            found = [row["project_id"] for row in other]
        if len(found) == 1:
            return found[0], ""
        if found:
            return "", f"有几个项目同名, 请写 project_id several projects bear the name: {', '.join(sorted(found))}"
        if other:
            hint = f"{other[0]['name']} ({other[0]['project_id']})"
            return "", f"这是别名, 删除请写 project_id an alias of {hint}; to drop it give the project_id"
        names = sorted({str(row["name"]) for row in self.projects.values()})
        near = difflib.get_close_matches(name, names, n=3)
        return "", f"{NOT_FOUND}: {name}{where}" + (f"; 相近的有 close to {'、'.join(near)}" if near else "")

    def _drop(self, found: str, document: str) -> Outcome:
        row = self.projects[found]
        left = [name for name in _split(row["documents"]) if document and name != document]
        if not left:
            del self.projects[found]
            self.mentions = [m for m in self.mentions if m["project_id"] != found]
            return Outcome(applied=True, found=found, reason="已删除 dropped")
        self.mentions = [m for m in self.mentions if (m["project_id"], m["document"]) != (found, document)]
        stages = [str(m["status"]) for m in self.mentions if m["project_id"] == found]
        row["documents"] = "|".join(left)
        row["clauses"] = "|".join(c for c in _split(row["clauses"]) if not c.startswith(f"{document}:"))
        row["status"] = max(stages, key=lambda stage: STAGE_ORDER[stage], default=row["status"])
        _flag(row)
        return Outcome(applied=True, found=found, reason=f"已删除该文件中的提及 dropped what {document} says of it")

    def _merge(self, found: str, into: str) -> Outcome:
        target = into if into in self.projects else ""
        reason = f"{NOT_FOUND}: {into}"
        if not target and not PROJECT_ID.fullmatch(into):
            target, reason = self._by_name(into, list(self.projects.values()), "", aliases=True)
        if not target:
            return Outcome(applied=False, found="", reason=reason)
        if target == found:
            _flag(self.projects[found])
            return Outcome(applied=True, found=target, reason="已是同一项目 one project already")
        gone, row = self.projects.pop(found), self.projects[target]
        names = [gone["name"], *_split(row["aliases"]), *_split(gone["aliases"])]
        row["aliases"] = "|".join(dict.fromkeys(name for name in names if name != row["name"]))
        for column in ("documents", "clauses", "lead", "flags"):
            row[column] = "|".join(dict.fromkeys([*_split(row[column]), *_split(gone[column])]))
        row["status"] = max(str(row["status"]), str(gone["status"]), key=lambda stage: STAGE_ORDER[stage])
        for column in ("opening_year", "places", "section", "kind"):
            row[column] = row[column] or gone[column]
        _flag(row)
        for mention in self.mentions:
            if mention["project_id"] == found:
                mention["project_id"] = target
        return Outcome(applied=True, found=target, reason=f"已并入 merged into {row['name']}")

    def _set(self, found: str, column: str, value: str) -> Outcome:
        row = self.projects[found]
        before = "" if row[column] is None else str(row[column])
        if column == "name":
            aliases = [name for name in _split(row["aliases"]) if name != value]
            if before != value:
                aliases = [*(name for name in aliases if name != before), before]
            row["aliases"] = "|".join(aliases)
        if column == "opening_year":
            row[column] = int(value) if value else None
        elif column == "aliases":
            row[column] = "|".join(name for name in dict.fromkeys(_split(value)) if name != row["name"])
        else:
            row[column] = value
        _flag(row, without=SETTLES.get(column, set()))
        same = before == value and column != "flags"
        reason = "原已如此 so already" if same else f"{column}: {before or '—'} → {value or '—'}"
        return Outcome(applied=True, found=found, reason=reason)

    def _add(self, given: dict[str, str], table: pd.DataFrame) -> Outcome:
        key = name_key(given["name"])
        same = [row for row in table_rows(table) if row["action"] == Action.ADD and name_key(row["name"]) == key]
        mode = next(row["value"] for row in same if row["column"] == "mode")
        project_id = f"{mode}-{hashlib.sha256(f'added|{mode}|{key}'.encode()).hexdigest()[:10]}"
        reason = "已新增 added"
        if project_id not in self.projects:
            read = [p["project_id"] for p in self.projects.values() if (name_key(p["name"]), p["mode"]) == (key, mode)]
            if len(read) == 1:
                project_id, reason = read[0], "登记册中已有, 按其修改 in the register already; its columns are set"
            else:
                self.projects[project_id] = dict.fromkeys(PROJECTS.names, "") | {
                    "project_id": project_id,
                    "name": given["name"],
                    "mode": mode,
                    "work": Work.NEW.value,
                    "status": Status.UNSPECIFIED.value,
                    "opening_year": None,
                }
        row = self.projects[project_id]
        _flag(row)
        if given["column"] and given["column"] != "quotation":
            self._set(project_id, given["column"], given["value"])
        if given["document"]:
            words = next((r["value"] for r in same if r["column"] == "quotation"), given["name"])
            if given["document"] not in _split(row["documents"]):
                row["documents"] = "|".join([*_split(row["documents"]), given["document"]])
            if not any((m["project_id"], m["document"]) == (project_id, given["document"]) for m in self.mentions):
                reason += self._evidence(row, given["document"], words)
        return Outcome(applied=True, found=project_id, reason=reason)

    def _evidence(self, row: dict[str, Any], name: str, words: str) -> str:
        """Add the mention of a new project where the document has its words; return what to say of it."""
        document = self.texts.get(name)
        if document is None:
            return f"; 未读文件 the document {name} was not read, so it has no quotation" if self.texts else ""
        start = document.text.find(words)
        if start < 0:
            start = document.simplified.find(simplify(words))
        if start < 0:
            return f"; 文中没有“{words}” these words are not in {name}, so it has no quotation"
        end = start + len(words)
        clause = next((p.clause for p in document.passages if p.start <= start < p.end), "")
        status = str(row["status"])
        self.mentions.append(
            {
                "project_id": row["project_id"],
                "document": name,
                "date": document.date,
                "clause": clause,
                "start": start,
                "end": end,
                "name": row["name"],
                "quotation": document.quote(start, end),
                "status_text": "",
                "status": status,
            }
        )
        row["clauses"] = "|".join(dict.fromkeys([*_split(row["clauses"]), f"{name}:{clause}"]))
        return ""


def _split(joined: Any) -> list[str]:
    return [part for part in str(joined).split("|") if part]


def _flag(row: dict[str, Any], without: frozenset[str] | set[str] = frozenset()) -> None:
    row["flags"] = "|".join(sorted({*_split(row["flags"]), FLAG} - set(without)))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): (None if v is pd.NA or v != v else v) for k, v in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
