"""Checks of the expressway tables of Anhui and Jiangsu, ``layers/data/highway_{lines,nodes}_wan_su.csv``.

The tests of the first half read only the two tables (and the sister table of Shanghai and Zhejiang for shared border
points). Those of the second half compare with material that is not shipped (fixture ``shared``): published network
lengths, OpenStreetMap junctions and bridges of Anhui, opening years, prefecture boundaries. They print their tables
(``pytest -s``), so that what is missing or off is seen by name.
"""

from __future__ import annotations

import csv
import re
import statistics
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from pyproj import Geod

geopandas = pytest.importorskip("geopandas")

DATA = Path(__file__).resolve().parents[2] / "layers" / "data"
LINES = DATA / "highway_lines_wan_su.csv"
NODES = DATA / "highway_nodes_wan_su.csv"
GEOD = Geod(ellps="WGS84")
LINE_COLUMNS = (
    "line_id,name,line,code,kind,opening_month,closing_month,route_length_km,speed_km_h,lanes,nodes,source,grade,note"
)
NODE_COLUMNS = "name,kind,lon,lat,source,grade,note"
NODE_KINDS = {"interchange", "junction", "bridge_end", "border", "bend"}

Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def lines() -> list[Row]:
    return _rows(LINES)


@pytest.fixture(scope="module")
def nodes() -> dict[str, tuple[float, float]]:
    return {row["name"]: (float(row["lon"]), float(row["lat"])) for row in _rows(NODES)}


def _names(row: Row) -> list[str]:
    return row["nodes"].split("|")


def _drawn_km(row: Row, nodes: dict[str, tuple[float, float]]) -> float:
    points = [nodes[name] for name in _names(row)]
    lons, lats = zip(*points, strict=True)
    return float(GEOD.line_length(lons, lats)) / 1000


def _region(row: Row) -> str:
    """Return ``ah`` or ``js``, or the ISO letters of the province a continuation lies in."""
    return row["line_id"].split("-")[2]


def _print_table(title: str, rows: Sequence[Sequence[object]]) -> None:
    text = [title, *("  " + "  ".join(str(cell) for cell in row) for row in rows)]
    sys.stdout.write("\n" + "\n".join(text) + "\n")


# --- the tables themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LINES, NODES])
def test_files_are_plain_utf8_with_lf(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")


def test_columns_and_keys(lines: list[Row]) -> None:
    assert LINES.read_text(encoding="utf-8").splitlines()[0] == LINE_COLUMNS
    assert NODES.read_text(encoding="utf-8").splitlines()[0] == NODE_COLUMNS
    ids = [row["line_id"] for row in lines]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"hw-[gs]\d+-[a-z]{2}-\d+", line_id) for line_id in ids)
    names = [row["name"] for row in _rows(NODES)]
    assert names == sorted(names)
    assert len(set(names)) == len(names)


def test_values_are_in_their_ranges(lines: list[Row]) -> None:
    for row in lines:
        assert re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?", row["opening_month"]), row["line_id"]
        assert row["closing_month"] == ""
        assert row["speed_km_h"] in {"80", "100", "120"}, row["line_id"]
        assert row["lanes"] in {"4", "6", "8"}, row["line_id"]
        assert re.fullmatch(r"[GS]\d+", row["code"]) or "code not found" in row["note"], row["line_id"]
        assert row["grade"] in {"A", "B", "C", "D"}
        assert (row["source"] == "memory") == (row["grade"] == "D")
        assert row["route_length_km"] == "" or float(row["route_length_km"]) > 0
    for row in _rows(NODES):
        assert row["kind"] in NODE_KINDS, row["name"]
        assert 114 < float(row["lon"]) < 122.1, row["name"]
        assert 29.2 < float(row["lat"]) < 35.6, row["name"]


def test_every_node_is_used_and_defined(lines: list[Row], nodes: dict[str, tuple[float, float]]) -> None:
    used = {name for row in lines for name in _names(row)}
    assert used == set(nodes)
    for row in lines:
        names = _names(row)
        assert len(names) >= 2, row["line_id"]
        assert len(set(names)) == len(names), row["line_id"]


def test_no_section_is_drawn_twice(lines: list[Row]) -> None:
    """Joint running is one row: length must count once."""
    seen: dict[frozenset[str], str] = {}
    for row in lines:
        for pair in pairwise(_names(row)):
            key = frozenset(pair)
            assert key not in seen, (row["line_id"], seen.get(key), pair)
            seen[key] = row["line_id"]


