"""
A grid over areas that tells at once where a short segment lies, or which pieces of borders it may meet.

Cells that no border touches hang together in patches, and a patch lies in the same areas everywhere. A segment whose cells
are free of borders lies in the areas of its patch: one look-up instead of a test against polygons. For the others the
grid hands out the border edges in their cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AreaGrid", "expand", "lists"]

MOST_CELLS = 2048
"""Cells along the longer side at most: few segments of a dense network then touch a cell with a border."""
MARGIN = 1e-6
"""Cells by which a cell's reach is widened, far above the rounding of a coordinate."""


class AreaGrid:
    """
    Borders and insides of areas on a regular grid in longitude and latitude.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, shape (m,)
        Valid; they may overlap. ``None`` and empty ones have no inside.
    segments : int
        How many segments will be asked for; a finer grid pays for many only.

    Attributes
    ----------
    edges : ndarray of float64, shape (k, 4)
        Border edges x1, y1, x2, y2; an edge that two areas share stands once.
    """

    def __init__(self, polygons: NDArray[np.object_], *, segments: int) -> None:
        shapely.prepare(polygons)
        self._polygons = polygons
        self._tree = shapely.STRtree(polygons)
        self.edges = _edges(polygons)
        if len(self.edges):
            low = np.minimum(self.edges[:, :2], self.edges[:, 2:]).min(axis=0)
            high = np.maximum(self.edges[:, :2], self.edges[:, 2:]).max(axis=0)
        else:
            low, high = np.zeros(2), np.ones(2)
        self._cell = max(float((high - low).max()) / min(MOST_CELLS, 64 + 2 * int(segments**0.5)), 1e-12)
        self._origin = low - 2 * self._cell  # a free rim: what lies beyond is moved there
        self._shape = np.ceil((high - self._origin) / self._cell).astype(np.int64) + 3
        cell, edge = self._cells_met(self.edges)
        order = np.argsort(cell, kind="stable")
        self._edge_of = edge[order]
        self._first = np.searchsorted(cell[order], np.arange(int(self._shape.prod()) + 1))
        border = (np.diff(self._first) > 0).reshape(self._shape)
        self._borders_below = np.zeros(self._shape + 1, dtype=np.int32)
        np.cumsum(np.cumsum(border, axis=0, dtype=np.int32), axis=1, out=self._borders_below[1:, 1:])
        self._patch, count = ndimage.label(~border)
        first = np.full(count + 1, -1, dtype=np.int64)
        flat = self._patch.ravel()
        cells = np.flatnonzero(flat)
        first[flat[cells[::-1]]] = cells[::-1]
        inside = np.stack(np.unravel_index(np.maximum(first, 0), self._shape), axis=1)
        patch, area = self.areas_at(self._origin + (inside + 0.5) * self._cell)
        real = patch > 0
        self._areas_of_patch = lists(patch[real], area[real], count + 1)

    def areas_at(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Find the areas that points lie in.

        Parameters
        ----------
        points : ndarray of float64, shape (n, 2), longitude and latitude

        Returns
        -------
        point, area : ndarray of int64
            Positions of the pairs, by point. A point on a border lies in every area that has it on its border.
        """
        point, area = self._tree.query(shapely.points(points))
        # Prepared polygons tell at once; the tree's own predicate would prepare the points instead.
        meets = shapely.intersects_xy(self._polygons[area], points[point, 0], points[point, 1])
        return point[meets].astype(np.int64), area[meets].astype(np.int64)

    def free_of_borders(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.bool_]:
        """
        Tell which segments have no border in any cell of their bounding box.

        Parameters
        ----------
        start, end : ndarray of float64, shape (n, 2)

        Returns
        -------
        ndarray of bool, shape (n,)
            A segment that is not free may still lie wholly inside one area.
        """
        low = self._clipped(np.minimum(start, end), -MARGIN)
        high = self._clipped(np.maximum(start, end), MARGIN) + 1
        total = self._borders_below
        met = (
            total[high[:, 0], high[:, 1]]
            - total[low[:, 0], high[:, 1]]
            - total[high[:, 0], low[:, 1]]
            + total[low[:, 0], low[:, 1]]
        )
        free: NDArray[np.bool_] = met == 0
        return free

    def areas_of_free(self, start: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Find the areas of segments that are free of borders.

        Parameters
        ----------
        start : ndarray of float64, shape (n, 2)
            Any point of each segment.

        Returns
        -------
        segment, area : ndarray of int64
            Positions of the pairs, by segment.
        """
        cell = self._clipped(start, 0.0)
        first, areas = self._areas_of_patch
        return expand(self._patch[cell[:, 0], cell[:, 1]], first, areas)

    def edges_near(
        self, start: NDArray[np.float64], end: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Find the border edges that share a cell with each segment.

        Parameters
        ----------
        start, end : ndarray of float64, shape (n, 2)

        Returns
        -------
        segment, edge : ndarray of int64
            Positions of the pairs, each pair once, by segment; ``edge`` is a row of ``edges``.
        """
        cell, segment = self._cells_met(np.concatenate([start, end], axis=1))
        row, edge = expand(cell, self._first, self._edge_of)
        many = max(len(self.edges), 1)
        pair = _distinct(segment[row] * many + edge)
        return pair // many, pair % many

    def _clipped(self, points: NDArray[np.float64], margin: float) -> NDArray[np.int64]:
        """Return the cell of each point, moved by a margin; points outside go to the free rim."""
        cell = np.floor((points - self._origin) / self._cell + margin)
        clipped: NDArray[np.int64] = np.clip(cell, 0, self._shape - 1).astype(np.int64)
        return clipped

    def _cells_met(self, segments: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the cells each segment may meet (flat index) with its row: pieces within a cell's size, and their corners."""
        along = np.abs(segments[:, 2:] - segments[:, :2]).max(axis=1, initial=0.0) / self._cell
        pieces = np.maximum(np.ceil(along), 1).astype(np.int64)
        row = np.repeat(np.arange(len(segments), dtype=np.int64), pieces)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        a, b = segments[row, :2], segments[row, 2:]
        step = (b - a) / pieces[row, None]
        ends = a + step * nth[:, None], a + step * (nth + 1)[:, None]
        low = self._clipped(np.minimum(*ends), -MARGIN)
        high = self._clipped(np.maximum(*ends), MARGIN)
        width = int(self._shape[1])
        many = max(len(segments), 1)
        over_x, over_y = high[:, 0] > low[:, 0], high[:, 1] > low[:, 1]
        found = [
            ((x * width + y) * many + row)[corner]
            for x, y, corner in (
                (low[:, 0], low[:, 1], slice(None)),
                (high[:, 0], low[:, 1], over_x),
                (low[:, 0], high[:, 1], over_y),
                (high[:, 0], high[:, 1], over_x & over_y),
            )
        ]
        # A piece within a cell's size reaches two cells each way, by the margin three: the middle ones too.
        wide = np.flatnonzero((high - low > 1).any(axis=1))
        for piece in wide:
            for x in range(low[piece, 0], high[piece, 0] + 1):
                ys = np.arange(low[piece, 1], high[piece, 1] + 1)
                found.append((x * width + ys) * many + row[piece])
        pair = _distinct(np.concatenate(found))
        return pair // many, pair % many


def _edges(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the edges of all rings, each once, its lower end first."""
    rings = shapely.get_rings(shapely.get_parts(polygons))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b = coordinates[:-1][same], coordinates[1:][same]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    edges = np.concatenate([np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)], axis=1)
    edges = edges[(edges[:, :2] != edges[:, 2:]).any(axis=1)]
    order = np.lexsort(edges.T)
    edges = edges[order]
    new = np.ones(len(edges), dtype=bool)
    new[1:] = (edges[1:] != edges[:-1]).any(axis=1)
    once: NDArray[np.float64] = edges[new]
    return once


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct values, ascending: by sorting, three times faster here than the hashing of ``np.unique``."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def lists(
    group: NDArray[np.int64], value: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return values as lists by group: where each list begins, and the values."""
    order = np.argsort(group, kind="stable")
    return np.searchsorted(group[order], np.arange(count + 1)), value[order]


def expand(
    group: NDArray[np.int64], first: NDArray[np.int64], values: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row and value of every item in the list of each row's group."""
    count = first[group + 1] - first[group]
    row = np.repeat(np.arange(len(group), dtype=np.int64), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, values[first[group][row] + nth]
