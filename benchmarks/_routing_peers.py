"""The jobs of the benchmark of travel times, and the peers that do them."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks._road_graph import RoadGraph

    Nodes = NDArray[np.int64]
    Times = NDArray[np.float64]

SMOKE_NODES = 5_000
HOUR_MIN = 60.0
MS = 60_000.0
TENTHS = 600.0
"""Of a second: pandana cuts weights to thousandths of their unit, and does not end when sums of them are beyond 32 bits."""
SAMPLE = 20
"""Sources of the matrix whose times are compared; and all that the slowest peers are asked for, their time multiplied."""
FEWER = {"networkx": 2, "rustworkx": 4}
"""Sources that are asked of peers that take seconds for each."""


def many(nodes: int) -> int:
    """Return the side of the large matrix: a thousand, fewer on the graphs of the short form."""
    return 1000 if nodes > SMOKE_NODES else 100


def large(nodes: int) -> str:
    """Return the name of the large matrix."""
    return f"{many(nodes)}x{many(nodes)}" if nodes > SMOKE_NODES else "large matrix"


def ends(nodes: int, run: int = 0, size: int | None = None) -> tuple[Nodes, Nodes]:
    """Return the sources and targets of a run: others each time, so that nothing is kept from the last."""
    rng = np.random.default_rng(5 + run)
    size = size or many(nodes)
    return rng.integers(0, nodes, size), rng.integers(0, nodes, size)


def population(nodes: int) -> Times:
    """Return people by node."""
    return np.random.default_rng(9).uniform(0, 10, nodes)


def timed(job: Callable[[int], Any], runs: int = 5) -> tuple[float, Any]:
    """Return the median seconds of some runs after a first, and the first's result; with one run there is no first."""
    seconds, kept = [], None
    for run in range(runs + (runs > 1)):
        start = time.perf_counter()
        result = job(run)
        seconds.append(time.perf_counter() - start)
        kept = result if run == 0 else kept
    return statistics.median(seconds[1:] if runs > 1 else seconds), kept