def test_network_is_one_piece_but_for_named_exceptions(lines: list[Row]) -> None:
    """Lines connect through shared names; what stands apart is listed here with its reason."""
    sister = DATA / "highway_lines_hu_zhe.csv"
    rows = lines + (_rows(sister) if sister.exists() else [])
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for row in rows:
        names = _names(row)
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    main = root("陇西立交")
    apart = {row["line_id"] for row in lines if root(_names(row)[0]) != main}
    _print_table("not connected to the main network", [(line_id,) for line_id in sorted(apart)])
    assert apart <= {"hw-g9904-js-1"}  # 宁扬大桥: its motorway approaches are not open yet


def test_drawn_length_against_route_length(lines: list[Row], nodes: dict[str, tuple[float, float]]) -> None:
    """A polyline through nodes cuts corners: -12 % to +3 % of the published length."""
    off = []
    known = 0
    for row in lines:
        if not row["route_length_km"]:
            continue
        known += 1
        ratio = _drawn_km(row, nodes) / float(row["route_length_km"]) - 1
        if not -0.12 <= ratio <= 0.03:
            off.append((row["line_id"], row["name"], row["route_length_km"], f"{ratio:+.1%}"))
    _print_table(f"{known} rows with a route length, {len(off)} off", off)
    assert known >= 25
    assert not off


def test_no_zig_zag(lines: list[Row], nodes: dict[str, tuple[float, float]]) -> None:
    """An expressway never turns back on itself: no turn of more than 100 degrees at a node."""
    turns = []
    for row in lines:
        points = [nodes[name] for name in _names(row)]
        azimuths = [GEOD.inv(*a, *b)[0] for a, b in pairwise(points)]
        for name, first, second in zip(_names(row)[1:], azimuths, azimuths[1:], strict=False):
            if abs((second - first + 180) % 360 - 180) > 100:
                turns.append((row["line_id"], name))
    assert not turns


def test_border_points_agree_with_the_sister_table(nodes: dict[str, tuple[float, float]]) -> None:
    sister = DATA / "highway_nodes_hu_zhe.csv"
    if not sister.exists():
        pytest.skip("the table of Shanghai and Zhejiang is not there yet")
    others = {row["name"]: (float(row["lon"]), float(row["lat"])) for row in _rows(sister)}
    common = set(others) & set(nodes)
    assert {"G42沪苏界", "G15沪苏界", "G40沪苏界", "G50浙皖界", "G25苏浙界"} <= common
    off = {name: GEOD.inv(*nodes[name], *others[name])[2] for name in common}
    assert {name: metres for name, metres in off.items() if metres > 100} == {}


# --- against material that is not shipped ----------------------------------------------------------------------------


def _scale(lines: list[Row], nodes: dict[str, tuple[float, float]]) -> float:
    """Return the median of published over drawn length, to scale rows of unknown length."""
    return statistics.median(
        float(row["route_length_km"]) / _drawn_km(row, nodes) for row in lines if row["route_length_km"]
    )


def test_totals_against_published_lengths(
    lines: list[Row], nodes: dict[str, tuple[float, float]], shared: Path
) -> None:
    """Route length open at each date within 5 % of the authority's figure."""
    scale = _scale(lines, nodes)
    prefix = {"安徽省": "ah", "江苏省": "js"}
    table = []
    for row in _rows(shared / "reference" / "network_length_official.csv"):
        if row["area"] not in prefix or not row["expressway_km"]:
            continue
        total = sum(
            float(line["route_length_km"] or _drawn_km(line, nodes) * scale)
            for line in lines
            if _region(line) == prefix[row["area"]] and line["opening_month"] <= row["as_of"]
        )
        share = total / float(row["expressway_km"]) - 1
        table.append((row["area"], row["as_of"], row["expressway_km"], f"{total:.0f}", share))
    _print_table(f"totals, drawn lengths x {scale:.3f} where unknown", [(*r[:4], f"{r[4]:+.1%}") for r in table])
    assert len(table) >= 7
    assert all(abs(r[4]) <= 0.05 for r in table)


