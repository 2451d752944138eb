"""Places of a project's name: of its section, of its line's 简称, or as they are spelled out."""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.names import DASH, TO
from projects.grammar.routes import (
    Reading,
    distance_km,
    home_of,
    is_abbreviation,
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
    bracket = next((inside for inside, _ in member.brackets if re.search(TO, inside)), "").removesuffix("段")
    section = re.sub(r"\([^()]*\)", "", member.section.removesuffix("段"))
    stem = CODE_PREFIX.sub("", re.sub(r"\([^()]*\)", "", member.prefix + member.stem)).strip("“”")
    head = member.head
    strict = head is not None and "line" in head.flags  # 芜宣 is a line here, an airport elsewhere
    line = strict or (head is not None and (head.kind in LINEAR or "通道" in head.word or head.kind == "metro"))
    if power := re.match(r"“?([\u4e00-\u9fff])电[入送进]([\u4e00-\u9fff])", member.core):
        return None, tuple(province_of(c) for c in power.groups())
    if ALONG.fullmatch(stem):
        return None, tuple(dict.fromkeys(p for _, _, p in units_in(section)))
    if section.endswith("枢纽") and (within := units_in(section)):
        return None, (within[-1][2],)
    reading, places = _of_section(section, region, mode)
    if places:
        return reading, places
    for part in (bracket, section, stem):
        ends = [x for x in re.split(rf"[{DASH}]{{1,2}}|至|到", part.removesuffix("段")) if x]
        if len(ends) >= 2 and all(re.search(r"[\u4e00-\u9fff]{2}", x) for x in ends):
            return None, tuple(_end_place(x, region, first=i == 0) for i, x in enumerate(ends))
    if head is not None and member.code and not stem:
        return None, _of_local_road(section, region)
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


def _of_section(section: str, region: str, mode: str) -> tuple[Reading | None, tuple[str, ...]]:
    """Read the section's own ends: 漳诏, 东延无岳, 合六南通道."""
    bare = re.sub(r"[东西南北]?(?:快速)?通道$", "", re.sub(r"^[东西南北]{1,2}延(?:线)?", "", section))
    own = not re.search(r"联络线|连接线|支线|复线|[东西南北]延|^先行|路$", bare) and 2 <= len(bare) <= 4
    if own and is_abbreviation(bare) and not units_in(bare):
        reading = read_abbreviation(bare, region, mode)
        if reading.places:
            return reading, reading.places
    return None, ()


def _of_stem(
    stem: str, name: str, mode: str, region: str, *, line: bool, strict: bool
) -> tuple[Reading | None, tuple[str, ...]]:
    found = units_in(stem) if strict else places_in(stem, region)
    covered = sum(b - a for a, b, _ in found)
    if line and len(stem) <= 7 and is_abbreviation(stem) and (covered == 0 or (strict and covered < len(stem) <= 4)):
        reading = read_abbreviation(stem, region, mode)
        if reading.places:
            return reading, reading.places
    if mode == "waterway" and re.fullmatch(r"[\u4e00-\u9fff]{2}线", stem):
        local = _local_names(stem[:-1], region, frozenset({"port", "lock", "town"}))
        if len(local) > 1:
            return None, local
    found = _with_counties(stem, places_in(stem, region), region)
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
    if spelled:
        return None, spelled[:3]
    if not line or not is_abbreviation(stem):
        found = _with_counties(name, places_in(name, region), region)
        home = home_of(region)
        if not found and home is not None and home.level != "province" and not line and not stem:
            return None, (home.name,)  # what names itself only lies in the plan's own city
        return None, tuple(dict.fromkeys(p for _, _, p in found))[:3]
    reading = read_abbreviation(stem, region, mode)
    return reading, reading.places


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


def _end_place(text: str, region: str, *, first: bool) -> str:
    """Place at one end of a line: the last spelled out in the first part (西江航运干线南宁), the first in later ones."""
    found = places_in(text, region)
    if not found:
        return re.sub(r"\d.*$|(?:[东西南北])?站$", "", text) or text
    _a, b, name = found[-1] if first else found[0]
    rest = text[b:] if first else ""
    if first and rest and not re.search(r"\d", rest) and len(rest) <= 4 and "干线" not in rest:
        return text[b:] if len(text[b:]) >= 2 else name
    return name
