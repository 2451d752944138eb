"""
How far new lines drawn by siting lie from real ones: existing lines drawn as if they were unknown.

Every existing railway and expressway (in stretches of at most 200 km, at least 25 km, no rings) is left out of the terrain with
the crossings that it uses, drawn between its two ends by corridor and straight, and compared: distances of points 2 km apart
on either line to the other. The crossings that others use stay. Rail and road are reported apart, by length; what beats the
straight join is what ``projects.sites.drawing.leg`` uses.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from benchmarks._results import Figure, options, record
from geo.geodesy import distance_km, geodesic_line
from layers.highway import highway_nodes
from layers.rail import HIGH_SPEED_KINDS, rail_nodes
from layers.schema import Mode
from projects.sites.corridor import KM_PER_DEGREE, CorridorAssumptions, Terrain, corridor_line, sampled
from projects.sites.ground import Ground, default_ground

if TYPE_CHECKING:
    import geopandas as gpd

CLASSES = ((25.0, 60.0), (60.0, 100.0), (100.0, 150.0), (150.0, 210.0))
PLAIN = CorridorAssumptions(rail_gain=0.0, road_gain=0.0, town_gain=0.0, crossing_price_km=0.0, width_share=0.25)
"""Of roads: only lakes matter."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of an existing line, left out of its terrain."""

    mode: str
    high_speed: bool
    line: str
    truth: list[tuple[float, float]]
    terrain: Terrain

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """First and last point."""
        return self.truth[0], self.truth[-1]

    @property
    def join_km(self) -> float:
        """Distance of the ends."""
        return distance_km(*self.truth[0], *self.truth[-1])


def stretches(ground: Ground, *, most_km: float = 200.0, least_km: float = 25.0) -> list[Stretch]:
    """Return the stretches of all lines in use, longest detour 1.5."""
    tables = {Mode.RAIL.value: rail_nodes(), Mode.HIGHWAY.value: highway_nodes()}
    xy = {
        mode: dict(zip(t["name"], zip(t["lon"].astype(float), t["lat"].astype(float), strict=True), strict=True))
        for mode, t in tables.items()
    }
    spots = ground.facilities[Mode.HIGHWAY.value]
    out = []
    for mode, points in xy.items():
        lines = ground.lines[mode]
        lines = lines[lines["closing_month"].fillna("") == ""]
        links = sorted(
            {tuple(sorted(link)) for nodes in lines["nodes"] for link in itertools.pairwise(nodes.split("|"))}
        )
        usable = spots[spots["mode"].isin(["rail" if mode == Mode.RAIL.value else "road", "both"])]
        for line, group in lines.groupby("line", sort=True):
            names = _chained([nodes.split("|") for nodes in group["nodes"]])
            own = set(names)
            rest = [shapely.LineString([points[a], points[b]]) for a, b in links if not (a in own and b in own)]
            whole = ground.terrain(mode)
            key = "rail" if mode == Mode.RAIL.value else "roads"
            terrain = replace(whole, **{key: sampled(rest)})
            for part in _parts(names, points, most_km, least_km):
                truth = [points[name] for name in part]
                path = shapely.LineString(truth)
                far = [(p.x, p.y) for p in usable.geometry if p.distance(path) > 0.03]
                crossings = np.asarray(far, dtype=np.float64).reshape(-1, 2)
                fast = bool(group["kind"].isin(HIGH_SPEED_KINDS).any())
                stretch = Stretch(mode, fast, str(line), truth, replace(terrain, crossings=crossings))
                run_km = sum(distance_km(*a, *b) for a, b in itertools.pairwise(truth))
                if stretch.join_km >= least_km and run_km <= 1.5 * stretch.join_km:
                    out.append(stretch)
    return out


def deviations_km(truth: list[tuple[float, float]], drawn: shapely.LineString) -> np.ndarray:
    """Return the distances of points 2 km apart on either line to the other one, in a plane around the truth."""
    lat = float(np.mean([point[1] for point in truth]))
    scale = np.asarray([KM_PER_DEGREE * np.cos(np.radians(lat)), KM_PER_DEGREE])
    a, b = (shapely.LineString(np.asarray(points) * scale) for points in (truth, shapely.get_coordinates(drawn)))
    both = [
        shapely.distance(shapely.points(shapely.get_coordinates(shapely.segmentize(one, 2.0))), other)
        for one, other in ((a, b), (b, a))
    ]
    return np.concatenate(both)


