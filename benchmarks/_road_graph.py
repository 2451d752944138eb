"""A road-like graph of any size: random points, near neighbours joined, speeds by road class; the same each time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPEEDS_KM_H = np.array([30.0, 50.0, 80.0, 110.0])
SPACING_KM = 0.26


class RoadGraph(NamedTuple):
    """Nodes with places in km, and directed links (every road both ways) with times."""

    xy_km: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    time_min: NDArray[np.float64]
    road_class: NDArray[np.int8]


def road_graph(nodes: int, *, links_per_node: float = 2.5, seed: int = 1) -> RoadGraph:
    """
    Return a planar graph in the manner of roads, from a cache in the temporary folder after the first call.

    Points at random, some 260 m apart; of their Delaunay edges those without a third point nearer to both ends (the
    relative neighbourhood graph), thinned to ``links_per_node`` directed links a node but kept connected. Classes: roads
    near the lines of nested square lattices (8, 32, 128 km) are faster.
    """
    path = Path(tempfile.gettempdir()) / f"tongtu_roads3_{nodes}_{links_per_node}_{seed}.npz"
    if path.exists():
        with np.load(path) as kept:
            return RoadGraph(**{name: kept[name] for name in RoadGraph._fields})
    rng = np.random.default_rng(seed)
    side = SPACING_KM * nodes**0.5
    xy = rng.uniform(0, side, (nodes, 2))
    triangles = Delaunay(xy).simplices
    edges = np.unique(
        np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1), axis=0
    )
    length = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    near = np.ones(len(edges), dtype=bool)
    # The third corners of the two triangles at an edge are the nearest candidates.
    index = edges[:, 0].astype(np.int64) * nodes + edges[:, 1]
    for a, b, c in ((0, 1, 2), (1, 2, 0), (0, 2, 1)):
        pair = np.sort(triangles[:, [a, b]], axis=1).astype(np.int64)
        row = np.searchsorted(index, pair[:, 0] * nodes + pair[:, 1])
        third = xy[triangles[:, c]]
        far = np.maximum(*(np.hypot(*(third - xy[pair[:, k]]).T) for k in (0, 1)))
        near[row[far < length[row]]] = False
    tree = minimum_spanning_tree(coo_array((length, (edges[:, 0], edges[:, 1])), shape=(nodes, nodes))).tocoo()
    kept_pairs = np.sort(np.stack([tree.row, tree.col], axis=1), axis=1).astype(np.int64)
    in_tree = np.zeros(len(edges), dtype=bool)
    in_tree[np.searchsorted(index, kept_pairs[:, 0] * nodes + kept_pairs[:, 1])] = True
    extra = np.flatnonzero(near & ~in_tree)
    wanted = max(int(nodes * links_per_node / 2) - int(in_tree.sum()), 0)
    keep = np.concatenate([np.flatnonzero(in_tree), rng.permutation(extra)[:wanted]])
    edges, length = edges[keep], length[keep]
    middle = (xy[edges[:, 0]] + xy[edges[:, 1]]) / 2
    road_class = np.zeros(len(edges), dtype=np.int8)
    for rank, (lattice, width) in enumerate(((8.0, 0.5), (32.0, 0.5), (128.0, 0.5)), start=1):
        off = np.abs((middle + lattice / 2) % lattice - lattice / 2).min(axis=1)
        road_class[off < width] = rank
    minutes = length / SPEEDS_KM_H[road_class] * 60.0
    both = RoadGraph(
        xy,
        np.concatenate([edges[:, 0], edges[:, 1]]).astype(np.int32),
        np.concatenate([edges[:, 1], edges[:, 0]]).astype(np.int32),
        np.concatenate([minutes, minutes]),
        np.concatenate([road_class, road_class]),
    )
    part = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(part, **both._asdict())
    part.replace(path)  # whole or not at all, whoever else makes or reads it now
    return both
