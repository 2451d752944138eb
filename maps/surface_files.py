"""The files of a travel-time surface: GeoTIFFs, isochrones, statistics by area, and a report of what they rest on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.io import attributions, write_bytes, write_features, write_table
from geo.spreadsheet_text import csv_text
from layers.isochrones import ISOCHRONES
from layers.surface import (
    COVERED_SHARE,
    REFERENCE,
    SURFACE_ZONES,
    least_at_edge,
    place_surfaces,
    surface_isochrones,
    write_geotiff,
    zonal_statistics,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from layers.surface import Agreement, Surface, SurfaceAssumptions, SurfaceModel
    from layers.surface.surfaces import Direction

__all__ = ["FORMULA", "SurfaceRun", "write_each", "write_run"]

UNLIKE_CENSUS = (0.7, 1.4)
"""A population raster whose people are outside this range of those counted in 2020 is doubted: densities are no counts."""
FORMULA = (
    "minutes = min over ways of the sum of (friction_a + friction_b) / 2 * distance over eight neighbours, and of the times of "
    "links; friction in s/m. Ways over open ground up to 8.24 % too long, 5.5 % in the mean of directions"
)


@dataclass(frozen=True)
class SurfaceRun:
    """What a run was made of, and what it found."""

    model: SurfaceModel
    places: pd.DataFrame
    surface: Surface
    assumptions: SurfaceAssumptions
    direction: str
    mode: str
    limits_min: list[float]
    areas: gpd.GeoDataFrame
    agreement: Agreement | None
    findings: list[str]
    facts: dict[str, Any]
    population: NDArray[np.floating[Any]] | None = None
    as_of: str = ""
    scenario: str = ""
    grade_d_share: float = float("nan")
    straight_share: float = float("nan")
    extra_attributions: list[str] = field(default_factory=list)

    @property
    def tags(self) -> dict[str, str]:
        """What each GeoTIFF carries."""
        return {
            "FORMULA": FORMULA,
            "REFERENCE": REFERENCE,
            "ASSUMPTIONS": json.dumps(self.assumptions.rows(), ensure_ascii=False),
            "ATTRIBUTION": "; ".join([*attributions(), *self.extra_attributions]),
            "DIRECTION": self.direction,
            "MODE": self.mode,
            "AS_OF": self.as_of,
            "SCENARIO": self.scenario,
            "SOFTWARE": f"tongtu {__version__}",
        }

    def definition(self, lang: str) -> str:
        """Say in a line how the isochrones were made."""
        names, ground = "、".join(self.places["name"].astype(str)[:8]), self.assumptions.ground_speed_km_h
        cell = self.model.friction.grid.cell_m
        if lang == "zh":
            way = "至" if self.direction == "to" else "自"
            return f"{way} {names} 中最近者; {cell:g} m 网格累积时间, 八邻域; 无路处 {ground:g} km/h; 方式 {self.mode}; 等值线按单元中心线性内插"
        way = "to" if self.direction == "to" else "from"
        return (
            f"{way} the nearest of {names}; accumulated over cells of {cell:g} m, eight neighbours; {ground:g} km/h off the roads; "
            f"mode {self.mode}; lines interpolated between cell centres"
        )


def write_run(run: SurfaceRun, folder: Path, lang: str) -> tuple[pd.DataFrame, gpd.GeoDataFrame, list[str]]:
    """
    Write the surface, its friction, which place is nearest, isochrones, statistics and the report.

    Returns
    -------
    DataFrame, contract ``layers.surface.SURFACE_ZONES``
    GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``
    list of str
        What was found, Chinese then English.
    """
    grid = run.model.friction.grid
    way = "to" if run.direction == "to" else "from"
    write_geotiff(
        run.surface.minutes,
        grid,
        folder / "time.tif",
        description=f"time {way} the nearest place",
        unit="min",
        tags=run.tags,
    )
    names = {f"PLACE_{i}": str(name) for i, name in enumerate(run.places["name"])}
    write_geotiff(
        run.surface.nearest, grid, folder / "nearest.tif", description="row of the nearest place in places.csv, from 0",
        unit="", tags=run.tags | names,
    )  # fmt: skip
    friction = run.model.friction.seconds_per_metre
    known = friction.copy()
    known[~(known < float("inf"))] = float("nan")
    write_geotiff(
        known, grid, folder / "friction.tif", description="friction; no data: a barrier", unit="s/m", tags=run.tags
    )
    write_bytes(folder / "places.csv", csv_text(run.places).encode("utf-8-sig"))
    rings = surface_isochrones(
        run.surface.minutes,
        grid,
        origin="、".join(run.places["name"].astype(str)),
        direction=way,
        mode=run.mode,
        definition=run.definition(lang),
        limits_min=run.limits_min,
        as_of=run.as_of,
        scenario=run.scenario,
        grade_d_share=run.grade_d_share,
        straight_share=run.straight_share,
    )
    write_features({ISOCHRONES.name: rings}, folder / "isochrones.gpkg")
    zones = zonal_statistics(run.surface.minutes, grid, run.areas, limits_min=run.limits_min, population=run.population)
    write_table(zones, folder / "zones.csv", SURFACE_ZONES)
    findings = [*run.findings, *_beside_census(run, zones), *_cut_at_edge(run)]
    if run.agreement is not None:
        table = run.agreement.times.round(3)
        write_bytes(folder / "agreement.csv", csv_text(table).encode("utf-8-sig"))
    report = _report(run) | {"findings": findings}
    write_bytes(folder / "report.json", (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode())
    return zones, rings, findings


def _report(run: SurfaceRun) -> dict[str, Any]:
    grid = run.model.friction.grid
    least, most = grid.stretch()
    return {
        "tongtu": __version__,
        **run.facts,
        "grid": {
            "crs": grid.crs.to_wkt(),
            "cell_m": grid.cell_m,
            "rows": grid.height,
            "columns": grid.width,
            "bounds_m": list(grid.bounds),
            "length_scale": [round(least, 6), round(most, 6)],
        },
        "model": {
            "direction": run.direction,
            "mode": run.mode,
            "ground": run.assumptions.ground,
            "as_of": run.as_of,
            "scenario": run.scenario,
            "links": len(run.model.links.tail),
            "formula": FORMULA,
            "reference": REFERENCE,
        },
        "statistics": "a cell on a border counts by the sixteenths of it that lie in the area; population is even within a cell",
        "assumptions": run.assumptions.rows(),
        "shares": {name: round(share, 6) for name, share in run.model.friction.shares.items()},
        "places": run.places["name"].astype(str).tolist(),
        "agreement_with_the_network": None if run.agreement is None else _rounded(run.agreement.summary),
        "attributions": [*attributions(), *run.extra_attributions],
    }


def _beside_census(run: SurfaceRun, zones: pd.DataFrame) -> list[str]:
    """Tell how many people of a raster live in the areas, beside those counted in 2020."""
    if run.population is None or "population_2020" not in run.areas:
        return []
    here = zones.drop_duplicates("code").merge(run.areas[["code", "population_2020"]], on="code")
    here = here[(here["covered_share"] >= COVERED_SHARE) & here["population_2020"].notna()]
    found, counted = float(here["population"].sum()), float(here["population_2020"].sum())
    if not counted > 0.0:
        return []
    told = (
        f"人口栅格在 {len(here)} 个统计单元内 {found:,.0f} 人, 七普 {counted:,.0f} 人, 比值 {found / counted:.2f}; persons of the raster"
        f" beside the census of 2020, ratio {found / counted:.2f}"
    )
    if not UNLIKE_CENSUS[0] <= found / counted <= UNLIKE_CENSUS[1]:
        told += "; 请检查是否为密度或其他年份 is it a density, or of another year?"
    return [told]


def _cut_at_edge(run: SurfaceRun) -> list[str]:
    """Tell which rings end at the grid, not where the time does."""
    at_edge = least_at_edge(run.surface.minutes)
    cut = "、".join(f"{limit:g}" for limit in run.limits_min if limit >= at_edge)
    if not cut:
        return []
    return [
        f"{cut} min 等时圈在网格边缘被截断, 面积只计网格以内; 需要全貌请加大 --margin; cut at the edge of the grid: enlarge --margin"
    ]


def _rounded(numbers: dict[str, float]) -> dict[str, float | None]:
    return {name: None if value != value else round(value, 3) for name, value in numbers.items()}


def write_each(
    run: SurfaceRun, folder: Path, *, dask: str | None, progress: Callable[[int, int], None] | None
) -> list[str]:
    """Write a surface for each place, and return the names of the files."""
    files = []
    grid, width = run.model.friction.grid, len(str(len(run.places)))
    direction: Direction = "to" if run.direction == "to" else "from"
    for row, minutes in place_surfaces(run.model, run.places, direction=direction, dask=dask, progress=progress):
        name = str(run.places["name"].iloc[row])
        safe = re.sub(r"[^\w-]+", "_", name)
        files.append(f"time_{row + 1:0{width}d}_{safe}.tif")
        write_geotiff(
            minutes, grid, folder / files[-1], description=f"time {direction} {name}", unit="min",
            tags=run.tags | {"PLACE": name},
        )  # fmt: skip
    return files
