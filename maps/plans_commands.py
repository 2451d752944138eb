"""The commands ``tongtu consistency`` (plan against plan) and ``tongtu diff`` (a register against an older one)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maps.labels import unit_label
from maps.style import method_label, status_label
from maps.terminal import Dates, Format, FormatOption, Lang, LangOption, dates_of, emit, write_manifest
from maps.words import labelled

if TYPE_CHECKING:
    import pandas as pd

    from geo.schema import Schema
    from projects.changes import Snapshot

__all__ = ["consistency", "diff"]

Registers = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[REGISTER]...",
        help="登记册或图集文件夹 folders of tongtu read or tongtu atlas. 缺省: 内置登记册 built-in.",
        show_default=False,
    ),
]
OutFile = Annotated[
    Path | None, typer.Option("--out", "-o", help="CSV to write; without it the table is shown.", show_default=False)
]
KINDS = {
    "stage": ("阶段不一", "stages differ"),
    "target": ("目标值不同", "targets differ"),
    "neighbour_silent": ("相邻地区未提", "neighbour silent"),
    "no_longer_named": ("新规划未再提", "no longer named"),
    "new": ("新增", "new"),
    "gone": ("消失", "gone"),
    "stage_moved": ("阶段变化", "stage moved"),
    "geometry_changed": ("线位变化", "geometry changed"),
    "number_changed": ("数值变化", "number changed"),
}
"""Kinds of disagreement and of change, in words."""

SUBJECTS = {"project": ("项目", "project"), "target": ("目标", "target")}


def consistency(
    registers: Registers = None,
    reference: Annotated[
        bool,
        typer.Option(
            "--reference/--no-reference", help="加入国家与十四五规划参考目标 targets of the national plans as well."
        ),
    ] = False,
    out: OutFile = None,
    date: Dates = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """规划之间是否一致: 阶段、目标、相邻地区、新旧规划。 Plan against plan: stages, targets, silent neighbours, what fell out."""
    import pandas as pd

    from projects.consistency import inconsistencies
    from projects.schema import CONSISTENCY
    from projects.verdict.reference_targets import reference_dates, reference_targets, reference_titles

    found = _joined(registers or [])
    documents = {row["document"]: dict(row) for row in found.documents}
    targets = found.targets
    if reference:
        titles = reference_titles()
        for name, month in reference_dates().items():
            documents.setdefault(name, {"document": name, "title": titles[name], "date": month, "region": ""})
        targets = pd.concat([targets, reference_targets()], ignore_index=True)
    for name, day in dates_of(date).items():
        stem = name.rsplit(".", 1)[0]
        for key in (name, stem):
            if key in documents:
                documents[key]["date"] = day
    table = inconsistencies(
        found.projects, found.mentions, targets, list(documents.values()), features=found.features, lang=lang.value
    )
    shown = table.drop(columns="subject_id")
    if form is Format.TABLE:
        names = {name: row["title"] for name, row in documents.items()}
        for side in ("a", "b"):
            shown[f"document_{side}"] = [names.get(str(v), str(v)) for v in shown[f"document_{side}"]]
            shown[f"said_{side}"] = [_said(str(v), lang) for v in shown[f"said_{side}"]]
    _hand_over(table, shown, CONSISTENCY, "kind", out, form, lang, "处不一致 inconsistencies")


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧登记册或图集 folder of tongtu read or tongtu atlas.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新登记册或图集 folder of tongtu read or tongtu atlas.")],
    out: OutFile = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="FOLDER",
            help="合并登记册: 消失的项目保留并注明末次出现 write the new register with what is gone, dated.",
            show_default=False,
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """两份登记册之间的变化: 新增、消失、阶段、线位、数值。 What changed between two registers or atlases."""
    from projects.changes import changes, kept_register, read_snapshot
    from projects.schema import CHANGES

    before, after = read_snapshot(old), read_snapshot(new)
    result = changes(before, after, lang=lang.value)
    if keep is not None:
        _write_register(keep, kept_register(before, after), [old, new])
        typer.echo(f"{keep}: 消失的项目已保留 what is gone is kept", err=True)
    shown = result.drop(columns="subject_id")
    if form is Format.TABLE:
        names = {row["document"]: row["title"] for row in (*before.documents, *after.documents)}
        shown["note"] = ["、".join(names.get(part, part) for part in str(v).split("|")) for v in shown["note"]]
        for side in ("old", "new"):
            shown[side] = [_said(str(v), lang) for v in shown[side]]
        if lang is Lang.ZH:
            words = {column.name: column.zh for schema in _schemas() for column in schema.columns if column.zh}
            words |= {"geometry": "线位", "status": "阶段"}
            shown["column"] = [words.get(str(v), str(v)) for v in shown["column"]]
    _hand_over(result, shown, CHANGES, "change", out, form, lang, "处变化 changes")


def _schemas() -> tuple[Schema, ...]:
    from projects.schema import PROJECTS, TARGETS, VERDICTS

    return PROJECTS, VERDICTS, TARGETS


def _said(text: str, lang: Lang) -> str:
    """Return a stage, a verdict, a drawing or a bound in words; what is none of them as it is."""
    from maps.assess_command import BOUNDS, VERDICT_WORDS

    column = 0 if lang is Lang.ZH else 1
    if text in VERDICT_WORDS:
        return VERDICT_WORDS[text][column]
    bound = re.fullmatch(r"(>=|<=|~|=) (\S+) (.*?)( \(\d{4}\))?", text)
    if bound is not None:
        return f"{BOUNDS[bound[1]][column]}{bound[2]} {unit_label(bound[3], lang.value)}{bound[4] or ''}"
    for label in (status_label, method_label):
        try:
            return label(text, lang.value)
        except (KeyError, ValueError):
            continue
    return text


def _hand_over(
    table: pd.DataFrame,
    shown: pd.DataFrame,
    schema: Schema,
    kind: str,
    out: Path | None,
    form: Format,
    lang: Lang,
    what: str,
) -> None:
    """Write a table to a file, or show it: as it is in CSV and JSON, in words on a terminal."""
    from geo.io import write_table

    if out is not None:
        write_table(table, out, schema)
        counts = ", ".join(f"{word} {count}" for word, count in sorted(table[kind].value_counts().items()))
        typer.echo(f"{out}: {len(table)} {what}" + (f" ({counts})" if counts else ""))
        return
    if form is not Format.TABLE:
        emit(table.astype(object).where(table.notna(), None), form)
        return
    column = 0 if lang is Lang.ZH else 1
    for name, known in ((kind, KINDS), ("subject", SUBJECTS)):
        shown[name] = [known.get(str(v), (str(v), str(v)))[column] for v in shown[name]]
    words = labelled(shown, lang.value, {c.name: c.zh for c in schema.columns if c.zh})
    emit(words.astype(object).where(words.notna(), None), form)


def _joined(folders: list[Path]) -> Snapshot:
    """Return several registers as one: projects are the same by id, the later folder's row counts."""
    import geopandas as gpd
    import pandas as pd

    from projects.builtin import builtin_documents, builtin_register, builtin_targets
    from projects.changes import Snapshot, read_snapshot
    from projects.schema import MENTIONS, PROJECTS, TARGETS
    from projects.siting import site_projects

    if not folders:
        register = builtin_register()
        return Snapshot(
            projects=register.projects,
            mentions=register.mentions,
            targets=builtin_targets(),
            features=site_projects(register.projects),
            documents=[dict(row) for row in builtin_documents()],
        )
    parts = [read_snapshot(folder) for folder in folders]

    def table(name: str, schema: Schema) -> pd.DataFrame:
        rows = [getattr(part, name) for part in parts]
        joined = pd.concat([row for row in rows if len(row)] or rows[:1], ignore_index=True)
        joined = joined.drop_duplicates(list(schema.key), keep="last")
        return schema.validate(schema.coerce(joined).sort_values(list(schema.key), ignore_index=True))

    drawn = [part.features for part in parts if part.features is not None]
    features = None
    if drawn:
        rows = pd.concat(drawn, ignore_index=True).drop_duplicates("feature_id", keep="last")
        features = gpd.GeoDataFrame(rows, geometry="geometry", crs=drawn[0].crs)
    documents = {row["document"]: row for part in parts for row in part.documents}
    known = {row["title"]: row["date"] for row in builtin_documents()}
    documents = {name: row | {"date": row["date"] or known.get(row["title"], "")} for name, row in documents.items()}
    return Snapshot(
        projects=table("projects", PROJECTS),
        mentions=table("mentions", MENTIONS),
        targets=table("targets", TARGETS),
        features=features,
        documents=list(documents.values()),
    )


def _write_register(out: Path, kept: Snapshot, folders: list[Path]) -> None:
    """Write a register that holds what is gone too."""
    import pandas as pd

    from geo.io import output_folder, write_table
    from projects.schema import DOCUMENTS, MENTIONS, PROJECTS, TARGETS

    with output_folder(out) as folder:
        write_table(kept.projects, folder / "projects.csv", PROJECTS)
        write_table(kept.mentions, folder / "mentions.csv", MENTIONS)
        write_table(kept.targets, folder / "targets.csv", TARGETS)
        documents = DOCUMENTS.coerce(pd.DataFrame(kept.documents, dtype=object))[DOCUMENTS.names]
        write_table(documents.sort_values("document", ignore_index=True), folder / "documents.csv", DOCUMENTS)
        write_manifest(folder, [path / "projects.csv" for path in folders])
