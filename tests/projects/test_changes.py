"""What changed between two registers: hand-made pairs, distances by hand, and laws."""

from __future__ import annotations

import json
import math
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from geo.errors import SchemaError, VocabularyError
from geo.io import write_features, write_table
from layers.schema import FEATURES
from projects.changes import Snapshot, changes, kept_register, moved_km, read_snapshot
from projects.changes.snapshot import document_facts
from projects.schema import CHANGES, MENTIONS, PROJECTS, TARGETS, VERDICTS

LINE = LineString([(117.0, 31.0), (118.0, 31.0)])


def projects(*rows: dict[str, object]) -> pd.DataFrame:
    default = {"mode": "rail", "work": "new", "status": "proposed", "documents": "旧"}
    table = pd.DataFrame([{**default, "name": f"{row['project_id']}线", **row} for row in rows])
    return PROJECTS.coerce(table)


def features(**shapes: object) -> gpd.GeoDataFrame:
    data = [
        {
            "feature_id": key,
            "origin": "project",
            "name": key,
            "mode": "rail",
            "status": "proposed",
            "drawn_by": "none" if shape is None else "nodes",
        }
        for key, shape in shapes.items()
    ]
    return gpd.GeoDataFrame(FEATURES.coerce(pd.DataFrame(data)), geometry=list(shapes.values()), crs="EPSG:4326")


def targets(*rows: dict[str, object]) -> pd.DataFrame:
    default = {"document": "旧", "indicator": "railway_network_density", "comparator": ">=", "unit": "km/10000km2"}
    default |= {"area": "合肥", "year": 2025, "value": 700.0, "start": 5, "end": 9}
    return TARGETS.coerce(pd.DataFrame([{**default, **row} for row in rows], columns=TARGETS.names))


def snapshot(table: pd.DataFrame, **parts: object) -> Snapshot:
    return Snapshot(table, MENTIONS.empty(), **({"targets": TARGETS.empty()} | parts))  # type: ignore[arg-type]


def listed(old: Snapshot, new: Snapshot) -> list[tuple[str, str, str]]:
    table = CHANGES.validate(changes(old, new))
    return [(r["subject_id"], r["change"], r["column"]) for r in table.to_dict("records")]


def test_new_gone_and_moved_on() -> None:
    old = snapshot(
        projects(
            {"project_id": "a"}, {"project_id": "b", "status": "starting"}, {"project_id": "c", "documents": "旧|更旧"}
        ),
        dates={"旧": "2019-06", "更旧": "2016"},
        created="2024-01-01",
    )
    new = snapshot(projects({"project_id": "a"}, {"project_id": "b", "status": "operating"}, {"project_id": "d"}))
    assert listed(old, new) == [("b", "stage_moved", "status"), ("c", "gone", ""), ("d", "new", "")]
    rows = changes(old, new).set_index("subject_id")
    assert (rows.loc["b", "old"], rows.loc["b", "new"]) == ("starting", "operating")
    assert rows.loc["c", "last_seen"] == "2019-06"  # the newest of its documents
    assert rows.loc["d", "last_seen"] == ""


def test_without_dates_of_documents_the_manifests_day_counts() -> None:
    old = snapshot(projects({"project_id": "a"}), created="2024-01-01")
    assert changes(old, snapshot(projects({"project_id": "b"})))["last_seen"].tolist() == ["2024-01-01", ""]


def test_a_project_with_another_id_is_found_by_its_name() -> None:
    old = snapshot(projects({"project_id": "a", "name": "合新高铁", "opening_year": 2025}))
    new = snapshot(
        projects({"project_id": "z", "name": "合新高速铁路", "aliases": "合新高铁|合新", "opening_year": 2026})
    )
    assert listed(old, new) == [("z", "number_changed", "opening_year")]
    row = changes(old, new).iloc[0]
    assert (row["old"], row["new"], row["difference"]) == ("2025", "2026", 1.0)
    assert "a" in row["note"]
    # Two of the name: which one it is cannot be told, so one went and two came.
    twice = snapshot(projects({"project_id": "y", "name": "合新高铁"}, {"project_id": "z", "name": "合新高铁"}))
    assert [kind for _, kind, _ in listed(old, twice)] == ["gone", "new", "new"]


