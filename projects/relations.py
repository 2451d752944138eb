"""
Projects that belong together without being named alike.

Lines of one kind on one corridor (宁马 and 宁芜), and names broken in publishing that a sound name elsewhere completes.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING

from geo.gazetteer import default_gazetteer
from projects.grammar.routes import distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.gazetteer import Place
    from projects.grammar.mentions import Mention

__all__ = ["related_lines", "repaired_name"]

REACH_KM = 15.0
"""How far an end may lie off the other line's polyline of places: towns on one valley or river bank are nearer."""
SHARE = 0.4
"""A line shorter than this share of the other is a local line of the same region, not the same corridor's."""

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
