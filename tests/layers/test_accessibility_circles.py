"""Commuting circles by hand, and the studies of whole regions on the embedded network."""

from __future__ import annotations

import functools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import SchemaError, VocabularyError
from geo.gazetteer import default_gazetteer
from geo.geodesy import distance_km
from layers.accessibility import (
    MEASURES,
    Setting,
    accessibility_table,
    area_places,
    circle_summary,
    circle_table,
    commuting_circle,
    commuting_circles,
    core_places,
    county_places,
    equity_table,
    evidence_of,
    facility_places,
    metropolitan_areas,
)
from layers.indicators import scenario_network
from layers.network import Network
from layers.rail import rail_lines
from layers.schema import FEATURES
from layers.travel_time import travel_time_matrix

NAN = np.nan


@functools.cache
def _today() -> Network:
    return scenario_network(None)


@functools.cache
def _cities() -> Setting:
    return Setting(_today(), area_places("prefecture"), "today")


def test_a_circle_by_hand() -> None:
    times = pd.DataFrame(
        [[60.0, 80.0], [60.1, 75.0], [90.0, 75.0], [75.1, NAN], [NAN, NAN]],
        index=["在", "刚", "边", "外", "岛"],
        columns=["苏州", "常州"],
    )
    found = commuting_circle(times)
    assert found["standing"].tolist() == ["in", "just_out", "just_out", "out", "unreached"]
    assert found["core"].tolist() == ["苏州", "苏州", "常州", "苏州", ""]
    assert commuting_circle(times, limit_min=59.9, margin_min=0.0)["standing"].tolist()[:2] == ["out", "out"]
    for wrong in ({"limit_min": 0.0}, {"margin_min": -1.0}):
        with pytest.raises(VocabularyError, match="limit"):
            commuting_circle(times, **wrong)


def test_circles_and_their_people_by_hand() -> None:
    counties = pd.DataFrame(
        {
            "name": ["甲区", "乙县", "丙县", "丁县"],
            "code": ["1001", "1002", "2001", "3001"],
            "city_code": ["1000", "1000", "2000", "3000"],
        }
    )
    cores = pd.DataFrame({"name": ["甲市"], "code": ["1000"]})
    areas = pd.DataFrame({"name": ["甲都市圈"], "scope": ["x"], "core_codes": ["1000"], "member_codes": ["1000|2001"]})
    times = pd.DataFrame({"甲市": [10.0, 200.0, 50.0, 70.0]}, index=counties["name"])
    rows = commuting_circles(times, counties, cores, areas=areas)
    # 乙县 is far but of the city; 丁县 is no member but nearly in.
    assert rows[["county", "member", "standing"]].values.tolist() == [
        ["甲区", True, "in"],
        ["丙县", True, "in"],
        ["丁县", False, "just_out"],
        ["乙县", True, "out"],
    ]
    people = pd.Series({"1001": 5.0, "1002": 3.0, "2001": 2.0})
    summary = circle_summary(rows, people).iloc[0]
    assert summary["counties_in"] == 2
    assert summary["members"] == 3
    assert summary["members_in"] == 2
    assert summary["members_outside"] == "乙县"
    assert summary["just_out"] == "丁县 70.0"
    assert summary["population_in"] == 7.0
    assert summary["member_population"] == 10.0
    assert summary["member_population_in_share"] == pytest.approx(0.7)
    assert "population_in" not in circle_summary(rows)
    with pytest.raises(SchemaError, match="population of the counties of 甲都市圈: missing for 1002"):
        circle_summary(rows, people.drop("1002"))
    with pytest.raises(SchemaError, match="no travel times for 丁县"):
        commuting_circles(times.drop("丁县"), counties, cores, areas=areas)


def test_the_metropolitan_areas_are_those_of_the_plans() -> None:
    table = metropolitan_areas()
    assert set(table["name"]) == {
        "上海大都市圈",
        "南京都市圈",
        "杭州都市圈",
        "合肥都市圈",
        "苏锡常都市圈",
        "宁波都市圈",
    }
    gazetteer = default_gazetteer()
    counties = set(county_places()["code"])
    cities = set(area_places("prefecture")["code"])
    for row in table.to_dict("records"):
        codes = str(row["member_codes"]).split("|")
        assert set(codes) <= counties | cities
        assert set(str(row["core_codes"]).split("|")) <= set(codes)
        assert row["source"]
        assert row["grade"] in {"A", "B"}
    # The plan of 2021 gives 南京都市圈 27,000 km² and some 20 million people, that of 2024 合肥都市圈 24,900 km².
    # 77.42 million people in 2020 by the plan of 上海大都市圈.
    areas = county_places().set_index("code")["area_km2"]
    city_of = county_places().set_index("code")["city_code"]

    def size_km2(name: str, scope: str) -> float:
        row = table[(table["name"] == name) & (table["scope"] == scope)].iloc[0]
        members = set(str(row["member_codes"]).split("|"))
        return float(areas[[code for code in areas.index if code in members or city_of[code] in members]].sum())

    assert size_km2("南京都市圈", "approved") == pytest.approx(27_000, rel=0.05)
    assert size_km2("合肥都市圈", "approved") == pytest.approx(24_900, rel=0.05)
    assert size_km2("上海大都市圈", "1+8") == pytest.approx(56_000, rel=0.05)
    assert size_km2("上海大都市圈", "1+13 draft") == pytest.approx(114_000, rel=0.05)
    cities_ = area_places("prefecture").set_index("code")["population"]
    nine = str(table.loc[table["scope"] == "1+8", "member_codes"].iloc[0]).split("|")
    assert cities_[nine].sum() == pytest.approx(77.42e6, rel=0.001)
    assert gazetteer.get("340881").full_name == "桐城市"
    assert list(metropolitan_areas(["合肥"])["scope"]) == ["approved", "wide"]
    with pytest.raises(VocabularyError, match="no metropolitan area 徐州"):
        metropolitan_areas(["徐州"])


