"""Railway stations by name, and the one that a new line to a town will end at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import shapely

from geo.geodesy import GEOD
from layers.schema import Mode
from layers.travel_time import station_names

if TYPE_CHECKING:
    from collections.abc import Hashable

    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from layers.network import Network

__all__ = ["Existing", "RailStations"]


@dataclass(frozen=True)
class Existing:
    """An existing line or facility found by name."""

    name: str
    geometry: BaseGeometry
    accuracy_km: float
    opened: str = ""
    kind: str = ""


class RailStations:
    """
    The stations of a network.

    Parameters
    ----------
    network : mapping of mode to Network
    """

    def __init__(self, network: dict[str, Network]) -> None:
        self.network = network

    def station_named(self, name: str) -> Existing | None:
        """Return the existing railway station of a name (南京北站, 新合肥西站, 苏州高铁北站), None where there is none."""
        rail = self.network.get(Mode.RAIL.value)
        wanted = re.sub(r"^新|高铁|火车|站.*$", "", name)
        if rail is None or not wanted:
            return None
        rows = rail.nodes[rail.nodes["name"] == wanted]
        if rows.empty:
            return None
        return Existing(f"{wanted}站", shapely.Point(float(rows["lon"].iloc[0]), float(rows["lat"].iloc[0])), 2.0)

    def station_of(self, place: Place) -> Place:
        """
        Return a place moved to the main railway station of its town: a new line will end there.

        The main station bears the town's name (合肥南), lies within 40 km of its centre, and has the most lines,
        high-speed ones first. A place without such a station stays where it is.
        """
        found = self._stations.get(place.name)
        if found is None or place.kind not in {"division", "station"}:
            return place
        lon, lat = found
        metres = GEOD.inv(place.lon, place.lat, lon, lat)[2]
        return replace(place, lon=lon, lat=lat, accuracy_km=5.0) if metres < 40_000 else place

    @cached_property
    def _stations(self) -> dict[str, tuple[float, float]]:
        """Main station of each town by the town's short name."""
        rail = self.network.get(Mode.RAIL.value)
        if rail is None:
            return {}
        trains = rail.links[rail.links["stratum"] != "transfer"]
        lines_at: dict[Hashable, int] = trains.groupby("from_node")["feature_id"].nunique().to_dict()
        best: dict[str, tuple[tuple[int, int, int], tuple[float, float]]] = {}
        for i, node in enumerate(rail.nodes.itertuples(index=False)):
            if not node.access:
                continue
            name = str(node.name)
            for town in {name, *(name[:cut] for cut in (len(name) - 1, len(name) - 2) if cut > 1)}:
                if station_names(town).match(name):
                    rank = (int(str(node.stratum) == "high_speed"), lines_at.get(i, 0), -len(name))
                    if town not in best or rank > best[town][0]:
                        best[town] = (rank, (float(str(node.lon)), float(str(node.lat))))
        return {town: point for town, (_, point) in best.items()}
