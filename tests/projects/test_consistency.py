"""Plan against plan, on hand-made registers: every kind of disagreement, what is none, and laws."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from geo.errors import VocabularyError
from layers.schema import FEATURES
from projects.consistency import inconsistencies
from projects.reading import read_files
from projects.schema import CONSISTENCY, MENTIONS, PROJECTS, TARGETS
from projects.verdict.reference_targets import reference_targets

DOCUMENTS = [
    {"document": "皖", "date": "2021", "region": "安徽省"},
    {"document": "苏", "date": "2020-06", "region": "江苏省"},
    {"document": "合", "date": "2020-04", "region": "合肥市"},
    {"document": "芜", "date": "2019", "region": "芜湖市"},
]


def register(*rows: tuple[str, str, dict[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Projects with id, places, and the stage that each document states."""
    projects = [
        {
            "project_id": key,
            "name": f"{key}线",
            "mode": "rail",
            "work": "new",
            "status": "proposed",
            "places": places,
            "documents": "|".join(said),
        }
        for key, places, said in rows
    ]
    mentions = [
        {
            "project_id": key,
            "document": document,
            "clause": "1",
            "start": 10 * i,
            "end": 10 * i + 5,
            "name": key,
            "quotation": key,
            "status": status,
        }
        for i, (key, _, said) in enumerate(rows)
        for document, status in said.items()
    ]
    return PROJECTS.coerce(pd.DataFrame(projects)), MENTIONS.coerce(pd.DataFrame(mentions))


def found(*rows: tuple[str, str, dict[str, str]], **options: object) -> list[tuple[str, str, str, str]]:
    projects, mentions = register(*rows)
    documents = options.pop("documents", DOCUMENTS)
    table = inconsistencies(projects, mentions, TARGETS.empty(), documents, **options)  # type: ignore[arg-type]
    CONSISTENCY.validate(table)
    return [(r["kind"], r["subject_id"], r["document_a"], r["document_b"]) for r in table.to_dict("records")]


def test_stages_that_differ_older_plan_first() -> None:
    rows = found(("a", "合肥-六安", {"合": "starting", "皖": "under_construction"}))
    assert rows == [("stage", "a", "合", "皖")]


def test_a_newer_plan_that_is_less_far_asks_for_a_check() -> None:
    projects, mentions = register(("a", "合肥-六安", {"合": "under_construction", "皖": "starting"}))
    table = inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS)
    assert "请核对" in table["note"].iloc[0]
    undated = [d | {"date": ""} for d in DOCUMENTS]
    assert "日期不明" in inconsistencies(projects, mentions, TARGETS.empty(), undated)["note"].iloc[0]


def test_unstated_stages_and_stages_within_one_plan_are_no_disagreement() -> None:
    assert found(("a", "合肥-六安", {"合": "unspecified", "皖": "starting"})) == []
    projects, mentions = register(("a", "合肥-六安", {"合": "starting"}))
    twice = pd.concat([mentions, mentions.assign(start=90, end=95, status="under_construction")])
    assert inconsistencies(projects, twice, TARGETS.empty(), DOCUMENTS).empty


def test_the_silent_neighbour_by_hand() -> None:
    """宁芜铁路: 芜湖 names it, it ends in 南京, and the plan of 江苏 does not."""
    other = ("b", "苏州-无锡", {"苏": "starting"})
    assert found(("a", "南京-芜湖", {"芜": "preparatory"}), other) == [("neighbour_silent", "a", "芜", "苏")]
    # Named on both sides: nothing. Within one region: nothing. In a wider plan of the own side: nothing (it is coarser).
    assert found(("a", "南京-芜湖", {"芜": "starting", "苏": "starting"}), other) == []
    inside = ("a", "合肥-巢湖", {"合": "starting"})
    assert found(inside, other, ("c", "蚌埠-宿州", {"皖": "starting"})) == []


def test_a_plan_that_names_no_project_is_not_silent_about_one() -> None:
    assert found(("a", "南京-芜湖", {"芜": "preparatory"})) == []


