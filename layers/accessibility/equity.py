"""
Equity: how unevenly a good (an accessibility, a density) is spread over people.

All measures weigh places by their people; without weights each place counts alike. They speak of goods, of which more is
better: apply them to potential or to what lies within reach, not to travel times, of which less is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.errors import SchemaError

__all__ = ["Theil", "gini", "palma", "theil"]


def gini(values: pd.Series, weights: pd.Series | None = None) -> float:
    """
    Gini coefficient: half the mean difference of two people, over the mean.

    ``G = Σ_i Σ_j w_i w_j |x_i - x_j| / (2 · W² · mean)``, 0 all alike, towards 1 one has all.

    Parameters
    ----------
    values : Series of float, shape (n,), not negative
    weights : Series of float, same index, optional
        People.

    Returns
    -------
    float
        NaN where a value is NaN (leave places out yourself and say so), or where all values are 0.

    Raises
    ------
    SchemaError
        If a value is negative or infinite, weights are missing or negative, or there is nothing to measure.

    References
    ----------
    Gini (1912), Variabilità e mutabilità; Cowell (2011), Measuring inequality, 3rd ed. Tested against ``inequality``
    of PySAL (unweighted; its Gini is the same without the small-sample correction).

    Examples
    --------
    >>> gini(pd.Series([1.0, 1.0, 1.0])), round(gini(pd.Series([0.0, 0.0, 3.0])), 4)
    (0.0, 0.6667)
    """
    x, w = _checked(values, weights)
    total = float((w * x).sum())
    if np.isnan(total) or total == 0.0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    # Twice the area between the Lorenz curve and the diagonal, by trapezoids.
    people = np.concatenate([[0.0], np.cumsum(w)]) / w.sum()
    goods = np.concatenate([[0.0], np.cumsum(w * x)]) / total
    area = float(((goods[1:] + goods[:-1]) / 2.0 * np.diff(people)).sum())
    return max(0.0, 1.0 - 2.0 * area)


@dataclass(frozen=True)
class Theil:
    """
    Theil's T and its parts.

    Attributes
    ----------
    total, between, within : float
        ``total = between + within``; between is what would remain if all in a group had its mean.
    groups : DataFrame, index are the groups
        people, share_of_people, share_of_goods, mean, theil (inside the group), within (its part of ``within``).
    """

    total: float
    between: float
    within: float
    groups: pd.DataFrame


def theil(values: pd.Series, groups: pd.Series | None = None, weights: pd.Series | None = None) -> Theil:
    """
    Theil's T, split into inequality between groups (provinces, cities) and within them.

    ``T = Σ_i (w_i x_i / Y) · ln(x_i / mean)``, with ``Y = Σ w x``; ``T = Σ_g s_g ln(mean_g / mean) + Σ_g s_g T_g`` with the
    group's share of goods ``s_g``. A place with 0 adds 0 (the limit of x ln x).

    Parameters
    ----------
    values : Series of float, shape (n,), not negative
    groups : Series of labels, same index, optional
        Without it all is one group.
    weights : Series of float, same index, optional
        People.

    Returns
    -------
    Theil
        All NaN where a value is NaN or all are 0.

    Raises
    ------
    SchemaError
        As :func:`gini`, or where a group is missing.

    References
    ----------
    Theil (1967), Economics and information theory, chapter 4; Shorrocks (1980), The class of additively decomposable inequality
    measures, Econometrica 48(3), 613–625. Tested against ``inequality`` of PySAL (``TheilD``, unweighted).
    """
    x, w = _checked(values, weights)
    label = pd.Series("all", index=values.index) if groups is None else groups.reindex(values.index)
    if label.isna().any():
        message = f"groups: missing for {', '.join(map(str, values.index[label.isna()][:8]))}"
        raise SchemaError(message)
    goods = float((w * x).sum())
    people = float(w.sum())
    rows = []
    for name in sorted(set(label), key=str):
        inside = (label == name).to_numpy()
        mine, heads = float((w * x)[inside].sum()), float(w[inside].sum())
        mean = mine / heads if heads > 0 else float("nan")
        own = _theil(x[inside], w[inside])
        share = mine / goods if goods else float("nan")
        rows.append((name, heads, heads / people, share, mean, own, share * own if mine > 0 else 0.0 * mine))
    columns = ["group", "people", "share_of_people", "share_of_goods", "mean", "theil", "within"]
    table = pd.DataFrame(rows, columns=columns).set_index("group")
    if np.isnan(goods) or goods == 0.0:
        return Theil(float("nan"), float("nan"), float("nan"), table)
    shares = table["share_of_goods"].to_numpy(dtype=float)
    there = shares > 0
    means = table["mean"].to_numpy(dtype=float)[there] / (goods / people)
    between = float((shares[there] * np.log(means)).sum())
    within = float(table["within"].sum())
    return Theil(between + within, between, within, table)


def palma(values: pd.Series, weights: pd.Series | None = None, *, top: float = 0.1, bottom: float = 0.4) -> float:
    """
    Palma ratio: what the best-placed tenth of the people has, over what the worst-placed four tenths have.

    Parameters
    ----------
    values : Series of float, shape (n,), not negative
    weights : Series of float, same index, optional
        People. The place at a border of the shares is split between them, its people being alike.
    top, bottom : float
        Shares of the people; together at most 1.

    Returns
    -------
    float
        0.25 where all have the same (0.1 over 0.4). NaN where a value is NaN or the worst placed have nothing.

    Raises
    ------
    SchemaError
        As :func:`gini`, or where the shares do not fit.

    References
    ----------
    Palma (2011), Homogeneous middles vs. heterogeneous tails, Development and Change 42(1), 87–153; for accessibility
    Pereira, Banister, Schwanen, Wessel (2019), Distributional effects of transport policies on inequalities in access to
    opportunities in Rio de Janeiro, Journal of Transport and Land Use 12(1).

    Examples
    --------
    Nine people with 1 and one with 10: 10 over 4.

    >>> palma(pd.Series([1.0] * 9 + [10.0]))
    2.5
    """
    if not (top > 0 and bottom > 0 and top + bottom <= 1):
        message = f"top={top:g}, bottom={bottom:g}: give shares above 0 that are together at most 1"
        raise SchemaError(message)
    x, w = _checked(values, weights)
    if np.isnan(x).any():
        return float("nan")
    order = np.argsort(x, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(w[order])]) / w.sum()
    goods = np.concatenate([[0.0], np.cumsum((w * x)[order])])
    worst = float(np.interp(bottom, people, goods))
    best = float(goods[-1] - np.interp(1.0 - top, people, goods))
    return best / worst if worst > 0 else float("nan")


def _theil(x: np.ndarray, w: np.ndarray) -> float:
    goods = float((w * x).sum())
    if np.isnan(goods) or goods == 0.0:
        return float("nan")
    relative = x * w.sum() / goods
    logs = np.log(relative, out=np.zeros_like(relative), where=relative > 0)
    return float((w * x / goods * logs).sum())


def _checked(values: pd.Series, weights: pd.Series | None) -> tuple[np.ndarray, np.ndarray]:
    x = values.to_numpy(dtype=float)
    breaches = []
    if not len(x):
        breaches.append("there are no values")
    if (x < 0).any() or np.isinf(x).any():
        breaches.append("values must be finite and not negative")
    w = np.ones(len(x)) if weights is None else weights.reindex(values.index).to_numpy(dtype=float)
    if not np.isfinite(w).all() or (w < 0).any() or (len(w) and w.sum() == 0):
        gone = ", ".join(str(v) for v in values.index[~np.isfinite(w)][:8])
        breaches.append("weights must be there, finite and not negative" + (f" (missing for {gone})" if gone else ""))
    if breaches:
        message = f"inequality: {'; '.join(breaches)}"
        raise SchemaError(message)
    keep = w > 0  # a place without people has no say, whatever it has
    return np.where(keep, x, 0.0), w
