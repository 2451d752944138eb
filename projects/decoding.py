"""Bytes of a plan document into text: encodings told apart, html, docx and pdf through their readers."""

from __future__ import annotations

import codecs
import io
import logging
import re
from typing import TYPE_CHECKING, Any

from geo.errors import DocumentError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bs4.element import Tag

__all__ = ["decode", "embedded_date", "extract_text"]

logger = logging.getLogger(__name__)

COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
    "后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由"
    "其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月"
    "公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计"
    "路铁高速港航划规项目推进建设省市区县工程加快发展實施國會設進這個為與發開業區縣產點經過現學體機關應條線農長"
)
"""Most frequent characters (memory), simplified and traditional: bytes read in a wrong encoding give rare ones."""

CANDIDATES = ("gb18030", "big5")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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


def decode(data: bytes, *, name: str = "document", encoding: str | None = None) -> tuple[str, str]:
    """
    Decode the bytes of a text file.

    Parameters
    ----------
    data : bytes
    name : str
        Named in errors.
    encoding : str, optional
        Used as given; told from the bytes where absent (BOM, UTF-8, UTF-16, GB18030, Big5).

    Returns
    -------
    tuple of (text, encoding)
        Text without byte-order mark, line ends as they are.

    Raises
    ------
    DocumentError
        If the file is empty or binary, or the encoding is unknown or does not fit.
    """
    if not data.strip():
        raise DocumentError(f"{name} is empty: give a file with the plan's text")  # noqa: EM102
    if encoding:
        try:
            return _without_mark(data.decode(encoding)), encoding
        except LookupError:
            message = f"{name}: unknown encoding {encoding!r}; give utf-8, utf-16, gb18030 or big5"
        except UnicodeDecodeError as error:
            message = (
                f"{name} is not {encoding}: byte {error.start} does not fit; leave the encoding out to have it told"
            )
        raise DocumentError(message)
    for mark, codec in BOMS:
        if data.startswith(mark):
            try:
                return _checked(_without_mark(data.decode(codec)), name), codec
            except UnicodeDecodeError as error:
                message = (
                    f"{name} begins with a {codec} mark, but byte {error.start} does not fit; save it again as UTF-8"
                )
                raise DocumentError(message) from None
    wide = _wide(data)
    if wide:
        return wide
    if b"\0" in data:
        raise DocumentError(_binary(name))
    try:
        return _checked(data.decode("utf-8"), name), "utf-8"
    except UnicodeDecodeError:
        pass
    found: list[tuple[float, str, str]] = []
    for codec in CANDIDATES:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((_familiarity(text), codec, text))
    patched = data.decode("utf-8", errors="replace")
    if patched.count("\ufffd") <= max(1, len(patched) // 500):  # a few bytes lost in an otherwise sound file
        found.append((_familiarity(patched), "utf-8", patched))
    if not found or max(found)[0] < 0.15:
        message = (
            f"{name}: the encoding cannot be told (no UTF-8, UTF-16, GB18030 or Big5 text); name it, or save as UTF-8"
        )
        raise DocumentError(message if _looks_like_text(data) else _binary(name))
    _, codec, text = max(found)
    logger.info("%s read as %s", name, codec)
    return _checked(text, name), codec


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


def _without_mark(text: str) -> str:
    return text[1:] if text.startswith("\ufeff") else text


def _binary(name: str) -> str:
    return f"{name} is a binary file, no text: give txt, html, docx or a pdf with a text layer"


def _checked(text: str, name: str) -> str:
    sample = text[:200_000]
    readable = sum(c.isalnum() for c in sample)
    control = sum(c < " " and c not in "\t\r\n\f\v\x1a" for c in sample)
    if "\0" in text or readable == 0 or control > max(4, len(sample) // 50):
        raise DocumentError(_binary(name))
    return text


def _familiarity(text: str) -> float:
    """Share of everyday characters among the non-ASCII ones, 0–1."""
    letters = [c for c in text[:20_000] if c > "\x7f"]
    if not letters:
        return 0.0
    return sum(c in COMMON or c in ",。、;:()，；：（）“”《》" for c in letters) / len(letters)


def _looks_like_text(data: bytes) -> bool:
    return not any(b < 9 for b in data[:4000])


def _wide(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark: even length, and everyday Chinese in one of the two byte orders."""
    if len(data) % 2:
        return None
    found = []
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = data[: 40_000 - 40_000 % 2].decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((_familiarity(text), codec))
    if not found or max(found)[0] < 0.3:
        return None
    codec = max(found)[1]
    try:
        return data.decode(codec), codec
    except UnicodeDecodeError:
        return None


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
                table.append(soup.new_tag("p"))
                table.contents[-1].append(NavigableString(CELL_MARK.join(cells)))
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
            width, height = (int(n) if (n := str(cell.get(key, "1"))).isdigit() else 1 for key in ("colspan", "rowspan"))
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
            seen: set[object] = set()
            for row in block.rows:
                # Merged cells come repeatedly, one for each column and row that they cover.
                texts = [cell.text if cell._tc not in seen and not seen.add(cell._tc) else "" for cell in row.cells]  # noqa: SLF001
                if sum(1 for text in texts if text.strip()) == 1:  # a box: its paragraphs stay apart
                    lines += max(texts, key=len).split("\n")
                else:
                    lines.append("\t".join(text.replace("\n", " ").strip() for text in texts))
        else:
            lines.append(block.text)
    lines += [p.text for p in file.sections[0].footer.paragraphs] if file.sections else []
    text = _tidy(lines)
    if not text.strip():
        raise DocumentError(f"{name} holds no text: give the plan as docx with text, or as txt")  # noqa: EM102
    return text


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