def test_how_far_a_line_moved_by_hand() -> None:
    # A tenth of a degree of latitude at 31° N is 11.09 km (Geod: 110.86 km a degree).
    north = LineString([(117.0, 31.1), (118.0, 31.1)])
    table = projects({"project_id": "a"})
    got = changes(snapshot(table, features=features(a=LINE)), snapshot(table, features=features(a=north)))
    assert got["change"].tolist() == ["geometry_changed"]
    assert got["distance_km"].iloc[0] == pytest.approx(11.09, abs=0.02)
    # A degree of longitude is shorter at 31.1° than at 31.0° N by the cosines: 95.5 km * (0.8563 / 0.8572 - 1).
    assert got["difference"].iloc[0] == pytest.approx(-0.10, abs=0.01)
    longer = LineString([(117.0, 31.0), (118.5, 31.0)])
    got = changes(snapshot(table, features=features(a=LINE)), snapshot(table, features=features(a=longer)))
    assert got["distance_km"].iloc[0] == pytest.approx(47.75, abs=0.1)  # half a degree of longitude
    assert got["difference"].iloc[0] == pytest.approx(47.75, abs=0.1)


def test_drawn_on_one_side_only() -> None:
    table = projects({"project_id": "a"})
    got = changes(snapshot(table, features=features(a=None)), snapshot(table, features=features(a=LINE)))
    assert got["change"].tolist() == ["geometry_changed"]
    assert math.isnan(got["distance_km"].iloc[0])
    assert "一侧" in got["note"].iloc[0]
    assert changes(snapshot(table), snapshot(table, features=features(a=LINE))).empty  # a register has no geometries


def test_numbers_of_targets() -> None:
    table = projects({"project_id": "a"})
    old = snapshot(table, targets=targets({}, {"indicator": "expressway_density", "value": 5.0}), dates={"旧": "2020"})
    new = snapshot(
        table, targets=targets({"value": 750.0, "start": 8}, {"indicator": "railway_length", "value": 900.0})
    )
    got = changes(old, new).set_index("subject_id")
    assert got["change"].to_dict() == {
        "旧:railway_network_density:合肥": "number_changed",
        "旧:expressway_density:合肥": "gone",
        "旧:railway_length:合肥": "new",
    }
    assert got.loc["旧:railway_network_density:合肥", "difference"] == 50.0
    assert got.loc["旧:expressway_density:合肥", "last_seen"] == "2020"


POINTS = st.tuples(st.floats(116.0, 121.0), st.floats(29.0, 34.0))
LINES = st.lists(POINTS, min_size=2, max_size=5, unique=True).map(LineString)


@given(LINES, LINES)
def test_distance_is_symmetric_and_zero_for_the_same(one: LineString, other: LineString) -> None:
    assert moved_km(one, one) == pytest.approx(0.0, abs=1e-3)
    assert moved_km(one, other) == moved_km(other, one)
    assert moved_km(one, other) >= 0.0
    assert moved_km(one, one.reverse()) == pytest.approx(0.0, abs=1e-3)


@given(POINTS, POINTS)
def test_distance_of_points_is_the_geodesic(one: tuple[float, float], other: tuple[float, float]) -> None:
    from geo.geodesy import distance_km

    assert moved_km(Point(one), Point(other)) == pytest.approx(distance_km(*one, *other), abs=1e-6)


def test_missing_geometries() -> None:
    assert moved_km(None, None) == 0.0
    assert moved_km(LINE, None) == math.inf


IDS = st.dictionaries(st.sampled_from(list("abcd")), st.sampled_from(["proposed", "starting", "operating"]), min_size=1)


@given(IDS, IDS)
@settings(max_examples=40)  # each compares registers four times
def test_the_way_back_is_the_mirror_image(one: dict[str, str], other: dict[str, str]) -> None:
    """New there is gone here; nothing changes against itself; every project is accounted for."""
    old, new = (snapshot(projects(*({"project_id": k, "status": v} for k, v in d.items()))) for d in (one, other))
    assert changes(old, old).empty
    there, back = listed(old, new), listed(new, old)
    mirror = {"new": "gone", "gone": "new", "stage_moved": "stage_moved"}
    assert sorted(there) == sorted((key, mirror[kind], column) for key, kind, column in back)
    kept = {k for k in one if one[k] == other.get(k)}
    assert {key for key, _, _ in there} | kept == set(one) | set(other)


