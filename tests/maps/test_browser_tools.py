"""What a planner does with the map, in Debian's Chromium, offline: year, search, measure, table, link, print, language, phone."""

from __future__ import annotations

import csv
import io
import logging
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from layers.schema import INDICATORS
from maps.web import write_web_map
from tests.maps import sample
from tests.maps.test_browser import HOSTILE, kilometres, write_sample
from tests.maps.test_web import rings, verdicts
from tests.maps.visits import Visit, in_browser

pytestmark = [pytest.mark.browser, in_browser]

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def map_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.html"
    return write_sample(path, verdicts=verdicts(), isochrones=rings())


@pytest.fixture
def visit(browser: Any, map_path: Path) -> Iterator[Visit]:
    made = Visit(browser, map_path).ready()
    yield made
    made.close()


def slide(visit: Visit, year: int) -> None:
    """Move the slider as a hand would. The page keeps lengths to 0.1 km."""
    visit.page.evaluate(
        """(year) => { const s = document.querySelector("#year"); s.value = year; s.dispatchEvent(new Event("input", {bubbles: true})); }""",
        year,
    )


def test_the_year_changes_kilometres_of_network_and_projects(visit: Visit) -> None:
    visit.page.evaluate("tongtu.map.setView([32, 118.2], 6, {animate: false})")
    table = sample.features()
    lines = table[table["length_km"].notna()]
    for year in (1980, 2010, 2023, 2026, 2027):
        slide(visit, year)
        shown = kilometres(visit)
        there = lines[lines["opening_year"].notna() & (lines["opening_year"].fillna(9999) <= year)]
        for mode, part in there.groupby("mode"):
            for origin, own in part.groupby("origin"):
                assert shown[mode][origin] == pytest.approx(own["length_km"].sum(), abs=0.06 * len(own)), (
                    year,
                    mode,
                    origin,
                )
        assert sum(s["network"] + s["project"] for s in shown.values()) == pytest.approx(
            there["length_km"].sum(), abs=1
        )
        assert f"截至 {year} 年底" in visit.page.inner_text("#status")
    # Projects without a year come in only by the user's word.
    visit.page.check("#undated")
    undated = lines[lines["opening_year"].isna() & (lines["origin"] == "project")]["length_km"].sum()
    assert undated > 0
    both = sum(s["network"] + s["project"] for s in kilometres(visit).values())
    assert both == pytest.approx(there["length_km"].sum() + undated, abs=1)
    visit.picture("map-year")
    visit.page.click("text=显示全部年份")
    everything = sum(s["network"] + s["project"] for s in kilometres(visit).values())
    assert everything == pytest.approx(lines["length_km"].sum(), abs=1)


def test_the_year_and_the_stage_sift_together(visit: Visit) -> None:
    visit.page.evaluate("tongtu.map.setView([32, 118.2], 6, {animate: false})")
    slide(visit, 2026)
    visit.page.uncheck("#group-stages input[value=under_construction]")
    table = sample.features()
    kept = table[(table["origin"] == "project") & (table["opening_year"].fillna(9999) <= 2026)]
    kept = kept[(kept["status"] != "under_construction") & kept["length_km"].notna()]
    assert sum(s["project"] for s in kilometres(visit).values()) == pytest.approx(
        kept["length_km"].sum(), abs=0.06 * len(kept)
    )


def test_the_slider_is_moved_by_keys_and_says_the_year(visit: Visit) -> None:
    visit.page.focus("#year")
    visit.page.keyboard.press("ArrowLeft")
    assert visit.page.get_attribute("#year", "aria-valuetext") == "截至 2027 年底"
    visit.page.keyboard.press("End")
    assert visit.page.get_attribute("#year", "aria-valuetext") == "全部年份"


