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

from geo.boundaries import basemap, boundaries
from geo.gazetteer import default_gazetteer
from geo.geodesy import area_km2
from layers.density import DENSITIES, Density, counts_for, denominators_km2, line_length_by_area
from layers.highway import highway_lines
from layers.indicators import counted_lines
from layers.rail import rail_lines
from layers.scenario import DATA_MONTH, as_of
from layers.schema import LINES, STAGE_ORDER, Status
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AreaLengths", "area_lengths", "area_units", "density_of"]

LEVELS = ("province", "prefecture", "county")


@dataclass(frozen=True)
class AreaLengths:
    """
    Lengths in one area, line by line.

    Attributes
    ----------
    name : str
        As the target names the area.
    area_km2, polygon_km2, lakes_km2 : float
        What densities divide by (published where known), as drawn, and the big lakes within it as drawn.
    land_only : bool
        Whether the published area is without water.
    lines : DataFrame, one row per line and unit of the area
        feature_id, project_id ("" for what is there), name, mode, kind, channel_class, status, drawn_by, accuracy_km,
        opening_month, closing_month, opening_year (that a plan states), length_km (as drawn), km (published length apportioned, else drawn).
    """

    name: str
    area_km2: float
    polygon_km2: float
    lakes_km2: float
    land_only: bool
    lines: pd.DataFrame

    def existing(self, indicator: str, month: str) -> pd.DataFrame:
        """Return the lines of an indicator (``rail_density``, ``rail_length`` …) that are open in a month."""
        spec = density_of(indicator)
        there = self.lines[self.lines["project_id"] == ""]
        return as_of(there[counts_for(there, spec)], month)

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


def area_units(name: str) -> gpd.GeoDataFrame | None:
    """
    Return the administrative units that make up an area.

    Parameters
    ----------
    name : str
        A province, city or county by full or short name (a province before a city before a county), or an area of the
        gazetteer (长三角, 合肥都市圈).

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.AREAS``, or None
        None where the area is unknown, or a part of it lies outside 沪苏浙皖.

    Examples
    --------
    >>> area_units("长三角")["short_name"].tolist()
    ['上海', '江苏', '浙江', '安徽']
    """
    for level in LEVELS:
        table = boundaries(level)  # type: ignore[arg-type]
        found = table[(table["name"] == name) | (table["short_name"] == name)]
        if len(found) == 1:
            return gpd.GeoDataFrame(found.reset_index(drop=True), geometry="geometry", crs=table.crs)
    members = next((place.members for place in default_gazetteer().lookup(name) if place.members), ())
    parts = [_unit(code) for code in members]
    if not parts or any(part is None for part in parts):
        return None
    joined = pd.concat([part for part in parts if part is not None], ignore_index=True)
    return gpd.GeoDataFrame(joined.sort_values("code", ignore_index=True), geometry="geometry", crs=LINES.crs)


def _unit(code: str) -> gpd.GeoDataFrame | None:
    for level in LEVELS:
        table = boundaries(level)  # type: ignore[arg-type]
        found = table[table["code"] == code]
        if len(found):
            return found
    return None


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
    ]
    cut = cut.merge(pd.DataFrame(lines[facts]), on="feature_id", how="left")
    years = {} if features is None else dict(zip(features["feature_id"], features["opening_year"], strict=True))
    cut["opening_year"] = pd.to_numeric(cut["project_id"].map(years), errors="coerce").astype("float64")
    cut["accuracy_km"] = pd.to_numeric(cut["accuracy_km"], errors="coerce").astype("float64")
    return {name: _of_area(name, part, cut) for name, part in units.items()}


def _of_area(name: str, units: gpd.GeoDataFrame, cut: pd.DataFrame) -> AreaLengths:
    lines = cut[cut["code"].isin(units["code"])].reset_index(drop=True)
    lakes = basemap()["lakes"].geometry.to_numpy()
    shape = shapely.union_all(units.geometry.to_numpy())
    within = [area_km2(part) for part in shapely.intersection(lakes, shape) if not part.is_empty]
    return AreaLengths(
        name=name,
        area_km2=float(np.sum(denominators_km2(units))),
        polygon_km2=float(units["polygon_area_km2"].sum()),
        lakes_km2=float(math.fsum(v for v in within if math.isfinite(v))),
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
