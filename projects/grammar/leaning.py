"""Members that lean on their context: a head, mode or name that the list, the sentence or the passage gives."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.clause_grammar import ClauseReader
from projects.grammar.groups import JOINED, Group, lean_on
from projects.grammar.head_nouns import LINE_NUMBER, POINTS, TO
from projects.grammar.lexicon import Head, default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import Member, bracketless
from projects.grammar.naming import TOPOGRAPHIC, is_unit, proper_parts
from projects.grammar.routes import home_of, is_abbreviation, places_in
from projects.grammar.sentences import is_line_name, is_line_number
from projects.grammar.subjects import TOPICS, Context
from projects.status import tail_class

if TYPE_CHECKING:
    from geo.gazetteer import Place

__all__ = ["ContextReader"]


class ContextReader(ClauseReader):
    """Resolves what a member does not say itself."""

    def _resolve_head(self, member: Member, group: Group, context: Context, flags: list[str]) -> None:
        """Give a head to a member without one, and a mode to a head without one, from the list, sentence or topic."""
        heads = default_lexicon().heads
        at = next((i for i, m in enumerate(group.members) if m is member), 0)
        near = [*reversed(group.members[:at]), *group.members[at:]]  # the one before tells more than the one behind
        siblings = [m.head.mode for m in near if m.head is not None and m.head.mode not in {"", "none", "other"}]
        if member.head is None or "facility" not in member.head.flags:
            siblings = [s for s in siblings if s != "airport"]  # a line is no airport
        mode = siblings[0] if siblings else (context.sentence_mode or context.sentence_topic or context.topic)
        beside = [m.head.mode for m in group.members if m.head is not None and m.head.mode]
        if not siblings and "other" in beside and member.head is not None and not member.head.mode:
            member.head = None  # 供水工程干线和甲支线: a pipe
            return
        at_ends = member.head is not None and member.head.kind in POINTS and JOINED.search(member.core)
        # 西安至韩城、阎良至机场: an airport at an end is no topic
        spoken = next((t for t in (context.sentence_topic, context.topic) if t in {Mode.RAIL, Mode.HIGHWAY}), None)
        if member.head is None and mode == Mode.AIRPORT and JOINED.search(member.stem):
            mode = spoken
        if at_ends and not member.suffix and spoken is not None:
            mode = spoken
            member.head, member.head_text, member.stem = None, "", member.core  # 北客站至机场: a line
        if member.brackets and (member.head is None or not member.head.mode):
            inner = [
                m.head.mode
                for inside, at in member.brackets
                if "、" in inside or not re.search(TO, inside)  # (甲至乙港) names the ends
                for g in read_list(inside, at)
                for m in g.members
                if m.head is not None
            ]
            mode = next((x for x in inner if x and x != "none"), mode)
        default = {"rail": "铁路", "highway": "高速公路", "waterway": "航道", "energy": "天然气管道"}
        if member.head is None:
            label = context.label_member.head if context.label_member is not None else None
            if label is not None and "facility" in label.flags and _may_be_labelled(member, group, label, context):
                member.head, member.head_text, member.suffix = label, label.word, label.word
                return
            if context.label_member is not None and label is not None and is_line_name(member.stem):
                member.head, member.head_text = context.label_member.head, context.label_member.head_text
                member.suffix = member.head_text
                return
            if "扩机" in member.works and proper_parts(member.stem):
                member.head, member.head_text = heads["水电站"], ""
                return
            if {"渠化", "渠化整治", "整治渠化"} & set(member.works) and re.search(
                r"[江河水]$", bracketless(member.stem)
            ):
                member.head, member.head_text = heads["航道"], ""
                member.suffix = "航道" if len(member.core) < 3 and not member.brackets else ""
                return
            river = re.search(r"[江河水淮]干流$", bracketless(member.stem))
            if mode == Mode.WATERWAY and river and {"整治", "航道整治", "治理"} & set(member.works):
                member.head, member.head_text = heads["航道"], ""  # where ships are spoken of; else it is flood works
                return
            if "复航" in member.works and proper_parts(member.stem):
                member.head, member.head_text = heads["航道"], ""
                return
            placed = is_unit(member.stem) and (member.works or member.phase or group.open)
            if placed and mode == Mode.AIRPORT and context.topic == Mode.AIRPORT:
                member.head, member.head_text, member.suffix = heads["机场"], "机场", "机场"  # 阜阳改扩建、安庆迁建
                return
            road = re.match(r"[\u4e00-\u9fff]{2}线.+段$", member.stem + member.section)
            if mode == Mode.HIGHWAY and road and is_abbreviation(road[0][:2]):
                member.head, member.head_text = heads["公路"], ""  # 京哈线昌图绕城段
                return
            line = is_line_number(member.stem)
            if member.core.endswith("\ufffd") and mode == Mode.WATERWAY and proper_parts(member.stem.strip("\ufffd")):
                member.head, member.head_text = heads["港"], ""  # the head itself is broken: the topic tells the mode
                flags.append("mode_from_context")
                return
            if mode == Mode.WATERWAY and line:
                member.head, member.head_text = heads["航道"], ""
                return
            if mode is None or str(mode) not in default or not (is_line_name(member.stem) or line):
                return
            if not (
                siblings
                or context.sentence_mode
                or (
                    (context.sentence_topic or context.topic)
                    and (member.works or group.open or member.section or _is_route(member, group))
                )
            ):
                return
            head = heads[default[str(mode)]]
            if (
                context.last is not None
                and context.last.head is not None
                and context.last.head.mode == str(mode)
                and "line" in context.last.head.flags
                and not siblings
            ):
                head = context.last.head
            member.head, member.head_text = head, head.word
            if not line:
                member.suffix = head.word if not member.section and not member.stem.endswith("段") else ""
            member.trace.append(f"方式从上下文:{head.word}")
            flags.append("mode_from_context")
        elif not member.head.mode:
            told = [m for m, pattern in TOPICS if m != Mode.AIRPORT and pattern.search(member.core)]
            if member.head.word == "枢纽" and any(
                re.search(r"^[\u4e00-\u9fff]{1,2}[江河水].", m.core) for m in group.members
            ):
                told = [Mode.WATERWAY]  # 汉江雅口枢纽
            if len(told) == 1:
                mode = told[0]
            if member.head.word == "通道" and mode in {None, Mode.AIRPORT}:
                mode = Mode.HIGHWAY  # 甲乙通道 by itself is a road's crossing
            if mode is None:
                member.head = None
                return
            if member.head.word == "枢纽" and mode != Mode.WATERWAY:
                member.head = None
                return
            base = {"rail": "铁路", "highway": "高速公路", "waterway": "航道", "airport": "机场"}.get(str(mode))
            if member.head.word == "枢纽":
                base = "航电枢纽"
            if base is None:
                base = (
                    "天然气管道"
                    if re.search(r"气|LNG|油", self.text) and not re.search("电|千伏", member.core)
                    else "输电线路"
                )
            if member.head.word == "电网":
                base = "输电线路"
            weak = member.head
            member.head = replace(heads[base], flags=frozenset({"facility"}), word=weak.word)
            member.trace.append(f"“{weak.word}”的方式从上下文:{mode}")

    def _lean(self, member: Member, context: Context) -> bool:
        """Name a member that has no name after what stands before it."""
        if context.last is not None and context.last.head is not None and member.core_start == 0:
            before = self.text[max(0, member.start - 3) : member.start]
            joined = before.endswith(("及其", "及", "和", "以及"))
            if member.phase and (member.head is None or member.head.mode == context.last.head.mode) and joined:
                lean_on(member, context.last, context.last_name)
                return True
            counted = re.match(r"[\d一二三四五六七八九十两]+[座个条项处]", member.core)
            component = member.head is not None and not member.suffix and not counted and not proper_parts(member.stem)
            part = member.head is not None and (
                member.head.kind in {"gas_pipeline", "civil_airport", "line_part"}
                or "联络线" in member.core
                or "连接线" in member.core
                or "支线" in member.core
                or re.fullmatch(r"[东西南北]{1,2}环线", member.core) is not None
            )
            if component and part and before.endswith(("及其", "及")) and not before.endswith("以及"):
                lean_on(member, context.last, context.last_name)
                return True
            parts = ("跑道", "航站楼", "航站区", "飞行区", "货运区", "机坪", "连廊", "交通中心", "空管工程")
            joined = before.endswith(("和", "及", "、")) or member.core.startswith("机场")
            if component and joined and member.core.endswith(parts) and "机场" in context.last_name:
                member.prefix = re.split(r"(?<=机场)", context.last_name)[0].removesuffix(
                    "机场" if member.core.startswith("机场") else ""
                )
                member.trace.append(f"承前“{member.prefix}”")
                return True
            if re.fullmatch(r"[东西南北]{1,2}延(?:伸)?(?:线|段)?", member.core) and before.endswith(("、", "和", "及")):
                last = context.last
                member.prefix = last.prefix + last.stem + last.head_text
                member.head, member.head_text = last.head, last.head_text
                return bool(member.prefix)
            if component and member.head_text and LINE_NUMBER.fullmatch(member.head_text):
                before_stem = context.last.prefix + context.last.stem
                if context.last.head.mode == "rail" and before_stem:
                    member.prefix = before_stem
                    return True
        facility = member.head is not None and "facility" in member.head.flags
        if member.phase and facility and len(member.head_text) >= 2 and not member.stem:
            # 加快机场二期建设: the airport that the passage named last.
            pattern = re.compile(rf"([\u4e00-\u9fff]{{2,10}}?){member.head_text}")
            text = self.text[max(0, member.start - 2000) : member.start]
            best = ""
            for m in pattern.finditer(text):
                stem = re.split(r"[的和与及、]|完成|提升|建设|推进|支持|加快|打造|以", m[1])[-1]
                if proper_parts(stem):
                    best = stem
            for heading in reversed(self.passage.headings):
                if not best and (m2 := pattern.search(heading)) and proper_parts(m2[1]):
                    best = m2[1]
            if not best and context.last_name.endswith(member.head_text):
                best = context.last_name.removesuffix(member.head_text)
            if best:
                member.prefix = best
                member.trace.append(f"承前“{best}{member.head_text}”")
                return True
        home = home_of(self.home)
        airport = facility and member.head is not None and member.head.kind == "civil_airport"
        if airport and home is not None and not member.stem and (member.phase or member.works):
            if _is_city(home):  # a city's plan: 机场三期 is its airport's
                member.prefix = home.name
                member.trace.append(f"文件所在地“{home.name}”")
            return _is_city(home) or bool(member.phase)  # in a province's the text does not say whose
        return False


def _is_city(place: Place) -> bool:
    """Whether a plan's unit is one that an airport can be meant by: a city or county, no province."""
    return place.level in {"prefecture", "county"} or place.name in {"北京", "上海", "天津", "重庆"}


def _may_be_labelled(member: Member, group: Group, label: Head, context: Context) -> bool:
    """Whether a bare name is one of the facilities that a label tells of (抽水蓄能:续建甲、开工乙二期)."""
    stem = bracketless(member.stem)
    here = places_in(stem)
    placed = (bool(here) and here[0][0] == 0) or is_unit(stem[:2]) or is_unit(stem)
    if not proper_parts(stem) and not TOPOGRAPHIC.fullmatch(stem):
        return False
    if group.open:
        return True
    if context.label_passes:
        return placed and len(stem) <= 8
    free = label.mode == "energy" or label.kind == "general_airport"  # known by any name; ports and airports by a place
    return context.label_here and len(stem) <= 6 and (placed or free)


def _is_route(member: Member, group: Group) -> bool:
    """Whether a member joins places in a list of such, or before 项目 (开工甲至乙、丙至丁8个项目)."""
    told = any(tail_class(t) == "project" for t in group.tails)
    return JOINED.search(member.stem) is not None and (
        told or sum(bool(JOINED.search(m.core)) for m in group.members) > 1
    )
