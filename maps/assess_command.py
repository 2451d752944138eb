"""The command ``tongtu assess``: a line per target, the projects that close its gap, and what another definition gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import VocabularyError
from maps.labels import indicator_label, unit_label
from maps.report_tables import number
from maps.style import status_label
from maps.terminal import (
    AsOf,
    Dates,
    Features,
    Format,
    FormatOption,
    Lang,
    LangOption,
    dates_of,
    emit,
    existing,
    features_of,
    write_manifest,
)
from maps.words import labelled

if TYPE_CHECKING:
    import pandas as pd

    from geo.schema import Schema

__all__ = ["assess"]

VERDICT_WORDS = {
    "met": ("已达到", "met"),
    "borderline": ("临界", "borderline"),
    "met_with_projects": ("须建成项目", "met with projects"),
    "not_met": ("未达到", "not met"),
    "not_measured": ("未测算", "not measured"),
}
BOUNDS = {">=": ("≥ ", "≥ "), "<=": ("≤ ", "≤ "), "~": ("约 ", "about "), "=": ("", "")}
MISSING_UNITS = {"km": ("km", "km"), "min": ("分钟", "min")}
COLUMNS = (
    ("文件", "plan"),
    ("区域", "area"),
    ("指标", "indicator"),
    ("目标", "target"),
    ("结论", "verdict"),
    ("尚缺", "missing"),
    ("文件时", "at plan date"),
    ("现状", "today"),
    ("含在建", "+building"),
    ("含开工", "+starting"),
    ("含前期", "+prep"),
    ("含全部", "+all"),
    ("公布值", "published"),
    ("说明", "note"),
)
VALUES = (
    "value_at_plan_date",
    "value_today",
    "value_under_construction",
    "value_starting",
    "value_preparatory",
    "value_plan",
)
DEFINITIONS = {
    "drawn_length": "按图上长度",
    "track_km": "按单线(单幅)计",
    "stretched": "无公布里程者放大",
    "polygon_area": "按图上面积",
    "without_lakes": "面积扣除大湖",
    "with_metro": "含城市轨道交通",
    "main_lines": "不计市域与货运铁路",
    "with_bridges": "含跨海大桥",
    "station_to_station": "站到站",
    "door_to_door": "门到门",
}


def assess(
    targets: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TARGETS.csv|FOLDER]",
            help="目标表 targets, 或其登记册、图集文件夹 or the folder of tongtu read or atlas. 缺省: 内置登记册 built-in.",
            show_default=False,
        ),
    ] = None,
    features: Features = None,
    own_targets: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE.csv",
            help="自有目标 your own: indicator, comparator, value, unit, area (and year).",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        bool,
        typer.Option(
            "--reference/--no-reference", help="国家与十四五规划参考目标 targets of the national plans as well."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="CSV (所选表 the chosen table) 或文件夹 or a folder for all four tables; without it a table is shown.",
            show_default=False,
        ),
    ] = None,
    table: Annotated[
        str,
        typer.Option("--table", help="verdicts 一行一目标 | closing 补足项目 | sensitivity 口径 | assessment 按情景"),
    ] = "verdicts",
    as_of: AsOf = "2025-12",
    date: Dates = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """对照目标, 一行一目标: 结论、差距、补足项目。 Assess targets in a line each: verdict, gap, projects that close it."""
    from geo.io import write_table
    from layers.indicators import measure
    from layers.scenario import parse_month
    from projects.assessment import assess as assess_targets
    from projects.schema import ASSESSMENT, CLOSING, SENSITIVITY, VERDICTS
    from projects.verdict.verdicts import target_verdicts

    schemas = {"verdicts": VERDICTS, "closing": CLOSING, "sensitivity": SENSITIVITY, "assessment": ASSESSMENT}
    if table not in schemas:
        message = f"{table!r} is no table; accepted: {', '.join(schemas)}"
        raise VocabularyError(message)
    if features is None and targets is not None and targets.is_dir() and (targets / "features.gpkg").is_file():
        features = targets / "features.gpkg"
    wanted, dates, titles = _wanted(targets, own_targets, reference)
    given = dates_of(date)
    dates |= given | {Path(name).stem: day for name, day in given.items()}
    month = parse_month(as_of)
    planned = features_of(features)
    indicators = measure(planned, month=month, lang=lang.value).indicators
    assessed = target_verdicts(wanted, planned, indicators, month=month, dates=dates, lang=lang.value)
    tables = {
        "verdicts": assessed.verdicts,
        "closing": assessed.closing,
        "sensitivity": assessed.sensitivity,
        "assessment": assess_targets(wanted, indicators, lang=lang.value),
    }
    if out is not None and out.suffix.lower() != ".csv":
        _write_folder(out, tables, schemas, [path for path in (targets, own_targets, features) if path is not None])
        typer.echo(f"{out}: {len(assessed.verdicts)} 个目标 targets")
        return
    if out is not None:
        write_table(tables[table], out, schemas[table])
        typer.echo(f"{out}: {len(tables[table])} 行 rows")
        return
    shown = tables[table]
    if form is Format.TABLE:
        shown = (
            _one_line_each(shown, titles, lang)
            if table == "verdicts"
            else _in_words(shown, schemas[table], titles, lang)
        )
    # A terminal shows nothing where there is nothing: NA has no truth value of its own.
    emit(shown.astype(object).where(shown.notna(), None), form)


def _wanted(
    targets: Path | None, own_targets: Path | None, reference: bool
) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Return all targets, and the dates and titles of their documents."""
    import pandas as pd

    from geo.io import read_table
    from projects.builtin import builtin_documents, builtin_targets
    from projects.changes.snapshot import document_facts
    from projects.schema import TARGETS
    from projects.verdict.reference_targets import (
        read_targets,
        reference_dates,
        reference_targets,
        reference_titles,
    )

    parts, facts = [], list(builtin_documents())
    if targets is not None:
        folder = targets if targets.is_dir() else targets.parent
        parts.append(read_table(existing(folder / "targets.csv" if targets.is_dir() else targets), TARGETS))
        facts = _dated(document_facts(folder), facts)
    elif own_targets is None and not reference:
        parts.append(builtin_targets())
    parts += [] if own_targets is None else [read_targets(existing(own_targets))]
    parts += [reference_targets()] if reference else []
    wanted = TARGETS.validate(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True))
    dates = reference_dates() | {row["document"]: row["date"] for row in facts}
    titles = reference_titles() | {row["document"]: row["title"] for row in facts}
    return wanted, dates, titles


