"""
简称 into places: the reading of a line's short name that makes a sensible line in the plan's region.

``projects/data/line_names.csv`` has the lines whose short names say the same everywhere (京沪, 沪陕, 溧宁) or follow no rule
(湘桂, 浩吉): name, mode, places, source, grade, comment.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from dataclasses import dataclass
from pathlib import Path

from geo.errors import PlaceNotFoundError
from geo.gazetteer import Gazetteer, Place, default_gazetteer

__all__ = [
    "Reading",
    "ReadingAssumptions",
    "distance_km",
    "home_of",
    "is_abbreviation",
    "is_listed_line",
    "places_in",
    "province_of",
    "read_abbreviation",
    "units_in",
]

CAPITALS = {
    "河北": "石家庄", "山西": "太原", "辽宁": "沈阳", "吉林": "长春", "黑龙江": "哈尔滨", "江苏": "南京", "浙江": "杭州",
    "安徽": "合肥", "福建": "福州", "江西": "南昌", "山东": "济南", "河南": "郑州", "湖北": "武汉", "湖南": "长沙",
    "广东": "广州", "海南": "海口", "四川": "成都", "贵州": "贵阳", "云南": "昆明", "陕西": "西安", "甘肃": "兰州",
    "青海": "西宁", "台湾": "台北", "内蒙古": "呼和浩特", "广西": "南宁", "西藏": "拉萨", "宁夏": "银川", "新疆": "乌鲁木齐",
}  # fmt: skip
EXTRA = {"万": "万州", "蓉": "成都", "台": "台北", "港": "香港", "澳": "澳门", "台湾": "台北", "莞": "东莞"}
"""One-character names that the gazetteer may lack (common knowledge)."""

CENTRES = frozenset(CAPITALS.values()) | {"北京", "上海", "天津", "重庆"}
"""Capitals and municipalities: where railways and expressways between provinces begin and end."""

MUNICIPALITIES = ("11", "12", "31", "50")
"""Code prefixes of 北京, 天津, 上海, 重庆."""

CANDIDATES = 22
"""Readings kept per character: the best by rank; more would not change the best line."""


@dataclass(frozen=True)
class ReadingAssumptions:
    """
    What makes a reading of a short name sensible: penalties (dimensionless) of a line's places and legs.

    Fitted to the names of 180 lines and checked on as many others, and on 90 remembered later, see
    ``tests/projects/test_places.py``.
    """

    capital: float = 0.7  # a province read as itself: only where no city will do
    capital_highway: float = 0.6  # in expressway names a province is its capital: 沪陕 ends in 西安
    taken: float = 0.24  # more where a city has the same 简称: 苏 is 苏州 before 江苏
    centre: float = -0.12  # a capital or municipality: lines over a province's border run there
    own_province: float = -0.05  # a place in the plan's province
    listed_county: float = 0.15  # a county with a 简称 of its own
    prefecture: float = 0.2  # a prefecture by its first character
    county: float = 0.6  # a county by its first character
    county_by_rail: float = 0.1  # more for a county in a railway's name: cities name railways, counties expressways
    known: float = 0.13  # more for both where another unit has that 简称
    second: float = 0.9  # a prefecture by its last character: 六庆 ends in 安庆
    city: float = 0.3  # county-level units by rank: lines are named after cities, seldom after districts
    shire: float = 0.3
    district: float = 0.45
    neighbour: float = 0.125  # a county elsewhere in the plan's province
    far_km: float = 800.0  # a county further away costs 1 per so many km …
    listed_share: float = 0.1  # … and this share of it where it has a 简称
    leg: float = 0.9  # per log(1 + length / leg_km): of two readings the shorter line
    leg_km: float = 90.0
    same_city: float = 0.4  # from a city to its own county
    detour: float = 0.5  # per detour factor beyond 1.6
    away_km: float = 250.0  # a line that does not touch the plan's unit costs 1 per so many km
    outside: float = 0.5  # per place outside the province whose plan it is
    against_naming: float = 0.1
    """
    An expressway that would run from south to north and from west to east: the numbering rules name lines from 北京, from
    the north end, or from the east end (中华人民共和国公路命名与编号, zh.wikipedia, read as 54e1ad4b4888.kfd.me).
    """
    home: float = -0.3  # the plan's own county
    municipality: float = -0.8  # a district of the municipality whose plan it is: as good as a city
    overshadowed: float = 0.3  # a county whose own city begins alike: 惠 is 惠州 before 惠东
    ceiling: float = 5.5  # per leg: dearer than any of the names that were read right; such a line makes no sense
    reserved: float = 1.0  # more for an unlisted place whose character is a municipality's: 京 is 北京
    margin: float = 0.25  # readings of a railway that cost so little more are told as alternatives …
    margin_highway: float = 0.5  # … of an expressway, which counties name as often as cities do …
    margin_nowhere: float = 0.4  # … and where the plan's region is unknown


@dataclass(frozen=True)
class Reading:
    """
    What a short name stands for.

    Parameters
    ----------
    places : tuple of str
        Short names in order; empty where it cannot be read.
    alternatives : tuple of str
        Other readings that are nearly as sensible, ``-``-joined each.
    cost : float
        Dimensionless; lower is more sensible.
    """

    places: tuple[str, ...]
    alternatives: tuple[str, ...] = ()
    cost: float = math.inf


DEFAULT = ReadingAssumptions()


def distance_km(a: Place, b: Place) -> float:
    """Return the distance on a sphere by the equirectangular formula; good to 1 % over China, enough to compare readings."""
    x = math.radians(b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return 6371.0 * math.hypot(x, math.radians(b.lat - a.lat))


class _Names:
    """Units of the gazetteer by first character, for 简称 that no table lists."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.first: dict[str, list[Place]] = {}
        self.second: dict[str, list[Place]] = {}
        self.abbreviated: dict[str, list[Place]] = {}
        self.cities = {(p.code[:4], p.name[0]) for p in gazetteer if p.level == "prefecture" and p.kind == "division"}
        provinces = {short for place in gazetteer if place.level == "province" for short in place.abbreviations}
        for place in gazetteer:
            if place.kind != "division" or place.level not in {"province", "prefecture", "county"} or place.valid_to:
                continue
            for short in place.abbreviations:
                self.abbreviated.setdefault(short, []).append(place)
            if place.level != "province" and len(place.name) >= 2:
                if place.level == "county" and place.full_name.endswith("新区"):
                    continue
                if place.name[0] in provinces and place.full_name.endswith(
                    "自治州"
                ):  # 黔东南, 湘西: the province's 简称
                    continue
                self.first.setdefault(place.name[0], []).append(place)
                if place.level == "prefecture":
                    self.second.setdefault(place.name[-1], []).append(place)


