"""What a map shows: features of a mode, of some projects or of a scenario, and the part of the country around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundaries import boundaries
from geo.crs import albers_crs
from geo.errors import VocabularyError
from geo.schema import parse_word
from layers.scenario import projects_in
from layers.schema import Mode, Status
from maps import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

__all__ = ["Panel", "chosen_features", "extent_of", "panels_by", "projection_of"]

SPLITS: Final = ("mode", "stage", "scenario")
"""How small multiples can be told apart."""

_LEAST_EXTENT_DEG = 0.5
_MARGIN_SHARE = 0.06


@dataclass(frozen=True)
class Panel:
    """
    One of several maps on a sheet.

    Attributes
    ----------
    title : str
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    """

    title: str
    features: gpd.GeoDataFrame


def chosen_features(
    features: gpd.GeoDataFrame,
    *,
    modes: Sequence[str] = (),
    projects: Sequence[str] = (),
    scenario: str = "",
) -> gpd.GeoDataFrame:
    """
    Return the features that a map shows: the network beneath, and those projects that are asked for.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, n rows
    modes : sequence of str
        Words of ``layers.schema.Mode``; all without it. The network is of these modes too.
    projects : sequence of str
        Names or ids; all without it.
    scenario : str
        As in :func:`layers.scenario.projects_in`; all projects without it.

    Returns
    -------
    GeoDataFrame, a subset of the rows

    Raises
    ------
    VocabularyError
        If a mode or scenario is unknown, or no project has a name or id.
    """
    wanted = {parse_word(Mode, word).value for word in modes}
    kept = features[features["mode"].isin(wanted)] if wanted else features
    planned = kept[kept["origin"] == "project"]
    if scenario:
        planned = projects_in(planned, scenario)
    if projects:
        own = features[features["origin"] == "project"]
        unknown = [p for p in projects if not ((own["feature_id"] == p) | (own["name"] == p)).any()]
        if unknown:
            near = [str(name) for name in own["name"] if any(part and part in str(name) for part in (unknown[0][:2],))]
            message = f"no project is called {unknown[0]!r}" + (f"; similar: {', '.join(near[:5])}" if near else "")
            raise VocabularyError(message)
        planned = planned[planned["feature_id"].isin(projects) | planned["name"].isin(projects)]
        kept = kept[kept["mode"].isin(planned["mode"])]
    both = pd.concat([kept[kept["origin"] != "project"], planned])
    return gpd.GeoDataFrame(both, geometry=features.geometry.name, crs=features.crs)


def panels_by(features: gpd.GeoDataFrame, split: str, *, lang: str = "zh") -> list[Panel]:
    """
    Split features into panels of small multiples.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    split : {"mode", "stage", "scenario"}
        A panel for each mode or stage that a project has (each over its network); or today, what is under construction,
        and the whole plan.
    lang : {"zh", "en"}

    Returns
    -------
    list of Panel

    Raises
    ------
    VocabularyError
        If the split is unknown or there is no project to split.
    """
    if split not in SPLITS:
        message = f"{split!r} is no way to split; accepted: {', '.join(SPLITS)}"
        raise VocabularyError(message)
    planned = features[features["origin"] == "project"]
    network = features[features["origin"] != "project"]
    panels: list[tuple[str, pd.DataFrame]] = []
    if split == "mode":
        for mode, look in style.MODES.items():
            own = planned[planned["mode"] == mode.value]
            if len(own):
                panels.append((look.label.text(lang), pd.concat([network[network["mode"] == mode.value], own])))
    elif split == "stage":
        for status, stage in style.STAGES.items():
            own = planned[planned["status"] == status.value]
            if len(own):
                panels.append((stage.label.text(lang), pd.concat([network, own])))
    else:
        building = f"STATUS>={Status.UNDER_CONSTRUCTION.value}"
        panels = [
            (_SCENARIO[scenario][lang == "en"], pd.concat([network, projects_in(planned, scenario)]))
            for scenario in ("today", building, "plan")
        ]
    if not len(planned):
        message = "there is no project to split into panels"
        raise VocabularyError(message)
    name = features.geometry.name
    return [Panel(title, gpd.GeoDataFrame(part, geometry=name, crs=features.crs)) for title, part in panels]


_SCENARIO = {
    "today": ("现状", "Today"),
    f"STATUS>={Status.UNDER_CONSTRUCTION.value}": ("现状与在建", "Today and under construction"),
    "plan": ("现状与全部规划项目", "Today and all planned projects"),
}


def extent_of(
    features: gpd.GeoDataFrame, area: str = "", coloured: tuple[float, float, float, float] | None = None
) -> tuple[float, float, float, float]:
    """
    Return the part of the country that a map of features shows.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
    area : str
        A city, province or region instead (合肥市, 安徽, 皖江地区).
    coloured : tuple of float, optional
        West, south, east, north of what a theme colours.

    Returns
    -------
    tuple of float
        West, south, east, north: the area's, else the theme's, else the projects' as far as they lie within 沪苏浙皖 (a plan of one province
        names a line to the other end of the country now and then), else the network's; with a margin, half a degree at least.
    """
    home = boundaries("province").total_bounds
    if area:
        box = boundaries("county", within=area).total_bounds
    elif coloured is not None:
        box = np.array(coloured)
    else:
        shapes = features[features.geometry.notna() & ~features.geometry.is_empty]
        planned = shapes[shapes["origin"] == "project"]
        box = (planned if len(planned) else shapes).total_bounds if len(shapes) else home
        within = (*np.maximum(box[:2], home[:2]), *np.minimum(box[2:], home[2:]))
        box = np.array(within) if within[0] <= within[2] and within[1] <= within[3] else box
    west, south, east, north = (float(v) for v in box)
    room_x = max((east - west) * _MARGIN_SHARE, (_LEAST_EXTENT_DEG - (east - west)) / 2)
    room_y = max((north - south) * _MARGIN_SHARE, (_LEAST_EXTENT_DEG - (north - south)) / 2)
    return west - room_x, south - room_y, east + room_x, north + room_y


def projection_of(extent: tuple[float, float, float, float]) -> CRS:
    """
    Return the projection of a map: an Albers equal-area conic whose standard parallels lie a sixth within the extent.

    Its scale is off by less than half a percent over 沪苏浙皖 and far less over a city.

    References
    ----------
    Snyder, J. P. (1987). Map projections: a working manual. USGS Professional Paper 1395, p. 99 (one-sixth rule).
    """
    west, south, east, north = extent
    sixth = (north - south) / 6
    return albers_crs(round((west + east) / 2, 2), round(south + sixth, 2), round(north - sixth, 2))


def clipped(table: gpd.GeoDataFrame, extent: tuple[float, float, float, float], crs: CRS) -> gpd.GeoDataFrame:
    """Return what lies in and around an extent, projected; far away parts would only swell an SVG."""
    west, south, east, north = extent
    room = max(east - west, north - south)
    box = shapely.box(west - room, south - room, east + room, north + room)
    near = table[table.intersects(box)]
    cut = near.set_geometry(shapely.intersection(near.geometry.to_numpy(), box), crs=table.crs)
    return cut[~cut.geometry.is_empty].to_crs(crs)
