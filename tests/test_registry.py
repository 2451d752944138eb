"""Every data file that is shipped has a row that says where it comes from, and is the file the row is about."""

from __future__ import annotations

import csv
import hashlib

from tests.conftest import ROOT

ROWS = list(csv.DictReader((ROOT / "geo" / "data" / "registry.csv").read_text("utf-8").splitlines()))
OWN = {"verbs", "heads", "units", "indicators", "registry"}


def test_every_shipped_table_is_registered() -> None:
    shipped = {
        path.relative_to(ROOT).as_posix()
        for folder in ("geo/data", "layers/data")
        for path in (ROOT / folder).iterdir()
        if path.suffix in {".csv", ".topojson", ".geojson", ".gpkg", ".fgb"} and path.stem not in OWN
    }
    assert shipped == {row["file"] for row in ROWS if row["file"].startswith(("geo/", "layers/"))}


def test_rows_are_of_the_files_as_they_are() -> None:
    """Run ``python geo/data/build_registry.py`` after a change."""
    for row in ROWS:
        content = (ROOT / row["file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest(), row["file"]
        assert row["licence"], row["file"]
        assert row["attribution"], row["file"]


def test_embedded_data_stay_small() -> None:
    """Issue 4: the embedded data stay under 5 MB."""
    files = [path for package in ("geo", "layers", "projects") for path in (ROOT / package / "data").rglob("*.*")]
    assert sum(path.stat().st_size for path in files if path.suffix != ".py") < 5_000_000
