"""Places on a network: the nearest node of each, how far it is, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.schema import Schema
from layers.matrices.schema import PLACES, PLACES_ON_NETWORK

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Datum
    from layers.routing.graph import Graph

__all__ = ["StreetAccess", "Streets", "places_on_network", "read_places"]


class Streets(Protocol):
    """What a matrix needs of a network; ``layers.osm.road_network.RoadNetwork`` has it."""

    @property
    def graph(self) -> Graph:
        """Links with their times."""

    @property
    def lon_lat(self) -> NDArray[np.float64]:
        """Places of the nodes, shape (n, 2)."""

    @property
    def component(self) -> NDArray[np.int32]:
        """Part of the network that each node lies in, the largest 0."""

    def snap(
        self, lon_lat: ArrayLike, *, largest_component: bool = True
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest node of each place, and metres to it."""


@dataclass(frozen=True)
class StreetAccess:
    """How a place reaches the nearest node of a street network: assumptions of the model, not measurements."""

    speed_km_h: float = 20.0  # on what is not in the network: yards, lanes, tracks; assumption
    detour: float = 1.3  # length over distance as the crow flies, as in layers.network.AccessAssumptions
    farthest_km: float = 5.0  # a place farther from the network is not on it: no time rather than a guess
    fragment_nodes: int = 100  # fewer, cut off from the rest, are taken for a slip in the map; more for an island

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not (self.speed_km_h > 0.0 and self.detour >= 1.0 and self.farthest_km >= 0.0 and self.fragment_nodes >= 0):
            message = f"{self}: expected a speed above 0, a detour of 1 or more, a distance and a number of 0 or more"
            raise SchemaError(message)

    def time_min(self, distance_km: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return minutes for distances as the crow flies."""
        return 60.0 * distance_km * self.detour / self.speed_km_h


def read_places(path: Path, *, datum: Datum = "wgs84") -> pd.DataFrame:
    """
    Read places from a table or a vector file.

    Parameters
    ----------
    path : Path
        CSV with ``lon`` and ``lat`` (经度, 纬度) and ``id`` (编号) or ``name`` (名称), in UTF-8 or GB18030; or any vector
        file: of an area its representative point.
    datum : {"wgs84", "gcj02", "bd09"}
        Of the coordinates; maps of China often have the shifted ones, some 500 m off.

    Returns
    -------
    DataFrame, contract ``PLACES``, WGS 84, rows in the file's order
        ``id`` is the name where the file has no id.

    Raises
    ------
    SchemaError
        If the file cannot be read, has no position for a place, an id repeats, or there is no place.
    CrsError
        If a vector file's coordinates cannot be right.
    """
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        from geo.io import read_table

        return _checked(_on_datum(read_table(path, _AS_GIVEN), datum), str(path))
    from geo.vector_files import read_vector_file

    drawn = read_vector_file(path, datum="" if datum == "wgs84" else datum).refuse_unusable().features()
    point = drawn.geometry.representative_point()
    table = pd.DataFrame({"lon": point.x.to_numpy(), "lat": point.y.to_numpy()})
    for name, accepted in (("id", ("id", "编号", "code", "adcode")), ("name", ("name", "名称"))):
        column = next((label for label in accepted if label in drawn), None)
        table[name] = "" if column is None else [_word(v) for v in drawn[column]]
    return _checked(table, str(path))


def _word(value: object) -> str:
    """Return a cell of a vector file as text: codes that GDAL hands out as fractions without theirs."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_AS_GIVEN = Schema("places", columns=tuple(replace(c, nullable=c.name in {"id", "name"}) for c in PLACES.columns))
"""A user's table may have ids, names, or both."""


def _on_datum(table: pd.DataFrame, datum: Datum) -> pd.DataFrame:
    import geopandas as gpd

    from geo.crs import from_datum

    if datum == "wgs84":
        return table
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")
    moved = from_datum(points, datum).geometry
    return table.assign(lon=moved.x.to_numpy(), lat=moved.y.to_numpy())


def _checked(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return places under the contract; ids from names where there are none."""
    out = table.copy()
    out["id"] = [str(i) or str(n) for i, n in zip(out["id"], out["name"], strict=True)]
    breaches = []
    if out.empty:
        breaches.append("no place in it")
    lon, lat = out["lon"].to_numpy(dtype=float), out["lat"].to_numpy(dtype=float)
    for what, wrong in (
        ("no id and no name", (out["id"] == "").to_numpy()),
        ("no position in degrees", ~((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0))),
        ("an id that repeats; give each place an id of its own", out["id"].duplicated(keep=False).to_numpy()),
    ):
        if wrong.any():
            rows = np.flatnonzero(wrong)[:5]
            listed = ", ".join(f"{i + 1} ({out['id'].iloc[i]})" for i in rows)
            breaches.append(f"{int(wrong.sum())} of {len(out)} places with {what}: {listed}")
    if breaches:
        message = f"{source}: {'; '.join(breaches)}. Expected the columns id or name, lon, lat"
        raise SchemaError(message)
    return PLACES.validate(PLACES.coerce(out)[PLACES.names].reset_index(drop=True))


def places_on_network(streets: Streets, places: pd.DataFrame, *, access: StreetAccess | None = None) -> pd.DataFrame:
    """
    Find the node of a street network that each place is reached from.

    The nearest node. Where that lies on a fragment, cut off from the rest by a slip in the map, the nearest of the largest
    part, if it is not too far; but a place on an island is not carried over the water. A place farther than assumed stays
    in, without a node.

    Parameters
    ----------
    streets : Streets
    places : DataFrame, contract ``PLACES``, n rows
    access : StreetAccess, optional

    Returns
    -------
    DataFrame, contract ``PLACES_ON_NETWORK``, n rows, in the order of ``places``

    Raises
    ------
    SchemaError
        If a table breaks its contract, or the network has no nodes.
    """
    access = access or StreetAccess()
    table = PLACES.validate(PLACES.coerce(places))[PLACES.names].reset_index(drop=True)
    lon_lat = table[["lon", "lat"]].to_numpy(dtype=np.float64)
    node, metres = streets.snap(lon_lat, largest_component=False)
    farthest_m = access.farthest_km * 1000.0
    sizes = np.bincount(streets.component)
    size = sizes[streets.component[node]]
    mended = (size < access.fragment_nodes) & (size < sizes.max(initial=0))
    if mended.any():
        main, apart = streets.snap(lon_lat[mended])
        mended[mended] = apart <= farthest_m
        within = apart <= farthest_m
        node[mended], metres[mended] = main[within], apart[within]
    fragment = size.copy()
    size = sizes[streets.component[node]]
    far = metres > farthest_m
    aside = ~far & (size < sizes.max(initial=0))
    distance_km = metres / 1000.0
    table["node"] = pd.array(node, dtype="Int64")
    table["distance_km"] = distance_km
    table["access_min"] = np.where(far, np.nan, access.time_min(distance_km))
    table["part_nodes"] = pd.array(size, dtype="Int64")
    table.loc[far, ["node", "part_nodes"]] = pd.NA
    table["note"] = ""
    table.loc[far, "note"] = [
        f"距路网 {km:.1f} km, 超过 {access.farthest_km:g} km: 无时间 {km:.1f} km from the network, more than"
        f" {access.farthest_km:g} km: no times"
        for km in distance_km[far]
    ]
    table.loc[aside, "note"] = [
        f"在与主网不连通的 {n:,} 个节点的部分 on a part of {n:,} nodes cut off from the main network"
        for n in size[aside]
    ]
    table.loc[mended, "note"] = [
        f"最近节点在 {n:,} 个节点的碎片上, 改接主网 nearest node on a fragment of {n:,}: joined to the main network instead"
        for n in fragment[mended]
    ]
    return PLACES_ON_NETWORK.validate(PLACES_ON_NETWORK.coerce(table))
