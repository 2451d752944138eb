"""Contracts of what is read from plans: projects, mentions, targets, and their assessment."""

from __future__ import annotations

from enum import StrEnum

from geo.schema import Column, Schema
from layers.schema import Method, Mode, Status, Work

__all__ = [
    "ASSESSMENT",
    "CHANGES",
    "CLOSING",
    "CONSISTENCY",
    "DAMAGE",
    "DOCUMENTS",
    "MENTIONS",
    "PROJECTS",
    "SENSITIVITY",
    "TARGETS",
    "VERDICTS",
    "Change",
    "Comparator",
    "Disagreement",
    "Verdict",
]


class Comparator(StrEnum):
    """How a target bounds its indicator."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOUT = "~"
    EQUAL = "="


class Verdict(StrEnum):
    """What an assessment says of a target."""

    MET = "met"
    BORDERLINE = "borderline"
    MET_WITH_PROJECTS = "met_with_projects"
    NOT_MET = "not_met"
    NOT_MEASURED = "not_measured"


class Disagreement(StrEnum):
    """How plans disagree."""

    STAGE = "stage"
    TARGET = "target"
    NEIGHBOUR_SILENT = "neighbour_silent"
    NO_LONGER_NAMED = "no_longer_named"


class Change(StrEnum):
    """What became of a project or a target between two registers."""

    NEW = "new"
    GONE = "gone"
    STAGE_MOVED = "stage_moved"
    GEOMETRY_CHANGED = "geometry_changed"
    NUMBER_CHANGED = "number_changed"


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
        Column(
            "history",
            "string",
            "stages by document date, |-joined: date document stage; ? for a document of unknown date",
            zh="阶段历程",
        ),
        Column("flags", "string", "doubts, |-joined: ambiguous_place, damaged, halted, corrected …", zh="存疑"),
    ),
)

MENTIONS = Schema(
    "mentions",
    key=("document", "start", "end", "project_id"),
    columns=(
        Column("project_id", "string", "the project that is meant", zh="项目编号", shp="proj_id", nullable=False),
        Column("document", "string", "short name of the document", zh="文件", nullable=False),
        Column("date", "string", "issue date of the document, empty where unknown", zh="文件日期", shp="doc_date"),
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

DOCUMENTS = Schema(
    "documents",
    key=("document",),
    columns=(
        Column("document", "string", "short name", zh="文件", nullable=False),
        Column("title", "string", "title as the document has it", zh="标题"),
        Column("date", "string", "issue date, empty where unknown", zh="日期"),
        Column("date_basis", "string", "what the date rests on, see projects.dating.BASES", zh="日期依据"),
        Column("region", "string", "unit that the document is for", zh="地区"),
        Column("mentions", "Int64", "mentions of projects", zh="提及数"),
        Column("encoding", "string", "encoding of the file, or docx, pdf", zh="编码"),
        Column("sha256", "string", "checksum of the file", zh="校验和"),
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

VERDICTS = Schema(
    "verdicts",
    key=("document", "start", "indicator", "area"),
    columns=(
        *TARGETS.columns,
        Column("verdict", Verdict, "one word for the target, see projects.verdict.verdicts", zh="结论", nullable=False),
        Column("stage", "string", "furthest stage from which on projects are needed to meet it", zh="所需阶段"),
        Column("borderline", "boolean", "the deciding value is within the measurement's error", zh="临界"),
        Column("plan_date", "string", "YYYY-MM of the document, empty where unknown", zh="文件年月"),
        Column("value_at_plan_date", "float64", "network of that month", zh="文件时值", shp="val_plan_d"),
        Column("as_of", "string", "YYYY-MM of today's network", zh="时点"),
        Column("value_today", "float64", "in the target's unit", zh="现状值", shp="val_today"),
        Column(
            "value_under_construction", "float64", "today and projects under construction", zh="含在建", shp="val_u_con"
        ),
        Column(
            "value_starting", "float64", "today and projects at stage starting or further", zh="含开工", shp="val_start"
        ),
        Column(
            "value_preparatory",
            "float64",
            "today and projects at stage preparatory or further",
            zh="含前期",
            shp="val_prep",
        ),
        Column("value_plan", "float64", "today and all drawn projects; no forecast", zh="含全部", shp="val_plan"),
        Column(
            "value_own_plan",
            "float64",
            "today and the drawn projects that the target's own document names",
            zh="含本规划项目",
            shp="val_own",
        ),
        Column(
            "value_target_year",
            "float64",
            "today and the projects whose stated year of opening is not after the target's year",
            zh="至目标年",
            shp="val_year",
        ),
        Column("gap", "float64", "missing today, in the target's unit; 0 where met", zh="现状差距"),
        Column("missing", "float64", "what the gap is in kilometres or minutes", zh="尚缺"),
        Column("missing_unit", "string", "km or min", zh="尚缺单位", shp="miss_unit"),
        Column("error_share", "float64", "error of the measurement, share of the bound", zh="测算误差", shp="error_sh"),
        Column(
            "closing_projects",
            "string",
            "shortest list of projects that closes the gap, |-joined",
            zh="补足项目",
            shp="closing",
        ),
        Column("closing_note", "string", "how solid they are, or why none are listed", zh="补足说明", shp="clos_note"),
        Column(
            "added_km", "float64", "what all drawn projects add in the area", zh="规划新增km", shp="added_km", unit="km"
        ),
        Column("straight_share", "float64", "share of it that is drawn straight", zh="直线占比", shp="straight"),
        Column("corridor_share", "float64", "share of it that is drawn as a corridor", zh="走廊占比", shp="corridor"),
        Column(
            "early_share", "float64", "share of it at stages before under_construction", zh="未在建占比", shp="early"
        ),
        Column("official_value", "float64", "published figure in the target's unit", zh="公布值", shp="official"),
        Column("official_as_of", "string", "YYYY-MM of the published figure", zh="公布时点", shp="offic_date"),
        Column("value_at_official_date", "float64", "ours for that month", zh="同期测算值", shp="val_offic"),
        Column("official_source", "string", "source and grade of the published figure", zh="公布来源", shp="offic_src"),
        Column(
            "definition_matters",
            "boolean",
            "another usual definition changes met or not",
            zh="口径敏感",
            shp="def_matter",
        ),
        Column("note", "string", "what a reader must know, or why it is not measured", zh="说明"),
    ),
)

CLOSING = Schema(
    "closing",
    key=("document", "start", "indicator", "area", "order"),
    columns=(
        Column("document", "string", "document of the target", zh="文件", nullable=False),
        Column("start", "Int64", "first character of the target's quotation", zh="起始字符"),
        Column("indicator", "string", "indicator of the target", zh="指标", nullable=False),
        Column("area", "string", "area of the target", zh="区域"),
        Column("order", "Int64", "position in the list, most solid first", zh="序号"),
        Column("project_id", "string", "the project", zh="项目编号", shp="proj_id", nullable=False),
        Column("name", "string", "its name", zh="项目名称"),
        Column("status", Status, "its stage", zh="阶段", nullable=False),
        Column("drawn_by", Method, "how its line was drawn", zh="绘制方法", nullable=False),
        Column("accuracy_km", "float64", "how far the drawing may be off", zh="精度km", shp="accur_km", unit="km"),
        Column("length_km", "float64", "length in the area that no project before counts", zh="区内km", unit="km"),
        Column(
            "cumulative_km",
            "float64",
            "with the projects before it in the list",
            zh="累计km",
            shp="cumul_km",
            unit="km",
        ),
        Column(
            "needed_km", "float64", "kilometres that the target still needs", zh="尚缺km", shp="needed_km", unit="km"
        ),
        Column(
            "saved_min",
            "float64",
            "minutes that it saves with the projects before it in the list",
            zh="节省min",
            shp="saved_min",
            unit="min",
        ),
        Column("needed_min", "float64", "minutes that are too many today", zh="超出min", shp="needed_min", unit="min"),
        Column("closes", "boolean", "whether the list closes the gap; if not, it helps", zh="可补足", shp="closes"),
        Column("documents", "string", "plans that name it, |-joined", zh="提及规划"),
    ),
)

SENSITIVITY = Schema(
    "sensitivity",
    key=("document", "start", "indicator", "area", "definition"),
    columns=(
        Column("document", "string", "document of the target", zh="文件", nullable=False),
        Column("start", "Int64", "first character of the target's quotation", zh="起始字符"),
        Column("indicator", "string", "indicator of the target", zh="指标", nullable=False),
        Column("area", "string", "area of the target", zh="区域"),
        Column("definition", "string", "what is done differently", zh="口径", nullable=False),
        Column("unit", "string", "the target's unit", zh="单位"),
        Column("bound", "float64", "the target's value", zh="目标值"),
        Column("value_today", "float64", "today's value by this definition", zh="现状值", shp="val_today"),
        Column("value_plan", "float64", "with all drawn projects", zh="含全部", shp="val_plan"),
        Column("met_today", "boolean", "whether today's value meets the target", zh="现状达到"),
        Column("met_plan", "boolean", "whether the value with all projects does", zh="规划达到"),
        Column("note", "string", "denominator, or why it was not measured", zh="说明"),
    ),
)

CONSISTENCY = Schema(
    "consistency",
    key=("kind", "subject_id", "document_a", "document_b", "area"),
    columns=(
        Column("kind", Disagreement, "how the plans disagree", zh="类别", nullable=False),
        Column(
            "subject_id", "string", "project_id, or indicator of a target", zh="编号", shp="subj_id", nullable=False
        ),
        Column("subject", "string", "name of the project, or indicator in the plan's words", zh="名称"),
        Column("area", "string", "area that the row is about", zh="区域"),
        Column(
            "document_a", "string", "the older plan, or the one that names it", zh="文件甲", shp="doc_a", nullable=False
        ),
        Column("clauses_a", "string", "its clauses, |-joined", zh="甲条款", shp="clauses_a"),
        Column("said_a", "string", "stage or target there", zh="甲说法", shp="said_a"),
        Column("document_b", "string", "the newer plan, or the silent one", zh="文件乙", shp="doc_b", nullable=False),
        Column("clauses_b", "string", "its clauses, |-joined", zh="乙条款", shp="clauses_b"),
        Column("said_b", "string", "stage or target there; empty where it is silent", zh="乙说法", shp="said_b"),
        Column("note", "string", "what may explain it", zh="说明"),
    ),
)

CHANGES = Schema(
    "changes",
    key=("subject", "subject_id", "change", "column"),
    columns=(
        Column("subject", "string", "project or target", zh="对象", nullable=False),
        Column(
            "subject_id",
            "string",
            "project_id, or document:indicator:area of a target",
            zh="编号",
            shp="subj_id",
            nullable=False,
        ),
        Column("name", "string", "name of the project, or indicator in the plan's words", zh="名称"),
        Column("change", Change, "what became of it", zh="变化", nullable=False),
        Column("column", "string", "column that changed", zh="字段"),
        Column("old", "string", "what it was", zh="原值", shp="old"),
        Column("new", "string", "what it is", zh="新值", shp="new"),
        Column("difference", "float64", "new minus old, where both are numbers", zh="差值", shp="differ"),
        Column("distance_km", "float64", "how far the geometry moved at most", zh="偏移km", shp="dist_km", unit="km"),
        Column("last_seen", "string", "newest date at which a gone one was named", zh="末次出现", shp="last_seen"),
        Column("note", "string", "documents, or what is doubtful", zh="说明"),
    ),
)
