"""Names as plans and mappers write them: the same line under two spellings, and two lines under almost one."""

from __future__ import annotations

import pytest

from layers.osm_matching.names import line_name, name_agreement, refs_of, split_names

SAME = [
    ("沪宁城际", "沪宁城际铁路上行线"),
    ("沪宁城际铁路", "沪宁城际铁路(下行)"),
    ("京沪高铁", "京沪高速铁路"),
    ("京沪高铁", "京沪高速线"),
    ("甬台温客专", "甬台温客运专线"),
    ("沪蓉高速", "G42 沪蓉高速公路"),
    ("沪蓉高速公路江苏段", "沪蓉高速公路（往上海方向）"),
    ("合安高速公路改扩建工程", "合安高速"),
    ("合新高铁安徽段", "合新高速铁路左线"),
    ("宁芜铁路扩能改造", "宁芜线"),
    ("沪通铁路一期", "沪通铁路"),
    ("合肥—新沂高铁", "合肥至新沂高速铁路"),
    ("省道101淮徐快速通道", "淮徐快速通道"),
]
OTHER = [
    ("沪宁城际", "沪宁沿江高铁"),
    ("沪陕高速复线", "沪陕高速"),
    ("沪陕高速", "沪渝高速"),
    ("合肥外绕城高速", "合肥绕城高速"),
    ("明巢高速南延段", "明巢高速"),
    ("上海地铁2号线", "上海地铁12号线"),
    ("沪宁高铁", "沪宁联络线"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_line_agree(one: str, other: str) -> None:
    assert name_agreement(line_name(one), line_name(other)) == 1.0


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_names_of_two_lines_do_not(one: str, other: str) -> None:
    assert name_agreement(line_name(one), line_name(other)) == 0.0


def test_bridges_and_sidings_name_no_line() -> None:
    assert line_name("芜湖长江三桥").structure
    assert not line_name("芜湖长江三桥").core
    assert line_name("合肥南动车走行线").yard
    assert line_name("马钢专用线").yard


def test_a_turned_abbreviation_is_worth_less_than_the_name() -> None:
    assert 0.0 < name_agreement(line_name("合宁高速"), line_name("宁合高速")) < 1.0
    assert name_agreement(line_name("合肥至新沂铁路"), line_name("合新高铁"), ("合肥", "新沂")) == 0.85


def test_numbers_are_found_wherever_they_stand() -> None:
    assert refs_of("G3;G4001") == {"G3", "G4001"}
    assert refs_of("Ｇ４２") == {"G42"}
    assert line_name("国道237皖苏省界至砀山").refs == {"G237"}
    assert refs_of("104") == frozenset()


def test_a_cell_may_hold_several_names() -> None:
    assert split_names("溧马高速;常合高速") == ["溧马高速", "常合高速"]
    assert split_names("合淮阜高速 蚌合高速") == ["合淮阜高速", "蚌合高速"]
    assert split_names("Hefei Ring Expressway") == ["Hefei Ring Expressway"]
