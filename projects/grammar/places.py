"""Places of a project's name: of its section, of its line's 简称, or as they are spelled out."""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.head_nouns import DASH, TO
from projects.grammar.lexicon import default_lexicon
from projects.grammar.routes import (
    Reading,
    distance_km,
    home_of,
    is_abbreviation,
    is_listed_line,
    places_in,
    province_of,
    read_abbreviation,
    units_in,
)

if TYPE_CHECKING:
    from geo.gazetteer import Place
    from projects.grammar.names import Member

__all__ = ["places_of"]

CODE_PREFIX = re.compile(r"^(?:[GS]\d+|国道\d+|省道\d+|±?\d+千伏)")
LINEAR = frozenset({"transmission_line", "uhv_line", "gas_pipeline", "oil_gas"})
"""Kinds of energy works that run from place to place; a plant's name is no 简称 (白龙核电)."""
ALONG = re.compile(r"[东西南北中]?沿(?:江|海|淮|黄|河|边|湖)")
ENDS = re.compile(rf"[{DASH}]{{1,2}}|至|到|(?<=[\u4e00-\u9fff]{{2}})经(?=[\u4e00-\u9fff]{{2}})")
"""What stands between the places of a line that is spelled out (甲经乙至丙)."""
PART_OF = "新老旧东西南北中上下的和与及、—"
"""Characters before a place's name that leave it whole (新合肥西站)."""
FAR_KM = 600.0
"""Beyond a province and its neighbours."""
SIDES = {"东": (1.0, 0.0), "西": (-1.0, 0.0), "南": (0.0, -1.0), "北": (0.0, 1.0)}


def places_of(member: Member, name: str, mode: str, region: str) -> tuple[Reading | None, tuple[str, ...]]:
    """
    Places of a name, in order.

    Parameters
    ----------
    member : Member
    name, mode : str
    region : str
        Unit that the plan is for.

    Returns
    -------
    tuple of (Reading or None, tuple of str)
        The reading of a 简称, where the places come from one; short names, empty where the name has none.
    """
    inside_name = re.findall(r"\(([^()]*)\)", name)
    brackets = [inside for inside, _ in member.brackets] + inside_name
    bracket = next((inside for inside in brackets if re.search(TO, inside) and "、" not in inside), "").removesuffix(
        "段"
    )
    section = re.sub(r"\([^()]*\)", "", member.section.removesuffix("段"))
    section = section.removeprefix(default_lexicon().works.at(section, 0))  # 甲铁路扩能改造乙至丙段
    stem = CODE_PREFIX.sub("", re.sub(r"\([^()]*\)", "", member.prefix + member.stem)).strip("“”")
    stem = re.sub(r"“[^”]*”$", "", stem)
    head = member.head
    if member.code and stem and not section and not re.search(TO, stem):
        section, stem = stem + member.head_text, ""  # S351盛同路
    strict = head is not None and "line" in head.flags  # 芜宣 is a line here, an airport elsewhere
    line = strict or (head is not None and (head.kind in LINEAR or "通道" in head.word or head.kind == "metro"))
    if power := re.match(r"“?([\u4e00-\u9fff])电[入送进]([\u4e00-\u9fff])", member.core):
        return None, tuple(province_of(c) for c in power.groups())
    if ALONG.fullmatch(stem) and not re.search(TO, section):
        return None, tuple(dict.fromkeys(p for _, _, p in units_in(section)))
    if section.endswith("枢纽") and (within := units_in(section)):
        return None, (within[-1][2],)
    reading, places = _of_section(section, region, mode)
    if places:
        return reading, places
    for part in (bracket, section, stem):
        ends = [x for x in ENDS.split(part.removesuffix("段")) if x]
        roads = any(re.search(r"高速|国道|省道|高铁|铁路|公路$|线$", x) for x in ends)  # 甲高速至乙高速: no places
        if len(ends) >= 2 and not roads and all(re.search(r"[\u4e00-\u9fff]{2}", x) for x in ends):
            ends[0] = _behind_route(ends[0])
            return None, tuple(_end_place(x, region, first=i == 0) for i, x in enumerate(ends))
    if head is not None and member.code and not stem:
        return None, _of_local_road(section, region)
    if mode == "waterway" and len(own := _territory(section)) == 1:
        return None, own  # 京杭运河枣庄段: the stretch in that city
    if re.search(TO, stem) and (trunk := re.match(r"[\u4e00-\u9fff]{2,4}(?=高速|铁路|高铁|城际)", stem)):
        stem = trunk[0]  # 甲乙高速丙高速至丁高速段: the stretch's ends are roads
    reading, places = _of_stem(stem, name, mode, region, line=line, strict=strict)
    branch = re.search(r"([\u4e00-\u9fff]{2,4})(?:联络线|连接线|支线)$", name)
    if branch and not section:
        section = branch[1]
    if line and (within := places_in(section, region)) and not (strict and len(places) > 1):
        # 联络线, 支线 and the like: where the trunk runs, then the place that the branch serves
        return reading, tuple(dict.fromkeys((*places, within[-1][2])))
    side = re.match(r"^([东西南北])(延?)", section)
    if side and len(places) > 1:
        return reading, _on_side(places, side[1], extension=bool(side[2]), region=region)
    return reading, places


