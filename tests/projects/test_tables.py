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


@pytest.mark.parametrize(
    "text, expected",
    [
        ("●莱西至荣成铁路:2020年11月开工,目前路基工程累计完成80%。", [("莱西至荣成铁路", "starting")]),
        ("●雄安至商丘高铁山东段:力争6月底前开工。", [("雄安至商丘高铁山东段", "starting")]),
        ("●济南至滨州高铁。工程可行性研究报告获批,计划年内开工建设。", [("济南至滨州高铁", "starting")]),
        (
            "项目名称:青岛至京沪高铁辅助通道;建设性质:新建;建设规模:正线长170公里;进展情况:正在开展前期工作。",
            [("青岛至京沪高铁辅助通道", "preparatory")],
        ),
        (
            "济南遥墙国际机场二期改扩建工程。建设内容:新建T2航站楼55万平方米及两条跑道。总投资:489亿元。",
            [("济南遥墙国际机场二期", "unspecified")],
        ),
        # a port before a colon is the heading of what is done there
        ("九江港:推进彭泽港区红光作业区建设。", [("彭泽港区红光作业区", "under_construction")]),
    ],
)
def test_forms_and_items_tell_of_one_project(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_a_label_without_stage_ends_the_one_before() -> None:
    text = "续建项目:宝鸡至兰州铁路二线。新建项目:青藏铁路格尔木至拉萨段。预备项目:郑西客运专线。"
    assert told(text) == [
        ("宝鸡至兰州铁路二线", "under_construction"),
        ("青藏铁路格尔木至拉萨段", "unspecified"),
        ("郑西客运专线", "preparatory"),
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "抽水蓄能:续建奉新,开工洪屏二期、铅山,储备永新。",
            [
                ("奉新抽水蓄能", "under_construction"),
                ("洪屏二期抽水蓄能", "starting"),
                ("铅山抽水蓄能", "starting"),
                ("永新抽水蓄能", "proposed"),
            ],
        ),
        (
            "水电站:建成两河口、杨房沟。",
            [("两河口水电站", "under_construction"), ("杨房沟水电站", "under_construction")],
        ),
        ("通用机场重点布局靖安、南昌。", [("靖安通用机场", "proposed"), ("南昌通用机场", "proposed")]),
        # for its sentence only, and ports are known by a place
        ("抽水蓄能:续建奉新。完善服务、提升效率。", [("奉新抽水蓄能", "under_construction")]),
        ("港口:推进文体城、产业园建设。", []),
    ],
)
def test_a_label_gives_bare_names_its_facility(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_headings_of_a_plan_tell_what_bare_names_are() -> None:
    text = """第十二章 完善综合交通运输体系
第一节 铁路
开展合西、亳蚌、南京至宣城等前期工作。
第二节 公路
完成合宁、合安等拥堵路段扩容。
第三节 水运
实施淮河、合裕线等整治。
第四节 航空
实施阜阳改扩建、安庆迁建,新建亳州、蚌埠等。
"""
    mentions = extract_mentions(parse_document(text, region="安徽省"))
    assert [(m.name, m.mode) for m in mentions] == [
        *((f"{name}铁路", "rail") for name in ("合西", "亳蚌", "南京至宣城")),
        *((f"{name}高速公路", "highway") for name in ("合宁", "合安")),
        ("淮河航道", "waterway"),
        ("合裕线", "waterway"),
        *((f"{name}机场", "airport") for name in ("阜阳", "安庆", "亳州", "蚌埠")),
    ]
