"""
Lines of OPL to arrays, at the speed of a copy.

osmium filters a file in its own language and writes what is left as text, an object per line; these kernels read numbers and
references from it. Python never sees an object that is not asked for by name.

References
----------
https://osmcode.org/opl-file-format/ (the format as osmium documents it).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = [
    "NO_PLACE",
    "Lines",
    "Nodes",
    "first_line",
    "key_hashes",
    "nodes_of",
    "relevant_tags",
    "tags_of",
    "ways_of",
]

NO_PLACE = np.int64(1) << 40
"""Stands for a coordinate that is not given."""

_ESCAPE = re.compile(r"%([0-9a-fA-F]{1,6})%")


@dataclass(frozen=True)
class Lines:
    """
    Ways as text, with where each begins.

    Parameters
    ----------
    text : ndarray of uint8
    ids : ndarray of int64, shape (w,)
    tag_begin, tag_end : ndarray of int64, shape (w,)
        Tags of each in ``text``.
    first : ndarray of int64, shape (w + 1,)
        Where the references of each begin in ``refs``.
    refs : ndarray of int64
        Nodes, as the ways name them.
    """

    text: NDArray[np.uint8]
    ids: NDArray[np.int64]
    tag_begin: NDArray[np.int64]
    tag_end: NDArray[np.int64]
    first: NDArray[np.int64]
    refs: NDArray[np.int64]

    def tags(self, row: int) -> dict[str, str]:
        """Return the tags of an object."""
        return tags_of(self.text[self.tag_begin[row] : self.tag_end[row]].tobytes())


@dataclass(frozen=True)
class Nodes:
    """
    Nodes with their places.

    Parameters
    ----------
    text : ndarray of uint8
    ids : ndarray of int64, shape (n,)
    x, y : ndarray of int64, shape (n,)
        Longitude and latitude in units of 1e-7 degrees; ``NO_PLACE`` where not given.
    tag_begin, tag_end : ndarray of int64, shape (n,)
    """

    text: NDArray[np.uint8]
    ids: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    tag_begin: NDArray[np.int64]
    tag_end: NDArray[np.int64]

    def tags(self, row: int) -> dict[str, str]:
        """Return the tags of a node."""
        return tags_of(self.text[self.tag_begin[row] : self.tag_end[row]].tobytes())


def tags_of(raw: bytes) -> dict[str, str]:
    """
    Return the tags of a field of OPL.

    Examples
    --------
    >>> tags_of(b"highway=primary,name=%5408%%80a5%")
    {'highway': 'primary', 'name': '合肥'}
    """
    out = {}
    for part in raw.decode("utf-8", errors="replace").split(","):
        key, sign, value = part.partition("=")
        if sign:
            out[_plain(key)] = _plain(value)
    return out


def _plain(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "%" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"


def ways_of(text: NDArray[np.uint8]) -> Lines:
    """Read the ways of a text; other lines are passed over."""
    count, refs = _count(text, np.uint8(ord("w")))
    return Lines(text, *_fill(text, np.uint8(ord("w")), count, refs))


def nodes_of(text: NDArray[np.uint8]) -> Nodes:
    """Read the nodes of a text; other lines are passed over."""
    count, _ = _count(text, np.uint8(ord("n")))
    return Nodes(text, *_fill_nodes(text, count))


def key_hashes(keys: Iterable[str]) -> NDArray[np.uint64]:
    """Return the hashes by which the kernels know keys, sorted."""
    raw = [np.frombuffer(key.encode(), dtype=np.uint8) for key in keys]
    return np.unique(np.array([_hash(one, 0, len(one)) for one in raw], dtype=np.uint64))


def relevant_tags(lines: Lines, keys: NDArray[np.uint64]) -> list[bytes]:
    """
    Return of each object the tags whose keys matter, as written; most objects share theirs with many.

    Parameters
    ----------
    lines : Lines, w rows
    keys : ndarray of uint64, from ``key_hashes``

    Returns
    -------
    list of bytes, length w
    """
    begin = np.zeros(len(lines.ids) + 1, dtype=np.int64)
    size = int((lines.tag_end - lines.tag_begin).sum()) + len(lines.ids)
    kept = np.empty(size, dtype=np.uint8)
    _select(lines.text, lines.tag_begin, lines.tag_end, keys, kept, begin)
    raw = kept[: begin[-1]].tobytes()
    ends = begin.tolist()
    return [raw[a:b] for a, b in itertools.pairwise(ends)]


def first_line(text: NDArray[np.uint8], kind: int) -> int:
    """Return where the first line of a kind begins, the length of the text where there is none."""
    return int(_first_line(text, np.uint8(kind)))


@kernel
def _first_line(text: NDArray[np.uint8], kind: np.uint8) -> int:
    if len(text) and text[0] == kind:
        return 0
    for i in range(1, len(text)):
        if text[i] == kind and text[i - 1] == 10:
            return i
    return len(text)


@kernel
def _hash(text: NDArray[np.uint8], begin: int, end: int) -> np.uint64:
    """Return the FNV-1a hash of a run of bytes."""
    value = np.uint64(14695981039346656037)
    for i in range(begin, end):
        value = (value ^ np.uint64(text[i])) * np.uint64(1099511628211)
    return value


@kernel
def _select(
    text: NDArray[np.uint8],
    tag_begin: NDArray[np.int64],
    tag_end: NDArray[np.int64],
    keys: NDArray[np.uint64],
    kept: NDArray[np.uint8],
    begin: NDArray[np.int64],
) -> None:
    """Copy the tags whose keys are among the given, joined by commas."""
    at = 0
    for w in range(len(tag_begin)):
        begin[w] = at
        i = tag_begin[w]
        while i < tag_end[w]:
            j = i
            while j < tag_end[w] and text[j] != 61:
                j += 1
            e = j
            while e < tag_end[w] and text[e] != 44:
                e += 1
            value = _hash(text, i, j)
            low = np.searchsorted(keys, value)
            if low < len(keys) and keys[low] == value:
                if at > begin[w]:
                    kept[at] = 44
                    at += 1
                for c in range(i, e):
                    kept[at] = text[c]
                    at += 1
            i = e + 1
    begin[len(tag_begin)] = at


@kernel
def _count(text: NDArray[np.uint8], kind: np.uint8) -> tuple[int, int]:
    """Count the lines of a kind, and their references to nodes."""
    lines = 0
    refs = 0
    i = 0
    n = len(text)
    while i < n:
        ours = text[i] == kind
        if ours:
            lines += 1
        in_nodes = False
        while i < n and text[i] != 10:
            if text[i] == 32 and i + 1 < n:
                in_nodes = text[i + 1] == 78
            elif ours and in_nodes and text[i] == 110:
                refs += 1
            i += 1
        i += 1
    return lines, refs


@kernel
def _fill(
    text: NDArray[np.uint8], kind: np.uint8, count: int, ref_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Read ids, tags and references of the lines of a kind."""
    ids = np.zeros(count, dtype=np.int64)
    tag_begin = np.zeros(count, dtype=np.int64)
    tag_end = np.zeros(count, dtype=np.int64)
    first = np.zeros(count + 1, dtype=np.int64)
    refs = np.zeros(ref_count, dtype=np.int64)
    w = 0
    r = 0
    i = 0
    n = len(text)
    while i < n:
        ours = text[i] == kind
        if ours:
            i, ids[w] = _integer(text, i + 1)
        while i < n and text[i] != 10:
            field = text[i + 1] if text[i] == 32 and i + 1 < n else np.uint8(0)
            i += 1
            if not ours or field == 0:
                continue
            if field == 84:
                tag_begin[w] = i + 1
                while i < n and text[i] != 32 and text[i] != 10:
                    i += 1
                tag_end[w] = i
            elif field == 78:
                i += 1
                while i < n and text[i] == 110 and r < ref_count:
                    i, refs[r] = _integer(text, i + 1)
                    r += 1
                    while i < n and text[i] != 44 and text[i] != 32 and text[i] != 10:
                        i += 1
                    if i < n and text[i] == 44:
                        i += 1
        if ours:
            w += 1
            first[w] = r
        i += 1
    return ids, tag_begin, tag_end, first, refs


