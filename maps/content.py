"""
What the web map carries: the tables turned into columns, looks, records and words, ready to be packed.

Nothing here writes markup. The page sets every word as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.schema import Method, Mode, Status, Work
from layers.siting_notes import in_language
from maps import style
from maps.labels import flag_label, kind_label
from maps.page import page_words
from maps.payload import Payload, plain
from maps.searching import place_letters, readings
from maps.thematic import ROLES, pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "GROUND_QUANTUM_DEG",
    "GROUND_TOLERANCE_DEG",
    "LANGUAGES",
    "features_part",
    "flag_words",
    "ground_part",
    "mention_records",
    "pinyin_of",
    "project_records",
    "words",
]

LANGUAGES = ("zh", "en")
"""Languages of the page; the reader can change from one to the other."""

GROUND_TOLERANCE_DEG = 0.0012
"""Ground outlines are simplified by this much, about 120 m: less than a pixel up to zoom 10, where a plan is read."""

GROUND_QUANTUM_DEG = 1e-4
"""Step of ground coordinates, 11 m."""

GROUND_ROLES = (
    "sea",
    "land",
    "neighbours",
    "areas",
    "prefectures",
    "lakes",
    "rivers",
    "coast",
    "counties",
    "provinces",
)
"""Roles of base map layers, from the bottom up; ``places`` (points with names) besides."""

_TEXT = ("feature_id", "origin", "name", "mode", "kind", "work", "status", "drawn_by", "siting_note", "documents")
_NUMBERS = {"accuracy_km": 1, "length_km": 1, "route_length_km": 1, "speed_km_h": 0}
_STAGE_RANK = {stage: rank for rank, stage in enumerate(reversed(list(style.STAGES)))}
_SEA_BEYOND_DEG = 30.0


def words(lang: str) -> dict[str, str]:
    """
    Return the phrases of the page.

    Raises
    ------
    ValueError
        If the language is neither ``zh`` nor ``en``.
    """
    return page_words("words.json", lang)


def features_part(payload: Payload, features: gpd.GeoDataFrame) -> dict[str, Any]:
    """
    Pack features, and say what the page needs to know of them.

    Parameters
    ----------
    payload : Payload
        Sections are added to it.
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, n rows

    Returns
    -------
    dict
        Header entries ``features``, ``anchors``, ``looks``, ``modes``, ``stages``, ``kinds``, ``works``, ``methods``, ``has``.
    """
    table = in_language(features, "zh").reset_index(drop=True)
    english = in_language(features, "en")["siting_note"].reset_index(drop=True)
    keys = ["origin", "mode", "status", "work", "drawn_by"]
    codes, found = _combinations(table, keys)
    looks = [_look(dict(zip(keys, one, strict=True))) for one in found]
    order = sorted(range(len(looks)), key=lambda i: (looks[i]["rank"], found[i]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    columns = {name: payload.column(table[name]) for name in _TEXT}
    columns |= {name: payload.column(table[name], decimals=digits) for name, digits in _NUMBERS.items()}
    month = table["opening_month"].astype(object)
    known = table["opening_year"].notna() & (month == "")
    month[known] = table.loc[known, "opening_year"].map(lambda year: str(int(year)))
    columns["opening"] = payload.column(month)
    # A project whose line the existing network already has: its stage is the plan's, of the plan's date.
    columns["open_now"] = payload.column((table["origin"] == "project") & (table["opening_month"] != ""))
    columns["opening_year"] = {"numbers": payload.integers(_years(table["opening_year"], table["opening_month"]))}
    columns["closing_year"] = {"numbers": payload.integers(_years(None, table["closing_month"]))}
    columns["siting_note_en"] = payload.column(english)
    columns["source"] = payload.column(table["source"])
    columns["grade"] = payload.column(table["grade"])
    columns["look"] = {"numbers": payload.integers(place[codes])}
    project = table["origin"] == "project"
    planned = table[project]
    polygons = table.geometry[table.geom_type.isin(["Polygon", "MultiPolygon"]) & ~table.geometry.is_empty]
    inner = polygons.representative_point()
    return {
        "features": {"columns": columns, "geometry": payload.geometry(table.geometry)},
        # An area stands on the map as a symbol at its inner point; its outline shows when it is pointed at.
        "anchors": [[int(row), *_mercator(point.x, point.y)] for row, point in inner.items()],
        "looks": [looks[i] for i in order],
        "modes": [
            {
                "id": mode.value,
                "label": pair(look.label),
                "colour": look.colour,
                "network": look.network_colour,
                "symbol": look.symbol,
                "used": bool((table["mode"] == mode.value).any()),
            }
            for mode, look in style.MODES.items()
        ],
        "stages": [
            {
                "id": status.value,
                "label": pair(stage.label),
                "dash": list(stage.dash_px),
                "width": stage.width_px,
                "sample": style.tint("#4a4f55", stage.tint_share),
                "used": bool((planned["status"] == status.value).any()),
            }
            for status, stage in style.STAGES.items()
        ],
        "kinds": {
            kind: {lang: kind_label(kind, lang) for lang in LANGUAGES}
            for kind in sorted(set(table["kind"].astype(str)))
            if kind
        },
        "works": {work.value: pair(label) for work, label in style.WORKS.items()},
        "methods": {m.value: [pair(word), pair(says)] for m, (word, says) in style.DRAWN_BY.items()},
        "has": {
            "network": bool((~project).any()),
            "project": bool(project.any()),
            "upgrade": bool((planned["work"] == Work.UPGRADE.value).any()),
            "provisional": bool(planned["drawn_by"].isin([m.value for m in style.PROVISIONAL]).any()),
        },
    }


def _years(years: pd.Series | None, months: pd.Series) -> NDArray[np.int64]:
    """Return years from a column of years, else from one of ``YYYY-MM``; 0 where nothing is known."""
    stated = pd.to_numeric(months.astype(str).str[:4], errors="coerce")
    if years is not None:
        stated = years.astype("float64").fillna(stated)
    return stated.fillna(0).to_numpy(dtype=np.int64)


def _combinations(table: pd.DataFrame, keys: Sequence[str]) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """Return for each row the number of its combination of words, and the combinations."""
    combined = np.zeros(len(table), dtype=np.int64)
    vocabularies = []
    for key in keys:
        codes, found = pd.factorize(table[key].astype(object), sort=True)
        combined = combined * (len(found) + 1) + codes
        vocabularies.append([str(word) for word in found])
    numbers, place = np.unique(combined, return_inverse=True)
    out = []
    for number in numbers.tolist():
        words_, rest = [], number
        for vocabulary in reversed(vocabularies):
            rest, position = divmod(rest, len(vocabulary) + 1)
            words_.append(vocabulary[position])
        out.append(tuple(reversed(words_)))
    return place.astype(np.int64), out


def _look(key: Mapping[str, str]) -> dict[str, Any]:
    """Return the look of one combination as the page takes it; ``rank`` is the drawing order, certain things on top."""
    look = style.line_look(
        key["mode"], key["status"], work=key["work"], drawn_by=key["drawn_by"] or "none", origin=key["origin"]
    )
    project = key["origin"] != "network"
    provisional = Method(key["drawn_by"] or "none") in style.PROVISIONAL
    return {
        "colour": look.colour,
        "width": look.width_px,
        "dash": list(look.dash_px),
        "casing": look.casing_px,
        "core": look.core_px,
        "band": look.band_px,
        "opacity": look.opacity,
        "fill": style.STAGES[Status(key["status"])].fill_share,
        "symbol": style.MODES[Mode(key["mode"])].symbol,
        "project": project,
        "upgrade": key["work"] == Work.UPGRADE.value,
        "rank": (0 if not project else 100 - 50 * provisional) + _STAGE_RANK[Status(key["status"])],
    }


def ground_part(
    payload: Payload,
    areas: gpd.GeoDataFrame | None,
    basemap: Mapping[str, gpd.GeoDataFrame] | None,
    *,
    counties: gpd.GeoDataFrame | None = None,
) -> dict[str, Any]:
    """
    Pack the ground: layers of the base map and the names on it.

    Parameters
    ----------
    payload : Payload
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, or None
        Named on the map, and coloured by indicators.
    counties : GeoDataFrame, contract ``layers.schema.AREAS``, optional
        Coloured by indicators of counties; instead of the base map's.
    basemap : mapping of role to GeoDataFrame, or None
        Roles of ``GROUND_ROLES``, and ``places`` (points with ``name`` and, if there is one, ``rank`` 0 region, 1 capital,
        2 city, 3 county).

    Returns
    -------
    dict
        Header entries ``base`` and ``places`` (x, y in Web Mercator scaled to 0-1, name, rank).

    Raises
    ------
    ValueError
        If a role is unknown.
    """
    layers = dict(basemap or {})
    unknown = sorted(set(layers) - set(GROUND_ROLES) - {"places"})
    if unknown:
        message = f"base map has no role {', '.join(unknown)}; accepted: {', '.join(GROUND_ROLES)}, places"
        raise ValueError(message)
    if areas is not None:
        layers["areas"] = areas
    if counties is not None:
        layers["counties"] = counties
    base: list[dict[str, Any]] = []
    for role in GROUND_ROLES:
        if role in layers and len(layers[role]):
            series = _open_sea(layers[role].geometry) if role == "sea" else layers[role].geometry
            entry = {"role": role, "geometry": payload.geometry(_simple(series), quantum_deg=GROUND_QUANTUM_DEG)}
            if role in ROLES and "name" in layers[role]:
                entry["names"] = [plain(name) for name in layers[role]["name"]]
            base.append(entry)
    places: list[tuple[float, float, str, int]] = []
    if "places" in layers:
        table = layers["places"]
        ranks = table["rank"] if "rank" in table else pd.Series(2, index=table.index)
        points = table.geometry
        places += [(p.x, p.y, str(n), int(r)) for p, n, r in zip(points, table["name"], ranks, strict=True)]
    elif areas is not None:
        # A polygon's inner point, not its centroid: the name must not fall into the neighbour.
        names = areas["short_name"].where(areas["short_name"].astype(str) != "", areas["name"])
        points = areas.geometry.representative_point()
        places += [(p.x, p.y, str(n), 2) for p, n in zip(points, names, strict=True)]
    if "neighbours" in layers and "name" in layers["neighbours"]:
        table = layers["neighbours"]
        points = table.geometry.representative_point()
        places += [(p.x, p.y, str(n), 0) for p, n in zip(points, table["name"], strict=True) if str(n)]
    places.sort(key=lambda one: (one[3], one[2], one[0]))
    return {"base": base, "places": [[*_mercator(lon, lat), plain(name), rank] for lon, lat, name, rank in places]}


def _open_sea(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Carry the sea on beyond the eastern edge of its frame, where a wide screen would show the end of the world."""
    east = float(shapes.total_bounds[2])

    def stretch(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.where(xy[:, 0] >= east - 1e-9, east + _SEA_BEYOND_DEG, xy[:, 0]), xy[:, 1]])

    return type(shapes)(shapely.transform(np.asarray(shapes.array, dtype=object), stretch), crs=shapes.crs)


