"""What the headers of a shapefile's parts promise, compared with what is there and with each other."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import SchemaError
from geo.vector_files.findings import Finding
from geo.vector_files.text_encoding import stated_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.vector_files.intake import Staged

__all__ = ["check_shapefile"]

PRJ_BYTES = 64 * 1024
"""More than any ``.prj`` needs."""


def check_shapefile(path: Path, folder: Path, staged: Staged, mates: Mapping[str, Path]) -> None:
    """
    Compare what the headers promise with what is there; leave a wrong index away, which is then made anew.

    Parameters
    ----------
    path : Path
        The user's ``.shp``.
    folder : Path
        Where it is staged.
    staged : Staged
        Gets findings and the stated encoding.
    mates : mapping of ending to Path
        The user's files of the same name.

    Raises
    ------
    SchemaError
        If a file is cut off, or the files do not belong together.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        message = f"{path}: no shapefile, or cut off within its header"
        raise SchemaError(message)
    promised = 2 * struct.unpack(">I", head[24:28])[0]
    if promised > size:
        message = f"{path}: cut off: its header promises {promised} bytes, the file has {size}; copy it again"
        raise SchemaError(message)
    shapes = _indexed(path, mates.get(".shx"))
    if shapes is None:
        (folder / f"{path.stem}.shx").unlink(missing_ok=True)
        staged.findings.append(Finding("index_rebuilt", path.stem))
    dbf = mates.get(".dbf")
    if dbf is None:
        staged.findings.append(Finding("no_attributes", path.stem))
    else:
        rows, language = _dbf_header(dbf)
        if shapes is not None and rows != shapes:
            message = f"{path}: {shapes} geometries, but {rows} rows in the .dbf; the files do not belong together"
            raise SchemaError(message)
        cpg = ""
        if ".cpg" in mates:
            with mates[".cpg"].open("rb") as file:
                cpg = file.read(64).decode("ascii", errors="replace")
        staged.encoding = stated_encoding(cpg.strip().split("\n")[0], language)
    prj = mates.get(".prj")
    if prj is not None and prj.stat().st_size > PRJ_BYTES:
        message = f"{prj}: {prj.stat().st_size} bytes are no coordinate system; put the right .prj beside the file"
        raise SchemaError(message)


def _indexed(path: Path, shx: Path | None) -> int | None:
    """Return how many records an index lists, None where it is missing or does not fit the file."""
    if shx is None or shx.stat().st_size < 100 or shx.stat().st_size % 4:
        return None
    raw = shx.read_bytes()
    if struct.unpack(">i", raw[:4])[0] != 9994 or (len(raw) - 100) % 8:
        return None
    entries = np.frombuffer(raw, ">u4", offset=100).astype(np.int64).reshape(-1, 2)
    ends = 2 * (entries[:, 0] + entries[:, 1]) + 8
    if len(entries) and (entries[:, 0].min() < 50 or ends.max() > path.stat().st_size):
        return None
    return len(entries)


def _dbf_header(path: Path) -> tuple[int, int]:
    """Return the number of rows and the language byte; refuse a table that is shorter than it says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        message = f"{path}: no dBASE table, or cut off within its header"
        raise SchemaError(message)
    rows, start, width = struct.unpack("<IHH", head[4:12])
    if start < 33 or width < 1 or start + rows * width > size:
        message = f"{path}: cut off: its header promises {rows} rows of {width} bytes, the file has {size} bytes; copy it again"
        raise SchemaError(message)
    return rows, head[29]
