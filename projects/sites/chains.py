"""The places of a project, resolved in order: of several readings the one that makes a sensible line in the plan's region."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import nearest_points

from geo.gazetteer import NEIGHBOURS
from geo.geodesy import distance_km
from layers.schema import Mode
from layers.siting_notes import SitingNote, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.gazetteer import Place
    from projects.sites.drawing import Site
    from projects.sites.ground import Existing

__all__ = ["ABROAD", "Chain", "place_chain"]

_NOT_NEARER = frozenset({"river", "lake", "line", "border"})
"""Kinds that say what a project is about, not where in its unit it lies."""

_TYPE_WORDS = frozenset("高速 高铁 铁路 机场 新城 新区 高新 城际 地铁 港口 航道 公路".split())
"""Words for what is built that are also the name of some village."""

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Code prefixes of 北京, 天津, 上海, 重庆: provinces by rank, cities on the map."""

ABROAD = frozenset(
    "俄罗斯 蒙古国 朝鲜 韩国 日本 越南 老挝 柬埔寨 泰国 缅甸 马来西亚 新加坡 印度 印度尼西亚 尼泊尔 巴基斯坦 孟加拉国 "
    "阿富汗 哈萨克斯坦 吉尔吉斯斯坦 塔吉克斯坦 乌兹别克斯坦 土库曼斯坦 伊朗 德国 法国 波兰 白俄罗斯 荷兰 比利时 意大利 "
    "英国 美国 澳大利亚 卡塔尔 莫斯科 乌兰巴托 河内 万象 曼谷 仰光 金边 吉隆坡 东京 大阪 首尔 釜山 仁川 平壤 汉堡 "
    "杜伊斯堡 鹿特丹 华沙 明斯克 阿拉木图 塔什干 西伯利亚 中亚 欧洲".split()
)
"""Countries and cities abroad that Chinese plans name as the far end of a line (common knowledge)."""


