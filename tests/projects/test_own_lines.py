"""A planner's own geometries, good and bad: each bad one is said to be bad, and no project is lost by it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import CrsError, SchemaError
from projects.schema import PROJECTS
from projects.sites.ground import default_ground
from projects.sites.own_lines import gcj02_share, own_lines
from projects.siting import site_projects

KNOWN = np.asarray([(117.0, 32.0), (117.2, 31.9), (117.4, 31.95), (117.6, 31.8), (117.8, 31.85), (118.0, 31.7)])
GOOD = LineString(KNOWN)


def _own(*shapes: BaseGeometry | None, crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"project_id": ["p1"] * len(shapes)}, geometry=list(shapes), crs=crs)


def _project() -> pd.DataFrame:
    row = {
        "project_id": "p1",
        "name": "合肥—六安试验线",
        "mode": "rail",
        "kind": "intercity_rail",
        "work": "new",
        "status": "proposed",
        "places": "合肥-六安",
    }
    return PROJECTS.coerce(pd.DataFrame([row]))


def _sited(*shapes: BaseGeometry | None) -> pd.Series:
    return site_projects(_project(), user_lines=_own(*shapes)).iloc[0]


def test_a_good_line_is_used_as_it_is() -> None:
    assert own_lines(_own(GOOD), KNOWN)["p1"].notes == ()
    site = _sited(GOOD)
    assert site["drawn_by"] == "user"
    assert site.geometry.equals(GOOD)


def test_an_alignment_of_openstreetmap_is_said_to_be_one() -> None:
    site = site_projects(_project(), user_lines=_own(GOOD).assign(drawn_by="osm")).iloc[0]
    assert site["drawn_by"] == "osm"
    assert site.geometry.equals(GOOD)


def test_no_coordinate_system_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(CrsError, match="EPSG:4490"):
        own_lines(_own(GOOD, crs=None), KNOWN)


def test_no_id_is_an_error_that_lists_the_columns() -> None:
    with pytest.raises(SchemaError, match="线路"):
        own_lines(_own(GOOD).rename(columns={"project_id": "线路"}), KNOWN)


def test_swapped_axes_are_said_and_not_used() -> None:
    swapped = LineString([(y, x) for x, y in KNOWN])
    own = own_lines(_own(swapped), KNOWN)["p1"]
    assert own.geometry is None
    assert [note.code for note in own.notes] == ["user_swapped"]
    site = _sited(swapped)
    assert site["drawn_by"] in {"corridor", "straight", "network"}
    assert "颠倒" in site["siting_note"]
    assert site.geometry.distance(Point(117.28, 31.8)) < 0.2


def test_outside_china_is_said_and_not_used() -> None:
    site = _sited(LineString([(2.3, 48.8), (4.8, 45.7)]))
    assert "中国以外" in site["siting_note"]
    assert site["drawn_by"] != "user"


def test_metres_called_degrees_are_said_and_not_used() -> None:
    site = _sited(LineString([(500000, 3500000), (510000, 3510000)]))
    assert "中国以外" in site["siting_note"]
    assert site["drawn_by"] != "user"


@pytest.mark.parametrize("shape", [LineString(), None])
def test_empty_is_said_and_the_project_stays(shape: BaseGeometry | None) -> None:
    site = _sited(shape)
    assert "为空" in site["siting_note"]
    assert site["drawn_by"] in {"corridor", "straight", "network"}


def test_a_line_that_crosses_itself_is_used_and_flagged() -> None:
    site = _sited(LineString([(117.0, 32.0), (117.2, 32.2), (117.2, 32.0), (117.0, 32.2)]))
    assert site["drawn_by"] == "user"
    assert "自相交" in site["siting_note"]
    bow = _sited(Polygon([(117.0, 32.0), (117.2, 32.2), (117.2, 32.0), (117.0, 32.2)]))
    assert "自相交" in bow["siting_note"]


def test_several_rows_of_a_project_are_one_geometry() -> None:
    other = LineString([(118.0, 31.7), (118.2, 31.6)])
    whole = own_lines(_own(GOOD, other), KNOWN)["p1"].geometry
    assert whole is not None
    assert whole.length == pytest.approx(GOOD.length + other.length)
    mixed = own_lines(_own(GOOD, Point(117.0, 32.0)), KNOWN)["p1"]
    assert mixed.geometry is not None
    assert "Line" in mixed.geometry.geom_type
    assert [note.code for note in mixed.notes] == ["user_mixed"]


def test_bd09_is_told_from_gcj02() -> None:
    shifted = LineString(np.column_stack(wgs84_to_bd09(KNOWN[:, 0], KNOWN[:, 1])))
    own = own_lines(_own(shifted), KNOWN)["p1"]
    assert own.geometry is not None
    assert own.geometry.equals(shifted)
    assert [note.code for note in own.notes] == ["user_bd09"]


def test_gcj02_is_suspected_but_not_corrected() -> None:
    shifted = LineString(np.column_stack(wgs84_to_gcj02(KNOWN[:, 0], KNOWN[:, 1])))
    slope, count = gcj02_share(shifted, KNOWN)
    assert slope == pytest.approx(1.0, abs=0.15)
    assert count >= 4
    own = own_lines(_own(shifted), KNOWN)["p1"]
    assert own.geometry is not None
    assert own.geometry.equals(shifted)
    assert [note.code for note in own.notes] == ["user_gcj02"]


def test_wgs84_with_the_errors_of_a_hand_is_not_suspected() -> None:
    # 300 m of random error on every vertex, as the shift of GCJ-02 is 400-600 m here; no seed may look like it.
    suspected = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        drawn = LineString(KNOWN + rng.normal(0.0, 0.003, KNOWN.shape))
        suspected += gcj02_share(drawn, KNOWN)[1] > 0
    assert suspected <= 2


def test_gcj02_is_found_against_the_embedded_network() -> None:
    ground = default_ground()
    rows = ground.lines["highway"]
    line = rows[rows["line"] == "沪陕高速"].geometry.iloc[0]
    points = np.asarray(line.coords)
    shifted = LineString(np.column_stack(wgs84_to_gcj02(points[:, 0], points[:, 1])))
    interchanges = ground.network["highway"].nodes[["lon", "lat"]].to_numpy(dtype=float)
    assert gcj02_share(line, interchanges)[1] == 0
    assert gcj02_share(shifted, interchanges)[1] >= 4
    assert gcj02_share(MultiLineString([shifted]), interchanges)[1] >= 4
    assert own_lines(_own(line), *ground.known_points)["p1"].notes == ()


def test_most_existing_lines_are_found_when_shifted_and_none_as_they_are() -> None:
    """Stations and interchanges of the embedded network against its own lines, in WGS 84 and moved as GCJ-02 moves."""
    ground = default_ground()
    told = {"true": [], "shifted": []}
    for mode in ("rail", "highway"):
        for line in ground.lines[mode].geometry:
            if len(line.coords) < 8:
                continue
            points = np.asarray(line.coords)
            moved = LineString(np.column_stack(wgs84_to_gcj02(points[:, 0], points[:, 1])))
            for key, one in (("true", line), ("shifted", moved)):
                notes = own_lines(_own(one), *ground.known_points)["p1"].notes
                told[key].append("user_gcj02" in {note.code for note in notes})
    assert len(told["true"]) > 50
    assert np.mean(told["true"]) <= 0.02
    assert np.mean(told["shifted"]) >= 0.7
