"""
Columns: what the cells of a table's rows are, told by its first row (序号 项目名称 建设规模 建设年限 总投资).

Annexes of plans are tables with one project per row. Only the column of names is read for projects: 建设规模 (1000吨级船闸,
特大桥3座) is full of words that end like projects. ``projects/data/columns.csv`` has the words that headings of columns end in.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from projects.grammar.lexicon import WordTable, read_vocabulary
from projects.grammar.sentences import stage_label
from projects.grammar.subjects import TOPICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.schema import Mode
    from projects.documents import Document

__all__ = ["Row", "table_rows"]

CUTS = (
    ("rule", re.compile(r"[│┃|｜]")),
    ("tab", re.compile(r"\t")),
    ("gap", re.compile(r"[ \u3000\xa0]{2,}")),
    ("blank", re.compile(r"[ \u3000\xa0]+")),
)
"""Ways in which cells are kept apart: ruling characters, tabs, gaps of blanks, single blanks."""
FRAME = re.compile(r"[\s│┃|｜┏┠┗┌├└━─┯┼┷┨┓┛┐┤┘┬┴═╔╚╗╝:\-]*")
"""A line that only rules off rows."""
LONGEST_HEADING = 18
"""Characters of a column's heading."""
LONGEST_BREAK = 24
"""Characters of a line between two rows that does not end a table: a page's head, 续表."""
ORDINAL = re.compile(r"[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）、.．]*")
AMOUNT = re.compile(r"[\d.,%〇—\-~～/约\s]*")
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


@dataclass(frozen=True)
class Row:
    """
    A row of a table whose columns are known.

    Parameters
    ----------
    cells : tuple of (start, end)
        Spans in the document's text, blank ends left out.
    roles : tuple of str
        Of each cell: name, number, category, work, content, years, opens, stage, other.
    topic : Mode or None
        What the rows are about, by a row or cell before (二 公路).
    label : str
        Stage word of a row before (续建项目).
    """

    cells: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]
    topic: Mode | None = None
    label: str = ""

    def of(self, *roles: str) -> list[tuple[int, int]]:
        """Return the spans of the cells of some roles that hold something."""
        return [span for span, role in zip(self.cells, self.roles, strict=True) if role in roles and span[1] > span[0]]

    def opening_year(self, text: str) -> int | None:
        """Return the year in which the project is to open: the last of its years of construction; None where none is told."""
        found = [
            int(year) for role in ("opens", "years") for a, b in self.of(role) for year in YEAR.findall(text[a:b])[-1:]
        ]
        return found[0] if found else None


@dataclass(frozen=True)
class _Table:
    """A table as its first row tells it, and what the rows since have said of those that follow."""

    cut: re.Pattern[str]
    roles: tuple[str, ...]
    topic: Mode | None = None
    label: str = ""


@functools.cache
def _headings() -> WordTable:
    return WordTable((r["word"], r["role"]) for r in read_vocabulary("columns.csv", "word", "role"))


def heading_role(text: str) -> str:
    """
    Role of a column by its heading; empty where the words are none.

    Examples
    --------
    >>> heading_role("建设规模及主要内容"), heading_role("总投资(亿元)"), heading_role("甲乙高速公路改扩建工程一期")
    ('content', 'other', '')
    """
    text = re.sub(r"\s|\([^()]*\)", "", text)
    word = _headings().before(text, len(text))
    return _headings()[word] if word and len(text) <= LONGEST_HEADING else ""


def _cells(text: str, a: int, b: int, cut: re.Pattern[str]) -> list[tuple[int, int]]:
    """Spans of the cells of a line, without blanks at their ends; empty cells are kept but for those outside the frame."""
    spans, start = [], a
    for m in [*cut.finditer(text, a, b), None]:
        stop = m.start() if m else b
        left = start + len(text[start:stop]) - len(text[start:stop].lstrip())
        spans.append((min(left, stop), max(min(left, stop), start + len(text[start:stop].rstrip()))))
        start = m.end() if m else b
    if cut is CUTS[0][1]:  # | 甲 | 乙 |: what is left and right of the frame is no cell
        spans = spans[1:] if spans and spans[0][0] == spans[0][1] else spans
        spans = spans[:-1] if spans and spans[-1][0] == spans[-1][1] else spans
    return spans


