"""Lines and nodes from tables: the one reader behind rail, highway, waterway and energy."""

from __future__ import annotations

import itertools
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.geodesy import distance_km, geodesic_line, length_km
from layers.schema import LINES, NODES, Method, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry import LineString

__all__ = [
    "drawing_accuracy_km",
    "embedded_lines",
    "embedded_nodes",
    "embedded_points",
    "grade_shares",
    "lines_from_tables",
]

LEAST_DETOUR = 1.005
"""Route length over drawn length that is assumed at least: no line is dead straight between its nodes."""

UNKNOWN_DETOUR = 1.03
"""The same where no route length is published: the median of the embedded rail and expressway rows that have one."""

NODE_ACCURACY_KM = {(Mode.HIGHWAY.value, "D"): 3.5, (Mode.RAIL.value, "D"): 1.5}
"""Within what nine of ten nodes of a mode and grade lie of the true line: measured 3.9 km for 92 interchanges and junctions of
安徽 from memory, 2.2 km for 63 rail nodes from memory, 0.4 km for 77 read in OpenStreetMap's data (``python -m benchmarks
siting_calibration``; with 3.5 and 1.5 nine of ten points of the lines keep the sum)."""

READ_NODE_ACCURACY_KM = 0.5
"""The same for every other mode and grade: a position that was read somewhere."""


def read_csv(name: str) -> pd.DataFrame:
    """Read a table of ``layers/data`` as text, "" where empty."""
    with files("layers").joinpath("data", name).open("rb") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def drawing_accuracy_km(spacings_km: list[float], drawn_km: float, route_km: float) -> float:
    """
    Bound how far a route of known length can stray from the straight pieces between its nodes.

    A path of length ``r·s`` between two points ``s`` apart stays inside the ellipse with these foci, whose half-width
    is ``s/2·sqrt(r² - 1)``. ``r`` is the published length over the drawn one, ``s`` the longest spacing of nodes.

    Parameters
    ----------
    spacings_km : list of float
        Distances between consecutive nodes.
    drawn_km, route_km : float
        Length as drawn and as published (NaN where unknown: then 3 % longer than drawn).

    Returns
    -------
    float
        Kilometres.

    Examples
    --------
    Nodes 20 km apart on a line 2 % longer than drawn: 10·sqrt(1.02² - 1).

    >>> round(drawing_accuracy_km([20.0], 100.0, 102.0), 2)
    2.01
    """
    detour = UNKNOWN_DETOUR if np.isnan(route_km) else max(route_km / drawn_km, LEAST_DETOUR)
    return max(spacings_km) / 2.0 * float(np.sqrt(detour**2 - 1.0))


def lines_from_tables(lines: pd.DataFrame, nodes: pd.DataFrame, mode: Mode) -> gpd.GeoDataFrame:
    """
    Draw lines through their named nodes.

    Parameters
    ----------
    lines : DataFrame with line_id, name, nodes (|-joined), and any other column of contract ``LINES``
    nodes : DataFrame, contract ``NODES``
    mode : Mode

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.LINES``, EPSG:4326, sorted by feature_id
        ``accuracy_km`` as the row states it, else the root of the squares of :func:`drawing_accuracy_km` and of what the
        least certain node may be off.

    Raises
    ------
    SchemaError
        If a line names fewer than two nodes or nodes that are not in the table; every breach is listed.
    """
    place: dict[str, tuple[float, float]] = {
        str(name): (float(lon), float(lat))
        for name, lon, lat in zip(nodes["name"], nodes["lon"], nodes["lat"], strict=True)
    }
    grades = nodes["grade"] if "grade" in nodes else [""] * len(nodes)
    blur_km = {
        str(name): NODE_ACCURACY_KM.get((mode.value, str(grade)), READ_NODE_ACCURACY_KM)
        for name, grade in zip(nodes["name"], grades, strict=True)
    }
    breaches: list[str] = []
    rows: list[dict[str, object]] = []
    geometries: list[LineString] = []
    for row in lines.to_dict("records"):
        names = [name.strip() for name in str(row["nodes"]).split("|") if name.strip()]
        unknown = [name for name in names if name not in place]
        if unknown or len(names) < 2:
            breaches.append(
                f"line {row['line_id']}: "
                + (f"unknown nodes {', '.join(unknown)}" if unknown else "fewer than two nodes")
            )
            continue
        points = [place[name] for name in names]
        spacings = [distance_km(*a, *b) for a, b in itertools.pairwise(points)]
        geometry = geodesic_line(points)
        drawn, published = length_km(geometry), _number(row.get("route_length_km"))
        stated = _number(row.get("accuracy_km"))
        if np.isnan(stated):  # the course between the nodes, and the worst of the nodes themselves
            bulge = drawing_accuracy_km(spacings, drawn, published)
            stated = float(np.hypot(bulge, max(blur_km[name] for name in names)))
        rows.append(
            {
                **{str(key): value for key, value in row.items()},
                "feature_id": row["line_id"],
                "mode": mode,
                "status": Status.OPERATING,
                "length_km": drawn,
                "tracks": row.get("tracks") or row.get("lanes") or None,
                "drawn_by": Method.NODES,
                "accuracy_km": stated,
            }
        )
        geometries.append(geometry)
    if breaches:
        message = f"{mode} lines: " + "; ".join(breaches)
        raise SchemaError(message)
    table = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=geometries, crs=LINES.crs)
    table = LINES.coerce(table.drop(columns=["line_id", "lanes"], errors="ignore"))
    return LINES.validate(table.sort_values("feature_id", ignore_index=True)[[*LINES.names, "geometry"]])


