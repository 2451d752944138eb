"""The nearest of some destinations, and which of them lie within limits: stations, airports, ports, centre cities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from layers.accessibility.times import checked_times, is_own

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.travel_time import Matrix

__all__ = ["centres_within", "nearest"]


def nearest(times: Matrix | pd.DataFrame, *, own: bool = True, facilities: bool = False) -> pd.DataFrame:
    """
    Time to the nearest destination, and its name: ``A_i = min_j t_ij``.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes
    own : bool
        Whether a destination with the place's own name counts (上海 is 0 min from the core city 上海).
    facilities : bool
        Destinations are facilities, which may lie at a place; see :func:`layers.accessibility.times.checked_times`.

    Returns
    -------
    DataFrame, index of the origins
        time_min : float64, NaN where none is reached; nearest : str, "" there. Of equally near ones the first by name.

    Raises
    ------
    SchemaError
        If the matrix breaks its rules or has no destinations.

    Examples
    --------
    >>> nearest(pd.DataFrame([[40.0, 25.0]], index=["肥西县"], columns=["合肥站", "合肥南站"])).values.tolist()
    [[25.0, '合肥南站']]
    """
    frame = checked_times(times, facilities=facilities)
    if not frame.shape[1]:
        message = "nearest: the matrix has no destinations"
        raise SchemaError(message)
    frame = frame[sorted(frame.columns)]
    values = frame.to_numpy(copy=True)
    values[np.isnan(values)] = np.inf
    if not own:
        values[is_own(frame)] = np.inf
    best = np.argmin(values, axis=1)
    least = values[np.arange(len(frame)), best]
    there = np.isfinite(least)
    names = np.where(there, frame.columns.to_numpy(dtype=object)[best], "")
    return pd.DataFrame({"time_min": np.where(there, least, np.nan), "nearest": names}, index=frame.index)


def centres_within(times: Matrix | pd.DataFrame, *, limits_min: Sequence[float] = (60.0, 90.0)) -> pd.DataFrame:
    """
    Centre cities within limits of time: how many, and which, nearest first.

    The national plan for the delta asks for 1 to 1.5 hours between its centre cities; this counts for each place the centres
    that it reaches so. A centre does not count itself.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes from places to centres
    limits_min : sequence of float

    Returns
    -------
    DataFrame, index of the origins
        For each limit L ``within_L`` (Int64) and ``centres_L`` (names with minutes, joined by 、); a pair without a way is not
        within. ``unreached``: names of the centres without a way.

    Raises
    ------
    SchemaError
        If the matrix breaks its rules.
    """
    frame = checked_times(times)
    values, own = frame.to_numpy(), is_own(frame)
    names = frame.columns.to_numpy(dtype=object)
    out: dict[str, list[object]] = {}
    for limit in limits_min:
        count, listed = f"within_{limit:g}", f"centres_{limit:g}"
        out[count], out[listed] = [], []
        for row, mine in zip(values, own, strict=True):
            inside = np.flatnonzero((row <= limit) & ~mine)
            inside = inside[np.lexsort((names[inside].astype(str), row[inside]))]
            out[count].append(len(inside))
            out[listed].append("、".join(f"{names[j]} {row[j]:.1f}" for j in inside))
    out["unreached"] = [
        "、".join(str(v) for v in names[np.isnan(row) & ~mine]) for row, mine in zip(values, own, strict=True)
    ]
    table = pd.DataFrame(out, index=frame.index)
    return table.astype({c: "Int64" for c in table.columns if c.startswith("within_")})
