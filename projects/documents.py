"""Plan documents: a file or a text into passages, each a numbered clause with its headings and its span."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import DocumentError
from projects.clauses import pieces
from projects.dating import IssueDate, issue_date
from projects.formats import embedded_date, extract_text
from projects.titles import document_region, document_title, own_title

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Document", "Passage", "parse_document", "read_document", "simplify"]

logger = logging.getLogger(__name__)

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
    date_basis : str
        What the date rests on, a key of ``projects.dating.BASES``.
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
    date_basis: str = ""

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
        embedded="" if codec in {"docx", "pdf"} else embedded_date(data),
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
    embedded: str = "",
) -> Document:
    simplified = simplify(text)
    found = pieces(simplified)
    opening = "\n".join(simplified[p.start : p.end][:200] for p in found[:3])
    title = document_title(simplified)
    own_region = document_region(simplified, title, opening) if region is None else region
    title = own_title(simplified, title, own_region)
    issued = (
        IssueDate(date, "told" if date else "")
        if date is not None
        else issue_date(simplified, title=title, path=path, embedded=embedded)
    )
    passages = tuple(Passage(p.clause, p.headings, p.start, p.end) for p in found)
    return Document(
        document=document,
        title=title,
        date=issued.date,
        path=path,
        encoding=encoding,
        sha256=sha256,
        text=text,
        simplified=simplified,
        region=own_region,
        passages=passages,
        date_basis=issued.basis,
    )
