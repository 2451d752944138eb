"""
The workers of a Dask cluster: found, checked, sent what all blocks of a job share, and given blocks until all are done.

A block goes again to another worker when its own is lost; what the blocks share is sent again when the last worker that had
it is lost.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geo.errors import ClusterError, MissingExtraError
from layers.cluster_worker import computed, different, forget, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

__all__ = ["PATIENCE_S", "ClusterJob", "client_of"]

log = logging.getLogger(__name__)

CONNECT_S = 10.0
PATIENCE_S = 60.0
"""How long to wait for a first worker, or for one to come back when all are gone: a nanny restarts one in some seconds."""
LOOK_S = 1.0
RETRY_S = 0.2
ADVICE = "make the blocks smaller or give the workers more memory"
TIMES_LOST = 5
"""How often what all blocks share is sent again after the last worker that had it was lost."""


@contextmanager
def client_of(dask: Client | str) -> Iterator[Any]:
    """
    Give a client for a ``with`` block; one made from an address is closed again.

    Parameters
    ----------
    dask : distributed.Client or str

    Yields
    ------
    distributed.Client

    Raises
    ------
    ClusterError
        If no scheduler answers, or the client is asynchronous.
    MissingExtraError
        If distributed is not installed.
    """
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
    """
    One run over the blocks: what was sent, and what is under way.

    Parameters
    ----------
    client : distributed.Client
    function : callable (block, shared) -> result
    shared : object
        As of :func:`layers.distributed.run_blocks`.
    patience_s : float
        Seconds without any worker after which the job is given up.
    """

    def __init__(self, client: Any, function: Callable[[Any, Any], Any], shared: object, patience_s: float) -> None:
        self.client, self.function, self.shared, self.patience_s = client, function, shared, patience_s
        self.token = f"tongtu-{uuid.uuid4().hex}"
        self.sent: Any = None
        self.under_way: deque[tuple[int, Any]] = deque()

    def send(self) -> None:
        """
        Wait for a worker, see that all have what we have, and send what the blocks share to each of them.

        Raises
        ------
        ClusterError
            If no worker comes, one lacks tongtu or has other versions, or the scheduler is gone.
        """
        given_up = time.monotonic() + self.patience_s
        while True:
            self.await_worker()
            try:
                _check_versions(self.client)
                # In a list: a bare list or dict would be taken apart.
                (self.sent,) = self.client.scatter([self.shared], broadcast=True, hash=False, timeout=self.patience_s)
            except (OSError, ValueError, KeyError) as error:  # so the scheduler says that a worker left meanwhile
                if self.client.status != "running":
                    raise ClusterError(_gone(self.client)) from error
                if time.monotonic() > given_up:
                    raise ClusterError(self._no_worker()) from error
                log.info("a worker left while it was sent something; sending again: %s", error)
                time.sleep(RETRY_S)
            else:
                return

    def await_worker(self) -> None:
        """Wait for a worker; ClusterError where none comes."""
        try:
            self.client.wait_for_workers(1, timeout=self.patience_s)
        except TimeoutError as error:
            raise ClusterError(self._no_worker()) from error

    def results(self, blocks: Sequence[Any]) -> Iterator[Any]:
        """
        Yield results in order, with a bounded number of blocks under way.

        Parameters
        ----------
        blocks : sequence

        Yields
        ------
        object
            What the function returns for each block.

        Raises
        ------
        ClusterError
            If the workers or the scheduler are gone, or a block brings down worker after worker.
        """
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
                    self.client.run(forget, self.token, on_error="ignore")
        except OSError as error:  # the scheduler is gone: there is nothing to tidy
            log.info("cluster not tidied: %s", error)

    def _submit(self, index: int, block: object) -> Any:
        key = f"tongtu-block-{index}-{uuid.uuid4().hex}"
        return self.client.submit(
            computed, self.function, block, self.sent, self.token, versions(), key=key, pure=False
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


def _check_versions(client: Any) -> None:
    """Raise a ClusterError where a worker cannot compute what we would."""
    replies = client.run(versions, on_error="return")
    breaches = []
    for worker, reply in sorted(replies.items()):
        if isinstance(reply, OSError):
            continue  # it left in this moment
        if isinstance(reply, Exception):
            breaches.append(f"{worker}: tongtu cannot be imported ({type(reply).__name__}: {reply})")
        elif told := different(reply):
            breaches.append(f"{worker}: {told}")
    if breaches:
        message = f"workers that would not give the same numbers; install the same there: {'; '.join(breaches)}"
        raise ClusterError(message)
