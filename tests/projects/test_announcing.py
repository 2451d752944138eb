"""Lists that are announced, labelled or told of in parts, phases, and names that only the plan's place completes."""

from __future__ import annotations

import pytest

from projects.documents import parse_document
from projects.extraction import extract_mentions
from projects.grammar.announcing import verbs_before_of
from projects.register import read_plans


def told(text: str, region: str = "安徽省") -> list[tuple[str, str]]:
    return [(m.name, m.status) for m in extract_mentions(parse_document(text, region=region))]


@pytest.mark.parametrize(
    "text, status",
    [
        ("确保建成的12个项目(路段)包括,合肥至周口高速、宣城至泾县高速。", "under_construction"),
        ("今年决定开工7条高速公路。这7条高速公路分别是合肥至周口高速、宣城至泾县高速。", "starting"),
        ("国家新开工十大工程,投资1360亿元。\n这十大工程分别是:\n1、合肥至周口高速;\n2、宣城至泾县高速。", "starting"),
        ("计划新开工:合肥至周口高速、宣城至泾县高速等15个项目;", "starting"),
        ("加快推进前期工作的项目:合肥至周口高速、宣城至泾县高速。", "preparatory"),
        ("前期项目\n合肥至周口高速\n宣城至泾县高速\n", "preparatory"),
        ("主要任务包括年内将开工的合肥至周口高速、宣城至泾县高速。", "starting"),
        ("中长期规划建设合肥至周口高速、宣城至泾县高速。", "proposed"),
        ("正在建设合肥至周口高速、宣城至泾县高速。", "under_construction"),
        ("合肥至周口高速、宣城至泾县高速也被列入新开工项目中。", "starting"),
        ("合肥至周口高速、宣城至泾县高速已列入全省续建项目清单。", "under_construction"),
    ],
)
def test_an_announcement_governs_its_list(text: str, status: str) -> None:
    assert told(text) == [("合肥至周口高速", status), ("宣城至泾县高速", status)]


def test_words_before_of_govern_only_where_they_end_in_a_stage() -> None:
    assert verbs_before_of("今年某省将确保建成") is not None
    assert verbs_before_of("连接甲乙两市") is None
    # what only joins two cities is not told of as being built
    assert told("连接合肥和周口的高速公路畅通。") == []


def test_a_list_announced_a_paragraph_before_ends_with_its_items() -> None:
    text = "续建项目:\n1.合肥至周口高速\n2.宣城至泾县高速\n"
    text += "全省要按照既定部署统筹推进各项工作,坚持目标导向和问题导向相结合,坚持质量第一、效益优先,切实抓好各项任务落实,确保如期完成全年目标任务,为全省经济社会高质量发展作出新的更大贡献,不断增强人民群众的获得感和幸福感,奋力开创各项事业发展的新局面。\n"
    text += "甲方案提出合肥至六安高速。"
    assert dict(told(text)).get("合肥至六安高速", "unspecified") == "unspecified"


@pytest.mark.parametrize(
    "text, names",
    [
        (
            "芜黄高速公路分两期建设,一期为芜湖至宣城段,二期为宣城至黄山段。",
            ["芜黄高速公路", "芜黄高速公路芜湖至宣城段", "芜黄高速公路宣城至黄山段"],
        ),
        ("芜湖港朱家桥港区一期已建成,二期加快建设。", ["芜湖港朱家桥港区一期", "芜湖港朱家桥港区二期"]),
        ("芜湖港朱家桥港区扩建工程,一期为3个泊位,二期为5个泊位。", ["芜湖港朱家桥港区"]),
    ],
)
def test_phases_of_the_project_before(text: str, names: list[str]) -> None:
    assert [name for name, _ in told(text, "芜湖市")] == names


def test_phases_have_stages_of_their_own() -> None:
    text = "头门港铁路支线:一期为在建铁路,二期为规划建设铁路。"
    assert told(text, "台州市")[1:] == [
        ("头门港铁路支线一期", "under_construction"),
        ("头门港铁路支线二期", "proposed"),
    ]


def test_a_name_in_brackets_is_the_second_name_or_the_only_one() -> None:
    mention = extract_mentions(parse_document("加快芜湖长江四桥(泰山路过江通道)建设。", region="芜湖市"))[0]
    assert (mention.name, mention.aliases) == ("芜湖长江四桥", ("泰山路过江通道",))
    assert mention.places == ("芜湖",)
    alone = extract_mentions(parse_document("加快四桥(泰山路过江通道)建设。", region="芜湖市"))[0]
    assert alone.name == "泰山路过江通道"
    assert alone.places == ()  # a street is no line from 泰州 to 路桥


def test_an_airport_without_a_name_is_the_city_s() -> None:
    assert told("加快机场三期建设。", "兰州市") == [("兰州机场三期", "under_construction")]
    province = extract_mentions(parse_document("加快机场三期建设。", region="青海省"))
    assert [(m.name, m.places, m.flags) for m in province] == [("机场三期", (), ("unknown_place",))]
    assert told("完善机场功能。", "兰州市") == []


