"""
Recorded courses: the towns that a planned road passes, as read in news of its planning, where the plan names one place only.

Table ``projects/data/courses.csv``: course (what the project's name holds), mode, region (context of the names), nodes
(``|``-joined, in order: a unit, an interchange or station of the embedded network, a place of the gazetteer, or
``name@lon,lat``, a station with 站; or ``=line``, the existing line that it is by another name), accuracy_km, published_km (length of the course inside its section, where one was read), source, grade of
the order of towns, note (which positions are from memory).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from geo.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.sites.ground import Ground

__all__ = ["Course", "course_named", "course_points", "courses"]


@dataclass(frozen=True)
class Course:
    """
    A recorded course.

    Parameters
    ----------
    name, mode, region : str
    nodes : tuple of str
        In order; ``name`` or ``name@lon,lat``; or one ``=line``.
    accuracy_km : float
    published_km : float or None
    source, grade, note : str
    """

    name: str
    mode: str
    region: str
    nodes: tuple[str, ...]
    accuracy_km: float
    published_km: float | None
    source: str
    grade: str
    note: str


@cache
def courses() -> tuple[Course, ...]:
    """Return the recorded courses, longest name first, so that 合肥外绕城高速联络线 is not 合肥外绕城高速."""
    text = files("projects").joinpath("data", "courses.csv").read_text("utf-8")
    rows = [
        Course(
            name=row["course"],
            mode=row["mode"],
            region=row["region"],
            nodes=tuple(row["nodes"].split("|")),
            accuracy_km=float(row["accuracy_km"]),
            published_km=float(row["published_km"]) if row["published_km"] else None,
            source=row["source"],
            grade=row["grade"],
            note=row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    ]
    return tuple(sorted(rows, key=lambda course: (-len(course.name), course.name)))


def course_named(names: Sequence[str], mode: str) -> Course | None:
    """Return the recorded course whose name stands in one of the names, None where there is none."""
    return next((c for c in courses() if c.mode == mode and any(c.name in name for name in names)), None)


def _station_point(name: str, ground: Ground) -> tuple[float, float] | None:
    """Return lon, lat of a station: of the network, else of the gazetteer (南京北站, which is not open yet)."""
    station = ground.station_named(name)
    if station is not None:
        return float(station.geometry.centroid.x), float(station.geometry.centroid.y)
    known = ground.gazetteer.lookup(name, kinds={"station"})
    return (known[0].lon, known[0].lat) if known else None


def course_points(course: Course, ground: Ground) -> list[tuple[float, float]]:
    """
    Return lon, lat of the nodes of a course.

    Raises
    ------
    SchemaError
        If a node is in neither the gazetteer (inside the course's region), nor the network; the message lists all.
    """
    points: list[tuple[float, float]] = []
    unknown: list[str] = []
    for node in course.nodes:
        name, _, at = node.partition("@")
        if at:
            lon, lat = (float(part) for part in at.split(","))
            points.append((lon, lat))
            continue
        found = ground.point_named(name, course.mode, course.region)
        if name.endswith("站"):
            found = _station_point(name, ground) or found
        if found is None:
            unknown.append(name)
        else:
            points.append(found)
    if unknown:
        message = f"course {course.name}: unknown nodes {', '.join(unknown)}; give them as name@lon,lat"
        raise SchemaError(message)
    return points
