"""Map and report in Debian's Chromium, offline: what is seen, what can be done, and that no name runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString

from layers.schema import FEATURES
from maps.report import write_report
from maps.web import write_web_map
from projects.schema import MENTIONS, PROJECTS
from tests.maps import sample
from tests.maps.test_report import tables
from tests.maps.visits import Visit, in_browser

pytestmark = [pytest.mark.browser, in_browser]


def write_sample(path: Path, **options: Any) -> Path:
    defaults: dict[str, Any] = {
        "projects": sample.projects(),
        "mentions": sample.mentions(),
        "areas": sample.areas(),
        "indicators": sample.indicators(),
        "title": "样例规划一张图",
        "sources": ["样例来源"],
    }
    return write_web_map(path, sample.features(), **(defaults | options))


@pytest.fixture(scope="module")
def map_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("map") / "map.html")


@pytest.fixture
def visit(browser: Any, map_path: Path) -> Iterator[Visit]:
    made = Visit(browser, map_path).ready()
    yield made
    made.close()


# Read from a copy: reading the page's own canvas would change how the browser keeps it, and make it complain.
PIXELS = """(canvas) => { const copy = document.createElement("canvas");
    copy.width = canvas.width; copy.height = canvas.height;
    const context = copy.getContext("2d", {willReadFrequently: true});
    context.drawImage(canvas, 0, 0);
    return context.getImageData(0, 0, copy.width, copy.height).data; }"""


def kilometres(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = visit.page.evaluate("tongtu.kilometres()")
    return found


def painted(visit: Visit) -> int:
    """Pixels of the plan's canvas that are not empty."""
    visit.settle()
    count: int = visit.page.evaluate(
        f"() => {{ const d = ({PIXELS})(tongtu.layers.plan._canvas);"
        """
        let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"""
    )
    return count


def test_the_map_shows_its_parts(visit: Visit) -> None:
    text = visit.page.inner_text("#panel")
    for part in (
        "样例规划一张图",
        "铁路",
        "能源",
        "在建",
        "规划研究",
        "改建、扩能（双线）",
        "位置示意",
        "审图号",
        "样例来源",
        "铁路网密度",
    ):
        assert part in text, part
    visit.picture("map")
    assert "图内里程" in visit.page.inner_text("#status")
    assert "km" in visit.page.inner_text(".leaflet-control-scale")


def test_kilometres_in_view_are_those_of_the_table(visit: Visit) -> None:
    visit.page.evaluate("tongtu.map.setView([32, 118.2], 6, {animate: false})")
    table = sample.features()
    lines = table[table["length_km"].notna()]
    shown = kilometres(visit)
    for mode, part in lines.groupby("mode"):
        for origin, own in part.groupby("origin"):
            assert shown[mode][origin] == pytest.approx(own["length_km"].sum(), rel=1e-4), (mode, origin)


def test_half_of_a_line_in_view_counts_half(visit: Visit) -> None:
    # 甲丙城际铁路 runs straight from 117.2° to 118.8° E: with the left edge of the view at its middle, half remains.
    visit.page.click("#group-layers input[value=network]")
    half = visit.page.evaluate(
        """() => { const m = tongtu.map; m.setView([31.95, 118], 9, {animate: false});
        m.panBy([m.getSize().x / 2, 0], {animate: false});
        for (const id of ["proposed", "preparatory", "under_construction", "operating", "unspecified"])
          document.querySelector(`#group-stages input[value=${id}]`).click();
        return [tongtu.kilometres().rail.project, m.getBounds().getWest()]; }"""
    )
    table = sample.features().set_index("feature_id")
    assert half[1] == pytest.approx(118, abs=0.01)
    # The line has 25 vertices: the middle is met within one step of 24.
    assert half[0] == pytest.approx(table.loc["rail-002", "length_km"] / 2, rel=0.05)


