"""
A geometry for every project, by the best rung of a ladder, graded by how precise it is; nothing is dropped.

``user`` a planner's own line → ``osm`` a true alignment, given by the same door or put in place of what is drawn here by
:mod:`projects.osm_matching` → ``network`` the existing line or facility of that
name, or the existing way between the ends of an upgrade, cut to the section → ``nodes`` through three or more named places
→ ``corridor`` between two ends along the ground, beside an existing line, or around a city → ``straight`` between two ends
→ ``point`` one place → ``area`` only a region is known → ``none`` with the reason.

A line that leaves the region which its places span by more than a third of its length falls to the next rung, and the
note says so.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.errors import PlanningError
from geo.geodesy import length_km
from layers.schema import FEATURES, Method, Mode, Work
from layers.siting_notes import SitingNote, decoded, encoded, note, notes_text
from projects.builtin import builtin_documents
from projects.grammar.routes import is_abbreviation, read_abbreviation
from projects.schema import PROJECTS
from projects.sites.chains import Chain, place_chain
from projects.sites.checks import beside_existing, far_from_places, leaves_region, outside_share
from projects.sites.drawing import POINT_KINDS, Drawing, Reasons, Site, SitingAssumptions
from projects.sites.existing_lines import by_existing_line, by_existing_way
from projects.sites.ground import Ground, default_ground
from projects.sites.line_names import line_core
from projects.sites.new_lines import by_branch, by_extension, by_places, by_ring, by_second
from projects.sites.own_lines import OwnLine, own_lines
from projects.sites.point_sites import by_facility, by_point_or_area, by_river
from projects.sites.recorded import by_course, by_crossing, by_section

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry


__all__ = [
    "POINT_KINDS",
    "SitingAssumptions",
    "drawn_counts",
    "outside_share",
    "own_line_notes",
    "regions_of",
    "site_of",
    "site_projects",
]

log = logging.getLogger(__name__)

_ALONG = re.compile(r"[东西南北]?沿[江海淮黄河边湖]")

OSM_ACCURACY_KM = 0.1
"""Of an alignment of OpenStreetMap: what separates mapped tracks and carriageways from the middle of the line."""


def site_projects(
    projects: pd.DataFrame,
    *,
    regions: Sequence[str] | Mapping[str, str] | None = None,
    user_lines: gpd.GeoDataFrame | None = None,
    ground: Ground | None = None,
    assumptions: SitingAssumptions | None = None,
    lang: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> gpd.GeoDataFrame:
    """
    Give every project a geometry, and say how it was made.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``, n rows
    regions : sequence of str, or mapping of document to region, optional
        Names or codes of the regions the plans are about, as context for place names; by default 沪苏浙皖. With a mapping
        (by default that of the built-in plans), or with one region, a project of which no place is known is given the
        region of the plans that name it (column ``documents``).
    user_lines : GeoDataFrame, optional
        A planner's own geometries with a column ``project_id`` (or ``feature_id``), any known CRS; see
        :func:`projects.sites.own_lines.own_lines` for what is checked.
    ground : Ground, optional
        Gazetteer, existing network and boundaries; by default the embedded ones.
    assumptions : SitingAssumptions, optional
    lang : {"zh", "en"}
        Language of ``siting_note``; :func:`layers.siting_notes.in_language` reads it again in the other.
    progress : callable(done, total), optional

    Returns
    -------
    GeoDataFrame, contract ``layers.schema.FEATURES``, EPSG:4326, n rows, sorted by feature_id
        ``drawn_by`` and ``accuracy_km`` grade each geometry; ``siting_codes`` and ``siting_note`` say what was used, or why
        nothing is drawn.

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
    own = own_lines(user_lines, *ground.known_points) if user_lines is not None else {}
    strangers = sorted(set(own) - set(projects["project_id"]))
    if strangers:
        log.warning("user geometries of unknown projects, not used: %s", ", ".join(strangers[:10]))
    by_document, given = _homes(regions)
    context = _known_regions(given, ground)
    everywhere = [given[0]] if len(given) == 1 and not by_document else []
    rows: list[dict[str, object]] = []
    geometries: list[BaseGeometry | None] = []
    records = projects.sort_values("project_id", ignore_index=True).to_dict("records")
    for done, record in enumerate(records, 1):
        documents = str(record["documents"] or "").split("|")
        home = [by_document[name] for name in documents if by_document.get(name)] or everywhere
        site = site_of(record, context, ground, assumptions, home=tuple(dict.fromkeys(home)))
        drawing = _climb(site, own.get(site.project_id))
        if "halted" in site.flags:  # it stays on the map, but no scenario builds it
            drawing = replace(drawing, notes=(note("halted"), *drawing.notes))
        rows.append(_feature(record, drawing, lang))
        geometries.append(drawing.geometry)
        if progress is not None:
            progress(done, len(records))
    table = pd.DataFrame(rows, columns=FEATURES.names) if rows else FEATURES.empty()
    features = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries, crs=FEATURES.crs), crs=FEATURES.crs)
    return FEATURES.validate(FEATURES.coerce(features)[[*FEATURES.names, "geometry"]])


