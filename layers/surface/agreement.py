"""How far a surface and the network's own times lie apart: measured in each run, and bounded where a bound can be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.routing.engine import Engine
from layers.travel_time import travel_time_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.network import Network
    from layers.osm.road_network import RoadNetwork
    from layers.surface.grid import Grid

__all__ = ["LONGEST_DETOUR", "Agreement", "network_agreement", "road_network_agreement"]

LONGEST_DETOUR = 1.0 / np.cos(np.pi / 8.0)
"""1.0824: a way over eight directions against the straight one, at worst."""


@dataclass(frozen=True)
class Agreement:
    """
    Times of a surface beside those of the network.

    Attributes
    ----------
    times : DataFrame
        name, surface_min, network_min, difference_min (surface less network), most_min (the bound, NaN where there is none).
    """

    times: pd.DataFrame

    @property
    def summary(self) -> dict[str, float]:
        """Count, median and extremes of the differences in minutes, the median as a share, and how many pass the bound."""
        known = self.times.dropna(subset=["surface_min", "network_min"])
        if known.empty:
            return {"count": 0.0}
        apart = known["difference_min"].to_numpy(dtype=float)
        far = known["network_min"].to_numpy(dtype=float) > 0.0
        share = apart[far] / known["network_min"].to_numpy(dtype=float)[far]
        return {
            "count": float(len(known)),
            "median_min": float(np.median(apart)),
            "least_min": float(apart.min()),
            "most_min": float(apart.max()),
            "median_absolute_min": float(np.median(np.abs(apart))),
            "p95_absolute_min": float(np.quantile(np.abs(apart), 0.95)),
            "median_share": float(np.median(share)) if len(share) else np.nan,
            "beyond_bound": float((known["surface_min"] > known["most_min"]).sum()),
        }


def network_agreement(
    minutes: NDArray[np.float32],
    grid: Grid,
    network: Network,
    places: pd.DataFrame,
    probes: pd.DataFrame,
    *,
    mode: str,
    ground_speed_km_h: float,
) -> Agreement:
    """
    Compare a surface with :func:`layers.travel_time.travel_time_matrix` at some places.

    Parameters
    ----------
    minutes : ndarray of float32, shape of the grid
        Of :func:`layers.surface.travel_time_surface` with the links of the network.
    grid : Grid
    network : Network
    places, probes : DataFrame with name, lon, lat
        Where the surface leads to, and where to look; probes outside the grid are left out.
    mode : str
    ground_speed_km_h : float

    Returns
    -------
    Agreement
        ``most_min``: the surface is at most 1.0824 times the network's time, which the eight directions make of the ways to
        and from the network, and four half diagonals of a cell over the ground: place, way on, way off and probe stand at the
        centres of their cells. It may be beyond where a lake lies in the way, which the network does not know, and below
        where it pays to leave the network and go on over the ground, or more than 80 km lie between.
    """
    row, column = grid.cells_of(probes["lon"], probes["lat"])
    inside = row >= 0
    here = probes[inside].reset_index(drop=True)
    known = travel_time_matrix(network, here, places, mode=mode).time_min.to_numpy(dtype=float)
    best = _quickest(known)
    offset_min = 4.0 * np.sqrt(0.5) * grid.cell_m * 0.06 / ground_speed_km_h
    found = minutes[row[inside], column[inside]].astype(float)
    return Agreement(
        pd.DataFrame(
            {
                "name": here["name"].astype(str),
                "surface_min": found,
                "network_min": best,
                "difference_min": found - best,
                "most_min": LONGEST_DETOUR * (best + offset_min),
            }
        )
    )


def road_network_agreement(
    minutes: NDArray[np.float32],
    grid: Grid,
    roads: RoadNetwork,
    places: pd.DataFrame,
    *,
    ground_speed_km_h: float,
    count: int = 500,
) -> Agreement:
    """
    Compare a surface with the times of a road network to the junctions nearest to its places.

    Parameters
    ----------
    minutes : ndarray of float32, shape of the grid
        Times to the places.
    grid : Grid
    roads : RoadNetwork
    places : DataFrame with name, lon, lat
    ground_speed_km_h : float
    count : int
        Junctions to compare at, evenly taken from the largest component within the grid.

    Returns
    -------
    Agreement
        ``most_min``: the surface is at most the network's time, the way from the place to its junction, and half the diagonal
        of a cell over the ground at either end. It is below where it is quicker to walk than to drive round.
    """
    ends, apart_m = roads.snap(places[["lon", "lat"]].to_numpy(dtype=float))
    row, column = grid.cells_of(roads.lon_lat[:, 0], roads.lon_lat[:, 1])
    node = np.flatnonzero((row >= 0) & (roads.component == 0))
    node = node[np.linspace(0, len(node) - 1, min(count, len(node))).astype(np.int64)] if len(node) else node
    known = Engine(roads.graph, roads.lon_lat).matrix(node, np.unique(ends))
    best = _quickest(known)
    found = minutes[row[node], column[node]].astype(float)
    offset_m = 2.0 * np.sqrt(0.5) * grid.cell_m + LONGEST_DETOUR * (float(apart_m.max(initial=0.0)) + grid.cell_m)
    return Agreement(
        pd.DataFrame(
            {
                "name": roads.node_id[node].astype(str),
                "surface_min": found,
                "network_min": best,
                "difference_min": found - best,
                "most_min": best + offset_m * 0.06 / ground_speed_km_h,
            }
        )
    )


def _quickest(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least of each row, NaN where there is none."""
    least = np.where(np.isnan(minutes), np.inf, minutes).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)
