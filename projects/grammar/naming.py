"""Whether a member names one thing: the proper names in a text, and what a head noun asks of them."""

from __future__ import annotations

import functools
import re

from geo.gazetteer import default_gazetteer
from projects.grammar.head_nouns import LINE_NUMBER, TO
from projects.grammar.lexicon import default_lexicon
from projects.grammar.names import POWER, Member, bracketless, parse_member
from projects.grammar.routes import is_abbreviation, is_listed_line, places_in, units_in

__all__ = ["is_named", "is_unit", "proper_parts", "second_name"]


TOPOGRAPHIC = re.compile(
    r"[双大小长新老东西南北高上下前后中三四五六七八九十石]{1,2}[港口山湖湾江河海岛桥镇村塘坝滩沟沙州水石峡岩溪井门]{1,2}"
)
"""Village names of two words that are generic one by one: 双港, 大塘, 新桥."""


LOCAL = re.compile(
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁新][东西南北中]{1,2}"
    r"|[\u4e00-\u9fff]{2,3}[埠屯营堡塘坝滩洲岛嘴坪垭庄集店铺岭寨洼湾沟]"
)
"""A part of a province (赣东南), or a village by its last character (黄金埠)."""
BETWEEN = re.compile(r"(?:[两三各][省市县区地]|地区|省市|城市)之?间$")
"""甲与乙两省间(高速公路), 相邻地区间(公路): all that lie between, none by name."""


@functools.lru_cache(maxsize=4096)
def is_unit(name: str) -> bool:
    """Whether characters that are generic one by one make the name of a unit (江北)."""
    return (
        bool(name)
        and name not in {"江海", "港口", "海港", "城区", "新区"}
        and any(p.kind == "division" for p in default_gazetteer().lookup(name))
    )


@functools.lru_cache(maxsize=4096)
def _begins_with_unit(text: str) -> bool:
    """Whether a text begins with a unit that running text shows only by its full name (理塘索绒)."""
    generics = default_lexicon().generics
    return any(text[:n] not in generics and len(text) > n and is_unit(text[:n]) for n in (2, 3, 4))


@functools.lru_cache(maxsize=16384)
def _proper(text: str) -> tuple[str, ...]:
    return tuple(_proper_parts(text))


def proper_parts(text: str) -> list[str]:
    """
    Names in a text: what is left when generic words and numbers are taken out, gazetteer names kept whole.

    Examples
    --------
    >>> proper_parts("国家级重点合肥"), proper_parts("高等级内河")
    (['合肥'], [])
    """
    return list(_proper(text))


def _proper_parts(text: str) -> list[str]:
    lexicon = default_lexicon()
    text = re.sub(r"[“”\"'《》]", "", text)
    known = {a: b for a, b, _ in places_in(text)}
    parts: list[str] = []
    run = ""

    def close() -> None:
        nonlocal run
        singles = [c for c in run if c in lexicon.generics]
        if (len(run) >= 2 and (len(singles) < len(run) or is_unit(run))) or re.fullmatch(r"[东西南北]江|海河", run):
            parts.append(run)
        run = ""

    i = 0
    while i < len(text):
        word = lexicon.generics.at(text, i)
        if i in known and known[i] - i >= len(word):
            name = text[i : known[i]]
            if lexicon.generics.words.get(name) in {"macro"}:
                close()
            else:
                close()
                parts.append(name)
            i = known[i]
            continue
        if len(word) >= 2 and run and lexicon.generics[word] == "line":
            run += word  # 红沿河
            i += len(word)
            continue
        if len(word) >= 2:
            # 中山, 大通: a run that a generic word would cut is kept whole where the run goes on with unknown characters.
            close()
            i += len(word)
            continue
        c = text[i]
        if "\u4e00" <= c <= "\u9fff" or c in "?€" or c > "\ue000":
            run += c
        elif c.isalpha() and c.isascii():
            run += ""
        else:
            close()
        i += 1
    close()
    return parts


