"""``--osm``: lines of OpenStreetMap through ``tongtu site`` and the atlas, with what is written for review."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner, Result

import maps.atlas
from geo.errors import SchemaError, VocabularyError
from geo.io import read_features, read_table, write_features
from layers.indicators import Measures
from layers.osm.schema import ATTRIBUTION
from layers.osm_matching import OSM_MATCHES
from layers.schema import FEATURES, INDICATORS, TRAVEL_TIMES
from maps.atlas import make_atlas
from maps.cli import app
from maps.osm_matches import redrawn_from_files
from projects.schema import CLOSING, SENSITIVITY, VERDICTS
from projects.verdict.verdicts import Verdicts
from tests.layers.osm_matching.sample import FAST, course, table, tracks, ways

PROJECTS = """project_id,name,mode,kind,work,status,places,documents
p1,六亳高铁,rail,high_speed_rail,new,under_construction,六安-亳州,plan
p2,六安—阜阳高铁,rail,high_speed_rail,new,proposed,六安-阜阳,plan
p3,六亳高速铁路,rail,high_speed_rail,new,proposed,六安-亳州,plan
"""
ROUTE = course((116.505, 31.755), (115.9, 32.9), (115.778, 33.844), count=90)
PLAN = "交通规划\n加快推进六亳高铁（六安至亳州）建设。\n"


@pytest.fixture(scope="module")
def osm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("osm")
    lines = table(ways(tracks(ROUTE), "六亳高速铁路", tags=FAST, status="under_construction", lifecycle="construction"))
    write_features({"osm_lines": lines}, folder / "osm.gpkg")
    return folder


def _site(folder: Path, *more: str) -> tuple[Result, Path]:
    projects = folder / "projects.csv"
    projects.write_text(PROJECTS, encoding="utf-8")
    out = folder / "features.gpkg"
    return CliRunner().invoke(app, ["site", str(projects), "--out", str(out), *more]), out


def _matches(path: Path) -> pd.DataFrame:
    plain = OSM_MATCHES.__class__("osm_matches", OSM_MATCHES.columns, OSM_MATCHES.key)
    return read_table(path, plain).set_index("feature_id")


def test_site_draws_from_openstreetmap_as_decided_and_lists_the_matches(tmp_path: Path, osm: Path) -> None:
    choices = tmp_path / "choices.csv"
    choices.write_bytes(
        "编号,名称,人工裁定,裁定说明\np3,六亳铁路,不采用,待核\n".encode("gb18030")
    )  # of a Chinese Excel
    result, out = _site(tmp_path, "--osm", str(osm), "--osm-choices", str(choices))
    assert result.exit_code == 0, result.output
    assert "已采用 1" in result.output
    features = read_features(out, FEATURES).set_index("feature_id")
    assert features.loc["p1", "drawn_by"] == "osm"
    assert ATTRIBUTION in features.loc["p1", "source"]
    assert "osm" not in set(features["drawn_by"].drop("p1"))
    matches = _matches(out.with_name("features_osm_matches.csv"))
    assert list(matches.loc[["p1", "p2", "p3"], "decision"]) == ["replaced", "absent", "refused"]
    assert list(matches.loc["p3", ["reasons", "choice", "choice_note"]]) == ["by_user", "refuse", "待核"]
    routes = gpd.read_file(out.with_name("features_osm_matches.gpkg")).set_index("feature_id")
    assert set(routes.index) == {"p1", "p3"}
    assert routes.geometry["p1"].hausdorff_distance(shapely.LineString(ROUTE)) < 0.001


def test_what_is_missing_is_said(tmp_path: Path, osm: Path) -> None:
    nothing = FEATURES.empty()
    with pytest.raises(SchemaError, match="import-osm"):
        redrawn_from_files(nothing, tmp_path / "none")
    with pytest.raises(VocabularyError, match="add --osm"):
        redrawn_from_files(nothing, None, tmp_path / "none.csv")
    with pytest.raises(SchemaError, match="no such file"):
        redrawn_from_files(nothing, osm, tmp_path / "none.csv")
    assert redrawn_from_files(nothing, None) is None


def test_the_atlas_carries_lines_matches_and_attribution(
    tmp_path: Path, osm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that measures is left out: what it is given is looked at."""
    given: list[gpd.GeoDataFrame] = []

    def measured(projects: gpd.GeoDataFrame, **_: object) -> Measures:
        given.append(projects)
        return Measures(INDICATORS.empty(), pd.DataFrame(), TRAVEL_TIMES.empty())

    monkeypatch.setattr(maps.atlas, "measure", measured)
    monkeypatch.setattr(maps.atlas, "_gains", lambda *_: (None, None))
    monkeypatch.setattr(maps.atlas, "write_shapefiles", lambda *_: 0)
    empty = Verdicts(VERDICTS.empty(), CLOSING.empty(), SENSITIVITY.empty())
    monkeypatch.setattr(maps.atlas, "_verdicts", lambda *_: empty)
    plan = tmp_path / "plan.txt"
    plan.write_text(PLAN, encoding="utf-8")
    atlas = make_atlas([plan], tmp_path / "atlas", osm=osm)
    assert list(given[0]["drawn_by"]) == ["osm"]
    assert "osm" in set(read_features(tmp_path / "atlas" / "features.gpkg", FEATURES)["drawn_by"])
    matches = _matches(tmp_path / "atlas" / "osm_matches.csv")
    assert matches.loc[given[0]["feature_id"].iloc[0], "decision"] == "replaced"
    assert np.isin(["network", "project"], matches["origin"].unique()).all()
    assert ATTRIBUTION in (tmp_path / "atlas" / "report.html").read_text("utf-8")
    assert any(note.startswith("OpenStreetMap") for note in atlas.notes)
    options = json.loads((tmp_path / "atlas" / "manifest.json").read_text("utf-8"))["options"]
    assert options["osm"] == str(osm)
    assert len(options["osm_sha256"]) == 64
