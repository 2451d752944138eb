"""The register: merging within a document, linking across documents, ids that do not depend on what is read together."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from projects.documents import Document, parse_document, read_document
from projects.register import Register, normalise, read_plans
from projects.schema import MENTIONS, PROJECTS


def plan(text: str, name: str = "a", region: str = "合肥市", date: str = "") -> Document:
    return parse_document(text, document=name, region=region, date=date)


def row(register: Register, name: str) -> dict[str, object]:
    table = register.projects
    found = table[table["name"] == name]
    assert len(found) == 1, list(table["name"])
    return dict(found.iloc[0])


def test_a_repeated_name_is_one_row_with_every_mention() -> None:
    text = "一、铁路\n(1)推进合新高铁、巢马城际前期工作。\n专栏8 铁路工程\n开工建设合新高铁、巢马城际等。\n"
    register = read_plans([plan(text)])
    assert sorted(register.projects["name"]) == ["合新高铁", "巢马城际"]
    assert row(register, "合新高铁")["status"] == "starting"  # the later-reached stage
    assert row(register, "合新高铁")["clauses"] == "a:(1)|a:专栏8"
    project_id = str(row(register, "合新高铁")["project_id"])
    assert register.history(project_id) == [
        ("", "a", "(1)", "preparatory"),
        ("", "a", "专栏8", "starting"),
    ]


def test_a_line_and_its_section_are_two_rows() -> None:
    register = read_plans([plan("加快建设商合杭铁路,确保2019年底前商合杭铁路北段建成通车。")])
    assert sorted(register.projects["name"]) == ["商合杭铁路", "商合杭铁路北段"]
    register = read_plans([plan("推进合裕线扩能改造(巢湖一线船闸改建)。")])
    assert len(register.projects) == 2


def test_the_same_line_in_several_plans_is_one_row() -> None:
    documents = [
        plan("推进合新高铁前期工作。", "hefei", "合肥市"),
        plan("加快合肥—新沂高铁安徽段建设。", "anhui", "安徽省"),
        plan("推動合新、寧淮等鐵路規劃項目開工建設。", "jiangsu", "江苏省"),
    ]
    register = read_plans(documents)
    linked = register.projects[register.projects["documents"].str.count(r"\|") == 2]
    assert list(linked["places"]) == ["合肥-新沂"]
    assert list(linked["status"]) == ["under_construction"]
    # The whole line, although one plan names only its part in 安徽; that part's name is an alias, its mention keeps it.
    assert list(linked["name"]) == ["合新高铁"]
    assert list(linked["section"].fillna("")) == [""]
    assert set(linked.iloc[0]["aliases"].split("|")) >= {"合肥—新沂高铁安徽段", "合新铁路", "合新"}
    assert set(register.mentions["name"]) >= {"合新高铁", "合肥—新沂高铁安徽段"}


def test_the_stage_history_goes_by_document_date() -> None:
    """The order is that of the dates, not of the files or names; a document of unknown date belongs nowhere."""
    register = read_plans(
        [
            plan("开工建设合新高铁。", "b", date="2021-11-12"),
            plan("推进合新高铁前期工作。", "c", date="2020-04"),
            plan("谋划合新高铁。", "a"),
        ]
    )
    project_id = str(row(register, "合新高铁")["project_id"])
    assert [(date, document, status) for date, document, _, status in register.history(project_id)] == [
        ("2020-04", "c", "preparatory"),
        ("2021-11-12", "b", "starting"),
        ("", "a", "proposed"),
    ]
    assert row(register, "合新高铁")["history"] == "2020-04 c preparatory|2021-11-12 b starting|? a proposed"
    assert row(register, "合新高铁")["status"] == "starting"


def test_a_section_stays_one_where_every_plan_means_it() -> None:
    register = read_plans(
        [plan("加快合肥—新沂高铁安徽段建设。", "anhui"), plan("推进合肥—新沂高铁安徽段建设。", "bengbu")]
    )
    assert list(register.projects["name"]) == ["合肥—新沂高铁安徽段"]
    assert list(register.projects["section"]) == ["安徽段"]


def test_different_sections_of_one_line_make_the_whole_line() -> None:
    register = read_plans(
        [plan("加快合肥—新沂高铁安徽段建设。", "anhui"), plan("推进合新高铁江苏段建设。", "jiangsu", "江苏省")]
    )
    assert list(register.projects["section"].fillna("")) == [""]
    assert list(register.projects["name"]) == ["合肥—新沂高铁"]


def test_a_line_and_its_part_in_one_document_stay_two_rows_beside_other_documents() -> None:
    register = read_plans(
        [
            plan("推进合新高铁前期工作。加快合新高铁安徽段建设。", "one"),
            plan("加快合肥—新沂高铁安徽段建设。", "two", "安徽省"),
        ]
    )
    assert sorted(register.projects["name"]) == ["合新高铁", "合新高铁安徽段"]


def test_lines_on_one_corridor_are_related_not_merged() -> None:
    """马鞍山 lies on 南京–芜湖; 宣城 does not, and a railway is no expressway."""
    register = read_plans(
        [
            plan("推进宁马高速公路江苏段改扩建。", "jiangsu", "江苏省"),
            plan("推进宁芜高速扩容改造、芜宣高速改扩建。谋划宁芜铁路电气化改造。", "wuhu", "芜湖市"),
        ]
    )
    flags = {str(r["name"]): str(r["flags"]) for r in register.projects.to_dict("records")}
    ids = dict(zip(register.projects["name"], register.projects["project_id"], strict=True))
    assert f"related:{ids['宁芜高速']}" in flags["宁马高速公路江苏段"]
    assert f"related:{ids['宁马高速公路江苏段']}" in flags["宁芜高速"]
    assert "related:" not in flags["芜宣高速"]
    assert "related:" not in flags["宁芜铁路"]


def test_a_facility_named_by_its_cities_or_their_short_names_is_one() -> None:
    """芜宣 is 芜湖 and 宣城; 芜合 would not be."""
    register = read_plans([plan("加快建设芜湖宣城机场。", "wuhu", "芜湖市"), plan("建成芜宣机场。", "anhui", "安徽省")])
    assert list(register.projects["documents"]) == ["wuhu|anhui"] or list(register.projects["documents"]) == [
        "anhui|wuhu"
    ]
    assert {*register.projects["name"], *register.projects["aliases"][0].split("|")} == {
        "芜湖宣城机场",
        "芜宣机场",
    }


def test_two_names_of_one_road_are_related_whatever_lies_between() -> None:
    """合巢芜高速 and 芜合高速 join the same cities, the one told by way of 巢湖; widening and building are one family."""
    register = read_plans([plan("推进合巢芜高速改扩建。", "hefei"), plan("加快芜合高速项目建设。", "wuhu", "芜湖市")])
    ids = dict(zip(register.projects["name"], register.projects["project_id"], strict=True))
    flags = dict(zip(register.projects["name"], register.projects["flags"], strict=True))
    assert f"related:{ids['芜合高速']}" in flags["合巢芜高速"]
    assert f"related:{ids['合巢芜高速']}" in flags["芜合高速"]


def test_a_branch_tells_its_trunk() -> None:
    register = read_plans(
        [plan("谋划苏皖天然气合肥联络线。", "hefei"), plan("建设苏皖天然气管道。", "jiangsu", "江苏省")]
    )
    ids = dict(zip(register.projects["name"], register.projects["project_id"], strict=True))
    flags = dict(zip(register.projects["name"], register.projects["flags"], strict=True))
    assert flags["苏皖天然气合肥联络线"] == f"part_of:{ids['苏皖天然气管道']}"
    assert "part_of" not in flags["苏皖天然气管道"]


def test_a_line_along_a_river_is_linked_by_its_name() -> None:
    register = read_plans(
        [plan("推动北沿江铁路开工建设。", "jiangsu", "江苏省"), plan("推进北沿江高铁安徽段建设。", "wuhu", "芜湖市")]
    )
    assert len(register.projects) == 1


def test_a_broken_name_joins_the_sound_one_that_alone_completes_it() -> None:
    register = read_plans([plan("谋划合肥—淮南城际铁路。加快合肥—淮?城际铁路建设。")])
    assert list(register.projects["name"]) == ["合肥—淮南城际铁路"]
    assert list(register.projects["aliases"]) == ["合肥—淮?城际铁路"]
    assert list(register.projects["flags"]) == ["damaged"]
    assert list(register.projects["status"]) == ["under_construction"]
    # Two names complete 合?高铁: nothing is certain, so nothing is repaired.
    register = read_plans([plan("加快合肥—新沂高铁、合肥—新郑高铁建设。谋划合肥—新?高铁。")])
    assert len(register.projects) == 3


def test_what_looks_alike_but_differs_is_not_linked() -> None:
    register = read_plans(
        [
            plan(
                "推进宁芜铁路电气化改造前期工作。推进宁芜高速扩容改造。谋划沪通铁路一期、沪通铁路二期。",
                region="芜湖市",
            )
        ]
    )
    assert sorted(register.projects["name"]) == ["宁芜铁路", "宁芜高速", "沪通铁路一期", "沪通铁路二期"]


def test_the_id_does_not_depend_on_what_is_read_together() -> None:
    one, two = plan("推进合新高铁前期工作。", "a"), plan("加快建设商合杭铁路、合新高铁。", "b")
    alone = set(read_plans([one]).projects["project_id"])
    together = set(read_plans([two, one]).projects["project_id"])
    assert alone < together
    assert set(read_plans([one, two]).projects["project_id"]) == together


def test_tables_keep_their_contracts_and_are_ordered() -> None:
    register = read_plans([plan("加快建设合新高铁、明巢高速。谋划庐江通用机场。")])
    PROJECTS.validate(register.projects)
    MENTIONS.validate(register.mentions)
    assert list(register.projects["project_id"]) == sorted(register.projects["project_id"])
    assert list(register.projects.columns) == PROJECTS.names


def test_a_plan_without_project_gives_empty_tables() -> None:
    register = read_plans([plan("加快高铁建设,打通断头路。")])
    assert register.projects.empty
    assert list(register.mentions.columns) == MENTIONS.names


def test_two_documents_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="documents with one name: a"):
        read_plans([plan("甲。"), plan("乙。")])


def test_progress_is_told_document_by_document() -> None:
    calls: list[tuple[int, int]] = []
    read_plans([plan("甲。", "a"), plan("乙。", "b")], progress=lambda done, of: calls.append((done, of)))
    assert calls == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    "a, b",
    [
        ("黄山—千岛湖高速公路", "黄山-千岛湖高速"),
        ("合宁高速改扩建工程", "合宁高速"),
        ("南宁至百色高速公路", "南宁—百色高速"),
    ],
)
def test_names_are_compared_without_punctuation_and_work(a: str, b: str) -> None:
    assert normalise(a) == normalise(b)


def _scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_extraction", shared / "tools" / "score_extraction.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["hefei", "anhui", "fujian_2025", "guangxi_2025"])
def test_hand_made_registers_are_met(shared: Path, tmp_path: Path, name: str) -> None:
    """F1 and stages at least 0.93, works 0.95, as issue 3 asks; two readers agree at 0.97."""
    scorer = _scorer(shared)
    register = read_plans([read_document(shared / "plans" / f"{name}.txt")])
    register.projects.to_csv(tmp_path / "p.csv", index=False)
    score = scorer.score(tmp_path / "p.csv", shared / "gold" / f"{name}.csv")
    summary = scorer.summary(score)
    assert summary["F1"] >= 0.93
    assert summary["status"] >= 0.93
    assert summary["work"] >= 0.95
    assert not score["wrong_mode"]
    kinds = [(g, p) for g, p in score["hits"] if g["kind"]]
    assert sum(g["kind"] == p["kind"] for g, p in kinds) >= 0.9 * len(kinds)


def test_a_plan_that_names_no_project_has_none(shared: Path) -> None:
    assert read_plans([read_document(shared / "plans" / "fuyang.txt")]).projects.empty


@pytest.mark.parametrize(
    "text, names",
    [
        ("推进金台城际铁路前期工作。金台铁路建成通车。", {"金台城际铁路", "金台铁路"}),
        ("加快合湛高铁、合湛铁路建设。", {"合湛高铁", "合湛铁路"}),
        ("推进合新高铁前期工作。合新铁路力争开工。", {"合新高铁"}),  # the next stage of the same line
        ("推进京沪高速铁路前期工作,打通京沪铁路通道。", {"京沪高速铁路"}),
    ],
)
def test_two_types_of_railway_between_the_same_cities_are_two_rows_where_a_document_tells_them_apart(
    text: str, names: set[str]
) -> None:
    assert set(read_plans([plan(text)]).projects["name"]) == names
