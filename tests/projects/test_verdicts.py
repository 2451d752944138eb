"""One line per target: the word by hand, kilometres from a gap, dates, published figures, reference targets."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SchemaError, VocabularyError
from layers.schema import FEATURES, INDICATORS
from projects.assessment import assess
from projects.schema import CLOSING, SENSITIVITY, TARGETS, VERDICTS, Verdict
from projects.verdict.area_lengths import area_lengths
from projects.verdict.reference_targets import (
    official_lengths,
    read_targets,
    reference_dates,
    reference_targets,
    reference_titles,
)
from projects.verdict.verdicts import STAGES, judge, target_verdicts
from tests.projects.test_closing import ROWS

STAGE_NAMES = ("today", *STAGES)


def values(*numbers: float) -> dict[str, float]:
    return dict(zip(STAGE_NAMES, numbers, strict=False))


@pytest.mark.parametrize(
    ("comparator", "bound", "measured", "verdict", "stage", "borderline"),
    [
        (">=", 700, values(780, 800, 800, 800, 800, 900), "met", "", False),
        (">=", 700, values(710, 760, 760, 760, 760, 900), "borderline", "under_construction", True),
        (
            ">=",
            700,
            values(690, 710, 760, 760, 760, 900),
            "borderline",
            "starting",
            True,
        ),  # 710 is within the error too
        (">=", 700, values(690, 691, 692, 693, 694, 695), "borderline", "", True),
        (">=", 700, values(500, 600, 760, 800, 800, 900), "met_with_projects", "starting", False),
        (">=", 700, values(500, 600, 702, 800, 800, 900), "met_with_projects", "starting", True),
        (">=", 700, values(500, 500, 500, 500, 500, 900), "met_with_projects", "unspecified", False),
        (">=", 700, values(500, 510, 520, 530, 540, 550), "not_met", "", False),
        (">=", 700, values(500, 510, 520, 530, 540, 690), "not_met", "", True),
        ("<=", 90, values(150, 150, 120, 80, 80, 80), "met_with_projects", "preparatory", False),
        (">=", 700, values(math.nan, 800), "not_measured", "", False),
    ],
)
def test_the_word_by_hand(
    comparator: str, bound: float, measured: dict[str, float], verdict: str, stage: str, borderline: bool
) -> None:
    got = judge(comparator, bound, measured, error_share=0.05, less_is_better=comparator == "<=")
    assert got == (Verdict(verdict), stage, borderline)


@given(st.floats(1.0, 1e3), st.lists(st.floats(0.0, 500.0), min_size=6, max_size=6), st.sampled_from([0.0, 0.05, 0.15]))
def test_more_projects_never_turn_met_into_not_met(bound: float, steps: list[float], error: float) -> None:
    """Stages only add: a stage that meets the target is followed by stages that meet it, and the word says the first."""
    measured, total = {}, 0.0
    for name, step in zip(STAGE_NAMES, steps, strict=True):
        total += step
        measured[name] = total
    word, stage, _ = judge(">=", bound, measured, error_share=error)
    if word is Verdict.NOT_MET:
        assert total < bound
    if word is Verdict.MET_WITH_PROJECTS:
        before = STAGE_NAMES[STAGE_NAMES.index(stage) - 1]
        assert measured[stage] >= bound * (1 - 1e-9) > measured[before] * (1 - 1e-8)
    if word is Verdict.MET:
        assert measured["today"] >= bound


# -- the whole line --------------------------------------------------------------------------------------------------


def target(**changes: object) -> pd.DataFrame:
    row = {
        "document": "made",
        "indicator": "railway_network_density",
        "indicator_zh": "铁路网密度",
        "comparator": ">=",
        "value": 300.0,
        "unit": "km/10000km2",
        "year": 2030,
        "area": "六安",
        "infrastructure": True,
        "start": 0,
        "end": 9,
    } | changes
    return TARGETS.coerce(pd.DataFrame([row]))


def line(targets: pd.DataFrame, features: gpd.GeoDataFrame | None = ROWS, **options: object) -> pd.DataFrame:
    return target_verdicts(targets, features, INDICATORS.empty(), **options).verdicts  # type: ignore[arg-type]


def test_kilometres_missing_by_hand() -> None:
    lengths = area_lengths(["六安"], ROWS)["六安"]
    today = lengths.existing("rail_density", "2025-12")["km"].sum()
    added = lengths.planned("rail_density")["km"].sum()
    # A bound that half of what the projects add would reach: that many kilometres are missing.
    bound = (today + added / 2) / lengths.area_km2 * 10_000
    got = target_verdicts(target(value=bound), ROWS, INDICATORS.empty(), dates={"made": "2005-01"})
    row = got.verdicts.iloc[0]
    assert row["missing"] == pytest.approx(added / 2, abs=0.1)
    assert row["missing_unit"] == "km"
    assert row["gap"] == pytest.approx(bound - row["value_today"])
    # a (33 km, under construction) is a little shorter than b (straight, times 1.1): only b alone closes half of both.
    assert row["closing_projects"] == "b"
    assert got.closing["cumulative_km"].iloc[-1] >= row["missing"]
    assert row["added_km"] == pytest.approx(added)
    assert row["straight_share"] == pytest.approx(1.1 / 2.1, abs=0.01)
    assert row["early_share"] == row["straight_share"]
    assert "不是预测" in row["note"]
    assert row["value_at_plan_date"] < row["value_today"]  # 合武 opened in April 2009
    assert row["plan_date"] == "2005-01"
    for table, schema in ((got.verdicts, VERDICTS), (got.closing, CLOSING), (got.sensitivity, SENSITIVITY)):
        schema.validate(table)


def test_only_projects_with_a_stated_year_count_by_the_target_year() -> None:
    """Project a opens in 2028 by its plan, b and c say nothing: by 2030 a is there, by 2027 none, and without a year nobody knows."""
    dated = ROWS.assign(opening_year=pd.array([2028, None, None, 2020], dtype="Int64"))
    rows = {year: line(target(year=year), dated).iloc[0] for year in (2027, 2030, None)}
    assert rows[2027]["value_target_year"] == rows[2027]["value_today"]
    assert rows[2030]["value_target_year"] == rows[2030]["value_under_construction"] > rows[2030]["value_today"]
    assert math.isnan(rows[None]["value_target_year"])


def test_a_gap_in_another_unit_is_the_same_kilometres() -> None:
    one, other = line(target(value=400.0)), line(target(value=4.0, unit="km/100km2"))
    assert one["missing"].iloc[0] == pytest.approx(other["missing"].iloc[0])
    assert one["verdict"].iloc[0] == other["verdict"].iloc[0]


def test_a_length_per_head_by_hand() -> None:
    """六安市: census of 2020 4,393,699 residents; 公里/万人 divides by 439.37."""
    row = line(target(value=1.5, unit="公里/万人"), None).iloc[0]
    lengths = area_lengths(["六安"], None)["六安"]
    today = lengths.existing("rail_density", "2025-12")["km"].sum()
    assert row["value_today"] == pytest.approx(today / 439.3699, abs=1e-4)
    assert row["missing"] == pytest.approx((1.5 - row["value_today"]) * 439.3699, abs=0.05)
    assert "普查" in row["note"]
    assert row["official_value"] == pytest.approx(356.0 / 439.3699, abs=1e-4)  # 六安市交通运输局: about 356 km


def test_the_line_agrees_with_the_assessment_by_scenario() -> None:
    """One mechanism: the values of ``assess`` on the same indicators are those of the line."""
    from layers.indicators import measure

    indicators = measure(ROWS).indicators
    targets = pd.concat([target(), target(area="安徽", indicator="expressway_density", value=5.0, unit="km/100km2")])
    by_scenario = assess(targets, indicators).set_index(["area", "scenario"])["measured_value"]
    for row in target_verdicts(targets, ROWS, indicators).verdicts.to_dict("records"):
        assert row["value_today"] == pytest.approx(by_scenario[row["area"], "today"], rel=1e-6)
        assert row["value_plan"] == pytest.approx(by_scenario[row["area"], "plan"], rel=1e-6)


def test_without_a_date_or_projects_nothing_is_invented() -> None:
    row = line(target(), None).iloc[0]
    assert row["plan_date"] == ""
    assert "--date" in row["note"]
    assert math.isnan(row["value_at_plan_date"])
    assert row["value_plan"] == row["value_today"]
    assert row["closing_projects"] == ""
    assert row["added_km"] == 0.0
    assert math.isnan(row["straight_share"])


def test_what_is_not_measured_stays_with_its_reason() -> None:
    targets = pd.concat(
        [
            target(indicator="5g_coverage", unit="%", value=90.0),
            target(area="北京", start=1),
            target(unit="km", start=2),
        ]
    )
    table = line(targets)
    assert list(table["verdict"]) == ["not_measured"] * 3
    assert "5G覆盖率没有公开数据" in table["note"].iloc[0]
    assert "北京" in table["note"].iloc[1]
    assert "单位不可换算" in table["note"].iloc[2]
    assert table["closing_projects"].eq("").all()


def test_a_published_figure_stands_beside_ours() -> None:
    # 江苏省交通运输厅: 4276.9 km of railway at the end of 2022, on 107,200 km²: 398.96 km/10⁴ km².
    row = line(target(area="江苏", value=550.0), None).iloc[0]
    assert row["official_value"] == pytest.approx(4276.9 / 107_200 * 1e4, abs=1e-3)
    assert row["official_as_of"] == "2022-12"
    assert row["official_source"].endswith("[A]")
    assert row["value_at_official_date"] == pytest.approx(row["official_value"], rel=0.06)
    assert line(target(area="黄山"), None)["official_value"].isna().all()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(VocabularyError, match="zh, en"):
        line(target(), lang="fr")


# -- reference targets, a planner's own, published lengths ------------------------------------------------------------


def test_reference_targets_are_the_published_ones() -> None:
    """Figures of the pages: 新华社 2020-05-04, 央视网 2019-12-02, 上观新闻 2023-06-04, 合肥发布 2024-07-11."""
    table = reference_targets()
    found = {(r["document"], r["indicator"].split(":")[0], r["value"], r["unit"]) for r in table.to_dict("records")}
    assert found == {
        ("长三角交通规划2020", "railway_network_density", 507.0, "km/10000km2"),
        ("长三角交通规划2020", "expressway_density", 500.0, "km/10000km2"),
        ("长三角交通规划2020", "centre_city_travel_time", 1.5, "h"),
        ("长三角交通规划2020", "commuting_circle_time", 1.0, "h"),
        ("长三角交通规划2020", "other", 5.0, "%"),
        ("长三角交通规划2020", "other", 65.0, "%"),
        ("长三角规划纲要2019", "railway_network_density", 507.0, "km/10000km2"),
        ("长三角规划纲要2019", "expressway_density", 5.0, "km/100km2"),
        ("长三角规划纲要2019", "5g_coverage", 80.0, "%"),
        ("长三角铁路十四五", "railway_length", 16_700.0, "km"),
        ("长三角铁路十四五", "high_speed_rail_length", 9_200.0, "km"),
        ("合肥交通十四五", "railway_length", 1_000.0, "km"),
        ("合肥交通十四五", "centre_city_travel_time", 1.5, "h"),
        ("合肥交通十四五", "commuting_circle_time", 1.0, "h"),
        ("合肥交通十四五", "expressway_access_time", 15.0, "min"),
        ("合肥交通十四五", "other", 1_000.0, "km"),
        ("合肥交通十四五", "other", 500.0, "km"),
    }
    circles = table[table["indicator"] == "commuting_circle_time"]
    assert (circles["document"] == "长三角交通规划2020").sum() == 6
    assert set(table["year"]) == {2025}
    assert set(table["document"]) == set(reference_dates()) == set(reference_titles())
    assert table["quotation"].str.contains(r"\[[ABCD]\]").all()


def test_densities_of_the_delta() -> None:
    delta = reference_targets().query("document == '长三角交通规划2020' and unit == 'km/10000km2'")
    rows = line(delta, None, dates=reference_dates()).set_index("indicator")
    # 中国铁路上海局: about 15,000 km at the end of 2024 and more than 11,000 at the end of 2019, on 358,000 km².
    rail = rows.loc["railway_network_density"]
    assert rail["value_today"] == pytest.approx(15_000 / 358_000 * 1e4, rel=0.06)
    assert rail["value_at_plan_date"] == pytest.approx(11_000 / 358_000 * 1e4, rel=0.06)
    assert rail["verdict"] == "not_met"


def test_published_lengths_are_those_of_the_reference(shared: Path) -> None:
    """A cross-check of what was read from pages: the same figure where both tables have one."""
    other = pd.read_csv(shared / "reference" / "network_length_official.csv")
    columns = {
        "rail_length": "railway_km",
        "high_speed_rail_length": "high_speed_railway_km",
        "expressway_length": "expressway_km",
    }
    compared = 0
    ours = official_lengths()
    for row in ours[ours["indicator"] != "metro_length"].to_dict("records"):
        there = other[(other["area"] == row["area"]) & (other["as_of"] == row["as_of"])][
            columns[row["indicator"]]
        ].dropna()
        if len(there):
            compared += 1
            assert row["length_km"] == pytest.approx(there.iloc[0])
    assert compared >= 10


def test_a_planners_own_targets(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "指标,比较,目标值,单位,区域\n铁路网密度,>=,800,公里/万平方公里,合肥\nairports,>=,1,airports,芜湖\n", "gb18030"
    )
    table = read_targets(path)
    assert table["indicator"].tolist() == ["railway_network_density", "airports"]
    assert table["indicator_zh"].tolist() == ["铁路网密度", "运输机场数量"]
    assert table["document"].tolist() == ["mine", "mine"]
    assert table["year"].isna().all()
    path.write_text("indicator,comparator,value,unit,area\nrail_speed,>=,1,km,\n", "utf-8")
    with pytest.raises(SchemaError, match=r"row 2: indicator 'rail_speed'.*; row 2: no area"):
        read_targets(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_order_of_targets_does_not_matter(lang: str) -> None:
    targets = pd.concat([target(), target(area="安徽", start=1), target(indicator="5g_coverage", unit="%", start=2)])
    one = target_verdicts(targets, ROWS, INDICATORS.empty(), lang=lang)
    other = target_verdicts(targets.iloc[::-1], ROWS, INDICATORS.empty(), lang=lang)
    for a, b in ((one.verdicts, other.verdicts), (one.closing, other.closing), (one.sensitivity, other.sensitivity)):
        pd.testing.assert_frame_equal(a, b)


def test_airports_by_month_and_stage() -> None:
    """江苏: 连云港 moved to 花果山 in 2021-12, nine airports in both months; 南通新机场 would be the tenth."""
    data = {
        "feature_id": "airport-x",
        "origin": "project",
        "name": "南通新机场",
        "mode": "airport",
        "kind": "civil_airport",
        "work": "new",
        "status": "proposed",
        "drawn_by": "point",
        "documents": "made",
    }
    rows = FEATURES.coerce(pd.DataFrame([data]))
    features = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy([121.6], [31.95]), crs="EPSG:4326")
    wanted = target(indicator="airports", unit="座", value=10.0, area="江苏")
    got = target_verdicts(wanted, features, INDICATORS.empty(), dates={"made": "2020-04"})
    row = got.verdicts.iloc[0]
    assert (row["value_at_plan_date"], row["value_today"], row["value_plan"]) == (9.0, 9.0, 10.0)
    assert (row["verdict"], row["stage"]) == ("met_with_projects", "proposed")
    assert row["value_own_plan"] == 10.0
    assert row["closing_projects"] == "南通新机场"
    assert got.closing["name"].tolist() == ["南通新机场"]
    more = target_verdicts(wanted.assign(value=12.0), features, INDICATORS.empty()).verdicts.iloc[0]
    assert more["verdict"] == "not_met"
    assert "只新增 1 个" in more["closing_note"]
    none = line(target(indicator="airports", unit="个", value=1.0, area="苏州"), None).iloc[0]
    assert (none["verdict"], none["value_today"]) == ("not_met", 0.0)
