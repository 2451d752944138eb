"""
What a second machine brings, and what a cluster of many would: measured for one and two workers, the rest by a cost model.

    python -m benchmarks many_machines [--smoke]

A worker stands for a machine: a process of its own with one thread, reached over the loopback; this process collects and
writes, as always. Then the growth with the network, on one machine with all its threads, and by the model the sizes at which
one machine is no longer enough. The page ``notebooks/many_machines.md`` explains the model. Bar: in the blocks two workers at
least 1.5 times as fast as one, every file the same as without a cluster.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._results import Figure, agree, machine, options, record, said
from benchmarks._road_graph import road_graph
from benchmarks.length_in_areas import areas_of, lines_of
from benchmarks.travel_time_blocks import places_at, streets_of
from geo.io import sha256_of, write_bytes
from layers.distributed import run_blocks
from layers.line_length import line_length_by_area

ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
FULL: dict[str, Any] = {
    "nodes": 1_000_000,
    "places": 12_000,
    "block": None,
    "segments": 2_000_000,
    "areas": 1_000,
    "growth": [100_000, 1_000_000, 5_000_000],
}
SMOKE: dict[str, Any] = {
    "nodes": 20_000,
    "places": 600,
    "block": 32,
    "segments": 20_000,
    "areas": 50,
    "growth": [5_000, 20_000],
}
EMPTY_BLOCKS = 200
BLOCK_BYTES = 5_000_000
"""About what 1.5 million pairs take as Parquet."""
COUNTIES, TOWNSHIPS, VILLAGES = 2_850, 40_000, 600_000
"""Places in China, rounded: units of the county level, of the township level, villages with neighbourhoods; memory."""
CHINA_NODES, LINKS_PER_NODE = 10_000_000, 2.5
"""An assumption, see ``notebooks/many_machines.md``: three times the 8 million road segments of March 2019 (B)."""
HOUR_S = 3600.0
ALONE = "1 machine"
PAGE = Path(__file__).resolve().parent.parent / "notebooks" / "many_machines.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def nothing(block: int, shared: object) -> int:  # noqa: ARG001 (every job has something in common)
    """Return the block: what is left is the cost of sending one."""
    return block


def ready(block: int, shared: bytes) -> bytes:  # noqa: ARG001
    """Return what there is: what is left is the cost of taking a result."""
    return shared


def measure(workers: int, size: dict[str, Any]) -> dict[str, Any]:
    """Run the jobs on some workers, or here without; return seconds and checksums."""
    if workers == 0:
        return _jobs(None, size)
    from distributed import LocalCluster

    out: dict[str, Any] = {}
    begin = time.perf_counter()
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        env=ONE_THREAD,
    ) as cluster:
        out["start"] = time.perf_counter() - begin
        address = cluster.scheduler_address
        list(run_blocks(nothing, range(2 * workers), None, dask=address))
        begin = time.perf_counter()
        list(run_blocks(nothing, range(EMPTY_BLOCKS), None, dask=address))
        out["empty block"] = (time.perf_counter() - begin) / EMPTY_BLOCKS
        return out | _jobs(address, size)


def _jobs(address: str | None, size: dict[str, Any]) -> dict[str, Any]:
    """Run the matrix and the lengths, after small ones that load what the workers need."""
    from layers.matrices import write_matrix

    streets, warm = (streets_of(road_graph(n)) for n in (size["nodes"], SMOKE["nodes"]))
    places = places_at(streets, np.random.default_rng(5).choice(size["nodes"], size["places"], replace=False))
    out = {} if address is None else _messages(address, streets, places)
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        few = places_at(warm, np.arange(300))
        write_matrix(warm, few, few, Path(folder) / "warm", block_size=16, dask=address)
        begin = time.perf_counter()
        run = write_matrix(
            streets,
            places,
            places,
            Path(folder) / "m",
            block_size=size["block"],
            dask=address,
            progress=lambda *_: marks.append(time.perf_counter()),
        )
        out["matrix"] = time.perf_counter() - begin
        out["files"] = [sha256_of(f) for f in sorted((Path(folder) / "m").rglob("*.parquet"))]
    out["blocks"] = len(run.manifest.blocks)
    out["until first block"] = marks[1] - begin
    settled = 4  # by then both workers have their first block behind them
    out["a block"] = (marks[-1] - marks[settled]) / (len(marks) - 1 - settled)
    lines, areas = lines_of(size["segments"]), areas_of(size["areas"])
    line_length_by_area(lines.iloc[:2000], areas, dask=address)
    begin = time.perf_counter()
    lengths = line_length_by_area(lines, areas, dask=address)
    out["lengths"] = time.perf_counter() - begin
    out["length_km"] = lengths["length_km"].head(1000).tolist()
    return out


def _messages(address: str, streets: Any, places: Any) -> dict[str, float]:
    """Measure what goes over the wire: the network once to each worker, a block's result to here and to the disk."""
    from layers.cluster import ClusterJob, client_of
    from layers.matrices.blocks import Ends, MatrixJob

    job = MatrixJob(streets.graph, streets.lon_lat, *Ends.of(places, places), np.inf, "key")
    with client_of(address) as client:
        sent = 0.0
        for _ in range(2):  # the first time the workers load what they need to read it
            sending = ClusterJob(client, nothing, job, 60.0)
            begin = time.perf_counter()
            sending.send()
            sent = time.perf_counter() - begin
            sending.close()
    content = np.random.default_rng(1).bytes(BLOCK_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "block"
        begin = time.perf_counter()
        for _, result in run_blocks(ready, range(20), content, dask=address):
            write_bytes(path, result)
            sha256_of(path)
        taken = (time.perf_counter() - begin) / 20
    return {"send": sent, "take a block": taken}


def growth(nodes: int, size: dict[str, Any]) -> dict[str, float]:
    """Measure preparation and the cost of a pair on one machine with all its threads, nothing kept from earlier."""
    from layers.matrices import write_matrix

    streets, warm = (streets_of(road_graph(n)) for n in (nodes, SMOKE["nodes"]))
    count = COUNTIES if size is FULL else size["places"]
    places = places_at(streets, np.random.default_rng(5).choice(nodes, count, replace=False))
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        few = places_at(warm, np.arange(300))
        write_matrix(warm, few, few, Path(folder) / "warm")
        begin = time.perf_counter()
        write_matrix(streets, places, places, Path(folder) / "m", progress=lambda *_: marks.append(time.perf_counter()))
        end = time.perf_counter()
    return {"preparation": marks[0] - begin, "pair": (end - marks[0]) / count**2}


def run(size_words: list[str], *words: str, environment: dict[str, str]) -> Any:
    """Run a part of this benchmark in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "many_machines", *size_words, *words]
    with tempfile.TemporaryDirectory() as cache:  # no order of nodes kept from an earlier run
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "XDG_CACHE_HOME": cache, **environment},
        )
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure without a cluster, with one worker and with two, and the growth; compare, extrapolate, record."""
    asked = options(
        "many_machines", "20,000 nodes, 600 places", ("--workers", {"type": int}), ("--growth", {"type": int})
    )
    size = SMOKE if asked.smoke else FULL
    if asked.workers is not None:
        print(json.dumps(measure(asked.workers, size)))
        return
    if asked.growth is not None:
        print(json.dumps(growth(asked.growth, size)))
        return
    words = ["--smoke"] if asked.smoke else []
    for nodes in {*size["growth"], size["nodes"], SMOKE["nodes"]}:
        road_graph(nodes)  # kept before anything is measured
    found = {w: run(words, "--workers", str(w), environment=ONE_THREAD) for w in (0, 1, 2)}
    for w in (1, 2):
        if found[w]["files"] != found[0]["files"]:
            sys.exit(f"the files made by {w} workers differ from those made without")
        agree("lengths", found[0]["length_km"], found[w]["length_km"], within=0.0, who=f"{w} workers", unit="km")
    grown = {n: run(words, "--growth", str(n), environment={}) for n in size["growth"]}
    figures = [*_measured(found, size, bars=not asked.smoke), *_grown(grown)]
    if not asked.smoke:
        figures += extrapolated(found, grown)
        fill_page(figures)
    record(
        "many_machines",
        figures,
        packages=("distributed", "numba", "pyarrow"),
        full=not asked.smoke,
        note=(
            "Workers are processes of one thread each, on the machine that also runs scheduler and client. Below 'growth' one"
            " machine with all its threads; what is marked 'model' is extrapolated, not measured. China: an assumption of"
            f" {CHINA_NODES:,} nodes."
        ),
    )


def _measured(found: dict[int, dict[str, Any]], size: dict[str, Any], *, bars: bool) -> list[Figure]:
    names = {0: "no cluster", 1: "1 worker", 2: "2 workers"}
    rows = (
        (f"{size['places']:,} × {size['places']:,} on {size['nodes']:,} nodes", "matrix"),
        ("until the first block: sent, prepared, computed", "until first block"),
        ("a block, once under way", "a block"),
        ("sending the network", "send"),
        ("a block of nothing", "empty block"),
        (f"taking and writing a block of {BLOCK_BYTES / 1e6:.0f} MB", "take a block"),
        ("starting scheduler and workers", "start"),
        (f"{size['segments']:,} segments in {size['areas']:,} areas", "lengths"),
    )
    out = [Figure(what, found[w][key], "s", who=names[w]) for what, key in rows for w in found if key in found[w]]
    out.append(Figure("blocks", float(found[0]["blocks"]), "", who=names[0]))
    least = 1.5 if bars else None
    one, two = found[1], found[2]
    out.append(Figure("speed-up of the blocks", one["a block"] / two["a block"], "x", who=names[2], at_least=least))
    out.append(Figure("speed-up of the matrix", one["matrix"] / two["matrix"], "x", who=names[2]))
    out.append(Figure("speed-up of the lengths", one["lengths"] / two["lengths"], "x", who=names[2]))
    said = one["until first block"] + one["a block"] * (one["blocks"] - 1) / 2
    return [*out, Figure("model: that matrix with 2 workers", said, "s", who=names[2])]


def _grown(grown: dict[int, dict[str, float]]) -> list[Figure]:
    out = []
    for nodes, figures in grown.items():
        out.append(Figure(f"growth: preparation, {nodes:,} nodes", figures["preparation"], "s", who=ALONE))
        out.append(Figure(f"growth: a million pairs, {nodes:,} nodes", 1e6 * figures["pair"], "s", who=ALONE))
    return [
        *out,
        Figure("growth: exponent of the preparation", exponent(grown, "preparation"), "", who=ALONE),
        Figure("growth: exponent of a pair", exponent(grown, "pair"), "", who=ALONE),
    ]


def exponent(grown: dict[int, dict[str, float]], what: str) -> float:
    """Return the slope of a figure over the nodes, both in logarithms."""
    nodes, values = np.log(list(grown)), np.log([figures[what] for figures in grown.values()])
    return float(np.polyfit(nodes, values, 1)[0])


def extrapolated(found: dict[int, dict[str, Any]], grown: dict[int, dict[str, float]]) -> list[Figure]:
    """
    Return what the cost model says of China.

    ``sending + preparation + pairs · max(pair / workers, taking)``: the workers prepare side by side; the one that collects
    takes a block after the other, whoever made it.
    """
    from layers.matrices.memory import forecast_memory

    largest = max(grown)
    times = CHINA_NODES / largest
    preparation = grown[largest]["preparation"] * times ** exponent(grown, "preparation")
    pair = grown[largest]["pair"] * times ** max(exponent(grown, "pair"), 0.0)
    pairs_a_block = BLOCK_BYTES / 3.5
    taking = found[2]["take a block"] / pairs_a_block
    sending = found[2]["send"] * CHINA_NODES / FULL["nodes"]
    memory = forecast_memory(CHINA_NODES, int(LINKS_PER_NODE * CHINA_NODES), COUNTIES, COUNTIES, 500).total_bytes
    out = [Figure("model: memory of each machine, China", memory / 1e9, "GB", who=ALONE)]
    for name, places in (("counties", COUNTIES), ("townships", TOWNSHIPS), ("villages", VILLAGES)):
        for machines in (1, 4, 16):
            if machines == 1:
                seconds = preparation + places**2 * pair
            else:
                seconds = sending + preparation + places**2 * max(pair / machines, taking)
            who = f"{machines} machine{'s' if machines > 1 else ''}"
            out.append(Figure(f"model: China's {places:,} {name}", seconds, "s", who=who))
    most = ((HOUR_S - preparation) / pair) ** 0.5 if preparation < HOUR_S else 0.0
    return [
        *out,
        Figure("model: places that one machine does in an hour, China", float(round(most, -3)), "", who=ALONE),
        Figure("model: machines beyond which collecting is the limit", float(round(pair / taking)), "", who=ALONE),
    ]


def fill_page(figures: list[Figure], page: Path = PAGE) -> None:
    """Put the table of figures, with its date and machine, between the marks of the page that explains the model."""
    here = machine()
    when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
    load = ", ".join(f"{x:.1f}" for x in here["load"])
    whos = list(dict.fromkeys(f.who for f in figures))
    rows = [f"{when}; {here['processor']}, {here['cores']} cores, {here['memory_gb']} GB, load {load}.", ""]
    rows += ["| | " + " | ".join(whos) + " |", "|---" * (1 + len(whos)) + "|"]
    for what in dict.fromkeys(f.what for f in figures):
        of = {f.who: said(f.value, f.unit) for f in figures if f.what == what}
        rows.append("| " + " | ".join([what, *(of.get(who, "") for who in whos)]) + " |")
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        sys.exit(f"{page} has lost its marks {BEGIN} {END}")
    text = f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}"
    page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
