"""A planner's corrections: what each does, that none is lost, that a second application changes nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from geo.errors import SchemaError
from layers.schema import Mode, Status, Work
from maps import style
from projects.corrections import (
    CORRECTIONS,
    SETTABLE,
    VOCABULARIES,
    apply_corrections,
    check_corrections,
    correct,
    read_corrections,
)
from projects.documents import parse_document
from projects.register import Register, read_plans
from projects.schema import MENTIONS, PROJECTS

HEAD = "action,project_id,name,document,column,value,note\n"


def register(*rows: dict[str, object]) -> Register:
    """Make a register of rows given by name; each has one mention per document."""
    projects, mentions = [], []
    for n, given_row in enumerate(rows):
        row: dict[str, object] = {
            "project_id": f"rail-{n:010x}",
            "mode": "rail",
            "work": "new",
            "status": "proposed",
            "documents": "a",
        } | given_row
        row.setdefault("clauses", "|".join(f"{d}:(1)" for d in str(row["documents"]).split("|")))
        projects.append(row)
        mentions += [
            {
                "project_id": row["project_id"],
                "document": d,
                "clause": "(1)",
                "start": 10 * n,
                "end": 10 * n + 4,
                "name": row["name"],
                "quotation": row["name"],
                "status": row["status"],
            }
            for d in str(row["documents"]).split("|")
        ]
    return Register(
        PROJECTS.coerce(pd.DataFrame(projects).sort_values("project_id", ignore_index=True)),
        MENTIONS.coerce(pd.DataFrame(mentions)).sort_values(list(MENTIONS.key), ignore_index=True),
    )


def rows(*given_rows: dict[str, str]) -> pd.DataFrame:
    """Make a corrections table whose rows are numbered as in a file."""
    full = [dict.fromkeys(CORRECTIONS.names, "") | row for row in given_rows]
    return pd.DataFrame(full, index=range(2, len(full) + 2))


def project(result: Register, project_id: str) -> dict[str, object]:
    found = result.projects[result.projects["project_id"] == project_id]
    return dict(found.iloc[0])


THREE = register(
    {"name": "甲乙铁路", "flags": "ambiguous_place|digits_lost", "aliases": "甲乙线"},
    {"name": "丙丁高速", "project_id": "highway-00000000ab", "mode": "highway", "documents": "a|b"},
    {"name": "戊己铁路", "documents": "b", "status": "under_construction", "aliases": "戊己线"},
)


def test_set_changes_the_column_and_flags_the_row_and_nothing_else() -> None:
    result, report = correct(
        THREE, rows({"action": "set", "name": "甲乙铁路", "column": "status", "value": "starting"})
    )
    row = project(result, "rail-0000000000")
    assert row["status"] == "starting"
    assert row["flags"] == "ambiguous_place|corrected|digits_lost"
    assert report[["row", "applied", "found"]].values.tolist() == [[2, True, "rail-0000000000"]]
    assert "proposed → starting" in report["reason"].iloc[0]
    assert_frame_equal(result.mentions, THREE.mentions)  # what the plan says stays
    assert_frame_equal(result.projects.iloc[[0, 2]], THREE.projects.iloc[[0, 2]])  # sorted: highway, rail, rail
    assert project(THREE, "rail-0000000000")["status"] == "proposed"


def test_a_corrected_name_keeps_its_id_and_the_old_name_as_alias() -> None:
    given_rows = rows({"action": "set", "name": "甲乙铁路", "column": "name", "value": "甲乙高铁"})
    result = apply_corrections(THREE, given_rows)
    row = project(result, "rail-0000000000")
    assert (row["name"], row["aliases"]) == ("甲乙高铁", "甲乙线|甲乙铁路")


def test_what_a_planner_settles_is_no_doubt_any_more() -> None:
    result = apply_corrections(
        THREE, rows({"action": "set", "name": "甲乙线", "column": "places", "value": "甲市—乙县"})
    )
    row = project(result, "rail-0000000000")
    assert (row["places"], row["flags"]) == ("甲市-乙县", "corrected|digits_lost")
    cleared = apply_corrections(THREE, rows({"action": "set", "name": "甲乙铁路", "column": "flags", "value": ""}))
    assert project(cleared, "rail-0000000000")["flags"] == "corrected"


def test_drop_takes_the_mentions_along() -> None:
    result = apply_corrections(THREE, rows({"action": "drop", "name": "丙丁高速"}))
    assert "highway-00000000ab" not in set(result.projects["project_id"]) | set(result.mentions["project_id"])
    assert len(result.projects) == 2


def test_drop_in_one_document_leaves_what_the_other_says() -> None:
    result = apply_corrections(THREE, rows({"action": "drop", "name": "丙丁高速", "document": "a"}))
    row = project(result, "highway-00000000ab")
    assert (row["documents"], row["clauses"], row["flags"]) == ("b", "b:(1)", "corrected")
    assert set(result.mentions.loc[result.mentions["project_id"] == "highway-00000000ab", "document"]) == {"b"}


def test_merge_joins_names_documents_mentions_and_the_later_stage() -> None:
    result = apply_corrections(THREE, rows({"action": "merge", "name": "戊己铁路", "value": "甲乙铁路"}))
    row = project(result, "rail-0000000000")
    assert row["aliases"] == "戊己铁路|甲乙线|戊己线"
    assert (row["documents"], row["clauses"], row["status"]) == ("a|b", "a:(1)|b:(1)", "under_construction")
    assert (result.mentions["project_id"] == "rail-0000000000").sum() == 2
    assert len(result.projects) == 2


def test_add_makes_a_project_with_its_evidence() -> None:
    plan = parse_document("一、交通\n(一)铁路。(1)加快建设甲乙铁路,研究某山货场扩能。", document="a")
    given_rows = rows(
        {"action": "add", "name": "某山货场", "document": "a", "column": "mode", "value": "rail"},
        {"action": "add", "name": "某山货场", "document": "a", "column": "work", "value": "upgrade"},
    )
    result, report = correct(THREE, given_rows, documents=[plan])
    assert report["applied"].all()
    new = project(result, str(report["found"].iloc[0]))
    assert (new["name"], new["mode"], new["work"], new["flags"]) == ("某山货场", "rail", "upgrade", "corrected")
    mention = result.mentions[result.mentions["project_id"] == new["project_id"]].iloc[0]
    assert plan.text[mention["start"] : mention["end"]] == mention["quotation"] == "某山货场"
    assert mention["clause"] == "(1)"
    # The id hangs on the project alone.
    _, second = correct(register({"name": "庚辛铁路"}), given_rows)
    assert second["found"].iloc[0] == new["project_id"]


def test_add_of_what_is_read_already_changes_that_row() -> None:
    result, report = correct(THREE, rows({"action": "add", "name": "甲乙铁路", "column": "mode", "value": "rail"}))
    assert len(result.projects) == 3
    assert report["found"].tolist() == ["rail-0000000000"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"action": "set", "name": "无此铁路", "column": "status", "value": "starting"}, "no such project"),
        ({"action": "set", "name": "甲乙铁", "column": "status", "value": "starting"}, "甲乙铁路"),
        ({"action": "drop", "project_id": "rail-ffffffffff"}, "rail-ffffffffff"),
        ({"action": "drop", "name": "甲乙铁路", "document": "b"}, "in b"),
        ({"action": "drop", "name": "甲乙线"}, "alias"),
        ({"action": "merge", "name": "甲乙铁路", "value": "无此铁路"}, "无此铁路"),
    ],
)
def test_a_correction_that_matches_nothing_is_reported_and_changes_nothing(row: dict[str, str], reason: str) -> None:
    result, report = correct(THREE, rows(row))
    assert report["applied"].tolist() == [False]
    assert reason in report["reason"].iloc[0]
    assert_frame_equal(result.projects, THREE.projects)
    assert_frame_equal(result.mentions, THREE.mentions)


def test_one_name_for_several_projects_is_reported_not_guessed() -> None:
    twins = register({"name": "环线", "documents": "a"}, {"name": "环线", "documents": "b"})
    row = {"action": "set", "name": "环线", "column": "status", "value": "starting"}
    _, report = correct(twins, rows(row))
    assert not report["applied"].any()
    assert "rail-0000000000, rail-0000000001" in report["reason"].iloc[0]
    result, report = correct(twins, rows(row | {"document": "b"}))
    assert report["found"].tolist() == ["rail-0000000001"]
    assert project(result, "rail-0000000000")["status"] == "proposed"


def test_every_breach_of_a_file_is_listed_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        HEAD.replace("note", "note,colour")
        + "set,,甲乙铁路,,status,nearly done,,\n"
        + "change,,甲乙铁路,,status,starting,,\n"
        + "set,rail_1,,,status,starting,,\n"
        + "set,,,,status,starting,,\n"
        + "set,,甲乙铁路,,clauses,x,,\n"
        + "set,,甲乙铁路,,opening_year,soon,,\n"
        + "merge,,甲乙铁路,,,,,\n"
        + "add,,新铁路,,,,,\n",
        "utf-8",
    )
    with pytest.raises(SchemaError) as caught:
        read_corrections(path)
    message = str(caught.value)
    for part in (
        "'colour' is not known",
        "row 2: 'nearly done' is no status; accepted: proposed",
        "row 3: 'change' is no action; accepted: set, drop, add, merge",
        "row 4: 'rail_1' is no project_id",
        "row 5: project_id or name is missing",
        "row 6: 'clauses' cannot be set",
        "row 7: 'soon' is no year",
        "row 8: value is missing",
        "row 9: the new project has no mode",
    ):
        assert part in message, part


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            {"action": "set", "name": "甲乙铁路", "column": "status", "value": "starting"},
            {"action": "set", "name": "甲乙铁路", "column": "status", "value": "proposed"},
            "rows 2 and 3 give status of one project different values",
        ),
        (
            {"action": "drop", "name": "甲乙铁路"},
            {"action": "set", "name": "甲乙铁路", "column": "status", "value": "proposed"},
            "row 3 sets what row 2 drops",
        ),
        (
            {"action": "set", "name": "甲乙铁路", "column": "name", "value": "丙丁高速"},
            {"action": "drop", "name": "丙丁高速"},
            "row 2 gives the name '丙丁高速' that row 3 seeks",
        ),
    ],
)
def test_rows_that_contradict_each_other_are_refused(
    first: dict[str, str], second: dict[str, str], message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        check_corrections(rows(first, second))


def test_a_row_never_slips_to_another_project() -> None:
    """With 甲乙铁路 dropped by id, its name would next be found as the alias of another."""
    table = register({"name": "甲乙铁路"}, {"name": "戊己铁路", "aliases": "甲乙铁路"})
    with pytest.raises(SchemaError, match="row 2 means rail-0000000000 at first and rail-0000000001"):
        correct(
            table,
            rows(
                {"action": "set", "name": "甲乙铁路", "column": "status", "value": "starting"},
                {"action": "drop", "project_id": "rail-0000000000"},
            ),
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_as_a_chinese_spreadsheet_saves_it(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "更正.csv"
    lines = [
        "动作,项目编号,项目名称,文件,字段,新值,备注",
        "修改,,甲乙鐵路,,阶段,在建,去过现场",
        ",,,,,,",
        "删除,,丙丁高速,,,,",
    ]
    path.write_bytes("\r\n".join(lines).replace(",", separator).encode(encoding))
    table = read_corrections(path)
    assert table[["action", "name", "column", "value"]].values.tolist() == [
        ["set", "甲乙鐵路", "status", "under_construction"],
        ["drop", "丙丁高速", "", ""],
    ]
    result, report = correct(THREE, table)
    assert report["row"].tolist() == [2, 4]
    assert report["note"].tolist() == ["去过现场", ""]
    assert project(result, "rail-0000000000")["status"] == "under_construction"
    assert len(result.projects) == 2


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such file"):
        read_corrections(tmp_path / "c.csv")


def test_the_chinese_words_are_those_of_the_maps() -> None:
    """What review.html and the map call 在建 is understood here."""
    for word in Status:
        assert VOCABULARIES["status"][1][style.status_label(word.value)] == word.value
    for mode in Mode:
        assert VOCABULARIES["mode"][1][style.mode_label(mode.value)] == mode.value
    for work in Work:
        assert VOCABULARIES["work"][1][style.work_label(work.value)] == work.value


def test_corrections_survive_a_new_edition_of_the_plan() -> None:
    """The plan is read again with other clauses around: the correction finds its project by id and by name."""
    first = read_plans([parse_document("(1)加快建设合新高铁。", document="old")])
    second = read_plans(
        [parse_document("前言。\n(7)推进淮河入海水道。(8)加快建设合新高铁、巢马城际铁路。", document="new")]
    )
    project_id = first.projects["project_id"].iloc[0]
    for finder in ({"project_id": project_id}, {"name": "合新高铁"}):
        table = rows({"action": "set", "column": "opening_year", "value": "2026年"} | finder)
        for source in (first, second):
            result, report = correct(source, table)
            assert report["applied"].all()
            assert project(result, project_id)["opening_year"] == 2026


# Laws ----------------------------------------------------------------------------------------------------------------

NAMES = ("甲", "乙", "丙", "丁")
IDS = tuple(f"rail-{n:010x}" for n in range(4))
VALUES = {"mode": tuple(Mode), "work": tuple(Work), "status": tuple(Status), "opening_year": ("2025", "", "2030年")}

registers = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "aliases": st.sets(st.sampled_from(NAMES), max_size=2).map(lambda s: "|".join(sorted(s))),
            "documents": st.sampled_from(["a", "b", "a|b"]),
            "status": st.sampled_from([s.value for s in Status]),
            "flags": st.sampled_from(["", "ambiguous_place"]),
        }
    ),
    min_size=1,
    max_size=4,
).map(lambda found: register(*found))


@st.composite
def corrections(draw: st.DrawFn) -> dict[str, str]:
    action = draw(st.sampled_from(["set", "set", "drop", "merge", "add"]))
    row = {"action": action, "document": draw(st.sampled_from(["", "", "a"]))}
    if action == "add":
        return row | {"name": draw(st.sampled_from(NAMES)), "column": "mode", "value": "rail"}
    row |= draw(st.sampled_from([{"name": name} for name in NAMES] + [{"project_id": i} for i in IDS]))
    if action == "set":
        column = draw(st.sampled_from([c for c in SETTABLE if c != "aliases"]))
        row |= {"column": column, "value": str(draw(st.sampled_from(VALUES.get(column, NAMES))))}
    if action == "merge":
        row["value"] = draw(st.sampled_from(NAMES + IDS))
    return row


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(registers, st.lists(corrections(), min_size=1, max_size=4))
def test_laws_of_corrections(source: Register, listed: list[dict[str, str]]) -> None:
    """A second application changes nothing; every row is accounted for; ids are the old ones or those added."""
    table = rows(*listed)
    try:
        once, report = correct(source, table)
    except SchemaError:
        return  # contradictory rows are refused as a whole
    twice, _ = correct(once, table)
    assert_frame_equal(twice.projects, once.projects)
    assert_frame_equal(twice.mentions, once.mentions)
    assert report["row"].tolist() == list(table.index)
    assert (report["reason"] != "").all()
    added = set(report.loc[report["action"] == "add", "found"])
    assert set(once.projects["project_id"]) <= set(source.projects["project_id"]) | added
    assert set(once.mentions["project_id"]) <= set(once.projects["project_id"])
    touched = set(report.loc[report["applied"], "found"]) & set(once.projects["project_id"])
    assert all("corrected" in project(once, i)["flags"].split("|") for i in touched)  # type: ignore[attr-defined]
