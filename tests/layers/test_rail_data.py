"""
The railway tables against laws, published totals and, where it lies beside the repository, the cross-check data.

``python -m tests.layers.test_rail_data`` writes the comparison with the official lengths and the open disagreements.
"""

from __future__ import annotations

import itertools
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from shapely.affinity import scale
from shapely.geometry import LineString, Point

from geo.boundaries import boundaries
from layers.network import build_network
from layers.rail import rail_lines, rail_nodes, separate_yards
from layers.travel_time import travel_time_legs

DATA = Path(__file__).resolve().parents[2] / "layers" / "data"
GEOD = Geod(ellps="WGS84")
KINDS = {"high_speed_rail", "intercity_rail", "conventional_rail", "suburban_rail", "freight_rail"}
NODE_KINDS = {"station", "junction", "bend"}
MONTH = re.compile(r"(18|19|20)\d\d(-(0[1-9]|1[0-2]))?")
BOX = (114.4, 27.0, 122.5, 35.7)

# Stations that are not where the map of early 2025 shows the name, or that it places elsewhere for a known reason.
MOVED_STATIONS: dict[str, str] = {}

# Two pairs of tracks of one kind between the same two nodes; everything else must be counted once. 宁安 and the 芜宣
# doubling run side by side, and 商合杭 was built beside 合蚌 (安徽 part: "新建 … 至合肥北城站线路约51公里", 2015-12-23).
PARALLEL_TRACKS = {frozenset({"芜湖", "芜湖南"}), frozenset({"合肥北城", "水家湖"})}


def lines() -> pd.DataFrame:
    table = pd.read_csv(DATA / "rail_lines.csv", dtype=str, keep_default_na=False)
    table["route_km"] = pd.to_numeric(table["route_length_km"])
    table["node_list"] = table["nodes"].str.split("|")
    place = nodes().set_index("name")[["lon", "lat"]]
    table["points"] = [[tuple(place.loc[n]) for n in names] for names in table["node_list"]]
    table["drawn_km"] = [GEOD.line_length(*zip(*p, strict=True)) / 1000.0 for p in table["points"]]
    # A row without a published length counts as drawn.
    table["counted_km"] = table["route_km"].fillna(table["drawn_km"])
    return table


def nodes() -> pd.DataFrame:
    table = pd.read_csv(DATA / "rail_nodes.csv", dtype=str, keep_default_na=False)
    return table.astype({"lon": float, "lat": float})


def month_number(text: str) -> float:
    """Months since year 0; a bare year counts as its middle."""
    year, _, month = text.partition("-")
    return int(year) * 12 + (int(month) if month else 6)


def densified(points: list[tuple[float, float]], step_km: float = 1.0) -> list[tuple[float, float]]:
    out = []
    for a, b in itertools.pairwise(points):
        pieces = max(1, round(GEOD.inv(*a, *b)[2] / 1000.0 / step_km))
        out += [(a[0] + (b[0] - a[0]) * t / pieces, a[1] + (b[1] - a[1]) * t / pieces) for t in range(pieces)]
    return [*out, points[-1]]


def distance_profile_km(points: list[tuple[float, float]], line: gpd.GeoSeries) -> np.ndarray:
    """Distances of a densified line to another, on a local plane (1 % good at 27-35 degrees north)."""
    lat = float(np.mean([p[1] for p in points]))
    fx, fy = 111.32 * math.cos(math.radians(lat)), 110.9
    plane = scale(line, xfact=fx, yfact=fy, origin=(0, 0))
    return np.array([plane.distance(Point(x * fx, y * fy)) for x, y in densified(points)])


def length_by_province_km(*, month: str, kinds: set[str]) -> pd.Series:
    """Route length of the rows open in a month by province: the drawn share in it times the row's route length."""
    provinces = boundaries("province").set_index("name").geometry
    total = dict.fromkeys(provinces.index, 0.0)
    table = lines()
    table = table[table["kind"].isin(kinds) & (table["opening_month"].map(month_number) <= month_number(month))]
    for points, drawn, counted in zip(table["points"], table["drawn_km"], table["counted_km"], strict=True):
        shape = LineString(points)
        for name, area in provinces.items():
            total[str(name)] += GEOD.geometry_length(shape.intersection(area)) / 1000.0 / drawn * counted
    return pd.Series(total, name="length_km")


