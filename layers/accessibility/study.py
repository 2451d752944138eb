"""
A measure for all places of a level, in one table with its definition: what ``tongtu accessibility`` shows.

The functions of this package take matrices and masses; here they are put together on a network, or on a user's own matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import SchemaError, VocabularyError
from layers.accessibility.catchment import Catchment, floating_catchment
from layers.accessibility.impedance import Impedance, Power
from layers.accessibility.measures import cumulative_opportunities, daily_accessibility, weighted_average_time
from layers.accessibility.nearest import centres_within, nearest
from layers.accessibility.places import core_places, facility_places
from layers.accessibility.potential import internal_times, potential_accessibility
from layers.accessibility.schema import ACCESSIBILITY

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.accessibility.setting import Setting

__all__ = ["LIMITS_MIN", "MEASURES", "accessibility_table"]

NEAREST = {
    "nearest-station": "station",
    "nearest-high-speed-station": "high_speed_station",
    "nearest-airport": "airport",
    "nearest-port": "port",
    "nearest-core": "core",
}
MEASURES = ("weighted-time", "daily", "potential", "opportunities", *NEAREST, "centres", "catchment")
"""Measures of :func:`accessibility_table`."""

FACILITY_WORDS = {
    "station": ("铁路车站", "railway station"),
    "high_speed_station": ("高铁或城际车站", "high-speed or intercity station"),
    "airport": ("运输机场", "civil airport"),
    "port": ("港口", "port"),
    "core": ("都市圈核心城市", "core city of a metropolitan area"),
}
LIMITS_MIN = {"daily": 180.0, "opportunities": 60.0, "centres": 90.0, "catchment": 60.0}
"""Limits where none is given: a day trip of three hours each way, an hour, the hour and a half of the national plan."""

LESS_IS_BETTER = frozenset({"weighted-time", *NEAREST})


@dataclass(frozen=True)
class _Result:
    """Values of a measure on the origins, and how to say what they are."""

    values: pd.Series
    unit: str
    zh: str
    en: str
    detail: pd.Series | None = None
    note: str = ""
    missing: str = "到哪里都不通 no way to any"
    mode: str = ""


def accessibility_table(
    setting: Setting,
    measure: str,
    *,
    limit_min: float | None = None,
    impedance: Impedance | None = None,
    supply: pd.DataFrame | None = None,
    variant: Catchment | str = Catchment.TWO_STEP,
    lang: str = "zh",
) -> pd.DataFrame:
    """
    Measure accessibility of all places of a setting.

    Parameters
    ----------
    setting : Setting
    measure : str
        One of :data:`MEASURES`.
    limit_min : float, optional
        For daily, opportunities, centres and catchment; without it :data:`LIMITS_MIN`.
    impedance : Impedance, optional
        For potential (``Power(1)`` without it) and catchment.
    supply : DataFrame with name, supply (and lon, lat unless the matrix has them), optional
        For catchment.
    variant : Catchment or str
        For catchment.
    lang : {"zh", "en"}
        Language of the definition.

    Returns
    -------
    DataFrame, contract ``ACCESSIBILITY``, a row per place in the order of the setting

    Raises
    ------
    VocabularyError
        If the measure is unknown or lacks what it needs.
    SchemaError
        If times or masses break their rules; a missing population stops only the measures that count people.
    """
    if measure not in MEASURES:
        message = f"{measure!r} is no measure; accepted: {', '.join(MEASURES)}"
        raise VocabularyError(message)
    limit = LIMITS_MIN.get(measure, 60.0) if limit_min is None else limit_min
    if measure in NEAREST:
        result = _nearest(setting, measure)
    elif measure == "catchment":
        result = _catchment(setting, supply, limit, impedance, variant)
    else:
        makers: dict[str, Callable[[], _Result]] = {
            "weighted-time": lambda: _weighted_time(setting),
            "daily": lambda: _daily(setting, limit),
            "opportunities": lambda: _opportunities(setting, limit),
            "potential": lambda: _potential(setting, impedance or Power()),
            "centres": lambda: _centres(setting, limit),
        }
        result = makers[measure]()
    origins = result.values.index
    codes = dict(zip(setting.places["name"], setting.places["code"], strict=True)) if "code" in setting.places else {}
    detail = result.detail if result.detail is not None else pd.Series("", index=origins)
    evidence = setting.evidence()
    table = pd.DataFrame(
        {
            "place": origins.astype(str),
            "code": [codes.get(name, "") for name in origins],
            "measure": measure,
            "value": result.values.to_numpy(dtype=float),
            "unit": result.unit,
            "detail": detail.to_numpy(dtype=object),
            **setting.context(result.mode),
            "note": [
                "; ".join(p for p in (result.missing if np.isnan(v) else "", result.note) if p)
                for v in result.values.to_numpy(dtype=float)
            ],
            "definition": setting.definition(result.zh if lang == "zh" else result.en, lang, mode=result.mode),
            "grade_d_share": evidence.grade_d_share,
            "straight_share": evidence.straight_share,
        }
    )
    return ACCESSIBILITY.validate(ACCESSIBILITY.coerce(table)[ACCESSIBILITY.names])


def _extent(setting: Setting) -> tuple[str, str]:
    """Say how many places count as destinations: beyond their border there are others that do not."""
    count = setting.times().shape[1]
    return f"目的地只计所列 {count} 个地区", f"only the {count} places listed are destinations"


def _weighted_time(setting: Setting) -> _Result:
    values = weighted_average_time(setting.times(), setting.held(), what=setting.mass_word)
    zh, en = _extent(setting)
    left_out = values.attrs["left_out"]
    note = f"未计 (并非各地都能到达) left out, not reached by all: {'、'.join(left_out)}" if left_out else ""
    return _Result(
        values,
        "min",
        f"加权平均旅行时间 Σ M_j t_ij / Σ M_j, j≠i, M={setting.word()}; 只计各地都能到达的目的地; {zh}",
        f"weighted average time Σ M_j t_ij / Σ M_j, j≠i, M={setting.word('en')}; over destinations that all reach; {en}",
        note=note,
    )


def _daily(setting: Setting, limit_min: float) -> _Result:
    values = daily_accessibility(setting.times(), setting.held(), limit_min=limit_min, what=setting.mass_word)
    zh, en = _extent(setting)
    return _Result(
        values,
        setting.unit,
        f"日可达性: {limit_min:g} 分钟内可到达的{setting.word()}之和, 含本地; {zh}",
        f"daily accessibility: sum of {setting.word('en')} within {limit_min:g} min, the place's own included; {en}",
    )


def _opportunities(setting: Setting, limit_min: float) -> _Result:
    held = setting.masses
    values = cumulative_opportunities(
        setting.times(), held, limit_min=limit_min, own=held is not None, what=setting.mass_word
    )
    zh, en = _extent(setting)
    what_zh = f"{setting.word()}之和, 含本地" if held is not None else "地区个数, 不含本地"
    what_en = f"sum of {setting.word('en')}, own included" if held is not None else "number of other places"
    return _Result(
        values,
        setting.mass_word if held is not None else "places",
        f"累积机会: {limit_min:g} 分钟内可到达的{what_zh}; {zh}",
        f"cumulative opportunities: {what_en} within {limit_min:g} min; {en}",
    )


def _potential(setting: Setting, impedance: Impedance) -> _Result:
    own: pd.Series | None = None
    if setting.matrix is None and setting.network is not None:
        access = setting.network.access
        own = internal_times(
            setting.places.set_index("name")["area_km2"], detour=access.detour, speed_km_h=access.speed_km_h
        )
    values = potential_accessibility(
        setting.times(), setting.held(), impedance=impedance, internal_time_min=own, what=setting.mass_word
    )
    zh, en = _extent(setting)
    own_zh = "含自身潜力, t_ii 取等面积圆半径之半" if own is not None else "不含自身潜力"
    own_en = (
        "own potential at half the radius of the circle of the same area" if own is not None else "own mass left out"
    )
    return _Result(
        values,
        f"{setting.mass_word}·f(t)",
        f"潜力可达性 Σ M_j f(t_ij), M={setting.word()}, f={impedance.formula}; {own_zh}; {zh}",
        f"potential Σ M_j f(t_ij), M={setting.word('en')}, f={impedance.formula}; {own_en}; {en}",
    )


def _nearest(setting: Setting, measure: str) -> _Result:
    kind = NEAREST[measure]
    if setting.depart_from != "centre" and kind != "core":
        message = f"{measure} is a way to a facility, which begins at the door: leave depart_from at centre"
        raise VocabularyError(message)
    # To a station one goes by road; a train to the station is a train from another one.
    mode = "road" if kind in {"station", "high_speed_station"} else ""
    if kind == "core":
        times = _times_to_cores(setting)
    else:
        places = facility_places(kind, network=setting.network, month=setting.month, projects=setting.projects())
        times = setting.times_to(places, mode=mode)
    found = nearest(times, facilities=kind != "core")
    zh, en = FACILITY_WORDS[kind]
    return _Result(
        found["time_min"],
        "min",
        f"到最近{zh}的时间",
        f"time to the nearest {en}",
        detail=found["nearest"],
        mode=mode,
    )


def _times_to_cores(setting: Setting) -> pd.DataFrame:
    """Return minutes to the core cities: of a user's matrix, if it has them all."""
    cores = core_places()
    if setting.matrix is not None and set(cores["name"]) <= set(setting.times().columns):
        return setting.times()[list(cores["name"])]
    return setting.times_to(cores)