@kernel
def _fill_nodes(
    text: NDArray[np.uint8], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Read ids, places and tags of nodes."""
    ids = np.zeros(count, dtype=np.int64)
    place = np.full((2, count), 1 << 40, dtype=np.int64)
    tag_begin = np.zeros(count, dtype=np.int64)
    tag_end = np.zeros(count, dtype=np.int64)
    w = 0
    i = 0
    n = len(text)
    while i < n:
        ours = text[i] == 110
        if ours:
            i, ids[w] = _integer(text, i + 1)
        while i < n and text[i] != 10:
            field = text[i + 1] if text[i] == 32 and i + 1 < n else np.uint8(0)
            i += 1
            if not ours or field == 0:
                continue
            if field == 84:
                tag_begin[w] = i + 1
                while i < n and text[i] != 32 and text[i] != 10:
                    i += 1
                tag_end[w] = i
            elif field == 120 or field == 121:
                i, place[field - 120, w] = _degrees(text, i + 1)
        if ours:
            w += 1
        i += 1
    return ids, place[0], place[1], tag_begin, tag_end


@kernel
def _integer(text: NDArray[np.uint8], i: int) -> tuple[int, int]:
    """Read a whole number; return where it ends, and it."""
    negative = i < len(text) and text[i] == 45
    if negative:
        i += 1
    value = 0
    while i < len(text) and 48 <= text[i] <= 57:
        value = value * 10 + int(text[i]) - 48
        i += 1
    return i, -value if negative else value


@kernel
def _degrees(text: NDArray[np.uint8], i: int) -> tuple[int, int]:
    """Read a decimal number with at most seven decimals; return where it ends, and it times ten million."""
    begin = i
    negative = i < len(text) and text[i] == 45
    if negative:
        i += 1
    value = 0
    decimals = -1
    digits = 0
    while i < len(text) and (48 <= text[i] <= 57 or text[i] == 46):
        if text[i] == 46:
            decimals = 0
        elif decimals < 7:
            value = value * 10 + int(text[i]) - 48
            digits += 1
            if decimals >= 0:
                decimals += 1
        i += 1
    if digits == 0:
        return begin, 1 << 40
    for _ in range(7 - max(decimals, 0)):
        value *= 10
    return i, -value if negative else value
