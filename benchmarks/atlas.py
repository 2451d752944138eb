"""
The whole of it: seconds and memory of the atlas of the five built-in plans, and whether two runs give the same bytes.

    python -m benchmarks atlas [--smoke]

Bars: 30 s, and no file but ``manifest.json`` (it holds the time) differs. The first run loads and compiles, the second is that
of a session at work.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._results import DisagreementError, Figure, options, record

PASSAGE = "加快推进合肥至新沂高速铁路建设，开工建设合肥至周口高速公路，推进引江济淮工程建设。规划建设亳州机场。"
BAR_S = 30.0


def made(passage: bool) -> dict[str, Any]:
    """Return seconds of two atlases, peak memory, bytes, and the SHA-256 of every file."""
    from maps.atlas import make_atlas

    seconds: list[float] = []
    sums: list[dict[str, str]] = []
    size = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = folder / "plan.txt"
        plan.write_text(PASSAGE, encoding="utf-8")
        for out in (folder / "first", folder / "second"):
            start = time.perf_counter()
            make_atlas([plan] if passage else [], out)
            seconds.append(time.perf_counter() - start)
            files = [path for path in sorted(out.rglob("*")) if path.is_file() and path.name != "manifest.json"]
            sums.append({str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
            size = sum(path.stat().st_size for path in files)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    differ = [name for name in sums[0] | sums[1] if sums[0].get(name) != sums[1].get(name)]
    return {"seconds": seconds, "peak_gb": peak_gb, "files": len(sums[0]), "bytes": size, "differ": differ}


def main() -> None:
    """Make the atlas twice in a process of its own and record the figures."""
    asked = options("atlas", "one passage instead of five plans", ("--only", {"choices": ["atlas", "passage"]}))
    if asked.only:
        print(json.dumps(made(asked.only == "passage")))
        return
    what = "passage" if asked.smoke else "atlas"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "atlas", "--only", what], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    told = json.loads(done.stdout.splitlines()[-1])
    if told["differ"]:
        message = f"two runs give other bytes in {', '.join(told['differ'])}"
        raise DisagreementError(message)
    figures = [
        Figure("atlas of five plans", told["seconds"][0], "s", at_most=BAR_S),
        Figure("the same again in one process", told["seconds"][1], "s"),
        Figure("peak memory", told["peak_gb"], "GB"),
        Figure("files, the same bytes in both", told["files"], ""),
        Figure("size", told["bytes"] / 1e6, "MB"),
    ]
    record("atlas", figures, packages=("geopandas", "shapely", "pyogrio", "folium"), full=not asked.smoke)


if __name__ == "__main__":
    main()
