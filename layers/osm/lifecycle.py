"""
Whether an object stands, is built, planned or gone: both of OpenStreetMap's ways to say so.

The older scheme puts the stage where the class was (``railway=construction`` with ``construction=rail``), the newer one
before the key (``construction:railway=rail``). A value in use beside a prefix means that both hold: a road that carries
traffic while it becomes another.

References
----------
https://wiki.openstreetmap.org/wiki/Lifecycle_prefix and https://wiki.openstreetmap.org/wiki/Demolished_railways (read).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from layers.lines import read_csv
from layers.osm.schema import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Stage", "lifecycle_words", "prefixed", "stage_of"]

STILL_IN_USE = frozenset({"no", "minor", "widening"})
"""Values of ``construction=`` on a road that carries traffic meanwhile."""

_FLAGS = ("abandoned", "disused", "demolished", "removed", "razed")
"""Keys that say with ``yes`` that an object is out of use."""


class Stage(NamedTuple):
    """The class of an object (``""`` where only its stage is mapped) and its stage."""

    value: str
    lifecycle: Lifecycle


@cache
def lifecycle_words() -> dict[str, Lifecycle]:
    """Return the words of both schemes, from ``layers/data/osm_lifecycle.csv``."""
    rows = read_csv("osm_lifecycle.csv")
    return {str(w): Lifecycle(v) for w, v in zip(rows["word"], rows["lifecycle"], strict=True)}


@cache
def prefixed(key: str) -> tuple[str, ...]:
    """Return a key behind the prefixes by which objects are picked from a file: ``construction:railway`` and so on."""
    rows = read_csv("osm_lifecycle.csv")
    return tuple(
        f"{word}:{key}"
        for word, read in zip(rows["word"], rows["prefix_read_for"], strict=True)
        if read in {"all", key}
    )


def stage_of(tags: Mapping[str, str], key: str) -> Stage | None:
    """
    Read the class and stage of an object under one key.

    Parameters
    ----------
    tags : mapping of str to str
    key : str
        ``railway``, ``highway`` …

    Returns
    -------
    Stage, or None where the key says nothing in any scheme

    Examples
    --------
    >>> stage_of({"railway": "construction", "construction": "rail"}, "railway")
    Stage(value='rail', lifecycle=<Lifecycle.CONSTRUCTION: 'construction'>)
    >>> stage_of({"construction:railway": "rail"}, "railway").value
    'rail'
    >>> stage_of({"highway": "primary", "construction:highway": "trunk"}, "highway").lifecycle.value
    'in_use'
    """
    words = lifecycle_words()
    value = tags.get(key, "").strip()
    if value in words:
        named = tags.get(f"{value}:{key}") or tags.get(value) or ""
        named = "" if named in {"yes", value} or named in words else named
        return Stage(named, words[value])
    if value and value != "no":
        return Stage(value, _flagged(tags))
    for word, lifecycle in words.items():
        named = tags.get(f"{word}:{key}", "")
        if named and named != "no":
            return Stage("" if named == "yes" else named, lifecycle)
    return None


def _flagged(tags: Mapping[str, str]) -> Lifecycle:
    """Read the stage of an object whose class is mapped as if it were in use."""
    for flag in _FLAGS:
        if tags.get(flag) == "yes":
            return lifecycle_words()[flag]
    works = tags.get("construction", "no")
    if works not in STILL_IN_USE:
        return Lifecycle.CONSTRUCTION
    for flag in ("proposed", "planned"):
        if tags.get(flag) == "yes":
            return lifecycle_words()[flag]
    return Lifecycle.IN_USE
