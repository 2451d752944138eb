"""
Targets and published figures that stand in no plan that was read: facts with their sources, and a planner's own targets.

``projects/data/reference_targets.csv`` holds targets for 2025 of plans for the Yangtze River Delta and 合肥;
``projects/data/official_lengths.csv`` the published route lengths that an assessment shows beside tongtu's.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import SchemaError
from geo.gazetteer import default_gazetteer
from geo.io import read_table
from projects.indicators import indicators
from projects.schema import TARGETS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "official_lengths",
    "read_targets",
    "reference_dates",
    "reference_places",
    "reference_targets",
    "reference_titles",
]


_LOOSE = replace(
    TARGETS,
    key=(),
    columns=tuple(replace(c, nullable=True) if c.name == "document" else c for c in TARGETS.columns),
)
"""The contract of targets for a file that people write: nothing but what bounds an indicator is asked for."""


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with files("projects").joinpath("data", name).open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def reference_targets() -> pd.DataFrame:
    """
    Return the reference targets.

    Returns
    -------
    DataFrame, contract ``projects.schema.TARGETS``
        ``quotation`` holds the source and its grade, no sentence of the plan.

    References
    ----------
    中共中央、国务院 (2019): 长江三角洲区域一体化发展规划纲要; 国家发展改革委、交通运输部 (2020): 长江三角洲地区交通运输更高质量一体化
    发展规划; and two plans of the 14th five-year period, by the pages that the table names.

    Examples
    --------
    >>> table = reference_targets()
    >>> table.loc[table["indicator"] == "railway_network_density", ["document", "value", "unit"]].values.tolist()
    [['长三角交通规划2020', 507.0, 'km/10000km2'], ['长三角规划纲要2019', 507.0, 'km/10000km2']]
    """
    table = pd.DataFrame(
        [
            {
                **row,
                "infrastructure": True,
                "start": number,
                "end": number,
                "quotation": f"{row['source']} [{row['grade']}]" + (f"; {row['note']}" if row["note"] else ""),
            }
            for number, row in enumerate(_rows("reference_targets.csv"))
        ]
    )
    return TARGETS.validate(TARGETS.coerce(table)[TARGETS.names])


def reference_dates() -> dict[str, str]:
    """Return the month of issue of each document of :func:`reference_targets`, "" where it is unknown."""
    return {row["document"]: row["date"] for row in _rows("reference_targets.csv")}


def reference_titles() -> dict[str, str]:
    """Return the title of each document of :func:`reference_targets`."""
    return {row["document"]: row["title"] for row in _rows("reference_targets.csv")}


def reference_places(indicator: str, area: str) -> tuple[str, ...]:
    """
    Return the centre cities between which a travel time of an area is meant.

    Parameters
    ----------
    indicator : {"centre_city_travel_time"}
    area : str
        长三角; or a city: it goes first, and the centre cities follow.

    Returns
    -------
    tuple of str
        Empty where the area is unknown, or for another indicator.

    Examples
    --------
    >>> reference_places("centre_city_travel_time", "芜湖市")
    ('芜湖', '上海', '南京', '杭州', '合肥', '宁波')
    """
    rows = [row for row in _rows("reference_targets.csv") if row["indicator"] == indicator and row["places"]]
    for row in rows:
        if area == row["area"]:
            return tuple(row["places"].split("|"))
    city = area.removesuffix("市")
    if rows and default_gazetteer().lookup(city, kinds={"division"}):
        return (city, *(place for place in rows[0]["places"].split("|") if place != city))
    return ()


def official_lengths() -> pd.DataFrame:
    """
    Return published route lengths.

    Returns
    -------
    DataFrame
        area (full name), as_of (``YYYY-MM``), indicator (``rail_length`` …), length_km, area_km2 and published_density
        (what the publisher divides by and gets, NaN where he does not say), density_unit, source, grade, note; sorted.
    """
    table = pd.DataFrame(_rows("official_lengths.csv"))
    numbers = ["length_km", "area_km2", "published_density"]
    return table.assign(**{name: pd.to_numeric(table[name]).astype(float) for name in numbers})


def read_targets(path: Path) -> pd.DataFrame:
    """
    Read a planner's own targets.

    Parameters
    ----------
    path : Path
        CSV in the contract ``projects.schema.TARGETS``; indicator, comparator, value, unit and area are enough. ``indicator``
        is a key of ``projects/data/indicators.csv`` or its Chinese name (铁路网密度).

    Returns
    -------
    DataFrame, contract ``projects.schema.TARGETS``
        Without a document the file's name stands for it; without a position the row's number does.

    Raises
    ------
    SchemaError
        If the file breaks the contract; every breach is listed with its row.
    """
    known = {indicator.zh: indicator.key for indicator in indicators()}
    names = {indicator.key: indicator.zh for indicator in indicators()}
    # read_table validates the whole contract, whose key a planner need not fill: the cells are read, then completed.
    table = read_table(path, _LOOSE)
    words = table["indicator"].astype(str)
    table = table.assign(
        indicator=[known.get(word, word) for word in words],
        indicator_zh=[zh or names.get(word, word) for zh, word in zip(table["indicator_zh"], words, strict=True)],
        document=table["document"].where(table["document"].astype(str) != "", path.stem),
        start=table["start"].fillna(pd.Series(range(len(table)), index=table.index)).astype("Int64"),
    )
    table["end"] = table["end"].fillna(table["start"])
    table["infrastructure"] = table["infrastructure"].fillna(True)
    breaches = []
    for number, row in enumerate(table.to_dict("records"), 2):
        if row["indicator"] not in names and not str(row["indicator"]).startswith("other:"):
            breaches.append(f"row {number}: indicator {row['indicator']!r} is no key of indicators.csv")
        if not row["area"]:
            breaches.append(f"row {number}: no area")
    if breaches:
        message = f"{path}: " + "; ".join(breaches)
        raise SchemaError(message)
    return TARGETS.validate(TARGETS.coerce(table)[TARGETS.names].sort_values(list(TARGETS.key), ignore_index=True))
