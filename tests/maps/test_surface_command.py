"""The command tongtu surface: its example as printed, users' files, and the messages."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin
from typer.main import get_command

from geo.io import read_features, read_table
from layers.isochrones import ISOCHRONES
from layers.osm.road_network import RoadNetwork
from layers.osm.roads import CLASSES
from layers.routing.graph import Graph
from layers.surface import SURFACE_ZONES
from maps.cli import app
from tests.maps.running import run

CENTRE = ("--area", "合肥市", "--to", "合肥南站", "--cell", "2000")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_of_the_help_works_and_gives_the_same_bytes_again(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    epilog = str(get_command(app).commands["surface"].epilog)  # type: ignore[attr-defined]
    words = shlex.split(epilog.split("example: ", 1)[1])
    assert words[:2] == ["tongtu", "surface"]
    status, out, err = run(*words[1:], capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "≤60min 面积" in out
    assert "against the network's times" in out
    folder = here / "surface"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run(*words[1:], capsys=capsys, monkeypatch=monkeypatch)[0] == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert set(first) == {
        "agreement.csv", "friction.tif", "isochrones.gpkg", "manifest.json", "nearest.tif", "places.csv", "report.json",
        "time.tif", "zones.csv",
    }  # fmt: skip
    zones = read_table(folder / "zones.csv", SURFACE_ZONES)
    assert len(zones) == 9 * 3, "the nine counties of 合肥, three limits"
    rings = read_features(folder / "isochrones.gpkg", ISOCHRONES)
    assert rings["area_km2"].is_monotonic_increasing
    report = json.loads(first["report.json"])
    assert report["agreement_with_the_network"]["beyond_bound"] == 0.0
    assert all(row["source"] for row in report["assumptions"])
    with rasterio.open(folder / "time.tif") as file:
        assert file.crs is not None
        assert file.tags()["FORMULA"].startswith("minutes = min over ways")
        assert "OpenStreetMap" in file.tags()["ATTRIBUTION"] or file.tags()["ATTRIBUTION"]


def test_users_rasters_roads_and_areas(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two halves of a box with 1,000 persons a cell in the west one alone, a road across, two places, one surface each."""
    halves = gpd.GeoDataFrame(
        {"name": ["西", "东"]},
        geometry=[shapely.box(117.0, 31.5, 117.2, 31.7), shapely.box(117.2, 31.5, 117.4, 31.7)],
        crs=4326,
    )
    halves.to_file(here / "areas.geojson")
    road = gpd.GeoDataFrame(
        {"speed_km_h": [80.0], "kind": ["expressway"]},
        geometry=[shapely.LineString([(117.0, 31.6), (117.4, 31.6)])],
        crs=4326,
    )
    road.to_file(here / "roads.geojson")
    persons = np.zeros((40, 60), dtype=np.float32)
    persons[:, :25] = 1000.0  # to 117.2° E
    steep = np.tile(np.arange(60, dtype=np.float32) * 30.0, (40, 1))
    for name, values in (("people.tif", persons), ("dem.tif", steep)):
        profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": "EPSG:4326", "height": 40, "width": 60}
        with rasterio.open(here / name, "w", transform=from_origin(116.95, 31.8, 0.01, 0.01), **profile) as file:
            file.write(values, 1)
    (here / "places.csv").write_text("name,lon,lat\n甲,117.05,31.6\n乙/b,117.35,31.6\n", "utf-8")
    words = (
        "--areas", "areas.geojson", "--lines", "roads.geojson", "--population", "people.tif", "--dem", "dem.tif", "--places",
        "places.csv", "--cell", "500", "--margin", "2", "--limits", "10,20", "--ground", "walking", "--each", "--out", "own",
    )  # fmt: skip
    status, out, err = run("surface", *words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0, err
    assert "expressways are taken as open anywhere" in err
    assert "resampled (sum)" in err
    assert "resampled (bilinear)" in err
    assert "≤10min 人口" in out
    zones = read_table(here / "own" / "zones.csv", SURFACE_ZONES).set_index(["name", "limit_min"])
    # 20 × 20 cells of 0.01° in the western half, none in the eastern.
    assert zones.loc[("西", 10.0), "population"] == pytest.approx(400_000, rel=0.01)
    assert zones.loc[("东", 10.0), "population"] == pytest.approx(0.0, abs=4000)
    assert 0 < zones.loc[("西", 10.0), "population_within"] < zones.loc[("西", 20.0), "population_within"]
    with rasterio.open(here / "own" / "time_1_甲.tif") as one, rasterio.open(here / "own" / "time_2_乙_b.tif") as two:
        single = np.fmin(one.read(1), two.read(1))
    with rasterio.open(here / "own" / "time.tif") as joint:
        assert np.array_equal(joint.read(1), single, equal_nan=True)


def test_a_road_network_of_its_own(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A street of 6 minutes eastwards only: to its end by car, back on foot; from the folder that import-osm writes."""
    ends = np.array([[117.0, 31.5], [117.04, 31.5]])
    roads = RoadNetwork(
        graph=Graph.of(2, [0], [1], [6.0]),
        lon_lat=ends,
        way_id=np.array([7]),
        length_m=np.array([3796.0]),
        component=np.zeros(2, dtype=np.int32),
        node_id=np.array([1, 2]),
        road_class=np.array([CLASSES.index("residential")], dtype=np.int8),
        class_names=CLASSES,
        facts={"attribution": "© OpenStreetMap contributors, ODbL 1.0"},
    )
    (here / "osm").mkdir()
    roads.save(here / "osm" / "roads.npz")
    box = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.box(116.99, 31.49, 117.05, 31.51)], crs=4326)
    box.to_file(here / "box.geojson")
    (here / "end.csv").write_text("name,lon,lat\n东端,117.04,31.5\n", "utf-8")
    words = ("surface", "--areas", "box.geojson", "--network", "osm", "--cell", "100", "--margin", "0.5")
    times = {}
    for way in ("--to", "--from"):
        status, _, err = run(*words, way, "end.csv", "--out", way[2:], capsys=capsys, monkeypatch=monkeypatch)
        assert status == 0, err
        with rasterio.open(here / way[2:] / "time.tif") as file:
            x, y = Transformer.from_crs(4326, file.crs.to_wkt(), always_xy=True).transform(*ends[0])
            times[way] = float(next(file.sample([(x, y)]))[0])
            assert "OpenStreetMap" in file.tags()["ATTRIBUTION"]
    # At most half a cell's diagonal on foot (3 km/h) at either end: 2 × 70.7 m.
    assert times["--to"] == pytest.approx(6.0, abs=2.9)
    assert times["--from"] == pytest.approx(3.796 / 3.0 * 60.0, abs=4.0)
    report = json.loads((here / "to" / "report.json").read_text("utf-8"))
    assert report["agreement_with_the_network"]["beyond_bound"] == 0.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--area", "合肥市"), "give places by --to or by --from"),
        ((*CENTRE, "--from", "庐江"), "one of the two"),
        ((*CENTRE, "--crs", "EPSG:4326"), "counts in degrees"),
        ((*CENTRE, "--limit", "x"), "give minutes above 0"),
        ((*CENTRE, "--ground", "swim"), "accepted: local_roads, walking"),
        ((*CENTRE, "--mode", "boat"), "rail"),
        ((*CENTRE, "--dem", "absent.tif"), "no such file"),
        ((*CENTRE, "--dask", "tcp://127.0.0.1:1"), "surfaces of --each"),
        (("--area", "合肥市", "--to", "上海", "--cell", "2000"), "上海 outside the grid"),
        ((*CENTRE, "--cell", "0.1"), "Larger cells"),
    ],
)
def test_messages_say_what_to_do(
    words: tuple[str, ...],
    message: str,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, _, err = run("surface", *words, capsys=capsys, monkeypatch=monkeypatch)
    assert status == 1
    assert message in err
    assert not (here / "surface").exists()


def test_numbers_as_csv(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, _ = run("surface", *CENTRE, "--format", "csv", "--lang", "en", capsys=capsys, monkeypatch=monkeypatch)
    assert status == 0
    (here / "t.csv").write_text(out, "utf-8")
    assert list(pd.read_csv(here / "t.csv").columns) == SURFACE_ZONES.names
