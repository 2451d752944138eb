"""
Travel times on a big road graph: us and the peers, in one run, a process each, and how ours grow with the graph.

    python -m benchmarks routing [--nodes 1000000] [--smoke]

A road-like planar graph, 2.5 directed links a node (see ``_road_graph``). Peers that are not installed are left out and said
so: ``pip install tongtu[peers]``, and networkx, igraph or rustworkx. pandana and pandarm are AGPL: peers here, never
dependencies; they keep float kilometres and differ from the exact times by some milliseconds.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._peers import installed
from benchmarks._results import US, Figure, agree, options, record
from benchmarks._road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Nodes = NDArray[np.int64]
    Times = NDArray[np.float64]

NODES = 1_000_000
GROWTH = (10_000, 100_000, 1_000_000, 5_000_000)
SMOKE_NODES, SMOKE_GROWTH = 5_000, (1_000, 5_000)
HOUR_MIN = 60.0
MS = 60_000.0
TENTHS = 600.0
"""Of a second: pandana cuts weights to thousandths of their unit, and does not end when sums of them are beyond 32 bits."""
GROWING = ("preparation", "1000x1000", "100x100", "re-weight, 100x100", "100 within 60 min")
SAMPLE = 20
"""Sources of the matrix whose times are compared; and all that the slowest peers are asked for, their time multiplied."""
FEWER = {"networkx": 2, "rustworkx": 4}
"""Sources that are asked of peers that take seconds for each."""
BARS = {
    "preparation": 6.0,
    "preparation, first run ever": 30.0,
    "1000x1000": 0.2,
    "100x100": 0.03,
    "re-weight, 100x100": 0.6,
    "100 within 60 min": 0.45,
    "300 new links": 0.8,
    "peak memory": 1.1,
}
"""What issue 9 asks of us on a million nodes, seconds and GB."""
RATIOS = {
    ("preparation", "pandana"): 4.0,
    ("1000x1000", "pandana"): 60.0,
    ("1000x1000", "routingkit-cch"): 20.0,
    ("1000x1000", "scipy"): 500.0,
    ("100 within 60 min", "scipy"): 2.5,
}
"""What it asks for against peers, in the same run."""
PATIENCE_S = 240.0
"""What a contestant gets; the slowest took 75 s when it was alone."""
WITHIN_S = {"pandana": 1.0, "pandarm": 1.0}
"""How far a peer's times may lie from scipy's; 0.01 s where nothing is said."""


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


def tongtu(roads: RoadGraph) -> dict[str, Any]:
    """Measure ours."""
    from layers.routing import engine as module
    from layers.routing.engine import Engine
    from layers.routing.graph import Graph
    from layers.routing.new_links import savings_of_links

    n = len(roads.xy_km)
    module.SMALL = -1
    warm = Engine(Graph.of(3, [0, 1], [1, 2], [1.0, 1.0]))
    start = time.perf_counter()
    warm.hierarchy  # noqa: B018  (built when asked for)
    warm.matrix([0, 1], [1, 2])
    warm.sum_within([0], 1.0, [1.0] * 3)
    warm.with_times([1.0, 2.0]).matrix([0], [1])
    savings_of_links(warm, [0], [1], [[0, 2]], [1.0], [[1.0]])
    loading = time.perf_counter() - start
    graph = Graph.of(n, roads.tail, roads.head, roads.time_min)
    preparation = []
    for _ in range(3 if n <= NODES else 1):
        engine = None  # the last one's memory goes before the next
        engine = Engine(graph, roads.xy_km, kept=False)
        start = time.perf_counter()
        engine.metric  # noqa: B018
        preparation.append(time.perf_counter() - start)
    whole, matrix = timed(lambda run: engine.matrix(*ends(n, run)))
    few, _ = timed(lambda run: engine.matrix(*ends(n, run, 100)))
    slower = np.where(roads.road_class == 2, roads.time_min * 1.25, roads.time_min)
    again, _ = timed(lambda run: engine.with_times(slower).matrix(*ends(n, run, 100)))
    people = population(n)
    within, counted = timed(lambda run: engine.sum_within(ends(n, run, 100)[0], HOUR_MIN, people))
    weights, links = np.ones((many(n), many(n))), np.full(300, 1.0)
    ranked, _ = timed(
        lambda run: savings_of_links(engine, *ends(n, run), np.stack(ends(n, run + 50, 300), axis=1), links, weights)
    )
    reached = engine.sum_within(ends(n, 0, 100)[0], HOUR_MIN, np.ones(n))
    return {
        "seconds": {
            "preparation": statistics.median(preparation),
            large(n): whole,
            "100x100": few,
            "re-weight, 100x100": again,
            "100 within 60 min": within,
            "300 new links": ranked,
            "loading compiled code": loading,
        },
        "matrix": matrix[:SAMPLE].ravel().tolist(),
        "within": counted.tolist(),
        "reached": float(reached.mean()),
    }


def first_run(roads: RoadGraph) -> dict[str, Any]:
    """Measure our preparation with its compilation: the caller gives an empty cache."""
    from layers.routing.engine import Engine
    from layers.routing.graph import Graph

    graph = Graph.of(len(roads.xy_km), roads.tail, roads.head, roads.time_min)
    start = time.perf_counter()
    Engine(graph, roads.xy_km, kept=False).metric  # noqa: B018
    return {"seconds": {"preparation, first run ever": time.perf_counter() - start}}


def growth(roads: RoadGraph) -> dict[str, Any]:
    """Measure what grows with the graph."""
    found = tongtu(roads)["seconds"]
    return {"seconds": {what: found[what] for what in GROWING if what in found}}


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


CONTESTANTS: dict[str, tuple[Callable[[RoadGraph], dict[str, Any]], str]] = {
    US: (tongtu, "numba"),
    "scipy": (scipy, "scipy"),
    "routingkit-cch": (routingkit, "routingkit_cch"),
    "pandana": (pandana, "pandana"),
    "pandarm": (pandarm, "pandarm"),
    "igraph": (igraph, "igraph"),
    "rustworkx": (rustworkx, "rustworkx"),
    "networkx": (networkx, "networkx"),
}
OURS_ALONE = {"first run": first_run, "growth": growth}
PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "pymetis",
    "pandana",
    "pandarm",
    "routingkit-cch",
    "networkx",
    "igraph",
    "rustworkx",
)


def run_alone(name: str, nodes: int, environment: dict[str, str] | None = None) -> dict[str, Any] | str:
    """Run one contestant in a process of its own; a string says why it could not."""
    command = [sys.executable, "-m", "benchmarks", "routing", "--nodes", str(nodes), "--only", name]
    surroundings = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=surroundings, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return f"not done in {PATIENCE_S:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def our_figures(found: dict[str, Any], *, full: bool) -> list[Figure]:
    """Return what we measured of ourselves, with the bars where it is the graph they are for."""
    rows = [
        Figure(what, value, "s", at_most=BARS.get(what) if full else None) for what, value in found["seconds"].items()
    ]
    if "peak_gb" in found:
        rows.append(Figure("peak memory", found["peak_gb"], "GB", at_most=BARS["peak memory"] if full else None))
    return rows


def grown(sizes: tuple[int, ...], say: Callable[[str], None]) -> list[Figure]:
    """Measure ours on graphs of some sizes; the exponent is the slope of the logarithms."""
    rows, by_job = [], {}
    for nodes in sizes:
        road_graph(nodes)  # made here, so that neither its time nor its memory is ours
        found = run_alone("growth", nodes)
        if isinstance(found, str):
            say(f"growth, {nodes:,} nodes: did not run: {found}")
            continue
        for what, value in found["seconds"].items():
            by_job.setdefault(what, []).append((nodes, value))
            rows.append(Figure(f"{what}, {nodes:,} nodes", value, "s"))
        rows.append(Figure(f"peak memory, {nodes:,} nodes", found["peak_gb"], "GB"))
    for what, points in by_job.items():
        if len(points) > 1:
            x, y = np.log(np.array(points)).T
            rows.append(Figure(f"growth of {what}: exponent of the nodes", float(np.polyfit(x, y, 1)[0]), ""))
    return rows


def main() -> None:
    """Measure, compare and keep: each job's seconds, memory, the ratios to ours and the largest difference of times."""
    given = options(
        "routing",
        f"{SMOKE_NODES:,} nodes, every peer that is installed",
        ("--nodes", {"type": int, "default": NODES}),
        ("--only", {"choices": [*CONTESTANTS, *OURS_ALONE], "help": "one contestant, its figures as JSON"}),
    )
    nodes = SMOKE_NODES if given.smoke else given.nodes
    if given.only:
        roads = road_graph(nodes)
        measure = OURS_ALONE.get(given.only) or CONTESTANTS[given.only][0]
        found = measure(roads)
        print()  # some peers leave their line unfinished
        print(json.dumps({**found, "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}))
        return
    full = nodes == NODES
    links = len(road_graph(nodes).tail)
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        print(text, flush=True)

    print(f"{nodes:,} nodes, {links:,} links", flush=True)
    answers: dict[str, dict[str, Any]] = {}
    for name, (_, package) in CONTESTANTS.items():
        answer = run_alone(name, nodes) if installed(package) else "not installed"
        if isinstance(answer, str):
            say(f"{name}: left out: {answer}")
        else:
            answers[name] = answer
            print(f"{name}: " + ", ".join(f"{k} {v:.3g} s" for k, v in answer["seconds"].items()), flush=True)
    ours, exact = answers[US], answers["scipy"]
    rows = our_figures(ours, full=full)
    if not given.smoke:
        with tempfile.TemporaryDirectory() as empty:
            first = run_alone("first run", nodes, {"NUMBA_CACHE_DIR": empty})
        if isinstance(first, str):
            say(f"first run: {first}")
        else:
            rows += our_figures({"seconds": first["seconds"]}, full=full)
    for name, answer in answers.items():
        part = len(answer["matrix"])
        theirs, true = np.array(answer["matrix"]) * 60, np.array(exact["matrix"][:part]) * 60
        within = WITHIN_S.get(name, 0.01)
        apart = agree("times", true, theirs, within=within, who=name, unit="s")
        if name != "scipy":
            rows.append(Figure("largest difference from scipy", apart, "s", who=name, at_most=within))
        if answer.get("within") and name != "scipy":
            wrong = np.abs(np.array(answer["within"]) - np.array(exact["within"])) > 1e-6 * np.array(exact["within"])
            most = 0 if name == US else None
            rows.append(
                Figure("sums within 60 min that differ from scipy", int(wrong.sum()), "", who=name, at_most=most)
            )
        if "sources" in answer:
            say(f"{name}: matrices from {answer['sources']} sources, their time multiplied")
        if answer.get("once"):
            say(f"{name}: preparation, 1000x1000 and 60 min measured once")
        if name == US:
            continue
        rows.append(Figure("peak memory", answer["peak_gb"], "GB", who=name))
        for what, value in answer["seconds"].items():
            rows.append(Figure(what, value, "s", who=name))
            bar = RATIOS.get((what, name)) if full else None
            rows.append(Figure(f"{what}, times ours", value / ours["seconds"][what], "x", who=name, at_least=bar))
    say(f"60 minutes reach {ours['reached']:,.0f} nodes")
    rows += grown(SMOKE_GROWTH if given.smoke else GROWTH, say)
    note = (
        f"Road-like graph of {nodes:,} nodes and {links:,} links; two threads where a contestant has them; medians of five "
        "runs on other places each after a first, of three for preparation; peers' of three where not said otherwise. "
    )
    record("routing", rows, packages=PACKAGES, full=full and not given.smoke, note=note + "; ".join(told) + ".")


if __name__ == "__main__":
    main()
