"""``tongtu density``, ``consistency`` and ``diff --keep`` as a user runs them: areas, levels, tables, files, words."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from maps.words import labelled
from tests.maps.test_cli import run

COLUMNS = [
    "area", "level", "indicator", "as_of", "scenario", "length_km", "area_km2", "density", "unit", "definition",
]  # fmt: skip
INDICATORS = ["rail", "high_speed_rail", "expressway", "waterway_class3_up", "airport"]
Capture = pytest.CaptureFixture[str]


def table_of(*words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    status, out, err = run(*words, "--format", "csv", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    return pd.read_csv(io.StringIO(out))


def test_levels_and_areas(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counties of a city add up to it, and the four provinces to 长三角."""
    cli = {"capsys": capsys, "monkeypatch": monkeypatch}
    city = table_of("density", "--area", "合肥", "--level", "city", **cli)
    counties = table_of("density", "--area", "合肥市", "--level", "county", **cli)
    assert list(city) == list(counties) == COLUMNS
    assert city["indicator"].tolist() == INDICATORS
    assert set(city["level"]) == {"city"}
    assert set(counties["level"]) == {"county"}
    assert counties["area"].nunique() == 9
    total = counties.groupby("indicator")[["length_km", "density"]].sum().loc[INDICATORS]
    assert total["length_km"].tolist()[:4] == pytest.approx(city["length_km"].tolist()[:4], abs=0.01)
    assert total.loc["airport", "density"] == city.set_index("indicator").loc["airport", "density"] == 1
    delta = table_of("density", "--area", "长三角", "--as-of", "2020-12", **cli)
    provinces = table_of("density", "--level", "province", "--as-of", "2020-12", **cli)
    assert set(delta["level"]) == {"region"}
    assert set(delta["as_of"]) == {"2020-12"}
    sums = provinces.groupby("indicator")["length_km"].sum().loc[INDICATORS[:4]]
    assert delta["length_km"].tolist()[:4] == pytest.approx(sums.tolist(), abs=0.01)
    assert delta["area_km2"].iloc[0] == pytest.approx(provinces.drop_duplicates("area")["area_km2"].sum())


