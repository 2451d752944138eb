"""Runs the process that reads a stranger's file, and makes errors of its silence, its end and its excess."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from geo.errors import SchemaError
from geo.vector_files import worker
from geo.vector_files.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from geo.vector_files.intake import Staged
    from geo.vector_files.limits import ReadingLimits

__all__ = ["read_apart"]

log = logging.getLogger(__name__)


def read_apart(path: Path, staged: Staged, work: Path, limits: ReadingLimits, encoding: str | None) -> dict[str, Any]:
    """
    Run the reading process and return what it read.

    Parameters
    ----------
    path : Path
        As the user knows the file, for messages.
    staged : Staged
        Gets what the file itself says of its coordinate system, and findings.
    work : Path
        A folder to make.
    limits : ReadingLimits
    encoding : str or None
        Of texts, None for GDAL's own choice.

    Returns
    -------
    dict
        ``layers`` and ``said``, as :func:`geo.vector_files.worker.read` returns them.

    Raises
    ------
    SchemaError
        If the file breaks the reader, or asks for more than the limits allow.
    """
    work.mkdir()
    job, result = work / "job.json", work / "result.pickle"
    job.write_text(
        json.dumps(
            {
                "path": str(staged.path),
                "kind": staged.kind,
                "encoding": encoding,
                "result": str(result),
                "sqlite": staged.kind in {".gpkg", ".sqlite"},
                "memory_bytes": limits.memory_bytes,
                "seconds": limits.seconds,
                "output_bytes": limits.unpacked_bytes,
            }
        ),
        encoding="utf-8",
    )
    # As a script, without its folder in the path: the package itself would bring along libraries that are slow to load.
    command = [sys.executable, "-P", worker.__file__, str(job)]
    try:
        done = subprocess.run(
            command, env=worker.environment(), capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = (
            f"{path}: reading took longer than {limits.seconds} s and was stopped; the file is too large or damaged"
        )
        raise SchemaError(message) from error
    if done.returncode != 0 or not result.is_file():
        last = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
        message = f"{path}: the file breaks GDAL's reader (exit {done.returncode}) {last}".rstrip()
        raise SchemaError(message)
    with result.open("rb") as file:
        read: dict[str, Any] = pickle.load(file)
    if read.get("error") == "memory":
        message = f"{path}: reading needs more than {limits.memory_bytes >> 20} MiB; the file is too large or its header is wrong"
        raise SchemaError(message)
    if "error" in read:
        message = f"{path}: cut off, damaged, or not a file of features ({read['error']})"
        raise SchemaError(message)
    staged.crs_word = read.get("crs_word")
    if read.get("repeated"):
        staged.findings.append(Finding("json_repeated", detail=", ".join(read["repeated"])))
    log.debug("%s: %d layers read", path, len(read["layers"]))
    return read
