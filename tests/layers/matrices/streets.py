"""A small street network that can be reckoned by hand: a grid of streets, an island, and a cul-de-sac out of which no way leads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.geodesy import GEOD
from layers.osm.road_network import RoadNetwork
from layers.routing.graph import Graph

SIDE = 20
STEP_DEG = 0.01
WEST, SOUTH = 117.0, 31.5
ISLAND = (118.0, 31.5)
MINUTES = 1.5
"""Every street takes so long, both ways."""


def grid_streets(side: int = SIDE) -> RoadNetwork:
    """
    Return a grid, an island and a cul-de-sac.

    ``side`` × ``side`` nodes 0.01° apart, row by row from the south-west, each joined with its neighbours; then two nodes of an
    island 0.01° apart; then a node west of the south-western corner, to which there is a way and from which there is none.
    """
    number = np.arange(side * side).reshape(side, side)  # row: south to north
    pairs = [
        np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()],
        np.c_[number[:-1].ravel(), number[1:].ravel()],
        np.array([[side * side, side * side + 1]]),
    ]
    both = np.concatenate(pairs)
    trap = side * side + 2
    tail = np.concatenate([both[:, 0], both[:, 1], [0]])
    head = np.concatenate([both[:, 1], both[:, 0], [trap]])
    x, y = np.meshgrid(WEST + STEP_DEG * np.arange(side), SOUTH + STEP_DEG * np.arange(side))
    lon_lat = np.concatenate(
        [
            np.c_[x.ravel(), y.ravel()],
            [ISLAND, (ISLAND[0] + STEP_DEG, ISLAND[1])],
            [(WEST - STEP_DEG, SOUTH)],
        ]
    )
    component = np.zeros(len(lon_lat), dtype=np.int32)
    component[side * side : side * side + 2] = 1
    component[trap] = 2
    _, _, metres = GEOD.inv(*lon_lat[tail].T, *lon_lat[head].T)
    return RoadNetwork(
        graph=Graph.of(len(lon_lat), tail, head, np.full(len(tail), MINUTES)),
        lon_lat=lon_lat,
        way_id=np.arange(len(tail), dtype=np.int64),
        length_m=np.asarray(metres),
        component=component,
        node_id=np.arange(len(lon_lat), dtype=np.int64),
        road_class=np.zeros(len(tail), dtype=np.int8),
        class_names=("residential",),
    )


def grid_places(count: int, *, side: int = SIDE, seed: int = 3) -> pd.DataFrame:
    """Return places strewn over the grid."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i:04d}" for i in range(count)],
            "name": [f"地{i}" for i in range(count)],
            "lon": WEST + rng.uniform(0, STEP_DEG * (side - 1), count),
            "lat": SOUTH + rng.uniform(0, STEP_DEG * (side - 1), count),
        }
    )
