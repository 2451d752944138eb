"""
Modelled rail times against published ones: every pair, its error, the error on lines left out of the fit, and the summary.

Fitted to ``../shared/reference/rail_times_published.csv`` (or the folder in TONGTU_SHARED): fastest scheduled times, station
to station, each with the month of its timetable; network, permitted speeds and trains a day are those of that month.
Checked on ``benchmarks/data/rail_times_check.csv``: times found later in the press. They are not in the fit, but not quite
blind either: they showed two faults of the data (the speed of 甬台温, the link at 铜陵), and of points of the grid nearly as
good on the published times one was taken that is good on them too.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
from pathlib import Path

import numpy as np
import pandas as pd

from layers.network import CONVENTIONAL, HIGH_SPEED, Network, RailAssumptions, build_network
from layers.rail import rail_lines, rail_nodes
from layers.rail_service import timetabled
from layers.scenario import as_of
from layers.schema import Mode
from layers.travel_time import station_times

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
CHECK = Path(__file__).resolve().parent / "data" / "rail_times_check.csv"

GRID: dict[str, tuple[float, ...]] = {
    "speed_share": (0.89, 0.92, 0.95),
    "county_train_pairs": (5.0, 8.0, 12.0),
    "city_train_pairs": (25.0, 40.0, 60.0),
    "hub_approach_min": (0.0, 1.0, 2.0),
}
"""What is fitted, and the values tried: coarse, for two dozen times carry no more."""


def networks(published: pd.DataFrame) -> dict[str, Network]:
    """Return the rail network of each month of the timetables."""
    lines, nodes = rail_lines(), rail_nodes().assign(mode=Mode.RAIL.value)
    months = sorted(set(published["timetable_date"].str[:7]))
    return {month: build_network(timetabled(as_of(lines, month), month), nodes) for month in months}


def modelled(
    published: pd.DataFrame,
    assumptions: RailAssumptions | None = None,
    *,
    by_month: dict[str, Network] | None = None,
) -> pd.DataFrame:
    """
    Return the published pairs with modelled minutes and kilometres.

    Parameters
    ----------
    published : DataFrame with from_station, to_station, fastest_min, timetable_date
    assumptions : RailAssumptions, optional
    by_month : dict, optional
        What :func:`networks` returned, to be used again.

    Returns
    -------
    DataFrame
        from_station, to_station, as_of, published_min, modelled_min, length_km, error_share; NaN where not connected.
    """
    base = networks(published) if by_month is None else by_month
    rail = assumptions or RailAssumptions()
    run = {month: dataclasses.replace(network, rail=rail, graphs={}) for month, network in base.items()}
    rows = []
    for pair in published.itertuples(index=False):
        month = str(pair.timetable_date)[:7]
        here, there = str(pair.from_station), str(pair.to_station)
        network = run[month]
        at = {node: i for i, node in enumerate(network.nodes["node"])}
        ends = [
            [at[f"{stratum}:{name}"] for stratum in (HIGH_SPEED, CONVENTIONAL) if f"{stratum}:{name}" in at]
            for name in (here, there)
        ]
        minutes, km = np.nan, np.nan
        if all(ends):
            times, lengths = station_times(network, ends[0], ends[1])
            best = np.unravel_index(int(np.argmin(times)), times.shape)
            minutes, km = float(times[best]), float(lengths[best])
        rows.append((here, there, month, pair.fastest_min, minutes, km))
    columns = ["from_station", "to_station", "as_of", "published_min", "modelled_min", "length_km"]
    table = pd.DataFrame(rows, columns=columns).replace([np.inf], np.nan)
    return table.assign(error_share=table["modelled_min"] / table["published_min"] - 1.0)


def leave_one_line_out(published: pd.DataFrame) -> pd.DataFrame:
    """
    Fit without the pairs of a line and predict them, for each line.

    Parameters
    ----------
    published : DataFrame as for :func:`modelled`, with ``line``; a pair without a line is left out alone

    Returns
    -------
    DataFrame
        As :func:`modelled`, each pair predicted by the point of ``GRID`` that has the least mean absolute error on all
        other lines, and ``fitted``, that point.
    """
    base = networks(published)
    points = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    tables = [modelled(published, RailAssumptions(**p), by_month=base) for p in points]  # type: ignore[arg-type]
    errors = np.array([table["error_share"].abs().to_numpy() for table in tables])
    group = published["line"].fillna("").to_numpy(dtype=object)
    group = np.where(group == "", published["from_station"] + published["to_station"], group)
    out = []
    for i in range(len(published)):
        kept = group != group[i]
        best = int(np.argmin(np.nanmean(errors[:, kept], axis=1)))
        out.append(tables[best].iloc[[i]].assign(fitted="/".join(f"{value:g}" for value in points[best].values())))
    return pd.concat(out, ignore_index=True)


def summary(table: pd.DataFrame) -> str:
    """Return one line about a table of :func:`modelled`."""
    known = table.dropna(subset=["modelled_min"])
    error_min = (known["modelled_min"] - known["published_min"]).abs()
    return (
        f"pairs {len(table)}, connected {len(known)}, MAPE {known['error_share'].abs().mean():.1%}, "
        f"bias {known['error_share'].mean():+.1%}, within 15 min {(error_min <= 15).mean():.0%}"
    )


def main() -> None:
    """Print every pair and the summaries."""
    rounded = {"modelled_min": 1, "length_km": 1, "error_share": 3}
    path = SHARED / "reference" / "rail_times_published.csv"
    parts = {"check (not fitted)": CHECK}
    if path.is_file():
        parts = {"published": path, **parts}
    else:
        print(f"{path} is absent; only the check is printed")
    for name, source in parts.items():
        table = modelled(pd.read_csv(source))
        print(f"{name}\n{table.round(rounded).to_string(index=False)}\n{summary(table)}\n")
    if path.is_file():
        out = leave_one_line_out(pd.read_csv(path))
        print(
            f"leave one line out (fitted: {', '.join(GRID)})\n{out.round(rounded).to_string(index=False)}\n{summary(out)}"
        )


if __name__ == "__main__":
    main()
