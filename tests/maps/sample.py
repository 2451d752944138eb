"""A small plan of our own making, for the tests of what is shown: places are rounded to a tenth of a degree."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import Geod
from shapely.geometry import LineString, Point, box

from layers.schema import AREAS, FEATURES, INDICATORS
from projects.schema import ASSESSMENT, MENTIONS, PROJECTS, TARGETS

PLACES = {
    "甲城": (117.2, 31.8),
    "乙城": (118.4, 31.3),
    "丙城": (118.8, 32.1),
    "丁城": (117.4, 32.9),
    "戊城": (116.5, 31.7),
    "己城": (117.0, 30.5),
    "庚城": (118.3, 34.4),
    "辛城": (120.2, 30.3),
}

# id, name, mode, kind, work, status, drawn_by, places, opening year
ROWS = [
    ("rail-001", "甲庚高铁", "rail", "high_speed_rail", "new", "under_construction", "nodes", "甲城-丁城-庚城", 2026),
    ("rail-002", "甲丙城际铁路", "rail", "intercity_rail", "new", "starting", "straight", "甲城-丙城", None),
    ("rail-003", "甲城至戊城市域铁路", "rail", "suburban_rail", "new", "proposed", "straight", "甲城-戊城", None),
    ("rail-004", "丙辛铁路", "rail", "conventional_rail", "upgrade", "preparatory", "network", "丙城-辛城", None),
    (
        "highway-001",
        "甲己高速改扩建",
        "highway",
        "expressway_widening",
        "upgrade",
        "under_construction",
        "network",
        "甲城-己城",
        2025,
    ),
    ("highway-002", "乙辛高速", "highway", "expressway", "new", "preparatory", "corridor", "乙城-辛城", None),
    ("highway-003", "丁庚高速", "highway", "expressway", "new", "operating", "nodes", "丁城-庚城", 2023),
    ("waterway-001", "乙戊运河", "waterway", "canal", "new", "under_construction", "nodes", "戊城-甲城-乙城", 2027),
    ("energy-001", "辛城至甲城特高压", "energy", "uhv_line", "new", "starting", "straight", "辛城-甲城", None),
    ("energy-002", "庚甲天然气管道", "energy", "gas_pipeline", "new", "unspecified", "corridor", "庚城-甲城", None),
    ("airport-001", "甲城机场", "airport", "civil_airport", "upgrade", "under_construction", "point", "甲城", 2026),
    ("airport-002", "丁城机场", "airport", "civil_airport", "new", "proposed", "point", "丁城", None),
    ("other-001", "戊城物流枢纽", "other", "logistics_hub", "new", "unspecified", "area", "戊城", None),
    ("other-002", "无名工程", "other", "", "new", "unspecified", "none", "", None),
]

NETWORK = [
    ("net-r1", "甲丁高铁", "rail", "high_speed_rail", "甲城-丁城", 2012),
    ("net-r2", "甲乙铁路", "rail", "conventional_rail", "甲城-乙城", 1980),
    ("net-h1", "甲戊高速", "highway", "expressway", "戊城-甲城-丙城", 2005),
]


def _line(places: str, bend: float = 0.12) -> LineString:
    """Join places by lines with a gentle bend, so that they do not all lie on each other."""
    stops = [PLACES[name] for name in places.split("-")]
    points: list[tuple[float, float]] = [stops[0]]
    for (x0, y0), (x1, y1) in itertools.pairwise(stops):
        for k in range(1, 25):
            t = k / 24
            off = 4 * bend * t * (1 - t)
            points.append((x0 + t * (x1 - x0) - off * (y1 - y0), y0 + t * (y1 - y0) + off * (x1 - x0)))
    return LineString(points)


def features() -> gpd.GeoDataFrame:
    """Return the features of the small plan and its network, contract FEATURES."""
    geod = Geod(ellps="WGS84")
    rows: list[dict[str, Any]] = []
    for i, (key, name, mode, kind, work, status, drawn_by, places, year) in enumerate(ROWS):
        shape: Any = None
        if drawn_by == "point":
            x, y = PLACES[places]
            shape = Point(x + 0.2, y + 0.15)
        elif drawn_by == "area":
            x, y = PLACES[places]
            shape = box(x - 0.4, y - 0.3, x + 0.3, y + 0.3)
        elif places:
            shape = _line(places, 0.0 if drawn_by == "straight" else 0.03 + 0.03 * (i % 3))
        rows.append(
            {
                "feature_id": key,
                "origin": "project",
                "name": name,
                "mode": mode,
                "kind": kind,
                "work": work,
                "status": status,
                "drawn_by": drawn_by,
                "accuracy_km": {"nodes": 3.0, "straight": 15.0, "corridor": 20.0, "point": 2.0, "network": 0.5}.get(
                    drawn_by
                ),
                "siting_note": "样例" if shape is not None else "没有地点，无法绘制",
                "length_km": geod.geometry_length(shape) / 1000 if isinstance(shape, LineString) else None,
                "opening_year": year,
                "documents": "样例规划|样例纲要" if i % 2 else "样例规划",
                "clauses": f"样例规划:{i + 1}",
                "source": "tests",
                "grade": "B",
                "geometry": shape,
            }
        )
    for key, name, mode, kind, places, year in NETWORK:
        shape = _line(places, 0.05)
        rows.append(
            {
                "feature_id": key,
                "origin": "network",
                "name": name,
                "mode": mode,
                "kind": kind,
                "status": "operating",
                "drawn_by": "nodes",
                "accuracy_km": 1.0,
                "length_km": geod.geometry_length(shape) / 1000,
                "opening_month": f"{year}-07",
                "opening_year": year,
                "source": "tests",
                "grade": "D",
                "geometry": shape,
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326").sort_values("feature_id", ignore_index=True)
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry="geometry", crs="EPSG:4326")


def projects() -> pd.DataFrame:
    """Return the register of the small plan, contract PROJECTS."""
    rows = [
        {
            "project_id": key,
            "name": name,
            "aliases": "甲庚线|新庚高铁" if key == "rail-001" else "",
            "mode": mode,
            "kind": kind,
            "work": work,
            "status": status,
            "opening_year": year,
            "places": places,
            "documents": "样例规划|样例纲要" if i % 2 else "样例规划",
            "clauses": f"样例规划:{i + 1}",
            "flags": "ambiguous_place" if key == "rail-003" else "",
        }
        for i, (key, name, mode, kind, work, status, _, places, year) in enumerate(ROWS)
    ]
    return PROJECTS.coerce(pd.DataFrame(rows).sort_values("project_id", ignore_index=True))


def mentions() -> pd.DataFrame:
    """Return the mentions of the small plan, contract MENTIONS; quotations are made up."""
    words = {
        "under_construction": "加快建设",
        "starting": "开工建设",
        "proposed": "研究谋划",
        "preparatory": "推进前期工作，",
        "operating": "建成",
        "unspecified": "",
    }
    rows = []
    for i, (key, name, _, _, _, status, _, _, _) in enumerate(ROWS):
        for document in ("样例规划", "样例纲要")[: 1 + i % 2]:
            text = words[status]
            rows.append(
                {
                    "project_id": key,
                    "document": document,
                    "clause": str(i + 1),
                    "start": 100 * i,
                    "end": 100 * i + len(text + name),
                    "name": name,
                    "quotation": text + name,
                    "status_text": text,
                    "status": status,
                }
            )
    return MENTIONS.coerce(pd.DataFrame(rows).sort_values(["document", "start"], ignore_index=True))


def areas() -> gpd.GeoDataFrame:
    """Return one square per place, contract AREAS."""
    rows = [
        {
            "code": f"99{i:02d}00",
            "name": f"{name[0]}城市",
            "short_name": name,
            "geometry": box(x - 0.5, y - 0.4, x + 0.5, y + 0.4),
        }
        for i, (name, (x, y)) in enumerate(PLACES.items())
    ]
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    return gpd.GeoDataFrame(AREAS.coerce(table), geometry="geometry", crs="EPSG:4326")


def indicators() -> pd.DataFrame:
    """Return a density for each place, contract INDICATORS: 100, 200 … km per 10,000 km²."""
    rows = [
        {
            "area": name,
            "indicator": "railway_network_density",
            "scenario": scenario,
            "as_of": "2025-06",
            "value": (100.0 if scenario == "today" else 130.0) * (i + 1),
            "unit": "km/10000km2",
            "definition": "营业里程除以行政区面积",
        }
        for scenario in ("plan", "today")
        for i, name in enumerate(sorted(PLACES))
    ]
    return INDICATORS.coerce(pd.DataFrame(rows))


def targets() -> pd.DataFrame:
    """Return three targets, contract TARGETS."""
    rows = [
        (
            "样例规划",
            "3",
            "railway_network_density",
            "铁路网密度",
            ">=",
            700.0,
            "km/10000km2",
            2025,
            "甲城",
            True,
            10,
            30,
        ),
        ("样例规划", "3", "expressway_density", "高速公路密度", ">=", 5.0, "km/100km2", 2025, "甲城", True, 31, 50),
        (
            "样例纲要",
            "5",
            "airport_passengers",
            "机场旅客吞吐量",
            ">=",
            2000.0,
            "10000 persons",
            None,
            "甲城",
            True,
            5,
            40,
        ),
    ]
    names = ["document", "clause", "indicator", "indicator_zh", "comparator", "value", "unit", "year", "area"]
    names += ["infrastructure", "start", "end"]
    table = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    table["quotation"] = [f"{row[3]}达到{row[5]:g}以上" for row in rows]
    return TARGETS.coerce(table)


def assessment() -> pd.DataFrame:
    """Return the targets compared: one met, one short by a gap, one not measured; contract ASSESSMENT."""
    table = pd.concat([targets(), targets()], ignore_index=True)
    table["scenario"] = ["today"] * 3 + ["plan"] * 3
    table["as_of"] = "2025-06"
    table["measured_value"] = [575.5, 5.4, float("nan"), 731.0, 6.1, float("nan")]
    table["gap"] = [124.5, 0.0, float("nan"), 0.0, 0.0, float("nan")]
    table["met"] = pd.Series([False, True, pd.NA, True, True, pd.NA], dtype="boolean")
    table["note"] = ["口径一致", "口径一致", "本工具不测算客流", "计入规划项目", "计入规划项目", "本工具不测算客流"]
    return ASSESSMENT.coerce(
        table.sort_values(["document", "start", "indicator", "area", "scenario"], ignore_index=True)
    )
