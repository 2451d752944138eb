"""The arcs of the graph of all projects: what each of them needs to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.access import straight_weights, ways
from layers.network import AIR, PARKING, ROAD, TRANSFER
from layers.travel_graph import OWN_LINKS, leaving_nodes, link_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.network import Network

__all__ = ["EXISTING", "choices", "own_arcs", "place_arcs", "train_arcs"]

EXISTING = -1
"""The condition of an arc that is there without any project."""


def choices(network: Network, owner: NDArray[np.int32]) -> list[tuple[int, ...]]:
    """Return, for each node of the network, the projects any one of which brings it about; ``EXISTING`` if it is there."""
    rows = network.links[["from_node", "to_node", "stratum"]].assign(owner=owner)
    rows = rows[~rows["stratum"].isin([TRANSFER, PARKING, AIR])]
    found: dict[int, set[int]] = {}
    for a, b, _, by in rows.itertuples(index=False, name=None):
        found.setdefault(a, set()).add(by)
        found.setdefault(b, set()).add(by)
    out = []
    for node in range(len(network.nodes)):
        by = found.get(node, {EXISTING})
        out.append((EXISTING,) if EXISTING in by else tuple(sorted(by)))
    return out


def _expanded(table: pd.DataFrame, by_node: list[tuple[int, ...]]) -> pd.DataFrame:
    """Give arcs between nodes ``node_a`` and ``node_b`` (-1: none) a row for each pair of projects that brings them about."""
    only = np.array([one[0] if len(one) == 1 else -2 for one in [*by_node, (EXISTING,)]], dtype=np.int32)
    a, b = table["node_a"].to_numpy(dtype=np.int64), table["node_b"].to_numpy(dtype=np.int64)
    first, second = only[a], only[b]
    plain = (first != -2) & (second != -2)
    columns = ["start", "stop", "weight"]
    parts = [table.loc[plain, columns].assign(first=first[plain], second=second[plain])]
    every = [*by_node, (EXISTING,)]
    rows = [
        (row.start, row.stop, row.weight, one, two)
        for row in table[~plain].itertuples(index=False)
        for one in every[row.node_a]
        for two in every[row.node_b]
    ]
    if rows:
        parts.append(pd.DataFrame(rows, columns=[*columns, "first", "second"]))
    joined: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return joined


def own_arcs(network: Network, mode: str, owner: NDArray[np.int32], by_node: list[tuple[int, ...]]) -> pd.DataFrame:
    """Links of the network that a mode uses as they stand: roads need their project, the rest both ends."""
    own = network.links["stratum"].isin(OWN_LINKS[mode]).to_numpy()
    links = network.links[own]
    a, b = links["from_node"].to_numpy(dtype=np.int64), links["to_node"].to_numpy(dtype=np.int64)
    table = pd.DataFrame(
        {
            "start": a if mode == "road" else leaving_nodes(network, a),
            "stop": b,
            "weight": link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
            "node_a": a,
            "node_b": b,
        }
    )
    road = (links["stratum"] == ROAD).to_numpy()
    roads = table.loc[road, ["start", "stop", "weight"]].assign(first=owner[own][road], second=np.int32(EXISTING))
    return pd.concat([roads, _expanded(table[~road], by_node)], ignore_index=True)


def train_arcs(network: Network, sections: NDArray[np.int32], by_node: list[tuple[int, ...]]) -> pd.DataFrame:
    """Rides need the project of their section and of the one that the train came by; changes of train their station."""
    trains = network.trains
    links = trains.links
    start = links["from_node"].to_numpy(dtype=np.int64)
    section = links["section"].to_numpy(dtype=np.int64)
    arrivals = trains.arrivals
    station_of = np.full(trains.size, -1, dtype=np.int64)
    station_of[arrivals[arrivals >= 0]] = np.flatnonzero(arrivals >= 0)
    first_state = len(network.nodes) + int((arrivals >= 0).sum())
    table = pd.DataFrame(
        {
            "start": start,
            "stop": links["to_node"].to_numpy(dtype=np.int64),
            "weight": link_weights(links["time_min"].to_numpy(dtype=float), links["length_km"].to_numpy(dtype=float)),
        }
    )
    change = section < 0
    rides, before = ~change, start[~change] - first_state
    came_by = np.where(before >= 0, sections[before % max(len(sections), 1)] if len(sections) else EXISTING, EXISTING)
    ridden = table[rides].assign(first=sections[section[rides]], second=came_by.astype(np.int32))
    changed = table[change].assign(node_a=station_of[start[change]], node_b=-1)
    return pd.concat([ridden, _expanded(changed, by_node)], ignore_index=True)


def place_arcs(
    network: Network,
    places: pd.DataFrame,
    targets: pd.DataFrame,
    mode: str,
    by_node: list[tuple[int, ...]],
    size: int,
) -> list[pd.DataFrame]:
    """Ways between places and the network, and over local roads alone."""
    node_of = np.arange(size, dtype=np.int64)
    if mode != "road":
        arrivals = network.trains.arrivals
        node_of[arrivals[arrivals >= 0]] = np.flatnonzero(arrivals >= 0)
    enter = ways(network, places, mode, "centre", leaving=False)
    leave = ways(network, targets, mode, "centre", leaving=True)
    entering = pd.DataFrame(
        {
            "start": enter["point"].to_numpy(dtype=np.int64) + size,
            "stop": enter["node"].to_numpy(dtype=np.int64),
            "weight": enter["weight"].to_numpy(dtype=float),
            "node_a": node_of[enter["node"].to_numpy(dtype=np.int64)],
            "node_b": -1,
        }
    )
    leaving = pd.DataFrame(
        {
            "start": leave["node"].to_numpy(dtype=np.int64),
            "stop": leave["point"].to_numpy(dtype=np.int64) + size + len(places),
            "weight": leave["weight"].to_numpy(dtype=float),
            "node_a": node_of[leave["node"].to_numpy(dtype=np.int64)],
            "node_b": -1,
        }
    )
    straight = straight_weights(network, places, targets, mode)
    near = np.argwhere(np.isfinite(straight))
    local = pd.DataFrame(
        {
            "start": near[:, 0] + size,
            "stop": near[:, 1] + size + len(places),
            "weight": straight[near[:, 0], near[:, 1]],
            "first": np.int32(EXISTING),
            "second": np.int32(EXISTING),
        }
    )
    return [_expanded(entering, by_node), _expanded(leaving, by_node), local]