def test_folders_are_read_and_left_alone(tmp_path: Path) -> None:
    for name, status in (("old", "proposed"), ("new", "starting")):
        folder = tmp_path / name
        folder.mkdir()
        write_table(projects({"project_id": "a", "status": status}), folder / "projects.csv", PROJECTS)
        write_features({"rail_line": features(a=LINE)}, folder / "features.gpkg")
        manifest = {"inputs": [{"document": "旧", "date": "2020-04"}], "created": "2026-01-02T03:04:05"}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    old, new = read_snapshot(tmp_path / "old"), read_snapshot(tmp_path / "new")
    assert (old.dates, old.created) == ({"旧": "2020-04"}, "2026-01-02")
    assert listed(old, new) == [("a", "stage_moved", "status")]
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_a_folder_without_register_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"no projects\.csv"):
        read_snapshot(tmp_path)
    write_table(projects({"project_id": "a"}), tmp_path / "projects.csv", PROJECTS)
    (tmp_path / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(SchemaError, match="no JSON"):
        read_snapshot(tmp_path)


# -- nothing is deleted --------------------------------------------------------------------------------------------------


def test_a_gone_project_is_kept_with_its_date() -> None:
    old = snapshot(projects({"project_id": "a", "flags": "damaged"}, {"project_id": "b"}), dates={"旧": "2020-04"})
    new = snapshot(projects({"project_id": "b", "status": "starting"}), dates={"新": "2024-01"})
    kept = kept_register(old, new)
    rows = kept.projects.set_index("project_id")
    assert rows["flags"].to_dict() == {"a": "damaged|last_seen:2020-04", "b": ""}
    assert rows.loc["b", "status"] == "starting"
    # To have been kept is to be gone, and to come back is to be new.
    assert listed(old, kept) == [("a", "gone", ""), ("b", "stage_moved", "status")]
    assert changes(old, kept).set_index("subject_id").loc["a", "last_seen"] == "2020-04"
    assert changes(kept, new).empty
    back = changes(kept, old).set_index("subject_id").loc["a"]
    assert back["change"] == "new"
    assert "曾于 2020-04 出现" in back["note"]


def test_kept_texts_and_targets() -> None:
    mention = {"project_id": "a", "document": "旧", "start": 1, "end": 2, "name": "a", "status": "proposed"}
    old = snapshot(projects({"project_id": "a"}), targets=targets({}))
    old = Snapshot(old.projects, MENTIONS.coerce(pd.DataFrame([mention])), old.targets, documents=[{"document": "旧"}])
    new = snapshot(projects({"project_id": "b"}), targets=targets({"document": "新"}), documents=[{"document": "新"}])
    kept = kept_register(old, new)
    assert kept.mentions["project_id"].tolist() == ["a"]
    assert kept.targets["document"].tolist() == ["新", "旧"]
    assert [row["document"] for row in kept.documents] == ["新", "旧"]


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["proposed", "starting"]), min_size=1),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["proposed", "starting"]), min_size=1),
)
@settings(max_examples=30)  # of 8^2 pairs of sets; each makes three registers and their tables
def test_keeping_loses_nothing_and_keeping_twice_changes_nothing(one: dict[str, str], other: dict[str, str]) -> None:
    old, new = (
        snapshot(projects(*({"project_id": key, "status": status} for key, status in said.items())))
        for said in (one, other)
    )
    kept = kept_register(old, new)
    assert set(kept.projects["project_id"]) == set(one) | set(other)
    alive = kept.projects[kept.projects["flags"] == ""].set_index("project_id")["status"].to_dict()
    assert alive == other
    pd.testing.assert_frame_equal(kept_register(kept, new).projects, kept.projects)
    pd.testing.assert_frame_equal(kept_register(old, kept).projects, kept.projects)


def test_verdicts_of_two_atlases() -> None:
    row = targets({}).iloc[0].to_dict() | {"verdict": "not_met", "value_today": 575.0, "value_plan": 690.0}
    old = snapshot(projects({"project_id": "a"}), verdicts=VERDICTS.coerce(pd.DataFrame([row])))
    later = row | {"verdict": "met", "value_today": 705.0}
    new = snapshot(projects({"project_id": "a"}), verdicts=VERDICTS.coerce(pd.DataFrame([later])))
    table = changes(old, new).set_index("column")
    assert set(table.index) == {"verdict", "value_today"}
    assert table.loc["value_today", "difference"] == 130.0
    assert (table.loc["verdict", "old"], table.loc["verdict", "new"]) == ("not_met", "met")


def test_facts_on_documents(tmp_path: Path) -> None:
    assert document_facts(tmp_path) == []
    manifest = {"inputs": [{"document": "甲", "title": "甲规划", "date": "2020"}, {"path": "other"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (tmp_path / "documents.csv").write_text("document,title,date,region\n甲,,2021-03,安徽省\n乙,,,\n", "utf-8")
    assert document_facts(tmp_path) == [
        {"document": "甲", "title": "甲规划", "date": "2021-03", "region": "安徽省"},
        {"document": "乙", "title": "乙", "date": "", "region": ""},
    ]
    (tmp_path / "manifest.json").write_text("[]", "utf-8")
    with pytest.raises(SchemaError, match="no manifest"):
        document_facts(tmp_path)


def test_an_unknown_language_is_refused() -> None:
    one = snapshot(projects({"project_id": "a"}))
    with pytest.raises(VocabularyError, match="zh, en"):
        changes(one, one, lang="fr")