def _territory(section: str) -> tuple[str, ...]:
    """City or county whose part a section is (枣庄段); empty for a province's, and for others."""
    found = [c[0] for a, b, c in default_gazetteer().scan(section) if (a, b) == (0, len(section))]
    return tuple(p.name for p in found if p.kind == "division" and p.level in {"prefecture", "county"})


def _of_section(section: str, region: str, mode: str) -> tuple[Reading | None, tuple[str, ...]]:
    """Read the section's own ends: 漳诏, 东延无岳, 合六南通道."""
    bare = re.sub(r"[东西南北]?(?:快速)?通道$", "", re.sub(r"^[东西南北]{1,2}延(?:线)?", "", section))
    own = (
        not re.search(r"联络线|连接线|支线|复线|[东西南北]延|^先行|路$|[一二三四五六两几各][市县区]", bare)
        and 2 <= len(bare) <= 4
    )
    if own and len(bare) == 2 and (county := _with_counties(bare, [], region)) and not units_in(bare):
        return None, (county[0][2],)  # 国道G338深泽段: a county that running text shows by its full name only
    natural = len(bare) < 4 and bare.endswith(tuple("山河湖江岭关桥峡沟坝岛洲湾镇乡村"))  # 武当山段, 洪山段
    if own and not natural and is_abbreviation(bare) and not units_in(bare):
        reading = read_abbreviation(bare, region, mode)
        if reading.places:
            return reading, reading.places
    return None, ()


def _of_stem(
    stem: str, name: str, mode: str, region: str, *, line: bool, strict: bool
) -> tuple[Reading | None, tuple[str, ...]]:
    found = units_in(stem) if strict else places_in(stem, region)
    covered = sum(b - a for a, b, _ in found)
    short = covered == 0 or (strict and covered < len(stem) <= 3) or is_listed_line(stem)
    if strict and covered == len(stem) == 2 and _far_away(found[0][2], region):
        short = True  # 昆玉铁路 of 云南 has nothing to do with 昆玉 in 新疆
    land = stem.endswith(("山", "河", "湖")) and not default_gazetteer().lookup(stem[-1], abbreviations=True)
    if strict and len(stem) >= 3 and not found and land and not is_listed_line(stem):
        return None, ()  # 太行山高速: a name of the land, no 简称
    if (
        line
        and len(stem) <= 7
        and is_abbreviation(stem)
        and short
        and not re.search("[一二三四五六两几各][市县区]", stem)
    ):
        reading = read_abbreviation(stem, region, mode)
        own = _with_counties(stem, [], region) if len(stem) == 2 and not is_listed_line(stem) else []
        if own and (not strict or all(place not in reading.places for place in _at_home(reading.places, region))):
            return None, (own[0][2],)  # 祥云天然气支线: the county; 崇礼城际 is no line from 崇左
        if own and reading.places:  # 南岳高速: from 南县 to 岳阳, or to 南岳
            return replace(reading, alternatives=(*reading.alternatives[:2], own[0][2])), reading.places
        if reading.places:
            return reading, reading.places
    if mode == "waterway" and re.fullmatch(r"[\u4e00-\u9fff]{2}线", stem):
        local = _local_names(stem[:-1], region, frozenset({"port", "lock", "town"}))
        if len(local) > 1:
            return None, local
    found = _whole_names(stem, _with_counties(stem, places_in(stem, region), region))
    if inside := re.search(r"\(([^()]*)\)", name):
        narrower = units_in(inside[1])
        if narrower and len(found) == 1 and default_gazetteer().lookup(found[0][2])[:1][0].kind == "area":
            return None, (narrower[0][2],)  # 长三角(合肥)
    channel = mode == "waterway" and "航道" in name
    spelled = tuple(dict.fromkeys(p for _, _, p in _without_containers(stem, found, river=channel)))
    if mode == "waterway" and "通江" in stem and spelled:
        spelled = (*spelled, "长江")  # a river that joins the Yangtze
    if line and len(spelled) == 1 and mode in {"rail", "highway"}:
        # 合肥新桥机场S1线 runs from the city to its airport
        text = stem[found[0][0] : found[0][1]]
        unit = next((u for a, _b, u in units_in(text[:3]) if a == 0 and len(u) < len(text)), "")
        if unit and text.endswith("机场"):
            return None, (unit, spelled[0])
    if spelled and not line and (only := _too_wide(stem, found, name)) is not None:
        return None, only
    if spelled:
        return None, spelled[:3]
    if not line or not is_abbreviation(stem):
        found = _whole_names(name, _with_counties(name, places_in(name, region), region))
        if len(found) == 1 and stem and (only := _too_wide(name, found, name)) is not None:
            return None, only
        home = home_of(region)
        if not found and home is not None and home.level != "province" and not line and not stem:
            return None, (home.name,)  # what names itself only lies in the plan's own city
        return None, tuple(dict.fromkeys(p for _, _, p in found))[:3]
    reading = read_abbreviation(stem, region, mode)
    return reading, reading.places


