"""Potential accessibility: all places count, the less the farther; and the time within a place for its own share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.errors import VocabularyError
from layers.accessibility.impedance import Impedance, Power
from layers.accessibility.times import checked_times, is_own, masses_of

if TYPE_CHECKING:
    from layers.travel_time import Matrix

__all__ = ["internal_times", "potential_accessibility"]


def internal_times(
    area_km2: pd.Series, *, radius_share: float = 0.5, detour: float = 1.3, speed_km_h: float = 45.0
) -> pd.Series:
    """
    Time of a typical trip within a place: a share of the radius of the circle of its area, over local roads.

    ``t_ii = 60 · share · sqrt(area / π) · detour / speed``. The share is the weak spot of every potential: 1/3 puts the people
    near the centre, 1/2 is the usual choice, 2/3 is the mean distance to the centre of an evenly filled circle. Change it and
    look how far the result depends on it.

    Parameters
    ----------
    area_km2 : Series of float, index are places
    radius_share : float
    detour, speed_km_h : float
        As :class:`layers.network.AccessAssumptions` has them.

    Returns
    -------
    Series of float64, same index, name ``internal_time_min``; NaN where the area is missing or not positive

    References
    ----------
    Rich (1980), Potential models in human geography, CATMOG 26 (own potential); Frost & Spence (1995), The rediscovery of
    accessibility and economic potential: the critical issue of self-potential, Environment and Planning A 27(11), 1833–1848.

    Examples
    --------
    A circle of 10 km radius at a half, straight at 60 km/h: 5 km in 5 min.

    >>> float(internal_times(pd.Series({"甲": np.pi * 100}), detour=1.0, speed_km_h=60.0).round(6).iloc[0])
    5.0
    """
    area = area_km2.astype(float)
    radius_km = np.sqrt(area.where(area > 0).to_numpy() / np.pi)
    minutes = 60.0 * radius_share * radius_km * detour / speed_km_h
    return pd.Series(minutes, index=area_km2.index, name="internal_time_min")


def potential_accessibility(
    times: Matrix | pd.DataFrame,
    masses: pd.Series,
    *,
    impedance: Impedance | None = None,
    internal_time_min: pd.Series | Literal["matrix"] | None = None,
    what: str = "population",
) -> pd.Series:
    """
    Sum of what all places hold, weighted by an impedance function: ``P_i = Σ_j M_j f(t_ij)``.

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes
    masses : Series of float, index are the destinations
    impedance : Impedance, optional
        See :mod:`layers.accessibility.impedance`; without it ``Power(1)``.
    internal_time_min : Series, "matrix" or None
        The self-potential ``M_i f(t_ii)``: at these times (:func:`internal_times`); at the times that the matrix has for a
        place with itself; or None, which leaves a place's own mass out. Where it is left out a big city looks worse placed
        than the town beside it; where it is counted it is often the greatest term. Say which.
    what : str
        What the masses are, for the message.

    Returns
    -------
    Series of float64, shape (n,), index of the origins, name ``potential``, unit of the masses times that of ``f``
        A pair without a way adds nothing, the limit of every falling ``f``. 0 where there is none.

    Raises
    ------
    SchemaError
        If the matrix or the masses break their rules, an internal time is missing, or ``f`` has no value at 0 min.
    VocabularyError
        If ``internal_time_min`` is another word.

    References
    ----------
    Hansen (1959), How accessibility shapes land use, Journal of the American Institute of Planners 25(2), 73–76; Keeble, Owens,
    Thompson (1982), Regional accessibility and economic potential in the European Community, Regional Studies 16(6), 419–432.

    Examples
    --------
    >>> times = pd.DataFrame([[0.0, 50.0], [50.0, 0.0]], index=["甲", "乙"], columns=["甲", "乙"])
    >>> population = pd.Series({"甲": 100.0, "乙": 200.0})
    >>> potential_accessibility(times, population).tolist()
    [4.0, 2.0]
    >>> potential_accessibility(times, population, internal_time_min=pd.Series({"甲": 10.0, "乙": 20.0})).tolist()
    [14.0, 12.0]
    """
    function = impedance or Power()
    frame = checked_times(times)
    mass = masses_of(masses, frame.columns, what=what)
    values, own = frame.to_numpy(copy=True), is_own(frame)
    if internal_time_min is None:
        values[own] = np.nan
    elif isinstance(internal_time_min, pd.Series):
        row, column = np.nonzero(own)
        values[row, column] = masses_of(
            internal_time_min, frame.index[row], what="time within the place (internal_time_min)"
        )
    elif internal_time_min != "matrix":
        message = f"internal_time_min={internal_time_min!r}; give a Series of minutes, 'matrix', or None"
        raise VocabularyError(message)
    return pd.Series(function(values) @ mass, index=frame.index, name="potential")
