"""
The share of each segment of a line that lies in each area.

A piece on a border that two areas share is counted once, half to each. Segments far from any border, which is most of them,
are told apart by a grid and never clipped. What comes out for a line does not depend on the other lines it is asked with.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEOD
from layers.area_grid import AreaGrid, expand, lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["segment_shares"]


def segment_shares(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    line: NDArray[np.int64],
    grid: AreaGrid,
    polygons: NDArray[np.object_],
) -> pd.DataFrame:
    """
    Find the areas that segments lie in.

    Parameters
    ----------
    start, end : ndarray of float64, shape (n, 2)
        Longitude and latitude; those of a line one after the other.
    line : ndarray of int64, shape (n,)
        Which line each segment is of.
    grid : AreaGrid
        Over ``polygons``. A finer or coarser one gives the same shares to rounding; the same one the same bits.
    polygons : ndarray of Polygon or MultiPolygon

    Returns
    -------
    DataFrame
        segment, area (positions), share (0-1) of the segment's geodesic length. For each line and area in an order that does
        not depend on other lines.
    """
    free = grid.free_of_borders(start, end)
    segment, area = grid.areas_of_free(start[free])
    frames = [pd.DataFrame({"segment": np.flatnonzero(free)[segment], "area": area, "share": 1.0})]
    near = np.flatnonzero(~free)
    if len(near):
        frames += _shares_near_borders(start, end, line, near, grid, polygons)
    return pd.concat(frames, ignore_index=True)


def _shares_near_borders(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    line: NDArray[np.int64],
    near: NDArray[np.int64],
    grid: AreaGrid,
    polygons: NDArray[np.object_],
) -> list[pd.DataFrame]:
    """Cut segments where they cross border edges; one point of each run of pieces between cuts tells its areas."""
    segment, edge = grid.edges_near(start[near], end[near])
    t, cut, touched, along_border = _crossings(start[near[segment]], end[near[segment]], grid.edges[edge])
    on_border = np.zeros(len(near), dtype=bool)
    on_border[segment[along_border]] = True
    frames = []
    if on_border.any():
        frames.append(_share_on_borders(start, end, near[on_border], polygons))
    cut &= ~on_border[segment]
    plain = np.flatnonzero(~on_border)
    owner = np.concatenate([segment[cut], plain, plain])
    at = np.concatenate([t[cut], np.zeros(len(plain)), np.ones(len(plain))])
    order = np.lexsort((at, owner))
    owner, at = owner[order], at[order]
    piece = np.flatnonzero((owner[1:] == owner[:-1]) & (at[1:] > at[:-1]))
    rows, low, high = near[owner[piece]], at[piece], at[piece + 1]
    joined = (rows[1:] == rows[:-1] + 1) & (start[rows[1:]] == end[rows[:-1]]).all(axis=1)
    at_start, at_end = (np.zeros(len(start), dtype=bool) for _ in range(2))
    at_start[near[segment[touched & (t < 0.5)]]] = True
    at_end[near[segment[touched & (t > 0.5)]]] = True
    joined &= ~at_end[rows[:-1]] & ~at_start[rows[1:]] & (line[rows[1:]] == line[rows[:-1]])
    run = np.concatenate([[0], np.cumsum(~joined)]) if len(rows) else np.empty(0, dtype=np.int64)
    a, b = start[rows], end[rows]
    longest = np.lexsort((-(high - low) * np.abs(b - a).max(axis=1), run))
    teller = longest[np.searchsorted(run, np.arange(run[-1] + 1))] if len(rows) else longest
    middle = (low + high)[teller, None] / 2
    run_of, area_of = grid.areas_at(a[teller] + (b - a)[teller] * middle)
    found, area = expand(run, *lists(run_of, area_of, len(teller)))
    whole = (low == 0.0) & (high == 1.0)
    share = np.ones(len(rows))
    share[~whole] = _along(a[~whole], b[~whole], low[~whole], high[~whole])
    frames.append(pd.DataFrame({"segment": rows[found], "area": area, "share": share[found]}))
    return frames


def _crossings(
    a: NDArray[np.float64], b: NDArray[np.float64], edges: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Return where along each segment (0-1) it meets the edge, whether it is cut there, touched at an end, or runs along it.

    The tests lean to yes by a rounding's width: a cut too many changes no length, and what may run along a border is
    clipped exactly.
    """
    c, d = edges[:, :2], edges[:, 2:]
    along, across, apart = b - a, d - c, c - a
    size = np.hypot(along[:, 0], along[:, 1]) * np.hypot(across[:, 0], across[:, 1])
    turn = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
    parallel = np.abs(turn) <= 1e-9 * size
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (apart[:, 0] * across[:, 1] - apart[:, 1] * across[:, 0]) / turn
        u = (apart[:, 0] * along[:, 1] - apart[:, 1] * along[:, 0]) / turn
    slack = 1e-9
    meets = ~parallel & (u >= -slack) & (u <= 1.0 + slack)
    cut = meets & (t > 0.0) & (t < 1.0)
    touched = meets & ((np.abs(t) <= slack) | (np.abs(t - 1.0) <= slack))
    length = np.hypot(along[:, 0], along[:, 1])
    off = np.abs(apart[:, 0] * along[:, 1] - apart[:, 1] * along[:, 0]) / length
    first = (apart * along).sum(axis=1) / length**2
    last = ((d - a) * along).sum(axis=1) / length**2
    overlap = np.minimum(np.maximum(first, last), 1.0) - np.maximum(np.minimum(first, last), 0.0)
    along_border = parallel & (off <= 1e-9) & (overlap > 0.0)
    return np.clip(t, 0.0, 1.0), cut, touched, along_border  # 1e-9 degrees: a tenth of a millimetre