def test_places_have_names_of_their_own() -> None:
    counties = county_places()
    assert len(counties) == 305
    assert counties["name"].is_unique
    drums = counties[counties["full_name"] == "鼓楼区"]
    assert sorted(drums["name"]) == ["南京鼓楼", "徐州鼓楼"]
    assert (counties["area_km2"] > 0).all()
    assert set(area_places("prefecture")["province_code"]) == {"310000", "320000", "330000", "340000"}
    assert list(core_places()["name"]) == ["上海", "南京", "无锡", "常州", "苏州", "杭州", "宁波", "合肥"]
    with pytest.raises(VocabularyError, match="no level"):
        area_places("town")


def test_the_station_of_a_citys_name_is_not_the_city() -> None:
    stations = facility_places("station", network=_today())
    assert {"上海站", "合肥南站"} <= set(stations["name"])
    assert not set(stations["name"]) & set(area_places("prefecture")["name"])
    table = accessibility_table(_cities(), "nearest-station").set_index("place")
    assert (table["value"] > 0).all()
    # 合肥's centre to 合肥站, by local road: as the crow flies times 1.3 at 45 km/h.
    place = area_places("prefecture").set_index("name").loc["合肥"]
    at = stations.set_index("name").loc[table.loc["合肥", "detail"]]
    km = distance_km(place["lon"], place["lat"], at["lon"], at["lat"])
    assert table.loc["合肥", "value"] == pytest.approx(km * 1.3 / 45 * 60, abs=0.01)
    # A supply that bears a city's name but lies elsewhere is not 0 min from it.
    away = pd.DataFrame({"name": ["合肥"], "lon": [117.0], "lat": [31.5]})
    assert _cities().times_to(away).loc["合肥", "合肥"] > 30.0
    for kind, match in (("castle", "no kind"), ("station", "those of a network")):
        with pytest.raises(VocabularyError, match=match):
            facility_places(kind)


