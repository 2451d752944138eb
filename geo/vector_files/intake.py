"""From what a user points at to files that GDAL may open: unpacked, checked, in UTF-8, in a folder of their own."""

from __future__ import annotations

import codecs
import re
import shutil
import xml.parsers.expat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from geo.errors import SchemaError
from geo.vector_files.archive import refuse_other_archives, unpack
from geo.vector_files.findings import Finding
from geo.vector_files.shapefile_headers import check_shapefile
from geo.vector_files.text_encoding import stated_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from geo.vector_files.limits import ReadingLimits

__all__ = ["SUFFIXES", "Staged", "stage"]

SUFFIXES: Final = (
    ".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet", ".kml", ".kmz", ".gml", ".dxf", ".xlsx", ".tab", ".mif", ".gpx", ".gdb",
)  # fmt: skip
"""Endings of files of features, each its own data set."""

JSON: Final = frozenset({".geojson", ".json"})
XML: Final = frozenset({".kml", ".gml", ".gpx"})
COMPANIONS: Final = {".shp": (".shx", ".dbf", ".prj"), ".tab": (".dat", ".map", ".id", ".ind"), ".mif": (".mid",)}
"""Files that go with one; others beside it (``.qix``, ``.sbn``) are left away, as a wrong one would hide features."""

BESIDE: Final = ("fields.csv", "long_texts.csv")
"""What tongtu writes beside shapefiles to make up for what they do not hold."""

BESIDE_BYTES: Final = 64 * 2**20

SMALL_BYTES = 64 * 1024
"""More than any ``.prj`` or ``.cpg`` needs."""

UNREAD: Final = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".csv", ".txt", ".xls", ".ods", ".dwg", ".mdb"})
"""Endings of files that may hold data, but are not looked into inside an archive or a folder."""

_DATUM = re.compile(rb'"datum"\s*:\s*"(GCJ|BD)-?(02|09)', re.IGNORECASE)
_DECLARED = re.compile(rb'^<\?xml[^>]*?encoding\s*=\s*["\']([A-Za-z0-9._-]+)["\']')


@dataclass
class Staged:
    """
    A data set ready to be read.

    Parameters
    ----------
    path : Path
    kind : str
        Its ending, in small letters.
    findings : list of Finding
    encoding : str
        What a ``.cpg`` or header states, for shapefiles.
    datum : str
        A shifted datum that the file itself states, else ``""``.
    beside : dict of file name to content
        Tables that tongtu writes beside a shapefile: names of fields, and texts that they do not hold whole.
    crs_word : str or None
        What the member ``crs`` of a GeoJSON names, ``""`` for null, None where there is none.
    """

    path: Path
    kind: str
    findings: list[Finding] = field(default_factory=list)
    encoding: str = ""
    datum: str = ""
    crs_word: str | None = None
    beside: dict[str, bytes] = field(default_factory=dict)


def stage(path: Path, folder: Path, limits: ReadingLimits) -> list[Staged]:
    """
    Make what a user points at ready for reading, in a folder that is thrown away afterwards.

    Parameters
    ----------
    path : Path
        A file of features, a zip (or KMZ) of some, or a folder that holds some.
    folder : Path
        Empty.
    limits : ReadingLimits

    Returns
    -------
    list of Staged
        One per data set. The user's own files are linked to, never written.

    Raises
    ------
    SchemaError
        If there is no such file, it is empty, cut off, of no known kind, or holds what a file of features has no need of (a
        document type in XML, a link in an archive).
    """
    if not path.exists():
        message = f"no such file: {path}"
        raise SchemaError(message)
    if path.is_dir() and path.suffix.lower() != ".gdb":
        return _stage_all(path, sorted(p for p in path.iterdir() if p.is_file()), folder / "staged")
    if path.is_file():
        refuse_other_archives(path)
    if path.is_file() and _is_archive(path):
        files = unpack(path, folder / "unpacked", limits)
        return _stage_all(path, files, folder / "staged")
    return [_stage_one(path, folder / "staged" / "0", _beside(path))]


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4)
    # A workbook is a zip as well, but one that GDAL opens itself.
    return path.suffix.lower() in {".zip", ".kmz"} or (
        start == b"PK\x03\x04" and path.suffix.lower() not in {".xlsx", ".ods"}
    )


