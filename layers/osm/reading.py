"""
A file of OpenStreetMap read: ways with their nodes, places of nodes, stations and the like, and areas.

Passes over the file, each filtered inside osmium: first what is ours by its tags; then the ways that areas refer to; then the nodes
that all these ways refer to. So the memory needed goes with what is taken, not with what the file holds, the order in the
file does not matter, and negative ids (unsaved edits of JOSM) are read as any others.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from layers.osm.cleaning import Pieces, pieces_of
from layers.osm.findings import Findings
from layers.osm.intake import source_of
from layers.osm.opl import NO_PLACE, Lines, Nodes, first_line, nodes_of, tags_of, ways_of
from layers.osm.passes import Passes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Objects", "Relation", "read_objects"]

log = logging.getLogger(__name__)


class Relation(NamedTuple):
    """A relation: id, tags, and ways with their roles."""

    number: int
    tags: dict[str, str]
    ways: list[tuple[int, str]]


@dataclass(frozen=True)
class Objects:
    """
    What was read.

    Parameters
    ----------
    ways : Lines
        Text, ids and tags of the ways; rows in the order of the file.
    pieces : Pieces
        What is left of each way after repairs, by way id; nodes as positions in ``node_id``.
    node_id : ndarray of int64, shape (n,), sorted
        Nodes that ways refer to.
    lon_lat : ndarray of float64, shape (n, 2)
        NaN where the node is not in the file.
    node_tags : dict of position in ``node_id`` to tags
        Of those nodes on ways that have any.
    points : list of (id, lon, lat, tags)
        Nodes that are stations and the like, by id.
    relations : list of Relation
        Multipolygons with tags that are ours, by id.
    members : Pieces
        Ways that these refer to.
    member_ids : ndarray of int64
        Ids of these, by the rows of ``members``.
    findings : Findings
    data_date : str
    bounds : tuple of float
    reader_peak_bytes : int
        Memory of the reading process, which works beside this one; 0 where the system does not tell.
    """

    ways: Lines
    pieces: Pieces
    node_id: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    node_tags: dict[int, dict[str, str]]
    points: list[tuple[int, float, float, dict[str, str]]]
    relations: list[Relation]
    members: Pieces
    member_ids: NDArray[np.int64]
    findings: Findings = field(default_factory=Findings)
    data_date: str = ""
    bounds: tuple[float, ...] = ()
    reader_peak_bytes: int = 0


def read_objects(path: Path, *, progress: Callable[[int, int], None] | None = None) -> Objects:
    """
    Read a file.

    Parameters
    ----------
    path : Path
        As ``layers.osm.intake.source_of`` takes it.
    progress : callable, optional
        Told how many of the passes are done.

    Returns
    -------
    Objects

    Raises
    ------
    SchemaError
        If the file cannot be read; cut off, damaged, no OpenStreetMap data. What is broken inside it is repaired or left out, and told
        in ``findings``.
    """
    with tempfile.TemporaryDirectory(prefix="tongtu-osm-") as name:
        folder = Path(name)
        passes = Passes(source_of(path, folder), folder)

        def done(number: int) -> None:
            log.info("%s: pass %d of 3 done", path, number)
            if progress is not None:
                progress(number, 3)

        text = passes.ours()
        done(1)
        findings = Findings()
        relations = _relations(text, findings)
        ways = ways_of(text)
        members = _members(passes, relations)
        done(2)
        refs = np.concatenate([ways.refs, members.refs])
        node_id, position = _numbered(refs)
        nodes = nodes_of(passes.by_id("node", node_id))
        done(3)
    lon_lat, row = _places(nodes, node_id, findings)
    missing = np.isnan(lon_lat[:, 0])
    findings.add("node_missing", (f"node/{i}" for i in node_id[missing][:5]), count=int(missing.sum()))
    split = len(ways.refs)
    pieces = pieces_of(ways, position[:split].astype(np.int32), ~missing, findings)
    ring_pieces = pieces_of(members, position[split:].astype(np.int32), ~missing, Findings())
    return Objects(
        ways,
        pieces,
        node_id,
        lon_lat,
        _node_tags(nodes, row),
        _points(nodes_of(text), findings),
        relations,
        ring_pieces,
        members.ids,
        findings,
        passes.data_date,
        passes.bounds,
        passes.peak_bytes,
    )


def _relations(text: NDArray[np.uint8], findings: Findings) -> list[Relation]:
    """Return multipolygons; count turn restrictions."""
    out: dict[int, Relation] = {}
    restrictions = []
    for line in text[first_line(text, ord("r")) :].tobytes().split(b"\n"):
        if not line.startswith(b"r"):
            continue
        fields = line.split(b" ")
        number = int(fields[0][1:])
        tags = tags_of(next((f[1:] for f in fields if f.startswith(b"T")), b""))
        if tags.get("type") == "restriction" or tags.get("restriction"):
            restrictions.append(f"relation/{number}")
        elif tags.get("type") in {"multipolygon", "boundary"}:
            members = next((f[1:] for f in fields if f.startswith(b"M")), b"")
            parts = [m.partition(b"@") for m in members.split(b",") if m.startswith(b"w")]
            out[number] = Relation(
                number, tags, [(int(ref[1:]), role.decode("utf-8", "replace")) for ref, _, role in parts]
            )
    findings.add("turn_restriction", restrictions)
    return [out[number] for number in sorted(out)]


def _numbered(refs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different ids, sorted, and the position of each reference among them."""
    code, found = pd.factorize(refs)
    order = np.argsort(found)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return np.asarray(found)[order], rank[code]


