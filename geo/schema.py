"""
Table contracts: a table is declared once, checked at the door, and documents itself.

Text columns hold ``""`` where there is nothing (a CSV cannot tell the two apart); numbers hold NaN or NA.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from geo.errors import SchemaError, VocabularyError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Column", "Schema", "parse_word"]

E = TypeVar("E", bound=StrEnum)

MAX_EXPORT_NAME = 10
"""Characters of a field name that a shapefile keeps (dBASE III)."""


def parse_word(vocabulary: type[E], word: str) -> E:
    """
    Parse a word of a closed vocabulary.

    Parameters
    ----------
    vocabulary : StrEnum class
    word : str

    Returns
    -------
    member of ``vocabulary``

    Raises
    ------
    VocabularyError
        If the word is unknown; the message names the accepted ones.
    """
    try:
        return vocabulary(word)
    except ValueError:
        accepted = ", ".join(member.value for member in vocabulary)
        message = f"{word!r} is no {vocabulary.__name__.lower()}; accepted: {accepted}"
        raise VocabularyError(message) from None


@dataclass(frozen=True)
class Column:
    """
    One column of a contract.

    Parameters
    ----------
    name : str
        The field's term, with its unit.
    dtype : {"string", "float64", "Int64", "boolean"} or StrEnum class
    meaning : str
        What it holds, for the data dictionary.
    zh : str
        Chinese field name, at most 10 characters.
    shp : str
        Export name, at most 10 ASCII characters.
    unit : str
    nullable : bool
        Whether text may be empty or a number missing.
    """

    name: str
    dtype: str | type[StrEnum]
    meaning: str
    zh: str = ""
    shp: str = ""
    unit: str = ""
    nullable: bool = True

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be exported."""
        if not self.shp:
            object.__setattr__(self, "shp", self.name[:MAX_EXPORT_NAME])
        if len(self.shp) > MAX_EXPORT_NAME or not self.shp.isascii():
            message = (
                f"column {self.name!r}: export name {self.shp!r} must have at most {MAX_EXPORT_NAME} ASCII characters"
            )
            raise SchemaError(message)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text (a vocabulary counts as text)."""
        return self.dtype == "string" or not isinstance(self.dtype, str)


@dataclass(frozen=True)
class Schema:
    """
    The contract of a table.

    Parameters
    ----------
    name : str
    columns : tuple of Column
    key : tuple of str
        Columns that identify a row; unique, and the order of rows.
    geometry : frozenset of str
        Accepted geometry types; empty for a table without geometry.
    crs : str
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: frozenset[str] = field(default_factory=frozenset)
    crs: str = "EPSG:4326"

    @property
    def names(self) -> list[str]:
        """Column names in order, without the geometry."""
        return [column.name for column in self.columns]

    def __getitem__(self, name: str) -> Column:
        """Return a column by name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def empty(self) -> pd.DataFrame:
        """Return a table of no rows that keeps the contract."""
        return _empty(self).copy()

    def coerce(self, table: pd.DataFrame) -> pd.DataFrame:
        """
        Bring a table into the contract: Chinese headers understood, missing columns added empty, types set, order kept.

        Parameters
        ----------
        table : DataFrame or GeoDataFrame, n rows, any columns

        Returns
        -------
        DataFrame (GeoDataFrame where ``table`` is one), n rows
            Declared columns first, in the declared order, then undeclared ones as they came.

        Raises
        ------
        SchemaError
            If a value is not of its column's type or vocabulary; every breach is listed.
        """
        by_label = {column.zh: column.name for column in self.columns if column.zh}
        table = table.rename(
            columns={c: by_label[c] for c in table.columns if c in by_label and by_label[c] not in table}
        )
        breaches: list[str] = []
        out: dict[str, Any] = {}
        for column in self.columns:
            values = table[column.name] if column.name in table else pd.Series([None] * len(table), index=table.index)
            out[column.name] = _coerce_column(column, values, breaches)
        if breaches:
            raise SchemaError(self._message(breaches))
        rest = [c for c in table.columns if c not in out]
        frame = pd.DataFrame(out, index=table.index, columns=self.names)
        if type(table) is pd.DataFrame:
            plain = frame if not rest else pd.concat([frame, table[rest]], axis=1)
            plain.attrs = dict(table.attrs)
            return plain
        result: pd.DataFrame = table[rest].copy()
        for position, name in enumerate(self.names):
            result.insert(position, name, frame[name])
        return result

    def validate(self, table: pd.DataFrame) -> pd.DataFrame:
        """
        Check a table against the contract and return it unchanged.

        Raises
        ------
        SchemaError
            If a column is missing, a required value is empty, the key repeats, or the geometry or CRS is not as declared.
        """
        breaches = [f"column {name!r} is missing" for name in self.names if name not in table]
        if not breaches:
            for column in self.columns:
                if not _surely_fits(column, table[column.name]):
                    _coerce_column(column, table[column.name], breaches)
                if not column.nullable:
                    empty = table[column.name].isna() | (table[column.name].astype(str) == "")
                    if empty.any():
                        breaches.append(f"column {column.name!r} is empty in rows {_rows(empty)}")
            if self.key:
                repeated = table.duplicated(list(self.key), keep=False)
                if repeated.any():
                    breaches.append(f"key {self.key} repeats in rows {_rows(repeated)}")
        if self.geometry:
            breaches += _geometry_breaches(table, self.geometry, self.crs)
        if breaches:
            raise SchemaError(self._message(breaches))
        return table

    def data_dictionary(self) -> pd.DataFrame:
        """Return one row per column: name, zh, shp, type, unit, meaning, vocabulary."""
        return pd.DataFrame(
            [
                {
                    "table": self.name,
                    "name": c.name,
                    "zh": c.zh,
                    "shp": c.shp,
                    "type": c.dtype if isinstance(c.dtype, str) else "vocabulary",
                    "unit": c.unit,
                    "meaning": c.meaning,
                    "vocabulary": "" if isinstance(c.dtype, str) else "|".join(member.value for member in c.dtype),
                }
                for c in self.columns
            ]
        )

    def _message(self, breaches: list[str]) -> str:
        return f"table {self.name!r} breaks its contract: " + "; ".join(breaches)


@cache
def _empty(schema: Schema) -> pd.DataFrame:
    """Return the table of no rows of a contract, made once: it is asked for wherever nothing was found."""
    return schema.coerce(pd.DataFrame({name: [] for name in schema.names}, dtype=object))


def _rows(mask: pd.Series) -> str:
    rows = [str(i) for i in mask.index[mask.to_numpy()]]
    return ", ".join(rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")


def _surely_fits(column: Column, values: pd.Series) -> bool:
    """Whether the type alone shows that a column keeps its contract, so that its cells need no look."""
    if column.dtype == "string":
        return True
    return column.dtype == str(values.dtype)


def _coerce_column(column: Column, values: pd.Series, breaches: list[str]) -> pd.Series:
    if column.is_text:
        raw = values.to_numpy(dtype=object)
        cells = [
            "" if gone else str(v) for v, gone in zip(raw, pd.isna(raw), strict=True)
        ]  # str of a StrEnum is its value
        text = pd.Series(cells, index=values.index, dtype=object)
        if not isinstance(column.dtype, str):
            accepted = {member.value for member in column.dtype} | ({""} if column.nullable else set())
            wrong = sorted(set(text) - accepted)
            if wrong:
                breaches.append(
                    f"column {column.name!r} holds {', '.join(map(repr, wrong[:5]))};"
                    f" accepted: {', '.join(member.value for member in column.dtype)}"
                )
        return text
    if _surely_fits(column, values):
        return values
    if column.dtype == "boolean":
        words = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "是": True, "否": False}
        parsed = values.map(lambda v: v if isinstance(v, (bool, np.bool_)) else words.get(str(v).strip().lower()))
        wrong_rows = parsed.isna() & values.notna() & (values.astype(str).str.strip() != "")
        if wrong_rows.any():
            breaches.append(f"column {column.name!r} is not yes/no in rows {_rows(wrong_rows)}")
        return parsed.astype("boolean")
    cleaned = values.map(lambda v: None if isinstance(v, str) and not v.strip() else v)
    numbers = pd.to_numeric(cleaned, errors="coerce")
    wrong_rows = numbers.isna() & cleaned.notna()
    if wrong_rows.any():
        first = cleaned[wrong_rows].iloc[0]
        breaches.append(f"column {column.name!r} is no number in rows {_rows(wrong_rows)} (for example {first!r})")
        return numbers
    if column.dtype == "Int64":
        fractional = numbers.notna() & (numbers.astype("float64") % 1 != 0)
        if fractional.any():
            breaches.append(f"column {column.name!r} is no whole number in rows {_rows(fractional)}")
            return numbers
        return numbers.astype("Int64")
    return numbers.astype("float64")


def _geometry_breaches(table: pd.DataFrame, accepted: frozenset[str], crs: str) -> list[str]:
    import geopandas as gpd

    if not isinstance(table, gpd.GeoDataFrame):
        return ["the table has no geometry"]
    breaches = []
    if table.crs is None or table.crs.to_string() != crs:
        breaches.append(f"the CRS is {table.crs.to_string() if table.crs else 'missing'}, expected {crs}")
    drawn: gpd.GeoSeries = table.geometry[~(table.geometry.isna() | table.geometry.is_empty)]
    wrong = sorted(set(drawn.geom_type) - set(accepted))
    if wrong:
        breaches.append(f"geometry types {', '.join(wrong)}; accepted: {', '.join(sorted(accepted))}")
    return breaches