def _share_on_borders(
    start: NDArray[np.float64], end: NDArray[np.float64], rows: NDArray[np.int64], polygons: NDArray[np.object_]
) -> pd.DataFrame:
    """Clip segments that run on a border, exactly; what lies on it is shared among its areas."""
    lines = np.asarray(shapely.linestrings(np.stack([start[rows], end[rows]], axis=1)), dtype=object)
    tree = shapely.STRtree(lines)
    cut = []
    for area, polygon in enumerate(polygons):
        if polygon is None or polygon.is_empty:
            continue
        found = np.sort(tree.query(polygon, predicate="intersects"))  # the tree's own order depends on all its lines
        if len(found):
            cut.append(_clip(lines[found], start[rows], end[rows], found, area, polygon))
    empty = pd.DataFrame({"segment": np.empty(0, np.int64), "area": np.empty(0, np.int64), "share": np.empty(0)})
    frames = [frame for frame in cut if len(frame)]
    shared = _share_borders(pd.concat(frames, ignore_index=True)) if frames else empty
    return shared.assign(segment=rows[shared["segment"].to_numpy()])


def _clip(
    near: NDArray[np.object_],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    segments: NDArray[np.int64],
    area: int,
    polygon: shapely.Geometry,
) -> pd.DataFrame:
    """Return the pieces of segments in a polygon: segment, area, share, where along it (0-1), and whether on the border."""
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
    rows: list[dict[str, object]] = []
    for segment, group in pieces[pieces["border"]].groupby("segment"):
        marks = np.unique(np.concatenate([group["low"], group["high"]]))
        ends = group[["west", "south", "east", "north"]].to_numpy(dtype=float)[:1]
        for low, high in itertools.pairwise(marks):
            middle = (low + high) / 2
            here = group[(group["low"] < middle) & (middle < group["high"])]
            if here.empty:
                continue
            share = _along(ends[:, :2], ends[:, 2:], np.array([low]), np.array([high]))[0] / len(here)
            rows += [{"segment": segment, "area": area, "share": share} for area in here["area"]]
    return pd.concat([inner, pd.DataFrame(rows)], ignore_index=True).astype({"segment": np.int64, "area": np.int64})
