"""Runs the same job in us and in peers: a process each, warm-up, median, peak memory, results compared."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

Job = Callable[[], object]


class Measured(NamedTuple):
    """One contestant's figures: median seconds, peak resident memory, and the numbers it found."""

    name: str
    seconds: float
    peak_gb: float
    result: list[float]


def measure_here(job: Callable[[], Sequence[float]], *, runs: int) -> None:
    """Run a job, a first time for warming up where it runs more than once, and print its figures as JSON."""
    seconds = []
    result: Sequence[float] = []
    for _ in range(runs + (runs > 1)):
        start = time.perf_counter()
        result = job()
        seconds.append(time.perf_counter() - start)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    taken = statistics.median(seconds[1:] if runs > 1 else seconds)
    print(json.dumps({"seconds": taken, "peak_gb": peak_gb, "result": [float(x) for x in result]}))


def measure(module: str, name: str, arguments: Sequence[str]) -> Measured | str:
    """Run one contestant of a benchmark in a process of its own; a string says why it could not run."""
    command = [sys.executable, "-m", "benchmarks", module, *arguments, "--only", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it failed"])[-1]
    figures = json.loads(done.stdout.splitlines()[-1])
    return Measured(name, **figures)


def installed(package: str) -> bool:
    """Tell whether a peer's package can be imported."""
    return importlib.util.find_spec(package) is not None


def machine(*packages: str) -> str:
    """Return the machine, its load and the versions of packages, in one line."""
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in packages)
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{platform.machine()}, {os.cpu_count()} cores, load {load}; Python {platform.python_version()}, {versions}"
