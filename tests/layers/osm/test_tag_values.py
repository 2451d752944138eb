"""Values of tags as mappers write them; expected readings by hand, from the wiki pages named in the modules."""

from __future__ import annotations

import math

import pytest

from layers.osm.kinds import kinds_of
from layers.osm.lifecycle import stage_of
from layers.osm.roads import CLASSES, RoadAssumptions, car_passes, road_of
from layers.osm.schema import Lifecycle, Oneway
from layers.osm.tag_values import (
    direction,
    duration_min,
    english_name,
    level,
    local_name,
    opening_year,
    speeds_km_h,
    voltage_kv,
)
from layers.schema import Status


@pytest.mark.parametrize(
    ("value", "km_h"),
    [
        ("80", [80.0]),
        ("60 km/h", [60.0]),
        ("50 mph", [80.4672]),  # 50 × 1.609344
        ("10 knots", [18.52]),
        ("60;80", [60.0, 80.0]),
        ("CN:urban", [50.0]),  # 实施条例第四十五条: one lane each way in towns
        ("cn:URBAN", [50.0]),
        ("walk", [5.0]),
        ("none", []),
        ("signals", []),
        ("", []),
        ("0", []),
        ("0.5", []),
        ("9999", []),
        ("80 furlongs", []),
        ("-30", []),
    ],
)
def test_speeds(value: str, km_h: list[float]) -> None:
    assert speeds_km_h(value) == pytest.approx(km_h)


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({}, Oneway.BOTH),
        ({"oneway": "yes"}, Oneway.FORWARD),
        ({"oneway": "1"}, Oneway.FORWARD),
        ({"oneway": "-1"}, Oneway.BACKWARD),
        ({"oneway": "reverse"}, Oneway.BACKWARD),
        ({"oneway": "reversible"}, Oneway.REVERSIBLE),
        ({"junction": "roundabout"}, Oneway.FORWARD),
        ({"junction": "roundabout", "oneway": "no"}, Oneway.BOTH),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, Oneway.BOTH),
    ],
)
def test_directions(tags: dict[str, str], way: Oneway) -> None:
    assert direction(tags) is way


def test_a_motorway_is_one_way_unless_said_otherwise() -> None:
    assert direction({}, implied=True) is Oneway.FORWARD
    assert direction({"oneway": "no"}, implied=True) is Oneway.BOTH


@pytest.mark.parametrize(
    ("tags", "value", "lifecycle", "status"),
    [
        ({"railway": "rail"}, "rail", Lifecycle.IN_USE, Status.OPERATING),
        (
            {"railway": "construction", "construction": "rail"},
            "rail",
            Lifecycle.CONSTRUCTION,
            Status.UNDER_CONSTRUCTION,
        ),
        ({"construction:railway": "rail"}, "rail", Lifecycle.CONSTRUCTION, Status.UNDER_CONSTRUCTION),
        (
            {"railway": "construction", "construction:railway": "rail"},
            "rail",
            Lifecycle.CONSTRUCTION,
            Status.UNDER_CONSTRUCTION,
        ),
        ({"railway": "construction"}, "", Lifecycle.CONSTRUCTION, Status.UNDER_CONSTRUCTION),
        ({"railway": "proposed", "proposed": "rail"}, "rail", Lifecycle.PROPOSED, Status.PROPOSED),
        ({"proposed:railway": "rail"}, "rail", Lifecycle.PROPOSED, Status.PROPOSED),
        ({"planned:railway": "rail"}, "rail", Lifecycle.PLANNED, Status.PROPOSED),
        ({"railway": "disused", "disused": "rail"}, "rail", Lifecycle.DISUSED, Status.UNSPECIFIED),
        ({"disused:railway": "rail"}, "rail", Lifecycle.DISUSED, Status.UNSPECIFIED),
        ({"railway": "abandoned"}, "", Lifecycle.ABANDONED, Status.UNSPECIFIED),
        ({"abandoned:railway": "rail"}, "rail", Lifecycle.ABANDONED, Status.UNSPECIFIED),
        ({"railway": "razed"}, "", Lifecycle.REMOVED, Status.UNSPECIFIED),
        ({"demolished:railway": "rail"}, "rail", Lifecycle.REMOVED, Status.UNSPECIFIED),
        ({"railway": "rail", "disused": "yes"}, "rail", Lifecycle.DISUSED, Status.UNSPECIFIED),
        ({"railway": "rail", "construction:railway": "subway"}, "rail", Lifecycle.IN_USE, Status.OPERATING),
        ({"railway": "rail", "construction": "minor"}, "rail", Lifecycle.IN_USE, Status.OPERATING),
        ({"railway": "rail", "construction": "yes"}, "rail", Lifecycle.CONSTRUCTION, Status.UNDER_CONSTRUCTION),
    ],
)
def test_stages_in_both_schemes(tags: dict[str, str], value: str, lifecycle: Lifecycle, status: Status) -> None:
    stage = stage_of(tags, "railway")
    assert stage is not None
    assert (stage.value, stage.lifecycle, stage.lifecycle.status) == (value, lifecycle, status)
    assert stage_of(tags, "highway") is None


