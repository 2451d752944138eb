"""The records that go with a bundle for catalogues."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import json
import os
from pathlib import Path

import geopandas as gpd
import pystac
import pytest
from lxml import etree
from owslib.iso import MD_Metadata

from geo.checksums import sha256_of
from maps.export import Form, Options, export
from maps.gis.handover import contract_layers
from maps.gis.sources import Source
from tests.maps.sample import features


def bundle(tmp_path: Path, options: Options, name: str = "规划 <b>&甲") -> Path:
    return export(Source(name, contract_layers(features())), tmp_path / "out", Form.SHP, options).path


def test_iso_19115_is_read_by_another_library(tmp_path: Path) -> None:
    folder = bundle(tmp_path, Options(crs="EPSG:4490", publisher="某设计院"))
    record = MD_Metadata(etree.fromstring((folder / "iso19115.xml").read_bytes()))
    assert record.identification[0].title == "基础设施规划项目与网络: 规划 <b>&甲"
    assert record.referencesystem.code.endswith("4490")
    box = record.identification[0].extent.boundingBox
    west, south, east, north = features().total_bounds
    assert [float(x) for x in (box.minx, box.miny, box.maxx, box.maxy)] == pytest.approx(
        [west, south, east, north], abs=0.01
    )
    assert record.contact[0].organization == "某设计院"
    assert "OpenStreetMap" in (folder / "iso19115.xml").read_text("utf-8")


def test_stac_item_names_every_file_with_its_checksum(tmp_path: Path) -> None:
    folder = bundle(tmp_path, Options())
    item = pystac.Item.from_dict(json.loads((folder / "stac_item.json").read_text("utf-8")))
    west, south, east, north = features().total_bounds
    assert item.bbox == pytest.approx([west, south, east, north])
    assert item.properties["proj:code"] == "EPSG:4326"
    described = {p.name for p in folder.iterdir()} - {"iso19115.xml", "stac_item.json", "manifest.json"}
    assert set(item.assets) == described
    for name, asset in item.assets.items():
        content = (folder / name).read_bytes()
        assert asset.extra_fields["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()
        assert asset.extra_fields["file:size"] == len(content)


def test_a_single_file_has_its_records_beside_it(tmp_path: Path) -> None:
    source = Source("x", contract_layers(features()))
    out = export(source, tmp_path / "x.gpkg", Form.GPKG, Options(lang="en")).path
    (records,) = (tmp_path / "x.gpkg.records").iterdir()
    assert {p.name for p in tmp_path.iterdir()} == {"x.gpkg", "x.gpkg.records"}
    assert records.name == sha256_of(out)[:16]
    assert {p.name for p in records.iterdir()} == {"manifest.json", "iso19115.xml", "stac_item.json"}
    assert "Indicative alignments" in (records / "iso19115.xml").read_text("utf-8")
    item = pystac.Item.from_file(records / "stac_item.json")
    assert Path(item.assets["x.gpkg"].get_absolute_href() or "").resolve() == out.resolve()
    # Other bytes have other records; the older ones go, those in which a person wrote stay.
    export(source, tmp_path / "x.gpkg", Form.GPKG, Options(crs="EPSG:4490"))
    assert not records.exists()
    (records,) = (tmp_path / "x.gpkg.records").iterdir()
    (records / "note.txt").write_text("mine")
    export(source, tmp_path / "x.gpkg", Form.GPKG, Options(lang="en"))
    assert (records / "note.txt").read_text() == "mine"
    assert len(list((tmp_path / "x.gpkg.records").iterdir())) == 2


@pytest.mark.parametrize("crs", ["EPSG:4490", "gcj02", "cgcs2000-3deg", "albers"])
def test_iso_19115_obeys_the_schemas_of_iso_19139(crs: str, tmp_path: Path) -> None:
    home = importlib.util.find_spec("pycsw")
    if home is None or home.origin is None:
        pytest.skip("the XSDs of ISO 19139 come with pycsw: pip install pycsw")
    schemas = Path(home.origin).parent / "plugins/profiles/apiso/schemas/ogc/iso/19139/20060504"
    schema = etree.XMLSchema(etree.parse(schemas / "gmd" / "gmd.xsd"))
    made = [
        bundle(tmp_path / "ours", Options(crs=crs, publisher="甲 & 乙 <院>", split_zones=True)) / "iso19115.xml",
        *export(points(), tmp_path / "theirs", "gpkg", Options(crs=crs)).path.glob("iso19115.xml"),
    ]
    assert len(made) == 2
    for path in made:
        schema.assertValid(etree.parse(path))


def points() -> gpd.GeoDataFrame:
    """Return a stranger's table, of which nobody says a date."""
    return gpd.GeoDataFrame({"名称": ["甲", "乙"]}, geometry=gpd.points_from_xy([117.2, 117.3], [31.8, 31.9]), crs=4326)


