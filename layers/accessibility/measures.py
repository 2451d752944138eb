"""
Measures of what a place reaches: average time to all, and what lies within a limit.

Every function takes a matrix (:func:`layers.accessibility.times.checked_times`), returns a Series on its origins, and says
what it does with pairs without a way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from geo.errors import VocabularyError
from layers.accessibility.impedance import Within
from layers.accessibility.times import checked_times, is_own, masses_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.travel_time import Matrix

__all__ = ["Unreachable", "cumulative_opportunities", "daily_accessibility", "weighted_average_time"]

Unreachable = Literal["nan", "common", "skip"]


def weighted_average_time(
    times: Matrix | pd.DataFrame, masses: pd.Series, *, unreachable: Unreachable = "common", what: str = "population"
) -> pd.Series:
    """
    Mean travel time to all other places, weighted by what they hold: ``A_i = Σ_j M_j t_ij / Σ_j M_j``, j ≠ i.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes
    masses : Series of float, index are the destinations
        Population, GDP …
    unreachable : {"common", "nan", "skip"}
        Destinations that not every origin reaches. ``common`` leaves them out for all origins, so that all averages are over
        the same places; an origin that reaches fewer than half of them (an island and its neighbour) does not count for
        this and is NaN. ``nan`` gives NaN to each origin with such a pair. ``skip`` averages over what each reaches: not
        comparable between origins, and the island looks well placed.
    what : str
        What the masses are, for the message.

    Returns
    -------
    Series of float64, shape (n,), index of the origins, name ``weighted_average_time_min``
        NaN for an origin that reaches nothing (with ``common`` fewer than half, with ``nan`` not all).
        ``attrs["left_out"]`` lists the destinations left out.

    Raises
    ------
    SchemaError
        If the matrix or the masses break their rules.

    References
    ----------
    Gutiérrez, González, Gómez (1996), The European high-speed train network, Journal of Transport Geography 4(4), 227–238;
    Gutiérrez (2001), Location, economic potential and daily accessibility, Journal of Transport Geography 9(4), 229–242.

    Examples
    --------
    >>> times = pd.DataFrame([[0.0, 30.0, 60.0]], index=["甲"], columns=["甲", "乙", "丙"])
    >>> weighted_average_time(times, pd.Series({"甲": 9.0, "乙": 2.0, "丙": 1.0})).tolist()
    [40.0]
    """
    if unreachable not in get_args(Unreachable):
        message = f"unreachable={unreachable!r}; accepted: {', '.join(get_args(Unreachable))}"
        raise VocabularyError(message)
    frame = checked_times(times)
    mass = masses_of(masses, frame.columns, what=what)
    values, other = frame.to_numpy(), ~is_own(frame)
    reached = np.isfinite(values) & other
    somewhere = reached.any(axis=1)
    counted = other & np.ones_like(reached)
    left_out: list[str] = []
    if unreachable == "common":
        somewhere &= 2 * reached.sum(axis=1) >= other.sum(axis=1)
        lost = (~reached & other)[somewhere].any(axis=0)
        left_out = [str(name) for name in frame.columns[lost]]
        counted &= ~lost
    elif unreachable == "skip":
        counted &= reached
    total = np.where(counted, mass, 0.0).sum(axis=1)
    weighted = np.where(counted & reached, values * mass, 0.0).sum(axis=1)
    whole = ~(counted & ~reached & (mass > 0)).any(axis=1) & somewhere & (total > 0)
    mean = np.divide(weighted, total, out=np.full(len(frame), np.nan), where=whole)
    series = pd.Series(mean, index=frame.index, name="weighted_average_time_min")
    series.attrs["left_out"] = left_out
    return series


def cumulative_opportunities(
    times: Matrix | pd.DataFrame,
    opportunities: pd.Series | None = None,
    *,
    limit_min: float,
    own: bool = True,
    what: str = "opportunities",
) -> pd.Series:
    """
    Sum of what lies within a time limit: ``A_i = Σ_j O_j [t_ij ≤ limit]``.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes
    opportunities : Series of float, index are the destinations, optional
        Without it each destination counts 1.
    limit_min : float
        The limit itself is within.
    own : bool
        Whether what the place itself holds counts (its time to itself is taken as within any limit).
    what : str
        What the opportunities are, for the message.

    Returns
    -------
    Series of float64, shape (n,), index of the origins, name ``within_limit``
        A pair without a way is not within. 0 where nothing is within: the count is then truly none.

    Raises
    ------
    SchemaError
        If the matrix or the opportunities break their rules.
    VocabularyError
        If the limit is not positive.

    References
    ----------
    Wachs & Kumagai (1973), Physical accessibility as a social indicator, Socio-Economic Planning Sciences 7(5), 437–456;
    Geurs & van Wee (2004), Accessibility evaluation of land-use and transport strategies, Journal of Transport Geography
    12(2), 127–140.
    """
    frame = checked_times(times)
    held = np.ones(frame.shape[1]) if opportunities is None else masses_of(opportunities, frame.columns, what=what)
    return pd.Series(_within(frame, limit_min, own) @ held, index=frame.index, name="within_limit")


def daily_accessibility(
    times: Matrix | pd.DataFrame, masses: pd.Series, *, limit_min: float, own: bool = True, what: str = "population"
) -> pd.Series:
    """
    Population (or GDP) that can be visited and left again within a day: what lies within a limit of one-way time.

    ``A_i = Σ_j M_j [t_ij ≤ limit]``: cumulative opportunities of people, the place's own included.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes
    masses : Series of float, index are the destinations
    limit_min : float
        One way. The literature takes 3 to 5 h; within a metropolitan region 1 to 2 h say more.
    own : bool
        Whether the place's own mass counts.
    what : str
        What the masses are, for the message.

    Returns
    -------
    Series of float64, shape (n,), index of the origins, name ``daily_accessibility``, unit of the masses

    Raises
    ------
    SchemaError, VocabularyError
        As :func:`cumulative_opportunities`; a missing population is an error, not a 0.

    References
    ----------
    Törnqvist (1970), Contact systems and regional development, Lund; Gutiérrez (2001), Journal of Transport Geography 9(4),
    229–242 (daily accessibility).
    """
    return cumulative_opportunities(times, masses, limit_min=limit_min, own=own, what=what).rename(
        "daily_accessibility"
    )


def _within(frame: pd.DataFrame, limit_min: float, own: bool) -> NDArray[np.float64]:
    weights = Within(limit_min)(frame.to_numpy())
    weights[is_own(frame)] = float(own)
    return weights
