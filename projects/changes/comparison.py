"""What is new, gone, further, moved or changed between two registers or atlases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import VocabularyError
from geo.geodesy import length_km
from projects.changes.keeping import kept_since
from projects.changes.matching import matched_projects
from projects.changes.movement import MOVED_KM, moved_km
from projects.schema import CHANGES, Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from projects.changes.snapshot import Snapshot

__all__ = ["changes"]


def changes(old: Snapshot, new: Snapshot, *, lang: str = "zh") -> pd.DataFrame:
    """
    Compare two snapshots.

    Parameters
    ----------
    old, new : Snapshot
    lang : {"zh", "en"}
        Language of the notes.

    Returns
    -------
    DataFrame, contract ``projects.schema.CHANGES``, sorted by its key
        One row per change. ``new`` and ``gone`` of projects and targets; ``stage_moved``; ``geometry_changed`` with
        ``distance_km``, the largest distance of one geometry from the other (Hausdorff), in kilometres, and in ``difference``
        the change of length; ``number_changed`` of opening years, of bounds, comparators and years of targets and, between
        atlases, of their verdicts and of what was measured for them. A gone one has ``last_seen``. Of two snapshots that are
        equal nothing is listed.

    Raises
    ------
    VocabularyError
        If the language is neither.

    Notes
    -----
    Projects are the same by id; where the id is gone, by mode and a name or alias that only one project on each side has. One
    that is kept from a still older register (:func:`projects.changes.keeping.kept_register`) counts as gone.
    """
    if lang not in ("zh", "en"):
        message = f"language {lang!r} is unknown; accepted: zh, en"
        raise VocabularyError(message)
    before, after = _alive(old.projects), _alive(new.projects)
    pairs = matched_projects(before, after)
    rows = [
        *_projects(old, before, after, pairs, lang),
        *_geometries(old, new, pairs, lang),
        *_targets(old, new),
        *_verdicts(old, new),
    ]
    table = CHANGES.coerce(pd.DataFrame(rows, columns=CHANGES.names))
    return CHANGES.validate(table.sort_values(list(CHANGES.key), ignore_index=True))


def _alive(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects that a register's own plans name."""
    return projects[[not kept_since(flags) for flags in projects["flags"]]]


def _row(subject: str, key: str, name: object, change: Change, **values: object) -> dict[str, object]:
    return {"subject": subject, "subject_id": key, "name": name, "change": change.value, "column": "", **values}


def _projects(
    old: Snapshot, before: pd.DataFrame, after: pd.DataFrame, pairs: Mapping[str, str], lang: str
) -> Iterator[dict[str, object]]:
    rows = {str(r["project_id"]): r for r in after.to_dict("records")}
    for row in before.to_dict("records"):
        key = str(row["project_id"])
        if key not in pairs:
            seen = old.last_seen(row["documents"])
            yield _row(
                "project", key, row["name"], Change.GONE, old=row["status"], last_seen=seen, note=row["documents"]
            )
            continue
        now = rows[pairs[key]]
        note = "" if pairs[key] == key else f"原编号 {key}" if lang == "zh" else f"id was {key}"
        if row["status"] != now["status"]:
            stages = {"column": "status", "old": row["status"], "new": now["status"]}
            yield _row("project", pairs[key], now["name"], Change.STAGE_MOVED, **stages, note=note)
        if not _same(row["opening_year"], now["opening_year"]):
            yield _number("project", pairs[key], now["name"], "opening_year", row, now, note=note)
    kept = {str(r["project_id"]): kept_since(r["flags"]) for r in old.projects.to_dict("records")}
    for key in sorted(set(rows) - set(pairs.values())):
        note = str(rows[key]["documents"])
        if kept.get(key):
            note += f"; 曾于 {kept[key]} 出现" if lang == "zh" else f"; seen before, {kept[key]}"
        yield _row("project", key, rows[key]["name"], Change.NEW, new=rows[key]["status"], note=note)


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


def _geometries(old: Snapshot, new: Snapshot, pairs: Mapping[str, str], lang: str) -> Iterator[dict[str, object]]:
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
            note="" if math.isfinite(km) else {"zh": "只有一侧落图", "en": "drawn on one side only"}[lang],
        )


def _is_line(shape: BaseGeometry | None) -> bool:
    return shape is not None and shape.geom_type in ("LineString", "MultiLineString")


def _drawn(features: gpd.GeoDataFrame) -> dict[str, tuple[BaseGeometry | None, str, str]]:
    own = features[features["origin"] == "project"]
    return {
        str(key): (None if shape is None or shape.is_empty else shape, str(how), str(name))
        for key, shape, how, name in zip(own["feature_id"], own.geometry, own["drawn_by"], own["name"], strict=True)
    }


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


def _verdicts(old: Snapshot, new: Snapshot) -> Iterator[dict[str, object]]:
    """Compare what two atlases measured for the targets that both have."""
    before, after = _by_key(old.verdicts), _by_key(new.verdicts)
    for key in sorted(set(before) & set(after)):
        a, b = before[key], after[key]
        for column in ("verdict", "value_today", "value_plan"):
            if not _same(a[column], b[column]):
                yield _number("target", key, b["indicator_zh"], column, a, b)
