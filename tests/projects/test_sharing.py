"""What the members of a list share, and what each keeps for itself. Sentences written for these tests."""

from __future__ import annotations

import pytest

from projects.documents import parse_document
from projects.extraction import Mention, extract_mentions


def read(text: str, region: str = "") -> list[Mention]:
    return extract_mentions(parse_document(text, **({"region": region} if region else {})))


@pytest.mark.parametrize(
    "text, expected",
    [
        # stretches of the line before
        ("加快建设沿江高铁武汉至宜昌段、襄阳至荆门段。", ["沿江高铁武汉至宜昌段", "沿江高铁襄阳至荆门段"]),
        ("确保鲁南高铁曲菏段、菏兰段建成通车。", ["鲁南高铁曲菏段", "鲁南高铁菏兰段"]),
        # a line from place to place is no ring, bridge or airport: the next head that can be a line's is shared
        (
            "新开工遂川至大余、萍乡绕城、寻乌至龙川高速江西段。",
            ["遂川至大余高速江西段", "萍乡绕城", "寻乌至龙川高速江西段"],
        ),
        ("有序实施西安至法门寺至机场、阎良至机场城际铁路。", ["西安至法门寺至机场城际铁路", "阎良至机场城际铁路"]),
        # a stretch with its own ends is of its line only
        ("建成惠州至龙川、怀集至阳江港高速怀集至郁南段。", ["惠州至龙川高速", "怀集至阳江港高速怀集至郁南段"]),
        # names of common characters; hubs; ordinals; branches of a numbered list
        ("加快两河口、双江口、巴塘等水电站建设。", ["两河口水电站", "双江口水电站", "巴塘水电站"]),
        ("汉江雅口、孤山、新集枢纽建成。", ["汉江雅口枢纽", "孤山枢纽", "新集枢纽"]),
        ("推进江阴第二、第三过江通道建设。", ["江阴第二过江通道", "江阴第三过江通道"]),
        ("建设“荆电入湘”“宁电入湘”工程。", ["荆电入湘", "宁电入湘"]),
        # units built as one are one row; lines are not
        ("建成陆丰核电5、6号机组。", ["陆丰核电5、6号机组"]),
        ("推进合肥地铁3、4号线建设。", ["合肥地铁3号线", "合肥地铁4号线"]),
        # 等 counts the last members only
        (
            "推进合肥新机场、贵州至广东、三峡至广东两条特高压直流工程建设。",
            ["合肥新机场", "贵州至广东特高压直流", "三峡至广东特高压直流"],
        ),
        # what a member ends in may only place it
        (
            "加快阳江沙扒、惠州港口、湛江外罗等海上风电项目建设。",
            ["阳江沙扒海上风电", "惠州港口海上风电", "湛江外罗海上风电"],
        ),
        ("加快丹东大东港、营口仙人岛港区疏港高速公路建设。", ["丹东大东港疏港高速公路", "营口仙人岛港区疏港高速公路"]),
        # a county that reads as 简称 is a line in the list of lines
        ("加快常吉、韶山高速建设。", ["常吉高速", "韶山高速"]),
        # 和 inside a name
        ("推进和燕路过江通道、和静机场建设。", ["和燕路过江通道", "和静机场"]),
        ("推进龙潭、和燕路过江通道建设。", ["龙潭过江通道", "和燕路过江通道"]),
        # a closed member takes nothing from the next
        ("实施唐白河航运开发工程、富池船闸改扩建。", ["唐白河航运开发", "富池船闸"]),
        # parts of an airport lean on it
        ("加快天河机场第三航站楼、第二跑道建设。", ["天河机场第三航站楼", "天河机场第二跑道"]),
        # a form behind 等 that no rule reads, where each member says itself what it is
        (
            "郑州地铁2号线、商丘至周口城际铁路等众多与民众关系密切的项目开工建设。",
            ["郑州地铁2号线", "商丘至周口城际铁路"],
        ),
        # a branch before its verb
        ("能源续建甲湾、乙口水电站。", ["甲湾水电站", "乙口水电站"]),
        # what comes gives its head: a heading sentence
        ("规模化开发海上风电。加快阳江沙扒、湛江外罗等项目建设。", ["阳江沙扒海上风电", "湛江外罗海上风电"]),
        # 简称 that look like branches or streets; a ring is a city's
        ("银西、西延、西康高铁进展顺利。", ["银西高铁", "西延高铁", "西康高铁"]),
        ("建设龙瑞、大丽、昆明绕城西北段、小磨高速。", ["龙瑞高速", "大丽高速", "昆明绕城西北段", "小磨高速"]),
        # facilities of another kind before the form behind 等
        (
            "建成桐城、霍山抽水蓄能电站,青山—山口、肥北—芜湖东等500千伏输变电。",
            ["桐城抽水蓄能电站", "霍山抽水蓄能电站", "青山—山口输变电", "肥北—芜湖东输变电"],
        ),
        # counted before a colon
        ("建成通车3项:清云高速、武深高速、东雷高速。", ["清云高速", "武深高速", "东雷高速"]),
        # a city's numbered roads and bridges; 简称 with 中线
        ("开工台州1号公路、安庆七桥。", ["台州1号公路", "安庆七桥"]),
        ("开工建设重庆至西安、成渝中线等高速铁路。", ["重庆至西安高速铁路", "成渝中线高速铁路"]),
    ],
)
def test_members_share_what_can_be_theirs(text: str, expected: list[str]) -> None:
    assert [m.name for m in read(text)] == expected


