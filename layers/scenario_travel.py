"""Travel times between places in a scenario, and the legs that they are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geo.boundaries import boundaries
from geo.gazetteer import default_gazetteer
from layers.scenario import DATA_MONTH, projects_in
from layers.scenario_network import scenario_lines, scenario_network
from layers.schema import Method
from layers.travel_time import travel_time_legs, travel_time_matrix, travel_time_table

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.rail_service import RailAssumptions

__all__ = ["city_places", "travel_legs", "travel_times"]

STRAIGHT_NOTE = "rests on a project that is only drawn straight between its ends"
"""Note of a time that would be longer without such projects."""


def city_places() -> pd.DataFrame:
    """Return the 41 cities of 沪苏浙皖 at their seats of government: name, full_name, lon, lat; sorted by code."""
    gazetteer = default_gazetteer()
    rows = []
    for area in boundaries("prefecture").itertuples(index=False):
        place = gazetteer.resolve(str(area.name), kinds={"division"})
        rows.append({"name": place.name, "full_name": place.full_name, "lon": place.lon, "lat": place.lat})
    return pd.DataFrame(rows)


def travel_times(
    features: gpd.GeoDataFrame | None,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "rail",
    month: str = DATA_MONTH,
    scenario: str = "today",
    depart_from: str = "centre",
    rail: RailAssumptions | None = None,
) -> pd.DataFrame:
    """
    Measure travel times between places, contract ``layers.schema.TRAVEL_TIMES``.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    origins, destinations : DataFrame with name, lon, lat
    mode, depart_from : str
        As in :func:`layers.travel_time.travel_time_matrix`.
    month, scenario : str
    rail : RailAssumptions, optional

    Returns
    -------
    DataFrame
        ``note`` also says where a time rests on projects that are only drawn straight.
    """
    network = scenario_network(features, month=month, scenario=scenario, rail=rail)
    matrix = travel_time_matrix(network, origins, destinations, mode=mode, depart_from=depart_from)
    if features is not None:
        rough = features["drawn_by"] == Method.STRAIGHT.value
        if not projects_in(features[rough & (features["origin"] == "project")], scenario).empty:
            better = scenario_network(features[~rough], month=month, scenario=scenario, rail=rail)
            sure = travel_time_matrix(better, origins, destinations, mode=mode, depart_from=depart_from).time_min
            rests = (matrix.time_min < sure) | (matrix.time_min.notna() & sure.isna())
            matrix = replace(matrix, note=matrix.note.where(~rests, STRAIGHT_NOTE))
    return travel_time_table(matrix, mode=mode, as_of=month, scenario=scenario)


def travel_legs(
    features: gpd.GeoDataFrame | None,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    mode: str = "rail",
    month: str = DATA_MONTH,
    scenario: str = "today",
    depart_from: str = "centre",
    rail: RailAssumptions | None = None,
) -> pd.DataFrame:
    """
    Show how the travel times come about: the chain of legs of each pair, with the names of the lines.

    Parameters
    ----------
    features, origins, destinations, mode, month, scenario, depart_from, rail
        As for :func:`travel_times`.

    Returns
    -------
    DataFrame
        from, to, mode, as_of, scenario, leg, kind, line (name of the section), leg_from, leg_to, time_min, length_km; see
        :func:`layers.travel_time.travel_time_legs`. A pair without a way has one row with the reason in ``line`` and no
        numbers.
    """
    lines, _ = scenario_lines(features, month=month, scenario=scenario)
    network = scenario_network(features, month=month, scenario=scenario, rail=rail)
    chosen = {"mode": mode, "depart_from": depart_from}
    legs = travel_time_legs(network, origins, destinations, **chosen)
    names = dict(zip(lines["feature_id"].astype(str), lines["name"].astype(str), strict=True))
    legs = legs.assign(line=["、".join(names.get(part, part) for part in line.split("|")) for line in legs["line"]])
    table = travel_time_table(
        travel_time_matrix(network, origins, destinations, **chosen), mode=mode, as_of=month, scenario=scenario
    )
    pairs = table[["from", "to", "mode", "as_of", "scenario", "note"]].assign(order=range(len(table)))
    joined = pairs.merge(legs, on=["from", "to"], how="left").sort_values(["order", "leg"], kind="stable")
    joined = joined[joined["leg"].notna() | (joined["note"] != "")]
    return (
        joined.assign(
            leg=joined["leg"].astype("Int64"),
            line=joined["line"].where(joined["leg"].notna(), joined["note"]),
            time_min=joined["time_min"].round(1),
            length_km=joined["length_km"].round(1),
        )
        .drop(columns=["note", "order"])
        .reset_index(drop=True)
    )
