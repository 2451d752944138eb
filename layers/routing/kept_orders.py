"""
Elimination orders kept on disk, by the links they belong to: the slow half of building a hierarchy, done once.

An order is a permutation of the nodes. Any permutation gives the right times, a good one gives them soon; so that a file that
is old, or another program's, can cost time but never an answer, and one that is damaged is told by its digest and made anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cache_folder", "keep_order", "kept_order"]

KEPT_FROM = 50_000
"""Nodes from which on an order is kept: below, it is made as soon as read."""
KEPT_BYTES = 256 * 2**20
"""The folder's size; the files longest unused go first."""
MAGIC = b"tongtu elimination order 1\n"

_LOG = logging.getLogger(__name__)


def cache_folder() -> Path:
    """
    Return the folder of the orders: ``$XDG_CACHE_HOME/tongtu/routing``, or in ``~/.cache``.

    Returns
    -------
    Path
        It need not exist.
    """
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = given if given.is_absolute() else Path.home() / ".cache"
    return base / "tongtu" / "routing"


def kept_order(key: str, node_count: int) -> NDArray[np.int32] | None:
    """
    Return the order kept under a key.

    Parameters
    ----------
    key : str
        Name of the links, see :attr:`layers.routing.graph.Graph.topology_key`.
    node_count : int

    Returns
    -------
    ndarray of int32, shape (node_count,), or None
        None where none is kept, or the file is damaged.
    """
    if node_count < KEPT_FROM:
        return None
    path = cache_folder() / f"{key}.order"
    try:
        content = path.read_bytes()
        path.touch()
    except OSError:
        return None
    start = len(MAGIC) + hashlib.sha256().digest_size
    body = content[start:]
    if content[:start] == MAGIC + hashlib.sha256(body).digest() and len(body) == 4 * node_count:
        order = np.frombuffer(body, dtype="<i4").astype(np.int32)
        seen = np.zeros(node_count, dtype=bool)
        seen[order[(order >= 0) & (order < node_count)]] = True
        if seen.all():
            return order
    _LOG.warning("%s is damaged: the order is made anew", path)
    return None


def keep_order(key: str, order: NDArray[np.int32]) -> None:
    """
    Keep an order; where that cannot be done, say so in the log and go on.

    Parameters
    ----------
    key : str
    order : ndarray of int32, shape (n,)
    """
    if len(order) < KEPT_FROM:
        return
    body = order.astype("<i4").tobytes()
    content = MAGIC + hashlib.sha256(body).digest() + body
    folder = cache_folder()
    if len(content) > KEPT_BYTES:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make_room(folder, len(content))
        # Another program may read or write the same file now: it sees the whole file or none.
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            part.write(content)
        try:
            Path(part.name).replace(folder / f"{key}.order")
        except OSError:
            Path(part.name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _LOG.info("the order of %d nodes is not kept: %s", len(order), error)


def _make_room(folder: Path, size: int) -> None:
    """Remove the files longest unused, until one of a size has room."""
    files = [(status.st_mtime, status.st_size, path) for path in folder.iterdir() if (status := path.stat())]
    total = sum(bytes_ for _, bytes_, _ in files) + size
    for _, bytes_, path in sorted(files):
        if total <= KEPT_BYTES:
            break
        path.unlink(missing_ok=True)
        total -= bytes_
