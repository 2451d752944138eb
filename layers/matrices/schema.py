"""Contracts of travel-time matrices: places, places on a network, and why a pair has no time."""

from __future__ import annotations

from enum import StrEnum

from geo.schema import Column, Schema

__all__ = ["PLACES", "PLACES_ON_NETWORK", "Unreached"]


class Unreached(StrEnum):
    """Why a pair of places has no travel time; the first that holds."""

    ORIGIN_FAR = "origin_far"
    DESTINATION_FAR = "destination_far"
    NO_WAY = "no_way"
    BEYOND_LIMIT = "beyond_limit"


_PLACE = (
    Column("id", "string", "identifies the place; its name where none is given", zh="编号", nullable=False),
    Column("name", "string", "name", zh="名称"),
    Column("lon", "float64", "longitude, WGS 84", zh="经度", unit="°", nullable=False),
    Column("lat", "float64", "latitude, WGS 84", zh="纬度", unit="°", nullable=False),
)

PLACES = Schema("places", key=("id",), columns=_PLACE)

PLACES_ON_NETWORK = Schema(
    "places_on_network",
    key=("id",),
    columns=(
        *_PLACE,
        Column("node", "Int64", "nearest node of the network; missing where it is too far", zh="节点"),
        Column("distance_km", "float64", "to that node, geodesic", zh="距节点km", shp="dist_km", unit="km"),
        Column("access_min", "float64", "over that distance, as assumed", zh="接入min", shp="access_min", unit="min"),
        Column("part_nodes", "Int64", "nodes of the part of the network it lies on", zh="所在部分节点数"),
        Column("note", "string", "why the place has no times, or what is doubtful", zh="备注"),
    ),
)
"""Rows in the order of the matrix."""
