"""Projects as lines of the network: which stations and interchanges a drawn line serves, and how fast it is run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEOD, length_km
from layers.schema import LINES, Method, Mode, Work
from layers.siting_notes import decoded

if TYPE_CHECKING:
    from shapely.geometry import LineString

__all__ = ["DRAWN_LINES", "ProjectAssumptions", "built_lines", "repeats_network"]

NEW_NODE = {Mode.RAIL.value: "station", Mode.HIGHWAY.value: "interchange"}
"""Kind of the nodes that a project adds, by mode."""

_EMPTY = pd.DataFrame({"name": [], "lon": [], "lat": []})


@dataclass(frozen=True)
class ProjectAssumptions:
    """What is assumed of a line that a plan only names. Design speeds are those usual for the kind, where it states none."""

    speed_km_h: dict[str, float] = field(
        default_factory=lambda: {
            "high_speed_rail": 350.0,
            "intercity_rail": 200.0,
            "suburban_rail": 160.0,
            "conventional_rail": 160.0,
            "expressway": 120.0,
            "ring_road": 120.0,
        }
    )
    route_per_straight: float = 1.1  # length of a route over the straight join of its ends, where no more is known
    snap_km: float = 4.0  # a station or interchange this near to the line is on it
    town_km: float = 8.0  # a county seat this near to the line gets a station or interchange on it
    town_gap_km: float = 12.0  # unless the line has a stop this near, along its way
    end_snap_km: float = 15.0  # an end of the line is the nearest one within its accuracy, up to here
    long_route_per_straight: float = 1.3  # what a winding route may come to; the shortest is straight

    def spread(self) -> tuple[ProjectAssumptions, ProjectAssumptions]:
        """
        Return the assumptions at the slow and at the fast end of what is plausible.

        Slow: each line a speed class lower, and ``long_route_per_straight`` where drawn straight. Fast: the same speeds, and
        no detour.
        """
        slower = {kind: SLOWER_CLASS_KM_H.get(speed, speed) for kind, speed in self.speed_km_h.items()}
        return (
            replace(self, speed_km_h=slower, route_per_straight=self.long_route_per_straight),
            replace(self, route_per_straight=1.0),
        )


SLOWER_CLASS_KM_H = {350.0: 250.0, 250.0: 200.0, 200.0: 160.0, 160.0: 120.0, 120.0: 100.0}
"""Design speeds of Chinese lines and roads, and the next class below."""


DRAWN_LINES = (Method.USER, Method.OSM, Method.NODES, Method.CORRIDOR, Method.STRAIGHT)
"""Methods whose lines are new to the network; ``network`` repeats a line that is already in it."""


def repeats_network(drawn_by: str, siting_codes: object = "") -> bool:
    """
    Tell whether a project's line is one that the network has already, so that it adds no link and no length.

    Parameters
    ----------
    drawn_by, siting_codes : str
        Of the contract ``layers.schema.FEATURES``: drawn by ``network``, or so and then redrawn by the alignment that
        OpenStreetMap has of the same line.

    Examples
    --------
    >>> repeats_network("network"), repeats_network("osm"), repeats_network("osm", '[{"code":"osm_in_network"}]')
    (True, False, True)
    """
    if drawn_by == Method.NETWORK.value:
        return True
    if drawn_by != Method.OSM.value or not isinstance(siting_codes, str):
        return False
    return any(told.code == "osm_in_network" for told in decoded(siting_codes))


def built_lines(
    features: gpd.GeoDataFrame,
    nodes: pd.DataFrame,
    *,
    assumptions: ProjectAssumptions | None = None,
    towns: pd.DataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Turn drawn projects into lines and nodes of the network.

    New rail and expressway lines only: upgrades and lines that follow the existing network change no link here, and what
    is only a point or an area cannot be travelled. National and provincial roads are not part of the expressway network.
    A line serves the stations or interchanges within ``snap_km``, ends at those within its accuracy, and is given stops of
    its own at its other ends and at ``towns``: where a plan's line will stop is an assumption.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326
        Filter by :func:`projects_in` first.
    nodes : DataFrame with mode, name, kind, lon, lat
        Nodes of the existing network, which lines meet where they pass within ``snap_km``.
    assumptions : ProjectAssumptions, optional
    towns : DataFrame with name, lon, lat, optional
        Seats that get a station or interchange of their own where a line passes within ``town_km`` and no stop of the line
        is near (see :func:`layers.stations.county_seats`).

    Returns
    -------
    lines : GeoDataFrame, contract ``layers.schema.LINES``, one row per connected piece
        ``route_length_km`` is the drawn length, times ``route_per_straight`` where drawn straight.
    nodes : DataFrame
        The rows given, new ends where a line ends away from any node, and the stations of the towns.
    """
    assumptions = assumptions or ProjectAssumptions()
    usable = features[
        (features["work"] == Work.NEW.value)
        & features["drawn_by"].isin([m.value for m in DRAWN_LINES])
        & features["kind"].isin(assumptions.speed_km_h)
        & features["mode"].isin([Mode.RAIL.value, Mode.HIGHWAY.value])
    ]
    if "siting_codes" in usable:
        known = zip(usable["drawn_by"], usable["siting_codes"], strict=True)
        usable = usable[[not repeats_network(str(drawn_by), codes) for drawn_by, codes in known]]
    seats = _EMPTY if towns is None else towns
    rows: list[dict[str, object]] = []
    geometries: list[LineString] = []
    added: list[dict[str, object]] = []
    for feature in usable.itertuples(index=False):
        at_stops = nodes[(nodes["mode"] == feature.mode) & ~nodes["kind"].isin(["bend", "border", "bridge_end"])]
        pieces = [
            part for part in shapely.get_parts(feature.geometry) if part.geom_type == "LineString" and part.length > 0
        ]
        own_speed = float(feature.speed_km_h) if feature.speed_km_h > 0 else None
        for number, piece in enumerate(pieces):
            line_id = f"{feature.feature_id}.{number}"
            accuracy = 0.0 if pd.isna(feature.accuracy_km) else float(feature.accuracy_km)
            names, new = _stops(piece, at_stops, seats, line_id, accuracy, assumptions)
            if len(names) < 2:
                continue
            added += [{**node, "mode": feature.mode, "kind": NEW_NODE[str(feature.mode)]} for node in new]
            km = length_km(piece)
            rows.append(
                {
                    "feature_id": line_id,
                    "name": feature.name,
                    "line": feature.name,
                    "mode": feature.mode,
                    "kind": "expressway" if feature.mode == Mode.HIGHWAY.value else feature.kind,
                    "status": feature.status,
                    "route_length_km": km
                    * (assumptions.route_per_straight if feature.drawn_by == Method.STRAIGHT.value else 1.0),
                    "length_km": km,
                    "speed_km_h": assumptions.speed_km_h[str(feature.kind)] if own_speed is None else own_speed,
                    "nodes": "|".join(names),
                    "drawn_by": feature.drawn_by,
                    "accuracy_km": feature.accuracy_km,
                    "source": feature.source,
                    "note": "speed assumed for the kind" if own_speed is None else "",
                }
            )
            geometries.append(piece)
    table = pd.DataFrame(rows) if rows else LINES.empty()
    lines = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=LINES.crs), crs=LINES.crs)
    joined = pd.concat([nodes, pd.DataFrame(added)], ignore_index=True) if added else nodes
    return gpd.GeoDataFrame(LINES.coerce(lines)[[*LINES.names, "geometry"]], crs=LINES.crs), joined


