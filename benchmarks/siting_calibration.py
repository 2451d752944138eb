"""
Whether ``accuracy_km`` keeps its word: lines drawn as if unknown, compared with alignments that tongtu does not contain.

High-speed railways, expressways of 安徽 and gas pipelines of ``../shared/data`` (or the folder in TONGTU_SHARED) are the truth.
Of each, the stretch between two of its own points is drawn by :func:`projects.sites.drawing.leg` as a new line would be, with every
embedded line that runs along it hidden from the terrain, and so are the crossings on it. A point of the truth is kept if the
drawing comes within the accuracy that it states. ``accuracy_km`` is meant as a 90th percentile: nine points of ten should be.
"""

from __future__ import annotations

import copy
import itertools
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from benchmarks._results import Figure, options, record
from geo.geodesy import distance_km
from layers.schema import Mode, Work
from projects.sites.corridor import KM_PER_DEGREE, Terrain, sampled
from projects.sites.drawing import Site, SitingAssumptions, leg
from projects.sites.ground import Ground, default_ground

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
STRETCHES_KM = (40.0, 80.0, 150.0, 250.0)
HIDDEN_KM = 4.0
"""An embedded line of which most lies this near to the truth is the same line, and hidden."""


def hidden_ground(ground: Ground, mode: str, truth: shapely.LineString) -> Ground:
    """Return the ground without the lines of a mode that run along a truth, nor the crossings on it."""
    scale = np.asarray([np.cos(np.radians(truth.centroid.y)), 1.0]) * KM_PER_DEGREE
    strip = shapely.LineString(shapely.get_coordinates(truth) * scale).buffer(HIDDEN_KM)
    shapely.prepare(strip)
    whole: Terrain = ground.terrain(mode)
    changes: dict[str, object] = {}
    key = "rail" if mode == Mode.RAIL.value else "roads"
    if mode in ground.lines and mode in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        table = ground.lines[mode]
        rest = []
        for line in table.loc[table["closing_month"].fillna("") == ""].geometry:
            points = sampled([line])
            along = shapely.contains_xy(strip, points[:, 0] * scale[0], points[:, 1] * scale[1])
            if along.mean() < 0.5:
                rest.append(line)
        changes[key] = sampled(rest)
    if len(whole.crossings):
        at = whole.crossings * scale
        changes["crossings"] = whole.crossings[~shapely.contains_xy(strip, at[:, 0], at[:, 1])]
    out = copy.copy(ground)
    out._terrain = {**ground._terrain, mode: replace(whole, **changes)}  # type: ignore[arg-type]
    return out


def _site(ground: Ground, mode: str) -> Site:
    return Site("p", "试", ("试",), mode, "", Work.NEW.value, (), "", (), ground, SitingAssumptions())


def _gaps_km(truth: np.ndarray, drawn: shapely.LineString) -> np.ndarray:
    scale = np.asarray([np.cos(np.radians(truth[:, 1].mean())), 1.0]) * KM_PER_DEGREE
    line = shapely.LineString(shapely.get_coordinates(drawn) * scale)
    return np.asarray(shapely.distance(shapely.points(truth * scale), line), dtype=np.float64)


def _points_along(truth: shapely.LineString) -> tuple[np.ndarray, np.ndarray]:
    """Return points about 1 km apart along a line, and their chainage in kilometres."""
    points = sampled([truth], spacing_km=1.0)
    steps = np.hypot(*(np.diff(points, axis=0) * [np.cos(np.radians(points[:, 1].mean())), 1.0]).T) * KM_PER_DEGREE
    return points, np.concatenate([[0.0], np.cumsum(steps)])


