"""The end of a member or list: words of stage, form and work, with the adverbs and times between them."""

from __future__ import annotations

import re

from projects.grammar.lexicon import default_lexicon

__all__ = ["FUTURE", "TIME", "strip_tail"]

QUANTITY = re.compile(
    r"(?:约|共|共计|总长)?\d+(?:\.\d+)?(?:余|多)?(?:公里|千米|米|亿元|万元|万千瓦|万吨|座|个|项|条)(?:以上|左右)?$"
)
DOING = re.compile(r"(?:目前)?(?:正在|正)?进行[^,。;、]{0,16}(?:施工|安装|铺设|架设)$")
PHASED = re.compile(r"(?:进入|转入|处于)[^,。;、]{0,14}阶段$")
TIME = re.compile(
    r"(?:(?:力争|确保|争取|计划|预计|将)?(?:于|在|到)?(?:20\d\d年?(?:底前|底|末|年底前|年底|年内|年前|内|前|上半年|下半年)?|年底前|年底|年内|年前|(?:今年|明年)(?:年底|底|内|上半年|下半年)?|近期|到年|[“\"]?十[一二三四五六]五[”\"]?(?:期间|末|时期)?|上半年|下半年|\d{1,2}月份?底?前?))(?:基本|全部|实现|内)?"
)
FUTURE = re.compile(r"年内|年底|底前|年前|今年|明年|力争|确保|争取|计划|预计|有望|将")
"""Of adverbs and times before a predicate, those that put it ahead."""
ADVERBS_BEFORE_TAIL = (
    "早日", "尽快", "尽早", "全线", "全面", "正式", "年内", "如期", "顺利", "按期", "提前", "加快", "基本", "主体", "全部", "力争",
    "实现", "同步", "积极", "有序", "稳步", "扎实", "及早", "加速", "大力", "抓紧", "陆续", "相继", "已", "将", "即将", "全容量",
    "新", "成功", "分段", "先后", "均", "可", "合理", "试", "全力", "轨道", "主线", "集中", "快速", "有望", "及时", "并", "也", "各项", "抓紧", "加紧", "继续", "紧张", "正在", "正",
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
        if (
            (m := re.search(r"(?:争取)?(?:纳入|列入|进入)[^,。;]{0,14}?(?:规划|计划|盘子|项目库|清单)$", text))
            or (m := PHASED.search(text))
            or ((m := QUANTITY.search(text)) and m.start() > 4 and not re.search(r"[至—\-]$", text[: m.start()]))
            or ((m := DOING.search(text)) and m.start() > 3)
            or (m := re.search(r"为[^,。;、]{0,10}项目$", text))
            or (
                m := re.search(r"(?:已)?完成(?:整体|总体)?(?:建设|工程)?(?:进度|工程量|形象进度)[^,。;、]{0,12}$", text)
            )
            or (m := re.search(r"(?<=号线)(?:全线)?(?:车站|区间|主体|土建)(?:主体)?(?:结构|工程)?$", text))
            or ((m := re.search(r"并(?:实现|完成|取得|成功|顺利|正式)[^,。;、]{1,8}$", text)) and m.start() > 4)
            or (m := re.search(r"及(?:其)?(?:引线|接线|连接线|配套|附属)(?:工程|设施|项目)?$", text))
            or (m := re.search(r"(?<=建)为\d[A-F]$", text))
            or (m := re.search(r"(?:取得|实现)[^,。;]{0,8}?(?:进展|突破|成效)$", text))
            or (
                m := re.search(
                    r"(?:投资)?(?:完成|累计完成|已完成)(?:投资|工程概算|总投资|年度投资)[^,。;]{0,16}$", text
                )
            )
        ):
            word, work = m[0], ""
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
            if works and (inside := lexicon.works.at(word, 0)) and lexicon.works[inside] == "upgrade":
                done.insert(0, inside)  # 改造工程
        else:
            break
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
        for adverb in ADVERBS_BEFORE_TAIL:
            if text.endswith(adverb) and len(text) > len(adverb) + 1:
                if adverb == "新" and not text.endswith(("港新", "场新", "路新", "速新")):
                    continue
                if (
                    adverb in {"可", "均", "试", "已", "将", "正", "也"}
                    and default_lexicon().head_words.before(text, len(text) - 1) == ""
                ):
                    continue
                text, changed = text[: -len(adverb)], True
                ahead = adverb if FUTURE.search(adverb) else ahead
        for m in re.finditer(rf"{TIME.pattern}$", text):
            if m.start() > 1:
                ahead = m[0] if FUTURE.search(m[0]) else ahead
                text, changed = text[: m.start()], True
    return text, ahead
