"""Travel times from or to places over a whole region: one surface of the nearest place, or one for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from geo.errors import PlaceNotFoundError, SchemaError, VocabularyError
from layers.distributed import run_blocks
from layers.routing.compiled import threads
from layers.surface.cost_distance import cost_distance, cost_distances
from layers.surface.grid import forecast_bytes
from layers.surface.links import Links
from layers.surface.road_links import open_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from distributed import Client
    from numpy.typing import NDArray

    from layers.surface.friction import Friction

__all__ = ["Direction", "Surface", "SurfaceModel", "place_surfaces", "travel_time_surface"]

Direction = Literal["to", "from"]
SECONDS_PER_MIN = np.float32(60.0)


@dataclass(frozen=True)
class SurfaceModel:
    """
    What travellers move on: ground, and networks over it.

    Attributes
    ----------
    friction : Friction
    links : Links
        As :func:`layers.surface.road_links.network_links` returns them, in the direction of travel.
    """

    friction: Friction
    links: Links = field(default_factory=Links)


@dataclass(frozen=True)
class Surface:
    """
    Times between each cell and the nearest of some places.

    Attributes
    ----------
    minutes : ndarray of float32, shape of the grid
        NaN where there is no way, or none within the limit.
    nearest : ndarray of int32, shape of the grid
        Row of the nearest place, -1 where there is none; of equally near ones the first.
    findings : tuple of str
        Chinese then English.
    """

    minutes: NDArray[np.float32]
    nearest: NDArray[np.int32]
    findings: tuple[str, ...]


def travel_time_surface(
    model: SurfaceModel, places: pd.DataFrame, *, direction: Direction = "to", limit_min: float = np.inf
) -> Surface:
    """
    Compute the time between each cell and the place nearest to it.

    Parameters
    ----------
    model : SurfaceModel
    places : DataFrame with name, lon, lat (EPSG:4326), k rows
    direction : {"to", "from"}
        To the places, or from them: they differ where links are one-way.
    limit_min : float
        Times beyond it are not searched for.

    Returns
    -------
    Surface
        From cell centre to cell centre: within a cell times are not told apart.

    Raises
    ------
    PlaceNotFoundError
        If a place lies outside the grid, or amid barriers.
    VocabularyError
        If the direction is another, the limit is not positive, or the memory does not suffice.
    """
    row, column, findings = _cells(model, places, direction, limit_min)
    grid = model.friction.grid
    forecast_bytes(grid.cells)
    seconds, nearest = cost_distance(
        model.friction.seconds_per_metre,
        row,
        column,
        cell=(grid.cell_m, grid.cell_m),
        limit=limit_min * float(SECONDS_PER_MIN),
        links=model.links.reversed() if direction == "to" else model.links,
        allocate=True,
    )
    return Surface(seconds.astype(np.float32) / SECONDS_PER_MIN, nearest, findings)


def place_surfaces(
    model: SurfaceModel,
    places: pd.DataFrame,
    *,
    direction: Direction = "to",
    limit_min: float = np.inf,
    at_once: int | None = None,
    dask: Client | str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """
    Compute a surface for each place.

    Parameters
    ----------
    model, places, direction, limit_min
        As for :func:`travel_time_surface`.
    at_once : int, optional
        Surfaces that one machine computes together, a thread each; as many as it has threads by default.
    dask : distributed.Client or str, optional
        See :func:`layers.distributed.run_blocks`: ground and links go to each worker once, blocks of places are the tasks.
    progress : callable (done, total), optional
        In blocks.

    Yields
    ------
    (int, ndarray of float32, shape of the grid)
        Row of the place, and minutes; the same bytes with any number of threads, places at once, or workers.

    Raises
    ------
    PlaceNotFoundError, VocabularyError
        As :func:`travel_time_surface`.
    ClusterError
        As :func:`layers.distributed.run_blocks`.
    """
    row, column, _ = _cells(model, places, direction, limit_min)
    together = max(1, at_once or threads())
    grid = model.friction.grid
    forecast_bytes(grid.cells, at_once=min(together, len(row)))
    links = model.links.reversed() if direction == "to" else model.links
    shared = _Shared(model.friction.seconds_per_metre, grid.cell_m, links, limit_min * float(SECONDS_PER_MIN))
    blocks = [(row[i : i + together], column[i : i + together]) for i in range(0, len(row), together)]
    for index, found in run_blocks(_block, blocks, shared, dask=dask, progress=progress):
        for k, minutes in enumerate(found):
            yield index * together + k, minutes


@dataclass(frozen=True)
class _Shared:
    """What all blocks of places need."""

    seconds_per_metre: NDArray[np.float32]
    cell_m: float
    links: Links
    limit_s: float


def _block(cells: tuple[NDArray[np.int64], NDArray[np.int64]], shared: _Shared) -> NDArray[np.float32]:
    """Return the surfaces of a block of places, minutes."""
    seconds = cost_distances(
        shared.seconds_per_metre,
        *cells,
        cell=(shared.cell_m, shared.cell_m),
        limit=shared.limit_s,
        links=shared.links,
    )
    return seconds / SECONDS_PER_MIN


def _cells(
    model: SurfaceModel, places: pd.DataFrame, direction: str, limit_min: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    if direction not in ("to", "from"):
        message = f"{direction!r} is no direction; accepted: to, from"
        raise VocabularyError(message)
    if not limit_min > 0.0:
        message = f"a limit of {limit_min} min: give one above 0"
        raise VocabularyError(message)
    if not len(places):
        message = "no place to compute times from or to"
        raise SchemaError(message)
    grid = model.friction.grid
    lon, lat = places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float)
    own_row, own_column = grid.cells_of(lon, lat)
    row, column = open_cells(model.friction, lon, lat)
    names = places["name"].astype(str).to_numpy()
    outside, shut = names[own_row < 0], names[(own_row >= 0) & (row < 0)]
    if len(outside) or len(shut):
        parts = [f"{'、'.join(outside[:8])} outside the grid: a larger area or margin"] if len(outside) else []
        parts += [f"{'、'.join(shut[:8])} amid barriers (water): move the place to the bank"] if len(shut) else []
        message = "; ".join(parts)
        raise PlaceNotFoundError(message)
    moved = names[(own_row != row) | (own_column != column)]
    told = f"{'、'.join(moved[:8])} 位于障碍上, 移至最近的可通行单元; on a barrier, moved to the nearest open cell"
    return row, column, (told,) if len(moved) else ()