def _prefecture_km(
    lines: list[Row], nodes: dict[str, tuple[float, float]], shared: Path, area: str, as_of: str
) -> float:
    from shapely import LineString

    prefectures = geopandas.read_file(
        shared / "data" / "admin-ctamap-census2020" / "prefecture_2021_census2020_wgs84.gpkg"
    )
    area_shape = prefectures.loc[prefectures["name"] == area, "geometry"].union_all()
    scale = _scale(lines, nodes)
    total = 0.0
    for row in lines:
        if row["opening_month"] > as_of:
            continue
        inside = LineString([nodes[name] for name in _names(row)]).intersection(area_shape)
        if inside.is_empty:
            continue
        drawn = _drawn_km(row, nodes)
        factor = float(row["route_length_km"]) / drawn if row["route_length_km"] else scale
        total += GEOD.geometry_length(inside) / 1000 * factor
    return total


@pytest.mark.parametrize(("area", "as_of", "tolerance"), [("合肥市", "2020-12", 0.08), ("六安市", "2024-12", 0.08)])
def test_cities_against_published_lengths(
    lines: list[Row],
    nodes: dict[str, tuple[float, float]],
    shared: Path,
    area: str,
    as_of: str,
    tolerance: float,
) -> None:
    """One city is a small sample: 8 %, a section more or less is 20 km."""
    published = next(
        float(row["expressway_km"])
        for row in _rows(shared / "reference" / "network_length_official.csv")
        if row["area"] == area and row["as_of"] == as_of
    )
    total = _prefecture_km(lines, nodes, shared, area, as_of)
    _print_table("cities", [(area, as_of, published, f"{total:.0f}", f"{total / published - 1:+.1%}")])
    assert abs(total / published - 1) <= tolerance


def test_border_points_lie_on_the_boundary(nodes: dict[str, tuple[float, float]], shared: Path) -> None:
    """Within 3 km of a boundary of Anhui or Jiangsu (the source is simplified to about 50 m)."""
    prefectures = geopandas.read_file(
        shared / "data" / "admin-ctamap-census2020" / "prefecture_2021_census2020_wgs84.gpkg"
    )
    province = prefectures["adcode"].astype(str).str[:2]
    edges = [prefectures.loc[province == code, "geometry"].union_all().boundary for code in ("32", "34")]
    series = geopandas.GeoSeries(edges, crs=4326).to_crs(32650)
    border = {row["name"] for row in _rows(NODES) if row["kind"] == "border"}
    points = geopandas.GeoSeries(
        geopandas.points_from_xy([nodes[n][0] for n in sorted(border)], [nodes[n][1] for n in sorted(border)]), crs=4326
    ).to_crs(32650)
    distances = {
        name: min(point.distance(edge) for edge in series) / 1000
        for name, point in zip(sorted(border), points, strict=True)
    }
    far = {name: round(km, 1) for name, km in distances.items() if km > 3}
    _print_table("border points off the boundary, km", sorted(far.items()))
    assert len(border) > 40
    assert not far


def _bare(name: str) -> str:
    return re.sub("(枢纽|立交|互通)$", "", name)


def test_junctions_against_openstreetmap(lines: list[Row], nodes: dict[str, tuple[float, float]], shared: Path) -> None:
    """Named junctions of Anhui: median under 2 km, three quarters within 3 km.

    Many of these nodes were placed a second time after this comparison had failed (note in the table), so it shows that
    the points are usable, not that two independent sources agree.
    """
    junctions = geopandas.read_file(shared / "data" / "expressway-anhui-osm-2024" / "motorway_junctions_anhui.gpkg")
    known: dict[str, list[tuple[float, float]]] = {}
    for name, point in zip(junctions["name"], junctions.geometry, strict=True):
        if isinstance(name, str):
            known.setdefault(_bare(name), []).append((point.x, point.y))
    used = {name for row in lines if _region(row) == "ah" for name in _names(row)}
    table = sorted(
        (
            (min(GEOD.inv(*nodes[name], *point)[2] for point in known[_bare(name)]) / 1000, name)
            for name in used
            if _bare(name) in known
        ),
        reverse=True,
    )
    distances = [km for km, _ in table]
    far = [(name, f"{km:.1f} km") for km, name in table if km > 3]
    _print_table(f"{len(table)} junctions, median {statistics.median(distances):.1f} km; beyond 3 km:", far)
    missing = sorted(name for name in known if name not in {_bare(n) for n in used} and "服务区" not in name)
    _print_table("junctions of the map that the table has not", [(" ".join(missing),)])
    assert len(table) >= 150
    assert statistics.median(distances) < 2.0
    assert len(far) / len(table) < 0.25


