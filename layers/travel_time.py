"""Travel times between places: matrices over the network, by rail, by road or by the best chain of both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.errors import VocabularyError
from layers.network import CONVENTIONAL, HIGH_SPEED, PLACE, ROAD, Network
from layers.schema import TRAVEL_TIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Matrix", "shortest_times", "station_names", "travel_time_matrix", "travel_time_table"]

MODES = ("rail", "road", "any")
DEPARTURES = ("centre", "station")
STRATA = {"rail": (HIGH_SPEED, CONVENTIONAL), "road": (ROAD,), "any": (HIGH_SPEED, CONVENTIONAL, ROAD)}
SIDES = "东西南北"

LEAST_LINK_MIN = 1e-6
"""A link of no time would vanish from a sparse matrix; this is below a ten-thousandth of a second."""


@dataclass(frozen=True)
class Matrix:
    """
    Travel times between places.

    Attributes
    ----------
    time_min, length_km : DataFrame, shape (origins, destinations), index and columns are place names
        NaN where there is no way; ``note`` says why.
    note : DataFrame of str, same shape
    """

    time_min: pd.DataFrame
    length_km: pd.DataFrame
    note: pd.DataFrame


def shortest_times(
    links: pd.DataFrame, size: int, sources: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the least time, and the length along the way, from each source to all nodes.

    Parameters
    ----------
    links : DataFrame with from_node, to_node (int), time_min, length_km (float, not negative)
    size : int
        Number of nodes.
    sources : sequence of int, length k

    Returns
    -------
    time_min, length_km : ndarray of float64, shape (k, size)
        ``inf`` where unreachable.

    Notes
    -----
    Dijkstra of ``scipy.sparse.csgraph``; of parallel links the quickest counts. Lengths follow the tree of
    predecessors by pointer doubling, in O(size · log depth).
    """
    best = links.sort_values(["from_node", "to_node", "time_min", "length_km"], kind="stable")
    best = best.drop_duplicates(["from_node", "to_node"])
    start, stop = best["from_node"].to_numpy(dtype=np.int64), best["to_node"].to_numpy(dtype=np.int64)
    minutes = np.maximum(best["time_min"].to_numpy(dtype=float), LEAST_LINK_MIN)
    graph = csr_array((minutes, (start, stop)), shape=(size, size))
    time, before = dijkstra(graph, indices=list(sources), return_predecessors=True)
    km = csr_array((best["length_km"].to_numpy(dtype=float) + 1.0, (start, stop)), shape=(size, size))
    length = np.full_like(time, np.inf)
    for row in range(len(sources)):
        reached = before[row] >= 0
        jump = np.where(reached, before[row], np.arange(size))
        total = np.zeros(size)
        if reached.any():
            # Lengths are stored raised by one, so that a link of no length is not taken for no link.
            total[reached] = np.asarray(km[before[row][reached], np.flatnonzero(reached)]).ravel() - 1.0
        while True:
            further = jump[jump]
            total = total + np.where(jump != np.arange(size), total[jump], 0.0)
            if (further == jump).all():
                break
            jump = further
        length[row] = np.where(np.isfinite(time[row]), total, np.inf)
    return time, length


def station_names(city: str) -> re.Pattern[str]:
    """
    Return the pattern of the names that a city's own railway stations bear: 合肥, 合肥南, 上海虹桥, 苏州园区.

    Parameters
    ----------
    city : str
        Name of a city, with or without 市 or 县.
    """
    short = re.sub(r"(市|县|区)$", "", city) if len(city) > 2 else city
    return re.compile(rf"^{re.escape(short)}([{SIDES}]|虹桥|园区|新区|新城|北城)?$")


def travel_time_matrix(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "any",
    depart_from: str = "centre",
) -> Matrix:
    """
    Return door-to-door (or station-to-station) travel times between places.

    Parameters
    ----------
    network : Network
    origins, destinations : DataFrame with name, lon, lat (degrees, WGS 84), shapes (n,) and (m,)
        ``name`` is unique within each.
    mode : {"any", "rail", "road"}
        ``rail`` goes by local road to a station, by train, and by local road from a station.
    depart_from : {"centre", "station"}
        ``station``: the fastest train between any stations that bear the names of the two places, without access,
        boarding or transfer across town; only with ``mode="rail"``.

    Returns
    -------
    Matrix
        0 from a place to itself. NaN with a reason in ``note`` where there is no way.

    Raises
    ------
    VocabularyError
        If ``mode`` or ``depart_from`` is unknown, or they do not go together.
    """
    if mode not in MODES:
        message = f"{mode!r} is no mode of travel; accepted: {', '.join(MODES)}"
        raise VocabularyError(message)
    if depart_from not in DEPARTURES or (depart_from == "station" and mode != "rail"):
        message = f"depart_from={depart_from!r} with mode={mode!r}: accepted are centre, and station with mode rail"
        raise VocabularyError(message)
    places = pd.concat([origins[["name", "lon", "lat"]], destinations[["name", "lon", "lat"]]], ignore_index=True)
    places = places.drop_duplicates("name", ignore_index=True)
    offset = len(network.nodes)
    strata = STRATA[mode]
    inside = network.links["stratum"].isin([*strata, "transfer"] if mode != "road" else strata)
    links = network.links.loc[inside, ["from_node", "to_node", "time_min", "length_km"]]
    if depart_from == "station":
        ways = _station_links(network, places, offset)
    else:
        ways = _centre_links(network, places, strata, offset)
    all_links = pd.concat([links, ways], ignore_index=True)
    at = {name: offset + i for i, name in enumerate(places["name"])}
    time, length = shortest_times(all_links, offset + 2 * len(places), [at[name] for name in origins["name"]])
    ends = [at[name] + len(places) for name in destinations["name"]]
    minutes = pd.DataFrame(time[:, ends], index=list(origins["name"]), columns=list(destinations["name"]))
    km = pd.DataFrame(length[:, ends], index=minutes.index, columns=minutes.columns)
    starts = {int(i) for i in ways["from_node"]}
    arrives = {int(i) for i in ways["to_node"]}
    note = pd.DataFrame("", index=minutes.index, columns=minutes.columns)
    what = "station" if mode == "rail" else "station or interchange" if mode == "any" else "interchange"
    for a in minutes.index:
        for b in minutes.columns:
            if a == b:
                minutes.loc[a, b], km.loc[a, b] = 0.0, 0.0
            elif not np.isfinite(minutes.loc[a, b]):
                lacking = [p for p, out in ((a, at[a] in starts), (b, at[b] + len(places) in arrives)) if not out]
                note.loc[a, b] = f"no {what} for {' and '.join(lacking)}" if lacking else "not connected"
    return Matrix(minutes.where(np.isfinite(minutes)), km.where(np.isfinite(km)), note)


