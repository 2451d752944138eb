"""Contracts of what is read from plans: projects, mentions, targets, and their assessment."""

from __future__ import annotations

from enum import StrEnum

from geo.schema import Column, Schema
from layers.schema import Mode, Status, Work

__all__ = ["ASSESSMENT", "DAMAGE", "MENTIONS", "PROJECTS", "TARGETS", "Comparator"]


class Comparator(StrEnum):
    """How a target bounds its indicator."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOUT = "~"
    EQUAL = "="


PROJECTS = Schema(
    "projects",
    key=("project_id",),
    columns=(
        Column("project_id", "string", "stable over runs and documents", zh="项目编号", shp="proj_id", nullable=False),
        Column("name", "string", "fullest name that the plans use", zh="项目名称", nullable=False),
        Column("aliases", "string", "other names, |-joined", zh="别名"),
        Column("mode", Mode, "mode", zh="方式", nullable=False),
        Column("kind", "string", "kind within the mode", zh="类别"),
        Column("work", Work, "new, or upgrade of what exists", zh="建设性质", nullable=False),
        Column("status", Status, "later-reached stage of all mentions", zh="阶段", nullable=False),
        Column("opening_year", "Int64", "year of opening that a plan states", zh="开通年份", shp="open_year"),
        Column("places", "string", "places in order, - joined; 简称 expanded", zh="地点"),
        Column("section", "string", "the part of the line that is meant", zh="区段"),
        Column("lead", "string", "lead department or responsible body", zh="牵头单位"),
        Column("documents", "string", "documents that name it, |-joined", zh="文件"),
        Column("clauses", "string", "document:clause of each mention, |-joined", zh="条款"),
        Column("flags", "string", "doubts, |-joined: ambiguous_place, damaged, digits_lost, corrected …", zh="存疑"),
    ),
)

MENTIONS = Schema(
    "mentions",
    key=("document", "start", "end", "project_id"),
    columns=(
        Column("project_id", "string", "the project that is meant", zh="项目编号", shp="proj_id", nullable=False),
        Column("document", "string", "short name of the document", zh="文件", nullable=False),
        Column("clause", "string", "clause as the document numbers it", zh="条款"),
        Column("start", "Int64", "first character of the quotation in the document's text", zh="起始字符"),
        Column("end", "Int64", "character after the quotation", zh="结束字符"),
        Column("name", "string", "the name as this mention has it", zh="文中名称"),
        Column("quotation", "string", "the document's own words, exactly from start to end", zh="原文"),
        Column("status_text", "string", "words that the stage follows from", zh="阶段依据", shp="stat_text"),
        Column("status", Status, "stage of this mention", zh="阶段", nullable=False),
    ),
)

TARGETS = Schema(
    "targets",
    key=("document", "start", "end", "indicator"),
    columns=(
        Column("document", "string", "short name of the document", zh="文件", nullable=False),
        Column("clause", "string", "clause as the document numbers it", zh="条款"),
        Column("indicator", "string", "indicator, see projects/data/indicators.csv", zh="指标", nullable=False),
        Column("indicator_zh", "string", "indicator in the plan's words", zh="指标名称", shp="indic_zh"),
        Column("comparator", Comparator, "bound", zh="比较", nullable=False),
        Column("value", "float64", "bound's value, in unit", zh="目标值", nullable=False),
        Column("unit", "string", "unit", zh="单位"),
        Column("year", "Int64", "target year, NA where lost or not stated", zh="目标年"),
        Column("area", "string", "area that the target is for", zh="区域"),
        Column("infrastructure", "boolean", "whether it concerns infrastructure", zh="基础设施", shp="infrastr"),
        Column("start", "Int64", "first character of the quotation in the document's text", zh="起始字符"),
        Column("end", "Int64", "character after the quotation", zh="结束字符"),
        Column("quotation", "string", "the document's own words, exactly from start to end", zh="原文"),
    ),
)

DAMAGE = Schema(
    "damage",
    key=("document", "start", "end"),
    columns=(
        Column("document", "string", "short name of the document", zh="文件", nullable=False),
        Column("start", "Int64", "first damaged character", zh="起始字符"),
        Column("end", "Int64", "character after the damage", zh="结束字符"),
        Column("kind", "string", "broken_characters, digits_lost, scrambled", zh="类别", nullable=False),
        Column("quotation", "string", "the damaged words with a few around", zh="原文"),
        Column("consequence", "string", "what could not be read", zh="后果"),
    ),
)

ASSESSMENT = Schema(
    "assessment",
    key=("document", "start", "indicator", "area", "scenario"),
    columns=(
        *TARGETS.columns,
        Column("scenario", "string", "today, or plan", zh="情景", nullable=False),
        Column("as_of", "string", "YYYY-MM of the network that was measured", zh="时点"),
        Column(
            "measured_value", "float64", "in the target's unit; NaN where not measured", zh="测算值", shp="measured"
        ),
        Column("gap", "float64", "what is missing, in the target's unit; 0 where met", zh="差距"),
        Column("met", "boolean", "NA where not measured", zh="是否达到"),
        Column(
            "borderline",
            "boolean",
            "whether value and bound differ by less than the measurement's error",
            zh="临界",
            shp="borderline",
        ),
        Column("note", "string", "definition, doubt, or why it is not measured", zh="说明"),
    ),
)
