"""Units: exact factors by definition (GB 3100, 亩 = 1/15 公顷), and the laws of conversion."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import VocabularyError
from geo.units import accepted_units, convert, parse_unit


@pytest.mark.parametrize(
    "value, unit, to, expected",
    [
        # The four density targets of 合肥 and 江苏, moved between the two denominators by hand (factor 100).
        (700, "公里/万平方公里", "km/km2", 0.07),
        (700, "km/10000km2", "公里/百平方公里", 7),
        (5.65, "公里/百平方公里", "km/10000km2", 565),
        (5.1, "km/100km2", "公里/万平方公里", 510),
        (550, "公里/万平方公里", "km/100km2", 5.5),
        (1, "万公里", "km", 10_000),
        (1.5, "小时", "分钟", 90),
        (100, "亿立方米", "万m3", 1_000_000),
        (2.5, "万千瓦", "MW", 25),
        (14.92, "万套", "units", 149_200),
        (125, "亿元", "100m yuan", 125),
        (1.61, "万元", "10000 yuan", 1.61),
        (3, "万标箱", "TEU", 30_000),
        (15, "亩", "公顷", 1),
        (1, "海里", "米", 1852),
        (72, "%", "share", 0.72),
        (350, "公里/小时", "km/h", 350),
        (100, "百平方公里", "km2", 10_000),
        (100, "万人", "10000 persons", 100),
        (1, "亿吨", "万吨", 10_000),
    ],
)
def test_factors_by_hand(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(float(value), unit, to) == expected


def test_decimal_stays_decimal() -> None:
    assert convert(Decimal("5.65"), "km/100km2", "km/10000km2") == Decimal(565)
    assert isinstance(convert(Decimal("5.65"), "km/100km2", "km/10000km2"), Decimal)


def test_dimensions_tell_length_from_density() -> None:
    assert parse_unit("公里/万平方公里").dimension == "length/area"
    with pytest.raises(VocabularyError, match=r"length/area.*length"):
        convert(1.0, "km/km2", "km")


def test_unknown_unit_names_the_accepted_ones() -> None:
    with pytest.raises(VocabularyError, match=r"'光年'.*公里.*小时"):
        convert(1.0, "光年", "km")


def test_missing_stays_missing() -> None:
    assert math.isnan(convert(float("nan"), "km", "m"))


@given(st.decimals(-1000, 1000, places=3).map(float), st.sampled_from(["km", "公里", "m", "海里", "万公里"]))
def test_there_and_back_is_the_same(value: float, unit: str) -> None:
    assert convert(convert(value, unit, "m"), "m", unit) == pytest.approx(value, rel=1e-15, abs=1e-300)


@given(st.sampled_from(accepted_units()), st.sampled_from(["", "十", "百", "千", "万", "亿", "万千", "100", "10000 "]))
def test_every_base_takes_a_magnitude(base: str, magnitude: str) -> None:
    # 万 before a base is ten thousand of it, whatever the base; 10000 says the same in digits.
    sizes = {
        "": 1,
        "十": 10,
        "百": 100,
        "千": 1000,
        "万": 10**4,
        "亿": 10**8,
        "万千": 10**7,
        "100": 100,
        "10000 ": 10**4,
    }
    if "/" in base or base in {":1", "百分点", "个百分点"}:  # 十百分点 is no Chinese
        return
    if magnitude + base in accepted_units():  # 千瓦, 千米, 百分点 are bases of their own
        return
    assert parse_unit(magnitude + base).factor == parse_unit(base).factor * sizes[magnitude]
