"""The indicators that plans set targets for: names in the plan's words, units, and what measures them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geo.errors import VocabularyError
from geo.units import parse_unit

__all__ = ["Indicator", "indicators", "kind_of_unit", "match_indicator", "match_milestone", "unit_words"]


@dataclass(frozen=True)
class Indicator:
    """
    A row of ``projects/data/indicators.csv``.

    Parameters
    ----------
    key, zh : str
        Canonical English key and Chinese name.
    pattern : str
        Regular expression on the words around a quantity, which stands in them as ``#``.
    infrastructure : bool
    unit : str
        Canonical unit; for counted things the noun in English.
    measured_by : str
        Indicator of ``layers`` that measures it, empty where none does.
    note, note_zh : str
        Definition, or why it is not measured.
    """

    key: str
    zh: str
    pattern: str
    infrastructure: bool
    unit: str
    measured_by: str
    note: str
    note_zh: str = ""


@cache
def indicators() -> tuple[Indicator, ...]:
    """
    Return the table of indicators, sorted by key.

    Examples
    --------
    >>> {i.key: i.measured_by for i in indicators()}["railway_network_density"]
    'rail_density'
    """
    return tuple(
        Indicator(
            row["indicator"],
            row["zh"],
            row["patterns"],
            row["infrastructure"] == "yes",
            row["unit"],
            row["measured_by"],
            row["note"],
            row.get("note_zh") or "",
        )
        for row in _read("indicators.csv")
    )


def _read(name: str) -> list[dict[str, str]]:
    with files("projects").joinpath("data", name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def unit_words() -> dict[str, tuple[str, str]]:
    """Return ``projects/data/units.csv``: a plan's unit word to (unit, kind); kind is measure, count or years."""
    return {row["zh"]: (row["unit"], row["kind"]) for row in _read("units.csv")}


def match_indicator(window: str, unit: str) -> Indicator | None:
    """
    Choose the indicator whose pattern takes up most of the words; one in the same kind of unit before one in another.

    Parameters
    ----------
    window : str
        The words around a quantity, simplified; the quantity stands in them as ``#``.
    unit : str
        The quantity's unit; an indicator in another dimension does not match.

    Returns
    -------
    Indicator or None

    Examples
    --------
    >>> match_indicator("全市铁路网密度达到#", "km/10000km2").key
    'railway_network_density'
    """
    best: tuple[tuple[bool, int], Indicator] | None = None
    for indicator in indicators():
        if indicator.unit == "%" and unit not in ("%", "percentage points"):
            continue  # a share is given in per cent: 5G基站2.5万个 is no coverage
        m = re.search(indicator.pattern, window)
        if m:
            same = kind_of_unit(indicator.unit) == kind_of_unit(unit)
            score = (same, len(m[0]))
            if best is None or score > best[0]:
                best = (score, indicator)
    if best is None or (not best[0][0] and kind_of_unit(best[1].unit) != "count" and kind_of_unit(unit) != "count"):
        return None
    return best[1]


def kind_of_unit(unit: str) -> str:
    """Return the dimension of a unit; every English noun is a count."""
    base = re.sub(r"^(?:10000|100m) ", "", unit.split(" per ")[0])
    try:
        dimension = parse_unit(base).dimension
    except VocabularyError:
        return "count"
    return "count" if dimension in ("households", "dwellings", "vehicles") else dimension


def match_milestone(window: str) -> Indicator | None:
    """Return the milestone (unit ``year``) whose pattern the words fit, or None."""
    return next((i for i in indicators() if i.unit == "year" and re.search(i.pattern, window)), None)
