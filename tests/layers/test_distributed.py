"""Blocks on a cluster of real processes: order, the same results, and what is lost with a worker, which is nothing."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo.errors import ClusterError
from layers import cluster as cluster_module
from layers import cluster_worker
from layers.distributed import run_blocks, worker_memory_bytes
from tests.layers.block_jobs import Slow, address_of, deadly, signed, wrong

BLOCKS = list(range(12))


@pytest.fixture
def slow(tmp_path: Path) -> Slow:
    return Slow(np.random.default_rng(1).uniform(0, 1, 1000), 0.05, tmp_path)


def _pids(cluster: Any) -> list[int]:
    return [int(worker.pid) for worker in cluster.workers.values()]


def test_here_and_there_are_the_same_and_in_order(cluster: Any, slow: Slow) -> None:
    here = list(run_blocks(signed, BLOCKS, slow))
    seen: list[tuple[int, int]] = []
    there = list(
        run_blocks(
            signed,
            BLOCKS,
            slow,
            dask=cluster.scheduler_address,
            progress=lambda done, total: seen.append((done, total)),
        )
    )
    assert [index for index, _ in there] == BLOCKS
    assert [number for _, (number, _) in here] == [number for _, (number, _) in there]
    assert {pid for _, (_, pid) in there} <= set(_pids(cluster))
    assert len({pid for _, (_, pid) in there}) == 2, "both workers had blocks"
    assert seen == [(n + 1, len(BLOCKS)) for n in BLOCKS]


def test_who_takes_slowly_is_not_buried(cluster: Any, slow: Slow) -> None:
    run = run_blocks(signed, list(range(40)), slow._replace(seconds=0.0), dask=cluster.scheduler_address)
    next(run)
    time.sleep(0.4)
    begun = {path.name.split("-")[0] for path in slow.folder.iterdir()}
    assert 1 <= len(begun) <= 5, "two blocks a worker, and one"
    run.close()  # type: ignore[attr-defined]
    time.sleep(0.2)
    assert len({path.name.split("-")[0] for path in slow.folder.iterdir()}) <= 5, "and nothing goes on afterwards"


def test_blocks_of_a_job_find_what_they_share_in_one_place(cluster: Any) -> None:
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        places = {place for _, place in run_blocks(address_of, BLOCKS, {"a": 1}, dask=client)}
        assert len(places) <= 2, "one place a worker: what is prepared there stays"
        kept = client.run(lambda: len(__import__("layers.cluster_worker", fromlist=["_KEPT"])._KEPT))
        assert set(kept.values()) == {0}, "and is forgotten afterwards"
        assert client.status == "running", "a client that was given stays open"


def test_a_killed_worker_loses_nothing(cluster: Any, slow: Slow) -> None:
    blocks = list(range(30))
    run = run_blocks(signed, blocks, slow, dask=cluster.scheduler_address)
    results = [next(run)]
    victim = _pids(cluster)[0]
    os.kill(victim, signal.SIGKILL)
    results += list(run)
    expected = [(index, number) for index, (number, _) in run_blocks(signed, blocks, slow._replace(seconds=0.0))]
    assert [(index, number) for index, (number, _) in results] == expected
    assert sum(path.name.endswith(f"-{victim}") for path in slow.folder.iterdir()) < len(blocks), "it was in the middle"


def test_when_all_workers_are_killed_what_they_share_is_sent_again(cluster: Any, slow: Slow) -> None:
    blocks = list(range(16))
    run = run_blocks(signed, blocks, slow, dask=cluster.scheduler_address)
    results = [next(run)]
    for pid in _pids(cluster):
        os.kill(pid, signal.SIGKILL)
    results += list(run)
    expected = [(index, number) for index, (number, _) in run_blocks(signed, blocks, slow._replace(seconds=0.0))]
    assert [(index, number) for index, (number, _) in results] == expected


def test_what_a_function_raises_is_raised_here(cluster: Any) -> None:
    done = []
    with pytest.raises(LookupError, match="block 3 is no good"):
        done.extend(run_blocks(wrong, BLOCKS, None, dask=cluster.scheduler_address))


def test_a_block_that_kills_every_worker_ends_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster_module, "TIMES_LOST", 1)
    own = {"n_workers": 1, "threads_per_worker": 1, "processes": True, "memory_limit": 0}
    with (
        LocalCluster(**own, host="127.0.0.1", dashboard_address="127.0.0.1:0") as one,
        pytest.raises(ClusterError, match=r"all workers were lost 2 times.* make the blocks smaller"),
    ):
        list(run_blocks(deadly, BLOCKS, None, dask=one.scheduler_address))


def test_a_worker_without_tongtu_is_refused(cluster: Any, tmp_path: Path) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "__init__.py").touch()  # hides ours
    words = [
        "-m",
        "distributed.cli.dask_worker",
        cluster.scheduler_address,
        "--no-nanny",
        "--no-dashboard",
        "--nthreads=1",
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    before = len(cluster.scheduler.workers)
    worker = subprocess.Popen([sys.executable, *words], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        cluster.sync(_joined, cluster, before + 1)
        with pytest.raises(ClusterError, match="tongtu cannot be imported"):
            list(run_blocks(pow, BLOCKS, 2, dask=cluster.scheduler_address))
    finally:
        worker.terminate()
        worker.wait(timeout=20)
        cluster.sync(_joined, cluster, before)


async def _joined(cluster: Any, count: int) -> None:
    import asyncio

    while len(cluster.scheduler.workers) != count:
        await asyncio.sleep(0.05)


def test_other_versions_are_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    there = platform.machine()
    monkeypatch.setattr(platform, "machine", lambda: "abacus")
    cluster_worker.versions.cache_clear()
    try:
        with pytest.raises(ClusterError, match=rf"machine {there} \(here abacus\)"):
            list(run_blocks(pow, BLOCKS, 2, dask=cluster.scheduler_address))
    finally:
        cluster_worker.versions.cache_clear()


def test_no_scheduler_and_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster_module, "CONNECT_S", 0.3)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        list(run_blocks(pow, BLOCKS, 2, dask="tcp://127.0.0.1:1"))
    with LocalCluster(n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0") as empty:
        with pytest.raises(ClusterError, match=r"no worker at .* for 0.2 s; start one with: dask worker"):
            list(run_blocks(pow, BLOCKS, 2, dask=empty.scheduler_address, patience_s=0.2))
        with pytest.raises(ClusterError, match="no worker at"):
            worker_memory_bytes(empty.scheduler_address, patience_s=0.2)
