"""What a document calls itself and which unit it is for."""

from __future__ import annotations

import re
from collections import Counter

from geo.gazetteer import Place, default_gazetteer

__all__ = ["REGIONS", "document_region", "document_title", "own_title"]

PLAN_WORD = "规划纲要|实施方案|推进方案|工作方案|行动计划|工作要点|工作报告|实施意见|规划|方案|纲要|要点|决定|报告|意见|计划|通知|决议|公报"
MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
PROVINCES = (
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东",
    "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海",
)  # fmt: skip
AUTONOMOUS = {
    "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区", "新疆": "新疆维吾尔自治区",
}  # fmt: skip
REGIONS: dict[str, str] = (
    {p: p + "省" for p in PROVINCES}
    | {m: m + "市" for m in MUNICIPALITIES}
    | AUTONOMOUS
    | {"香港": "香港", "澳门": "澳门"}
)
"""Provinces, municipalities and autonomous regions by short name (GB/T 2260)."""

OPENING = 3000
"""Characters in which a document says whose it is."""

HINTS = (
    ("province", re.compile(r"[全我本]省|省[委政]|[全我]区(?=[^县]{0,4}(?:人民政府|经济社会))|自治区党委")),
    ("prefecture", re.compile(r"[全我本]市|市[委政]|市[^。]{0,6}局长|[全我]州|州[委政]")),
    ("county", re.compile(r"[全我本][县旗]|县[委政]|旗[委政]")),
)
"""Words by which a text tells the rank of the unit that speaks."""


def document_title(text: str) -> str:
    r"""
    Title of a document: a line that ends in a plan word; else the plan named in the first lines; else nothing.

    Parameters
    ----------
    text : str
        Simplified characters, half-width punctuation.

    Examples
    --------
    >>> document_title("首页\n甲市综合交通发展规划\n一、铁路")
    '甲市综合交通发展规划'
    """
    head = text[:OPENING]
    lines = [line.strip() for line in head.split("\n")[:40]]
    for line in (re.sub(r"\(.{0,20}\)$", "", line) for line in lines):
        if (
            6 <= len(line) <= 60
            and re.search(rf"({PLAN_WORD})$", line)
            and not re.search(r"[。;]|^(?!(?:19|20)\d\d年)[一二三四五六七八九十(\d]", line)
        ):
            return line.strip("《》")
    for line in lines:
        m = re.search(rf"发布(《[^》]{{4,60}}》|(?:(?!发布)[^,。:;《》]){{6,60}}?(?:{PLAN_WORD}))(?=[,。:;并]|$)", line)
        if m:
            return m[1].strip("《》")
    m = re.search(rf"《([^》]{{4,60}}?({PLAN_WORD}))》", head[:600])
    return m[1] if m else ""


def own_title(text: str, title: str, region: str) -> str:
    """
    Title of a plan that is published under the name of the plan that it carries out.

    Where the text sets up itself (为落实《甲规划纲要》,制定本实施方案) and the title found is that other plan's, the document is
    the region's 实施方案 of it.

    Parameters
    ----------
    text, title, region : str

    Returns
    -------
    str
        ``title`` where it is the document's own.

    Examples
    --------
    >>> own_title("全面落实《甲区域发展规划纲要》,结合江苏实际,制定本实施方案。", "甲区域发展规划纲要", "江苏省")
    '《甲区域发展规划纲要》江苏实施方案'
    """
    made = re.search(rf"(?:制定|制订|编制|出台|形成)本({PLAN_WORD})", text[:OPENING])
    if made is None or not title or title.endswith(made[1]) or f"《{title}》" not in text[: made.start()]:
        return title
    carried_out = re.search(
        rf"(?:落实|实施|执行|根据|依据|按照)[^。;]{{0,40}}《{re.escape(title)}》", text[: made.start()]
    )
    return f"《{title}》{_short(region)}{made[1]}" if carried_out else title


def document_region(text: str, title: str, opening: str) -> str:
    """
    Full name of the unit that a document is for; empty where the text names none.

    The one that the title names; else one that the opening calls by its full name; else, of the rank that 全省, 我市 or 全县
    tell, the one named most.

    Parameters
    ----------
    text, title : str
    opening : str
        First paragraphs of plan text.
    """
    gazetteer = default_gazetteer()
    rank = _rank(text)
    for headline in re.finditer(
        r"(?m)^\s*([\u4e00-\u9fff]{2,8})[省市]?:(?=[\u4e00-\u9fff])", text[:400]
    ):  # 陕西:今年开工…
        named = [p for p in gazetteer.lookup(headline[1], kinds={"division"}) if p.level in {"province", "prefecture"}]
        if named and not title:
            return named[0].full_name
    for part in (title, *opening.split("\n")):
        units = [
            place
            for _, _, candidates in gazetteer.scan(part)
            for place in candidates[:1]
            if place.kind == "division" and place.level in {"province", "prefecture", "county"}
        ]
        # A county that an opening names is not yet the one that speaks; a county-level city says 全市 too.
        named = (
            units
            if part == title
            else [
                p
                for p in units
                if p.full_name in part
                and (p.level != "county" or rank == "county" or (p.full_name.endswith("市") and rank == "prefecture"))
            ]
        )
        if named:
            first = named[0]
            # 安徽省合肥市…规划 is the city's plan; 合肥、芜湖… stays with the first.
            below = [place for place in named[1:2] if place.code[:2] == first.code[:2] and first.level == "province"]
            return (below or [first])[0].full_name
    return _named_most(text, rank)


def _rank(text: str) -> str:
    counts = {level: len(pattern.findall(text[: 4 * OPENING])) for level, pattern in HINTS}
    best = max(counts, key=lambda level: counts[level])
    return best if counts[best] else ""


def _named_most(text: str, rank: str) -> str:
    found: Counter[str] = Counter()
    known: dict[str, Place] = {}
    for _, _, candidates in default_gazetteer().scan(text[: 10 * OPENING]):
        place = candidates[0]
        if place.kind == "division" and place.level in {"province", "prefecture"}:
            found[place.place_id] += 1
            known[place.place_id] = place
    text = re.sub(r"(?:新华社|中新社|新华网|据)[\u4e00-\u9fff]{2,4}(?=\d+月)", "", text)  # where the agency sits
    provinces = {province: text.count(province) for province in REGIONS}
    best = max(provinces, key=lambda province: provinces[province])
    cities = [(count, known[place]) for place, count in found.most_common() if known[place].level == "prefecture"]
    second = cities[1][0] if cities[1:] else 0
    speaks = rank == "prefecture" and cities and cities[0][0] >= 3 and cities[0][0] > second
    # Without such words only a city that outweighs all others by far.
    alone = rank == "" and cities and cities[0][0] >= 5 and cities[0][0] >= 3 * max(second, provinces[best])
    if speaks or alone:
        return cities[0][1].full_name
    runner_up = sorted(provinces.values())[-2]
    if rank != "province" and provinces[best] < 1.5 * runner_up:
        return ""  # a text about many provinces is no province's
    return REGIONS[best] if provinces[best] else ""


def _short(region: str) -> str:
    """江苏 for 江苏省, 广西 for 广西壮族自治区."""
    return re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", region)
