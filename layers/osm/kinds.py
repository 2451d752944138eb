"""What an object is in our vocabulary: mode and kind, from ``layers/data/osm_kinds.csv``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from geo.errors import SchemaError
from layers.lines import read_csv
from layers.osm.lifecycle import lifecycle_words, prefixed, stage_of
from layers.osm.schema import Lifecycle
from layers.osm.tag_values import frequency_hz, speeds_km_h, voltage_kv
from layers.schema import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAIN_KEYS", "Found", "deciding_keys", "kinds_of", "main_keys", "point_tags"]

Element = Literal["line", "point", "area"]

MAIN_KEYS = (
    "railway",
    "highway",
    "waterway",
    "aeroway",
    "power",
    "man_made",
    "route",
    "industrial",
    "harbour",
    "amenity",
)
"""Keys of which a value makes an object ours."""


class Found(NamedTuple):
    """What an object is: mode, kind, stage."""

    mode: Mode
    kind: str
    lifecycle: Lifecycle


class _Rule(NamedTuple):
    value: str
    when: tuple[tuple[str, str, str], ...]
    mode: Mode
    kind: str


@cache
def _rules(element: str) -> dict[str, list[_Rule]]:
    """Return the rules of each key, in the order of their ranks."""
    out: dict[str, list[_Rule]] = {}
    rows = read_csv("osm_kinds.csv")
    rows = rows[rows["element"] == element]
    ranked = sorted(rows.to_dict("records"), key=lambda row: (row["value"] == "*", int(row["rank"])))
    for row in ranked:
        when = tuple(_condition(part) for part in row["when"].split("&") if part)
        out.setdefault(str(row["key"]), []).append(_Rule(str(row["value"]), when, Mode(row["mode"]), str(row["kind"])))
    return out


def _condition(text: str) -> tuple[str, str, str]:
    for sign in (">=", "!=", "="):
        if sign in text:
            key, _, value = text.partition(sign)
            return key, sign, value
    message = f"layers/data/osm_kinds.csv: {text!r} is no condition; expected key=value, key!=value or key>=number"
    raise SchemaError(message)


@cache
def main_keys() -> tuple[str, ...]:
    """Return the keys by which objects are picked from a file: the main ones, plain and behind every prefix."""
    staged = [key for key in MAIN_KEYS if key not in {"amenity", "route"}]
    return (*MAIN_KEYS, *(name for key in staged for name in prefixed(key)))


@cache
def deciding_keys() -> frozenset[str]:
    """Return the keys on which the reading of an object's kind and stage depends."""
    conditions = {
        c[0]
        for element in ("line", "point", "area")
        for rules in _rules(element).values()
        for r in rules
        for c in r.when
    }
    measured = {"voltage", "frequency", "maxspeed"}
    flags = set(lifecycle_words()) | {"area"}
    return frozenset({*main_keys(), *conditions, *measured, *flags})


@cache
def point_tags() -> tuple[tuple[str, str], ...]:
    """Return the tags by which nodes are picked: of stations, substations and the like, plain and in both schemes of stages."""
    out = []
    for key, rules in _rules("point").items():
        for value in dict.fromkeys(rule.value for rule in rules):
            out += [(key, value), *((name, value) for name in prefixed(key))]
            out += [(name.split(":")[0], value) for name in prefixed(key) if value != "yes"]
    return tuple(dict.fromkeys(out))


def kinds_of(tags: Mapping[str, str], element: Element) -> list[Found]:
    """
    Read what an object is; one answer for each mode that it belongs to.

    Parameters
    ----------
    tags : mapping of str to str
    element : {"line", "point", "area"}

    Returns
    -------
    list of Found
        Empty where it is nothing that this toolkit maps (streets below tertiary, streams, …).

    Examples
    --------
    >>> [tuple(map(str, f)) for f in kinds_of({"railway": "proposed", "proposed": "rail", "highspeed": "yes"}, "line")]
    [('rail', 'high_speed_rail', 'proposed')]
    """
    out: dict[Mode, Found] = {}
    for key, rules in _rules(element).items():
        stage = stage_of(tags, key)
        if stage is None:
            continue
        facts = _facts(tags, stage.lifecycle, stage.value)
        for rule in rules:
            if rule.value in {stage.value, "*"} and all(_holds(facts, condition) for condition in rule.when):
                if rule.value == "*" and stage.value:
                    continue  # a class that is mapped and not ours stays out, whatever its stage
                out.setdefault(rule.mode, Found(rule.mode, rule.kind, stage.lifecycle))
                break
    return list(out.values())


def _facts(tags: Mapping[str, str], lifecycle: Lifecycle, value: str) -> dict[str, str | float]:
    """Return tags and the measures that conditions ask for."""
    speeds = speeds_km_h(tags.get("maxspeed", ""))
    return {
        **tags,
        "voltage_kv": voltage_kv(tags),
        "frequency": frequency_hz(tags),
        "maxspeed_km_h": max(speeds, default=0.0),
        "former_or_planned": "yes" if lifecycle is not Lifecycle.IN_USE else "no",
        "road_unknown": "" if value else "yes",
    }


def _holds(facts: Mapping[str, str | float], condition: tuple[str, str, str]) -> bool:
    key, sign, wanted = condition
    have = facts.get(key, "")
    if isinstance(have, float):
        number = float(wanted)
        return have >= number if sign == ">=" else (have == number) == (sign == "=")
    if wanted == "*":
        return bool(have)
    met = any(word.strip() in wanted.split("|") for word in have.split(";"))
    return met == (sign == "=")
