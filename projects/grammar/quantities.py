"""Quantities in a clause of a plan: numbers with units, and the words that belong to each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from projects.indicators import unit_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AFTER", "Quantity", "Segment", "quantities", "segments"]

AFTER = (r"及?以上", r"以内|以下|之内|内", r"左右|上下")
"""What bounds a quantity from the right: at least, at most, about."""
WINDOW = 300
"""Characters on either side of a quantity that are looked at: keeps endless clauses linear."""
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
MAX_YEARS = 200
"""A larger number before 年 is a date."""
RANGE = rf"{NUMBER}(?:%?[-—–~～至]{NUMBER})?"
HANZI_NUMBER = r"[一二两三四五六七八九十]{1,3}|半|百|千"

MEASURE = re.compile(
    r"(?:[总通营]\S{0,3})?(?:里程|吞吐量|密度|规模|占比|比例|比重|覆盖率|容量|能力|运量|周转量|数量|面积)$"
)
"""What a list has in common that 分别 hands numbers out to."""


@cache
def _quantity_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(w) for w in sorted(unit_words(), key=len, reverse=True))
    # 100万农业转移人口 has no unit of its own: the people that follow are the unit.
    return re.compile(
        rf"(?<![\dA-Za-z.±/_第G-])(?:(?P<ratio>{NUMBER})[::](?P<to>1)(?!\d)"
        rf"|每(?P<per>万|百)?平方(?:公里|千米)(?P<per_number>{RANGE})(?:公里|千米)"
        rf"|翻(?P<doubled>[一两二三四])番"
        rf"|百分之(?P<percent>{NUMBER}|{HANZI_NUMBER})"
        rf"|(?P<number>{RANGE})\s*(?P<more>余|多)?(?P<size>[百千万亿]{{0,2}})(?P<unit>{words})(?!级)"
        rf"|(?P<people>{RANGE})(?P<people_size>万|亿)(?P<person>(?=[^\d,。;、]{{0,8}}(?:人口|居民|群众|农民|劳动力|人才)))"
        rf"|(?P<hanzi>{HANZI_NUMBER})(?P<hanzi_size>[百千万亿]{{0,2}})(?P<hanzi_unit>{words})(?!级)"
        rf"|(?P<all>全覆盖|全面覆盖))"
    )


def _hanzi(text: str) -> float:
    if text == "半":
        return 0.5
    digits = {c: i + 1 for i, c in enumerate("一二三四五六七八九")} | {"两": 2}
    if text in ("百", "千"):
        return 100.0 if text == "百" else 1000.0
    if "十" in text:
        tens, _, ones = text.partition("十")
        return float(10 * digits.get(tens, 1) + digits.get(ones, 0))
    return float(digits[text]) if text in digits else float("nan")


def _scale(number: float, size: str, base: str) -> tuple[float, str]:
    """Keep 万 and 亿 in the unit (``10000 t``, ``100m yuan``), as plans count; fold 百 and 千 into the number."""
    factor = 1.0
    for word in size:
        factor *= {"百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}[word]
    for least, prefix in ((1e8, "100m "), (1e4, "10000 ")):
        if factor >= least:
            return round(number * factor / least, 9), prefix + base
    return round(number * factor, 9), base


@dataclass(frozen=True)
class Quantity:
    """A quantity in a clause: span, both ends of its range, unit, kind of unit."""

    start: int
    end: int
    value: float
    unit: str
    kind: str
    upper: float


def quantities(text: str) -> Iterator[Quantity]:
    """
    Find the quantities of a text, in order.

    Parameters
    ----------
    text : str
        Simplified characters, half-width punctuation.

    Yields
    ------
    Quantity
        翻两番 is 4 times, kind ``doubled``. A tonnage class (30万吨级), a date and a number inside a name (S103, 第35次) are none.

    Examples
    --------
    >>> [(q.value, q.unit) for q in quantities("G60沿线新建5G基站2.5万个,完成投资125亿元")]
    [(2.5, '10000 count'), (125.0, '100m yuan')]
    """
    for m in _quantity_pattern().finditer(text):
        if m["ratio"]:
            yield Quantity(m.start(), m.end(), float(m["ratio"]), "ratio_to_1", "measure", float(m["ratio"]))
        elif m["percent"]:
            share = float(m["percent"]) if m["percent"][0].isdigit() else _hanzi(m["percent"])
            yield Quantity(m.start(), m.end(), share, "%", "measure", share)
        elif m["per_number"]:  # 每万平方公里500公里
            ends = [float(n) for n in re.findall(NUMBER, m["per_number"].replace(",", ""))]
            area = {"万": "10000km2", "百": "100km2"}.get(m["per"] or "", "km2")
            yield Quantity(m.start(), m.end(), ends[0], f"km/{area}", "measure", ends[-1])
        elif m["doubled"]:
            times = 2.0 ** _hanzi(m["doubled"])
            yield Quantity(m.start(), m.end(), times, "times", "doubled", times)
        elif m["all"]:
            yield Quantity(m.start(), m.end(), 100.0, "%", "all", 100.0)
        else:
            raw = m["number"] or m["people"]
            word = m["unit"] or m["hanzi_unit"] or "人"
            size = m["size"] or m["people_size"] or m["hanzi_size"] or ""
            base, kind = unit_words()[word]
            ends = [float(n) for n in re.findall(NUMBER, raw.replace(",", ""))] if raw else [_hanzi(m["hanzi"])]
            number = ends[0]
            if number != number or (kind == "years" and number > MAX_YEARS):
                continue
            if m["hanzi"]:
                kind = {"measure": "hanzi measure", "count": "hanzi count"}.get(kind, kind)
            value, unit = _scale(number, size, base)
            yield Quantity(m.start(), m.end(), value, unit, kind, value * ends[-1] / number if number else value)


@dataclass(frozen=True)
class Segment:
    """
    What belongs to one quantity: the words on its left and right, within one clause of a sentence.

    ``subject`` is its share of a list that 分别 hands out (铁路、公路里程分别达到1公里、2公里); empty elsewhere. ``after`` is
    all of the clause behind it.
    """

    quantity: Quantity
    start: int
    end: int
    left: str
    right: str
    inherited: str
    follows: bool
    subject: str = ""
    after: str = ""


def segments(clause: str) -> list[Segment]:
    """
    Share the words of a clause among its quantities: 、 and 和 part them, quoted slogans and titles are left out.

    Parameters
    ----------
    clause : str
        Text without commas and full stops.

    Returns
    -------
    list of Segment

    Examples
    --------
    >>> [(s.left, s.quantity.value, s.right) for s in segments("建成4个省级公园、2个市级公园")]
    [('建成', 4.0, '省级公园'), ('', 2.0, '市级公园')]
    """
    found = [q for q in quantities(clause) if not _quoted(clause, q)]
    if any(q.kind != "all" for q in found):  # 五县(市)通用航空服务全覆盖: the count is the target
        found = [q for q in found if q.kind != "all"]
    out: list[Segment] = []
    inherited = ""
    for i, q in enumerate(found):
        start = 0
        if i:
            between = clause[found[i - 1].end : q.start]
            cut = re.search(r"[、]|和|及|与", between)
            trailing = re.match(rf"(?:{'|'.join(AFTER)})", between)
            start = found[i - 1].end + (cut.end() if cut else trailing.end() if trailing else 0)
        stop = len(clause)
        if i + 1 < len(found):
            between = clause[q.end : found[i + 1].start]
            cuts = [m.start() for m in re.finditer(r"[、]|和|及|与", between)]
            stop = q.end + (cuts[0] if cuts else len(between))
        start, stop = max(start, q.start - WINDOW), min(stop, q.end + WINDOW)
        left = clause[start : q.start]
        after = clause[q.end : q.end + WINDOW]
        out.append(Segment(q, start, stop, left, clause[q.end : stop], inherited, bool(i), after=after))
        inherited = ((inherited + left) if i else left)[-WINDOW:]
    return _handed_out(out)


def _handed_out(found: list[Segment]) -> list[Segment]:
    """Give each quantity behind 分别 its own member of the list before; a measure at the list's end is shared."""
    if len(found) < 2 or "分别" not in found[0].left:
        return found
    listed = re.split(r"以及|[、和与及]", found[0].left.partition("分别")[0])
    if len(listed) != len(found):
        return found
    measure = MEASURE.search(listed[-1])
    shared = measure[0] if measure else ""
    members = [m if m.endswith(shared) else m + shared for m in listed]
    return [replace(segment, subject=member) for segment, member in zip(found, members, strict=True)]


def _quoted(clause: str, q: Quantity) -> bool:
    before = clause[max(0, q.start - WINDOW) : q.start]
    opened = before.count("“") > before.count("”") or before.count("《") > before.count("》")
    return opened and re.search(r"[”》]", clause[q.end : q.end + WINDOW]) is not None
