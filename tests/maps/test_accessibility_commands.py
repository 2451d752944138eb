"""The commands ``accessibility`` and ``isochrone``: examples as printed, forms, users' tables, messages."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import shapely
from typer.main import get_command

from layers.accessibility import MEASURES
from maps.cli import app
from tests.maps.running import run


class Command:
    """The command line in a folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, line: str) -> str:
        """Return the output of a line that goes well."""
        status, out, err = run(*shlex.split(line), capsys=self.capsys, monkeypatch=self.monkeypatch)
        assert status == 0, err
        return out

    def error(self, line: str) -> str:
        """Return the message of a line that does not."""
        status, out, err = run(*shlex.split(line), capsys=self.capsys, monkeypatch=self.monkeypatch)
        assert status != 0, out
        return err

    def table(self, line: str) -> pd.DataFrame:
        """Return the CSV that a line prints."""
        return pd.read_csv(io.StringIO(self(f"{line} --format csv")), dtype={"code": str})


@pytest.fixture
def tongtu(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


@pytest.mark.parametrize("command", ["accessibility", "isochrone"])
def test_the_example_of_the_help_works_as_printed(command: str, tongtu: Command) -> None:
    epilog = str(get_command(app).commands[command].epilog)  # type: ignore[attr-defined]
    out = tongtu(epilog.split("example: tongtu ", 1)[1])
    assert "合肥" in out


def test_every_measure_is_in_the_help(tongtu: Command) -> None:
    text = tongtu("accessibility --help").replace("\n", " ")
    squeezed = "".join(text.split())
    for measure in (*MEASURES, "circles"):
        assert measure in squeezed


def test_forms_hold_the_same_and_say_what_they_are(tongtu: Command) -> None:
    line = "accessibility --measure nearest-core --within 安徽"
    csv = tongtu.table(line)
    assert len(csv) == 16
    assert (csv["unit"] == "min").all()
    rows = json.loads(tongtu(f"{line} --format json"))
    assert [row["value"] for row in rows] == csv["value"].tolist()
    assert rows[0]["definition"] == csv["definition"].iloc[0]
    assert {"grade_d_share", "straight_share"} <= set(rows[0])
    shown = tongtu(line)
    assert "地区" in shown
    assert "D 级资料" in shown
    assert "place" in tongtu(f"{line} --lang en")
    assert "grade D" in tongtu(f"{line} --lang en")


def test_scenarios_stand_one_below_the_other(tongtu: Command) -> None:
    both = tongtu.table("accessibility --measure weighted-time --scenario today --scenario plan --within 合肥")
    assert both["scenario"].tolist() == ["today", "plan"]
    assert both["value"].iloc[1] <= both["value"].iloc[0]
    assert both["straight_share"].iloc[0] == 0.0
    assert both["straight_share"].iloc[1] > 0.0


def test_circles_by_area_and_by_county(tongtu: Command) -> None:
    table = tongtu.table("accessibility --measure circles --circle 合肥 --limit 90")
    assert set(table["circle"]) == {"合肥都市圈"}
    assert table.loc[table["standing"] == "in", "time_min"].max() <= 90.0
    assert table["population"].notna().all()
    shown = tongtu("accessibility --measure circles")
    for name in ("上海大都市圈", "苏锡常都市圈", "圈内人口", "差一点"):
        assert name in shown
    assert "圈内" in tongtu("accessibility --measure circles --circle 宁波")
    assert "徐州" in tongtu.error("accessibility --measure circles --circle 徐州")


def test_equity_of_a_measure(tongtu: Command) -> None:
    table = tongtu.table("accessibility --measure potential --equity").set_index("index")["value"]
    assert table["theil"] == pytest.approx(table["theil_between"] + table["theil_within"], abs=1e-5)
    assert "基尼系数" in tongtu("accessibility --measure potential --equity --within 安徽")
    assert "less is better" in tongtu.error("accessibility --measure nearest-airport --equity")


def test_a_users_matrix_masses_and_supply(tongtu: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "from,to,travel_time_min\n合肥,芜湖,50\n芜湖,合肥,50\n合肥,合肥市区医院,20\n", "utf-8"
    )
    text = tongtu.error("accessibility --measure daily --matrix t.csv")
    assert "population: missing for 合肥市区医院" in text
    (tmp_path / "t.csv").write_text("from,to,travel_time_min\n合肥,芜湖,50\n芜湖,合肥,50\n", "utf-8")
    table = tongtu.table("accessibility --measure weighted-time --matrix t.csv")
    assert table["value"].tolist() == [50.0, 50.0]
    assert table["code"].tolist() == ["340100", "340200"]
    (tmp_path / "g.csv").write_text("名称,gdp\n合肥市,100\n芜湖,50\n", "utf-8-sig")
    gdp = tongtu.table("accessibility --measure potential --matrix t.csv --masses g.csv --mass gdp")
    assert gdp["value"].tolist() == [1.0, 2.0]
    assert "choose one with --mass" in tongtu.error("accessibility --measure potential --masses g.csv")
    assert "--masses" in tongtu.error("accessibility --measure potential --mass gdp")
    (tmp_path / "s.csv").write_text("name,lon,lat,supply\n院,117.28,31.86,100\n", "utf-8")
    beds = tongtu.table("accessibility --measure catchment --supply s.csv --limit 60 --within 合肥")
    # 合肥's own people are at least within reach of it: no more than 100 beds for them.
    assert 0 < beds["value"].iloc[0] <= 100 / 9_369_881 * 1.00001  # printed with six digits
    assert "E2SFCA" in tongtu.error("accessibility --measure catchment --supply s.csv --impedance power:1")
    assert "--matrix" in tongtu.error("accessibility --matrix t.csv --scenario plan")
    assert "no such file" in tongtu.error("accessibility --matrix none.csv")


def test_results_are_written_with_borders(tongtu: Command, tmp_path: Path) -> None:
    line = "accessibility --measure nearest-airport --within 安徽 --out"
    tongtu(f"{line} a.csv")
    tongtu(f"{line} a.gpkg")
    tongtu(f"{line} a.geojson")
    table = pd.read_csv(tmp_path / "a.csv", dtype={"code": str})
    areas = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="accessibility")
    assert areas["value"].tolist() == table["value"].tolist()
    assert areas.geometry.is_valid.all()
    content = json.loads((tmp_path / "a.geojson").read_text("utf-8"))
    assert [f["properties"]["value"] for f in content["features"]] == table["value"].tolist()
    tongtu("accessibility --measure circles --circle 合肥 --out c.gpkg")
    assert pyogrio.read_dataframe(tmp_path / "c.gpkg")["standing"].eq("in").any()
    tongtu("accessibility --measure potential --equity --out e.csv")
    assert "gini" in (tmp_path / "e.csv").read_text("utf-8-sig")
    assert ".csv" in tongtu.error("accessibility --measure potential --equity --out e.gpkg")


