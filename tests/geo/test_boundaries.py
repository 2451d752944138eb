"""Boundaries: laws of a coverage, published areas and census totals, known points, and another source's polygons."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.boundaries import BASEMAP_BOX, basemap, boundaries, unit_at
from geo.errors import PlaceNotFoundError, VocabularyError
from geo.gazetteer import default_gazetteer
from geo.geodesy import area_km2, distance_km
from layers.density import denominators_km2

DATA = Path(__file__).resolve().parents[2] / "geo" / "data"

# Units whose published area counts what no polygon has, or the reverse (reason in areas.csv): the difference in percent
# as it is today, rounded outwards, so that a change shows.
OTHER_DEFINITION = {"上海市": (15.0, 17.0), "南通市": (-9.5, -8.5), "盐城市": (-8.0, -7.0), "江苏省": (-4.5, -3.5)}


def test_numbers_of_units() -> None:
    assert [len(boundaries(level)) for level in ("province", "prefecture", "county")] == [4, 41, 305]


@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_each_level_is_a_coverage(level: str) -> None:
    frame = boundaries(level)  # type: ignore[arg-type]
    assert frame.is_valid.all()
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert frame["code"].is_unique
    assert frame["code"].is_monotonic_increasing
    assert frame.crs == "EPSG:4326"
    assert (frame["polygon_area_km2"] > 0).all()


def test_counties_add_up_to_cities_and_provinces() -> None:
    counties, cities, provinces = (boundaries(level) for level in ("county", "prefecture", "province"))
    by_city = counties.groupby(counties["code"].str[:4].where(counties["code"].str[:2] != "31", "3100"))
    sums = by_city["polygon_area_km2"].sum()
    sums.index = sums.index + "00"
    assert (sums / cities.set_index("code")["polygon_area_km2"] - 1).abs().max() < 1e-9
    by_province = counties.groupby(counties["code"].str[:2])["polygon_area_km2"].sum()
    by_province.index = by_province.index + "0000"
    assert (by_province / provinces.set_index("code")["polygon_area_km2"] - 1).abs().max() < 1e-9


def test_areas_are_the_official_ones(capsys: pytest.CaptureFixture[str]) -> None:
    units = pd.concat([boundaries("province"), boundaries("prefecture")], ignore_index=True).drop_duplicates("code")
    published = pd.read_csv(DATA / "areas.csv", dtype=str, keep_default_na=False).set_index("code")
    units["kind"] = units["code"].map(published["area_kind"])
    units["why"] = units["code"].map(published["note"])
    units["percent"] = (units["polygon_area_km2"] / units["official_area_km2"] - 1) * 100
    with capsys.disabled():
        table = units[["name", "official_area_km2", "kind", "polygon_area_km2", "percent", "why"]].round(2)
        sys.stdout.write(f"\n{table.sort_values('percent').to_string(index=False)}\n")
    assert len(units) == 44
    for unit in units.itertuples():
        if unit.name in OTHER_DEFINITION:
            low, high = OTHER_DEFINITION[unit.name]
            assert low < unit.percent < high, (unit.name, unit.percent)
            assert unit.why, unit.name
        else:
            assert abs(unit.percent) < 1.0, (unit.name, unit.percent)


def test_densities_divide_by_the_published_area() -> None:
    """No density of a unit whose polygon counts other ground may use the polygon."""
    for level in ("province", "prefecture"):
        units = boundaries(level)  # type: ignore[arg-type]
        assert (denominators_km2(units) == units["official_area_km2"].to_numpy()).all()
    # 上海's districts, published by tcmap.com.cn, add up to the city but for rounding; 崇明's polygon has half the estuary.
    districts = boundaries("county", within="上海").set_index("name")
    assert districts["official_area_km2"].sum() == pytest.approx(6340.5, abs=8)
    assert districts.loc["崇明区", "polygon_area_km2"] > 1.4 * denominators_km2(districts.loc[["崇明区"]])[0]


def test_official_areas_of_cities_add_up_to_the_province() -> None:
    cities, provinces = boundaries("prefecture"), boundaries("province").set_index("code")["official_area_km2"]
    for code, tolerance in (
        ("330000", 1e-6),
        ("340000", 0.002),
        ("320000", 0.02),
    ):  # 江苏's total is rounded up by flats
        total = cities.loc[cities["code"].str[:2] == code[:2], "official_area_km2"].sum()
        assert abs(total / provinces[code] - 1) < tolerance, (code, total)


def test_census_adds_up() -> None:
    """The 41 cities' totals, recalled one by one, add up to the province totals of the 2020 census bulletin."""
    cities = boundaries("prefecture")
    published = {"31": 24_870_895, "32": 84_748_016, "33": 64_567_588, "34": 61_027_171}
    sums = cities.groupby(cities["code"].str[:2])["population_2020"].sum()
    assert sums.to_dict() == published
    assert (
        boundaries("province").set_index(boundaries("province")["code"].str[:2])["population_2020"].to_dict()
        == published
    )
    counties = boundaries("county")
    assert counties.groupby(counties["code"].str[:2])["population_2020"].sum().round(6).to_dict() == published


