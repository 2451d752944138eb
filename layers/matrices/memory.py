"""How much memory a matrix takes, told before it is computed, and how much there is."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SchemaError
from layers.routing.compiled import threads
from layers.routing.engine import BLOCK_CELLS, SMALL
from layers.routing.lanes import LANES

__all__ = ["MemoryForecast", "available_memory_bytes", "default_block_size", "forecast_memory"]

LIBRARIES_BYTES = 400e6
"""The interpreter with what it has loaded; measured 310-370 MB."""
BYTES_PER_PART = 160.0
"""Graph and hierarchy while it is built, for each node and each link; measured 119-143 from 10⁴ to 10⁶ nodes."""
BYTES_PER_CELL = 60.0
"""Times in three forms, reasons, and as Parquet; measured 25-50."""
LANES_BYTES = 4.0 * LANES
NODES_PER_TARGET = 40.0
"""What a sweep lays out: some 24 nodes of the hierarchy a target were measured, and its lanes for each."""
USABLE_SHARE = 0.9
"""Of the memory that is free; the rest is left to the system's cache and to other programs."""
UNLIMITED = 2**60
"""A control group without a limit states a number near 2⁶³."""
CELLS = 1_500_000
FEWEST, MOST = 16, 1024
STEP = 16


@dataclass(frozen=True)
class MemoryForecast:
    """
    Memory that a matrix takes at its height.

    Parameters
    ----------
    network_bytes : float
        Libraries, graph and hierarchy; needed whatever the block.
    row_bytes : float
        More for each origin of a block.
    block_size : int
        Origins in a block.
    file_bytes : float
        On disk, all blocks, at 4 bytes a pair; measured 3.5 on random times, less where many are alike.
    """

    network_bytes: float
    row_bytes: float
    block_size: int
    file_bytes: float

    @property
    def total_bytes(self) -> float:
        """Bytes at the height."""
        return self.network_bytes + self.row_bytes * self.block_size

    def largest_block(self, limit_bytes: float) -> int:
        """Return how many origins a block may have within a limit, in steps of 16 where there are so many; 0 if none."""
        rows = math.floor((limit_bytes - self.network_bytes) / self.row_bytes)
        return max(rows // STEP * STEP if rows >= STEP else rows, 0)

    def check(self, limit_bytes: float, where: str) -> None:
        """
        Refuse a block that would not fit.

        Raises
        ------
        SchemaError
            With the largest block that fits, or that the network alone does not.
        """
        if self.total_bytes <= limit_bytes:
            return
        fits = self.largest_block(limit_bytes)
        advice = (
            f"--block-size {fits} fits"
            if fits
            else f"the network alone takes {_gb(self.network_bytes)}: give more memory, or a smaller network"
        )
        message = (
            f"blocks of {self.block_size} origins would take {_gb(self.total_bytes)}, and there is {_gb(limit_bytes)} {where};"
            f" {advice}"
        )
        raise SchemaError(message)

    def text(self) -> str:
        """Return the forecast in a line."""
        return (
            f"内存预计 memory forecast {_gb(self.total_bytes)} (网络 network {_gb(self.network_bytes)},"
            f" 每块 {self.block_size} 个出发地 a block of {self.block_size} origins"
            f" {_gb(self.row_bytes * self.block_size)}); 磁盘 disk ≤ {_gb(self.file_bytes)}"
        )


def _gb(count: float) -> str:
    return f"{count / 1e9:.2f} GB"


def default_block_size(origins: int, destinations: int) -> int:
    """Return how many origins make a good block: some 1.5 million pairs, the same on every machine."""
    rows = CELLS // max(destinations, 1) // STEP * STEP
    return max(min(max(rows, FEWEST), MOST, origins), 1)


def forecast_memory(nodes: int, links: int, origins: int, destinations: int, block_size: int) -> MemoryForecast:
    """
    Forecast the memory of a matrix.

    Parameters
    ----------
    nodes, links : int
        Of the graph.
    origins, destinations : int
    block_size : int
        Origins in a block.

    Returns
    -------
    MemoryForecast
        From above: figures measured on road-like graphs (``python -m benchmarks travel_time_blocks`` prints forecast and
        measurement), rounded up.
    """
    fixed = LIBRARIES_BYTES + BYTES_PER_PART * (nodes + links)
    row = BYTES_PER_CELL * max(destinations, 1)
    laid_out = min(nodes, NODES_PER_TARGET * destinations)
    fixed += threads() * (LANES_BYTES * laid_out + 4.0 * nodes) + 100.0 * laid_out
    if nodes <= SMALL:
        fixed += 16.0 * min(BLOCK_CELLS, nodes * origins)  # plain searches give the times to every node
    block = max(min(block_size, origins), 1)
    return MemoryForecast(fixed, row, block, 4.0 * origins * destinations)


def available_memory_bytes() -> float | None:
    """
    Return how much memory this process may still take: of the machine, of its control group (a container), of its limits.

    Returns
    -------
    float or None
        None where the system does not tell.
    """
    found = [one for one in (_of_machine(), _of_control_group(), _of_limits()) if one is not None]
    return USABLE_SHARE * min(found) if found else None


def _of_machine() -> float | None:
    try:
        text = Path("/proc/meminfo").read_text("ascii")
    except OSError:
        try:
            return 0.5 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return None
    free = [line.split()[1] for line in text.splitlines() if line.startswith("MemAvailable:")]
    return 1024.0 * int(free[0]) if free else None


def _of_control_group() -> float | None:
    """Return what is left of a container's limit; files that the kernel keeps in memory only while there is room count as free."""
    for folder, most, now, cached in (
        ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            limit, used, stat = (Path(folder, name).read_text("ascii").strip() for name in (most, now, "memory.stat"))
        except OSError:
            continue
        if limit.isdigit() and int(limit) < UNLIMITED:
            kept = [int(line.split()[1]) for line in stat.splitlines() if line.split()[0] == cached]
            return max(float(int(limit) - int(used) + sum(kept)), 0.0)
    return None


def _of_limits() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else float(limit)
