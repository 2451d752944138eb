"""Jobs that the workers of a cluster are given in tests: at the top of a module, for they are found there by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Slow(NamedTuple):
    """Numbers, how long a block takes, and a folder in which workers sign."""

    numbers: NDArray[np.float64]
    seconds: float
    folder: Path


def signed(block: int, shared: Slow) -> tuple[float, int]:
    """Return a sum that depends on the order of adding, and who made it."""
    (shared.folder / f"{block}-{os.getpid()}").touch()
    time.sleep(shared.seconds)
    return float(np.cumsum(shared.numbers[block:])[-1]), os.getpid()


def wrong(block: int, shared: object) -> int:
    """Fail in block 3."""
    if block == 3:
        message = "block 3 is no good"
        raise LookupError(message)
    return block


def deadly(block: int, shared: object) -> int:
    """Kill the worker in block 2, every time; not at once, for a nanny gives up on a worker that dies while it starts."""
    if block == 2:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    return block


def address_of(block: int, shared: object) -> int:
    """Tell where in memory a worker has what the blocks share."""
    return id(shared)