def test_kilometres_by_mode_and_stage_add_up(visit: Visit) -> None:
    visit.page.evaluate("tongtu.map.setView([32, 118.2], 6, {animate: false})")
    visit.page.click("#status button")
    found = visit.page.evaluate(
        """() => [...document.querySelectorAll("#stage-table tbody tr")].map((r) => [...r.children].map((c) => c.textContent))"""
    )
    table = sample.features()
    lines = table[table["length_km"].notna()]
    number = {row[0].strip(): [float(c.replace(",", "").replace("–", "0")) for c in row[1:]] for row in found}
    rail = lines[lines["mode"] == "rail"]
    stages = ["operating", "under_construction", "starting", "preparatory", "proposed", "unspecified"]
    planned = rail[rail["origin"] == "project"]
    expected = [rail[rail["origin"] == "network"]["length_km"].sum()]
    expected += [planned[planned["status"] == stage]["length_km"].sum() for stage in stages]
    assert number["铁路"] == [pytest.approx(v, abs=0.6) for v in [*expected, planned["length_km"].sum()]]
    assert number["合计"][0] == pytest.approx(lines[lines["origin"] == "network"]["length_km"].sum(), abs=0.6)
    visit.picture("map-stages")


def real_names(tmp_path: Path) -> Path:
    """The small plan under names of the delta, so that 简称 and pinyin are those of real places."""
    new = {
        "rail-001": ("合肥至新沂高速铁路", "合肥-新沂"),
        "rail-002": ("南京至杭州二通道", "南京-杭州"),
        "rail-003": ("六安景区铁路", "六安"),
        "rail-004": ("沪苏湖铁路", "上海-苏州-湖州"),
    }
    features, projects = sample.features(), sample.projects()
    for key, (name, places) in new.items():
        features.loc[features["feature_id"] == key, "name"] = name
        projects.loc[projects["project_id"] == key, ["name", "places"]] = [name, places]
    return write_web_map(tmp_path / "map.html", features, projects=projects, mentions=sample.mentions(), title="样例")


def test_search_by_pinyin_and_short_names(browser: Any, tmp_path: Path) -> None:
    visit = Visit(browser, real_names(tmp_path)).ready()
    for words, first in (
        ("合肥至新沂", "合肥至新沂高速铁路"),
        ("hefeizhixinyi", "合肥至新沂高速铁路"),
        ("HeFei", "合肥至新沂高速铁路"),
        ("hfzxy", "合肥至新沂高速铁路"),
        ("合新", "合肥至新沂高速铁路"),
        ("he新", None),
        ("husuhu", "沪苏湖铁路"),
        ("hsh", "沪苏湖铁路"),
        ("宁杭", "南京至杭州二通道"),
        ("杭宁", "南京至杭州二通道"),
        ("luan", "六安景区铁路"),
        ("新庚", "合肥至新沂高速铁路"),
    ):
        visit.page.fill("#search", words)
        if first is None:
            assert "没有找到" in visit.page.inner_text("#results"), words
        else:
            assert visit.page.inner_text("#results li:first-child .name") == first, words
    visit.page.fill("#search", "zzzz")
    assert "没有找到" in visit.page.inner_text("#results")
    visit.close()


def test_measured_lengths_and_areas_are_those_of_proj(visit: Visit) -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        lon, lat = rng.uniform(100, 130, 2), rng.uniform(15, 50, 2)
        ours = visit.page.evaluate("(p) => Geodesy.distance(...p)", [lon[0], lat[0], lon[1], lat[1]])
        assert ours == pytest.approx(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2], rel=1e-9)
    assert visit.page.evaluate("Geodesy.distance(117, 31, 117, 31)") == 0
    for size in (0.01, 0.3, 4.0):
        ring = [(117.0, 31.0), (117 + size, 31.1), (117 + size * 1.2, 31 + size), (117.1, 31 + 0.8 * size)]
        theirs = abs(GEOD.polygon_area_perimeter(*zip(*ring, strict=True))[0])
        assert visit.page.evaluate("(ring) => Geodesy.area(ring)", ring) == pytest.approx(theirs, rel=2e-5)


