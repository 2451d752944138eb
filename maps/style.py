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

__all__ = [
    "CHOROPLETH",
    "DRAWN_BY",
    "FLAGS",
    "INDICATORS",
    "KINDS",
    "MODES",
    "NETWORK",
    "PALETTE",
    "PROVISIONAL",
    "SCENARIOS",
    "STAGES",
    "UNITS",
    "Label",
    "LineLook",
    "ModeLook",
    "StageLook",
    "flag_label",
    "indicator_label",
    "kind_label",
    "line_look",
    "method_label",
    "mode_label",
    "origin_label",
    "scenario_label",
    "status_label",
    "tint",
    "unit_label",
    "work_label",
]


@dataclass(frozen=True)
class Label:
    """
    A word in Chinese and English.

    Parameters
    ----------
    zh, en : str
    """

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """Return the English word for ``"en"``, the Chinese one otherwise."""
        return self.en if lang == "en" else self.zh


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

KINDS: Final[dict[str, Label]] = {
    # rail
    "high_speed_rail": Label("高速铁路", "high-speed railway"),
    "high_speed": Label("高速铁路", "high-speed railway"),
    "intercity_rail": Label("城际铁路", "intercity railway"),
    "intercity": Label("城际铁路", "intercity railway"),
    "suburban_rail": Label("市域（郊）铁路", "suburban railway"),
    "conventional_rail": Label("普速铁路", "conventional railway"),
    "conventional": Label("普速铁路", "conventional railway"),
    "mixed_rail": Label("客货共线铁路", "mixed-traffic railway"),
    "freight_rail": Label("货运铁路", "freight railway"),
    "port_rail": Label("疏港铁路", "port railway"),
    "branch_rail": Label("铁路专用线", "branch line"),
    "metro": Label("城市轨道交通", "urban rail"),
    "urban_rail": Label("城市轨道交通", "urban rail"),
    "maglev": Label("磁浮铁路", "maglev"),
    "railway": Label("铁路", "railway"),
    "railway_hub": Label("铁路枢纽", "railway hub"),
    "rail_hub": Label("铁路枢纽", "railway hub"),
    "rail_freight_hub": Label("铁路货运枢纽", "rail freight hub"),
    "station": Label("车站", "station"),
    "railway_station": Label("铁路车站", "railway station"),
    "passenger_hub": Label("综合客运枢纽", "passenger hub"),
    # highway
    "expressway": Label("高速公路", "expressway"),
    "expressway_widening": Label("高速公路改扩建", "expressway widening"),
    "national_road": Label("国道", "national road"),
    "provincial_road": Label("省道", "provincial road"),
    "trunk_road": Label("干线公路", "trunk road"),
    "urban_expressway": Label("城市快速路", "urban expressway"),
    "rural_road": Label("农村公路", "rural road"),
    "tourist_road": Label("旅游公路", "scenic road"),
    "road": Label("公路", "road"),
    "ring_road": Label("环线", "ring road"),
    "interchange": Label("互通立交", "interchange"),
    "bridge": Label("桥梁", "bridge"),
    "tunnel": Label("隧道", "tunnel"),
    "river_crossing": Label("过江通道", "river crossing"),
    "line_part": Label("线路区段", "part of a line"),
    "corridor": Label("通道", "corridor"),
    "corridor_programme": Label("通道工程", "corridor programme"),
    # waterway
    "inland_waterway": Label("内河航道", "inland waterway"),
    "waterway": Label("航道", "waterway"),
    "canal": Label("运河", "canal"),
    "river": Label("天然航道", "river"),
    "lake": Label("湖区航道", "lake"),
    "port_area": Label("港区", "port area"),
    "sea_channel": Label("进港航道", "sea channel"),
    "lock": Label("船闸", "ship lock"),
    "port": Label("港口", "port"),
    "port_berth": Label("泊位", "berths"),
    "shipping_hub": Label("航运枢纽", "shipping hub"),
    "navigation_hub": Label("航电枢纽", "navigation complex"),
    # airport
    "airport": Label("机场", "airport"),
    "civil_airport": Label("民用运输机场", "civil airport"),
    "hub_airport": Label("枢纽机场", "hub airport"),
    "general_airport": Label("通用机场", "general-aviation airport"),
    "cargo_airport": Label("货运机场", "cargo airport"),
    "emergency_air_base": Label("航空应急救援基地", "emergency air base"),
    "runway": Label("跑道", "runway"),
    "terminal": Label("航站楼", "terminal"),
    "heliport": Label("直升机场", "heliport"),
    # energy
    "gas_pipeline": Label("天然气管道", "gas pipeline"),
    "oil_pipeline": Label("石油管道", "oil pipeline"),
    "oil_gas": Label("油气设施", "oil and gas"),
    "gas_storage": Label("储气设施", "gas storage"),
    "lng_terminal": Label("LNG接收站", "LNG terminal"),
    "transmission_line": Label("输电线路", "transmission line"),
    "uhv_line": Label("特高压线路", "UHV line"),
    "uhv_hub": Label("特高压枢纽", "UHV hub"),
    "substation": Label("变电站", "substation"),
    "integrated_energy": Label("综合能源", "integrated energy"),
    "power_plant": Label("电厂", "power plant"),
    "coal_power": Label("煤电", "coal power"),
    "gas_power": Label("气电", "gas power"),
    "nuclear_power": Label("核电", "nuclear power"),
    "wind_power": Label("风电", "wind power"),
    "offshore_wind": Label("海上风电", "offshore wind"),
    "solar_power": Label("光伏", "solar power"),
    "hydro_power": Label("水电", "hydropower"),
    "pumped_storage": Label("抽水蓄能", "pumped storage"),
    "energy_storage": Label("新型储能", "energy storage"),
    "ac_500": Label("500千伏线路", "500 kV line"),
    "hvdc": Label("高压直流线路", "HVDC line"),
    "uhv_ac": Label("特高压交流线路", "UHV AC line"),
    "uhv_dc": Label("特高压直流线路", "UHV DC line"),
    "converter": Label("换流站", "converter station"),
    "coal": Label("煤电", "coal power"),
    "coal_plant": Label("煤电", "coal power plant"),
    "nuclear": Label("核电", "nuclear power"),
    "wind": Label("风电", "wind power"),
    "solar": Label("光伏", "solar power"),
    "hydro": Label("水电", "hydropower"),
    "storage": Label("新型储能", "energy storage"),
    "gas_station": Label("输气站", "gas station"),
    "gas_terminal": Label("天然气场站", "gas terminal"),
    # other
    "logistics_hub": Label("物流枢纽", "logistics hub"),
    "cold_chain_hub": Label("冷链物流基地", "cold-chain hub"),
    "dry_port": Label("内陆港", "dry port"),
    "computing_centre": Label("计算中心", "computing centre"),
    "data_centre": Label("数据中心", "data centre"),
    "information_network": Label("信息网络", "information network"),
    "positioning_network": Label("定位网络", "positioning network"),
    "quantum_network": Label("量子网络", "quantum network"),
    "communication_network": Label("通信网络", "communication network"),
    "diversion_canal": Label("引调水工程", "water diversion"),
    "irrigation_canal": Label("灌溉工程", "irrigation works"),
    "flood_works": Label("防洪工程", "flood works"),
    "river_works": Label("河道整治", "river works"),
    "lake_remediation": Label("湖泊治理", "lake remediation"),
    "reservoir": Label("水库", "reservoir"),
    "water_works": Label("水利工程", "water works"),
}
"""Kinds within the modes, in the words of the field."""