def test_ports_in_focus_are_what_the_next_clause_acts_on() -> None:
    focus = told("以芜湖港、马鞍山港为重点,加快推进港口建设。")
    assert focus == [("芜湖港", "unspecified"), ("马鞍山港", "unspecified")]
    assert told("以芜湖港、马鞍山港为龙头,发展临港产业。") == []
    assert told("推动芜湖港、马鞍山港打造皖江枢纽港。") == focus  # a role, no third port


@pytest.mark.parametrize(
    "text, row",
    [
        ("川青铁路全线控制性工程——德胜隧道顺利贯通。", ("川青铁路", "under_construction")),
        ("呼和浩特盛乐国际机场空管塔台主体结构顺利封顶。", ("呼和浩特盛乐国际机场", "under_construction")),
        ("“西电东送”重点工程——玛尔挡水电站首台机组投产发电。", ("玛尔挡水电站", "under_construction")),
        ("漯河港加快建设。", ("漯河港", "under_construction")),
    ],
)
def test_a_part_that_is_done_tells_that_the_whole_is_being_built(text: str, row: tuple[str, str]) -> None:
    assert told(text, "") == [row]


@pytest.mark.parametrize(
    "text",
    [
        "全省每个县(市、区)通高速公路。",
        "积石山县、清水县8个县通高速公路。",
        "全省高速公路里程达到一千零二十五公里。",
        "新增高速公路出川通道3条。",
        "硬化了近2万公里农村公路。",
    ],
)
def test_what_a_region_reaches_is_no_project(text: str) -> None:
    assert told(text, "四川省") == []


@pytest.mark.parametrize(
    "text",
    ["推迟建设合新高铁。", "合新高铁因故停工。", "暂停实施合新高铁等项目。", "合新高铁暂缓开工。"],
)
def test_what_is_put_off_is_flagged(text: str) -> None:
    mention = extract_mentions(parse_document(text, region="合肥市"))[0]
    assert (mention.name, mention.status, "halted" in mention.flags) == ("合新高铁", "unspecified", True)


def test_a_later_document_takes_a_halted_project_up_again() -> None:
    first = parse_document("暂缓建设合新高铁。", document="a", date="2020", region="合肥市")
    again = parse_document("加快建设合新高铁。", document="b", date="2023", region="合肥市")
    assert "halted" in read_plans([first]).projects["flags"][0]
    assert "halted" not in read_plans([first, again]).projects["flags"][0]
    given_up = parse_document("停建合新高铁。", document="c", date="2024", region="合肥市")
    assert "halted" in read_plans([first, again, given_up]).projects["flags"][0]


def test_hastening_is_no_work_on_what_exists() -> None:
    mentions = extract_mentions(parse_document("提速芜黄高速、固蚌高速2个项目进程。", region="安徽省"))
    assert [(m.name, m.work, m.status) for m in mentions] == [
        ("芜黄高速", "new", "under_construction"),
        ("固蚌高速", "new", "under_construction"),
    ]


@pytest.mark.parametrize(
    "text, rows",
    [
        # a project as the label of what it consists of: no second project in 新建…地铁
        (
            "西安地铁4号线:新建航天城至草滩地铁35.2公里,车站29座,总投资251亿元,今年将建成投运。",
            [("西安地铁4号线", "under_construction")],
        ),
        ("中卫至兰州铁路项目总投资:298.21亿元,其中工程投资286.51亿元。", [("中卫至兰州铁路", "unspecified")]),
        ("郑阜高铁由郑州经周口至阜阳,正线全长267公里,2019年已通车。", [("郑阜高铁", "operating")]),
        # members kept apart by semicolons stay under the announcement
        (
            "今年新开工2项重点工程。这2项工程分别是:成都至兰州铁路;广元至南充高速公路。",
            [("成都至兰州铁路", "starting"), ("广元至南充高速公路", "starting")],
        ),
        (
            "在96个新开工项目中,基础设施项目11个,主要包括西安至延安高铁、旬邑至凤翔高速公路等项目。",
            [("西安至延安高铁", "starting"), ("旬邑至凤翔高速公路", "starting")],
        ),
        ("京哈高速绥中至盘锦段完成扩容改造。", [("京哈高速绥中至盘锦段", "operating")]),
        ("深圳地铁13号线二期等新线也将陆续建成。", [("深圳地铁13号线二期", "under_construction")]),
        ("加快推进国电投、华能3个海上风电场项目建设。", []),  # companies, no places
        ("推进赣东南机场前期工作。", [("赣东南机场", "preparatory")]),
        (
            "新建江坪河和淋溪河水电站。",
            [("江坪河水电站", "unspecified"), ("淋溪河水电站", "unspecified")],
        ),
        ("省发改委批复同意建设贵阳经金沙至古蔺高速公路。", [("贵阳经金沙至古蔺高速公路", "preparatory")]),
    ],
)
def test_news_and_forms_tell_of_a_project_in_their_own_ways(text: str, rows: list[tuple[str, str]]) -> None:
    assert told(text, "") == rows


def test_a_stretch_called_after_a_reservoir_is_the_line_s() -> None:
    mention = extract_mentions(parse_document("续建皖赣铁路浯溪口水库段改线工程。", region="江西省"))[0]
    assert (mention.mode, mention.section) == ("rail", "浯溪口水库段")
