"""Accessibility tables as a reader of the terminal or a GIS takes them: rounded, labelled, with borders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import VocabularyError
from maps.terminal import Lang

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo.boundaries import Level
    from geo.schema import Schema

__all__ = ["VECTOR_FILES", "circles_shown", "labelled", "readable", "rounded", "write_areas", "write_places"]

VECTOR_FILES = frozenset({".gpkg", ".geojson", ".json"})
"""Endings of the files that results with a geometry are written to."""

STANDINGS = {"in": "圈内", "just_out": "差一点", "out": "圈外", "unreached": "不通"}
INDICES = {
    "gini": "基尼系数",
    "theil": "泰尔指数",
    "theil_between": "泰尔 省间",
    "theil_within": "泰尔 省内",
    "palma": "Palma 比",
}
UNITS = {"min": "分钟", "persons": "人", "places": "个地区", "centres": "个中心城市"}
HEADERS = {
    "counties_in": "圈内区县数",
    "members": "规划成员数",
    "members_in": "成员在圈内",
    "just_out": "差一点 (分钟)",
    "population_in": "圈内人口",
    "member_population": "成员人口",
    "member_population_in_share": "成员人口在圈内",
}


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without digits that mean nothing: minutes to a tenth, persons whole, the rest to six digits."""
    out = table.copy()
    if "time_min" in out:
        out["time_min"] = out["time_min"].round(1)
    if "value" in out:
        places = {"min": 1, "persons": 0}.get(str(out["unit"].iloc[0]) if "unit" in out else "")
        out["value"] = (
            out["value"].round(places)
            if places is not None
            else [float(f"{v:.6g}") for v in out["value"].to_numpy(dtype=float)]
        )
    return out.assign(grade_d_share=out["grade_d_share"].round(3), straight_share=out["straight_share"].round(3))


def labelled(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return a table for a Chinese reader with the Chinese names of its columns and words."""
    from layers.accessibility import ACCESSIBILITY, CIRCLES, EQUITY
    from layers.isochrones import ISOCHRONES

    if lang is not Lang.ZH:
        return table
    out = table.copy()
    for name, words in (("standing", STANDINGS), ("index", INDICES), ("unit", UNITS)):
        if name in out:
            out[name] = [words.get(str(v), str(v)) for v in out[name]]
    if "member" in out:
        out["member"] = out["member"].map({True: "是", False: "否"})
    names = {c.name: c.zh for schema in (ISOCHRONES, EQUITY, CIRCLES, ACCESSIBILITY) for c in schema.columns if c.zh}
    return out.rename(columns=names | HEADERS)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that a reader of the terminal needs, numbers written out; what is one for all stands below."""
    import pandas as pd

    out = table.drop(
        columns=["definition", "grade_d_share", "straight_share", "mode", "as_of", "measure", "code"], errors="ignore"
    )
    idle = [c for c in ("detail", "note", "left_out") if c in out and not out[c].astype(bool).any()]
    if out["scenario"].nunique() == 1:
        idle.append("scenario")
    number = [
        "" if pd.isna(v) else f"{v:,.0f}" if abs(v) >= 1000 else f"{v:.1f}" if abs(v) >= 10 else f"{v:.4g}"
        for v in out["value"]
    ]
    return out.assign(value=number).drop(columns=idle)


def circles_shown(table: pd.DataFrame, circle: list[str] | None) -> pd.DataFrame:
    """Return the counties of the circles asked for, else a row per circle."""
    import pandas as pd

    from layers.accessibility import circle_summary

    columns = ["circle", "scope", "county", "member", "core", "time_min", "standing", "population", "scenario"]
    if circle:
        return table[columns].assign(
            population=["" if pd.isna(v) else f"{v:,.0f}" for v in table["population"]],
        )
    parts = []
    for scenario, rows in table.groupby("scenario", sort=False):
        counted = rows["standing"].eq("in") | rows["member"].astype(bool)
        people = rows.drop_duplicates("code").set_index("code")["population"]
        known = bool(rows.loc[counted, "population"].notna().all())
        parts.append(circle_summary(rows, people if known else None).assign(scenario=scenario))
    shown = pd.concat(parts, ignore_index=True).drop(columns=["members_outside"])
    for name in ("population_in", "member_population"):
        if name in shown:
            shown[name] = ["" if pd.isna(v) else f"{v:,.0f}" for v in shown[name]]
    return shown


def write_places(table: pd.DataFrame, path: Path, level: Level) -> None:
    """Write a table as CSV of its contract, or with the borders of its places for a GIS and for choropleths."""
    import geopandas as gpd

    from geo.boundaries import boundaries
    from geo.io import write_table
    from layers.accessibility import ACCESSIBILITY, CIRCLES, EQUITY

    schema = next(s for s in (CIRCLES, EQUITY, ACCESSIBILITY) if list(table.columns) == s.names)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_table(table, path, schema)
        return
    if "code" not in table or suffix not in VECTOR_FILES:
        message = f"--out {path}: give a file .csv" + (", .gpkg or .geojson" if "code" in table else "")
        raise VocabularyError(message)
    borders = boundaries(level).set_index("code").geometry
    shapes = [borders.get(code) for code in table["code"]]
    write_areas(gpd.GeoDataFrame(table, geometry=shapes, crs=borders.crs), path, schema)


def write_areas(table: gpd.GeoDataFrame, path: Path, schema: Schema) -> None:
    """Write areas as a GeoPackage or, after RFC 7946, as GeoJSON: by the ending of the file."""
    from geo.crs import OutputCrs, parse_crs
    from geo.io import write_features
    from maps.gis.handover import Layer
    from maps.gis.vector_files import write_geojson

    if path.suffix.lower() == ".gpkg":
        write_features({schema.name: table}, path)
        return
    write_geojson([Layer(schema.name, table, schema, "polygon")], path, target=OutputCrs(parse_crs(schema.crs)))
