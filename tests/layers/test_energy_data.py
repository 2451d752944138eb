"""The embedded energy lines and points: whole tables, published lengths, and places held against maps drawn by others."""

from __future__ import annotations

import csv
import itertools
import re
import sys
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Geod

GEOD = Geod(ellps="WGS84")

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

# Our rows, project and unit of the Global Energy Monitor's tracker of 2024 (hand-traced there, some schematic).
GAS_ROUTES = [
    ("energy-gas-xiqi1-", "West-East Gas Pipeline 1", None),
    ("energy-gas-jining-1", "Hebei-Nanjing Connecting Gas Pipeline", "Trunk line"),
    ("energy-gas-rudong-jiangdu-", "Hebei–Nanjing Connecting Gas Pipeline", "Jiangdu-Taizhou-Rudong Branch"),
    ("energy-gas-chuanqi-[12]", "Sichuan–Shanghai Gas Pipeline", "Trunk line"),
    ("energy-gas-xiqi2-", "West-East Gas Pipeline 2", "Nanchang-Shanghai Branch"),
    ("energy-gas-zhonge-", "China–Russia East Pipeline", "Phase III"),
    ("energy-gas-qingning-", "Qingdao-Nanjing Gas Pipeline", None),
    ("energy-gas-jiangsu-coast-", "Jiangsu Coastal Gas Pipeline", "Ganyu–Taicang Major Pipeline"),
    (
        "energy-gas-binhai-hefei-",
        "Jiangsu Coastal Gas Pipeline",
        "Binhai LNG Transport Pipeline (Binhai-Xuyi, Tianchang-Hefei)",
    ),
    ("energy-gas-xuanhuang-", "Anhui Gas Pipeline Network", "Xuancheng–Huangshan Gas Pipeline"),
    ("energy-gas-hangjia-", "Zhejiang Natural Gas Pipeline Network", "Hangzhou-Jiaxing Gas Pipeline"),
    ("energy-gas-hanghu-", "Zhejiang Natural Gas Pipeline Network", "Hangzhou-Huzhou Gas Pipeline"),
    ("energy-gas-hangyong-", "Zhejiang Natural Gas Pipeline Network", "Hangzhou-Ningbo Gas Pipeline"),
    ("energy-gas-yongtaiwen-", "Zhejiang Natural Gas Pipeline Network", "Ningbo-Taizhou-Wenzhou Gas Pipeline"),
    ("energy-gas-jinliwen-", "Zhejiang Natural Gas Pipeline Network", "Jinhua-Lishui-Wenzhou Gas Pipeline"),
    ("energy-gas-qitong-", "Jiangsu Coastal Gas Pipeline", "Qidong–Tongzhou Gas Pipeline"),
    ("energy-gas-changxing-", "Zhejiang Natural Gas Pipeline Network", "Changzhou-Huzhou Gas Pipeline"),
]

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


def show(text: str) -> None:
    """Write a line of the report that ``pytest -s`` shows."""
    sys.stdout.write(text + "\n")


