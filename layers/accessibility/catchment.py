"""
Floating catchments: supply per head where several places share what lies between them (the 2SFCA family).

Step one gives each supply the ratio of what it offers to the demand within its reach; step two adds up, for each place, the
ratios of the supplies within its reach. The variants differ in how distance weighs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import VocabularyError
from geo.schema import parse_word
from layers.accessibility.impedance import Impedance, Within
from layers.accessibility.times import checked_times, masses_of

if TYPE_CHECKING:
    from layers.travel_time import Matrix

__all__ = ["Catchment", "floating_catchment"]


class Catchment(StrEnum):
    """
    Variants of the floating catchment, W = weight of the time from a place i to a supply j.

    ``2SFCA``: W is 1 within the limit. ``E2SFCA``: W falls with time. ``3SFCA``: people choose among supplies by
    ``G_ij = W_ij / Σ_j W_ij`` first. ``M2SFCA``: distance weighs in both steps, so that supply is not used up where
    everybody is far from it.
    """

    TWO_STEP = "2SFCA"
    ENHANCED = "E2SFCA"
    THREE_STEP = "3SFCA"
    MODIFIED = "M2SFCA"


def floating_catchment(
    times: Matrix | pd.DataFrame,
    demand: pd.Series,
    supply: pd.Series,
    *,
    limit_min: float,
    impedance: Impedance | None = None,
    variant: Catchment | str = Catchment.TWO_STEP,
) -> pd.Series:
    """
    Supply per unit of demand that a place can reach, with the others who reach it taken into account.

    With ``W_ij = f(t_ij)`` up to the limit and 0 beyond, demand ``P_k``, supply ``S_j``:

    - 2SFCA, E2SFCA: ``R_j = S_j / Σ_k P_k W_kj``, ``A_i = Σ_j R_j W_ij``
    - M2SFCA: the same ``R_j``, ``A_i = Σ_j R_j W_ij²``
    - 3SFCA: ``G_ij = W_ij / Σ_j W_ij``, ``R_j = S_j / Σ_k G_kj P_k W_kj``, ``A_i = Σ_j G_ij R_j W_ij``

    Parameters
    ----------
    times : Matrix or DataFrame, shape (n, m), minutes from places to supplies
        A pair without a way is beyond the limit. A place's time to itself is what the matrix says (0 in ours).
    demand : Series of float, index are the origins
    supply : Series of float, index are the destinations
    limit_min : float
        Reach of a catchment.
    impedance : Impedance, optional
        ``f``, which 2SFCA does without (1 up to the limit) and the others need.
    variant : Catchment or str

    Returns
    -------
    Series of float64, shape (n,), index of the origins, name ``supply_per_demand``
        0 where no supply is within the limit. NaN where a supply within the limit has no demand at all in its catchment:
        its ratio has no value. Except for M2SFCA, ``Σ_i P_i A_i`` is the whole supply that somebody reaches; for M2SFCA less.

    Raises
    ------
    SchemaError
        If the matrix, demand or supply break their rules.
    VocabularyError
        If the variant is unknown, 2SFCA is given an impedance, or another one is not: E2SFCA without weights is 2SFCA.

    References
    ----------
    Luo & Wang (2003), Measures of spatial accessibility to health care in a GIS environment, Environment and Planning B 30(6),
    865–884 (2SFCA); Luo & Qi (2009), Health & Place 15(4), 1100–1107 (E2SFCA); Wan, Zou, Sternberg (2012), International
    Journal of Geographical Information Science 26(6), 1073–1089 (3SFCA); Delamater (2013), Health & Place 24, 30–43 (M2SFCA).
    Tested against ``access`` of PySAL.

    Examples
    --------
    Ten beds for the 100 people of 甲 and the 100 of 乙, who reach no other:

    >>> times = pd.DataFrame([[5.0], [25.0]], index=["甲", "乙"], columns=["医院"])
    >>> people = pd.Series({"甲": 100.0, "乙": 100.0})
    >>> floating_catchment(times, people, pd.Series({"医院": 10.0}), limit_min=30.0).tolist()
    [0.05, 0.05]
    """
    kind = parse_word(Catchment, str(variant))
    if (kind is Catchment.TWO_STEP) != (impedance is None):
        message = (
            "2SFCA weighs all within the limit alike; choose E2SFCA, 3SFCA or M2SFCA for an impedance function"
            if impedance is not None
            else f"{kind.value} weighs by time: give an impedance function, for example GaussianCatchment({limit_min:g})"
        )
        raise VocabularyError(message)
    frame = checked_times(times)
    people = masses_of(demand, frame.index, what="demand")
    offered = masses_of(supply, frame.columns, what="supply")
    values = frame.to_numpy()
    weight = Within(limit_min)(values)
    if impedance is not None:
        near = np.where(weight > 0, values, np.nan)
        weight = impedance(near)
    share = weight
    if kind is Catchment.THREE_STEP:
        total = weight.sum(axis=1, keepdims=True)
        share = weight * np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    demanded = people @ share
    used = share > 0
    ratio = np.divide(offered, demanded, out=np.zeros_like(offered), where=demanded > 0)
    reach = share * weight if kind is Catchment.MODIFIED else share
    result = reach @ ratio
    undefined = (used & (demanded <= 0) & (offered > 0)).any(axis=1)
    return pd.Series(np.where(undefined, np.nan, result), index=frame.index, name="supply_per_demand")