def test_layers_and_stages_toggle(visit: Visit) -> None:
    before, everything = kilometres(visit), painted(visit)
    visit.page.uncheck("#group-modes input[value=rail]")
    assert "rail" not in kilometres(visit)
    less = painted(visit)
    assert less < everything
    visit.page.check("#group-modes input[value=rail]")
    assert kilometres(visit) == before
    assert painted(visit) == everything
    visit.page.uncheck("#group-stages input[value=under_construction]")
    assert kilometres(visit)["rail"]["project"] < before["rail"]["project"]
    assert kilometres(visit)["rail"]["network"] == before["rail"]["network"]  # stages sift projects only
    assert visit.page.inner_text("#group-list summary") == "项目清单（10）"  # 14 projects less 4 under construction
    visit.page.uncheck("#group-layers input[value=network]")
    assert kilometres(visit)["rail"]["network"] == 0


def test_documents_sift(visit: Visit) -> None:
    # Projects at odd places of the table stand in both documents, the others in 样例规划 alone.
    visit.page.uncheck("#group-documents input[value=样例规划]")
    assert visit.page.inner_text("#group-list summary") == "项目清单（7）"


def test_search_finds_by_name_alias_and_place(visit: Visit) -> None:
    for words, first in (("庚高铁", "甲庚高铁"), ("新庚", "甲庚高铁"), ("丁城机场", "丁城机场"), ("甲丁", "甲丁高铁")):
        visit.page.fill("#search", words)
        assert visit.page.inner_text("#results li:first-child .name") == first
    visit.page.fill("#search", "没有这样的线路")
    assert "没有找到" in visit.page.inner_text("#results")


def test_the_popup_shows_stage_clause_and_words(visit: Visit) -> None:
    visit.page.fill("#search", "甲丙")
    visit.page.keyboard.press("Enter")
    card = visit.page.inner_text(".card")
    for part in (
        "甲丙城际铁路",
        "铁路 · 城际铁路 · 开工",
        "甲城-丙城",
        "直线示意",
        "误差约 15 km",
        "样例规划",
        "第 2 条",
        "开工建设甲丙城际铁路",
        "154.9 km",
    ):
        assert part in card, part
    assert visit.page.inner_text(".card mark >> nth=0") == "开工建设"
    visit.picture("map-card")


def test_click_and_hover_find_the_line(visit: Visit) -> None:
    spot = visit.page.evaluate(
        """() => { const m = tongtu.map; m.setView([31.3, 119.6], 8, {animate: false});
        const row = [...Array(tongtu.n).keys()].find((r) => tongtu.col.feature_id(r) === "highway-002");
        const p = m.latLngToContainerPoint(tongtu.spot(row)); return [p.x, p.y]; }"""
    )
    visit.page.mouse.move(spot[0] + 2, spot[1])
    visit.page.wait_for_selector(".tip:not([hidden])")
    assert "乙辛高速" in visit.page.inner_text(".tip")
    visit.page.mouse.click(spot[0] + 2, spot[1])
    assert "乙辛高速" in visit.page.inner_text(".card h2")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_selector(".card", state="detached")


def test_a_project_that_is_not_drawn_can_be_read(visit: Visit) -> None:
    visit.page.fill("#search", "无名工程")
    assert "未落图" in visit.page.inner_text("#results")
    visit.page.click("#results button")
    assert "没有地点，无法绘制" in visit.page.inner_text(".chosen .card")


def test_the_choropleth_colours_cities(visit: Visit) -> None:
    def colours() -> int:
        visit.settle()
        count: int = visit.page.evaluate(
            f"() => {{ const d = ({PIXELS})(tongtu.layers.ground._canvas);"
            """
            const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]);
            return tongtu.h.choropleth.filter((x) => seen.has(parseInt(x.slice(1), 16))).length; }"""
        )
        return count

    visit.page.evaluate("tongtu.map.setView([32, 118.2], 6.5, {animate: false})")
    assert colours() == 0
    visit.page.select_option("#indicator", index=1)
    assert colours() == 5
    legend = visit.page.inner_text(".class-key")
    visit.picture("map-choropleth")
    for part in ("100 – 240", "660 – 800", "公里/万平方公里", "营业里程除以行政区面积"):
        assert part in legend


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.activeElement.blur(); document.querySelector('.skip').focus()")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.id || document.activeElement.value || document.activeElement.tagName")
        )
    assert {"search", "rail", "operating", "network", "indicator", "SUMMARY"} <= reached
    page.focus("#search")
    page.keyboard.type("甲城机场")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "甲城机场" in page.inner_text(".card h2")


