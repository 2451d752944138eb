"""The command line: each command is one documented function, with its tables read from and written to files."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo import __version__
from geo.errors import PlanningError, VocabularyError
from maps.accessibility_commands import accessibility, isochrone
from maps.assess_command import assess
from maps.density_command import density
from maps.export_command import export
from maps.map_command import TilesKeyOption, TilesOption, map_, tiles_option
from maps.matrix_command import matrix
from maps.osm_command import import_osm
from maps.plans_commands import consistency, diff
from maps.ranking_command import rank
from maps.report_command import report
from maps.surface_command import surface
from maps.terminal import (
    AsOf,
    Dates,
    Lang,
    LangOption,
    dates_of,
    existing,
)
from maps.travel_commands import travel_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from maps.atlas import Atlas
    from projects.reading import Reading

__all__ = ["app", "main"]

app = typer.Typer(
    name="tongtu",
    help="通途: 把区域基础设施规划变成地图和可核查的数字。 Regional infrastructure plans into maps and measured answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

BUILTIN = "内置登记册 the built-in register"


Plans = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PLAN]...", help="规划文件 plan files: txt, html, docx, pdf.", show_default=False),
]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="输出文件夹 folder to write.")]
Corrections = Annotated[
    Path | None,
    typer.Option("--corrections", metavar="FILE.csv", help="更正表 corrections of the register.", show_default=False),
]
Lines = Annotated[
    Path | None,
    typer.Option(
        "--lines", "--own-lines", help="自有线位 your own geometries with a column project_id.", show_default=False
    ),
]
Osm = Annotated[
    Path | None,
    typer.Option(
        "--osm",
        metavar="FOLDER|FILE",
        help="OpenStreetMap 线位, import-osm 的结果或 .osm.pbf lines of OpenStreetMap in place of drawn ones.",
        show_default=False,
    ),
]
OsmChoices = Annotated[
    Path | None,
    typer.Option(
        "--osm-choices",
        metavar="FILE.csv",
        help="填了人工裁定的 osm_matches.csv, osm_matches.csv with your decisions.",
        show_default=False,
    ),
]


def main() -> None:
    """Run the command line; errors that tongtu raises on purpose end with status 1 and one line that says what to do."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        app()
    except PlanningError as error:
        message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        typer.echo(f"tongtu: {message}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("tongtu: 已中断 interrupted; nothing was changed", err=True)
        sys.exit(130)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"tongtu {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 version.")] = False,
) -> None:
    pass


@app.command(epilog="例 example: tongtu atlas --out atlas")
def atlas(
    plans: Plans = None,
    out: OutFolder = Path("atlas"),
    lang: LangOption = Lang.ZH,
    as_of: AsOf = "2025-12",
    date: Dates = None,
    lines: Lines = None,
    map_approval: Annotated[str, typer.Option("--map-approval", help="审图号 printed on the map.")] = "",
    corrections: Corrections = None,
    osm: Osm = None,
    osm_choices: OsmChoices = None,
    tiles: TilesOption = "",
    tiles_key: TilesKeyOption = "",
) -> None:
    """读规划、落图、测算、对照目标, 生成图集。 Read plans and make the whole atlas; without plans, the built-in register."""
    from layers.scenario import parse_month
    from maps.atlas import make_atlas

    with _progress() as progress:
        made = make_atlas(
            plans or [],
            out,
            lang=lang.value,
            month=parse_month(as_of),
            dates=dates_of(date),
            user_lines=_user_lines(lines),
            map_approval=map_approval,
            tiles=tiles_option(tiles, tiles_key),
            corrections=None if corrections is None else existing(corrections),
            osm=osm,
            osm_choices=osm_choices,
            progress=progress,
        )
    _summary(made, lang.value)
    _say_of_documents(made.reading, corrections, dated=bool(plans))


