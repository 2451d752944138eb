"""
Plan against plan: stages and targets that contradict each other, neighbours that are silent, projects that fell out.

A row compares two documents. Nothing is decided here: the note says what may explain a difference (time passed between the
plans, a wider plan that names less), and the reader judges.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.boundaries import boundaries
from geo.errors import VocabularyError
from geo.gazetteer import default_gazetteer
from geo.geodesy import length_km
from geo.units import convert
from layers.scenario import parse_month
from layers.schema import STAGE_ORDER, Method, Status
from projects.assessment import area_key
from projects.schema import CONSISTENCY, Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

__all__ = ["CROSSING_KM", "inconsistencies"]

CROSSING_KM = 10.0
"""A line enters a region where at least this much of it lies inside: less may be the inaccuracy of the drawing."""

LOCATED = (Method.USER.value, Method.OSM.value, Method.NETWORK.value, Method.NODES.value)
"""Drawings that say where a line runs; straight joins and corridors do not."""


def inconsistencies(
    projects: pd.DataFrame,
    mentions: pd.DataFrame,
    targets: pd.DataFrame,
    documents: Sequence[Mapping[str, Any]],
    *,
    features: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """
    Compare what plans say of the same projects and targets.

    Parameters
    ----------
    projects, mentions, targets : DataFrame, contracts of ``projects.schema``
    documents : sequence of mapping
        document, title, date, region; date and region may be empty.
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        How projects are drawn: without it only the places that plans name tell which regions a project enters.

    Returns
    -------
    DataFrame, contract ``projects.schema.CONSISTENCY``, sorted by its key
        ``stage`` : a project at different stages in two documents; stages within one document, and stages that are not
        stated, do not count. ``target`` : another value for the same indicator, area and year. ``neighbour_silent`` : a
        project that enters the regions of two documents, neither of which contains the other, and that one of them does not
        name. ``no_longer_named`` : a project of an older plan that no newer plan of the same region names. A document that
        names no project at all is silent about everything and is left out of the last two.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    """
    known = {str(d["document"]): d for d in documents}
    order = {name: _date(d) for name, d in known.items()}
    said = _said(mentions)
    rows = [
        *_stages(projects, said, order),
        *_targets(targets, order),
        *_silent(projects, said, known, order, features),
        *_dropped(projects, said, known, order),
    ]
    table = CONSISTENCY.coerce(pd.DataFrame(rows, columns=CONSISTENCY.names))
    return CONSISTENCY.validate(table.sort_values(list(CONSISTENCY.key), ignore_index=True))


Said = dict[str, dict[str, tuple[str, str]]]
"""project_id → document → (furthest stage it states, clauses |-joined)."""


def _said(mentions: pd.DataFrame) -> Said:
    out: Said = {}
    for row in mentions.to_dict("records"):
        of = out.setdefault(str(row["project_id"]), {})
        stage, clauses = of.get(str(row["document"]), (Status.UNSPECIFIED.value, ""))
        further = max(stage, str(row["status"]), key=lambda s: STAGE_ORDER[s])
        listed = [c for c in clauses.split("|") if c]
        listed += [str(row["clause"])] if row["clause"] and str(row["clause"]) not in listed else []
        of[str(row["document"])] = (further, "|".join(listed))
    return out


def _date(document: Mapping[str, Any]) -> str:
    """Return the month of a document, "" where it is unknown."""
    text = str(document.get("date") or "").strip()
    if not re.match(r"\d{4}", text):
        return ""
    try:
        return parse_month(text)
    except VocabularyError:
        return ""


def _older_first(a: str, b: str, order: Mapping[str, str]) -> tuple[str, str]:
    """Order two documents by date, then by name; undated ones by name."""
    first, second = sorted((a, b))
    dates = order.get(first, ""), order.get(second, "")
    return (second, first) if all(dates) and dates[1] < dates[0] else (first, second)


def _stages(projects: pd.DataFrame, said: Said, order: Mapping[str, str]) -> Iterator[dict[str, object]]:
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    for project, of in said.items():
        stated = {d: stage for d, (stage, _) in of.items() if stage != Status.UNSPECIFIED.value}
        for pair in itertools.combinations(sorted(stated), 2):
            a, b = _older_first(*pair, order)
            if stated[a] == stated[b]:
                continue
            dated = order.get(a, "") and order.get(b, "") and order[a] != order[b]
            forward = STAGE_ORDER[stated[b]] > STAGE_ORDER[stated[a]]
            note = (
                "文件日期不明或相同, 不能以进展解释 dates unknown or equal: no progress in between explains it"
                if not dated
                else "后一文件更进一步, 可能是进展 the newer plan is further: progress may explain it"
                if forward
                else "后一文件反而靠前, 请核对 the newer plan is less far: please check"
            )
            yield {
                "kind": Disagreement.STAGE.value,
                "subject_id": project,
                "subject": names.get(project, ""),
                "area": "",
                "document_a": a,
                "clauses_a": of[a][1],
                "said_a": stated[a],
                "document_b": b,
                "clauses_b": of[b][1],
                "said_b": stated[b],
                "note": note,
            }


def _targets(targets: pd.DataFrame, order: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Compare targets for one indicator, area and year; a year that is not stated fits any."""
    rows = [r for r in targets.to_dict("records") if not str(r["indicator"]).startswith("other:")]
    groups: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in rows:
        groups.setdefault((str(row["indicator"]), area_key(row["area"])), []).append(row)
    seen: set[tuple[str, ...]] = set()
    for (indicator, area), group in sorted(groups.items(), key=lambda item: item[0]):
        for one, other in itertools.combinations(group, 2):
            if one["document"] == other["document"]:
                continue
            years = {int(r["year"]) for r in (one, other) if pd.notna(r["year"])}
            if len(years) > 1:
                continue
            values = _in_one_unit(one, other)
            if values is None or np.isclose(*values, rtol=1e-9):
                continue
            a, b = _older_first(str(one["document"]), str(other["document"]), order)
            first, second = (one, other) if one["document"] == a else (other, one)
            key = (indicator, a, b, area)
            if key in seen:
                continue
            seen.add(key)
            bounds = {str(one["comparator"]): values[0], str(other["comparator"]): values[1]}
            impossible = {">=", "<="} == set(bounds) and bounds[">="] > bounds["<="]
            yield {
                "kind": Disagreement.TARGET.value,
                "subject_id": indicator,
                "subject": str(first["indicator_zh"]),
                "area": area,
                "document_a": a,
                "clauses_a": str(first["clause"]),
                "said_a": _bound(first),
                "document_b": b,
                "clauses_b": str(second["clause"]),
                "said_b": _bound(second),
                "note": "两者不能同时满足 both cannot hold at once"
                if impossible
                else "同一指标、区域和年份的目标值不同 another value for the same indicator, area and year",
            }


