"""The packed payload and the map page, parsed without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from geo.boundaries import boundaries
from geo.errors import OutputError, SchemaError, VocabularyError
from layers.isochrones import ISOCHRONES
from layers.schema import FEATURES
from maps.content import ground_part
from maps.page import POLICY_MARK, seal
from maps.payload import Payload, plain
from maps.reach import reach_part
from maps.searching import place_letters, readings
from maps.thematic import area_layers, target_layers
from maps.tiles import PROVIDERS, Tiles, tiles_of
from maps.web import web_map, write_web_map
from projects.schema import VERDICTS
from tests.maps import sample


# A second reader of the format, written from its description, one number at a time.
def unpack(text: str) -> tuple[dict[str, Any], bytes]:
    alphabet = [c for c in map(chr, range(33, 127)) if c not in "<>&\"'`\\{}"]
    assert len(alphabet) == 85
    packed = bytearray()
    for k in range(1, len(text), 5):
        value = 0
        for character in text[k : k + 5]:
            value = value * 85 + alphabet.index(character)
        packed += value.to_bytes(4, "big")
    data = gzip.decompress(bytes(packed[: len(packed) - int(text[0])]))
    length = int.from_bytes(data[:4], "little")
    return json.loads(data[4 : 4 + length].decode("utf-8")), data[4 + length :]


def numbers(sections: bytes, section: list[int]) -> list[int]:
    offset, count, planes = section
    out = []
    for i in range(count):
        coded = sum(sections[offset + plane * count + i] << (8 * plane) for plane in range(planes))
        out.append(-(coded + 1) // 2 if coded % 2 else coded // 2)
    return out


def coordinates(sections: bytes, spec: dict[str, Any]) -> list[tuple[int, int, list[list[tuple[float, float]]]]]:
    """Return for each row its type and paths."""
    field = {key: numbers(sections, spec[key]) for key in ("types", "paths", "counts", "start_x", "start_y", "x", "y")}
    rows, path, vertex, x0, y0 = [], 0, 0, 0, 0
    for row in range(spec["n"]):
        paths = []
        for _ in range(field["paths"][row]):
            x0, y0 = x0 + field["start_x"][path], y0 + field["start_y"][path]
            x, y, dx, dy = x0, y0, 0, 0
            points = [(x, y)]
            for k in range(1, field["counts"][path]):
                more = spec["order"] == 2 and k > 1
                dx = field["x"][vertex] + (dx if more else 0)
                dy = field["y"][vertex] + (dy if more else 0)
                x, y, vertex = x + dx, y + dy, vertex + 1
                points.append((x, y))
            path += 1
            paths.append([(a * spec["quantum_deg"], b * spec["quantum_deg"]) for a, b in points])
        rows.append((row, field["types"][row], paths))
    return rows


degrees = st.tuples(
    st.floats(73, 135, allow_nan=False, allow_infinity=False), st.floats(3, 53, allow_nan=False, allow_infinity=False)
)
lines = st.lists(degrees, min_size=2, max_size=12).map(LineString)
shapes = st.one_of(
    st.none(),
    degrees.map(Point),
    lines,
    st.lists(lines, min_size=1, max_size=3).map(MultiLineString),
    degrees.map(lambda p: box(p[0], p[1], p[0] + 1, p[1] + 0.5)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(shapes, max_size=8))
def test_what_is_packed_comes_back_within_a_metre(drawn: list[Any]) -> None:
    payload = Payload()
    spec = payload.geometry(gpd.GeoSeries(drawn, crs="EPSG:4326"))
    header, sections = unpack(payload.text({"g": spec}))
    rows = coordinates(sections, header["g"])
    assert len(rows) == len(drawn)
    for (_, kind, paths), shape in zip(rows, drawn, strict=True):
        if shape is None:
            assert (kind, paths) == (0, [])
            continue
        assert kind == {"Point": 1, "LineString": 2, "MultiLineString": 2, "Polygon": 3}[shape.geom_type]
        kept = np.array([point for path in paths for point in path])
        given_ = shapely.get_coordinates(shape)
        # Half a step each way: 5e-6° is 0.56 m of latitude, and less of longitude.
        assert np.abs(kept - given_).max() <= 5.0001e-6


def test_rings_and_parts_keep_their_order() -> None:
    hole = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (1, 2), (2, 2)]])
    both = MultiPolygon([hole, box(10, 10, 11, 11)])
    payload = Payload()
    spec = payload.geometry(gpd.GeoSeries([Point(5, 5), both, Point(6, 6)], crs="EPSG:4326"))
    header, sections = unpack(payload.text({"g": spec}))
    rows = coordinates(sections, header["g"])
    assert [len(paths) for _, _, paths in rows] == [1, 3, 1]
    assert [len(path) for path in rows[1][2]] == [5, 4, 5]
    assert rows[2][2] == [[(pytest.approx(6), pytest.approx(6))]]


def test_a_smooth_line_is_kept_by_second_differences_and_a_ragged_one_by_first() -> None:
    smooth = LineString([(117 + 0.01 * k, 31 + 0.0001 * k * k) for k in range(40)])
    steps = np.random.default_rng(5).normal(0, 0.01, (40, 2)).cumsum(axis=0)
    ragged = LineString(np.add(steps, (117, 31)))
    for line, order in ((smooth, 2), (ragged, 1)):
        payload = Payload()
        spec = payload.geometry(gpd.GeoSeries([line], crs="EPSG:4326"))
        assert spec["order"] == order
        header, sections = unpack(payload.text({"g": spec}))
        kept = coordinates(sections, header["g"])[0][2][0]
        assert np.abs(np.array(kept) - np.array(line.coords)).max() <= 5.0001e-6


def test_odd_geometries_are_named() -> None:
    with pytest.raises(SchemaError, match=r"collections.*f2"):
        Payload().geometry(gpd.GeoSeries({"f1": Point(1, 1), "f2": GeometryCollection([Point(1, 1)])}, crs="EPSG:4326"))
    with pytest.raises(SchemaError, match="not a number"):
        Payload().geometry(gpd.GeoSeries([Point(float("inf"), 1)], crs="EPSG:4326"))


def test_columns_come_back() -> None:
    payload = Payload()
    specs = {
        "same": payload.column(pd.Series(["a"] * 5)),
        "few": payload.column(pd.Series(["a", "b", "a", "a", "b"])),
        "many": payload.column(pd.Series(["a", "b", "c", None, "e"], dtype=object)),
        "numbers": payload.column(pd.Series([1.0, 2.345, np.nan, -3.0, 0.0])),
        "years": payload.column(pd.Series([2025, pd.NA, 2030, 2025, 1], dtype="Int64")),
        "none": payload.column(pd.Series([np.nan] * 5)),
    }
    header, sections = unpack(payload.text(specs))
    assert header["same"] == {"one": "a"}
    assert [header["few"]["words"][i] for i in numbers(sections, header["few"]["at"])] == ["a", "b", "a", "a", "b"]
    assert header["many"]["list"] == ["a", "b", "c", None, "e"]
    assert header["numbers"]["list"] == [1, 2.35, None, -3, 0] or header["numbers"]["list"] == [1, 2.34, None, -3, 0]
    assert header["years"]["list"] == [2025, None, 2030, 2025, 1]
    assert header["none"] == {"one": None}


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=6), st.integers(1, 9), st.lists(st.integers(0, 999_999_999), min_size=3, max_size=30, unique=True)
)
def test_numbered_names_come_back(stem: str, digits: int, found: list[int]) -> None:
    texts = [f"{stem}{number % 10**digits:0{digits}d}" for number in found]
    payload = Payload()
    spec = payload.column(pd.Series(texts, dtype=object))
    header, sections = unpack(payload.text({"c": spec}))
    spec = header["c"]
    if "stem" in spec:
        steps = np.cumsum(numbers(sections, spec["steps"]))
        kept = [f"{spec['stem']}{number:0{spec['digits']}d}" for number in steps]
    elif "words" in spec:
        kept = [spec["words"][k] for k in numbers(sections, spec["at"])]
    else:
        kept = spec.get("list", [spec.get("one")] * len(texts))
    assert kept == [plain(text) for text in texts]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (pd.NA, None),
        (float("nan"), None),
        (float("inf"), None),
        (np.float64(2), 2),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (2.5, 2.5),
        ("\ud800x", "?x"),
        ("${a}", "${a}"),
    ],
)
def test_plain_values(value: Any, expected: Any) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


class Page(HTMLParser):
    """Scripts, styles, attributes and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.bodies: list[tuple[str, dict[str, str | None], str]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag; start a body where it is a script or style."""
        self.tags.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self.bodies.append((tag, dict(attrs), ""))
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """End a body."""
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep text with its body, or as words of the page."""
        if self._inside:
            tag, attrs, body = self.bodies[-1]
            self.bodies[-1] = (tag, attrs, body + data)
        else:
            self.words.append(data)

    @property
    def policy(self) -> dict[str, list[str]]:
        """The content security policy: directive to sources."""
        content = next(a["content"] for t, a in self.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert content is not None
        return {part.split()[0]: part.split()[1:] for part in content.split(";")}


def sealed(page: Page) -> None:
    """Nothing from outside; every script and style is named by its hash; no handlers or style in attributes."""
    for tag, attributes in page.tags:
        assert not {name for name in attributes if name.startswith("on")}, (tag, attributes)
        assert "style" not in attributes, (tag, attributes)
        for name in ("src", "href", "data", "srcset", "poster", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith("#"), (tag, name, value)
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
    policy = page.policy
    assert policy["default-src"] == ["'none'"]
    assert not {"connect-src", "font-src", "frame-src", "worker-src"} & set(policy)
    used: dict[str, set[str]] = {"script": set(), "style": set()}
    for tag, attributes, body in page.bodies:
        if attributes.get("type") == "text/plain":
            continue
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        used[tag].add(f"'sha256-{digest}'")
    assert set(policy["script-src"]) - {"'none'"} == used["script"]
    assert set(policy["style-src"]) - {"'none'"} == used["style"]
    assert not re.search(r"unsafe|\*", " ".join(policy["script-src"] + policy["style-src"]))


def content_of(page: Page) -> dict[str, Any]:
    body = next(body for _, attributes, body in page.bodies if attributes.get("id") == "tongtu-data")
    return unpack(body)[0]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(sample_page())


def sample_page(**options: Any) -> str:
    defaults: dict[str, Any] = {
        "projects": sample.projects(),
        "mentions": sample.mentions(),
        "areas": sample.areas(),
        "indicators": sample.indicators(),
        "title": "样例 <规划> & 图",
        "sources": ["样例来源"],
        "map_approval": "皖S(2025)001号",
    }
    text: str = web_map(sample.features(), **(defaults | options)).get_root().render()
    return text


def test_the_page_is_sealed(page: Page) -> None:
    sealed(page)
    assert page.policy["img-src"] == ["data:"]


def test_folium_is_the_frame_and_leaves_its_scripts_behind(page: Page) -> None:
    made = web_map(sample.features(), title="x")
    assert isinstance(made, folium.Map)
    html = made.get_root().render()
    for name in ("jquery", "bootstrap", "awesome", "cdn.", "unpkg", "googleapis"):
        assert name not in html.lower().replace("github.com", "")
    assert "Leaflet 1." in html  # the banner of Leaflet's own script


def test_title_is_text(page: Page) -> None:
    assert "样例 <规划> & 图" in "".join(page.words)
    assert not [tag for tag, _ in page.tags if "规划" in tag]


@pytest.mark.parametrize("title", ["{{ 7 * 7 }}", "{% raw %}x", "{# note #}", "{{ ''.__class__ }}", "a { b } {{"])
def test_a_title_is_no_template(title: str) -> None:
    # branca takes what a template gave for a template again: what stands in a title must not be run by it.
    page = Page(sample_page(title=title))
    assert "".join(page.words).count(title) == 2  # the head's title and the panel's heading
    assert content_of(page)["title"] == title
    with pytest.raises(ValueError, match="template"):
        sample_page(tiles=Tiles("https://t.example/{{ 7*7 }}/{z}/{x}/{y}", "x"))


def test_the_payload_holds_features_legend_quotations_and_attribution(page: Page) -> None:
    header = content_of(page)
    columns = header["features"]["columns"]
    assert set(columns["name"]["list"]) >= {"甲庚高铁", "甲丁高铁", "无名工程"}
    assert [m["label"]["zh"] for m in header["modes"]] == ["铁路", "公路", "水运", "机场", "能源", "其他"]
    assert [s["label"]["zh"] for s in header["stages"]][:3] == ["建成运营", "在建", "开工"]
    assert all(s["used"] for s in header["stages"])
    assert header["mentions"]["rail-001"] == [
        {
            "document": "样例规划",
            "clause": "1",
            "quotation": "加快建设甲庚高铁",
            "status": "under_construction",
            "status_text": "加快建设",
        }
    ]
    assert header["projects"]["rail-001"]["aliases"] == "甲庚线|新庚高铁"
    assert header["projects"]["rail-003"]["flags"] == "ambiguous_place"
    assert header["flags"]["ambiguous_place"] == {"zh": "地名有歧义", "en": "place is ambiguous"}
    assert header["sources"] == ["样例来源"]
    assert header["map_approval"] == "皖S(2025)001号"
    assert header["subtitle"]["zh"] == "规划项目 14 项，已落图 13 项"
    assert [d["id"] for d in header["documents"]] == ["样例纲要", "样例规划"]


def test_looks_are_drawn_from_the_network_up_to_what_runs(page: Page) -> None:
    looks = content_of(page)["looks"]
    assert [look["project"] for look in looks] == sorted(look["project"] for look in looks)
    provisional = [bool(look["band"]) for look in looks if look["project"]]
    assert provisional == sorted(provisional, reverse=True)
    assert looks[-1]["dash"] == []  # 丁庚高速, in operation, lies on top


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "from tests.maps import sample\nfrom maps.web import write_web_map\nimport sys\n"
        "write_web_map(sys.argv[1], sample.features(), projects=sample.projects(), mentions=sample.mentions(),"
        " areas=sample.areas(), indicators=sample.indicators(), title='t')\n"
    )
    pages = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        # Another hash seed is another order of sets, in another process.
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            check=True,
            cwd=Path(__file__).resolve().parents[2],
            env={"PATH": "", "PYTHONHASHSEED": seed, "HOME": str(tmp_path)},
        )
        pages.append(path.read_bytes())
    assert pages[0] == pages[1]


def test_english(tmp_path: Path) -> None:
    header = content_of(Page(sample_page(lang="en")))
    assert header["lang"] == "en"
    assert header["modes"][0]["label"] == {"zh": "铁路", "en": "Rail"}
    assert header["subtitle"]["en"] == "14 planned projects, 13 of them drawn"
    assert set(header["words"]["zh"]) == set(header["words"]["en"])
    with pytest.raises(ValueError, match="'fr'"):
        sample_page(lang="fr")


def test_a_map_of_nothing_is_a_map() -> None:
    nothing = FEATURES.validate(gpd.GeoDataFrame(FEATURES.empty(), geometry=[], crs="EPSG:4326"))
    header = content_of(Page(web_map(nothing, title="空").get_root().render()))
    assert header["features"]["geometry"]["n"] == 0
    assert header["has"] == {"network": False, "project": False, "upgrade": False, "provisional": False}


def test_a_broken_table_is_refused() -> None:
    with pytest.raises(SchemaError, match="drawn_by"):
        web_map(sample.features().drop(columns="drawn_by"), title="x")


def test_unknown_ground_is_refused() -> None:
    with pytest.raises(ValueError, match="moon"):
        ground_part(Payload(), None, {"moon": sample.areas()})


def test_classes_by_hand() -> None:
    # Eight cities at 100, 200 … 800 today. Quintiles by linear interpolation (numpy's default): position 0.2 × 7 = 1.4,
    # so 100 + 1.4 × 100 = 240; then 380, 520, 660.
    found = area_layers({"areas": sample.areas()}, sample.indicators())
    assert [one["label"]["zh"] for one in found] == [
        "铁路网密度 · 现状",
        "铁路网密度 · 计入规划项目",
        "铁路网密度 · 规划项目带来的变化",
    ]
    assert found[0]["breaks"] == [240, 380, 520, 660]
    assert (found[0]["min"], found[0]["max"], found[0]["unit"]["zh"]) == (100, 800, "公里/万平方公里")
    names = list(sample.areas()["short_name"])
    order = sorted(sample.PLACES)
    assert found[0]["values"] == [100 * (order.index(name) + 1) for name in names]
    # With the projects it is 130 each: 30 more for the first, 240 for the last.
    assert found[2]["values"] == [30 * (order.index(name) + 1) for name in names]


def test_indicators_of_counties_colour_counties() -> None:
    counties = sample.areas().assign(code=[f"88{k:04d}" for k in range(8)], name=[f"县{k}" for k in range(8)])
    counties = counties.assign(short_name=counties["name"])
    table = sample.indicators().assign(
        area=lambda t: t["area"].map(dict(zip(sorted(sample.PLACES), counties["name"], strict=True)))
    )
    found = area_layers({"areas": sample.areas(), "counties": counties}, table)
    assert {one["role"] for one in found} == {"counties"}
    header = content_of(Page(sample_page(counties=counties, indicators=table)))
    assert [layer["names"] for layer in header["base"] if layer["role"] == "counties"] == [[f"县{k}" for k in range(8)]]
    # Counties that nothing is known of would only weigh on the page.
    assert "counties" not in {layer["role"] for layer in content_of(Page(sample_page(counties=counties)))["base"]}


def test_a_name_that_two_counties_share_colours_neither() -> None:
    counties = sample.areas().assign(short_name="")
    counties.loc[:1, "name"] = "鼓楼区"
    table = sample.indicators().iloc[:4].assign(scenario="today", value=[1.0, 2.0, 3.0, 4.0])
    table["area"] = ["鼓楼区", *counties["name"][2:5]]
    (found,) = area_layers({"counties": counties}, table)
    assert found["values"] == [None, None, 2, 3, 4, None, None, None]


def test_a_layer_is_defined_by_what_its_areas_definitions_share() -> None:
    table = sample.indicators()
    table["definition"] = [f"营业里程(双向按一条计); 分子 {k}.0 km; 分母 {k} km²。" for k in range(len(table))]
    found = area_layers({"areas": sample.areas()}, table)
    assert {one["definition"] for one in found} == {"营业里程(双向按一条计)", ""}


def verdicts() -> pd.DataFrame:
    """甲城: at least 500, measured 400 today and 550 with the plan; 乙城: at most 2 h, 4 h and 2 h."""
    rows = [("甲城", ">=", 500.0, 400.0, 550.0), ("乙城", "<=", 2.0, 4.0, 2.0), ("丙城", "~", 5.0, 4.0, 5.0)]
    table = pd.DataFrame(rows, columns=["area", "comparator", "value", "value_today", "value_plan"])
    table = table.assign(document="样例规划", indicator="railway_network_density", indicator_zh="铁路网密度", unit="km")
    return VERDICTS.coerce(table.assign(start=[1, 2, 3], verdict="not_met", year=2025, clause="3", as_of="2025-06"))


def test_how_far_targets_are_reached() -> None:
    today, plan = target_layers(sample.areas(), verdicts())
    names = list(sample.areas()["short_name"])
    value = dict(zip(names, today["values"], strict=True))
    # 400 of 500 is 80 %; 4 h where 2 h are wanted is 50 %; what is "about" bounds nothing.
    assert (value["甲城"], value["乙城"], value["丙城"]) == (80, 50, None)
    value = dict(zip(names, plan["values"], strict=True))
    assert (value["甲城"], value["乙城"]) == (110, 100)
    assert today["breaks"] == [70, 90, 100]
    assert [t["area"] for t in today["targets"]] == ["甲城", "乙城"]


def test_a_target_of_a_province_colours_its_cities_and_a_city_keeps_its_own() -> None:
    cities = boundaries("prefecture")
    rows = [("安徽", 100.0, 60.0), ("合肥", 100.0, 95.0)]
    table = verdicts().iloc[:2].assign(area=[r[0] for r in rows], comparator=">=", value=100.0)
    table = VERDICTS.coerce(table.assign(value_today=[r[2] for r in rows], value_plan=float("nan")))
    (today,) = target_layers(cities, table)
    value = dict(zip(cities["short_name"], today["values"], strict=True))
    assert (value["合肥"], value["芜湖"], value["阜阳"], value["南京"]) == (95, 60, 60, None)


def rings(scenarios: tuple[str, ...] = ("today", "plan")) -> gpd.GeoDataFrame:
    """Squares of 0.2° and 0.4° about 甲城, a tenth wider with the plan."""
    rows = []
    for scenario in scenarios:
        for limit in (30.0, 60.0):
            half = limit / 150 + (0.1 if scenario == "plan" else 0)
            x, y = sample.PLACES["甲城"]
            rows.append(
                {"origin": "甲城", "limit_min": limit, "mode": "any", "as_of": "2025-06", "scenario": scenario}
                | {"area_km2": 1.0, "definition": "样例", "geometry": box(x - half, y - half, x + half, y + half)}
            )
    return gpd.GeoDataFrame(ISOCHRONES.coerce(gpd.GeoDataFrame(rows)), geometry="geometry", crs="EPSG:4326")


def test_isochrones_travel_from_wide_to_near_today_first() -> None:
    payload = Payload()
    (found,) = reach_part(payload, rings())
    assert [one["id"] for one in found["scenarios"]] == ["today", "plan"]
    assert found["scenarios"][0]["limits"] == [60, 30]
    _, sections = unpack(payload.text({}))
    kept = coordinates(sections, found["scenarios"][0]["geometry"])
    widths = [max(x for x, _ in row[2][0]) - min(x for x, _ in row[2][0]) for row in kept]
    assert widths == [pytest.approx(0.8, abs=2e-4), pytest.approx(0.4, abs=2e-4)]
    assert reach_part(Payload(), None) == []
    with pytest.raises(SchemaError, match="limit_min"):
        reach_part(Payload(), rings().drop(columns="limit_min"))


def test_the_first_view_is_where_most_projects_lie() -> None:
    # 39 airports in a row from 117.0° to 118.9° E, and a line to 80° E: the 5 % and 95 % quantiles of 40 middles lie at
    # places 0.05 × 39 = 1.95 and 37.05, so the far one (first in order) is left out and 0.3° are added on each side.
    rows = [Point(117 + 0.05 * k, 31.5) for k in range(39)] + [LineString([(80, 40), (80.2, 40)])]
    table = pd.DataFrame({"feature_id": [f"p{k:02d}" for k in range(40)]})
    table = table.assign(origin="project", name="x", mode="airport", status="proposed", drawn_by="point", work="new")
    features = gpd.GeoDataFrame(FEATURES.coerce(table), geometry=rows, crs="EPSG:4326")
    bounds = content_of(Page(web_map(features, title="x").get_root().render()))["bounds"]
    assert bounds[0] == pytest.approx(117 + 0.05 * 0.95 - 0.3, abs=1e-3)
    assert bounds[2] == pytest.approx(117 + 0.05 * 36.05 + 0.3, abs=1e-3)
    framed = content_of(Page(web_map(features, areas=sample.areas(), title="x").get_root().render()))["bounds"]
    assert framed[0] >= sample.areas().total_bounds[0]


def test_few_areas_make_no_choropleth() -> None:
    table = sample.indicators()
    assert area_layers({"areas": sample.areas()}, table[table["area"].isin(["甲城", "乙城"])]) == []
    assert area_layers({"areas": None}, table) == []
    assert target_layers(None, verdicts()) == []


def test_tiles_open_the_policy_to_their_host_alone() -> None:
    tiles = Tiles("https://webrd0{s}.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}", "高德地图", gcj02=True)
    text = sample_page(tiles=tiles)
    assert Page(text).policy["img-src"] == ["data:", "https://*.is.autonavi.com"]
    assert content_of(Page(text))["tiles"]["attribution"] == "高德地图"
    for url in ("http://a.b/{z}", "https://evil.example; script-src *//{z}", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="https"):
            _ = Tiles(url, "x").host


def test_tiles_in_gcj02_shift_the_overlay() -> None:
    shift = content_of(Page(sample_page(tiles=Tiles("https://t.example/{z}", "x", gcj02=True))))["bounds"]
    plain_ = content_of(Page(sample_page()))["bounds"]
    moved = np.array(shift) - np.array(plain_)
    # In the delta GCJ-02 lies some 0.004-0.007° east of WGS 84 and 0.001-0.003° south.
    assert 0.003 < moved[0] < 0.008
    assert -0.004 < moved[1] < 0


@pytest.mark.parametrize(
    ("provider", "host", "shifted"),
    [
        ("amap", "https://*.is.autonavi.com", True),
        # 天地图 is in CGCS2000, decimetres from WGS 84: a shift to GCJ-02 would put the plan 500 m beside its roads.
        ("tianditu", "https://*.tianditu.gov.cn", False),
        ("osm", "https://tile.openstreetmap.org", False),
    ],
)
def test_providers_of_tiles(provider: str, host: str, shifted: bool) -> None:
    tiles = tiles_of(provider, key="k&y=1")
    assert (tiles.host, tiles.gcj02) == (host, shifted)
    assert "k&y" not in tiles.url  # the key stands escaped in the address
    page = Page(sample_page(tiles=tiles))
    assert page.policy["img-src"] == ["data:", host]
    moved = np.array(content_of(page)["bounds"]) != np.array(content_of(Page(sample_page()))["bounds"])
    assert moved.any() == shifted


def test_tiles_that_are_not_known_and_a_missing_key() -> None:
    with pytest.raises(VocabularyError, match="amap, tianditu, osm"):
        tiles_of("bing")
    with pytest.raises(VocabularyError, match="tk"):
        tiles_of("tianditu")
    assert set(PROVIDERS) == {"amap", "tianditu", "osm"}
    with pytest.raises(ValueError, match="same host"):
        _ = Tiles("https://a.example/{z}", "x", labels_url="https://b.example/{z}").host


def test_readings_and_letters() -> None:
    table = {
        c: reading.split() for reading, characters in readings(["六安", "长丰", "合肥"]).items() for c in characters
    }
    assert "lu" in table["六"]
    assert {"chang", "zhang"} <= set(table["长"])
    assert table["合"][0] == "he"
    assert place_letters("南京-没有这个地方-杭州") == "宁-杭"


def test_years_travel_with_the_features(page: Page) -> None:
    header = content_of(page)
    text = next(body for _, attributes, body in page.bodies if attributes.get("id") == "tongtu-data")
    sections = unpack(text)[1]
    years = numbers(sections, header["features"]["columns"]["opening_year"]["numbers"])
    table = sample.features()
    assert years == [0 if pd.isna(year) else int(year) for year in table["opening_year"]]


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_web_map(tmp_path / "file" / "map.html", sample.features(), title="x")


def test_size_of_ten_thousand_lines() -> None:
    # Issue 7: 10,000 lines of 20 vertices in at most 3 MB. These bend at random, which packs badly.
    rng = np.random.default_rng(7)
    start = rng.uniform([115, 28], [122, 35], (10_000, 2))
    bearing = rng.uniform(0, 2 * np.pi, (10_000, 1)) + np.cumsum(rng.normal(0, 0.3, (10_000, 20)), axis=1)
    steps = 0.003 * np.stack([np.cos(bearing), np.sin(bearing)], axis=-1)
    shapes_ = shapely.linestrings(start[:, None] + np.cumsum(steps, axis=1))
    table = pd.DataFrame({"feature_id": [f"f{k:05d}" for k in range(10_000)]})
    table = table.assign(origin="network", mode="rail", status="operating", drawn_by="osm", name=table["feature_id"])
    features = gpd.GeoDataFrame(FEATURES.coerce(table), geometry=shapes_, crs="EPSG:4326")
    assert len(web_map(features, title="x").get_root().render().encode()) < 3_000_000


def test_seal_refuses_what_comes_from_outside() -> None:
    with pytest.raises(ValueError, match="outside"):
        seal(f"<html><head>{POLICY_MARK}<script src='https://x.y/z.js'></script></head></html>")
    with pytest.raises(ValueError, match="no place"):
        seal("<html></html>")
    html = seal(f"<head>{POLICY_MARK}<script>a\r\nb</script></head>")
    assert "\r" not in html
    sealed(Page(html))


def test_assets_ask_for_nothing() -> None:
    folder = Path(__file__).resolve().parents[2] / "maps" / "assets"
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(
            r"https?://|@import|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text
        ), path.name
