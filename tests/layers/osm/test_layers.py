"""Layers of small maps drawn by hand, and of the centre of Shanghai against a count by other means."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.geodesy import GEOD
from layers.osm.importing import OsmImport, import_osm
from layers.osm.schema import FINDINGS, OSM_AREAS, OSM_LINES, OSM_POINTS
from tests.layers.osm.towns import STEP_M, Way, east, osm_xml, written


def town(folder: Path, ways: dict[int, Way], count: int = 8, **more: object) -> OsmImport:
    return import_osm(written(folder, osm_xml(east(count), ways, **more)))  # type: ignore[arg-type]


def test_a_line_with_everything(tmp_path: Path) -> None:
    tags = {
        "railway": "construction", "construction": "rail", "highspeed": "yes", "name": "合新高速铁路", "name:en": "Hexin HSR",
        "ref": "HX", "operator": "国铁集团", "opening_date": "2027-06", "maxspeed": "350", "bridge": "viaduct", "layer": "2",
        "voltage": "25000",
    }  # fmt: skip
    made = town(tmp_path, {5: ([1, 2, 3], tags)})
    row = made.lines.iloc[0]
    expected = {
        "osm_id": "way/5", "mode": "rail", "kind": "high_speed_rail", "status": "under_construction", "lifecycle": "construction",
        "name": "合新高速铁路", "name_en": "Hexin HSR", "ref": "HX", "operator": "国铁集团", "opening_year": 2027, "voltage_kv": 25.0,
        "speed_km_h": 350.0, "oneway": "both", "bridge": True, "tunnel": False, "layer": 2,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert json.loads(row["tags"]) == tags
    assert row["length_km"] == pytest.approx(2 * STEP_M / 1000, rel=1e-6)
    assert list(row.geometry.coords) == [(117.0, 0.0), (117.01, 0.0), (117.02, 0.0)]
    OSM_LINES.validate(made.lines)


def test_what_is_not_known_is_missing(tmp_path: Path) -> None:
    row = town(tmp_path, {1: ([1, 2], {"highway": "primary"})}).lines.iloc[0]
    assert (row["name"], row["ref"], row["operator"]) == ("", "", "")
    assert pd.isna(row["opening_year"])
    assert np.isnan(row["speed_km_h"])
    assert np.isnan(row["voltage_kv"])


def test_former_lines_stand_apart(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2], {"railway": "rail"}),
        2: ([2, 3], {"railway": "abandoned"}),
        3: ([3, 4], {"disused:railway": "rail", "name": "淮南铁路"}),
        4: ([4, 5], {"razed:railway": "rail"}),
    }
    made = town(tmp_path, ways)
    assert made.lines["osm_id"].tolist() == ["way/1"]
    assert made.former[["osm_id", "lifecycle", "status"]].to_numpy().tolist() == [
        ["way/2", "abandoned", "unspecified"],
        ["way/3", "disused", "unspecified"],
        ["way/4", "removed", "unspecified"],
    ]


def test_points_by_hand(tmp_path: Path) -> None:
    node_tags = {
        1: {"railway": "station", "name": "合肥南"},
        2: {"construction:railway": "station", "name": "新站"},
        3: {"railway": "proposed", "proposed": "station"},
        4: {"disused:railway": "station"},
        5: {"aeroway": "aerodrome", "iata": "HFE", "icao": "ZSOF", "name": "合肥新桥国际机场"},
        6: {"power": "substation", "voltage": "500000;220000"},
        7: {"power": "tower"},
        8: {"highway": "motorway_junction", "ref": "12"},
    }
    made = town(tmp_path, {}, node_tags=node_tags)
    assert made.points[["osm_id", "kind", "status", "ref"]].to_numpy().tolist() == [
        ["node/1", "station", "operating", ""],
        ["node/2", "station", "under_construction", ""],
        ["node/3", "station", "proposed", ""],
        ["node/5", "civil_airport", "operating", "ZSOF"],
        ["node/6", "substation", "operating", ""],
        ["node/8", "interchange", "operating", "12"],
    ]
    assert made.points.loc[4, "voltage_kv"] == 500.0
    assert made.findings.counts == {"former": 1}
    OSM_POINTS.validate(made.points)


SQUARE = {1: (117.0, 31.0), 2: (117.01, 31.0), 3: (117.01, 31.01), 4: (117.0, 31.01)}
HOLE = {5: (117.004, 31.004), 6: (117.006, 31.004), 7: (117.006, 31.006), 8: (117.004, 31.006)}


def polygon_km2(places: list[tuple[float, float]]) -> float:
    return abs(GEOD.polygon_area_perimeter(*zip(*places, strict=True))[0]) / 1e6


def test_a_closed_way_is_an_area(tmp_path: Path) -> None:
    made = import_osm(
        written(tmp_path, osm_xml(SQUARE, {1: ([1, 2, 3, 4, 1], {"power": "plant", "plant:source": "coal"})}))
    )
    assert made.areas[["osm_id", "kind"]].to_numpy().tolist() == [["way/1", "coal_plant"]]
    assert made.areas["area_km2"].tolist() == pytest.approx([polygon_km2(list(SQUARE.values()))])
    assert len(made.lines) == 0
    OSM_AREAS.validate(made.areas)


def test_a_multipolygon_with_a_hole(tmp_path: Path) -> None:
    member = '<member type="way" ref="{}" role="{}"/>'
    relation = (
        f'<relation id="9">{member.format(1, "outer")}{member.format(2, "outer")}{member.format(3, "inner")}'
        '<tag k="type" v="multipolygon"/><tag k="aeroway" v="aerodrome"/><tag k="iata" v="HFE"/></relation>'
    )
    ways: dict[int, Way] = {1: ([1, 2, 3], {}), 2: ([3, 4, 1], {}), 3: ([5, 6, 7, 8, 5], {"landuse": "grass"})}
    made = import_osm(written(tmp_path, osm_xml({**SQUARE, **HOLE}, ways, relations=relation)))
    assert made.areas[["osm_id", "kind"]].to_numpy().tolist() == [["relation/9", "civil_airport"]]
    expected = polygon_km2(list(SQUARE.values())) - polygon_km2(list(HOLE.values()))
    assert made.areas["area_km2"].tolist() == pytest.approx([expected])
    broken = import_osm(written(tmp_path, osm_xml({**SQUARE, **HOLE}, {1: ways[1], 3: ways[3]}, relations=relation)))
    assert len(broken.areas) == 0
    assert broken.findings.counts == {"area_open": 1}


def test_an_area_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    made = import_osm(written(tmp_path, osm_xml(SQUARE, {1: ([1, 3, 2, 4, 1], {"power": "substation"})})))
    assert made.areas.geometry.is_valid.all()
    assert made.findings.counts == {"area_repaired": 1}
    # A bow tie of the square: two triangles, each a quarter.
    assert made.areas["area_km2"].tolist() == pytest.approx([polygon_km2(list(SQUARE.values())) / 2], rel=1e-3)


def test_an_open_area_is_counted(tmp_path: Path) -> None:
    made = town(tmp_path, {1: ([1, 2, 3], {"power": "plant"})})
    assert made.findings.counts == {"area_open": 1}


def test_other_classes_are_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2], {"highway": "residential"}),
        2: ([2, 3], {"waterway": "stream"}),
        3: ([3, 4], {"highway": "residential"}),
    }
    made = town(tmp_path, ways)
    assert made.passed_over == {"highway=residential": 2, "waterway=stream": 1}
    FINDINGS.validate(made.findings.table("en"))


@pytest.fixture(scope="module")
def shanghai(shared: Path) -> OsmImport:
    return import_osm(shared / "data" / "osm-shanghai-core" / "shanghai.osm")


def test_central_shanghai_has_each_street_once(shared: Path, shanghai: OsmImport) -> None:
    """By the standard library's XML and pyproj: each pair of neighbours of a way once, whichever way it is run."""
    root = ET.parse(shared / "data" / "osm-shanghai-core" / "shanghai.osm").getroot()
    place = {n.get("id"): (float(n.get("lon", "")), float(n.get("lat", ""))) for n in root.iter("node")}
    metres, back_and_forth = {}, set()
    for way in root.iter("way"):
        refs = [nd.get("ref") for nd in way.iter("nd")]
        pairs = {frozenset(pair) for pair in itertools.pairwise(refs)}
        metres[way.get("id")] = sum(GEOD.inv(*place[a], *place[b])[2] for a, b in map(tuple, pairs))
        if refs == refs[::-1]:
            back_and_forth.add(way.get("id"))
    closed = {
        w.get("id") for w in root.iter("way") for t in w.iter("tag") if (t.get("k"), t.get("v")) == ("access", "no")
    }
    assert (len(metres), len(back_and_forth), len(closed)) == (796, 268, 3)  # PROVENANCE.md: 796 ways, 268 two-way
    total = sum(m for i, m in metres.items() if i not in closed)
    network = shanghai.network
    both = np.isin(network.way_id, [int(str(i)) for i in back_and_forth])
    assert network.length_m[~both].sum() + network.length_m[both].sum() / 2 == pytest.approx(total, rel=1e-6)
    assert shanghai.findings.counts["way_out_and_back"] == 268
    lines = shanghai.lines.set_index("osm_id")["length_km"]
    assert all(
        lines[f"way/{i}"] == pytest.approx(m / 1000.0, rel=1e-9) for i, m in metres.items() if f"way/{i}" in lines
    )


def test_central_shanghai_streets_are_two_way_where_they_were(shanghai: OsmImport) -> None:
    network = shanghai.network
    links = set(zip(network.graph.tail.tolist(), network.graph.head.tolist(), network.way_id.tolist(), strict=True))
    oneway = shanghai.lines.set_index("osm_id")["oneway"]
    for tail, head, way in links:
        if oneway.get(f"way/{way}") == "both":
            assert (head, tail, way) in links
        elif oneway.get(f"way/{way}") == "forward":
            assert (head, tail, way) not in links or head == tail
