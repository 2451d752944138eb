"""
Measured route lengths against official ones, by area and date: ours, official, difference, and the lines that explain it.

Official figures are those of ``../shared/reference/network_length_official.csv`` (or the folder in TONGTU_SHARED) and, over
the years 2010 to 2025, of ``benchmarks/data/length_series.csv``; ``benchmarks/data/reconcile_notes.csv`` names what official
figures count and ours do not, each with its source.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from benchmarks._results import Figure, options, record
from geo.boundaries import boundaries
from layers.density import density_table
from layers.highway import highway_lines
from layers.rail import rail_lines
from layers.scenario import as_of
from layers.schema import LINES

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
DATA = Path(__file__).resolve().parent / "data"
COLUMNS = {"railway_km": "rail", "high_speed_railway_km": "high_speed_rail", "expressway_km": "expressway"}
MISSING = "missing"
"""Effect of a note that names a line that is not in our tables; other effects are figures that count otherwise."""


def reconciled(official: pd.DataFrame) -> pd.DataFrame:
    """
    Return each official figure beside ours.

    Parameters
    ----------
    official : DataFrame with area, as_of (YYYY-MM), railway_km, high_speed_railway_km, expressway_km, grade

    Returns
    -------
    DataFrame
        As of :func:`compared`.
    """
    rows = [
        (row["area"], row["as_of"], indicator, row[column], row["grade"])
        for row in official.to_dict("records")
        for column, indicator in COLUMNS.items()
        if pd.notna(row[column])
    ]
    return compared(pd.DataFrame(rows, columns=["area", "as_of", "indicator", "official_km", "grade"]))


def compared(official: pd.DataFrame) -> pd.DataFrame:
    """
    Return each official figure beside ours.

    Parameters
    ----------
    official : DataFrame with area, as_of (YYYY-MM), indicator, official_km, grade

    Returns
    -------
    DataFrame
        area, as_of, indicator, official_km, measured_km, difference_share, explained_km (what the official figure counts
        otherwise, by the notes), left_share (difference with that added), grade.
    """
    notes, rows = explanations(), []
    for row in official.to_dict("records"):
        lengths = measured_km(str(row["area"]), str(row["as_of"]))
        if lengths is None:
            continue
        ours, theirs = lengths[row["indicator"]], float(row["official_km"])
        here = notes[(notes["area"] == row["area"]) & (notes["indicator"] == row["indicator"])]
        then = (here["from_month"] <= row["as_of"]) & (
            (here["until_month"] == "") | (here["until_month"] >= row["as_of"])
        )
        explained = float(here.loc[then & (here["effect"] != MISSING), "km"].sum())
        left = (ours + explained) / theirs - 1.0
        rows.append(
            (
                row["area"],
                row["as_of"],
                row["indicator"],
                theirs,
                ours,
                ours / theirs - 1.0,
                explained,
                left,
                row["grade"],
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "area", "as_of", "indicator", "official_km", "measured_km", "difference_share", "explained_km", "left_share", "grade"
        ],
    )  # fmt: skip


@cache
def measured_km(area: str, month: str) -> pd.Series | None:
    """Return our length by indicator in an area in a month; None where the area is not ours."""
    areas = pd.concat([boundaries("province"), boundaries("prefecture")], ignore_index=True).drop_duplicates("code")
    shapes = boundaries("province") if area == "长三角" else areas[areas["name"] == area]
    if shapes.empty:
        return None
    lines = pd.concat([as_of(rail_lines(), month), as_of(highway_lines(), month)], ignore_index=True)
    table = density_table(
        gpd.GeoDataFrame(lines, geometry="geometry", crs=LINES.crs), shapes, level="", as_of=month, scenario="today"
    )
    return table.groupby("indicator")["length_km"].sum()


def explanations() -> pd.DataFrame:
    """Return what official figures count otherwise, and lines that are missing here: area, months, line, km, source."""
    notes = pd.read_csv(DATA / "reconcile_notes.csv", dtype=str, keep_default_na=False)
    return notes.assign(km=pd.to_numeric(notes["km"]))


def series() -> pd.DataFrame:
    """Return official lengths over the years with their sources: area, as_of, indicator, official_km, source, grade."""
    return pd.read_csv(DATA / "length_series.csv")


def main() -> None:
    """Print the tables and record the shares of figures that are met."""
    asked = options("reconcile", "figures since 2022 only, summaries only")
    path = SHARED / "reference" / "network_length_official.csv"
    given = {"over the years": series()}
    if path.is_file():
        given = {"official": pd.read_csv(path), **given}
    else:
        print(f"{path} is absent; nothing of it to compare with")
    figures = []
    for title, official in given.items():
        table = official[official["as_of"] >= "2022"] if asked.smoke else official
        found = reconciled(table) if title == "official" else compared(table)
        figures += shares(title, found)
        if title == "official":
            figures += shares("official, from 2016 on", found[found["as_of"] >= "2016"])
        if not asked.smoke:
            rounding = {"measured_km": 0, "difference_share": 3, "left_share": 3}
            print(f"\n{title}\n{found.round(rounding).to_string(index=False)}")
    if not asked.smoke:
        print(f"\nwhat official figures count otherwise, and what is missing\n{explanations().to_string(index=False)}")
    record(
        "reconcile",
        figures,
        packages=("geopandas", "shapely", "pyproj"),
        full=not asked.smoke and path.is_file(),
        note="Our route lengths against official ones. Explained: with what official figures are known to count otherwise "
        "(benchmarks/data/reconcile_notes.csv).",
    )


def shares(title: str, table: pd.DataFrame) -> list[Figure]:
    """Return the number of figures compared, how many are within tolerance, and the mean and largest difference."""
    provinces = {"长三角", *boundaries("province")["name"]}
    allowed = table["area"].isin(provinces).map({True: 0.03, False: 0.05})
    out = [Figure(f"{title}: figures", len(table), "")]
    for name, column in (("as measured", "difference_share"), ("explained", "left_share")):
        apart = table[column].abs()
        out += [
            Figure(f"{title}, {name}: within 3 % (cities 5 %)", float((apart <= allowed).sum()), ""),
            Figure(f"{title}, {name}: mean difference", float(apart.mean()), "share"),
            Figure(f"{title}, {name}: largest difference", float(apart.max()), "share"),
        ]
    return out


if __name__ == "__main__":
    main()
