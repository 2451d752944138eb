"""How long a job of blocks will still take, from the blocks measured so far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RemainingTime"]


class RemainingTime:
    """
    A clock over blocks: nothing is said before the first block is done.

    The first block is left out of the pace as soon as three are done: on a cluster it holds the preparation of the workers.
    Blocks that an earlier run left do not count.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.

    Examples
    --------
    >>> now = iter([0.0, 2.0])
    >>> left = RemainingTime(lambda: next(now))
    >>> left.update(0, 10), left.update(1, 10)
    (None, 18.0)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: list[tuple[int, float]] = []

    def update(self, done: int, total: int) -> float | None:
        """
        Take note of how many blocks are done, and return the seconds that the others will take.

        Parameters
        ----------
        done : int
            At the first call those that are there already.
        total : int

        Returns
        -------
        float or None
            None before a block was measured.
        """
        self._marks.append((done, self._clock()))
        if len(self._marks) < 2:
            return None
        start = self._marks[1] if len(self._marks) > 3 else self._marks[0]
        (before, since), (after, now) = start, self._marks[-1]
        return (now - since) / (after - before) * (total - after)
