"""The command line run in this process: what is tested is the command, not the start of Python."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from maps.cli import main

if TYPE_CHECKING:
    import pytest


def run(*arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run ``tongtu`` with some arguments; return status, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["tongtu", *arguments])
    status = 0
    try:
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err
