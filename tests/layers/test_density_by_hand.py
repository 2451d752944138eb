"""
Fifteen densities recomputed as a spreadsheet would: from the CSV tables alone, point by point, without the code they check.

Lines are walked in steps along the geodesic between their nodes; a step counts for an area when its middle lies inside.
"""

from __future__ import annotations

import csv
import itertools
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.boundaries import boundaries
from layers.density import density_records
from layers.indicators import density_lines

DATA = Path(__file__).resolve().parents[2] / "layers" / "data"
AREAS = Path(__file__).resolve().parents[2] / "geo" / "data" / "areas.csv"
RAILWAYS = {"high_speed_rail", "intercity_rail", "conventional_rail", "freight_rail", "suburban_rail"}
MONTH = "2025-12"
STEP_KM = 0.25
AREA_NAMES = ("上海市", "合肥市", "六安市", "苏州市", "浙江省")


def rows(pattern: str) -> list[dict[str, str]]:
    found = []
    for path in sorted(DATA.glob(pattern)):
        with path.open(encoding="utf-8-sig") as file:
            found += list(csv.DictReader(file))
    return found


def is_open(row: dict[str, str]) -> bool:
    """Open by the month; a year alone counts from its December."""

    def month(text: str) -> str:
        return text if len(text) > 4 else f"{text}-12"

    opened, closed = row["opening_month"], row["closing_month"]
    return (not opened or month(opened) <= MONTH) and not (closed and month(closed) <= MONTH)


def counts(indicator: str, row: dict[str, str]) -> bool:
    if indicator == "rail":
        return row["kind"] in RAILWAYS
    if indicator == "expressway":
        return row["kind"] == "expressway"
    return bool(row["channel_class"]) and int(row["channel_class"]) <= 3


@cache
def walked(indicator: str) -> tuple[tuple[np.ndarray, np.ndarray, float], ...]:
    """Middles of the steps, their lengths, and the published length (NaN) of each line that counts."""
    stem = {"rail": "rail", "expressway": "highway", "waterway_class3_up": "waterway"}[indicator]
    place: dict[str, tuple[float, float]] = {}
    for row in rows(f"{stem}_nodes*.csv"):
        place.setdefault(row["name"], (float(row["lon"]), float(row["lat"])))
    geod = Geod(ellps="WGS84")
    out = []
    for row in rows(f"{stem}_lines*.csv"):
        if not is_open(row) or not counts(indicator, row):
            continue
        points = [place[name.strip()] for name in row["nodes"].split("|") if name.strip()]
        middles, lengths = [], []
        for (x, y), (u, v) in itertools.pairwise(points):
            azimuth, _, metres = geod.inv(x, y, u, v)
            steps = max(1, int(metres / 1000 / STEP_KM))
            for step in range(steps):
                lon, lat, _ = geod.fwd(x, y, azimuth, metres * (step + 0.5) / steps)
                middles.append((lon, lat))
                lengths.append(metres / 1000 / steps)
        published = float(row["route_length_km"]) if row["route_length_km"] else float("nan")
        out.append((np.array(middles), np.array(lengths), published))
    return tuple(out)


@cache
def ours() -> dict[tuple[str, str], dict[str, object]]:
    lines = density_lines(None, month=MONTH)
    found = {}
    for level in ("province", "prefecture"):
        units = boundaries(level)
        units = units[units["name"].isin(AREA_NAMES)]
        table = density_records(lines, units, level=level, as_of=MONTH, scenario="today")
        found |= {(r["area"], r["indicator"]): r for r in table.to_dict("records")}
    return found


@pytest.mark.parametrize("area", AREA_NAMES)
@pytest.mark.parametrize(("indicator", "per_km2"), [("rail", 10_000), ("expressway", 100), ("waterway_class3_up", 100)])
def test_a_density_recomputed_from_the_tables(area: str, indicator: str, per_km2: int) -> None:
    units = boundaries("province" if area.endswith("省") else "prefecture")
    polygon = units.loc[units["name"] == area, "geometry"].iloc[0]
    shapely.prepare(polygon)
    with AREAS.open(encoding="utf-8-sig") as file:
        km2 = next(float(row["official_area_km2"]) for row in csv.DictReader(file) if row["name"] == area)
    published = unpublished = drawn = 0.0
    for middles, lengths, route in walked(indicator):
        inside = lengths[shapely.contains_xy(polygon, middles)].sum()
        drawn += inside
        if np.isfinite(route):
            published += route * inside / lengths.sum()
        else:
            unpublished += inside
    row = ours()[area, indicator]
    # A step at a border may fall on the wrong side: 0.25 km for each of a few dozen crossings, and both ways.
    close = {"abs": 2.0, "rel": 2e-3}
    assert row["published_km"] == pytest.approx(published, **close)
    assert row["unpublished_km"] == pytest.approx(unpublished, **close)
    assert row["drawn_km"] == pytest.approx(drawn, **close)
    assert row["length_km"] == pytest.approx(published + unpublished, **close)
    assert row["area_km2"] == km2
    assert row["density"] == pytest.approx((published + unpublished) / km2 * per_km2, rel=5e-3)
