"""Stages: the wording of PLAN_READING's table, one small sentence per rule."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from layers.schema import Status
from projects.documents import parse_document
from projects.extraction import extract_mentions
from projects.status import Governor, later_stage, stage_of


def stages(text: str) -> list[str]:
    return [m.status for m in extract_mentions(parse_document(text, region="合肥市"))]


@pytest.mark.parametrize(
    "text, stage",
    [
        ("规划建设合新高铁。", "proposed"),
        ("谋划推进沪陕高速复线。", "proposed"),
        ("研究合新高铁。", "proposed"),
        ("开展合新高铁规划研究。", "proposed"),
        ("争取合新高铁纳入国家铁路规划。", "proposed"),
        ("制定芜湖马鞍山江海联运枢纽建设方案。", "proposed"),
        ("加快推进常泰过江通道规划建设。", "proposed"),
        ("加快推进合新高铁前期工作。", "preparatory"),
        ("开展合新高铁规划研究和前期工作。", "preparatory"),
        ("加快推进合新高铁前期工作,力争早日开工建设。", "preparatory"),
        ("推进宁芜铁路电气化改造等拟建项目前期工作。", "preparatory"),
        ("合新高铁可研获批。", "preparatory"),
        ("开工建设合新高铁。", "starting"),
        ("力争开工建设合新高铁。", "starting"),
        ("启动合新高铁建设。", "starting"),
        ("合新高铁全线开工。", "starting"),
        ("推动合新等铁路规划项目开工建设。", "starting"),
        ("加快建设合新高铁。", "under_construction"),
        ("加快合新高铁建设。", "under_construction"),
        ("加快推进合新高铁项目建设。", "under_construction"),
        ("加快实施明巢高速。", "under_construction"),
        ("推进合新高铁建设。", "under_construction"),
        ("续建合新高铁。", "under_construction"),
        ("合新高铁加快建设。", "under_construction"),
        ("平陆运河投资完成工程概算的64.6%。", "under_construction"),
        ("确保2025年合新高铁建成通车。", "under_construction"),
        ("建成合新高铁。", "under_construction"),
        ("积极推进芜宣机场开通运营。", "under_construction"),
        ("甲乙高速茂名段进入路面施工阶段。", "under_construction"),
        ("合新高铁有望今年底通车。", "under_construction"),
        ("规划建成合新高铁。", "under_construction"),
        ("建好合新高铁等续建项目。", "under_construction"),
        ("合新高铁正抓紧建设。", "under_construction"),
        ("合新高铁目前正在进行箱梁架设。", "under_construction"),
        ("推进2条高铁建设,具体为合新高铁、合宿高铁。", "under_construction"),
        ("抓好合新等23条在建高铁。", "under_construction"),
        ("合新高铁正抓紧各项建设前期工作。", "preparatory"),
        ("开工并建成合新高铁。", "starting"),
        ("合新高铁建成通车。", "operating"),
        ("龙滩特大桥建成并获国际最高奖。", "operating"),
        ("全面提升合肥新桥机场区域枢纽机场功能。", "operating"),
        ("建设合新高铁。", "unspecified"),
        ("打造合肥国际始发港。", "unspecified"),
        ("重点推进合新高铁、明巢高速等。", "unspecified"),
        ("实施合新高铁工程。", "unspecified"),
        ("畅通淮河干流、水阳江等省际航道。", "unspecified"),
        ("参与滨海LNG接收站后期扩建工程建设。", "unspecified"),
    ],
)
def test_the_verb_that_governs_gives_the_stage(text: str, stage: str) -> None:
    found = stages(text)
    assert found
    assert set(found) == {stage}


def stage_sentences() -> list[tuple[str, str]]:
    path = Path(__file__).resolve().parents[1] / "data" / "stage_sentences.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["stage"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("text, stage", stage_sentences())
def test_the_wording_of_plans_and_reports_gives_the_stage(text: str, stage: str) -> None:
    """Written from PLAN_READING's table in the words of plans, reports and news, not from the vocabulary."""
    assert set(stages(text)) == {stage}


def test_the_table_of_sentences_has_every_stage() -> None:
    told = [stage for _, stage in stage_sentences()]
    assert len(told) >= 90
    assert set(told) == {s.value for s in Status}
    assert min(told.count(s) for s in set(told)) >= 6


@pytest.mark.parametrize(
    "text",
    [
        "暂缓建设合新高铁。",
        "合新高铁暂缓实施。",
        "取消合新高铁项目。",
        "经研究,终止合新高铁项目。",
        "合新高铁不再实施。",
    ],
)
def test_what_is_put_off_or_given_up_has_a_flag_and_no_stage(text: str) -> None:
    (mention,) = extract_mentions(parse_document(text, region="合肥市"))
    assert mention.status == "unspecified"
    assert "halted" in mention.flags
    assert mention.status_text


