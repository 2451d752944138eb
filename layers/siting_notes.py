"""
What a siting note says, as codes and parameters, and the sentences they become in Chinese or in English.

A note is a fact of the drawing (``existing_line`` with ``line=京沪高铁``), not a sentence: tables carry it in
``siting_codes`` as JSON, ``siting_note`` is the Chinese reading of it, and whoever shows a table in English reads it again
with :func:`in_language`. Names of places and lines stay as they are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

__all__ = ["SENTENCES", "SitingNote", "decoded", "encoded", "in_language", "note", "notes_text"]

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # what the plan says of it
    "halted": ("规划称暂缓、停建或取消，不计入任何情景", "put off or given up by the plan; no scenario builds it"),
    # a planner's own geometry, or one from OpenStreetMap
    "user_geometry": ("用户提供的几何", "the user's own geometry"),
    "osm_alignment": (
        "OpenStreetMap 线位[：{line}][，{ways} 段]",
        "alignment of OpenStreetMap[: {line}][, {ways} ways]",
    ),
    "osm_in_network": ("原沿既有线路，不增加里程", "was drawn on the existing network; adds no length"),
    "osm_bridged": ("断开 {km} 公里以直线相连", "{km} km of holes joined straight"),
    "osm_partial": (
        "OpenStreetMap 只覆盖 {share}，仍用原绘线位",
        "OpenStreetMap covers only {share} of it; drawn as before",
    ),
    "osm_second": (
        "OpenStreetMap 有两条线路同样符合，未取",
        "two routes of OpenStreetMap fit equally well; neither is used",
    ),
    "user_empty": ("用户几何为空，未用", "the user's geometry is empty, not used"),
    "user_invalid": ("用户几何坐标无效，未用", "the user's geometry has invalid coordinates, not used"),
    "user_mixed": ("用户几何类型混杂，只取 {kept}", "the user's geometries are of mixed types, only {kept} used"),
    "user_swapped": (
        "用户几何经纬度颠倒，未用；请在文件中对调",
        "the user's geometry has swapped axes (lat, lon), not used; swap them in the file",
    ),
    "user_outside": (
        "用户几何在中国以外（{at}），未用；请检查坐标系",
        "the user's geometry lies outside China ({at}), not used; check its coordinate system",
    ),
    "user_crossing_itself": ("用户几何自相交", "the user's geometry crosses itself"),
    "user_gcj02": (
        "疑为 GCJ-02 坐标：与 {count} 个已知点相差其偏移的 {share}，未改正；如是，请先转为 WGS 84",
        "looks like GCJ-02: off {count} known points by {share} of its shift; not corrected, convert to WGS 84 if so",
    ),
    "user_bd09": (
        "疑为 BD-09（百度）坐标：与 {count} 个已知点相差其偏移的 {share}，未改正；如是，请先转为 WGS 84",
        "looks like BD-09 (Baidu): off {count} known points by {share} of its shift; not corrected, convert to WGS 84 if so",
    ),
    "user_far": (
        "用户几何距项目地点 {km} 公里，请核对项目编号",
        "the user's geometry lies {km} km from the project's places; check its project id",
    ),
    # what the names turned out to be
    "not_found": ("未找到地名 {names}", "not in the gazetteer: {names}"),
    "read_at_home": ("{name} 取计划区域内的 {place}", "{name} read as the one in the plan's region, {place}"),
    "namesake_elsewhere": ("{name} 另有同名地：{others}", "{name} is also the name of {others}"),
    "namesake_abroad": ("{name} 亦为境外地名，取 {place}", "{name} is also a place abroad, read as {place}"),
    "abroad": ("{name} 在境外，不画", "{name} lies outside China and is not drawn"),
    "misread": ("{place} 疑为误读，未用", "{place} looks misread, left out"),
    "from_name": ("地点由名称读出：{places}", "places read from the name: {places}"),
    "nearer_name": ("按名称取 {place}", "by its name at {place}"),
    "serves": ("{place}是其服务范围，不是所在地", "{place} is whom it serves, not where it is"),
    "plan_region": ("以规划所在的{place}代表", "the plan's own region stands for it, {place}"),
    "damaged_name": ("名称残损，只画读得出的部分", "its name is damaged; only the readable part is drawn"),
    "no_place": ("文中未写地点", "the plan names no place"),
    # what exists or is recorded
    "existing_line": ("沿用已有线路 {line}[，{opened} 开通]", "the existing line {line}[, opened {opened}]"),
    "shares_line": (
        "与既有线路 {line}[（{opened} 开通）]共线：规划所称即该线，不增加里程",
        "shares the existing line {line}[ (opened {opened})]: the plan names that very line; adds no length",
    ),
    "existing_section": (
        "沿用已有区段 {line} {section}[，{opened} 开通]",
        "the existing section {section} of {line}[, opened {opened}]",
    ),
    "same_line": ("即已有线路 {line}", "is the existing line {line} by another name"),
    "existing_way": ("沿既有路网 {places}", "along the existing network {places}"),
    "way_on": ("经既有线路连至 {places}", "on along existing lines to {places}"),
    "part_there": ("{line} 已有部分，连至 {places}", "the part of {line} that is there, and on to {places}"),
    "gaps_way": ("断开处沿既有路网相连", "joined along the existing network where it breaks off"),
    "gaps_new": ("断开处另画 {km} 公里", "{km} km drawn new where it breaks off"),
    "line_short": ("{line} 未及 {place}", "{line} does not reach {place}"),
    "not_in_network": ("{line} 不在路网", "{line} is not in the network"),
    "other_kind": (
        "既有 {line} 非同类线路，另画线位",
        "the existing {line} is a line of another kind; a line of its own",
    ),
    "course": (
        "经由所载地点 {places}（{grade} 级：{source}）",
        "through the places of its recorded course {places} (grade {grade}: {source})",
    ),
    "facility": ("已有记录的设施位置 {name}", "at the recorded facility {name}"),
    "facilities": ("已有记录的设施位置 {names}", "at the recorded facilities {names}"),
    "candidates": (
        "该区域内已记录的新建同类设施 {names}；规划未说明是哪一处",
        "the recorded new facilities of its kind in the region, {names}; the plan does not say which",
    ),
    "new_airport": ("新机场，非现有机场", "a new airport, not the existing one"),
    "crossing": ("已有记录的过江点 {name}", "at the recorded crossing {name}"),
    "crossing_near": ("{place}附近已知过江点 {name}", "at the recorded crossing near {place}: {name}"),
    "crossing_of": ("{line} 过长江处", "where {line} crosses the Yangtze"),
    "crossing_between": ("{places} 连线过长江处", "where the join of {places} crosses the Yangtze"),
    # the part that is meant
    "trimmed": ("取{first}至{last}", "from {first} to {last}"),
    "section_cut": ("截取 {section}", "cut to {section}"),
    "section_not_cut": ("区段未能截取：{section}", "section not cut: {section}"),
    "places_unused": ("未用地点 {places}", "places not used: {places}"),
    "between_section_ends": ("区段两端之间", "between the ends of the section"),
    # what is drawn new
    "through": ("经由 {places}", "through {places}"),
    "corridor": ("{places} 两端之间沿既有走廊", "along the corridor between {places}"),
    "straight": ("{places} 两端直连", "straight between {places}"),
    "around_lake": ("绕湖", "around the lake"),
    "over_crossing": ("在已知过江点过江", "over a recorded crossing"),
    "beside": ("与 {line} 平行，相距约 {km} 公里", "beside {line}, about {km} km off"),
    "network_ends": (
        "只画现有路网所及部分，未及 {places}",
        "drawn as far as the embedded network reaches, not to {places}",
    ),
    "beside_impossible": ("{line} 旁无法平移", "no line can be drawn beside {line}"),
    "mostly_beside": (
        "{share} 在既有同类线路 3 公里以内，这部分不增加里程",
        "{share} of it lies within 3 km of an existing line of its class and adds no length",
    ),
    "ring": ("绕{city}[{side}侧]，半径约 {km} 公里", "around {city}[, its {side} side], radius about {km} km"),
    "ring_impossible": ("环线无处可画", "no room for a ring"),
    "extension": (
        "自 {line} 端点[向{side}]延伸；长度未载，暂画 {km} 公里",
        "on[ to the {side}] from the end of {line}; its length is not stated, drawn {km} km",
    ),
    "branch": ("自 {line} 最近处至{place}", "from the nearest point of {line} to {place}"),
    "branch_unknown": (
        "干线 {line} 未知，以所至{place}代表",
        "trunk {line} unknown, only the place that it goes to: {place}",
    ),
    "few_places": ("已知地点不足两个", "fewer than two places are known"),
    "one_point": ("两端同点", "both ends at one point"),
    # a point, an area
    "at_place": ("以地点代表：{place}", "at {place}"),
    "along_river": ("走向未知，仅知沿{river}", "route unknown, only that it follows {river}"),
    "only_region": ("走向未知，仅知区域：{place}", "route unknown, only the region: {place}"),
    "site_unknown": ("选址未知，仅知区域：{place}", "site unknown, only the region: {place}"),
    "outside_region": (
        "{what}：有 {share} 在所述地点范围之外，未用",
        "{what}: {share} of it outside the region of its places, not used",
    ),
    "refused": ("未能绘制：{reason}", "could not be drawn: {reason}"),
    # the existing network
    "via": ("{first}—{last}，经 {count} 个节点", "{first}—{last}, through {count} nodes"),
}
"""Code to sentence, Chinese and English. ``{name}`` is a parameter; what stands in ``[]`` is left out where one of its own is empty."""

_SIDES: Final = {"东": "east", "西": "west", "南": "south", "北": "north"}
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class SitingNote:
    """
    One fact of a drawing.

    Parameters
    ----------
    code : str
        A key of ``SENTENCES``.
    given : tuple of (str, str)
        Its parameters, in the order in which they were given.
    """

    code: str
    given: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return a parameter, "" where it was not given."""
        return dict(self.given).get(name, "")

    def text(self, lang: str = "zh") -> str:
        """Return the sentence in ``zh`` or ``en``; the bare code where a later version knows more codes than this one."""
        if self.code not in SENTENCES:
            return " ".join([self.code, *(value for _, value in self.given)])
        values = dict(self.given)
        if lang == "en" and "side" in values:
            values["side"] = _SIDES.get(values["side"], values["side"])
        template = SENTENCES[self.code][int(lang == "en")]
        kept = _OPTIONAL.sub(lambda m: m[1] if all(values.get(name) for name in _SLOT.findall(m[1])) else "", template)
        return _SLOT.sub(lambda m: values.get(m[1], ""), kept)


