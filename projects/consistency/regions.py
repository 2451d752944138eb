"""Which regions a project enters: by the places that its name gives, and by where it is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.boundaries import boundaries
from geo.gazetteer import default_gazetteer
from geo.geodesy import length_km
from layers.schema import Method

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

__all__ = ["CROSSING_KM", "places_of", "regions_entered", "stem_of"]

CROSSING_KM = 10.0
"""A line enters a region where at least this much of it lies inside: less may be the inaccuracy of the drawing."""

LOCATED = (Method.USER.value, Method.OSM.value, Method.NETWORK.value, Method.NODES.value)
"""Drawings that say where a line runs; straight joins and corridors do not."""

Shown = tuple[str, str]
"""What shows that a project enters a region, in Chinese and English."""


def stem_of(region: str) -> str:
    """
    Return the leading digits that the codes of a region share.

    Examples
    --------
    >>> stem_of("安徽省"), stem_of("合肥市"), stem_of("上海市"), stem_of("")
    ('34', '3401', '31', '')
    """
    if not region:
        return ""
    found = default_gazetteer().lookup(region, kinds={"division"})
    code = found[0].code if found else ""
    return re.sub(r"^(31)0*$", r"\1", re.sub(r"(?:00){1,2}$", "", code)) if code else ""


def places_of(text: object) -> list[str]:
    """
    Return the places of a project, as its ``places`` joins them.

    Examples
    --------
    >>> places_of("南京-马鞍山-芜湖")
    ['南京', '马鞍山', '芜湖']
    """
    return [place.strip() for place in re.split(r"[-—、|]", str(text)) if len(place.strip()) >= 2]


def regions_entered(
    projects: pd.DataFrame, regions: Sequence[str], features: gpd.GeoDataFrame | None
) -> dict[str, dict[str, Shown]]:
    """
    Return for each project the regions it enters, with what shows it.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``
    regions : sequence of str
        Code stems (:func:`stem_of`).
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None

    Returns
    -------
    dict of project id → stem → words in Chinese and English
    """
    out: dict[str, dict[str, Shown]] = {}
    cached: dict[str, str] = {}
    for row in projects.to_dict("records"):
        for name in places_of(row["places"]):
            if name not in cached:
                found = default_gazetteer().lookup(name, kinds={"division"})
                # A name that two provinces know (鼓楼, 新安) shows nothing.
                codes = {p.code[:2] for p in found if p.level in ("province", "prefecture", "county")}
                cached[name] = found[0].code if len(codes) == 1 else ""
            for stem in regions:
                if cached[name].startswith(stem):
                    out.setdefault(str(row["project_id"]), {}).setdefault(
                        stem, (f"两侧地点均在项目名中, 含{name}", f"places on both sides are named: {name}")
                    )
    if features is not None:
        _add_drawn(out, projects, regions, features)
    return out


def _add_drawn(
    out: dict[str, dict[str, Shown]], projects: pd.DataFrame, regions: Sequence[str], features: gpd.GeoDataFrame
) -> None:
    drawn = features[
        (features["origin"] == "project")
        & features["drawn_by"].isin(LOCATED)
        & features["feature_id"].isin(projects["project_id"])
        & ~(features.geometry.isna() | features.geometry.is_empty)
    ]
    lines = np.asarray(drawn.geometry, dtype=object)
    for stem in regions:
        shape = _region_shape(stem)
        if shape is None or not len(lines):
            continue
        shapely.prepare(shape)
        near = np.flatnonzero(shapely.intersects(lines, shape) & (shapely.length(lines) > 0.0))
        for i in near:
            km = length_km(shapely.intersection(lines[i], shape))
            if lines[i].geom_type in ("LineString", "MultiLineString") and km >= CROSSING_KM:
                out.setdefault(str(drawn["feature_id"].iloc[i]), {}).setdefault(
                    stem, (f"图上有 {km:.0f} km 在区内", f"{km:.0f} km of it lie inside as drawn")
                )


def _region_shape(stem: str) -> shapely.Geometry | None:
    table = boundaries("province" if len(stem) == 2 else "prefecture" if len(stem) == 4 else "county")
    found = table[table["code"].str.startswith(stem)]
    return None if found.empty else shapely.union_all(found.geometry.to_numpy())
