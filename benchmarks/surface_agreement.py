"""
How far travel-time surfaces and the network's own times lie apart.

    python -m benchmarks surface_agreement [--cell 500] [--smoke]

Surfaces to 合肥南站 over 安徽, by expressway, by train and by both, against ``travel_time_matrix`` at a point of each county. The
bound of :func:`layers.surface.network_agreement` must hold at all of them.
"""

from __future__ import annotations

import pandas as pd

from benchmarks._results import Figure, options, record
from geo.boundaries import boundaries
from layers.indicators import scenario_network
from layers.surface import (
    SurfaceAssumptions,
    SurfaceModel,
    friction_of,
    grid_of,
    network_agreement,
    network_links,
    travel_time_surface,
)
from maps.terminal import places_of

CELL_M = 500.0


def main() -> None:
    """Print the differences by mode; ends with an error where the bound does not hold."""
    asked = options("surface_agreement", "合肥 alone, 2 km cells", ("--cell", {"type": float, "default": CELL_M}))
    cell = 2000.0 if asked.smoke else asked.cell
    within = "合肥市" if asked.smoke else "安徽"
    grid = grid_of(boundaries("prefecture", within=within), cell_m=cell, margin_km=30.0)
    units = boundaries("county", within=within)
    points = units.geometry.representative_point()
    probes = pd.DataFrame({"name": units["code"], "lon": points.x, "lat": points.y})
    network, place, ground = scenario_network(None), places_of(["合肥南站"]), friction_of(grid)
    speed = SurfaceAssumptions().ground_speed_km_h
    figures, beyond = [], 0.0
    for mode in ("road", "rail", "any"):
        surface = travel_time_surface(SurfaceModel(ground, network_links(network, ground, mode=mode)[0]), place)
        found = network_agreement(
            surface.minutes, grid, network, place, probes, mode=mode, ground_speed_km_h=speed
        ).summary
        beyond += found["beyond_bound"]
        figures += [
            Figure("places", found["count"], "", who=mode),
            Figure("median difference", found["median_min"], "min", who=mode),
            Figure("median difference, share of the time", found["median_share"], "share", who=mode),
            Figure("least", found["least_min"], "min", who=mode),
            Figure("most", found["most_min"], "min", who=mode),
            Figure("95 % within", found["p95_absolute_min"], "min", who=mode),
            Figure("beyond the bound", found["beyond_bound"], "", who=mode, at_most=0.0),
        ]
    record(
        "surface_agreement",
        figures,
        packages=("numpy", "numba"),
        full=cell == CELL_M and not asked.smoke,
        note=f"Surface less network, {within}, cells of {cell:g} m, to 合肥南站; the bound: 1.0824 × (network's time + the "
        "ground of four half diagonals of a cell). By train a surface also goes all the way over the ground; the matrix does not.",
    )
    if beyond:
        message = f"{beyond:.0f} times lie beyond the bound"
        raise SystemExit(message)


if __name__ == "__main__":
    main()
