"""Tables that sum places up: commuting circles, and how evenly an accessibility is spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import SchemaError, VocabularyError
from layers.accessibility.circles import commuting_circles, metropolitan_areas
from layers.accessibility.equity import gini, palma, theil
from layers.accessibility.places import core_places
from layers.accessibility.schema import CIRCLES, EQUITY
from layers.accessibility.study import LESS_IS_BETTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from layers.accessibility.setting import Setting

__all__ = ["circle_table", "equity_table"]


def circle_table(
    setting: Setting,
    names: Sequence[str] | None = None,
    *,
    limit_min: float = 60.0,
    margin_min: float = 15.0,
    lang: str = "zh",
) -> pd.DataFrame:
    """
    Measure the commuting circles on the network of a setting, whose places are the counties.

    Parameters
    ----------
    setting : Setting
        Its population may be missing: then the column is empty.
    names : sequence of str, optional
        Metropolitan areas; see :func:`metropolitan_areas`.
    limit_min, margin_min : float
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame, contract ``CIRCLES``
    """
    cores = core_places()
    rows = commuting_circles(
        setting.times_to(cores),
        setting.places,
        cores,
        areas=metropolitan_areas(names),
        limit_min=limit_min,
        margin_min=margin_min,
    )
    held = setting.held()
    people = held.reindex(rows["county"]).to_numpy(dtype=float)
    zh = f"区县至核心城市的时间 ≤ {limit_min:g} 分钟为圈内, 其后 {margin_min:g} 分钟内为差一点; 多核心取最近"
    en = (
        f"county to core city: in up to {limit_min:g} min, just out up to {margin_min:g} min more;"
        " of several cores the nearest"
    )
    evidence = setting.evidence()
    table = rows.assign(
        population=people,
        **setting.context(),
        definition=setting.definition(zh if lang == "zh" else en, lang),
        grade_d_share=evidence.grade_d_share,
        straight_share=evidence.straight_share,
    )
    return CIRCLES.validate(CIRCLES.coerce(table)[CIRCLES.names])


def equity_table(setting: Setting, table: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """
    Tell how unevenly an accessibility is spread over people, between provinces and within them.

    Parameters
    ----------
    setting : Setting
    table : DataFrame, contract ``ACCESSIBILITY``
        Of one measure of which more is better.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame, contract ``EQUITY``: gini, theil, theil_between, theil_within (by province), palma
        Weighted by population. Places without a value are left out and named.

    Raises
    ------
    VocabularyError
        If less is better: an inequality of travel times is not one of a good.
    SchemaError
        If the population of a place with a value is missing.
    """
    measure = str(table["measure"].iloc[0])
    if measure in LESS_IS_BETTER:
        message = f"{measure} is a time, of which less is better; equity is told of daily, potential, opportunities, catchment"
        raise VocabularyError(message)
    there = table[table["value"].notna()].set_index("place")
    gone = "、".join(table.loc[table["value"].isna(), "place"])
    places = setting.places.set_index("name")
    people = places["population"].reindex(there.index)
    if people.isna().any():
        missing = "、".join(there.index[people.isna()][:8])
        message = f"population: missing for {missing}; equity weighs places by their people, from a table of your own"
        raise SchemaError(message)
    groups = places["province_code"].reindex(there.index) if "province_code" in places else None
    split = theil(there["value"], groups, people)
    found = {
        "gini": gini(there["value"], people),
        "theil": split.total,
        "theil_between": split.between,
        "theil_within": split.within,
        "palma": palma(there["value"], people),
    }
    zh = "按人口加权; 泰尔指数按省分解为组间、组内; Palma 为可达性最好的 10% 人口与最差的 40% 人口所有之比"
    en = (
        "weighted by people; Theil's T split between and within provinces; Palma: what the best-placed 10 % have over what the"
        " worst-placed 40 % have"
    )
    rows = table.iloc[[0] * len(found)].reset_index(drop=True)
    rows = rows.assign(
        index=list(found),
        value=list(found.values()),
        places=len(there),
        left_out=gone,
        definition=[f"{(zh if lang == 'zh' else en)}. {text}" for text in rows["definition"]],
    )
    return EQUITY.validate(EQUITY.coerce(rows[EQUITY.names])[EQUITY.names])
