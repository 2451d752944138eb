"""Values of vocabularies as a reader says them: 铁路 for rail, 在建 for under_construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maps.labels import kind_label, scenario_label
from maps.style import method_label, mode_label, origin_label, status_label, work_label

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["word_of"]

_WORDS: Final[dict[str, Callable[[str, str], str]]] = {
    "mode": mode_label,
    "status": status_label,
    "work": work_label,
    "drawn_by": method_label,
    "origin": origin_label,
    "kind": kind_label,
    "scenario": scenario_label,
}


def word_of(column: str, value: str, lang: str) -> str:
    """
    Return the word for a value of a column, or the value where nobody has given it one.

    Examples
    --------
    >>> word_of("status", "under_construction", "zh"), word_of("name", "合新高铁", "en")
    ('在建', '合新高铁')
    """
    if not value or column not in _WORDS:
        return value
    try:
        return _WORDS[column](value, lang)
    except (KeyError, ValueError):  # an open vocabulary: a user's own word stays
        return value
