"""Datum shifts and zones against published test points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import cgcs2000_zone, gcj02_to_wgs84, metric_crs, parse_crs, wgs84_to_gcj02
from geo.errors import CrsError
from geo.geodesy import distance_km


def test_gcj02_at_a_published_point() -> None:
    # Tian'anmen, 116.404 E 39.915 N in WGS 84: eviltransform's and coord-convert's README give 116.41024 E, 39.91640 N.
    lon, lat = wgs84_to_gcj02([116.404], [39.915])
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-8)


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


def test_three_degree_zones() -> None:
    # Zone n has its central meridian at 3n°; EPSG:4534 is zone 25 (75° E) without, EPSG:4513 with zone number.
    assert cgcs2000_zone(119.0, 120.9).to_epsg() == 4549  # 120° E, zone 40
    assert cgcs2000_zone(116.0, 118.0, with_zone_number=True).to_epsg() == 4527  # 117° E, zone 39
    with pytest.raises(CrsError, match="more than a three-degree zone"):
        cgcs2000_zone(115, 122)
    with pytest.raises(CrsError, match=r"73\.5-136\.5"):
        cgcs2000_zone(10, 12)


def test_metric_crs_keeps_lengths() -> None:
    from pyproj import Transformer

    crs = metric_crs(114.9, 27.0, 123.0, 35.1)
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    (xa, xb), (ya, yb) = to.transform([122.9, 123.0], [30.0, 30.0])
    assert np.hypot(xb - xa, yb - ya) / 1000 == pytest.approx(distance_km(122.9, 30, 123.0, 30), rel=0.002)
    with pytest.raises(CrsError, match="no metric projection"):
        metric_crs(100, 20, 120, 40)
    with pytest.raises(CrsError, match="is no"):
        metric_crs(120, 31, 110, 32)


def test_unknown_crs_is_refused() -> None:
    with pytest.raises(CrsError, match="EPSG:4490"):
        parse_crs("Beijing 2099")
