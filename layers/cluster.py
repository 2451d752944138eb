"""
The workers of a Dask cluster: found, checked, sent what all blocks of a job share, and given blocks until all are done.

A block goes again to another worker when its own is lost; what the blocks share is sent again when the last worker that had
it is lost.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
import platform
import threading
import time
import uuid
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.errors import ClusterError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

__all__ = ["PATIENCE_S", "ClusterJob", "client_of", "versions"]

log = logging.getLogger(__name__)

CONNECT_S = 10.0
PATIENCE_S = 60.0
"""How long to wait for a first worker, or for one to come back when all are gone: a nanny restarts one in some seconds."""
LOOK_S = 1.0
ADVICE = "make the blocks smaller or give the workers more memory"
TIMES_LOST = 5
"""How often what all blocks share is sent again after the last worker that had it was lost."""
PACKAGES = ("numpy", "scipy", "numba", "pymetis", "pandas", "shapely", "pyproj", "rasterio", "pyarrow")
"""Packages whose versions can show in the numbers."""


@contextmanager
def client_of(dask: Client | str) -> Iterator[Any]:
    """Yield a client; one made from an address is closed again."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        message = "computing on a cluster needs the extra dask: pip install 'tongtu[dask]'"
        raise MissingExtraError(message) from error
    client: Any = _connected(dask) if isinstance(dask, str) else dask
    if client.asynchronous:
        message = "the Dask client is asynchronous; give a plain one, or the address of its scheduler"
        raise ClusterError(message)
    try:
        yield client
    finally:
        if client is not dask:
            client.close()


def _connected(address: str) -> Any:
    import distributed

    make: Any = distributed.Client
    try:
        return make(address, timeout=CONNECT_S, set_as_default=False, name="tongtu")
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        message = f"no Dask scheduler answers at {address} ({error}); start one with: dask scheduler"
        raise ClusterError(message) from error


def _gone(client: Any) -> str:
    address = client.scheduler.address if client.scheduler is not None else "?"
    return f"the Dask scheduler at {address} is gone; finished blocks are kept where they were written"


