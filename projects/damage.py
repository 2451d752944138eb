"""
Damage of a text: digits lost in publishing, characters broken by wrong decoding, passages put together wrongly.

Found by what damage looks like, never repaired: a lost year stays unknown. The spans let the register and the targets
flag what they touch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from projects.schema import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.documents import Document

__all__ = ["damage_spots", "find_damage"]

AROUND = 8
"""Characters shown on either side of the damage."""
REACH = 8
"""How far wrong decoding may run on after its mark: a lost byte shifts the next characters until one realigns."""

HANZI = r"\u3400-\u9fff"
NUMERAL = r"\d０-９一二三四五六七八九十百千万亿两零〇几多数半各每整逐全近余.%％"

# A mark of wrong decoding: the decoder's own substitute characters, and the well-known mojibake of UTF-8 read as GBK.
MARKS = re.compile(
    r"[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x80-\x9f]+|锟斤拷|烫烫烫|屯屯屯|\?+|(?:[ÃÂåäæçèé][\x80-\u00bf€™œ]){2,}"
)
# A question has one of these words shortly before its mark; a full-width ？ in the original is always a question.
QUESTION = re.compile(r"吗|呢|么|如何|为何|何在|哪|谁|几|是否|怎|多少|什么|为啥|行不行|好不好")

# A year without its digits. Certain: 到年, 年6月底, 年建成. Possible, where the text has certain ones: 年底前, 到年底, 年内.
YEAR_LOST = re.compile(
    rf"(?:[到至于自从])(?P<a>年)(?![底末初内前度中头代轻])"
    rf"|(?:^|(?<=[,。;:、!?《(\n]))\s*(?P<b>年)(?=\d{{1,2}}月|\d{{1,2}}日|建成|启动|实现|完成|开工|通车|投产|投用|形成|全面|基本|支持|力争|[{HANZI}]{{1,3}}[省市])"
)
YEAR_DOUBTFUL = re.compile(
    r"(?P<a>[到至]年[底末])|(?:^|(?<=[,。;:、!?\n])|(?<=力争)|(?<=确保)|(?<=争取))\s*(?P<b>年(?:底前|底|末|前|内))"
)

# Units that only follow a number, with what is lost.
UNITS_LOST = (
    ("千伏", "voltage"),
    ("万千瓦|兆瓦", "capacity"),
    ("万吨级|千吨级|吨级", "tonnage"),
    ("公里/万平方公里|公里/百平方公里|公里/小时", "value"),
)
UNITS_LOST_AFTER = re.compile(
    r"(?P<verb>达到|达|提高到|增加到|增至|全长|总长|长度|里程|长约|约|投资|新增|新建|完成|面积|控制在|超过|突破|奖补|补助|奖励|增长|下降)"
    r"(?P<unit>公里|平方公里|万公里|万元|亿元|万吨|亿吨|万标箱|公顷|亩|个百分点|%|万(?=[!,。;]))"
)

OPENING = {"(": ")", "[": "]"}


def find_damage(document: Document) -> pd.DataFrame:
    """
    Find the damaged spots of a document.

    Parameters
    ----------
    document : Document

    Returns
    -------
    DataFrame, contract ``projects.schema.DAMAGE``, in the order of the text
        ``kind`` is ``broken_characters``, ``digits_lost`` or ``scrambled``; ``quotation`` has up to eight characters
        on either side of the span.

    Examples
    --------
    >>> from projects.documents import parse_document
    >>> plan = parse_document("到年,建成三—某山千伏线路。推进新出???,完善集疏运体系。")
    >>> find_damage(plan)[["kind", "quotation"]].values.tolist()
    [['digits_lost', '到年,建成三—某山千'], ['digits_lost', '年,建成三—某山千伏线路。推进新出?'],
     ['broken_characters', '伏线路。推进新出???,完善集疏运体系']]
    """
    text = document.simplified
    rows = [
        {
            "document": document.document,
            "start": start,
            "end": end,
            "kind": kind,
            "quotation": document.text[_line_start(text, start) : _line_end(text, end)],
            "consequence": consequence,
        }
        for start, end, kind, consequence in damage_spots(document)
    ]
    return DAMAGE.validate(DAMAGE.coerce(pd.DataFrame(rows, columns=DAMAGE.names)))


def damage_spots(document: Document) -> list[tuple[int, int, str, str]]:
    """
    Return (start, end, kind, consequence) of each damaged spot, in the order of the text, without overlaps.

    Parameters
    ----------
    document : Document
    """
    text = document.simplified
    found: list[tuple[int, int, str, str]] = []
    for spot in sorted((*_broken(text, document.text), *_digits_lost(text), *_scrambled(document))):
        if not found or spot[0] >= found[-1][1]:  # a character is damaged once
            found.append(spot)
    return found


def _line_start(text: str, at: int) -> int:
    first = max(0, at - AROUND)
    return max(first, text.rfind("\n", first, at) + 1)


def _line_end(text: str, at: int) -> int:
    last = min(at + AROUND, len(text))
    stop = text.find("\n", at, last)
    return stop if stop >= 0 else last


def _is_strange(character: str) -> bool:
    """Tell a character that running Chinese text does not have: outside GB 2312, or a stray letter or sign."""
    if character in "€^`~{}|\\!;#$&*=<>@\"'" or (character.isascii() and character.isalpha()):
        return True
    if "\u3400" <= character <= "\u9fff":
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            return True
    return False


def _broken(text: str, original: str) -> Iterator[tuple[int, int, str, str]]:
    marks = [m for m in MARKS.finditer(text) if not _is_question(text, original, m)]
    for i, mark in enumerate(marks):
        limit = min(mark.end() + REACH, marks[i + 1].start() if i + 1 < len(marks) else len(text))
        stop = text.find("\n", mark.end(), limit)
        limit = stop if stop >= 0 else limit
        end = mark.end()
        for position in range(mark.end(), limit):
            if _is_strange(text[position]):
                end = position + 1
        if (
            i + 1 < len(marks)
            and limit == marks[i + 1].start()
            and limit - mark.end() <= REACH // 2
            and end > mark.end()
        ):
            end = limit  # two marks with strange characters between them: one shifted stretch
        yield mark.start(), end, "broken_characters", "characters unknown; a name or a number here may be incomplete"


def _is_question(text: str, original: str, mark: re.Match[str]) -> bool:
    """Tell a real question mark, or one of a web address, from a decoder's substitute."""
    if "?" not in mark[0]:
        return False
    before, after = text[max(0, mark.start() - 30) : mark.start()], text[mark.end() : mark.end() + 1]
    if "?" not in original[mark.start() : mark.end()] or re.search(r"(?:https?:|www\.)\S*$", before):
        return True
    if re.search(r"[A-Za-z]$", before) and (not after or after.isascii()):
        return True
    return len(mark[0]) == 1 and (QUESTION.search(before[-12:]) is not None or after in ("", "\n", "”"))


