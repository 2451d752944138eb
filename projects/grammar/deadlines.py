"""Deadlines of targets: the years that a plan names, how far each holds, and the year that 今年 is."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projects.documents import Document

__all__ = ["BASE_YEAR", "DEADLINE", "Calendar", "Deadlines"]

DEADLINE = re.compile(
    r"(?:到|(?<!截)至|于|力争|确保|争取|在)?(?<!截至)(?P<year>(?:19|20)\d\d)年(?P<tail>年?底前?|末|前|内|上半年|\d{1,2}月底?前?)?"
    r"|(?P<plan>[“\"]?十(?P<five>[一二三四五六七])五[”\"]?)(?P<span>期间|时期|末|期末|(?=[\u4e00-\u9fff]{2,10}?(?:达到|突破|超过|新增)))"
    r"|“(?P<old>[七八九十]五)”(?:期间|时期|末|期末|计划)"
    r"|(?P<own>年内|(?:到|至)年底|年底前|今年)"
    r"|(?P<lost>(?:到|至)年(?![底末内初前度])|(?:^|(?<=[,。;:、]))年(?:底前|底|前|\d{1,2}月底?前?))"
)
# The last year of each five-year plan: 十一五 2010 … 十七五 2040.
PLAN_END = {"一": 2010, "二": 2015, "三": 2020, "四": 2025, "五": 2030, "六": 2035, "七": 2040}
WILL = re.compile(r",?[\u4e00-\u9fff]{0,6}?(?:将|计划|力争|拟)")
"""Behind a year that a whole report is about: 2024年将力争…."""
OLD_PLAN_END = {"七五": 1990, "八五": 1995, "九五": 2000, "十五": 2005}
BASE_YEAR = re.compile(r"[较比自从以]$|与$|相?比$")


@dataclass(frozen=True)
class Calendar:
    """What a document says about its own time: the year it is for, the year it was issued, where 今年 first stands."""

    own_year: int | None
    issued: int | None
    first_now: int

    @classmethod
    def of(cls, document: Document) -> Calendar:
        """Read the title (2021年工作要点) and the date; a report's 今年 is the year of its date."""
        first_now = document.simplified.find("今年")
        date = re.match(r"\d{4}", document.date)
        issued = int(date[0]) if date else cls._not_before(document)
        title = re.search(r"((?:19|20)\d\d)年", document.title)
        yearly = title and re.search(r"工作|要点|年度|报告|任务|安排", document.title[title.end() :])
        if title and yearly:
            return cls(int(title[1]), issued, 0)
        now = issued if first_now >= 0 and date else None
        return cls(now, issued, first_now)

    @staticmethod
    def _not_before(document: Document) -> int | None:
        """Return the year before which an undated document cannot be: its five-year plan's first, or the one it looks back on."""
        plan = re.search(r"十([一二三四五六七])五", document.title)
        years = [PLAN_END[plan[1]] - 4] if plan else []
        back = re.findall(r"截[至止到]((?:19|20)\d\d)年([底末]?)", document.simplified)
        years += [int(year) + (end != "") for year, end in back]
        return max(years, default=None)

    def default(self, position: int) -> int | None:
        """Return the year that holds at a position where nothing else is said."""
        return self.own_year if 0 <= self.first_now <= position else None


@dataclass(frozen=True)
class Deadlines:
    """The years that a passage names, in order; a head (到2025年) holds until another does."""

    positions: list[int]
    years: list[int | None]
    heads: list[int]

    @classmethod
    def of(cls, text: str, calendar: Calendar) -> Deadlines:
        """Find them; a lost year (到年) is None, a base year (较2017年) and one in a title are none."""
        positions: list[int] = []
        years: list[int | None] = []
        heads: list[int] = []
        head = -1
        for m in DEADLINE.finditer(text):
            before = text[max(0, m.start() - 60) : m.start()]
            if BASE_YEAR.search(before) or before.count("《") > before.count("》"):
                continue
            if m["year"]:
                if m["tail"] and re.match(r"\d{1,2}月$", m["tail"]):
                    continue  # a date of the past or of a meeting
                year: int | None = int(m["year"])
                behind = text[m.end() : m.end() + 16]
                holds = m[0][0] in "到至" or (behind[:1] == "," and not m["tail"]) or WILL.match(behind) is not None
            elif m["plan"]:
                year, holds = PLAN_END[m["five"]], m["span"] != ""  # “十四五”里程突破…: of this target alone
            elif m["old"]:
                year, holds = OLD_PLAN_END[m["old"]], True
            elif m["own"]:
                year, holds = calendar.own_year, m["own"] == "今年"
            else:
                year, holds = None, True
            head = len(positions) if holds else head
            positions.append(m.start())
            years.append(year)
            heads.append(head)
        return cls(positions, years, heads)

    def last_head(self, carried: int | None) -> int | None:
        """Return the year that still holds at the end of the passage."""
        return self.years[self.heads[-1]] if self.heads and self.heads[-1] >= 0 else carried

    def at(self, sentence: int, clause: int, position: int, *, default: int | None) -> tuple[int | None, bool]:
        """
        Return the year for a quantity, and whether its sentence names a deadline.

        Parameters
        ----------
        sentence, clause, position : int
            Where the sentence, the clause and the quantity begin.
        default : int or None
        """
        last = bisect.bisect_right(self.positions, position) - 1
        if last >= 0 and self.positions[last] >= clause:
            return self.years[last], True
        if last >= 0 and self.positions[last] >= sentence:
            return self.years[last], True
        if last >= 0 and self.heads[last] >= 0:
            return self.years[self.heads[last]], False
        return default, False