def travel_time_table(matrix: Matrix, *, mode: str, as_of: str, scenario: str) -> pd.DataFrame:
    """
    Return a matrix as a long table, contract ``layers.schema.TRAVEL_TIMES``.

    Parameters
    ----------
    matrix : Matrix, shape (n, m)
    mode, as_of, scenario : str
        Written into every row.

    Returns
    -------
    DataFrame, n·m rows, in the order of origins, then destinations; minutes to a tenth, kilometres to a tenth
    """
    rows = [
        {
            "from": a,
            "to": b,
            "mode": mode,
            "as_of": as_of,
            "scenario": scenario,
            "travel_time_min": round(float(matrix.time_min.loc[a, b]), 1),
            "length_km": round(float(matrix.length_km.loc[a, b]), 1),
            "note": matrix.note.loc[a, b],
        }
        for a in matrix.time_min.index
        for b in matrix.time_min.columns
    ]
    return TRAVEL_TIMES.coerce(pd.DataFrame(rows, columns=TRAVEL_TIMES.names))


def _centre_links(network: Network, places: pd.DataFrame, strata: Sequence[str], offset: int) -> pd.DataFrame:
    """Ways from the places' centres to stations and interchanges, back from them, and straight from place to place."""
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    parts = []
    for stratum in strata:
        way = network.access_links(lon, lat, stratum)
        point = way["point"].to_numpy(dtype=np.int64) + offset
        node = way["node"].to_numpy(dtype=np.int64)
        km = way["distance_km"].to_numpy(dtype=float) * network.access.detour
        minutes = way["time_min"].to_numpy(dtype=float)
        enter, leave = (
            (network.road.toll_time_min, network.road.toll_time_min)
            if stratum == ROAD
            else (network.rail.boarding_time_min, network.rail.alighting_time_min)
        )
        parts += [_frame(point, node, minutes + enter, km), _frame(node, point + len(places), minutes + leave, km)]
    if ROAD not in strata:
        return pd.concat(parts, ignore_index=True)
    # The way over local roads alone: between neighbours it may be the best.
    own = Network(_place_nodes(places), network.links.iloc[:0], network.rail, network.road, network.access)
    near = own.access_links(lon, lat, PLACE)
    parts.append(
        _frame(
            near["point"].to_numpy(dtype=np.int64) + offset,
            near["node"].to_numpy(dtype=np.int64) + offset + len(places),
            near["time_min"].to_numpy(dtype=float),
            near["distance_km"].to_numpy(dtype=float) * network.access.detour,
        )
    )
    return pd.concat(parts, ignore_index=True)


def _place_nodes(places: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node": "place:" + places["name"],
            "name": places["name"],
            "stratum": PLACE,
            "lon": places["lon"].astype(float),
            "lat": places["lat"].astype(float),
            "access": True,
        }
    )


def _station_links(network: Network, places: pd.DataFrame, offset: int) -> pd.DataFrame:
    """Join each place without loss of time to the stations of its name; starting and stopping cost once a trip."""
    parts = []
    for i, city in enumerate(places["name"]):
        pattern = station_names(str(city))
        own = (
            network.nodes["access"]
            & (network.nodes["stratum"] != ROAD)
            & network.nodes["name"].map(lambda n, p=pattern: bool(p.match(n)))
        )
        node = np.flatnonzero(own)
        point, free = np.full(len(node), offset + i), np.zeros(len(node))
        half = np.where(network.nodes["stratum"].to_numpy()[node] == HIGH_SPEED, *_half_stop_losses(network))
        parts += [_frame(point, node, half, free), _frame(node, point + len(places), half, free)]
    return pd.concat(parts, ignore_index=True)


def _half_stop_losses(network: Network) -> tuple[float, float]:
    """Return what starting or stopping alone costs on high-speed (300 km/h) and conventional lines (120 km/h), minutes."""
    return network.rail.stop_loss_min(300.0) / 2.0, network.rail.stop_loss_min(120.0) / 2.0


def _frame(
    a: NDArray[np.int64], b: NDArray[np.int64], minutes: NDArray[np.float64], km: NDArray[np.float64]
) -> pd.DataFrame:
    return pd.DataFrame({"from_node": a, "to_node": b, "time_min": minutes, "length_km": km})
