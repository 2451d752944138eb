"""Accessibility in the report: means and changes by hand, the chart's scale, and what a project saves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from layers.accessibility import ACCESSIBILITY
from layers.ranking import RANKING
from maps.page import page_words
from maps.report import report
from maps.report_accessibility import accessibility_tables, ranking_rows, time_chart
from maps.report_charts import target_chart
from tests.maps.test_report import Cells, tables
from tests.maps.test_web import Page, sealed

WORDS = page_words("report_words.json", "zh")


def access() -> pd.DataFrame:
    """Minutes of three cities: 100, 150, 200 today; 80, 150 and no way with the plan; people within a day 1 and 2 million."""
    values = {
        ("weighted-time", "today", "min"): {"甲城": 100.0, "乙城": 150.0, "丙城": 200.0},
        ("weighted-time", "plan", "min"): {"甲城": 80.0, "乙城": 150.0, "丙城": None},
        ("daily", "today", "persons"): {"甲城": 1_000_000.0},
        ("daily", "plan", "persons"): {"甲城": 2_000_000.0},
    }
    rows = [
        {"place": place, "measure": measure, "scenario": scenario, "unit": unit, "value": value}
        for (measure, scenario, unit), own in values.items()
        for place, value in own.items()
    ]
    table = pd.DataFrame(rows).assign(code="", detail="", mode="any", as_of="2025-12", note="", definition="样例")
    table = table.assign(grade_d_share=0.5, straight_share=0.1)
    return ACCESSIBILITY.validate(ACCESSIBILITY.coerce(table)[ACCESSIBILITY.names])


def ranked(**changes: Any) -> pd.DataFrame:
    row = dict.fromkeys(RANKING.names) | {
        "rank": 1, "project_id": "rail-001", "name": "甲庚高铁", "mode": "rail", "kind": "high_speed_rail",
        "status": "under_construction", "drawn_by": "nodes", "length_km": 280.0, "saved_10k_person_min": 1234.4,
        "saved_low_10k_person_min": 900.0, "saved_high_10k_person_min": 1500.0, "saved_last_10k_person_min": 600.0,
        "mean_saved_min": 3.28, "scenario": "plan", "as_of": "2025-12", "travel_mode": "any",
    }  # fmt: skip
    idle = row | {
        "rank": None,
        "project_id": "rail-002",
        "name": "甲丙城际铁路",
        "saved_10k_person_min": None,
        "note": "改扩建",
    }
    return RANKING.coerce(pd.DataFrame([row | changes, idle])[RANKING.names])


def test_before_and_after_by_hand() -> None:
    times, people = accessibility_tables(access(), WORDS)
    # Only places with both values enter the means: (100 + 150) / 2 and (80 + 150) / 2.
    assert times["mean"] == {"today": "125", "plan": "115", "change": "-10"}
    assert (times["gaining"], times["places"]) == (1, 2)
    assert [(r["place"], r["before"], r["after"], r["change"]) for r in times["rows"]] == [
        ("甲城", "100", "80", "−20"),
        ("乙城", "150", "150", "0"),
        ("丙城", "200", "–", "–"),
    ]
    # Persons stand in 万人; more is better.
    assert people["unit"] == "万人"
    assert [(r["before"], r["after"], r["change"]) for r in people["rows"]] == [("100", "200", "+100")]


def test_the_chart_has_one_scale() -> None:
    times = accessibility_tables(access(), WORDS)[0]
    chart = time_chart(times, WORDS)
    assert [row["label"] for row in chart["rows"]] == ["甲城"]  # 乙城 gains nothing, 丙城 cannot be told
    # From 80 to 100 in steps of 5: the ends of the axis, x = 90 and 590.
    assert chart["ticks"][0] == (90.0, "80")
    assert chart["ticks"][-1] == (590.0, "100")
    assert (chart["rows"][0]["x_after"], chart["rows"][0]["x_before"]) == (90.0, 590.0)


def test_a_project_that_saves_nothing_is_not_ranked() -> None:
    rows = ranking_rows(ranked(), "zh", WORDS)
    assert [(r["name"], r["km"], r["saved"], r["range"], r["last"], r["mean"]) for r in rows] == [
        ("甲庚高铁", "280", "1,234.4".replace(".4", ""), "900–1,500", "600", "3.28")
    ]
    assert ranking_rows(ranked(saved_10k_person_min=0.0), "zh", WORDS) == []


def test_the_report_holds_both() -> None:
    made = report(**tables(accessibility=access(), ranking=ranked()))
    sealed(Page(made))
    assert "现状 125，1 个市缩短" in made
    assert "甲庚高铁（在建，280 km）：节约 1,234 万人·分" in made
    rows = Cells(made).rows["access"]
    assert ["甲城", "100", "80", "−20"] in rows
    assert any(row[:2] == ["1", "甲庚高铁"] for row in rows)
    english = report(**tables(accessibility=access(), ranking=ranked(), lang="en"))
    assert "125 today; shorter for 1 cities" in english


@pytest.mark.parametrize(
    ("comparator", "bound", "value", "text"),
    [
        (">=", 5.1, 5.084, "99.69%"),  # nearly there is not 100 %
        (">=", 500.0, 400.0, "80%"),
        ("<=", 60.0, 80.0, "75%"),  # of an upper bound: 60 / 80
        (">=", 100.0, 100.0, "100%"),
    ],
)
def test_shares_of_targets(comparator: str, bound: float, value: float, text: str) -> None:
    verdict = {"raw": value, "verdict": "missed"}
    row = {
        "area": "甲",
        "indicator": "乙",
        "value": bound,
        "comparator": comparator,
        "today": verdict,
        "plan": {"raw": ""},
    }
    chart = target_chart([row])
    assert [bar["text"] for bar in chart["bars"]] == [text]
    # The bar ends left of the line exactly where the target is missed.
    bar = chart["bars"][0]
    assert (chart["x"] + bar["today"] < chart["line"]) == (text != "100%")
