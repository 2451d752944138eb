"""
Kernels over lines of OPL: numbers, references and tags found in bytes, compiled by numba.

See Also
--------
layers.osm.opl : what they are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["count_lines", "fill_lines", "fill_nodes", "first_line_of", "hash_of", "select"]


@kernel
def first_line_of(text: NDArray[np.uint8], kind: np.uint8) -> int:
    """Return where the first line of a kind begins, the length of the text where there is none."""
    if len(text) and text[0] == kind:
        return 0
    for i in range(1, len(text)):
        if text[i] == kind and text[i - 1] == 10:
            return i
    return len(text)


@kernel
def hash_of(text: NDArray[np.uint8], begin: int, end: int) -> np.uint64:
    """Return the FNV-1a hash of a run of bytes."""
    value = np.uint64(14695981039346656037)
    for i in range(begin, end):
        value = (value ^ np.uint64(text[i])) * np.uint64(1099511628211)
    return value


@kernel
def select(
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
            value = hash_of(text, i, j)
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
def count_lines(text: NDArray[np.uint8], kind: np.uint8) -> tuple[int, int]:
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
def fill_lines(
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
def fill_nodes(
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
