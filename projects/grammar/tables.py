"""
Tables: a row names a project in one cell and tells its stage in another (│赵家沟航道│11.86│续建,2008年建成│三级│).

Plans print their lists of projects as tables drawn with ruling characters, whose rows reach the reader as lines of text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.sentences import stage_label
from projects.grammar.statements import StatementReader
from projects.grammar.tails import TIME
from projects.status import Governor

if TYPE_CHECKING:
    from projects.grammar.subjects import Context

__all__ = ["TableReader", "is_row"]

RULES = "│┃|｜"
ROW_END = re.compile(r"┃{2,}|[┏┠┗┌├└━─┯┼┷┨┓┛┐┤┘]+")
STAGE_ROLES = {"fast", "start", "plan", "complete", "prepare"}


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
    """Reads rows of ruled tables."""

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
        return None
