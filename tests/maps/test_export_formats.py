"""Every format is read back, by GDAL where it has a driver, and says what our tables say; warnings are errors."""

from __future__ import annotations

import csv
import json
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from geo.crs import to_output
from geo.datum import wgs84_to_bd09, wgs84_to_gcj02
from geo.errors import CrsError, MissingExtraError, SchemaError, VocabularyError
from geo.geodesy import distance_km
from geo.io import sha256_of
from layers.schema import FEATURES, Mode, Status
from maps.export import Form, Options, export
from maps.gis.handover import Layer, contract_layers
from maps.gis.qgis_style import looks_of
from maps.gis.sources import Source, read_source
from maps.style import MODES, line_look
from projects.schema import MENTIONS, PROJECTS

ROWS = [
    # feature_id, origin, name, mode, work, status, drawn_by, geometry
    ("p1", "project", "合新高铁", "rail", "new", "under_construction", "nodes", LineString([(117.2, 31.8), (118.3, 34.3)])),
    ("p2", "project", "=1+1铁路", "rail", "upgrade", "proposed", "straight", LineString([(117.0, 31.0), (118.0, 32.0)])),
    ("p3", "project", "新桥机场二期", "airport", "upgrade", "starting", "point", Point(116.97, 31.99)),
    ("p4", "project", "S327合肥段", "highway", "new", "proposed", "area", box(117.0, 31.0, 117.5, 31.5)),
    ("p5", "project", "未落图的项目", "energy", "new", "proposed", "none", None),
    ("n1", "network", "京沪铁路", "rail", "", "operating", "network", LineString([(117.0, 33.0), (118.7, 32.1)])),
]  # fmt: skip


def _features(rows: list[tuple[object, ...]] = ROWS) -> gpd.GeoDataFrame:
    names = ["feature_id", "origin", "name", "mode", "work", "status", "drawn_by", "geometry"]
    table = gpd.GeoDataFrame([dict(zip(names, row, strict=True)) for row in rows], geometry="geometry", crs="EPSG:4326")
    table["length_km"] = [289.4375, 0.0, np.nan, np.nan, np.nan, 160.25][: len(rows)]
    table["opening_year"] = [2025, None, None, 0, None, 1912][: len(rows)]
    return FEATURES.coerce(table)


@pytest.fixture
def source() -> Source:
    return Source("features", contract_layers(_features()))


def _one(source: Source, folder: Path, form: Form, **options: object) -> Path:
    """Export to a file in a folder and return it."""
    return export(source, folder / f"out.{form.value}", form, Options(**options)).path  # type: ignore[arg-type]


def test_geopackage_is_drawn_and_explained(source: Source, tmp_path: Path) -> None:
    path = _one(source, tmp_path, Form.GPKG)
    with closing(sqlite3.connect(path)) as database:
        aliases = dict(
            database.execute(
                "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'rail_line'"
            ).fetchall()
        )
        words = dict(
            database.execute(
                "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = 'features_status'"
            ).fetchall()
        )
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault").fetchall())
        indexed = {
            row[0]
            for row in database.execute("SELECT table_name FROM gpkg_extensions WHERE extension_name LIKE '%rtree%'")
        }
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert aliases == {c.name: c.zh for c in FEATURES.columns}
    assert words["under_construction"] == "在建"
    assert set(words) == {s.value for s in Status}
    assert set(styles) == indexed == {"rail_line", "airport_point", "highway_polygon"}
    back = pyogrio.read_dataframe(path, layer="rail_line")
    assert back["name"].tolist() == ["京沪铁路", "合新高铁", "=1+1铁路"]
    # What tongtu wrote, it reads: the table of styles is no layer of features.
    again = read_source(path)
    assert {layer.name: len(layer.table) for layer in again.layers} == {
        layer.name: len(layer.table) for layer in source.layers
    }


