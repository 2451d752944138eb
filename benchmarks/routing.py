"""
Travel times on a big road graph: us and the peers, in one run, a process each.

    python -m benchmarks routing [--nodes 1000000] [--smoke]

A road-like planar graph, 2.5 directed links a node (see ``_road_graph``). Peers that are not installed are left out and
said so: ``pip install pandana routingkit-cch``. Both pandana and pandarm are AGPL: peers here, never dependencies.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._peers import installed, machine
from benchmarks._road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

SCIPY_SOURCES = 3
"""scipy is asked for this many sources and its time multiplied: a thousand would take minutes."""
HOUR_MIN = 60.0


def _ends(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return rng.integers(0, nodes, 1000), rng.integers(0, nodes, 1000)


def timed(job: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Return the median seconds of some runs after a first, and the result."""
    result = job()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = job()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def tongtu(roads: RoadGraph) -> dict[str, Any]:
    """Measure ours."""
    from layers.routing import engine as module
    from layers.routing.engine import Engine
    from layers.routing.graph import Graph
    from layers.routing.new_links import saved_ms

    n = len(roads.xy_km)
    module.SMALL = -1
    warm = Engine(Graph.of(3, [0, 1], [1, 2], [1.0, 1.0]))
    start = time.perf_counter()
    warm.matrix([0, 1], [1, 2])
    warm.sum_within([0], 1.0, [1.0] * 3)
    warm.with_times([1.0, 2.0]).matrix([0], [1])
    compiling = time.perf_counter() - start
    graph = Graph.of(n, roads.tail, roads.head, roads.time_min)
    preparation = []
    for _ in range(3):
        engine = Engine(graph, roads.xy_km)
        start = time.perf_counter()
        engine.metric  # noqa: B018  (built when asked for)
        preparation.append(time.perf_counter() - start)
    sources, targets = _ends(n)
    many, matrix = timed(lambda: engine.matrix(sources, targets))
    few, _ = timed(lambda: engine.matrix(sources[:100], targets[:100]))
    slower = np.where(roads.road_class == 2, roads.time_min * 1.25, roads.time_min)
    again, _ = timed(lambda: engine.with_times(slower).matrix(sources[:100], targets[:100]))
    people = np.random.default_rng(9).uniform(0, 10, n)
    within, counted = timed(lambda: engine.sum_within(sources[:100], HOUR_MIN, people))
    ends = np.random.default_rng(10).integers(0, n, 600)
    before = (matrix * 60_000).astype(np.float32)
    weights = np.ones_like(matrix)
    links = np.full(300, 60_000, dtype=np.float32)

    def projects() -> Any:
        to_ends = (engine.matrix(sources, ends) * 60_000).astype(np.float32)
        from_ends = (engine.matrix(ends, targets) * 60_000).astype(np.float32)
        return saved_ms(before, to_ends, from_ends, links, weights)

    ranked, _ = timed(projects)
    return {
        "compiling or loading": compiling,
        "preparation": statistics.median(preparation),
        "1000x1000": many,
        "100x100": few,
        "re-weight, 100x100": again,
        "100 within 60 min": within,
        "300 new links": ranked,
        "matrix": matrix[:SCIPY_SOURCES].ravel().tolist(),
        "within": counted[:SCIPY_SOURCES].tolist(),
    }


