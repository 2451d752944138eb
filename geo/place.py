"""A place with a point, and when its name in running text means it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVELS", "STOP", "Place", "found_in_text", "month_of"]

LEVELS = ("province", "prefecture", "county", "place", "town")
"""Ranks of a place, highest first: 吉林 is the province before the city, 和县 the county before a village."""

DELTA = ("31", "32", "33", "34")
"""Code prefixes of 上海, 江苏, 浙江, 安徽."""

STOP = "stop:"
"""How the ids of the places of ``stops.csv`` begin."""

# Short names that are also everyday words: running text means the unit only where it has the full name (通江县, not the
# 通江航道 of 兆西河; 合作市, not 合作共建).
COMMON_WORDS = frozenset(
    "合作 东方 公安 资源 通道 互助 共和 同心 安居 大方 开放 同江 临港 高新 集安 安达 延安区 永安 乐业 富民 安宁 阿里 长治 东兴 "
    "港口 江海 义安 南部 通海 通江 城区 郊区 东区 西区 新区 新城 建设 青年 和平 平安 安定 光明 江东 江北 东城 "
    "西城 西湖 上城 下城 南湖 滨江 滨湖 海州 大通 市中 北塘 南长 平江 云和 路桥 大同 大安 兴城 增城 朝阳".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """
    A place with a point.

    Parameters
    ----------
    place_id : str
        Stable: the code of a unit in force, ``code@valid_to`` of one that went, ``kind:name@region_code`` of
        other places.
    name : str
        As line names use it: 合肥, 肥东, 包河.
    full_name : str
        合肥市, 肥东县, 包河区.
    kind : str
        ``division`` for administrative units, else ``town``, ``station``, ``port``, ``lock``, ``river``, ``lake``,
        ``reservoir``, ``scenic``, ``zone``, ``airport``, ``mountain``, ``substation``, ``bridge``, ``area`` …
    level : {"province", "prefecture", "county", "place", "town"}
    code : str
        Six-digit code of the unit, or of the county or city that holds the place; "" outside any.
    lon, lat : float
        Degrees, WGS 84. Units: the seat of government.
    accuracy_km : float
        How far the point may be from what it names; for rivers, lakes and areas about half their extent.
    parent : str
        Code of the unit above.
    source, grade : str
        Where the point comes from; A authority, B page read, C package, D memory.
    valid_from, valid_to : str
        ``YYYY-MM`` or ``YYYY``, from the first month in force to the first month not; "" for always and still.
    aliases : tuple of str
    abbreviations : tuple of str
        One-character names (简称): 沪, 申.
    members : tuple of str
        Codes of the units that make up an area (皖江地区); empty otherwise.
    """

    place_id: str
    name: str
    full_name: str
    kind: str
    level: str
    code: str
    lon: float
    lat: float
    accuracy_km: float
    parent: str
    source: str
    grade: str
    valid_from: str = ""
    valid_to: str = ""
    aliases: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def in_force(self, as_of: str) -> bool:
        """Return whether the unit existed in a month (``YYYY-MM``)."""
        return month_of(self.valid_from or "0000") <= as_of and (not self.valid_to or as_of < month_of(self.valid_to))


def found_in_text(place: Place, name: str, quality: int) -> bool:
    """Return whether a name is looked for in running text, where short everyday words would mislead."""
    if place.place_id.startswith(STOP):
        return False  # 合肥南站 in a sentence is read as 合肥 and what stands there
    if place.kind == "town":
        return quality == 0 and len(name) > 2
    if place.kind != "division":
        return True
    if place.valid_to and place.code[:2] not in DELTA:
        return False
    if quality == 0 and len(name) > 2:
        return True
    if name in COMMON_WORDS:
        return False
    if place.code[:2] in DELTA or place.level != "county":
        return True
    # Counties elsewhere by short name (新平, 惠民, 温泉) would mostly be chance; 商城 and 新县 need 县.
    return place.full_name.endswith("市")


def month_of(text: str) -> str:
    """Return the month (``YYYY-MM``) that a year, a month or a day lies in or begins with."""
    return f"{text}-01" if len(text) == 4 else text[:7]
