"""Indicators of a network: densities by province and city, and rail times between cities, today and with the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.boundaries import Level, boundaries
from geo.display import ShowsTables
from layers.airport import airports, new_airports
from layers.area_units import LEVEL_WORDS
from layers.density import density_table
from layers.scenario import DATA_MONTH, as_of, counted_once, projects_in
from layers.scenario_network import network_of_lines, scenario_lines, scenario_network
from layers.scenario_travel import city_places, travel_legs, travel_times
from layers.schema import INDICATORS, LINES, Mode
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


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
