"""Tables, boxes, items and labels: where the stage stands beside the name. Texts written for these tests."""

from __future__ import annotations

import pytest

from projects.documents import parse_document
from projects.extraction import extract_mentions
from projects.grammar.sentences import stage_label


def told(text: str) -> list[tuple[str, str]]:
    return [(m.name, m.status) for m in extract_mentions(parse_document(text, region="江西省"))]


def test_a_row_of_a_ruled_table_tells_the_stage_in_another_cell() -> None:
    text = """进度表
┃序号│ 项目名称 │ 里程 │ 建设进度 │ 备注 ┃
┃ 1 │赵家沟航道 │ 11.86 │ 续建,2008年建成 │ 三级 ┃
┃ 2 │赣江樟树至南昌航道整治工程 │ 92.00 │ 2007年开工 │ 三级 ┃
┃ 3 │赣江石虎塘航电枢纽 │ — │ 前期工作 │ 船闸三级 ┃
"""
    assert told(text) == [
        ("赵家沟航道", "under_construction"),
        ("赣江樟树至南昌航道", "starting"),
        ("赣江石虎塘航电枢纽", "preparatory"),
    ]


def test_a_cell_may_hold_a_list_and_the_label_a_stage() -> None:
    text = "| 国家高速公路·在建 | G8513平凉至天水、G0611张掖至扁都口 |\n| 国道·“十四五”开工 | G569武威至仙米寺 |\n"
    assert told(text) == [
        ("G8513平凉至天水", "under_construction"),
        ("G0611张掖至扁都口", "under_construction"),
        ("G569武威至仙米寺", "starting"),
    ]


def test_brackets_may_hold_the_stage_of_each_or_of_all() -> None:
    assert told("S28灵台至华亭(在建)、S35景泰至礼县(前期)、S06静宁至天水(规划)。") == [
        ("S28灵台至华亭", "under_construction"),
        ("S35景泰至礼县", "preparatory"),
        ("S06静宁至天水", "proposed"),
    ]
    assert {status for _, status in told("G244甲镇至庆城、G341白银至中川段(均为续建)。")} == {"under_construction"}


def test_items_by_circled_numbers_dashes_and_notes() -> None:
    assert told("研究储备:①平凉至宝鸡铁路②陇南至九寨沟铁路。") == [
        ("平凉至宝鸡铁路", "proposed"),
        ("陇南至九寨沟铁路", "proposed"),
    ]
    assert told("国家公路主通道建设 - 2026年将建成京雄高速二期 [6]") == [("京雄高速二期", "under_construction")]
    # a dash between blanks inside a name is no item
    assert told("建设合肥 - 芜湖城际铁路。") == [("合肥-芜湖城际铁路", "unspecified")]


@pytest.mark.parametrize(
    "label, word",
    [
        ("二、续建项目", "续建"),
        ("续建建成", "续建"),
        ("研究储备", "研究"),
        ("今年计划完工项目", "计划完工"),
        ("国家高速公路·在建", "在建"),
        ("铁路项目", ""),
        ("规划编制", ""),
        ("开工条件", ""),
    ],
)
def test_labels_of_stage(label: str, word: str) -> None:
    assert stage_label(label) == word


def test_a_clause_that_only_is_a_label_carries() -> None:
    text = "首先今年计划完工项目,一共有9个,如安庆机场改扩建工程;其次是续建项目,快速推进杭温铁路台州段等15个项目。"
    assert told(text) == [("安庆机场", "under_construction"), ("杭温铁路台州段", "under_construction")]