def compared(ground: Ground, mode: str, name: str, truth: shapely.LineString) -> list[dict[str, object]]:
    """Return a row per stretch of a true line: accuracy stated, share of its points within it, 90th percentile of the gap."""
    rows: list[dict[str, object]] = []
    hidden = hidden_ground(ground, mode, truth)
    points, at = _points_along(truth)
    for length in STRETCHES_KM:
        for start in np.arange(0.0, at[-1] - length, length):
            inside = (at >= start) & (at <= start + length)
            piece = points[inside]
            if len(piece) < 10:
                continue
            a, b = (tuple(map(float, end)) for end in (piece[0], piece[-1]))
            join = distance_km(*a, *b)
            if join < length / 1.5:
                continue  # a detour that no pair of ends tells
            drawn = leg(_site(hidden, mode), a, b)  # type: ignore[arg-type]
            gaps = _gaps_km(piece, drawn.line)
            rows.append(
                {
                    "mode": mode,
                    "line": name,
                    "method": "corridor" if drawn.led else "straight",
                    "length_km": join,
                    "stated_km": drawn.accuracy_km,
                    "within_share": float(np.mean(gaps <= drawn.accuracy_km)),
                    "median_km": float(np.median(gaps)),
                    "p90_km": float(np.quantile(gaps, 0.9)),
                    "points": len(gaps),
                }
            )
    return rows


def truths(shared: Path) -> list[tuple[str, str, shapely.LineString]]:
    """Return mode, name and true line of everything that ``shared`` holds."""
    import geopandas as gpd

    out: list[tuple[str, str, shapely.LineString]] = []
    rail = gpd.read_file(shared / "data" / "rail-hsr-kml" / "hsr_lines_yrd_clip.gpkg")
    out += [(Mode.RAIL.value, str(r.line), part) for r in rail.itertuples() for part in shapely.get_parts(r.geometry)]
    gas = gpd.read_file(shared / "data" / "gas-gem" / "asia_gas_tracker_2024_pipelines_yrd.gpkg")
    for row in gas[gas["status"].isin(["operating", "construction_plus"])].itertuples():
        merged = shapely.line_merge(row.geometry)
        for part in shapely.get_parts(merged):
            if len(part.coords) >= 8 and part.length * 100.0 > STRETCHES_KM[0]:
                out.append((Mode.ENERGY.value, f"{row.project} {row.unit}", part))
    out += _motorways(shared)
    return out


def _motorways(shared: Path) -> list[tuple[str, str, shapely.LineString]]:
    """Join the bridges of one route number, near each other and in order along it, to lines (only bridges are at hand)."""
    import geopandas as gpd

    ways = gpd.read_file(shared / "data" / "expressway-anhui-osm-2024" / "motorway_bridges_anhui.gpkg")
    out = []
    for ref, group in ways.groupby("ref", sort=True):
        if len(group) < 80 or ";" in str(ref):
            continue
        xy = np.unique(np.round(shapely.get_coordinates(shapely.centroid(group.geometry.to_numpy())), 3), axis=0)
        axis = np.linalg.svd((xy - xy.mean(axis=0)) * [0.85, 1.0], full_matrices=False)[2][0]
        order = xy[np.argsort((xy - xy.mean(axis=0)) * [0.85, 1.0] @ axis)]
        kept = [order[0]]
        for point in order[1:]:
            if np.hypot(*((point - kept[-1]) * [0.85, 1.0])) * KM_PER_DEGREE >= 2.0:
                kept.append(point)
        runs: list[list[np.ndarray]] = [[kept[0]]]
        for before, after in itertools.pairwise(kept):
            if np.hypot(*((after - before) * [0.85, 1.0])) * KM_PER_DEGREE > 12.0:
                runs.append([])
            runs[-1].append(after)
        out += [(Mode.HIGHWAY.value, str(ref), shapely.LineString(run)) for run in runs if len(run) >= 12]
    return out


def calibration(shared: Path, ground: Ground | None = None, *, modes: set[str] | None = None) -> pd.DataFrame:
    """
    Return the comparison of all stretches, or of those of some modes.

    Returns
    -------
    DataFrame
        mode, line, method, length_km, stated_km, within_share, median_km, p90_km, points.
    """
    ground = ground or default_ground()
    chosen = [truth for truth in truths(shared) if modes is None or truth[0] in modes]
    rows = [row for mode, name, line in chosen for row in compared(ground, mode, name, line)]
    return pd.DataFrame(rows)


