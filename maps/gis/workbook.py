"""The register as an Excel workbook: a sheet per table, with filters, links between project and quotation, and units."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo.atomic_output import write_bytes
from geo.errors import MissingExtraError
from geo.spreadsheet_text import guarded
from maps.words import word_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from maps.gis.handover import Layer

__all__ = ["SHEETS", "write_workbook"]

SHEETS: Final[dict[str, str]] = {
    "projects": "项目",
    "features": "要素",
    "mentions": "原文",
    "targets": "目标",
    "assessment": "目标对照",
    "indicators": "指标",
    "travel_times": "出行时间",
}
"""Table to the Chinese title of its sheet."""

CELL_CHARACTERS = 32767
"""Longest text of a cell in Excel."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that the file format has no way to write."""

_EPOCH = (2000, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_workbook(tables: Sequence[Layer], path: Path, *, lang: str = "zh") -> int:
    """
    Write tables as sheets of one workbook.

    Parameters
    ----------
    tables : sequence of Layer
        Geometries are left out. A project's id links to its first quotation, a quotation's to the project.
    path : Path
    lang : {"zh", "en"}
        Of sheet titles, headers (with the column's meaning as a comment) and the words of vocabularies.

    Returns
    -------
    int
        How many texts were shortened to the 32,767 characters of a cell or lost a control character.

    Raises
    ------
    MissingExtraError
        If openpyxl is not installed.
    OutputError
        If the file cannot be written.
    """
    try:
        import openpyxl
    except ImportError as error:
        message = "a workbook needs openpyxl: pip install 'tongtu[xlsx]'"
        raise MissingExtraError(message) from error
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = "tongtu"
    titles = {table.name: _title(table.name, lang) for table in tables}
    rows_of = {table.name: _first_rows(table) for table in tables}
    lossy = 0
    for table in tables:
        lossy += _sheet(book.create_sheet(titles[table.name]), table, titles, rows_of, lang)
    if not tables:
        book.create_sheet("tongtu")
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, _without_clock(buffer.getvalue()))
    return lossy


def _title(name: str, lang: str) -> str:
    title = SHEETS.get(name, name) if lang == "zh" else name
    return re.sub(r"[\[\]:*?/\\]", "_", title)[:31]


def _first_rows(table: Layer) -> dict[str, int]:
    """Return the sheet row at which each project or feature id first stands."""
    column = next((c for c in ("project_id", "feature_id") if c in table.table), None)
    rows: dict[str, int] = {}
    if column is not None:
        for number, value in enumerate(table.table[column].astype(str), start=2):
            rows.setdefault(value, number)
    return rows


def _sheet(sheet: Any, table: Layer, titles: dict[str, str], rows_of: dict[str, dict[str, int]], lang: str) -> int:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    columns = [c for c in table.schema.columns if c.name in table.table]
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(1, number, (column.zh if lang == "zh" else "") or column.name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E4E9EC")
        if column.meaning:
            cell.comment = Comment(
                f"{column.name}: {column.meaning}" + (f" [{column.unit}]" if column.unit else ""), "tongtu"
            )
    target = {"projects": "mentions", "mentions": "projects", "features": "projects"}.get(table.name, "")
    lossy = 0
    widths = [len(str(sheet.cell(1, i + 1).value)) * 2 for i in range(len(columns))]
    for number, row in enumerate(table.table[[c.name for c in columns]].itertuples(index=False), start=2):
        for position, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is None or value is pd.NA or value != value or value == "":
                continue
            cell = sheet.cell(number, position + 1)
            if isinstance(value, str):
                word = word_of(column.name, value, lang)
                text = _ILLEGAL.sub("", word)[:CELL_CHARACTERS]
                lossy += text != word
                cell.value = text
                cell.data_type = "s"  # a text that begins with = is no formula
                if guarded(text) != text:
                    cell.quotePrefix = True  # nor becomes one when a person edits the cell
                widths[position] = max(widths[position], min(60, sum(2 if ord(c) > 255 else 1 for c in text)))
                if column.name in {"quotation", "siting_note", "definition"}:
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value.item() if hasattr(value, "item") else value
                if isinstance(value, float):
                    cell.number_format = "0.###"
            if position == 0 or column.name == "project_id":
                line = rows_of.get(target, {}).get(str(value))
                if line is not None:
                    cell.style = "Hyperlink"
                    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{titles[target]}'!A{line}")
    for position, width in enumerate(widths):
        sheet.column_dimensions[get_column_letter(position + 1)].width = width + 2
    sheet.freeze_panes = "C2"
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(table.table) + 1}"
    return lossy


def _without_clock(content: bytes) -> bytes:
    """Return a workbook whose times of writing are fixed, so that the same tables give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(entry.filename, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
