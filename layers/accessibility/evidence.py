"""What a result rests on: how much of the network is known by memory alone, and how much of it is drawn straight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.highway import highway_lines
from layers.rail import rail_lines
from layers.schema import Method

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.network import Network

__all__ = ["Evidence", "evidence_of"]


@dataclass(frozen=True)
class Evidence:
    """
    Shares of a network's route length.

    Attributes
    ----------
    route_km : float
        Railways and expressways of the network, each once.
    grade_d_share : float
        Existing lines whose facts come from memory (grade D), 0–1; NaN where there are no lines.
    project_km : float
        Lines that the scenario adds.
    straight_share : float
        Added lines drawn straight between two ends (or from an area), of the whole, 0–1.
    projects_straight_share : float
        The same, of what the scenario adds; NaN where it adds nothing.
    """

    route_km: float
    grade_d_share: float
    project_km: float
    straight_share: float
    projects_straight_share: float

    def sentence(self, lang: str = "zh") -> str:
        """Say it in a line, ``lang`` "zh" or "en"."""
        if not self.route_km > 0:
            return (
                "路网依据不明 (自有时间矩阵)" if lang == "zh" else "basis of the network unknown (a matrix of your own)"
            )
        d, s = 100 * self.grade_d_share, 100 * self.straight_share
        if lang == "zh":
            added = f"; 情景新增 {self.project_km:.0f} km, 直线示意占新增 {100 * self.projects_straight_share:.0f}%"
            return f"路网 {self.route_km:.0f} km, 其中 D 级资料 {d:.0f}%、直线示意 {s:.0f}%" + (
                added if self.project_km > 0 else ""
            )
        added = f"; the scenario adds {self.project_km:.0f} km, {100 * self.projects_straight_share:.0f} % of it drawn straight"
        return f"network of {self.route_km:.0f} km, {d:.0f} % on facts of grade D, {s:.0f} % drawn straight" + (
            added if self.project_km > 0 else ""
        )


def evidence_of(network: Network, features: gpd.GeoDataFrame | None = None) -> Evidence:
    """
    Measure what a network rests on.

    Parameters
    ----------
    network : Network
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        Projects that the scenario may have built; the ids of their lines begin with ``feature_id``.

    Returns
    -------
    Evidence
        Lengths are those of the links: a line counts once, whichever trains share it.
    """
    grade = pd.concat([rail_lines(), highway_lines()]).set_index("feature_id")["grade"]
    links = network.links[["feature_id", "stratum", "length_km"]]
    km = links.groupby(["feature_id", "stratum"])["length_km"].sum().groupby("feature_id").max() / 2.0
    ids = km.index.astype(str).str.replace(r"~.*$", "", regex=True)  # a line cut by a scenario: rail-jinghu-2~1
    existing = ids.isin(grade.index)
    drawn = pd.Series(dtype=object)
    if features is not None and len(features):
        drawn = features.drop_duplicates("feature_id").set_index("feature_id")["drawn_by"].astype(str)
    stem = ids.str.replace(r"\.[^.]*$", "", regex=True)
    known = np.where(ids.isin(drawn.index), ids, stem)
    added = ~existing & pd.Index(known).isin(drawn.index)
    straight = added & np.isin(drawn.reindex(known).to_numpy(dtype=object), [Method.STRAIGHT.value, Method.AREA.value])
    memory = existing & (grade.reindex(ids).to_numpy(dtype=object) == "D")
    length = km.to_numpy(dtype=float)
    total, new = float(length[existing | added].sum()), float(length[added].sum())
    return Evidence(
        total, _share(length, memory, total), new, _share(length, straight, total), _share(length, straight, new)
    )


def _share(length: NDArray[np.float64], part: NDArray[np.bool_], whole: float) -> float:
    return float(length[part].sum()) / whole if whole > 0 else float("nan")
