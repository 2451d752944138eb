"""What to do when a file cannot be written: an operating system's or a driver's refusal in a planner's words."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["explained"]

ADVICE = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.EACCES: "no permission to write there; choose another folder",
    errno.EPERM: "no permission to write there; choose another folder",
    errno.EROFS: "it is read-only; choose another folder",
    errno.EEXIST: "a part of that path is a file; choose another folder",
    errno.ENOTDIR: "a part of that path is a file; choose another folder",
}
LEAST_FREE_BYTES = 64 * 1024
"""A disk with less than this left is taken for full where a driver only says that it failed."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an operating system's or a GDAL driver's refusal into a message that says what to do."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, f"{error.strerror or error}; choose another folder or free some space")
        message = f"cannot write {path}: {advice}"
        raise OutputError(error.errno, message) from error
    except RuntimeError as error:
        if not type(error).__module__.startswith("pyogrio"):
            raise
        folder = next(parent for parent in (path, *path.parents) if parent.exists())
        full = "full" in str(error) or shutil.disk_usage(folder).free < LEAST_FREE_BYTES
        message = f"cannot write {path}: {ADVICE[errno.ENOSPC] if full else error}"
        raise OutputError(errno.ENOSPC if full else errno.EIO, message) from error