def test_geopackage_style_is_the_maps(source: Source, tmp_path: Path) -> None:
    path = _one(source, tmp_path, Form.GPKG)
    with closing(sqlite3.connect(path)) as database:
        (qml,) = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'rail_line'").fetchone()
    root = ET.fromstring(qml.split("\n", 1)[1])
    rules = {rule.get("label"): rule for rule in root.iter("rule")}
    assert list(rules) == ["现状 铁路", "铁路 · 在建 · 新建", "铁路 · 规划研究 · 改建扩能 · 位置示意"]
    symbols = {symbol.get("name"): symbol for symbol in root.iter("symbol")}
    look = line_look("rail", "under_construction")
    strokes = [
        {o.get("name"): o.get("value") for o in layer.iter("Option") if o.get("name")}
        for layer in symbols[rules["铁路 · 在建 · 新建"].get("symbol")].findall("layer")
    ]
    red = ",".join(str(int(look.colour[i : i + 2], 16)) for i in (1, 3, 5))
    assert [s["line_color"] for s in strokes] == ["255,255,255,217", f"{red},255"]
    assert float(strokes[1]["line_width"]) == pytest.approx(look.width_px * 25.4 / 96, abs=0.001)
    assert [float(d) for d in strokes[1]["customdash"].split(";")] == pytest.approx(
        [13 * 25.4 / 96, 4 * 25.4 / 96], abs=0.001
    )
    # Each feature falls under one rule: the filters, run as SQL, which they also are.
    with closing(sqlite3.connect(path)) as database:
        found = [
            database.execute(f"SELECT feature_id FROM rail_line WHERE {rule.get('filter')}").fetchall()
            for rule in rules.values()
        ]
    assert found == [[("n1",)], [("p1",)], [("p2",)]]


@pytest.mark.parametrize("kind", ["line", "point", "polygon"])
def test_every_look_has_a_symbol(kind: str) -> None:
    from maps.gis.qgis_style import layer_qml

    shape = {"line": LineString([(117, 31), (118, 32)]), "point": Point(117, 31), "polygon": box(117, 31, 118, 32)}[
        kind
    ]
    rows = [
        (f"{o}{m}{s}{w}{d}", o, "x", m.value, w, s.value, d, shape)
        for o in ("project", "network") for m in Mode for s in Status for w in ("new", "upgrade") for d in ("nodes", "straight")
    ]  # fmt: skip
    names = ["feature_id", "origin", "name", "mode", "work", "status", "drawn_by", "geometry"]
    table = FEATURES.coerce(gpd.GeoDataFrame([dict(zip(names, r, strict=True)) for r in rows], crs="EPSG:4326"))
    for layer in contract_layers(table):
        root = ET.fromstring(layer_qml(layer, {n: n for n in FEATURES.names}).decode().split("\n", 1)[1])
        rules, symbols = list(root.iter("rule")), {s.get("name") for s in root.findall("renderer-v2/symbols/symbol")}
        assert len(rules) == len(looks_of(layer)) == 6 * 2 * 2 + 1  # stages, works, rough or not; the network once
        assert {rule.get("symbol") for rule in rules} == symbols
        assert len({rule.get("filter") for rule in rules}) == len(rules)


def _holds(test: ET.Element, row: dict[str, object]) -> bool:
    """Evaluate an OGC filter by hand."""
    kind = test.tag.rsplit("}", 1)[1]
    if kind == "PropertyIsEqualTo":
        return str(row[test[0].text]) == test[1].text  # type: ignore[index]
    parts = [_holds(part, row) for part in test]
    return {"And": all(parts), "Or": any(parts), "Not": not parts[0], "Filter": parts[0]}[kind]


