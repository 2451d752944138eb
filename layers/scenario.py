"""Which lines are there: the network as of a month, and with projects of a stage or opening year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import VocabularyError
from layers.schema import STAGE_ORDER, Status

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T", bound=pd.DataFrame)

__all__ = ["DATA_MONTH", "as_of", "parse_month", "projects_in"]

DATA_MONTH = "2025-12"
"""Last month up to which the embedded networks are kept."""

PLANNED_STAGES = (Status.PROPOSED, Status.PREPARATORY, Status.STARTING, Status.UNDER_CONSTRUCTION, Status.UNSPECIFIED)
"""Stages of scenario ``plan``: all that a plan names and that is not yet in operation."""


def parse_month(text: str) -> str:
    """
    Parse a month.

    Parameters
    ----------
    text : str
        ``YYYY-MM``, or ``YYYY`` for December of that year (a line whose month is unknown counts from the year's end).

    Returns
    -------
    str
        ``YYYY-MM``.

    Raises
    ------
    VocabularyError
        If it is neither.

    Examples
    --------
    >>> parse_month("2020"), parse_month("2020-6")
    ('2020-12', '2020-06')
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-\d{1,2})?)?", text.strip())
    month = int(match[2] or 12) if match else 0
    if match is None or not 1 <= month <= 12:
        message = f"{text!r} is no month; give YYYY-MM, for example 2020-12"
        raise VocabularyError(message)
    return f"{match[1]}-{month:02d}"


def as_of(lines: T, month: str) -> T:
    """
    Return the lines that are open in a month: opened in it or before, and not closed by then.

    Parameters
    ----------
    lines : DataFrame with opening_month and closing_month (``YYYY-MM``, ``YYYY`` or empty)
        A line without opening month has always been there.
    month : str
        ``YYYY-MM``.

    Returns
    -------
    DataFrame of the same class, a subset of the rows
    """
    limit = parse_month(month)
    opened = [not text or parse_month(text) <= limit for text in lines["opening_month"]]
    closed = [bool(text) and parse_month(text) <= limit for text in lines["closing_month"]]
    keep = [o and not c for o, c in zip(opened, closed, strict=True)]
    return lines[pd.Series(keep, index=lines.index, dtype=bool)]


def projects_in(features: T, scenario: str) -> T:
    """
    Return the projects that a scenario builds.

    Parameters
    ----------
    features : DataFrame with status (and opening_year)
    scenario : str
        ``today`` (none), ``plan`` (all that are not in operation), or ``STATUS>=stage`` (that stage and further ones,
        for example ``STATUS>=under_construction``).

    Returns
    -------
    DataFrame of the same class, a subset of the rows

    Raises
    ------
    VocabularyError
        If the scenario is none of these.
    """
    status = features["status"].astype(str)
    if scenario == "today":
        return features[pd.Series(False, index=features.index)]
    if scenario == "plan":
        return features[status.isin([s.value for s in PLANNED_STAGES])]
    match = re.fullmatch(r"STATUS\s*>=\s*(\w+)", scenario, flags=re.IGNORECASE)
    if match is None or match[1] not in STAGE_ORDER:
        message = (
            f"{scenario!r} is no scenario; give today, plan, or STATUS>=stage with one of"
            f" {', '.join(s for s in STAGE_ORDER if s != Status.UNSPECIFIED)}"
        )
        raise VocabularyError(message)
    least = STAGE_ORDER[match[1]]
    built = status.map(STAGE_ORDER) >= least
    return features[built & (status != Status.OPERATING.value)]
