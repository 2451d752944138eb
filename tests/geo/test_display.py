"""What results show in Jupyter: sizes and first rows, escaped, and nothing from the web."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from geo.display import ShowsTables, table_html


@dataclass(frozen=True)
class Result(ShowsTables):
    """A result of two tables."""

    projects: pd.DataFrame
    features: gpd.GeoDataFrame
    notes: list[str] = field(default_factory=list)
    month: str = "2025-12"
    none: pd.DataFrame | None = None


NASTY = "<img src=x onerror=alert(1)>${7*7}</script>"


def test_tables_show_their_size_and_first_rows() -> None:
    projects = pd.DataFrame({"name": [f"{n}号线" for n in range(1200)], "empty": None, "km": 1234.5678})
    features = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[Point(117, 31)], crs="EPSG:4326")
    shown = Result(projects, features, notes=["a", "b"])._repr_html_()
    assert "1,200 × 3" in shown
    assert "4号线" in shown
    assert "5号线" not in shown  # the first five
    assert "… 1,195" in shown
    assert "empty" not in shown  # a column without any value
    assert "1,234.57" in shown
    assert "Point" in shown
    assert "117" not in shown  # of a geometry its kind
    assert "month: 2025-12" in shown
    assert "notes <small>2</small>" in shown


def test_names_are_text() -> None:
    shown = Result(pd.DataFrame({NASTY: [NASTY]}), gpd.GeoDataFrame(geometry=[]), month=NASTY)._repr_html_()
    assert "<img" not in shown
    assert "</script" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_long_texts_are_cut_and_missing_ones_are_empty() -> None:
    shown = table_html(pd.DataFrame({"a": ["长" * 100, None], "b": [pd.NA, 1]}))
    assert "长" * 59 + "…" in shown
    assert "<NA>" not in shown
    assert "None" not in shown


def test_an_empty_table_shows_its_absence() -> None:
    assert "0 × 1" in Result(pd.DataFrame({"a": []}), gpd.GeoDataFrame(geometry=[]))._repr_html_()
