"""
Projects that belong together without being named alike.

Lines of one kind on one corridor (宁马 and 宁芜), and names broken in publishing that a sound name elsewhere completes.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.routes import distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.gazetteer import Place
    from projects.grammar.mentions import Mention

__all__ = ["abbreviates", "branches", "related_lines", "repaired_name", "settled_places"]

REACH_KM = 15.0
"""How far an end may lie off the other line's polyline of places: towns on one valley or river bank are nearer."""
SHARE = 0.4
"""A line shorter than this share of the other is a local line of the same region, not the same corridor's."""

READINGS = "places:"
"""Flag that lists the readings of an ambiguous short name."""

BROKEN = re.compile(r"[\ufffd\ue000-\uf8ff?€]+(?:[\u0080-\uffff][\ufffd\ue000-\uf8ff?€]+)?")
"""A run of marks of wrong decoding, with one stray character between two of them."""


def related_lines(lines: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """
    Pairs of lines of one kind where both ends of one lie on the other.

    Parameters
    ----------
    lines : mapping of id to (kind, places in order)
        Lines with fewer than two known places are passed over.

    Returns
    -------
    dict of id to sorted list of ids
        Both ways round; ids without a relation are absent.

    Examples
    --------
    >>> related_lines({"a": ("expressway", ["南京", "马鞍山"]), "b": ("expressway", ["南京", "芜湖"])})
    {'a': ['b'], 'b': ['a']}
    """
    courses = {key: (kind, _course(places)) for key, (kind, places) in lines.items()}
    out: dict[str, list[str]] = {}
    kinds = sorted({kind for kind, _ in courses.values()})
    pairs = (
        pair
        for kind in kinds
        for pair in itertools.combinations(
            [(k, c) for k, (own, c) in sorted(courses.items(), key=lambda e: e[0]) if own == kind and len(c) > 1], 2
        )
    )
    for (one, a), (two, b) in pairs:
        if {p.place_id for p in a} == {p.place_id for p in b}:
            continue
        short, long = sorted((a, b), key=_length_km)
        if _length_km(short) < SHARE * _length_km(long):
            continue
        if all(_off_km(end, long) <= REACH_KM for end in (short[0], short[-1])):
            out.setdefault(one, []).append(two)
            out.setdefault(two, []).append(one)
    return {key: sorted(ids) for key, ids in out.items()}


BRANCH = re.compile(r"联络线|连接线|支线|配套管[线道]|外输管道")
"""Sections that leave their trunk: a row of their own, which belongs to the trunk's."""
CARGO = re.compile(r"(?:天然气|油气|输气|成品油|输油)$")
"""What a pipeline carries, in one name before the head and in another part of it (苏皖天然气…, 苏皖…天然气管道)."""


def branches(lines: Mapping[str, tuple[str, str, str]]) -> dict[str, str]:
    """
    Trunk of each branch, where one row is the line and another its branch: 苏皖天然气合肥联络线 and 苏皖天然气管道.

    Parameters
    ----------
    lines : mapping of id to (mode, stem, section)
        Stem is the name before the head noun.

    Returns
    -------
    dict of branch's id to trunk's id
        Only where exactly one trunk has the stem.

    Examples
    --------
    >>> branches({"a": ("energy", "苏皖天然气", "合肥联络线"), "b": ("energy", "苏皖", "")})
    {'a': 'b'}
    """
    trunks: dict[tuple[str, str], list[str]] = {}
    for key, (mode, stem, section) in lines.items():
        if stem and not section:
            trunks.setdefault((mode, CARGO.sub("", stem)), []).append(key)
    out = {}
    for key, (mode, stem, section) in lines.items():
        found = trunks.get((mode, CARGO.sub("", stem)), []) if BRANCH.search(section) else []
        if len(found) == 1 and found[0] != key:
            out[key] = found[0]
    return out


@functools.lru_cache(maxsize=100_000)
def abbreviates(short: str, places: tuple[str, ...]) -> bool:
    """
    Whether each character of a short name stands for one of the places, in order (芜宣 for 芜湖, 宣城).

    Examples
    --------
    >>> abbreviates("芜宣", ("芜湖", "宣城")), abbreviates("芜合", ("芜湖", "宣城"))
    (True, False)
    """
    if len(short) != len(places) or len(places) < 2:
        return False
    found = [default_gazetteer().lookup(place, kinds={"division"})[:1] for place in places]
    return all(
        units and (char in units[0].name or char in units[0].abbreviations)
        for char, units in zip(short, found, strict=True)
    )


def repaired_name(mention: Mention, sound: Iterable[str]) -> str:
    """
    Name of a mention with broken characters, where exactly one sound name of the same mode completes it.

    Parameters
    ----------
    mention : Mention
    sound : iterable of str
        Names without doubt, of the mention's mode.

    Returns
    -------
    str
        Empty where none or several do: then nothing is certain.
    """
    if "damaged" not in mention.flags or not BROKEN.search(mention.name):
        return ""
    parts = BROKEN.split(mention.name)
    if sum(len(part) for part in parts) < 4:
        return ""  # three sound characters would complete to anything
    pattern = re.compile(".{1,4}".join(re.escape(part) for part in parts))
    found = {name for name in sound if pattern.fullmatch(name)}
    return found.pop() if len(found) == 1 else ""


def settled_places(mentions: Sequence[Mention]) -> list[Mention]:
    """
    Settle short names of several readings by what is said of the same line elsewhere.

    A line that is spelled out decides (宣商 by 宣城—商城), then a mention whose plan leaves no doubt (合新 in a plan of 江苏).
    Mentions of one short name whose doubt remains take the first reading that all of them share, so that they stay one line.

    Parameters
    ----------
    mentions : sequence of Mention
        Of all documents that are read together.

    Returns
    -------
    list of Mention, in the same order
        Settled ones are ambiguous no more.
    """
    spelled = {
        (m.mode, ends)
        for m in mentions
        if len(m.places) > 1 and all(place in m.name for place in m.places)
        for ends in (m.places, m.places[::-1])
    }
    readings = [_readings(m) for m in mentions]
    certain: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    doubtful: dict[tuple[str, str], list[list[tuple[str, ...]]]] = {}
    for m, read in zip(mentions, readings, strict=True):
        if read:
            doubtful.setdefault((m.mode, m.stem), []).append(read)
        elif len(m.places) > 1 and m.stem:
            certain.setdefault((m.mode, m.stem), set()).add(m.places)
    out = []
    for m, read in zip(mentions, readings, strict=True):
        if not read:
            out.append(m)
            continue
        line = (m.mode, m.stem)
        found = [reading for reading in read if (m.mode, reading) in spelled] or [
            reading for reading in read if reading in certain.get(line, set())
        ]
        if len(found) == 1:
            kept = tuple(flag for flag in m.flags if flag != "ambiguous_place" and not flag.startswith(READINGS))
            told = f"地点据他处 {'—'.join(found[0])}"
            out.append(replace(m, places=found[0], flags=kept, trace=(*m.trace, told)))
            continue
        shared = next((reading for reading in read if all(reading in other for other in doubtful[line])), m.places)
        out.append(replace(m, places=shared) if shared != m.places else m)
    return out


def _readings(mention: Mention) -> list[tuple[str, ...]]:
    told = next((flag for flag in mention.flags if flag.startswith(READINGS)), "")
    return [tuple(reading.split("-")) for reading in told.removeprefix(READINGS).split("/")] if told else []


def _course(places: Sequence[str]) -> list[Place]:
    gazetteer = default_gazetteer()
    found = [gazetteer.lookup(place)[:1] for place in places]
    return [f[0] for f in found if f]


def _length_km(course: Sequence[Place]) -> float:
    return sum(distance_km(a, b) for a, b in itertools.pairwise(course))


def _off_km(place: Place, course: Sequence[Place]) -> float:
    """Distance of a place from a polyline in a plane at its latitude; good to a km over a province."""
    scale = math.cos(math.radians(place.lat))
    best = math.inf
    for a, b in itertools.pairwise(course):
        ax, ay = (a.lon - place.lon) * scale, a.lat - place.lat
        bx, by = (b.lon - place.lon) * scale, b.lat - place.lat
        dx, dy = bx - ax, by - ay
        size = dx * dx + dy * dy
        share = 0.0 if size == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / size))
        best = min(best, math.hypot(ax + share * dx, ay + share * dy))
    return best * 111.2  # km per degree of a great circle