def scipy(roads: RoadGraph) -> dict[str, Any]:
    """Measure scipy's Dijkstra."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(roads.xy_km)
    milliseconds = np.rint(roads.time_min * 60_000)
    start = time.perf_counter()
    matrix = csr_array((milliseconds, (roads.tail, roads.head)), shape=(n, n))
    preparation = time.perf_counter() - start
    sources, targets = _ends(n)
    start = time.perf_counter()
    found = dijkstra(matrix, indices=sources[:SCIPY_SOURCES])[:, targets] / 60_000
    each = (time.perf_counter() - start) / SCIPY_SOURCES
    people = np.random.default_rng(9).uniform(0, 10, n)
    start = time.perf_counter()
    counted = [
        float(people[np.isfinite(dijkstra(matrix, indices=int(s), limit=HOUR_MIN * 60_000))].sum())
        for s in sources[:SCIPY_SOURCES]
    ]
    within = (time.perf_counter() - start) / SCIPY_SOURCES
    return {
        "preparation": preparation,
        "1000x1000": each * 1000,
        "100x100": each * 100,
        "100 within 60 min": within * 100,
        "matrix": found.ravel().tolist(),
        "within": counted,
    }


def pandana(roads: RoadGraph) -> dict[str, Any]:
    """Measure pandana."""
    import pandana as pdna
    import pandas as pd

    n = len(roads.xy_km)
    start = time.perf_counter()
    network = pdna.Network(
        pd.Series(roads.xy_km[:, 0]),
        pd.Series(roads.xy_km[:, 1]),
        pd.Series(roads.tail.astype(np.int64)),
        pd.Series(roads.head.astype(np.int64)),
        pd.DataFrame({"min": roads.time_min}),
        twoway=False,
    )
    preparation = time.perf_counter() - start
    sources, targets = _ends(n)

    def matrix(s: np.ndarray, t: np.ndarray) -> np.ndarray:
        return np.array(network.shortest_path_lengths(np.repeat(s, len(t)), np.tile(t, len(s)), imp_name="min"))

    many, found = timed(lambda: matrix(sources, targets), runs=1)
    few, _ = timed(lambda: matrix(sources[:100], targets[:100]))
    return {
        "preparation": preparation,
        "1000x1000": many,
        "100x100": few,
        "matrix": found[: SCIPY_SOURCES * len(targets)].tolist(),
        "of nodes": n,
    }


def routingkit(roads: RoadGraph) -> dict[str, Any]:
    """Measure routingkit-cch."""
    import routingkit_cch as rk

    n = len(roads.xy_km)
    milliseconds = np.rint(roads.time_min * 60_000).astype(np.uint32)
    start = time.perf_counter()
    order = rk.compute_order_inertial(
        n, roads.tail.tolist(), roads.head.tolist(), roads.xy_km[:, 1].tolist(), roads.xy_km[:, 0].tolist()
    )
    cch = rk.CCH(order, roads.tail.tolist(), roads.head.tolist())
    metric = rk.CCHMetric(cch, milliseconds.tolist())
    metric.customize()
    preparation = time.perf_counter() - start
    sources, targets = _ends(n)
    query = rk.CCHQuery(metric)

    def matrix(s: np.ndarray, t: np.ndarray) -> np.ndarray:
        return np.array(query.compute_distances(s.tolist(), t.tolist()))  # type: ignore[no-any-return]

    many, found = timed(lambda: matrix(sources, targets), runs=1)
    few, _ = timed(lambda: matrix(sources[:100], targets[:100]))
    return {
        "preparation": preparation,
        "1000x1000": many,
        "100x100": few,
        "matrix": (found.reshape(-1)[: SCIPY_SOURCES * len(targets)] / 60_000).tolist(),
    }


CONTESTANTS: dict[str, tuple[Callable[[RoadGraph], dict[str, Any]], str]] = {
    "tongtu": (tongtu, "numba"),
    "scipy": (scipy, "scipy"),
    "pandana": (pandana, "pandana"),
    "routingkit-cch": (routingkit, "routingkit_cch"),
}


def main() -> None:
    """Print each job's seconds, the ratio to ours, peak memory, and the largest difference of the times found."""
    parser = argparse.ArgumentParser(prog="benchmarks routing")
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--smoke", action="store_true", help="20,000 nodes")
    parser.add_argument("--only", choices=list(CONTESTANTS))
    options = parser.parse_args(sys.argv[2:])
    nodes = 20_000 if options.smoke else options.nodes
    roads = road_graph(nodes)
    if options.only:
        figures = CONTESTANTS[options.only][0](roads)
        figures["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(json.dumps(figures))
        return
    print(f"{nodes:,} nodes, {len(roads.tail):,} links; {machine('numpy', 'numba', 'scipy', 'pymetis')}")
    ours: dict[str, Any] = {}
    for name, (_, package) in CONTESTANTS.items():
        if not installed(package):
            print(f"{name}: not installed, left out")
            continue
        command = [sys.executable, "-m", "benchmarks", "routing", "--nodes", str(nodes), "--only", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name}: did not run: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
            continue
        figures = json.loads(done.stdout.splitlines()[-1])
        ours = ours or figures
        print(f"\n{name}: peak memory {figures['peak_gb']:.2f} GB")
        for job, seconds in figures.items():
            if job in ("matrix", "within", "peak_gb", "of nodes"):
                continue
            ratio = f"{seconds / ours[job]:8.1f}x" if job in ours and figures is not ours else ""
            print(f"  {job:22} {seconds:9.3f} s {ratio}")
        if figures is not ours:
            apart = np.abs(np.array(figures["matrix"]) - np.array(ours["matrix"])) * 60
            print(f"  times differ from ours by up to {np.nanmax(apart):.3f} s")


if __name__ == "__main__":
    main()
