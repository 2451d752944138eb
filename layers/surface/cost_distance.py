"""
Least cost over a grid: from each cell to the nearest of some sources, over its eight neighbours and over links.

A step from the centre of a cell to that of a neighbour costs the mean of the two frictions times the distance, as in
scikit-image's ``MCP_Geometric`` and GRASS ``r.cost``; a link (an expressway between two interchanges, a train between two
stations) costs what it is given. Over open ground the eight directions make a way up to 8.24 % too long
(``1 / cos(22.5°)``, at 22.5° from the axes), 5.5 % in the mean of all directions, never too short.

The search is Dijkstra's with a queue of buckets no wider than the cheapest step (Dial 1969; Δ-stepping of Meyer and Sanders
2003 where some cells are more than a thousand times quicker than the middle one): a cell is settled once, nothing is sorted,
and what is in a bucket lies together in memory.

Same bytes, whatever the order: rounded addition never decreases when a summand grows and never falls below the summand, so
that the labels converge to one and the same least sum along a way, in any order of work. One surface is searched by one
thread; several surfaces have a thread each.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import SchemaError
from layers.routing.compiled import threads
from layers.surface.bucket_search import search_cells
from layers.surface.links import Links

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["NO_SOURCE", "cost_distance", "cost_distances"]

NO_SOURCE = -1
"""Stands for the source of a cell that none reaches."""

MOST_BUCKETS = 1 << 16
LEAST_STEP = 1000.0
"""How many times quicker than the middle cell one may be to count for the width of buckets."""


def cost_distance(
    friction: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    cell: tuple[float, float] = (1.0, 1.0),
    start: ArrayLike | None = None,
    limit: float = np.inf,
    links: Links | None = None,
    allocate: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """
    Compute the least cost from the nearest of some cells to every cell.

    Parameters
    ----------
    friction : array of float, shape (h, w)
        Cost per unit of distance; infinite, NaN or negative: a barrier. 0 is allowed.
    rows, columns : array of int, shape (s,)
        The sources.
    cell : (float, float)
        Height and width of a cell, in the unit of distance.
    start : array of float, shape (s,), optional
        What is spent before setting out; 0 by default.
    limit : float
        Costs beyond it are not searched for.
    links : Links, optional
    allocate : bool
        Whether to tell which source is the nearest; of equally near ones the first in the list.

    Returns
    -------
    cost : ndarray of float64, shape (h, w)
        NaN where no source reaches within the limit; a source on a barrier reaches itself, and what its links do.
    source : ndarray of int32, shape (h, w), or (0, 0) if not asked for
        Position in ``rows``, ``NO_SOURCE`` where none reaches.

    Raises
    ------
    SchemaError
        If a source is outside the grid, or a number is not what it must be.

    Examples
    --------
    Two steps along a row of friction 1 and 3: (1 + 3) / 2, then 3.

    >>> cost, _ = cost_distance([[1.0, 3.0, 3.0]], [0], [0])
    >>> cost.tolist()
    [[0.0, 2.0, 5.0]]
    """
    grid = _Grid.of(friction, cell, links)
    seeds, first = _seeds(grid, rows, columns, start)
    state = grid.state()
    owner = np.full(grid.size if allocate else 0, NO_SOURCE, dtype=np.int32)
    width, count = grid.buckets()
    shape, inside = (grid.height + 2, grid.width + 2), (slice(1, -1), slice(1, -1))
    cells = shape[0] * shape[1]
    linked = grid.rows_of_links
    search_cells(cells, grid.step, grid.half, width, count, float(limit), seeds, first, state, owner, *linked)
    cost = np.ascontiguousarray(state[:cells, 0].reshape(shape)[inside])
    cost[~((cost <= limit) & np.isfinite(cost))] = np.nan
    if not allocate:
        return cost, np.empty((0, 0), dtype=np.int32)
    nearest = np.ascontiguousarray(owner[:cells].reshape(shape)[inside])
    nearest[np.isnan(cost)] = NO_SOURCE
    return cost, nearest


def cost_distances(
    friction: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    cell: tuple[float, float] = (1.0, 1.0),
    limit: float = np.inf,
    links: Links | None = None,
    thread_count: int | None = None,
) -> NDArray[np.float32]:
    """
    Compute the least cost from each of some cells to every cell: a surface for each.

    Parameters
    ----------
    friction, rows, columns, cell, limit, links
        As for :func:`cost_distance`.
    thread_count : int, optional
        All of numba's by default; each needs 16 bytes a cell. The result does not depend on it.

    Returns
    -------
    ndarray of float32, shape (s, h, w)
        NaN where a source does not reach within the limit.

    Raises
    ------
    SchemaError
        As :func:`cost_distance`.
    """
    grid = _Grid.of(friction, cell, links)
    seeds, first = _seeds(grid, rows, columns, None)
    out = np.empty((len(seeds), grid.height, grid.width), dtype=np.float32)
    width, count = grid.buckets()
    linked, nobody = grid.rows_of_links, np.empty(0, dtype=np.int32)
    shape = (grid.height + 2, grid.width + 2)
    cells = shape[0] * shape[1]
    at_once = max(1, min(thread_count or threads(), len(seeds)))

    def search(thread: int) -> None:
        state = grid.state()
        for s in range(thread, len(seeds), at_once):
            state[:, 0] = np.inf
            own, start = seeds[s : s + 1], first[s : s + 1]
            search_cells(cells, grid.step, grid.half, width, count, float(limit), own, start, state, nobody, *linked)
            found = state[:cells, 0].reshape(shape)[1:-1, 1:-1]
            out[s] = np.where((found <= limit) & np.isfinite(found), found, np.nan)

    with ThreadPoolExecutor(at_once) as pool:  # the kernel lets go of the interpreter's lock
        list(pool.map(search, range(at_once)))
    return out


@dataclass(frozen=True)
class _Grid:
    """A grid with a rim of barriers, so that no step leaves it, and nodes outside behind the last cell."""

    friction: NDArray[np.float64]
    links: Links
    cell: tuple[float, float]

    @classmethod
    def of(cls, friction: ArrayLike, cell: tuple[float, float], links: Links | None) -> _Grid:
        given = np.asarray(friction)
        if given.ndim != 2 or not given.size:
            message = f"a friction grid has the shape (rows, columns); got {given.shape}"
            raise SchemaError(message)
        if not all(0.0 < side < np.inf for side in cell):
            message = f"the sides of a cell are {cell}; expected two lengths above 0"
            raise SchemaError(message)
        self = cls(given, links or Links(), (float(cell[0]), float(cell[1])))
        if self.size >= 2**31:
            message = (
                f"{given.size:,} cells are more than one search holds (2,147 million): larger cells, or areas in parts"
            )
            raise SchemaError(message)
        ends = np.concatenate([self.links.tail, self.links.head])
        if len(ends) and not (ends.min() >= 0 and ends.max() < given.size + self.links.node_count):
            message = "a link ends at no cell or node of the grid"
            raise SchemaError(message)
        if len(ends) and not (np.isfinite(self.links.cost).all() and self.links.cost.min() >= 0.0):
            message = "a link has a cost that is negative or no number"
            raise SchemaError(message)
        return self

    @property
    def height(self) -> int:
        return int(self.friction.shape[0])

    @property
    def width(self) -> int:
        return int(self.friction.shape[1])

    @property
    def size(self) -> int:
        """Cells with the rim, and nodes outside."""
        return (self.height + 2) * (self.width + 2) + self.links.node_count

    @property
    def step(self) -> NDArray[np.int64]:
        """How far apart in memory a cell and its neighbours lie."""
        across = self.width + 2
        return np.array([-across - 1, -across, -across + 1, -1, 1, across - 1, across, across + 1], dtype=np.int64)

    @property
    def half(self) -> NDArray[np.float64]:
        """Half the distance to each neighbour."""
        down, right = self.cell[0] / 2.0, self.cell[1] / 2.0
        slant = float(np.hypot(self.cell[0], self.cell[1])) / 2.0
        return np.array([slant, down, slant, right, right, slant, down, slant])

    def state(self) -> NDArray[np.float64]:
        """Return cost so far (infinite) and friction of each cell, side by side in memory."""
        state = np.full((self.size, 2), np.inf)
        rim = state[: (self.height + 2) * (self.width + 2)].reshape(self.height + 2, self.width + 2, 2)
        inside = rim[1:-1, 1:-1, 1]
        inside[...] = self.friction
        np.copyto(inside, np.inf, where=~(inside >= 0.0))
        return state

    def place(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where cells and nodes lie with the rim."""
        cells = self.height * self.width
        row, column = np.divmod(index, self.width)
        rimmed = (row + 1) * (self.width + 2) + column + 1
        return np.where(index < cells, rimmed, index - cells + (self.height + 2) * (self.width + 2))

    @property
    def rows_of_links(
        self,
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return which places have links, these places sorted, the begin of each one's links, their heads and costs."""
        tail, head = self.place(self.links.tail), self.place(self.links.head)
        order = np.lexsort((self.links.cost, head, tail))
        own, begin = np.unique(tail[order], return_index=True)
        marked = np.zeros(self.size if len(own) else 0, dtype=np.uint8)
        marked[own] = 1
        return marked, own, np.append(begin, len(order)).astype(np.int64), head[order], self.links.cost[order]

    def buckets(self) -> tuple[float, int]:
        """Return the width of a bucket, about the cheapest step, and how many there are in the ring."""
        usable = (self.friction > 0.0) & np.isfinite(self.friction)
        low = float(np.min(self.friction, where=usable, initial=np.inf))
        high = float(np.max(self.friction, where=usable, initial=0.0))
        if not high > 0.0:
            return 1.0, 4
        sample = self.friction[:: max(1, self.height // 500), :: max(1, self.width // 500)]
        sample = sample[(sample > 0.0) & np.isfinite(sample)]
        middle = float(np.median(sample)) if sample.size else high
        # A few cells that are far quicker than the rest are settled more than once instead of making all buckets small.
        step = max(low, middle / LEAST_STEP, high / 1e12)
        width, dearest = step * 2.0 * float(self.half.min()), high * 2.0 * float(self.half.max())
        count = 4
        while count < dearest / width + 3 and count < MOST_BUCKETS:
            count *= 2
        return width, count


def _seeds(
    grid: _Grid, rows: ArrayLike, columns: ArrayLike, start: ArrayLike | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    row, column = np.atleast_1d(np.asarray(rows)), np.atleast_1d(np.asarray(columns))
    spent = np.zeros(len(row)) if start is None else np.atleast_1d(np.asarray(start, dtype=np.float64))
    if row.ndim != 1 or row.shape != column.shape or row.shape != spent.shape:
        message = (
            f"sources: {row.shape} rows, {column.shape} columns, {spent.shape} starting costs; expected one of each"
        )
        raise SchemaError(message)
    if len(row) and not (np.issubdtype(row.dtype, np.integer) and np.issubdtype(column.dtype, np.integer)):
        message = f"sources are given by whole numbers of row and column, got {row.dtype} and {column.dtype}"
        raise SchemaError(message)
    outside = np.flatnonzero((row < 0) | (row >= grid.height) | (column < 0) | (column >= grid.width))
    if len(outside):
        listed = ", ".join(f"({row[i]}, {column[i]})" for i in outside[:5])
        message = f"sources outside the grid of {grid.height} × {grid.width} cells: {listed}"
        raise SchemaError(message)
    if len(spent) and not (np.isfinite(spent).all() and spent.min() >= 0.0):
        message = "a starting cost is negative or no number"
        raise SchemaError(message)
    return grid.place(row.astype(np.int64) * grid.width + column.astype(np.int64)), spent