def measured(cases: list[Stretch]) -> pd.DataFrame:
    """
    Return deviations by mode, length class and method.

    Returns
    -------
    DataFrame
        mode, length_class, stretches, method, median_km, p90_km, mean_km, p90_share (of the distance of the ends).
    """
    rows = []
    methods = {
        "straight": lambda case: geodesic_line(list(case.ends)),
        "corridor": lambda case: corridor_line(
            *case.ends, case.terrain, assumptions=None if case.mode == Mode.RAIL.value else PLAIN
        ),
    }
    groups = {
        "rail": [case for case in cases if case.mode == Mode.RAIL.value],
        "rail, high-speed": [case for case in cases if case.high_speed],
        "highway": [case for case in cases if case.mode == Mode.HIGHWAY.value],
    }
    for name, group in groups.items():
        for low, high in (*CLASSES, (60.0, 210.0), (25.0, 210.0)):
            chosen = [case for case in group if low <= case.join_km < high]
            for method, draw in methods.items():
                km = [deviations_km(case.truth, draw(case)) for case in chosen]
                if not km:
                    continue
                every = np.concatenate(km)
                share = np.concatenate([d / case.join_km for d, case in zip(km, chosen, strict=True)])
                rows.append(
                    (
                        name,
                        f"{low:.0f}-{high:.0f} km",
                        len(chosen),
                        method,
                        np.median(every),
                        np.quantile(every, 0.9),
                        every.mean(),
                        np.quantile(share, 0.9),
                    )
                )
    columns = ["mode", "length_class", "stretches", "method", "median_km", "p90_km", "mean_km", "p90_share"]
    return pd.DataFrame(rows, columns=columns)


def ring_radii(ground: Ground) -> pd.DataFrame:
    """Return median radius and 10th and 90th percentile of the existing rings around their own middle, km."""
    lines: gpd.GeoDataFrame = ground.lines[Mode.HIGHWAY.value]
    rows = []
    for line, group in lines[lines["line"].str.contains("绕城|环")].groupby("line", sort=True):
        points = sampled(list(group.geometry))
        middle = points.mean(axis=0)
        km = np.asarray([distance_km(*middle, *point) for point in points])
        rows.append((line, float(group["length_km"].sum()), *np.quantile(km, [0.5, 0.1, 0.9])))
    return pd.DataFrame(rows, columns=["line", "length_km", "median_km", "p10_km", "p90_km"])


def _chained(sections: list[list[str]]) -> list[str]:
    """Join sections that share ends into one run of names, from the first on."""
    rest = [list(section) for section in sections]
    run = rest.pop(0)
    joined = True
    while rest and joined:
        joined = False
        for i, section in enumerate(rest):
            for part in (section, section[::-1]):
                if part[0] == run[-1]:
                    run = run + part[1:]
                elif part[-1] == run[0]:
                    run = part[:-1] + run
                else:
                    continue
                rest.pop(i)
                joined = True
                break
            if joined:
                break
    return run


def _parts(
    names: list[str], points: dict[str, tuple[float, float]], most_km: float, least_km: float
) -> list[list[str]]:
    at = np.concatenate([[0.0], np.cumsum([distance_km(*points[a], *points[b]) for a, b in itertools.pairwise(names)])])
    if at[-1] < least_km:
        return []
    count = int(np.ceil(at[-1] / most_km))
    cuts = [0, *(int(np.argmin(np.abs(at - at[-1] * i / count))) for i in range(1, count)), len(names) - 1]
    return [names[a : b + 1] for a, b in itertools.pairwise(cuts) if b - a >= 2]


def main() -> None:
    """Print the tables and record the medians."""
    asked = options("siting_accuracy", "every sixth stretch")
    ground = default_ground()
    table = measured(stretches(ground)[:: 6 if asked.smoke else 1])
    if not asked.smoke:
        print(table.round(3).to_string(index=False))
        print(ring_radii(ground).round(1).to_string(index=False))
    whole = table[table["length_class"].isin(["25-210 km", "60-210 km"])]
    figures = []
    for row in whole.to_dict("records"):
        what = f"{row['mode']}, {row['length_class']}, {row['stretches']} stretches: "
        figures.append(Figure(what + "median", row["median_km"], "km", who=row["method"]))
        figures.append(Figure(what + "90th percentile", row["p90_km"], "km", who=row["method"]))
    record("siting_accuracy", figures, packages=("numpy", "shapely"), full=not asked.smoke)


if __name__ == "__main__":
    main()
