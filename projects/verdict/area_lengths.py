"""
Lengths of lines in the areas that targets are for: what is there in any month, and what each project would add.

Every line, whatever its months, is cut once by the few areas that targets name; a month, a stage or another definition is
then a choice of rows. The sums are those of :func:`layers.density.density_table`.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundaries import basemap
from geo.geodesy import area_km2
from layers.area_units import area_units
from layers.density import DENSITIES, Density, counts_for, denominators_km2, line_length_by_area
from layers.highway import highway_lines
from layers.indicators import counted_lines
from layers.rail import rail_lines
from layers.scenario import DATA_MONTH, as_of
from layers.schema import LINES, STAGE_ORDER, Mode, Status
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AreaLengths", "area_lengths", "area_units", "density_of"]


@dataclass(frozen=True)
class AreaLengths:
    """
    Lengths in one area, line by line.

    Attributes
    ----------
    name : str
        As the target names the area.
    area_km2, polygon_km2 : float
        What densities divide by (published where known), and as drawn.
    population : float
        Residents, census of 2020; NaN where unknown.
    lakes : tuple of (name, km²)
        The big lakes within it as drawn, largest first.
    land_only : bool
        Whether the published area is without water.
    lines : DataFrame, one row per line and unit of the area
        feature_id, project_id ("" for what is there), name, mode, kind, channel_class, status, drawn_by, accuracy_km,
        opening_month, closing_month, opening_year (that a plan states), documents (that name it), length_km (as drawn), route_km (published, apportioned),
        km (published length apportioned, else drawn), route_length_km and whole_km (of the whole line, published and drawn),
        tracks (of a railway).
    """

    name: str
    area_km2: float
    polygon_km2: float
    population: float
    lakes: tuple[tuple[str, float], ...]
    land_only: bool
    lines: pd.DataFrame

    def existing(self, indicator: str, month: str) -> pd.DataFrame:
        """Return the lines of an indicator (``rail_density``, ``rail_length`` …) that are open in a month."""
        spec = density_of(indicator)
        there = self.lines[self.lines["project_id"] == ""]
        return as_of(there[counts_for(there, spec)], month)

    @property
    def lakes_km2(self) -> float:
        """Area of the big lakes."""
        return math.fsum(size for _, size in self.lakes)

    def measured_both(self, indicator: str) -> pd.DataFrame:
        """Return the lines of an indicator as a whole: length_km as drawn and route_length_km, for what there is in any month."""
        there = self.lines[self.lines["project_id"] == ""]
        rows = there[counts_for(there, density_of(indicator))].drop_duplicates("feature_id")
        return rows[["whole_km", "route_length_km"]].rename(columns={"whole_km": "length_km"})

    def bridges(self, month: str) -> pd.DataFrame:
        """Return the sea bridges outside the statistics that are open in a month."""
        there = self.lines[self.lines["project_id"] == ""]
        return as_of(there[(there["mode"] == Mode.HIGHWAY.value) & (there["kind"] == "bridge")], month)

    def planned(self, indicator: str, stage: str = "") -> pd.DataFrame:
        """Return the projects' lines of an indicator at a stage and further ones; without a stage all of them."""
        spec = density_of(indicator)
        lines = self.lines[self.lines["project_id"] != ""]
        lines = lines[counts_for(lines, spec)]
        return lines if not stage else lines[lines["status"].map(STAGE_ORDER) >= STAGE_ORDER[Status(stage)]]


def density_of(indicator: str) -> Density:
    """
    Return what an indicator of lengths counts.

    Raises
    ------
    KeyError
        If it is none (``airport``, ``rail_travel_time``).

    Examples
    --------
    >>> density_of("rail_density").unit
    'km/10000km2'
    """
    base = indicator.removesuffix("_density").removesuffix("_length")
    for spec in DENSITIES:
        if spec.indicator == base and spec.per_km2:
            return spec
    raise KeyError(indicator)


def area_lengths(
    names: Iterable[str], features: gpd.GeoDataFrame | None, *, month: str = DATA_MONTH
) -> dict[str, AreaLengths]:
    """
    Measure all lines in areas.

    Parameters
    ----------
    names : iterable of str
        Names that :func:`area_units` does not know are left out.
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects; their lines are counted once, against the network of ``month``.
    month : str

    Returns
    -------
    dict of AreaLengths by name
    """
    units = {name: found for name in dict.fromkeys(names) if (found := area_units(name)) is not None}
    if not units:
        return {}
    _, new = counted_lines(features, month=month, scenario="plan")
    there = pd.concat([rail_lines(), highway_lines(), waterway_lines()], ignore_index=True)
    lines = pd.concat(
        [there.assign(project_id=""), new.assign(project_id=[_project_of(i) for i in new["feature_id"]])],
        ignore_index=True,
    )
    table = gpd.GeoDataFrame(lines, geometry="geometry", crs=LINES.crs)
    parts = pd.concat(list(units.values()), ignore_index=True).drop_duplicates("code")
    cut = line_length_by_area(table, gpd.GeoDataFrame(parts, geometry="geometry", crs=LINES.crs))
    cut["km"] = cut["route_km"].fillna(cut["length_km"])
    facts = [
        "feature_id",
        "project_id",
        "name",
        "mode",
        "kind",
        "channel_class",
        "status",
        "drawn_by",
        "accuracy_km",
        "opening_month",
        "closing_month",
        "route_length_km",
        "tracks",
    ]
    whole = pd.DataFrame(lines[facts]).assign(whole_km=lines["length_km"])
    cut = cut.merge(whole, on="feature_id", how="left")
    years = {} if features is None else dict(zip(features["feature_id"], features["opening_year"], strict=True))
    cut["opening_year"] = pd.to_numeric(cut["project_id"].map(years), errors="coerce").astype("float64")
    named = {} if features is None else dict(zip(features["feature_id"], features["documents"], strict=True))
    cut["documents"] = [str(named.get(project, "")) for project in cut["project_id"]]
    cut["accuracy_km"] = pd.to_numeric(cut["accuracy_km"], errors="coerce").astype("float64")
    return {name: _of_area(name, part, cut) for name, part in units.items()}


def _of_area(name: str, units: gpd.GeoDataFrame, cut: pd.DataFrame) -> AreaLengths:
    lines = cut[cut["code"].isin(units["code"])].reset_index(drop=True)
    lakes = basemap()["lakes"]
    shape = shapely.union_all(units.geometry.to_numpy())
    within = [
        (str(name), area_km2(part))
        for name, part in zip(lakes["name"], shapely.intersection(lakes.geometry.to_numpy(), shape), strict=True)
        if not part.is_empty
    ]
    return AreaLengths(
        name=name,
        area_km2=float(np.sum(denominators_km2(units))),
        polygon_km2=float(units["polygon_area_km2"].sum()),
        population=float(units["population_2020"].sum(skipna=False)),
        lakes=tuple(sorted(((n, v) for n, v in within if math.isfinite(v) and v > 0.0), key=lambda lake: -lake[1])),
        land_only=all(_area_kinds().get(str(code)) == "land" for code in units["code"]),
        lines=lines,
    )


@cache
def _area_kinds() -> dict[str, str]:
    with files("geo").joinpath("data", "areas.csv").open(encoding="utf-8-sig") as file:
        return {row["code"]: row["area_kind"] for row in csv.DictReader(file)}


def _project_of(feature_id: object) -> str:
    """Return the project of a piece of line: ``built_lines`` numbers parts (.0), ``counted_once`` what is left of them (~3)."""
    return re.sub(r"\.\d+(?:~\d+)?$", "", str(feature_id))
