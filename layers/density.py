"""
Route length and density by administrative area, each number with its definition.

A line is cut where it crosses a border; a piece on a border that two areas share is counted once, half to each. Lengths
are route lengths: a double track or a dual carriageway counts once. Published lengths are apportioned by the drawn shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.errors import VocabularyError
from layers.denominators import denominator_facts, denominators_km2
from layers.density_definition import DensityRecord, definition
from layers.density_kinds import DENSITIES, Density, counts_for
from layers.drawing_error import Stretch, drawing_error_km, stretch_of, with_crossings
from layers.line_length import line_length_by_area
from layers.schema import Status

if TYPE_CHECKING:
    import geopandas as gpd
    from distributed import Client
    from numpy.typing import NDArray

__all__ = [
    "DENSITIES",
    "Density",
    "counts_for",
    "denominators_km2",
    "density_records",
    "density_table",
    "line_density",
    "line_length_by_area",
]

COLUMNS = ["area", "level", "indicator", "as_of", "scenario", "length_km", "area_km2", "density", "unit", "definition"]
RECORD_COLUMNS = [
    "area", "code", "level", "indicator", "as_of", "scenario", "density", "unit", "density_error", "length_km", "published_km",
    "unpublished_km",
    "projects_km", "drawn_km", "error_km", "short_km", "accuracy_km", "drawn_by", "grade_d_share",
    "area_km2", "area_kind", "area_source", "area_grade", "counted", "reason",
]  # fmt: skip
COVERED_SHARE = 0.99
"""An area counts as covered by the data when this share of it is: borders drawn by different hands differ a little."""
_LENGTHS = (
    "length_km", "published_km", "unpublished_km", "projects_km", "drawn_km", "error_km", "short_km", "accuracy_km",
)  # fmt: skip
FACTS = ["mode", "kind", "status", "channel_class", "drawn_by", "grade", "accuracy_km"]
REASON = {"zh": "本区无数据, 不能测算。", "en": "No data for this area: not measured. "}
NO_AREA = {"zh": "本区无面积, 不能计算密度。", "en": "No area to divide by: no density. "}


def line_density(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    length: str = "route",
    coverage: shapely.Geometry | None = None,
    dask: Client | str | None = None,
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
    dask : distributed.Client or str, optional
        Measure on a cluster, see :func:`layers.line_length.line_length_by_area`; the same numbers to the bit.

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
    pieces = line_length_by_area(lines, areas, dask=dask)
    km = pieces["length_km"] if length == "drawn" else pieces["route_km"].fillna(pieces["length_km"])
    total = km.groupby(pieces["code"]).sum().reindex(areas["code"]).fillna(0.0).to_numpy()
    density = pd.Series(total / denominators_km2(areas), index=areas.index, name="density_km_per_km2")
    return density.where(_has_data(areas, coverage))


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
    dask: Client | str | None = None,
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
    dask : distributed.Client or str, optional
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
    told = {"level": level, "as_of": as_of, "scenario": scenario, "lang": lang}
    records = density_records(lines, areas, **told, coverage=coverage, dask=dask)
    return records[COLUMNS]


def density_records(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    level: str,
    as_of: str,
    scenario: str,
    lang: str = "zh",
    coverage: shapely.Geometry | None = None,
    dask: Client | str | None = None,
) -> pd.DataFrame:
    """
    Measure as :func:`density_table` does, with the definition of each number as columns too.

    Returns
    -------
    DataFrame, rows as of :func:`density_table`
        Its columns, and code, density_error (± from the drawing, in ``unit``), published_km, unpublished_km (as drawn, where
        nothing is published), projects_km (as drawn, straight ones lengthened), drawn_km, error_km, short_km (see :func:`layers.drawing_error.drawing_error_km`), accuracy_km,
        drawn_by (``method:share`` |-joined), grade_d_share, area_kind, area_source, area_grade, counted
        (what counts and what is left out) and reason (why there is no number, "" where there is one).
    """
    if lang not in ("zh", "en"):
        message = f"language {lang!r} is unknown; accepted: zh, en"
        raise VocabularyError(message)
    areas = areas.sort_values("code", ignore_index=True)
    known, size_km2, facts = _has_data(areas, coverage), denominators_km2(areas), denominator_facts(areas)
    drawn = lines[np.isin(shapely.get_type_id(np.asarray(lines.geometry, dtype=object)), (1, 5))]
    pieces = line_length_by_area(drawn, areas, dask=dask)
    pieces = with_crossings(pieces, drawn, areas).merge(
        drawn.reindex(columns=["feature_id", *FACTS]), on="feature_id", how="left"
    )
    pieces["km"] = pieces["route_km"].fillna(pieces["length_km"])
    rows = []
    for spec in DENSITIES:
        counted = _points(lines, areas, spec) if spec.per_km2 == 0 else {}
        of_kind = dict(tuple(pieces[counts_for(pieces, spec)].groupby("code"))) if spec.per_km2 else {}
        stretch = stretch_of(drawn[counts_for(drawn, spec) & ~_is_project(drawn)])
        for i, (code, name) in enumerate(zip(areas["code"], areas["name"], strict=True)):
            record = _record(of_kind.get(code, pieces.iloc[:0]), float(size_km2[i]), facts[i], stretch)
            reason = "" if known[i] else REASON[lang]
            if not reason and spec.per_km2 and not np.isfinite(size_km2[i]):
                reason = NO_AREA[lang]
            text = reason + definition(spec, record, as_of=as_of, lang=lang)
            head = {"area": name, "code": code, "level": level, "indicator": spec.indicator, "as_of": as_of}
            numbers_of = _numbers(spec, record, counted.get(str(code), 0), known=bool(known[i]))
            rows.append(head | {"scenario": scenario, "unit": spec.unit, "definition": text, "reason": reason.strip()})
            rows[-1] |= numbers_of | {"counted": spec.zh if lang == "zh" else spec.en}
    return pd.DataFrame(rows, columns=[*RECORD_COLUMNS, "definition"])


def _record(here: pd.DataFrame, size_km2: float, facts: tuple[str, str, str], stretch: Stretch) -> DensityRecord:
    """Return what the number of one area and kind rests on."""
    km = float(here["km"].sum())
    accuracy = pd.to_numeric(here["accuracy_km"], errors="coerce").astype(float)
    rated = accuracy.notna() & (here["km"] > 0.0)
    shares = {str(name): float(part) / km for name, part in here.groupby("drawn_by")["km"].sum().items() if km > 0.0}
    projects = _is_project(here)
    there, planned = here[~projects], here[projects]
    error, short = drawing_error_km(there, stretch)
    # A project's route length is no published one: it is drawn, and as uncertain as a drawing.
    error_planned, _ = drawing_error_km(planned.assign(route_km=np.nan), stretch)
    return DensityRecord(
        length_km=km,
        published_km=float(there["route_km"].sum()),
        unpublished_km=float(there.loc[there["route_km"].isna(), "length_km"].sum()),
        projects_km=float(planned["km"].sum()),
        drawn_km=float(here["length_km"].sum()),
        error_km=float(np.hypot(error, error_planned)),
        short_km=short,
        accuracy_km=float(np.average(accuracy[rated], weights=here.loc[rated, "km"])) if rated.any() else np.nan,
        drawn_by=dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))),
        grade_d_share=float(here.loc[here["grade"] == "D", "km"].sum()) / km if km > 0.0 else np.nan,
        area_km2=size_km2,
        area_kind=facts[0],
        area_source=facts[1],
        area_grade=facts[2],
    )


def _is_project(lines: pd.DataFrame) -> pd.Series:
    """Tell which lines are projects: those with a stage that is not in operation."""
    return lines["status"].notna() & ~lines["status"].isin(["", Status.OPERATING.value])


def _numbers(spec: Density, record: DensityRecord, count: int, *, known: bool) -> dict[str, object]:
    """Return the columns of a record; NaN where the area has no data, or nothing to divide by."""
    per = spec.per_km2 / record.area_km2 if spec.per_km2 else np.nan
    lengths: dict[str, object] = {
        name: getattr(record, name) if known and spec.per_km2 else np.nan for name in _LENGTHS
    }
    density = record.length_km * per if spec.per_km2 else float(count)
    return lengths | {
        "density": density if known else np.nan,
        "density_error": record.error_km * per if known and spec.per_km2 else np.nan,
        "drawn_by": "|".join(f"{name}:{share:.3f}" for name, share in record.drawn_by.items()),
        "grade_d_share": record.grade_d_share,
        "area_km2": record.area_km2,
        "area_kind": record.area_kind,
        "area_source": record.area_source,
        "area_grade": record.area_grade,
    }


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
