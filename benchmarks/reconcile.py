"""
Measured route lengths against official ones, by area and date: ours, official, difference.

Needs ``../shared/reference/network_length_official.csv`` (or the folder in TONGTU_SHARED).
"""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.boundaries import boundaries
from layers.density import density_table
from layers.highway import highway_lines
from layers.rail import rail_lines
from layers.scenario import as_of
from layers.schema import LINES

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
COLUMNS = {"railway_km": "rail", "high_speed_railway_km": "high_speed_rail", "expressway_km": "expressway"}


def reconciled(official: pd.DataFrame) -> pd.DataFrame:
    """
    Return each official figure beside ours.

    Parameters
    ----------
    official : DataFrame with area, as_of (YYYY-MM), railway_km, high_speed_railway_km, expressway_km, grade

    Returns
    -------
    DataFrame
        area, as_of, indicator, official_km, measured_km, difference_share, grade.
    """
    areas = pd.concat([boundaries("province"), boundaries("prefecture")], ignore_index=True).drop_duplicates("code")
    rows = []
    for row in official.to_dict("records"):
        names = areas[areas["name"] == row["area"]]
        if row["area"] == "长三角":
            names = boundaries("province")
        if names.empty:
            continue
        lines = pd.concat([as_of(rail_lines(), row["as_of"]), as_of(highway_lines(), row["as_of"])], ignore_index=True)
        table = density_table(
            gpd.GeoDataFrame(lines, geometry="geometry", crs=LINES.crs),
            names,
            level="",
            as_of=row["as_of"],
            scenario="today",
        )
        for column, indicator in COLUMNS.items():
            if pd.notna(row[column]):
                ours = float(table.loc[table["indicator"] == indicator, "length_km"].sum())
                rows.append(
                    (row["area"], row["as_of"], indicator, row[column], ours, ours / row[column] - 1.0, row["grade"])
                )
    return pd.DataFrame(
        rows, columns=["area", "as_of", "indicator", "official_km", "measured_km", "difference_share", "grade"]
    )


def main() -> None:
    """Print the table."""
    path = SHARED / "reference" / "network_length_official.csv"
    if not path.is_file():
        print(f"{path} is absent; nothing to compare with")
        return
    print(reconciled(pd.read_csv(path)).round({"measured_km": 0, "difference_share": 3}).to_string(index=False))


if __name__ == "__main__":
    main()
