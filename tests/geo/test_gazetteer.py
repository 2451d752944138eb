"""Place names: hand-picked cases of the maps of the four provinces, laws of look-up, and cross-checks with shared data."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import AmbiguousPlaceError, PlaceNotFoundError, SchemaError
from geo.gazetteer import Gazetteer, Place, default_gazetteer
from geo.geodesy import distance_km
from geo.place import COMMON_WORDS
from geo.place_tables import DATA

GAZETTEER = default_gazetteer()


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(places: list[Place]) -> list[str]:
    return [place.place_id for place in places]


# --- the tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("province", "cities", "counties"),
    # 县级行政区 and 地级市 at the end of 2021, as the provinces' own pages state them (安徽 104 = 9 市 50 县 45 区).
    [("310000", 0, 16), ("320000", 13, 95), ("330000", 11, 90), ("340000", 16, 104)],
)
def test_numbers_of_units(province: str, cities: int, counties: int) -> None:
    now = [p for p in GAZETTEER if p.kind == "division" and p.code[:2] == province[:2] and not p.valid_to]
    assert sum(p.level == "prefecture" for p in now) == cities
    assert sum(p.level == "county" for p in now) == counties


def test_all_of_china_has_34_provinces_333_prefectures() -> None:
    now = [p for p in GAZETTEER if p.kind == "division" and not p.valid_to]
    assert sum(p.level == "province" for p in now) == 34
    # 333 地级行政区 of the mainland (293 cities, 30 自治州, 7 地区, 3 盟).
    assert sum(p.level == "prefecture" for p in now if p.code[:2] not in {"71", "81", "82"}) == 333


def test_tables_are_sorted_and_whole() -> None:
    divisions = rows("divisions.csv")
    keys = [(r["code"], r["valid_to"] or "9999", r["name"]) for r in divisions]
    assert keys == sorted(keys)
    known = {r["code"] for r in divisions}
    for row in divisions:
        assert row["parent_code"] in known or (row["level"] == "province" and not row["parent_code"]), row
        assert row["grade"] in set("ABCD"), row
        assert row["source"], row
        assert 73 < float(row["lon"]) < 136, row
        assert 3 < float(row["lat"]) < 54, row
        assert not row["valid_from"] or not row["valid_to"] or row["valid_from"] < row["valid_to"], row
    for row in rows("places.csv"):
        assert row["grade"] in set("ABCD"), row
        assert row["source"], row
        assert row["grade"] == "D" or row["source"] != "memory", row
        assert all(code in known for code in [row["region_code"], *row["members"].split("|")] if code), row


def test_seats_of_cities_lie_apart_and_within_their_box() -> None:
    # Two independent recollections of the region's extent: 安徽 lies in 114.9-119.7° E, 29.4-34.7° N (its own page).
    for place in GAZETTEER:
        if place.kind == "division" and place.code.startswith("34"):
            assert 114.85 <= place.lon <= 119.7, place
            assert 29.35 <= place.lat <= 34.7, place


@pytest.mark.parametrize(
    ("name", "lon", "lat", "within_km"),
    # Well-known points from memory of maps, to 0.01-0.02°: 人民广场, 新街口, 武林广场, 政务区, 黄浦江畔 ...
    [
        ("上海", 121.473, 31.231, 3),
        ("南京", 118.795, 32.06, 6),
        ("杭州", 120.165, 30.25, 8),
        ("合肥", 117.227, 31.82, 3),
        ("芜湖", 118.43, 31.35, 4),
        ("黄山", 118.34, 29.715, 4),
        ("宁波", 121.55, 29.875, 10),
        ("商丘", 115.65, 34.44, 6),
        ("九江", 115.99, 29.71, 8),
        ("武汉", 114.30, 30.60, 6),
        ("新沂", 118.35, 34.37, 4),
    ],
)
def test_known_points(name: str, lon: float, lat: float, within_km: float) -> None:
    place = GAZETTEER.resolve(name)
    assert distance_km(place.lon, place.lat, lon, lat) < within_km


# --- look-up --------------------------------------------------------------------------------------------------------


def test_full_name_short_name_alias_and_abbreviation() -> None:
    for name in ("肥东县", "肥东"):
        assert GAZETTEER.resolve(name).code == "340122"
    assert GAZETTEER.resolve("新桥机场").name == "合肥新桥机场"
    assert GAZETTEER.lookup("皖") == []
    assert GAZETTEER.resolve("皖", abbreviations=True).code == "340000"
    assert {p.code for p in GAZETTEER.lookup("沪", abbreviations=True)} == {"310000"}
    assert GAZETTEER.lookup("无此地") == []


def test_ambiguity_is_an_answer() -> None:
    assert codes(GAZETTEER.lookup("鼓楼区"))[:4] == ["320106", "320302", "350102", "410204"]
    for name in ("鼓楼区", "通州区", "通州", "和平区", "新城区"):
        with pytest.raises(AmbiguousPlaceError, match=name):
            GAZETTEER.resolve(name)
    with pytest.raises(AmbiguousPlaceError) as caught:
        GAZETTEER.resolve("鼓楼区")
    assert "江苏省南京市, 320106" in str(caught.value)
    assert "江苏省徐州市, 320302" in str(caught.value)
    assert isinstance(caught.value, LookupError)


def test_region_settles_ambiguity() -> None:
    assert GAZETTEER.resolve("鼓楼区", region="徐州").code == "320302"
    assert GAZETTEER.resolve("通州", region="江苏").code == "320612"
    assert GAZETTEER.resolve("通州", region="110000").code == "110112"
    assert GAZETTEER.resolve("朝阳", region="吉林").code == "220104"
    assert GAZETTEER.resolve("新桥", region="合肥").name == "合肥新桥机场"
    assert GAZETTEER.resolve("三河", region="合肥市").code == "340123"
    assert GAZETTEER.resolve("三河").code == "131082"
    # 滨海 in a plan of 合肥 is the county of the province next door, not the district of 天津.
    assert GAZETTEER.resolve("滨海", region="合肥").code == "320922"
    with pytest.raises(PlaceNotFoundError, match="region '无此省'"):
        GAZETTEER.lookup("鼓楼区", region="无此省")


def test_waters_of_several_provinces_are_at_home_in_each() -> None:
    """GeoNames calls a town of 昆山 淀山湖 too; the lake belongs to 上海 and 江苏 and comes first in both."""
    for region in ("江苏", "上海"):
        assert GAZETTEER.resolve("淀山湖", region=region).kind == "lake"
    assert GAZETTEER.resolve("长江", region="安徽").kind == "river"


def test_city_before_a_town_of_its_name() -> None:
    """江苏 has towns called 长沙 (如东) and 新桥; only the full name means them."""
    assert GAZETTEER.resolve("长沙", region="江苏").code == "430100"
    assert GAZETTEER.resolve("长沙镇", region="江苏").level == "town"
    assert GAZETTEER.resolve("吉林").level == "province"
    assert GAZETTEER.resolve("海南").code == "460000"
    assert GAZETTEER.resolve("西安").code == "610100"
    assert GAZETTEER.resolve("巢湖").code == "340181"
    assert [p.kind for p in GAZETTEER.lookup("巢湖", kinds={"lake"})] == ["lake"]


def test_abbreviations_with_a_region() -> None:
    def best(name: str, region: str) -> str:
        return GAZETTEER.resolve(name, region=region, abbreviations=True, kinds={"division"}).name

    assert best("宿", "安徽") == "宿州"
    assert best("宿", "江苏") == "宿迁"
    assert best("苏", "江苏") == "江苏"
    assert best("宁", "江苏") == "南京"
    assert best("通", "江苏") == "南通"
    assert best("甬", "浙江") == "宁波"
    # A city next door before a county at home, a county at home before a province far away (合宁, 合新, 盐泰锡常宜).
    assert best("宁", "安徽") == "南京"
    assert best("新", "江苏") == "新沂"
    assert best("宜", "江苏") == "宜兴"
    assert best("巢", "安徽") == "巢湖"
    assert {"淮南", "淮北"} <= {p.name for p in GAZETTEER.lookup("淮", region="安徽", abbreviations=True)}
    with pytest.raises(AmbiguousPlaceError):
        best("淮", "安徽")


@pytest.mark.parametrize(
    ("name", "as_of", "code"),
    # 国务院 decisions: 巢湖 2011-08, 枞阳 and 寿县 end of 2015, 无为市 2019-12, 湾沚 and 繁昌 2020-07, 余杭/临平 2021-04.
    [
        ("巢湖市", 2010, "341400"),
        ("巢湖市", 2012, "340181"),
        ("庐江县", "2010-06", "341421"),
        ("庐江县", "2011-09", "340124"),
        ("枞阳县", "2015-06", "340823"),
        ("枞阳县", "2016-01", "340722"),
        ("寿县", "2015-06", "341521"),
        ("寿县", dt.date(2016, 5, 1), "340422"),
        ("无为", "2019-06", "340225"),
        ("无为", "2020-01", "340281"),
        ("繁昌", "2020-01", "340222"),
        ("繁昌", "2021-01", "340212"),
        ("海门", "2019-01", "320684"),
        ("海门", "2021-01", "320614"),
        ("临安", "2016-01", "330185"),
        ("临安", "2018-01", "330112"),
        ("江干区", "2020-12", "330104"),
        # 江都 and 铜山, 吴江, 溧水 and 高淳, 富阳, 金坛, 叶集, 余杭 and 临平, 上城 and 下城: 国务院 decisions as above.
        ("江都", "2011-06", "321088"),
        ("江都", "2012-01", "321012"),
        ("铜山", "2010-06", "320323"),
        ("吴江", "2012-06", "320584"),
        ("吴江", "2013-01", "320509"),
        ("溧水", "2013-01", "320124"),
        ("溧水", "2013-06", "320117"),
        ("高淳", "2014-01", "320118"),
        ("富阳", "2014-06", "330183"),
        ("金坛", "2015-06", "320413"),
        ("叶集", "2016-06", "341504"),
        ("余杭", "2000-06", "330184"),
        ("余杭", "2010-06", "330110"),
        ("下城区", "2021-01", "330103"),
        ("通州市", "2005-01", "320683"),
        ("吴县市", "2000-01", "320586"),
        ("南汇区", "2008-01", "310119"),
        ("港闸区", "2020-01", "320611"),
        ("三山区", "2020-01", "340208"),
    ],
)
def test_units_as_of(name: str, as_of: str | int | dt.date, code: str) -> None:
    assert GAZETTEER.resolve(name, as_of=as_of, kinds={"division"}).code == code


def test_old_names_still_answer() -> None:
    old = GAZETTEER.resolve("芜湖县")
    assert (old.code, old.valid_to) == ("340221", "2020-07")
    new = GAZETTEER.resolve("湾沚区")
    assert distance_km(old.lon, old.lat, new.lon, new.lat) < 3
    for name, as_of in (("江干区", "2022"), ("临平区", "2021-01"), ("叶集区", "2015-06"), ("南汇区", "2010")):
        assert GAZETTEER.lookup(name, as_of=as_of) == []
    # Without a date, today's 巢湖市 comes before the city that was dissolved.
    assert codes(GAZETTEER.lookup("巢湖市")) == ["340181", "341400@2011-08"]


def test_tree_of_units() -> None:
    assert [p.name for p in GAZETTEER.children("340100")][:4] == ["瑶海", "庐阳", "蜀山", "包河"]
    assert len(GAZETTEER.children("340000")) == 16
    assert {p.name for p in GAZETTEER.children("341400", as_of=2010)} == {"居巢", "庐江", "无为", "含山", "和县"}
    parent = GAZETTEER.parent("340181")
    assert parent is not None
    assert parent.code == "340100"
    assert GAZETTEER.parent("340000") is None
    with pytest.raises(PlaceNotFoundError):
        GAZETTEER.parent("999999")


# --- running text ---------------------------------------------------------------------------------------------------


def found(text: str, region: str | None = None) -> list[str]:
    return [text[start:end] for start, end, _ in GAZETTEER.scan(text, region=region)]


@given(st.text(alphabet="合肥市芜湖县南京江北新区、至", max_size=12))
def test_a_name_at_the_end_of_a_text_ends_there(text: str) -> None:
    """The slice near the end is shorter than the length that is tried: 合肥 is no name of three characters."""
    for start, end, places in GAZETTEER.scan(text):
        assert end <= len(text)
        assert text[start:end] in {n for p in places for n in (p.name, p.full_name, *p.aliases)}
    for start in range(len(text)):
        match = GAZETTEER.longest_match(text, start)
        assert match is None or match[0] <= len(text)


def test_the_last_name_of_a_text_has_its_own_span() -> None:
    assert [(a, b) for a, b, _ in GAZETTEER.scan("建设合肥")] == [(2, 4)]
    assert GAZETTEER.longest_match("合肥") is not None
    assert GAZETTEER.longest_match("合肥")[0] == 2  # type: ignore[index]


def test_scan_finds_the_longest_names() -> None:
    text = "黄山经千岛湖至杭州,马鞍山市与合肥新桥国际机场之间,巢湖市和滁州"
    assert found(text) == ["黄山", "千岛湖", "杭州", "马鞍山市", "合肥新桥国际机场", "巢湖市", "滁州"]


def test_scan_is_not_misled_by_everyday_words() -> None:
    """合作, 通道, 资源, 公安, 互助 are counties; 通江 is one too, but 通江航道 leads to the river."""
    assert found("加强合作,畅通通道,资源共享,公安与互助,兆西河通江航道,新城建设,公路桥") == ["兆西河"]
    assert found("四川省通江县与甘肃合作市") == ["四川省", "通江县", "甘肃", "合作市"]
    assert "通道" in COMMON_WORDS


def test_scan_carries_the_region() -> None:
    ((_, _, candidates),) = GAZETTEER.scan("鼓楼区", region="徐州")
    assert candidates[0].code == "320302"


def test_longest_match() -> None:
    match = GAZETTEER.longest_match("赴上海市浦东新区", 1)
    assert match is not None
    assert match[0] == 4
    assert match[1][0].code == "310000"
    assert GAZETTEER.longest_match("赴上海市", 0) is None
    assert GAZETTEER.longest_match("", 0) is None


NAMES = sorted({p.full_name for p in GAZETTEER if p.kind == "division" and len(p.full_name) > 2})


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.sampled_from([",", "至", "、和"]))
def test_scan_covers_what_is_named(names: list[str], between: str) -> None:
    """Full names set apart by a comma are found; spans are ordered, do not overlap and hold names of the table."""
    text = between.join(names)
    spans = GAZETTEER.scan(text)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    for start, end, candidates in spans:
        assert candidates
        assert any(text[start:end] in (p.name, p.full_name, *p.aliases) for p in candidates)
    if between == ",":
        places = [p for p in (GAZETTEER.lookup(n) for n in names) if p]
        expected = [n for n, p in zip(names, places, strict=True) if any(not q.valid_to for q in p)]
        assert [n for n in expected if n not in {text[s:e] for s, e, _ in spans}] == []


@given(st.sampled_from([p for p in GAZETTEER if p.kind == "division" and not p.valid_to]))
def test_every_unit_is_found_within_its_parent(place: Place) -> None:
    ranked = GAZETTEER.lookup(place.full_name, region=place.parent or place.code)
    assert ranked[0].full_name == place.full_name
    assert place in ranked
    assert ranked == GAZETTEER.lookup(place.full_name, region=place.parent or place.code)


def test_order_of_rows_does_not_matter() -> None:
    places = [p for p in GAZETTEER if p.level != "town"]
    shuffled = places.copy()
    random.Random(7).shuffle(shuffled)
    one, two = Gazetteer(places), Gazetteer(shuffled)
    for name in ("鼓楼区", "通州", "朝阳", "太湖", "巢湖市", "新区"):
        assert codes(one.lookup(name)) == codes(two.lookup(name))


def test_scan_is_quick() -> None:
    text = "加快合肥至新沂高铁安徽段建设," * 4000
    start = time.perf_counter()
    spans = GAZETTEER.scan(text)
    assert len(spans) == 3 * 4000
    assert time.perf_counter() - start < 2.0  # 60,000 characters; about 0.03 s on the machine it was written on


def test_import_is_light() -> None:
    """The module loads no table and not pandas until it is asked for a place."""
    code = "import sys, geo.gazetteer as g; assert 'pandas' not in sys.modules; assert not g.default_gazetteer.cache_info().misses"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])


# --- a planner's own places -----------------------------------------------------------------------------------------


def test_extend_puts_own_places_first() -> None:
    own = pd.DataFrame(
        {"name": ["鼓楼区", "小仓房"], "lon": [117.0, 117.36], "lat": [32.0, 31.76], "region": ["", "合肥"]}
    )
    more = GAZETTEER.extend(own)
    place = more.resolve("鼓楼区")
    assert (place.lon, place.lat, place.source) == (117.0, 32.0, "user")
    assert more.resolve("小仓房").code == "340100"
    assert GAZETTEER.lookup("小仓房") == []
    assert len(more) == len(GAZETTEER) + 2
    again = more.extend(pd.DataFrame({"name": ["小仓房"], "lon": [117.4], "lat": [31.8], "aliases": ["仓房|小仓"]}))
    assert len(again) == len(more) + 1
    assert again.resolve("仓房").lon == 117.4
    assert [text for text in found_in(again, "由小仓房起") if text] == ["小仓房"]


def found_in(gazetteer: Gazetteer, text: str) -> list[str]:
    return [text[start:end] for start, end, _ in gazetteer.scan(text)]


def test_extend_lists_every_breach() -> None:
    with pytest.raises(SchemaError, match=r"lat missing"):
        GAZETTEER.extend(pd.DataFrame({"name": ["a"], "lon": [117.0]}))
    bad = pd.DataFrame(
        {"name": ["甲", "乙", "", "丁"], "lon": [31.8, "x", 117.0, 2.35], "lat": [117.2, 32, 32.0, 48.85]}
    )
    with pytest.raises(SchemaError) as caught:
        GAZETTEER.extend(bad)
    message = str(caught.value)
    assert "row 1" in message
    assert "swapped" in message
    assert "row 2" in message
    assert "row 3: no name" in message
    assert "row 4" in message


def test_two_places_of_one_id_are_refused() -> None:
    place = GAZETTEER.get("340100")
    with pytest.raises(SchemaError, match="340100"):
        Gazetteer([place, place])


# --- cross-checks with data that are not shipped ---------------------------------------------------------------------

REGIONS = {"hefei": "合肥", "anhui": "安徽", "fujian_2025": "福建", "guangxi_2025": "广西"}


def test_every_place_of_the_gold_registers_resolves(shared: Path) -> None:
    missing, count = [], 0
    for name, region in REGIONS.items():
        with (shared / "gold" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for place in filter(None, row["places"].split("-")):
                    count += 1
                    try:
                        GAZETTEER.resolve(place, region=region)
                    except PlaceNotFoundError as error:
                        missing.append(f"{name}: {place}: {error}")
    assert count > 150
    assert missing == []


def test_every_place_of_the_built_in_register_resolves() -> None:
    """What the five plans name as the place of a project is a place, in the context of the plan."""
    regions = {"hefei": "合肥", "wuhu": "芜湖", "fuyang": "阜阳", "anhui": "安徽", "jiangsu": "江苏"}
    path = Path(__file__).resolve().parents[2] / "projects" / "data" / "builtin" / "projects.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    count = 0
    for row in rows:
        context = [regions[document] for document in row["documents"].split("|") if document in regions]
        for name in filter(None, re.split(r"[|-]", row["places"])):
            place = GAZETTEER.resolve(name, region=context)
            assert place.lon > 30, (row["name"], name)
            count += 1
    assert count > 250


def test_two_districts_of_one_name_are_told_apart_by_the_region() -> None:
    with pytest.raises(AmbiguousPlaceError, match="北京市"):
        GAZETTEER.resolve("通州", as_of="2010-01")
    assert GAZETTEER.resolve("通州", as_of="2010-01", region="江苏").code == "320612"


def test_stations_ports_locks_airports_and_sights_by_name() -> None:
    for name, kind, code in (
        ("合肥南站", "station", "3401"),
        ("南京南站", "station", "3201"),
        ("上海虹桥站", "station", "3100"),
        ("蚌埠船闸", "lock", "3403"),
        ("裕溪船闸", "lock", "3402"),
        ("安庆港", "port", "3408"),
        ("连云港港", "port", "3207"),
        ("蚌埠机场", "airport", "3403"),
        ("嘉兴机场", "airport", "3304"),
        ("琅琊山", "scenic", "3411"),
        ("采石矶风景区", "scenic", "3405"),
        ("合肥国际陆港", "port", "3401"),
    ):
        place = GAZETTEER.resolve(name)
        assert (place.kind, place.code[:4].replace("3101", "3100")) == (kind, code), name
        assert place.source
        assert place.grade in set("ABCD")


def test_stops_are_those_of_the_network_tables() -> None:
    """``stops.csv`` is made from layers/data: each row stands in one of its tables, at the same point."""
    root = Path(__file__).resolve().parents[2]
    points = {}
    for name, tail in (("rail_nodes.csv", "站"), ("ports.csv", ""), ("airports.csv", "")):
        table = pd.read_csv(root / "layers" / "data" / name, dtype=str, keep_default_na=False)
        points |= {f"{n}{tail}": (float(x), float(y)) for n, x, y in table[["name", "lon", "lat"]].to_numpy()}
    stops = pd.read_csv(root / "geo" / "data" / "stops.csv")
    assert len(stops) > 450
    for name, lon, lat in stops[["name", "lon", "lat"]].itertuples(index=False):
        assert points[name] == pytest.approx((lon, lat), abs=6e-5), name
    # A sentence still speaks of the town: what stands there is read elsewhere.
    assert [p.name for _, _, found in GAZETTEER.scan("合肥南站扩建", region="安徽") for p in found[:1]] == ["合肥"]


def test_seats_lie_in_the_counties_of_another_source(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CTAmap's counties of 2021 (WGS 84) hold our seats: another source of polygons, another of points."""
    frame = gpd.read_file(shared / "data/admin-ctamap-census2020/county_2021_census2020_wgs84.gpkg")
    inside, off = 0, []
    for code, name, shape in zip(frame["CODE"].astype(str), frame["NAME"], frame.geometry, strict=True):
        place = next((p for p in GAZETTEER.lookup(name) if p.code == code), None)
        if place is not None:
            km = shapely.Point(place.lon, place.lat).distance(shape) * 111.0
            inside += km == 0
            if km > 0:
                off.append((round(km, 2), code, name))
    with capsys.disabled():
        sys.stdout.write(f"\nseats inside CTAmap's county: {inside}; outside (km): {off}\n")
    assert inside > 280
    assert all(km < 2.0 for km, _, _ in off)  # border drawn by another hand


