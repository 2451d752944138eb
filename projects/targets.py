"""
Quantitative targets of a plan: indicator, bound, value, unit, year and area, each with the words it was read from.

The vocabulary is two tables, ``projects/data/indicators.csv`` (names of indicators, what measures them) and
``projects/data/units.csv``. The grammar is here: a quantity is a target when a bound (达到, 以上), a work (新建, 改造)
or a deadline governs it; what has been reached (已达到) is not.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from geo.gazetteer import default_gazetteer
from projects.grammar.quantities import AFTER, WINDOW, Quantity, Segment, quantities, segments
from projects.indicators import Indicator, kind_of_unit, match_indicator, match_milestone
from projects.schema import TARGETS, Comparator
from projects.status import past_passages, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.documents import Document, Passage

__all__ = ["extract_targets"]

OTHER = "other:"
"""Prefix of the key of an indicator that the table does not know; the plan's words follow."""

# -- the planners' words -------------------------------------------------------------------------------------------
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
COMPLETION = "建成通车|建成投产|通车运营|开通运营|投入运营|投入使用|建成|通车|投产|投运|竣工|贯通|启用|纳入|开通|并网"
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
INFRASTRUCTURE = re.compile(
    r"交通|里程|铁路|高铁|轨道|地铁|公路|高速|道路|桥梁|大桥|隧道|通道|航道|船闸|港|码头|泊位|机场|航空|航线|枢纽|电网|电站|装机|发电|特高压"
    r"|千伏|天然气|油气|管道|管网|LNG|储气|储能|充电|5G|宽带|基站|光纤|数据中心|水库|水利|灌区|防洪|供水|污水|停车|客运|货运|快递|物流"
)

DEADLINE = re.compile(
    r"(?:到|(?<!截)至|于|力争|确保|争取|在)?(?<!截至)(?P<year>(?:19|20)\d\d)年(?P<tail>年?底前?|末|前|内|上半年|\d{1,2}月底?前?)?"
    r"|(?P<plan>[“\"]?十(?P<five>[一二三四五六七])五[”\"]?)(?P<span>期间|时期|末|期末|(?=[\u4e00-\u9fff]{2,10}?(?:达到|突破|超过|新增)))"
    r"|“(?P<old>[七八九十]五)”(?:期间|时期|末|期末|计划)"
    r"|(?P<own>年内|(?:到|至)年底|年底前|今年)"
    r"|(?P<lost>(?:到|至)年(?![底末内初前度])|(?:^|(?<=[,。;:、]))年(?:底前|底|前|\d{1,2}月底?前?))"
)
# The last year of each five-year plan: 十一五 2010 … 十七五 2040.
PLAN_END = {"一": 2010, "二": 2015, "三": 2020, "四": 2025, "五": 2030, "六": 2035, "七": 2040}
WILL = re.compile(r",?[\u4e00-\u9fff]{0,6}?(?:将|计划|力争|拟)")
"""Behind a year that a whole report is about: 2024年将力争…."""
OLD_PLAN_END = {"七五": 1990, "八五": 1995, "九五": 2000, "十五": 2005}
BASE_YEAR = re.compile(r"[较比自从以]$|与$|相?比$")

NAMED_THING = r"[港站段]|机场|新区|大桥|枢纽|都市|地区|方向|至|—|-|经济|国际|综合"
"""After a place's name: what it names is no longer the place (南京港, 上海国际航运中心)."""
LEADING = re.compile(
    r"^(?:并|且|而|其中|以及|以|和|及|或|同时|力争|确保|争取|进一步|基本|努力|大力|加快|积极|持续|稳步|扎实|有序|全面|全力|新(?![建增开改达])|完成|实现|使|将|把|至少|再|对|在|"
    r"全市|全省|全区|全县|全州|我市|我省|我区|本市|本省|全|各)+"
)


def _bound(segment: Segment) -> tuple[Comparator | None, int]:
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


def _is_target(segment: Segment, before: str, around: str, *, bound: Comparator | None, deadline: bool) -> bool:
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


