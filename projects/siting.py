"""
A geometry for every project, by the best rung of a ladder, graded by how precise it is; nothing is dropped.

``user`` a planner's own line → ``osm`` a true alignment, given by the same door → ``network`` the existing line or facility of that
name, or the existing way between the ends of an upgrade, cut to the section → ``nodes`` through three or more named places
→ ``corridor`` between two ends along the ground, beside an existing line, or around a city → ``straight`` between two ends
→ ``point`` one place → ``area`` only a region is known → ``none`` with the reason.

A line that leaves the region which its places span by more than a third of its length falls to the next rung, and the
note says so.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import PlanningError
from geo.geodesy import length_km
from layers.schema import FEATURES, Method, Work
from projects.schema import PROJECTS
from projects.sites.chains import Chain, place_chain
from projects.sites.drawing import POINT_KINDS, Drawing, Site, SitingAssumptions
from projects.sites.existing_lines import by_course, by_crossing, by_existing_line, by_existing_way, by_section
from projects.sites.ground import Ground, default_ground
from projects.sites.new_lines import by_branch, by_extension, by_places, by_ring, by_second
from projects.sites.own_lines import OwnLine, own_lines
from projects.sites.point_sites import by_facility, by_point_or_area
from projects.sites.sections import section_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place

__all__ = ["POINT_KINDS", "SitingAssumptions", "drawn_counts", "outside_share", "site_of", "site_projects"]

log = logging.getLogger(__name__)


def site_projects(
    projects: pd.DataFrame,
    *,
    regions: Sequence[str] | None = None,
    user_lines: gpd.GeoDataFrame | None = None,
    ground: Ground | None = None,
    assumptions: SitingAssumptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> gpd.GeoDataFrame:
    """
    Give every project a geometry, and say how it was made.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``, n rows
    regions : sequence of str, optional
        Names or codes of the regions the plans are about, as context for place names; by default 沪苏浙皖.
    user_lines : GeoDataFrame, optional
        A planner's own geometries with a column ``project_id`` (or ``feature_id``), any known CRS; see
        :func:`projects.sites.own_lines.own_lines` for what is checked.
    ground : Ground, optional
        Gazetteer, existing network and boundaries; by default the embedded ones.
    assumptions : SitingAssumptions, optional
    progress : callable(done, total), optional

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326, n rows, sorted by feature_id
        ``drawn_by`` and ``accuracy_km`` grade each geometry; ``siting_note`` says what was used, or why nothing is drawn.

    Raises
    ------
    SchemaError
        If ``projects`` breaks its contract, or ``user_lines`` has no id column.
    CrsError
        If ``user_lines`` has no CRS.
    """
    PROJECTS.validate(projects)
    ground = ground or default_ground()
    assumptions = assumptions or SitingAssumptions()
    own = own_lines(user_lines, ground.known_points) if user_lines is not None else {}
    strangers = sorted(set(own) - set(projects["project_id"]))
    if strangers:
        log.warning("user geometries of unknown projects, not used: %s", ", ".join(strangers[:10]))
    context = _known_regions(regions, ground)
    rows: list[dict[str, object]] = []
    geometries: list[BaseGeometry | None] = []
    records = projects.sort_values("project_id", ignore_index=True).to_dict("records")
    for done, record in enumerate(records, 1):
        site = site_of(record, context, ground, assumptions)
        drawing = _climb(site, own.get(site.project_id))
        rows.append(_feature(record, drawing))
        geometries.append(drawing.geometry)
        if progress is not None:
            progress(done, len(records))
    table = pd.DataFrame(rows, columns=FEATURES.names) if rows else FEATURES.empty()
    features = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=FEATURES.crs), crs=FEATURES.crs)
    return FEATURES.validate(FEATURES.coerce(features)[[*FEATURES.names, "geometry"]])


def outside_share(geometry: BaseGeometry, places: Sequence[Place], ground: Ground) -> float:
    """
    Return the share of a line's length outside the region that its places span.

    The region is the convex hull of the places (of a unit its polygon, of others the point), widened by a sixth of its
    longest diagonal and at least 25 km.

    Parameters
    ----------
    geometry : LineString or MultiLineString, EPSG:4326
    places : sequence of Place
    ground : Ground

    Returns
    -------
    float
        0 where there are no places.
    """
    total = length_km(geometry)
    if not places or total <= 0.0:
        return 0.0
    shapes = []
    for place in places:
        polygon = ground.area_of(place)
        point = shapely.Point(place.lon, place.lat)
        shapes.append(point if polygon is None else shapely.union(point, shapely.envelope(polygon)))
    hull = shapely.convex_hull(shapely.union_all(shapes))
    west, south, east, north = hull.bounds
    margin = max(float(np.hypot(east - west, north - south)) / 6.0, 25.0 / 95.0)
    outside = geometry.difference(hull.buffer(margin))
    return 0.0 if outside.is_empty else length_km(outside) / total


def site_of(
    record: Mapping[Hashable, object], region: tuple[str, ...], ground: Ground, assumptions: SitingAssumptions
) -> Site:
    """Return a row of ``PROJECTS`` as what the rungs of the ladder work on."""
    text = {str(key): value for key, value in record.items() if isinstance(value, str)}
    names = [text["name"], *text.get("aliases", "").split("|")]
    places = [place.strip() for place in re.split(r"[-—–]", text.get("places", ""))]
    return Site(
        project_id=text["project_id"],
        name=text["name"],
        names=tuple(dict.fromkeys(name for name in names if name)),
        mode=text["mode"],
        kind=text.get("kind", ""),
        work=text["work"],
        places=tuple(place for place in places if place),
        section=text.get("section", ""),
        region=region,
        ground=ground,
        assumptions=assumptions,
        flags=frozenset(text.get("flags", "").split("|")),
    )


def _climb(site: Site, own: OwnLine | None) -> Drawing:
    """Try the rungs, best first; the reasons of those that failed become the note of what is left."""
    reasons: list[str] = []
    if own is not None and own.geometry is not None:
        note = "".join(f"; {note}" for note in own.notes)
        if own.method is Method.OSM:
            return Drawing(own.geometry, Method.OSM, 0.1, f"OpenStreetMap 线位 alignment of OpenStreetMap{note}")
        return Drawing(own.geometry, Method.USER, 0.0, f"用户提供的几何 user's own geometry{note}")
    if own is not None:
        reasons += own.notes
    chain = place_chain(site)
    rungs: tuple[Callable[[Site, Chain], Drawing | str], ...] = (by_facility,)
    if site.is_line:
        rungs = (by_crossing, by_section, by_course, by_existing_line, by_existing_way)
        rungs = (*rungs, by_ring, by_second, by_extension, by_branch, by_places)
    for rung in (*rungs, by_point_or_area):
        try:
            drawing = rung(site, chain)
        except PlanningError as error:
            drawing = str(error)
        if isinstance(drawing, Drawing):
            left = _leaves(site, drawing, chain)
            if not left:
                told = "".join(f"; {reason}" for reason in dict.fromkeys(reasons))
                return Drawing(drawing.geometry, drawing.method, round(drawing.accuracy_km, 1), drawing.note + told)
            drawing = left
        if drawing:
            reasons.append(drawing)
    reason = "; ".join(dict.fromkeys(reasons)) or "文中未写地点 the plan names no place"
    return Drawing(None, Method.NONE, float("nan"), reason)


def _leaves(site: Site, drawing: Drawing, chain: Chain) -> str:
    """Return the reason why a line is not believed: it leaves the region that its places span."""
    geometry = drawing.geometry
    if geometry is None or "Line" not in geometry.geom_type or len(chain.places) < 2:
        return ""
    share = outside_share(geometry, [*chain.places, *section_ends(site)], site.ground)
    if share <= site.assumptions.most_outside_share:
        return ""
    return f"{drawing.note.split(';')[0]}: 有 {share:.0%} 在所述地点范围之外 of it outside the region of its places, 未用 not used"


def _feature(record: Mapping[Hashable, object], drawing: Drawing) -> dict[str, object]:
    is_line = drawing.geometry is not None and "Line" in drawing.geometry.geom_type
    return {
        "feature_id": record["project_id"],
        "origin": "project",
        **{
            key: record[key]
            for key in ("name", "mode", "kind", "work", "status", "opening_year", "documents", "clauses")
        },
        "drawn_by": drawing.method,
        "accuracy_km": drawing.accuracy_km,
        "siting_note": drawing.note,
        "length_km": round(length_km(drawing.geometry), 3) if is_line else float("nan"),
        "route_length_km": float("nan"),
        # A new line that is in the network today has opened since the plan; works on an old one say nothing of it.
        "opening_month": drawing.opened if record["work"] == Work.NEW.value else "",
        "closing_month": "",
        "speed_km_h": float("nan"),
        "source": record["documents"],
        "grade": "",
    }


def _known_regions(regions: Sequence[str] | None, ground: Ground) -> tuple[str, ...]:
    known = [region for region in regions or () if region and ground.lookup(region)]
    return tuple(dict.fromkeys(known)) if known else ("上海市", "江苏省", "浙江省", "安徽省")


def drawn_counts(features: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield how many features were drawn by each method, best first."""
    counts = features["drawn_by"].astype(str).value_counts()
    for method in Method:
        if counts.get(method.value):
            yield method.value, int(counts[method.value])
