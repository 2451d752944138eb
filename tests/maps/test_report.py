"""The report, parsed: what it counts, what it says of targets, and that it is sealed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from layers.schema import FEATURES, INDICATORS, TRAVEL_TIMES
from maps.report import report, write_report
from maps.report_tables import grade_rows, number, travel_gains, travel_matrices
from projects.schema import (
    ASSESSMENT,
    CLOSING,
    CONSISTENCY,
    MENTIONS,
    PROJECTS,
    SENSITIVITY,
    TARGETS,
    VERDICTS,
)
from projects.verdict.verdicts import Verdicts
from tests.maps import sample
from tests.maps.test_web import Page, sealed

DOCUMENTS = [
    {"document": "样例规划", "title": "样例市综合交通规划", "date": "2021-08-01", "sha256": "ab" * 32},
    {"document": "样例纲要", "title": "样例纲要", "date": "", "sha256": "cd" * 32},
]


def times() -> pd.DataFrame:
    rows = [
        ("甲城", "乙城", "today", 60.0, ""),
        ("乙城", "甲城", "today", 61.0, ""),
        ("甲城", "丙城", "today", None, "没有铁路"),
        ("甲城", "乙城", "plan", 45.0, ""),
        ("乙城", "甲城", "plan", 44.0, ""),
        ("甲城", "丙城", "plan", 50.0, ""),
    ]
    table = pd.DataFrame(rows, columns=["from", "to", "scenario", "travel_time_min", "note"])
    return TRAVEL_TIMES.coerce(table.assign(mode="rail", as_of="2025-06"))


def tables(**changes: Any) -> dict[str, Any]:
    return {
        "projects": sample.projects(),
        "mentions": sample.mentions(),
        "targets": sample.targets(),
        "assessment": sample.assessment(),
        "indicators": sample.indicators(),
        "travel_times": times(),
        "features": sample.features(),
        "documents": DOCUMENTS,
        "title": "评估报告",
    } | changes


class Cells(HTMLParser):
    """Rows of the tables below each second heading, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: dict[str, list[list[str]]] = {}
        self.section = ""
        self._cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Follow headings, rows and cells."""
        if tag == "h2":
            self.section = str(dict(attrs).get("id"))
        elif tag == "tr":
            self.rows.setdefault(self.section, []).append([])
        elif tag in {"td", "th"}:
            self.rows[self.section][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        """Leave a cell."""
        if tag in {"td", "th"}:
            self._cell = False

    def handle_data(self, data: str) -> None:
        """Add text to the cell."""
        if self._cell:
            self.rows[self.section][-1][-1] += data.strip()


@pytest.fixture(scope="module")
def text() -> str:
    return report(**tables())


def test_the_page_is_sealed(text: str) -> None:
    sealed(Page(text))


def test_tiles_by_hand(text: str) -> None:
    # 14 projects, one of them (无名工程) not drawn: 13 / 14 = 92.86 %. Under construction: 甲庚高铁, 甲己高速, 乙戊运河, 甲城机场.
    words = re.sub(r"<[^>]+>", "|", text)
    for part in ("14", "其中在建 4 项", "占 93%", "现状达到 1 项，计入规划项目达到 2 项", "提及 21 处"):
        assert part in words
    # Drawn straight: 甲丙, 甲戊, 辛甲; as corridors: 乙辛, 庚甲; by its area: 戊城. Doubtful: 甲城至戊城.
    assert "存疑 1 项，文件不一致 0 处，位置为示意 6 项" in words


def test_the_lead_counts_by_hand(text: str) -> None:
    # Of ROWS: operating 丁庚; under construction 甲庚, 甲己, 乙戊, 甲城机场; starting 甲丙, 辛甲; preparatory 丙辛, 乙辛;
    # proposed 甲戊, 丁城机场; the other three are unspecified. Targets: expressways are met, railways only with projects.
    assert (
        "2 份规划文件共提出 14 个项目：建成运营 1 项、在建 4 项、开工 2 项、前期工作 2 项、规划研究 2 项、阶段未明 3 项。"
        in text
    )
    assert "可与测算值对照的目标 2 项：现状达到 1 项、计入规划项目方能达到 1 项。" in text


def test_documents_are_named_by_region_and_year_where_that_is_one(text: str) -> None:
    first, second = (
        {**document, "region": region, "date": "2021-08"}
        for document, region in zip(DOCUMENTS, ("甲市", "乙市"), strict=True)
    )
    made = report(**tables(documents=[first, second]))
    assert '<a class="where" href="#doc-样例规划" title="样例市综合交通规划">甲市 2021</a>' in made
    assert '<tr id="doc-样例规划"><td><b>甲市 2021</b></td><td>样例市综合交通规划</td>' in made
    twice = report(**tables(documents=[first, {**second, "region": "甲市"}]))
    assert "甲市 2021" not in twice  # two plans of one region and year: their titles tell them apart


def test_verdicts_in_plain_words(text: str) -> None:
    # The gap of the target as assessed: 700 - 575.5 = 124.5.
    assert (
        "甲城铁路网密度：目标不低于 700 公里/万平方公里（2025年）；现状 575.5，未达到，差 124.5；计入规划项目 731，达到"
        in text
    )
    assert "甲城高速公路密度：目标不低于 5 公里/百平方公里（2025年）；现状 5.4，达到；计入规划项目 6.1，达到" in text
    assert "另有 1 项目标不测算" in text
    assert '<li class="later">' in text


def test_an_upper_bound_is_exceeded_not_short() -> None:
    targets, assessment = sample.targets().iloc[:1].copy(), sample.assessment().iloc[:0].copy()
    targets["comparator"] = "<="
    row = sample.assessment().query("scenario == 'today' and indicator == 'railway_network_density'").copy()
    row["comparator"], row["measured_value"], row["gap"], row["met"] = "<=", 710.0, 10.0, False
    made = report(**tables(targets=targets, assessment=pd.concat([assessment, row])))
    assert "目标不高于 700" in made
    assert "超出 10" in made


def test_what_was_not_measured_has_no_verdict(text: str) -> None:
    row = next(row for row in Cells(text).rows["targets"] if row[1] == "机场旅客吞吐量")
    # No columns for values: it stands in the folded table, with the words of the plan and the reason.
    assert row[3:] == ["未写明", "样例纲要5机场旅客吞吐量达到2000以上", "本工具不测算客流"]
    measured = next(row for row in Cells(text).rows["targets"] if row[1] == "铁路网密度")
    assert measured[4:6] == ["575.5未达到，差 124.5", "731达到"]
    # Notes in the order of the table: 口径一致 (1) and 计入规划项目 (2).
    assert measured[7] == "1,2"
    assert '<li id="note-2">计入规划项目</li>' in text


def test_the_register_lists_every_project_once_with_its_words(text: str) -> None:
    rows = [row for row in Cells(text).rows["register"] if row[0] != "名称"]
    assert len(rows) == len(sample.ROWS)
    first = next(row for row in rows if row[0].startswith("甲庚高铁"))
    assert first[0] == "甲庚高铁又名 甲庚线、新庚高铁"
    assert first[2] == "在建"
    assert first[3] == "甲城-丁城-庚城"
    assert "样例市综合交通规划1" in first[7]  # the plan's title and the clause: never the short name of the file
    assert "加快建设甲庚高铁" in first[7]
    # Rail comes first, and within it what is furthest on.
    assert [row[0][:4] for row in rows[:4]] == ["甲庚高铁", "甲丙城际", "丙辛铁路", "甲城至戊"]


def test_not_drawn_and_doubtful_say_why(text: str) -> None:
    rows = Cells(text).rows
    assert rows["not-drawn"][1:] == [["无名工程", "–", "没有地点，无法绘制"]]
    assert rows["doubts"][1][:2] == ["甲城至戊城市域铁路", "地名有歧义"]


def test_plans_that_disagree_are_listed() -> None:
    mentions = sample.mentions()
    other = (mentions["project_id"] == "rail-002") & (mentions["document"] == "样例纲要")
    mentions.loc[other, "status"] = "proposed"
    assert "consistency" not in Cells(report(**tables())).rows  # no table where none disagrees
    rows = Cells(report(**tables(mentions=mentions))).rows["consistency"]
    assert [row[0] for row in rows[1:]] == ["甲丙城际铁路"]
    assert "规划研究" in rows[1][1]
    assert "开工" in rows[1][1]
    assert "日期不明" in rows[1][2]  # one of the two plans has no date


def disagreements() -> pd.DataFrame:
    rows = [
        ("target", "railway_network_density", "铁路网密度", ">= 700 km/10000km2 (2025)", ">= 650 km/10000km2 (2025)"),
        ("neighbour_silent", "rail-001", "甲庚高铁", "under_construction", ""),
        ("no_longer_named", "rail-003", "甲城至戊城市域铁路", "proposed", ""),
    ]
    table = pd.DataFrame(rows, columns=["kind", "subject_id", "subject", "said_a", "said_b"])
    return CONSISTENCY.coerce(
        table.assign(document_a="样例规划", clauses_a="3|4", document_b="样例纲要", area="甲城", note="请核对")
    )


def test_each_kind_of_disagreement_has_its_table() -> None:
    made = report(**tables(consistency=disagreements()))
    rows = Cells(made).rows["consistency"]
    assert [row[0] for row in rows if row[0] != "名称"] == ["铁路网密度", "甲庚高铁", "甲城至戊城市域铁路"]
    assert (
        rows[1][2]
        == "样例市综合交通规划 3、4: 不低于 700 公里/万平方公里 (2025)样例纲要: 不低于 650 公里/万平方公里 (2025)"
    )
    assert rows[3][2] == "样例市综合交通规划 3、4: 在建样例纲要: 未提及"
    assert "界内一侧未提及（1 项）" in made
    assert '<a href="#project-rail-001">甲庚高铁</a>' in made
    assert "The neighbour is silent (1)" in report(**tables(consistency=disagreements(), lang="en"))


def one_by_one() -> Verdicts:
    """The first target of the sample: 575.5 today, 731 with all projects, 124.5 missing on an area of 5,000 km²."""
    target = sample.targets().iloc[0].to_dict()
    key = {name: target[name] for name in ("document", "start", "indicator", "area")}
    line = target | {
        "verdict": "met_with_projects",
        "stage": "starting",
        "borderline": True,
        "plan_date": "2021-08",
        "value_at_plan_date": 540.0,
        "as_of": "2025-06",
        "value_today": 575.5,
        "value_under_construction": 640.0,
        "value_starting": 710.0,
        "value_preparatory": 720.0,
        "value_plan": 731.0,
        "value_own_plan": 690.0,
        "gap": 124.5,
        "missing": 62.25,
        "missing_unit": "km",
        "error_share": 0.06,
        "closing_projects": "甲庚高铁",
        "closing_note": "尚缺 62 km",
        "added_km": 77.75,
        "straight_share": 0.25,
        "corridor_share": 0.5,
        "early_share": 0.75,
        "official_value": 580.0,
        "official_as_of": "2025-01",
        "value_at_official_date": 570.0,
        "official_source": "样例公报 [A]",
        "definition_matters": True,
        "note": "口径一致",
    }
    project = {
        "order": 1,
        "project_id": "rail-001",
        "name": "甲庚高铁",
        "status": "under_construction",
        "drawn_by": "nodes",
    }
    closing = key | project | {"length_km": 64.0, "cumulative_km": 64.0, "needed_km": 62.25}
    variant = key | {"definition": "without_lakes", "unit": "km/10000km2", "bound": 700.0, "note": "扣除大湖"}
    variant |= {"value_today": 705.0, "value_plan": 890.0, "met_today": True, "met_plan": True}
    return Verdicts(
        VERDICTS.validate(VERDICTS.coerce(pd.DataFrame([line]))),
        CLOSING.validate(CLOSING.coerce(pd.DataFrame([closing]))),
        SENSITIVITY.validate(SENSITIVITY.coerce(pd.DataFrame([variant]))),
    )


def test_a_target_in_one_line_with_its_list_and_definitions() -> None:
    made = report(**tables(verdicts=one_by_one()))
    sealed(Page(made))
    rows = Cells(made).rows["verdict-table"]
    assert rows[1][3] == "计入阶段≥开工的项目后达到（临界）换口径则结论改变"
    assert rows[1][4:] == ["62 公里", "5402021-08", "575.5", "640", "710", "720", "731", "690"]
    assert rows[3] == ["扣除大湖面积", "705", "890", "扣除大湖"]
    assert '<a href="#project-rail-001">甲庚高铁</a> 64 km' in made
    assert "公布 580（2025-01），同期测算 570；样例公报 [A]" in made


def test_the_value_with_projects_is_not_taken_for_a_forecast() -> None:
    made = report(**tables(verdicts=one_by_one()))
    assert "计入规划项目 731，达到（非预测：新增 78 km 中直线示意 25%、走廊示意 50%，尚未在建 75%）" in made
    english = report(**tables(verdicts=one_by_one(), lang="en"))
    assert (
        "no forecast: of 78 km added, 25% drawn straight, 50% as corridors, 75% not yet under construction" in english
    )
    assert "（非预测：新增" not in report(**tables())


def test_share_of_grade_d_by_hand() -> None:
    network = pd.DataFrame(
        {
            "feature_id": ["a", "b", "c"],
            "origin": ["network", "network", "project"],
            "name": "x",
            "mode": "rail",
            "status": "operating",
            "drawn_by": "nodes",
            "length_km": [300.0, 100.0, 9999.0],
            "grade": ["B", "D", "D"],
        }
    )
    features = gpd.GeoDataFrame(FEATURES.coerce(network), geometry=[None] * 3, crs="EPSG:4326")
    found = grade_rows(features, {"grade_share": "{0}|{1}|{2}"})
    assert found["grade_share"] == "25|100|400"  # 100 of 400 km
    assert [(row["grade"], row["count"], row["raw_km"]) for row in found["grades"]] == [("B", 1, 300), ("D", 1, 100)]


def test_times_in_a_matrix() -> None:
    words = {"travel_title": "{0}/{1}/{2}", "mode_rail": "铁路", "empty": "–"}
    matrices = travel_matrices(times(), "zh", words)
    today = next(m for m in matrices if "现状" in m["title"])
    assert today["title"] == "铁路/现状/2025-06"
    assert today["columns"] == ["甲城", "乙城", "丙城"]
    cells = today["rows"][0]["cells"]
    assert [c["text"] for c in cells] == ["", "60", "–"]
    assert cells[2]["note"] == "没有铁路"
    assert [c["band"] for c in cells] == ["b0", "b2", "b0"]  # 60 minutes: above 30, not above 60


def test_gains_count_each_pair_once() -> None:
    # 甲-乙: 60 to 45 one way, 61 to 44 the other: the larger gain, 17. 甲-丙 had no way before: no gain in minutes.
    assert travel_gains(times()) == [{"pair": "乙城—甲城", "before": "61", "after": "44", "gain": "17"}]
    assert travel_gains(times()[times()["scenario"] == "today"]) == []


def test_every_link_leads_somewhere(text: str) -> None:
    for made in (text, report(**tables(lang="en"))):
        targets = re.findall(r'href="#([^"]+)"', made)
        ids = re.findall(r'\bid="([^"]+)"', made)
        assert len(targets) > 20
        assert set(targets) <= set(ids)
        assert len(ids) == len(set(ids))


def test_a_plan_without_projects_still_reports(tmp_path: Any) -> None:
    nothing = gpd.GeoDataFrame(FEATURES.empty(), geometry=[], crs="EPSG:4326")
    path = write_report(
        tmp_path / "report.html",
        projects=PROJECTS.empty(),
        mentions=MENTIONS.empty(),
        targets=TARGETS.empty(),
        assessment=ASSESSMENT.empty(),
        indicators=INDICATORS.empty(),
        travel_times=TRAVEL_TIMES.empty(),
        features=nothing,
        documents=[],
        title="空",
    )
    made = path.read_text(encoding="utf-8")
    assert "没有可识别的基础设施项目" in made
    sealed(Page(made))


def test_names_are_text() -> None:
    projects = sample.projects()
    nasty = "<img src=x onerror=alert(1)></td></script>{{7*7}}${1}"
    projects.loc[0, ["name", "aliases", "places"]] = nasty
    made = report(**tables(projects=projects, title=nasty))
    sealed(Page(made))
    assert not [tag for tag, _ in Page(made).tags if tag == "img"]
    assert nasty in "".join(Page(made).words)


def test_the_same_input_gives_the_same_text(text: str) -> None:
    assert report(**tables()) == text


def test_english_has_no_chinese_of_its_own() -> None:
    made = report(**tables(lang="en"))
    assert "target at least 700 km per 10,000 km² by 2025; Today 575.5, short by 124.5; With projects 731, met" in made
    assert "High-speed railway".lower() in made
    with pytest.raises(ValueError, match="'fr'"):
        report(**tables(lang="fr"))


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "0"), (-1234.56, "-1,234.6"), (1e6, "1,000,000"), (99.999, "100"), (0.1, "0.1")]
)
def test_numbers(value: float, expected: str) -> None:
    assert number(value) == expected
