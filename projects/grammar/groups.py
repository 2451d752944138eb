"""What the members of a list share: the form behind 等, the last member's head, section and work, a name to lean on."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from geo.gazetteer import default_gazetteer
from projects.grammar.head_nouns import POINTS, TO, inner_head
from projects.grammar.lexicon import Head, default_lexicon
from projects.grammar.names import PHASE, Member, parse_member
from projects.grammar.naming import is_named, is_unit, proper_parts
from projects.grammar.routes import is_abbreviation, places_in
from projects.status import LABELS, tail_class

__all__ = ["Group", "apply_form", "lean_on", "share_last", "share_line"]

BRANCHING = frozenset({"gas_pipeline", "oil_gas", "transmission_line", "uhv_line", "line_part"})
"""Kinds of lines that are listed with one link to a city at the end of the list."""

JOINING = BRANCHING | set("inland_waterway urban_expressway river_crossing corridor conventional_rail metro".split())
"""Kinds of facilities that may be named by two ends, as lines are."""

LONGEST_AIRPORT = 6
"""Characters of the name of an airport that leaves 机场 to the next: 乐山、阆中机场."""
MANY = re.compile(r"^(?:一大批|一系列|一批)")
CAPACITY = re.compile(r"的?\d[\d.]*[余多]?万?千瓦(?:以上)?(?:的)?(?:发电)?装机(?:容量|规模)?$")
"""等1000万千瓦装机, 等一大批项目: how much the members come to, not what they are."""

JOINED = re.compile(rf"[\u4e00-\u9fff)]{TO}[\u4e00-\u9fff(]")


@dataclass
class Group:
    """
    Members that share one form: a list up to 等…, or up to the end.

    Parameters
    ----------
    members : list of Member
        With shared head, section and works given to those that lack them.
    tails : list of str
        Words of stage and form behind the group.
    works : list of str
        Words of work that govern the whole group (behind 等).
    label : str
        Stage word of the form: 拟建, 在建.
    shared : Head or None
    rejected : str
        Why the group is no list of projects; empty where it may be one.
    open : bool
        Whether 等 leaves it open.
    """

    members: list[Member] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    label: str = ""
    shared: Head | None = None
    rejected: str = ""
    open: bool = False


def apply_form(group: Group, form: str, tails: list[str], works: list[str]) -> None:
    """Apply what stands behind 等: 等(拟建)高速公路江苏段改扩建项目, 等23条在建高速, 2条高速公路."""
    counted = re.match(r"(\d{1,3}|[一二两三四五六七八九十]{1,2})?[多余]?[条座个项处](?!目|[\u4e00-\u9fff]?泊位)", form)
    count = 0
    if counted:
        number = counted[1] or ""
        count = int(number) if number.isdigit() else "零一二三四五六七八九十".find(number.replace("两", "二") or "无")
        form = form[counted.end() :]
    if re.match(r"(?:贫困)?(?:县|市|区|乡镇|建制村)[市区]?(?:实现)?通", form):
        group.rejected = f"等后是“{form}”"  # 甲县、乙县8个县通高速公路
        return
    form = CAPACITY.sub("", MANY.sub("", form))
    places_only = (
        form.startswith("地") and len(form) > 3
    )  # 甲、乙等地风电场: whatever the members end in, they are places
    form = form[1:] if places_only else form
    shared = parse_member(form, 0) if form else Member(0, 0, "")
    group.tails += shared.tails + tails
    group.works += shared.works + works
    stem = re.sub(r"“[^”]*”", "", shared.stem)  # a slogan
    for word in sorted(LABELS, key=len, reverse=True):
        if stem.startswith(word) and not (
            shared.head is None and stem[len(word) :] and proper_parts(stem[len(word) :])
        ):
            group.label, stem = word, stem[len(word) :]
            break
    if shared.head is not None and shared.head.mode == "none":
        if count == len(group.members) and all(m.head is not None and m.head.mode != "none" for m in group.members):
            return  # 甲线、乙段2条智慧高速示范项目: as many as were said
        strong = {"build", "preparatory", "starting", "proposed"}
        lexicon = default_lexicon()
        if proper_parts(shared.stem) or not any(lexicon.tails.words.get(t) in strong for t in group.tails):
            group.rejected = f"等后是“{form}”"
        return
    headed = [m for m in group.members if m.head is not None and m.head.mode not in {"", "none"} and is_named(m)]
    own = bool(headed) and len(headed) * 3 >= len(group.members) * 2
    formal = re.search(r"公路|铁路|航道|机场|高速|桥梁|隧道", form) or any(
        tail_class(t) == "project" for t in shared.tails
    )
    if own and shared.head is None and formal and not re.search(r"与|和|向|从|合作|对接|开展", stem):
        return  # G4218、G4217等国家高速公路远期展望线: each says itself what it is
    if proper_parts(stem) and not (shared.head and re.fullmatch(r"[\u4e00-\u9fff]{2,3}", "".join(proper_parts(stem)))):
        group.rejected = f"等后有读不懂的“{stem}”"
        return
    if shared.head is not None and shared.head.word in {"线路", "路线"} and not re.search("千伏|电", form):
        return  # 甲至乙、丙至丁铁路等五条线路: each is what the last says
    if shared.head is None:
        if stem and re.search(r"与|以|为|的|向|从|中|合作|对接|开展", stem):
            group.rejected = f"等后是“{form}”"
        return
    group.shared = shared.head
    head_text = shared.head_text
    if shared.head.word in {"进港铁路", "疏港铁路"}:
        head_text = shared.head.word
    governed = group.members[-count:] if 1 < count < len(group.members) else group.members
    bare = sum(m.head is None for m in governed) * 2 >= len(governed)
    for index, member in enumerate(governed):  # 甲、乙…三条…线: the last three
        if (
            member.head is None
            and "facility" in shared.head.flags
            and _before_another(member, governed[index:], shared.head)
        ):
            continue  # 甲、乙抽水蓄能电站,丙—丁等输变电: takes the head of the member behind it
        if (
            member.head is None
            or places_only
            or member.head.mode == "none"  # 甲开发区等铁路专用线
            or (member.head.mode == "waterway" and shared.head.mode == "rail")
            or (bare and _other_thing(member.head, shared.head))
            or (member.head.word == "绕城" and not member.section and shared.head.kind == "expressway")
            or ("weak" in member.head.flags and "weak" not in shared.head.flags and shared.head.mode)
        ):
            _give(member, shared.head, head_text, shared.section)


def _before_another(member: Member, rest: list[Member], shared: Head) -> bool:
    """Whether the next member with a head is a facility of another kind than the form behind 等, which fits this member."""
    own = next((m for m in rest if m.head is not None and m.head.mode not in {"", "none"}), None)
    if own is None or own.head is None or own.head.kind == shared.kind or "facility" not in own.head.flags:
        return False
    return not own.works and _fits(member, own) and _bare(member)


def _other_thing(own: Head, shared: Head) -> bool:
    """Whether what a member ends in only places it: 甲港口等海上风电, 乙港、丙机场等铁路专用线."""
    strong = {own.mode, shared.mode} <= {"rail", "highway", "waterway", "airport", "energy"}
    return strong and own.mode != shared.mode and "hub" not in shared.flags and "line" not in own.flags


def _give(member: Member, head: Head, head_text: str, section: str) -> None:
    if member.head is not None:
        member.stem = member.core
    member.head = head
    member.head_text = head_text
    member.suffix = head_text + (section if not member.section else "")
    if section and not member.section:
        member.section = section
    member.trace.append(f"共用“{head_text}{section}”")


def share_last(group: Group) -> None:
    """Give a member's head, section and work to the members just before it that have no head of their own."""
    if any(m.head is None and is_abbreviation(m.stem) for m in group.members):
        for member in group.members:
            weak = member.head is not None and not member.head.mode and member.core == member.head_text
            if weak and is_abbreviation(member.core):  # 银西、西延、西康高铁: 西安–延安, no 西延 of 银西
                member.head, member.stem, member.head_text = None, member.core, ""
    givers: list[Member] = []  # members with a head behind this one, the nearest first
    for index in range(len(group.members) - 1, -1, -1):
        member = group.members[index]
        if member.head is not None and givers and _lent_to(member, givers[0]):
            _give(member, givers[0].head or member.head, givers[0].head_text, "")
            continue
        if member.head is not None:
            own = "proper" in member.head.flags  # 西气东输二线 is one thing
            lends = (member.head.mode not in {"", "none"} and not own) or member.head.word in {"枢纽", "复线"}
            givers = [member, *givers] if lends else []
            continue
        giver = next((g for g in givers if _fits(member, g)), None)
        first = all(m.head is None for m in group.members[:index])
        if (
            giver is None
            or giver.head is None
            or not _bare(member, facility="facility" in giver.head.flags or giver.head.word == "枢纽")
            or ("area" in giver.head.flags and not first)
        ):
            continue
        rest = ""
        places = places_in(giver.stem)
        size = len(member.stem)
        if size >= 2 and default_gazetteer().lookup(giver.stem[:size]) and not proper_parts(giver.stem[size:]):
            rest = (
                giver.stem[size:] if len(giver.stem) > size + 1 else ""
            )  # 江苏、浙江沿海新建…站: 沿海新建 is shared too
        elif places and places[0][0] == 0 and not proper_parts(giver.stem[places[0][1] :]):
            rest = giver.stem[places[0][1] :]
        found = places_in(member.stem)
        bare_place = bool(found) and found[0][:2] == (0, len(member.stem))
        section = giver.section if giver.section.endswith("段") and not group.open else ""
        if JOINED.search(section):
            section = ""  # 乙高速丙至丁段: a stretch with its own ends is of that line only
        _give(member, giver.head, (rest if bare_place else "") + giver.head_text, section)
        if not member.works and not group.open and giver is givers[0] and not JOINED.search(giver.section):
            member.works = list(giver.works)
    _share_branch(group)
    last = group.members[-1] if group.members else None
    if last is not None and last.head is None and last.works and not group.open:
        for member in group.members[:-1]:
            if member.head is None and not member.works:
                member.works = list(last.works)


