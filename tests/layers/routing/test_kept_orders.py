"""Orders kept on disk: used again, never believed when damaged, never more than so many."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from layers.routing import hierarchy, kept_orders
from layers.routing.engine import Engine
from layers.routing.kept_orders import cache_folder, keep_order, kept_order
from tests.layers.routing.graphs import grid_graph

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept_orders, "KEPT_FROM", 100)
    return tmp_path / "tongtu" / "routing"


def test_an_order_is_made_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, xy = grid_graph(20, 1)
    first = Engine(graph, xy)
    found = first.matrix_ms([0, 9], [5, 7, 399])
    assert [path.suffix for path in folder.iterdir()] == [".order"]
    assert np.array_equal(found, dijkstra(graph.matrix, indices=[0, 9])[:, [5, 7, 399]])
    monkeypatch.setattr(hierarchy, "elimination_order", lambda *_: pytest.fail("made anew"))
    again = Engine(graph, xy)
    assert np.array_equal(again.matrix_ms([0, 9], [5, 7, 399]), found)
    assert np.array_equal(again.hierarchy.rank, first.hierarchy.rank)
    other, _ = grid_graph(20, 2)
    with pytest.raises(pytest.fail.Exception):  # other links have another name
        Engine(other, xy).matrix_ms([0], [1])
    with pytest.raises(pytest.fail.Exception):
        Engine(graph, xy, kept=False).matrix_ms([0], [1])


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "repeated", "beyond"])
def test_a_damaged_file_is_told_and_replaced(folder: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    graph, xy = grid_graph(15, 1)
    right = Engine(graph, xy)
    found = right.matrix_ms([0, 3], [7, 200])
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    if damage in ("repeated", "beyond"):  # whole, with its digest, but no permutation: of another program, say
        path.unlink()
        order = np.arange(225, dtype=np.int32)
        order[3] = 4 if damage == "repeated" else 225
        keep_order(path.stem, order)
    else:
        middle = len(whole) // 2
        path.write_bytes(
            {
                "cut": whole[:-4],
                "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "empty": b"",
                "foreign": b"order",
            }[damage]
        )
    assert kept_order(path.stem, 225) is None
    assert "is damaged" in caplog.text
    assert np.array_equal(Engine(graph, xy).matrix_ms([0, 3], [7, 200]), found)
    assert path.read_bytes() == whole


def test_the_folder_stays_small_and_what_is_used_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = np.arange(1_000, dtype=np.int32)
    keep_order("a", order)
    size = (folder / "a.order").stat().st_size
    monkeypatch.setattr(kept_orders, "KEPT_BYTES", 3 * size)
    for number, name in enumerate("bc"):
        keep_order(name, order)
        os.utime(folder / f"{name}.order", (1_000 + number, 1_000 + number))
    os.utime(folder / "a.order", (1, 1))
    assert kept_order("a", 1_000) is not None  # used now
    keep_order("d", order)
    assert sorted(path.stem for path in folder.iterdir()) == ["a", "c", "d"]
    keep_order("huge", np.arange(10_000, dtype=np.int32))
    assert not (folder / "huge.order").exists()


def test_without_a_folder_nothing_is_kept_and_all_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    graph, xy = grid_graph(15, 1)
    theirs = dijkstra(graph.matrix, indices=[0])[:, [224]]
    assert np.array_equal(Engine(graph, xy).matrix_ms([0], [224]), theirs)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the standard says: to be ignored
    assert cache_folder().is_absolute()
    assert cache_folder().parts[-3:] == (".cache", "tongtu", "routing")
