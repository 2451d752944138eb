"""
The road network: junctions and the links between them, with times, lengths and the ways that they come from.

Kept in one file (NumPy's ``.npz``: plain arrays, no code).
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from geo.errors import SchemaError
from geo.geodesy import GEOD
from geo.io import write_bytes
from layers.routing.graph import LONGEST_MS, Graph

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

__all__ = ["EARTH_RADIUS_M", "RoadNetwork"]

FORMAT = "tongtu-road-network-1"
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS 84; only to find the nearest node, distances are geodesic."""
CANDIDATES = 8
"""Nodes nearest on the sphere among which the nearest on the ellipsoid is chosen: the two differ by under 0.6 %."""
_ARRAYS = {
    "tail": np.int32,
    "head": np.int32,
    "time_ms": np.int32,
    "lon_lat": np.float64,
    "way_id": np.int64,
    "length_m": np.float64,
    "component": np.int32,
    "node_id": np.int64,
    "road_class": np.int8,
}


@dataclass(frozen=True)
class RoadNetwork:
    """
    A road network to travel on.

    Parameters
    ----------
    graph : Graph
        n nodes, m directed links; a two-way road is two links.
    lon_lat : ndarray of float64, shape (n, 2)
        Places of the nodes, degrees, EPSG:4326.
    way_id : ndarray of int64, shape (m,)
        OpenStreetMap way of each link.
    length_m : ndarray of float64, shape (m,)
        Geodesic length of each link along its way, WGS 84.
    component : ndarray of int32, shape (n,)
        Part of the network in which every node reaches every other along the one-way roads (strongly connected); numbered from
        0, the largest first.
    node_id : ndarray of int64, shape (n,)
        OpenStreetMap node of each node; a barrier that stops cars is as many nodes as roads end at it.
    road_class : ndarray of int8, shape (m,)
        Position of the class of each link in ``class_names``: new times for one class need no new network.
    class_names : tuple of str
    facts : dict of str to str
        Where the network comes from: file, date of the data, attribution.
    """

    graph: Graph
    lon_lat: NDArray[np.float64]
    way_id: NDArray[np.int64]
    length_m: NDArray[np.float64]
    component: NDArray[np.int32]
    node_id: NDArray[np.int64]
    road_class: NDArray[np.int8]
    class_names: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def node_count(self) -> int:
        """How many nodes there are."""
        return self.graph.node_count

    @property
    def link_count(self) -> int:
        """How many directed links there are."""
        return len(self.graph.tail)

    @property
    def component_sizes(self) -> NDArray[np.int64]:
        """Nodes of each component, the largest first."""
        return np.bincount(self.component).astype(np.int64)

    @property
    def largest_share(self) -> float:
        """Share of the nodes in the largest component, NaN for a network of no nodes."""
        return float(self.component_sizes[0]) / self.node_count if self.node_count else float("nan")

    def snap(
        self, lon_lat: ArrayLike, *, largest_component: bool = True
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """
        Find the node nearest to each place.

        Parameters
        ----------
        lon_lat : array of float, shape (k, 2)
            Places in degrees, EPSG:4326.
        largest_component : bool
            Whether to take nodes of the largest component only: a node of a car park cut off from the streets reaches nothing.

        Returns
        -------
        node : ndarray of int64, shape (k,)
        distance_m : ndarray of float64, shape (k,)
            Geodesic, WGS 84. How far is too far is the caller's to say.

        Raises
        ------
        SchemaError
            If a place is no pair of finite degrees, or the network has no nodes.
        """
        places = np.asarray(lon_lat, dtype=np.float64)
        if places.ndim != 2 or places.shape[1] != 2:
            message = f"places to snap have the shape {places.shape}; expected (k, 2): lon, lat"
            raise SchemaError(message)
        wrong = np.flatnonzero(~((np.abs(places[:, 0]) <= 180.0) & (np.abs(places[:, 1]) <= 90.0)))
        if len(wrong):
            listed = ", ".join(f"{places[i].tolist()} in row {i}" for i in wrong[:5])
            message = f"places to snap must be lon, lat in degrees: {listed}"
            raise SchemaError(message)
        if not self.node_count:
            message = "the road network has no nodes to snap to: was the area read one with roads?"
            raise SchemaError(message)
        nodes, tree = self._nearest[bool(largest_component)]
        if not len(places):
            return np.empty(0, dtype=np.int64), np.empty(0)
        _, found = tree.query(_on_sphere(places), k=min(CANDIDATES, len(nodes)))
        candidates = nodes[np.asarray(found).reshape(len(places), -1)]
        at = self.lon_lat[candidates]
        from_lon, from_lat = (np.broadcast_to(places[:, k : k + 1], candidates.shape) for k in (0, 1))
        _, _, metres = GEOD.inv(from_lon, from_lat, at[:, :, 0], at[:, :, 1])
        best = np.argmin(metres, axis=1)
        rows = np.arange(len(places))
        return candidates[rows, best].astype(np.int64), np.asarray(metres)[rows, best]

    @cached_property
    def _nearest(self) -> dict[bool, tuple[NDArray[np.int64], cKDTree]]:
        """Nodes and search trees: of the largest component, and of all."""
        out = {}
        for only, nodes in ((True, np.flatnonzero(self.component == 0)), (False, np.arange(self.node_count))):
            out[only] = (nodes, cKDTree(_on_sphere(self.lon_lat[nodes])))
        return out

    def save(self, path: Path) -> None:
        """
        Write the network to one file, whole or not at all; the same network gives the same bytes.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        arrays = {name: self._array(name).astype(kind, copy=False) for name, kind in _ARRAYS.items()}
        about = {
            "format": FORMAT,
            "node_count": self.node_count,
            "class_names": list(self.class_names),
            "facts": self.facts,
        }
        arrays["about"] = np.frombuffer(json.dumps(about, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, array in arrays.items():
                entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))  # no clock in the bytes
                with archive.open(entry, "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
        write_bytes(path, buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> RoadNetwork:
        """
        Read a network that :meth:`save` wrote.

        Raises
        ------
        SchemaError
            If the file is missing, cut off, of another kind, or its arrays do not belong together.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                about = json.loads(kept["about"].tobytes())
                arrays = {name: np.asarray(kept[name]) for name in _ARRAYS}
        except FileNotFoundError:
            message = f"no such file: {path}"
            raise SchemaError(message) from None
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, AttributeError) as error:
            message = f"{path}: no road network, or cut off ({error}); make it again with tongtu import-osm"
            raise SchemaError(message) from error
        breaches = _breaches(about, arrays)
        if breaches:
            message = f"{path}: a damaged road network: {'; '.join(breaches)}; make it again with tongtu import-osm"
            raise SchemaError(message)
        graph = Graph(int(about["node_count"]), arrays["tail"], arrays["head"], arrays["time_ms"])
        facts = {str(k): str(v) for k, v in about["facts"].items()}
        rest = {name: arrays[name] for name in ("lon_lat", "way_id", "length_m", "component", "node_id", "road_class")}
        return cls(graph, **rest, class_names=tuple(map(str, about["class_names"])), facts=facts)

    def _array(self, name: str) -> NDArray[np.generic]:
        found: NDArray[np.generic] = getattr(self.graph if name in {"tail", "head", "time_ms"} else self, name)
        return found


