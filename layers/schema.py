"""Contracts of the built layers: vocabularies, embedded lines and nodes, features, areas and indicators."""

from __future__ import annotations

from enum import StrEnum

from geo.schema import Column, Schema

__all__ = ["AREAS", "FEATURES", "INDICATORS", "LINES", "NODES", "TRAVEL_TIMES", "Method", "Mode", "Status", "Work"]


class Mode(StrEnum):
    """The five modes of a plan, and the rest."""

    RAIL = "rail"
    HIGHWAY = "highway"
    WATERWAY = "waterway"
    AIRPORT = "airport"
    ENERGY = "energy"
    OTHER = "other"


class Status(StrEnum):
    """Stage of a project, in the order of its life; ``unspecified`` where the wording settles nothing."""

    PROPOSED = "proposed"
    PREPARATORY = "preparatory"
    STARTING = "starting"
    UNDER_CONSTRUCTION = "under_construction"
    OPERATING = "operating"
    UNSPECIFIED = "unspecified"


STAGE_ORDER: dict[str, int] = {
    Status.UNSPECIFIED: 0,
    Status.PROPOSED: 1,
    Status.PREPARATORY: 2,
    Status.STARTING: 3,
    Status.UNDER_CONSTRUCTION: 4,
    Status.OPERATING: 5,
}
"""How far a stage has come; used to choose the later one and for ``STATUS>=`` scenarios."""


class Work(StrEnum):
    """What is done: something new, or works on what exists."""

    NEW = "new"
    UPGRADE = "upgrade"


class Method(StrEnum):
    """How a geometry was made, best first."""

    USER = "user"
    OSM = "osm"
    NETWORK = "network"
    NODES = "nodes"
    CORRIDOR = "corridor"
    STRAIGHT = "straight"
    POINT = "point"
    AREA = "area"
    NONE = "none"


ANY_GEOMETRY = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})

ACCURACY = Column(
    "accuracy_km",
    "float64",
    "how far the drawing may be from the truth",
    zh="精度km",
    shp="accur_km",
    unit="km",
)
SOURCE = Column("source", "string", "where the facts come from", zh="来源")
GRADE = Column("grade", "string", "A authority, B page or paper, C package, D memory cross-checked", zh="可信级")

NODES = Schema(
    "nodes",
    key=("name",),
    columns=(
        Column("name", "string", "name, unique within the mode", zh="名称", nullable=False),
        Column("kind", "string", "station, junction, interchange, port, lock, bend …", zh="类别", nullable=False),
        Column("lon", "float64", "longitude, WGS 84", zh="经度", unit="°", nullable=False),
        Column("lat", "float64", "latitude, WGS 84", zh="纬度", unit="°", nullable=False),
        Column("source", "string", "where the position comes from", zh="来源", nullable=False),
        Column(
            "grade",
            "string",
            "A authority, B page or paper, C package, D memory cross-checked",
            zh="可信级",
            nullable=False,
        ),
        Column("note", "string", "what is doubtful", zh="备注"),
    ),
)

LINES = Schema(
    "lines",
    key=("feature_id",),
    geometry=frozenset({"LineString"}),
    columns=(
        Column("feature_id", "string", "line id, stable across runs", zh="编号", shp="feat_id", nullable=False),
        Column("name", "string", "name of the section", zh="名称", nullable=False),
        Column("line", "string", "parent line", zh="所属线路"),
        Column("code", "string", "route number", zh="路线编号"),
        Column("mode", Mode, "mode", zh="方式", nullable=False),
        Column("kind", "string", "kind within the mode", zh="类别", nullable=False),
        Column("status", Status, "lifecycle stage", zh="阶段", nullable=False),
        Column(
            "opening_month", "string", "YYYY-MM, or YYYY where the month is unknown", zh="开通年月", shp="open_month"
        ),
        Column("closing_month", "string", "YYYY-MM, empty while open", zh="停用年月", shp="close_mon"),
        Column(
            "route_length_km",
            "float64",
            "published route length of this section",
            zh="公布里程km",
            shp="route_km",
            unit="km",
        ),
        Column("length_km", "float64", "geodesic length as drawn, WGS 84", zh="图上长度km", unit="km"),
        Column("speed_km_h", "float64", "permitted speed in service", zh="速度kmh", unit="km/h"),
        Column("tracks", "Int64", "tracks (rail) or lanes in both directions (highway)", zh="线数车道数"),
        Column("electrified", "boolean", "electrified (rail)", zh="电气化", shp="electrif"),
        Column("channel_class", "Int64", "class of a waterway, 1 best to 7", zh="航道等级", shp="class"),
        Column("voltage_kv", "float64", "voltage of a power line", zh="电压kV", unit="kV"),
        Column("nodes", "string", "node names in order, |-joined", zh="经由"),
        Column("drawn_by", Method, "how the geometry was made", zh="绘制方法", nullable=False),
        ACCURACY,
        SOURCE,
        GRADE,
        Column("note", "string", "what is doubtful", zh="备注"),
    ),
)

