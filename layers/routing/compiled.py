"""How the kernels of this package are compiled: by numba, cached on disk, without the interpreter's lock."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["instruction", "kernel", "longer", "parallel_kernel", "sort_run", "threads"]

P = ParamSpec("P")
R = TypeVar("R")
Number = TypeVar("Number", bound=np.integer[Any])
_THREADS = threading.Lock()


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers; the machine code is cached beside it (or in the user's cache folder)."""
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True)(function)
    return compiled


def parallel_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """
    Compile a function with ``numba.prange`` loops; it must take the number of threads, for asking spoils the cache.

    One such function runs at a time: each takes all threads, and numba's plainest layer of threads (on a Mac, the only one) ends
    the process when two of Python's threads meet in it.
    """
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, parallel=True)(function)

    @functools.wraps(function)
    def one_at_a_time(*args: P.args, **kwargs: P.kwargs) -> R:
        with _THREADS:
            return compiled(*args, **kwargs)

    return one_at_a_time


def instruction(writer: Callable[..., Any]) -> Callable[..., None]:
    """Make a function for kernels of one that writes its instructions for LLVM, see ``numba.extending.intrinsic``."""
    written: Callable[..., None] = intrinsic(writer)
    return written


def threads() -> int:
    """Return how many threads a parallel kernel gets (``NUMBA_NUM_THREADS``, or the processor's)."""
    return int(numba.get_num_threads())


@kernel
def longer(values: NDArray[Number], used: int, least: int) -> NDArray[Number]:
    """Return an array of twice the length, and at least another, that begins with the entries in use."""
    wider = np.empty(max(2 * len(values), least), dtype=values.dtype)
    for i in range(used):  # a loop, not a slice: numba compiles the message of a mismatch with each, two seconds in all
        wider[i] = values[i]
    return wider


@kernel
def sort_run(values: NDArray[np.int32], begin: int, end: int) -> None:
    """Sort a run of an array in place: short runs, which are most, by insertion."""
    if end - begin > 32:
        values[begin:end].sort()
        return
    for i in range(begin + 1, end):
        value = values[i]
        j = i
        while j > begin and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
