"""What the tests of the network tables (``layers/data``) share: reading, drawn lengths, and the checks that hold for all."""

from __future__ import annotations

import csv
import io
import itertools
import re
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

from pyproj import Geod

if TYPE_CHECKING:
    from collections.abc import Iterable

GEOD = Geod(ellps="WGS84")
MONTH = re.compile(r"(\d{4}(-(0[1-9]|1[0-2]))?)?")

Row = dict[str, str]
Positions = dict[str, tuple[float, float]]


def show(text: str) -> None:
    """Write a line of the report that ``pytest -s`` shows."""
    sys.stdout.write(text + "\n")


def read(name: str) -> list[Row]:
    """Read a table of ``layers/data``."""
    return list(csv.DictReader(io.StringIO(files("layers").joinpath("data", name).read_text(encoding="utf-8"))))


def positions(name: str) -> Positions:
    """Return lon, lat by name of a table of nodes."""
    return {row["name"]: (float(row["lon"]), float(row["lat"])) for row in read(name)}


def by_key(name: str, key: str) -> dict[str, Row]:
    """Return the rows of a table by a column."""
    return {row[key]: row for row in read(name)}


def drawn_km(names: str | Iterable[str], nodes: Positions) -> float:
    """Return the geodesic length through nodes, given in order or ``|``-joined."""
    places = [nodes[name] for name in (names.split("|") if isinstance(names, str) else names)]
    return float(GEOD.line_length([p[0] for p in places], [p[1] for p in places])) / 1000.0


def check_lines(name: str, nodes: Positions) -> list[Row]:
    """Check what holds for every table of lines and return its rows: keys, order, nodes, months, grades, accuracy."""
    rows = read(name)
    assert [row["line_id"] for row in rows] == sorted({row["line_id"] for row in rows})
    for row in rows:
        names = row["nodes"].split("|")
        assert len(names) >= 2, row["line_id"]
        assert set(names) <= set(nodes), row["line_id"]
        assert all(a != b for a, b in itertools.pairwise(names)), row["line_id"]
        assert MONTH.fullmatch(row["opening_month"]), row["line_id"]
        assert float(row["accuracy_km"]) > 0, row["line_id"]
        check_grade(row, row["line_id"])
    return rows


def check_nodes(name: str, box: tuple[float, float, float, float]) -> None:
    """Check that a table of nodes is sorted, has each name once, and lies in a box (west, south, east, north)."""
    rows = read(name)
    assert [row["name"] for row in rows] == sorted({row["name"] for row in rows})
    for row in rows:
        assert box[0] < float(row["lon"]) < box[2], row["name"]
        assert box[1] < float(row["lat"]) < box[3], row["name"]
        check_grade(row, row["name"])


def check_grade(row: Row, name: str) -> None:
    """Grade D is memory and says so; what was read names its page."""
    assert row["grade"] in set("ABCD"), name
    assert (row["grade"] == "D") == (row["source"] == "memory"), name
