"""``tongtu map --static`` and ``tongtu report`` on the folder of a small atlas: what comes out, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text

from geo.errors import OutputError
from geo.io import write_table
from layers.accessibility import ACCESSIBILITY
from layers.ranking import RANKING
from layers.schema import INDICATORS, TRAVEL_TIMES
from maps import fonts, static
from maps.cli import main
from maps.export import write_geopackage
from maps.static_command import write_paper_map
from projects.schema import ASSESSMENT, DOCUMENTS, MENTIONS, PROJECTS, TARGETS
from tests.maps import sample
from tests.maps.test_report import DOCUMENTS as PLANS
from tests.maps.test_report import times
from tests.maps.test_report_accessibility import access, ranked
from tests.maps.visits import in_browser


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("atlas")
    write_geopackage(sample.features(), folder / "features.gpkg")
    documents = DOCUMENTS.coerce(pd.DataFrame(PLANS, dtype=object).reindex(columns=DOCUMENTS.names))
    for name, table, schema in (
        ("projects", sample.projects(), PROJECTS),
        ("mentions", sample.mentions(), MENTIONS),
        ("targets", sample.targets(), TARGETS),
        ("assessment", sample.assessment(), ASSESSMENT),
        ("indicators", sample.indicators(), INDICATORS),
        ("travel_times", times(), TRAVEL_TIMES),
        ("documents", documents, DOCUMENTS),
        ("accessibility", access(), ACCESSIBILITY),
        ("ranking", ranked(), RANKING),
    ):
        write_table(table, folder / f"{name}.csv", schema)
    (folder / "manifest.json").write_text(json.dumps({"inputs": PLANS}), encoding="utf-8")
    return folder


@pytest.fixture
def _font() -> None:
    try:
        fonts.chinese_font()
    except OutputError as error:
        pytest.skip(str(error))


def run(*words: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["tongtu", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    out = capsys.readouterr()
    return int(stopped.value.code or 0), out.out, out.err


def drawn_words(atlas: Path, monkeypatch: pytest.MonkeyPatch, out: Path, **options: Any) -> list[str]:
    """Return what a map says, by catching the figure on its way to the file."""
    kept: list[Any] = []
    make = static.static_map.__globals__["static_map"]

    def keep(*args: Any, **given: Any) -> Any:
        kept.append(make(*args, **given))
        return kept[-1]

    monkeypatch.setitem(static.write_static_map.__globals__, "static_map", keep)
    write_paper_map(atlas, out, dpi=50, **options)
    return [t.get_text() for t in kept[0].findobj(Text) if t.get_text().strip()]


@pytest.mark.usefixtures("_font")
@pytest.mark.parametrize("name", ["图.png", "图.svg", "图.pdf"])
def test_each_format_is_written(
    atlas: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    words = ("map", atlas, "--static", path, "--width-mm", 160, "--dpi", 60, "--mode", "rail", "--scenario", "plan")
    status, out, err = run(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert status == 0, err
    assert name in out
    assert path.read_bytes()[:4] in {b"\x89PNG", b"<?xm", b"%PDF"}


@pytest.mark.usefixtures("_font")
def test_titles_say_what_is_shown(atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rail = drawn_words(atlas, monkeypatch, tmp_path / "a.png", modes=["rail"])
    assert "铁路规划图" in rail
    assert "4 个项目，图上 4 个" in rail
    assert any(
        word.startswith("规划文件：样例市综合交通规划") for word in rail
    )  # titles of the plans, not their short names


@pytest.mark.usefixtures("_font")
def test_a_scenario_and_a_project(atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = drawn_words(atlas, monkeypatch, tmp_path / "a.png", scenario="STATUS>=under_construction")
    assert "阶段不早于“在建”的项目 · 4 个项目，图上 4 个" in words


@pytest.mark.usefixtures("_font")
def test_one_project_is_named_by_itself(atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = drawn_words(atlas, monkeypatch, tmp_path / "a.png", projects=["rail-001"])
    assert words.count("甲庚高铁") == 2  # title, and the line's name


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--mode", "rail"), "--static FILE.png"),
        (("--static", "a.gif"), ".png, .svg, .pdf"),
        (("--static", "a.png", "--mode", "canal"), "accepted"),
        (("--static", "a.png", "--project", "无此铁路"), "no project"),
        (("--static", "a.png", "--scenario", "soon"), "no scenario"),
        (("--static", "a.png", "--small-multiples", "colour"), "accepted: mode, stage, scenario"),
        (("--static", "a.png", "--width-mm", "5"), "60 to"),
    ],
)
def test_what_is_refused_says_what_to_give(
    atlas: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run("map", atlas, *words, monkeypatch=monkeypatch, capsys=capsys)
    assert status != 0
    assert message in err
    assert not list(tmp_path.iterdir())


def test_the_report_is_written_again(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(
        "report", atlas, "--out", tmp_path / "r.html", "--title", "报告", monkeypatch=monkeypatch, capsys=capsys
    )
    assert status == 0, err
    made = (tmp_path / "r.html").read_text("utf-8")
    assert "<h1>报告</h1>" in made
    assert "5 份规划" not in made
    assert "2 份规划文件共提出 14 个项目" in made
    assert "节约 1,234 万人·分" in made  # ranking.csv is read


@pytest.mark.browser
@in_browser
def test_the_report_as_pdf(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("report", atlas, "--out", tmp_path / "r.html", "--pdf", tmp_path / "r.pdf")
    status, out, err = run(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert status == 0, err
    assert "r.pdf" in out
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_nothing_is_written(
    atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("maps.pdf.shutil.which", lambda name: None)
    words = ("report", atlas, "--out", tmp_path / "r.html", "--pdf", tmp_path / "r.pdf")
    status, _, err = run(*words, monkeypatch=monkeypatch, capsys=capsys)
    assert status != 0
    assert "apt-get install chromium" in err
    assert not list(tmp_path.iterdir())
