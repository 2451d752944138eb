"""What goes with every hand-over: the meaning of each field, licences and attributions, the system, what was lost."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo import __version__
from geo.io import attributions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.crs import OutputCrs
    from geo.schema import Schema
    from maps.gis.handover import Layer

__all__ = ["data_dictionary", "holds_our_data", "licences", "manifest"]


def data_dictionary(schemas: Sequence[Schema], names: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """
    Return one row per field: its name in the files, and what the contract says of it.

    Parameters
    ----------
    schemas : sequence of Schema
    names : mapping of schema name to (mapping of column to field name)

    Returns
    -------
    DataFrame
        Columns field, shp, zh, name, table, type, unit, meaning, vocabulary.
    """
    tables = []
    for schema in schemas:
        table = schema.data_dictionary()
        table.insert(0, "field", [names[schema.name][name] for name in table["name"]])
        tables.append(table)
    columns = ["field", "shp", "zh", "name", "table", "type", "unit", "meaning", "vocabulary"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def licences() -> list[dict[str, str]]:
    """Return the licence, attribution and address of every embedded data set, from ``geo/data/registry.csv``."""
    text = files("geo").joinpath("data", "registry.csv").read_text("utf-8")
    keep = ("dataset", "file", "version", "date", "licence", "attribution", "url")
    return [{key: row[key] for key in keep} for row in csv.DictReader(text.splitlines())]


def holds_our_data(layers: Sequence[Layer]) -> bool:
    """
    Whether layers follow a contract of tongtu, and so hold what it read, drew or embeds.

    The licences and attributions of embedded data go with these; a stranger's table, whose columns nobody explained to us,
    holds none of it, and saying so would be false.
    """
    return any(column.meaning for layer in layers for column in layer.schema.columns)


def manifest(
    form: str,
    target: Sequence[OutputCrs],
    report: Mapping[str, Any],
    checksums: Mapping[str, str],
    *,
    ours: bool = True,
) -> dict[str, Any]:
    """
    Return the metadata of a hand-over, ready for JSON; without a clock, so that the same data give the same bytes.

    Parameters
    ----------
    form : str
        Format.
    target : sequence of OutputCrs
        Systems used; a shifted datum is said in words.
    report : mapping
        Counts of rows and losses.
    checksums : mapping of file name to SHA-256
    ours : bool
        Whether embedded data are among them; see :func:`holds_our_data`.

    Returns
    -------
    dict
    """
    return {
        "tongtu": __version__,
        "format": form,
        "crs": [crs_record(one) for one in target],
        "report": dict(report),
        "attributions": attributions() if ours else [],
        "licences": licences() if ours else [],
        "files": dict(sorted(checksums.items())),
    }


def crs_record(target: OutputCrs) -> dict[str, Any]:
    """Return what a reader must know of a coordinate system: name, code, axes, datum, definition."""
    record: dict[str, Any] = {
        "name": target.crs.name,
        "epsg": target.crs.to_epsg(),
        "axis_order": "easting, northing" if target.crs.is_projected else "longitude, latitude",
        "unit": target.crs.axis_info[0].unit_name,
        "datum": target.datum,
        "wkt": target.crs.to_wkt(),
    }
    if target.shifted:
        record["warning"] = (
            f"{target.datum.upper()}: 坐标已偏移, 不可与 WGS 84 / CGCS2000 数据叠加."
            " The coordinates are shifted by some 500 m; do not lay them over WGS 84 or CGCS2000 data."
        )
    return record
