"""Lines drawn through nodes: hand-made tables, and the embedded ones read whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.errors import SchemaError
from geo.geodesy import distance_km
from layers.lines import drawing_accuracy_km, embedded_lines, embedded_nodes, grade_shares, lines_from_tables
from layers.schema import LINES, Method, Mode

NODES = pd.DataFrame(
    {"name": ["甲", "乙", "丙"], "kind": "station", "lon": [117.0, 117.1, 117.2], "lat": [31.0, 31.0, 31.0]}
)


def _line(**more: object) -> pd.DataFrame:
    row = {
        "line_id": "a",
        "name": "甲丙线",
        "nodes": "甲|乙|丙",
        "kind": "high_speed_rail",
        "route_length_km": "19.5",
        "tracks": "2",
    }
    return pd.DataFrame([{**row, **more}])


def test_a_line_runs_through_its_nodes() -> None:
    table = lines_from_tables(_line(), NODES, Mode.RAIL)
    assert list(table.geometry.iloc[0].coords) == [(117.0, 31.0), (117.1, 31.0), (117.2, 31.0)]
    # Two pieces of a tenth of a degree on the parallel of 31° N, each as far as the inverse geodesic says.
    assert table["length_km"].iloc[0] == pytest.approx(2 * distance_km(117.0, 31, 117.1, 31), rel=1e-9)
    assert table["drawn_by"].iloc[0] == Method.NODES.value
    assert table["tracks"].iloc[0] == 2


def test_lanes_stand_where_tracks_do() -> None:
    table = lines_from_tables(_line(tracks="", lanes="4"), NODES, Mode.HIGHWAY)
    assert table["tracks"].iloc[0] == 4
    assert "lanes" not in table


def test_unknown_nodes_are_all_named() -> None:
    with pytest.raises(SchemaError, match="unknown nodes 丁, 戊"):
        lines_from_tables(_line(nodes="甲|丁|戊"), NODES, Mode.RAIL)
    with pytest.raises(SchemaError, match="fewer than two"):
        lines_from_tables(_line(nodes="甲"), NODES, Mode.RAIL)


def test_accuracy_is_the_half_width_of_the_ellipse() -> None:
    # A path of 30 km between points 24 km apart: half-width sqrt(15² - 12²) = 9 km.
    assert drawing_accuracy_km([24.0], 24.0, 30.0) == pytest.approx(9.0)


@pytest.mark.parametrize(("grade", "node_km"), [("D", 1.5), ("B", 0.5)])
def test_the_worst_node_counts_with_the_course_between_nodes(grade: str, node_km: float) -> None:
    nodes = NODES.assign(grade=["B", grade, "B"])
    line = lines_from_tables(_line(), nodes, Mode.RAIL).iloc[0]
    bulge_km = drawing_accuracy_km([line["length_km"] / 2], line["length_km"], line["route_length_km"])
    assert line["accuracy_km"] == pytest.approx((bulge_km**2 + node_km**2) ** 0.5)


@pytest.mark.parametrize("mode", [Mode.RAIL, Mode.HIGHWAY, Mode.WATERWAY, Mode.ENERGY])
def test_embedded_tables_keep_the_contract(mode: Mode) -> None:
    lines = LINES.validate(embedded_lines(mode))
    nodes = embedded_nodes(mode)
    assert len(lines) > 10
    assert nodes["lon"].between(73, 136).all()
    assert nodes["lat"].between(3, 54).all()
    assert set(lines["grade"]) <= {"A", "B", "C", "D"}
    assert (lines["source"] != "").all()
    used = {name for row in lines["nodes"] for name in row.split("|")}
    assert used <= set(nodes["name"])


@pytest.mark.parametrize("mode", [Mode.RAIL, Mode.HIGHWAY])
def test_drawn_length_fits_the_published_one(mode: Mode) -> None:
    """A line through nodes cuts corners, so it is shorter than published, by at most 12 %; rounding allows 3 % more."""
    lines = embedded_lines(mode)
    known = lines[lines["route_length_km"] > 0]
    ratio = known["length_km"] / known["route_length_km"]
    wrong = known.assign(ratio=ratio)[(ratio < 0.88) | (ratio > 1.03)]
    assert wrong.empty, wrong[["feature_id", "name", "ratio"]].to_string()
    assert np.isfinite(ratio.median())


def test_an_embedded_table_cannot_be_changed_by_its_reader() -> None:
    embedded_lines(Mode.RAIL)["name"] = "x"
    assert "x" not in set(embedded_lines(Mode.RAIL)["name"])


def test_shares_of_length_by_grade() -> None:
    """How much rests on memory: by hand on a small table, and summing to 1 on the embedded ones."""
    table = pd.DataFrame(
        {
            "grade": ["A", "D", "D", ""],
            "length_km": [10.0, 20.0, 5.0, 5.0],
            "route_length_km": [np.nan, 25.0, np.nan, 5.0],
        }
    )
    assert grade_shares(table).round(6).to_dict() == {"A": 0.222222, "B": 0.0, "C": 0.0, "D": 0.666667, "": 0.111111}
    assert grade_shares(table.iloc[:0]).isna().all()
    for mode in (Mode.RAIL, Mode.HIGHWAY, Mode.WATERWAY, Mode.ENERGY):
        shares = grade_shares(embedded_lines(mode))
        assert shares.sum() == pytest.approx(1.0)
        assert shares[""] == 0.0
        assert shares["D"] < 0.8
