"""What a change of travel times is worth: minutes times people, pairs within a limit, places within a circle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Circle", "Gain", "gain", "trips"]

LEAST_MIN = 1.0 / 60.0
"""A pair counts as faster from a second on: times are sums of whole milliseconds."""


@dataclass(frozen=True)
class Circle:
    """
    A commuting circle: the places within a limit of the nearest of its cores.

    Attributes
    ----------
    name : str
    cores : tuple of int
        Positions among the targets of the times.
    limit_min : float
    """

    name: str
    cores: tuple[int, ...]
    limit_min: float = 60.0

    def members(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which origins are in, for times of shape (k, m)."""
        return np.asarray(times[:, list(self.cores)].min(axis=1) <= self.limit_min)


@dataclass(frozen=True)
class Gain:
    """
    What changed between two tables of travel times.

    Attributes
    ----------
    person_min : float
        Minutes times people, see :func:`trips`; NaN where no population is known.
    mean_min : float
        Mean of the minutes saved over all pairs that had a way before, without weights.
    pairs_faster, pairs_connected : int
        Pairs of places (each counted once) that are faster by a second or more; that had no way before.
    pairs_under : dict of int
        Pairs brought to a limit or below, by limit in minutes.
    circles : tuple of (str, tuple of int)
        Circles with the origins that came in.
    """

    person_min: float
    mean_min: float
    pairs_faster: int
    pairs_connected: int
    pairs_under: dict[float, int]
    circles: tuple[tuple[str, tuple[int, ...]], ...]


def trips(population: pd.Series | NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return how many trips go between places when everybody makes one, to others in proportion to their population.

    ``T_ij = P_i · P_j / (ΣP - P_i)``, 0 from a place to itself: a gravity model without impedance. It is the same before and
    after, so that a project is worth the minutes it saves and not the trips it brings about.

    Parameters
    ----------
    population : array of float, shape (k,)
        Persons; NaN where unknown.

    Returns
    -------
    ndarray of float64, shape (k, k)
        Rows sum to the population. All NaN if a population is unknown: a sum over the rest would look complete.

    Examples
    --------
    >>> trips(np.array([100.0, 100.0, 200.0])).round(1).tolist()
    [[0.0, 33.3, 66.7], [33.3, 0.0, 66.7], [100.0, 100.0, 0.0]]
    """
    people = np.asarray(population, dtype=float)
    if np.isnan(people).any() or people.sum() <= 0 or len(people) < 2:
        return np.full((len(people), len(people)), np.nan)
    table = np.outer(people, people) / (people.sum() - people)[:, None]
    np.fill_diagonal(table, 0.0)
    return np.asarray(table)


def gain(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    demand: NDArray[np.float64],
    *,
    limits_min: tuple[float, ...] = (60.0, 90.0),
    circles: tuple[Circle, ...] = (),
    within_min: float = np.inf,
) -> Gain:
    """
    Measure what changed.

    Parameters
    ----------
    before, after : ndarray of float64, shape (k, m), minutes; the first k targets are the origins, ``inf`` without a way
    demand : ndarray of float64, shape (k, k)
        Trips, as of :func:`trips`.
    limits_min : tuple of float
    circles : tuple of Circle
    within_min : float
        Only trips that took no longer before count in ``person_min`` and ``mean_min``.

    Returns
    -------
    Gain
    """
    count = len(before)
    old, new = before[:, :count], after[:, :count]
    known = np.isfinite(old) & (old <= within_min) & ~np.eye(count, dtype=bool)
    saved = np.zeros_like(old)
    saved[known] = old[known] - new[known]
    once = np.triu(np.ones((count, count), dtype=bool), 1)
    came = []
    for circle in circles:
        entered = np.flatnonzero(circle.members(after) & ~circle.members(before))
        if len(entered):
            came.append((circle.name, tuple(int(i) for i in entered)))
    return Gain(
        float((demand * saved).sum()),
        float(saved[known].mean()) if known.any() else float("nan"),
        int((once & np.isfinite(old) & (new + LEAST_MIN <= old)).sum()),
        int((once & ~np.isfinite(old) & np.isfinite(new)).sum()),
        {limit: int((once & (old > limit) & (new <= limit)).sum()) for limit in limits_min},
        tuple(came),
    )
