"""Notebooks run from top to bottom, in an empty folder, and carry no outputs in git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo.errors import OutputError
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    if "use_chinese_font" in path.read_text("utf-8"):
        _need_chinese_font()
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells)
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells, 1):
        source = "".join(cell["source"])
        exec(compile(source, f"{path.name}, cell {number}", "exec"), names)
    assert list(tmp_path.glob("*.html")) + list(tmp_path.glob("*.png"))


def _need_chinese_font() -> None:
    """Skip where no font has the glyphs; where one has them, a missing glyph is a warning and fails the test."""
    pytest.importorskip("matplotlib")
    from maps.fonts import chinese_font

    try:
        chinese_font()
    except OutputError as error:
        pytest.skip(str(error))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
