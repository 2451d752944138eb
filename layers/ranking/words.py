"""What a ranking says of a project in words: what its drawing leaves open, and why one is not measured."""

from __future__ import annotations

from typing import Any

from layers.project_lines import repeats_network
from layers.schema import Method, Mode, Work

__all__ = ["left_out", "uncertainty"]


def uncertainty(project: Any, *, measured: bool, lang: str = "zh") -> str:
    """
    Return what is open about the number of a project.

    Parameters
    ----------
    project : row of a table of the contract ``layers.schema.FEATURES``
    measured : bool
    lang : {"zh", "en"}
    """
    zh = lang == "zh"
    if not measured:
        return ""
    km = float(project.accuracy_km)
    parts = []
    if project.drawn_by == Method.STRAIGHT.value:
        parts.append(
            "直线绘制: 里程取直线的1.1倍(上下限1.0、1.3), 仅停两端及4 km内的既有车站"
            if zh
            else "drawn straight: 1.1 times the straight way (range 1.0 to 1.3), stops only at its ends and stations within 4 km"
        )
    elif project.drawn_by == Method.CORRIDOR.value:
        parts.append(f"沿走廊绘制, 可能偏离 {km:g} km" if zh else f"drawn along a corridor, may be {km:g} km off")
    elif project.drawn_by == Method.NODES.value:
        parts.append(f"经由节点绘制, 可能偏离 {km:g} km" if zh else f"drawn through nodes, may be {km:g} km off")
    if project.speed_km_h > 0:
        return "; ".join(parts)
    parts.append("速度按类别假定, 下限低一档" if zh else "speed assumed for the kind, the low bound one class slower")
    return "; ".join(parts)


def left_out(project: Any, *, lang: str = "zh") -> str:
    """
    Return why a project is not measured.

    Parameters
    ----------
    project : row of a table of the contract ``layers.schema.FEATURES``
    lang : {"zh", "en"}
    """
    zh = lang == "zh"
    if project.mode == Mode.AIRPORT.value:
        return "机场: 新机场无时刻表, 未测算" if zh else "airport: a new one has no timetable; not measured"
    if project.work == Work.UPGRADE.value:
        return "改扩建: 本模型不改变速度, 未测算" if zh else "upgrade: changes no speed in this model; not measured"
    if repeats_network(str(project.drawn_by), getattr(project, "siting_codes", "")):
        return "沿既有线绘制, 不新增通路" if zh else "drawn on an existing line: no new way"
    if project.drawn_by in {Method.AREA.value, Method.POINT.value, Method.NONE.value}:
        word = {"area": "面", "point": "点", "none": "未落图"}[str(project.drawn_by)]
        return (
            f"仅绘为{word}, 无法通行, 未测算"
            if zh
            else f"drawn as {project.drawn_by} only: cannot be travelled; not measured"
        )
    return (
        "此类线路或方式不在所选出行方式内, 或不接两处以上车站(互通)"
        if zh
        else "not a kind that the chosen mode travels on, or meets fewer than two stations or interchanges"
    )
