"""Which projects close a target's gap: the shortest list, and of the shortest the one that is most solid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.schema import STAGE_ORDER, Method, Status

if TYPE_CHECKING:
    import pandas as pd

    from projects.verdict.area_lengths import AreaLengths

__all__ = ["CORRIDOR", "STRAIGHT", "added_by_projects", "composition", "shortest_list"]

STRAIGHT = Method.STRAIGHT.value
CORRIDOR = Method.CORRIDOR.value
_DRAWINGS = [method.value for method in Method]


def added_by_projects(lengths: AreaLengths, indicator: str, *, stage: str = "") -> pd.DataFrame:
    """
    Return what each project adds to an indicator in an area, most solid first.

    Parameters
    ----------
    lengths : AreaLengths
    indicator : str
        ``rail_density``, ``expressway_length`` …
    stage : str
        Only this stage and further ones; all without it.

    Returns
    -------
    DataFrame
        project_id, name, status, drawn_by, accuracy_km, documents, length_km; a further stage first, then the better drawing, then the
        longer line. Lengths are counted once, where projects run side by side with the one that is more solid: they add up,
        and a list without some of the projects adds at least its own sum.
    """
    lines = lengths.planned(indicator, stage)
    grouped = lines.groupby("project_id", as_index=False, sort=True).agg(
        name=("name", "first"),
        status=("status", "first"),
        drawn_by=("drawn_by", "first"),
        accuracy_km=("accuracy_km", "max"),
        documents=("documents", "first"),
        length_km=("km", "sum"),
    )
    order = grouped.assign(
        stage_rank=-grouped["status"].map(STAGE_ORDER).astype("float64"),
        drawing=[_DRAWINGS.index(str(method)) for method in grouped["drawn_by"]],
        shorter=-grouped["length_km"],
    ).sort_values(["stage_rank", "drawing", "shorter", "project_id"], ignore_index=True)
    return order[["project_id", "name", "status", "drawn_by", "accuracy_km", "documents", "length_km"]]


def shortest_list(added: pd.DataFrame, missing_km: float) -> pd.DataFrame:
    """
    Choose the fewest projects that close a gap; among lists of as few, the one whose first projects are most solid.

    Parameters
    ----------
    added : DataFrame
        As :func:`added_by_projects` returns it: most solid first.
    missing_km : float
        Kilometres that are missing; nothing is needed where it is not positive.

    Returns
    -------
    DataFrame, some rows of ``added`` in their order
        Empty where nothing is missing, and where all projects together do not suffice.

    Notes
    -----
    The longest lines first give the fewest. Then, from the most solid on, a project is taken where the longest of those
    after it can still close what remains.

    Examples
    --------
    >>> import pandas as pd
    >>> added = pd.DataFrame({"project_id": ["a", "b", "c"], "length_km": [30.0, 50.0, 60.0]})
    >>> shortest_list(added, 80.0)["project_id"].tolist()
    ['a', 'b']
    >>> shortest_list(added, 100.0)["project_id"].tolist()
    ['b', 'c']
    """
    if missing_km <= 0.0 or float(added["length_km"].sum()) < missing_km:
        return added.iloc[:0]
    km = added["length_km"].astype(float).tolist()
    fewest, total = 0, 0.0
    for length in sorted(km, reverse=True):
        fewest, total = fewest + 1, total + length
        if total >= missing_km:
            break
    chosen: list[int] = []
    got = 0.0
    for i, length in enumerate(km):
        others = fewest - len(chosen) - 1
        if others < 0:
            break
        longest_after = sum(sorted(km[i + 1 :], reverse=True)[:others])
        # The tolerance is that of a sum in another order: without it the list could come out one short.
        if len(km) - i - 1 >= others and got + length + longest_after >= missing_km * (1.0 - 1e-12):
            chosen.append(i)
            got += length
    return added.iloc[chosen]


def composition(added: pd.DataFrame) -> dict[str, float]:
    """
    Tell what an added length rests on.

    Parameters
    ----------
    added : DataFrame with status, drawn_by, length_km

    Returns
    -------
    dict
        ``added_km``, and of it ``straight_share``, ``corridor_share``, ``early_share`` (at stages before
        ``under_construction``, or not stated), 0-1; shares are NaN where nothing is added.
    """
    total = float(added["length_km"].sum())

    def share(rows: pd.Series) -> float:
        return float(added.loc[rows, "length_km"].sum()) / total if total > 0.0 else float("nan")

    early = added["status"].map(STAGE_ORDER).astype("float64") < STAGE_ORDER[Status.UNDER_CONSTRUCTION]
    return {
        "added_km": total,
        "straight_share": share(added["drawn_by"] == STRAIGHT),
        "corridor_share": share(added["drawn_by"] == CORRIDOR),
        "early_share": share(early),
    }
