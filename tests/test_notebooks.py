"""Notebooks run from top to bottom, in an empty folder, and carry no outputs in git."""

from __future__ import annotations

import ast
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
    if any(word in path.read_text("utf-8") for word in ("use_chinese_font", "static_map")):
        _need_chinese_font()
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells)
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells, 1):
        shown = _run("".join(cell["source"]), f"{path.name}, cell {number}", names)
        # What Jupyter asks of the last expression of a cell.
        pictures = [getattr(shown, method)() for method in ("_repr_html_", "_repr_png_") if hasattr(shown, method)]
        assert not pictures or any(pictures)
    assert list(tmp_path.glob("*.html")) + list(tmp_path.glob("*.png"))


def _run(source: str, name: str, names: dict[str, Any]) -> Any:
    """Run a cell as Jupyter does, and return the value of its last expression."""
    body = ast.parse(source, name)
    last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
    exec(compile(body, name, "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), names)


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