def _members(passes: Passes, relations: list[Relation]) -> Lines:
    """Return the ways that relations refer to."""
    wanted = np.unique(np.array([ref for relation in relations for ref, _ in relation.ways], dtype=np.int64))
    if not len(wanted):
        return ways_of(np.empty(0, dtype=np.uint8))
    return ways_of(passes.by_id("way", wanted))


def _places(
    nodes: Nodes, node_id: NDArray[np.int64], findings: Findings
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the places of the nodes asked for, NaN where there is none; and for each node read, its position or -1."""
    row = np.full(len(nodes.ids), -1, dtype=np.int64)
    lon_lat = np.full((len(node_id), 2), np.nan)
    if np.array_equal(nodes.ids, node_id):  # the rule: the file is sorted and whole
        kept = at = np.arange(len(node_id))
    else:
        order = np.argsort(nodes.ids, kind="stable")
        ids = nodes.ids[order]
        last = np.ones(len(ids), dtype=bool)
        last[:-1] = ids[1:] != ids[:-1]
        findings.add("node_twice", (f"node/{i}" for i in ids[~last][:5]), count=int((~last).sum()))
        kept = order[last]
        at = np.searchsorted(node_id, nodes.ids[kept])
        asked = at < len(node_id)
        asked[asked] = node_id[at[asked]] == nodes.ids[kept[asked]]
        kept, at = kept[asked], at[asked]
    row[kept] = at
    x, y = nodes.x[kept], nodes.y[kept]
    lon_lat[at, 0], lon_lat[at, 1] = x / 1e7, y / 1e7
    wrong = (np.abs(x) > 1_800_000_000) | (np.abs(y) > 900_000_000)
    if wrong.any():
        lon_lat[at[wrong]] = np.nan
        findings.add("node_out_of_range", (f"node/{i}" for i in nodes.ids[kept[wrong]][:5]), count=int(wrong.sum()))
    return lon_lat, row


def _node_tags(nodes: Nodes, row: NDArray[np.int64]) -> dict[int, dict[str, str]]:
    """Return the tags of nodes on ways, by position."""
    tagged = np.flatnonzero((nodes.tag_end > nodes.tag_begin) & (row >= 0))
    return {int(row[i]): nodes.tags(int(i)) for i in tagged.tolist()}


def _points(nodes: Nodes, findings: Findings) -> list[tuple[int, float, float, dict[str, str]]]:
    """Return the nodes that are objects of their own, by id, the last of those that stand twice."""
    out = {}
    for i, number in enumerate(nodes.ids.tolist()):
        x, y = int(nodes.x[i]), int(nodes.y[i])
        if NO_PLACE in (x, y) or abs(x) > 1_800_000_000 or abs(y) > 900_000_000:
            findings.add("node_out_of_range", [f"node/{number}"])
            continue
        out[number] = (number, x / 1e7, y / 1e7, nodes.tags(i))
    return [out[number] for number in sorted(out)]
