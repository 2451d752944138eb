"""The records that go with a bundle for catalogues."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pystac
import pytest
from lxml import etree
from owslib.iso import MD_Metadata

from maps.export import Form, Options, export
from maps.gis.handover import contract_layers
from maps.gis.sources import Source
from tests.maps.sample import features

if TYPE_CHECKING:
    from pathlib import Path


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
    assert (
        record.contact[0].organization == "某设计院"
        if record.contact
        else "某设计院" in (folder / "iso19115.xml").read_text("utf-8")
    )
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
    export(source, tmp_path / "x.gpkg", Form.GPKG, Options(lang="en"))
    assert {p.name for p in tmp_path.iterdir()} == {
        "x.gpkg", "x.gpkg.metadata.json", "x.gpkg.iso19115.xml", "x.gpkg.stac_item.json",
    }  # fmt: skip
    assert "Indicative alignments" in (tmp_path / "x.gpkg.iso19115.xml").read_text("utf-8")


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    a, b = bundle(tmp_path / "a", Options()), bundle(tmp_path / "b", Options())
    for name in ("iso19115.xml", "stac_item.json"):
        assert (a / name).read_bytes() == (b / name).read_bytes()
    etree.fromstring((a / "iso19115.xml").read_bytes())
