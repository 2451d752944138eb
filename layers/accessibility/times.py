"""
The travel-time matrix as the measures take it: minutes from places to places, ours or a user's.

A table wide of origins (index) by destinations (columns), in minutes. NaN is a pair without a way: it is never a 0 and never
a large number, and a table that says so otherwise is refused at the door rather than averaged.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from layers.travel_time import Matrix

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["checked_times", "is_own", "masses_of", "read_masses", "read_times", "times_from_table"]

LONGEST_MIN = 7.0 * 24.0 * 60.0
"""A week: a longer time in a table is taken for a code of "unreachable" (9999, 1e9) and refused."""

LABELS = {
    "from": ("from", "出发地", "起点", "origin"),
    "to": ("to", "目的地", "终点", "destination"),
    "travel_time_min": ("travel_time_min", "时间min", "time_min", "minutes", "旅行时间min"),
    "name": ("name", "名称", "地区", "区域"),
}
"""Headers that a user's table may have for each column, ours first."""


def checked_times(times: Matrix | pd.DataFrame, *, facilities: bool = False) -> pd.DataFrame:
    """
    Check a travel-time matrix and return its minutes.

    Parameters
    ----------
    times : Matrix, or DataFrame of float, shape (n, m)
        Index are the origins, columns the destinations, each label once; minutes, NaN or inf where there is no way.
    facilities : bool
        Destinations are facilities, which may lie at a place: 0 min are then no breach (a planned airport is sited at its
        county's seat as long as no more is known).

    Returns
    -------
    DataFrame of float64, shape (n, m)
        A copy, labels as text; NaN where there is no way.

    Raises
    ------
    SchemaError
        If labels repeat, a time is negative or longer than a week, or two different places are 0 minutes apart; every
        breach is listed.
    """
    table = times.time_min if isinstance(times, Matrix) else times
    frame = pd.DataFrame(
        table.to_numpy(dtype=float, copy=True),
        index=pd.Index([str(v) for v in table.index]),
        columns=pd.Index([str(v) for v in table.columns]),
    )
    frame = frame.replace([np.inf], np.nan)
    breaches = [
        f"{what} repeat: {', '.join(dict.fromkeys(labels[labels.duplicated()]))}"
        for what, labels in (("origins", frame.index), ("destinations", frame.columns))
        if labels.has_duplicates
    ]
    if not breaches:
        values = frame.to_numpy()
        with np.errstate(invalid="ignore"):
            wrong = {
                "negative": values < 0.0,
                "longer than a week": values > LONGEST_MIN,
                "0 min between different places": (values == 0.0) & ~is_own(frame) & (not facilities),
            }
        breaches = [f"{what}: {_pairs(frame, mask)}" for what, mask in wrong.items() if mask.any()]
    if breaches:
        message = (
            f"travel times: {'; '.join(breaches)}. Give minutes; leave a pair without a way empty, and give places that"
            " are one a single name"
        )
        raise SchemaError(message)
    return frame


