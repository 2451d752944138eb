"""
Lengths of lines by area, cut at the borders.

A piece on a border that two areas share is counted once, half to each. Many lines are measured in blocks, here or on a
cluster.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.errors import SchemaError
from geo.geodesy import GEOD
from layers.area_grid import AreaGrid
from layers.distributed import run_blocks
from layers.segment_shares import segment_shares

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from distributed import Client
    from numpy.typing import NDArray

__all__ = ["line_length_by_area", "numbers"]

BLOCK_SEGMENTS = 100_000
"""Segments in a block that is sent to a worker: about a tenth of a second, well above what sending one costs."""


def line_length_by_area(
    lines: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    dask: Client | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """
    Cut lines at the borders of areas and measure the pieces.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.schema.LINES`` or ``FEATURES``, n rows, EPSG:4326
        Rows that are no line, or empty, count nothing. ``route_length_km`` may be missing.
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, EPSG:4326
    dask : distributed.Client or str, optional
        Measure blocks of lines on a cluster, see :func:`layers.distributed.run_blocks`; the same bits as without.
    progress : callable (done, total), optional

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
    ClusterError, MissingExtraError
        See :func:`layers.distributed.run_blocks`.

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
    ground = _Ground(start, end, line_of, np.asarray(areas.geometry, dtype=object))
    count = BLOCK_SEGMENTS if dask is not None else max(len(start), 1)
    parts = [part for _, part in run_blocks(_lengths, _blocks(line_of, count), ground, dask=dask, progress=progress)]
    area, line, length_km, drawn = (np.concatenate([part[k] for part in parts]) for k in range(4))
    drawn_km = np.zeros(len(lines))
    drawn_km[line] = drawn
    published = numbers(lines, "route_length_km")[line]
    out = pd.DataFrame(
        {
            "code": areas["code"].to_numpy(dtype=object)[area],
            "feature_id": lines["feature_id"].to_numpy(dtype=object)[line],
            "length_km": length_km,
            "route_km": published * length_km / drawn_km[line],
        }
    )
    return out.sort_values(["code", "feature_id"], ignore_index=True)


class _Lengths(NamedTuple):
    """What a block gives: area and line (positions) that meet, the length there, and the length of the whole line."""

    area: NDArray[np.int64]
    line: NDArray[np.int64]
    length_km: NDArray[np.float64]
    drawn_km: NDArray[np.float64]


@dataclass(frozen=True)
class _Ground:
    """What all blocks of lines share: segments with the rows of their lines, and the polygons of the areas."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    line: NDArray[np.int64]
    polygons: NDArray[np.object_]

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # a grid is built where it is needed

    @cached_property
    def grid(self) -> AreaGrid:
        """The grid for all segments, whatever the block: the same bits."""
        return AreaGrid(self.polygons, segments=len(self.start))


def _blocks(line_of: NDArray[np.int64], count: int) -> list[tuple[int, int]]:
    """Return runs of segments of some ``count`` each, whole lines, in order; one empty run where there are no segments."""
    begins = np.flatnonzero(np.diff(line_of, prepend=-1))
    place = np.searchsorted(begins, np.arange(count, len(line_of), count))
    cuts = np.concatenate([[0], begins[place[place < len(begins)]], [len(line_of)]])
    return [(int(first), int(behind)) for first, behind in itertools.pairwise(np.unique(cuts))] or [(0, 0)]


def _lengths(rows: tuple[int, int], ground: _Ground) -> _Lengths:
    """Measure the lines of a run of segments."""
    part = slice(*rows)
    start, end, line = ground.start[part], ground.end[part], ground.line[part]
    _, _, metres = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1]) if len(start) else ([], [], [])
    segment_km = np.asarray(metres, dtype=float) / 1000.0
    share = segment_shares(start, end, line, ground.grid, ground.polygons)
    segment = share["segment"].to_numpy()
    many = int(line[-1]) + 1 if len(line) else 1
    pair, place = np.unique(share["area"].to_numpy(dtype=np.int64) * many + line[segment], return_inverse=True)
    # One after the other, by bincount: the sum of pandas' groupby depends on what stands beside, in the last bit.
    km: NDArray[Any] = np.bincount(
        place.reshape(-1), weights=segment_km[segment] * share["share"].to_numpy(), minlength=len(pair)
    )
    met = km > 0.0
    area, of_line = pair[met] // many, pair[met] % many
    first = int(line[0]) if len(line) else 0
    drawn_km = np.bincount(line - first, weights=segment_km)
    return _Lengths(area, of_line, km[met], drawn_km[of_line - first])


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


def numbers(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column as floats, NaN where it is missing or no number."""
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