@dataclass(frozen=True)
class Chain:
    """
    The resolved places of a project.

    Parameters
    ----------
    places : tuple of Place
        In order.
    missing : tuple of str
        Names without a place.
    notes : tuple of SitingNote
        What was decided or is doubtful.
    """

    places: tuple[Place, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[SitingNote, ...] = ()

    @property
    def tail(self) -> tuple[SitingNote, ...]:
        """Return missing names and notes: the end of every siting note of the project."""
        lost = (note("not_found", names="、".join(self.missing)),) if self.missing else ()
        return (*lost, *self.notes)


def place_chain(site: Site) -> Chain:
    """
    Resolve the places of a project in order.

    A reading inside the plan's provinces or their neighbours comes before one outside. A place outside them that the
    name does not spell out (an expanded 简称), that is no distinct 简称 of the name's characters (蓉 for 成都) and that is
    far from all other places is left out and said to be so: it is more likely misread than meant. A "place" that is a
    line (中俄东线, 长江) becomes the point of that line nearest to the next place.

    Parameters
    ----------
    site : Site

    Returns
    -------
    Chain
    """
    readings: list[list[Place]] = []
    missing: list[str] = []
    notes: list[SitingNote] = []
    lines: dict[int, Existing] = {}
    if site.places_from_name and site.places:
        notes.append(note("from_name", places="—".join(site.places)))
        if "damaged" in site.flags:
            notes.append(note("damaged_name"))
    for name in site.places:
        found = site.ground.lookup(name, region=site.region)[: site.assumptions.candidates]
        line = _line_meant(site, name, found)
        if line is not None:
            lines[len(readings)] = line
            readings.append([])
            continue
        if name in ABROAD:
            inside = [place for place in found if place.code]
            read_as = {"place": _described(site, inside[0])} if inside else {}
            notes.append(note("namesake_abroad" if inside else "abroad", name=name, **read_as))
            if not found:
                continue
        if not found:
            missing.append(name)
            continue
        kept = _home_first(site, found)
        if kept[0] is not found[0]:
            notes.append(note("read_at_home", name=name, place=_described(site, kept[0])))
        readings.append(kept)
    chain = _shortest([reading for reading in readings if reading])
    notes += _namesakes(site, chain)
    nearer = [_nearer(site, place) for place in chain]
    notes += [
        note("nearer_name", place=new.full_name) for new, old in zip(nearer, chain, strict=True) if new is not old
    ]
    chain = [site.ground.station_of(p) if site.mode == Mode.RAIL.value else p for p in nearer]
    chain, doubts = _without_far_fetched(site, chain)
    for at in sorted(lines):
        if chain:
            beside = chain[min(at, len(chain) - 1)]
            chain.insert(min(at, len(chain)), _foot(lines[at], beside))
    smaller = [place for place in chain if place.level != "province" or place.code[:2] in MUNICIPALITIES]
    # 安徽—浙江—合肥: a province says where a line goes, not where it runs; two nearer places are better without it.
    return Chain(tuple(smaller if site.is_line and len(smaller) > 1 else chain), tuple(missing), (*notes, *doubts))


def is_home(site: Site, place: Place) -> bool:
    """Whether a place lies in the plan's provinces or next to them; a place without a code is at home everywhere."""
    if not place.code:
        return True
    provinces = {code[:2] for code in site.ground.region_codes(site.region)}
    return place.code[:2] in provinces or any(f"{place.code[:2]}-{code}" in NEIGHBOURS for code in provinces)


def _home_first(site: Site, found: Sequence[Place]) -> list[Place]:
    """Drop readings far from the plan's region where a unit or curated place at home has the same name."""
    home = [place for place in found if is_home(site, place) and place.kind != "town"]
    return home if home and not is_home(site, found[0]) else list(found)


def _without_far_fetched(site: Site, chain: list[Place]) -> tuple[list[Place], list[SitingNote]]:
    doubtful = []
    for place in chain:
        spelled = any(place.name in name for name in site.names)
        if place.code.endswith("0100") and "ambiguous_place" not in site.flags:
            continue  # a provincial capital (昆明 of 渝昆) is what its 简称 means first
        if spelled or is_home(site, place) or place.level == "province" or _distinctly_abbreviated(site, place):
            continue
        # Two far places near each other (南宁—沿河) do not vouch for one another: only a place at home does.
        home = [distance_km(place.lon, place.lat, p.lon, p.lat) for p in chain if p is not place and is_home(site, p)]
        if home and (min(home) > site.assumptions.far_fetched_km or "ambiguous_place" in site.flags):
            doubtful.append(place)
    notes = [note("misread", place=_described(site, p)) for p in doubtful]
    return [place for place in chain if place not in doubtful], notes


def _namesakes(site: Site, chain: Sequence[Place]) -> list[SitingNote]:
    """Say where a unit's name is that of others as near to the plan: 鼓楼区 of four cities, 朝阳 of two provinces."""
    notes = []
    provinces = {code[:2] for code in site.ground.region_codes(site.region)}
    for place in chain:
        if place.kind != "division":
            continue
        found = site.ground.lookup(place.name, region=site.region)
        same = [p for p in found if p.kind == "division" and p.level == place.level and not p.valid_to]
        at_home = [p for p in same if p.code[:2] in provinces]
        others = [p for p in (at_home if place.code[:2] in provinces else same) if p.code != place.code]
        if others:
            listed = "、".join(site.ground.gazetteer.describe(p) for p in others[:4])
            notes.append(note("namesake_elsewhere", name=place.name, others=listed))
    return notes


def _nearer(site: Site, place: Place) -> Place:
    """
    Return the smaller place that the project's name spells out behind a unit: 官亭 of 肥西官亭通用机场, 江苏沿海 for 江苏.

    Only a place inside the unit counts, and none that the project names anyway.
    """
    own = (place.name, place.full_name)
    if place.kind != "division" or any(place.name in name and name not in own for name in site.places[1:]):
        return place  # 合肥 of 合肥新桥机场S1线 is the other end
    stems = {"province": 2, "prefecture": 4}.get(place.level, 6)
    for spelled in (place.full_name, place.name):
        at = site.name.find(spelled)
        rest = site.name[at + len(spelled) :] if at >= 0 else ""
        for length in range(min(len(rest), 8), 1, -1):
            head = rest[:length]
            if head in site.places or head in _TYPE_WORDS:
                continue
            both = site.ground.gazetteer.lookup(spelled + head)
            inside = [p for p in both if p.kind != "division" and p.kind not in _NOT_NEARER]
            if not inside and place.level != "province":
                found = site.ground.gazetteer.lookup(head, region=[place.code])
                inside = [p for p in found if p.code.startswith(place.code[:stems]) and p.kind not in _NOT_NEARER]
            inside = [p for p in inside if p.place_id != place.place_id]
            if inside:
                return inside[0]
    return place


def _distinctly_abbreviated(site: Site, place: Place) -> bool:
    """Whether a 简称 of the place or its province that is not just its first character stands in the name."""
    marks = [mark for mark in place.abbreviations if mark != place.name[0]]
    marks += [mark for unit in site.ground.lookup_code(place.code[:2] + "0000") for mark in unit.abbreviations]
    return any(mark in name for mark in marks for name in site.names)


def _described(site: Site, place: Place) -> str:
    return site.ground.gazetteer.describe(place)


def _line_meant(site: Site, name: str, found: Sequence[Place]) -> Existing | None:
    """Return the line that a "place" names: a river for a channel, a trunk line for its branch."""
    if site.mode == Mode.WATERWAY.value or any(place.kind == "river" for place in found):
        return site.ground.line_named([name], Mode.WATERWAY.value)
    return site.ground.line_named([name], site.mode) if name.endswith("线") or not found else None


def _foot(line: Existing, place: Place) -> Place:
    """Return the point of a line that is nearest to a place, as a place."""
    on = nearest_points(line.geometry, shapely.Point(place.lon, place.lat))[0]
    return replace(
        place,
        name=line.name,
        full_name=line.name,
        kind="line",
        level="place",
        lon=on.x,
        lat=on.y,
        accuracy_km=line.accuracy_km,
    )


def _shortest(readings: list[list[Place]]) -> list[Place]:
    """Choose a reading of each name so that the line is shortest; an earlier reading is worth 100 km (dynamic programme)."""
    if not readings:
        return []
    worth_km = 100.0
    costs = [rank * worth_km for rank in range(len(readings[0]))]
    back: list[list[int]] = []
    for before, after in itertools.pairwise(readings):
        step = [[costs[i] + distance_km(a.lon, a.lat, b.lon, b.lat) for i, a in enumerate(before)] for b in after]
        back.append([int(np.argmin(row)) for row in step])
        costs = [min(row) + rank * worth_km for rank, row in enumerate(step)]
    at = int(np.argmin(costs))
    chosen = [readings[-1][at]]
    for previous, choice in zip(reversed(readings[:-1]), reversed(back), strict=True):
        at = choice[at]
        chosen.append(previous[at])
    return chosen[::-1]
