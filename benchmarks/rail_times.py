"""
Modelled rail times against published and remembered ones: every pair, its error, the error on lines left out, and summaries.

Three tables, all fastest scheduled times from station to station with the month of the timetable; network, permitted speeds
and trains a day are those of that month.

- *published*: ``../shared/reference/rail_times_published.csv`` (or the folder in TONGTU_SHARED);
- *press*: ``benchmarks/data/rail_times_check.csv``, further times read in the press, mostly of opening days;
- *memory*: ``benchmarks/data/rail_times_memory.csv``, winter 2020/21, grade D: written down from memory before any modelled
  time of the pairs was seen. Checked against the published and press times (a pair of a station not yet open and one that
  the press contradicts were struck out) and for plausible mean speeds, not changed afterwards;
- *conventional*: ``benchmarks/data/rail_times_conventional.csv``, hauled trains (T, K, Z) about 2014, but for one time of the
  press from memory, grade D, written down in the same way; compared with the conventional lines alone.

The four parameters of ``GRID`` are fitted to published and press times together; memory takes no part in the fit, but its
lines with a common error led to facts being looked up again (trains a day, slow stretches). Leave-one-line-out predicts each
published and press pair by the parameters fitted to all other lines.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks._results import Figure, options, record
from layers.network import CONVENTIONAL, HIGH_SPEED, Network, RailAssumptions, build_network
from layers.rail import rail_lines, rail_nodes
from layers.rail_service import timetabled
from layers.scenario import as_of
from layers.schema import Mode
from layers.travel_time import station_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
CHECK = Path(__file__).resolve().parent / "data" / "rail_times_check.csv"
CONVENTIONAL_TIMES = Path(__file__).resolve().parent / "data" / "rail_times_conventional.csv"
MEMORY = Path(__file__).resolve().parent / "data" / "rail_times_memory.csv"

GRID: dict[str, tuple[float, ...]] = {
    "speed_share": (0.86, 0.88, 0.90, 0.92),
    "county_train_pairs": (6.0, 8.0, 10.0),
    "city_train_pairs": (25.0, 40.0, 60.0),
    "hub_approach_min": (0.0, 1.0, 2.0),
}
"""What is fitted, and the values tried: coarse, for five dozen times carry no more."""


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
    hauled: bool = False,
) -> pd.DataFrame:
    """
    Return the published pairs with modelled minutes and kilometres.

    Parameters
    ----------
    published : DataFrame with from_station, to_station, fastest_min, timetable_date
    assumptions : RailAssumptions, optional
    by_month : dict, optional
        What :func:`networks` returned, to be used again.
    hauled : bool
        Hauled trains on conventional lines alone.

    Returns
    -------
    DataFrame
        from_station, to_station, as_of, published_min, modelled_min, length_km, error_share; NaN where not connected.
    """
    base = networks(published) if by_month is None else by_month
    rail = assumptions or RailAssumptions()
    run = {month: dataclasses.replace(network, rail=rail, graphs={}) for month, network in base.items()}
    strata = (CONVENTIONAL,) if hauled else (HIGH_SPEED, CONVENTIONAL)
    if hauled:
        run = {
            month: dataclasses.replace(
                network, graphs={}, links=network.links[network.links["stratum"] != HIGH_SPEED].reset_index(drop=True)
            )
            for month, network in run.items()
        }
    rows = []
    for pair in published.itertuples(index=False):
        month = str(pair.timetable_date)[:7]
        here, there = str(pair.from_station), str(pair.to_station)
        network = run[month]
        at = {node: i for i, node in enumerate(network.nodes["node"])}
        ends = [[at[f"{stratum}:{name}"] for stratum in strata if f"{stratum}:{name}" in at] for name in (here, there)]
        minutes, km = np.nan, np.nan
        if all(ends):
            times, lengths = station_times(network, ends[0], ends[1])
            best = np.unravel_index(int(np.argmin(times)), times.shape)
            minutes, km = float(times[best]), float(lengths[best])
        rows.append((here, there, month, pair.fastest_min, minutes, km))
    columns = ["from_station", "to_station", "as_of", "published_min", "modelled_min", "length_km"]
    table = pd.DataFrame(rows, columns=columns).replace([np.inf], np.nan)
    return table.assign(error_share=table["modelled_min"] / table["published_min"] - 1.0)


def leave_one_line_out(
    published: pd.DataFrame, grid: dict[str, tuple[float, ...]] = GRID
) -> tuple[pd.DataFrame, dict[str, float]]:
    """
    Fit without the pairs of a line and predict them, for each line.

    Parameters
    ----------
    published : DataFrame as for :func:`modelled`, with ``line``; a pair without a line is left out alone
    grid : dict
        The values tried, by parameter.

    Returns
    -------
    table : DataFrame
        As :func:`modelled`, each pair predicted by the point of the grid that is best on all other lines, and ``fitted``,
        that point. Best is both bars at once: the least sum of the mean absolute error and a tenth of the share of pairs
        that are off by more than 15 min.
    best : dict
        The point that is best on all lines.
    """
    base = networks(published)
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    tables = [modelled(published, RailAssumptions(**p), by_month=base) for p in points]  # type: ignore[arg-type]
    loss = np.array([_loss(table) for table in tables])
    group = published["line"].fillna("").to_numpy(dtype=object)
    group = np.where(group == "", published["from_station"] + published["to_station"], group)
    out = []
    for i in range(len(published)):
        kept = group != group[i]
        best = int(np.argmin(np.nanmean(loss[:, kept], axis=1)))
        out.append(tables[best].iloc[[i]].assign(fitted="/".join(f"{value:g}" for value in points[best].values())))
    return pd.concat(out, ignore_index=True), points[int(np.argmin(np.nanmean(loss, axis=1)))]


def _loss(table: pd.DataFrame) -> NDArray[np.float64]:
    far = (table["modelled_min"] - table["published_min"]).abs() > 15.0
    return (table["error_share"].abs() + 0.1 * far).to_numpy(dtype=float)


def summary(table: pd.DataFrame) -> str:
    """Return one line about a table of :func:`modelled`."""
    known = table.dropna(subset=["modelled_min"])
    error_min = (known["modelled_min"] - known["published_min"]).abs()
    return (
        f"pairs {len(table)}, connected {len(known)}, MAPE {known['error_share'].abs().mean():.1%}, "
        f"bias {known['error_share'].mean():+.1%}, within 15 min {(error_min <= 15).mean():.0%}"
    )


def by_class(table: pd.DataFrame) -> pd.DataFrame:
    """Return number, mean absolute error and bias of a table of :func:`modelled` by line and by length of the trip."""
    km = pd.cut(
        table["length_km"], [0, 100, 250, 500, np.inf], labels=["<100 km", "100-250 km", "250-500 km", ">500 km"]
    )
    parts = [table.assign(group=table["line"].fillna("(none)")), table.assign(group=km.astype(str))]
    errors = pd.concat([part[["group", "error_share"]] for part in parts])
    errors = errors.assign(size=errors["error_share"].abs())
    groups = errors.groupby("group", sort=False)
    columns = {"pairs": groups.size(), "mape": groups["size"].mean(), "bias": groups["error_share"].mean()}
    return pd.DataFrame(columns)


def main() -> None:
    """Print every pair and the summaries, and record the summaries."""
    asked = options("rail_times", "one parameter fitted, of two values")
    grid = {name: values[: 1 + (name == "speed_share")] for name, values in GRID.items()} if asked.smoke else GRID
    rounded = {"modelled_min": 1, "length_km": 1, "error_share": 3}
    path = SHARED / "reference" / "rail_times_published.csv"
    sources = {"press": CHECK, "memory (not fitted)": MEMORY, "conventional (not fitted)": CONVENTIONAL_TIMES}
    if path.is_file():
        sources = {"published": path, **sources}
    else:
        print(f"{path} is absent: only the tables shipped with tongtu are compared")
    given = {name: pd.read_csv(source) for name, source in sources.items()}
    figures = []
    for name, table in given.items():
        found = modelled(table, hauled=name.startswith("conventional")).assign(line=table["line"])
        figures += errors(name, found)
        if not asked.smoke:
            print(f"{name}\n{found.drop(columns='line').round(rounded).to_string(index=False)}\n{summary(found)}\n")
            print(f"{by_class(found).round(3).to_string()}\n")
    fitted = pd.concat([table for name, table in given.items() if "not fitted" not in name], ignore_index=True)
    out, best = leave_one_line_out(fitted, grid)
    if not asked.smoke:
        print(f"leave one line out (fitted: {', '.join(GRID)})\n{out.round(rounded).to_string(index=False)}")
    figures += errors("published and press, line left out", out)
    if path.is_file():
        figures += errors("published, line left out", out.iloc[: len(given["published"])])
    record(
        "rail_times",
        figures,
        packages=("numpy", "pandas"),
        full=not asked.smoke and path.is_file(),
        note=f"Fastest scheduled times, station to station. Best on all of published and press: {best}; in use: {_in_use()}.",
    )


def errors(name: str, table: pd.DataFrame) -> list[Figure]:
    """Return pairs, mean absolute and mean relative error, and the share within 15 min of a table of :func:`modelled`."""
    known = table.dropna(subset=["modelled_min"])
    near = (known["modelled_min"] - known["published_min"]).abs() <= 15.0
    return [
        Figure(f"{name}: pairs", len(table), ""),
        Figure(f"{name}: connected", len(known) / len(table), "share"),
        Figure(f"{name}: mean absolute error", known["error_share"].abs().mean(), "share"),
        Figure(f"{name}: bias", known["error_share"].mean(), "share"),
        Figure(f"{name}: within 15 min", near.mean(), "share"),
    ]


def _in_use() -> dict[str, float]:
    rail = RailAssumptions()
    return {name: getattr(rail, name) for name in GRID}


if __name__ == "__main__":
    main()