def is_named(member: Member) -> bool:
    """
    Whether a member with a head names one thing, not a kind of things.

    A line needs two ends, a code, a section or a name that is no mere place (合肥境内高速公路 is no line); a facility any
    name; a network an area below the province (皖江地区城际铁路网).
    """
    lexicon = default_lexicon()
    head = member.head
    stem = bracketless(member.stem)
    brackets = re.findall(r"\(([^()]*)\)", member.core)
    if head is None or head.mode == "none":
        return False
    if "proper" in head.flags or member.code or POWER.search(member.core):
        return True
    if re.search(
        r"打造|推进|加快|建成|完成|开工|力争|启动|实施|实现|依托|参与|联动|取得|用于|安排|即(?!墨)|将(?![军乐])|全面提升|跻身|入选|荣获|获评|●|〓",
        stem,
    ):
        return False
    if re.match(
        r"(?:接入|引入|引出|接轨|途经|经由|此后|届时|随后|该|此)(?=.{2})|每个|所有|绝大|多数|大部分", member.core
    ):
        return False
    if re.search(
        r"专题|课题|研究成果|新一轮|里程达|里程[突超]|硬化|[县市区乡镇村)]通(?:了|上|高速|沥青|水泥|硬化|[一二三四]级)",
        member.core,
    ):
        return False
    if re.search(r"(?:成为|面向|承接|作为|以及|不得|禁止|等的|及其|\d分钟|小时)", member.core):
        return False
    if re.search(r"对外|境内|区内", stem) and "facility" not in head.flags:
        return False
    if re.search(r"首[条座个]|第[一二三四五六七八九十]条|唯一|最[大长高]", stem):
        return False
    if re.match(r"^[\d.]+[万亿余多]*[个座条项处家]|^[一二三四五六七八九十两几]+[个座条项处]|^一批|^若干", stem):
        return False
    if head.word == "通道" and re.fullmatch(r"第[二三四五六][东西南北]?", stem):
        return True
    if head.word.endswith("网") and not places_in(stem) and "area" in head.flags:
        return False
    base = re.sub(r"(?:[中北南东西复]|二)线$", "", stem)
    if base != stem and is_abbreviation(base) and lexicon.generics.words.get(base) == "line":
        return not base.startswith("沿")  # 成渝中线(高速铁路)
    if head.word in {"公路", "旅游公路", "道路"} and re.search(r"[环沿滨][湖江海岛河山]$", stem) and len(stem) > 2:
        return bool(proper_parts(stem[:-2]))  # 洞庭湖环湖公路
    if head.word == "铁路" and "upgrade" in {lexicon.works.words.get(w) for w in member.works} and is_unit(stem):
        return True  # 敦煌铁路扩能: what exists is known by its place
    if re.search(r"枢纽[东南西北]{1,2}环线", member.core):
        return True
    if is_abbreviation(stem) and lexicon.generics.words.get(stem) == "line" and head.mode in {"rail", "highway"}:
        return not re.match(r"[沿环滨]", stem) or "line" in head.flags  # 成渝中线
    if head.kind == "ring_road" and re.fullmatch(r"[东南西北中]{1,2}", stem):
        return True  # 西北绕城高速
    if head.kind == "ring_road" and not stem and re.fullmatch(r"[东南西北中]{1,2}段", member.section):
        return True  # 绕城高速西北段
    if head.mode == "energy" and "新增" in stem:
        return False  # 澜沧江上游新增水电装机
    if head.word == "线路" and not re.search(r"千伏|kV|电|送出", member.core):
        return False  # 轨道线路, 旅游线路
    stem = re.sub(r"“[^”]*[横纵射环支联][^”]*”", "", stem)  # “两横一纵”高等级航道: a slogan
    if re.search(r"(?:\d+|[一二三四五六七八九十]+)号$", stem) and head.mode == "highway" and places_in(stem):
        return True  # 台州1号公路
    parts = proper_parts(stem)
    inside = [p for b in brackets for p in proper_parts(b)] + proper_parts(member.section)
    if "placed" in head.flags and not (
        places_in(stem)
        or is_unit(stem)
        or _begins_with_unit(stem)
        or is_abbreviation(stem[-3:])
        or is_abbreviation(stem)
        or re.search(r"[A-Z\d]", stem)
        or re.search(rf"[\u4e00-\u9fff]{TO}[\u4e00-\u9fff]", stem)
        or (head.mode == "highway" and re.search(r"[\u4e00-\u9fff]{2}(?:大道|路|街|新区)(?:[东南西北中]段)?$", stem))
        or (head.kind == "station" and re.search(r"(?:铁路|高铁|城际)[\u4e00-\u9fff]{2,4}$", stem))
    ):
        return False
    if head.kind == "river_crossing" and re.fullmatch(
        r"(?![^路]*(?:公|铁|道|线|高速)路)[\u4e00-\u9fff]{2,5}(?:路|大道|街)", stem
    ):
        return True  # 九华南路过江通道
    if head.mode == "highway" and re.fullmatch(r"[内中外]环|[二三四五六]环", stem) and len(head.word) > 1:
        return True
    if head.mode == "rail" and re.search(r"[东西南北]{1,2}环线$", stem):
        return True  # 枢纽东环线
    if head.mode in {"rail", "highway"} and "line" in head.flags and re.fullmatch(r"[东西南北中]{1,2}[线环]", stem):
        return True  # 西环高铁, 西线高速公路: an island's or a city's lines are known by their side
    if BETWEEN.search(stem) and "line" in head.flags:
        return False
    if "own" in head.flags and 2 <= len(stem) <= 4 and re.fullmatch(r"[\u4e00-\u9fff]+", stem):
        if len(stem) == 2 and stem[-1] in "一二三":
            return False
        if len(head.word) == 1 and re.search(r"[公铁水道线网内外上下边沿]$|^(?:新|旧|老|大|小)", stem):
            return False
        return not re.match(r"市政|城市|乡村|景观|生态|旅游|主要|交通|重点|环城", stem)
    if re.search(r"全[线程省市县][一二三四五六七八九十两\d]+[个座条]", stem):
        return False  # 赣江全线六个梯级枢纽船闸
    if "facility" in head.flags:
        part = stem[: len(stem) - len(lexicon.head_words.before(stem, len(stem)))]  # 双港航运枢纽(船闸)
        if LOCAL.fullmatch(stem) or (part != stem and (LOCAL.fullmatch(part) or TOPOGRAPHIC.fullmatch(part))):
            return True
    if "facility" in head.flags and stem not in default_lexicon().generics and TOPOGRAPHIC.fullmatch(stem):
        return True
    if "facility" in head.flags or "hub" in head.flags:
        return bool(parts or [p for b in brackets for p in proper_parts(b)])
    if "weak" in head.flags and default_lexicon().generics.words.get(stem) == "line":
        return True  # 成渝中线
    if "weak" in head.flags:
        return bool(parts) and (is_abbreviation(stem) or bool(re.search(TO, stem)) or len("".join(parts)) >= 2)
    # lines and areas
    if "“" in stem or (member.section and inside and not member.section.startswith("网")):
        return bool(parts) or bool(inside)
    if re.search(rf"[\u4e00-\u9fff]{TO}[\u4e00-\u9fff]", stem) and parts:
        return True
    if stem in default_lexicon().generics and default_lexicon().generics[stem] == "line":
        return True
    if member.head_text and LINE_NUMBER.fullmatch(member.head_text):
        return (
            bool(parts) or is_abbreviation(stem) or stem.endswith(("地铁", "轨道交通", "市域铁路", "有轨电车", "轻轨"))
        )
    if head.mode == "rail" and re.fullmatch(r"[东南西北]{1,2}环?线", member.section):
        return True
    if parts and (head.word.endswith(("复线", "二线")) or (head.kind == "metro" and member.phase)):
        return True
    if is_abbreviation(stem) and stem not in default_lexicon().generics:
        places = units_in(stem) if head.mode in {"rail", "highway"} else places_in(stem)  # 芜宣 is an airport too
        one_place = len(places) == 1 and places[0][1] - places[0][0] == len(stem)
        return not one_place or bool(member.section) or is_listed_line(stem)
    if not parts:
        return False
    known = {stem[a:b] for a, b, _ in places_in(stem)}
    if any(p not in known for p in parts) or len(parts) >= 2:
        return True
    if re.search(r"绕|环|二通道|第[二三]|复线|机场|新区|至", stem):
        return True
    return "area" in head.flags and bool(re.search(r"都市圈|地区|城市群", stem))


def second_name(member: Member, mode: str) -> Member | None:
    """
    Return the other name of a project that brackets behind its name hold; None where they hold something else.

    Examples
    --------
    >>> second_name(parse_member("长江四桥(泰山路过江通道)", 0), "highway").core
    '泰山路过江通道'
    """
    for inside, at in member.brackets:
        other = parse_member(inside, at)
        if (
            "、" in inside
            or re.match(r"含|包括|不含|其中|均|原|拟", inside)
            or re.search(rf"[\u4e00-\u9fff]{TO}[\u4e00-\u9fff]", inside)
        ):
            continue
        if (
            other.head is not None
            and other.head.mode == mode
            and is_named(other)
            and not (other.works or other.section)
        ):
            return other
    return None