def _opens(text: str, a: int, b: int) -> _Table | None:
    """Table whose first row a line is: at least two headings of columns, one of them that of the names."""
    if b - a > LONGEST_HEADING * 16:
        return None
    for name, cut in CUTS:
        spans = _cells(text, a, b, cut)
        if len(spans) < 2:
            continue
        roles = tuple(heading_role(text[c:d]) for c, d in spans)
        told = [role for role in roles if role]
        least = 2 if name in {"rule", "tab"} else 3
        if len(told) >= least and "name" in told and len(told) * 3 >= sum(d > c for c, d in spans) * 2:
            names = [i for i, role in enumerate(roles) if role == "name"]
            best = next((i for i in names if "名称" in text[spans[i][0] : spans[i][1]]), names[0])
            return _Table(cut, tuple("other" if r == "name" and i != best else r for i, r in enumerate(roles)))
    return None


def _row(text: str, a: int, b: int, table: _Table) -> Row | None:
    """Row of a table, None where the line is cut otherwise."""
    spans = _cells(text, a, b, table.cut)
    filled = [i for i, (c, d) in enumerate(spans) if d > c]
    if len(spans) == len(table.roles):
        return Row(tuple(spans), table.roles, table.topic, table.label)
    if len(filled) < 2 or (
        table.cut in {CUTS[2][1], CUTS[3][1]} and not ORDINAL.fullmatch(text[slice(*spans[filled[0]])])
    ):
        return None
    # A row with cells too few or too many: the first words are the name, numbers and years tell themselves.
    name = next(
        (i for i in filled if not ORDINAL.fullmatch(text[slice(*spans[i])]) and not _amount(text, spans[i])), -1
    )
    roles = [
        "name" if i == name else ("stage" if i in filled and stage_label(text[c:d]) else "other")
        for i, (c, d) in enumerate(spans)
    ]
    return Row(tuple(spans), tuple(roles), table.topic, table.label)


def _amount(text: str, span: tuple[int, int]) -> bool:
    return AMOUNT.fullmatch(text[span[0] : span[1]]) is not None


def _told(text: str, row: Row, table: _Table) -> tuple[_Table, bool]:
    """What a row says of those that follow (二 公路, 续建项目), and whether it says no more than that."""
    for a, b in row.of("category"):
        table = _turned(replace(table, label=""), text[a:b])
    words = [
        (a, b)
        for (a, b), role in zip(row.cells, row.roles, strict=True)
        if b > a and role != "category" and not _amount(text, (a, b)) and not ORDINAL.fullmatch(text[a:b])
    ]
    if len(words) != 1:
        return table, False
    said = re.sub(r"\s|\([^()]*\)|^[(（]?[一二三四五六七八九十\d]+[)）、.．]", "", text[slice(*words[0])])
    bare = re.fullmatch(
        r"(?:铁路|公路|高速公路|国省道|普通国省道|普通国省干线|水运|内河水运|港口|航道|机场|民航|能源|电力|电网|油气|轨道交通|交通|枢纽|水利)*(?:重点|重大)?(?:建设)?(?:项目|工程)?",
        said,
    )
    if bare or stage_label(said):
        return _turned(table, said), True
    return table, False


def _turned(table: _Table, said: str) -> _Table:
    topics = [mode for mode, pattern in TOPICS if pattern.search(said)]
    return replace(table, topic=topics[0] if len(topics) == 1 else table.topic, label=stage_label(said) or table.label)


def table_rows(document: Document) -> dict[int, Row | None]:
    r"""
    Rows of tables whose columns are known.

    Parameters
    ----------
    document : Document

    Returns
    -------
    dict of int to Row or None
        By the number of the passage; None for rows that name nothing: headings, and rows that only tell of the next.

    Examples
    --------
    >>> from projects.documents import parse_document
    >>> plan = parse_document("序号\t项目名称\t建设规模\t建设年限\n1\t甲乙铁路\t特大桥3座\t2021-2025\n")
    >>> rows = table_rows(plan)
    >>> [plan.quote(*span) for span in rows[1].of("name")], rows[1].opening_year(plan.text)
    (['甲乙铁路'], 2025)
    """
    return _rows_of(document.simplified, [(p.start, p.end) for p in document.passages])


def _rows_of(text: str, spans: Sequence[tuple[int, int]]) -> dict[int, Row | None]:
    out: dict[int, Row | None] = {}
    table: _Table | None = None
    for number, (start, end) in enumerate(spans):
        a = start
        while a > 0 and text[a - 1] in "\t ":  # empty first cells
            a -= 1
        if (opened := _opens(text, a, end)) is not None:
            table = opened
            out[number] = None
        elif table is not None and FRAME.fullmatch(text, a, end):
            out[number] = None
        elif table is not None:
            row = _row(text, a, end, table)
            if row is None:
                table = None if end - start > LONGEST_BREAK else table
                continue
            table, only = _told(text, row, table)
            out[number] = None if only else replace(row, topic=table.topic, label=table.label)
    return out
