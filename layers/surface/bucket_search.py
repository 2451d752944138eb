"""
The search of :mod:`layers.surface.cost_distance`: Dijkstra's on a grid with a rim, with a ring of buckets for a queue.

A bucket is a chain of chunks of cells; an entry is a cell's number alone. It is out of date where the cell's cost has since come
to belong to a cheaper bucket. What is dearer than the ring reaches (a step over a very slow cell, a long link) waits in one more
bucket, which is dealt out when the ring is empty. Chunks that are done with go into the next bucket that needs one, so that the
queue takes no more memory than the widest front of the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel
from layers.routing.prefetch import prefetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["search_cells"]

PER_CHUNK = 31
"""Cells in a chunk of a bucket: two lines of the cache with the number of the next chunk."""


AHEAD = 8
"""Cells of a bucket whose surroundings are asked for before their turn."""


@kernel
def _fetch(state: NDArray[np.float64], cell: np.int64, row_step: np.int64) -> None:
    """Ask for a cell and the rows beside it: the front of a search lies all over the grid, and waits for memory most of its time."""
    prefetch(state, 2 * cell)
    prefetch(state, 2 * (cell - row_step))
    prefetch(state, 2 * (cell + row_step))


@kernel
def _push(
    index: float,
    horizon: np.int64,
    cell: np.int64,
    newest: NDArray[np.int32],
    filled: NDArray[np.int32],
    chunks: NDArray[np.int32],
    stock: NDArray[np.int64],
) -> None:
    """
    Put a cell into the bucket of an index, or into the last one, of those that wait, where the ring does not reach so far.

    ``stock`` holds the first free chunk, how many were ever used, the cells in the ring, and those that wait.
    """
    waiting = len(newest) - 1
    if index < horizon:
        bucket = np.int64(index) & (waiting - 1)
        stock[2] += 1
    else:
        bucket = np.int64(waiting)
        stock[3] += 1
    chunk = newest[bucket]
    if chunk < 0 or filled[bucket] == PER_CHUNK:
        fresh = stock[0]
        if fresh >= 0:
            stock[0] = chunks[fresh, 0]
        else:
            fresh = stock[1]
            stock[1] += 1
        chunks[fresh, 0] = chunk
        newest[bucket] = fresh
        filled[bucket] = 0
        chunk = np.int32(fresh)
    filled[bucket] += 1
    chunks[chunk, filled[bucket]] = cell


@kernel
def _roomy(chunks: NDArray[np.int32], used: int, more: int) -> NDArray[np.int32]:
    """Return the chunks with room for some more."""
    if used + more <= len(chunks):
        return chunks
    wider = np.empty((2 * len(chunks) + more, chunks.shape[1]), dtype=np.int32)
    wider[:used] = chunks[:used]
    return wider


@kernel
def _deal(
    at: np.int64,
    scale: float,
    state: NDArray[np.float64],
    newest: NDArray[np.int32],
    filled: NDArray[np.int32],
    chunks: NDArray[np.int32],
    stock: NDArray[np.int64],
) -> tuple[np.int64, NDArray[np.int32]]:
    """Deal out the cells that wait, the ring being empty; return the bucket of the cheapest, -1 if none is left, and the chunks."""
    waiting = np.int64(len(newest) - 1)
    first, count = newest[waiting], filled[waiting]
    least = np.inf
    chunk, left = first, count
    while chunk >= 0:
        for i in range(1, left + 1):
            index = state[chunks[chunk, i], 0] * scale
            if index >= at:  # not settled before
                least = min(least, index)
        chunk, left = chunks[chunk, 0], np.int32(PER_CHUNK)
    newest[waiting] = -1
    stock[3] = 0
    begin = np.int64(least) if least < np.inf else np.int64(-1)
    chunk, left = first, count
    while chunk >= 0:
        chunks = _roomy(chunks, stock[1], PER_CHUNK)
        for i in range(1, left + 1):
            c = np.int64(chunks[chunk, i])
            index = state[c, 0] * scale
            if index >= at:
                _push(index, begin + waiting, c, newest, filled, chunks, stock)
        done = chunk
        chunk, left = chunks[chunk, 0], np.int32(PER_CHUNK)
        chunks[done, 0] = np.int32(stock[0])
        stock[0] = done
    return begin, chunks


@kernel
def search_cells(
    grid_cells: int,
    step: NDArray[np.int64],
    half: NDArray[np.float64],
    bucket_width: float,
    bucket_count: int,
    limit: float,
    seeds: NDArray[np.int64],
    start: NDArray[np.float64],
    state: NDArray[np.float64],
    owner: NDArray[np.int32],
    marked: NDArray[np.uint8],
    own: NDArray[np.int64],
    begin: NDArray[np.int64],
    heads: NDArray[np.int64],
    costs: NDArray[np.float64],
) -> None:
    """
    Settle the cells within a limit.

    Parameters
    ----------
    grid_cells : int
        Cells with the rim; places from there on are nodes outside the grid.
    step, half : ndarray, shape (8,)
        Offsets of the neighbours in memory, and half the distances to them.
    bucket_width : float
    bucket_count : int
        A power of two.
    limit : float
    seeds : ndarray of int64, shape (s,)
    start : ndarray of float64, shape (s,)
    state : ndarray of float64, shape (n, 2)
        Cost (infinite; becomes the result, or more than it beyond the limit) and friction (infinite: a barrier) of each place.
    owner : ndarray of int32, shape (n,) or (0,)
        Becomes the seed of each place; not asked for where it is empty.
    marked : ndarray of uint8, shape (n,) or (0,)
        Places with links, ``own`` sorted; the links of ``own[i]`` are ``begin[i]`` to ``begin[i + 1]`` of ``heads``, ``costs``.
    """
    mask = bucket_count - 1
    row_step = step.max() - 1
    scale = 1.0 / bucket_width
    allocate, linked = len(owner) > 0, len(marked) > 0
    newest = np.full(bucket_count + 1, -1, dtype=np.int32)  # the chunk that a bucket is being filled into
    filled = np.zeros(bucket_count + 1, dtype=np.int32)
    chunks = np.empty((1024, PER_CHUNK + 1), dtype=np.int32)  # the next chunk of the bucket, then cells
    stock = np.array([-1, 0, 0, 0], dtype=np.int64)
    at, horizon = np.int64(0), np.int64(bucket_count)
    for i in range(len(seeds)):
        c = seeds[i]
        if start[i] < state[c, 0]:
            state[c, 0] = start[i]
            if allocate:
                owner[c] = i
            chunks = _roomy(chunks, stock[1], 1)
            _push(start[i] * scale, horizon, c, newest, filled, chunks, stock)
    while True:
        if stock[2] == 0:
            if stock[3] == 0:
                break
            at, chunks = _deal(at, scale, state, newest, filled, chunks, stock)
            if at < 0:
                break
            horizon = at + bucket_count
        if at * bucket_width > limit:
            break
        slot = at & mask
        chunk = newest[slot]
        if chunk < 0:
            at += 1
            continue
        count = filled[slot]
        newest[slot] = -1  # what a step of no cost puts into this bucket is a new round of it
        while chunk >= 0:
            for i in range(1, min(count, AHEAD) + 1):
                _fetch(state, np.int64(chunks[chunk, i]), row_step)
            for i in range(1, count + 1):
                if i + AHEAD <= count:
                    _fetch(state, np.int64(chunks[chunk, i + AHEAD]), row_step)
                c = np.int64(chunks[chunk, i])
                cost = state[c, 0]
                stock[2] -= 1
                if np.int64(cost * scale) != at:  # settled before, in a cheaper bucket
                    continue
                chunks = _roomy(chunks, stock[1], 8)
                if c < grid_cells:
                    friction = state[c, 1]
                    for k in range(8):
                        n = c + step[k]
                        later = cost + (friction + state[n, 1]) * half[k]
                        known = state[n, 0]
                        if later < known or (allocate and later == known and later < np.inf and owner[c] < owner[n]):
                            state[n, 0] = later
                            if allocate:
                                owner[n] = owner[c]
                            _push(later * scale, horizon, n, newest, filled, chunks, stock)
                if linked and marked[c]:
                    row = np.searchsorted(own, c)
                    chunks = _roomy(chunks, stock[1], begin[row + 1] - begin[row])
                    for e in range(begin[row], begin[row + 1]):
                        n = heads[e]
                        later = cost + costs[e]
                        known = state[n, 0]
                        if later < known or (allocate and later == known and later < np.inf and owner[c] < owner[n]):
                            state[n, 0] = later
                            if allocate:
                                owner[n] = owner[c]
                            _push(later * scale, horizon, n, newest, filled, chunks, stock)
            empty = chunk
            chunk = chunks[chunk, 0]
            chunks[empty, 0] = np.int32(stock[0])
            stock[0] = empty
            count = np.int32(PER_CHUNK)
