"""What every test shares: no network, the folder beside the repository, one place for skips."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from maps.atlas import Atlas

settings.register_profile("tongtu", deadline=None, derandomize=True)
settings.load_profile("tongtu")  # the same examples on every machine, however slow it is

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of plans, gold registers and cross-check data that lies beside the repository."""
    path = Path(os.environ.get("TONGTU_SHARED", ROOT.parent / "shared"))
    if not (path / "plans").is_dir():
        pytest.skip(f"{path} is absent: the plans, gold registers and cross-check data are not shipped with tongtu")
    return path


@pytest.fixture(scope="session")
def builtin_atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Return the atlas of the five built-in plans, made once; nobody writes into its folder (copy it to work in it)."""
    from maps.atlas import make_atlas

    return make_atlas([], tmp_path_factory.mktemp("builtin") / "atlas")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse every connection that leaves this machine: all of tongtu but ``geo.io`` works from files."""
    if request.node.get_closest_marker("network"):
        yield
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else address
        if (isinstance(host, str) and host in {"127.0.0.1", "localhost", "::1"}) or not isinstance(address, tuple):
            connect(self, address)
            return
        message = f"a test tried to connect to {address!r}; mark it 'network' or use a file"
        raise RuntimeError(message)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(scope="session")
def _two_workers() -> Iterator[Any]:
    dask = pytest.importorskip("dask")
    LocalCluster = pytest.importorskip("distributed").LocalCluster  # noqa: N806 (a class)
    with (
        dask.config.set({"distributed.logging.distributed": "critical"}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
        ) as made,
    ):
        yield made


@pytest.fixture
def cluster(_two_workers: Any) -> Any:
    """
    Two workers, a process each with a nanny that starts it again, and a scheduler on the loopback.

    All of a cluster stays on this machine: the guard on connections lets it be. Tests kill workers; the next finds two.
    """
    import asyncio

    async def back() -> bool:
        for _ in range(300):
            if len(_two_workers.scheduler.workers) == 2:
                return True
            await asyncio.sleep(0.05)
        return False

    if not _two_workers.sync(back):  # a nanny gives up on a worker that is killed while it starts
        _two_workers.scale(0)
        _two_workers.scale(2)
        _two_workers.wait_for_workers(2, timeout=60)
    return _two_workers