def _stops(
    line: LineString,
    nodes: pd.DataFrame,
    towns: pd.DataFrame,
    line_id: str,
    accuracy_km: float,
    assumptions: ProjectAssumptions,
) -> tuple[list[str], list[dict[str, object]]]:
    """Return the names of the nodes that a line serves, in order, and those of them that are new."""
    total = length_km(line)
    stops = [(at, name) for at, _, name in _along(line, nodes, assumptions.snap_km)]
    new: list[dict[str, object]] = []
    reach = max(assumptions.snap_km, min(accuracy_km, assumptions.end_snap_km))
    for end, where, (x, y) in (("a", 0.0, line.coords[0]), ("b", total, line.coords[-1])):
        if any(abs(at - where) <= assumptions.snap_km for at, _ in stops):
            continue
        known = _nearest(nodes, x, y, reach)
        if known in {name for _, name in stops}:
            continue
        stops.append((where, known or f"{line_id}.{end}"))
        if not known:
            new.append(_node(f"{line_id}.{end}", x, y))
    for at, (x, y), town in _along(line, towns, assumptions.town_km):
        if all(abs(at - other) > assumptions.town_gap_km for other, _ in stops):
            name = f"{town}@{line_id}"
            stops.append((at, name))
            new.append(_node(name, x, y))
    return [name for _, name in sorted(stops)], new


def _along(line: LineString, points: pd.DataFrame, reach_km: float) -> list[tuple[float, tuple[float, float], str]]:
    """Return the points near a line, in its order: kilometres along it, the place on it, and the name."""
    west, south, east, north = line.bounds
    margin = reach_km / 80.0  # degrees; a degree of longitude has more than 80 km south of 44° N
    near = points[
        points["lon"].between(west - margin, east + margin) & points["lat"].between(south - margin, north + margin)
    ]
    if near.empty:
        return []
    at = shapely.line_locate_point(
        line, shapely.points(near["lon"].to_numpy(dtype=float), near["lat"].to_numpy(dtype=float))
    )
    feet = shapely.get_coordinates(shapely.line_interpolate_point(line, at)).reshape(-1, 2)
    _, _, metres = GEOD.inv(near["lon"], near["lat"], feet[:, 0], feet[:, 1])
    per_degree = length_km(line) / line.length
    rows = zip(
        np.asarray(at, dtype=float) * per_degree, feet, near["name"], np.asarray(metres, dtype=float), strict=True
    )
    found = [(float(km), (float(x), float(y)), str(name)) for km, (x, y), name, off in rows if off <= reach_km * 1000.0]
    return sorted(found, key=lambda row: (row[0], row[2]))


def _nearest(nodes: pd.DataFrame, lon: float, lat: float, reach_km: float) -> str:
    """Return the name of the nearest node within reach of a point, "" if there is none."""
    if nodes.empty:
        return ""
    count = len(nodes)
    _, _, metres = GEOD.inv(np.full(count, lon), np.full(count, lat), nodes["lon"], nodes["lat"])
    best = int(np.argmin(metres))
    return str(nodes["name"].iloc[best]) if metres[best] <= reach_km * 1000.0 else ""


def _node(name: str, lon: float, lat: float) -> dict[str, object]:
    return {"name": name, "lon": lon, "lat": lat, "source": "project", "grade": "D", "note": ""}
