"""
When a plan was issued, from its own words: byline, resolution, document number, signature, title; else what its tenses allow.

A date that the text contradicts (a reprint's byline later than a year it still looks forward to) is none. Unknown stays unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BASES", "IssueDate", "issue_date"]

BASES = {
    "told": "指定 told",
    "resolution": "通过、批准或印发之日 day of the resolution",
    "byline": "发布时间 byline",
    "signature": "落款 signature",
    "speech": "报告日期 day of the report",
    "number": "发文字号 document number",
    "title": "标题年份 year of the title",
    "tense": "据行文推断 inferred from month, day and tenses",
    "file": "文件名 file name",
    "": "未知 unknown",
}
"""What a date rests on, in words for people."""

HEAD, TAIL = 3000, 1500
"""Characters at either end of a text where a document says when it was issued."""

YEAR = r"((?:19|20)\d\d|[一二][九〇○零Oo0][一二三四五六七八九〇○零Oo]{2})"
MONTH = r"(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DAY = r"(3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
DATE = rf"{YEAR}\s?年\s?{MONTH}\s?月\s?{DAY}\s?日"
NUMERIC = r"((?:19|20)\d\d)[-年./](\d{1,2})[-月./](\d{1,2})"
LABEL = r"(?:发布时间|发布日期|发文日期|成文日期|生成日期|印发日期|公开日期|公布日期|时间|日期|发布于|印发于|印发时间|Posted|Date)"

RULES = (
    ("resolution", re.compile(rf"\({DATE}[^)]{{0,60}}(?:通过|批准|发布|印发|公布)"), HEAD, 0),
    ("byline", re.compile(rf"{LABEL}[】\])]?\s?[::]?\s*{NUMERIC}"), HEAD, 0),
    ("byline", re.compile(rf"{LABEL}[】\])]?\s?[::]?\s*{DATE}"), HEAD, 0),
    ("byline", re.compile(rf"(?m)^\s*{NUMERIC}(?=[\s日T]|$)"), HEAD, 0),
    ("byline", re.compile(rf"(?m)^[^\n。,]{{0,40}}\s{NUMERIC}(?=[\sT]|$)"), HEAD, 0),
    ("byline", re.compile(rf"{DATE}印发"), 0, TAIL),
    ("speech", re.compile(rf"(?m)^[—\-(\s]*{DATE}在[^\n]{{2,40}}(?:会议|大会|全会|次会)上?[)\s]*$"), HEAD, 0),
    ("signature", re.compile(rf"(?m)^[(\s]*{DATE}[)\s]*$"), HEAD, TAIL),
)
"""Kind, pattern, characters searched at the head and at the tail; earlier rules before later ones."""

NUMBER = re.compile(
    r"(?m)(?:^\s*|[文字]号[::]?\s*)[\u4e00-\u9fff]{1,8}[〔\[(【]((?:19|20)\d\d)[〕\])】]\s?\d{1,4}\s?号\s*$"
)
"""皖政〔2021〕16号 on a line of its own; within a sentence it is another document's."""
TITLE_YEAR = re.compile(r"(?<!\d)(?<![—\-~～至到(])((?:19|20)\d\d)年(?!远景|规划|[—\-~～至]|前|底)")
"""A year of a title that is its own, no horizon (2035年远景目标) and no span (2021—2035年)."""

PAST_FACT = re.compile(
    rf"{YEAR}年{MONTH}月(?:{DAY}日)?[^。;]{{0,40}}?(?:了|已|召开|印发|发布|通过|批复|宣布|提出|启动|开幕|下发|强调)|截[至止]{YEAR}年(?:{MONTH}月)?(?=([底末])?)"
)
"""What a text tells as done: it is not older."""
FORWARD = re.compile(r"(?<!截)(?:[到至]|确保|力争|争取)((?:19|20)\d\d)年")
"""Years that a text still looks forward to."""
WILL = re.compile(
    r"(?<![到至—\-\d])((?:19|20)\d\d)年,?(?:[\u4e00-\u9fff]{0,4}?(?:省|市|自治区|区|县))?(?:还|全[省市区])?(?:将|计划|拟|力争|要)(?!于|在)"
)
"""The year that a yearly plan or report is about (2024年将力争完成投资…)."""
NEWS_DAY = re.compile(r"(?<![年\d月])(1[0-2]|[1-9])月([12]\d|3[01]|[1-9])日(?!至|—|-)")
"""Month and day of a news lead, whose year goes without saying."""


@dataclass(frozen=True)
class IssueDate:
    """
    Issue date of a document.

    Parameters
    ----------
    date : str
        ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, or empty where unknown.
    basis : str
        A key of ``BASES``: what it rests on.
    """

    date: str
    basis: str