def _dated(rows: list[dict[str, str]], known: list[dict[str, str]]) -> list[dict[str, str]]:
    """Give documents without a date the one that the built-in register knows for the same title."""
    by_title = {row["title"]: row["date"] for row in known}
    return [row | {"date": row["date"] or by_title.get(row["title"], "")} for row in rows]


def _write_folder(out: Path, tables: dict[str, pd.DataFrame], schemas: dict[str, Schema], inputs: list[Path]) -> None:
    from geo.io import output_folder, write_table

    with output_folder(out) as folder:
        for name, rows in tables.items():
            write_table(rows, folder / f"{name}.csv", schemas[name])
        write_manifest(folder, [path / "targets.csv" if path.is_dir() else path for path in inputs])


def _one_line_each(verdicts: pd.DataFrame, titles: dict[str, str], lang: Lang) -> pd.DataFrame:
    """Return verdicts in the few columns that a terminal holds, in words; those that were measured first."""
    import pandas as pd

    column = 0 if lang is Lang.ZH else 1
    measured = verdicts["verdict"] != "not_measured"
    ordered = verdicts.loc[[*verdicts.index[measured], *verdicts.index[~measured]]]
    rows = []
    for row in ordered.to_dict("records"):
        chinese = str(row["indicator_zh"] or "")
        unit, year = unit_label(str(row["unit"]), lang.value), "" if pd.isna(row["year"]) else f" ({row['year']})"
        word = VERDICT_WORDS[str(row["verdict"])][column]
        if row["verdict"] == "met_with_projects":
            stage = status_label(str(row["stage"]), lang.value)
            word += f" ≥ {stage}" if row["stage"] != "unspecified" else ("(全部)" if column == 0 else " (all)")
        if row["verdict"] != "borderline" and row["borderline"] is True:
            word += "(临界)" if column == 0 else " (borderline)"
        missing = (
            f"{row['missing']:,.0f} {MISSING_UNITS[str(row['missing_unit'])][column]}" if row["missing"] > 0 else ""
        )
        official = (
            "" if pd.isna(row["official_value"]) else f"{number(row['official_value'])} ({row['official_as_of']})"
        )
        document = str(row["document"])
        values = ["" if pd.isna(row[name]) else number(float(row[name])) for name in VALUES]
        note = row["note"] if row["verdict"] == "not_measured" else row["closing_note"] or row["note"]
        rows.append(
            [
                titles.get(document, document),
                row["area"],
                chinese if column == 0 and chinese else indicator_label(str(row["indicator"]), lang.value),
                f"{BOUNDS[str(row['comparator'])][column]}{number(float(row['value']))} {unit}{year}",
                word,
                missing,
                *values,
                official,
                note,
            ]
        )
    return pd.DataFrame(rows, columns=[names[column] for names in COLUMNS])


def _in_words(rows: pd.DataFrame, schema: Schema, titles: dict[str, str], lang: Lang) -> pd.DataFrame:
    """Return another of the tables with words for codes, without the columns that only identify."""
    shown = rows.drop(columns=[name for name in ("start", "end", "quotation", "project_id", "clause") if name in rows])
    if "definition" in shown and lang is Lang.ZH:
        shown = shown.assign(definition=[DEFINITIONS.get(str(v), str(v)) for v in shown["definition"]])
    documents = [titles.get(str(name), str(name)) for name in shown["document"]]
    shown = shown.assign(document=documents)
    if lang is Lang.ZH:
        from projects.indicators import indicators

        chinese = {indicator.key: indicator.zh for indicator in indicators()}
        shown = shown.assign(indicator=[chinese.get(str(v), str(v).removeprefix("other:")) for v in shown["indicator"]])
    if "documents" in shown:
        named = ["、".join(titles.get(part, part) for part in str(v).split("|")) for v in shown["documents"]]
        shown = shown.assign(documents=named)
    for name in shown.select_dtypes("boolean").columns:
        yes, no = ("是", "否") if lang is Lang.ZH else ("yes", "no")
        shown = shown.assign(**{name: shown[name].map({True: yes, False: no}).astype(object)})
    return labelled(shown, lang.value, {column.name: column.zh for column in schema.columns if column.zh})
