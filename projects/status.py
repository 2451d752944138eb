"""Stage of a project from the words that govern it: verbs before, words behind, the tense of the passage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.schema import STAGE_ORDER, Status
from projects.grammar.lexicon import default_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Governor", "later_stage", "past_passages", "stage_of"]

PAST_HEADING = re.compile(
    r"回顾|成效|成就|过去[一五\d]年|发展基础|发展现状|工作情况|[一]?年来|取得的成绩|现状|完成情况"
)
FUTURE_TURN = re.compile(
    r"(?:今年|明年|未来|今后|20\d\d年).{0,24}(?:预期目标|工作安排|重点工作|主要任务|工作总体要求|目标任务)|^[一二三四五六七八九十]、20\d\d年.{0,8}(?:工作|任务|安排)"
)
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


LABELS = {
    "续建": Status.UNDER_CONSTRUCTION, "在建": Status.UNDER_CONSTRUCTION, "加快建设": Status.UNDER_CONSTRUCTION,
    "新开工": Status.STARTING, "拟开工": Status.STARTING, "开工": Status.STARTING, "计划开工": Status.STARTING,
    "拟建": Status.PROPOSED, "规划": Status.PROPOSED, "储备": Status.PROPOSED, "谋划": Status.PROPOSED, "研究": Status.PROPOSED,
    "规划研究": Status.PROPOSED, "远期": Status.PROPOSED, "前期": Status.PREPARATORY, "前期工作": Status.PREPARATORY,
    "已建": Status.OPERATING, "已建成": Status.OPERATING, "建成": Status.UNDER_CONSTRUCTION,
}  # fmt: skip
"""Stage words of labels (续建项目:) and of forms behind 等 (等拟建项目)."""


def tail_class(word: str) -> str:
    """Class of a word behind a list, see ``tails.csv``; patterns for 纳入…规划, 取得…进展, 完成投资…."""
    table = default_lexicon().tails.words
    if word in table:
        return table[word]
    if (
        re.search(r"年内|年底|底前|年前|今年|明年|有望|即将|^将$|^(?:力争|确保|争取|预计|计划)", word)
        and len(word) <= 12
    ):
        return "future"
    if re.match(r"(?:目前)?(?:正在|正)?进行", word):
        return "building"
    if re.match(r"(?:进入|转入|处于)", word) and word.endswith("阶段"):
        return "preparatory" if re.search(r"设计|可研|招标|审批|前期|选址|核准", word) else "building"
    if word.startswith("为") and word.endswith("项目"):
        return "building" if re.search(r"在建|续建", word) else "proposed"
    if re.match(r"(?:争取)?(?:纳入|列入|进入)", word):
        return "proposed"
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
    classes = [tail_class(t) for t in governor.tails]
    push = bool(roles & {"push", "fast"})
    if "preparatory" in classes:
        return Status.PREPARATORY, "前期工作等词在后"
    if "starting" in classes:
        return Status.STARTING, "开工等词在后"
    if "proposed" in classes and not ("fast" in roles and classes[-1:] != ["proposed"]):
        return Status.PROPOSED, "规划、研究等词在后"
    if "complete" in classes:
        if (push or roles & {"future", "plan", "support"} or "future" in classes) and not governor.past:
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
