"""Which lines are there: the network as of a month, and with projects of a stage or opening year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity

from geo.errors import VocabularyError
from geo.geodesy import length_km
from layers.project_lines import ProjectAssumptions, built_lines
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import LINES, STAGE_ORDER, Mode, Status

if TYPE_CHECKING:
    from typing import TypeVar

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    T = TypeVar("T", bound=pd.DataFrame)

__all__ = ["DATA_MONTH", "ProjectAssumptions", "as_of", "built_lines", "counted_once", "parse_month", "projects_in"]

DATA_MONTH = "2025-12"
"""Last month up to which the embedded networks are kept."""

PLANNED_STAGES = (Status.PROPOSED, Status.PREPARATORY, Status.STARTING, Status.UNDER_CONSTRUCTION, Status.UNSPECIFIED)
"""Stages of scenario ``plan``: all that a plan names and that is not yet in operation."""


def parse_month(text: str) -> str:
    """
    Parse a month.

    Parameters
    ----------
    text : str
        ``YYYY-MM``, or ``YYYY`` for December of that year (a line whose month is unknown counts from the year's end).

    Returns
    -------
    str
        ``YYYY-MM``.

    Raises
    ------
    VocabularyError
        If it is neither.

    Examples
    --------
    >>> parse_month("2020"), parse_month("2020-6")
    ('2020-12', '2020-06')
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-\d{1,2})?)?", text.strip())
    month = int(match[2] or 12) if match else 0
    if match is None or not 1 <= month <= 12:
        message = f"{text!r} is no month; give YYYY-MM, for example 2020-12"
        raise VocabularyError(message)
    return f"{match[1]}-{month:02d}"


def as_of(lines: T, month: str) -> T:
    """
    Return the lines that are open in a month: opened in it or before, and not closed by then.

    Parameters
    ----------
    lines : DataFrame with opening_month and closing_month (``YYYY-MM``, ``YYYY`` or empty)
        A line without opening month has always been there.
    month : str
        ``YYYY-MM``.

    Returns
    -------
    DataFrame of the same class, a subset of the rows
    """
    limit = parse_month(month)
    opened = [not text or parse_month(text) <= limit for text in lines["opening_month"]]
    closed = [bool(text) and parse_month(text) <= limit for text in lines["closing_month"]]
    keep = [o and not c for o, c in zip(opened, closed, strict=True)]
    return lines[pd.Series(keep, index=lines.index, dtype=bool)]


def projects_in(features: T, scenario: str) -> T:
    """
    Return the projects that a scenario builds.

    A project that the plan puts off or gives up (note ``halted`` in ``siting_codes``) is built in none, whatever stage it
    had reached.

    Parameters
    ----------
    features : DataFrame with status (and opening_year, siting_codes)
    scenario : str
        ``today`` (none), ``plan`` (all that are not in operation), ``STATUS>=stage`` (that stage and further ones, for
        example ``STATUS>=under_construction``), or ``YEAR<=year`` (those that a plan means to open by then; one without an
        opening year is not among them).

    Returns
    -------
    DataFrame of the same class, a subset of the rows

    Raises
    ------
    VocabularyError
        If the scenario is none of these.
    """
    if "siting_codes" in features.columns:
        codes = features["siting_codes"].fillna("").astype(str)
        features = features[~codes.str.contains('"code":"halted"', regex=False)]
    status = features["status"].astype(str)
    if scenario == "today":
        return features[pd.Series(False, index=features.index)]
    if scenario == "plan":
        return features[status.isin([s.value for s in PLANNED_STAGES])]
    by_year = re.fullmatch(r"YEAR\s*<=\s*(\d{4})", scenario, flags=re.IGNORECASE)
    if by_year is not None:
        opened = pd.to_numeric(features["opening_year"], errors="coerce") <= int(by_year[1])
        return features[opened.fillna(False).astype(bool) & (status != Status.OPERATING.value)]
    match = re.fullmatch(r"STATUS\s*>=\s*(\w+)", scenario, flags=re.IGNORECASE)
    if match is None or match[1] not in STAGE_ORDER:
        message = (
            f"{scenario!r} is no scenario; give today, plan, YEAR<=year, or STATUS>=stage with one of"
            f" {', '.join(s for s in STAGE_ORDER if s != Status.UNSPECIFIED)}"
        )
        raise VocabularyError(message)
    least = STAGE_ORDER[match[1]]
    built = status.map(STAGE_ORDER) >= least
    return features[built & (status != Status.OPERATING.value)]