@pytest.mark.parametrize("style", ["ascii", "zh"])
def test_sld_draws_each_feature_once_and_as_the_map(style: str, source: Source, tmp_path: Path) -> None:
    made = export(source, tmp_path / "out", Form.SHP, Options(field_names=style))  # type: ignore[arg-type]
    se, ogc = "{http://www.opengis.net/se}", "{http://www.opengis.net/ogc}"
    for path in sorted(made.path.glob("*.shp")):
        rules = list(ET.parse(path.with_suffix(".sld")).getroot().iter(f"{se}Rule"))
        for row in pyogrio.read_dataframe(path, read_geometry=False).to_dict("records"):
            assert sum(_holds(rule.find(f"{ogc}Filter"), row) for rule in rules) == 1  # type: ignore[arg-type]
    lines = ET.parse(made.path / "rail_line.sld").getroot()
    rule = next(r for r in lines.iter(f"{se}Rule") if r.findtext(f"{se}Description/{se}Title") == "铁路 · 在建 · 新建")
    stroke = {p.get("name"): p.text for p in rule.findall(f"{se}LineSymbolizer")[-1].iter(f"{se}SvgParameter")}
    look = line_look("rail", "under_construction")
    assert stroke["stroke"] == look.colour
    assert stroke["stroke-dasharray"] == "13 4"
    assert float(str(stroke["stroke-width"])) == look.width_px


def test_geojson_is_rfc_7946(source: Source, tmp_path: Path) -> None:
    path = _one(source, tmp_path, Form.GEOJSON)
    record = json.loads(path.read_text("utf-8"))
    assert "crs" not in record
    by_id = {f["id"]: f for f in record["features"]}
    assert set(by_id) == {row[0] for row in ROWS}
    assert by_id["p5"]["geometry"] is None
    assert by_id["p4"]["properties"]["opening_year"] == 0
    assert by_id["p2"]["properties"]["opening_year"] is None
    # Section 3.1.6: exterior rings are anticlockwise; ours came clockwise or not.
    ring = by_id["p4"]["geometry"]["coordinates"][0][0]
    assert Polygon(ring).exterior.is_ccw
    assert record["bbox"] == [116.97, 31.0, 118.7, 34.3]
    back = pyogrio.read_dataframe(path)
    assert sorted(back["name"]) == sorted(row[2] for row in ROWS)


