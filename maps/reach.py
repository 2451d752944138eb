"""Isochrones on the web map: rings of travel time by place, today and with the projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.payload import plain

if TYPE_CHECKING:
    import geopandas as gpd

    from maps.payload import Payload

__all__ = ["RING_QUANTUM_DEG", "RING_TOLERANCE_DEG", "reach_part"]

RING_TOLERANCE_DEG = 0.002
"""Rings are simplified by this much, some 200 m: a minute of local road is 500 m."""

RING_QUANTUM_DEG = 1e-4


def reach_part(payload: Payload, isochrones: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """
    Pack isochrones.

    Parameters
    ----------
    payload : Payload
    isochrones : GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``, or None

    Returns
    -------
    list of dict
        One per origin, mode and time: ``origin``, ``mode``, ``as_of``, and ``scenarios`` with ``limits`` (min, falling, as the
        rings are painted), ``area_km2`` and ``geometry``.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    """
    if isochrones is None or not len(isochrones):
        return []
    from layers.isochrones import ISOCHRONES

    ISOCHRONES.validate(isochrones)
    out = []
    towards = isochrones["direction"].eq("to").fillna(value=False).to_numpy(dtype=bool)
    places = isochrones["origin"].where(~towards, "→ " + isochrones["origin"].astype(str))
    for (origin, mode, as_of), rows in isochrones.groupby([places, "mode", "as_of"], sort=True):
        scenarios = []
        for scenario, rings in rows.groupby("scenario", sort=False):
            table = rings.sort_values("limit_min", ascending=False)
            shapes = shapely.simplify(np.asarray(table.geometry.array, dtype=object), RING_TOLERANCE_DEG)
            scenarios.append(
                {
                    "id": plain(scenario),
                    "limits": [plain(float(v)) for v in table["limit_min"]],
                    "area_km2": [plain(round(float(v), 1)) for v in table["area_km2"]],
                    "definition": plain(table["definition"].iloc[0]),
                    "geometry": payload.geometry(type(table.geometry)(shapes), quantum_deg=RING_QUANTUM_DEG),
                }
            )
        # Today is painted before what the plan adds.
        scenarios.sort(key=lambda one: (one["id"] != "today", str(one["id"])))
        facts = {"origin": plain(origin), "mode": plain(mode), "as_of": plain(as_of)}
        out.append({"id": f"{plain(origin)}|{plain(mode)}|{plain(as_of)}"} | facts | {"scenarios": scenarios})
    return out
