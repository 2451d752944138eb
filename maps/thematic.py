"""What areas are coloured by: indicators by city and county, what the projects change, and how far targets are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from maps.labels import INDICATORS, SCENARIOS, Label, indicator_label, scenario_label, unit_label
from maps.payload import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["ROLES", "area_layers", "target_layers"]

ROLES = ("areas", "counties")
"""Ground layers that can be coloured: cities and counties."""

_CLASSES = 5
_FEWEST = 3
"""Fewer areas than that make no map."""

_REACHED = (70.0, 90.0, 100.0)
"""Bounds between classes of targets, percent of the bound: far off, on the way, nearly there, reached."""

_CHANGE = Label("规划项目带来的变化", "change by the projects")
_TARGET = Label("目标完成度", "target reached")


def pair(label: Label) -> dict[str, str]:
    """Return a label as the page takes it, in both languages."""
    return {"zh": label.zh, "en": label.en}


def area_layers(
    grounds: Mapping[str, gpd.GeoDataFrame | None], indicators: pd.DataFrame | None
) -> list[dict[str, Any]]:
    """
    Turn indicators by area into classes for choropleths.

    Parameters
    ----------
    grounds : mapping of ``ROLES`` to GeoDataFrame, contract ``layers.schema.AREAS``
    indicators : DataFrame, contract ``layers.schema.INDICATORS``, or None

    Returns
    -------
    list of dict
        One per ground, indicator, scenario and time that is known for at least three areas, and where both scenarios are
        known one for the difference: ``values`` in the order of the ground, ``breaks`` between five classes of about as many
        areas each (quantiles; of a change, of those areas that change).
    """
    if indicators is None or not len(indicators):
        return []
    out: list[dict[str, Any]] = []
    for role in ROLES:
        ground = grounds.get(role)
        if ground is None or not len(ground):
            continue
        for (indicator, as_of), rows in indicators.groupby(["indicator", "as_of"], sort=True):
            by_scenario = {
                str(scenario): _values(ground, part) for scenario, part in rows.groupby("scenario", sort=True)
            }
            common = {
                "role": role,
                "indicator": plain(indicator),
                "unit": {lang: unit_label(str(rows["unit"].iloc[0]), lang) for lang in ("zh", "en")},
                "as_of": plain(as_of),
            }
            for scenario, values in by_scenario.items():
                label = {
                    lang: indicator_label(str(indicator), lang)
                    + (f" · {scenario_label(scenario, lang)}" if scenario else "")
                    for lang in ("zh", "en")
                }
                definition = _common(rows.loc[rows["scenario"].astype(str) == scenario, "definition"])
                facts = {"scenario": scenario, "label": label, "definition": plain(definition)}
                out += _layer(f"{indicator}|{scenario}|{as_of}|{role}", values, common | facts)
            if {"today", "plan"} <= set(by_scenario):
                change = by_scenario["plan"] - by_scenario["today"]
                label = {
                    lang: f"{indicator_label(str(indicator), lang)} · {_CHANGE.text(lang)}" for lang in ("zh", "en")
                }
                facts = {"scenario": "change", "label": label, "definition": ""}
                out += _layer(f"{indicator}|change|{as_of}|{role}", change, common | facts)
    order = list(INDICATORS)
    scenarios = [*SCENARIOS, "change"]

    def rank(one: dict[str, Any]) -> tuple[int, str, str, int, str]:
        known = one["indicator"] in order
        position = scenarios.index(one["scenario"]) if one["scenario"] in scenarios else len(scenarios)
        return (
            order.index(one["indicator"]) if known else len(order),
            one["indicator"],
            one["role"],
            position,
            one["id"],
        )

    return sorted(out, key=rank)


def _values(ground: gpd.GeoDataFrame, rows: pd.DataFrame) -> NDArray[np.float64]:
    """
    Return the value of each area, found by code, name or short name; NaN where there is none.

    Counties of different cities share names (鼓楼区): one that the ground or the table has twice finds nothing by its name.
    """
    table = rows.drop_duplicates("area", keep=False)
    by_area = dict(zip(table["area"].astype(str), table["value"].astype("float64"), strict=True))
    columns = [ground["code"].astype(str)]
    for column in ("name", "short_name"):
        names = ground[column].astype(str)
        columns.append(names.where(~names.duplicated(keep=False), ""))
    return np.array(
        [next((by_area[n] for n in one if n and n in by_area), np.nan) for one in zip(*columns, strict=True)]
    )


def _common(definitions: pd.Series) -> str:
    """Return what the definitions of all areas say alike: each goes on with figures of its own area."""
    texts = [str(text) for text in definitions.dropna().unique()]
    if len(texts) < 2:
        return texts[0] if texts else ""
    first, last = min(texts), max(texts)  # what these two share, all between them do
    same = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    shared = first[:same]
    return shared[: max(shared.rfind(mark) for mark in ";；。,，(") + 1].rstrip(";；,，( ")


def _layer(key: str, values: NDArray[np.float64], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the layer of some values as a list of one; of none where they are too few, or nothing changes."""
    known = values[np.isfinite(values)]
    change = facts["scenario"] == "change"
    classed = known[np.abs(known) > 1e-9] if change else known
    if len(known) < _FEWEST or not len(classed):
        return []
    digits = 0 if np.abs(known).max() >= 50 else 2
    cuts = np.quantile(classed, np.arange(1, _CLASSES) / _CLASSES)
    breaks = sorted({round(float(v), digits) for v in cuts})
    breaks = [b for b in breaks if known.min() < b <= known.max()]
    return [
        {
            "id": key,
            **facts,
            "values": [plain(round(float(v), 4)) if np.isfinite(v) else None for v in values],
            "breaks": breaks,
            "min": plain(round(float(known.min()), 4)),
            "max": plain(round(float(known.max()), 4)),
            "digits": digits,
        }
    ]


