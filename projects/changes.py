"""
Watching plans over time: what is new, gone, further, moved or changed between two registers or atlases.

Nothing is deleted from a register: a project that the newer one no longer has keeps the date at which it was last seen.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import SchemaError
from geo.geodesy import GEOD, length_km
from geo.io import MANIFEST, read_features, read_table
from layers.schema import FEATURES
from projects.schema import CHANGES, MENTIONS, PROJECTS, TARGETS, Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

__all__ = ["MOVED_KM", "Snapshot", "changes", "moved_km", "read_snapshot"]

MOVED_KM = 0.05
"""Geometries nearer than this are the same: what writing and reading coordinates may do is far less."""


@dataclass(frozen=True)
class Snapshot:
    """
    A register or an atlas at one time.

    Attributes
    ----------
    projects, mentions, targets : DataFrame, contracts of ``projects.schema``
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        None for a register without geometries.
    dates : dict of document to date of issue
    created : str
        Day on which it was made, from the manifest; "" where unknown.
    """

    projects: pd.DataFrame
    mentions: pd.DataFrame
    targets: pd.DataFrame
    features: gpd.GeoDataFrame | None = None
    dates: dict[str, str] = field(default_factory=dict)
    created: str = ""

    def last_seen(self, documents: object) -> str:
        """Return the newest date of |-joined documents, else the day on which the snapshot was made."""
        found = [self.dates.get(name, "") for name in str(documents).split("|")]
        return max((date for date in found if date), default=self.created)


def read_snapshot(folder: Path) -> Snapshot:
    """
    Read a register (folder of ``tongtu read``) or an atlas.

    Parameters
    ----------
    folder : Path
        With ``projects.csv``; ``mentions.csv``, ``targets.csv``, ``features.gpkg`` and ``manifest.json`` where they are.

    Returns
    -------
    Snapshot

    Raises
    ------
    SchemaError
        If the folder holds no ``projects.csv``, or a table breaks its contract.
    """
    if not (folder / "projects.csv").is_file():
        message = f"{folder}: no projects.csv; give a folder that tongtu read or tongtu atlas wrote"
        raise SchemaError(message)
    manifest: dict[str, Any] = {}
    if (folder / MANIFEST).is_file():
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        except ValueError as error:
            message = f"{folder / MANIFEST}: no JSON ({error})"
            raise SchemaError(message) from error
    gpkg = folder / "features.gpkg"
    return Snapshot(
        projects=read_table(folder / "projects.csv", PROJECTS),
        mentions=_optional(folder / "mentions.csv", MENTIONS),
        targets=_optional(folder / "targets.csv", TARGETS),
        features=read_features(gpkg, FEATURES) if gpkg.is_file() else None,
        dates={str(row["document"]): str(row.get("date") or "") for row in manifest.get("inputs", [])},
        created=str(manifest.get("created", ""))[:10],
    )


def _optional(path: Path, schema: Any) -> pd.DataFrame:
    table: pd.DataFrame = read_table(path, schema) if path.is_file() else schema.empty()
    return table


def changes(old: Snapshot, new: Snapshot) -> pd.DataFrame:
    """
    Compare two snapshots.

    Parameters
    ----------
    old, new : Snapshot

    Returns
    -------
    DataFrame, contract ``projects.schema.CHANGES``, sorted by its key
        One row per change. ``new`` and ``gone`` of projects and targets; ``stage_moved``; ``geometry_changed`` with
        ``distance_km``, the largest distance of one geometry from the other (Hausdorff), in kilometres, and in ``difference``
        the change of length; ``number_changed`` of opening years, bounds, comparators and years of targets. A gone one has
        ``last_seen``. Of two snapshots that are equal nothing is listed.

    Notes
    -----
    Projects are the same by id; where the id is gone, by mode and a name or alias that only one project on each side has.
    """
    pairs = _matched(old.projects, new.projects)
    rows = [*_projects(old, new, pairs), *_geometries(old, new, pairs), *_targets(old, new)]
    table = CHANGES.coerce(pd.DataFrame(rows, columns=CHANGES.names))
    return CHANGES.validate(table.sort_values(list(CHANGES.key), ignore_index=True))


def _matched(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Return old id → new id."""
    ids = set(new["project_id"])
    pairs = {str(i): str(i) for i in old["project_id"] if i in ids}
    left = [_named(table[~table["project_id"].isin(pairs)]) for table in (old, new)]
    taken: set[str] = set()
    for key, found in left[0].items():
        there = left[1].get(key, [])
        if len(found) == len(there) == 1 and found[0] not in pairs and there[0] not in taken:
            pairs[found[0]] = there[0]
            taken.add(there[0])
    return pairs