def _digits_lost(text: str) -> Iterator[tuple[int, int, str, str]]:
    certain = list(YEAR_LOST.finditer(text))
    for m in certain:
        group = "a" if m["a"] else "b"
        yield m.start() if m["a"] else m.start(group), m.end(group), "digits_lost", "the year is unknown"
    if certain:
        # 年底前 alone is good Chinese in a yearly plan; beside lost years it is one of them.
        for m in YEAR_DOUBTFUL.finditer(text):
            group = "a" if m["a"] else "b"
            yield m.start(group), m.end(group), "digits_lost", "the year is unknown"
    for words, what in UNITS_LOST:
        for m in re.finditer(rf"(?<=[{HANZI}])(?<![{NUMERAL}高低特级])(?:{words})", text):
            yield m.start(), m.end(), "digits_lost", f"the {what} is unknown"
    for m in UNITS_LOST_AFTER.finditer(text):
        yield m.start("unit"), m.end("unit"), "digits_lost", "the value is unknown"


def _scrambled(document: Document) -> Iterator[tuple[int, int, str, str]]:
    """Find what a slip of the clipboard leaves: brackets never closed, lists broken before 等, words doubled."""
    text = document.simplified
    lost = "text is missing or out of place: names here may be cut or doubled"
    for passage in document.passages:
        part = text[passage.start : passage.end]
        for sentence in re.finditer(r"[^。!?\n]+", part):
            opened: list[int] = []
            for m in re.finditer(r"[()\[\]]", sentence[0]):
                if m[0] in OPENING:
                    opened.append(m.start())
                elif opened:
                    opened.pop()
            for position in opened[:1]:
                start = passage.start + sentence.start() + position
                yield start, passage.start + sentence.end(), "scrambled", lost
        for m in re.finditer(r"、(?=[等、,。;])", part):
            yield passage.start + m.start(), passage.start + m.end() + 1, "scrambled", lost
        for m in re.finditer(rf"([{HANZI}]{{3,12}})\1(?!\1)", part):
            if len(set(m[1])) > 1:
                yield passage.start + m.start(), passage.start + m.end(), "scrambled", lost
