"""A matrix that was written in blocks, read back: all of it, or the rows and columns that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import SchemaError
from geo.io import read_table
from layers.matrices.blocks import require_pyarrow
from layers.matrices.manifest import block_path, finished_blocks, read_manifest
from layers.matrices.memory import available_memory_bytes
from layers.matrices.schema import PLACES_ON_NETWORK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_matrix", "read_reasons"]


def read_matrix(
    folder: Path, *, origins: Sequence[str] | None = None, destinations: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Read travel times as a table wide of origins by destinations.

    Parameters
    ----------
    folder : Path
        As :func:`layers.matrices.writing.write_matrix` made it; every block must be there.
    origins, destinations : sequence of str, optional
        Ids, in the order wanted; without, all in the order of the folder. Only the files of these origins are read.

    Returns
    -------
    DataFrame of float64, shape (origins, destinations), minutes; index ``from``, columns ``to``
        NaN where there is no time: :func:`read_reasons` says why.

    Raises
    ------
    SchemaError
        If the folder holds no matrix, a block is missing, an id is unknown, or the table does not fit into memory.
    MissingExtraError
        If pyarrow is not installed.
    """
    return _read(folder, origins, destinations, "travel_time_min", np.float64)


def read_reasons(
    folder: Path, *, origins: Sequence[str] | None = None, destinations: Sequence[str] | None = None
) -> pd.DataFrame:
    """
    Read why pairs have no time, as a table wide of origins by destinations.

    Parameters and errors as for :func:`read_matrix`.

    Returns
    -------
    DataFrame of str, shape (origins, destinations)
        A word of :class:`layers.matrices.schema.Unreached`; empty where there is a time.
    """
    return _read(folder, origins, destinations, "reason", object)


def _read(
    folder: Path, origins: Sequence[str] | None, destinations: Sequence[str] | None, column: str, dtype: type
) -> pd.DataFrame:
    _, pq = require_pyarrow()
    manifest = read_manifest(folder)
    there = finished_blocks(folder, manifest)
    missing = [n for n in range(len(manifest.blocks)) if n not in there]
    if missing:
        message = (
            f"{folder}: {len(missing)} of {len(manifest.blocks)} blocks are missing or broken, the first "
            f"{block_path(folder, missing[0]).name}; finish it with tongtu matrix … --resume"
        )
        raise SchemaError(message)
    row, row_ids = _asked(folder / "origins.csv", origins)
    col, col_ids = _asked(folder / "destinations.csv", destinations)
    needed, free = 8.0 * len(row) * len(col), available_memory_bytes()
    if free is not None and needed > free:
        message = (
            f"{len(row):,} × {len(col):,} times take {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free; ask for"
            f" fewer origins or destinations, or query {folder}/times/*.parquet"
        )
        raise SchemaError(message)
    out: NDArray[Any] = np.empty((len(row), len(col)), dtype=dtype)
    width = int(manifest.destinations["count"])
    for number, (first, behind) in enumerate(manifest.blocks):
        here = np.flatnonzero((row >= first) & (row < behind))
        if not len(here):
            continue
        values = pq.ParquetFile(block_path(folder, number)).read([column]).column(0).to_pandas()
        cells = values.astype(object).where(values.notna(), "").to_numpy() if dtype is object else values.to_numpy()
        out[here] = cells.reshape(behind - first, width)[np.ix_(row[here] - first, col)]
    return pd.DataFrame(out, index=pd.Index(row_ids, name="from"), columns=pd.Index(col_ids, name="to"))


def _asked(path: Path, ids: Sequence[str] | None) -> tuple[NDArray[np.int64], list[str]]:
    """Return the positions of places, and their ids."""
    known = [str(v) for v in read_table(path, PLACES_ON_NETWORK)["id"]]
    if ids is None:
        return np.arange(len(known)), known
    place = {name: i for i, name in enumerate(known)}
    wanted = [str(name) for name in ids]
    unknown = [name for name in wanted if name not in place]
    if unknown:
        message = f"{path}: no place {', '.join(unknown[:5])}; there are {', '.join(known[:5])} …"
        raise SchemaError(message)
    return np.array([place[name] for name in wanted], dtype=np.int64), wanted
