"""What the densities count: kinds of line, units, and what is left out, in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from layers.rail import HIGH_SPEED_KINDS, RAIL_KINDS
from layers.schema import Mode

__all__ = ["DENSITIES", "Density", "counts_for"]


@dataclass(frozen=True)
class Density:
    """
    What a density counts.

    Parameters
    ----------
    indicator : str
    mode : Mode
    kinds : frozenset of str
        Kinds of line that count; empty for all of the mode.
    best_class, per_km2 : int
        Waterways up to this class only (0: any); area that the unit refers to (0: a count).
    unit, zh, en : str
        Unit, what is counted and what is left out, in both languages.
    """

    indicator: str
    mode: Mode
    kinds: frozenset[str]
    best_class: int
    per_km2: int
    unit: str
    zh: str
    en: str


DENSITIES = (
    Density(
        "rail",
        Mode.RAIL,
        RAIL_KINDS,
        0,
        10_000,
        "km/10000km2",
        "铁路营业里程(高速、城际、普速、货运、市域铁路; 复线按一条计; 不含地铁、轻轨、站线和专用线)",
        "railway route length (high-speed, intercity, conventional, freight, suburban; double track once; "
        "metro, light rail, yard and private tracks excluded)",
    ),
    Density(
        "high_speed_rail",
        Mode.RAIL,
        HIGH_SPEED_KINDS,
        0,
        10_000,
        "km/10000km2",
        "高速铁路和城际铁路里程(复线按一条计; 不含仅开行少量动车的普速铁路)",
        "high-speed and intercity railway route length (double track once; conventional lines excluded)",
    ),
    Density(
        "expressway",
        Mode.HIGHWAY,
        frozenset({"expressway"}),
        0,
        100,
        "km/100km2",
        "高速公路里程(双向按一条计, 含其桥梁隧道; 不含匝道、连接线、一级公路和不计入统计的跨海大桥)",
        "expressway route length (both carriageways once, bridges and tunnels included; "
        "ramps, class I roads and bridges outside the statistics excluded)",
    ),
    Density(
        "waterway_class3_up",
        Mode.WATERWAY,
        frozenset(),
        3,
        100,
        "km/100km2",
        "三级及以上内河航道里程(含长江、湖区航道; 等级不明者不计)",
        "length of inland waterways of class III and better (the Yangtze and lake channels included; unknown class excluded)",
    ),
    Density(
        "airport",
        Mode.AIRPORT,
        frozenset({"civil_airport", "cargo_airport"}),
        0,
        0,
        "airports",
        "运输机场数(含货运机场; 不含通用机场)",
        "number of transport airports (cargo airports included; general aviation excluded)",
    ),
)
"""The indicators of :func:`density_table`, in order."""


def counts_for(table: pd.DataFrame, spec: Density) -> pd.Series:
    """
    Tell which rows a density counts.

    Parameters
    ----------
    table : DataFrame with mode, kind and channel_class
    spec : Density

    Returns
    -------
    Series of bool, index of ``table``
    """
    counts = table["mode"].astype(str) == spec.mode.value
    if spec.kinds:
        counts &= table["kind"].isin(spec.kinds)
    if spec.best_class:
        counts &= pd.to_numeric(table["channel_class"], errors="coerce").astype(float).le(spec.best_class)
    return counts
