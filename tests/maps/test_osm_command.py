"""``tongtu import-osm``: the folder that it writes, its report, and what it says of sources that are none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyogrio
import pytest
from typer.main import get_command

from layers.osm.road_network import RoadNetwork
from maps.cli import app, main
from tests.geo.test_osm_download import ANSWER, BOX, record
from tests.layers.osm.towns import STEP_M, east, osm_xml, written

TOWN = osm_xml(
    east(6),
    {
        1: ([1, 2, 3], {"highway": "trunk", "name": "徽州大道"}),
        2: ([3, 4], {"highway": "residential"}),
        3: ([4, 5], {"railway": "construction", "construction": "rail", "highspeed": "yes"}),
        4: ([5, 6], {"railway": "abandoned"}),
        5: ([6], {"highway": "primary"}),
    },
    node_tags={6: {"railway": "station", "name": "合肥南"}},
)


def run(*arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["tongtu", *arguments])
    status = 0
    try:
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out, err


def test_the_example_of_the_help_as_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, TOWN)
    epilog = str(get_command(app).commands["import-osm"].epilog)  # type: ignore[attr-defined]
    words = epilog.split("example: ", 1)[1].split()
    assert words[:2] == ["tongtu", "import-osm"]
    status, out, err = run(*words[1:], capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "© OpenStreetMap contributors, ODbL 1.0" in out
    folder = tmp_path / "osm"
    assert {file.name for file in folder.iterdir()} == {
        "osm.gpkg", "roads.npz", "import_report.json", "import_report.txt", "manifest.json",
    }  # fmt: skip
    report = json.loads((folder / "import_report.json").read_text("utf-8"))
    assert report["lines"] == [
        {
            "mode": "highway",
            "kind": "trunk_road",
            "status": "operating",
            "count": 1,
            "length_km": round(2 * STEP_M / 1000, 3),
        },
        {
            "mode": "rail",
            "kind": "high_speed_rail",
            "status": "under_construction",
            "count": 1,
            "length_km": round(STEP_M / 1000, 3),
        },
    ]
    assert report["former_lines"][0]["lifecycle"] == "abandoned"
    assert report["points"] == [{"mode": "rail", "kind": "station", "status": "operating", "count": 1}]
    network = report["network"]
    assert (network["nodes"], network["links"], network["components"], network["largest_component_share"]) == (
        3,
        4,
        1,
        1.0,
    )
    assert [(row["code"], row["count"]) for row in report["findings"]] == [("way_too_short", 1)]
    assert report["in_no_layer"] == {"highway=residential": 1}
    assert RoadNetwork.load(folder / "roads.npz").node_count == 3
    layers = {
        str(name): pyogrio.read_info(folder / "osm.gpkg", layer=name)["features"]
        for name, _ in pyogrio.list_layers(folder / "osm.gpkg")
    }
    assert layers == {"osm_lines": 2, "osm_points": 1, "osm_areas": 0, "osm_former_lines": 1}


def test_the_same_file_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, TOWN)
    for name in ("a", "b"):
        assert (
            run("import-osm", str(path), "--out", str(tmp_path / name), capsys=capsys, monkeypatch=monkeypatch)[0] == 0
        )
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, TOWN)
    words = ("import-osm", str(path), "--out", str(tmp_path / "osm"), "--lang", "en", "--running-share", "0.85")
    status, out, _ = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    assert "Road network: 3 nodes, 4 directed links" in out
    assert "85% of the limits" in out
    assert "left out 1: ways of fewer than two nodes (way/5)" in out


def test_a_box_from_recorded_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import shapely

    from geo.osm_download import _tiles
    from maps.osm_command import ASKED

    (tile,) = _tiles(shapely.box(*BOX))
    record(tmp_path / "cache", tile, ASKED, ANSWER)
    words = (
        "import-osm",
        "--bbox",
        ",".join(map(str, BOX)),
        "--cache",
        str(tmp_path / "cache"),
        "--out",
        str(tmp_path / "osm"),
    )
    monkeypatch.setattr("geo.osm_download._reachable", lambda _: False)
    status, out, err = run(*words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "2026-11-01" in out
    network = RoadNetwork.load(tmp_path / "osm" / "roads.npz")
    assert (network.node_count, network.link_count) == (2, 2)
    assert network.facts["data_date"] == "2026-11-01T00:00:00Z"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give one of FILE, --place or --bbox"),
        (("town.osm", "--place", "合肥市"), "give one of"),
        (("none.osm.pbf",), "no such file"),
        (("--bbox", "117,31"), "west,south,east,north"),
        (("--bbox", "118,31,117,32"), "no box"),
        (("broken.osm",), "cut off"),
    ],
)
def test_sources_that_are_none_leave_nothing_behind(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, TOWN)
    written(tmp_path, TOWN[:-20], "broken.osm")
    status, _, err = run("import-osm", *words, "--out", "osm", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert said in err
    assert {file.name for file in tmp_path.iterdir()} == {"town.osm", "broken.osm"}