@functools.cache
def _names() -> _Names:
    return _Names(default_gazetteer())


@functools.cache
def home_of(region: str) -> Place | None:
    """Return the unit that a plan is for, None where it is unknown."""
    if not region:
        return None
    try:
        found = default_gazetteer().lookup(region)
    except PlaceNotFoundError:
        return None
    return found[0] if found else None


@functools.cache
def _candidates(char: str, region: str, mode: str, weights: ReadingAssumptions) -> tuple[tuple[float, Place], ...]:
    """Readings of one character with their penalty: listed 简称 first, then prefectures, then counties of the region."""
    names = _names()
    home = home_of(region)
    province = home.code[:2] if home else ""
    found: dict[str, tuple[float, Place]] = {}

    def add(place: Place, penalty: float, *, listed: bool = True) -> None:
        if home is not None:
            distance = distance_km(home, place)
            if place.code[:2] == province:
                penalty += weights.own_province
            if place.level == "county" and mode == "rail":
                penalty += weights.county_by_rail
            if place.level == "county":  # small places are named in their own neighbourhood only
                far = distance / weights.far_km
                if place.code[:2] == province:
                    far = 0.0 if place.code[:4] == home.code[:4] else weights.neighbour
                penalty += far * (weights.listed_share if listed else 1.0)
                if place.place_id == home.place_id:
                    penalty += weights.home
                if place.code[:2] == province and home.code[:2] in MUNICIPALITIES:
                    penalty += weights.municipality
                penalty += {"市": weights.city, "县": weights.shire, "区": weights.district}.get(
                    place.full_name[-1], 0.0
                )
        if place.name in CENTRES and place.level != "county":
            penalty += weights.centre
        best = found.get(place.place_id)
        if best is None or penalty < best[0]:
            found[place.place_id] = (penalty, place)

    for place in names.abbreviated.get(char, ()):
        if place.level == "province":
            capital = CAPITALS.get(place.name)
            if mode == "highway" and capital:  # an expressway's province is its capital: 沪陕 ends in 西安
                taken = any(p.level == "prefecture" for p in names.abbreviated[char])  # 苏 is 苏州 before 江苏
                for city in names.gazetteer.lookup(capital)[:1]:
                    add(city, weights.capital_highway + (weights.taken if taken else 0.0))
            else:
                add(place, 0.1 - weights.centre if place.name in CENTRES else weights.capital)
        else:
            add(place, 0.0 if place.level == "prefecture" else weights.listed_county)
    if char in EXTRA:
        for place in names.gazetteer.lookup(EXTRA[char])[:1]:
            add(place, 0.2)
    known = char in names.abbreviated
    reserved = any(p.level == "province" and p.code[:2] in MUNICIPALITIES for p in names.abbreviated.get(char, ()))
    for place in names.first.get(char, ()):
        at_home = home is not None and province in MUNICIPALITIES and place.code[:2] == province
        if known and place.full_name.endswith("区") and not at_home:
            continue
        rank = weights.prefecture if place.level == "prefecture" else weights.county
        if place.level == "county" and (place.code[:4], char) in names.cities:
            rank += weights.overshadowed
        add(place, rank + (weights.known if known else 0.0) + (weights.reserved if reserved else 0.0), listed=False)
    has_own = any(p.code[:2] == province for _, p in found.values())
    for place in names.second.get(char, ()):
        if not known or (place.code[:2] == province and not has_own):  # 六庆 in 安徽 ends in 安庆
            add(place, weights.second, listed=False)
    return tuple(sorted(found.values(), key=lambda pair: (pair[0], pair[1].place_id))[:CANDIDATES])