def _at_home(places: tuple[str, ...], region: str) -> list[str]:
    """Those of the places that lie in the province of the plan."""
    home = home_of(region)
    found = {p: default_gazetteer().lookup(p, region=region)[:1] for p in places} if home is not None else {}
    return [p for p, known in found.items() if known and home is not None and known[0].code[:2] == home.code[:2]]


def _far_away(name: str, region: str) -> bool:
    """Whether a unit lies so far from the plan's that a line of the plan is hardly called after it alone."""
    home, units = home_of(region), default_gazetteer().lookup(name, region=region or None, kinds={"division"})
    return home is not None and bool(units) and distance_km(home, units[0]) > FAR_KM


def _whole_names(text: str, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """
    Drop names that are only the end of a longer one: 天门 in 朝天门, 清河 in 小清河.

    A single character before a name, at the start or behind another, belongs to it, unless it tells a part (新, 东 …).
    """
    starts = {0, *(b for _, b, _ in found)}
    return [
        (a, b, name)
        for a, b, name in found
        if not (a - 1 in starts and text[a - 1] not in PART_OF and re.match(r"[\u4e00-\u9fff]", text[a - 1]))
    ]


def _too_wide(stem: str, found: list[tuple[int, int, str]], name: str) -> tuple[str, ...] | None:
    """
    Places of a facility that its name puts only in a province, or only on a river, and calls by a name of its own.

    广西龙滩水电站 is somewhere in 广西, 燕矶长江大桥 somewhere on 长江: what the gazetteer does not know stays unknown.
    """
    if len(found) != 1:
        return None
    a, b, known = found[0]
    place = default_gazetteer().lookup(known)[:1]
    if not place:
        return None
    rest = stem[b:] if place[0].level == "province" else stem[:a]
    own = re.fullmatch(r"[\u4e00-\u9fff]{2,5}", rest) is not None
    if place[0].level == "province" and own and "送" not in name:
        return ()
    if place[0].kind == "river" and own and re.search(r"大桥|隧道|通道|桥$", name):
        return (rest,)
    return None


def _without_containers(
    text: str, found: list[tuple[int, int, str]], *, river: bool = False
) -> list[tuple[int, int, str]]:
    """Drop a unit that stands directly before a place in it (合肥三河, 江苏…滨海), so that the nearer name remains."""
    gazetteer = default_gazetteer()
    kept: list[tuple[int, int, str]] = []
    for i, (a, b, name) in enumerate(found):
        own = gazetteer.lookup(name, kinds={"division"})[:1]
        inner = gazetteer.lookup(found[i + 1][2])[:1] if i + 1 < len(found) else []
        depth = {"province": 2, "prefecture": 4, "county": 6}.get(own[0].level, 0) if own else 0
        same = bool(own and inner and depth and inner[0].code and inner[0].code[:depth] == own[0].code[:depth])
        on_river = bool(river and inner and inner[0].kind in {"river", "lake"} and own)
        if (
            ((same and inner[0].place_id != own[0].place_id) or on_river)
            and found[i + 1][0] - b <= 4
            and "、" not in text[a:]
        ):
            continue
        kept.append((a, b, name))
    return kept


def _with_counties(text: str, found: list[tuple[int, int, str]], region: str) -> list[tuple[int, int, str]]:
    """Add counties of the plan's province that running text shows only by their full name (霞浦)."""
    home = home_of(region)
    if home is None:
        return found
    gazetteer = default_gazetteer()
    taken = {i for a, b, _ in found for i in range(a, b)}
    out = list(found)
    i = 0
    while i < len(text) - 1:
        for size in (4, 3, 2):
            if i + size > len(text) or any(k in taken for k in range(i, i + size)):
                continue
            units = gazetteer.lookup(text[i : i + size], kinds={"division"})
            if any(u.code[:2] == home.code[:2] and not u.valid_to for u in units):
                out.append((i, i + size, next(u.name for u in units if u.code[:2] == home.code[:2])))
                i += size - 1
                break
        i += 1
    return sorted(out)


def _of_local_road(section: str, region: str) -> tuple[str, ...]:
    """Places of a numbered road: those its section names, or the local names of 盛同路; else the plan's own city."""
    bare = re.sub(r"(?:快速)?(?:过境)?(?:公路|通道|路|线|改线)?$", "", section)
    found = _without_containers(bare, places_in(bare, region))
    spelled = [p for _, _, p in found]
    if found and 2 <= len(bare) - found[-1][1] <= 3:  # 三河同大: the gazetteer may know the rest as a town only
        spelled += [p.name for p in _local_places(bare[found[-1][1] :], region)[:1]]
    if spelled:
        return tuple(dict.fromkeys(spelled))
    if len(bare) == 2 and (local := _local_names(bare, region, frozenset({"town", "port", "scenic"}))):
        return local
    home = home_of(region)
    return (home.name,) if home is not None and home.level != "province" else ()


def _local_places(name: str, region: str) -> list[Place]:
    home = home_of(region)
    if home is None:
        return []
    found = default_gazetteer().lookup(name, region=region)
    return [p for p in found if p.code[:4] == home.code[:4]]


@functools.lru_cache(maxsize=1024)
def _local_names(chars: str, region: str, kinds: frozenset[str]) -> tuple[str, ...]:
    """
    Towns and the like of the plan's own city that a local 简称 joins (盛同: 盛桥–同大); empty where that is not clear.

    A unit's own 简称 (合) comes before a town.
    """
    home = home_of(region)
    if home is None or home.level == "province":
        return ()
    gazetteer = default_gazetteer()
    options: list[list[Place]] = []
    for char in chars:
        listed = [p for p in gazetteer.lookup(char, region=region, abbreviations=True) if p.code[:4] == home.code[:4]]
        near = [
            p
            for p in gazetteer
            if p.kind in kinds
            and p.name[:1] == char
            and len(p.name) > 1
            and (p.code[:4] == home.code[:4] or (p.source != "GeoNames cities500" and distance_km(p, home) < 150))
        ]
        options.append((listed or near)[:6])
    if not all(options):
        return ()
    pairs = sorted(
        itertools.product(*options), key=lambda path: (sum(distance_km(a, b) for a, b in itertools.pairwise(path)),)
    )
    return tuple(p.name.removesuffix("镇") for p in pairs[0])


def _on_side(places: tuple[str, ...], side: str, *, extension: bool, region: str) -> tuple[str, ...]:
    """Places of the northern section of a line, or the end from which its northern extension goes on."""
    found = [default_gazetteer().lookup(p, region=region)[:1] for p in places]
    if not all(found):
        return places
    x, y = SIDES[side]
    first, last = found[0][0], found[-1][0]
    reverse = (last.lon - first.lon) * x + (last.lat - first.lat) * y > 0
    if extension:
        return (places[-1] if reverse else places[0],)
    middle = len(places) // 2
    return places[middle:] if reverse else places[: middle + 1]


def _behind_route(text: str) -> str:
    """First end of a stretch without the route that it lies on: 清傅一级公路界石铺, 宝坪项目岩湾, 清水江白市."""
    route = re.match(r".*(?:高速公路|一级公路|公路|高速|铁路|高铁|航道|项目|干线)(?=[\u4e00-\u9fff]{2})", text)
    river = re.match(r"[\u4e00-\u9fff]{1,3}[江河](?=[\u4e00-\u9fff]{2})", text)
    if route:
        return text[route.end() :]
    return text[river.end() :] if river and not units_in(river[0]) else text


def _end_place(text: str, region: str, *, first: bool) -> str:
    """Place at one end of a line: the last spelled out in the first part (西江航运干线南宁), the first in later ones."""
    text = re.sub(r"(?<=..)(?:[一二三四五六七]级|河段|航空煤油|成品油|原油|天然气|输气|输油)+$", "", text)
    gazetteer = default_gazetteer()
    if text.endswith("河") and gazetteer.lookup(text[:-1]) and not gazetteer.lookup(text):
        text = text[:-1]  # 涪陵河段
    found = _whole_names(text, places_in(text, region))
    if not found:
        bare = re.sub(r"\d.*$", "", text)
        station = re.fullmatch(r"(.{2,}?)[东西南北]?站", bare)
        # 合肥南站 is in 合肥; 十八站 is a town.
        return station[1] if station and gazetteer.lookup(station[1]) else bare or text
    _a, b, name = found[-1] if first else found[0]
    rest = text[b:] if first else ""
    if first and rest and not re.search(r"\d", rest) and len(rest) <= 4 and "干线" not in rest:
        return text[b:] if len(text[b:]) >= 2 else name
    return name
