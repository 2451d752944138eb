"""How much a stranger's file may ask of the machine."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ReadingLimits"]


@dataclass(frozen=True)
class ReadingLimits:
    """
    Bounds on reading one file.

    Parameters
    ----------
    memory_bytes : int
        Address space of the reading process.
    seconds : int
        Time of the reading process, by the clock and by the processor.
    unpacked_bytes : int
        What an archive may unpack to, all files together.
    entries : int
        Files in an archive.
    ratio : int
        Unpacked to packed size of an archive beyond 100 MB; deflate reaches 1,032 on bytes that are all alike, a table of
        blank texts some 200.
    """

    memory_bytes: int = 6 * 2**30
    seconds: int = 600
    unpacked_bytes: int = 4 * 2**30
    entries: int = 10_000
    ratio: int = 500