@functools.cache
def is_abbreviation(text: str) -> bool:
    """
    Return whether each of two to seven characters can stand for a unit (合, 新, 宁).

    Directions alone (东北, 西南) say where on a ring or in a city, not between which places.

    Examples
    --------
    >>> is_abbreviation("合新"), is_abbreviation("东北")
    (True, False)
    """
    if not 2 <= len(text) <= 7 or not re.fullmatch(r"[\u4e00-\u9fff]+", text) or re.fullmatch("[东西南北中]+", text):
        return False
    if is_listed_line(text):
        return True
    if re.search("沿[江海河淮黄湖边]|..[路街]$", text):
        return False  # 江北沿江: along a river, not between places; 泰山路: a street
    names = _names()
    return all(c in names.abbreviated or c in names.first or c in EXTRA for c in text)


def is_listed_line(text: str) -> bool:
    """Return whether ``projects/data/line_names.csv`` lists a short name: 宁安 is a line there, whatever 宁安 in 黑龙江 is."""
    return any((text, mode) in _national_lines() for mode in ("rail", "highway"))


@functools.lru_cache(maxsize=4096)
def read_abbreviation(
    text: str, region: str = "", mode: str = "", *, assumptions: ReadingAssumptions = DEFAULT
) -> Reading:
    """
    Read a short name as the places of a line.

    Parameters
    ----------
    text : str
        Two to seven characters: 商合杭.
    region : str
        Unit that the plan is for; nearer readings are better.
    mode : str
        In ``highway`` names a province stands for its capital.
    assumptions : ReadingAssumptions

    Returns
    -------
    Reading
        Cheapest by length of the line, detour, rank of the places and distance from the region.

    Examples
    --------
    >>> read_abbreviation("商合杭", "合肥市").places
    ('商丘', '合肥', '杭州')
    """
    if named := _national_lines().get((text, mode)):
        return _listed(named, region)
    if not is_abbreviation(text):
        return Reading(())
    if mode == "energy" and len(text) > 1:  # pipelines and power lines are named after provinces: 苏皖, 皖浙
        provinces = tuple(province_of(char) for char in text)
        if all(len(name) > 1 for name in provinces):
            return Reading(provinces, (), 0.0)
        cities = all(any(p.level == "prefecture" for p in _names().abbreviated.get(char, ())) for char in text)
        if not cities:  # 科北, 纵江: substations, known to the grid alone
            return Reading(())
    home, weights = home_of(region), assumptions
    # Best paths to each candidate of the last character, keeping two so that an alternative can be named.
    paths: list[tuple[float, tuple[Place, ...]]] = [
        (penalty, (place,)) for penalty, place in _candidates(text[0], region, mode, weights)
    ]
    for char in text[1:]:
        longer: list[tuple[float, tuple[Place, ...]]] = []
        for cost, path in paths:
            for penalty, place in _candidates(char, region, mode, weights):
                before = text.index(char)
                if (place in path) if before >= len(path) else (path[before] != place):
                    continue  # 宁扬宁马 comes back to the same 宁
                leg = distance_km(path[-1], place)
                if leg < 8:
                    continue
                step = weights.leg * math.log1p(leg / weights.leg_km)
                if place.code[:4] == path[-1].code[:4] and place.level == "prefecture":
                    step += weights.same_city
                if len(path) > 1:  # a line that turns back on itself is a wrong reading
                    direct = distance_km(path[-2], place)
                    step += max(0.0, (distance_km(path[-2], path[-1]) + leg) / max(direct, 20.0) - 1.6) * weights.detour
                longer.append((cost + penalty + step, (*path, place)))
        paths = sorted(longer, key=lambda pair: (pair[0], [p.place_id for p in pair[1]]))[:60]
    if not paths:
        return Reading(())

    def against(path: tuple[Place, ...]) -> float:
        backwards = path[0].lat < path[-1].lat and path[0].lon < path[-1].lon
        return weights.against_naming if mode == "highway" and backwards else 0.0

    def total(path: tuple[Place, ...]) -> float:
        if home is not None and home.level == "province" and any(p.code[:2] == home.code[:2] for p in path):
            return weights.outside * sum(p.code[:2] != home.code[:2] for p in path)  # a province is not its capital
        return min(distance_km(home, p) for p in path) / weights.away_km if home else 0.0

    ranked: dict[tuple[str, ...], float] = {}
    for cost, path in paths:
        key = tuple(p.name for p in path)
        ranked[key] = min(ranked.get(key, math.inf), cost + total(path) + against(path))
    order = sorted(ranked.items(), key=lambda pair: (pair[1], pair[0]))
    best, cost = order[0]
    if cost > weights.ceiling * (len(text) - 1):
        return Reading(())
    margin = weights.margin_highway if mode == "highway" else weights.margin
    margin = margin if home is not None else max(margin, weights.margin_nowhere)
    near = tuple("-".join(names) for names, c in order[1:4] if c - cost < margin)
    return Reading(best, near, cost)


