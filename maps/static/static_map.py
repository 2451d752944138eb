"""A printed map: title, frame or small multiples, legend, scale bar, north arrow, sources, 审图号 and disclaimer on one sheet."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import MissingExtraError, VocabularyError
from geo.io import write_bytes
from layers.schema import FEATURES
from maps.page import page_words
from maps.static.selection import Panel, extent_of, projection_of
from maps.static.sheet import PT_PER_MM, Box, Sheet, fallback_fonts, printable
from maps.style import PALETTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pyproj import CRS

    from maps.static.layout import Window
    from maps.static.paper import PaperMap
    from maps.static.theme import Theme

__all__ = ["FORMATS", "static_map", "write_static_map"]

FORMATS: Final = (".png", ".svg", ".pdf")


def static_map(
    features: gpd.GeoDataFrame,
    *,
    title: str = "",
    subtitle: str = "",
    sheet: Sheet | None = None,
    panels: Sequence[Panel] = (),
    area: str = "",
    theme: Theme | None = None,
    name_projects: bool | None = None,
    documents: Sequence[str] = (),
    sources: Sequence[str] = (),
    map_approval: str = "",
    lang: str = "zh",
) -> PaperMap:
    """
    Make a map for paper.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, n rows, EPSG:4326
        What is shown, see :func:`maps.static.chosen_features`. Colours and line styles are those of ``maps.style``.
    title, subtitle : str
    sheet : Sheet, optional
        A4 lying at 300 dpi without it.
    panels : sequence of Panel, optional
        Small multiples of the same extent, in place of one map of all.
    area : str
        A city, province or region that the map shows; where the theme or the projects lie without it.
    theme : Theme, optional
        Areas or rings in colours beneath the lines; see :func:`maps.static.area_theme` and :func:`maps.static.reach_theme`.
    name_projects : bool, optional
        Whether projects are named on the map; without it where there are at most twelve.
    documents : sequence of str
        Titles of the plans.
    sources : sequence of str
        Attribution of the data.
    map_approval : str
        审图号; the map says where it is missing.
    lang : {"zh", "en"}

    Returns
    -------
    PaperMap
        A matplotlib figure of the sheet's size and resolution; ``savefig`` writes it, Jupyter shows it.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    VocabularyError
        If the sheet is too small, or the area is unknown.
    OutputError
        If no installed font has the glyphs; the message names packages that bring one.
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    Albers equal-area conic on CGCS2000; the ratio holds in the middle of the map at the sheet's size.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        message = "static maps need matplotlib: pip install 'tongtu[figures]'"
        raise MissingExtraError(message) from error
    from maps.static.furniture import draw_legend, draw_north, draw_scale_bar, legend_entries, theme_entries
    from maps.static.layout import sheet_layout
    from maps.static.paper import PaperMap

    words = page_words("static_words.json", lang)
    FEATURES.validate(features)
    paper_size = sheet or Sheet()
    shown = list(panels) or [Panel("", features)]
    title = printable(title) or words["title"]
    extent = extent_of(features, area, theme.box if theme is not None else None)
    crs = projection_of(extent)
    foot = _foot(
        words, [printable(d) for d in documents], [printable(s) for s in sources], printable(map_approval), crs
    )
    entries = legend_entries(_all_of(shown), words, lang)
    if theme is not None:
        entries = [*theme_entries(theme), *entries]
        foot = [printable(theme.note), *foot]
    texts = [title, subtitle, *foot, *(p.title for p in shown), *map(str, features["name"]), words["legend"]]
    texts += [entry.text for entry in entries]
    families = fallback_fonts("".join(printable(t) for t in texts))
    with mpl.rc_context({"font.family": families, "axes.unicode_minus": False, "text.hinting": "none"}):
        figure = PaperMap(figsize=(paper_size.width_mm / 25.4, paper_size.height_mm / 25.4), dpi=paper_size.dpi)
        layout = sheet_layout(paper_size, entries, shown, foot, extent, crs, subtitle=bool(subtitle))
        paper = _paper(figure, paper_size)
        _head(paper_size, paper, title, printable(subtitle))
        facts: dict[str, Any] = {}
        for number, (panel, (frame, window)) in enumerate(zip(shown, layout.frames, strict=True)):
            axis = _frame(figure, paper_size, frame, window)
            _content(axis, paper_size, panel.features, window, crs, theme)
            taken = []
            if number == 0:
                metres = (window[2] - window[0]) / frame.width
                km = draw_scale_bar(paper, paper_size, frame, metres)
                draw_north(paper, paper_size, frame, words["north"], turned_deg=_north(window, crs))
                unit = paper_size.scale
                taken = [
                    Box(frame.left, frame.bottom, km * 1000 / metres + 12 * unit, 12 * unit),
                    Box(frame.right - 11 * unit, frame.top - 18 * unit, 11 * unit, 18 * unit),
                ]
                facts = {"metres_per_mm": metres, "scale_bar_km": km, "extent": extent, "crs": crs, "window": window}
            facts[f"names_{number}"] = _names(
                paper, paper_size, frame, window, crs, panel, taken, name_projects, single=len(shown) == 1
            )
            if panel.title:
                paper_size.write(figure, frame.left, frame.top + 1.2 * paper_size.scale, printable(panel.title), fontsize=paper_size.text_pt * 1.1, fontweight="bold", color=PALETTE["text"])  # fmt: skip
        draw_legend(paper, paper_size, layout.legend, entries, words, columns=layout.columns)
        _foot_text(paper_size, figure, layout.foot)
        figure.facts = facts
        # Text keeps the families that it was made with: they hold when the figure is saved elsewhere.
        for text in figure.findobj(mpl.text.Text):
            text.set_fontfamily(families)
    return figure


