"""
What a road means to a car: may it pass, which way, how fast; one reading for all ways with the same tags.

Times are at the speed limit as mapped, or the legal or customary one of the class (``layers/data/osm_roads.csv``): no signals, no
queues, no turns. What is left out is counted: turn restrictions, restrictions by time of day, roads closed to the public.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from layers.lines import read_csv
from layers.osm.lifecycle import lifecycle_words, prefixed, stage_of
from layers.osm.schema import Lifecycle, Oneway
from layers.osm.tag_values import direction, duration_min, is_set, speeds_km_h

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLASSES", "Road", "RoadAssumptions", "car_passes", "road_keys", "road_of"]

_ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Keys of access for cars, the most particular first."""
_PRIVATE_SERVICE = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})


@cache
def _classes() -> dict[str, tuple[float, bool]]:
    rows = read_csv("osm_roads.csv")
    return {
        str(name): (float(speed), implied == "yes")
        for name, speed, implied in zip(rows["road_class"], rows["speed_km_h"], rows["implied_oneway"], strict=True)
    }


CLASSES: tuple[str, ...] = tuple(_classes())
"""Road classes that cars use, and ``ferry``: the names behind ``RoadNetwork.road_class``."""


@dataclass(frozen=True)
class RoadAssumptions:
    """
    How cars run on roads of OpenStreetMap: assumptions of the model, not measurements.

    Parameters
    ----------
    class_speeds_km_h : dict of str to float
        Where no limit is mapped; ``layers/data/osm_roads.csv`` with source and grade of each.
    running_share : float
        Of the limit that cars keep on average; 1 is a bound from below on times. Share, 0 to 1.
    """

    class_speeds_km_h: dict[str, float] = field(default_factory=lambda: {k: v[0] for k, v in _classes().items()})
    running_share: float = 1.0


class Road(NamedTuple):
    """
    The reading of a way's tags.

    Parameters
    ----------
    road_class : int
        Position in ``CLASSES``; -1 where no car may use it.
    forward_km_h, backward_km_h : float
        Speeds along the nodes and against them; 0 where that is not allowed.
    duration_min : float
        Of a whole ferry, NaN elsewhere.
    codes : tuple of str
        Findings: why it is left out, what was assumed.
    """

    road_class: int
    forward_km_h: float
    backward_km_h: float
    duration_min: float = math.nan
    codes: tuple[str, ...] = ()


@cache
def road_keys() -> frozenset[str]:
    """Return the keys on which the reading of a road depends."""
    plain = {
        "highway", "route", "construction", "junction", "oneway", "oneway:motor_vehicle", "oneway:motorcar", "maxspeed",
        "maxspeed:forward", "maxspeed:backward", "maxspeed:advisory", "source:maxspeed", "maxspeed:type", "zone:maxspeed", "service", "area", "duration",
        *_ACCESS, "access:conditional", "motor_vehicle:conditional", "oneway:conditional", "maxspeed:conditional", "ferry",
        "impassable", "ice_road",
    }  # fmt: skip
    return frozenset({*plain, *prefixed("highway"), *lifecycle_words()})


@cache
def _car_access() -> dict[str, bool]:
    rows = read_csv("osm_access.csv")
    return {str(v): passes == "yes" for v, passes in zip(rows["value"], rows["car_passes"], strict=True)}


@cache
def _barriers() -> dict[str, bool]:
    rows = read_csv("osm_barriers.csv")
    return {str(v): passes == "yes" for v, passes in zip(rows["barrier"], rows["passable"], strict=True)}


def _allowed(tags: Mapping[str, str]) -> bool | None:
    """Tell whether tags of access let cars pass; None where they say nothing."""
    for key in _ACCESS:
        words = [word.strip() for word in tags.get(key, "").split(";") if word.strip()]
        if words:
            return any(_car_access().get(word, True) for word in words)
    return None


