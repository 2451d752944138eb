"""
Units that Chinese plans use: parsing them and converting between them by exact factors.

A unit is a number, a magnitude word and a base (``10000 km2``, ``万平方公里``), or two of them divided
(``km/100km2``, ``公里/百平方公里``). Factors are fractions, so that 5.1 km/100km2 is 510 km/10000km2 and not 509.99…
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import overload

from geo.errors import VocabularyError

__all__ = ["Unit", "accepted_units", "convert", "parse_unit"]


@dataclass(frozen=True)
class Unit:
    """
    A parsed unit.

    Parameters
    ----------
    text : str
        As it was written.
    dimension : str
        ``length``, ``area``, ``length/area`` …; only units of one dimension convert into each other.
    factor : Fraction
        How many base units (km, km2, h, t, m3, kW, yuan, %, 1 …) one of this unit is.
    """

    text: str
    dimension: str
    factor: Fraction


# dimension → {spelling: factor to the dimension's first spelling}. 亩 is 1/15 公顷 and 海里 is 1852 m by definition.
# 标准箱 is a container of twenty feet. A 百分点 is taken as a per cent: targets that use it bound a difference of shares.
_BASES: dict[str, dict[str, Fraction]] = {
    "length": {
        "km": Fraction(1),
        "公里": Fraction(1),
        "千米": Fraction(1),
        "m": Fraction(1, 1000),
        "米": Fraction(1, 1000),
        "延米": Fraction(1, 1000),
        "里": Fraction(1, 2),
        "海里": Fraction(1852, 1000),
        "nautical mile": Fraction(1852, 1000),
    },
    "area": {
        "km2": Fraction(1),
        "km²": Fraction(1),
        "平方公里": Fraction(1),
        "平方千米": Fraction(1),
        "ha": Fraction(1, 100),
        "公顷": Fraction(1, 100),
        "mu": Fraction(1, 1500),
        "亩": Fraction(1, 1500),
        "m2": Fraction(1, 1_000_000),
        "m²": Fraction(1, 1_000_000),
        "平方米": Fraction(1, 1_000_000),
        "平米": Fraction(1, 1_000_000),
    },
    "time": {
        "h": Fraction(1),
        "hours": Fraction(1),
        "小时": Fraction(1),
        "min": Fraction(1, 60),
        "minutes": Fraction(1, 60),
        "分钟": Fraction(1, 60),
        "s": Fraction(1, 3600),
        "秒": Fraction(1, 3600),
    },
    "age": {"years": Fraction(1), "year": Fraction(1), "年": Fraction(1), "岁": Fraction(1)},
    "days": {"days": Fraction(1), "天": Fraction(1), "日": Fraction(1), "个工作日": Fraction(1)},
    "mass": {
        "t": Fraction(1),
        "吨": Fraction(1),
        "kg": Fraction(1, 1000),
        "公斤": Fraction(1, 1000),
        "千克": Fraction(1, 1000),
        "克": Fraction(1, 1_000_000),
        "斤": Fraction(1, 2000),
        "jin": Fraction(1, 2000),
    },
    "standard coal": {"tce": Fraction(1), "吨标准煤": Fraction(1), "吨标煤": Fraction(1)},
    "volume": {"m3": Fraction(1), "m³": Fraction(1), "立方米": Fraction(1), "方": Fraction(1), "立方": Fraction(1)},
    "power": {
        "kW": Fraction(1),
        "千瓦": Fraction(1),
        "瓦": Fraction(1, 1000),
        "W": Fraction(1, 1000),
        "MW": Fraction(1000),
        "兆瓦": Fraction(1000),
        "GW": Fraction(1_000_000),
    },
    "energy": {
        "kWh": Fraction(1),
        "千瓦时": Fraction(1),
        "度": Fraction(1),
        "瓦时": Fraction(1, 1000),
        "MWh": Fraction(1000),
        "TWh": Fraction(10**9),
    },
    "voltage": {"kV": Fraction(1), "千伏": Fraction(1), "伏": Fraction(1, 1000)},
    "apparent power": {"kVA": Fraction(1), "千伏安": Fraction(1), "伏安": Fraction(1, 1000)},
    "money": {"yuan": Fraction(1), "元": Fraction(1), "元人民币": Fraction(1), "CNY": Fraction(1)},
    "US dollars": {"USD": Fraction(1), "美元": Fraction(1)},
    "share": {
        "%": Fraction(1),
        "％": Fraction(1),
        "百分点": Fraction(1),
        "个百分点": Fraction(1),
        "percentage points": Fraction(1),
        "‰": Fraction(1, 10),
        "share": Fraction(100),
    },
    "ratio": {"ratio_to_1": Fraction(1), ":1": Fraction(1), "times": Fraction(1), "倍": Fraction(1)},
    "containers": {"TEU": Fraction(1), "标箱": Fraction(1), "标准箱": Fraction(1), "国际标准集装箱": Fraction(1)},
    "persons": {"persons": Fraction(1), "人": Fraction(1), "名": Fraction(1)},
    "person trips": {"person trips": Fraction(1), "人次": Fraction(1), "passengers": Fraction(1)},
    "count": {
        "count": Fraction(1),
        "个": Fraction(1),
        "项": Fraction(1),
        "座": Fraction(1),
        "条": Fraction(1),
        "家": Fraction(1),
        "处": Fraction(1),
        "次": Fraction(1),
    },
    "households": {"households": Fraction(1), "户": Fraction(1)},
    "dwellings": {"units": Fraction(1), "套": Fraction(1)},
    "vehicles": {"vehicles": Fraction(1), "辆": Fraction(1)},
    "bits": {"EB": Fraction(1), "ZB": Fraction(1000), "PB": Fraction(1, 1000)},
    "concentration": {"ug/m3": Fraction(1), "μg/m3": Fraction(1), "µg/m3": Fraction(1), "微克/立方米": Fraction(1)},
}

_BASE: dict[str, tuple[str, Fraction]] = {
    spelling: (dimension, factor) for dimension, spellings in _BASES.items() for spelling, factor in spellings.items()
}
_MAGNITUDE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_SCALED = re.compile(r"^(?P<number>\d+(?:\.\d+)?)?(?P<million>(?:m|bn)(?= ))?\s*(?P<words>[十百千万亿]*)(?P<base>.+)$")
_MILLION = {None: 1, "": 1, "m": 10**6, "bn": 10**9}


def accepted_units() -> list[str]:
    """
    Return every base spelling that `parse_unit` knows; each may carry a number or 十百千万亿 before it.

    Examples
    --------
    >>> "公里" in accepted_units()
    True
    """
    return sorted(_BASE)


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """
    Parse a unit in Chinese or English spelling.

    Parameters
    ----------
    text : str
        ``公里``, ``万千瓦``, ``公里/万平方公里``, ``km/100km2``, ``100m yuan``, ``10000 persons``, ``km/h`` …

    Returns
    -------
    Unit

    Raises
    ------
    VocabularyError
        If the unit is unknown; the message names the accepted bases.

    Examples
    --------
    >>> parse_unit("公里/百平方公里").factor
    Fraction(1, 100)
    >>> parse_unit("亿立方米").dimension
    'volume'
    """
    cleaned = text.strip()
    if cleaned in _BASE:
        dimension, factor = _BASE[cleaned]
        return Unit(text, dimension, factor)
    upper, slash, lower = cleaned.partition("/")
    if slash:
        above, below = _parse_scaled(upper, text), _parse_scaled(lower, text)
        return Unit(text, f"{above[0]}/{below[0]}", above[1] / below[1])
    dimension, factor = _parse_scaled(cleaned, text)
    return Unit(text, dimension, factor)


def _parse_scaled(text: str, whole: str) -> tuple[str, Fraction]:
    part = text.strip()
    if part in _BASE:
        return _BASE[part]
    match = _SCALED.match(part)
    # The magnitude words are greedy, so 千瓦 reads as 千 + 瓦: the same thing by the table.
    if match and match["base"].strip() in _BASE:
        dimension, factor = _BASE[match["base"].strip()]
        factor *= Fraction(match["number"] or 1) * _MILLION[match["million"]]
        for word in match["words"]:
            factor *= _MAGNITUDE[word]
        return dimension, factor
    message = (
        f"unit {whole!r} is unknown; accepted, each with a number or 十百千万亿 before it and one '/' between two:"
        f" {', '.join(accepted_units())}"
    )
    raise VocabularyError(message)


@overload
def convert(value: Decimal, unit: str, to: str) -> Decimal: ...
@overload
def convert(value: float, unit: str, to: str) -> float: ...
def convert(value: float | Decimal, unit: str, to: str) -> float | Decimal:
    """
    Convert a value from one unit to another by the exact factor.

    Parameters
    ----------
    value : float or Decimal
        A float stands for its shortest decimal, so that no binary dust is multiplied; NaN and infinities stay.
    unit, to : str
        Spellings that `parse_unit` reads, of one dimension.

    Returns
    -------
    float or Decimal, as ``value``
        A float is the nearest one to the exact result; a Decimal is divided in the current context.

    Raises
    ------
    VocabularyError
        If a unit is unknown, or the two measure different things; the message names the accepted units.

    Examples
    --------
    >>> convert(5.1, "公里/百平方公里", "公里/万平方公里")
    510.0
    >>> convert(Decimal("5.65"), "km/100km2", "km/10000km2")
    Decimal('565')
    >>> convert(1.5, "小时", "分钟")
    90.0
    """
    source, target = parse_unit(unit), parse_unit(to)
    if source.dimension != target.dimension:
        same = sorted(_BASES.get(source.dimension, {}))
        accepted = ", ".join(same) if same else f"units of {source.dimension}, such as km/km2 for km/100km2"
        message = f"{unit!r} measures {source.dimension} and {to!r} {target.dimension}; accepted here: {accepted}"
        raise VocabularyError(message)
    factor = source.factor / target.factor
    if isinstance(value, Decimal):
        # Two decimal places are no loss: normalising only drops zeros that the multiplication made.
        scaled = value * factor.numerator / factor.denominator
        return scaled.to_integral_value() if scaled == scaled.to_integral_value() else scaled.normalize()
    if not isfinite(value):
        return float(value)
    return float(Fraction(str(float(value))) * factor)
