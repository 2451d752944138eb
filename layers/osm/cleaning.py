"""
Ways as they can be used: repeated nodes once, cut where nodes are missing, and not twice over the same ground.

A way that is its own reverse (A-B-C-B-A) runs out and back: its second half is no more road than its first. OSMnx exports
every two-way street so. It is folded: its first half, for both directions, and its length once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.osm.findings import Findings
    from layers.osm.opl import Lines

__all__ = ["Pieces", "pieces_of"]


@dataclass(frozen=True)
class Pieces:
    """
    Runs of nodes: most ways are one, a way with missing nodes is several.

    Parameters
    ----------
    row : ndarray of int64, shape (p,)
        Row of the way in its ``Lines``; ways by id, pieces in order.
    number : ndarray of int32, shape (p,)
        1 for the first piece of a way, 2 …
    first : ndarray of int64, shape (p + 1,)
        Where the nodes of each begin.
    node : ndarray of int32
        Positions of nodes, at least two a piece, no two alike in a row.
    folded : ndarray of bool, shape (p,)
        Whether the piece ran out and back and was folded.
    """

    row: NDArray[np.int64]
    number: NDArray[np.int32]
    first: NDArray[np.int64]
    node: NDArray[np.int32]
    folded: NDArray[np.bool_]

    def nodes(self, piece: int) -> NDArray[np.int32]:
        """Return the nodes of a piece."""
        return self.node[self.first[piece] : self.first[piece + 1]]


def pieces_of(ways: Lines, position: NDArray[np.int32], present: NDArray[np.bool_], findings: Findings) -> Pieces:
    """
    Clean the node lists of ways.

    Parameters
    ----------
    ways : Lines
    position : ndarray of int32
        Position of the node of each reference.
    present : ndarray of bool
        Whether the node at a position has a place.
    findings : Findings
        Told what was repaired or left out.

    Returns
    -------
    Pieces
    """
    order = np.argsort(ways.ids, kind="stable")
    ids = ways.ids[order]
    last = np.ones(len(ids), dtype=bool)
    last[:-1] = ids[1:] != ids[:-1]
    rows = order[last]
    row, number, first, node, folded, cut, repeated, lost = _clean(ways.first, rows, position, present)
    _tell(findings, "way_twice", ids[~last])
    _tell(findings, "way_too_short", ways.ids[rows[lost]])
    _tell(findings, "way_cut", ways.ids[rows[cut & ~lost]])
    _tell(findings, "node_repeated", ways.ids[rows[repeated]])
    _tell(findings, "way_out_and_back", np.unique(ways.ids[row[folded]]))
    return Pieces(row, number, first, node, folded)


def _tell(findings: Findings, code: str, ids: NDArray[np.int64]) -> None:
    findings.add(code, (f"way/{i}" for i in ids[:5]), count=len(ids))


@kernel
def _clean(
    first: NDArray[np.int64], rows: NDArray[np.int64], position: NDArray[np.int32], present: NDArray[np.bool_]
) -> tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.bool_],
    NDArray[np.bool_],
    NDArray[np.bool_],
    NDArray[np.bool_],
]:
    """Cut, thin and fold; return the pieces, and of each row whether it was cut, had repeated nodes, or nothing is left."""
    most = len(position) // 2 + 1
    row = np.empty(most, dtype=np.int64)
    number = np.empty(most, dtype=np.int32)
    begin = np.zeros(most + 1, dtype=np.int64)
    folded = np.zeros(most, dtype=np.bool_)
    node = np.empty(len(position), dtype=np.int32)
    cut = np.zeros(len(rows), dtype=np.bool_)
    repeated = np.zeros(len(rows), dtype=np.bool_)
    lost = np.zeros(len(rows), dtype=np.bool_)
    p = 0
    at = 0
    for k in range(len(rows)):
        w = rows[k]
        pieces = 0
        start = at
        for i in range(first[w], first[w + 1] + 1):
            here = position[i] if i < first[w + 1] else -1
            if here >= 0 and present[here]:
                if at > start and node[at - 1] == here:
                    repeated[k] = True
                else:
                    node[at] = here
                    at += 1
                continue
            if here >= 0:
                cut[k] = True
            if at - start >= 2:
                length = at - start
                mirrored = length % 2 == 1
                for j in range(length // 2):
                    if node[start + j] != node[at - 1 - j]:
                        mirrored = False
                        break
                if mirrored:
                    at = start + length // 2 + 1
                    folded[p] = True
                pieces += 1
                row[p] = w
                number[p] = pieces
                p += 1
                begin[p] = at
                start = at
            else:
                at = start
        lost[k] = pieces == 0
    return row[:p], number[:p], begin[: p + 1], node[:at], folded[:p], cut, repeated, lost
