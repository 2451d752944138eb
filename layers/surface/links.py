"""Ways outside a grid: from cell to cell, or over nodes of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Links"]


@dataclass(frozen=True)
class Links:
    """
    Directed ways outside the grid, each with a cost.

    Parameters
    ----------
    tail, head : ndarray of int64, shape (m,)
        Cells (row × width + column) or, from ``height × width`` on, nodes outside the grid.
    cost : ndarray of float64, shape (m,)
        Not negative, in the unit of friction × distance (seconds).
    node_count : int
        Nodes outside the grid.
    """

    tail: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    head: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    cost: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    node_count: int = 0

    def reversed(self) -> Links:
        """Return the links run the other way: costs to a place instead of from it."""
        return Links(self.head, self.tail, self.cost, self.node_count)

    def joined(self, other: Links, cells: int) -> Links:
        """
        Return these links and others, whose nodes outside the grid are numbered on.

        Parameters
        ----------
        other : Links
        cells : int
            Cells of the grid.
        """
        moved = [np.where(end >= cells, end + self.node_count, end) for end in (other.tail, other.head)]
        return Links(
            np.concatenate([self.tail, moved[0]]),
            np.concatenate([self.head, moved[1]]),
            np.concatenate([self.cost, other.cost]),
            self.node_count + other.node_count,
        )
