"""Every graph of these tests is large: the engine would leave them to scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import pytest

from layers.routing import engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_graph_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SMALL", -1)
    monkeypatch.setattr(engine, "FEW_SOURCES", -1)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Keep to one thread: on hundreds of graphs of a dozen nodes threads would mostly wait for each other."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)
