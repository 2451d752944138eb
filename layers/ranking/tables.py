"""The tables of a ranking from the gains of its projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.ranking.schema import RANKING, TOGETHER
from layers.ranking.words import left_out, uncertainty

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.ranking.gains import Gain

__all__ = ["DIGITS", "TEN_THOUSAND", "ordered", "ranking_table", "together_table"]

TEN_THOUSAND = 1e4

DIGITS = {
    "length_km": 1,
    "saved_10k_person_min": 1,
    "saved_low_10k_person_min": 1,
    "saved_high_10k_person_min": 1,
    "saved_last_10k_person_min": 1,
    "interaction_10k_person_min": 1,
    "mean_saved_min": 4,
    "circle_people": 0,
    "saved_per_km": 2,
    "saved_per_cost": 2,
    "saved_together": 1,
    "saved_sum": 1,
    "interaction": 1,
}
"""Decimals of the tables: no more than the times carry."""


def ranking_table(
    planned: gpd.GeoDataFrame,
    places: pd.DataFrame,
    population: pd.Series,
    alone: dict[str, Gain],
    bounds: dict[str, list[float]],
    last: dict[str, Gain],
    lengths: dict[str, float],
    met: dict[str, int],
    cost: pd.Series | None,
    lang: str,
) -> pd.DataFrame:
    """
    Return the rows of a ranking, contract ``layers.ranking.schema.RANKING`` but for rank, scenario, month and mode.

    Parameters
    ----------
    planned : GeoDataFrame, contract ``layers.schema.FEATURES``
    places : DataFrame with name
    population : Series, of the places, NaN where unknown
    alone, last : dict of Gain by project id
        Added alone, and taken from all.
    bounds : dict of list of float
        Minutes × people as assumed, and at the slow and the fast end.
    lengths, met : dict
        Kilometres built, and existing stations met.
    cost : Series by project id or name, optional
    lang : {"zh", "en"}
    """
    people, names = population.to_numpy(dtype=float), places["name"].astype(str).tolist()
    unknown = int(np.isnan(people).sum())
    given = {} if cost is None else {str(k): float(v) for k, v in cost.items()}
    rows = []
    for row in planned.itertuples(index=False):
        project = str(row.feature_id)
        out: dict[str, object] = {
            "project_id": project,
            "name": row.name,
            "mode": row.mode,
            "kind": row.kind,
            "status": row.status,
            "opening_year": row.opening_year,
            "drawn_by": row.drawn_by,
            "accuracy_km": row.accuracy_km,
            "length_km": lengths.get(project, row.length_km),
            "stations_met": met.get(project),
            "cost_100m_yuan": given.get(project, given.get(str(row.name), np.nan)),
            "uncertainty": uncertainty(row, measured=project in alone, lang=lang),
            "note": "",
        }
        if project not in alone:
            rows.append({**out, "note": left_out(row, lang=lang)})
            continue
        mine, final = alone[project], last[project]
        saved = np.array([*bounds[project], final.person_min]) / TEN_THOUSAND
        entered = sorted({i for _, came in mine.circles for i in came})
        rows.append(
            {
                **out,
                "saved_10k_person_min": saved[0],
                "saved_low_10k_person_min": np.min(saved[:3]),
                "saved_high_10k_person_min": np.max(saved[:3]),
                "saved_last_10k_person_min": saved[3],
                "interaction_10k_person_min": saved[3] - saved[0],
                "mean_saved_min": mine.mean_min,
                "pairs_faster": mine.pairs_faster,
                "pairs_connected": mine.pairs_connected,
                "pairs_under_60": mine.pairs_under[60.0],
                "pairs_under_90": mine.pairs_under[90.0],
                "circle_places": sum(len(came) for _, came in mine.circles),
                "circle_people": float(people[entered].sum()) if entered else 0.0,
                "circles": "; ".join(f"{name}: {'、'.join(names[i] for i in came)}" for name, came in mine.circles),
                "saved_per_km": saved[0] / float(str(out["length_km"])),
                "saved_per_cost": saved[0] / float(str(out["cost_100m_yuan"])),
                "note": _no_population(unknown, lang) if unknown else "",
            }
        )
    return pd.DataFrame(rows, columns=[c for c in RANKING.names if c != "rank"])


def _no_population(unknown: int, lang: str) -> str:
    if lang == "zh":
        return f"{unknown} 个地区无人口数, 万人分不计, 按平均节约排名"
    return f"no population for {unknown} places: minutes × people not measured, ranked by the mean"


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Return projects by what they save, the unmeasured last, numbered."""
    by = "saved_10k_person_min" if table["saved_10k_person_min"].notna().any() else "mean_saved_min"
    order = table.assign(value=table[by].astype(float))
    order = order.sort_values(["value", "project_id"], ascending=[False, True], na_position="last", ignore_index=True)
    rank = [i if known else None for i, known in enumerate(order["value"].notna(), 1)]
    return order.assign(rank=pd.array(rank, dtype="Int64")).drop(columns="value")


def together_table(alone: dict[str, Gain], both: Gain) -> pd.DataFrame:
    """Return the sums of the projects alone beside all together, contract ``layers.ranking.schema.TOGETHER``."""
    gains = list(alone.values())

    def circle_places(one: Gain) -> int:
        return sum(len(came) for _, came in one.circles)

    measures: list[tuple[str, Callable[[Gain], float], str]] = [
        ("saved_10k_person_min", lambda g: g.person_min / TEN_THOUSAND, "10⁴ person·min"),
        ("mean_saved_min", lambda g: g.mean_min, "min"),
        ("pairs_faster", lambda g: g.pairs_faster, "pairs"),
        ("pairs_connected", lambda g: g.pairs_connected, "pairs"),
        ("pairs_under_60", lambda g: g.pairs_under[60.0], "pairs"),
        ("pairs_under_90", lambda g: g.pairs_under[90.0], "pairs"),
        ("circle_places", circle_places, "places"),
    ]
    rows = [
        {"measure": name, "sum_alone": float(sum(of(g) for g in gains)), "together": float(of(both)), "unit": unit}
        for name, of, unit in measures
    ]
    table = pd.DataFrame(rows)
    return TOGETHER.coerce(table.assign(interaction=table["together"] - table["sum_alone"])[TOGETHER.names])