def test_flatgeobuf_and_geoparquet(source: Source, tmp_path: Path) -> None:
    made = export(source, tmp_path / "fgb", Form.FGB, Options(crs="cgcs2000-3deg", field_names="zh"))
    back = pyogrio.read_dataframe(made.path / "rail_line.fgb")
    assert back.crs.to_epsg() == 4548
    assert sorted(back["名称"]) == sorted(["京沪铁路", "合新高铁", "=1+1铁路"])
    with (made.path / "not_drawn.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["名称"] for row in csv.DictReader(file)] == ["未落图的项目"]
    pytest.importorskip("pyarrow")
    path = _one(source, tmp_path, Form.PARQUET, crs="EPSG:4490")
    table = gpd.read_parquet(path)
    assert table.crs.to_epsg() == 4490
    assert sorted(table["feature_id"]) == sorted(row[0] for row in ROWS)
    assert table.set_index("feature_id").geometry["p1"].equals(shapely.multilinestrings([ROWS[0][7]]))


def test_kml_has_folders_by_mode_and_stage(source: Source, tmp_path: Path) -> None:
    path = _one(source, tmp_path, Form.KML)
    space = {"k": "http://www.opengis.net/kml/2.2"}
    root = ET.parse(path).getroot()
    tree = {
        folder.findtext("k:name", "", space): [
            f.findtext("k:name", "", space) for f in folder.findall("k:Folder", space)
        ]
        for folder in root.findall("k:Document/k:Folder", space)
    }
    assert tree == {
        "铁路": ["在建", "规划研究"],
        "公路": ["规划研究"],
        "机场": ["开工"],
        "能源": ["规划研究"],
        "现状": ["铁路"],
    }
    styles = {s.get("id"): s for s in root.iter(f"{{{space['k']}}}Style")}
    used = {e.text.lstrip("#") for e in root.iter(f"{{{space['k']}}}styleUrl") if e.text}
    assert used == set(styles)
    # KML writes alpha, blue, green, red: the mode's colour backwards.
    colour = MODES[Mode.RAIL].colour
    want = "ff" + colour[5:7] + colour[3:5] + colour[1:3]
    assert styles["project_rail_under_construction_nodes"].findtext("k:LineStyle/k:color", "", space) == want
    names = {str(n) for n in pyogrio.list_layers(path)[:, 0]}
    assert {"在建", "规划研究", "开工", "铁路"} <= names
    # GDAL, and so QGIS, sees every field by its name and type, not by underscores.
    back = pyogrio.read_dataframe(path, layer="开工")
    assert {c.zh for c in FEATURES.columns} <= set(back.columns)
    assert back["方式"].tolist() == ["机场"]
    assert pd.api.types.is_float_dtype(back["长度km"])
    with pytest.raises(CrsError, match="KML is WGS 84"):
        _one(source, tmp_path, Form.KML, crs="gcj02")


def test_dxf_is_in_metres_by_layer(source: Source, tmp_path: Path) -> None:
    ezdxf = pytest.importorskip("ezdxf")
    path = _one(source, tmp_path, Form.DXF, crs="cgcs2000-3deg")
    document = ezdxf.readfile(path)
    names = {e.dxf.layer for e in document.modelspace()}
    assert names == {"铁路-在建", "铁路-规划研究", "机场-开工", "公路-规划研究", "现状-铁路"}
    line = next(e for e in document.modelspace() if e.dxf.layer == "铁路-在建")
    (x, y) = line.get_points("xy")[0]
    expected = to_output(_features(), _target("cgcs2000-3deg")).set_index("feature_id").geometry["p1"].coords[0]
    assert (x, y) == pytest.approx(expected, abs=1e-3)
    assert [tag.value for tag in line.get_xdata("TONGTU")] == ["p1", "合新高铁"]
    assert not document.audit().errors
    back = pyogrio.read_dataframe(path)
    assert set(back["Layer"]) == names
    with pytest.raises(CrsError, match="metres"):
        _one(source, tmp_path, Form.DXF, crs="EPSG:4490")


def test_rare_characters_in_a_drawing(tmp_path: Path) -> None:
    # 㵲 is not in code page 936 and has an escape of four digits; 𬭚 lies outside the basic plane and has none.
    pytest.importorskip("ezdxf")
    rows = [
        (f"p{i}", "project", name, "airport", "new", "proposed", "point", Point(117, 31))
        for i, name in enumerate(["㵲水机场{1}", "𬭚场"])
    ]
    made = export(Source("f", contract_layers(_features(rows))), tmp_path / "x.dxf", Form.DXF)
    texts = pyogrio.read_dataframe(made.path)["Text"].dropna().tolist()
    assert texts == ["㵲水机场{1}", "〓场"]
    assert made.report["losses"] == {"character": 1}


def _target(word: str):  # type: ignore[no-untyped-def]
    from geo.crs import output_crs

    return output_crs(word, tuple(_features().total_bounds))


def test_workbook_has_filters_and_no_formula(source: Source, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = _one(source, tmp_path, Form.XLSX)
    sheet = openpyxl.load_workbook(path)["要素"]
    header = [cell.value for cell in sheet[1]]
    assert header == [c.zh for c in FEATURES.columns]
    rows = {row[0].value: dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)}
    assert set(rows) == {row[0] for row in ROWS}
    assert rows["p2"]["名称"].value == "=1+1铁路"
    assert rows["p2"]["名称"].data_type == "s"
    assert rows["p1"]["阶段"].value == "在建"
    assert rows["p4"]["开通年份"].value == 0
    assert rows["p2"]["开通年份"].value is None
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(header))}7"


