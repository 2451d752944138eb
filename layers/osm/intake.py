"""
What a file is that a user gives: told by its content, refused in words where it is no OpenStreetMap data.

XML is read by osmium's parser, which refuses entities (no XML bomb, no file from elsewhere); everything that is not ``.osm.pbf``
is first rewritten as such, whole, so that a file cut off at its end is refused before anything is made of it.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import SchemaError
from layers.osm.overpass import write_opl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ADVICE", "Source", "source_of"]

LOOKED_AT = 64 * 1024
"""Bytes of the beginning that tell what a file is."""

_DATE = re.compile(rb"(?:osm_base|\btimestamp)=[\"'](\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)[\"']")
ADVICE = "download it again, or make an extract with: osmium extract -b WEST,SOUTH,EAST,NORTH -o OUT.osm.pbf IN.osm.pbf"


@dataclass(frozen=True)
class Source:
    """
    A file that looks like OpenStreetMap data.

    Parameters
    ----------
    name : Path
        As the user gave it.
    path : Path
        What osmium is to read.
    kind : str
        osmium's name of its format.
    data_date : str
        State of the data as XML or JSON of Overpass give it, ISO 8601; ``""`` where not.
    """

    name: Path
    path: Path
    kind: str
    data_date: str


def source_of(path: Path, folder: Path) -> Source:
    """
    Tell what a file is.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, ``.o5m``, ``.opl``, or an answer of Overpass in JSON; whatever it is
        called, its content counts.
    folder : Path
        Where a copy may be written.

    Returns
    -------
    Source

    Raises
    ------
    SchemaError
        If there is no such file, it is empty, no OpenStreetMap data, or a file of changes.
    """
    if path.is_dir() or not path.is_file():
        message = f"{path} is a folder; give one file" if path.is_dir() else f"no such file: {path}"
        raise SchemaError(message)
    head = _head(path)
    kind = _kind(path, head)
    date = "" if kind == "pbf" else _date_of(head)
    if kind == "json":
        return Source(path, write_opl(path, folder / "answer.opl"), "opl", date)
    return Source(path, path, kind, date)


def _head(path: Path) -> bytes:
    """Return the first bytes of what a file holds, unpacked."""
    with path.open("rb") as file:
        raw = file.read(LOOKED_AT)
    if not raw:
        message = f"{path}: the file is empty; {ADVICE}"
        raise SchemaError(message)
    try:
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                return packed.read(LOOKED_AT)
        if raw[:3] == b"BZh":
            with bz2.open(path) as packed:
                return packed.read(LOOKED_AT)
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        message = f"{path}: cut off or damaged ({error}); {ADVICE}"
        raise SchemaError(message) from error
    return raw


def _kind(path: Path, head: bytes) -> str:
    """Return osmium's name of a format by the content of a file."""
    with path.open("rb") as file:
        packed = {b"\x1f\x8b": ".gz", b"BZ": ".bz2"}.get(file.read(2), "")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    found = ""
    if b"OSMHeader" in head[:32]:
        found = "pbf"
    elif head[:7] == b"\xff\xe0\x04o5m2":
        found = "o5m"
    elif re.search(rb"<osm[\s>]", head):
        found = "osm"
    elif start[:1] == b"{" and not packed:
        found = "json"
    elif re.match(rb"[nwr]-?\d+(?: |$)", start) and path.name.lower().endswith((".opl", ".opl.bz2", ".opl.gz")):
        found = "opl"
    if found and not (found in {"pbf", "o5m"} and packed):
        return found + packed
    if b"<osmChange" in head or b"o5c2" in head[:8]:
        what = "is a file of changes, not of data"
    elif re.search(rb"<!doctype html|<html", head, re.IGNORECASE):
        what = "is a web page (an error of a download?)"
    elif head[:4] in {b"PK\x03\x04", b"7z\xbc\xaf"} or head[:3] == b"Rar":
        what = "is an archive; unpack it first"
    else:
        what = "is no OpenStreetMap data"
    message = f"{path}: {what}; expected .osm.pbf, .osm, .osm.bz2, .osm.gz, .o5m or Overpass JSON; {ADVICE}"
    raise SchemaError(message)


def _date_of(head: bytes) -> str:
    """Return the state of the data that XML or JSON of Overpass gives in its first lines, ``""`` where it does not."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = re.search(rb'"timestamp_osm_base"\s*:\s*"([^"]+)"', head)
        return found[1].decode("ascii", errors="replace") if found else ""
    first = head.split(b"<node", 1)[0]
    found = _DATE.search(first)
    return found[1].decode() if found else ""
