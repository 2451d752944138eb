"""
Run a benchmark by name, all of them, or make the table of results again.

    python -m benchmarks rail_times [--smoke]
    python -m benchmarks all --smoke
    python -m benchmarks table

``all`` runs each in a process of its own and ends with 1 if one fails or its contestants disagree. The short forms do not
measure, so they run two at a time; full runs go one by one.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import benchmarks
from benchmarks._results import write_table


def main() -> int:
    """Run what the command line names, or list it."""
    names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "all":
        return run_all(names, sys.argv[2:])
    if name == "table":
        print(write_table())
        return 0
    if name not in names:
        print(f"usage: python -m benchmarks NAME [--smoke]; one of: all, table, {', '.join(names)}")
        return 2
    importlib.import_module(f"benchmarks.{name}").main()
    return 0


def run_all(names: list[str], arguments: list[str]) -> int:
    """Run benchmarks in processes of their own; return 1 if one failed, having shown what it said."""

    def run(name: str) -> tuple[str, float, subprocess.CompletedProcess[str]]:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", name, *arguments], capture_output=True, text=True, check=False
        )
        return name, time.perf_counter() - start, done

    failed = []
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1) if "--smoke" in arguments else 1) as pool:
        for name, seconds, done in pool.map(run, names):
            print(f"{name:24} {'failed' if done.returncode else 'passed'} in {seconds:6.1f} s", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout[-3000:] + done.stderr[-3000:], flush=True)
    print(f"{len(names) - len(failed)} of {len(names)} benchmarks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
