"""
Text of a plan file by its kind: html, docx and pdf through their readers.

Tables of data become lines whose cells are kept apart by tabs, so that :mod:`projects.grammar.columns` can tell the columns.
"""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any

from geo.errors import DocumentError, MissingExtraError
from projects.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bs4.element import Tag

__all__ = ["embedded_date", "extract_text"]

logger = logging.getLogger(__name__)

DROPPED_TAGS = (
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "select", "iframe",
)  # fmt: skip
CELL_MARK = "\x1f"
"""Keeps cells of a table apart while blanks and tabs of the markup are folded (the unit separator of ASCII)."""
LONGEST_CELL = 300
"""Characters of a cell of data; a page's layout has longer ones."""
MOST_COLUMNS = 40
"""Columns that one cell may cover."""
LEAST_RULES = 4
"""Lines or boxes on a page of a pdf from which a table is looked for."""
BLOCK_TAGS = frozenset(
    "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 section article header title blockquote dd dt pre hr".split()
)


def extract_text(data: bytes, path: Path, *, encoding: str | None = None) -> tuple[str, str]:
    """
    Text of a file by its kind: html, docx and pdf through their readers, anything else decoded.

    Parameters
    ----------
    data : bytes
    path : Path
        Its suffix and the first bytes tell the kind.
    encoding : str, optional
        For text and html.

    Returns
    -------
    tuple of (text, encoding)
        Encoding is ``"docx"`` or ``"pdf"`` for these.

    Raises
    ------
    DocumentError
        If the file is empty, binary, damaged, or a pdf without text layer.
    MissingExtraError
        If the reader is not installed; the message names the extra.
    """
    suffix = path.suffix.lower()
    if not data.strip():
        raise DocumentError(f"{path.name} is empty: give a file with the plan's text")  # noqa: EM102
    if data.startswith(b"%PDF-") or suffix == ".pdf":
        return _pdf_text(data, path.name), "pdf"
    if data.startswith(b"PK\x03\x04") or suffix == ".docx":
        return _docx_text(data, path.name), "docx"
    head = data[:2000].lower()
    if suffix in {".html", ".htm"} or b"<html" in head or b"<!doctype html" in head:
        declared = re.search(rb"charset=[\"']?([\w-]+)", data[:4000])
        if encoding is None and declared:
            try:
                return _html_text(data.decode(declared[1].decode("ascii"))), declared[1].decode("ascii").lower()
            except (LookupError, UnicodeDecodeError):
                logger.info("%s is not in the encoding that it declares", path.name)
        text, codec = decode(data, name=path.name, encoding=encoding)
        return _html_text(text), codec
    return decode(data, name=path.name, encoding=encoding)


def embedded_date(data: bytes) -> str:
    """
    Publication date in the head of an html page, ``YYYY-MM-DD``; empty where it has none.

    Parameters
    ----------
    data : bytes

    Notes
    -----
    ``PubDate`` is what government sites must write (国务院办公厅《政府网站发展指引》, 2017, from memory); ``article:published_time``
    is the Open Graph protocol's.

    Examples
    --------
    >>> embedded_date(b'<html><head><meta name="PubDate" content="2021-02-20 10:30">')
    '2021-02-20'
    """
    for tag in re.findall(rb"<meta\s[^>]{0,400}>", data[:20_000], re.IGNORECASE):
        if re.search(
            rb"""(?:name|property)=["']?(?:pubdate|publishdate|article:published_time)["'\s]""", tag, re.IGNORECASE
        ):
            found = re.search(rb"""content=["']?\s*((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})""", tag, re.IGNORECASE)
            if found:
                return f"{found[1].decode()}-{int(found[2]):02d}-{int(found[3]):02d}"
    return ""


def _html_text(markup: str) -> str:
    try:
        from bs4 import BeautifulSoup
        from bs4.element import NavigableString, Tag
    except ImportError:
        message = "reading html needs the extra 'html': pip install 'tongtu[html]'"
        raise MissingExtraError(message) from None
    soup = BeautifulSoup(markup, "lxml")
    for tag in soup(DROPPED_TAGS):
        tag.decompose()
    for table in soup.find_all("table"):
        if (rows := _html_rows(table)) is not None:
            table.clear()
            for cells in rows:
                line = soup.new_tag("p")
                line.append(NavigableString(CELL_MARK.join(cells)))
                table.append(line)
    parts: list[str] = []
    for element in soup.descendants:
        if isinstance(element, NavigableString):
            if type(element) is NavigableString:  # comments and declarations are subclasses
                parts.append(re.sub(r"[ \t\r\n]+", " ", str(element)))
        elif isinstance(element, Tag) and element.name in BLOCK_TAGS:
            parts.append("\n")
    return _tidy("".join(parts).replace(CELL_MARK, "\t").split("\n"))


