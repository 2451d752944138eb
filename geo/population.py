"""
Population of 上海, 江苏, 浙江, 安徽 in the census of 1 November 2020, by province, city and county.

The tabulation lists development zones (合肥高新区, 苏州工业园区) beside the counties they lie in. Here a zone's people are added
to its counties, in equal parts where it lies in two; how many they are is told, since which county a zone lies in is from
memory. Cities and provinces do not depend on it.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import VocabularyError

if TYPE_CHECKING:
    from geo.boundaries import Level

__all__ = ["population_2020"]

DATA = Path(__file__).resolve().parent / "data" / "population.csv"
LEVELS = ("province", "prefecture", "county")
COLUMNS = ["adcode", "name", "population", "zone_population", "zones", "source", "grade"]


def population_2020(level: Level) -> pd.DataFrame:
    """
    Return the persons counted on 1 November 2020.

    Parameters
    ----------
    level : {"province", "prefecture", "county"}
        上海 is a province and, with the same code, a prefecture. Counties are those of 2021 and later (临平, 钱塘; 三山 in 弋江).

    Returns
    -------
    DataFrame, one row per unit, by adcode
        adcode, name : str
        population : float64, persons, zones included
        zone_population : float64, persons of development zones in it, 0.0 for cities and provinces
        zones : str, their names, ``|``-joined
        source, grade : str
            As everywhere: A an authority's page, B a page or file that names it, C a package, D memory.

    Raises
    ------
    VocabularyError
        If the level is unknown.

    Examples
    --------
    >>> table = population_2020("prefecture").set_index("name")
    >>> int(table.loc["合肥市", "population"])
    9369881
    """
    if level not in LEVELS:
        message = f"{level!r} is no level; accepted: {', '.join(LEVELS)}"
        raise VocabularyError(message)
    return _table(level).copy()


@functools.cache
def _table(level: str) -> pd.DataFrame:
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people, names = _zones(rows) if level == "county" else ({}, {})
    table = [
        {
            "adcode": row["code"],
            "name": row["name"],
            "population": float(row["population_2020"]) + people.get(row["code"], 0.0),
            "zone_population": people.get(row["code"], 0.0),
            "zones": "|".join(names.get(row["code"], [])),
            "source": row["source"],
            "grade": row["grade"],
        }
        for row in rows
        if row["level"] == level
    ]
    return pd.DataFrame(table, columns=COLUMNS).sort_values("adcode", ignore_index=True)


def _zones(rows: list[dict[str, str]]) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Return by county the people of the zones in it, and the zones' names."""
    people: dict[str, float] = {}
    names: dict[str, list[str]] = {}
    for row in rows:
        hosts = row["hosts"].split("|") if row["level"] == "zone" else []
        for host in hosts:
            people[host] = people.get(host, 0.0) + float(row["population_2020"]) / len(hosts)
            names.setdefault(host, []).append(row["name"])
    return people, names
