"""A grid of 60 × 50 cells near 合肥, and rasters as users bring them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import from_origin

from layers.surface import Grid, grid_of


@pytest.fixture(scope="session")
def box() -> gpd.GeoDataFrame:
    """An area of 0.3° × 0.25°."""
    return gpd.GeoDataFrame(
        {"code": ["1"], "name": ["甲"]}, geometry=[shapely.box(117.1, 31.7, 117.4, 31.95)], crs=4326
    )


@pytest.fixture(scope="session")
def grid(box: gpd.GeoDataFrame) -> Grid:
    return grid_of(box, cell_m=500.0)


@pytest.fixture
def raster(tmp_path: Path) -> Callable[..., Path]:
    """Write a raster: values, the corner, the cell, and what a profile may hold."""

    def write(
        values: NDArray[Any], west: float, north: float, cell: float, *, crs: object = "EPSG:4326", **more: Any
    ) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.tif"
        profile = {
            "driver": "GTiff",
            "count": 1,
            "dtype": values.dtype,
            "transform": from_origin(west, north, cell, cell),
        }
        with rasterio.open(
            path, "w", **profile, crs=crs, height=values.shape[0], width=values.shape[1], **more
        ) as file:
            file.write(values, 1)
        return path

    return write


@pytest.fixture(scope="session")
def people() -> NDArray[np.float32]:
    """Persons in cells of 1/120° (some 800 m × 900 m), a rim round the grid included."""
    return np.random.default_rng(2).uniform(0.0, 500.0, (60, 70)).astype(np.float32)
