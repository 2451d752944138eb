"""
Route length and density by administrative area, each number with its definition.

A line is cut where it crosses a border; a piece on a border that two areas share is counted once, half to each. Lengths
are route lengths: a double track or a dual carriageway counts once. Published lengths are apportioned by the drawn shares.
"""

from __future__ import annotations

import csv
import logging
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.errors import VocabularyError
from layers.line_length import line_length_by_area, numbers
from layers.rail import HIGH_SPEED_KINDS, RAIL_KINDS
from layers.schema import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "DENSITIES",
    "Density",
    "counts_for",
    "denominators_km2",
    "density_table",
    "line_density",
    "line_length_by_area",
]

logger = logging.getLogger(__name__)

COLUMNS = ["area", "level", "indicator", "as_of", "scenario", "length_km", "area_km2", "density", "unit", "definition"]
COVERED_SHARE = 0.99
"""An area counts as covered by the data when this share of it is: borders drawn by different hands differ a little."""


@dataclass(frozen=True)
class Density:
    """
    What a density counts.

    Parameters
    ----------
    indicator : str
    mode : Mode
    kinds : frozenset of str
        Kinds of line that count; empty for all of the mode.
    best_class, per_km2 : int
        Waterways up to this class only (0: any); area that the unit refers to (0: a count).
    unit, zh, en : str
        Unit, what is counted and what is left out, in both languages.
    """

    indicator: str
    mode: Mode
    kinds: frozenset[str]
    best_class: int
    per_km2: int
    unit: str
    zh: str
    en: str


DENSITIES = (
    Density(
        "rail",
        Mode.RAIL,
        RAIL_KINDS,
        0,
        10_000,
        "km/10000km2",
        "铁路营业里程(高速、城际、普速、货运、市域铁路; 复线按一条计; 不含地铁、轻轨、站线和专用线)",
        "railway route length (high-speed, intercity, conventional, freight, suburban; double track once; "
        "metro, light rail, yard and private tracks excluded)",
    ),
    Density(
        "high_speed_rail",
        Mode.RAIL,
        HIGH_SPEED_KINDS,
        0,
        10_000,
        "km/10000km2",
        "高速铁路和城际铁路里程(复线按一条计; 不含仅开行少量动车的普速铁路)",
        "high-speed and intercity railway route length (double track once; conventional lines excluded)",
    ),
    Density(
        "expressway",
        Mode.HIGHWAY,
        frozenset({"expressway"}),
        0,
        100,
        "km/100km2",
        "高速公路里程(双向按一条计, 含其桥梁隧道; 不含匝道、连接线、一级公路和不计入统计的跨海大桥)",
        "expressway route length (both carriageways once, bridges and tunnels included; "
        "ramps, class I roads and bridges outside the statistics excluded)",
    ),
    Density(
        "waterway_class3_up",
        Mode.WATERWAY,
        frozenset(),
        3,
        100,
        "km/100km2",
        "三级及以上内河航道里程(含长江、湖区航道; 等级不明者不计)",
        "length of inland waterways of class III and better (the Yangtze and lake channels included; unknown class excluded)",
    ),
    Density(
        "airport",
        Mode.AIRPORT,
        frozenset({"civil_airport", "cargo_airport"}),
        0,
        0,
        "airports",
        "运输机场数(含货运机场; 不含通用机场)",
        "number of transport airports (cargo airports included; general aviation excluded)",
    ),
)
"""The indicators of :func:`density_table`, in order."""


def line_density(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    length: str = "route",
    coverage: shapely.Geometry | None = None,
) -> pd.Series:
    """
    Length of lines per unit of area.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, n rows, EPSG:4326
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, m rows, EPSG:4326
    length : {"route", "drawn"}
        Published length apportioned by the drawn shares (drawn length where none is published), or as drawn.
    coverage : polygon in EPSG:4326, optional
        Where the lines are known; areas that are not (to 99 %) inside it have no data.

    Returns
    -------
    Series of float64, shape (m,), index of ``areas``, name ``density_km_per_km2``
        0.0 where no line crosses the area; NaN where the area has no data: outside ``coverage``, or without polygon.
        Divided by ``official_area_km2``, or ``polygon_area_km2`` where none is published.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    VocabularyError
        If ``length`` is neither.
    """
    if length not in ("route", "drawn"):
        message = f"length {length!r} is unknown; accepted: route, drawn"
        raise VocabularyError(message)
    pieces = line_length_by_area(lines, areas)
    km = pieces["length_km"] if length == "drawn" else pieces["route_km"].fillna(pieces["length_km"])
    total = km.groupby(pieces["code"]).sum().reindex(areas["code"]).fillna(0.0).to_numpy()
    density = pd.Series(total / denominators_km2(areas), index=areas.index, name="density_km_per_km2")
    return density.where(_has_data(areas, coverage))


