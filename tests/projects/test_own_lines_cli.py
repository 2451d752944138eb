"""``tongtu site --own-lines``: what a planner's file can have wrong, one by one, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString
from typer.testing import CliRunner, Result

from geo.crs import wgs84_to_gcj02
from geo.errors import CrsError, SchemaError
from layers.siting_notes import decoded
from maps.cli import app
from projects.sites.ground import default_ground

PROJECTS = """project_id,name,mode,kind,work,status,places,documents
p1,合肥—六安试验线,rail,intercity_rail,new,proposed,合肥-六安,plan
p2,甲乙丙村试验线,rail,intercity_rail,new,proposed,甲乙丙村,plan
p3,莫斯科—合肥铁路,rail,high_speed_rail,new,proposed,莫斯科-合肥,plan
p4,鼓楼快速路,highway,expressway,new,proposed,鼓楼,plan
"""
GOOD = [(117.2, 31.86), (116.9, 31.8), (116.5, 31.74)]


def _run(folder: Path, lines: Path | None, *more: str) -> tuple[Result, gpd.GeoDataFrame | None]:
    table = folder / "projects.csv"
    table.write_text(PROJECTS, encoding="utf-8")
    out = folder / "features.gpkg"
    given = [] if lines is None else ["--own-lines", str(lines)]
    result = CliRunner().invoke(app, ["site", str(table), "--out", str(out), *given, *more])
    if result.exit_code:
        return result, None
    parts = [gpd.read_file(out, layer=name) for name in gpd.list_layers(out)["name"]]
    every = pd.concat([part for part in parts if "siting_codes" in part], ignore_index=True)
    return result, every[every["origin"] == "project"].set_index("feature_id")


def _geojson(folder: Path, coordinates: list[tuple[float, float]], **properties: str) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"project_id": "p1", **properties},
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }
    path = folder / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def _codes(features: gpd.GeoDataFrame, project: str = "p1") -> list[str]:
    return [note.code for note in decoded(features.loc[project, "siting_codes"])]


def test_a_good_line_is_used_and_every_project_stays(tmp_path: Path) -> None:
    result, features = _run(tmp_path, _geojson(tmp_path, GOOD))
    assert features is not None
    assert sorted(features.index) == ["p1", "p2", "p3", "p4"]
    assert features.loc["p1", "drawn_by"] == "user"
    assert _codes(features) == ["user_geometry"]
    assert "用户几何" not in result.stderr


def test_an_alignment_of_openstreetmap_comes_by_the_same_door(tmp_path: Path) -> None:
    _, features = _run(tmp_path, _geojson(tmp_path, GOOD, drawn_by="osm"))
    assert features is not None
    assert features.loc["p1", "drawn_by"] == "osm"
    assert features.loc["p1", "accuracy_km"] == 0.1


def test_unknown_and_foreign_places_and_namesakes_are_said(tmp_path: Path) -> None:
    _, features = _run(tmp_path, None)
    assert features is not None
    assert features.loc["p2", "drawn_by"] == "none"
    assert "甲乙丙村" in features.loc["p2", "siting_note"]
    assert "abroad" in _codes(features, "p3")
    assert features.geometry["p3"].bounds[1] < 40  # nothing towards Moscow
    assert "namesake_elsewhere" in _codes(features, "p4")


@pytest.mark.parametrize(
    ("coordinates", "code"),
    [
        ([(y, x) for x, y in GOOD], "user_swapped"),
        ([(2.35, 48.85), (4.83, 45.76)], "user_outside"),
        ([(500000.0, 3500000.0), (520000.0, 3510000.0)], "user_outside"),
        ([(117.2, 31.8), (117.3, 31.9), (117.2, 31.9), (117.3, 31.8)], "user_crossing_itself"),
        ([(113.2, 23.1), (113.4, 23.0)], "user_far"),
        ([], "user_empty"),
    ],
)
def test_each_fault_is_said_on_the_screen_and_in_the_table(
    tmp_path: Path, coordinates: list[tuple[float, float]], code: str
) -> None:
    result, features = _run(tmp_path, _geojson(tmp_path, coordinates), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert features is not None
    assert len(features) == 4
    assert code in _codes(features)
    used = code in {"user_crossing_itself", "user_far"}
    assert (features.loc["p1", "drawn_by"] == "user") == used
    assert "the user's geometry" in result.stderr
    assert "the user's geometry" in features.loc["p1", "siting_note"]


def test_the_region_of_the_plan_is_read_from_the_table_beside_the_register(tmp_path: Path) -> None:
    (tmp_path / "documents.csv").write_text("document,region\nplan,合肥市\n", encoding="utf-8")
    _, features = _run(tmp_path, None)
    assert features is not None
    assert features.loc["p2", "drawn_by"] == "area"
    assert {"not_found", "plan_region"} <= set(_codes(features, "p2"))


def test_gcj02_is_suspected(tmp_path: Path) -> None:
    true = default_ground().line_named(["京台高速"], "highway")
    assert true is not None
    line = max(getattr(true.geometry, "geoms", [true.geometry]), key=lambda part: float(part.length))
    lon, lat = wgs84_to_gcj02(*zip(*line.coords, strict=True))
    result, features = _run(tmp_path, _geojson(tmp_path, list(zip(lon.tolist(), lat.tolist(), strict=True))))
    assert features is not None
    assert "user_gcj02" in _codes(features)
    assert "GCJ-02" in result.stderr


def test_no_coordinate_system_no_id_and_no_file_are_errors_that_say_what_to_do(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"project_id": ["p1"]}, geometry=[LineString(GOOD)], crs="EPSG:4326")
    path = tmp_path / "own.shp"
    table.to_file(path)
    path.with_suffix(".prj").unlink()
    result, _ = _run(tmp_path, path)
    assert isinstance(result.exception, CrsError)
    assert "coordinate system" in str(result.exception)
    nameless = tmp_path / "nameless.geojson"
    nameless.write_text(
        _geojson(tmp_path, GOOD).read_text(encoding="utf-8").replace("project_id", "gid"), encoding="utf-8"
    )
    result, _ = _run(tmp_path, nameless)
    assert isinstance(result.exception, SchemaError)
    assert "project_id" in str(result.exception)
    text = tmp_path / "own.txt"
    text.write_text("not a map", encoding="utf-8")
    result, _ = _run(tmp_path, text)
    assert isinstance(result.exception, SchemaError)


def test_a_line_of_no_project_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _geojson(tmp_path, GOOD)
    path.write_text(path.read_text(encoding="utf-8").replace('"p1"', '"p99"'), encoding="utf-8")
    _, features = _run(tmp_path, path)
    assert features is not None
    assert "p99" in caplog.text
