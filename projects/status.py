"""Stage of a project from the words that govern it: verbs before, words behind, the tense of the passage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.schema import STAGE_ORDER, Status
from projects.grammar.endings import ending_class
from projects.grammar.lexicon import default_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Governor", "is_halted", "later_stage", "past_passages", "reports", "stage_of"]

PAST_HEADING = re.compile(
    r"回顾|成效|成就|过去[一五\d]年|发展基础|发展现状|工作情况|[一]?年来|取得的成绩|现状|完成情况"
)
FUTURE_TURN = re.compile(
    r"(?:今年|明年|未来|今后|20\d\d年).{0,24}(?:预期目标|工作安排|重点工作|主要任务|工作总体要求|目标任务)|^[一二三四五六七八九十]、20\d\d年.{0,8}(?:工作|任务|安排)"
)
REPORT_LEAD = re.compile(
    r"近[一二三四五六七八九十两]年|过去的?(?:“?十[一二三四五六七]五|[一二三四五六七八九十两]年)|以来(?!的)|[一二三四五六七八九十两]年来|硕果累累|成果丰硕|成绩(?:显著|斐然)"
    r"|[一二三]季度,|(?<!与)(?<!比)(?:去年|上年)(?!底)|截[至止]|成效(?:显著|明显)|不断(?:完善|加密|延伸|优化|健全|提升|推进)(?=,)"
)
"""How a sentence of a report opens: what follows, up to its full stop, has been done."""
AHEAD = re.compile(r"预计|有望|今年(?!以来)|明年|下一步|未来|今后|接下来|(?<!截)[到至]20\d\d年|力争|确保")
"""Turns such a sentence to what lies ahead."""
CONDITION = re.compile(r"(?:建成|通车|开通|竣工|投运)(?:后|以来|之后|以后)")


@dataclass(frozen=True)
class Governor:
    """
    What governs a list.

    Parameters
    ----------
    verbs : tuple of str
        Verbs before it, as printed, adverbs left out.
    roles : tuple of str
        Their roles in ``verbs.csv``.
    tails : tuple of str
        Words behind it.
    works : tuple of str
        Words of work that belong to the member.
    stage_works : tuple of str
        Words of work at the end of the list: they tell the stage of all, the work of the nearest.
    weak : bool
        重点推进, which settles nothing by itself.
    label : str
        Stage word of a heading or label before it: 在建, 拟建.
    past : bool
        Whether the passage tells what was done.
    """

    verbs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    stage_works: tuple[str, ...] = ()
    weak: bool = False
    label: str = ""
    past: bool = False


PREPARING = re.compile(r"设计|可研|可行性|招标|审批|前期|选址|核准|勘察|环评|报批")
"""Works on paper, in a stretch of words that speaks of what goes on."""
SOON = re.compile(r"^(?:即?将|有望|预计|力争|确保|争取)")
"""Puts a predicate ahead even in a report."""

LABELS = {
    "续建": Status.UNDER_CONSTRUCTION, "在建": Status.UNDER_CONSTRUCTION, "加快建设": Status.UNDER_CONSTRUCTION,
    "新开工": Status.STARTING, "拟开工": Status.STARTING, "开工": Status.STARTING, "计划开工": Status.STARTING,
    **dict.fromkeys(("计划完工", "完工", "计划建成", "计划竣工", "竣工", "投产", "竣工投产", "建成投产", "建成通车", "正在建设"), Status.UNDER_CONSTRUCTION),
    "拟建": Status.PROPOSED, "规划": Status.PROPOSED, "储备": Status.PROPOSED, "谋划": Status.PROPOSED, "研究": Status.PROPOSED,
    "规划研究": Status.PROPOSED, "远期": Status.PROPOSED, "前期": Status.PREPARATORY, "前期工作": Status.PREPARATORY,
    "预备": Status.PREPARATORY, "新建": Status.UNSPECIFIED, "改扩建": Status.UNSPECIFIED, "扩建": Status.UNSPECIFIED,
    "已建": Status.OPERATING, "已建成": Status.OPERATING, "建成": Status.UNDER_CONSTRUCTION,
}  # fmt: skip
"""Stage words of labels (续建项目:) and of forms behind 等 (等拟建项目)."""


def tail_class(word: str) -> str:
    """Class of a word behind a list, see ``tails.csv``; patterns for 纳入…规划, 取得…进展, 完成投资…."""
    table = default_lexicon().tails.words
    if word in table:
        return table[word]
    if told := ending_class(word):
        return told
    if word.startswith(("列入", "纳入", "进入")) and "前期" in word:
        return "preparatory"
    if (
        re.search(
            r"年内|年底|底前|年前|今年|明年|有望|[上下]半年|即将|^[也还都均又]?将|^(?:力争|确保|争取|预计|计划)", word
        )
        and len(word) <= 12
    ):
        return "future"
    if re.match(r"(?:目前)?(?:正在|正)?进行", word):
        return "preparatory" if PREPARING.search(word) else "building"
    if re.match(r"(?:分别)?(?:进入|转入|处于)", word) and word.endswith("阶段"):
        return "preparatory" if re.search(r"设计|可研|招标|审批|前期|选址|核准|准备", word) else "building"
    if word.startswith("为") and word.endswith(("项目", "工程", "铁路", "公路", "航道", "线路", "机场")):  # 为在建铁路
        return "building" if re.search(r"在建|续建", word) else ("complete" if "已建" in word else "proposed")
    if (
        re.search(
            r"(?:报告|设计|审查|评审|研究|论证|审批|批复|勘察|环评|可研|前期|前期工作|勘察设计|选址|立项|核准|批准)$",
            word,
        )
        and len(word) > 3
    ):
        return "preparatory"
    if re.match(r"(?:已)?(?:全部|顺利)?完成.*(?:施工|安装|架设|铺设|浇筑|封顶|贯通|合龙)$", word):
        return "building"
    if re.match(r"(?:争取)?(?:纳入|列入|进入)", word):
        return "preparatory" if "前期" in word else "proposed"
    if "投资" in word or "概算" in word or re.search(r"完成.{0,4}(?:进度|工程量)", word):
        return "building"
    return "open"


def stage_of(governor: Governor) -> tuple[Status, str]:
    """
    Stage and the rule that gave it.

    Parameters
    ----------
    governor : Governor

    Returns
    -------
    tuple of (Status, str)
        The rule in a few words, for ``explain``.

    Examples
    --------
    >>> stage_of(Governor(("加快", "推进"), ("push", "push"), ("项目", "前期工作")))[0].value
    'preparatory'
    """
    roles = set(governor.roles)
    if is_halted(governor):
        return Status.UNSPECIFIED, "暂缓、取消或终止"
    if "completed" in roles:
        return Status.OPERATING, "已建成"
    classes = [tail_class(t) for t in governor.tails]
    push = bool(roles & {"push", "fast"})
    if "preparatory" in classes:
        return Status.PREPARATORY, "前期工作等词在后"
    if "starting" in classes:
        return Status.STARTING, "开工等词在后"
    if "proposed" in classes and not ("fast" in roles and classes[-1:] != ["proposed"]):
        return Status.PROPOSED, "规划、研究等词在后"
    if "complete" in classes:
        ahead = push or roles & {"future", "plan", "support"} or "future" in classes
        if (ahead and not governor.past) or any(SOON.match(tail) for tail in governor.tails):
            return Status.UNDER_CONSTRUCTION, "推进或确保其建成"
        return Status.OPERATING, "主语之后的建成是事实"
    if "prepare" in roles:
        return Status.PREPARATORY, "动词核准、报批"
    if "start" in roles:
        return Status.STARTING, "动词开工、启动"
    if "plan" in roles:
        return Status.PROPOSED, "动词规划、谋划、争取"
    if "draft" in roles:
        return Status.PROPOSED, "制定其建设方案"
    if "complete" in roles and "done" in roles:
        return Status.OPERATING, "已建成"
    if "complete" in roles:
        return (Status.OPERATING, "已建成") if governor.past else (Status.UNDER_CONSTRUCTION, "将建成")
    if "fast" in roles:
        return Status.UNDER_CONSTRUCTION, "加快建设、续建"
    if "building" in classes:
        return Status.UNDER_CONSTRUCTION, "建设在进行"
    if "raise" in roles and "function" in classes:
        return Status.OPERATING, "提升既有设施的功能"
    if push and "build" in classes:
        return Status.UNDER_CONSTRUCTION, "推进…建设"
    if push and (governor.works or governor.stage_works) and not governor.weak:
        return Status.UNDER_CONSTRUCTION, "推进…改扩建"
    if "carry_out" in roles and "build" in classes and governor.verbs[0] != "落实":
        return Status.UNDER_CONSTRUCTION, "实施…建设"
    if governor.label:
        return LABELS[governor.label], f"标目或“{governor.label}”"
    if push and "project" in classes and not governor.weak:
        return Status.UNDER_CONSTRUCTION, "推进…项目"
    return Status.UNSPECIFIED, "用词不能定阶段"


def is_halted(governor: Governor) -> bool:
    """
    Whether the plan puts a project off or gives it up (暂缓, 停建, 取消, 终止): no stage of its life, so a flag ``halted``.

    Examples
    --------
    >>> is_halted(Governor(("推进",), ("push",), ("暂缓实施",)))
    True
    """
    return "halt" in governor.roles or any(tail_class(tail) == "halted" for tail in governor.tails)


def reports(text: str, *, before: bool) -> tuple[bool, bool]:
    """
    Whether a part of a sentence tells what was done.

    Parameters
    ----------
    text : str
        From one stop or semicolon to the next.
    before : bool
        Whether a part before it in the same sentence opened a report.

    Returns
    -------
    tuple of (bool, bool)
        For this part, and for the parts that follow up to the full stop: 预计年底… is an aside, 今年… a turn.

    Examples
    --------
    >>> reports("行动开展以来,建成甲铁路", before=False), reports("预计今年底建成丙桥", before=True)
    ((True, True), (False, True))
    """
    if found := list(REPORT_LEAD.finditer(text)):
        return AHEAD.search(text, found[-1].end()) is None, True
    turned = re.match(r"(?!预计)[^,]{0,4}(?:今年(?!以来)|明年|下一步|未来|今后|接下来)", text) is not None
    return before and AHEAD.search(text) is None, before and not turned


def later_stage(stages: Sequence[str]) -> str:
    """Return the stage that is furthest on; ``unspecified`` where there is none."""
    return max(stages, key=lambda s: STAGE_ORDER[s], default=Status.UNSPECIFIED.value)


def past_passages(texts: Sequence[tuple[tuple[str, ...], str]]) -> list[bool]:
    """
    Whether each passage tells what was done.

    Parameters
    ----------
    texts : sequence of (headings, text)

    Returns
    -------
    list of bool
        True under a heading like 工作回顾, and in a report for all that stands before this year's targets.
    """
    turn = next(
        (
            i
            for i, (h, t) in enumerate(texts)
            if FUTURE_TURN.search(t[:80]) or any(FUTURE_TURN.search(x) for x in h[-1:])
        ),
        None,
    )
    out = []
    for i, (headings, _) in enumerate(texts):
        told = any(PAST_HEADING.search(h) for h in headings)
        out.append(told or (turn is not None and turn > 0 and i < turn))
    return out
