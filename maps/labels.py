"""Words for the open vocabularies, Chinese and English: kinds, doubts, indicators, units, scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FLAGS",
    "INDICATORS",
    "KINDS",
    "SCENARIOS",
    "UNITS",
    "Label",
    "flag_label",
    "indicator_label",
    "kind_label",
    "scenario_label",
    "unit_label",
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
    "sea": Label("海上航道", "sea channel"),
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
    "crossing": Label("跨江管廊", "river crossing of lines"),
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
    "corrected": Label("规划人员已更正", "corrected by a planner"),
    "inferred_stage": Label("阶段由上下文推定", "stage is inferred"),
    "status_conflict": Label("各处阶段不一", "stages differ"),
    "mode_from_context": Label("方式由上下文推定", "mode from context"),
    "year_lost": Label("年份缺失", "year lost"),
    "generic_name": Label("名称宽泛", "name is generic"),
    "halted": Label("暂缓、取消或终止", "put off or given up"),
    "weak": Label("可能不是具体工程", "may be no particular works"),
}
"""Doubts of a reading; one that is not in the table is shown as written."""

FLAGS_WITH_CONTENT: Final[dict[str, Label]] = {
    "last_seen": Label("新登记册未再出现, 末次出现", "no longer named, last seen"),
    "places": Label("地名另可读作", "places may also be"),
    "related": Label("同一走廊的项目", "project of the same corridor"),
    "part_of": Label("所属干线", "branch of the line"),
}
"""Doubts that name what they are about after a colon."""

INDICATORS: Final[dict[str, Label]] = {
    "rail": Label("铁路", "railway"),
    "high_speed_rail": Label("高速铁路", "high-speed railway"),
    "expressway": Label("高速公路", "expressway"),
    "waterway_class3_up": Label("三级及以上航道", "waterway of class III and up"),
    "rail_density": Label("铁路网密度", "railway density"),
    "railway_network_density": Label("铁路网密度", "railway network density"),
    "high_speed_rail_density": Label("高速铁路密度", "high-speed railway density"),
    "expressway_density": Label("高速公路密度", "expressway density"),
    "highway_density": Label("公路网密度", "road density"),
    "waterway_density": Label("航道密度", "waterway density"),
    "waterway_class3_up_density": Label("三级及以上航道密度", "density of waterways of class III and up"),
    "airport": Label("运输机场", "airports"),
    "airport_density": Label("运输机场密度", "airport density"),
    "airports": Label("运输机场", "airports"),
    "rail_length": Label("铁路里程", "railway length"),
    "high_speed_rail_length": Label("高速铁路里程", "high-speed railway length"),
    "expressway_length": Label("高速公路里程", "expressway length"),
    "waterway_class3_up_length": Label("三级及以上航道里程", "length of waterways of class III and up"),
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
    "10000 households": Label("万户", "10,000 households"),
    "10000 spaces": Label("万个", "10,000 spaces"),
    "10000 stations": Label("万个", "10,000 stations"),
    "10000 units": Label("万个", "10,000"),
    "10000 yuan": Label("万元", "10,000 yuan"),
    "100m yuan": Label("亿元", "100 million yuan"),
    "100m yuan per zone": Label("亿元/区", "100 million yuan per zone"),
    "km/h": Label("公里/小时", "km/h"),
    "m": Label("米", "m"),
    "km2": Label("平方公里", "km²"),
    "m3": Label("立方米", "m³"),
    "ha": Label("公顷", "ha"),
    "MW": Label("兆瓦", "MW"),
    "TEU": Label("标箱", "TEU"),
    "years": Label("年", "years"),
    "days": Label("天", "days"),
    "airports": Label("个机场", "airports"),
    "cities": Label("个市", "cities"),
    "counties": Label("个县（市、区）", "counties"),
    "berths": Label("个泊位", "berths"),
    "scenes": Label("个", "scenes"),
    "projects": Label("个", "projects"),
    "parks": Label("个", "parks"),
    "zones": Label("个", "zones"),
    "units": Label("个", "units"),
    "unit": Label("个", "unit"),
    "percentage points": Label("个百分点", "percentage points"),
    "per 10000km2": Label("个/万平方公里", "per 10,000 km²"),
}
"""Units in words; one that is not in the table is shown as written."""

SCENARIOS: Final[dict[str, Label]] = {
    "today": Label("现状", "today"),
    "plan": Label("计入规划项目", "with the projects"),
}


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


def flag_label(flag: str, lang: str = "zh", names: Mapping[str, str] | None = None) -> str:
    """Return the word for a doubt; ``places:`` and ``related:`` keep what they name, a project by its name where it is given."""
    name, colon, rest = flag.partition(":")
    if colon and name in FLAGS_WITH_CONTENT:
        return f"{FLAGS_WITH_CONTENT[name].text(lang)} {(names or {}).get(rest, rest)}"
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
