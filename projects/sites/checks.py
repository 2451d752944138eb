"""What is said of a drawing once it is there: that it leaves its region, lies far from its places, or runs beside another line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import distance_km, length_km
from layers.schema import Method, Mode, Work
from layers.siting_notes import note
from projects.sites.sections import section_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Place
    from projects.sites.chains import Chain
    from projects.sites.drawing import Drawing, Reasons, Site
    from projects.sites.ground import Ground

__all__ = ["beside_existing", "far_from_places", "leaves_region", "outside_share"]

FAR_KM = 50.0
"""A planner's line this far from every place of its project is said to be far; it is used all the same."""

EXPRESSWAY_KINDS = frozenset({"expressway", "expressway_widening", "ring_road"})
"""Kinds whose length counts as that of expressways."""

MOSTLY_SHARE = 0.5
"""A new line of which this much runs within 3 km of an existing one of its class is said to."""


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


def leaves_region(site: Site, drawing: Drawing, chain: Chain) -> Reasons:
    """Return the reason why a line is not believed: it leaves the region that its places span."""
    geometry = drawing.geometry
    if geometry is None or "Line" not in geometry.geom_type or len(chain.places) < 2:
        return ()
    share = outside_share(geometry, [*chain.places, *section_ends(site)], site.ground)
    if share <= site.assumptions.most_outside_share:
        return ()
    first = drawing.notes[0]
    what = first.get("line") or first.get("places") or first.get("name") or site.name
    return (note("outside_region", what=what, share=f"{share:.0%}"),)


def far_from_places(geometry: BaseGeometry, chain: Chain) -> Reasons:
    """Say that a planner's line lies far from all places of its project: the id may be another's."""
    places = [place for place in chain.places if place.kind != "line" and place.level != "province"]
    if not places:
        return ()
    gaps = []
    for place in places:
        ends = shapely.get_coordinates(shapely.shortest_line(geometry, shapely.Point(place.lon, place.lat)))
        gaps.append(distance_km(*ends[0], *ends[-1]) - place.accuracy_km)
    return (note("user_far", km=round(min(gaps))),) if min(gaps) > FAR_KM else ()


def beside_existing(site: Site, drawing: Drawing) -> Reasons:
    """Say how much of a new line runs so near an existing one of its class that it counts no length of its own."""
    geometry = drawing.geometry
    made = {Method.NODES, Method.CORRIDOR, Method.STRAIGHT}
    if geometry is None or "Line" not in geometry.geom_type or drawing.method not in made or site.work != Work.NEW:
        return ()
    if site.mode == Mode.HIGHWAY.value and site.kind not in EXPRESSWAY_KINDS:
        return ()  # a national road counts in no length beside an expressway
    share = site.ground.share_beside(geometry, site.mode, site.kind)
    return (note("mostly_beside", share=f"{share:.0%}"),) if share >= MOSTLY_SHARE else ()
