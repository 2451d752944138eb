"""A font for figures that has the glyphs of a text: found by what it covers, not by its name."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

from geo.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["chinese_font", "covers", "use_chinese_font"]

log = logging.getLogger(__name__)

SAMPLE = "高速铁路规划长三角合肥芜湖亳濉埇颍盱眙瓯衢淞堽（），。·—0123456789 km"
"""Text that a font for our figures must cover: rare characters of place names among it."""

PREFERRED = re.compile(r"SC$|CN$|Hei|PingFang|WenQuanYi|Droid Sans Fallback")
"""Names of fonts with the forms of characters used in mainland China come first; any other that covers the text will do."""

_LAST_RESORT = re.compile(r"Last ?Resort", re.IGNORECASE)
"""matplotlib brings a font that has a glyph for every character: the empty box itself."""

_PLAIN = re.compile(r"Serif|Mono|Song|Kai|Ming")
"""Fonts for books and code come last."""


def chinese_font(text: str = SAMPLE) -> str:
    """
    Return the name of an installed font that has every glyph of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Family name as matplotlib knows it.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    OutputError
        If no installed font covers the text; the message names packages that bring one.
    """
    needed = frozenset(ord(c) for c in text if not c.isspace())
    for name, path in _candidates():
        if needed <= _covered(path):
            log.debug("figures use %s (%s)", name, path)
            return name
    some = "".join(sorted({c for c in text if ord(c) > 0x2E7F})[:8])
    message = (
        f"no installed font has the glyphs of the figures ({some}…): install one, for example 'apt-get install"
        " fonts-noto-cjk' (Debian, Ubuntu), 'dnf install google-noto-sans-cjk-fonts' (Fedora); then delete matplotlib's"
        " font cache or start anew"
    )
    raise OutputError(message)


def covers(family: str, text: str) -> bool:
    """Tell whether an installed font has every glyph of a text; a family that is not installed has none."""
    needed = {ord(c) for c in text if not c.isspace()}
    return any(needed <= _covered(path) for name, path in _candidates() if name == family)


def use_chinese_font(text: str = SAMPLE) -> str:
    """Make matplotlib draw Chinese with :func:`chinese_font`, minus signs with the hyphen; return the font's name."""
    name = chinese_font(text)
    import matplotlib as mpl

    families = [name, *(f for f in mpl.rcParams["font.sans-serif"] if f != name)]
    mpl.rcParams.update({"font.family": "sans-serif", "font.sans-serif": families, "axes.unicode_minus": False})
    return name


def _candidates() -> Iterable[tuple[str, str]]:
    try:
        from matplotlib import font_manager
    except ImportError as error:
        message = "figures need matplotlib: pip install 'tongtu[figures]'"
        raise MissingExtraError(message) from error
    fonts = {
        (font.name, str(font.fname))
        for font in font_manager.fontManager.ttflist
        if font.style == "normal" and not _LAST_RESORT.search(font.name)
    }
    return sorted(fonts, key=lambda font: (_PLAIN.search(font[0]) is not None, PREFERRED.search(font[0]) is None, font))


@cache
def _covered(path: str) -> frozenset[int]:
    from matplotlib import ft2font

    try:
        return frozenset(ft2font.FT2Font(path).get_charmap())
    except (RuntimeError, OSError):  # a font that FreeType cannot open covers nothing
        return frozenset()
