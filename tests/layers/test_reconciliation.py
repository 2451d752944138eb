"""Our route lengths against official ones: the tables, the lines that explain them, and what verdicts state as error."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.rail_times import modelled
from benchmarks.reconcile import MISSING, compared, explanations, measured_km, reconciled, series
from layers.rail import rail_lines
from projects.assessment import MEASUREMENT_ERROR_SHARE

CITIES = ("合肥市", "六安市")


def show(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        rounding = {"measured_km": 0, "difference_share": 3, "left_share": 3}
        print("\n" + table.round(rounding).to_string(index=False))


def test_lengths_agree_with_the_official_ones(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = reconciled(pd.read_csv(shared / "reference" / "network_length_official.csv"))
    show(table, capsys)
    assert len(table) == 33
    city = table["area"].isin(CITIES)
    # Provinces within 3 %, cities within 5 %, with what the figures count otherwise (two of them, each with its source).
    assert (table.loc[~city, "left_share"].abs() <= 0.03).all()
    assert (table.loc[city, "left_share"].abs() <= 0.05).all()
    # As they stand 5 % at every date, but for 江苏's of 2020-12, which count 徐连高铁 before its opening.
    early = (table["area"] == "江苏省") & (table["as_of"] == "2020-12") & (table["indicator"] == "high_speed_rail")
    assert (table.loc[~early, "difference_share"].abs() <= 0.05).all()
    assert table["explained_km"].gt(0).sum() == 3


def test_lengths_agree_over_the_years(capsys: pytest.CaptureFixture[str]) -> None:
    official = series()
    assert (official["source"] != "").all()
    table = compared(official)
    show(table, capsys)
    assert len(table) == len(official) >= 20
    assert (table["left_share"].abs() <= 0.05).all()


def test_lengths_grow_from_month_to_month() -> None:
    months = [f"{year}-{month:02d}" for year in range(2010, 2026) for month in (6, 12)]
    for area in ("上海市", "江苏省", "浙江省", "安徽省"):
        lengths = pd.DataFrame([measured_km(area, month) for month in months], index=months)
        assert (lengths[["rail", "high_speed_rail", "expressway"]].diff().dropna() >= -1e-6).all().all(), area


def test_notes_are_whole_and_what_they_say_of_xulian_is_so() -> None:
    notes = explanations()
    assert set(notes["grade"]) <= set("ABC")
    assert (notes["source"] != "").all()
    # 中新网 2020-07-01: 1,681 km of high-speed railway then, 2,215 km expected at the year's end; with what opened in between
    # in ours (连淮扬镇 200 km, 盐通 157 km) there are 177 km left: 徐连高铁 (180.4 km).
    lines = rail_lines().set_index("feature_id")["route_length_km"]
    left = 2215 - 1681 - lines["rail-lianzhen-2"] - lines["rail-yantong-1"]
    assert left == pytest.approx(lines["rail-xulian-1"], abs=5)
    counted = notes[(notes["line"] == "rail-xulian-1")]
    assert (counted["km"] == lines["rail-xulian-1"]).all()
    assert (notes.loc[notes["effect"] == MISSING, "line"] != "").all()


def test_verdicts_state_no_smaller_error(shared: Path) -> None:
    table = reconciled(pd.read_csv(shared / "reference" / "network_length_official.csv"))
    stated = table["indicator"].map(lambda name: MEASUREMENT_ERROR_SHARE[f"{name}_length"])
    assert (table["left_share"].abs() <= stated).all()


def test_rail_times_are_within_the_error_that_verdicts_state(shared: Path) -> None:
    table = modelled(pd.read_csv(shared / "reference" / "rail_times_published.csv"))
    assert table["modelled_min"].notna().all()
    assert table["error_share"].abs().mean() <= MEASUREMENT_ERROR_SHARE["rail_travel_time"]
