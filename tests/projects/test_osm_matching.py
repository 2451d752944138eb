"""Projects of the register against a mapped network: what is found is theirs, and what stands beside a line is not on it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from benchmarks._mirrored_network import mirrored, taken_from
from layers.features import network_features
from layers.osm.schema import ATTRIBUTION
from layers.osm_matching import Candidates
from layers.osm_matching.measures import distances_km, evenly
from layers.osm_matching.network import existing_lines
from layers.project_lines import built_lines
from projects.builtin import builtin_register
from projects.osm_matching import Redrawn, redraw_from_osm, wanted_of_projects
from projects.schema import PROJECTS
from projects.siting import site_projects
from tests.layers.osm_matching.sample import FAST, MOTORWAY, course, table, tracks, ways

ON_THEIR_LINES = {
    "合安高速": "合安高速公路",
    "芜合高速": "芜合高速公路",
    "明巢高速": "明巢高速公路",
    "宁马高速公路江苏段": "宁芜高速公路",
    "沪苏湖铁路": "沪苏湖高速铁路",
    "南沿江高铁": "沪宁沿江高速铁路",
    "合安九铁路": "京港高速铁路",
    "宁芜铁路": "宁芜铁路",
}
"""Projects that are lines of today's network, with the name of the line as a mapper writes it (common knowledge)."""

BESIDE = {
    "沪陕高速复线",
    "沪蓉高速复线",
    "合芜宣杭高速复线",
    "合芜杭二通道",
    "宁杭二通道",
    "明巢高速南延段",
    "京台合肥西绕线",
}
"""Projects beside or beyond an existing line, which are not that line."""

UNLIKE = ("合安高速", "沪苏湖铁路", "商合杭铁路", "连宿高速公路")
"""A road and a railway that are replaced, and two of which there is only a part."""


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    """The projects above, those of one test below, and every fourth railway and road."""
    every = builtin_register().projects
    every = every[every["mode"].isin(["rail", "highway"])].reset_index(drop=True)
    named = every["name"].isin({*ON_THEIR_LINES, *BESIDE, *UNLIKE})
    return every[named | (every.index % 4 == 0)].reset_index(drop=True)


@pytest.fixture(scope="module")
def drawn(register: pd.DataFrame) -> gpd.GeoDataFrame:
    return site_projects(register)


@pytest.fixture(scope="module")
def mapped() -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    return mirrored()


@pytest.fixture(scope="module")
def found(register: pd.DataFrame, drawn: gpd.GeoDataFrame, mapped: tuple[gpd.GeoDataFrame, dict[str, str]]) -> Redrawn:
    return redraw_from_osm(drawn, mapped[0], projects=register)


def test_projects_on_existing_lines_get_the_mapped_ones(
    found: Redrawn, mapped: tuple[gpd.GeoDataFrame, dict[str, str]]
) -> None:
    replaced = found.matches[found.matches["decision"] == "replaced"].set_index("name")
    assert set(ON_THEIR_LINES) <= set(replaced.index)
    for name, line in ON_THEIR_LINES.items():
        assert line in replaced.loc[name, "osm_name"]
    line_of = existing_lines().set_index("feature_id")
    for _, row in replaced.iterrows():
        makers = taken_from(row["osm_ids"], mapped[1])
        # The lines whose ways were used lie where the project was drawn: within the band that the table states.
        for maker in makers.index:
            off = distances_km(evenly(row.geometry, 2.0), line_of.loc[maker].geometry, most_km=500.0)
            assert float(np.nanmin(off)) < row["band_km"]
        assert row["most_off_km"] <= row["band_km"]


def test_what_stands_beside_a_line_is_not_drawn_on_it(found: Redrawn) -> None:
    beside = found.matches[found.matches["name"].isin(BESIDE)]
    assert set(beside["name"]) == BESIDE
    assert set(beside["decision"]) == {"absent"}


def test_only_projects_that_were_replaced_change(drawn: gpd.GeoDataFrame, found: Redrawn) -> None:
    by = found.matches.set_index("feature_id")["decision"]
    for before, after in zip(drawn.itertuples(), found.features.itertuples(), strict=True):
        replaced = by.get(before.feature_id) == "replaced"
        assert (after.drawn_by == "osm") is replaced
        assert (ATTRIBUTION in after.source) is replaced
        if not replaced:
            assert (after.geometry is None and before.geometry is None) or shapely.equals_exact(
                after.geometry, before.geometry
            )
            assert after.drawn_by == before.drawn_by


def test_a_redrawn_line_of_the_network_stays_no_new_line(drawn: gpd.GeoDataFrame, found: Redrawn) -> None:
    """The network that projects add is the same before and after: all that was replaced here exists already."""
    nodes = pd.DataFrame(columns=["mode", "name", "kind", "lon", "lat"])
    before, after = (built_lines(table, nodes)[0] for table in (drawn, found.features))
    assert list(before["feature_id"]) == list(after["feature_id"])


def test_a_row_for_every_line_that_was_looked_for(
    register: pd.DataFrame, drawn: gpd.GeoDataFrame, found: Redrawn
) -> None:
    lines = drawn[drawn["drawn_by"].isin(["network", "nodes", "corridor", "straight"])]
    lines = lines[lines.geometry.geom_type.str.contains("Line")]
    assert set(found.matches["feature_id"]) == set(lines["feature_id"])
    assert (found.matches.loc[found.matches["decision"] != "replaced", "reason"] != "").all()
    assert found.replaced == int((found.features["drawn_by"] == "osm").sum())


