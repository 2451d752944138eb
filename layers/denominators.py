"""What densities divide by: the area of a unit, published or of its polygon, with its source."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from layers.line_length import numbers

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["denominator_facts", "denominators_km2"]


def denominators_km2(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """
    Return the area that densities divide by: published where known, else of the polygon; NaN where neither is.

    Parameters
    ----------
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, m rows

    Returns
    -------
    ndarray of float64, shape (m,), square kilometres
    """
    official, polygon = numbers(areas, "official_area_km2"), numbers(areas, "polygon_area_km2")
    area = np.where(np.isfinite(official), official, polygon)
    return np.where(area > 0.0, area, np.nan)


@cache
def _published_areas() -> dict[str, tuple[str, str, str]]:
    """Return what the published area of a unit counts (land, jurisdiction), its source and its grade, by code."""
    with files("geo").joinpath("data", "areas.csv").open(encoding="utf-8-sig") as file:
        return {
            row["code"]: (row.get("area_kind", ""), row.get("area_source", ""), row.get("area_grade", ""))
            for row in csv.DictReader(file)
        }


def denominator_facts(areas: gpd.GeoDataFrame) -> list[tuple[str, str, str]]:
    """Return kind, source and grade of each denominator; columns ``area_kind``, ``area_source`` of the table go first."""
    official = np.isfinite(numbers(areas, "official_area_km2"))
    blank = [""] * len(areas)
    columns = [areas.get(name, blank) for name in ("area_kind", "area_source", "area_grade")]
    own = [(str(kind), str(source), str(grade)) for kind, source, grade in zip(*columns, strict=True)]
    return [
        row if row[0] else _published_areas().get(str(code), ("", "", "")) if known else ("polygon", "", "")
        for row, code, known in zip(own, areas["code"], official, strict=True)
    ]