def share_line(members: list[Member]) -> None:
    """Stretches of the line before them: 甲高铁乙至丙段、丁至戊段."""
    for before, member in itertools.pairwise(members):
        stretch = member.section or member.stem
        if (
            member.head is None
            and before.head is not None
            and "line" in before.head.flags
            and before.section.endswith("段")
            and (
                re.fullmatch(rf"[^、]{{2,}}{TO}[^、]{{2,}}段", member.core)
                or (re.fullmatch(r"[\u4e00-\u9fff]{2}段", member.core) and is_abbreviation(member.core[:-1]))
            )
        ):
            line = before.prefix + before.stem
            line = line if line.endswith(before.head_text) else line + before.head_text
            track = re.match(r"第?[二三]通道|复线|新线|[东南西北]延|[二三]线|三四线", before.section)  # 京沪高铁二通道
            member.prefix = line + (track[0] if track else "")
            member.head, member.head_text = before.head, before.head_text
            member.stem, member.section = "", member.stem + member.section
            member.trace.append(f"承前“{member.prefix}”的{stretch}")


def _fits(member: Member, giver: Member) -> bool:
    """Whether a head can be a member's: a line from place to place is no ring, port, lock or airport."""
    if member.phase and giver.head is not None and giver.head.kind == "river_crossing":
        return False  # 甲厂三期、乙大桥
    if giver.head is not None and giver.head.kind in {"data_centre", "logistics_hub"}:
        found = places_in(member.stem)  # 甲文体城、乙养老中心、丙大数据中心
        return bool(found) and found[0][:2] == (0, len(member.stem))
    if giver.head is not None and giver.head.mode == "airport" and len(member.stem) > LONGEST_AIRPORT:
        return False
    if giver.head is not None and giver.head.kind == "metro" and not JOINED.search(member.stem):
        found = places_in(member.stem)  # 甲市清洁燃料、乙地铁
        return not found or found[0][:2] == (0, len(member.stem)) or is_abbreviation(member.stem)
    if giver.head is not None and giver.head.kind == "ring_road" and not is_unit(member.stem):
        return False  # 甲乙、丙绕城: a ring is a city's
    if giver.head is None or not JOINED.search(member.stem):
        return giver.head is None or giver.head.word != "复线" or is_abbreviation(member.stem)
    return "line" in giver.head.flags or giver.head.kind in JOINING


