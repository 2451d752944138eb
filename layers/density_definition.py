"""The definition of a density in words: what was divided by what, from which source, and how far it may be off."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.schema import Method

if TYPE_CHECKING:
    from layers.density_kinds import Density

__all__ = ["AREA_KINDS", "DensityRecord", "definition", "denominator_words", "drawing_words"]

DRAWINGS: dict[str, tuple[str, str]] = {
    Method.USER: ("用户给定", "given by the user"),
    Method.OSM: ("开放地图", "OpenStreetMap"),
    Method.NETWORK: ("沿现状线路", "along the network"),
    Method.NODES: ("经站点连线", "through its nodes"),
    Method.CORRIDOR: ("走廊示意", "corridor"),
    Method.STRAIGHT: ("直线示意", "straight"),
    Method.POINT: ("点位", "point"),
}
"""How lines are drawn, in words; those of ``maps.style``, which this package may not import."""

AREA_KINDS = {
    "land": ("公布的陆域面积", "published land area"),
    "jurisdiction": ("公布的行政区域面积, 含水域", "published jurisdiction area, inland water included"),
    "jurisdiction with sea": ("公布的行政区域面积, 含海域", "published jurisdiction area, sea included"),
    "sum": ("各组成单元面积之和", "sum of the areas of its parts"),
    "polygon": ("图上多边形面积", "area of the polygon as drawn"),
}


@dataclass(frozen=True)
class DensityRecord:
    """
    What one density rests on.

    Parameters
    ----------
    length_km : float
        Numerator: published length apportioned by the drawn shares, drawn length where none is published.
    published_km, unpublished_km, projects_km, drawn_km : float
        Of it published; of it as drawn, for want of a published length; of it projects, as drawn and lengthened where straight;
        and all of it as drawn.
    error_km, short_km : float
        See :func:`layers.drawing_error.drawing_error_km`.
    accuracy_km : float
        Mean accuracy of the alignments, weighted by length; NaN without lines.
    drawn_by : dict of method to share (0-1) of the numerator, largest first
    grade_d_share : float
        Share (0-1) that rests on facts of grade D.
    area_km2 : float
        Denominator.
    area_kind, area_source, area_grade : str
        What it counts (land, jurisdiction …, polygon), where it is published, how good the source is.
    """

    length_km: float
    published_km: float
    unpublished_km: float
    projects_km: float
    drawn_km: float
    error_km: float
    short_km: float
    accuracy_km: float
    drawn_by: dict[str, float]
    grade_d_share: float
    area_km2: float
    area_kind: str
    area_source: str
    area_grade: str


def definition(spec: Density, record: DensityRecord, *, as_of: str, lang: str) -> str:
    """
    Write the definition of a number.

    Parameters
    ----------
    spec : Density
    record : DensityRecord
    as_of : str
    lang : {"zh", "en"}

    Returns
    -------
    str
        One sentence in parts: the month and what counts, numerator, error, denominator, drawing, grade.
    """
    zh = lang == "zh"
    parts = [f"{as_of}: {spec.zh if zh else spec.en}"]
    if spec.per_km2:
        parts += [_numerator(record, zh), *_errors(spec, record, zh), _denominator(record, zh)]
    if record.length_km > 0.0:
        drawn = drawing_words(record.drawn_by, lang)
        parts.append(f"绘制方法 {drawn}" if zh else f"drawn {drawn}")
        share = f"{record.grade_d_share:.0%}"
        parts.append(
            f"里程的 {share} 依据 D 级事实(凭记忆, 已交叉核对)"
            if zh
            else f"{share} of the length rests on grade D facts (memory, cross-checked)"
        )
    return ("; ".join(parts) + "。") if zh else ("; ".join(parts) + ".")


def _numerator(record: DensityRecord, zh: bool) -> str:
    km, drawn, none, new = record.length_km, record.drawn_km, record.unpublished_km, record.projects_km
    if zh:
        projects = f" + 规划项目按图上 {new:.1f} km(直线者已加长)" if new > 0.0 else ""
        return (
            f"分子 {km:.1f} km = 公布里程按图上长度分摊 {record.published_km:.1f} km + 无公布里程者按图上 {none:.1f} km"
            f"{projects}(全部按图上则为 {drawn:.1f} km)"
        )
    projects = f" + {new:.1f} km of projects as drawn (straight ones lengthened)" if new > 0.0 else ""
    return (
        f"numerator {km:.1f} km = {record.published_km:.1f} km published, apportioned by drawn length + {none:.1f} km as drawn, "
        f"where nothing is published{projects} (all as drawn: {drawn:.1f} km)"
    )


def _errors(spec: Density, record: DensityRecord, zh: bool) -> list[str]:
    """Say how far the drawing may put the numerator and the density off, and to which side."""
    if record.length_km <= 0.0:
        return []
    per = spec.per_km2 / record.area_km2 if record.area_km2 > 0.0 else math.nan
    error, density = f"±{record.error_km:.1f} km", f"±{record.error_km * per:.3g}"
    words = (
        f"绘制误差 {error}(密度 {density}; 线位偏差平均至多 {record.accuracy_km:.1f} km)"
        if zh
        else f"error of the drawing {error} (density {density}; alignments within {record.accuracy_km:.1f} km on average)"
    )
    out = [words]
    if record.short_km >= 0.05:
        out.append(
            f"图上长度通常偏短, 无公布里程者合计可能少计 {record.short_km:.1f} km"
            if zh
            else f"drawn lines are shorter than built ones: those without published length may be {record.short_km:.1f} km short"
        )
    return out


def _denominator(record: DensityRecord, zh: bool) -> str:
    words = denominator_words(record.area_kind, record.area_source, record.area_grade, "zh" if zh else "en")
    if not math.isfinite(record.area_km2):
        return "分母 无面积" if zh else "denominator unknown"
    return f"分母 {record.area_km2:.1f} km²({words})" if zh else f"denominator {record.area_km2:.1f} km² ({words})"


def denominator_words(kind: str, source: str, grade: str, lang: str) -> str:
    """
    Say which area a density divides by, where its figure comes from, and whether the source gives a year.

    Examples
    --------
    >>> denominator_words("land", "浙江省第二次土地调查", "B", "en")
    'published land area; source: 浙江省第二次土地调查 [B], year of the figure not given'
    >>> denominator_words("polygon", "", "", "zh")
    '图上多边形面积'
    """
    words = AREA_KINDS.get(kind, ("公布面积", "published area"))[0 if lang == "zh" else 1]
    if not source:
        return words
    memory = source.removeprefix("memory: ")
    graded = f" [{grade}]" if grade else ""
    dated = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", source) is not None
    if lang == "zh":
        shown = f"凭记忆: {memory}" if memory != source else source
        return f"{words}; 来源: {shown}{graded}" + ("" if dated else ", 未注明年份")
    return f"{words}; source: {source}{graded}" + ("" if dated else ", year of the figure not given")


def drawing_words(shares: dict[str, float], lang: str) -> str:
    """
    Say how a length was drawn.

    Parameters
    ----------
    shares : dict of method to share (0-1)
    lang : {"zh", "en"}

    Examples
    --------
    >>> drawing_words({"nodes": 0.9, "straight": 0.1}, "zh")
    '经站点连线 90%, 直线示意 10%'
    """
    column = 0 if lang == "zh" else 1
    return ", ".join(f"{DRAWINGS.get(name, (name, name))[column]} {share:.0%}" for name, share in shares.items())
