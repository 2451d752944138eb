"""What a matrix was made from: written before the first block, so that only the same job goes on with the blocks of another run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo import __version__
from geo.errors import SchemaError
from geo.io import MANIFEST, write_bytes
from layers.matrices.blocks import require_pyarrow

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from layers.matrices.places import StreetAccess, Streets

__all__ = ["BLOCKS", "MatrixManifest", "block_path", "describe", "finished_blocks", "read_manifest"]

FORMAT = "tongtu-travel-times-1"
BLOCKS = "times"
WORDS = {
    "tongtu": "版本 version",
    "network": "路网 network",
    "origins": "出发地 origins",
    "destinations": "目的地 destinations",
    "access": "接入假设 access assumptions",
    "limit_min": "时限 limit",
    "block_size": "块大小 block size",
}


@dataclass(frozen=True)
class MatrixManifest:
    """
    A matrix: what it was made from, how it is cut, and whether it is whole.

    Parameters
    ----------
    tongtu : str
        Version.
    network, origins, destinations : dict
        Number of rows (nodes, links) and SHA-256 of the content.
    access : dict
        The fields of :class:`layers.matrices.places.StreetAccess`.
    limit_min : float or None
    block_size : int
    complete : bool
    counts : dict of str to int
        Pairs with a time, and without by reason; empty until it is complete.
    files : dict of str to str
        SHA-256 of each file; empty until it is complete.
    """

    tongtu: str
    network: dict[str, Any]
    origins: dict[str, Any]
    destinations: dict[str, Any]
    access: dict[str, float]
    limit_min: float | None
    block_size: int
    complete: bool = False
    counts: dict[str, int] | None = None
    files: dict[str, str] | None = None

    @property
    def key(self) -> str:
        """Name of the job: all that its numbers and the cut of its files depend on."""
        content = json.dumps(self._job(), sort_keys=True).encode()
        return hashlib.sha256(content).hexdigest()[:32]

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First origin of each block and the one behind its last."""
        count, size = int(self.origins["count"]), self.block_size
        return [(first, min(first + size, count)) for first in range(0, count, size)]

    def differences(self, other: MatrixManifest) -> list[str]:
        """Return what differs in another job, in words."""
        mine, theirs = self._job(), other._job()
        return [word for name, word in WORDS.items() if mine[name] != theirs[name]]

    def write(self, folder: Path) -> None:
        """Write the manifest, whole or not at all."""
        content = {"format": FORMAT, **asdict(self)}
        write_bytes(folder / MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())

    def _job(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name in WORDS}


def describe(
    streets: Streets,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    access: StreetAccess,
    limit_min: float | None,
    block_size: int,
) -> MatrixManifest:
    """
    Return the manifest of a matrix that is to be made.

    Parameters
    ----------
    streets : Streets
    origins, destinations : DataFrame, contract ``PLACES_ON_NETWORK``
    access : StreetAccess
    limit_min : float or None
    block_size : int

    Returns
    -------
    MatrixManifest
    """
    graph = streets.graph
    digest = hashlib.sha256(np.int64(graph.node_count).tobytes())
    for part in (graph.tail, graph.head, graph.time_ms, streets.lon_lat, streets.component):
        digest.update(np.ascontiguousarray(part).data)
    network = {"nodes": graph.node_count, "links": len(graph.tail), "sha256": digest.hexdigest()}
    return MatrixManifest(
        __version__,
        network,
        _described(origins),
        _described(destinations),
        {name: float(value) for name, value in asdict(access).items()},
        limit_min,
        block_size,
    )


def _described(places: pd.DataFrame) -> dict[str, Any]:
    text = places.to_csv(index=False, lineterminator="\n", float_format="%.17g")
    return {"count": len(places), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def read_manifest(folder: Path) -> MatrixManifest:
    """
    Read the manifest of a folder.

    Raises
    ------
    SchemaError
        If the folder holds no matrix, or one of another format.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        if content.pop("format", None) != FORMAT:
            message = f"{folder} holds no travel times of the format {FORMAT}"
            raise SchemaError(message)
        return MatrixManifest(**content)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, SchemaError):
            raise
        message = f"{folder} holds no travel times of tongtu matrix ({error})"
        raise SchemaError(message) from error


def block_path(folder: Path, number: int) -> Path:
    """Return the file of a block."""
    return folder / BLOCKS / f"{number:05d}.parquet"


def finished_blocks(folder: Path, manifest: MatrixManifest) -> dict[int, dict[str, int]]:
    """
    Find the blocks of a job that are there whole.

    Files appear whole or not at all, so the footer tells: it must name the job and the rows. Others are made again.

    Returns
    -------
    dict of block number to counts
    """
    _, pq = require_pyarrow()
    found = {}
    width = int(manifest.destinations["count"])
    for number, (first, behind) in enumerate(manifest.blocks):
        try:
            metadata = pq.read_metadata(block_path(folder, number))
        except (OSError, ValueError):  # absent, or no Parquet file (ArrowInvalid is a ValueError)
            continue
        said = metadata.metadata or {}
        rows = (behind - first) * width
        same = said.get(b"tongtu") == manifest.key.encode() and said.get(b"rows") == f"{first}-{behind}".encode()
        if same and metadata.num_rows == rows:
            found[number] = json.loads(said[b"counts"])
    return found