@app.command(epilog="例 example: tongtu read plan.txt --out register")
def read(
    plans: Plans = None,
    out: OutFolder = Path("register"),
    date: Dates = None,
    corrections: Corrections = None,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain", metavar="TEXT", help="说明一句话如何读出 how a sentence is read.", show_default=False
        ),
    ] = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """读出项目与目标, 写成 CSV 和核对页。 Read projects, mentions, targets and damage into CSV and a page for review."""
    from geo.io import MANIFEST, output_folder, sha256_of, write_bytes
    from maps.review import write_review
    from projects.corrections import read_corrections
    from projects.reading import keep_in_place, read_files, write_reading

    if explain is not None:
        _explain(explain, plans)
        return
    if not plans:
        message = "PLAN is missing: name the plan files to read, or give a sentence with --explain"
        raise typer.BadParameter(message)
    given = None if corrections is None else read_corrections(existing(corrections))
    with output_folder(out) as folder:
        reading = read_files(plans, dates=dates_of(date), corrections=given)
        write_reading(reading, folder)
        write_review(folder / "review.html", reading, lang=lang.value)
        files = {
            file.relative_to(folder).as_posix(): sha256_of(file) for file in sorted(folder.rglob("*")) if file.is_file()
        }
        content: dict[str, object] = {"tongtu": __version__, "inputs": reading.documents, "files": files}
        if corrections is not None:
            content["corrections"] = {"path": str(corrections), "sha256": sha256_of(corrections)}
            keep_in_place(corrections, out, folder)
        write_bytes(folder / MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    typer.echo(
        f"{out}: {len(reading.register.projects)} 个项目 projects, {len(reading.register.mentions)} 处提及 mentions, "
        f"{len(reading.targets)} 个目标 targets, {len(reading.damage)} 处损坏 damaged spots"
    )
    for row in reading.documents:
        if not row["mentions"]:
            typer.echo(f"{row['document']}: 未提及任何具体项目 names no project", err=True)
    _say_of_documents(reading, corrections, dated=True)
    typer.echo(f"{out / 'review.html'}")


def _say_of_documents(reading: Reading, corrections: Path | None, *, dated: bool) -> None:
    """Tell which documents have no date or one that was inferred, and what became of the corrections."""
    from projects.dating import BASES

    for row in reading.documents if dated else []:
        if not row["date"]:
            typer.echo(f"{row['document']}: 文件日期未知 date unknown; 请加 --date {row['document']}=YYYY-MM", err=True)
        elif row.get("date_basis") in {"tense", "file", "title", "number"}:
            typer.echo(f"{row['document']}: 文件日期 date {row['date']}, {BASES[row['date_basis']]}", err=True)
    if reading.corrections is not None:
        applied = int(reading.corrections["applied"].sum())
        typer.echo(
            f"更正 corrections: {applied}/{len(reading.corrections)} 条生效 applied, 见 see corrections_report.csv"
        )
        for missed in reading.corrections[~reading.corrections["applied"]].to_dict("records"):
            typer.echo(f"{corrections}, 行 row {missed['row']}: 未生效 not applied: {missed['reason']}", err=True)


def _explain(text: str, plans: list[Path] | None) -> None:
    """Print how a sentence is read."""
    from projects.extraction import explain

    if plans:
        message = "--explain takes the sentence alone; leave the plan files out"
        raise typer.BadParameter(message)
    if not text.strip():
        message = "--explain: the sentence is empty"
        raise VocabularyError(message)
    typer.echo(explain(text))


@app.command(epilog="例 example: tongtu site atlas/projects.csv --out features.gpkg")
def site(
    projects: Annotated[
        Path, typer.Argument(metavar="PROJECTS.csv", help="登记册 register, as tongtu read writes it.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="GeoPackage to write.")] = Path("features.gpkg"),
    lines: Lines = None,
    osm: Osm = None,
    osm_choices: OsmChoices = None,
    as_of: AsOf = "2025-12",
    region: Annotated[
        list[str] | None, typer.Option("--region", help="规划所在地区 region of the plan.", show_default=False)
    ] = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """给每个项目一个几何, 注明画法与精度。 Give every project a geometry, graded by how precise it is."""
    from geo.io import read_table
    from layers.features import network_features
    from layers.scenario import parse_month
    from layers.siting_notes import in_language
    from maps.atlas import combined_features
    from maps.export import write_geopackage
    from maps.osm_matches import matches_sentence, redrawn_from_files, write_matches
    from projects.schema import PROJECTS
    from projects.siting import own_line_notes, site_projects

    table = read_table(existing(projects), PROJECTS)
    regions = region or _regions_beside(projects)
    drawn = site_projects(table, regions=regions, user_lines=_user_lines(lines), lang=lang.value)
    network = in_language(network_features(parse_month(as_of)), lang.value)
    features = combined_features(drawn, network)
    found = redrawn_from_files(features, osm, osm_choices, projects=table, regions=regions, lang=lang.value)
    if found is not None:
        features = found.features
        drawn = features[features["origin"] == "project"]
        written = write_matches(found.matches, out.with_name(f"{out.stem}_osm_matches.csv"))
        typer.echo(f"{matches_sentence(found.matches, lang.value)}: {', '.join(map(str, written))}")
    write_geopackage(features, out)
    for name, told in own_line_notes(drawn, lang.value):
        typer.echo(f"{name}: {told}", err=True)
    counts = ", ".join(f"{method} {count}" for method, count in _drawn_counts(drawn))
    typer.echo(f"{out}: {len(drawn)} 个项目 projects ({counts})")


app.command("travel-time", epilog="例 example: tongtu travel-time --from 合肥 --to 上海")(travel_time)
app.command(epilog="例 example: tongtu rank --level city --out ranking")(rank)
app.command(epilog="例 example: tongtu accessibility --measure nearest-airport --within 安徽")(accessibility)
app.command(epilog="例 example: tongtu isochrone --from 合肥 --limit 60 --out 等时圈.geojson")(isochrone)


app.command(epilog="例 example: tongtu matrix roads.npz --from places.csv --limit-min 120 --out matrix")(matrix)
app.command(epilog="例 example: tongtu surface --area 合肥市 --to 合肥南站 --out surface")(surface)


app.command("import-osm", epilog="例 example: tongtu import-osm town.osm --out osm")(import_osm)
app.command(epilog="例 example: tongtu density --area 合肥市 --mode rail")(density)


app.command(epilog="例 example: tongtu assess atlas --reference --out verdicts")(assess)
app.command(epilog="例 example: tongtu consistency atlas --reference --out consistency.csv")(consistency)
app.command(epilog="例 example: tongtu diff atlas atlas --out changes.csv")(diff)


app.command("map", epilog="例 example: tongtu map atlas --static 铁路.pdf --mode rail")(map_)
app.command(epilog="例 example: tongtu report atlas --pdf report.pdf")(report)
app.command(epilog="例 example: tongtu export atlas --format shp --out shapefile")(export)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar per stage on a terminal; be quiet in a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    labels = {
        "read": "读取 read",
        "site": "落图 site",
        "measure": "测算 measure",
        "assess": "对照 assess",
        "map": "地图 map",
        "report": "报告 report",
        "export": "导出 export",
    }
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(labels.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show


def _summary(made: Atlas, lang: str) -> None:
    """Show projects by mode and stage, how they are drawn, and which targets are met."""
    from layers.schema import Mode, Status
    from maps.assess_command import BOUNDS
    from maps.labels import indicator_label, scenario_label, unit_label
    from maps.style import method_label, mode_label, status_label

    zh = lang == "zh"
    console = Console(width=None if sys.stdout.isatty() else 120)
    projects = made.reading.register.projects
    table = Table(title="项目: 方式 × 阶段" if zh else "Projects by mode and stage")
    table.add_column("方式" if zh else "mode")
    for status in Status:
        table.add_column(status_label(status.value, lang), justify="right")
    table.add_column("合计" if zh else "all", justify="right")
    for mode in Mode:
        rows = projects[projects["mode"] == mode.value]
        if len(rows):
            counts = rows["status"].value_counts()
            table.add_row(mode_label(mode.value, lang), *(str(counts.get(s.value, "")) for s in Status), str(len(rows)))
    if len(projects):
        console.print(table)
    drawn = made.features[made.features["origin"] == "project"]
    how = Table(title="落图方法与精度" if zh else "How the projects are drawn")
    for label in ("画法", "项目数", "精度中位数 km") if zh else ("drawn by", "projects", "median accuracy km"):
        how.add_column(label, justify="left" if label in {"画法", "drawn by"} else "right")
    for method, count in _drawn_counts(drawn):
        accuracy = drawn.loc[drawn["drawn_by"] == method, "accuracy_km"].median()
        how.add_row(method_label(method, lang), str(count), "" if accuracy != accuracy else f"{accuracy:.1f}")
    if len(drawn):
        console.print(how)
    titles = {str(row["document"]): str(row.get("title") or row["document"]) for row in made.reading.documents}
    measured = made.assessment[made.assessment["measured_value"].notna()]
    verdicts = Table(title="目标对照" if zh else "Targets")
    for label in (
        ("文件", "区域", "指标", "目标", "情景", "测算", "差距", "达到")
        if zh
        else ("plan", "area", "indicator", "target", "scenario", "measured", "gap", "met")
    ):
        verdicts.add_column(label)
    measured = measured.sort_values(
        ["document", "start", "scenario"], ascending=[True, True, False]
    )  # today, then plan
    for row in measured.to_dict("records"):
        verdicts.add_row(
            titles.get(str(row["document"]), str(row["document"])),
            str(row["area"]),
            str(row["indicator_zh"]) if zh else indicator_label(str(row["indicator"]), lang),
            f"{BOUNDS[str(row['comparator'])][0 if zh else 1]}{row['value']:g} {unit_label(str(row['unit']), lang)}",
            scenario_label(str(row["scenario"]), lang),
            f"{row['measured_value']:.4g}",
            f"{row['gap']:.4g}",
            (("是" if zh else "yes") if row["met"] else ("否" if zh else "no"))
            + ((" (临界)" if zh else " (borderline)") if row["borderline"] else ""),
        )
    if len(measured):
        console.print(verdicts)
    ours = made.assessment[made.assessment["infrastructure"].fillna(False).astype(bool)]
    rest = ours.drop_duplicates(["document", "start", "indicator"])
    missing = len(rest) - len(measured.drop_duplicates(["document", "start", "indicator"]))
    if missing:
        typer.echo(
            f"另有 {missing} 个基础设施目标未测算, 原因见 assessment.csv"
            if zh
            else f"{missing} more infrastructure targets not measured; reasons in assessment.csv"
        )
    for note in made.notes:
        typer.echo(note)
    typer.echo(f"{made.folder / 'map.html'}")
    typer.echo(f"{made.folder / 'report.html'}")


def _drawn_counts(features: pd.DataFrame) -> list[tuple[str, int]]:
    from projects.siting import drawn_counts

    return list(drawn_counts(features))


def _regions_beside(projects: Path) -> dict[str, str] | None:
    """Return the region of each plan, as ``documents.csv`` beside a register has them."""
    import csv

    path = projects.parent / "documents.csv"
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("document") and row.get("region")]
    return {row["document"]: row["region"] for row in rows} or None


def _user_lines(path: Path | None) -> gpd.GeoDataFrame | None:
    """Return a planner's own geometries; say what was repaired or is doubtful in the file."""
    if path is None:
        return None
    from geo.vector_files import read_vector_file

    read = read_vector_file(path)
    for finding in read.findings:
        typer.echo(f"{path.name}: {finding.text('zh')} {finding.text('en')}", err=True)
    return read.features()


if __name__ == "__main__":
    main()
