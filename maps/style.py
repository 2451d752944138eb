"""
One table of how things look: colour by mode, line by stage, and the words for both in Chinese and English.

The web map, the report, the static maps and the QML/SLD files all take their look from here, so that a dashed red line
means the same thing wherever it is printed. Colour says the mode and nothing else. The stage is told by dash, width
and lightness, so that it survives a grey printer; the work by a double line; a doubtful position by a pale band.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.schema import Method, Mode, Status, Work
from maps.labels import Label

__all__ = [
    "CHOROPLETH",
    "DRAWN_BY",
    "MODES",
    "NETWORK",
    "PALETTE",
    "PROVISIONAL",
    "REACHED",
    "RINGS",
    "STAGES",
    "LineLook",
    "ModeLook",
    "StageLook",
    "line_look",
    "method_label",
    "mode_label",
    "origin_label",
    "status_label",
    "tint",
    "work_label",
]


@dataclass(frozen=True)
class ModeLook:
    """
    How a mode looks.

    Parameters
    ----------
    label : Label
    colour : str
        ``#rrggbb``. The six differ in lightness as well as in hue, so that they stay apart for the colour-blind.
    network_colour : str
        The same hue, paler: what exists already lies behind what is planned.
    symbol : {"square", "diamond", "triangle", "plane", "bolt", "circle"}
        Point symbol, so that the mode of a point can be told without colour.
    """

    label: Label
    colour: str
    network_colour: str
    symbol: str


@dataclass(frozen=True)
class StageLook:
    """
    How a stage looks, whatever the mode.

    Parameters
    ----------
    label : Label
    dash_px : tuple of float
        On, off, on, off … at 96 dpi; empty for a solid line.
    width_px : float
    tint_share : float
        How far the mode's colour is mixed with white, 0 (full colour) to 1.
    fill_share : float
        Opacity of the fill of a point or area; 0 is an outline only.
    """

    label: Label
    dash_px: tuple[float, ...]
    width_px: float
    tint_share: float
    fill_share: float


@dataclass(frozen=True)
class LineLook:
    """
    What to draw for one line, bottom to top: band, casing, line, core.

    Parameters
    ----------
    colour : str
        ``#rrggbb`` of the line.
    width_px : float
    dash_px : tuple of float
    casing_px : float
        Width of the white line below, which lifts a project off the network; 0 for none.
    core_px : float
        Width of the white line above, which makes a double line (upgrades); 0 for none.
    band_px : float
        Width of the pale band below, which says that the position is provisional; 0 for none.
    opacity : float
    """

    colour: str
    width_px: float
    dash_px: tuple[float, ...]
    casing_px: float = 0.0
    core_px: float = 0.0
    band_px: float = 0.0
    opacity: float = 1.0


MODES: Final[dict[Mode, ModeLook]] = {
    Mode.RAIL: ModeLook(Label("铁路", "Rail"), "#9e1b32", "#c99aa3", "square"),
    Mode.HIGHWAY: ModeLook(Label("公路", "Road"), "#d27c00", "#dfba86", "diamond"),
    Mode.WATERWAY: ModeLook(Label("水运", "Waterway"), "#1f6fc0", "#9dbfe2", "triangle"),
    Mode.AIRPORT: ModeLook(Label("机场", "Airport"), "#4b2e83", "#a79bc0", "plane"),
    Mode.ENERGY: ModeLook(Label("能源", "Energy"), "#2f9e80", "#9acbbd", "bolt"),
    Mode.OTHER: ModeLook(Label("其他", "Other"), "#62676d", "#bdc0c4", "circle"),
}
"""The five modes of a plan and the rest. That any two stay apart under protanopia, deuteranopia and tritanopia
(Machado, Oliveira & Fernandes 2009) is a test."""

STAGES: Final[dict[Status, StageLook]] = {
    Status.OPERATING: StageLook(Label("建成运营", "In operation"), (), 3.6, 0.0, 1.0),
    Status.UNDER_CONSTRUCTION: StageLook(Label("在建", "Under construction"), (13.0, 4.0), 3.6, 0.0, 0.75),
    Status.STARTING: StageLook(Label("开工", "Starting"), (7.0, 4.0), 3.2, 0.0, 0.45),
    Status.PREPARATORY: StageLook(Label("前期工作", "In preparation"), (8.0, 3.5, 1.5, 3.5), 2.6, 0.15, 0.22),
    Status.PROPOSED: StageLook(Label("规划研究", "Proposed"), (2.0, 3.6), 2.6, 0.2, 0.0),
    Status.UNSPECIFIED: StageLook(Label("阶段未明", "Stage not stated"), (4.0, 3.0), 1.7, 0.35, 0.0),
}
"""Stages from the furthest on to the least certain: solid, long dashes, short dashes, dash and dot, dots, thin dashes."""

NETWORK: Final = StageLook(Label("现状网络", "Existing network"), (), 1.1, 0.0, 0.6)
"""What exists: thin, plain, pale."""

DRAWN_BY: Final[dict[Method, tuple[Label, Label]]] = {
    Method.USER: (Label("用户给定", "given by the user"), Label("用户提供的几何", "geometry that the user supplied")),
    Method.OSM: (
        Label("开放地图", "OpenStreetMap"),
        Label("开放地图中的线位", "the alignment that OpenStreetMap has"),
    ),
    Method.NETWORK: (Label("沿现状线路", "along the network"), Label("沿现有线路描出", "follows lines that exist")),
    Method.NODES: (
        Label("经站点连线", "through its nodes"),
        Label("依次连接站点、枢纽", "joins stations or junctions in their order"),
    ),
    Method.CORRIDOR: (Label("走廊示意", "corridor"), Label("仅示走廊方向", "shows the corridor only")),
    Method.STRAIGHT: (
        Label("直线示意", "straight"),
        Label("两地直连，非真实线位", "a straight join of places, not an alignment"),
    ),
    Method.POINT: (Label("点位", "point"), Label("点状设施位置", "where a facility is")),
    Method.AREA: (Label("范围示意", "area"), Label("所在行政区范围", "the area that it lies in")),
    Method.NONE: (Label("未落图", "not drawn"), Label("依据不足，未绘制", "too little is known to draw it")),
}
"""How a geometry was made, best first: a word, and what it means."""

PROVISIONAL: Final = frozenset({Method.STRAIGHT, Method.CORRIDOR, Method.AREA})
"""Methods whose drawing says no more than roughly where."""

WORKS: Final[dict[Work, Label]] = {
    Work.NEW: Label("新建", "New"),
    Work.UPGRADE: Label("改建扩能", "Upgrade"),
}

ORIGINS: Final[dict[str, Label]] = {
    "network": Label("现状", "Existing"),
    "project": Label("规划项目", "Planned project"),
}

PALETTE: Final[dict[str, str]] = {
    "sea": "#dde7ec",
    "land": "#f1efe9",
    "home": "#fbfaf6",
    "border": "#a9a396",
    "border_city": "#d3cdc0",
    "border_county": "#e4dfd4",
    "water": "#c9dae4",
    "river": "#b7cedb",
    "text": "#23282d",
    "text_soft": "#667079",
    "text_place": "#4c5258",
    "paper": "#ffffff",
    "line": "#e2ded5",
    "accent": "#1d4e6b",
}
"""Ground and page: quiet, so that the plan is what is seen."""

CHOROPLETH: Final = ("#f8f1e5", "#e4d2b5", "#d0b386", "#b99560", "#a17842")
"""Five classes from low to high, sand to umber: a hue that no mode uses, and even steps of lightness for grey print."""

REACHED: Final = ("#c9c4bd", "#e3d9c6", "#b9d0c4", "#6aa08c")
"""How far a target is reached: far off, on the way, nearly there, reached. Grey to green, even steps of lightness."""

RINGS: Final = ("#0b4f57", "#2f7f86", "#64abab", "#9fd0c9", "#cfe8e1", "#e8f4f0")
"""Rings of travel time from near to far, dark to light."""


def mode_label(mode: str, lang: str = "zh") -> str:
    """
    Return the word for a mode.

    Raises
    ------
    ValueError
        If the mode is unknown.
    """
    return MODES[Mode(mode)].label.text(lang)


def status_label(status: str, lang: str = "zh") -> str:
    """Return the word for a stage; ValueError where it is unknown."""
    return STAGES[Status(status)].label.text(lang)


def work_label(work: str, lang: str = "zh") -> str:
    """Return the word for new or upgrade, ``""`` for ``""``; ValueError where it is unknown."""
    return WORKS[Work(work)].text(lang) if work else ""


def method_label(drawn_by: str, lang: str = "zh", *, meaning: bool = False) -> str:
    """Return the word for how a thing is drawn, or what the word means; ValueError where it is unknown."""
    return DRAWN_BY[Method(drawn_by)][1 if meaning else 0].text(lang)


def origin_label(origin: str, lang: str = "zh") -> str:
    """Return the word for network or project; another word as it is."""
    return ORIGINS[origin].text(lang) if origin in ORIGINS else origin


def tint(colour: str, share: float) -> str:
    """
    Mix a colour with white.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.
    share : float
        0 leaves the colour, 1 gives white.

    Examples
    --------
    >>> tint("#000000", 0.5), tint("#9e1b32", 0.0)
    ('#808080', '#9e1b32')
    """
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)


def line_look(
    mode: str, status: str, *, work: str = "new", drawn_by: str = "nodes", origin: str = "project"
) -> LineLook:
    """
    Return what to draw for a line.

    Parameters
    ----------
    mode, status, work, drawn_by : str
        Words of the vocabularies in ``layers.schema``; ``work`` may be empty.
    origin : {"network", "project"}

    Returns
    -------
    LineLook

    Raises
    ------
    ValueError
        If a word is unknown.
    """
    look, stage = MODES[Mode(mode)], STAGES[Status(status)]
    if origin == "network":
        return LineLook(look.network_colour, NETWORK.width_px, NETWORK.dash_px)
    provisional = Method(drawn_by) in PROVISIONAL
    upgrade = bool(work) and Work(work) is Work.UPGRADE
    width = stage.width_px + (1.6 if upgrade else 0.0)
    return LineLook(
        colour=tint(look.colour, stage.tint_share),
        width_px=width,
        dash_px=stage.dash_px,
        casing_px=0.0 if provisional else width + 2.2,
        core_px=round(width * 0.36, 2) if upgrade else 0.0,
        band_px=9.0 if provisional else 0.0,
        opacity=0.8 if provisional else 1.0,
    )
