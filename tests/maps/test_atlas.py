"""The main job end to end: on the built-in register, on the real plans, and on everything that can go wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest

from geo.errors import DocumentError, OutputError
from geo.io import read_features, read_table, sha256_of
from layers.accessibility import ACCESSIBILITY
from layers.ranking import RANKING
from layers.schema import FEATURES, INDICATORS, TRAVEL_TIMES
from maps.atlas import Atlas, make_atlas
from projects.schema import (
    ASSESSMENT,
    CLOSING,
    CONSISTENCY,
    DAMAGE,
    DOCUMENTS,
    MENTIONS,
    PROJECTS,
    SENSITIVITY,
    TARGETS,
    VERDICTS,
)
from tests.maps.visits import Visit, in_browser

TABLES = {
    "projects.csv": PROJECTS,
    "mentions.csv": MENTIONS,
    "targets.csv": TARGETS,
    "damage.csv": DAMAGE,
    "documents.csv": DOCUMENTS,
    "indicators.csv": INDICATORS,
    "travel_times.csv": TRAVEL_TIMES,
    "assessment.csv": ASSESSMENT,
    "verdicts.csv": VERDICTS,
    "closing.csv": CLOSING,
    "sensitivity.csv": SENSITIVITY,
    "consistency.csv": CONSISTENCY,
    "accessibility.csv": ACCESSIBILITY,
    "ranking.csv": RANKING,
}
PLANS = ("hefei", "wuhu", "fuyang", "anhui", "jiangsu")


@pytest.fixture(scope="module")
def builtin(builtin_atlas: Atlas) -> Atlas:
    return builtin_atlas


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Atlas:
    paths = [shared / "plans" / f"{name}.txt" for name in PLANS]
    return make_atlas(paths, tmp_path_factory.mktemp("real") / "atlas")


def _complete(atlas: Atlas) -> None:
    for name, schema in TABLES.items():
        read_table(atlas.folder / name, schema)
    features = read_features(atlas.folder / "features.gpkg", FEATURES)
    projects = read_table(atlas.folder / "projects.csv", PROJECTS)
    # Nothing is lost: every project is a feature, drawn or with the reason why not.
    drawn = features[features["origin"] == "project"]
    assert set(drawn["feature_id"]) == set(projects["project_id"])
    assert (drawn.loc[drawn["drawn_by"] == "none", "siting_note"] != "").all()
    assert {"rail", "highway", "waterway", "airport", "energy"} <= set(
        features.loc[features["origin"] == "network", "mode"]
    )
    names = pyogrio.list_layers(atlas.folder / "features.gpkg")[:, 0]
    assert {"rail_line", "highway_line", "airport_point", "energy_line", "waterway_line"} <= set(names)
    shapes = [pyogrio.read_dataframe(p) for p in sorted((atlas.folder / "shapefile").glob("*.shp"))]
    undrawn = atlas.folder / "shapefile" / "not_drawn.csv"
    rows = sum(map(len, shapes)) + (len(pd.read_csv(undrawn)) if undrawn.exists() else 0)
    assert rows == len(features)
    manifest = json.loads((atlas.folder / "manifest.json").read_text("utf-8"))
    written = {p.relative_to(atlas.folder).as_posix(): sha256_of(p) for p in atlas.folder.rglob("*") if p.is_file()}
    written.pop("manifest.json")
    assert manifest["files"] == written
    assert manifest["counts"]["projects"] == len(projects)
    for page in ("map.html", "report.html"):
        assert "合新高铁" in (atlas.folder / page).read_text("utf-8") or page == "map.html"


def test_the_builtin_atlas_is_complete(builtin: Atlas) -> None:
    _complete(builtin)


def test_the_builtin_register_holds_facts_and_no_sentences(builtin: Atlas) -> None:
    mentions = builtin.reading.register.mentions
    assert len(builtin.reading.register.projects) > 100
    assert mentions["quotation"].str.len().max() <= 60
    assert not mentions["quotation"].str.contains("。").any()
    assert set(mentions["document"]) == {"hefei", "wuhu", "anhui", "jiangsu"}


def test_the_real_plans_go_through_in_one_call(real: Atlas, shared: Path) -> None:
    _complete(real)
    assert any("fuyang" in note for note in real.notes)
    manifest = json.loads((real.folder / "manifest.json").read_text("utf-8"))
    assert [row["sha256"] for row in manifest["inputs"]] == [sha256_of(shared / "plans" / f"{n}.txt") for n in PLANS]


def test_every_mention_quotes_the_plan_exactly(real: Atlas, shared: Path) -> None:
    texts = {name: (shared / "plans" / f"{name}.txt").read_bytes().decode("utf-8-sig") for name in PLANS}
    for row in real.reading.register.mentions.itertuples(index=False):
        assert texts[row.document][row.start : row.end] == row.quotation
    for row in real.reading.targets.itertuples(index=False):
        assert texts[row.document][row.start : row.end] == row.quotation


def test_hexin_stands_in_three_plans(real: Atlas) -> None:
    """How issue 2 is judged: 合新高铁 with its stage in three plans (合肥, 安徽, 江苏)."""
    projects = real.reading.register.projects
    hexin = projects[(projects["name"] + "|" + projects["aliases"]).str.contains("合新|合肥[—-]新沂")]
    documents = {d for row in hexin["documents"] for d in row.split("|")}
    assert {"hefei", "anhui", "jiangsu"} <= documents


@pytest.mark.parametrize(
    ("area", "indicator", "value", "unit"),
    [
        ("合肥", "railway_network_density", 700.0, "km/10000km2"),
        ("合肥", "expressway_density", 5.65, "km/100km2"),
        ("江苏", "railway_network_density", 550.0, "km/10000km2"),
        ("江苏", "expressway_density", 5.1, "km/100km2"),
    ],
)
def test_the_four_density_targets_are_compared(
    real: Atlas, builtin: Atlas, area: str, indicator: str, value: float, unit: str
) -> None:
    for atlas in (real, builtin):
        table = atlas.assessment
        rows = table[
            (table["area"].str.startswith(area)) & (table["indicator"] == indicator) & (table["value"] == value)
        ]
        assert set(rows["scenario"]) == {"today", "plan"}
        assert (rows["unit"] == unit).all()
        assert rows["measured_value"].notna().all()
        short = (value - rows["measured_value"]).clip(lower=0.0)
        assert rows["gap"].tolist() == pytest.approx(short.tolist(), abs=1e-6)
        assert rows["met"].tolist() == (rows["measured_value"] >= value).tolist()


def test_the_plan_never_slows_a_trip_nor_thins_a_network(real: Atlas) -> None:
    table = real.measures.travel_times.pivot(index=["from", "to"], columns="scenario", values="travel_time_min")
    assert (table["plan"] <= table["today"] + 0.05).all()
    density = real.measures.densities.pivot(
        index=["area", "level", "indicator"], columns="scenario", values="length_km"
    )
    lines = density.dropna()  # airports are counted, not measured
    assert len(lines) > 100
    assert (lines["plan"] >= lines["today"] - 1e-6).all()


def test_same_input_same_bytes(builtin: Atlas, tmp_path: Path) -> None:
    """In another process with another hash seed, every file but the manifest is the same."""
    code = "import sys; from pathlib import Path; from maps.atlas import make_atlas; make_atlas([], Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    first = json.loads((builtin.folder / "manifest.json").read_text("utf-8"))
    again = json.loads((tmp_path / "again" / "manifest.json").read_text("utf-8"))
    assert first["files"] == again["files"]
    first.pop("created"), again.pop("created")
    assert first == again


def test_corrections_hold_in_an_atlas_and_are_marked(tmp_path: Path) -> None:
    """A planner's stage and dropped row reach register, features and pages; the file is named in the manifest."""
    plan, corrections = tmp_path / "安徽省规划.txt", tmp_path / "corrections.csv"
    plan.write_text(
        "安徽省交通规划\n一、铁路\n谋划合新高铁、宁宣黄铁路,加快构建综合交通运输体系,支撑一体化发展。\n", "utf-8"
    )
    corrections.write_text(
        "action,project_id,name,document,column,value,note\n"
        "set,,合新高铁,,status,under_construction,已开工\ndrop,,宁宣黄铁路,,,,不做\n",
        "utf-8",
    )
    atlas = make_atlas([plan], tmp_path / "atlas", corrections=corrections)
    projects = read_table(tmp_path / "atlas" / "projects.csv", PROJECTS)
    assert projects[["name", "status"]].to_numpy().tolist() == [["合新高铁", "under_construction"]]
    assert "corrected" in projects["flags"][0]
    drawn = atlas.features[atlas.features["origin"] == "project"]
    assert drawn["status"].astype(str).tolist() == ["under_construction"]
    assert "规划人员已更正" in (tmp_path / "atlas" / "report.html").read_text("utf-8")
    manifest = json.loads((tmp_path / "atlas" / "manifest.json").read_text("utf-8"))
    assert manifest["options"]["corrections_sha256"] == sha256_of(corrections)
    assert "corrections_report.csv" in manifest["files"]