@cache
def _nodes(mode: Mode) -> pd.DataFrame:
    tables = [read_csv(name) for name in _parts(mode, "nodes")]
    joined = pd.concat(tables, ignore_index=True)
    # A border point may stand in the tables of both provinces: the first is kept.
    joined = joined.drop_duplicates("name")
    return NODES.validate(NODES.coerce(joined).sort_values("name", ignore_index=True))


@cache
def _lines(mode: Mode) -> gpd.GeoDataFrame:
    tables = pd.concat([read_csv(name) for name in _parts(mode, "lines")], ignore_index=True).fillna("")
    return lines_from_tables(tables, _nodes(mode), mode)


def _parts(mode: Mode, what: str) -> list[str]:
    folder = files("layers").joinpath("data")
    return sorted(p.name for p in folder.iterdir() if p.name.startswith(f"{mode}_{what}") and p.name.endswith(".csv"))


def embedded_nodes(mode: Mode) -> pd.DataFrame:
    """Return the embedded nodes of a mode, contract ``layers.schema.NODES``, sorted by name."""
    return _nodes(mode).copy()


def embedded_lines(mode: Mode) -> gpd.GeoDataFrame:
    """Return the embedded lines of a mode, contract ``layers.schema.LINES``, sorted by feature_id, open or closed."""
    return _lines(mode).copy()


def embedded_points(name: str, renames: Mapping[str, str]) -> gpd.GeoDataFrame:
    """
    Return a table of points of ``layers/data`` (ports, plants, crossings) as a GeoDataFrame in EPSG:4326.

    Parameters
    ----------
    name : str
        File name.
    renames : mapping
        Column names to bring into the contract ``layers.schema.FEATURES``.
    """
    table = read_csv(name).rename(columns=dict(renames))
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float))
    return gpd.GeoDataFrame(table, geometry=points, crs=LINES.crs)


def grade_shares(lines: pd.DataFrame) -> pd.Series:
    """
    Tell how much of the length of lines rests on facts of which grade.

    Parameters
    ----------
    lines : DataFrame with grade, length_km and, optionally, route_length_km
        Lines, or pieces of lines. The published length counts, as drawn where none is published.

    Returns
    -------
    Series of float64, index A, B, C, D and "" (no grade), name ``share``
        Shares (0-1) of the length, summing to 1; NaN where there is no length. A authority's page, B page or paper,
        C package, D memory, cross-checked.

    Examples
    --------
    >>> table = pd.DataFrame({"grade": ["B", "D"], "length_km": [30.0, 9.5], "route_length_km": [np.nan, 10.0]})
    >>> grade_shares(table).loc[["B", "D"]].tolist()
    [0.75, 0.25]
    """
    km = pd.to_numeric(lines["length_km"], errors="coerce").astype(float)
    if "route_length_km" in lines:
        km = pd.to_numeric(lines["route_length_km"], errors="coerce").astype(float).fillna(km)
    sums = km.groupby(lines["grade"].fillna("").astype(str)).sum().reindex(["A", "B", "C", "D", ""]).fillna(0.0)
    total = float(sums.sum())
    shares = sums / (total if total > 0.0 else np.nan)
    return shares.rename("share").rename_axis("grade")


def _number(value: object) -> float:
    return (
        float(str(value))
        if value not in (None, "") and not (isinstance(value, float) and np.isnan(value))
        else float("nan")
    )
