"""Parts of a plan's text: clauses as the document numbers them, their headings, and web noise that is no plan."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

__all__ = ["Line", "Piece", "is_noise", "pieces"]

DIGITS = "一二三四五六七八九十百零〇"
CHAPTER = re.compile(rf"第[{DIGITS}\d]+[篇编章](?:第[{DIGITS}\d]+节)?|第[{DIGITS}\d]+节")
LEVEL_1 = re.compile(rf"([{DIGITS}]{{1,4}})、")
LEVEL_2 = re.compile(rf"\(([{DIGITS}]{{1,4}})\)")
BOX = re.compile(rf"专栏\s?([\d]+|[{DIGITS}]+)")
ITEM = re.compile(r"(\d{1,3})(?:[.．、](?!\d)|\s(?=[^\d\s]))")
DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})(?=[\s、]|[^\d\s.%万亿公千个家倍米亩元])")
ARTICLE = re.compile(rf"第[{DIGITS}\d]+条")
TOPIC_LINE = re.compile(r"[\u4e00-\u9fff]{2,8}方面:?")
"""铁路方面: a line of its own that tells what the next paragraphs are about."""
INLINE = re.compile(r"\((\d{1,3})\)")

NOISE_WORDS = (
    "电话:", "传真:", "邮箱:", "邮编:", "http", "www.", "版权", "备案", "ICP", "许可证", "点赞", "转发", "分享到", "分享至",
    "上一篇", "下一篇", "网站地图", "当前位置", "当前的位置", "在的位置", "您的位置", "稿源", "责任编辑", "责编", "编辑:", "查看:", "评论:", "浏览次数", "阅读次数",
    "点击数", "扫一扫", "扫码", "二维码", "广告", "打印本页", "关闭窗口", "字号", "网站简介", "网站介绍", "联系我们", "免责",
    "隐私保护", "热线", "转载", "公众号", "客户端下载", "登录", "注册", "收藏本站", "友情链接", "技术支持", "主办单位", "承办单位",
    "/END/", "设为首页", "加入收藏", "无障碍", "长者模式", "朋友圈", "来源:", "作者:", "时间:", "发布日期", "发布时间",
    "整理编辑", "侵权", "地址:", "基地:", "发布微博", "发布微信", "新闻客户端", "大家都爱看", "猜你喜欢", "相关阅读", "速度收藏",
    "微信扫", "网站标识码", "您是第", "首页>", "首页 >", "首页 ",
)  # fmt: skip
"""A short line that holds one of these is a page's furniture (menu, byline, footer, advertisement), no plan text."""

CELLS = re.compile(r"[│┃|｜]|\S[\t]\S|\S[ \u3000\xa0]{2,}\S.*\S[ \u3000\xa0]{2,}\S")
"""A line of cells: a row of a table is never joined to the next."""
LONG_LINE = 80
"""Characters from which a line counts as a paragraph of text, whatever words it holds."""
BODY_LINE = 40
"""Characters from which a line with a full stop counts as plan text."""


@dataclass(frozen=True)
class Line:
    """A line (or lines joined because a sentence runs on) of the text, without white space at its ends."""

    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A paragraph or numbered clause: label, headings above it, and span in the text."""

    clause: str
    headings: tuple[str, ...]
    start: int
    end: int


def is_noise(line: str) -> bool:
    """
    Whether a line is a web page's furniture.

    Parameters
    ----------
    line : str
        One line, simplified characters, half-width punctuation.

    Returns
    -------
    bool
        False for every line of at least 80 characters with a full stop.
    """
    if len(line) >= LONG_LINE and "。" in line:
        return False
    if re.fullmatch(r"[-—\s\d/页第共.·]*", line):  # page numbers, rules
        return True
    if len(line) > BODY_LINE and line.endswith(("。", ";")):
        return False
    return any(word in line for word in NOISE_WORDS)


def _is_heading(line: str) -> bool:
    return any(pattern.match(line) for pattern in (CHAPTER, LEVEL_1, LEVEL_2, BOX, ITEM, DECIMAL, ARTICLE))


def _lines(text: str) -> list[Line]:
    """Lines without surrounding white space; a sentence broken by the page's width is joined again."""
    raw = [
        (m.start() + len(m[0]) - len(m[0].lstrip()), m.start() + len(m[0].rstrip()))
        for m in re.finditer(r"[^\n\r\f\v]+", text)
    ]
    raw = [(a, b) for a, b in raw if b > a]
    widths = sorted(b - a for a, b in raw)
    # Wrapped pages have many lines of nearly the same length; web text has one paragraph per line.
    width = widths[int(len(widths) * 0.9)] if widths else 0
    wrapped = len(widths) >= 20 and width <= 60 and sum(w >= width * 0.85 for w in widths) >= len(widths) * 0.35
    out: list[Line] = []
    for a, b in raw:
        line = text[a:b]
        if (
            wrapped
            and out
            and text[out[-1].end - 1] not in "。!?;:"
            and not _is_heading(line)
            and not is_noise(line)
            and not CELLS.search(line)
            and not CELLS.search(text, out[-1].start, out[-1].end)
            and a - out[-1].end <= 120
            and (out[-1].end - max(out[-1].start, text.rfind("\n", 0, out[-1].end) + 1)) >= width * 0.7
        ):
            out[-1] = Line(out[-1].start, b)
        elif wrapped and is_noise(line) and re.fullmatch(r"[-—\s\d/页第共.·]*", line):
            continue  # a page number between two halves of a sentence
        else:
            out.append(Line(a, b))
    return out