@pytest.mark.parametrize(
    ("what", "lon", "lat", "city", "county"),
    # Points from memory of maps, each well inside its unit.
    [
        ("合肥南站", 117.285, 31.800, "合肥市", "包河区"),
        ("人民广场", 121.473, 31.231, "上海市", "黄浦区"),
        ("陆家嘴", 121.505, 31.240, "上海市", "浦东新区"),
        ("夫子庙", 118.789, 32.020, "南京市", "秦淮区"),
        ("西湖断桥", 120.150, 30.260, "杭州市", "西湖区"),
        ("屯溪老街", 118.305, 29.713, "黄山市", "屯溪区"),
        ("小岗村", 117.778, 32.820, "滁州市", "凤阳县"),
        ("乌镇", 120.490, 30.740, "嘉兴市", "桐乡市"),
        ("义乌国际商贸城", 120.105, 29.325, "金华市", "义乌市"),
        ("叶集", 115.920, 31.860, "六安市", "叶集区"),
        ("普陀山", 122.385, 30.000, "舟山市", "普陀区"),
        ("砀山", 116.367, 34.440, "宿州市", "砀山县"),
    ],
)
def test_known_points(what: str, lon: float, lat: float, city: str, county: str) -> None:
    gazetteer = default_gazetteer()
    assert gazetteer.get(unit_at(lon, lat, level="prefecture")[0]).full_name == city, what
    assert gazetteer.get(unit_at(lon, lat)[0]).full_name == county, what


def test_every_seat_lies_in_its_unit() -> None:
    places = [
        p
        for p in default_gazetteer()
        if p.level == "county" and not p.valid_to and p.code[:2] in {"31", "32", "33", "34"}
    ]
    found = unit_at([p.lon for p in places], [p.lat for p in places], max_distance_km=1.0)
    wrong = [(p.full_name, code) for p, code in zip(places, found, strict=True) if p.code != code]
    assert wrong == []


def test_the_border_point_of_a_plan_lies_on_the_border() -> None:
    """国道237 from the border of 安徽 and 江苏 to 砀山: the point stands between 丰县 and 砀山, on the border."""
    shapes = boundaries("province").set_index("short_name").geometry
    border = shapes["安徽"].intersection(shapes["江苏"])
    place = default_gazetteer().resolve("皖苏省界")
    ends = shapely.get_coordinates(shapely.shortest_line(shapely.Point(place.lon, place.lat), border))
    assert distance_km(*ends[0], *ends[-1]) < 2.0


def test_points_off_the_coast_and_far_away() -> None:
    # 洋口港's LNG terminal stands on an island 13 km off the coast of 如东; 天津 and the open sea belong to no unit.
    assert unit_at(121.40, 32.53, level="prefecture", max_distance_km=15)[0] == "320600"
    assert unit_at([117.2, 123.5, math.nan], [39.1, 33.0, 31.0]).tolist() == ["", "", ""]
    assert unit_at([], []).tolist() == []


