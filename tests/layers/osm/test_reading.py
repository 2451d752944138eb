"""Files as they come: every format, broken in every way, and what is repaired or refused."""

from __future__ import annotations

import bz2
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SchemaError
from layers.osm.importing import OsmImport, import_osm
from layers.osm.intake import source_of
from layers.osm.overpass import opl_of, write_opl
from layers.osm.passes import OsmLimits, Passes
from tests.layers.osm.towns import Place, Way, east, maps, osm_xml, written

PRIMARY = {"highway": "primary"}
TOWN = osm_xml(
    east(6),
    {1: ([1, 2, 3], {**PRIMARY, "name": "合肥, 路=1%"}), 2: ([3, 4, 5], {"railway": "rail"})},
    node_tags={6: {"railway": "station", "name": "合肥南"}},
)


def same(a: OsmImport, b: OsmImport) -> None:
    """The same tables and the same network."""
    for name in ("lines", "points", "areas", "former"):
        one, other = getattr(a, name), getattr(b, name)
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
        assert one.geometry.to_wkb().tolist() == other.geometry.to_wkb().tolist()
    for name in ("lon_lat", "way_id", "length_m", "component", "node_id", "road_class"):
        assert np.array_equal(getattr(a.network, name), getattr(b.network, name))
    for name in ("tail", "head", "time_ms"):
        assert np.array_equal(getattr(a.network.graph, name), getattr(b.network.graph, name))


def as_format(path: Path, target: Path, kind: str) -> Path:
    with osmium.SimpleWriter(osmium.io.File(str(target), kind), overwrite=True) as writer:
        osmium.apply(str(path), writer)
    return target


def test_every_format_is_the_same(tmp_path: Path) -> None:
    plain = written(tmp_path, TOWN)
    expected = import_osm(plain)
    assert expected.lines["name"].tolist() == ["合肥, 路=1%", ""]
    assert expected.points["name"].tolist() == ["合肥南"]
    (tmp_path / "a.osm.bz2").write_bytes(bz2.compress(plain.read_bytes()))
    (tmp_path / "b.osm.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "named_wrong.osm.pbf").write_bytes(gzip.compress(plain.read_bytes()))
    as_format(plain, tmp_path / "c.osm.pbf", "pbf")
    as_format(plain, tmp_path / "d.osm.pbf", "pbf,pbf_dense_nodes=false,pbf_compression=none")
    as_format(plain, tmp_path / "e.opl", "opl")
    (tmp_path / "plain.xml").write_bytes(plain.read_bytes())
    for path in sorted(set(tmp_path.iterdir()) - {plain}):
        same(import_osm(path), expected)


def test_answers_of_overpass(tmp_path: Path) -> None:
    elements = [
        {"type": "way", "id": 1, "nodes": [1, 2, 3], "tags": {**PRIMARY, "name": "合肥, 路=1%"}},
        {"type": "way", "id": 2, "nodes": [3, 4, 5], "tags": {"railway": "rail"}},
        *({"type": "node", "id": i, "lon": lon, "lat": lat} for i, (lon, lat) in east(5).items()),
        {"type": "node", "id": 6, "lon": 117.05, "lat": 0.0, "tags": {"railway": "station", "name": "合肥南"}},
        {
            "type": "relation",
            "id": 7,
            "members": [{"type": "way", "ref": 1, "role": "外 环"}],
            "tags": {"type": "route"},
        },
    ]
    answer = tmp_path / "answer.json"
    answer.write_text(
        json.dumps({"osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"}, "elements": elements}), "utf-8"
    )
    made = import_osm(answer)
    same(made, import_osm(written(tmp_path, TOWN)))
    assert made.data_date == "2026-11-01T00:00:00Z"
    assert made.network.facts["data_date"] == "2026-11-01T00:00:00Z"


@pytest.mark.parametrize(
    "content",
    [
        b"{", b'{"elements": 1}', b'{"elements": [{"type": "tree", "id": 1}]}', b'{"elements": [{"type": "node", "id": 1}]}',
        b'{"elements": [], "remark": "runtime error: Query timed out"}', b'{"elements": [7]}', b"{" * 100_000,
    ],
)  # fmt: skip
def test_answers_that_are_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=r"answer[.]json"):
        import_osm(path)