# ---------------------------------------------------------------- form


@pytest.mark.parametrize("name", ["rail_lines.csv", "rail_nodes.csv"])
def test_files_are_utf8_lf_sorted_and_unique(name: str) -> None:
    raw = (DATA / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    keys = pd.read_csv(DATA / name, dtype=str).iloc[:, 0].tolist()
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def test_vocabularies_and_ranges() -> None:
    table, places = lines(), nodes()
    assert set(table["kind"]) <= KINDS
    assert set(places["kind"]) <= NODE_KINDS
    assert set(table["grade"]) | set(places["grade"]) <= {"A", "B", "C", "D"}
    # D is memory and memory is D: nothing remembered passes for something read.
    for frame in (table, places):
        assert ((frame["source"] == "memory") == (frame["grade"] == "D")).all()
    assert all(MONTH.fullmatch(m) for m in table["opening_month"])
    assert (table["opening_month"].map(month_number) <= month_number("2025-12")).all()
    assert set(table["electrified"]) <= {"true", "false"}
    assert set(table["tracks"]) <= {"1", "2"}
    assert pd.to_numeric(table["speed_km_h"]).between(60, 350).all()
    assert places["lon"].between(BOX[0], BOX[2]).all()
    assert places["lat"].between(BOX[1], BOX[3]).all()


def test_high_speed_kind_means_at_least_200_km_h_or_a_link_between_such_lines() -> None:
    fast = lines().query("kind == 'high_speed_rail'")
    slow = fast[pd.to_numeric(fast["speed_km_h"]) < 200]
    assert set(slow["line"]) <= {"合肥枢纽", "蚌埠枢纽", "徐州枢纽"}


def test_every_node_is_used_and_every_used_node_is_there() -> None:
    used = {n for names in lines()["node_list"] for n in names}
    assert used == set(nodes()["name"])


def test_two_names_are_not_one_place() -> None:
    # Stations of one city keep apart by more than 300 m, or they would be one node.
    stations = nodes().query("kind == 'station'")
    points = stations[["name", "lon", "lat"]].to_numpy().tolist()
    near = [(a[0], b[0]) for a, b in itertools.combinations(points, 2) if abs(a[2] - b[2]) < 0.01
            and abs(a[1] - b[1]) < 0.01 and GEOD.inv(a[1], a[2], b[1], b[2])[2] < 300]  # fmt: skip
    assert near == []


# ---------------------------------------------------------------- laws


def test_drawn_length_is_within_12_percent_below_and_3_above_the_route_length() -> None:
    table = lines().dropna(subset=["route_km"])
    ratio = table["drawn_km"] / table["route_km"]
    assert table.loc[(ratio < 0.88) | (ratio > 1.03), "line_id"].tolist() == []


def test_no_row_turns_back_on_itself() -> None:
    # Order along the line: a swapped pair of stations gives two turns of nearly 180 degrees. The sharpest real turn is
    # that from 杭州 by the 钱塘江大桥 to 杭州南 (111 degrees).
    sharp = []
    for line_id, points, names in lines()[["line_id", "points", "node_list"]].itertuples(index=False):
        assert len(names) == len(set(names)), line_id
        for (a, b, c), name in zip(zip(points, points[1:], points[2:], strict=False), names[1:], strict=False):
            turn = abs((GEOD.inv(*b, *c)[0] - GEOD.inv(*a, *b)[0] + 180) % 360 - 180)
            if turn > 120:
                sharp.append((line_id, name, round(turn)))
    assert sharp == []


def test_track_is_counted_once() -> None:
    seen = Counter(
        (kind, frozenset(pair))
        for kind, names in lines()[["kind", "node_list"]].itertuples(index=False)
        for pair in itertools.pairwise(names)
    )
    assert {pair for (_, pair), times in seen.items() if times > 1} == PARALLEL_TRACKS


def test_network_is_one_piece_but_for_the_airport_link_of_shanghai() -> None:
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for names in lines()["node_list"]:
        for a, b in itertools.pairwise(names):
            parent[root(a)] = root(b)
    parts: dict[str, set[str]] = defaultdict(set)
    for name in list(parent):
        parts[root(name)].add(name)
    small = sorted(parts.values(), key=len)[:-1]
    assert len(small) == 1
    assert "虹桥2号航站楼" in small[0]


# Which lines meet where: from the descriptions of the lines (国铁集团 opening notices), not from the table.
MEETINGS = {
    "合肥南": {"宁蓉铁路", "合福高铁", "京港高铁", "合肥枢纽"},
    "肥东": {"宁蓉铁路", "商合杭高铁"},
    "南京南": {"京沪高铁", "宁杭高铁", "宁安高铁", "宁蓉铁路", "沪宁沿江高铁", "南京枢纽"},
    "上海虹桥": {"京沪高铁", "沪昆高铁", "沪苏湖高铁"},
    "昆山南": {"京沪高铁", "沪宁城际铁路"},
    "杭州东": {"沪昆高铁", "杭甬高铁", "宁杭高铁", "沪昆铁路"},
    "杭州南": {"沪昆高铁", "杭甬高铁", "杭昌高铁", "沪昆铁路", "萧甬铁路"},
    "芜湖": {"商合杭高铁", "宁安高铁", "宁芜铁路", "宁铜铁路", "皖赣铁路", "淮南铁路"},
    "湖州": {"宁杭高铁", "商合杭高铁", "沪苏湖高铁", "合杭高铁", "宣杭铁路"},
    "宣城": {"商合杭高铁", "宣绩高铁", "皖赣铁路", "宣杭铁路"},
    "绩溪北": {"合福高铁", "杭昌高铁", "宣绩高铁"},
    "金华": {"沪昆高铁", "金丽温铁路", "沪昆铁路", "金千铁路"},
    "徐州东": {"京沪高铁", "徐兰高铁", "徐盐高铁", "徐连高铁", "徐州枢纽"},
    "盐城": {"徐盐高铁", "青盐铁路", "盐通高铁", "新长铁路"},
    "淮安东": {"徐盐高铁", "连镇高铁"},
    "丹徒": {"沪宁城际铁路", "连镇高铁"},
    "连云港": {"徐连高铁", "青盐铁路", "陇海铁路"},
    "巢湖东": {"合福高铁", "商合杭高铁"},
    "蚌埠南": {"京沪高铁", "合蚌高铁", "蚌埠枢纽"},
    "阜阳西": {"商合杭高铁", "郑阜高铁"},
    "安庆西": {"京港高铁", "合九铁路"},
    "池州": {"宁安高铁", "池黄高铁", "铜九铁路"},
    "太仓": {"沪苏通铁路", "沪宁沿江高铁"},
    "张家港": {"沪苏通铁路", "沪宁沿江高铁"},
    "南通西": {"沪苏通铁路", "盐通高铁"},
    "海安": {"盐通高铁", "新长铁路", "宁启铁路"},
    "绍兴北": {"杭甬高铁", "杭台高铁"},
    "温岭": {"杭深铁路", "杭台高铁"},
    "温州北": {"杭深铁路", "杭温高铁"},
    "温州南": {"杭深铁路", "金丽温铁路"},
    "义乌": {"沪昆高铁", "杭温高铁", "沪昆铁路"},
    "桐庐": {"杭昌高铁", "合杭高铁"},
    "桐庐东": {"合杭高铁", "杭温高铁"},
    "建德": {"杭昌高铁", "杭衢高铁"},
    "江山": {"沪昆高铁", "杭衢高铁", "沪昆铁路"},
}


@pytest.mark.parametrize("station", sorted(MEETINGS))
def test_lines_meet_at_one_node(station: str) -> None:
    table = lines()
    meeting = set(table.loc[[station in names for names in table["node_list"]], "line"])
    assert MEETINGS[station] <= meeting


def test_trains_keep_to_their_yard_where_no_track_joins_two() -> None:
    # 昆山南: 沪宁城际 in the southern yard, 京沪高速 in the northern one (factpedia.org 昆山南站). Who rides from 定远 to 上海西
    # by these two lines alone gets off at 昆山南; a train of 京沪 runs on through it to 上海虹桥.
    two = rail_lines()[rail_lines()["feature_id"].isin(["rail-huning-1", "rail-jinghu-hsr-2"])]
    network = build_network(two, rail_nodes().assign(mode="rail"))
    where = rail_nodes().set_index("name")[["lon", "lat"]]
    ends = where.loc[["定远", "上海西", "上海虹桥"]].reset_index()
    legs = travel_time_legs(network, ends, ends, mode="rail", depart_from="station")

    def kinds(origin: str, destination: str) -> list[str]:
        return list(legs.loc[(legs["from"] == origin) & (legs["to"] == destination), "kind"])

    assert kinds("定远", "上海西").count("train") == kinds("上海西", "定远").count("train") == 2
    assert kinds("定远", "上海虹桥").count("train") == 1
    change = legs[(legs["from"] == "定远") & (legs["to"] == "上海西") & (legs["kind"] == "transfer")]
    assert list(change["leg_from"]) == ["昆山南"]
    for station, lines_there in separate_yards():
        assert all(
            station in rail_lines().set_index("feature_id").loc[line, "nodes"].split("|") for line in lines_there
        )


# ---------------------------------------------------------------- published figures


@pytest.mark.parametrize(
    ("prefixes", "published_km", "tolerance", "month"),
    [
        # 中国青年报 2012-10-17: 合蚌高铁 运营里程 132 km, opened 2012-10-16.
        (["rail-hebeng-"], 132.0, 0.02, "2012-10"),
        # 新华网 2020-06-27: 商合杭 合湖段 肥东—湖州 311 km, opens 2020-06-28.
        (["rail-shanghehang-3", "rail-shanghehang-4", "rail-shanghehang-5"], 311.0, 0.02, "2020-06"),
        # 中新网 2024-09-05: 杭温高铁 正线 276 km with the existing 温州北—温州南 (about 16 km), opens 2024-09-06.
        (["rail-hangwen-"], 276.0 - 16.0, 0.02, "2024-09"),
        # 上观 2021-09-15: 杭台 266.9 km of which 226.3 new; 新华网 2022-02: opened 2022-01-08.
        (["rail-hangtai-"], 226.3, 0.02, "2022-01"),
        # lu-xu.com 2019-12-15: 徐盐 313 km, 连镇 董集—淮安 105 km of new line, both open 2019-12-16.
        (["rail-xuyan-"], 313.0, 0.02, "2019-12"),
        (["rail-lianzhen-1"], 105.0, 0.02, "2019-12"),
        # 江苏省交通运输厅 2019-12-03: 连淮扬镇 董集—丹徒 305 km.
        (["rail-lianzhen-2"], 305.0 - 105.0, 0.02, "2020-12"),
        # 连网 2019-03-22: 连徐 180.4 km; 澎湃 2020-03-06: 盐通 157 km.
        (["rail-xulian-"], 180.4, 0.02, "2021-02"),
        (["rail-yantong-"], 157.0, 0.02, "2020-12"),
        # 新华社 2024-10-11: 宣绩 115 km.
        (["rail-xuanji-"], 115.0, 0.02, "2024-10"),
        # 新华社 2025-12-26: 杭衢 131 km; 2025-12-30: 合新 合泗段 198 km.
        (["rail-hangqu-"], 131.0, 0.02, "2025-12"),
        (["rail-hexin-"], 198.0, 0.02, "2025-12"),
        # 95105105.com 2014-11-15: 宿淮 210 km, 安徽 113 + 江苏 97, opens 2014-12-10.
        (["rail-suhuai-"], 210.0, 0.02, "2014-12"),
        # 安徽省投资集团 2019-03-18: 庐铜 115 km, opened 2018-12-29.
        (["rail-lutong-"], 115.0, 0.02, "2018-12"),
        # 京沪高铁 1,318 km, 北京南—徐州东 692 km on the timetable: 徐州东—上海虹桥 626 km, to the border some 36 more.
        (["rail-jinghu-hsr-2"], 626.0 + 36.0, 0.02, "2011-06"),
    ],
)
def test_sums_of_rows_agree_with_published_lines(
    prefixes: list[str], published_km: float, tolerance: float, month: str
) -> None:
    table = lines()
    rows = table[table["line_id"].str.startswith(tuple(prefixes))]
    assert rows["counted_km"].sum() == pytest.approx(published_km, rel=tolerance)
    assert set(rows["opening_month"]) == {month}


NATIONAL = {"high_speed_rail", "intercity_rail", "conventional_rail", "freight_rail"}
# area, month, column of reference/network_length_official.csv, relative tolerance
OFFICIAL = [
    ("江苏省", "2022-12", "high_speed_railway_km", 0.05),
    ("江苏省", "2022-12", "railway_km", 0.05),
    ("浙江省", "2024-12", "high_speed_railway_km", 0.05),
    ("浙江省", "2024-12", "railway_km", 0.05),
    ("安徽省", "2020-12", "high_speed_railway_km", 0.05),
    ("安徽省", "2020-12", "railway_km", 0.05),
    ("安徽省", "2024-11", "high_speed_railway_km", 0.05),
    ("安徽省", "2024-11", "railway_km", 0.05),
    ("长三角", "2022-12", "high_speed_railway_km", 0.05),
    ("长三角", "2022-12", "railway_km", 0.05),
]


def against_official(shared: Path) -> pd.DataFrame:
    """Compare the length by province with the official totals: area, as_of, indicator, official_km, ours_km, ratio."""
    official = pd.read_csv(shared / "reference" / "network_length_official.csv").set_index(["area", "as_of"])
    rows = []
    for area, month, column, tolerance in OFFICIAL:
        kinds = {"high_speed_rail", "intercity_rail"} if column.startswith("high") else NATIONAL
        ours = length_by_province_km(month=month, kinds=kinds)
        value = ours.sum() if area == "长三角" else ours[area]
        published = float(official.loc[(area, month), column])
        rows.append((area, month, column, published, round(value, 1), value / published - 1.0, tolerance))
    return pd.DataFrame(rows, columns=["area", "as_of", "indicator", "official_km", "ours_km", "difference", "within"])


def test_length_by_province_agrees_with_the_official_totals(shared: Path) -> None:
    table = against_official(shared)
    off = table[table["difference"].abs() > table["within"]]
    assert off.to_dict("records") == []


# ---------------------------------------------------------------- cross-checks with shared data


def against_osm_stations(shared: Path) -> pd.DataFrame:
    """Distance of our stations to the nearest station of the same name on the map: name, distance_km, grade."""
    osm = gpd.read_file(shared / "data" / "osm-omap-2025" / "rail_stations_yrd.gpkg")
    osm = osm[osm["name"].notna() & (osm["station"] == "train")]
    rows = []
    for name, lon, lat, grade in nodes()[["name", "lon", "lat", "grade"]].itertuples(index=False):
        same = osm.loc[osm["name"].isin([name, f"{name}站"]), "geometry"]
        if len(same):
            rows.append((name, min(GEOD.inv(lon, lat, p.x, p.y)[2] for p in same) / 1000.0, grade))
    return pd.DataFrame(rows, columns=["name", "distance_km", "grade"])


def test_stations_lie_within_2_km_of_the_map(shared: Path) -> None:
    table = against_osm_stations(shared)
    assert len(table) >= 140
    far = table[(table["distance_km"] > 2.0) & ~table["name"].isin(MOVED_STATIONS)]
    assert far.to_dict("records") == []
    assert table["distance_km"].median() < 0.3


# rows of ours that run on a line of the KML set
ALIGNMENTS = {
    "京沪高速线": ("rail-jinghu-hsr-",),
    "徐兰高速线": ("rail-xulan-",),
    "杭深线": ("rail-hangyong-", "rail-yongtaiwen-", "rail-wenfu-"),
    "沪昆高速线": ("rail-huhang-1", "rail-hangchang-"),
    "沪蓉线": ("rail-hening-", "rail-hewu-", "rail-hefei-south-", "rail-nanjing-south-"),
}


def against_alignments(shared: Path) -> pd.DataFrame:
    """Distance of our high-speed rows from traced alignments: line_id, median_km, largest_km."""
    traced = gpd.read_file(shared / "data" / "rail-hsr-kml" / "hsr_lines_yrd_clip.gpkg").set_index("line").geometry
    table = lines()
    rows = []
    for name, prefixes in ALIGNMENTS.items():
        for row in table[table["line_id"].str.startswith(prefixes)].itertuples():
            profile = distance_profile_km(row.points, traced[name])
            rows.append((row.line_id, float(np.median(profile)), float(profile.max())))
    return pd.DataFrame(rows, columns=["line_id", "median_km", "largest_km"])


def test_high_speed_rows_follow_the_traced_alignments(shared: Path) -> None:
    table = against_alignments(shared)
    assert len(table) == 19
    # Out to the first node beyond the region the drawing is coarse; inside it is 3 km at most, 1 km in the middle.
    bad = table[(table["largest_km"] > 3.0) | (table["median_km"] > 1.5)]
    assert bad.to_dict("records") == []
    assert table["median_km"].median() < 1.0


def test_conventional_rows_follow_natural_earth(shared: Path) -> None:
    # Natural Earth 10m is up to 3.5 km off at stations (PROVENANCE.md) and lacks what was built after about 1990.
    earth = gpd.read_file(shared / "data" / "rail-ne10m" / "ne_10m_railroads_yrd.gpkg").union_all()
    table = lines()
    old = table[(table["kind"] == "conventional_rail") & (table["opening_month"].map(month_number) < 1990 * 12)]
    assert len(old) >= 25
    profile = np.concatenate([distance_profile_km(points, earth) for points in old["points"]])
    assert np.median(profile) < 2.0
    assert np.quantile(profile, 0.9) < 4.0


# name in rail_lines_speed_opening_2020.csv -> (our rows, months the two may differ by)
OPENINGS = {
    "合蚌高铁": ("rail-hebeng-", 0),
    "京沪高铁": ("rail-jinghu-hsr-", 0),
    "沪宁城际": ("rail-huning-1", 0),
    "合福高铁": ("rail-hefu-", 0),
    "杭甬高铁": ("rail-hangyong-", 0),
    "甬台温铁路": ("rail-yongtaiwen-", 0),
    "温福铁路": ("rail-wenfu-", 0),
    "郑阜高铁": ("rail-zhengfu-", 0),
    "京港高铁-商合段": ("rail-shanghehang-2", 0),
    "京港高铁-合湖段": ("rail-shanghehang-5", 0),
    "宁蓉线宁渝段-合宁铁路": ("rail-hening-", 0),
    # they give the freight opening 2008-12-31, we the passengers' 2009-04-01
    "宁蓉线宁渝段-合武铁路": ("rail-hewu-", 4),
    "杭黄客运专线": ("rail-hanghuang-", 0),
    "徐兰高铁-郑徐段": ("rail-xulan-", 0),
    "宁安城际": ("rail-ningan-", 0),
    "宁杭高铁": ("rail-ninghang-", 0),
    "徐盐客运专线": ("rail-xuyan-", 0),
    "青盐线": ("rail-qingyan-", 0),
    "沪苏通铁路": ("rail-husutong-", 0),
    "宁启铁路-通启段": ("rail-ningqi-3", 0),
    "金温铁路": ("rail-jinliwen-", 0),
    "金温货线": ("rail-jinwen-", 0),
    "衢九铁路": ("rail-jiujingqu-", 0),
    "铜九铁路": ("rail-tongjiu-", 0),
    "阜淮铁路": ("rail-fuhuai-", 0),
    "漯阜铁路": ("rail-luofu-", 0),
    "西合铁路": ("rail-ningxi-", 0),
    "皖赣线-宣贵段": ("rail-wangan-2", 0),
    "水蚌线": ("rail-shuibeng-", 6),
    "阜青线-青符线": ("rail-qingfu-", 6),
    "陇海线-徐州连云港段": ("rail-longhai-3", 6),
}


def openings_elsewhere(shared: Path) -> pd.Series:
    table = pd.read_csv(shared / "data" / "network-attributes" / "rail_lines_speed_opening_2020.csv", dtype=str)
    return table.drop_duplicates("line").set_index("line")["opened"]


@pytest.mark.parametrize("name", sorted(OPENINGS))
def test_opening_months_agree_with_the_2020_table(shared: Path, name: str) -> None:
    prefix, months = OPENINGS[name]
    year, _, rest = openings_elsewhere(shared)[name].partition(".")
    other = month_number(f"{year}-{int(rest.split('.')[0]):02d}" if rest else year)
    table = lines()
    ours = table.loc[table["line_id"].str.startswith(prefix), "opening_month"].map(month_number)
    assert len(ours)
    assert (ours - other).abs().max() <= months


# path name in seg_info_rail.csv -> (our rows, years the two may differ by); the table dates some lines by construction
YEARS = {
    "京沪客运专线": ("rail-jinghu-hsr-", 0),
    "合福客运专线": ("rail-hefu-", 0),
    "合蚌客运专线": ("rail-hebeng-", 0),
    "宁安客运专线": ("rail-ningan-", 0),
    "宁杭客运专线": ("rail-ninghang-", 1),
    "甬台温铁路": ("rail-yongtaiwen-", 0),
    "杭黄客运专线": ("rail-hanghuang-", 0),
    "皖赣铁路": ("rail-wangan-2", 0),
    "符夹铁路": ("rail-fujia-", 0),
    "宁铜铁路": ("rail-wutong-", 0),
    "胶新铁路": ("rail-jiaoxin-", 0),
    "水蚌铁路": ("rail-shuibeng-", 0),
    "徐沛铁路": ("rail-xupei-", 0),
    "宁西铁路": ("rail-ningxi-", 1),
    "合九铁路": ("rail-hejiu-", 1),
}


@pytest.mark.parametrize("name", sorted(YEARS))
def test_opening_years_agree_with_the_segment_table(shared: Path, name: str) -> None:
    prefix, years = YEARS[name]
    table = pd.read_csv(shared / "data" / "network-attributes" / "seg_info_rail.csv")
    other = table.loc[table["path_name"] == name, "year"].astype(int).unique()
    rows = lines()
    ours = rows.loc[rows["line_id"].str.startswith(prefix), "opening_month"].str[:4].astype(int)
    assert len(other)
    assert len(ours)
    assert min(abs(a - b) for a in ours for b in other) <= years


def main(shared: Path) -> None:
    """Write the comparisons to standard output, the worst first."""
    stations = against_osm_stations(shared).sort_values("distance_km", ascending=False)
    table = lines()
    kinds = pd.DataFrame({k: length_by_province_km(month="2025-12", kinds={k}) for k in sorted(KINDS)})
    for title, frame in {
        "official lengths": against_official(shared),
        "length by kind, 2025-12, km": kinds.round(0),
        "stations against the map": stations.head(15),
        "alignments": against_alignments(shared).sort_values("largest_km", ascending=False),
        "drawn over route length": table.assign(ratio=table["drawn_km"] / table["route_km"])
        .sort_values("ratio")[["line_id", "route_km", "drawn_km", "ratio"]]
        .head(15),
    }.items():
        sys.stdout.write(f"\n{title}\n{frame.round(3).to_string()}\n")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[3] / "shared")
