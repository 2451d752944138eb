"""Lengths and areas against figures known without this code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box

from geo.geodesy import area_km2, distance_km, geodesic_line, length_km, lengths_km

LON, LAT = st.floats(73, 136), st.floats(3, 54)


def test_a_meridian_degree_at_the_equator_and_the_quarter_meridian() -> None:
    # WGS 84: one degree of latitude at the equator is 110.574 km; the quarter meridian 10,001.966 km (Snyder 1987, p. 17).
    assert length_km(LineString([(0, 0), (0, 1)])) == pytest.approx(110.574, abs=0.001)
    assert length_km(LineString([(0, 0), (0, 90)])) == pytest.approx(10001.966, abs=0.001)


def test_areas_sum_and_orientation_does_not_matter() -> None:
    left, right = box(117, 31, 118, 32), box(118, 31, 119, 32)
    # Sides are geodesics: the whole needs the vertices of the parts, or its northern side would run elsewhere.
    whole = Polygon([(117, 31), (118, 31), (119, 31), (119, 32), (118, 32), (117, 32)])
    assert area_km2(left) + area_km2(right) == pytest.approx(area_km2(whole), rel=1e-9)
    assert area_km2(Polygon(left.exterior.coords[::-1])) == pytest.approx(area_km2(left), rel=1e-12)
    holed = Polygon(box(117, 31, 119, 33).exterior.coords, [box(117.5, 31.5, 118, 32).exterior.coords])
    assert area_km2(holed) == pytest.approx(
        area_km2(box(117, 31, 119, 33)) - area_km2(box(117.5, 31.5, 118, 32)), rel=1e-9
    )


def test_nothing_has_no_length() -> None:
    assert np.isnan(length_km(None))
    assert np.isnan(length_km(LineString()))
    assert np.isnan(area_km2(Polygon()))
    assert length_km(Point(1, 1)) == 0.0


def test_many_lengths_equal_single_ones() -> None:
    lines = [
        LineString([(117, 31), (118, 32), (119, 31)]),
        MultiLineString([[(117, 31), (117, 32)], [(120, 30), (121, 30), (122, 31)]]),
        LineString([(121, 31), (121.5, 31.2)]),
    ]
    assert lengths_km(lines) == pytest.approx([length_km(line) for line in lines], rel=1e-12)


@given(LON, LAT, LON, LAT)
def test_distance_is_symmetric(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> None:
    assert distance_km(lon_a, lat_a, lon_b, lat_b) == pytest.approx(distance_km(lon_b, lat_b, lon_a, lat_a), abs=1e-9)


@given(LON, LAT, LON, LAT)
def test_a_geodesic_line_is_the_shortest(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> None:
    line = geodesic_line([(lon_a, lat_a), (lon_b, lat_b)])
    assert line.coords[0] == pytest.approx((lon_a, lat_a))
    # Chords of at most 25 km lengthen a geodesic by less than a millionth; two equal points stay a line.
    assert length_km(line) == pytest.approx(distance_km(lon_a, lat_a, lon_b, lat_b), rel=1e-6, abs=1e-3)