@pytest.mark.parametrize("measure", [m for m in MEASURES if m != "catchment"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_measure_of_the_cities_comes_with_its_definition(measure: str, lang: str) -> None:
    table = accessibility_table(_cities(), measure, lang=lang)
    assert list(table["place"]) == list(area_places("prefecture")["name"])
    assert table["value"].notna().all()
    assert table["code"].str.len().eq(6).all()
    share = f"{100 * table['grade_d_share'].iloc[0]:.0f}"
    assert table["definition"].str.contains(share).all()
    assert 0.0 < table["grade_d_share"].iloc[0] < 1.0
    assert table["straight_share"].iloc[0] == 0.0


def test_measures_of_the_cities_against_the_matrix() -> None:
    places = area_places("prefecture")
    times = travel_time_matrix(_today(), places, places).time_min
    people = places.set_index("name")["population"]
    daily = accessibility_table(_cities(), "daily", limit_min=90.0).set_index("place")["value"]
    assert daily["苏州"] == sum(people[name] for name in times.columns if times.loc["苏州", name] <= 90.0)
    mean = accessibility_table(_cities(), "weighted-time").set_index("place")["value"]
    others = [name for name in times.columns if name != "合肥"]
    assert mean["合肥"] == pytest.approx(np.average(times.loc["合肥", others], weights=people[others]))
    spread = equity_table(_cities(), accessibility_table(_cities(), "potential")).set_index("index")["value"]
    assert spread["theil"] == pytest.approx(spread["theil_between"] + spread["theil_within"])
    assert 0.0 < spread["gini"] < 0.5
    assert spread["palma"] > 0.25
    with pytest.raises(VocabularyError, match="less is better"):
        equity_table(_cities(), accessibility_table(_cities(), "weighted-time"))
    with pytest.raises(VocabularyError, match="no measure"):
        accessibility_table(_cities(), "happiness")
    with pytest.raises(VocabularyError, match="supply"):
        accessibility_table(_cities(), "catchment")


def test_by_the_fastest_train_alone_more_centres_are_near() -> None:
    places = area_places("prefecture")
    train = Setting(_today(), places, "today", mode="rail", depart_from="station")
    door = Setting(_today(), places, "today", mode="rail")
    one, other = (accessibility_table(s, "centres").set_index("place") for s in (train, door))
    assert (one["value"] >= other["value"]).all()
    # 沪宁城际: the fastest trains take some half an hour from 苏州 to 上海, a bit over an hour from 南京.
    assert {"上海", "无锡", "常州", "南京"} <= {part.split()[0] for part in one.loc["苏州", "detail"].split("、")}
    assert one["definition"].str.contains("站到站").all()
    assert other["definition"].str.contains("门到门").all()
    county = Setting(_today(), county_places(), "today", mode="rail", depart_from="station")
    circle = circle_table(county, ["合肥"]).drop_duplicates("county").set_index("county")
    assert circle.loc["巢湖", "standing"] == "in"
    assert circle.loc["巢湖", "time_min"] < 40.0
    with pytest.raises(VocabularyError, match="begins at the door"):
        accessibility_table(train, "nearest-station")


def test_a_users_matrix_and_masses_take_the_place_of_ours() -> None:
    times = pd.DataFrame([[0.0, 20.0], [30.0, 0.0]], index=["合肥", "别处"], columns=["合肥", "别处"])
    places = pd.DataFrame({"name": ["合肥", "别处"], "code": ["340100", ""], "population": [7.0, NAN]})
    own = Setting(None, places, matrix=times, scenario="mine.csv")
    table = accessibility_table(own, "opportunities", limit_min=25.0)
    assert table["value"].tolist() == [1.0, 0.0]
    assert set(table["mode"]) == {"matrix"}
    assert table["definition"].str.contains("自有矩阵").all()
    assert table["grade_d_share"].isna().all()
    with pytest.raises(SchemaError, match="population: missing for 别处"):
        accessibility_table(own, "daily")
    with pytest.raises(VocabularyError, match="needs the network"):
        accessibility_table(own, "nearest-airport")
    gdp = Setting(
        None, places, matrix=times, scenario="m", masses=pd.Series({"合肥": 5.0, "别处": 6.0}), mass_word="gdp"
    )
    assert accessibility_table(gdp, "potential")["value"].tolist() == pytest.approx([6.0 / 20.0, 5.0 / 30.0])
    beds = pd.DataFrame({"name": ["别处"], "supply": [12.0]})
    shared = accessibility_table(gdp, "catchment", supply=beds, limit_min=25.0)
    assert shared["value"].tolist() == pytest.approx([12.0 / 11.0, 12.0 / 11.0])


def test_the_circles_of_the_delta() -> None:
    setting = Setting(_today(), county_places(), "today")
    table = circle_table(setting)
    near = table[(table["circle"] == "合肥都市圈") & (table["scope"] == "approved")].set_index("county")
    # The districts of the core are in its circle, whoever draws it; the mountains of 安徽 are not in 上海's.
    assert (near.loc[["蜀山", "庐阳", "包河", "瑶海", "肥西"], "standing"] == "in").all()
    assert near["time_min"].is_monotonic_increasing
    assert (table.loc[table["standing"] == "in", "time_min"] <= 60.0).all()
    assert table.loc[table["standing"] == "just_out", "time_min"].between(60.0, 75.0, inclusive="right").all()
    shanghai = table[(table["circle"] == "上海大都市圈") & (table["standing"] == "in")]
    assert "黄山" not in set(shanghai["county"])
    assert shanghai["code"].str.startswith("31").sum() >= 10
    wider = circle_table(setting, ["合肥"], limit_min=90.0)
    inside = wider[(wider["standing"] == "in") & (wider["scope"] == "approved")]
    assert set(near.index[near["standing"] == "in"]) < set(inside["county"])


def test_what_a_network_rests_on_by_hand() -> None:
    today = evidence_of(_today())
    assert today.project_km == 0.0
    assert np.isnan(today.projects_straight_share)
    assert today.straight_share == 0.0
    links = _today().links
    first = links["feature_id"].isin(rail_lines().loc[lambda t: t["grade"] == "D", "feature_id"])
    assert links.loc[first, "length_km"].sum() / 2 <= 2 * today.grade_d_share * today.route_km
    project = pd.DataFrame(
        {
            "feature_id": ["p1", "p2"],
            "origin": "project",
            "name": ["甲线", "乙线"],
            "mode": "rail",
            "kind": "high_speed_rail",
            "work": "new",
            "status": "proposed",
            "drawn_by": ["straight", "user"],
        }
    )
    shapes = [shapely.LineString([(116.3, 30.2), (117.3, 30.2)]), shapely.LineString([(116.3, 33.5), (116.3, 34.5)])]
    features = gpd.GeoDataFrame(FEATURES.coerce(project), geometry=shapes, crs="EPSG:4326")
    planned = evidence_of(scenario_network(features, scenario="plan"), features)
    straight = distance_km(116.3, 30.2, 117.3, 30.2) * 1.1  # a route is a tenth longer than its straight join
    drawn = distance_km(116.3, 33.5, 116.3, 34.5)
    assert planned.project_km == pytest.approx(straight + drawn, rel=0.01)
    assert planned.projects_straight_share == pytest.approx(straight / (straight + drawn), rel=0.01)
    assert planned.route_km == pytest.approx(today.route_km + straight + drawn, rel=0.001)
    assert "直线" in planned.sentence("zh")
    assert "straight" in planned.sentence("en")