def test_measure_by_mouse(visit: Visit) -> None:
    page = visit.page
    page.click("#tool-measure")
    spots = [(600, 300), (760, 300), (760, 420)]
    for x, y in spots:
        page.mouse.click(x, y)
        page.wait_for_timeout(350)  # two clicks in one place and time would be a double click
    places = page.evaluate(
        "(spots) => spots.map(([x, y]) => { const p = tongtu.map.containerPointToLatLng([x, y]); return [p.lng, p.lat]; })",
        spots,
    )
    lon, lat = zip(*places, strict=True)
    expected = GEOD.line_length(lon, lat) / 1000
    assert float(page.inner_text("#measure .length").split()[0].replace(",", "")) == pytest.approx(expected, abs=0.006)
    area = abs(GEOD.polygon_area_perimeter(lon, lat)[0]) / 1e6
    assert float(page.inner_text("#measure .area").split()[0].replace(",", "")) == pytest.approx(area, rel=1e-3)
    assert page.locator(".card").count() == 0  # a click that measures opens nothing
    visit.picture("map-measure")
    page.keyboard.press("Backspace")
    assert page.locator("#measure .area").count() == 0
    page.keyboard.press("Escape")
    assert page.get_attribute("#tool-measure", "aria-pressed") == "false"
    page.keyboard.press("Escape")
    assert not page.is_visible("#measure")


def test_measure_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    before = page.evaluate("(({lng, lat}) => [lng, lat])(tongtu.map.getCenter())")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    after = page.evaluate("(({lng, lat}) => [lng, lat])(tongtu.map.getCenter())")
    expected = GEOD.inv(*before, *after)[2] / 1000
    assert expected > 1
    assert float(page.inner_text("#measure .length").split()[0].replace(",", "")) == pytest.approx(expected, abs=0.006)


def names(visit: Visit) -> list[str]:
    found: list[str] = visit.page.locator("#table tbody th").all_inner_texts()
    return found


def test_the_table_sorts_sifts_and_is_linked_both_ways(visit: Visit) -> None:
    page = visit.page
    page.click("#tool-table")
    assert len(names(visit)) == 14
    page.click("#table thead button[data-key=length]")
    table = sample.features()
    planned = table[table["origin"] == "project"].sort_values("length_km", kind="stable", na_position="last")
    assert names(visit) == list(planned["name"])
    assert page.get_attribute("#table thead th:has(button[data-key=length])", "aria-sort") == "ascending"
    page.click("#table thead button[data-key=length]")
    assert names(visit)[0] == planned[planned["length_km"].notna()]["name"].iloc[-1]
    page.fill("#table-filter", "机场")
    assert set(names(visit)) == {"甲城机场", "丁城机场"}
    page.fill("#table-filter", "")
    page.uncheck("#group-modes input[value=airport]")
    assert "甲城机场" not in names(visit)
    # From the table to the map …
    page.click("#table tbody button >> text=乙辛高速")
    assert "乙辛高速" in page.inner_text(".card h2")
    assert page.inner_text("#table tr[aria-current] th") == "乙辛高速"
    visit.picture("map-table")
    # … and from the map to the table.
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert not page.is_visible("#table")
    page.fill("#search", "甲庚")
    page.keyboard.press("Enter")
    page.click(".card .to-table button")
    assert page.inner_text("#table tr[aria-current] th") == "甲庚高铁"
    assert page.evaluate("document.activeElement.textContent") == "甲庚高铁"
    page.select_option("#table-kind", "network")
    assert set(names(visit)) == {"甲丁高铁", "甲乙铁路", "甲戊高速"}


def test_the_table_in_view_follows_the_map(visit: Visit) -> None:
    page = visit.page
    page.click("#tool-table")
    page.check("#table-near")
    page.evaluate("tongtu.map.setView([30.5, 117.0], 11, {animate: false})")
    assert names(visit) == ["甲己高速改扩建"]


def test_the_table_shows_what_areas_are_coloured_by(visit: Visit) -> None:
    visit.page.select_option("#indicator", index=1)
    visit.page.click("#tool-table")
    visit.page.select_option("#table-kind", "area")
    found = dict(zip(names(visit), visit.page.locator("#table td.number").all_inner_texts(), strict=True))
    order = sorted(sample.PLACES)
    assert found == {f"{name[0]}城市": str(100 * (order.index(name) + 1)) for name in order}


