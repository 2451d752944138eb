"""Rungs that end in a point or an area: recorded facilities, crossings of the Yangtze, the one place that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.geodesy import area_km2, distance_km, geodesic_line
from layers.schema import Method, Mode
from projects.sites.drawing import Drawing, Site, joined_names

if TYPE_CHECKING:
    from geo.gazetteer import Place
    from projects.sites.chains import Chain

__all__ = ["by_facility", "by_point_or_area", "radius_km"]

UNSITED_MODES = frozenset({Mode.OTHER.value})
"""Modes that tongtu registers but does not draw as lines: a point or an area is enough."""


def by_facility(site: Site, chain: Chain) -> Drawing | str:
    """Use the existing or recorded facility of that name, or the one that its place has: station, airport, crossing."""
    if site.kind == "river_crossing":
        return _river_crossing(site, chain)
    found = None
    new_airport = "新机场" in site.name and "迁建" not in site.name
    if not new_airport:
        found = site.ground.facility_named(site.names, site.mode, site.kind)
    if found is None and site.kind == "station":
        found = next((s for name in site.names if (s := site.ground.station_named(name)) is not None), None)
    if found is None and site.kind in {"cargo_airport", "civil_airport"} and not new_airport:
        spelled = [found[0] for _, _, found in site.ground.gazetteer.scan(site.name, region=site.region)]
        airports = (site.ground.civil_airport_of(place) for place in (*chain.places[::-1], *spelled))
        found = next((airport for airport in airports if airport is not None), None)
    if found is None:
        return "新机场, 非现有机场 a new airport, not the existing one" if new_airport else ""
    text = f"已有设施位置 recorded facility {found.name}{chain.tail}"
    return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)


def by_point_or_area(site: Site, chain: Chain) -> Drawing | str:
    """Fall back to the one place, or the region, that the plan names."""
    lost = f"未找到地名 not in the gazetteer: {'、'.join(chain.missing)}" if chain.missing else ""
    if not chain.places:
        return "; ".join([*([lost] if lost else []), *chain.notes])
    place = chain.places[0]
    polygon = site.ground.area_of(place)
    if site.is_line and site.mode not in UNSITED_MODES and polygon is not None:
        text = f"走向未知, 仅知区域 route unknown, only the region {place.full_name}{chain.tail}"
        return Drawing(polygon, Method.AREA, radius_km(site, place), text)
    point = shapely.Point(place.lon, place.lat)
    return Drawing(point, Method.POINT, radius_km(site, place), f"以地点代表 at {place.full_name}{chain.tail}")


def _river_crossing(site: Site, chain: Chain) -> Drawing | str:
    """Place a crossing: the recorded one, else where the join of its banks meets the Yangtze, else the nearest bank."""
    found = site.ground.facility_named(site.names, site.mode, site.kind)
    if found is None and site.name.endswith("过江通道"):
        found = site.ground.crossing_called(site.name.removesuffix("过江通道"), site.mode)
    if found is not None:
        text = f"已有设施位置 recorded crossing {found.name}{chain.tail}"
        return Drawing(found.geometry, Method.NETWORK, found.accuracy_km, text)
    river = site.ground.river
    if not chain.places or river is None:
        return ""
    first, last = chain.places[0], chain.places[-1]
    if first is not last:
        meets = shapely.get_coordinates(
            geodesic_line([(first.lon, first.lat), (last.lon, last.lat)]).intersection(river)
        )
        if len(meets):
            point = shapely.Point(meets[len(meets) // 2])
            accuracy = max(3.0, distance_km(first.lon, first.lat, last.lon, last.lat) * site.assumptions.stray_share)
            return Drawing(point, Method.POINT, accuracy, f"{joined_names([first, last])}连线过江处 meets the Yangtze")
    if first.kind == "bridge":
        return ""
    near = site.ground.crossing_near((first.lon, first.lat), site.mode, site.assumptions.crossing_reach_km)
    if near is not None:
        text = f"{first.name}附近已知过江点 recorded crossing near it: {near.name}{chain.tail}"
        return Drawing(near.geometry, Method.NETWORK, near.accuracy_km + 2.0, text)
    return ""


def radius_km(site: Site, place: Place) -> float:
    """Return the radius of the circle that is as large as a unit; of other places what the gazetteer says of them."""
    polygon = site.ground.area_of(place)
    return place.accuracy_km if polygon is None else float(np.sqrt(area_km2(polygon) / np.pi))
