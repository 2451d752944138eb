"""The command ``tongtu export``: hand-over to GIS files and to PostGIS."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from geo.errors import VocabularyError
from geo.schema import parse_word
from maps.terminal import Lang, LangOption

__all__ = ["export"]


def export(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="[ATLAS|FILE|TABLE.csv]",
            help="图集文件夹、GeoPackage 等矢量文件或单张表。 Folder of an atlas, a vector file, or a single table.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="文件夹、文件或 .zip。 Folder, file of the format, or .zip.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="shp | gpkg | geojson | fgb | parquet | kml | dxf | csv | xlsx")
    ] = "shp",
    crs: Annotated[
        str,
        typer.Option(
            "--crs",
            help="坐标系 EPSG:4326 | EPSG:4490 | cgcs2000-3deg | cgcs2000-3deg-zone-number | albers | albers-region |"
            " EPSG:n | gcj02 | bd09. 缺省随 --profile default by profile.",
        ),
    ] = "",
    input_datum: Annotated[
        str,
        typer.Option(
            "--input-datum",
            help="输入坐标的基准 wgs84 | gcj02 | bd09; 缺省按文件所注 default: as the file says, never guessed.",
        ),
    ] = "",
    input_crs: Annotated[
        str,
        typer.Option(
            "--input-crs", help="输入的坐标系 EPSG:n, 文件未注明或注错时。 Where the file states none or a wrong one."
        ),
    ] = "",
    input_axes: Annotated[
        str, typer.Option("--input-axes", help="xy | yx: 输入为纬度（北）在前时用 yx。 yx for latitude first.")
    ] = "xy",
    input_encoding: Annotated[
        str,
        typer.Option("--input-encoding", help="输入 shp 的编码, 缺省自动辨认。 Of an input shapefile; told by itself."),
    ] = "",
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            help="plain: WGS 84, UTF-8, ASCII 字段名 | planning: CGCS2000（可用三度带时投影）, GB18030, 中文字段名"
            " as Chinese planners hand over.",
        ),
    ] = "plain",
    encoding: Annotated[
        str, typer.Option("--encoding", help="shp 与 csv 的编码 utf-8 | gb18030; 缺省随 --profile")
    ] = "",
    field_names: Annotated[str, typer.Option("--field-names", help="字段名 ascii | zh; 缺省随 --profile")] = "",
    lang: LangOption = Lang.ZH,
    split_zones: Annotated[
        bool, typer.Option("--split-zones", help="跨带时按三度带分开。 Split by three-degree zone.")
    ] = False,
    zipped: Annotated[bool, typer.Option("--zip", help="打包为 .zip。 Pack as .zip.")] = False,
    publisher: Annotated[
        str, typer.Option("--publisher", help="数据责任单位, 写入元数据。 Who answers for the data, for the metadata.")
    ] = "",
    to_database: Annotated[
        str,
        typer.Option(
            "--to", metavar="postgresql://…", help="写入 PostGIS 数据库, 一次事务。 Into PostGIS, in one transaction."
        ),
    ] = "",
    from_database: Annotated[
        str,
        typer.Option("--from", metavar="postgresql://…", help="由 PostGIS 读回。 Read back from PostGIS."),
    ] = "",
    db_schema: Annotated[str, typer.Option("--db-schema", help="数据库模式名。 Schema of the database.")] = "tongtu",
) -> None:
    """导出: shapefile、GeoPackage、GeoJSON、FlatGeobuf、GeoParquet、KML、DXF、CSV、Excel、PostGIS。 Hand over to GIS."""
    from maps.export import Form, Options
    from maps.export import export as hand_over
    from maps.gis.postgis import read_postgis, write_postgis
    from maps.gis.sources import read_source

    if (source is None) == (not from_database):
        message = "give one source: a folder or file, or --from postgresql://…"
        raise VocabularyError(message)
    if (out is None) == (not to_database):
        message = "give one target: --out FOLDER or FILE, or --to postgresql://…"
        raise VocabularyError(message)
    read = (
        read_source(source, datum=input_datum.lower(), crs=input_crs, encoding=input_encoding, axes=input_axes.lower())
        if source is not None
        else read_postgis(from_database, schema=db_schema)
    )
    for finding in read.findings:
        typer.echo(f"{read.name}: {finding.text('zh')} {finding.text('en')}", err=True)
    if read.guess is not None and read.guess.shifted:
        typer.echo(f"{read.name}: {read.guess.text('zh')} {read.guess.text('en')}", err=True)
    if out is None:
        for name, rows in write_postgis(read, to_database, schema=db_schema, crs=crs, lang=lang.value).items():
            typer.echo(f"{db_schema}.{name}: {rows} 行 rows")
        return
    made = hand_over(
        read,
        out,
        parse_word(Form, form),
        Options(
            crs=crs,
            encoding=encoding.lower(),
            field_names=field_names,  # type: ignore[arg-type]  # export checks the word
            lang=lang.value,
            split_zones=split_zones,
            zipped=zipped,
            publisher=publisher,
            profile=profile.lower(),
        ),
    )
    typer.echo(f"{made.path}: {made.report['rows_read']} 行 rows")
    for reason, count in made.report["losses"].items():
        if count:
            typer.echo(f"  {LOSSES[reason].format(count=count)}")


LOSSES = {
    "blanks": "{count} 段文字首尾有空格, 全文在 long_texts.csv texts with blanks at an end, whole there",
    "character": "{count} 段文字含无稳定编码的字, 代以〓 texts with characters of no stable code, shown as 〓",
    "control": "{count} 段文字去除了控制字符 texts lost a control character",
    "cut": "{count} 段长文字全文在 long_texts.csv long texts, whole there",
    "digits": "{count} 个超过 2^53 的整数在 long_texts.csv whole numbers over 2^53, whole there",
    "geometry": "{count} 个几何不在表中 geometries are not in the table",
    "infinite": "{count} 个无穷大值写为空 infinite values were written as null",
    "not_finite": "{count} 个无穷大值在 long_texts.csv infinite values, there",
    "text": "{count} 段文字被截短或去除控制字符 texts were shortened or lost a control character",
}
"""What the export command says of values that a format does not carry whole."""