def test_bridges_lie_near_the_lines(lines: list[Row], nodes: dict[str, tuple[float, float]], shared: Path) -> None:
    """Motorway bridges of Anhui, by road number: the middle bridge is within 3 km of the network, overall within 2 km."""
    from shapely import LineString, union_all

    bridges = geopandas.read_file(shared / "data" / "expressway-anhui-osm-2024" / "motorway_bridges_anhui.gpkg").to_crs(
        32650
    )
    drawn = geopandas.GeoSeries([LineString([nodes[name] for name in _names(row)]) for row in lines], crs=4326).to_crs(
        32650
    )
    network = union_all(drawn.to_numpy())
    bridges["distance_km"] = bridges.geometry.centroid.distance(network) / 1000
    table = []
    for ref, group in bridges.groupby("ref"):
        if group["length_km"].sum() < 5:
            continue
        table.append((ref, f"{group['length_km'].sum():.0f} km", round(float(group["distance_km"].median()), 1)))
    _print_table("bridges by road number, median distance km", table)
    off = [row for row in table if row[2] > 3]
    assert float(bridges["distance_km"].median()) < 2.0
    assert len(off) <= 5, off


# Row, first year in which the yearly road maps of the cited study show the connection (its words for the ends).
OPENINGS = {
    "hw-g40-ah-1": ("合肥到南京", 0),
    "hw-g42-js-1": ("南京到上海", 0),
    "hw-g5011-ah-1": ("合肥到芜湖", 0),
    "hw-g3-ah-2": ("蚌埠到合肥", 0),
    "hw-g3-ah-1": ("徐州到蚌埠", 0),
    "hw-g30-js-2": ("虞城到徐州", 0),
    "hw-g5011-ah-4": ("芜湖到广德", 0),
    "hw-g2513-js-2": ("徐州到宿迁", 0),
    "hw-g15-js-5": ("常熟到太仓", 0),
    "hw-g50-ah-5": ("怀宁到安庆", 0),
    "hw-g56-ah-1": ("杭州到黄山", 0),
    "hw-g2513-js-3": ("宿迁到淮安", 0),
    "hw-g4211-ah-1": ("马鞍山到芜湖", 0),
    "hw-g1516-js-1": ("淮安到盐城", 0),
    "hw-g15-js-3": ("盐城到南通", 0),
    "hw-g40-js-2": ("南通到海门", 0),
    "hw-g36-ah-1": ("蚌埠到南京", 0),
    "hw-g15-js-2": ("连云港到盐城", 0),
    "hw-s12-ah-2": ("阜阳到合肥", 0),
    "hw-g50-ah-3": ("芜湖到安庆", 0),
    "hw-g3-ah-7": ("铜陵到黄山", 0),
    "hw-g35-ah-3": ("六安到潜山", 0),
    "hw-g35-ah-2": ("阜阳到六安", 0),
    "hw-g1516-ah-2": ("宿州到泗县", 0),
    "hw-g1516-ah-4": ("毫州到宿州", 0),
    "hw-g4221-js-4": ("溧水到金坛", 4),  # 宁常高速, of the network complete in 2008-09 (m.56885.net 2008-9-3)
    "hw-s69-js-2": ("徐州到丰县", 1),  # opened 2010-11-03 (和讯网 2013-12-12), the study has 2012
    "hw-s19-js-3": ("张家港到锡山", 1),  # the province reported 2010 (shilongwang1.cn 2010-02-03), the study has 2012
    "hw-g4221-ah-2": ("和县巢湖方向", 0),
    "hw-g4012-ah-3": ("宁国到绩溪", 0),
    "hw-s05-ah-2": ("宁国到临安", 0),
    "hw-g25-js-2": ("淮安到连云港", 0),
    "hw-g2-js-1": ("新沂到淮安", 1),  # the study has 2002; 沂淮江 was opened on 2000-12-15 (memory)
}


