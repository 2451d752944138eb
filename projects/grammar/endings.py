"""Endings of a predicate that have words of their own in between: 纳入…规划, 已完成…审查, 由…牵头, 通达某地."""

from __future__ import annotations

import re

__all__ = ["free_ending"]

QUANTITY = (
    r"(?<![至—\-\d.×])(?:约|共|共计|总长)?(?:\d+[×xX*])?\d+(?:\.\d+)?(?:余|多)?"
    r"(?:公里|千米|米|亿元|万元|万千瓦|万吨|座|个|项|条)(?:以上|左右)?"
)
PREPARED = r"报告|审查|评审|论证|审批|批复|勘察|环评"
ROWS: tuple[tuple[str, int, str], ...] = (
    ("纳入 列入 进入", 0, r"(?:争取)?(?:纳入|列入|进入)[^,。;]{0,14}?(?:规划|计划|盘子|项目库|清单|〓+)"),
    ("阶段", 0, r"(?:进入|转入|处于)[^,。;、]{0,14}阶段"),
    ("公里 米 元 瓦 吨 座 个 项 条", 4, QUANTITY),
    ("条 座 个 项 处", 6, r"(?<=[\u4e00-\u9fff)])[两三四五六七八九十]{1,2}[条座个项处]"),
    ("克服", 4, r"克服[^,。;、]{2,10}"),
    ("视", 4, r"视[^,。;]{2,16}(?:情况|需求|需要)(?:适时)?"),
    ("进行", 4, r"(?:目前)?(?:正在|正)?进行[^,。;、]{0,16}(?:施工|安装|铺设|架设)"),
    ("项目", 0, r"为[^,。;、]{0,10}项目"),
    ("进度 工程量", 0, r"(?:已)?完成(?:整体|总体)?(?:建设|工程)?(?:进度|工程量|形象进度)[^,。;、]{0,12}"),
    ("完成", 3, r"(?:已)?(?:全部|顺利)?完成[^,。;、]{0,10}(?:施工|安装|架设|铺设|浇筑|封顶|贯通|合龙)"),
    ("号线", 0, r"(?<=号线)(?:全线)?(?:车站|区间|主体|土建)(?:主体)?(?:结构|工程)?"),
    ("并", 5, r"并(?:实现|完成|取得|成功|顺利|正式|上报)[^,。;、]{1,8}"),
    ("已 正", 3, rf"(?:已|正在?)(?:完成|开展|通过|启动|取得|获得)[^,。;、]{{0,14}}(?:{PREPARED}|设计|研究)"),
    ("已纳入 已列入", 4, r"已(?:纳入|列入)[^,。;、]{2,16}并?"),
    (
        "开展 启动 进行",
        3,
        r"(?:已|正在?)?(?:开展|启动|进行)(?:预?可行性研究|预?可研|前期(?:工作|研究)?|勘察设计|选址|初步设计)(?:工作)?",
    ),
    ("通达 直达", 5, r"(?:通达|直达)[\u4e00-\u9fff]{2,6}"),
    ("完成 通过 取得 获得", 3, rf"(?:已|正在?)?(?:完成|通过|取得|获得)[^,。;、]{{0,14}}(?:{PREPARED}|立项|核准)"),
    ("获", 3, r"获(?:得)?[^,。;]{0,16}(?:批复|核准|批准)"),
    ("引入 接入", 4, r"(?:引入|接入)[\u4e00-\u9fff]{2,6}"),
    ("作为", 5, r"作为[^,。;]{4,40}(?:组成部分|节点)"),
    ("分别", 4, r"分别(?:处于|进入)[^,。;]{2,40}阶段"),
    ("牵头", 3, r"由[^,。;、的]{2,12}牵头(?:正|已)?"),
    (
        "为",
        0,
        r"为(?:在建|续建|规划|规划建设|规划研究|拟建|新建|已建|已建成|建成)(?:铁路|公路|高速公路|航道|线路|机场|工程)",
    ),
    ("及", 0, r"及(?:其|国内|境内)?(?:引线|接线|连接线|配套|附属)(?:工程|设施|项目)?"),
    ("建为", 0, r"(?<=建)为\d[A-F]"),
    ("取得 实现", 0, r"(?:取得|实现)[^,。;]{0,8}?(?:进展|突破|成效)"),
    ("投资 概算", 0, r"(?:投资)?(?:完成|累计完成|已完成)(?:投资|工程概算|总投资|年度投资)[^,。;]{0,16}"),
)
"""Words of which one must occur, the first character at which the ending may begin, and its pattern; the first that fits."""

ENDINGS = tuple((tuple(words.split()), least, re.compile(pattern + "$")) for words, least, pattern in ROWS)
ANY = re.compile("|".join(sorted({word for words, _, _ in ENDINGS for word in words})))
LONGEST = 64
"""Characters at the end of a text in which an ending is sought."""


def free_ending(text: str) -> str | None:
    """
    Words at the end of a text that follow one of the patterns.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> free_ending("甲铁路由省发展改革委牵头正"), free_ending("甲乙铁路")
    ('由省发展改革委牵头正', None)
    """
    low = max(0, len(text) - LONGEST)
    if ANY.search(text, low) is None:
        return None
    for words, least, pattern in ENDINGS:
        if any(text.find(word, low) >= 0 for word in words):
            m = pattern.search(text, low)
            if m and m.start() >= least:
                return m[0]
    return None
