"""
Route length and density by administrative area, each number with its definition.

A line is cut where it crosses a border; a piece on a border that two areas share is counted once, half to each. Lengths
are route lengths: a double track or a dual carriageway counts once. Published lengths are apportioned by the drawn shares.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.errors import SchemaError, VocabularyError
from geo.geodesy import GEOD
from layers.rail import HIGH_SPEED_KINDS, RAIL_KINDS
from layers.schema import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["DENSITIES", "Density", "density_table", "line_density", "line_length_by_area"]

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
        frozenset({"expressway", "bridge"}),
        0,
        100,
        "km/100km2",
        "高速公路里程(双向按一条计, 含高速公路桥隧; 不含匝道、连接线和一级公路)",
        "expressway route length (both carriageways once, bridges and tunnels included; ramps and class I roads excluded)",
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
"""The indicators of :func:`density_table`, in order. Kind ``bridge`` of the highways is a crossing of an expressway."""


# -- lengths -------------------------------------------------------------------------------------------------------


def line_length_by_area(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Cut lines at the borders of areas and measure the pieces.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES`` or ``FEATURES``, n rows, EPSG:4326
        Rows that are no line, or empty, count nothing. ``route_length_km`` may be missing.
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, EPSG:4326

    Returns
    -------
    DataFrame, one row per area and line that meet in more than a point, sorted by area and line
        code, feature_id : str
        length_km : float64
            Geodesic on WGS 84. Pieces add up: over areas that do not overlap the lengths of a line sum to its own.
        route_km : float64
            Published ``route_length_km`` times the share of the drawn line that lies in the area; NaN without one.

    Raises
    ------
    SchemaError
        If a table has no geometry, is in another CRS, lacks its id column, or an id repeats.

    Notes
    -----
    A segment is straight in longitude and latitude. A segment wholly inside one polygon is not clipped; of the others, the
    pieces share its geodesic length in proportion to their length along it, by the metric of the ellipsoid (a planar
    share would be off by up to 0.03 % on segments of 25 km that cross a border). The same length as overlay and Geod.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> areas = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326)
    >>> lines = gpd.GeoDataFrame({"feature_id": ["a"]}, geometry=[LineString([(0.5, 0), (1.5, 0)])], crs=4326)
    >>> line_length_by_area(lines, areas)["length_km"].round(2).tolist()
    [55.66, 55.66]
    """
    _check(lines, "feature_id")
    _check(areas, "code")
    start, end, line_of = _segments(np.asarray(lines.geometry, dtype=object))
    _, _, metres = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1]) if len(start) else ([], [], [])
    segment_km = np.asarray(metres, dtype=float) / 1000.0
    share = _shares(start, end, np.asarray(areas.geometry, dtype=object))
    piece_km = segment_km[share["segment"].to_numpy()] * share["share"].to_numpy()
    pairs = share.assign(line=line_of[share["segment"].to_numpy()], length_km=piece_km)
    table = pairs.groupby(["area", "line"], as_index=False)["length_km"].sum()
    table = table[table["length_km"] > 0.0]
    drawn_km = np.bincount(line_of, weights=segment_km, minlength=len(lines)) if len(start) else np.zeros(len(lines))
    row = table["line"].to_numpy(dtype=np.int64)
    published = _numbers(lines, "route_length_km")[row]
    out = pd.DataFrame(
        {
            "code": areas["code"].to_numpy(dtype=object)[table["area"].to_numpy(dtype=np.int64)],
            "feature_id": lines["feature_id"].to_numpy(dtype=object)[row],
            "length_km": table["length_km"].to_numpy(dtype=float),
            "route_km": published * table["length_km"].to_numpy(dtype=float) / drawn_km[row],
        }
    )
    return out.sort_values(["code", "feature_id"], ignore_index=True)


def _check(table: gpd.GeoDataFrame, key: str) -> None:
    breaches = []
    if "geometry" not in table or getattr(table, "crs", None) is None:
        breaches.append("it has no geometry or no CRS; expected EPSG:4326")
    elif table.crs.to_epsg() != 4326:
        breaches.append(f"its CRS is {table.crs.to_string()}; expected EPSG:4326, call to_crs(4326)")
    if key not in table:
        breaches.append(f"column {key!r} is missing")
    elif table[key].duplicated().any():
        repeated = sorted(map(str, set(table.loc[table[key].duplicated(), key])))
        breaches.append(f"{key} repeats: {', '.join(repeated[:5])}")
    if breaches:
        message = "table for lengths by area: " + "; ".join(breaches)
        raise SchemaError(message)


