"""
From a file as a user has it to one that is surely OpenStreetMap data: told by its content, refused in words where it is not.

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

import osmium

from geo.errors import SchemaError
from layers.osm.overpass import write_opl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Staged", "explained", "stage"]

LOOKED_AT = 64 * 1024
"""Bytes of the beginning that tell what a file is."""

_DATE = re.compile(rb"(?:osm_base|\btimestamp)=[\"'](\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)[\"']")
_ADVICE = (
    "download it again, or make an extract with: osmium extract -b WEST,SOUTH,EAST,NORTH -o OUT.osm.pbf IN.osm.pbf"
)


@dataclass(frozen=True)
class Staged:
    """
    A file ready to be read.

    Parameters
    ----------
    path : Path
        An ``.osm.pbf``.
    data_date : str
        State of the data as the file's header says, ISO 8601; ``""`` where it does not.
    bounds : tuple of float
        West, south, east, north of the header; empty where it has none.
    """

    path: Path
    data_date: str
    bounds: tuple[float, ...]


def stage(path: Path, folder: Path) -> Staged:
    """
    Make a file ready for reading.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ``.osm.gz``, ``.o5m``, ``.opl``, or an answer of Overpass in JSON; whatever it is called, its content counts.
    folder : Path
        Where a copy may be written.

    Returns
    -------
    Staged

    Raises
    ------
    SchemaError
        If there is no such file; it is empty, cut off, damaged, no OpenStreetMap data, a history or a change file.
    """
    if path.is_dir() or not path.is_file():
        message = f"{path} is a folder; give one file" if path.is_dir() else f"no such file: {path}"
        raise SchemaError(message)
    head = _head(path)
    kind = _kind(path, head)
    source = path
    if kind == "json":
        source, kind = write_opl(path, folder / "answer.opl"), "opl"
    date = _date_of(head) if kind != "pbf" else ""
    with explained(path):
        header = osmium.io.Reader(osmium.io.File(str(source), kind), osmium.osm.NOTHING).header()
        if header.has_multiple_object_versions:
            message = (
                f"{path} is a history file; make a state of it with: osmium time-filter -o OUT.osm.pbf {path.name} DATE"
            )
            raise SchemaError(message)
        box = header.box()
        bounds = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat) if box.valid() else ()
        date = date or header.get("osmosis_replication_timestamp", "") or header.get("timestamp", "")
        if kind == "pbf":
            return Staged(path, date, bounds)
        staged = folder / "staged.osm.pbf"
        options = "pbf,pbf_compression=none,add_metadata=false"
        with osmium.SimpleWriter(osmium.io.File(str(staged), options), overwrite=True) as writer:
            osmium.apply(osmium.io.File(str(source), kind), writer)
    return Staged(staged, date, bounds)


class explained:  # noqa: N801 - used as a context manager, reads as one
    """Turn what osmium says of a file into an error that says what to do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Explain an error of osmium's; others pass."""
        if isinstance(error, SchemaError) or not isinstance(error, (RuntimeError, ValueError, OverflowError, KeyError)):
            return
        said = str(error)
        if "entities" in said:
            why = "declares entities, which OpenStreetMap data have no need of; it was not read"
        elif any(
            word in said
            for word in ("EOF", "unclosed token", "no element found", "read close", "read failed", "truncated")
        ):
            why = f"cut off or damaged ({said}); {_ADVICE}"
        else:
            why = f"damaged or no OpenStreetMap data ({said}); {_ADVICE}"
        message = f"{self.path}: {why}"
        raise SchemaError(message) from error


def _head(path: Path) -> bytes:
    """Return the first bytes of what a file holds, unpacked."""
    with path.open("rb") as file:
        raw = file.read(LOOKED_AT)
    if not raw:
        message = f"{path}: the file is empty; {_ADVICE}"
        raise SchemaError(message)
    try:
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                return packed.read(LOOKED_AT)
        if raw[:3] == b"BZh":
            with bz2.open(path) as packed:
                return packed.read(LOOKED_AT)
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        message = f"{path}: cut off or damaged ({error}); {_ADVICE}"
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
    message = f"{path}: {what}; expected .osm.pbf, .osm, .osm.bz2, .osm.gz, .o5m or Overpass JSON; {_ADVICE}"
    raise SchemaError(message)


def _date_of(head: bytes) -> str:
    """Return the state of the data that XML or JSON of Overpass gives in its first lines, ``""`` where it does not."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = re.search(rb'"timestamp_osm_base"\s*:\s*"([^"]+)"', head)
        return found[1].decode("ascii", errors="replace") if found else ""
    first = head.split(b"<node", 1)[0]
    found = _DATE.search(first)
    return found[1].decode() if found else ""
