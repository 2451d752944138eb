"""
Trains as a graph whose shortest ways are train trips: where a train came from decides where it can go.

A state of the graph is a train that has just run over a section, in its direction. From it the traveller gets off at the
section's end, or the train goes on: straight for nothing, the other way round for the time of a reversal at a station, and
not at all backwards over the section it came by, nor round a sharp corner at a junction without a station. Getting off and
on again is a transfer. All costs belong to a section and its two ends (see :mod:`layers.rail_service`), so that ways keep
the laws of shortest paths; added lines add states and take none away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.geodesy import GEOD
from layers.rail import separate_yards
from layers.rail_service import HUB, NO_STATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.rail_service import RailAssumptions

__all__ = ["TrainGraph", "train_graph"]

REVERSAL_DEG = 110.0
"""A train that turns by more than this between two lines has changed its direction: bearings are taken between the nodes
of the tables, some km apart, and lines that part on one side of a station do so at acute angles."""


BENDS = ("bend", "border", "bridge_end")
"""Kinds of nodes that only shape a line; :func:`layers.scenario.built_lines` joins nothing to them."""


@dataclass(frozen=True)
class TrainGraph:
    """
    States and timed links of trains.

    Attributes
    ----------
    arrivals : ndarray of int, shape (n,)
        For each node of the network the number of its graph node for a traveller who got off there, -1 where no one can.
        The node itself is where he gets on.
    size : int
        Number of graph nodes, those of the network included.
    links : DataFrame
        from_node, to_node, time_min, length_km, section (position in ``sections``; -1 for a transfer).
    sections : DataFrame
        from_node, to_node (of the network), feature_id, stratum, length_km: what is run over.
    """

    arrivals: NDArray[np.int64]
    size: int
    links: pd.DataFrame
    sections: pd.DataFrame


def train_graph(nodes: pd.DataFrame, links: pd.DataFrame, rail: RailAssumptions, *, size: int) -> TrainGraph:
    """
    Build the graph of the trains of a network.

    Parameters
    ----------
    nodes : DataFrame, shape (n,)
        stratum, lon, lat, access, kind, rank; as in :class:`layers.network.Network`.
    links : DataFrame
        Directed rail links: from_node, to_node, length_km, speed_km_h, train_pairs, feature_id, stratum.
    rail : RailAssumptions
    size : int
        First free number for graph nodes.

    Returns
    -------
    TrainGraph
    """
    access = nodes["access"].to_numpy(dtype=bool)
    rank = nodes["rank"].to_numpy(dtype=np.int64)
    sections = _sections(links, access, nodes["kind"].isin(BENDS).to_numpy())
    served = np.unique(sections[["from_node", "to_node"]].to_numpy(dtype=np.int64))
    stations = served[access[served]]
    arrivals = np.full(len(nodes), -1, dtype=np.int64)
    arrivals[stations] = size + np.arange(len(stations))
    turns = _turns(sections, nodes, rank, rail)
    parts = [
        pd.DataFrame(
            {
                "from_node": arrivals[stations],
                "to_node": stations,
                "time_min": rail.transfer_time_min,
                "length_km": 0.0,
                "section": -1,
            }
        )
    ]
    state = size + len(stations)
    tiers = (0.0, *rail.tier_train_pairs)
    for least, most in zip(tiers, (*tiers[1:], np.inf), strict=True):
        kept = _tier_sections(sections, rail, least)
        parts.append(_rides(sections, kept, most, turns, arrivals, access, rank, rail, state))
        state += len(sections)
    columns = ["from_node", "to_node", "feature_id", "stratum", "length_km"]
    return TrainGraph(arrivals, state, pd.concat(parts, ignore_index=True), sections[columns])


def _tier_sections(sections: pd.DataFrame, rail: RailAssumptions, least: float) -> NDArray[np.bool_]:
    """Return the sections on which trains of a tier run; hauled trains have one tier."""
    pairs = sections["train_pairs"].fillna(rail.default_train_pairs).to_numpy(dtype=float)
    fast = (sections["stratum"] == "high_speed").to_numpy()
    return np.asarray((fast & (pairs >= least)) | (~fast & (least == 0.0)))


def _rides(
    sections: pd.DataFrame,
    kept: NDArray[np.bool_],
    most: float,
    turns: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    arrivals: NDArray[np.int64],
    access: NDArray[np.bool_],
    rank: NDArray[np.int64],
    rail: RailAssumptions,
    first_state: int,
) -> pd.DataFrame:
    """Return the timed links of the trains of one tier; the state of section ``i`` is ``first_state + i``."""
    a, b = sections["from_node"].to_numpy(dtype=np.int64), sections["to_node"].to_numpy(dtype=np.int64)
    km, speed = sections["length_km"].to_numpy(dtype=float), sections["speed_km_h"].to_numpy(dtype=float)
    pairs = np.minimum(sections["train_pairs"].fillna(rail.default_train_pairs).to_numpy(dtype=float), most)
    fast = (sections["stratum"] == "high_speed").to_numpy()

    def share(node: NDArray[np.int64]) -> NDArray[np.float64]:
        both = [rail.stop_share(rank[node], pairs, high_speed=kind) for kind in (True, False)]
        return np.where(fast, both[0], both[1])

    pass_a, pass_b = share(a), share(b)
    half_dwell = rail.dwell_time_min / 2.0
    approach = rail.hub_approach_min * np.where(fast, (rank[a] == HUB) * 1.0 + (rank[b] == HUB) * 1.0, 0.0)
    # How far the train stops at either end: 1, without dwell, where the traveller gets on or off.
    through = rail.section_time_min(km, speed, pass_a + pass_b) + half_dwell * (pass_a + pass_b) + approach
    last = rail.section_time_min(km, speed, pass_a + 1.0) + half_dwell * pass_a + approach
    first = rail.section_time_min(km, speed, 1.0 + pass_b) + half_dwell * pass_b + approach
    only = rail.section_time_min(km, speed, np.full(len(km), 2.0)) + approach

    number = np.arange(len(sections), dtype=np.int64)
    state = first_state + number
    e, f, extra = (part[kept[turns[0]] & kept[turns[1]]] for part in turns)
    on, both_ends, off = access[a] & kept, access[a] & access[b] & kept, access[b[f]]
    rides = [
        (a[on], state[on], first[on], number[on]),
        (a[both_ends], arrivals[b[both_ends]], only[both_ends], number[both_ends]),
        (state[e], state[f], through[f] + extra, number[f]),
        (state[e][off], arrivals[b[f[off]]], (last[f] + extra)[off], number[f[off]]),
    ]
    start, stop, minutes, section = (np.concatenate([ride[i] for ride in rides]) for i in range(4))
    section = section.astype(np.int64)
    return pd.DataFrame(
        {
            "from_node": start.astype(np.int64),
            "to_node": stop.astype(np.int64),
            "time_min": minutes,
            "length_km": km[section],
            "section": section,
        }
    )


def _sections(links: pd.DataFrame, access: NDArray[np.bool_], bends: NDArray[np.bool_]) -> pd.DataFrame:
    """
    Join links over bends, where nothing can happen, into sections from station or junction to the next.

    Only nodes that no new line is ever joined to: a junction that one more line meets would cut a section in two.

    The bearings at both ends are kept as the nodes next to them.
    """
    columns = ["from_node", "to_node", "feature_id", "stratum", "length_km", "speed_km_h", "train_pairs"]
    rows = list(links[columns].itertuples(index=False, name=None))
    ways: dict[int, set[int]] = {}
    lines_at: dict[int, set[str]] = {}
    for a, b, feature, *_ in rows:
        ways.setdefault(a, set()).add(b)
        for node in (a, b):
            lines_at.setdefault(node, set()).add(feature)
    bend = {n for n in ways if bends[n] and not access[n] and len(ways[n]) == 2 and len(lines_at[n]) == 1}
    onward: dict[tuple[int, str], list[tuple[int, str, float]]] = {}
    for a, b, feature, _, km, *_ in rows:
        onward.setdefault((a, feature), []).append((b, feature, km))
    out = []
    for a, b, feature, stratum, length, speed, pairs in rows:
        if a in bend:
            continue
        km, before, at = length, a, b
        next_to_start = b
        while at in bend:
            following = [(to, more) for to, _, more in onward[(at, feature)] if to != before]
            if not following:
                break
            before, (at, more) = at, following[0]
            km += more
        out.append((a, at, feature, stratum, km, speed, pairs, next_to_start, before))
    return pd.DataFrame(out, columns=[*columns, "after_from", "before_to"])


def _turns(
    sections: pd.DataFrame, nodes: pd.DataFrame, rank: NDArray[np.int64], rail: RailAssumptions
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return which section a train can run after which, and the time that the change of direction costs."""
    if sections.empty:
        none = np.array([], dtype=np.int64)
        return none, none, np.array([], dtype=float)
    frame = sections.assign(number=np.arange(len(sections)))
    pairs = frame[["to_node", "from_node", "number", "feature_id", "before_to"]].merge(
        frame[["from_node", "to_node", "number", "feature_id", "after_from"]],
        left_on="to_node",
        right_on="from_node",
        suffixes=("", "_next"),
    )
    pairs = pairs[pairs["from_node"] != pairs["to_node_next"]]
    lon, lat = nodes["lon"].to_numpy(dtype=float), nodes["lat"].to_numpy(dtype=float)
    at, back, ahead = (pairs[c].to_numpy(dtype=np.int64) for c in ("to_node", "before_to", "after_from"))
    from_back, _, _ = GEOD.inv(lon[at], lat[at], lon[back], lat[back])
    to_ahead, _, _ = GEOD.inv(lon[at], lat[at], lon[ahead], lat[ahead])
    angle = np.abs((np.asarray(to_ahead) - np.asarray(from_back) + 180.0) % 360.0 - 180.0)
    same = pairs["feature_id"].to_numpy() == pairs["feature_id_next"].to_numpy()
    sharp = (180.0 - angle > REVERSAL_DEG) & ~same
    possible = (~sharp | (rank[at] != NO_STATION)) & ~_across_yards(pairs, nodes)
    extra = np.where(sharp, rail.reversal_time_min, 0.0)[possible]
    return (
        pairs["number"].to_numpy(dtype=np.int64)[possible],
        pairs["number_next"].to_numpy(dtype=np.int64)[possible],
        extra,
    )


def _across_yards(pairs: pd.DataFrame, nodes: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which turns would take a train from one yard of a station to another that no track joins to it."""
    if "name" not in nodes:
        return np.zeros(len(pairs), dtype=bool)
    apart = separate_yards()
    stations = {station for station, _ in apart}
    names = nodes["name"].astype(str).to_numpy()[pairs["to_node"].to_numpy(dtype=np.int64)]
    across = np.isin(names, list(stations))
    for i in np.flatnonzero(across):
        # A scenario cuts a line into pieces named after it: rail-jinghu-hsr-2~1.
        lines = frozenset(str(pairs[c].iloc[i]).partition("~")[0] for c in ("feature_id", "feature_id_next"))
        across[i] = (names[i], lines) in apart
    return np.asarray(across, dtype=bool)
