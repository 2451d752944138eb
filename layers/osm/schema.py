"""Contracts of what comes out of OpenStreetMap: lines, points and areas with their stage, and what was repaired or left out."""

from __future__ import annotations

from enum import StrEnum

from geo.schema import Column, Schema
from layers.schema import Mode, Status

__all__ = ["ATTRIBUTION", "FINDINGS", "OSM_AREAS", "OSM_LINES", "OSM_POINTS", "Lifecycle", "Oneway"]

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
"""What every product of this data must show (https://www.openstreetmap.org/copyright)."""


class Lifecycle(StrEnum):
    """
    What OpenStreetMap says of an object's life, in its order.

    ``layers.schema.Status`` knows no end of life, so what is out of use has the status ``unspecified`` and stands in
    tables of its own, where nobody counts it among what exists.
    """

    PROPOSED = "proposed"
    PLANNED = "planned"
    CONSTRUCTION = "construction"
    IN_USE = "in_use"
    DISUSED = "disused"
    ABANDONED = "abandoned"
    REMOVED = "removed"

    @property
    def status(self) -> Status:
        """The stage of a project that this is."""
        return _STATUS[self]

    @property
    def is_former(self) -> bool:
        """Whether the object is out of use or gone."""
        return self in {Lifecycle.DISUSED, Lifecycle.ABANDONED, Lifecycle.REMOVED}


_STATUS = {
    Lifecycle.PROPOSED: Status.PROPOSED,
    Lifecycle.PLANNED: Status.PROPOSED,
    Lifecycle.CONSTRUCTION: Status.UNDER_CONSTRUCTION,
    Lifecycle.IN_USE: Status.OPERATING,
    Lifecycle.DISUSED: Status.UNSPECIFIED,
    Lifecycle.ABANDONED: Status.UNSPECIFIED,
    Lifecycle.REMOVED: Status.UNSPECIFIED,
}


class Oneway(StrEnum):
    """In which direction of its nodes a way may be used."""

    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"
    REVERSIBLE = "reversible"


_WHAT = (
    Column("osm_id", "string", "way/123, node/123 or relation/123", zh="OSM编号", nullable=False),
    Column("mode", Mode, "mode", zh="方式", nullable=False),
    Column("kind", "string", "kind within the mode, see layers/data/osm_kinds.csv", zh="类别", nullable=False),
    Column("status", Status, "lifecycle stage", zh="阶段", nullable=False),
    Column("lifecycle", Lifecycle, "what OpenStreetMap says of it", zh="OSM状态", shp="lifecycle", nullable=False),
    Column("name", "string", "name, Chinese where there is one", zh="名称"),
    Column("name_en", "string", "English name", zh="英文名称"),
    Column("ref", "string", "number of the road or line, ;-joined as mapped", zh="编号代码"),
    Column("operator", "string", "operator", zh="运营单位"),
    Column("opening_year", "Int64", "of opening_date or start_date", zh="开通年份", shp="open_year"),
)

_REST = (
    Column("voltage_kv", "float64", "highest voltage mapped", zh="电压kV", unit="kV"),
    Column("tags", "string", "all tags as JSON, keys sorted", zh="OSM标签"),
)

OSM_LINES = Schema(
    "osm_lines",
    key=("osm_id", "mode"),
    geometry=frozenset({"LineString"}),
    columns=(
        *_WHAT,
        Column(
            "speed_km_h",
            "float64",
            "maxspeed as mapped, the faster direction; NaN where none is mapped",
            zh="速度kmh",
            unit="km/h",
        ),
        Column("oneway", Oneway, "direction of use along the nodes", zh="单向", nullable=False),
        Column("bridge", "boolean", "on a bridge", zh="桥", nullable=False),
        Column("tunnel", "boolean", "in a tunnel", zh="隧道", nullable=False),
        Column("layer", "Int64", "level among crossing ways, 0 at grade", zh="层", nullable=False),
        *_REST,
        Column("length_km", "float64", "geodesic length, WGS 84, each piece once", zh="长度km", unit="km"),
    ),
)

OSM_POINTS = Schema(
    "osm_points",
    key=("osm_id", "mode"),
    geometry=frozenset({"Point"}),
    columns=(*_WHAT, *_REST),
)

OSM_AREAS = Schema(
    "osm_areas",
    key=("osm_id", "mode"),
    geometry=frozenset({"Polygon", "MultiPolygon"}),
    columns=(
        *_WHAT,
        *_REST,
        Column("area_km2", "float64", "geodesic area, WGS 84", zh="面积km2", unit="km²"),
    ),
)

FINDINGS = Schema(
    "osm_findings",
    key=("code",),
    columns=(
        Column("code", "string", "what was found, see layers.osm.findings", zh="代码", nullable=False),
        Column("count", "Int64", "how many objects", zh="数量", nullable=False),
        Column("effect", "string", "repaired, left_out or noted", zh="处理", nullable=False),
        Column("examples", "string", "the first few, |-joined", zh="例"),
        Column("note", "string", "what it is, in words", zh="说明"),
    ),
)