def denominators_km2(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """
    Return the area that densities divide by: published where known, else of the polygon; NaN where neither is.

    Parameters
    ----------
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, m rows

    Returns
    -------
    ndarray of float64, shape (m,), square kilometres
    """
    official, polygon = numbers(areas, "official_area_km2"), numbers(areas, "polygon_area_km2")
    area = np.where(np.isfinite(official), official, polygon)
    return np.where(area > 0.0, area, np.nan)


@cache
def _published_areas() -> dict[str, tuple[str, str]]:
    """Return what the published area of a unit counts (land, jurisdiction), and its source, by code."""
    with files("geo").joinpath("data", "areas.csv").open(encoding="utf-8-sig") as file:
        return {row["code"]: (row.get("area_kind", ""), row.get("area_source", "")) for row in csv.DictReader(file)}


def _has_data(areas: gpd.GeoDataFrame, coverage: shapely.Geometry | None) -> NDArray[np.bool_]:
    shapes = np.asarray(areas.geometry, dtype=object)
    known: NDArray[np.bool_] = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if coverage is not None:
        common = shapely.area(shapely.intersection(shapes[known], coverage))
        known[known] = common >= COVERED_SHARE * shapely.area(shapes[known])
    return known


def density_table(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    level: str,
    as_of: str,
    scenario: str,
    lang: str = "zh",
    coverage: shapely.Geometry | None = None,
) -> pd.DataFrame:
    """
    Measure the route length and density of every kind of line, and count the airports, by area.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, EPSG:4326
        All modes, already filtered to a month (``layers.scenario.as_of``); airports as points.
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, EPSG:4326
    level, as_of, scenario : str
        Written into the rows as they are.
    lang : {"zh", "en"}
        Language of the definitions.
    coverage : polygon, optional
        As in :func:`line_density`.

    Returns
    -------
    DataFrame, one row per area and indicator of ``DENSITIES``, sorted by indicator's order and area code
        area, level, indicator, as_of, scenario, length_km, area_km2, density, unit, definition. ``length_km`` is the
        published length apportioned, the drawn length where none is published, NaN for airports; ``density`` is in
        ``unit``; for airports it is their number. NaN where the area has no data; the definition says why.

    Raises
    ------
    SchemaError, VocabularyError
        If a table breaks its contract, or the language is neither.
    """
    if lang not in ("zh", "en"):
        message = f"language {lang!r} is unknown; accepted: zh, en"
        raise VocabularyError(message)
    areas = areas.sort_values("code", ignore_index=True)
    known = _has_data(areas, coverage)
    size_km2 = denominators_km2(areas)
    official = np.isfinite(numbers(areas, "official_area_km2"))
    drawn = lines[np.isin(shapely.get_type_id(np.asarray(lines.geometry, dtype=object)), (1, 5))]
    pieces = line_length_by_area(drawn, areas)
    facts = ["mode", "kind", "channel_class", "drawn_by", "grade", "accuracy_km"]
    pieces = pieces.merge(drawn.reindex(columns=["feature_id", *facts]), on="feature_id", how="left")
    pieces["km"] = pieces["route_km"].fillna(pieces["length_km"])
    rows = []
    for spec in DENSITIES:
        counted = _points(lines, areas, spec) if spec.per_km2 == 0 else {}
        of_kind = dict(tuple(pieces[counts_for(pieces, spec)].groupby("code"))) if spec.per_km2 else {}
        for i, (code, name) in enumerate(zip(areas["code"], areas["name"], strict=True)):
            here = of_kind.get(code, pieces.iloc[:0])
            length = float(here["km"].sum()) if spec.per_km2 else float("nan")
            value = length / size_km2[i] * spec.per_km2 if spec.per_km2 else float(counted.get(code, 0))
            source = _published_areas().get(str(code), ("", "")) if official[i] else None
            text = _definition(spec, here, float(size_km2[i]), source=source, as_of=as_of, lang=lang)
            if not known[i]:
                length, value = float("nan"), float("nan")
                text = {"zh": "本区无数据, 不能测算。", "en": "No data for this area: not measured. "}[lang] + text
            row = (name, level, spec.indicator, as_of, scenario, length, float(size_km2[i]), value, spec.unit, text)
            rows.append(dict(zip(COLUMNS, row, strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)


def counts_for(table: pd.DataFrame, spec: Density) -> pd.Series:
    """
    Tell which rows a density counts.

    Parameters
    ----------
    table : DataFrame with mode, kind and channel_class
    spec : Density

    Returns
    -------
    Series of bool, index of ``table``
    """
    counts = table["mode"].astype(str) == spec.mode.value
    if spec.kinds:
        counts &= table["kind"].isin(spec.kinds)
    if spec.best_class:
        counts &= pd.to_numeric(table["channel_class"], errors="coerce").astype(float).le(spec.best_class)
    return counts


def _points(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, spec: Density) -> dict[str, int]:
    """Count points by area; one on a border counts for the first area by code."""
    places = lines[counts_for(lines, spec)]
    shapes = np.asarray(places.geometry, dtype=object)
    if not len(shapes):
        return {}
    point, area = shapely.STRtree(np.asarray(areas.geometry, dtype=object)).query(
        shapely.centroid(shapes), predicate="intersects"
    )
    first = pd.Series(area).groupby(point).min()
    return {str(areas["code"].iloc[k]): int(n) for k, n in first.value_counts().items()}


def _definition(
    spec: Density, pieces: pd.DataFrame, size_km2: float, *, source: tuple[str, str] | None, as_of: str, lang: str
) -> str:
    """Write the definition record of one number."""
    km, drawn_km = float(pieces["km"].sum()), float(pieces["length_km"].sum())
    published_km = float(pieces["route_km"].sum())
    zh = lang == "zh"
    parts = [f"{as_of}: {spec.zh}" if zh else f"{as_of}: {spec.en}"]
    if spec.per_km2:
        parts.append(
            f"分子 {km:.1f} km(其中公布里程按图上长度分摊 {published_km:.1f} km; 图上合计 {drawn_km:.1f} km)"
            if zh
            else f"numerator {km:.1f} km ({published_km:.1f} km published, apportioned by drawn length; drawn {drawn_km:.1f} km)"
        )
        basis = _denominator_words(source, lang)
        parts.append(f"分母 {size_km2:.1f} km²({basis})" if zh else f"denominator {size_km2:.1f} km² ({basis})")
    if km > 0.0:
        methods = _percentages(pieces, "drawn_by", km)
        grade_d = float(pieces.loc[pieces["grade"] == "D", "km"].sum()) / km
        accuracy = pd.to_numeric(pieces["accuracy_km"], errors="coerce").astype(float)
        rated = accuracy.notna()
        spread = (
            float(np.average(accuracy[rated], weights=pieces.loc[rated, "km"]))
            if pieces.loc[rated, "km"].sum() > 0
            else np.nan
        )
        parts.append(f"绘制 {methods}" if zh else f"drawn by {methods}")
        if np.isfinite(spread):
            parts.append(f"线位偏差至多约 {spread:.1f} km" if zh else f"alignment within about {spread:.1f} km")
        parts.append(
            f"里程的 {grade_d:.0%} 依据 D 级事实(凭记忆, 已交叉核对)"
            if zh
            else f"{grade_d:.0%} of the length rests on grade D facts (memory, cross-checked)"
        )
    return ("; ".join(parts) + "。") if zh else ("; ".join(parts) + ".")


def _denominator_words(source: tuple[str, str] | None, lang: str) -> str:
    """Say which area a density divides by, and where its figure comes from."""
    if source is None:
        return {"zh": "图上多边形面积", "en": "area of the polygon as drawn"}[lang]
    kind, where = source
    zh = {
        "land": "公布的陆域面积",
        "jurisdiction": "公布的行政区域面积, 含水域",
        "jurisdiction with sea": "公布的行政区域面积, 含海域",
    }.get(kind, "公布面积")
    en = {
        "land": "published land area",
        "jurisdiction": "published jurisdiction area, inland water included",
        "jurisdiction with sea": "published jurisdiction area, sea included",
    }.get(kind, "published area")
    return f"{zh}, 来源: {where}" if lang == "zh" else f"{en}, source: {where}"


def _percentages(pieces: pd.DataFrame, column: str, total: float) -> str:
    shares: Iterable[tuple[str, float]] = (
        (str(k), float(v) / total) for k, v in pieces.groupby(column)["km"].sum().items()
    )
    return ", ".join(f"{name or '?'} {share:.0%}" for name, share in sorted(shares, key=lambda s: (-s[1], s[0])))
