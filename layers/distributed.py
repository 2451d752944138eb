"""
One job cut into blocks, computed here or on the machines of a Dask cluster: the same results in the same order.

What all blocks need is sent once to every worker. A block is the unit that is sent again when a worker is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from layers.cluster import PATIENCE_S, ClusterJob, client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

__all__ = ["run_blocks", "worker_memory_bytes"]

Block = TypeVar("Block")
Shared = TypeVar("Shared")
Result = TypeVar("Result")


def run_blocks(
    function: Callable[[Block, Shared], Result],
    blocks: Sequence[Block],
    shared: Shared,
    *,
    dask: Client | str | None = None,
    progress: Callable[[int, int], None] | None = None,
    patience_s: float = PATIENCE_S,
) -> Iterator[tuple[int, Result]]:
    """
    Compute a function of each block, and yield the results in the order of the blocks.

    Parameters
    ----------
    function : callable (block, shared) -> result
        At the top of a module that the workers have, and without memory: a block may be computed twice. What it prepares
        from ``shared`` (a cached property) is kept in a worker from block to block.
    blocks : sequence
        Small: what they have in common belongs to ``shared``.
    shared : object
        Sent once to every worker.
    dask : distributed.Client or str, optional
        A client, or the address of a scheduler (``tcp://10.0.0.1:8786``). Without, everything is computed here. A worker
        computes one block at a time, for the kernels use every processor by themselves.
    progress : callable (done, total), optional
    patience_s : float
        Seconds without any worker after which the job is given up.

    Yields
    ------
    (int, result)
        Position of the block and its result, as soon as it and all before it are there. At most two blocks a worker, and
        one, are under way or wait to be taken.

    Raises
    ------
    ClusterError
        If no scheduler answers, there are no workers (any more), tongtu is missing on one or differs in a version that
        can show in the numbers, or a block has brought down several workers.
    MissingExtraError
        If ``dask`` is given and distributed is not installed.
    Exception
        Whatever ``function`` raises, here or on a worker.

    Examples
    --------
    >>> list(run_blocks(pow, [1, 2, 3], 2))
    [(0, 1), (1, 4), (2, 9)]
    """
    total = len(blocks)
    results: Iterator[Result]
    if dask is None:
        results = (function(block, shared) for block in blocks)
    else:
        results = _on_cluster(function, blocks, shared, dask, patience_s)
    for index, result in enumerate(results):
        yield index, result
        if progress is not None:
            progress(index + 1, total)


def worker_memory_bytes(dask: Client | str, *, patience_s: float = PATIENCE_S) -> float | None:
    """
    Return how much memory the smallest worker of a cluster may use.

    Parameters
    ----------
    dask : distributed.Client or str
    patience_s : float
        How long to wait for a first worker.

    Returns
    -------
    float or None
        Bytes; None where no worker has a limit.

    Raises
    ------
    ClusterError
        If no scheduler answers, or there is no worker.
    MissingExtraError
        If distributed is not installed.
    """
    with client_of(dask) as client:
        job = ClusterJob(client, pow, None, patience_s)
        job.await_worker()
        limits = [worker["memory_limit"] for worker in client.scheduler_info()["workers"].values()]
    return float(min(limits)) if limits and all(limits) else None


def _on_cluster(
    function: Callable[[Block, Shared], Result],
    blocks: Sequence[Block],
    shared: Shared,
    dask: Client | str,
    patience_s: float,
) -> Iterator[Result]:
    with client_of(dask) as client:
        job = ClusterJob(client, function, shared, patience_s)
        try:
            job.send()
            yield from job.results(blocks)
        finally:
            job.close()