@dataclass(frozen=True)
class _Calendar:
    """What a document says about its own time: the year it is for, the year it was issued, where 今年 first stands."""

    own_year: int | None
    issued: int | None
    first_now: int

    @classmethod
    def of(cls, document: Document) -> _Calendar:
        """Read the title (2021年工作要点) and the date; a report's 今年 is the year of its date."""
        first_now = document.simplified.find("今年")
        date = re.match(r"\d{4}", document.date)
        issued = int(date[0]) if date else cls._not_before(document)
        title = re.search(r"((?:19|20)\d\d)年", document.title)
        yearly = title and re.search(r"工作|要点|年度|报告|任务|安排", document.title[title.end() :])
        if title and yearly:
            return cls(int(title[1]), issued, 0)
        now = issued if first_now >= 0 and date else None
        return cls(now, issued, first_now)

    @staticmethod
    def _not_before(document: Document) -> int | None:
        """Return the year before which an undated document cannot be: its five-year plan's first, or the one it looks back on."""
        plan = re.search(r"十([一二三四五六七])五", document.title)
        years = [PLAN_END[plan[1]] - 4] if plan else []
        back = re.findall(r"截[至止到]((?:19|20)\d\d)年([底末]?)", document.simplified)
        years += [int(year) + (end != "") for year, end in back]
        return max(years, default=None)

    def default(self, position: int) -> int | None:
        """Return the year that holds at a position where nothing else is said."""
        return self.own_year if 0 <= self.first_now <= position else None


@dataclass(frozen=True)
class _Deadlines:
    """The years that a passage names, in order; a head (到2025年) holds until another does."""

    positions: list[int]
    years: list[int | None]
    heads: list[int]

    @classmethod
    def of(cls, text: str, calendar: _Calendar) -> _Deadlines:
        """Find them; a lost year (到年) is None, a base year (较2017年) and one in a title are none."""
        positions: list[int] = []
        years: list[int | None] = []
        heads: list[int] = []
        head = -1
        for m in DEADLINE.finditer(text):
            before = text[max(0, m.start() - 60) : m.start()]
            if BASE_YEAR.search(before) or before.count("《") > before.count("》"):
                continue
            if m["year"]:
                if m["tail"] and re.match(r"\d{1,2}月$", m["tail"]):
                    continue  # a date of the past or of a meeting
                year: int | None = int(m["year"])
                behind = text[m.end() : m.end() + 16]
                holds = m[0][0] in "到至" or (behind[:1] == "," and not m["tail"]) or WILL.match(behind) is not None
            elif m["plan"]:
                year, holds = PLAN_END[m["five"]], m["span"] != ""  # “十四五”里程突破…: of this target alone
            elif m["old"]:
                year, holds = OLD_PLAN_END[m["old"]], True
            elif m["own"]:
                year, holds = calendar.own_year, m["own"] == "今年"
            else:
                year, holds = None, True
            head = len(positions) if holds else head
            positions.append(m.start())
            years.append(year)
            heads.append(head)
        return cls(positions, years, heads)

    def last_head(self, carried: int | None) -> int | None:
        """Return the year that still holds at the end of the passage."""
        return self.years[self.heads[-1]] if self.heads and self.heads[-1] >= 0 else carried

    def at(self, sentence: int, clause: int, position: int, *, default: int | None) -> tuple[int | None, bool]:
        """
        Return the year for a quantity, and whether its sentence names a deadline.

        Parameters
        ----------
        sentence, clause, position : int
            Where the sentence, the clause and the quantity begin.
        default : int or None
        """
        last = bisect.bisect_right(self.positions, position) - 1
        if last >= 0 and self.positions[last] >= clause:
            return self.years[last], True
        if last >= 0 and self.positions[last] >= sentence:
            return self.years[last], True
        if last >= 0 and self.heads[last] >= 0:
            return self.years[self.heads[last]], False
        return default, False


