"""Coordinate systems and zones against published figures and hand calculation."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, Point, box

from geo.crs import (
    ALBERS_CHINA,
    by_zone,
    cgcs2000_zone,
    metric_crs,
    output_crs,
    parse_crs,
    to_output,
    unpublished_datum,
)
from geo.errors import CrsError
from geo.geodesy import distance_km


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


def test_zone_northing_is_the_length_of_the_meridian() -> None:
    # On the central meridian the northing is the arc from the equator: 3,320,113.398 m to 30 N on GRS 80, whose size and
    # shape CGCS2000 takes over (a 6378137 m, 1/f 298.257222101); the easting is the false easting of 500 km, behind the
    # number of the zone where it is asked for.
    point = gpd.GeoDataFrame(geometry=[Point(120, 30)], crs="EPSG:4326")
    bounds = (119.5, 29.0, 120.5, 31.0)
    for word, easting, code in (("cgcs2000-3deg", 500_000, 4549), ("cgcs2000-3deg-zone-number", 40_500_000, 4528)):
        target = output_crs(word, bounds)
        assert target.crs.to_epsg() == code
        out = to_output(point, target).geometry.iloc[0]
        assert out.x == pytest.approx(easting, abs=1e-4)
        assert out.y == pytest.approx(3_320_113.398, abs=1e-2)


def test_every_zone_has_its_central_meridian() -> None:
    for zone in range(25, 46):
        for with_zone_number in (False, True):
            crs = cgcs2000_zone(3 * zone - 1.4, 3 * zone + 1.4, with_zone_number=with_zone_number)
            cf = crs.to_cf()
            assert cf["longitude_of_central_meridian"] == 3 * zone
            assert cf["false_easting"] == (zone * 1_000_000 if with_zone_number else 0) + 500_000
            assert cf["scale_factor_at_central_meridian"] == 1


@settings(deadline=None)
@given(st.floats(110, 125), st.floats(22, 42))
def test_albers_keeps_areas(lon: float, lat: float) -> None:
    area = box(lon, lat, lon + 0.1, lat + 0.1).segmentize(0.005)
    table = gpd.GeoDataFrame(geometry=[area], crs="EPSG:4326")
    true_m2 = abs(Geod(ellps="GRS80").geometry_area_perimeter(area)[0])
    for word in ("albers", "albers-region"):
        out = to_output(table, output_crs(word, (114.9, 27.0, 123.0, 35.1)))
        assert out.geometry.iloc[0].area == pytest.approx(true_m2, rel=1e-6)
    assert ALBERS_CHINA.name == "CGCS2000 / China Albers"


def test_wgs84_and_cgcs2000_are_taken_as_equal() -> None:
    point = gpd.GeoDataFrame(geometry=[Point(117.2849, 31.8003)], crs="EPSG:4326")
    out = to_output(point, output_crs("EPSG:4490", (117, 31, 118, 32)))
    assert out.crs.to_epsg() == 4490
    assert out.geometry.iloc[0].equals(point.geometry.iloc[0])  # longitude first, whatever the authority's order


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(74, 136), st.floats(18, 53)), min_size=1, max_size=20))
def test_splitting_by_zone_keeps_every_feature_once(points: list[tuple[float, float]]) -> None:
    table = gpd.GeoDataFrame({"n": range(len(points))}, geometry=[Point(p) for p in points], crs="EPSG:4326")
    split = by_zone(table)
    assert sorted(n for part in split.values() for n in part["n"]) == list(range(len(points)))
    for target, part in split.items():
        middle = target.crs.to_cf()["longitude_of_central_meridian"]
        assert (abs(part.geometry.x - middle) <= 1.5).all()
        back = to_output(part, target).to_crs(4326)
        assert shapely.equals_exact(back.geometry.to_numpy(), part.geometry.to_numpy(), tolerance=1e-9).all()


def test_words_for_systems_and_their_refusals() -> None:
    bounds = (116.0, 30.0, 119.0, 33.0)
    assert [output_crs(w, bounds).mark for w in ("", "4326", "cgcs2000", "gcj02", "BD-09", "3857", "albers")] == [
        "", "", "", "gcj02", "bd09", "epsg3857", "albers",
    ]  # fmt: skip
    assert output_crs("GCJ-02", bounds).shifted
    assert not output_crs("albers", bounds).shifted
    with pytest.raises(CrsError, match="--split-zones"):
        output_crs("cgcs2000-3deg", (114.9, 27.0, 123.0, 35.1))
    with pytest.raises(CrsError, match="is for"):  # UTM zone 30 is Spain's and Britain's
        output_crs("EPSG:32630", bounds)
    with pytest.raises(CrsError, match=r"73\.5-136\.5"):
        by_zone(gpd.GeoDataFrame(geometry=[Point(10, 50)], crs="EPSG:4326"))
    with pytest.raises(CrsError, match="expected EPSG:4326"):
        to_output(gpd.GeoDataFrame(geometry=[Point(0, 0)], crs="EPSG:3857"), output_crs("albers", bounds))


@pytest.mark.parametrize("code, name", [(2383, "Xian 1980"), (4214, "Beijing 1954"), (2436, "Beijing 1954")])
def test_systems_to_which_no_way_is_published_are_refused(code: int, name: str) -> None:
    # EPSG holds no transformation for them; PROJ would leave coordinates as they are, about 100 m off.
    with pytest.raises(CrsError, match=rf"{name} is published.*CGCS2000"):
        output_crs(f"EPSG:{code}", (113.5, 31.0, 114.5, 32.0))


@pytest.mark.parametrize("code", [4326, 4490, 4549, 3857, 32650])
def test_systems_that_are_wgs84_or_as_good_are_not(code: int) -> None:
    assert unpublished_datum(parse_crs(f"EPSG:{code}"), (118.6, 31.0, 119.5, 32.0)) == ""


def test_heights_survive_a_shift() -> None:
    lines = [LineString([(117, 31, 5.0), (118, 32, 7.0)]), LineString([(117, 31), (118, 32)]), None]
    out = to_output(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4326"), output_crs("gcj02", (117, 31, 118, 32)))
    first, second, third = out.geometry
    assert [c[2] for c in first.coords] == [5.0, 7.0]
    assert [c[:2] for c in first.coords] == [c[:2] for c in second.coords]
    assert third is None