def _simple(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Simplify outlines; neighbours keep their common border."""
    kinds = set(shapes.geom_type.dropna())
    if kinds <= {"Polygon", "MultiPolygon"} and not shapes.isna().any():
        thinner = shapely.coverage_simplify(np.asarray(shapes.array, dtype=object), GROUND_TOLERANCE_DEG)
        return type(shapes)(thinner, index=shapes.index, crs=shapes.crs)
    return shapes.simplify(GROUND_TOLERANCE_DEG) if not kinds <= {"Point"} else shapes


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator (EPSG:3857) scaled to 0-1, x east and y south: how the page keeps positions."""
    sine = np.sin(np.radians(lat))
    return round((lon + 180) / 360, 9), round(float(0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)), 9)


def project_records(projects: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """
    Return what the card and the search know besides the feature's columns, by project id; empty entries are left out.

    ``letters`` are the places' one-character names (see ``maps.searching.place_letters``).
    """
    out = {}
    for row in projects.to_dict("records"):
        names = ("aliases", "places", "section", "lead", "flags")
        record = {name: plain(row[name]) for name in names if plain(row[name])}
        letters = place_letters(str(row["places"] or ""))
        out[str(row["project_id"])] = record | ({"letters": letters} if letters else {})
    return out


def flag_words(projects: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the words for each doubt that the projects carry, in both languages."""
    flags = sorted({str(flag) for cell in projects["flags"].astype(str) for flag in cell.split("|") if flag})
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    return {str(plain(flag)): {lang: str(plain(flag_label(flag, lang, names))) for lang in LANGUAGES} for flag in flags}


def pinyin_of(features: pd.DataFrame, projects: pd.DataFrame) -> dict[str, str]:
    """Return the readings of all characters by which something can be found; see ``maps.searching.readings``."""
    texts = [features["name"]] + [projects[name] for name in ("name", "aliases", "places") if len(projects)]
    return readings({str(text) for column in texts for text in column.dropna().unique()})


def mention_records(mentions: pd.DataFrame, documents: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return mentions by project id, in the order of the documents and then of the text."""
    rank = {name: position for position, name in enumerate(documents)}
    rows = sorted(
        mentions.to_dict("records"),
        key=lambda r: (
            rank.get(str(r["document"]), len(rank)),
            str(r["document"]),
            0 if pd.isna(r["start"]) else int(r["start"]),
        ),
    )
    out: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        entry = {name: plain(row[name]) for name in ("document", "clause", "quotation", "status", "status_text")}
        out.setdefault(str(row["project_id"]), []).append(entry)
    return out