def test_the_drawing_shows_a_region_that_the_name_does_not() -> None:
    projects, mentions = register(("a", "合肥-某地", {"合": "starting"}), ("b", "芜湖-宣城", {"芜": "starting"}))
    line = LineString([(117.3, 31.8), (118.35, 31.1)])  # from 合肥 across the Yangtze to south of 芜湖
    for method, expected in (("nodes", ["neighbour_silent"]), ("straight", [])):
        data = {
            "feature_id": ["a"],
            "origin": "project",
            "name": "a",
            "mode": "rail",
            "status": "starting",
            "drawn_by": method,
        }
        features = gpd.GeoDataFrame(FEATURES.coerce(pd.DataFrame(data)), geometry=[line], crs=4326)
        table = inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS, features=features)
        assert table["kind"].tolist() == expected
    assert len(table) == 0


def test_a_project_that_a_newer_plan_of_the_region_no_longer_names() -> None:
    documents = [
        {"document": "旧", "date": "2016-03", "region": "合肥市"},
        {"document": "新", "date": "2021-02", "region": "合肥"},
        {"document": "皖", "date": "2022", "region": "安徽省"},
    ]
    rows = (
        ("gone", "合肥-六安", {"旧": "preparatory"}),
        ("kept", "合肥-巢湖", {"旧": "preparatory", "新": "preparatory"}),
        ("new", "合肥-淮南", {"新": "starting"}),
        ("wider", "安庆-池州", {"皖": "starting"}),
    )
    assert found(*rows, documents=documents) == [("no_longer_named", "gone", "旧", "新")]
    undated = [d | {"date": ""} for d in documents]
    assert found(*rows, documents=undated) == []


def targets(*rows: tuple[str, str, float, str, str, int | None]) -> pd.DataFrame:
    names = ["document", "comparator", "value", "unit", "area", "year"]
    data = pd.DataFrame(rows, columns=names).assign(indicator="railway_network_density", indicator_zh="铁路网密度")
    return TARGETS.coerce(data.assign(start=range(len(rows)), end=99))


@pytest.mark.parametrize(
    ("one", "other", "note"),
    [
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 650, "km/10000km2", "合肥市", 2025), "不同"),
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 6.5, "km/100km2", "合肥", None), "不同"),
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", "<=", 650, "km/10000km2", "合肥", 2025), "不能同时"),
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 7, "km/100km2", "合肥", 2025), ""),  # the same
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 800, "km/10000km2", "合肥", 2030), ""),  # later
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 400, "km/10000km2", "安徽", 2025), ""),
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("合", ">=", 710, "km/10000km2", "合肥", 2025), ""),
        (("合", ">=", 700, "km/10000km2", "合肥", 2025), ("皖", ">=", 650, "%", "合肥", 2025), ""),
    ],
)
def test_targets_that_contradict_each_other(one: tuple, other: tuple, note: str) -> None:  # type: ignore[type-arg]
    table = inconsistencies(PROJECTS.empty(), MENTIONS.empty(), targets(one, other), DOCUMENTS)
    assert len(table) == bool(note)
    if note:
        row = table.iloc[0]
        assert (row["kind"], row["document_a"], row["document_b"], row["area"]) == ("target", "合", "皖", "合肥")
        assert note in row["note"]
        assert row["said_a"] == ">= 700 km/10000km2 (2025)"


STAGES = st.sampled_from(["proposed", "preparatory", "starting", "under_construction", "unspecified"])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["皖", "苏", "合", "芜"]), STAGES, min_size=1), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter_and_agreement_is_silent(said: list[dict[str, str]], random: object) -> None:
    projects, mentions = register(*((f"p{i}", "南京-芜湖-合肥", of) for i, of in enumerate(said)))
    table = inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS)
    documents = list(DOCUMENTS)
    random.shuffle(documents)  # type: ignore[attr-defined]
    other = inconsistencies(projects.iloc[::-1], mentions.iloc[::-1], TARGETS.empty(), documents)
    pd.testing.assert_frame_equal(table, other)
    stages = table[table["kind"] == "stage"]
    assert (stages["said_a"] != stages["said_b"]).all()
    pairs = sum(
        1 for of in said for a in of for b in of if a < b and of[a] != of[b] and "unspecified" not in (of[a], of[b])
    )
    assert len(stages) == pairs  # a row per pair of documents that state different stages, and no other
    named = {(f"p{i}", document) for i, of in enumerate(said) for document in of}
    silent = table[table["kind"] == "neighbour_silent"]
    assert not {(r["subject_id"], r["document_b"]) for r in silent.to_dict("records")} & named


