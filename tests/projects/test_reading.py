"""Plan files into one reading: spans that can be checked in the text written beside, dates, corrections."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import DocumentError
from projects.corrections import CORRECTIONS, CORRECTIONS_REPORT
from projects.reading import keep_in_place, read_files, write_reading

PLAN = (
    "某市综合交通规划（2021年）\r\n\r\n一、铁路\r\n（一）加快建设合新高铁、巢马城际铁路。\r\n"
    "（二）加快推进合肥新桥机场二期项目前期工作。到2025年，铁路网密度达到700公里/万平方公里。\r\n\x0b\u2028末行\r"
)
TRADITIONAL = "某市綜合交通規劃\n加快建設寧馬城際鐵路、連淮揚鎮鐵路。推進新出???,完善集疏運體系。\n"


def text_of(folder: Path, document: str) -> str:
    """Return the text as any program would read it: UTF-8, line ends as they are."""
    return (folder / "text" / f"{document}.txt").read_bytes().decode("utf-8")


def check_spans(folder: Path) -> int:
    """Compare every quotation with its span in the text written beside; return how many there are."""
    checked = 0
    for name in ("mentions", "targets"):
        table = pd.read_csv(folder / f"{name}.csv", keep_default_na=False, encoding="utf-8-sig")
        for row in table.to_dict("records"):
            assert text_of(folder, row["document"])[int(row["start"]) : int(row["end"])] == row["quotation"]
            checked += 1
    for row in pd.read_csv(folder / "damage.csv", keep_default_na=False, encoding="utf-8-sig").to_dict("records"):
        assert text_of(folder, row["document"])[int(row["start"]) : int(row["end"])] in row["quotation"]
        checked += 1
    return checked


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_spans_hold_in_the_text_written_beside(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(PLAN.encode(encoding))
    reading = read_files([path])
    write_reading(reading, tmp_path)
    assert text_of(tmp_path, "plan") == PLAN  # byte-order mark gone, line ends and odd characters as they were
    assert len(reading.register.mentions) >= 3
    assert check_spans(tmp_path) >= 4


@pytest.mark.parametrize("encoding", ["utf-8", "big5"])
def test_traditional_text_is_quoted_as_it_is_written(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "plan.txt").write_bytes(TRADITIONAL.encode(encoding))
    reading = read_files([tmp_path / "plan.txt"])
    write_reading(reading, tmp_path)
    assert text_of(tmp_path, "plan") == TRADITIONAL
    assert "寧馬城際鐵路" in set(reading.register.mentions["quotation"])
    assert "宁马城际铁路" in set(reading.register.mentions["name"])
    assert check_spans(tmp_path) >= 3


def test_html_and_docx_count_the_extracted_text(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed: pip install tongtu[docx]")
    pytest.importorskip("bs4", reason="beautifulsoup4 is not installed: pip install tongtu[html]")
    lines = [line for line in PLAN.splitlines() if line.strip()][:4]
    file = docx.Document()
    for line in lines:
        file.add_paragraph(line)
    file.save(str(tmp_path / "word.docx"))
    body = "".join(f"<p>{line.replace('合新', '合<b>新</b>')}</p>" for line in lines)
    (tmp_path / "page.html").write_text(
        f"<html><script>var a = '合宁高铁';</script><body>{body}</body></html>", "utf-8"
    )
    reading = read_files([tmp_path / "word.docx", tmp_path / "page.html"])
    write_reading(reading, tmp_path)
    assert {"word.txt", "page.txt"} == {p.name for p in (tmp_path / "text").iterdir()}
    assert "合宁" not in text_of(tmp_path, "page")
    for document in ("word", "page"):
        mentions = reading.register.mentions
        named = mentions.loc[mentions["document"] == document, "name"]
        assert {"合新高铁", "巢马城际铁路"} <= set(named)
    assert check_spans(tmp_path) >= 6


def test_a_given_date_orders_the_stages(tmp_path: Path) -> None:
    """What the later document says comes last, in whatever order the files are given."""
    (tmp_path / "b.txt").write_text("规划研究合新高铁。", "utf-8")
    (tmp_path / "a.txt").write_text("加快建设合新高铁。", "utf-8")
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    reading = read_files(paths, dates={"a.txt": "2023-05", "b": "2020-04"})
    assert {row["document"]: row["date"] for row in reading.documents} == {"a": "2023-05", "b": "2020-04"}
    assert {d.document: d.date for d in reading.texts} == {"a": "2023-05", "b": "2020-04"}
    project = reading.register.projects.iloc[0]
    assert len(reading.register.projects) == 1
    assert project["documents"] == "b|a"  # by date, not by name
    told = [(date, name, stage) for date, name, _, stage in reading.register.history(project["project_id"])]
    assert told == [("2020-04", "b", "proposed"), ("2023-05", "a", "under_construction")]
    assert project["history"] == "2020-04 b proposed|2023-05 a under_construction"
    other = read_files(paths, dates={"a.txt": "2020-04", "b.txt": "2023-05"})
    assert other.register.projects.iloc[0]["documents"] == "a|b"


def test_a_date_for_a_file_that_is_not_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("加快建设合新高铁。", "utf-8")
    with pytest.raises(DocumentError, match=r"b\.txt.*the files are a"):
        read_files([tmp_path / "a.txt"], dates={"b.txt": "2020"})


@pytest.mark.parametrize("date", ["April 2020", "2020-13", "2020/04", ""])
def test_a_date_that_is_none_is_an_error(tmp_path: Path, date: str) -> None:
    (tmp_path / "a.txt").write_text("加快建设合新高铁。", "utf-8")
    with pytest.raises(DocumentError, match="YYYY-MM"):
        read_files([tmp_path / "a.txt"], dates={"a.txt": date})


def test_corrections_are_applied_and_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("(1)加快建设合新高铁。研究某山货场扩能。", "utf-8")
    given = pd.DataFrame(
        [
            ["drop", "", "合新高铁", "", "", "", "停建"],
            ["add", "", "某山货场", "a", "mode", "rail", ""],
            ["drop", "", "巢马城际", "", "", "", ""],
        ],
        columns=CORRECTIONS.names,
    )
    reading = read_files([tmp_path / "a.txt"], corrections=given)
    assert reading.corrections is not None
    assert reading.corrections["applied"].tolist() == [True, True, False]
    assert "合新高铁" not in set(reading.register.projects["name"])
    assert reading.documents[0]["mentions"] == len(reading.register.mentions)
    write_reading(reading, tmp_path)
    assert check_spans(tmp_path) >= 1
    report = pd.read_csv(tmp_path / "corrections_report.csv", keep_default_na=False, encoding="utf-8-sig")
    assert list(report.columns) == CORRECTIONS_REPORT.names
    assert report["applied"].tolist() == ["yes", "yes", "no"]
    assert report["note"].tolist() == ["停建", "", ""]


def test_a_file_in_the_output_folder_is_there_for_the_next_run(tmp_path: Path) -> None:
    old, new = tmp_path / "register", tmp_path / "new"
    (old / "mine").mkdir(parents=True)
    new.mkdir()
    (old / "mine" / "corrections.csv").write_text("x", "utf-8")
    (tmp_path / "elsewhere.csv").write_text("y", "utf-8")
    keep_in_place(old / "mine" / "corrections.csv", old, new)
    keep_in_place(tmp_path / "elsewhere.csv", old, new)
    assert [p.relative_to(new).as_posix() for p in new.rglob("*.csv")] == ["mine/corrections.csv"]


def test_the_documents_tell_their_dates_and_what_these_rest_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("皖政〔2021〕16号\n加快建设合新高铁。", "utf-8")
    (tmp_path / "b.txt").write_text("加快建设合新高铁。", "utf-8")
    write_reading(read_files([tmp_path / "b.txt", tmp_path / "a.txt"]), tmp_path)
    table = pd.read_csv(tmp_path / "documents.csv", keep_default_na=False, encoding="utf-8-sig", dtype=str)
    assert table[["document", "date", "date_basis"]].to_numpy().tolist() == [["a", "2021", "number"], ["b", "", ""]]


def test_the_builtin_register_keeps_its_damage(shared: Path) -> None:
    """The spots are those that reading the plans finds, without a sentence of theirs."""
    builtin = read_files([]).damage
    assert builtin["document"].value_counts().to_dict()["jiangsu"] == 11
    assert builtin["quotation"].str.len().max() <= 8
    read = read_files([shared / "plans" / f"{name}.txt" for name in ("hefei", "wuhu", "fuyang", "anhui", "jiangsu")])
    columns = ["document", "start", "end", "kind", "consequence"]
    pd.testing.assert_frame_equal(builtin[columns], read.damage[columns])


def test_corrections_of_the_builtin_register() -> None:
    plain = read_files([])
    project_id = plain.register.projects["project_id"].iloc[0]
    given = pd.DataFrame([["set", project_id, "", "", "opening_year", "2031", ""]], columns=CORRECTIONS.names)
    reading = read_files([], corrections=given)
    assert reading.register.projects["opening_year"].iloc[0] == 2031
    assert len(reading.register.projects) == len(plain.register.projects)
    assert plain.corrections is None


def test_the_five_plans_can_be_checked_in_their_own_files(shared: Path, tmp_path: Path) -> None:
    names = ("hefei", "wuhu", "fuyang", "anhui", "jiangsu")
    reading = read_files([shared / "plans" / f"{name}.txt" for name in names])
    write_reading(reading, tmp_path)
    for name in names:
        assert text_of(tmp_path, name) == (shared / "plans" / f"{name}.txt").read_bytes().decode("utf-8-sig")
    assert check_spans(tmp_path) > 300
