"""Export from files of others: what was found is said, a datum is guessed but not applied, profiles, and Python's way in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, Point
from typer.testing import CliRunner

from geo.datum import wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import CrsError, SchemaError, VocabularyError
from layers.highway import highway_lines
from layers.rail import rail_nodes
from maps.cli import app
from maps.export import Form, Options, export, read_source, source_of
from maps.gis.datum_hint import guessed_datum

SHIFTS = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


def _stations(datum: str = "", count: int = 40, column: str = "站名") -> gpd.GeoDataFrame:
    nodes = rail_nodes()
    rows = nodes[nodes["kind"] == "station"].head(count)
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    if datum:
        lon, lat = SHIFTS[datum](lon, lat)
    return gpd.GeoDataFrame(
        {"n": range(len(rows)), column: [f"{name}站" for name in rows["name"]]},
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_datum_is_offered_and_not_applied(datum: str, tmp_path: Path) -> None:
    table = _stations(datum)
    table.to_file(tmp_path / "stations.gpkg")
    result = CliRunner().invoke(
        app, ["export", str(tmp_path / "stations.gpkg"), "--out", str(tmp_path / "a.geojson"), "--format", "geojson"]
    )
    assert result.exit_code == 0, result.output
    assert f"--input-datum {datum}" in result.stderr
    back = pyogrio.read_dataframe(tmp_path / "a.geojson")
    assert np.allclose(back.geometry.x, table.geometry.x, atol=1e-7)  # where they were
    (record,) = tmp_path.glob("a.geojson.records/*/manifest.json")
    report = json.loads(record.read_text("utf-8"))["report"]
    assert datum.upper()[:-2] in report["input_datum_guess"]
    result = CliRunner().invoke(
        app,
        [
            "export",
            str(tmp_path / "stations.gpkg"),
            "--out",
            str(tmp_path / "b.geojson"),
            "--format",
            "geojson",
            "--input-datum",
            datum,
        ],
    )
    assert "--input-datum" not in result.stderr
    assert np.allclose(pyogrio.read_dataframe(tmp_path / "b.geojson").geometry.x, _stations().geometry.x, atol=1e-6)


def test_true_stations_and_lines_are_not_suspected(tmp_path: Path) -> None:
    assert guessed_datum([_stations()]).datum == "wgs84"
    assert not guessed_datum([_stations(count=3)]).shifted
    assert not guessed_datum([highway_lines()]).shifted
    csv = _stations("gcj02")
    text = pd.DataFrame({"名称": csv["站名"], "经度": csv.geometry.x, "纬度": csv.geometry.y})
    text.to_csv(tmp_path / "s.csv", index=False, encoding="gb18030")
    source = read_source(tmp_path / "s.csv")
    assert source.guess is not None
    assert source.guess.datum == "gcj02"
    assert source.layers[0].kind == "point"


def test_the_planning_profile(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"项目名称": ["合新高铁", "㵲水线"]}, geometry=[LineString([(117.2, 31.8), (118.3, 32.3)])] * 2, crs=4326
    )
    planned = Options(profile="planning")
    folder = export(table, tmp_path / "near", "shp", planned).path
    # 117.2-118.3 degrees east: the zone of 117 degrees, EPSG:4548.
    assert pyogrio.read_info(folder / "near.shp")["crs"] == "EPSG:4548"
    assert (folder / "near.cpg").read_text() == "GB18030"
    assert pyogrio.read_dataframe(folder / "near.shp")["项目名称"].tolist() == ["合新高铁", "㵲水线"]
    wide = gpd.GeoDataFrame({"a": [1]}, geometry=[LineString([(115.0, 31.8), (122.0, 32.3)])], crs=4326)
    far = export(wide, tmp_path / "wide.gpkg", "gpkg", planned).path
    assert pyogrio.read_info(far, layer="wide")["crs"] == "EPSG:4490"
    assert export(wide, tmp_path / "wide.kml", "kml", planned).path.is_file()
    # What is said goes before the profile.
    said = export(
        table,
        tmp_path / "said",
        Form.SHP,
        Options(profile="planning", crs="EPSG:4326", encoding="utf-8", field_names="ascii"),
    ).path
    assert pyogrio.read_info(said / "said.shp")["crs"] == "EPSG:4326"
    assert (said / "said.cpg").read_text() == "UTF-8"
    with pytest.raises(VocabularyError, match="plain, planning"):
        export(table, tmp_path / "no", "shp", Options(profile="x"))
    result = CliRunner().invoke(
        app, ["export", str(said / "said.shp"), "--out", str(tmp_path / "cli"), "--profile", "planning"]
    )
    assert result.exit_code == 0, result.output
    assert pyogrio.read_info(tmp_path / "cli" / "said.shp")["crs"] == "EPSG:4548"


def test_python_takes_paths_tables_and_words(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"a": ["x"]}, geometry=[Point(500_000, 3_430_974.32)], crs=4548)
    made = export(table, str(tmp_path / "p.geojson"), "geojson")
    assert pyogrio.read_dataframe(made.path).geometry.iloc[0].x == pytest.approx(117.0, abs=1e-6)
    again = export(str(made.path), tmp_path / "q.gpkg", "gpkg")
    assert len(pyogrio.read_dataframe(again.path, layer=0)) == 1
    assert export(pd.DataFrame({"a": [1]}), tmp_path / "t.csv", "csv").path.is_file()
    with pytest.raises(CrsError):
        source_of(table.set_crs(None, allow_override=True))
    with pytest.raises(VocabularyError):
        export(table, tmp_path / "x", "dwg")


def test_names_that_a_geopackage_keeps_for_itself_and_mixed_heights(tmp_path: Path) -> None:
    lines = [LineString([(117, 31, 5), (118, 32, 6)]), LineString([(117, 31), (118, 32)])]
    table = gpd.GeoDataFrame(
        {"fid": ["a", "b"], "GEOM": ["x", "y"], "n": ["1", "2"], "N": ["3", "4"]}, geometry=lines, crs=4326
    )
    for form in ("gpkg", "fgb", "shp", "geojson", "kml"):
        out = export(table, tmp_path / form, form).path
        layers = read_source(out).layers
        rows = pd.concat([layer.attributes() for layer in layers])
        assert sorted(rows["fid"]) == ["a", "b"], form
        heights = sorted({bool(shape.has_z) for layer in layers for shape in layer.table.geometry})
        assert heights == [False, True], form


def test_a_zipped_bundle_of_shapefiles_comes_back_whole(tmp_path: Path) -> None:
    long = "长江三角洲" * 60
    table = gpd.GeoDataFrame({"项目说明文字": [long, "短"]}, geometry=[Point(117, 31), Point(118, 32)], crs=4326)
    made = export(table, tmp_path / "bundle.zip", "shp", Options(field_names="zh"))
    assert made.lost == 1
    (layer,) = read_source(made.path).layers
    assert layer.attributes().iloc[:, 0].tolist() == [long, "短"]
    assert list(layer.attributes().columns) == ["项目说明文字"]
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path / "loose")
    (layer,) = read_source(tmp_path / "loose" / "bundle").layers
    assert layer.attributes().iloc[:, 0].tolist() == [long, "短"]


def test_what_cannot_be_right_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,lon,lat\n合肥,31.8,117.2\n芜湖,坏,118\n", "utf-8")
    with pytest.raises(CrsError, match="--input-axes yx"):
        read_source(tmp_path / "a.csv")
    source = read_source(tmp_path / "a.csv", axes="yx")
    assert [(f.code, f.rows) for f in source.findings] == [("geometry_lost", (2,))]
    assert sum(len(layer.table) for layer in source.layers) == 2
    (tmp_path / "m.csv").write_text("名称,lon,lat\n合肥,500000,3430974.32\n", "utf-8")
    with pytest.raises(CrsError, match="--input-crs"):
        read_source(tmp_path / "m.csv")
    point = read_source(tmp_path / "m.csv", crs="EPSG:4548").layers[0].table.geometry.iloc[0]
    assert point.x == pytest.approx(117.0, abs=1e-6)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SchemaError, match=r"features\.gpkg"):
        read_source(tmp_path / "empty")


def test_a_workbook_with_positions(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    pd.DataFrame(
        {"名称": ["合肥", "芜湖"], "代码": ["0341", "0010"], "经度": [117.2, 118.4], "纬度": [31.8, 31.3]}
    ).to_excel(tmp_path / "a.xlsx", index=False)
    (layer,) = read_source(tmp_path / "a.xlsx").layers
    assert layer.kind == "point"
    assert layer.table["代码"].tolist() == ["0341", "0010"]
    assert layer.table.geometry.iloc[0].equals(Point(117.2, 31.8))


def test_a_strangers_data_are_not_called_ours(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame({"线路": ["甲"]}, geometry=[LineString([(117, 31), (118, 32)])], crs=4326)
    folder = export(table, tmp_path / "lines", "shp").path
    item = json.loads((folder / "stac_item.json").read_text("utf-8"))
    assert item["properties"]["title"] == "lines"
    assert item["properties"]["attribution"] == ""
    assert "规划文本" not in (folder / "iso19115.xml").read_text("utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["attributions"] == manifest["licences"] == []
    assert len((folder / "licences.csv").read_text("utf-8-sig").splitlines()) == 1
    data = {name for name, asset in item["assets"].items() if asset["roles"] == ["data"]}
    assert data == {f"lines.{ending}" for ending in ("shp", "shx", "dbf", "prj", "cpg")}
