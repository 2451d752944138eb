"""A mention: one place where a document names a project, with what was read there."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Mention"]


@dataclass(frozen=True)
class Mention:
    """
    One place where a document names a project.

    Parameters
    ----------
    document, clause : str
    start, end : int
        Span of the project's own words in ``Document.text``.
    quotation : str
        The document's own words there.
    name : str
        Full name, with what it shares (合宁 in 合宁、合安高速 is 合宁高速); simplified.
    aliases : tuple of str
        The name as printed, a repaired name.
    mode, kind, work, status : str
        Words of :mod:`layers.schema`.
    status_text : str
        Words that the stage follows from.
    places : tuple of str
        In order, 简称 expanded.
    section : str
    lead : str
    opening_year : int or None
    flags : tuple of str
        ambiguous_place, damaged, digits_lost, mode_from_context, year_lost.
    trace : tuple of str
        How it was read, for ``explain``.
    stem, phase : str
        Name before the head noun, and 二期; they help to tell projects apart, see :mod:`projects.register`.
    """

    document: str
    clause: str
    start: int
    end: int
    quotation: str
    name: str
    aliases: tuple[str, ...]
    mode: str
    kind: str
    work: str
    status: str
    status_text: str
    places: tuple[str, ...]
    section: str
    lead: str
    opening_year: int | None
    flags: tuple[str, ...]
    trace: tuple[str, ...] = ()
    stem: str = ""
    phase: str = ""
