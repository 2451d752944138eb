"""Before and after: tables of pairs, and areas to map the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import SchemaError
from layers.ranking.schema import BEFORE_AFTER, DIFFERENCES

__all__ = ["before_after", "difference_areas"]

if TYPE_CHECKING:
    from numpy.typing import NDArray


def before_after(before: pd.DataFrame, after: pd.DataFrame, *, mode: str, as_of: str, scenario: str) -> pd.DataFrame:
    """
    Set two matrices side by side, pair by pair.

    Parameters
    ----------
    before, after : DataFrame of float, minutes, same index and columns; NaN without a way
    mode, as_of, scenario : str
        Written into every row.

    Returns
    -------
    DataFrame, contract ``layers.ranking.schema.BEFORE_AFTER``, in the order of origins, then destinations; to a tenth

    Raises
    ------
    SchemaError
        If the matrices are of different places.
    """
    _same(before, after)
    old, new = before.to_numpy(dtype=float).ravel(), after.to_numpy(dtype=float).ravel()
    lost, found = np.isnan(old), np.isnan(old) & ~np.isnan(new)
    note = np.where(found, "newly connected", np.where(lost, "not connected", np.where(np.isnan(new), "lost", "")))
    table = pd.DataFrame(
        {
            "from": np.repeat(np.array(before.index, dtype=object), before.shape[1]),
            "to": np.tile(np.array(before.columns, dtype=object), before.shape[0]),
            "mode": mode,
            "as_of": as_of,
            "scenario": scenario,
            "before_min": old.round(1),
            "after_min": new.round(1),
            "saved_min": (old - new).round(1),
            "note": note,
        }
    )
    return BEFORE_AFTER.coerce(table[BEFORE_AFTER.names])


def difference_areas(
    before: pd.DataFrame,
    after: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    population: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """
    Return areas with the mean travel time from each to all others, before and after: what a difference map shows.

    ``Σ_j w_j·t_ij / Σ_j w_j`` over the places that are reached before and after, the area itself left out; ``w`` is the
    population or 1.

    Parameters
    ----------
    before, after : DataFrame of float, minutes, index and columns are names of the areas
    areas : GeoDataFrame with code, name and polygons, EPSG:4326
    population : Series by name, optional

    Returns
    -------
    GeoDataFrame, contract ``layers.ranking.schema.DIFFERENCES``, EPSG:4326, by code; areas that are in the matrices

    Raises
    ------
    SchemaError
        If the matrices are of different places, or none of the areas is in them.

    References
    ----------
    Gutiérrez, J., R. González and G. Gómez (1996). The European high-speed train network: predicted effects on accessibility
    patterns. Journal of Transport Geography 4, 227–238 (weighted average travel time and its change).
    """
    _same(before, after)
    old, new = before.to_numpy(dtype=float), after.to_numpy(dtype=float)
    names = np.array(before.columns, dtype=object)
    weight = np.ones(len(names))
    word = "equal"
    if population is not None and population.reindex(names).notna().all():
        weight, word = population.reindex(names).to_numpy(dtype=float), "population"
    other = np.array(before.index, dtype=object)[:, None] != names[None, :]
    counted = ~np.isnan(old) & ~np.isnan(new) & other
    means = [_mean(times, weight, counted) for times in (old, new)]
    table = pd.DataFrame(
        {
            "before_min": means[0],
            "after_min": means[1],
            "saved_min": means[0] - means[1],
            "saved_share": 1.0 - means[1] / means[0],
            "weight": word,
            "places_reached": counted.sum(axis=1),
            "places_connected": (np.isnan(old) & ~np.isnan(new) & other).sum(axis=1),
        },
        index=before.index,
    )
    kept = areas[areas["name"].isin(table.index)]
    if kept.empty:
        message = (
            f"none of the areas ({', '.join(areas['name'].head(3))} …) is in the matrix ({', '.join(names[:3])} …)"
        )
        raise SchemaError(message)
    joined = kept[["code", "name", "geometry"]].join(table, on="name").sort_values("code", ignore_index=True)
    return gpd.GeoDataFrame(DIFFERENCES.coerce(joined)[[*DIFFERENCES.names, "geometry"]], crs=DIFFERENCES.crs)


def _mean(times: NDArray[np.float64], weight: NDArray[np.float64], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        total = np.where(counted, weight, 0.0).sum(axis=1)
        return np.asarray(np.where(counted, times * weight, 0.0).sum(axis=1) / np.where(total > 0, total, np.nan))


def _same(before: pd.DataFrame, after: pd.DataFrame) -> None:
    if not before.index.equals(after.index) or not before.columns.equals(after.columns):
        message = "before and after are matrices of different places"
        raise SchemaError(message)
