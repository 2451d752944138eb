"""
OpenStreetMap from the internet: Overpass and Nominatim through osmnx and its cache. The only module that goes online.

Everything else works from files; where no service is in reach, the error says which file to get instead.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import logging
import math
import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import shapely

from geo.errors import DownloadError, PlaceNotFoundError, VocabularyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["NOMINATIM", "OVERPASS", "download_osm"]

log = logging.getLogger(__name__)

OVERPASS = "https://overpass-api.de/api"
NOMINATIM = "https://nominatim.openstreetmap.org/"
TILE_KM = 40.0
"""Side of the squares in which a large area is asked for: Overpass answers those within its limits of time and memory."""
MARGIN_DEG = 0.002
"""By how much a place's border is left at least, when it is drawn with fewer corners: some 200 m."""


def download_osm(
    tags: Mapping[str, bool | list[str]],
    *,
    place: str = "",
    bbox: tuple[float, float, float, float] | None = None,
    cache: Path,
    overpass_url: str = OVERPASS,
    nominatim_url: str = NOMINATIM,
    timeout_s: int = 180,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """
    Ask Overpass for the objects of OpenStreetMap in a place or box, through osmnx and its cache.

    Parameters
    ----------
    tags : mapping of str to True or list of str
        Keys, or keys with values, of the objects.
    place : str
        A place as Nominatim finds it (合肥市), with a polygon.
    bbox : tuple of float, optional
        West, south, east, north, degrees, EPSG:4326. One of the two must be given.
    cache : Path
        Folder that keeps the answers; what it holds is not asked for again.
    overpass_url, nominatim_url : str
        Services; a mirror near you is faster.
    timeout_s : int
    progress : callable, optional
        Told how many of the squares are done.

    Returns
    -------
    list of Path
        Answers of Overpass in JSON; objects at the borders of squares stand in several.

    Raises
    ------
    DownloadError
        If a service is out of reach, or does not answer in full.
    PlaceNotFoundError
        If Nominatim finds no place of that name with a border.
    VocabularyError
        If neither or both of place and box are given, or the box is none.
    """
    import osmnx

    if bool(place) == (bbox is not None):
        message = "give either a place or a box (west,south,east,north)"
        raise VocabularyError(message)
    with _osmnx_settings(cache, overpass_url, nominatim_url, timeout_s):
        area = _place_area(place, nominatim_url) if bbox is None else _box_area(bbox)
        tiles = _tiles(area)
        answers: list[Path] = []
        for number, tile in enumerate(tiles):
            name = hashlib.sha256(tile.wkb + json.dumps(tags, sort_keys=True).encode()).hexdigest()[:16]
            folder = cache / f"overpass-{name}"
            osmnx.settings.cache_folder = folder
            osmnx.settings.overpass_rate_limit = _reachable(overpass_url)
            try:
                _forget_broken(folder)
                osmnx.features_from_polygon(tile, dict(tags))
            except InterruptedError:  # osmnx says so when the answer is in the cache, and no more is wanted of it
                pass
            except (OSError, ValueError) as error:
                raise _unanswered(overpass_url, error) from error
            found = sorted(folder.glob("*.json"))
            if not found:  # osmnx keeps no answer that Overpass broke off
                raise _unanswered(overpass_url, TimeoutError("it broke off; ask for a smaller area"))
            answers += found
            if progress is not None:
                progress(number + 1, len(tiles))
    return answers


def _forget_broken(folder: Path) -> None:
    """Remove answers of which only a part was written when a download was killed; they are asked for again."""
    for file in folder.glob("*.json"):
        with file.open("rb") as content:
            content.seek(-1, os.SEEK_END) if file.stat().st_size else None
            whole = content.read(1) == b"}"
        if not whole:
            log.warning("%s was cut off; asking again", file)
            file.unlink()


@contextmanager
def _osmnx_settings(cache: Path, overpass_url: str, nominatim_url: str, timeout_s: int) -> Iterator[None]:
    """Set osmnx up for one download, and leave its settings and Python's name service as they were."""
    import osmnx

    names = osmnx.settings
    ours = {
        "use_cache": True,
        "cache_folder": cache,
        "cache_only_mode": True,
        "overpass_url": overpass_url.rstrip("/"),
        "nominatim_url": nominatim_url.rstrip("/") + "/",
        "requests_timeout": timeout_s,
        "max_query_area_size": 1e15,  # the squares are cut here, so that each is known to be answered
        "doh_url_template": None,  # osmnx would ask Google for addresses, which does not answer in China
        "overpass_rate_limit": True,
    }
    before = {name: getattr(names, name) for name in ours}
    resolve = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(names, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(names, name, value)
        socket.getaddrinfo = resolve


def _reachable(url: str) -> bool:
    """Tell whether a server answers at all: where none does, osmnx would wait a minute for its turn before it says so."""
    parts = urlsplit(url)
    try:
        socket.create_connection(
            (parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)), 5
        ).close()
    except OSError:
        return False
    return True


def _box_area(bbox: tuple[float, float, float, float]) -> BaseGeometry:
    west, south, east, north = bbox
    if not (-180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0):
        message = f"{bbox} is no box; expected west,south,east,north in degrees, for example 117.1,31.7,117.4,31.9"
        raise VocabularyError(message)
    return shapely.box(*bbox)


def _place_area(place: str, nominatim_url: str) -> BaseGeometry:
    import osmnx

    try:
        found = osmnx.geocode_to_gdf(place)
    except (ValueError, TypeError) as error:
        message = f"Nominatim finds no place {place!r} with a border ({error}); give its full name, or --bbox"
        raise PlaceNotFoundError(message) from error
    except OSError as error:
        raise _unanswered(nominatim_url, error) from error
    return _place_border(found.geometry.iloc[0])


def _place_border(border: BaseGeometry) -> BaseGeometry:
    """Return a border with few corners that has all of the place inside."""
    return border.buffer(2.0 * MARGIN_DEG).simplify(MARGIN_DEG)


def _tiles(area: BaseGeometry) -> list[shapely.Polygon]:
    """Cut an area into squares; each part without holes, for Overpass takes none."""
    west, south, east, north = area.bounds
    high = TILE_KM / 111.2
    wide = high / max(math.cos(math.radians((south + north) / 2.0)), 0.01)
    columns, rows = math.ceil((east - west) / wide), math.ceil((north - south) / high)
    xs = [west + (east - west) * i / columns for i in range(columns + 1)]
    ys = [south + (north - south) * i / rows for i in range(rows + 1)]
    out: list[shapely.Polygon] = []
    for y0, y1 in itertools.pairwise(ys):
        for x0, x1 in itertools.pairwise(xs):
            parts = shapely.get_parts(area.intersection(shapely.box(x0, y0, x1, y1)))
            out += [shapely.Polygon(part.exterior) for part in parts if part.geom_type == "Polygon"]
    return out


def _unanswered(url: str, error: Exception) -> DownloadError:
    message = (
        f"{url}: no answer ({type(error).__name__}: {str(error)[:200]}). --place and --bbox need the internet;"
        " without it, import a file (.osm.pbf of https://download.geofabrik.de/asia/china.html), or name a mirror with"
        " --overpass-url / --nominatim-url"
    )
    return DownloadError(errno.EHOSTUNREACH, message)
