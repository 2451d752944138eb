"""The review page: the text as it was written, what was read marked in place, and nothing that runs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.schema import Mode, Status
from maps import style
from maps.review import review, write_review
from maps.review_text import AROUND
from projects.corrections import CORRECTIONS, read_corrections
from projects.reading import Reading, read_files, write_reading
from tests.maps.visits import Visit, in_browser

PLAN = (
    "某市综合交通规划（2021年）\n\n一、铁路\n(一)加快推进合新高铁、巢马城际等项目前期工作。\n"
    "(二)加快建设芜湖至宣城高速公路，提升裕溪河航道。到2025年，铁路网密度达到700公里/万平方公里。\n"
    "(三)谋划推进某某铁路（苏皖高铁）。推进新出???,完善集疏运体系。\n"
)
HOSTILE = (
    "某市规划<script>document.title='ran'</script>\n"
    "(一)加快建设合新高铁</p><img src=x onerror=\"document.title='ran'\">、巢马城际铁路${document.title='ran'}。\n"
    "(二)加快建设&lt;b&gt;芜湖至宣城高速公路{{ 7*7 }}\u2028--></script><script>document.title='ran'</script>。\n"
    "(三)推进\u202e南京\u200f至合肥铁路\u202c建设\x07项目<!--。\n"
    "(四)到2025年，<svg onload=alert(1)>铁路网密度达到700公里/万平方公里。新出???,完善</textarea>体系。\n"
    "\n(五)加快建设合新高铁、巢马城际铁路。推进芜湖至宣城高速公路建设。\n"
)
ATTACK = "<img src=x onerror=\"document.title='ran'\">"


def hostile(tmp_path: Path) -> Reading:
    """Read a hostile text under a hostile name, with hostile words in every column that takes any."""
    reading = read(tmp_path, HOSTILE, name="<img src=x onerror=alert(1)>")
    assert len(reading.register.mentions) >= 3
    for column in ("name", "aliases", "kind", "places", "section", "lead", "flags"):
        reading.register.projects[column] = ATTACK
    for column in ("clause", "status_text"):
        reading.register.mentions[column] = "</script>" + ATTACK
    for column in ("clause", "indicator_zh", "unit", "area"):
        reading.targets[column] = ATTACK
    reading.damage["consequence"] = ATTACK
    return reading


def read(tmp_path: Path, text: str, name: str = "plan", **options: Any) -> Reading:
    path = tmp_path / f"{name}.txt"
    path.write_bytes(text.encode("utf-8"))
    return read_files([path], **options)


class Page(HTMLParser):
    """What a page holds: its elements, the text of each paragraph, and the text under each finding's number."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: dict[str, int] = {}
        self.handlers: list[str] = []
        self.lines: list[str] = []
        self.found: dict[str, str] = {}
        self.words: dict[str, list[str]] = {}
        self.classes: dict[str, str] = {}
        self.data = ""
        self._open: list[dict[str, str]] = []
        self._body = self._script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and begin the findings that it carries."""
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.handlers += [name for name in given if name.startswith("on")]
        if tag == "div":
            self._body = given.get("class") == "body"
        if tag == "p" and self._body:
            self.lines.append("")
        if tag == "span":
            self._open.append(given)
            if "data-c" in given:
                self._add(chr(int(given["data-c"][2:], 16)))
            for number in given.get("data-f", "").split():
                self.classes.setdefault(number, given["class"])
            for number in given.get("data-w", "").split():
                self.words.setdefault(number, []).append("")
        self._script = tag == "script" and given.get("id") == "data"

    def handle_endtag(self, tag: str) -> None:
        """End what the element carries."""
        if tag == "span":
            self._open.pop()
        if tag == "div":
            self._body = False
        self._script = False

    def handle_data(self, data: str) -> None:
        """Take text up, under its paragraph and findings."""
        if self._script:
            self.data += data
        else:
            self._add(data)

    def _add(self, text: str) -> None:
        if self._body and text != "\n":
            self.lines[-1] += text
        for given in self._open:
            for number in given.get("data-f", "").split():
                self.found[number] = self.found.get(number, "") + text
            for number in given.get("data-w", "").split():
                self.words[number][-1] += text


def data_of(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.data)
    return found


def test_the_text_is_shown_as_it_is_written(tmp_path: Path) -> None:
    page = Page(review(read(tmp_path, PLAN)))
    assert "\n".join(page.lines) == PLAN


def test_what_was_read_is_marked_in_place_by_mode_and_stage(tmp_path: Path) -> None:
    reading = read(tmp_path, PLAN)
    page = Page(review(reading))
    data = data_of(page)
    mentions = [(n, f) for n, f in enumerate(data["findings"]) if f["k"] == "m"]
    assert len(mentions) == len(reading.register.mentions) >= 4
    for n, finding in mentions:
        project = data["projects"][finding["r"]]
        assert page.found[str(n)] == finding["q"]
        assert {f"m-{project['mode']}", f"s-{finding['s']}"} <= set(page.classes[str(n)].split())
    kinds = {f["k"]: page.classes[str(n)] for n, f in enumerate(data["findings"])}
    assert kinds["t"] == "f t"
    assert kinds["d"] == "f d"
    spots = {f["k"]: page.found[str(n)] for n, f in enumerate(data["findings"])}
    assert "700公里/万平方公里" in spots["t"]
    assert "??" in spots["d"]


def test_the_words_that_a_stage_follows_from_are_found(tmp_path: Path) -> None:
    """加快推进 governs the list and 前期工作 closes it: both stand in the sentence of 合新高铁."""
    reading = read(tmp_path, PLAN)
    page = Page(review(reading))
    data = data_of(page)
    n = next(str(n) for n, f in enumerate(data["findings"]) if f["k"] == "m" and f["q"] == "合新高铁")
    assert page.words[n][0] == "加快推进"
    assert "".join(page.words[n][1:]).endswith("前期工作")


def test_a_broken_character_does_not_end_the_search_for_stage_words(tmp_path: Path) -> None:
    page = Page(review(read(tmp_path, "推动合新高铁、苏锡??铁路、巢马城际铁路等规划项目开工建设。")))
    n = next(str(n) for n, f in enumerate(data_of(page)["findings"]) if f["k"] == "m" and f["q"] == "合新高铁")
    assert "".join(page.words[n][1:]).endswith("开工建设")


def test_spans_that_nest_or_overlap_are_all_marked(tmp_path: Path) -> None:
    reading = read(tmp_path, "加快建设合新高铁、巢马城际铁路项目。")
    mentions = reading.register.mentions.copy()
    start = int(mentions["start"].min())
    first = mentions.sort_values("start").iloc[0].to_dict()
    extra = [
        first | {"start": start - 2, "end": start + 2},  # overlaps from the left
        first | {"start": start, "end": start + 9},  # holds both
        first | {"start": start + 1, "end": start + 3},  # inside
    ]
    table = pd.concat([mentions, pd.DataFrame(extra)], ignore_index=True)
    table["quotation"] = [reading.texts[0].text[a:b] for a, b in zip(table["start"], table["end"], strict=True)]
    both = Reading(
        type(reading.register)(reading.register.projects, table),
        reading.targets,
        reading.damage,
        reading.documents,
        texts=reading.texts,
    )
    page = Page(review(both))
    for n, finding in enumerate(data_of(page)["findings"]):
        assert page.found[str(n)] == finding["q"]
    assert "\n".join(page.lines) == reading.texts[0].text


def test_doubtful_readings_come_first(tmp_path: Path) -> None:
    reading = read(tmp_path, PLAN)
    reading.register.projects.loc[reading.register.projects["name"] == "合新高铁", "flags"] = "mode_from_context"
    reading.register.projects.loc[reading.register.projects["name"] == "巢马城际", "flags"] = (
        "ambiguous_place|corrected"
    )
    projects = data_of(Page(review(reading)))["projects"]
    doubts = [bool(p["doubts"]) for p in projects]
    assert doubts == sorted(doubts, reverse=True)
    assert True in doubts
    assert False in doubts
    by_name = {p["name"]: p for p in projects}
    assert by_name["合新高铁"]["doubts"] == ["方式由上下文推定"]
    assert by_name["巢马城际"]["doubts"] == ["地名有歧义"]
    assert by_name["巢马城际"]["settled"] == "规划人员已更正"
    assert all("阶段未明" in p["doubts"] for p in projects if p["status"] == "unspecified" and not p["settled"])


def test_colour_and_underline_are_those_of_the_map(tmp_path: Path) -> None:
    page = review(read(tmp_path, PLAN))
    for mode in Mode:
        assert f".m-{mode.value} {{ --c: {style.MODES[mode].colour};" in page
    looks = {re.search(rf"\.s-{stage.value} {{ (.*?) }}", page)[1] for stage in Status}  # type: ignore[index]
    assert len(looks) == len(Status)  # each stage has an underline of its own
    for stage in Status:
        assert f">{style.status_label(stage.value)}<" in page


def test_chinese_and_english(tmp_path: Path) -> None:
    reading = read(tmp_path, PLAN)
    assert '<html lang="zh-CN">' in review(reading)
    english = review(reading, lang="en")
    assert '<html lang="en">' in english
    assert "Under construction" in english
    with pytest.raises(ValueError, match="choose one of zh, en"):
        review(reading, lang="fr")
    words = json.loads((Path(__file__).parents[2] / "maps/assets/review_words.json").read_text("utf-8"))
    assert set(words["zh"]) == set(words["en"])


def test_the_same_input_gives_the_same_page(tmp_path: Path) -> None:
    assert review(read(tmp_path, PLAN)) == review(read(tmp_path, PLAN))


def test_hostile_text_is_text(tmp_path: Path) -> None:
    reading = hostile(tmp_path)
    page = Page(review(reading, title="</title><script>alert(1)</script>"))
    assert "\n".join(page.lines) == HOSTILE.replace("\r", "\n")
    assert page.handlers == []
    assert page.tags["script"] == 2  # the data and ours
    assert "img" not in page.tags
    assert "svg" not in page.tags
    for n, finding in enumerate(data_of(page)["findings"]):
        if finding["k"] == "m":
            assert page.found[str(n)] == finding["q"]


def test_a_plan_without_projects_has_a_page(tmp_path: Path) -> None:
    page = review(read(tmp_path, "某市关于优化营商环境的决定\n\n坚持以人民为中心。\n"))
    assert "未提及任何具体项目" in page
    assert Page(page).found == {}


FULL_TEXT = 40_000
"""The limit for these two tests: the reader takes seconds over the million characters that the page allows."""


@pytest.fixture
def _cut_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maps.review_text.FULL_TEXT", FULL_TEXT)


@pytest.mark.usefixtures("_cut_early")
def test_a_long_text_shows_passages_and_says_so(tmp_path: Path) -> None:
    filler = "坚持以人民为中心，持续优化营商环境，提升公共服务水平。\n"
    gap = filler * (FULL_TEXT // 2 // len(filler) + 1)
    reading = read(tmp_path, f"{gap}(一)加快建设合新高铁。\n{gap}(二)谋划推进巢马城际铁路。\n" + filler * 100)
    length = len(reading.texts[0].text)
    text = review(reading)
    page = Page(text)
    assert len(text) < 120_000
    assert f"本文件共 {length:,} 字" in text
    for n, finding in enumerate(data_of(page)["findings"]):
        assert page.found[str(n)] == finding["q"]
    shown = [line for line in page.lines if not line.startswith("略去")]
    left_out = [int(line.split()[1].replace(",", "")) for line in page.lines if line.startswith("略去")]
    assert len(left_out) == 3
    # Every character is either shown or counted as left out; a line end is one character.
    windows = len(left_out) - 1
    assert sum(map(len, shown)) + (len(shown) - windows) + sum(left_out) == length
    assert max(map(len, shown)) <= 2 * AROUND + 40


@pytest.mark.usefixtures("_cut_early")
def test_a_text_without_line_ends_is_cut_too(tmp_path: Path) -> None:
    clause = "坚持以人民为中心持续优化营商环境，"
    gap = clause * (FULL_TEXT // len(clause) + 1)
    page = Page(review(read(tmp_path, f"{gap}。加快建设合新高铁。{gap}")))
    assert sum(len(line) for line in page.lines) < 3 * AROUND
    assert "加快建设合新高铁" in "".join(page.lines)


# In the browser ------------------------------------------------------------------------------------------------------


def visit(browser: Any, path: Path) -> Visit:
    made = Visit(browser, path, width=1440, height=900)
    made.page.wait_for_selector("body[data-ready]", timeout=20_000, state="attached")
    return made


@pytest.mark.browser
@in_browser
def test_a_click_shows_project_stage_and_words(browser: Any, tmp_path: Path) -> None:
    seen = visit(browser, write_review(tmp_path / "review.html", read(tmp_path, PLAN)))
    seen.page.click("#text .f:text('合新高铁')")
    detail = seen.page.inner_text("#detail")
    for part in ("合新高铁", "前期工作", "铁路", "阶段依据", "加快推进"):
        assert part in detail, part
    lit = seen.page.eval_on_selector_all("#text .w.on", "nodes => nodes.map(n => n.textContent)")
    assert lit[0] == "加快推进"
    assert lit[-1].endswith("前期工作")
    background = seen.page.eval_on_selector("#text .m-rail", "n => getComputedStyle(n).backgroundColor")
    pale = style.tint(style.MODES[Mode.RAIL].colour, 0.84)
    assert background == f"rgb({', '.join(str(int(pale[i : i + 2], 16)) for i in (1, 3, 5))})"
    seen.page.click("#tab-t")
    seen.page.click("#entries button")
    assert "700" in seen.page.inner_text("#detail")
    seen.close()


@pytest.mark.browser
@in_browser
def test_filter_and_keys(browser: Any, tmp_path: Path) -> None:
    reading = read(tmp_path, PLAN)
    seen = visit(browser, write_review(tmp_path / "review.html", reading))
    modes = reading.register.projects["mode"].value_counts()
    assert seen.page.locator("#entries button").count() == modes.sum()
    seen.page.click("label.chip.m-rail")
    assert seen.page.locator("#entries button").count() == modes.sum() - modes["rail"]
    assert "faded" in seen.page.locator("#text .m-rail").first.get_attribute("class")
    seen.page.click("label.chip.m-rail")
    seen.page.fill("#search", "巢马")
    assert seen.page.locator("#entries button").count() == 1
    seen.page.fill("#search", "")
    seen.page.select_option("#stage", "preparatory")
    stages = reading.register.projects["status"].value_counts()
    assert seen.page.locator("#entries button").count() == stages["preparatory"]
    seen.page.evaluate("document.activeElement.blur()")
    seen.page.keyboard.press("j")
    first = seen.page.inner_text("#detail h3")
    seen.page.keyboard.press("j")
    assert seen.page.inner_text("#detail h3") != first
    seen.page.keyboard.press("k")
    assert seen.page.inner_text("#detail h3") == first
    seen.close()


@pytest.mark.browser
@in_browser
def test_corrections_made_on_the_page_are_applied_at_the_next_reading(browser: Any, tmp_path: Path) -> None:
    earlier = pd.DataFrame(
        [
            ["set", "", "巢马城际", "", "opening_year", "2028", 'earlier, with = and "quotes"'],
            ["drop", "", "没有的铁路", "", "", "", ""],
        ],
        columns=CORRECTIONS.names,
    )
    reading = read(tmp_path, PLAN, corrections=earlier)
    ids = dict(zip(reading.register.projects["name"], reading.register.projects["project_id"], strict=True))
    seen = visit(browser, write_review(tmp_path / "review.html", reading))
    assert "没有的铁路" in seen.page.inner_text("#corrections .why")  # what was not applied says why
    seen.page.click("#text .f:text('合新高铁')")
    seen.page.select_option("#set-status", "operating")
    seen.page.fill("#set-name", "合肥—新沂高速铁路")
    seen.page.fill("#set-note", "=1+1")
    seen.page.click("#detail button.main")
    seen.page.click("#text .f.m-highway")
    seen.page.click("#detail button:has-text('删除')")
    assert seen.page.locator("#entries .dropped").count() == 1
    # Words that were not read, selected by hand.
    seen.page.evaluate(
        """() => { const walker = document.createTreeWalker(document.querySelector(".body"), NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode());) { const at = node.data.indexOf("集疏运体系");
          if (at >= 0) { getSelection().setBaseAndExtent(node, at, node, at + 5); break; } }
        document.getElementById("text").dispatchEvent(new MouseEvent("mouseup", {bubbles: true})); }"""
    )
    seen.page.wait_for_selector("#detail h3:text('新增项目')")
    seen.page.click("#detail button.main")
    with seen.page.expect_download() as download:
        seen.page.click("#corrections button.main")
    assert download.value.suggested_filename == "corrections.csv"
    content = seen.page.evaluate("tongtu.csv()")
    seen.page.reload()
    assert seen.page.evaluate("tongtu.csv()") == content  # not lost when the page is closed
    seen.requests = seen.requests[:1]
    seen.close()
    path = tmp_path / "corrections.csv"
    path.write_bytes(content.encode("utf-8"))
    again = read(tmp_path, PLAN, corrections=read_corrections(path))
    assert again.corrections is not None
    assert list(again.corrections.loc[~again.corrections["applied"], "name"]) == ["没有的铁路"]
    assert 'earlier, with = and "quotes"' in set(again.corrections["note"])
    projects = again.register.projects.set_index("project_id")
    row = projects.loc[ids["合新高铁"]]
    assert (row["name"], row["status"]) == ("合肥—新沂高速铁路", "operating")
    assert "=1+1" in set(again.corrections["note"])
    assert projects.loc[ids["巢马城际"], "opening_year"] == 2028
    assert not (projects["mode"] == "highway").any()
    assert "集疏运体系" in set(again.register.mentions["quotation"])


@pytest.mark.browser
@in_browser
def test_hostile_text_does_not_run(browser: Any, tmp_path: Path) -> None:
    seen = visit(browser, write_review(tmp_path / "review.html", hostile(tmp_path)))
    title = seen.page.title()
    for k in ("m", "t", "d"):
        seen.page.click(f"#tab-{k}")
        for n in range(seen.page.locator("#entries button").count()):
            seen.page.locator("#entries button").nth(n).click()
    assert seen.page.title() == title != "ran"
    shown = seen.page.inner_text(".body")
    assert "<script>document.title='ran'</script>" in shown
    assert "${document.title='ran'}" in shown
    assert "&lt;b&gt;" in shown
    assert seen.page.locator(".c[data-c='U+202E']").count() == 1
    assert seen.page.locator(".c[data-c='U+2028']").count() == 1
    assert seen.page.locator("#text img, #text script, #list img, #panel img").count() == 0
    seen.close()


@pytest.mark.browser
@in_browser
def test_a_pdf_counts_the_text_written_beside(browser: Any, tmp_path: Path) -> None:
    """Print the plan as pdf, read it, and check every span in the text that is written beside."""
    pytest.importorskip("pdfplumber", reason="pdfplumber is not installed: pip install tongtu[pdf]")
    page = browser.new_page()
    page.set_content("".join(f"<p>{line}</p>" for line in PLAN.splitlines() if line))
    page.pdf(path=str(tmp_path / "plan.pdf"))
    page.close()
    reading = read_files([tmp_path / "plan.pdf"])
    write_reading(reading, tmp_path)
    text = (tmp_path / "text" / "plan.txt").read_bytes().decode("utf-8")
    assert len(reading.register.mentions) >= 1
    for row in reading.register.mentions.to_dict("records"):
        assert text[row["start"] : row["end"]] == row["quotation"]
    shown = Page(review(reading))
    assert "\n".join(shown.lines) == text
