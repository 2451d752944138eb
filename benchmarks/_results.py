"""
What a benchmark found, kept: one writer of ``benchmarks/results/NAME.json`` and of the table ``RESULTS.md`` made from them.

A benchmark collects :class:`Figure` and hands them to :func:`record`, which prints them and, after a full run, writes the
file with date, commit, machine, load and versions. :func:`agree` stops a benchmark whose contestants found different numbers:
the seconds of a wrong answer mean nothing.

    figures = [Figure("1000x1000", 0.16, "s", at_most=0.2), Figure("1000x1000", 21.0, "s", who="pandana")]
    agree("times", ours, theirs, within=0.01, unit="s", who="pandana")
    record("routing", figures, packages=("numba", "pandana"), full=not options.smoke)
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

RESULTS = Path(__file__).resolve().parent / "results"
US = "tongtu"


class DisagreementError(ValueError):
    """Contestants of a benchmark that found different numbers."""


@dataclass(frozen=True)
class Figure:
    """
    One measured number.

    Attributes
    ----------
    what : str
        The job or the property, such as ``"1000x1000"``; the figures of one ``what`` stand in one row of the table.
    value : float
    unit : str
        ``"s"``, ``"GB"``, ``"MB"``, ``"x"`` (times as long as ours, or as the stated reference), ``"share"`` (0-1, printed
        in per cent), ``"km"``, ``"min"``, ``""`` (a count).
    who : str
        The contestant.
    at_most, at_least : float, optional
        The bar, in the same unit.
    """

    what: str
    value: float
    unit: str
    who: str = US
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None without one."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def bar(self) -> str:
        """The bar in words, and whether it is met; empty without one."""
        if self.met is None:
            return ""
        bounds = [(sign, bound) for sign, bound in (("≤", self.at_most), ("≥", self.at_least)) if bound is not None]
        return ", ".join(f"{sign} {said(bound, self.unit)}" for sign, bound in bounds) + (
            " met" if self.met else " MISSED"
        )


def said(value: float, unit: str) -> str:
    """
    Return a number with its unit, to about three figures.

    Examples
    --------
    >>> said(0.1637, "s"), said(1234.5, "s"), said(0.973, "share"), said(1_000_000.0, "")
    ('0.164 s', '1,234 s', '97.3 %', '1,000,000')
    """
    if not np.isfinite(value):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    size = abs(value)
    whole = float(value).is_integer() or size >= 100
    text = (
        f"{value:,.0f}" if whole else f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"
    )
    return f"{text} {unit}".strip()


def agree(what: str, ours: ArrayLike, theirs: ArrayLike, *, within: float, who: str, unit: str = "") -> float:
    """
    Return the largest difference of two contestants' numbers.

    Parameters
    ----------
    what : str
        What the numbers are, for the message.
    ours, theirs : array of float, same shape
        NaN must be NaN in both.
    within : float
        The largest difference allowed, in the unit of the numbers.
    who : str
        The peer.
    unit : str
        Of the numbers, for the message.

    Raises
    ------
    DisagreementError
        If shapes, missing values or numbers differ by more.
    """
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        message = f"{what}: {who} answers {np.isfinite(b).sum()} of {b.size}, we {np.isfinite(a).sum()} of {a.size}"
        raise DisagreementError(message)
    known = ~np.isnan(a)
    apart = float(np.max(np.abs(a[known] - b[known]))) if known.any() else 0.0
    if not apart <= within:
        message = f"{what}: {who} and we differ by {apart:.3g} {unit}, allowed is {within:.3g}"
        raise DisagreementError(message)
    return apart


def options(name: str, smoke: str, *more: tuple[str, dict[str, Any]]) -> argparse.Namespace:
    """
    Return the command line of a benchmark: ``--smoke`` and what it adds itself.

    Parameters
    ----------
    name : str
    smoke : str
        What the short form does, for the help.
    more : tuple of str and dict
        Further arguments: the flag and the keywords of ``argparse.ArgumentParser.add_argument``.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}")
    parser.add_argument("--smoke", action="store_true", help=smoke)
    for flag, keywords in more:
        parser.add_argument(flag, **keywords)
    return parser.parse_args(sys.argv[2:])


