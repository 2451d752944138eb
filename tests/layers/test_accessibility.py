"""Accessibility by hand, by law, and beside PySAL's ``access``."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError, VocabularyError
from layers.accessibility import (
    Catchment,
    Exponential,
    Gaussian,
    GaussianCatchment,
    Impedance,
    Linear,
    LogLogistic,
    Power,
    Steps,
    Within,
    centres_within,
    checked_times,
    cumulative_opportunities,
    daily_accessibility,
    floating_catchment,
    internal_times,
    nearest,
    parse_impedance,
    potential_accessibility,
    read_masses,
    read_times,
    times_from_table,
    weighted_average_time,
)

NAMES = ["甲", "乙", "丙", "丁"]
NAN = np.nan
# 丁 is an island: no way to or from it.
TIMES = pd.DataFrame(
    [[0.0, 30.0, 60.0, NAN], [30.0, 0.0, 90.0, NAN], [60.0, 90.0, 0.0, NAN], [NAN, NAN, NAN, 0.0]],
    index=NAMES,
    columns=NAMES,
)
PEOPLE = pd.Series({"甲": 100.0, "乙": 200.0, "丙": 300.0, "丁": 400.0})
FUNCTIONS: list[Impedance] = [
    Power(1.0),
    Power(2.0),
    Exponential(0.02),
    Gaussian(45.0),
    LogLogistic(60.0, 3.0),
    Linear(120.0),
    Within(60.0),
    Steps(),
    GaussianCatchment(60.0),
]


def test_weighted_average_time_by_hand() -> None:
    found = weighted_average_time(TIMES, PEOPLE)
    # 甲: (200·30 + 300·60) / 500; 乙: (100·30 + 300·90) / 400; 丙: (100·60 + 200·90) / 300. 丁 reaches nothing and is reached
    # by nobody: left out, and said so.
    assert found[["甲", "乙", "丙"]].tolist() == [48.0, 75.0, 80.0]
    assert np.isnan(found["丁"])
    assert found.attrs["left_out"] == ["丁"]
    assert weighted_average_time(TIMES, PEOPLE, unreachable="nan").isna().all()
    with pytest.raises(VocabularyError, match="nan, common, skip"):
        weighted_average_time(TIMES, PEOPLE, unreachable="drop")  # type: ignore[arg-type]


def test_averages_are_over_the_same_places_unless_skipping_is_asked_for() -> None:
    # 乙 has no way to 丙: over what each reaches, 乙 would look best placed.
    times = TIMES.iloc[:3, :3].copy()
    times.loc["乙", "丙"] = np.nan
    skipped = weighted_average_time(times, PEOPLE, unreachable="skip")
    common = weighted_average_time(times, PEOPLE)
    assert skipped["乙"] == 30.0
    assert common.attrs["left_out"] == ["丙"]
    assert common[["甲", "乙"]].tolist() == [30.0, 30.0]
    assert common["丙"] == pytest.approx((100 * 60 + 200 * 90) / 300)
    strict = weighted_average_time(times, PEOPLE, unreachable="nan")
    assert strict.isna().tolist() == [False, True, False]


def test_two_islands_that_reach_each_other_take_no_destination_from_the_mainland() -> None:
    names = ["一", "二", "三", "四", "岛", "屿"]
    values = np.full((6, 6), 40.0)
    values[:4, 4:] = values[4:, :4] = np.nan
    np.fill_diagonal(values, 0.0)
    found = weighted_average_time(pd.DataFrame(values, names, names), pd.Series(1.0, names))
    assert found[names[:4]].tolist() == [40.0] * 4
    assert found[["岛", "屿"]].isna().all()
    assert found.attrs["left_out"] == ["岛", "屿"]


def test_what_lies_within_a_limit_by_hand() -> None:
    assert daily_accessibility(TIMES, PEOPLE, limit_min=60.0).tolist() == [600.0, 300.0, 400.0, 400.0]
    assert daily_accessibility(TIMES, PEOPLE, limit_min=59.9).tolist() == [300.0, 300.0, 300.0, 400.0]
    assert daily_accessibility(TIMES, PEOPLE, limit_min=60.0, own=False).tolist() == [500.0, 100.0, 100.0, 0.0]
    assert cumulative_opportunities(TIMES, limit_min=90.0, own=False).tolist() == [2.0, 2.0, 2.0, 0.0]
    with pytest.raises(VocabularyError, match="positive"):
        daily_accessibility(TIMES, PEOPLE, limit_min=0.0)


def test_potential_by_hand_and_its_own_share() -> None:
    without = potential_accessibility(TIMES, PEOPLE)
    assert without["甲"] == pytest.approx(200 / 30 + 300 / 60)
    assert without["丁"] == 0.0
    own = pd.Series({"甲": 10.0, "乙": 20.0, "丙": 30.0, "丁": 40.0})
    inside = potential_accessibility(TIMES, PEOPLE, internal_time_min=own)
    np.testing.assert_allclose(inside - without, [10.0, 10.0, 10.0, 10.0])
    squared = potential_accessibility(TIMES, PEOPLE, impedance=Power(2.0))
    assert squared["乙"] == pytest.approx(100 / 30**2 + 300 / 90**2)
    # The matrix says 0 within a place: fine for a function that has a value there, an error for t^-1.
    fading = potential_accessibility(TIMES, PEOPLE, impedance=Exponential(0.01), internal_time_min="matrix")
    assert fading["甲"] == pytest.approx(100 + 200 * np.exp(-0.3) + 300 * np.exp(-0.6))
    with pytest.raises(SchemaError, match="no value at 0 min"):
        potential_accessibility(TIMES, PEOPLE, internal_time_min="matrix")
    with pytest.raises(SchemaError, match=r"internal_time_min.*missing for 丁"):
        potential_accessibility(TIMES, PEOPLE, internal_time_min=own.drop("丁"))
    # A circle of radius 10 km at 2/3: 6.667 km, 1.3 of it by road, at 45 km/h.
    area = pd.Series({"甲": np.pi * 100.0, "乙": np.nan})
    minutes = internal_times(area, radius_share=2 / 3)
    assert minutes["甲"] == pytest.approx(10 * 2 / 3 * 1.3 / 45 * 60)
    assert np.isnan(minutes["乙"])


def test_a_missing_population_stops_only_what_counts_people() -> None:
    some = PEOPLE.drop("丁")
    for measure in (
        lambda: weighted_average_time(TIMES, some),
        lambda: daily_accessibility(TIMES, some, limit_min=60.0),
        lambda: potential_accessibility(TIMES, some),
        lambda: potential_accessibility(TIMES, PEOPLE.where(PEOPLE < 400)),
    ):
        with pytest.raises(SchemaError, match="population: missing for 丁"):
            measure()
    assert cumulative_opportunities(TIMES, limit_min=60.0).tolist() == [3.0, 2.0, 2.0, 1.0]
    assert nearest(TIMES, own=False)["nearest"].tolist() == ["乙", "甲", "甲", ""]
    with pytest.raises(SchemaError, match="negative for 甲"):
        daily_accessibility(TIMES, PEOPLE * -1, limit_min=60.0)
    with pytest.raises(SchemaError, match="twice for 甲"):
        daily_accessibility(TIMES, pd.concat([PEOPLE, PEOPLE[:1]]), limit_min=60.0)


def test_nearest_and_centres_by_hand() -> None:
    times = pd.DataFrame([[40.0, 25.0, 25.0], [NAN, NAN, NAN]], index=["肥西", "岛"], columns=["c", "b", "a"])
    found = nearest(times)
    assert found.loc["肥西"].tolist() == [25.0, "a"]  # of equals the first by name
    assert np.isnan(found.loc["岛", "time_min"])
    assert found.loc["岛", "nearest"] == ""
    with pytest.raises(SchemaError, match="no destinations"):
        nearest(times[[]])
    centres = centres_within(TIMES, limits_min=(30.0, 60.0))
    assert centres["within_30"].tolist() == [1, 1, 0, 0]
    assert centres["within_60"].tolist() == [2, 1, 1, 0]
    assert centres.loc["甲", "centres_60"] == "乙 30.0、丙 60.0"
    assert centres.loc["丁", "unreached"] == "甲、乙、丙"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (9999999.0, "longer than a week: 甲–乙"),
        (-1.0, "negative: 甲–乙"),
        (0.0, "0 min between different places: 甲–乙"),
    ],
)
def test_codes_for_unreachable_are_refused(wrong: float, message: str) -> None:
    times = TIMES.copy()
    times.loc["甲", "乙"] = wrong
    with pytest.raises(SchemaError, match=message):
        checked_times(times)
    times.loc["甲", "乙"] = np.inf
    assert np.isnan(checked_times(times).loc["甲", "乙"])
    with pytest.raises(SchemaError, match="origins repeat: 甲"):
        checked_times(TIMES.set_axis(["甲", "甲", "丙", "丁"]))


def test_a_users_matrix_is_read_long_or_wide(tmp_path: Path) -> None:
    long = (
        TIMES.iloc[:3, :3].rename_axis("from").reset_index().melt("from", var_name="to", value_name="travel_time_min")
    )
    long.loc[(long["from"] == "乙") & (long["to"] == "丙"), "travel_time_min"] = np.nan
    expected = TIMES.iloc[:3, :3].copy()
    expected.loc["乙", "丙"] = np.nan
    pd.testing.assert_frame_equal(times_from_table(long).loc[NAMES[:3], NAMES[:3]], expected, check_names=False)
    path = tmp_path / "times.csv"
    long.to_csv(path, index=False, encoding="gb18030")
    pd.testing.assert_frame_equal(read_times(path).loc[NAMES[:3], NAMES[:3]], expected, check_names=False)
    long.rename(columns={"from": "出发地", "to": "目的地", "travel_time_min": "时间min"}).to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_times(path).loc[NAMES[:3], NAMES[:3]], expected, check_names=False)
    expected.to_csv(path, encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_times(path), expected, check_names=False)
    # A pair that the table does not name has no way: 丙 is nobody's origin.
    part = times_from_table(long[(long["from"] == "甲") | (long["to"] == "甲")])
    assert np.isnan(part.loc["乙", "丙"])
    both = pd.concat([long.assign(mode="rail"), long.assign(mode="road")])
    with pytest.raises(SchemaError, match="more than once; keep one mode"):
        times_from_table(both)
    path.write_text("from,to,travel_time_min\n甲,乙,约一小时\n", "utf-8")
    with pytest.raises(SchemaError, match=r"times\.csv.*约一小时"):
        read_times(path)
    path.write_text("a,b\nx,远\n", "utf-8")
    with pytest.raises(SchemaError, match="neither a long table"):
        read_times(path)


def test_a_users_masses_are_read(tmp_path: Path) -> None:
    path = tmp_path / "masses.csv"
    path.write_text("名称,population,gdp,note\n合肥,100,,a\n芜湖,50,3.5,b\n", "utf-8-sig")
    table = read_masses(path)
    assert list(table.columns) == ["name", "population", "gdp"]
    assert table["gdp"].isna().tolist() == [True, False]
    path.write_text("x,y\n1,2\n", "utf-8")
    with pytest.raises(SchemaError, match="name or code"):
        read_masses(path)


def test_impedance_functions_by_hand() -> None:
    t = np.array([10.0, 30.0, 60.0, 61.0, np.nan])
    np.testing.assert_allclose(Power(2.0)(t), [0.01, 1 / 900, 1 / 3600, 1 / 3721, 0.0])
    np.testing.assert_allclose(Exponential(0.1)(t)[:2], np.exp([-1.0, -3.0]))
    np.testing.assert_allclose(Gaussian(30.0)(t)[1], np.exp(-0.5))
    np.testing.assert_allclose(LogLogistic(60.0, 5.0)(t)[2], 0.5)
    np.testing.assert_allclose(Linear(60.0)(t), [5 / 6, 0.5, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(Within(60.0)(t), [1, 1, 1, 0, 0])
    np.testing.assert_allclose(Steps(((30.0, 1.0), (60.0, 0.5)))(t), [1, 1, 0.5, 0, 0])
    np.testing.assert_allclose(GaussianCatchment(60.0)(np.array([0.0, 60.0, 61.0])), [1.0, 0.0, 0.0], atol=1e-15)
    for text, function in (("power:2", Power(2.0)), ("steps:30=1:60=0.5", Steps(((30.0, 1.0), (60.0, 0.5))))):
        assert parse_impedance(text) == function
    for wrong in ("power:0", "power:a", "cosine:3", "steps:60=0.5:30=1", "exponential"):
        with pytest.raises(VocabularyError):
            parse_impedance(wrong)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: type(f).__name__)
@given(st.lists(st.floats(0.1, 500.0), min_size=2, max_size=20))
def test_impedance_never_rises_with_time(function: Impedance, times: list[float]) -> None:
    weights = function(np.sort(np.array(times)))
    assert (np.diff(weights) <= 1e-12).all()
    assert (weights >= 0).all()
    assert function(np.array([np.nan])).tolist() == [0.0]


def test_catchments_by_hand() -> None:
    # Two places, two supplies: 甲 (100 people) reaches both, 乙 (300) only the second.
    times = pd.DataFrame([[10.0, 20.0], [40.0, 10.0]], index=["甲", "乙"], columns=["一院", "二院"])
    people, beds = pd.Series({"甲": 100.0, "乙": 300.0}), pd.Series({"一院": 10.0, "二院": 40.0})
    two = floating_catchment(times, people, beds, limit_min=30.0)
    assert two.tolist() == pytest.approx([10 / 100 + 40 / 400, 40 / 400])
    # Weights 1 up to 10 min, 0.5 up to 30: demand of 二院 is 300 + 0.5·100.
    zones = Steps(((10.0, 1.0), (30.0, 0.5)))
    enhanced = floating_catchment(times, people, beds, limit_min=30.0, impedance=zones, variant="E2SFCA")
    assert enhanced.tolist() == pytest.approx([10 / 100 + 0.5 * 40 / 350, 40 / 350])
    modified = floating_catchment(times, people, beds, limit_min=30.0, impedance=zones, variant="M2SFCA")
    assert modified.tolist() == pytest.approx([10 / 100 + 0.25 * 40 / 350, 40 / 350])
    # 甲 chooses 一院 with 1/1.5 and 二院 with 0.5/1.5.
    g = np.array([1 / 1.5, 0.5 / 1.5])
    ratio = np.array([10 / (g[0] * 100), 40 / (g[1] * 0.5 * 100 + 300)])
    three = floating_catchment(times, people, beds, limit_min=30.0, impedance=zones, variant="3SFCA")
    assert three.tolist() == pytest.approx([g[0] * ratio[0] + g[1] * ratio[1] * 0.5, ratio[1]])
    with pytest.raises(VocabularyError, match="E2SFCA"):
        floating_catchment(times, people, beds, limit_min=30.0, impedance=zones)
    with pytest.raises(VocabularyError, match="E2SFCA weighs by time"):
        floating_catchment(times, people, beds, limit_min=30.0, variant="E2SFCA")
    with pytest.raises(VocabularyError, match="2SFCA"):
        floating_catchment(times, people, beds, limit_min=30.0, variant="4SFCA")


def test_supply_out_of_reach_and_supply_without_people() -> None:
    times = pd.DataFrame([[NAN], [20.0]], index=["岛", "乙"], columns=["院"])
    beds = pd.Series({"院": 5.0})
    far = floating_catchment(times, pd.Series({"岛": 10.0, "乙": 10.0}), beds, limit_min=30.0)
    assert far.tolist() == [0.0, 0.5]
    empty = floating_catchment(times, pd.Series({"岛": 10.0, "乙": 0.0}), beds, limit_min=30.0)
    assert empty["岛"] == 0.0
    assert np.isnan(empty["乙"])


GRID = st.integers(2, 6).flatmap(
    lambda n: st.integers(1, 5).flatmap(
        lambda m: st.tuples(
            st.lists(st.lists(st.floats(1.0, 90.0), min_size=m, max_size=m), min_size=n, max_size=n),
            st.lists(st.floats(1.0, 1e5), min_size=n, max_size=n),
            st.lists(st.floats(0.5, 1e3), min_size=m, max_size=m),
        )
    )
)
Drawn = tuple[list[list[float]], list[float], list[float]]


def _tables(drawn: Drawn) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    rows, people, supply = drawn
    origins, destinations = [f"o{i}" for i in range(len(rows))], [f"s{j}" for j in range(len(supply))]
    times = pd.DataFrame(rows, index=origins, columns=destinations)
    return times, pd.Series(people, index=origins), pd.Series(supply, index=destinations)


@settings(deadline=None)
@given(GRID, st.sampled_from([Catchment.TWO_STEP, Catchment.ENHANCED, Catchment.THREE_STEP]))
def test_a_catchment_gives_away_the_supply_that_is_reached_and_no_more(drawn: Drawn, variant: Catchment) -> None:
    times, people, supply = _tables(drawn)
    weight = None if variant is Catchment.TWO_STEP else Exponential(0.03)
    found = floating_catchment(times, people, supply, limit_min=60.0, impedance=weight, variant=variant)
    reached = supply[(times <= 60.0).any(axis=0)]
    assert float((found * people).sum()) == pytest.approx(float(reached.sum()))
    modified = floating_catchment(times, people, supply, limit_min=60.0, impedance=Exponential(0.03), variant="M2SFCA")
    assert float((modified * people).sum()) <= float(reached.sum()) * (1 + 1e-9)


@settings(deadline=None, max_examples=40)
@given(GRID)
def test_catchments_agree_with_pysal(drawn: Drawn) -> None:
    fca = pytest.importorskip("access.fca")
    times, people, supply = _tables(drawn)
    assume((times <= 60.0).any(axis=1).all())
    assume((times <= 60.0).any(axis=0).all())
    cost = times.rename_axis("origin").reset_index().melt("origin", var_name="dest", value_name="cost")
    demand = pd.DataFrame({"demand": people}).rename_axis("geoid").reset_index()
    offered = pd.DataFrame({"supply": supply}).rename_axis("geoid")
    zones = Steps(((20.0, 1.0), (40.0, 0.68), (60.0, 0.22)))

    def scalar(minutes: float) -> float:
        return float(zones(np.array([minutes]))[0])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = fca.two_stage_fca(demand, offered, cost.copy(), 60.0)
        weighted = fca.two_stage_fca(demand, offered, cost.copy(), 60.0, weight_fn=scalar)
        three = fca.three_stage_fca(demand, offered, cost[cost["cost"] <= 60.0].copy(), 60.0, weight_fn=scalar)
    for variant, impedance, expected in (
        ("2SFCA", None, plain),
        ("E2SFCA", zones, weighted),
        ("3SFCA", zones, three),
    ):
        ours = floating_catchment(times, people, supply, limit_min=60.0, impedance=impedance, variant=variant)
        np.testing.assert_allclose(ours, expected.reindex(ours.index), rtol=1e-9)


@settings(deadline=None, max_examples=40)
@given(GRID)
def test_cumulative_and_potential_agree_with_pysal(drawn: Drawn) -> None:
    fca = pytest.importorskip("access.fca")
    weights = pytest.importorskip("access.weights")
    times, _, supply = _tables(drawn)
    cost = times.rename_axis("origin").reset_index().melt("origin", var_name="dest", value_name="cost")
    offered = pd.DataFrame({"supply": supply})
    plain = fca.weighted_catchment(offered, cost, 60.0, "dest", "origin", loc_index=True, loc_value="supply")
    ours = cumulative_opportunities(times, supply, limit_min=60.0)
    np.testing.assert_allclose(ours, plain.reindex(ours.index).fillna(0.0))
    gravity = weights.gravity(1.0, -1.5)
    summed = fca.weighted_catchment(
        offered, cost, None, "dest", "origin", loc_index=True, loc_value="supply", weight_fn=gravity
    )
    mine = potential_accessibility(times, supply, impedance=Power(1.5))
    np.testing.assert_allclose(mine, summed.reindex(mine.index))


@settings(deadline=None)
@given(GRID, st.floats(0.0, 1.0), st.sampled_from(FUNCTIONS))
def test_shorter_times_never_lower_an_accessibility(drawn: Drawn, share: float, function: Impedance) -> None:
    times, _, held = _tables(drawn)
    better = times * (0.5 + share / 2)
    worse = times.copy()
    worse.iloc[0, 0] = np.nan
    one = potential_accessibility(times, held, impedance=function)
    assert (potential_accessibility(better, held, impedance=function) >= one - 1e-9 * one.abs()).all()
    assert (potential_accessibility(worse, held, impedance=function) <= one + 1e-9 * one.abs()).all()
    within = cumulative_opportunities(times, held, limit_min=45.0)
    assert (cumulative_opportunities(better, held, limit_min=45.0) >= within).all()
    assert (cumulative_opportunities(worse, held, limit_min=45.0) <= within).all()
    assert (cumulative_opportunities(times, held, limit_min=50.0) >= within).all()
    average = weighted_average_time(times, held)
    assert (average <= times.max(axis=1) + 1e-9).all()
    assert (average >= times.min(axis=1) - 1e-9).all()
    np.testing.assert_allclose(weighted_average_time(times, held * 7.0), average)
