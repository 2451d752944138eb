"""
The process that lets osmium at a file: bounded in memory, time and output, so that a fault in it ends there.

Run as a script, ``python worker.py JOB.json``, which imports nothing of tongtu. It filters the objects of a file inside osmium, in
one pass, and writes what is left as OPL, a line per object without who made it and when. A damaged file can make osmium abort the
whole process (a writer that has failed fails again when it is thrown away); here that is one more refusal.
"""

from __future__ import annotations

import array
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def bound(memory_bytes: int, seconds: int, output_bytes: int) -> None:
    """Limit this process; where the system has no such limits (Windows), the caller's clock is the only one."""
    with suppress(ImportError):
        import resource

        for what, most in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_FSIZE, output_bytes),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


def peak_bytes() -> int:
    """Return the most memory that this process has held, 0 where the system does not tell (elsewhere than on Linux)."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    return 0


def header(source: str, kind: str) -> dict[str, Any]:
    """Return what the header of a file says."""
    import osmium

    found = osmium.io.Reader(osmium.io.File(source, kind), osmium.osm.NOTHING).header()
    box = found.box()
    bounds = [box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat] if box.valid() else []
    date = found.get("osmosis_replication_timestamp", "") or found.get("timestamp", "")
    return {"bounds": bounds, "date": date, "history": found.has_multiple_object_versions}


def rewrite(source: str, kind: str, target: str) -> None:
    """Write a file anew as ``.osm.pbf``, whole."""
    import osmium

    options = "pbf,pbf_compression=none,add_metadata=false"
    with osmium.SimpleWriter(osmium.io.File(target, options), overwrite=True) as writer:
        osmium.apply(osmium.io.File(source, kind), writer)


def filtered(source: str, target: str, entities: list[str], filters: list[dict[str, Any]]) -> None:
    """Write the objects of a file that pass all filters as OPL."""
    import osmium

    made = [_filter(one) for one in filters]
    pool = osmium.io.ThreadPool(max(os.cpu_count() or 1, 1))
    with (
        osmium.io.Reader(osmium.io.File(source, "pbf"), _entities(entities), pool) as reader,
        osmium.SimpleWriter(osmium.io.File(target, "opl,add_metadata=false"), overwrite=True) as writer,
    ):
        osmium.apply(reader, *made, writer)


def _entities(names: list[str]) -> Any:
    import osmium

    out = osmium.osm.NOTHING
    for name in names:
        out |= {"node": osmium.osm.NODE, "way": osmium.osm.WAY, "relation": osmium.osm.RELATION}[name]
    return out


def _filter(one: dict[str, Any]) -> Any:
    """Make a filter of osmium's from its description."""
    import osmium

    made: Any
    if one["kind"] == "tagged":
        made = osmium.filter.EmptyTagFilter()
    elif one["kind"] == "keys":
        made = osmium.filter.KeyFilter(*one["keys"])
    elif one["kind"] == "tags":
        made = osmium.filter.TagFilter(*((key, value) for key, value in one["tags"]))
    else:
        ids = array.array("q", Path(one["file"]).read_bytes())
        made = osmium.filter.IdFilter(ids)
    if "for" in one:
        made.enable_for(_entities(one["for"]))
    return made


def main(job_file: str) -> None:
    """Do the steps of a job described in a JSON file, and end this process without cleaning up."""
    job = json.loads(Path(job_file).read_text("utf-8"))
    bound(job["memory_bytes"], job["seconds"], job["output_bytes"])
    result: dict[str, Any] = {}
    try:
        if job.get("header"):
            result = header(*job["header"])
        if job.get("rewrite") and not result.get("history"):
            rewrite(*job["rewrite"])
        if job.get("filtered") and not result.get("history"):
            filtered(*job["filtered"])
    except MemoryError:
        result = {"error": "memory"}
    except BaseException as error:  # osmium raises errors of several kinds; each is an answer
        result = {"error": str(error) or type(error).__name__}
    finally:
        result["peak_bytes"] = peak_bytes()
        with Path(job["result"]).open("w", encoding="utf-8") as file:
            json.dump(result, file)
        os._exit(0)  # a writer that has failed must not be thrown away: osmium would abort


if __name__ == "__main__":
    main(sys.argv[1])
