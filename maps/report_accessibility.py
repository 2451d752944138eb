"""Accessibility before and after in the report: what each city gains, and which projects bring it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps import style
from maps.payload import plain
from maps.report_tables import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

__all__ = ["MEASURES", "accessibility_tables", "measured_accessibility", "ranking_rows", "time_chart"]

MEASURES: Final = ("weighted-time", "daily", "nearest-airport")
"""Measures of the report, of :func:`layers.accessibility.accessibility_table`."""

_WORD = {"weighted-time": "access_weighted_time", "daily": "access_daily", "nearest-airport": "access_nearest_airport"}
_MOST_BARS = 14
_LEAST_CHANGE = {"min": 0.5, "persons": 1.0}
"""Smaller changes are none."""


def measured_accessibility(features: gpd.GeoDataFrame, *, month: str, lang: str = "zh") -> pd.DataFrame:
    """
    Measure what the report shows, for the 41 cities, today and with the projects.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Projects.
    month : str
        ``YYYY-MM`` of the existing network.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame, contract ``layers.accessibility.ACCESSIBILITY``
        Measures of :data:`MEASURES`, scenarios ``today`` and ``plan``; door to door, rail and road.
    """
    from layers.accessibility import Setting, accessibility_table, area_places
    from layers.indicators import scenario_network

    places = area_places("prefecture")
    parts = []
    for scenario, planned in (("today", None), ("plan", features)):
        network = scenario_network(planned, month=month, scenario=scenario)
        setting = Setting(network, places, scenario, month=month, features=planned)
        parts += [accessibility_table(setting, measure, lang=lang) for measure in MEASURES]
    return pd.concat(parts, ignore_index=True)


def accessibility_tables(table: pd.DataFrame, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """
    Set today and plan side by side, a table per measure.

    Parameters
    ----------
    table : DataFrame, contract ``layers.accessibility.ACCESSIBILITY``
    words : mapping
        Phrases of the report.

    Returns
    -------
    list of dict
        ``measure``, ``label``, ``definition``, ``unit``, ``rows`` (place, before, after, change; those that gain most first), ``mean``
        (before, after, change over the places that have both), ``gaining`` (places whose value gets better). Measures without
        words of the report are left to the CSV.
    """
    out = []
    for measure, word in _WORD.items():
        rows = table[table["measure"] == measure]
        if not {"today", "plan"} <= set(rows["scenario"]):
            continue
        unit = str(rows["unit"].iloc[0])
        scale = 1e4 if unit == "persons" else 1.0
        wide = rows.pivot(index="place", columns="scenario", values="value") / scale
        wide["change"] = wide["plan"] - wide["today"]
        better = -1.0 if unit == "min" else 1.0
        wide["gain"] = better * wide["change"]
        order = {place: position for position, place in enumerate(dict.fromkeys(rows["place"]))}
        wide = wide.assign(order=wide.index.map(order)).sort_values(["gain", "order"], ascending=[False, True])
        least = _LEAST_CHANGE.get(unit, 0.0)
        digits = 0
        both = wide.dropna(subset=["today", "plan"])
        means = {name: float(both[name].mean()) for name in ("today", "plan", "change")} if len(both) else {}
        out.append(
            {
                "measure": measure,
                "anchor": measure,
                "label": words[word],
                "definition": words[f"{word}_def"],
                "unit": words["unit_min" if unit == "min" else "unit_10k_persons"],
                "rows": [
                    {
                        "place": str(place),
                        "before": _shown(row["today"], digits, words),
                        "after": _shown(row["plan"], digits, words),
                        "change": _shown(row["change"], 1, words, signed=True),
                        "raw": [
                            plain(row[name]) if row[name] == row[name] else "" for name in ("today", "plan", "change")
                        ],
                        "gain": float(row["gain"]) if row["gain"] == row["gain"] else 0.0,
                    }
                    for place, row in zip(wide.index, wide.to_dict("records"), strict=True)
                ],
                "mean": {name: number(value, 1) for name, value in means.items()},
                "gaining": int((both["gain"] >= least).sum()),
                "places": len(both),
            }
        )
    return out


def _shown(value: float, digits: int, words: Mapping[str, str], *, signed: bool = False) -> str:
    if value != value:
        return words["empty"]
    text = number(float(value), digits)
    return "0" if text in {"0", "-0"} else f"+{text}" if signed and value > 0 else text.replace("-", "−")


def time_chart(table: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """
    Lay out the cities that gain most as pairs of dots on one scale: today and with the projects.

    Parameters
    ----------
    table : mapping
        One of :func:`accessibility_tables`, in minutes.
    words : mapping

    Returns
    -------
    dict
        ``rows`` (label, y, x_before, x_after, texts), ``ticks`` (x, text), ``height``, ``label``.
    """
    rows = [row for row in table["rows"] if row["gain"] >= _LEAST_CHANGE["min"] and "" not in row["raw"]][:_MOST_BARS]
    if not rows:
        return {"rows": [], "ticks": [], "height": 0, "label": ""}
    values = [float(v) for row in rows for v in row["raw"][:2]]
    step = next(s for s in (5, 10, 20, 50, 100, 200, 500) if (max(values) - min(values)) / s <= 6)
    low, high = step * int(min(values) // step), step * int(-(-max(values) // step))
    high = high if high > low else low + step

    def at(value: float) -> float:
        return round(90.0 + 500.0 * (value - low) / (high - low), 1)

    return {
        "label": words["time_chart"],
        "height": 40 + 24 * len(rows),
        "ticks": [(at(v), str(v)) for v in range(low, high + 1, step)],
        "rows": [
            {
                "label": row["place"],
                "y": 20 + 24 * position,
                "x_before": at(float(row["raw"][0])),
                "x_after": at(float(row["raw"][1])),
                "change": row["change"],
            }
            for position, row in enumerate(rows)
        ],
    }


def ranking_rows(ranking: pd.DataFrame, lang: str, words: Mapping[str, str], *, most: int = 15) -> list[dict[str, Any]]:
    """
    Return the projects that save most time, the foremost first.

    Parameters
    ----------
    ranking : DataFrame, contract ``layers.ranking.RANKING``
    lang : {"zh", "en"}
    words : mapping
    most : int

    Returns
    -------
    list of dict
        rank, name, anchor, stage, method, km, saved (10⁴ person·min), range, last, mean (min), provisional.
    """
    ranked = ranking[ranking["rank"].notna() & (ranking["saved_10k_person_min"].fillna(0) > 0)]
    out = []
    for row in ranked.sort_values("rank").head(most).to_dict("records"):
        low, high = plain(row["saved_low_10k_person_min"]), plain(row["saved_high_10k_person_min"])
        out.append(
            {
                "rank": int(row["rank"]),
                "name": str(row["name"]),
                "anchor": re.sub(r"[^\w-]+", "-", str(row["project_id"])),
                "stage": style.status_label(str(row["status"]), lang),
                "method": style.method_label(str(row["drawn_by"]), lang),
                "km": number(float(row["length_km"]), 0) if plain(row["length_km"]) is not None else words["empty"],
                "saved": number(float(row["saved_10k_person_min"]), 0),
                "raw": plain(row["saved_10k_person_min"]),
                "range": "" if low is None or high is None else f"{number(float(low), 0)}–{number(float(high), 0)}",
                "last": _shown(float(row["saved_last_10k_person_min"]), 0, words),
                "mean": number(float(row["mean_saved_min"]), 2)
                if plain(row["mean_saved_min"]) is not None
                else words["empty"],
            }
        )
    return out
