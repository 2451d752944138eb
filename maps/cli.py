"""The command line: each command is one documented function, with its tables read from and written to files."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geo import __version__
from geo.errors import PlanningError, VocabularyError
from geo.schema import parse_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    import pandas as pd

    from geo.boundaries import Level
    from maps.atlas import Atlas

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


class Lang(StrEnum):
    """Languages of the outputs."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """Forms of a table on standard output."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Plans = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PLAN]...", help="规划文件 plan files: txt, html, docx, pdf.", show_default=False),
]
OutFolder = Annotated[Path, typer.Option("--out", "-o", help="输出文件夹 folder to write.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="输出语言 language of the outputs.")]
AsOf = Annotated[str, typer.Option("--as-of", help="现状路网时点 month of the existing network, YYYY-MM.")]
Dates = Annotated[
    list[str] | None,
    typer.Option("--date", metavar="FILE=YYYY-MM", help="文件发布日期 issue date of a plan.", show_default=False),
]
Lines = Annotated[
    Path | None,
    typer.Option("--lines", help="自有线位 your own geometries with a column project_id.", show_default=False),
]
Features = Annotated[
    Path | None,
    typer.Option(
        "--features", help="项目几何 features.gpkg of an atlas; without it the built-in projects.", show_default=False
    ),
]
Scenario = Annotated[str, typer.Option("--scenario", help="today | plan | STATUS>=under_construction …")]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 form of the result.")]


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
            dates=_dates(date),
            user_lines=_user_lines(lines),
            map_approval=map_approval,
            progress=progress,
        )
    _summary(made, lang.value)


@app.command(epilog="例 example: tongtu read plan.txt --out register")
def read(
    plans: Plans = None,
    out: OutFolder = Path("register"),
    date: Dates = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            "--corrections", metavar="FILE.csv", help="更正表 corrections of the register.", show_default=False
        ),
    ] = None,
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
    from projects.reading import read_files, write_reading

    if explain is not None:
        _explain(explain, plans)
        return
    if not plans:
        message = "PLAN is missing: name the plan files to read, or give a sentence with --explain"
        raise typer.BadParameter(message)
    given = None if corrections is None else read_corrections(_existing(corrections))
    with output_folder(out) as folder:
        reading = read_files(plans, dates=_dates(date), corrections=given)
        write_reading(reading, folder)
        write_review(folder / "review.html", reading, lang=lang.value)
        files = {
            file.relative_to(folder).as_posix(): sha256_of(file) for file in sorted(folder.rglob("*")) if file.is_file()
        }
        content: dict[str, object] = {"tongtu": __version__, "inputs": reading.documents, "files": files}
        if corrections is not None:
            content["corrections"] = {"path": str(corrections), "sha256": sha256_of(corrections)}
            _keep_in_place(corrections, out, folder)
        write_bytes(folder / MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    typer.echo(
        f"{out}: {len(reading.register.projects)} 个项目 projects, {len(reading.register.mentions)} 处提及 mentions, "
        f"{len(reading.targets)} 个目标 targets, {len(reading.damage)} 处损坏 damaged spots"
    )
    for row in reading.documents:
        if not row["mentions"]:
            typer.echo(f"{row['document']}: 未提及任何具体项目 names no project", err=True)
    if reading.corrections is not None:
        applied = int(reading.corrections["applied"].sum())
        typer.echo(
            f"更正 corrections: {applied}/{len(reading.corrections)} 条生效 applied, 见 see corrections_report.csv"
        )
        for missed in reading.corrections[~reading.corrections["applied"]].to_dict("records"):
            typer.echo(f"{corrections}, 行 row {missed['row']}: 未生效 not applied: {missed['reason']}", err=True)
    typer.echo(f"{out / 'review.html'}")


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


def _keep_in_place(file: Path, out: Path, folder: Path) -> None:
    """Carry a planner's file that lies in the output folder over to the new one, where the next run will look for it."""
    import shutil

    if file.resolve().is_relative_to(out.resolve()):
        target = folder / file.resolve().relative_to(out.resolve())
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


@app.command(epilog="例 example: tongtu site atlas/projects.csv --out features.gpkg")
def site(
    projects: Annotated[
        Path, typer.Argument(metavar="PROJECTS.csv", help="登记册 register, as tongtu read writes it.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="GeoPackage to write.")] = Path("features.gpkg"),
    lines: Lines = None,
    as_of: AsOf = "2025-12",
    region: Annotated[
        list[str] | None, typer.Option("--region", help="规划所在地区 region of the plan.", show_default=False)
    ] = None,
) -> None:
    """给每个项目一个几何, 注明画法与精度。 Give every project a geometry, graded by how precise it is."""
    from geo.io import read_table
    from layers.features import network_features
    from layers.scenario import parse_month
    from maps.atlas import combined_features
    from maps.export import write_geopackage
    from projects.schema import PROJECTS
    from projects.siting import site_projects

    table = read_table(_existing(projects), PROJECTS)
    drawn = site_projects(table, regions=region, user_lines=_user_lines(lines))
    write_geopackage(combined_features(drawn, network_features(parse_month(as_of))), out)
    counts = ", ".join(f"{method} {count}" for method, count in _drawn_counts(drawn))
    typer.echo(f"{out}: {len(drawn)} 个项目 projects ({counts})")


@app.command("travel-time", epilog="例 example: tongtu travel-time --from 合肥 --to 上海")
def travel_time(
    origin: Annotated[
        list[str],
        typer.Option("--from", help="出发地, 可多次 origin, may be repeated; or a CSV with name (and lon, lat)."),
    ],
    destination: Annotated[
        list[str], typer.Option("--to", help="目的地, 可多次 destination, may be repeated; or a CSV.")
    ],
    mode: Annotated[str, typer.Option("--mode", help="rail | road | any")] = "any",
    as_of: AsOf = "2025-12",
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario", help="today | plan | STATUS>=under_construction … | 自有项目 features.gpkg, all of it built"
        ),
    ] = "today",
    depart_from: Annotated[
        str, typer.Option("--depart-from", help="centre: 门到门 door to door | station: 最快列车 fastest train alone")
    ] = "centre",
    legs: Annotated[
        bool,
        typer.Option("--legs", help="逐段列出: 到站、各线、换乘、离站 show the chain of legs instead of the matrix."),
    ] = False,
    features: Features = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """两地间旅行时间。 Travel times between places."""
    from layers.indicators import travel_legs, travel_times
    from layers.scenario import parse_month

    from_file = scenario.lower().endswith(".gpkg")
    planned = None if scenario == "today" else _features(Path(scenario) if from_file else features)
    measured = travel_legs if legs else travel_times
    table = measured(
        planned,
        _places(origin),
        _places(destination),
        mode=mode,
        month=parse_month(as_of),
        scenario="plan" if from_file else scenario,
        depart_from=depart_from,
    )
    _emit(table.assign(scenario=scenario) if from_file else table, form)


@app.command(epilog="例 example: tongtu density --area 合肥市 --mode rail")
def density(
    area: Annotated[
        list[str] | None, typer.Option("--area", help="地区名, 可多次 area, may be repeated.", show_default=False)
    ] = None,
    level: Annotated[str, typer.Option("--level", help="province | prefecture (city) | county")] = "prefecture",
    mode: Annotated[
        list[str] | None,
        typer.Option(
            "--mode", help="rail | high_speed_rail | expressway | waterway_class3_up | airport", show_default=False
        ),
    ] = None,
    as_of: AsOf = "2025-12",
    scenario: Scenario = "today",
    features: Features = None,
    form: FormatOption = Format.TABLE,
    lang: LangOption = Lang.ZH,
) -> None:
    """路网里程与密度。 Route length and density by area."""
    from layers.indicators import densities
    from layers.scenario import parse_month

    chosen = _level(level)
    planned = None if scenario == "today" else _features(features)
    table = densities(planned, month=parse_month(as_of), scenarios=[scenario], levels=[chosen], lang=lang.value)
    if area:
        wanted = {name.strip() for name in area}
        short = table["area"].str.replace(r"(省|市|县|区)$", "", regex=True)
        keep = table["area"].isin(wanted) | short.isin(wanted)
        if not keep.any():
            message = f"no {chosen} named {', '.join(sorted(wanted))} in 沪苏浙皖; try another --level"
            raise VocabularyError(message)
        table = table[keep]
    if mode:
        known = sorted(set(table["indicator"]))
        unknown = [name for name in mode if name not in known]
        if unknown:
            message = f"unknown --mode {', '.join(unknown)}; accepted: {', '.join(known)}"
            raise VocabularyError(message)
        table = table[table["indicator"].isin(mode)]
    _emit(table, form)


@app.command(epilog="例 example: tongtu assess atlas/targets.csv --features atlas/features.gpkg --out verdicts.csv")
def assess(
    targets: Annotated[
        Path | None,
        typer.Argument(metavar="[TARGETS.csv]", help="目标表 targets, as tongtu read writes them.", show_default=False),
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
        bool, typer.Option("--reference/--no-reference", help="国家规划参考目标 targets of the national plan as well.")
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
    import pandas as pd

    from geo.io import MANIFEST, read_table, write_table
    from layers.indicators import measure
    from layers.scenario import parse_month
    from maps.atlas import write_verdicts
    from projects.assessment import assess as assess_targets
    from projects.schema import ASSESSMENT, CLOSING, SENSITIVITY, TARGETS, VERDICTS
    from projects.verdict.reference_targets import read_targets, reference_dates, reference_targets
    from projects.verdict.verdicts import target_verdicts

    schemas = {"verdicts": VERDICTS, "closing": CLOSING, "sensitivity": SENSITIVITY, "assessment": ASSESSMENT}
    if table not in schemas:
        message = f"{table!r} is no table; accepted: {', '.join(schemas)}"
        raise VocabularyError(message)
    parts = [] if targets is None else [read_table(_existing(targets), TARGETS)]
    parts += [] if own_targets is None else [read_targets(_existing(own_targets))]
    parts += [reference_targets()] if reference else []
    if not parts:
        message = "Missing argument 'TARGETS.csv': a table of targets, --targets FILE.csv, or --reference."
        raise typer.BadParameter(message)
    # Issue dates come from the manifest beside the targets, and from --date.
    dates = reference_dates() | (_manifest_dates(targets.parent / MANIFEST) if targets is not None else {})
    given = _dates(date)
    dates |= given | {Path(name).stem: day for name, day in given.items()}
    month = parse_month(as_of)
    planned = _features(features)
    wanted = TARGETS.validate(pd.concat([part for part in parts if len(part)] or parts, ignore_index=True))
    indicators = measure(planned, month=month, lang=lang.value).indicators
    assessed = target_verdicts(wanted, planned, indicators, month=month, dates=dates, lang=lang.value)
    tables = {
        "verdicts": assessed.verdicts,
        "closing": assessed.closing,
        "sensitivity": assessed.sensitivity,
        "assessment": assess_targets(wanted, indicators),
    }
    if out is not None and out.suffix.lower() != ".csv":
        from geo.io import output_folder

        with output_folder(out) as folder:
            write_verdicts(assessed, folder)
            write_table(tables["assessment"], folder / "assessment.csv", ASSESSMENT)
            _write_small_manifest(folder, [path for path in (targets, own_targets, features) if path is not None])
        typer.echo(f"{out}: {len(assessed.verdicts)} 个目标 targets")
        return
    if out is not None:
        write_table(tables[table], out, schemas[table])
        typer.echo(f"{out}: {len(tables[table])} 行 rows")
        return
    shown = tables[table]
    if form is Format.TABLE and table == "verdicts":
        shown = _one_line_each(shown)
    # A terminal shows nothing where there is nothing: NA has no truth value of its own.
    _emit(shown.astype(object).where(shown.notna(), None), form)


def _one_line_each(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts in the few columns that a terminal holds, those that were measured first."""
    import pandas as pd

    measured = verdicts["verdict"] != "not_measured"
    ordered = verdicts.loc[[*verdicts.index[measured], *verdicts.index[~measured]]]
    bound = [f"{c} {v:g} {u}" for c, v, u in zip(ordered["comparator"], ordered["value"], ordered["unit"], strict=True)]
    near = ["~" if flag is True else "" for flag in ordered["borderline"].astype(object)]
    verdict = [f"{v}{n} {s}".strip() for v, n, s in zip(ordered["verdict"], near, ordered["stage"], strict=True)]
    missing = [
        f"{v:.0f} {u}" if v > 0 else "" for v, u in zip(ordered["missing"], ordered["missing_unit"], strict=True)
    ]
    return pd.DataFrame(
        {
            "document": ordered["document"],
            "area": ordered["area"],
            "indicator": ordered["indicator"],
            "target": bound,
            "verdict": verdict,
            "missing": missing,
            "plan_date": ordered["value_at_plan_date"],
            "today": ordered["value_today"],
            "+building": ordered["value_under_construction"],
            "+starting": ordered["value_starting"],
            "+prep": ordered["value_preparatory"],
            "+all": ordered["value_plan"],
            "note": ordered["closing_note"].where(measured.reindex(ordered.index), ordered["note"]),
        }
    )


def _manifest_dates(path: Path) -> dict[str, str]:
    """Return the dates of the documents that a manifest lists; none where there is no manifest."""
    from geo.errors import SchemaError

    if not path.is_file():
        return {}
    try:
        inputs = json.loads(path.read_text("utf-8")).get("inputs", [])
        return {str(row["document"]): str(row.get("date") or "") for row in inputs}
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        message = f"{path}: no manifest of tongtu ({error})"
        raise SchemaError(message) from error


def _write_small_manifest(folder: Path, inputs: list[Path]) -> None:
    """Write what a folder was made from and what it holds, so that a later run may replace it."""
    from geo.io import MANIFEST, sha256_of, write_bytes

    content = {
        "tongtu": __version__,
        "inputs": [{"path": str(path), "sha256": sha256_of(path)} for path in inputs],
        "files": {file.name: sha256_of(file) for file in sorted(folder.iterdir()) if file.is_file()},
    }
    write_bytes(folder / MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


@app.command(epilog="例 example: tongtu diff atlas atlas --out changes.csv")
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧登记册或图集 folder of tongtu read or tongtu atlas.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新登记册或图集 folder of tongtu read or tongtu atlas.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="CSV to write; without it the table is shown.", show_default=False),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """两份登记册之间的变化: 新增、消失、阶段、线位、数值。 What changed between two registers or atlases."""
    from geo.io import write_table
    from projects.changes import changes, read_snapshot
    from projects.schema import CHANGES

    result = changes(read_snapshot(old), read_snapshot(new))
    if out is not None:
        write_table(result, out, CHANGES)
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(result["change"].value_counts().items()))
        typer.echo(f"{out}: {len(result)} 处变化 changes" + (f" ({kinds})" if kinds else ""))
        return
    _emit(result.astype(object).where(result.notna(), None), form)


@app.command("map", epilog="例 example: tongtu map atlas --out map.html")
def map_(
    source: Annotated[
        Path, typer.Argument(metavar="ATLAS", help="图集文件夹 folder of an atlas, with its CSVs and features.gpkg.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML to write.")] = Path("map.html"),
    lang: LangOption = Lang.ZH,
    title: Annotated[str, typer.Option("--title", help="图名 title.")] = "",
    map_approval: Annotated[str, typer.Option("--map-approval", help="审图号 printed on the map.")] = "",
) -> None:
    """由 (可能改过的) 表重画地图。 Draw the map again from an atlas whose tables may have been corrected."""
    from geo.boundaries import basemap, boundaries
    from geo.io import attributions, read_features, read_table
    from layers.schema import FEATURES, INDICATORS
    from maps.atlas import TITLE
    from maps.web import write_web_map
    from projects.schema import MENTIONS, PROJECTS

    write_web_map(
        out,
        read_features(_existing(source / "features.gpkg"), FEATURES),
        projects=read_table(_existing(source / "projects.csv"), PROJECTS),
        mentions=read_table(_existing(source / "mentions.csv"), MENTIONS),
        areas=boundaries("prefecture"),
        indicators=read_table(_existing(source / "indicators.csv"), INDICATORS),
        basemap=basemap(),
        title=title or TITLE[lang.value],
        lang=lang.value,
        sources=attributions(),
        map_approval=map_approval,
    )
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


@app.command(epilog="例 example: tongtu export atlas --format shp --out shapefile")
def export(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="ATLAS|FILE|TABLE.csv",
            help="图集文件夹、GeoPackage 等矢量文件或单张表。 Folder of an atlas, a vector file, or a single table.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="文件夹、文件或 .zip。 Folder, file of the format, or .zip.")
    ],
    form: Annotated[
        str, typer.Option("--format", help="shp | gpkg | geojson | fgb | parquet | kml | dxf | csv | xlsx")
    ] = "shp",
    crs: Annotated[
        str,
        typer.Option(
            "--crs",
            help="坐标系 EPSG:4326 | EPSG:4490 | cgcs2000-3deg | cgcs2000-3deg-zone-number | albers | albers-region |"
            " EPSG:n | gcj02 | bd09. 缺省 default: WGS 84 (dxf: albers).",
        ),
    ] = "",
    input_datum: Annotated[
        str, typer.Option("--input-datum", help="输入坐标的基准 wgs84 | gcj02 | bd09 of a file or table.")
    ] = "wgs84",
    encoding: Annotated[str, typer.Option("--encoding", help="shp 与 csv 的编码 utf-8 | gb18030")] = "utf-8",
    field_names: Annotated[str, typer.Option("--field-names", help="字段名 ascii | zh")] = "ascii",
    lang: LangOption = Lang.ZH,
    split_zones: Annotated[
        bool, typer.Option("--split-zones", help="跨带时按三度带分开。 Split by three-degree zone.")
    ] = False,
    zipped: Annotated[bool, typer.Option("--zip", help="打包为 .zip。 Pack as .zip.")] = False,
) -> None:
    """导出: shapefile、GeoPackage、GeoJSON、FlatGeobuf、GeoParquet、KML、DXF、CSV、Excel。 Hand over to GIS."""
    from maps.export import Form, Options
    from maps.export import export as hand_over
    from maps.gis.sources import read_source

    made = hand_over(
        read_source(source, datum=input_datum.lower()),
        out,
        parse_word(Form, form),
        Options(
            crs=crs,
            encoding=encoding.lower(),
            field_names=field_names,  # type: ignore[arg-type]  # export checks the word
            lang=lang.value,
            split_zones=split_zones,
            zipped=zipped,
        ),
    )
    typer.echo(f"{made.path}: {made.report['rows_read']} 行 rows")
    for reason, count in made.report["losses"].items():
        if count:
            typer.echo(f"  {LOSSES[reason].format(count=count)}")


LOSSES = {
    "blanks": "{count} 段文字首尾有空格, 全文在 long_texts.csv texts with blanks at an end, whole there",
    "character": "{count} 段文字含无稳定编码的字, 代以〓 texts with characters of no stable code, shown as 〓",
    "cut": "{count} 段长文字全文在 long_texts.csv long texts, whole there",
    "digits": "{count} 个超过 2^53 的整数在 long_texts.csv whole numbers over 2^53, whole there",
    "geometry": "{count} 个几何不在表中 geometries are not in the table",
    "not_finite": "{count} 个无穷大值在 long_texts.csv infinite values, there",
    "text": "{count} 段文字被截短或去除控制字符 texts were shortened or lost a control character",
}
"""What the export command says of values that a format does not carry whole."""


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
            str(row["document"]),
            str(row["area"]),
            str(row["indicator_zh" if zh else "indicator"]),
            f"{row['comparator']} {row['value']:g} {row['unit']}",
            str(row["scenario"]),
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


def _dates(pairs: list[str] | None) -> dict[str, str]:
    dates = {}
    for pair in pairs or []:
        name, sign, date = pair.rpartition("=")
        if not sign or not name:
            message = f"--date {pair!r}: give FILE=YYYY-MM"
            raise VocabularyError(message)
        dates[Path(name).name] = date
    return dates


def _level(word: str) -> Level:
    """Parse an administrative level; a city is a prefecture."""
    levels: dict[str, Level] = {
        "province": "province",
        "prefecture": "prefecture",
        "city": "prefecture",
        "county": "county",
    }
    if word not in levels:
        message = f"{word!r} is no level; accepted: province, prefecture (city), county"
        raise VocabularyError(message)
    return levels[word]


def _existing(path: Path) -> Path:
    if not path.is_file():
        message = f"no such file: {path}"
        raise VocabularyError(message)
    return path


def _user_lines(path: Path | None) -> gpd.GeoDataFrame | None:
    if path is None:
        return None
    import pyogrio

    from geo.errors import SchemaError

    try:
        return pyogrio.read_dataframe(_existing(path))
    except pyogrio.errors.DataSourceError as error:
        message = f"{path}: not a file of features ({error})"
        raise SchemaError(message) from error


def _features(path: Path | None) -> gpd.GeoDataFrame:
    """Return the features of a file, or the built-in projects with a geometry each."""
    from geo.io import read_features
    from layers.schema import FEATURES
    from projects.builtin import builtin_register
    from projects.siting import site_projects

    if path is not None:
        return read_features(_existing(path), FEATURES)
    return site_projects(builtin_register().projects)


def _places(words: list[str]) -> pd.DataFrame:
    """Return places by name, or from a CSV with name and, where the gazetteer does not know them, lon and lat."""
    import pandas as pd

    from geo.errors import SchemaError
    from geo.gazetteer import default_gazetteer

    def named(word: str) -> dict[str, object]:
        place = default_gazetteer().resolve(word, region=["上海市", "江苏省", "浙江省", "安徽省"])
        return {"name": place.name, "lon": place.lon, "lat": place.lat}

    rows: list[dict[str, object]] = []
    for word in words:
        if not word.lower().endswith(".csv"):
            rows.append(named(word))
            continue
        table = pd.read_csv(_existing(Path(word)), encoding="utf-8-sig")
        if "name" not in table or ("lon" in table) != ("lat" in table):
            message = f"{word}: columns are {', '.join(table.columns)}; expected name, or name, lon, lat (WGS 84)"
            raise SchemaError(message)
        if "lon" not in table:
            rows += [named(str(name)) for name in table["name"]]
            continue
        points = table[["lon", "lat"]].apply(pd.to_numeric, errors="coerce")
        bad = ~(points["lon"].between(-180, 180) & points["lat"].between(-90, 90))
        if bad.any():
            listed = ", ".join(str(i + 2) for i in table.index[bad][:10])
            message = f"{word}: no coordinates in degrees in line {listed}; expected name, lon, lat (WGS 84)"
            raise SchemaError(message)
        rows += [
            {"name": str(n), "lon": float(x), "lat": float(y)}
            for n, x, y in zip(table["name"], points["lon"], points["lat"], strict=True)
        ]
    return pd.DataFrame(rows, columns=["name", "lon", "lat"]).drop_duplicates("name", ignore_index=True)


def _emit(table: pd.DataFrame, form: Format) -> None:
    """Write a table to standard output."""
    from geo.io import table_records

    if form is Format.CSV:
        typer.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
        return
    if form is Format.JSON:
        typer.echo(json.dumps(table_records(table), ensure_ascii=False, indent=1))
        return
    shown = Table()
    for name in table.columns:
        shown.add_column(str(name), overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(
            *(
                "" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else str(value)
                for value in row
            )
        )
    Console(width=None if sys.stdout.isatty() else 160).print(shown)


if __name__ == "__main__":
    main()
