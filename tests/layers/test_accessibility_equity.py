"""Inequality by hand, by law, and beside PySAL's ``inequality``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.errors import SchemaError
from layers.accessibility import gini, palma, theil

VALUES = st.lists(st.floats(0.1, 1e4), min_size=2, max_size=25)
WEIGHED = st.lists(st.tuples(st.floats(0.1, 1e4), st.integers(1, 6), st.sampled_from("abc")), min_size=2, max_size=12)


def test_gini_theil_and_palma_by_hand() -> None:
    values = pd.Series([1.0, 3.0])
    # Mean difference of 1 and 3 over all four ordered pairs: (0+2+2+0)/4 = 1; over twice the mean: 1/4.
    assert gini(values) == pytest.approx(0.25)
    expected = (1 / 4) * np.log(0.5) + (3 / 4) * np.log(1.5)
    assert theil(values).total == pytest.approx(expected)
    # Weights are people: 1 three times and 3 once.
    assert gini(values, pd.Series([3.0, 1.0])) == pytest.approx(gini(pd.Series([1.0, 1.0, 1.0, 3.0])))
    # Ten people with 1…10: the best has 10, the worst four 1+2+3+4.
    assert palma(pd.Series(np.arange(1.0, 11.0))) == pytest.approx(1.0)
    # One place at the border of the worst four tenths is split: 3 people with 1, 7 with 2; the worst four have 3·1 + 1·2.
    assert palma(pd.Series([1.0, 2.0]), pd.Series([3.0, 7.0])) == pytest.approx(2.0 / 5.0)


def test_theil_of_groups_by_hand() -> None:
    values = pd.Series([1.0, 3.0, 4.0, 8.0])
    groups = pd.Series(["苏", "苏", "皖", "皖"])
    split = theil(values, groups)
    # Goods 4 and 12 of 16, means 2 and 6 of 4.
    assert split.between == pytest.approx(0.25 * np.log(2 / 4) + 0.75 * np.log(6 / 4))
    inside = [theil(values[:2]).total, theil(values[2:]).total]
    assert split.within == pytest.approx(0.25 * inside[0] + 0.75 * inside[1])
    assert split.groups.loc[["苏", "皖"], "theil"].tolist() == pytest.approx(inside)
    assert split.groups["share_of_people"].tolist() == [0.5, 0.5]


def test_what_has_no_value() -> None:
    gone = pd.Series([1.0, np.nan])
    assert np.isnan(gini(gone))
    assert np.isnan(theil(gone).total)
    assert np.isnan(palma(gone))
    nothing = pd.Series([0.0, 0.0])
    assert np.isnan(gini(nothing))
    assert np.isnan(theil(nothing).total)
    assert np.isnan(palma(pd.Series([0.0] * 5 + [1.0] * 5)))
    # A place without people has no say, even without a value.
    assert gini(gone, pd.Series([1.0, 0.0])) == 0.0
    for wrong in (pd.Series([-1.0, 2.0]), pd.Series([np.inf, 1.0]), pd.Series([], dtype=float)):
        with pytest.raises(SchemaError):
            gini(wrong)
    with pytest.raises(SchemaError, match="missing for 1"):
        gini(pd.Series([1.0, 2.0]), pd.Series([1.0]))
    with pytest.raises(SchemaError, match="groups: missing"):
        theil(pd.Series([1.0, 2.0]), pd.Series(["a"]))
    with pytest.raises(SchemaError, match="shares"):
        palma(pd.Series([1.0, 2.0]), top=0.7, bottom=0.4)


@given(VALUES)
def test_they_agree_with_pysal(values: list[float]) -> None:
    pytest.importorskip("inequality")
    from inequality.gini import Gini
    from inequality.theil import Theil, TheilD

    x = np.array(values)
    assert gini(pd.Series(x)) == pytest.approx(Gini(x).g, abs=1e-9)
    assert theil(pd.Series(x)).total == pytest.approx(Theil(x).T, abs=1e-9)
    partition = np.arange(len(x)) % 3
    split = theil(pd.Series(x), pd.Series(partition))
    theirs = TheilD(x, partition)
    assert split.between == pytest.approx(float(np.squeeze(theirs.bg)), abs=1e-9)
    assert split.within == pytest.approx(float(np.squeeze(theirs.wg)), abs=1e-9)


@given(WEIGHED)
def test_people_count_one_by_one(rows: list[tuple[float, int, str]]) -> None:
    table = pd.DataFrame(rows, columns=["x", "people", "group"])
    each = table.loc[table.index.repeat(table["people"])].reset_index(drop=True)
    assert gini(table["x"], table["people"]) == pytest.approx(gini(each["x"]), abs=1e-9)
    one, other = theil(table["x"], table["group"], table["people"]), theil(each["x"], each["group"])
    assert (one.total, one.between, one.within) == pytest.approx((other.total, other.between, other.within), abs=1e-9)
    assert palma(table["x"], table["people"]) == pytest.approx(palma(each["x"]), rel=1e-6)
    assert one.total == pytest.approx(one.between + one.within)
    assert one.between >= -1e-9
    assert one.within >= -1e-9


@given(VALUES, st.floats(0.01, 100.0))
def test_inequality_knows_no_unit_and_falls_with_a_transfer_from_rich_to_poor(
    values: list[float], factor: float
) -> None:
    x = pd.Series(values)
    assert gini(x * factor) == pytest.approx(gini(x), abs=1e-9)
    assert theil(x * factor).total == pytest.approx(theil(x).total, abs=1e-9)
    assert palma(x * factor) == pytest.approx(palma(x), rel=1e-9)
    assert 0.0 <= gini(x) <= 1.0 - 1.0 / len(x) + 1e-9
    rich, poor = int(x.argmax()), int(x.argmin())
    assume(x[rich] - x[poor] > 1e-3)
    moved = x.copy()
    moved[rich] -= (x[rich] - x[poor]) / 4
    moved[poor] += (x[rich] - x[poor]) / 4
    assert gini(moved) < gini(x)
    assert theil(moved).total < theil(x).total
    assert palma(moved) <= palma(x) + 1e-9