def _lent_to(member: Member, giver: Member) -> bool:
    """Whether what a member ends in only is its end or place: 甲至乙机场、丙至丁城际铁路; 甲港、乙港区疏港高速公路."""
    if member.head is None or giver.head is None or member.works or member.tails or member.head.kind not in POINTS:
        return False
    if JOINED.search(member.core) and "line" in giver.head.flags:
        return True
    return member.head.mode == "waterway" and giver.head.word.startswith(("疏港", "进港", "集疏运"))


def _share_branch(group: Group) -> None:
    """苏皖天然气、皖浙油气合肥联络线: each line's link to 合肥."""
    for index, branch in enumerate(group.members):
        if branch.head is None or not re.fullmatch(r"[\u4e00-\u9fff]{2,4}联络线", branch.section):
            continue
        for member in reversed(group.members[:index]):
            if member.head is None or member.head.kind not in BRANCHING or member.section or member.works:
                break
            member.section = member.suffix = branch.section


def _bare(member: Member, *, facility: bool = True) -> bool:
    """Whether a member is a mere name: 简称, place, places joined, or a name with a phase."""
    stem = member.stem
    if not stem or member.brackets or stem.endswith("线"):
        return False
    if member.works:
        return is_abbreviation(stem) and not facility  # 渝武扩能、渝黔高速扩能
    if any(tail_class(t) in {"project", "build"} for t in member.tails):
        return False  # 甲工程、乙船闸: the first is closed
    if is_abbreviation(stem) or JOINED.search(stem):
        return True
    inner = inner_head(stem)
    if inner is not None and inner[2].mode != "waterway":  # 甲江航道乙、丙枢纽 are on the channel
        return False  # 甲电厂储热、乙特高压: another thing
    if places_in(stem) or re.search(r"[—\-至]", stem):
        return len(stem) <= 12
    return facility and bool(proper_parts(stem)) and len(stem) <= 8


def lean_on(member: Member, before: Member, name: str) -> None:
    """Name a member after the one before it: (甲机场航站楼改扩建和)三期工程, (甲高速及其)联络线, (甲接收站及)外输管道."""
    if member.head is None and member.phase:
        member.prefix = re.sub(rf"(?:T\d航站楼|{PHASE.pattern})$", "", name)
        member.head, member.head_text, member.stem = before.head, before.head_text, before.stem
    else:
        member.prefix = name
    member.trace.append(f"承前“{member.prefix}”")
