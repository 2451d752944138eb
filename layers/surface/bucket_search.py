"""
The search of :mod:`layers.surface.cost_distance`: Dijkstra's on a grid with a rim, with a ring of buckets for a queue.

A bucket is a chain of chunks of cells; an entry is a cell's number alone. It is out of date where the cell's cost has since come
to belong to a cheaper bucket. Chunks that are done with go into the next bucket that needs one, so that the queue takes no
more memory than the widest front of the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["search_cells"]

PER_CHUNK = 31
"""Cells in a chunk of a bucket: two lines of the cache with the number of the next chunk."""


@kernel
def _push(
    bucket: np.int64,
    cell: np.int64,
    newest: NDArray[np.int32],
    filled: NDArray[np.int32],
    chunks: NDArray[np.int32],
    stock: NDArray[np.int64],
) -> None:
    """Put a cell into a bucket; ``stock`` holds the first free chunk, how many were ever used, and the cells in all buckets."""
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
    stock[2] += 1


@kernel
def _roomy(chunks: NDArray[np.int32], used: int, more: int) -> NDArray[np.int32]:
    """Return the chunks with room for some more."""
    if used + more <= len(chunks):
        return chunks
    wider = np.empty((2 * len(chunks) + more, chunks.shape[1]), dtype=np.int32)
    wider[:used] = chunks[:used]
    return wider


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
        A power of two; so many buckets hold the dearest step, link and start.
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
    scale = 1.0 / bucket_width
    allocate, linked = len(owner) > 0, len(marked) > 0
    newest = np.full(bucket_count, -1, dtype=np.int32)
    filled = np.zeros(bucket_count, dtype=np.int32)
    chunks = np.empty((1024, PER_CHUNK + 1), dtype=np.int32)  # the next chunk of the bucket, then cells
    stock = np.array([-1, 0, 0], dtype=np.int64)
    for i in range(len(seeds)):
        c = seeds[i]
        if start[i] < state[c, 0]:
            state[c, 0] = start[i]
            if allocate:
                owner[c] = i
            chunks = _roomy(chunks, stock[1], 1)
            _push(np.int64(start[i] * scale) & mask, c, newest, filled, chunks, stock)
    at = 0
    while stock[2] > 0:
        slot = at & mask
        chunk = newest[slot]
        if chunk < 0:
            at += 1
            if at * bucket_width > limit:
                break
            continue
        count = filled[slot]
        newest[slot] = -1  # what a step of no cost puts into this bucket is a new round of it
        while chunk >= 0:
            for i in range(1, count + 1):
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
                        if later < state[n, 0]:
                            state[n, 0] = later
                            if allocate:
                                owner[n] = owner[c]
                            _push(np.int64(later * scale) & mask, n, newest, filled, chunks, stock)
                        elif allocate and later == state[n, 0] and later < np.inf and owner[c] < owner[n]:
                            owner[n] = owner[c]
                            _push(np.int64(later * scale) & mask, n, newest, filled, chunks, stock)
                if linked and marked[c]:
                    row = np.searchsorted(own, c)
                    chunks = _roomy(chunks, stock[1], begin[row + 1] - begin[row])
                    for e in range(begin[row], begin[row + 1]):
                        n = heads[e]
                        later = cost + costs[e]
                        if later < state[n, 0]:
                            state[n, 0] = later
                            if allocate:
                                owner[n] = owner[c]
                            _push(np.int64(later * scale) & mask, n, newest, filled, chunks, stock)
                        elif allocate and later == state[n, 0] and owner[c] < owner[n]:
                            owner[n] = owner[c]
                            _push(np.int64(later * scale) & mask, n, newest, filled, chunks, stock)
            empty = chunk
            chunk = chunks[chunk, 0]
            chunks[empty, 0] = np.int32(stock[0])
            stock[0] = empty
            count = PER_CHUNK
