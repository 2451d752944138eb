"""Contracts of the accessibility tables."""

from __future__ import annotations

from geo.schema import Column, Schema

__all__ = ["ACCESSIBILITY", "CIRCLES", "EQUITY"]

_CONTEXT = (
    Column("mode", "string", "rail, road, any, or matrix (a user's times)", zh="方式", nullable=False),
    Column("as_of", "string", "YYYY-MM of the network", zh="时点"),
    Column("scenario", "string", "today, plan, or a condition on stages", zh="情景", nullable=False),
)
_BASIS = (
    Column("definition", "string", "formula, limits, what is left out", zh="口径", nullable=False),
    Column(
        "grade_d_share",
        "float64",
        "share of the network's route length whose facts come from memory (grade D)",
        zh="D级占比",
        shp="d_share",
    ),
    Column(
        "straight_share",
        "float64",
        "share of the network's route length that is drawn straight between two ends",
        zh="直线占比",
        shp="str_share",
    ),
)

ACCESSIBILITY = Schema(
    "accessibility",
    key=("measure", "place", "mode", "as_of", "scenario"),
    columns=(
        Column("place", "string", "city or county", zh="地区", nullable=False),
        Column("code", "string", "administrative code, GB/T 2260, where known", zh="区划代码"),
        Column("measure", "string", "measure", zh="指标", shp="measure", nullable=False),
        Column("value", "float64", "NaN where it cannot be measured; note says why", zh="数值"),
        Column("unit", "string", "unit of the value", zh="单位", nullable=False),
        Column("detail", "string", "which facility, which centres", zh="明细"),
        *_CONTEXT,
        Column("note", "string", "why a number is missing, or what it rests on", zh="备注"),
        *_BASIS,
    ),
)

EQUITY = Schema(
    "equity",
    key=("measure", "index", "mode", "as_of", "scenario"),
    columns=(
        Column("measure", "string", "measure whose spread is told", zh="指标", nullable=False),
        Column("index", "string", "gini, theil, theil_between, theil_within, palma", zh="不均等指数", nullable=False),
        Column("value", "float64", "NaN where it has no value", zh="数值"),
        Column("places", "Int64", "places counted", zh="地区数"),
        Column("left_out", "string", "places without a value, not counted", zh="未计地区"),
        *_CONTEXT,
        *_BASIS,
    ),
)

CIRCLES = Schema(
    "circles",
    key=("circle", "scope", "code", "mode", "as_of", "scenario"),
    columns=(
        Column("circle", "string", "metropolitan area", zh="都市圈", nullable=False),
        Column("scope", "string", "which plan says who is a member", zh="成员口径", nullable=False),
        Column("code", "string", "code of the county", zh="区划代码", nullable=False),
        Column("county", "string", "county, district or county-level city", zh="区县", nullable=False),
        Column("member", "boolean", "a member by the plan", zh="规划成员"),
        Column("core", "string", "the nearest core city", zh="核心城市"),
        Column("time_min", "float64", "seat to the centre of the core city, door to door", zh="时间min", unit="min"),
        Column("standing", "string", "in, just_out, out, unreached", zh="圈内外", nullable=False),
        Column("population", "float64", "census of 2020", zh="七普人口", unit="persons"),
        *_CONTEXT,
        *_BASIS,
    ),
)
