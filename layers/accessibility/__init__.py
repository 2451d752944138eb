"""Accessibility: what a place reaches, by any travel-time matrix, and how evenly that is spread."""

from layers.accessibility.catchment import Catchment, floating_catchment
from layers.accessibility.circles import (
    Standing,
    circle_summary,
    commuting_circle,
    commuting_circles,
    metropolitan_areas,
)
from layers.accessibility.equity import Theil, gini, palma, theil
from layers.accessibility.evidence import Evidence, evidence_of
from layers.accessibility.impedance import (
    Exponential,
    Gaussian,
    GaussianCatchment,
    Impedance,
    Linear,
    LogLogistic,
    Power,
    Steps,
    Within,
    parse_impedance,
)
from layers.accessibility.measures import cumulative_opportunities, daily_accessibility, weighted_average_time
from layers.accessibility.nearest import centres_within, nearest
from layers.accessibility.places import area_places, core_places, county_places, facility_places
from layers.accessibility.potential import internal_times, potential_accessibility
from layers.accessibility.schema import ACCESSIBILITY, CIRCLES, EQUITY
from layers.accessibility.setting import Setting
from layers.accessibility.study import MEASURES, accessibility_table
from layers.accessibility.summaries import circle_table, equity_table
from layers.accessibility.times import checked_times, masses_of, read_masses, read_times, times_from_table

__all__ = [
    "ACCESSIBILITY",
    "CIRCLES",
    "EQUITY",
    "MEASURES",
    "Catchment",
    "Evidence",
    "Exponential",
    "Gaussian",
    "GaussianCatchment",
    "Impedance",
    "Linear",
    "LogLogistic",
    "Power",
    "Setting",
    "Standing",
    "Steps",
    "Theil",
    "Within",
    "accessibility_table",
    "area_places",
    "centres_within",
    "checked_times",
    "circle_summary",
    "circle_table",
    "commuting_circle",
    "commuting_circles",
    "core_places",
    "county_places",
    "cumulative_opportunities",
    "daily_accessibility",
    "equity_table",
    "evidence_of",
    "facility_places",
    "floating_catchment",
    "gini",
    "internal_times",
    "masses_of",
    "metropolitan_areas",
    "nearest",
    "palma",
    "parse_impedance",
    "potential_accessibility",
    "read_masses",
    "read_times",
    "theil",
    "times_from_table",
    "weighted_average_time",
]
