"""The embedded waterways: whole tables, lengths against published ones, courses against rivers drawn by others."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.layers.network_tables import (
    Positions,
    Row,
    by_key,
    check_lines,
    check_nodes,
    drawn_km,
    positions,
    read,
    show,
)

# Rows that are drawn shorter than 12 % below their published length, with the reason. A row that is mended must go.
DRAWN_SHORT = {
    "waterway-guohe-2": "the 涡河 winds between its locks; no bends known",
    "waterway-guanhe-1": "tidal meanders between 三口 and 响水 are not drawn",
    "waterway-yanhe-1": "the course between 涟水 and 灌南 is not known",
}

# Published lengths of several rows together: line ids (prefix), km, least and greatest drawn share, source.
# A course drawn through nodes cuts corners (-12 %); 沙颍河 winds far more than its locks and towns show.
TOTALS = [
    # 长江 in Anhui 416 km, 淮河 in Anhui 430 km (蚌埠新闻网 2025-08-26; 掌阅 10880264)
    ("长江安徽段", [f"waterway-changjiang-{i}" for i in range(5)], 416.0, 0.88, 1.03),
    ("淮河安徽段", [f"waterway-huaihe-{i}" for i in range(4)], 430.0, 0.88, 1.03),
    # 蔺家坝—六圩 about 404 km (江苏省江都水利工程管理处)
    ("苏北运河徐扬段", ["waterway-jinghang-1", "waterway-jinghang-2", "waterway-jinghang-3"], 404.0, 0.88, 1.03),
    # 谏壁口—鸭子坝 208.2 km (abstract at jxxfw.com)
    ("苏南运河", ["waterway-jinghang-4", "waterway-jinghang-5"], 208.2, 0.88, 1.03),
    # 引江济淮 total of three channels 354.9 km (人民网 2023-09-17)
    ("江淮运河", ["waterway-yinjiang-1", "waterway-yinjiang-2", "waterway-zhaoxi-1"], 354.9, 0.88, 1.03),
    # 合裕线 about 138 km (合肥 news at dingqianjf.com; 134 and 145 km elsewhere)
    ("合裕线", ["waterway-heyu-1", "waterway-heyu-2"], 138.0, 0.88, 1.03),
    # 芜申运河 芜湖—上海 271 km (news copy, search of 2026-11-22)
    ("芜申线", ["waterway-wushen-1", "waterway-wushen-2", "waterway-wushen-3"], 271.0, 0.88, 1.03),
    # 连申线 north of the 长江 375 km (myygl.org)
    ("连申线江北段", ["waterway-lianshen-1", "waterway-lianshen-2", "waterway-lianshen-3"], 375.0, 0.88, 1.03),
    # 杭甬运河 239 km of which 27 km are on the 钱塘江 (51igbt.cn; 363616.com); it winds between its locks
    ("杭甬运河", ["waterway-hangyong-1", "waterway-hangyong-2"], 212.0, 0.75, 1.03),
    # 苏北灌溉总渠 168 km (zdwx.com)
    ("苏北灌溉总渠", ["waterway-zongqu-1", "waterway-zongqu-2"], 168.0, 0.88, 1.03),
    # 沙颍河 in Anhui 215 km (李强, 董梦雷 2017)
    ("沙颍河安徽段", ["waterway-shaying-1", "waterway-shaying-2"], 215.0, 0.62, 1.03),
]

# Distances along the 长江. 南通(天生港)—南京(新生圩) 227 km (cnss.com.cn 2018-04-26) and 南京—the sea 431 km
# (新华社 2018-05-08) belong to the 12.5 m channel; 安庆—芜湖 204 and 芜湖—南京 96 km to the passenger ships' tables
# (memory; 南京 is the bridge here).
REACHES = [
    ("安庆港", "芜湖港", 204.0),
    ("芜湖港", "南京长江大桥", 96.0),
    ("新生圩港区", "天生港区", 227.0),
    ("新生圩港区", "长江口灯船", 431.0),
]

# Our rows, the names of the 1:4M rivers they are held against, median and greatest distance of vertices in km.
# New channels that the old map cannot know (常州, 无锡 bypasses; 乌镇 course; 二通道) are left out.
COURSES = [
    ("waterway-changjiang-[0-6]$", "长江", 1.0, 3.0),
    ("waterway-huaihe-[0-5]$", "淮河$", 1.0, 5.0),
    ("waterway-jinghang-[123]$", "京杭运河", 2.0, 6.0),
    ("waterway-jinghang-4$", "京杭运河", 2.0, 6.0),
    ("waterway-jinghang-8$", "京杭运河", 2.0, 6.0),
    ("waterway-qiantang-[12]$", "钱塘江|富春江|衢江", 2.0, 6.0),
    ("waterway-tongyang-2$", "通吕运河|通扬运河", 2.0, 6.0),
    ("waterway-zongqu-1$", "苏北灌溉总渠", 2.0, 6.0),
    # of these the map has only a stretch: the nodes on it
    ("阜宁|上冈|盐城港内河港区|刘庄船闸|大丰白驹|东台|富安|海安", "通榆运河", 2.5, 6.0),
    ("泰州卤汀河口|姜堰|白米|海安", "新通扬运河", 2.0, 6.0),
    ("三河闸|金湖|rujiang-1#01", "淮河入江水道", 2.0, 6.0),
]


@pytest.fixture(scope="module")
def nodes() -> Positions:
    """Return lon, lat by name."""
    return positions("waterway_nodes.csv")


@pytest.fixture(scope="module")
def lines() -> dict[str, Row]:
    """Return the rows by line id."""
    return by_key("waterway_lines.csv", "line_id")


def test_tables_are_whole(nodes: Positions) -> None:
    check_nodes("waterway_nodes.csv", (114.5, 28.0, 123.0, 35.5))
    for row in check_lines("waterway_lines.csv", nodes):
        assert row["channel_class"] in {"", *"1234567"}, row["line_id"]


def test_ports_and_locks(nodes: Positions) -> None:
    rows = read("ports.csv")
    assert len({row["port_id"] for row in rows}) == len(rows) == len({row["name"] for row in rows})
    assert {row["kind"] for row in rows} == {"port", "port_area", "lock"}
    assert {row["status"] for row in rows} == {"operating", "planned"}
    by_name = {row["name"]: row for row in rows}
    for point in read("waterway_nodes.csv"):
        if point["kind"] in {"port", "port_area", "lock"}:
            found = by_name[point["name"]]
            assert (float(found["lon"]), float(found["lat"])) == nodes[point["name"]]
    # What the plans of 合肥, 芜湖, 江苏 name must be found, by name or alias.
    known = "|".join(f"{row['name']}|{row['aliases']}" for row in rows)
    for name in (
        "上海港 宁波舟山港 南京港 苏州港 盐城港 南通港 派河港 合肥港 中派作业区 示范园作业区 巢湖船闸 裕溪河船闸 凤凰颈枢纽 朱家桥 三山港 芜湖港 新生圩 "
        "龙潭 太仓港 通州湾 吕四港 洋口港 江阴港 连云港 滨海港 大丰港 镇江港 泰州港 马鞍山港 安庆港 蚌埠港 淮南港 洋山港"
    ).split():
        assert name in known, name


def test_drawn_length_is_near_the_published_one(lines: dict[str, Row], nodes: Positions) -> None:
    outside: dict[str, float] = {}
    for line_id, row in lines.items():
        if row["route_length_km"]:
            ratio = drawn_km(row["nodes"], nodes) / float(row["route_length_km"]) - 1.0
            show(f"{line_id:26s} {float(row['route_length_km']):7.1f} km {ratio:+.1%}")
            if not -0.12 <= ratio <= 0.03:
                outside[line_id] = ratio
    assert outside.keys() == DRAWN_SHORT.keys(), outside
    assert sum(bool(row["route_length_km"]) for row in lines.values()) >= 20


@pytest.mark.parametrize(("name", "ids", "published_km", "least", "greatest"), TOTALS, ids=[t[0] for t in TOTALS])
def test_total_length(
    name: str,
    ids: list[str],
    published_km: float,
    least: float,
    greatest: float,
    lines: dict[str, Row],
    nodes: Positions,
) -> None:
    total = sum(drawn_km(lines[line_id]["nodes"], nodes) for line_id in ids)
    show(f"{name}: drawn {total:.0f} km, published {published_km:.0f} km, {total / published_km - 1:+.1%}")
    assert least <= total / published_km <= greatest


@pytest.mark.parametrize(("start", "end", "published_km"), REACHES, ids=[f"{r[0]}-{r[1]}" for r in REACHES])
def test_distance_along_the_changjiang(
    start: str,
    end: str,
    published_km: float,
    lines: dict[str, Row],
    nodes: Positions,
) -> None:
    course: list[str] = []
    for line_id in sorted(line_id for line_id in lines if line_id.startswith("waterway-changjiang-")):
        names = lines[line_id]["nodes"].split("|")
        assert not course or course[-1] == names[0], line_id
        course += names[bool(course) :]
    reach = course[course.index(start) : course.index(end) + 1]
    drawn = drawn_km(reach, nodes)
    show(f"{start}—{end}: drawn {drawn:.0f} km, tables {published_km:.0f} km, {drawn / published_km - 1:+.1%}")
    assert 0.88 <= drawn / published_km <= 1.03


def test_network_hangs_together(lines: dict[str, Row]) -> None:
    # Ships go from 合肥 to 上海, 杭州, 徐州, 阜阳 and 宁波: one component must hold the named ports.
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    # 淮河入海水道 carries floods, not ships: it has no class and hangs on nothing; a sea channel has no class either.
    channels = [row for row in lines.values() if row["channel_class"]]
    assert len(channels) >= len(lines) - 2
    for row in channels:
        names = row["nodes"].split("|")
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    ports = (
        "合肥港国际集装箱码头 吴淞口 三堡 徐州万寨港 阜阳港 镇海口 亳州港 连云港港 衢州港 宣城港 宿州港 盐城港内河港区"
    )
    main = root("芜湖港")
    assert {root(name) for name in ports.split()} == {main}
    sizes = Counter(root(row["nodes"].split("|")[0]) for row in channels)
    show(f"components (rows): {sizes.most_common()}")
    assert sizes[main] == len(channels)


def test_no_channel_counts_twice(lines: dict[str, Row]) -> None:
    pieces = Counter(frozenset(pair) for row in lines.values() for pair in itertools.pairwise(row["nodes"].split("|")))
    assert [tuple(piece) for piece, count in pieces.items() if count > 1] == []


@pytest.mark.parametrize(("pattern", "names", "median_km", "greatest_km"), COURSES, ids=[c[0] for c in COURSES])
def test_course_against_the_1_4m_rivers(
    shared: Path,
    pattern: str,
    names: str,
    median_km: float,
    greatest_km: float,
    lines: dict[str, Row],
    nodes: Positions,
) -> None:
    rivers = gpd.read_file(shared / "data/waterways-4m/hyd2_4l_yrd.gpkg").to_crs(32650)
    course = rivers[rivers["NAME"].str.contains(names, na=False)].union_all()
    used = list(
        dict.fromkeys(
            name for line_id, row in lines.items() if re.match(pattern, line_id) for name in row["nodes"].split("|")
        )
    ) or pattern.split("|")
    points = gpd.GeoSeries.from_xy([nodes[n][0] for n in used], [nodes[n][1] for n in used], crs=4326).to_crs(32650)
    away_km = pd.Series(points.distance(course).to_numpy() / 1000.0, index=used)
    show(
        f"{pattern}: {len(used)} nodes, median {away_km.median():.2f} km, worst {away_km.nlargest(3).round(1).to_dict()}"
    )
    assert away_km.median() < median_km
    assert away_km.max() < greatest_km


def test_estuary_course_stays_off_the_land(shared: Path, nodes: Positions) -> None:
    # Below 徐六泾 the 1:4M line ends; ships stay off the land of Natural Earth (1:10M, so 3 km are allowed).
    land = gpd.read_file(shared / "data/ne10m/ne_10m_land_yrd.gpkg").to_crs(32651).union_all()
    names = ["白茆口", "太仓港", "浏河口", "罗泾港区", "吴淞口", "外高桥港区", "五号沟", "圆圆沙", "长江口灯船"]
    points = gpd.GeoSeries.from_xy([nodes[n][0] for n in names], [nodes[n][1] for n in names], crs=4326).to_crs(32651)
    for name, point in zip(names, points, strict=True):
        inland_km = point.distance(land.boundary) / 1000.0 if land.contains(point) else 0.0
        show(f"{name}: {inland_km:.1f} km inland")
        assert inland_km < 3.0, name
