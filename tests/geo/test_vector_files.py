"""Files of others, each broken in its own way by a few lines here: a clear error, or a repair that is said; no row is lost."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import sqlite3
import struct
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from geo.errors import CrsError, PlanningError, SchemaError, VocabularyError
from geo.vector_files import ReadingLimits, VectorFile, read_vector_file
from geo.vector_files.findings import WORDS, Finding
from geo.vector_files.text_encoding import best_encoding

LINE = LineString([(117.2, 31.8), (118.3, 32.3)])
NAMES = ["合新高铁", "引江济淮航道"]
ROWS = gpd.GeoDataFrame(
    {"名称": NAMES, "km": [1.5, None]}, geometry=[LINE, LineString([(117, 31), (118, 32)])], crs=4326
)


def _codes(read: VectorFile) -> list[str]:
    return [finding.code for finding in read.findings]


def _one(read: VectorFile) -> gpd.GeoDataFrame:
    (table,) = read.layers.values()
    return table


def _shapefile(folder: Path, table: gpd.GeoDataFrame = ROWS, encoding: str = "GB18030", name: str = "own") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(table, folder / f"{name}.shp", encoding=encoding)
    return folder / f"{name}.shp"


def _geojson(folder: Path, geometry: object, properties: dict[str, object] | None = None, **members: object) -> Path:
    feature = {"type": "Feature", "properties": properties or {"a": 1}, "geometry": geometry}
    path = folder / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": [feature]}), encoding="utf-8")
    return path


# ---------------------------------------------------------------- shapefiles


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8", "BIG5"])
@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "ISO-8859-1", "nonsense" * 1000])
def test_the_encoding_is_told_by_the_bytes(encoding: str, cpg: str | None, tmp_path: Path) -> None:
    names = ["臺灣鐵路改線計畫", "高速鐵路延伸線"] if encoding == "BIG5" else NAMES
    path = _shapefile(tmp_path, ROWS.assign(名称=names).rename(columns={"名称": "name"}), encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    read = read_vector_file(path)
    assert _one(read)["name"].tolist() == names
    right = {"GB18030": "GBK", "UTF-8": "UTF-8", "BIG5": None}[encoding]
    told = [code for code in _codes(read) if code.startswith("encoding")]
    assert bool(told) == (right is None or cpg != right)


def test_field_names_are_decoded_too_and_a_cut_character_is_told(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    path.with_suffix(".cpg").unlink()
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    at = raw.index("引江济淮航道".encode("gb18030"))
    raw[at + 11 : at + 12] = b" "  # half of the last character, as programs leave it that cut by bytes
    path.with_suffix(".dbf").write_bytes(raw)
    read = read_vector_file(path)
    assert list(_one(read).columns) == ["名称", "km", "geometry"]
    assert _one(read)["名称"].tolist() == ["合新高铁", "引江济淮航\ufffd"]
    (damaged,) = [finding for finding in read.findings if finding.code == "text_damaged"]
    assert (damaged.rows, damaged.detail) == ((2,), "名称")


def test_no_prj_is_an_error_until_the_system_is_given(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="--input-crs"):
        read_vector_file(path)
    read = read_vector_file(path, crs="EPSG:4490")
    assert _codes(read) == ["crs_given"]
    assert _one(read).geometry.iloc[0].equals(LINE)
    with pytest.raises(CrsError, match="unknown coordinate system"):
        read_vector_file(path, crs="EPSG:1")
    path.with_suffix(".prj").write_text("x" * 100_000_000)
    with pytest.raises(SchemaError, match="no coordinate system"):
        read_vector_file(path)


def test_an_index_that_is_missing_or_wrong_is_made_anew(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    good = path.with_suffix(".shx").read_bytes()
    wrong = [None, b"", good[:101], good[:100] + struct.pack(">II", 2**30, 4) + good[108:], b"\0" * len(good)]
    for content in wrong:
        path.with_suffix(".shx").unlink(missing_ok=True)
        if content is not None:
            path.with_suffix(".shx").write_bytes(content)
        read = read_vector_file(path)
        assert _codes(read) == ["index_rebuilt"]
        assert _one(read)["名称"].tolist() == NAMES
        assert _one(read).geometry.iloc[0].equals(LINE)
    assert not path.with_suffix(".shx").read_bytes().strip(b"\0")  # the user's own file is as it was


def test_no_dbf_and_a_dbf_of_another_file(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    dbf = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").unlink()
    read = read_vector_file(path)
    assert _codes(read) == ["no_attributes"]
    assert len(_one(read)) == 2
    other = _shapefile(tmp_path / "other", ROWS.iloc[:1])
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())
    with pytest.raises(SchemaError, match="2 geometries, but 1 rows"):
        read_vector_file(path)
    path.with_suffix(".dbf").write_bytes(dbf[:-20])
    with pytest.raises(SchemaError, match="cut off"):
        read_vector_file(path)
    # A header that claims four thousand million rows, or fields of 100 MB together.
    for claim in (dbf[:4] + b"\xff\xff\xff\xff" + dbf[8:], dbf[:8] + b"\xff\xff\xff\xff" + dbf[12:]):
        path.with_suffix(".dbf").write_bytes(claim)
        with pytest.raises(SchemaError, match="cut off"):
            read_vector_file(path)


def test_a_truncated_shp_and_one_that_claims_more(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    good = path.read_bytes()
    for content in (good[:-30], good[:60], good[:24] + struct.pack(">I", 50_000_000) + good[28:], b"\0" * 300):
        path.write_bytes(content)
        with pytest.raises(SchemaError, match="cut off"):
            read_vector_file(path)


def test_endings_in_capitals_and_repeated_names(tmp_path: Path) -> None:
    path = _shapefile(tmp_path, ROWS.rename(columns={"名称": "NAME", "km": "NAMX"}))
    raw = path.with_suffix(".dbf").read_bytes().replace(b"NAMX", b"name")
    path.with_suffix(".dbf").write_bytes(raw)
    for file in list(tmp_path.iterdir()):
        file.rename(file.with_name(file.stem + file.suffix.upper()))
    read = read_vector_file(tmp_path / "own.SHP")
    assert list(_one(read).columns) == ["NAME", "name_2", "geometry"]
    assert "field_renamed" in _codes(read)


def test_no_data_coordinates_of_a_shapefile(tmp_path: Path) -> None:
    path = _shapefile(
        tmp_path, gpd.GeoDataFrame({"n": ["a", "b"]}, geometry=[Point(117, 31), Point(118, 32)], crs=4326)
    )
    raw = bytearray(path.read_bytes())
    at = raw.rindex(struct.pack("<d", 118.0))  # in the record, not in the box of the header
    raw[at : at + 8] = struct.pack("<d", -1.7e38)  # "no data" by ESRI's description
    path.write_bytes(raw)
    read = read_vector_file(path)
    assert [shape is None for shape in _one(read).geometry] == [False, True]
    assert [(f.code, f.rows) for f in read.findings if f.code == "geometry_lost"] == [("geometry_lost", (2,))]


# ---------------------------------------------------------------- GeoJSON


def test_geojson_repairs_and_losses_are_said(tmp_path: Path) -> None:
    path = _geojson(tmp_path, {"type": "LineString", "coordinates": [[117, 31], [float("nan"), 32], [118, 32]]})
    read = read_vector_file(path)
    assert _codes(read) == ["vertices_dropped"]
    assert list(_one(read).geometry.iloc[0].coords) == [(117, 31), (118, 32)]
    path = _geojson(tmp_path, {"type": "Polygon", "coordinates": [[[117, 31], [118, 31], [118, 32]]]})
    read = read_vector_file(path)
    assert _codes(read) == ["ring_closed"]
    assert _one(read).geometry.iloc[0].equals(Polygon([(117, 31), (118, 31), (118, 32)]))
    for unreadable in (
        {"type": "Point", "coordinates": ["117", "31"]},
        {"type": "LineString", "coordinates": [[117, 31]]},
        {"type": "Point", "coordinates": [float("inf"), 31]},
    ):
        read = read_vector_file(_geojson(tmp_path, unreadable))
        assert _codes(read) == ["geometry_lost"]
        assert _one(read)["a"].tolist() == [1]


def test_geojson_that_names_a_system(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [500000, 3500000]}

    def named(word: object) -> dict[str, object]:
        return {"crs": {"type": "name", "properties": {"name": word}}}

    # The meridian of EPSG:4548 is 117 degrees east, at the false easting of 500 km.
    for word in ("urn:ogc:def:crs:EPSG::4548", "EPSG:4548"):
        shape = _one(read_vector_file(_geojson(tmp_path, point, **named(word)))).geometry.iloc[0]
        assert shape.x == pytest.approx(117.0, abs=1e-9)
        assert 31.5 < shape.y < 31.7
    with pytest.raises(CrsError, match="瞎写"):  # GDAL takes it for WGS 84 without a word
        read_vector_file(_geojson(tmp_path, point, **named("瞎写")))
    read = read_vector_file(_geojson(tmp_path, {"type": "Point", "coordinates": [117, 31]}, crs=None))
    assert _codes(read) == ["crs_null"]


def test_geojson_of_mixed_geometries_and_types(tmp_path: Path) -> None:
    path = tmp_path / "own.geojson"
    shapes: list[dict[str, Any] | None] = [
        {"type": "Point", "coordinates": [117, 31]},
        {"type": "LineString", "coordinates": [[117, 31, 5], [118, 32, 6]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [117, 31]}]},
        None,
    ]
    rows = [{"a": 1}, {"a": "x", "A": 2, "geometry": "q"}, {"a": None}, {"d": "2021-01-27"}]
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in zip(rows, shapes, strict=True)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    read = read_vector_file(path)
    table = _one(read)
    assert [None if g is None else g.geom_type for g in table.geometry] == [
        "Point",
        "LineString",
        "GeometryCollection",
        None,
    ]
    assert table.geometry.iloc[1].has_z
    assert list(table.columns) == ["a", "A_2", "d", "geometry_2", "geometry"]
    assert sorted(_codes(read)) == ["field_renamed", "geometry_collection"]
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1,"a":2},"geometry":null}]}'
    )
    assert _codes(read_vector_file(path)) == ["json_repeated"]


def test_geojson_in_other_encodings(tmp_path: Path) -> None:
    text = (
        _geojson(tmp_path, {"type": "Point", "coordinates": [117, 31]})
        .read_text("utf-8")
        .replace('"a": 1', '"名称": "合肥"')
    )
    for encoding, told in (("gb18030", ["encoding_guessed"]), ("utf-8-sig", []), ("utf-16", [])):
        (tmp_path / "x.geojson").write_bytes(text.encode(encoding))
        read = read_vector_file(tmp_path / "x.geojson")
        assert _one(read)["名称"].tolist() == ["合肥"]
        assert _codes(read) == told


def test_empty_and_truncated_files_of_every_kind(tmp_path: Path) -> None:
    for name in ("a.gpkg", "a.geojson", "a.fgb", "a.kml", "a.gml", "a.shp", "a.zip", "a.parquet", "a.dxf"):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(SchemaError, match=r"empty|damaged archive"):
            read_vector_file(tmp_path / name)
    wide = gpd.GeoDataFrame(
        {"n": [f"第{i}段" * 20 for i in range(400)]}, geometry=[Point(117 + i / 1000, 31) for i in range(400)], crs=4326
    )
    for name, driver in (("b.gpkg", "GPKG"), ("b.geojson", "GeoJSON"), ("b.fgb", "FlatGeobuf"), ("b.kml", "KML")):
        path = tmp_path / name
        pyogrio.write_dataframe(wide, path, driver=driver)
        assert len(_one(read_vector_file(path))) == 400
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        with pytest.raises(SchemaError, match=r"cut off|promised"):
            read_vector_file(path)
    (tmp_path / "x.doc").write_text("x")
    with pytest.raises(SchemaError, match="expected"):
        read_vector_file(tmp_path / "x.doc")
    with pytest.raises(SchemaError, match="no such file"):
        read_vector_file(tmp_path / "none.shp")
    with pytest.raises(VocabularyError):
        read_vector_file(tmp_path / "b.gpkg", datum="mars")
    read = read_vector_file(_geojson(tmp_path, None).with_name("own.geojson"))
    assert _one(read).geometry.iloc[0] is None
    (tmp_path / "own.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    assert _codes(read_vector_file(tmp_path / "own.geojson")) == ["layer_empty"]


# ---------------------------------------------------------------- XML


BOMB = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">{entities}]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>&z;</name><Point><coordinates>117,31</coordinates></Point></Placemark></kml>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY z SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&z;</name></Placemark></kml>'
GML = (
    '<?xml version="1.0" encoding="{encoding}"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/"'
    ' xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><ogr:r><ogr:g><gml:Point srsName="{crs}"><gml:pos>{pos}'
    "</gml:pos></gml:Point></ogr:g><ogr:n>合肥</ogr:n></ogr:r></gml:featureMember></ogr:FeatureCollection>"
)


@pytest.mark.parametrize("name", ["bomb.kml", "bomb.gml", "bomb.gpx"])
def test_xml_bombs_and_entities_of_other_files_are_refused(name: str, tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(letters))
    for text in (BOMB.format(entities=entities), OUTSIDE):
        for encoding in ("utf-8", "utf-16"):
            (tmp_path / name).write_bytes(text.encode(encoding))
            started = time.monotonic()
            with pytest.raises(SchemaError, match="document type"):
                read_vector_file(tmp_path / name)
            assert time.monotonic() - started < 5.0


@pytest.mark.parametrize(
    ("crs", "pos"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "31 117"),  # the authority's order
        ("urn:ogc:def:crs:EPSG::4490", "31 117"),
        ("EPSG:4326", "117 31"),  # the older way of writing
        ("urn:ogc:def:crs:EPSG::4548", "3430974.32 500000"),  # northing first, as EPSG has it
    ],
)
def test_axis_order_of_gml(crs: str, pos: str, tmp_path: Path) -> None:
    for encoding in ("UTF-8", "GB18030"):
        (tmp_path / "a.gml").write_bytes(GML.format(encoding=encoding, crs=crs, pos=pos).encode(encoding))
        table = _one(read_vector_file(tmp_path / "a.gml"))
        assert table["n"].tolist() == ["合肥"]
        assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == pytest.approx((117.0, 31.0), abs=1e-3)
    assert [p.name for p in tmp_path.iterdir()] == ["a.gml"]  # GDAL writes a .gfs beside what it reads


# ---------------------------------------------------------------- archives


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_zip_of_shapefiles_with_names_of_chinese_windows(tmp_path: Path) -> None:
    path = _shapefile(tmp_path / "in")
    files = {p.suffix: p.read_bytes() for p in path.parent.iterdir()}
    archive = _zip(tmp_path / "a.zip", {f"x/aaaa{suffix}": content for suffix, content in files.items()})
    # The same length in code page 936, without the flag for UTF-8.
    archive.write_bytes(archive.read_bytes().replace(b"aaaa", "规划".encode("gb18030")))
    read = read_vector_file(archive)
    assert list(read.layers) == ["规划"]
    assert _one(read)["名称"].tolist() == NAMES
    two = _zip(
        tmp_path / "b.zip", {f"{d}/own{s}": c for d in "ab" for s, c in files.items()} | {"n.zip": b"x", "t.csv": b"a"}
    )
    read = read_vector_file(two)
    assert {name: len(table) for name, table in read.layers.items()} == {"own": 2, "own_2": 2}
    assert [f.detail for f in read.findings if f.code == "ignored"] == ["n.zip, t.csv"]
    assert len(read.features()) == 4


@pytest.mark.parametrize(
    "name", ["../slip.geojson", "/slip.geojson", "C:/slip.geojson", "a/../../slip.geojson", "..\\slip.geojson"]
)
def test_zip_slip_is_refused(name: str, tmp_path: Path) -> None:
    content = _geojson(tmp_path, None).read_bytes()
    with pytest.raises(SchemaError, match="leads out"):
        read_vector_file(_zip(tmp_path / "in.zip", {"good.geojson": content, name: content}))
    assert not list(tmp_path.parent.glob("slip*"))


@pytest.mark.parametrize(
    "kind, start",
    [("7z", b"7z\xbc\xaf\x27\x1c\0\4"), ("rar", b"Rar!\x1a\x07\x01\0"), ("gzip", gzip.compress(b"x")), ("tar", b"\0" * 257 + b"ustar")],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["right", "zip", "shp"])
def test_archives_of_other_kinds_say_what_to_do(kind: str, start: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"规划.{kind if ending == 'right' else ending}"
    path.write_bytes(start + b"\0" * 600)
    with pytest.raises(SchemaError, match=rf"{kind} archive.*pack it again as \.zip"):
        read_vector_file(path)


def test_links_bombs_and_broken_archives_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SchemaError, match="link"):
        read_vector_file(tmp_path / "link.zip")
    bomb = _zip(tmp_path / "bomb.zip", {"a.geojson": b" " * 20_000_000})
    with pytest.raises(SchemaError, match="bomb"):
        read_vector_file(bomb, limits=ReadingLimits(unpacked_bytes=1_000_000))
    # The index lies: it says ten bytes where twenty million come out.
    raw = bomb.read_bytes().replace(struct.pack("<I", 20_000_000), struct.pack("<I", 10))
    bomb.write_bytes(raw)
    with pytest.raises(SchemaError):
        read_vector_file(bomb, limits=ReadingLimits(unpacked_bytes=1_000_000))
    many = _zip(tmp_path / "many.zip", {f"{i}.txt": b"" for i in range(50)})
    with pytest.raises(SchemaError, match="50 files"):
        read_vector_file(many, limits=ReadingLimits(entries=20))
    with pytest.raises(SchemaError, match="no file of features"):
        read_vector_file(many)
    many.write_bytes(many.read_bytes()[:-30])
    with pytest.raises(SchemaError, match="damaged archive"):
        read_vector_file(many)


# ---------------------------------------------------------------- positions


def test_swapped_axes_are_said_and_turned_only_if_asked(tmp_path: Path) -> None:
    path = _geojson(tmp_path, {"type": "LineString", "coordinates": [[y, x] for x, y in LINE.coords]})
    read = read_vector_file(path)
    assert _codes(read) == ["axes_swapped"]
    with pytest.raises(CrsError, match="--input-axes yx"):
        read.refuse_unusable()
    assert _one(read_vector_file(path, axes="yx").refuse_unusable()).geometry.iloc[0].equals(LINE)


@pytest.mark.parametrize(
    ("crs", "point", "code"),
    [
        (4548, (3_431_112.0, 500_000.0), "axes_swapped"),
        (4548, (39_500_000.0, 3_431_112.0), "zone_number"),
        (4548, (500_000.0, 9e9), "outside_system"),
        (4326, (500_000.0, 3_431_112.0), "not_degrees"),
        (4490, (31.0, 117.0), "axes_swapped"),
        (4548, (510_000.0, 3_431_112.0), None),
        (4527, (39_510_000.0, 3_431_112.0), None),
        (4326, (2.35, 48.85), None),  # Paris is abroad, not wrong
    ],
)
def test_positions_that_cannot_be(crs: int, point: tuple[float, float], code: str | None, tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(point)], crs=crs).to_file(tmp_path / "a.gpkg")
    assert _codes(read_vector_file(tmp_path / "a.gpkg")) == ([code] if code else [])


def test_a_wrong_system_gives_way_to_the_given_one(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(39_500_000.0, 3_431_112.0)], crs=4548).to_file(tmp_path / "a.gpkg")
    read = read_vector_file(tmp_path / "a.gpkg", crs="EPSG:4527").refuse_unusable()
    assert _codes(read) == ["crs_overruled"]
    assert _one(read).geometry.iloc[0].x == pytest.approx(117.0, abs=1e-9)


@pytest.mark.parametrize("packed", [False, True])
def test_chinese_field_names_of_a_kml_stay_apart(packed: bool, tmp_path: Path) -> None:
    # GDAL by itself makes "__" of both names, and keeps the last value only.
    def mark(name: str, **data: str) -> str:
        cells = "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in data.items())
        return f"<Placemark><name>{name}</name><ExtendedData>{cells}</ExtendedData><Point><coordinates>117,31</coordinates></Point></Placemark>"

    text = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>线</name>'
        + mark("甲", 阶段="在建", 级别="高速")
        + mark("乙", 阶段="规划", 里程="12.5")
        + "</Folder></Document></kml>"
    )
    path = tmp_path / ("a.kmz" if packed else "a.kml")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)
    else:
        path.write_text(text, "utf-8")
    table = read_vector_file(path).features()
    assert table["阶段"].tolist() == ["在建", "规划"]
    assert [v if isinstance(v, str) else None for v in table["级别"]] == ["高速", None]
    assert [v if isinstance(v, str) else None for v in table["里程"]] == [None, "12.5"]


def test_a_text_cut_at_nul_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    point = {"type": "Point", "coordinates": [117, 31]}
    path.write_text(json.dumps({"type": "Feature", "properties": {"a": "甲\0乙"}, "geometry": point}), "utf-8")
    (finding,) = read_vector_file(path).findings
    assert "NUL" in finding.text("zh")


def test_yes_and_no_are_not_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    flags = pd.array([True, None, False], dtype="boolean")
    gpd.GeoDataFrame({"批准": flags}, geometry=[Point(117, 31)] * 3, crs=4326).to_file(path)
    assert read_vector_file(path).features()["批准"].tolist() == [True, pd.NA, False]


def test_old_chinese_datums_are_said_to_be_off(tmp_path: Path) -> None:
    path = tmp_path / "old.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(39_500_000, 3_500_000)], crs=2363).to_file(path)  # Xian 1980, zone 39
    read = read_vector_file(path).refuse_unusable()
    assert [(one.code, one.detail) for one in read.findings] == [("datum_unpublished", "Xian 1980")]
    assert "100 m" in read.findings[0].text("zh")
    stated = read_vector_file(path, crs="EPSG:4527")  # the user knows better: CGCS2000, zone 39
    assert [one.code for one in stated.findings] == ["crs_overruled"]


def test_heights_and_measures(tmp_path: Path) -> None:
    shapes = shapely.from_wkt(["LINESTRING Z (117 31 5, 118 32 NaN)", "LINESTRING Z (117 31 5, 118 32 6)"])
    gpd.GeoDataFrame({"n": [1, 2]}, geometry=shapes, crs=4326).to_file(tmp_path / "z.gpkg")
    read = read_vector_file(tmp_path / "z.gpkg")
    assert [(f.code, f.rows) for f in read.findings] == [("heights_dropped", (1,))]
    assert [shape.has_z for shape in _one(read).geometry] == [False, True]
    # A shapefile of type 23, PolyLineM: the same bytes as type 3 with a range and a value per vertex behind.
    path = _shapefile(tmp_path, ROWS.iloc[:1])
    raw = path.read_bytes()
    record = struct.pack("<i", 23) + raw[112:] + struct.pack("<4d", 0.0, 1.0, 0.0, 1.0)
    head = raw[:24] + struct.pack(">i", (108 + len(record)) // 2) + raw[28:32] + struct.pack("<i", 23) + raw[36:100]
    path.write_bytes(head + struct.pack(">2i", 1, len(record) // 2) + record)
    path.with_suffix(".shx").unlink()
    read = read_vector_file(path)
    assert set(_codes(read)) == {"index_rebuilt", "measures_dropped"}
    assert _one(read).geometry.iloc[0].equals(LINE)


def test_geopackages_of_others(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    ROWS.to_file(path, layer="lines")
    gpd.GeoDataFrame({"n": ["x"]}, geometry=[box(117, 31, 118, 32)], crs=4490).to_file(path, layer="areas")
    pyogrio.write_dataframe(ROWS.drop(columns="geometry"), path, layer="plain")
    read = read_vector_file(path)
    assert {name: len(table) for name, table in read.layers.items()} == {"lines": 2, "areas": 1, "plain": 2}
    assert "geometry" not in read.layers["plain"]
    with closing(sqlite3.connect(path)) as database, database:  # a geometry that is no geometry
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE lines SET geom = x'47500001e6100000ffffffff' WHERE fid = 1")
    read = read_vector_file(path)
    assert len(read.layers["lines"]) == 2
    assert read.layers["lines"].geometry.iloc[0] is None
    assert [(f.code, f.layer, f.rows) for f in read.findings] == [("geometry_lost", "lines", (1,))]


def test_a_file_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    ROWS.to_file(tmp_path / "secret.gpkg")
    text = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{tmp_path}/secret.gpkg</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.geojson", "a.kml", "a.gpkg", "a.dxf", "a.gml"):
        (tmp_path / name).write_text(text)
        try:
            assert not any(len(table) for table in read_vector_file(tmp_path / name).layers.values())
        except SchemaError:
            continue


def test_too_much_memory_or_time_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "big.geojson"
    points = ",".join(
        '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[117,31]}}' for _ in range(200_000)
    )
    path.write_text(f'{{"type":"FeatureCollection","features":[{points}]}}')
    with pytest.raises(SchemaError, match=r"memory|MiB|breaks|damaged"):
        read_vector_file(path, limits=ReadingLimits(memory_bytes=300 * 2**20))
    with pytest.raises(SchemaError, match=r"longer|breaks"):
        read_vector_file(path, limits=ReadingLimits(seconds=0.05))  # type: ignore[arg-type]


# ---------------------------------------------------------------- mutations


def _samples(folder: Path) -> list[Path]:
    table = gpd.GeoDataFrame(
        {"名称": [f"第{i}段" for i in range(30)], "n": range(30)},
        geometry=[LineString([(117 + i / 100, 31), (118, 32)]) for i in range(30)],
        crs=4326,
    )
    paths = [_shapefile(folder / "shp", table)]
    for name, driver in (
        ("a.gpkg", "GPKG"),
        ("a.geojson", "GeoJSON"),
        ("a.fgb", "FlatGeobuf"),
        ("a.kml", "KML"),
        ("a.gml", "GML"),
        ("a.dxf", "DXF"),
    ):
        pyogrio.write_dataframe(table[["geometry"]] if driver == "DXF" else table, folder / name, driver=driver)
        paths.append(folder / name)
    files = {p.name: p.read_bytes() for p in paths[0].parent.iterdir()}
    return [*paths, _zip(folder / "a.zip", files)]


def _mutated(raw: bytes, chance: random.Random) -> bytes:
    out = bytearray(raw)
    kind = chance.randrange(5)
    at = chance.randrange(len(out))
    if kind == 0:
        return bytes(out[:at])
    if kind == 1:
        for _ in range(chance.randrange(1, 20)):
            out[chance.randrange(len(out))] = chance.randrange(256)
    elif kind == 2:  # the header, where the claims are
        for _ in range(4):
            out[chance.randrange(min(200, len(out)))] = chance.choice([0, 0x7F, 0x80, 0xFF])
    elif kind == 3:
        out[at:at] = out[at : at + chance.randrange(1, 500)]
    else:
        del out[at : at + chance.randrange(1, 200)]
    return bytes(out)


def _fuzz(folder: Path, seed: int, rounds: int) -> dict[str, int]:
    chance = random.Random(seed)
    outcome = {"read": 0, "refused": 0}
    samples = _samples(folder / "good")
    bad = folder / "bad"
    for number in range(rounds):
        sample = samples[number % len(samples)]
        work = bad / str(number)
        work.mkdir(parents=True)
        files = list(sample.parent.iterdir()) if sample.suffix == ".shp" else [sample]
        victim = chance.choice(files)
        for file in files:
            raw = file.read_bytes()
            (work / file.name).write_bytes(_mutated(raw, chance) if file == victim else raw)
        started = time.monotonic()
        try:
            read = read_vector_file(work / sample.name, crs="EPSG:4326", limits=ReadingLimits(2 * 2**30, 60, 2**28))
            outcome["read"] += 1
            for finding in read.findings:
                assert finding.text("zh")
                assert finding.text("en")
        except PlanningError:  # any other error fails the test
            outcome["refused"] += 1
        assert time.monotonic() - started < 90.0
    return outcome


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    outcome = _fuzz(tmp_path, 8, 24)
    assert sum(outcome.values()) == 24
    assert min(outcome.values()) > 0


@pytest.mark.slow
def test_many_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    outcome = _fuzz(tmp_path, 2026, 120)
    assert sum(outcome.values()) == 120
    assert min(outcome.values()) > 6


# ---------------------------------------------------------------- laws


COMMON = "合肥南京杭州上海铁路高速公路机场航道规划建设改造工程项目线路车站枢纽通道长江三角洲城市群"


@given(
    st.lists(st.text(COMMON, min_size=3, max_size=20), min_size=3, max_size=20), st.sampled_from(["utf-8", "gb18030"])
)
def test_chinese_texts_tell_their_encoding(texts: list[str], encoding: str) -> None:
    raw = [text.encode(encoding) for text in texts]
    for stated in ("", "utf-8", "gb18030", "latin-1"):
        assert best_encoding(raw, stated) == encoding


def test_every_finding_has_words_in_both_languages() -> None:
    for code in WORDS:
        finding = Finding(code, "层", (1, 2, 3, 4, 5, 6, 7), "x")
        assert finding.text("zh") != finding.text("en") or code == "gdal"
        assert "{" not in finding.text("zh") + finding.text("en")
    assert np.all([len(pair) == 2 for pair in WORDS.values()])