@pytest.fixture
def decision(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan that names no project."""
    plan = tmp_path_factory.mktemp("decision") / "决定.txt"
    plan.write_text(
        "关于加快融入长三角一体化的决定\n一、提高认识。各级各部门要统一思想，形成合力，推动高质量发展。\n", "utf-8"
    )
    return plan


def test_a_plan_without_projects_gives_an_atlas_of_what_exists(decision: Path, tmp_path: Path) -> None:
    atlas = make_atlas([decision], tmp_path / "atlas")
    assert atlas.reading.register.projects.empty
    assert atlas.notes
    assert len(atlas.features) > 300
    assert (tmp_path / "atlas" / "map.html").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file|not found|does not exist"), (b"", "empty"), (b"\x00\x01\x02PK" * 300, "binary|text")],
)
def test_bad_plans_are_refused_and_leave_an_earlier_atlas(tmp_path: Path, content: bytes | None, words: str) -> None:
    out = tmp_path / "atlas"
    out.mkdir()
    (out / "manifest.json").write_text('{"files": {}}')
    plan = tmp_path / "plan.txt"
    if content is not None:
        plan.write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        make_atlas([plan], out)
    assert re.search(words, str(caught.value), re.IGNORECASE)
    assert [p.name for p in out.iterdir()] == ["manifest.json"]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("by", ["system", "gdal"])
def test_a_full_disk_is_told_and_leaves_an_earlier_atlas(
    decision: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    import errno

    import maps.atlas

    out = tmp_path / "atlas"
    out.mkdir()
    (out / "manifest.json").write_text('{"files": {}}')

    def full(*args: object, **kwargs: object) -> None:
        if by == "system":
            raise OSError(errno.ENOSPC, "No space left on device")
        message = "Could not add feature to layer at index 0: failed to execute insert : database or disk is full"
        raise pyogrio.errors.FeatureError(message)

    monkeypatch.setattr(maps.atlas, "write_geopackage", full)
    with pytest.raises(OutputError, match="disk is full"):
        make_atlas([decision], out)
    assert [p.name for p in out.iterdir()] == ["manifest.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["atlas"]


def test_every_target_has_its_line_and_says_what_the_plan_rests_on(builtin: Atlas) -> None:
    lines = builtin.verdicts.verdicts
    own = lines[lines["document"].isin(set(builtin.reading.targets["document"]))]
    assert len(own) == len(builtin.reading.targets)  # never dropped
    assert lines.loc[lines["verdict"] == "not_measured", "note"].str.len().min() > 3
    rail = own[(own["indicator"] == "railway_network_density") & (own["area"] == "合肥")].iloc[0]
    assert rail["plan_date"] == "2020-04"
    assert rail["value_at_plan_date"] < rail["value_today"] <= rail["value_under_construction"] <= rail["value_plan"]
    assert "不是预测" in rail["note"]
    assert 0.0 <= rail["straight_share"] + rail["corridor_share"] <= 1.0
    # The line and the assessment by scenario say the same.
    by_scenario = builtin.assessment.set_index(["document", "start", "indicator", "area", "scenario"])["measured_value"]
    for row in own[own["verdict"] != "not_measured"].to_dict("records"):
        key = (row["document"], row["start"], row["indicator"], row["area"])
        assert row["value_today"] == pytest.approx(by_scenario[(*key, "today")], rel=1e-6)
        assert row["value_plan"] == pytest.approx(by_scenario[(*key, "plan")], rel=1e-6)
    # The national plan's targets stand beside those of the plans.
    assert {"长三角", "合肥都市圈"} <= set(lines["area"])
    # The lists close their gaps, project by project of the register.
    closing = builtin.verdicts.closing
    assert set(closing["project_id"]) <= set(builtin.reading.register.projects["project_id"])
    of_lengths = closing[closing["needed_km"].notna()].groupby(["document", "start"])
    assert (of_lengths["cumulative_km"].max() >= of_lengths["needed_km"].max() * (1 - 1e-9)).all()
    # Those of times save no more than what the whole plan saves, and where they close the gap no less than is needed.
    of_times = closing[closing["needed_min"].notna()].groupby(["document", "start"])
    saved, needed = of_times["saved_min"].sum(), of_times["needed_min"].max()
    assert ((saved >= needed - 1e-6) == of_times["closes"].all()).all()


def test_the_plans_are_compared_with_each_other(builtin: Atlas) -> None:
    kinds = builtin.consistency["kind"].value_counts()
    assert kinds["stage"] >= 1
    assert kinds["neighbour_silent"] >= 5
    page = (builtin.folder / "report.html").read_text("utf-8")
    for name in builtin.consistency["subject"]:
        assert name.replace("&", "&amp;") in page


@in_browser
@pytest.mark.browser
@pytest.mark.parametrize("which", ["builtin", "real"])
def test_the_pages_open_offline_without_a_request_or_complaint(
    which: str, browser: Any, request: pytest.FixtureRequest
) -> None:
    """How issue 2 is judged: the map on a laptop without network, and in it 合新高铁 with its stages."""
    atlas: Atlas = request.getfixturevalue(which)
    shown = Visit(browser, atlas.folder / "map.html", width=1440, height=900).ready()
    shown.page.fill("input[type=search]", "合新高铁")
    shown.settle()
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    shown.settle()
    card = shown.page.inner_text("body")
    assert "前期工作" in card
    assert "(55)" in card
    assert shown.complaints == []
    assert shown.requests == [(atlas.folder / "map.html").as_uri()]
    shown.close()
    page = Visit(browser, atlas.folder / "report.html", width=1200, height=900)
    page.page.wait_for_load_state("load")
    text = page.page.inner_text("body")
    assert "合新高铁" in text
    assert "铁路网密度" in text
    assert "700" in text
    assert page.complaints == []
    assert page.requests == [(atlas.folder / "report.html").as_uri()]
    page.close()