def test_scenarios_only_add(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("density", "--area", "安徽省", "--mode", "rail", "--mode", "expressway")
    lengths = [
        table_of(*words, "--scenario", scenario, capsys=capsys, monkeypatch=monkeypatch)["length_km"]
        for scenario in ("today", "STATUS>=under_construction", "plan")
    ]
    assert (lengths[0] <= lengths[1]).all()
    assert (lengths[1] <= lengths[2]).all()
    assert (lengths[0] < lengths[2]).all()


def test_definitions_column_by_column(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("density", "--area", "苏州", "--table", "definitions", "--mode", "expressway", "--format", "json")
    status, out, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    row = json.loads(out)[0]
    parts = row["published_km"] + row["unpublished_km"] + row["projects_km"]
    assert row["length_km"] == pytest.approx(parts, abs=0.002)
    assert row["projects_km"] == 0.0
    assert row["density"] == pytest.approx(row["length_km"] / row["area_km2"] * 100, abs=1e-3)
    assert row["density_error"] == pytest.approx(row["error_km"] / row["area_km2"] * 100, abs=1e-3)
    assert sum(float(part.split(":")[1]) for part in row["drawn_by"].split("|")) == pytest.approx(1.0)
    assert row["area_source"]
    assert row["reason"] == ""


def test_no_codes_for_a_chinese_reader(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for words in (
        ("density", "--area", "合肥", "--mode", "rail"),
        ("density", "--area", "合肥", "--mode", "rail", "--table", "definitions"),
        ("density", "--reconcile", "--area", "合肥"),
        ("density", "--area", "安徽", "--table", "airports"),
    ):
        status, out, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        text = re.sub(r"[│┃━─┏┓┗┛┳┻╇┡┩└┘┴┬┼├┤\s]", "", out)
        # Units, and the addresses and grades of sources, are what they are everywhere.
        rest = re.sub(r"km²?|min|[\w.]+\.(?:net|com|cn)[\w./()-]*|\bat\b|\[?\b[A-D]\b级?\]?|[A-D]\]?", "", text)
        assert not re.findall(r"[a-z_]{4,}", rest), rest


def test_reconciliation_of_a_users_own_figures(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.csv").write_text("area,as_of,indicator,length_km\n合肥,2020-12,rail_length,850\n", "utf-8")
    table = table_of("density", "--official", "own.csv", capsys=capsys, monkeypatch=monkeypatch)
    assert table["official_km"].tolist() == [850.0]
    assert table["official_density"].iloc[0] == pytest.approx(850 / 11445 * 1e4, abs=1e-3)
    assert table["difference_km"].iloc[0] == pytest.approx(table["measured_km"].iloc[0] - 850.0, abs=0.002)


def test_airports_by_area(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of("density", "--table", "catchments", "--level", "province", capsys=capsys, monkeypatch=monkeypatch)
    assert table["area"].tolist() == ["上海市", "江苏省", "浙江省", "安徽省"]
    assert table["within_90_min_share"].between(0.5, 1.0).all()
    fields = table_of("density", "--table", "airports", capsys=capsys, monkeypatch=monkeypatch)
    assert fields["airport"].is_unique
    assert len(fields) == table["airports"].sum()


def test_consistency_of_registers(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two plans of one city read apart: the newer one is silent about a project and promises more."""
    monkeypatch.chdir(tmp_path)
    old = "合肥市交通规划\n\n(一)完善铁路网。加快建设合新高铁、巢马城际铁路。到2025年,铁路网密度达到700公里/万平方公里。\n"
    new = "合肥市综合交通规划\n\n(一)完善铁路网。推进合新高铁前期工作。到2025年,铁路网密度达到750公里/万平方公里。\n"
    for name, text, day in (("旧", old, "2020-04"), ("新", new, "2024-01")):
        Path(f"{name}.txt").write_text(text, "utf-8")
        words = ("read", f"{name}.txt", "--out", name, "--date", f"{name}.txt={day}")
        status, _, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
    table = table_of("consistency", "旧", "新", "--reference", capsys=capsys, monkeypatch=monkeypatch)
    kinds = {(row["kind"], row["subject"][:2]): row for row in table.to_dict("records")}
    assert "末次出现 2020-04" in kinds["no_longer_named", "巢马"]["note"]
    assert "反而靠前" in kinds["stage", "合新"]["note"]
    bounds = table[(table["kind"] == "target") & (table["area"] == "合肥")]
    assert {(row["document_a"], row["document_b"]) for row in bounds.to_dict("records")} >= {("旧", "新")}
    status, out, err = run("consistency", "旧", "新", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "no_longer_named" not in out
    assert "新规划未再提" in out.replace("\n", "")
    # What is gone is kept, dated, and the kept register is a register.
    status, _, err = run("diff", "旧", "新", "--keep", "全", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    kept = pd.read_csv(tmp_path / "全" / "projects.csv", encoding="utf-8-sig", keep_default_na=False)
    gone = kept[kept["flags"].str.contains("last_seen")]
    assert gone["name"].str.startswith("巢马").all()
    assert gone["flags"].str.endswith("last_seen:2020-04").all()
    table = table_of("diff", "旧", "全", capsys=capsys, monkeypatch=monkeypatch)
    assert ("project", "gone") in set(zip(table["subject"], table["change"], strict=True))


def test_labels_leave_the_table_alone() -> None:
    table = pd.DataFrame(
        {"area": ["合肥市"], "level": ["city"], "density": [1234.5], "drawn_by": ["nodes:0.9|straight:0.1"]}
    )
    before = table.copy()
    shown = labelled(table, "zh")
    pd.testing.assert_frame_equal(table, before)
    assert shown.to_dict("records") == [
        {"地区": "合肥市", "层级": "市", "密度": "1,234.5", "绘制方法": "经站点连线 90%, 直线示意 10%"}
    ]
    assert list(labelled(table, "en")) == list(table)
