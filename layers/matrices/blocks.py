"""One block of a matrix: the travel times of some origins to all destinations, as the content of a Parquet file."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.errors import MissingExtraError
from layers.matrices.schema import Unreached
from layers.routing.engine import MANY_CELLS, Engine

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from layers.routing.graph import Graph

__all__ = ["COUNTED", "REASONS", "Block", "Ends", "MatrixJob", "block_content", "block_times", "require_pyarrow"]

REASONS = tuple(reason.value for reason in Unreached)
COUNTED = ("reached", *REASONS)


@dataclass(frozen=True)
class MatrixJob:
    """
    What all blocks of a matrix share: small enough to be sent; the hierarchy is built where it is needed.

    Parameters
    ----------
    graph : Graph
    lon_lat : ndarray of float64, shape (n, 2)
    origins, destinations : Ends
    limit_min : float
        Longer times are left out; infinite for none.
    key : str
        Name of the job, written into each file.
    """

    graph: Graph
    lon_lat: NDArray[np.float64]
    origins: Ends
    destinations: Ends
    limit_min: float
    key: str

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the hierarchy: a worker builds it in less time than it takes to send."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def engine(self) -> Engine:
        """The engine; with its hierarchy, where all the blocks together are worth one."""
        engine = Engine(self.graph, self.lon_lat)
        if self.graph.node_count * len(self.origins.ids) > MANY_CELLS:
            engine.metric  # noqa: B018 (built when asked for)
        return engine


class Ends(NamedTuple):
    """
    Origins or destinations as the blocks need them.

    Parameters
    ----------
    ids : list of str
    node : ndarray of int64
        -1 where the place is too far from the network.
    access_min : ndarray of float64
        NaN where it is.
    spot : ndarray of int64
        Places with the same position have the same number.
    """

    ids: list[str]
    node: NDArray[np.int64]
    access_min: NDArray[np.float64]
    spot: NDArray[np.int64]

    @classmethod
    def of(cls, origins: pd.DataFrame, destinations: pd.DataFrame) -> tuple[Ends, Ends]:
        """Return both ends from tables of the contract ``PLACES_ON_NETWORK``."""
        positions = np.concatenate([t[["lon", "lat"]].to_numpy(dtype=np.float64) for t in (origins, destinations)])
        _, spot = np.unique(positions, axis=0, return_inverse=True)
        parts = np.split(spot.reshape(-1).astype(np.int64), [len(origins)])
        both = [
            cls(
                [str(v) for v in table["id"]],
                table["node"].to_numpy(dtype=np.int64, na_value=-1),
                table["access_min"].to_numpy(dtype=np.float64, na_value=np.nan),
                part,
            )
            for table, part in zip((origins, destinations), parts, strict=True)
        ]
        return both[0], both[1]


class Block(NamedTuple):
    """A Parquet file as bytes, and how many pairs have a time or which reason why not."""

    content: bytes
    counts: dict[str, int]


def block_times(rows: tuple[int, int], job: MatrixJob) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """
    Compute the travel times of some origins to all destinations, door to door.

    Parameters
    ----------
    rows : (int, int)
        First origin and the one behind the last.
    job : MatrixJob

    Returns
    -------
    minutes : ndarray of float32, shape (rows, destinations)
        Access, network, access; 0 between places at the same position; NaN where there is a reason. Single precision: to
        0.004 s up to a day.
    reason : ndarray of int8, same shape
        Position in ``REASONS``, -1 where there is a time.
    """
    part, end = slice(*rows), job.destinations
    all_ids, node, access_min, spot = job.origins
    start = Ends(all_ids[part], node[part], access_min[part], spot[part])
    near, reached = start.node >= 0, end.node >= 0
    minutes = job.engine.matrix(start.node[near], end.node[reached])
    minutes += start.access_min[near][:, None]
    minutes += end.access_min[reached][None, :]
    if not (near.all() and reached.all()):
        found, minutes = minutes, np.full((len(near), len(reached)), np.nan)
        minutes[np.ix_(near, reached)] = found
    if np.isin(start.spot, end.spot).any():
        minutes[(start.spot[:, None] == end.spot[None, :]) & near[:, None] & reached[None, :]] = 0.0
    reason = np.full(minutes.shape, -1, dtype=np.int8)
    reason[np.isnan(minutes)] = REASONS.index(Unreached.NO_WAY)
    reason[:, ~reached] = REASONS.index(Unreached.DESTINATION_FAR)
    reason[~near] = REASONS.index(Unreached.ORIGIN_FAR)
    if np.isfinite(job.limit_min):
        late = minutes > job.limit_min
        reason[late] = REASONS.index(Unreached.BEYOND_LIMIT)
        minutes[late] = np.nan
    return minutes.astype(np.float32), reason


def block_content(rows: tuple[int, int], job: MatrixJob) -> Block:
    """
    Compute a block and write it as Parquet, into memory.

    Parameters
    ----------
    rows : (int, int)
    job : MatrixJob

    Returns
    -------
    Block
        One row a pair, origins in order, for each all destinations in order: ``from``, ``to``, ``travel_time_min`` (null
        where there is none), ``reason`` (null where there is one). The same bytes for the same job.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    pa, pq = require_pyarrow()
    minutes, reason = block_times(rows, job)
    origins, destinations = job.origins.ids[slice(*rows)], job.destinations.ids
    shape = minutes.shape
    missing = reason.reshape(-1) >= 0

    def words(place: NDArray[np.int32], all_words: list[str]) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(place), pa.array(all_words, type=pa.string()))

    table = pa.table(
        {
            "from": words(np.repeat(np.arange(shape[0], dtype=np.int32), shape[1]), origins),
            "to": words(np.tile(np.arange(shape[1], dtype=np.int32), shape[0]), destinations),
            "travel_time_min": pa.array(minutes.reshape(-1), mask=missing),
            "reason": pa.DictionaryArray.from_arrays(
                pa.array(reason.reshape(-1), mask=~missing), pa.array(REASONS, type=pa.string())
            ),
        }
    )
    found = np.bincount(reason.reshape(-1).astype(np.int64) + 1, minlength=len(REASONS) + 1)
    counts = dict(zip(COUNTED, (int(n) for n in found), strict=True))
    table = table.replace_schema_metadata(
        {"tongtu": job.key, "rows": f"{rows[0]}-{rows[1]}", "counts": json.dumps(counts)}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=max(len(table), 1),
        compression="zstd",
        use_dictionary=["from", "to", "reason"],
        column_encoding={"travel_time_min": "BYTE_STREAM_SPLIT"},
        write_statistics=["from", "travel_time_min"],  # those of "to" would be all ids in every file, and half the time
    )
    return Block(sink.getvalue().to_pybytes(), counts)


def require_pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet part; MissingExtraError where it is not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        message = "matrices are written as Parquet, which needs the extra parquet: pip install 'tongtu[parquet]'"
        raise MissingExtraError(message) from error
