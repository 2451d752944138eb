"""
Phases: what a clause tells of the phases of the project before it.

甲高速分两期建设,一期为乙至丙段,二期…; 丁机场一期已建成,二期加快建设.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.announcing import AnnouncingReader
from projects.grammar.groups import Group, lean_on
from projects.grammar.head_nouns import TO
from projects.grammar.lists import read_list
from projects.grammar.names import PHASE, Member
from projects.grammar.predicates import CLOSING
from projects.grammar.tails import strip_tail
from projects.status import Governor, tail_class

if TYPE_CHECKING:
    from projects.grammar.subjects import Context

__all__ = ["PhaseReader"]

OPENS = re.compile(rf"(?:其中,?)?(?P<phase>{PHASE.pattern})(?:工程|项目)?(?P<is>为|是)?")
STRETCH = re.compile(rf"[\u4e00-\u9fff()]{{2,10}}{TO}[\u4e00-\u9fff()]{{2,10}}")


class PhaseReader(AnnouncingReader):
    """Reads clauses that tell of the phases of the project named before."""

    sentence: int

    def _phases(self, a: int, b: int, context: Context) -> bool:
        """Whether a clause tells of a phase of the project that its sentence has named, which is then read."""
        m = OPENS.match(self.text, a, b)
        if m is None:
            return False
        self._flush(context, ())
        before = context.last
        if before is None or before.head is None or before.start < self.sentence or m.end() >= b:
            return False
        governor = Governor(label=context.label, past=context.past)
        if m["is"] and not any(tail_class(t) in CLOSING for t in strip_tail(self.text[a:b])[1]):
            stretch = re.match(STRETCH, self.text[m.end() : b])
            if stretch is not None and "line" in before.head.flags:  # 一期为乙至丙段: a section of the line
                member = Member(m.end(), m.end() + stretch.end(), stretch[0], core=stretch[0], section=stretch[0])
                member.prefix, member.head, member.head_text = context.last_name, before.head, before.head_text
                member.trace.append(f"承前“{context.last_name}”的{stretch[0]}")
                self._beside([Group(members=[member])], governor, context)
            return True  # 一期为3个泊位: says of what it consists
        groups = read_list(self.text[a:b], a)
        first = groups[0].members[0] if groups and groups[0].members else None
        if first is None or not first.phase or first.head is not None or first.stem:
            return False
        lean_on(first, before, context.last_name)
        first.stem = ""
        self._beside(groups, governor, context)
        return True

    def _beside(self, groups: list[Group], governor: Governor, context: Context) -> None:
        """Record groups without making them what the next lean on: 一期…,二期… are both of the one before."""
        last, name = context.last, context.last_name
        self._groups(groups, governor, context)
        context.last, context.last_name = last, name