def site_of(
    record: Mapping[Hashable, object],
    region: tuple[str, ...],
    ground: Ground,
    assumptions: SitingAssumptions,
    *,
    home: tuple[str, ...] = (),
) -> Site:
    """
    Return a row of ``PROJECTS`` as what the rungs of the ladder work on.

    A line without places (a planner's own list, say) is given those of the 简称 in its name, as the reader of plans does.
    """
    text = {str(key): value for key, value in record.items() if isinstance(value, str)}
    names = [text["name"], *text.get("aliases", "").split("|")]
    places = [place.strip() for place in re.split(r"[-—–]", text.get("places", ""))]
    spelled = any(places)
    if not spelled and text["mode"] in {Mode.RAIL.value, Mode.HIGHWAY.value}:
        places = _places_of_name(text["name"], text["mode"], (home or region)[0])
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
        home=home,
        places_from_name=not spelled,
    )


def _places_of_name(name: str, mode: str, region: str) -> list[str]:
    """Return the places of the 简称 that a line's name is: 温福高铁 温州, 福州; empty where it is none."""
    whole = re.split(r"[?？\ufffd]", name)[0]  # a name broken in publishing: as far as it can be read
    section = re.search(r"高速(?:公路)?([\u4e00-\u9fff]{2,4})(?:段|扩容|改扩建)", whole)
    core = section[1] if section else re.sub(r"[A-Z]\d*$", "", line_core(whole))
    if core == name:
        return []  # no word says that it is a line: 龙门大桥
    if not is_abbreviation(core) or not 2 <= len(core) <= 5 or _ALONG.match(core):
        return []
    try:
        return list(read_abbreviation(core, region, mode).places)
    except PlanningError:
        return []


def _climb(site: Site, own: OwnLine | None) -> Drawing:
    """Try the rungs, best first; the reasons of those that failed become the note of what is left."""
    reasons: list[SitingNote] = []
    chain = place_chain(site)
    if own is not None and own.geometry is not None:
        notes = (*own.notes, *far_from_places(own.geometry, chain))
        if own.method is Method.OSM:
            return Drawing(own.geometry, Method.OSM, OSM_ACCURACY_KM, (note("osm_alignment"), *notes))
        return Drawing(own.geometry, Method.USER, 0.0, (note("user_geometry"), *notes))
    if own is not None:
        reasons += own.notes
    rungs: tuple[Callable[[Site, Chain], Drawing | Reasons], ...] = (by_facility,)
    if site.is_line:
        rungs = (by_crossing, by_section, by_course, by_existing_line, by_existing_way)
        rungs = (*rungs, by_ring, by_second, by_extension, by_branch, by_places, by_river)
    for rung in (*rungs, by_point_or_area):
        try:
            drawing = rung(site, chain)
        except PlanningError as error:
            drawing = (note("refused", reason=str(error)),)
        if isinstance(drawing, Drawing):
            left = leaves_region(site, drawing, chain)
            if not left:
                beside = beside_existing(site, drawing)
                notes = _told_once([*drawing.notes, *beside, *reasons])
                return replace(drawing, accuracy_km=round(drawing.accuracy_km, 1), notes=notes)
            drawing = left
        reasons += drawing
    return Drawing(None, Method.NONE, float("nan"), tuple(dict.fromkeys(reasons)) or (note("no_place"),))


def _told_once(notes: Sequence[SitingNote]) -> tuple[SitingNote, ...]:
    """Drop repeated notes, and where a place was found by its name if the drawing is that very place."""
    drawn = {value for told in notes if told.code != "nearer_name" for _, value in told.given}
    return tuple(dict.fromkeys(told for told in notes if told.code != "nearer_name" or told.get("place") not in drawn))


def _feature(record: Mapping[Hashable, object], drawing: Drawing, lang: str) -> dict[str, object]:
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
        "siting_note": notes_text(drawing.notes, lang),
        "siting_codes": encoded(drawing.notes),
        "length_km": round(length_km(drawing.geometry), 3) if is_line else float("nan"),
        "route_length_km": float("nan"),
        # A new line that is in the network today has opened since the plan; works on an old one say nothing of it.
        "opening_month": drawing.opened if record["work"] == Work.NEW.value else "",
        "closing_month": "",
        "speed_km_h": float("nan"),
        "source": record["documents"],
        "grade": "",
    }


def regions_of(regions: Sequence[str] | Mapping[str, str] | None, ground: Ground) -> tuple[str, ...]:
    """Return the regions that are the context of place names, as :func:`site_projects` takes them; by default 沪苏浙皖."""
    return _known_regions(_homes(regions)[1], ground)


def _homes(regions: Sequence[str] | Mapping[str, str] | None) -> tuple[dict[str, str], list[str]]:
    """Return the region of each document, and the regions that are the context of names."""
    if regions is None:
        return {row["document"]: row["region"] for row in builtin_documents()}, []
    if isinstance(regions, Mapping):
        return dict(regions), list(dict.fromkeys(regions.values()))
    return {}, list(regions)


def _known_regions(regions: Sequence[str], ground: Ground) -> tuple[str, ...]:
    known = [region for region in regions if region and ground.lookup(region)]
    return tuple(dict.fromkeys(known)) if known else ("上海市", "江苏省", "浙江省", "安徽省")


def own_line_notes(features: pd.DataFrame, lang: str = "zh") -> Iterator[tuple[str, str]]:
    """Yield name and note of every project whose own line is doubtful or could not be used, by id."""
    for name, codes in zip(features["name"], features["siting_codes"], strict=True):
        doubts = [told for told in decoded(codes) if told.code.startswith("user_") and told.code != "user_geometry"]
        if doubts:
            yield str(name), notes_text(doubts, lang)


def drawn_counts(features: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield how many features were drawn by each method, best first."""
    counts = features["drawn_by"].astype(str).value_counts()
    for method in Method:
        if counts.get(method.value):
            yield method.value, int(counts[method.value])
