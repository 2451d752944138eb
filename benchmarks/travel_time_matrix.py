"""
Times of the travel time engine on the embedded network: 41 cities and all counties, each mode, after building.

Bars: the city matrix, any mode, under 0.5 s; all counties under 3 s.
"""

from __future__ import annotations

import os
import statistics
import time

import pandas as pd

from geo.boundaries import boundaries
from layers.indicators import city_places, scenario_network
from layers.travel_time import travel_graph, travel_time_matrix, travel_time_table

MODES = ("rail", "road", "any")
RUNS = 3


def county_places() -> pd.DataFrame:
    """Return a point within each county: name (with its code, for names repeat), lon, lat."""
    counties = boundaries("county")
    points = counties.geometry.representative_point()
    return pd.DataFrame({"name": counties["name"] + counties["code"], "lon": points.x, "lat": points.y})


def main() -> None:
    """Print seconds for building, and the median of the runs for each mode and set of places."""
    start = time.perf_counter()
    network = scenario_network(None)
    built = time.perf_counter() - start
    print(f"load (1, 5, 15 min): {', '.join(f'{load:.1f}' for load in os.getloadavg())}; build {built:.2f} s")
    for mode in MODES:
        start = time.perf_counter()
        graph = travel_graph(network, mode)
        print(f"graph {mode:5} {time.perf_counter() - start:6.3f} s, {graph.size:,} nodes, {len(graph.start):,} links")
    for what, places in (("cities", city_places()), ("counties", county_places())):
        for mode in MODES:
            seconds = []
            for _ in range(RUNS):
                start = time.perf_counter()
                matrix = travel_time_matrix(network, places, places, mode=mode)
                travel_time_table(matrix, mode=mode, as_of="2025-12", scenario="today")
                seconds.append(time.perf_counter() - start)
            found = int(matrix.time_min.notna().to_numpy().sum())
            size = len(places)
            print(
                f"{what:8} {size}x{size} {mode:5} {statistics.median(seconds):6.3f} s, {found:,} of {size * size:,} pairs"
            )


if __name__ == "__main__":
    main()