def extract_targets(document: Document) -> pd.DataFrame:
    """
    Read every quantitative target of a plan.

    Parameters
    ----------
    document : Document

    Returns
    -------
    DataFrame, contract ``projects.schema.TARGETS``, in the order of the text
        ``indicator`` is a key of ``projects/data/indicators.csv``, or ``other:`` and the plan's words. A range
        (10-11%) keeps its lower end. A milestone (2019年底前…通车) is ``<=`` the year, unit ``year``.
        ``year`` is NA where the plan states none or its digits are lost. ``area`` is short (合肥), or as the plan
        names it (环巢湖; 肥东、巢湖、长丰、经开).

    Examples
    --------
    >>> from projects.documents import parse_document
    >>> plan = parse_document("到2025年,铁路网密度达到700公里/万平方公里。", region="合肥市")
    >>> extract_targets(plan)[["indicator", "comparator", "value", "unit", "year", "area"]].values.tolist()
    [['railway_network_density', '>=', 700.0, 'km/10000km2', 2025, '合肥']]
    """
    calendar = _Calendar.of(document)
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    texts = [(p.headings, document.simplified[p.start : p.end]) for p in document.passages]
    before: tuple[tuple[str, ...], int | None] = ((), None)
    for passage, past in zip(document.passages, past_passages(texts), strict=True):
        text = document.simplified[passage.start : passage.end]
        deadlines = _Deadlines.of(text, calendar)
        goals = passage.headings and "目标" in passage.headings[-1]
        carried = before[1] if before[0] == passage.headings and (goals or re.match(r"[—\-●•·]", text)) else None
        before = (passage.headings, deadlines.last_head(carried))
        told = past and re.search(r"将|力争|确保|计划|(?<!截)[到至]20\d\d年", text) is None
        for row in () if told else _passage_targets(document, passage, calendar, deadlines, carried):
            start, end = int(str(row["start"])), int(str(row["end"]))
            row |= {"document": document.document, "clause": passage.clause, "quotation": document.text[start:end]}
            rows.setdefault((start, end, row["indicator"]), row)
    table = TARGETS.coerce(pd.DataFrame(list(rows.values()), columns=TARGETS.names))
    return TARGETS.validate(table.sort_values(["start", "end", "indicator"], ignore_index=True))


def _passage_targets(
    document: Document, passage: Passage, calendar: _Calendar, deadlines: _Deadlines, carried: int | None
) -> Iterator[dict[str, object]]:
    text = document.simplified[passage.start : passage.end]
    if PAST_PARAGRAPH.search(text) and not FUTURE_PARAGRAPH.search(text):
        return
    default = carried or calendar.default(passage.end)
    report = False
    for sentence in re.finditer(r"[^。;!?\n]+", text):
        done, report = reports(sentence[0], before=report)
        # A paragraph that opens by looking back goes on so, until a sentence looks ahead.
        report = report and re.search(r"将|要|拟|计划|预计|目标", sentence[0]) is None
        if done:
            continue
        prior: Comparator | None = None
        for clause in re.finditer(r"[^,:]+(?::1[^,:]*)?", sentence[0]):
            at = sentence.start() + clause.start()
            for segment in segments(clause[0]):
                here = at + segment.quantity.start
                year, deadline = deadlines.at(sentence.start(), at, here, default=default)
                if year is not None and calendar.issued is not None and year < calendar.issued:
                    continue  # 「十三五」末达到 in a plan of a later year is a report
                left, right = max(sentence.start(), here - WINDOW), min(sentence.end(), here + WINDOW)
                before, around = text[left : at + segment.quantity.end], text[left:right]
                row = _read_segment(document, segment, clause[0], before, around, deadline=deadline, prior=prior)
                prior = Comparator(str(row["comparator"])) if row else None
                if row:
                    row["year"] = year
                    yield _shifted(row, passage.start + at)
            milestone = _milestone(document, clause[0], text[max(sentence.start(), at - 60) : at])
            if milestone:
                yield _shifted(milestone, passage.start + at)


def _shifted(row: dict[str, object], by: int) -> dict[str, object]:
    return row | {"start": int(str(row["start"])) + by, "end": int(str(row["end"])) + by}


ELLIPSIS = re.compile(r"(?:其中|以及|和|及)*,?[^,。;:\d]{0,14}")
"""Words of a quantity that leaves its verb to the one before: 旅客吞吐量达到8000万人次,货邮100万吨."""


def _carried_bound(segment: Segment, prior: Comparator | None) -> Comparator | None:
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