class ClusterJob:
    """One run over the blocks: what was sent, and what is under way."""

    def __init__(self, client: Any, function: Callable[[Any, Any], Any], shared: object, patience_s: float) -> None:
        self.client, self.function, self.shared, self.patience_s = client, function, shared, patience_s
        self.token = f"tongtu-{uuid.uuid4().hex}"
        self.sent: Any = None
        self.under_way: deque[tuple[int, Any]] = deque()

    def send(self) -> None:
        """Wait for a worker, see that all have what we have, and send what the blocks share to each of them."""
        self.await_worker()
        try:
            _check_versions(self.client)
            # In a list: a bare list or dict would be taken apart.
            (self.sent,) = self.client.scatter([self.shared], broadcast=True, hash=False, timeout=self.patience_s)
        except TimeoutError as error:
            raise ClusterError(self._no_worker()) from error
        except OSError as error:
            raise ClusterError(_gone(self.client)) from error

    def await_worker(self) -> None:
        """Wait for a worker; ClusterError where none comes."""
        try:
            self.client.wait_for_workers(1, timeout=self.patience_s)
        except TimeoutError as error:
            raise ClusterError(self._no_worker()) from error

    def results(self, blocks: Sequence[Any]) -> Iterator[Any]:
        """Yield results in order, with a bounded number of blocks under way."""
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        waiting = deque(range(len(blocks)))
        lost = 0
        while waiting or self.under_way:
            room = 2 * max(self._workers(), 1) + 1
            while waiting and len(self.under_way) < room:
                index = waiting.popleft()
                self.under_way.append((index, self._submit(index, blocks[index])))
            index, future = self.under_way[0]
            try:
                self._await(future)
                result = future.result()
            except KilledWorker as error:
                message = f"block {index + 1} has brought down several workers, perhaps for want of memory; {ADVICE}"
                raise ClusterError(message) from error
            except CancelledError as error:
                # The last worker that had what all blocks share was lost, and the scheduler cannot make it again.
                lost += 1
                if self.client.status != "running":
                    raise ClusterError(_gone(self.client)) from error
                if lost > TIMES_LOST:
                    message = (
                        f"all workers were lost {lost} times, the last time in one of the blocks "
                        f"{', '.join(str(i + 1) for i, _ in self.under_way)}, perhaps for want of memory; {ADVICE}"
                    )
                    raise ClusterError(message) from error
                log.info("what the blocks share was lost with a worker; sending it again")
                self.send()
                again = ((i, f if f.status == "finished" else self._submit(i, blocks[i])) for i, f in self.under_way)
                self.under_way = deque(again)
                continue
            self.under_way.popleft()
            future.release()
            yield result

    def close(self) -> None:
        """Take back what is under way, and let the workers forget what they kept."""
        try:
            for _, future in self.under_way:
                future.cancel()
            self.under_way.clear()
            if self.sent is not None:
                self.sent.release()
                if self.client.status == "running":
                    self.client.run(_forget, self.token, on_error="ignore")
        except OSError as error:  # the scheduler is gone: there is nothing to tidy
            log.info("cluster not tidied: %s", error)

    def _submit(self, index: int, block: object) -> Any:
        key = f"tongtu-block-{index}-{uuid.uuid4().hex}"
        return self.client.submit(
            _computed, self.function, block, self.sent, self.token, versions(), key=key, pure=False
        )

    def _workers(self) -> int:
        try:
            return len(self.client.nthreads())
        except OSError as error:
            raise ClusterError(_gone(self.client)) from error

    def _no_worker(self) -> str:
        address = self.client.scheduler.address
        return (
            f"no worker at {address} for {self.patience_s:g} s; start one with: dask worker {address} --nthreads 1. "
            "Finished blocks are kept where they were written"
        )

    def _await(self, future: Any) -> None:
        """Wait until a block is done; give up when there has been no worker for too long."""
        alone_since: float | None = None
        while True:
            try:
                future.exception(timeout=LOOK_S)  # returns what the function raised, raises when it is not done
            except TimeoutError:
                pass
            else:
                return
            if self.client.status not in ("running", "connecting"):
                raise ClusterError(_gone(self.client))
            if self._workers():
                alone_since = None
                continue
            alone_since = time.monotonic() if alone_since is None else alone_since
            if time.monotonic() - alone_since > self.patience_s:
                raise ClusterError(self._no_worker())


@functools.cache
def versions() -> tuple[tuple[str, str], ...]:
    """Return what must be the same on all machines for the same bytes."""
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


def _check_versions(client: Any) -> None:
    """Raise a ClusterError where a worker cannot compute what we would."""
    replies = client.run(versions, on_error="return")
    breaches = []
    for worker, reply in sorted(replies.items()):
        if isinstance(reply, OSError):
            continue  # it left in this moment
        if isinstance(reply, Exception):
            breaches.append(f"{worker}: tongtu cannot be imported ({type(reply).__name__}: {reply})")
        elif different := _different(reply):
            breaches.append(f"{worker}: {different}")
    if breaches:
        message = f"workers that would not give the same numbers; install the same there: {'; '.join(breaches)}"
        raise ClusterError(message)


def _different(theirs: tuple[tuple[str, str], ...]) -> str:
    there = dict(theirs)
    return ", ".join(f"{k} {there.get(k, 'none')} (here {v})" for k, v in versions() if there.get(k) != v)


_ONE_AT_A_TIME = threading.Lock()
_KEPT: dict[str, Any] = {}
"""What the blocks of a job share, in a worker, with what was prepared from it; Dask may write its own copy to disk."""


def _computed(
    function: Callable[[Any, Any], Any],
    block: object,
    shared: object,
    token: str,
    versions: tuple[tuple[str, str], ...],
) -> Any:
    """Compute a block in a worker."""
    if different := _different(versions):
        message = f"a worker that joined later would not give the same numbers: {different}"
        raise ClusterError(message)
    with _ONE_AT_A_TIME:
        if token not in _KEPT:
            _KEPT.clear()
            _KEPT[token] = shared
        return function(block, _KEPT[token])


def _forget(token: str) -> None:
    _KEPT.pop(token, None)
