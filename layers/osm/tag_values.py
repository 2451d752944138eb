"""
Values of tags as mappers write them: speeds, directions, names, years, voltages.

References
----------
https://wiki.openstreetmap.org/wiki/Key:maxspeed, https://wiki.openstreetmap.org/wiki/Key:oneway and
https://wiki.openstreetmap.org/wiki/Chinese_tagging_guidelines (read).
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from layers.lines import read_csv
from layers.osm.schema import Lifecycle, Oneway

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "direction",
    "duration_min",
    "english_name",
    "frequency_hz",
    "is_set",
    "level",
    "local_name",
    "opening_year",
    "reference",
    "speeds_km_h",
    "voltage_kv",
]

KM_PER_MILE = 1.609344
KM_PER_NAUTICAL_MILE = 1.852
SLOWEST_KM_H, FASTEST_KM_H = 1.0, 600.0
"""Beyond these a speed is a slip of the pen (a maglev in trial runs keeps below)."""

LONGEST_FERRY_MIN = 7 * 24 * 60.0
"""Beyond this a duration is a slip of the pen."""

_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$", re.IGNORECASE)
_UNIT = {"mph": KM_PER_MILE, "knots": KM_PER_NAUTICAL_MILE}
_DATE = re.compile(r"^(1[89]\d\d|2[01]\d\d)(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$")
_CJK = re.compile(r"[㐀-䶿一-鿿]")
_ISO_DURATION = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


@cache
def _speed_words() -> dict[str, float]:
    rows = read_csv("osm_speed_words.csv")
    return {str(w).casefold(): float(v) for w, v in zip(rows["word"], rows["speed_km_h"], strict=True)}


def speeds_km_h(value: str) -> list[float]:
    """
    Read a ``maxspeed``.

    Parameters
    ----------
    value : str

    Returns
    -------
    list of float
        Kilometres per hour, in the order written; none where there is no limit (``none``), it varies (``signals``), or the
        value cannot be read.

    Examples
    --------
    >>> speeds_km_h("60;80"), speeds_km_h("30 mph"), speeds_km_h("CN:urban"), speeds_km_h("none")
    ([60.0, 80.0], [48.28032], [50.0], [])
    """
    out = []
    for word in re.split(r"[;,|]", value):
        found = _SPEED.match(word.strip())
        if found:
            speed = float(found[1]) * _UNIT.get((found[2] or "").lower(), 1.0)
            if SLOWEST_KM_H <= speed <= FASTEST_KM_H:
                out.append(speed)
        elif word.strip().casefold() in _speed_words():
            out.append(_speed_words()[word.strip().casefold()])
    return out


def direction(tags: Mapping[str, str], *, implied: bool = False) -> Oneway:
    """
    Read in which direction a way may be used.

    Parameters
    ----------
    tags : mapping of str to str
    implied : bool
        Whether the class is one-way where nothing is mapped (motorways); roundabouts always are.

    Examples
    --------
    >>> direction({"oneway": "-1"}).value, direction({"junction": "roundabout"}).value, direction({}).value
    ('backward', 'forward', 'both')
    """
    value = (
        (tags.get("oneway:motor_vehicle") or tags.get("oneway:motorcar") or tags.get("oneway") or "").strip().lower()
    )
    if value in {"yes", "true", "1"}:
        return Oneway.FORWARD
    if value in {"-1", "reverse"}:
        return Oneway.BACKWARD
    if value in {"reversible", "alternating"}:
        return Oneway.REVERSIBLE if value == "reversible" else Oneway.BOTH
    if value in {"no", "false", "0"}:
        return Oneway.BOTH
    if implied or tags.get("junction") in {"roundabout", "circular"}:
        return Oneway.FORWARD
    return Oneway.BOTH


def local_name(tags: Mapping[str, str], lifecycle: Lifecycle = Lifecycle.IN_USE) -> str:
    """
    Return the Chinese name where there is one, else the name as mapped; behind a prefix where the object is not in use.

    Examples
    --------
    >>> local_name({"name": "Hefei", "name:zh": "合肥"}), local_name({"construction:name": "合新高铁"}, Lifecycle.CONSTRUCTION)
    ('合肥', '合新高铁')
    """
    name = tags.get("name", "")
    if name and _CJK.search(name):
        return name.strip()
    for key in ("name:zh", "name:zh-Hans", "name:zh-CN", "name", "official_name:zh", "alt_name", "official_name"):
        if tags.get(key, "").strip():
            return tags[key].strip()
    return _staged(tags, lifecycle, "name")


def english_name(tags: Mapping[str, str]) -> str:
    """Return the English name, or the name as mapped where it is in Latin letters."""
    for key in ("name:en", "int_name", "official_name:en"):
        if tags.get(key, "").strip():
            return tags[key].strip()
    name = tags.get("name", "").strip()
    return name if name.isascii() else ""


def reference(tags: Mapping[str, str], lifecycle: Lifecycle = Lifecycle.IN_USE) -> str:
    """Return the number of a road or line, or the codes of an airport."""
    for key in ("ref", "nat_ref", "railway:ref", "icao", "iata"):
        if tags.get(key, "").strip():
            return tags[key].strip()
    return _staged(tags, lifecycle, "ref")


def _staged(tags: Mapping[str, str], lifecycle: Lifecycle, key: str) -> str:
    """Return the value of a key behind the prefix of a stage."""
    return tags.get(f"{lifecycle.value}:{key}", "").strip() if lifecycle is not Lifecycle.IN_USE else ""


def opening_year(tags: Mapping[str, str], lifecycle: Lifecycle) -> int | None:
    """
    Return the year of opening; None unless a full year is mapped (decades and "before 1950" are not years).

    Examples
    --------
    >>> opening_year({"start_date": "2008-08-01"}, Lifecycle.IN_USE), opening_year({"start_date": "1990s"}, Lifecycle.IN_USE)
    (2008, None)
    """
    keys = ["start_date", "opening_date"] if lifecycle is Lifecycle.IN_USE else ["opening_date", "start_date"]
    for key in (*keys, "construction:opening_date", "construction:start_date", "proposed:opening_date"):
        found = _DATE.match(tags.get(key, "").strip().replace("/", "-"))
        if found:
            return int(found[1])
    return None


def voltage_kv(tags: Mapping[str, str]) -> float:
    """
    Return the highest voltage, NaN where none is mapped.

    Examples
    --------
    >>> voltage_kv({"voltage": "220000;500000"}), voltage_kv({"voltage": "10 kV"})
    (500.0, 10.0)
    """
    found = []
    for word in re.split(r"[;,/]", tags.get("voltage", "")):
        number = re.match(r"^\s*(\d+(?:\.\d+)?)\s*(kv|v)?\s*$", word, re.IGNORECASE)
        if number:
            scale = 1.0 if (number[2] or "").lower() == "kv" else 1e-3
            found.append(float(number[1]) * scale)
    return max((kv for kv in found if 0.0 < kv <= 2_000.0), default=math.nan)


def frequency_hz(tags: Mapping[str, str]) -> float:
    """Return the frequency (0 is direct current), NaN where none is mapped."""
    try:
        return float(tags.get("frequency", "").split(";")[0])
    except ValueError:
        return math.nan


def level(tags: Mapping[str, str]) -> int:
    """Return ``layer`` as a whole number from -10 to 10, 0 where none is mapped or it cannot be read."""
    found = re.match(r"^\s*([+-]?\d{1,2})\s*(?:;.*)?$", tags.get("layer", ""))
    return max(-10, min(10, int(found[1]))) if found else 0


def is_set(tags: Mapping[str, str], key: str) -> bool:
    """Tell whether a key has a value other than ``no``."""
    return tags.get(key, "no").strip() not in {"no", ""}


def duration_min(value: str) -> float:
    """
    Read the ``duration`` of a ferry, NaN where it cannot be read.

    Examples
    --------
    >>> duration_min("01:30"), duration_min("20"), duration_min("PT1H5M"), duration_min("1:00:30")
    (90.0, 20.0, 65.0, 60.5)
    """
    minutes = _minutes(value.strip())
    return minutes if 0.0 < minutes <= LONGEST_FERRY_MIN else math.nan


def _minutes(word: str) -> float:
    found = _ISO_DURATION.match(word)
    if found and any(found.groups()):
        h, m, s = (int(part or 0) for part in found.groups())
        return 60.0 * h + m + s / 60.0
    parts = word.split(":")
    if not 1 <= len(parts) <= 3 or not all(part.strip().isdecimal() for part in parts):
        return math.nan
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return float(numbers[0])
    return 60.0 * numbers[0] + numbers[1] + (numbers[2] / 60.0 if len(numbers) == 3 else 0.0)