FEATURES = Schema(
    "features",
    key=("feature_id",),
    geometry=ANY_GEOMETRY,
    columns=(
        Column(
            "feature_id",
            "string",
            "project id or line id, stable across runs",
            zh="编号",
            shp="feat_id",
            nullable=False,
        ),
        Column("origin", "string", "network (what exists) or project (what a plan names)", zh="性质", nullable=False),
        Column("name", "string", "name", zh="名称", nullable=False),
        Column("mode", Mode, "mode", zh="方式", nullable=False),
        Column("kind", "string", "kind within the mode", zh="类别"),
        Column("work", "string", "new or upgrade (projects)", zh="建设性质"),
        Column("status", Status, "lifecycle stage", zh="阶段", nullable=False),
        Column("drawn_by", Method, "how the geometry was made", zh="绘制方法", nullable=False),
        ACCURACY,
        Column(
            "siting_note", "string", "what was used to draw, or why nothing is drawn", zh="落图说明", shp="site_note"
        ),
        Column(
            "siting_codes",
            "string",
            "the same as codes and parameters, see layers.siting_notes",
            zh="落图代码",
            shp="site_codes",
        ),
        Column("length_km", "float64", "geodesic length as drawn, NaN for points and areas", zh="长度km", unit="km"),
        Column("route_length_km", "float64", "published route length", zh="公布里程km", shp="route_km", unit="km"),
        Column("opening_month", "string", "YYYY-MM or YYYY", zh="开通年月", shp="open_month"),
        Column("opening_year", "Int64", "year of opening, built or planned", zh="开通年份", shp="open_year"),
        Column("closing_month", "string", "YYYY-MM, empty while open", zh="停用年月", shp="close_mon"),
        Column("speed_km_h", "float64", "speed in service or of design", zh="速度kmh", unit="km/h"),
        Column("documents", "string", "plans that name it, |-joined", zh="文件"),
        Column("clauses", "string", "clauses that name it, |-joined", zh="条款"),
        SOURCE,
        GRADE,
    ),
)

AREAS = Schema(
    "areas",
    key=("code",),
    geometry=frozenset({"Polygon", "MultiPolygon"}),
    columns=(
        Column("code", "string", "administrative code, GB/T 2260", zh="区划代码", nullable=False),
        Column("name", "string", "full name", zh="名称", nullable=False),
        Column("short_name", "string", "name without 省市县区", zh="简称"),
        Column("parent_code", "string", "code of the next level", zh="上级代码", shp="parent"),
        Column("official_area_km2", "float64", "published area", zh="公布面积km2", shp="offic_km2", unit="km²"),
        Column("polygon_area_km2", "float64", "geodesic area as drawn", zh="图上面积km2", shp="polyg_km2", unit="km²"),
        Column("population_2020", "float64", "census of 2020-11-01", zh="七普人口", shp="pop_2020", unit="persons"),
    ),
)

INDICATORS = Schema(
    "indicators",
    key=("indicator", "area", "scenario", "as_of"),
    columns=(
        Column("area", "string", "area, or pair of places joined by a dash", zh="区域", nullable=False),
        Column("indicator", "string", "what is measured", zh="指标", nullable=False),
        Column("scenario", "string", "today, or plan (with the projects)", zh="情景", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network", zh="时点", nullable=False),
        Column("value", "float64", "NaN where it cannot be measured; the definition says why", zh="数值"),
        Column("unit", "string", "unit of the value", zh="单位", nullable=False),
        Column("definition", "string", "numerator, denominator, source, what is excluded", zh="口径", shp="definition"),
    ),
)

TRAVEL_TIMES = Schema(
    "travel_times",
    key=("from", "to", "mode", "as_of", "scenario"),
    columns=(
        Column("from", "string", "origin", zh="出发地", nullable=False),
        Column("to", "string", "destination", zh="目的地", nullable=False),
        Column("mode", "string", "rail, road or any", zh="方式", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network", zh="时点", nullable=False),
        Column("scenario", "string", "today, plan, or a condition on stages", zh="情景", nullable=False),
        Column(
            "travel_time_min",
            "float64",
            "NaN where there is no way; note says why",
            zh="时间min",
            shp="time_min",
            unit="min",
        ),
        Column("length_km", "float64", "along the way", zh="里程km", unit="km"),
        Column("note", "string", "why a number is missing, or what it rests on", zh="备注"),
    ),
)
