"""
Modelled rail times against published ones: every pair, its error, and the summary.

Needs ``../shared/reference/rail_times_published.csv`` (or the folder in TONGTU_SHARED): fastest scheduled times, station to
station, each with the month of its timetable; the network is taken as of that month.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from layers.network import CONVENTIONAL, HIGH_SPEED, RailAssumptions, build_network
from layers.rail import rail_lines, rail_nodes
from layers.scenario import as_of
from layers.schema import Mode
from layers.travel_time import shortest_times

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def modelled(published: pd.DataFrame, assumptions: RailAssumptions | None = None) -> pd.DataFrame:
    """
    Return the published pairs with modelled minutes and kilometres.

    Parameters
    ----------
    published : DataFrame with from_station, to_station, fastest_min, timetable_date
    assumptions : RailAssumptions, optional

    Returns
    -------
    DataFrame
        from_station, to_station, as_of, published_min, modelled_min, length_km, error_share; NaN where not connected.
    """
    assumptions = assumptions or RailAssumptions()
    lines, nodes = rail_lines(), rail_nodes().assign(mode=Mode.RAIL.value)
    rows = []
    for month in sorted(set(published["timetable_date"].str[:7])):
        pairs = published[published["timetable_date"].str[:7] == month]
        network = build_network(as_of(lines, month), nodes, rail=assumptions)
        position = {node: i for i, node in enumerate(network.nodes["node"])}
        loss = {HIGH_SPEED: assumptions.stop_loss_min(300.0), CONVENTIONAL: assumptions.stop_loss_min(120.0)}
        for pair in pairs.itertuples(index=False):
            ends = [
                [(position[f"{stratum}:{name}"], stratum) for stratum in loss if f"{stratum}:{name}" in position]
                for name in (pair.from_station, pair.to_station)
            ]
            best = (np.nan, np.nan)
            if all(ends):
                time, length = shortest_times(network.links, len(position), [node for node, _ in ends[0]])
                options = [
                    (time[i, b] + (loss[start] + loss[stop]) / 2.0, length[i, b])
                    for i, (_, start) in enumerate(ends[0])
                    for b, stop in ends[1]
                ]
                best = min(options)
            rows.append((pair.from_station, pair.to_station, month, pair.fastest_min, *best))
    table = pd.DataFrame(
        rows, columns=["from_station", "to_station", "as_of", "published_min", "modelled_min", "length_km"]
    )
    table = table.replace([np.inf], np.nan)
    return table.assign(error_share=table["modelled_min"] / table["published_min"] - 1.0)


def main() -> None:
    """Print every pair and the summary."""
    path = SHARED / "reference" / "rail_times_published.csv"
    if not path.is_file():
        print(f"{path} is absent; nothing to compare with")
        return
    table = modelled(pd.read_csv(path))
    print(table.round({"modelled_min": 1, "length_km": 1, "error_share": 3}).to_string(index=False))
    known = table.dropna()
    error_min = (known["modelled_min"] - known["published_min"]).abs()
    print(
        f"pairs {len(table)}, connected {len(known)}, MAPE {known['error_share'].abs().mean():.1%}, "
        f"bias {known['error_share'].mean():+.1%}, within 15 min {(error_min <= 15).mean():.0%}"
    )


if __name__ == "__main__":
    main()
