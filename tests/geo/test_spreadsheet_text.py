"""The one rule for texts that a spreadsheet would run, and that every CSV which raw texts reach obeys it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.spreadsheet_text import guarded, guarded_table, unguarded

if TYPE_CHECKING:
    from pathlib import Path

DANGEROUS = (
    "=1+1",
    "+86",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_spreadsheet_runs_it(text: str) -> None:
    assert guarded(text) == f"'{text}"


@given(st.one_of(st.text(), st.text("'=+-@＝\t\r\n a", max_size=6)))
def test_every_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in "=+@＝＋＠\t\r\n" or len(text) <= 1


def test_names_and_missing_values() -> None:
    table = pd.DataFrame({"=a": ["-1+1", None], "b": [-1.5, 2.0]})
    out = guarded_table(table)
    assert out.columns.tolist() == ["'=a", "b"]
    assert out["'=a"].tolist()[0] == "'-1+1"
    assert out["'=a"].isna().tolist() == [False, True]
    assert out["b"].tolist() == [-1.5, 2.0]  # a number is none


def test_companions_and_tables_of_a_hand_over(tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import Point

    from maps.export import Options, export

    texts = [*DANGEROUS, "=" + "长" * 300]
    shapes = [Point(117, 31)] * len(texts)
    drawn = gpd.GeoDataFrame({"=项目": texts, "b": range(len(texts))}, geometry=shapes, crs=4326)
    undrawn = gpd.GeoDataFrame({"=项目": texts, "b": range(len(texts))}, geometry=[None] * len(texts), crs=4326)
    table = gpd.GeoDataFrame(pd.concat([drawn, undrawn], ignore_index=True), crs=4326)
    for form in ("shp", "fgb", "csv"):
        made = export(table, tmp_path / form, form, Options(field_names="zh")).path
        files = sorted(made.glob("*.csv"))
        assert len(files) >= 2
        for path in files:
            with path.open(encoding="utf-8-sig", newline="") as file:
                cells = [cell for row in csv.reader(file) for cell in row]
            run = [c for c in cells if c[:1] in "=+-@＝＋－＠\t\r\n" and len(c) > 1 and not c.lstrip("-").isdigit()]
            assert not run, path