def test_a_link_brings_back_view_filters_and_popup(browser: Any, map_path: Path, visit: Visit) -> None:
    page = visit.page
    page.uncheck("#group-modes input[value=energy]")
    page.uncheck("#group-stages input[value=proposed]")
    page.uncheck("#group-documents input[value=样例纲要]")
    page.select_option("#indicator", index=1)
    page.fill("#search", "甲庚")
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)  # the map moves aside for the popup
    address, before = page.evaluate("location.hash"), kilometres(visit)
    again = Visit(browser, map_path, address=address).ready()
    assert "甲庚高铁" in again.page.inner_text(".card h2")
    for group, value in (("modes", "energy"), ("stages", "proposed"), ("documents", "样例纲要")):
        assert not again.page.is_checked(f"#group-{group} input[value={value}]")
    assert again.page.input_value("#indicator") == page.input_value("#indicator") != ""
    after = kilometres(again)
    assert after.keys() == before.keys()
    for mode, sums in before.items():
        assert after[mode].pop("stages") == pytest.approx(sums.pop("stages"), rel=0.02)
        assert after[mode] == pytest.approx(sums, rel=0.02)
    again.close()


@pytest.mark.parametrize("address", ["#v=a,b,c&m=%zz", "#v=&&&===", "#m=<img src=x onerror=window.__fired=1>&p=x&i=y"])
def test_a_broken_link_opens_the_map(browser: Any, map_path: Path, address: str) -> None:
    visit = Visit(browser, map_path, address=address).ready()
    assert kilometres(visit)["rail"]["project"] > 0
    assert visit.page.evaluate("window.__fired") is None
    visit.close()


def test_symbols_at_one_place_stand_apart(visit: Visit) -> None:
    # 戊城物流枢纽 is an area: it stands at its inner point, here the middle of a square (longitude 116.5 - 0.05, see sample).
    found = visit.page.evaluate(
        """() => { const row = [...Array(tongtu.n).keys()].find((r) => tongtu.col.feature_id(r) === "other-001");
        tongtu.map.setView([31.7, 116.45], 9, {animate: false});
        const p = tongtu.map.latLngToContainerPoint(tongtu.spot(row));
        const a = {row, x: 0.5, y: 0.5, turn: 0, ring: 20}, b = {row, x: 0.5, y: 0.5, turn: Math.PI, ring: 20};
        const view = {scale: 256 * 2 ** 10, originX: 0, originY: 0}, [ax] = tongtu.spotAt(a, view), [bx] = tongtu.spotAt(b, view);
        return [tongtu.map.containerPointToLatLng(p).lng, ax - bx, tongtu.at(tongtu.spot(row), 6)[0] === row]; }"""
    )
    assert found[0] == pytest.approx(116.45, abs=0.01)
    assert found[1] > 40  # two rings of 20 pixels, a little widened
    assert found[2] is True


def test_a_phone_shows_the_map_first(browser: Any, map_path: Path) -> None:
    visit = Visit(browser, map_path, width=375, height=700).ready()
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert not page.is_visible("#panel-body")
    page.click(".fold")
    assert page.is_visible("#search")
    page.fill("#search", "甲庚")
    page.keyboard.press("Enter")
    assert not page.is_visible("#panel-body")
    page.wait_for_timeout(600)  # the map moves aside for the card
    box = page.locator(".leaflet-popup").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    visit.picture("map-phone-card")
    visit.close()


