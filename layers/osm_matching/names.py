"""Names and numbers of lines as OpenStreetMap and plans write them, brought to what two spellings of one line share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["LineName", "line_name", "name_agreement", "refs_of", "split_names"]

_BRACKET = re.compile(r"[(（\[【〔][^()（）\[\]【】〔〕]*[)）\]】〕]")
_DASH = re.compile(r"[-‐‑–—―－~～]+|至")
_REF = re.compile(r"(?<![A-Za-z0-9])([GSX])\s?(\d{1,4})(?!\d)")
_NATIONAL = re.compile(r"^(国道|省道)(\d{3})线?")
_METRO = re.compile(r"地铁|轨道交通(?=.*\d)|线$|[()]")
_DIRECTION = re.compile(
    r"([上下]行(?:线|正线)?|上下行|[左右](?:线|幅)|[东西南北]行|[往向至].{1,6}方向|正线|[IVⅠⅡⅢⅣ]+线)$"
)
_SECTION = re.compile(
    r"(?<=铁路|高铁|城际|客专|高速|公路|专线|航道|管道|管线|运河)"
    r"(?![东西南北]?延)(?:[\u4e00-\u9fff-]{1,14}段|[\u4e00-\u9fff]+-[\u4e00-\u9fff]+|[一二三四]期)$|(?<=线)(?![东西南北]?延)[\u4e00-\u9fff-]{2,14}段$"
)
_WORKS = re.compile(
    r"(项目|工程|建设|电气化|扩容改造|扩能改造|升级改造|增容改造|改扩建|扩建|扩容|扩能|增容|改造|改建|整治|疏浚|提升|双线)+$"
)
_STRUCTURE = re.compile(
    r"(大桥|特大桥|立交桥?|高架桥?|中桥|小桥|隧道|隧洞|[一二三四]桥|互通|枢纽|匝道|出口|入口|服务区|停车区|收费站)$"
)
_YARD = re.compile(
    r"(专用线|专用铁路|走行线|动车所|动车段|车场|货场|机务段|编组站|牵出线|渡线|存车线|到发线|安全线|出入段线|出入库线|试车线|站线)$"
)
_NOBODYS = re.compile(
    r"(联络|支|连接|绕城|环城|环|[东西南北内外中]环|复|正|专用|高架|快速|[一二三四五六七八九十\d]+号?|新|老|[上下]行?|[东西南北])$"
)
"""What many lines are called: 联络线, 外环高速, 2号线. It tells none of them."""
_TYPES: tuple[tuple[str, str], ...] = (
    ("metro", r"地铁\d*号?线?|\d+号线|轨道交通\d*号?线?|轻轨|有轨电车|磁浮.*"),
    ("suburban", r"市域\(?郊?\)?铁路|市郊铁路|市域快线|市域线|市域轨道交通"),
    (
        "fast",
        r"高速铁路|城际高铁|城际高速铁路|城际铁路|城际轨道交通|城际轨道|城际线|客运专线|高速线|高铁线?|客专线?|城际",
    ),
    ("road", r"高速公路|高速|快速路|快速通道|公路"),
    ("plain", r"铁路线?|线"),
    ("water", r"航道"),
)
"""Words at the end of a name for its type, by family; the first that fits is taken."""

_FAMILY = tuple((family, re.compile(rf"^(.+?)(?:{words})$")) for family, words in _TYPES)


@dataclass(frozen=True)
class LineName:
    """
    A name, brought to what two spellings of one line share.

    Parameters
    ----------
    core : str
        What identifies the line: 沪宁 of 沪宁城际铁路上行线; "" where the name is that of a bridge, a yard or nothing.
    family : str
        What its type words say: fast, plain, suburban, metro, road, water, or "".
    refs : frozenset of str
        Numbers that stand in the name, as G42.
    structure : bool
        The name of a bridge, tunnel or junction on a line, which says nothing of the line.
    yard : bool
        The name of a siding, depot or slip road, which is no part of a line.
    """

    core: str = ""
    family: str = ""
    refs: frozenset[str] = frozenset()
    structure: bool = False
    yard: bool = False


@lru_cache(maxsize=100_000)
def line_name(text: str) -> LineName:
    """
    Read one name.

    Directions (上行, 左幅), sections (安徽段), works (改扩建), brackets and type words are taken off; numbers are taken out.

    Examples
    --------
    >>> line_name("沪宁城际铁路(上行)").core, line_name("沪宁城际铁路(上行)").family
    ('沪宁', 'fast')
    >>> line_name("G42沪蓉高速公路江苏段").core, sorted(line_name("G42沪蓉高速公路江苏段").refs)
    ('沪蓉', ['G42'])
    >>> line_name("沪宁高速").family, line_name("京沪线").family, line_name("铜陵长江大桥").structure
    ('road', 'plain', True)
    """
    whole = unicodedata.normalize("NFKC", text).strip()
    refs = refs_of(whole)
    name = _BRACKET.sub("", whole)
    if national := _NATIONAL.match(name):
        refs |= {("G" if national[1] == "国道" else "S") + national[2]}
        name = name[national.end() :]
    name = _REF.sub("", name)
    name = _DASH.sub("-", re.sub(r"[\s·•・、,，.。]", "", name)).strip("-")
    while True:
        shorter = _SECTION.sub("", _DIRECTION.sub("", _WORKS.sub("", name)))
        if shorter == name or not shorter:
            break
        name = shorter
    if _YARD.search(name):
        return LineName(refs=refs, yard=True)
    if _STRUCTURE.search(name):
        return LineName(refs=refs, structure=True)
    for family, pattern in _FAMILY:
        if found := pattern.match(name):
            # Of a metro line the number is the name: 上海2号, not 上海.
            core = _METRO.sub("", name) if family == "metro" else found[1].strip("-")
            return LineName("" if _NOBODYS.fullmatch(core) else core, family, refs)
    return LineName(name if len(name) > 1 and not _NOBODYS.fullmatch(name) else "", "", refs)


def refs_of(text: str) -> frozenset[str]:
    """
    Return the numbers of roads in a text.

    Examples
    --------
    >>> sorted(refs_of("G40;G42;S 17")), sorted(refs_of("G4001")), refs_of("104")
    (['G40', 'G42', 'S17'], ['G4001'], frozenset())
    """
    upper = unicodedata.normalize("NFKC", text).upper()
    return frozenset(f"{letter}{number}" for letter, number in _REF.findall(upper))


def split_names(text: str) -> list[str]:
    """
    Return the names in a cell that may hold several, as OpenStreetMap and registers write them.

    Examples
    --------
    >>> split_names("合淮阜高速 蚌合高速"), split_names("溧马高速;常合高速"), split_names("G3 京台高速")
    (['合淮阜高速', '蚌合高速'], ['溧马高速', '常合高速'], ['G3 京台高速'])
    """
    parts = [part.strip() for part in re.split(r"[;；|/／]", text)]
    out: list[str] = []
    for part in parts:
        words = part.split()
        whole = len(words) < 2 or not all(re.search(r"[\u4e00-\u9fff]{2}", word) for word in words)
        out += [part] if whole else words
    return [part for part in dict.fromkeys(out) if part]


def name_agreement(
    wanted: LineName, found: LineName, ends: tuple[str, ...] = (), marks: tuple[frozenset[str], ...] = ()
) -> float:
    """
    Tell how well two names agree, leaving aside whether their types do.

    Parameters
    ----------
    wanted, found : LineName
    ends : tuple of str
        Names of the wanted line's places in order: 合肥至新沂 is 合肥—新沂.
    marks : tuple of frozenset of str
        Characters that stand for each of these places in a 简称; by default its first.

    Returns
    -------
    float
        1 the same, 0.95 the places spelled out, 0.9 a 简称 of two turned round (合宁, 宁合), 0.85 a character for each of the
        places (滁宁 of 滁州 and 南京); 0 where they do not agree.

    Examples
    --------
    >>> name_agreement(line_name("合宁高速"), line_name("宁合高速"))
    0.9
    >>> name_agreement(line_name("沪宁城际"), line_name("沪宁沿江高铁"))
    0.0
    >>> marks = (frozenset("滁"), frozenset("南宁"))
    >>> name_agreement(line_name("滁州—南京城际铁路"), line_name("滁宁城际铁路"), ("滁州", "南京"), marks)
    0.85
    """
    if not found.core:
        return 0.0
    if wanted.core and wanted.core == found.core:
        return 1.0
    if len(ends) > 1 and found.core.replace("-", "") in {"".join(ends), "".join(ends[::-1])}:
        return 0.95
    if len(wanted.core) == 2 and wanted.core[::-1] == found.core:
        return 0.9
    marks = marks or tuple(frozenset(place[:1]) for place in ends)
    if len(marks) > 1 and len(found.core) == len(marks):
        for letters in (found.core, found.core[::-1]):
            if all(letter in known for letter, known in zip(letters, marks, strict=True)):
                return 0.85
    return 0.0