def _stage_all(origin: Path, files: list[Path], folder: Path) -> list[Staged]:
    """Stage every data set among files; say which files of a zip were of no use."""
    main = [p for p in files if p.suffix.lower() in SUFFIXES and p.suffix.lower() != ".gdb"]
    folders = sorted({parent for p in files for parent in p.parents if parent.suffix.lower() == ".gdb"})
    main = [p for p in main if not any(parent in p.parents for parent in folders)]
    metadata = {p for p in main if p.name in {"manifest.json", "export_report.json", "stac_item.json"}}
    main = [p for p in main if p not in metadata]
    if not main and not folders:
        names = ", ".join(p.name for p in files[:5]) or "nothing"
        message = f"{origin}: holds no file of features ({', '.join(SUFFIXES)}), but {names}"
        raise SchemaError(message)
    staged = [
        _stage_one(p, folder / str(number), [q for q in files if q.parent == p.parent])
        for number, p in enumerate([*main, *folders])
    ]
    used = {q for p in main for q in [p, *(q for q in files if q.stem.lower() == p.stem.lower())]} | metadata
    nested = [
        p for p in files if p not in used and p.suffix.lower() in UNREAD and p.name not in {*BESIDE, "licences.csv"}
    ]
    if nested and staged:
        staged[0].findings.append(Finding("ignored", detail=", ".join(p.name for p in nested)))
    return staged


def _beside(path: Path) -> list[Path]:
    return [p for p in path.parent.iterdir() if p.stem.lower() == path.stem.lower()] if path.is_file() else []


def _stage_one(path: Path, folder: Path, beside: list[Path]) -> Staged:
    kind = path.suffix.lower()
    folder.mkdir(parents=True)
    if path.is_dir():
        return Staged(path, kind)
    if path.stat().st_size == 0:
        message = f"{path}: the file is empty"
        raise SchemaError(message)
    if kind not in SUFFIXES:
        message = f"{path}: not a file of features; expected {', '.join(SUFFIXES)}, or a .zip of such"
        raise SchemaError(message)
    target = folder / f"{path.stem}{kind}"
    staged = Staged(target, kind)
    if kind in JSON | XML:
        _stage_text(path, target, staged)
    else:
        _link(path, target)
    mates = {p.suffix.lower(): p for p in beside if p.stem.lower() == path.stem.lower() and p != path}
    for suffix in COMPANIONS.get(kind, ()):
        if suffix in mates:
            _link(mates[suffix], folder / f"{path.stem}{suffix}")
    if kind == ".shp":
        check_shapefile(path, folder, staged, mates)
        for name in BESIDE:
            table = path.with_name(name)
            if table.is_file() and table.stat().st_size <= BESIDE_BYTES:
                staged.beside[name] = table.read_bytes()
    return staged


def _link(path: Path, target: Path) -> None:
    try:
        target.symlink_to(path.resolve())
    except OSError:  # no links on this file system or without rights to make them
        shutil.copyfile(path, target)


def _stage_text(path: Path, target: Path, staged: Staged) -> None:
    """Stage JSON or XML in UTF-8; refuse XML that declares a document type, by which bombs and strangers' files come in."""
    with path.open("rb") as file:
        head = file.read(SMALL_BYTES)
    encoding = _text_encoding(path, head, staged.kind)
    if encoding != "utf-8":
        text = path.read_bytes().decode(encoding, errors="replace").removeprefix("\ufeff")
        if encoding not in {"utf-8-sig", "utf-16"} and not (staged.kind in XML and _DECLARED.match(head.lstrip())):
            staged.findings.append(Finding("encoding_guessed", detail=encoding))
        if staged.kind in XML:
            text = re.sub(r"^(<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']", r"\1", text, count=1)
        target.write_bytes(text.encode())
    else:
        _link(path, target)
    if staged.kind in XML:
        _check_xml(path, target)
    else:
        found = _DATUM.search(head)
        staged.datum = "" if found is None else "gcj02" if found.group(1).upper() == b"GCJ" else "bd09"


def _text_encoding(path: Path, head: bytes, kind: str) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            declared = _DECLARED.match(head.lstrip()) if kind in XML else None
            return (stated_encoding(declared.group(1).decode()) if declared else "") or "gb18030"
    declared = _DECLARED.match(head.lstrip()) if kind in XML else None
    stated = stated_encoding(declared.group(1).decode()) if declared else ""
    # Bytes that are UTF-8 all the same are UTF-8, whatever is declared; the declaration goes, as a parser would obey it.
    return "utf-8-sig" if stated not in {"", "utf-8", "ascii"} else "utf-8"


def _check_xml(path: Path, staged: Path) -> None:
    parser = xml.parsers.expat.ParserCreate()

    def refuse(name: str, *_: object) -> None:
        message = f"{path}: declares a document type ({name}), which files of features have no need of; it was not read"
        raise SchemaError(message)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with staged.open("rb") as file:
            parser.ParseFile(file)
    except xml.parsers.expat.ExpatError as error:
        message = f"{path}: cut off or no XML ({error})"
        raise SchemaError(message) from error