def test_a_long_bare_list_may_hold_a_member_that_no_rule_reads() -> None:
    text = "甬金高速金华段、瑞苍高速、义龙庆高速、云里雾里、杭淳开高速。"
    assert [m.name for m in read(text, "浙江省")] == ["甬金高速金华段", "瑞苍高速", "义龙庆高速", "杭淳开高速"]


def test_a_branch_line_of_an_airport_is_a_line() -> None:
    modes = {m.name: m.mode for m in read("新建延崇、北京新机场北线、唐山至北戴河机场、围场至御道口高速。")}
    assert set(modes.values()) == {"highway"}


def test_the_work_of_a_stretch_stays_with_its_line() -> None:
    works = {m.name: m.work for m in read("开工遂川—大余、信丰—南雄、沪昆高速昌傅至金鱼石段改扩建。")}
    assert works == {"遂川—大余高速": "new", "信丰—南雄高速": "new", "沪昆高速昌傅至金鱼石段": "upgrade"}


def test_work_behind_own_heads_is_of_the_nearest() -> None:
    mentions = read("建设武汉至宜昌段4.5米水深航道整治工程、清江水布垭枢纽通航设施。")
    assert [m.work for m in mentions] == ["upgrade", "new"]


@pytest.mark.parametrize(
    "text, work",
    [
        ("推进兰新高铁兰州至西宁段达速提质。", "upgrade"),
        ("建成李家峡水电站扩机。", "upgrade"),
        ("推进五强溪扩机工程。", "upgrade"),
        ("启动岷江渠化整治工程。", "upgrade"),
        ("推进韶关机场军民合用改扩建。", "upgrade"),
        ("建设长江口深水航道治理二期工程。", "upgrade"),
    ],
)
def test_words_of_work(text: str, work: str) -> None:
    assert [m.work for m in read(text)] == [work]


