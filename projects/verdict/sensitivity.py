"""What other usual definitions of an indicator give: another area, another length, another end of the journey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from projects.verdict.area_lengths import density_of

if TYPE_CHECKING:
    from projects.verdict.area_lengths import AreaLengths
    from projects.verdict.target_times import TargetTimes

__all__ = ["length_definitions", "time_definitions"]

Variant = tuple[str, float, float, str]
"""Key of the definition, today's value, the value with all projects, and what is done differently."""


def length_definitions(lengths: AreaLengths, indicator: str, month: str, *, lang: str = "zh") -> list[Variant]:
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

    Returns
    -------
    list of (definition, value today, value with all projects, note)
        In the unit of ``layers.density``. ``polygon_area`` and ``without_lakes`` are of densities only; ``with_metro`` (rail)
        is NaN with the reason, for metro lines are in no embedded network.
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
    if density:
        out.append(
            row(
                "polygon_area",
                km,
                lengths.polygon_km2,
                f"图上面积 {lengths.polygon_km2:.0f} km², 代替 {lengths.area_km2:.0f} km²"
                if zh
                else f"area as drawn {lengths.polygon_km2:.0f} km² for {lengths.area_km2:.0f} km²",
            )
        )
        if lengths.land_only:
            note = "公布面积已不含水域" if zh else "the published area is without water already"
            out.append(("without_lakes", math.nan, math.nan, note))
        elif lengths.lakes_km2 > 0.0:
            left = lengths.area_km2 - lengths.lakes_km2
            note = (
                f"扣除大湖 {lengths.lakes_km2:.0f} km², 分母 {left:.0f} km²"
                if zh
                else f"without {lengths.lakes_km2:.0f} km² of big lakes: {left:.0f} km²"
            )
            out.append(row("without_lakes", km, left, note))
    if spec.indicator == "rail":
        note = "路网不含地铁、轻轨, 未测算" if zh else "metro is in no embedded network: not measured"
        out.append(("with_metro", math.nan, math.nan, note))
    return out


def time_definitions(times: TargetTimes, indicator: str, area: str, month: str, *, lang: str = "zh") -> list[Variant]:
    """
    Measure a rail time from station to station instead of from centre to centre.

    Parameters
    ----------
    times : TargetTimes
    indicator, area, month : str
    lang : {"zh", "en"}

    Returns
    -------
    list of (definition, minutes today, minutes with all projects, note)
        Empty for indicators that are not of rail.
    """
    from projects.verdict.target_times import TIME_INDICATORS

    if TIME_INDICATORS[indicator] != "rail":
        return []
    today, pair = times.slowest(indicator, area, month=month, depart_from="station")
    plan, _ = times.slowest(indicator, area, month=month, scenario="plan", depart_from="station")
    note = f"仅列车时间; 最慢的一对 {pair}" if lang == "zh" else f"train alone; slowest pair {pair}"
    return [("station_to_station", today, plan, note)]
