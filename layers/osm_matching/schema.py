"""Contracts of matching: what was found for each drawn line and why it was taken or not, and what a planner decides of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from geo.schema import Column, Schema
from layers.schema import Method, Mode

__all__ = ["OSM_CHOICES", "OSM_MATCHES", "REASONS", "Choice", "Decision", "reason_text"]


class Decision(StrEnum):
    """What becomes of a drawn line, best first."""

    REPLACED = "replaced"
    PARTIAL = "partial"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"
    ABSENT = "absent"


class Choice(StrEnum):
    """What a planner says of a match."""

    USE = "use"
    REFUSE = "refuse"


REASONS: Final[dict[str, tuple[str, str]]] = {
    "absent": ("附近没有同名或同编号的线路", "no line of this name or number near it"),
    "other_class": ("同名线路类别不同（高铁/普铁/地铁，高速/一般公路）", "the line of that name is of another class"),
    "not_built": ("OSM 中为规划线路，而本项目沿用既有线路", "only proposed in OpenStreetMap, but the drawn line exists"),
    "existing_road": ("OSM 为在用道路，可能是新建改线所替代的旧路", "a road in use: may be the old one that the new road replaces"),
    "by_places_only": ("在用线路，仅由两端地名推得同名，可能是既有线", "in use, and named alike only by its places: may be an old line"),
    "opened_before": ("OSM 线路早于规划开通，可能是旧线", "opened before the plan: may be an old line of that name"),
    "number_only": ("仅省道编号相同，且原绘线位粗略；他省有同号", "only a provincial number agrees, which other provinces use too"),
    "misses_place": ("不经过所载地点", "does not pass a place that the project names"),
    "off_course": ("偏离原绘线位超出其精度", "leaves the drawn line by more than its accuracy"),
    "ends_far": ("未到达两端", "does not reach the ends"),
    "unjoined": ("同名路段连不成两端之间的线路", "the ways of that name make no line between the ends"),
    "gap": ("中间断开", "is interrupted"),
    "other_names": ("过多路段为其他名称", "too much of it runs on ways of other names"),
    "too_long": ("里程过长", "too long"),
    "too_short": ("里程过短", "too short"),
    "second_route": ("另有同名线路同样符合", "another route of that name fits as well"),
    "low_score": ("符合程度不足", "does not fit well enough"),
    "by_user": ("按人工裁定", "as a planner decided"),
    "user_ways_lost": ("指定路段不在文件中或不能连成线路", "the ways that were chosen are not in the file or do not join"),
    "in_plan_operating": ("OSM 已通车", "in operation in OpenStreetMap"),
    "bridged": ("断开处以直线相连", "holes are joined straight"),
}  # fmt: skip
"""Code to words, Chinese and English."""


def reason_text(codes: str, lang: str = "zh") -> str:
    """
    Return reasons in words.

    Examples
    --------
    >>> reason_text("gap|ends_far"), reason_text("gap", "en")
    ('中间断开；未到达两端', 'is interrupted')
    """
    words = [REASONS[code][int(lang == "en")] if code in REASONS else code for code in codes.split("|") if code]
    return ("; " if lang == "en" else "；").join(words)


_DECIDED = (
    Column("choice", "string", "a planner's word: use or refuse; empty to leave it to tongtu", zh="人工裁定"),
    Column("chosen_ways", "string", "ways to use instead, way/1|way/2 …; for choice use", zh="指定路段", shp="chosen"),
    Column("choice_note", "string", "why", zh="裁定说明", shp="choic_note"),
)

OSM_MATCHES = Schema(
    "osm_matches",
    key=("feature_id",),
    geometry=frozenset({"LineString", "MultiLineString"}),
    columns=(
        Column("feature_id", "string", "project id or line id", zh="编号", shp="feat_id", nullable=False),
        Column("origin", "string", "network (what exists) or project (what a plan names)", zh="性质", nullable=False),
        Column("name", "string", "its name", zh="名称", nullable=False),
        Column("mode", Mode, "mode", zh="方式", nullable=False),
        Column("decision", Decision, "what became of the drawn line", zh="结论", nullable=False),
        Column("reasons", "string", "why, as codes, |-joined", zh="原因代码"),
        Column("reason", "string", "why, in words", zh="原因"),
        Column("score", "float64", "how well it fits, 0-1; see layers.osm_matching.decision", zh="符合度"),
        Column("osm_name", "string", "names of the ways, most of the length first, |-joined", zh="OSM名称"),
        Column("osm_ref", "string", "numbers of the ways, |-joined", zh="OSM编号代码"),
        Column("osm_status", "string", "stages of the ways with their share of the length", zh="OSM阶段", shp="osm_stat"),
        Column(
            "osm_accuracy_km", "float64", "how far the route may be off, by its stage", zh="OSM精度km", shp="osm_acc", unit="km"
        ),
        Column("matched_by", "string", "name, ref or name+ref", zh="匹配依据", shp="matched_by"),
        Column("name_score", "float64", "how well name or number agree, 0-1", zh="名称符合", shp="name_sc"),
        Column("end_a_km", "float64", "first end of the drawn line from the route", zh="起点距km", unit="km"),
        Column("end_b_km", "float64", "last end of the drawn line from the route", zh="终点距km", unit="km"),
        Column("end_reach_km", "float64", "what was allowed of it", zh="端点限差km", shp="end_reach", unit="km"),
        Column("median_off_km", "float64", "median distance of the route from the drawn line", zh="偏离中位km", shp="med_off", unit="km"),
        Column("most_off_km", "float64", "largest distance of the route from the drawn line", zh="最大偏离km", shp="most_off", unit="km"),
        Column("band_km", "float64", "what was allowed of it, by the drawing's accuracy", zh="偏离限差km", unit="km"),
        Column("on_course_share", "float64", "share of the route within it", zh="走向符合", shp="on_course"),
        Column("length_km", "float64", "length of the route, one track or carriageway", zh="线路长km", unit="km"),
        Column("drawn_length_km", "float64", "length of the drawn line", zh="原绘长km", shp="drawn_km", unit="km"),
        Column("route_length_km", "float64", "published length", zh="公布里程km", shp="route_km", unit="km"),
        Column("coverage_share", "float64", "share of the way between the ends that the route covers", zh="覆盖率", shp="coverage"),
        Column("gaps", "Int64", "holes in the route", zh="断点数"),
        Column("gaps_km", "float64", "their length together", zh="断开km", unit="km"),
        Column("longest_gap_km", "float64", "the longest", zh="最长断开km", shp="long_gap", unit="km"),
        Column("gap_at", "string", "where the longest are, lon lat, |-joined", zh="断点位置"),
        Column("other_names_km", "float64", "length on ways without the name or number", zh="他名路段km", shp="other_km", unit="km"),
        Column("ways", "Int64", "ways that the route uses", zh="路段数"),
        Column("osm_ids", "string", "their ids in order, |-joined; the first 100", zh="路段编号"),
        Column("second_route", "string", "name of another route that fits, with its distance", zh="另一线路", shp="second"),
        Column("drawn_by", Method, "how the line was drawn before", zh="原绘制方法"),
        Column("accuracy_km", "float64", "its accuracy", zh="原精度km", shp="accur_km", unit="km"),
        *_DECIDED,
    ),
)  # fmt: skip

OSM_CHOICES = Schema(
    "osm_choices",
    key=("feature_id",),
    columns=(
        Column("feature_id", "string", "project id or line id", zh="编号", shp="feat_id", nullable=False),
        *_DECIDED,
    ),
)
"""What a planner hands back: ``osm_matches.csv`` with ``choice`` filled in, or these columns alone."""
