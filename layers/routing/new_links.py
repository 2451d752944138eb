"""
What one new link changes, from the times to and from its ends: hundreds of projects ranked without a new search each.

With a link from u to v in w, a trip from s to t takes min(d(s, t), d(s, u) + w + d(v, t)), exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from layers.routing.compiled import parallel_kernel, threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["saved_ms"]


def saved_ms(
    before: NDArray[np.float32],
    to_ends: NDArray[np.float32],
    from_ends: NDArray[np.float32],
    time_ms: NDArray[np.float32],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """
    Sum what each of many two-way links alone would save over all trips.

    Parameters
    ----------
    before : ndarray of float32, shape (s, t)
        Milliseconds from each source to each target; infinite where there is no way.
    to_ends : ndarray of float32, shape (s, 2 k)
        From each source to the ends of the links: u of link 0, v of link 0, u of link 1, …
    from_ends : ndarray of float32, shape (2 k, t)
        From the ends to each target.
    time_ms : ndarray of float32, shape (k,)
        Time of each link, the same both ways.
    weights : ndarray of float64, shape (s, t)
        Trips, or population, of each pair.

    Returns
    -------
    ndarray of float64, shape (k,)
        Weighted milliseconds saved. Pairs that had no way before count nothing: their saving is not a number.
    """
    out = np.zeros(len(time_ms))
    _saved(threads(), before, to_ends, from_ends, time_ms, weights, out)
    return out


@parallel_kernel
def _saved(
    thread_count: int,
    before: NDArray[np.float32],
    to_ends: NDArray[np.float32],
    from_ends: NDArray[np.float32],
    time_ms: NDArray[np.float32],
    weights: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    for t in numba.prange(thread_count):
        for k in range(t, len(time_ms), thread_count):
            there, back = from_ends[2 * k + 1], from_ends[2 * k]
            total = 0.0
            for s in range(len(before)):
                out_there = to_ends[s, 2 * k] + time_ms[k]
                out_back = to_ends[s, 2 * k + 1] + time_ms[k]
                row, weight = before[s], weights[s]
                if not (out_there < np.inf or out_back < np.inf):
                    continue
                part = 0.0
                for j in range(len(row)):
                    saved = row[j] - min(out_there + there[j], out_back + back[j])
                    if saved > 0.0 and row[j] < np.inf:
                        part += saved * weight[j]
                total += part
            out[k] = total