def _read_segment(
    document: Document,
    segment: Segment,
    clause: str,
    before: str,
    around: str,
    *,
    deadline: bool,
    prior: Comparator | None = None,
) -> dict[str, object] | None:
    bound, width = _bound(segment)
    if bound is None:
        bound = _carried_bound(segment, prior)
    if not _is_target(segment, before, around, bound=bound, deadline=deadline):
        return None
    q = segment.quantity
    if not segment.follows and segment.start == 0:
        segment = replace(segment, left=NUMBERING.sub("", segment.left))
    subject = _without_deadline(segment.left)
    if segment.subject:
        segment = replace(segment, left=segment.subject, inherited="")
    left, place = _without_place(_without_deadline(segment.left))
    right = segment.right[width:]
    own_words = DEADLINE.sub("", re.sub(rf"{WORKS}|{_BOUND_WORDS}", "", left)).strip("、的 ")
    window = re.sub(
        r"\([^()#]*\)", "", f"{left}#{right}"
    )  # 高铁(含城际)里程: what is in brackets is included, not meant
    known = match_indicator(window, q.unit)
    bare = not own_words and not re.match(r"的?[\u4e00-\u9fff]", right)
    if known is None and segment.follows and (bare or (bound is None and not re.search(WORKS, left))):
        # 新开工棚户区改造9万套、基本建成8万套: the second amount is of the first one's subject.
        window = _without_deadline(segment.inherited) + window
        known = match_indicator(window, q.unit)
    if bound is None and q.unit.endswith("yuan") and re.search(r"(?:力争|确保|争取)[^,。;]{0,12}$", segment.left):
        bound = Comparator.AT_LEAST
    timed = q.unit in ("h", "min", "days")
    # A travel time is a bound from above, and the longer end of 1-1.5小时 is what must hold.
    comparator = bound or (Comparator.AT_MOST if timed else Comparator.EQUAL)
    value = q.upper if comparator == Comparator.AT_MOST else q.value
    noun = _noun(left if own_words else "", right, segment.inherited)
    unit = _unit(q, known)
    end = q.end + width
    # A counted thing is named after the number: its noun is part of the words.
    if (
        q.kind.endswith("count")
        or timed
        or q.kind == "all"
        or right.startswith("的")
        or q.unit.endswith(("persons", "counties"))
    ):
        end = max(end, segment.end)
    start = q.start - len(subject)
    start += len(clause[start:end]) - len(clause[start:end].lstrip(" ("))
    return {
        "indicator": known.key if known else OTHER + noun,
        "indicator_zh": noun,
        "comparator": comparator,
        "value": value,
        "unit": unit,
        "area": place or _area(document, segment, around),
        "infrastructure": known.infrastructure if known else INFRASTRUCTURE.search(window) is not None,
        "start": start,
        "end": end - (len(clause[start:end]) - len(clause[start:end].rstrip())),
    }


_BOUND_WORDS = "|".join(words for words, _ in BEFORE)


def _unit(q: Quantity, known: Indicator | None) -> str:
    prefix = next((p for p in ("100m ", "10000 ") if q.unit.startswith(p)), "")
    if known is None or known.unit == "":
        return q.unit
    noun = re.sub(r"^(?:10000|100m) ", "", known.unit)
    if q.unit[len(prefix) :] == "count":
        return prefix + noun if kind_of_unit(known.unit) == "count" else q.unit
    if " per " in known.unit and known.unit.startswith(q.unit):
        return known.unit
    return q.unit


NUMBERING = re.compile(
    r"^\s*(?:\(?[\d一二三四五六七八九十]{1,4}\)|\d{1,3}[.、．](?!\d)|[一二三四五六七八九十]{1,4}、|第[一二三四五六七八九十百\d]+条|[①-⑳]"
    r"|[—\-●•·○◆■]+)+\s*"
)
"""Number or bullet of a clause, which is no part of what it says."""


def _without_deadline(text: str) -> str:
    """Cut what stands before the subject: deadlines and linking words."""
    for m in DEADLINE.finditer(text):
        if not LEADING.sub("", text[: m.start()]).strip():
            return _without_deadline(text[m.end() :].lstrip("、 的"))
        break
    return text.lstrip("、 的")


def _without_place(text: str) -> tuple[str, str]:
    """Split a place that is the subject of the target (上海高速公路密度达到) from the words that follow it."""
    m = re.match(r"([\u4e00-\u9fff]{2,7}?)(?:全?[省市县区]|自治区)?(?=[\u4e00-\u9fff])", text)
    if not m:
        return text, ""
    for length in range(min(8, len(text) - 2), 1, -1):
        name = text[:length]
        found = [p for p in default_gazetteer().lookup(name) if p.level in ("province", "prefecture", "county")]
        # A county counts by its full name only: 新建 and 平陆 (运河) are counties' short names.
        if found and (name == found[0].full_name or (name == found[0].name and found[0].level != "county")):
            rest = text[length:]
            if rest.startswith("都市圈"):
                return rest[3:], found[0].name + "都市圈"
            if re.match(NAMED_THING, rest):
                return text, ""
            return rest, name if found[0].level == "county" else found[0].name
    return text, ""


