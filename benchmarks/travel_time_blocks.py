"""
A matrix that no memory need hold: 2,300 × 2,800 travel times on a million nodes, in blocks to Parquet.

    python -m benchmarks travel_time_blocks [--smoke]

Ours counts everything from the network in memory to the last file and its checksum; the peers only find the times, into
memory. A process each; every contestant's first rows are compared. Bar: under 10 s.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks._peers import installed
from benchmarks._results import Figure, agree, options, record
from benchmarks._road_graph import RoadGraph, road_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from layers.matrices.memory import MemoryForecast
    from layers.routing.graph import Graph

NODES, ORIGINS, DESTINATIONS = 1_000_000, 2_300, 2_800
SMOKE = 20_000, 600, 300
COMPARED = 3
"""Origins that scipy is asked for, and that are compared."""


class PlainStreets(NamedTuple):
    """A road graph as a street network in one part; places are told by the number of a node instead of by a position."""

    graph: Graph
    lon_lat: NDArray[np.float64]
    component: NDArray[np.int32]

    def snap(
        self, lon_lat: ArrayLike, *, largest_component: bool = True
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Refuse: the places of this benchmark have their nodes."""
        raise NotImplementedError


def ends(nodes: int, origins: int, destinations: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the nodes asked for, the same in every process."""
    rng = np.random.default_rng(5)
    return rng.choice(nodes, origins, replace=False), rng.choice(nodes, destinations, replace=False)


def streets_of(roads: RoadGraph) -> PlainStreets:
    """Return the street network of a road graph: its kilometres as degrees on a part of the globe where they fit."""
    from layers.routing.graph import Graph

    n = len(roads.xy_km)
    graph = Graph.of(n, roads.tail, roads.head, roads.time_min)
    return PlainStreets(graph, 100.0 + roads.xy_km / 111.0, np.zeros(n, dtype=np.int32))


def places_at(streets: PlainStreets, node: NDArray[np.int64]) -> pd.DataFrame:
    """Return places that lie on nodes."""
    from layers.matrices import PLACES_ON_NETWORK

    at = streets.lon_lat[node]
    return PLACES_ON_NETWORK.coerce(
        pd.DataFrame(
            {
                "id": [str(v) for v in node],
                "lon": at[:, 0],
                "lat": at[:, 1],
                "node": node,
                "distance_km": 0.0,
                "access_min": 0.0,
            }
        )
    )


def tongtu(roads: RoadGraph, origin: NDArray[np.int64], destination: NDArray[np.int64]) -> dict[str, Any]:
    """Measure ours: a first small run for loading the kernels, then all of it."""
    from layers.matrices import read_matrix, write_matrix
    from layers.routing.engine import Engine

    streets = streets_of(roads)
    both = places_at(streets, origin), places_at(streets, destination)
    warm = streets_of(road_graph(SMOKE[0]))
    told: list[MemoryForecast] = []
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        few = places_at(warm, np.arange(300))
        write_matrix(warm, few, few, Path(folder) / "warm")
        begin = time.perf_counter()
        run = write_matrix(
            streets,
            *both,
            Path(folder) / "m",
            forecast=told.append,
            progress=lambda *_: marks.append(time.perf_counter()),
        )
        end = time.perf_counter()
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        once_more = write_matrix(streets, *both, Path(folder) / "m", resume=True)
        resumed = time.perf_counter() - end
        begin_reading = time.perf_counter()
        times = read_matrix(Path(folder) / "m").to_numpy()
        reading = time.perf_counter() - begin_reading
        on_disk = sum(f.stat().st_size for f in (Path(folder) / "m" / "times").iterdir())
    if once_more.made:
        message = f"{once_more.made} finished blocks were made again"
        raise ValueError(message)
    engine = Engine(streets.graph, streets.lon_lat)
    begin_engine = time.perf_counter()
    engine.metric  # noqa: B018 (built when asked for)
    preparation = time.perf_counter() - begin_engine
    begin_matrix = time.perf_counter()
    engine.matrix(origin, destination)
    matrix = time.perf_counter() - begin_matrix
    return {
        "seconds": end - begin,
        "blocks alone": end - marks[0],
        "preparation, its order kept": preparation,
        "times alone, in memory": matrix,
        "nothing to do": resumed,
        "reading back": reading,
        "peak_gb": peak_gb,
        "forecast_gb": told[0].total_bytes / 1024**3,
        "bytes_a_pair": on_disk / times.size,
        "blocks": len(run.manifest.blocks),
        "first": times[:COMPARED].ravel().tolist(),
    }


def scipy(roads: RoadGraph, origin: NDArray[np.int64], destination: NDArray[np.int64]) -> dict[str, Any]:
    """Measure scipy's Dijkstra on a few origins, and multiply."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n = len(roads.xy_km)
    matrix = csr_array((np.rint(roads.time_min * 60_000), (roads.tail, roads.head)), shape=(n, n))
    begin = time.perf_counter()
    found = dijkstra(matrix, indices=origin[:COMPARED])[:, destination] / 60_000
    seconds = (time.perf_counter() - begin) / COMPARED * len(origin)
    return {"seconds": seconds, "first": found.ravel().tolist()}


def pandana(roads: RoadGraph, origin: NDArray[np.int64], destination: NDArray[np.int64]) -> dict[str, Any]:
    """Measure pandana: preparation and all pairs."""
    import pandana as pdna

    begin = time.perf_counter()
    network = pdna.Network(
        pd.Series(roads.xy_km[:, 0]),
        pd.Series(roads.xy_km[:, 1]),
        pd.Series(roads.tail.astype(np.int64)),
        pd.Series(roads.head.astype(np.int64)),
        pd.DataFrame({"min": roads.time_min}),
        twoway=False,
    )
    pairs = np.repeat(origin, len(destination)), np.tile(destination, len(origin))
    found = np.array(network.shortest_path_lengths(*pairs, imp_name="min"))
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "first": found[: COMPARED * len(destination)].tolist()}


