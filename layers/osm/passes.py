"""Passes over a file of OpenStreetMap, each in a process of its own (:mod:`layers.osm.worker`)."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import SchemaError
from layers.osm import worker
from layers.osm.intake import ADVICE, Source
from layers.osm.kinds import main_keys, point_tags

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["OsmLimits", "Passes"]

LARGEST_ID = 1 << 40
"""osmium's filters keep a bit for every id up to the largest; where ids lie beyond (there are none), they are filtered later."""
CUT_OFF = ("EOF", "unclosed token", "no element found", "read close", "read failed", "truncated")


@dataclass(frozen=True)
class OsmLimits:
    """
    Bounds on reading one file.

    Parameters
    ----------
    memory_bytes : int
        Address space of the reading process.
    seconds, seconds_per_mb : float
        Time of each pass, by the clock and by the processor: a minute for 100 MB is ten times what is needed.
    output_bytes, output_ratio : int
        What a pass may write: so much, or so many times the size of the file.
    """

    memory_bytes: int = 8 * 2**30
    seconds: float = 120.0
    seconds_per_mb: float = 3.0
    output_bytes: int = 4 * 2**30
    output_ratio: int = 40


class Passes:
    """
    The passes over one file.

    Parameters
    ----------
    source : Source
    folder : Path
        For what passes write.
    limits : OsmLimits, optional

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north of the file's header; empty where it has none.
    data_date : str
        State of the data, ISO 8601; ``""`` where the file does not say it.
    peak_bytes : int
        The most memory that a pass has held.
    """

    def __init__(self, source: Source, folder: Path, limits: OsmLimits | None = None) -> None:
        self.source = source
        self.folder = folder
        self.limits = limits or OsmLimits()
        self.pbf = source.path if source.kind == "pbf" else folder / "staged.osm.pbf"
        self.bounds: tuple[float, ...] = ()
        self.data_date = source.data_date
        self.peak_bytes = 0

    def ours(self) -> NDArray[np.uint8]:
        """
        Return what is ours by its tags, as OPL: stations and the like among nodes, ways and relations with one of our keys.

        Raises
        ------
        SchemaError
            If the file cannot be read, or is a history.
        """
        filters: list[dict[str, Any]] = [
            {"kind": "tagged"},  # first what is quick: most nodes have no tags at all
            {"kind": "tags", "tags": point_tags(), "for": ["node"]},
            {"kind": "keys", "keys": [*main_keys(), "restriction"], "for": ["way", "relation"]},
        ]
        path, kind = str(self.source.path), self.source.kind
        steps: dict[str, Any] = {"header": [path, kind]}
        if kind != "pbf":
            steps["rewrite"] = [path, kind, str(self.pbf)]
        text, said = self._run(["node", "way", "relation"], filters, steps)
        if said["history"]:
            message = (
                f"{self.source.name} is a history file; make a state of it with:"
                f" osmium time-filter -o OUT.osm.pbf {self.source.name.name} DATE"
            )
            raise SchemaError(message)
        self.bounds = tuple(said["bounds"])
        self.data_date = self.data_date or said["date"]
        return text

    def by_id(self, entity: str, ids: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the objects with the given ids (sorted) as OPL; all where an id is none that osmium's filters take."""
        if not len(ids):
            return np.empty(0, dtype=np.uint8)
        if ids[0] < 0 or ids[-1] > LARGEST_ID:
            return self._run([entity], [])[0]
        file = self.folder / "ids"
        ids.astype(np.int64).tofile(file)
        return self._run([entity], [{"kind": "ids", "file": str(file)}])[0]

    def _run(
        self, entities: list[str], filters: list[dict[str, Any]], steps: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Run one pass; return what it wrote and said."""
        target, result, job = (self.folder / name for name in ("pass.opl", "result.json", "job.json"))
        size = self.source.path.stat().st_size
        seconds = self.limits.seconds + self.limits.seconds_per_mb * size / 2**20
        content = {
            **(steps or {}),
            "filtered": [str(self.pbf), str(target), entities, filters],
            "result": str(result),
            "memory_bytes": self.limits.memory_bytes,
            "seconds": int(seconds),
            "output_bytes": max(self.limits.output_bytes, self.limits.output_ratio * size),
        }
        job.write_text(json.dumps(content), "utf-8")
        result.unlink(missing_ok=True)
        try:
            command = [sys.executable, "-P", str(worker.__file__), str(job)]
            done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as error:
            message = f"{self.source.name}: reading took longer than {seconds:.0f} s and was stopped; {ADVICE}"
            raise SchemaError(message) from error
        if done.returncode != 0 or not result.is_file():
            last = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
            message = (
                f"{self.source.name}: damaged: it breaks osmium's reader (exit {done.returncode}) {last}; {ADVICE}"
            )
            raise SchemaError(message)
        said: dict[str, Any] = json.loads(result.read_text("utf-8"))
        self.peak_bytes = max(self.peak_bytes, int(said["peak_bytes"]))
        if "error" in said:
            message = f"{self.source.name}: {_explained(said['error'])}"
            raise SchemaError(message)
        text = np.fromfile(target, dtype=np.uint8) if target.is_file() else np.empty(0, dtype=np.uint8)
        target.unlink(missing_ok=True)
        return text, said


def _explained(said: str) -> str:
    """Return an error of osmium's in words that say what to do."""
    if "entities" in said:
        return "declares entities, which OpenStreetMap data have no need of; it was not read"
    if said == "memory" or "bad_alloc" in said:
        return "reading it needs more memory than is allowed; take an extract of a smaller area"
    if any(word in said for word in CUT_OFF):
        return f"cut off or damaged ({said}); {ADVICE}"
    return f"damaged or no OpenStreetMap data ({said}); {ADVICE}"