OVERLAP_KM = 3.0
"""Two lines of one class nearer than this along their way are one track or road until a plan says otherwise."""

CROSSING_KM = 4.0 * OVERLAP_KM
"""A stretch this short within the strip of another line is a crossing at 30° or steeper, not a common way."""


def counted_once(new: gpd.GeoDataFrame, existing: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return new lines without the parts that another one, or the existing network, already counts.

    A line and its section, the same line under two names, a ring that takes in finished pieces, and several proposals along
    one corridor would each add their length to a density. Within a class (high-speed rail, other rail, expressway) a line
    counts only where it runs farther than ``OVERLAP_KM`` from what is counted before it: the existing network, then further
    stages, then better drawings. Between classes it always counts: a high-speed line beside an old railway is new track.

    Parameters
    ----------
    new, existing : GeoDataFrame, contract ``layers.schema.LINES``, EPSG:4326

    Returns
    -------
    GeoDataFrame, contract ``LINES``, with the geometry left and ``length_km`` and ``route_length_km`` cut in proportion;
    lines of which nothing is left are gone
    """
    if new.empty:
        return new
    rank = new["status"].map(STAGE_ORDER).fillna(0)
    order = new.assign(rank=-rank).sort_values(["rank", "accuracy_km", "feature_id"]).index
    class_of = _classes(existing)
    counted: dict[str, list[BaseGeometry]] = {}
    rows: list[pd.Series] = []
    for i in order:
        row = new.loc[i]
        name = _class(str(row["mode"]), str(row["kind"]))
        if name not in counted:
            counted[name] = [_within(line, OVERLAP_KM) for line in existing.geometry[class_of == name]]
        near = [other for other in counted[name] if other.intersects(row.geometry)]
        parts = [p for p in _beside_none(row.geometry, near) if length_km(p) > OVERLAP_KM]
        counted[name].append(_within(row.geometry, OVERLAP_KM))
        for part in parts:
            share = (
                part.length / row.geometry.length
            )  # planar: a vertex more on a long chord would change a geodesic sum
            cut = row.copy()
            cut["geometry"], cut["length_km"] = part, length_km(row.geometry) * share
            cut["route_length_km"] = row["route_length_km"] * share
            cut["feature_id"] = f"{row['feature_id']}~{len(rows)}"
            rows.append(cut)
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=new.columns), geometry="geometry", crs=new.crs)
    return gpd.GeoDataFrame(LINES.coerce(table), geometry="geometry", crs=new.crs).sort_values(
        "feature_id", ignore_index=True
    )


def _beside_none(line: BaseGeometry, near: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the pieces of a line that run beside none of the strips; a strip that it merely crosses takes nothing away."""
    if not near:
        return list(shapely.get_parts(line))
    strips = shapely.union_all(near)
    outside, inside = shapely.get_parts(line.difference(strips)), shapely.get_parts(line.intersection(strips))
    crossings = [p for p in inside if p.geom_type == "LineString" and not p.is_empty and length_km(p) <= CROSSING_KM]
    pieces = [p for p in outside if p.geom_type == "LineString" and not p.is_empty] + crossings
    return list(shapely.get_parts(shapely.line_merge(shapely.MultiLineString(pieces)))) if pieces else []


def _class(mode: str, kind: str) -> str:
    return "high_speed_rail" if mode == Mode.RAIL.value and kind in HIGH_SPEED_KINDS else mode


def _classes(lines: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.array([_class(str(m), str(k)) for m, k in zip(lines["mode"], lines["kind"], strict=True)], dtype=object)


def _within(line: BaseGeometry, km: float) -> BaseGeometry:
    """Return what lies within a distance of a line: a buffer in degrees, stretched to kilometres at its latitude."""
    south, north = line.bounds[1], line.bounds[3]
    narrow = float(np.cos(np.radians((south + north) / 2.0)))
    flat = shapely.affinity.scale(line, xfact=narrow, origin=(0, 0))
    return shapely.affinity.scale(flat.buffer(km / 111.2), xfact=1.0 / narrow, origin=(0, 0))