def test_the_order_of_the_file_does_not_matter(
    register: pd.DataFrame, drawn: gpd.GeoDataFrame, mapped: tuple[gpd.GeoDataFrame, dict[str, str]]
) -> None:
    some = register[register["name"].isin(UNLIKE)]
    shuffled = mapped[0].sample(frac=1.0, random_state=3)
    one, other = (redraw_from_osm(drawn, osm, projects=some).matches for osm in (mapped[0], shuffled))
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


# ---- a register of one's own --------------------------------------------------------------------------------------


def _project(name: str, places: str, **facts: str) -> pd.DataFrame:
    row = {
        "project_id": "p1", "name": name, "mode": "rail", "kind": "high_speed_rail", "work": "new",
        "status": "under_construction", "places": places, **facts,
    }  # fmt: skip
    return PROJECTS.coerce(pd.DataFrame([row]))


def _redrawn(project: pd.DataFrame, *parts: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    result = redraw_from_osm(site_projects(project), Candidates(table(*parts)), projects=project)
    return result.matches.iloc[0], result.features.iloc[0]


LUAN_BOZHOU = course((116.505, 31.755), (115.9, 32.9), (115.778, 33.844), count=90)
"""六安—阜阳—亳州, where no high-speed line of today runs through."""


def test_a_line_under_construction_gets_its_alignment() -> None:
    osm = ways(tracks(LUAN_BOZHOU), "六亳高速铁路", tags=FAST, status="under_construction", lifecycle="construction")
    match, feature = _redrawn(_project("六安—亳州高铁", "六安-亳州"), osm)
    assert (match["decision"], match["drawn_by"]) == ("replaced", "corridor")
    assert match["name_score"] == 0.85  # 六亳, by the first characters of the places
    assert feature["drawn_by"] == "osm"
    assert (
        len(
            built_lines(
                gpd.GeoDataFrame([feature], crs=4326), pd.DataFrame(columns=["mode", "name", "kind", "lon", "lat"])
            )[0]
        )
        == 1
    )


def test_an_abbreviation_may_take_another_character_of_a_place() -> None:
    """滁宁: 宁 is 南京, of which the project's own name says nothing."""
    project = _project("滁州—南京城际铁路", "滁州-南京", kind="intercity_rail")
    route = shapely.segmentize(site_projects(project).geometry.iloc[0], 0.01)
    route = tracks(shapely.get_coordinates(route), apart_deg=0.0003)
    match, _ = _redrawn(project, ways(route, "滁宁城际铁路", tags=FAST))
    assert match["name_score"] == 0.85
    assert (match["decision"], match["reasons"]) == (
        "refused",
        "by_places_only",
    )  # there may be an old line of that name
    match, _ = _redrawn(project, ways(route, "滁宁城际铁路", tags=FAST, opening_year=2023))
    assert match["decision"] == "replaced"


def test_a_line_that_misses_a_named_place_is_refused() -> None:
    osm = ways(tracks(LUAN_BOZHOU), "六亳高速铁路", tags=FAST)
    match, feature = _redrawn(_project("六亳高铁", "六安-蚌埠-亳州"), osm)
    assert match["decision"] == "refused"
    assert "misses_place" in match["reasons"]
    assert feature["drawn_by"] != "osm"


def test_a_section_is_cut_out_of_a_longer_line() -> None:
    """京沪高速公路江苏段 of a motorway mapped from 北京 to 上海: only what lies between the ends of the drawn section."""
    project = _project(
        "京沪高速公路江苏段", "北京-上海", mode="highway", kind="expressway_widening", work="upgrade", section="江苏段"
    )
    features = site_projects(project)
    ends = shapely.get_coordinates(features.geometry.iloc[0])
    whole = shapely.LineString(
        np.vstack([[117.0, 36.0], ends if ends[0, 1] > ends[-1, 1] else ends[::-1], [121.47, 31.23]])
    )
    osm = table(ways([whole], "京沪高速公路", mode="highway", ref="G2", tags=MOTORWAY))
    match = redraw_from_osm(features, osm, projects=project).matches.iloc[0]
    assert match["decision"] == "replaced"
    assert match["length_km"] == pytest.approx(match["drawn_length_km"], rel=0.02)


def test_a_planners_own_line_goes_before_openstreetmap() -> None:
    project = _project("六亳高铁", "六安-亳州")
    own = gpd.GeoDataFrame({"project_id": ["p1"]}, geometry=[shapely.LineString(LUAN_BOZHOU[::9])], crs=4326)
    features = site_projects(project, user_lines=own)
    assert wanted_of_projects(features, project) == []


def test_the_existing_network_is_redrawn_too() -> None:
    network = network_features()
    row = network[network["feature_id"] == "rail-husuhu-1"]
    osm = table(ways(tracks(shapely.get_coordinates(row.geometry.iloc[0])), "沪苏湖高速铁路", tags=FAST))
    after = redraw_from_osm(network, osm).features.set_index("feature_id")
    assert list(after.index[after["drawn_by"] == "osm"]) == ["rail-husuhu-1"]
    assert after.loc["rail-husuhu-1", "source"].endswith(ATTRIBUTION)
    assert after.loc["rail-husuhu-1", "accuracy_km"] == 0.1
