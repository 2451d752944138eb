"""How places reach the graph of a mode and leave it, and why some do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.boundaries import unit_at
from geo.errors import VocabularyError
from layers.network import AIR, CONVENTIONAL, HIGH_SPEED, ROAD, points_within
from layers.stations import own_stations
from layers.travel_graph import GROUND, leaving_nodes, link_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.network import Network

__all__ = ["check_mode", "reasons_of", "straight_weights", "ways"]

MODES = ("rail", "road", "any")
DEPARTURES = ("centre", "station")
STRATA = {
    "rail": (HIGH_SPEED, CONVENTIONAL),
    "road": (ROAD,),
    "any": (HIGH_SPEED, CONVENTIONAL, ROAD, AIR),
    GROUND: (HIGH_SPEED, CONVENTIONAL, ROAD),
}


def check_mode(mode: str, depart_from: str) -> None:
    """Raise a VocabularyError where a mode or a departure is unknown, or they do not go together."""
    if mode not in MODES:
        message = f"{mode!r} is no mode of travel; accepted: {', '.join(MODES)}"
        raise VocabularyError(message)
    if depart_from not in DEPARTURES or (depart_from == "station" and mode != "rail"):
        message = f"depart_from={depart_from!r} with mode={mode!r}: accepted are centre, and station with mode rail"
        raise VocabularyError(message)


def ways(network: Network, places: pd.DataFrame, mode: str, depart_from: str, *, leaving: bool) -> pd.DataFrame:
    """
    Return the ways between places and the graph of a mode.

    Parameters
    ----------
    network : Network
    places : DataFrame with name, lon, lat
    mode, depart_from : str
        As for :func:`layers.travel_time.travel_time_matrix`.
    leaving : bool
        From the graph to the places, not to the graph.

    Returns
    -------
    DataFrame
        point (row of ``places``), node (of the graph), weight (see :mod:`layers.travel_graph`).
    """
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = []
    if depart_from == "station":
        rail = network.nodes[network.nodes["access"] & network.nodes["stratum"].isin([HIGH_SPEED, CONVENTIONAL])]
        for row, own in enumerate(own_stations(rail, places)):
            at, free = np.array(own, dtype=np.int64), np.zeros(len(own))
            parts.append((np.full(len(own), row, dtype=np.int64), at, free, free))
    else:
        lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
        for stratum in STRATA[mode]:
            way = network.access_links(lon, lat, stratum)
            extra = _entering(network, stratum)[int(leaving)]
            parts.append(
                (
                    way["point"].to_numpy(dtype=np.int64),
                    way["node"].to_numpy(dtype=np.int64),
                    way["time_min"].to_numpy(dtype=float) + extra,
                    way["distance_km"].to_numpy(dtype=float) * network.access.detour,
                )
            )
    point, node = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    minutes, km = np.concatenate([part[2] for part in parts]), np.concatenate([part[3] for part in parts])
    if leaving and mode != "road":
        node = leaving_nodes(network, node)
    return pd.DataFrame({"point": point, "node": node, "weight": link_weights(minutes, km)})


def _entering(network: Network, stratum: str) -> tuple[float, float]:
    """Return what it costs to get into a stratum and out of it, at the hall or the gate, in minutes."""
    if stratum == ROAD:
        return network.road.toll_time_min, network.road.toll_time_min
    if stratum == AIR:
        return network.air.boarding_time_min, network.air.alighting_time_min
    return network.rail.boarding_time_min, network.rail.alighting_time_min


def straight_weights(
    network: Network, origins: pd.DataFrame, destinations: pd.DataFrame, mode: str
) -> NDArray[np.float64]:
    """Return the way over local roads alone, which between neighbours may be the best; not by rail."""
    out = np.full((len(origins), len(destinations)), np.inf)
    if mode == "rail":
        return out
    near = points_within(
        *(table[c].to_numpy(dtype=float) for table in (origins, destinations) for c in ("lon", "lat")),
        reach_km=network.access.reach_km,
    )
    km = near["distance_km"].to_numpy(dtype=float)
    out[near["point"], near["node"]] = link_weights(
        km * network.access.access_time_min(1.0), km * network.access.detour
    )
    return out


def reasons_of(network: Network, places: pd.DataFrame, reached: set[int], mode: str, depart_from: str) -> list[str]:
    """Return why a place has no way onto the network, "" where it has one."""
    outside = unit_at(places["lon"], places["lat"], level="province", max_distance_km=network.access.reach_km) == ""
    what = {"rail": "station", "road": "interchange", "any": "station, interchange or airport"}[mode]
    out = []
    for i, name in enumerate(places["name"]):
        if i in reached:
            out.append("")
        elif outside[i]:
            out.append(f"{name} lies beyond the data (沪苏浙皖)")
        elif depart_from == "station":
            out.append(f"no station for {name}")
        else:
            out.append(f"no {what} for {name} within {network.access.reach_km:g} km")
    return out
