"""Which lines are there: the network as of a month, and with projects of a stage or opening year."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity

from geo.errors import VocabularyError
from geo.geodesy import GEOD, length_km
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import LINES, STAGE_ORDER, Method, Mode, Status, Work

if TYPE_CHECKING:
    from typing import TypeVar

    from numpy.typing import NDArray
    from shapely.geometry import LineString
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

    Parameters
    ----------
    features : DataFrame with status (and opening_year)
    scenario : str
        ``today`` (none), ``plan`` (all that are not in operation), or ``STATUS>=stage`` (that stage and further ones,
        for example ``STATUS>=under_construction``).

    Returns
    -------
    DataFrame of the same class, a subset of the rows

    Raises
    ------
    VocabularyError
        If the scenario is none of these.
    """
    status = features["status"].astype(str)
    if scenario == "today":
        return features[pd.Series(False, index=features.index)]
    if scenario == "plan":
        return features[status.isin([s.value for s in PLANNED_STAGES])]
    match = re.fullmatch(r"STATUS\s*>=\s*(\w+)", scenario, flags=re.IGNORECASE)
    if match is None or match[1] not in STAGE_ORDER:
        message = (
            f"{scenario!r} is no scenario; give today, plan, or STATUS>=stage with one of"
            f" {', '.join(s for s in STAGE_ORDER if s != Status.UNSPECIFIED)}"
        )
        raise VocabularyError(message)
    least = STAGE_ORDER[match[1]]
    built = status.map(STAGE_ORDER) >= least
    return features[built & (status != Status.OPERATING.value)]


@dataclass(frozen=True)
class ProjectAssumptions:
    """What is assumed of a line that a plan only names. Design speeds are those usual for the kind, not the project's own."""

    speed_km_h: dict[str, float] = field(
        default_factory=lambda: {
            "high_speed_rail": 350.0,
            "intercity_rail": 200.0,
            "suburban_rail": 160.0,
            "conventional_rail": 160.0,
            "expressway": 120.0,
            "ring_road": 120.0,
        }
    )
    route_per_straight: float = 1.1  # length of a route over the straight join of its ends, where no more is known
    snap_km: float = 4.0  # a station or interchange this near to the line is on it


DRAWN_LINES = (Method.USER, Method.OSM, Method.NODES, Method.CORRIDOR, Method.STRAIGHT)
"""Methods whose lines are new to the network; ``network`` repeats a line that is already in it."""


def built_lines(
    features: gpd.GeoDataFrame, nodes: pd.DataFrame, *, assumptions: ProjectAssumptions | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Turn drawn projects into lines and nodes of the network.

    New rail and expressway lines only: upgrades and lines that follow the existing network change no link here, and what
    is only a point or an area cannot be travelled. National and provincial roads are not part of the expressway network.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
        Filter by :func:`projects_in` first.
    nodes : DataFrame with mode, name, kind, lon, lat
        Nodes of the existing network, which lines meet where they pass within ``snap_km``.
    assumptions : ProjectAssumptions, optional

    Returns
    -------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, one row per connected piece
        ``route_length_km`` is the drawn length, times ``route_per_straight`` where drawn straight.
    nodes : DataFrame
        The rows given, and new ends where a line ends away from any node.
    """
    assumptions = assumptions or ProjectAssumptions()
    usable = features[
        (features["work"] == Work.NEW.value)
        & features["drawn_by"].isin([m.value for m in DRAWN_LINES])
        & features["kind"].isin(assumptions.speed_km_h)
        & features["mode"].isin([Mode.RAIL.value, Mode.HIGHWAY.value])
    ]
    rows: list[dict[str, object]] = []
    geometries: list[LineString] = []
    added: list[dict[str, object]] = []
    for feature in usable.itertuples(index=False):
        at_stops = nodes[(nodes["mode"] == feature.mode) & ~nodes["kind"].isin(["bend", "border", "bridge_end"])]
        pieces = [
            part for part in shapely.get_parts(feature.geometry) if part.geom_type == "LineString" and part.length > 0
        ]
        for number, piece in enumerate(pieces):
            names, ends = _stops(
                piece, at_stops, f"{feature.feature_id}.{number}", str(feature.mode), assumptions.snap_km
            )
            if len(names) < 2:
                continue
            added += ends
            km = length_km(piece)
            rows.append(
                {
                    "feature_id": f"{feature.feature_id}.{number}",
                    "name": feature.name,
                    "line": feature.name,
                    "mode": feature.mode,
                    "kind": "expressway" if feature.mode == Mode.HIGHWAY.value else feature.kind,
                    "status": feature.status,
                    "route_length_km": km
                    * (assumptions.route_per_straight if feature.drawn_by == Method.STRAIGHT.value else 1.0),
                    "length_km": km,
                    "speed_km_h": assumptions.speed_km_h[str(feature.kind)],
                    "nodes": "|".join(names),
                    "drawn_by": feature.drawn_by,
                    "accuracy_km": feature.accuracy_km,
                    "source": feature.source,
                    "note": "speed assumed for the kind",
                }
            )
            geometries.append(piece)
    table = pd.DataFrame(rows) if rows else LINES.empty()
    lines = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=LINES.crs), crs=LINES.crs)
    joined = pd.concat([nodes, pd.DataFrame(added)], ignore_index=True) if added else nodes
    return gpd.GeoDataFrame(LINES.coerce(lines)[[*LINES.names, "geometry"]], crs=LINES.crs), joined


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


def _stops(
    line: LineString, nodes: pd.DataFrame, line_id: str, mode: str, snap_km: float
) -> tuple[list[str], list[dict[str, object]]]:
    """Return the names of the nodes that a line serves, in order, and the new nodes at its ends."""
    west, south, east, north = line.bounds
    margin = snap_km / 80.0  # degrees; a degree of longitude has more than 80 km south of 44° N
    near = nodes[
        nodes["lon"].between(west - margin, east + margin) & nodes["lat"].between(south - margin, north + margin)
    ]
    points = shapely.points(near["lon"].to_numpy(dtype=float), near["lat"].to_numpy(dtype=float))
    chainage: NDArray[np.float64] = np.asarray(shapely.line_locate_point(line, points), dtype=float)
    feet = shapely.get_coordinates(shapely.line_interpolate_point(line, chainage)).reshape(-1, 2)
    _, _, metres = GEOD.inv(near["lon"], near["lat"], feet[:, 0], feet[:, 1]) if len(near) else ([], [], [])
    on = np.asarray(metres, dtype=float) <= snap_km * 1000.0
    stops = sorted(zip(chainage[on], near["name"].to_numpy()[on], strict=True)) if len(near) else []
    names = [str(name) for _, name in stops]
    ends: list[dict[str, object]] = []
    kind = "station" if mode == Mode.RAIL.value else "interchange"
    for end, (x, y) in (("a", line.coords[0]), ("b", line.coords[-1])):
        where = 0.0 if end == "a" else line.length
        if any(abs(place - where) * 100.0 <= snap_km for place, _ in stops):
            continue
        name = f"{line_id}.{end}"
        ends.append(
            {
                "mode": mode,
                "name": name,
                "kind": kind,
                "lon": x,
                "lat": y,
                "source": "project",
                "grade": "D",
                "note": "",
            }
        )
        names = [name, *names] if end == "a" else [*names, name]
    return names, ends