def _html_rows(table: Tag) -> list[list[str]] | None:
    """
    Rows of a table of data, cells that span several rows or columns blank but for the first; None where it lays out a page.

    A table that lays out a page holds others, one column, or paragraphs longer than a cell.
    """
    if table.find("table") is not None:
        return None
    rows: list[list[str]] = []
    below: dict[int, int] = {}  # column: rows that a cell above still covers
    for line in table.find_all("tr"):
        cells: list[str] = []
        for cell in line.find_all(["td", "th"]):
            while below.get(len(cells), 0) > 0:
                below[len(cells)] -= 1
                cells.append("")
            text = " ".join(cell.get_text(" ").split())
            if len(text) > LONGEST_CELL:
                return None
            width, height = (
                int(n) if (n := str(cell.get(key, "1"))).isdigit() else 1 for key in ("colspan", "rowspan")
            )
            for column in range(min(max(width, 1), MOST_COLUMNS)):
                below[len(cells)] = max(height, 1) - 1
                cells.append(text if column == 0 else "")
        while below.get(len(cells), 0) > 0:
            below[len(cells)] -= 1
            cells.append("")
        rows.append(cells)
    return rows if len(rows) > 1 and max(len(cells) for cells in rows) > 1 else None


def _docx_text(data: bytes, name: str) -> str:
    try:
        import docx
        from docx.table import Table
    except ImportError:
        message = "reading docx needs the extra 'docx': pip install 'tongtu[docx]'"
        raise MissingExtraError(message) from None
    try:
        file = docx.Document(io.BytesIO(data))
    except Exception as error:
        message = f"{name} is no readable docx ({type(error).__name__}): save it again from Word, or as txt"
        raise DocumentError(message) from error
    # The running head and foot of the first section stand once: number and date of issue are often there alone.
    lines = [p.text for p in file.sections[0].header.paragraphs] if file.sections else []
    for block in file.iter_inner_content():
        if isinstance(block, Table):
            lines += _docx_lines(block.rows)
        else:
            lines.append(block.text)
    lines += [p.text for p in file.sections[0].footer.paragraphs] if file.sections else []
    text = _tidy(lines)
    if not text.strip():
        raise DocumentError(f"{name} holds no text: give the plan as docx with text, or as txt")  # noqa: EM102
    return text


def _docx_lines(rows: Iterable[Any]) -> list[str]:
    """Lines of a table: merged cells, which come once for each column and row that they cover, stand in the first."""
    lines: list[str] = []
    seen: set[object] = set()
    for row in rows:
        texts: list[str] = []
        for cell in row.cells:
            texts.append("" if cell._tc in seen else cell.text)
            seen.add(cell._tc)
        if sum(1 for text in texts if text.strip()) == 1:  # a box: its paragraphs stay apart
            lines += max(texts, key=len).split("\n")
        else:
            lines.append("\t".join(text.replace("\n", " ").strip() for text in texts))
    return lines


def _pdf_text(data: bytes, name: str) -> str:
    try:
        import pdfplumber
    except ImportError:
        message = "reading pdf needs the extra 'pdf': pip install 'tongtu[pdf]'"
        raise MissingExtraError(message) from None
    try:
        with pdfplumber.open(io.BytesIO(data)) as file:
            pages = [_page_text(page) for page in file.pages]
    except Exception as error:
        message = f"{name} is no readable pdf ({type(error).__name__}): export it again, or give the text as txt"
        raise DocumentError(message) from error
    if not any(page.strip() for page in pages):
        message = f"{name} has no text layer (scanned pages): run character recognition first, or give the text as txt"
        raise DocumentError(message)
    return "\n".join(pages)


def _page_text(page: Any) -> str:
    """Text of a page of a pdf; ruled tables of two columns or more as rows whose cells are kept apart by tabs."""
    tables = page.find_tables() if len(page.lines) + len(page.rects) + len(page.curves) >= LEAST_RULES else []
    parts: list[str] = []
    top, bottom = page.bbox[1], page.bbox[3]
    for table in sorted(tables, key=lambda t: t.bbox[1]):
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        if max((sum(map(bool, row)) for row in rows), default=0) < 2 or table.bbox[1] < top:
            continue  # a frame around paragraphs
        parts.append(_strip_text(page, top, table.bbox[1]))
        # A line broken within a cell is one word: Chinese has no blanks.
        parts += ["\t".join(re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", cell) for cell in row) for row in rows]
        top = table.bbox[3]
    parts.append(_strip_text(page, top, bottom))
    return "\n".join(part for part in parts if part)


def _strip_text(page: Any, top: float, bottom: float) -> str:
    """Text of a page between two heights."""
    if (top, bottom) == (page.bbox[1], page.bbox[3]):
        return page.extract_text() or ""
    if bottom - top < 1.0:
        return ""
    return page.crop((page.bbox[0], top, page.bbox[2], bottom)).extract_text() or ""


def _tidy(lines: Iterable[str]) -> str:
    # A tab before a line's words is an empty first cell where other tabs follow.
    kept = [line.strip() if "\t" not in line.strip() else line.strip(" \r\n\u3000\xa0") for line in lines]
    return "\n".join(line for line in kept if line) + "\n"
