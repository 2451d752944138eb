"""The writer of the benchmarks' results; the benchmarks themselves run by ``python -m benchmarks all --smoke`` in ``.ci/run``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks._results import DisagreementError, Figure, agree, record, write_table


def test_a_full_run_is_kept_and_its_table_has_a_row_a_job_and_a_column_a_contestant(tmp_path: Path) -> None:
    figures = [
        Figure("matrix", 0.25, "s", at_most=0.2),
        Figure("matrix", 21.0, "s", who="peer"),
        Figure("times faster", 84.0, "x", at_least=60.0),
    ]
    record("roads", figures, packages=("numpy", "no-such-package"), full=True, note="Small.", folder=tmp_path)
    kept = json.loads((tmp_path / "roads.json").read_text(encoding="utf-8"))
    assert [Figure(**row) for row in kept["figures"]] == figures
    assert kept["versions"]["numpy"] == np.__version__
    assert kept["versions"]["no-such-package"] == "absent"
    assert kept["machine"]["cores"] >= 1
    table = write_table(tmp_path).read_text(encoding="utf-8").splitlines()
    assert "| | tongtu | peer | bar |" in table
    assert "| matrix | 0.25 s | 21 s | ≤ 0.2 s MISSED |" in table
    assert "| times faster | 84 x |  | ≥ 60 x met |" in table


def test_a_short_run_is_not_kept(tmp_path: Path) -> None:
    record("roads", [Figure("matrix", 1.0, "s")], full=False, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("theirs", [[1.0, 2.1], [1.0, np.nan], [1.0]])
def test_contestants_that_found_something_else_stop_the_benchmark(theirs: list[float]) -> None:
    with pytest.raises(DisagreementError, match="peer"):
        agree("times", [1.0, 2.0], theirs, within=0.05, who="peer", unit="min")


def test_agreement_is_the_largest_difference_and_missing_agrees_with_missing() -> None:
    assert agree("times", [1.0, np.nan, 3.0], [1.5, np.nan, 3.25], within=0.5, who="peer") == 0.5


def test_all_fails_if_one_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(arguments: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        code = int("bad" in arguments)
        return subprocess.CompletedProcess(arguments, code, stdout="", stderr="peers disagree" if code else "")

    monkeypatch.setattr(subprocess, "run", run)
    assert command.run_all(["good"], ["--smoke"]) == 0
    assert command.run_all(["good", "bad"], ["--smoke"]) == 1
    assert "peers disagree" in capsys.readouterr().out