@functools.cache
def _national_lines() -> dict[tuple[str, str], tuple[tuple[str, ...], ...]]:
    path = Path(__file__).resolve().parents[1] / "data" / "line_names.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {}
        for row in csv.DictReader(file):
            key = (row["name"], row["mode"])
            lines[key] = (*lines.get(key, ()), tuple(row["places"].split("|")))
        return lines


def _listed(lines: tuple[tuple[str, ...], ...], region: str) -> Reading:
    """Reading of a name that the table has: where it has several lines, the one of the plan's province, else all are told."""
    home = home_of(region)
    if home is not None and len(lines) > 1:
        here = [line for line in lines if any(_province_code(place) == home.code[:2] for place in line)]
        lines = tuple(here) or lines
    return Reading(lines[0], tuple("-".join(line) for line in lines[1:]), 0.0)


def _province_code(place: str) -> str:
    """First two digits of a place's code; empty where the gazetteer has no such place."""
    found = default_gazetteer().lookup(place)
    return found[0].code[:2] if found else ""


def places_in(text: str, region: str = "") -> list[tuple[int, int, str]]:
    """
    Find the places that a name spells out.

    Returns
    -------
    list of (start, end, short name)
    """
    gazetteer = default_gazetteer()
    try:
        found = gazetteer.scan(text, region=region or None)
    except PlaceNotFoundError:
        found = gazetteer.scan(text)
    return [(a, min(b, len(text)), candidates[0].name) for a, b, candidates in found]


def units_in(text: str) -> list[tuple[int, int, str]]:
    """Find the administrative units that a name spells out, as :func:`places_in`."""
    found = default_gazetteer().scan(text)
    return [(a, min(b, len(text)), c[0].name) for a, b, c in found if c[0].kind == "division"]


def province_of(char: str) -> str:
    """
    Province that one character stands for; the character itself where there is none.

    Examples
    --------
    >>> province_of("皖"), province_of("桂")
    ('安徽', '广西')
    """
    found = [p for p in _names().abbreviated.get(char, ()) if p.level == "province"]
    return found[0].name if found else char
