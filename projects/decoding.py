"""Bytes of a plan document into text: encodings told apart."""

from __future__ import annotations

import codecs
import logging

from geo.errors import DocumentError

__all__ = ["decode"]

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
