"""The command line: the examples of --help as printed, the answers, and the messages."""

from __future__ import annotations

import io
import json
import shlex
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.main import get_command

from maps.cli import app, main

COMMANDS = ("atlas", "read", "site", "travel-time", "density", "assess", "map", "export")
PLAN = "某市交通规划\n\n(一)完善铁路网。加快建设合新高铁、巢马城际铁路。到2025年,铁路网密度达到700公里/万平方公里。\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the help's examples assume it: plan.txt, and an atlas of the built-in register."""
    from maps.atlas import make_atlas

    path = tmp_path_factory.mktemp("cli")
    (path / "plan.txt").write_text(PLAN, "utf-8")
    make_atlas([], path / "atlas")
    return path


def run(*arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run the command line in this process; return status, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["tongtu", *arguments])
    status = 0
    try:
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


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
        (("density", "--level", "village"), "province, prefecture"),
        (("density", "--area", "北京市"), "北京市"),
        (("density", "--mode", "canal"), "accepted"),
        (("site", "missing.csv"), "no such file"),
        (("export", "missing.gpkg", "--out", "x"), "no such file"),
        (("read", "missing.txt", "--out", "x"), "missing.txt"),
        (("atlas", "missing.txt", "--out", "x"), "missing.txt"),
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