FLAGS: Final[dict[str, Label]] = {
    "ambiguous_place": Label("地名有歧义", "place is ambiguous"),
    "unknown_place": Label("地名未识别", "place is unknown"),
    "damaged": Label("原文有损坏字符", "characters are damaged"),
    "digits_lost": Label("原文数字缺失", "digits are lost"),
    "scrambled": Label("原文次序错乱", "text is scrambled"),
    "corrected": Label("按上下文更正", "corrected from context"),
    "inferred_stage": Label("阶段由上下文推定", "stage is inferred"),
    "status_conflict": Label("各处阶段不一", "stages differ"),
    "generic_name": Label("名称宽泛", "name is generic"),
    "weak": Label("可能不是具体工程", "may be no particular works"),
}
"""Doubts of a reading; one that is not in the table is shown as written."""

INDICATORS: Final[dict[str, Label]] = {
    "rail_density": Label("铁路网密度", "railway density"),
    "railway_network_density": Label("铁路网密度", "railway network density"),
    "high_speed_rail_density": Label("高速铁路密度", "high-speed railway density"),
    "expressway_density": Label("高速公路密度", "expressway density"),
    "highway_density": Label("公路网密度", "road density"),
    "waterway_density": Label("航道密度", "waterway density"),
    "waterway_class3_up_density": Label("三级及以上航道密度", "density of waterways of class III and up"),
    "airport": Label("运输机场", "airports"),
    "airport_density": Label("运输机场密度", "airport density"),
    "rail_travel_time": Label("铁路出行时间", "rail travel time"),
    "road_travel_time": Label("公路出行时间", "road travel time"),
}
"""Measured indicators; targets bring their own Chinese names."""