def target_layers(areas: gpd.GeoDataFrame | None, verdicts: pd.DataFrame | None) -> list[dict[str, Any]]:
    """
    Turn verdicts on targets into classes for choropleths: how much of the bound is reached, today and with the projects.

    A target of a region colours the whole region. Where several targets meet, that of the smallest region counts.

    Parameters
    ----------
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, or None
        Cities.
    verdicts : DataFrame, contract ``projects.schema.VERDICTS``, or None

    Returns
    -------
    list of dict
        As of ``area_layers``, with ``targets``: what each area's colour rests on (area, document, bound, value, verdict).
    """
    if areas is None or verdicts is None or not len(areas):
        return []
    measured = verdicts[verdicts["value_today"].notna() & verdicts["comparator"].astype(str).isin([">=", "<="])]
    measured = measured[measured["value"].astype("float64") > 0]
    out: list[dict[str, Any]] = []
    for indicator, rows in measured.groupby("indicator", sort=True):
        covered = [(row, _covered(areas, str(row["area"]))) for row in rows.to_dict("records")]
        covered = sorted((one for one in covered if len(one[1])), key=lambda one: -len(one[1]))
        if not covered:
            continue
        zh = str(covered[0][0]["indicator_zh"]) or indicator_label(str(indicator), "zh")
        for column, scenario in (("value_today", "today"), ("value_plan", "plan")):
            values = np.full(len(areas), np.nan)
            targets = []
            for row, members in covered:
                value, bound = float(row[column]), float(row["value"])
                if not np.isfinite(value) or value <= 0:
                    continue
                share = 100 * (value / bound if str(row["comparator"]) == ">=" else bound / value)
                values[members] = share
                keys = ("area", "document", "unit", "verdict")
                facts = {key: plain(str(row[key])) for key in keys} | {"bound": plain(bound), "value": plain(value)}
                targets.append(facts | {"comparator": str(row["comparator"]), "year": plain(row["year"])})
            if not targets:
                continue
            known = values[np.isfinite(values)]
            label = {
                "zh": f"{_TARGET.zh} · {zh} · {scenario_label(scenario, 'zh')}",
                "en": f"{_TARGET.en} · {indicator_label(str(indicator), 'en')} · {scenario_label(scenario, 'en')}",
            }
            out.append(
                {
                    "id": f"target:{indicator}|{scenario}",
                    "role": "areas",
                    "indicator": plain(indicator),
                    "scenario": scenario,
                    "label": label,
                    "unit": {"zh": "%", "en": "%"},
                    "as_of": plain(str(covered[0][0]["as_of"])),
                    "definition": "",
                    "values": [plain(round(float(v), 2)) if np.isfinite(v) else None for v in values],
                    "breaks": list(_REACHED),
                    "min": plain(round(min(float(known.min()), _REACHED[0]), 2)),
                    "max": plain(round(max(float(known.max()), _REACHED[-1]), 2)),
                    "digits": 0,
                    "targets": targets,
                }
            )
    return out


def _covered(areas: gpd.GeoDataFrame, name: str) -> NDArray[np.int64]:
    """Return the rows of the cities that an area's name stands for: a city, or all cities of a province or of 长三角."""
    from geo.boundaries import boundaries

    short = areas["short_name"].astype(str)
    own = (areas["name"].astype(str) == name) | (short == name) | (areas["code"].astype(str) == name)
    if own.any():
        return np.flatnonzero(own.to_numpy())
    if name in {"长三角", "长江三角洲", "沪苏浙皖"}:
        return np.arange(len(areas), dtype=np.int64)
    provinces = boundaries("province")
    found = provinces[(provinces["name"] == name) | (provinces["short_name"] == name)]
    inside = areas["code"].astype(str).str[:2].isin(found["code"].astype(str).str[:2])
    return np.flatnonzero(inside.to_numpy())