def machine() -> dict[str, Any]:
    """Return processor, cores, memory in GB, system and the load averages over 1, 5 and 15 minutes."""
    processor = platform.processor() or platform.machine()
    memory_gb: float | None = None
    info, pages = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    if pages.exists():
        memory_gb = round(int(pages.read_text().split()[1]) / 1024**2, 1)
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gb": memory_gb,
        "system": f"{platform.system()} {platform.release()}",
        "load": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else [],
    }


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python and of packages; ``"absent"`` where one is not installed."""
    out = {"Python": platform.python_version()}
    for package in packages:
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            out[package] = "absent"
    return out


def commit() -> str:
    """Return the short hash of the commit, with ``+`` where files other than results differ from it; empty without git."""
    folder = RESULTS.parent.parent
    answers = []
    for question in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--", ".", ":!benchmarks/results"]):
        try:
            done = subprocess.run(
                ["git", "--no-optional-locks", *question], cwd=folder, capture_output=True, text=True, check=False
            )
        except OSError:
            return ""
        if done.returncode:
            return ""
        answers.append(done.stdout.strip())
    return answers[0] + ("+" if answers[1] else "")


def record(
    name: str,
    figures: Iterable[Figure],
    *,
    packages: Sequence[str] = (),
    full: bool,
    note: str = "",
    folder: Path = RESULTS,
) -> None:
    """
    Print the figures of a benchmark and, after a full run, write them to the results and make the table again.

    Parameters
    ----------
    name : str
        Of the benchmark: the file is ``NAME.json``.
    figures : iterable of Figure
    packages : sequence of str
        Distributions whose versions matter, peers included.
    full : bool
        False for a short form or a size other than the stated one: printed, not kept.
    note : str
        What a reader of the table must know: what was compared, how far contestants agreed, what was left out.
    folder : Path
    """
    rows = list(figures)
    for row in rows:
        print("  ".join(x for x in (f"{row.what:40} {row.who:18} {said(row.value, row.unit):>12}", row.bar) if x))
    if not full:
        return
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        "benchmark": name,
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "versions": versions(packages),
        "note": note,
        "figures": [{k: v for k, v in asdict(row).items() if v is not None} for row in rows],
    }
    path = folder / f"{name}.json"
    path.write_text(
        json.dumps(kept, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n"
    )
    write_table(folder)
    print(f"kept in {path}")


def write_table(folder: Path = RESULTS) -> Path:
    """Make ``RESULTS.md`` of all results files: a section a benchmark, a row a job, a column a contestant."""
    parts = ["# Results", "", "Made by `python -m benchmarks`; one JSON file a benchmark lies beside this page.", ""]
    for path in sorted(folder.glob("*.json")):
        parts += _section(json.loads(path.read_text(encoding="utf-8")))
    table = folder / "RESULTS.md"
    table.write_text("\n".join(parts), encoding="utf-8", newline="\n")
    return table


def _section(kept: dict[str, Any]) -> list[str]:
    figures = [Figure(**row) for row in kept["figures"]]
    whos = list(dict.fromkeys([US, *(f.who for f in figures)]))
    whos = [who for who in whos if any(f.who == who for f in figures)]
    bars = any(f.bar for f in figures)
    here = kept["machine"]
    load = ", ".join(f"{x:.1f}" for x in here["load"])
    lines = [
        f"## {kept['benchmark']}",
        "",
        f"{kept['date']}, commit {kept['commit'] or 'unknown'}; {here['processor']}, {here['cores']} cores, "
        f"{here['memory_gb']} GB, load {load}; " + ", ".join(f"{k} {v}" for k, v in kept["versions"].items()),
        "",
        *([kept["note"], ""] if kept["note"] else []),
        "| | " + " | ".join(whos) + (" | bar |" if bars else " |"),
        "|---" * (1 + len(whos) + bars) + "|",
    ]
    for what in dict.fromkeys(f.what for f in figures):
        row = {f.who: f for f in figures if f.what == what}
        cells = [said(row[who].value, row[who].unit) if who in row else "" for who in whos]
        told = "; ".join(f.bar for f in row.values() if f.bar)
        lines.append("| " + " | ".join([what, *cells, *([told] if bars else [])]) + " |")
    return [*lines, ""]