@pytest.mark.parametrize(
    ("tags", "mode", "kind"),
    [
        ({"railway": "rail", "highspeed": "yes"}, "rail", "high_speed_rail"),
        ({"railway": "rail", "maxspeed": "350"}, "rail", "high_speed_rail"),
        ({"railway": "rail", "maxspeed": "160"}, "rail", "conventional_rail"),
        ({"railway": "rail", "highspeed": "yes", "service": "siding"}, "rail", "service_track"),
        ({"railway": "rail", "usage": "freight"}, "rail", "freight_rail"),
        ({"railway": "construction", "construction": "rail", "highspeed": "yes"}, "rail", "high_speed_rail"),
        ({"railway": "proposed"}, "rail", "unspecified"),
        ({"railway": "subway"}, "rail", "metro"),
        ({"highway": "motorway"}, "highway", "expressway"),
        ({"highway": "construction", "construction": "motorway"}, "highway", "expressway"),
        ({"highway": "construction"}, "highway", "unspecified"),
        ({"waterway": "canal"}, "waterway", "canal"),
        ({"route": "ferry"}, "waterway", "ferry"),
        ({"aeroway": "runway"}, "airport", "runway"),
        ({"power": "line", "voltage": "1000000", "frequency": "50"}, "energy", "uhv_ac"),
        ({"power": "line", "voltage": "800000", "frequency": "0"}, "energy", "uhv_dc"),
        ({"power": "line", "voltage": "500000"}, "energy", "ac_500"),
        ({"power": "line", "voltage": "220000;110000"}, "energy", "transmission_line"),
        ({"man_made": "pipeline", "substance": "gas"}, "energy", "gas_pipeline"),
        ({"man_made": "pipeline", "substance": "water"}, "other", "water_pipeline"),
    ],
)
def test_kinds_of_lines(tags: dict[str, str], mode: str, kind: str) -> None:
    assert [(found.mode.value, found.kind) for found in kinds_of(tags, "line")] == [(mode, kind)]


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"}, {"highway": "construction", "construction": "residential"}, {"waterway": "stream"},
        {"railway": "construction", "construction": "platform"}, {"man_made": "pier"}, {"power": "minor_line"}, {"building": "yes"},
    ],
)  # fmt: skip
def test_what_is_in_no_layer(tags: dict[str, str]) -> None:
    assert kinds_of(tags, "line") == []


def test_a_tramway_in_a_street_is_two_lines() -> None:
    found = kinds_of({"highway": "primary", "railway": "tram"}, "line")
    assert {(one.mode.value, one.kind) for one in found} == {("highway", "primary_road"), ("rail", "tram")}


@pytest.mark.parametrize(
    ("tags", "mode", "kind"),
    [
        ({"railway": "station"}, "rail", "station"),
        ({"railway": "station", "station": "subway"}, "rail", "metro_station"),
        ({"railway": "construction", "construction": "station"}, "rail", "station"),
        ({"aeroway": "aerodrome", "iata": "HFE"}, "airport", "civil_airport"),
        ({"aeroway": "aerodrome"}, "airport", "aerodrome"),
        ({"power": "plant", "plant:source": "nuclear"}, "energy", "nuclear"),
        (
            {"power": "plant", "plant:source": "hydro", "plant:method": "water-pumped-storage"},
            "energy",
            "pumped_storage",
        ),
        ({"power": "substation", "substation": "converter"}, "energy", "converter"),
    ],
)
def test_kinds_of_points(tags: dict[str, str], mode: str, kind: str) -> None:
    assert [(found.mode.value, found.kind) for found in kinds_of(tags, "point")] == [(mode, kind)]


