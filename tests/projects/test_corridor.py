"""The corridor drawing on invented terrain: what attracts, what repels, and the laws of any drawing."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from benchmarks.siting_accuracy import measured, stretches
from geo.geodesy import distance_km, length_km
from projects.sites.corridor import CorridorAssumptions, Terrain, corridor_line, sampled
from projects.sites.drawing import SitingAssumptions
from projects.sites.ground import default_ground

NOTHING = np.empty((0, 2))
EMPTY = Terrain(rail=NOTHING, roads=NOTHING, towns=NOTHING, crossings=NOTHING)
START, END = (117.0, 32.0), (118.5, 32.0)  # 141.7 km apart: 1.5° · 111.2 km · cos 32°


def test_nothing_around_gives_the_straight_join() -> None:
    line = corridor_line(START, END, EMPTY)
    assert line.coords[0] == pytest.approx(START)
    assert line.coords[-1] == pytest.approx(END)
    assert length_km(line) == pytest.approx(distance_km(*START, *END), rel=1e-3)


def test_a_lake_is_gone_around() -> None:
    lake = box(117.6, 31.95, 117.9, 32.05)  # 28 km by 11 km across the join
    line = corridor_line(START, END, replace(EMPTY, lakes=lake))
    straight = LineString([START, END])
    assert length_km(straight.intersection(lake)) > 25
    assert not line.intersects(lake)
    # Around half of 11 km of width over 142 km: only a little longer.
    assert length_km(line) < 1.03 * distance_km(*START, *END)


def test_an_existing_line_attracts() -> None:
    road = LineString([(117.2, 32.06), (118.3, 32.06)])  # 6.7 km north of the join
    line = corridor_line(START, END, replace(EMPTY, roads=sampled([road])))
    middle = line.interpolate(0.5, normalized=True)
    assert middle.distance(road) * 111 < 3


def test_the_river_is_crossed_at_the_recorded_crossing() -> None:
    start, end = (118.0, 31.3), (118.0, 32.3)
    river = LineString([(117.0, 31.8), (119.0, 31.8)])
    bridge = (118.12, 31.8)  # 11.3 km east of the join
    terrain = replace(EMPTY, river=river, crossings=np.asarray([bridge]))
    dear = CorridorAssumptions(crossing_price_km=2.0, rail_gain=0.0, road_gain=0.0, town_gain=0.0)
    line = corridor_line(start, end, terrain, assumptions=dear)
    meets = line.intersection(river)
    assert meets.geom_type == "Point"
    # Moved onto it: the line passes the recorded point itself.
    assert line.distance(Point(bridge)) < 1e-9
    assert distance_km(meets.x, meets.y, *bridge) < 1
    free = corridor_line(start, end, terrain, assumptions=replace(dear, crossing_price_km=0.0)).intersection(river)
    assert distance_km(free.x, free.y, *bridge) > 10


def test_near_ends_are_joined_straight() -> None:
    line = corridor_line((117.0, 32.0), (117.1, 32.0), replace(EMPTY, towns=np.asarray([(117.05, 32.04)])))
    assert len(line.coords) == 2


def test_samples_are_close_enough() -> None:
    points = sampled([LineString([(117.0, 32.0), (117.5, 32.3)])], spacing_km=2.0)
    gaps = [distance_km(*a, *b) for a, b in itertools.pairwise(points)]
    assert max(gaps) <= 2.0
    assert len(sampled([])) == 0


LON, LAT = st.floats(115.0, 121.0), st.floats(29.0, 34.0)


@settings(max_examples=40, deadline=None)
@given(LON, LAT, LON, LAT, st.lists(st.tuples(LON, LAT), max_size=8))
def test_any_drawing_keeps_its_ends_and_stays_near(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float, towns: list[tuple[float, float]]
) -> None:
    terrain = replace(EMPTY, towns=np.asarray(towns, dtype=np.float64).reshape(-1, 2))
    straight = distance_km(lon_a, lat_a, lon_b, lat_b)
    if straight < 1.0:
        return
    line = corridor_line((lon_a, lat_a), (lon_b, lat_b), terrain)
    assert Point(line.coords[0]).distance(Point(lon_a, lat_a)) < 1e-9
    assert Point(line.coords[-1]).distance(Point(lon_b, lat_b)) < 1e-9
    # No gain is above 65 %, so that no detour can be worth more than 1 / 0.35; slopes of 45° allow 1.42 at most.
    assert straight * 0.999 <= length_km(line) <= 1.42 * straight
    # Across: a quarter of the length at most is searched; 15 % by default, the grid rounds up.
    assert shapely.hausdorff_distance(line, LineString([(lon_a, lat_a), (lon_b, lat_b)])) * 95 <= 0.3 * straight + 8


def test_the_measured_errors_are_those_assumed() -> None:
    """Existing lines left out and drawn as if unknown; the numbers stand in ``SitingAssumptions``."""
    table = measured(stretches(default_ground())).set_index(["mode", "length_class", "method"])
    given = SitingAssumptions()
    led, straight = (table.loc[("rail", "60-210 km", method)] for method in ("corridor", "straight"))
    assert led["median_km"] < 0.75 * straight["median_km"]
    assert led["p90_km"] < straight["p90_km"]
    # The network grows as it is completed: a kilometre of drift before the assumption has to be set anew.
    assert led["p90_km"] == pytest.approx(given.corridor_error_km, abs=1.0)
    short = table.loc[("rail", "25-60 km", "straight")]
    assert short["p90_share"] == pytest.approx(given.rail_stray_share, abs=0.02)
    assert table.loc[("rail", "25-60 km", "corridor")]["median_km"] > short["median_km"]
    road = table.loc[("highway", "25-210 km", "straight")]
    assert road["p90_share"] == pytest.approx(given.stray_share, abs=0.02)