def _on_sphere(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places as points in space, metres: no seam at 180° and no squeeze at the poles."""
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    return EARTH_RADIUS_M * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _breaches(about: Any, arrays: dict[str, NDArray[np.generic]]) -> list[str]:
    """Return what does not fit in a file that was read."""
    fits = isinstance(about, dict) and about.get("format") == FORMAT
    if not fits or not isinstance(about.get("facts"), dict) or not isinstance(about.get("class_names"), list):
        return [f"it is not of the format {FORMAT}"]
    count = about.get("node_count")
    if not isinstance(count, int) or count < 0:
        return ["it does not say how many nodes it has"]
    breaches = []
    links = len(arrays["tail"]) if arrays["tail"].ndim == 1 else -1
    for name, kind in _ARRAYS.items():
        shape = {"lon_lat": (count, 2), "component": (count,), "node_id": (count,)}.get(name, (links,))
        if arrays[name].dtype != kind or arrays[name].shape != shape:
            got = f"{arrays[name].dtype} {arrays[name].shape}"
            breaches.append(f"{name} is {got}, expected {np.dtype(kind)} {shape}")
    if breaches:
        return breaches
    if not np.isfinite(arrays["lon_lat"].astype(np.float64)).all():
        breaches.append("places are not finite")
    for name in ("tail", "head"):
        ends = arrays[name].astype(np.int64)
        if links and (ends.min() < 0 or ends.max() >= count):
            breaches.append(f"{name} names nodes that are not there")
    times = arrays["time_ms"].astype(np.int64)
    if links and (times.min() < 0 or times.max() >= LONGEST_MS):
        breaches.append("times are out of range")
    classes = arrays["road_class"].astype(np.int64)
    if links and (classes.min() < 0 or classes.max() >= len(about["class_names"])):
        breaches.append("road_class names classes that are not there")
    if count and arrays["component"].astype(np.int64).min() < 0:
        breaches.append("component is negative")
    return breaches
