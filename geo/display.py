"""How results show themselves in a notebook: each table with its size and first rows, without loading anything."""

from __future__ import annotations

import dataclasses
import html
from typing import Any, Final

import pandas as pd

__all__ = ["ShowsTables", "table_html"]

_ROWS: Final = 5
_MOST_CHARACTERS: Final = 60
_CELL = 'style="text-align:left;padding:2px 10px 2px 0;vertical-align:top"'


class ShowsTables:
    """
    A dataclass of tables that shows itself in Jupyter.

    Each field that is a table is folded below its name and size; other fields stand with their value. Every word of a table is
    escaped: a project's name cannot run script in a notebook. Nothing is loaded from the web.
    """

    def _repr_html_(self) -> str:
        parts = [f"<b>{html.escape(type(self).__name__)}</b>"]
        for number, field in enumerate(dataclasses.fields(self)):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            name = html.escape(field.name)
            if isinstance(value, pd.DataFrame):
                is_open = " open" if number == 0 else ""
                size = f"{len(value):,} × {len(value.columns)}"
                parts.append(
                    f"<details{is_open}><summary>{name} <small>{size}</small></summary>{table_html(value)}</details>"
                )
            elif isinstance(value, ShowsTables):
                parts.append(
                    f"<details><summary>{name}</summary><div style='margin-left:1.5em'>{value._repr_html_()}</div></details>"
                )
            elif isinstance(value, (list, tuple)):
                parts.append(f"<div>{name} <small>{len(value):,}</small></div>")
            elif value is not None:
                parts.append(f"<div>{name}: {html.escape(_short(value))}</div>")
        return f"<div>{''.join(parts)}</div>"


def table_html(table: pd.DataFrame, *, rows: int = _ROWS) -> str:
    """
    Return the first rows of a table as HTML; what is missing is empty, columns without any value are left out.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Of a geometry only its kind is shown.
    rows : int

    Returns
    -------
    str

    Examples
    --------
    >>> table_html(pd.DataFrame({"name": ["<b>"], "none": [None]}), rows=1).count("&lt;b&gt;")
    1
    """
    head = table.head(rows)
    columns = [name for name in head.columns if not all(_empty(v) for v in head[name])]
    heading = "".join(f"<th {_CELL}>{html.escape(str(name))}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td {_CELL}>{html.escape(_short(row[name]))}</td>" for name in columns) + "</tr>"
        for row in head.to_dict("records")
    )
    more = f"<div><small>… {len(table) - len(head):,}</small></div>" if len(table) > len(head) else ""
    return f'<div style="overflow-x:auto"><table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table></div>{more}'


def _empty(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, str) and not value)
        or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
    )


def _short(value: Any) -> str:
    """Return a value in a few characters."""
    if _empty(value):
        return ""
    if hasattr(value, "geom_type"):
        return str(value.geom_type)
    text = f"{value:,.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