def test_within() -> None:
    assert boundaries("prefecture", within="安徽")["code"].str[:2].eq("34").all()
    assert boundaries("county", within="合肥")["name"].tolist() == [
        "瑶海区", "庐阳区", "蜀山区", "包河区", "长丰县", "肥东县", "肥西县", "庐江县", "巢湖市"
    ]  # fmt: skip
    assert boundaries("county", within="340122")["name"].tolist() == ["肥东县"]
    assert len(boundaries("prefecture", within="皖江地区")) == 8
    assert len(boundaries("county", within="上海")) == 16
    assert len(boundaries("prefecture", within="长三角")) == 41
    for name in ("无此地", "北京"):
        with pytest.raises(PlaceNotFoundError):
            boundaries("county", within=name)
    with pytest.raises(VocabularyError, match="town"):
        boundaries("town")  # type: ignore[arg-type]


def test_the_result_is_the_callers_own() -> None:
    frame = boundaries("prefecture")
    frame.loc[0, "name"] = "改"
    assert boundaries("prefecture").loc[0, "name"] == "上海市"


def test_basemap() -> None:
    layers = basemap()
    assert set(layers) == {"neighbours", "provinces", "prefectures", "sea", "lakes", "rivers"}
    assert {"山东省", "河南省", "湖北省", "江西省", "福建省"} <= set(layers["neighbours"]["name"])
    (sea,) = layers["sea"].geometry
    for lon, lat in ((122.5, 32.5), (121.4, 30.5), (123.0, 28.0)):  # 黄海, 杭州湾, 东海
        assert sea.contains(shapely.Point(lon, lat)), (lon, lat)
    for lon, lat in ((117.2, 31.8), (120.15, 31.2), (121.0, 28.6), (114.3, 30.6), (118.0, 36.0)):
        assert not sea.contains(shapely.Point(lon, lat)), (lon, lat)
    lakes = layers["lakes"].set_index("name").geometry
    # Published areas of the lakes (太湖 2,338 km², 巢湖 about 780 km²); the source is 1:10 million.
    assert abs(area_km2(lakes["太湖"]) / 2338 - 1) < 0.05
    assert abs(area_km2(lakes["巢湖"]) / 780 - 1) < 0.05
    assert lakes["洪泽湖"].contains(shapely.Point(118.65, 33.3))
    box = shapely.box(*BASEMAP_BOX).buffer(0.01)
    for name, frame in layers.items():
        assert frame.is_valid.all(), name
        assert frame.geometry.within(box).all() or name in {"lakes", "rivers"}, name
        assert frame.crs == "EPSG:4326"


# --- cross-checks with data that are not shipped ---------------------------------------------------------------------


def test_census_against_the_tabulation(shared: Path) -> None:
    table = gpd.read_file(
        shared / "data/admin-ctamap-census2020/prefecture_2021_census2020_wgs84.gpkg", ignore_geometry=True
    )
    code = next(c for c in table.columns if c.lower() in {"adcode", "code"})
    theirs = table.set_index(table[code].astype(str).str[:4])["POPU"].astype(float)
    ours = boundaries("prefecture")
    ours.index = pd.Index(ours["code"].str[:4])
    ratio = (ours["population_2020"] / theirs.rename(index={"3101": "3100"})).dropna()
    assert len(ratio) == 41
    assert (ratio - 1).abs().max() < 0.005


def test_polygons_against_another_source(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shared area over joint area with CTAmap's cities: near 1 inland, less where the coasts are drawn differently."""
    table = gpd.read_file(shared / "data/admin-ctamap-census2020/prefecture_2021_census2020_wgs84.gpkg")
    code = next(c for c in table.columns if c.lower() in {"adcode", "code"})
    theirs = dict(zip(table[code].astype(str).str[:4], shapely.make_valid(table.geometry.to_numpy()), strict=True))
    theirs["3100"] = theirs.get("3100", theirs.get("3101"))
    overlap = {}
    for row in boundaries("prefecture").itertuples():
        other = theirs[row.code[:4]]
        overlap[row.name] = row.geometry.intersection(other).area / row.geometry.union(other).area
    series = pd.Series(overlap).sort_values()
    with capsys.disabled():
        sys.stdout.write(
            f"\noverlap with CTAmap's cities: median {series.median():.3f}; least {series.head(8).round(3).to_dict()}\n"
        )
    assert series.median() > 0.97
    assert series.drop(["上海市", "舟山市", "嘉兴市"]).min() > 0.90  # these three: sea and estuary