def _noun(left: str, right: str, inherited: str) -> str:
    """Return the indicator in the plan's words: what precedes the quantity, or the counted thing after it."""
    after = right[1:] if right.startswith("的") else re.split(r"[、,]|和|及", right)[0].strip()
    before = re.sub(rf"(?:{_BOUND_WORDS}|为|是|至|到)+$", "", left)
    before = LEADING.sub("", re.sub(rf"^(?:{WORKS})", "", LEADING.sub("", before))).strip(" 、“”()")
    before = re.sub(r"年均$", "", LEADING.sub("", before))
    before = re.sub(DEADLINE, "", before) if not BASE_YEAR.search(before[:40]) else before
    if after and re.match(r"[\u4e00-\u9fffA-Za-z0-9“]{2,}", after):
        return after[:60]
    if not before:
        carried = LEADING.sub("", re.sub(rf"^(?:{WORKS})", "", LEADING.sub("", inherited)))
        carried = re.sub(rf"(?:{_BOUND_WORDS})+$|[由从].{{0,3}}\d{{4}}年.*$", "", carried)
        return carried.strip("、 ")[-40:]
    return before[-40:]


def _area(document: Document, segment: Segment, around: str) -> str:
    """Return the area: listed places (肥东、巢湖等一批), a lake's surroundings, or the plan's own."""
    listed = re.search(
        r"((?:[\u4e00-\u9fff]{2,4}、)+[\u4e00-\u9fff]{2,4}?)等(?:一批|地|县|市|区|\d)",
        (segment.inherited + segment.left)[-WINDOW:],
    )
    if listed:
        names = re.sub(rf"^(?:{LEADING.pattern[1:]}|{WORKS})+", "", listed[1]).split("、")
        known = [n for n in names if default_gazetteer().lookup(n)]
        if len(known) * 2 > len(names):
            return "、".join(names)
    lake = re.search(r"环[\u4e00-\u9fff]{1,3}?湖(?=[\u4e00-\u9fff])", around)
    if lake and re.search(r"湖|湿地|水域|流域", segment.left + segment.right):
        return lake[0]
    return _short(document.region)


def _short(region: str) -> str:
    """Return 合肥 for 合肥市, 广西 for 广西壮族自治区."""
    return re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", region)


def _milestone(document: Document, clause: str, before: str) -> dict[str, object] | None:
    """Read 2019年底前商合杭铁路北段建成通车: a thing that is to be there by a year, without any other number."""
    m = re.search(
        rf"(?:到|至|于|力争|确保|争取)*(?P<year>20\d\d)年(?:年?底前?|末|前|内|上半年|\d{{1,2}}月底前)?"
        rf"(?P<words>[^《》“”]{{0,25}}?(?P<done>{COMPLETION})[^《》]{{0,20}})",
        clause,
    )
    if not m or ACHIEVED.search(clause) or re.search(r"基本|全面|初步|格局|体系|机制|一批|强[市省国县区]", m["words"]):
        return None
    if re.fullmatch(
        rf"(?:左右|按期|如期|按时|提前|顺利|正式|建成|全部|陆续|相继|均|将|可|具备|条件|,)*(?:{COMPLETION})(?:条件)?",
        m["words"].strip(),
    ):
        return None  # 确保2022年全部投产: of what, the clauses before say
    if BASE_YEAR.search(clause[: m.start()]) or re.search(r"\d{1,2}月", clause[m.end("year") : m.end("year") + 4]):
        return None
    if next(quantities(DEADLINE.sub("", clause)), None):
        return None
    words = m["words"].strip()
    # The subject may stand a clause before: 全面清查…平台提供者,2019年建成数据库.
    window = f"{words}#"
    known = match_milestone(window) or match_milestone(f"{before}{words}#")
    return {
        "indicator": known.key if known else OTHER + words,
        "indicator_zh": words,
        "comparator": Comparator.AT_MOST,
        "value": float(m["year"]),
        "unit": "year",
        "year": int(m["year"]),
        "area": _short(document.region),
        "infrastructure": known.infrastructure if known else INFRASTRUCTURE.search(words) is not None,
        "start": len(clause) - len(clause.lstrip()),
        "end": len(clause.rstrip()),
    }
