"""What runs in a worker of a cluster: one block at a time, with what the blocks of its job share kept from block to block."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import threading
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["computed", "different", "forget", "versions"]

PACKAGES = ("numpy", "scipy", "numba", "pymetis", "pandas", "shapely", "pyproj", "rasterio", "pyarrow")
"""Packages whose versions can show in the numbers."""


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """
    Return what must be the same on all machines for the same bytes.

    Returns
    -------
    tuple of (str, str)
        Names and versions of packages and libraries; the kind of processor.
    """
    import pyproj
    import shapely

    found = {"tongtu": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    found["machine"] = platform.machine()
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # an extra
            found[name] = "none"
    found |= {"geos": shapely.geos_version_string, "proj": pyproj.proj_version_str}
    return tuple(found.items())


def different(theirs: tuple[tuple[str, str], ...]) -> str:
    """Return in words which versions there are others than here; empty where none."""
    there = dict(theirs)
    return ", ".join(f"{k} {there.get(k, 'none')} (here {v})" for k, v in versions() if there.get(k) != v)


_ONE_AT_A_TIME = threading.Lock()
_KEPT: dict[str, Any] = {}
"""What the blocks of a job share, in a worker, with what was prepared from it; Dask may write its own copy to disk."""


def computed(
    function: Callable[[Any, Any], Any],
    block: object,
    shared: object,
    token: str,
    wanted: tuple[tuple[str, str], ...],
) -> Any:
    """
    Compute a block.

    Parameters
    ----------
    function : callable (block, shared) -> result
    block, shared : object
    token : str
        Name of the job.
    wanted : tuple of (str, str)
        :func:`versions` of the machine that asks.

    Raises
    ------
    ClusterError
        If this worker has other versions.
    """
    if told := different(wanted):
        message = f"a worker that joined later would not give the same numbers: {told}"
        raise ClusterError(message)
    with _ONE_AT_A_TIME:
        if token not in _KEPT:
            _KEPT.clear()
            _KEPT[token] = shared
        return function(block, _KEPT[token])


def forget(token: str) -> None:
    """Let go of what the blocks of a job share."""
    _KEPT.pop(token, None)