def write_static_map(path: str | Path, features: gpd.GeoDataFrame, **options: Any) -> Path:
    """
    Write a map for paper as PNG, SVG or PDF, by the ending of the file.

    Parameters
    ----------
    path : path
    features, **options
        As for :func:`static_map`.

    Returns
    -------
    Path
        The same input gives the same bytes (on one machine: fonts differ).

    Raises
    ------
    VocabularyError
        If the ending is none of the three.
    OutputError
        If the file cannot be written; and what :func:`static_map` raises.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        message = f"{path}: a static map is written as {', '.join(FORMATS)}"
        raise VocabularyError(message)
    figure = static_map(features, **options)
    import matplotlib as mpl

    undated: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {"Software": None}}
    buffer = BytesIO()
    # Glyphs as outlines: the file looks the same where the font is not installed.
    with mpl.rc_context({"svg.hashsalt": "tongtu", "svg.fonttype": "path", "text.hinting": "none"}):
        figure.savefig(buffer, format=suffix[1:], dpi=figure.dpi, metadata=undated[suffix])
    write_bytes(path, buffer.getvalue())
    return path


def _all_of(panels: Sequence[Panel]) -> gpd.GeoDataFrame:
    import pandas as pd

    both = pd.concat([panel.features for panel in panels])
    return gpd.GeoDataFrame(both, geometry=panels[0].features.geometry.name, crs=panels[0].features.crs)


def _foot(
    words: Mapping[str, str], documents: Sequence[str], sources: Sequence[str], approval: str, crs: CRS
) -> list[str]:
    operation = crs.coordinate_operation
    parameters = {p.name: p.value for p in operation.params} if operation is not None else {}
    meridian = parameters["Longitude of false origin"]
    parallels = [parameters[f"Latitude of {which} standard parallel"] for which in ("1st", "2nd")]
    projection = words["projection"].replace("{0}", f"{meridian:g}°E")
    for place, value in enumerate(parallels, 1):
        projection = projection.replace("{" + str(place) + "}", f"{value:g}°N")
    return [
        words["plans"] + words["sep"].join(documents) if documents else "",
        words["sources"] + words["sep"].join(sources) if sources else "",
        words["approval"] + approval if approval else words["approval_missing"],
        words["disclaimer"],
        f"{projection}    {words['made_by']}",
    ]


def _paper(figure: Figure, sheet: Sheet) -> Axes:
    """Return axes over the whole sheet, in millimetres."""
    axis = figure.add_axes((0, 0, 1, 1), zorder=10)
    axis.set(xlim=(0, sheet.width_mm), ylim=(0, sheet.height_mm))
    axis.axis("off")
    return axis


def _frame(figure: Figure, sheet: Sheet, box: Box, window: Window) -> Axes:
    axis = figure.add_axes(sheet.fraction(box))
    axis.set(xlim=(window[0], window[2]), ylim=(window[1], window[3]), xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set(color=PALETTE["text_soft"], linewidth=0.6 * sheet.scale)
    return axis


def _content(
    axis: Axes, sheet: Sheet, features: gpd.GeoDataFrame, window: Window, crs: CRS, theme: Theme | None
) -> None:
    from maps.static.drawing import draw_features
    from maps.static.ground import draw_ground, draw_theme

    corners = (
        gpd.GeoSeries([shapely.segmentize(shapely.box(*window), 20_000)], crs=crs).to_crs("EPSG:4326").total_bounds
    )
    west, south, east, north = (float(v) for v in corners)
    draw_ground(axis, sheet, (west, south, east, north), crs)
    if theme is not None:
        draw_theme(axis, theme, (west, south, east, north), crs)
    draw_features(axis, sheet, features, (west, south, east, north), crs)


def _names(
    paper: Axes,
    sheet: Sheet,
    frame: Box,
    window: Window,
    crs: CRS,
    panel: Panel,
    taken: list[Box],
    name_projects: bool | None,
    *,
    single: bool,
) -> tuple[int, int]:
    """Name projects where they are few, then cities; return how many of each found room."""
    from maps.static.labels import MOST_NAMED, Names

    names = Names(paper, sheet, frame, window, crs, taken)
    table = panel.features[panel.features["origin"] == "project"]
    table = table[table.geometry.notna() & ~table.geometry.is_empty]
    wanted = len(table) <= MOST_NAMED and single if name_projects is None else name_projects
    projects = names.projects(table.to_crs(crs)) if wanted and len(table) else 0
    return projects, names.cities()


def _north(window: Window, crs: CRS) -> float:
    """Return the direction of north at the arrow, degrees clockwise from up."""
    x, y = window[2] - (window[2] - window[0]) * 0.02, window[3] - (window[3] - window[1]) * 0.05
    point = gpd.GeoSeries(gpd.points_from_xy([x], [y]), crs=crs).to_crs("EPSG:4326").iloc[0]
    line = gpd.GeoSeries([shapely.LineString([(point.x, point.y), (point.x, point.y + 0.05)])], crs="EPSG:4326")
    (x0, y0), (x1, y1) = line.to_crs(crs).iloc[0].coords
    return float(np.degrees(np.arctan2(x1 - x0, y1 - y0)))


def _head(sheet: Sheet, paper: Axes, title: str, subtitle: str) -> None:
    from maps.static.sheet import text_width_mm

    margin = 8 * sheet.scale
    size = sheet.text_pt * 2.1
    room = sheet.width_mm - 2 * margin
    size = min(size, size * room / max(text_width_mm(title, size), 1e-9))
    text_mm = sheet.text_pt / PT_PER_MM
    y = sheet.height_mm - margin
    sheet.write(paper.figure, margin, y, title, fontsize=size, fontweight="bold", va="top", color=PALETTE["text"])
    if subtitle:
        sheet.write(paper.figure, margin, y - text_mm * 3.0, subtitle, va="top", color=PALETTE["text_soft"])


def _foot_text(sheet: Sheet, figure: Figure, lines: Sequence[str]) -> None:
    margin, size = 8 * sheet.scale, sheet.text_pt * 0.86
    step = size / PT_PER_MM * 1.4
    for number, line in enumerate(reversed(lines)):
        sheet.write(
            figure, margin, margin + step * number, line, fontsize=size, color=PALETTE["text_soft"], va="bottom"
        )
