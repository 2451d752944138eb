"""
Cost distance over a big raster: us and the peers, in one run, a process each.

    python -m benchmarks cost_distance [--side 4000] [--smoke]

The least cost from each cell to the nearest of 100 sources, over eight neighbours, a step at the mean of two frictions times
the distance. Friction is random between 0.5 and 5, with faster roads every 200 cells and barriers of 20 × 20 cells over 4 %.
Peers: scikit-image's ``MCP_Geometric``, and scipy's Dijkstra on the grid written out as a graph.
Bar: 4000 × 4000 cells in at most 0.3 of scikit-image's time, within 1.2 GB, equal to it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from benchmarks._peers import Measured, installed, measure, measure_here
from benchmarks._results import Figure, agree, options, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Contestant = Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]

SIDE, SOURCES, EVERY = 4000, 100, 997


def raster(side: int) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Return friction, and rows and columns of the sources."""
    rng = np.random.default_rng(1)
    friction = rng.uniform(0.5, 5.0, (side, side)).astype(np.float32)
    for _ in range(side * side // 10_000):
        row, column = rng.integers(0, side, 2)
        friction[row : row + 20, column : column + 20] = np.inf
    for i in range(0, side, 200):
        friction[i, :] = friction[:, i] = 0.05
    row, column = rng.integers(0, side, (2, SOURCES))
    friction[row, column] = 1.0
    return friction, row, column


def tongtu(friction: NDArray[np.float32], row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return costs, infinite where there is no way: ours, one thread."""
    from layers.surface import cost_distance

    cost, _ = cost_distance(friction, row, column)
    return cost.ravel()[::EVERY]


def scikit_image(
    friction: NDArray[np.float32], row: NDArray[np.int64], column: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return costs by ``MCP_Geometric``."""
    from skimage.graph import MCP_Geometric

    cost, _ = MCP_Geometric(friction, fully_connected=True).find_costs(
        list(zip(row.tolist(), column.tolist(), strict=True))
    )
    return _sampled(cost)


def scipy(friction: NDArray[np.float32], row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return costs by scipy's Dijkstra; writing the grid out as a graph counts."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    side = len(friction)
    number = np.arange(friction.size, dtype=np.int32).reshape(friction.shape)
    tails, heads, costs = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = (slice(0, side - down), slice(max(0, -right), side - max(0, right)))
        b = (slice(down, side), slice(max(0, right), side + min(0, right)))
        step = (friction[a].astype(np.float64) + friction[b]) / 2.0 * np.hypot(down, right)
        open_ = np.isfinite(step)
        tails.append(number[a][open_])
        heads.append(number[b][open_])
        costs.append(step[open_])
    ends = np.concatenate(tails), np.concatenate(heads)
    graph = coo_array((np.concatenate(costs), ends), shape=(friction.size, friction.size)).tocsr()
    found = dijkstra(graph, directed=False, indices=row * side + column, min_only=True)
    return _sampled(found)


def _sampled(cost: NDArray[np.float64]) -> NDArray[np.float64]:
    some = cost.ravel()[::EVERY]
    return np.where(np.isfinite(some), some, np.nan)


CONTESTANTS: dict[str, tuple[Contestant, str, int]] = {
    "tongtu": (tongtu, "numba", 5),
    "scikit-image": (scikit_image, "skimage", 3),
    "scipy": (scipy, "scipy", 1),
}
"""Job, package that it needs, and how often it runs."""


def main() -> None:
    """Run every contestant in a process of its own and tell seconds, ratios, memory and the largest difference."""
    asked = options(
        "cost_distance",
        "300 × 300 cells",
        ("--side", {"type": int, "default": SIDE}),
        ("--only", {"choices": list(CONTESTANTS)}),
    )
    side = 300 if asked.smoke else asked.side
    full = side == SIDE
    if asked.only:
        job, _, runs = CONTESTANTS[asked.only]
        friction, row, column = raster(side)
        measure_here(lambda: job(friction, row, column).tolist(), runs=runs if full or asked.only == "tongtu" else 1)
        return
    size = ["--side", str(side)]
    ours = measure("cost_distance", "tongtu", size)
    if isinstance(ours, str):
        sys.exit(ours)
    figures = [
        Figure("seconds", ours.seconds, "s"),
        Figure("peak memory", ours.peak_gb, "GB", at_most=1.2 if full else None),
    ]
    told = []
    for name, (_, package, _) in list(CONTESTANTS.items())[1:]:
        if not installed(package):
            told.append(f"{name} is not installed and left out")
            continue
        peer = measure("cost_distance", name, size)
        if not isinstance(peer, Measured):
            sys.exit(f"{name}: {peer}")
        least = np.maximum(np.array(peer.result), 1.0)
        apart = agree("costs", np.array(ours.result) / least, np.array(peer.result) / least, within=1e-9, who=name)
        told.append(f"largest relative difference from {name} {apart:.0e}")
        bar = 0.3 if full and name == "scikit-image" else None
        figures += [
            Figure("seconds", peer.seconds, "s", who=name),
            Figure("peak memory", peer.peak_gb, "GB", who=name),
            Figure(f"our share of the seconds of {name}", ours.seconds / peer.seconds, "share", at_most=bar),
        ]
    record(
        "cost_distance",
        figures,
        packages=("numpy", "numba", "scikit-image", "scipy"),
        full=full,
        note=f"{side:,} × {side:,} cells, {SOURCES} sources, one search on one thread; {'; '.join(told)}.",
    )


if __name__ == "__main__":
    main()
