"""
A planner's corrections of the register: a table that is applied after each reading, so that it survives a re-run.

One row, one correction. ``read_corrections`` checks the file and lists every breach; ``correct`` applies it and reports on
every row, so that a correction that finds nothing any more is seen. What was corrected carries the flag ``corrected``.

=========  ==================================  ========================  ==========================================
action     project_id, or name (and document)  column                    value
=========  ==================================  ========================  ==========================================
set 修改   the project                         one of ``SETTABLE``       what it should say; empty to clear
drop 删除  the project; with a document only   (empty)                   (empty)
           what that document says of it
add 新增   name of the new project             one of ``SETTABLE``, or   as for set; ``mode`` must be given in one
                                               ``quotation``             row of that name
merge 合并 the project that is no other        (empty)                   project_id or name of the one that stays
=========  ==================================  ========================  ==========================================

``note`` says why and is carried into the report. Headers, actions and stages may be in Chinese (动作, 项目名称, 在建 …).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import SchemaError
from geo.io import read_table
from geo.schema import Column, Schema
from layers.schema import Mode, Status, Work
from projects.correcting import FLAG, PROJECT_ID, Action, Outcome, State, name_key, table_rows
from projects.schema import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from enum import StrEnum
    from pathlib import Path

    from projects.documents import Document
    from projects.register import Register

__all__ = [
    "CORRECTIONS",
    "CORRECTIONS_REPORT",
    "FLAG",
    "SETTABLE",
    "Action",
    "apply_corrections",
    "check_corrections",
    "correct",
    "read_corrections",
]


CORRECTIONS = Schema(
    "corrections",
    columns=(
        Column("action", "string", "set, drop, add or merge", zh="动作"),
        Column("project_id", "string", "the project; or leave empty and give its name", zh="项目编号", shp="proj_id"),
        Column("name", "string", "name or alias of the project; of the new one for add", zh="项目名称"),
        Column("document", "string", "short name of a document that names it", zh="文件"),
        Column("column", "string", "column of the register to set", zh="字段"),
        Column("value", "string", "its new value; the project that stays, for merge", zh="新值"),
        Column("note", "string", "why, for the next reader", zh="备注"),
    ),
)

CORRECTIONS_REPORT = Schema(
    "corrections_report",
    key=("row",),
    columns=(
        Column("row", "Int64", "row of the corrections file, its header being row 1", zh="行", nullable=False),
        *CORRECTIONS.columns,
        Column("applied", "boolean", "whether it was applied", zh="是否生效", nullable=False),
        Column("found", "string", "project that it was applied to", zh="命中项目"),
        Column("reason", "string", "what was done, or why nothing", zh="说明"),
    ),
)

SETTABLE = (
    "name", "aliases", "mode", "kind", "work", "status", "opening_year", "places", "section", "lead", "flags",
)  # fmt: skip
"""Columns that can be set; ids, documents and clauses follow from the plans."""

ACTIONS = {"修改": Action.SET, "删除": Action.DROP, "新增": Action.ADD, "合并": Action.MERGE}
VOCABULARIES: dict[str, tuple[type[StrEnum], dict[str, str]]] = {
    "mode": (
        Mode,
        {"铁路": "rail", "公路": "highway", "水运": "waterway", "机场": "airport", "能源": "energy", "其他": "other"},
    ),
    "work": (Work, {"新建": "new", "改建扩能": "upgrade", "改建": "upgrade", "扩能": "upgrade"}),
    "status": (
        Status,
        {
            "建成运营": "operating", "在建": "under_construction", "开工": "starting", "前期工作": "preparatory",
            "规划研究": "proposed", "阶段未明": "unspecified",
        },
    ),
}  # fmt: skip
"""Closed vocabularies with the words that the maps and reports show for them in Chinese."""

YEARS = (1900, 2100)


def read_corrections(path: Path) -> pd.DataFrame:
    """
    Read a file of corrections and check it.

    Parameters
    ----------
    path : Path
        CSV as a spreadsheet saves it: UTF-8 with or without mark, or GB18030; comma, semicolon or tab.

    Returns
    -------
    DataFrame, contract ``CORRECTIONS``, rows in the order of the file
        Words of the vocabularies in English; the index is the row of the file, its header being row 1.

    Raises
    ------
    SchemaError
        If the file is missing or breaks the contract; the message lists every breach with its row.
    """
    if not path.is_file():
        message = f"{path}: no such file of corrections"
        raise SchemaError(message)
    table = read_table(path, CORRECTIONS)
    table.index = pd.RangeIndex(2, len(table) + 2)
    try:
        return check_corrections(table)
    except SchemaError as error:
        message = f"{path}: {error}"
        raise SchemaError(message) from error


def check_corrections(corrections: pd.DataFrame) -> pd.DataFrame:
    """
    Check corrections and bring their words into the vocabularies.

    Parameters
    ----------
    corrections : DataFrame, contract ``CORRECTIONS``, n rows
        The index names the rows in messages and in the report.

    Returns
    -------
    DataFrame, contract ``CORRECTIONS``, at most n rows
        Empty rows are left out.

    Raises
    ------
    SchemaError
        If a column, action, id or word is unknown, something is missing, or two rows contradict each other.

    Examples
    --------
    >>> table = pd.DataFrame({"action": ["修改"], "name": ["合新高铁"], "column": ["阶段"], "value": ["在建"]}, index=[2])
    >>> check_corrections(table)[["action", "column", "value"]].values.tolist()
    [['set', 'status', 'under_construction']]
    """
    breaches = [
        f"column {name!r} is not known; accepted: {', '.join(CORRECTIONS.names)}"
        for name in corrections.columns
        if name not in CORRECTIONS.names
        and name not in {column.zh for column in CORRECTIONS.columns}
        and not (str(name).startswith("Unnamed") and corrections[name].fillna("").eq("").all())
    ]
    table = CORRECTIONS.coerce(corrections)[CORRECTIONS.names]
    for name in table.columns:
        table[name] = [str(value).strip() for value in table[name]]
    table = table[(table != "").any(axis=1)].copy()
    for row in table.index:
        breaches += [f"row {row}: {breach}" for breach in _check_row(table, row)]
    breaches += _contradictions(table)
    if breaches:
        message = "the corrections cannot be used: " + "; ".join(breaches)
        raise SchemaError(message)
    return table


def apply_corrections(register: Register, corrections: pd.DataFrame, *, documents: Sequence[Document] = ()) -> Register:
    """
    Apply corrections to a register; see :func:`correct`, which also reports on each row.

    Parameters
    ----------
    register : Register
    corrections : DataFrame, contract ``CORRECTIONS``
    documents : sequence of Document, optional

    Returns
    -------
    Register
        Applying the same corrections again changes nothing.

    Raises
    ------
    SchemaError
        As :func:`check_corrections`.
    """
    return correct(register, corrections, documents=documents)[0]


def correct(
    register: Register, corrections: pd.DataFrame, *, documents: Sequence[Document] = ()
) -> tuple[Register, pd.DataFrame]:
    """
    Apply corrections to a register and report on each.

    Rows are applied in their order, again and again until nothing changes, so that no row depends on its place in the
    file and a second application finds nothing left to do.

    Parameters
    ----------
    register : Register
        Left unchanged.
    corrections : DataFrame, contract ``CORRECTIONS``
    documents : sequence of Document, optional
        Texts in which added projects are looked up, so that they have evidence.

    Returns
    -------
    tuple of (Register, DataFrame of contract ``CORRECTIONS_REPORT``)
        Project ids stay as they are, whatever is corrected. What mentions say (their words and stages) is evidence and
        stays too.

    Raises
    ------
    SchemaError
        As :func:`check_corrections`; or if the rows contradict each other once applied.
    """
    table = check_corrections(corrections)
    state = State(register, {document.document: document for document in documents})
    outcome: dict[Any, Outcome] = {}
    for _ in range(len(table) + 2):
        before = state.snapshot()
        for row, given in zip(table.index, table_rows(table), strict=True):
            result = state.apply(given, table)
            first = outcome.get(row)
            if first is None or (result.applied and not first.applied):
                outcome[row] = result
            elif (
                result.applied
                and result.found != first.found
                and given["action"] in {Action.SET, Action.DROP, Action.ADD}
            ):
                message = (
                    f"the corrections cannot be used: row {row} means {first.found} at first and {result.found} once the"
                    f" others are applied; give its project_id, or take out the row that removes {first.found}"
                )
                raise SchemaError(message)
        if state.snapshot() == before:
            break
    else:
        message = "the corrections contradict each other: each application changes the register again"
        raise SchemaError(message)
    report = table.assign(
        row=[int(row) if isinstance(row, int) else n for n, row in enumerate(table.index, start=2)],
        applied=[outcome[row].applied for row in table.index],
        found=[outcome[row].found for row in table.index],
        reason=[outcome[row].reason for row in table.index],
    ).reset_index(drop=True)
    return state.register(), CORRECTIONS_REPORT.validate(CORRECTIONS_REPORT.coerce(report))


# ---- checking -----------------------------------------------------------------------------------------------------


def _check_row(table: pd.DataFrame, row: Any) -> Iterator[str]:
    """Yield what is wrong with a row; put its words into the vocabularies."""
    given = {name: str(table.at[row, name]) for name in table.columns}
    action = ACTIONS.get(given["action"], given["action"].lower())
    table.at[row, "action"] = str(action)
    if action not in set(Action):
        yield f"{given['action']!r} is no action; accepted: {', '.join(Action)}"
        return
    if given["project_id"] and not PROJECT_ID.fullmatch(given["project_id"]):
        yield f"{given['project_id']!r} is no project_id; copy it from projects.csv, as in rail-0123456789"
    if not given["name"] and (action == Action.ADD or not given["project_id"]):
        yield "a name is missing" if action == Action.ADD else "project_id or name is missing: which project is meant?"
    if action == Action.ADD and given["project_id"]:
        yield "a new project gets its project_id by itself; leave it empty"
    if action in {Action.DROP, Action.MERGE} and given["column"]:
        yield f"{action} takes no column, but {given['column']!r} is given"
    if action == Action.DROP and given["value"]:
        yield "drop takes no value"
    if action == Action.MERGE:
        if not given["value"]:
            yield "value is missing: the project_id or name of the project that stays"
        elif given["value"] in {given["project_id"], given["name"]}:
            yield "a project cannot be merged into itself"
    if action == Action.SET or (action == Action.ADD and (given["column"] or given["value"])):
        yield from _check_value(table, row, action, given)


def _check_value(table: pd.DataFrame, row: Any, action: str, given: dict[str, str]) -> Iterator[str]:
    accepted = (*SETTABLE, "quotation") if action == Action.ADD else SETTABLE
    labels = {column.zh: column.name for column in PROJECTS.columns} | {"原文": "quotation"}
    column, value = labels.get(given["column"], given["column"].lower()), given["value"]
    if column not in accepted:
        yield f"{given['column']!r} cannot be set; accepted: {', '.join(accepted)}"
        return
    table.at[row, "column"] = column
    if column in VOCABULARIES:
        vocabulary, words = VOCABULARIES[column]
        word = words.get(value, value.lower())
        table.at[row, "value"] = word
        if word not in set(vocabulary):
            yield f"{value!r} is no {column}; accepted: {', '.join(vocabulary)}"
    elif column == "name" and not value:
        yield "a name cannot be empty; to remove the project use drop"
    elif column == "name" and action == Action.ADD:
        yield "the name of a new project stands in the column name"
    elif column == "opening_year" and value:
        year = value.removesuffix("年")
        table.at[row, "value"] = year
        if not (year.isascii() and year.isdigit() and YEARS[0] <= int(year) <= YEARS[1]):
            yield f"{value!r} is no year"
    elif column == "places":
        table.at[row, "value"] = re.sub(r"\s*[—–―－、,，|]+\s*|\s+-\s+", "-", value).strip("-")


def _contradictions(table: pd.DataFrame) -> list[str]:
    """List rows that cannot both hold, or whose effect would hang on which comes first."""
    out = []
    rows = [(row, dict(given)) for row, given in zip(table.index, table_rows(table), strict=True)]
    removed: dict[str, Any] = {}
    for row, given in rows:
        if given["action"] in {Action.DROP, Action.MERGE}:
            for key in _finders(given):
                removed.setdefault(key, row)
    for row, given in rows:
        if given["action"] == Action.SET:
            out += [
                f"row {row} sets what row {removed[key]} drops or merges into another"
                for key in _finders(given)[:1]
                if key in removed
            ]
        named = given["value"] if given["action"] == Action.SET and given["column"] == "name" else ""
        if given["action"] == Action.ADD:
            named = given["name"]
        if named and f"name {name_key(named)}" in removed:
            at = removed[f"name {name_key(named)}"]
            out.append(f"row {row} gives the name {named!r} that row {at} seeks; say which by project_id in row {at}")
    values: dict[tuple[str, str, str], tuple[Any, str]] = {}
    modes: dict[str, list[Any]] = {}
    for row, given in rows:
        if given["action"] not in {Action.SET, Action.ADD}:
            continue
        if given["action"] == Action.ADD:
            modes.setdefault(name_key(given["name"]), []).append((row, given["column"] == "mode"))
        who = given["project_id"] or f"{name_key(given['name'])} in {given['document']}"
        first = values.setdefault((given["action"], who, given["column"]), (row, given["value"]))
        if given["column"] and first[1] != given["value"]:
            out.append(f"rows {first[0]} and {row} give {given['column']} of one project different values")
    out += [
        f"row {found[0][0]}: the new project has no mode; add a row with column mode"
        for found in modes.values()
        if not any(has for _, has in found)
    ]
    return out


def _finders(given: dict[str, str]) -> list[str]:
    keys = [f"id {given['project_id']}"] if given["project_id"] else []
    # With an id the name is only a reading aid, except for set, which falls back on it.
    if given["name"] and (not given["project_id"] or given["action"] == Action.SET):
        keys.append(f"name {name_key(given['name'])}")
    return keys
