"""Our route lengths against official ones: the table, and that the stated error of a verdict covers what it shows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.rail_times import modelled
from benchmarks.reconcile import reconciled
from projects.assessment import MEASUREMENT_ERROR_SHARE


def test_lengths_are_within_the_error_that_verdicts_state(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = reconciled(pd.read_csv(shared / "reference" / "network_length_official.csv"))
    with capsys.disabled():
        print("\n" + table.round({"measured_km": 0, "difference_share": 3}).to_string(index=False))
    assert len(table) >= 30
    stated = table["indicator"].map(lambda name: MEASUREMENT_ERROR_SHARE[f"{name}_length"])
    assert (table["difference_share"].abs() <= stated).all()
    # The figures of an authority's own site, and the latest ones of each province: within 4 %.
    latest = table[(table["grade"] == "A") | table["as_of"].str[:4].isin(["2024", "2025"])]
    assert (latest["difference_share"].abs() <= 0.04).all()


def test_rail_times_are_within_the_error_that_verdicts_state(shared: Path) -> None:
    table = modelled(pd.read_csv(shared / "reference" / "rail_times_published.csv"))
    assert table["modelled_min"].notna().all()
    assert table["error_share"].abs().mean() <= MEASUREMENT_ERROR_SHARE["rail_travel_time"]