def test_the_table_is_saved_with_formulas_as_text(browser: Any, tmp_path: Path) -> None:
    features = sample.features()
    nasty = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", '"a",b', "  =x"]
    keys = list(features["feature_id"][features["origin"] == "project"])[: len(nasty)]
    for key, name in zip(keys, nasty, strict=True):
        features.loc[features["feature_id"] == key, "name"] = name
    visit = Visit(browser, write_web_map(tmp_path / "map.html", features, title="x"), accept_downloads=True).ready()
    visit.page.click("#tool-table")
    with visit.page.expect_download() as download:
        visit.page.click("#table-csv")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 15
    kept = {row[0] for row in rows}
    assert {"'=1+1", "'+cmd", "'-2+3", "'@SUM(A1)", '"a",b', "'  =x"} <= kept
    visit.requests = [url for url in visit.requests if not url.startswith("blob:")]
    visit.close()


def test_the_language_changes_in_the_page(visit: Visit) -> None:
    page = visit.page
    page.select_option("#indicator", index=1)
    page.fill("#search", "甲丙")
    page.keyboard.press("Enter")
    page.click("#tool-language")
    assert page.get_attribute("html", "lang") == "en"
    text = page.inner_text("#panel") + page.inner_text("#status") + page.inner_text(".card")
    for part in ("Mode", "Under construction", "In view", "Rail", "railway network density"):
        assert part in text, part
    assert page.input_value("#indicator") != ""
    known = "样例来源|样例规划|样例纲要|样例|一张图|甲丙城际铁路|甲城|丙城|开工建设|营业里程除以行政区面积"
    assert not re.search("[\u4e00-\u9fff]", re.sub(known, "", text)), re.findall(
        "[\u4e00-\u9fff]+", re.sub(known, "", text)
    )
    assert "l=en" in page.evaluate("location.hash")
    assert page.evaluate("document.activeElement.id") == "tool-language"
    page.click("#tool-language")
    assert "在建" in page.inner_text("#panel")
    assert page.evaluate("tongtu.panel.counts.stage.under_construction.textContent") == "4"


def test_a_link_brings_back_year_language_table_and_rings(browser: Any, map_path: Path, visit: Visit) -> None:
    page = visit.page
    page.click("#tool-language")
    slide(visit, 2026)
    page.check("#undated")
    page.select_option("#reach", index=1)
    page.click("#tool-table")
    page.select_option("#table-kind", "network")
    page.click("#tool-share")
    link = page.input_value("#share-link")
    assert link.startswith("file:")
    page.keyboard.press("Escape")
    assert page.locator("#share-link").count() == 0
    again = Visit(browser, map_path, address="#" + link.split("#")[1]).ready()
    assert again.page.get_attribute("html", "lang") == "en"
    assert again.page.get_attribute("#year", "aria-valuetext") == "By the end of 2026"
    assert again.page.is_checked("#undated")
    assert again.page.input_value("#reach") == page.input_value("#reach") != ""
    assert again.page.input_value("#table-kind") == "network"
    again.close()


def test_rings_today_plan_and_both(visit: Visit) -> None:
    page = visit.page
    options = page.locator("#reach option").all_inner_texts()
    assert len(options) == 4
    page.evaluate("tongtu.map.setView([31.8, 117.2], 8, {animate: false})")
    empty = ground(visit)
    page.select_option("#reach", index=1)
    today = ground(visit)
    assert today != empty
    assert "60 分钟内" in page.inner_text(".class-key")
    page.select_option("#reach", index=3)
    assert ground(visit) not in (today, empty)
    visit.picture("map-rings")


def ground(visit: Visit) -> str:
    visit.settle()
    found: str = visit.page.evaluate(
        """() => { const c = document.createElement("canvas"), from = tongtu.layers.ground._canvas; c.width = from.width; c.height = from.height;
        c.getContext("2d", {willReadFrequently: true}).drawImage(from, 0, 0); return c.toDataURL(); }"""
    )
    return found