def test_a_project_links_to_its_quotation_and_back(source: Source, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    projects = PROJECTS.coerce(
        pd.DataFrame(
            {
                "project_id": ["p1", "p2"],
                "name": ["合新高铁", "无引文"],
                "mode": "rail",
                "work": "new",
                "status": "proposed",
            }
        )
    )
    words = "建设合新高铁\x07" + "长" * 40000
    mentions = MENTIONS.coerce(
        pd.DataFrame(
            {
                "project_id": ["p1", "p1"],
                "document": "a",
                "start": [0, 9],
                "end": [5, 12],
                "quotation": [words, "合新高铁"],
                "status": "proposed",
            }
        )
    )
    tables = [Layer("projects", projects, PROJECTS, "none"), Layer("mentions", mentions, MENTIONS, "none")]
    made = export(Source("features", source.layers, tables), tmp_path / "x.xlsx", Form.XLSX)
    assert made.report["losses"] == {"text": 1}  # a cell holds 32,767 characters and no bell
    book = openpyxl.load_workbook(made.path)
    assert book.sheetnames == ["项目", "要素", "原文"]
    assert book["项目"]["A2"].hyperlink.location == "'原文'!A2"
    assert book["项目"]["A3"].hyperlink is None
    assert [book["原文"][f"A{i}"].hyperlink.location for i in (2, 3)] == ["'项目'!A2"] * 2
    assert [cell.hyperlink.location for cell in book["要素"]["A"][1:] if cell.hyperlink] == ["'项目'!A2", "'项目'!A3"]
    quotation = [cell.value for cell in book["原文"][1]].index("原文")
    assert book["原文"][2][quotation].value == words.replace("\x07", "")[:32767]


@pytest.mark.parametrize("form", list(Form))
def test_the_same_data_give_the_same_bytes(form: Form, source: Source, tmp_path: Path) -> None:
    if form in {Form.PARQUET, Form.DXF, Form.XLSX}:
        pytest.importorskip({"parquet": "pyarrow", "dxf": "ezdxf", "xlsx": "openpyxl"}[form.value])
    sums = []
    for run in ("a", "b"):
        made = export(source, tmp_path / run, form)
        sums.append({p.name: sha256_of(p) for p in sorted(made.path.iterdir())})
        manifest = json.loads((made.path / "manifest.json").read_text("utf-8"))
        assert {n: s for n, s in sums[-1].items() if n != "manifest.json"} == manifest["files"]
        assert manifest["attributions"]
        assert {row["dataset"] for row in manifest["licences"]} >= {"boundaries", "rail"}
        assert all(row["licence"] for row in manifest["licences"])
        with (made.path / "fields.csv").open(encoding="utf-8-sig", newline="") as file:
            assert {row["name"] for row in csv.DictReader(file)} == set(FEATURES.names)
    assert sums[0] == sums[1]


@pytest.mark.parametrize("word", ["gcj02", "bd09"])
@pytest.mark.parametrize("form", [Form.SHP, Form.GPKG, Form.GEOJSON, Form.FGB])
def test_a_shifted_datum_stands_in_every_name(word: str, form: Form, source: Source, tmp_path: Path) -> None:
    made = export(source, tmp_path / "out", form, Options(crs=word))
    assert made.path.name == f"out_{word}"
    with_coordinates = [p for p in made.path.iterdir() if p.suffix in {".shp", ".gpkg", ".geojson", ".fgb"}]
    assert with_coordinates
    assert all(word in p.name for p in with_coordinates)
    (record,) = json.loads((made.path / "manifest.json").read_text("utf-8"))["crs"]
    assert record["datum"] == word
    assert "WGS 84" in record["warning"]
    assert record["epsg"] is None
    path = next(p for p in with_coordinates if form is not Form.SHP or p.name.startswith("airport"))
    if form in {Form.SHP, Form.FGB}:
        path = made.path / f"airport_point_{word}.{form.value}"
    layer = f"airport_point_{word}" if form is Form.GPKG else None
    table = pyogrio.read_dataframe(path, layer=layer)
    key = "feat_id" if form is Form.SHP else "feature_id"
    point = table.set_index(key).geometry["p3"]
    lon, lat = (wgs84_to_gcj02 if word == "gcj02" else wgs84_to_bd09)(116.97, 31.99)
    assert distance_km(point.x, point.y, float(lon[0]), float(lat[0])) < 1e-4
    assert 0.3 < distance_km(point.x, point.y, 116.97, 31.99) < 1.5
    if form is not Form.GEOJSON:  # whose readers know WGS 84 only; its file says so in its name and a member
        assert table.crs is None or table.crs.to_epsg() is None
    single = export(source, tmp_path / "x.geojson", Form.GEOJSON, Options(crs=word)).path
    assert single.name == f"x_{word}.geojson"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("style", ["ascii", "zh"])
def test_a_shapefile_is_read_back_whole(encoding: str, style: str, tmp_path: Path) -> None:
    features = _features()
    features.loc[0, "siting_note"] = "、".join(f"第{i}个地名" for i in range(60)) + "㵲ḿ😀 "
    features.loc[0, "name"] = " 两头有空格 "
    features.loc[1, "length_km"] = np.inf
    layers = contract_layers(features)
    made = export(Source("features", layers), tmp_path / "shp", Form.SHP, Options(encoding=encoding, field_names=style))  # type: ignore[arg-type]
    assert made.lost == 3
    (again,) = read_source(made.path / "rail_line.shp").layers
    (before,) = (layer for layer in layers if layer.name == "rail_line")
    assert again.schema is FEATURES
    pd.testing.assert_frame_equal(again.attributes(), before.attributes(), check_dtype=False)
    assert again.table.geometry.geom_equals(before.table.geometry).all()


@pytest.mark.parametrize("word", ["gcj02", "bd09"])
@pytest.mark.parametrize("form", [Form.SHP, Form.GPKG, Form.FGB])
def test_a_shifted_file_comes_back_where_it_was(word: str, form: Form, source: Source, tmp_path: Path) -> None:
    # PROJ would take the shifted system for WGS 84 and leave everything 500 m off.
    made = export(source, tmp_path / "out", form, Options(crs=word))
    name = f"features_{word}.gpkg" if form is Form.GPKG else f"airport_point_{word}.{form.value}"
    layers = read_source(made.path / name).layers
    point = next(layer for layer in layers if layer.name.startswith("airport_point")).table.geometry.iloc[0]
    assert distance_km(point.x, point.y, 116.97, 31.99) < 1e-5


def test_the_datum_of_a_table_is_what_the_user_says(tmp_path: Path) -> None:
    lon, lat = wgs84_to_bd09(117.2, 31.8)
    (tmp_path / "a.csv").write_text(f"n,lon,lat\n1,{float(lon[0])!r},{float(lat[0])!r}\n", "utf-8")
    for datum, off_km in (("wgs84", (0.5, 2.0)), ("bd09", (0.0, 1e-5))):
        point = read_source(tmp_path / "a.csv", datum=datum).layers[0].table.geometry.iloc[0]
        assert off_km[0] <= distance_km(point.x, point.y, 117.2, 31.8) <= off_km[1]
    with pytest.raises(VocabularyError, match="accepted: wgs84"):
        read_source(tmp_path / "a.csv", datum="mars")


def test_zones_are_chosen_refused_or_split(tmp_path: Path) -> None:
    # 4548 and 4549 are the zones of 117 and 120 degrees; 4527 is 117 degrees with zone number 39.
    far = ("p9", "project", "宁波舟山港", "waterway", "new", "proposed", "point", Point(121.9, 29.9))
    wide = Source("features", contract_layers(_features([*ROWS[:5], far])))
    with pytest.raises(CrsError, match="--split-zones"):
        export(wide, tmp_path / "no", Form.SHP, Options(crs="cgcs2000-3deg"))
    assert not (tmp_path / "no").exists()
    made = export(wide, tmp_path / "zones", Form.SHP, Options(crs="cgcs2000-3deg", split_zones=True))
    codes = {p.stem: pyogrio.read_info(p)["crs"] for p in made.path.glob("*.shp")}
    assert codes == {
        "rail_line_cgcs2000_3deg_cm117e": "EPSG:4548",
        "airport_point_cgcs2000_3deg_cm117e": "EPSG:4548",
        "highway_polygon_cgcs2000_3deg_cm117e": "EPSG:4548",
        "waterway_point_cgcs2000_3deg_cm123e": "EPSG:4550",
    }
    assert sum(len(pyogrio.read_dataframe(p)) for p in made.path.glob("*.shp")) == 5  # each feature in one zone
    near = Source("features", contract_layers(_features()))
    numbered = export(near, tmp_path / "n.gpkg", Form.GPKG, Options(crs="cgcs2000-3deg-zone-number"))
    table = pyogrio.read_dataframe(numbered.path, layer="airport_point")
    assert table.crs.to_epsg() == 4527
    assert int(table.geometry.iloc[0].x // 1e6) == 39


@pytest.mark.parametrize("form", [Form.GPKG, Form.FGB, Form.SHP])
@pytest.mark.parametrize("crs", ["albers", "albers-region", "EPSG:3857", "EPSG:4490"])
def test_coordinates_come_back_from_any_system(form: Form, crs: str, source: Source, tmp_path: Path) -> None:
    made = export(source, tmp_path / "out", form, Options(crs=crs))
    path = made.path / ("features.gpkg" if form is Form.GPKG else f"airport_point.{form.value}")
    table = pyogrio.read_dataframe(path, layer="airport_point" if form is Form.GPKG else None)
    point = table.to_crs(4326).geometry.iloc[0]
    assert distance_km(point.x, point.y, 116.97, 31.99) < 1e-5  # 1 cm


def test_zip_and_single_file(source: Source, tmp_path: Path) -> None:
    made = export(source, tmp_path / "handover", Form.SHP, Options(zipped=True, encoding="gb18030", field_names="zh"))
    assert made.path.name == "handover.zip"
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        assert {"handover/manifest.json", "handover/rail_line.shp", "handover/export_report.json"} <= set(
            archive.namelist()
        )
    back = pyogrio.read_dataframe(f"/vsizip/{made.path}/handover/rail_line.shp")
    assert back["名称"].tolist() == ["京沪铁路", "合新高铁", "=1+1铁路"]
    path = _one(source, tmp_path, Form.CSV, encoding="gb18030", field_names="zh")
    (records,) = path.with_name("out.csv.records").iterdir()
    record = json.loads((records / "manifest.json").read_text("utf-8"))
    assert record["files"]["out.csv"] == sha256_of(path)
    assert records.name == sha256_of(path)[:16]
    assert record["report"]["losses"] == {"geometry": 5}
    table = pd.read_csv(path, encoding="gb18030", keep_default_na=False)
    assert table["名称"].tolist()[2] == "'=1+1铁路"  # behind an apostrophe, as a spreadsheet would run it


def test_single_tables(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_bytes(
        "名称,代码,lon,lat,值\n合肥,0341,117.2,31.8,1.5\n芜湖,0010,118.4,31.3,\n".encode("gb18030")
    )
    source = read_source(tmp_path / "sites.csv")
    made = export(source, tmp_path / "sites", Form.SHP, Options(field_names="zh"))
    back = pyogrio.read_dataframe(made.path / "sites.shp")
    assert back["名称"].tolist() == ["合肥", "芜湖"]
    assert back["代码"].tolist() == ["0341", "0010"]  # a code is no number
    assert back["值"].iloc[0] == 1.5
    assert np.isnan(back["值"].iloc[1])
    assert [(p.x, p.y) for p in back.geometry] == [(117.2, 31.8), (118.4, 31.3)]
    (tmp_path / "plain.csv").write_text("a,b\n1,x\n", "utf-8")
    with pytest.raises(SchemaError, match="nothing has a geometry"):
        export(read_source(tmp_path / "plain.csv"), tmp_path / "no", Form.SHP)


@pytest.mark.parametrize("form", [Form.GPKG, Form.CSV, Form.PARQUET, Form.XLSX])
def test_a_table_without_geometry(form: Form, tmp_path: Path) -> None:
    if form in {Form.PARQUET, Form.XLSX}:
        pytest.importorskip({"parquet": "pyarrow", "xlsx": "openpyxl"}[form.value])
    (tmp_path / "registers.csv").write_text("名称,里程\n甲线,12.5\n乙线,\n", "utf-8-sig")
    path = export(read_source(tmp_path / "registers.csv"), tmp_path / f"out.{form.value}", form).path
    if form is Form.GPKG:
        table = pyogrio.read_dataframe(path)
    elif form is Form.CSV:
        table = pd.read_csv(path)
    else:
        table = pd.read_parquet(path) if form is Form.PARQUET else pd.read_excel(path)
    assert list(table.columns) == ["名称", "里程"]
    assert table["名称"].tolist() == ["甲线", "乙线"]
    assert table["里程"].iloc[0] == 12.5
    assert pd.isna(table["里程"].iloc[1])


@pytest.mark.parametrize("form", [Form.GPKG, Form.FGB, Form.GEOJSON])
def test_a_text_does_not_end_at_nul(form: Form, tmp_path: Path) -> None:
    # GDAL takes NUL for the end: without a word "甲\0乙" would be handed over as "甲".
    table = gpd.GeoDataFrame({"a": ["甲\0乙", None]}, geometry=[Point(117, 31)] * 2, crs=4326)
    made = export(table, tmp_path / "out", form)
    (path,) = made.path.glob(f"*.{form.value}")
    assert made.report["losses"] == {"control": 1}
    (layer,) = read_source(path).layers
    assert layer.table["a"].tolist()[0] == "甲\ufffd乙"
    assert pd.isna(layer.table["a"].tolist()[1])


def test_other_peoples_layers(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"线路名称": ["甲线", "乙点"]}, geometry=[LineString([(117, 31), (118, 32)]), Point(117, 31)], crs="EPSG:4326"
    )
    table.iloc[:1].to_crs(4548).to_file(tmp_path / "mine.gpkg", layer="lines")
    table.iloc[1:].to_file(tmp_path / "mine.gpkg", layer="points")
    made = export(
        read_source(tmp_path / "mine.gpkg"), tmp_path / "shp", Form.SHP, Options(field_names="zh", encoding="gb18030")
    )
    assert pyogrio.read_dataframe(made.path / "lines.shp")["线路名称"].tolist() == ["甲线"]
    assert pyogrio.read_dataframe(made.path / "points.shp").geometry.iloc[0].equals(Point(117, 31))


def test_wrong_options_say_what_is_accepted(source: Source, tmp_path: Path) -> None:
    for options, message in (
        (Options(encoding="big5"), "utf-8, gb18030"),
        (Options(field_names="pinyin"), "ascii, zh"),  # type: ignore[arg-type]
        (Options(lang="fr"), "zh, en"),
    ):
        with pytest.raises(VocabularyError, match=message):
            export(source, tmp_path / "x", Form.SHP, options)
    with pytest.raises(VocabularyError, match="a folder"):
        export(source, tmp_path / "x.shp", Form.SHP)
    with pytest.raises(VocabularyError, match="gpkg is written to"):
        export(source, tmp_path / "x.geojson", Form.GPKG)
    with pytest.raises(CrsError, match="RFC 7946"):
        export(source, tmp_path / "x.geojson", Form.GEOJSON, Options(crs="albers"))
    with pytest.raises(CrsError, match="EPSG:4490"):
        export(source, tmp_path / "x.gpkg", Form.GPKG, Options(crs="EPSG:999999"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("form", "module", "extra"), [(Form.DXF, "ezdxf", "dxf"), (Form.XLSX, "openpyxl", "xlsx")])
def test_a_missing_extra_is_named(
    form: Form, module: str, extra: str, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"tongtu\[{extra}\]"):
        export(source, tmp_path / f"x.{form.value}", form)
    assert not list(tmp_path.iterdir())