def test_places_against_stations_airports_ports(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Curated stations and airports against the named OSM stations and the airport list: distances printed."""
    stations = gpd.read_file(shared / "data/osm-omap-2025/rail_stations_yrd.gpkg")
    report = []
    for place in GAZETTEER:
        if place.kind == "station":
            same = stations[stations["name"] == place.name.removesuffix("站")]
            near = [distance_km(place.lon, place.lat, p.x, p.y) for p in same.geometry]
            if near:
                report.append((place.name, round(min(near), 2)))
    airports = pd.read_csv(shared / "data/airports/airportsdata_yrd.csv")
    lon, lat = (next(c for c in airports.columns if c.startswith(k)) for k in ("lon", "lat"))
    for place in GAZETTEER:
        if place.kind == "airport" and place.source.startswith("airportsdata"):
            near = [distance_km(place.lon, place.lat, x, y) for x, y in zip(airports[lon], airports[lat], strict=True)]
            report.append((place.name, round(min(near), 2)))
    with capsys.disabled():
        far = sorted((pair for pair in report if pair[1] > 0.8), key=lambda pair: -pair[1])
        sys.stdout.write(f"\n{len(report)} stations and airports; farther than 0.8 km: {far}\n")
    assert len(report) > 150
    assert max(km for _, km in report) < 2.0


def test_crossings_lie_on_the_yangtze(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Crossings and ports of the Yangtze against the river line of the 1:4 million set (itself up to 2 km off)."""
    lines = gpd.read_file(shared / "data/waterways-4m/hyd1_4l_yrd.gpkg")
    river = shapely.union_all(lines.loc[lines["NAME"] == "长江"].geometry.to_numpy())
    names = (
        "龙潭过江通道 苏通大桥 江阴长江大桥 江阴第二过江通道 润扬长江大桥 润扬第二过江通道 常泰长江大桥 张皋过江通道 沪苏通长江公铁大桥 "
        "五峰山长江大桥 南京长江大桥 芜湖长江大桥 芜湖泰山路长江大桥 马鞍山长江大桥 铜陵长江大桥 池州长江公路大桥 安庆长江大桥 凤凰颈 裕溪口"
    )
    km = {}
    for name in names.split():
        place = GAZETTEER.resolve(name, region="长三角")
        point = shapely.Point(place.lon, place.lat)
        ends = shapely.get_coordinates(shapely.shortest_line(point, river))
        km[name] = round(distance_km(*ends[0], *ends[-1]), 1)
    with capsys.disabled():
        sys.stdout.write(f"\nkm from the river line: {km}\n")
    assert max(km.values()) < 4.0


def test_seats_of_cities_against_the_prefecture_list(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The cities' points of Ma & Tang (2024), about 0.01° true, against ours; seats moved since 2010 are some km off."""
    table = pd.read_csv(shared / "data/network-attributes/prefecture_cityinfo_2000_2010.csv")
    km = []
    for row in table.itertuples():
        hits = [p for p in GAZETTEER.lookup(str(row.cityname_chn)) if p.level in {"province", "prefecture"}]
        if hits:
            km.append(
                (
                    distance_km(hits[0].lon, hits[0].lat, float(str(row.coord_long)), float(str(row.coord_lat))),
                    hits[0].name,
                )
            )
    values = np.array([k for k, _ in km])
    with capsys.disabled():
        sys.stdout.write(f"\n{len(km)} cities: median {np.median(values):.1f} km, worst {sorted(km)[-5:]}\n")
    assert len(km) > 200
    assert np.median(values) < 6.0