def _numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    if column not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _segments(
    geometries: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return both ends of every segment of the lines, and the row of its line."""
    parts, row = shapely.get_parts(geometries, return_index=True)
    straight = np.isin(shapely.get_type_id(parts), (1, 2))  # LineString, LinearRing
    parts, row = parts[straight], row[straight]
    coordinates, part_of = shapely.get_coordinates(parts, return_index=True)
    same = part_of[1:] == part_of[:-1]
    start, end, index = coordinates[:-1][same], coordinates[1:][same], part_of[1:][same]
    moved = (start != end).any(axis=1)
    return start[moved], end[moved], row[index[moved]].astype(np.int64)


def _shares(start: NDArray[np.float64], end: NDArray[np.float64], polygons: NDArray[np.object_]) -> pd.DataFrame:
    """Return the share (0-1) of each segment that lies in each polygon: segment, area, share."""
    lines = shapely.linestrings(np.stack([start, end], axis=1)) if len(start) else np.empty(0, dtype=object)
    tree = shapely.STRtree(lines)
    inside: list[tuple[NDArray[np.int64], int]] = []
    crossing: list[tuple[NDArray[np.int64], int]] = []
    for area, polygon in enumerate(polygons):
        if polygon is None or polygon.is_empty or not len(lines):
            continue
        shapely.prepare(polygon)
        near = tree.query(polygon, predicate="intersects")
        whole = shapely.contains_properly(polygon, lines[near])
        inside.append((near[whole], area))
        crossing.append((near[~whole], area))
    frames = [pd.DataFrame({"segment": s, "area": a, "share": 1.0}) for s, a in inside]
    cut = [_clip(lines, start, end, segments, area, polygons[area]) for segments, area in crossing if len(segments)]
    if cut:
        frames.append(_share_borders(pd.concat(cut, ignore_index=True)))
    if not frames:
        return pd.DataFrame({"segment": np.empty(0, np.int64), "area": np.empty(0, np.int64), "share": np.empty(0)})
    return pd.concat(frames, ignore_index=True)


def _clip(
    lines: NDArray[np.object_],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    segments: NDArray[np.int64],
    area: int,
    polygon: shapely.Geometry,
) -> pd.DataFrame:
    """Return the pieces of segments in a polygon: segment, area, share, where along it (0-1), and whether on the border."""
    near = lines[segments]
    frames = []
    on_border = np.zeros(len(near), dtype=bool)
    border = shapely.boundary(polygon)
    shapely.prepare(border)
    touching = shapely.intersects(border, near)
    along = np.full(len(near), None, dtype=object)
    along[touching] = shapely.intersection(near[touching], border)
    on_border[touching] = shapely.length(along[touching]) > 0.0
    clipped = shapely.intersection(near, polygon)
    # Rare: a segment that runs on the border. What lies on it is told from what lies inside.
    clipped[on_border] = shapely.difference(clipped[on_border], border)
    for pieces, border_flag in ((clipped, False), (along[on_border], True)):
        rows = segments[on_border] if border_flag else segments
        parts, index = shapely.get_parts(pieces, return_index=True)
        straight = shapely.length(parts) > 0.0
        parts, index = parts[straight], index[straight]
        if not len(parts):
            continue
        first = shapely.get_coordinates(shapely.get_point(parts, 0))
        last = shapely.get_coordinates(shapely.get_point(parts, -1))
        segment = rows[index]
        a, b = start[segment], end[segment]
        direction = b - a
        norm = (direction**2).sum(axis=1)
        t = np.stack([((p - a) * direction).sum(axis=1) / norm for p in (first, last)]).clip(0.0, 1.0)
        low, high = t.min(axis=0), t.max(axis=0)
        frames.append(
            pd.DataFrame(
                {
                    "segment": segment,
                    "area": area,
                    "share": _along(a, b, low, high),
                    "low": low,
                    "high": high,
                    "border": border_flag,
                    "west": a[:, 0],
                    "south": a[:, 1],
                    "east": b[:, 0],
                    "north": b[:, 1],
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _along(
    a: NDArray[np.float64], b: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Return the share of a straight segment's length between two places along it, by the metric of the ellipsoid.

    The speed along the segment is integrated with Gauss-Legendre quadrature (six nodes: exact to rounding below 1°).
    """
    nodes, weights = np.polynomial.legendre.leggauss(6)
    delta = np.radians(b - a)

    def length(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.zeros(len(a))
        for node, weight in zip(nodes, weights, strict=True):
            t = (upper + lower) / 2 + (upper - lower) / 2 * node
            latitude = np.radians(a[:, 1] + t * (b[:, 1] - a[:, 1]))
            w = 1.0 - GEOD.es * np.sin(latitude) ** 2
            meridian = GEOD.a * (1.0 - GEOD.es) / w**1.5
            parallel = GEOD.a * np.cos(latitude) / np.sqrt(w)
            total += weight * np.hypot(meridian * delta[:, 1], parallel * delta[:, 0])
        return total * (upper - lower) / 2

    result: NDArray[np.float64] = length(low, high) / length(np.zeros(len(a)), np.ones(len(a)))
    return result


def _share_borders(pieces: pd.DataFrame) -> pd.DataFrame:
    """Divide each piece on a border among the areas that have it on theirs, so that it is counted once."""
    if not pieces["border"].any():
        return pieces[["segment", "area", "share"]]
    inner = pieces.loc[~pieces["border"], ["segment", "area", "share"]]
    rows: list[dict[str, float]] = []
    for segment, group in pieces[pieces["border"]].groupby("segment"):
        marks = np.unique(np.concatenate([group["low"], group["high"]]))
        ends = group[["west", "south", "east", "north"]].to_numpy(dtype=float)[:1]
        for low, high in zip(marks[:-1], marks[1:], strict=True):
            middle = (low + high) / 2
            here = group[(group["low"] < middle) & (middle < group["high"])]
            if here.empty:
                continue
            share = _along(ends[:, :2], ends[:, 2:], np.array([low]), np.array([high]))[0] / len(here)
            rows += [{"segment": segment, "area": area, "share": share} for area in here["area"]]
    return pd.concat([inner, pd.DataFrame(rows)], ignore_index=True).astype({"segment": np.int64, "area": np.int64})


# -- densities -----------------------------------------------------------------------------------------------------


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
    official, polygon = _numbers(areas, "official_area_km2"), _numbers(areas, "polygon_area_km2")
    area = np.where(np.isfinite(official), official, polygon)
    return np.where(area > 0.0, area, np.nan)


def _has_data(areas: gpd.GeoDataFrame, coverage: shapely.Geometry | None) -> NDArray[np.bool_]:
    shapes = np.asarray(areas.geometry, dtype=object)
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
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
    official = np.isfinite(_numbers(areas, "official_area_km2"))
    drawn = lines[np.isin(shapely.get_type_id(np.asarray(lines.geometry, dtype=object)), (1, 5))]
    pieces = line_length_by_area(drawn, areas)
    facts = ["mode", "kind", "channel_class", "drawn_by", "grade", "accuracy_km"]
    pieces = pieces.merge(drawn.reindex(columns=["feature_id", *facts]), on="feature_id", how="left")
    pieces["km"] = pieces["route_km"].fillna(pieces["length_km"])
    rows = []
    for spec in DENSITIES:
        counted = _points(lines, areas, spec) if spec.per_km2 == 0 else {}
        of_kind = dict(tuple(pieces[_counts(pieces, spec)].groupby("code"))) if spec.per_km2 else {}
        for i, (code, name) in enumerate(zip(areas["code"], areas["name"], strict=True)):
            here = of_kind.get(code, pieces.iloc[:0])
            length = float(here["km"].sum()) if spec.per_km2 else float("nan")
            value = length / size_km2[i] * spec.per_km2 if spec.per_km2 else float(counted.get(code, 0))
            text = _definition(spec, here, float(size_km2[i]), official=bool(official[i]), as_of=as_of, lang=lang)
            if not known[i]:
                length, value = float("nan"), float("nan")
                text = {"zh": "本区无数据, 不能测算。", "en": "No data for this area: not measured. "}[lang] + text
            row = (name, level, spec.indicator, as_of, scenario, length, float(size_km2[i]), value, spec.unit, text)
            rows.append(dict(zip(COLUMNS, row, strict=True)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _counts(table: pd.DataFrame, spec: Density) -> pd.Series:
    counts = table["mode"].astype(str) == spec.mode.value
    if spec.kinds:
        counts &= table["kind"].isin(spec.kinds)
    if spec.best_class:
        counts &= pd.to_numeric(table["channel_class"], errors="coerce").astype(float).le(spec.best_class)
    return counts


def _points(lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, spec: Density) -> dict[str, int]:
    """Count points by area; one on a border counts for the first area by code."""
    places = lines[_counts(lines, spec)]
    shapes = np.asarray(places.geometry, dtype=object)
    if not len(shapes):
        return {}
    point, area = shapely.STRtree(np.asarray(areas.geometry, dtype=object)).query(
        shapely.centroid(shapes), predicate="intersects"
    )
    first = pd.Series(area).groupby(point).min()
    return {str(areas["code"].iloc[k]): int(n) for k, n in first.value_counts().items()}


def _definition(spec: Density, pieces: pd.DataFrame, size_km2: float, *, official: bool, as_of: str, lang: str) -> str:
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
        source = (
            ("公布的行政区域面积", "published administrative area, water included")
            if official
            else ("图上多边形面积", "area of the polygon as drawn")
        )
        parts.append(f"分母 {size_km2:.1f} km²({source[0]})" if zh else f"denominator {size_km2:.1f} km² ({source[1]})")
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


def _percentages(pieces: pd.DataFrame, column: str, total: float) -> str:
    shares: Iterable[tuple[str, float]] = (
        (str(k), float(v) / total) for k, v in pieces.groupby(column)["km"].sum().items()
    )
    return ", ".join(f"{name or '?'} {share:.0%}" for name, share in sorted(shares, key=lambda s: (-s[1], s[0])))