def read(name: str) -> list[dict[str, str]]:
    """Read a table of ``layers/data``."""
    with files("layers").joinpath("data", name).open("r", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def nodes() -> dict[str, tuple[float, float]]:
    """Return lon, lat by name."""
    return {row["name"]: (float(row["lon"]), float(row["lat"])) for row in read("energy_nodes.csv")}


@pytest.fixture(scope="module")
def lines() -> dict[str, dict[str, str]]:
    """Return the rows by line id."""
    return {row["line_id"]: row for row in read("energy_lines.csv")}


@pytest.fixture(scope="module")
def points() -> dict[str, dict[str, str]]:
    """Return the points by name."""
    return {row["name"]: row for row in read("energy_points.csv")}


def drawn_km(row: dict[str, str], nodes: dict[str, tuple[float, float]]) -> float:
    """Return the geodesic length through the nodes of a row."""
    places = [nodes[name] for name in row["nodes"].split("|")]
    return float(GEOD.line_length([p[0] for p in places], [p[1] for p in places])) / 1000.0


def test_tables_are_whole(lines: dict[str, dict[str, str]], nodes: dict[str, tuple[float, float]]) -> None:
    rows = read("energy_lines.csv")
    assert [row["line_id"] for row in rows] == sorted(lines)
    assert [row["name"] for row in read("energy_nodes.csv")] == sorted(nodes)
    for row in rows:
        names = row["nodes"].split("|")
        assert len(names) >= 2, row["line_id"]
        assert set(names) <= set(nodes), row["line_id"]
        assert all(a != b for a, b in itertools.pairwise(names)), row["line_id"]
        assert row["kind"] in {"uhv_dc", "uhv_ac", "hvdc", "ac_500", "gas_pipeline"}, row["line_id"]
        # ±1100, ±800, 1000 kV are UHV in China; ±500 and 500 kV are not
        voltage = float(row["voltage_kv"] or 0)
        assert (voltage >= 800) == row["kind"].startswith("uhv"), row["line_id"]
        assert (voltage == 0) == (row["kind"] == "gas_pipeline"), row["line_id"]
        assert re.fullmatch(r"(\d{4}(-(0[1-9]|1[0-2]))?)?", row["opening_month"]), row["line_id"]
        assert (row["grade"] == "D") == (row["source"] == "memory"), row["line_id"]
        assert float(row["accuracy_km"]) >= 5.0, row["line_id"]
        # a line of straight joins is never longer than the real one by more than its own uncertainty
        if row["route_length_km"]:
            assert drawn_km(row, nodes) <= 1.05 * float(row["route_length_km"]), row["line_id"]


def test_points_are_whole(points: dict[str, dict[str, str]], nodes: dict[str, tuple[float, float]]) -> None:
    rows = read("energy_points.csv")
    assert [row["point_id"] for row in rows] == sorted({row["point_id"] for row in rows})
    assert len(points) == len(rows)
    for row in rows:
        assert row["status"] in {"operating", "planned"}, row["name"]
        assert (row["grade"] == "D") == (row["source"] == "memory"), row["name"]
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


def test_pumped_storage_capacity(points: dict[str, dict[str, str]]) -> None:
    # 安徽 had 4.68 GW of pumped storage at the end of 2022: 琅琊山 600, 响洪甸 80, 响水涧 1000, 绩溪 1800, 金寨 1200 MW
    # = 4680 MW, the figure the province gives as 468 万千瓦 (memory); 江苏 2.6 GW before 句容: 宜兴, 溧阳, 沙河.
    def capacity(*names: str) -> float:
        return sum(float(points[f"{name}抽水蓄能电站"]["capacity_mw"]) for name in names)

    assert capacity("琅琊山", "响洪甸", "响水涧", "绩溪", "金寨") == 4680.0
    assert capacity("宜兴", "溧阳", "沙河") == 2600.0


@pytest.mark.parametrize(("name", "prefix", "published_km"), TOTALS, ids=[t[0] for t in TOTALS])
def test_total_length(
    name: str, prefix: str, published_km: float, lines: dict[str, dict[str, str]], nodes: dict[str, tuple[float, float]]
) -> None:
    total = sum(drawn_km(row, nodes) for line_id, row in lines.items() if line_id.startswith(prefix))
    show(f"{name}: drawn {total:.0f} km, published {published_km:.1f} km, {total / published_km - 1:+.1%}")
    assert 0.70 <= total / published_km <= 1.05


@pytest.mark.parametrize(("pattern", "project", "unit"), GAS_ROUTES, ids=[g[0] for g in GAS_ROUTES])
def test_gas_line_against_the_tracker(
    shared: Path,
    pattern: str,
    project: str,
    unit: str | None,
    lines: dict[str, dict[str, str]],
    nodes: dict[str, tuple[float, float]],
) -> None:
    routes = gpd.read_file(shared / "data/gas-gem/asia_gas_tracker_2024_pipelines_yrd.gpkg").to_crs(32650)
    chosen = routes[
        (routes["project"] == project) & (routes["unit"].isna() if unit is None else routes["unit"] == unit)
    ]
    assert len(chosen) >= 1
    used = list(
        dict.fromkeys(
            name for line_id, row in lines.items() if re.match(pattern, line_id) for name in row["nodes"].split("|")
        )
    )
    places = gpd.GeoSeries.from_xy([nodes[n][0] for n in used], [nodes[n][1] for n in used], crs=4326).to_crs(32650)
    away_km = pd.Series(places.distance(chosen.union_all()).to_numpy() / 1000.0, index=used)
    show(f"{pattern:28s} median {away_km.median():5.1f} km, worst {away_km.nlargest(3).round(1).to_dict()}")
    assert away_km.median() < 10.0


def test_sites_against_openstreetmap(shared: Path, points: dict[str, dict[str, str]]) -> None:
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


def test_lng_terminals_against_the_tracker(shared: Path, points: dict[str, dict[str, str]]) -> None:
    # The tracker puts Lianyungang at 如东 (PROVENANCE.md), so 赣榆 is left out.
    tracker = pd.read_csv(shared / "data/gas-gem/asia_gas_tracker_2024_lng_plants_fields_yrd.csv")
    columns = {str(c).lower(): c for c in tracker.columns}
    lon, lat = columns["lng" if "lng" in columns else "lon"], columns["lat"]
    theirs = tracker[tracker["type"].astype(str).str.contains("terminal", case=False)]
    for name in (
        "上海洋山LNG接收站",
        "如东LNG接收站",
        "启东LNG接收站",
        "滨海LNG接收站",
        "舟山新奥LNG接收站",
        "浙江宁波LNG接收站",
        "温州LNG接收站",
    ):
        row = points[name]
        _, _, metres = GEOD.inv(
            [float(row["lon"])] * len(theirs),
            [float(row["lat"])] * len(theirs),
            theirs[lon].tolist(),
            theirs[lat].tolist(),
        )
        km = min(metres) / 1000.0
        show(f"{name}: {km:.1f} km from the nearest terminal of the tracker")
        assert km < 2.0 * float(row["accuracy_km"]), name