def test_an_object_of_several_answers_is_taken_once(tmp_path: Path) -> None:
    node = {"type": "node", "id": 1, "lon": 117.0, "lat": 31.0}
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps({"elements": [node]}), "utf-8")
    joined = write_opl([tmp_path / "a.json", tmp_path / "b.json"], tmp_path / "joined.opl")
    assert joined.read_text("ascii") == opl_of(node)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="name" v="&b;"/></node></osm>'
)
STRANGER = BOMB.replace(b'"aaaaaaaaaa"', b'SYSTEM "file:///etc/passwd"').replace(b"&b;", b"x")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.osm", b"", "empty"),
        ("a.osm", TOWN.encode()[:-30], "cut off"),
        ("a.osm.gz", gzip.compress(TOWN.encode() * 50)[:-20], "cut off"),
        ("a.osm.bz2", bz2.compress(TOWN.encode())[:-10], "cut off"),
        ("a.osm.gz", b"\x1f\x8b" + bytes(50), "cut off or damaged"),
        ("a.osm", BOMB, "entities"),
        ("a.osm", STRANGER, "entities"),
        ("a.osm", b"<html><body>429 Too Many Requests</body></html>", "web page"),
        ("a.osm.pbf", b"<!DOCTYPE html>\n<html></html>", "web page"),
        ("a.osm", b'<osmChange version="0.6"><create/></osmChange>', "changes"),
        ("a.zip", b"PK\x03\x04" + bytes(100), "unpack"),
        ("a.osm.pbf", bytes(range(256)) * 10, "no OpenStreetMap data"),
        ("a.osm", "名称,里程\n京沪,1318\n".encode(), "no OpenStreetMap data"),
        ("a.osm", b"<gpx></gpx>", "no OpenStreetMap data"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=said) as refused:
        import_osm(path)
    assert str(path) in str(refused.value)


def test_a_pbf_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = as_format(written(tmp_path, TOWN), tmp_path / "a.osm.pbf", "pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for size in range(20, len(whole) - 1, 37):
        path.write_bytes(whole[:size])
        with pytest.raises(SchemaError, match=r"cut off|damaged"):
            import_osm(path)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such file"):
        import_osm(tmp_path / "none.osm.pbf")
    with pytest.raises(SchemaError, match="folder"):
        import_osm(tmp_path)


def test_a_history_file_is_refused(tmp_path: Path) -> None:
    plain = written(tmp_path, TOWN)
    with osmium.SimpleWriter(osmium.io.File(str(tmp_path / "a.osm.pbf"), "pbf,history=true"), overwrite=True) as writer:
        osmium.apply(str(plain), writer)
    with pytest.raises(SchemaError, match="history file"):
        import_osm(tmp_path / "a.osm.pbf")


def test_broken_references_are_repaired_and_counted(tmp_path: Path) -> None:
    ways: dict[int, Way] = {
        1: ([1, 2, 99, 3, 4], PRIMARY),  # cut at its middle
        2: ([98, 4, 5], PRIMARY),  # cut at its beginning
        3: ([5], PRIMARY),  # one node
        4: ([97, 96], PRIMARY),  # nothing left
        5: ([5, 5, 6, 6], PRIMARY),  # repeated nodes
        6: ([], PRIMARY),
    }
    made = import_osm(written(tmp_path, osm_xml(east(6), ways)))
    assert made.lines["osm_id"].tolist() == ["way/1", "way/1#2", "way/2", "way/5"]
    assert made.findings.counts == {
        "node_missing": 4, "way_cut": 2, "way_too_short": 3, "node_repeated": 1, "weak_component": 2,
    }  # fmt: skip
    table = made.findings.table("en").set_index("code")
    assert table.loc["way_cut", "examples"] == "way/1|way/2"
    assert made.network.way_id.tolist() == [1, 1, 1, 1, 2, 2, 5, 5]


def test_nodes_without_a_place_are_missing(tmp_path: Path) -> None:
    text = osm_xml(east(3), {1: ([1, 2, 3], PRIMARY)}).replace(
        '<node id="3" lon="117.0200000" lat="0.0000000">', '<node id="3" lon="200" lat="95">'
    )
    made = import_osm(written(tmp_path, text))
    assert made.findings.counts == {"node_out_of_range": 1, "node_missing": 1, "way_cut": 1}
    text = text.replace('lon="200" lat="95"', 'visible="false"')
    assert import_osm(written(tmp_path, text)).findings.counts == {
        "node_out_of_range": 1,
        "node_missing": 1,
        "way_cut": 1,
    }


def test_what_stands_twice_is_taken_once_the_later(tmp_path: Path) -> None:
    text = osm_xml(east(3), {1: ([1, 2], PRIMARY)})
    again = '<node id="2" lon="117.5" lat="0"/><way id="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="trunk"/></way></osm>'
    made = import_osm(written(tmp_path, text.replace("</osm>", again)))
    assert made.lines[["osm_id", "kind"]].to_numpy().tolist() == [["way/1", "trunk_road"]]
    assert made.findings.counts == {"way_twice": 1, "node_twice": 1}


def test_unsaved_edits_have_negative_ids(tmp_path: Path) -> None:
    nodes = {-i: place for i, place in east(3).items()}
    made = import_osm(written(tmp_path, osm_xml(nodes, {-7: ([-1, -2, -3], PRIMARY)})))
    assert made.lines["osm_id"].tolist() == ["way/-7"]
    assert sorted(made.network.node_id) == [-3, -1]


def test_ids_beyond_all_that_exist(tmp_path: Path) -> None:
    big = 2**60
    nodes = {big + i: place for i, place in east(2).items()}
    made = import_osm(written(tmp_path, osm_xml(nodes, {1: ([big + 1, big + 2], PRIMARY)})))
    assert sorted(made.network.node_id) == [big + 1, big + 2]


def test_ways_before_their_nodes(tmp_path: Path) -> None:
    text = osm_xml(east(3), {1: ([1, 2, 3], PRIMARY)})
    start, end = text.index("<way"), text.index("</osm>")
    turned = text[: text.index("<node")] + text[start:end] + text[text.index("<node") : start] + "</osm>"
    same(import_osm(written(tmp_path, turned)), import_osm(written(tmp_path, text, "b.osm")))


def test_the_date_of_the_data(tmp_path: Path) -> None:
    text = TOWN.replace('<osm version="0.6">', '<osm version="0.6"><meta osm_base="2026-10-31T12:00:00Z"/>')
    assert import_osm(written(tmp_path, text)).data_date == "2026-10-31T12:00:00Z"
    assert import_osm(written(tmp_path, TOWN)).data_date == ""


def test_the_date_in_the_header_of_a_pbf(tmp_path: Path) -> None:
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-11-20T21:21:02Z")
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header) as writer:
        osmium.apply(str(written(tmp_path, TOWN)), writer)
    assert import_osm(path).data_date == "2026-11-20T21:21:02Z"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (OsmLimits(seconds=0.001, seconds_per_mb=0.0), "longer than"),
        (OsmLimits(output_bytes=10, output_ratio=0), "cut off|damaged|breaks"),
        (OsmLimits(memory_bytes=2**20), "memory|damaged|breaks"),
    ],
)
def test_a_pass_beyond_its_bounds_is_stopped(tmp_path: Path, limits: OsmLimits, said: str) -> None:
    path = written(tmp_path, TOWN)
    with pytest.raises(SchemaError, match=said) as refused:
        Passes(source_of(path, tmp_path), tmp_path, limits).ours()
    assert str(path) in str(refused.value)


