"""
Places of China by name: administrative units, and in 上海, 江苏, 浙江, 安徽 towns, stations, ports, waters and the like.

A name is looked up with a region as its context. Several answers are several answers: :meth:`Gazetteer.lookup` lists all,
best first, and :meth:`Gazetteer.resolve` raises rather than guess between equals.

Tables (``geo/data``; sources and licences in ``registry.csv``): ``divisions.csv`` (all China), ``places.csv`` (curated),
``towns.csv`` (GeoNames, CC BY 4.0), ``stops.csv`` (stations, ports, locks, airports of the network tables).
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import AmbiguousPlaceError, PlaceNotFoundError, SchemaError
from geo.place import LEVELS, Place, found_in_text, month_of
from geo.place_tables import embedded_places, split_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pandas as pd

__all__ = ["Gazetteer", "Place", "default_gazetteer"]

logger = logging.getLogger(__name__)

# Provinces that share a border (code prefixes); the four of the delta count as neighbours of each other.
_BORDERS = (
    "11-12 11-13 12-13 13-14 13-15 13-21 13-37 13-41 14-15 14-41 14-61 15-21 15-22 15-23 15-61 15-62 15-64 21-22 22-23 "
    "31-32 31-33 31-34 32-33 32-34 32-37 33-34 33-35 33-36 34-36 34-37 34-41 34-42 35-36 35-44 36-42 36-43 36-44 37-41 "
    "41-42 41-61 42-43 42-50 42-61 43-44 43-45 43-50 43-52 44-45 44-46 44-81 44-82 45-52 45-53 50-51 50-52 50-61 51-52 "
    "51-53 51-54 51-61 51-62 51-63 52-53 53-54 54-63 54-65 61-62 61-64 62-63 62-64 62-65 63-65"
)
NEIGHBOURS = frozenset(pair for border in _BORDERS.split() for pair in (border, "-".join(reversed(border.split("-")))))


class Gazetteer:
    """
    Look-up of places by name.

    Parameters
    ----------
    places : sequence of Place
        Ids must be unique.

    Raises
    ------
    SchemaError
        If two places have one id.

    Examples
    --------
    >>> gazetteer = default_gazetteer()
    >>> gazetteer.resolve("鼓楼区", region="南京").code
    '320106'
    >>> [place.full_name for place in gazetteer.lookup("宿", region="安徽", abbreviations=True)][:2]
    ['宿州市', '宿迁市']
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)
        self._by_id = {place.place_id: place for place in self._places}
        if len(self._by_id) < len(self._places):
            seen: set[str] = set()
            twice = sorted({p.place_id for p in self._places if p.place_id in seen or seen.add(p.place_id)})  # type: ignore[func-returns-value]
            message = f"places with one id: {', '.join(twice[:10])}; ids must be unique"
            raise SchemaError(message)
        # name -> [(quality of the match, place)]; 0 full name, 1 short name, 2 alias, 3 abbreviation
        self._names: dict[str, list[tuple[int, Place]]] = defaultdict(list)
        self._scanned: dict[str, set[str]] = defaultdict(set)  # first two characters -> names found in running text
        self._children: dict[str, list[Place]] = defaultdict(list)
        self._gone = {p.code: p for p in sorted(self._places, key=lambda p: p.valid_to) if p.valid_to}
        for place in self._places:
            if place.kind == "division":
                self._children[place.parent].append(place)
            taken: set[str] = set()
            # The name of a place counts as a short name, so that 太湖 the lake does not outrank 太湖县.
            full = (place.full_name,) if place.kind == "division" or place.full_name != place.name else ()
            for quality, names in enumerate((full, (place.name,), place.aliases, place.abbreviations)):
                for name in names:
                    if name and name not in taken:
                        taken.add(name)
                        self._names[name].append((quality, place))
                        if len(name) > 1 and found_in_text(place, name, quality):
                            self._scanned[name[:2]].add(name)
        self._lengths = {head: sorted({len(n) for n in names}, reverse=True) for head, names in self._scanned.items()}

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self._places)

    def __iter__(self) -> Iterator[Place]:
        """Iterate over the places in the order of the tables."""
        return iter(self._places)

    def get(self, place_id: str) -> Place:
        """
        Return a place by id; for units by code, the last one of it where no unit in force has it.

        Raises
        ------
        PlaceNotFoundError
            If there is none.
        """
        place = self._by_id.get(place_id) or self._gone.get(place_id)
        if place is None:
            message = f"no place with id {place_id!r} in the gazetteer"
            raise PlaceNotFoundError(message)
        return place

    def lookup(
        self,
        name: str,
        *,
        region: str | Sequence[str] | None = None,
        kinds: Collection[str] | None = None,
        abbreviations: bool = False,
        as_of: str | int | dt.date | None = None,
    ) -> list[Place]:
        """
        List every place of a name, best first.

        Parameters
        ----------
        name : str
            Full name (芜湖市), short name (芜湖), alias, or with ``abbreviations`` a 简称 (芜).
        region : str or sequence of str, optional
            Code or name of the units the context is about: places inside come first, then those of the
            same province, then of a neighbouring one.
        kinds : collection of str, optional
            Only these kinds.
        abbreviations : bool
            Whether one-character names count.
        as_of : str, int or date, optional
            ``2015`` (January), ``2015-06`` or a date: only units in force then. Without it, units that went come after
            those in force.

        Returns
        -------
        list of Place
            Ordered by: a user's own place; nearness to the region; in force; full name, short name, alias; rank (province,
            prefecture, county, place, town); id. Of abbreviations a city's comes before a county's unless it is far.
            Empty where there is none.

        Raises
        ------
        PlaceNotFoundError
            If ``region`` names nothing.
        """
        return [place for _, place in self._ranked(name, region, kinds, abbreviations, as_of)]

    def resolve(
        self,
        name: str,
        *,
        region: str | Sequence[str] | None = None,
        kinds: Collection[str] | None = None,
        abbreviations: bool = False,
        as_of: str | int | dt.date | None = None,
    ) -> Place:
        """
        Return the one place of a name in its context; parameters as in :meth:`lookup`.

        Raises
        ------
        PlaceNotFoundError
            If there is none.
        AmbiguousPlaceError
            If the best two are equally good; the message lists the candidates.
        """
        ranked = self._ranked(name, region, kinds, abbreviations, as_of)
        context = f" in {region if isinstance(region, str) else '/'.join(region)}" if region else ""
        if not ranked:
            message = f"{name!r}{context} is not in the gazetteer. Add a row (name, lon, lat) to your places.csv."
            raise PlaceNotFoundError(message)
        equal = [place for rank, place in ranked if rank == ranked[0][0]]
        if len(equal) > 1:
            listed = "; ".join(self.describe(place) for place in equal[:6])
            more = f" and {len(equal) - 6} more" if len(equal) > 6 else ""
            message = (
                f"{name!r}{context} matches {len(equal)} places: {listed}{more}. "
                "Give a region, or add a row (name, lon, lat) to your places.csv to choose one."
            )
            raise AmbiguousPlaceError(message)
        return equal[0]

    def longest_match(self, text: str, start: int = 0) -> tuple[int, list[Place]] | None:
        """
        Find the longest place name that begins at a character of a text.

        Returns
        -------
        (end, candidates) or None
        """
        head = text[start : start + 2]
        for length in self._lengths.get(head, ()):
            name = text[start : start + length]
            if len(name) == length and name in self._scanned[head]:  # near the end the slice is a shorter name
                return start + length, self.lookup(name)
        return None

    def scan(self, text: str, *, region: str | Sequence[str] | None = None) -> list[tuple[int, int, list[Place]]]:
        """
        Find the place names of running text, longest first at each character, without overlaps; linear in its length.

        Short names that are everyday words (合作, 通道, 资源), of counties outside the four provinces and of GeoNames'
        towns are found only with their rank (合作市, 通江县, 新桥镇).

        Parameters
        ----------
        text : str
        region : str or sequence of str, optional
            As in :meth:`lookup`.

        Returns
        -------
        list of (start, end, candidates)
            ``text[start:end]`` is the name; candidates best first.
        """
        found: list[tuple[int, int, list[Place]]] = []
        cache: dict[str, list[Place]] = {}
        position, last = 0, len(text) - 1
        while position < last:
            head = text[position : position + 2]
            for length in self._lengths.get(head, ()):
                name = text[position : position + length]
                if len(name) == length and name in self._scanned[head]:  # near the end the slice is a shorter name
                    if name not in cache:
                        cache[name] = self.lookup(name, region=region)
                    found.append((position, position + length, cache[name]))
                    position += length
                    break
            else:
                position += 1
        return found

    def children(self, code: str, *, as_of: str | int | dt.date | None = None) -> list[Place]:
        """Return the units directly below a unit, in force at a month (today's where None), by code."""
        when = _moment(as_of)
        return sorted(
            (p for p in self._children.get(code, ()) if (p.in_force(when) if when else not p.valid_to)),
            key=lambda p: p.place_id,
        )

    def parent(self, code: str) -> Place | None:
        """Return the unit above a unit or place, None above a province."""
        above = self.get(code).parent
        return self.get(above) if above else None

    def describe(self, place: Place) -> str:
        """Return a place for a message: ``鼓楼区 (江苏省南京市, 320106)``."""
        above = [self._by_id[code].full_name for code in reversed(self._ancestors(place)) if code in self._by_id]
        above = [name for name in above if name != place.full_name]
        return f"{place.full_name} ({''.join(above) or place.kind}, {place.code or place.place_id})"

    def extend(self, table: pd.DataFrame) -> Gazetteer:
        """
        Return a gazetteer with a planner's own places, which come before all others of the same name.

        Parameters
        ----------
        table : DataFrame, n rows
            Columns name, lon, lat (WGS 84, degrees); optional kind, region (code or name), aliases (``|``-joined),
            accuracy_km.

        Raises
        ------
        SchemaError
            If a column is missing, a name empty, or a coordinate not a number, swapped or outside 73-136° E, 3-54° N;
            the message lists every breach.
        PlaceNotFoundError
            If a region names nothing.
        """
        missing = [column for column in ("name", "lon", "lat") if column not in table.columns]
        if missing:
            message = (
                f"places: column(s) {', '.join(missing)} missing; expected name, lon, lat [, kind, region, aliases]"
            )
            raise SchemaError(message)
        breaches: list[str] = []
        places: list[Place] = []
        for number, row in enumerate(table.to_dict("records"), start=1):
            name = str(row["name"]).strip()
            lon, lat = _number(row["lon"]), _number(row["lat"])
            if not name or name == "nan":
                breaches.append(f"row {number}: no name")
            elif not (73 <= lon <= 136 and 3 <= lat <= 54):
                swapped = " (lon and lat look swapped)" if 73 <= lat <= 136 and 3 <= lon <= 54 else ""
                breaches.append(f"row {number}: {name} at lon {row['lon']}, lat {row['lat']} is not in China{swapped}")
            else:
                region = _text(row.get("region"))
                code = self._regions(region)[0] if region else ""
                accuracy = _number(row.get("accuracy_km"))
                places.append(
                    Place(
                        place_id=f"user:{name}@{number}",
                        name=name,
                        full_name=name,
                        kind=_text(row.get("kind")) or "place",
                        level="place",
                        code=code,
                        lon=lon,
                        lat=lat,
                        accuracy_km=accuracy if math.isfinite(accuracy) else 0.1,
                        parent=code,
                        source="user",
                        grade="A",
                        aliases=split_text(_text(row.get("aliases"))),
                    )
                )
        if breaches:
            message = "places: " + "; ".join(breaches)
            raise SchemaError(message)
        kept = [place for place in self._places if not place.place_id.startswith("user:")]
        before = [place for place in self._places if place.place_id.startswith("user:")]
        places = [replace(place, place_id=f"{place.place_id}.{len(before)}") for place in places] if before else places
        return Gazetteer([*kept, *before, *places])

    def _ranked(
        self,
        name: str,
        region: str | Sequence[str] | None,
        kinds: Collection[str] | None,
        abbreviations: bool,
        as_of: str | int | dt.date | None,
    ) -> list[tuple[tuple[int, ...], Place]]:
        when = _moment(as_of)
        regions = self._regions(region) if region else []
        out: list[tuple[tuple[int, ...], Place]] = []
        named = self._names.get(name.strip(), ())
        # 长沙 is the city even where a delta town is called so; the town needs 镇.
        city = any(quality < 2 and place.level in LEVELS[:2] for quality, place in named)
        for quality, place in named:
            if quality == 3 and not abbreviations:
                continue
            if (kinds is not None and place.kind not in kinds) or (when and not place.in_force(when)):
                continue
            distance = self._steps(place, regions) if regions else 0
            if quality == 3:
                # 宁 is 南京 next door before 宁国 at home, 新 is 新沂 next door before 新疆 far away.
                distance = (0, 1, 2, 6)[distance] + 3 * (place.level == "county")
            short_town = place.level == "town" and quality > 0  # GeoNames' short names come after all that is curated
            if short_town and city:
                distance = 4
            gone = int(bool(place.valid_to) and not when)
            rank = (int(place.source != "user"), distance, gone, quality + short_town, LEVELS.index(place.level))
            out.append((rank, place))
        return sorted(out, key=lambda pair: (pair[0], pair[1].place_id))

    def _steps(self, place: Place, regions: Sequence[str]) -> int:
        """
        Return how far a place is from its context: 0 inside, 1 same province, 2 a neighbouring one, 3 elsewhere.

        A river, lake or area that belongs to no single unit is at home everywhere.
        """
        if not place.code:
            return 0
        chain = self._ancestors(place)
        if any(code in chain for code in regions):
            return 0
        provinces = {code[:2] for code in regions}
        if place.code[:2] in provinces:
            return 1
        return 2 if any(f"{place.code[:2]}-{province}" in NEIGHBOURS for province in provinces) else 3

    def _ancestors(self, place: Place) -> list[str]:
        chain = [place.code] if place.code else []
        code = place.parent
        while code and code not in chain:
            chain.append(code)
            above = self._by_id.get(code) or self._gone.get(code)
            code = above.parent if above else ""
        return chain

    def _regions(self, region: str | Sequence[str]) -> list[str]:
        codes: list[str] = []
        for name in [region] if isinstance(region, str) else region:
            if name in self._by_id:
                codes.append(self._by_id[name].code)
                continue
            best = self._ranked(name, None, {"division", "area"}, True, None)
            if not best:
                message = f"region {name!r} is no administrative unit or area of the gazetteer; give a name or a code"
                raise PlaceNotFoundError(message)
            codes.extend(best[0][1].members or (best[0][1].code,))
        return codes


@functools.cache
def default_gazetteer() -> Gazetteer:
    """Return the gazetteer of the embedded tables, read once."""
    places = embedded_places()
    logger.debug("gazetteer of %d places", len(places))
    return Gazetteer(places)


def _moment(as_of: str | int | dt.date | None) -> str:
    if as_of is None:
        return ""
    return as_of.strftime("%Y-%m") if isinstance(as_of, dt.date) else month_of(str(as_of))


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
