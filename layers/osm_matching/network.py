"""Today's embedded lines as what is looked for in OpenStreetMap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.energy import energy_lines
from layers.highway import highway_lines
from layers.osm_matching.names import LineName, line_name, refs_of, split_names
from layers.osm_matching.wanted import Wanted
from layers.rail import rail_lines
from layers.schema import Work
from layers.waterway import waterway_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

__all__ = ["existing_lines", "named", "wanted_of_network"]


def existing_lines() -> gpd.GeoDataFrame:
    """Return the embedded lines of all modes, contract ``layers.schema.LINES``, sorted by feature_id."""
    tables = [rail_lines(), highway_lines(), waterway_lines(), energy_lines()]
    joined: gpd.GeoDataFrame = pd.concat(tables, ignore_index=True)
    return joined.sort_values("feature_id", ignore_index=True)


def named(texts: Iterable[str]) -> tuple[LineName, ...]:
    """Return names as they are compared, each once, those that identify nothing left out."""
    read = [line_name(part) for text in texts if text for part in split_names(str(text))]
    return tuple(dict.fromkeys(name for name in read if name.core))


def wanted_of_network(features: gpd.GeoDataFrame, lines: gpd.GeoDataFrame | None = None) -> list[Wanted]:
    """
    Return the lines of the existing network to look for.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Rows with ``origin`` network that are lines; others are passed over.
    lines : GeoDataFrame, contract ``layers.schema.LINES``, optional
        Where their line, number and published length stand; by default the embedded ones.

    Returns
    -------
    list of Wanted
    """
    table = existing_lines() if lines is None else lines
    facts = {str(row["feature_id"]): row for row in table.drop(columns="geometry").to_dict("records")}
    rows = features[(features["origin"] == "network") & features["feature_id"].isin(facts)]
    out = []
    for row in rows.itertuples(index=False):
        fact = facts[str(row.feature_id)]
        nodes = str(fact["nodes"]).split("|")
        out.append(
            Wanted(
                feature_id=str(row.feature_id),
                origin="network",
                name=str(row.name),
                mode=str(row.mode),
                kind=str(row.kind),
                work=Work.NEW.value,
                status=str(row.status),
                geometry=row.geometry,
                accuracy_km=float(row.accuracy_km),
                drawn_by=str(row.drawn_by),
                names=named([str(fact["line"]), str(fact["name"])]),
                refs=refs_of(str(fact["code"]).replace("|", ";")),
                ends=(nodes[0], nodes[-1]),
                route_length_km=float(fact["route_length_km"]),
                in_network=True,
            )
        )
    return out