def test_targets_colour_areas_and_say_what_they_rest_on(visit: Visit) -> None:
    page = visit.page
    page.evaluate("tongtu.map.setView([32, 118.2], 7, {animate: false})")
    page.select_option("#indicator", label="目标完成度 · 铁路网密度 · 现状")
    key = page.inner_text(".class-key")
    for part in ("≥ 100", "70 – 90", "甲城 2025 ≥ 500", "乙城 2025 ≤ 2"):
        assert part in key, part
    # 甲城 is 80 % there: its own value under the pointer, away from any line.
    shown = page.evaluate("tongtu.surfaces.at(L.latLng(31.5, 116.8))")
    assert shown == {"name": "甲城市", "value": "目标完成度 · 铁路网密度 · 现状 80 %"}
    visit.picture("map-targets")


@pytest.mark.parametrize(("paper", "size"), [("a4", (842, 595)), ("a3", (1191, 842))])
def test_the_sheet_is_one_page_with_all_that_the_law_and_a_reader_want(visit: Visit, paper: str, size: Any) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    page = visit.page
    before = page.evaluate("[tongtu.map.getCenter().lat, tongtu.map.getCenter().lng, tongtu.map.getZoom()]")
    page.click("#tool-print")
    page.select_option("#sheet-paper", paper)
    page.fill("#sheet-approval", "皖S(2026)012号")
    page.fill("#sheet-title", "合肥都市圈铁路一张图")
    page.fill("#sheet-note", "内部讨论稿")
    visit.picture(f"map-sheet-{paper}")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
        sheet = document.pages[0]
        # Points of 1/72 inch: 297 × 210 mm, 420 × 297 mm.
        assert (round(sheet.width), round(sheet.height)) == (
            pytest.approx(size[0], abs=1),
            pytest.approx(size[1], abs=1),
        )
        # A PDF knows glyphs: some of them come back as radicals of the same shape.
        text = unicodedata.normalize("NFKC", sheet.extract_text()).replace("\n", "")
    for part in (
        "合肥都市圈铁路一张图",
        "皖S(2026)012号",
        "内部讨论稿",
        "图例",
        "在建",
        "比例尺约1:",
        "样例来源",
        "不作为工程设计",
    ):
        assert part in text.replace(" ", ""), part
    assert "打印" not in text
    page.click("#sheet-leave")
    after = page.evaluate("[tongtu.map.getCenter().lat, tongtu.map.getCenter().lng, tongtu.map.getZoom()]")
    assert after == pytest.approx(before, abs=1e-3)
    assert page.is_visible("#panel")


def test_printed_from_the_browsers_menu_the_sheet_comes_and_goes(visit: Visit) -> None:
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert visit.page.is_visible("#sheet .sheet-legend")
    visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator("#sheet").count() == 0
    assert visit.page.is_visible("#panel")