def existing_lines_kept(shared: Path, ground: Ground | None = None) -> pd.DataFrame:
    """
    Return how well the embedded lines keep their own ``accuracy_km``, against the true line that each runs along.

    Returns
    -------
    DataFrame
        mode, line, accuracy_km, within_share, p90_km; embedded lines of which 80 % lie within 4 km of one true line, their
        stretches beyond its ends left out.
    """
    ground = ground or default_ground()
    rows = []
    for mode, _, truth in truths(shared):
        if mode == Mode.ENERGY.value:
            continue  # several pipelines in one trench: which is which cannot be told by nearness
        table = ground.lines[mode]
        near = table[table.geometry.intersects(shapely.box(*truth.bounds))]
        for row in near.itertuples():
            points = sampled([row.geometry], spacing_km=1.0)
            gaps = _gaps_km(points, truth)
            on = gaps <= 4.0 * HIDDEN_KM  # beyond the ends of the truth the gap is no error
            if np.mean(gaps <= HIDDEN_KM) < 0.8:
                continue
            stated = float(row.accuracy_km)
            kept = float(np.mean(gaps[on] <= stated))
            rows.append((mode, str(row.name), stated, kept, float(np.quantile(gaps[on], 0.9))))
    columns = ["mode", "line", "accuracy_km", "within_share", "p90_km"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(["mode", "line"], ignore_index=True)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return, by mode and method, stretches, stated accuracy, share of points within it and 90th percentile; by points."""
    rows = []
    for (mode, method), group in table.groupby(["mode", "method"], sort=True):
        weight = group["points"].to_numpy(dtype=float)
        rows.append(
            {
                "mode": mode,
                "method": method,
                "stretches": len(group),
                "stated_km": group["stated_km"].median(),
                "within_share": float(np.average(group["within_share"], weights=weight)),
                "median_km": float(np.average(group["median_km"], weights=weight)),
                "p90_km": group["p90_km"].median(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the summary, by line and by length, and record the shares within the stated accuracy."""
    asked = options("siting_calibration", "expressways only")
    if not (SHARED / "data").is_dir():
        print(f"{SHARED} is absent: there are no true lines to compare with")
        return
    table = calibration(SHARED, modes={Mode.HIGHWAY.value} if asked.smoke else None)
    figures = []
    for row in summary(table).to_dict("records"):
        what = f"{row['mode']}, {row['method']}, {row['stretches']} stretches: "
        figures.append(Figure(what + "points within the stated accuracy", row["within_share"], "share", at_least=0.9))
        figures.append(Figure(what + "median of the stated accuracy", row["stated_km"], "km"))
        figures.append(Figure(what + "90th percentile of the gap", row["p90_km"], "km"))
    if not asked.smoke:
        table["class_km"] = pd.cut(
            table["length_km"], [0, 60, 110, 190, 300], labels=["-60", "60-110", "110-190", "190-"]
        )
        by = table.groupby(["mode", "class_km"], observed=True)[["stated_km", "within_share", "median_km", "p90_km"]]
        print(by.mean().round(2).to_string())
        kept = existing_lines_kept(SHARED)
        print(kept[kept["within_share"] < 0.8].round(2).to_string(index=False))
        worst = table.sort_values("within_share").head(12)
        print(worst.drop(columns="points").round(2).to_string(index=False))
        for mode, lines in kept.groupby("mode"):
            what = f"existing {mode}, {len(lines)} lines: "
            share = float(lines["within_share"].mean())
            figures.append(Figure(what + "points within accuracy_km", share, "share", at_least=0.9))
            figures.append(Figure(what + "90th percentile of the gap", float(lines["p90_km"].mean()), "km"))
    record("siting_calibration", figures, packages=("numpy", "shapely"), full=not asked.smoke)


if __name__ == "__main__":
    main()
