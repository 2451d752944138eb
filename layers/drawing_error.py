"""
How far a length in an area may be off because of the way its lines are drawn.

Two things make it uncertain. Where a line crosses the border is only known as well as its alignment; and a line without
published length is measured as drawn, which is shorter than the line that was built. How much shorter is told by the lines that
have both lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.line_length import numbers

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Stretch", "drawing_error_km", "stretch_of", "with_crossings"]

WHOLE_SHARE = 0.999
"""A line of which this share lies in an area does not cross its border: what is left is rounding."""


@dataclass(frozen=True)
class Stretch:
    """
    Published over drawn length of the lines that have both.

    Parameters
    ----------
    mean : float
        Sum of the published lengths over the sum of the drawn ones; NaN where no line has both.
    spread : float
        Standard deviation of the ratio of a line, weighted by drawn length.
    lines : int
        How many lines it rests on.
    """

    mean: float
    spread: float
    lines: int


def stretch_of(lines: pd.DataFrame) -> Stretch:
    """
    Compare published and drawn lengths.

    Parameters
    ----------
    lines : DataFrame with length_km (drawn) and route_length_km (published, NaN where none is)

    Returns
    -------
    Stretch

    Examples
    --------
    >>> import pandas as pd
    >>> stretch_of(pd.DataFrame({"length_km": [10.0, 30.0, 5.0], "route_length_km": [11.0, 33.0, float("nan")]}))
    Stretch(mean=1.1, spread=0.0, lines=2)
    """
    drawn, published = numbers(lines, "length_km"), numbers(lines, "route_length_km")
    both = np.isfinite(drawn) & np.isfinite(published) & (drawn > 0.0)
    if not both.any():
        return Stretch(float("nan"), float("nan"), 0)
    mean = float(published[both].sum() / drawn[both].sum())
    ratio = published[both] / drawn[both]
    spread = float(np.sqrt(np.average((ratio - mean) ** 2, weights=drawn[both])))
    return Stretch(round(mean, 6), round(spread, 6), int(both.sum()))


def with_crossings(pieces: pd.DataFrame, lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Tell how often each piece of a line is cut off by the border of its area, at least.

    Parameters
    ----------
    pieces : DataFrame with code, feature_id, length_km
        As :func:`layers.line_length.line_length_by_area` returns them.
    lines : GeoDataFrame with feature_id, length_km, EPSG:4326
    areas : GeoDataFrame with code, EPSG:4326

    Returns
    -------
    DataFrame
        ``pieces`` with ``crossings``: 0 for a line wholly inside, 1 where one of its ends lies inside, 2 where both or none do.
    """
    row_of = {key: i for i, key in enumerate(lines["feature_id"])}
    area_of = {key: i for i, key in enumerate(areas["code"])}
    row = np.array([row_of[key] for key in pieces["feature_id"]], dtype=np.int64)
    area = np.array([area_of[key] for key in pieces["code"]], dtype=np.int64)
    shapes = np.asarray(lines.geometry, dtype=object)
    polygons = np.asarray(areas.geometry, dtype=object)
    cut = pieces["length_km"].to_numpy(dtype=float) < WHOLE_SHARE * numbers(lines, "length_km")[row]
    crossings = np.zeros(len(pieces), dtype=np.int64)
    for one in np.unique(area[cut]):
        here = np.flatnonzero(cut & (area == one))
        polygon = polygons[one]
        shapely.prepare(polygon)
        crossings[here] = _crossings(shapes[row[here]], polygon)
    return pieces.assign(crossings=crossings)


def _crossings(shapes: NDArray[np.object_], polygon: shapely.Geometry) -> NDArray[np.int64]:
    """Return 1 for a line with one end in a polygon, 2 for one with both or none: it goes out and comes back, or passes."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(index, np.arange(len(shapes)))
    last = np.searchsorted(index, np.arange(len(shapes)), side="right") - 1
    inside = sum(shapely.intersects_xy(polygon, coordinates[end]).astype(np.int64) for end in (first, last))
    return np.where(inside == 1, 1, 2)


def drawing_error_km(pieces: pd.DataFrame, stretch: Stretch) -> tuple[float, float]:
    """
    Return how far the length of some pieces may be off because of their drawing.

    Parameters
    ----------
    pieces : DataFrame with length_km, route_km (published part, NaN where none is), accuracy_km and crossings
        Of one area and one kind of line.
    stretch : Stretch
        Of the lines of that kind.

    Returns
    -------
    error_km : float
        One figure to either side: the root of the squares of ``accuracy_km`` at each crossing of the border and of the spread
        of each line without published length. 0.0 where nothing is uncertain.
    short_km : float
        What lines without published length are likely to be short of: drawn length times (mean stretch − 1); 0.0 where all
        have one or nothing is known.

    Notes
    -----
    Errors of different lines are taken as independent. A crossing counts with the whole ``accuracy_km``, which bounds the
    alignment: that leans to the safe side.
    """
    if pieces.empty:
        return 0.0, 0.0
    accuracy = np.nan_to_num(numbers(pieces, "accuracy_km"))
    border = pieces["crossings"].to_numpy(dtype=float) * accuracy**2
    drawn = pieces.loc[pieces["route_km"].isna(), "length_km"].to_numpy(dtype=float)
    spread = 0.0 if not stretch.lines else float(((stretch.spread * drawn) ** 2).sum())
    short = 0.0 if not stretch.lines else float(drawn.sum() * (stretch.mean - 1.0))
    return float(np.sqrt(border.sum() + spread)), short
