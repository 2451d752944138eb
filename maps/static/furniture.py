"""What every map carries besides its content: scale bar, north arrow, legend, and the lines below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.patches import Polygon, Rectangle

from geo.errors import VocabularyError
from layers.schema import Method, Mode, Status, Work
from maps import style
from maps.static.drawing import line_layers, point_layers
from maps.static.sheet import PT_PER_MM, Box, Sheet, text_width_mm, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

    from maps.static.theme import Theme

__all__ = [
    "Entry",
    "draw_legend",
    "draw_north",
    "draw_scale_bar",
    "legend_entries",
    "legend_height_mm",
    "nice_length_km",
    "theme_entries",
]

_INK: Final = style.PALETTE["text"]
_SOFT: Final = style.PALETTE["text_soft"]
_KEY_MM = 12.0
_NEUTRAL = Mode.OTHER
"""The mode in whose grey the stages are shown: colour says the mode and nothing else."""


@dataclass(frozen=True)
class Entry:
    """
    A row of a legend.

    Attributes
    ----------
    text : str
    kind : {"head", "mode", "stage", "network", "upgrade", "provisional", "class"}
    word : str
        Mode or stage that it explains; of a class its colour.
    """

    text: str
    kind: str
    word: str = ""


def legend_entries(features: gpd.GeoDataFrame, words: Mapping[str, str], lang: str) -> list[Entry]:
    """
    Return what a map of features has to explain: modes, stages, and looks that occur on it; nothing else.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    words : mapping
        Of ``static_words.json``.
    lang : {"zh", "en"}

    Returns
    -------
    list of Entry
    """
    drawn = features[features.geometry.notna() & ~features.geometry.is_empty]
    planned = drawn[drawn["origin"] == "project"]
    entries = [Entry(words["mode"], "head")] if len(drawn) else []
    entries += [
        Entry(look.label.text(lang), "mode", mode.value)
        for mode, look in style.MODES.items()
        if (drawn["mode"] == mode.value).any()
    ]
    stages = [s for s in style.STAGES if (planned["status"] == s.value).any()]
    if stages or len(drawn) > len(planned):
        entries.append(Entry(words["stage"], "head"))
    entries += [Entry(style.STAGES[s].label.text(lang), "stage", s.value) for s in stages]
    if (planned["work"] == Work.UPGRADE.value).any():
        entries.append(Entry(words["upgrade"], "upgrade"))
    if planned["drawn_by"].isin([m.value for m in style.PROVISIONAL]).any():
        entries.append(Entry(words["provisional"], "provisional"))
    if (drawn["origin"] != "project").any():
        entries.append(Entry(words["network"], "network"))
    return entries


def theme_entries(theme: Theme) -> list[Entry]:
    """Return what the colours of a theme say: its heading, and a row a class."""
    return [Entry(theme.heading, "head"), *(Entry(text, "class", colour) for colour, text in theme.keys)]


def row_height_mm(sheet: Sheet) -> float:
    """Return the height of a row of the legend."""
    return sheet.text_pt / PT_PER_MM * 1.75


def legend_height_mm(entries: Sequence[Entry], sheet: Sheet, columns: int) -> float:
    """Return how high a legend is in some columns, with its heading."""
    return (len(_arranged(entries, columns)) + 1.2) * row_height_mm(sheet)


def _arranged(entries: Sequence[Entry], columns: int) -> list[list[Entry | None]]:
    """
    Arrange entries in rows: below each other in one column; in more, each heading above columns of its own.

    With several columns the first row is of headings, and as few rows follow as hold all.
    """
    if columns == 1:
        return [[entry] for entry in entries]
    groups: list[list[Entry]] = []
    for entry in entries:
        if entry.kind == "head" or not groups:
            groups.append([])
        groups[-1].append(entry)
    most = max((len(group) for group in groups), default=0)
    rows = next((n for n in range(1, most + 1) if sum(math.ceil((len(g) - 1) / n) for g in groups) <= columns), most)
    grid: list[list[Entry | None]] = [[] for _ in range(rows + 1)]
    for head, *others in groups:
        for part in range(max(math.ceil(len(others) / rows), 1)):
            grid[0].append(head if part == 0 else None)
            for row in range(rows):
                place = part * rows + row
                grid[row + 1].append(others[place] if place < len(others) else None)
    return grid


def draw_legend(
    paper: Axes, sheet: Sheet, box: Box, entries: Sequence[Entry], words: Mapping[str, str], *, columns: int = 1
) -> None:
    """
    Draw a legend into a box, from its top.

    Parameters
    ----------
    paper : Axes in millimetres of the sheet
    sheet : Sheet
    box : Box
    entries : sequence of Entry
    words : mapping
    columns : int

    Raises
    ------
    VocabularyError
        If the sheet is too small to hold it.
    """
    need = legend_height_mm(entries, sheet, columns)
    if need > box.height + 1e-6:
        message = (
            f"the legend of {len(entries)} rows takes {need:.0f} mm of the {box.height:.0f} mm that a sheet of"
            f" {sheet.width_mm:g} × {sheet.height_mm:g} mm leaves; give a larger sheet or fewer modes"
        )
        raise VocabularyError(message)
    row = row_height_mm(sheet)
    top = box.top - row
    sheet.write(
        paper.figure,
        box.left,
        top + row * 0.28,
        words["legend"],
        fontsize=sheet.text_pt * 1.15,
        fontweight="bold",
        color=_INK,
    )
    rows = _arranged(entries, columns)
    width = box.width / max(columns, len(rows[0]) if rows else 1)
    key = _KEY_MM * min(sheet.scale, width / 30)
    for line, row_entries in enumerate(rows):
        for column, entry in enumerate(row_entries):
            if entry is None:
                continue
            left, middle = box.left + width * column, top - row * (line + 0.6)
            if entry.kind == "head":
                after = next((k for k, e in enumerate(row_entries) if k > column and e is not None), len(row_entries))
                size, room = sheet.text_pt * 0.92, width * (after - column if columns > 1 else 1) - 2 * sheet.scale
                size = min(size, size * room / max(text_width_mm(entry.text, size), 1e-9))
                sheet.write(paper.figure, left, middle, entry.text, color=_SOFT, va="center", fontsize=size)
                continue
            _draw_key(paper, sheet, entry, left, middle, key)
            sheet.write(paper.figure, left + key + 2 * sheet.scale, middle, entry.text, va="center", color=_INK)


def _draw_key(paper: Axes, sheet: Sheet, entry: Entry, left: float, middle: float, length: float) -> None:
    if entry.kind == "class":
        high = row_height_mm(sheet) * 0.6
        box = Rectangle((left, middle - high / 2), length, high, facecolor=entry.word, edgecolor=_SOFT, linewidth=0.3)
        paper.add_patch(box)
        return
    line = [np.array([[left, middle], [left + length, middle]])]
    spot = np.array([[left + length / 2, middle]])
    solid, plain = Status.OPERATING.value, Method.NODES.value
    if entry.kind == "mode":
        look = style.line_look(entry.word, solid, drawn_by=plain)
        for artist in line_layers(line, look, sheet):
            paper.add_collection(artist)
        for shape in point_layers(spot, entry.word, solid, sheet):
            shape.set_zorder(5 + shape.get_zorder())
            paper.add_artist(shape)
        return
    if entry.kind == "stage":
        look = style.line_look(_NEUTRAL.value, entry.word, drawn_by=plain)
    elif entry.kind == "upgrade":
        look = style.line_look(_NEUTRAL.value, solid, work=Work.UPGRADE.value, drawn_by=plain)
    elif entry.kind == "provisional":
        look = style.line_look(_NEUTRAL.value, Status.UNDER_CONSTRUCTION.value, drawn_by=Method.STRAIGHT.value)
    else:
        look = style.line_look(_NEUTRAL.value, solid, origin="network")
    for artist in line_layers(line, look, sheet):
        paper.add_collection(artist)


def nice_length_km(most_km: float) -> float:
    """
    Return the largest of 1, 2, 5, 10, 20, 50 … that is no longer than a length.

    Examples
    --------
    >>> nice_length_km(73.0), nice_length_km(9.9), nice_length_km(0.3)
    (50.0, 5.0, 0.2)
    """
    power = 10.0 ** math.floor(math.log10(most_km))
    step = max(step for step in (1.0, 2.0, 5.0) if step * power <= most_km * (1 + 1e-9))
    return float(f"{step * power:.3g}")


def draw_scale_bar(paper: Axes, sheet: Sheet, frame: Box, metres_per_mm: float) -> float:
    """
    Draw a scale bar into the lower left corner of a frame, with the scale as a ratio.

    Parameters
    ----------
    paper : Axes in millimetres
    sheet : Sheet
    frame : Box
    metres_per_mm : float
        Of the ground per millimetre of paper.

    Returns
    -------
    float
        Kilometres that the bar is long.
    """
    km = nice_length_km(frame.width * 0.28 * metres_per_mm / 1000)
    length, unit = km * 1000 / metres_per_mm, sheet.scale
    text_mm = sheet.text_pt / PT_PER_MM
    left, bottom = frame.left + 3 * unit, frame.bottom + 3 * unit
    ratio = metres_per_mm * 1000
    digits = 10 ** max(math.floor(math.log10(ratio)) - 1, 0)
    text = f"1:{round(ratio / digits) * digits:,.0f}"
    wide = max(length, len(text) * text_mm * 0.55) + 6 * unit
    height = 1.2 * unit
    paper.add_patch(
        Rectangle(
            (left - 2 * unit, bottom - 1.5 * unit), wide + text_mm * 2, height + text_mm * 2.9, facecolor="#ffffff", alpha=0.82, linewidth=0, zorder=30
        )
    )  # fmt: skip
    for half, colour in enumerate((_INK, "#ffffff")):
        paper.add_patch(
            Rectangle(
                (left + half * length / 2, bottom), length / 2, height, facecolor=colour, edgecolor=_INK, linewidth=0.5 * unit, zorder=31
            )
        )  # fmt: skip
    small = sheet.text_pt * 0.86
    for share, label in ((0.0, "0"), (0.5, f"{km / 2:g}"), (1.0, f"{km:g} km")):
        sheet.write(
            paper.figure, left + share * length, bottom + height + 0.5 * unit, label, ha="left" if share == 1.0 else "center", va="bottom", fontsize=small, color=_INK, zorder=32
        )  # fmt: skip
    sheet.write(
        paper.figure, left, bottom + height + text_mm * 1.25, text, va="bottom", fontsize=small, color=_SOFT, zorder=32
    )
    return km


def draw_north(paper: Axes, sheet: Sheet, frame: Box, word: str, *, turned_deg: float = 0.0) -> None:
    """
    Draw a north arrow into the upper right corner of a frame.

    Parameters
    ----------
    paper : Axes in millimetres
    sheet : Sheet
    frame : Box
    word : str
        北 or N.
    turned_deg : float
        Direction of north there, clockwise from up.
    """
    unit = sheet.scale
    text_mm = sheet.text_pt / PT_PER_MM
    x, y = frame.right - 6 * unit, frame.top - 12 * unit - text_mm
    paper.add_patch(
        Rectangle((x - 4.5 * unit, y - 2 * unit), 9 * unit, 12.5 * unit + text_mm, facecolor="#ffffff", alpha=0.82, linewidth=0, zorder=30)
    )  # fmt: skip
    turn = math.radians(-turned_deg)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    centre = np.array([x, y + 4 * unit])
    for side, colour in ((-1, _INK), (1, "#ffffff")):
        points = np.array([[0, 4.5], [side * 2.6, -4.5], [0, -2.4]]) * unit
        paper.add_patch(
            Polygon(points @ rotation.T + centre, facecolor=colour, edgecolor=_INK, linewidth=0.5 * unit, zorder=31)
        )
    sheet.write(paper.figure, x, y + 9.2 * unit, word, ha="center", va="bottom", color=_INK, zorder=32)


def foot_lines(sheet: Sheet, width_mm: float, texts: Sequence[str]) -> list[str]:
    """Return the lines at the foot of a sheet, wrapped to its width."""
    size = sheet.text_pt * 0.86
    return [line for text in texts if text for line in wrapped(text, width_mm, size)]