def _body(text: str, lines: list[Line]) -> list[Line]:
    """Lines of the plan: noise dropped, with all before the last noisy line of the head and after the first of the tail."""
    noisy = [is_noise(text[line.start : line.end]) for line in lines]
    ends = [n and any(c.isalpha() for c in text[line.start : line.end]) for n, line in zip(noisy, lines, strict=True)]
    solid = [
        not n and line.end - line.start >= BODY_LINE and "。" in text[line.start : line.end]
        for n, line in zip(noisy, lines, strict=True)
    ]
    if not any(solid):
        return [line for n, line in zip(noisy, lines, strict=True) if not n]
    first = solid.index(True)
    last = len(solid) - 1 - solid[::-1].index(True)
    # A number on a line of its own numbers a list as often as a page: it opens no foot.
    head = max((i + 1 for i in range(first) if ends[i]), default=0)
    tail = next((i for i in range(last + 1, len(lines)) if ends[i]), len(lines))
    return [line for i, line in enumerate(lines) if head <= i < tail and not noisy[i]]


def _heading_text(line: str) -> str:
    """Return the heading at the start of a line: up to the first full stop, at most 60 characters."""
    return re.split(r"[。\n]", line, maxsplit=1)[0][:60]


def pieces(text: str) -> list[Piece]:
    """
    Cut a text into clauses.

    Parameters
    ----------
    text : str
        Simplified characters, half-width punctuation, any line ends.

    Returns
    -------
    list of Piece
        In order, not overlapping. Clause labels as the document numbers them: ``(55)`` for items numbered through the
        document within paragraphs, ``专栏8`` for boxes, ``四(四)`` for text under nested headings, ``39`` for plain items
        (``二(一)3`` where the numbers start anew under each heading).
    """
    lines = _body(text, _lines(text))
    numbers = [int(m[1]) for line in lines if (m := ITEM.match(text, line.start, line.end))]
    through = all(b > a for a, b in itertools.pairwise(numbers))
    out: list[Piece] = []
    chapter = one = two = box = article = decimal = item = ""
    titles: dict[str, str] = {}
    expected = 1
    for line in lines:
        body = text[line.start : line.end]
        title = _heading_text(body)
        if m := CHAPTER.match(body):
            label = m[0]
            chapter = (re.sub(r"第[^章篇编]+节$", "", chapter) + label) if label.endswith("节") else label
            one = two = box = article = decimal = item = ""
            if re.fullmatch(rf"第[{DIGITS}\d]+节", label):
                titles = {**{k: v for k, v in titles.items() if k == "chapter"}, "section": title}
            else:
                titles = {"chapter": title}
        elif m := BOX.match(body):
            box, item = f"专栏{m[1]}", ""
            titles["box"] = title
            titles.pop("item", None)
        elif m := LEVEL_1.match(body):
            one, two, box, article, decimal, item = m[1], "", "", "", "", ""
            titles = {k: v for k, v in titles.items() if k in {"chapter", "section"}} | {"one": title}
        elif m := LEVEL_2.match(body):
            two, box, item = f"({m[1]})", "", ""
            titles = {k: v for k, v in titles.items() if k in {"chapter", "section", "one"}} | {"two": title}
        elif m := ARTICLE.match(body):
            article, box, item = m[0], "", ""
        elif m := DECIMAL.match(body):
            decimal, box, item = m[1], "", ""
            titles.pop("box", None)
            titles["decimal"] = title
        elif TOPIC_LINE.fullmatch(body):
            titles["item"] = title
        elif m := ITEM.match(body):
            item = m[1]
            if not box:
                titles.pop("box", None)
            titles["item"] = title
        above = article or decimal or chapter + one + two
        label = box or ((item if through and not article else above + item) if item else above)
        headings = tuple(
            titles[k] for k in ("chapter", "section", "one", "two", "decimal", "box", "item") if k in titles
        )
        start = line.start
        for m in INLINE.finditer(text, line.start, line.end):
            number = int(m[1])
            opens = m.start() == line.start or text[m.start() - 1] in "。;;:、 　"
            if not opens or number not in (expected, 1):
                continue
            if m.start() > start:
                out.append(Piece(label, headings, start, m.start()))
            label, start, expected = f"({number})", m.start(), number + 1
        out.append(Piece(label, headings, start, line.end))
    return out
