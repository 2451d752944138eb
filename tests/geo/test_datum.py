"""Shifted datums against published test points; no table of this module holds a number that our own code made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geo.geodesy import distance_km

# WGS 84 lon, lat and GCJ-02 lon, lat: the test suite of googollee/eviltransform (Shanghai, Shenzhen, Beijing), and the
# README and test/app.js of wandergis/coordtransform (Tian'anmen).
GCJ02 = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    (116.404, 39.915, 116.41024449916938, 39.91640428150164),
]

# GCJ-02 lon, lat and BD-09 lon, lat: test/app.js of wandergis/coordtransform, and the manual of the R package geoChina
# (Beijing railway station, read off both maps to five decimals).
BD09 = [
    (116.404, 39.915, 116.41036949371029, 39.92133699351021),
    (116.42703, 39.90245, 116.43351, 39.90851),
]


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), GCJ02)
def test_gcj02_at_published_points(lon: float, lat: float, gcj_lon: float, gcj_lat: float) -> None:
    there = wgs84_to_gcj02([lon], [lat])
    assert distance_km(float(there[0][0]), float(there[1][0]), gcj_lon, gcj_lat) < 1e-5  # 1 cm
    back = gcj02_to_wgs84([gcj_lon], [gcj_lat])
    assert distance_km(float(back[0][0]), float(back[1][0]), lon, lat) < 1e-5


@pytest.mark.parametrize(("lon", "lat", "bd_lon", "bd_lat"), BD09)
def test_bd09_at_published_points(lon: float, lat: float, bd_lon: float, bd_lat: float) -> None:
    there = gcj02_to_bd09([lon], [lat])
    assert distance_km(float(there[0][0]), float(there[1][0]), bd_lon, bd_lat) < 1.2e-3  # five decimals are 1.1 m
    back = bd09_to_gcj02([bd_lon], [bd_lat])
    assert distance_km(float(back[0][0]), float(back[1][0]), lon, lat) < 1.2e-3
    if len(str(bd_lon)) > 10:  # published to all digits: 0.5 m is the bound of issue 8
        assert distance_km(float(there[0][0]), float(there[1][0]), bd_lon, bd_lat) < 1e-5


def test_the_published_one_step_inverse_is_within_half_a_metre() -> None:
    # test/app.js of wandergis/coordtransform: its bd09togcj02 of 116.404 E 39.915 N, an approximation.
    lon, lat = bd09_to_gcj02([116.404], [39.915])
    assert distance_km(float(lon[0]), float(lat[0]), 116.39762729119315, 39.90865673957631) < 0.5e-3


def test_gcj02_offset_agrees_with_the_counties(shared) -> None:  # type: ignore[no-untyped-def]
    # PROVENANCE.md: over 300 counties of the Yangtze delta GCJ-02 predicts +0.00506° lon, -0.00212° lat.
    import pyogrio

    table = pyogrio.read_dataframe(shared / "data" / "admin-ctamap-census2020" / "county_2021_census2020_wgs84.gpkg")
    centre = table.geometry.representative_point()
    lon, lat = wgs84_to_gcj02(centre.x, centre.y)
    assert np.median(lon - centre.x) == pytest.approx(0.00506, abs=0.0002)
    assert np.median(lat - centre.y) == pytest.approx(-0.00212, abs=0.0002)


@given(st.floats(75, 134), st.floats(5, 53))
def test_gcj02_round_trip_below_a_centimetre(lon: float, lat: float) -> None:
    there = wgs84_to_gcj02(lon, lat)
    back = gcj02_to_wgs84(*there)
    assert distance_km(lon, lat, float(back[0][0]), float(back[1][0])) < 1e-5


def test_gcj02_does_not_shift_abroad() -> None:
    lon, lat = wgs84_to_gcj02([2.35], [48.85])
    assert (lon[0], lat[0]) == (2.35, 48.85)


@given(st.floats(75, 134), st.floats(5, 53))
def test_bd09_round_trip_below_a_centimetre(lon: float, lat: float) -> None:
    back = bd09_to_gcj02(*gcj02_to_bd09(lon, lat))
    assert distance_km(lon, lat, float(back[0][0]), float(back[1][0])) < 1e-5
    back = bd09_to_wgs84(*wgs84_to_bd09(lon, lat))
    assert distance_km(lon, lat, float(back[0][0]), float(back[1][0])) < 1e-5
