"""Recorded courses: every node is known, lengths fit what was published, matches are by the longest name."""

from __future__ import annotations

import itertools

import pytest

from geo.errors import SchemaError
from geo.geodesy import geodesic_line, length_km
from projects.sites.courses import Course, course_named, course_points, courses
from projects.sites.ground import default_ground
from tests.projects.test_siting import _one


def test_every_node_is_known_and_every_source_is_given() -> None:
    ground = default_ground()
    for course in courses():
        assert course.source
        assert course.grade in {"A", "B", "C", "D"}
        assert course.grade != "D" or course.source == "memory"
        if not course.nodes[0].startswith("="):
            points = course_points(course, ground)
            # No leg of a course jumps: the longest is 塔桥—严店 and what lies between county seats.
            assert all(0.1 < length_km(geodesic_line([a, b])) < 120 for a, b in itertools.pairwise(points))


@pytest.mark.parametrize(
    ("name", "kind", "published_km"),
    [
        ("G329合肥段", "national_road", 110.0),  # 合肥日报 2017-05-31
        ("京台合肥西绕线", "expressway", 58.7),  # 合肥市交通运输局, start of works on the western ring
        ("明巢高速南延段", "expressway", 30.56),  # 巢黄高速 合肥—石涧
        ("合肥外绕城高速联络线", "expressway", 13.96),
    ],
)
def test_lengths_fit_the_published_ones(name: str, kind: str, published_km: float) -> None:
    site = _one(name=name, mode="highway", kind=kind, places="合肥")
    assert site["drawn_by"] == "nodes"
    # A line through towns cuts corners, and positions from memory are off by some kilometres.
    assert site["length_km"] == pytest.approx(published_km, rel=0.15)


@pytest.mark.parametrize(
    ("name", "published_km"),
    [
        ("北沿江", 554.6),  # 国家发展改革委 2021-11
        ("通苏嘉甬", 310.1),
        ("盐泰锡常宜", 319.6),
        ("宁淮", 185.0),
        ("马鞍山—镇江", 121.0),
        ("马鞍山—南京", 54.2),
        ("沪通铁路二期", 111.8),
        ("平陆运河", 134.2),
    ],
)
def test_a_line_through_its_stations_is_nearly_as_long_as_published(name: str, published_km: float) -> None:
    course = next(course for course in courses() if course.name == name)
    drawn_km = length_km(geodesic_line(course_points(course, default_ground())))
    # Issue 4's bounds for a line through nodes, which cuts corners.
    assert 0.88 * published_km <= drawn_km <= 1.03 * published_km


def test_a_part_of_a_course_is_cut_between_its_places() -> None:
    part = _one(name="西江航运干线南宁至贵港段", places="南宁-贵港", mode="waterway", kind="inland_waterway")
    assert part["drawn_by"] == "nodes"
    assert 130 < part["length_km"] < 200


def test_stations_of_a_course_are_stations() -> None:
    course = next(course for course in courses() if course.name == "宁淮")
    first, *_, last = course_points(course, default_ground())
    assert first == pytest.approx((118.69, 32.18), abs=0.06)  # 南京北站 of the gazetteer
    assert last == pytest.approx((119.1825, 33.5704), abs=0.01)  # 淮安东 of the network


def test_the_longest_name_is_meant() -> None:
    link = course_named(["合肥外绕城高速联络线"], "highway")
    ring = course_named(["合肥外绕城高速"], "highway")
    assert link is not None
    assert ring is not None
    assert link.name != ring.name
    assert course_named(["合肥外绕城高速"], "rail") is None
    assert course_named(["宁芜铁路"], "rail") is None


def test_an_unknown_node_is_named() -> None:
    course = Course("试验", "highway", "合肥市", ("合肥", "甲乙丙村"), 5.0, None, "memory", "D", "")
    with pytest.raises(SchemaError, match="甲乙丙村"):
        course_points(course, default_ground())
