"""
Our route lengths against published ones: ours, official, difference, and the lines that may explain it.

A difference has few possible causes, and each leaves a trace in the lines: one that opened just before the date and is not in the
statistics yet, or opens just after it and is; a kind that some statistics count and others do not; a length that nobody publishes
and that is measured as drawn; a border that a line crosses somewhere near.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.errors import SchemaError
from geo.io import read_table
from geo.schema import Column, Schema
from layers.area_units import area_units, joined_area
from layers.density import DENSITIES, Density, counts_for, denominators_km2, line_length_by_area
from layers.drawing_error import drawing_error_km, stretch_of, with_crossings
from layers.highway import highway_lines
from layers.rail import HIGH_SPEED_KINDS, rail_lines
from layers.scenario import as_of, parse_month
from layers.schema import LINES
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["COLUMNS", "LIMITS", "read_official", "reconciliation"]

COLUMNS = [
    "area", "as_of", "indicator", "official_km", "measured_km", "difference_km", "difference_share", "limit_share",
    "within_limit", "drawing_error_km", "official_area_km2", "official_density", "published_density", "measured_density",
    "unit", "explained_by", "source", "grade", "note",
]  # fmt: skip
LIMITS = {True: 0.03, False: 0.05}
"""What issue and user expect: 3 % for provinces and the delta, 5 % for cities."""

NEAR_MONTHS = 6
"""Lines that opened within this many months of a date may or may not be in its statistics."""

SLACK, SLACK_KM = 1.25, 10.0
"""A line explains a difference up to a quarter shorter than itself, and this (or the drawing's error) more."""

SHOWN = 5

HIGH_SPEED_KM_H = 250.0
FAST_KM_H = 200.0
"""Conventional lines of this speed are high-speed or fast lines (高快速铁路) in some statistics."""

OFFICIAL_COLUMNS = [
    "area", "as_of", "indicator", "length_km", "area_km2", "published_density", "density_unit", "source", "grade", "note",
]  # fmt: skip
WIDE = {
    "railway_km": "rail_length",
    "high_speed_railway_km": "high_speed_rail_length",
    "expressway_km": "expressway_length",
}

_NUMBERS = ("length_km", "area_km2", "published_density", *WIDE)
_FILE = Schema(
    "official_lengths",
    key=(),
    columns=tuple(
        Column(name, "float64" if name in _NUMBERS else "string", "as published", nullable=True)
        for name in (*OFFICIAL_COLUMNS, *WIDE)
    ),
)


def read_official(path: Path) -> pd.DataFrame:
    """
    Read published lengths from a file.

    Parameters
    ----------
    path : Path
        CSV with area, as_of, indicator (``rail_length`` …) and length_km; or a column per kind (railway_km,
        high_speed_railway_km, expressway_km) in place of the last two. area_km2, source, grade and note may be given.

    Returns
    -------
    DataFrame
        area, as_of (``YYYY-MM``), indicator, length_km, area_km2, published_density, density_unit, source, grade, note.

    Raises
    ------
    SchemaError
        If neither shape fits, or a length is no positive number; with the rows.
    """
    table = read_table(path, _FILE)
    wide = [name for name in WIDE if table[name].notna().any()]
    if wide and not table["length_km"].notna().any():
        kept = [name for name in table if name not in (*WIDE, "indicator", "length_km")]
        table = table[[*kept, *wide]].melt(id_vars=kept, value_vars=wide, var_name="indicator", value_name="length_km")
        table["indicator"] = table["indicator"].map(WIDE)
        table = table[table["length_km"].notna()].reset_index(drop=True)
    missing = [name for name in ("area", "as_of", "indicator") if not table[name].astype(str).ne("").all()]
    if missing or table.empty:
        message = f"{path}: {', '.join(missing) or 'rows'} missing; expected area, as_of, indicator, length_km"
        raise SchemaError(message)
    km = pd.to_numeric(table["length_km"], errors="coerce").astype(float)
    bad = ~(km > 0.0)
    if bad.any():
        rows = ", ".join(str(i + 2) for i in table.index[bad][:10])
        message = f"{path}: length_km is no positive number in row {rows}"
        raise SchemaError(message)
    return table[OFFICIAL_COLUMNS].assign(length_km=km, as_of=[parse_month(str(month)) for month in table["as_of"]])


def reconciliation(official: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """
    Put published lengths beside ours for the same area and month.

    Parameters
    ----------
    official : DataFrame
        As :func:`projects.verdict.reference_targets.official_lengths` and :func:`read_official` return it. Indicators that
        are in no network (metro) are left out.
    lang : {"zh", "en"}
        Language of ``explained_by``.

    Returns
    -------
    DataFrame, columns ``COLUMNS``, sorted by area, month and indicator
        ``difference_share`` is ours over official, less 1. ``official_density`` divides by the publisher's own area where he
        gives one (``official_area_km2``), by ours otherwise. ``explained_by`` names lines and kilometres that could make up
        the difference, largest first; the reader judges.
    """
    specs = {f"{spec.indicator}_length": spec for spec in DENSITIES if spec.per_km2}
    lines = gpd.GeoDataFrame(
        pd.concat([rail_lines(), highway_lines(), waterway_lines()], ignore_index=True),
        geometry="geometry",
        crs=LINES.crs,
    )
    rows = []
    for area, figures in official[official["indicator"].isin(specs)].groupby("area"):
        units = joined_area(str(area))
        if units is None:
            continue
        whole = area_units(str(area))
        province = whole is not None and str(whole["code"].iloc[0]).endswith("0000")
        pieces = with_crossings(line_length_by_area(lines, units), lines, units)
        facts = [
            "feature_id",
            "name",
            "mode",
            "kind",
            "channel_class",
            "accuracy_km",
            "speed_km_h",
            "opening_month",
            "closing_month",
        ]
        pieces = pieces.merge(pd.DataFrame(lines[facts]), on="feature_id", how="left")
        pieces["km"] = pieces["route_km"].fillna(pieces["length_km"])
        measured = _Measured(pieces, lines, float(denominators_km2(units)[0]), province)
        rows += [_row(row, specs[str(row["indicator"])], measured, lang) for row in figures.to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["area", "as_of", "indicator"], ignore_index=True)


@dataclass(frozen=True)
class _Measured:
    """All lines of one area, whatever their months, and what they were cut from."""

    pieces: pd.DataFrame
    lines: gpd.GeoDataFrame
    size_km2: float
    province: bool


def _row(figure: Mapping[Any, Any], spec: Density, measured: _Measured, lang: str) -> dict[str, object]:
    pieces, lines, size_km2 = measured.pieces, measured.lines, measured.size_km2
    month, official = str(figure["as_of"]), float(str(figure["length_km"]))
    kind = pieces[counts_for(pieces, spec)]
    here = as_of(kind, month)
    ours = float(here["km"].sum())
    error, short = drawing_error_km(here, stretch_of(lines[counts_for(lines, spec)]))
    own_area, printed = (_number(figure.get(name, "")) for name in ("area_km2", "published_density"))
    divisor = own_area if math.isfinite(own_area) else size_km2
    difference, limit = ours - official, LIMITS[measured.province]
    return {
        **{name: figure.get(name, "") for name in ("area", "indicator", "source", "grade", "note")},
        "as_of": month,
        "official_km": official,
        "measured_km": ours,
        "difference_km": difference,
        "difference_share": ours / official - 1.0,
        "limit_share": limit,
        "within_limit": abs(difference) <= limit * official,
        "drawing_error_km": error,
        "official_area_km2": own_area,
        "official_density": official / divisor * spec.per_km2,
        "published_density": printed,
        "measured_density": ours / size_km2 * spec.per_km2,
        "unit": spec.unit,
        "explained_by": _explained(difference, kind, here, pieces, spec, month, error, short, lang),
    }


def _number(value: object) -> float:
    return float(str(value)) if str(value).strip() not in ("", "nan", "None") else math.nan


def _shifted(month: str, by: int) -> str:
    year, number = map(int, month.split("-"))
    months = year * 12 + number - 1 + by
    return dt.date(months // 12, months % 12 + 1, 1).strftime("%Y-%m")


def _explained(
    difference: float,
    kind: pd.DataFrame,
    here: pd.DataFrame,
    pieces: pd.DataFrame,
    spec: Density,
    month: str,
    error: float,
    short: float,
    lang: str,
) -> str:
    """Name what could make up a difference, in its direction and no longer than it: lines with kilometres, largest first."""
    zh = lang == "zh"
    rows = _surplus(kind, here, spec, month) if difference > 0.0 else _deficit(kind, here, pieces, spec, month)
    found: dict[tuple[str, float], list[str]] = {}
    for words, lines in rows:
        for name, km in lines.groupby("name")["km"].sum().items():
            if 1.0 <= km <= SLACK * abs(difference) + max(error, SLACK_KM):
                found.setdefault((str(name), float(km)), []).append(words[0 if zh else 1])
    listed = sorted(found.items(), key=lambda item: (-item[0][1], item[0][0]))[:SHOWN]
    texts = [f"{name} {km:.0f} km ({', '.join(why)})" for (name, km), why in listed]
    if difference < 0.0 and short >= 1.0:
        none = float(here.loc[here["route_km"].isna(), "length_km"].sum())
        texts.append(
            f"无公布里程者 {none:.0f} km 按图上计, 约短 {short:.0f} km"
            if zh
            else f"{none:.0f} km as drawn, some {short:.0f} km short"
        )
    if abs(difference) <= error:
        texts.insert(0, f"在绘制误差 ±{error:.0f} km 之内" if zh else f"within the drawing's error of ±{error:.0f} km")
    elif not texts:
        texts.append(
            "未找到可解释的线路, 请核对公布口径" if zh else "no line explains it: check the published definition"
        )
    return "; ".join(texts)


_Reasons = list[tuple[tuple[str, str], pd.DataFrame]]


def _surplus(kind: pd.DataFrame, here: pd.DataFrame, spec: Density, month: str) -> _Reasons:
    """Return what we count and a statistic may not, with the reason in both languages."""
    before = as_of(kind, _shifted(month, -NEAR_MONTHS))["feature_id"]
    rows = [
        (
            ("此前半年内开通, 或未计入", "opened in the half year before, may not count yet"),
            here[~here["feature_id"].isin(before)],
        )
    ]
    if spec.indicator == "rail":
        rows += [
            (("市域铁路, 或不计入", "suburban, may not count"), here[here["kind"] == "suburban_rail"]),
            (("货运或地方铁路, 或不计入", "freight or local, may not count"), here[here["kind"] == "freight_rail"]),
        ]
    if spec.indicator == "high_speed_rail":
        slow = here[here["speed_km_h"].astype(float) < HIGH_SPEED_KM_H]
        rows.append((("时速不足250公里, 或不计为高铁", "below 250 km/h, may not count as high-speed"), slow))
    return rows


def _deficit(kind: pd.DataFrame, here: pd.DataFrame, pieces: pd.DataFrame, spec: Density, month: str) -> _Reasons:
    """Return what a statistic may count and we do not."""
    after = as_of(kind, _shifted(month, NEAR_MONTHS))
    rows = [
        (
            ("此后半年内开通, 或已计入", "opens in the half year after, may count already"),
            after[~after["feature_id"].isin(here["feature_id"])],
        )
    ]
    if spec.indicator == "high_speed_rail":
        others = as_of(pieces[(pieces["mode"] == "rail") & ~pieces["kind"].isin(HIGH_SPEED_KINDS)], month)
        fast = others[others["speed_km_h"].astype(float) >= FAST_KM_H]
        rows.append((("时速200公里以上普速线, 或计为快速铁路", "conventional of 200 km/h, may count as fast"), fast))
    if spec.indicator == "expressway":
        bridges = as_of(pieces[(pieces["mode"] == "highway") & (pieces["kind"] == "bridge")], month)
        rows.append((("未计入的跨海大桥, 或计入", "sea bridge left out here, may count"), bridges))
    return rows