def note(code: str, **given: object) -> SitingNote:
    """
    Return a note.

    Raises
    ------
    VocabularyError
        If the code is unknown.

    Examples
    --------
    >>> note("existing_line", line="京沪高铁", opened="2011-06").text("zh")
    '沿用已有线路 京沪高铁，2011-06 开通'
    >>> note("existing_line", line="京沪高铁").text("en")
    'the existing line 京沪高铁'
    """
    if code not in SENTENCES:
        message = f"unknown siting note {code!r}; accepted: {', '.join(SENTENCES)}"
        raise VocabularyError(message)
    values = ((key, f"{value:g}" if isinstance(value, float) else str(value)) for key, value in given.items())
    return SitingNote(code, tuple(pair for pair in values if pair[1]))


def notes_text(notes: Iterable[SitingNote], lang: str = "zh") -> str:
    """Return the sentences of notes, each once, joined by a semicolon."""
    texts = dict.fromkeys(note.text(lang) for note in notes)
    return ("; " if lang == "en" else "；").join(text for text in texts if text)


def encoded(notes: Iterable[SitingNote]) -> str:
    """Return notes as JSON, each once: a list of objects with ``code`` and the parameters."""
    rows = [{"code": note.code, **dict(note.given)} for note in dict.fromkeys(notes)]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def decoded(text: str) -> tuple[SitingNote, ...]:
    """
    Return the notes of a cell of ``siting_codes``.

    Raises
    ------
    VocabularyError
        If the text is no list of objects with a ``code``.

    Examples
    --------
    >>> decoded(encoded([note("at_place", place="合肥市")]))[0].text("en")
    'at 合肥市'
    """
    if not text:
        return ()
    try:
        rows = json.loads(text)
        return tuple(
            SitingNote(str(row["code"]), tuple((key, str(value)) for key, value in row.items() if key != "code"))
            for row in rows
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"siting_codes: expected a JSON list of objects with a code, found {text[:60]!r}"
        raise VocabularyError(message) from error


def in_language(features: gpd.GeoDataFrame, lang: str) -> gpd.GeoDataFrame:
    """
    Return features with ``siting_note`` in a language; notes without codes stay as they are.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, n rows
        Unchanged.
    lang : {"zh", "en"}

    Returns
    -------
    GeoDataFrame, n rows

    Raises
    ------
    VocabularyError
        If a cell of ``siting_codes`` is no list of notes.
    """
    if "siting_codes" not in features:
        return features
    said = [
        notes_text(decoded(codes), lang) if isinstance(codes, str) and codes else told
        for codes, told in zip(features["siting_codes"], features["siting_note"], strict=True)
    ]
    return features.assign(siting_note=said)
