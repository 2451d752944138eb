"""What a target is about: the indicator in the plan's words, its area, and milestones, which have no number but a year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.deadlines import BASE_YEAR, DEADLINE
from projects.grammar.quantities import WINDOW, Segment, quantities
from projects.grammar.target_words import ACHIEVED, BOUND_WORDS, WORKS
from projects.indicators import match_milestone
from projects.schema import Comparator

if TYPE_CHECKING:
    from projects.documents import Document

__all__ = [
    "INFRASTRUCTURE",
    "NUMBERING",
    "OTHER",
    "area_of",
    "milestone_of",
    "noun_of",
    "without_deadline",
    "without_place",
]

OTHER = "other:"
"""Prefix of the key of an indicator that the table does not know; the plan's words follow."""
COMPLETION = "建成通车|建成投产|通车运营|开通运营|投入运营|投入使用|建成|通车|投产|投运|竣工|贯通|启用|纳入|开通|并网"
INFRASTRUCTURE = re.compile(
    r"交通|里程|铁路|高铁|轨道|地铁|公路|高速|道路|桥梁|大桥|隧道|通道|航道|船闸|港|码头|泊位|机场|航空|航线|枢纽|电网|电站|装机|发电|特高压"
    r"|千伏|天然气|油气|管道|管网|LNG|储气|储能|充电|5G|宽带|基站|光纤|数据中心|水库|水利|灌区|防洪|供水|污水|停车|客运|货运|快递|物流"
)
NAMED_THING = r"[港站段]|机场|新区|大桥|枢纽|都市|地区|方向|至|—|-|经济|国际|综合"
"""After a place's name: what it names is no longer the place (南京港, 上海国际航运中心)."""
LEADING = re.compile(
    r"^(?:并|且|而|其中|以及|以|和|及|或|同时|力争|确保|争取|进一步|基本|努力|大力|加快|积极|持续|稳步|扎实|有序|全面|全力|新(?![建增开改达])|完成|实现|使|将|把|至少|再|对|在|"
    r"全市|全省|全区|全县|全州|我市|我省|我区|本市|本省|全|各)+"
)
NUMBERING = re.compile(
    r"^\s*(?:\(?[\d一二三四五六七八九十]{1,4}\)|\d{1,3}[.、．](?!\d)|[一二三四五六七八九十]{1,4}、|第[一二三四五六七八九十百\d]+条|[①-⑳]"
    r"|[—\-●•·○◆■]+)+\s*"
)
"""Number or bullet of a clause, which is no part of what it says."""


def without_deadline(text: str) -> str:
    """Cut what stands before the subject: deadlines and linking words."""
    for m in DEADLINE.finditer(text):
        if not LEADING.sub("", text[: m.start()]).strip():
            return without_deadline(text[m.end() :].lstrip("、 的"))
        break
    return text.lstrip("、 的")


def without_place(text: str) -> tuple[str, str]:
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


def noun_of(left: str, right: str, inherited: str) -> str:
    """Return the indicator in the plan's words: what precedes the quantity, or the counted thing after it."""
    after = right[1:] if right.startswith("的") else re.split(r"[、,]|和|及", right)[0].strip()
    before = re.sub(rf"(?:{BOUND_WORDS}|为|是|至|到)+$", "", left)
    before = LEADING.sub("", re.sub(rf"^(?:{WORKS})", "", LEADING.sub("", before))).strip(" 、“”()")
    before = re.sub(r"年均$", "", LEADING.sub("", before))
    before = re.sub(DEADLINE, "", before) if not BASE_YEAR.search(before[:40]) else before
    if after and re.match(r"[\u4e00-\u9fffA-Za-z0-9“]{2,}", after):
        return after[:60]
    if not before:
        carried = LEADING.sub("", re.sub(rf"^(?:{WORKS})", "", LEADING.sub("", inherited)))
        carried = re.sub(rf"(?:{BOUND_WORDS})+$|[由从].{{0,3}}\d{{4}}年.*$", "", carried)
        return carried.strip("、 ")[-40:]
    return before[-40:]


def area_of(document: Document, segment: Segment, around: str) -> str:
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
    return short_area(document.region)


def short_area(region: str) -> str:
    """Return 合肥 for 合肥市, 广西 for 广西壮族自治区."""
    return re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", region)


def milestone_of(document: Document, clause: str, before: str) -> dict[str, object] | None:
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
        "area": short_area(document.region),
        "infrastructure": known.infrastructure if known else INFRASTRUCTURE.search(words) is not None,
        "start": len(clause) - len(clause.lstrip()),
        "end": len(clause.rstrip()),
    }
