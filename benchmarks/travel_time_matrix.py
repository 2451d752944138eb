"""
Times of the travel time engine on the embedded network: 41 cities and all counties, each mode, after building.

Bars: the city matrix, any mode, under 0.5 s; all counties under 3 s.
"""

from __future__ import annotations

import statistics
import time

import pandas as pd

from benchmarks._results import Figure, options, record
from geo.boundaries import boundaries
from layers.indicators import city_places, scenario_network
from layers.travel_time import travel_graph, travel_time_matrix, travel_time_table

MODES = ("rail", "road", "any")
RUNS = 3
BARS_S = {"cities": 0.5, "counties": 3.0}


def county_places() -> pd.DataFrame:
    """Return a point within each county: name (with its code, for names repeat), lon, lat."""
    counties = boundaries("county")
    points = counties.geometry.representative_point()
    return pd.DataFrame({"name": counties["name"] + counties["code"], "lon": points.x, "lat": points.y})


def main() -> None:
    """Record seconds for building, and the median of the runs for each mode and set of places."""
    asked = options("travel_time_matrix", "the cities, by rail")
    start = time.perf_counter()
    network = scenario_network(None)
    figures = [Figure("building the network", time.perf_counter() - start, "s")]
    wanted = {"cities": city_places()} if asked.smoke else {"cities": city_places(), "counties": county_places()}
    modes = MODES[:1] if asked.smoke else MODES
    for mode in modes:
        start = time.perf_counter()
        graph = travel_graph(network, mode)
        seconds = time.perf_counter() - start
        figures.append(Figure(f"graph, {mode}, {graph.size:,} nodes, {len(graph.start):,} links", seconds, "s"))
    for what, places in wanted.items():
        for mode in modes:
            taken = []
            for _ in range(RUNS):
                start = time.perf_counter()
                matrix = travel_time_matrix(network, places, places, mode=mode)
                travel_time_table(matrix, mode=mode, as_of="2025-12", scenario="today")
                taken.append(time.perf_counter() - start)
            found = int(matrix.time_min.notna().to_numpy().sum())
            size = f"{what}, {len(places)}x{len(places)}, {mode}"
            figures.append(Figure(size, statistics.median(taken), "s", at_most=BARS_S[what]))
            figures.append(Figure(f"{size}: pairs with a time", found / len(places) ** 2, "share"))
    record("travel_time_matrix", figures, packages=("numba", "scipy"), full=not asked.smoke)


if __name__ == "__main__":
    main()
