"""A sheet of paper: its size, the boxes on it in millimetres, and text that fits into them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geo.errors import VocabularyError
from maps.fonts import SAMPLE, chinese_font, covers

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

__all__ = ["MM_PER_INCH", "PT_PER_MM", "Box", "Sheet", "fallback_fonts", "printable", "text_width_mm", "wrapped"]

MM_PER_INCH: Final = 25.4
PT_PER_MM: Final = 72.0 / MM_PER_INCH
_SMALLEST_MM, _LARGEST_MM = 60.0, 1600.0
_MOST_PIXELS = 250e6
"""A picture of more pixels is more likely a slip in the dpi than a wish; A0 at 300 dpi has 139 million."""


@dataclass(frozen=True)
class Box:
    """
    A rectangle on a sheet.

    Attributes
    ----------
    left, bottom, width, height : float
        Millimetres from the lower left corner of the sheet.
    """

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge, mm."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Upper edge, mm."""
        return self.bottom + self.height


@dataclass(frozen=True)
class Sheet:
    """
    Size and resolution of a printed map.

    Attributes
    ----------
    width_mm, height_mm : float
        60 to 1600; A4 lying without them.
    dpi : int
        Pixels per inch of a PNG, 50 to 1200; SVG and PDF have none.

    Raises
    ------
    VocabularyError
        If a size or the resolution is out of range, or the picture had more than 250 million pixels.

    Examples
    --------
    >>> Sheet(297, 210, dpi=100).pixels
    (1169, 826)
    """

    width_mm: float = 297.0
    height_mm: float = 210.0
    dpi: int = 300

    def __post_init__(self) -> None:
        sizes = (self.width_mm, self.height_mm)
        if not all(_SMALLEST_MM <= size <= _LARGEST_MM for size in sizes) or not 50 <= self.dpi <= 1200:
            message = (
                f"a sheet of {self.width_mm:g} × {self.height_mm:g} mm at {self.dpi} dpi: give {_SMALLEST_MM:g} to"
                f" {_LARGEST_MM:g} mm each way and 50 to 1200 dpi"
            )
            raise VocabularyError(message)
        if self.pixels[0] * self.pixels[1] > _MOST_PIXELS:
            message = (
                f"{self.pixels[0]} × {self.pixels[1]} pixels are more than 250 million; lower the dpi or write PDF"
            )
            raise VocabularyError(message)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture in pixels, as matplotlib rounds them: down."""
        return int(self.width_mm / MM_PER_INCH * self.dpi), int(self.height_mm / MM_PER_INCH * self.dpi)

    @property
    def scale(self) -> float:
        """How large text and lines are: 1 on A4, and growing slower than the paper, for a poster is read from nearer."""
        return float((min(self.width_mm, self.height_mm) / 210.0) ** 0.6)

    @property
    def text_pt(self) -> float:
        """Size of plain text in points; never below 5, which is the least that prints legibly."""
        return max(7.5 * self.scale, 5.0)

    def fraction(self, box: Box) -> tuple[float, float, float, float]:
        """Return a box as matplotlib takes it: left, bottom, width, height in shares of the sheet."""
        return (
            box.left / self.width_mm,
            box.bottom / self.height_mm,
            box.width / self.width_mm,
            box.height / self.height_mm,
        )

    def write(self, figure: Figure | SubFigure, x_mm: float, y_mm: float, text: str, **options: Any) -> Any:
        """Put a text on the sheet at millimetres from its lower left corner; a ``$`` in it is a dollar sign."""
        options.setdefault("fontsize", self.text_pt)
        return figure.text(x_mm / self.width_mm, y_mm / self.height_mm, text, parse_math=False, **options)


def printable(text: str) -> str:
    r"""
    Return a text without what has no glyph: control and format characters, line breaks as spaces.

    Examples
    --------
    >>> printable("合新\n高铁\u202e")
    '合新 高铁'
    """
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"})


def fallback_fonts(text: str) -> list[str]:
    """
    Return font families that cover a text together: one for our Chinese, then those that bring the rest.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    OutputError
        If a character is in no installed font; the message names packages that bring one.
    """
    main = chinese_font(SAMPLE)
    families = [main]
    missing = {c for c in text if not c.isspace() and not covers(main, c)}
    for character in sorted(missing):
        if not any(covers(family, character) for family in families):
            families.append(chinese_font(character))
    return families


def wrapped(text: str, width_mm: float, size_pt: float) -> list[str]:
    """
    Break a text into lines that fit a width.

    A Chinese character is as wide as the font is high and a line may end after any; of Latin text about half, and a line
    ends between words.

    Parameters
    ----------
    text : str
    width_mm : float
    size_pt : float

    Returns
    -------
    list of str

    Examples
    --------
    >>> wrapped("合肥到新沂的高铁", 4 * 10 / 72 * 25.4 + 0.1, 10)
    ['合肥到新', '沂的高铁']
    """
    room_em = width_mm * PT_PER_MM / size_pt
    lines, line, used = [], "", 0.0
    for piece in _pieces(text):
        need = sum(_em(c) for c in piece)
        if line and used + sum(_em(c) for c in piece.rstrip()) > room_em + 1e-9:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + (piece if line else piece.lstrip()), used + need
    return [*lines, line.rstrip()] if line.strip() else lines


def text_width_mm(text: str, size_pt: float) -> float:
    """Return about how wide a text is, mm; a little too wide rather than too narrow."""
    return sum(_em(c) for c in text) * size_pt / PT_PER_MM


def _em(character: str) -> float:
    """Return a width in ems: 1 for a wide character; Latin text of our fonts takes 0.55 on average, capitals more."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.68 if character.isupper() else 0.3 if character in " .,;:'|!il()" else 0.58


_NEVER_FIRST = frozenset("，。、；：）》”！？,.;:)]%")


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end; closing marks stay with what they close."""
    pieces: list[str] = []
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        glued = character in _NEVER_FIRST or (
            not wide
            and pieces
            and not pieces[-1].endswith(" ")
            and unicodedata.east_asian_width(pieces[-1][-1]) not in "WF"
        )
        if pieces and glued:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
