"""
Seconds for ranking 150 projects on the county matrix, any mode: alone with bounds, all together, each as the last.

The built-in projects, and random lines between interchanges and stations (fixed seed) up to the number: straight, 30 to 250 km,
half of them railways. Bar: 60 s. Checked on the way: a few of them against networks built for each, to the millisecond.
"""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks._results import Figure, agree, options, record
from geo.geodesy import distance_km, geodesic_line
from layers.accessibility import area_places
from layers.features import network_nodes
from layers.indicators import scenario_network
from layers.ranking import rank_projects
from layers.schema import FEATURES
from layers.travel_time import travel_time_matrix
from projects.builtin import builtin_register
from projects.siting import site_projects

COUNT = 150
CHECKED = 3
BAR_S = 60.0
MS_MIN = 1.0 / 60_000.0
"""A millisecond, in minutes: what times are rounded to in the engine."""


def random_projects(count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Return straight lines between nodes of the networks, contract ``layers.schema.FEATURES``."""
    random = np.random.default_rng(seed)
    nodes = network_nodes()
    nodes = nodes[nodes["kind"].isin(["station", "interchange"])].reset_index(drop=True)
    rows: list[dict[str, object]] = []
    lines = []
    while len(rows) < count:
        a, b = random.integers(0, len(nodes), 2)
        ends = [(float(nodes["lon"][i]), float(nodes["lat"][i])) for i in (a, b)]
        km = distance_km(*ends[0], *ends[1])
        if not 30.0 <= km <= 250.0:
            continue
        rail = len(rows) % 2 == 0
        rows.append(
            {
                "feature_id": f"random-{len(rows):03d}",
                "origin": "project",
                "name": f"random {len(rows)}",
                "mode": "rail" if rail else "highway",
                "kind": "high_speed_rail" if rail else "expressway",
                "work": "new",
                "status": "proposed",
                "drawn_by": "straight",
                "accuracy_km": 10.0,
                "length_km": km,
            }
        )
        lines.append(geodesic_line(ends))
    table = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=lines, crs=FEATURES.crs)
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry="geometry", crs=FEATURES.crs)


def main() -> None:
    """Record the seconds of the ranking, the first included (compiling), and stop where the checks differ."""
    asked = options("ranking", "20 projects on the 41 cities, one checked")
    built_in = site_projects(builtin_register().projects)
    places = area_places("prefecture" if asked.smoke else "county")
    if asked.smoke:
        features, checked = random_projects(20), 1
    else:
        measured = rank_projects(built_in, places.head(20)).projects["rank"].notna().sum()
        tables = [built_in, random_projects(COUNT - int(measured))]
        features, checked = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=FEATURES.crs), CHECKED
    start = time.perf_counter()
    ranked = rank_projects(features, places)
    seconds = time.perf_counter() - start
    count = int(ranked.projects["rank"].notna().sum())
    told = ranked.projects.set_index("project_id")["mean_saved_min"].astype(float)
    apart = 0.0
    for project in ranked.projects["project_id"].head(checked):
        alone = travel_time_matrix(
            scenario_network(features[features["feature_id"] == project], scenario="plan"), places, places
        )
        saved = float((ranked.before - alone.time_min).to_numpy().mean() * len(places) / (len(places) - 1))
        apart = max(
            apart,
            agree(
                f"{project}: mean saved", told[project], saved, within=MS_MIN, who="a network of its own", unit="min"
            ),
        )
    figures = [
        Figure("projects", count, ""),
        Figure("places", len(places), ""),
        Figure("ranking", seconds, "s", at_most=BAR_S),
        Figure(f"largest difference of {checked} projects from a network built for each", apart, "min", at_most=MS_MIN),
    ]
    record("ranking", figures, packages=("numba", "scipy"), full=not asked.smoke)


if __name__ == "__main__":
    main()
