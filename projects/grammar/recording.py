"""
Recording: groups of members become mentions, each with its stage, work, mode, kind and places.

See :mod:`projects.grammar.groups` for what members share and :mod:`projects.status` for stages.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.facts import kind_of, work_of
from projects.grammar.lists import read_list
from projects.grammar.mentions import Mention
from projects.grammar.naming import is_named, second_name
from projects.grammar.places import places_of
from projects.grammar.quoting import QuotingReader
from projects.grammar.sentences import stage_label
from projects.status import Governor, is_halted, stage_of, tail_class

if TYPE_CHECKING:
    from projects.grammar.groups import Group
    from projects.grammar.names import Member
    from projects.grammar.subjects import Context

__all__ = ["RecordingReader"]


class RecordingReader(QuotingReader):
    """Turns groups of members into mentions."""

    lead: str
    mentions: list[Mention]

    def _groups(self, groups: list[Group], governor: Governor, context: Context) -> None:
        """Turn groups into mentions; predicates inside the list (甲建设、乙通水) govern the members before them."""
        if not groups:
            return
        if not governor.verbs and context.carried is not None:
            governor = replace(context.carried, tails=())
        elif not governor.verbs and context.enumerated and context.announced is not None:
            governor = context.announced
            for group in groups:
                group.tails += [t for t in governor.tails if t not in group.tails]
        said = False
        clause_tails = [t for g in groups[-1:] for t in g.tails]
        if groups[-1].members:
            last = groups[-1].members[-1]
            if not groups[-1].open:
                clause_tails = clause_tails or list(last.tails)
        for group in groups:
            for inside, _ in group.members[-1].brackets if group.members else ():
                if inside.startswith("均"):  # 甲、乙(均为续建)
                    group.label = stage_label(re.sub("^均为?", "", inside)) or group.label
        for index, group in enumerate(groups):
            own = list(group.tails) + ([] if index == len(groups) - 1 else clause_tails)
            if group.rejected:
                self.notes.append(f"{''.join(m.text for m in group.members)[:30]}:{group.rejected}")
                continue
            if self._contaminated(group):
                continue
            tails_of = _member_tails(group, own, bool(governor.verbs))
            for member, tails in zip(group.members, tails_of, strict=True):
                bound = replace(
                    governor,
                    tails=tuple(tails),
                    works=tuple(group.works or member.works),
                    stage_works=tuple(w for m in group.members[-1:] for w in m.works),
                    label=group.label or governor.label,
                )
                said = self._member(member, group, bound, context) or said
        if said:
            context.carried = replace(governor, tails=tuple(clause_tails))
        elif not governor.verbs:
            context.carried = None

    def _member(self, member: Member, group: Group, governor: Governor, context: Context) -> bool:
        if (
            "raise" in governor.roles
            and not any(tail_class(t) == "function" for t in governor.tails)
            and not governor.works
        ):
            return False
        if (
            "do" in governor.roles
            and not any(
                tail_class(t) in {"preparatory", "proposed", "building", "starting", "complete", "build"}
                for t in governor.tails
            )
            and not governor.works
        ):
            return False
        if "draft" in governor.roles and "建设方案" not in governor.tails:
            return False
        for inside, _ in member.brackets:  # 甲高速(在建)、乙高速(规划)
            if label := stage_label(re.sub(r"^(?:均为|均|已|拟)", "", inside)):
                governor = Governor(works=governor.works, label=label, past=governor.past)
        flags: list[str] = []
        self._resolve_head(member, group, context, flags)
        if member.head is None or member.head.mode == "none":
            return False
        other = second_name(member, member.head.mode)
        if not self._named(member, group) and not member.prefix and not self._lean(member, context):
            if other is not None:  # 四桥(泰山路过江通道)
                other.works, other.tails = list(member.works), list(member.tails)
                return self._member(other, group, governor, context)
            self.notes.append(f"{member.text[:24]}:没有专名")
            return False
        mode = member.head.mode or (context.sentence_mode or context.topic or "")
        if not mode:
            return False
        mode = str(Mode(mode).value)
        name = self._name(member)
        if len(name) > 60 or len(name) < 3:
            return False
        work = work_of(member, governor)
        status, rule = stage_of(governor)
        kind = kind_of(member, name, mode, work, high_speed=context.high_speed)
        reading, places = places_of(member, name, mode, self.document.region)
        if reading is not None and reading.alternatives:
            flags += ["ambiguous_place", "places:" + "/".join(("-".join(places), *reading.alternatives))]
        elif not places and (
            ("line" in member.head.flags and re.fullmatch("[^沿]{2,4}", member.stem))
            or (mode == Mode.AIRPORT.value and not (member.stem or member.prefix))
        ):
            flags.append("unknown_place")
        flags += self._damage(member)
        if is_halted(governor):
            flags.append("halted")
        start, end = self._span(member)
        if member.head.mode not in {"other", ""}:
            context.last, context.last_name = member, name
            context.sentence_mode = Mode(mode)
        alias = [member.core] if member.suffix or member.prefix else []
        alias += [inside[1:] for inside, _ in member.brackets if inside.startswith("即")] + (
            [other.core] if other is not None else []
        )
        words = "".join(governor.verbs) + ("…" if governor.tails and governor.verbs else "") + "".join(governor.tails)
        trace = (
            f"动词 {'、'.join(governor.verbs) or '无'}({'、'.join(governor.roles)})",
            f"其后 {'、'.join(governor.tails) or '无'}",
            *member.trace,
            f"中心词 {member.head_text or member.head.word} → {mode}/{kind}",
            f"阶段 {status.value}:{rule}",
        )
        year = self._year(member)
        self.mentions.append(
            Mention(
                document=self.document.document,
                clause=self.passage.clause,
                start=start,
                end=end,
                quotation=self.document.text[start:end],
                name=name,
                aliases=tuple(dict.fromkeys(x for x in alias if x and x != name and len(x) > 1)),
                mode=mode,
                kind=kind,
                work=work,
                status=status.value,
                status_text=words,
                places=places,
                section=member.section,
                lead=self.lead,
                opening_year=year,
                flags=tuple(dict.fromkeys(flags)),
                trace=trace,
                stem=member.prefix + member.stem,
                phase=member.phase,
            )
        )
        for inside, at in member.brackets:
            self._components(inside, at, governor, context)
        return True

    def _components(self, inside: str, at: int, governor: Governor, context: Context) -> None:
        """Read what brackets hold: 合裕线扩能改造(巢湖一线船闸改建、裕溪河一线船闸改建)."""
        if not re.search(r"改建|扩建|建设|工程|项目|改造", inside) and "、" not in inside:
            return
        for group in read_list(inside, at):
            for component in group.members:
                if component.head is not None and component.head.mode != "none" and is_named(component):
                    self._member(component, group, replace(governor, works=tuple(component.works)), context)


def _member_tails(group: Group, own: list[str], governed: bool) -> list[list[str]]:
    """Words behind each member: its own, else (without verb) those of the next member that has some, and the group's."""
    out: list[list[str]] = []
    carried: list[str] = []
    for index in range(len(group.members) - 1, -1, -1):
        member = group.members[index]
        stages = [t for t in member.tails if tail_class(t) not in {"project", "open", "future"}]
        if stages and not group.open:
            carried = list(member.tails)
        tails = carried if (carried and not governed) else list(member.tails)
        extra = own if not (carried and not governed) else []
        out.insert(0, [*tails, *[t for t in extra if t not in tails]])
    return out
