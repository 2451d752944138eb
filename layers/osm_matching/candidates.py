"""The lines of an OpenStreetMap file as matching asks for them: by name, by number, near a drawn line, of one class."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.osm.schema import OSM_LINES, Lifecycle
from layers.osm_matching.names import LineName, line_name, refs_of, split_names
from layers.rail import HIGH_SPEED_KINDS
from layers.schema import Mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["NAME_TAGS", "Candidates", "RowClass", "wanted_class"]

NAME_TAGS = ("name:zh", "name:zh-Hans", "official_name", "alt_name", "short_name", "old_name", "loc_name", "reg_name")
"""Tags beside ``name`` that hold a name of the line; ``bridge:name`` is that of a bridge."""

REF_TAGS = ("nat_ref", "reg_ref", "loc_ref", "old_ref")

FAST_KM_H = 160.0
"""A track permitted more than this is of a high-speed or intercity line, or an old one rebuilt; less, and it is none."""

BOX_DEG = 0.1
"""A line is looked around in boxes of this size."""

_METRO = frozenset({"subway", "metro", "light_rail", "tram", "monorail", "funicular", "maglev", "narrow_gauge"})
_EXPRESSWAY = frozenset({"motorway", "expressway"})
_SIDE = frozenset({"yard", "siding", "spur", "crossover", "service_track", "ferry"})
_SMALL_USAGE = frozenset({"military", "tourism", "test", "scientific"})


class RowClass:
    """Classes that a way of OpenStreetMap may belong to; a drawn line is matched with ways of its own, or of ``ANY``."""

    FAST = "fast"
    PLAIN = "plain"
    METRO = "metro"
    EXPRESSWAY = "expressway"
    ROAD = "road"
    ANY = ""
    RAMP = "ramp"
    LEFT_OUT = "-"


def wanted_class(mode: str, kind: str) -> str:
    """
    Return the class of a drawn line, "" where its kind does not tell.

    Examples
    --------
    >>> wanted_class("rail", "intercity_rail"), wanted_class("highway", "expressway_widening"), wanted_class("rail", "")
    ('fast', 'expressway', '')
    """
    if mode == Mode.RAIL.value:
        if kind in HIGH_SPEED_KINDS:
            return RowClass.FAST
        if kind in {"conventional_rail", "freight_rail"}:
            return RowClass.PLAIN
        return RowClass.METRO if kind == "metro" else RowClass.ANY
    if mode == Mode.HIGHWAY.value:
        return RowClass.EXPRESSWAY if kind in {"expressway", "expressway_widening", "ring_road"} else RowClass.ROAD
    return RowClass.ANY


@dataclass(frozen=True)
class _Row:
    names: tuple[LineName, ...]
    refs: frozenset[str]
    row_class: str


class Candidates:
    """
    Lines of OpenStreetMap, indexed for matching.

    Parameters
    ----------
    lines : GeoDataFrame, contract ``layers.osm.schema.OSM_LINES``, EPSG:4326
        What is disused, abandoned or razed is left out.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    """

    def __init__(self, lines: gpd.GeoDataFrame) -> None:
        OSM_LINES.validate(lines)
        kept = lines[[not Lifecycle(word).is_former for word in lines["lifecycle"]]]
        kept = kept[~(kept.geometry.isna() | kept.geometry.is_empty)]
        self.lines = kept.sort_values(["osm_id", "mode"], ignore_index=True)
        self.geometry: NDArray[np.object_] = np.asarray(self.lines.geometry, dtype=object)
        self.mode: NDArray[np.object_] = self.lines["mode"].to_numpy(dtype=object)
        self.length_km: NDArray[np.float64] = self.lines["length_km"].to_numpy(dtype=np.float64)
        self.status: NDArray[np.object_] = self.lines["status"].to_numpy(dtype=object)
        self.opening_year: NDArray[np.float64] = (
            self.lines["opening_year"].astype("Float64").to_numpy(np.float64, np.nan)
        )
        self._text = {
            name: self.lines[name].astype(str).to_numpy(dtype=object)
            for name in ("osm_id", "name", "ref", "kind", "tags")
        }
        self._speed: NDArray[np.float64] = self.lines["speed_km_h"].to_numpy(dtype=np.float64)
        self._read: dict[int, _Row] = {}
        self._trees: dict[str, tuple[NDArray[np.int64], shapely.STRtree]] = {}

    def near(self, line: BaseGeometry, mode: str, reach_deg: float) -> NDArray[np.int64]:
        """
        Return the rows of a mode around a line, in order, sidings left out.

        All within ``reach_deg`` (degrees) of the line are among them, and some that lie a little farther: boxes are compared.
        """
        if mode not in self._trees:
            rows = np.flatnonzero(self.mode == mode)
            self._trees[mode] = (rows, shapely.STRtree(self.geometry[rows]))
        rows, tree = self._trees[mode]
        points, part = shapely.get_coordinates(shapely.segmentize(shapely.get_parts(line), BOX_DEG), return_index=True)
        along = part[1:] == part[:-1]
        low = np.minimum(points[:-1], points[1:])[along] - reach_deg
        high = np.maximum(points[:-1], points[1:])[along] + reach_deg
        _, found = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        kept = [i for i in rows[np.unique(found)].tolist() if self.row_class(i) != RowClass.LEFT_OUT]
        return np.asarray(kept, dtype=np.int64)

    def names(self, row: int) -> tuple[LineName, ...]:
        """Return all names of a way, that in ``name`` first."""
        return self._of(row).names

    def refs(self, row: int) -> frozenset[str]:
        """Return the numbers of a way, those in its names among them."""
        return self._of(row).refs

    def row_class(self, row: int) -> str:
        """Return the class of a way: an attribute of ``RowClass``."""
        return self._of(row).row_class

    def text(self, row: int, column: str) -> str:
        """Return ``osm_id``, ``name``, ``ref``, ``kind`` or ``tags`` of a way."""
        return str(self._text[column][row])

    def _of(self, row: int) -> _Row:
        if row not in self._read:
            self._read[row] = self._parsed(row)
        return self._read[row]

    def _parsed(self, row: int) -> _Row:
        text = {name: str(values[row]) for name, values in self._text.items()}
        tags = _tags(text["tags"])
        texts = [text["name"], *(tags.get(tag, "") for tag in NAME_TAGS)]
        names = tuple(dict.fromkeys(line_name(part) for text in texts if text for part in split_names(text)))
        refs = refs_of(";".join([text["ref"], *(tags.get(tag, "") for tag in REF_TAGS)]))
        refs = refs.union(*(name.refs for name in names)) if names else refs
        row_class = _row_class(str(self.mode[row]), text["kind"], tags, names, float(self._speed[row]))
        return _Row(names, refs, row_class)


def _row_class(mode: str, kind: str, tags: dict[str, str], names: tuple[LineName, ...], speed_km_h: float) -> str:
    if any(name.yard for name in names):
        return RowClass.LEFT_OUT
    if mode == Mode.HIGHWAY.value:
        of_road = {kind, tags.get("highway", ""), tags.get("construction", ""), tags.get("proposed", "")}
        if any(word.endswith(("_link", "_ramp")) for word in of_road):
            return RowClass.RAMP
        if of_road & {"services", "rest_area", "service"}:
            return RowClass.LEFT_OUT
        return RowClass.EXPRESSWAY if of_road & _EXPRESSWAY else RowClass.ROAD
    if mode != Mode.RAIL.value:
        return RowClass.LEFT_OUT if kind in _SIDE else RowClass.ANY
    if tags.get("service") in _SIDE or tags.get("usage") in _SMALL_USAGE or kind in _SIDE:
        return RowClass.LEFT_OUT
    of_rail = {
        kind,
        tags.get("railway", ""),
        tags.get("construction", ""),
        tags.get("proposed", ""),
        tags.get("station", ""),
    }
    if of_rail & _METRO or (names and all(name.family == "metro" for name in names)):
        return RowClass.METRO
    families = {name.family for name in names}
    if tags.get("highspeed") == "yes" or speed_km_h > FAST_KM_H or kind in HIGH_SPEED_KINDS:
        return RowClass.FAST
    if "fast" in families:
        return RowClass.FAST
    freight = tags.get("usage") in {"industrial", "freight"} or tags.get("railway:traffic_mode") == "freight"
    if freight or speed_km_h <= FAST_KM_H or kind == "freight_rail" or tags.get("highspeed") == "no":
        return RowClass.PLAIN
    return RowClass.ANY


def _tags(text: str) -> dict[str, str]:
    if not text or text == "{}":
        return {}
    try:
        tags = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, dict) else {}
