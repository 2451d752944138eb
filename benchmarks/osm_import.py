"""
From ``.osm.pbf`` to a routable graph: us and the peers, in one run.

    python -m benchmarks osm_import [--junctions 363000] [--file YOUR.osm.pbf] [--smoke]

Without a file, one of some 58 MB is made: roads of the synthetic road graph with their shape points, and around them what fills a
real extract. Of its ways 26 % are roads, 60 % buildings and 14 % the rest, about as on the whole planet (the author's memory of
taginfo: 280, 640 and 150 of some 1,070 million ways); real roads carry more tags, real ids are larger. Bar: 8 s and 1.5 GB, the
reading process (osmium, which works beside us) counted with us.

Peers do less or other things: pyosmium is its plain loop, nodes with locations, cut at junctions in Python; pyrosm does not cut ways
at junctions; osmnx reads XML alone, so that it gets a file of a thirtieth; DuckDB's ST_ReadOSM gives rows, not edges.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium

from benchmarks._peers import Measured, installed, measure, measure_here
from benchmarks._results import Figure, agree, options, record
from benchmarks._road_graph import road_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

JUNCTIONS = 363_000
SMOKE_JUNCTIONS = 2_000
CORNER = (117.0, 31.5)
KM_PER_DEGREE = (95.0, 111.0)
CLASSES = np.array(["residential", "secondary", "trunk", "motorway"])
LIMITS = np.array([30, 50, 80, 110])
SHARE = {"road": 26, "building": 60, "other": 14}
META = "v2 dV c{0} t2024-01-01T00:00:00Z i{1} uuser{1}"
BLOCK = 100_000


def made_file(junctions: int) -> Path:
    """Return the synthetic extract, from the temporary folder after the first call."""
    path = Path(tempfile.gettempdir()) / f"tongtu_osm1_{junctions}.osm.pbf"
    if not path.exists():
        text = path.with_suffix(".opl")
        _write_text(text, junctions)
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            osmium.apply(str(text), writer)
        text.unlink()
    return path


def _write_text(path: Path, junctions: int) -> None:
    """Write nodes, roads, buildings and the rest as lines of OPL."""
    rng = np.random.default_rng(5)
    graph = road_graph(junctions)
    roads = len(graph.tail) // 2
    tail, head, kind = graph.tail[:roads], graph.head[:roads], graph.road_class[:roads]
    place = np.array(CORNER) + graph.xy_km / np.array(KM_PER_DEGREE)
    bends = rng.poisson(5.5, roads)
    shape = _shape_points(rng, place, tail, head, bends)
    buildings = roads * SHARE["building"] // SHARE["road"]
    corners = 4 + rng.integers(0, 3, buildings)
    walls = _corners(rng, place, corners)
    nodes = np.concatenate([place, shape, walls])
    others = roads * SHARE["other"] // SHARE["road"]
    first_bend = junctions + 1 + np.concatenate([[0], np.cumsum(bends)])
    first_wall = junctions + len(shape) + 1 + np.concatenate([[0], np.cumsum(corners)])
    with path.open("w", encoding="ascii") as file:
        for start in range(0, len(nodes), BLOCK):
            block = nodes[start : start + BLOCK].tolist()
            file.writelines(
                f"n{i} {META.format(i // 50, i % 500)} T x{x:.7f} y{y:.7f}\n"
                for i, (x, y) in enumerate(block, start + 1)
            )
        number = 0
        for j in range(roads):
            number += 1
            refs = [tail[j] + 1, *range(first_bend[j], first_bend[j + 1]), head[j] + 1]
            oneway = ",oneway=yes" if kind[j] == 3 or j % 17 == 0 else ""
            limit = f",maxspeed={LIMITS[kind[j]]}" if j % 9 == 0 else ""
            tags = f"highway={CLASSES[kind[j]]},name=%9053%%8def%{number % 3000}{limit}{oneway}"
            file.write(_way(number, tags, refs))
        for j in range(buildings):
            number += 1
            refs = list(range(first_wall[j], first_wall[j + 1]))
            file.write(_way(number, "building=yes", [*refs, refs[0]]))
        for start in rng.integers(junctions + 1, len(nodes) - 20, others).tolist():
            number += 1
            file.write(_way(number, "landuse=forest", range(start, start + 9)))


def _way(number: int, tags: str, refs: Sequence[int]) -> str:
    return f"w{number} {META.format(number // 5, number % 500)} T{tags} N{','.join(f'n{r}' for r in refs)}\n"


def _shape_points(
    rng: np.random.Generator,
    place: NDArray[np.float64],
    tail: NDArray[np.int32],
    head: NDArray[np.int32],
    bends: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return points along the roads, a few metres off the straight line."""
    road = np.repeat(np.arange(len(bends)), bends)
    step = np.arange(len(road)) - np.repeat(np.cumsum(bends) - bends, bends) + 1
    share = (step / (bends[road] + 1))[:, None]
    straight = place[tail[road]] + (place[head[road]] - place[tail[road]]) * share
    return straight + rng.normal(0.0, 2e-5, straight.shape)