def car_passes(tags: Mapping[str, str]) -> bool:
    """
    Tell whether cars pass a node: what its access says, else whether its barrier stops cars.

    Examples
    --------
    >>> car_passes({"barrier": "bollard"}), car_passes({"barrier": "gate"}), car_passes({"barrier": "gate", "access": "private"})
    (False, True, False)
    """
    barrier = tags.get("barrier", "")
    if not barrier or barrier == "no":
        return True
    allowed = _allowed(tags)
    return _barriers().get(barrier, True) if allowed is None else allowed


def road_of(tags: Mapping[str, str], assumptions: RoadAssumptions) -> Road | None:
    """
    Read what a way means to a car.

    Parameters
    ----------
    tags : mapping of str to str
    assumptions : RoadAssumptions

    Returns
    -------
    Road, or None where the way is no road or ferry at all

    Examples
    --------
    >>> road = road_of({"highway": "motorway", "maxspeed": "120"}, RoadAssumptions())
    >>> CLASSES[road.road_class], road.forward_km_h, road.backward_km_h
    ('motorway', 120.0, 0.0)
    """
    stage = stage_of(tags, "highway")
    if stage is None:
        return _ferry(tags, assumptions) if tags.get("route") == "ferry" else None
    if stage.lifecycle is not Lifecycle.IN_USE:
        return _closed("road_not_in_use")
    if tags.get("area") == "yes":
        return _closed("area_highway")
    if stage.value not in _classes():
        return _closed("road_not_for_cars")
    if _allowed(tags) is False or tags.get("impassable") == "yes" or tags.get("ice_road") == "yes":
        return _closed("road_closed")
    if stage.value == "service" and tags.get("service") in _PRIVATE_SERVICE:
        return _closed("road_driveway")
    oneway = direction(tags, implied=_classes()[stage.value][1])
    if oneway is Oneway.REVERSIBLE:
        return _closed("road_reversible")
    codes = ["conditional"] if any(key.endswith(":conditional") for key in tags) else []
    forward = _speed(tags, "forward", stage.value, assumptions, codes)
    backward = _speed(tags, "backward", stage.value, assumptions, codes)
    return Road(
        CLASSES.index(stage.value),
        0.0 if oneway is Oneway.BACKWARD else forward,
        0.0 if oneway is Oneway.FORWARD else backward,
        codes=tuple(dict.fromkeys(codes)),
    )


def _closed(code: str) -> Road:
    return Road(-1, 0.0, 0.0, codes=(code,))


def _speed(tags: Mapping[str, str], way: str, road_class: str, assumptions: RoadAssumptions, codes: list[str]) -> float:
    """Return the speed in one direction: of several limits the lowest, so that a time is not told too short."""
    for key in (f"maxspeed:{way}", "maxspeed", "source:maxspeed", "maxspeed:type", "zone:maxspeed"):
        value = tags.get(key, "")
        speeds = speeds_km_h(value)
        if speeds:
            return min(speeds) * assumptions.running_share
        if (
            value
            and key.startswith("maxspeed")
            and key != "maxspeed:type"
            and value not in {"none", "signals", "variable"}
        ):
            codes.append("maxspeed_unread")
    return assumptions.class_speeds_km_h[road_class] * assumptions.running_share


def _ferry(tags: Mapping[str, str], assumptions: RoadAssumptions) -> Road:
    """Read a ferry: only where it is said to take cars, for most ferries across city rivers take none."""
    told = [tags.get(key, "") for key in _ACCESS[:3] if tags.get(key)]
    if not told or not any(_car_access().get(word, False) for word in told[0].split(";")):
        return _closed("ferry_not_for_cars")
    if is_set(tags, "disused") or is_set(tags, "abandoned"):
        return _closed("road_not_in_use")
    oneway = direction(tags)
    minutes = duration_min(tags.get("duration", ""))
    speed = assumptions.class_speeds_km_h["ferry"]
    return Road(
        CLASSES.index("ferry"),
        0.0 if oneway is Oneway.BACKWARD else speed,
        0.0 if oneway is Oneway.FORWARD else speed,
        minutes,
        ("ferry_without_duration",) if math.isnan(minutes) else (),
    )