def test_english_page(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, write_sample(tmp_path / "map.html", lang="en", title="Sample")).ready()
    text = visit.page.inner_text("#panel")
    assert "Under construction" in text
    assert not re.search(
        "[\u4e00-\u9fff]", text.replace("样例来源", "").replace("样例规划", "").replace("样例纲要", "")
    )
    visit.picture("map-english")
    visit.close()


PROBE = "window.__fired=(window.__fired||0)+1"
SHELLS = (
    "${{{0}}}",
    "`;{0};`",
    "</script><script>{0}</script>",
    "<img src=x onerror={0}>",
    '"><svg onload={0}>',
    "';{0};'",
    "\u2028{0}\u2028",
    "\u202e{0}\u202c",
    "{{{{{0}}}}}",
    "{{% raw %}}{0}",
    "javascript:{0}",
    "<!--{0}-->",
    "]]>{0}<![CDATA[",
    "\\u003cscript\\u003e{0}",
    "<iframe srcdoc='<script>{0}</script>'>",
    "<style onload={0}></style>",
    "<details open ontoggle={0}>",
    "<a href=javascript:{0}>x</a>",
    "&lt;script&gt;{0}&lt;/script&gt;",
    "\x00\x1b[31m{0}\x07",
    "<math><mtext><img src=x onerror={0}>",
    "</title></style></textarea>{0}",
    "=cmd|' /C calc'!A0 {0}",
    "长" * 3000 + "{0}",
    "\ufeff{0}\u200b\u200d",
)
WRAPS = ("%s", "高铁%s", "%s线", "  %s  ", "%s|%s", "a-%s", "\n%s\n", "<b>%s</b>", "%s\t")
HOSTILE = [wrap.replace("%s", shell.format(PROBE)) for shell in SHELLS for wrap in WRAPS]


