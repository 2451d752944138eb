"""
Lines to shapefile and GeoPackage: us, with all that goes with them, and pyogrio's bare write, in one run.

    python -m benchmarks export [--lines 100000] [--smoke]

Lines of 20 segments with the attributes of the contract ``FEATURES``. Ours writes field names that survive, whole texts,
styles, dictionary and index; pyogrio writes the same columns as they are. Bars: shapefile within 1.3 times, GeoPackage
within 1.5 times.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from benchmarks._peers import measure, measure_here
from benchmarks._results import Figure, agree, options, record
from layers.schema import FEATURES
from maps.gis.geopackage import write_layers_as_geopackage
from maps.gis.handover import contract_layers
from maps.gis.shapefile import write_layers_as_shapefiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.gis.handover import Layer

LINES = 100_000
BARS = {"shp": 1.3, "gpkg": 1.5}


def lines_of(count: int) -> gpd.GeoDataFrame:
    """Return lines of 20 segments with names, stages, notes and numbers, as a register of that size would have."""
    rng = np.random.default_rng(5)
    start = np.column_stack([rng.uniform(115.0, 121.0, count), rng.uniform(28.0, 34.0, count)])
    step = rng.normal(0.0, 0.01, (count, 20, 2))
    xy = np.concatenate([start[:, None, :], start[:, None, :] + np.cumsum(step, axis=1)], axis=1)
    table = gpd.GeoDataFrame(
        {
            "feature_id": [f"p{i:06d}" for i in range(count)],
            "origin": "project",
            "name": [f"第{i}号铁路联络线改建工程" for i in range(count)],
            "mode": "rail",
            "kind": "high_speed_rail",
            "status": rng.choice(["proposed", "under_construction", "operating"], count),
            "work": rng.choice(["new", "upgrade"], count),
            "drawn_by": "nodes",
            "length_km": rng.uniform(1.0, 300.0, count),
            "opening_year": rng.integers(2000, 2035, count),
            "siting_note": rng.choice(["沿既有通道", "由两端车站相连", ""], count),
        },
        geometry=shapely.multilinestrings(shapely.linestrings(xy), indices=np.arange(count)),
        crs=4326,
    )
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry="geometry", crs=4326)


def _ours_shp(layers: list[Layer], folder: Path) -> None:
    write_layers_as_shapefiles(layers, folder)


def _bare_shp(layers: list[Layer], folder: Path) -> None:
    with warnings.catch_warnings():  # it cuts names and texts, and says so
        warnings.simplefilter("ignore")
        for layer in layers:
            pyogrio.write_dataframe(layer.table, folder / f"{layer.name}.shp", encoding="UTF-8")


def _ours_gpkg(layers: list[Layer], folder: Path) -> None:
    write_layers_as_geopackage(layers, folder / "ours.gpkg")


def _bare_gpkg(layers: list[Layer], folder: Path) -> None:
    for layer in layers:
        pyogrio.write_dataframe(layer.table, folder / "bare.gpkg", layer=layer.name, driver="GPKG")


CONTESTANTS: dict[str, Callable[[list[Layer], Path], None]] = {
    "tongtu-shp": _ours_shp,
    "pyogrio-shp": _bare_shp,
    "tongtu-gpkg": _ours_gpkg,
    "pyogrio-gpkg": _bare_gpkg,
}


def main() -> None:
    """Run every contestant in a process of its own and print seconds, ratios to the bare write, and memory."""
    asked = options(
        "export",
        "2,000 lines",
        ("--lines", {"type": int, "default": LINES}),
        ("--only", {"choices": list(CONTESTANTS)}),
    )
    count = 2_000 if asked.smoke else asked.lines
    if asked.only:
        layers = contract_layers(lines_of(count))
        job = CONTESTANTS[asked.only]

        def run() -> list[float]:
            with tempfile.TemporaryDirectory() as folder:
                job(layers, Path(folder))
                rows = [
                    pyogrio.read_info(path, layer=layers[0].name)["features"]
                    for path in Path(folder).iterdir()
                    if path.suffix in {".shp", ".gpkg"}
                ]
            return [float(sum(rows))]

        measure_here(run, runs=3 if count == LINES else 1)
        return
    figures = []
    for form, bar in BARS.items():
        ours, bare = (measure("export", f"{who}-{form}", ["--lines", str(count)]) for who in ("tongtu", "pyogrio"))
        if isinstance(ours, str) or isinstance(bare, str):
            sys.exit(f"{form}: {ours} {bare}")
        agree(f"{form}, rows", ours.result, [float(count)], within=0.0, who="the input")
        agree(f"{form}, rows", ours.result, bare.result, within=0.0, who="pyogrio")
        for who, one in (("tongtu", ours), ("pyogrio", bare)):
            figures.append(Figure(form, one.seconds, "s", who=who))
            figures.append(Figure(f"{form}, peak memory", one.peak_gb, "GB", who=who))
        figures.append(Figure(f"{form}, of the bare write", ours.seconds / bare.seconds, "x", at_most=bar))
    record(
        "export",
        figures,
        packages=("pyogrio", "geopandas", "shapely"),
        full=count == LINES,
        note=f"{count:,} lines of 20 segments; ours with names, styles, dictionary and index, pyogrio's the bare tables.",
    )


if __name__ == "__main__":
    main()
