"""The end of a member or list: words of stage, form and work, with the adverbs and times between them."""

from __future__ import annotations

import re

from projects.grammar.endings import free_ending
from projects.grammar.lexicon import default_lexicon

__all__ = ["FUTURE", "TIME", "strip_tail"]

TIME = re.compile(
    r"(?:(?:力争|确保|争取|计划|预计|将)?(?:于|在|到)?(?:"
    r"(?:20\d\d年)?\d{1,2}月\d{1,2}日(?:上午|下午|凌晨|前)?|20\d\d年\d{1,2}月(?:份|初|中旬|底|末)?前?"
    r"|20\d\d年?(?:底前|底|末|年底前|年底|年内|年前|内|前|上半年|下半年)?|年底前|年底|年内|年前"
    r"|(?:今年|明年)?[一二三四]季度|(?:今年|明年)(?:年底|底|内|上半年|下半年|\d{1,2}月)?|近期|中长期|中远期|到年|日前|近日|昨日|昨天|今天|今日"
    r"|[“\"]?十[一二三四五六]五[”\"]?(?:期间|末|时期)?|上半年|下半年|\d{1,2}月份?底?前?"
    r"))(?:基本|全部|实现|内)?"
)
TIME_LAST = re.compile(rf"(?:{TIME.pattern})$")
LONGEST_TIME = 24
"""Characters of the longest time before a predicate."""
FUTURE = re.compile(r"年内|年底|底前|年前|今年|明年|力争|确保|争取|计划|预计|有望|将|拟|[上下]半年")
"""Of adverbs and times before a predicate, those that put it ahead."""
ADVERBS_BEFORE_TAIL = (
    "早日", "尽快", "尽早", "全线", "全程", "全面", "正式", "年内", "如期", "顺利", "按期", "提前", "加快", "基本", "主体", "全部", "力争",
    "实现", "同步", "积极", "有序", "稳步", "扎实", "及早", "加速", "大力", "抓紧", "陆续", "相继", "已", "将", "即将", "全容量",
    "新", "成功", "分段", "先后", "均", "可", "合理", "试", "全力", "则", "已经", "完成", "都将", "均将", "也将", "还将", "又将", "都", "争取", "确保", "预计", "计划", "拟", "因故", "暂时", "有望", "提前一年", "轨道", "主线", "集中", "快速", "有望", "及时", "并", "也", "各项", "抓紧", "加紧", "继续", "紧张", "正在", "正",
)  # fmt: skip


def strip_tail(text: str, *, works: bool = True) -> tuple[str, list[str], list[str]]:
    """
    Take words of stage, form and work from the end of a text.

    Parameters
    ----------
    text : str
    works : bool
        Whether words of work may be taken.

    Returns
    -------
    tuple of (rest, tails, works)
        Words in the order of the text.

    Examples
    --------
    >>> strip_tail("甲乙铁路电气化改造等拟建项目前期工作")
    ('甲乙铁路电气化改造等拟建', ['项目', '前期工作'], [])
    """
    lexicon = default_lexicon()
    tails: list[str] = []
    done: list[str] = []
    while text:
        head = lexicon.head_words.before(text, len(text))
        if head.endswith(("工程", "项目")) and _is_form(head):
            head = ""  # 高铁项目 is a 高铁
        if (
            (head and lexicon.heads[head].mode != "none")
            and len(head) >= 3
            and not tails
            and head.endswith(("工程", "项目"))
        ):
            break
        word = lexicon.tails.before(text, len(text))
        work = lexicon.works.before(text, len(text)) if works else ""
        if (free := free_ending(text)) is not None:
            word, work = free, ""
        if work and lexicon.works[work] == "":
            work = ""
        if head and lexicon.heads[head].mode != "none" and len(head) > max(len(word), len(work)):
            break
        if len(work) > len(word):
            done.insert(0, work)
            text = text[: -len(work)]
        elif word and len(word) < len(text):
            tails.insert(0, word)
            text = text[: -len(word)]
            begin = word.find("完成") + 2 if "完成" in word else 0  # 完成扩容改造
            if works and (inside := lexicon.works.at(word, begin)) and lexicon.works[inside] == "upgrade":
                done.insert(0, inside)  # 改造工程
        else:
            break
        if word.startswith("已"):
            tails = [t for t in tails if not FUTURE.search(t)]  # 已列入…并于2020年底投产
        if tails:
            text, ahead = _strip_adverbs(text)
            if ahead and not FUTURE.search(tails[0]):
                tails.insert(0, ahead)
        text = text.removesuffix("的").removesuffix("及") if len(text) > 2 else text
    return text, tails, done


def _is_form(head: str) -> bool:
    """Whether a head is another one with 项目 or 工程 behind it."""
    heads = default_lexicon().heads
    short = heads.get(head[:-2])
    return short is not None and (short.mode, short.flags) == (heads[head].mode, heads[head].flags)


def _strip_adverbs(text: str) -> tuple[str, str]:
    """Text without the adverbs and times at its end, and the first of them that tells what lies ahead."""
    changed, ahead = True, ""
    while changed:
        changed = False
        if (m := TIME_LAST.search(text, max(2, len(text) - LONGEST_TIME))) is not None:
            ahead = m[0] if FUTURE.search(m[0]) else ahead
            text, changed = text[: m.start()], True
        for adverb in ADVERBS_BEFORE_TAIL:
            if text.endswith(adverb) and len(text) > len(adverb) + 1:
                if adverb == "新" and not text.endswith(("港新", "场新", "路新", "速新")):
                    continue
                if (
                    len(adverb) == 1
                    and adverb not in "新并"
                    and not _ends_name(text[:-1])
                    and not TIME_LAST.search(text[:-1])
                ):
                    continue
                text, changed = text[: -len(adverb)], True
                ahead = adverb if FUTURE.search(adverb) else ("" if adverb == "已" else ahead)
    return text, ahead


def _ends_name(text: str) -> bool:
    """Whether a name, its work or its form ends with the text, so that a character behind it is an adverb (甲高铁乙段已)."""
    lexicon = default_lexicon()
    end = len(text)
    return text.endswith(("段", "期", ")", "”", "等")) or any(
        table.before(text, end) for table in (lexicon.head_words, lexicon.works, lexicon.tails)
    )
