"""
What one new link changes, from the times to and from its ends: hundreds of projects ranked without a new search each.

With a link from u to v in w, a trip from s to t takes min(d(s, t), d(s, u) + w + d(v, t)), exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

from geo.errors import SchemaError
from layers.routing.compiled import parallel_kernel, threads
from layers.routing.graph import LONGEST_MS, MS_PER_MIN

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from layers.routing.engine import Engine

__all__ = ["Savings", "saved_ms", "savings_of_links"]


class Savings(NamedTuple):
    """What each of some links alone would bring, over all trips."""

    saved_min: NDArray[np.float64]
    """Weighted minutes saved on trips that have a way without the link; shape (k,)."""
    opened: NDArray[np.float64]
    """Weight of the trips that have none without it and one with it: their saving is not a number; shape (k,)."""


def savings_of_links(
    engine: Engine, sources: ArrayLike, targets: ArrayLike, ends: ArrayLike, time_min: ArrayLike, weights: ArrayLike
) -> Savings:
    """
    Compute what each of many two-way links alone would save over all trips.

    Parameters
    ----------
    engine : Engine
        Without the links.
    sources, targets : array of int, shapes (s,) and (t,)
        Nodes.
    ends : array of int, shape (k, 2)
        Nodes that each link joins.
    time_min : array of float, shape (k,)
        The same both ways.
    weights : array of float, shape (s, t)
        Trips, or population, of each pair.

    Returns
    -------
    Savings

    Raises
    ------
    SchemaError
        If a node is not in the graph, a time is negative or beyond 298 h, a weight is missing, or shapes do not fit.
    """
    nodes, minutes = np.asarray(ends).reshape(-1, 2), np.asarray(time_min, dtype=np.float64)
    weight = np.ascontiguousarray(weights, dtype=np.float64)
    shape = (len(np.asarray(sources)), len(np.asarray(targets)))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~((minutes >= 0.0) & (minutes * MS_PER_MIN < LONGEST_MS)))
    if minutes.shape != (len(nodes),) or weight.shape != shape or not np.isfinite(weight).all() or len(wrong):
        message = (
            f"expected a time from 0 to {LONGEST_MS / MS_PER_MIN:,.0f} minutes for each of {len(nodes)} links and "
            f"{shape} finite weights; got {minutes.shape} times, wrong in rows {wrong[:5].tolist()}, and {weight.shape} "
            f"weights, {int((~np.isfinite(weight)).sum())} not finite"
        )
        raise SchemaError(message)
    before = engine.matrix_ms(sources, targets)
    to_ends, from_ends = engine.matrix_ms(sources, nodes.ravel()), engine.matrix_ms(nodes.ravel(), targets)
    saved, opened = saved_ms(before, to_ends, from_ends, np.rint(minutes * MS_PER_MIN).astype(np.int32), weight)
    return Savings(saved / MS_PER_MIN, opened)


def saved_ms(
    before: NDArray[np.int32],
    to_ends: NDArray[np.int32],
    from_ends: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Sum what each of many two-way links alone would save over all trips, from times that are known.

    Parameters
    ----------
    before : ndarray of int32, shape (s, t)
        Milliseconds from each source to each target; ``LONGEST_MS`` where there is no way.
    to_ends : ndarray of int32, shape (s, 2 k)
        From each source to the ends of the links: u of link 0, v of link 0, u of link 1, …
    from_ends : ndarray of int32, shape (2 k, t)
        From the ends to each target.
    time_ms : ndarray of int32, shape (k,)
        Time of each link, the same both ways.
    weights : ndarray of float64, shape (s, t)
        Trips, or population, of each pair.

    Returns
    -------
    saved : ndarray of float64, shape (k,)
        Weighted milliseconds saved on pairs that had a way before.
    opened : ndarray of float64, shape (k,)
        Weight of the pairs that had none.
    """
    saved, opened = np.zeros(len(time_ms)), np.zeros(len(time_ms))
    lost = before >= LONGEST_MS
    # From nothing nothing is saved.
    _saved(threads(), np.where(lost, np.int32(0), before), to_ends, from_ends, time_ms, weights, saved)
    rows, columns = np.nonzero(lost)
    _opened(threads(), rows, columns, weights[rows, columns], to_ends, from_ends, time_ms, opened)
    return saved, opened


@parallel_kernel
def _opened(
    thread_count: int,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    weights: NDArray[np.float64],
    to_ends: NDArray[np.int32],
    from_ends: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    out: NDArray[np.float64],
) -> None:
    for t in numba.prange(thread_count):
        for k in range(t, len(time_ms), thread_count):
            total = 0.0
            for i in range(len(rows)):
                s, j = rows[i], columns[i]
                there = np.int64(to_ends[s, 2 * k]) + time_ms[k] + from_ends[2 * k + 1, j]
                back = np.int64(to_ends[s, 2 * k + 1]) + time_ms[k] + from_ends[2 * k, j]
                if min(there, back) < LONGEST_MS:
                    total += weights[i]
            out[k] = total


@parallel_kernel
def _saved(
    thread_count: int,
    before: NDArray[np.int32],
    to_ends: NDArray[np.int32],
    from_ends: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    for t in numba.prange(thread_count):
        part = np.empty(before.shape[1])  # a sum a target, so that they go side by side; added up in one order
        for k in range(t, len(time_ms), thread_count):
            there, back = from_ends[2 * k + 1], from_ends[2 * k]
            part[:] = 0.0
            for s in range(len(before)):
                # Cut at the longest, so that one more of them still fits.
                out_there = np.int32(min(to_ends[s, 2 * k] + time_ms[k], LONGEST_MS))
                out_back = np.int32(min(to_ends[s, 2 * k + 1] + time_ms[k], LONGEST_MS))
                row, weight = before[s], weights[s]
                for j in range(len(row)):
                    after = min(np.int32(out_there + there[j]), np.int32(out_back + back[j]))
                    part[j] += np.int32(row[j] - min(row[j], after)) * weight[j]
            total = 0.0
            for j in range(len(part)):
                total += part[j]
            out[k] = total
