"""
The planners' vocabulary: data tables in ``projects/data``, and longest-match look-up in them. A row is a word.

``verbs.csv``: role of a verb before a list. ``adverb`` is passed over, ``preposition`` with its phrase; ``none`` governs no
project. Stages (:func:`projects.status.stage_of`): ``plan`` proposed, ``prepare`` preparatory, ``start`` starting, ``fast``
under construction, ``push`` (推进, 加快) by what is pushed, ``complete`` ahead in a plan and a fact in a report, ``raise`` with
功能 operating; ``build``, ``carry_out``, ``support``, ``join``, ``do``, ``draft`` settle nothing by themselves; ``future``
tells that what follows lies ahead, ``completed`` (建成了) a fact in any text; ``halt`` (暂缓, 取消) gives no stage but a flag.

``tails.csv``: words behind a list: a stage, ``complete``, ``building`` (in progress by itself), ``build`` (in progress when
pushed), ``project`` and ``open`` (forms), ``function``, ``halted``. ``works.csv``: words of work. ``heads.csv``: what a name that ends so
is, see :class:`Head`. ``generic.csv``: words that make no name.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Head", "Lexicon", "WordTable", "default_lexicon", "read_vocabulary"]

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Head:
    """
    A head noun: what kind of thing a name that ends in it is.

    Parameters
    ----------
    word : str
    mode : str
        A mode of :class:`layers.schema.Mode`, ``none`` for what is no project (a company, an economic belt), empty where
        the context decides (通道, 复线).
    kind : str
    flags : frozenset of str
        ``line`` needs a line's name before it, ``facility`` any name, ``area`` also an area's (皖江地区), ``weak`` takes its
        mode from the context, ``hub`` names a role, ``proper`` names itself, ``own`` takes any two to
        four characters as a name (空港大道), ``placed`` needs a place.
    """

    word: str
    mode: str
    kind: str
    flags: frozenset[str]


class WordTable:
    """
    Words with a value each, matched longest first at either end of a text.

    Parameters
    ----------
    entries : iterable of (word, value)
    """

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self.words = dict(entries)
        self._starts: dict[str, list[int]] = {}
        self._ends: dict[str, list[int]] = {}
        for word in self.words:
            self._starts.setdefault(word[0], []).append(len(word))
            self._ends.setdefault(word[-1], []).append(len(word))
        for lengths in (self._starts, self._ends):
            for key, values in lengths.items():
                lengths[key] = sorted(set(values), reverse=True)

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def __getitem__(self, word: str) -> str:
        return self.words[word]

    def at(self, text: str, start: int, end: int | None = None) -> str:
        """Return the longest word that begins at ``start`` and ends by ``end``; empty where there is none."""
        end = len(text) if end is None else end
        if start < end:
            for length in self._starts.get(text[start], ()):
                if start + length <= end and text[start : start + length] in self.words:
                    return text[start : start + length]
        return ""

    def before(self, text: str, end: int, start: int = 0) -> str:
        """Return the longest word that ends at ``end`` and begins at ``start`` or later; empty where there is none."""
        if end > start:
            for length in self._ends.get(text[end - 1], ()):
                if end - length >= start and text[end - length : end] in self.words:
                    return text[end - length : end]
        return ""


@dataclass(frozen=True)
class Lexicon:
    """
    All vocabularies.

    Parameters
    ----------
    verbs, tails, works, generics : WordTable
        Values: role; stage or class; work; kind of generic word.
    heads : dict of str to Head
    head_words : WordTable
    """

    verbs: WordTable
    tails: WordTable
    works: WordTable
    generics: WordTable
    heads: dict[str, Head]
    head_words: WordTable


def read_vocabulary(name: str, *columns: str) -> list[dict[str, str]]:
    """
    Return the rows of a table of ``projects/data``.

    Parameters
    ----------
    name : str
        File name.
    *columns : str
        Columns that it must have.

    Raises
    ------
    SchemaError
        If it lacks one.
    """
    path = DATA / name
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            message = f"{path}: column(s) {', '.join(missing)} missing; expected {', '.join(columns)}"
            raise SchemaError(message)
        return list(reader)


@functools.cache
def default_lexicon() -> Lexicon:
    """
    Return the vocabularies of ``projects/data``, read once.

    Raises
    ------
    SchemaError
        If a table lacks a column.
    """
    verbs = WordTable((r["word"], r["role"]) for r in read_vocabulary("verbs.csv", "word", "role"))
    tails = WordTable((r["word"], r["stage"]) for r in read_vocabulary("tails.csv", "word", "stage"))
    works = WordTable((r["word"], r["work"]) for r in read_vocabulary("works.csv", "word", "work"))
    generics = WordTable((r["word"], r["kind"]) for r in read_vocabulary("generic.csv", "word", "kind"))
    heads = {
        r["word"]: Head(r["word"], r["mode"], r["kind"], frozenset(r["flags"].split()))
        for r in read_vocabulary("heads.csv", "word", "mode", "kind", "flags")
    }
    return Lexicon(verbs, tails, works, generics, heads, WordTable((w, h.mode) for w, h in heads.items()))
