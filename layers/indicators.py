"""Indicators of a network: densities by province and city, and rail times between cities, today and with the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.boundaries import Level, boundaries
from geo.display import ShowsTables
from geo.gazetteer import default_gazetteer
from layers.airport import airports, new_airports
from layers.area_units import LEVEL_WORDS
from layers.density import density_table
from layers.features import network_nodes
from layers.highway import highway_lines
from layers.network import build_network
from layers.rail import rail_lines
from layers.rail_service import timetabled
from layers.scenario import DATA_MONTH, ProjectAssumptions, as_of, built_lines, counted_once, projects_in
from layers.schema import INDICATORS, LINES, Method, Mode
from layers.stations import county_seats
from layers.travel_time import travel_time_legs, travel_time_matrix, travel_time_table
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.network import Network
    from layers.rail_service import RailAssumptions

__all__ = [
    "Measures",
    "city_places",
    "counted_lines",
    "densities",
    "density_lines",
    "measure",
    "network_of_lines",
    "scenario_lines",
    "scenario_network",
    "travel_legs",
    "travel_times",
]

SCENARIOS = ("today", "plan")
LEVELS: tuple[Level, ...] = ("province", "prefecture")
STRAIGHT_NOTE = "rests on a project that is only drawn straight between its ends"
"""Note of a time that would be longer without such projects."""


@dataclass(frozen=True)
class Measures(ShowsTables):
    """
    What was measured.

    Attributes
    ----------
    indicators : DataFrame, contract ``layers.schema.INDICATORS``
    densities : DataFrame
        area, level, indicator, as_of, scenario, length_km, area_km2, density, unit, definition.
    travel_times : DataFrame, contract ``layers.schema.TRAVEL_TIMES``
    """

    indicators: pd.DataFrame
    densities: pd.DataFrame
    travel_times: pd.DataFrame


def city_places() -> pd.DataFrame:
    """Return the 41 cities of 沪苏浙皖 at their seats of government: name, full_name, lon, lat; sorted by code."""
    gazetteer = default_gazetteer()
    rows = []
    for area in boundaries("prefecture").itertuples(index=False):
        place = gazetteer.resolve(str(area.name), kinds={"division"})
        rows.append({"name": place.name, "full_name": place.full_name, "lon": place.lon, "lat": place.lat})
    return pd.DataFrame(rows)


def scenario_network(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenario: str = "today",
    rail: RailAssumptions | None = None,
) -> Network:
    """
    Build the rail and expressway network of a scenario.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects; rows whose origin is ``network`` are ignored.
    month : str
        ``YYYY-MM`` of the existing network.
    scenario : str
        As in :func:`layers.scenario.projects_in`.
    rail : RailAssumptions, optional
        How trains run; ``RailAssumptions().typical()`` for the stops of the average train.

    Returns
    -------
    Network
    """
    lines, nodes = scenario_lines(features, month=month, scenario=scenario)
    return network_of_lines(lines, nodes, month=month, rail=rail)


def network_of_lines(
    lines: gpd.GeoDataFrame, nodes: pd.DataFrame, *, month: str = DATA_MONTH, rail: RailAssumptions | None = None
) -> Network:
    """
    Build the network of lines as they are run in a month, with the airports open then.

    Parameters
    ----------
    lines, nodes : as :func:`scenario_lines` returns them
    month : str
    rail : RailAssumptions, optional

    Returns
    -------
    Network
    """
    fields = airports(as_of=month)
    civil = fields[fields["kind"] == "civil_airport"]
    flown = pd.DataFrame({"name": civil["name"], "lon": civil.geometry.x, "lat": civil.geometry.y})
    return build_network(timetabled(lines, month), nodes, rail=rail, airports=flown)


def densities(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenarios: Sequence[str] = SCENARIOS,
    levels: Sequence[Level] = LEVELS,
    lang: str = "zh",
) -> pd.DataFrame:
    """
    Measure route length and density by area, level and scenario; see :func:`layers.density.density_table`.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month, scenarios, levels, lang
        As above; ``lang`` chooses the language of the definitions.
    """
    areas = [(LEVEL_WORDS[level], boundaries(level)) for level in levels]
    parts = [
        density_table(table, units, level=level, as_of=month, scenario=scenario, lang=lang)
        for scenario in scenarios
        for table in [density_lines(features, month=month, scenario=scenario)]
        for level, units in areas
    ]
    return pd.concat(parts, ignore_index=True)


def density_lines(
    features: gpd.GeoDataFrame | None, *, month: str = DATA_MONTH, scenario: str = "today"
) -> gpd.GeoDataFrame:
    """
    Return all that the densities count in a scenario: railways, expressways, waterways, and airports as points.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month, scenario : str
        As for :func:`densities`. Projects of rail and expressway lines count once; an airport that a plan names counts where
        none is yet (:func:`layers.airport.new_airports`).

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.LINES`` (airports are points), EPSG:4326
    """
    existing, new = counted_lines(features, month=month, scenario=scenario)
    fields = airports(as_of=month)
    parts = [existing, new, as_of(waterway_lines(), month), _as_lines(fields)]
    if features is not None and not features.empty:
        named = projects_in(features[features["origin"] == "project"], scenario)
        parts.append(_as_lines(new_airports(named, fields)))
    lines = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return gpd.GeoDataFrame(lines, geometry="geometry", crs=LINES.crs)


def counted_lines(
    features: gpd.GeoDataFrame | None, *, month: str = DATA_MONTH, scenario: str = "plan"
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Return the rail and expressway lines that a length counts: those there, and what a scenario adds to them.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month, scenario : str

    Returns
    -------
    existing, new : GeoDataFrame, contract ``layers.schema.LINES``
        ``new`` is counted once (:func:`layers.scenario.counted_once`); further stages go first there, so that the new lines
        of ``STATUS>=stage`` are those of ``plan`` at that stage and further ones.
    """
    existing, _ = scenario_lines(None, month=month)
    travelled, _ = scenario_lines(features, month=month, scenario=scenario)
    return existing, counted_once(travelled[~travelled["feature_id"].isin(existing["feature_id"])], existing)


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


