"""The encoding of a dBASE table, judged by its own bytes: what a ``.cpg`` says is often wrong and often missing."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["best_encoding", "decoded", "stated_encoding"]

CANDIDATES: Final = ("utf-8", "gb18030", "big5")

LANGUAGE_BYTES: Final = {
    0x4D: "gb18030",
    0x4F: "big5",
    0x78: "big5",
    0x7A: "gb18030",
    0x7B: "cp932",
    0x57: "cp1252",
    0x03: "cp1252",
}
"""Language byte of a dBASE header to encoding; 0x57 ("ANSI") is the machine's own, and says nothing in China."""

_CODE_PAGES: Final = {
    "936": "gb18030",
    "950": "big5",
    "65001": "utf-8",
    "54936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
}

SAMPLE_BYTES = 4 * 2**20

_CUT: Final = "\ufffd"


def stated_encoding(cpg: str, language_byte: int = 0) -> str:
    """
    Return Python's name of the encoding that a ``.cpg`` or a dBASE header states.

    Parameters
    ----------
    cpg : str
        Text of the file, ``""`` where there is none.
    language_byte : int
        Byte 29 of the dBASE header.

    Returns
    -------
    str
        ``""`` where nothing that is known is stated.

    Examples
    --------
    >>> stated_encoding("GBK"), stated_encoding("ANSI 936"), stated_encoding("", 0x4D), stated_encoding("nonsense")
    ('gb18030', 'gb18030', 'gb18030', '')
    """
    word = cpg.strip().lower().removeprefix("ansi").strip(" -_")
    word = _CODE_PAGES.get(word, word)
    if not word:
        return LANGUAGE_BYTES.get(language_byte, "")
    try:
        found = codecs.lookup(word).name
    except (LookupError, ValueError):
        return ""
    return _CODE_PAGES.get(found, found)


def decoded(raw: bytes, encoding: str) -> str:
    """Return a text; bytes that the encoding has no character for become U+FFFD."""
    return raw.decode(encoding, errors="replace")


def best_encoding(texts: Iterable[bytes], stated: str = "") -> str:
    """
    Choose the encoding in which texts read as Chinese or, failing that, read at all.

    Each candidate is scored by the share of its characters that are in everyday use (those of GB 2312), less what it
    cannot read: Chinese read in a wrong encoding gives rare characters, symbols or none. A lone half character at the end
    of a text, which other programs leave when they cut at 254 bytes, counts little.

    Parameters
    ----------
    texts : iterable of bytes
    stated : str
        Wins where it reads as well as the best.

    Returns
    -------
    str
        ``""`` where all texts are ASCII, so that nothing can be told and nothing depends on it.

    Examples
    --------
    >>> best_encoding(["合肥新桥机场".encode("gb18030")], "utf-8"), best_encoding(["合肥".encode()], "gb18030")
    ('gb18030', 'utf-8')
    """
    sample: list[bytes] = []
    size = 0
    for text in texts:
        if not text.isascii():
            sample.append(text)
            size += len(text)
        if size > SAMPLE_BYTES:
            break
    if not sample:
        return ""
    names = list(dict.fromkeys([*([stated] if stated else []), *CANDIDATES]))
    scores = {name: _score(sample, name) for name in names}
    best = max(names, key=lambda name: scores[name])
    if scores[best] < 0.0:  # no Chinese: Western Europe's bytes all stand for something
        return stated or "cp1252"
    return best


def _score(sample: list[bytes], encoding: str) -> float:
    good = bad = whole = 0
    for raw in sample:
        text = decoded(raw, encoding)
        broken = text.count(_CUT)
        if broken and text.rstrip().endswith(_CUT):
            broken -= 1  # cut in the middle of the last character
        rest = _ASCII.sub("", text).replace(_CUT, "")
        good += _everyday(rest)
        whole += max(len(rest), 1)
        bad += broken
    return good / whole - 2.0 * bad / (whole + bad)


_ASCII: Final = re.compile(r"[\x00-\x7f]+")


def _everyday(text: str) -> int:
    """Count characters that Chinese texts are made of: GB 2312's hanzi of the first level, and common punctuation."""
    count = 0
    for character in text:
        try:
            raw = character.encode("gb2312")
        except UnicodeEncodeError:
            continue
        if 0xB0 <= raw[0] <= 0xD7 or raw[0] in {0xA1, 0xA3}:
            count += 1
    return count
