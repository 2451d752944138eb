"""Travel times of any number of pairs, block by block into a folder; a run that was cut off goes on where it stopped."""

from __future__ import annotations

import errno
import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import OutputError, SchemaError
from geo.io import sha256_of, write_bytes, write_table
from layers.distributed import run_blocks, worker_memory_bytes
from layers.matrices.blocks import COUNTED, Ends, MatrixJob, block_content, require_pyarrow
from layers.matrices.manifest import BLOCKS, MatrixManifest, block_path, describe, finished_blocks, read_manifest
from layers.matrices.memory import MemoryForecast, available_memory_bytes, default_block_size, forecast_memory
from layers.matrices.places import StreetAccess
from layers.matrices.schema import PLACES_ON_NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from distributed import Client

    from layers.matrices.places import Streets

__all__ = ["MatrixRun", "write_matrix"]


class MatrixRun(NamedTuple):
    """
    What a run did.

    Parameters
    ----------
    manifest : MatrixManifest
    kept : int
        Blocks that were there from an earlier run.
    made : int
        Blocks made now.
    """

    manifest: MatrixManifest
    kept: int
    made: int


def write_matrix(
    streets: Streets,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    folder: Path,
    *,
    access: StreetAccess | None = None,
    limit_min: float | None = None,
    block_size: int | None = None,
    resume: bool = False,
    memory_bytes: float | None = None,
    dask: Client | str | None = None,
    forecast: Callable[[MemoryForecast], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MatrixRun:
    """
    Compute the travel times between places, and write them as Parquet files of some origins each.

    Parameters
    ----------
    streets : Streets
        A network, such as :class:`layers.osm.road_network.RoadNetwork`.
    origins, destinations : DataFrame, contract ``PLACES_ON_NETWORK``
        As :func:`layers.matrices.places.places_on_network` returns them.
    folder : Path
        New, empty, or with ``resume`` of the same job: ``manifest.json``, ``origins.csv``, ``destinations.csv`` and
        ``times/00000.parquet`` …
    access : StreetAccess, optional
        What the places were put on the network with; written down.
    limit_min : float, optional
        Longer times are left out, with the reason.
    block_size : int, optional
        Origins in a file. Without: some 1.5 million pairs a file, fewer where memory is short, and with ``resume`` as
        before.
    resume : bool
        Go on with the blocks of an earlier run; only if network, places, settings and version are the same.
    memory_bytes : float, optional
        What may be used; without, what is free (on a cluster: what the smallest worker may use).
    dask : distributed.Client or str, optional
        See :func:`layers.distributed.run_blocks`.
    forecast : callable, optional
        Told the memory forecast before anything is computed.
    progress : callable (done, total), optional
        Told first what is there, then after each block.

    Returns
    -------
    MatrixRun

    Raises
    ------
    SchemaError
        If a table breaks its contract, a setting is out of range, or a block does not fit into memory.
    OutputError
        If the folder holds something else, or another job; or it cannot be written.
    ClusterError
        See :func:`layers.distributed.run_blocks`.
    MissingExtraError
        If pyarrow is not installed.
    """
    require_pyarrow()
    for table in (origins, destinations):
        PLACES_ON_NETWORK.validate(table)
    if not (limit_min is None or limit_min > 0.0) or not (block_size is None or block_size > 0):
        message = f"limit of {limit_min} minutes, blocks of {block_size} origins: expected numbers above 0"
        raise SchemaError(message)
    before = _earlier(folder, resume=resume)
    limit = memory_bytes if memory_bytes is not None else _free(dask)
    size = block_size or (before.block_size if before else None)
    expected = _fitting(streets, len(origins), len(destinations), size, limit)
    if forecast is not None:
        forecast(expected)
    if limit is not None:
        where = "allowed" if memory_bytes is not None else "on the smallest worker" if dask is not None else "free"
        expected.check(limit, where)
    manifest = describe(
        streets,
        origins,
        destinations,
        access=access or StreetAccess(),
        limit_min=limit_min,
        block_size=expected.block_size,
    )
    if before is not None and (different := before.differences(manifest)):
        message = f"{folder}: 与已有分块不同, 不能续算 cannot go on, what differs is {', '.join(different)}; choose a new folder"
        raise OutputError(errno.EEXIST, message)
    if before is None:
        _begin(folder, manifest, origins, destinations)
    counts = finished_blocks(folder, manifest)
    kept = len(counts)
    numbers = [number for number in range(len(manifest.blocks)) if number not in counts]
    ends = Ends.of(origins, destinations)
    job = MatrixJob(streets.graph, streets.lon_lat, *ends, np.inf if limit_min is None else limit_min, manifest.key)
    if dask is None and numbers:
        job.engine  # noqa: B018 (prepared here, so that the first block tells how long a block takes)
    if progress is not None:
        progress(kept, len(manifest.blocks))
    made: dict[int, str] = {}
    for position, block in run_blocks(block_content, [manifest.blocks[n] for n in numbers], job, dask=dask):
        number = numbers[position]
        write_bytes(block_path(folder, number), block.content)
        counts[number], made[number] = block.counts, hashlib.sha256(block.content).hexdigest()
        if progress is not None:
            progress(kept + position + 1, len(manifest.blocks))
    whole = _end(folder, manifest, counts, made)
    return MatrixRun(whole, kept, len(numbers))


def _earlier(folder: Path, *, resume: bool) -> MatrixManifest | None:
    """Return the manifest of an earlier run to go on with; None to begin."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not folder.is_dir():
        message = f"{folder} is a file; give a folder"
        raise OutputError(errno.ENOTDIR, message)
    try:
        manifest = read_manifest(folder)
    except SchemaError as error:
        message = f"{folder} holds other files, and no travel times to go on with; choose a new or empty folder"
        raise OutputError(errno.ENOTEMPTY, message) from error
    if not resume:
        state = "完整的 whole" if manifest.complete else "未完的 unfinished"
        message = f"{folder} 已有{state} travel times; 用 --resume 续算 go on with --resume, or choose a new folder"
        raise OutputError(errno.EEXIST, message)
    return manifest


def _free(dask: Client | str | None) -> float | None:
    return available_memory_bytes() if dask is None else worker_memory_bytes(dask)


def _fitting(
    streets: Streets, origins: int, destinations: int, size: int | None, limit: float | None
) -> MemoryForecast:
    """Return the forecast of the size asked for, or of the usual one made smaller to fit."""
    graph = streets.graph
    wanted = size or default_block_size(origins, destinations)
    expected = forecast_memory(graph.node_count, len(graph.tail), origins, destinations, wanted)
    if size is None and limit is not None and expected.total_bytes > limit and (fits := expected.largest_block(limit)):
        return replace(expected, block_size=fits)
    return expected


def _begin(folder: Path, manifest: MatrixManifest, origins: pd.DataFrame, destinations: pd.DataFrame) -> None:
    """Write the places, then the manifest: with it the folder is ours to go on with."""
    write_table(origins, folder / "origins.csv", PLACES_ON_NETWORK)
    write_table(destinations, folder / "destinations.csv", PLACES_ON_NETWORK)
    manifest.write(folder)


def _end(
    folder: Path, manifest: MatrixManifest, counts: dict[int, dict[str, int]], made: dict[int, str]
) -> MatrixManifest:
    """Sweep away what a kill left, and write the manifest of the whole."""
    for left in folder.glob(f"{BLOCKS}/.*.parquet.*"):
        left.unlink()
    total: Counter[str] = Counter()
    for one in counts.values():
        total.update(one)
    files = {name: sha256_of(folder / name) for name in ("origins.csv", "destinations.csv")}
    for number in sorted(counts):
        path = block_path(folder, number)
        files[f"{BLOCKS}/{path.name}"] = made[number] if number in made else sha256_of(path)
    whole = replace(manifest, complete=True, counts={name: total[name] for name in COUNTED}, files=files)
    whole.write(folder)
    return whole
