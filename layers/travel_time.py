"""Travel times between places: matrices over the network, by rail, by road or by the best chain of all modes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from layers.access import check_mode, reasons_of, straight_weights, ways
from layers.network import AIR
from layers.rail_service import station_names
from layers.scenario import DATA_MONTH, parse_month
from layers.schema import TRAVEL_TIMES
from layers.travel_graph import (
    GROUND,
    minutes_km,
    shortest_times,
    sparse_matrix,
    station_times,
    travel_graph,
    with_places,
)
from layers.travel_legs import travel_time_legs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.network import Network
    from layers.travel_graph import TravelGraph

__all__ = [
    "Matrix",
    "same_places",
    "shortest_times",
    "station_names",
    "station_times",
    "travel_graph",
    "travel_time_legs",
    "travel_time_matrix",
    "travel_time_table",
]

SAME_DEG = 1e-6
"""Two places of one name are one place when their coordinates agree to this, a tenth of a metre."""

FLIGHT_NOTE = "with a flight, assumed where airports are far enough from each other; no timetable"


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
        ``rail`` goes by local road to a station, by train, and by local road from a station; ``road`` by local road and
        expressway; ``any`` is the quickest chain of them and of flights.
    depart_from : {"centre", "station"}
        ``station``: the fastest train between any of the stations that are the two places' own (see
        :func:`layers.stations.own_stations`), without access and boarding; only with ``mode="rail"``.

    Returns
    -------
    Matrix
        0 from a place to itself: the same name at the same spot, for a station 合肥 is not the city 合肥. NaN with a reason in ``note`` where there is no way; a note also where the time rests on
        a flight that is only assumed. The times of a pair depend on no other place of the tables.

    Raises
    ------
    VocabularyError
        If ``mode`` or ``depart_from`` is unknown, or they do not go together.
    """
    check_mode(mode, depart_from)
    graph = travel_graph(network, mode)
    enter = ways(network, origins, mode, depart_from, leaving=False)
    leave = ways(network, destinations, mode, depart_from, leaving=True)
    straight = straight_weights(network, origins, destinations, mode)
    weight = np.minimum(_door_to_door(graph, enter, leave, len(origins), len(destinations)), straight)
    names = (list(origins["name"]), list(destinations["name"]))
    weight[same_places(origins, destinations)] = 0.0
    minutes, km = minutes_km(weight)
    lost = ~np.isfinite(minutes)
    note = np.full(minutes.shape, "", dtype=object)
    if mode == "any" and (network.links["stratum"] == AIR).any():
        ground = _door_to_door(
            travel_graph(network, GROUND),
            ways(network, origins, GROUND, depart_from, leaving=False),
            ways(network, destinations, GROUND, depart_from, leaving=True),
            len(origins),
            len(destinations),
        )
        note[weight < np.minimum(ground, straight)] = FLIGHT_NOTE
    if lost.any():
        reasons = [
            reasons_of(network, table, set(found["point"]), mode, depart_from)
            for table, found in ((origins, enter), (destinations, leave))
        ]
        for i, j in zip(*np.nonzero(lost), strict=True):
            why = list(dict.fromkeys(reason for reason in (reasons[0][i], reasons[1][j]) if reason))
            note[i, j] = "; ".join(why) if why else "not connected"
    frame = functools.partial(pd.DataFrame, index=names[0], columns=names[1])
    return Matrix(frame(np.where(lost, np.nan, minutes)), frame(np.where(lost, np.nan, km)), frame(note))


def same_places(origins: pd.DataFrame, destinations: pd.DataFrame) -> NDArray[np.bool_]:
    """
    Tell which origin is which destination.

    Parameters
    ----------
    origins, destinations : DataFrame with name, lon, lat (degrees, WGS 84), shapes (n,) and (m,)

    Returns
    -------
    array of bool, shape (n, m)
        True where the names are equal and the points lie within ``SAME_DEG``: places of different kinds may share a name.
    """
    out: NDArray[np.bool_] = np.equal.outer(
        origins["name"].to_numpy(dtype=object), destinations["name"].to_numpy(dtype=object)
    ).astype(bool)
    for axis in ("lon", "lat"):
        here, there = (table[axis].to_numpy(dtype=np.float64) for table in (origins, destinations))
        row, column = np.nonzero(out)
        out[row, column] = np.abs(here[row] - there[column]) <= SAME_DEG
    return out


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
    rows, columns = matrix.time_min.shape
    table = pd.DataFrame(
        {
            "from": np.repeat(np.array(matrix.time_min.index, dtype=object), columns),
            "to": np.tile(np.array(matrix.time_min.columns, dtype=object), rows),
            "mode": mode,
            "as_of": as_of,
            "scenario": scenario,
            "travel_time_min": matrix.time_min.to_numpy(dtype=float).ravel().round(1),
            "length_km": matrix.length_km.to_numpy(dtype=float).ravel().round(1),
            "note": matrix.note.to_numpy(dtype=object).ravel(),
        }
    )
    if as_of and parse_month(as_of) > DATA_MONTH:
        later = f"the network is known up to {DATA_MONTH}; what opens later is not in it"
        table["note"] = [f"{note}; {later}" if note else later for note in table["note"]]
    return TRAVEL_TIMES.coerce(table[TRAVEL_TIMES.names])


def _door_to_door(
    graph: TravelGraph, enter: pd.DataFrame, leave: pd.DataFrame, origins: int, destinations: int
) -> NDArray[np.float64]:
    """Return weights from origins to destinations: one search per origin, then the best way out for each pair."""
    out = np.full((origins, destinations), np.inf)
    if enter.empty or leave.empty:
        return out
    full = with_places(graph, enter, origins)
    time = dijkstra(sparse_matrix(full), indices=graph.size + np.arange(origins))
    leave = leave.sort_values(["point", "node"], kind="stable")
    point = leave["point"].to_numpy(dtype=np.int64)
    total = time[:, leave["node"].to_numpy(dtype=np.int64)] + leave["weight"].to_numpy(dtype=float)
    first = np.flatnonzero(np.r_[True, point[1:] != point[:-1]])
    out[:, point[first]] = np.minimum.reduceat(total, first, axis=1)
    return out
