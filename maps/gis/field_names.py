"""Field names that a format keeps: ASCII from the contracts, or Chinese ones short enough for dBASE in an encoding."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from geo.schema import Schema

__all__ = ["NameStyle", "dbase_names", "full_names"]

NameStyle = Literal["ascii", "zh"]

NAME_BYTES = 10
"""Bytes of a dBASE field name: ten ASCII letters, five Chinese characters in GB18030, three in UTF-8."""

SHORT_ZH: Final[dict[str, str]] = {
    "accuracy_km": "精度",
    "channel_class": "等级",
    "clauses": "条款",
    "closing_month": "停用月",
    "drawn_by": "画法",
    "electrified": "电气化",
    "length_km": "长度",
    "measured_value": "测算值",
    "official_area_km2": "公布积",
    "opening_month": "开通月",
    "opening_year": "开通年",
    "parent_code": "上级码",
    "polygon_area_km2": "图面积",
    "population_2020": "七普数",
    "quotation": "原文",
    "route_length_km": "里程",
    "siting_note": "落图",
    "speed_km_h": "速度",
    "status_text": "阶段词",
    "voltage_kv": "电压",
    "work": "新改建",
}
"""Names of three characters for columns whose Chinese name is longer, chosen so that each still says what it is."""


def full_names(schema: Schema, style: NameStyle) -> dict[str, str]:
    """
    Return the column names for formats without a limit.

    Parameters
    ----------
    schema : Schema
    style : {"ascii", "zh"}

    Returns
    -------
    dict
        Column to field name, unique. ``ascii`` keeps the contract's terms; a column without a Chinese name keeps its own.
    """
    if style == "ascii":
        return _unique({column.name: column.name for column in schema.columns}, 200, "utf-8")
    return _unique({column.name: column.zh or column.name for column in schema.columns}, 200, "utf-8")


def dbase_names(schema: Schema, style: NameStyle, encoding: str) -> dict[str, str]:
    """
    Return field names of at most ten bytes in an encoding, unique whatever their case.

    Parameters
    ----------
    schema : Schema
    style : {"ascii", "zh"}
    encoding : {"utf-8", "gb18030"}

    Returns
    -------
    dict
        Column to field name. A Chinese name that is too long is replaced by the shorter one of ``SHORT_ZH``, or cut
        between characters and numbered where it would repeat.

    Examples
    --------
    >>> from layers.schema import FEATURES
    >>> names = dbase_names(FEATURES, "zh", "utf-8")
    >>> names["name"], names["opening_year"], names["opening_month"]
    ('名称', '开通年', '开通月')
    >>> dbase_names(FEATURES, "zh", "gb18030")["route_length_km"]
    '公布里程km'
    """
    if style == "ascii":
        return {column.name: column.shp for column in schema.columns}
    wanted = {}
    for column in schema.columns:
        name = _clean(column.zh or column.shp)
        if len(name.encode(encoding)) > NAME_BYTES and column.name in SHORT_ZH:
            name = SHORT_ZH[column.name]
        wanted[column.name] = name
    return _unique(wanted, NAME_BYTES, encoding)


def _clean(name: str) -> str:
    """Keep what GIS programs take in a field name: letters, digits and underscores, no digit first."""
    name = re.sub(r"\W+", "_", unicodedata.normalize("NFC", name)).strip("_") or "field"
    return f"f_{name}" if name[0].isdecimal() else name


def _unique(wanted: dict[str, str], limit: int, encoding: str) -> dict[str, str]:
    names: dict[str, str] = {}
    taken: set[str] = set()
    # Names that fit as they are come first, so that a cut one never pushes them aside.
    for key in sorted(wanted, key=lambda k: len(wanted[k].encode(encoding)) > limit):
        name = _cut(wanted[key], limit, encoding)
        number = 1
        while name.casefold() in taken:
            number += 1
            name = _cut(wanted[key], limit - len(str(number)), encoding) + str(number)
        taken.add(name.casefold())
        names[key] = name
    return {key: names[key] for key in wanted}


def _cut(text: str, limit: int, encoding: str) -> str:
    """Cut a text to a number of bytes, between characters."""
    while len(text.encode(encoding)) > limit:
        text = text[:-1]
    return text