def _named(projects: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    out: dict[tuple[str, str], list[str]] = {}
    for row in projects.sort_values("project_id").to_dict("records"):
        names = {str(row["name"]), *(a for a in str(row["aliases"]).split("|") if a)}
        for name in sorted(names):
            out.setdefault((str(row["mode"]), name), []).append(str(row["project_id"]))
    return out


def _row(subject: str, key: str, name: object, change: Change, **values: object) -> dict[str, object]:
    return {"subject": subject, "subject_id": key, "name": name, "change": change.value, "column": "", **values}


def _projects(old: Snapshot, new: Snapshot, pairs: Mapping[str, str]) -> Iterator[dict[str, object]]:
    before = {str(r["project_id"]): r for r in old.projects.to_dict("records")}
    after = {str(r["project_id"]): r for r in new.projects.to_dict("records")}
    for key, row in before.items():
        if key not in pairs:
            yield _row(
                "project",
                key,
                row["name"],
                Change.GONE,
                old=row["status"],
                last_seen=old.last_seen(row["documents"]),
                note=row["documents"],
            )
            continue
        now = after[pairs[key]]
        note = "" if pairs[key] == key else f"编号已变 id was {key}"
        if row["status"] != now["status"]:
            yield _row(
                "project",
                pairs[key],
                now["name"],
                Change.STAGE_MOVED,
                column="status",
                old=row["status"],
                new=now["status"],
                note=note,
            )
        if not _same(row["opening_year"], now["opening_year"]):
            yield _number("project", pairs[key], now["name"], "opening_year", row, now, note=note)
    for key in sorted(set(after) - set(pairs.values())):
        yield _row(
            "project", key, after[key]["name"], Change.NEW, new=after[key]["status"], note=after[key]["documents"]
        )


def _same(a: object, b: object) -> bool:
    return bool(pd.isna(a) and pd.isna(b)) or (not pd.isna(a) and not pd.isna(b) and a == b)  # type: ignore[call-overload]


def _number(
    subject: str,
    key: str,
    name: object,
    column: str,
    before: Mapping[Any, Any],
    after: Mapping[Any, Any],
    *,
    note: str = "",
) -> dict[str, object]:
    a, b = before[column], after[column]
    numeric = not any(isinstance(v, str) or pd.isna(v) for v in (a, b))
    return _row(
        subject,
        key,
        name,
        Change.NUMBER_CHANGED,
        column=column,
        old=_text(a),
        new=_text(b),
        difference=float(b) - float(a) if numeric else math.nan,
        note=note,
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else f"{value:g}"  # type: ignore[call-overload]


def _geometries(old: Snapshot, new: Snapshot, pairs: Mapping[str, str]) -> Iterator[dict[str, object]]:
    if old.features is None or new.features is None:
        return
    before, after = _drawn(old.features), _drawn(new.features)
    for key, other in pairs.items():
        if key not in before or other not in after:
            continue
        (one, how), (two, now, name) = before[key][:2], after[other]
        if one is None and two is None:
            continue
        km = moved_km(one, two)
        if km <= MOVED_KM:
            continue
        lengths = [length_km(shape) if _is_line(shape) else math.nan for shape in (one, two)]
        yield _row(
            "project",
            other,
            name,
            Change.GEOMETRY_CHANGED,
            column="geometry",
            old=how,
            new=now,
            difference=lengths[1] - lengths[0],
            distance_km=km if math.isfinite(km) else math.nan,
            note="" if math.isfinite(km) else "只有一侧落图 drawn on one side only",
        )


def _is_line(shape: BaseGeometry | None) -> bool:
    return shape is not None and shape.geom_type in ("LineString", "MultiLineString")


def _drawn(features: gpd.GeoDataFrame) -> dict[str, tuple[BaseGeometry | None, str, str]]:
    own = features[features["origin"] == "project"]
    return {
        str(key): (None if shape is None or shape.is_empty else shape, str(how), str(name))
        for key, shape, how, name in zip(own["feature_id"], own.geometry, own["drawn_by"], own["name"], strict=True)
    }


def moved_km(one: BaseGeometry | None, other: BaseGeometry | None) -> float:
    """
    Return how far a geometry lies from another one at most, in kilometres.

    Parameters
    ----------
    one, other : geometry in EPSG:4326, or None

    Returns
    -------
    float
        The Hausdorff distance of the vertices (lines are densified to about 2 km), geodesic on WGS 84: symmetric, and 0
        where both have the same shape. Infinite where one of the two is missing, 0 where both are.

    Examples
    --------
    >>> round(moved_km(shapely.Point(117.0, 31.0), shapely.Point(117.0, 32.0)), 1)  # a degree of latitude at 31.5° N
    110.9
    """
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    return max(_farthest_km(one, other), _farthest_km(other, one))


def _farthest_km(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return how far the farthest vertex of one geometry is from the other."""
    narrow = float(np.cos(np.radians((one.bounds[1] + one.bounds[3]) / 2.0)))
    flat = [shapely.transform(shape, lambda xy: xy * [narrow, 1.0]) for shape in (one, other)]
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(flat[0], 0.02)))
    nearest = shapely.get_coordinates(shapely.shortest_line(points, flat[1]))[1::2]
    here = shapely.get_coordinates(points)
    _, _, metres = GEOD.inv(here[:, 0] / narrow, here[:, 1], nearest[:, 0] / narrow, nearest[:, 1])
    return float(np.max(metres)) / 1000.0


def _targets(old: Snapshot, new: Snapshot) -> Iterator[dict[str, object]]:
    before, after = _by_key(old.targets), _by_key(new.targets)
    for key in sorted(set(before) | set(after)):
        a, b = before.get(key), after.get(key)
        row = a if b is None else b
        name = (row or {}).get("indicator_zh", "")
        if a is None and b is not None:
            yield _row("target", key, name, Change.NEW, new=_bound(b), note=b["document"])
        elif b is None and a is not None:
            seen = old.last_seen(a["document"])
            yield _row("target", key, name, Change.GONE, old=_bound(a), last_seen=seen, note=a["document"])
        elif a is not None and b is not None:
            for column in ("value", "comparator", "unit", "year"):
                if not _same(a[column], b[column]):
                    yield _number("target", key, name, column, a, b)


def _bound(row: Mapping[Any, Any]) -> str:
    year = "" if pd.isna(row["year"]) else f" ({int(row['year'])})"
    return f"{row['comparator']} {float(row['value']):g} {row['unit']}{year}"


def _by_key(targets: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    """Return targets by document, indicator and area; repeated ones are numbered in the order of the text."""
    out: dict[str, dict[Any, Any]] = {}
    for row in targets.sort_values(["document", "start", "indicator"]).to_dict("records"):
        base = key = f"{row['document']}:{row['indicator']}:{row['area']}"
        number = 2
        while key in out:
            key, number = f"{base}#{number}", number + 1
        out[key] = row
    return out
