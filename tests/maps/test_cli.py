"""The command line: the examples of --help as printed, the answers, and the messages."""

from __future__ import annotations

import io
import json
import shlex
import shutil
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from typer.main import get_command

from geo.io import read_features, write_features
from layers.schema import FEATURES
from maps.atlas import Atlas
from maps.cli import app
from tests.maps.running import run

COMMANDS = ("atlas", "read", "site", "travel-time", "rank", "density", "assess", "consistency", "diff", "map", "export")
PLAN = "某市交通规划\n\n(一)完善铁路网。加快建设合新高铁、巢马城际铁路。到2025年,铁路网密度达到700公里/万平方公里。\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, builtin_atlas: Atlas) -> Path:
    """A folder as the help's examples assume it: plan.txt, and an atlas of the built-in register."""
    path = tmp_path_factory.mktemp("cli")
    (path / "plan.txt").write_text(PLAN, "utf-8")
    shutil.copytree(builtin_atlas.folder, path / "atlas")
    return path


def example_of(command: str) -> str:
    """Return the example in the epilog of a command's help."""
    epilog = get_command(app).commands[command].epilog  # type: ignore[attr-defined]
    return str(epilog).split("example: ", 1)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_of_each_help_works_as_printed(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    words = shlex.split(example_of(command))
    assert words[0] == "tongtu"
    status, out, err = run(*words[1:], capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert out


def test_help_is_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, _ = run("--help", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    assert all(command in out for command in COMMANDS)


def test_travel_time_as_csv_and_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("travel-time", "--from", "合肥市", "--from", "芜湖", "--to", "上海", "--mode", "rail")
    status, out, _ = run(*words, "--format", "csv", capsys=capsys, monkeypatch=monkeypatch)
    table = pd.read_csv(io.StringIO(out))
    assert status == 0
    assert list(table.columns) == ["from", "to", "mode", "as_of", "scenario", "travel_time_min", "length_km", "note"]
    assert list(table["from"]) == ["合肥", "芜湖"]
    # Door to door: more than the fastest train of 111 min (合肥晚报 2021-01), less than a day's work.
    assert 111 < table["travel_time_min"].iloc[0] < 300
    status, out, _ = run(*words, "--format", "json", capsys=capsys, monkeypatch=monkeypatch)
    assert json.loads(out)[0]["to"] == "上海"


def test_station_to_station_is_quicker_than_door_to_door(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("travel-time", "--from", "合肥", "--to", "上海", "--mode", "rail", "--format", "csv")
    _, door, _ = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    _, train, _ = run(*words, "--depart-from", "station", capsys=capsys, monkeypatch=monkeypatch)
    minutes = [pd.read_csv(io.StringIO(text))["travel_time_min"].iloc[0] for text in (door, train)]
    assert minutes[1] + 40 <= minutes[0]


def test_every_pair_of_the_matrix_has_numbers_or_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("places.csv").write_bytes("name,lon,lat\r\n洋山,122.06,30.63\r\n".encode("utf-8-sig"))
    words = (
        "--from",
        "合肥市",
        "--from",
        "舟山",
        "--from",
        "places.csv",
        "--to",
        "上海",
        "--to",
        "北京",
        "--mode",
        "rail",
    )
    status, out, err = run(
        "travel-time", *words, "--depart-from", "station", "--format", "csv", capsys=capsys, monkeypatch=monkeypatch
    )
    assert status == 0, err
    table = pd.read_csv(io.StringIO(out), keep_default_na=False).set_index(["from", "to"])
    assert len(table) == 6
    assert table.loc[("合肥", "上海"), "note"] == ""
    assert 100 < float(table.loc[("合肥", "上海"), "travel_time_min"]) < 140
    assert table.loc[("舟山", "上海"), ["travel_time_min", "length_km", "note"]].tolist() == [
        "",
        "",
        "no station for 舟山",
    ]
    assert table.loc[("洋山", "上海"), "note"] == "no station for 洋山"
    assert table.loc[("合肥", "北京"), "note"] == "北京 lies beyond the data (沪苏浙皖)"


def test_the_legs_sum_to_the_travel_time(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("travel-time", "--from", "合肥", "--from", "北京", "--to", "杭州", "--as-of", "2020-12", "--format", "csv")
    _, matrix, _ = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    status, out, err = run(*words, "--legs", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    legs, whole = pd.read_csv(io.StringIO(out)), pd.read_csv(io.StringIO(matrix))
    chain = legs[legs["from"] == "合肥"]
    assert list(chain["leg"]) == list(range(1, len(chain) + 1))
    assert {"access", "train", "egress"} <= set(chain["kind"])
    # Each leg is rounded to a tenth of a minute.
    assert chain["time_min"].sum() == pytest.approx(whole["travel_time_min"].iloc[0], abs=0.05 * len(chain) + 0.05)
    assert chain["length_km"].sum() == pytest.approx(whole["length_km"].iloc[0], abs=0.05 * len(chain) + 0.05)
    lost = legs[legs["from"] == "北京"]
    assert len(lost) == 1
    assert "beyond the data" in lost["line"].iloc[0]


def test_a_file_of_projects_is_a_scenario(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    words = ("travel-time", "--from", "合肥", "--to", "宿州", "--mode", "rail", "--format", "csv")
    minutes = {}
    for scenario in ("today", "plan", "atlas/features.gpkg"):
        status, out, err = run(*words, "--scenario", scenario, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        row = pd.read_csv(io.StringIO(out)).iloc[0]
        assert row["scenario"] == scenario
        minutes[scenario] = row["travel_time_min"]
    # The file holds the built-in projects: the plan. New lines never make a trip longer.
    assert minutes["atlas/features.gpkg"] == minutes["plan"] <= minutes["today"]


def test_density_of_one_city(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, _ = run(
        "density", "--area", "合肥", "--mode", "rail", "--format", "csv", capsys=capsys, monkeypatch=monkeypatch
    )
    table = pd.read_csv(io.StringIO(out))
    assert status == 0
    assert list(table.columns) == [
        "area",
        "level",
        "indicator",
        "as_of",
        "scenario",
        "length_km",
        "area_km2",
        "density",
        "unit",
        "definition",
    ]
    row = table.iloc[0]
    assert row["density"] == pytest.approx(row["length_km"] / row["area_km2"] * 10000, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("travel-time", "--from", "不存在村", "--to", "上海"), "不存在村"),
        (("travel-time", "--from", "合肥", "--to", "上海", "--mode", "ship"), "rail, road, any"),
        (("travel-time", "--from", "合肥", "--to", "上海", "--as-of", "later"), "YYYY-MM"),
        (("travel-time", "--from", "合肥", "--to", "上海", "--scenario", "soon"), "no scenario"),
        (("travel-time", "--from", "合肥", "--to", "上海", "--scenario", "soon.gpkg"), "no such file"),
        (("travel-time", "--from", "合肥", "--to", "上海", "--depart-from", "station"), "station with mode rail"),
        (("density", "--level", "village"), "province, prefecture"),
        (("density", "--table", "lengths"), "densities, definitions"),
        (("density", "--official", "missing.csv"), "no such file"),
        (("density", "--reconcile", "--area", "黄山市"), "no published length"),
        (("density", "--scenario", "soon"), "no scenario"),
        (("assess", "missing"), "no such file"),
        (("assess", "--targets", "missing.csv"), "no such file"),
        (("assess", "--table", "marks"), "verdicts, closing"),
        (("consistency", "missing"), "projects.csv"),
        (("density", "--area", "北京市"), "北京市"),
        (("density", "--mode", "canal"), "accepted"),
        (("site", "missing.csv"), "no such file"),
        (("export", "missing.gpkg", "--out", "x"), "no such file"),
        (("read", "missing.txt", "--out", "x"), "missing.txt"),
        (("atlas", "missing.txt", "--out", "x"), "missing.txt"),
        (("read", "missing.txt", "--corrections", "missing.csv"), "missing.csv"),
        (("read", "--explain", " "), "the sentence is empty"),
    ],
)
def test_wrong_input_ends_with_status_1_and_says_what_to_do(
    words: tuple[str, ...],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert err.startswith("tongtu: ")
    assert message in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_corrected_table_goes_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop, correct a CSV by hand in a Chinese Excel, go on."""
    monkeypatch.chdir(tmp_path)
    status, _, err = run("read", str(folder / "plan.txt"), "--out", "register", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    text = (tmp_path / "register" / "projects.csv").read_text("utf-8-sig")
    assert "合新高铁" in text
    (tmp_path / "mine.csv").write_bytes(text.replace("合新高铁", "合新高速铁路").encode("gb18030"))
    status, _, err = run("site", "mine.csv", "--out", "mine.gpkg", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    status, _, err = run(
        "export", "mine.gpkg", "--format", "csv", "--out", "mine_out.csv", capsys=capsys, monkeypatch=monkeypatch
    )
    assert status == 0, err
    assert "合新高速铁路" in (tmp_path / "mine_out.csv").read_text("utf-8-sig")


def test_read_writes_the_text_and_the_page_beside_the_tables(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(
        "read",
        str(folder / "plan.txt"),
        "--out",
        "out",
        "--date",
        "plan.txt=2020-04",
        capsys=capsys,
        monkeypatch=monkeypatch,
    )
    assert status == 0, err
    assert "review.html" in out
    written = {p.relative_to("out").as_posix() for p in Path("out").rglob("*") if p.is_file()}
    assert written == {
        "projects.csv",
        "mentions.csv",
        "targets.csv",
        "damage.csv",
        "documents.csv",
        "review.html",
        "text/plan.txt",
        "manifest.json",
    }
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == written - {"manifest.json"}
    assert [row["date"] for row in manifest["inputs"]] == ["2020-04"]
    assert '"date":"2020-04"' in Path("out/review.html").read_text("utf-8")
    text = Path("out/text/plan.txt").read_bytes().decode("utf-8")
    assert text == PLAN
    mentions = pd.read_csv("out/mentions.csv", encoding="utf-8-sig")
    assert len(mentions) >= 2
    assert [text[a:b] for a, b in zip(mentions["start"], mentions["end"], strict=True)] == list(mentions["quotation"])


def test_a_date_for_another_file_is_an_error(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("read", str(folder / "plan.txt"), "--out", "out", "--date", "other.txt=2020-04")
    status, _, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert "other.txt" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["mine.csv", "out/mine.csv"])
def test_corrections_survive_a_new_run(
    place: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command twice: the same result, and the planner's file is where it was, even inside the output folder."""
    monkeypatch.chdir(tmp_path)
    plan = str(folder / "plan.txt")
    assert run("read", plan, "--out", "out", capsys=capsys, monkeypatch=monkeypatch)[0] == 0
    content = (
        "动作,项目编号,项目名称,文件,字段,新值,备注\n修改,,合新高铁,,阶段,建成运营,\n删除,,没有的铁路,,,,\n".encode(
            "gb18030"
        )
    )
    Path(place).write_bytes(content)
    made = []
    for _ in range(2):
        words = ("read", plan, "--out", "out", "--corrections", place)
        status, out, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        assert "1/2 条生效" in out
        assert f"{place}, 行 row 3: 未生效" in err
        assert "没有的铁路" in err
        assert Path(place).read_bytes() == content
        made.append({p.name: p.read_bytes() for p in Path("out").glob("*.csv")})
    assert made[0] == made[1]
    projects = pd.read_csv("out/projects.csv", encoding="utf-8-sig").set_index("name")
    assert projects.loc["合新高铁", "status"] == "operating"
    assert projects.loc["合新高铁", "flags"] == "corrected"
    report = pd.read_csv("out/corrections_report.csv", encoding="utf-8-sig")
    assert report["applied"].tolist() == ["yes", "no"]
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert manifest["corrections"]["path"] == place
    # Without the option a file of corrections that lies in the folder is kept, like everything that a person put there.
    assert run("read", plan, "--out", "out", capsys=capsys, monkeypatch=monkeypatch)[0] == 0
    assert Path(place if place == "mine.csv" else "out/kept/mine.csv").read_bytes() == content


def test_bad_corrections_are_refused_with_every_breach(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.csv").write_text("action,name,column,value\nset,合新高铁,status,nearly\nalter,合新高铁,,\n", "utf-8")
    words = ("read", str(folder / "plan.txt"), "--out", "out", "--corrections", "c.csv")
    status, _, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert "row 2: 'nearly' is no status" in err
    assert "row 3: 'alter' is no action" in err
    assert not Path("out").exists()


def test_explain_tells_how_a_sentence_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence of issue 3: both lines are in preparation, because 前期工作 closes the list."""
    monkeypatch.chdir(tmp_path)
    sentence = "加快推进合新高铁、巢马城际等项目前期工作"
    status, out, err = run("read", "--explain", sentence, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert out.count("阶段 preparatory") >= 2
    for part in ("合新高铁", "巢马城际", "加快推进", "前期工作", "合肥-新沂"):
        assert part in out, part
    assert list(tmp_path.iterdir()) == []  # nothing is written


def test_read_needs_a_plan_or_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, _, err = run("read", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2
    assert "PLAN" in err
    status, _, err = run("read", "plan.txt", "--explain", "加快建设合新高铁", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 2
    assert "--explain" in err


def test_an_atlas_is_handed_over_in_every_format(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run per format: each bundle has its data, dictionary, licences, report and checksums."""
    monkeypatch.chdir(tmp_path)
    atlas = str(folder / "atlas")
    for form, module in (
        ("shp", ""), ("gpkg", ""), ("geojson", ""), ("fgb", ""), ("kml", ""), ("csv", ""),
        ("parquet", "pyarrow"), ("dxf", "ezdxf"), ("xlsx", "openpyxl"),
    ):  # fmt: skip
        if module and find_spec(module) is None:
            continue
        status, out, err = run("export", atlas, "--format", form, "--out", form, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        assert "行 rows" in out
        names = {path.name for path in (tmp_path / form).iterdir()}
        assert {"manifest.json", "fields.csv", "licences.csv", "export_report.json"} <= names
        assert any(name.endswith(f".{form}") for name in names)


def test_a_planner_gets_chinese_shapefiles_of_his_zone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyogrio

    monkeypatch.chdir(tmp_path)
    words = ("export", str(folder / "atlas"), "--crs", "cgcs2000-3deg", "--encoding", "GB18030", "--field-names", "zh")
    status, _, err = run(*words, "--out", "gis", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1  # the delta is nine degrees wide
    assert "--split-zones" in err
    assert not (tmp_path / "gis").exists()
    status, out, err = run(*words, "--out", "gis", "--split-zones", "--zip", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "gis.zip" in out
    table = pyogrio.read_dataframe("/vsizip/gis.zip/gis/rail_line_cgcs2000_3deg_cm117e.shp")
    assert table.crs.to_epsg() == 4548
    assert {"编号", "名称", "公布里程km", "开通年份"} <= set(table.columns)
    assert "合新高铁" in "".join(table["名称"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "dwg"), "accepted: shp, gpkg"),
        (("--crs", "mars"), "unknown coordinate system"),
        (("--encoding", "big5"), "accepted: utf-8, gb18030"),
        (("--field-names", "pinyin"), "accepted: ascii, zh"),
        (("--input-datum", "mars"), "accepted: wgs84, gcj02, bd09"),
        (("--format", "kml", "--crs", "gcj02"), "KML is WGS 84"),
    ],
)
def test_a_wrong_export_option_is_explained(
    words: tuple[str, ...],
    message: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run("export", str(folder / "atlas"), "--out", "x", *words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert err.startswith("tongtu: ")
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_assess_in_one_line_each(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner's own target and the national plan's, as CSV and as a folder of all tables."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("指标,比较,目标值,单位,区域\n铁路网密度,>=,7,公里/百平方公里,合肥\n", "gb18030")
    features = str(folder / "atlas" / "features.gpkg")
    every = read_features(Path(features), FEATURES)
    few = every[every["feature_id"].isin(every.loc[every["origin"] == "project", "feature_id"].head(5))]
    write_features({"projects": few}, Path("few.gpkg"))  # five projects are enough for the forms of the answer
    status, out, err = run(
        "assess", "--targets", "mine.csv", "--features", "few.gpkg", "--date", "mine=2020-04", "--format", "csv",
        capsys=capsys, monkeypatch=monkeypatch,
    )  # fmt: skip
    assert status == 0, err
    row = pd.read_csv(io.StringIO(out)).iloc[0]
    assert (row["unit"], row["plan_date"], row["indicator"]) == (
        "公里/百平方公里",
        "2020-04",
        "railway_network_density",
    )
    assert row["value_at_plan_date"] < row["value_today"]
    # 合肥市发展改革委 2021: 772.9 km/10⁴ km², here in the target's unit.
    assert round(row["official_value"], 3) == 7.729
    assert row["official_as_of"] == "2021-06"
    status, out, err = run(
        "assess", str(folder / "atlas" / "targets.csv"), "--targets", "mine.csv", "--features", features, "-o", "all",
        capsys=capsys, monkeypatch=monkeypatch,
    )  # fmt: skip
    assert status == 0, err
    assert {p.name for p in (tmp_path / "all").iterdir()} == {
        "verdicts.csv", "closing.csv", "sensitivity.csv", "assessment.csv", "manifest.json",
    }  # fmt: skip
    table = pd.read_csv(tmp_path / "all" / "verdicts.csv", encoding="utf-8-sig")
    # The dates of the documents come from the manifest beside the targets.
    hefei = table[(table["document"] == "hefei") & (table["verdict"] != "not_measured")]
    assert set(hefei["plan_date"]) == {"2020-04"}
    for form in ("table", "json"):
        status, out, err = run(
            "assess", "--targets", "mine.csv", "--features", "few.gpkg", "--table", "sensitivity", "--format", form,
            capsys=capsys, monkeypatch=monkeypatch,
        )  # fmt: skip
        assert status == 0, err
        assert ("without_lakes" in out) == (form == "json")
        assert ("面积扣除大湖" in out) == (form == "table")


def test_diff_of_two_registers(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    newer = PLAN.replace("加快建设合新高铁、巢马城际铁路", "合新高铁建成通车").replace("700", "750")
    for name, text, day in (("old", PLAN, "2020-04"), ("new", newer, "2024-01")):
        (tmp_path / "plan.txt").write_text(text, "utf-8")
        words = ("read", "plan.txt", "--out", name, "--date", f"plan.txt={day}")
        status, _, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
    status, out, err = run("diff", "old", "new", "--format", "json", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    rows = {(row["name"], row["change"]): row for row in json.loads(out)}
    assert rows["合新高铁", "stage_moved"]["new"] == "operating"
    gone = next(row for (name, change), row in rows.items() if change == "gone")
    assert gone["name"].startswith("巢马城际")
    assert gone["last_seen"] == "2020-04"
    assert next(row for (_, change), row in rows.items() if change == "number_changed")["difference"] == 50.0
    status, out, _ = run("diff", "old", "new", "--out", "changes.csv", capsys=capsys, monkeypatch=monkeypatch)
    assert "stage_moved 1" in out
    assert len(pd.read_csv(tmp_path / "changes.csv", encoding="utf-8-sig")) == len(rows)
    status, _, err = run("diff", "old", "nowhere", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert "projects.csv" in err