def _corners(rng: np.random.Generator, place: NDArray[np.float64], corners: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the corners of buildings near junctions."""
    house = np.repeat(np.arange(len(corners)), corners)
    turn = (np.arange(len(house)) - np.repeat(np.cumsum(corners) - corners, corners)) / corners[house] * 2 * np.pi
    middle = place[rng.integers(0, len(place), len(corners))] + rng.normal(0.0, 8e-4, (len(corners), 2))
    size = rng.uniform(4e-5, 2e-4, (len(corners), 2))
    return middle[house] + size[house] * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def tongtu(path: Path) -> list[float]:
    """Return links, nodes, kilometres, the share of the largest component, and what the process beside us takes: ours."""
    from layers.osm.links import road_network
    from layers.osm.reading import read_objects

    objects = read_objects(path)
    network = road_network(objects)
    beside_gb = objects.reader_peak_bytes / 1024**3
    km = float(network.length_m.sum()) / 1000.0
    return [network.link_count, network.node_count, km, network.largest_share, beside_gb]


def pyosmium(path: Path) -> list[float]:
    """Return links, nodes and kilometres: pyosmium's loop over roads with locations, cut at junctions in Python."""
    ways = []
    uses: Counter[int] = Counter()
    source = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for way in source.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(
        osmium.filter.KeyFilter("highway")
    ):
        refs = [(node.ref, node.lon, node.lat) for node in way.nodes]
        uses.update(ref for ref, _, _ in refs)
        uses.update((refs[0][0], refs[-1][0]))
        ways.append((refs, way.tags.get("oneway") == "yes" or way.tags["highway"] == "motorway"))
    links, metres, nodes = 0, 0.0, set()
    for refs, oneway in ways:
        directions = 1 if oneway else 2
        inner = sum(uses[ref] > 1 for ref, _, _ in refs[1:-1])
        nodes.update(ref for ref, _, _ in refs if uses[ref] > 1)
        lon, lat = np.array([lon for _, lon, _ in refs]), np.array([lat for _, _, lat in refs])
        metres += directions * _haversine_m(lon, lat)
        links += directions * (inner + 1)
    return [links, len(nodes), metres / 1000.0]


def _haversine_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    a, b = np.radians(lat), np.radians(lon)
    half = np.sin(np.diff(a) / 2) ** 2 + np.cos(a[1:]) * np.cos(a[:-1]) * np.sin(np.diff(b) / 2) ** 2
    return float(2 * 6_371_008.8 * np.arcsin(np.sqrt(half)).sum())


def pyrosm(path: Path) -> list[float]:
    """Return ways alone: pyrosm gives them uncut."""
    from pyrosm import OSM

    roads = OSM(str(path)).get_network(network_type="driving")
    return [len(roads)]


def duckdb(path: Path) -> list[float]:
    """Return rows of roads: DuckDB's spatial extension."""
    import duckdb as database

    connection = database.connect()
    connection.execute("INSTALL spatial; LOAD spatial;")
    found = connection.execute(
        f"SELECT count(*), sum(len(refs)) FROM ST_ReadOSM('{path}') WHERE kind = 'way' AND list_contains(map_keys(tags), 'highway')"
    ).fetchone()
    return [float(x) for x in found or ()]


def osmnx(path: Path) -> list[float]:  # noqa: ARG001 - a file of its own
    """Return links and nodes of a file of a thirtieth, as XML: osmnx reads no other."""
    import osmnx as ox

    small = made_file(max(SMOKE_JUNCTIONS, JUNCTIONS // 30))
    xml = small.with_suffix(".osm")
    if not xml.exists():
        with osmium.SimpleWriter(str(xml), overwrite=True) as writer:
            osmium.apply(str(small), osmium.filter.EntityFilter(osmium.osm.NODE | osmium.osm.WAY), writer)
    graph = ox.graph_from_xml(xml, retain_all=True)
    return [graph.number_of_edges(), graph.number_of_nodes()]


CONTESTANTS: dict[str, Callable[[Path], list[float]]] = {
    "tongtu": tongtu,
    "pyosmium": pyosmium,
    "pyrosm": pyrosm,
    "duckdb": duckdb,
    "osmnx": osmnx,
}


NOTES = {"pyrosm": "ways, not cut", "duckdb": "rows, not edges", "osmnx": "of a thirtieth of the file, as XML"}


def main() -> None:
    """Run every contestant in a process of its own, compare, and record."""
    asked = options(
        "osm_import",
        f"{SMOKE_JUNCTIONS:,} junctions, no slow peers",
        ("--junctions", {"type": int, "default": JUNCTIONS}),
        ("--file", {"type": Path, "help": "an extract of your own"}),
        ("--only", {"choices": list(CONTESTANTS)}),
    )
    path = asked.file or made_file(SMOKE_JUNCTIONS if asked.smoke else asked.junctions)
    if asked.only:
        job = CONTESTANTS[asked.only]
        measure_here(lambda: job(path), runs=3 if asked.only == "tongtu" and not asked.smoke else 1)
        return
    full = not asked.smoke and asked.file is None and asked.junctions == JUNCTIONS
    arguments = ["--file", str(path), *(["--smoke"] if asked.smoke else [])]
    ours = measure("osm_import", "tongtu", arguments)
    if isinstance(ours, str):
        sys.exit(ours)
    links, nodes, km, share, beside_gb = ours.result
    figures = [
        Figure("seconds", ours.seconds, "s", at_most=8.0 if full else None),
        Figure("peak memory", ours.peak_gb + beside_gb, "GB", at_most=1.5 if full else None),
        Figure("links", links, ""),
        Figure("nodes", nodes, ""),
        Figure("length", km, "km"),
        Figure("largest component", share, "share"),
    ]
    told = [f"{path.stat().st_size / 1e6:.1f} MB of .osm.pbf; our memory is that of both processes."]
    for name in list(CONTESTANTS)[1:]:
        if asked.smoke and name != "pyosmium":
            continue
        if name != "pyosmium" and not installed(name):
            told.append(f"{name} is not installed.")
            continue
        peer = measure("osm_import", name, arguments)
        if not isinstance(peer, Measured):
            if asked.smoke or name == "pyosmium":
                sys.exit(f"{name}: {peer}")
            told.append(f"{name} did not run: {peer}.")
            continue
        figures += [
            Figure("seconds", peer.seconds, "s", who=name),
            Figure("seconds, times ours", peer.seconds / ours.seconds, "x", who=name),
            Figure("peak memory", peer.peak_gb, "GB", who=name),
        ]
        if name in NOTES:
            told.append(f"{name}: {NOTES[name]}.")
        if name == "pyosmium":
            agree("links and nodes", [links, nodes], peer.result[:2], within=0.0, who=name)
            agree("length", [1.0], [peer.result[2] / km], within=0.003, who=name)
    record(
        "osm_import",
        figures,
        packages=("osmium", "numpy", "numba", "pyrosm", "osmnx"),
        full=full,
        note=" ".join(told),
    )


if __name__ == "__main__":
    main()
