"""Recorded facilities as siting asks for them: ports, locks, airports, terminals, power stations, crossings of the Yangtze."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.schema import Mode
from projects.sites.corridor import KM_PER_DEGREE
from projects.sites.networks import distances_km
from projects.sites.rail_stations import Existing

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Gazetteer, Place

__all__ = ["Facilities"]

_FACILITY_TAIL = re.compile(
    r"([一二三四五]+期|后期|新建|迁建|改扩建|扩建|改建|复航|工程|项目|建设|枢纽|通用机场|国际机场|机场|港区|港|船闸|接收站|抽水蓄能电站|电站|"
    r"过江通道|过江隧道|长江公铁大桥|长江公路大桥|长江大桥|长江隧道|大桥)+$"
)


class Facilities:
    """
    Recorded facilities by mode.

    Parameters
    ----------
    facilities : mapping of mode to GeoDataFrame of points with name and, where there are any, aliases and accuracy_km
    gazetteer : Gazetteer
    """

    def __init__(self, facilities: dict[str, gpd.GeoDataFrame], gazetteer: Gazetteer) -> None:
        self.facilities = facilities
        self.gazetteer = gazetteer

    def _crossings(self, mode: str) -> gpd.GeoDataFrame:
        """Recorded Yangtze crossings that a mode can use."""
        table = self.facilities[Mode.HIGHWAY.value]
        return table[table["mode"].isin([{"rail": "rail", "highway": "road"}.get(mode, "none"), "both"])]

    def crossing_near(self, point: tuple[float, float], mode: str, reach_km: float) -> Existing | None:
        """Return the recorded Yangtze crossing of a mode nearest to a point, None where all are beyond reach."""
        table = self._crossings(mode)
        if table.empty:
            return None
        km = distances_km(point, table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
        at = int(np.argmin(km))
        if km[at] > reach_km:
            return None
        row = table.iloc[at]
        return Existing(str(row["name"]), row.geometry, 2.0, str(row["opening_month"] or ""))

    def crossing_called(self, short: str, mode: str) -> Existing | None:
        """Return the one recorded crossing whose name has the characters of a shorter one in order (张皋 of 张靖皋)."""
        table = self._crossings(mode)
        pattern = re.compile("^" + ".{0,2}".join(map(re.escape, short)) + "(长江|过江|大桥|隧道)")
        rows = table[[bool(pattern.match(name)) for name in table["name"]]] if len(short) > 1 else table.iloc[:0]
        if len(rows) != 1:
            return None
        return Existing(str(rows["name"].iloc[0]), rows.geometry.iloc[0], 2.0, str(rows["opening_month"].iloc[0] or ""))

    def facility_named(self, names: Iterable[str], mode: str, kind: str = "") -> Existing | None:
        """
        Return the recorded facility of a mode that one of the names means; a general airport is no civil one.

        A facility is meant where its name or alias, without type words, is in the project's name: 派河 in 合肥派河港. Where
        what is left is only a town (马鞍山 of 马鞍山港), its type word must be there too.
        """
        best: tuple[tuple[int, int], str, Existing] | None = None
        for label, core, row in self._facility_cores.get(mode, ()):
            if (kind == "general_airport") != (row.kind == "general_airport"):
                continue
            town = bool(self.gazetteer.lookup(core, kinds={"division"}))
            for name in names:
                meant = core in name and (not town or (label.startswith(core) and label[len(core) :] in name))
                # The smaller place stands last: 郑蒲 of 马鞍山港郑蒲港区; of two that end there the longer name.
                rank = (name.rfind(core) + len(core), len(core))
                if meant and (best is None or (rank, row.name) > best[:2]):
                    best = (rank, row.name, row)
        return best[2] if best is not None else None

    def new_facilities_in(self, area: BaseGeometry, kind: str, mode: str, *, since: str) -> list[Existing]:
        """
        Return the recorded facilities of a kind in an area that are planned, being built or open since a year, by name.

        Parameters
        ----------
        area : Polygon or MultiPolygon, EPSG:4326
            Widened by 15 km: terminals stand on reclaimed land and islands off the shore.
        kind, mode : str
        since : str
            ``YYYY``.
        """
        table = self.facilities.get(mode)
        if table is None:
            return []
        rows = table[table["kind"] == kind]
        shapely.prepare(area)
        rows = rows[shapely.dwithin(rows.geometry.to_numpy(), area, 15.0 / KM_PER_DEGREE)]
        rows = rows[(rows["opening_month"].fillna("") == "") | (rows["opening_month"] >= since)]
        return [
            Existing(str(row["name"]), row["geometry"], float(row["accuracy_km"] or 10.0), kind=kind)
            for row in rows.sort_values("name").to_dict("records")
        ]

    def civil_airport_of(self, place: Place) -> Existing | None:
        """Return the recorded civil airport of a place's city, None where it has none or several."""
        table = self.facilities.get(Mode.AIRPORT.value)
        if table is None or place.kind != "division" or "city_code" not in table:
            return None
        city = place.code[:4] + "00" if place.level != "province" else place.code
        rows = table[(table["city_code"] == city) & (table["kind"] == "civil_airport") & (table["closing_month"] == "")]
        if len(rows) != 1:
            return None
        row = rows.iloc[0]
        return Existing(str(row["name"]), row.geometry, float(row["accuracy_km"]), str(row["opening_month"] or ""))

    @cached_property
    def _facility_cores(self) -> dict[str, list[tuple[str, str, Existing]]]:
        out: dict[str, list[tuple[str, str, Existing]]] = {}
        for mode, table in self.facilities.items():
            rows: list[tuple[str, str, Existing]] = []
            for record in table.to_dict("records"):
                labels = [str(record["name"]), *str(record.get("aliases") or "").split("|")]
                accuracy = record.get("accuracy_km")
                found = Existing(
                    name=str(record["name"]),
                    geometry=record["geometry"],
                    accuracy_km=float(accuracy) if accuracy not in (None, "") else 2.0,
                    opened=str(record.get("opening_month") or ""),
                    kind=str(record.get("kind") or ""),
                )
                if mode == Mode.WATERWAY.value:
                    labels += [rest for label in labels if (rest := self._without_city(label))]
                rows += [
                    (label, core, found) for label in labels if len(core := _FACILITY_TAIL.sub("", label) or label) > 1
                ]
            out[mode] = rows
        return out

    def _without_city(self, label: str) -> str:
        """Return 郑蒲港 of 马鞍山郑蒲港, as 马鞍山港郑蒲港区 has it; "" where what is left would say nothing."""
        for length in (4, 3, 2):
            if len(label) - length >= 3 and self.gazetteer.lookup(label[:length], kinds={"division"}):
                rest = label[length:]
                return rest if len(_FACILITY_TAIL.sub("", rest)) > 1 else ""
        return ""
