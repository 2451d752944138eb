"""
Announcements: what a list was said to be before it begins (今年新开工18项重点工程。这18项工程分别是:…, 确保建成的项目包括…).

The verbs of an announcement govern the list as verbs of its own clause would.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from layers.schema import Mode
from projects.grammar.lexicon import default_lexicon
from projects.grammar.lists import read_list
from projects.grammar.names import parse_member
from projects.grammar.naming import is_named, proper_parts
from projects.grammar.sentences import stage_label
from projects.grammar.tables import TableReader
from projects.grammar.tails import TIME
from projects.status import Governor

if TYPE_CHECKING:
    from projects.grammar.subjects import Context

__all__ = ["REFERS_BACK", "AnnouncingReader", "announced", "opening_of", "verbs_before_of"]

REFERS_BACK = re.compile(
    r"(?:其中,?)?(?:(?:这些|上述|以上|[\d一二三四五六七八九十]+[个项])[^,。;:、]{0,16}(?:工程|项目)"
    r"|(?:这|上述|以上)[\d一二三四五六七八九十两]+[个项条座处大])"
)
"""Opens a list of what an earlier sentence has counted."""
FAR_BACK = 400
"""Characters before a list in which what it enumerates (这些工程主要是:) may be announced."""
ANNOUNCEMENT = re.compile(
    r"(?P<verb>安排(?:了|实施)?|新开工|开工建设|开工|续建|建成投产|建成通车|规划建设|谋划建设|谋划|加快推进|加快建设|在建)(?:的|了)?"
    r"[^,。;:、]{0,24}?(?:一批|\d+[个项条座]|[一二三四五六七八九十]+[个项条座大]|重[大点])[^,。;:、]{0,12}(?:工程|项目|公路|铁路|\d+[个项])"
)
COUNTED = re.compile(r"\d+[个项条](?P<stage>新开工|续建|在建|拟建|前期|储备|谋划)(?:类)?(?:重点|重大)?(?:项目|工程)")
"""在96个新开工项目中,…主要包括."""
ANNOUNCED_ROLES = {
    "新开工": "start", "开工建设": "start", "开工": "start", "续建": "fast", "在建": "fast", "加快推进": "fast", "加快建设": "fast",
    "建成投产": "complete", "建成通车": "complete", "规划建设": "plan", "谋划建设": "plan", "谋划": "plan",
}  # fmt: skip
OF = re.compile(
    r"(?P<words>[^。;:、的]{2,30}?)的(?P<what>[^。;:]{0,28}?)(?:还|主要)?(?:分别)?(?:(?:包括|有|为|是),?:?|:)$"
)
"""确保建成的12个项目包括: verbs before 的, what they are said of, and a word that opens the list."""
ATTRIBUTE = re.compile(
    r"(?:其中)?(?:主要)?(?:还)?(?:包括|含)?(?P<words>[^,。;:、的]{2,14})的(?=[\u4e00-\u9fffA-Z\d“]{3})"
)
"""年内将开工的(甲枢纽)."""
FOCUS = re.compile(r"以([^,。;]{3,80})为(?:重点|重中之重)")
"""以甲港、乙港为重点,"""
STAGE_ROLES = {"fast", "start", "plan", "complete", "prepare", "push", "halt"}
STAGE_OF_TAIL = {"preparatory": "前期工作", "proposed": "规划", "starting": "开工"}
"""Label of a stage for classes of words behind verbs."""
LONGEST_STAGE = 10
"""Characters of a line that is no more than a stage."""
LONGEST_ITEM = 120
"""Characters of a paragraph that is an item of a list announced by the paragraph before."""


def verbs_before_of(words: str, *, whole: bool = False) -> Governor | None:
    """
    Governor that words before 的 make, where they end in verbs of stage: (今年)计划开工(的项目); None where they do not.

    Parameters
    ----------
    words : str
    whole : bool
        Whether nothing else may stand before the verbs.

    Examples
    --------
    >>> verbs_before_of("今年某省将确保建成").roles, verbs_before_of("连接甲乙两市")
    (('future', 'complete'), None)
    """
    table, tails = default_lexicon().verbs, default_lexicon().tails
    for begin in range(1 if whole else len(words) - 1):
        verbs: list[str] = []
        roles: list[str] = []
        at = begin
        while at < len(words):
            if (m := TIME.match(words, at)) and m.end() > at:
                at = m.end()
                continue
            word = table.at(words, at)
            tail = tails.at(words, at)
            if not word and roles and tail and at + len(tail) == len(words) and tails[tail] in STAGE_OF_TAIL:
                return Governor(label=STAGE_OF_TAIL[tails[tail]])  # 加快推进前期工作(的项目)
            if not word or table[word] in {"none", "preposition"}:
                break
            roles += [table[word]] if table[word] != "adverb" else (["done"] if word in {"已", "已经"} else [])
            roles += ["future"] if word in {"将", "即将", "还将"} and table[word] == "adverb" else []
            verbs += [word] if table[word] != "adverb" else []
            at += len(word)
        if at == len(words) and set(roles) & STAGE_ROLES:
            return Governor(tuple(verbs), tuple(roles))
    return None


def announced(text: str) -> Governor | None:
    """
    Governor of a list that the words before it announce: 今年将开工一批重大工程。这些工程主要是:甲、乙.

    Parameters
    ----------
    text : str
        What stands before the list, the nearest words last.

    Returns
    -------
    Governor or None
        That of the last announcement.

    Examples
    --------
    >>> announced("2016年国家新开工西部大开发重点工程30项,投资7438亿元。").roles
    ('start',)
    >>> announced("今年确保建成的12个项目包括").roles
    ('complete',)
    """
    if (m := OF.match(re.split(r"[。;,](?=[^。;,]*的)", text)[-1])) and (
        told := verbs_before_of(m["words"])
    ) is not None:
        return told
    found = list(ANNOUNCEMENT.finditer(text))
    counted = list(COUNTED.finditer(text))
    if counted and (not found or found[-1].start() < counted[-1].start()):
        return Governor(label=counted[-1]["stage"])
    return Governor((found[-1]["verb"],), (ANNOUNCED_ROLES.get(found[-1]["verb"], "future"),)) if found else None


def opening_of(text: str, start: int, end: int) -> Governor | None:
    """
    Governor of the items below a paragraph that ends in a colon (续建项目:, 这十大工程分别是:); None where it announces none.

    Parameters
    ----------
    text : str
        The document, simplified.
    start, end : int
        The paragraph's span.
    """
    said = re.sub("^[①-⑳●◆■▲★※]+", "", "".join(text[start:end].split()))
    if len(said) <= LONGEST_STAGE and (label := stage_label(said)):
        return Governor(label=label)  # 续建项目, on a line of its own
    if not said.endswith(":") or len(said) > LONGEST_ITEM:
        return None
    if label := stage_label(said[:-1]):
        return Governor(label=label)
    last = re.split(r"[。;]", said[:-1])[-1]
    if REFERS_BACK.match(last):
        return announced("".join(text[max(0, start - FAR_BACK) : end].split()))
    return announced(last) if re.search(r"的|以下|如下|下列", last) else None


class AnnouncingReader(TableReader):
    """Knows what a list was announced as."""

    def _announced_here(self, a: int, b: int, context: Context) -> bool:
        """Whether words before a list tell its stage and what it lists (新开工建设的高速公路包括:)."""
        told = announced(self.text[a:b]) if "的" in self.text[a:b] else None
        if told is None:
            return False
        context.enumerated, context.announced = True, replace(told, past=context.past)
        core = re.sub(r"(?:主要|还)?(?:包括|有|为|是)?:?$", "", self.text[a:b]).rpartition("的")[2]
        member = parse_member(core, a)
        if member.head is not None and member.head.mode not in {"", "none", "other"} and not proper_parts(member.stem):
            context.label_member, context.label_passes = member, True
            context.topic = Mode(member.head.mode)
        return True

    def _told_of(self, a: int, b: int) -> tuple[int, Governor | None]:
        """Pass over words of stage before a name ((包括)年内将开工的甲枢纽), which govern it."""
        m = ATTRIBUTE.match(self.text, a, b)
        told = verbs_before_of(m["words"], whole=True) if m else None
        if m is None or told is None:
            return a, None
        member = parse_member(re.split("[、和及与]", self.text[m.end() : b], maxsplit=1)[0][:60], m.end())
        named = member.head is not None and member.head.mode != "none" and is_named(member)
        return (m.end(), told) if named else (a, None)

    def _recall(self, a: int, b: int, context: Context) -> None:
        """Look up what an enumeration that opens from ``a`` to ``b`` was announced as: here, or sentences before."""
        if not context.enumerated or context.announced is not None or a >= b:
            return
        if self._announced_here(a, b, context):
            return
        far = FAR_BACK if REFERS_BACK.match(self.text, a, b) or self.text.startswith("其中", a, b) else 0
        stop = self.index[a]
        here = self.document.simplified.rfind("。", max(0, stop - FAR_BACK), stop) + 1
        told = announced(self.document.simplified[max(0, stop - far) if far else here : stop])
        context.announced = replace(told, past=context.past) if told else None

    def _focus(self, a: int, b: int, context: Context) -> bool:
        """Read 以甲港、乙港为重点, where the next clause says what is done to facilities of the kind (加快港口建设)."""
        m = FOCUS.match(self.text, a, b)
        if m is None or m.end() != b or self.text[b : b + 1] != ",":
            return False
        end = min((e for e in (self.text.find(c, b + 1) for c in ",。;") if e >= 0), default=len(self.text))
        governor, start, stop = self._verbs(b + 1, end, context)
        kind = parse_member(self.text[start:end], start)
        groups = read_list(m[1], m.start(1))
        members = [member for group in groups for member in group.members]
        if stop or not set(governor.roles) & {"push", "fast", "build"} or kind.head is None or not members:
            return False
        if all(x.head is not None and x.head.mode == kind.head.mode != "none" and self._named(x) for x in members):
            self._flush(context, ())
            self._groups(groups, Governor(verbs=governor.verbs, roles=("support",), past=context.past), context)
            return True
        return False