def _centres(setting: Setting, limit_min: float) -> _Result:
    cores, times = core_places(), _times_to_cores(setting)
    found = centres_within(times, limits_min=[limit_min])
    return _Result(
        found[f"within_{limit_min:g}"].astype(float),
        "centres",
        f"{limit_min:g} 分钟内可到达的中心城市数 ({'、'.join(cores['name'])}), 不含本地",
        f"centre cities within {limit_min:g} min ({', '.join(cores['name'])}), the place itself left out",
        detail=found[f"centres_{limit_min:g}"],
    )


def _catchment(
    setting: Setting,
    supply: pd.DataFrame | None,
    limit_min: float,
    impedance: Impedance | None,
    variant: Catchment | str,
) -> _Result:
    if supply is None:
        message = (
            "catchment needs a table of supply: name, supply, and lon, lat unless your matrix has the supplies' times"
        )
        raise VocabularyError(message)
    if setting.matrix is not None:
        times = setting.times()
        gone = [str(n) for n in supply["name"] if n not in times.columns]
        if gone:
            message = f"supply: no travel times for {'、'.join(gone[:8])}"
            raise SchemaError(message)
        times = times[supply["name"].astype(str)]
    else:
        times = setting.times_to(supply)
    offered = supply.set_index("name")["supply"]
    values = floating_catchment(
        times, setting.held(), offered, limit_min=limit_min, impedance=impedance, variant=variant
    )
    weights = impedance.formula if impedance is not None else "1"
    return _Result(
        values,
        f"supply per {setting.mass_word}",
        f"{variant} 两步移动搜索: 搜索半径 {limit_min:g} 分钟, f={weights}",
        f"{variant} floating catchment within {limit_min:g} min, f={weights}",
        missing="可达的设施没有需求人口, 比值无意义 a supply in reach has no demand at all",
    )
