"""Surfaces as files: cloud-optimised GeoTIFF with coordinate system, no-data mark, overviews and a description."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from geo.atomic_output import place_file, staging_folder
from geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.surface.grid import Grid

__all__ = ["write_geotiff"]

BLOCK = 512


def write_geotiff(
    values: NDArray[np.float32] | NDArray[np.int32],
    grid: Grid,
    path: Path,
    *,
    description: str,
    unit: str,
    tags: Mapping[str, str],
) -> None:
    """
    Write values of a grid as a cloud-optimised GeoTIFF, whole or not at all; the same values give the same bytes.

    Parameters
    ----------
    values : ndarray of float32 or int32, shape of the grid
        No data: NaN, or -1.
    grid : Grid
    path : Path
    description, unit : str
        Of the band.
    tags : mapping of str to str
        Formula, assumptions, attributions.

    Raises
    ------
    OutputError
        If the file cannot be written; an earlier one is left as it was.

    Notes
    -----
    Overviews hold the mean of what is known of the cells beneath them; those of whole numbers, which are names, one of them.
    """
    continuous = np.issubdtype(values.dtype, np.floating)
    profile = {
        "driver": "COG",
        "dtype": values.dtype.name,
        "count": 1,
        "height": grid.height,
        "width": grid.width,
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "nodata": float("nan") if continuous else -1,
        "compress": "DEFLATE",
        "predictor": "YES",
        "blocksize": BLOCK,
        "overview_resampling": "AVERAGE" if continuous else "NEAREST",
        "bigtiff": "IF_SAFER",
    }
    try:
        with staging_folder(path) as folder:
            temporary = folder / path.name
            with rasterio.open(temporary, "w", **profile) as file:
                file.write(values, 1)
                file.set_band_description(1, description)
                file.set_band_unit(1, unit)
                file.update_tags(**dict(tags))
            place_file(temporary, path)
    except (OSError, RasterioError) as error:
        message = f"cannot write {path}: {error}; choose another folder or free some space"
        raise OutputError(getattr(error, "errno", None) or errno.EIO, message) from error
