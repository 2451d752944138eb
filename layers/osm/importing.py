"""A file of OpenStreetMap in one call: layers, road network, and what was repaired or left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers.osm.lines import lines_of, readings
from layers.osm.links import road_network
from layers.osm.places import areas_of, points_of
from layers.osm.reading import read_objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from layers.osm.findings import Findings
    from layers.osm.road_network import RoadNetwork
    from layers.osm.roads import RoadAssumptions

__all__ = ["OsmImport", "import_osm", "import_roads"]


@dataclass(frozen=True)
class OsmImport:
    """
    What came out of a file.

    Parameters
    ----------
    lines, points, areas : GeoDataFrame
        Contracts ``OSM_LINES``, ``OSM_POINTS``, ``OSM_AREAS`` of ``layers.osm.schema``: what exists, is built or planned.
    former : GeoDataFrame, contract ``OSM_LINES``
        Lines out of use or gone.
    network : RoadNetwork
    findings : Findings
        What was repaired, left out or noticed.
    passed_over : dict of str to int
        Ways of classes that are in no layer (``highway=residential`` …), by class. Streets are in the network all the same.
    data_date : str
        State of the data, as the file's header says; ``""`` where it does not.
    bounds : tuple of float
        West, south, east, north of the file's header, or of the lines.
    """

    lines: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    former: gpd.GeoDataFrame
    network: RoadNetwork
    findings: Findings
    passed_over: dict[str, int]
    data_date: str
    bounds: tuple[float, ...]


def import_osm(
    path: Path,
    *,
    assumptions: RoadAssumptions | None = None,
    data_date: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> OsmImport:
    """
    Read a file into layers and a road network.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, or an answer of Overpass in JSON.
    assumptions : RoadAssumptions, optional
        Speeds where none are mapped.
    data_date : str
        State of the data where the caller knows it and the file does not say.
    progress : callable, optional
        Told how many of the steps are done.

    Returns
    -------
    OsmImport
        The same for the same data, whatever the format and the order of the objects in it.

    Raises
    ------
    SchemaError
        If the file cannot be read: missing, empty, cut off, no OpenStreetMap data.
    """

    def done(number: int, _total: int) -> None:
        if progress is not None:
            progress(number, 5)

    objects = read_objects(path, progress=done)
    date = objects.data_date or data_date
    network = road_network(replace(objects, data_date=date), assumptions)
    done(4, 5)
    found = readings(objects)
    drawn = lines_of(objects, found)
    points, areas = points_of(objects), areas_of(objects, found)
    done(5, 5)
    bounds = objects.bounds or (tuple(map(float, drawn.lines.total_bounds)) if len(drawn.lines) else ())
    return OsmImport(
        drawn.lines,
        points,
        areas,
        drawn.former,
        network,
        objects.findings,
        drawn.passed_over,
        date,
        bounds,
    )


def import_roads(path: Path, *, assumptions: RoadAssumptions | None = None) -> RoadNetwork:
    """
    Read a file into a road network alone, which takes a fraction of the time of the layers.

    See Also
    --------
    import_osm : layers too, and what was repaired or left out.
    """
    return road_network(read_objects(path), assumptions)
