"""Matrices that are cut off by a kill, and on a cluster with a worker killed: the bytes of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from geo.errors import SchemaError
from geo.io import sha256_of
from layers.matrices import places_on_network, read_matrix, write_matrix
from layers.matrices.writing import MatrixRun
from tests.layers.matrices.streets import grid_places, grid_streets

ORIGINS = 160
SCRIPT = """
import sys
from pathlib import Path
from tests.layers.matrices.test_killed import run
run(Path(sys.argv[1]))
"""


def run(folder: Path, **options: Any) -> MatrixRun:
    """Write the matrix of these tests: 80 blocks of two origins."""
    streets = grid_streets(10)
    origins, destinations = (places_on_network(streets, grid_places(n, side=10, seed=n)) for n in (ORIGINS, 30))
    return write_matrix(streets, origins, destinations, folder, block_size=2, **options)


def _content(folder: Path) -> dict[str, str]:
    return {str(f.relative_to(folder)): sha256_of(f) for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "m"
    run(folder)
    return folder


def test_after_a_kill_it_goes_on_to_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], cwd=Path(__file__).parents[3])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("times/*.parquet"))) < 10 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it had ended before it was killed"
    there = len(list(folder.glob("times/*.parquet")))
    assert 10 <= there < ORIGINS // 2
    with pytest.raises(SchemaError, match="--resume"):
        read_matrix(folder)
    (folder / "times" / ".00079.parquet.left").write_bytes(b"half a file, as a kill leaves it")
    again = run(folder, resume=True)
    assert (again.kept, again.made) == (there, ORIGINS // 2 - there)
    assert _content(folder) == _content(undisturbed)
    once_more = run(folder, resume=True)
    assert once_more.made == 0


def test_on_a_cluster_with_a_worker_killed_the_bytes_are_the_same(
    cluster: Any, undisturbed: Path, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if done == 5:
            killed.append(int(next(iter(cluster.workers.values())).pid))
            os.kill(killed[0], signal.SIGKILL)

    made = run(tmp_path / "m", dask=cluster.scheduler_address, progress=kill)
    assert len(killed) == 1
    assert made.made == ORIGINS // 2
    assert _content(tmp_path / "m") == _content(undisturbed)
