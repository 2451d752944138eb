"""A planner's own geometries: checked one by one, so that a bad one is said to be bad and its project stays on the ladder."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.datum_guess import shift_of_line, shift_share
from geo.errors import CrsError, SchemaError
from layers.schema import FEATURES, Method
from layers.siting_notes import SitingNote, note

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["OwnLine", "gcj02_share", "own_lines"]

log = logging.getLogger(__name__)

CHINA = (73.0, 3.0, 136.0, 54.0)
"""(west, south, east, north), degrees."""

KEYS = ("project_id", "proj_id", "feature_id", "feat_id")


@dataclass(frozen=True)
class OwnLine:
    """
    A planner's geometry of one project.

    Parameters
    ----------
    geometry : geometry or None
        EPSG:4326; None where it cannot be used.
    notes : tuple of SitingNote
        What is doubtful about it, or why it is not used.
    method : Method
        ``user``, or ``osm`` for a true alignment taken from OpenStreetMap.
    """

    geometry: BaseGeometry | None
    notes: tuple[SitingNote, ...] = ()
    method: Method = Method.USER


def own_lines(lines: gpd.GeoDataFrame | None, *known: NDArray[np.float64]) -> dict[str, OwnLine]:
    """
    Check a planner's geometries and bring them to WGS 84.

    Parameters
    ----------
    lines : GeoDataFrame or None
        With a column ``project_id`` (or ``proj_id``, ``feature_id``, ``feat_id``) and any known CRS. Several rows of one
        project are joined. A column ``drawn_by`` that says ``osm`` marks alignments taken from OpenStreetMap.
    *known : ndarray of float64, shape (n, 2)
        lon, lat of known points against which an offset as of GCJ-02 or BD-09 is looked for: stations, interchanges, each by
        itself, for a road says nothing of the stations that it passes.

    Returns
    -------
    dict of project id to OwnLine
        Empty, swapped (lat, lon) and far-off geometries are not used, self-crossing ones and those that look shifted by
        GCJ-02 or BD-09 are used as they are; the notes say so. Nothing is shifted or turned unasked.

    Raises
    ------
    SchemaError
        If there is no id column.
    CrsError
        If there is no coordinate system.
    """
    if lines is None or lines.empty:
        return {}
    key = next((name for name in KEYS if name in lines), None)
    if key is None:
        message = f"the user's lines have no column project_id; found {', '.join(map(str, lines.columns))}"
        raise SchemaError(message)
    if lines.crs is None:
        message = "the user's lines have no coordinate system; write one into the file (EPSG:4490 for CGCS2000)"
        raise CrsError(message)
    drawn = lines.to_crs(FEATURES.crs)
    out: dict[str, OwnLine] = {}
    for project_id, group in drawn.groupby(drawn[key].astype(str), sort=True):
        own = _checked(list(group.geometry), known)
        osm = "drawn_by" in group and bool((group["drawn_by"].astype(str) == Method.OSM.value).all())
        out[str(project_id)] = replace(own, method=Method.OSM) if osm else own
    for project_id, own in out.items():
        for told in own.notes:
            log.info("user geometry of %s: %s", project_id, told.text("en"))
    return out


def _checked(geometries: list[BaseGeometry | None], known: tuple[NDArray[np.float64], ...]) -> OwnLine:
    parts = [
        part for shape in geometries if shape is not None for part in shapely.get_parts(shape) if not part.is_empty
    ]
    if not parts:
        return OwnLine(None, (note("user_empty"),))
    notes: list[SitingNote] = []
    ranks = {part.geom_type: part.geom_type for part in parts}
    if len(ranks) > 1:
        kept = next(kind for kind in ("LineString", "Polygon", "Point") if kind in ranks)
        parts = [part for part in parts if part.geom_type == kept]
        notes.append(note("user_mixed", kept=kept))
    whole = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    if whole.geom_type == "GeometryCollection":
        whole = parts[0]
    west, south, east, north = whole.bounds
    if not np.isfinite([west, south, east, north]).all():
        return OwnLine(None, (note("user_invalid"),))
    if not _within(west, south, east, north):
        swapped = _within(south, west, north, east)
        reason = note("user_swapped") if swapped else note("user_outside", at=f"{west:.2f}, {south:.2f}")
        return OwnLine(None, (reason,))
    if not shapely.is_simple(whole) or not whole.is_valid:
        notes.append(note("user_crossing_itself"))
    if whole.geom_type in {"LineString", "MultiLineString"}:
        datum, share, count = shift_of_line(whole, *known)
        if datum:
            notes.append(note(f"user_{datum}", count=count, share=f"{share:.0%}"))
    return OwnLine(whole, tuple(notes))


def _within(west: float, south: float, east: float, north: float) -> bool:
    return CHINA[0] <= west <= east <= CHINA[2] and CHINA[1] <= south <= north <= CHINA[3]


def gcj02_share(line: BaseGeometry, known: NDArray[np.float64], *, reach_km: float = 1.5) -> tuple[float, int]:
    """Tell whether a line is shifted from known points as GCJ-02 shifts; see :func:`geo.datum_guess.shift_share`."""
    return shift_share(line, known, datum="gcj02", reach_km=reach_km)
