"""Layers in the coordinate systems that they are handed over in: one for all, or one per three-degree zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import OutputCrs, by_zone, output_crs, to_output
from geo.errors import CrsError
from maps.gis.options import TABLES_ONLY, Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from maps.gis.handover import Layer
    from maps.gis.options import Options
    from maps.gis.sources import Source

__all__ = ["beyond_zones", "marked_path", "placed"]


def placed(source: Source, form: Form, options: Options) -> dict[OutputCrs, list[Layer]]:
    """
    Return the layers in each output system; more than one system only where zones are split.

    Raises
    ------
    CrsError
        If the data or the format do not fit the coordinate system.
    """
    drawn = [layer for layer in source.layers if layer.drawn]
    rest = [layer for layer in source.layers if not layer.drawn]
    if form in TABLES_ONLY or not drawn:
        return {output_crs("wgs84", (0.0, 0.0, 0.0, 0.0)): source.layers}
    word = options.crs
    zone = word.strip().lower().replace("_", "-").startswith("cgcs2000-3deg")
    if options.split_zones and zone:
        return _by_zone(drawn, rest, form, with_zone_number=word.endswith("number"))
    bounds = np.array([layer.table.total_bounds for layer in drawn])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    target = output_crs(word, (float(west), float(south), float(east), float(north)))
    _check_format(form, target)
    name = f"_{target.mark}" if target.shifted else ""
    return {target: [layer.with_table(to_output(layer.table, target), layer.name + name) for layer in drawn] + rest}


def _by_zone(
    drawn: Sequence[Layer], rest: list[Layer], form: Form, *, with_zone_number: bool
) -> dict[OutputCrs, list[Layer]]:
    parts: dict[OutputCrs, list[Layer]] = {}
    for layer in drawn:
        for target, part in by_zone(layer.table, with_zone_number=with_zone_number).items():
            _check_format(form, target)
            parts.setdefault(target, []).append(
                layer.with_table(to_output(part, target), f"{layer.name}_{target.mark}")
            )
    ordered = sorted(parts, key=lambda target: target.mark)
    return {target: parts[target] + (rest if target is ordered[0] else []) for target in ordered}


def _check_format(form: Form, target: OutputCrs) -> None:
    if form is Form.KML and target.crs.to_epsg() != 4326:
        message = f"KML is WGS 84 by definition; it cannot hold {target.crs.name}"
        raise CrsError(message)
    if form is Form.GEOJSON and target.crs.is_projected:
        message = f"GeoJSON holds longitude and latitude (RFC 7946), not {target.crs.name}; use gpkg, fgb or shp"
        raise CrsError(message)


def marked_path(out: Path, systems: Mapping[OutputCrs, Sequence[Layer]]) -> Path:
    """Return the path with the datum in its name where the coordinates are shifted."""
    for target in systems:
        if target.shifted and target.mark not in out.stem.lower():
            return out.with_name(f"{out.stem}_{target.mark}{out.suffix}")
    return out


def beyond_zones(systems: Mapping[OutputCrs, Sequence[Layer]]) -> dict[str, int]:
    """Count, by zone, features that reach outside it, where lengths stretch by more than 0.03 %."""
    return {
        target.mark: int(sum(_beyond(layer, target) for layer in layers if layer.drawn))
        for target, layers in systems.items()
        if target.mark.startswith("cgcs2000_3deg")
    }


def _beyond(layer: Layer, target: OutputCrs) -> int:
    bounds = shapely.bounds(layer.table.geometry.to_crs("EPSG:4326").to_numpy())
    middle = float(target.crs.to_cf()["longitude_of_central_meridian"])
    return int(((bounds[:, 0] < middle - 1.5) | (bounds[:, 2] > middle + 1.5)).sum())