def test_wrong_words_are_refused_with_what_is_accepted(tongtu: Command) -> None:
    assert "weighted-time" in tongtu.error("accessibility --measure happiness")
    assert "power" in tongtu.error("accessibility --measure potential --impedance cosine:1")
    assert "prefecture" in tongtu.error("accessibility --level town")
    assert "circles" in tongtu.error("accessibility --measure circles --equity")
    assert ".gpkg" in tongtu.error("isochrone --from 合肥 --out rings.shp")
    assert "above 0" in tongtu.error("isochrone --from 合肥 --limit 0")


def test_isochrones_are_written_for_gis(tongtu: Command, tmp_path: Path) -> None:
    shown = tongtu("isochrone --from 合肥南站 --from 芜湖 --limit 30 --limit 60 --out rings.gpkg")
    assert "合肥南站" in shown
    rings = pyogrio.read_dataframe(tmp_path / "rings.gpkg", layer="isochrones")
    assert rings.crs == "EPSG:4326"
    assert rings[["origin", "limit_min"]].values.tolist() == [
        ["合肥南站", 30.0],
        ["合肥南站", 60.0],
        ["芜湖", 30.0],
        ["芜湖", 60.0],
    ]
    tongtu("isochrone --from 合肥南站 --from 芜湖 --limit 60 --together --out rings.geojson")
    content = json.loads((tmp_path / "rings.geojson").read_text("utf-8"))
    (feature,) = content["features"]
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert shape.is_valid
    both = shapely.union_all(rings.loc[rings["limit_min"] == 60.0, "geometry"].to_numpy())
    assert shapely.symmetric_difference(shape, both).area < 1e-5
    assert "直线" in feature["properties"]["definition"] or "地方道路" in feature["properties"]["definition"]
    table = tongtu.table("isochrone --from 合肥 --limit 60 --scenario today --scenario plan")
    assert table["area_km2"].iloc[1] >= table["area_km2"].iloc[0]
