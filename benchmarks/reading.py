"""
How well and how fast plans are read: precision, recall and F1 against hand-made registers, and seconds.

    python -m benchmarks reading [--smoke]

Registers and scorer are those of ``../shared`` (or the folder in TONGTU_SHARED): the reader was developed on these texts, so
the figures say that it has not got worse, not how it reads a text it has never seen. Two readings by hand agreed at 0.94-1.00.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._results import Figure, options, record
from projects.documents import read_document
from projects.register import read_plans

if TYPE_CHECKING:
    from types import ModuleType

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
PLANS = ("hefei", "anhui", "fujian_2025", "guangxi_2025")
LEAST = 0.93


def scorer() -> ModuleType:
    """Return the module that scores a register against another."""
    spec = importlib.util.spec_from_file_location("score_extraction", SHARED / "tools" / "score_extraction.py")
    if spec is None or spec.loader is None:
        message = f"{SHARED} has no scorer"
        raise FileNotFoundError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_and_score(name: str, scored: ModuleType) -> list[Figure]:
    """Return the figures of one plan."""
    path = SHARED / "plans" / f"{name}.txt"
    start = time.perf_counter()
    register = read_plans([read_document(path)])
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "projects.csv"
        register.projects.to_csv(found, index=False)
        summary = scored.summary(scored.score(found, SHARED / "gold" / f"{name}.csv"))
    return [
        Figure(f"{name}: projects by hand", float(summary["gold"]), ""),
        Figure(f"{name}: precision", float(summary["P"]), "share"),
        Figure(f"{name}: recall", float(summary["R"]), "share"),
        Figure(f"{name}: F1", float(summary["F1"]), "share", at_least=LEAST),
        Figure(f"{name}: stages", float(summary["status"]), "share", at_least=LEAST),
        Figure(f"{name}: work", float(summary["work"]), "share", at_least=0.95),
        Figure(f"{name}: read", seconds, "s"),
    ]


def main() -> None:
    """Read each plan and record its figures."""
    asked = options("reading", "the shortest plan")
    if not (SHARED / "plans").is_dir():
        print(f"{SHARED} is absent: there are no registers by hand to compare with")
        return
    scored = scorer()
    plans = sorted(PLANS, key=lambda name: (SHARED / "plans" / f"{name}.txt").stat().st_size)
    figures = [row for name in plans[: 1 if asked.smoke else None] for row in read_and_score(name, scored)]
    record("reading", figures, full=not asked.smoke, note="On the texts that the reader was developed on.")


if __name__ == "__main__":
    main()
