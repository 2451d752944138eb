"""
Files and folders that appear whole or not at all, whenever the writer is killed.

What is being written stands beside its place under a hidden name ``.NAME.tongtu-xxxxxxxx``, locked for as long as its writer
lives. The next run that writes the same NAME removes what a killed one left: only such names, only those that nobody holds.
"""

from __future__ import annotations

import ctypes
import errno
import json
import logging
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from geo.checksums import sha256_of
from geo.errors import OutputError
from geo.file_locks import lock, unheld
from geo.output_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "KEPT",
    "MANIFEST",
    "discard_folder",
    "explained",
    "output_folder",
    "place_file",
    "staging_folder",
    "write_bytes",
]

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
KEPT = "kept"

MARK = ".tongtu-"
"""Stands in the names of what is being written."""

ASIDE = f"{MARK}old-"
"""Stands in the name of an old folder that makes room for a new one, where the system cannot exchange two names."""


def write_bytes(path: Path, content: bytes) -> None:
    """
    Write a file whole or not at all.

    Raises
    ------
    OutputError
        If the folder cannot be written or the disk is full; an earlier file of that name is left as it was.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(path)
        temporary, handle = _new_file(path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(0o666 & ~_umask())
                if os.name != "nt":  # while it is held
                    temporary.replace(path)
            if os.name == "nt":
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def place_file(staged: Path, path: Path) -> None:
    """
    Move a finished file of the same disk into its place, in one step and safe on the disk.

    Raises
    ------
    OutputError
        If that place cannot be written.
    """
    with explained(path):
        with staged.open("rb") as file:
            os.fsync(file.fileno())
        staged.chmod(0o666 & ~_umask())
        staged.replace(path)


@contextmanager
def staging_folder(path: Path) -> Iterator[Path]:
    """
    Yield an empty hidden folder beside ``path`` to build it in; whatever is still in it afterwards is removed.

    Raises
    ------
    OutputError
        If the folder cannot be made.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - keep a symbolic link as the user's own
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(path)
        building, handle = _new_folder(path)
    try:
        building.chmod(0o777 & ~_umask())
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def discard_folder(path: Path, *, label: Path) -> None:
    """Remove a folder, which vanishes in one step; what a kill leaves of it goes when ``label`` is next written."""
    with suppress(OSError):
        aside = Path(tempfile.mkdtemp(prefix=f".{label.name}{MARK}", dir=label.parent))
        aside.rmdir()
        path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def output_folder(path: Path, *, label: Path | None = None) -> Iterator[Path]:
    """
    Yield an empty folder beside ``path`` that becomes ``path`` if all goes well, and vanishes if not.

    A folder that is already there is replaced only if tongtu wrote it (it holds a manifest) or if it is empty. What a
    person put or changed in it is not lost: it moves to ``kept/`` in the new folder.

    Parameters
    ----------
    path : Path
    label : Path, optional
        A name beside ``path`` by which to call what is being built, where ``path`` itself is another one each time.

    Raises
    ------
    OutputError
        If the folder holds other people's files, cannot be written, or the disk is full.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - keep a symbolic link as the user's own
    with explained(path):
        clear_leftovers(path)
        if path.exists() and not path.is_dir():
            message = f"{path} is a file; give a folder"
            raise OutputError(errno.ENOTDIR, message)
        if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
            message = f"{path} holds files that tongtu did not write; choose a new or empty folder"
            raise OutputError(errno.ENOTEMPTY, message)
    with staging_folder(label or path) as building, explained(path):
        yield building
        if path.exists():
            _keep_what_people_changed(path, building)
        _swap(building, path)


def clear_leftovers(path: Path) -> None:
    """Remove what killed writers of ``path`` left beside it, and put back an old folder whose successor never came."""
    if MARK in path.parent.name:  # within a folder that is itself being built
        return
    pattern = re.compile(re.escape(f".{path.name}{MARK}") + r"(old-)?[a-z0-9_]{8}")
    try:
        with os.scandir(path.parent) as entries:
            found = [Path(entry.path) for entry in entries if pattern.fullmatch(entry.name)]
    except OSError:
        return
    for leftover in found:
        with suppress(OSError), unheld(leftover):
            if leftover.name.startswith(f".{path.name}{ASIDE}") and not path.exists():
                leftover.rename(path)
                log.warning("%s was put back after a writer had been stopped", path)
            elif leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
                log.debug("removed %s, left by a writer that was stopped", leftover)
            else:
                leftover.unlink(missing_ok=True)


def _new_file(path: Path) -> tuple[Path, int]:
    """Make a hidden file and hold it; another run that clears up may take it before it is held."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}{MARK}", dir=path.parent)
        if _is_mine(handle, Path(name)):
            return Path(name), handle
        os.close(handle)


def _new_folder(path: Path) -> tuple[Path, int | None]:
    """Make a hidden folder and hold it; see :func:`_new_file`."""
    while True:
        building = Path(tempfile.mkdtemp(prefix=f".{path.name}{MARK}", dir=path.parent))
        try:
            handle = os.open(building, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError:  # Windows opens no folders
            return building, None
        if _is_mine(handle, building):
            return building, handle
        os.close(handle)


def _is_mine(handle: int, path: Path) -> bool:
    try:
        lock(handle)
        return os.path.samestat(os.fstat(handle), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _keep_what_people_changed(old: Path, new: Path) -> None:
    try:
        written: dict[str, str] = json.loads((old / MANIFEST).read_text("utf-8")).get("files", {})
    except (OSError, ValueError, AttributeError):
        written = {}
    for file in sorted(old.rglob("*")):
        relative = file.relative_to(old)
        if file.is_dir() or relative.as_posix() == MANIFEST:
            continue
        if relative.parts[0] != KEPT and written.get(relative.as_posix()) == sha256_of(file):
            continue
        target = new / relative if relative.parts[0] == KEPT else new / KEPT / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        log.warning("kept %s, which was added or changed by hand, as %s", relative, target.relative_to(new))


def _swap(new: Path, path: Path) -> None:
    """
    Put a new folder in the place of an old one; the old one ends beside it and is removed by the caller's clean-up.

    Where the system can exchange two names in one step (Linux), a kill at any moment leaves the old folder or the new one in
    place. Elsewhere there is a moment between two renames in which the old one stands beside, under a hidden name from
    which the next run puts it back.
    """
    if not path.exists():
        new.rename(path)
        return
    if _exchange(new, path):
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}{ASIDE}", dir=path.parent))
    aside.rmdir()
    path.rename(aside)
    try:
        new.rename(path)
    except OSError:
        aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step by ``renameat2(2)``; tell whether the system could."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of the Linux headers
    done: int = rename(here, os.fsencode(one), here, os.fsencode(other), exchange)
    return done == 0


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
