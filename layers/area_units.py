"""The administrative units that an area consists of, and the area as one: 合肥市, 安徽省, 长三角, 合肥都市圈."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import geopandas as gpd
import pandas as pd
import shapely

from geo.boundaries import Level, boundaries
from geo.errors import PlaceNotFoundError
from geo.gazetteer import default_gazetteer
from layers.schema import LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LEVEL_WORDS", "area_units", "areas_named", "joined_area"]

LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_WORDS = {"province": "province", "prefecture": "city", "county": "county"}
"""What a table calls a level; ``region`` is an area of several units."""


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
    found = _unit_named(name)
    if found is not None:
        return found[1]
    members = next((place.members for place in default_gazetteer().lookup(name) if place.members), ())
    parts = [_unit(code) for code in members]
    if not parts or any(part is None for part in parts):
        return None
    joined = pd.concat([part for part in parts if part is not None], ignore_index=True)
    return gpd.GeoDataFrame(joined.sort_values("code", ignore_index=True), geometry="geometry", crs=LINES.crs)


def joined_area(name: str) -> gpd.GeoDataFrame | None:
    """
    Return an area of several units as one row.

    Parameters
    ----------
    name : str
        As for :func:`area_units`.

    Returns
    -------
    GeoDataFrame of one row, contract ``layers.schema.AREAS`` and area_kind, area_source, or None where it is unknown
        Areas are the sums of those of the units (published where known, else as drawn).

    Examples
    --------
    >>> int(joined_area("长三角")["official_area_km2"].iloc[0] / 1000)
    359
    """
    units = area_units(name)
    if units is None:
        return None
    published = units["official_area_km2"].fillna(units["polygon_area_km2"])
    row = {
        "code": "+".join(units["code"].astype(str)),
        "name": name,
        "short_name": name,
        "official_area_km2": float(published.sum()),
        "polygon_area_km2": float(units["polygon_area_km2"].sum()),
        "population_2020": float(units["population_2020"].sum()),
        "area_kind": "sum",
        "area_source": "、".join(units["name"].astype(str)),
        "area_grade": "",
    }
    shape = shapely.union_all(units.geometry.to_numpy())
    return gpd.GeoDataFrame([row], geometry=[shape], crs=LINES.crs)


def areas_named(names: Sequence[str], level: Level | None = None) -> list[tuple[str, gpd.GeoDataFrame]]:
    """
    Return the areas that a user asks for by name.

    Parameters
    ----------
    names : sequence of str
        Units by full or short name, or areas of the gazetteer; none for all units of the level.
    level : {"province", "prefecture", "county"}, optional
        The units of this level that are, or lie in, the named areas. Without it each area at its own level, one of several
        units as one; all cities where no name is given.

    Returns
    -------
    list of (level word, GeoDataFrame contract ``layers.schema.AREAS``)
        A table per level, in the order of the names; a unit stands in it once.

    Raises
    ------
    PlaceNotFoundError
        If a name is no area of 沪苏浙皖, or has no unit of the level.

    Examples
    --------
    >>> [(level, list(table["name"])) for level, table in areas_named(["合肥", "长三角"])]
    [('city', ['合肥市']), ('region', ['长三角'])]
    >>> areas_named(["芜湖"], "county")[0][1]["name"].tolist()[:2]
    ['镜湖区', '鸠江区']
    """
    if not names:
        return [(LEVEL_WORDS[level or "prefecture"], boundaries(level or "prefecture"))]
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for name in dict.fromkeys(name.strip() for name in names):
        word, table = _named(name, level)
        found.setdefault(word, []).append(table)
    return [
        (
            word,
            gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=LINES.crs).drop_duplicates(
                "code"
            ),
        )
        for word, tables in found.items()
    ]


def _named(name: str, level: Level | None) -> tuple[str, gpd.GeoDataFrame]:
    if level is not None:
        table = boundaries(level)
        same = table[(table["name"] == name) | (table["short_name"] == name)]
        return LEVEL_WORDS[level], same if len(same) else boundaries(level, within=name)
    unit = _unit_named(name)
    if unit is not None:
        return LEVEL_WORDS[unit[0]], unit[1]
    joined = joined_area(name)
    if joined is None:
        message = f"{name!r} is no area in 上海, 江苏, 浙江, 安徽, whose boundaries tongtu knows"
        raise PlaceNotFoundError(message)
    return "region", joined


def _unit_named(name: str) -> tuple[Level, gpd.GeoDataFrame] | None:
    """Return the unit of a name at the widest level where only one has it."""
    for level in LEVELS:
        table = boundaries(level)
        found = table[(table["name"] == name) | (table["short_name"] == name)]
        if len(found) == 1:
            return level, gpd.GeoDataFrame(found.reset_index(drop=True), geometry="geometry", crs=table.crs)
    return None


def _unit(code: str) -> gpd.GeoDataFrame | None:
    for level in LEVELS:
        table = boundaries(level)
        found = table[table["code"] == code]
        if len(found):
            return found
    return None