def test_keys_alone_find_open_close_and_come_back(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("jiagenggaotie")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "甲庚高铁" in page.inner_text(".card h2")
    assert page.evaluate("document.activeElement.className") == "card"
    page.keyboard.press("Escape")
    page.wait_for_selector(".card", state="detached")
    assert page.evaluate("document.activeElement.closest('#results') !== null")  # back where it came from
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.id") == "table-filter"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "tool-table"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "tool-share"
    page.focus("#group-list summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#group-list li")
    page.keyboard.press("ArrowDown")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("Enter")
    assert page.locator(".card").count() == 1


def test_the_focus_is_seen_and_every_control_has_a_name(visit: Visit) -> None:
    nameless = visit.page.evaluate(
        """() => { tongtu.table.show(); return [...document.querySelectorAll("button, input, select, [role=region], [role=toolbar]")]
        .filter((n) => !(n.getAttribute("aria-label") || n.textContent.trim() || n.closest("label") || n.getAttribute("aria-labelledby")))
        .map((n) => n.outerHTML.slice(0, 90)); }"""
    )
    assert nameless == []
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Tab")
    width = visit.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(width.removesuffix("px")) >= 2


def test_hostile_indicators_targets_and_rings_are_shown_as_written(browser: Any, tmp_path: Path) -> None:
    words = [word.replace("\x00", "") for word in HOSTILE if len(word) < 200][:60]
    indicators = pd.concat(
        [sample.indicators().assign(indicator=word, unit=word, definition=word) for word in words], ignore_index=True
    )
    targets = verdicts().assign(indicator_zh=words[1], unit=words[2], document=words[3])
    path = write_sample(
        tmp_path / "map.html",
        indicators=INDICATORS.coerce(indicators.drop_duplicates(list(INDICATORS.key))),
        verdicts=targets,
        isochrones=rings().assign(origin=words[4], definition=words[5]),
    )
    visit = Visit(browser, path).ready()
    page = visit.page
    shown = page.evaluate(
        """() => tongtu.h.indicators.map((one) => { tongtu.state.indicator = one.id; tongtu.panel.showKeys();
        return [one.targets ? "" : one.definition, tongtu.panel.keys.textContent, tongtu.panel.keys.querySelectorAll("script, img, svg, iframe, a").length]; })"""
    )
    assert len(shown) > 100
    for definition, text, foreign in shown:
        assert definition in text
        assert foreign == 0
    page.select_option("#reach", index=3)
    assert words[4] in page.evaluate("tongtu.panel.keys.textContent")
    page.evaluate("tongtu.table.show('area')")
    assert page.evaluate("window.__fired") is None
    visit.close()


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_can_do_what_a_desk_can(browser: Any, map_path: Path, width: int) -> None:
    visit = Visit(browser, map_path, width=width, height=760, has_touch=True, is_mobile=True).ready()
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visit.picture(f"map-phone-{width}")
    page.tap(".fold")
    page.tap("#group-modes input[value=rail]")
    assert "rail" not in kilometres(visit)
    visit.picture(f"map-phone-{width}-panel")
    page.tap(".fold")
    page.tap("#tool-table")
    assert page.is_visible("#table tbody")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#table .close").bounding_box()
    assert box["x"] + box["width"] <= width
    visit.picture(f"map-phone-{width}-table")
    page.tap("#table .close")
    page.tap("#tool-measure")
    box = page.locator("#measure").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # A finger needs some nine millimetres: 34 pixels and more.
    small = page.evaluate(
        "[...document.querySelectorAll('#tools button')].filter((b) => b.offsetWidth < 34 || b.offsetHeight < 34).length"
    )
    assert small == 0
    visit.close()


def test_a_map_keeps_within_half_a_pixel_at_its_nearest(visit: Visit) -> None:
    # At zoom 16 a pixel is 156543.03 m / 2^16 × cos(latitude); coordinates are rounded to 1e-5°, half of it each way.
    zoom = visit.page.evaluate("tongtu.map.getMaxZoom()")
    for latitude in (18.0, 32.0, 53.0):
        pixel_m = 156543.034 / 2**zoom * np.cos(np.radians(latitude))
        error_m = np.hypot(0.5e-5 * 110_900, 0.5e-5 * 111_320 * np.cos(np.radians(latitude)))
        assert error_m <= 1.0
        assert error_m <= 0.5 * pixel_m


def test_tiles_that_do_not_come_leave_the_plan_and_say_whose_they_are(browser: Any, tmp_path: Path) -> None:
    from maps.tiles import tiles_of

    visit = Visit(browser, write_sample(tmp_path / "map.html", tiles=tiles_of("osm"))).ready()
    assert "OpenStreetMap" in visit.page.inner_text(".tile-credit")
    assert visit.page.get_attribute(".tile-credit a", "href") == "https://www.openstreetmap.org/copyright"
    assert kilometres(visit)["rail"]["project"] > 0
    visit.page.wait_for_selector(".tile-credit.missing")
    # The network is off, and the only host that it asked is the one of the tiles.
    assert {re.match(r"(file:|https://[^/]+)", url)[1] for url in visit.requests} <= {  # type: ignore[index]
        "file:",
        "https://tile.openstreetmap.org",
    }
    visit.context.close()