def measure(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    lang: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> Measures:
    """
    Measure all indicators, today and with the plan.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month : str
        ``YYYY-MM`` of the existing network.
    lang : {"zh", "en"}
        Language of the definitions.
    progress : callable(done, total), optional

    Returns
    -------
    Measures
        Rail times are from city centre to city centre; each pair stands once in ``indicators`` (times are the same both
        ways) and twice in ``travel_times``.
    """
    steps = 1 + len(SCENARIOS)
    density = densities(features, month=month, lang=lang)
    if progress is not None:
        progress(1, steps)
    places = city_places()
    times = []
    for step, scenario in enumerate(SCENARIOS, 2):
        times.append(travel_times(features, places, places, mode="rail", month=month, scenario=scenario))
        if progress is not None:
            progress(step, steps)
    table = pd.concat(times, ignore_index=True)
    indicators = pd.concat([_density_indicators(density), _time_indicators(table, lang)], ignore_index=True)
    indicators = INDICATORS.coerce(indicators).sort_values(list(INDICATORS.key), ignore_index=True)
    return Measures(INDICATORS.validate(indicators), density, table)


def scenario_lines(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenario: str = "today",
    assumptions: ProjectAssumptions | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Return the railways and expressways of a scenario, and the nodes that they name.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
    month, scenario : str
    assumptions : ProjectAssumptions, optional
        What is assumed of lines that a plan only names.

    Returns
    -------
    lines : GeoDataFrame, contract ``layers.schema.LINES``; first what exists
    nodes : DataFrame with mode, name, kind, lon, lat
    """
    existing = gpd.GeoDataFrame(
        pd.concat([as_of(rail_lines(), month), as_of(highway_lines(), month)], ignore_index=True),
        geometry="geometry",
        crs=LINES.crs,
    )
    nodes = network_nodes()
    if features is None or features.empty:
        return existing, nodes
    planned = projects_in(features[features["origin"] == "project"], scenario)
    if planned.empty:
        return existing, nodes
    new, nodes = built_lines(planned, nodes, assumptions=assumptions, towns=county_seats())
    if new.empty:
        return existing, nodes
    joined = gpd.GeoDataFrame(pd.concat([existing, new], ignore_index=True), geometry="geometry", crs=LINES.crs)
    return joined, nodes


def _as_lines(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return points in the columns of lines, so that one table holds all that is counted by area."""
    table = LINES.coerce(points.assign(mode=Mode.AIRPORT.value, drawn_by="point"))
    return gpd.GeoDataFrame(table[[*LINES.names, "geometry"]], geometry="geometry", crs=LINES.crs)


def _density_indicators(density: pd.DataFrame) -> pd.DataFrame:
    # 上海 is a province and a city at once: one row is enough.
    density = density.drop_duplicates(["area", "indicator", "scenario", "as_of"])
    columns = ["area", "scenario", "as_of", "definition"]
    densities_ = density[columns].assign(
        indicator=density["indicator"].map(lambda name: name if name == "airport" else f"{name}_density"),
        value=density["density"].astype(float).round(4),
        unit=density["unit"],
    )
    lengths = density.loc[density["length_km"].notna(), columns].assign(
        indicator=density["indicator"] + "_length", value=density["length_km"].astype(float).round(3), unit="km"
    )
    return pd.concat([densities_, lengths], ignore_index=True)


def _time_indicators(times: pd.DataFrame, lang: str) -> pd.DataFrame:
    pairs = times[times["from"] < times["to"]]
    how = {
        "zh": "城市中心至城市中心, 含至车站的地面交通、候车与出站; 模型值",
        "en": "centre to centre, with the way to the station, boarding and alighting; modelled",
    }[lang]
    return pd.DataFrame(
        {
            "area": pairs["from"] + "-" + pairs["to"],
            "indicator": "rail_travel_time",
            "scenario": pairs["scenario"],
            "as_of": pairs["as_of"],
            "value": pairs["travel_time_min"],
            "unit": "min",
            "definition": [how if not note else f"{how}; {note}" for note in pairs["note"]],
        }
    )
