"""The embedded energy lines and points: whole tables, published lengths, and places held against maps drawn by others."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.layers.network_tables import (
    GEOD,
    Positions,
    Row,
    by_key,
    check_grade,
    check_lines,
    drawn_km,
    positions,
    read,
    show,
)

# Published lengths of rows together, km, with the page. Lines drawn through few points cut corners: -30 % to +5 %.
TOTALS = [
    # 淮南—浙北—上海 656 km (新华社 2013-09-25)
    ("皖电东送", "energy-ac-huainan-shanghai-south-", 656.0),
    # 淮南—南京—上海 759.4 km (上海证券报 2016-04-05)
    ("淮南—南京—上海", "energy-ac-huainan-shanghai-north-", 759.4),
    # 滨海—肥东末站 515 km (安徽日报 2022-12-17); the row to 合肥门站 goes a little further
    ("苏皖管线", "energy-gas-binhai-hefei-", 515.0),
    # 青宁 536.2 km from 青岛, about 170 km of it in 山东 (memory)
    ("青宁江苏段", "energy-gas-qingning-", 366.0),
    # 宣城—黄山 210.5 km (安徽日报 2021-02-18)
    ("宣黄线", "energy-gas-xuanhuang-", 210.5),
    # 定远—合肥 second line 67.5 km (合肥 news 2019-11)
    ("定合复线", "energy-gas-hefei-branch-2", 67.5),
]

# Our rows and the route of the Global Energy Monitor: ProjectID in the routes of 2026, or project in the tracker of 2024
# (hand-traced there, some schematic: 川气东送 runs 35 km south of the 天湖 station of 宣城 that the 安徽日报 names, and
# 启通 begins at 启东 town, 20 km from the terminal where its builder has it begin, so 启通 is not held against it).
GAS_ROUTES = [
    ("energy-gas-xiqi1-", "P4927"),
    ("energy-gas-jining-1", "P4521"),
    ("energy-gas-rudong-jiangdu-", "P5996"),
    ("energy-gas-rudong-chongming-", "P5995"),
    ("energy-gas-chuanqi-[12]", "P4657"),
    ("energy-gas-xiqi2-", "P4944"),
    ("energy-gas-zhonge-", "P4486"),
    ("energy-gas-qingning-", "Qingdao-Nanjing Gas Pipeline"),
    ("energy-gas-jiangsu-coast-[12]", "P4760"),
    ("energy-gas-binhai-hefei-", "P4775"),
    ("energy-gas-xuanhuang-", "P4595"),
    ("energy-gas-hangjia-", "P4835"),
    ("energy-gas-hanghu-", "P4848"),
    ("energy-gas-hangyong-", "P4849"),
    ("energy-gas-yongtaiwen-1", "P4851"),
    ("energy-gas-jinliwen-", "P4850"),
    ("energy-gas-changxing-", "P4846"),
]

# Our terminal, theirs. The tracker puts Lianyungang at 如东 (PROVENANCE.md).
TERMINALS = {
    "上海洋山LNG接收站": "Shanghai Yangshan LNG Terminal",
    "上海五号沟LNG储备站": "Wuhaogou LNG Storage Facility",
    "如东LNG接收站": "Rudong LNG Terminal",
    "启东LNG接收站": "Qidong LNG Terminal",
    "滨海LNG接收站": "Yancheng LNG Terminal",
    "赣榆LNG接收站": "Ganyu LNG Terminal",
    "芜湖LNG接收站": "Wuhu LNG Terminal",
    "舟山新奥LNG接收站": "Zhoushan LNG Terminal",
    "浙江宁波LNG接收站": "Zhejiang Ningbo LNG Terminal",
    "六横LNG接收站": "Zhejiang Energy Liuheng LNG Terminal",
    "温州LNG接收站": "Wenzhou LNG Terminal",
    "玉环大麦屿LNG接收站": "Damaiyu LNG Terminal",
    "嘉兴平湖LNG应急调峰储运站": "Pinghu LNG Terminal",
}

# Our point, the name of the polygon in OpenStreetMap's power layer (2025-01).
SITES = {
    "奉贤换流站": "奉贤换流站",
    "同里换流站": "同里换流站",
    "虞城换流站": "±800kV虞城换流站",
    "古泉换流站": "古泉换流站",
    "绍兴换流站": "绍兴换流站",
    "金华换流站": "±800千伏金华换流站",
    "泰州换流站": "泰州换流站",
    "淮安换流站": "南京换流站",
    "南桥换流站": "南桥换流站",
    "政平换流站": "政平500kV换流站",
    "枫泾换流站": "枫泾换流站",
    "淮南特高压站": "淮南变电站",
    "芜湖特高压站": "皖南变电站",
    "安吉特高压站": "安吉变电站",
    "练塘特高压站": "国家电网1000千伏特高压练塘变电站",
    "东吴特高压站": "1000kV特高压东吴变电站",
    "兰江特高压站": "兰江变电站",
    "莲都特高压站": "浙南变电站",
    "天荒坪抽水蓄能电站": "天荒坪抽水蓄能电站",
    "溧阳抽水蓄能电站": "溧阳抽水蓄能电站",
    "沙河抽水蓄能电站": "沙河抽水蓄能电站",
    "宜兴抽水蓄能电站": "宜兴抽水蓄能电站500KV开关站",
    "秦山核电站": "秦山核电站",
    "田湾核电站": "田湾核电站",
    "三门核电站": "三门核电站",
}

# Our nodes of the 500 kV trunk, the name of the substation there.
SUBSTATIONS = {
    "任庄变": "任庄变电站",
    "江都变": "江都变电站",
    "斗山变": "斗山变电站",
    "石牌变": "石牌变电站",
    "黄渡变": "黄渡变电站",
    "洛河变": "洛河变电站",
    "瓶窑变": "瓶窑变电站",
    "王店变": "王店变电站",
    "繁昌变": "繁昌变电站",
}


@pytest.fixture(scope="module")
def nodes() -> Positions:
    """Return lon, lat by name."""
    return positions("energy_nodes.csv")


@pytest.fixture(scope="module")
def lines() -> dict[str, Row]:
    """Return the rows by line id."""
    return by_key("energy_lines.csv", "line_id")


@pytest.fixture(scope="module")
def points() -> dict[str, Row]:
    """Return the points by name."""
    return by_key("energy_points.csv", "name")


def test_tables_are_whole(nodes: Positions) -> None:
    assert [row["name"] for row in read("energy_nodes.csv")] == sorted(nodes)
    for row in check_lines("energy_lines.csv", nodes):
        assert row["kind"] in {"uhv_dc", "uhv_ac", "hvdc", "ac_500", "gas_pipeline"}, row["line_id"]
        # ±1100, ±800, 1000 kV are UHV in China; ±500 and 500 kV are not
        voltage = float(row["voltage_kv"] or 0)
        assert (voltage >= 800) == row["kind"].startswith("uhv"), row["line_id"]
        assert (voltage == 0) == (row["kind"] == "gas_pipeline"), row["line_id"]
        assert float(row["accuracy_km"]) >= 5.0, row["line_id"]
        # a line of straight joins is never longer than the real one by more than its own uncertainty
        if row["route_length_km"]:
            assert drawn_km(row["nodes"], nodes) <= 1.05 * float(row["route_length_km"]), row["line_id"]


def test_points_are_whole(points: dict[str, Row], nodes: Positions) -> None:
    rows = read("energy_points.csv")
    assert [row["point_id"] for row in rows] == sorted({row["point_id"] for row in rows})
    assert len(points) == len(rows)
    for row in rows:
        assert row["status"] in {"operating", "planned"}, row["name"]
        check_grade(row, row["name"])
        assert float(row["accuracy_km"]) > 0, row["name"]
        if row["name"] in nodes:
            assert (float(row["lon"]), float(row["lat"])) == nodes[row["name"]], row["name"]
        if row["status"] == "planned":
            assert row["opening_month"] == "", row["name"]
    known = "|".join(f"{row['name']}|{row['aliases']}" for row in rows)
    # What the plans of 合肥, 芜湖, 安徽 and 江苏 name.
    for name in (
        "滨海LNG 如东LNG接收站 赣榆LNG接收站 芜湖LNG内河接收(转运)站 金寨抽水蓄能电站 铜北 廻峰山 芜三 古泉 虞城 浙北换流站 "
        "滨湖科学城综合能源系统"
    ).split():
        assert name in known, name


def test_pumped_storage_capacity(points: dict[str, Row]) -> None:
    # 安徽 had 4.68 GW of pumped storage at the end of 2022: 琅琊山 600, 响洪甸 80, 响水涧 1000, 绩溪 1800, 金寨 1200 MW
    # = 4680 MW, the figure the province gives as 468 万千瓦 (memory); 江苏 2.6 GW before 句容: 宜兴, 溧阳, 沙河.
    def capacity(*names: str) -> float:
        return sum(float(points[f"{name}抽水蓄能电站"]["capacity_mw"]) for name in names)

    assert capacity("琅琊山", "响洪甸", "响水涧", "绩溪", "金寨") == 4680.0
    assert capacity("宜兴", "溧阳", "沙河") == 2600.0


@pytest.mark.parametrize(("name", "prefix", "published_km"), TOTALS, ids=[t[0] for t in TOTALS])
def test_total_length(name: str, prefix: str, published_km: float, lines: dict[str, Row], nodes: Positions) -> None:
    total = sum(drawn_km(row["nodes"], nodes) for line_id, row in lines.items() if line_id.startswith(prefix))
    show(f"{name}: drawn {total:.0f} km, published {published_km:.1f} km, {total / published_km - 1:+.1%}")
    assert 0.70 <= total / published_km <= 1.05


def test_gas_lines_against_the_trackers(shared: Path, lines: dict[str, Row], nodes: Positions) -> None:
    new = gpd.read_file(shared / "data/gas-gem/ggit_goit_routes_2026_yrd.gpkg").to_crs(32650)
    old = gpd.read_file(shared / "data/gas-gem/asia_gas_tracker_2024_pipelines_yrd.gpkg").to_crs(32650)
    all_km: list[float] = []
    for pattern, theirs in GAS_ROUTES:
        route = pd.concat(
            [new.loc[new["ProjectID"] == theirs, "geometry"], old.loc[old["project"] == theirs, "geometry"]]
        )
        assert len(route), theirs
        rows = [row for line_id, row in lines.items() if re.match(pattern, line_id)]
        used = list(dict.fromkeys(name for row in rows for name in row["nodes"].split("|")))
        places = gpd.GeoSeries.from_xy([nodes[n][0] for n in used], [nodes[n][1] for n in used], crs=4326).to_crs(32650)
        away_km = pd.Series(places.distance(route.union_all()).to_numpy() / 1000.0, index=used)
        stated_km = max(float(row["accuracy_km"]) for row in rows)
        show(
            f"{pattern:30s} median {away_km.median():5.1f} km, stated {stated_km:4.1f} km, "
            f"worst {away_km.nlargest(2).round(0).to_dict()}"
        )
        # half of the nodes lie within the accuracy that the table states
        assert away_km.median() <= stated_km, pattern
        all_km += away_km.tolist()
    show(f"all gas lines: {len(all_km)} nodes, median {pd.Series(all_km).median():.1f} km")
    assert pd.Series(all_km).median() < 10.0


def test_sites_against_openstreetmap(shared: Path, points: dict[str, Row]) -> None:
    power = gpd.read_file(shared / "data/osm-omap-2025/power_substations_plants_yrd.gpkg").to_crs(32650)
    away: dict[str, float] = {}
    for name, theirs in SITES.items():
        row = points[name]
        place = gpd.GeoSeries.from_xy([float(row["lon"])], [float(row["lat"])], crs=4326).to_crs(32650).iloc[0]
        away[name] = float(power[power["name"] == theirs].distance(place).min()) / 1000.0
        show(f"{name}: {away[name]:.1f} km away, stated accuracy {row['accuracy_km']} km")
    # Each lies within its stated accuracy; a stated accuracy that is far too modest would not help anyone.
    assert [name for name, km in away.items() if km > float(points[name]["accuracy_km"])] == []
    assert pd.Series(away).median() < 8.0


def test_substations_against_openstreetmap(shared: Path, nodes: Positions) -> None:
    power = gpd.read_file(shared / "data/osm-omap-2025/power_substations_plants_yrd.gpkg").to_crs(32650)
    for name, theirs in SUBSTATIONS.items():
        place = gpd.GeoSeries.from_xy([nodes[name][0]], [nodes[name][1]], crs=4326).to_crs(32650).iloc[0]
        away_km = float(power[power["name"] == theirs].distance(place).min()) / 1000.0
        show(f"{name}: {away_km:.1f} km away")
        assert away_km < 8.0, name


def test_lng_terminals_against_the_tracker(shared: Path, points: dict[str, Row]) -> None:
    tracker = pd.read_csv(shared / "data/gas-gem/asia_gas_tracker_2024_lng_plants_fields_yrd.csv")
    away: dict[str, float] = {}
    for name, theirs in TERMINALS.items():
        row, units = points[name], tracker[tracker["project"] == theirs]
        here = [float(row["lon"])] * len(units), [float(row["lat"])] * len(units)
        away[name] = min(GEOD.inv(*here, units["lng"].tolist(), units["lat"].tolist())[2]) / 1000.0
        show(f"{name}: {away[name]:.1f} km away, stated accuracy {row['accuracy_km']} km")
    assert [name for name, km in away.items() if km > float(points[name]["accuracy_km"])] == []
    assert pd.Series(away).median() < 6.0
