"""Which project of an older register is which of a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["matched_projects"]


def matched_projects(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """
    Match projects by id; where the id is gone, by mode and a name or alias that only one project on each side has.

    Parameters
    ----------
    old, new : DataFrame, contract ``projects.schema.PROJECTS``

    Returns
    -------
    dict of old id to new id
        One to one.
    """
    ids = set(new["project_id"])
    pairs = {str(i): str(i) for i in old["project_id"] if i in ids}
    left = [_named(table[~table["project_id"].isin(pairs)]) for table in (old, new)]
    taken: set[str] = set()
    for key, found in left[0].items():
        there = left[1].get(key, [])
        if len(found) == len(there) == 1 and found[0] not in pairs and there[0] not in taken:
            pairs[found[0]] = there[0]
            taken.add(there[0])
    return pairs


def _named(projects: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    out: dict[tuple[str, str], list[str]] = {}
    for row in projects.sort_values("project_id").to_dict("records"):
        names = {str(row["name"]), *(a for a in str(row["aliases"]).split("|") if a)}
        for name in sorted(names):
            out.setdefault((str(row["mode"]), name), []).append(str(row["project_id"]))
    return out
