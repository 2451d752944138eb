"""The grammar of lists, names and works: small sentences per rule, positive and negative, written for these tests."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.documents import parse_document, read_document
from projects.extraction import Mention, explain, extract_mentions


def read(text: str, region: str = "合肥市") -> list[Mention]:
    return extract_mentions(parse_document(text, region=region))


def names(text: str, region: str = "合肥市") -> list[str]:
    return [m.name for m in read(text, region)]


@pytest.mark.parametrize(
    "text, expected",
    [
        # a shared head and work at the end
        ("加快推进合宁、合安高速改扩建。", ["合宁高速", "合安高速"]),
        # 等 and a shared head, section and work
        ("推进宁马、宁合等高速公路江苏段改扩建。", ["宁马高速公路江苏段", "宁合高速公路江苏段"]),
        ("规划建设常泰、龙潭、张皋等过江通道。", ["常泰过江通道", "龙潭过江通道", "张皋过江通道"]),
        ("谋划建设庐江、巢湖通用机场。", ["庐江通用机场", "巢湖通用机场"]),
        ("加快肥东白龙、合肥滨湖等通用机场建设。", ["肥东白龙通用机场", "合肥滨湖通用机场"]),
        # own heads, sections, codes
        ("建设G329合肥段、国道237皖苏省界至砀山、S351盛同路。", ["G329合肥段", "国道237皖苏省界至砀山", "S351盛同路"]),
        ("推进龙龙铁路武平至梅州段建设。", ["龙龙铁路武平至梅州段"]),
        ("建设沈海高速漳诏扩容工程。", ["沈海高速漳诏"]),
        # 和 and 及
        ("建设漳州核电2—4号机组和宁德核电5号机组。", ["漳州核电2—4号机组", "宁德核电5号机组"]),
        ("谋划合肥外绕城高速及其联络线。", ["合肥外绕城高速", "合肥外绕城高速联络线"]),
        ("推进福莆宁F2和F3线建设。", ["福莆宁F2线", "福莆宁F3线"]),
        ("推进某市地铁3、4号线建设。", ["某市地铁3号线", "某市地铁4号线"]),
        # brackets hold components, a section, or a second name
        ("推进合裕线扩能改造(巢湖一线船闸改建、裕溪河一线船闸改建)。", ["合裕线", "巢湖一线船闸", "裕溪河一线船闸"]),
        ("推进宿州—黄山天然气干线(禹会—长丰段)建设。", ["宿州—黄山天然气干线(禹会—长丰段)"]),
        ("推进安康(西安)-襄阳-合肥高铁通道前期工作。", ["安康(西安)-襄阳-合肥高铁通道"]),
        # a name that leans on what stands before
        (
            "推进南京禄口国际机场T1航站楼改扩建和三期工程前期工作。",
            ["南京禄口国际机场T1航站楼", "南京禄口国际机场三期"],
        ),
        ("提升合肥新桥机场功能,加快机场二期建设。", ["合肥新桥机场", "合肥新桥机场二期"]),
        # power lines
        ("推动“云电送桂”、蒙电入皖合肥段。", ["云电送桂", "蒙电入皖合肥段"]),
        ("推进±800千伏白鹤滩—江苏特高压直流输电合肥段建设。", ["±800千伏白鹤滩—江苏特高压直流输电合肥段"]),
        ("推进南京港、苏州港等重点港区进港铁路规划和建设。", ["南京港进港铁路", "苏州港进港铁路"]),
        # printed without 、 is one row; a list may go on behind a comma
        ("推动合新、宁扬宁马、宁淮等铁路开工建设。", ["合新铁路", "宁扬宁马铁路", "宁淮铁路"]),
        (
            "加快甲水铁路昌至永段,绵阳-遂宁铁路,内江-遂宁等铁路前期工作。",
            ["甲水铁路昌至永段", "绵阳-遂宁铁路", "内江-遂宁铁路"],
        ),
        # a list behind 以及; 沿 a river names a line; two verbs in one list
        (
            "加快宁马等高速公路改扩建项目,以及溧宁、连宿等高速公路新建项目。",
            ["宁马高速公路", "溧宁高速公路", "连宿高速公路"],
        ),
        ("推动宁淮铁路开工建设,加强沿淮、宁杭二通道的规划对接和前期工作。", ["宁淮铁路", "沿淮铁路", "宁杭二通道"]),
        ("建成都匀至安顺高速公路、加快建设纳雍至晴隆高速公路。", ["都匀至安顺高速公路", "纳雍至晴隆高速公路"]),
        ("加快建设和若铁路。", ["和若铁路"]),
        # counted instead of 等
        ("建成太原西北二环、离石至隰县2条高速公路。", ["太原西北二环高速公路", "离石至隰县高速公路"]),
        # who acts is passed over
        ("江西力争开工建设长赣高铁。", ["长赣高铁"]),
        ("湖南省已建成长沙望城黑麋峰抽水蓄能电站。", ["长沙望城黑麋峰抽水蓄能电站"]),
        ("江西将持续推进南昌地铁一号线北延、东延工程建设。", ["南昌地铁一号线北延", "南昌地铁一号线东延"]),
        # metro lines by number, counted first; phases lean on the line before
        ("推进3条地铁建设,具体为3号线东延段、7号线二期、12号线。", ["3号线东延段", "7号线二期", "12号线"]),
        (
            "甲市地铁2号线一期、3号线一期和二期工程加快推进。",
            ["甲市地铁2号线一期", "甲市地铁3号线一期", "甲市地铁3号线二期"],
        ),
        # 等 with a count, a slogan, 地 or a foreign head
        ("抓好泰安至东平等3个在建高速公路项目。", ["泰安至东平高速公路"]),
        ("推进金沙江—长江、右江—珠江等“两横”水运大通道建设。", ["金沙江—长江水运大通道", "右江—珠江水运大通道"]),
        ("建设甲市港口、乙市外罗等地海上风电场。", ["甲市港口海上风电场", "乙市外罗海上风电场"]),
        ("开工丙镇综保税区等支线铁路。", ["丙镇综保税区支线铁路"]),
        ("推进郑万、枢纽东环线等铁路建设。", ["郑万铁路", "枢纽东环线铁路"]),
        # 与 inside a name, dashes around a subject, words before 的, brackets with ends
        ("开工建设京杭运河与小清河航道连通工程。", ["京杭运河与小清河航道连通工程"]),
        ("第二条进出大通道——京新高速——全线贯通。", ["京新高速"]),
        ("连接四个煤城的牡佳客专开工。", ["牡佳客专"]),
        ("加快邯黄(邯郸至黄骅港)、张唐(张家口至唐山)铁路建设。", ["邯黄(邯郸至黄骅港)铁路", "张唐(张家口至唐山)铁路"]),
        # a list goes on behind a comma unless a stage closed it
        (
            "江西规划建成井冈山航电枢纽、万安枢纽二线船闸工程,双港航运枢纽、樟树港区综合码头等项目。",
            ["井冈山航电枢纽", "万安枢纽二线船闸", "双港航运枢纽", "樟树港区综合码头"],
        ),
        ("除了加快京沈客运专线建设外,还要推进盘锦站至辽东湾城际铁路建设。", ["京沈客运专线", "盘锦站至辽东湾城际铁路"]),
        ("加快对湘江、潇水等通航支流的整治。", ["湘江通航支流", "潇水通航支流"]),
        # another province's names: counties, village names, streets, foreign neighbours
        ("提速实施理塘索绒光伏发电、成渝高速公路扩容。", ["理塘索绒光伏发电", "成渝高速公路"]),
        ("开工建设空港大道三期、内环高架。", ["空港大道三期", "内环高架"]),
        ("中老国际铁路云南段有望今年底通车。", ["中老国际铁路云南段"]),
        ("力争开工建设603省道、G334文旅大通道。", ["603省道", "G334文旅大通道"]),
        ("新(改)建G228公路。", ["G228公路"]),
        ("开工建设乌玛高速惠农至某机场段、荣乌高速新线二期。", ["乌玛高速惠农至某机场段", "荣乌高速新线二期"]),
        ("推进甬台温高速公路改扩建宁波段。", ["甬台温高速公路宁波段"]),
        ("今年我省将建成民勤至红沙岗等高速公路。", ["民勤至红沙岗高速公路"]),
        ("新開工基隆輕軌、三鶯線捷運。", ["基隆轻轨", "三莺线捷运"]),
    ],
)
def test_lists_are_read_into_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_the_conjunction_and_a_county_are_told_apart() -> None:
    """和平 is a county too; here 和 joins and 平远 is the county."""
    assert names("推进龙川至梅县和平远至武平高速公路建设。", "广东省") == ["龙川至梅县高速公路", "平远至武平高速公路"]


@pytest.mark.parametrize(
    "text",
    [
        "积极推进与宁波舟山港、上海港开展铁海联运、江海联运。",
        "支持甲市开发区与上海临港集团、苏州工业园、宁波舟山港等产业园区开展战略合作。",
        "支持芜湖港、三山港与上海港、宁波舟山港等港口龙头企业以资本为纽带加强合作。",
        "完成《合肥港总体规划(2016-2040)》修编。",
        "加快建设平陆运河经济带。",
        "支持新海天然气管道公司发展。",
        "加快高铁建设,打通断头路,发展通用航空,推进港口集疏运体系建设。",
        "统筹推进铁路、公路、港航、机场、油气、电力等基础设施建设。",
        "优化合肥境内高速公路布局,提升国省干线公路通行能力。",
        "推动长三角世界级机场群建设,推进合肥成为长三角电网枢纽。",
        "加快建设G60科创走廊和沿沪宁产业创新带(G42)。",
        "开工建设6座抽水蓄能电站,新建5G基站1.1万个。",
        "积极对接上海虹桥国际机场和上海浦东国际机场。",
        "配合国家部委制定长三角内河高等级航道网建设方案。",
        "规划建设一批煤炭、矿石、粮食等码头。",
        "随着高铁网加密,旅游人数增长。",
        "推进信用信息共享互通、奖惩措施路径互通。",
        "推出高铁+景区门票等旅游产品,依托合肥南站打造商务区。",
        "“两横”指长江高等级航道、信江高等级航道。",
        "推进通达景区公路建设,建成脱贫地区高速公路200公里。",
        "全年新增高速公路200公里,力争每个市州建设1个以上通用机场。",
        "坚持平等互利,平等对待各类企业。",
        "加快雄安新区对外普通干线公路和农村牧区公路建设。",
    ],
)
def test_what_is_no_project_is_not_read_as_one(text: str) -> None:
    assert [m.name for m in read(text) if m.mode != "other"] == []


@pytest.mark.parametrize(
    "text, expected",
    [
        ("建设皖赣铁路、芜广铁路电气化改造。", ["new", "upgrade"]),  # own heads: the nearest only
        ("建设合宁、合安高速改扩建。", ["upgrade", "upgrade"]),  # a shared head: all
        ("推进甲江航道、乙江航道等整治。", ["upgrade", "upgrade"]),  # behind 等: all
        ("建设如东LNG接收站扩建。", ["upgrade"]),
        ("推进武夷山机场迁建。", ["new"]),
        ("建设合肥新桥机场二期。", ["new"]),
        ("推进凤凰颈枢纽复航工程。", ["upgrade"]),
        ("推进海沧航道扩建四期工程前期工作。", ["upgrade"]),  # the work before the phase
        ("推进王甫洲枢纽二线船闸改造工程。", ["upgrade"]),
        ("开工隆黄铁路隆昌至叙永段(扩能改造)。", ["upgrade"]),
        ("新(改)建G228公路。", ["upgrade"]),
        ("推进呼和浩特新机场等重点机场改扩建。", ["new"]),
        ("推进台南市区铁路地下化计划。", ["upgrade"]),
    ],
)
def test_work_is_new_or_upgrade(text: str, expected: list[str]) -> None:
    assert [m.work for m in read(text)] == expected


@pytest.mark.parametrize(
    "text, mode, kind",
    [
        ("建设合新高铁。", "rail", "high_speed_rail"),
        ("建设滁州—南京城际铁路。", "rail", "intercity_rail"),
        ("建设合肥-淮南市域(郊)铁路。", "rail", "suburban_rail"),
        ("推进宁芜铁路电气化改造。", "rail", "conventional_rail"),
        ("加快南京北站、苏州高铁北站建设。", "rail", "station"),
        ("建设明巢高速。", "highway", "expressway"),
        ("推进合宁高速改扩建。", "highway", "expressway_widening"),
        ("建设合肥外绕城高速。", "highway", "ring_road"),
        ("建设G329合肥段。", "highway", "national_road"),
        ("建设省道101淮徐快速通道。", "highway", "provincial_road"),
        ("建设张皋过江通道。", "highway", "river_crossing"),
        ("建设桂江航道。", "waterway", "inland_waterway"),
        ("建设巢湖一线船闸。", "waterway", "lock"),
        ("建设合肥派河港。", "waterway", "port"),
        ("建设厦门港翔安1—5号泊位。", "waterway", "port_berth"),
        ("构建江淮航运中心。", "waterway", "shipping_hub"),
        ("建设南通新机场。", "airport", "civil_airport"),
        ("建设庐江通用机场。", "airport", "general_airport"),
        ("建设淮安航空货运枢纽。", "airport", "cargo_airport"),
        ("建设江苏沿海输气管道。", "energy", "gas_pipeline"),
        ("推进巢湖至芜湖LNG接收站建设。", "energy", "gas_pipeline"),  # two ends: the line between them
        ("建设赣榆LNG接收站。", "energy", "lng_terminal"),
        ("建设白鹤滩—浙江特高压工程。", "energy", "uhv_line"),
        ("建设南通—上海崇明500千伏联网工程。", "energy", "transmission_line"),
        ("加快建设淮南—南京—上海1000千伏特高压交流输电工程过江通道。", "energy", "uhv_line"),
        ("建设句容抽水蓄能电站。", "energy", "pumped_storage"),
    ],
)
def test_mode_and_kind_follow_the_head_noun(text: str, mode: str, kind: str) -> None:
    assert {(m.mode, m.kind) for m in read(text)} == {(mode, kind)}


@pytest.mark.parametrize(
    "text, region, places",
    [
        ("建设商合杭铁路。", "合肥市", "商丘-合肥-杭州"),
        ("建设合新高铁。", "江苏省", "合肥-新沂"),
        ("建设沪苏湖铁路。", "江苏省", "上海-苏州-湖州"),
        ("建设通苏嘉甬铁路。", "江苏省", "南通-苏州-嘉兴-宁波"),
        ("推进宁芜高速扩容改造。", "芜湖市", "南京-芜湖"),
        ("谋划沪陕高速复线。", "合肥市", "上海-西安"),  # an expressway's province is its capital
        ("建设赣龙厦高铁。", "福建省", "赣州-龙岩-厦门"),
        ("建设G206合肥吴山至南岗段。", "合肥市", "吴山-南岗"),
        ("建设沿江高铁武汉-合肥-南京段。", "合肥市", "武汉-合肥-南京"),
        ("推动“云电送桂”。", "广西壮族自治区", "云南-广西"),
        ("建设南宁至百色高速公路。", "广西壮族自治区", "南宁-百色"),
        ("建设岳武高速东延无岳段。", "合肥市", "无为-岳西"),  # the section's own ends
        ("建设S329合六南通道。", "合肥市", "合肥-六安"),
        ("推进湘桂铁路柳州枢纽扩能改造。", "广西壮族自治区", "柳州"),
    ],
)
def test_short_names_expand_to_the_places_of_a_sensible_line(text: str, region: str, places: str) -> None:
    (mention,) = read(text, region)
    assert "-".join(mention.places) == places


def test_traditional_text_is_read_and_quoted_in_the_original() -> None:
    text = "加快推進寧馬、寧合等高速公路江蘇段改擴建項目。"
    mentions = read(text, "江苏省")
    assert [m.name for m in mentions] == ["宁马高速公路江苏段", "宁合高速公路江苏段"]
    assert [m.quotation for m in mentions] == ["寧馬", "寧合"]


def test_broken_characters_and_lost_digits_are_flagged_not_guessed() -> None:
    broken, lost = read("推动蘇錫??炀€鐵路開工建設。推进某湖—某山千伏线路芜湖段增容改造前期工作。", "江苏省")
    assert broken.name.endswith("??炀€铁路")
    assert "damaged" in broken.flags
    assert "digits_lost" in lost.flags
    assert lost.opening_year is None


def test_opening_year_comes_with_a_future_opening() -> None:
    assert [m.opening_year for m in read("确保2019年底前商合杭铁路北段建成通车。")] == [2019]
    assert [m.opening_year for m in read("加快推进合新高铁建设,确保2025年建成通车。")] == [2025]
    assert [m.opening_year for m in read("到2025年,加快推进合新高铁建设。")] == [None]


def test_lead_department_is_taken_from_the_end_of_the_clause() -> None:
    (mention,) = read("39.开工建设甲乙高铁合肥段,完善网络。(省发展改革委、省交通运输厅按职责分工负责)")
    assert mention.lead == "省发展改革委、省交通运输厅"


def test_a_name_broken_over_two_lines_is_one_name() -> None:
    body = "统筹推进综合交通运输体系建设,提升互联互通水平,加快建设商合\n杭铁路等项目,完善多层次轨道交通网络布局。\n"
    mentions = read(body * 12)
    assert {m.name for m in mentions} == {"商合杭铁路"}
    assert mentions[0].quotation == "商合\n杭铁路"


def test_a_label_gives_its_head_to_the_list_behind_it() -> None:
    assert names("高速公路:合肥至周口、宣城至东至。") == ["合肥至周口高速公路", "宣城至东至高速公路"]


def test_explain_tells_each_step() -> None:
    told = explain("加快推进合新高铁、巢马城际等项目前期工作。", region="合肥市")
    for word in ("合新高铁", "加快推进", "前期工作", "preparatory", "高铁 → rail/high_speed_rail", "合肥-新沂"):
        assert word in told
    assert "没有专名" in explain("加快高铁建设。", region="合肥市")


SENTENCES = (
    "加快推进合宁、合安高速改扩建,谋划建设庐江、巢湖通用机场。",
    "推进合裕线扩能改造(巢湖一线船闸改建)、凤凰颈枢纽复航工程。",
    "积极推動北沿江、通蘇嘉甬、滬通鐵路二期等規劃項目開工建設。",
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_mutated_text_never_breaks_and_always_requotes(seed: int) -> None:
    rng = random.Random(seed)
    text = list(rng.choice(SENTENCES) * rng.randint(1, 3))
    for _ in range(rng.randint(0, 12)):
        i = rng.randrange(len(text))
        action = rng.randrange(3)
        if action == 0:
            del text[i]
        elif action == 1:
            text.insert(i, rng.choice("、等和及()《》“”。,:;?\n \0€建设段路港一1G-至"))
        else:
            text[i] = rng.choice("、等和(。建设合肥")
        if not text:
            return
    document = parse_document("".join(text), region="合肥市")
    for mention in extract_mentions(document):
        assert document.text[mention.start : mention.end] == mention.quotation


@pytest.mark.parametrize(
    "text",
    [
        "、" * 100_000,
        "加快推进" + "合宁、" * 30_000,
        "加快建设合肥高速公路和" * 20_000,
        "(" * 30_000 + "合肥" + ")" * 30_000,
        "加快建设合宁高速(" * 10_000,
        "等" * 50_000,
        "“" * 50_000,
        "加快建设合宁高速," * 5_000,
    ],
    ids=["separators", "one list", "no stop", "nested", "open brackets", "etc", "quotes", "commas"],
)
def test_pathological_text_ends_soon(text: str) -> None:
    start = time.perf_counter()
    extract_mentions(parse_document(text, region="合肥市"))
    assert time.perf_counter() - start < 10  # a second or so on the reference machine; linear


def test_every_mention_of_the_real_plans_requotes(shared: Path) -> None:
    for path in sorted((shared / "plans").glob("*.txt")):
        document = read_document(path)
        for mention in extract_mentions(document):
            assert document.text[mention.start : mention.end] == mention.quotation
