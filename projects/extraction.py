"""
Mentions of projects in a plan: a grammar of the planners' language over vocabularies in ``projects/data``.

A clause is *verbs, list, words behind it* (加快推进 甲、乙等项目 前期工作) or *list, predicate* (甲、乙 开工建设). A list is cut
into members; each is read from its end, because Chinese names end in what they are: words of stage and work, section, head
noun, name. What stands behind 等, or in the last member, is shared. A member is a project where it is named and its head is
one of a mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.damage import damage_spots
from projects.documents import Document, Passage, parse_document
from projects.grammar.announcing import LONGEST_ITEM, opening_of
from projects.grammar.columns import table_rows
from projects.grammar.mentions import Mention
from projects.grammar.passage_reader import PassageReader
from projects.status import past_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.status import Governor

__all__ = ["Mention", "explain", "extract_mentions"]


def extract_mentions(document: Document) -> list[Mention]:
    """
    Find every mention of a project.

    Parameters
    ----------
    document : Document

    Returns
    -------
    list of Mention
        In order of the text; ``document.text[m.start:m.end] == m.quotation``.

    Examples
    --------
    >>> plan = parse_document("加快推进合新高铁、巢马城际等项目前期工作,力争早日开工建设。", region="合肥市")
    >>> [(m.name, m.status, "-".join(m.places)) for m in extract_mentions(plan)]
    [('合新高铁', 'preparatory', '合肥-新沂'), ('巢马城际', 'preparatory', '巢湖-马鞍山')]
    """
    return [mention for passage in _walk(document) for mention in passage[1]]


def _walk(document: Document) -> Iterator[tuple[Passage, list[Mention], list[str]]]:
    texts = [(p.headings, document.simplified[p.start : p.end]) for p in document.passages]
    past = past_passages(texts)
    spots = damage_spots(document)
    rows = table_rows(document)
    opening: Governor | None = None
    for number, (passage, told) in enumerate(zip(document.passages, past, strict=True)):
        if number in rows and rows[number] is None:
            yield passage, [], []  # headings of columns
            continue
        damage = [spot for spot in spots if spot[0] < passage.end and spot[1] > passage.start] if spots else []
        item = passage.end - passage.start <= LONGEST_ITEM
        reader = PassageReader(document, passage, told, damage, rows.get(number), opening if item else None)
        mentions = reader.read()
        yield passage, mentions, reader.notes
        opens = None if mentions else opening_of(document.simplified, passage.start, passage.end)
        opening = opens or (opening if item else None)


def explain(text: str, *, region: str = "") -> str:
    """
    Tell how each project and stage of a text was read.

    Parameters
    ----------
    text : str
        A sentence or more.
    region : str
        Unit that the plan is for, as context of 简称.

    Returns
    -------
    str
        One paragraph per mention, and what was not taken and why. Chinese.
    """
    document = parse_document(text, document="text", **({"region": region} if region else {}))
    lines: list[str] = []
    for passage, mentions, notes in _walk(document):
        for m in mentions:
            lines.append(f"{m.name}  [{m.start}–{m.end} “{m.quotation}”]")
            lines.append(
                f"  方式 {m.mode}/{m.kind}  建设性质 {m.work}  阶段 {m.status}  地点 {'-'.join(m.places) or '—'}"
            )
            lines.extend(f"  {step}" for step in m.trace)
            if m.flags:
                lines.append(f"  存疑 {'、'.join(m.flags)}")
        lines.extend(f"未取 {note}" for note in notes)
        if not mentions and not notes:
            lines.append(f"未取 {document.simplified[passage.start : passage.end][:30]}:没有可读成项目的词")
    return "\n".join(lines)