def issue_date(text: str, *, title: str = "", path: str = "", embedded: str = "") -> IssueDate:
    r"""
    Find when a document was issued.

    Parameters
    ----------
    text : str
        Simplified characters, half-width punctuation.
    title : str
    path : str
        File name, the last resort.
    embedded : str
        Date that the file itself carries (an html page's ``PubDate``), as a byline.

    Returns
    -------
    IssueDate

    Examples
    --------
    >>> issue_date("皖政〔2021〕16号\n各市人民政府:")
    IssueDate(date='2021', basis='number')
    >>> issue_date("本报讯 4月2日,甲市发布方案。2019年5月,市里启动了编制。到2020年建成甲线。").date
    '2020-04-02'
    """
    own = TITLE_YEAR.search(title)
    title_year = int(own[1]) if own else None
    numbered = NUMBER.search(text, 0, HEAD)
    number_year = int(numbered[1]) if numbered else None
    forward = [int(year) for year in FORWARD.findall(text)]
    lower = _told_until(text)
    for kind, found in _stated(text, embedded):
        year = int(found[:4])
        reprint = kind == "byline" and (
            (forward and year > min(forward))
            or (title_year is not None and year > title_year)
            or (number_year is not None and year > number_year)
        )
        if not reprint and (not lower or found >= lower[: len(found)]):
            return IssueDate(found, kind)
    if number_year is not None:
        return IssueDate(str(number_year), "number")
    if title_year is not None:
        return IssueDate(str(title_year), "title")
    upper = next((found for kind, found in _stated(text, embedded) if kind == "byline"), "")
    inferred = _by_tense(text, lower, upper, forward)
    if inferred:
        return IssueDate(inferred, "tense")
    named = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", Path(path).stem) if path else None
    return IssueDate(named[1], "file") if named else IssueDate("", "")


def _stated(text: str, embedded: str) -> list[tuple[str, str]]:
    """Kind and date of what the text states outright, in the order of ``RULES``."""
    out = []
    for kind, pattern, head, tail in RULES:
        found = [m for m in [pattern.search(text, 0, head)] if m] if head else []
        if tail and not found:
            found = list(pattern.finditer(text, max(head, len(text) - tail)))[-1:]
        out += [(kind, date) for m in found if (date := _iso(*m.groups()[:3]))]
    if date := _iso(*(re.match(NUMERIC, embedded) or re.match("()()()", "")).groups()):  # type: ignore[union-attr]
        out.append(("byline", date))
    return out


def _told_until(text: str) -> str:
    """Latest month that the text tells as past, ``YYYY-MM``; empty where none."""
    latest = ""
    for m in PAST_FACT.finditer(text):
        if m[1]:
            latest = max(latest, f"{_year(m[1])}-{_number(m[2]):02d}")
        else:
            month = 12 if m[6] else _number(m[5]) if m[5] else 1
            latest = max(latest, f"{_year(m[4])}-{month:02d}")
    return latest


def _by_tense(text: str, lower: str, upper: str, forward: list[int]) -> str:
    """
    Year of a news lead's month and day: the one in which fewest of the text's deadlines would be past.

    It lies after what the text tells as done and before a reprint; where two years do equally, nothing is certain, unless
    the text is about one year (2024年将…).
    """
    will = sorted({int(year) for year in WILL.findall(text)})
    lead = NEWS_DAY.search(text, 0, 600)
    if lead is None:
        return str(will[0]) if len(will) == 1 and str(will[0]) >= lower[:4] else ""
    month, day = int(lead[1]), int(lead[2])
    if len(will) == 1 and _iso(str(will[0]), lead[1], lead[2]) > lower:
        return _iso(str(will[0]), lead[1], lead[2])
    if not lower or not forward:
        return ""
    last = int(upper[:4]) if upper else max(forward)
    years = [year for year in range(int(lower[:4]), last + 1) if f"{year}-{month:02d}" > lower]
    past = {year: sum(f < year for f in set(forward)) for year in years}
    best = [year for year in years if past[year] == min(past.values())]
    return _iso(str(best[0]), str(month), str(day)) if len(best) == 1 else ""


def _iso(year: str, month: str, day: str) -> str:
    """``YYYY-MM-DD`` of figures or Chinese numerals; empty where there is no such day."""
    try:
        return dt.date(_year(year), _number(month), _number(day)).isoformat()
    except ValueError:
        return ""


def _year(text: str) -> int:
    digits = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0", "O": "0", "o": "0"}
    return int("".join(digits.get(c, c) for c in text) or 0)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    ones = {c: i + 1 for i, c in enumerate("一二三四五六七八九")}
    tens, ten, rest = text.partition("十")
    return (ones.get(tens, 1) * 10 if ten else 0) + ones.get(rest if ten else tens, 0)