UNITS: Final[dict[str, Label]] = {
    "km/10000km2": Label("公里/万平方公里", "km per 10,000 km²"),
    "km/100km2": Label("公里/百平方公里", "km per 100 km²"),
    "km/km2": Label("公里/平方公里", "km per km²"),
    "km": Label("公里", "km"),
    "min": Label("分钟", "min"),
    "h": Label("小时", "h"),
    "10000 t": Label("万吨", "10,000 t"),
    "10000 person trips": Label("万人次", "10,000 person trips"),
    "10000 persons": Label("万人", "10,000 persons"),
    "10000 TEU": Label("万标箱", "10,000 TEU"),
    "per 10000km2": Label("个/万平方公里", "per 10,000 km²"),
}
"""Units in words; one that is not in the table is shown as written."""

SCENARIOS: Final[dict[str, Label]] = {
    "today": Label("现状", "today"),
    "plan": Label("计入规划项目", "with the projects"),
}


def flag_label(flag: str, lang: str = "zh") -> str:
    """Return the word for a doubt; an unknown one as written, with spaces for underscores."""
    return _open_label(FLAGS, flag, lang)


def indicator_label(indicator: str, lang: str = "zh") -> str:
    """Return the word for an indicator; an unknown one as written, with spaces for underscores."""
    return _open_label(INDICATORS, indicator, lang)


def unit_label(unit: str, lang: str = "zh") -> str:
    """Return a unit in words; an unknown one as written."""
    return UNITS[unit].text(lang) if unit in UNITS else unit


def scenario_label(scenario: str, lang: str = "zh") -> str:
    """Return a scenario in words; a condition on stages is shown as written."""
    return SCENARIOS[scenario].text(lang) if scenario in SCENARIOS else scenario


def _open_label(table: dict[str, Label], word: str, lang: str) -> str:
    return table[word].text(lang) if word in table else word.replace("_", " ")


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


def kind_label(kind: str, lang: str = "zh") -> str:
    """
    Return the word for a kind.

    A kind that is not in the table (a user's own) is shown as written, with spaces for underscores: kinds are open,
    modes and stages are not.

    Examples
    --------
    >>> kind_label("high_speed_rail"), kind_label("high_speed_rail", "en"), kind_label("cable_car")
    ('高速铁路', 'high-speed railway', 'cable car')
    """
    return _open_label(KINDS, kind, lang)


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