def _in_one_unit(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> tuple[float, float] | None:
    a, b = float(one["value"]), float(other["value"])
    if one["unit"] == other["unit"]:
        return a, b
    try:
        return a, convert(b, str(other["unit"]), str(one["unit"]))
    except VocabularyError:
        return None


def _bound(row: Mapping[Any, Any]) -> str:
    year = f" ({int(row['year'])})" if pd.notna(row["year"]) else ""
    return f"{row['comparator']} {float(row['value']):g} {row['unit']}{year}"


def _silent(
    projects: pd.DataFrame,
    said: Said,
    known: Mapping[str, Mapping[str, Any]],
    order: Mapping[str, str],
    features: gpd.GeoDataFrame | None,
) -> Iterator[dict[str, object]]:
    """List the projects that enter a neighbour's region and that no plan of the neighbour names."""
    naming = {document for of in said.values() for document in of}
    stems = {name: _stem(str(d.get("region") or "")) for name, d in known.items() if name in naming}
    regions = sorted({stem for stem in stems.values() if stem})
    if len(regions) < 2:
        return
    entered = _regions_entered(projects, regions, features)
    for row in projects.to_dict("records"):
        project = str(row["project_id"])
        of = said.get(project, {})
        for document in sorted(of):
            own = stems.get(document, "")
            if not own or own not in entered.get(project, {}):
                continue
            for other in regions:
                apart = not (own.startswith(other) or other.startswith(own))
                if not apart or other not in entered[project]:
                    continue
                theirs = sorted(name for name, stem in stems.items() if stem == other)
                # A plan of the region around the neighbour, or of a part of it, that names the project speaks for it.
                wider = [
                    n for n, stem in stems.items() if n in of and (other.startswith(stem) or stem.startswith(other))
                ]
                if wider or any(name in of for name in theirs):
                    continue
                for silent in theirs:
                    yield {
                        "kind": Disagreement.NEIGHBOUR_SILENT.value,
                        "subject_id": project,
                        "subject": str(row["name"]),
                        "area": str(known[silent].get("region") or ""),
                        "document_a": document,
                        "clauses_a": of[document][1],
                        "said_a": of[document][0],
                        "document_b": silent,
                        "clauses_b": "",
                        "said_b": "",
                        "note": f"{entered[project][other]}; {_between(document, silent, order)}",
                    }


def _between(a: str, b: str, order: Mapping[str, str]) -> str:
    dates = order.get(a, ""), order.get(b, "")
    if not all(dates):
        return "文件日期不明 dates unknown"
    return f"{a} {dates[0]}, {b} {dates[1]}"


def _stem(region: str) -> str:
    """Return the leading digits that the codes of a region share: 34 for 安徽省, 3401 for 合肥市; "" where unknown."""
    if not region:
        return ""
    found = default_gazetteer().lookup(region, kinds={"division"})
    code = found[0].code if found else ""
    return re.sub(r"^(31)0*$", r"\1", re.sub(r"(?:00){1,2}$", "", code)) if code else ""


def _regions_entered(
    projects: pd.DataFrame, regions: Sequence[str], features: gpd.GeoDataFrame | None
) -> dict[str, dict[str, str]]:
    """Return for each project the regions it enters, by code stem, with what shows it."""
    out: dict[str, dict[str, str]] = {}
    cached: dict[str, str] = {}
    for row in projects.to_dict("records"):
        for place in re.split(r"[-—、|]", str(row["places"])):
            name = place.strip()
            if len(name) < 2:
                continue
            if name not in cached:
                found = default_gazetteer().lookup(name, kinds={"division"})
                # A name that two provinces know (鼓楼, 新安) shows nothing.
                codes = {p.code[:2] for p in found if p.level in ("province", "prefecture", "county")}
                cached[name] = found[0].code if len(codes) == 1 else ""
            for stem in regions:
                if cached[name].startswith(stem):
                    out.setdefault(str(row["project_id"]), {}).setdefault(
                        stem, f"两侧地点均在项目名中, 含 {name} places on both sides are named"
                    )
    if features is None:
        return out
    drawn = features[
        (features["origin"] == "project")
        & features["drawn_by"].isin(LOCATED)
        & features["feature_id"].isin(projects["project_id"])
        & ~(features.geometry.isna() | features.geometry.is_empty)
    ]
    lines = np.asarray(drawn.geometry, dtype=object)
    for stem in regions:
        shape = _region_shape(stem)
        if shape is None or not len(lines):
            continue
        shapely.prepare(shape)
        near = np.flatnonzero(shapely.intersects(lines, shape) & (shapely.length(lines) > 0.0))
        for i in near:
            km = length_km(shapely.intersection(lines[i], shape))
            if lines[i].geom_type in ("LineString", "MultiLineString") and km >= CROSSING_KM:
                out.setdefault(str(drawn["feature_id"].iloc[i]), {}).setdefault(
                    stem, f"图上有 {km:.0f} km 在区内 {km:.0f} km of it lie inside as drawn"
                )
    return out


def _region_shape(stem: str) -> shapely.Geometry | None:
    table = boundaries("province" if len(stem) == 2 else "prefecture" if len(stem) == 4 else "county")
    found = table[table["code"].str.startswith(stem)]
    return None if found.empty else shapely.union_all(found.geometry.to_numpy())


def _dropped(
    projects: pd.DataFrame, said: Said, known: Mapping[str, Mapping[str, Any]], order: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """List the projects that an older plan of a region names and no newer one of it."""
    naming = {document for of in said.values() for document in of}
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    by_region: dict[str, list[str]] = {}
    for name, document in known.items():
        region = area_key(document.get("region") or "")
        if region and order[name] and name in naming:
            by_region.setdefault(region, []).append(name)
    for region, plans in sorted(by_region.items()):
        plans.sort(key=lambda name: (order[name], name))
        newest = plans[-1]
        for project, of in said.items():
            named = [name for name in plans if name in of]
            if not named or order[named[-1]] >= order[newest]:
                continue
            last = named[-1]
            operating = of[last][0] == Status.OPERATING.value
            yield {
                "kind": Disagreement.NO_LONGER_NAMED.value,
                "subject_id": project,
                "subject": names.get(project, ""),
                "area": region,
                "document_a": last,
                "clauses_a": of[last][1],
                "said_a": of[last][0],
                "document_b": newest,
                "clauses_b": "",
                "said_b": "",
                "note": "前一文件称已建成 in operation by the older plan"
                if operating
                else f"末次出现 last named {order[last]}, 新文件 newer plan {order[newest]}",
            }