def test_the_five_plans_disagree_where_the_issue_says(shared: Path) -> None:
    """宁芜 is named by 芜湖 alone although it ends in 南京; 合新 stands at different stages in three plans."""
    dates = {"hefei.txt": "2020-04", "wuhu.txt": "2019", "jiangsu.txt": "2020"}
    reading = read_files([shared / "plans" / f"{n}.txt" for n in ("hefei", "wuhu", "anhui", "jiangsu")], dates=dates)
    table = inconsistencies(reading.register.projects, reading.register.mentions, reading.targets, reading.documents)
    silent = table[table["kind"] == "neighbour_silent"]
    ningwu = silent[silent["subject"].str.contains("宁芜铁路")]
    assert set(zip(ningwu["document_a"], ningwu["document_b"], strict=True)) == {("wuhu", "jiangsu")}
    stages = table[table["kind"] == "stage"]
    hexin = stages[stages["subject"].str.contains("合新|合肥—新沂")]
    assert {"hefei", "anhui"} <= set(hexin["document_a"]) | set(hexin["document_b"])


def test_what_the_neighbour_may_call_by_another_name() -> None:
    """马鞍山—南京城际 of one side is 宁扬宁马铁路 of the other: two places in common, the same mode."""
    projects, mentions = register(
        ("一", "马鞍山-南京", {"皖": "under_construction"}),
        ("二", "南京-扬州-马鞍山", {"苏": "starting"}),
        ("三", "南京-滁州", {"皖": "starting"}),
    )
    table = inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS).set_index("subject_id")
    assert "可能即文件乙中的 二线" in table.loc["一", "note"]
    assert "可能即" not in table.loc["三", "note"]
    english = inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS, lang="en").set_index("subject_id")
    assert "may be what plan b calls 二线" in english.loc["一", "note"]
    with pytest.raises(VocabularyError, match="zh, en"):
        inconsistencies(projects, mentions, TARGETS.empty(), DOCUMENTS, lang="de")


def test_a_density_and_a_length_are_one_promise() -> None:
    """合肥: 700 km/10⁴ km² on 11,445 km² are 801 km; 1000 km are another promise, 801 km the same."""
    density = {"indicator": "railway_network_density", "value": 700.0, "unit": "km/10000km2", "document": "合"}
    length = {"indicator": "railway_length", "value": 1000.0, "unit": "km", "document": "皖"}
    common = {"comparator": ">=", "year": 2025, "area": "合肥", "start": 1, "end": 2, "indicator_zh": "铁路"}
    both = TARGETS.coerce(pd.DataFrame([density | common, length | common]))
    projects, mentions = register(("a", "合肥", {"合": "starting"}))
    table = inconsistencies(projects, mentions, both, DOCUMENTS)
    assert table["kind"].tolist() == ["target"]
    assert "甲 801 km, 乙 1000 km" in table["note"].iloc[0]
    same = both.assign(value=[700.0, 801.0])
    assert inconsistencies(projects, mentions, same, DOCUMENTS).empty
    # Unlike things are not compared: a count of airports and kilometres of railway.
    other = both.assign(indicator=["railway_network_density", "airports"], unit=["km/10000km2", "airports"])
    assert inconsistencies(projects, mentions, other, DOCUMENTS).empty


def test_the_national_target_and_the_railways_own_plan() -> None:
    """507 km/10⁴ km² on the published areas are 18,209 km; 上海局 plans some 16,700: they divide by something else."""
    projects, mentions = register(("a", "合肥", {"合": "starting"}))
    table = inconsistencies(projects, mentions, reference_targets(), DOCUMENTS)
    delta = table[(table["area"] == "长三角") & (table["subject_id"] == "railway_network_density")]
    assert len(delta) == 2
    assert delta["note"].str.contains("18209 km").all()
