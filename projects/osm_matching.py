"""
Projects as what is looked for in OpenStreetMap, and the drawings of a register redrawn by what is found there.

A project is looked for where siting has drawn it, by its name and aliases, the first characters of its places, its number, and
the names and numbers of the existing line that it is drawn on. What is decided is in :mod:`layers.osm_matching.decision`; a
planner overrules it with ``osm_matches.csv``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import lengths_km
from layers.osm_matching.candidates import Candidates
from layers.osm_matching.measures import distances_km, evenly
from layers.osm_matching.names import refs_of
from layers.osm_matching.network import existing_lines, named, wanted_of_network
from layers.osm_matching.schema import OSM_MATCHES, Decision
from layers.osm_matching.tables import match_lines, redrawn
from layers.osm_matching.wanted import Wanted
from layers.schema import Method
from projects.schema import PROJECTS
from projects.sites.chains import place_chain
from projects.sites.drawing import BESIDE, SitingAssumptions
from projects.sites.ground import default_ground
from projects.siting import regions_of, site_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers.osm_matching.wanted import MatchAssumptions
    from projects.sites.chains import Chain
    from projects.sites.drawing import Site
    from projects.sites.ground import Ground

__all__ = ["Redrawn", "redraw_from_osm", "wanted_of_projects"]

log = logging.getLogger(__name__)

DRAWN_AS_LINES = frozenset({Method.NETWORK.value, Method.NODES.value, Method.CORRIDOR.value, Method.STRAIGHT.value})
"""Drawings that a line of OpenStreetMap can replace; a planner's own goes before it."""

ON_LINE_KM = 0.3
"""A drawing made from an existing line lies on it within this."""

ON_LINE_SHARE = 0.03
"""Share of a drawing that an existing line has to carry for its name and number to count as the drawing's."""

WAYPOINT_KM = 25.0
"""A route has to pass a place on its way within this, or touch its area."""


@dataclass(frozen=True)
class Redrawn:
    """
    Features after matching.

    Attributes
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    matches : GeoDataFrame, contract ``layers.osm_matching.schema.OSM_MATCHES``
        One row per line that was looked for.
    """

    features: gpd.GeoDataFrame
    matches: gpd.GeoDataFrame

    @property
    def replaced(self) -> int:
        """How many lines are drawn from OpenStreetMap."""
        return int((self.matches["decision"] == Decision.REPLACED.value).sum())


def redraw_from_osm(
    features: gpd.GeoDataFrame,
    osm_lines: gpd.GeoDataFrame | Candidates,
    *,
    projects: pd.DataFrame | None = None,
    regions: Sequence[str] | Mapping[str, str] | None = None,
    choices: pd.DataFrame | None = None,
    ground: Ground | None = None,
    assumptions: MatchAssumptions | None = None,
    lang: str = "zh",
    progress: Callable[[int, int], None] | None = None,
) -> Redrawn:
    """
    Replace drawn lines by those of OpenStreetMap where they match by name, number and place.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
        Projects as :func:`projects.siting.site_projects` draws them, lines of the existing network, or both.
    osm_lines : GeoDataFrame, contract ``layers.osm.schema.OSM_LINES``, or Candidates made of one
    projects : DataFrame, contract ``projects.schema.PROJECTS``, optional
        The register: aliases and places of the projects among ``features``; without it only the network is matched.
    regions : sequence or mapping, optional
        As for :func:`projects.siting.site_projects`.
    choices : DataFrame, contract ``layers.osm_matching.schema.OSM_CHOICES``, optional
        What a planner decided, of :func:`layers.osm_matching.tables.read_choices`.
    ground : Ground, optional
    assumptions : MatchAssumptions, optional
    lang : {"zh", "en"}
        Language of ``siting_note`` and of the matches' ``reason``.
    progress : callable(done, total), optional

    Returns
    -------
    Redrawn
        The matches have a row for every line that was looked for, whatever became of it.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    """
    candidates = osm_lines if isinstance(osm_lines, Candidates) else Candidates(osm_lines)
    ground = ground or default_ground()
    wanted = wanted_of_network(features)
    if projects is not None:
        wanted += wanted_of_projects(features, projects, regions=regions, ground=ground)
    strangers = sorted(set(choices["feature_id"]) - {one.feature_id for one in wanted}) if choices is not None else []
    if strangers:
        log.warning("choices of lines that were not looked for: %s", ", ".join(strangers[:10]))
    matches = match_lines(wanted, candidates, choices=choices, assumptions=assumptions, lang=lang, progress=progress)
    return Redrawn(redrawn(features, matches, lang=lang), OSM_MATCHES.validate(matches))