def test_names() -> None:
    assert local_name({"name": "京沪高速铁路", "name:en": "Jinghu HSR"}) == "京沪高速铁路"
    assert local_name({"name": "Jinghu HSR", "name:zh": "京沪高速铁路"}) == "京沪高速铁路"
    assert local_name({"name": "ᠬᠥᠬᠡᠬᠣᠲᠠ", "name:zh": "呼和浩特"}) == "呼和浩特"
    assert local_name({"proposed:name": "合新高铁"}, Lifecycle.PROPOSED) == "合新高铁"
    assert local_name({"proposed:name": "合新高铁"}) == ""
    assert english_name({"name": "Ring Road"}) == "Ring Road"
    assert english_name({"name": "环路"}) == ""


def test_years_voltages_levels_durations() -> None:
    assert opening_year({"start_date": "1968-12-29"}, Lifecycle.IN_USE) == 1968
    assert opening_year({"opening_date": "2027", "start_date": "2022-05"}, Lifecycle.CONSTRUCTION) == 2027
    for vague in ("1990s", "before 1950", "C19", "~1912", "2008-13"):
        assert opening_year({"start_date": vague}, Lifecycle.IN_USE) is None
    assert voltage_kv({"voltage": "500000;220000"}) == 500.0
    assert math.isnan(voltage_kv({"voltage": "high"}))
    assert [level({"layer": v}) for v in ("2", "-1", "1;2", "", "up", "99")] == [2, -1, 1, 0, 0, 10]
    assert duration_min("02:15") == 135.0
    assert math.isnan(duration_min("soon"))
    for wrong in ("00:00", "99999", "²", "1:2:3:4", "", "PT"):
        assert math.isnan(duration_min(wrong))


@pytest.mark.parametrize(
    ("tags", "road_class", "forward", "backward", "codes"),
    [
        ({"highway": "motorway", "maxspeed": "120"}, "motorway", 120.0, 0.0, ()),
        ({"highway": "primary", "oneway": "-1", "maxspeed": "60"}, "primary", 0.0, 60.0, ()),
        ({"highway": "trunk", "maxspeed:forward": "80", "maxspeed:backward": "60"}, "trunk", 80.0, 60.0, ()),
        ({"highway": "secondary", "maxspeed": "60;40"}, "secondary", 40.0, 40.0, ()),  # the lowest: no time too short
        ({"highway": "tertiary", "maxspeed": "DE:urban"}, "tertiary", 40.0, 40.0, ("maxspeed_unread",)),
        ({"highway": "residential", "motor_vehicle": "no"}, None, 0.0, 0.0, ("road_closed",)),
        ({"highway": "residential", "access": "private"}, None, 0.0, 0.0, ("road_closed",)),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, "residential", 30.0, 30.0, ()),
        ({"highway": "residential", "access": "destination"}, "residential", 30.0, 30.0, ()),
        ({"highway": "footway"}, None, 0.0, 0.0, ("road_not_for_cars",)),
        ({"highway": "construction", "construction": "motorway"}, None, 0.0, 0.0, ("road_not_in_use",)),
        ({"highway": "service", "service": "driveway"}, None, 0.0, 0.0, ("road_driveway",)),
        ({"highway": "primary", "oneway": "reversible"}, None, 0.0, 0.0, ("road_reversible",)),
        ({"highway": "pedestrian", "area": "yes"}, None, 0.0, 0.0, ("area_highway",)),
        ({"route": "ferry"}, None, 0.0, 0.0, ("ferry_not_for_cars",)),
        ({"route": "ferry", "motor_vehicle": "no"}, None, 0.0, 0.0, ("ferry_not_for_cars",)),
        ({"route": "ferry", "motor_vehicle": "yes"}, "ferry", 10.0, 10.0, ("ferry_without_duration",)),
    ],
)
def test_what_a_road_means_to_a_car(
    tags: dict[str, str], road_class: str | None, forward: float, backward: float, codes: tuple[str, ...]
) -> None:
    road = road_of(tags, RoadAssumptions())
    assert road is not None
    assert (CLASSES[road.road_class] if road.road_class >= 0 else None) == road_class
    assert (road.forward_km_h, road.backward_km_h, road.codes) == (forward, backward, codes)


def test_what_is_no_road() -> None:
    assert road_of({"railway": "rail"}, RoadAssumptions()) is None
    assert road_of({"highway": "primary", "maxspeed": "100"}, RoadAssumptions(running_share=0.5)).forward_km_h == 50.0  # type: ignore[union-attr]


def test_barriers() -> None:
    assert not car_passes({"barrier": "bollard"})
    assert car_passes({"barrier": "bollard", "motor_vehicle": "yes"})
    assert car_passes({"barrier": "toll_booth"})
    assert not car_passes({"barrier": "lift_gate", "access": "private"})
    assert car_passes({"highway": "crossing", "access": "no"})  # no barrier: the access is that of the crossing
