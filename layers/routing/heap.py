"""A heap of whole numbers in an array, for kernels: the least first; who uses it keeps its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.routing.compiled import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["rise", "sink"]


@kernel
def rise(heap: NDArray[np.int64], size: int, entry: int) -> None:
    """Put an entry into a heap of two children each."""
    hole = size
    while hole > 0 and heap[(hole - 1) >> 1] > entry:
        heap[hole] = heap[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    heap[hole] = entry


@kernel
def sink(heap: NDArray[np.int64], size: int) -> None:
    """Take the first entry off a heap, which has ``size`` entries afterwards."""
    entry = heap[size]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        child += child + 1 < size and heap[child + 1] < heap[child]
        if heap[child] >= entry:
            break
        heap[hole] = heap[child]
        hole = child
    heap[hole] = entry
