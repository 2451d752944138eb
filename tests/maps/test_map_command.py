"""``tongtu map``: an atlas drawn again, with rings, more indicators and tiles."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from geo.boundaries import boundaries
from geo.io import write_table
from layers.schema import INDICATORS
from maps.cli import app
from maps.export import write_geopackage
from projects.schema import MENTIONS, PROJECTS, VERDICTS
from tests.maps import sample
from tests.maps.test_web import Page, content_of, rings, verdicts


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    folder = tmp_path / "atlas"
    folder.mkdir()
    write_geopackage(sample.features(), folder / "features.gpkg")
    write_table(sample.projects(), folder / "projects.csv", PROJECTS)
    write_table(sample.mentions(), folder / "mentions.csv", MENTIONS)
    cities = boundaries("prefecture")["name"].iloc[:8]
    table = sample.indicators().assign(
        area=lambda t: t["area"].map(dict(zip(sorted(sample.PLACES), cities, strict=True)))
    )
    write_table(table.sort_values(list(INDICATORS.key)), folder / "indicators.csv", INDICATORS)
    write_table(verdicts().assign(area="安徽"), folder / "verdicts.csv", VERDICTS)
    manifest = {"inputs": [{"document": "样例规划", "title": "样例市综合交通规划"}]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def drawn(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["map", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_map_of_an_atlas_takes_titles_verdicts_and_rings(atlas: Path, tmp_path: Path) -> None:
    rings().to_file(tmp_path / "rings.gpkg", driver="GPKG", layer="isochrones")
    run(
        atlas, "--out", tmp_path / "map.html", "--isochrones", tmp_path / "rings.gpkg", "--map-approval", "皖S(2026)1号"
    )
    header = content_of(drawn(tmp_path / "map.html"))
    assert "样例市综合交通规划" in [d["title"] for d in header["documents"]]
    assert [one["origin"] for one in header["reach"]] == ["甲城"]
    assert any(one["id"].startswith("target:") for one in header["indicators"])
    assert header["map_approval"] == "皖S(2026)1号"
    assert header["tiles"] is None


def test_densities_of_counties_and_tiles(atlas: Path, tmp_path: Path) -> None:
    counties = boundaries("county")["name"].drop_duplicates(keep=False).iloc[:6]
    table = pd.DataFrame({"area": list(counties), "density": [1.0, 2, 3, 4, 5, 6]})
    table = table.assign(indicator="expressway", as_of="2025-12", scenario="today", unit="km/100km2", definition="x")
    # Two counties of one name in the table: nobody can tell which is which.
    table = pd.concat([table, table.iloc[:1].assign(density=9.0)])
    table.to_csv(tmp_path / "density.csv", index=False)
    more = ("--indicators", tmp_path / "density.csv", "--tiles", "tianditu", "--tiles-key", "abc")
    run(atlas, "--out", tmp_path / "map.html", *more)
    page = drawn(tmp_path / "map.html")
    assert page.policy["img-src"] == ["data:", "https://*.tianditu.gov.cn"]
    layer = next(one for one in content_of(page)["indicators"] if one["role"] == "counties")
    assert sorted(v for v in layer["values"] if v is not None) == [2, 3, 4, 5, 6]
    assert layer["label"]["zh"] == "高速公路密度 · 现状"


def test_unknown_tiles_are_refused(atlas: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(atlas), "--out", str(tmp_path / "map.html"), "--tiles", "bing"])
    assert result.exit_code != 0
    assert not (tmp_path / "map.html").exists()
