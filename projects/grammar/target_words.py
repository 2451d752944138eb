"""
What makes a quantity a target: a bound (达到, 以上), a work (新建, 改造) or a deadline that governs it.

What has been reached (已达到), a property (年产300万台) and an enumeration (等7个项目) are none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from projects.grammar.quantities import AFTER
from projects.schema import Comparator

if TYPE_CHECKING:
    from projects.grammar.quantities import Segment

__all__ = [
    "ACHIEVED",
    "BOUND_WORDS",
    "FUTURE_PARAGRAPH",
    "PAST_PARAGRAPH",
    "WORKS",
    "bound_of",
    "carried_bound",
    "is_target",
]

# What governs a quantity from the left, as a bound on an indicator: (words, comparator). Longest first where they nest.
BEFORE = (
    (
        r"不低于|不少于|不小于|不短于|至少(?:新?[增建达成]*)?|(?<!不)(?:超过|高于|大于|多于|超)|突破",
        Comparator.AT_LEAST,
    ),
    (r"不超过|不高于|不大于|不多于|控制在|控制到|低于|少于|小于", Comparator.AT_MOST),
    (r"(?:压缩|缩[小短减]|降低?|下降|减[少至])(?:到|至)|降至|减至", Comparator.AT_MOST),
    (r"大约|接近|约|近", Comparator.ABOUT),
    (r"(?:提[高升]|增[加长]|扩大|上升|提|增|升|发展|延伸)(?:到|至)|达到|达|(?:稳定|保持|维持)在?", Comparator.AT_LEAST),
    (r"增长|提[高升]|下降|降低|减少|削减|涨幅(?:为|在)?", Comparator.EQUAL),  # 增长14%: as much, no more is said
)
CARRIED = (Comparator.AT_LEAST, Comparator.AT_MOST)
BY_AFTER = (Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.ABOUT)
"""Comparators of the words ``projects.grammar.quantities.AFTER``."""
# Works that bring a counted or measured thing about: the quantity is what is to be delivered.
WORKS = (
    "新改建|改扩建|扩建|交工|竣工|完工|计划投资|计划完成投资|将投资|拟投资|安排投资|新建成|新建|新增|新开工|新达成|改造|建设|建成|基本建成|培育|培养|创建|创成|打造|完成|组建|成立|编制|制定|引进|开工|"
    "投产|投运|形成|推动|推进|扶持|达成|申创|争创|提质|实施|认定|设立|布局|修复|治理|开通|新开(?!工|发|放)|打通|拓展|落地|招引|发展|整治|迁建|安排|建立|推广|实现"
)
# What is stated as a fact. 预计 forecasts a year that is nearly over.
ACHIEVED = re.compile(
    r"已(?!有.{0,4}基础上)|达到了|达了|完成了|实现了|累计|目前|现有|现状|截至|以来|同比|[较比](?:上年|去年|上一年)|去年|上年|预计|实际完成"
    r"|共有|居全国|创历史|荣获|年来"
)
AHEAD = re.compile(r"(?<!截)[到至]20\d\d年|力争|目标|确保")
STANDING = re.compile(r"累计")
"""A fact, except of a day to come (到2025年累计建成…)."""
# These make the whole sentence a report, until an aim begins.
REPORTED = re.compile(r"截至|以来|去年|上年|过去.年|[一两二三四五六七八九十]年来")
FRESH_START = re.compile(r"(?=(?<!截)[到至]20\d\d年|力争|目标|今后)")
PAST_PARAGRAPH = re.compile(
    r"近[一二三四五]年|同比|创历史新高|居全国|位居|获.{0,10}奖|取得.{0,8}(?:突破|成效|进展)|(?:已|顺利|相继|全部|成功)建成投产|建成投产(?=[,。;])|一年来|过去|回顾|成功"
)
FUTURE_PARAGRAPH = re.compile(r"[到至]20\d\d年|今年(?!以来)|力争|目标|确保|[到至][“\"]?十[一二三四五六]五")
# A property of a thing, not an aim: 年产300万台, 总投资711亿元的, 每批挂职时间为2年.
PROPERTY = re.compile(
    r"(?:年产|产能|(?<!完成)(?:总|估算|概算|静态)投资(?:额|规模)?|单机|(?<!增)长度?|时速|占地(?:面积)?|每[批次名户件].{0,8}|[由从](?:20\d\d年底?)?的?|时间为|第|达到?省|面向|以|聚焦|围绕|按照|参加|奖补|补助|补贴|奖励|包括.*|分为.*|涵盖.*|涉及.*|等[在是为])$"
)
LISTING = re.compile(r"(?:包括|分为).{0,40}$|(?<!公)共[有计]?$")
PARTS = re.compile(r"^(?:方面|部分|领域|板块|专栏|重点(?:工作|任务|领域)|关键|机制|阶段|维度|层面|环节)")
TIME_WORDS = re.compile(
    r"通达|可达|直达|到达|互达|交通圈|通勤圈|经济圈|生活圈|出行圈|时空圈|交流圈|物流圈|上高速|覆盖|通勤|直通|互通|畅达|上快速路|[到至][^,。]{0,12}(?:站|口|港|机场)"
)
NAMED_BEFORE = re.compile(r"等$|至[\u4e00-\u9fff]{2,8}$|至[\u4e00-\u9fff]+[、和][\u4e00-\u9fff]{2,14}$")
PLACE_BEFORE = re.compile(r"(?:港区?|作业区|[一二三四五]期|[楼岛湾口门])$")
SECTION_BEFORE = re.compile(r"(?:段|大道|[一二三四五]期)(?:工程|项目)?$")
SHARE_OF = re.compile(r"占比|比例|比重|覆盖率|人口占")
INTERVAL = re.compile(r"(?:间隔|时长|用时|耗时|时间)[^、,]{0,4}$")
AGE_WORDS = re.compile(r"年限|寿命|工龄|教育")
GOAL_WORDS = re.compile(r"(?:预期|主要|发展|总体)?目标(?:是|为|:)|预期目标")
BOUND_WORDS = "|".join(words for words, _ in BEFORE)
"""All words before a quantity that bound it."""


def bound_of(segment: Segment) -> tuple[Comparator | None, int]:
    """Return the comparator that words next to the quantity give, and how many characters after it belong to them."""
    right = segment.right
    left = re.sub(r"(?<=[到至])20\d\d年底?的?$", "", segment.left)  # 增加到2025年的6000公里
    for words, comparator in zip(AFTER, BY_AFTER, strict=True):
        m = re.match(rf"(?:的)?(?:{words})(?!控|需|部)", right)
        if m:
            return comparator, m.end()
    for words, comparator in BEFORE:
        if re.search(rf"(?:{words})$", left):
            return comparator, 0
    return None, 0


def is_target(segment: Segment, before: str, around: str, *, bound: Comparator | None, deadline: bool) -> bool:
    """Tell a target from a fact, a property, a date or an enumeration."""
    q, left, right = segment.quantity, segment.left, segment.right
    words = segment.inherited + left
    clause = before.rpartition(",")[2]
    if ACHIEVED.search(STANDING.sub("", clause) if AHEAD.search(before) else clause) or REPORTED.search(
        FRESH_START.split(before)[-1]
    ):
        return False
    if "年产" in words or LISTING.search(words):
        return False
    stem = re.sub(r"(?:达到|达|约|近|超过|超|至少)$", "", left)
    delivered = re.search(r"完成[^,。;]{0,16}投资(?:额)?$", stem) is not None
    if PROPERTY.search(stem) and not delivered and not (bound and re.search(r"聚焦|以$", stem)):
        return False
    if PARTS.match(right):
        return False
    work = re.search(WORKS, words) is not None
    if q.kind == "all":
        # Universal coverage is a wish of every plan; with a day to reach it, a target.
        return deadline
    if q.kind == "doubled":
        return re.search(r"已|增长了|[较比].{0,6}年$", left) is None
    if q.kind == "years":
        return AGE_WORDS.search(words) is not None and bound is not None
    if q.unit in ("counties", "cities"):
        return re.search(r"覆盖|通达|实现", right) is not None
    if q.unit == "m" and bound is None:
        return False  # 12.5米深水航道
    if (
        q.kind == "count"
        and NAMED_BEFORE.search(left)
        and re.match(r"$|(?:个|条|座)?(?:\S{0,4}(?:项目|工程|高速|铁路|高铁|国道|公路|线路|航线))", right)
    ):
        return False  # 甲、乙等7个高铁项目: how many were named
    if q.kind == "count" and re.match(r"\d+(?:\.\d+)?万?吨级", right) and PLACE_BEFORE.search(left):
        return False  # 状元岙港区3个5万吨级码头: a project's size
    if (
        q.unit == "km"
        and bound is None
        and (SECTION_BEFORE.search(left) or re.search(r"\d{2,3}[国省县]道|[GS]\d{1,4}", left))
    ):
        return False  # 104国道甲至乙段28公里: a project's length
    if (
        not q.kind.startswith("count")
        and q.unit != "%"
        and re.match(r"(?:及?以上|以下|以内|左右)的[\u4e00-\u9fff]", right)
    ):
        return False  # 年运量150万吨以上的企业: which ones
    if q.unit.endswith("persons") and re.match(
        r"(?:及?以上)?的?人?口?的?(?:城市|城镇|县城|县|乡镇|(?:自然|建制|行政)?村)", right
    ):
        return False  # 覆盖90%的20万人口以上城市: the size of the towns
    if q.unit in ("h", "min", "days"):
        if SHARE_OF.search(right):
            return False  # 县城15分钟上高速的比例达到80%: the share is the target
        if INTERVAL.search(left):
            return bound is not None
        if re.match(r"[、和及]", around_right := segment.after) and TIME_WORDS.search(around_right):
            return True  # 市域1小时、省域2小时到达
        return TIME_WORDS.search(right + left) is not None or (bound is not None and "时间" in left)
    if q.kind == "hanzi count":
        return bound is not None and work
    if q.kind == "hanzi measure":
        return bound is not None or work
    if q.unit == "%" and right[:1] == "的" and re.search(r"(?:覆盖|连[通接]|惠及|通达|实现)$", left):
        return True
    if q.unit == "%" and re.match(r"的?\S", right) and not segment.left.strip() and right[:1] == "的":
        return re.search(r"达到|具备|实现|完成|建成|通过", right) is not None
    if bound is not None:
        # 总投资10亿元以上项目50个: the first quantity only says which projects.
        attribute = re.match(r"(?:以上|以下|以内|左右)?的?[^,。;、\d]{1,8}\d", right) and not segment.follows
        return q.unit == "%" or not attribute
    if (deadline or GOAL_WORDS.search(around)) and re.search(r"(?:率|比例|比重|占比|密度|里程|强度|浓度|总量)$", left):
        return True
    if q.kind == "measure" and GOAL_WORDS.search(around):
        return True
    return work and (q.kind == "count" or re.match(r"[,。;、]?$|[^的]", right) is not None)


ELLIPSIS = re.compile(r"(?:其中|以及|和|及)*,?[^,。;:\d]{0,14}")
"""Words of a quantity that leaves its verb to the one before: 旅客吞吐量达到8000万人次,货邮100万吨."""


def carried_bound(segment: Segment, prior: Comparator | None) -> Comparator | None:
    """Return the bound that the target before hands on to a quantity without any word of its own."""
    bare = not re.match(r"[\u4e00-\u9fffA-Za-z]", segment.right)
    words = segment.subject or segment.left
    verbless = (
        ELLIPSIS.fullmatch(segment.left) is not None and re.search(rf"{WORKS}|为|约|共|每|第|[较比]", words) is None
    )
    if prior is None or not bare or not verbless:
        return None
    if segment.left.startswith("其中") and len(segment.left) > 2 and segment.quantity.unit.endswith("yuan"):
        return Comparator.EQUAL  # 完成投资700亿元以上,其中铁路211亿元
    if segment.left in {"力争", "确保", "争取"}:
        return Comparator.AT_LEAST  # 确保1500亿元,力争2000亿元
    return prior if segment.subject or (prior in CARRIED and (segment.left or segment.follows)) else None