def test_openings_against_the_yearly_maps(lines: list[Row], shared: Path) -> None:
    """Opening year within one of the study's (two where a reason is given)."""
    segments: dict[str, list[int]] = {}
    for row in _rows(shared / "data" / "network-attributes" / "seg_info_road.csv"):
        if row["rate"] == "highway" and row["notes"]:
            segments.setdefault(row["notes"], []).append(int(float(row["year"])))
    by_id = {row["line_id"]: row for row in lines}
    table = []
    for line_id, (ends, extra) in OPENINGS.items():
        year = int(by_id[line_id]["opening_month"][:4])
        difference = min((year - known for known in segments[ends]), key=abs)
        table.append((line_id, by_id[line_id]["name"], year, ends, segments[ends], difference, extra))
    _print_table("openings", [row for row in table if row[5]])
    assert all(abs(row[5]) <= 1 + row[6] for row in table)


# --- Yangtze crossings -----------------------------------------------------------------------------------------------

CROSSINGS = DATA / "crossings.csv"


@pytest.fixture(scope="module")
def crossings() -> list[Row]:
    return _rows(CROSSINGS)


def test_crossings_table(crossings: list[Row]) -> None:
    header = "name,kind,mode,lon,lat,opening_month,status,source,grade,note"
    assert CROSSINGS.read_text(encoding="utf-8").splitlines()[0] == header
    names = [row["name"] for row in crossings]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    for row in crossings:
        assert row["kind"] in {"bridge", "tunnel"}, row["name"]
        assert row["mode"] in {"road", "rail", "both"}, row["name"]
        assert row["status"] in {"operating", "under_construction", "planned"}, row["name"]
        assert (row["status"] == "operating") == bool(row["opening_month"]), row["name"]
        assert re.fullmatch(r"((19|20)\d\d(-(0[1-9]|1[0-2]))?)?", row["opening_month"]), row["name"]
        assert (row["source"] == "memory") == (row["grade"] == "D"), row["name"]


def test_crossings_named_by_the_jiangsu_plan_are_there(crossings: list[Row]) -> None:
    """常泰、龙潭、苏通第二、崇海、江阴第二、润扬第二、张皋: clause on regional roads of the Jiangsu plan."""
    text = " ".join(row["name"] + row["note"] for row in crossings)
    for name in ("常泰", "龙潭", "苏通第二", "崇海", "江阴第二", "润扬第二", "张皋", "泰山路"):
        assert name in text, name


def test_road_crossings_lie_on_the_drawn_network(
    crossings: list[Row], lines: list[Row], nodes: dict[str, tuple[float, float]]
) -> None:
    """Crossings whose note starts with a road number and that are open: within 2 km of the drawn network."""
    from shapely import LineString, Point, union_all

    network = union_all(
        geopandas.GeoSeries([LineString([nodes[name] for name in _names(row)]) for row in lines], crs=4326)
        .to_crs(32650)
        .to_numpy()
    )
    checked = 0
    for row in crossings:
        if not re.match(r"[GS]\d+", row["note"]) or row["status"] != "operating" or "浦东" in row["note"]:
            continue
        if "长兴" in row["note"]:
            continue  # in the table of Shanghai
        point = geopandas.GeoSeries([Point(float(row["lon"]), float(row["lat"]))], crs=4326).to_crs(32650).iloc[0]
        assert point.distance(network) < 2000, row["name"]
        checked += 1
    assert checked >= 12


def test_crossings_lie_on_the_yangtze(crossings: list[Row], shared: Path) -> None:
    """Within 5 km of the river's line at 1:4 million, itself up to 2 km off; the line ends at 江阴, the estuary is left out."""
    rivers = geopandas.read_file(shared / "data" / "waterways-4m" / "hyd1_4l_yrd.gpkg")
    river = rivers[rivers["NAME"].fillna("").str.contains("长江")]
    river = river.set_crs(4326, allow_override=True).to_crs(32650).union_all()
    rows = [row for row in crossings if float(row["lon"]) < 120.95]
    points = geopandas.GeoSeries(
        geopandas.points_from_xy([float(row["lon"]) for row in rows], [float(row["lat"]) for row in rows]), crs=4326
    ).to_crs(32650)
    table = [(row["name"], round(point.distance(river) / 1000, 1)) for row, point in zip(rows, points, strict=True)]
    _print_table("crossings more than 2 km from the line, km", [entry for entry in table if entry[1] > 2])
    distances = [entry[1] for entry in table]
    assert statistics.median(distances) < 1.5
    assert max(distances) < 5.5