def is_own(times: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which pairs are of a place with itself, shape of ``times``: those with the same label."""
    same: NDArray[np.bool_] = np.equal.outer(
        times.index.to_numpy(dtype=object), times.columns.to_numpy(dtype=object)
    ).astype(bool)
    return same


def times_from_table(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return a matrix from a long table of pairs.

    Parameters
    ----------
    table : DataFrame with from, to, travel_time_min
        Contract ``layers.schema.TRAVEL_TIMES``, or only these three columns; Chinese headers are understood. A pair that is
        not in the table, or has no number, is a pair without a way.

    Returns
    -------
    DataFrame of float64
        Origins and destinations in the order of their first appearance.

    Raises
    ------
    SchemaError
        If a column is missing, a pair stands twice (several modes or scenarios in one table), or as in
        :func:`checked_times`.
    """
    named = _renamed(table)
    missing = [c for c in ("from", "to", "travel_time_min") if c not in named]
    if missing:
        message = f"travel times: no column {', '.join(missing)}; found {', '.join(map(str, table.columns))}"
        raise SchemaError(message)
    pairs = named[["from", "to"]].astype(str)
    if pairs.duplicated().any():
        first = pairs[pairs.duplicated()].iloc[0]
        message = f"travel times: the pair {first['from']}–{first['to']} stands more than once; keep one mode, month and scenario"
        raise SchemaError(message)
    values = pd.to_numeric(named["travel_time_min"], errors="coerce")
    text = named["travel_time_min"].astype(str).str.strip()
    wrong = values.isna() & named["travel_time_min"].notna() & (text != "")
    if wrong.any():
        message = f"travel times: {text[wrong].iloc[0]!r} is no number of minutes; leave a pair without a way empty"
        raise SchemaError(message)
    rows, columns = pd.unique(pairs["from"]), pd.unique(pairs["to"])
    frame = pd.DataFrame(np.nan, index=rows, columns=columns)
    at = frame.index.get_indexer(pd.Index(pairs["from"])), frame.columns.get_indexer(pd.Index(pairs["to"]))
    filled = frame.to_numpy(copy=True)
    filled[at] = values.to_numpy(dtype=float)
    return checked_times(pd.DataFrame(filled, index=rows, columns=columns))


def read_times(path: Path) -> pd.DataFrame:
    """
    Read a travel-time matrix from CSV: long (from, to, travel_time_min), or wide with the origins in the first column.

    Parameters
    ----------
    path : Path
        UTF-8 or GB18030, comma, semicolon or tab.

    Returns
    -------
    DataFrame of float64
        See :func:`checked_times`.

    Raises
    ------
    SchemaError
        If it is neither, or as in :func:`checked_times`; the message names the file.
    """
    table = _read(path)
    try:
        if {"from", "to"} <= set(_renamed(table).columns):
            return times_from_table(table)
        wide = table.set_index(table.columns[0])
        numbers = wide.apply(pd.to_numeric, errors="coerce")
        wrong = numbers.isna() & (wide.map(lambda v: str(v).strip()) != "")
        if wrong.to_numpy().any() or wide.empty:
            message = (
                "neither a long table (from, to, travel_time_min) nor a wide one of minutes with the origins in the first"
                f" column; columns are {', '.join(map(str, table.columns[:8]))}"
            )
            raise SchemaError(message)
        return checked_times(numbers)
    except SchemaError as error:
        message = f"{path}: {error}"
        raise SchemaError(message) from error


def read_masses(path: Path) -> pd.DataFrame:
    """
    Read what places hold (population, GDP, beds …) from CSV: a column ``name`` or ``code`` and columns of numbers.

    Returns
    -------
    DataFrame
        ``name`` and ``code`` as text where they are there, all other columns that are numbers as float64.

    Raises
    ------
    SchemaError
        If it has neither name nor code, or no column of numbers.
    """
    table = _renamed(_read(path))
    keys = [c for c in ("name", "code") if c in table]
    numbers = {}
    for column in table.columns:
        values = pd.to_numeric(table[column], errors="coerce")
        if column not in keys and (values.notna() | (table[column].str.strip() == "")).all() and values.notna().any():
            numbers[column] = values.astype(float)
    if not keys or not numbers:
        message = (
            f"{path}: expected a column name or code and a column of numbers such as population;"
            f" found {', '.join(map(str, table.columns))}"
        )
        raise SchemaError(message)
    return pd.concat([table[keys].astype(str), pd.DataFrame(numbers)], axis=1)


def masses_of(masses: pd.Series, places: pd.Index, *, what: str = "population") -> NDArray[np.float64]:
    """
    Return what places hold, in the order of the places.

    Parameters
    ----------
    masses : Series of float, index are place names
    places : Index
        The places that a measure needs.
    what : str
        Word for the message.

    Returns
    -------
    ndarray of float64, shape (len(places),)

    Raises
    ------
    SchemaError
        If a place is not in ``masses``, or has no number there or a negative one, or a name stands twice.
    """
    labels = pd.Index([str(v) for v in masses.index])
    breaches = []
    if labels.has_duplicates:
        breaches.append(f"given twice for {_some(list(dict.fromkeys(labels[labels.duplicated()])))}")
        values = np.full(len(places), np.nan)
    else:
        known = pd.Series(masses.to_numpy(dtype=float), index=labels)
        values = known.reindex([str(v) for v in places]).to_numpy(dtype=float)
        gone = [str(p) for p, v in zip(places, values, strict=True) if not np.isfinite(v)]
        below = [str(p) for p, v in zip(places, values, strict=True) if v < 0]
        if gone:
            breaches.append(f"missing for {_some(gone)}")
        if below:
            breaches.append(f"negative for {_some(below)}")
    if breaches:
        message = f"{what}: {'; '.join(breaches)}; this measure needs a number for each place, from a table of your own"
        raise SchemaError(message)
    return values


def _read(path: Path) -> pd.DataFrame:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    header = text.split("\n", 1)[0]
    try:
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=max(",;\t", key=header.count))
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"{path}: not a table ({error})"
        raise SchemaError(message) from error


def _renamed(table: pd.DataFrame) -> pd.DataFrame:
    names = {}
    for name, labels in LABELS.items():
        found = next((label for label in labels if label in table.columns), None)
        if found is not None:
            names[found] = name
    return table.rename(columns=names)


def _pairs(frame: pd.DataFrame, mask: NDArray[np.bool_]) -> str:
    rows, columns = np.nonzero(mask)
    values, origins, destinations = frame.to_numpy(), list(map(str, frame.index)), list(map(str, frame.columns))
    listed = [
        f"{origins[i]}–{destinations[j]} ({values[i, j]:g})"
        for i, j in zip(rows[:5], columns[:5], strict=True)  # the first few show what is wrong
    ]
    return ", ".join(listed) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")


def _some(names: list[str]) -> str:
    return "、".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
