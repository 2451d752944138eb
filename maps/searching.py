"""What a search finds besides the words themselves: pinyin of each character, and places by their 简称."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["place_letters", "readings"]


@cache
def _reading(character: str) -> str:
    """Return all readings of a character without tones, the usual one first, joined by spaces; ``ü`` is typed as ``v``."""
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    return " ".join(
        dict.fromkeys(reading for one in found for reading in one if reading.isascii() and reading.isalpha())
    )


def readings(texts: Iterable[str]) -> dict[str, str]:
    """
    Return the readings of all Chinese characters in texts.

    Every reading of a character is kept, not the one that fits: 六安 is found by ``luan`` as by ``liuan``, and nobody who types
    ``changfeng`` for 长丰 has to know which reading a dictionary prefers.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    dict of str to str
        Readings (without tones, the usual one first, joined by spaces) to the characters that have them; sorted.

    Examples
    --------
    >>> readings(["六安", "A"])["liu lu"], readings(["高铁"])
    ('六', {'gao': '高', 'tie': '铁'})
    """
    out: dict[str, list[str]] = {}
    for character in sorted({c for text in texts for c in text if "\u3400" <= c <= "\u9fff"}):
        reading = _reading(character)
        if reading:
            out.setdefault(reading, []).append(character)
    return {reading: "".join(out[reading]) for reading in sorted(out)}


@cache
def _letters(place: str) -> str:
    found = default_gazetteer().lookup(place)
    return "".join(found[0].abbreviations) if found else ""


def place_letters(places: str) -> str:
    """
    Return the one-character names (简称) of the places of a project, in order.

    Parameters
    ----------
    places : str
        Joined by ``-``, as in ``projects.schema.PROJECTS``.

    Returns
    -------
    str
        One group of characters per place, joined by ``-``: any of a group stands for its place. Empty where fewer than two
        places have one, for nobody looks for a line by a single letter.

    Examples
    --------
    >>> place_letters("南京-杭州"), place_letters("上海-南通"), place_letters("合肥")
    ('宁-杭', '沪申-通', '')
    """
    groups = [letters for letters in (_letters(place) for place in places.split("-")) if letters]
    return "-".join(groups) if len(groups) > 1 else ""
