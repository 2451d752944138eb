"""What other usual definitions of a length or density give: another area, another length, other lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.drawing_error import stretch_of
from projects.verdict.area_lengths import density_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from projects.verdict.area_lengths import AreaLengths
    from projects.verdict.target_line import Variant

__all__ = ["length_definitions"]

PLANNED_TRACKS = 2.0
"""Tracks of a railway that a plan only names: nearly all that are planned now are double."""

SIDE_KINDS = ("suburban_rail", "freight_rail")
"""Kinds of railway that some statistics leave out."""


def length_definitions(
    lengths: AreaLengths,
    indicator: str,
    month: str,
    *,
    lang: str = "zh",
    metro: Mapping[str, Any] | None = None,
) -> list[Variant]:
    """
    Measure a length or density by other definitions.

    Parameters
    ----------
    lengths : AreaLengths
    indicator : str
        ``rail_density``, ``expressway_length`` …
    month : str
        ``YYYY-MM`` of what is there.
    lang : {"zh", "en"}
    metro : mapping, optional
        Published length of the metro of the area (as_of, length_km, source, grade, note): it is in no embedded network.

    Returns
    -------
    list of (definition, value today, value with all projects, note)
        In the unit of ``layers.density``. ``drawn_length``: as drawn; ``track_km``: each track or carriageway for itself; ``stretched``: lines without published length times what
        the others are longer than drawn; ``polygon_area`` and ``without_lakes`` (densities): another denominator;
        ``main_lines`` (rail): without suburban and freight lines; ``with_metro`` (rail): and the published length of the
        metro, NaN with the reason where none is known; ``with_bridges`` (expressway): and sea bridges outside the statistics.
    """
    spec = density_of(indicator)
    there, planned = lengths.existing(indicator, month), lengths.planned(indicator)
    km = float(there["km"].sum()), float(there["km"].sum() + planned["km"].sum())
    drawn_km = float(there["length_km"].sum()), float(there["length_km"].sum() + planned["length_km"].sum())
    zh = lang == "zh"
    density = indicator.endswith("_density")

    def row(name: str, both: tuple[float, float], area_km2: float, note: str) -> Variant:
        if not density:
            return name, round(both[0], 3), round(both[1], 3), note
        values = [round(v / area_km2 * spec.per_km2, 4) if area_km2 > 0.0 else math.nan for v in both]
        return name, values[0], values[1], note

    out = [
        row(
            "drawn_length",
            drawn_km,
            lengths.area_km2,
            f"图上长度 {drawn_km[0]:.1f} km, 代替公布里程 {km[0]:.1f} km"
            if zh
            else f"drawn length {drawn_km[0]:.1f} km for the published {km[0]:.1f} km",
        )
    ]
    out.append(
        _twice_over(
            there, planned, spec.indicator, lambda both, note: row("track_km", both, lengths.area_km2, note), zh=zh
        )
    )
    stretch = stretch_of(lengths.measured_both(indicator))
    none = [rows.loc[rows["route_km"].isna(), "length_km"].sum() for rows in (there, planned)]
    if stretch.lines and none[0] > 0.0:
        more = [float(v) * (stretch.mean - 1.0) for v in none]
        out.append(
            row(
                "stretched",
                (km[0] + more[0], km[1] + more[0]),
                lengths.area_km2,
                f"无公布里程的 {none[0]:.1f} km 乘以 {stretch.mean:.3f}(有公布里程者与图上之比)"
                if zh
                else f"{none[0]:.1f} km without published length times {stretch.mean:.3f}",
            )
        )
    if density:
        out += [
            row(
                "polygon_area",
                km,
                lengths.polygon_km2,
                f"图上面积 {lengths.polygon_km2:.0f} km², 代替 {lengths.area_km2:.0f} km²"
                if zh
                else f"area as drawn {lengths.polygon_km2:.0f} km² for {lengths.area_km2:.0f} km²",
            ),
            *_without_lakes(lengths, lambda left, note: row("without_lakes", km, left, note), zh=zh),
        ]
    if spec.indicator == "rail":
        main = [float(rows.loc[~rows["kind"].isin(SIDE_KINDS), "km"].sum()) for rows in (there, planned)]
        side = km[0] - main[0]
        note = f"不计市域与货运铁路 {side:.1f} km" if zh else f"without {side:.1f} km of suburban and freight lines"
        if side > 0.0:
            out.append(row("main_lines", (main[0], main[0] + main[1]), lengths.area_km2, note))
        out.append(_with_metro(km, metro, lambda both, note: row("with_metro", both, lengths.area_km2, note), zh=zh))
    if spec.indicator == "expressway":
        bridges = float(lengths.bridges(month)["km"].sum())
        note = (
            f"计入不列统计的跨海大桥 {bridges:.1f} km"
            if zh
            else f"with {bridges:.1f} km of sea bridges outside the statistics"
        )
        if bridges > 0.0:
            out.append(row("with_bridges", (km[0] + bridges, km[1] + bridges), lengths.area_km2, note))
    return out


def _twice_over(
    there: pd.DataFrame,
    planned: pd.DataFrame,
    indicator: str,
    row: Callable[[tuple[float, float], str], Variant],
    *,
    zh: bool,
) -> Variant:
    """Count every track, or both carriageways: what a plan means that speaks of 延展里程 or 双向里程."""
    if indicator == "expressway":
        km = 2.0 * float(there["km"].sum()), 2.0 * float(there["km"].sum() + planned["km"].sum())
        return row(km, "双向各计一条" if zh else "each carriageway for itself")
    if indicator == "waterway_class3_up":
        return "track_km", math.nan, math.nan, "航道无复线之分" if zh else "a waterway has no tracks"
    tracks = [pd.to_numeric(rows["tracks"], errors="coerce").astype("float64") for rows in (there, planned)]
    today = float((there["km"] * tracks[0].fillna(1.0)).sum())
    added = float((planned["km"] * tracks[1].fillna(PLANNED_TRACKS)).sum())
    note = (
        f"按正线延展里程, 复线各计一条; 规划线路按 {PLANNED_TRACKS:.0f} 线计"
        if zh
        else f"each main track for itself; planned lines with {PLANNED_TRACKS:.0f} tracks"
    )
    return row((today, today + added), note)


def _without_lakes(lengths: AreaLengths, row: Callable[[float, str], Variant], *, zh: bool) -> list[Variant]:
    if lengths.land_only:
        note = "公布面积已不含水域" if zh else "the published area is without water already"
        return [("without_lakes", math.nan, math.nan, note)]
    if lengths.lakes_km2 <= 0.0:
        return []
    left = lengths.area_km2 - lengths.lakes_km2
    named = "、".join(f"{name} {size:.0f}" for name, size in lengths.lakes)
    note = (
        f"扣除大湖 {lengths.lakes_km2:.0f} km²({named}), 分母 {left:.0f} km²"
        if zh
        else f"without {lengths.lakes_km2:.0f} km² of big lakes ({named}): {left:.0f} km²"
    )
    return [row(left, note)]


def _with_metro(
    km: tuple[float, float],
    metro: Mapping[str, Any] | None,
    row: Callable[[tuple[float, float], str], Variant],
    *,
    zh: bool,
) -> Variant:
    if metro is None:
        note = (
            "路网不含地铁、轻轨, 亦无公布里程, 未测算"
            if zh
            else "metro is in no embedded network, nor published: not measured"
        )
        return "with_metro", math.nan, math.nan, note
    length, source = float(metro["length_km"]), f"{metro['source']} [{metro['grade']}]"
    note = (
        f"加公布的轨道交通 {metro['note']} {length:g} km({metro['as_of']}, {source})"
        if zh
        else f"with {length:g} km of published metro ({metro['note']} {metro['as_of']}, {source})"
    )
    return row((km[0] + length, km[1] + length), note)
