"""Locks that a process holds on files and folders while it lives; the system takes them away when it ends, however it ends."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["lock", "unheld"]


@contextmanager
def unheld(path: Path) -> Iterator[None]:
    """
    Hold what nobody else holds.

    Raises
    ------
    OSError
        If its writer lives, or the system has no means to tell.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not lock(handle):
            raise BlockingIOError
        yield
    finally:
        os.close(handle)


def lock(handle: int) -> bool:
    """
    Hold a file or folder until it is closed or this process ends; tell whether the system has such locks.

    Raises
    ------
    BlockingIOError
        If another holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True