def test_elements_that_iso_19115_requires(tmp_path: Path) -> None:
    root = etree.parse(bundle(tmp_path, Options(split_zones=True, crs="cgcs2000-3deg")) / "iso19115.xml").getroot()
    space = {"d": "http://www.isotc211.org/2005/gmd", "c": "http://www.isotc211.org/2005/gco"}
    # ISO 19115:2003, annex A: what MD_Metadata and MD_DataIdentification must have; ISO 639-2 for languages.
    for path in (
        "d:language/d:LanguageCode", "d:characterSet", "d:contact/d:CI_ResponsibleParty/d:role", "d:dateStamp/c:Date",
        "d:identificationInfo/*/d:citation/*/d:title", "d:identificationInfo/*/d:citation/*/d:date/*/d:date/c:Date",
        "d:identificationInfo/*/d:abstract", "d:identificationInfo/*/d:language/d:LanguageCode",
        "d:identificationInfo/*/d:topicCategory", "d:identificationInfo/*/d:extent//d:westBoundLongitude",
        "d:dataQualityInfo/*/d:lineage/*/d:statement",
    ):  # fmt: skip
        assert root.findall(path, space), path
    assert {e.get("codeListValue") for e in root.iter(f"{{{space['d']}}}LanguageCode")} == {"chi"}
    codes = [e.text for e in root.findall("d:referenceSystemInfo//d:code/c:CharacterString", space)]
    assert codes == [f"urn:ogc:def:crs:EPSG::{n}" for n in (4548, 4549)]  # one for each zone of the data


def test_a_strangers_data_do_not_get_the_date_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "theirs.geojson"
    path.write_text(points().to_json(), "utf-8")
    os.utime(path, (0, dt.datetime(2019, 5, 17, 12, tzinfo=dt.UTC).timestamp()))
    read = export(path, tmp_path / "file", "gpkg").path
    item = json.loads((read / "stac_item.json").read_text("utf-8"))
    assert item["properties"]["datetime"].startswith("2019-05-17")
    dates = etree.parse(read / "iso19115.xml").getroot().iter("{http://www.isotc211.org/2005/gco}Date")
    assert {e.text for e in dates} == {"2019-05-17"}
    held = export(points(), tmp_path / "memory", "gpkg").path
    item = json.loads((held / "stac_item.json").read_text("utf-8"))
    assert "unknown" in item["properties"]["tongtu:datetime_is"]
    record = (held / "iso19115.xml").read_text("utf-8")
    assert "gco:Date>" not in record
    assert 'dateStamp gco:nilReason="unknown"' in record
    assert "OpenStreetMap" not in record


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    a, b = bundle(tmp_path / "a", Options()), bundle(tmp_path / "b", Options())
    for name in ("iso19115.xml", "stac_item.json"):
        assert (a / name).read_bytes() == (b / name).read_bytes()
    etree.fromstring((a / "iso19115.xml").read_bytes())
