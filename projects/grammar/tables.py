"""
Tables: a row names a project in one cell and tells its stage in another (│赵家沟航道│11.86│续建,2008年建成│三级│).

Plans print their lists of projects as tables, whose rows reach the reader as lines of text: drawn with ruling characters, or
cut by tabs or blanks. Where the headings of the columns are known (:mod:`projects.grammar.columns`) each cell is read for what
its column holds; of a ruled row without headings every cell is looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.schema import Status
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.sentences import stage_label
from projects.grammar.statements import StatementReader
from projects.grammar.tails import TIME, strip_tail
from projects.status import Governor, stage_of, tail_class

if TYPE_CHECKING:
    from projects.grammar.columns import Row
    from projects.grammar.subjects import Context

__all__ = ["TableReader", "is_row"]

RULES = "│┃|｜"
ROW_END = re.compile(r"┃{2,}|[┏┠┗┌├└━─┯┼┷┨┓┛┐┤┘]+")
STAGE_ROLES = {"fast", "start", "plan", "complete", "prepare", "halt"}
STAGES = {"starting", "complete", "building", "preparatory", "proposed", "halted"}
SUBJECT = "某某段"
"""Stands for the project of whose stage a cell tells."""
LEAST_NAME = 3
"""Characters of the shortest name."""


def is_row(text: str) -> bool:
    """
    Whether a text is a row, or rows, of a ruled table.

    Examples
    --------
    >>> is_row("┃1│甲航道│11.86│续建┃"), is_row("建设甲航道。")
    (True, False)
    """
    return sum(text.count(c) for c in RULES) >= 2


class TableReader(StatementReader):
    """Reads rows of tables."""

    def _row(self, row: Row, context: Context) -> None:
        """Read a row whose columns are known: the names, with the stage, work and year that other cells tell."""
        at = {span: self._place(span) for span in row.cells}
        context.topic, context.label = row.topic or context.topic, row.label or context.label
        context.label_member, context.sentence_mode = None, row.topic
        told = [g for span in row.of("stage", "work") if (g := self._stage_cell(*at[span])) is not None]
        settled = [g for g in told if stage_of(g)[0] != Status.UNSPECIFIED or "halt" in g.roles]
        governor = next(iter((*settled, *told)), Governor(label=context.label, past=context.past))
        works = [w for span in row.of("work") for w in strip_tail(SUBJECT + self.text[slice(*at[span])])[2]]
        year = row.opening_year(self.document.simplified)
        first = len(self.mentions)
        for span in row.of("name"):
            for part in re.compile(r"[^;。]+").finditer(self.text, *at[span]):
                if len(part[0]) < LEAST_NAME:
                    continue
                groups = read_list(part[0], part.start())
                for group in groups:
                    group.works = group.works or [w for w in works if default_lexicon().works[w] == "upgrade"]
                    group.tails += governor.tails
                self._groups(groups, governor, context)
                context.carried = None
        for number in range(first, len(self.mentions)):
            if self.mentions[number].opening_year is None and year is not None:
                self.mentions[number] = replace(self.mentions[number], opening_year=year)

    def _place(self, span: tuple[int, int]) -> tuple[int, int]:
        """Where a span of the document stands in the text without white space."""
        return bisect_left(self.index, span[0]), bisect_left(self.index, span[1])

    def _rows(self, context: Context) -> None:
        """Read each row: cells that name projects, with the stage that another cell tells."""
        start = 0
        for end in (*(m.start() for m in ROW_END.finditer(self.text)), len(self.text)):
            cells = [
                (m.start() + start, m.end() + start) for m in re.finditer(rf"[^{RULES};。]+", self.text[start:end])
            ]
            governor = next((g for a, b in cells if (g := self._stage_cell(a, b)) is not None), None)
            for a, b in cells:
                if b - a < 4 or self._stage_cell(a, b) is not None:
                    continue
                groups = read_list(self.text[a:b], a)
                self._groups(groups, governor or Governor(label=context.label, past=context.past), context)
                context.carried = None
            start = end

    def _stage_cell(self, a: int, b: int) -> Governor | None:
        """What a cell tells of the stage (续建, 2007年开工, 前期工作); None where it tells nothing."""
        if label := stage_label(re.split(",", self.text[a:b], maxsplit=1)[0]):  # 续建,2008年建成
            return Governor(label=label)
        while (m := TIME.match(self.text, a, b)) and m.end() > a:
            a = m.end()
        verb = default_lexicon().verbs.at(self.text, a, b)
        if verb and b - a <= len(verb) + 2 and default_lexicon().verbs[verb] in STAGE_ROLES:
            return Governor(verbs=(verb,), roles=(default_lexicon().verbs[verb],))
        rest, tails, _ = strip_tail(SUBJECT + self.text[a:b])  # 已核准, 正在开展前期工作
        if rest == SUBJECT and any(tail_class(tail) in STAGES for tail in tails):
            return Governor(tails=tuple(tails))
        return None
