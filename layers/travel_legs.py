"""What a trip is made of: the chain of legs between places."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from layers.access import check_mode, straight_weights, ways
from layers.network import AIR, ROAD, TRANSFER
from layers.travel_graph import minutes_km, sparse_matrix, travel_graph, with_places

if TYPE_CHECKING:
    from layers.network import Network
    from layers.travel_graph import TravelGraph

__all__ = ["travel_time_legs"]

LOCAL_ROAD = "local road"
Step = tuple[str, str, str, str, float, float]


def travel_time_legs(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "any",
    depart_from: str = "centre",
) -> pd.DataFrame:
    """
    Return the chain of legs of each pair: access, line by line, transfers, egress.

    Parameters
    ----------
    network, origins, destinations, mode, depart_from
        As for :func:`travel_time_matrix`.

    Returns
    -------
    DataFrame
        from, to, leg (1, 2, …), kind (access, train, road, flight, transfer, egress, local road), line (feature_id; of two lines that meet where no one gets
        on, both, joined by ``|``), leg_from,
        leg_to, time_min, length_km. A pair's legs sum to its travel time; no rows where there is no way. What a stop between
        two lines costs stands with them in equal parts.
    """
    check_mode(mode, depart_from)
    graph = travel_graph(network, mode)
    enter = ways(network, origins, mode, depart_from, leaving=False)
    leave = ways(network, destinations, mode, depart_from, leaving=True)
    full = with_places(graph, enter, len(origins))
    sources = graph.size + np.arange(len(origins))
    time, before = dijkstra(sparse_matrix(full), indices=sources, return_predecessors=True)
    straight = straight_weights(network, origins, destinations, mode)
    stops = set(network.nodes.loc[network.nodes["access"], "name"])
    rows: list[tuple[object, ...]] = []
    for j, there in enumerate(destinations["name"]):
        mine = leave[leave["point"] == j]
        for i, here in enumerate(origins["name"]):
            if here == there:
                continue
            total = time[i, mine["node"].to_numpy(dtype=np.int64)] + mine["weight"].to_numpy(dtype=float)
            best = int(np.argmin(total)) if len(total) else -1
            least = total[best] if len(total) else np.inf
            if straight[i, j] <= least:
                if np.isfinite(straight[i, j]):
                    minutes, km = minutes_km(straight[i : i + 1, j])
                    rows.append((here, there, 1, LOCAL_ROAD, "", here, there, float(minutes[0]), float(km[0])))
                continue
            nodes = [int(mine["node"].iloc[best])]
            while nodes[-1] != sources[i]:
                nodes.append(int(before[i, nodes[-1]]))
            steps = _steps(network, full, nodes[::-1], str(here))
            minutes, km = minutes_km(mine["weight"].to_numpy(dtype=float)[best : best + 1])
            at = steps[-1][3] if steps else ""
            steps.append(("egress", "", at, str(there), float(minutes[0]), float(km[0])))
            rows += [(here, there, n, *leg) for n, leg in enumerate(_merged(steps, stops), 1)]
    columns = ["from", "to", "leg", "kind", "line", "leg_from", "leg_to", "time_min", "length_km"]
    order = {name: i for i, name in enumerate(origins["name"])}
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("from", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _steps(network: Network, graph: TravelGraph, way: list[int], origin: str) -> list[Step]:
    """Return what happens along a way: kind, line, from, to, minutes, km."""
    names = network.nodes["name"].tolist()
    size, links = len(names), network.links
    sections = network.trains.sections if graph.size > size else None
    steps: list[Step] = []
    at = origin
    for a, b in itertools.pairwise(way):
        k = int(np.searchsorted(graph.start, a, side="left"))
        k += int(np.searchsorted(graph.stop[k : np.searchsorted(graph.start, a, side="right")], b))
        minutes, km = (float(v[0]) for v in minutes_km(graph.weight[k : k + 1]))
        label = int(graph.label[k])
        if label == -2:
            kind, line, there = "access", "", names[b]
        elif label == -1:
            kind, line, there = TRANSFER, "", at
        elif label < len(links):
            kind = {AIR: "flight", ROAD: "road"}.get(str(links["stratum"].iloc[label]), TRANSFER)
            line = "" if kind in {TRANSFER, "flight"} else str(links["feature_id"].iloc[label])
            there = names[b]
        elif sections is not None:
            row = sections.iloc[label - len(links)]
            kind, line, there = "train", str(row["feature_id"]), names[int(row["to_node"])]
        steps.append((kind, line, at, there, minutes, km))
        at = there
    return steps


def _merged(steps: list[Step], stops: set[str]) -> list[Step]:
    """Join steps on one line into a leg, and those of a train that meet where no one gets on: two lines, joined by ``|``."""
    legs: list[Step] = []
    for step in steps:
        last = legs[-1] if legs else ("", "", "", "", 0.0, 0.0)
        newest = last[1].split("|")[-1]
        if step[0] == last[0] and step[0] in {"train", "road"} and (step[1] == newest or last[3] not in stops):
            kind, line, start, _, minutes, km = last
            lines = line if step[1] == newest else f"{line}|{step[1]}"
            legs[-1] = (kind, lines, start, step[3], minutes + step[4], km + step[5])
        else:
            legs.append(step)
    return legs