@settings(max_examples=4)
@given(drawn=maps(), seed=st.integers(0, 1000))
def test_formats_and_order_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[int, Place], dict[int, Way]], seed: int
) -> None:
    nodes, ways = drawn
    folder = tmp_path_factory.mktemp("maps")
    plain = written(folder, osm_xml(nodes, ways))
    made = import_osm(plain)
    mixed = random.Random(seed)
    shuffled = {i: nodes[i] for i in mixed.sample(list(nodes), len(nodes))}
    turned = {i: ways[i] for i in mixed.sample(list(ways), len(ways))}
    same(import_osm(written(folder, osm_xml(shuffled, turned), "mixed.osm")), made)
    same(import_osm(as_format(plain, folder / "a.osm.pbf", "pbf")), made)
    # Nothing lost: each way is in the network, in the layers, or counted.
    network = made.network
    told = made.findings.counts
    left_out = sum(told.get(code, 0) for code in ("road_not_for_cars", "road_not_in_use", "way_too_short"))
    assert len(set(network.way_id.tolist())) + left_out == len(ways)


FUZZ = """
import random, resource, sys
from pathlib import Path
from geo.errors import SchemaError
from layers.osm.importing import import_osm
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
folder = Path(sys.argv[1])
mixed = random.Random(20261122)
taken = refused = 0
for source in sorted(folder.glob("seed.*")):
    whole = source.read_bytes()
    for _ in range(int(sys.argv[2])):
        raw = bytearray(whole)
        for _ in range(mixed.choice((1, 1, 1, 2, 4))):
            at = mixed.randrange(len(raw))
            what = mixed.random()
            if what < 0.5:
                digits = [i for i, b in enumerate(raw) if 48 <= b <= 57]
                raw[mixed.choice(digits or [at])] = mixed.choice((mixed.randrange(256), *b"0123456789"))
            elif what < 0.7:
                del raw[at : at + mixed.randint(1, 20)]
            elif what < 0.9:
                raw[at:at] = bytes(mixed.randrange(256) for _ in range(mixed.randint(1, 8)))
            else:
                other = mixed.randrange(len(raw))
                raw[at : at + 9] = raw[other : other + 9]
            if not raw:
                raw = bytearray(b"x")
        path = folder / f"mutant{''.join(source.suffixes)}"
        path.write_bytes(bytes(raw))
        try:
            made = import_osm(path)
            assert made.network.graph.node_count == len(made.network.lon_lat)
            taken += 1
        except SchemaError as error:
            assert str(path) in str(error)
            refused += 1
print(taken, refused)
"""


def test_mutants_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    plain = written(tmp_path, TOWN, "seed.osm")
    as_format(plain, tmp_path / "seed.osm.pbf", "pbf,pbf_compression=none")
    as_format(plain, tmp_path / "seed.opl", "opl")
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, str(tmp_path), "5"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    taken, refused = map(int, done.stdout.split())
    assert taken + refused == 15
    assert taken > 1
    assert refused > 1
