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

from layers.osm.opl_kernels import count_lines, fill_lines, fill_nodes, first_line_of, hash_of, select

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
    count, refs = count_lines(text, np.uint8(ord("w")))
    return Lines(text, *fill_lines(text, np.uint8(ord("w")), count, refs))


def nodes_of(text: NDArray[np.uint8]) -> Nodes:
    """Read the nodes of a text; other lines are passed over."""
    count, _ = count_lines(text, np.uint8(ord("n")))
    return Nodes(text, *fill_nodes(text, count))


def key_hashes(keys: Iterable[str]) -> NDArray[np.uint64]:
    """Return the hashes by which the kernels know keys, sorted."""
    raw = [np.frombuffer(key.encode(), dtype=np.uint8) for key in keys]
    return np.unique(np.array([hash_of(one, 0, len(one)) for one in raw], dtype=np.uint64))


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
    select(lines.text, lines.tag_begin, lines.tag_end, keys, kept, begin)
    raw = kept[: begin[-1]].tobytes()
    ends = begin.tolist()
    return [raw[a:b] for a, b in itertools.pairwise(ends)]


def first_line(text: NDArray[np.uint8], kind: int) -> int:
    """Return where the first line of a kind begins, the length of the text where there is none."""
    return int(first_line_of(text, np.uint8(kind)))