def wanted_of_projects(
    features: gpd.GeoDataFrame,
    projects: pd.DataFrame,
    *,
    regions: Sequence[str] | Mapping[str, str] | None = None,
    ground: Ground | None = None,
) -> list[Wanted]:
    """
    Return the projects to look for: those drawn as lines by a method that a true alignment betters.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``
    projects : DataFrame, contract ``projects.schema.PROJECTS``
    regions : sequence or mapping, optional
        As for :func:`projects.siting.site_projects`.
    ground : Ground, optional

    Returns
    -------
    list of Wanted
        In the order of ``projects``.
    """
    PROJECTS.validate(projects)
    ground = ground or default_ground()
    context = regions_of(regions, ground)
    lines = existing_lines()
    drawn = features[(features["origin"] == "project") & features["drawn_by"].isin(DRAWN_AS_LINES)]
    by_id = {str(row.feature_id): row for row in drawn.itertuples(index=False)}
    out = []
    for record in projects.to_dict("records"):
        row = by_id.get(str(record["project_id"]))
        if row is None or row.geometry is None or "Line" not in row.geometry.geom_type:
            continue
        site = site_of(record, context, ground, SitingAssumptions())
        chain = place_chain(site)
        in_network = row.drawn_by == Method.NETWORK.value
        # A line beside another one (复线, 二通道) is not looked for under the other's name or number, or by its places.
        own_name_only = bool(BESIDE.search(site.name))
        on_lines = in_network and not own_name_only
        names, refs = _of_existing(row.geometry, site.mode, lines) if on_lines else ([], frozenset())
        own = [*site.names, *names]
        out.append(
            Wanted(
                feature_id=site.project_id,
                origin="project",
                name=site.name,
                mode=site.mode,
                kind=site.kind,
                work=site.work,
                status=str(row.status),
                geometry=row.geometry,
                accuracy_km=float(row.accuracy_km),
                drawn_by=str(row.drawn_by),
                names=named(own),
                refs=refs.union(*(refs_of(text) for text in site.names)),
                ends=() if own_name_only else _ends(chain),
                marks=() if own_name_only else _marks(chain),
                places=_waypoints(site, chain),
                in_network=in_network,
            )
        )
    return out


def _of_existing(geometry: BaseGeometry, mode: str, lines: gpd.GeoDataFrame) -> tuple[list[str], frozenset[str]]:
    """Return the names and numbers of the embedded lines that a drawing lies on."""
    near = lines[(lines["mode"] == mode) & lines.intersects(shapely.box(*geometry.bounds))]
    if near.empty:
        return [], frozenset()
    total = float(lengths_km([geometry])[0])
    names: list[str] = []
    refs: set[str] = set()
    carried: dict[str, float] = {}
    for row in near.itertuples(index=False):
        points = evenly(row.geometry, 2.0)
        on = float(np.mean(distances_km(points, geometry, most_km=ON_LINE_KM) <= ON_LINE_KM))
        if on > 0.0:
            carried[str(row.line)] = carried.get(str(row.line), 0.0) + on * float(row.length_km)
    for row in near.itertuples(index=False):
        if carried.get(str(row.line), 0.0) >= ON_LINE_SHARE * total:
            names += [str(row.line), str(row.name)]
            refs |= refs_of(str(row.code).replace("|", ";"))
    return list(dict.fromkeys(names)), frozenset(refs)


def _ends(chain: Chain) -> tuple[str, ...]:
    """Return the names of the places whose first characters or full names make a line's name."""
    return tuple(place.name for place in chain.places) if len(chain.places) > 1 else ()


def _marks(chain: Chain) -> tuple[frozenset[str], ...]:
    """Return the characters that stand for each place in the 简称 of a line: 南 and 宁 for 南京."""
    if len(chain.places) < 2:
        return ()
    return tuple(frozenset({p.name[0], *(mark for mark in p.abbreviations if len(mark) == 1)}) for p in chain.places)


def _waypoints(site: Site, chain: Chain) -> tuple[BaseGeometry, ...]:
    """Return the places between the ends that a whole line has to touch; of a section the others need not be on it."""
    if site.section or len(chain.places) < 3:
        return ()
    out = []
    for place in chain.places[1:-1]:
        if place.level == "province" or place.kind == "line":
            continue
        around = shapely.Point(place.lon, place.lat).buffer(WAYPOINT_KM / 100.0)
        area = site.ground.area_of(place)
        out.append(around if area is None else shapely.union(around, area))
    return tuple(out)
