"""Words that look like projects and are none: actors, wishes, services, measures, slogans. Sentences written for these tests."""

from __future__ import annotations

import pytest

from projects.documents import parse_document
from projects.extraction import extract_mentions


@pytest.mark.parametrize(
    "text",
    [
        "依托京沪高铁、沪蓉高速等交通干线,发展沿线经济。",
        "沿京九铁路、京广铁路布局产业园区,做强合肥南站高铁经济圈、黄山机场临空经济区。",
        "推动芜湖港、马鞍山港、安庆港一体化运营。",
        "编制合肥都市圈城际铁路规划和芜湖港总体规划。",
        "巩固港口岸线清理整治成果,推进船舶港口污染防治。",
        "支持阜阳机场、池州九华山机场开通更多航班。",
        "开展沪渝蓉高铁沿线环境综合整治,加强京沪铁路安全隐患排查。",
        "推广合芜高速智慧化改造经验,总结宁芜铁路外绕建设模式。",
        "实施铁路专用线进港区、进园区、进厂区工程,推动大宗货物“公转铁”。",
        "开行合肥—宁波铁海联运班列、芜湖—上海集装箱班轮航线。",
        "提高阳逻港、花山港、黄石新港铁水联运能力。",
        "实现中心城区10分钟到轨道站点、20分钟上高速、30分钟到铁路站。",
        "全面实现县县通高铁、乡乡通国省道。",
        "构建“两横一纵多支”内河高等级航道。",
        "打造内河游轮港口示范工程,建设世界一流海洋港口。",
        "鼓励社会资本参与通用机场、货运码头和铁路专用线建设。",
        "长江干流主要港口实现铁路进港。",
        "建设1.1万个村邮站,按期交工扶贫农村公路3000公里。",
        "新增水电装机109.25万千瓦,澜沧江上游新增水电装机50万千瓦。",
        "推进能源基础设施互联互通工程。",
        "温岭滨海精品旅游公路跻身全国首批旅游公路。",
        "推进农田水利、小流域综合治理和县乡村道路建设。",
        "加快国道剩余待贯通路段建设,加强出入藏公路建设。",
        "其中高铁2600公里,高速公路6000公里。",
        "推进供水管道、污水管道、地下管道改造。",
        "黄金水道通航能力提升,打通环渤海铁路通道。",
    ],
)
def test_no_project_of_the_five_modes(text: str) -> None:
    mentions = extract_mentions(parse_document(text, region="安徽省"))
    assert [m.name for m in mentions if m.mode != "other"] == []


@pytest.mark.parametrize(
    "text, kept",
    [
        ("对接合肥南站,加快合新高铁建设。", ["合新高铁"]),
        ("国道107线、309国道等干线公路改造1200公里,建设合新高铁。", ["国道107线", "309国道", "合新高铁"]),
        ("主城快速路网和轨道交通一、三号线建设步伐加快。", ["轨道交通一号线", "轨道交通三号线"]),
        ("东向依托既有成渝高铁,加快建设重庆至黔江高铁。", ["重庆至黔江高铁"]),
        ("推进能源设施互联互通工程、合肥绕城互通工程。", ["合肥绕城互通工程"]),
        ("重点建设同江至三亚、北京至珠海等高速公路。", ["同江至三亚高速公路", "北京至珠海高速公路"]),
        ("支持将衡阳、郴州机场纳入全国民用机场建设规划。", ["衡阳机场", "郴州机场"]),
        ("南水北调中线工程通水,建成合新高铁。", ["南水北调中线", "合新高铁"]),
    ],
)
def test_beside_a_trap_the_project_is_kept(text: str, kept: list[str]) -> None:
    assert [m.name for m in extract_mentions(parse_document(text, region="安徽省"))] == kept
