"""Values of vocabularies as a reader says them: 铁路 for rail, 在建 for under_construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from layers.density_definition import AREA_KINDS
from maps.labels import indicator_label, kind_label, scenario_label, unit_label
from maps.report_tables import number
from maps.style import method_label, mode_label, origin_label, status_label, work_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

__all__ = ["labelled", "word_of"]

LEVELS: Final[dict[str, tuple[str, str]]] = {
    "province": ("省", "province"),
    "city": ("市", "city"),
    "county": ("县区", "county"),
    "region": ("区域", "region"),
}

OSM_DECISIONS: Final = {
    "replaced": ("已采用", "replaced"),
    "partial": ("部分覆盖未采用", "partly covered, not used"),
    "ambiguous": ("多条待定", "ambiguous"),
    "refused": ("不符", "refused"),
    "absent": ("未见", "absent"),
}

_WORDS: Final[dict[str, Callable[[str, str], str]]] = {
    "mode": mode_label,
    "status": status_label,
    "work": work_label,
    "drawn_by": method_label,
    "origin": origin_label,
    "kind": kind_label,
    "scenario": scenario_label,
    "indicator": indicator_label,
    "unit": unit_label,
    "area_kind": lambda word, lang: AREA_KINDS.get(word, (word, word))[0 if lang == "zh" else 1],
    "osm_decision": lambda word, lang: OSM_DECISIONS.get(word, (word, word))[0 if lang == "zh" else 1],
    "level": lambda word, lang: LEVELS.get(word, (word, word))[0 if lang == "zh" else 1],
}

HEADERS: Final[dict[str, str]] = {
    "area": "地区", "code": "区划代码", "level": "层级", "indicator": "指标", "as_of": "时点", "scenario": "情景",
    "length_km": "里程km", "area_km2": "面积km²", "density": "密度", "unit": "单位", "definition": "口径",
    "density_error": "密度±", "published_km": "公布里程分摊km", "unpublished_km": "无公布者按图上km", "drawn_km": "图上合计km",
    "error_km": "绘制误差±km", "short_km": "可能少计km", "accuracy_km": "线位偏差km", "drawn_by": "绘制方法",
    "grade_d_share": "D级占比", "projects_km": "规划项目km", "area_kind": "面积类别", "area_source": "面积来源",
    "area_grade": "面积可信级", "counted": "计入范围", "reason": "缺值原因", "airports": "机场数", "airport": "机场",
    "population": "人口", "counties": "县区数", "status": "阶段", "within_60_min_share": "60分钟内人口占比",
    "within_90_min_share": "90分钟内人口占比", "within_100_km_share": "100km内人口占比", "mean_time_min": "平均时间min",
    "mean_distance_km": "平均距离km", "population_within_90_min": "90分钟内人口", "official_km": "公布km", "measured_km": "测算km",
    "difference_km": "差km", "difference_share": "差占比", "limit_share": "限差", "within_limit": "限差之内",
    "drawing_error_km": "绘制误差±km", "official_area_km2": "公布方面积km²", "official_density": "按公布里程的密度",
    "published_density": "公布密度", "measured_density": "测算密度", "explained_by": "可解释的线路", "source": "来源",
    "grade": "可信级", "note": "说明",
}  # fmt: skip
"""Chinese names of the columns that commands show and no contract declares."""

NOTES: Final = {"超过": "more than", "约": "about", "预计": "forecast"}
"""Notes of published figures."""


def labelled(table: pd.DataFrame, lang: str, headers: Mapping[str, str] | None = None) -> pd.DataFrame:
    """
    Return a table as a reader on a terminal wants it: words for codes, and Chinese headers for a Chinese reader.

    Parameters
    ----------
    table : DataFrame
    lang : {"zh", "en"}
        In English headers and words that have none stay as they are.
    headers : mapping, optional
        Chinese headers that go before those of ``HEADERS``.

    Returns
    -------
    DataFrame, same rows
    """
    out = table.copy()
    for name in out.columns:
        if name in _WORDS and name != "drawn_by":
            out[name] = [word_of(str(name), str(value), lang) for value in out[name]]
        elif out[name].dtype == bool and lang == "zh":
            out[name] = out[name].map({True: "是", False: "否"})
    for name in out.select_dtypes("float").columns:
        out[name] = [number(value) if value == value else "" for value in out[name]]
    if "drawn_by" in out:
        out["drawn_by"] = [_shares(str(value), lang) for value in out["drawn_by"]]
    if lang != "zh":
        return out.assign(note=[NOTES.get(str(v), str(v)) for v in out["note"]]) if "note" in out else out
    return out.rename(columns=HEADERS | dict(headers or {}))


def _shares(text: str, lang: str) -> str:
    """Return 经站点连线 90% for ``nodes:0.900``, |-joined; a method alone as its word."""
    shown = []
    for part in (part for part in text.split("|") if part):
        method, _, share = part.partition(":")
        shown.append(word_of("drawn_by", method, lang) + (f" {float(share):.0%}" if share else ""))
    return ", ".join(shown)


def word_of(column: str, value: str, lang: str) -> str:
    """
    Return the word for a value of a column, or the value where nobody has given it one.

    Examples
    --------
    >>> word_of("status", "under_construction", "zh"), word_of("name", "合新高铁", "en")
    ('在建', '合新高铁')
    """
    if not value or column not in _WORDS:
        return value
    try:
        return _WORDS[column](value, lang)
    except (KeyError, ValueError):  # an open vocabulary: a user's own word stays
        return value
