"""Plan documents: a file or a text into passages, each a numbered clause with its headings and its span."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import DocumentError
from geo.gazetteer import default_gazetteer
from projects.clauses import pieces
from projects.decoding import extract_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Document", "Passage", "parse_document", "read_document", "simplify"]

logger = logging.getLogger(__name__)

PLAN_WORD = "规划纲要|实施方案|推进方案|工作方案|行动计划|工作要点|工作报告|实施意见|规划|方案|纲要|要点|决定|报告|意见|计划|通知|决议|公报"
MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
PROVINCES = (
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东",
    "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海",
)  # fmt: skip
AUTONOMOUS = {
    "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区", "新疆": "新疆维吾尔自治区",
}  # fmt: skip
REGIONS: dict[str, str] = (
    {p: p + "省" for p in PROVINCES}
    | {m: m + "市" for m in MUNICIPALITIES}
    | AUTONOMOUS
    | {"香港": "香港", "澳门": "澳门"}
)
"""Provinces, municipalities and autonomous regions by short name (GB/T 2260)."""

RADICALS = "⺁厂⺟母⺠民⺪疋⺷羊⻁虎⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻏阝⻐钅⻑長⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻳龟"
"""CJK radicals supplement, each before the character it looks like; NFKC leaves them. Many PDF printers write them."""

STANDARD = frozenset("乾著藉瞭徵覆")
"""Characters of the simplified standard (通用规范汉字表) too: alone they do not make a text traditional (合肥乾龙物流园)."""

WIDTH = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: 0x20, 0xA0: 0x20, 0x2009: 0x20, 0xFE30: ord(":")}
    | {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
    | {ord(a): ord(b) for a, b in zip(RADICALS[::2], RADICALS[1::2], strict=True)}
)
"""Full-width forms to half-width ones, radicals to the characters they stand for; one to one, so that spans keep."""


@dataclass(frozen=True)
class Passage:
    """
    A paragraph or numbered clause of a document.

    Parameters
    ----------
    clause : str
        As the document numbers it: ``(55)``, ``专栏8``, ``四(四)``, ``39``; empty where nothing is numbered.
    headings : tuple of str
        Headings above it, outermost first, simplified.
    start, end : int
        Span in ``Document.text``.
    """

    clause: str
    headings: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """
    A plan as it was read.

    Parameters
    ----------
    document : str
        Short name, by default the file's stem.
    title : str
    date : str
        Issue date, ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or empty where unknown.
    path, encoding, sha256 : str
        Where the text comes from; empty for a string.
    text : str
        Decoded original (the extracted text of html, docx, pdf). Every span counts characters of it.
    simplified : str
        The same text in simplified characters and half-width punctuation, character by character as long as ``text``.
    region : str
        Area that the plan is for (合肥市, 安徽省); empty where the text does not say.
    passages : tuple of Passage
        Plan text in order; web noise has none.
    """

    document: str
    title: str
    date: str
    path: str
    encoding: str
    sha256: str
    text: str
    simplified: str
    region: str
    passages: tuple[Passage, ...]

    def quote(self, start: int, end: int) -> str:
        """Return the document's own words from ``start`` to ``end``."""
        return self.text[start:end]