@pytest.mark.parametrize(
    "text, expected",
    [
        # the topic gives routes their head, whatever stands at their ends
        (
            "城际铁路方面,加快推进北客站至机场项目建设。确保开工西安至韩城、阎良至机场项目。",
            [("北客站至机场铁路", "rail"), ("西安至韩城铁路", "rail"), ("阎良至机场铁路", "rail")],
        ),
        (
            "高速公路方面,力争开工旬邑至凤翔、合阳至铜川、子长至姚店8个项目。",
            [(f"{route}高速公路", "highway") for route in ("旬邑至凤翔", "合阳至铜川", "子长至姚店")],
        ),
        (
            "今年高速公路建设规模超1500公里,建成太白至凤县、安岚项目安康至岚皋段等项目(段)。",
            [("太白至凤县高速公路", "highway"), ("安岚项目安康至岚皋段", "highway")],
        ),
        # what goes on beside
        (
            "在继续建设大窑湾集装箱码头、丹东港20万吨级矿石码头等78个港口项目的同时,加快建设甲湾港区。",
            [("大窑湾集装箱码头", "waterway"), ("丹东港20万吨级矿石码头", "waterway"), ("甲湾港区", "waterway")],
        ),
    ],
)
def test_the_topic_gives_routes_their_mode(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.name, m.mode) for m in read(text)] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        # a list that goes on behind a comma with places joined by dashes
        (
            "建成哈密-罗布泊铁路,库车-拜城,且末-若羌铁路。",
            [(n, "under_construction") for n in ("哈密-罗布泊铁路", "库车-拜城铁路", "且末-若羌铁路")],
        ),
        (
            "推进哈密-将军庙、库尔勒-敦煌铁路前期工作。",
            [(n, "preparatory") for n in ("哈密-将军庙铁路", "库尔勒-敦煌铁路")],
        ),
        # behind 等: how much it comes to is no kind of thing
        (
            "加快建成昌吉热电厂、乌苏热电厂等在建的1180万千瓦装机。",
            [("昌吉热电厂", "under_construction"), ("乌苏热电厂", "under_construction")],
        ),
        ("电力要加快建成乌苏热电厂。", [("乌苏热电厂", "under_construction")]),
        # who acts: a network, or a place with what lies ahead before it
        (
            "苏南干线航道网加快建设芜申线、申张线航道。",
            [("芜申线", "under_construction"), ("申张线航道", "under_construction")],
        ),
        ("长三角铁路计划开通湖杭铁路。", [("湖杭铁路", "under_construction")]),
        # an announced enumeration may name things of many sectors
        (
            "2011年,海南将开工建设的一期工程还包括:博鳌机场、甲医院、乙研究院、丙卷烟厂。",
            [("博鳌机场", "starting")],
        ),
        (
            "今年安排了10个重点项目。其中包括,合新高铁、宁马城际等重点项目竣工。",
            [("合新高铁", "under_construction"), ("宁马城际", "under_construction")],
        ),
        (
            "今年安排了10个重点项目。其中包括,合新高铁、宁马城际,电网建设工程、昌江核电等重点项目竣工。",
            [(n, "under_construction") for n in ("合新高铁", "宁马城际", "昌江核电")],
        ),
        # predicates
        (
            "瑞金机场完成主体工程,定南通用机场具备开工条件。",
            [("瑞金机场", "under_construction"), ("定南通用机场", "preparatory")],
        ),
        ("合新高铁、宁马城际等项目全部复工。", [("合新高铁", "starting"), ("宁马城际", "starting")]),
        # known by their side
        ("加快西环高铁建设。", [("西环高铁", "under_construction")]),
        ("完成中缅二期原油管道及国内配套工程建设。", [("中缅二期原油管道", "under_construction")]),
    ],
)
def test_lists_go_on_and_actors_are_no_members(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.name, m.status) for m in read(text) if m.mode != "other"] == expected


def test_a_line_of_its_own_gives_the_next_paragraphs_their_mode() -> None:
    text = "推进重点项目。\n公路方面\n开建乌什-别迭里、库车-拜城等一大批项目。"
    assert [(m.name, m.mode) for m in read(text)] == [
        ("乌什-别迭里高速公路", "highway"),
        ("库车-拜城高速公路", "highway"),
    ]
