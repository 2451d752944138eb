"""Hand-over to GIS: what is written is read back whole by GDAL."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, box

from geo.io import read_features, sha256_of
from geo.spreadsheet_text import unguarded
from layers.schema import FEATURES
from maps.export import feature_layers, write_geopackage, write_shapefiles

GEOMETRIES = [
    LineString([(117.2, 31.8), (118.3, 34.3)]),
    MultiLineString([[(117, 31), (118, 32)], [(119, 31), (119, 32)]]),
    Point(116.97, 31.99),
    box(117, 31, 118, 32),
    None,
]
LONG = "、".join(f"第{i}个地名" for i in range(60))


def _features(names: list[str]) -> gpd.GeoDataFrame:
    rows = [
        {
            "feature_id": f"p{i}",
            "origin": "project",
            "name": name,
            "mode": ["rail", "rail", "airport", "highway", "energy"][i % 5],
            "kind": "k",
            "status": "proposed",
            "drawn_by": ["straight", "nodes", "point", "area", "none"][i % 5],
            "accuracy_km": None if i % 5 == 4 else 0.1 + 0.2 + i,
            "siting_note": LONG if i == 0 else "",
            "opening_year": None if i % 2 else 2025,
            "length_km": 0.0 if i == 3 else 289.4375,
            "geometry": GEOMETRIES[i % 5],
        }
        for i, name in enumerate(names)
    ]
    return gpd.GeoDataFrame(FEATURES.coerce(gpd.GeoDataFrame(rows, crs="EPSG:4326")), crs="EPSG:4326")


NAMES = ["合新高铁", "安康(西安)-襄阳-合肥-南京(北)-南通-上海高铁通道", "合肥新桥机场二期", "S327合肥段", "㵲水𬭚线"]


def test_every_row_is_in_one_layer() -> None:
    layers = feature_layers(_features(NAMES))
    assert sorted(layers) == ["airport_point", "energy_none", "highway_polygon", "rail_line"]
    assert sorted(i for layer in layers.values() for i in layer["feature_id"]) == [f"p{i}" for i in range(5)]
    assert set(layers["rail_line"].geom_type) == {"MultiLineString"}


def test_shapefiles_keep_whole_names_and_null_is_not_zero(tmp_path: Path) -> None:
    cut = write_shapefiles(_features(NAMES), tmp_path)
    assert cut == 1
    rail = pyogrio.read_dataframe(tmp_path / "rail_line.shp")
    assert (tmp_path / "rail_line.cpg").read_text() == "UTF-8"
    assert rail.crs.to_epsg() == 4326
    assert list(rail["name"]) == NAMES[:2]
    assert [c for c in rail.columns if c != "geometry"] == [c.shp for c in FEATURES.columns]
    assert rail["accur_km"].tolist() == pytest.approx([0.3, 1.3])
    assert rail["open_year"].iloc[0] == 2025
    assert np.isnan(rail["open_year"].iloc[1])
    assert pyogrio.read_dataframe(tmp_path / "highway_polygon.shp")["length_km"].tolist() == [0.0]
    # The long note is cut between characters and stands whole beside.
    assert LONG.startswith(rail["site_note"].iloc[0])
    assert 240 < len(rail["site_note"].iloc[0].encode()) <= 254
    with (tmp_path / "long_texts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"layer": "rail_line", "record": "1", "feat_id": "p0", "field": "site_note", "text": LONG}
        ]
    # What has no geometry is in a table, and Chinese field names in another.
    undrawn = pd.read_csv(tmp_path / "not_drawn.csv", encoding="utf-8-sig")
    assert undrawn["name"].tolist() == [NAMES[4]]
    fields = pd.read_csv(tmp_path / "fields.csv", encoding="utf-8-sig").set_index("shp")
    assert fields.loc["site_note", "zh"] == "落图说明"
    assert 'name="落图说明"' in (tmp_path / "rail_line.qml").read_text("utf-8")


def test_geopackage_round_trip(tmp_path: Path) -> None:
    features = _features(NAMES)
    write_geopackage(features, tmp_path / "f.gpkg")
    assert {str(n) for n in pyogrio.list_layers(tmp_path / "f.gpkg")[:, 0]} == set(feature_layers(features))
    back = read_features(tmp_path / "f.gpkg", FEATURES)
    expected = FEATURES.coerce(features)
    for name in FEATURES.names:
        pd.testing.assert_series_equal(back[name], expected[name], check_dtype=False)
    assert back.geometry.iloc[1].equals(features.geometry.iloc[1])
    assert back.geometry.iloc[4] is None


def test_the_same_features_give_the_same_bytes(tmp_path: Path) -> None:
    sums = []
    for run in ("a", "b"):
        write_shapefiles(_features(NAMES), tmp_path / run)
        write_geopackage(_features(NAMES), tmp_path / run / "f.gpkg")
        sums.append({p.name: sha256_of(p) for p in sorted((tmp_path / run).iterdir())})
    assert sums[0] == sums[1]


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=120).filter(
    lambda t: t == t.strip()
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=5))
def test_any_name_is_recovered_from_shapefile_and_companion(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("shp")
    write_shapefiles(_features(names), folder)
    with (folder / "long_texts.csv").open(encoding="utf-8-sig", newline="") as file:
        whole = {row["feat_id"]: unguarded(row["text"]) for row in csv.DictReader(file) if row["field"] == "name"}
    found = {}
    for shp in folder.glob("*.shp"):
        table = pyogrio.read_dataframe(shp)
        found.update({i: whole.get(i, n) for i, n in zip(table["feat_id"], table["name"], strict=True)})
    if (folder / "not_drawn.csv").exists():
        with (folder / "not_drawn.csv").open(encoding="utf-8-sig", newline="") as file:
            found.update({row["feature_id"]: unguarded(row["name"]) for row in csv.DictReader(file)})
    assert found == {f"p{i}": name for i, name in enumerate(names)}