def hostile_tables() -> tuple[gpd.GeoDataFrame, Any, Any]:
    rows, projects, mentions = [], [], []
    for i, name in enumerate(HOSTILE):
        key = f"h{i:03d}"
        x, y = 115 + 0.3 * (i % 20), 28 + 0.3 * (i // 20)
        facts = {"name": name, "mode": "rail", "kind": name, "work": "new", "status": "starting"}
        rows.append(
            facts
            | {"feature_id": key, "origin": "project", "drawn_by": "nodes", "siting_note": name, "source": name}
            | {
                "documents": f"文件{i % 3}{name[:40]}".replace("|", ""),
                "geometry": LineString([(x, y), (x + 0.2, y + 0.1)]),
            }
        )
        projects.append(
            facts | {"project_id": key, "aliases": name, "places": name, "lead": name, "section": name, "flags": name}
        )
        mentions.append(
            {"project_id": key, "document": name, "clause": name, "start": i, "end": i + 1, "quotation": name}
            | {"status_text": name[:5], "status": "starting"}
        )
    features = gpd.GeoDataFrame(FEATURES.coerce(gpd.GeoDataFrame(rows)), geometry="geometry", crs="EPSG:4326")
    import pandas as pd

    return features, PROJECTS.coerce(pd.DataFrame(projects)), MENTIONS.coerce(pd.DataFrame(mentions))


def test_no_hostile_name_runs_and_each_is_shown_as_written(browser: Any, tmp_path: Path) -> None:
    assert len(set(HOSTILE)) >= 200
    features, projects, mentions = hostile_tables()
    title = HOSTILE[2]
    path = write_web_map(
        tmp_path / "map.html",
        features,
        projects=projects,
        mentions=mentions,
        areas=sample.areas().assign(short_name=HOSTILE[27], name=HOSTILE[28]),
        title=title,
        sources=HOSTILE[:30],
        map_approval=HOSTILE[3],
    )
    visit = Visit(browser, path).ready()
    page = visit.page
    # Each through search result, tooltip words, card and list: what stands there is the name, character by character.
    shown = page.evaluate(
        """async () => {
        const out = [], wait = () => new Promise((done) => setTimeout(done, 0));
        for (let row = 0; row < tongtu.n; row++) {
          tongtu.open(row, null, []);
          const box = tongtu.popup.getElement(), q = (s) => box.querySelector(s);
          out.push([tongtu.col.feature_id(row), q("h2").textContent, q("blockquote").textContent,
                    q(".where b").textContent, box.querySelectorAll(".card img, .card script, .card svg, .card iframe, .card a").length]);
          if (row % 20 === 0) await wait();
        }
        document.querySelector("#group-list").open = true; await wait();
        out.push([...document.querySelectorAll("#group-list .name")].map((n) => n.textContent));
        return out; }"""
    )
    for (_, name, quotation, document, foreign), expected in zip(shown[:-1], HOSTILE, strict=True):
        assert (name, quotation, document, foreign) == (expected, expected, expected, 0)
    assert shown[-1] == HOSTILE
    # The table, its file, the tooltip, the year's and the sheet's words.
    cells = page.evaluate(
        """() => { tongtu.table.most = 1000; tongtu.table.show("project");
        return [...document.querySelectorAll("#table tbody tr")].map((r) => [r.querySelector("th").textContent, r.children[2].textContent]); }"""
    )
    assert cells == [[name, name.replace("_", " ")] for name in HOSTILE]
    tips = page.evaluate(
        """() => { const out = []; for (let row = 0; row < tongtu.n; row++) {
        tongtu.tip.replaceChildren(el("b", {}, tongtu.col.name(row)), el("span", {}, tongtu.subtitle(row))); out.push(tongtu.tip.querySelector("b").textContent); }
        return out; }"""
    )
    assert tips == HOSTILE
    page.evaluate("tongtu.table.leave(); tongtu.speak('en'); tongtu.speak('zh'); tongtu.sheet.enter('a4')")
    assert page.evaluate("document.querySelector('#sheet h1').textContent") == title
    assert page.evaluate("document.querySelectorAll('#sheet script, #sheet iframe, #sheet img').length") == 0
    page.evaluate("tongtu.sheet.leave()")
    # The one place of the page where a name stands in markup: the title. The parser ends lines and drops NUL by itself.
    assert page.evaluate("document.querySelector('#panel h1').textContent") == title
    assert page.title() == title
    page.fill("#search", "onerror")
    assert page.locator("#results button").count() > 5
    page.mouse.move(640, 400)
    page.wait_for_timeout(200)
    assert page.evaluate("window.__fired") is None
    assert page.evaluate("document.querySelectorAll('iframe, object, embed').length") == 0
    visit.close()


def test_the_report_sorts_and_shows_hostile_names_as_written(browser: Any, tmp_path: Path) -> None:
    features, projects, mentions = hostile_tables()
    path = write_report(
        tmp_path / "report.html", **tables(features=features, projects=projects, mentions=mentions, title=HOSTILE[2])
    )
    visit = Visit(browser, path)
    page = visit.page
    names = page.evaluate(
        "[...document.querySelectorAll('.register tbody tr td:first-child b')].map((b) => b.textContent)"
    )
    # NUL cannot stand in HTML: the parser shows U+FFFD for it or drops it.
    legible = {name.replace("\x00", "") for name in HOSTILE}
    assert {name.replace("\ufffd", "") for name in names} == legible
    assert page.evaluate("window.__fired") is None
    assert page.evaluate("document.querySelectorAll('main img, main iframe, main script').length") == 0
    visit.close()

    visit = Visit(browser, write_report(tmp_path / "plain.html", **tables()))
    page = visit.page
    head = page.locator("#mode-rail + .scroll th").nth(5)
    head.focus()
    page.keyboard.press("Enter")
    lengths = page.evaluate(
        "[...document.querySelectorAll('#mode-rail + .scroll tbody td:nth-child(6)')].map((c) => +c.dataset.value)"
    )
    assert lengths == sorted(lengths)
    assert len(lengths) == 4
    page.keyboard.press("Enter")
    again = page.evaluate(
        "[...document.querySelectorAll('#mode-rail + .scroll tbody td:nth-child(6)')].map((c) => +c.dataset.value)"
    )
    assert again == lengths[::-1]
    visit.close()