def test_what_is_lifted_or_waived_is_no_project() -> None:
    assert stages("取消合宁高速收费站。取消高速公路省界收费站。暂停合肥港收费。") == []


def test_the_opening_year_of_a_section_is_that_sections_alone() -> None:
    text = "加快商合杭铁路、合安九铁路等项目,确保2019年底前商合杭铁路北段建成通车。"
    found = {m.name: m.opening_year for m in extract_mentions(parse_document(text, region="合肥市"))}
    assert found == {"商合杭铁路": None, "合安九铁路": None, "商合杭铁路北段": 2019}
    text = "加快商合杭铁路建设,确保2025年全线建成通车。"
    assert [m.opening_year for m in extract_mentions(parse_document(text, region="合肥市"))] == [2025]


@pytest.mark.parametrize(
    "text, told",
    [
        # A sentence that looks back tells facts up to its full stop, also behind semicolons.
        (
            "行动开展以来,建成合新高铁;开通运营巢马城际;完成各项工作。加快建设宣商高速。",
            ["operating", "operating", "under_construction"],
        ),
        ("在刚刚过去的“十三五”,交通建设硕果累累:建成合新高铁;建成通车明巢高速。", ["operating", "operating"]),
        ("去年以来,建成合新高铁;今年将建成巢马城际。", ["operating", "under_construction"]),
        (
            "去年以来,建成合新高铁;预计年底建成巢马城际;开通运营明巢高速。",
            ["operating", "under_construction", "operating"],
        ),
        # The wish of a plan is none.
        ("到2025年,建成合新高铁。", ["under_construction"]),
    ],
)
def test_a_sentence_that_looks_back_tells_facts(text: str, told: list[str]) -> None:
    assert stages(text) == told


@pytest.mark.parametrize(
    "text, stage",
    [
        ("今年将开工建设一批重大工程项目。这些重大工程项目主要是:合新高铁、巢马城际。", "starting"),
        ("2016年新开工重点工程30项,投资7438亿元。30项重点工程包括合新高铁、巢马城际等。", "starting"),
        ("今年还要建成投产一批重大项目,包括合新高铁、巢马城际。", "under_construction"),
        ("新开工建设的高速公路包括:合肥至六安、宣城至商城。", "starting"),
        ("贯彻落实会议精神。重点工程包括合新高铁、巢马城际。", "unspecified"),
    ],
)
def test_a_list_has_the_stage_that_was_announced(text: str, stage: str) -> None:
    assert stages(text) == [stage, stage]


def test_a_verb_that_settles_nothing_leaves_the_one_before() -> None:
    assert stages("开工建设合新高铁、新建巢马城际、宣商高速。") == ["starting"] * 3


def test_a_verb_behind_a_comma_begins_anew() -> None:
    assert stages("加快建设商合杭铁路,开工建设合新高铁,谋划沪陕高速复线。") == [
        "under_construction",
        "starting",
        "proposed",
    ]


def test_a_stage_carries_from_a_label_until_another_takes_over() -> None:
    assert (
        stages("续建项目:合新高铁、明巢高速。新开工项目:宣商高速、巢马城际。")
        == ["under_construction"] * 2 + ["starting"] * 2
    )


def test_a_stage_carries_from_a_heading() -> None:
    assert stages("一、续建项目\n1.合新高铁。\n二、前期工作项目\n2.巢马城际。\n") == [
        "under_construction",
        "preparatory",
    ]


def test_a_predicate_behind_a_comma_closes_the_list_before() -> None:
    assert stages("栾川至卢氏、濮卫高速公路濮阳段2个项目,按计划于3月底开工建设。") == ["starting", "starting"]


def test_predicates_inside_a_list_govern_what_stands_before_them() -> None:
    assert stages("合新高铁、明巢高速全线建设,宣商高速建成通车。") == [
        "under_construction",
        "under_construction",
        "operating",
    ]


def test_what_a_report_tells_before_this_years_targets_is_past() -> None:
    text = "(一)建成合新高铁,推进各项工作。\n今年经济社会发展的主要预期目标是:增长5%左右。\n(二)建成明巢高速,推进各项工作。\n"
    assert stages(text) == ["operating", "under_construction"]


def test_later_stage_follows_the_order_of_life() -> None:
    assert later_stage(["proposed", "starting", "preparatory"]) == "starting"
    assert later_stage([]) == "unspecified"
    assert later_stage(["unspecified", "proposed"]) == "proposed"


def test_the_rule_is_told_beside_the_stage() -> None:
    stage, rule = stage_of(Governor(("加快推进",), ("push",), ("项目", "前期工作")))
    assert stage.value == "preparatory"
    assert "前期工作" in rule


def test_a_bare_label_carries_its_stage() -> None:
    assert stages("续建:贵阳至南宁高铁。新开工:黄桶至百色铁路。研究:涪陵至柳州铁路。") == [
        "under_construction",
        "starting",
        "proposed",
    ]
