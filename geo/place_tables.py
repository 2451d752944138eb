"""The embedded tables of places (``geo/data``; sources and licences in ``registry.csv``), read into places."""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from geo.place import STOP, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DATA", "embedded_places", "split_text"]

logger = logging.getLogger(__name__)

DATA = Path(__file__).resolve().parent / "data"


def embedded_places() -> list[Place]:
    """Return the administrative units, the curated places, the towns and the stops, in this order."""
    return [*_divisions(), *_curated(), *_towns(), *_stops()]


def _divisions() -> Iterator[Place]:
    for row in _rows("divisions.csv"):
        yield Place(
            place_id=row["code"] + (f"@{row['valid_to']}" if row["valid_to"] else ""),
            name=row["short_name"],
            full_name=row["name"],
            kind="division",
            level=row["level"],
            code=row["code"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy_km=float(row["accuracy_km"]),
            parent=row["parent_code"],
            source=row["source"],
            grade=row["grade"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            aliases=split_text(row["aliases"]),
            abbreviations=split_text(row["abbreviations"]),
        )


def _curated() -> Iterator[Place]:
    for row in _rows("places.csv"):
        yield _point_place(row, f"{row['kind']}:{row['name']}@{row['region_code']}")


def _point_place(row: Mapping[str, str], place_id: str) -> Place:
    """Return a place of ``places.csv`` or ``stops.csv``, which share their columns but for the members of a group."""
    return Place(
        place_id=place_id,
        name=row["name"],
        full_name=row["name"],
        kind=row["kind"],
        level="place",
        code=row["region_code"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        accuracy_km=float(row["accuracy_km"]),
        parent=row["region_code"],
        source=row["source"],
        grade=row["grade"],
        aliases=split_text(row["aliases"]),
        members=split_text(row.get("members", "")),
    )


def _towns() -> Iterator[Place]:
    for row in _rows("towns.csv"):
        yield Place(
            place_id=f"town:{row['geonameid']}",
            name=row["name"],
            full_name=row["full_name"],
            kind="town",
            level="town",
            code=row["region_code"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy_km=2.0,
            parent=row["region_code"],
            source="GeoNames cities500",
            grade="C",
            aliases=split_text(row["aliases"]),
        )


def _stops() -> Iterator[Place]:
    for row in _rows("stops.csv"):
        yield _point_place(row, f"{STOP}{row['kind']}:{row['name']}")


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = DATA / name
    if not path.exists():
        logger.warning("%s is missing from the installation; its places are not known", path)
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def split_text(text: str) -> tuple[str, ...]:
    """Return the parts of a ``|``-joined cell that are not empty."""
    return tuple(part for part in text.split("|") if part)