def routingkit(roads: RoadGraph, origin: NDArray[np.int64], destination: NDArray[np.int64]) -> dict[str, Any]:
    """Measure routingkit-cch: preparation and all pairs."""
    import routingkit_cch as rk

    n = len(roads.xy_km)
    tail, head = roads.tail.tolist(), roads.head.tolist()
    begin = time.perf_counter()
    order = rk.compute_order_inertial(n, tail, head, roads.xy_km[:, 1].tolist(), roads.xy_km[:, 0].tolist())
    metric = rk.CCHMetric(rk.CCH(order, tail, head), np.rint(roads.time_min * 60_000).astype(np.uint32).tolist())
    metric.customize()
    found = np.array(rk.CCHQuery(metric).compute_distances(origin.tolist(), destination.tolist()))
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "first": (found.reshape(-1)[: COMPARED * len(destination)] / 60_000).tolist()}


CONTESTANTS: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "tongtu": (tongtu, "numba"),
    "scipy": (scipy, "scipy"),
    "pandana": (pandana, "pandana"),
    "routingkit-cch": (routingkit, "routingkit_cch"),
}


def main() -> None:
    """Run every contestant that is installed in a process of its own, compare, and record."""
    asked = options(
        "travel_time_blocks",
        "20,000 nodes, 600 × 300",
        ("--only", {"choices": list(CONTESTANTS)}),
        ("--without", {"choices": list(CONTESTANTS)[1:], "action": "append", "default": []}),
    )
    nodes, origins, destinations = SMOKE if asked.smoke else (NODES, ORIGINS, DESTINATIONS)
    if asked.only:
        print("\n" + json.dumps(CONTESTANTS[asked.only][0](road_graph(nodes), *ends(nodes, origins, destinations))))
        return
    what = f"{origins:,} × {destinations:,} on {nodes:,} nodes"
    road_graph(nodes), road_graph(SMOKE[0])  # kept before anything is measured
    figures: list[Figure] = []
    absent = []
    ours: dict[str, Any] = {}
    for name, (_, package) in CONTESTANTS.items():
        if name in asked.without:
            continue
        if not installed(package):
            absent.append(name)
            continue
        command = [sys.executable, "-m", "benchmarks", "travel_time_blocks", "--only", name]
        runs = 1 if asked.smoke or name != "tongtu" else 3
        found = []
        for _ in range(runs):
            done = subprocess.run(
                [*command, *(["--smoke"] if asked.smoke else [])], capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{name}: {done.stderr.strip()}")
            answer = [
                line for line in done.stdout.splitlines() if line.startswith("{")
            ]  # pandana talks on the same stream
            found.append(json.loads(answer[-1]))
        one = sorted(found, key=lambda f: float(f["seconds"]))[len(found) // 2]
        if name == "tongtu":
            ours = one
            figures += _ours(what, one, bars=not asked.smoke)
            continue
        # pandana keeps float kilometres: up to 28 ms; ours is written in single precision.
        agree(
            "times",
            ours["first"],
            one["first"],
            within=0.05 / 60.0 if name == "pandana" else 1e-4,
            who=name,
            unit="min",
        )
        figures.append(Figure(what, one["seconds"], "s", who=name))
    note = (
        "Ours from the graph in memory to checksummed Parquet, preparation included (the order of the nodes may be on disk from"
        " an earlier run); the peers to memory; scipy multiplied from 3 origins."
        + (f" Not installed: {', '.join(absent)}." if absent else "")
        + (f" Left out as asked: {', '.join(asked.without)}." if asked.without else "")
    )
    record(
        "travel_time_blocks",
        figures,
        packages=("numba", "pyarrow", "scipy", "pandana", "routingkit-cch"),
        full=not asked.smoke,
        note=note,
    )


def _ours(what: str, one: dict[str, Any], *, bars: bool) -> list[Figure]:
    """Return our figures; the forecast must hold."""
    if one["peak_gb"] > one["forecast_gb"]:
        message = f"took {one['peak_gb']:.2f} GB, forecast were {one['forecast_gb']:.2f} GB"
        raise ValueError(message)
    seconds = ("blocks alone", "preparation, its order kept", "times alone, in memory", "nothing to do", "reading back")
    return [
        Figure(what, one["seconds"], "s", at_most=10.0 if bars else None),
        *(Figure(name, one[name], "s") for name in seconds),
        Figure("peak memory", one["peak_gb"], "GB"),
        Figure("forecast of it", one["forecast_gb"], "GB"),
        Figure("bytes a pair on disk", one["bytes_a_pair"], ""),
        Figure("blocks", float(one["blocks"]), ""),
    ]


if __name__ == "__main__":
    main()
