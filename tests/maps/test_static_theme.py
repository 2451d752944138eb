"""Areas and rings in colours on paper: classes by hand, what the legend says, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import OutputError, VocabularyError
from geo.io import write_features, write_table
from layers.isochrones import ISOCHRONES
from layers.schema import AREAS, INDICATORS
from maps import fonts, style
from tests.maps import sample
from tests.maps.running import run

mpl = pytest.importorskip("matplotlib")

from matplotlib.collections import PathCollection  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from maps.export import write_geopackage  # noqa: E402
from maps.static import Sheet, area_theme, reach_theme, static_map  # noqa: E402

CITIES = ["合肥市", "芜湖市", "蚌埠市", "淮南市", "马鞍山市", "铜陵市"]


@pytest.fixture(scope="module", autouse=True)
def _font() -> None:
    try:
        fonts.chinese_font()
    except OutputError as error:
        pytest.skip(str(error))


def ground() -> gpd.GeoDataFrame:
    """Return six boxes side by side, half a degree wide."""
    rows = [{"code": f"3401{k:02d}", "name": name, "short_name": name[:-1]} for k, name in enumerate(CITIES)]
    boxes = [shapely.box(117.0 + k / 2, 31.0, 117.5 + k / 2, 31.5) for k in range(6)]
    return gpd.GeoDataFrame(AREAS.coerce(pd.DataFrame(rows)), geometry=boxes, crs="EPSG:4326")


def indicators(**scenarios: list[float]) -> pd.DataFrame:
    rows = [
        {"area": name, "indicator": "rail_density", "scenario": scenario, "as_of": "2025-12", "value": value, "unit": "km/10000km2", "definition": "营业里程"}
        for scenario, values in scenarios.items()
        for name, value in zip(CITIES, values, strict=False)
    ]  # fmt: skip
    return INDICATORS.coerce(pd.DataFrame(rows))


def rings(*limits: float, origin: str = "合肥") -> gpd.GeoDataFrame:
    rows = [
        {"origin": origin, "limit_min": limit, "mode": "any", "as_of": "2025-12", "scenario": "today", "definition": "模型"}
        for limit in limits
    ]  # fmt: skip
    shapes = [shapely.Point(117.3, 31.8).buffer(limit / 100.0) for limit in limits]
    table = gpd.GeoDataFrame(ISOCHRONES.coerce(pd.DataFrame(rows)), geometry=shapes, crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def test_areas_are_in_fifths_and_one_without_a_number_is_white() -> None:
    theme = area_theme({"areas": ground()}, indicators(today=[100.0, 200.0, 300.0, 400.0, 500.0]), "rail_density")
    # Fifths of 100 … 500 lie at 180, 260, 340 and 420: one city in each class; the sixth has no number.
    assert theme.colours == (*style.CHOROPLETH, "#ffffff")
    assert [text for _, text in theme.keys] == ["100 – 180", "180 – 260", "260 – 340", "340 – 420", "≥ 420", "无数据"]
    assert [colour for colour, _ in theme.keys] == list(theme.colours)
    assert theme.box == (117.0, 31.0, 120.0, 31.5)
    assert theme.note.count("2025-12") == 1
    assert "营业里程" in theme.note


def test_times_towards_a_place_are_not_called_from_it() -> None:
    assert reach_theme(rings(30.0)).heading.startswith("自合肥出发的时间")
    assert reach_theme(rings(30.0).assign(direction="to")).heading.startswith("到合肥的时间")


def test_the_change_is_plan_less_today() -> None:
    table = indicators(today=[10.0] * 6, plan=[10.0, 10.0, 10.0, 20.0, 30.0, 40.0])
    theme = area_theme({"areas": ground()}, table, "rail_density", scenario="change", lang="en")
    # Of the three that change, by 10, 20 and 30, the fifths lie at 14, 18, 22 and 26; no change is in the lowest class.
    assert theme.colours == (*style.CHOROPLETH[:1] * 4, style.CHOROPLETH[2], style.CHOROPLETH[4])
    assert theme.keys[-1][1] == "≥ 26.00"


def test_counties_are_coloured_where_the_table_names_no_cities() -> None:
    table = indicators(today=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    elsewhere = ground().assign(name="无", short_name="", code=[f"99{k}" for k in range(6)])
    theme = area_theme({"areas": elsewhere, "counties": ground()}, table, "rail_density")
    assert len(set(theme.colours)) == 5


@pytest.mark.parametrize(("indicator", "scenario", "words"), [("speed", "today", "rail_density"), ("rail_density", "plan", "today")])  # fmt: skip
def test_what_is_not_in_the_table_is_refused_with_what_is(indicator: str, scenario: str, words: str) -> None:
    with pytest.raises(VocabularyError, match=words):
        area_theme({"areas": ground()}, indicators(today=[1.0, 2.0, 3.0]), indicator, scenario=scenario)


def test_rings_are_painted_from_far_to_near_and_the_near_one_is_darkest() -> None:
    theme = reach_theme(rings(30.0, 90.0, 60.0))
    widths = [shape.bounds[2] - shape.bounds[0] for shape in theme.shapes.geometry]
    assert widths == sorted(widths, reverse=True)
    assert [text for _, text in theme.keys] == ["≤ 30 分钟", "≤ 60 分钟", "≤ 90 分钟"]
    ranks = [style.RINGS.index(colour) for colour in theme.colours]
    assert ranks == sorted(ranks, reverse=True)


def test_rings_of_two_places_need_a_choice_and_seven_are_too_many() -> None:
    both = gpd.GeoDataFrame(pd.concat([rings(30.0), rings(30.0, origin="芜湖")]), crs="EPSG:4326")
    with pytest.raises(VocabularyError, match="合肥, 芜湖"):
        reach_theme(both)
    assert reach_theme(both, origin="芜湖").heading.startswith("自芜湖")
    with pytest.raises(VocabularyError, match="7 rings"):
        reach_theme(rings(*(10.0 * k for k in range(1, 8))))


def test_a_map_paints_each_area_and_says_what_the_colours_are() -> None:
    theme = area_theme({"areas": ground()}, indicators(today=[100.0, 200.0, 300.0, 400.0, 500.0]), "rail_density")
    figure: Any = static_map(sample.features(), sheet=Sheet(160, 120, dpi=50), theme=theme)
    figure.canvas.draw()
    painted = {to_hex(c) for part in figure.findobj(PathCollection) for c in part.get_facecolor()}
    assert set(theme.colours) <= painted
    said = [text.get_text() for text in figure.findobj(Text)]
    assert theme.heading in said
    assert {"100 – 180", "≥ 420", "无数据"} <= set(said)
    west, _, east, _ = figure.facts["extent"]
    assert west < 117.0
    assert east > 120.0


def test_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_geopackage(sample.features(), Path("atlas/features.gpkg"))
    write_table(indicators(today=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), Path("atlas/indicators.csv"), INDICATORS)
    write_features({"isochrones": rings(30.0, 60.0)}, Path("rings.gpkg"))
    words = ("map", "atlas", "--static", "a.png", "--dpi", "50", "--theme")
    for theme in (("rail_density",), ("isochrone", "--isochrones", "rings.gpkg")):
        status, out, err = run(*words, *theme, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        assert "a.png" in out
    for theme, message in (("isochrone", "--isochrones FILE"), ("speed", "no theme 'speed'")):
        status, _, err = run(*words, theme, capsys=capsys, monkeypatch=monkeypatch)
        assert status == 1
        assert message in err
    status, _, err = run("map", "atlas", "--theme", "rail_density", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert "--static" in err
