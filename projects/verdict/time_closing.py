"""
Which projects bring a travel time under its limit.

What projects save does not add up, so that each choice is measured on a network of its own. Only projects that lie on the quickest
ways when all are built can matter much: of those the fewest that suffice are sought, most solid first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from layers.schema import STAGE_ORDER, Method

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

__all__ = ["TimeClosing", "closing_projects", "fewest", "solid_first"]

MOST_TRIALS = 40
"""Choices of projects that are tried for one target; a quarter of a second each."""

_DRAWINGS = [method.value for method in Method]


@dataclass(frozen=True)
class TimeClosing:
    """
    What projects do for a travel time.

    Parameters
    ----------
    projects : DataFrame
        project_id, name, status, drawn_by, accuracy_km, documents, and minutes: the time with it and those before it.
    closes : bool
        Whether the list brings the time under the limit; if not, it holds what helps at all.
    tried : int
        How many choices were measured.
    """

    projects: pd.DataFrame
    closes: bool
    tried: int


def solid_first(features: gpd.GeoDataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """
    Return projects in the order of how solid they are.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    ids : sequence of str

    Returns
    -------
    DataFrame
        project_id, name, status, drawn_by, accuracy_km, documents: a further stage first, then the better drawing, then by id.
    """
    rows = pd.DataFrame(features[features["feature_id"].isin(ids)].drop(columns="geometry"))
    order = rows.assign(
        project_id=rows["feature_id"].astype(str),
        stage_rank=-rows["status"].map(STAGE_ORDER).astype("float64"),
        drawing=[_DRAWINGS.index(str(method)) for method in rows["drawn_by"]],
    ).sort_values(["stage_rank", "drawing", "project_id"], ignore_index=True)
    return order[["project_id", "name", "status", "drawn_by", "accuracy_km", "documents"]]


def closing_projects(
    candidates: pd.DataFrame, limit_min: float, today_min: float, minutes_with: Callable[[tuple[str, ...]], float]
) -> TimeClosing:
    """
    Choose the fewest projects that bring a time under its limit; of lists as short the most solid.

    Parameters
    ----------
    candidates : DataFrame
        As :func:`solid_first` returns it.
    limit_min, today_min : float
    minutes_with : callable(project ids) → minutes
        The time with these projects alone.

    Returns
    -------
    TimeClosing
        Where all candidates together do not suffice, those that save a minute or more in their order.

    Notes
    -----
    Lists of one, two, three … projects are tried in the order of how solid they are, up to ``MOST_TRIALS``; beyond that, projects
    are taken away from the full list, least solid first, as long as the rest suffices: then no project of the list can be left
    out, but a shorter one may exist.
    """
    ids = candidates["project_id"].astype(str).tolist()
    measured: dict[tuple[str, ...], float] = {(): today_min}

    def minutes(chosen: tuple[str, ...]) -> float:
        if chosen not in measured:
            measured[chosen] = minutes_with(chosen)
        return measured[chosen]

    def suffices(chosen: tuple[str, ...]) -> bool:
        return minutes(chosen) <= limit_min * (1.0 + 1e-9)

    everything = tuple(ids)
    if not ids:
        return TimeClosing(candidates.assign(minutes=pd.Series(dtype="float64")), False, 0)
    closes = suffices(everything)
    chosen = fewest(ids, suffices, MOST_TRIALS) if closes else everything
    steps = [minutes(chosen[: i + 1]) for i in range(len(chosen))]
    rows = candidates.set_index("project_id").loc[list(chosen)].reset_index().assign(minutes=steps)
    if not closes:
        before = [today_min, *steps[:-1]]
        rows = rows[[a - b >= 1.0 for a, b in zip(before, steps, strict=True)]].reset_index(drop=True)
    return TimeClosing(rows, closes, len(measured) - 1)


def fewest(ids: Sequence[str], suffices: Callable[[tuple[str, ...]], bool], most_trials: int) -> tuple[str, ...]:
    """
    Return a shortest choice that suffices, the first in the given order; all of them are known to suffice.

    Parameters
    ----------
    ids : sequence of str
    suffices : callable(choice) → bool
    most_trials : int
        As many choices are tried one by one; then a choice is only thinned out.

    Returns
    -------
    tuple of str, some of ``ids`` in their order

    Examples
    --------
    >>> fewest(["a", "b", "c"], lambda chosen: "c" in chosen and len(chosen) > 1, 40)
    ('a', 'c')
    """
    trials = 0
    for size in range(1, len(ids)):
        for chosen in itertools.combinations(ids, size):
            trials += 1
            if trials > most_trials:
                return _thinned(ids, suffices)
            if suffices(chosen):
                return chosen
    return tuple(ids)


def _thinned(ids: Sequence[str], suffices: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    left = list(ids)
    for one in reversed(ids):
        without = tuple(name for name in left if name != one)
        if without and suffices(without):
            left = list(without)
    return tuple(left)
