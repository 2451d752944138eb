"""Contracts of the tables of a ranking."""

from __future__ import annotations

from geo.schema import Column, Schema
from layers.schema import Method, Mode, Status

__all__ = ["BEFORE_AFTER", "DIFFERENCES", "INTERACTIONS", "RANKING", "TOGETHER"]

PERSON_MIN = "10⁴ person·min"

RANKING = Schema(
    "ranking",
    key=("project_id",),
    columns=(
        Column("rank", "Int64", "by saved_10k_person_min, else by mean_saved_min; empty where not measured", zh="名次"),
        Column("project_id", "string", "project", zh="编号", shp="project_id", nullable=False),
        Column("name", "string", "name", zh="名称", nullable=False),
        Column("mode", Mode, "mode", zh="方式", nullable=False),
        Column("kind", "string", "kind within the mode", zh="类别"),
        Column("status", Status, "lifecycle stage", zh="阶段", nullable=False),
        Column("opening_year", "Int64", "year that a plan means to open it", zh="开通年份", shp="open_year"),
        Column("drawn_by", Method, "how the geometry was made", zh="绘制方法", nullable=False),
        Column("accuracy_km", "float64", "how far the drawing may be off", zh="精度km", shp="accur_km", unit="km"),
        Column("length_km", "float64", "route length that it adds", zh="里程km", unit="km"),
        Column(
            "stations_met",
            "Int64",
            "stations or interchanges that exist and lie on it as drawn: few where the drawing is rough",
            zh="衔接既有站点数",
            shp="met",
        ),
        Column(
            "saved_10k_person_min",
            "float64",
            "alone: minutes saved × people, when everybody makes one trip to places in proportion to their population",
            zh="节约万人分",
            shp="saved",
            unit=PERSON_MIN,
        ),
        Column(
            "saved_low_10k_person_min",
            "float64",
            "the same with the slower speed class, and a longer way where drawn straight",
            zh="节约下限万人分",
            shp="saved_low",
            unit=PERSON_MIN,
        ),
        Column(
            "saved_high_10k_person_min",
            "float64",
            "the same with no detour where drawn straight",
            zh="节约上限万人分",
            shp="saved_high",
            unit=PERSON_MIN,
        ),
        Column(
            "mean_saved_min",
            "float64",
            "alone: mean over all pairs of places, without weights",
            zh="平均节约min",
            shp="mean_saved",
            unit="min",
        ),
        Column(
            "saved_last_10k_person_min",
            "float64",
            "what it adds when all others are there: all together less all but this one",
            zh="末位节约万人分",
            shp="saved_last",
            unit=PERSON_MIN,
        ),
        Column(
            "interaction_10k_person_min",
            "float64",
            "saved last less saved alone: below 0 others do the same, above 0 others make it worth more",
            zh="相互作用万人分",
            shp="interact",
            unit=PERSON_MIN,
        ),
        Column("pairs_faster", "Int64", "alone: pairs of places that get faster", zh="提速对数", shp="p_faster"),
        Column("pairs_connected", "Int64", "alone: pairs without a way today", zh="新通对数", shp="p_new"),
        Column("pairs_under_60", "Int64", "alone: pairs brought to 60 min or below", zh="进60分对数", shp="p_under60"),
        Column("pairs_under_90", "Int64", "alone: pairs brought to 90 min or below", zh="进90分对数", shp="p_under90"),
        Column(
            "circle_places", "Int64", "alone: places that come into a one-hour circle", zh="入圈地区数", shp="circ_n"
        ),
        Column(
            "circle_people",
            "float64",
            "their population, NaN where unknown",
            zh="入圈人口",
            shp="circ_pop",
            unit="persons",
        ),
        Column("circles", "string", "which places come into which circle", zh="入圈地区"),
        Column(
            "saved_per_km",
            "float64",
            "saved_10k_person_min over length_km",
            zh="每km节约万人分",
            shp="per_km",
            unit=f"{PERSON_MIN}/km",
        ),
        Column("cost_100m_yuan", "float64", "as given", zh="投资亿元", shp="cost", unit="10⁸ yuan"),
        Column(
            "saved_per_cost",
            "float64",
            "saved_10k_person_min over cost",
            zh="每亿节约万人分",
            shp="per_cost",
            unit=f"{PERSON_MIN}/10⁸ yuan",
        ),
        Column("scenario", "string", "which projects are ranked", zh="情景", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network that they meet", zh="时点", nullable=False),
        Column("travel_mode", "string", "rail, road or any", zh="出行方式", shp="trav_mode", nullable=False),
        Column(
            "uncertainty", "string", "what the drawing and the assumed speed leave open", zh="不确定性", shp="uncert"
        ),
        Column("note", "string", "why it is not measured, or what the number rests on", zh="备注"),
    ),
)

TOGETHER = Schema(
    "together",
    key=("measure",),
    columns=(
        Column("measure", "string", "what is summed", zh="指标", nullable=False),
        Column("sum_alone", "float64", "sum over the projects, each alone", zh="单独之和"),
        Column("together", "float64", "all of them together", zh="合计"),
        Column("interaction", "float64", "together less the sum", zh="相互作用"),
        Column("unit", "string", "unit", zh="单位", nullable=False),
    ),
)

INTERACTIONS = Schema(
    "interactions",
    key=("project_a", "project_b"),
    columns=(
        Column("project_a", "string", "project", zh="项目甲", nullable=False),
        Column("project_b", "string", "project", zh="项目乙", nullable=False),
        Column("name_a", "string", "name", zh="甲名称"),
        Column("name_b", "string", "name", zh="乙名称"),
        Column("saved_together", "float64", "both built", zh="合建节约万人分", shp="together", unit=PERSON_MIN),
        Column("saved_sum", "float64", "sum of each alone", zh="单独之和万人分", unit=PERSON_MIN),
        Column(
            "interaction",
            "float64",
            "together less the sum: below 0 they do the same, above 0 they help each other",
            zh="相互作用万人分",
            shp="interact",
            unit=PERSON_MIN,
        ),
    ),
)

BEFORE_AFTER = Schema(
    "before_after",
    key=("from", "to", "mode", "as_of", "scenario"),
    columns=(
        Column("from", "string", "origin", zh="出发地", nullable=False),
        Column("to", "string", "destination", zh="目的地", nullable=False),
        Column("mode", "string", "rail, road or any", zh="方式", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network", zh="时点", nullable=False),
        Column("scenario", "string", "what is built after", zh="情景", nullable=False),
        Column("before_min", "float64", "today; NaN without a way", zh="建设前min", unit="min"),
        Column("after_min", "float64", "with the projects; NaN without a way", zh="建设后min", unit="min"),
        Column("saved_min", "float64", "before less after; NaN where either is missing", zh="节约min", unit="min"),
        Column("note", "string", "newly connected, or why a number is missing", zh="备注"),
    ),
)

DIFFERENCES = Schema(
    "differences",
    key=("code",),
    geometry=frozenset({"Polygon", "MultiPolygon"}),
    columns=(
        Column("code", "string", "administrative code, GB/T 2260", zh="区划代码", nullable=False),
        Column("name", "string", "name", zh="名称", nullable=False),
        Column("before_min", "float64", "mean time to the other places, today", zh="建设前min", unit="min"),
        Column("after_min", "float64", "the same with the projects", zh="建设后min", unit="min"),
        Column("saved_min", "float64", "before less after", zh="节约min", unit="min"),
        Column("saved_share", "float64", "saved over before", zh="节约比例", shp="saved_shr"),
        Column("weight", "string", "population or equal: how the places count in the means", zh="权重"),
        Column("places_reached", "Int64", "places with a way before and after", zh="可达地区数", shp="reached"),
        Column("places_connected", "Int64", "places without a way before", zh="新通地区数", shp="connected"),
    ),
)