def read_document(
    path: str | Path, *, document: str | None = None, date: str | None = None, encoding: str | None = None
) -> Document:
    """
    Read a plan: txt (UTF-8, UTF-16, GB18030, Big5, with or without byte-order mark), html, docx or pdf.

    Parameters
    ----------
    path : str or Path
    document : str, optional
        Short name; the file's stem where absent.
    date : str, optional
        Issue date; looked for in the text where absent.
    encoding : str, optional
        Told from the bytes where absent.

    Returns
    -------
    Document

    Raises
    ------
    DocumentError
        If the file is missing, a folder, empty, binary, or in an unknown encoding.
    MissingExtraError
        If html, docx or pdf needs a reader that is not installed.
    """
    path = Path(path)
    if path.is_dir():
        message = f"{path} is a folder: name the plan files in it"
        raise DocumentError(message)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        message = f"{path}: no such file; check the name (the plan is a txt, html, docx or pdf)"
        raise DocumentError(message) from None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise DocumentError(message) from error
    text, codec = extract_text(data, path, encoding=encoding)
    return _document(
        text,
        document=document or path.stem,
        date=date,
        path=str(path),
        encoding=codec,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def parse_document(
    text: str, *, document: str = "text", date: str | None = None, region: str | None = None
) -> Document:
    r"""
    Make a document of a string.

    Parameters
    ----------
    text : str
    document : str
        Short name.
    date, region : str, optional
        Looked for in the text where absent.

    Returns
    -------
    Document

    Examples
    --------
    >>> plan = parse_document("一、交通\n(一)铁路。(1)加快建设甲乙铁路。(2)谋划丙丁铁路。", document="example")
    >>> [(p.clause, plan.quote(p.start, p.end)) for p in plan.passages[1:]]
    [('一(一)', '(一)铁路。'), ('(1)', '(1)加快建设甲乙铁路。'), ('(2)', '(2)谋划丙丁铁路。')]
    """
    digest = hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
    return _document(text, document=document, date=date, path="", encoding="", sha256=digest, region=region)


def simplify(text: str) -> str:
    """
    Simplified characters and half-width forms, as long as the text.

    Parameters
    ----------
    text : str

    Returns
    -------
    str, ``len(text)`` characters
        Traditional characters by OpenCC's phrases where these keep the length, else one by one.

    Examples
    --------
    >>> simplify("寧揚鐵路（一期）")
    '宁扬铁路(一期)'
    """
    convert = _converter()
    folded = text.translate(WIDTH)
    out = convert(folded)
    if len(out) != len(folded):
        out = "".join(c if len(c) == 1 else o for o in folded for c in (convert(o),))
    changed = {a for a, b in zip(folded, out, strict=True) if a != b}
    return folded if changed <= STANDARD else out


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def _document(
    text: str,
    *,
    document: str,
    date: str | None,
    path: str,
    encoding: str,
    sha256: str,
    region: str | None = None,
) -> Document:
    simplified = simplify(text)
    found = pieces(simplified)
    title = _title(simplified)
    opening = "\n".join(simplified[p.start : p.end][:200] for p in found[:3])
    passages = tuple(Passage(p.clause, p.headings, p.start, p.end) for p in found)
    return Document(
        document=document,
        title=title,
        date=_date(simplified, title, path) if date is None else date,
        path=path,
        encoding=encoding,
        sha256=sha256,
        text=text,
        simplified=simplified,
        region=_region(simplified, title, opening) if region is None else region,
        passages=passages,
    )


def _title(text: str) -> str:
    """A line that ends in a plan word; else the plan named in the first lines; else nothing."""
    head = text[:3000]
    lines = [line.strip() for line in head.split("\n")[:40]]
    for line in (re.sub(r"\(.{0,20}\)$", "", line) for line in lines):
        if (
            6 <= len(line) <= 60
            and re.search(rf"({PLAN_WORD})$", line)
            and not re.search(r"[。;]|^[一二三四五六七八九十(\d]", line)
        ):
            return line.strip("《》")
    for line in lines:
        m = re.search(rf"发布(《[^》]{{4,60}}》|(?:(?!发布)[^,。:;《》]){{6,60}}?(?:{PLAN_WORD}))(?=[,。:;并]|$)", line)
        if m:
            return m[1].strip("《》")
    m = re.search(rf"《([^》]{{4,60}}?({PLAN_WORD}))》", head[:600])
    return m[1] if m else ""


def _date(text: str, title: str, path: str) -> str:
    """
    Issue date: under the title or in the byline, checked against the text; else the year of the title or file name.

    A byline later than a year that the text still looks forward to is a reprint's date and says nothing.
    """
    head = text[:1500]
    year = re.search(r"(?<!\d)((?:19|20)\d\d)年", title)
    future = [int(y) for y in re.findall(r"(?:到|确保|至)((?:19|20)\d\d)年", text)]
    for pattern in (
        r"\(((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日[^)]{0,60}(?:通过|批准|发布|印发)",
        r"(?:时间|日期|发布于|印发于)[::]?\s*((?:19|20)\d\d)[-年./](\d{1,2})[-月./](\d{1,2})",
        r"(?m)^\s*((?:19|20)\d\d)[-年./](\d{1,2})[-月./](\d{1,2})",
    ):
        m = re.search(pattern, head)
        if m and not (future and int(m[1]) > min(future)) and not (year and int(m[1]) > int(year[1])):
            return f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d}"
    if year:
        return year[1]
    named = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", Path(path).stem) if path else None
    return named[1] if named else ""


def _region(text: str, title: str, opening: str) -> str:
    """The unit that the title names; else the one that the opening lines call by its full name; else the one named most."""
    gazetteer = default_gazetteer()
    for part in (title, *opening.split("\n")):
        units = [
            place
            for _, _, candidates in gazetteer.scan(part)
            for place in candidates[:1]
            if place.kind == "division" and place.level in {"province", "prefecture", "county"}
        ]
        named = units if part == title else [place for place in units if place.full_name in part]
        if named:
            first = named[0]
            # 安徽省合肥市…规划 is the city's plan; 合肥、芜湖… stays with the first.
            below = [place for place in named[1:2] if place.code[:2] == first.code[:2] and first.level == "province"]
            return (below or [first])[0].full_name
    counts = {province: text.count(province) for province in REGIONS}
    best = max(counts, key=lambda province: counts[province])
    return REGIONS[best] if counts[best] else ""