def scipy(roads: RoadGraph) -> dict[str, Any]:
    """Measure scipy's Dijkstra; its matrices are those of some sources, their time multiplied."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(roads.xy_km)
    start = time.perf_counter()
    matrix = csr_array((np.rint(roads.time_min * MS), (roads.tail, roads.head)), shape=(n, n))
    preparation = time.perf_counter() - start
    sources, targets = ends(n)
    start = time.perf_counter()
    found = dijkstra(matrix, indices=sources[:SAMPLE])[:, targets] / MS
    each = (time.perf_counter() - start) / SAMPLE
    people = population(n)
    within, counted = timed(
        lambda _: np.isfinite(dijkstra(matrix, indices=ends(n, 0, 100)[0], limit=HOUR_MIN * MS)) @ people, runs=3
    )
    return {
        "seconds": {
            "preparation": preparation,
            large(n): each * many(n),
            "100x100": each * 100,
            "100 within 60 min": within,
        },
        "matrix": found.ravel().tolist(),
        "within": counted.tolist(),
        "sources": SAMPLE,
    }


def _network_of(package: Any, roads: RoadGraph) -> dict[str, Any]:
    """Measure pandana, or pandarm, which has the same interface."""
    import pandas as pd

    n = len(roads.xy_km)
    start = time.perf_counter()
    network = package.Network(
        pd.Series(roads.xy_km[:, 0]),
        pd.Series(roads.xy_km[:, 1]),
        pd.Series(roads.tail.astype(np.int64)),
        pd.Series(roads.head.astype(np.int64)),
        pd.DataFrame({"tenths": roads.time_min * TENTHS}),
        twoway=False,
    )
    preparation = time.perf_counter() - start

    def matrix(s: Nodes, t: Nodes) -> Times:
        found = network.shortest_path_lengths(np.repeat(s, len(t)), np.tile(t, len(s)), imp_name="tenths")
        return np.array(found, dtype=np.float64) / TENTHS

    few, _ = timed(lambda run: matrix(*ends(n, run, 100)), runs=3)
    whole, found = timed(lambda run: matrix(*ends(n, run)), runs=1)
    seconds = {"preparation": preparation, large(n): whole, "100x100": few}
    people = pd.Series(population(n))

    def count(_: int) -> list[float]:
        sources = ends(n, 0, 100)[0]
        near = network.nodes_in_range(list(sources), HOUR_MIN * TENTHS, imp_name="tenths")
        sums = people.loc[near["destination"]].groupby(near["source"].to_numpy()).sum()
        return [float(sums.loc[s]) for s in sources]

    counted = None
    if hasattr(network, "nodes_in_range"):
        seconds["100 within 60 min"], counted = timed(count, runs=1)
    return {"seconds": seconds, "matrix": found[: SAMPLE * many(n)].tolist(), "within": counted, "once": True}


def pandana(roads: RoadGraph) -> dict[str, Any]:
    """Measure pandana."""
    import pandana as package

    return _network_of(package, roads)


def pandarm(roads: RoadGraph) -> dict[str, Any]:
    """Measure pandarm."""
    import pandarm as package

    return _network_of(package, roads)


def routingkit(roads: RoadGraph) -> dict[str, Any]:
    """Measure routingkit-cch."""
    import routingkit_cch as package

    n = len(roads.xy_km)
    milliseconds = np.rint(roads.time_min * MS).astype(np.uint32)
    tail, head = roads.tail.tolist(), roads.head.tolist()
    start = time.perf_counter()
    order = package.compute_order_inertial(n, tail, head, roads.xy_km[:, 1].tolist(), roads.xy_km[:, 0].tolist())
    cch = package.CCH(order, tail, head, False)
    metric = package.CCHMetric(cch, milliseconds.tolist())
    preparation = time.perf_counter() - start

    def matrix(metric: Any, s: Nodes, t: Nodes) -> Times:
        pinned = package.CCHOneToMany(metric, t.tolist())
        return np.array([pinned.distances_from(source) for source in s.tolist()], dtype=np.float64)  # None becomes NaN

    few, _ = timed(lambda run: matrix(metric, *ends(n, run, 100)), runs=3)
    whole, found = timed(lambda run: matrix(metric, *ends(n, run)), runs=1)
    slower = np.where(roads.road_class == 2, np.rint(roads.time_min * 1.25 * MS), milliseconds).astype(np.uint32)
    weights = slower.tolist()
    again, _ = timed(lambda run: matrix(package.CCHMetric(cch, weights), *ends(n, run, 100)), runs=3)
    return {
        "seconds": {"preparation": preparation, large(n): whole, "100x100": few, "re-weight, 100x100": again},
        "matrix": (found.ravel()[: SAMPLE * many(n)] / MS).tolist(),
        "once": True,
    }


def _by_source(name: str, roads: RoadGraph, preparation: float, search: Callable[[int, Nodes], Any]) -> dict[str, Any]:
    """Measure a peer that searches source by source."""
    n = len(roads.xy_km)
    sources, targets = ends(n)
    asked = min(FEWER.get(name, SAMPLE), SAMPLE)
    start = time.perf_counter()
    found = [search(int(s), targets) for s in sources[:asked]]
    each = (time.perf_counter() - start) / asked
    return {
        "seconds": {"preparation": preparation, large(n): each * many(n), "100x100": each * 100},
        "matrix": (np.array(found, dtype=np.float64) / MS).ravel().tolist(),
        "sources": asked,
    }


def networkx(roads: RoadGraph) -> dict[str, Any]:
    """Measure networkx."""
    import networkx as nx

    start = time.perf_counter()
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(roads.tail.tolist(), roads.head.tolist(), np.rint(roads.time_min * MS).tolist(), strict=True)
    )
    preparation = time.perf_counter() - start

    def search(source: int, targets: Nodes) -> list[float]:
        found = nx.single_source_dijkstra_path_length(graph, source)
        return [found.get(int(t), np.nan) for t in targets]

    return _by_source("networkx", roads, preparation, search)


def igraph(roads: RoadGraph) -> dict[str, Any]:
    """Measure igraph."""
    import igraph as package

    start = time.perf_counter()
    graph = package.Graph(len(roads.xy_km), np.stack([roads.tail, roads.head], axis=1), directed=True)
    weights = np.rint(roads.time_min * MS).tolist()
    preparation = time.perf_counter() - start

    def search(source: int, targets: Nodes) -> list[float]:
        once, where = np.unique(targets, return_inverse=True)
        found = np.array(graph.distances([source], once.tolist(), weights=weights)[0])[where]
        return [float(x) for x in np.where(np.isfinite(found), found, np.nan)]

    return _by_source("igraph", roads, preparation, search)


def rustworkx(roads: RoadGraph) -> dict[str, Any]:
    """Measure rustworkx."""
    import rustworkx as package

    start = time.perf_counter()
    graph = package.PyDiGraph()
    graph.add_nodes_from(range(len(roads.xy_km)))
    graph.add_edges_from(
        list(zip(roads.tail.tolist(), roads.head.tolist(), np.rint(roads.time_min * MS).tolist(), strict=True))
    )
    preparation = time.perf_counter() - start

    def search(source: int, targets: Nodes) -> list[float]:
        found = {source: 0.0, **package.dijkstra_shortest_path_lengths(graph, source, float)}
        return [found.get(t, np.nan) for t in targets.tolist()]

    return _by_source("rustworkx", roads, preparation, search)
