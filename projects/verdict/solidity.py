"""How solid a list of projects is, in words: at which stages they stand, and how much of them is only indicated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.verdict.closing import CORRIDOR, STRAIGHT, composition
from projects.verdict.judgement import STAGES

if TYPE_CHECKING:
    import pandas as pd

    from projects.verdict.time_closing import TimeClosing

__all__ = ["counts_closing_note", "forecast_note", "lengths_closing_note", "stage_word", "times_closing_note"]

_STAGE_ZH = {
    "under_construction": "在建",
    "starting": "开工",
    "preparatory": "前期",
    "proposed": "规划",
    "unspecified": "阶段未明",
}


def stage_word(stage: str, lang: str) -> str:
    """
    Return the word for a stage.

    Examples
    --------
    >>> stage_word("preparatory", "zh"), stage_word("under_construction", "en")
    ('前期', 'under construction')
    """
    return _STAGE_ZH.get(stage, stage) if lang == "zh" else stage.replace("_", " ")


def forecast_note(added_km: float, straight: float, corridor: float, early: float, lang: str) -> str:
    """Say that the value with all projects is no forecast, and what it rests on."""
    if lang == "zh":
        return f"计入全部项目的值不是预测: 新增 {added_km:.0f} km 中直线示意 {straight:.0%}, 走廊示意 {corridor:.0%}, 尚未在建 {early:.0%}"
    return (
        f"the value with all projects is no forecast: of the {added_km:.0f} km added, {straight:.0%} are drawn straight, "
        f"{corridor:.0%} as corridors, and {early:.0%} are not yet under construction"
    )


def lengths_closing_note(chosen: pd.DataFrame, missing_km: float, added_km: float, lang: str) -> str:
    """
    Say how solid a list of lines is: kilometres by stage, and the shares that are only indicated.

    Parameters
    ----------
    chosen : DataFrame with status, drawn_by, length_km; empty where nothing is needed or nothing suffices
    missing_km, added_km : float
        What the target needs, and what all drawn projects add.
    lang : {"zh", "en"}
    """
    zh = lang == "zh"
    if missing_km <= 0.0:
        return "现状已达到, 无需新增" if zh else "met today, nothing needed"
    if chosen.empty:
        return (
            f"尚缺 {missing_km:.0f} km; 全部已落图项目只新增 {added_km:.0f} km, 不足以补足"
            if zh
            else f"{missing_km:.0f} km missing; all drawn projects add {added_km:.0f} km and do not suffice"
        )
    km = chosen.groupby("status")["length_km"].sum()
    stages = ", ".join(f"{stage_word(stage, lang)} {km[stage]:.0f} km" for stage in STAGES if stage in km.index)
    what = composition(chosen)
    return (
        f"尚缺 {missing_km:.0f} km; {len(chosen)} 项共 {what['added_km']:.0f} km ({stages}); "
        f"直线示意 {what['straight_share']:.0%}, 走廊示意 {what['corridor_share']:.0%}"
        if zh
        else f"{missing_km:.0f} km missing; {len(chosen)} projects with {what['added_km']:.0f} km ({stages}); "
        f"{what['straight_share']:.0%} drawn straight, {what['corridor_share']:.0%} as corridors"
    )


def times_closing_note(found: TimeClosing, missing_min: float, plan_min: float, limit_min: float, lang: str) -> str:
    """
    Say which projects bring a time under its limit, or what the best of them leave.

    Parameters
    ----------
    found : TimeClosing
    missing_min, plan_min, limit_min : float
        What is too much today; the time with all projects; the limit.
    lang : {"zh", "en"}
    """
    zh = lang == "zh"
    if missing_min <= 0.0:
        return "现状已达到, 无需新增" if zh else "met today, nothing needed"
    rows = found.projects
    named = ("、" if zh else ", ").join(
        f"{row['name']}({stage_word(str(row['status']), lang)})" for row in rows.to_dict("records")
    )
    drawn = int(rows["drawn_by"].isin([STRAIGHT, CORRIDOR]).sum())
    if found.closes:
        return (
            f"超出 {missing_min:.0f} 分钟; {len(rows)} 项即可达到: {named}; 其中示意线位 {drawn} 项"
            if zh
            else f"{missing_min:.0f} min too much; {len(rows)} projects suffice: {named}; {drawn} of them drawn as indications"
        )
    left = plan_min - limit_min
    if rows.empty:
        return (
            f"超出 {missing_min:.0f} 分钟; 已落图项目均不缩短最慢的一对"
            if zh
            else f"{missing_min:.0f} min too much; no drawn project shortens the slowest pair"
        )
    return (
        f"超出 {missing_min:.0f} 分钟; 全部项目建成仍超 {left:.0f} 分钟; 有作用的: {named}"
        if zh
        else f"{missing_min:.0f} min too much; with all projects still {left:.0f} min; those that help: {named}"
    )


def counts_closing_note(chosen: pd.DataFrame, missing: int, added: int, lang: str) -> str:
    """
    Say which projects would add what is missing of a count.

    Parameters
    ----------
    chosen : DataFrame with name, status; empty where nothing is needed or nothing suffices
    missing, added : int
        How many are missing, and how many all drawn projects add.
    lang : {"zh", "en"}
    """
    zh = lang == "zh"
    if missing <= 0:
        return "现状已达到, 无需新增" if zh else "met today, nothing needed"
    if chosen.empty:
        return (
            f"尚缺 {missing} 个; 全部已落图项目只新增 {added} 个, 不足以补足"
            if zh
            else f"{missing} missing; all drawn projects add {added} and do not suffice"
        )
    named = ("、" if zh else ", ").join(
        f"{row['name']}({stage_word(str(row['status']), lang)})" for row in chosen.to_dict("records")
    )
    return f"尚缺 {missing} 个; {named}" if zh else f"{missing} missing; {named}"
