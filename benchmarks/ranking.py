"""
Seconds for ranking 150 projects on the county matrix, any mode: alone with bounds, all together, each as the last.

The built-in projects, and random lines between interchanges and stations (fixed seed) up to the number: straight, 30 to 250 km,
half of them railways. Bar: 60 s. Checked on the way: a few of them against networks built for each, to the millisecond.
"""

from __future__ import annotations

import os
import time

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import distance_km, geodesic_line
from layers.accessibility import area_places
from layers.features import network_nodes
from layers.indicators import scenario_network
from layers.ranking import rank_projects
from layers.scenario import projects_in
from layers.schema import FEATURES
from layers.travel_time import travel_time_matrix
from projects.builtin import builtin_register
from projects.siting import site_projects

COUNT = 150
CHECKED = 3


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
    """Print the seconds of the ranking, the first included (compiling), and the checks."""
    built_in = site_projects(builtin_register().projects)
    places = area_places("county")
    measured = rank_projects(built_in, places.head(20)).projects["rank"].notna().sum()
    features = gpd.GeoDataFrame(
        pd.concat([built_in, random_projects(COUNT - int(measured))], ignore_index=True), crs=FEATURES.crs
    )
    print(f"load (1, 5, 15 min): {', '.join(f'{load:.1f}' for load in os.getloadavg())}; {os.cpu_count()} cores")
    start = time.perf_counter()
    ranked = rank_projects(features, places)
    seconds = time.perf_counter() - start
    count = int(ranked.projects["rank"].notna().sum())
    print(f"{count} projects on {len(places)}x{len(places)} places: {seconds:.1f} s")
    for project in ranked.projects["project_id"].head(CHECKED):
        alone = travel_time_matrix(
            scenario_network(features[features["feature_id"] == project], scenario="plan"), places, places
        )
        saved = float((ranked.before - alone.time_min).to_numpy().mean() * len(places) / (len(places) - 1))
        told = float(ranked.projects.set_index("project_id").loc[project, "mean_saved_min"])
        print(f"{project}: mean saved {told:.6f} min, by a network of its own {saved:.6f} min")
    print(ranked.together.round(1).to_string(index=False))
    print(f"projects in the plan: {len(projects_in(built_in, 'plan'))}")


if __name__ == "__main__":
    main()
