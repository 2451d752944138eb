"""Files: what is written is read back; a failed write leaves the old folder whole."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geo.errors import OutputError, SchemaError
from geo.io import output_folder, read_features, read_table, sha256_of, write_features, write_table
from geo.schema import Column, Schema

ROWS = Schema(
    "rows",
    key=("row_id",),
    columns=(
        Column("row_id", "string", "id", zh="编号", nullable=False),
        Column("text", "string", "text", zh="文字"),
        Column("number", "float64", "number", zh="数"),
        Column("year", "Int64", "year", zh="年"),
        Column("flag", "boolean", "flag", zh="是否"),
    ),
)


def _table(texts: list[str], **more: list[object]) -> pd.DataFrame:
    return ROWS.coerce(pd.DataFrame({"row_id": [f"r{i}" for i in range(len(texts))], "text": texts, **more}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\x00"), max_size=30),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_survives_a_csv(tmp_path: Path, texts: list[str]) -> None:
    table = _table(texts)
    write_table(table, tmp_path / "t.csv", ROWS)
    assert list(read_table(tmp_path / "t.csv", ROWS)["text"]) == texts


def test_numbers_nulls_and_flags_survive(tmp_path: Path) -> None:
    table = _table(["a", "b"], number=[0.1 + 0.2, None], year=[2025, None], flag=[True, None])
    write_table(table, tmp_path / "t.csv", ROWS)
    back = read_table(tmp_path / "t.csv", ROWS)
    pd.testing.assert_frame_equal(back, table)


def test_excel_reads_chinese_and_runs_no_formula(tmp_path: Path) -> None:
    write_table(_table(["=1+1", "合新高铁", "-x", "@a"]), tmp_path / "t.csv", ROWS)
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [line.split(",")[1] for line in raw.decode("utf-8-sig").splitlines()[1:]]
    assert cells == ["'=1+1", "合新高铁", "'-x", "'@a"]


def test_a_table_saved_by_a_chinese_excel_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("编号;文字;数\nr0;巢马城际;1.5\n".encode("gb18030"))
    back = read_table(tmp_path / "t.csv", ROWS)
    assert back.loc[0, "text"] == "巢马城际"
    assert back.loc[0, "number"] == 1.5


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SchemaError, match="expected"):
        read_table(tmp_path / "empty.csv", ROWS)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SchemaError, match="no column of rows"):
        read_table(tmp_path / "other.csv", ROWS)


def test_the_same_features_give_the_same_bytes(tmp_path: Path) -> None:
    points = Schema("points", ROWS.columns, key=ROWS.key, geometry=frozenset({"Point"}))
    table = gpd.GeoDataFrame(
        _table(["合肥", ""], year=[2025, None]), geometry=[Point(117.28, 31.86), Point(118, 32)], crs="EPSG:4326"
    )
    for name in ("a.gpkg", "b.gpkg"):
        write_features({"rows": table}, tmp_path / name)
    assert sha256_of(tmp_path / "a.gpkg") == sha256_of(tmp_path / "b.gpkg")
    back = read_features(tmp_path / "a.gpkg", points)
    assert list(back["text"]) == ["合肥", ""]
    assert back.geometry.iloc[0].equals(Point(117.28, 31.86))
    assert pd.isna(back["year"].iloc[1])


def test_a_file_that_is_no_layer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_bytes(b"not a geopackage")
    with pytest.raises(SchemaError, match="not a file of features"):
        read_features(tmp_path / "x.gpkg", ROWS)


def _make(folder: Path, content: str) -> None:
    with output_folder(folder) as building:
        (building / "table.csv").write_text(content)
        files = {"table.csv": sha256_of(building / "table.csv")}
        (building / "manifest.json").write_text(json.dumps({"files": files}))


def test_a_failed_run_leaves_the_old_folder_whole(tmp_path: Path) -> None:
    out = tmp_path / "atlas"
    _make(out, "old")

    def fail_midway() -> None:
        with output_folder(out) as building:
            (building / "table.csv").write_text("half")
            json.loads("midway")

    with pytest.raises(json.JSONDecodeError):
        fail_midway()
    assert (out / "table.csv").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["atlas"]


def test_a_new_run_replaces_the_old_folder_but_keeps_what_people_did(tmp_path: Path) -> None:
    out = tmp_path / "atlas"
    _make(out, "old")
    (out / "my notes.txt").write_text("mine")
    _make(out, "new")
    assert (out / "table.csv").read_text() == "new"
    assert (out / "kept" / "my notes.txt").read_text() == "mine"
    (out / "table.csv").write_text("corrected by hand")
    _make(out, "newer")
    assert (out / "table.csv").read_text() == "newer"
    assert (out / "kept" / "table.csv").read_text() == "corrected by hand"
    assert (out / "kept" / "my notes.txt").read_text() == "mine"


def test_other_peoples_folders_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="did not write"), output_folder(tmp_path):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"), output_folder(tmp_path / "file"):
        pass
    with pytest.raises(OutputError, match="part of that path is a file"), output_folder(tmp_path / "file" / "atlas"):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
