"""Reports and news: a project as the subject of a sentence, described, and at last told of. Sentences written for these tests."""

from __future__ import annotations

import pytest

from projects.documents import parse_document
from projects.extraction import extract_mentions


def told(text: str, region: str = "安徽省") -> list[tuple[str, str]]:
    return [(m.name, m.status) for m in extract_mentions(parse_document(text, region=region))]


@pytest.mark.parametrize(
    "text, expected",
    [
        # what describes a project is passed over; the last predicate gives the stage
        (
            "甲庄至乙集铁路全长约72公里,起自甲庄站,终至乙集县,项目总投资约58亿元,计划2025年底前建成通车。",
            [("甲庄至乙集铁路", "under_construction")],
        ),
        (
            "平陆运河是骨干工程,始于西津库区平塘江口,全长134.2公里,2022年8月28日开工建设,计划2026年底主体建成。",
            [("平陆运河", "under_construction")],
        ),
        ("鄂州花湖机场是专业货运枢纽机场,2022年7月17日正式投运。", [("鄂州花湖机场", "operating")]),
        ("合新铁路专用线项目位于新站区,线路全长15.6公里,目前已完成可研批复。", [("合新铁路专用线", "preparatory")]),
        # the sentence goes on about it
        ("甬金铁路全长188公里。该项目计划2025年底建成通车。", [("甬金铁路", "under_construction")]),
        ("一纵:甬台温福高铁。宁波—台州—温州—福州,为规划建设铁路。", [("甬台温福高铁", "proposed")]),
        ("二纵:杭绍台铁路:杭州—绍兴—台州,为在建铁路。", [("杭绍台铁路", "under_construction")]),
        # dates before the predicate; what is only a part done is not done
        ("合肥新桥机场二期12月29日正式开工。", [("合肥新桥机场二期", "starting")]),
        ("合肥地铁6号线项目全线洞通。", [("合肥地铁6号线", "under_construction")]),
        ("襄荆高铁累计完成投资168亿元,占总投资的65%。", [("襄荆高铁", "under_construction")]),
        ("京珠高速复线湖南段将在年内开工。", [("京珠高速复线湖南段", "starting")]),
        # 随着 states a fact
        (
            "随着昭苏机场、阿拉尔机场基本建成,民用机场总数达到25个。",
            [("昭苏机场", "operating"), ("阿拉尔机场", "operating")],
        ),
        # preparations told as predicates
        ("招远核电一期获得核准。", [("招远核电一期", "preparatory")]),
        ("沪乍杭铁路已完成预可研报告并上报国铁集团。", [("沪乍杭铁路", "preparatory")]),
        ("琼粤天然气管线开展预可研。", [("琼粤天然气管线", "preparatory")]),
        ("国家发展改革委日前批复新建合肥至武汉高速铁路可行性研究报告。", [("合肥至武汉高速铁路", "preparatory")]),
        # 已 belongs to the predicate
        ("G318合肥段改建工程已完工通车。", [("G318合肥段", "operating")]),
        ("渝长厦高铁黔江至重庆段已建成运营。", [("渝长厦高铁黔江至重庆段", "operating")]),
        # 一是…, 二是…; a colon before the verb
        ("一是建成温玉铁路,二是开工建设合新高铁。", [("温玉铁路", "under_construction"), ("合新高铁", "starting")]),
        ("今年要干成几件大事:开工建设合新高铁。", [("合新高铁", "starting")]),
    ],
)
def test_the_last_predicate_of_a_described_project_gives_its_stage(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "池黄高铁是安徽的骄傲。",  # only spoken of
        "途经合肥站、六安站,终至汉口站。",
        "正线全长125公里,设计时速350公里,共设池州、九华山、黟县东4座车站。",
        "皖赣铁路、宣杭铁路在此交汇,G3京台高速穿境而过。",
    ],
)
def test_what_only_describes_names_no_project(text: str) -> None:
    assert told(text) == []


def test_what_is_done_to_existing_things_is_read_with_its_work() -> None:
    mentions = extract_mentions(parse_document("同步对合肥220千伏甲河、乙岗变电站实施增容改造。", region="合肥市"))
    assert [(m.name, m.work) for m in mentions] == [("合肥220千伏甲河变电站", "upgrade"), ("乙岗变电站", "upgrade")]


def test_the_year_of_a_described_opening_stays_with_the_project() -> None:
    (mention,) = extract_mentions(parse_document("合肥新桥机场二期预计2026年建成投用。", region="合肥市"))
    assert (mention.status, mention.opening_year) == ("under_construction", 2026)
